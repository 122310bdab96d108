//! On which days reminders go out by themselves. Days are counted since 1970.

/// A campaign's schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Every so many days after the mail before it.
    pub every: Option<i64>,
    /// On these days.
    pub dates: Vec<i64>,
    /// None later than so many days before the last day.
    pub before: i64,
}

impl Schedule {
    /// Whether reminders are due today.
    ///
    /// `done` is the last day on which the schedule was carried out or set up, `mailed` the last one on which invitations
    /// or reminders were sent off, `last` the campaign's last day. A day that was missed, since the server stood still,
    /// is made up for.
    pub fn is_due(&self, today: i64, done: i64, mailed: Option<i64>, last: i64) -> bool {
        if today <= done || today > last - self.before {
            return false;
        }
        let by_date = self.dates.iter().any(|date| (done + 1..=today).contains(date));
        let by_days = match (self.every, mailed) {
            (Some(every), Some(mailed)) => today >= mailed.saturating_add(every.max(1)),
            _ => false,
        };
        by_date || by_days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_come_on_their_dates_or_so_many_days_after_the_last_mail_and_end_before_closing() {
        let dates = Schedule { every: None, dates: vec![103, 106], before: 2 };
        let due = |done, today| dates.is_due(today, done, Some(100), 110);
        assert_eq!([102, 103].map(|today| due(100, today)), [false, true]);
        assert!(!due(103, 103), "once a day");
        assert!(due(103, 107), "a missed one is made up for");
        let days = Schedule { every: Some(3), dates: Vec::new(), before: 2 };
        let due = |mailed, today| days.is_due(today, 100, mailed, 110);
        assert_eq!([102, 103, 108, 109].map(|today| due(Some(100), today)), [false, true, true, false]);
        assert!(!due(None, 105), "nobody was invited yet");
        assert!(!days.is_due(103, 105, Some(100), 110), "the clock was set back");
    }
}
