//! One's own account: password and sessions.

use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use crate::{
    language::Lang,
    store::{StoreError, access_tokens, accounts, audit, levels as noted, staff as people, units},
    web::{
        app::App,
        auth::{
            in_turn, levels,
            password::Whose,
            session::{self, Staff},
        },
        error, form,
        middleware::peer::Peer,
        posted::Posted,
        respond::answer::{Wanted, in_language, with_query},
        views::{
            admin::{
                form::Fault,
                own::{self as view, Page},
                password as password_view,
            },
            message::Kind,
        },
    },
};

/// One's own account.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/toi")]
pub struct OwnPath;

/// Where a new password goes.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/toi/mat-khau")]
pub struct PasswordPath;

/// Where sessions are ended.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/toi/phien")]
pub struct SessionsPath;

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What has just been done.
    done: Option<String>,
}

/// Shows it.
pub async fn show(
    _: OwnPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    page(&app, &staff, wanted.language(), &[], asked.done.as_deref()).await
}

async fn page(app: &App, staff: &Staff, lang: Lang, faults: &[Fault], done: Option<&str>) -> Response {
    let now = app.clock.now();
    let sessions = async {
        let mut db = app.store.read().await?;
        people::sessions(&mut db, &staff.account, now - session::ABSOLUTE, now - session::IDLE).await
    };
    match sessions.await {
        Ok(sessions) => {
            let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let page = view::page(&Page { lang, staff, sessions: &sessions, faults, done });
            error::html(status, page.into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Changes the password: needs the present one, and ends the other sessions (security test F-09).
pub async fn set_password(
    _: PasswordPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let client = staff.address.unwrap_or(peer);
    // A stolen session must not guess the password any faster than a stranger.
    let wait = app.throttle.wait(&staff.account, client, app.clock.now());
    if wait > 0 {
        let seconds = (wait + 999) / 1_000;
        let fault = Fault::new("present", view::wait(lang, seconds));
        let mut response = page(&app, &staff, lang, &[fault], None).await;
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    let found = async {
        let mut db = app.store.read().await?;
        let account = accounts::find(&mut db, &staff.account).await?;
        let listed = people::get(&mut db, &staff.account).await?;
        let names = units::names(&mut db).await?;
        Ok::<_, StoreError>(account.zip(listed).map(|(account, listed)| (account, listed, names)))
    };
    let (account, second_factor, names) = match found.await {
        Ok(Some((account, listed, names))) => (account, listed.has_second_factor, names),
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let present = fields.one("present").unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    let old = account.password_hash;
    if !in_turn::fits(&app, present, Some(old.clone())).await {
        app.throttle.failed(&staff.account, client, app.clock.now());
        faults.push(Fault::new("present", view::wrong(lang)));
    }
    let given = fields.one("password").unwrap_or_default().to_owned();
    let again = fields.one("again").unwrap_or_default();
    let kinds = app.config.level_rules;
    let whose = Whose { name: &staff.account, second_factor, units: &names, kinds };
    faults.extend(password_view::check(lang, &given, again, &whose));
    if faults.is_empty() {
        match levels::was_used(&app, &staff.account, &given).await {
            Ok(true) => faults.push(password_view::used_before(lang)),
            Ok(false) => {}
            Err(error) => return error::of_store(&error, lang),
        }
    }
    if !faults.is_empty() {
        return page(&app, &staff, lang, &faults, None).await;
    }
    app.throttle.succeeded(&staff.account, client);
    let Some(hash) = in_turn::hash(&app, given).await else {
        return error::page(lang, Kind::Unavailable);
    };
    let kept = async {
        let mut db = app.store.write().await?;
        accounts::set_password(&mut db, &staff.account, &hash, false).await?;
        let old = app.config.level_rules.then_some(old.as_str());
        noted::note_password(&mut db, &staff.account, app.clock.now(), old).await?;
        let ended = people::end_sessions(&mut db, &staff.account, &staff.session).await?;
        let tokens = access_tokens::end_all(&mut db, &staff.account).await?;
        // A link that somebody asked for before would still set another one.
        people::sweep_links(&mut db, &staff.account, app.clock.now()).await?;
        let told = json!({ "sessions_ended": ended, "tokens_ended": tokens });
        let entry = staff.did("account.password", &staff.account).with(told);
        audit::append(&mut db, app.clock.now(), &entry).await?;
        db.commit().await
    };
    answer(kept.await, lang, "password")
}

fn answer(kept: Result<(), StoreError>, lang: Lang, done: &str) -> Response {
    match kept {
        Ok(()) => {
            let path = in_language("/admin/toi", lang);
            Redirect::to(&with_query(&path, &format!("done={done}"))).into_response()
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Ends one of one's own sessions (`session`), or all but this one.
pub async fn end_sessions(
    _: SessionsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let ended = async {
        let mut db = app.store.write().await?;
        // Tokens are listed by themselves; whoever fears for the account sets a new password, which ends them all.
        let ended = match fields.one("session") {
            Some(id) => usize::from(people::end_session(&mut db, &staff.account, id).await?),
            None => people::end_sessions(&mut db, &staff.account, &staff.session).await?,
        };
        if ended > 0 {
            let entry = staff.did("session.revoke", &staff.account).with(json!({ "sessions": ended }));
            audit::append(&mut db, app.clock.now(), &entry).await?;
        }
        db.commit().await
    };
    answer(ended.await, lang, "sessions")
}
