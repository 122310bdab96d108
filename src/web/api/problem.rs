//! What went wrong, for programs and in the reader's language (RFC 9457, `application/problem+json`).

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, ALLOW, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use i18n_embed_fl::fl;
use serde_json::{Value, json};

use super::MOST;
use crate::{
    language::Lang,
    store::StoreError,
    web::{auth::access::Scope, middleware::headers::Needs},
};

/// Where the types of problems are explained.
pub const TYPES: &str = "/api/v1/problems";
/// The methods of every address of the API, as `Allow` names them.
pub const METHODS: &str = "GET,HEAD";

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A parameter that there is not, or that stands there twice.
    Parameter,
    /// A `limit` that is none.
    Limit,
    /// A `cursor` that was not given out.
    Cursor,
    /// Another parameter's value that is none.
    Value,
    /// `Authorization` twice, or not in ASCII.
    Authorization,
    /// No access token.
    NoToken,
    /// One that opens nothing: unknown, revoked, run out, or of an account that is switched off.
    WrongToken,
    /// One that lacks a scope.
    Scope(Scope),
    /// Its account's role has no permission for this.
    Role,
    /// Its account must set up a second factor first.
    SecondFactor,
    /// Its account must change its password first.
    OldPassword,
    /// Administration is closed at this time of day.
    AfterHours,
    /// There is nothing at this address.
    Unknown,
    /// The results were withdrawn.
    Withdrawn,
    /// Another method than the address answers to.
    Method,
    /// No kind of content that the reader accepts.
    NotAcceptable,
    /// The request did not come in time.
    Slow,
    /// The figures cannot be formed, or the file is no longer what was made.
    Conflict(
        /// Why, in the reader's language.
        String,
    ),
    /// Too many wrong access tokens.
    TooMany {
        /// Seconds to wait.
        seconds: i64,
    },
    /// The request is for another host.
    Misdirected,
    /// Something of ours broke.
    Failed,
    /// The database does not answer, or others are served first.
    Unavailable,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::of_store(&error)
    }
}

impl Problem {
    /// What a failure of the database is to the reader; the log gets the rest.
    pub fn of_store(error: &StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        Self::Unavailable
    }

    /// One of each kind.
    fn all() -> [Self; 22] {
        [
            Self::Parameter,
            Self::Limit,
            Self::Cursor,
            Self::Value,
            Self::Authorization,
            Self::NoToken,
            Self::WrongToken,
            Self::Scope(Scope::Campaigns),
            Self::Role,
            Self::SecondFactor,
            Self::OldPassword,
            Self::AfterHours,
            Self::Unknown,
            Self::Method,
            Self::NotAcceptable,
            Self::Slow,
            Self::Conflict(String::new()),
            Self::Withdrawn,
            Self::TooMany { seconds: 2 },
            Self::Misdirected,
            Self::Failed,
            Self::Unavailable,
        ]
    }

