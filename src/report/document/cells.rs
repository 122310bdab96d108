//! What stands in a cell of a table: figures, intervals, decisions, counts, names. Every figure passes through
//! [`shown`].

use i18n_embed_fl::fl;

use crate::{
    index::report::{Change, Estimate, Publish, Report},
    language::Lang,
    report::{format, shown, words},
};

/// What stands where there is no figure.
pub const NONE: &str = "–";
/// Characters of a rank that stand on one line.
const ON_A_LINE: usize = 14;

pub use words::name;

/// A figure in per cent.
pub fn figure(lang: Lang, estimate: &Estimate) -> String {
    words::figure(lang, estimate).unwrap_or_else(|| NONE.to_owned())
}

/// An interval in per cent.
pub fn interval(lang: Lang, estimate: &Estimate) -> String {
    words::interval(lang, estimate).unwrap_or_else(|| NONE.to_owned())
}

/// A count that may be told.
pub fn count(lang: Lang, number: Option<u64>) -> String {
    number.map_or_else(|| NONE.to_owned(), |number| format::count(lang, number))
}

/// The decision in words, with a warning where the figure asks for caution; or why there is none.
pub fn verdict(lang: Lang, estimate: &Estimate) -> String {
    match (shown::decision(estimate), estimate.publish) {
        (_, Publish::Suppress) => words::publish(lang, Publish::Suppress),
        (Some(decision), Publish::Caution) => {
            format!(
                "{} ({})",
                words::decision(lang, decision),
                words::publish(lang, Publish::Caution).to_lowercase()
            )
        }
        (Some(decision), Publish::Publish) => words::decision(lang, decision),
        (None, _) => words::why_none(lang, estimate),
    }
}

/// The change since the previous campaign in percentage points, and whether it is more than chance.
pub fn change(lang: Lang, estimate: &Estimate) -> String {
    moved(estimate).map_or_else(
        || NONE.to_owned(),
        |(points, change)| {
            let points = format::points(lang, points);
            if change.significant == Some(true) {
                format!("{points} {}", fl!(lang.messages(), "report-change-significant"))
            } else {
                points
            }
        },
    )
}

/// The change, if it may be seen.
pub fn moved(estimate: &Estimate) -> Option<(f64, &Change)> {
    let change = shown::figure(estimate).and(estimate.change.as_ref())?;
    Some((change.change?, change))
}

/// A unit's rank among those of its kind, and the ranks that the data cannot rule out: `3/12 (2–5)`.
pub fn rank(report: &Report, code: &str) -> String {
    match shown::rank(report, code) {
        Some((unit, compared)) if unit.rank_lo < unit.rank_hi => {
            let places = format!("{}/{compared} ({}–{})", unit.rank, unit.rank_lo, unit.rank_hi);
            // On one line, unless there are so many units that it would take too wide a column.
            if places.chars().count() <= ON_A_LINE { places.replace(' ', "\u{a0}") } else { places }
        }
        Some((unit, compared)) => format!("{}/{compared}", unit.rank),
        None => NONE.to_owned(),
    }
}

/// What dashes and the warning in a table mean, where it has some.
pub fn legend<'a>(lang: Lang, estimates: impl Iterator<Item = &'a Estimate>, minimum: u32) -> Vec<String> {
    let m = lang.messages();
    let (mut suppressed, mut caution, mut unasked) = (false, false, false);
    for estimate in estimates {
        unasked |= words::is_unasked(estimate);
        suppressed |= estimate.publish == Publish::Suppress;
        caution |= estimate.publish == Publish::Caution;
    }
    let mut notes = Vec::new();
    if suppressed {
        notes.push(fl!(m, "report-legend-suppressed", minimum = minimum));
    }
    if caution {
        notes.push(fl!(m, "report-legend-caution"));
    }
    if unasked {
        notes.push(fl!(m, "report-legend-not-asked"));
    }
    notes
}
