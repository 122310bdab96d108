//! Dates as people in the province read them.

use jiff::Timestamp;

use crate::{clock, language::Lang, organisation::Campaign};

/// A moment in the province's time.
fn local(milliseconds: i64) -> Option<jiff::ZonedDateTime> {
    Timestamp::from_millisecond(milliseconds).ok().map(|moment| moment.to_zoned_datetime(clock::province()))
}

/// The day of a moment: `05/10/2026`, `5 October 2026`.
pub fn day(lang: Lang, milliseconds: i64) -> String {
    // Only English has words for the months here; figures are understood everywhere in the country.
    let format = if lang == Lang::EN { "%-d %B %Y" } else { "%d/%m/%Y" };
    local(milliseconds).map_or_else(String::new, |moment| moment.strftime(format).to_string())
}

/// Day and time of a moment: `08:00 ngày 05/10/2026`, `5 October 2026, 08:00`.
pub fn moment(lang: Lang, milliseconds: i64) -> String {
    let format = match lang {
        Lang::VI => "%H:%M ngày %d/%m/%Y",
        Lang::EN => "%-d %B %Y, %H:%M",
        _ => "%H:%M, %d/%m/%Y",
    };
    local(milliseconds).map_or_else(String::new, |moment| moment.strftime(format).to_string())
}

/// The time of day of a moment, to compare clocks: `08:00:05`.
pub fn time_of_day(milliseconds: i64) -> String {
    local(milliseconds).map_or_else(String::new, |moment| moment.strftime("%H:%M:%S").to_string())
}

/// The last day of a time that begins when something ends (`clock::later`).
pub fn last_day(lang: Lang, exclusive: Option<i64>) -> String {
    exclusive.map_or_else(String::new, |end| day(lang, end.saturating_sub(1)))
}

/// The days on which a campaign takes answers, the last one included.
pub fn period(lang: Lang, campaign: &Campaign) -> String {
    format!("{} – {}", day(lang, campaign.opens), day(lang, campaign.closes - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_province_s() {
        // 2026-12-31T17:00:00Z is midnight of the new year in the province.
        let midnight = 1_798_736_400_000;
        assert_eq!(day(Lang::VI, midnight), "01/01/2027");
        assert_eq!(day(Lang::VI, midnight - 1), "31/12/2026");
        assert_eq!(moment(Lang::EN, midnight), "1 January 2027, 00:00");
        assert_eq!(moment(Lang::VI, midnight), "00:00 ngày 01/01/2027");
        assert_eq!(last_day(Lang::EN, Some(midnight)), "31 December 2026");
    }
}
