//! What staff set up for a campaign's mails: texts, the schedule of reminders; and what became of each run, in counts.

use crate::organisation::schedule::Schedule;

use super::{AsConn, StoreError, Writer, on, outbox::Kind};

/// A time that invitations or reminders were sent off.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Run {
    /// Its number.
    pub number: i64,
    /// The stored word of its kind.
    pub kind: String,
    /// The day, since 1970.
    pub day: i64,
    /// Who sent them off.
    pub made_by: String,
    /// How many there were.
    pub queued: i64,
    /// How many the mail server took.
    pub sent: i64,
    /// How many it refused for good.
    pub refused: i64,
    /// How many were tried for days.
    pub given_up: i64,
    /// How many were no longer wanted.
    pub stopped: i64,
}

impl Run {
    /// How many wait.
    pub const fn waiting(&self) -> i64 {
        let done = self.sent + self.refused + self.given_up + self.stopped;
        if done < self.queued { self.queued - done } else { 0 }
    }

    /// Its kind.
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_word(&self.kind)
    }
}

/// The runs of a campaign, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn runs(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Run>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, kind, day, made_by, queued, sent, refused, given_up, stopped FROM mail_run
         WHERE campaign = $1 ORDER BY number DESC LIMIT 50"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// How the invited persons of a campaign can be reached. Nothing here moves when somebody answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Reach {
    /// All.
    pub invited: i64,
    /// With an e-mail address.
    pub by_mail: i64,
    /// Whose invitation the mail server took.
    pub sent: i64,
    /// Who would get an invitation now.
    pub unsent: i64,
    /// Who asked for no more mail.
    pub stopped: i64,
    /// Who have an address and a printed link, which a mail would end.
    pub printed: i64,
}

/// See [`Reach`].
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn reach(db: &mut impl AsConn, campaign: i64) -> Result<Reach, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_as(
        "SELECT COUNT(*) AS invited,
                COUNT(*) FILTER (WHERE COALESCE(email, '') <> '') AS by_mail,
                COUNT(*) FILTER (WHERE sent AND mailed) AS sent,
                COUNT(*) FILTER (WHERE COALESCE(email, '') <> '' AND NOT sent AND NOT no_mail
                    AND (token_hash IS NULL OR mailed) AND NOT EXISTS
                    (SELECT 1 FROM outbox o WHERE o.campaign = invitation.campaign AND o.code = invitation.code)
                ) AS unsent,
                COUNT(*) FILTER (WHERE no_mail) AS stopped,
                COUNT(*) FILTER (WHERE COALESCE(email, '') <> '' AND token_hash IS NOT NULL AND NOT mailed) AS printed
         FROM invitation WHERE campaign = $1"
    )
    .bind(campaign)
    .fetch_one(c)
    .await
    })?)
}

/// A person whose invitation could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Unreached {
    /// The list's code.
    pub code: String,
    /// Name.
    pub name: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Why, as stored.
    pub fault: String,
}

/// The persons whose invitation could not be delivered, by code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn unreached(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Unreached>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT code, name, email, mail_fault AS fault FROM invitation
         WHERE campaign = $1 AND mail_fault IS NOT NULL ORDER BY code LIMIT 500"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// The campaign's own subject and text; `None`: the usual ones.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn template(
    db: &mut impl AsConn,
    campaign: i64,
    kind: Kind,
) -> Result<Option<(String, String)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT subject, text FROM mail_template WHERE campaign = $1 AND kind = $2"
    )
    .bind(campaign)
    .bind(kind.word())
    .fetch_optional(c)
    .await)?)
}

/// Sets the campaign's own subject and text, or goes back to the usual ones.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_template(
    db: &mut Writer,
    campaign: i64,
    kind: Kind,
    words: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM mail_template WHERE campaign = $1 AND kind = $2")
        .bind(campaign)
        .bind(kind.word())
        .execute(c)
        .await
        .map(drop))?;
    let Some((subject, text)) = words else { return Ok(()) };
    on!(db, |c| sqlx::query(
        "INSERT INTO mail_template (campaign, kind, subject, text) VALUES ($1, $2, $3, $4)"
    )
    .bind(campaign)
    .bind(kind.word())
    .bind(subject)
    .bind(text)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// The schedule of a campaign's reminders, who set it up, and the last day on which it was done.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn schedule(
    db: &mut impl AsConn,
    campaign: i64,
) -> Result<Option<(Schedule, String, i64)>, StoreError> {
    let row: Option<(Option<i64>, String, i64, String, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT every, dates, before, made_by, day FROM mail_schedule WHERE campaign = $1"
    )
    .bind(campaign)
    .fetch_optional(c)
    .await)?;
    Ok(row.map(|(every, dates, before, made_by, day)| {
        let dates = dates.split(' ').filter_map(|date| date.parse().ok()).collect();
        (Schedule { every, dates, before }, made_by, day)
    }))
}

/// Sets up a campaign's reminders from tomorrow on, or ends them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_schedule(
    db: &mut Writer,
    campaign: i64,
    schedule: Option<&Schedule>,
    made_by: &str,
    today: i64,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM mail_schedule WHERE campaign = $1")
        .bind(campaign)
        .execute(c)
        .await
        .map(drop))?;
    let Some(schedule) = schedule else { return Ok(()) };
    let dates: Vec<String> = schedule.dates.iter().map(ToString::to_string).collect();
    on!(db, |c| {
        sqlx::query(
        "INSERT INTO mail_schedule (campaign, every, dates, before, made_by, day) VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(campaign)
    .bind(schedule.every)
    .bind(dates.join(" "))
    .bind(schedule.before)
    .bind(made_by)
    .bind(today)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// Takes this day's turn of a campaign's reminders; false if it was done before, here or by another server, or if the
/// clock was set back.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take_day(db: &mut Writer, campaign: i64, today: i64) -> Result<bool, StoreError> {
    let taken: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "UPDATE mail_schedule SET day = $2 WHERE campaign = $1 AND day < $2 RETURNING campaign"
    )
    .bind(campaign)
    .bind(today)
    .fetch_optional(c)
    .await)?;
    Ok(taken.is_some())
}
