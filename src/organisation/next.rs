//! A campaign once more for the next period: dates moved on, and the period renamed in titles and slugs.
//!
//! Pure. What cannot be recognised stays as it is; whoever copies sees it before anything is made.

use jiff::{Span, Timestamp, ZonedDateTime, tz::TimeZone};

use crate::language::vietnamese;

/// A period (UTC milliseconds, closing exclusive) and the one that follows it. Whole months are followed by as many
/// whole months; anything else by the same number of days.
pub fn period(opens: i64, closes: i64, zone: &TimeZone) -> Option<(i64, i64)> {
    let (from, to) = (local(opens, zone)?, local(closes, zone)?);
    let months = months(&from, &to);
    let end = if months > 0 && from.day() == 1 && to.day() == 1 && from.time() == to.time() {
        to.checked_add(Span::new().try_months(months).ok()?).ok()?
    } else {
        // By the calendar, so that a period ends at the same hour of the day.
        let days = from.date().until(to.date()).ok()?.get_days();
        to.checked_add(Span::new().try_days(i64::from(days.max(1))).ok()?).ok()?
    };
    // What began in the morning begins in the morning again, on the day that follows.
    let start = if from.time() == to.time() || to.time() < from.time() {
        to.date()
    } else {
        to.date().tomorrow().ok()?
    };
    let start = start.to_datetime(from.time()).to_zoned_datetime(zone.clone()).ok()?;
    let (start, end) = (start.timestamp().as_millisecond(), end.timestamp().as_millisecond());
    (start < end).then_some((start, end))
}

fn local(milliseconds: i64, zone: &TimeZone) -> Option<ZonedDateTime> {
    Some(Timestamp::from_millisecond(milliseconds).ok()?.to_zoned_datetime(zone.clone()))
}

fn months(from: &ZonedDateTime, to: &ZonedDateTime) -> i64 {
    (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month()) - i64::from(from.month())
}

/// What a period is called by: the year, quarter and month in which it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Year.
    pub year: i16,
    /// Quarter, 1 to 4.
    pub quarter: i8,
    /// Month, 1 to 12.
    pub month: i8,
}

impl Name {
    /// Of a period that opens then (UTC milliseconds).
    pub fn of(opens: i64, zone: &TimeZone) -> Option<Self> {
        let opens = local(opens, zone)?;
        Some(Self { year: opens.year(), quarter: (opens.month() - 1) / 3 + 1, month: opens.month() })
    }
}

const ROMAN: [&str; 4] = ["I", "II", "III", "IV"];

/// A title or slug with the old period's name replaced by the new one's: `quý 4 năm 2026` becomes `quý 1 năm 2027`,
/// `Q4/2026` becomes `Q1/2027`, `tháng 10` becomes `tháng 11`.
pub fn renamed(text: &str, old: Name, new: Name) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    let mut before = String::new();
    for token in tokens(text) {
        let lower = token.to_lowercase();
        let replaced = match before.as_str() {
            "quý" | "quy" | "quarter" if token == old.quarter.to_string() => Some(new.quarter.to_string()),
            "quý" | "quy" | "quarter" if roman(old.quarter) == Some(token) => {
                roman(new.quarter).map(str::to_owned)
            }
            "tháng" | "month" if token.trim_start_matches('0') == old.month.to_string() => {
                Some(if token.starts_with('0') { format!("{:02}", new.month) } else { new.month.to_string() })
            }
            _ if lower == format!("q{}", old.quarter) => {
                Some(format!("{}{}", token.get(..1).unwrap_or("q"), new.quarter))
            }
            _ if token == old.year.to_string() => Some(new.year.to_string()),
            _ => None,
        };
        result.push_str(replaced.as_deref().unwrap_or(token));
        // Spaces and dashes between a word and its number do not part them.
        if !token.chars().all(|c| c.is_whitespace() || c == '-') {
            before = lower;
        }
    }
    result
}

fn roman(quarter: i8) -> Option<&'static str> {
    ROMAN.get(usize::try_from(quarter - 1).ok()?).copied()
}

/// The text cut where letters or digits meet anything else; together they are the text.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (token, others) = rest.split_at(end);
        rest = others;
        Some(token)
    })
}

/// A slug that none of `taken` is: `text` without diacritics, in lower case, with dashes; a number is added where it is
/// taken already.
pub fn slug(text: &str, taken: &[&str]) -> String {
    slug_or(text, "dot-khao-sat", taken)
}

