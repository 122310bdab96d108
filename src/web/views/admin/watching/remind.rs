//! Reminding the officers of units that are behind.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    super::{
        form::{self, Choice, Fault, Field, Form, Line},
        setup::head::{self, Head, Tab},
    },
    share, table,
};
use crate::{
    language::Lang,
    organisation::{Phase, UnitTree},
    report::format,
    store::{
        campaigns::Stored,
        reminders::{Letter, Reminder},
    },
    watching::{board::Figures, reminder::PLACES},
    web::{auth::session::Staff, form::Fields, respond::answer::in_language, views::dates},
};

/// A unit whose officers can be written to.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The officers.
    pub officers: Vec<String>,
    /// Its figures up to yesterday.
    pub figures: Figures,
    /// Behind enough to be reminded.
    pub behind: bool,
    /// Reminded within the last days.
    pub lately: bool,
    /// When it was reminded last, UTC milliseconds.
    pub last: Option<i64>,
}

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub stored: &'a Stored,
    /// Where it is.
    pub phase: Phase,
    /// The units, for their names.
    pub tree: &'a UnitTree,
    /// The units that can be written to, those most behind first.
    pub recipients: &'a [Recipient],
    /// Letters written before, the newest first.
    pub latest: &'a [Reminder],
    /// Whether letters go out once a week.
    pub scheduled: bool,
    /// Whether there is a mail server.
    pub can_send: bool,
    /// What the form holds.
    pub fields: &'a Fields,
    /// What is wrong with it.
    pub faults: &'a [Fault],
    /// The letters as they would go out.
    pub preview: Option<&'a [Letter]>,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let watching = format!("/admin/campaigns/{}/theo-doi", page.stored.campaign.slug);
    let path = format!("{watching}/nhac");
    let back = in_language(&watching, lang);
    let content = html! {
        (form::back(&back, &fl!(m, "desk-tab-watching")))
        (form::purpose(&fl!(m, "desk-remind-purpose")))
        @if let Some(n) = page.done.and_then(|done| done.parse::<u32>().ok()) {
            (form::done(&fl!(m, "desk-remind-done", n = n)))
        } @else if page.done == Some("tuan") {
            (form::done(&if page.scheduled { fl!(m, "desk-remind-done-weekly") } else { fl!(m, "desk-remind-done-ended") }))
        }
        @if !page.can_send { p.note { (say_no_server(lang)) } }
        @if page.recipients.is_empty() {
            (form::empty(&fl!(m, "desk-remind-empty"), &fl!(m, "desk-remind-empty-what"), None))
        } @else {
            (sheet(page, &in_language(&path, lang)))
        }
        @if !page.latest.is_empty() { (before(page)) }
    };
    let tab = Tab::Watching;
    let head = Head { lang, staff: page.staff, campaign: &page.stored.campaign, phase: page.phase, tab };
    head::below(&head, "/nhac", Some(&fl!(m, "desk-remind-title")), &content)
}

fn sheet(page: &Page<'_>, action: &str) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let form = Form { lang, values: page.fields, faults: page.faults, changed: &[] };
    let labels: Vec<(String, String)> =
        page.recipients.iter().map(|one| (label(lang, one), hint(lang, one))).collect();
    let choices: Vec<Choice<'_>> = page
        .recipients
        .iter()
        .zip(&labels)
        .map(|(one, (label, hint))| Choice { value: &one.unit, label, hint: Some(hint) })
        .collect();
    let (units, subject, text) =
        (fl!(m, "desk-remind-units"), fl!(m, "desk-remind-subject"), fl!(m, "desk-remind-text"));
    let places = fl!(m, "desk-remind-places", places = PLACES.join(" "));
    let (weekday, weekday_hint) = (fl!(m, "desk-remind-weekday"), fl!(m, "desk-remind-weekday-hint"));
    let days: Vec<(String, String)> =
        (0..7).map(|day: usize| (day.to_string(), weekday_name(lang, day))).collect();
    let never = fl!(m, "desk-remind-never");
    let options: Vec<(&str, &str)> = std::iter::once(("", never.as_str()))
        .chain(days.iter().map(|(a, b)| (a.as_str(), b.as_str())))
        .collect();
    html! {
        (form.summary())
        (form.post(action, None, &html! {
            (form.checks(&Field { name: "unit", label: &units, ..Field::default() }, &choices))
            (form.line(&Field { name: "subject", label: &subject, ..Field::default() }, Line::Text))
            (form.area(&Field { name: "text", label: &text, hint: Some(&places), ..Field::default() }, 12))
            @if let Some(letters) = page.preview { (preview(lang, letters)) }
            .buttons {
                @if page.preview.is_some() {
                    button.main name="do" value="send" { (fl!(m, "desk-remind-send")) }
                    button.button.plain name="do" value="preview" { (fl!(m, "desk-remind-preview-again")) }
                } @else {
                    button.main name="do" value="preview" { (fl!(m, "desk-remind-preview")) }
                }
            }
            (form.select(&Field { name: "weekday", label: &weekday, hint: Some(&weekday_hint), ..Field::default() }, &options))
            .buttons {
                button.button.plain name="do" value="weekly" { (fl!(m, "desk-remind-weekly")) }
            }
        }))
    }
}

