//! How the figures were formed, so that another can form them again; and what a reader must know.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::{Note, Report, Rotation, Weighting},
    language::Lang,
    report::{format, shown, words},
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
                @for (name, value) in rows(report, lang) { div { dt { (name) } dd { (value) } } }
            }
            (answers(report, lang))
            @if let Some(rotation) = &report.rotation { (modules(rotation, lang)) }
            (unassisted(report, lang))
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

fn rows(report: &Report, lang: Lang) -> Vec<(String, Markup)> {
    let messages = lang.messages();
    let (campaign, method) = (&report.campaign, &report.method);
    let definition = &campaign.definition;
    let text = |text: String| html! { (text) };
    let mut rows = vec![
        (fl!(messages, "report-method"), parts::name(lang, &method.name)),
        (fl!(messages, "report-measure"), text(words::measure(lang, method.measure))),
        (fl!(messages, "report-aggregation"), text(words::aggregation(lang, method.aggregation))),
    ];
    if report.total.parts.len() > 1 {
        rows.push((fl!(messages, "report-weights-parts"), text(words::weights(lang, method.weights.parts))));
    }
    rows.extend([
        (fl!(messages, "report-weights-dimensions"), text(words::weights(lang, method.weights.dimensions))),
        (fl!(messages, "report-weighting"), text(words::weighting(lang, report.weighting))),
    ]);
    if report.weighting == Weighting::Design
        && let Some(population) = shown::sum(&report.units, |unit| unit.population)
    {
        let population = format::count(lang, population);
        rows.push((
            fl!(messages, "report-strata"),
            text(fl!(messages, "report-strata-are", population = population)),
        ));
    }
    rows.extend([
        (
            fl!(messages, "report-decision-rule"),
            text(fl!(messages, "report-decision-how", level = format::percent_short(lang, report.level))),
        ),
        (
            fl!(messages, "report-minimum"),
            text(fl!(messages, "report-minimum-is", minimum = method.minimum_answers)),
        ),
        (
            fl!(messages, "report-definition"),
            text(fl!(
                messages,
                "report-definition-is",
                id = definition.id.as_str(),
                version = definition.version.as_str(),
                form = campaign.form.as_str()
            )),
        ),
        (fl!(messages, "report-sha256"), html! { code { (definition.sha256) } }),
        (fl!(messages, "report-campaign"), html! { code { (campaign.slug) } }),
        (
            fl!(messages, "report-generated"),
            text(format::moment(lang, &report.generated_at, &campaign.opens)),
        ),
    ]);
    rows
}

/// The index without the answers with which somebody helped, for comparison.
fn unassisted(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let index = report.responses.modes.as_ref().and_then(|modes| modes.index_unassisted.as_ref());
    html! {
        @if let Some(index) = index && let (Some(estimate), Some(lower), Some(upper)) = (index.estimate, index.lower, index.upper) {
            p {
                (fl!(
                    messages,
                    "report-unassisted",
                    index = format::percent(lang, estimate),
                    lower = format::percent(lang, lower),
                    upper = format::percent(lang, upper),
                    n = format::count(lang, index.n.unwrap_or_default())
                ))
            }
        }
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
                (row(&fl!(messages, "report-stored"), responses.stored))
                (row(&fl!(messages, "report-valid"), responses.valid))
                (row(&fl!(messages, "report-flagged"), responses.flagged))
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
