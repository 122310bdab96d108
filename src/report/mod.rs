//! The report rendered: JSON, CSV, XLSX, DOCX, and a page of HTML that stands alone as a file.
//!
//! Pure: everything is made from [`crate::index::report::Report`], and nothing is read or written. What may not be
//! published passes through one gate, [`shown`], so that a suppressed cell has no figure in any rendering; a cell of a
//! spreadsheet passes through [`guard`], so that a name can never become a formula. [`scope::of_unit`] cuts a report
//! down to one unit; [`duties`] tells by body what is below the target, [`drag`] what of it holds the index back most. [`badge`] is a unit's small picture for its own site. [`document`] is the official report in words,
//! which [`fn@docx`] and [`crate::distribution::pdf::report`] set; [`document::letter`] are the letters to those who are to act on it.
//! [`series`] puts campaigns beside each other. Start at [`html`] for what a director reads and at [`mod@format`] for how numbers are written.

pub mod badge;
pub mod chart;
pub mod divided;
pub mod document;
pub mod drag;
pub mod duties;
pub mod format;
pub mod guard;
pub mod html;
pub mod scope;
pub mod series;
pub mod shown;
pub mod tasks;
pub mod words;
pub mod workbook;

mod csv;
mod docx;
mod json;
mod xlsx;

#[cfg(test)]
pub(crate) mod tests;

pub use csv::csv;
pub use docx::{docx, docx_letter, docx_letters};
pub use json::json;
pub use scope::of_unit;
pub use xlsx::{NotWritten, xlsx};
