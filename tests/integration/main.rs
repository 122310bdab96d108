//! The program from outside: one binary for all integration tests.

mod definition;
mod questionnaires;
mod statistics;
