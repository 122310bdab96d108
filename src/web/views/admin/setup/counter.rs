//! One counter.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    counters::trial,
    head::{self, Head, Tab},
};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase, UnitTree, order::in_order},
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::{
            admin::{
                campaigns, copy,
                form::{self, Field, Form, Line},
            },
            dates,
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
    /// What they hold if the page is opened now.
    pub base: &'a Fields,
    /// The counter's code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its unit's name: many units have a counter of the same name.
    pub unit: &'a str,
    /// Other campaigns, not over yet, that its address serves too.
    pub also: &'a [Campaign],
    /// UTC milliseconds.
    pub now: i64,
    /// Whether it is no longer listed.
    pub retired: bool,
    /// Where its code leads.
    pub url: &'a str,
    /// The same as people type it.
    pub short: &'a str,
    /// The units.
    pub tree: &'a UnitTree,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/counters", page.campaign.slug);
    let back = in_language(&base, lang);
    let action = in_language(&format!("{base}/{}", page.code), lang);
    let content = html! {
        (form::back(&back, &fl!(m, "desk-tab-counters")))
        @if let Some(done) = page.done { (form::done(done)) }
        (form.summary())
        @if page.retired {
            @if page.also.is_empty() { p.note { (fl!(m, "desk-counter-retired")) } }
            @else { p.note { (fl!(m, "counters-retired-shared", titles = titles(page))) } }
            (form.post(&action, None, &html! {
                .buttons { button.main name="do" value="restore" { (fl!(m, "desk-counter-restore")) } }
            }))
        } @else {
            .beside {
                div { (settings(page, &action, &back)) }
                (code(page, &base))
            }
            (ends(page, &action, &back))
        }
    };
    head::below(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Counters },
        &format!("/{}", page.code),
        Some(&format!("{} – {}", page.name, page.unit)),
        &content,
    )
}

/// The other campaigns that the address serves, for one sentence.
fn titles(page: &Page<'_>) -> String {
    page.also.iter().map(|other| page.lang.pick(&other.title)).collect::<Vec<_>>().join("”, “")
}

fn settings(page: &Page<'_>, action: &str, back: &str) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let (name, name_hint) = (fl!(m, "desk-counter-name"), fl!(m, "desk-counter-name-hint"));
    let (unit, unit_hint) = (fl!(m, "admin-unit"), fl!(m, "desk-counter-unit-hint"));
    let options: Vec<(&str, &str)> = in_order(page.tree, None)
        .into_iter()
        .filter_map(|(at, _)| page.tree.units().get(at))
        .map(|unit| (unit.code.as_str(), unit.name.as_str()))
        .collect();
    let fields = html! {
        .block {
            (form.line(&Field { name: "name", label: &name, hint: Some(&name_hint), ..Field::default() }, Line::Text))
            (form.select(&Field { name: "unit", label: &unit, hint: Some(&unit_hint), ..Field::default() }, &options))
            (form.buttons(&fl!(m, "desk-save"), Some(back)))
        }
    };
    form.post(action, Some(page.base), &fields)
}

/// The code with its address, and what can be done with them.
fn code(page: &Page<'_>, base: &str) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let own = format!("{base}/{}", page.code);
    html! {
        aside.code-card {
            img.qr src={ (own) "/qr.svg" } width="240" height="240" alt=(fl!(m, "desk-counter-qr", address = page.short));
            p.address { (page.short) }
            (copy::button(lang, page.url))
            (copy::script())
            p.hint { (fl!(m, "desk-counter-code", code = page.code)) }
            @for other in page.also {
                p.also-in {
                    (fl!(m, "counters-also-in", title = lang.pick(&other.title), period = dates::period(lang, other))) " "
                    (campaigns::phase(lang, other.phase(page.now)))
                }
            }
            @if !page.also.is_empty() { p.hint { (fl!(m, "counters-also-what")) } }
            ul.plain {
                li { a href=(trial(page.url, page.campaign)) { (fl!(m, "desk-counter-try")) } }
                li { a href=(in_language(&format!("{own}/print"), lang)) { (fl!(m, "print-title")) } }
                li { a href={ (page.url) "/kiosk" } { (fl!(m, "admin-tablet")) } }
                li {
                    a href={ (own) "/qr.png" } { (fl!(m, "desk-counter-png")) } br;
                    a href={ (own) "/qr.svg" } { (fl!(m, "desk-counter-svg")) }
                }
            }
        }
    }
}

/// Retiring, and replacing the code.
fn ends(page: &Page<'_>, action: &str, back: &str) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let wrong = form.faults.iter().any(|fault| fault.field == form::CONFIRM);
    let what = html! {
        h3 { (fl!(m, "desk-counter-replace")) }
        p { (fl!(m, "desk-counter-replace-what")) }
        @if !page.also.is_empty() { p { (fl!(m, "counters-replace-shared", titles = titles(page))) } }
        p { (fl!(m, "desk-counter-replace-tablets")) }
        input type="hidden" name="do" value="replace";
    };
    html! {
        details.fold open[wrong] {
            summary { (fl!(m, "desk-counter-more")) }
            .block {
                h3 { (fl!(m, "desk-counter-retire")) }
                @if page.also.is_empty() { p { (fl!(m, "desk-counter-retire-what")) } }
                @else { p { (fl!(m, "counters-retire-shared", titles = titles(page))) } }
                (form.post(action, None, &html! {
                    .buttons { button.plain name="do" value="retire" { (fl!(m, "desk-counter-retire-button")) } }
                }))
            }
            (form.post(action, None, &form.confirm(&what, page.code, &fl!(m, "desk-counter-replace-button"), back)))
        }
    }
}
