//! Tells the Department that a period's report is ready, or due soon and not ready: as rows of the audit log, from which
//! [`super::notices`] makes mails. Each is told once, whichever server finds it out.

use jiff::{Span, civil::Date};
use serde_json::json;

use crate::{
    clock,
    figures::{
        calendar::{self, Entry},
        period::{Series, Standing},
    },
    store::{
        Store, StoreError,
        audit::{self, Entry as Row},
        campaigns::Stored,
        periods::{self, Told},
    },
};

/// Days before the day on which a report is due from which on a missing one is told of.
const SOON: i64 = 7;
/// Days after the end of a period, or of its last campaign, for which a report that is ready is still news.
const NEWS: i64 = 45;

/// Looks through the calendar of this year and the one before.
pub(super) async fn announce(store: &Store, all: &[Stored], now: i64) -> Result<(), StoreError> {
    let Some(today) = clock::date(clock::day(now)) else { return Ok(()) };
    let due_day = periods::due_day(&mut store.read().await?).await?.unwrap_or(calendar::DUE_DAY);
    for (series, campaigns) in calendar::all(all) {
        for year in [today.year() - 1, today.year()] {
            for entry in calendar::year(year, &campaigns, due_day, now) {
                if let Some(what) = news(&entry, today) {
                    tell(store, &series, &entry, what, now).await?;
                }
            }
        }
    }
    Ok(())
}

/// What there is to tell of a period today.
fn news(entry: &Entry<'_>, today: Date) -> Option<Told> {
    let after = |day: Date, days: i64| day.checked_add(Span::new().days(days)).ok();
    match entry.standing {
        Standing::Ready => {
            let closed = entry.campaigns.iter().map(|campaign| campaign.closes.saturating_sub(1)).max();
            let closed = closed.and_then(|at| clock::date(clock::day(at)))?;
            let since = closed.max(entry.period.last().min(today));
            after(since, NEWS).is_some_and(|end| today <= end).then_some(Told::Ready)
        }
        Standing::Waits(_) | Standing::GoesOn => {
            let soon = after(entry.due, -SOON).is_some_and(|first| first <= today) && today <= entry.due;
            soon.then_some(Told::Due)
        }
        Standing::Empty => None,
    }
}

async fn tell(
    store: &Store,
    series: &Series,
    entry: &Entry<'_>,
    what: Told,
    now: i64,
) -> Result<(), StoreError> {
    let (definition, form, period) = (&series.definition, &series.form, entry.period.to_string());
    // Nearly always it has been told: that costs no writer.
    if periods::is_told(&mut store.read().await?, definition, form, &period, what).await? {
        return Ok(());
    }
    let mut db = store.write().await?;
    if periods::tell(&mut db, definition, form, &period, what).await? {
        let action = match what {
            Told::Ready => "period.ready",
            Told::Due => "period.due",
        };
        let campaigns: Vec<&str> = entry.campaigns.iter().map(|campaign| campaign.slug.as_str()).collect();
        let row = Row {
            actor: "system".to_owned(),
            origin: "worker".to_owned(),
            action,
            object: format!("{definition}/{form}/{period}"),
            before: serde_json::Value::Null,
            after: json!({ "due": entry.due.to_string(), "campaigns": campaigns }),
        };
        audit::append(&mut db, now, &row).await?;
    }
    db.commit().await
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::organisation::{Campaign, State};

    fn campaign(closes: Date) -> Campaign {
        let at = closes.at(0, 0, 0, 0).to_zoned_datetime(clock::province()).unwrap();
        let closes = at.timestamp().as_millisecond();
        Campaign {
            slug: "quy-3".to_owned(),
            definition: "sipas".to_owned(),
            version: "1".to_owned(),
            sha256: String::new(),
            form: "service".to_owned(),
            by_link: false,
            title: std::collections::BTreeMap::new(),
            opens: closes - 10 * 86_400_000,
            closes,
            target: None,
            demonstration: false,
            minimum_answers: None,
            previous: None,
            notice: None,
            languages: Vec::new(),
            state: State::Active,
        }
    }

    #[test]
    fn what_is_ready_is_news_for_a_while_and_what_is_late_is_told_before_it_is_due() {
        let closed = campaign(date(2026, 9, 16));
        let entry = |standing: Standing| Entry {
            period: "2026-q3".parse().unwrap(),
            campaigns: vec![&closed],
            standing,
            due: date(2026, 9, 25),
        };
        let waits = || Standing::Waits(vec!["a".to_owned()]);
        assert_eq!(news(&entry(Standing::Ready), date(2026, 9, 17)), Some(Told::Ready));
        assert_eq!(news(&entry(Standing::Ready), date(2026, 11, 14)), Some(Told::Ready));
        assert_eq!(news(&entry(Standing::Ready), date(2026, 11, 15)), None);
        assert_eq!(news(&entry(waits()), date(2026, 9, 17)), None);
        assert_eq!(news(&entry(waits()), date(2026, 9, 18)), Some(Told::Due));
        assert_eq!(news(&entry(waits()), date(2026, 9, 25)), Some(Told::Due));
        assert_eq!(news(&entry(waits()), date(2026, 9, 26)), None);
        assert_eq!(news(&entry(Standing::Empty), date(2026, 9, 20)), None);
    }
}
