//! `/k/{counter}`: the QR code on the desk. No cookie, no script needed.

use axum::{
    body::Body,
    extract::{Query, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{
    about,
    answer::{self, Wanted},
    kiosk::{self, KioskPath},
    trial::{self, TrialPath},
    visit,
};
use crate::{
    language::Lang,
    organisation::{Channel, Mode},
    questionnaire::{Invalid, Questionnaire},
    store::{
        campaigns,
        inbox::{Kept, Refused},
        places,
        responses::{self, Sheet},
        tally,
    },
    web::{
        app::App,
        catalogue::{self, Spot},
        coding::Taken,
        error::{self, NotFound},
        form::{self, Fields},
        template::{HOLE, MARKER, Template},
        views::{
            components::Places,
            kiosk::{self as kiosk_view, Tablet},
            message::Kind,
            questionnaire::{self, Page},
        },
    },
};

/// The questionnaire of a counter.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}", rejection(NotFound))]
pub struct CounterPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// The thank-you page of a counter.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/k/{address}/cam-on", rejection(NotFound))]
pub struct ThanksPath {
    /// Last part of the counter's address.
    pub address: String,
}

/// Shows the questionnaire, or says why there is none.
pub async fn show(
    path: CounterPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language_of_respondent();
    let spots = match app.catalogue.counter(&path.address).await {
        Ok(spots) => spots,
        Err(error) => return error::of_store(&error, lang),
    };
    let now = app.clock.now();
    let Some(spot) = catalogue::at(&spots, now) else {
        return typed(&app, &path.address, &wanted, lang).await;
    };
    let campaign = &spot.ready.stored.campaign;
    let lang = answer::offered(lang, &spot.ready.questionnaire);
    if let Some(page) = answer::not_open(campaign, campaign.phase(now), lang) {
        return page;
    }
    let key = answer::timed_submission(&app.key, now);
    let (variant, form) = answer::form(&app, &spot.ready, &String::from_utf8_lossy(&key));
    let render = || Template::new(&page(&app, spot, form, lang, MARKER, None, Way::Phone)).ok();
    match app.catalogue.page(spot, lang, variant, render) {
        Some(template) => {
            if wanted.lang.is_none() {
                visit::opened(&app, spot, &request, now);
            }
            send(&template, &key, Taken::by(request.headers()).gzip)
        }
        None => error::page(lang, Kind::Failed),
    }
}

/// Stores the answers and leads to the thank-you page.
pub async fn submit(
    path: CounterPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    store(&app, &path, Way::Phone, &wanted, request).await
}

/// How the answers of a counter come in; it is the address that they are sent to which tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the QR code, on people's own telephones.
    Phone,
    /// By the tablet.
    Kiosk,
    /// Not at all: staff try the code.
    Trial,
}

impl Way {
    const fn channel(self) -> Channel {
        match self {
            Self::Phone | Self::Trial => Channel::Open,
            Self::Kiosk => Channel::Kiosk,
        }
    }

    fn form(self, address: &str) -> String {
        let address = address.to_owned();
        match self {
            Self::Phone => CounterPath { address }.to_string(),
            Self::Kiosk => KioskPath { address }.to_string(),
            Self::Trial => TrialPath { address }.to_string(),
        }
    }

    fn thanks(self, address: &str) -> String {
        let address = address.to_owned();
        match self {
            Self::Phone | Self::Trial => ThanksPath { address }.to_string(),
            Self::Kiosk => kiosk::ThanksPath { address }.to_string(),
        }
    }
}

/// Stores the answers that came in this way.
pub async fn store(app: &App, path: &CounterPath, way: Way, wanted: &Wanted, request: Request) -> Response {
    let lang = wanted.language_of_respondent();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::ANSWERS).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    for _ in 0..answer::TRIES {
        if let Some(response) = attempt(app, path, way, &fields, lang).await {
            return response;
        }
        // The campaign changed since it was read: drop what is held and read all of it again.
        if let Err(error) = app.catalogue.refresh().await {
            tracing::error!(%error, "the campaigns cannot be read");
            break;
        }
    }
    busy(path, way, &fields, lang)
}

