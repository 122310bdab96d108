//! What single values must be: codes, slugs, names, e-mail addresses, moments.

use i18n_embed_fl::fl;
use jiff::{
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};
use lettre::Address;
use toml::value::{Datetime, Offset as TomlOffset};
use unicode_normalization::UnicodeNormalization;

use super::source::{Findings, Said};
use crate::organisation::{
    notice::lacks_digits,
    text::{is_code, is_control, shown},
};

pub use crate::organisation::text::{CODE, KIND, NAME};
/// Longest title of a campaign.
pub const TITLE: usize = 300;

/// A code: ASCII letters, digits, `-`, `_`, `.`, the first one a letter or digit. Codes stand in addresses, in file
/// names and in tables that people read out to each other.
pub fn code(found: &mut Findings<'_>, said: &Said<String>) {
    let code = said.value.as_str();
    if !is_code(code) && !is_placeholder(found, said) {
        let words = fl!(found.lang.messages(), "apply-bad-code", code = shown(code), most = CODE);
        found.wrong(said.spot, words);
    }
}

/// A slug: a code in lower case.
pub fn slug(found: &mut Findings<'_>, said: &Said<String>) {
    let slug = said.value.as_str();
    let fits = slug.len() <= CODE
        && slug.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
    if !fits && !is_placeholder(found, said) {
        let words = fl!(found.lang.messages(), "apply-bad-slug", slug = shown(slug), most = CODE);
        found.wrong(said.spot, words);
    }
}

/// An empty text of a value that was complained of already (missing or of another type).
fn is_placeholder(found: &Findings<'_>, said: &Said<String>) -> bool {
    said.value.is_empty() && found.is_wrong_at(said.spot)
}

/// A text on one line, in NFC and without spaces around it.
pub fn line(found: &mut Findings<'_>, said: Said<String>, most: usize) -> Said<String> {
    let value: String = said.value.trim_matches(' ').nfc().collect();
    let m = found.lang.messages();
    if let Some(c) = value.chars().find(|&c| is_control(c)) {
        let character = format!("U+{:04X}", u32::from(c));
        found.wrong(said.spot, fl!(m, "apply-control", character = character));
    } else if value.trim().is_empty() {
        if !is_placeholder(found, &said) {
            found.wrong(said.spot, fl!(m, "apply-empty"));
        }
    } else if value.chars().count() > most {
        let length = value.chars().count();
        found.wrong(said.spot, fl!(m, "apply-too-long", length = length, most = most));
    }
    Said { value, spot: said.spot }
}

/// An e-mail address of one person.
pub fn email(found: &mut Findings<'_>, said: Said<String>) -> Said<String> {
    let value: String = said.value.trim_matches(' ').nfc().collect();
    let fits = value.len() <= 254 && !value.chars().any(is_control) && value.parse::<Address>().is_ok();
    if !fits && !is_placeholder(found, &said) {
        found.wrong(said.spot, fl!(found.lang.messages(), "apply-bad-email", email = shown(&value)));
    }
    Said { value, spot: said.spot }
}

/// Longest telephone number with its spaces.
const PHONE: usize = 40;

/// A telephone number as people write it, with spaces, brackets or an extension.
pub fn phone(found: &mut Findings<'_>, said: Said<String>) -> Said<String> {
    let spot = said.spot;
    let doubtful =
        lacks_digits(&said.value) && !said.value.trim().is_empty() && !is_placeholder(found, &said);
    let said = line(found, said, PHONE);
    if doubtful {
        found.wrong(spot, fl!(found.lang.messages(), "apply-bad-phone", phone = shown(&said.value)));
    }
    said
}

/// A moment in UTC milliseconds since 1970: without an offset in `zone`, without a time at the day's start.
pub fn moment(found: &mut Findings<'_>, said: &Said<Option<Datetime>>, zone: &TimeZone) -> Said<i64> {
    let value = said.value.map(|datetime| {
        milliseconds(&datetime, zone).unwrap_or_else(|| {
            let words = fl!(found.lang.messages(), "apply-bad-moment", moment = datetime.to_string());
            found.wrong(said.spot, words);
            0
        })
    });
    Said { value: value.unwrap_or_default(), spot: said.spot }
}

/// A day without a time.
pub fn day(found: &mut Findings<'_>, said: &Said<Option<Datetime>>) -> Option<Said<Date>> {
    let datetime = said.value?;
    let date =
        datetime.date.filter(|_| datetime.time.is_none() && datetime.offset.is_none()).and_then(|date| {
            let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
            Date::new(i16::try_from(date.year).ok()?, month, day).ok()
        });
    if date.is_none() {
        let words = fl!(found.lang.messages(), "apply-not-a-day", moment = datetime.to_string());
        found.wrong(said.spot, words);
    }
    Some(Said { value: date?, spot: said.spot })
}

