//! What administrators do with accounts: listing, changing, switching off; sessions by their ids; one-time links.

use crate::organisation::Role;

use super::{AsConn, StoreError, Writer, on};

/// An account as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Listed {
    /// Name used to log in.
    pub name: String,
    /// Name of the person; may be empty.
    pub full_name: String,
    /// Where to reach them.
    pub email: Option<String>,
    /// Role.
    pub role: Role,
    /// The unit it is bound to.
    pub unit: Option<String>,
    /// Whether somebody has switched it off.
    pub disabled: bool,
    /// From when on it cannot be used.
    pub expires: Option<i64>,
    /// Whether a password has been set.
    pub has_password: bool,
    /// Whether it has a second factor.
    pub has_second_factor: bool,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT name, full_name, email, role, unit, disabled, expires, (password_hash <> '') AS has_password, ",
            "(totp_seed IS NOT NULL) AS has_second_factor FROM account ",
            $rest
        )
    };
}

/// All accounts, by name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn all(db: &mut impl AsConn) -> Result<Vec<Listed>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(select!("ORDER BY name")).fetch_all(c).await)?)
}

/// The account with this name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn get(db: &mut impl AsConn, name: &str) -> Result<Option<Listed>, StoreError> {
    if !super::storable(name) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_as(select!("WHERE name = $1")).bind(name).fetch_optional(c).await)?)
}

/// What can be changed of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Name of the person.
    pub full_name: String,
    /// Where to reach them.
    pub email: Option<String>,
    /// Role.
    pub role: Role,
    /// The unit it is bound to.
    pub unit: Option<String>,
    /// From when on it cannot be used.
    pub expires: Option<i64>,
}

/// Adds an account without a password, which a one-time link sets; false if there is one with this name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn add(db: &mut Writer, name: &str, details: &Details, now: i64) -> Result<bool, StoreError> {
    let added: Option<String> = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO account (name, password_hash, role, unit, created, full_name, email, expires)
         VALUES ($1, '', $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING name"
    )
    .bind(name)
    .bind(details.role.code())
    .bind(&details.unit)
    .bind(now)
    .bind(&details.full_name)
    .bind(&details.email)
    .bind(details.expires)
    .fetch_optional(c)
    .await)?;
    Ok(added.is_some())
}

/// Changes an account.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn change(db: &mut Writer, name: &str, details: &Details) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE account SET role = $2, unit = $3, full_name = $4, email = $5, expires = $6 WHERE name = $1"
    )
    .bind(name)
    .bind(details.role.code())
    .bind(&details.unit)
    .bind(&details.full_name)
    .bind(&details.email)
    .bind(details.expires)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Switches an account off or on again.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_disabled(db: &mut Writer, name: &str, disabled: bool) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE account SET disabled = $2 WHERE name = $1")
        .bind(name)
        .bind(disabled)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// How many administrators can be used at `now` and have a password. Until the transaction ends nobody else changes
/// one, so that of two administrators who switch each other off only one does.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn administrators(db: &mut Writer, now: i64) -> Result<i64, StoreError> {
    on!(db, |c| sqlx::query("UPDATE account SET role = role WHERE role = 'administrator'")
        .execute(c)
        .await
        .map(drop))?;
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT COUNT(*) FROM account WHERE role = 'administrator' AND NOT disabled AND password_hash <> ''
           AND (expires IS NULL OR expires > $1)"
    )
    .bind(now)
    .fetch_one(c)
    .await)?)
}

/// A session as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Session {
    /// Its public id.
    pub id: String,
    /// When it began.
    pub created: i64,
    /// When it was last used, to about a minute.
    pub seen: i64,
    /// Browser and system.
    pub device: String,
    /// The network address that it was begun from.
    pub address: String,
}

/// The sessions of an account that began and were used after these moments, the latest used first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sessions(
    db: &mut impl AsConn,
    account: &str,
    created_after: i64,
    seen_after: i64,
) -> Result<Vec<Session>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT id, created, seen, device, address FROM session
         WHERE account = $1 AND created > $2 AND seen > $3 ORDER BY seen DESC, id"
    )
    .bind(account)
    .bind(created_after)
    .bind(seen_after)
    .fetch_all(c)
    .await)?)
}

