//! One counter: its name and unit, retiring it and taking it up again, and a new code where the old one was copied.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{CELLS, Done, Trouble, changed, desk, refused, shown};
use crate::{
    apply::desk::{CounterWish, Fault, NotDone},
    distribution::address,
    language::Lang,
    organisation::Phase,
    store::{StoreError, campaigns, places, places::Place, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{Changed, meanwhile},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault as Shown, Form, confirmed},
                setup::counter::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// A counter of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/{counter}", rejection(NotFound))]
pub struct CounterPath {
    /// The campaign's slug.
    pub slug: String,
    /// The counter's code.
    pub counter: String,
}

/// Shows the counter.
pub async fn show(
    path: CounterPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let sent = Sent { done: done.words(lang), ..Sent::default() };
    super::page(page(&app, &staff, lang, &path, &sent).await, lang)
}

/// What was sent and is shown again.
#[derive(Debug, Default)]
struct Sent {
    fields: Option<Fields>,
    faults: Vec<Shown>,
    changed: Vec<Changed>,
    done: Option<String>,
}

fn fields(name: &str, unit: &str) -> Fields {
    Fields::of([("name", name), ("unit", unit)])
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    path: &CounterPath,
    sent: &Sent,
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
    let tree = units::tree(&mut db).await?;
    let places = places::of_campaign(&mut db, stored.number).await?;
    let is_it = |place: &&Place| place.counter.as_deref() == Some(path.counter.as_str());
    let Some(place) = places.iter().find(is_it) else { return Ok(None) };
    let Some(last) = &place.address else { return Ok(None) };
    let now = app.clock.now();
    let mut also = Vec::new();
    for other in places::at_address(&mut db, last).await? {
        if other.campaign == stored.number {
            continue;
        }
        let other = campaigns::get(&mut db, other.campaign).await?.map(|other| other.campaign);
        also.extend(other.filter(|other| other.phase(now) != Phase::Closed));
    }
    drop(db);
    let url = address::counter(&app.config.base_url, last);
    let base = fields(place.name.as_deref().unwrap_or_default(), &place.unit);
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(now),
        form: Form {
            lang,
            values: sent.fields.as_ref().unwrap_or(&base),
            faults: &sent.faults,
            changed: &sent.changed,
        },
        base: &base,
        code: &path.counter,
        name: place.name.as_deref().unwrap_or_default(),
        unit: tree.get(&place.unit).map_or(place.unit.as_str(), |unit| unit.name.as_str()),
        also: &also,
        now,
        retired: place.retired,
        url: &url,
        short: address::short(&url),
        tree: &tree,
        done: sent.done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Saves, retires, takes up again, or gives a new code: as the field `do` says.
pub async fn submit(
    path: CounterPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    let outcome = match fields.one("do") {
        Some("retire") => retire(&app, &staff, lang, &path).await.map(|()| "retired"),
        Some("restore") => restore(&app, &staff, lang, &path).await.map(|()| "restored"),
        Some("replace") => replace(&app, &staff, lang, &path, &fields).await.map(|()| "replaced"),
        _ => save(&app, &staff, lang, &path, &fields).await.map(|()| "saved"),
    };
    let (status, sent) = match outcome {
        Ok(done) => return changed(&app, &path.to_string(), lang, done, None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            let own = format!("counter.{}.", path.counter);
            let faults = faults.into_iter().map(|fault| {
                let field = fault.field.strip_prefix(&own).unwrap_or(&fault.field).to_owned();
                Fault { field, words: fault.words }
            });
            // Only the first form has fields that were typed.
            let fields = fields.has("name").then_some(fields);
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                Sent { fields, faults: shown(faults.collect()), ..Sent::default() },
            )
        }
        Err(Trouble::Meanwhile(meanwhile)) => (
            StatusCode::CONFLICT,
            Sent { fields: Some(meanwhile.fields), changed: meanwhile.changed, ..Sent::default() },
        ),
        Err(Trouble::NotDone(NotDone::Store(error))) => return error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown)) => return error::page(lang, Kind::Unknown),
    };
    error::found(status, page(&app, &staff, lang, &path, &sent).await, lang)
}

async fn save(
    app: &App,
    staff: &Staff,
    lang: Lang,
    path: &CounterPath,
    sent: &Fields,
) -> Result<(), Trouble> {
    desk(app, staff, lang)
        .edit(&path.slug, |campaign, _| {
            let counter = find(&mut campaign.counters, &path.counter)?;
            if let Some(meanwhile) = meanwhile(sent, &fields(&counter.name, &counter.unit)) {
                return Err(Trouble::Meanwhile(meanwhile));
            }
            let typed = |name: &str| sent.one(name).map(|text| text.trim().to_owned());
            counter.name = typed("name").unwrap_or_default();
            counter.unit = typed("unit").unwrap_or_default();
            if counter.name.is_empty() {
                let words = fl!(lang.messages(), "desk-counter-name-missing");
                return Err(refused(vec![Fault::new("name", words)]));
            }
            Ok(())
        })
        .await
}

async fn retire(app: &App, staff: &Staff, lang: Lang, path: &CounterPath) -> Result<(), Trouble> {
    desk(app, staff, lang)
        .edit(&path.slug, |campaign, _| {
            find(&mut campaign.counters, &path.counter)?;
            campaign.counters.retain(|counter| counter.code != path.counter);
            Ok(())
        })
        .await
}

async fn restore(app: &App, staff: &Staff, lang: Lang, path: &CounterPath) -> Result<(), Trouble> {
    let store = |error| Trouble::NotDone(NotDone::Store(error));
    let place = async {
        let mut db = app.store.read().await?;
        let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
        let places = places::of_campaign(&mut db, stored.number).await?;
        Ok(places.into_iter().find(|place| place.counter.as_deref() == Some(path.counter.as_str())))
    };
    let place = place.await.map_err(store)?.ok_or(Trouble::NotDone(NotDone::Unknown))?;
    desk(app, staff, lang)
        .edit(&path.slug, |campaign, _| {
            if campaign.counters.iter().all(|counter| counter.code != path.counter) {
                campaign.counters.push(CounterWish {
                    public: place.address.as_deref() == Some(path.counter.as_str()),
                    code: path.counter.clone(),
                    unit: place.unit,
                    name: place.name.unwrap_or_default(),
                    renew: false,
                });
            }
            Ok(())
        })
        .await
}

async fn replace(
    app: &App,
    staff: &Staff,
    lang: Lang,
    path: &CounterPath,
    sent: &Fields,
) -> Result<(), Trouble> {
    desk(app, staff, lang)
        .edit(&path.slug, |campaign, _| {
            let counter = find(&mut campaign.counters, &path.counter)?;
            if !confirmed(sent, &path.counter) {
                let words = fl!(lang.messages(), "desk-form-not-confirmed", name = path.counter.as_str());
                return Err(refused(vec![Fault::new("confirm", words)]));
            }
            (counter.public, counter.renew) = (false, true);
            Ok(())
        })
        .await
}

fn find<'a>(counters: &'a mut [CounterWish], code: &str) -> Result<&'a mut CounterWish, Trouble> {
    let counter = counters.iter_mut().find(|counter| counter.code == code);
    counter.ok_or(Trouble::NotDone(NotDone::Unknown))
}
