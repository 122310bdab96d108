//! Pages that say what went wrong, and the way from a failure to its page. No page names a cause from inside.

use axum::{
    extract::rejection::PathRejection,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};

use super::{
    form::{BadForm, Fields},
    views::message::{self, Kind},
};
use crate::{language::Lang, store::StoreError};

/// Seconds after which a browser may try again.
const RETRY: HeaderValue = HeaderValue::from_static("5");

/// A page of HTML.
pub fn html(status: StatusCode, page: String) -> Response {
    let mut response = (status, page).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// A page that says something.
pub fn page(status: StatusCode, lang: Lang, kind: &Kind<'_>) -> Response {
    html(status, message::page(lang, kind).into_string())
}

/// The page for a form that could not be stored: it carries every field, so that sending it again loses nothing.
pub fn busy(lang: Lang, action: &str, fields: &Fields) -> Response {
    let fields: Vec<(&str, &str)> = fields.iter().collect();
    let mut response =
        page(StatusCode::SERVICE_UNAVAILABLE, lang, &Kind::Busy { action, fields: &fields });
    response.headers_mut().insert(RETRY_AFTER, RETRY);
    response
}

/// The page for a failure of the database while something was read.
pub fn of_store(error: &StoreError, lang: Lang) -> Response {
    tracing::error!(%error, "the database failed");
    let mut response = page(StatusCode::SERVICE_UNAVAILABLE, lang, &Kind::Unavailable);
    response.headers_mut().insert(RETRY_AFTER, RETRY);
    response
}

/// The page for a body that is no form.
pub fn of_form(bad: BadForm, lang: Lang) -> Response {
    match bad {
        BadForm::ContentType => page(StatusCode::UNSUPPORTED_MEDIA_TYPE, lang, &Kind::ContentType),
        BadForm::TooLarge => page(StatusCode::PAYLOAD_TOO_LARGE, lang, &Kind::TooLarge),
        BadForm::Malformed => page(StatusCode::BAD_REQUEST, lang, &Kind::Malformed),
    }
}

/// An address that cannot be read is an unknown one.
#[derive(Debug)]
pub struct NotFound;

impl From<PathRejection> for NotFound {
    fn from(_: PathRejection) -> Self {
        Self
    }
}

impl IntoResponse for NotFound {
    fn into_response(self) -> Response {
        page(StatusCode::NOT_FOUND, Lang::VI, &Kind::Unknown)
    }
}
