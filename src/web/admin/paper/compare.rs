//! A sheet that two people keyed differently: what differs, beside each other, to be decided with the paper in hand.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{Desk, Spot, desk::DeskPath, form, language, open, printed, read, sheet};
use crate::{
    language::Lang,
    questionnaire::Invalid,
    store::{
        StoreError,
        inbox::Refused,
        paper::{self, Batch, Entry, State as Where, Typed},
    },
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self as body, Fields},
        respond::answer::{self, Wanted, in_language},
        views::{
            admin::paper::{
                compare::{self as view, Page},
                entry::MODE,
            },
            message::Kind,
        },
    },
};

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/{number}/compare", rejection(NotFound))]
pub struct ComparePath {
    /// The campaign's slug.
    pub slug: String,
    /// The sheet's number.
    pub number: i64,
}

/// Shows what differs.
pub async fn show(
    path: ComparePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match look(&app, &staff, &path).await {
        Ok(Some(found)) => draw(&app, &path, &staff, lang, &found, None),
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

struct Found {
    desk: Desk,
    batch: Batch,
    spot: Spot,
    first: Entry,
    second: Entry,
}

async fn look(app: &App, staff: &Staff, path: &ComparePath) -> Result<Option<Found>, StoreError> {
    let Some(desk) = open(app, staff, &path.slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let Some((batch, spot)) = printed(&mut db, &desk, staff, path.number).await? else { return Ok(None) };
    match paper::state(&mut db, desk.ready.stored.number, path.number).await? {
        Where::Differs(first, second) => Ok(Some(Found { desk, batch, spot, first, second })),
        _ => Ok(None),
    }
}

fn draw(
    app: &App,
    path: &ComparePath,
    staff: &Staff,
    lang: Lang,
    found: &Found,
    refused: Option<(&Typed, &Invalid)>,
) -> Response {
    let (_, form) = form(app, &found.desk.ready, path.number);
    let page = Page {
        lang,
        staff,
        campaign: &found.desk.ready.stored.campaign,
        phase: found.desk.ready.stored.campaign.phase(app.clock.now()),
        number: path.number,
        form,
        words: language(&found.batch, &found.desk.ready),
        places: found.spot.places(&found.desk.ready),
        first: &found.first,
        second: &found.second,
        decided: refused.map(|(typed, _)| typed),
        invalid: refused.map(|(_, invalid)| invalid),
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    error::html(status, view::page(&page).into_string())
}

/// Stores what was decided.
pub async fn submit(
    path: ComparePath,
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
    for _ in 0..answer::TRIES {
        let found = match look(&app, &staff, &path).await {
            Ok(Some(found)) => found,
            Ok(None) => return error::page(lang, Kind::Unknown),
            Err(error) => return error::of_store(&error, lang),
        };
        let typed = decided(&app, &path, &found, &fields);
        let (_, form) = form(&app, &found.desk.ready, path.number);
        let answers = match read(form, &typed) {
            Ok(answers) => answers,
            Err(invalid) => return draw(&app, &path, &staff, lang, &found, Some((&typed, &invalid))),
        };
        let sheet = sheet(&app, &found.desk, &found.batch, &found.spot, path.number, &answers);
        match count(&app, &staff, &found, path.number, &sheet).await {
            Ok(Ok(())) => {
                let desk = DeskPath { slug: path.slug.clone() }.to_string();
                return Redirect::to(&in_language(&desk, lang)).into_response();
            }
            Ok(Err(Refused::Stale)) => {}
            Ok(Err(_)) => {
                return answer::closed(&found.desk.ready.stored.campaign, lang);
            }
            Err(error) => {
                tracing::error!(%error, "a paper sheet could not be stored");
                return error::busy(lang, &in_language(&path.to_string(), lang), &fields);
            }
        }
    }
    error::busy(lang, &in_language(&path.to_string(), lang), &fields)
}

/// What both keyed, with what was decided where they differ.
fn decided(app: &App, path: &ComparePath, found: &Found, fields: &Fields) -> Typed {
    let (_, form) = form(app, &found.desk.ready, path.number);
    let ids = form.questions.iter().map(|question| question.id.as_str()).chain([MODE]);
    let mut typed = found.first.typed.clone();
    for id in ids {
        if let Some(value) = fields.one(id) {
            typed.insert(id.to_owned(), value.trim().to_owned());
        }
    }
    typed
}

async fn count(
    app: &App,
    staff: &Staff,
    found: &Found,
    number: i64,
    sheet: &crate::store::responses::Sheet,
) -> Result<Result<(), Refused>, StoreError> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let gate = match paper::open(&mut db, now, sheet.campaign, found.desk.revision).await? {
        Ok(gate) => gate,
        Err(refused) => return Ok(Err(refused)),
    };
    // Somebody else may have decided meanwhile; then theirs counts and the page is gone.
    if matches!(paper::state(&mut db, sheet.campaign, number).await?, Where::Differs(..)) {
        super::count(app, &mut db, staff, &gate, number, sheet).await?;
    }
    db.commit().await?;
    Ok(Ok(()))
}
