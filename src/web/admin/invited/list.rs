//! The list, a page at a time, found by name, office, unit, code or address.

use axum::{
    extract::{Query, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::Around;
use crate::{
    language::{Lang, vietnamese},
    organisation::Person,
    store::{StoreError, erasure, follow_up, invitations},
    web::{
        admin::setup::{self, Done},
        app::App,
        auth::session::Staff,
        error::NotFound,
        respond::answer::Wanted,
        views::admin::{
            invited::list::{self as view, Page, Reach},
            pager::Paging,
        },
    },
};

/// The list.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi", rejection(NotFound))]
pub struct ListPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Which persons are shown.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Shows {
    /// Letters in what is known of them.
    pub find: Option<String>,
    /// `letter`: only those without an e-mail address; `nowhere`: only those without any address.
    pub which: Option<String>,
    /// Page, from 1.
    pub page: Option<usize>,
}

/// Shows the list.
pub async fn show(
    path: ListPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(shows): Query<Shows>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    setup::page(page(&app, &staff, lang, &path.slug, &shows, done.words(lang)).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    shows: &Shows,
    done: Option<String>,
) -> Result<Option<String>, StoreError> {
    let Some(around) = Around::load(app, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let all: Vec<Person> =
        invitations::of_campaign(&mut db, around.stored.number).await?.iter().map(|it| it.person()).collect();
    let erased = erasure::day(&mut db, around.stored.number).await?;
    let followed = follow_up::is_followed(&mut db, around.stored.number).await?;
    drop(db);
    let reach = Reach {
        all: all.len(),
        letter: all.iter().filter(|person| person.email.is_none()).count(),
        nowhere: all.iter().filter(|person| person.email.is_none() && person.address.is_none()).count(),
    };
    let which = shows.which.as_deref().filter(|which| ["letter", "nowhere"].contains(which));
    let find = shows.find.as_deref().unwrap_or_default();
    let looked_for = vietnamese::fold(find.trim());
    let unit = |code: &str| around.tree.get(code).map_or(code, |unit| unit.name.as_str()).to_owned();
    let mut found: Vec<Person> = all
        .into_iter()
        .filter(|person| match which {
            Some("letter") => person.email.is_none(),
            Some(_) => person.email.is_none() && person.address.is_none(),
            None => true,
        })
        .filter(|person| {
            let said = [&person.name, &person.title, &person.email, &person.address, &person.group];
            looked_for.is_empty()
                || vietnamese::fold(&person.code).contains(&looked_for)
                || vietnamese::fold(&unit(&person.unit)).contains(&looked_for)
                || said.into_iter().flatten().any(|text| vietnamese::fold(text).contains(&looked_for))
        })
        .collect();
    // By unit as in the tree, within it by code.
    found.sort_by_cached_key(|person| {
        (around.tree.position(&person.unit).unwrap_or(usize::MAX), person.code.clone())
    });
    let n = found.len();
    let paging = Paging::of(n, shows.page);
    let people: Vec<Person> = paging.rows(found).collect();
    let page = Page {
        lang,
        staff,
        campaign: &around.stored.campaign,
        phase: around.stored.campaign.phase(app.clock.now()),
        settled: around.stored.settled,
        tree: &around.tree,
        raters: &around.raters,
        people: &people,
        reach,
        find,
        which,
        found: n,
        paging,
        followed,
        alarms: app.guesses.alarms(app.clock.now()),
        erased,
        done: done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}
