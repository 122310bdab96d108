//! Deleting single answers when the time has come that those asked were promised: answers, comments and the columns made of
//! them go, counts and the last report stay (security test L-08).

use jiff::civil::Date;

use super::rewriting;
use crate::{
    clock,
    store::{
        AsConn, Store, StoreError,
        audit::{self, Entry},
        campaigns::{self, Hold},
        on, responses,
    },
};

/// What stays of a campaign's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The day of deletion.
    pub day: Date,
    /// How many answer sheets there were.
    pub sheets: u64,
}

/// What stays of a campaign's answers; `None`: they are there.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of(db: &mut impl AsConn, campaign: i64) -> Result<Option<Erased>, StoreError> {
    let row: Option<(i64, i64)> =
        on!(db, |c| sqlx::query_as("SELECT day, sheets FROM erased_answers WHERE campaign = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    row.map(|(day, sheets)| {
        let day = i32::try_from(day).ok().and_then(clock::date);
        let day = day.ok_or(StoreError::Corrupt("day of deletion"))?;
        Ok(Erased { day, sheets: sheets.unsigned_abs() })
    })
    .transpose()
}

/// Campaigns, drafts apart, that have answers which were not deleted, by number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting(db: &mut impl AsConn) -> Result<Vec<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM campaign k WHERE state <> 'draft'
         AND EXISTS (SELECT 1 FROM response r WHERE r.campaign = k.number)
         AND NOT EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = k.number)"
    )
    .fetch_all(c)
    .await)?)
}

/// The report that was kept of a campaign's answers, as it was given to [`erase`]; `None`: they are there.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn last_report(db: &mut impl AsConn, campaign: i64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT report FROM erased_answers WHERE campaign = $1")
        .bind(campaign)
        .fetch_optional(c)
        .await)?)
}

/// Deletes the answers of a campaign whose last `report` counts `sheets` of them; false, and nothing deleted, if there are
/// others by now, some wait in an urn, or they were deleted before. No answer can come any more afterwards.
///
/// # Errors
/// [`StoreError`]; nothing is deleted then.
pub async fn erase(
    store: &Store,
    campaign: i64,
    (sheets, report): (u64, &[u8]),
    day: i32,
    now: i64,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let mut db = store.write().await?;
    campaigns::hold(&mut db, campaign, Hold::Alone).await?;
    let waiting: i64 = on!(&mut db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM urn WHERE campaign = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?;
    if waiting > 0
        || responses::stored(&mut db, campaign).await? != sheets
        || of(&mut db, campaign).await?.is_some()
    {
        return Ok(false);
    }
    for sql in [
        "DELETE FROM response WHERE campaign = $1",
        "DELETE FROM comment WHERE campaign = $1",
        "DELETE FROM segment WHERE campaign = $1",
        "DELETE FROM paper_entry WHERE campaign = $1",
        "DELETE FROM formed_report WHERE campaign = $1",
        "UPDATE campaign SET settled = TRUE WHERE number = $1",
    ] {
        on!(&mut db, |c| sqlx::query(sql).bind(campaign).execute(c).await.map(drop))?;
    }
    on!(&mut db, |c| {
        sqlx::query("INSERT INTO erased_answers (campaign, day, sheets, report) VALUES ($1, $2, $3, $4)")
            .bind(campaign)
            .bind(i64::from(day))
            .bind(i64::try_from(sheets).unwrap_or(i64::MAX))
            .bind(report)
            .execute(c)
            .await
            .map(drop)
    })?;
    audit::append(&mut db, now, entry).await?;
    campaigns::bump_revision(&mut db).await?;
    let tables = ["response", "comment", "segment", "paper_entry"];
    rewriting::owe(&mut db, &tables, now).await?;
    db.commit().await?;
    rewriting::forget(store, &tables, now).await;
    Ok(true)
}
