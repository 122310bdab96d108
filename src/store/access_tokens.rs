//! Access tokens of programs. Only a keyed hash of a token is kept, made by [`crate::web::auth::token`].

use crate::organisation::Role;

use super::{AsConn, StoreError, Writer, on};

/// How long a token that has run out is still listed, in milliseconds: 30 days.
pub const KEPT: i64 = 30 * 86_400_000;

/// A token as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Token {
    /// Random id, by which it is listed and revoked; it opens nothing.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Codes of its scopes with spaces between them.
    pub scopes: String,
    /// When it was made, UTC milliseconds.
    pub created: i64,
    /// From when on it opens nothing.
    pub expires: i64,
    /// The day on which it was last used, since 1970.
    pub used: Option<i64>,
}

/// A new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewToken<'a> {
    /// See [`Token::id`].
    pub id: &'a str,
    /// Keyed hash of the token itself.
    pub hash: &'a [u8; 32],
    /// See [`Token::name`].
    pub name: &'a str,
    /// See [`Token::scopes`].
    pub scopes: &'a str,
    /// Whether its owner had come through the single sign-on, which answers for the second factor.
    pub vouched: bool,
    /// See [`Token::expires`].
    pub expires: i64,
}

/// A token with the account that it is of.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Held {
    /// See [`Token::id`].
    pub id: String,
    /// See [`Token::scopes`].
    pub scopes: String,
    /// See [`NewToken::vouched`].
    pub vouched: bool,
    /// See [`Token::expires`].
    pub expires: i64,
    /// See [`Token::used`].
    pub used: Option<i64>,
    /// The account.
    pub account: String,
    /// Its role now.
    pub role: Role,
    /// The unit that it is bound to now.
    pub unit: Option<String>,
    /// Whether the account can be used now.
    pub usable: bool,
    /// Whether it has a second factor now.
    pub has_second_factor: bool,
}

/// The token with this hash, and the account as it is at `now`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, hash: &[u8; 32], now: i64) -> Result<Option<Held>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT t.id, t.scopes, t.vouched, t.expires, t.used, t.account, a.role, a.unit,
                (NOT a.disabled AND (a.expires IS NULL OR a.expires > $2)) AS usable,
                (a.totp_seed IS NOT NULL) AS has_second_factor
         FROM access_token t JOIN account a ON a.name = t.account WHERE t.token_hash = $1"
    )
    .bind(hash.as_slice())
    .bind(now)
    .fetch_optional(c)
    .await)?)
}

/// The tokens of an account, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of(db: &mut impl AsConn, account: &str) -> Result<Vec<Token>, StoreError> {
    if !super::storable(account) {
        return Ok(Vec::new());
    }
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT id, name, scopes, created, expires, used FROM access_token WHERE account = $1
         ORDER BY created DESC, id"
    )
    .bind(account)
    .fetch_all(c)
    .await)?)
}

/// Keeps a new token of an account.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn add(db: &mut Writer, account: &str, token: &NewToken<'_>, now: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO access_token (id, token_hash, account, name, scopes, vouched, created, expires)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(token.id)
    .bind(token.hash.as_slice())
    .bind(account)
    .bind(token.name)
    .bind(token.scopes)
    .bind(token.vouched)
    .bind(now)
    .bind(token.expires)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Revokes a token of an account; gives its name, `None` if the account has none with this id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn revoke(db: &mut Writer, account: &str, id: &str) -> Result<Option<String>, StoreError> {
    if !super::storable(id) || !super::storable(account) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_scalar(
        "DELETE FROM access_token WHERE account = $1 AND id = $2 RETURNING name"
    )
    .bind(account)
    .bind(id)
    .fetch_optional(c)
    .await)?)
}

/// Ends all tokens of an account; gives how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_all(db: &mut Writer, account: &str) -> Result<usize, StoreError> {
    let ended: Vec<String> =
        on!(db, |c| sqlx::query_scalar("DELETE FROM access_token WHERE account = $1 RETURNING id")
            .bind(account)
            .fetch_all(c)
            .await)?;
    Ok(ended.len())
}

/// Notes the day on which a token was used.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note_use(db: &mut Writer, id: &str, day: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE access_token SET used = $2 WHERE id = $1")
        .bind(id)
        .bind(day)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Removes tokens that had run out by then.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sweep(db: &mut Writer, before: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM access_token WHERE expires < $1")
        .bind(before)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// When a session began and how it came in, as it is stored; `None` if the account has none with this id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn session(
    db: &mut impl AsConn,
    account: &str,
    id: &str,
) -> Result<Option<(i64, i64)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as("SELECT created, entry FROM session WHERE account = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}
