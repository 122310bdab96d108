//! Sessions: a random token in a cookie, its keyed hash and two time limits on the server.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header::COOKIE, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    language::Lang,
    secret,
    store::{StoreError, accounts},
    web::{app::App, error},
};

/// A session ends after this long without a request, in milliseconds (security test F-08).
pub const IDLE: i64 = 15 * 60_000;
/// A session ends after this long in any case.
pub const ABSOLUTE: i64 = 8 * 60 * 60_000;
/// `seen` is written at most this often, so that reading pages costs no write.
const TOUCH: i64 = 60_000;
/// Length of a token, in characters of 5 bits.
const TOKEN: usize = 32;

/// Where the log-in is.
pub const LOGIN: &str = "/admin/login";

/// The person signed in. A staff page takes it as an argument; without a session the answer is the log-in.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Name of the account.
    pub account: String,
    /// Its role.
    pub role: String,
}

/// The cookie's name: with HTTPS browsers hold it to this host (F-15); on a bare machine plain HTTP must do.
const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// The token in the request's cookie.
fn token(parts: &Parts, https: bool) -> Option<&str> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == cookie_name(https))
        .map(|(_, value)| value)
}

fn hash(app: &App, token: &str) -> [u8; 32] {
    app.key.hash("session", &[token.as_bytes()])
}

/// Begins a session for an account and gives the cookie. Whatever session the browser had stays worthless
/// for this one: the token is always new (F-06).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn begin(app: &App, account: &str) -> Result<String, StoreError> {
    let token = secret::token::<TOKEN>();
    let mut db = app.store.write().await?;
    accounts::begin_session(&mut db, &hash(app, &token), account, app.clock.now()).await?;
    db.commit().await?;
    Ok(cookie(app.config.is_https(), &token, ABSOLUTE / 1_000))
}

/// Ends the session of this request, if there is one, and gives the cookie that removes it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end(app: &App, parts: &Parts) -> Result<String, StoreError> {
    let https = app.config.is_https();
    if let Some(token) = token(parts, https) {
        let mut db = app.store.write().await?;
        accounts::end_session(&mut db, &hash(app, token)).await?;
        db.commit().await?;
    }
    Ok(cookie(https, "", 0))
}

fn cookie(https: bool, token: &str, seconds: i64) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(https))
}

/// Whether the session of this request still holds, without using it: what goes on by itself must not keep it alive.
pub async fn holds(app: &App, parts: &Parts) -> bool {
    let Some(token) = token(parts, app.config.is_https()) else { return false };
    let hash = hash(app, token);
    let session = async { accounts::session(&mut app.store.read().await?, &hash).await };
    // While the database does not answer nobody can tell, and nothing is shown either.
    session.await.unwrap_or(None).is_some_and(|session| {
        let now = app.clock.now();
        now - session.created < ABSOLUTE && now - session.seen < IDLE
    })
}

async fn find(app: &App, parts: &Parts) -> Result<Option<Staff>, StoreError> {
    let Some(token) = token(parts, app.config.is_https()) else { return Ok(None) };
    let (hash, now) = (hash(app, token), app.clock.now());
    let Some(session) = accounts::session(&mut app.store.read().await?, &hash).await? else {
        return Ok(None);
    };
    if now - session.created >= ABSOLUTE || now - session.seen >= IDLE {
        return Ok(None);
    }
    if now - session.seen >= TOUCH {
        let mut db = app.store.write().await?;
        accounts::touch_session(&mut db, &hash, now).await?;
        db.commit().await?;
    }
    Ok(Some(Staff { account: session.account, role: session.role }))
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let lang = Lang::VI;
        match find(app, parts).await {
            Ok(Some(staff)) => Ok(staff),
            Ok(None) if parts.method.is_safe() => {
                let next: String = form_urlencoded::byte_serialize(parts.uri.path().as_bytes()).collect();
                Err(Redirect::to(&format!("{LOGIN}?next={next}")).into_response())
            }
            Ok(None) => Err(StatusCode::UNAUTHORIZED.into_response()),
            Err(error) => Err(error::of_store(&error, lang)),
        }
    }
}
