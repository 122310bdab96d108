//! `/k/{counter}/kiosk`: the same questionnaire on a tablet at the counter. Answers that come in here are the tablet's,
//! by the address they are sent to; the tablet's script sends each with a key of its own.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use super::{
    answer::{self, Wanted},
    counter::{self, CounterPath, Way},
};
use crate::{
    language::Lang,
    organisation::kiosk_code,
    web::{
        app::App,
        assets, catalogue,
        error::{self, NotFound},
        form::{self, Fields},
        middleware::peer::{self, Peer},
        views::{
            kiosk,
            message::{self, Kind},
        },
    },
};

/// The tablet's questionnaire.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/kiosk", rejection(NotFound))]
pub struct KioskPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// The tablet's thank-you page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/kiosk/cam-on", rejection(NotFound))]
pub struct ThanksPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// Where staff send the code to leave.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/kiosk/thoat", rejection(NotFound))]
pub struct LeavePath {
    /// Last part of the counter's address.
    pub address: String,
}

/// What an installed page is called and where it begins.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/kiosk/manifest.webmanifest", rejection(NotFound))]
pub struct ManifestPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// Seconds after which a tablet whose campaign is not open looks again.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("300");

/// Shows the tablet's page. One that is closed comes back by itself, since nobody stands there to reload it.
pub async fn show(path: KioskPath, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language_of_respondent();
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, lang),
    };
    let now = app.clock.now();
    let Some(spot) = catalogue::at(&spots, now) else {
        return counter::nowhere(&app, &path.address, lang).await;
    };
    let campaign = &spot.ready.stored.campaign;
    let lang = answer::offered(lang, &spot.ready.questionnaire);
    if let Some(mut page) = answer::not_open(campaign, campaign.phase(now), lang) {
        page.headers_mut().insert(HeaderName::from_static("refresh"), LOOK_AGAIN);
        return page;
    }
    let key = String::from_utf8_lossy(&answer::new_submission()).into_owned();
    let (_, form) = answer::form(&app, &spot.ready, &key);
    error::html(StatusCode::OK, counter::page(&app, spot, form, lang, &key, None, Way::Kiosk))
}

/// Stores the answers and leads to the tablet's thank-you page.
pub async fn submit(
    path: KioskPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    counter::store(&app, &CounterPath { address: path.address }, Way::Kiosk, &wanted, request).await
}

/// The thank-you page.
pub async fn thank(path: ThanksPath, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language_of_respondent();
    let start = answer::in_language(&KioskPath { address: path.address }.to_string(), lang);
    error::html(StatusCode::OK, kiosk::thanks(lang, &start).into_string())
}

/// Lets staff leave by their code, as slowly as a log-in when it was wrong too often.
pub async fn leave(
    path: LeavePath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language_of_respondent();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::LOGIN).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, lang),
    };
    let stored = catalogue::at(&spots, app.clock.now()).map(|spot| &spot.ready.stored);
    let Some((stored, hash)) = stored.and_then(|stored| Some((stored, stored.kiosk_code.as_deref()?))) else {
        return error::page(lang, Kind::Unknown);
    };
    let client = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
    let who = stored.campaign.slug.clone();
    let wait = app.tablets.wait(&who, client, app.clock.now());
    if wait > 0 {
        let mut page = error::page(lang, Kind::TooMany);
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from((wait + 999) / 1_000));
        return page;
    }
    let given = fields.one("code").unwrap_or_default();
    if kiosk_code::hash(&app.key, &stored.campaign.slug, given).as_slice() != hash {
        app.tablets.failed(&who, client, app.clock.now());
        tracing::warn!(campaign = stored.campaign.slug, "a wrong code on a tablet");
        let words = fl!(lang.messages(), "kiosk-wrong");
        let page = message::page(lang, &Kind::Words { words: &words });
        return error::html(StatusCode::FORBIDDEN, page.into_string());
    }
    app.tablets.succeeded(&who, client);
    Redirect::to(&CounterPath { address: path.address }.to_string()).into_response()
}

/// The manifest, so that the page can be installed and opens full screen.
pub async fn manifest(path: ManifestPath, State(app): State<App>) -> Response {
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, Lang::VI),
    };
    let Some(spot) = catalogue::at(&spots, app.clock.now()) else {
        return error::page(Lang::VI, Kind::Unknown);
    };
    let start = KioskPath { address: path.address }.to_string();
    let name = spot.place.name.as_deref().unwrap_or(&spot.unit_name);
    let manifest = json!({
        "id": start,
        "name": format!("{name} – {}", spot.unit_name),
        "short_name": name,
        "lang": "vi",
        "start_url": start,
        "scope": start,
        "display": "fullscreen",
        "background_color": "#f2f5f4",
        "theme_color": "#0a4a57",
        "icons": [{ "src": assets::asset_url("kiosk.svg"), "sizes": "any", "type": "image/svg+xml" }],
    });
    let mut response = manifest.to_string().into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/manifest+json; charset=utf-8"));
    response
}
