//! One campaign: its counters with their codes, and how far its invitations are.

use std::collections::HashSet;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    clock,
    distribution::address,
    language::{Lang, vietnamese},
    organisation::{
        Campaign, Period, State as Stand,
        order::ranks,
        readiness::{self, Rival, Subject},
    },
    set_aside,
    store::{
        self, StoreError,
        campaigns::{self, Stored},
        comments,
        erasure::answers,
        invitations, periods, places, ready, turnout, units,
    },
    web::{
        admin::{
            checked::{Checked, Facts},
            setup::Done,
        },
        app::App,
        auth::{access::Permission, scope, session::Staff},
        error::{self, NotFound},
        respond::answer::Wanted,
        views::admin::campaign::{self as view, Desk, Kept, Page},
        views::message::Kind,
    },
};

/// A campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}", rejection(NotFound))]
pub struct CampaignPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The campaign, for pages of those who see it; else the page that says no.
pub(super) async fn found(app: &App, staff: &Staff, slug: &str, lang: Lang) -> Result<Stored, Response> {
    let seen = scope::campaign(app, staff, slug).await.map_err(|error| error::of_store(&error, lang))?;
    Ok(seen.ok_or_else(|| error::page(lang, Kind::Unknown))?.0)
}

/// Shows a campaign.
pub async fn show(
    path: CampaignPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    error::found(StatusCode::OK, shown(&app, &path.slug, &staff, lang, &done, false).await, lang)
}

/// Counters shown here; all of them have a page of their own.
const FEW: usize = 20;

/// Whether a draft can be opened.
pub(super) async fn checked(app: &App, stored: &Stored) -> Result<Checked, StoreError> {
    let mut db = app.store.read().await?;
    let ready = ready::load(&mut db, stored.clone()).await?;
    let strata = campaigns::strata(&mut db, stored.number).await?;
    let places = places::of_campaign(&mut db, stored.number).await?;
    let (invited, _) = invitations::turnout(&mut db, stored.number).await?;
    let all = campaigns::all(&mut db).await?;
    let campaign = &stored.campaign;
    let places: Vec<_> =
        places.into_iter().filter(|place| !place.retired && place.counter.is_some()).collect();
    let own: HashSet<&str> = places.iter().filter_map(|place| place.address.as_deref()).collect();
    let name = |one: &Campaign| one.title.get("vi").map(|title| vietnamese::fold(title));
    let mut rivals = Vec::new();
    let mut namesakes = Vec::new();
    for other in all.iter().filter(|other| other.number != stored.number) {
        let one = &other.campaign;
        let at_once = one.opens < campaign.closes && campaign.opens < one.closes;
        let (title, opens, closes) = (one.title.clone(), one.opens, one.closes);
        if at_once && one.state != Stand::Archived && name(one) == name(campaign) {
            namesakes.push(Rival { title: title.clone(), opens, closes, counters: 0 });
        }
        if one.state == Stand::Draft || !at_once || own.is_empty() {
            continue;
        }
        let theirs = places::of_campaign(&mut db, other.number).await?;
        let both = theirs.iter().filter(|place| {
            !place.retired && place.address.as_deref().is_some_and(|address| own.contains(address))
        });
        rivals.push(Rival { title, opens, closes, counters: both.count() });
    }
    let counters: Vec<String> = places.iter().map(|place| place.unit.clone()).collect();
    let asked_before = all.iter().map(|other| &other.campaign).any(|other| {
        other.slug != campaign.slug
            && other.state != Stand::Draft
            && other.definition == campaign.definition
            && other.form == campaign.form
            && other.opens < campaign.opens
            && !other.demonstration
    });
    let due_day = periods::due_day(&mut db).await?;
    let tree = units::tree(&mut db).await?;
    drop(db);
    let day = |at: i64| clock::date(clock::day(at));
    let last = day(campaign.closes.saturating_sub(1));
    let period = day(campaign.opens).zip(last).and_then(|(first, last)| Period::around(first, last));
    let findings = readiness::check(&Subject {
        campaign,
        languages: &ready.questionnaire.languages,
        counters: &counters,
        invited,
        strata: &strata,
        rivals: &rivals,
        namesakes: &namesakes,
        due: period.map(|period| (period, period.due(due_day))),
        last,
        local: address::is_local(&app.config.base_url),
        asked_before,
        now: app.clock.now(),
    });
    let facts = Facts { campaign, strata: &strata, places: &places, invited, ready: &ready, tree: &tree };
    let mark = facts.mark(&findings);
    Ok(Checked { findings, mark })
}

/// The check once more, for whoever pressed the button of one that has become another.
pub(super) async fn check_again(
    app: &App,
    slug: &str,
    staff: &Staff,
    lang: Lang,
) -> Result<Option<String>, StoreError> {
    shown(app, slug, staff, lang, &Done::default(), true).await
}

async fn shown(
    app: &App,
    slug: &str,
    staff: &Staff,
    lang: Lang,
    done: &Done,
    is_stale: bool,
) -> Result<Option<String>, StoreError> {
    let now = app.clock.now();
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let ranks = ranks(&tree);
    let mut desks: Vec<(usize, Desk)> = places::of_campaign(&mut db, stored.number)
        .await?
        .into_iter()
        .filter(|place| !place.retired && staff.sees(&tree, &place.unit))
        .filter_map(|place| {
            let unit = tree.get(&place.unit).map_or_else(|| place.unit.clone(), |unit| unit.name.clone());
            let url = address::counter(&app.config.base_url, place.address.as_deref()?);
            let at = ranks.get(place.unit.as_str()).copied().unwrap_or(usize::MAX);
            Some((at, Desk { code: place.counter?, name: place.name.unwrap_or_default(), unit, url }))
        })
        .collect();
    desks.sort_by_cached_key(|(at, desk)| (*at, vietnamese::natural(&desk.name)));
    let desks: Vec<Desk> = desks.into_iter().map(|(_, desk)| desk).collect();
    let all = desks.len();
    let waiting = if staff.may(Permission::ScreenComments) {
        Some(comments::counts(&mut db, stored.number).await?[0])
    } else {
        None
    };
    let proposals = if staff.may(Permission::SetAside) {
        store::set_aside::waiting(&mut db, stored.number).await?
    } else {
        0
    };
    let aside = set_aside::out(&mut db, stored.number).await?.into_iter().map(|(_, answers)| answers).sum();
    let ready = ready::load(&mut db, stored.clone()).await?;
    let erased = answers::of(&mut db, stored.number).await?;
    drop(db);
    let form = ready.definition.forms.iter().find(|form| form.id == stored.campaign.form);
    let questionnaire = form.and_then(|form| form.title.as_ref()).unwrap_or(&ready.definition.title);
    let turnout = if staff.sees_all() { Some(turnout::of(&app.store, &stored, now).await?) } else { None };
    let is_draft = stored.campaign.state == Stand::Draft;
    let checked = if is_draft { checked(app, &stored).await? } else { Checked::default() };
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(now),
        turnout: turnout.as_ref(),
        waiting,
        proposals,
        aside,
        kept: Kept::of(&stored.campaign, erased.as_ref(), now),
        questionnaire: lang.pick(questionnaire),
        paper: staff.may(Permission::EnterPaper),
        tree: &tree,
        checked: &checked,
        is_stale,
        done: done.words(lang),
        all,
        desks: desks.get(..FEW.min(all)).unwrap_or_default(),
    };
    Ok(Some(view::page(&page).into_string()))
}
