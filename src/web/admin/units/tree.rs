//! The tree of units, and the search in it.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{Done, Units, UnitsPath, just_done};
use crate::{
    store::StoreError,
    web::{
        app::App,
        auth::session::Staff,
        error,
        respond::answer::Wanted,
        views::admin::units::tree::{self as view, Page},
    },
};

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Words of a name, or a code.
    pub q: Option<String>,
    /// Whether units that have ended are shown.
    pub all: Option<String>,
}

/// Shows the tree, or what was searched for.
pub async fn show(
    _: UnitsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let units = Units::load(&app).await?;
        Ok::<_, StoreError>((units, just_done(&app, &done).await?))
    };
    match found.await {
        Err(error) => error::of_store(&error, lang),
        Ok((units, made)) => {
            let page = Page {
                lang,
                staff: &staff,
                history: &units.history,
                tree: &units.tree,
                today: units.today,
                query: asked.q.as_deref().map(str::trim).filter(|query| !query.is_empty()),
                ended: asked.all.is_some(),
                done: done.done.map(|_| made.as_ref()),
            };
            error::html(StatusCode::OK, view::page(&page).into_string())
        }
    }
}
