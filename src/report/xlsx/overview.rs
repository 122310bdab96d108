//! The first sheet: the headline, the dimensions as a table and a chart.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{
    chart::{Chart, Columns},
    sheet::{Sheet, mark},
};
use crate::{
    index::report::Report,
    language::Lang,
    report::{shown, words},
};

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-sheet-overview"), lang)?;
    for (column, width) in
        [(0, 44.0), (1, 26.0), (2, 12.0), (3, 12.0), (4, 26.0), (5, 26.0), (6, 11.0), (7, 11.0), (8, 11.0)]
    {
        sheet.width(column, width)?;
    }
    sheet.strong(0, 0, &report.campaign.title, 16.0)?;
    sheet.strong(1, 0, words::whose(report).unwrap_or_default(), 12.0)?;
    let mut row = 2;
    if report.campaign.demonstration {
        sheet.strong(row, 0, &fl!(words, "report-demonstration"), 11.0)?;
        row += 1;
    }
    // What belongs beside every figure of the whole.
    for words in [words::unweighted(report, lang), words::unasked(report, lang)].into_iter().flatten() {
        sheet.text(row, 0, words)?;
        row += 1;
    }
    row = headline(&mut sheet, row + 1, report, lang)?;
    dimensions(&mut sheet, row + 1, report, lang)?;
    Ok(())
}

fn headline(sheet: &mut Sheet<'_>, from: u32, report: &Report, lang: Lang) -> Result<u32, XlsxError> {
    let (words, index) = (lang.messages(), &report.total.index);
    let mut row = from;
    sheet.mark(mark(index));
    sheet.text(row, 0, &words::index(lang, report))?;
    sheet.figure(row, 1, index)?;
    row += 1;
    let [lower, upper] = [fl!(words, "report-column-lower"), fl!(words, "report-column-upper")];
    sheet.text(row, 0, &lower)?;
    sheet.lower(row, 1, index)?;
    sheet.text(row + 1, 0, &upper)?;
    sheet.upper(row + 1, 1, index)?;
    sheet.text(row + 2, 0, &fl!(words, "report-target"))?;
    sheet.share(row + 2, 1, Some(report.target))?;
    row += 3;
    sheet.text(row, 0, &fl!(words, "report-column-decision"))?;
    sheet.decision(row, 1, index)?;
    row += 1;
    if let Some(points) = report.total.points {
        sheet.text(row, 0, &fl!(words, "report-points"))?;
        sheet.decimal(row, 1, Some(points.reached))?;
        row += 1;
        sheet.text(row, 0, &fl!(words, "report-points-possible"))?;
        sheet.decimal(row, 1, Some(points.possible))?;
        row += 1;
        sheet.text(row, 0, &fl!(words, "report-satisfied"))?;
        sheet.share(row, 1, Some(points.satisfied))?;
        row += 1;
    }
    sheet.mark(super::sheet::Mark::Plain);
    for (name, count) in [
        (words::answers(report, lang), report.total.responses),
        (fl!(words, "report-planned"), shown::sum(&report.units, |unit| unit.planned)),
        (fl!(words, "report-population"), shown::population(report)),
    ] {
        if count.is_some() {
            sheet.text(row, 0, &name)?;
            sheet.count(row, 1, count)?;
            row += 1;
        }
    }
    Ok(row)
}

fn dimensions(sheet: &mut Sheet<'_>, from: u32, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    sheet.strong(from, 0, &fl!(words, "report-dimensions"), 12.0)?;
    let mut row = from + 1;
    for (column, name) in (0..).zip([
        fl!(words, "report-column-name"),
        fl!(words, "report-column-estimate"),
        fl!(words, "report-column-lower"),
        fl!(words, "report-column-upper"),
        fl!(words, "report-column-decision"),
        fl!(words, "report-column-weight"),
        fl!(words, "report-column-above"),
        fl!(words, "report-column-below"),
        fl!(words, "report-target"),
    ]) {
        sheet.strong(row, column, &name, 11.0)?;
    }
    let parts = if report.total.parts.len() > 1 { report.total.parts.as_slice() } else { &[] };
    let parts = parts.iter().map(|part| (&part.name, part.weight, &part.estimate));
    let dimensions = report.total.dimensions.iter().map(|d| (&d.name, d.weight, &d.estimate));
    let first = row + 1;
    for (name, weight, estimate) in parts.chain(dimensions) {
        row += 1;
        sheet.mark(mark(estimate));
        sheet.text(row, 0, name)?;
        sheet.figure(row, 1, estimate)?;
        sheet.limits(row, 2, estimate)?;
        sheet.decision(row, 4, estimate)?;
        sheet.share(row, 5, Some(weight))?;
        sheet.margins(row, 6, estimate)?;
        sheet.share(row, 8, Some(report.target))?;
    }
    sheet.mark(super::sheet::Mark::Plain);
    if report.total.dimensions.iter().all(|dimension| shown::figure(&dimension.estimate).is_some()) {
        let chart = Chart {
            title: fl!(words, "report-chart-dimensions"),
            figures: fl!(words, "report-column-estimate"),
            rows: (first, row),
            columns: Columns { names: 0, figures: 1, margins: 6, target: Some(8) },
            lying: false,
        };
        sheet.chart(row + 2, 0, &chart)?;
    }
    Ok(())
}
