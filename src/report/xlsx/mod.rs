//! The report as a workbook: overview, units, criteria, each unit by criterion, who is responsible, method.
//!
//! Numbers are numbers, shares are percentages to Excel (`0.00%`), and text is always a string cell, never a formula. The
//! same report gives the same bytes.

mod cells;
mod chart;
mod comments;
mod criteria;
mod divided;
mod duties;
mod groups;
mod method;
mod overview;
mod sheet;
mod units;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::{
    index::report::Report,
    language::Lang,
    report::{format, guard, words},
};

/// Why there is no workbook; in practice a report beyond what a sheet holds (1,048,576 rows).
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be written: {0}")]
pub struct NotWritten(#[from] XlsxError);

/// The report as XLSX with the sheets overview, units, criteria, units × criteria, where the campaign has groups of raters those, fields, channels and counters, where
/// any were released, comments, where something is below the target, who is responsible, and method. Set up for A4 landscape.
///
/// # Errors
/// [`NotWritten`] where the report does not fit into a workbook.
pub fn xlsx(report: &Report, lang: Lang) -> Result<Vec<u8>, NotWritten> {
    let mut workbook = Workbook::new();
    let title = words::title(lang, report, &report.campaign.title);
    let made = ExcelDateTime::from_timestamp(format::seconds(&report.generated_at))?;
    let properties = DocProperties::new().set_title(guard::string(&title)).set_author("sipas");
    workbook.set_properties(&properties.set_creation_datetime(&made));
    overview::write(workbook.add_worksheet(), report, lang)?;
    units::write(workbook.add_worksheet(), report, lang)?;
    criteria::write(workbook.add_worksheet(), report, lang)?;
    cells::write(workbook.add_worksheet(), report, lang)?;
    if !report.groups.is_empty() {
        groups::write(workbook.add_worksheet(), report, lang)?;
    }
    if !report.breakdowns.is_empty() {
        divided::write(workbook.add_worksheet(), report, lang)?;
    }
    if !report.comments.is_empty() {
        comments::write(workbook.add_worksheet(), report, lang)?;
    }
    if !crate::report::duties::by_body(report).is_empty() {
        duties::write(workbook.add_worksheet(), report, lang)?;
    }
    method::write(workbook.add_worksheet(), report, lang)?;
    Ok(workbook.save_to_buffer()?)
}
