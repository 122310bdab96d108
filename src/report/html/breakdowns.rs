//! Fields of procedure, ways of filing, channels and counters: bars against the target, each with its weakest criterion.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{Ways, dimensions, parts};
use crate::{
    index::report::{Breakdown, By, Category, Report},
    language::Lang,
    report::{
        chart::{self, Bar},
        divided, format, scope, shown, words,
    },
};

/// A section for each; counters only where the report is of few of them, as each unit's own report has its own.
pub fn sections(report: &Report, ways: &Ways, lang: Lang) -> Markup {
    let (told, elsewhere) = divided::beside(report);
    if told.is_empty() {
        return html! {};
    }
    let m = lang.messages();
    // Beside those of other units.
    let folded = |own: &Breakdown| own.by == By::Counter && scope::only(report).is_none();
    html! {
        section aria-labelledby="divided" {
            h2 #divided { (fl!(m, "report-divided")) }
            p.small { (fl!(m, "report-divided-means")) }
            @for (position, breakdown) in told.iter().enumerate().filter(|(_, own)| !folded(own)) {
                (table(position, breakdown, report, ways, lang))
            }
            .each {
                @for (position, breakdown) in told.iter().enumerate().filter(|(_, own)| folded(own)) {
                    details {
                        summary { span { (divided::caption(lang, report, breakdown)) } }
                        (table(position, breakdown, report, ways, lang))
                    }
                }
            }
            @if elsewhere { p.small { (fl!(m, "report-divided-elsewhere")) } }
            (parts::legend(
                lang,
                told.iter().flat_map(|breakdown| &breakdown.categories).map(|category| &category.result.index),
                report.method.minimum_answers,
            ))
        }
    }
}

fn table(position: usize, breakdown: &Breakdown, report: &Report, ways: &Ways, lang: Lang) -> Markup {
    let m = lang.messages();
    let headings = html! {
        (parts::column(&words::by(lang, breakdown.by)))
        th.draw scope="col" role="columnheader" {
            span.hear { (fl!(m, "report-column-bar")) }
            (chart::scale(lang, report.target))
        }
        (parts::number_column(&fl!(m, "report-column-estimate")))
        (parts::column(&fl!(m, "report-column-decision")))
    };
    let own =
        |category: &Category| ways.category.as_ref().map(|way| divided::address(way, breakdown, category));
    html! {
        table.bars.divided role="table" {
            caption { (divided::caption(lang, report, breakdown)) }
            thead role="rowgroup" { tr role="row" { (headings) } }
            tbody role="rowgroup" {
                @for (at, category) in breakdown.categories.iter().enumerate() {
                    @let index = &category.result.index;
                    @let name = words::category(lang, breakdown.by, category);
                    tr.closed[shown::shown(index).is_none()] role="row" {
                        th scope="row" role="rowheader" {
                            @match own(category).filter(|_| has_figures(category)) {
                                Some(href) => a href=(href) { (parts::name(lang, &name)) },
                                None => (parts::name(lang, &name)),
                            }
                            @if let Some(n) = category.result.responses {
                                span.weight { (fl!(m, "report-divided-sheets", n = format::count(lang, n))) }
                            }
                            @if let Some(weakest) = divided::weakest(category) {
                                span.weight {
                                    (fl!(
                                        m,
                                        "report-divided-weakest",
                                        criterion = weakest.name.as_str(),
                                        figure = words::figure(lang, &weakest.estimate).unwrap_or_default()
                                    ))
                                }
                            }
                        }
                        td.draw role="cell" {
                            (chart::bar(&Bar {
                                id: &format!("by-{position}-{at}"),
                                name: &name,
                                estimate: index,
                                target: report.target,
                                lang,
                            }))
                        }
                        td.num role="cell" {
                            b { (parts::figure(lang, index)) }
                            @if shown::limits(index).is_some() { span.under { (parts::interval(lang, index)) } }
                        }
                        td.verdict role="cell" { (parts::verdict(lang, index)) }
                    }
                }
            }
        }
        @if ways.category.is_none() && breakdown.by != By::Counter {
            .each {
                @for (at, category) in breakdown.categories.iter().enumerate().filter(|(_, own)| has_figures(own)) {
                    @let name = words::category(lang, breakdown.by, category);
                    details {
                        summary {
                            span { (parts::name(lang, &name)) }
                            b { (parts::figure(lang, &category.result.index)) }
                        }
                        (dimensions::bars(
                            &format!("by{position}-{at}"),
                            &fl!(m, "report-each-caption", unit = name.as_str()),
                            &category.result,
                            report,
                            lang,
                        ))
                    }
                }
            }
        }
    }
}

fn has_figures(category: &Category) -> bool {
    category.result.dimensions.iter().any(|dimension| shown::figure(&dimension.estimate).is_some())
}
