//! The counters of a campaign: found by name, unit or code, a page at a time.

use axum::{
    extract::{Query, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::Done;
use crate::{
    distribution::address,
    language::{Lang, vietnamese},
    store::{StoreError, places},
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::NotFound,
        respond::answer::Wanted as Language,
        views::admin::{
            pager::Paging,
            setup::counters::{self as view, Desk, Page},
            units::ranks,
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
    super::page(page(&app, &staff, lang, &path.slug, &shows, done.words(lang)).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    shows: &Shows,
    done: Option<String>,
) -> Result<Option<String>, StoreError> {
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut places = places::of_campaign(&mut app.store.read().await?, stored.number).await?;
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
    let paging = Paging::of(found, shows.page);
    let desks: Vec<Desk> = paging.rows(desks).map(|(_, desk)| desk).collect();
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        desks: &desks,
        find,
        retired,
        listed,
        gone,
        found,
        paging,
        units: tree.units().len(),
        done: done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}
