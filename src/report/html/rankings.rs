//! Units of a kind in the order of their index, as dots with intervals and the ranks that the data cannot rule out: never a
//! bare list of places.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{Ways, parts};
use crate::{
    index::report::{Ranking, Report, UnitResult},
    language::Lang,
    report::{
        chart::{self, Dot},
        shown, words,
    },
};

/// So many units are shown at once; a longer list is folded.
const AT_ONCE: usize = 15;

/// The lists; nothing where no units are compared.
pub fn section(report: &Report, ways: &Ways, lang: Lang) -> Markup {
    up_to(usize::MAX, report, ways, lang)
}

/// The lists of so many units at most; of longer ones, that there are some.
pub fn up_to(most: usize, report: &Report, ways: &Ways, lang: Lang) -> Markup {
    let m = lang.messages();
    let units: BTreeMap<&str, &UnitResult> =
        report.units.iter().map(|unit| (unit.code.as_str(), unit)).collect();
    let lists: Vec<&Ranking> = report.rankings.iter().filter(|list| list.units.len() > 1).collect();
    if lists.is_empty() {
        return html! {};
    }
    html! {
        section.ranked aria-labelledby="ranked" {
            h2 #ranked { (fl!(m, "report-ranked")) }
            p.small { (fl!(m, "report-rank-means")) }
            @for (at, list) in lists.iter().enumerate() {
                @let long = list.units.len() > AT_ONCE;
                @if list.units.len() > most {
                    p { (fl!(m, "publish-ranked-below", list = caption(report, list, lang))) }
                } @else if long {
                    details {
                        summary { span { (caption(report, list, lang)) } }
                        (table(report, list, &units, (at, ways), lang))
                    }
                } @else {
                    (table(report, list, &units, (at, ways), lang))
                }
            }
        }
    }
}

fn caption(report: &Report, list: &Ranking, lang: Lang) -> String {
    let parent = list.parent.as_deref().and_then(|code| report.units.iter().find(|unit| unit.code == code));
    let m = lang.messages();
    match parent {
        Some(parent) => {
            fl!(
                m,
                "report-ranked-below",
                n = list.compared,
                kind = words::kind(lang, &list.kind),
                unit = parent.name.as_str()
            )
        }
        None => fl!(m, "report-ranked-of", n = list.compared, kind = words::kind(lang, &list.kind)),
    }
}

fn table(
    report: &Report,
    list: &Ranking,
    units: &BTreeMap<&str, &UnitResult>,
    (at, ways): (usize, &Ways),
    lang: Lang,
) -> Markup {
    let m = lang.messages();
    let known = || list.units.iter().filter_map(|ranked| Some((ranked, *units.get(ranked.code.as_str())?)));
    // Dots need no scale from nothing; it begins at the tenth below all that is drawn, with room for the target beside it.
    let lowest = known()
        .filter_map(|(_, unit)| shown::limits(&unit.result.index).map(|(lower, _)| lower))
        .fold(report.target - 0.05, f64::min);
    let from = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    let (rank, decision) = (fl!(m, "report-column-rank"), fl!(m, "report-column-decision"));
    html! {
        table.bars.dots id=(format!("ranked-{at}")) role="table" {
            caption { (caption(report, list, lang)) }
            thead role="rowgroup" {
                tr role="row" {
                    (parts::column(&fl!(m, "report-column-unit")))
                    (parts::number_column(&rank))
                    th.draw scope="col" role="columnheader" {
                        span.hear { (fl!(m, "report-column-bar")) }
                        (chart::scale_from(lang, report.target, from))
                    }
                    (parts::number_column(&fl!(m, "report-column-estimate")))
                    (parts::column(&decision))
                }
            }
            tbody role="rowgroup" {
                @for (ranked, unit) in known() {
                    @let index = &unit.result.index;
                    tr role="row" {
                        th scope="row" role="rowheader" {
                            @match ways.of_unit(&unit.code) {
                                Some(href) => a href=(href) { (parts::name(lang, &unit.name)) },
                                None => (parts::name(lang, &unit.name)),
                            }
                        }
                        (parts::number(&rank, &html! {
                            b { (ranked.rank) }
                            @if ranked.rank_lo < ranked.rank_hi {
                                span.under {
                                    (fl!(m, "report-rank-range", from = ranked.rank_lo, to = ranked.rank_hi))
                                }
                            }
                        }))
                        td.draw role="cell" {
                            (chart::dot(&Dot { estimate: index, target: report.target, from }))
                        }
                        td.num role="cell" {
                            b { (parts::figure(lang, index)) }
                            @if let Some(interval) = words::interval(lang, index) { span.under { (interval) } }
                        }
                        td.verdict role="cell" { (parts::verdict(lang, index)) }
                    }
                }
            }
        }
    }
}
