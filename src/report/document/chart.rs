//! A dot plot: a figure with its interval on each row, and the target. One drawing (SVG) for every file.
//!
//! The shape of a dot says the decision, so that it can be read without colour: full for met, a cross for not met, hollow for
//! undecided. The axis begins where the data do; a dot plot needs no zero.

use i18n_embed_fl::fl;
use maud::{Markup, html};
use serde::Serialize;

use super::cells;
use crate::{
    index::report::{Decision, Estimate},
    language::Lang,
    report::{format, shown, words},
};

/// Width of a drawing, in its own units; as wide as the text of a page (160 mm).
pub const WIDTH: u32 = 640;
const LABELS: f64 = 236.0;
const LEFT: f64 = 252.0;
const RIGHT: f64 = 552.0;
const TOP: f64 = 26.0;
const LINE: f64 = 15.0;
/// Letters of a label that fit on a line.
const LETTERS: usize = 33;

const INK: &str = "#16222a";
const SOFT: &str = "#4b5963";
const GRID: &str = "#d3dbde";
const MET: &str = "#1d6b43";
const NOT_MET: &str = "#a3271f";
const OPEN: &str = "#5a4a12";

/// A chart with a number and a caption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// Its number.
    pub number: usize,
    /// Its caption.
    pub caption: String,
    /// The same in words, for those who do not see it.
    pub alt: String,
    /// The drawing.
    pub svg: String,
    /// Its height where it is [`WIDTH`] wide.
    pub height: u32,
}

/// A row: its label and figure.
pub type Dot<'a> = (String, &'a Estimate);

/// The chart; nothing where no figure may be shown.
pub fn dots(lang: Lang, caption: String, rows: &[Dot<'_>], target: f64) -> Option<Chart> {
    let known = rows.iter().filter(|(_, estimate)| shown::figure(estimate).is_some());
    if known.clone().count() == 0 {
        return None;
    }
    let lowest = known
        .map(|(_, e)| shown::limits(e).map_or(1.0, |(lower, _)| lower).min(shown::figure(e).unwrap_or(1.0)))
        .fold(target, f64::min);
    // At least a fifth of the scale, from a tenth downwards.
    let from = ((lowest * 10.0 - 0.2).floor() / 10.0).clamp(0.0, 0.8);
    let scale = Scale { from };
    let mut y = TOP;
    let mut drawn = Vec::new();
    for (label, estimate) in rows {
        let lines = wrap(label);
        #[expect(clippy::cast_precision_loss, reason = "one or two lines")]
        let height = 9.0 + LINE * lines.len() as f64;
        drawn.push(row(lang, &lines, estimate, scale, y, height));
        y += height;
    }
    let bottom = y + 2.0;
    let height = bottom + 48.0;
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(WIDTH) height=(px(height)) viewBox=(format!("0 0 {WIDTH} {}", px(height)))
            font-family="Noto Sans" font-size="12.5" fill=(INK) {
            rect width=(WIDTH) height=(px(height)) fill="#ffffff" {}
            (axis(lang, scale, target, bottom))
            @for row in &drawn { (row) }
            (key(lang, bottom + 34.0))
        }
    };
    // maud writes HTML: its tags without content are closed, so that this is XML as well.
    Some(Chart {
        number: 0,
        alt: alt(lang, rows, target),
        caption,
        svg: svg.into_string(),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few thousand at most"
        )]
        height: height.ceil() as u32,
    })
}

#[derive(Clone, Copy)]
struct Scale {
    from: f64,
}

impl Scale {
    fn at(self, share: f64) -> f64 {
        let share = share.clamp(self.from, 1.0);
        LEFT + (share - self.from) / (1.0 - self.from) * (RIGHT - LEFT)
    }

    /// Where lines stand: every tenth, every fifth on a long axis.
    fn ticks(self) -> impl Iterator<Item = f64> {
        let step = if self.from < 0.45 { 2 } else { 1 };
        (0..=10)
            .filter(move |n| n % step == 0)
            .map(|n| f64::from(n) / 10.0)
            .filter(move |t| *t > self.from - 1e-9)
    }
}

fn axis(lang: Lang, scale: Scale, target: f64, bottom: f64) -> Markup {
    let goal = scale.at(target);
    let label = fl!(lang.messages(), "report-target-at", target = format::percent_short(lang, target));
    html! {
        @for tick in scale.ticks() {
            @let x = px(scale.at(tick));
            line x1=(x) x2=(x) y1=(px(TOP - 4.0)) y2=(px(bottom)) stroke=(GRID) stroke-width="1" {}
            text x=(x) y=(px(bottom + 14.0)) font-size="11" fill=(SOFT) text-anchor="middle" { (format::percent_short(lang, tick)) }
        }
        line x1=(px(goal)) x2=(px(goal)) y1=(px(TOP - 8.0)) y2=(px(bottom)) stroke=(INK) stroke-width="1.5" stroke-dasharray="5 3" {}
        text x=(px(goal)) y="12" font-size="11.5" font-weight="bold" text-anchor=(if target > 0.75 { "end" } else { "start" }) { (label) }
    }
}

