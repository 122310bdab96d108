//! Questionnaires as data: what a TOML file in `survey-definitions/` says, whether it makes sense, and its versions.
//!
//! Pure: texts come in, data goes out. [`mod@parse`] reads a file's text and keeps where each value stood, [`check`] says
//! everything that is wrong with it at once, [`canonical`] gives the form that is pinned by its SHA-256, [`library`]
//! keeps the versions side by side, [`translation`] adds further languages from files beside them and [`diff`] says what
//! changed between two. [`mod@write`] gives a definition's text back, and [`xlsform`] takes one from or to the spreadsheets
//! of ODK and Kobo. [`combined`] is several forms as one, [`weights`] are the shares that dimensions and parts have in the index of a form, [`rotation`]
//! the modules of which each respondent is asked some, [`length`] how long a form takes. What is wrong is data ([`problem`]); [`message`] puts it in words.
//! Next: [`crate::questionnaire`], which generates what a person is asked.

pub mod canonical;
pub mod check;
pub mod combined;
pub mod diff;
pub mod faces;
pub mod length;
pub mod library;
pub mod message;
pub mod model;
pub mod parse;
pub mod problem;
pub mod rotation;
pub mod schema;
mod shape;
pub mod source;
pub mod translation;
pub mod weights;
pub mod write;
pub mod xlsform;

pub use library::{Entry, Library};
pub use model::Definition;
pub use parse::{Parsed, parse};
pub use problem::{Position, Problem, ProblemKind, Severity};