/// Ends one session of an account; false if it has none with this id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_session(db: &mut Writer, account: &str, id: &str) -> Result<bool, StoreError> {
    if !super::storable(id) {
        return Ok(false);
    }
    let ended: Option<String> =
        on!(db, |c| sqlx::query_scalar("DELETE FROM session WHERE account = $1 AND id = $2 RETURNING id")
            .bind(account)
            .bind(id)
            .fetch_optional(c)
            .await)?;
    Ok(ended.is_some())
}

/// Ends all sessions of an account but the one with the id `but` (none has an empty one); gives how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_sessions(db: &mut Writer, account: &str, but: &str) -> Result<usize, StoreError> {
    let ended: Vec<String> =
        on!(db, |c| sqlx::query_scalar("DELETE FROM session WHERE account = $1 AND id <> $2 RETURNING id")
            .bind(account)
            .bind(but)
            .fetch_all(c)
            .await)?;
    Ok(ended.len())
}

/// Makes a one-time link of an account; an older one of it is worthless from now on.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_link(
    db: &mut Writer,
    token_hash: &[u8; 32],
    account: &str,
    purpose: &str,
    expires: i64,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM account_link WHERE account = $1")
        .bind(account)
        .execute(c)
        .await
        .map(drop))?;
    on!(db, |c| sqlx::query(
        "INSERT INTO account_link (token_hash, account, purpose, expires) VALUES ($1, $2, $3, $4)"
    )
    .bind(token_hash.as_slice())
    .bind(account)
    .bind(purpose)
    .bind(expires)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Whose link this is, if it can be used at `now`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn link(
    db: &mut impl AsConn,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<Option<String>, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_scalar(
        "SELECT l.account FROM account_link l JOIN account a ON a.name = l.account
         WHERE l.token_hash = $1 AND l.expires > $2 AND NOT a.disabled AND (a.expires IS NULL OR a.expires > $2)"
    )
    .bind(token_hash.as_slice())
    .bind(now)
    .fetch_optional(c)
    .await
    })?)
}

/// Uses a link up. Of several at once one gets true.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn use_link(db: &mut Writer, token_hash: &[u8; 32], now: i64) -> Result<bool, StoreError> {
    let used: Option<String> = on!(db, |c| sqlx::query_scalar(
        "DELETE FROM account_link WHERE token_hash = $1 AND expires > $2 RETURNING account"
    )
    .bind(token_hash.as_slice())
    .bind(now)
    .fetch_optional(c)
    .await)?;
    Ok(used.is_some())
}

/// Removes the links of an account, and those that have run out.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sweep_links(db: &mut Writer, account: &str, now: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM account_link WHERE account = $1 OR expires <= $2")
        .bind(account)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Name of the setting that holds the hash and the end of the set-up link.
const SETUP: &str = "setup";

/// Keeps the set-up link of a database without accounts, if it has none; an older link is worthless from now on. False
/// if there are accounts.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_setup(db: &mut Writer, token_hash: &str, expires: i64) -> Result<bool, StoreError> {
    let accounts: i64 = on!(db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM account").fetch_one(c).await)?;
    if accounts > 0 {
        return Ok(false);
    }
    on!(db, |c| sqlx::query(
        "INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
    .bind(SETUP)
    .bind(format!("{expires}:{token_hash}"))
    .execute(c)
    .await
    .map(drop))?;
    Ok(true)
}

/// Whether there is no account at all.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_empty(db: &mut impl AsConn) -> Result<bool, StoreError> {
    let any: Option<String> =
        on!(db, |c| sqlx::query_scalar("SELECT name FROM account LIMIT 1").fetch_optional(c).await)?;
    Ok(any.is_none())
}

/// Whether this is the set-up link, and can be used at `now`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_setup(db: &mut impl AsConn, token_hash: &str, now: i64) -> Result<bool, StoreError> {
    let kept: Option<String> = on!(db, |c| sqlx::query_scalar(
        "SELECT value FROM setting WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM account)"
    )
    .bind(SETUP)
    .fetch_optional(c)
    .await)?;
    let kept = kept.as_deref().and_then(|kept| kept.split_once(':'));
    Ok(kept.is_some_and(|(expires, hash)| {
        hash == token_hash && expires.parse::<i64>().is_ok_and(|expires| now < expires)
    }))
}

/// Uses the set-up link up. Of several at once one gets true.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn use_setup(db: &mut Writer) -> Result<bool, StoreError> {
    let used: Option<String> =
        on!(db, |c| sqlx::query_scalar("DELETE FROM setting WHERE name = $1 RETURNING name")
            .bind(SETUP)
            .fetch_optional(c)
            .await)?;
    Ok(used.is_some())
}
