//! What people type into fields for days, times and numbers, read as they mean it: `1/10/2026`, `7h30`, `41.250`.

use i18n_embed_fl::fl;
use jiff::civil::{Date, Time};

use crate::{clock, language::Lang, tabular::value};

/// A day as typed: day, month and year in figures, in that order and with any of `/ - .` between them, or as computers
/// write it (`2026-10-01`). A year of two figures is one of this century, where slashes or points are between, as people write
/// them; with hyphens it could be the day of what computers write.
pub fn day(typed: &str) -> Option<Date> {
    value::day(typed).or_else(|| value::day(&whole_year(typed)?))
}

fn whole_year(typed: &str) -> Option<String> {
    let (rest, year) = typed.trim().rsplit_once(['/', '.'])?;
    let year = year.trim();
    let short = year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit()) && !rest.contains('-');
    short.then(|| format!("{rest}/20{year}").replace('.', "/"))
}

/// Whether what was typed is a day that the calendar lacks, such as `31/11/2026`.
pub fn is_no_day(typed: &str) -> bool {
    value::is_no_day(typed) || whole_year(typed).is_some_and(|typed| value::is_no_day(&typed))
}

/// What to say where [`day`] read none: which field it is, and what to type there.
pub fn no_day(lang: Lang, field: &str, typed: &str) -> String {
    let (m, typed) = (lang.messages(), typed.trim());
    if typed.is_empty() {
        fl!(m, "desk-day-missing", field = field)
    } else if is_no_day(typed) {
        fl!(m, "desk-day-unknown", field = field, day = typed)
    } else {
        fl!(m, "desk-day-unread", field = field, typed = typed)
    }
}

