//! The page of a campaign's paper.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    super::{
        form::{self, Field, Form, Line},
        setup::head::{self, Head, Tab},
    },
    entry,
};
use crate::{
    distribution::pdf,
    language::Lang,
    organisation::{Campaign, Phase},
    store::paper::Tally,
    web::{
        auth::{access::Permission, session::Staff},
        form::Fields,
        respond::answer::in_language,
    },
};

/// Field of the button pressed.
pub const DO: &str = "do";
/// Prints forms.
pub const PRINT: &str = "print";
/// Sheets are keyed once.
pub const ONCE: &str = "once";
/// Sheets are keyed twice.
pub const TWICE: &str = "twice";
/// Field with the counter's code.
pub const COUNTER: &str = "counter";
/// Field with how many.
pub const COUNT: &str = "count";
/// Field with the language of the form.
pub const WORDS: &str = "words";
/// Most counters in a list to choose from; with more, the code is typed.
const LISTED: usize = 200;

/// Forms printed together.
#[derive(Debug)]
pub struct Printed<'a> {
    /// First number.
    pub first: i64,
    /// Last number.
    pub last: i64,
    /// The counter.
    pub counter: String,
    /// Its unit.
    pub unit: &'a str,
}

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
    /// The counters in use: code, name of the unit, name.
    pub counters: &'a [(&'a str, &'a str, &'a str)],
    /// The languages that the form has.
    pub languages: &'a [Lang],
    /// Whether modules rotate, so that each number has a form of its own.
    pub rotates: bool,
    /// What was printed, the last first.
    pub batches: &'a [Printed<'a>],
    /// Where the sheets are.
    pub tally: &'a Tally,
    /// Whether sheets are keyed twice.
    pub twice: bool,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// Why nothing was done.
    pub problem: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, campaign) = (page.lang, page.campaign);
    let m = lang.messages();
    let counters = in_language(&format!("/admin/campaigns/{}/counters", campaign.slug), lang);
    let path = format!("/admin/campaigns/{}/paper", campaign.slug);
    let content = html! {
        @if page.staff.may(Permission::ManageCampaigns) {
            (form::purpose(&fl!(m, "paper-purpose")))
        } @else { (form::purpose(&fl!(m, "desk-paper-purpose-unit"))) }
        @if let Some(done) = page.done { (form::done(done)) }
        @if let Some(problem) = page.problem { p.problem role="alert" { (problem) } }
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        @if page.counters.is_empty() && page.batches.is_empty() {
            (form::empty(&fl!(m, "print-empty"), &fl!(m, "print-empty-what"), Some((&counters, &fl!(m, "desk-tab-counters")))))
        } @else if page.staff.may(Permission::ManageCampaigns) {
            // What has just been numbered is fetched first.
            @if page.done.is_some() { (batches(page, &path)) }
            @if !page.batches.is_empty() { (tally(page, &path)) }
            (print(page, &path))
            @if page.done.is_none() { (batches(page, &path)) }
            (twice(page, &path))
            (from_file(page, &path))
        } @else if page.batches.is_empty() {
            (form::empty(&fl!(m, "desk-paper-none-yet"), &fl!(m, "desk-paper-none-yet-what"), None))
        } @else {
            (tally(page, &path))
            (batches(page, &path))
        }
    };
    head::page(&Head { lang, staff: page.staff, campaign, phase: page.phase, tab: Tab::Paper }, &content)
}

/// The page of a campaign whose answers come by personal link alone.
pub fn by_link(head: &Head<'_>) -> Markup {
    let m = head.lang.messages();
    let content = form::empty(&fl!(m, "desk-paper-by-link"), &fl!(m, "desk-paper-by-link-what"), None);
    head::page(head, &content)
}

fn tally(page: &Page<'_>, path: &str) -> Markup {
    let (lang, tally) = (page.lang, page.tally);
    let m = lang.messages();
    html! {
        dl.facts {
            div { dt { (fl!(m, "paper-printed")) } dd { (tally.printed) } }
            div { dt { (fl!(m, "paper-counted-n")) } dd { (tally.counted) } }
            @if page.twice {
                div { dt { (fl!(m, "paper-once")) } dd { (tally.once.len()) } }
                div { dt { (fl!(m, "paper-differing")) } dd { (tally.differing.len()) } }
            }
        }
        p.actions {
            a.button href=(in_language(&format!("{path}/entry"), lang)) { (fl!(m, "paper-key-in")) }
        }
        @if !tally.differing.is_empty() {
            h2 { (fl!(m, "paper-differing-list")) }
            p.numbers {
                @for number in &tally.differing {
                    @if page.staff.may(Permission::ManageCampaigns) {
                        a href=(in_language(&format!("{path}/{number}/compare"), lang)) { (entry::printed(*number)) } " "
                    } @else { span { (entry::printed(*number)) } " " }
                }
            }
        }
        @if !tally.once.is_empty() {
            h2 { (fl!(m, "paper-once-list")) }
            p.numbers { @for number in &tally.once { span { (entry::printed(*number)) } " " } }
        }
    }
}

