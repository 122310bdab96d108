//! Tells the Department that a period's report is ready, or due soon and not ready: as rows of the audit log, from which
//! [`super::notices`] makes mails. Each is told once, whichever server finds it out.

use std::collections::BTreeSet;

use jiff::{Span, civil::Date};
use serde_json::json;

use crate::{
    clock,
    figures::{
        NoReport,
        calendar::{self, Entry, Unasked},
        period::{self, NoPeriodReport, SOON, Series, Standing},
    },
    store::{
        Store, StoreError,
        audit::{self, Entry as Row},
        campaigns::Stored,
        periods::{self, Told as Kind},
    },
};

/// Days after the end of a period, or of its last campaign, for which a report that is ready is still news.
const NEWS: i64 = 100;

/// Days before a quarter's report is due from which on the Department is told that nobody is asked in it: what is opened then can still
/// ask for the two weeks that the desk proposes as the shortest.
const EARLY: i64 = 35;

/// Looks through the calendar of this year and the one before.
///
/// `failed` are those whose campaigns cannot be counted together, so that they are not tried again before something changes.
pub(super) async fn announce(
    store: &Store,
    all: &[Stored],
    failed: &mut BTreeSet<String>,
    now: i64,
) -> Result<(), StoreError> {
    let Some(today) = clock::date(clock::day(now)) else { return Ok(()) };
    let due_day = periods::due_day(&mut store.read().await?).await?;
    tell_unasked(store, all, today, due_day, now).await?;
    for (series, campaigns) in calendar::all(all) {
        for year in [today.year() - 1, today.year()] {
            for entry in calendar::year(year, &campaigns, due_day, now) {
                let Some(what) = news(&entry, today) else { continue };
                let told = Told { series: &series, entry: &entry, what };
                if told.is_known(store).await? || failed.contains(&told.key()) {
                    continue;
                }
                // What is said to be ready can be read.
                if what == Kind::Ready {
                    match period::report(store, &campaigns, entry.period, now).await {
                        Ok(_) => {}
                        Err(NoPeriodReport::Report(NoReport::Store(error))) => return Err(error),
                        Err(no) => {
                            let period = told.object();
                            tracing::info!(%no, period, "the campaigns of a period make no report");
                            failed.insert(told.key());
                            continue;
                        }
                    }
                }
                told.tell(store, now).await?;
            }
        }
    }
    Ok(())
}

/// Tells of this quarter if nobody is asked in it, while that can be mended.
async fn tell_unasked(
    store: &Store,
    all: &[Stored],
    today: Date,
    due_day: i8,
    now: i64,
) -> Result<(), StoreError> {
    let Some(quarter) = unasked_now(all, today, due_day) else { return Ok(()) };
    let key = quarter.quarter.to_string();
    if periods::is_told(&mut store.read().await?, &key, Kind::Unasked).await? {
        return Ok(());
    }
    let mut db = store.write().await?;
    if periods::tell(&mut db, &key, Kind::Unasked).await? {
        let row = Row {
            actor: "system".to_owned(),
            origin: "worker".to_owned(),
            action: "period.unasked",
            object: key,
            before: serde_json::Value::Null,
            after: json!({ "due": quarter.due.to_string() }),
        };
        audit::append(&mut db, now, &row).await?;
    }
    db.commit().await
}

/// This quarter, if nobody is asked in it and its report is due within [`EARLY`] days.
fn unasked_now(all: &[Stored], today: Date, due_day: i8) -> Option<Unasked> {
    let now = calendar::unasked(today.year(), all, due_day, today).into_iter().find(|one| !one.over)?;
    let from = now.due.checked_sub(Span::new().days(EARLY)).ok()?;
    (from <= today && today <= now.due).then_some(now)
}

