//! The sheet of groups of raters: a row for each, a column for each dimension.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below, estimate_headings, mark};
use crate::{index::report::Report, language::Lang};

/// Columns before the dimensions.
const FIXED: u16 = 12;

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-groups"), lang)?;
    let mut columns = vec![
        (fl!(words, "report-column-id"), 11.0),
        (fl!(words, "report-column-group"), 44.0),
        (fl!(words, "report-column-invited"), 11.0),
        (fl!(words, "report-column-answered"), 11.0),
        (fl!(words, "report-column-assigned"), 12.0),
        (fl!(words, "report-column-sheets"), 11.0),
    ];
    columns.extend(estimate_headings(lang));
    columns.extend(report.total.dimensions.iter().map(|dimension| (dimension.name.clone(), 15.0)));
    sheet.headings(&columns, report.groups.len())?;
    for (position, group) in report.groups.iter().enumerate() {
        let (row, index) = (below(position), &group.result.index);
        sheet.mark(mark(index));
        sheet.text(row, 0, &group.code)?;
        sheet.text(row, 1, &group.name)?;
        sheet.count(row, 2, Some(group.invited))?;
        sheet.count(row, 3, group.answered)?;
        sheet.count(row, 4, Some(group.assigned))?;
        sheet.count(row, 5, group.result.responses)?;
        sheet.estimate(row, 6, index)?;
        sheet.dimensions(row, FIXED, &report.total.dimensions, &group.result)?;
    }
    Ok(())
}
