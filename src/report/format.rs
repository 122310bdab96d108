//! How figures, numbers and times are written: `83,94 %` and `12.450` in Vietnamese, `83.94%` and `12,450` in English.
//!
//! Nothing here rounds what is computed with: rounding is the last step before a reader.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    fmt::temporal::{Pieces, PiecesOffset},
    tz::Offset,
};

use crate::language::Lang;

/// A space that does not break a line.
const NBSP: char = '\u{a0}';

/// A share (0..1) in per cent with two decimals: `83,94 %`.
pub fn percent(lang: Lang, share: f64) -> String {
    percent_to(lang, share, 2)
}

/// The same with this many decimals. Figures of a report are written by [`super::words::figure`], which knows how many.
pub fn percent_to(lang: Lang, share: f64, decimals: usize) -> String {
    with_sign(lang, &decimal(lang, share * 100.0, decimals))
}

/// A share (0..1) in per cent with no more decimals than it needs, at most two: `90 %`, `92,5 %`. For targets and
/// confidence levels, which are chosen and not measured.
pub fn percent_short(lang: Lang, share: f64) -> String {
    let full = format!("{:.2}", share * 100.0);
    let bare = full.trim_end_matches('0').trim_end_matches('.');
    with_sign(lang, &localised(lang, bare))
}

/// Limits of an interval (0..1) in per cent: `81,20–86,10 %`.
pub fn interval(lang: Lang, limits: (f64, f64)) -> String {
    interval_to(lang, limits, 2)
}

/// The same with this many decimals. It is never broken over two lines.
pub fn interval_to(lang: Lang, (lower, upper): (f64, f64), decimals: usize) -> String {
    let limit = |share: f64| decimal(lang, share * 100.0, decimals);
    with_sign(lang, &format!("{}–{}", limit(lower), limit(upper)))
}

/// A difference of shares in percentage points, with its sign: `+1,25`, `−0,40`.
pub fn points(lang: Lang, difference: f64) -> String {
    points_to(lang, difference, 2)
}

/// The same with this many decimals.
pub fn points_to(lang: Lang, difference: f64, decimals: usize) -> String {
    let size = decimal(lang, difference.abs() * 100.0, decimals);
    let nothing = size.chars().all(|digit| !digit.is_ascii_digit() || digit == '0');
    let sign = if nothing {
        ""
    } else if difference > 0.0 {
        "+"
    } else {
        "−"
    };
    format!("{sign}{size}")
}

/// A number with this many decimals.
pub fn decimal(lang: Lang, number: f64, decimals: usize) -> String {
    localised(lang, &format!("{number:.decimals$}"))
}

/// A count with its thousands apart.
pub fn count(lang: Lang, number: u64) -> String {
    localised(lang, &number.to_string())
}

fn with_sign(lang: Lang, number: &str) -> String {
    if lang == Lang::EN { format!("{number}%") } else { format!("{number}{NBSP}%") }
}

/// A plain decimal number (`-1234.5`) with the marks of the language.
fn localised(lang: Lang, plain: &str) -> String {
    let (point, thousands) = if lang == Lang::EN { ('.', ',') } else { (',', '.') };
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(w, f)| (w, Some(f)));
    let digits = whole.trim_start_matches('-').len();
    let mut written = String::with_capacity(plain.len() + plain.len() / 3 + 1);
    let mut left = digits;
    for letter in whole.chars() {
        if letter.is_ascii_digit() {
            if left != digits && left % 3 == 0 {
                written.push(thousands);
            }
            left -= 1;
        }
        written.push(letter);
    }
    if let Some(fraction) = fraction {
        written.push(point);
        written.push_str(fraction);
    }
    written
}

/// A day: `01/10/2026` in Vietnamese, `1 October 2026` in English; what is no ISO date stays as it is.
pub fn day(lang: Lang, iso: &str) -> String {
    iso.parse::<Date>().map_or_else(|_| iso.to_owned(), |day| date(lang, day))
}

/// The moment `utc` (RFC 3339) on the clocks of the place that `local` (RFC 3339 with an offset) was written in:
/// `10:06 ngày 24/11/2026 (UTC+7)`.
pub fn moment(lang: Lang, utc: &str, local: &str) -> String {
    let Ok(moment) = utc.parse::<Timestamp>() else { return utc.to_owned() };
    let offset = offset(local).unwrap_or(Offset::UTC);
    let there = offset.to_datetime(moment);
    let (time, date, zone) = (there.strftime("%H:%M").to_string(), date(lang, there.date()), zone(offset));
    if lang == Lang::EN {
        format!("{date}, {time} ({zone})")
    } else {
        format!("{time} ngày {date} ({zone})")
    }
}

/// The year of the moment `utc` on the clocks of the place that `local` was written in; empty where it cannot be read.
pub fn year(utc: &str, local: &str) -> String {
    let offset = offset(local).unwrap_or(Offset::UTC);
    utc.parse::<Timestamp>()
        .map_or_else(|_| String::new(), |moment| offset.to_datetime(moment).year().to_string())
}

/// Days that people are given at least until the next periodic report.
const NOTICE: i64 = 30;

/// The next periodic report that can tell of what is asked for at the moment `utc`, on the clocks of the place that `local` was
/// written in: its quarter, 1 to 4, and year. It is that of the quarter in which 30 days are over. `None` where the moment cannot
/// be read.
pub fn next_report(utc: &str, local: &str) -> Option<(i8, String)> {
    let offset = offset(local).unwrap_or(Offset::UTC);
    let day = offset.to_datetime(utc.parse::<Timestamp>().ok()?).date();
    let day = day.checked_add(jiff::Span::new().try_days(NOTICE).ok()?).ok()?;
    Some(((day.month() - 1) / 3 + 1, day.year().to_string()))
}

