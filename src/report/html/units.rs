//! Units: a table in the order of the tree, and the dimensions of each, to be opened.

use std::ops::Range;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{Ways, dimensions, parts};
use crate::{
    index::report::{Report, UnitResult},
    language::Lang,
    report::{format, scope, shown, words},
};

/// The deepest step of indentation.
const DEEPEST: usize = 6;

/// The table of units; nothing where the report is of one unit without others below.
pub fn section(report: &Report, ways: &Ways, lang: Lang) -> Markup {
    let own = each_has_own_page(report, ways);
    table(report, lang, |position, unit| {
        if own { ways.of_unit(&unit.code) } else { has_figures(unit).then(|| format!("#unit-{position}")) }
    })
}

/// So many units are shown with their dimensions in one page; of more, each is reached at its own address, where there is one.
const TOGETHER: usize = 60;

fn each_has_own_page(report: &Report, ways: &Ways) -> bool {
    ways.unit.is_some() && report.units.len() > TOGETHER
}

/// Some of them, in a page that does not show each unit's dimensions below.
pub fn plain(report: &Report, some: Range<usize>, lang: Lang) -> Markup {
    table_of(report, some, lang, |_, _| None)
}

fn table(report: &Report, lang: Lang, link: impl Fn(usize, &UnitResult) -> Option<String>) -> Markup {
    table_of(report, 0..report.units.len(), lang, link)
}

fn table_of(
    report: &Report,
    some: Range<usize>,
    lang: Lang,
    link: impl Fn(usize, &UnitResult) -> Option<String>,
) -> Markup {
    if others(report) == 0 {
        return html! {};
    }
    let messages = lang.messages();
    let answers = if words::in_steps(report, lang).is_some() {
        words::answers(report, lang)
    } else {
        fl!(messages, "report-column-answers")
    };
    let figure = fl!(messages, "report-column-estimate");
    let interval = fl!(messages, "report-interval-at", level = format::percent_short(lang, report.level));
    let interval_short = fl!(messages, "report-interval");
    let decision = fl!(messages, "report-column-decision");
    let (rank, change) = (fl!(messages, "report-column-rank"), fl!(messages, "report-column-change"));
    let (ranked, compared) = (!report.rankings.is_empty(), report.previous.is_some());
    let headings = html! {
        (parts::column(&fl!(messages, "report-column-unit")))
        (parts::number_column(&answers))
        (parts::number_column(&figure))
        (parts::number_column(&interval))
        (parts::column(&decision))
        @if ranked { (parts::number_column(&rank)) }
        @if compared { (parts::number_column(&change)) }
    };
    let depths = shown::depths(&report.units);
    let rows = html! {
        @for (position, (unit, depth)) in
            report.units.iter().zip(&depths).enumerate().take(some.end).skip(some.start)
        {
            @let index = &unit.result.index;
            tr.{ "depth-" (depth.min(&DEEPEST)) }.closed[shown::shown(index).is_none()] role="row" {
                th scope="row" role="rowheader" {
                    @match link(position, unit) {
                        Some(href) => a href=(href) { (parts::name(lang, &words::unit(lang, unit))) },
                        None => (parts::name(lang, &words::unit(lang, unit))),
                    }
                }
                (parts::number(&answers, &answered(unit, lang)))
                @if words::is_unanswered(unit) {
                    @let (why, none) = (words::unanswered(lang), parts::dash(&words::unanswered(lang)));
                    (parts::number(&figure, &html! { b { (none) } }))
                    (parts::number(&interval_short, &none))
                    (parts::cell(&decision, &html! { span.withheld { (why) } }))
                } @else {
                    (parts::number(&figure, &html! { b { (parts::figure(lang, index)) } }))
                    (parts::number(&interval_short, &parts::interval(lang, index)))
                    (parts::cell(&decision, &parts::verdict(lang, index)))
                }
                @if ranked { (parts::number(&rank, &rank_of(unit, report, lang))) }
                @if compared { (parts::number(&change, &change_of(unit, lang))) }
            }
        }
    };
    html! {
        section aria-labelledby="units" {
            h2 #units { (fl!(messages, "report-units")) }
            @if ranked { p.small { (fl!(messages, "report-rank-means")) } }
            @if let Some(previous) = &report.previous {
                p.small {
                    (fl!(messages, "report-change-means", previous = previous.title.as_str()))
                    @let told = report.units.iter().take(some.end).skip(some.start);
                    @for why in words::why_no_changes(lang, told.map(|unit| (unit.name.as_str(), &unit.result.index))) {
                        " " (why)
                    }
                }
            }
            (parts::table("units", &fl!(messages, "report-units-caption"), &headings, &rows))
            @let told = report.units.iter().take(some.end).skip(some.start).filter(|unit| !words::is_unanswered(unit));
            (parts::legend(lang, told.map(|unit| &unit.result.index), report.method.minimum_answers))
        }
    }
}

