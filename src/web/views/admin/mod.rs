//! The staff's pages.

pub mod accounts;
pub mod again;
pub mod audit;
pub mod campaign;
pub mod campaigns;
pub mod comments;
pub mod definitions;
pub mod form;
pub mod frame;
pub mod help;
pub mod home;
pub mod identity;
pub mod invited;
pub mod login;
pub mod logo;
pub mod mail;
pub mod mailing;
pub mod own;
pub mod paper;
pub mod password;
pub mod printing;
pub mod second_factor;
pub mod setup;
pub mod units;
pub mod watching;
