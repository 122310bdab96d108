//! Up to where the audit log has been told to the owners of accounts, and which server does it.

use super::{AsConn, StoreError, Writer, audit::Row, on};

/// Name of the setting: `NUMBER:UNTIL`.
const SETTING: &str = "notices";

/// Takes the work until `until`: gives the number of the last row that was told. `None`: another server has it. The first time
/// it begins at `newest`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take(db: &mut Writer, newest: i64, now: i64, until: i64) -> Result<Option<i64>, StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
    )
    .bind(SETTING)
    .bind(format!("{newest}:0"))
    .execute(c)
    .await
    .map(drop))?;
    // Touched, so that of two servers one waits for the other.
    let value: Option<String> =
        on!(db, |c| sqlx::query_scalar("UPDATE setting SET value = value WHERE name = $1 RETURNING value")
            .bind(SETTING)
            .fetch_optional(c)
            .await)?;
    let value = value.unwrap_or_default();
    let (told, taken) = value.split_once(':').unwrap_or(("", ""));
    let (told, taken) = (told.parse::<i64>().unwrap_or(newest), taken.parse::<i64>().unwrap_or(0));
    if taken > now || told >= newest {
        return Ok(None);
    }
    set(db, &format!("{told}:{until}")).await?;
    Ok(Some(told))
}

/// Gives the work back, told up to this row.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note(db: &mut Writer, told: i64) -> Result<(), StoreError> {
    set(db, &format!("{told}:0")).await
}

async fn set(db: &mut Writer, value: &str) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE setting SET value = $2 WHERE name = $1")
        .bind(SETTING)
        .bind(value)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Up to which row was told, if anything was.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn up_to(db: &mut impl AsConn) -> Result<Option<i64>, StoreError> {
    let value: Option<String> = on!(db, |c| sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(SETTING)
        .fetch_optional(c)
        .await)?;
    Ok(value.as_deref().and_then(|value| value.split_once(':')).and_then(|(told, _)| told.parse().ok()))
}

/// Whether there was an alarm for the same account before this one on the same day (UTC).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn alarmed_today(db: &mut impl AsConn, row: &Row) -> Result<bool, StoreError> {
    let earlier: i64 = on!(db, |c| sqlx::query_scalar(
        "SELECT COUNT(*) FROM audit WHERE action = $1 AND number < $2 AND object = $3 AND at >= $4"
    )
    .bind(&row.action)
    .bind(row.number)
    .bind(&row.object)
    .bind(row.at - row.at.rem_euclid(86_400_000))
    .fetch_one(c)
    .await)?;
    Ok(earlier > 0)
}

/// What gave somebody rights or a way in since a moment, the newest first: new accounts, other roles, links to set a password,
/// second factors removed by others.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn grants(db: &mut impl AsConn, since: i64, most: i64) -> Result<Vec<Row>, StoreError> {
    let mut rows: Vec<Row> = on!(db, |c| sqlx::query_as(
        "SELECT number, at, actor, origin, action, object, old_value, new_value, hash FROM audit
         WHERE action IN ('account.add', 'account.invite', 'account.change', 'account.enable', 'account.link',
                          'account.sso', 'account.second-factor-remove', 'account.token-make')
           AND actor <> object AND at >= $1
         ORDER BY number DESC LIMIT $2"
    )
    .bind(since)
    .bind(most)
    .fetch_all(c)
    .await)?;
    rows.retain(|row| row.action != "account.change" || rights(&row.old_value) != rights(&row.new_value));
    Ok(rows)
}

/// Role, unit and end in what the log keeps of an account.
fn rights(value: &str) -> [Option<serde_json::Value>; 3] {
    let value: serde_json::Value = serde_json::from_str(value).unwrap_or_default();
    ["role", "unit", "expires"].map(|name| value.get(name).cloned())
}
