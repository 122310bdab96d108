//! Staff log-in: passwords as Argon2id hashes, sessions kept on the server, failed attempts slowed down.
//!
//! [`session::Staff`] is the extractor that every staff page takes; a handler without it serves anybody.

pub mod password;
pub mod permit;
pub mod session;
pub mod throttle;
