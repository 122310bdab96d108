//! The program from outside: one binary for all integration tests.

mod definition;
mod dependencies;
mod questionnaires;
mod statistics;
mod support;