/// A day as it is shown in a field: `01/10/2026`.
pub fn day_text(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// A time of day as typed (`7:30`, `07h30`, `7h`); minutes since midnight, 1440 for `24:00`.
pub fn time(typed: &str) -> Option<i64> {
    let plain = typed.trim().to_lowercase().replace("giờ", "h").replace("phút", "").replace(' ', "");
    let mut parts = plain.split(['h', ':', '.']);
    let hours: i64 = figures(parts.next()?)?;
    let minutes: i64 = match parts.next() {
        None | Some("") => 0,
        Some(minutes) => figures(minutes)?,
    };
    let total = hours * 60 + minutes;
    (parts.next().is_none() && minutes < 60 && (0..=1_440).contains(&total)).then_some(total)
}

fn figures(text: &str) -> Option<i64> {
    ((1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The moment (UTC milliseconds) of a day and a time of day in the province, both as typed.
pub fn moment(typed_day: &str, typed_time: &str) -> Option<i64> {
    let minutes = time(typed_time)?;
    let zone = clock::province();
    let day = day(typed_day)?;
    // Midnight at the day's end is the next day's beginning.
    let (day, minutes) = if minutes == 1_440 { (day.tomorrow().ok()?, 0) } else { (day, minutes) };
    let time = Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()?;
    Some(day.to_datetime(time).to_zoned_datetime(zone).ok()?.timestamp().as_millisecond())
}

/// The same backwards: a day and a time for the fields of something that begins.
pub fn beginning(milliseconds: i64) -> (String, String) {
    let Ok(moment) = jiff::Timestamp::from_millisecond(milliseconds) else { return Default::default() };
    let moment = moment.to_zoned_datetime(clock::province());
    (day_text(moment.date()), moment.strftime("%H:%M").to_string())
}

/// A day and a time for the fields of something that ends: midnight is the end of the day before.
pub fn ending(milliseconds: i64) -> (String, String) {
    let (day, time) = beginning(milliseconds);
    if time != "00:00" {
        return (day, time);
    }
    (beginning(milliseconds.saturating_sub(1)).0, "24:00".to_owned())
}

/// A whole number as typed, with or without spaces, points or commas between thousands.
pub fn whole(typed: &str) -> Option<u64> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<&str> = plain.split(['.', ',']).collect();
    let grouped = groups.iter().skip(1).all(|group| group.len() == 3)
        && (groups.len() == 1 || groups.first().is_some_and(|first| (1..=3).contains(&first.len())));
    let digits = groups.concat();
    let is_number = grouped && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

/// A percentage as typed (`90`, `92,5`, `92.5 %`) as a share 0..1.
pub fn percent(typed: &str) -> Option<f64> {
    let plain = typed.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let is_plain = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = if is_plain { plain.parse().ok()? } else { return None };
    (0.0..=100.0).contains(&number).then_some(number / 100.0)
}

/// A share as the percentage in a field: `92,5`.
pub fn percent_text(share: f64) -> String {
    // Shares such as 0.07 have no exact hundredfold.
    let rounded = (share * 1e8).round() / 1e6;
    rounded.to_string().replace('.', ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let wanted = Date::constant(2026, 10, 1);
        for typed in [
            "01/10/2026",
            "1/10/2026",
            " 1-10-2026",
            "1.10.2026 ",
            "2026-10-01",
            "1 / 10 / 2026",
            "1/10/26",
            "01.10.26",
        ] {
            assert_eq!(day(typed), Some(wanted), "{typed}");
        }
        for typed in [
            "",
            "1/10",
            "10/2026",
            "31/02/2026",
            "1/13/2026",
            "31/02/26",
            "26-10-01",
            "1-10-26",
            "a/b/c",
            "1/10/2026/3",
            "-1/1/2026",
        ] {
            assert_eq!(day(typed), None, "{typed}");
            assert_eq!(is_no_day(typed), ["31/02/2026", "1/13/2026", "31/02/26"].contains(&typed), "{typed}");
        }
        assert_eq!(day_text(wanted), "01/10/2026");
    }

    #[test]
    fn where_there_is_no_day_the_field_is_named_and_what_to_type() {
        for (typed, says) in [
            ("31/11/2026", "Ngày cuối: lịch không có ngày 31/11/2026"),
            (" mai ", "Ngày cuối: “mai” không phải một ngày"),
            ("", "Ngày cuối: xin ghi"),
        ] {
            let words = no_day(Lang::VI, "Ngày cuối", typed);
            assert!(words.starts_with(says) && words.contains("ngày/tháng/năm"), "{words}");
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (typed, minutes) in [
            ("7:30", 450),
            ("07h30", 450),
            ("7h", 420),
            ("7 giờ 30", 450),
            ("7 giờ 30 phút", 450),
            ("0:00", 0),
            ("24:00", 1_440),
            ("17", 1_020),
        ] {
            assert_eq!(time(typed), Some(minutes), "{typed}");
        }
        for typed in ["", "24:01", "25:00", "7:60", "7:5:3", "-1:00", "abc", "007:00"] {
            assert_eq!(time(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_period_ends_with_its_last_day() {
        let midnight = 1_798_736_400_000;
        assert_eq!(moment("31/12/2026", "24:00"), Some(midnight));
        assert_eq!(moment("01/01/2027", "0:00"), Some(midnight));
        assert_eq!(ending(midnight), ("31/12/2026".to_owned(), "24:00".to_owned()));
        assert_eq!(beginning(midnight), ("01/01/2027".to_owned(), "00:00".to_owned()));
        let morning = moment("05/10/2026", "07:30").unwrap();
        assert_eq!(ending(morning), ("05/10/2026".to_owned(), "07:30".to_owned()));
    }

    #[test]
    fn thousands_may_be_marked_but_only_as_thousands() {
        for typed in ["41250", "41.250", "41,250", " 41 250 ", "41\u{a0}250"] {
            assert_eq!(whole(typed), Some(41_250), "{typed}");
        }
        assert_eq!(whole("1.000.000"), Some(1_000_000));
        for typed in
            ["", "41.25", "4.1250", "1e3", "-5", "12,5", "1..000", "một", ".250", "99999999999999999999"]
        {
            assert_eq!(whole(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_percentage_comes_back_as_it_was_typed() {
        for (typed, share) in [("90", 0.9), ("92,5", 0.925), ("92.5 %", 0.925), ("100%", 1.0), ("7", 0.07)] {
            assert_eq!(percent(typed), Some(share), "{typed}");
        }
        for typed in ["", "101", "-1", "abc", "NaN", "inf", "1e1", "9,0,0"] {
            assert_eq!(percent(typed), None, "{typed}");
        }
        for (share, text) in [(0.9, "90"), (0.925, "92,5"), (0.07, "7"), (0.0, "0")] {
            assert_eq!(percent_text(share), text);
        }
    }
}
