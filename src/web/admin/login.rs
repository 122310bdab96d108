//! Logging in and out.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{
    entry::{self, Way, with},
    home::AdminPath,
};
use crate::{
    language::Lang,
    store::accounts,
    web::{
        app::App,
        auth::{kept::Kept, password, session},
        error,
        middleware::peer::{self, Peer},
        respond::answer::Wanted,
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
pub(super) fn own(next: Option<&str>) -> String {
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
    let page = view::page(&view::Page { next: next.next.as_deref(), ..view::Page::new(wanted.language()) });
    error::html(StatusCode::OK, page.into_string())
}

/// The log-in once more, with the way on that it had.
pub(super) fn again(app: &App, name: &str, way: &Way, problem: Problem) -> Response {
    let status = match problem {
        Problem::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNAUTHORIZED,
    };
    let form = way.form(app);
    let page = view::page(&view::Page {
        name,
        next: way.next.as_deref(),
        kept: form.as_ref().zip(way.kept.as_deref()),
        problem: Some(problem),
        ..view::Page::new(way.lang)
    });
    error::html(status, page.into_string())
}

/// The log-in for a form that came without a session: what was typed is carried along.
pub fn for_form(app: &App, lang: Lang, form: &Kept) -> Response {
    let way = Way { lang, next: None, kept: Some(form.seal(&app.key)) };
    again(app, form.by.as_deref().unwrap_or_default(), &way, Problem::Ended)
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
    let (parts, fields) = match entry::read(request, lang).await {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let text =
        |name: &str| fields.one(name).filter(|value| value.len() <= LONGEST).unwrap_or_default().to_owned();
    let (name, given, way) = (text("name").trim().to_owned(), text("password"), Way::of(&fields, lang));
    let client = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
    let wait = app.throttle.wait(&name, client, app.clock.now());
    if wait > 0 {
        let seconds = (wait + 999) / 1_000;
        let mut response = again(&app, &name, &way, Problem::Wait { seconds });
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    let account = match async { accounts::find(&mut app.store.read().await?, &name).await }.await {
        Ok(account) => account,
        Err(error) => return error::of_store(&error, lang),
    };
    let account = account.filter(|account| account.is_usable(app.clock.now()));
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let right = fits(&app, given.clone(), hash).await;
    match account {
        Some(account) if right => entry::after_password(&app, &account, &given, client, &way).await,
        known => {
            app.throttle.failed(&name, client, app.clock.now());
            tracing::warn!(known = known.is_some(), "log-in failed");
            again(&app, &name, &way, Problem::Wrong)
        }
    }
}

/// Checks a password on a thread of its own, few at a time: each takes memory and a core.
pub(super) async fn fits(app: &App, given: String, hash: Option<String>) -> bool {
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
