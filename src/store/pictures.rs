//! Pictures for print, by name.

use super::{AsConn, StoreError, Writer, on};

/// The province's logo.
pub const LOGO: &str = "logo";

/// The picture with this name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn get(db: &mut impl AsConn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT bytes FROM picture WHERE name = $1")
        .bind(name)
        .fetch_optional(c)
        .await)?)
}

/// Keeps a picture in the place of the one with this name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(db: &mut Writer, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO picture (name, bytes) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes"
    )
    .bind(name)
    .bind(bytes)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Removes a picture.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove(db: &mut Writer, name: &str) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM picture WHERE name = $1").bind(name).execute(c).await.map(drop))?;
    Ok(())
}
