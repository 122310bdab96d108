//! The tree of units, foldable without scripts, and what a search finds in it.

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{above, address, has_ended, just_done, validity};
use crate::{
    language::{Lang, vietnamese},
    organisation::{History, Unit, UnitTree, order::sort},
    store::units::Made,
    web::{
        admin::setup::new::NewPath,
        auth::{access::Permission, session::Staff},
        respond::answer::in_language,
        views::admin::{
            form,
            frame::{self, Frame},
        },
    },
};

/// Everything the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who looks at it.
    pub staff: &'a Staff,
    /// All units.
    pub history: &'a History,
    /// The same as a tree.
    pub tree: &'a UnitTree,
    /// Today.
    pub today: Date,
    /// What is searched for.
    pub query: Option<&'a str>,
    /// Whether units that have ended are shown.
    pub ended: bool,
    /// What was just done.
    pub done: Option<Option<&'a Made>>,
}

/// Most hits shown.
const HITS: usize = 200;

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let manages = page.staff.may(Permission::ManageUnits);
    let content = html! {
        (form::purpose(&fl!(m, "desk-units-purpose")))
        (just_done(lang, page.done))
        @if matches!(page.done, Some(Some(_))) && page.staff.may(Permission::ManageCampaigns) {
            p.actions { a.button href=(in_language(&NewPath.to_string(), lang)) { (fl!(m, "desk-units-then")) } }
        }
        @if page.history.is_empty() {
            (form::empty(
                &fl!(m, "desk-units-none"),
                &(if manages { fl!(m, "desk-units-none-what") } else { fl!(m, "desk-units-none-ask") }),
                manages.then_some((in_language("/admin/units/import", lang).as_str(), fl!(m, "desk-units-import").as_str())),
            ))
            @if manages {
                p { a href=(in_language("/admin/units/new", lang)) { (fl!(m, "desk-units-new-first")) } }
            } @else if page.staff.may(Permission::ManageAccounts) {
                p.actions { a.button href=(in_language("/admin/tai-khoan-moi", lang)) { (fl!(m, "setup-invite-manager")) } }
            }
        } @else {
            @if manages { (actions(lang, page.done.is_some())) }
            (search(page))
            @match page.query {
                Some(query) => (hits(page, query)),
                None => (whole(page)),
            }
        }
    };
    let title = fl!(m, "desk-units");
    frame::page(&Frame { lang, title: &title, path: "/admin/units", staff: Some(page.staff) }, &content)
}

/// What can be done here; once something is `done`, the next step leads on instead.
fn actions(lang: Lang, done: bool) -> Markup {
    let m = lang.messages();
    html! {
        p.actions {
            a.button.plain[done] href=(in_language("/admin/units/import", lang)) { (fl!(m, "desk-units-import")) }
            a.button.plain href=(in_language("/admin/units/new", lang)) { (fl!(m, "desk-units-new")) }
            a.button.plain href=(in_language("/admin/units/units.xlsx", lang)) { (fl!(m, "desk-units-download-xlsx")) }
            a.button.plain href=(in_language("/admin/units/units.csv", lang)) { (fl!(m, "desk-units-download-csv")) }
            a.button.plain href=(in_language("/admin/units/changes", lang)) { (fl!(m, "desk-units-changes")) }
        }
    }
}

fn search(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    html! {
        form.filter role="search" action="/admin/units" {
            @if lang != Lang::VI { input type="hidden" name="lang" value=(lang.code()); }
            .field {
                label for="q" { (fl!(m, "desk-units-search")) }
                input #q type="search" name="q" value=(page.query.unwrap_or_default()) autocomplete="off";
            }
            button.button.plain { (fl!(m, "desk-units-search-go")) }
        }
    }
}

