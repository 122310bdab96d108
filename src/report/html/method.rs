//! How the figures were formed, so that another can form them again; and what a reader must know.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::{Note, Report, Rotation},
    language::Lang,
    report::{
        format,
        words::{self, Fact, FactKind},
    },
};

/// The section.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    html! {
        @if !report.notes.is_empty() {
            section aria-labelledby="notes" {
                h2 #notes { (fl!(messages, "report-notes")) }
                ul.notes { @for note in &report.notes { li { (noted(note, report, lang)) } } }
            }
        }
        section.how aria-labelledby="how" {
            h2 #how { (fl!(messages, "report-how")) }
            dl {
                @for fact in words::method(report, lang) { div { dt { (fact.name) } dd { (value(&fact, lang)) } } }
            }
            (answers(report, lang))
            @if let Some(rotation) = &report.rotation { (modules(rotation, lang)) }
            @if let Some(sentence) = words::unassisted(report, lang) { p { (sentence) } }
        }
    }
}

/// How many were asked which module, and whether chance alone decided.
fn modules(rotation: &Rotation, lang: Lang) -> Markup {
    let messages = lang.messages();
    let (ask, modules) = (rotation.ask, rotation.modules.len());
    html! {
        table.sheets {
            caption {
                (fl!(messages, "report-modules-caption", ask = ask, modules = modules))
                // The same for all modules: a column less on a telephone.
                @if let Some(module) = rotation.modules.first() {
                    ". " (fl!(messages, "report-column-probability")) ": " (format::percent(lang, module.probability))
                }
                @if let Some(evenness) = words::evenness(lang, rotation) { ". " (evenness) }
            }
            thead {
                tr {
                    th scope="col" { (fl!(messages, "report-module")) }
                    th.num scope="col" { (fl!(messages, "report-column-asked")) }
                    th.num scope="col" { (fl!(messages, "report-column-asked-share")) }
                }
            }
            tbody {
                @for module in &rotation.modules {
                    tr {
                        th scope="row" { (parts::name(lang, &module.name)) }
                        td.num { @if let Some(asked) = module.asked { (format::count(lang, asked)) } }
                        td.num { @if let Some(share) = module.share { (format::percent(lang, share)) } }
                    }
                }
            }
        }
    }
}

fn noted(note: &Note, report: &Report, lang: Lang) -> Markup {
    let unit = note.unit.as_deref().and_then(|code| report.units.iter().find(|unit| unit.code == code));
    let sentence = lang.pick(&note.text);
    html! {
        @if let Some(unit) = unit.filter(|unit| !sentence.contains(&unit.name)) {
            b { (parts::name(lang, &unit.name)) ": " }
        }
        @if note.text.contains_key(lang.code()) { (sentence) } @else { (parts::name(lang, sentence)) }
    }
}

fn value(fact: &Fact, lang: Lang) -> Markup {
    match fact.kind {
        FactKind::Text => html! { (fact.value) },
        FactKind::Name => parts::name(lang, &fact.value),
        FactKind::Code => html! { code { (fact.value) } },
    }
}

/// How many answer sheets there are, and the ways they came.
fn answers(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let responses = &report.responses;
    let row = |name: &str, number: u64| {
        html! {
            tr {
                th scope="row" { (name) }
                td.num { (format::count(lang, number)) }
            }
        }
    };
    html! {
        table.sheets {
            caption {
                (fl!(messages, "report-sheets-caption"))
                @if let (Some(from), Some(to)) = (&responses.from, &responses.to) {
                    " " (fl!(messages, "report-sheets-days", from = format::day(lang, from), to = format::day(lang, to)))
                }
            }
            thead { tr { th scope="col" { (fl!(messages, "report-sheets")) } th.num scope="col" { (fl!(messages, "report-column-count-of")) } } }
            tbody {
                (row(&words::stored(report, lang), responses.stored))
                (row(&fl!(messages, "report-valid"), responses.valid))
            }
            @if let Some(modes) = &responses.modes {
                tbody {
                    tr { th scope="rowgroup" colspan="2" { (fl!(messages, "report-modes")) } }
                    @for (name, number) in words::modes(lang, modes) {
                        tr {
                            th scope="row" { (name) }
                            td.num {
                                @match number {
                                    Some(number) => (format::count(lang, number)),
                                    None => (fl!(messages, "report-suppressed")),
                                }
                            }
                        }
                    }
                }
            }
            @if !responses.channels.is_empty() {
                tbody {
                    tr { th scope="rowgroup" colspan="2" { (fl!(messages, "report-channels")) } }
                    @for (code, number) in &responses.channels { (row(&words::channel(lang, code), *number)) }
                }
            }
        }
    }
}
