//! Units: reading the tree, writing changes.

use crate::organisation::{Unit, UnitTree};

use super::{AsConn, StoreError, Writer, on};

/// All units as a tree.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] if the rows are no tree.
pub async fn tree(db: &mut impl AsConn) -> Result<UnitTree, StoreError> {
    let rows: Vec<(String, String, String, Option<String>)> =
        on!(db, |c| sqlx::query_as("SELECT code, name, kind, parent FROM unit").fetch_all(c).await)?;
    UnitTree::new(rows.into_iter().map(|(code, name, kind, parent)| Unit { code, name, kind, parent }))
        .map_err(|_| StoreError::Corrupt("tree of units"))
}

/// Adds or changes a unit. Its parent must be there already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(db: &mut Writer, unit: &Unit) -> Result<(), StoreError> {
    on!(db, |c| {
        sqlx::query(
        "INSERT INTO unit (code, name, kind, parent) VALUES ($1, $2, $3, $4)
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, parent = excluded.parent"
    )
    .bind(&unit.code)
    .bind(&unit.name)
    .bind(&unit.kind)
    .bind(&unit.parent)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// The name of the unit with this code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn name(db: &mut impl AsConn, code: &str) -> Result<Option<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT name FROM unit WHERE code = $1")
        .bind(code)
        .fetch_optional(c)
        .await)?)
}
