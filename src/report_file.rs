//! The report as a file: which there are, what each is called, and how it is made. Pages and commands offer the same, so that
//! a format is added here and nowhere else.

use i18n_embed_fl::fl;

use crate::{
    distribution::pdf::{self, PdfError, Templates},
    index::report::Report,
    language::Lang,
    report::{
        self, NotWritten,
        document::{
            self, Issuer,
            letter::{self, NoLetters},
        },
        html,
    },
};

/// A kind of file that a report gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// An official document to edit.
    Docx,
    /// The same to print and send.
    Pdf,
    /// A workbook.
    Xlsx,
    /// A page that stands alone.
    Html,
    /// A flat table.
    Csv,
    /// `sipas.report/1`.
    Json,
    /// A one-page letter to each body that has a part in something below the target, and to each unit that does not reach it, to
    /// edit: a ZIP; with `--body` the one to that body or unit.
    LettersDocx,
    /// The same to print and send: one file, a page each.
    LettersPdf,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The end of its name.
    pub extension: &'static str,
    /// Its kind, as HTTP names it.
    pub media_type: &'static str,
}

/// What a file is made with besides the report.
#[derive(Debug)]
pub struct With<'a> {
    /// Who issues it.
    pub issuer: &'a Issuer,
    /// The language of its words.
    pub lang: Lang,
    /// The templates of PDFs.
    pub templates: &'a Templates,
    /// Of letters the one to the body of this code or name; absent: all.
    pub body: Option<&'a str>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum NoFile {
    /// The workbook cannot be written.
    #[error(transparent)]
    Workbook(#[from] NotWritten),
    /// The document cannot be written.
    #[error(transparent)]
    Zip(#[from] zip::result::ZipError),
    /// The PDF cannot be set.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The report gives no letters.
    #[error(transparent)]
    NoLetters(#[from] NoLetters),
    /// No letter is to this body.
    #[error("no letter is to “{body}”")]
    UnknownBody {
        /// The body asked for.
        body: String,
        /// The codes of those that there are.
        known: Vec<String>,
    },
}

impl NoFile {
    /// The words for whoever wanted the file; `None`: nothing that they could mend.
    pub fn words(&self, lang: Lang) -> Option<String> {
        match self {
            Self::Workbook(_) | Self::Zip(_) => None,
            Self::Pdf(error) => Some(error.words(lang)),
            Self::NoLetters(reason) => Some(reason.words(lang)),
            Self::UnknownBody { body, .. } => {
                Some(fl!(lang.messages(), "letter-unknown-body", body = body.as_str()))
            }
        }
    }
}

const ZIP: (&str, &str) = ("zip", "application/zip");
const DOCX: (&str, &str) =
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
const PDF: (&str, &str) = ("pdf", "application/pdf");

impl Format {
    /// All.
    pub const ALL: [Self; 8] = [
        Self::Docx,
        Self::Pdf,
        Self::Xlsx,
        Self::Html,
        Self::Csv,
        Self::Json,
        Self::LettersDocx,
        Self::LettersPdf,
    ];

    /// The report itself, in the order in which it is offered.
    pub fn reports() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|format| !format.letters() && format.built_in())
    }

    /// Whether it is one of letters.
    pub const fn letters(self) -> bool {
        matches!(self, Self::LettersDocx | Self::LettersPdf)
    }

    /// Whether this program was built with what it takes.
    pub const fn built_in(self) -> bool {
        pdf::BUILT_IN || !matches!(self, Self::Pdf | Self::LettersPdf)
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Docx | Self::LettersDocx => "DOCX",
            Self::Pdf | Self::LettersPdf => "PDF",
            Self::Xlsx => "XLSX",
            Self::Html => "HTML",
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    /// What the audit log calls it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LettersDocx => "letters-docx",
            Self::LettersPdf => "letters-pdf",
            other => other.kind().0,
        }
    }

    /// Extension and media type.
    const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Docx => DOCX,
            Self::Pdf | Self::LettersPdf => PDF,
            Self::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Self::Html => ("html", "text/html; charset=utf-8"),
            Self::Csv => ("csv", "text/csv; charset=utf-8"),
            Self::Json => ("json", "application/json; charset=utf-8"),
            Self::LettersDocx => ZIP,
        }
    }

    /// Whether it holds words, so that its language matters.
    pub const fn worded(self) -> bool {
        !matches!(self, Self::Json)
    }

    /// The format of one letter whose file ends like this.
    pub fn of_letter(extension: &str) -> Option<Self> {
        match extension {
            "docx" => Some(Self::LettersDocx),
            "pdf" => Some(Self::LettersPdf),
            _ => None,
        }
    }

    /// Makes the file. Keeps a core busy: up to seconds for a large report.
    ///
    /// # Errors
    /// [`NoFile`].
    pub fn make(self, report: &Report, with: &With<'_>) -> Result<File, NoFile> {
        let lang = with.lang;
        let document = || document::compose(report, with.issuer, lang);
        let mut kind = self.kind();
        let bytes = match self {
            Self::Json => report::json(report).into_bytes(),
            Self::Csv => report::csv(report, lang),
            Self::Xlsx => report::xlsx(report, lang)?,
            Self::Html => html::page(report, lang).into_string().into_bytes(),
            Self::Docx => report::docx(&document())?,
            Self::Pdf => pdf::report::report(with.templates, &document())?,
            Self::LettersDocx | Self::LettersPdf => {
                let letters = match with.body {
                    None => letter::letters(report, with.issuer, lang)?,
                    Some(body) => vec![the_one(report, body, with)?],
                };
                match (self, letters.as_slice()) {
                    (Self::LettersPdf, all) => pdf::report::letters(with.templates, all)?,
                    (_, [one]) if with.body.is_some() => {
                        kind = DOCX;
                        report::docx_letter(one)?
                    }
                    (_, all) => report::docx_letters(all)?,
                }
            }
        };
        Ok(File { bytes, extension: kind.0, media_type: kind.1 })
    }
}

