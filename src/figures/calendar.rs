//! The calendar of reports due: every series, its periods, and how each stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::period::{Series, Standing, days, in_period, released, standing};
use crate::{
    clock,
    organisation::{Campaign, Period, Span, State},
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

/// A quarter in which nobody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unasked {
    /// The quarter.
    pub quarter: Period,
    /// When its report is due.
    pub due: Date,
    /// Whether it is over.
    pub over: bool,
}

/// The quarters of a year, up to today's, into which no campaign reaches that has been opened or is going to open, whatever its
/// questionnaire: the reports of the quarter, and of every longer period around it, lack it. None before the first campaign, and a
/// demonstration is a campaign only where there are no others.
pub fn unasked(year: i16, all: &[Stored], due_day: i8, today: Date) -> Vec<Unasked> {
    let asked = |trial: bool| -> Vec<(Date, Date)> {
        let own = all.iter().map(|stored| &stored.campaign);
        let own = own.filter(|campaign| campaign.state != State::Draft && campaign.demonstration == trial);
        own.filter_map(days).collect()
    };
    let mut asked_on = asked(false);
    if asked_on.is_empty() {
        asked_on = asked(true);
    }
    let Some(first) = asked_on.iter().map(|(first, _)| *first).min() else { return Vec::new() };
    let year = Period { year, span: Span::Year };
    let quarters = year.quarters_without(&asked_on).into_iter();
    quarters
        .map(|number| Period { span: Span::Quarter(number), ..year })
        .filter(|quarter| first <= quarter.last() && quarter.first() <= today)
        .map(|quarter| Unasked { quarter, due: quarter.due(due_day), over: quarter.last() < today })
        .collect()
}

/// The years in which campaigns ended, and this one, the newest first.
pub fn years<'c>(campaigns: impl Iterator<Item = &'c Stored>, this: i16) -> Vec<i16> {
    let year = |at: i64| clock::date(clock::day(at)).map(Date::year);
    let ended = campaigns.filter_map(|stored| year(stored.campaign.closes.saturating_sub(1)));
    let years: BTreeSet<i16> = ended.chain([this]).collect();
    years.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn stored(first: Date, last: Date) -> Stored {
        let at = |day: Date| {
            day.at(12, 0, 0, 0).to_zoned_datetime(clock::province()).unwrap().timestamp().as_millisecond()
        };
        Stored {
            number: 1,
            definition: 1,
            settled: false,
            kiosk_code: None,
            campaign: Campaign {
                slug: "quy".to_owned(),
                definition: "sipas".to_owned(),
                version: "1".to_owned(),
                sha256: String::new(),
                form: "service".to_owned(),
                by_link: false,
                title: BTreeMap::new(),
                opens: at(first),
                closes: at(last),
                target: None,
                demonstration: false,
                minimum_answers: None,
                previous: None,
                notice: None,
                languages: Vec::new(),
                state: State::Active,
            },
        }
    }

    fn codes(all: &[Stored], today: Date) -> Vec<String> {
        let found = unasked(2026, all, 25, today).into_iter();
        found.map(|one| format!("{}{}", one.quarter, if one.over { " over" } else { "" })).collect()
    }

    #[test]
    fn a_quarter_that_nobody_asks_in_is_told_from_its_first_day_on() {
        let second = stored(date(2026, 4, 1), date(2026, 6, 20));
        let asked = [second.clone()];
        assert!(codes(&asked, date(2026, 6, 30)).is_empty(), "nothing before the first campaign");
        assert_eq!(codes(&asked, date(2026, 7, 1)), ["2026-q3"]);
        assert_eq!(codes(&asked, date(2026, 10, 2)), ["2026-q3 over", "2026-q4"]);
        assert_eq!(unasked(2026, &asked, 25, date(2026, 7, 1))[0].due, date(2026, 9, 25));
        // One that is going to open, whatever it asks, and one that reaches in from the quarter before.
        let mut planned = stored(date(2026, 9, 1), date(2026, 10, 3));
        planned.campaign.definition = "officials".to_owned();
        assert!(codes(&[second.clone(), planned.clone()], date(2026, 10, 2)).is_empty());
        // A draft asks nobody, nor does a demonstration beside real campaigns.
        planned.campaign.state = State::Draft;
        assert_eq!(codes(&[second.clone(), planned.clone()], date(2026, 7, 2)), ["2026-q3"]);
        (planned.campaign.state, planned.campaign.demonstration) = (State::Active, true);
        assert_eq!(codes(&[second, planned.clone()], date(2026, 7, 2)), ["2026-q3"]);
        assert!(codes(&[planned], date(2026, 11, 1)).is_empty());
        assert!(codes(&[], date(2026, 11, 1)).is_empty());
    }
}
