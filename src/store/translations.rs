//! The words of pinned definitions in further languages: canonical JSON and its SHA-256. Never changed once somebody
//! answered in the language, so that an answer's definition and language name the words it was given to.

use super::{AsConn, StoreError, Writer, on};

/// A pinned translation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Pinned {
    /// Number of the pinned definition.
    pub definition: i64,
    /// Language code.
    pub language: String,
    /// SHA-256 of the canonical JSON, hex.
    pub sha256: String,
    /// The canonical JSON.
    pub texts: String,
}

/// The translations of a pinned definition, by language.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of(db: &mut impl AsConn, definition: i64) -> Result<Vec<Pinned>, StoreError> {
    let mut found: Vec<Pinned> = on!(db, |c| sqlx::query_as(
        "SELECT definition, language, sha256, texts FROM translation WHERE definition = $1"
    )
    .bind(definition)
    .fetch_all(c)
    .await)?;
    // The databases order texts by different rules.
    found.sort_by(|a, b| a.language.cmp(&b.language));
    Ok(found)
}

/// Whether anybody answered a definition in a language. What waits in the urn is sealed and what was deleted is not known:
/// both may be in any language.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn answered(db: &mut impl AsConn, definition: i64, language: &str) -> Result<bool, StoreError> {
    let found: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT definition FROM (
           SELECT definition FROM response WHERE definition = $1 AND language = $2
           UNION ALL SELECT k.definition FROM urn u JOIN campaign k ON k.number = u.campaign
           WHERE k.definition = $1
           UNION ALL SELECT k.definition FROM erased_answers e JOIN campaign k ON k.number = e.campaign
           WHERE k.definition = $1) s LIMIT 1"
    )
    .bind(definition)
    .bind(language)
    .fetch_optional(c)
    .await)?;
    Ok(found.is_some())
}

/// Pins a translation, in the place of one in which nobody has answered.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(
    db: &mut Writer,
    definition: i64,
    language: &str,
    sha256: &str,
    texts: &str,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO translation (definition, language, sha256, texts) VALUES ($1, $2, $3, $4)
         ON CONFLICT (definition, language) DO UPDATE SET sha256 = excluded.sha256, texts = excluded.texts"
    )
    .bind(definition)
    .bind(language)
    .bind(sha256)
    .bind(texts)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}
