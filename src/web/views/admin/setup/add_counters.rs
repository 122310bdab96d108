//! Adding many counters.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase, UnitTree},
    web::{
        admin::setup::add_counters::{KIND, LOWEST},
        auth::session::Staff,
        respond::answer::in_language,
        views::admin::{
            form::{self, Field, Form, Line},
            units::in_order,
        },
    },
};

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
}

/// The page: two forms, of which one is sent.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, tree, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/counters", page.campaign.slug);
    let action = in_language(&format!("{base}/add"), lang);
    let back = in_language(&base, lang);
    let by_lines = form.values.one("how") == Some("lines");
    let number = html! {
        input type="hidden" name="how" value="number";
        (unit(page))
        (form.line(&field("count", &fl!(m, "desk-add-count-label"), &fl!(m, "desk-add-count-hint")), Line::Number))
        (form.line(&field("pattern", &fl!(m, "desk-add-pattern-label"), &fl!(m, "desk-add-pattern-hint", n = "{n}")), Line::Text))
        (form.buttons(&fl!(m, "desk-add-button"), Some(&back)))
    };
    let lines = html! {
        input type="hidden" name="how" value="lines";
        (form.area(&field("lines", &fl!(m, "desk-add-lines-label"), &fl!(m, "desk-add-lines-hint")), 8))
        .buttons { button.plain { (fl!(m, "desk-add-lines-button")) } }
    };
    let content = html! {
        (form::back(&back, &fl!(m, "desk-tab-counters")))
        (form::purpose(&fl!(m, "desk-add-purpose")))
        @if tree.units().is_empty() {
            (form::empty(
                &fl!(m, "desk-setup-units-none"),
                &fl!(m, "desk-setup-units-none-what"),
                Some((&in_language("/admin/units", lang), &fl!(m, "desk-setup-units-go"))),
            ))
        } @else {
            (form.summary())
            .block.sheet { (form.post(&action, None, &number)) }
            details.fold open[by_lines] {
                summary { (fl!(m, "desk-add-lines")) }
                (form.post(&action, None, &lines))
            }
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

/// A unit, or all of a kind.
fn unit(page: &Page<'_>) -> Markup {
    let Page { lang, form, tree, .. } = *page;
    let m = lang.messages();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in tree.units() {
        *kinds.entry(&unit.kind).or_default() += 1;
    }
    let kinds: Vec<(String, String)> = kinds
        .into_iter()
        .filter(|(_, n)| *n > 1)
        .map(|(kind, n)| (format!("{KIND}{kind}"), fl!(m, "desk-add-kind", kind = kind, n = n)))
        .collect();
    let choose = fl!(m, "desk-add-choose");
    let mut options: Vec<(&str, &str)> = vec![("", &choose)];
    let above: BTreeSet<&str> = tree.units().iter().filter_map(|unit| unit.parent.as_deref()).collect();
    let lowest = tree.units().iter().filter(|unit| !above.contains(unit.code.as_str())).count();
    let lowest = (lowest > 1).then(|| fl!(m, "desk-add-lowest", n = lowest));
    options.extend(lowest.as_deref().map(|label| (LOWEST, label)));
    options.extend(kinds.iter().map(|(value, label)| (value.as_str(), label.as_str())));
    let units = in_order(tree, None).into_iter().filter_map(|(at, _)| tree.units().get(at));
    options.extend(units.map(|unit| (unit.code.as_str(), unit.name.as_str())));
    form.select(&field("unit", &fl!(m, "admin-unit"), &fl!(m, "desk-add-unit-hint")), &options)
}
