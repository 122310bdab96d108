//! One campaign: its counters with their codes, and how far its invitations are.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    distribution::address,
    language::Lang,
    store::{StoreError, comments, places, turnout},
    web::{
        app::App,
        auth::{access::Permission, scope, session::Staff},
        error::{self, NotFound},
        respond::answer::Wanted,
        views::{
            admin::campaign::{self as view, Desk, Page},
            message::Kind,
        },
    },
};

/// A campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}", rejection(NotFound))]
pub struct CampaignPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Shows a campaign.
pub async fn show(
    path: CampaignPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match page(&app, &path.slug, &staff, lang).await {
        Ok(Some(page)) => error::html(StatusCode::OK, page),
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn page(app: &App, slug: &str, staff: &Staff, lang: Lang) -> Result<Option<String>, StoreError> {
    let now = app.clock.now();
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let desks: Vec<Desk> = places::of_campaign(&mut db, stored.number)
        .await?
        .into_iter()
        .filter(|place| !place.retired && staff.sees(&tree, &place.unit))
        .filter_map(|place| {
            let unit = tree.get(&place.unit).map_or_else(|| place.unit.clone(), |unit| unit.name.clone());
            let url = address::counter(&app.config.base_url, place.address.as_deref()?);
            Some(Desk { code: place.counter?, name: place.name.unwrap_or_default(), unit, url })
        })
        .collect();
    let waiting = if staff.may(Permission::ScreenComments) {
        Some(comments::counts(&mut db, stored.number).await?[0])
    } else {
        None
    };
    drop(db);
    let turnout = if staff.sees_all() { Some(turnout::of(&app.store, &stored, now).await?) } else { None };
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(now),
        turnout: turnout.as_ref(),
        waiting,
        desks: &desks,
    };
    Ok(Some(view::page(&page).into_string()))
}
