//! What went wrong, for programs and in the reader's language (RFC 9457, `application/problem+json`).

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY},
    },
    response::{IntoResponse, Response},
};
use i18n_embed_fl::fl;
use serde_json::json;

use super::MOST;
use crate::{language::Lang, store::StoreError, web::middleware::headers::Needs};

/// Something that went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A parameter that there is not, or that stands there twice.
    Parameter,
    /// A `limit` that is none.
    Limit,
    /// A `cursor` that was not given out.
    Cursor,
    /// There is nothing at this address.
    Unknown,
    /// The results were withdrawn.
    Withdrawn,
    /// Another method than the address answers to.
    Method,
    /// The database does not answer.
    Unavailable,
}

impl Problem {
    /// What a failure of the database is to the reader; the log gets the rest.
    pub fn of_store(error: &StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        Self::Unavailable
    }

    /// Its status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Parameter | Self::Limit | Self::Cursor => StatusCode::BAD_REQUEST,
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Withdrawn => StatusCode::GONE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Its stable name.
    const fn code(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Limit => "limit",
            Self::Cursor => "cursor",
            Self::Unknown => "unknown",
            Self::Withdrawn => "withdrawn",
            Self::Method => "method",
            Self::Unavailable => "unavailable",
        }
    }

    fn detail(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Parameter => fl!(m, "api-parameter"),
            Self::Limit => fl!(m, "api-limit", most = MOST),
            Self::Cursor => fl!(m, "api-cursor"),
            Self::Unknown => fl!(m, "api-unknown"),
            Self::Withdrawn => fl!(m, "publish-withdrawn"),
            Self::Method => fl!(m, "api-method"),
            Self::Unavailable => fl!(m, "api-unavailable"),
        }
    }

    /// The answer.
    pub fn answer(self, lang: Lang) -> Response {
        let status = self.status();
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "code": self.code(),
            "detail": self.detail(lang),
        });
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response.extensions_mut().insert(Needs::Shared);
        response
    }
}

/// The language that a program asks for by `Accept-Language`: the first of ours in the order of their weights, else
/// Vietnamese (RFC 9110, section 12.5.4).
pub fn language(headers: &HeaderMap) -> Lang {
    let mut best = (Lang::VI, 0.0);
    let values = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    for offered in values.flat_map(|value| value.split(',')) {
        let mut parts = offered.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let code = name.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f64>().ok()).unwrap_or(1.0);
        if let Some(lang) = Lang::find(&code).filter(|_| weight > best.1) {
            best = (lang, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_in_the_language_asked_for() {
        for (asked, lang) in [
            ("en", Lang::EN),
            ("en-GB, vi;q=0.5", Lang::EN),
            ("en;q=0.4, vi;q=0.9", Lang::VI),
            ("fr", Lang::VI),
            ("en;q=0", Lang::VI),
            ("", Lang::VI),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::try_from(asked).unwrap())]);
            assert_eq!(language(&headers), lang, "{asked}");
        }
    }
}
