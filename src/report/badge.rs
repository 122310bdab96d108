//! The badge of a unit: a small picture with its index, interval, number of answers and period, for a commune's site or the
//! wall beside its counter.
//!
//! An SVG that needs nothing else: no script, no style sheet, no font of its own, so that it shows as an `<img>` on any site.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{format, shown, words};
use crate::{
    index::report::{Decision, Estimate, Publish},
    language::Lang,
};

/// Width in CSS pixels.
pub const WIDTH: u32 = 360;
/// Height in CSS pixels.
pub const HEIGHT: u32 = 150;

/// Most letters of a unit's name on a line, and most lines; the whole name is in the picture's title.
const LINE: usize = 42;
const LINES: usize = 2;

/// What a badge shows.
#[derive(Debug, Clone, Copy)]
pub struct Badge<'a> {
    /// Language.
    pub lang: Lang,
    /// The unit's name.
    pub name: &'a str,
    /// What the index is called.
    pub what: &'a str,
    /// Its index.
    pub index: &'a Estimate,
    /// What it is held against, 0..1.
    pub target: f64,
    /// Answer sheets.
    pub responses: Option<u64>,
    /// Confidence level, 0..1.
    pub level: f64,
    /// When was asked, in words.
    pub period: &'a str,
    /// Whether the answers are invented.
    pub demonstration: bool,
}

/// The badge.
pub fn svg(badge: &Badge<'_>) -> Markup {
    let m = badge.lang.messages();
    let figure = shown::figure(badge.index);
    let what = badge.what;
    let enough = figure.map(|figure| format::percent(badge.lang, figure));
    let interval = shown::limits(badge.index).map(|limits| {
        fl!(
            m,
            "publish-badge-interval",
            level = format::percent_short(badge.lang, badge.level),
            interval = format::interval(badge.lang, limits)
        )
    });
    let answers = badge.responses.filter(|_| figure.is_some());
    let answers = answers.map(|n| fl!(m, "publish-badge-answers", n = format::count(badge.lang, n)));
    let decision = shown::decision(badge.index).map(|decision| words::decision(badge.lang, decision));
    let last = [answers.as_deref(), Some(badge.period)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let target = fl!(m, "report-target-at", target = format::percent_short(badge.lang, badge.target));
    let caution = badge.index.publish == Publish::Caution && figure.is_some();
    let lines = wrapped(badge.name);
    let edge = match shown::decision(badge.index) {
        Some(Decision::Met) => "#1d6b43",
        Some(Decision::NotMet) => "#a3271f",
        _ => "#0a4a57",
    };
    let top = if lines.len() > 1 { 59 } else { 43 };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(WIDTH) height=(HEIGHT) viewBox=(format!("0 0 {WIDTH} {HEIGHT}"))
            role="img" aria-labelledby="t d" lang=(badge.lang.code())
            font-family="system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
        {
            title #t { (what) " – " (badge.name) }
            desc #d {
                (enough.clone().unwrap_or_else(|| fl!(m, "publish-badge-few")))
                @if let Some(decision) = &decision { "; " (decision) ", " (target) }
                @if let Some(interval) = &interval { "; " (interval) }
                "; " (last)
                @if badge.demonstration { "; " (fl!(m, "publish-badge-demonstration")) }
            }
            rect x="0.5" y="0.5" width=(WIDTH - 1) height=(HEIGHT - 1) rx="6" fill="#ffffff" stroke="#9aa8ae" {}
            path d=(format!("M6.5 0.5H0.5V{}H6.5Z", HEIGHT - 1)) fill=(edge) {}
            text x="20" y="24" font-size="13" fill="#4b5963" {
                (what) @if badge.demonstration { " – " (fl!(m, "publish-badge-demonstration")) }
            }
            @for (at, line) in lines.iter().enumerate() {
                text x="20" y=(43 + 17 * at) font-size="15" font-weight="600" fill="#16222a" { (line) }
            }
            @match &enough {
                Some(figure) => {
                    text x="20" y=(top + 38) font-size="32" font-weight="700" fill="#16222a" { (figure) }
                    @if let Some(decision) = &decision {
                        @let y = top + if caution { 12 } else { 21 };
                        text x="160" y=(y) font-size="13" font-weight="600" fill=(edge) { (decision) }
                        text x="160" y=(y + 16) font-size="13" fill="#16222a" { (target) }
                    }
                    @if caution {
                        text x="160" y=(top + 44) font-size="13" fill="#5a4a12" { (fl!(m, "publish-badge-caution")) }
                    }
                },
                None => {
                    text x="20" y=(top + 34) font-size="20" font-weight="700" fill="#4b5963" { (fl!(m, "publish-badge-few")) }
                },
            }
            @if let Some(interval) = &interval {
                text x="20" y=(top + 60) font-size="13" fill="#16222a" { (interval) }
            }
            text x="20" y=(top + 79) font-size="13" fill="#4b5963" { (last) }
        }
    }
}