/// A unit's rank among those of its kind, and the ranks that the data cannot rule out.
fn rank_of(unit: &UnitResult, report: &Report, lang: Lang) -> Markup {
    html! {
        @match shown::rank(report, &unit.code) {
            Some((ranked, compared)) => {
                b { (ranked.rank) } "/" (compared)
                @if ranked.rank_lo < ranked.rank_hi {
                    span.of {
                        " ("
                        (fl!(lang.messages(), "report-rank-range", from = ranked.rank_lo, to = ranked.rank_hi))
                        ")"
                    }
                }
            },
            None => "–",
        }
    }
}

/// How a unit's index moved, in percentage points.
fn change_of(unit: &UnitResult, lang: Lang) -> Markup {
    let change = shown::figure(&unit.result.index).and(unit.result.index.change.as_ref());
    let points = change.and_then(|change| Some((change.change?, change.significant)));
    html! {
        @match points {
            Some((points, significant)) => {
                (format::points(lang, points))
                @if significant == Some(true) {
                    span.of { " " (fl!(lang.messages(), "report-change-significant")) }
                }
            },
            None => "–",
        }
    }
}

/// Units besides the one that the report is of.
fn others(report: &Report) -> usize {
    report.units.len() - usize::from(scope::only(report).is_some())
}

fn has_figures(unit: &UnitResult) -> bool {
    unit.result.dimensions.iter().any(|dimension| shown::figure(&dimension.estimate).is_some())
}

fn answered(unit: &UnitResult, lang: Lang) -> Markup {
    html! {
        (parts::count(lang, unit.result.responses))
        @if let (Some(_), Some(planned)) = (unit.result.responses, unit.planned) {
            span.of { " / " (format::count(lang, planned)) }
        }
    }
}

/// The dimensions of each unit that has some to show, folded.
pub fn each(report: &Report, ways: &Ways, lang: Lang) -> Markup {
    let messages = lang.messages();
    let known = || report.units.iter().enumerate().filter(|(_, unit)| has_figures(unit));
    if others(report) == 0 || known().next().is_none() || each_has_own_page(report, ways) {
        return html! {};
    }
    html! {
        section.each aria-labelledby="each" {
            h2 #each { (fl!(messages, "report-each")) }
            @for (position, unit) in known() {
                details id=(format!("unit-{position}")) {
                    summary {
                        span { (parts::name(lang, &unit.name)) }
                        b { (parts::figure(lang, &unit.result.index)) }
                    }
                    (dimensions::bars(
                        &format!("u{position}"),
                        &fl!(messages, "report-each-caption", unit = unit.name.as_str()),
                        &unit.result,
                        report,
                        lang,
                    ))
                    @let own = scope::only(report).is_none_or(|only| only.code != unit.code);
                    @if let Some(href) = ways.of_unit(&unit.code).filter(|_| own) {
                        p { a href=(href) { (fl!(messages, "report-of-unit", unit = unit.name.as_str())) } }
                    }
                }
            }
        }
    }
}
