//! The page of a campaign's paper: printing numbered forms, what was keyed, what is to do.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use super::{Desk, Spot, form, language, open, spots};
use crate::{
    distribution::pdf::paper::{Paper, Sheet},
    language::{Lang, vietnamese},
    organisation::{Channel, order},
    store::{
        StoreError, audit,
        paper::{self, Batch},
        pictures,
    },
    web::{
        admin::printing,
        app::App,
        auth::{scope, session::Staff},
        error::{self, NotFound},
        form::{self as body, Fields},
        respond::{
            about,
            answer::{self, Wanted, in_language},
        },
        views::{
            admin::{
                paper::{
                    desk::{self as view, Page, Printed},
                    entry,
                },
                setup::head::{Head, Tab},
            },
            message::Kind,
            paper as drawing,
        },
    },
};

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper", rejection(NotFound))]
pub struct DeskPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The numbered forms that begin with this number.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/{first}/sheets.pdf", rejection(NotFound))]
pub struct SheetsPath {
    /// The campaign's slug.
    pub slug: String,
    /// First number.
    pub first: i64,
}

/// A form without a number, to be looked at.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/form.pdf", rejection(NotFound))]
pub struct FormPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Most forms printed at once.
pub const MOST: u32 = 300;

/// Which form is looked at: the part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    /// The counter's code; absent: the first one.
    counter: Option<String>,
    /// Language of the form.
    words: Option<String>,
}

/// Shows the page.
pub async fn show(
    path: DeskPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    error::found(StatusCode::OK, draw(&app, &path.slug, &staff, lang, done.words(lang), None).await, lang)
}

/// The part of an address after `?` that says what has just been done.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    done: Option<String>,
    n: Option<u64>,
    again: Option<u64>,
    /// The first and the last number of forms that have just been numbered.
    first: Option<i64>,
    last: Option<i64>,
}

impl Done {
    fn words(&self, lang: Lang) -> Option<String> {
        if let (Some("numbered"), Some(first), Some(last)) = (self.done.as_deref(), self.first, self.last) {
            let (first, last) = (entry::printed(first), entry::printed(last));
            return Some(fl!(lang.messages(), "desk-paper-numbered", first = first, last = last));
        }
        let (new, again) = (self.n.unwrap_or_default(), self.again.unwrap_or_default());
        (self.done.as_deref() == Some("imported"))
            .then(|| fl!(lang.messages(), "desk-answers-done", new = new, again = again))
    }
}

async fn page(
    app: &App,
    slug: &str,
    staff: &Staff,
    lang: Lang,
    status: StatusCode,
    problem: Option<String>,
) -> Response {
    error::found(status, draw(app, slug, staff, lang, None, problem).await, lang)
}

