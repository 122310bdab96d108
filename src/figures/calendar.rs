//! The calendar of reports due: every series, its periods, and how each stands.

use jiff::civil::Date;

use super::period::{Series, Standing, in_period, standing};
use crate::{
    clock,
    organisation::{Campaign, Period},
    store::campaigns::Stored,
};

/// The day of a period's last month on which its report is due where nobody has set another.
pub const DUE_DAY: i8 = 25;

/// A period in the calendar.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The period.
    pub period: Period,
    /// Its campaigns in order of time.
    pub campaigns: Vec<&'a Campaign>,
    /// How it stands.
    pub standing: Standing,
    /// When its report is due.
    pub due: Date,
}

/// The periods of a year of a series; `campaigns` are those of the series ([`Series::campaigns`]).
pub fn year(year: i16, campaigns: &[Stored], due_day: i8, now: i64) -> Vec<Entry<'_>> {
    Period::of(year)
        .map(|period| {
            let own: Vec<&Campaign> =
                in_period(period, campaigns).into_iter().map(|stored| &stored.campaign).collect();
            let due = period.due(due_day);
            Entry { standing: standing(period, &own, due, now), campaigns: own, due, period }
        })
        .collect()
}

/// The series that there are, each with its campaigns in order of time, the one with the newest campaign first.
pub fn all(stored: &[Stored]) -> Vec<(Series, Vec<Stored>)> {
    let mut names: Vec<Series> = stored.iter().map(|stored| Series::of(&stored.campaign)).collect();
    names.sort();
    names.dedup();
    let mut all: Vec<(Series, Vec<Stored>)> = names
        .into_iter()
        .map(|series| {
            let own = series.campaigns(stored.to_vec());
            (series, own)
        })
        .filter(|(_, own)| !own.is_empty())
        .collect();
    all.sort_by_key(|(_, own)| std::cmp::Reverse(own.last().map(|stored| stored.campaign.closes)));
    all
}

/// Years in which campaigns of a series lie wholly within a year, the newest first.
pub fn years(campaigns: &[Stored]) -> Vec<i16> {
    let year = |at: i64| clock::date(clock::day(at)).map(Date::year);
    let mut years: Vec<i16> =
        campaigns.iter().filter_map(|stored| year(stored.campaign.closes.saturating_sub(1))).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    years
}
