//! Campaigns beside each other: a chart of the index over time, every figure of every campaign as a table, and which changes are
//! more than chance.

mod chart;
mod csv;

use i18n_embed_fl::fl;
use maud::{Markup, html};

pub use csv::csv;

use super::{format, html::parts, shown, words};
use crate::{
    index::{
        report::{Estimate, Unchanged},
        series::{Level, Line, Point, Series, reasons},
    },
    language::Lang,
};

/// The figures below a page's title; headings begin with `h2`. `link` gives the address of a unit's series.
pub fn content(series: &Series, lang: Lang, link: impl Fn(&str) -> String) -> Markup {
    let m = lang.messages();
    let index = series.lines.first();
    html! {
        @if let Some(index) = index {
            section aria-labelledby="over-time" {
                h2 #over-time { (words::index_of(lang, series.measure)) }
                p.lead { (latest(index, series, lang)) }
                (chart::line(index, series, lang))
                (campaigns(index, series, lang))
            }
        }
        @if series.lines.iter().any(|line| line.level != Level::Index) {
            section aria-labelledby="each-line" {
                h2 #each-line { (fl!(m, "series-lines")) }
                p.small { (fl!(m, "series-lines-means")) }
                (not_compared(series, lang))
                (matrix(series, lang))
            }
        }
        @if !series.units.is_empty() {
            section aria-labelledby="units-over-time" {
                h2 #units-over-time { (fl!(m, "report-units")) }
                p.small { (fl!(m, "series-units-means")) }
                (units(series, lang, link))
            }
        }
        (parts::legend(lang, estimates(series), series.minimum))
    }
}

fn estimates(series: &Series) -> impl Iterator<Item = &Estimate> {
    let lines = series.lines.iter().map(|line| &line.points);
    lines
        .chain(series.units.iter().map(|unit| &unit.points))
        .flatten()
        .filter_map(|point| point.figure.as_ref())
}

/// In one sentence: how the index moved last, and whether that is more than chance.
fn latest(index: &Line, series: &Series, lang: Lang) -> String {
    let m = lang.messages();
    let Some(point) = index.points.last() else { return String::new() };
    let Some(figure) = point.shown() else { return fl!(m, "series-latest-none") };
    let figure = format::percent(lang, figure);
    let before = series.campaigns.len().checked_sub(2).and_then(|at| series.campaigns.get(at));
    let (Some(change), Some(before)) = (point.change(), before) else {
        return fl!(m, "series-latest-first", figure = figure);
    };
    let before = before.campaign.title.as_str();
    match (change.change, point.significant) {
        (Some(points), Some(true)) if points > 0.0 => {
            fl!(
                m,
                "series-latest-up",
                figure = figure,
                points = format::points(lang, points),
                before = before
            )
        }
        (Some(points), Some(true)) => {
            fl!(
                m,
                "series-latest-down",
                figure = figure,
                points = format::points(lang, points),
                before = before
            )
        }
        (Some(points), Some(false)) => {
            fl!(
                m,
                "series-latest-same",
                figure = figure,
                points = format::points(lang, points),
                before = before
            )
        }
        _ => {
            let why = change
                .reason
                .map_or_else(String::new, |reason| words::unchanged(lang, reason).to_lowercase());
            fl!(m, "series-latest-why", figure = figure, before = before, why = why)
        }
    }
}

/// The campaigns, a row each: the twin of the chart.
fn campaigns(index: &Line, series: &Series, lang: Lang) -> Markup {
    let m = lang.messages();
    let level = format::percent_short(lang, series.level);
    let (answers, figure) = (fl!(m, "report-column-answers"), fl!(m, "report-column-estimate"));
    let (interval, decision) =
        (fl!(m, "report-interval-at", level = level), fl!(m, "report-column-decision"));
    let (change, test) = (fl!(m, "series-column-change"), fl!(m, "series-column-test"));
    let headings = html! {
        (parts::column(&fl!(m, "series-column-campaign")))
        (parts::number_column(&answers))
        (parts::number_column(&figure))
        (parts::number_column(&interval))
        (parts::column(&decision))
        (parts::number_column(&change))
        (parts::column(&test))
    };
    let rows = html! {
        @for (at, (own, point)) in series.campaigns.iter().zip(&index.points).enumerate() {
            tr role="row" {
                th scope="row" role="rowheader" {
                    @if chart::by_number(series) { b.key { (at + 1) } " " }
                    (parts::name(lang, &own.campaign.title))
                    span.of { " " (words::days(lang, &own.campaign.opens, &own.campaign.closes)) }
                }
                (parts::number(&answers, &parts::count(lang, own.responses)))
                @match &point.figure {
                    Some(estimate) => {
                        (parts::number(&figure, &html! { b { (parts::figure(lang, estimate)) } }))
                        (parts::number(&interval, &parts::interval(lang, estimate)))
                        (parts::cell(&decision, &parts::verdict(lang, estimate)))
                    },
                    None => {
                        (parts::number(&figure, &html! { "–" }))
                        (parts::number(&interval, &html! { "–" }))
                        (parts::cell(&decision, &html! { (fl!(m, "series-no-unit")) }))
                    },
                }
                (parts::number(&change, &moved(point, lang)))
                (parts::cell(&test, &html! { (tested(point, lang)) }))
            }
        }
    };
    parts::table("over-time", &fl!(m, "series-caption"), &headings, &rows)
}

