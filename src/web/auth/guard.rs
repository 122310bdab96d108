//! The check before every handler: who is it, and may they?

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use http_body_util::BodyExt as _;
use serde_json::json;

use super::{
    access::{Access, Permission},
    bearer,
    kept::Kept,
    session::{self, Found, LOGIN, Staff},
};
use crate::{
    language::Lang,
    store::{StoreError, audit},
    web::{
        admin::{login, second_factor},
        app::App,
        error,
        respond::answer::{self, LANG},
        views::message::Kind,
    },
};

/// How much of a refused body is heard out, in bytes, so that the browser reads the answer.
const HEARD: usize = 4 * 1024 * 1024;

/// The request, with the [`Staff`] that it is from where the route is not public; else the refusal: the log-in for
/// strangers, 403 in words for those who may not. What a program brings is [`bearer`]'s.
///
/// # Errors
/// The refusal.
pub async fn check(access: Access, request: Request, app: &App) -> Result<Request, Box<Response>> {
    let permission = match access {
        Access::Public => return Ok(request),
        Access::Needs(permission) => permission,
        Access::Token(scope) => return bearer::check(scope, request, app).await,
    };
    let (mut parts, body) = request.into_parts();
    let lang = language(&parts);
    let Found { staff, must_set_up } = match session::find(app, &parts).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(Box::new(log_in_first(app, &parts, body, lang).await)),
        Err(error) => return Err(Box::new(error::of_store(&error, lang))),
    };
    if must_set_up && !second_factor::is_of(parts.uri.path()) {
        return Err(Box::new(set_up_first(app, &staff, &parts, body, lang).await));
    }
    if !staff.may(permission) {
        hear_out(body).await;
        if let Err(error) = denied(app, &staff, permission, &parts).await {
            return Err(Box::new(error::of_store(&error, lang)));
        }
        let mut refusal = error::page(lang, Kind::NotYours);
        refusal.extensions_mut().insert(staff);
        return Err(Box::new(refusal));
    }
    parts.extensions.insert(staff);
    Ok(Request::from_parts(parts, body))
}

/// The language that the request asks for.
fn language(parts: &Parts) -> Lang {
    let query = parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == LANG)
        .and_then(|(_, code)| Lang::find(&code))
        .unwrap_or(Lang::VI)
}

/// The log-in, from which a page that was asked for is shown afterwards, and a form that was sent is sent again.
async fn log_in_first(app: &App, parts: &Parts, body: Body, lang: Lang) -> Response {
    if parts.method.is_safe() {
        let next: String = form_urlencoded::byte_serialize(parts.uri.path().as_bytes()).collect();
        let login = answer::in_language(LOGIN, lang);
        // Whoever had a session is told where it went.
        let ended = if session::is_brought(app, parts) { "&ended=1" } else { "" };
        return Redirect::to(&answer::with_query(&login, &format!("next={next}{ended}"))).into_response();
    }
    match Kept::read(app, parts, body).await {
        Ok(form) => login::for_form(app, lang, &form),
        Err(error) => error::of_store(&error, lang),
    }
}

/// The page that sets up a second factor, before which nothing else is open to this account.
async fn set_up_first(app: &App, staff: &Staff, parts: &Parts, body: Body, lang: Lang) -> Response {
    if parts.method.is_safe() {
        return Redirect::to(&answer::in_language(second_factor::PATH, lang)).into_response();
    }
    match Kept::read(app, parts, body).await {
        Ok(form) => second_factor::before(app, staff, lang, &form),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Reads a body that nobody will use: one left unread ends the connection before the answer is read.
async fn hear_out(mut body: Body) {
    let mut heard = 0;
    while let Some(Ok(frame)) = body.frame().await {
        heard += frame.data_ref().map_or(0, |data| data.len());
        if heard > HEARD {
            return;
        }
    }
}

/// Tells the logs. Neither holds more of the address than its template: parts of it may be ids that mean something.
pub(super) async fn denied(
    app: &App,
    staff: &Staff,
    permission: Permission,
    parts: &Parts,
) -> Result<(), StoreError> {
    let route = parts.extensions.get::<MatchedPath>().map_or("-", MatchedPath::as_str);
    let object = format!("{} {route}", parts.method);
    tracing::warn!(account = staff.account, role = staff.role.code(), needs = ?permission, route, "access denied");
    let entry = staff.did("access.deny", object).with(json!({ "role": staff.role }));
    audit::note(&app.store, app.clock.now(), &entry).await
}
