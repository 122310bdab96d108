//! Distribution: how people find their questionnaire.
//!
//! [`address`] forms the addresses of counters and personal links, [`qr`] draws them, [`mod@print`] gathers what posters
//! show, [`pdf`] sets posters and paper forms, [`logo`] reads the province's logo for them. [`letter`] words the mails to
//! invited persons, [`mail`] makes messages of them, [`dkim`] signs and [`smtp`] hands them over; when and how often is
//! [`crate::worker::outbox`]'s matter. Tokens of personal links exist in clear only on their way to the person: in the
//! address printed or mailed; the database keeps a keyed hash.

pub mod address;
pub mod courtesy;
pub mod dkim;
pub mod letter;
pub mod logo;
pub mod mail;
pub mod pdf;
pub mod print;
pub mod qr;
pub mod smtp;
