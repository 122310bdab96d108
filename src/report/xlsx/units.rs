//! The second sheet: a row for each unit, a column for each dimension.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below, estimate_headings, mark};
use crate::{index::report::Report, language::Lang, report::shown};

/// Columns before the dimensions.
const FIXED: u16 = 15;

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-sheet-units"), lang)?;
    let mut columns = vec![
        (fl!(words, "report-column-unit-code"), 11.0),
        (fl!(words, "report-column-unit"), 44.0),
        (fl!(words, "report-column-parent"), 11.0),
        (fl!(words, "report-population"), 12.0),
        (fl!(words, "report-planned"), 11.0),
        (fl!(words, "report-answers"), 11.0),
    ];
    columns.extend(estimate_headings(lang));
    columns.extend([
        (fl!(words, "report-column-rank"), 9.0),
        (fl!(words, "report-column-rank-from"), 9.0),
        (fl!(words, "report-column-rank-to"), 9.0),
    ]);
    columns.extend(report.total.dimensions.iter().map(|dimension| (dimension.name.clone(), 15.0)));
    sheet.headings(&columns, report.units.len())?;
    for ((position, unit), depth) in report.units.iter().enumerate().zip(shown::depths(&report.units)) {
        let (row, index) = (below(position), &unit.result.index);
        sheet.mark(mark(index));
        sheet.text(row, 0, &unit.code)?;
        sheet.indented(row, 1, &unit.name, depth)?;
        sheet.text(row, 2, unit.parent.as_deref().unwrap_or_default())?;
        sheet.count(row, 3, unit.population)?;
        sheet.count(row, 4, unit.planned)?;
        sheet.count(row, 5, unit.result.responses)?;
        sheet.estimate(row, 6, index)?;
        let rank = shown::rank(report, &unit.code).map(|(own, _)| own);
        let ranks = [rank.map(|own| own.rank), rank.map(|own| own.rank_lo), rank.map(|own| own.rank_hi)];
        for (column, rank) in (12..FIXED).zip(ranks) {
            sheet.count(row, column, rank.map(|rank| rank as u64))?;
        }
        sheet.dimensions(row, FIXED, &report.total.dimensions, &unit.result)?;
    }
    Ok(())
}
