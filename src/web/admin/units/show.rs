//! One unit: what it is, was and will be.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};

use super::{Done, UnitPath, Units, just_done};
use crate::{
    store::StoreError,
    web::{
        app::App,
        auth::session::Staff,
        error,
        respond::answer::Wanted,
        views::{
            admin::units::unit::{self as view, Page},
            message::Kind,
        },
    },
};

/// Shows a unit.
pub async fn show(
    path: UnitPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let units = Units::load(&app).await?;
        Ok::<_, StoreError>((units, just_done(&app, &done).await?))
    };
    let (units, made) = match found.await {
        Ok(found) => found,
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(dated) = units.history.get(&path.code).filter(|_| staff.sees(&units.tree, &path.code)) else {
        return error::page(lang, Kind::Unknown);
    };
    let page = Page {
        lang,
        staff: &staff,
        unit: dated,
        history: &units.history,
        tree: &units.tree,
        today: units.today,
        done: done.done.map(|_| made.as_ref()),
    };
    error::html(StatusCode::OK, view::page(&page).into_string())
}
