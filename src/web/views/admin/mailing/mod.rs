//! Mails to the invited persons of a campaign.

pub mod show;
pub mod step;
pub mod words;
