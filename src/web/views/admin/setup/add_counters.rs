//! Adding many counters: the page that asks for them, and what would come of it.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    apply::desk::CounterWish,
    language::Lang,
    organisation::{Campaign, Phase, Unit, UnitTree, order::in_order},
    report::format::count,
    web::{
        admin::setup::new_counters::{New, Shared},
        assets,
        auth::session::Staff,
        respond::answer::in_language,
        views::{
            admin::{
                campaigns,
                form::{self, Field, Form, Line},
            },
            dates,
        },
    },
};

/// Units of a preview.
const UNITS: usize = 400;
/// Most units of a preview that are shown without being asked for.
const FEW: usize = 10;

/// A campaign whose counters can be taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The campaign.
    pub campaign: Campaign,
    /// Where it is.
    pub phase: Phase,
    /// How many counters.
    pub n: usize,
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The fields.
    pub form: Form<'a>,
    /// The units.
    pub tree: &'a UnitTree,
    /// The counters that there are.
    pub counters: &'a [CounterWish],
    /// Campaigns whose counters can be taken over.
    pub sources: &'a [Source],
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page: several forms, of which one is sent.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, tree, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/counters", page.campaign.slug);
    let action = in_language(&format!("{base}/add"), lang);
    let back = in_language(&base, lang);
    let how = form.values.one("how");
    let lines = html! {
        input type="hidden" name="how" value="lines";
        (form.area(&field("lines", &fl!(m, "desk-add-lines-label"), &fl!(m, "desk-add-lines-hint")), 8))
        .buttons { button.main { (fl!(m, "counters-look")) } }
    };
    let content = html! {
        @if let Some(done) = page.done {
            p.done role="status" {
                (done) " "
                a href=(in_language(&format!("/admin/campaigns/{}/units", page.campaign.slug), lang)) {
                    (fl!(m, "setup-make-units"))
                }
            }
        }
        (form::back(&back, &fl!(m, "desk-tab-counters")))
        (form::purpose(&fl!(m, "counters-add-purpose")))
        @if tree.units().is_empty() {
            (form::empty(
                &fl!(m, "desk-setup-units-none"),
                &fl!(m, "desk-setup-units-none-what"),
                Some((&in_language("/admin/units", lang), &fl!(m, "desk-setup-units-go"))),
            ))
        } @else {
            (form.summary())
            @if !page.sources.is_empty() { (reuse(page, &action)) }
            .block.sheet { (form.post(&action, None, &number(page, &back))) }
            details.fold open[how == Some("lines")] {
                summary { (fl!(m, "desk-add-lines")) }
                (form.post(&action, None, &lines))
            }
            script src=(assets::asset_url("totals.js")) defer {}
        }
    };
    head::below(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Counters },
        "/add",
        Some(&fl!(m, "desk-add-title")),
        &content,
    )
}

const fn field<'a>(name: &'a str, label: &'a str, hint: &'a str) -> Field<'a> {
    Field { name, label, hint: Some(hint), optional: false, fixed: None }
}

/// The counters of another campaign: the codes that hang there stay good.
fn reuse(page: &Page<'_>, action: &str) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let choose = fl!(m, "counters-from-choose");
    let labels: Vec<(&str, String)> = page
        .sources
        .iter()
        .map(|source| {
            let title = lang.pick(&source.campaign.title);
            let (period, n) = (dates::period(lang, &source.campaign), source.n);
            let label = fl!(m, "counters-from-option", title = title, period = period, n = n);
            (source.campaign.slug.as_str(), label)
        })
        .collect();
    let options: Vec<(&str, &str)> = std::iter::once(("", choose.as_str()))
        .chain(labels.iter().map(|(slug, label)| (*slug, label.as_str())))
        .collect();
    let fields = html! {
        input type="hidden" name="how" value="reuse";
        (form.select(&field("from", &fl!(m, "counters-from"), &fl!(m, "counters-from-hint")), &options))
        .buttons { button.main { (fl!(m, "counters-look")) } }
    };
    html! {
        details #reuse .fold open[form.values.one("how") == Some("reuse")] {
            summary { (fl!(m, "counters-reuse")) }
            (form.post(action, None, &fields))
        }
    }
}

