//! `/k/{counter}/thu`: for staff who try a counter's code. Says loudly that nothing is stored, names the counter and
//! where its campaign stands, and shows the questionnaire whatever the campaign's period says. It has no way into the
//! store: whoever has the code may look at it.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{
    answer::{self, Wanted},
    counter::{self, Way},
};
use crate::{
    language::Lang,
    web::{
        app::App,
        catalogue::{self, Spot},
        error::{self, NotFound},
        form::{self, Fields},
        views::message::Kind,
    },
};

/// The trial of a counter's code.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/thu", rejection(NotFound))]
pub struct TrialPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// The part of an address after `?` that says which campaign is tried: an address may serve several, one after another.
#[derive(Debug, Default, Deserialize)]
pub struct Tried {
    /// The campaign's slug; absent: the one that the counter asks now.
    pub campaign: Option<String>,
}

/// The campaign that is tried.
fn chosen<'s>(spots: &'s [Spot], tried: &Tried, now: i64) -> Option<&'s Spot> {
    match &tried.campaign {
        Some(slug) => spots.iter().find(|spot| spot.ready.stored.campaign.slug == *slug),
        None => catalogue::at(spots, now),
    }
}

/// What stands above every page of a trial.
pub fn heading(lang: Lang, spot: &Spot) -> String {
    let counter = spot.place.name.as_deref().unwrap_or_default();
    let unit: &str = &spot.unit_name;
    let campaign = lang.pick(&spot.ready.stored.campaign.title);
    fl!(lang.messages(), "respond-trial", counter = counter, unit = unit, campaign = campaign)
}

/// Shows the questionnaire for trying.
pub async fn show(
    path: TrialPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(tried): Query<Tried>,
) -> Response {
    let lang = wanted.language_of_respondent();
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(spot) = chosen(&spots, &tried, app.clock.now()) else {
        return counter::nowhere(&app, &path.address, lang).await;
    };
    let lang = answer::offered(lang, &spot.ready.questionnaire);
    let key = String::from_utf8_lossy(&answer::new_submission()).into_owned();
    let (_, form) = answer::form(&app, &spot.ready, &key);
    error::html(StatusCode::OK, counter::page(&app, spot, form, lang, &key, None, Way::Trial))
}

/// Checks what was filled in as a real form would be, and stores nothing.
pub async fn submit(
    path: TrialPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(tried): Query<Tried>,
    request: Request,
) -> Response {
    let lang = wanted.language_of_respondent();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::ANSWERS).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(spot) = chosen(&spots, &tried, app.clock.now()) else {
        return counter::nowhere(&app, &path.address, lang).await;
    };
    let lang = answer::offered(lang, &spot.ready.questionnaire);
    let key = answer::same_or_new(&fields);
    let (_, form) = answer::form(&app, &spot.ready, &key);
    match answer::parse(&app, &spot.ready, form, &fields) {
        Ok(_) => error::page_of(lang, &heading(lang, spot), false, Kind::Tried),
        Err(invalid) => {
            let page = counter::page(&app, spot, form, lang, &key, Some(&invalid), Way::Trial);
            error::html(StatusCode::UNPROCESSABLE_ENTITY, page)
        }
    }
}
