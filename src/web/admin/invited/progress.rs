//! How many of each group have answered, in steps until the campaign closes; and whether staff are told who has not, which
//! is decided before it opens and told to everybody who is invited.

use axum::{
    extract::{Query, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::Around;
use crate::{
    language::Lang,
    organisation::{Person, Phase},
    store::{
        StoreError, audit,
        campaigns::{self, Hold},
        follow_up, invitations, turnout,
    },
    web::{
        admin::setup::{self, Done},
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form,
        posted::Posted,
        respond::answer::Wanted,
        views::{
            admin::invited::progress::{self as view, Line, Page},
            message::Kind,
        },
    },
};

/// How far the groups are.
#[derive(Debug, Clone, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/tien-do", rejection(NotFound))]
pub struct ProgressPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Shows how far they are.
pub async fn show(
    path: ProgressPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    setup::page(page(&app, &staff, lang, &path.slug, done.words(lang)).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    done: Option<String>,
) -> Result<Option<String>, StoreError> {
    let Some(around) = Around::load(app, slug).await? else { return Ok(None) };
    let now = app.clock.now();
    let stored = &around.stored;
    let groups = follow_up::groups(&app.store, stored, now).await?;
    let mut db = app.store.read().await?;
    let strata = campaigns::strata(&mut db, stored.number).await?;
    let followed = follow_up::is_followed(&mut db, stored.number).await?;
    let told = invitations::any_told(&mut db, stored.number).await?;
    drop(db);
    let absent: Vec<Person> =
        if followed && !matches!(stored.campaign.phase(now), Phase::Draft | Phase::Planned) {
            let codes = follow_up::absent(&app.store, stored.number, now).await?;
            let invited = invitations::of_campaign(&mut app.store.read().await?, stored.number).await?;
            let is_absent = |it: &&invitations::Invitation| codes.binary_search(&it.code).is_ok();
            invited.iter().filter(is_absent).map(invitations::Invitation::person).collect()
        } else {
            Vec::new()
        };
    let name = |code: &str| {
        let unit = || around.tree.get(code).map(|unit| unit.name.clone());
        around
            .raters
            .group(code)
            .map(|group| group.name.clone())
            .or_else(unit)
            .unwrap_or_else(|| code.to_owned())
    };
    let mut lines: Vec<(usize, Line)> = groups
        .into_iter()
        .map(|group| {
            let code = group.code.as_deref().unwrap_or_default();
            let planned = strata.iter().find(|stratum| stratum.unit == code).and_then(|it| it.sample);
            let at = around.tree.position(code).unwrap_or(usize::MAX);
            let small = || fl!(lang.messages(), "lists-small", n = group.of);
            let name = group.code.as_deref().map_or_else(small, name);
            (at, Line { name, invited: group.invited, answered: group.answered, planned })
        })
        .collect();
    lines.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.name.cmp(&b.name)));
    let lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(now),
        by_unit: around.raters.is_empty(),
        step: turnout::step(&stored.campaign),
        lines: &lines,
        followed,
        told,
        absent: &absent,
        tree: &around.tree,
        done: done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Decides whether staff are told who has not answered; only before the campaign opens.
pub async fn decide(
    path: ProgressPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }, { setup::CELLS }>,
) -> Response {
    let lang = wanted.language();
    let follows = fields.one("follow") == Some("yes");
    match follow(&app, &staff, &path.slug, follows).await {
        Ok(Some(true)) => {
            let done = if follows { "followed" } else { "unfollowed" };
            setup::changed(&app, &path.to_string(), lang, done, None).await
        }
        Ok(Some(false)) => {
            error::page(lang, Kind::Words { words: &fl!(lang.messages(), "lists-follow-late") })
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// `None`: no such campaign; false: it has opened, or links have been made: what those invited were told holds.
async fn follow(app: &App, staff: &Staff, slug: &str, follows: bool) -> Result<Option<bool>, StoreError> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    campaigns::hold(&mut db, stored.number, Hold::Alone).await?;
    if !matches!(stored.campaign.phase(now), Phase::Draft | Phase::Planned)
        || invitations::any_told(&mut db, stored.number).await?
    {
        return Ok(Some(false));
    }
    follow_up::follow(&mut db, stored.number, follows).await?;
    let action = if follows { "invited.follow" } else { "invited.unfollow" };
    audit::append(&mut db, now, &staff.did(action, slug)).await?;
    campaigns::bump_revision(&mut db).await?;
    db.commit().await?;
    Ok(Some(true))
}
