//! Answers out: de-identified microdata for statisticians, with a codebook. Pure: the same answers give the same bytes.
//!
//! [`anonymity`] decides which traits of whom are withheld, so that
//! nobody is told apart from fewer than k others; `classes` numbers combinations of traits in little memory; [`layout`] makes
//! variables and rows of it, [`codebook`] says what each variable and code means. Files: [`csv`], [`sav`] (SPSS), [`xlsx`],
//! [`ddi`] (DDI-Codebook 2.5), and the codebook as a table ([`table`]). What may be told and why: `docs/microdata.md`. Where the answers come from: [`crate::export`].

pub mod anonymity;
mod classes;
pub mod codebook;
pub mod csv;
pub mod ddi;
pub mod layout;
pub mod sav;
pub mod table;
pub mod xlsx;

use std::io;

use codebook::Codebook;

/// One answer sheet as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Number of the place it came from.
    pub place: i64,
    /// The channel's byte.
    pub channel: i64,
    /// Language code.
    pub language: String,
    /// Day, in days since 1970.
    pub day: i64,
    /// Packed answers.
    pub answers: Vec<u8>,
    /// The byte of who filled it in.
    pub mode: i64,
}

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// A code or a whole number.
    Code(i32),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// Nothing.
    Empty,
}

/// The files there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Format {
    /// A row for each answer sheet.
    Csv,
    /// SPSS, with labels, missing values and weight.
    Sav,
    /// A workbook: data, variables, strata.
    Xlsx,
    /// The codebook as DDI-Codebook 2.5.
    Ddi,
    /// The codebook as a table (CSV).
    Codebook,
}

impl Format {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 5] = [Self::Csv, Self::Codebook, Self::Sav, Self::Xlsx, Self::Ddi];

    /// Its name in addresses, records and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Sav => "sav",
            Self::Xlsx => "xlsx",
            Self::Ddi => "ddi",
            Self::Codebook => "codebook",
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What a file's name ends with, after the campaign's.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => ".csv",
            Self::Sav => ".sav",
            Self::Xlsx => ".xlsx",
            Self::Ddi => "-ddi.xml",
            Self::Codebook => "-codebook.csv",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::Codebook => "text/csv; charset=utf-8",
            Self::Sav => "application/x-spss-sav",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ddi => "application/xml",
        }
    }

    /// Whether the answers are in it, or only the codebook.
    pub const fn has_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Sav | Self::Xlsx)
    }
}

/// What a file is written by: its head, its rows, its end.
pub trait File {
    /// Adds a row; its cells are in the order of the codebook's variables.
    ///
    /// # Errors
    /// [`io::Error`] from the writer below.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;

    /// Writes what comes last.
    ///
    /// # Errors
    /// [`io::Error`] from the writer below.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Begins a file in this format.
///
/// # Errors
/// [`io::Error`] from the writer below.
pub fn begin<'a>(
    format: Format,
    codebook: &'a Codebook,
    out: impl io::Write + Send + 'a,
) -> io::Result<Box<dyn File + 'a>> {
    Ok(match format {
        Format::Csv => Box::new(csv::Csv::begin(codebook, out)?),
        Format::Sav => Box::new(sav::Sav::begin(codebook, out)?),
        Format::Xlsx => Box::new(xlsx::Xlsx::begin(codebook, out)?),
        Format::Ddi => Box::new(Words::begin(ddi::text(codebook).as_bytes(), out)?),
        Format::Codebook => Box::new(Words::begin(&table::bytes(codebook), out)?),
    })
}

/// A file without rows.
struct Words;

impl Words {
    fn begin(bytes: &[u8], mut out: impl io::Write) -> io::Result<Self> {
        out.write_all(bytes)?;
        out.flush()?;
        Ok(Self)
    }
}

impl File for Words {
    fn row(&mut self, _cells: &[Cell<'_>]) -> io::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::{
        codebook::{Kind, Variable},
        *,
    };

    /// What was passed on to the writer, and the most at once.
    #[derive(Clone, Default)]
    struct Passed(Arc<AtomicUsize>, Arc<AtomicUsize>);

    impl io::Write for Passed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.fetch_add(bytes.len(), Ordering::Relaxed);
            self.1.fetch_max(bytes.len(), Ordering::Relaxed);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn codebook(rows: u64) -> Codebook {
        let number = |n: usize| Variable::plain(format!("v{n}"), String::new(), Kind::Number, Vec::new());
        Codebook {
            language: "vi".to_owned(),
            title: "Đợt".to_owned(),
            slug: "dot".to_owned(),
            definition: Default::default(),
            form: "f".to_owned(),
            period: ("2026-10-01".to_owned(), "2026-10-31".to_owned()),
            demonstration: false,
            rows,
            k: 10,
            weighted: false,
            aggregation: String::new(),
            measure: String::new(),
            pooled_nodes: false,
            rotation: None,
            variables: (0..10).map(number).collect(),
            strata: Vec::new(),
            exact: true,
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_file_is_passed_on_as_it_is_written_and_never_held_whole() {
        const ROWS: u32 = 20_000;
        const PIECE: usize = 256 * 1024;
        let codebook = codebook(ROWS.into());
        for format in Format::ALL.into_iter().filter(|format| format.has_rows()) {
            let passed = Passed::default();
            let mut file = begin(format, &codebook, passed.clone()).unwrap();
            for row in 0..ROWS {
                // No two alike, so that nothing compresses well.
                let cell = |n: u32| Cell::Number(f64::from((row * 10 + n).wrapping_mul(2_654_435_761)) / 7.0);
                file.row(&std::array::from_fn::<_, 10, _>(|n| cell(n as u32))).unwrap();
            }
            let before = passed.0.load(Ordering::Relaxed);
            file.finish().unwrap();
            let (whole, most) = (passed.0.load(Ordering::Relaxed), passed.1.load(Ordering::Relaxed));
            assert!(whole > 4 * PIECE && most <= PIECE, "{format:?}: {most} of {whole} bytes at once");
            // A workbook's rows wait on the disk until it ends; they leave in pieces too.
            if format != Format::Xlsx {
                assert!(
                    whole - before <= PIECE,
                    "{format:?}: {} of {whole} bytes at the end",
                    whole - before
                );
            }
        }
    }
}
