//! The time, passed in: the one place that asks the system for it.

use std::{fmt, sync::Arc};

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

/// Tells the time in UTC milliseconds since 1970. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// The system's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    pub fn system() -> Self {
        Self(Arc::new(|| Timestamp::now().as_millisecond()))
    }

    /// A clock that tells what `time` says, for tests.
    pub fn from_fn(time: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(time))
    }

    /// Now, in UTC milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

/// The province's time zone: days begin and campaigns open and close by it.
pub fn province() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(7)))
}

/// The date of a day since 1970; `None` where it lies outside the years that have four digits.
pub fn date(days: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The day of a date, in days since 1970.
pub fn days(date: Date) -> i32 {
    (date - Date::constant(1970, 1, 1)).get_days()
}

/// The day of a moment in the province's time zone, in days since 1970.
pub fn day(milliseconds: i64) -> i32 {
    i32::try_from(local_seconds(milliseconds).div_euclid(86_400)).unwrap_or(0)
}

/// The hour of a moment in the province's time zone, 0..24.
pub fn hour(milliseconds: i64) -> u8 {
    u8::try_from(local_seconds(milliseconds).rem_euclid(86_400) / 3_600).unwrap_or(0)
}

/// The minute of its day of a moment in the province's time zone, 0..1440.
pub fn minute(milliseconds: i64) -> u16 {
    u16::try_from(local_seconds(milliseconds).rem_euclid(86_400) / 60).unwrap_or(0)
}

/// The end of the last day of a time that begins when something ends, such as twenty-four months from a campaign's closing:
/// the same day and time so much later, in UTC milliseconds. A month without that day ends it with its last one. `None`
/// beyond the years that have four digits.
pub fn later(exclusive: i64, span: Span) -> Option<i64> {
    // What ends at midnight has its last moment on the day before, of which the last day of the month is the one to count.
    let last = Timestamp::from_millisecond(exclusive.checked_sub(1)?).ok()?.to_zoned_datetime(province());
    last.checked_add(span).ok()?.timestamp().as_millisecond().checked_add(1)
}

/// Seconds since 1970 as the province's clocks show them.
fn local_seconds(milliseconds: i64) -> i64 {
    let moment = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    milliseconds.div_euclid(1_000) + i64::from(province().to_offset(moment).seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same() {
        for (days_since, text) in [(0, "1970-01-01"), (20_270, "2025-07-01"), (-1, "1969-12-31")] {
            let day: Date = text.parse().unwrap();
            assert_eq!((date(days_since), days(day)), (Some(day), days_since));
        }
        assert_eq!(date(i32::MAX), None);
    }

    #[test]
    fn months_after_an_end_are_whole_months_of_the_province() {
        // 2026-12-31T17:00:00Z is midnight of the new year in the province: the end of 31 December.
        let midnight = 1_798_736_400_000;
        let date_of_last = |months| {
            let end = later(midnight, Span::new().months(months)).unwrap();
            assert_eq!(minute(end), 0);
            date(day(end - 1)).unwrap().to_string()
        };
        assert_eq!([2, 12, 24].map(date_of_last), ["2027-02-28", "2027-12-31", "2028-12-31"]);
        assert_eq!(later(i64::MAX, Span::new()), None);
        assert_eq!(later(midnight, Span::new().years(9_000)), None);
    }
}
