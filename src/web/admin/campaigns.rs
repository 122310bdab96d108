//! The list of campaigns.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    store::{StoreError, campaigns, turnout},
    web::{
        app::App,
        auth::session::Staff,
        error,
        respond::answer::Wanted,
        views::admin::campaigns::{self as view, Row},
    },
};

/// The list of campaigns.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns")]
pub struct CampaignsPath;

/// Shows the list.
pub async fn show(
    _: CampaignsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match rows(&app).await {
        Ok(rows) => error::html(StatusCode::OK, view::page(lang, &staff.account, &rows).into_string()),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn rows(app: &App) -> Result<Vec<Row>, StoreError> {
    let now = app.clock.now();
    let all = campaigns::all(&mut app.store.read().await?).await?;
    let mut rows = Vec::with_capacity(all.len());
    for stored in all {
        let turnout = turnout::of(&app.store, &stored, now).await?;
        rows.push(Row { phase: stored.campaign.phase(now), campaign: stored.campaign, turnout });
    }
    Ok(rows)
}
