//! Screening of free text: nothing that people wrote appears in a report before somebody has read and released it.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use crate::{
    definition::model::Kind::Text,
    figures::{self, NoReport},
    index,
    language::Lang,
    organisation::Phase,
    questionnaire::Questionnaire,
    screening,
    secret::Id,
    set_aside::View,
    store::{
        StoreError, audit,
        campaigns::{self, Stored},
        comments::{self, Comment, Filter, Status},
        ready::{self, Ready},
        units,
    },
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        posted::Posted,
        respond::answer::{self, Wanted},
        views::{
            admin::{
                comments::{self as view, CommentHead, Page},
                setup::head::{Head, Tab},
            },
            components::Places,
            message::Kind,
        },
    },
};

/// Comments on a page.
const PAGE: i64 = 50;

/// The comments of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/y-kien", rejection(NotFound))]
pub struct CommentsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// One comment, to cover words of it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/y-kien/{id}", rejection(NotFound))]
pub struct CommentPath {
    /// The campaign's slug.
    pub slug: String,
    /// Its id, hex.
    pub id: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    status: Option<String>,
    unit: Option<String>,
    question: Option<String>,
    after: Option<String>,
    /// How many comments have just been decided on.
    done: Option<String>,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            status: self.status.as_deref().and_then(view::status_of).unwrap_or(Status::Waiting),
            unit: self.unit.clone().unwrap_or_default(),
            question: self.question.clone().unwrap_or_default(),
            after: self.after.as_deref().and_then(id_of),
        }
    }
}

