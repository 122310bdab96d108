//! The index report as an official document, and its letters.

use serde_json::json;

use super::{PdfError, Templates, render};
use crate::report::document::{Document, Letter};

/// The document as a tagged PDF with bookmarks. The same document gives the same bytes.
///
/// # Errors
/// [`PdfError`].
pub fn report(templates: &Templates, document: &Document) -> Result<Vec<u8>, PdfError> {
    render(templates, "report.typ", &json!(document), None)
}

/// The letters as a tagged PDF, a page and a bookmark each. The same letters give the same bytes.
///
/// # Errors
/// [`PdfError`].
pub fn letters(templates: &Templates, letters: &[Letter]) -> Result<Vec<u8>, PdfError> {
    let first = letters.first();
    let title = match letters {
        [one] => one.title.as_str(),
        _ => first.map_or("", |letter| letter.about.as_str()),
    };
    let data = json!({
        "title": title,
        "author": first.map_or("", |letter| letter.head.issuer.as_str()),
        "lang": first.map_or("vi", |letter| letter.lang),
        "letters": letters,
    });
    render(templates, "report-letters.typ", &data, None)
}