/// The kinds of units in the order of the tree, each with its units and how many counters they have.
fn kinds<'a>(page: &Page<'a>) -> Vec<(&'a str, usize, usize)> {
    let tree = page.tree;
    let mut counters: BTreeMap<&str, usize> = BTreeMap::new();
    for counter in page.counters {
        *counters.entry(&counter.unit).or_default() += 1;
    }
    let mut kinds: Vec<(&str, usize, usize)> = Vec::new();
    for unit in ordered(tree) {
        let there = counters.get(unit.code.as_str()).copied().unwrap_or_default();
        match kinds.iter_mut().find(|(kind, ..)| *kind == unit.kind) {
            Some((_, units, sum)) => (*units, *sum) = (*units + 1, *sum + there),
            None => kinds.push((&unit.kind, 1, there)),
        }
    }
    kinds
}

fn ordered(tree: &UnitTree) -> impl Iterator<Item = &Unit> {
    in_order(tree, None).into_iter().filter_map(|(at, _)| tree.units().get(at))
}

/// A number for each kind of units, and for one unit.
fn number(page: &Page<'_>, back: &str) -> Markup {
    let Page { lang, form, tree, .. } = *page;
    let m = lang.messages();
    let choose = fl!(m, "counters-one-none");
    let mut options: Vec<(&str, &str)> = vec![("", &choose)];
    options.extend(ordered(tree).map(|unit| (unit.code.as_str(), unit.name.as_str())));
    html! {
        h3 { (fl!(m, "counters-each")) }
        p.hint { (fl!(m, "counters-each-hint")) }
        .counters-each {
            @for (n, (kind, units, there)) in kinds(page).into_iter().enumerate() {
                @let (name, label) = (format!("each.{n}"), fl!(m, "counters-each-kind", kind = kind, n = units));
                @let hint = fl!(m, "counters-each-there", n = there);
                input type="hidden" name={ "kind." (n) } value=(kind);
                div data-units=(units) { (form.line(&field(&name, &label, &hint), Line::Number)) }
            }
        }
        h3 { (fl!(m, "counters-one")) }
        .counters-one {
            (form.select(&Field { name: "unit", label: &fl!(m, "admin-unit"), ..Field::default() }, &options))
            div data-units="1" {
                (form.line(&Field { name: "count", label: &fl!(m, "counters-one-count"), ..Field::default() }, Line::Number))
            }
        }
        (form.line(&field("pattern", &fl!(m, "desk-add-pattern-label"), &fl!(m, "counters-pattern-hint", n = "{n}")), Line::Text))
        p.counters-total hidden role="status" data-total { (fl!(m, "counters-total")) " " output { "0" } }
        (form.buttons(&fl!(m, "counters-look"), Some(back)))
    }
}

/// What the preview shows.
#[derive(Debug, Clone, Copy)]
pub struct Preview<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The units.
    pub tree: &'a UnitTree,
    /// The counters that would be added.
    pub new: &'a New,
    /// Campaigns that share some of them.
    pub shared: &'a [Shared],
    /// Titles of the campaigns after whose counters the numbers go on.
    pub numbers_after: &'a [String],
    /// What was sent.
    pub id: &'a str,
    /// Fingerprint of what is shown.
    pub seen: &'a str,
    /// Whether it has become something else since it was shown first.
    pub again: bool,
}

/// The page of what would be added.
pub fn preview(page: &Preview<'_>) -> Markup {
    let Preview { lang, new, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/counters", page.campaign.slug);
    let of = format!("of={}", page.id);
    let again = |tail: &str| in_language(&format!("{base}/add?{of}{tail}"), lang);
    let groups = by_unit(page.tree, &new.wishes);
    let n = new.wishes.len();
    let content = html! {
        (form::back(&again(""), &fl!(m, "desk-add-title")))
        @if page.again { p.note role="alert" { (fl!(m, "counters-preview-again")) } }
        (form::purpose(&fl!(
            m, "counters-preview-what", n = count(lang, n as u64), units = count(lang, groups.len() as u64),
            kinds = of_kinds(page)
        )))
        @if new.left_out > 0 { p { (fl!(m, "counters-left-out", n = new.left_out)) } }
        @for shared in page.shared { (serves_both(lang, shared)) }
        @if !page.numbers_after.is_empty() {
            div.note {
                p { (fl!(m, "counters-numbers-after", titles = page.numbers_after.join("”, “"))) }
                p { a href={ (again("")) "#reuse" } { (fl!(m, "counters-reuse")) } }
            }
        }
        form method="post" action=(in_language(&format!("{base}/add/preview"), lang)) {
            input type="hidden" name="of" value=(page.id);
            input type="hidden" name="seen" value=(page.seen);
            .buttons {
                button.main { (fl!(m, "counters-do-add", n = n)) }
                a.button.plain href=(again("")) { (fl!(m, "counters-change")) }
                a.button.plain href=(in_language(&base, lang)) { (fl!(m, "desk-form-cancel")) }
            }
        }
        details.group open[groups.len() <= FEW] {
            summary { h2 { (fl!(m, "counters-preview-each", n = groups.len())) } }
            (table(lang, &groups))
        }
    };
    head::below(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Counters },
        &format!("/add/preview?{of}"),
        Some(&fl!(m, "counters-preview")),
        &content,
    )
}

