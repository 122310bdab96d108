//! Lists that people bring as files: bytes to rows of text cells, from CSV as any spreadsheet program writes it, and from
//! XLSX.
//!
//! Pure: bytes in, text out. [`read`] tells the kind by the bytes, not by the name alone, and holds everything to the
//! limits below, so that no file can cost more than it may (security tests H-07, H-08, H-12). Every cell knows the row it
//! stood in, counted as a spreadsheet program does, and what it was: a formula is never taken at its word
//! ([`Cell::plain`]). [`header`] finds the columns by their headings, [`value`] reads days and numbers.
//! What the rows mean is the matter of whoever asked for them.

mod container;
mod delimited;
mod encoding;
pub mod header;
mod refusal;
pub mod value;
mod workbook;

pub use delimited::write;
pub use refusal::Refusal;

use i18n_embed_fl::fl;

use crate::language::Lang;

/// Largest file, in bytes.
pub const BYTES: usize = 5 * 1024 * 1024;
/// Most rows of a sheet, empty ones not counted.
pub const ROWS: usize = 20_000;
/// Most columns.
pub const COLUMNS: usize = 64;
/// Longest cell, in bytes of UTF-8.
pub const CELL: usize = 4 * 1024;
/// Most text of a file, in bytes: a word that stands once in an XLSX can be in every cell.
const TEXT: usize = 32 * 1024 * 1024;

/// A file read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// How it was written.
    pub kind: Kind,
    /// Its sheets in their order; a CSV has one without a name.
    pub sheets: Vec<Sheet>,
}

/// How a file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text with separators.
    Csv {
        /// Its encoding.
        encoding: Encoding,
        /// What stands between cells.
        separator: char,
    },
    /// A workbook.
    Xlsx,
}

/// Encodings of text that files come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Windows-1258: a guess, since nothing in the bytes says so.
    Windows1258,
}

/// A sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty in a CSV.
    pub name: String,
    /// Whether a spreadsheet program shows it.
    pub visible: bool,
    /// Its rows in order, those without any text left out.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet program shows it, from 1.
    pub number: u32,
    /// Its cells; those after the last one with text are left out.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text in NFC without spaces around it; numbers as they would be typed, days as 2026-07-01.
    pub text: String,
    /// What it was in the file.
    pub was: Was,
}

/// What a cell was in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Was {
    /// Text, or nothing.
    #[default]
    Text,
    /// A number; leading zeros that its format asks for are in the text.
    Number,
    /// A day or moment.
    Day,
    /// True or false.
    Truth,
    /// A formula. The text is what the last program to compute it left there, if any did.
    Formula,
    /// An error value such as `#N/A`.
    Error,
    /// Part of merged cells: the text is that of their first one.
    Merged,
}

static EMPTY: Cell = Cell { text: String::new(), was: Was::Text };

impl Row {
    /// The cell in this column, counted from 0; an empty one beyond the last.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&EMPTY)
    }
}

/// Why a cell's text cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It is a formula: what it amounts to may differ from what stands there, and nobody sees it.
    Formula,
    /// It is an error value.
    Error,
}

impl Unusable {
    /// What is wrong and how to mend it.
    pub fn words(self, lang: Lang) -> String {
        match self {
            Self::Formula => fl!(lang.messages(), "tabular-formula"),
            Self::Error => fl!(lang.messages(), "tabular-error-value"),
        }
    }
}

impl Cell {
    /// The text, unless it is what a formula once amounted to or an error.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn plain(&self) -> Result<&str, Unusable> {
        match self.was {
            Was::Formula => Err(Unusable::Formula),
            Was::Error => Err(Unusable::Error),
            Was::Text | Was::Number | Was::Day | Was::Truth | Was::Merged => Ok(&self.text),
        }
    }
}

/// Something wrong or worth a look in a row of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The row.
    pub row: u32,
    /// The column, counted from 0; absent where it is the whole row.
    pub column: Option<usize>,
    /// What is wrong and how to mend it.
    pub words: String,
}

impl Fault {
    /// Where it is: “dòng 12, cột C”.
    pub fn place(&self, lang: Lang) -> String {
        place(lang, self.row, self.column)
    }
}

/// A place in words: “dòng 12, cột C”.
pub fn place(lang: Lang, row: u32, column: Option<usize>) -> String {
    let row = row.to_string();
    match column {
        Some(column) => fl!(lang.messages(), "tabular-place", row = row, column = letters(column)),
        None => fl!(lang.messages(), "tabular-row", row = row),
    }
}

/// The letters of a column, counted from 0: A, …, Z, AA.
pub fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let (above, digit) = ((rest - 1) / 26, (rest - 1) % 26);
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or_default()));
        rest = above;
    }
    letters.iter().rev().collect()
}

/// Reads a file. `name`, where there is one, must not contradict the bytes.
///
/// # Errors
/// [`Refusal`] says what it is, or which limit it is over.
pub fn read(name: Option<&str>, bytes: &[u8]) -> Result<Book, Refusal> {
    if bytes.len() > BYTES {
        return Err(Refusal::TooLarge);
    }
    let extension = name.and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    let is_zip = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
    match extension.as_deref() {
        Some("xlsm" | "xltm" | "xlam") => return Err(Refusal::Macros),
        Some("xlsx") if !is_zip => return Err(container::of_magic(bytes).unwrap_or(Refusal::NotWorkbook)),
        Some("csv" | "txt" | "tsv") if is_zip => return Err(Refusal::NotText),
        Some("xlsx" | "csv" | "txt" | "tsv") | None => {}
        Some(_) => return Err(container::of_magic(bytes).unwrap_or(Refusal::OtherKind)),
    }
    if is_zip {
        container::check(bytes)?;
        return workbook::read(bytes);
    }
    match container::of_magic(bytes) {
        Some(refusal) => Err(refusal),
        None => delimited::read(bytes),
    }
}

/// Reads text that was pasted, with a separator that whoever asks knows: rows are its lines. Control characters, such as Word's
/// line breaks within a cell, are spaces.
///
/// # Errors
/// [`Refusal`] says which limit it is over.
pub fn pasted(text: &str, separator: char) -> Result<Vec<Row>, Refusal> {
    if text.len() > BYTES {
        return Err(Refusal::TooLarge);
    }
    let plain = |c: char| if c.is_control() && !matches!(c, '\t' | '\r' | '\n') { ' ' } else { c };
    let text: String = text.chars().map(plain).collect();
    delimited::rows(&text, u8::try_from(separator).unwrap_or(b'\t'), false)
}

/// Collects rows within the limits.
#[derive(Debug, Default)]
struct Budget {
    text: usize,
}

impl Budget {
    /// Accounts for a cell's text.
    fn take(&mut self, row: u32, column: usize, text: &str) -> Result<(), Refusal> {
        if column >= COLUMNS {
            return Err(Refusal::TooManyColumns { row });
        }
        if text.len() > CELL {
            return Err(Refusal::LongCell { row, column });
        }
        self.text = self.text.saturating_add(text.len());
        if self.text > TEXT { Err(Refusal::TooMuchText) } else { Ok(()) }
    }
}

/// A cell's text as it is kept.
fn clean(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').nfc().collect()
}

#[cfg(test)]
mod tests;