fn id_of(hex: &str) -> Option<Id> {
    let bytes = hex.as_bytes();
    if bytes.len() != 32 || !hex.is_ascii() {
        return None;
    }
    let mut id = Id::default();
    for (byte, pair) in id.iter_mut().zip(bytes.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(id)
}

/// Shows comments of a campaign, in the order of their random ids.
pub async fn show(
    path: CommentsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = wanted.language();
    let done = asked.done.as_deref().and_then(|done| done.parse().ok());
    error::found(StatusCode::OK, page(&app, &path.slug, &staff, lang, &asked.filter(), done).await, lang)
}

async fn page(
    app: &App,
    slug: &str,
    staff: &Staff,
    lang: Lang,
    filter: &Filter,
    done: Option<u64>,
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let number = stored.number;
    let ready = ready::load(&mut db, stored).await?;
    let tree = units::tree(&mut db).await?;
    let units = comments::units(&mut db, number).await?;
    let named = |code: String| {
        let name = tree.get(&code).map_or_else(|| code.clone(), |unit| unit.name.clone());
        (code, name)
    };
    drop(db);
    let phase = ready.stored.campaign.phase(app.clock.now());
    // Of whom few have judged a unit, or belong to one, is named no more finely here than in the report: what somebody wrote
    // about, or from, a unit with three answers would be one of three persons' words (security tests B-10, D-02).
    let by_link = ready.stored.campaign.by_link || ready.judging.is_some();
    let report = if by_link && phase == Phase::Closed {
        let _seat = app.reports.acquire().await;
        match figures::report(&app.store, slug, app.clock.now(), View::default()).await {
            Err(NoReport::Store(error)) => return Err(error),
            computed => computed.ok(),
        }
    } else {
        None
    };
    let place = |unit: &str| report.as_ref().and_then(|report| index::comments::place(report, unit));
    let units: Vec<String> =
        units.into_iter().filter(|unit| !by_link || place(unit).as_ref() == Some(unit)).collect();
    let mut filter = filter.clone();
    if by_link && !units.contains(&filter.unit) {
        filter.unit = String::new();
    }
    let filter = &filter;
    let mut db = app.store.read().await?;
    let mut list = comments::list(&mut db, number, filter, PAGE + 1).await?;
    let more = usize::try_from(PAGE).is_ok_and(|most| list.len() > most);
    list.truncate(usize::try_from(PAGE).unwrap_or_default());
    let name = |code: &str| tree.get(code).map_or_else(|| code.to_owned(), |unit| unit.name.clone());
    let heads: Vec<CommentHead> = list
        .iter()
        .map(|comment| match &ready.judging {
            None => CommentHead { question: wording(lang, &ready, None, &comment.question, ""), about: None },
            Some(_) => {
                let placed = place(&comment.unit);
                let itself = placed.as_deref() == Some(comment.unit.as_str());
                let about = match &placed {
                    Some(unit) if itself => name(unit),
                    Some(unit) => fl!(lang.messages(), "comments-below", unit = name(unit)),
                    None => fl!(lang.messages(), "comments-unnamed"),
                };
                let unit = itself.then_some(comment.unit.as_str());
                let called = unit.map(name).unwrap_or_else(|| fl!(lang.messages(), "comments-the-unit"));
                CommentHead {
                    question: wording(lang, &ready, unit, &comment.question, &called),
                    about: Some(about),
                }
            }
        })
        .collect();
    let the_unit = fl!(lang.messages(), "comments-the-unit");
    let questions: Vec<(String, String)> = ready
        .questionnaire
        .questions
        .iter()
        .filter(|question| question.kind == Text)
        .map(|question| (question.id.clone(), wording(lang, &ready, None, &question.id, &the_unit)))
        .collect();
    let page = Page {
        lang,
        staff,
        campaign: &ready.stored.campaign,
        phase,
        questions: &questions,
        heads: &heads,
        units: &units.into_iter().map(named).collect::<Vec<_>>(),
        counts: comments::counts(&mut db, number).await?,
        filter,
        comments: &list,
        more,
        done,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// How a question was put to those who answered: by the forms by which the unit is judged, or, where that is not named, by
/// all forms that have the question. Several wordings stand side by side, since nothing tells by which one somebody answered.
fn wording(lang: Lang, ready: &Ready, unit: Option<&str>, question: &str, called: &str) -> String {
    let forms: Vec<&Questionnaire> = match (&ready.judging, unit) {
        (None, _) => vec![&ready.questionnaire],
        (Some(judging), None) => judging.forms.values().collect(),
        (Some(judging), Some(unit)) => {
            let assigned = judging.raters.assignments.iter().filter(|assigned| assigned.unit == unit);
            let ids: BTreeSet<&str> = assigned.map(|assigned| assigned.form.as_str()).collect();
            ids.into_iter().filter_map(|id| judging.forms.get(id)).collect()
        }
    };
    let year = answer::year(&ready.stored.campaign);
    let places = Places { unit: called, counter: None, year };
    let mut wordings: Vec<String> = Vec::new();
    for asked in forms.iter().filter_map(|form| form.question(question)) {
        let words = lang.pick(&asked.text);
        let words = if ready.judging.is_some() { places.fill(words) } else { words.to_owned() };
        if !wordings.contains(&words) {
            wordings.push(words);
        }
    }
    if wordings.is_empty() { question.to_owned() } else { wordings.join(" / ") }
}

/// Stores the decisions of a page.
pub async fn decide(
    path: CommentsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    match keep(&app, &staff, &path.slug, asked.filter().status, &fields).await {
        Ok(Some(Screened { stored, decided, doubtful })) => {
            // Neither ids nor words: the log is kept longer than some of them.
            tracing::info!(account = staff.account, campaign = path.slug, decided, "comments screened");
            let filter = asked.filter();
            if !doubtful.is_empty() {
                let campaign = &stored.campaign;
                let phase = campaign.phase(app.clock.now());
                let head = Head { lang, staff: &staff, campaign, phase, tab: Tab::Comments };
                let page = view::sure(&head, &filter, &doubtful, decided);
                return error::html(StatusCode::OK, page.into_string());
            }
            let to = view::address(&path.slug, lang, &filter);
            Redirect::to(&format!("{to}&done={decided}")).into_response()
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// What became of the decisions of a page.
struct Screened {
    stored: Stored,
    /// How many were stored.
    decided: u64,
    /// What would be released with a word that may name somebody; whoever decides is asked once more.
    doubtful: Vec<Comment>,
}

/// What stays as it was `shown` is not touched: somebody else may have decided on it meanwhile.
async fn keep(
    app: &App,
    staff: &Staff,
    slug: &str,
    shown: Status,
    fields: &Fields,
) -> Result<Option<Screened>, StoreError> {
    let sure = fields.one(view::SURE).is_some();
    let mut doubtful = Vec::new();
    let rest_released = fields.one(view::REST).is_some();
    let mut db = app.store.write().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let mut decided = 0;
    let mut left: Vec<Id> = Vec::new();
    for (name, value) in fields.iter() {
        if name == view::SHOWN {
            let undecided = fields.one(value).is_none_or(|status| status == view::code(shown));
            left.extend(id_of(value).filter(|_| rest_released && undecided));
        } else if let (Some(id), Some(status)) = (id_of(name), view::status_of(value).filter(|s| *s != shown))
        {
            if status == Status::Released
                && let Some(comment) = comments::get(&mut db, stored.number, &id).await?
                && comment.status != Status::Released
            {
                let plain = screening::plain(&comment.text);
                let words = fields.one(&view::words_of(name)).filter(|_| sure);
                if let Some(words) = words {
                    // What somebody else decided or covered since it was asked about stays as it is.
                    if words != view::fingerprint(&plain) || comment.status != shown {
                        continue;
                    }
                } else if screening::is_suspect(&plain) {
                    doubtful.push(comment);
                    continue;
                }
            }
            decided += comments::decide(&mut db, stored.number, &[id], status).await?;
        }
    }
    for id in left {
        // Read again: what looks like a name or number is never released by the dozen.
        let comment = comments::get(&mut db, stored.number, &id).await?;
        let harmless = |comment: &Comment| {
            comment.status == Status::Waiting && !screening::is_suspect(&screening::plain(&comment.text))
        };
        if comment.as_ref().is_some_and(harmless) {
            decided += comments::decide(&mut db, stored.number, &[id], Status::Released).await?;
        }
    }
    if decided > 0 {
        // How many, not which: ids and words are gone before the log is.
        let entry = staff.did("comment.decide", slug).with(json!({ "comments": decided }));
        audit::append(&mut db, app.clock.now(), &entry).await?;
    }
    db.commit().await?;
    Ok(Some(Screened { stored, decided, doubtful }))
}

/// Shows one comment word by word.
pub async fn edit(
    path: CommentPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match found(&app, &path).await {
        Ok(Some((stored, comment))) => {
            let campaign = &stored.campaign;
            let phase = campaign.phase(app.clock.now());
            let head = Head { lang, staff: &staff, campaign, phase, tab: Tab::Comments };
            error::html(StatusCode::OK, view::edit(&head, &comment).into_string())
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn found(app: &App, path: &CommentPath) -> Result<Option<(Stored, Comment)>, StoreError> {
    let Some(id) = id_of(&path.id) else { return Ok(None) };
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
    Ok(comments::get(&mut db, stored.number, &id).await?.map(|comment| (stored, comment)))
}

/// Covers words of a comment. What is below is gone at once: nobody asked for it, and nobody may need it later.
pub async fn cover(
    path: CommentPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::ANSWERS }>,
) -> Response {
    let lang = wanted.language();
    match covered(&app, &staff, &path, &fields).await {
        Ok(true) => {
            comments::forget(&app.store).await;
            tracing::info!(account = staff.account, campaign = path.slug, "a comment was covered in part");
            let (stored, comment) = match found(&app, &path).await {
                Ok(Some(found)) => found,
                Ok(None) => return error::page(lang, Kind::Unknown),
                Err(error) => return error::of_store(&error, lang),
            };
            let wanted = fields.one(view::RELEASE).is_some();
            let filter =
                |status| Filter { status, unit: String::new(), question: String::new(), after: None };
            if wanted && comment.status != Status::Released {
                // What is left may still name somebody.
                let campaign = &stored.campaign;
                let phase = campaign.phase(app.clock.now());
                let head = Head { lang, staff: &staff, campaign, phase, tab: Tab::Comments };
                let page = view::sure(&head, &filter(comment.status), &[comment], 0);
                return error::html(StatusCode::OK, page.into_string());
            }
            let waiting = filter(Status::Waiting);
            Redirect::to(&view::address(&path.slug, lang, &waiting)).into_response()
        }
        Ok(false) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn covered(app: &App, staff: &Staff, path: &CommentPath, fields: &Fields) -> Result<bool, StoreError> {
    let Some((stored, comment)) = found(app, path).await? else { return Ok(false) };
    let campaign = stored.number;
    let plain = screening::plain(&comment.text);
    // Places are counted in the words that were shown; if those have changed, nothing is covered.
    if fields.one(view::SEEN) != Some(view::fingerprint(&plain).as_str()) {
        return Ok(false);
    }
    let chosen: BTreeSet<usize> = fields
        .iter()
        .filter(|(name, _)| *name == view::COVERED)
        .filter_map(|(_, at)| at.parse().ok())
        .collect();
    let masked = screening::mask(&plain, &chosen);
    let mut db = app.store.write().await?;
    let replaced = comments::replace(&mut db, campaign, &comment.id, &comment.text, &masked).await?;
    let released = fields.one(view::RELEASE).is_some() && !screening::is_suspect(&screening::plain(&masked));
    if replaced && released {
        comments::decide(&mut db, campaign, &[comment.id], Status::Released).await?;
    }
    if replaced {
        let entry = staff.did("comment.cover", &path.slug).with(json!({ "released": released }));
        audit::append(&mut db, app.clock.now(), &entry).await?;
    }
    db.commit().await?;
    Ok(replaced)
}
