//! `/m/ngung-thu/{token}`: no more mail to this person (RFC 8058). The link to the questionnaire stays; nothing notes when.
//!
//! Mail programs post here by themselves, without a cookie, when somebody presses their button; a page opened by hand
//! or by a scanner asks first and changes nothing.

use axum::{
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::answer::Wanted;
use crate::{
    language::Lang,
    store::{StoreError, outbox},
    web::{
        app::App,
        error::{self, NotFound},
        form::{self, Fields},
        upload::Upload,
        views::{message::Kind, stop as view},
    },
};

/// The field that RFC 8058 asks for, and its value.
pub const FIELD: (&str, &str) = ("List-Unsubscribe", "One-Click");

/// Where a person asks for no more mail.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/m/ngung-thu/{token}", rejection(NotFound))]
pub struct StopPath {
    /// The token.
    pub token: String,
}

/// Asks whether no more mail is wanted.
pub async fn show(path: StopPath, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language_of_respondent();
    let found = async { outbox::find_stop(&mut app.store.read().await?, &app.key, &path.token).await };
    match found.await {
        Ok(Some(_)) => error::html(StatusCode::OK, view::page(lang, &path.to_string()).into_string()),
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Sends no more mail.
pub async fn stop(
    path: StopPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language_of_respondent();
    let (parts, body) = request.into_parts();
    // RFC 8058 allows both kinds of forms.
    let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let read = if kind.to_ascii_lowercase().starts_with(b"multipart/") {
        Upload::read(&parts.headers, body, form::LOGIN).await.map(|upload| upload.fields)
    } else {
        Fields::read(&parts.headers, body, form::LOGIN).await
    };
    let fields = match read {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    if fields.one(FIELD.0) != Some(FIELD.1) {
        return error::page(lang, Kind::Malformed);
    }
    match done(&app, &path.token, lang).await {
        Ok(response) => response,
        Err(error) => error::of_store(&error, lang),
    }
}

async fn done(app: &App, token: &str, lang: Lang) -> Result<Response, StoreError> {
    let mut db = app.store.write().await?;
    if !outbox::stop(&mut db, &app.key, token).await? {
        return Ok(error::page(lang, Kind::Unknown));
    }
    db.commit().await?;
    Ok(error::page(lang, Kind::NoMoreMail))
}
