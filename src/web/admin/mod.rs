//! What staff see, one file a page. Every handler but the log-in takes [`super::auth::session::Staff`].

pub mod campaign;
pub mod campaigns;
pub mod comments;
pub mod counters;
pub mod definitions;
pub mod entry;
pub mod help;
pub mod home;
pub mod login;
pub mod lost_factor;
pub mod mail;
pub mod report;
pub mod second_factor;
