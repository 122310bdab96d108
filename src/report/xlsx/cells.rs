//! Every unit's dimensions and criteria, a row each: to be filtered and turned into tables of one's own.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below, estimate_headings, mark};
use crate::{index::report::Report, language::Lang};

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-sheet-cells"), lang)?;
    let mut columns = vec![
        (fl!(words, "report-column-unit-code"), 11.0),
        (fl!(words, "report-column-unit"), 40.0),
        (fl!(words, "report-column-level"), 16.0),
        (fl!(words, "report-column-id"), 20.0),
        (fl!(words, "report-column-what"), 44.0),
    ];
    columns.extend(estimate_headings(lang));
    let rows: usize = report
        .units
        .iter()
        .flat_map(|unit| &unit.result.dimensions)
        .map(|dimension| 1 + dimension.criteria.len())
        .sum();
    sheet.headings(&columns, rows)?;
    let dimension_level = fl!(words, "report-column-dimension");
    let criterion_level = fl!(words, "report-column-criterion");
    let mut position = 0;
    for unit in &report.units {
        for dimension in &unit.result.dimensions {
            let own = (&dimension_level, &dimension.id, &dimension.name, &dimension.estimate);
            let criteria =
                dimension.criteria.iter().map(|own| (&criterion_level, &own.id, &own.name, &own.estimate));
            for (level, id, name, estimate) in std::iter::once(own).chain(criteria) {
                let row = below(position);
                sheet.mark(mark(estimate));
                sheet.text(row, 0, &unit.code)?;
                sheet.text(row, 1, &unit.name)?;
                sheet.text(row, 2, level)?;
                sheet.text(row, 3, id)?;
                sheet.text(row, 4, name)?;
                sheet.estimate(row, 5, estimate)?;
                position += 1;
            }
        }
    }
    Ok(())
}
