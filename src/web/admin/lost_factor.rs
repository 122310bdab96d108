//! Somebody else's second factor, removed by an administrator: the telephone is lost and so are the recovery codes.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{entry, second_factor::SecondFactorPath};
use crate::{
    language::Lang,
    store::{
        StoreError,
        accounts::{self, Account},
        audit, second_factors,
    },
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::Fields,
        respond::answer::{self, Wanted},
        views::{
            admin::{
                form::confirmed,
                second_factor::{self as view, Lost},
            },
            message::Kind,
        },
    },
};

/// The second factor of an account.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/accounts/{name}/second-factor", rejection(NotFound))]
pub struct LostFactorPath {
    /// The account's name.
    pub name: String,
}

/// Asks for the name before it is removed.
pub async fn show(
    path: LostFactorPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match find(&app, &path.name).await {
        Ok(found) => page(StatusCode::OK, &path, &staff, lang, found, &Fields::default(), None),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn find(app: &App, name: &str) -> Result<Option<(Account, bool)>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(account) = accounts::find(&mut db, name).await? else { return Ok(None) };
    let has = second_factors::find(&mut db, name).await?.is_some();
    Ok(Some((account, has)))
}

fn page(
    status: StatusCode,
    path: &LostFactorPath,
    staff: &Staff,
    lang: Lang,
    found: Option<(Account, bool)>,
    typed: &Fields,
    told: Option<Lost>,
) -> Response {
    let Some((account, has_factor)) = found else { return error::page(lang, Kind::Unknown) };
    if account.name == staff.account {
        // One's own asks for password and code (F-09).
        let own = answer::in_language(&SecondFactorPath.to_string(), lang);
        return Redirect::to(&own).into_response();
    }
    let told = told.unwrap_or(if has_factor { Lost::Ask } else { Lost::None });
    let page = view::lost(lang, staff, &account.name, &path.to_string(), typed, told);
    error::html(status, page.into_string())
}

/// Removes it, and ends the account's sessions.
pub async fn remove(
    path: LostFactorPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let fields = match entry::read(request, lang).await {
        Ok((_, fields)) => fields,
        Err(page) => return *page,
    };
    let found = match find(&app, &path.name).await {
        Ok(found) => found,
        Err(error) => return error::of_store(&error, lang),
    };
    let can_be = found.as_ref().is_some_and(|(account, has)| account.name != staff.account && *has);
    if !can_be {
        return page(StatusCode::OK, &path, &staff, lang, found, &fields, None);
    }
    if !confirmed(&fields, &path.name) {
        let told = Some(Lost::OtherName);
        return page(StatusCode::UNPROCESSABLE_ENTITY, &path, &staff, lang, found, &fields, told);
    }
    let removed = async {
        let mut db = app.store.write().await?;
        let had = second_factors::remove(&mut db, &path.name).await?;
        accounts::end_sessions(&mut db, &path.name).await?;
        if had {
            let entry = staff.did("account.second-factor-remove", path.name.as_str());
            audit::append(&mut db, app.clock.now(), &entry).await?;
        }
        db.commit().await
    };
    match removed.await {
        Ok(()) => page(StatusCode::OK, &path, &staff, lang, found, &Fields::default(), Some(Lost::Removed)),
        Err(error) => error::of_store(&error, lang),
    }
}