/// One attempt to store; `None` if the campaign changed meanwhile.
async fn attempt(app: &App, path: &CounterPath, way: Way, fields: &Fields, lang: Lang) -> Option<Response> {
    let Ok(spots) = app.catalogue.counter(&path.address).await else {
        return Some(busy(path, way, fields, lang));
    };
    if spots.is_empty() {
        let stored = again_elsewhere(app, path, way, fields, lang).await;
        return Some(match stored {
            Some(thanks) => thanks,
            None => nowhere(app, &path.address, lang).await,
        });
    }
    let now = app.clock.now();
    let spot = if fields.has(answer::CAMPAIGN) {
        let slug = fields.one(answer::CAMPAIGN);
        spots.iter().find(|spot| Some(spot.ready.stored.campaign.slug.as_str()) == slug)
    } else {
        catalogue::at(&spots, now)
    };
    let Some(spot) = spot else {
        return Some(error::page(lang, Kind::OtherForm));
    };
    let stored = &spot.ready.stored;
    let lang = answer::offered(lang, &spot.ready.questionnaire);
    let key = answer::same_or_new(fields);
    let (_, form) = answer::form(app, &spot.ready, &key);
    let parsed = answer::parse(app, &spot.ready, form, fields);
    let action = answer::in_language(&way.form(&path.address), lang);
    if let Some(page) = answer::not_taken(&stored.campaign, stored.campaign.phase(now), lang, &action, fields)
    {
        let id = parsed.as_ref().ok().map(|(_, id)| *id);
        return Some(again(app, id, path, way, lang).await.unwrap_or(page));
    }
    let (answers, id) = match parsed {
        Ok(parsed) => parsed,
        Err(invalid) => {
            let page = page(app, spot, form, lang, &key, Some(&invalid), way);
            return Some(error::html(StatusCode::UNPROCESSABLE_ENTITY, page));
        }
    };
    let sheet = Sheet {
        id,
        campaign: stored.number,
        revision: spot.revision,
        place: spot.place.number,
        definition: stored.definition,
        channel: way.channel(),
        mode: if form.asks_mode { answer::mode(fields).unwrap_or_default() } else { Mode::Unknown },
        language: lang.code().to_owned(),
        answers: answers.pack(form),
        texts: answer::texts(form, &answers),
        unit: spot.place.unit.clone(),
    };
    match app.inbox.put(sheet).await {
        Ok(Kept::New) => {
            let seconds = answer::seconds_since(&app.key, &key, now);
            let (campaign, place) = (stored.number, spot.place.number);
            let (unit, language) = (spot.place.unit.as_str(), lang.code());
            app.tally.kept(tally::Kept { campaign, place, unit, language, seconds }, now);
            Some(thanks(path, way, lang))
        }
        Ok(Kept::Again) => Some(thanks(path, way, lang)),
        Err(Refused::Stale) => None,
        Err(Refused::NotOpen) => {
            let page = answer::closed(&stored.campaign, lang);
            Some(again(app, Some(id), path, way, lang).await.unwrap_or(page))
        }
        Err(Refused::Unavailable) => Some(busy(path, way, fields, lang)),
    }
}

/// An address that nothing stands at, as somebody may have typed it from a poster: in other letters than it is printed, or with
/// the stop of a sentence behind it.
async fn typed(app: &App, address: &str, wanted: &Wanted, lang: Lang) -> Response {
    let plain = address.trim_end_matches(['.', ',', ';', ' ']);
    let meant = async {
        let mut db = app.store.read().await?;
        match places::typed_address(&mut db, plain).await? {
            // Right but for what stood behind it.
            None if plain != address => Ok((!plain.is_empty()).then(|| plain.to_owned())),
            meant => Ok(meant),
        }
    };
    match meant.await {
        Ok(Some(address)) => {
            let to = CounterPath { address }.to_string();
            let to = if wanted.lang.is_some() { answer::in_language(&to, lang) } else { to };
            Redirect::to(&to).into_response()
        }
        Ok(None) => nowhere(app, address, lang).await,
        Err(error) => error::of_store(&error, lang),
    }
}

