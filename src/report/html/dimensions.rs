//! The dimensions as bars with intervals against the target; the bars' table says the same in figures.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::{DimensionResult, Estimate, Report, Result},
    language::Lang,
    report::{
        chart::{self, Bar},
        format, shown,
    },
};

/// The section of the whole report.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    html! {
        section aria-labelledby="dimensions" {
            h2 #dimensions { (fl!(messages, "report-dimensions")) }
            (bars("d", &fl!(messages, "report-dimensions-caption"), &report.total, report, lang))
            p.legend {
                (fl!(
                    messages,
                    "report-legend-bar",
                    level = format::percent_short(lang, report.level),
                    target = format::percent_short(lang, report.target)
                ))
            }
            (parts::legend(lang, report.total.dimensions.iter().map(|d| &d.estimate), report.method.minimum_answers))
        }
    }
}

/// A row of the table.
struct Row<'a> {
    name: &'a str,
    weight: f64,
    estimate: &'a Estimate,
    part: bool,
}

/// The table of bars of a result; `id` begins the ids in it and is unique in the page.
pub fn bars(id: &str, caption: &str, result: &Result, report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    html! {
        table.bars role="table" {
            caption { (caption) }
            thead role="rowgroup" {
                tr role="row" {
                    (parts::column(&fl!(messages, "report-column-dimension")))
                    th.draw scope="col" role="columnheader" {
                        span.hear { (fl!(messages, "report-column-bar")) }
                        (chart::scale(lang, report.target))
                    }
                    (parts::number_column(&fl!(messages, "report-column-estimate")))
                    (parts::column(&fl!(messages, "report-column-decision")))
                }
            }
            tbody role="rowgroup" {
                @for (position, row) in rows(result).iter().enumerate() {
                    tr.part[row.part].closed[shown::shown(row.estimate).is_none()] role="row" {
                        th scope="row" role="rowheader" {
                            (parts::name(lang, row.name))
                            span.weight { (fl!(messages, "report-weight", weight = format::percent(lang, row.weight))) }
                        }
                        td.draw role="cell" {
                            (chart::bar(&Bar {
                                id: &format!("{id}-{position}"),
                                name: row.name,
                                estimate: row.estimate,
                                target: report.target,
                                lang,
                            }))
                        }
                        td.num role="cell" {
                            b { (parts::figure(lang, row.estimate)) }
                            @if shown::limits(row.estimate).is_some() { span.under { (parts::interval(lang, row.estimate)) } }
                        }
                        td.verdict role="cell" { (parts::verdict(lang, row.estimate)) }
                    }
                }
            }
        }
    }
}

/// Dimensions in order; where there is more than one part, each under its part.
fn rows(result: &Result) -> Vec<Row<'_>> {
    fn row(dimension: &DimensionResult) -> Row<'_> {
        Row { name: &dimension.name, weight: dimension.weight, estimate: &dimension.estimate, part: false }
    }
    if result.parts.len() < 2 {
        return result.dimensions.iter().map(row).collect();
    }
    let mut rows = Vec::new();
    for part in &result.parts {
        let below = |dimension: &&DimensionResult| dimension.part.as_ref() == Some(&part.id);
        rows.push(Row { name: &part.name, weight: part.weight, estimate: &part.estimate, part: true });
        rows.extend(result.dimensions.iter().filter(below).map(row));
    }
    let placed = |dimension: &&DimensionResult| {
        result.parts.iter().any(|part| dimension.part.as_ref() == Some(&part.id))
    };
    rows.extend(result.dimensions.iter().filter(|dimension| !placed(dimension)).map(row));
    rows
}
