//! The sheet of fields of procedure, ways of filing, channels and counters: a row for each, a column for each dimension.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below, estimate_headings, mark};
use crate::{
    index::report::Report,
    language::Lang,
    report::{shown, words},
};

/// Columns before the dimensions.
const FIXED: u16 = 12;

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let m = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(m, "report-divided-sheet"), lang)?;
    let mut columns = vec![
        (fl!(m, "report-column-by"), 20.0),
        (fl!(m, "report-column-unit-code"), 14.0),
        (fl!(m, "report-column-unit"), 34.0),
        (fl!(m, "report-column-id"), 14.0),
        (fl!(m, "report-column-category"), 44.0),
        (fl!(m, "report-column-sheets"), 11.0),
    ];
    columns.extend(estimate_headings(lang));
    columns.extend(report.total.dimensions.iter().map(|dimension| (dimension.name.clone(), 15.0)));
    let rows = || {
        let all = report.breakdowns.iter();
        all.flat_map(|breakdown| breakdown.categories.iter().map(move |category| (breakdown, category)))
    };
    sheet.headings(&columns, rows().count())?;
    let names: std::collections::BTreeMap<&str, &str> =
        report.units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())).collect();
    for (position, (breakdown, category)) in rows().enumerate() {
        let (row, index) = (below(position), &category.result.index);
        sheet.mark(mark(index));
        sheet.text(row, 0, &words::by(lang, breakdown.by))?;
        if let Some(unit) = &breakdown.unit {
            sheet.text(row, 1, unit)?;
            sheet.text(row, 2, names.get(unit.as_str()).copied().unwrap_or_default())?;
        }
        sheet.text(row, 3, &category.code)?;
        sheet.text(row, 4, &words::category(lang, breakdown.by, category))?;
        sheet.count(row, 5, category.result.responses.filter(|_| shown::any(report)))?;
        sheet.estimate(row, 6, index)?;
        sheet.dimensions(row, FIXED, &report.total.dimensions, &category.result)?;
    }
    Ok(())
}
