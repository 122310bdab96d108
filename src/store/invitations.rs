//! Invitations and their personal links. Only keyed hashes of tokens are stored, and nothing here says when a link
//! was used.

use crate::secret::Key;

use super::{AsConn, StoreError, Writer, on, outbox};

/// An invited person of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invitation {
    /// The list's own number.
    pub code: String,
    /// Unit (group) that the answer counts for.
    pub unit: String,
    /// Name.
    pub name: Option<String>,
    /// E-mail address; absent: a letter.
    pub email: Option<String>,
    /// Whether a link has been made.
    pub linked: bool,
    /// Whether the link was made for an e-mail (else it was printed).
    pub mailed: bool,
    /// Whether the link has been sent by e-mail.
    pub sent: bool,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    /// Number of its campaign.
    pub campaign: i64,
    /// Unit (group) that the answer counts for.
    pub unit: String,
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
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT code, unit, name, email, token_hash IS NOT NULL AS linked, mailed, sent FROM invitation
         WHERE campaign = $1 ORDER BY code"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// Codes of the invitations whose link was used. Only for refusing to withdraw or move them: who has answered is nobody's
/// business.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn used(db: &mut impl AsConn, campaign: i64) -> Result<Vec<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT code FROM invitation WHERE campaign = $1 AND used ORDER BY code"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// Ends a link that was made for an e-mail, since the address was wrong; the next run of invitations makes a new one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_mailed(db: &mut Writer, campaign: i64, code: &str) -> Result<(), StoreError> {
    outbox::withdraw(db, campaign, code).await?;
    let used: Option<bool> =
        on!(db, |c| sqlx::query_scalar("SELECT used FROM invitation WHERE campaign = $1 AND code = $2")
            .bind(campaign)
            .bind(code)
            .fetch_optional(c)
            .await)?;
    if used == Some(false) {
        outbox::end_link(db, campaign, code).await?;
    }
    on!(db, |c| sqlx::query(
        "UPDATE invitation SET token_hash = NULL, mailed = FALSE, sent = FALSE, mail_fault = NULL
         WHERE campaign = $1 AND code = $2 AND mailed AND NOT used"
    )
    .bind(campaign)
    .bind(code)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
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
pub async fn put(
    db: &mut Writer,
    campaign: i64,
    code: &str,
    unit: &str,
    name: Option<&str>,
    email: Option<&str>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO invitation (campaign, code, unit, name, email, token_hash, mailed, sent, used)
         VALUES ($1, $2, $3, $4, $5, NULL, FALSE, FALSE, FALSE)
         ON CONFLICT (campaign, code) DO UPDATE
         SET unit = excluded.unit, name = excluded.name, email = excluded.email"
    )
    .bind(campaign)
    .bind(code)
    .bind(unit)
    .bind(name)
    .bind(email)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Withdraws an invitation; false if its link was used, since the answer cannot be taken back.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove(db: &mut Writer, campaign: i64, code: &str) -> Result<bool, StoreError> {
    outbox::withdraw(db, campaign, code).await?;
    let gone: Option<String> = on!(db, |c| sqlx::query_scalar(
        "DELETE FROM invitation WHERE campaign = $1 AND code = $2 AND NOT used RETURNING code"
    )
    .bind(campaign)
    .bind(code)
    .fetch_optional(c)
    .await)?;
    Ok(gone.is_some())
}

/// Gives an invitation a new token for print, which ends its old one and the mail that may wait; false if there is no such
/// invitation or it was used.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_token(
    db: &mut Writer,
    campaign: i64,
    code: &str,
    hash: &[u8; 32],
) -> Result<bool, StoreError> {
    let open: Option<String> = on!(db, |c| sqlx::query_scalar(
        "SELECT code FROM invitation WHERE campaign = $1 AND code = $2 AND NOT used"
    )
    .bind(campaign)
    .bind(code)
    .fetch_optional(c)
    .await)?;
    if open.is_none() {
        return Ok(false);
    }
    outbox::withdraw(db, campaign, code).await?;
    outbox::end_link(db, campaign, code).await?;
    let set: Option<String> = on!(db, |c| sqlx::query_scalar(
        "UPDATE invitation SET token_hash = $3, mailed = FALSE
         WHERE campaign = $1 AND code = $2 AND NOT used RETURNING code"
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
        "SELECT campaign, unit, used, FALSE AS ended FROM invitation WHERE token_hash = $1
         UNION ALL
         SELECT i.campaign, i.unit, i.used, FALSE FROM outbox o
         JOIN invitation i ON i.campaign = o.campaign AND i.code = o.code WHERE o.hash = $1
         UNION ALL
         SELECT campaign, '', FALSE, TRUE FROM ended_link WHERE hash = $1"
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

/// Marks the first `n` unused invitations of a unit as used, for invented answers: their number must equal that of used
/// links (security test C-04).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn spend_some(db: &mut Writer, campaign: i64, unit: &str, n: u64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE invitation SET used = TRUE WHERE campaign = $1 AND code IN
         (SELECT code FROM invitation WHERE campaign = $1 AND unit = $2 AND NOT used ORDER BY code LIMIT $3)"
    )
    .bind(campaign)
    .bind(unit)
    .bind(i64::try_from(n).unwrap_or(i64::MAX))
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}
