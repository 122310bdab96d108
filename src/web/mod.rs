//! The web side: what citizens, officials and staff see, and how it is served.
//!
//! Handlers are thin; whatever decides lies in the pure modules and whatever keeps lies in [`crate::store`]. [`views`]
//! draws pages from plain structs and knows neither requests nor the database; [`assets`] holds the files of `static/`.

pub mod assets;
pub mod views;
