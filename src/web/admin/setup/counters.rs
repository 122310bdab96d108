//! The counters of a campaign: found by name, unit or code, a page at a time.

use axum::{
    extract::{Query, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{Done, new_counters::Shared};
use crate::{
    distribution::address,
    language::{Lang, vietnamese},
    organisation::{Phase, order::ranks},
    store::{
        StoreError,
        campaigns::{self, Stored},
        places,
    },
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::NotFound,
        respond::answer::Wanted as Language,
        views::admin::{
            pager::Paging,
            setup::counters::{self as view, Desk, Page},
        },
    },
};

/// The counters of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters", rejection(NotFound))]
pub struct CountersPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Which counters are shown.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Shows {
    /// Letters in their name, code, address or unit.
    pub find: Option<String>,
    /// `retired`: those that are no longer listed.
    pub which: Option<String>,
    /// Page, from 1.
    pub page: Option<usize>,
}

/// Counters on a page: each has four things to do with it, and on a phone a hundred of them were no list to scroll through.
const ROWS: usize = 40;

/// Shows the counters.
pub async fn show(
    path: CountersPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(shows): Query<Shows>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    super::page(page(&app, &staff, lang, &path.slug, &shows, &done).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    shows: &Shows,
    done: &Done,
) -> Result<Option<String>, StoreError> {
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let now = app.clock.now();
    let mut places = places::of_campaign(&mut app.store.read().await?, stored.number).await?;
    // While a campaign is prepared, and right after counters were added.
    let phase = stored.campaign.phase(now);
    let last = places.iter().filter_map(|place| place.addition).max();
    let undo = last.filter(|_| phase == Phase::Draft || done.done.as_deref() == Some("added"));
    let undo = undo.map(|last| (last, places.iter().filter(|place| place.addition == Some(last)).count()));
    let shared = shared(app, &stored).await?;
    places.retain(|place| staff.sees(&tree, &place.unit));
    let retired = shows.which.as_deref() == Some("retired");
    let find = shows.find.as_deref().unwrap_or_default();
    let wanted = vietnamese::fold(find.trim());
    let (mut listed, mut gone) = (0_usize, 0_usize);
    let ranks = ranks(&tree);
    let mut desks: Vec<(usize, Desk)> = Vec::new();
    for place in places {
        let (Some(code), Some(last)) = (place.counter, place.address) else { continue };
        *(if place.retired { &mut gone } else { &mut listed }) += 1;
        if place.retired != retired {
            continue;
        }
        let unit = tree.get(&place.unit).map_or_else(|| place.unit.clone(), |unit| unit.name.clone());
        let name = place.name.unwrap_or_default();
        let found = wanted.is_empty()
            || [&name, &unit, &code, &last].into_iter().any(|text| vietnamese::fold(text).contains(&wanted));
        if found {
            let url = address::counter(&app.config.base_url, &last);
            let at = ranks.get(place.unit.as_str()).copied().unwrap_or(usize::MAX);
            desks.push((at, Desk { short: address::short(&url).to_owned(), code, name, unit, url }));
        }
    }
    // By unit as on the page of units, within it as people count: counter 2 before counter 10.
    desks.sort_by(|(one, a), (other, b)| {
        one.cmp(other).then_with(|| vietnamese::natural(&a.name).cmp(&vietnamese::natural(&b.name)))
    });
    let found = desks.len();
    let paging = Paging::by(ROWS, found, shows.page);
    let desks: Vec<Desk> = paging.rows(desks).map(|(_, desk)| desk).collect();
    let words = done.words(lang);
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase,
        desks: &desks,
        find,
        retired,
        listed,
        gone,
        found,
        paging,
        units: tree.units().len(),
        done: words.as_deref(),
        undo,
        shared: &shared,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// The campaigns that are not over and share counters with this one.
async fn shared(app: &App, stored: &Stored) -> Result<Vec<Shared>, StoreError> {
    let now = app.clock.now();
    let mut db = app.store.read().await?;
    let mut shared = Vec::new();
    for (number, n) in places::sharing(&mut db, stored.number).await? {
        let Some(other) = campaigns::get(&mut db, number).await? else { continue };
        let phase = other.campaign.phase(now);
        if phase != Phase::Closed {
            let n = usize::try_from(n).unwrap_or_default();
            shared.push(Shared::of(&stored.campaign, &other.campaign, phase, n));
        }
    }
    Ok(shared)
}
