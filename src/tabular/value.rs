//! Days and whole numbers as people type them.

use jiff::civil::Date;

/// A day: `2026-07-01`, or day first as Vietnamese officials write it: `01/07/2026`, `1-7-2026`, `1.7.2026`. Years have four
/// digits, since two could be either century.
pub fn day(text: &str) -> Option<Date> {
    let (year, month, day) = figures_of_day(text)?;
    Date::new(year, month, day).ok()
}

/// Whether something is written as a day that no calendar has, such as `31/11/2026`.
pub fn is_no_day(text: &str) -> bool {
    figures_of_day(text).is_some_and(|(year, month, day)| Date::new(year, month, day).is_err())
}

/// Year, month and day as they are written.
fn figures_of_day(text: &str) -> Option<(i16, i8, i8)> {
    let text = text.strip_suffix("T00:00:00").unwrap_or(text).trim();
    let parts: Vec<&str> = text.split(['-', '/', '.']).map(str::trim).collect();
    let [one, month, other] = parts.as_slice() else { return None };
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (year, day) = match (one.len(), other.len()) {
        (4, _) => (one, other),
        (_, 4) => (other, one),
        _ => return None,
    };
    if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// A whole number, not negative: `1250`, `1.250`, `1 250`. Groups of three behind a separator are a thousand's.
pub fn whole(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split(['.', ',', ' ', '\u{a0}', '\u{202f}']).collect();
    let is_digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = groups.iter().skip(1).all(|group| group.len() == 3)
        && (groups.len() == 1 || groups.first().is_some_and(|first| first.len() <= 3));
    if !grouped || !groups.iter().all(is_digits) {
        return None;
    }
    groups.concat().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_day_first_or_as_iso() {
        let expected = Date::new(2026, 7, 1).unwrap();
        for text in [
            "2026-07-01",
            "01/07/2026",
            "1/7/2026",
            "1-7-2026",
            "1.7.2026",
            "2026-07-01T00:00:00",
            "2026/7/1",
        ] {
            assert_eq!(day(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "1/7/26",
            "32/1/2026",
            "2026",
            "01/13/2026",
            "1/7/2026/1",
            "a/b/cccc",
            "２/7/2026",
            "2026-07-01T08:00:00",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_whole_number_may_be_grouped() {
        for (text, number) in
            [("0", 0), ("1250", 1250), ("1.250", 1250), ("1,250,000", 1_250_000), ("1 250", 1250)]
        {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in ["", "-1", "1.5", "1.25", "12,50", "1250.000", "a", "1..000", "99999999999999999999999"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
