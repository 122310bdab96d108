//! What staff see, one file a page. Every handler but the log-in takes [`super::auth::session::Staff`].

pub mod accounts;
pub mod audit;
pub mod campaign;
pub mod campaigns;
pub mod comments;
pub mod counters;
pub mod definitions;
pub mod entry;
pub mod help;
pub mod home;
pub mod identity;
pub mod invited;
pub mod login;
pub mod logo;
pub mod lost_factor;
pub mod mail;
pub mod own;
pub mod paper;
pub mod password_link;
pub mod printing;
pub mod report;
pub mod second_factor;
pub mod setup;
pub mod sso;
pub mod units;
pub mod watching;
