//! What can be wrong with units, a plan, a list or a draw, and the words for it.

use i18n_embed_fl::fl;

use crate::language::Lang;

/// A problem and its place in the file, where it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line:?}, column {column:?}: {kind:?}")]
pub struct Problem {
    /// The line of the file, from 1.
    pub line: Option<u64>,
    /// The column's header.
    pub column: Option<String>,
    /// What is wrong.
    pub kind: Kind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named in the messages")]
pub enum Kind {
    /// Not a text in UTF-8.
    NotUtf8,
    /// The CSV reader gives up.
    Csv { detail: String },
    /// A quotation mark is never closed.
    Unclosed,
    /// A row with more or fewer cells than the header.
    Cells { found: u64, expected: u64 },
    /// No rows.
    NoRows,
    /// A column is missing; `accepted` are the names it may have.
    NoColumn { wanted: String, accepted: String, found: String },
    /// Two columns are the same thing.
    TwoColumns { other: String },
    /// Two columns, or an added one and one of the file, have the same name.
    ReservedColumn,
    /// A cell that must not be empty.
    Empty,
    /// Not a whole number.
    NotWhole { text: String },
    /// Not a number.
    NotNumber { text: String },
    /// `1.234`.
    Ambiguous { text: String },
    /// A number out of its range.
    Range { text: String, range: Range },
    /// A code that was there already.
    Twice { text: String, first: u64 },
    /// A total below the minima.
    TotalTooSmall { total: u64, least: u64 },
    /// A total above what the units can give.
    TotalTooLarge { total: u64, most: u64 },
    /// A test of a share where the units have standard deviations.
    PowerNeedsShares,
    /// Yamane's formula where the units have standard deviations.
    YamaneNeedsShares,
    /// More to be drawn than there is.
    TooMany { n: u64, rows: u64 },
    /// The same in a stratum.
    TooManyInStratum { stratum: String, n: u64, rows: u64 },
    /// A stratum of the list that the plan does not know.
    NotInPlan { stratum: String },
    /// A unit of the plan that the list has no row of.
    NotInFrame { stratum: String },
    /// Fewer to be drawn than there are strata.
    FewerThanStrata { n: u64, strata: u64 },
    /// Sizes whose sum is too large for exact arithmetic.
    TooLarge,
    /// Something that is no plan.
    NotAPlan { detail: String },
    /// Something that is no record of a draw.
    NotARecord { detail: String },
    /// A record made by an algorithm that this version does not know.
    OtherAlgorithm { found: String },
}

/// Ranges of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// 1 or more.
    AtLeastOne,
    /// More than 0.
    Positive,
    /// More than 0 and less than 1.
    Share,
    /// More than 0, at most 1.
    Rate,
}

impl Range {
    /// Whether the number is within.
    #[must_use]
    pub fn holds(self, number: f64) -> bool {
        match self {
            Self::AtLeastOne => number >= 1.0,
            Self::Positive => number > 0.0,
            Self::Share => number > 0.0 && number < 1.0,
            Self::Rate => number > 0.0 && number <= 1.0,
        }
    }

    /// The range in words.
    #[must_use]
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::AtLeastOne => fl!(m, "plan-range-at-least-one"),
            Self::Positive => fl!(m, "plan-range-positive"),
            Self::Share => fl!(m, "plan-range-share"),
            Self::Rate => fl!(m, "plan-range-rate"),
        }
    }
}

impl Problem {
    /// A problem of the whole file or request.
    #[must_use]
    pub const fn whole(kind: Kind) -> Self {
        Self { line: None, column: None, kind }
    }

    /// A problem of a cell.
    #[must_use]
    pub fn cell(line: u64, column: &str, kind: Kind) -> Self {
        Self { line: Some(line), column: Some(column.to_owned()), kind }
    }

    /// What is wrong, where, and how to mend it.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        let words = self.kind.words(lang);
        let line = self.line.map(|line| line.to_string());
        match (line, self.column.as_deref()) {
            (Some(line), Some(column)) => {
                fl!(m, "plan-at-cell", line = line, column = column, words = words)
            }
            (Some(line), None) => fl!(m, "plan-at-line", line = line, words = words),
            (None, Some(column)) => fl!(m, "plan-at-column", column = column, words = words),
            (None, None) => words,
        }
    }
}

impl Kind {
    fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::NotUtf8 => fl!(m, "plan-not-utf-8"),
            Self::Unclosed => fl!(m, "plan-unclosed"),
            Self::Csv { detail } => fl!(m, "plan-not-csv", detail = detail.as_str()),
            Self::Cells { found, expected } => {
                fl!(m, "plan-cells", found = found.to_string(), expected = expected.to_string())
            }
            Self::NoRows => fl!(m, "plan-no-rows"),
            Self::NoColumn { wanted, accepted, found } if accepted.is_empty() => {
                fl!(m, "plan-no-such-column", wanted = wanted.as_str(), found = found.as_str())
            }
            Self::NoColumn { wanted, accepted, found } => fl!(
                m,
                "plan-no-column",
                wanted = wanted.as_str(),
                accepted = accepted.as_str(),
                found = found.as_str()
            ),
            Self::TwoColumns { other } => fl!(m, "plan-two-columns", other = other.as_str()),
            Self::ReservedColumn => fl!(m, "plan-reserved-column"),
            Self::Empty => fl!(m, "plan-empty-cell"),
            Self::NotWhole { text } => fl!(m, "plan-not-whole", text = text.as_str()),
            Self::NotNumber { text } => fl!(m, "plan-not-number", text = text.as_str()),
            Self::Ambiguous { text } => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                fl!(m, "plan-ambiguous", text = text.as_str(), digits = digits)
            }
            Self::Range { text, range } => {
                fl!(m, "plan-out-of-range", text = text.as_str(), range = range.words(lang))
            }
            Self::Twice { text, first } => {
                fl!(m, "plan-twice", text = text.as_str(), first = first.to_string())
            }
            Self::TotalTooSmall { total, least } => {
                fl!(m, "plan-total-too-small", total = total.to_string(), least = least.to_string())
            }
            Self::TotalTooLarge { total, most } => {
                fl!(m, "plan-total-too-large", total = total.to_string(), most = most.to_string())
            }
            Self::PowerNeedsShares => fl!(m, "plan-power-needs-shares"),
            Self::YamaneNeedsShares => fl!(m, "plan-yamane-needs-shares"),
            Self::TooMany { n, rows } => {
                fl!(m, "plan-draw-too-many", n = n.to_string(), rows = rows.to_string())
            }
            Self::TooManyInStratum { stratum, n, rows } => fl!(
                m,
                "plan-draw-too-many-in-stratum",
                stratum = stratum.as_str(),
                n = n.to_string(),
                rows = rows.to_string()
            ),
            Self::NotInPlan { stratum } => fl!(m, "plan-draw-not-in-plan", stratum = stratum.as_str()),
            Self::NotInFrame { stratum } => fl!(m, "plan-draw-not-in-frame", stratum = stratum.as_str()),
            Self::FewerThanStrata { n, strata } => {
                fl!(m, "plan-draw-fewer-than-strata", n = n.to_string(), strata = strata.to_string())
            }
            Self::TooLarge => fl!(m, "plan-draw-too-large"),
            Self::NotAPlan { detail } => fl!(m, "plan-not-a-plan", detail = detail.as_str()),
            Self::NotARecord { detail } => fl!(m, "plan-not-a-record", detail = detail.as_str()),
            Self::OtherAlgorithm { found } => {
                fl!(m, "plan-other-algorithm", found = found.as_str(), known = super::random::ALGORITHM)
            }
        }
    }
}
