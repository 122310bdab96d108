//! Taking back counters that were added in one step.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{CELLS, changed, desk, shown};
use crate::{
    apply::desk::{CounterWish, Fault, NotDone},
    language::Lang,
    store::{campaigns, places, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault as Shown, Form},
                setup::undo_counters::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// Taking an addition back.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/additions/{addition}/undo", rejection(NotFound))]
pub struct UndoPath {
    /// The campaign's slug.
    pub slug: String,
    /// The addition's number.
    pub addition: i64,
}

/// The box that says that nothing of it hangs anywhere.
pub const NOT_PRINTED: &str = "not_printed";

/// Says what would go, or why it cannot.
pub async fn show(
    path: UndoPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    answered(StatusCode::OK, page(&app, &staff, lang, &path, &[]).await, lang)
}

fn answered(status: StatusCode, page: Result<String, NotDone>, lang: Lang) -> Response {
    match page {
        Ok(page) => error::html(status, page),
        Err(NotDone::Store(error)) => error::of_store(&error, lang),
        Err(NotDone::Unknown | NotDone::Refused(_)) => error::page(lang, Kind::Unknown),
    }
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    path: &UndoPath,
    faults: &[Shown],
) -> Result<String, NotDone> {
    let mut db = app.store.read().await?;
    let stored = campaigns::find(&mut db, &path.slug).await?.ok_or(NotDone::Unknown)?;
    let tree = units::tree(&mut db).await?;
    let mut places = places::of_campaign(&mut db, stored.number).await?;
    places.retain(|place| place.addition == Some(path.addition));
    if places.is_empty() {
        return Err(NotDone::Unknown);
    }
    let touched = places::touched(&mut db, stored.number, path.addition).await?;
    drop(db);
    let counters: Vec<CounterWish> = places
        .into_iter()
        .filter_map(|place| {
            let (code, unit, name) = (place.counter?, place.unit, place.name.unwrap_or_default());
            Some(CounterWish { code, unit, name, public: false, renew: false })
        })
        .collect();
    let values = Fields::default();
    let in_the_way = desk(app, staff, lang).in_the_way(&touched);
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        form: Form { faults, ..Form::new(lang, &values) },
        addition: path.addition,
        tree: &tree,
        counters: &counters,
        in_the_way: &in_the_way,
    };
    Ok(view::page(&page).into_string())
}

/// Takes it back.
pub async fn submit(
    path: UndoPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    let again = async |faults: Vec<Fault>| {
        let faults = shown(faults);
        answered(StatusCode::UNPROCESSABLE_ENTITY, page(&app, &staff, lang, &path, &faults).await, lang)
    };
    if !fields.has(NOT_PRINTED) {
        let words = fl!(lang.messages(), "counters-undo-not-said");
        return again(vec![Fault::new(NOT_PRINTED, words)]).await;
    }
    // Who opened a page a moment ago is counted in memory first.
    if let Err(error) = app.tally.write(&app.store).await {
        return error::of_store(&error, lang);
    }
    match desk(&app, &staff, lang).undo_addition(&path.slug, path.addition).await {
        Ok(n) => {
            changed(&app, &format!("/admin/campaigns/{}/counters", path.slug), lang, "undone", Some(n)).await
        }
        // What is in the way now is said on the page itself.
        Err(NotDone::Refused(_)) => again(Vec::new()).await,
        Err(NotDone::Store(error)) => error::of_store(&error, lang),
        Err(NotDone::Unknown) => error::page(lang, Kind::Unknown),
    }
}
