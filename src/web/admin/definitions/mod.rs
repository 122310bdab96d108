//! Questionnaires: the list, each one with its forms and files, and the import of XLSForm.

pub mod import;
pub mod list;
pub mod show;
