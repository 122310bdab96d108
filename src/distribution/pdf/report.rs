//! The index report as an official document.

use serde_json::json;

use super::{PdfError, Templates, render};
use crate::report::document::Document;

/// The document as a tagged PDF with bookmarks. The same document gives the same bytes.
///
/// # Errors
/// [`PdfError`].
pub fn report(templates: &Templates, document: &Document) -> Result<Vec<u8>, PdfError> {
    render(templates, "report.typ", &json!(document), None)
}
