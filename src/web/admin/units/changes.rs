//! What was changed lately, and taking it back.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Done, Units, UnitsPath, done, just_done, save};
use crate::{
    organisation::UnitChange,
    store::{StoreError, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        respond::answer::Wanted,
        views::{
            admin::units::changes::{self as view, Page},
            message::Kind,
        },
    },
};

/// What was changed lately.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/changes")]
pub struct ChangesPath;

/// Taking a change back.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/changes/{number}/undo", rejection(NotFound))]
pub struct UndoPath {
    /// Its number.
    pub number: i64,
}

/// Changes on the page.
const SHOWN: i64 = 20;

/// Shows them, the last first.
pub async fn show(
    _: ChangesPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let lately = units::lately(&mut app.store.read().await?, SHOWN).await?;
        Ok::<_, StoreError>((lately, just_done(&app, &done).await?))
    };
    match found.await {
        Ok((lately, made)) => {
            let page = Page { lang, staff: &staff, lately: &lately, done: done.done.map(|_| made.as_ref()) };
            error::html(StatusCode::OK, view::page(&page).into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Why a change was not taken back.
enum No {
    Later,
}

/// Takes a change back, if nothing of it was changed again since.
pub async fn undo(
    path: UndoPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    if let Err(bad) = Fields::read(&parts.headers, body, form::LOGIN).await {
        return error::of_form(bad, lang);
    }
    let undone = async {
        let mut db = app.store.read().await?;
        let Some(made) = units::made(&mut db, path.number).await? else { return Ok(None) };
        drop(db);
        let back: Vec<UnitChange> = made.changes.iter().rev().map(UnitChange::inverse).collect();
        let saved =
            save::save_with(&app, &staff, Some(made.number), |history| match history.changed(&back) {
                (after, 0) => Ok(after),
                _ => Err(No::Later),
            });
        Ok::<_, StoreError>(Some(saved.await?))
    };
    match undone.await {
        Err(error) => error::of_store(&error, lang),
        Ok(None) => error::page(lang, Kind::Unknown),
        Ok(Some(Ok(number))) => done(&UnitsPath.to_string(), lang, number),
        Ok(Some(Err(refused))) => {
            let history = Units::load(&app).await.map(|units| units.history).unwrap_or_default();
            let words = match &refused {
                save::Refused::By(No::Later) => fl!(lang.messages(), "desk-units-undo-later"),
                _ => refused.words(lang, &history).join(" "),
            };
            error::page(lang, Kind::Words { words: &words })
        }
    }
}
