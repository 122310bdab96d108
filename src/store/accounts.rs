//! Staff accounts and their sessions. Passwords are hashed by [`crate::web::auth`]; session tokens are stored hashed.

use crate::organisation::Role;

use super::{AsConn, StoreError, Writer, access_tokens, on};

/// A staff account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Account {
    /// Name used to sign in.
    pub name: String,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// Role.
    pub role: Role,
    /// The unit it is bound to.
    pub unit: Option<String>,
    /// Whether somebody has switched it off.
    pub disabled: bool,
    /// From when on it cannot be used, UTC milliseconds.
    pub expires: Option<i64>,
}

impl Account {
    /// Whether the account can be used at `now`.
    pub fn is_usable(&self, now: i64) -> bool {
        !self.disabled && self.expires.is_none_or(|expires| now < expires)
    }
}

/// Longest name, in characters.
const LONGEST_NAME: usize = 64;

/// Whether a text can be a new account's name: small letters of ASCII, digits and `. _ - @` between them. So no two names look
/// alike, none has to be quoted anywhere, and every keyboard can type it. Older accounts may have other names.
pub fn is_name(name: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c);
    (2..=LONGEST_NAME).contains(&name.len())
        && name.chars().all(inside)
        && ends(name.chars().next())
        && ends(name.chars().next_back())
        && !name.contains("..")
}

/// The account with this name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, name: &str) -> Result<Option<Account>, StoreError> {
    if !super::storable(name) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT name, password_hash, role, unit, disabled, expires FROM account WHERE name = $1"
    )
    .bind(name)
    .fetch_optional(c)
    .await)?)
}

/// Adds an account; false if there is one with this name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn add(db: &mut Writer, account: &Account, now: i64) -> Result<bool, StoreError> {
    let added: Option<String> = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO account (name, password_hash, role, unit, disabled, expires, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING name"
    )
    .bind(&account.name)
    .bind(&account.password_hash)
    .bind(account.role.code())
    .bind(&account.unit)
    .bind(account.disabled)
    .bind(account.expires)
    .bind(now)
    .fetch_optional(c)
    .await)?;
    Ok(added.is_some())
}

/// Sets a new password hash; `end_sessions` signs the account out everywhere and ends its access tokens.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_password(
    db: &mut Writer,
    name: &str,
    hash: &str,
    end_sessions: bool,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE account SET password_hash = $2 WHERE name = $1")
        .bind(name)
        .bind(hash)
        .execute(c)
        .await
        .map(drop))?;
    if end_sessions { self::end_sessions(db, name).await } else { Ok(()) }
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Session {
    /// The account signed in.
    pub account: String,
    /// Its role.
    pub role: Role,
    /// The unit it is bound to.
    pub unit: Option<String>,
    /// When it began, UTC milliseconds.
    pub created: i64,
    /// When it was last used.
    pub seen: i64,
    /// See [`NewSession::id`].
    pub id: String,
    /// How it came in, as `web::auth::session::Admission` has it.
    pub entry: i64,
    /// Whether its account has a second factor.
    pub has_second_factor: bool,
}

/// By what people recognise a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession<'a> {
    /// Random id, by which it is listed and ended; it opens nothing.
    pub id: &'a str,
    /// Browser and system, coarsely.
    pub device: &'a str,
    /// The network address that it was begun from.
    pub address: &'a str,
    /// How it came in, as `web::auth::session::Admission` has it.
    pub entry: i64,
}

/// Begins a session.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn begin_session(
    db: &mut Writer,
    token_hash: &[u8; 32],
    account: &str,
    now: i64,
    session: &NewSession<'_>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO session (token_hash, account, created, seen, id, device, address, entry)
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7)"
    )
    .bind(token_hash.as_slice())
    .bind(account)
    .bind(now)
    .bind(session.id)
    .bind(session.device)
    .bind(session.address)
    .bind(session.entry)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// The session with this token hash, if its account can be used at `now` (security test E-06).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn session(
    db: &mut impl AsConn,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<Option<Session>, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_as(
            "SELECT s.account, a.role, a.unit, s.created, s.seen, s.id, s.entry,
                (a.totp_seed IS NOT NULL) AS has_second_factor
         FROM session s JOIN account a ON a.name = s.account
         WHERE s.token_hash = $1 AND NOT a.disabled AND (a.expires IS NULL OR a.expires > $2)",
        )
        .bind(token_hash.as_slice())
        .bind(now)
        .fetch_optional(c)
        .await
    })?)
}

/// The account of the session with this token hash, over or not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn owner_of_session(
    db: &mut impl AsConn,
    token_hash: &[u8; 32],
) -> Result<Option<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT account FROM session WHERE token_hash = $1")
        .bind(token_hash.as_slice())
        .fetch_optional(c)
        .await)?)
}

/// Ends all sessions of an account, and its access tokens with them: whatever calls for the one has changed how people come
/// in, and a token made before must not be a way around it (security test E-06).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_sessions(db: &mut Writer, account: &str) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM session WHERE account = $1")
        .bind(account)
        .execute(c)
        .await
        .map(drop))?;
    access_tokens::end_all(db, account).await?;
    Ok(())
}

/// Notes that a session is in use.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn touch_session(db: &mut Writer, token_hash: &[u8; 32], now: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE session SET seen = $2 WHERE token_hash = $1")
        .bind(token_hash.as_slice())
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Ends a session; gives whose it was.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_session(db: &mut Writer, token_hash: &[u8; 32]) -> Result<Option<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("DELETE FROM session WHERE token_hash = $1 RETURNING account")
        .bind(token_hash.as_slice())
        .fetch_optional(c)
        .await)?)
}

/// Removes sessions begun or last used before these moments.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sweep_sessions(
    db: &mut Writer,
    created_before: i64,
    seen_before: i64,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM session WHERE created < $1 OR seen < $2")
        .bind(created_before)
        .bind(seen_before)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_plain_and_look_like_no_other_one() {
        for name in ["thulan", "an.nv", "le-hoa_2", "hoa@snv.gialai.gov.vn", "a1"] {
            assert!(is_name(name), "{name}");
        }
        let (long, odd) = ("a".repeat(65), "qu\u{430}ng");
        for name in [
            "",
            "a",
            ".",
            "..",
            "Quang",
            "quảng",
            odd,
            "a b",
            " an",
            "an ",
            "a/b",
            "a..b",
            "-an",
            "an-",
            "@",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\0b",
            "an\n",
            "command:root",
            "<b>an</b>",
            "=1+1",
            &long,
        ] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
