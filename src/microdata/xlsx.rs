//! Data as a workbook: the data, the variables with their codes, the strata. Rows go to a temporary file as they come, and
//! from there compressed to the writer, so that the memory does not grow with them. Text is always a string cell, never a formula.

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::report::guard;

use super::{
    Cell, File,
    codebook::{Codebook, Variable},
    table,
};

/// Rows that a sheet holds below its heading.
pub const MOST_ROWS: u64 = 1_048_575;

/// A workbook being written.
pub struct Xlsx<'a, W> {
    out: W,
    book: Workbook,
    codebook: &'a Codebook,
    next: u32,
}

fn broken(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

impl<'a, W: Write + Send> Xlsx<'a, W> {
    /// Begins the sheet of the data.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] for more rows than a sheet holds; [`io::Error`] from the temporary file.
    pub fn begin(codebook: &'a Codebook, out: W) -> io::Result<Self> {
        if codebook.rows > MOST_ROWS {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "more rows than a sheet holds"));
        }
        let mut xlsx = Self { out, book: Workbook::new(), codebook, next: 1 };
        xlsx.head().map_err(broken)?;
        Ok(xlsx)
    }

    fn head(&mut self) -> Result<(), XlsxError> {
        let (_, last) = &self.codebook.period;
        // The same campaign, the same bytes: the day is that of its end.
        let made = ExcelDateTime::parse_from_str(last).or_else(|_| ExcelDateTime::from_ymd(1970, 1, 1))?;
        let properties =
            DocProperties::new().set_title(guard::string(&self.codebook.title)).set_author("sipas");
        self.book.set_properties(&properties.set_creation_datetime(&made));
        let sheet = self.book.add_worksheet_with_constant_memory()?.set_name("data")?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, variable) in (0_u16..).zip(&self.codebook.variables) {
            sheet.write_string_with_format(0, column, variable.name.as_str(), &bold)?;
        }
        Ok(())
    }

    fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        let row = self.next;
        self.next += 1;
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Code(code) => sheet.write_number(row, column, *code)?,
                Cell::Number(number) => sheet.write_number(row, column, *number)?,
                Cell::Text(text) => sheet.write_string(row, column, guard::string(text))?,
                Cell::Empty => continue,
            };
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), XlsxError> {
        variables(self.book.add_worksheet(), self.codebook)?;
        strata(self.book.add_worksheet(), self.codebook)?;
        about(self.book.add_worksheet(), self.codebook)?;
        // Compressed piece by piece: the whole is never in memory.
        self.book.save_to_writer(&mut self.out)?;
        self.out.flush()?;
        Ok(())
    }
}

impl<W: Write + Send> File for Xlsx<'_, W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.write(cells).map_err(broken)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.end().map_err(broken)
    }
}

fn headings(sheet: &mut Worksheet, names: &[(&str, f64)]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, (name, width)) in (0_u16..).zip(names) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    if !text.is_empty() {
        sheet.write_string(row, column, guard::string(text))?;
    }
    Ok(())
}

/// Counts of rows are far below where a number would lose its last digits.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn count(sheet: &mut Worksheet, row: u32, column: u16, count: u64) -> Result<(), XlsxError> {
    sheet.write_number(row, column, count as f64).map(drop)
}

fn variables(sheet: &mut Worksheet, codebook: &Codebook) -> Result<(), XlsxError> {
    sheet.set_name("variables")?;
    let names = [
        ("variable", 24.0),
        ("label", 44.0),
        ("question", 60.0),
        ("role", 10.0),
        ("type", 10.0),
        ("dimension", 16.0),
        ("withheld_rows", 14.0),
        ("code", 10.0),
        ("code_label", 40.0),
        ("source_code", 16.0),
        ("missing", 9.0),
        ("worth", 9.0),
    ];
    headings(sheet, &names)?;
    let mut row = 1;
    for variable in &codebook.variables {
        let lines = variable.codes.len().max(1);
        for line in 0..lines {
            variable_line(sheet, row, variable, line)?;
            row += 1;
        }
    }
    Ok(())
}

fn variable_line(sheet: &mut Worksheet, row: u32, variable: &Variable, line: usize) -> Result<(), XlsxError> {
    text(sheet, row, 0, &variable.name)?;
    text(sheet, row, 1, &variable.label)?;
    text(sheet, row, 2, variable.question.as_deref().unwrap_or_default())?;
    text(sheet, row, 3, variable.role.word())?;
    text(sheet, row, 4, table::kind(variable.kind))?;
    text(sheet, row, 5, variable.item.as_ref().map_or("", |item| &item.dimension))?;
    count(sheet, row, 6, variable.withheld)?;
    let Some(code) = variable.codes.get(line) else { return Ok(()) };
    sheet.write_number(row, 7, code.value)?;
    text(sheet, row, 8, &code.label)?;
    text(sheet, row, 9, code.source.as_deref().unwrap_or_default())?;
    sheet.write_number(row, 10, u8::from(code.missing))?;
    if let Some(worth) = code.worth {
        sheet.write_number(row, 11, worth)?;
    }
    Ok(())
}

fn strata(sheet: &mut Worksheet, codebook: &Codebook) -> Result<(), XlsxError> {
    sheet.set_name("strata")?;
    let names = [
        ("stratum", 10.0),
        ("unit", 20.0),
        ("rater_group", 20.0),
        ("name", 60.0),
        ("rows", 10.0),
        ("population", 12.0),
        ("joined", 9.0),
    ];
    headings(sheet, &names)?;
    for (row, stratum) in (1..).zip(&codebook.strata) {
        sheet.write_number(row, 0, stratum.number)?;
        text(sheet, row, 1, &stratum.units)?;
        text(sheet, row, 2, &stratum.groups)?;
        text(sheet, row, 3, &stratum.name)?;
        count(sheet, row, 4, stratum.rows)?;
        if let Some(population) = stratum.population {
            count(sheet, row, 5, population)?;
        }
        sheet.write_number(row, 6, u8::from(stratum.joined))?;
    }
    Ok(())
}

fn about(sheet: &mut Worksheet, codebook: &Codebook) -> Result<(), XlsxError> {
    sheet.set_name("about")?;
    sheet.set_column_width(0, 20)?.set_column_width(1, 110)?;
    let notes = codebook.notes.iter().map(|note| ("note", note.clone()));
    for (row, (name, value)) in (0..).zip(table::facts(codebook).into_iter().chain(notes)) {
        text(sheet, row, 0, name)?;
        text(sheet, row, 1, &value)?;
    }
    Ok(())
}
