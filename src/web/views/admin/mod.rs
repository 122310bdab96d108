//! The staff's pages.

pub mod again;
pub mod campaign;
pub mod campaigns;
pub mod comments;
pub mod definitions;
pub mod form;
pub mod frame;
pub mod help;
pub mod home;
pub mod login;
pub mod mail;
pub mod second_factor;
