//! The sheet on how the figures were formed, and what is to be known about them.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::Sheet;
use crate::{
    index::report::{Report, Rotation},
    language::Lang,
    report::{format, scope, words},
};

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-sheet-method"), lang)?;
    sheet.headings(&[(fl!(words, "document-column-what"), 44.0), (fl!(words, "report-how"), 100.0)], 0)?;
    let mut row = method(&mut sheet, 1, report, lang)?;
    if let Some(rotation) = &report.rotation {
        row = modules(&mut sheet, row + 1, rotation, lang)?;
    }
    for note in &report.notes {
        let unit = note.unit.as_deref().and_then(|code| report.units.iter().find(|unit| unit.code == code));
        sheet.text(row, 0, unit.map_or(&fl!(words, "report-notes"), |unit| &unit.name))?;
        sheet.text(row, 1, lang.pick(&note.text))?;
        row += 1;
    }
    Ok(())
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
    let campaign = &report.campaign;
    let definition = &campaign.definition;
    let mut rows = vec![
        (fl!(words, "report-campaign"), campaign.slug.clone()),
        (fl!(words, "report-when"), words::period(lang, report)),
        (fl!(words, "report-status"), words::status(lang, report)),
        (fl!(words, "report-definition"), words::questionnaire(report, lang)),
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
        let what = if words::is_of_category(report) {
            fl!(words, "report-column-category")
        } else {
            fl!(words, "report-column-unit")
        };
        rows.insert(0, (what, unit.name.clone()));
    }
    let mut row = from;
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
