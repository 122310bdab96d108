//! Questionnaires as data.
pub mod model;