fn milliseconds(datetime: &Datetime, zone: &TimeZone) -> Option<i64> {
    let date = datetime.date?;
    let day = i8::try_from(date.day).ok()?;
    let date = Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, day).ok()?;
    let time = match datetime.time {
        None => Time::midnight(),
        Some(time) => Time::new(
            i8::try_from(time.hour).ok()?,
            i8::try_from(time.minute).ok()?,
            i8::try_from(time.second.unwrap_or(0)).ok()?,
            i32::try_from(time.nanosecond.unwrap_or(0)).ok()?,
        )
        .ok()?,
    };
    let zone = match datetime.offset {
        None => zone.clone(),
        Some(TomlOffset::Z) => TimeZone::UTC,
        Some(TomlOffset::Custom { minutes }) => {
            TimeZone::fixed(Offset::from_seconds(i32::from(minutes) * 60).ok()?)
        }
    };
    let zoned = DateTime::from_parts(date, time).to_zoned_datetime(zone).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        apply::source::{Source, Spot},
        clock,
        language::Lang,
    };

    fn wrong(value: &str, check: impl FnOnce(&mut Findings<'_>, Said<String>)) -> String {
        let sources = [Source { name: "a.toml".to_owned(), text: String::new() }];
        let mut found = Findings::new(Lang::EN, &sources);
        check(&mut found, Said { value: value.to_owned(), spot: Spot::default() });
        found.finish().err().map_or_else(String::new, |problems| problems[0].message.clone())
    }

    #[test]
    fn codes_are_plain_enough_for_addresses_and_file_names() {
        for good in ["qn", "QN-1", "hdnd_001", "1.2", "x"] {
            assert_eq!(wrong(good, |f, s| code(f, &s)), "");
        }
        for bad in ["", ".", "..", "-a", "quầy", "a b", "a/b", "a\r\nb", "a%2f", &"a".repeat(65)] {
            assert!(wrong(bad, |f, s| code(f, &s)).contains("letters"), "{bad:?}");
        }
        assert_eq!(wrong("sipas-2026-q4", |f, s| slug(f, &s)), "");
        assert!(wrong("Sipas", |f, s| slug(f, &s)).contains("lower-case"));
    }

    #[test]
    fn texts_are_composed_and_hold_no_control_character() {
        let sources = [Source { name: "a.toml".to_owned(), text: String::new() }];
        let mut found = Findings::new(Lang::EN, &sources);
        let decomposed: String = "  Quầy số 1 ".nfd().collect();
        let said = line(&mut found, Said { value: decomposed, spot: Spot::default() }, NAME);
        assert_eq!(said.value, "Quầy số 1");
        assert!(found.finish().is_ok());
        for bad in ["a\r\nBcc: b@c.vn", "a\u{0}", "a\u{202e}b", "a\u{2028}b", "a\tb"] {
            assert!(wrong(bad, |f, s| drop(line(f, s, NAME))).contains("U+"), "{bad:?}");
        }
        assert!(wrong(" ", |f, s| drop(line(f, s, NAME))).contains("empty"));
        assert!(wrong(&"á".repeat(301), |f, s| drop(line(f, s, NAME))).contains("301"));
    }

    #[test]
    fn an_e_mail_address_is_one_address() {
        assert_eq!(wrong("nguyen.van.a@quynhon.binhdinh.gov.vn", |f, s| drop(email(f, s))), "");
        for bad in ["", "abc", "a@b@c", "a@b.vn, c@d.vn", "a@b.vn\r\nBcc: c@d.vn", "A <a@b.vn>", "a b@c.vn"] {
            assert!(wrong(bad, |f, s| drop(email(f, s))).contains("e-mail"), "{bad:?}");
        }
    }

    #[test]
    fn a_moment_without_offset_is_the_provinces_and_a_day_begins_at_midnight() {
        let zone = clock::province();
        let at = |text: &str| milliseconds(&text.parse().unwrap(), &zone);
        let expected = at("2026-09-30T17:00:00Z").unwrap();
        assert_eq!(expected, 1_790_787_600_000);
        for same in ["2026-10-01T00:00:00+07:00", "2026-10-01T00:00:00", "2026-10-01", "2026-10-01 00:00:00"]
        {
            assert_eq!(at(same), Some(expected), "{same}");
        }
        assert_eq!(at("10:00:00"), None);
    }
}
