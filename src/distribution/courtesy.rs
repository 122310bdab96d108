//! What mails and letters to invited persons say in the same words: how a person is addressed, who writes, where to ask,
//! and until when answers are taken.

use i18n_embed_fl::fl;
use jiff::Timestamp;

use super::letter::one_line;
use crate::{clock, language::Lang, organisation::Notice};

/// Words before a name that lists have already.
const SAID: [&str; 4] = ["ông ", "bà ", "đồng chí ", "đ/c "];

/// Kính gửi: Ông/Bà Nguyễn Văn Minh, Giám đốc Sở Nội vụ.
pub fn dear(lang: Lang, name: Option<&str>, title: Option<&str>) -> String {
    let m = lang.messages();
    let said = |text: Option<&str>| text.map(|text| one_line(text).trim().to_owned()).unwrap_or_default();
    let (name, title) = (said(name), said(title));
    if name.is_empty() {
        return fl!(m, "lists-letter-dear-all");
    }
    let lower = name.to_lowercase();
    let has_word = SAID.iter().any(|word| lower.starts_with(word));
    let whole = if title.is_empty() { name } else { format!("{name}, {title}") };
    if has_word {
        fl!(m, "lists-letter-dear-said", name = whole)
    } else {
        fl!(m, "lists-letter-dear", name = whole)
    }
}

/// The body that is responsible for a campaign; where its settings name none, what the survey is.
pub fn sender(lang: Lang, notice: Option<&Notice>) -> String {
    let responsible = notice.map(|notice| lang.pick(&notice.responsible)).unwrap_or_default();
    let responsible = one_line(responsible).trim().to_owned();
    if responsible.is_empty() { fl!(lang.messages(), "respond-heading") } else { responsible }
}

/// Where to ask: address, telephone, e-mail; empty where the settings give none.
pub fn contact(notice: Option<&Notice>) -> String {
    let Some(notice) = notice else { return String::new() };
    let parts = [&notice.address, &notice.phone, &notice.email];
    let parts = parts.into_iter().flatten().map(|part| one_line(part).trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Until when answers are taken, by the moment that is the first too late: `hết ngày 31/12/2026`, or with the time of day
/// where a campaign does not close at midnight.
pub fn until(lang: Lang, closes: i64) -> String {
    let m = lang.messages();
    let (day, time) = last(lang, closes);
    match time {
        None => fl!(m, "outbox-until-day", day = day),
        Some(time) => fl!(m, "outbox-until-time", day = day, time = time),
    }
}

/// The same moment where a text says "before" of it: never the day after the last one.
pub fn closing(lang: Lang, closes: i64) -> String {
    let (day, time) = last(lang, closes);
    let time = time.unwrap_or_else(|| "24:00".to_owned());
    fl!(lang.messages(), "outbox-moment", day = day, time = time)
}

/// The last day, and the time on it at which it is over, unless that is midnight.
fn last(lang: Lang, closes: i64) -> (String, Option<String>) {
    let format = if lang == Lang::VI { "%d/%m/%Y" } else { "%-d %B %Y" };
    let local = |at| Timestamp::from_millisecond(at).ok().map(|t| t.to_zoned_datetime(clock::province()));
    let time = local(closes).map(|at| at.strftime("%H:%M").to_string()).filter(|time| time != "00:00");
    let day = local(if time.is_some() { closes } else { closes.saturating_sub(1) });
    (day.map(|day| day.strftime(format).to_string()).unwrap_or_default(), time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_addressed_with_name_and_office_as_far_as_the_list_has_them() {
        let to = |name, title| dear(Lang::VI, name, title);
        assert_eq!(
            to(Some("Nguyễn Văn Minh"), Some("Giám đốc Sở Nội vụ")),
            "Kính gửi: Ông/Bà Nguyễn Văn Minh, Giám đốc Sở Nội vụ"
        );
        assert_eq!(to(Some("Bà Lê Thị Hoa"), None), "Kính gửi: Bà Lê Thị Hoa");
        assert_eq!(to(None, Some("Giám đốc")), "Kính gửi: Ông/Bà");
        assert!(!to(Some("An\r\nBcc: y@evil"), None).contains(['\r', '\n']));
    }

    #[test]
    fn the_last_day_is_the_same_however_it_is_said_and_a_closing_at_noon_has_its_time() {
        let midnight = 1_798_736_400_000; // 1 January 2027 in the province
        assert_eq!(until(Lang::VI, midnight), "hết ngày 31/12/2026");
        assert_eq!(closing(Lang::VI, midnight), "24:00 ngày 31/12/2026");
        assert_eq!(until(Lang::EN, midnight), "the end of 31 December 2026");
        let noon = midnight - 12 * 3_600_000;
        assert_eq!(until(Lang::VI, noon), "12:00 ngày 31/12/2026");
        assert_eq!(closing(Lang::EN, noon), "12:00 on 31 December 2026");
    }
}