/// A name in lines between words; what does not fit ends with an ellipsis.
fn wrapped(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let length = |text: &str| text.chars().count();
        let line = lines.last().map_or(0, |line| length(line));
        if line > 0 && line + 1 + length(word) > LINE {
            if lines.len() == LINES {
                if let Some(last) = lines.last_mut() {
                    last.push('…');
                }
                return lines;
            }
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.extend(word.chars().take(LINE));
            if length(word) > LINE {
                last.push('…');
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    const SHOWN: Estimate = Estimate {
        n: Some(412),
        estimate: Some(0.839_412),
        se: Some(0.01),
        df: Some(400),
        lower: Some(0.812),
        upper: Some(0.861),
        method: Some(Cow::Borrowed("logit")),
        n_eff: Some(390.0),
        deff: Some(1.1),
        decision: Some(Decision::NotMet),
        publish: Publish::Publish,
        change: None,
    };

    fn drawn(name: &str, index: &Estimate, lang: Lang) -> String {
        let period = "Từ 01/10/2026 đến hết 31/12/2026";
        let what = "Chỉ số hài lòng";
        svg(&Badge {
            lang,
            name,
            what,
            index,
            target: 0.9,
            responses: Some(412),
            level: 0.95,
            period,
            demonstration: false,
        })
        .into_string()
    }

    #[test]
    fn a_badge_says_index_interval_answers_and_period_and_stands_alone() {
        let badge = drawn("UBND xã Hoài Mỹ", &SHOWN, Lang::VI);
        for words in [
            "83,94\u{a0}%",
            "mục tiêu 90\u{a0}%",
            "95\u{a0}%",
            "81,20–86,10\u{a0}%",
            "412 phiếu",
            "31/12/2026",
            "UBND xã Hoài Mỹ",
        ] {
            assert!(badge.contains(words), "{words} in {badge}");
        }
        assert!(!badge.contains("style=") && !badge.contains("<style") && !badge.contains("href"), "{badge}");
        assert!(drawn("UBND xã Hoài Mỹ", &SHOWN, Lang::EN).contains("83.94%"));
    }

    #[test]
    fn d_01_d_07_a_badge_of_too_few_answers_has_no_number() {
        let hidden = Estimate { publish: Publish::Suppress, ..SHOWN };
        let badge = drawn("UBND xã Hoài Mỹ", &hidden, Lang::VI);
        assert!(
            badge.contains("Chưa đủ số liệu") && !badge.contains("83,94") && !badge.contains("412"),
            "{badge}"
        );
        assert!(
            !badge.contains("81,20") && badge.contains("#0a4a57"),
            "neither interval nor decision: {badge}"
        );
    }

    #[test]
    fn h_16_a_name_is_escaped_and_a_long_one_is_cut() {
        let badge = drawn("</title><script>alert(1)</script>", &SHOWN, Lang::VI);
        assert!(!badge.contains("<script"), "{badge}");
        let long = "Trung tâm Phục vụ hành chính công ".repeat(6);
        assert_eq!(wrapped(&long).len(), 2);
        assert!(wrapped(&long)[1].ends_with('…') && wrapped(&"a".repeat(200))[0].ends_with('…'));
        assert_eq!(wrapped("Sở Nội vụ"), ["Sở Nội vụ"]);
    }
}
