//! The pages of lists of invited persons.

pub mod erase;
pub mod import;
pub mod links;
pub mod list;
pub mod person;
pub mod progress;
pub mod withdraw;
