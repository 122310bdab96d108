//! Second factors of accounts: the seed from which the secret follows (`web::auth::second_factor`), the last code used,
//! and hashes of recovery codes.

use super::{AsConn, StoreError, Writer, on};

/// An account's second factor.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct SecondFactor {
    /// The seed of its secret.
    pub seed: Vec<u8>,
    /// The time step of the last code that was used.
    pub step: i64,
}

/// The second factor of an account, if it has one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, account: &str) -> Result<Option<SecondFactor>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT totp_seed AS seed, totp_step AS step FROM account
         WHERE name = $1 AND totp_seed IS NOT NULL AND totp_step IS NOT NULL"
    )
    .bind(account)
    .fetch_optional(c)
    .await)?)
}

/// Gives an account this second factor in place of any other, with these recovery codes.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set(
    db: &mut Writer,
    account: &str,
    factor: &SecondFactor,
    recovery: &[[u8; 32]],
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE account SET totp_seed = $2, totp_step = $3 WHERE name = $1")
        .bind(account)
        .bind(&factor.seed)
        .bind(factor.step)
        .execute(c)
        .await
        .map(drop))?;
    replace_recovery(db, account, recovery).await
}

/// Takes the second factor and its recovery codes away; false if there was none.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove(db: &mut Writer, account: &str) -> Result<bool, StoreError> {
    let had: Option<String> = on!(db, |c| sqlx::query_scalar(
        "UPDATE account SET totp_seed = NULL, totp_step = NULL
         WHERE name = $1 AND totp_seed IS NOT NULL RETURNING name"
    )
    .bind(account)
    .fetch_optional(c)
    .await)?;
    replace_recovery(db, account, &[]).await?;
    Ok(had.is_some())
}

/// Uses up the code of a time step; false if it, or a later one, was used before (security test F-11).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn use_step(db: &mut Writer, account: &str, step: i64) -> Result<bool, StoreError> {
    let used: Option<String> = on!(db, |c| sqlx::query_scalar(
        "UPDATE account SET totp_step = $2
         WHERE name = $1 AND totp_seed IS NOT NULL AND totp_step < $2 RETURNING name"
    )
    .bind(account)
    .bind(step)
    .fetch_optional(c)
    .await)?;
    Ok(used.is_some())
}

/// Uses up a recovery code; false if there is none with this hash, or no longer.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn use_recovery(db: &mut Writer, account: &str, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let used: Option<String> = on!(db, |c| sqlx::query_scalar(
        "DELETE FROM recovery_code WHERE account = $1 AND code_hash = $2 RETURNING account"
    )
    .bind(account)
    .bind(hash.as_slice())
    .fetch_optional(c)
    .await)?;
    Ok(used.is_some())
}

/// How many recovery codes an account has left.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn recovery_left(db: &mut impl AsConn, account: &str) -> Result<i64, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM recovery_code WHERE account = $1")
        .bind(account)
        .fetch_one(c)
        .await)?)
}

/// Puts new recovery codes in the place of those that were left.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replace_recovery(
    db: &mut Writer,
    account: &str,
    recovery: &[[u8; 32]],
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM recovery_code WHERE account = $1")
        .bind(account)
        .execute(c)
        .await
        .map(drop))?;
    for hash in recovery {
        on!(db, |c| sqlx::query("INSERT INTO recovery_code (account, code_hash) VALUES ($1, $2)")
            .bind(account)
            .bind(hash.as_slice())
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}
