//! `/k/{counter}/thong-tin` and `/m/thong-tin/{campaign}`: who asks, what is stored, how long, and whom to ask.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{
    answer::{self, Wanted},
    counter::{self, CounterPath},
};
use crate::{
    index::smallest_cell,
    language::Lang,
    organisation::{Channel, Phase},
    store::{StoreError, campaigns, invitations, ready, ready::Ready},
    web::{
        app::App,
        catalogue,
        error::{self, NotFound},
        views::{
            components::Places,
            message::Kind,
            notice::{self, Facts},
        },
    },
};

/// The details of the survey at a counter.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/thong-tin", rejection(NotFound))]
pub struct CounterAboutPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// The details of a survey by personal links; no link's token is part of the address.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/m/thong-tin/{slug}", rejection(NotFound))]
pub struct LinkAboutPath {
    /// The campaign's slug.
    pub slug: String,
}

/// What the notice is made of.
pub fn facts<'a>(ready: &'a Ready, lang: Lang, places: Places<'a>, channel: Channel) -> Facts<'a> {
    Facts {
        lang,
        campaign: &ready.stored.campaign,
        questionnaire: &ready.questionnaire,
        places,
        channel,
        smallest_cell: smallest_cell(&ready.stored.campaign, &ready.definition),
        followed: ready.followed,
    }
}

/// Shows the details at a counter; also of a campaign that has closed, for those who have answered.
pub async fn counter(
    path: CounterAboutPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language_of_respondent();
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(spot) = catalogue::at(&spots, app.clock.now()) else {
        return error::page(lang, Kind::Unknown);
    };
    let lang = answer::offered(lang, &spot.ready.questionnaire);
    let back = answer::in_language(&CounterPath { address: path.address.clone() }.to_string(), lang);
    let facts = facts(&spot.ready, lang, counter::places(spot), Channel::Open);
    show(&facts, &path.to_string(), Some(&back))
}

/// Shows the details of a campaign with personal links, from its opening on.
pub async fn link(path: LinkAboutPath, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language_of_respondent();
    match invited(&app, &path.slug).await {
        Ok(Some(ready)) => {
            let lang = answer::offered(lang, &ready.questionnaire);
            let year = answer::year(&ready.stored.campaign);
            // Which group somebody belongs to is not in the address.
            let places = Places { unit: "", counter: None, year };
            show(&facts(&ready, lang, places, Channel::Link), &path.to_string(), None)
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn invited(app: &App, slug: &str) -> Result<Option<Ready>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let (invited, _) = invitations::turnout(&mut db, stored.number).await?;
    if invited == 0 || matches!(stored.campaign.phase(app.clock.now()), Phase::Draft | Phase::Planned) {
        return Ok(None);
    }
    ready::load(&mut db, stored).await.map(Some)
}

fn show(facts: &Facts<'_>, path: &str, back: Option<&str>) -> Response {
    let links = answer::links_of(facts.questionnaire, path);
    let links: Vec<(Lang, &str)> = links.iter().map(|(other, href)| (*other, href.as_str())).collect();
    error::html(StatusCode::OK, notice::page(facts, &links, back).into_string())
}