/// “54 cho phường, 11 cho sở”: whether it is what was meant is seen by kinds sooner than by rows.
fn of_kinds(page: &Preview<'_>) -> String {
    let (m, tree) = (page.lang.messages(), page.tree);
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for wish in &page.new.wishes {
        *of.entry(tree.get(&wish.unit).map_or("", |unit| unit.kind.as_str())).or_default() += 1;
    }
    // In the order of the tree.
    let mut parts: Vec<String> = Vec::new();
    for unit in ordered(tree) {
        if let Some(n) = of.remove(unit.kind.as_str()) {
            parts.push(fl!(
                m,
                "counters-preview-kind",
                n = count(page.lang, n as u64),
                kind = unit.kind.as_str()
            ));
        }
    }
    parts.join(", ")
}

/// Counters whose addresses serve another campaign too.
pub fn serves_both(lang: Lang, shared: &Shared) -> Markup {
    let m = lang.messages();
    let (opens, closes) = (dates::day(lang, shared.opens), dates::day(lang, shared.closes - 1));
    html! {
        div.note {
            p {
                strong { (fl!(m, "counters-shared", n = shared.n, title = lang.pick(&shared.title))) } " "
                (campaigns::phase(lang, shared.phase)) " " (opens) " – " (closes)
            }
            @if shared.at_once { p { (fl!(m, "counters-shared-at-once")) } }
            @else { p { (fl!(m, "counters-shared-what")) } }
        }
    }
}

/// A unit's counters among those of a step.
#[derive(Debug)]
pub struct OfUnit<'a> {
    unit: &'a str,
    counters: Vec<&'a CounterWish>,
}

/// Counters by unit, in the order of the tree.
pub fn by_unit<'a>(tree: &'a UnitTree, counters: &'a [CounterWish]) -> Vec<OfUnit<'a>> {
    let mut by_code: BTreeMap<&str, Vec<&CounterWish>> = BTreeMap::new();
    for counter in counters {
        by_code.entry(&counter.unit).or_default().push(counter);
    }
    let mut groups: Vec<OfUnit<'a>> = ordered(tree)
        .filter_map(|unit| Some(OfUnit { unit: &unit.name, counters: by_code.remove(unit.code.as_str())? }))
        .collect();
    groups.extend(by_code.into_iter().map(|(unit, counters)| OfUnit { unit, counters }));
    groups
}

/// How many counters each unit gets, the first and the last of them.
pub fn table(lang: Lang, groups: &[OfUnit<'_>]) -> Markup {
    let m = lang.messages();
    let ends = |counters: &[&CounterWish], of: fn(&CounterWish) -> &str| match counters {
        [] => String::new(),
        [one] => of(one).to_owned(),
        [first, .., last] => format!("{} – {}", of(first), of(last)),
    };
    let more = groups.len().saturating_sub(UNITS);
    html! {
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table {
                caption #caption { (fl!(m, "counters-preview-caption")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "admin-unit")) }
                        th.number scope="col" { (fl!(m, "counters-preview-n")) }
                        th scope="col" { (fl!(m, "admin-counter")) }
                        th scope="col" { (fl!(m, "counters-preview-codes")) }
                    }
                }
                tbody {
                    @for group in groups.iter().take(UNITS) {
                        tr {
                            th scope="row" { (group.unit) }
                            td.number { (count(lang, group.counters.len() as u64)) }
                            td { (ends(&group.counters, |counter| &counter.name)) }
                            td { span.own-code { (ends(&group.counters, |counter| &counter.code)) } }
                        }
                    }
                }
            }
        }
        @if more > 0 { p.hint { (fl!(m, "desk-units-and-others", n = more)) } }
    }
}