fn hits(page: &Page<'_>, query: &str) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let words: Vec<String> = vietnamese::fold(query).split_whitespace().map(str::to_owned).collect();
    let found = |unit: &Unit| {
        let text = vietnamese::fold(&format!("{} {} {}", unit.name, unit.code, unit.kind));
        words.iter().all(|word| text.contains(word.as_str())) && page.staff.sees(page.tree, &unit.code)
    };
    let mut hits: Vec<usize> =
        page.tree.units().iter().enumerate().filter(|(_, unit)| found(unit)).map(|(at, _)| at).collect();
    sort(page.tree, &mut hits);
    let n = hits.len();
    html! {
        h2 { (fl!(m, "desk-units-hits", n = n, query = query)) }
        @if n == 0 { p { (fl!(m, "desk-units-hits-none")) } }
        @if n > HITS { p { (fl!(m, "desk-units-hits-more", n = HITS)) } }
        ul.hits {
            @for at in hits.iter().take(HITS) {
                @if let Some(unit) = page.tree.units().get(*at) {
                    li {
                        (entry(page, unit))
                        @let path: Vec<&str> = above(page.tree, *at).iter().map(|unit| unit.name.as_str()).collect();
                        @if !path.is_empty() { p.path { (path.join(" › ")) } }
                    }
                }
            }
        }
        p { a href=(in_language("/admin/units", lang)) { (fl!(m, "desk-units-all")) } }
    }
}

fn whole(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let units = page.tree.units();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    let mut top: Vec<usize> = Vec::new();
    let own = page.staff.unit.as_deref().and_then(|code| page.tree.position(code));
    let (mut shown, mut hidden) = (0_usize, 0_usize);
    // From the end, so that what lies below a unit is known before it.
    let mut has_shown = vec![false; units.len()];
    for (at, unit) in units.iter().enumerate().rev() {
        if !page.staff.sees(page.tree, &unit.code) {
            continue;
        }
        if !page.ended && has_ended(unit, page.today) && !has_shown.get(at).is_some_and(|shown| *shown) {
            hidden += 1;
            continue;
        }
        shown += 1;
        match page.tree.parent(at).filter(|_| own != Some(at)) {
            None => top.push(at),
            Some(parent) => {
                if let (Some(siblings), Some(has)) = (children.get_mut(parent), has_shown.get_mut(parent)) {
                    siblings.push(at);
                    *has = true;
                }
            }
        }
    }
    for siblings in children.iter_mut().chain([&mut top]) {
        sort(page.tree, siblings);
    }
    html! {
        h2 { (fl!(m, "desk-units-count", n = shown)) }
        ul.tree { @for at in &top { (branch(page, &children, *at, 0)) } }
        @if hidden > 0 {
            p { a href=(in_language("/admin/units?all=1", lang)) { (fl!(m, "desk-units-show-ended", n = hidden)) } }
        } @else if page.ended {
            p { a href=(in_language("/admin/units", lang)) { (fl!(m, "desk-units-hide-ended")) } }
        }
    }
}

fn branch(page: &Page<'_>, children: &[Vec<usize>], at: usize, depth: usize) -> Markup {
    let m = page.lang.messages();
    let below = children.get(at).map_or(&[][..], Vec::as_slice);
    html! {
        @if let Some(unit) = page.tree.units().get(at) {
            li {
                (entry(page, unit))
                @if !below.is_empty() {
                    details open[depth == 0] {
                        summary {
                            (fl!(m, "desk-units-below", n = below.len()))
                            span.aside { " " (fl!(m, "desk-units-below-of", name = unit.name.as_str())) }
                        }
                        ul { @for at in below { (branch(page, children, *at, depth + 1)) } }
                    }
                }
            }
        }
    }
}

fn entry(page: &Page<'_>, unit: &Unit) -> Markup {
    let m = page.lang.messages();
    let ended = has_ended(unit, page.today);
    html! {
        span.unit {
            a href=(address(page.lang, &unit.code)) { (unit.name) }
            " " span.code { (unit.code) }
            " " span.tag { (unit.kind) }
            @if let Some(words) = validity(page.lang, unit) {
                " " span.tag.ended[ended] { (words) }
            }
            @if let Some(successor) = &unit.successor {
                " " span.aside-note { (fl!(m, "desk-units-merged-into", name = name(page.tree, successor))) }
            }
        }
    }
}

fn name<'a>(tree: &'a UnitTree, code: &'a str) -> &'a str {
    tree.get(code).map_or(code, |unit| unit.name.as_str())
}