fn row(lang: Lang, lines: &[String], estimate: &Estimate, scale: Scale, top: f64, height: f64) -> Markup {
    let middle = top + height / 2.0;
    #[expect(clippy::cast_precision_loss, reason = "one or two lines")]
    let first = middle - LINE * (lines.len() as f64 - 1.0) / 2.0 + 4.5;
    let decision = shown::decision(estimate);
    html! {
        @for (n, line) in lines.iter().enumerate() {
            text x=(px(LABELS)) y=(px(first + LINE * f64::from(u8::try_from(n).unwrap_or(0)))) text-anchor="end" { (line) }
        }
        @match shown::figure(estimate) {
            Some(figure) => {
                @if let Some((lower, upper)) = shown::limits(estimate) {
                    line x1=(px(scale.at(lower))) x2=(px(scale.at(upper))) y1=(px(middle)) y2=(px(middle)) stroke=(colour(decision)) stroke-width="2.5" {}
                    @for end in [lower, upper] {
                        line x1=(px(scale.at(end))) x2=(px(scale.at(end))) y1=(px(middle - 4.0)) y2=(px(middle + 4.0)) stroke=(colour(decision)) stroke-width="1.5" {}
                    }
                }
                (dot(decision, scale.at(figure), middle))
                text x=(WIDTH - 2) y=(px(middle + 4.5)) text-anchor="end" font-weight="bold" { (cells::figure(lang, estimate)) }
            }
            None => text x=(px(LEFT + 8.0)) y=(px(middle + 4.5)) fill=(SOFT) font-size="11.5" { (cells::verdict(lang, estimate)) },
        }
    }
}

fn dot(decision: Option<Decision>, x: f64, y: f64) -> Markup {
    let colour = colour(decision);
    match decision {
        Some(Decision::NotMet) => {
            let cross = |width: &str, colour: &str| {
                let path = format!(
                    "M{} {}L{} {}M{} {}L{} {}",
                    px(x - 4.5),
                    px(y - 4.5),
                    px(x + 4.5),
                    px(y + 4.5),
                    px(x - 4.5),
                    px(y + 4.5),
                    px(x + 4.5),
                    px(y - 4.5)
                );
                html! { path d=(path) stroke=(colour) stroke-width=(width) fill="none" {} }
            };
            html! { (cross("5.5", "#ffffff")) (cross("2.6", colour)) }
        }
        Some(Decision::Undecided) => {
            html! { circle cx=(px(x)) cy=(px(y)) r="4.8" fill="#ffffff" stroke=(colour) stroke-width="2.2" {} }
        }
        _ => html! { circle cx=(px(x)) cy=(px(y)) r="5.4" fill=(colour) {} },
    }
}

/// What the shapes mean.
fn key(lang: Lang, y: f64) -> Markup {
    let decisions = [Decision::Met, Decision::NotMet, Decision::Undecided];
    let places = [40.0, 170.0, 330.0];
    html! {
        @for (decision, x) in decisions.into_iter().zip(places) {
            (dot(Some(decision), x, y))
            text x=(px(x + 11.0)) y=(px(y + 4.0)) font-size="11.5" { (words::decision(lang, decision)) }
        }
    }
}

const fn colour(decision: Option<Decision>) -> &'static str {
    match decision {
        Some(Decision::Met) => MET,
        Some(Decision::NotMet) => NOT_MET,
        Some(Decision::Undecided) => OPEN,
        None => INK,
    }
}

fn alt(lang: Lang, rows: &[Dot<'_>], target: f64) -> String {
    let said = rows.iter().map(|(label, estimate)| match shown::figure(estimate) {
        Some(_) => {
            format!(
                "{label}: {} ({})",
                cells::figure(lang, estimate),
                cells::verdict(lang, estimate).to_lowercase()
            )
        }
        None => format!("{label}: {}", cells::verdict(lang, estimate).to_lowercase()),
    });
    let target = fl!(lang.messages(), "report-target-at", target = format::percent_short(lang, target));
    std::iter::once(target).chain(said).collect::<Vec<_>>().join("; ")
}

/// A label on at most two lines.
fn wrap(label: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in label.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let length = line.chars().count();
        if length > 0 && length + 1 + word.chars().count() > LETTERS {
            if lines.len() == 2 {
                lines[1].push('…');
                break;
            }
            lines.push(word.to_owned());
        } else {
            if length > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    for line in &mut lines {
        if line.chars().count() > LETTERS + 1 {
            *line = line.chars().take(LETTERS).chain(['…']).collect();
        }
    }
    lines
}

fn px(at: f64) -> String {
    format!("{at:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_takes_two_lines_and_is_cut() {
        assert_eq!(wrap("Trả kết quả đúng hẹn"), ["Trả kết quả đúng hẹn"]);
        let long = wrap(&"Bộ phận tiếp nhận và trả kết quả ".repeat(9));
        assert_eq!(long.len(), 2);
        assert!(
            long[1].ends_with('…') && long.iter().all(|line| line.chars().count() <= LETTERS + 1),
            "{long:?}"
        );
        assert_eq!(wrap(&"x".repeat(200))[0].chars().count(), LETTERS + 1);
    }
}
