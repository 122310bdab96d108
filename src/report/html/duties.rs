//! Who must act: what is below the target, by responsible body, and what the province's plan asks for.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::Report,
    language::Lang,
    report::{duties, format, tasks, words},
};

/// Where the letters to bodies are: each a format's name and an address.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Letters {
    /// All together.
    pub all: Vec<(&'static str, String)>,
    /// That to each body, by the body's name.
    pub to: BTreeMap<String, Vec<(&'static str, String)>>,
    /// That to each unit, by its name, the lowest figure first.
    pub units: Vec<(String, Vec<(&'static str, String)>)>,
}

/// The section; nothing where nothing is below the target.
pub fn section(report: &Report, letters: Option<&Letters>, lang: Lang) -> Markup {
    let m = lang.messages();
    let all = duties::by_body(report);
    let units = letters.filter(|letters| !letters.units.is_empty());
    if all.is_empty() {
        // A part may fall short where the whole does not.
        return html! {
            @if let Some(letters) = units {
                section.duties aria-labelledby="duties" {
                    h2 #duties { (fl!(m, "document-duties")) }
                    (together(letters, lang))
                    (to_units(letters, lang))
                }
            }
        };
    }
    let (role, figure) = (fl!(m, "document-column-role"), fl!(m, "report-column-estimate"));
    let interval = fl!(m, "report-interval-at", level = format::percent_short(lang, report.level));
    let interval_short = fl!(m, "report-interval");
    let decision = fl!(m, "report-column-decision");
    let headings = html! {
        (parts::column(&fl!(m, "report-column-criterion")))
        (parts::column(&role))
        (parts::number_column(&figure))
        (parts::number_column(&interval))
        (parts::column(&decision))
    };
    html! {
        section.duties aria-labelledby="duties" {
            h2 #duties { (fl!(m, "document-duties")) }
            @if let Some(plan) = tasks::plan(report) { (asked(plan, report, lang)) }
            p.small { (fl!(m, "document-by-body-means")) }
            @if let Some(letters) = letters { (together(letters, lang)) }
            @for (number, duties) in all.iter().enumerate() {
                @let body = duties.body.map_or_else(|| fl!(m, "report-no-bodies"), str::to_owned);
                h3 { (parts::name(lang, &words::duties_body(lang, duties))) }
                @let to = duties.body.filter(|_| duties.unit.is_none()).and_then(|body| letters?.to.get(body));
                @if let Some(to) = to {
                    p.letters {
                        (fl!(m, "letter-link-one"))
                        @for (format, href) in to {
                            " "
                            a href=(href) aria-label=(fl!(m, "letter-link-to", body = body.as_str(), format = format.to_string())) {
                                (format)
                            }
                        }
                    }
                }
                (parts::table(
                    &format!("duties-{number}"),
                    &words::duties_of(lang, duties),
                    &headings,
                    &html! {
                        @for ((dimension, criterion), roles) in &duties.items {
                            tr role="row" {
                                th scope="row" role="rowheader" {
                                    (parts::name(lang, &criterion.name))
                                    small { (parts::name(lang, &dimension.name)) }
                                }
                                (parts::cell(&role, &html! {
                                    (roles.iter().map(|role| words::role(lang, *role)).collect::<Vec<_>>().join(", "))
                                }))
                                (parts::number(&figure, &html! { b { (parts::figure(lang, &criterion.estimate)) } }))
                                (parts::number(&interval_short, &parts::interval(lang, &criterion.estimate)))
                                (parts::cell(&decision, &parts::verdict(lang, &criterion.estimate)))
                            }
                        }
                    },
                ))
            }
            @if let Some(letters) = units { (to_units(letters, lang)) }
        }
    }
}

/// The ways to all letters at once.
fn together(letters: &Letters, lang: Lang) -> Markup {
    let m = lang.messages();
    html! {
        p.letters {
            (fl!(m, "letter-links"))
            @for (format, href) in &letters.all {
                " "
                a href=(href) {
                    @if *format == "PDF" { (fl!(m, "letter-link-all-pdf")) }
                    @else { (fl!(m, "letter-link-all-docx")) }
                }
            }
        }
    }
}

/// The letters to the units that do not reach the target.
fn to_units(letters: &Letters, lang: Lang) -> Markup {
    let m = lang.messages();
    html! {
        h3 #unit-letters { (fl!(m, "letter-units")) }
        details.fold {
            summary { span { (fl!(m, "letter-units-are", n = letters.units.len())) } }
            ul.letters {
                @for (name, to) in &letters.units {
                    li {
                        (parts::name(lang, name))
                        @for (format, href) in to {
                            " "
                            a href=(href) aria-label=(fl!(m, "letter-link-to", body = name.as_str(), format = format.to_string())) {
                                (format)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the plan asks for, by dimension.
fn asked(plan: &BTreeMap<String, String>, report: &Report, lang: Lang) -> Markup {
    let m = lang.messages();
    let found = tasks::by_dimension(report);
    html! {
        @if !found.is_empty() {
            h3 { (fl!(m, "document-tasks")) }
            p { (fl!(m, "document-tasks-of", plan = lang.pick(plan))) }
            dl.tasks {
                @for (dimension, tasks) in found {
                    dt { (parts::name(lang, &dimension.name)) }
                    dd {
                        ul {
                            @for task in tasks {
                                li { (lang.pick(&task.text)) " (" (fl!(m, "document-row", row = task.row.as_str())) ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}
