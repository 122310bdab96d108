//! Reminders to officers of units that are behind: the weekly ones are written when their day comes, and put into the
//! outbox.

use i18n_embed_fl::fl;

use crate::{
    clock::{self, Clock},
    language::Lang,
    organisation::Phase,
    report::format,
    store::{
        Store, StoreError,
        audit::{self, Entry},
        campaigns::{self, Stored},
        reminders::{self, Letter},
    },
    watching::{
        board::{Board, Figures},
        reminder::{self, Facts},
    },
    web::{admin::watching::live::Live, views::dates},
};

/// The hour from which weekly letters go out.
const MORNING: u8 = 8;

/// Writes the weekly letters whose day it is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn weekly(store: &Store, clock: &Clock) -> Result<(), StoreError> {
    let now = clock.now();
    let today = clock::day(now);
    if clock::hour(now) < MORNING {
        return Ok(());
    }
    for stored in campaigns::all(&mut store.read().await?).await? {
        if stored.campaign.phase(now) != Phase::Open {
            continue;
        }
        let mut db = store.read().await?;
        let Some(schedule) = reminders::schedule(&mut db, stored.number).await? else { continue };
        if schedule.weekday != weekday(today) || schedule.day >= i64::from(today) {
            continue;
        }
        let officers = reminders::officers(&mut db, now).await?;
        drop(db);
        let Some(snapshot) = Live::default().look(store, clock, stored.number).await? else { continue };
        let board = snapshot.finished();
        let letters: Vec<Letter> = officers
            .iter()
            .filter_map(|officer| {
                let figures = board.unit(board.tree.position(&officer.unit)?)?;
                is_behind(figures).then(|| Letter {
                    unit: officer.unit.clone(),
                    account: officer.account.clone(),
                    ..letter(&stored, board, &officer.unit, figures, &schedule.subject, &schedule.text)
                })
            })
            .collect();
        let mut db = store.write().await?;
        if reminders::take_day(&mut db, stored.number, i64::from(today)).await? {
            reminders::put(&mut db, stored.number, &letters, &schedule.made_by, now).await?;
            let entry = Entry {
                actor: schedule.made_by.clone(),
                origin: String::new(),
                action: "reminder.weekly",
                object: stored.campaign.slug.clone(),
                before: serde_json::Value::Null,
                after: units(&letters),
            };
            audit::append(&mut db, now, &entry).await?;
            db.commit().await?;
        }
    }
    Ok(())
}

/// 0 for a Monday, by days since 1970, which began on a Thursday.
pub fn weekday(day: i32) -> i64 {
    i64::from((day + 3).rem_euclid(7))
}

/// Whether a unit is behind enough to be reminded.
pub fn is_behind(figures: &Figures) -> bool {
    figures.behind().is_some_and(|behind| behind >= reminder::BEHIND)
}

/// The units written to, for the audit log.
pub fn units(letters: &[Letter]) -> serde_json::Value {
    letters.iter().map(|letter| serde_json::json!([letter.unit, letter.account])).collect()
}

/// A letter for a unit, filled in; to nobody yet.
pub fn letter(
    stored: &Stored,
    board: &Board,
    unit: &str,
    figures: &Figures,
    subject: &str,
    text: &str,
) -> Letter {
    let lang = Lang::VI;
    let count = |n: u64| format::count(lang, n);
    let missing = figures.pace.map_or(0.0, |pace| (pace - figures.done as f64).max(0.0).round());
    let name = board.tree.get(unit).map_or(unit, |unit| unit.name.as_str());
    let (answers, plan) = (count(figures.done), figures.plan.map(count).unwrap_or_default());
    let (missing, closes) = (count(missing as u64), dates::day(lang, stored.campaign.closes - 1));
    let facts = Facts {
        unit: name,
        campaign: lang.pick(&stored.campaign.title),
        answers: &answers,
        plan: &plan,
        missing: &missing,
        closes: &closes,
    };
    Letter {
        unit: unit.to_owned(),
        account: String::new(),
        subject: reminder::fill(subject, &facts),
        text: reminder::fill(text, &facts),
    }
}

/// The subject and text offered at first.
pub fn usual() -> (String, String) {
    let m = Lang::VI.messages();
    (fl!(m, "desk-remind-usual-subject"), fl!(m, "desk-remind-usual-text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!([20_416, 20_417, 20_422].map(weekday), [0, 1, 6]);
    }
}
