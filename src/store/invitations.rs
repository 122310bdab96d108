//! Invitations and their personal links. Only keyed hashes of tokens are stored, and nothing here says when a link
//! was used.

use crate::{
    organisation::{Person, Rater},
    secret::{self, Key},
};

use super::{AsConn, StoreError, Writer, on, outbox};

/// An invited person of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Invitation {
    /// The list's own number.
    pub code: String,
    /// Unit that the answer counts for; where the campaign has groups of raters: the person's own.
    pub unit: String,
    /// Group of raters, where the campaign has some.
    pub rater_group: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Office.
    pub title: Option<String>,
    /// E-mail address; absent: a letter.
    pub email: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Whether a link has been made.
    pub linked: bool,
    /// Whether the link was made for an e-mail (else it was printed).
    pub mailed: bool,
    /// Whether the link has been sent by e-mail.
    pub sent: bool,
    /// Whether a link was ever made: once the campaign has begun, the person may have answered.
    pub bound: bool,
}

impl Invitation {
    /// The person as a list has it.
    pub fn person(&self) -> Person {
        Person {
            code: self.code.clone(),
            unit: self.unit.clone(),
            group: self.rater_group.clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            email: self.email.clone(),
            address: self.address.clone(),
        }
    }
}

/// An invitation to write.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The list's own number.
    pub code: &'a str,
    /// The person's unit.
    pub unit: &'a str,
    /// Group of raters.
    pub rater_group: Option<&'a str>,
    /// Name.
    pub name: Option<&'a str>,
    /// Office.
    pub title: Option<&'a str>,
    /// E-mail address.
    pub email: Option<&'a str>,
    /// Postal address.
    pub address: Option<&'a str>,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Link {
    /// Number of its campaign.
    pub campaign: i64,
    /// The list's code of the person; empty where a newer link took its place.
    pub code: String,
    /// Unit that the answer counts for; where the campaign has groups of raters: the person's own.
    pub unit: String,
    /// Group of raters, where the campaign has some.
    pub rater_group: Option<String>,
    /// Whether it has been used.
    pub used: bool,
    /// Whether a newer one took its place; then its unit is not known.
    pub ended: bool,
}

/// The hash under which a token is kept.
pub fn token_hash(key: &Key, token: &str) -> [u8; 32] {
    key.hash("link", &[token.as_bytes()])
}

/// The invitations of a campaign, by code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of_campaign(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Invitation>, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_as(
        "SELECT code, unit, rater_group, name, title, email, address, token_hash IS NOT NULL AS linked, mailed, sent,
                token_hash IS NOT NULL OR code_hash IS NOT NULL OR had_link OR used OR EXISTS
                  (SELECT 1 FROM outbox o
                   WHERE o.campaign = invitation.campaign AND o.code = invitation.code AND o.hash IS NOT NULL) AS bound
         FROM invitation WHERE campaign = $1 AND NOT nameless ORDER BY code"
    )
    .bind(campaign)
    .fetch_all(c)
    .await
    })?)
}

/// Ends a link that was made for an e-mail, since the address was wrong; the next run of invitations makes a new one. All of
/// it alike for who has answered: that one invitation is to be sent must not tell who has not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_mailed(db: &mut Writer, campaign: i64, code: &str) -> Result<(), StoreError> {
    outbox::withdraw(db, campaign, code).await?;
    outbox::end_link(db, campaign, code).await?;
    // What was made by hand stays: only the address was wrong.
    on!(db, |c| sqlx::query(
        "UPDATE invitation SET had_link = TRUE, mail_fault = NULL,
             token_hash = CASE WHEN mailed THEN NULL ELSE token_hash END,
             code_hash = CASE WHEN mailed THEN NULL ELSE code_hash END,
             sent = sent AND NOT mailed, mailed = FALSE
         WHERE campaign = $1 AND code = $2"
    )
    .bind(campaign)
    .bind(code)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Whether a link was made for anybody, or a mail sent off: from then on what those invited were told holds. It is so before
/// anybody can answer, and does not tell whether anybody has.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn any_told(db: &mut impl AsConn, campaign: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT campaign FROM (
            SELECT campaign FROM invitation WHERE campaign = $1
                AND (token_hash IS NOT NULL OR code_hash IS NOT NULL OR had_link OR sent OR used)
            UNION ALL SELECT campaign FROM mail_run WHERE campaign = $1) s LIMIT 1"
    )
    .bind(campaign)
    .fetch_optional(c)
    .await)?;
    Ok(found.is_some())
}