async fn draw(
    app: &App,
    slug: &str,
    staff: &Staff,
    lang: Lang,
    done: Option<String>,
    problem: Option<String>,
) -> Result<Option<String>, StoreError> {
    let Some(desk) = open(app, staff, slug).await? else {
        let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
        let phase = stored.campaign.phase(app.clock.now());
        let head = Head { lang, staff, campaign: &stored.campaign, phase, tab: Tab::Paper };
        return Ok(Some(view::by_link(&head).into_string()));
    };
    let mut db = app.store.read().await?;
    let campaign = desk.ready.stored.number;
    let spots = spots(&mut db, &desk, staff).await?;
    let is_seen = |place: i64| spots.iter().any(|spot| spot.place.number == place);
    let named = |batch: &Batch| {
        let spot = spots.iter().find(|spot| spot.place.number == batch.place)?;
        let (code, name) = spot.label();
        Some(Printed {
            first: batch.first,
            last: batch.last,
            counter: format!("{name} ({code})"),
            unit: &spot.unit,
        })
    };
    let batches = paper::batches(&mut db, campaign).await?;
    let mut shown: Vec<&Spot> = spots.iter().filter(|spot| !spot.place.retired).collect();
    // Units as on every page, counters of one beside each other, counter 2 before counter 10.
    let ranks = order::ranks(&desk.tree);
    shown.sort_by_cached_key(|spot| {
        let rank = ranks.get(spot.place.unit.as_str()).copied().unwrap_or(usize::MAX);
        (rank, vietnamese::natural(spot.label().1))
    });
    let counters: Vec<(&str, &str, &str)> = shown
        .into_iter()
        .map(|spot| {
            let (code, name) = spot.label();
            (code, spot.unit.as_str(), name)
        })
        .collect();
    let page = Page {
        lang,
        staff,
        campaign: &desk.ready.stored.campaign,
        phase: desk.ready.stored.campaign.phase(app.clock.now()),
        counters: &counters,
        languages: &answer::languages(&desk.ready.questionnaire),
        rotates: desk.ready.questionnaire.variants() > 1,
        batches: &batches.iter().filter_map(named).collect::<Vec<_>>(),
        tally: &paper::tally(&mut db, campaign, is_seen).await?,
        twice: paper::twice(&mut db, campaign).await?,
        done: done.as_deref(),
        problem: problem.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Prints numbered forms, or sets whether sheets are keyed twice.
pub async fn submit(
    path: DeskPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let m = lang.messages();
    let (parts, sent) = request.into_parts();
    let fields = match Fields::read(&parts.headers, sent, body::LOGIN).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let here = DeskPath { slug: path.slug.clone() }.to_string();
    let done = match fields.one(view::DO) {
        Some(view::PRINT) => number(&app, &path.slug, &staff, &fields).await,
        Some(view::ONCE | view::TWICE) => {
            keyed_twice(&app, &path.slug, &staff, fields.one(view::DO) == Some(view::TWICE)).await
        }
        _ => return error::page(lang, Kind::Malformed),
    };
    match done {
        Ok(Outcome::Yes) => Redirect::to(&in_language(&here, lang)).into_response(),
        Ok(Outcome::Numbered(first, last)) => {
            let here = in_language(&here, lang);
            let join = if here.contains('?') { '&' } else { '?' };
            Redirect::to(&format!("{here}{join}done=numbered&first={first}&last={last}")).into_response()
        }
        Ok(Outcome::Unknown) => error::page(lang, Kind::Unknown),
        Ok(Outcome::NoCounter) => {
            let problem = fl!(m, "paper-no-counter");
            page(&app, &path.slug, &staff, lang, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
        }
        Ok(Outcome::Count) => {
            let problem = fl!(m, "paper-wrong-count", most = MOST);
            page(&app, &path.slug, &staff, lang, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
        }
        Ok(Outcome::Waiting) => {
            let problem = fl!(m, "paper-still-waiting");
            page(&app, &path.slug, &staff, lang, StatusCode::CONFLICT, Some(problem)).await
        }
        Err(error) => error::of_store(&error, lang),
    }
}

enum Outcome {
    Yes,
    /// From this number to that one.
    Numbered(i64, i64),
    Unknown,
    NoCounter,
    Count,
    Waiting,
}

async fn number(app: &App, slug: &str, staff: &Staff, fields: &Fields) -> Result<Outcome, StoreError> {
    let Some(desk) = open(app, staff, slug).await? else { return Ok(Outcome::Unknown) };
    let code = fields.one(view::COUNTER).unwrap_or_default().trim();
    let spots = spots(&mut app.store.read().await?, &desk, staff).await?;
    let spot = spots.iter().find(|spot| !spot.place.retired && spot.label().0 == code);
    let Some(spot) = spot else { return Ok(Outcome::NoCounter) };
    let count = fields.one(view::COUNT).and_then(|count| count.trim().parse().ok());
    let Some(count) = count.filter(|count| (1..=MOST).contains(count)) else { return Ok(Outcome::Count) };
    let lang = fields.one(view::WORDS).and_then(Lang::find_for_respondents).unwrap_or(Lang::VI);
    let lang = answer::offered(lang, &desk.ready.questionnaire);
    let mut db = app.store.write().await?;
    let batch =
        paper::print(&mut db, desk.ready.stored.number, spot.place.number, lang.code(), count).await?;
    let told = staff
        .did("paper.print", slug)
        .with(json!({ "counter": code, "first": batch.first, "last": batch.last, "language": lang.code() }));
    audit::append(&mut db, app.clock.now(), &told).await?;
    db.commit().await?;
    Ok(Outcome::Numbered(batch.first, batch.last))
}

async fn keyed_twice(app: &App, slug: &str, staff: &Staff, twice: bool) -> Result<Outcome, StoreError> {
    let Some(desk) = open(app, staff, slug).await? else { return Ok(Outcome::Unknown) };
    let mut db = app.store.write().await?;
    let before = paper::twice(&mut db, desk.ready.stored.number).await?;
    let set = paper::set_twice(&mut db, desk.ready.stored.number, twice).await?;
    if set && before != twice {
        let told =
            staff.did("paper.twice", slug).changed(json!({ "twice": before }), json!({ "twice": twice }));
        audit::append(&mut db, app.clock.now(), &told).await?;
    }
    db.commit().await?;
    Ok(if set { Outcome::Yes } else { Outcome::Waiting })
}

/// The PDF of a batch of numbered forms.
pub async fn sheets(
    path: SheetsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let Some(desk) = open(&app, &staff, &path.slug).await? else { return Ok::<_, StoreError>(None) };
        let mut db = app.store.read().await?;
        let found = super::printed(&mut db, &desk, &staff, path.first).await?;
        let Some((batch, spot)) = found else { return Ok(None) };
        let logo = pictures::get(&mut db, pictures::LOGO).await?;
        Ok((batch.first == path.first).then_some((desk, batch, spot, logo)))
    };
    match found.await {
        Ok(Some((desk, batch, spot, logo))) => {
            let numbers: Vec<Option<i64>> = (batch.first..=batch.last).map(Some).collect();
            let words = language(&batch, &desk.ready);
            let name = format!("{}-{}-{}", path.slug, batch.first, batch.last);
            print(&app, lang, &name, &desk, &spot, words, &numbers, logo).await
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// The PDF of one form without a number.
pub async fn specimen(
    path: FormPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(chosen): Query<Chosen>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let Some(desk) = open(&app, &staff, &path.slug).await? else { return Ok::<_, StoreError>(None) };
        let mut db = app.store.read().await?;
        let spots = spots(&mut db, &desk, &staff).await?;
        let logo = pictures::get(&mut db, pictures::LOGO).await?;
        let chosen = |spot: &Spot| chosen.counter.as_deref().is_none_or(|code| code == spot.label().0);
        let spot = spots.into_iter().find(|spot| !spot.place.retired && chosen(spot));
        Ok(spot.map(|spot| (desk, spot, logo)))
    };
    match found.await {
        Ok(Some((desk, spot, logo))) => {
            let words = chosen.words.as_deref().and_then(Lang::find_for_respondents).unwrap_or(lang);
            let words = answer::offered(words, &desk.ready.questionnaire);
            print(&app, lang, &format!("{}-form", path.slug), &desk, &spot, words, &[None], logo).await
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

#[expect(clippy::too_many_arguments, reason = "what stands on paper, each once")]
async fn print(
    app: &App,
    lang: Lang,
    name: &str,
    desk: &Desk,
    spot: &Spot,
    words: Lang,
    numbers: &[Option<i64>],
    logo: Option<Vec<u8>>,
) -> Response {
    let (ready, places) = (&desk.ready, spot.places(&desk.ready));
    let campaign = &ready.stored.campaign;
    // Where modules rotate, each number has its own.
    let mut variants: Vec<usize> = Vec::new();
    let mut sheets = Vec::with_capacity(numbers.len());
    for number in numbers {
        let (variant, _) = form(app, ready, number.unwrap_or(0));
        let at = variants.iter().position(|other| *other == variant).unwrap_or_else(|| {
            variants.push(variant);
            variants.len() - 1
        });
        sheets.push(Sheet { number: *number, form: at });
    }
    let forms: Vec<_> = variants
        .iter()
        .map(|variant| drawing::form(&ready.questionnaire.variant(*variant), words, &places))
        .collect();
    let facts = about::facts(ready, words, places, Channel::Paper);
    let codes = format!("{} · {} · {}", campaign.slug, spot.place.unit, spot.label().0);
    let around = drawing::words(&facts, codes, campaign.demonstration);
    let author = campaign.notice.as_ref().map_or_else(String::new, |n| words.pick(&n.responsible).to_owned());
    printing::set(app, lang, name, move |templates| {
        let paper = Paper {
            lang: words,
            author: &author,
            logo: logo.as_deref(),
            words: around,
            forms: &forms,
            sheets: &sheets,
            both_sides: true,
        };
        paper.pdf(templates)
    })
    .await
}