    /// Its status.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Parameter | Self::Limit | Self::Cursor | Self::Value | Self::Authorization => {
                StatusCode::BAD_REQUEST
            }
            Self::NoToken | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::Scope(_) | Self::Role | Self::SecondFactor | Self::OldPassword | Self::AfterHours => {
                StatusCode::FORBIDDEN
            }
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Withdrawn => StatusCode::GONE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Its stable name.
    const fn code(&self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Limit => "limit",
            Self::Cursor => "cursor",
            Self::Value => "value",
            Self::Authorization => "authorization",
            Self::NoToken => "no-token",
            Self::WrongToken => "wrong-token",
            Self::Scope(_) => "scope",
            Self::Role => "role",
            Self::SecondFactor => "second-factor",
            Self::OldPassword => "old-password",
            Self::AfterHours => "after-hours",
            Self::Unknown => "unknown",
            Self::Withdrawn => "withdrawn",
            Self::Method => "method",
            Self::NotAcceptable => "not-acceptable",
            Self::Slow => "slow",
            Self::Conflict(_) => "conflict",
            Self::TooMany { .. } => "too-many",
            Self::Misdirected => "misdirected",
            Self::Failed => "failed",
            Self::Unavailable => "unavailable",
        }
    }

    fn detail(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Parameter => fl!(m, "api-parameter"),
            Self::Limit => fl!(m, "api-limit", most = MOST),
            Self::Cursor => fl!(m, "api-cursor"),
            Self::Value => fl!(m, "api-value"),
            Self::Authorization => fl!(m, "api-authorization"),
            Self::NoToken => fl!(m, "api-no-token"),
            Self::WrongToken => fl!(m, "api-wrong-token"),
            Self::Scope(scope) => fl!(m, "api-scope", scope = scope.code()),
            Self::Role => fl!(m, "api-role"),
            Self::SecondFactor => fl!(m, "api-second-factor"),
            Self::OldPassword => fl!(m, "api-old-password"),
            Self::AfterHours => fl!(m, "api-after-hours"),
            Self::Unknown => fl!(m, "api-unknown"),
            Self::Withdrawn => fl!(m, "publish-withdrawn"),
            Self::Method => fl!(m, "api-method"),
            Self::NotAcceptable => fl!(m, "api-not-acceptable"),
            Self::Slow => fl!(m, "api-slow"),
            Self::Conflict(words) if words.is_empty() => fl!(m, "api-conflict"),
            Self::Conflict(words) => words.clone(),
            Self::TooMany { seconds } => {
                let seconds = *seconds;
                fl!(m, "api-too-many", seconds = seconds)
            }
            Self::Misdirected => fl!(m, "api-misdirected"),
            Self::Failed => fl!(m, "api-failed"),
            Self::Unavailable => fl!(m, "api-unavailable"),
        }
    }

    /// What the challenge of RFC 6750 says, where there is one.
    fn challenge(&self) -> Option<String> {
        match self {
            Self::NoToken => Some("Bearer realm=\"sipas\"".to_owned()),
            Self::WrongToken => Some("Bearer realm=\"sipas\", error=\"invalid_token\"".to_owned()),
            Self::Scope(scope) => {
                let scope = scope.code();
                Some(format!("Bearer realm=\"sipas\", error=\"insufficient_scope\", scope=\"{scope}\""))
            }
            _ => None,
        }
    }

    fn told(&self, lang: Lang) -> Value {
        let (status, code) = (self.status(), self.code());
        json!({
            "type": format!("{TYPES}#{code}"),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "code": code,
            "detail": self.detail(lang),
        })
    }

    /// The answer at an address of what is published, which pages of other sites may read.
    pub fn answer(&self, lang: Lang) -> Response {
        let mut response = self.unshared(lang);
        response.extensions_mut().insert(Needs::Shared);
        response
    }

    /// The same to whoever reads a table or shows a picture: the words alone.
    pub fn in_words(&self, lang: Lang) -> Response {
        let mut response = self.answer(lang);
        *response.body_mut() = format!("{}\n", self.detail(lang)).into();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, plain);
        response
    }

    /// The answer at any other address of the API, which pages of other sites do not get to see.
    pub fn unshared(&self, lang: Lang) -> Response {
        let mut response = (self.status(), self.told(lang).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        let wait = match self {
            Self::TooMany { seconds } => Some(*seconds),
            Self::Unavailable => Some(5),
            _ => None,
        };
        let values: [(HeaderName, Option<String>); 3] = [
            (RETRY_AFTER, wait.map(|seconds| seconds.to_string())),
            (WWW_AUTHENTICATE, self.challenge()),
            // Nothing here answers to any other.
            (ALLOW, (*self == Self::Method).then(|| METHODS.to_owned())),
        ];
        for (name, value) in values {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// All kinds of problems, by their names.
pub fn kinds(lang: Lang) -> Value {
    let mut all = Problem::all();
    all.sort_by_key(Problem::code);
    Value::Array(all.iter().map(|problem| problem.told(lang)).collect())
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
    fn every_kind_has_a_name_of_its_own_and_words_in_every_language() {
        let names = |lang| {
            let kinds = kinds(lang);
            let all = kinds.as_array().unwrap().iter();
            all.map(|kind| (kind["code"].as_str().unwrap().to_owned(), kind["detail"].clone()))
                .collect::<Vec<_>>()
        };
        let (vi, en) = (names(Lang::VI), names(Lang::EN));
        assert_eq!(vi.len(), 22);
        for ((code, words), (same, other)) in vi.iter().zip(&en) {
            assert!(code == same && words != other, "{code}");
        }
        assert!(vi.windows(2).all(|pair| pair[0].0 < pair[1].0), "once each");
    }

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
