//! The calendar of reports due.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form::{self, Fault, Field, Form, Line},
    frame,
    setup::head,
};
use crate::{
    clock,
    figures::{
        calendar::{self, Entry, Unasked},
        period::{Series, Standing, gaps},
    },
    language::Lang,
    organisation::quarters,
    report::format,
    store::campaigns::Stored,
    web::{
        auth::{access::Permission, session::Staff},
        form::Fields,
        respond::answer::{in_language, with_query},
        views::admin::series,
    },
};

/// A series in the calendar.
#[derive(Debug)]
pub struct Listed {
    /// Title of its questionnaire.
    pub title: String,
    /// Title of its form, where it has one.
    pub form: Option<String>,
    /// Which it is.
    pub series: Series,
    /// Its campaigns in order of time.
    pub campaigns: Vec<Stored>,
}

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The series.
    pub listed: &'a [Listed],
    /// The quarters of the year shown in which nobody is asked; of none for those who open no campaigns.
    pub unasked: &'a [Unasked],
    /// Years to choose from, the newest first.
    pub years: &'a [i16],
    /// The year shown.
    pub year: i16,
    /// The day of a period's last month on which its report is due.
    pub due_day: i8,
    /// Now, UTC milliseconds.
    pub now: i64,
    /// What was typed, if it is shown again.
    pub typed: Option<&'a Fields>,
    /// What is wrong with it.
    pub faults: &'a [Fault],
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The address of a period's report.
pub fn address(series: &Series, code: &str) -> String {
    format!("/admin/periods/{}/{}/{code}", series.definition, series.form)
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let content = html! {
        @if page.done == Some("saved") { (form::done(&fl!(m, "period-due-saved"))) }
        (form::purpose(&fl!(m, "period-purpose")))
        @if page.listed.is_empty() {
            (form::empty(
                &fl!(m, "period-none"),
                &fl!(m, "period-none-what"),
                Some((&in_language("/admin/campaigns", lang), &fl!(m, "access-menu-campaigns"))),
            ))
        } @else {
            @if page.years.len() > 1 {
                p.filters {
                    @for year in page.years {
                        a href=(in_language(&with_query("/admin/periods", &format!("year={year}")), lang))
                            aria-current=[(*year == page.year).then_some("true")] { (fl!(m, "period-year-name", year = year.to_string())) }
                    }
                }
            }
            @if !page.unasked.is_empty() { (unasked(page)) }
            @for (at, listed) in page.listed.iter().enumerate() { (table(page, at, listed)) }
        }
        @if page.staff.may(Permission::ManageCampaigns) { (due(page)) }
    };
    let title = fl!(m, "period-title-page");
    frame::page(&head::frame_of(lang, &title, "/admin/periods", page.staff), &content)
}

/// The quarters in which nobody is asked, with a way to mend those that are not over.
fn unasked(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    html! {
        section.notice aria-labelledby="unasked" {
            h2 #unasked { (fl!(m, "period-unasked")) }
            ul {
                @for one in page.unasked {
                    @let (quarter, due) = (capitalised(&one.quarter.name(lang)), format::date(lang, one.due));
                    li {
                        @if one.over { (fl!(m, "period-unasked-over", quarter = quarter)) }
                        @else { b { (fl!(m, "period-unasked-now", quarter = quarter, due = due)) } }
                    }
                }
            }
            @if page.unasked.iter().any(|one| !one.over) {
                p { a href=(in_language("/admin/campaigns", lang)) { (fl!(m, "period-unasked-way")) } }
            }
        }
    }
}

fn table(page: &Page<'_>, at: usize, listed: &Listed) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let entries = calendar::year(page.year, &listed.campaigns, page.due_day, page.now);
    let caption = format!("series-{at}");
    html! {
        section.periods aria-labelledby=(format!("{caption}-title")) {
            h2 id=(format!("{caption}-title")) {
                (listed.title)
                @if let Some(form) = listed.form.as_ref().filter(|form| **form != listed.title) { ": " (form) }
            }
            p { a href=(in_language(&series::address(&listed.series, "", None), lang)) { (fl!(m, "period-to-series")) } }
            .scroll role="region" aria-labelledby=(format!("{caption}-title {caption}")) tabindex="0" {
                table {
                    caption id=(caption) { (fl!(m, "period-caption", year = page.year.to_string())) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "period-column-period")) }
                            th scope="col" { (fl!(m, "period-column-campaigns")) }
                            th scope="col" { (fl!(m, "period-column-due")) }
                            th scope="col" { (fl!(m, "period-column-standing")) }
                        }
                    }
                    tbody { @for entry in &entries { (row(page, listed, entry)) } }
                }
            }
        }
    }
}

fn row(page: &Page<'_>, listed: &Listed, entry: &Entry<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let name = capitalised(&entry.period.name(lang));
    let late = clock::date(clock::day(page.now)).is_some_and(|today| today > entry.due);
    html! {
        tr {
            th scope="row" {
                @if entry.standing == Standing::Ready {
                    a href=(in_language(&address(&listed.series, &entry.period.to_string()), lang)) { (name) }
                } @else { (name) }
            }
            td {
                @if entry.campaigns.is_empty() { "–" }
                @for (n, campaign) in entry.campaigns.iter().enumerate() {
                    @if n > 0 { br; }
                    a href=(in_language(&format!("/admin/campaigns/{}/report", campaign.slug), lang)) {
                        (lang.pick(&campaign.title))
                    }
                }
            }
            td { (format::date(lang, entry.due)) }
            td {
                @match &entry.standing {
                    Standing::Ready => {
                        @let missing = gaps(entry.period, &entry.campaigns);
                        @if missing.is_empty() { b { (fl!(m, "period-standing-ready")) } }
                        @else { (fl!(m, "period-standing-gaps", quarters = quarters(lang, &missing))) }
                    },
                    Standing::Empty => (fl!(m, "period-standing-empty")),
                    Standing::GoesOn(from) => (fl!(m, "period-standing-goes-on", day = format::date(lang, *from))),
                    Standing::Waits(slugs) => {
                        (fl!(m, "period-standing-waits", n = slugs.len()))
                        @if late { "; " b { (fl!(m, "period-standing-late")) } }
                    },
                }
            }
        }
    }
}

/// The form for the day on which reports are due.
fn due(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let known = Fields::default().with("due", &page.due_day.to_string());
    let form = Form { faults: page.faults, ..Form::new(lang, page.typed.unwrap_or(&known)) };
    html! {
        section.due aria-labelledby="due" {
            h2 #due { (fl!(m, "period-due")) }
            (form.summary())
            (form.post(&in_language("/admin/periods", lang), None, &html! {
                (form.line(
                    &Field {
                        name: "due",
                        label: &fl!(m, "period-due-label"),
                        hint: Some(&fl!(m, "period-due-hint")),
                        optional: false,
                        fixed: None,
                    },
                    Line::Number,
                ))
                (form.buttons(&fl!(m, "period-due-save"), None))
            }))
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
