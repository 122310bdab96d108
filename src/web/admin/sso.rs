//! The log-in through the single sign-on, where the settings name one.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header::COOKIE, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::{
    entry::{self, First, Way},
    login,
};
use crate::{
    language::Lang,
    store::{StoreError, accounts, accounts::Account, audit, identities},
    web::{
        app::App,
        auth::{
            oidc::{self, Answer, Failure, Identity},
            session::{self, Admission, Arrival, Found},
            throttle::Alarm,
        },
        error,
        middleware::peer::{self, Peer},
        respond::answer::Wanted,
        views::{
            admin::{again, login::Problem},
            message::Kind,
        },
    },
};

/// To the single sign-on.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/login/sso")]
pub struct SsoPath;

/// Back from it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/login/sso/back")]
pub struct BackPath;

/// A form that waits for a log-in in another tab.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/login/again")]
pub struct AgainPath;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// The cookie that remembers a log-in while somebody is at the provider.
const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-sso" } else { "sso" }
}

fn cookie(app: &App, value: &str, seconds: i64) -> String {
    let https = app.config.is_https();
    let secure = if https { "; Secure" } else { "" };
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(https))
}

fn remembered<'h>(app: &App, headers: &'h HeaderMap) -> &'h str {
    let name = cookie_name(app.config.is_https());
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map_or("", |(_, value)| value)
}

/// Leads to the provider.
pub async fn leave(
    _: SsoPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(next): Query<Next>,
) -> Response {
    let lang = wanted.language();
    let Some(provider) = &app.sso else { return error::page(lang, Kind::Unknown) };
    let now = app.clock.now();
    match provider.begin(&app.key, app.config.staff_url(), next.next, now).await {
        Ok(begun) => {
            let response = Redirect::to(&begun.url).into_response();
            entry::with(response, &cookie(&app, &begun.cookie, oidc::PATIENCE / 1_000))
        }
        Err(failure) => refused(&app, lang, &failure),
    }
}

/// Takes whoever comes back from the provider.
pub async fn back(
    _: BackPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(answer): Query<Answer>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let Some(provider) = &app.sso else { return error::page(lang, Kind::Unknown) };
    let (parts, _) = request.into_parts();
    let now = app.clock.now();
    let sealed = remembered(&app, &parts.headers);
    let finished = provider.finish(&app.key, app.config.staff_url(), sealed, answer, now).await;
    let from = Arrival::of(&parts, peer::client(peer, &parts.headers, &app.config.trusted_proxies));
    let response = match finished {
        Ok((identity, next)) => {
            let way = Way { lang, next, kept: None };
            match account_of(&app, &identity).await {
                Ok(Some(account)) if !account.is_usable(app.clock.now()) => {
                    nobody(&app, &way, &identity, &from, &account.name, "cannot be used").await
                }
                Ok(Some(account)) if provider.vouches() => {
                    entry::begin(&app, &account, &from, Admission::Vouched, None, &way).await
                }
                Ok(Some(account)) => {
                    entry::after_first_step(&app, &account, First::SingleSignOn, &from, &way).await
                }
                Ok(None) => nobody(&app, &way, &identity, &from, "", "no account").await,
                Err(error) => error::of_store(&error, lang),
            }
        }
        Err(failure) => {
            let noted = match failure.code() {
                Some(why) => note_refusal(&app, &from, "", why).await,
                None => Ok(()),
            };
            match noted {
                Ok(()) => refused(&app, lang, &failure),
                Err(error) => error::of_store(&error, lang),
            }
        }
    };
    entry::with(response, &cookie(&app, "", 0))
}

/// The account that somebody is: by the provider's name for them, else by their address.
async fn account_of(app: &App, identity: &Identity) -> Result<Option<Account>, StoreError> {
    let mut db = app.store.read().await?;
    // What looks like an address is linked as a verified one (`identity::checked`): whoever may choose their own name at
    // the provider must not become somebody by choosing another one's address.
    let mut name = match identity.subject.contains('@') {
        true => None,
        false => identities::account(&mut db, &identity.subject).await?,
    };
    if let (None, Some(email)) = (&name, &identity.email) {
        name = identities::account(&mut db, email).await?;
    }
    let Some(name) = name else { return Ok(None) };
    accounts::find(&mut db, &name).await
}

/// Lets somebody in nowhere whom no account is, or one that cannot be used. They are told who the provider says they are.
async fn nobody(
    app: &App,
    way: &Way,
    identity: &Identity,
    from: &Arrival,
    account: &str,
    why: &'static str,
) -> Response {
    tracing::warn!(why, "single sign-on: nobody");
    if let Err(error) = note_refusal(app, from, account, why).await {
        return error::of_store(&error, way.lang);
    }
    let shown = identity.email.as_deref().unwrap_or(&identity.subject);
    login::refusal(app, way, Problem::SsoNobody, Some(shown))
}

/// Tells the audit log of a refusal: which account, if any, and why; never who the provider says somebody is. After some
/// in a row from one network only an alarm is told, so that strangers cannot fill the log. Nobody waits for it: the log-in
/// itself is the provider's, and so is slowing it down.
async fn note_refusal(app: &App, from: &Arrival, account: &str, why: &'static str) -> Result<(), StoreError> {
    let now = app.clock.now();
    let many = app.sso_refusals.wait("", from.address, now) > 0;
    let alarm = app.sso_refusals.failed("", from.address, now).filter(|alarm| *alarm == Alarm::Network);
    if many && alarm.is_none() {
        return Ok(());
    }
    let origin = from.address.to_string();
    let about = |action| session::about("", origin.clone(), action, account);
    let mut db = app.store.write().await?;
    if !many {
        audit::append(&mut db, now, &about("session.refuse-sso").with(json!(why))).await?;
    }
    if let Some(alarm) = alarm {
        tracing::error!(alarm = alarm.code(), origin, "many refused log-ins at the single sign-on");
        audit::append(&mut db, now, &about("session.alarm").with(json!(alarm.code()))).await?;
    }
    db.commit().await
}

fn refused(app: &App, lang: Lang, failure: &Failure) -> Response {
    tracing::warn!(%failure, "single sign-on failed");
    let way = Way { lang, next: None, kept: None };
    let problem = match failure {
        Failure::Unreachable(_) => Problem::SsoUnreachable,
        Failure::Strange => Problem::SsoStrange,
        Failure::Refused(_) => Problem::SsoRefused,
        Failure::False(_) => Problem::SsoFalse,
    };
    login::refusal(app, &way, problem, None)
}

/// Sends a form again whose owner has logged in in another tab.
pub async fn again(
    _: AgainPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, fields): (Parts, _) = match entry::read(request, lang).await {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let way = Way::of(&fields, lang);
    match (session::find(&app, &parts).await, way.form(&app)) {
        (Ok(Some(Found { staff, must_set_up: false })), Some(form)) => {
            error::html(StatusCode::OK, again::page(lang, &staff, &form).into_string())
        }
        (Ok(Some(_)), _) => Redirect::to("/admin").into_response(),
        (Ok(None), _) => login::again(&app, "", &way, Problem::Ended),
        (Err(error), _) => error::of_store(&error, lang),
    }
}
