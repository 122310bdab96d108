//! The front doors.

use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::campaigns::CampaignsPath;
use crate::web::{
    auth::{access::Permission, session::Staff},
    error,
    respond::answer::{Wanted, in_language},
    views::admin::home as view,
};

/// The staff's front page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin")]
pub struct AdminPath;

/// Leads staff to where their work is; says so where there is none yet.
pub async fn show(_: AdminPath, staff: Staff, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    let places = [(Permission::ReadCampaigns, CampaignsPath.to_string())];
    match places.into_iter().find(|(needs, _)| staff.may(*needs)) {
        Some((_, path)) => Redirect::to(&in_language(&path, lang)).into_response(),
        None => error::html(StatusCode::OK, view::page(lang, &staff).into_string()),
    }
}

/// Citizens come by their counter's code and officials by their link, so whoever comes by the bare address is staff.
pub async fn front() -> Redirect {
    Redirect::to(&AdminPath.to_string())
}
