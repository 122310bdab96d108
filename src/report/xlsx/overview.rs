//! The first sheet: the headline, the dimensions, how it was computed.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, mark};
use crate::{
    index::report::{Report, Rotation},
    language::Lang,
    report::{format, scope, shown, words},
};

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-sheet-overview"), lang)?;
    for (column, width) in [(0, 44.0), (1, 30.0), (2, 12.0), (3, 12.0), (4, 22.0), (5, 14.0)] {
        sheet.width(column, width)?;
    }
    sheet.strong(0, 0, &report.campaign.title, 16.0)?;
    sheet.strong(1, 0, words::whose(report).unwrap_or_default(), 12.0)?;
    let mut row = 2;
    if report.campaign.demonstration {
        sheet.strong(row, 0, &fl!(words, "report-demonstration"), 11.0)?;
        row += 1;
    }
    row = headline(&mut sheet, row + 1, report, lang)?;
    row = dimensions(&mut sheet, row + 1, report, lang)?;
    row = method(&mut sheet, row + 1, report, lang)?;
    if let Some(rotation) = &report.rotation {
        row = modules(&mut sheet, row + 1, rotation, lang)?;
    }
    if !report.notes.is_empty() {
        sheet.strong(row + 1, 0, &fl!(words, "report-notes"), 12.0)?;
        row += 2;
        for note in &report.notes {
            let unit =
                note.unit.as_deref().and_then(|code| report.units.iter().find(|unit| unit.code == code));
            sheet.text(row, 0, lang.pick(&note.text))?;
            sheet.text(row, 1, unit.map_or("", |unit| &unit.name))?;
            row += 1;
        }
    }
    Ok(())
}

fn headline(sheet: &mut Sheet<'_>, from: u32, report: &Report, lang: Lang) -> Result<u32, XlsxError> {
    let (words, index) = (lang.messages(), &report.total.index);
    let mut row = from;
    sheet.mark(mark(index));
    sheet.text(row, 0, &fl!(words, "report-index"))?;
    sheet.figure(row, 1, index)?;
    row += 1;
    let limits = shown::limits(index);
    for (name, share) in [
        (fl!(words, "report-column-lower"), limits.map(|(lower, _)| lower)),
        (fl!(words, "report-column-upper"), limits.map(|(_, upper)| upper)),
        (fl!(words, "report-target"), Some(report.target)),
    ] {
        sheet.text(row, 0, &name)?;
        sheet.share(row, 1, share)?;
        row += 1;
    }
    sheet.text(row, 0, &fl!(words, "report-column-decision"))?;
    sheet.decision(row, 1, index)?;
    row += 1;
    if let Some(points) = report.total.points {
        let reached = format::decimal(lang, points.reached, 2);
        let possible = format::decimal(lang, points.possible, 0);
        sheet.text(row, 0, &fl!(words, "report-points"))?;
        sheet.text(row, 1, &format!("{reached} / {possible}"))?;
        row += 1;
        sheet.text(row, 0, &fl!(words, "report-satisfied"))?;
        sheet.share(row, 1, Some(points.satisfied))?;
        row += 1;
    }
    sheet.mark(super::sheet::Mark::Plain);
    for (name, count) in [
        (words::answers(report, lang), report.total.responses),
        (fl!(words, "report-planned"), shown::sum(&report.units, |unit| unit.planned)),
        (fl!(words, "report-population"), shown::sum(&report.units, |unit| unit.population)),
    ] {
        if count.is_some() {
            sheet.text(row, 0, &name)?;
            sheet.count(row, 1, count)?;
            row += 1;
        }
    }
    Ok(row)
}

fn dimensions(sheet: &mut Sheet<'_>, from: u32, report: &Report, lang: Lang) -> Result<u32, XlsxError> {
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
    ]) {
        sheet.strong(row, column, &name, 11.0)?;
    }
    let parts = if report.total.parts.len() > 1 { report.total.parts.as_slice() } else { &[] };
    let parts = parts.iter().map(|part| (&part.name, part.weight, &part.estimate));
    let dimensions = report.total.dimensions.iter().map(|d| (&d.name, d.weight, &d.estimate));
    for (name, weight, estimate) in parts.chain(dimensions) {
        row += 1;
        sheet.mark(mark(estimate));
        sheet.text(row, 0, name)?;
        sheet.figure(row, 1, estimate)?;
        sheet.limits(row, 2, estimate)?;
        sheet.decision(row, 4, estimate)?;
        sheet.share(row, 5, Some(weight))?;
    }
    sheet.mark(super::sheet::Mark::Plain);
    Ok(row + 1)
}

