//! The third sheet: a row for each criterion of the total, with its counts and who is responsible.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{
    chart::{Chart, Columns},
    sheet::{Sheet, below, estimate_headings, mark},
};
use crate::{
    index::report::Report,
    language::Lang,
    report::{csv::option_codes, shown, words},
};

/// Columns before the counts.
const FIXED: u16 = 11;

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let m = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(m, "report-sheet-criteria"), lang)?;
    let options = option_codes(report);
    let criteria: Vec<_> =
        report.total.dimensions.iter().flat_map(|d| d.criteria.iter().map(move |c| (d, c))).collect();
    let mut columns = vec![
        (fl!(m, "report-column-id"), 20.0),
        (fl!(m, "report-column-criterion"), 44.0),
        (fl!(m, "report-column-dimension"), 30.0),
        (fl!(m, "report-column-asked"), 11.0),
    ];
    columns.extend(estimate_headings(lang));
    columns.push((words::mean(lang, report), 12.0));
    columns.extend(options.iter().map(|code| (words::option(lang, code), 9.0)));
    columns.extend([
        (fl!(m, "report-plan"), 10.0),
        (fl!(m, "report-monitor"), 30.0),
        (fl!(m, "report-lead"), 30.0),
        (fl!(m, "report-support"), 30.0),
        (fl!(m, "report-column-above"), 11.0),
        (fl!(m, "report-column-below"), 11.0),
    ]);
    sheet.headings(&columns, criteria.len())?;
    let all_shown = criteria.iter().all(|(_, criterion)| shown::figure(&criterion.estimate).is_some());
    let last = u32::try_from(criteria.len()).unwrap_or(u32::MAX);
    let after = FIXED + u16::try_from(options.len()).unwrap_or(u16::MAX);
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
        sheet.margins(row, column + 4, estimate)?;
    }
    if all_shown && last > 0 {
        let chart = Chart {
            title: fl!(m, "report-chart-criteria"),
            figures: fl!(m, "report-column-estimate"),
            rows: (1, last),
            columns: Columns { names: 1, figures: 5, margins: after + 4, target: None },
            lying: true,
        };
        sheet.chart(last + 3, 1, &chart)?;
    }
    Ok(())
}
