//! Charts as inline SVG: a bar from 0 to 100 % with its interval and the target.
//!
//! All positions are percentages of the drawing's width, without a view box: it stretches to any width while lines keep
//! their thickness and letters their size. Colours come from classes in the style sheet; no `style`, no script. Each
//! drawing is an image with a title and a description, beside the same figures as text.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    index::report::{Decision, Estimate, Quadrant},
    language::Lang,
    report::{format, shown, words},
};

/// Height of a bar's drawing, in CSS pixels.
const HEIGHT: u8 = 28;

/// What a bar shows.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// A name for its parts, unique in the page, of letters, digits and hyphens.
    pub id: &'a str,
    /// What is measured.
    pub name: &'a str,
    /// The figure.
    pub estimate: &'a Estimate,
    /// The target, 0..1.
    pub target: f64,
    /// Language of the description.
    pub lang: Lang,
}

/// The bar; nothing where the figure may not be shown.
pub fn bar(bar: &Bar<'_>) -> Markup {
    let Some(figure) = shown::figure(bar.estimate) else { return html! {} };
    let class = class(shown::decision(bar.estimate));
    let (title, description) = (format!("{}-t", bar.id), format!("{}-d", bar.id));
    html! {
        svg.bar role="img" aria-labelledby=(format!("{title} {description}")) width="100%" height=(HEIGHT) focusable="false" {
            title id=(title) { (bar.name) }
            desc id=(description) { (describe(bar)) }
            rect.track x="0" y="8" width="100%" height="12" {}
            rect.fill.(class) x="0" y="8" width=(at(figure)) height="12" {}
            @if let Some((lower, upper)) = shown::limits(bar.estimate) {
                line.range x1=(at(lower)) x2=(at(upper)) y1="14" y2="14" {}
                line.range x1=(at(lower)) x2=(at(lower)) y1="10" y2="18" {}
                line.range x1=(at(upper)) x2=(at(upper)) y1="10" y2="18" {}
            }
            line.target x1=(at(bar.target)) x2=(at(bar.target)) y1="2" y2="26" {}
        }
    }
}

/// What a dot shows, on a scale that ends at 100 %.
#[derive(Debug, Clone, Copy)]
pub struct Dot<'a> {
    /// The figure.
    pub estimate: &'a Estimate,
    /// The target, 0..1.
    pub target: f64,
    /// Where the scale begins, 0..1.
    pub from: f64,
}

/// A dot with its interval; nothing where the figure may not be shown. The same figures stand as text beside it.
pub fn dot(dot: &Dot<'_>) -> Markup {
    let Some(figure) = shown::figure(dot.estimate) else { return html! {} };
    let class = class(shown::decision(dot.estimate));
    let at = |share: f64| at((share - dot.from) / (1.0 - dot.from));
    html! {
        svg.dot aria-hidden="true" width="100%" height=(HEIGHT) focusable="false" {
            line.ground x1="0" x2="100%" y1="14" y2="14" {}
            line.target x1=(at(dot.target)) x2=(at(dot.target)) y1="0" y2="28" {}
            @if let Some((lower, upper)) = shown::limits(dot.estimate) {
                line.reach.(class) x1=(at(lower)) x2=(at(upper)) y1="14" y2="14" {}
            }
            circle.fill.(class) cx=(at(figure)) cy="14" r="5.5" {}
        }
    }
}

/// The scale above dots: where it begins, the target, 100 %.
pub fn scale_from(lang: Lang, target: f64, from: f64) -> Markup {
    let goal = (target - from) / (1.0 - from);
    // Three labels of a sixth of the width each, on a phone.
    let (anchor, apart) = if goal > 0.9 { ("end", 0.35) } else { ("middle", 0.25) };
    html! {
        svg.scale aria-hidden="true" width="100%" height="22" focusable="false" {
            @if goal >= apart { text x="0" y="14" { (format::percent_short(lang, from)) } }
            text.goal x=(at(goal)) y="14" text-anchor=(anchor) { (format::percent_short(lang, target)) }
            @if goal <= 0.75 { text x="100%" y="14" text-anchor="end" { (format::percent_short(lang, 1.0)) } }
        }
    }
}

