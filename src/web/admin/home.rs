//! The front doors.

use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::web::{
    auth::session::Staff,
    error,
    respond::answer::{Wanted, in_language},
    views::admin::{frame, home as view},
};

/// The staff's front page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin")]
pub struct AdminPath;

/// Leads staff to where their work is; says so where there is none yet.
pub async fn show(_: AdminPath, staff: Staff, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    match frame::first_place(&staff) {
        Some(path) => Redirect::to(&in_language(path, lang)).into_response(),
        None => error::html(StatusCode::OK, view::page(lang, &staff).into_string()),
    }
}

/// Citizens come by their counter's code and officials by their link, so whoever comes by the bare address is staff.
pub async fn front() -> Redirect {
    Redirect::to(&AdminPath.to_string())
}
