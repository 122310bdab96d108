//! Who judges what: the groups as they stand, a card for each to choose what it judges, and two lists to write it instead.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    report,
    web::{
        admin::setup::raters_choices::{BY, CHOICES, name},
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::form::{self, Field, Form, Line},
    },
};

/// A group as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// Name.
    pub name: &'a str,
    /// Persons invited.
    pub persons: u64,
    /// Units that it judges.
    pub units: usize,
    /// By which forms.
    pub forms: Vec<&'a str>,
}

/// A kind of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds<'a> {
    /// Its label.
    pub kind: &'a str,
    /// The names of its units.
    pub units: Vec<&'a str>,
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
    /// Whether the choices were sent, or nothing yet; else the lists.
    pub by_choices: bool,
    /// The fields of the choices.
    pub choices: Form<'a>,
    /// What they hold if the page is opened now.
    pub choices_base: &'a Fields,
    /// The fields of the lists.
    pub form: Form<'a>,
    /// What they hold if the page is opened now.
    pub base: &'a Fields,
    /// The groups.
    pub groups: &'a [Group<'a>],
    /// Kinds of units.
    pub kinds: &'a [Kinds<'a>],
    /// Forms of the questionnaire: ids and titles.
    pub forms: &'a [(&'a str, String)],
    /// Where the form is sent.
    pub action: &'a str,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, choices, .. } = *page;
    let m = lang.messages();
    let back = in_language(&format!("/admin/campaigns/{}", page.campaign.slug), lang);
    let (groups, groups_hint) = (fl!(m, "raters-groups"), fl!(m, "raters-groups-hint"));
    let assignments = fl!(m, "raters-assignments");
    let kinds = page.kinds.iter().map(|kind| format!("*{}", kind.kind)).collect::<Vec<_>>().join(", ");
    let hint = fl!(
        m,
        "raters-assignments-hint",
        kinds = kinds,
        forms = page.forms.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ")
    );
    let head = Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Raters };
    let content = html! {
        @if let Some(done) = page.done { (head::done(&head, done)) }
        h2.page { (fl!(m, "raters-title")) }
        (form::purpose(&fl!(m, "raters-purpose")))
        @if page.by_choices { (choices.summary()) } @else { (form.summary()) }
        @if page.groups.is_empty() { p.note { (fl!(m, "raters-none")) } } @else { (table(page)) }
        (choices.post(&in_language(page.action, lang), Some(page.choices_base), &html! {
            input type="hidden" name=(BY) value=(CHOICES);
            @for card in (0..).take_while(|card| choices.values.has(&name(*card, "name"))) { (self::card(page, card)) }
            (choices.buttons(&fl!(m, "desk-save"), Some(&back)))
        }))
        details.raters-lines open[!page.by_choices] {
            summary { (fl!(m, "raters-by-lines")) }
            (form.post(&in_language(page.action, lang), Some(page.base), &html! {
            .block {
                (form.area(&Field { name: "groups", label: &groups, hint: Some(&groups_hint), ..Field::default() }, 5))
                (form.area(&Field { name: "assignments", label: &assignments, hint: Some(&hint), ..Field::default() }, 8))
                (form.buttons(&fl!(m, "desk-save"), Some(&back)))
            }
            }))
        }
    };
    let content = html! {
        (content)
        p.actions {
            a.button.plain href=(in_language(&format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug), lang)) {
                (fl!(m, "raters-next"))
            }
        }
    };
    head::page(&head, &content)
}

/// What a group is called and judges; the last card is empty.
fn card(page: &Page<'_>, card: usize) -> Markup {
    let Page { lang, choices, .. } = *page;
    let m = lang.messages();
    let value = |part: &str| choices.values.one(&name(card, part)).unwrap_or_default().to_owned();
    let (called, code) = (value("name"), value("code"));
    let is_new = code.is_empty();
    let (label, weight) = (fl!(m, "raters-name"), fl!(m, "raters-weight"));
    let name_hint = if is_new { fl!(m, "raters-name-hint") } else { fl!(m, "raters-name-gone") };
    let weight_hint = fl!(m, "raters-weight-hint");
    let nothing = fl!(m, "raters-not-judged");
    let mut options: Vec<(&str, &str)> = vec![("", &nothing)];
    options.extend(page.forms.iter().map(|(id, title)| (*id, title.as_str())));
    let more: Vec<(String, &str)> =
        page.forms.iter().map(|(id, title)| (name(card, &format!("more.{id}")), title.as_str())).collect();
    let some = more.iter().any(|(field, _)| {
        choices.values.one(field).is_some_and(|text| !text.trim().is_empty())
            || choices.faults.iter().any(|fault| fault.field == *field)
    });
    let more_hint = fl!(m, "raters-more-hint");
    html! {
        fieldset.block.rater-group {
            legend { @if is_new { (fl!(m, "raters-add")) } @else { (called) } }
            input type="hidden" name=(name(card, "code")) value=(code);
            (choices.line(
                &Field { name: &name(card, "name"), label: &label, hint: Some(&name_hint), ..Field::default() },
                Line::Text,
            ))
            (choices.line(
                &Field {
                    name: &name(card, "weight"),
                    label: &weight,
                    hint: Some(&weight_hint),
                    optional: true,
                    ..Field::default()
                },
                Line::Code,
            ))
            p.label { (fl!(m, "raters-judges")) }
            .rater-kinds {
                @for (at, kind) in page.kinds.iter().enumerate() {
                    @let label = fl!(m, "raters-kind", kind = report::words::kinds(lang, kind.kind), n = kind.units.len());
                    @let hint = examples(&kind.units);
                    (choices.select(
                        &Field {
                            name: &name(card, &format!("kind.{at}")),
                            label: &label,
                            hint: Some(&hint),
                            ..Field::default()
                        },
                        &options,
                    ))
                }
            }
            details open[some] {
                summary { (fl!(m, "raters-more")) }
                p.hint { (more_hint) }
                @for (field, title) in &more {
                    @let label = fl!(m, "raters-more-by", form = String::from(*title));
                    (choices.area(&Field { name: field, label: &label, optional: true, ..Field::default() }, 2))
                }
            }
        }
    }
}

/// The first units of a kind.
fn examples(units: &[&str]) -> String {
    const FEW: usize = 3;
    let first = units.get(..FEW.min(units.len())).unwrap_or_default().join(", ");
    if units.len() > FEW { format!("{first}, …") } else { first }
}

fn table(page: &Page<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    html! {
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table {
                caption #caption { (fl!(m, "raters-now")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "report-column-group")) }
                        th scope="col" { (fl!(m, "report-column-invited")) }
                        th scope="col" { (fl!(m, "raters-units")) }
                        th scope="col" { (fl!(m, "raters-forms")) }
                    }
                }
                tbody {
                    @for group in page.groups {
                        tr {
                            th scope="row" { (group.name) }
                            td { (report::format::count(lang, group.persons)) }
                            td { (report::format::count(lang, group.units as u64)) }
                            td {
                                @for (n, id) in group.forms.iter().enumerate() {
                                    @if n > 0 { br; }
                                    (page.forms.iter().find(|(form, _)| form == id).map_or(*id, |(_, title)| title))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
