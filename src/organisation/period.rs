//! Periods over which the Department reports (kỳ báo cáo): a quarter, six months, nine months, a year.

use std::{fmt, str::FromStr};

use i18n_embed_fl::fl;
use jiff::civil::{Date, date};

use crate::language::Lang;

/// How much of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// Quarter 1 to 4 (quý).
    Quarter(u8),
    /// January to June.
    SixMonths,
    /// January to September.
    NineMonths,
    /// The whole year.
    Year,
}

impl Span {
    /// All of them, in the order in which they end; those that end together from the shortest on.
    pub const ALL: [Self; 7] = [
        Self::Quarter(1),
        Self::Quarter(2),
        Self::SixMonths,
        Self::Quarter(3),
        Self::NineMonths,
        Self::Quarter(4),
        Self::Year,
    ];

    /// First and last month.
    const fn months(self) -> (i8, i8) {
        match self {
            #[expect(clippy::cast_possible_wrap, reason = "1 to 4")]
            Self::Quarter(n) => (n as i8 * 3 - 2, n as i8 * 3),
            Self::SixMonths => (1, 6),
            Self::NineMonths => (1, 9),
            Self::Year => (1, 12),
        }
    }
}

/// The shortest campaign that is proposed, in days.
const SHORTEST: i32 = 14;

/// A period. Its code is `2026-q1`, `2026-6m`, `2026-9m` or `2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The year.
    pub year: i16,
    /// How much of it.
    pub span: Span,
}

/// What is no period's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period is written 2026-q1, 2026-6m, 2026-9m or 2026")]
pub struct NoPeriod;

impl Period {
    /// All periods of a year, in the order of [`Span::ALL`].
    pub fn of(year: i16) -> impl Iterator<Item = Self> {
        Span::ALL.into_iter().map(move |span| Self { year, span })
    }

    /// The first day.
    pub fn first(self) -> Date {
        date(self.year, self.span.months().0, 1)
    }

    /// The last day.
    pub fn last(self) -> Date {
        date(self.year, self.span.months().1, 1).last_of_month()
    }

    /// The day on which its report is due: this day of its last month, or the month's last.
    pub fn due(self, day: i8) -> Date {
        let last = self.last();
        date(last.year(), last.month(), day.clamp(1, last.day()))
    }

    /// The quarter that this day is in.
    pub fn quarter_of(day: Date) -> Self {
        let number = (day.month() - 1) / 3 + 1;
        Self { year: day.year(), span: Span::Quarter(number.unsigned_abs()) }
    }

    /// The shortest one that these days, both included, lie in.
    pub fn around(first: Date, last: Date) -> Option<Self> {
        Self::of(last.year()).find(|period| period.holds(first, last))
    }

    /// The days proposed for a new campaign: from today to the day before the report of the quarter is due on this day of its
    /// last month, so that everything that came in stands in it. Where fewer than [`SHORTEST`] days are left, the same of the
    /// next quarter, from its first day on.
    pub fn proposed(today: Date, due_day: i8) -> (Date, Date) {
        let until = |quarter: Self| quarter.due(due_day).yesterday().unwrap_or(quarter.last());
        let this = Self::quarter_of(today);
        let left = today.until(until(this)).map_or(0, |span| span.get_days());
        if left >= SHORTEST {
            return (today, until(this));
        }
        let next = this.last().tomorrow().map_or(this, Self::quarter_of);
        (next.first(), until(next))
    }

    /// Whether these days, both included, lie in it.
    pub fn holds(self, first: Date, last: Date) -> bool {
        self.first() <= first && last <= self.last()
    }

    /// Its quarters into which none of these spans of days reaches, both ends included.
    pub fn quarters_without(self, days: &[(Date, Date)]) -> Vec<u8> {
        let quarter = |n: u8| Self { year: self.year, span: Span::Quarter(n) };
        let own = (1..=4).filter(|n| self.holds(quarter(*n).first(), quarter(*n).last()));
        let reached = |n: &u8| {
            let quarter = quarter(*n);
            days.iter().any(|(first, last)| *first <= quarter.last() && quarter.first() <= *last)
        };
        own.filter(|n| !reached(n)).collect()
    }

    /// The one that changes are counted from: the quarter before, or the same months of the year before.
    #[must_use]
    pub const fn before(self) -> Self {
        match self.span {
            Span::Quarter(n) if n > 1 => Self { year: self.year, span: Span::Quarter(n - 1) },
            Span::Quarter(_) => Self { year: self.year - 1, span: Span::Quarter(4) },
            span => Self { year: self.year - 1, span },
        }
    }

    /// Its name, as it stands in a sentence: “quý I năm 2026”.
    pub fn name(self, lang: Lang) -> String {
        let m = lang.messages();
        let year = self.year.to_string();
        match self.span {
            Span::Quarter(n) => fl!(m, "period-quarter", quarter = roman(n), year = year),
            Span::SixMonths => fl!(m, "period-six-months", year = year),
            Span::NineMonths => fl!(m, "period-nine-months", year = year),
            Span::Year => fl!(m, "period-year", year = year),
        }
    }
}

