//! The list of questionnaires.

use std::collections::BTreeMap;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    store::{StoreError, definitions},
    web::{
        app::App,
        auth::session::Staff,
        error,
        respond::answer::Wanted,
        views::admin::definitions::list::{self as view, Row},
    },
};

/// The list of questionnaires.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions")]
pub struct DefinitionsPath;

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    /// `removed`, `kept` or `same`.
    pub done: Option<String>,
}

/// Shows the list.
pub async fn show(
    _: DefinitionsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    match rows(&app).await {
        Ok(rows) => {
            let removed = done.done.as_deref() == Some("removed");
            error::html(StatusCode::OK, view::page(lang, &staff, &rows, removed).into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

async fn rows(app: &App) -> Result<Vec<Row>, StoreError> {
    let mut db = app.store.read().await?;
    let pinned = definitions::all(&mut db).await?;
    let uses: BTreeMap<i64, i64> = definitions::uses(&mut db).await?.into_iter().collect();
    drop(db);
    let library = app.shelf.library();
    let mut rows: Vec<Row> = library
        .iter()
        .map(|entry| {
            let definition = &entry.definition;
            let number = pinned.iter().find(|p| p.id == definition.id && p.version == definition.version);
            let mut languages = definition.languages.clone();
            let more = library.translations(&definition.id, &definition.version);
            languages.extend(more.map(|entry| entry.translation.language.clone()));
            Row {
                id: definition.id.clone(),
                version: definition.version.clone(),
                title: definition.title.clone(),
                origin: app.shelf.origin(entry),
                forms: definition.forms.len(),
                languages,
                campaigns: number.and_then(|pinned| uses.get(&pinned.number)).copied().unwrap_or_default(),
            }
        })
        .collect();
    // The newest version of each first.
    rows.reverse();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rows)
}
