//! Whether the database holds together: what `sipas doctor` asks.

use super::{Store, StoreError, on};

/// Something that is not as it must be; the words are for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ill {
    /// SQLite's own check of the file found something.
    File(String),
    /// A row points to one that is not there.
    Reference(String),
    /// A column segment does not hold as many sheets as there are rows of its generation.
    Segment {
        /// Slug of the campaign.
        campaign: String,
    },
    /// A campaign has not as many answers by link as links that were used.
    Links {
        /// Slug of the campaign.
        campaign: String,
    },
}

/// Checks the file (SQLite), references, segments against the rows they were made from, and answers by link against used
/// links (security test C-04).
///
/// # Errors
/// [`StoreError`] from the database; what is wrong with its content is no error.
pub async fn check(store: &Store) -> Result<Vec<Ill>, StoreError> {
    let mut ill = Vec::new();
    if let Store::Sqlite { read, .. } = store {
        let lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(read).await?;
        ill.extend(lines.into_iter().filter(|line| line != "ok").map(Ill::File));
        let lines: Vec<String> =
            sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_check").fetch_all(read).await?;
        ill.extend(lines.into_iter().map(Ill::Reference));
    }
    let mut db = store.read().await?;
    let segments: Vec<String> = on!(&mut db, |c| sqlx::query_scalar(
        "SELECT DISTINCT k.slug FROM segment s JOIN campaign k ON k.number = s.campaign
         WHERE s.sheets <> (SELECT COUNT(*) FROM response r
                            WHERE r.campaign = s.campaign AND r.generation = s.generation)
         ORDER BY k.slug"
    )
    .fetch_all(c)
    .await)?;
    ill.extend(segments.into_iter().map(|campaign| Ill::Segment { campaign }));
    // Only whether, never how many: until a campaign closes the number is nobody's business (B-07).
    let links: Vec<String> = on!(&mut db, |c| sqlx::query_scalar(
        "SELECT k.slug FROM campaign k
         WHERE NOT k.demonstration AND NOT EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = k.number)
           AND EXISTS (SELECT 1 FROM invitation i WHERE i.campaign = k.number)
           AND (SELECT COUNT(*) FROM invitation i WHERE i.campaign = k.number AND i.used)
            <> (SELECT COUNT(*) FROM urn u WHERE u.campaign = k.number)
             + (SELECT COUNT(*) FROM response r WHERE r.campaign = k.number AND r.channel = $1)
           AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.campaign = k.number)
         ORDER BY k.slug"
    )
    .bind(i64::from(crate::organisation::Channel::Link.byte()))
    .fetch_all(c)
    .await)?;
    // Who judges several units leaves a sheet for each of some of them, at least one.
    let judged: Vec<String> = on!(&mut db, |c| sqlx::query_scalar(
        "SELECT k.slug FROM campaign k
         WHERE NOT k.demonstration AND NOT EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = k.number)
           AND EXISTS (SELECT 1 FROM assignment a WHERE a.campaign = k.number)
           AND EXISTS (SELECT 1 FROM invitation i WHERE i.campaign = k.number)
           AND (SELECT COUNT(*) FROM urn u WHERE u.campaign = k.number)
             + (SELECT COUNT(*) FROM response r WHERE r.campaign = k.number AND r.channel = $1)
               NOT BETWEEN (SELECT COUNT(*) FROM invitation i WHERE i.campaign = k.number AND i.used)
               AND (SELECT COUNT(*) FROM invitation i JOIN assignment a
                      ON a.campaign = i.campaign AND a.rater_group = i.rater_group
                    WHERE i.campaign = k.number AND i.used)
         ORDER BY k.slug"
    )
    .bind(i64::from(crate::organisation::Channel::Link.byte()))
    .fetch_all(c)
    .await)?;
    ill.extend(links.into_iter().chain(judged).map(|campaign| Ill::Links { campaign }));
    Ok(ill)
}

/// Counts of what somebody who looks after the system should know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accounts {
    /// All accounts.
    pub all: i64,
    /// Administrators that can be used now.
    pub administrators: i64,
    /// Entries of the audit log.
    pub entries: i64,
}

/// See [`Accounts`].
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn accounts(store: &Store, now: i64) -> Result<Accounts, StoreError> {
    let mut db = store.read().await?;
    let (all, administrators, entries): (i64, i64, i64) = on!(&mut db, |c| sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM account),
                (SELECT COUNT(*) FROM account WHERE role = 'administrator' AND NOT disabled
                   AND password_hash <> '' AND (expires IS NULL OR expires > $1)),
                (SELECT COUNT(*) FROM audit)"
    )
    .bind(now)
    .fetch_one(c)
    .await)?;
    Ok(Accounts { all, administrators, entries })
}

/// Whether PostgreSQL checks the pages it reads; `None` on SQLite.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn data_checksums(store: &Store) -> Result<Option<bool>, StoreError> {
    let Store::Postgres { pool, .. } = store else { return Ok(None) };
    let shown: String = sqlx::query_scalar("SHOW data_checksums").fetch_one(pool).await?;
    Ok(Some(shown == "on"))
}