/// The change in percentage points with its interval.
fn moved(point: &Point, lang: Lang) -> Markup {
    let change = point.shown().and(point.change());
    html! {
        @match change.and_then(|change| Some((change.change?, change))) {
            Some((points, change)) => {
                (format::points(lang, points))
                @if let (Some(lower), Some(upper)) = (change.lower, change.upper) {
                    span.under {
                        "(" (fl!(lang.messages(), "series-from-to", from = format::points(lang, lower), to = format::points(lang, upper))) ")"
                    }
                }
            },
            None => "–",
        }
    }
}

/// Whether a change is more than chance, in words; why it is not tested.
fn tested(point: &Point, lang: Lang) -> String {
    let m = lang.messages();
    let Some(change) = point.shown().and(point.change()) else { return "–".to_owned() };
    match (change.reason, change.change, point.significant) {
        (Some(reason), ..) => words::unchanged(lang, reason),
        (None, Some(points), Some(true)) if points > 0.0 => fl!(m, "series-up"),
        (None, Some(_), Some(true)) => fl!(m, "series-down"),
        (None, Some(_), Some(false)) => fl!(m, "series-same"),
        _ => "–".to_owned(),
    }
}

/// Says that questionnaires differ, where they do: only what is the same is compared.
fn not_compared(series: &Series, lang: Lang) -> Markup {
    let m = lang.messages();
    let differs = |line: &&Line| {
        reasons(line).iter().any(|reason| matches!(reason, Unchanged::NotComparable | Unchanged::NotAsked))
    };
    let lines = series.lines.iter().filter(differs).filter(|line| line.level == Level::Criterion).count();
    let index = series.lines.first().is_some_and(|line| differs(&line));
    let n: usize = lines + series.no_longer_asked.len();
    html! {
        @if n > 0 || index {
            p.interim role="note" {
                (fl!(m, "series-differ", n = n))
                @if index { " " (fl!(m, "series-differ-index")) }
            }
        }
    }
}

/// A row of a table with a column for each campaign: its class, what it is about, its figures.
type Row<'a> = (Option<&'static str>, Markup, &'a [Point]);

/// Dimensions and criteria by campaign.
fn matrix(series: &Series, lang: Lang) -> Markup {
    let m = lang.messages();
    let rows = series.lines.iter().filter(|line| line.level != Level::Index).map(|line| -> Row<'_> {
        let name = parts::name(lang, &line.name);
        match line.level {
            Level::Dimension => (Some("depth-0"), html! { b { (name) } }, &line.points),
            _ => (Some("depth-1"), name, &line.points),
        }
    });
    by_campaign(
        "each-line",
        (&fl!(m, "series-lines-caption"), &fl!(m, "series-column-line")),
        rows,
        series,
        lang,
    )
}

/// Units by campaign.
fn units(series: &Series, lang: Lang, link: impl Fn(&str) -> String) -> Markup {
    let m = lang.messages();
    let rows = series.units.iter().map(|unit| -> Row<'_> {
        (None, html! { a href=(link(&unit.code)) { (parts::name(lang, &unit.name)) } }, &unit.points)
    });
    let words = (&fl!(m, "series-units-caption")[..], &fl!(m, "report-column-unit")[..]);
    by_campaign("units-over-time", words, rows, series, lang)
}

/// A table with a column for each campaign and the last step.
fn by_campaign<'a>(
    id: &str,
    (caption, first): (&str, &str),
    rows: impl Iterator<Item = Row<'a>>,
    series: &Series,
    lang: Lang,
) -> Markup {
    let m = lang.messages();
    let step = fl!(m, "series-column-last");
    let caption = if chart::by_number(series) {
        format!("{caption}; {}", fl!(m, "series-by-number"))
    } else {
        caption.to_owned()
    };
    let headings = html! {
        (parts::column(first))
        @for (at, own) in series.campaigns.iter().enumerate() {
            @if chart::by_number(series) {
                th.num scope="col" role="columnheader" title=(own.campaign.title) {
                    (at + 1) span.hear { ". " (own.campaign.title) }
                }
            } @else { (parts::number_column(&own.campaign.title)) }
        }
        (parts::number_column(&step))
    };
    let rows = html! {
        @for (class, about, points) in rows {
            tr class=[class] role="row" {
                th scope="row" role="rowheader" { (about) }
                @for (own, point) in series.campaigns.iter().zip(points) {
                    (parts::number(&own.campaign.title, &figure(point, chart::by_number(series), lang)))
                }
                (parts::number(&step, &last(points, lang)))
            }
        }
    };
    parts::table(id, &caption, &headings, &rows)
}

/// A figure; where columns are narrow without its sign, which the caption has.
fn figure(point: &Point, narrow: bool, lang: Lang) -> Markup {
    html! {
        @match &point.figure {
            Some(estimate) if narrow && shown::figure(estimate).is_some() => {
                (shown::figure(estimate).map_or_else(String::new, |share| format::decimal(lang, share * 100.0, 2)))
            },
            _ => (figure_with_sign(point, lang)),
        }
    }
}

fn figure_with_sign(point: &Point, lang: Lang) -> Markup {
    html! {
        @match &point.figure { Some(estimate) => (parts::figure(lang, estimate)), None => "–" }
    }
}

/// The last step of a row.
fn last(points: &[Point], lang: Lang) -> Markup {
    let point = points.last().cloned().unwrap_or_default();
    let moved = point.shown().and(point.change()).and_then(|change| change.change);
    html! {
        @match moved {
            Some(points) => {
                (format::points(lang, points))
                @if point.significant == Some(true) {
                    span.of { " " (fl!(lang.messages(), "report-change-significant")) }
                }
            },
            None => "–",
        }
    }
}
