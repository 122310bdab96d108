//! The last sheet: what people wrote and staff released.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Sheet, below};
use crate::{index::report::Report, language::Lang};

/// Writes the sheet.
pub fn write(worksheet: &mut Worksheet, report: &Report, lang: Lang) -> Result<(), XlsxError> {
    let words = lang.messages();
    let mut sheet = Sheet::new(worksheet, &fl!(words, "report-comments"), lang)?;
    let columns = [
        (fl!(words, "report-column-id"), 14.0),
        (fl!(words, "report-column-unit"), 44.0),
        (fl!(words, "report-comment"), 90.0),
    ];
    sheet.headings(&columns, report.comments.len())?;
    for (position, comment) in report.comments.iter().enumerate() {
        let row = below(position);
        let unit = comment.unit.as_deref();
        let unit = unit.and_then(|code| report.units.iter().find(|unit| unit.code == code));
        sheet.text(row, 0, &comment.question)?;
        sheet.text(row, 1, unit.map_or("", |unit| &unit.name))?;
        sheet.text(row, 2, &comment.text)?;
    }
    Ok(())
}
