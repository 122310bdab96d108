//! What the parts of a document share: the report, the language, and the numbers of tables and charts.

use super::{Block, Chart, Column, Row, Table, measure};
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

    /// A table on pages whose text is so wide; nothing where it would have no row.
    pub fn table(
        &mut self,
        width: f64,
        caption: String,
        mut columns: Vec<Column>,
        rows: Vec<Row>,
        notes: Vec<String>,
    ) -> Option<Block> {
        if rows.is_empty() {
            return None;
        }
        fit(&mut columns, &rows, width);
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

/// Width of the text on a page in points: 160 mm.
pub const UPRIGHT: f64 = 453.5;
/// The same on a page that lies on its side: 247 mm.
pub const LANDSCAPE: f64 = 700.0;
/// The type of tables, in points.
const SIZE: f64 = 11.0;
/// Left and right of what stands in a cell together, with its lines.
const AIR: f64 = 8.5;
/// Words that are longer are broken rather than that a column gets wider for them.
const LONGEST_WORD: f64 = 80.0;

/// Widens columns whose figures or words would be broken, at the cost of those with room to spare; where there is not enough room for
/// all, they stay as they are.
fn fit(columns: &mut [Column], rows: &[Row], width: f64) {
    let parts = f64::from(columns.iter().map(|column| column.width).sum::<u32>().max(1));
    let mut widths: Vec<f64> = columns.iter().map(|column| f64::from(column.width) / parts * width).collect();
    let needs: Vec<f64> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let longest = if column.number { width } else { LONGEST_WORD };
            let piece = |text: &str, strong: bool| {
                let pieces = text.split(' ').map(|piece| measure::width(piece, strong, SIZE));
                pieces.fold(0.0, f64::max)
            };
            let cells = rows.iter().filter_map(|row| Some(piece(row.cells.get(at)?, row.strong)));
            cells.fold(piece(&column.heading, true).min(LONGEST_WORD), f64::max).min(longest) + AIR
        })
        .collect();
    let lacks: f64 = widths.iter().zip(&needs).map(|(width, need)| (need - width).max(0.0)).sum();
    let spare: f64 = widths.iter().zip(&needs).map(|(width, need)| (width - need).max(0.0)).sum();
    if lacks <= 0.0 || lacks > spare {
        return;
    }
    for ((width, need), column) in widths.iter_mut().zip(&needs).zip(columns) {
        *width = if *width < *need { *need } else { *width - (*width - need) * lacks / spare };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width on a page")]
        {
            column.width = (*width * 10.0).round() as u32;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_its_figures() {
        let mut columns = vec![words("Đơn vị".to_owned(), 90), numbers("Khoảng".to_owned(), 10)];
        let rows = vec![Row::new(vec!["UBND xã".to_owned(), "88,94–90,20\u{a0}%".to_owned()])];
        fit(&mut columns, &rows, UPRIGHT);
        let share = f64::from(columns[1].width) / f64::from(columns[0].width + columns[1].width);
        assert!(share * UPRIGHT >= measure::width("88,94–90,20\u{a0}%", false, SIZE) + 7.0, "{columns:?}");
        // One that has room keeps the width it was given.
        let mut wide = vec![words("Đơn vị".to_owned(), 50), numbers("Khoảng".to_owned(), 50)];
        fit(&mut wide, &rows, UPRIGHT);
        assert_eq!((wide[0].width, wide[1].width), (50, 50));
    }
}
