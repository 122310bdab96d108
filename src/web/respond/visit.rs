//! What is counted of visits to a counter's page: openings, and how far people get. Sums only, gathered in memory
//! ([`crate::store::tally`]): no cookie, no address, nothing of one person. Personal links are never counted.

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header::USER_AGENT},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    organisation::Phase,
    watching::classes::Device,
    web::{
        app::App,
        catalogue::{self, Spot},
        error::NotFound,
    },
};

/// How far a form at a counter has got: until now told up to the question `told`, now up to `reached`, by their
/// positions on the page.
#[derive(Debug, Clone, Deserialize, TypedPath)]
#[typed_path("/k/{address}/{told}/{reached}", rejection(NotFound))]
pub struct ProgressPath {
    /// Last part of the counter's address.
    pub address: String,
    /// The last question told of before; 0 at first.
    pub told: usize,
    /// The last question answered.
    pub reached: usize,
}

/// Counts an opening: of the address on the poster, not of its other languages, so that who changes the language counts
/// once; neither a `HEAD` (the phone's copy for a lost network) nor what a browser loads on a guess.
pub fn opened(app: &App, spot: &Spot, request: &Request, now: i64) {
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let guessed = ["sec-purpose", "purpose"].iter().any(|name| header(name).contains("prefetch"));
    if request.method() == Method::GET && !guessed {
        let device = Device::of(header(USER_AGENT.as_str()));
        app.tally.opened(spot.ready.stored.number, spot.place.number, device, now);
    }
}

/// Counts how far people get, told by the page's script when it is left or sent. Each form tells of each question once;
/// nothing says which form it is. Whoever sends these by hand spoils a sum and nothing else.
pub async fn progress(path: ProgressPath, State(app): State<App>) -> StatusCode {
    let now = app.clock.now();
    let Ok(spots) = app.catalogue.counter(&path.address).await else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let Some(spot) = catalogue::at(&spots, now) else { return StatusCode::NOT_FOUND };
    let Spot { ready, place, .. } = spot;
    if ready.stored.campaign.phase(now) != Phase::Open {
        return StatusCode::GONE;
    }
    if path.told >= path.reached || path.reached > ready.questionnaire.questions.len() {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    app.tally.reached(ready.stored.number, place.number, path.told, path.reached, now);
    StatusCode::NO_CONTENT
}
