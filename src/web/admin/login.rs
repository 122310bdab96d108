//! Logging in and out.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{RETRY_AFTER, SET_COOKIE},
    },
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::home::AdminPath;
use crate::{
    language::Lang,
    store::accounts,
    web::{
        app::App,
        auth::{password, session},
        error,
        form::{self, Fields},
        middleware::peer::{self, Peer},
        respond::answer::{self, Wanted},
        views::admin::login::{self as view, Problem},
    },
};

/// The log-in.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/login")]
pub struct LoginPath;

/// The log-out.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/logout")]
pub struct LogoutPath;

/// Longest name and password that are looked at, in bytes.
const LONGEST: usize = 1_024;

/// Where to go after the log-in.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// Only addresses of our own staff pages: nothing that a browser could read as another host (security test G-07).
fn own(next: Option<&str>) -> String {
    let safe = |path: &&str| {
        path.starts_with("/admin/")
            && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.".contains(&b))
            && !path.contains("//")
            && !path.contains("..")
    };
    next.filter(safe).map_or_else(|| AdminPath.to_string(), str::to_owned)
}

/// Shows the log-in.
pub async fn show(_: LoginPath, Query(wanted): Query<Wanted>, Query(next): Query<Next>) -> Response {
    let page = view::page(wanted.language(), "", next.next.as_deref(), None);
    error::html(StatusCode::OK, page.into_string())
}

/// Checks name and password and begins a session.
pub async fn submit(
    _: LoginPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::LOGIN).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let text =
        |name: &str| fields.one(name).filter(|value| value.len() <= LONGEST).unwrap_or_default().to_owned();
    let (name, given, next) = (text("name").trim().to_owned(), text("password"), fields.one("next"));
    let refuse = |status: StatusCode, problem: Problem| {
        error::html(status, view::page(lang, &name, next, Some(problem)).into_string())
    };
    let client = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
    let wait = app.throttle.wait(&name, client, app.clock.now());
    if wait > 0 {
        let seconds = (wait + 999) / 1_000;
        let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, Problem::Wait { seconds });
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    let account = match async { accounts::find(&mut app.store.read().await?, &name).await }.await {
        Ok(account) => account,
        Err(error) => return error::of_store(&error, lang),
    };
    let account = account.filter(|account| account.is_usable(app.clock.now()));
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    if !fits(&app, given, hash).await {
        app.throttle.failed(&name, client, app.clock.now());
        tracing::warn!(known = account.is_some(), "log-in failed");
        return refuse(StatusCode::UNAUTHORIZED, Problem::Wrong);
    }
    app.throttle.succeeded(&name, client);
    tracing::info!(account = name, "log-in");
    match session::begin(&app, &name).await {
        Ok(cookie) => with(Redirect::to(&answer::in_language(&own(next), lang)).into_response(), &cookie),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Checks a password on a thread of its own, few at a time: each takes memory and a core.
async fn fits(app: &App, given: String, hash: Option<String>) -> bool {
    let Ok(_seat) = app.passwords.acquire().await else { return false };
    tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref())).await.unwrap_or(false)
}

/// Ends the session and has the browser forget what it kept of it (security test F-07).
pub async fn log_out(_: LogoutPath, State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match session::end(&app, &parts).await {
        Ok(cookie) => {
            let mut response = with(Redirect::to(&LoginPath.to_string()).into_response(), &cookie);
            let kept = HeaderValue::from_static("\"cache\", \"storage\"");
            response.headers_mut().insert(HeaderName::from_static("clear-site-data"), kept);
            response
        }
        Err(error) => error::of_store(&error, Lang::VI),
    }
}

fn with(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g_07_the_way_on_stays_on_our_own_pages() {
        assert_eq!(own(Some("/admin/campaigns/x/report")), "/admin/campaigns/x/report");
        for evil in [
            "//evil",
            "/\\evil",
            "https:evil",
            "%2f%2fevil",
            "/admin//evil",
            "/admin/../k/x",
            "/admin/\\x",
            "",
        ] {
            assert_eq!(own(Some(evil)), "/admin", "{evil}");
        }
        assert_eq!(own(None), "/admin");
    }
}
