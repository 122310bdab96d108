//! All SQL. SQLite or PostgreSQL behind one [`Store`]; one SQL text and one `migrations/` folder for both.
//!
//! A function that only reads takes a [`Reader`]; one that writes takes a [`Writer`], a transaction that is rolled
//! back unless committed. Answers come in through [`inbox`], which commits many at once and acknowledges each only
//! after its commit is durable. What answers look like inside is [`crate::questionnaire`]'s matter; reports read
//! them column by column through [`sheets`].
//!
//! The truth is one row per answer sheet (`response`, or `urn` for personal links until their campaign closes);
//! `segment` holds derived columns and may be deleted at any time.

mod connection;
mod error;
mod migrate;
mod role;

pub mod access_tokens;
pub mod accounts;
pub mod audit;
pub mod campaigns;
pub mod comments;
pub mod definitions;
pub mod erasure;
pub mod follow_up;
pub mod formed;
pub mod health;
pub mod identities;
pub mod inbox;
pub mod invitations;
pub mod levels;
pub mod mailing;
pub mod microdata;
pub mod notices;
pub mod outbox;
pub mod paper;
pub mod periods;
pub mod personal_links;
pub mod pictures;
pub mod places;
pub mod previewed;
pub mod publications;
pub mod raters;
pub mod ready;
pub mod reminders;
pub mod responses;
pub mod second_factors;
pub mod segments;
pub mod set_aside;
pub mod sheets;
pub mod staff;
pub mod tally;
pub mod translations;
pub mod turnout;
pub mod units;
pub mod urn;
pub mod watching;

pub use connection::{AsConn, Conn, Reader, Store, Writer};

use connection::Either;
pub use error::StoreError;

pub(crate) use connection::on;

/// Whether a text can be in the database at all: PostgreSQL refuses NUL even in a question.
fn storable(text: &str) -> bool {
    !text.contains('\0')
}
