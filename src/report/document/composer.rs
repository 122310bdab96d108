//! What the parts of a document share: the report, the language, and the numbers of tables and charts.

use super::{Block, Chart, Column, Row, Table};
use crate::{index::report::Report, language::Lang};

/// Numbers tables and charts through the whole document.
pub struct Composer<'a> {
    pub report: &'a Report,
    pub lang: Lang,
    tables: usize,
    charts: usize,
}

impl<'a> Composer<'a> {
    pub fn new(report: &'a Report, lang: Lang) -> Self {
        Self { report, lang, tables: 0, charts: 0 }
    }

    /// A table; nothing where it would have no row.
    pub fn table(
        &mut self,
        caption: String,
        columns: Vec<Column>,
        rows: Vec<Row>,
        notes: Vec<String>,
    ) -> Option<Block> {
        if rows.is_empty() {
            return None;
        }
        self.tables += 1;
        Some(Block::Table(Table { number: self.tables, caption, columns, rows, notes }))
    }

    /// A chart; nothing where no figure of it may be shown.
    pub fn chart(&mut self, chart: Option<Chart>) -> Option<Block> {
        let mut chart = chart?;
        self.charts += 1;
        chart.number = self.charts;
        Some(Block::Chart(chart))
    }
}

/// A column of words.
pub fn words(heading: String, width: u32) -> Column {
    Column { heading, number: false, width }
}

/// A column of numbers.
pub fn numbers(heading: String, width: u32) -> Column {
    Column { heading, number: true, width }
}
