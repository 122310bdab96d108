//! The third sheet: a row for each criterion of the total, with its counts and who is responsible.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below, estimate_headings, mark};
use crate::{
    index::report::Report,
    language::Lang,
    report::{csv::option_codes, shown},
};

/// Columns before the counts.
const FIXED: u16 = 11;

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-sheet-criteria"), lang)?;
    let options = option_codes(report);
    let criteria: Vec<_> =
        report.total.dimensions.iter().flat_map(|d| d.criteria.iter().map(move |c| (d, c))).collect();
    let mut columns = vec![
        (fl!(words, "report-column-id"), 20.0),
        (fl!(words, "report-column-criterion"), 44.0),
        (fl!(words, "report-column-dimension"), 30.0),
        (fl!(words, "report-column-asked"), 11.0),
    ];
    columns.extend(estimate_headings(lang));
    columns.push((fl!(words, "report-column-mean"), 10.0));
    columns.extend(
        options.iter().map(|code| (fl!(words, "report-column-count", code = (*code).to_string()), 9.0)),
    );
    columns.extend([
        (fl!(words, "report-plan"), 10.0),
        (fl!(words, "report-monitor"), 30.0),
        (fl!(words, "report-lead"), 30.0),
        (fl!(words, "report-support"), 30.0),
    ]);
    sheet.headings(&columns, criteria.len())?;
    for (position, (dimension, criterion)) in criteria.into_iter().enumerate() {
        let (row, estimate) = (below(position), &criterion.estimate);
        sheet.mark(mark(estimate));
        sheet.text(row, 0, &criterion.id)?;
        sheet.text(row, 1, &criterion.name)?;
        sheet.text(row, 2, &dimension.name)?;
        sheet.count(row, 3, shown::asked(criterion))?;
        sheet.estimate(row, 4, estimate)?;
        sheet.decimal(row, 10, shown::shown(estimate).and(shown::figure(&criterion.mean)))?;
        let mut column = FIXED;
        for code in &options {
            sheet.count(row, column, shown::counts(criterion).get(*code).copied())?;
            column += 1;
        }
        if let Some(responsible) = &criterion.responsible {
            let bodies = |list: &[String]| list.join("; ");
            sheet.text(row, column, &responsible.plan)?;
            sheet.text(row, column + 1, &bodies(&responsible.monitor))?;
            sheet.text(row, column + 2, &bodies(&responsible.lead))?;
            sheet.text(row, column + 3, &bodies(&responsible.support))?;
        }
    }
    Ok(())
}
