//! Distribution: how people find their questionnaire.
//!
//! [`address`] forms the addresses of counters and personal links, [`qr`] draws them, [`mod@print`] gathers what posters
//! show, [`pdf`] sets posters and paper forms, [`logo`] reads the province's logo for them, [`mail`] writes and sends
//! invitations, [`invite`] sends a campaign's, each once. Tokens of personal links exist in clear only on their way to
//! the person: in the address printed or mailed; the database keeps a keyed hash.

pub mod address;
pub mod invite;
pub mod logo;
pub mod mail;
pub mod pdf;
pub mod print;
pub mod qr;
