//! Questionnaires as XLSForm, the spreadsheets of ODK and Kobo (<https://xlsform.org>): in and out.
//!
//! Pure: sheets of text come in and go out ([`workbook`]); files are for [`crate::xlsform`]. [`mod@export`] writes one form
//! of a definition so that `pyxform` takes it as it is; what XLSForm cannot say stands in columns `sipas::…` of `survey`,
//! `sipas_…` of `choices` and in a sheet `sipas`, all of which ODK passes over. [`mod@import`] reads it back to the same
//! definition, and makes one of any other XLSForm as far as it goes. Whatever does not is a [`Remark`] with its cell:
//! nothing is dropped silently.

mod export;
mod import;
mod message;
mod remark;
mod rule;
mod select;
pub mod workbook;

pub use export::{Exported, export};
pub use import::{GroupFound, Imported, ItemFound, ListFound, Options, ScaleChoice, import};
pub use remark::{Level, Remark, Why};
pub use rule::Fault;
pub use select::only;
pub use workbook::{Line, Place, Sheet, Workbook};

/// The sheet of what XLSForm has no place for.
const OWN_SHEET: &str = "sipas";

/// What the wording's placeholders are called in an XLSForm, where a field team fills them in.
const PLACEHOLDERS: [(&str, &str); 3] = [("{unit}", "_unit"), ("{counter}", "_counter"), ("{year}", "_year")];

/// The longest text of a question that sets no limit, in characters.
const LONGEST_TEXT: u32 = 1_000;

#[cfg(test)]
mod tests;
