//! Reporting periods: on which day reports are due, and of which the Department has been told.

use super::{AsConn, StoreError, Writer, on};

/// Name of the setting.
const SETTING: &str = "report_due_day";
/// The day where nobody has set another.
const DUE_DAY: i8 = 25;

/// The day of a period's last month on which its report is due.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn due_day(db: &mut impl AsConn) -> Result<i8, StoreError> {
    let value: Option<String> = on!(db, |c| sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(SETTING)
        .fetch_optional(c)
        .await)?;
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or(DUE_DAY))
}

/// Sets it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_due_day(db: &mut Writer, day: i8) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
    .bind(SETTING)
    .bind(day.to_string())
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// What the Department is told of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Its report can be made.
    Ready,
    /// Its report is due soon and cannot be made yet.
    Due,
    /// Nobody is asked in this quarter.
    Unasked,
}

impl Told {
    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Due => "due",
            Self::Unasked => "unasked",
        }
    }
}

/// Notes that it is told; false: it had been. `key` names the period of a series and its campaigns.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn tell(db: &mut Writer, key: &str, what: Told) -> Result<bool, StoreError> {
    let added = on!(db, |c| sqlx::query(
        "INSERT INTO period_told (period, what) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    )
    .bind(key)
    .bind(what.word())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))?;
    Ok(added > 0)
}

/// Whether it has been told.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_told(db: &mut impl AsConn, key: &str, what: Told) -> Result<bool, StoreError> {
    let found: Option<String> =
        on!(db, |c| sqlx::query_scalar("SELECT what FROM period_told WHERE period = $1 AND what = $2")
            .bind(key)
            .bind(what.word())
            .fetch_optional(c)
            .await)?;
    Ok(found.is_some())
}