fn label(lang: Lang, one: &Recipient) -> String {
    fl!(
        lang.messages(),
        "desk-remind-unit",
        name = one.name.as_str(),
        done = format::count(lang, one.figures.done),
        plan = format::count(lang, one.figures.plan.unwrap_or(0)),
        share = share(lang, one.figures.of_plan())
    )
}

fn hint(lang: Lang, one: &Recipient) -> String {
    let m = lang.messages();
    let pace = table::pace_words(lang, &one.figures, false);
    let officers = one.officers.join(", ");
    match one.last {
        Some(last) => {
            fl!(m, "desk-remind-unit-again", pace = pace, officers = officers, day = dates::day(lang, last))
        }
        None => fl!(m, "desk-remind-unit-first", pace = pace, officers = officers),
    }
}

/// The letter of the first unit as it would go out, and how many there are.
fn preview(lang: Lang, letters: &[Letter]) -> Markup {
    let m = lang.messages();
    html! {
        @if let Some(letter) = letters.first() {
            section.card tabindex="-1" autofocus aria-labelledby="preview" {
                h2 #preview { (fl!(m, "desk-remind-previewed", n = letters.len())) }
                p { strong { (letter.subject) } }
                pre { (letter.text) }
            }
        }
    }
}

fn before(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    html! {
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table {
                caption #caption { (fl!(m, "desk-remind-before")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "desk-remind-when")) }
                        th scope="col" { (fl!(m, "admin-unit")) }
                        th scope="col" { (fl!(m, "desk-remind-whom")) }
                        th scope="col" { (fl!(m, "desk-remind-state")) }
                    }
                }
                tbody {
                    @for one in page.latest {
                        tr {
                            td { (dates::moment(lang, one.made)) }
                            th scope="row" { (page.tree.get(&one.unit).map_or(one.unit.as_str(), |unit| unit.name.as_str())) }
                            td { (one.account) }
                            td {
                                @if one.sent.is_some() { span.tag.open { (fl!(m, "desk-remind-sent")) } }
                                @else if one.failed { span.tag.behind { (fl!(m, "desk-remind-failed")) } }
                                @else { span.tag { (fl!(m, "desk-remind-waiting")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn weekday_name(lang: Lang, day: usize) -> String {
    let m = lang.messages();
    match day {
        0 => fl!(m, "desk-remind-monday"),
        1 => fl!(m, "desk-remind-tuesday"),
        2 => fl!(m, "desk-remind-wednesday"),
        3 => fl!(m, "desk-remind-thursday"),
        4 => fl!(m, "desk-remind-friday"),
        5 => fl!(m, "desk-remind-saturday"),
        _ => fl!(m, "desk-remind-sunday"),
    }
}

/// Nobody was chosen.
pub fn say_nobody(lang: Lang) -> String {
    fl!(lang.messages(), "desk-remind-nobody")
}

/// The subject or the text is empty.
pub fn say_empty(lang: Lang, field: &str) -> String {
    let m = lang.messages();
    if field == "subject" { fl!(m, "desk-remind-no-subject") } else { fl!(m, "desk-remind-no-text") }
}

/// Too long.
pub fn say_long(lang: Lang, longest: usize) -> String {
    fl!(lang.messages(), "desk-remind-long", n = longest)
}

/// A place that is none.
pub fn say_place(lang: Lang, place: &str) -> String {
    fl!(lang.messages(), "desk-remind-place", place = place)
}

/// No day of the week.
pub fn say_weekday(lang: Lang) -> String {
    fl!(lang.messages(), "desk-remind-no-weekday")
}

/// No mail server.
pub fn say_no_server(lang: Lang) -> String {
    fl!(lang.messages(), "desk-remind-no-server")
}

/// The campaign has closed.
pub fn say_closed(lang: Lang) -> String {
    fl!(lang.messages(), "desk-remind-closed")
}
