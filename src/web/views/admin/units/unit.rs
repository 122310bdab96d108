//! One unit.

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{above, address, below, has_ended, just_done, validity};
use crate::{
    language::Lang,
    organisation::{Dated, History, UnitTree, problem::written},
    store::units::Made,
    web::{
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
    /// The unit.
    pub unit: &'a Dated,
    /// All units.
    pub history: &'a History,
    /// The same as a tree.
    pub tree: &'a UnitTree,
    /// Today.
    pub today: Date,
    /// What was just done.
    pub done: Option<Option<&'a Made>>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let unit = &page.unit.unit;
    let path = format!("/admin/unit/{}", unit.code);
    let to = |end: &str| in_language(&format!("{path}/{end}"), lang);
    let manages = page.staff.may(Permission::ManageUnits);
    let position = page.tree.position(&unit.code);
    let linked = |code: &str| {
        let name = page.tree.get(code).map_or(code, |unit| unit.name.as_str());
        html! {
            @if page.staff.sees(page.tree, code) { a href=(address(lang, code)) { (name) } } @else { (name) }
        }
    };
    let content = html! {
        (form::back(&in_language("/admin/units", lang), &fl!(m, "desk-units")))
        (form::purpose(&fl!(m, "desk-units-unit-purpose")))
        (just_done(lang, page.done))
        dl.facts {
            div { dt { (fl!(m, "desk-units-code")) } dd { (unit.code) } }
            div { dt { (fl!(m, "desk-units-kind")) } dd { (unit.kind) } }
            div {
                dt { (fl!(m, "desk-units-parent")) }
                dd {
                    @let way: Vec<&str> = position.map(|at| above(page.tree, at)).unwrap_or_default()
                        .iter().map(|unit| unit.code.as_str()).collect();
                    @if way.is_empty() { (fl!(m, "desk-units-top")) }
                    @for (n, code) in way.iter().enumerate() {
                        @if n > 0 { " › " }
                        (linked(code))
                    }
                }
            }
            div {
                dt { (fl!(m, "desk-units-validity")) }
                dd { (validity(lang, unit).unwrap_or_else(|| fl!(m, "desk-units-always"))) }
            }
            @if let Some(successor) = &unit.successor {
                div { dt { (fl!(m, "desk-units-successor")) } dd { (linked(successor)) } }
            }
        }
        @if manages {
            p.actions {
                a.button href=(to("edit")) { (fl!(m, "desk-units-edit")) }
                a.button.plain href=(in_language(&format!("/admin/units/new?parent={}", unit.code), lang)) {
                    (fl!(m, "desk-units-new-below"))
                }
                @if !has_ended(unit, page.today) {
                    a.button.plain href=(to("merge")) { (fl!(m, "desk-units-merge")) }
                }
                a.button.plain href=(to("end")) { (fl!(m, "desk-units-end")) }
            }
            @if unit.valid_to.is_some() {
                form method="post" action=(to("resume")) {
                    p { button.plain { (fl!(m, "desk-units-resume")) } }
                }
            }
        }
        @let children = position.map(|at| below(page.tree, Some(at))).unwrap_or_default();
        @if !children.is_empty() {
            h2 { (fl!(m, "desk-units-below", n = children.len())) }
            ul.hits {
                @for at in children {
                    @if let Some(child) = page.tree.units().get(at) {
                        li {
                            span.unit {
                                a href=(address(lang, &child.code)) { (child.name) }
                                " " span.code { (child.code) }
                                @if let Some(words) = validity(lang, child) {
                                    " " span.tag.ended[has_ended(child, page.today)] { (words) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @let merged: Vec<&Dated> = page.history.merged_into(&unit.code).collect();
        @if !merged.is_empty() {
            h2 { (fl!(m, "desk-units-merged", n = merged.len())) }
            p { (fl!(m, "desk-units-merged-what")) }
            ul.hits {
                @for old in merged {
                    li { span.unit {
                        a href=(address(lang, &old.unit.code)) { (old.unit.name) }
                        " " span.code { (old.unit.code) }
                        @if let Some(words) = validity(lang, &old.unit) { " " span.tag.ended { (words) } }
                    } }
                }
            }
        }
        @if !page.unit.past.is_empty() { (past(page, &linked)) }
    };
    frame::page(&Frame { lang, title: &unit.name, path: &path, staff: Some(page.staff) }, &content)
}

/// What the unit was before, and is since.
fn past(page: &Page<'_>, linked: &dyn Fn(&str) -> Markup) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let unit = &page.unit.unit;
    let mut since: Option<Date> = unit.valid_from;
    let mut periods: Vec<(Option<Date>, Option<Date>)> = Vec::new();
    for past in &page.unit.past {
        periods.push((since, past.until.yesterday().ok()));
        since = Some(past.until);
    }
    periods.push((since, unit.valid_to));
    let was = page.unit.past.iter().map(|past| (&past.name, &past.kind, past.parent.as_deref()));
    let rows = was.chain([(&unit.name, &unit.kind, unit.parent.as_deref())]).zip(periods);
    let day = |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |day| written(lang, day));
    html! {
        .scroll role="region" aria-labelledby="past" tabindex="0" {
            table {
                caption #past { (fl!(m, "desk-units-past")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "desk-units-period")) }
                        th scope="col" { (fl!(m, "desk-units-name")) }
                        th scope="col" { (fl!(m, "desk-units-kind")) }
                        th scope="col" { (fl!(m, "desk-units-parent")) }
                    }
                }
                tbody {
                    @for ((name, kind, parent), (first, last)) in rows {
                        tr {
                            td { (day(first)) " – " (day(last)) }
                            td { (name) }
                            td { (kind) }
                            td { @if let Some(parent) = parent { (linked(parent)) } @else { (fl!(m, "desk-units-top")) } }
                        }
                    }
                }
            }
        }
    }
}
