//! The mails that a demonstration caught instead of sending: its only page that anybody may open who has the address.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::{
    distribution::mail,
    secret::{Key, hex},
    web::{
        app::App,
        error::{self, NotFound},
        respond::answer::Wanted,
        views::{admin::mail as view, message::Kind},
    },
};

/// The caught mails. The key in the address stands in for a log-in: only whoever started the demonstration has it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/mail/{key}", rejection(NotFound))]
pub struct MailPath {
    /// See [`key`].
    pub key: String,
}

/// The key in the address of the caught mails.
pub fn key(key: &Key) -> String {
    hex(&key.id("caught mails", &[]))
}

/// Shows the caught mails; elsewhere than in a demonstration there is no such page.
pub async fn show(path: MailPath, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    let right = bool::from(path.key.as_bytes().ct_eq(key(&app.key).as_bytes()));
    let Some(folder) = app.caught_mails.clone().filter(|_| right) else {
        return error::page(lang, Kind::Unknown);
    };
    match tokio::task::spawn_blocking(move || mail::caught(&folder)).await {
        Ok(Ok(mails)) => error::html(StatusCode::OK, view::page(lang, &mails).into_string()),
        Ok(Err(_)) | Err(_) => error::page(lang, Kind::Failed),
    }
}
