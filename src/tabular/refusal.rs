//! Why a file as a whole is not read, in words that say how to mend it.

use i18n_embed_fl::fl;

use super::{BYTES, CELL, COLUMNS, ROWS, place};
use crate::language::Lang;

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More than [`BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// More than [`ROWS`].
    #[error("a sheet has too many rows")]
    TooManyRows,
    /// More than [`COLUMNS`].
    #[error("row {row} has too many columns")]
    TooManyColumns {
        /// The first such row.
        row: u32,
    },
    /// A cell longer than [`CELL`].
    #[error("a cell in row {row} is too long")]
    LongCell {
        /// Its row.
        row: u32,
        /// Its column, from 0.
        column: usize,
    },
    /// What it unfolds to is larger than any list of people or units.
    #[error("the file unfolds to too much text")]
    TooMuchText,
    /// A file called `.xlsx` that is none.
    #[error("the file is not an XLSX workbook")]
    NotWorkbook,
    /// A file called `.csv` that is no text, or bytes that are none.
    #[error("the file is not text")]
    NotText,
    /// A PDF, a picture, an OpenDocument file, …
    #[error("the file is of another kind")]
    OtherKind,
    /// The format of Excel before 2007.
    #[error("the file is in the old Excel format")]
    OldExcel,
    /// With a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// With macros.
    #[error("the file holds macros")]
    Macros,
    /// Broken, or made to harm: nested, overlapping, with entities.
    #[error("the workbook is damaged")]
    Damaged,
}

impl Refusal {
    /// What is wrong and how to mend it.
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Empty => fl!(m, "tabular-empty"),
            Self::TooLarge => fl!(m, "tabular-too-large", most = (BYTES / 1024 / 1024).to_string()),
            Self::TooManyRows => fl!(m, "tabular-too-many-rows", most = ROWS.to_string()),
            Self::TooManyColumns { row } => {
                fl!(m, "tabular-too-many-columns", row = row.to_string(), most = COLUMNS)
            }
            Self::LongCell { row, column } => {
                let place = place(lang, row, Some(column));
                fl!(m, "tabular-long-cell", place = place, most = (CELL / 1024).to_string())
            }
            Self::TooMuchText => fl!(m, "tabular-too-much-text"),
            Self::NotWorkbook => fl!(m, "tabular-not-workbook"),
            Self::NotText => fl!(m, "tabular-not-text"),
            Self::OtherKind => fl!(m, "tabular-other-kind"),
            Self::OldExcel => fl!(m, "tabular-old-excel"),
            Self::Encrypted => fl!(m, "tabular-encrypted"),
            Self::Macros => fl!(m, "tabular-macros"),
            Self::Damaged => fl!(m, "tabular-damaged"),
        }
    }
}
