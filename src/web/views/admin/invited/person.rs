//! One invited person.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, Phase, Raters, UnitTree, order::in_order},
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Field, Form, Line},
            setup::head::{self, Head, Tab},
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
    /// What they hold if the page is opened now; absent for a new person.
    pub base: Option<&'a Fields>,
    /// The list's code; absent for a new person.
    pub code: Option<&'a str>,
    /// Whether unit and group can no longer change.
    pub fixed: bool,
    /// The units.
    pub tree: &'a UnitTree,
    /// Groups of raters.
    pub raters: &'a Raters,
}

/// Whether whoever has a link may have answered.
pub fn begun(phase: Phase) -> bool {
    !matches!(phase, Phase::Draft | Phase::Planned)
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let back = in_language(&base, lang);
    let action = page.code.map_or_else(|| format!("{base}/them"), |code| format!("{base}/nguoi/{code}"));
    let title = page.base.map_or_else(
        || fl!(m, "lists-add"),
        |base| base.one("name").filter(|name| !name.is_empty()).unwrap_or_default().to_owned(),
    );
    let content = html! {
        (form::back(&back, &fl!(m, "lists-tab")))
        h2.page { (title) }
        (form::purpose(&fl!(m, "lists-person-purpose")))
        (form.summary())
        (form.post(&in_language(&action, lang), page.base, &fields(page, &back)))
        @if let (Some(code), true) = (page.code, page.phase != Phase::Closed) {
            p { a href=(in_language(&format!("{base}/nguoi/{code}/rut"), lang)) { (fl!(m, "lists-withdraw-this")) } }
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}

fn fields(page: &Page<'_>, back: &str) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let [name, title, title_hint, unit, unit_hint, group, email, email_hint, address, address_hint, fixed] = [
        fl!(m, "lists-name"),
        fl!(m, "lists-title"),
        fl!(m, "lists-title-hint"),
        fl!(m, "admin-unit"),
        fl!(m, "lists-unit-hint"),
        fl!(m, "lists-group"),
        fl!(m, "lists-email"),
        fl!(m, "lists-email-hint"),
        fl!(m, "lists-address"),
        fl!(m, "lists-address-hint"),
        fl!(m, "lists-fixed"),
    ];
    let choose = fl!(m, "lists-choose");
    let mut units: Vec<(&str, &str)> = vec![("", choose.as_str())];
    let ordered = in_order(page.tree, None).into_iter().filter_map(|(at, _)| page.tree.units().get(at));
    units.extend(ordered.map(|unit| (unit.code.as_str(), unit.name.as_str())));
    let mut groups: Vec<(&str, &str)> = vec![("", choose.as_str())];
    groups.extend(page.raters.groups.iter().map(|group| (group.code.as_str(), group.name.as_str())));
    let fixed = page.fixed.then_some(fixed.as_str());
    html! {
        .block {
            (form.line(&Field { name: "name", label: &name, ..Field::default() }, Line::Text))
            (form.line(
                &Field { name: "title", label: &title, hint: Some(&title_hint), optional: true, ..Field::default() },
                Line::Text,
            ))
            (form.select(&Field { name: "unit", label: &unit, hint: Some(&unit_hint), fixed, ..Field::default() }, &units))
            @if !page.raters.is_empty() {
                (form.select(&Field { name: "group", label: &group, fixed, ..Field::default() }, &groups))
            }
            (form.line(
                &Field { name: "email", label: &email, hint: Some(&email_hint), optional: true, ..Field::default() },
                Line::Email,
            ))
            (form.line(
                &Field { name: "address", label: &address, hint: Some(&address_hint), optional: true, ..Field::default() },
                Line::Text,
            ))
            (form.buttons(&fl!(m, "desk-save"), Some(back)))
        }
    }
}
