//! Logging in and out.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::{
    entry::{self, Way, with},
    home::AdminPath,
};
use crate::{
    language::Lang,
    store::{
        StoreError,
        accounts::{self, Account},
        audit, identities, staff,
    },
    web::{
        app::App,
        auth::{
            in_turn,
            kept::Kept,
            session::{self, Arrival},
            throttle::Alarm,
        },
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
    /// A session has ended by itself, or was ended.
    ended: Option<String>,
    /// Somebody has just logged out.
    out: Option<String>,
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
pub async fn show(
    _: LoginPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(next): Query<Next>,
) -> Response {
    let lang = wanted.language();
    let out = match &app.sso {
        Some(provider) if next.out.is_some() => {
            provider.log_out(app.config.staff_url(), app.clock.now()).await
        }
        _ => None,
    };
    let nobody = match async { staff::is_empty(&mut app.store.read().await?).await }.await {
        Ok(nobody) => nobody,
        Err(error) => return error::of_store(&error, lang),
    };
    let page = view::page(&view::Page {
        nobody,
        next: next.next.as_deref(),
        sso: sso_name(&app),
        out: out.as_deref(),
        ended: next.ended.is_some(),
        ..view::Page::new(lang)
    });
    error::html(StatusCode::OK, page.into_string())
}

/// What the button of the single sign-on calls it.
fn sso_name(app: &App) -> Option<&str> {
    app.sso.as_ref().map(|provider| provider.name())
}

/// The log-in once more, with the way on that it had.
pub(super) fn again(app: &App, name: &str, way: &Way, problem: Problem) -> Response {
    shown_again(app, name, way, problem, None)
}

/// The log-in after the single sign-on let nobody in; `identity` is who it says they are.
pub(super) fn refusal(app: &App, way: &Way, problem: Problem, identity: Option<&str>) -> Response {
    shown_again(app, "", way, problem, identity)
}

fn shown_again(app: &App, name: &str, way: &Way, problem: Problem, identity: Option<&str>) -> Response {
    let status = match problem {
        Problem::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::SsoUnreachable => StatusCode::BAD_GATEWAY,
        Problem::SsoStrange => StatusCode::BAD_REQUEST,
        Problem::SsoRefused | Problem::SsoFalse | Problem::SsoNobody => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let form = way.form(app);
    let page = view::page(&view::Page {
        name,
        sso: sso_name(app),
        identity,
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
    let now = app.clock.now();
    let locked = if app.config.level_rules { app.throttle.locked(&name, now) } else { 0 };
    let wait = app.throttle.wait(&name, client, now).max(locked);
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
    let off = async { identities::of(&mut app.store.read().await?, &name).await }.await;
    let hash = match off {
        // Entered through the single sign-on alone: whatever is typed is wrong.
        Ok(Some(identity)) if identity.password_off => None,
        Ok(_) => account.as_ref().map(|account| account.password_hash.clone()),
        Err(error) => return error::of_store(&error, lang),
    };
    let right = in_turn::fits(&app, given.clone(), hash).await;
    let from = Arrival::of(&parts, client);
    match account {
        Some(mut account) if right => {
            account.password_hash =
                match in_turn::renew(&app, &account.name, &given, account.password_hash).await {
                    Ok(hash) => hash,
                    Err(error) => return error::of_store(&error, lang),
                };
            entry::after_password(&app, &account, &given, &from, &way).await
        }
        known => {
            let alarm = app.throttle.failed(&name, client, app.clock.now());
            app.throttle.count_for_lock(&name, app.clock.now());
            if let Err(error) = refused(&app, known.as_ref(), &from, alarm).await {
                return error::of_store(&error, lang);
            }
            again(&app, &name, &way, Problem::Wrong)
        }
    }
}

/// Tells the logs of a failed log-in. A name that no account has is not told: people type passwords there.
pub(super) async fn refused(
    app: &App,
    account: Option<&Account>,
    from: &Arrival,
    alarm: Option<Alarm>,
) -> Result<(), StoreError> {
    let name = account.map_or("", |account| account.name.as_str());
    tracing::warn!(known = account.is_some(), "log-in failed");
    let (now, origin) = (app.clock.now(), from.address.to_string());
    let mut db = app.store.write().await?;
    audit::append(&mut db, now, &session::about("", origin.clone(), "session.refuse", name)).await?;
    if let Some(alarm) = alarm {
        // Whoever watches the log is woken by errors (security test F-04).
        tracing::error!(alarm = alarm.code(), origin, "many failed log-ins");
        let entry = session::about("", origin, "session.alarm", name).with(json!(alarm.code()));
        audit::append(&mut db, now, &entry).await?;
    }
    db.commit().await
}

/// Ends the session and has the browser forget what it kept of it (security test F-07).
pub async fn log_out(_: LogoutPath, State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match session::end(&app, &parts).await {
        Ok(cookie) => {
            // Who came through the single sign-on is still logged in there.
            let to = if app.sso.is_some() { format!("{LoginPath}?out=1") } else { LoginPath.to_string() };
            let mut response = with(Redirect::to(&to).into_response(), &cookie);
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
