//! Deleting the list of a campaign that has closed.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Around, list_of};
use crate::{
    clock,
    language::Lang,
    store::{StoreError, erasure, invitations},
    web::{
        admin::setup,
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form,
        posted::Posted,
        respond::answer::Wanted,
        views::{
            admin::{
                form::{CONFIRM, Fault, confirmed},
                invited::erase::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// Deleting the list.
#[derive(Debug, Clone, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/xoa", rejection(NotFound))]
pub struct ErasePath {
    /// The campaign's slug.
    pub slug: String,
}

/// Says what will happen.
pub async fn ask(
    path: ErasePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    setup::page(page(&app, &staff, lang, &path.slug, &[]).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    faults: &[Fault],
) -> Result<Option<String>, StoreError> {
    let Some(around) = Around::load(app, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let persons = invitations::of_campaign(&mut db, around.stored.number).await?.len();
    let page = Page {
        lang,
        staff,
        campaign: &around.stored.campaign,
        phase: around.stored.campaign.phase(app.clock.now()),
        settled: around.stored.settled,
        persons,
        faults,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Does it.
pub async fn erase(
    path: ErasePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }, { setup::CELLS }>,
) -> Response {
    let lang = wanted.language();
    let m = lang.messages();
    let slug = path.slug.as_str();
    let around = match Around::load(&app, slug).await {
        Ok(Some(around)) => around,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let fault = if confirmed(&fields, slug) {
        let now = app.clock.now();
        let entry = staff.did("invited.erase", slug);
        let day = i64::from(clock::day(now));
        match erasure::erase(&app.store, around.stored.number, day, now, entry).await {
            Ok(Some(n)) => return setup::changed(&app, &list_of(slug), lang, "erased", Some(n)).await,
            Ok(None) => Fault::new("", fl!(m, "lists-erase-not-yet")),
            Err(error) => return error::of_store(&error, lang),
        }
    } else {
        Fault::new(CONFIRM, fl!(m, "desk-form-not-confirmed", name = slug))
    };
    error::found(StatusCode::UNPROCESSABLE_ENTITY, page(&app, &staff, lang, slug, &[fault]).await, lang)
}