fn print(page: &Page<'_>, path: &str) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    if !pdf::BUILT_IN {
        return html! { p.note { (fl!(m, "print-not-built-in")) } };
    }
    // Sheets for the wrong counter are paper wasted: nothing is chosen before somebody does, unless there is one alone.
    let only = page.counters.first().filter(|_| page.counters.len() == 1).map_or("", |(code, ..)| code);
    let values = Fields::of([(COUNTER, only), (COUNT, "50"), (WORDS, Lang::VI.code())]);
    let form = Form::new(lang, &values);
    let named: Vec<(&str, String)> =
        page.counters.iter().map(|(code, unit, name)| (*code, format!("{unit} – {name} ({code})"))).collect();
    let choose = fl!(m, "aside-choose");
    let named: Vec<(&str, &str)> = std::iter::once(("", choose.as_str()))
        .filter(|_| only.is_empty())
        .chain(named.iter().map(|(code, name)| (*code, name.as_str())))
        .collect();
    let spoken: Vec<(&str, String)> = page
        .languages
        .iter()
        .map(|other| (other.code(), fl!(other.messages(), "respond-language-name")))
        .collect();
    let spoken: Vec<(&str, &str)> = spoken.iter().map(|(code, name)| (*code, name.as_str())).collect();
    let (counter, count, hint) = (fl!(m, "paper-counter"), fl!(m, "paper-count"), fl!(m, "paper-count-hint"));
    let words = fl!(m, "print-words");
    let counter = Field { name: COUNTER, label: &counter, ..Field::default() };
    let count = Field { name: COUNT, label: &count, hint: Some(&hint), ..Field::default() };
    let words = Field { name: WORDS, label: &words, ..Field::default() };
    html! {
        h2 { (fl!(m, "paper-print")) }
        form.sheet.print method="post" action=(in_language(path, lang)) {
            @if named.len() <= LISTED { (form.select(&counter, &named)) } @else { (form.line(&counter, Line::Code)) }
            (form.line(&count, Line::Number))
            (form.select(&words, &spoken))
            .buttons { button.main name=(DO) value=(PRINT) { (fl!(m, "paper-print-button")) } }
        }
        @if !page.rotates {
            p { a href=(in_language(&format!("{path}/form.pdf"), lang)) { (fl!(m, "paper-specimen")) } }
        }
    }
}

fn batches(page: &Page<'_>, path: &str) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    html! {
        @if !page.batches.is_empty() {
            .scroll role="region" aria-labelledby="batches" tabindex="0" {
                table {
                    caption #batches { (fl!(m, "paper-batches")) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "paper-numbers")) }
                            th scope="col" { (fl!(m, "admin-counter")) }
                            th scope="col" { (fl!(m, "admin-unit")) }
                            th scope="col" { "PDF" }
                        }
                    }
                    tbody {
                        @for batch in page.batches {
                            @let numbers = format!("{}–{}", entry::printed(batch.first), entry::printed(batch.last));
                            tr {
                                th scope="row" { (numbers) }
                                td { (batch.counter) }
                                td { (batch.unit) }
                                td {
                                    a href=(in_language(&format!("{path}/{}/sheets.pdf", batch.first), lang))
                                        aria-label=(fl!(m, "paper-download-numbers", numbers = numbers.as_str())) {
                                        (fl!(m, "paper-download"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn from_file(page: &Page<'_>, path: &str) -> Markup {
    let m = page.lang.messages();
    html! {
        @if page.staff.may(Permission::ImportAnswers) {
            h2 { (fl!(m, "desk-answers-title")) }
            p { (fl!(m, "desk-answers-purpose")) }
            p.actions {
                a.button.plain href=(in_language(&format!("{path}/import"), page.lang)) { (fl!(m, "desk-answers-open")) }
            }
        }
    }
}

fn twice(page: &Page<'_>, path: &str) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    html! {
        h2 { (fl!(m, "paper-twice")) }
        form.sheet method="post" action=(in_language(path, lang)) {
            p { @if page.twice { (fl!(m, "paper-twice-on")) } @else { (fl!(m, "paper-twice-off")) } }
            .buttons {
                @if page.twice {
                    button.plain name=(DO) value=(ONCE) { (fl!(m, "paper-twice-stop")) }
                } @else {
                    button.plain name=(DO) value=(TWICE) { (fl!(m, "paper-twice-start")) }
                }
            }
        }
    }
}
