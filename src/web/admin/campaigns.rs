//! The list of campaigns.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use maud::html;
use serde::Deserialize;

use crate::{
    organisation::State as Stand,
    store::{StoreError, erasure::overdue, notices, turnout, units},
    web::{
        admin::{accounts, setup::Done},
        app::App,
        auth::{access::Permission, scope, session::Staff},
        error,
        respond::answer::Wanted,
        views::admin::{
            campaigns::{self as view, Row},
            grants::note,
            overdue::{self as late, Late},
        },
    },
};

/// The list of campaigns.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns")]
pub struct CampaignsPath;

/// Which campaigns are shown.
#[derive(Debug, Default, Deserialize)]
pub struct Shows {
    /// `archived`: those that were put away.
    pub which: Option<String>,
}

/// Shows the list.
pub async fn show(
    _: CampaignsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
    Query(shows): Query<Shows>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let (rows, grants) = (rows(&app, &staff).await?, grants(&app, &staff).await?);
        let late = too_long(&app, &staff).await?;
        let units = !rows.is_empty() || !units::names(&mut app.store.read().await?).await?.is_empty();
        Ok::<_, StoreError>((rows, grants, late, units))
    };
    match found.await {
        Ok((rows, grants, late, units)) => {
            let archived = rows.iter().filter(|row| row.campaign.state == Stand::Archived).count();
            let which = shows.which.as_deref() == Some("archived");
            let done = done.words(lang);
            let note = html! { (late::note(lang, &rows, &late)) (note(lang, grants)) };
            let page = view::page(lang, &staff, &rows, (archived, which), done.as_deref(), &note, units);
            error::html(StatusCode::OK, page.into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// How many new rights there were lately, for those who run the accounts: this is the first page that they see.
async fn grants(app: &App, staff: &Staff) -> Result<usize, StoreError> {
    if !staff.may(Permission::ManageAccounts) {
        return Ok(0);
    }
    let since = app.clock.now() - accounts::LATELY;
    Ok(notices::grants(&mut app.store.read().await?, since, accounts::MOST_GRANTS).await?.len())
}

/// What is kept longer than was promised, for those who answer for it.
async fn too_long(app: &App, staff: &Staff) -> Result<Late, StoreError> {
    if !staff.sees_all() || !staff.may(Permission::ManageCampaigns) {
        return Ok(Late::default());
    }
    let now = app.clock.now();
    let mut db = app.store.read().await?;
    Ok(Late {
        overdue: overdue::overdue(&mut db, now).await?,
        unwritten: overdue::unwritten(&mut db, now).await?,
    })
}

async fn rows(app: &App, staff: &Staff) -> Result<Vec<Row>, StoreError> {
    let now = app.clock.now();
    let all = scope::campaigns(app, staff).await?;
    let mut rows = Vec::with_capacity(all.len());
    for stored in all {
        // How many have answered everywhere is not for those who see a part.
        let turnout =
            if staff.sees_all() { Some(turnout::of(&app.store, &stored, now).await?) } else { None };
        rows.push(Row { phase: stored.campaign.phase(now), campaign: stored.campaign, turnout });
    }
    Ok(rows)
}
