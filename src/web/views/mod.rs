//! Pages as pure functions from plain structs to HTML: no request, no database, no clock.
//!
//! [`layout`] is the skeleton every respondent's page shares, [`components`] its parts, [`questionnaire`] the form
//! ([`rule`] its skip rules in words, [`phone`] what its script says), [`message`] every page that only says something,
//! [`notice`] what people are told before they answer, [`kiosk`] the tablet at a counter, [`poster`] the printed page
//! with a counter's code. Words of the interface come from the catalogues (`respond-…`), words of a questionnaire from
//! its definition. Everything passes through maud's escaping; the only markup taken as it is are our own styles
//! ([`layout`]) and the drawing of a code ([`poster`]).

pub mod admin;
pub mod code;
pub mod components;
pub mod dates;
pub mod kiosk;
pub mod layout;
pub mod message;
pub mod mode;
pub mod newer;
pub mod notice;
pub mod paper;
pub mod phone;
pub mod pictograms;
pub mod poster;
pub mod published;
pub mod questionnaire;
pub mod rule;
pub mod sitting;
pub mod stop;
#[cfg(test)]
mod testing;
