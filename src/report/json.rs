//! The report as JSON, schema `sipas.report/1`.

use crate::index::report::Report;

/// The report as JSON: compact, on one line, fields in the order of the schema, a line feed at the end.
///
/// The same report gives the same bytes. A number that is not finite is written as `null`.
#[expect(
    clippy::expect_used,
    reason = "the report is plain data: its keys are strings and writing to memory cannot fail"
)]
pub fn json(report: &Report) -> String {
    let mut json = serde_json::to_string(report).expect("a report as JSON");
    json.push('\n');
    json
}