/// The same, with `otherwise` where the text has no letter that a slug may have.
pub fn slug_or(text: &str, otherwise: &str, taken: &[&str]) -> String {
    let mut plain = String::new();
    for c in vietnamese::fold(text).chars() {
        if c.is_ascii_alphanumeric() {
            plain.push(c);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
        if plain.len() >= LONGEST {
            break;
        }
    }
    let plain = plain.trim_end_matches('-');
    let plain = if plain.is_empty() { otherwise } else { plain };
    let free = |slug: &String| slug != RESERVED && !taken.contains(&slug.as_str());
    let numbered = (2..).map(|n| format!("{plain}-{n}"));
    std::iter::once(plain.to_owned()).chain(numbered).find(free).unwrap_or_default()
}

/// Longest slug made from a title, in characters; there is room for a number.
const LONGEST: usize = 56;

/// A slug that no campaign made at the pages may have: the address of a new one.
pub const RESERVED: &str = "new";

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(7))
    }

    fn at(text: &str) -> i64 {
        let moment: jiff::civil::DateTime = text.parse().unwrap();
        moment.to_zoned_datetime(zone()).unwrap().timestamp().as_millisecond()
    }

    fn next(opens: &str, closes: &str) -> (String, String) {
        let (from, to) = period(at(opens), at(closes), &zone()).unwrap();
        let text = |at: i64| local(at, &zone()).unwrap().datetime().to_string();
        (text(from), text(to))
    }

    #[test]
    fn a_quarter_is_followed_by_a_quarter_and_a_month_by_a_month() {
        for (opens, closes, wanted) in [
            ("2026-10-01T00:00", "2027-01-01T00:00", ("2027-01-01T00:00:00", "2027-04-01T00:00:00")),
            ("2026-02-01T00:00", "2026-03-01T00:00", ("2026-03-01T00:00:00", "2026-04-01T00:00:00")),
            ("2026-01-01T00:00", "2027-01-01T00:00", ("2027-01-01T00:00:00", "2028-01-01T00:00:00")),
            ("2026-10-05T00:00", "2026-10-12T00:00", ("2026-10-12T00:00:00", "2026-10-19T00:00:00")),
            // From the morning of one day to the afternoon of another one.
            ("2026-10-05T07:30", "2026-10-09T17:00", ("2026-10-10T07:30:00", "2026-10-13T17:00:00")),
        ] {
            assert_eq!(next(opens, closes), (wanted.0.to_owned(), wanted.1.to_owned()), "{opens}");
        }
    }

    #[test]
    fn the_period_in_a_title_moves_on_and_nothing_else_does() {
        let old = Name { year: 2026, quarter: 4, month: 10 };
        let new = Name { year: 2027, quarter: 1, month: 1 };
        for (title, wanted) in [
            ("Đo lường hài lòng quý 4 năm 2026", "Đo lường hài lòng quý 1 năm 2027"),
            ("Quý IV/2026: một cửa", "Quý I/2027: một cửa"),
            ("SIPAS Q4/2026, đợt 4", "SIPAS Q1/2027, đợt 4"),
            ("Satisfaction, quarter 4 of 2026", "Satisfaction, quarter 1 of 2027"),
            ("Tháng 10 năm 2026", "Tháng 1 năm 2027"),
            ("Tháng 10/2026 tại 10 quầy", "Tháng 1/2027 tại 10 quầy"),
            ("Khảo sát 20264", "Khảo sát 20264"),
            ("sipas-2026-q4", "sipas-2027-q1"),
        ] {
            assert_eq!(renamed(title, old, new), wanted);
        }
    }

    #[test]
    fn a_slug_is_made_of_a_title_and_never_one_that_is_taken() {
        assert_eq!(slug("Đo lường hài lòng – quý 4/2026", &[]), "do-luong-hai-long-quy-4-2026");
        assert_eq!(slug("sipas", &["sipas", "sipas-2"]), "sipas-3");
        assert_eq!(slug("New", &[]), "new-2");
        assert_eq!(slug("！", &[]), "dot-khao-sat");
        assert!(slug(&"á".repeat(300), &[]).len() <= LONGEST);
    }

    #[test]
    fn letters_lose_their_marks() {
        assert_eq!(vietnamese::fold("Quầy số 1 – ĐẤT ĐAI"), "quay so 1 – dat dai");
    }
}
