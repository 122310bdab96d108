//! Columns by their headings: Vietnamese or English, whatever the case, diacritics, spaces and punctuation, and wherever
//! the heading row stands below a title.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::{Cell, Fault, Row, Sheet, letters};
use crate::language::{Lang, vietnamese};

/// A column that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Column<K> {
    /// What it is to the reader.
    pub key: K,
    /// Headings that mean it; the first one is named where it is missing.
    pub names: &'static [&'static str],
    /// Whether there is no table without it.
    pub required: bool,
}

/// Headings of columns that number the rows, folded to letters: they say nothing, and nobody needs to be told so.
const NUMBERS: [&str; 4] = ["stt", "tt", "sothutu", "no"];
/// Rows among which the heading row is looked for.
const LOOKED_AT: usize = 30;

/// A sheet whose columns are known.
#[derive(Debug, Clone)]
pub struct Table<'s, K> {
    /// The row with the headings.
    pub heading: u32,
    /// Headings that mean nothing here, with their columns; what stands below them is not read.
    pub unknown: Vec<(usize, &'s str)>,
    columns: BTreeMap<K, usize>,
    rows: &'s [Row],
}

/// Why there is no table in a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTable {
    /// No row has all headings that are needed.
    Missing {
        /// Headings that are missing in the row that has most.
        missing: Vec<&'static str>,
    },
    /// Two columns mean the same.
    Twice {
        /// The heading row.
        row: u32,
        /// The columns.
        columns: [usize; 2],
    },
}

impl NoTable {
    /// What is wrong and how to mend it.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Missing { missing } => {
                let names: Vec<String> = missing.iter().map(|name| format!("“{name}”")).collect();
                fl!(m, "tabular-no-heading", columns = names.join(", "))
            }
            Self::Twice { row, columns: [one, other] } => fl!(
                m,
                "tabular-heading-twice",
                row = row.to_string(),
                one = letters(*one),
                other = letters(*other)
            ),
        }
    }
}

/// Finds the heading row and the columns: the first row, among the first thirty, with all headings that are needed.
///
/// # Errors
/// [`NoTable`].
pub fn find<'s, K: Copy + Ord>(sheet: &'s Sheet, wanted: &[Column<K>]) -> Result<Table<'s, K>, NoTable> {
    let mut nearest: Option<Vec<&'static str>> = None;
    for (at, row) in sheet.rows.iter().enumerate().take(LOOKED_AT) {
        let mut columns: BTreeMap<K, usize> = BTreeMap::new();
        let (mut unknown, mut twice) = (Vec::new(), None);
        for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
            let key = vietnamese::key(&cell.text);
            let meant =
                wanted.iter().find(|wanted| wanted.names.iter().any(|name| vietnamese::key(name) == key));
            match meant {
                None if NUMBERS.contains(&key.as_str()) => {}
                None => unknown.push((column, cell.text.as_str())),
                Some(meant) => {
                    if let Some(first) = columns.insert(meant.key, column) {
                        twice = twice.or(Some([first, column]));
                    }
                }
            }
        }
        let missing: Vec<&'static str> = wanted
            .iter()
            .filter(|wanted| wanted.required && !columns.contains_key(&wanted.key))
            .filter_map(|wanted| wanted.names.first().copied())
            .collect();
        if missing.is_empty() {
            if let Some(columns) = twice {
                return Err(NoTable::Twice { row: row.number, columns });
            }
            let rows = sheet.rows.get(at + 1..).unwrap_or_default();
            return Ok(Table { heading: row.number, unknown, columns, rows });
        }
        if nearest.as_ref().is_none_or(|nearest| missing.len() < nearest.len()) {
            nearest = Some(missing);
        }
    }
    let all = || wanted.iter().filter(|w| w.required).filter_map(|w| w.names.first().copied()).collect();
    Err(NoTable::Missing { missing: nearest.unwrap_or_else(all) })
}

impl<'s, K: Copy + Ord> Table<'s, K> {
    /// The rows below the headings.
    pub const fn rows(&self) -> &'s [Row] {
        self.rows
    }

    /// The columns found.
    pub fn keys(&self) -> BTreeSet<K> {
        self.columns.keys().copied().collect()
    }

    /// The column of a heading, from 0.
    pub fn column(&self, key: K) -> Option<usize> {
        self.columns.get(&key).copied()
    }

    /// The cell below a heading; `None` where the sheet has no such column.
    pub fn cell(&self, row: &'s Row, key: K) -> Option<&'s Cell> {
        self.column(key).map(|column| row.cell(column))
    }

    /// The text below a heading, empty where there is none; a formula or an error value is told to `faults`.
    pub fn text(&self, lang: Lang, row: &'s Row, key: K, faults: &mut Vec<Fault>) -> &'s str {
        let Some(cell) = self.cell(row, key) else { return "" };
        cell.plain().unwrap_or_else(|unusable| {
            let words = unusable.words(lang);
            faults.push(Fault { row: row.number, column: self.column(key), words });
            ""
        })
    }
}