/// How many are invited and how many have answered.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn turnout(db: &mut impl AsConn, campaign: i64) -> Result<(u64, u64), StoreError> {
    let (invited, used): (i64, i64) = on!(db, |c| sqlx::query_as(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE used) FROM invitation WHERE campaign = $1"
    )
    .bind(campaign)
    .fetch_one(c)
    .await)?;
    Ok((invited.unsigned_abs(), used.unsigned_abs()))
}

/// Adds an invitation or changes the person's name, address or group; the link stays.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(db: &mut Writer, campaign: i64, wanted: &Wanted<'_>) -> Result<(), StoreError> {
    on!(db, |c| {
        sqlx::query(
        "INSERT INTO invitation
            (campaign, code, unit, name, email, rater_group, title, address, token_hash, mailed, sent, used)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, FALSE, FALSE, FALSE)
         ON CONFLICT (campaign, code) DO UPDATE
         SET unit = excluded.unit, name = excluded.name, email = excluded.email, rater_group = excluded.rater_group,
             title = excluded.title, address = excluded.address"
    )
    .bind(campaign)
    .bind(wanted.code)
    .bind(wanted.unit)
    .bind(wanted.name)
    .bind(wanted.email)
    .bind(wanted.rater_group)
    .bind(wanted.title)
    .bind(wanted.address)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// Takes a person off the list and ends the link.
///
/// `keep`: the person could have answered. Then the row stays, without anything that tells whose it is, and is counted on:
/// a count that went down for those alone who have not answered would name the others. Without `keep` it goes; one that was
/// used stays all the same.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove(db: &mut Writer, campaign: i64, code: &str, keep: bool) -> Result<(), StoreError> {
    outbox::withdraw(db, campaign, code).await?;
    if !keep {
        let gone: Option<String> = on!(db, |c| sqlx::query_scalar(
            "DELETE FROM invitation WHERE campaign = $1 AND code = $2 AND NOT used RETURNING code"
        )
        .bind(campaign)
        .bind(code)
        .fetch_optional(c)
        .await)?;
        if gone.is_some() {
            return Ok(());
        }
    }
    on!(db, |c| {
        sqlx::query(
        "UPDATE invitation SET nameless = TRUE, code = $3, name = NULL, title = NULL, email = NULL, address = NULL,
            token_hash = NULL, code_hash = NULL, stop_hash = NULL, mail_fault = NULL, had_link = TRUE, mailed = FALSE, sent = FALSE
         WHERE campaign = $1 AND code = $2"
    )
    .bind(campaign)
    .bind(code)
    .bind(nameless_code())
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// The code of a row that tells of nobody: one that no list can have, since it begins with a dot.
pub fn nameless_code() -> String {
    format!(".{}", secret::hex(&secret::random::<16>()))
}

/// Gives an invitation a new token for print, which ends its old one, the short code and the mail that may wait; false if there is no such
/// invitation. Who has answered gets one like everybody; whoever opens it is told that it was used.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_token(
    db: &mut Writer,
    campaign: i64,
    code: &str,
    hash: &[u8; 32],
) -> Result<bool, StoreError> {
    outbox::withdraw(db, campaign, code).await?;
    outbox::end_link(db, campaign, code).await?;
    let set: Option<String> = on!(db, |c| sqlx::query_scalar(
        "UPDATE invitation SET token_hash = $3, code_hash = NULL, mailed = FALSE
         WHERE campaign = $1 AND code = $2 RETURNING code"
    )
    .bind(campaign)
    .bind(code)
    .bind(hash.as_slice())
    .fetch_optional(c)
    .await)?;
    Ok(set.is_some())
}

/// What the link with this token hash leads to: one that a person has, one that is on its way to them, or one that a newer
/// one took the place of. One query for all, so that an unknown link is not told apart by how long it takes.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, hash: &[u8; 32]) -> Result<Option<Link>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT campaign, code, unit, rater_group, used, FALSE AS ended FROM invitation WHERE token_hash = $1
         UNION ALL
         SELECT i.campaign, i.code, i.unit, i.rater_group, i.used, FALSE FROM outbox o
         JOIN invitation i ON i.campaign = o.campaign AND i.code = o.code WHERE o.hash = $1
         UNION ALL
         SELECT campaign, '', '', NULL, FALSE, TRUE FROM ended_link WHERE hash = $1"
    )
    .bind(hash.as_slice())
    .fetch_optional(c)
    .await)?)
}

