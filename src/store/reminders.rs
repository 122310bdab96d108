//! Letters to officers of units that are behind: who can get one, those that wait, those that went out, and the weekly
//! ones.

use super::{AsConn, StoreError, Writer, on};

/// Tries before a letter is given up.
const TRIES: i64 = 6;

/// An officer who can be written to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
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
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
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

/// A letter to be sent now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    /// Its number.
    pub number: i64,
    /// How often it was tried.
    pub tries: i64,
    /// The address; absent: the account has none any more.
    pub email: Option<String>,
    /// The person's name; may be empty.
    pub full_name: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// Letters that go out by themselves once a week.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
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

/// Adds letters; they go out soon.
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
        on!(db, |c| {
            sqlx::query(
            "INSERT INTO reminder (number, campaign, unit, account, subject, text, made, made_by, tries, failed)
             SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, 0, FALSE FROM reminder"
        )
        .bind(campaign)
        .bind(&letter.unit)
        .bind(&letter.account)
        .bind(&letter.subject)
        .bind(&letter.text)
        .bind(now)
        .bind(made_by)
        .execute(c)
        .await
        .map(drop)
        })?;
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

/// Letters whose turn it is: never tried, or long enough ago; each try waits longer.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting(db: &mut impl AsConn, now: i64) -> Result<Vec<Waiting>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT r.number, r.tries, a.email, COALESCE(a.full_name, '') AS full_name, r.subject, r.text
         FROM reminder r LEFT JOIN account a ON a.name = r.account AND NOT a.disabled
         WHERE r.sent IS NULL AND NOT r.failed AND r.made + r.tries * r.tries * 60000 <= $1
         ORDER BY r.number LIMIT 50"
    )
    .bind(now)
    .fetch_all(c)
    .await)?)
}

/// Takes a letter to send it; false if another server did so first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take(db: &mut Writer, letter: &Waiting) -> Result<bool, StoreError> {
    let taken: Option<i64> = on!(db, |c| {
        sqlx::query_scalar(
        "UPDATE reminder SET tries = tries + 1 WHERE number = $1 AND tries = $2 AND sent IS NULL RETURNING number"
    )
    .bind(letter.number)
    .bind(letter.tries)
    .fetch_optional(c)
    .await
    })?;
    Ok(taken.is_some())
}

/// Notes what became of a letter: sent at a moment, or not; then it is tried again unless that is `hopeless`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note(
    db: &mut Writer,
    letter: &Waiting,
    sent: Option<i64>,
    hopeless: bool,
) -> Result<(), StoreError> {
    let failed = sent.is_none() && (hopeless || letter.tries + 1 >= TRIES);
    on!(db, |c| sqlx::query("UPDATE reminder SET sent = $2, failed = $3 WHERE number = $1")
        .bind(letter.number)
        .bind(sent)
        .bind(failed)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
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