/// The thank-you page for a form that was stored before the campaign closed and is sent once more.
async fn again(
    app: &App,
    id: Option<crate::secret::Id>,
    path: &CounterPath,
    way: Way,
    lang: Lang,
) -> Option<Response> {
    let mut db = app.store.read().await.ok()?;
    responses::exists(&mut db, &id?).await.ok()?.then(|| thanks(path, way, lang))
}

/// The page of an address where no campaign asks: the code was replaced, or there never was such a counter.
pub async fn nowhere(app: &App, address: &str, lang: Lang) -> Response {
    let replaced = async { places::is_replaced(&mut app.store.read().await?, address).await };
    match replaced.await {
        Ok(true) => error::page(lang, Kind::Replaced),
        Ok(false) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// The thank-you page for a form that was stored before its counter's code was replaced and is sent once more.
async fn again_elsewhere(
    app: &App,
    path: &CounterPath,
    way: Way,
    fields: &Fields,
    lang: Lang,
) -> Option<Response> {
    let (slug, key) = (fields.one(answer::CAMPAIGN)?, answer::submission(fields)?);
    let stored = campaigns::find(&mut app.store.read().await.ok()?, slug).await.ok()??;
    again(app, Some(responses::sheet_id(&app.key, stored.number, &key)), path, way, lang).await
}

fn thanks(path: &CounterPath, way: Way, lang: Lang) -> Response {
    Redirect::to(&answer::in_language(&way.thanks(&path.address), lang)).into_response()
}

fn busy(path: &CounterPath, way: Way, fields: &Fields, lang: Lang) -> Response {
    error::busy(lang, &answer::in_language(&way.form(&path.address), lang), fields)
}

/// The thank-you page.
pub async fn thank(_: ThanksPath, Query(wanted): Query<Wanted>) -> Response {
    error::page(wanted.language_of_respondent(), Kind::Thanks)
}

/// The questionnaire of a counter.
pub fn page(
    app: &App,
    spot: &Spot,
    form: &Questionnaire,
    lang: Lang,
    submission: &str,
    answers: Option<&Invalid>,
    way: Way,
) -> String {
    let campaign = &spot.ready.stored.campaign;
    let address = spot.place.address.clone().unwrap_or_default();
    let path = match way {
        // Its address may serve other campaigns too.
        Way::Trial => answer::with_query(&way.form(&address), &format!("campaign={}", campaign.slug)),
        Way::Phone | Way::Kiosk => way.form(&address),
    };
    let links = answer::links_of(&spot.ready.questionnaire, &path);
    let links: Vec<(Lang, &str)> = links.iter().map(|(other, href)| (*other, href.as_str())).collect();
    let details = about::CounterAboutPath { address: address.clone() }.to_string();
    let places = places(spot);
    let trial = trial::heading(lang, spot);
    let page = Page {
        lang,
        questionnaire: form,
        heading: if way == Way::Trial { &trial } else { lang.pick(&campaign.title) },
        places,
        action: &answer::in_language(&path, lang),
        campaign: &campaign.slug,
        submission,
        token: None,
        facts: about::facts(&spot.ready, lang, places, way.channel()),
        details: &answer::in_language(&details, lang),
        language_links: &links,
        audio: app.sounds.of(&form.id, &form.version, lang.code()),
        drafts: None,
        answers,
    };
    let markup = match way {
        Way::Phone | Way::Trial => questionnaire::page(&page),
        Way::Kiosk => {
            let leave = answer::in_language(&kiosk::LeavePath { address: address.clone() }.to_string(), lang);
            kiosk_view::page(&Tablet {
                page,
                manifest: &kiosk::ManifestPath { address }.to_string(),
                leave: spot.ready.stored.kiosk_code.as_ref().map(|_| leave.as_str()),
                rotates: spot.ready.questionnaire.variants() > 1,
            })
        }
    };
    markup.into_string()
}

/// What the placeholders of the wording stand for at a counter.
pub fn places(spot: &Spot) -> Places<'_> {
    Places {
        unit: &spot.unit_name,
        counter: spot.place.name.as_deref(),
        year: answer::year(&spot.ready.stored.campaign),
    }
}

fn send(template: &Template, key: &[u8; HOLE], gzip: bool) -> Response {
    let body = if gzip { template.gzip(key) } else { template.plain(key) };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