/// Marks a link as used. Every invitation of the campaign is rewritten, so that no row version, transaction number
/// or place in the table tells which one it was (security test B-03).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn spend(db: &mut Writer, campaign: i64, hash: &[u8; 32]) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE invitation SET used = used OR COALESCE(token_hash = $2, FALSE)
             OR COALESCE(code = (SELECT code FROM outbox WHERE hash = $2 AND campaign = $1), FALSE)
         WHERE campaign = $1"
    )
    .bind(campaign)
    .bind(hash.as_slice())
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Writes the table anew in the order of its key and removes old versions of rows: where single rows were changed, as by
/// mails to those who have not answered, their place would tell for good which they were.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn in_order(pool: &sqlx::PgPool) -> Result<(), StoreError> {
    sqlx::query("CLUSTER invitation USING invitation_pkey").execute(pool).await?;
    sqlx::query("VACUUM outbox, invitation").execute(pool).await?;
    Ok(())
}

/// How many invited persons of each unit have not answered yet, by unit.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn unused(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(String, u64)>, StoreError> {
    let rows: Vec<(String, i64)> = on!(db, |c| {
        sqlx::query_as(
        "SELECT unit, COUNT(*) FROM invitation WHERE campaign = $1 AND NOT used GROUP BY unit ORDER BY unit"
    )
    .bind(campaign)
    .fetch_all(c)
    .await
    })?;
    Ok(rows.into_iter().map(|(unit, n)| (unit, n.unsigned_abs())).collect())
}

/// How many persons of each group of raters and unit have not answered yet.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn unused_raters(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(Rater, u64)>, StoreError> {
    let rows: Vec<(String, String, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT rater_group, unit, COUNT(*) FROM invitation
         WHERE campaign = $1 AND NOT used AND rater_group IS NOT NULL
         GROUP BY rater_group, unit ORDER BY rater_group, unit"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    Ok(rows.into_iter().map(|(group, unit, n)| (Rater { group, unit }, n.unsigned_abs())).collect())
}

/// Marks the first `n` unused invitations of a unit as used, for invented answers: their number must equal that of used
/// links (security test C-04).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn spend_some(
    db: &mut Writer,
    campaign: i64,
    unit: &str,
    rater_group: Option<&str>,
    n: u64,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE invitation SET used = TRUE WHERE campaign = $1 AND code IN
         (SELECT code FROM invitation WHERE campaign = $1 AND unit = $2 AND COALESCE(rater_group, '') = $4
          AND NOT used ORDER BY code LIMIT $3)"
    )
    .bind(campaign)
    .bind(unit)
    .bind(i64::try_from(n).unwrap_or(i64::MAX))
    .bind(rater_group.unwrap_or_default())
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}
