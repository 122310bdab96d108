//! The check before the handlers for programs: `Authorization: Bearer` and nothing else. Cookies are not looked at, so that no
//! page of another site can ask in a browser's name, and a token in an address is none: addresses end up in logs.
//!
//! A token is cut to its scopes and to what its account may do at this moment; while administration is shut (networks, hours,
//! address), or the account lacks a second factor that it must have, it opens nothing. A token that is right is
//! never slowed down by wrong ones from the same network: 160 random bits cannot be guessed, and a program
//! that somebody forgot must not stop the others of its office.

use axum::{
    extract::Request,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
    response::Response,
};
use serde_json::json;

use super::{access::Scope, guard, levels, session, session::Staff, token};
use crate::{
    clock,
    store::{
        StoreError,
        access_tokens::{self, Held},
        accounts, audit,
    },
    web::{
        api::problem::{self, Problem},
        app::App,
        middleware::doors::{self, Shut},
    },
};

/// The request, with the [`Staff`] whose token it brings; else the refusal.
///
/// # Errors
/// The refusal.
pub async fn check(scope: Scope, request: Request, app: &App) -> Result<Request, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    match admit(scope, &parts, app).await {
        Ok(staff) => {
            parts.extensions.insert(staff);
            Ok(Request::from_parts(parts, body))
        }
        Err(problem) => Err(Box::new(problem.unshared(problem::language(&parts.headers)))),
    }
}

async fn admit(scope: Scope, parts: &Parts, app: &App) -> Result<Staff, Problem> {
    match doors::shut(app, &parts.extensions, &parts.headers) {
        Some(Shut::Elsewhere) => return Err(Problem::Unknown),
        Some(Shut::AfterHours) => return Err(Problem::AfterHours),
        None => {}
    }
    let given = brought(&parts.headers)?;
    let now = app.clock.now();
    let found = match token::is_whole(given) {
        true => {
            let hash = token::hash(&app.key, given);
            access_tokens::find(&mut app.store.read().await?, &hash, now).await?
        }
        false => None,
    };
    let held = match found {
        Some(held) if held.usable && now < held.expires => held,
        other => return Err(refuse(app, parts, other, now).await?),
    };
    // The setting may have been switched on since the token was made, or the single sign-on no longer vouch for a second factor.
    let vouched = held.vouched && app.sso.as_ref().is_some_and(|provider| provider.vouches());
    if !held.has_second_factor && !vouched && session::needs_second_factor(app, held.role) {
        return Err(Problem::SecondFactor);
    }
    // Who has no password need not renew it.
    if app.config.level_rules
        && let Some(account) = accounts::find(&mut app.store.read().await?, &held.account).await?
        && !account.password_hash.is_empty()
        && levels::must_renew(app, &account).await?
    {
        return Err(Problem::OldPassword);
    }
    let staff = Staff {
        account: held.account,
        role: held.role,
        unit: held.unit,
        session: String::new(),
        token: Some(held.id),
        address: session::client(app, parts),
    };
    let scoped = held.scopes.split(' ').any(|code| code == scope.code());
    if !scoped || !staff.may(scope.permission()) {
        guard::denied(app, &staff, scope.permission(), parts).await?;
        return Err(if scoped { Problem::Role } else { Problem::Scope(scope) });
    }
    let day = i64::from(clock::day(now));
    if held.used != Some(day)
        && let Some(id) = &staff.token
    {
        let noted = async {
            let mut db = app.store.write().await?;
            access_tokens::note_use(&mut db, id, day).await?;
            db.commit().await
        };
        // Reading goes on where nothing can be written (C-08).
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the day on which a token was used could not be noted");
        }
    }
    Ok(staff)
}

/// The token that a request brings.
fn brought(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(if headers.contains_key(AUTHORIZATION) {
            Problem::Authorization
        } else {
            Problem::NoToken
        });
    };
    let value = value.to_str().map_err(|_| Problem::Authorization)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::NoToken),
    }
}

/// What is said of a wrong token: 401, and after some of them from one network 429. The log is told as long as it is not 429.
async fn refuse(app: &App, parts: &Parts, held: Option<Held>, now: i64) -> Result<Problem, StoreError> {
    let Some(client) = session::client(app, parts) else { return Ok(Problem::WrongToken) };
    let wait = app.wrong_tokens.wait("", client, now);
    if wait > 0 {
        return Ok(Problem::TooMany { seconds: (wait + 999) / 1_000 });
    }
    let alarm = app.wrong_tokens.failed("", client, now);
    let account = held.as_ref().map_or("", |held| held.account.as_str());
    tracing::warn!(account, %client, "a wrong access token");
    if alarm.is_some() {
        tracing::error!(%client, "many wrong access tokens");
    }
    let why = match &held {
        None => "unknown",
        Some(held) if !held.usable => "account",
        Some(_) => "expired",
    };
    let id = held.as_ref().map(|held| held.id.as_str());
    let entry = session::about("", client.to_string(), "access.token", account);
    audit::note(&app.store, now, &entry.with(json!({ "why": why, "token": id }))).await?;
    Ok(Problem::WrongToken)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn g_10_a_token_comes_once_and_by_its_scheme() {
        let headers = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_static(value));
            }
            headers
        };
        for good in ["Bearer sipas_x", "bearer sipas_x", "BEARER  sipas_x"] {
            assert_eq!(brought(&headers(&[good])), Ok("sipas_x"), "{good}");
        }
        for (values, problem) in [
            (&[][..], Problem::NoToken),
            (&["Basic YTpi"], Problem::NoToken),
            (&["sipas_x"], Problem::NoToken),
            (&["Bearer sipas_x", "Bearer sipas_x"], Problem::Authorization),
        ] {
            assert_eq!(brought(&headers(values)), Err(problem), "{values:?}");
        }
    }
}
