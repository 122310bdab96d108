//! The program from outside: one binary for all integration tests.

mod apply;
mod definition;
mod dependencies;
mod durability;
mod personal_link;
mod questionnaires;
mod respond;
mod statistics;
mod support;