fn modules(sheet: &mut Sheet<'_>, from: u32, rotation: &Rotation, lang: Lang) -> Result<u32, XlsxError> {
    let words = lang.messages();
    let (ask, modules) = (rotation.ask, rotation.modules.len());
    sheet.strong(from, 0, &fl!(words, "report-modules-caption", ask = ask, modules = modules), 12.0)?;
    let mut row = from + 1;
    for (column, name) in (0..).zip([
        fl!(words, "report-module"),
        fl!(words, "report-column-asked"),
        fl!(words, "report-column-asked-share"),
        fl!(words, "report-column-probability"),
    ]) {
        sheet.strong(row, column, &name, 11.0)?;
    }
    for module in &rotation.modules {
        row += 1;
        sheet.text(row, 0, &module.name)?;
        if module.asked.is_some() {
            sheet.count(row, 1, module.asked)?;
            sheet.share(row, 2, module.share)?;
        }
        sheet.share(row, 3, Some(module.probability))?;
    }
    if let Some(evenness) = words::evenness(lang, rotation) {
        row += 1;
        sheet.text(row, 0, &evenness)?;
    }
    Ok(row + 1)
}

fn method(sheet: &mut Sheet<'_>, from: u32, report: &Report, lang: Lang) -> Result<u32, XlsxError> {
    let words = lang.messages();
    sheet.strong(from, 0, &fl!(words, "report-how"), 12.0)?;
    let campaign = &report.campaign;
    let definition = &campaign.definition;
    let mut rows = vec![
        (fl!(words, "report-campaign"), campaign.slug.clone()),
        (fl!(words, "report-when"), words::period(lang, report)),
        (fl!(words, "report-status"), words::status(lang, report)),
        (
            fl!(words, "report-definition"),
            format!("{} {}, {}", definition.id, definition.version, campaign.form),
        ),
        (fl!(words, "report-sha256"), definition.sha256.clone()),
        (fl!(words, "report-method"), report.method.name.clone()),
        (fl!(words, "report-measure"), words::measure(lang, report.method.measure)),
        (fl!(words, "report-aggregation"), words::aggregation(lang, report.method.aggregation)),
        (fl!(words, "report-weights-parts"), words::weights(lang, report.method.weights.parts)),
        (fl!(words, "report-weights-dimensions"), words::weights(lang, report.method.weights.dimensions)),
        (fl!(words, "report-weighting"), words::weighting(lang, report.weighting)),
        (fl!(words, "report-level"), format::percent_short(lang, report.level)),
        (fl!(words, "report-minimum"), report.method.minimum_answers.to_string()),
        (fl!(words, "report-generated"), format::moment(lang, &report.generated_at, &campaign.opens)),
    ];
    if let Some(unit) = scope::only(report) {
        rows.insert(0, (fl!(words, "report-column-unit"), unit.name.clone()));
    }
    let mut row = from + 1;
    for (name, value) in &rows {
        sheet.text(row, 0, name)?;
        sheet.text(row, 1, value)?;
        row += 1;
    }
    let responses = &report.responses;
    for (name, count) in
        [(words::stored(report, lang), responses.stored), (fl!(words, "report-valid"), responses.valid)]
            .into_iter()
            .chain(responses.channels.iter().map(|(code, count)| (words::channel(lang, code), *count)))
    {
        sheet.text(row, 0, &name)?;
        sheet.count(row, 1, Some(count))?;
        row += 1;
    }
    for (name, count) in responses.modes.iter().flat_map(|modes| words::modes(lang, modes)) {
        sheet.text(row, 0, &name)?;
        match count {
            Some(count) => sheet.count(row, 1, Some(count))?,
            None => sheet.text(row, 1, &fl!(words, "report-suppressed"))?,
        }
        row += 1;
    }
    Ok(row)
}
