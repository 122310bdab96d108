//! A counter's QR code as a drawing, as a picture, and as a printable page.

use axum::{
    extract::{Query, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    distribution::{address, qr},
    language::{Lang, vietnamese},
    organisation::order::ranks,
    store::{StoreError, campaigns::Stored, places, ready},
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::{self, NotFound},
        middleware::headers::Needs,
        respond::answer::{Wanted, languages},
        views::{
            message::Kind,
            poster::{self, Poster},
        },
    },
};

/// The printable pages of all counters of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/posters", rejection(NotFound))]
pub struct PostersPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The printable page of a counter.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/{counter}/poster", rejection(NotFound))]
pub struct PosterPath {
    /// The campaign's slug.
    pub slug: String,
    /// The counter's code.
    pub counter: String,
}

/// A counter's code as a drawing.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/{counter}/qr.svg", rejection(NotFound))]
pub struct SvgPath {
    /// The campaign's slug.
    pub slug: String,
    /// The counter's code.
    pub counter: String,
}

/// A counter's code as a picture.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/{counter}/qr.png", rejection(NotFound))]
pub struct PngPath {
    /// The campaign's slug.
    pub slug: String,
    /// The counter's code.
    pub counter: String,
}

/// A counter as printed.
struct Desk {
    name: String,
    unit: String,
    url: String,
}

struct Desks {
    stored: Stored,
    desks: Vec<Desk>,
}

async fn desks(
    app: &App,
    staff: &Staff,
    slug: &str,
    counter: Option<&str>,
) -> Result<Option<Desks>, StoreError> {
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let ranks = ranks(&tree);
    let mut desks = Vec::new();
    for place in places::of_campaign(&mut db, stored.number).await? {
        let (Some(code), Some(last)) = (&place.counter, &place.address) else { continue };
        if place.retired || counter.is_some_and(|wanted| wanted != code) {
            continue;
        }
        if !staff.sees(&tree, &place.unit) {
            if counter.is_some() {
                scope::outside(app, staff, code).await?;
            }
            continue;
        }
        let rank = ranks.get(place.unit.as_str()).copied().unwrap_or(usize::MAX);
        let desk = Desk {
            unit: tree.get(&place.unit).map(|unit| unit.name.clone()).unwrap_or_default(),
            url: address::counter(&app.config.base_url, last),
            name: place.name.unwrap_or_default(),
        };
        desks.push((rank, desk));
    }
    desks.sort_by_cached_key(|(rank, desk)| (*rank, vietnamese::natural(&desk.name)));
    let desks: Vec<Desk> = desks.into_iter().map(|(_, desk)| desk).collect();
    Ok((!desks.is_empty()).then_some(Desks { stored, desks }))
}

/// The printable pages of all counters.
pub async fn posters(
    path: PostersPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    print(&app, &staff, &path.slug, None, wanted.language()).await
}

/// The printable page of one counter.
pub async fn poster(
    path: PosterPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    print(&app, &staff, &path.slug, Some(&path.counter), wanted.language()).await
}

async fn print(app: &App, staff: &Staff, slug: &str, counter: Option<&str>, lang: Lang) -> Response {
    let found = match desks(app, staff, slug, counter).await {
        Ok(Some(found)) => found,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let ready = async {
        let mut db = app.store.read().await?;
        ready::load(&mut db, found.stored.clone()).await
    };
    let questionnaire = match ready.await {
        Ok(ready) => ready.questionnaire,
        Err(error) => return error::of_store(&error, lang),
    };
    let campaign = &found.stored.campaign;
    let drawn: Result<Vec<String>, _> = found.desks.iter().map(|desk| qr::svg(&desk.url)).collect();
    let Ok(drawn) = drawn else {
        return error::page(lang, Kind::Failed);
    };
    let posters: Vec<Poster<'_>> = found
        .desks
        .iter()
        .zip(&drawn)
        .map(|(desk, svg)| Poster {
            counter: &desk.name,
            unit: &desk.unit,
            qr: svg,
            address: address::short(&desk.url),
            demonstration: campaign.demonstration,
            campaign: Lang::VI.pick(&campaign.title),
            minutes: questionnaire.minutes,
            english: languages(&questionnaire).contains(&Lang::EN),
        })
        .collect();
    let mut response = error::html(StatusCode::OK, poster::page(lang, &posters).into_string());
    response.extensions_mut().insert(Needs::PosterStyle);
    response
}

/// The code as SVG.
pub async fn svg(path: SvgPath, staff: Staff, State(app): State<App>) -> Response {
    draw(&app, &staff, &path.slug, &path.counter, "svg", "image/svg+xml", |url| {
        qr::svg(url).map(String::into_bytes)
    })
    .await
}

/// The code as PNG.
pub async fn png(path: PngPath, staff: Staff, State(app): State<App>) -> Response {
    draw(&app, &staff, &path.slug, &path.counter, "png", "image/png", qr::png).await
}

async fn draw<E>(
    app: &App,
    staff: &Staff,
    slug: &str,
    counter: &str,
    extension: &str,
    kind: &'static str,
    draw: impl FnOnce(&str) -> Result<Vec<u8>, E>,
) -> Response {
    let lang = Lang::VI;
    let desk = match desks(app, staff, slug, Some(counter)).await {
        Ok(found) => found.and_then(|found| found.desks.into_iter().next()),
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(desk) = desk else { return error::page(lang, Kind::Unknown) };
    let Ok(bytes) = draw(&desk.url) else {
        return error::page(lang, Kind::Failed);
    };
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::try_from(format!("inline; filename=\"{counter}.{extension}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    response
}
