//! Reports as they were computed last, kept over a restart of the server.

use super::{AsConn, StoreError, Writer, on};

/// So many are kept, those computed last.
const KEPT: i64 = 4;

/// The report that was computed last of a campaign under some units, if it was from this.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(
    db: &mut impl AsConn,
    campaign: i64,
    under: i64,
    made_from: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT report FROM formed_report WHERE campaign = $1 AND under = $2 AND made_from = $3"
    )
    .bind(campaign)
    .bind(under)
    .bind(made_from)
    .fetch_optional(c)
    .await)?)
}

/// Keeps a report of a campaign whose answers are there in the place of the one before, and no more than the last few of all.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn keep(
    db: &mut Writer,
    (campaign, under, made_from): (i64, i64, &str),
    report: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO formed_report (campaign, under, made_from, made, report)
         SELECT number, $2, $3, $4, $5 FROM campaign WHERE number = $1
         AND NOT EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = $1)
         ON CONFLICT (campaign, under)
         DO UPDATE SET made_from = excluded.made_from, made = excluded.made, report = excluded.report"
    )
    .bind(campaign)
    .bind(under)
    .bind(made_from)
    .bind(now)
    .bind(report)
    .execute(c)
    .await
    .map(drop))?;
    on!(db, |c| sqlx::query(
        "DELETE FROM formed_report WHERE made < (SELECT MIN(made) FROM
         (SELECT made FROM formed_report ORDER BY made DESC LIMIT $1) AS newest)"
    )
    .bind(KEPT)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}
