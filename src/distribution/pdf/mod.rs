//! Pages for printers as PDF, set by Typst from templates that a province can replace.
//!
//! [`poster`] makes posters, table stands and labels, [`paper`] the paper form of a questionnaire, [`letters`] letters to
//! invited persons with their address labels, [`report`] the index report. What people typed goes
//! to a template as data (JSON) and never as source, so that no name can run anything (security test H-16); nothing is
//! loaded from a network, and nothing outside the templates' folder is read. The feature `pdf` builds the typesetter
//! in; without it every call says so ([`PdfError::NotBuiltIn`]).

pub mod letters;
pub mod paper;
pub mod poster;
pub mod report;
mod template;
#[cfg(feature = "pdf")]
mod world;

use i18n_embed_fl::fl;
use serde_json::Value;

use super::qr::QrError;
use crate::language::Lang;

pub use template::Templates;

/// Whether this program was built with the typesetter.
pub const BUILT_IN: bool = cfg!(feature = "pdf");

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The program was built without the feature `pdf`.
    #[error("this program was built without PDFs (feature `pdf`)")]
    NotBuiltIn,
    /// A template cannot be set: the province's own, or ours with data it did not expect.
    #[error("{place}: {message}")]
    Template {
        /// File, line and column: `poster.typ:12:3`.
        place: String,
        /// What is wrong, in the typesetter's English.
        message: String,
    },
    /// A code cannot be drawn.
    #[error(transparent)]
    Code(#[from] QrError),
}

impl PdfError {
    /// The words for the person who wanted to print.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::NotBuiltIn => fl!(m, "print-not-built-in"),
            Self::Template { place, message } => {
                fl!(m, "print-template-broken", place = place.as_str(), detail = message.as_str())
            }
            Self::Code(error) => fl!(m, "print-no-code", detail = error.to_string()),
        }
    }
}

/// Sets a template with this data; `logo` is what the template knows as `logo.png`.
fn render(
    templates: &Templates,
    name: &'static str,
    data: &Value,
    logo: Option<&[u8]>,
) -> Result<Vec<u8>, PdfError> {
    #[cfg(feature = "pdf")]
    {
        world::render(templates, name, data, logo)
    }
    #[cfg(not(feature = "pdf"))]
    {
        let _ = (templates.source(name), data, logo);
        Err(PdfError::NotBuiltIn)
    }
}

/// A language as the typesetter takes it: two or three letters.
fn language_code(lang: Lang) -> &'static str {
    let code = lang.code().split('-').next().unwrap_or_default();
    if matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase()) { code } else { "vi" }
}