/// Quarters of a year as they stand in a sentence: “quý I, quý II”.
pub fn quarters(lang: Lang, numbers: &[u8]) -> String {
    let name = |n: &u8| fl!(lang.messages(), "period-quarter-of-year", quarter = roman(*n));
    numbers.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn roman(quarter: u8) -> &'static str {
    ["I", "II", "III", "IV"].get(usize::from(quarter).wrapping_sub(1)).copied().unwrap_or_default()
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        match self.span {
            Span::Quarter(n) => write!(f, "-q{n}"),
            Span::SixMonths => f.write_str("-6m"),
            Span::NineMonths => f.write_str("-9m"),
            Span::Year => Ok(()),
        }
    }
}

impl FromStr for Period {
    type Err = NoPeriod;

    fn from_str(code: &str) -> Result<Self, NoPeriod> {
        let (year, rest) = code.split_once('-').map_or((code, None), |(year, rest)| (year, Some(rest)));
        let year: i16 = year.parse().ok().filter(|year| (1000..=9998).contains(year)).ok_or(NoPeriod)?;
        // One address each: “02026” and “2026-Q1” are none.
        Self::of(year).find(|period| period.to_string() == code).filter(|_| rest != Some("")).ok_or(NoPeriod)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_named_by_its_code() {
        for period in Period::of(2026) {
            assert_eq!(period.to_string().parse(), Ok(period));
        }
        for code in
            ["", "2026-", "2026-q0", "2026-q5", "2026-Q1", "02026", "2026-3m", "26", "-2026", "2026-6m-1"]
        {
            assert_eq!(code.parse::<Period>(), Err(NoPeriod), "{code:?}");
        }
    }

    #[test]
    fn what_is_proposed_ends_before_its_report_is_due() {
        let proposed = |month, day| Period::proposed(date(2026, month, day), 25);
        assert_eq!(proposed(11, 26), (date(2026, 11, 26), date(2026, 12, 24)));
        assert_eq!(proposed(12, 15), (date(2027, 1, 1), date(2027, 3, 24)), "too late for this quarter");
        assert_eq!(proposed(12, 31), (date(2027, 1, 1), date(2027, 3, 24)));
        let code = |first, last| Period::around(first, last).map(|period| period.to_string());
        assert_eq!(code(date(2026, 4, 1), date(2026, 6, 30)).as_deref(), Some("2026-q2"));
        assert_eq!(code(date(2026, 3, 1), date(2026, 6, 30)).as_deref(), Some("2026-6m"));
        assert_eq!(code(date(2026, 12, 1), date(2027, 1, 31)), None);
    }

    #[test]
    fn its_days_are_those_of_the_calendar() {
        let days = |code: &str| {
            let period: Period = code.parse().unwrap();
            (period.first().to_string(), period.last().to_string())
        };
        let is = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(days("2028-q1"), is("2028-01-01", "2028-03-31"));
        assert_eq!(days("2026-q4"), is("2026-10-01", "2026-12-31"));
        assert_eq!(days("2026-6m"), is("2026-01-01", "2026-06-30"));
        assert_eq!(days("2026-9m"), is("2026-01-01", "2026-09-30"));
        assert_eq!(days("2026"), is("2026-01-01", "2026-12-31"));
    }

    #[test]
    fn it_says_which_quarters_no_campaign_reaches_into() {
        let without =
            |code: &str, days: &[(Date, Date)]| code.parse::<Period>().unwrap().quarters_without(days);
        let third = (date(2026, 7, 1), date(2026, 9, 30));
        assert_eq!(without("2026-9m", &[third]), [1, 2]);
        assert_eq!(without("2026", &[third]), [1, 2, 4]);
        assert_eq!(without("2026-q3", &[third]), [0_u8; 0]);
        // One campaign over half a year is one of both quarters.
        assert_eq!(without("2026-6m", &[(date(2026, 3, 20), date(2026, 4, 10))]), [0_u8; 0]);
        assert_eq!(quarters(Lang::VI, &[1, 2]), "quý I, quý II");
    }

    #[test]
    fn it_is_compared_with_the_quarter_before_or_the_same_months_of_the_year_before() {
        let before = |code: &str| code.parse::<Period>().unwrap().before().to_string();
        assert_eq!(before("2026-q1"), "2025-q4");
        assert_eq!(before("2026-q3"), "2026-q2");
        assert_eq!(before("2026-6m"), "2025-6m");
        assert_eq!(before("2026"), "2025");
    }

    #[test]
    fn it_is_called_as_officials_call_it() {
        let name = |code: &str| code.parse::<Period>().unwrap().name(Lang::VI);
        assert_eq!(name("2026-q3"), "quý III năm 2026");
        assert_eq!(name("2026-6m"), "6 tháng đầu năm 2026");
        assert_eq!(name("2026-9m"), "9 tháng đầu năm 2026");
        assert_eq!(name("2026"), "năm 2026");
    }
}
