//! The index over time: a dot with its interval a campaign, joined in their order, and the target.
//!
//! The shape of a dot says the decision, as in the other charts: full for met, a cross for not met, hollow for undecided. Campaigns
//! stand in equal steps; a step over which nothing is compared is not joined.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    index::{
        report::{Decision, Unchanged},
        series::{Line, Point, Series},
    },
    language::Lang,
    report::{format, shown},
};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 206.0;
/// Most campaigns whose names have room below, and beside each other above columns.
const NAMED: usize = 6;

/// Whether so many campaigns are told apart by their numbers in the table of them, since their names have no room.
pub(super) fn by_number(series: &Series) -> bool {
    series.campaigns.len() > NAMED
}

/// The chart; nothing where fewer than two figures may be shown.
pub(super) fn line(line: &Line, series: &Series, lang: Lang) -> Markup {
    if line.points.iter().filter(|point| point.shown().is_some()).count() < 2 {
        return html! {};
    }
    let m = lang.messages();
    let limits = |point: &Point| {
        let figure = point.figure.as_ref()?;
        let value = shown::figure(figure)?;
        let (lower, upper) = shown::limits(figure).unwrap_or((value, value));
        Some((value, lower, upper))
    };
    let lowest =
        line.points.iter().filter_map(limits).map(|(_, lower, _)| lower).fold(series.target, f64::min);
    // From a tenth downwards, at least a fifth of the scale.
    let from = ((lowest * 10.0 - 0.2).floor() / 10.0).clamp(0.0, 0.8);
    let y = |share: f64| BOTTOM - (share.clamp(from, 1.0) - from) / (1.0 - from) * (BOTTOM - TOP);
    #[expect(clippy::cast_precision_loss, reason = "a few dozen campaigns")]
    let x = |at: usize| {
        let steps = line.points.len() as f64;
        LEFT + (at as f64 + 0.5) / steps * (RIGHT - LEFT)
    };
    let ticks: Vec<f64> = (0..=10).map(|n| f64::from(n) / 10.0).filter(|tick| *tick >= from - 1e-9).collect();
    let joined = |at: usize| {
        let (one, other) = (line.points.get(at)?, line.points.get(at + 1)?);
        let apart = other
            .change()
            .and_then(|change| change.reason)
            .is_some_and(|reason| reason == Unchanged::NotComparable);
        (!apart).then_some((one.shown()?, other.shown()?))
    };
    let described: Vec<String> = series
        .campaigns
        .iter()
        .zip(&line.points)
        .filter_map(|(own, point)| {
            Some(format!("{}: {}", own.campaign.title, format::percent(lang, point.shown()?)))
        })
        .collect();
    // On the side where the values stand further from the target.
    let off = |point: Option<&Point>| {
        point.and_then(limits).map_or(f64::MAX, |(value, ..)| (y(value) - y(series.target)).abs())
    };
    let (goal, anchor) = if off(line.points.first()) > off(line.points.last()) {
        (LEFT + 4.0, "start")
    } else {
        (RIGHT, "end")
    };
    html! {
        .plot {
            svg.plotted role="img" aria-labelledby="over-time-t over-time-d" viewBox=(format!("0 0 {WIDTH} {HEIGHT}"))
                focusable="false"
            {
                title #over-time-t { (fl!(m, "series-chart")) }
                desc #over-time-d { (described.join("; ")) }
                @for tick in &ticks {
                    line.grid x1=(px(LEFT)) x2=(px(RIGHT)) y1=(px(y(*tick))) y2=(px(y(*tick))) {}
                    text x=(px(LEFT - 8.0)) y=(px(y(*tick) + 4.0)) text-anchor="end" { (format::percent_short(lang, *tick)) }
                }
                line.target x1=(px(LEFT)) x2=(px(RIGHT)) y1=(px(y(series.target))) y2=(px(y(series.target))) {}
                text.goal x=(px(goal)) y=(px(y(series.target) - 5.0)) text-anchor=(anchor) {
                    (fl!(m, "report-target-at", target = format::percent_short(lang, series.target)))
                }
                @for (at, (one, other)) in (0..line.points.len()).filter_map(|at| Some((at, joined(at)?))) {
                    line.way x1=(px(x(at))) y1=(px(y(one))) x2=(px(x(at + 1))) y2=(px(y(other))) {}
                }
                @for (at, point) in line.points.iter().enumerate() {
                    @if let Some((value, lower, upper)) = limits(point) {
                        line.range x1=(px(x(at))) x2=(px(x(at))) y1=(px(y(lower))) y2=(px(y(upper))) {}
                        @for end in [lower, upper] {
                            line.range x1=(px(x(at) - 4.0)) x2=(px(x(at) + 4.0)) y1=(px(y(end))) y2=(px(y(end))) {}
                        }
                        (mark(point, x(at), y(value)))
                        @if by_number(series) {
                            // Above the interval, without the sign that the axis has.
                            text.value x=(px(x(at))) y=(px(y(upper) - 6.0)) text-anchor="middle" { (format::decimal(lang, value * 100.0, 1)) }
                        } @else {
                            text.value x=(px(x(at) + 9.0)) y=(px(y(value) - 7.0)) { (format::percent(lang, value)) }
                        }
                    }
                    text x=(px(x(at))) y=(px(BOTTOM + 20.0)) text-anchor="middle" { (label(series, at, lang)) }
                }
            }
        }
    }
}

/// Below a dot: when the campaign closed; in long series by number alone.
fn label(series: &Series, at: usize, lang: Lang) -> String {
    match series.campaigns.get(at) {
        Some(own) if !by_number(series) => format::closing(lang, &own.campaign.closes),
        _ => (at + 1).to_string(),
    }
}

fn mark(point: &Point, x: f64, y: f64) -> Markup {
    html! {
        @match point.figure.as_ref().and_then(shown::decision) {
            Some(Decision::Met) => circle.fill.met cx=(px(x)) cy=(px(y)) r="5.5" {},
            Some(Decision::NotMet) => {
                @for (dx, dy) in [(1.0, 1.0), (1.0, -1.0)] {
                    line.cross.not-met x1=(px(x - 5.0 * dx)) y1=(px(y - 5.0 * dy)) x2=(px(x + 5.0 * dx)) y2=(px(y + 5.0 * dy)) {}
                }
            },
            Some(Decision::Undecided) | None => circle.ring.undecided cx=(px(x)) cy=(px(y)) r="5" {},
        }
    }
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}
