//! Pages of questionnaires.

pub mod import;
pub mod list;
pub mod show;
