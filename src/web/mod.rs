//! The web side: what citizens, officials and staff see, and how it is served.
//!
//! Handlers are thin; whatever decides lies in the pure modules and whatever keeps lies in [`crate::store`]. [`views`]
//! draws pages from plain structs and knows neither requests nor the database; [`assets`] holds the files of `static/`.

pub mod admin;
pub mod api;
pub mod app;
pub mod assets;
pub mod audio;
pub mod auth;
pub mod catalogue;
pub mod coding;
pub mod cut;
pub mod download;
pub mod error;
pub mod form;
pub mod handbook;
pub mod meanwhile;
pub mod middleware;
pub mod onward;
pub mod posted;
pub mod published;
pub mod registry;
pub mod respond;
pub mod routes;
pub mod run;
pub mod server;
pub mod shelf;
pub mod strict;
pub mod template;
pub mod typed;
pub mod upload;
pub mod views;
