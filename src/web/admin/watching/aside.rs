//! Setting answers aside: one person proposes it, another one decides ([`crate::set_aside`]).

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    clock, index,
    language::{Lang, vietnamese},
    organisation::order,
    set_aside::{self, By, NotDone, Refusal, Wish},
    store::{StoreError, campaigns, campaigns::Stored, places, set_aside::Decision, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        typed,
        views::{
            admin::{
                form::Fault,
                watching::aside::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// The page for setting answers aside.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/theo-doi/de-rieng", rejection(NotFound))]
pub struct AsidePath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of an address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    lang: Option<String>,
    /// What has just been done.
    xong: Option<String>,
    /// Code of a counter to propose.
    quay: Option<String>,
    /// A day to propose, ISO.
    ngay: Option<Date>,
}

/// What one may do here, by the word of its button.
enum Act {
    Propose,
    ProposeBack,
    Decide(Decision),
}

impl Act {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "propose" => Self::Propose,
            "propose-back" => Self::ProposeBack,
            "confirm" => Self::Decide(Decision::Confirm),
            "reject" => Self::Decide(Decision::Reject),
            "withdraw" => Self::Decide(Decision::Withdraw),
            "confirm-back" => Self::Decide(Decision::ConfirmBack),
            "reject-back" => Self::Decide(Decision::RejectBack),
            "withdraw-back" => Self::Decide(Decision::WithdrawBack),
            _ => return None,
        })
    }
}

/// Shows what is set aside, what waits for a second person, and the form for a proposal.
pub async fn show(
    path: AsidePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = language(wanted.lang.as_deref());
    let day = wanted.ngay.map(typed::day_text).unwrap_or_default();
    let fields = Fields::of([
        ("counter".to_owned(), wanted.quay.unwrap_or_default()),
        ("first".to_owned(), day.clone()),
        ("last".to_owned(), day),
    ]);
    let page = draw(&app, &staff, lang, &path.slug, &fields, &[], wanted.xong.as_deref()).await;
    error::found(StatusCode::OK, page, lang)
}

/// Proposes or decides.
pub async fn act(
    path: AsidePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = language(wanted.lang.as_deref());
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::DESK).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let word = fields.one("do").unwrap_or_default();
    let Some(act) = Act::of(word) else { return error::page(lang, Kind::Malformed) };
    let k = match smallest(&app, &path.slug).await {
        Ok(Some(k)) => k,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let did = |action: &'static str, object: &str| staff.did(action, object);
    let by = By { account: &staff.account, now: app.clock.now(), k, did: &did };
    let number = || fields.one("number").and_then(|number| number.parse().ok()).unwrap_or(0);
    let done = match act {
        Act::Propose => {
            set_aside::propose(&app.store, &path.slug, &wish(&fields), &by).await.map(|_| "proposed")
        }
        Act::ProposeBack => {
            let words = fields.one("back").unwrap_or_default();
            set_aside::propose_back(&app.store, &path.slug, number(), words, &by)
                .await
                .map(|()| "back-proposed")
        }
        Act::Decide(decision) => set_aside::decide(&app.store, &path.slug, number(), decision, &by)
            .await
            .map(|()| match decision {
                Decision::Confirm => "out",
                Decision::Reject => "rejected",
                Decision::Withdraw => "withdrawn",
                Decision::ConfirmBack => "back",
                Decision::RejectBack | Decision::WithdrawBack => "kept",
            }),
    };
    match done {
        Ok(done) => {
            let lang = if lang == Lang::VI { String::new() } else { format!("&lang={}", lang.code()) };
            Redirect::to(&format!("{path}?xong={done}{lang}")).into_response()
        }
        Err(NotDone::Store(error)) => error::of_store(&error, lang),
        Err(NotDone::Refused(refusals)) if refusals.contains(&Refusal::Unknown) => {
            error::page(lang, Kind::Unknown)
        }
        Err(NotDone::Refused(refusals)) => {
            let proposes = word == "propose";
            let status = if refusals.contains(&Refusal::Meanwhile) {
                StatusCode::CONFLICT
            } else if refusals.contains(&Refusal::SamePerson) {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            let mut faults: Vec<Fault> =
                refusals.iter().map(|why| view::fault(lang, why, k, proposes, number())).collect();
            if proposes && refusals.contains(&Refusal::Days) {
                unread(lang, &fields, &mut faults);
            }
            error::found(status, draw(&app, &staff, lang, &path.slug, &fields, &faults, None).await, lang)
        }
    }
}

fn language(code: Option<&str>) -> Lang {
    code.and_then(Lang::find).unwrap_or(Lang::VI)
}

fn wish(fields: &Fields) -> Wish {
    let text = |name: &str| fields.one(name).unwrap_or_default().trim().to_owned();
    let day = |name: &str| typed::day(&text(name)).map(clock::days);
    Wish {
        counter: text("counter"),
        whole_unit: fields.one("whole").is_some(),
        days: day("first").zip(day("last")),
        reason: text("reason"),
        words: text("words"),
    }
}

/// Says of each field that holds no day what is wrong with it, in place of what is said of both together.
fn unread(lang: Lang, fields: &Fields, faults: &mut Vec<Fault>) {
    let text = |name: &str| fields.one(name).unwrap_or_default();
    let [first, last] = view::days(lang);
    let unread: Vec<Fault> = [("first", first), ("last", last)]
        .into_iter()
        .filter(|(name, _)| typed::day(text(name)).is_none())
        .map(|(name, label)| Fault::new(name, typed::no_day(lang, &label, text(name))))
        .collect();
    if let Some(at) = faults.iter().position(|fault| fault.field == "first").filter(|_| !unread.is_empty()) {
        faults.splice(at..=at, unread);
    }
}

/// The smallest number of answers of a campaign.
async fn smallest(app: &App, slug: &str) -> Result<Option<u32>, StoreError> {
    let Some(stored) = campaigns::find(&mut app.store.read().await?, slug).await? else { return Ok(None) };
    k(app, &stored).await
}

async fn k(app: &App, stored: &Stored) -> Result<Option<u32>, StoreError> {
    let held = app.catalogue.campaign(stored.number).await?;
    Ok(held.map(|(ready, _)| index::smallest_cell(&stored.campaign, &ready.definition)))
}

async fn draw(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    fields: &Fields,
    faults: &[Fault],
    done: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let shelf = set_aside::shelf(&mut db, stored.number).await?;
    let tree = units::tree(&mut db).await?;
    let places = places::of_campaign(&mut db, stored.number).await?;
    drop(db);
    let ranks = order::ranks(&tree);
    let mut counters: Vec<(usize, String, String)> = places
        .into_iter()
        .filter_map(|place| {
            let (code, name) = (place.counter?, place.name.unwrap_or_default());
            let unit = tree.get(&place.unit).map_or(place.unit.as_str(), |unit| unit.name.as_str());
            let rank = ranks.get(place.unit.as_str()).copied().unwrap_or(usize::MAX);
            Some((rank, code.clone(), format!("{unit} – {name} ({code})")))
        })
        .collect();
    counters.sort_by_cached_key(|(rank, _, label)| (*rank, vietnamese::natural(label)));
    let counters: Vec<(String, String)> =
        counters.into_iter().map(|(_, code, label)| (code, label)).collect();
    let Some(k) = k(app, &stored).await? else { return Ok(None) };
    let phase = stored.campaign.phase(app.clock.now());
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase,
        tree: &tree,
        shelf: &shelf,
        counters: &counters,
        k,
        fields,
        faults,
        done,
    };
    Ok(Some(view::page(&page).into_string()))
}
