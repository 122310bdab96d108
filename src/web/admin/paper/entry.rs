//! Keying in a sheet: one line a question, digits and Enter, with scripts and without.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Desk, Spot, compare::ComparePath, form, language, open, printed, read, sheet, spots};
use crate::{
    language::Lang,
    organisation::Mode,
    questionnaire::{Answers, Invalid},
    store::{
        StoreError,
        inbox::Refused,
        paper::{self, Batch, Entry, State as Where, Typed},
    },
    web::{
        app::App,
        auth::{access::Permission, session::Staff},
        error::{self, NotFound},
        form::{self as body, Fields},
        respond::answer::{self, Wanted},
        views::{
            admin::paper::entry::{self as view, Page},
            message::Kind,
        },
    },
};

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/entry", rejection(NotFound))]
pub struct EntryPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Which sheet: the part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    number: Option<String>,
    /// The sheet keyed before, and what became of it.
    after: Option<String>,
    done: Option<String>,
}

/// A number as it is printed: `0012`.
pub fn number_of(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|number| *number > 0)
}

/// Shows the form for a sheet, or asks for a number.
pub async fn show(
    path: EntryPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = wanted.language();
    let kept = asked.after.as_deref().and_then(number_of).map(|number| {
        let words = fl!(lang.messages(), "paper-kept", number = view::printed(number));
        let done = match asked.done.as_deref() {
            Some("first") => fl!(lang.messages(), "paper-kept-first"),
            Some("differs") => fl!(lang.messages(), "desk-paper-kept-differs"),
            _ => fl!(lang.messages(), "paper-kept-counted"),
        };
        format!("{words} {done}")
    });
    let number = asked.number.as_deref().unwrap_or_default();
    let page = async {
        let Some(desk) = open(&app, &staff, &path.slug).await? else { return Ok::<_, StoreError>(None) };
        let mut db = app.store.read().await?;
        let campaign = desk.ready.stored.number;
        let phase = desk.ready.stored.campaign.phase(app.clock.now());
        let mut page = Page::new(lang, &staff, &desk.ready.stored.campaign, phase);
        page.kept = kept.as_deref();
        page.closed = !takes(&desk, app.clock.now());
        if number.is_empty() {
            return Ok(Some((StatusCode::OK, view::page(&page).into_string())));
        }
        page.wanted = number;
        let found = match number_of(number) {
            Some(number) => printed(&mut db, &desk, &staff, number).await?.map(|found| (number, found)),
            None => None,
        };
        let Some((number, (batch, spot))) = found else {
            let problem = fl!(lang.messages(), "paper-not-printed", number = number);
            page.problem = Some(&problem);
            return Ok(Some((StatusCode::NOT_FOUND, view::page(&page).into_string())));
        };
        let state = paper::state(&mut db, campaign, number).await?;
        let (status, problem) = standing(lang, &staff.account, number, &state);
        page.problem = problem.as_deref();
        if status != StatusCode::OK {
            return Ok(Some((status, view::page(&page).into_string())));
        }
        // Whoever keyed it first may mend it until somebody else has keyed it, too.
        let before = match state {
            Where::Once(entry) if entry.account == staff.account => entry.typed,
            _ => Typed::new(),
        };
        let (_, form) = form(&app, &desk.ready, number);
        let lines = view::Lines {
            number,
            form,
            words: language(&batch, &desk.ready),
            places: spot.places(&desk.ready),
            typed: &before,
            invalid: None,
        };
        Ok(Some((StatusCode::OK, view::form(&page, &lines).into_string())))
    };
    match page.await {
        Ok(Some((status, page))) => error::html(status, page),
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Whether answers from paper may be entered now.
pub(super) fn takes(desk: &Desk, now: i64) -> bool {
    let campaign = &desk.ready.stored.campaign;
    campaign.opens <= now && now < campaign.closes.saturating_add(crate::store::campaigns::PAPER)
}

/// Whether somebody may key a sheet, and why not.
fn standing(lang: Lang, account: &str, number: i64, state: &Where) -> (StatusCode, Option<String>) {
    let m = lang.messages();
    let number = view::printed(number);
    match state {
        Where::Fresh => (StatusCode::OK, None),
        Where::Once(entry) if entry.account == account => {
            (StatusCode::OK, Some(fl!(m, "paper-yours", number = number)))
        }
        Where::Once(_) => (StatusCode::OK, None),
        Where::Differs(..) => (StatusCode::CONFLICT, Some(fl!(m, "paper-differs", number = number))),
        Where::Counted => (StatusCode::CONFLICT, Some(fl!(m, "paper-counted", number = number))),
    }
}

/// What became of a sheet.
enum Kept {
    /// Its answers count.
    Counted,
    /// A second person is wanted.
    First,
    /// Two people keyed it differently.
    Differs,
    /// It cannot be keyed: it counts already, or waits to be compared.
    Not(Where),
    /// What was keyed makes no sense.
    Invalid(Box<Invalid>),
    /// No such sheet was printed.
    Unknown,
    /// The campaign takes no answers now.
    Closed,
    /// The campaign changed again and again meanwhile; the same may be sent once more.
    Busy,
}

/// Stores a sheet.
pub async fn submit(
    path: EntryPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, sent) = request.into_parts();
    let fields = match Fields::read(&parts.headers, sent, body::ANSWERS).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let Some(number) = fields.one(view::NUMBER).and_then(number_of) else {
        return error::page(lang, Kind::Malformed);
    };
    match attempts(&app, &path.slug, &staff, number, &fields).await {
        Ok(Some((desk, found, kept))) => {
            reply(&app, &path.slug, &staff, lang, number, &fields, &desk, found, kept).await
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => {
            tracing::error!(%error, "a paper sheet could not be stored");
            let action = answer::in_language(&path.to_string(), lang);
            error::busy(lang, &action, &fields)
        }
    }
}

type Found = Option<(Batch, Spot)>;

async fn attempts(
    app: &App,
    slug: &str,
    staff: &Staff,
    number: i64,
    fields: &Fields,
) -> Result<Option<(Desk, Found, Kept)>, StoreError> {
    let mut tries = 0;
    loop {
        let Some(desk) = open(app, staff, slug).await? else { return Ok(None) };
        let mut db = app.store.read().await?;
        let found = printed(&mut db, &desk, staff, number).await?;
        drop(db);
        let Some((batch, spot)) = &found else { return Ok(Some((desk, None, Kept::Unknown))) };
        if let Some(kept) = attempt(app, &desk, batch, spot, staff, number, fields).await? {
            return Ok(Some((desk, found, kept)));
        }
        tries += 1;
        if tries == answer::TRIES {
            return Ok(Some((desk, found, Kept::Busy)));
        }
    }
}

/// What was typed for each question of this form, blanks at its ends left out.
fn typed_of(form: &crate::questionnaire::Questionnaire, fields: &Fields) -> Typed {
    let ids = form.questions.iter().map(|question| question.id.as_str()).chain([view::MODE]);
    ids.filter_map(|id| Some((id.to_owned(), fields.one(id)?.trim().to_owned())))
        .filter(|(_, typed)| !typed.is_empty())
        .collect()
}

/// One attempt; `None` if the campaign changed meanwhile.
async fn attempt(
    app: &App,
    desk: &Desk,
    batch: &Batch,
    spot: &Spot,
    staff: &Staff,
    number: i64,
    fields: &Fields,
) -> Result<Option<Kept>, StoreError> {
    let (_, form) = form(app, &desk.ready, number);
    let typed = typed_of(form, fields);
    let answers = match read(form, &typed) {
        Ok(answers) => answers,
        Err(invalid) => return Ok(Some(Kept::Invalid(Box::new(invalid)))),
    };
    let campaign = desk.ready.stored.number;
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let gate = match paper::open(&mut db, now, campaign, desk.revision).await? {
        Ok(gate) => gate,
        Err(Refused::Stale) => return Ok(None),
        Err(_) => return Ok(Some(Kept::Closed)),
    };
    let entry = Entry { account: staff.account.clone(), typed };
    let twice = paper::twice(&mut db, campaign).await?;
    let kept = match paper::state(&mut db, campaign, number).await? {
        state @ (Where::Counted | Where::Differs(..)) => return Ok(Some(Kept::Not(state))),
        Where::Once(first) if first.account != entry.account => {
            let before = read(form, &first.typed).ok();
            if before.is_some_and(|before| same(&before, &answers)) {
                super::count(
                    app,
                    &mut db,
                    staff,
                    &gate,
                    number,
                    &sheet(app, desk, batch, spot, number, &answers),
                )
                .await?;
                Kept::Counted
            } else {
                paper::keep(&mut db, campaign, number, 2, &entry).await?;
                Kept::Differs
            }
        }
        Where::Fresh | Where::Once(_) if twice => {
            paper::keep(&mut db, campaign, number, 1, &entry).await?;
            Kept::First
        }
        Where::Fresh | Where::Once(_) => {
            super::count(
                app,
                &mut db,
                staff,
                &gate,
                number,
                &sheet(app, desk, batch, spot, number, &answers),
            )
            .await?;
            Kept::Counted
        }
    };
    db.commit().await?;
    Ok(Some(kept))
}

/// Whether two people keyed the same: the same answers, and the same words but for blanks and capitals.
pub(super) fn same(a: &(Answers, Mode), b: &(Answers, Mode)) -> bool {
    let words = |answers: &Answers| -> Vec<(usize, String)> {
        answers.texts().map(|(at, text)| (at, view::plain(text))).collect()
    };
    a.1 == b.1 && a.0.same_choices(&b.0) && words(&a.0) == words(&b.0)
}

#[expect(clippy::too_many_arguments, reason = "the answer to a form shows all that was sent")]
async fn reply(
    app: &App,
    slug: &str,
    staff: &Staff,
    lang: Lang,
    number: i64,
    fields: &Fields,
    desk: &Desk,
    found: Found,
    kept: Kept,
) -> Response {
    let m = lang.messages();
    let campaign = &desk.ready.stored.campaign;
    let mut page = Page::new(lang, staff, campaign, campaign.phase(app.clock.now()));
    let shown = view::printed(number);
    let to = |query: &str| {
        let mark = if lang == Lang::VI { String::new() } else { format!("&lang={}", lang.code()) };
        let path = EntryPath { slug: slug.to_owned() };
        Redirect::to(&format!("{path}?{query}{mark}")).into_response()
    };
    match kept {
        Kept::Counted | Kept::First => {
            let done = if matches!(kept, Kept::First) { "first" } else { "counted" };
            to(&format!(
                "number={}&after={shown}&done={done}",
                view::printed(next(app, desk, staff, number).await)
            ))
        }
        Kept::Differs if !staff.may(Permission::ManageCampaigns) => {
            let next = next(app, desk, staff, number).await;
            to(&format!("number={}&after={shown}&done=differs", view::printed(next)))
        }
        Kept::Differs => {
            let path = ComparePath { slug: slug.to_owned(), number };
            Redirect::to(&answer::in_language(&path.to_string(), lang)).into_response()
        }
        Kept::Not(state) => {
            let (status, problem) = standing(lang, &staff.account, number, &state);
            page.problem = problem.as_deref();
            error::html(status, view::page(&page).into_string())
        }
        Kept::Unknown => {
            let problem = fl!(m, "paper-not-printed", number = shown);
            page.problem = Some(&problem);
            error::html(StatusCode::NOT_FOUND, view::page(&page).into_string())
        }
        Kept::Busy => {
            let path = EntryPath { slug: slug.to_owned() };
            error::busy(lang, &answer::in_language(&path.to_string(), lang), fields)
        }
        Kept::Closed => {
            page.closed = true;
            error::html(StatusCode::GONE, view::page(&page).into_string())
        }
        Kept::Invalid(invalid) => {
            let Some((batch, spot)) = &found else { return error::page(lang, Kind::Unknown) };
            let (_, form) = form(app, &desk.ready, number);
            let typed = typed_of(form, fields);
            let lines = view::Lines {
                number,
                form,
                words: language(batch, &desk.ready),
                places: spot.places(&desk.ready),
                typed: &typed,
                invalid: Some(&invalid),
            };
            error::html(StatusCode::UNPROCESSABLE_ENTITY, view::form(&page, &lines).into_string())
        }
    }
}

/// The number that is keyed next: the one after, whether or not it can be.
async fn next(app: &App, desk: &Desk, staff: &Staff, number: i64) -> i64 {
    let looked = async {
        let mut db = app.store.read().await?;
        let spots = spots(&mut db, desk, staff).await?;
        let is_seen = |place: i64| spots.iter().any(|spot| spot.place.number == place);
        paper::next_fresh(&mut db, desk.ready.stored.number, number, is_seen).await
    };
    looked.await.ok().flatten().unwrap_or(number + 1)
}
