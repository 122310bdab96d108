//! What a reader gets from a report in each form.

mod document;
mod files;
pub mod fixture;
mod letters;
mod page;
mod whose;