/// The moment a report was made, as seconds since 1970; 0 where it cannot be read.
pub fn seconds(utc: &str) -> i64 {
    utc.parse::<Timestamp>().map_or(0, Timestamp::as_second)
}

/// The first moment of a campaign, RFC 3339 with an offset: the day, and the time unless it is midnight.
pub fn opening(lang: Lang, local: &str) -> String {
    civil(local).map_or_else(|| local.to_owned(), |at| with_time(lang, at))
}

/// The last moment of a campaign from its exclusive closing time: a campaign that closes at midnight ends with the day
/// before.
pub fn closing(lang: Lang, local: &str) -> String {
    let Some(at) = civil(local) else { return local.to_owned() };
    if at.time() == Time::midnight() {
        return date(lang, at.date().yesterday().unwrap_or(at.date()));
    }
    with_time(lang, at)
}

fn with_time(lang: Lang, at: DateTime) -> String {
    let date = date(lang, at.date());
    if at.time() == Time::midnight() {
        return date;
    }
    let time = at.strftime("%H:%M");
    if lang == Lang::EN { format!("{date}, {time}") } else { format!("{time} ngày {date}") }
}

/// A date: `01/10/2026` in Vietnamese, `1 October 2026` in English.
pub fn date(lang: Lang, date: Date) -> String {
    let pattern = if lang == Lang::EN { "%-d %B %Y" } else { "%d/%m/%Y" };
    date.strftime(pattern).to_string()
}

fn civil(local: &str) -> Option<DateTime> {
    let pieces = Pieces::parse(local).ok()?;
    Some(pieces.date().to_datetime(pieces.time()?))
}

fn offset(local: &str) -> Option<Offset> {
    match Pieces::parse(local).ok()?.offset()? {
        PiecesOffset::Numeric(numeric) => Some(numeric.offset()),
        _ => Some(Offset::UTC),
    }
}

fn zone(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let (sign, minutes) = if minutes < 0 { ('−', -minutes) } else { ('+', minutes) };
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_two_decimals_and_the_marks_of_the_language() {
        assert_eq!(percent(Lang::VI, 0.839_412), "83,94\u{a0}%");
        assert_eq!(percent(Lang::EN, 0.839_412), "83.94%");
        assert_eq!(percent(Lang::VI, 1.0), "100,00\u{a0}%");
        assert_eq!(interval(Lang::VI, (0.812, 0.861)), "81,20–86,10\u{a0}%");
        assert_eq!(interval(Lang::EN, (0.812, 0.861)), "81.20–86.10%");
        assert_eq!(decimal(Lang::VI, 4.123, 2), "4,12");
        assert_eq!(decimal(Lang::VI, -1234.5, 1), "-1.234,5");
    }

    #[test]
    fn chosen_numbers_have_no_needless_decimals() {
        assert_eq!(percent_short(Lang::VI, 0.9), "90\u{a0}%");
        assert_eq!(percent_short(Lang::VI, 0.925), "92,5\u{a0}%");
        assert_eq!(percent_short(Lang::EN, 1.0), "100%");
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, vi, en) in [(0, "0", "0"), (999, "999", "999"), (1_000, "1.000", "1,000")] {
            assert_eq!((count(Lang::VI, number).as_str(), count(Lang::EN, number).as_str()), (vi, en));
        }
        assert_eq!(count(Lang::VI, 1_234_567), "1.234.567");
    }

    #[test]
    fn times_are_those_of_the_province() {
        let opens = "2026-10-01T00:00:00+07:00";
        assert_eq!(opening(Lang::VI, opens), "01/10/2026");
        assert_eq!(closing(Lang::VI, "2027-01-01T00:00:00+07:00"), "31/12/2026");
        assert_eq!(closing(Lang::VI, "2026-12-31T17:30:00+07:00"), "17:30 ngày 31/12/2026");
        assert_eq!(closing(Lang::EN, "2026-12-31T17:30:00+07:00"), "31 December 2026, 17:30");
        assert_eq!(moment(Lang::VI, "2026-11-23T20:06:12Z", opens), "03:06 ngày 24/11/2026 (UTC+7)");
        assert_eq!(moment(Lang::EN, "2026-11-23T20:06:12Z", opens), "24 November 2026, 03:06 (UTC+7)");
        assert_eq!(day(Lang::VI, "2026-10-02"), "02/10/2026");
        assert_eq!(day(Lang::VI, "không rõ"), "không rõ");
        assert_eq!(seconds("1970-01-01T00:01:00Z"), 60);
    }

    #[test]
    fn what_is_asked_for_is_reported_when_there_was_time_for_it() {
        let opens = "2026-10-01T00:00:00+07:00";
        for (written, quarter, year) in [
            ("2027-01-05T02:14:09Z", 1, "2027"),
            ("2027-02-20T00:00:00Z", 1, "2027"),
            ("2027-03-04T00:00:00Z", 2, "2027"),
            ("2027-06-20T00:00:00Z", 3, "2027"),
            ("2026-12-01T16:59:59Z", 4, "2026"),
            // The second of December already, there.
            ("2026-12-01T17:00:00Z", 1, "2027"),
        ] {
            assert_eq!(next_report(written, opens), Some((quarter, year.to_owned())), "{written}");
        }
        assert_eq!(next_report("?", opens), None);
    }
}
