//! The page where posters, table stands and labels are chosen.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form::{self, Choice, Fault, Field, Form, Line},
    setup::head::{self, Head, Tab},
};
use crate::{
    distribution::pdf::{self, poster::Size},
    language::Lang,
    organisation::{Campaign, Phase},
    web::{auth::session::Staff, form::Fields, respond::answer::in_language},
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// How many counters it has.
    pub counters: usize,
    /// Code and name of the units that have counters, with how many, those below them included.
    pub units: &'a [(String, String, usize)],
    /// What was chosen before; fields that are not there are as they begin.
    pub chosen: &'a Fields,
    /// What is wrong with it.
    pub faults: &'a [Fault],
    /// Code and name of the one counter to print; absent: several.
    pub counter: Option<(&'a str, &'a str)>,
    /// The languages that the campaign is answered in.
    pub languages: &'a [Lang],
    /// Whether the addresses on paper lead nowhere but to the server itself.
    pub local: bool,
    /// Whether there is a logo; absent: the account may not change it.
    pub logo: Option<bool>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, campaign) = (page.lang, page.campaign);
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", campaign.slug);
    let counters = in_language(&format!("{base}/counters"), lang);
    let content = html! {
        @if page.counter.is_some() { (form::back(&counters, &fl!(m, "desk-tab-counters"))) }
        (form::purpose(&fl!(m, "print-purpose")))
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        @if page.local && page.counters > 0 { p.note { (fl!(m, "print-local")) } }
        @if page.counters == 0 {
            (form::empty(&fl!(m, "print-empty"), &fl!(m, "print-empty-what"), Some((&counters, &fl!(m, "desk-tab-counters")))))
        } @else {
            @if pdf::BUILT_IN { (sheet(page, &base)) } @else { p.note { (fl!(m, "print-not-built-in")) } }
            h2 { (fl!(m, "print-other")) }
            ul.also {
                @let sheets = match page.counter {
                    Some((code, _)) => format!("{base}/counters/{code}/poster"),
                    None => format!("{base}/posters"),
                };
                li { a href=(in_language(&sheets, lang)) { (fl!(m, "print-browser")) } }
                @if let Some(present) = page.logo.filter(|_| pdf::BUILT_IN) {
                    li {
                        a href=(in_language("/admin/logo", lang)) {
                            @if present { (fl!(m, "print-logo-change")) } @else { (fl!(m, "print-logo-add")) }
                        }
                    }
                }
                @if page.counter.is_some() {
                    li { a href=(in_language(&format!("{base}/print"), lang)) { (fl!(m, "print-all")) } }
                }
            }
        }
    };
    let head = |tab| Head { lang, staff: page.staff, campaign, phase: page.phase, tab };
    match page.counter {
        Some((code, name)) => {
            let title = fl!(m, "print-title-counter", name = name);
            head::below(&head(Tab::Counters), &format!("/{code}/print"), Some(&title), &content)
        }
        None => head::page(&head(Tab::Print), &content),
    }
}

fn sheet(page: &Page<'_>, base: &str) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    // A unit above all counters is “every counter” by another name, which says of what.
    let offered = |(_, _, n): &&(String, String, usize)| *n < page.counters;
    let chosen = |field: &str| page.chosen.one(field).unwrap_or_default();
    let unit = page.units.iter().filter(offered).find(|(code, ..)| code == chosen("unit"));
    let or = |field: &'static str, begin: &'static str| {
        if page.chosen.has(field) { (field, chosen(field)) } else { (field, begin) }
    };
    let values = Fields::of([
        ("unit", unit.map_or("", |(code, ..)| code)),
        or("size", Size::ALL[0].code()),
        or("words", page.languages.first().copied().unwrap_or(Lang::VI).code()),
        or("skip", "0"),
    ]);
    let form = Form { faults: page.faults, ..Form::new(lang, &values) };
    let every = match page.units.iter().rfind(|unit| !offered(unit)) {
        Some((_, name, _)) => fl!(m, "print-every-of", unit = name.as_str(), n = page.counters),
        None => fl!(m, "print-every", n = page.counters),
    };
    let units: Vec<(&str, String)> = [("", every)]
        .into_iter()
        .chain(
            page.units.iter().filter(offered).map(|(code, name, n)| (code.as_str(), format!("{name} ({n})"))),
        )
        .collect();
    let units: Vec<(&str, &str)> = units.iter().map(|(code, name)| (*code, name.as_str())).collect();
    let names: Vec<(&str, String)> = Size::ALL.iter().map(|size| (size.code(), size.name(lang))).collect();
    let sizes: Vec<Choice<'_>> =
        names.iter().map(|(code, name)| Choice { value: code, label: name, hint: None }).collect();
    let spoken: Vec<(&str, String)> = page
        .languages
        .iter()
        .map(|other| (other.code(), fl!(other.messages(), "respond-language-name")))
        .collect();
    let spoken: Vec<(&str, &str)> = spoken.iter().map(|(code, name)| (*code, name.as_str())).collect();
    let (which, size, words) = (fl!(m, "print-which"), fl!(m, "print-size"), fl!(m, "print-words"));
    let (skip, hint) = (fl!(m, "print-skip"), fl!(m, "print-skip-hint"));
    fn field<'a>(name: &'a str, label: &'a str) -> Field<'a> {
        Field { name, label, ..Field::default() }
    }
    html! {
        (form.summary_of_choice())
        form.sheet.print method="get" action={ (base) "/posters.pdf" } {
            @if lang != Lang::VI { input type="hidden" name="lang" value=(lang.code()); }
            @if let Some((code, _)) = page.counter {
                input type="hidden" name="counter" value=(code);
            } @else { (form.select(&field("unit", &which), &units)) }
            (form.radios(&field("size", &size), &sizes))
            // Only what the questionnaire can be answered in.
            @if spoken.len() > 1 { (form.select(&field("words", &words), &spoken)) }
            // Hidden by the style sheet while something else than labels is chosen.
            .labels { (form.line(&Field { hint: Some(&hint), ..field("skip", &skip) }, Line::Number)) }
            (form.buttons(&fl!(m, "print-button"), None))
            (form::making(lang, &fl!(m, "print-takes")))
        }
    }
}
