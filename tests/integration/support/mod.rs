//! What the integration tests share: a database per test, the real binary as a command and as a server, an HTTP
//! client, a reader of forms, a mail server that keeps what it gets.
//!
//! Everything is blocking and cleans up when dropped, so that a test reads from top to bottom as its user acts.
//! With `TEST_DATABASE_URL` set (an account of PostgreSQL that may create databases) every [`Database`] is a fresh one
//! on that server; else it is a SQLite file in a temporary folder.

#![allow(dead_code, unused_imports, reason = "each test uses its part of the harness")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod command;
mod database;
mod form;
mod http;
mod server;
mod smtp;

pub use command::{Output, SECRET, binary, run};
pub use database::Database;
pub use form::{Choice, Field, Form, Kind, error_links};
pub use http::{Client, Page};
pub use server::Server;
pub use smtp::{Act, Mail, MailServer};
pub mod stage;
