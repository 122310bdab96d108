//! What a reader gets from a report in each form.

mod files;
mod fixture;
mod page;