/// Performance (to the right) against importance (upwards) with the lines that part high from low; each point carries its
/// number in the table beside it, which says the same in figures.
pub fn quadrants(
    points: &[(f64, f64, Option<Quadrant>)],
    (performance, importance): (f64, f64),
    lang: Lang,
) -> Markup {
    const SIDE: f64 = 300.0;
    const EDGE: f64 = 22.0;
    let range = |values: &[f64]| {
        let (low, high) = values
            .iter()
            .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
        let air = ((high - low) * 0.12).max(0.01);
        (low - air, high + air)
    };
    let across: Vec<f64> = points.iter().map(|point| point.0).chain([performance]).collect();
    let up: Vec<f64> = points.iter().map(|point| point.1).chain([importance]).collect();
    let place =
        |value: f64, (low, high): (f64, f64)| (value - low) / (high - low) * (SIDE - 2.0 * EDGE) + EDGE;
    let (across, up) = (range(&across), range(&up));
    let x = |value: f64| place(value, across);
    let y = |value: f64| SIDE - place(value, up);
    let m = lang.messages();
    html! {
        svg.quadrants aria-hidden="true" viewBox=(format!("0 0 {SIDE} {SIDE}")) focusable="false" {
            rect.first x=(EDGE) y=(EDGE) width=(format!("{:.1}", x(performance) - EDGE))
                height=(format!("{:.1}", y(importance) - EDGE)) {}
            rect.frame x=(EDGE) y=(EDGE) width=(SIDE - 2.0 * EDGE) height=(SIDE - 2.0 * EDGE) {}
            line.cut x1=(format!("{:.1}", x(performance))) x2=(format!("{:.1}", x(performance))) y1=(EDGE) y2=(SIDE - EDGE) {}
            line.cut x1=(EDGE) x2=(SIDE - EDGE) y1=(format!("{:.1}", y(importance))) y2=(format!("{:.1}", y(importance))) {}
            @for (at, (performance, importance, quadrant)) in points.iter().enumerate() {
                @let first = *quadrant == Some(Quadrant::ImproveFirst);
                circle.urgent[first] cx=(format!("{:.1}", x(*performance))) cy=(format!("{:.1}", y(*importance))) r="10" {}
                text.key x=(format!("{:.1}", x(*performance))) y=(format!("{:.1}", y(*importance) + 4.0)) text-anchor="middle" { (at + 1) }
            }
            text.axis x=(SIDE / 2.0) y=(SIDE - 5.0) text-anchor="middle" { (fl!(m, "report-axis-performance")) }
            text.axis x="14" y=(SIDE / 2.0) text-anchor="middle" transform=(format!("rotate(-90 14 {})", SIDE / 2.0)) {
                (fl!(m, "report-axis-importance"))
            }
        }
    }
}

/// The scale above bars: 0, 50 % and the target.
pub fn scale(lang: Lang, target: f64) -> Markup {
    let label = fl!(lang.messages(), "report-target-at", target = format::percent_short(lang, target));
    let anchor = if target > 0.5 { "end" } else { "start" };
    html! {
        svg.scale aria-hidden="true" width="100%" height="22" focusable="false" {
            text x="0" y="14" { "0" }
            @if target > 0.85 { text.half x="50%" y="14" text-anchor="middle" { (format::percent_short(lang, 0.5)) } }
            text.goal x=(at(target)) y="14" text-anchor=(anchor) { (label) }
        }
    }
}

/// The small sign before a decision's words, so that it can be found without reading and without seeing colours.
pub fn sign(decision: Decision) -> Markup {
    let path = match decision {
        Decision::Met => "M2.5 6.5 5 9l4.5-6",
        Decision::NotMet => "M3 3l6 6M9 3 3 9",
        Decision::Undecided => "M2 4.5h8M2 7.5h8",
    };
    html! {
        svg.sign aria-hidden="true" width="12" height="12" viewBox="0 0 12 12" focusable="false" {
            path d=(path) {}
        }
    }
}

/// The class of a decision in the style sheet.
pub const fn class(decision: Option<Decision>) -> &'static str {
    match decision {
        Some(Decision::Met) => "met",
        Some(Decision::NotMet) => "not-met",
        Some(Decision::Undecided) => "undecided",
        None => "none",
    }
}

fn describe(bar: &Bar<'_>) -> String {
    let (lang, messages) = (bar.lang, bar.lang.messages());
    let mut sentence = words::figure(lang, bar.estimate).unwrap_or_default();
    if let Some(interval) = words::interval(lang, bar.estimate) {
        sentence += "; ";
        sentence += &fl!(messages, "report-bar-interval", interval = interval);
    }
    sentence += "; ";
    sentence += &fl!(messages, "report-target-at", target = format::percent_short(lang, bar.target));
    if let Some(decision) = shown::decision(bar.estimate) {
        sentence += "; ";
        sentence += &words::decision(lang, decision);
    }
    sentence
}

/// A position on the scale, as a percentage that SVG reads.
fn at(share: f64) -> String {
    format!("{:.3}%", share.clamp(0.0, 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::report::Publish;

    #[test]
    fn h_16_names_in_a_drawing_are_escaped_and_nothing_comes_from_elsewhere() {
        let estimate = Estimate {
            estimate: Some(0.5),
            lower: Some(0.4),
            upper: Some(0.6),
            decision: Some(Decision::NotMet),
            publish: Publish::Publish,
            ..Estimate::default()
        };
        let name = "</title><script>alert(1)</script>";
        let svg = bar(&Bar { id: "x", name, estimate: &estimate, target: 0.9, lang: Lang::VI }).into_string();
        assert!(!svg.contains("<script") && svg.contains("&lt;/title&gt;&lt;script&gt;"), "{svg}");
        assert!(!svg.contains("href") && !svg.contains("style="), "{svg}");
        assert!(
            svg.contains(r#"x1="90.000%""#) && svg.contains("chưa đạt") | svg.contains("Chưa đạt"),
            "{svg}"
        );
    }

    #[test]
    fn d_01_a_suppressed_figure_has_no_bar() {
        let estimate = Estimate { estimate: Some(0.5), publish: Publish::Suppress, ..Estimate::default() };
        let drawn = bar(&Bar { id: "x", name: "x", estimate: &estimate, target: 0.9, lang: Lang::VI });
        assert_eq!(drawn.into_string(), "");
    }
}
