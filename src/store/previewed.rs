//! What was sent to be looked at before it is done: kept for a while, so that its preview is a page with an address of its
//! own, to which a browser can go back, and which can be loaded again.

use super::{AsConn, StoreError, Writer, on};
use crate::secret;

/// How long it is kept, in milliseconds.
const KEPT: i64 = 12 * 60 * 60 * 1_000;
/// How much of an account is kept at once; the oldest goes first.
const OF_AN_ACCOUNT: i64 = 5;
/// Length of an id, in characters of 5 bits.
const ID: usize = 26;

/// Keeps something for an account; gives its id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn keep(
    db: &mut Writer,
    account: &str,
    purpose: &str,
    content: &[u8],
    now: i64,
) -> Result<String, StoreError> {
    on!(db, |c| sqlx::query(
        "DELETE FROM previewed WHERE until < $1 OR account = $2 AND id NOT IN
         (SELECT id FROM previewed WHERE account = $2 ORDER BY until DESC LIMIT $3)"
    )
    .bind(now)
    .bind(account)
    .bind(OF_AN_ACCOUNT - 1)
    .execute(c)
    .await
    .map(drop))?;
    let id = secret::token::<ID>();
    on!(db, |c| sqlx::query(
        "INSERT INTO previewed (id, account, purpose, content, until) VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(&id)
    .bind(account)
    .bind(purpose)
    .bind(content)
    .bind(now + KEPT)
    .execute(c)
    .await
    .map(drop))?;
    Ok(id)
}

/// What is kept under an id for this account and purpose.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(
    db: &mut impl AsConn,
    id: &str,
    account: &str,
    purpose: &str,
    now: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    if !super::storable(id) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT content FROM previewed WHERE id = $1 AND account = $2 AND purpose = $3 AND until >= $4"
    )
    .bind(id)
    .bind(account)
    .bind(purpose)
    .bind(now)
    .fetch_optional(c)
    .await)?)
}

/// Drops what was done.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn drop_done(db: &mut Writer, id: &str, account: &str) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM previewed WHERE id = $1 AND account = $2")
        .bind(id)
        .bind(account)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
