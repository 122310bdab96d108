//! How many of each group have answered, as it may be shown; and, where a campaign says so to those it invites, who has not.

use std::collections::BTreeMap;

use crate::clock;

use super::{AsConn, Store, StoreError, Writer, campaigns::Stored, on, turnout};

/// A group of invited persons, or a unit where the campaign has no groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Code of the group or unit; absent: several small ones together.
    pub code: Option<String>,
    /// How many groups or units it is.
    pub of: usize,
    /// How many are invited.
    pub invited: u64,
    /// How many have answered: exact once the answers have been counted, else as of the day and in steps.
    pub answered: u64,
}

/// Those of so few invited persons that their counts would name them are counted together, with the next smallest one
/// where they are too few even so.
fn pooled(rows: Vec<(String, i64, i64)>, least: i64) -> Vec<(Option<String>, usize, i64, i64)> {
    let mut rows = rows;
    rows.sort_by_key(|(_, invited, _)| *invited);
    let mut pool: (usize, i64, i64) = (0, 0, 0);
    let mut apart = Vec::new();
    for (code, invited, used) in rows {
        if invited < least || (pool.0 > 0 && pool.1 < least) {
            pool = (pool.0 + 1, pool.1 + invited, pool.2 + used);
        } else {
            apart.push((Some(code), 1, invited, used));
        }
    }
    apart.extend((pool.0 > 0).then_some((None, pool.0, pool.1, pool.2)));
    apart
}

/// The groups of a campaign as they may be shown at `now` (security test B-07).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn groups(store: &Store, stored: &Stored, now: i64) -> Result<Vec<Group>, StoreError> {
    let mut db = store.read().await?;
    let rows: Vec<(String, i64, i64)> = on!(&mut db, |c| {
        sqlx::query_as(
        "SELECT COALESCE(rater_group, unit) AS name, COUNT(*), COUNT(*) FILTER (WHERE used) FROM invitation
         WHERE campaign = $1 GROUP BY COALESCE(rater_group, unit) ORDER BY 1"
    )
    .bind(stored.number)
    .fetch_all(c)
    .await
    })?;
    let step = i64::try_from(turnout::step(&stored.campaign)).unwrap_or(i64::MAX);
    let rows = pooled(rows, step);
    let exact = |(code, of, invited, answered): (Option<String>, usize, i64, i64)| Group {
        code,
        of,
        invited: invited.unsigned_abs(),
        answered: answered.unsigned_abs(),
    };
    if rows.is_empty() || stored.settled {
        return Ok(rows.into_iter().map(exact).collect());
    }
    let today = i64::from(clock::day(now));
    let shown = as_of(&mut db, stored.number, today).await?;
    drop(db);
    let name = |code: &Option<String>| code.clone().unwrap_or_default();
    let missing = rows.iter().any(|(code, ..)| !shown.contains_key(&name(code)));
    let shown = if missing {
        let mut db = store.write().await?;
        for (code, _, _, used) in &rows {
            keep(&mut db, stored.number, &name(code), today, used / step * step).await?;
        }
        let shown = as_of(&mut db, stored.number, today).await?;
        db.commit().await?;
        shown
    } else {
        shown
    };
    let as_shown = |(code, of, invited, _): (Option<String>, usize, i64, i64)| {
        let answered = shown.get(&name(&code)).copied().unwrap_or_default();
        exact((code, of, invited, answered))
    };
    Ok(rows.into_iter().map(as_shown).collect())
}

async fn as_of(db: &mut impl AsConn, campaign: i64, day: i64) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows: Vec<(String, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT name, answered FROM turnout_by_group WHERE campaign = $1 AND day = $2"
    )
    .bind(campaign)
    .bind(day)
    .fetch_all(c)
    .await)?;
    Ok(rows.into_iter().collect())
}

/// Whoever comes first on a day decides what is shown on it.
async fn keep(db: &mut Writer, campaign: i64, name: &str, day: i64, answered: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO turnout_by_group (campaign, name, day, answered) VALUES ($1, $2, $3, $4)
         ON CONFLICT (campaign, name) DO UPDATE SET
            answered = CASE WHEN turnout_by_group.day = excluded.day THEN turnout_by_group.answered
                            ELSE excluded.answered END,
            day = excluded.day"
    )
    .bind(campaign)
    .bind(name)
    .bind(day)
    .bind(answered)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Whether a campaign tells staff who has not answered.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_followed(db: &mut impl AsConn, campaign: i64) -> Result<bool, StoreError> {
    let found: Option<i64> =
        on!(db, |c| sqlx::query_scalar("SELECT campaign FROM followed_campaign WHERE campaign = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    Ok(found.is_some())
}

/// Decides whether it does. To be called before it opens only.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn follow(db: &mut Writer, campaign: i64, follows: bool) -> Result<(), StoreError> {
    let sql = if follows {
        "INSERT INTO followed_campaign (campaign) VALUES ($1) ON CONFLICT (campaign) DO NOTHING"
    } else {
        "DELETE FROM followed_campaign WHERE campaign = $1"
    };
    on!(db, |c| sqlx::query(sql).bind(campaign).execute(c).await.map(drop))?;
    Ok(())
}

/// Codes of those on the list who had not answered when somebody first asked on this day; only of a campaign that follows and
/// has told so. A list of the moment would tell when somebody answers.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn absent(store: &Store, campaign: i64, now: i64) -> Result<Vec<String>, StoreError> {
    let today = i64::from(clock::day(now));
    let mut db = store.read().await?;
    let day: Option<Option<i64>> =
        on!(&mut db, |c| sqlx::query_scalar("SELECT day FROM followed_campaign WHERE campaign = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    let Some(day) = day else { return Ok(Vec::new()) };
    drop(db);
    if day != Some(today) {
        let mut db = store.write().await?;
        let renewed: Option<i64> = on!(&mut db, |c| {
            sqlx::query_scalar(
            "UPDATE followed_campaign SET day = $2 WHERE campaign = $1 AND COALESCE(day, -1) <> $2 RETURNING day"
        )
        .bind(campaign)
        .bind(today)
        .fetch_optional(c)
        .await
        })?;
        if renewed.is_some() {
            // All rows, as where a link is used.
            on!(&mut db, |c| sqlx::query("UPDATE invitation SET absent = NOT used WHERE campaign = $1")
                .bind(campaign)
                .execute(c)
                .await
                .map(drop))?;
            db.commit().await?;
        }
    }
    let mut db = store.read().await?;
    Ok(on!(&mut db, |c| sqlx::query_scalar(
        "SELECT code FROM invitation WHERE campaign = $1 AND absent AND NOT nameless ORDER BY code"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_so_few_that_they_would_name_somebody_stand_together_alone() {
        let row = |code: &str, invited, used| (code.to_owned(), invited, used);
        let apart = |code: &str, invited: i64, used: i64| (Some(code.to_owned()), 1_usize, invited, used);
        let together = |of: usize, invited: i64, used: i64| (None::<String>, of, invited, used);
        assert_eq!(pooled(vec![row("a", 9, 3), row("b", 5, 5)], 5), [apart("b", 5, 5), apart("a", 9, 3)]);
        // A single small one could be worked out from the sum, if the next one did not stand with it.
        assert_eq!(
            pooled(vec![row("a", 9, 3), row("b", 1, 1), row("c", 6, 2)], 5),
            [apart("a", 9, 3), together(2, 7, 3)]
        );
        assert_eq!(pooled(vec![row("a", 3, 1), row("b", 3, 2)], 5), [together(2, 6, 3)]);
        assert!(pooled(Vec::new(), 5).is_empty());
    }
}
