//! What the rules of a graded information system need to know of accounts: how old passwords are, which there were before, and
//! when somebody last entered.

use super::{AsConn, StoreError, Writer, on};

/// Notes that an account has a new password; `old`: the hash before, where it is to be kept.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note_password(
    db: &mut Writer,
    account: &str,
    now: i64,
    old: Option<&str>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE account SET password_set = $2 WHERE name = $1")
        .bind(account)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    if let Some(old) = old.filter(|old| !old.is_empty()) {
        on!(db, |c| sqlx::query(
            "INSERT INTO password_history (account, at, password_hash) VALUES ($1, $2, $3)
             ON CONFLICT (account, at) DO UPDATE SET password_hash = excluded.password_hash"
        )
        .bind(account)
        .bind(now)
        .bind(old)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// The hashes that an account had before, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn passwords_before(
    db: &mut impl AsConn,
    account: &str,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT password_hash FROM password_history WHERE account = $1 ORDER BY at DESC LIMIT $2"
    )
    .bind(account)
    .bind(most)
    .fetch_all(c)
    .await)?)
}

/// Since when an account has its password; what was set before that was noted counts from `since` on.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn password_since(db: &mut impl AsConn, account: &str, since: i64) -> Result<i64, StoreError> {
    let found: Option<(Option<i64>, i64)> =
        on!(db, |c| sqlx::query_as("SELECT password_set, created FROM account WHERE name = $1")
            .bind(account)
            .fetch_optional(c)
            .await)?;
    Ok(found.map_or(since, |(set, created)| set.unwrap_or_else(|| created.max(since))))
}

/// Notes that somebody has entered an account.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note_entry(db: &mut Writer, account: &str, now: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE account SET used = $2 WHERE name = $1")
        .bind(account)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Name of the setting that says since when the rules hold.
const SINCE: &str = "level-rules";

/// Since when the rules hold; the first time from `now` on, so that nobody is locked out by what was before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn since(db: &mut Writer, now: i64) -> Result<i64, StoreError> {
    let value: Option<String> = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value"
    )
    .bind(SINCE)
    .bind(now.to_string())
    .fetch_optional(c)
    .await)?;
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or(now))
}

/// The accounts that can be used and were not since `before`, but for the last administrator; those whose entries were not noted
/// yet count from `since` on.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn idle(db: &mut Writer, before: i64, since: i64) -> Result<Vec<String>, StoreError> {
    let idle: Vec<(String, String)> = on!(db, |c| sqlx::query_as(
        "SELECT name, role FROM account
         WHERE NOT disabled AND COALESCE(used, CASE WHEN created > $2 THEN created ELSE $2 END) < $1
         ORDER BY name"
    )
    .bind(before)
    .bind(since)
    .fetch_all(c)
    .await)?;
    let administrators: i64 = on!(db, |c| sqlx::query_scalar(
        "SELECT COUNT(*) FROM account WHERE role = 'administrator' AND NOT disabled"
    )
    .fetch_one(c)
    .await)?;
    let idle_ones = idle.iter().filter(|(_, role)| role == "administrator").count();
    let all_idle = i64::try_from(idle_ones).unwrap_or(i64::MAX) >= administrators;
    Ok(idle
        .into_iter()
        .filter(|(_, role)| !(all_idle && role == "administrator"))
        .map(|(name, _)| name)
        .collect())
}
