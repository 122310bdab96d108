//! The calendar of reports due: every series, its periods, and how each stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::period::{Series, Standing, in_period, released, standing};
use crate::{
    clock,
    organisation::{Campaign, Period},
    store::campaigns::Stored,
};

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
    let mut series: BTreeMap<Series, Vec<Stored>> = BTreeMap::new();
    for stored in stored {
        series.entry(Series::of(&stored.campaign)).or_default().push(stored.clone());
    }
    let mut all: Vec<(Series, Vec<Stored>)> = series
        .into_iter()
        .map(|(series, own)| (series, released(own)))
        .filter(|(_, own)| !own.is_empty())
        .collect();
    all.sort_by_key(|(_, own)| std::cmp::Reverse(own.last().map(|stored| stored.campaign.closes)));
    all
}

/// The years in which campaigns ended, and this one, the newest first.
pub fn years<'c>(campaigns: impl Iterator<Item = &'c Stored>, this: i16) -> Vec<i16> {
    let year = |at: i64| clock::date(clock::day(at)).map(Date::year);
    let ended = campaigns.filter_map(|stored| year(stored.campaign.closes.saturating_sub(1)));
    let years: BTreeSet<i16> = ended.chain([this]).collect();
    years.into_iter().rev().collect()
}