/// What there is to tell of a period today.
fn news(entry: &Entry<'_>, today: Date) -> Option<Kind> {
    let after = |day: Date, days: i64| day.checked_add(Span::new().days(days)).ok();
    match entry.standing {
        Standing::Ready => {
            let closed = entry.campaigns.iter().map(|campaign| campaign.closes.saturating_sub(1)).max();
            let closed = closed.and_then(|at| clock::date(clock::day(at)))?;
            let since = closed.max(entry.period.last().min(today));
            after(since, NEWS).is_some_and(|end| today <= end).then_some(Kind::Ready)
        }
        Standing::Waits(_) | Standing::GoesOn(_) => {
            let soon = after(entry.due, -SOON).is_some_and(|first| first <= today) && today <= entry.due;
            soon.then_some(Kind::Due)
        }
        Standing::Empty => None,
    }
}

/// Something to tell.
struct Told<'a> {
    series: &'a Series,
    entry: &'a Entry<'a>,
    what: Kind,
}

impl Told<'_> {
    fn object(&self) -> String {
        format!("{}/{}/{}", self.series.definition, self.series.form, self.entry.period)
    }

    fn campaigns(&self) -> Vec<&str> {
        self.entry.campaigns.iter().map(|campaign| campaign.slug.as_str()).collect()
    }

    /// The campaigns are in it: when one more has closed the report is another one.
    fn key(&self) -> String {
        format!("{} {}", self.object(), self.campaigns().join(" "))
    }

    async fn is_known(&self, store: &Store) -> Result<bool, StoreError> {
        periods::is_told(&mut store.read().await?, &self.key(), self.what).await
    }

    async fn tell(&self, store: &Store, now: i64) -> Result<(), StoreError> {
        let mut db = store.write().await?;
        if periods::tell(&mut db, &self.key(), self.what).await? {
            let action = match self.what {
                Kind::Ready => "period.ready",
                Kind::Due => "period.due",
                Kind::Unasked => "period.unasked",
            };
            let after = json!({ "due": self.entry.due.to_string(), "campaigns": self.campaigns() });
            let row = Row {
                actor: "system".to_owned(),
                origin: "worker".to_owned(),
                action,
                object: self.object(),
                before: serde_json::Value::Null,
                after,
            };
            audit::append(&mut db, now, &row).await?;
        }
        db.commit().await
    }
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
    fn a_quarter_that_nobody_asks_in_is_told_while_that_can_be_mended() {
        let stored = Stored {
            number: 1,
            definition: 1,
            settled: true,
            kiosk_code: None,
            campaign: campaign(date(2026, 9, 16)),
        };
        let told = |day: Date, due_day: i8| {
            unasked_now(std::slice::from_ref(&stored), day, due_day).map(|one| one.quarter.to_string())
        };
        // Due on 25 December: from five weeks before, up to that day.
        assert_eq!(told(date(2026, 11, 19), 25), None);
        assert_eq!(told(date(2026, 11, 20), 25).as_deref(), Some("2026-q4"));
        assert_eq!(told(date(2026, 12, 25), 25).as_deref(), Some("2026-q4"));
        assert_eq!(told(date(2026, 12, 26), 25), None);
        assert_eq!(told(date(2026, 11, 20), 31), None);
        // The quarter before had one.
        assert_eq!(told(date(2026, 9, 20), 25), None);
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
        let waits = || Standing::Waits(vec![std::collections::BTreeMap::new()]);
        assert_eq!(news(&entry(Standing::Ready), date(2026, 9, 17)), Some(Kind::Ready));
        assert_eq!(news(&entry(Standing::Ready), date(2027, 1, 8)), Some(Kind::Ready));
        assert_eq!(news(&entry(Standing::Ready), date(2027, 1, 9)), None);
        assert_eq!(news(&entry(waits()), date(2026, 9, 17)), None);
        assert_eq!(news(&entry(waits()), date(2026, 9, 18)), Some(Kind::Due));
        assert_eq!(news(&entry(waits()), date(2026, 9, 25)), Some(Kind::Due));
        assert_eq!(news(&entry(waits()), date(2026, 9, 26)), None);
        assert_eq!(news(&entry(Standing::Empty), date(2026, 9, 20)), None);
    }
}
