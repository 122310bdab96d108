//! Deleting what people were promised would be deleted. Here lists of invited persons: names, addresses, links and short codes
//! go, counts stay (security tests L-08, B-09); [`answers`] has the
//! answers, [`rewriting`] what the databases keep of either, [`overdue`] what should be gone and is not.

pub mod answers;
pub mod overdue;
pub mod rewriting;

use std::collections::BTreeMap;

use super::{
    AsConn, Store, StoreError, Writer,
    audit::{self, Entry},
    campaigns::{self, Hold},
    invitations, on,
};

/// Fewest invited persons of a unit that stays named beside its counts.
const SMALLEST: usize = 5;

/// Every table of which rows are deleted here.
const ERASED: [&str; 5] = ["invitation", "response", "comment", "segment", "paper_entry"];

/// Whether a campaign's list was deleted.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_erased(db: &mut impl AsConn, campaign: i64) -> Result<bool, StoreError> {
    Ok(day(db, campaign).await?.is_some())
}

/// The day, since 1970, on which a campaign's list was deleted.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn day(db: &mut impl AsConn, campaign: i64) -> Result<Option<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT day FROM erased_list WHERE campaign = $1")
        .bind(campaign)
        .fetch_optional(c)
        .await)?)
}

/// Campaigns that are settled and have a list, by number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting(db: &mut impl AsConn) -> Result<Vec<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM campaign k WHERE settled
         AND EXISTS (SELECT 1 FROM invitation i WHERE i.campaign = k.number)
         AND NOT EXISTS (SELECT 1 FROM erased_list e WHERE e.campaign = k.number)"
    )
    .fetch_all(c)
    .await)?)
}

/// Deletes the list of a settled campaign; gives how many persons were on it, `None` if it was deleted before or the campaign
/// is not settled. `entry` becomes the audit log's, with that number.
///
/// Who was invited and who answered stays as counts: a row for each person without a name, in random order, with the group,
/// and with the unit where enough persons are of it.
///
/// # Errors
/// [`StoreError`]; nothing is deleted then.
pub async fn erase(
    store: &Store,
    campaign: i64,
    day: i64,
    now: i64,
    entry: Entry,
) -> Result<Option<usize>, StoreError> {
    let mut db = store.write().await?;
    campaigns::hold(&mut db, campaign, Hold::Alone).await?;
    let settled: Option<bool> =
        on!(&mut db, |c| sqlx::query_scalar("SELECT settled FROM campaign WHERE number = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    if settled != Some(true) || is_erased(&mut db, campaign).await? {
        return Ok(None);
    }
    let rows: Vec<(String, Option<String>, bool, bool)> = on!(&mut db, |c| sqlx::query_as(
        "SELECT unit, rater_group, used, nameless FROM invitation WHERE campaign = $1"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    let named = rows.iter().filter(|(.., nameless)| !nameless).count();
    let top: Option<String> = on!(&mut db, |c| sqlx::query_scalar(
        "SELECT code FROM unit WHERE parent IS NULL ORDER BY code LIMIT 1"
    )
    .fetch_optional(c)
    .await)?;
    for sql in [
        "DELETE FROM invitation WHERE campaign = $1",
        "DELETE FROM outbox WHERE campaign = $1 AND code IS NOT NULL",
        "DELETE FROM ended_link WHERE campaign = $1",
    ] {
        on!(&mut db, |c| sqlx::query(sql).bind(campaign).execute(c).await.map(drop))?;
    }
    count_on(&mut db, campaign, rows, top).await?;
    on!(&mut db, |c| sqlx::query("INSERT INTO erased_list (campaign, day) VALUES ($1, $2)")
        .bind(campaign)
        .bind(day)
        .execute(c)
        .await
        .map(drop))?;
    let entry = entry.with(serde_json::json!({ "persons": named }));
    audit::append(&mut db, now, &entry).await?;
    campaigns::bump_revision(&mut db).await?;
    rewriting::owe(&mut db, &["invitation"], now).await?;
    db.commit().await?;
    rewriting::forget(store, &["invitation"], now).await;
    Ok(Some(named))
}

/// Writes what is counted of persons who have no name any more.
async fn count_on(
    db: &mut Writer,
    campaign: i64,
    rows: Vec<(String, Option<String>, bool, bool)>,
    top: Option<String>,
) -> Result<(), StoreError> {
    let mut of_unit: BTreeMap<String, usize> = BTreeMap::new();
    for (unit, ..) in &rows {
        *of_unit.entry(unit.clone()).or_default() += 1;
    }
    let mut rows: Vec<(String, String, Option<String>, bool)> = rows
        .into_iter()
        .map(|(unit, group, used, _)| {
            // A group's counts are by group; a unit of few would name them.
            let few = of_unit.get(&unit).is_none_or(|n| *n < SMALLEST);
            let unit = if group.is_some() || few { top.clone().unwrap_or(unit) } else { unit };
            (invitations::nameless_code(), unit, group, used)
        })
        .collect();
    // By their random codes, so that no order is left of the list's.
    rows.sort_unstable();
    for (code, unit, group, used) in rows {
        on!(db, |c| {
            sqlx::query(
            "INSERT INTO invitation (campaign, code, unit, rater_group, mailed, sent, used, nameless, had_link)
             VALUES ($1, $2, $3, $4, FALSE, FALSE, $5, TRUE, TRUE)"
        )
        .bind(campaign)
        .bind(code)
        .bind(unit)
        .bind(group)
        .bind(used)
        .execute(c)
        .await
        .map(drop)
        })?;
    }
    Ok(())
}
