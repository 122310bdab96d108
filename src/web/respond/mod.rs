//! What citizens and officials see: a questionnaire by GET, its answers by POST, and a thank-you page.
//!
//! [`counter`] is the QR code's way (`/k/…`), [`kiosk`] the tablet's, [`link`] the personal link's (`/m/…`), [`answer`] what both share,
//! [`about`] what people are told of the survey.

pub mod about;
pub mod answer;
pub mod code;
pub mod counter;
pub mod guesses;
pub mod kiosk;
pub mod link;
pub mod newer;
pub mod sitting;
pub mod stop;
pub mod trial;
pub mod visit;
