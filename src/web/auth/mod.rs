//! Staff log-in: passwords as Argon2id hashes, sessions kept on the server, failed attempts slowed down.
//!
//! [`access`] decides who may do what, [`guard`] asks it before every handler; [`session::Staff`] is whom it let pass.

pub mod access;
pub mod bearer;
mod blocks;
pub mod common;
pub mod device;
pub mod guard;
pub mod in_turn;
pub mod kept;
pub mod levels;
pub mod oidc;
pub mod one_time;
pub mod password;
pub mod scope;
pub mod second_factor;
pub mod session;
pub mod throttle;
pub mod ticket;
pub mod token;
