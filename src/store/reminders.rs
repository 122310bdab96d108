//! Letters to officers of units that are behind: who can get one, those that wait, those that went out, and the weekly
//! ones.

use super::{AsConn, StoreError, Writer, on, outbox};

/// An officer who can be written to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Officer {
    /// Name of the account.
    pub account: String,
    /// The person's name; may be empty.
    pub full_name: String,
    /// Code of the unit.
    pub unit: String,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Code of the unit.
    pub unit: String,
    /// The officer's account.
    pub account: String,
    /// Subject, filled in.
    pub subject: String,
    /// Text, filled in.
    pub text: String,
}

/// A letter as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Reminder {
    /// Code of the unit.
    pub unit: String,
    /// The officer's account.
    pub account: String,
    /// When it was written, UTC milliseconds.
    pub made: i64,
    /// When the mail server took it.
    pub sent: Option<i64>,
    /// It was given up.
    pub failed: bool,
}

/// Letters that go out by themselves once a week.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Schedule {
    /// 0 Monday to 6 Sunday.
    pub weekday: i64,
    /// Subject, not filled in.
    pub subject: String,
    /// Text, not filled in.
    pub text: String,
    /// The account that set it up.
    pub made_by: String,
    /// The last day on which it was done, since 1970.
    pub day: i64,
}

/// The officers with an address whose accounts can be used at `now`, by account.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn officers(db: &mut impl AsConn, now: i64) -> Result<Vec<Officer>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT name AS account, full_name, unit FROM account
         WHERE role = 'officer' AND unit IS NOT NULL AND email IS NOT NULL AND email <> '' AND NOT disabled
           AND (expires IS NULL OR expires > $1) ORDER BY name"
    )
    .bind(now)
    .fetch_all(c)
    .await)?)
}

/// Adds letters; they go out soon, by the outbox.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(
    db: &mut Writer,
    campaign: i64,
    letters: &[Letter],
    made_by: &str,
    now: i64,
) -> Result<(), StoreError> {
    for letter in letters {
        let number: i64 = on!(db, |c| {
            sqlx::query_scalar(
            "INSERT INTO reminder (number, campaign, unit, account, subject, text, made, made_by, tries, failed)
             SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, 0, FALSE FROM reminder RETURNING number"
        )
        .bind(campaign)
        .bind(&letter.unit)
        .bind(&letter.account)
        .bind(&letter.subject)
        .bind(&letter.text)
        .bind(now)
        .bind(made_by)
        .fetch_one(c)
        .await
        })?;
        outbox::queue_letter(db, campaign, number, now).await?;
    }
    Ok(())
}

/// The latest letters of a campaign, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn latest(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Reminder>, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_as(
        "SELECT unit, account, made, sent, failed FROM reminder WHERE campaign = $1 ORDER BY number DESC LIMIT 200"
    )
    .bind(campaign)
    .fetch_all(c)
    .await
    })?)
}

/// The weekly letters of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn schedule(db: &mut impl AsConn, campaign: i64) -> Result<Option<Schedule>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT weekday, subject, text, made_by, day FROM reminder_schedule WHERE campaign = $1"
    )
    .bind(campaign)
    .fetch_optional(c)
    .await)?)
}

/// Sets up the weekly letters of a campaign, or ends them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_schedule(
    db: &mut Writer,
    campaign: i64,
    schedule: Option<&Schedule>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM reminder_schedule WHERE campaign = $1")
        .bind(campaign)
        .execute(c)
        .await
        .map(drop))?;
    let Some(schedule) = schedule else { return Ok(()) };
    on!(db, |c| {
        sqlx::query(
        "INSERT INTO reminder_schedule (campaign, weekday, subject, text, made_by, day) VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(campaign)
    .bind(schedule.weekday)
    .bind(&schedule.subject)
    .bind(&schedule.text)
    .bind(&schedule.made_by)
    .bind(schedule.day)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// Takes this day's turn of a campaign's weekly letters; false if it was done before, here or by another server.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take_day(db: &mut Writer, campaign: i64, today: i64) -> Result<bool, StoreError> {
    let taken: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "UPDATE reminder_schedule SET day = $2 WHERE campaign = $1 AND day < $2 RETURNING campaign"
    )
    .bind(campaign)
    .bind(today)
    .fetch_optional(c)
    .await)?;
    Ok(taken.is_some())
}