/// The letter to the body or unit of this code or name.
fn the_one(report: &Report, body: &str, with: &With<'_>) -> Result<document::Letter, NoFile> {
    let all = letter::addressees(report)?;
    let wanted = all.iter().find(|one| one.code == body || one.body == body);
    match wanted {
        Some(wanted) => Ok(letter::letter(report, with.issuer, with.lang, wanted)),
        None => {
            let known = all.into_iter().map(|one| one.code).collect();
            Err(NoFile::UnknownBody { body: body.to_owned(), known })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn every_file_says_what_it_is_and_letters_may_be_one() {
        let report = fixture::report();
        let (issuer, templates) = (Issuer::of(&report, "Sở Nội vụ"), Templates::default());
        let make = |format: Format, body| {
            let with = With { issuer: &issuer, lang: Lang::VI, templates: &templates, body };
            format.make(&report, &with)
        };
        for format in Format::ALL.into_iter().filter(|format| format.built_in()) {
            let file = make(format, None).unwrap();
            assert_eq!((file.extension, file.media_type), format.kind());
            let begins: &[u8] = match file.extension {
                "pdf" => b"%PDF-",
                "docx" | "xlsx" | "zip" => b"PK",
                "json" => b"{",
                "csv" => b"\xef\xbb\xbf",
                _ => b"<!DOCTYPE html>",
            };
            assert!(file.bytes.starts_with(begins), "{format:?}");
        }
        let one = make(Format::LettersDocx, Some("Văn phòng UBND tỉnh")).unwrap();
        assert_eq!(one.extension, "docx");
        assert_eq!(one, make(Format::LettersDocx, Some("van-phong-ubnd-tinh")).unwrap());
        let error = make(Format::LettersDocx, Some("so-tu-phap")).unwrap_err();
        let words = error.words(Lang::VI).unwrap();
        assert!(words.contains("so-tu-phap"), "{words}");
        let NoFile::UnknownBody { known, .. } = error else { panic!("{error:?}") };
        assert!(known.contains(&"van-phong-ubnd-tinh".to_owned()), "{known:?}");
    }
}
