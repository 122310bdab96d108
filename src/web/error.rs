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
    onward::Said,
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

/// A page that was looked for, with this status; that there is none, or what the database says.
pub fn found(status: StatusCode, page: Result<Option<String>, StoreError>, lang: Lang) -> Response {
    match page {
        Ok(Some(page)) => html(status, page),
        Ok(None) => self::page(lang, Kind::Unknown),
        Err(error) => of_store(&error, lang),
    }
}

/// A page that says something, with the status that goes with it.
pub fn page(lang: Lang, kind: Kind<'_>) -> Response {
    let mut response = finish(&kind, message::page(lang, &kind).into_string());
    if let Some(said) = Said::of(lang, &kind) {
        response.extensions_mut().insert(said);
    }
    response
}

/// The same under a campaign's title.
pub fn page_of(lang: Lang, heading: &str, demonstration: bool, kind: Kind<'_>) -> Response {
    let page =
        message::Page { lang, heading: Some(heading), language_links: &[], demonstration, kind: &kind };
    finish(&kind, message::of(&page).into_string())
}

fn finish(kind: &Kind<'_>, page: String) -> Response {
    let mut response = html(status(kind), page);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, RETRY);
    }
    response
}

const fn status(kind: &Kind<'_>) -> StatusCode {
    match kind {
        Kind::Thanks | Kind::Tried | Kind::NoMoreMail => StatusCode::OK,
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::NotYours | Kind::OtherSite | Kind::AfterHours => StatusCode::FORBIDDEN,
        Kind::Unknown | Kind::NoResults | Kind::NotReady | Kind::NotYetOpen { .. } => StatusCode::NOT_FOUND,
        Kind::Slow => StatusCode::REQUEST_TIMEOUT,
        Kind::Words { .. } => StatusCode::CONFLICT,
        Kind::Closed { .. } | Kind::Used | Kind::Newer | Kind::Replaced => StatusCode::GONE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::OtherForm => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Busy { .. } | Kind::Paused { .. } | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The page for a form that could not be stored: it carries every field, so that sending it again loses nothing.
pub fn busy(lang: Lang, action: &str, fields: &Fields) -> Response {
    let fields: Vec<(&str, &str)> = fields.iter().collect();
    page(lang, Kind::Busy { action, fields: &fields })
}

/// The page for a failure of the database while something was read.
pub fn of_store(error: &StoreError, lang: Lang) -> Response {
    tracing::error!(%error, "the database failed");
    page(lang, Kind::Unavailable)
}

/// The page for a body that is no form.
pub fn of_form(bad: BadForm, lang: Lang) -> Response {
    page(
        lang,
        match bad {
            BadForm::ContentType => Kind::ContentType,
            BadForm::TooLarge => Kind::TooLarge,
            BadForm::Malformed => Kind::Malformed,
        },
    )
}

/// An address that cannot be read is an unknown one.
#[derive(Debug, Default)]
pub struct NotFound;

impl From<PathRejection> for NotFound {
    fn from(_: PathRejection) -> Self {
        Self
    }
}

impl IntoResponse for NotFound {
    fn into_response(self) -> Response {
        page(Lang::VI, Kind::Unknown)
    }
}
