//! The sheet of responsibilities: what is below the target, by body.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below, estimate_headings, mark};
use crate::{
    index::report::Report,
    language::Lang,
    report::{duties, tasks, words},
};

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let m = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(m, "document-sheet-duties"), lang)?;
    let all = duties::by_body(report);
    let mut columns = vec![
        (fl!(m, "document-column-body"), 32.0),
        (fl!(m, "report-column-criterion"), 40.0),
        (fl!(m, "document-column-role"), 18.0),
        (fl!(m, "report-plan"), 10.0),
    ];
    columns.extend(estimate_headings(lang));
    columns.push((fl!(m, "document-column-tasks"), 60.0));
    sheet.headings(&columns, all.iter().map(|duties| duties.items.len()).sum())?;
    let rows = all.iter().flat_map(|duties| duties.items.iter().map(move |item| (duties, item)));
    for (position, (duties, ((dimension, criterion), roles))) in rows.enumerate() {
        let row = below(position);
        sheet.mark(mark(&criterion.estimate));
        sheet.text(row, 0, &words::duties_body(lang, duties))?;
        sheet.text(row, 1, &criterion.name)?;
        let roles: Vec<String> = roles.iter().map(|role| words::role(lang, *role)).collect();
        sheet.text(row, 2, &roles.join(", "))?;
        sheet.text(row, 3, criterion.responsible.as_ref().map_or("", |responsible| &responsible.plan))?;
        sheet.estimate(row, 4, &criterion.estimate)?;
        let tasks: Vec<&str> =
            tasks::of(report, dimension, criterion).map(|task| lang.pick(&task.text)).collect();
        sheet.text(row, 10, &tasks.join("; "))?;
    }
    Ok(())
}
