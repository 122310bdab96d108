//! How far the groups of invited persons are.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, Person, Phase, UnitTree},
    report::format,
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Choice, Field, Form},
            setup::head::{self, Head, Tab},
        },
    },
};

/// A group, or a unit where the campaign has no groups.
#[derive(Debug, Clone)]
pub struct Line {
    /// Name.
    pub name: String,
    /// How many are invited.
    pub invited: u64,
    /// How many have answered, as it may be shown.
    pub answered: u64,
    /// How many answers the sample plan wants.
    pub planned: Option<u64>,
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
    /// Whether lines are units.
    pub by_unit: bool,
    /// Steps in which numbers are shown until it closes.
    pub step: u64,
    /// The groups.
    pub lines: &'a [Line],
    /// Whether staff are told who has not answered.
    pub followed: bool,
    /// Whether links have been made, so that somebody may have been told.
    pub told: bool,
    /// Who has not.
    pub absent: &'a [Person],
    /// The units.
    pub tree: &'a UnitTree,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let content = html! {
        (form::back(&in_language(&base, lang), &fl!(m, "lists-tab")))
        @if let Some(done) = page.done { (form::done(done)) }
        h2.page { (fl!(m, "lists-progress")) }
        (form::purpose(&fl!(m, "lists-progress-purpose")))
        @if page.lines.is_empty() { p { (fl!(m, "lists-none")) } } @else {
            @if page.phase != Phase::Closed { p.note { (fl!(m, "lists-progress-steps", n = page.step)) } }
            (table(page))
        }
        (follow(page, &base))
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}

fn table(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let planned = page.lines.iter().any(|line| line.planned.is_some());
    let open = page.phase != Phase::Closed;
    html! {
        .scroll role="region" aria-labelledby="progress" tabindex="0" {
            table {
                caption #progress { (fl!(m, "lists-progress-caption")) }
                thead {
                    tr {
                        th scope="col" { @if page.by_unit { (fl!(m, "admin-unit")) } @else { (fl!(m, "lists-group")) } }
                        th.number scope="col" { (fl!(m, "lists-invited")) }
                        @if planned { th.number scope="col" { (fl!(m, "lists-planned")) } }
                        th.number scope="col" { (fl!(m, "lists-answered")) }
                        th.number scope="col" { (fl!(m, "lists-rate")) }
                    }
                }
                tbody {
                    @for line in page.lines {
                        // Nought in steps may be four.
                        @let few = open && line.answered == 0;
                        tr {
                            th scope="row" { (line.name) }
                            td.number { (format::count(lang, line.invited)) }
                            @if planned { td.number { (line.planned.map_or_else(|| "–".to_owned(), |n| format::count(lang, n))) } }
                            td.number {
                                @if few { (fl!(m, "lists-below", n = page.step)) }
                                @else { (format::count(lang, line.answered)) @if open { "+" } }
                            }
                            td.number { @if few { "–" } @else { (rate(line)) @if open { "+" } } }
                        }
                    }
                }
            }
        }
    }
}

fn rate(line: &Line) -> String {
    (100 * line.answered)
        .checked_div(line.invited)
        .map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}

/// Whether staff are told who has not answered, and who that is.
fn follow(page: &Page<'_>, base: &str) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let planned = matches!(page.phase, Phase::Draft | Phase::Planned) && !page.told;
    let values = Fields::of([("follow", if page.followed { "yes" } else { "no" })]);
    let form = Form::new(lang, &values);
    let [label, no, no_hint, yes, yes_hint] = [
        fl!(m, "lists-follow"),
        fl!(m, "lists-follow-no"),
        fl!(m, "lists-follow-no-hint"),
        fl!(m, "lists-follow-yes"),
        fl!(m, "lists-follow-yes-hint"),
    ];
    html! {
        @if planned {
            (form.post(&in_language(&format!("{base}/tien-do"), lang), None, &html! {
                .block {
                    (form.radios(
                        &Field { name: "follow", label: &label, ..Field::default() },
                        &[
                            Choice { value: "no", label: &no, hint: Some(&no_hint) },
                            Choice { value: "yes", label: &yes, hint: Some(&yes_hint) },
                        ],
                    ))
                    (form.buttons(&fl!(m, "desk-save"), None))
                }
            }))
        } @else if page.followed {
            h2 #absent { (fl!(m, "lists-absent", n = page.absent.len())) }
            p { (fl!(m, "lists-absent-what")) }
            @if !page.absent.is_empty() {
                .scroll role="region" aria-labelledby="absent" tabindex="0" {
                    table {
                        thead {
                            tr { th scope="col" { (fl!(m, "lists-person")) } th scope="col" { (fl!(m, "admin-unit")) } }
                        }
                        tbody {
                            @for person in page.absent {
                                tr {
                                    th scope="row" {
                                        (person.name.as_deref().unwrap_or(&person.code))
                                        @if let Some(title) = &person.title { br; span.office { (title) } }
                                    }
                                    td {
                                        (page.tree.get(&person.unit).map_or(person.unit.as_str(), |unit| unit.name.as_str()))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        } @else {
            p.note { (fl!(m, "lists-not-followed")) }
        }
    }
}
