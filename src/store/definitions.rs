//! Questionnaires as campaigns pinned them: canonical JSON and its SHA-256. Never changed once pinned.

use serde::Deserialize;

use super::{AsConn, StoreError, Writer, on};
use crate::definition::model::Audience;

/// Whether a definition is for officials; what cannot be read is refused elsewhere.
fn is_for_officials(canonical: &str) -> bool {
    #[derive(Deserialize)]
    struct Asks {
        audience: Audience,
    }
    serde_json::from_str(canonical).is_ok_and(|asks: Asks| asks.audience == Audience::Officials)
}

/// A pinned definition.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Pinned {
    /// Number used by answer sheets.
    pub number: i64,
    /// Id of the definition.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the canonical JSON, hex.
    pub sha256: String,
    /// The canonical JSON.
    pub canonical: String,
}

/// The pinned definition with this id and version.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, id: &str, version: &str) -> Result<Option<Pinned>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, id, version, sha256, canonical FROM definition WHERE id = $1 AND version = $2"
    )
    .bind(id)
    .bind(version)
    .fetch_optional(c)
    .await)?)
}

/// The pinned definition with this number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn get(db: &mut impl AsConn, number: i64) -> Result<Option<Pinned>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, id, version, sha256, canonical FROM definition WHERE number = $1"
    )
    .bind(number)
    .fetch_optional(c)
    .await)?)
}

/// All pinned definitions, by number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn all(db: &mut impl AsConn) -> Result<Vec<Pinned>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, id, version, sha256, canonical FROM definition ORDER BY number"
    )
    .fetch_all(c)
    .await)?)
}

/// Pins a definition and gives its number; a version already pinned keeps its row.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn pin(
    db: &mut Writer,
    id: &str,
    version: &str,
    sha256: &str,
    canonical: &str,
) -> Result<i64, StoreError> {
    if let Some(pinned) = find(db, id, version).await? {
        return Ok(pinned.number);
    }
    let number: i64 = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO definition (number, id, version, sha256, canonical, officials)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5 FROM definition RETURNING number"
    )
    .bind(id)
    .bind(version)
    .bind(sha256)
    .bind(canonical)
    .bind(is_for_officials(canonical))
    .fetch_one(c)
    .await)?;
    Ok(number)
}

/// Replaces a pinned version that no campaign with answers uses; false if one does.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replace_unused(
    db: &mut Writer,
    number: i64,
    sha256: &str,
    canonical: &str,
) -> Result<bool, StoreError> {
    let replaced: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "UPDATE definition SET sha256 = $2, canonical = $3, officials = $4 WHERE number = $1
         AND NOT EXISTS (SELECT 1 FROM campaign k WHERE k.definition = $1
             AND (EXISTS (SELECT 1 FROM response r WHERE r.campaign = k.number)
                  OR EXISTS (SELECT 1 FROM urn u WHERE u.campaign = k.number)
                  OR EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = k.number)))
         RETURNING number"
    )
    .bind(number)
    .bind(sha256)
    .bind(canonical)
    .bind(is_for_officials(canonical))
    .fetch_optional(c)
    .await)?;
    Ok(replaced.is_some())
}

/// The pinned definitions that campaigns use: number, and by how many campaigns.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn uses(db: &mut impl AsConn) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT definition, COUNT(*) FROM campaign GROUP BY definition ORDER BY definition"
    )
    .fetch_all(c)
    .await)?)
}

/// Removes a pinned definition that no campaign uses; false if one does.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove_unused(db: &mut Writer, number: i64) -> Result<bool, StoreError> {
    on!(db, |c| sqlx::query(
        "DELETE FROM translation WHERE definition = $1
         AND NOT EXISTS (SELECT 1 FROM campaign WHERE definition = $1)"
    )
    .bind(number)
    .execute(c)
    .await
    .map(drop))?;
    let removed: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "DELETE FROM definition WHERE number = $1
         AND NOT EXISTS (SELECT 1 FROM campaign WHERE definition = $1) RETURNING number"
    )
    .bind(number)
    .fetch_optional(c)
    .await)?;
    Ok(removed.is_some())
}
