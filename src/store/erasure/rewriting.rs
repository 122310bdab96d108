//! Writing the database's files anew after a deletion, since they keep copies of deleted rows. What is still to be written is
//! noted with the deletion: a process that dies in between, or a disk without room, leaves the note, and it is tried again.

use sqlx::AssertSqlSafe;

use crate::store::{AsConn, Store, StoreError, Writer, on};

/// How long a failure waits for the next try, in milliseconds.
const AGAIN: i64 = 3_600_000;

/// How often the emptying of SQLite's log is tried.
const EMPTYING: usize = 6;

/// Notes that rows of these tables are deleted in this transaction, and that [`forget`] follows.
pub(super) async fn owe(db: &mut Writer, tables: &[&'static str], now: i64) -> Result<(), StoreError> {
    for table in tables {
        on!(db, |c| sqlx::query(
            "INSERT INTO rewrite_due (table_name, since, tried) VALUES ($1, $2, $2)
             ON CONFLICT (table_name) DO UPDATE SET tried = excluded.tried"
        )
        .bind(table)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// Removes what the databases keep of rows deleted at `now`, see [`owe`]. A failure is logged and tried again by
/// [`try_again`].
pub(super) async fn forget(store: &Store, tables: &[&str], now: i64) {
    let result = async {
        rewrite(store, tables).await?;
        let mut db = store.write().await?;
        for table in tables {
            // Not the note of a deletion that came meanwhile.
            on!(&mut db, |c| sqlx::query("DELETE FROM rewrite_due WHERE table_name = $1 AND tried = $2")
                .bind(*table)
                .bind(now)
                .execute(c)
                .await
                .map(drop))?;
        }
        db.commit().await
    };
    if let Err(error) = result.await {
        tracing::error!(%error, ?tables, "old versions of what was deleted are still in the database's files");
    }
}

/// SQLite overwrites cells that it deletes (`secure_delete`), but not the copies of a few that stay in a page's free room when
/// the tree is balanced; then its log is emptied. On PostgreSQL a plain `VACUUM` leaves the bytes where they were. Nobody can
/// write meanwhile.
async fn rewrite(store: &Store, tables: &[&str]) -> Result<(), StoreError> {
    match store {
        Store::Sqlite { write, .. } => {
            sqlx::query("VACUUM").execute(write).await?;
            // Each waits for readers as long as a writer does. To begin again would keep everybody from writing again.
            for _ in 1..EMPTYING {
                match store.truncate_log().await {
                    Err(StoreError::Busy(_)) => {}
                    other => return other,
                }
            }
            store.truncate_log().await?;
        }
        Store::Postgres { pool, .. } => {
            for table in tables {
                let sql = AssertSqlSafe(format!("VACUUM FULL {table}"));
                sqlx::query(sql).execute(pool).await?;
            }
        }
    }
    Ok(())
}

/// Tries again what failed an hour ago or longer, or was cut off by the end of a process.
///
/// # Errors
/// [`StoreError`] from the database; a failure to write anew is only logged.
pub async fn try_again(store: &Store, now: i64) -> Result<(), StoreError> {
    let due = "SELECT table_name FROM rewrite_due WHERE tried <= $1 OR tried > $2 ORDER BY table_name";
    let due: Vec<String> = on!(&mut store.read().await?, |c| sqlx::query_scalar(due)
        .bind(now.saturating_sub(AGAIN))
        .bind(now)
        .fetch_all(c)
        .await)?;
    // Names of ours only, since they become SQL.
    let tables: Vec<&'static str> =
        super::ERASED.into_iter().filter(|table| due.iter().any(|due| due == table)).collect();
    if tables.is_empty() {
        return Ok(());
    }
    let mut db = store.write().await?;
    owe(&mut db, &tables, now).await?;
    db.commit().await?;
    forget(store, &tables, now).await;
    Ok(())
}

/// Since when (UTC milliseconds) deleted rows may still be in the database's files; `None`: there are none.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn owed(db: &mut impl AsConn) -> Result<Option<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT MIN(since) FROM rewrite_due").fetch_one(c).await)?)
}
