//! Connections: an enum of the two databases, and [`on!`], which runs one query on either.

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::secret::{Key, hex};

use super::{StoreError, migrate, urn};

/// The keys of what the database keeps. They follow from the server's key, which is not in the database.
#[derive(Debug)]
pub struct Keys {
    /// Of the audit log's hashes.
    pub(super) audit: Key,
    /// Under which answers by personal link are sealed until their campaign closes.
    pub(super) urn: Key,
}

/// The database: SQLite with one writer and many readers, or a PostgreSQL pool. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    /// A SQLite file.
    Sqlite {
        /// Connections for reading.
        read: SqlitePool,
        /// The one connection for writing.
        write: SqlitePool,
        /// The keys of what it keeps.
        keys: Arc<Keys>,
    },
    /// A PostgreSQL server, which several of our servers may share.
    Postgres {
        /// Its connections.
        pool: PgPool,
        /// The keys of what it keeps.
        keys: Arc<Keys>,
    },
}

/// A connection for reading.
#[derive(Debug)]
pub enum Reader {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// A transaction; rolled back unless committed.
#[derive(Debug)]
pub struct Writer {
    pub(super) transaction: Either,
    /// The keys of what it keeps.
    pub(super) keys: Arc<Keys>,
}

/// A transaction on either database.
#[derive(Debug)]
pub(super) enum Either {
    /// On SQLite, begun with the write lock.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// What a query runs on, borrowed from either.
#[derive(Debug)]
pub enum Conn<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// Something that a query can run on.
pub trait AsConn: Send {
    /// The connection inside.
    fn conn(&mut self) -> Conn<'_>;
}

impl AsConn for Reader {
    fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(c) => Conn::Sqlite(c),
            Self::Postgres(c) => Conn::Postgres(c),
        }
    }
}

impl AsConn for Writer {
    fn conn(&mut self) -> Conn<'_> {
        match &mut self.transaction {
            Either::Sqlite(c) => Conn::Sqlite(c),
            Either::Postgres(c) => Conn::Postgres(c),
        }
    }
}

/// Runs one query on whichever database is configured.
macro_rules! on {
    ($db:expr, |$conn:ident| $query:expr) => {
        match $crate::store::AsConn::conn($db) {
            $crate::store::Conn::Sqlite($conn) => $query,
            $crate::store::Conn::Postgres($conn) => $query,
        }
    };
}
pub(crate) use on;

/// How long a query waits for another process's lock before the caller is told to try again.
const BUSY: Duration = Duration::from_secs(5);

impl Store {
    /// Opens the database at `address` (`sqlite:PATH` or `postgres://…`), makes and migrates it where needed, and
    /// refuses one that could lose acknowledged answers.
    ///
    /// # Errors
    /// [`StoreError`] says whether it is the address, the reach, the schema, the durability or the key.
    pub async fn open(address: &str, key: &Key) -> Result<Self, StoreError> {
        let keys = Arc::new(Keys { audit: key.derived("audit log"), urn: key.derived("urn") });
        let store = if let Some(path) = address.strip_prefix("sqlite:") {
            Self::open_sqlite(path.strip_prefix("//").unwrap_or(path), keys).await?
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::open_postgres(address, keys).await?
        } else {
            return Err(StoreError::Address(address.to_owned()));
        };
        migrate::run(&store).await?;
        store.check_durability().await?;
        store.check_key(key).await?;
        urn::seal_what_is_open(&store).await?;
        Ok(store)
    }

    /// Whether there is something at this address: false for a SQLite file that [`Self::open`] would make.
    pub fn is_made(address: &str) -> bool {
        let path = address.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        path.is_none_or(|path| std::path::Path::new(path).exists())
    }

    async fn open_sqlite(path: &str, keys: Arc<Keys>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("trusted_schema", "OFF")
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-32768")
            .pragma("wal_autocheckpoint", "4000")
            .statement_cache_capacity(256);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY)
            // After some errors (a full disk) SQLite ends the transaction itself and the driver loses count: such a
            // connection could never begin another one, so it makes way for a new one (security test C-08).
            .before_acquire(|connection, _| {
                let stuck = connection.is_in_transaction();
                Box::pin(async move { Ok(!stuck) })
            })
            .connect_with(options.clone())
            .await
            .map_err(StoreError::Unreachable)?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(BUSY)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(StoreError::Unreachable)?;
        Ok(Self::Sqlite { read, write, keys })
    }

    async fn open_postgres(address: &str, keys: Arc<Keys>) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(address)
            .map_err(|_| StoreError::Address(without_password(address)))?
            .options([("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "60s")]);
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await
            .map_err(StoreError::Unreachable)?;
        Ok(Self::Postgres { pool, keys })
    }

    /// The keys of what it keeps.
    pub(super) const fn keys(&self) -> &Arc<Keys> {
        match self {
            Self::Sqlite { keys, .. } | Self::Postgres { keys, .. } => keys,
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none is free or the server is away.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Reader::Sqlite(read.acquire().await?),
            Self::Postgres { pool, .. } => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction; on SQLite it holds the write lock from the start.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process holds the lock for too long or the server is away.
    pub async fn write(&self) -> Result<Writer, StoreError> {
        Ok(match self {
            Self::Sqlite { write, keys, .. } => Writer {
                transaction: Either::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
                keys: Arc::clone(keys),
            },
            Self::Postgres { pool, keys } => {
                Writer { transaction: Either::Postgres(pool.begin().await?), keys: Arc::clone(keys) }
            }
        })
    }

    /// Moves what is in SQLite's write-ahead log into the file and empties the log, so that deleted text is gone.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where somebody reads for so long that the log cannot be emptied; others from the database.
    pub async fn truncate_log(&self) -> Result<(), StoreError> {
        if let Self::Sqlite { write, .. } = self {
            // It does not fail where a reader holds the log, but says so.
            let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(write).await?;
            if busy != 0 {
                let held = "a reader holds the write-ahead log";
                return Err(StoreError::Busy(sqlx::Error::Protocol(held.to_owned())));
            }
        }
        Ok(())
    }

    /// Closes all connections; SQLite then empties its log.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// A database that acknowledges before it is safe is refused (security test C-03).
    async fn check_durability(&self) -> Result<(), StoreError> {
        let checks: Vec<(&'static str, String, &'static [&'static str], &'static str)> = match self {
            Self::Sqlite { write, .. } => {
                let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(write).await?;
                let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(write).await?;
                vec![
                    ("journal_mode", mode, &["wal"], "wal"),
                    ("synchronous", synchronous.to_string(), &["2", "3"], "FULL (2) or EXTRA (3)"),
                ]
            }
            Self::Postgres { pool, .. } => {
                let show = |sql: &'static str| async move {
                    sqlx::query_scalar::<_, String>(sql).fetch_one(pool).await
                };
                vec![
                    ("fsync", show("SHOW fsync").await?, &["on"], "on"),
                    ("full_page_writes", show("SHOW full_page_writes").await?, &["on"], "on"),
                    (
                        "synchronous_commit",
                        show("SHOW synchronous_commit").await?,
                        &["on", "local", "remote_write", "remote_apply"],
                        "on",
                    ),
                ]
            }
        };
        match checks.into_iter().find(|(_, value, allowed, _)| !allowed.contains(&value.as_str())) {
            Some((setting, value, _, wanted)) => Err(StoreError::NotDurable { setting, value, wanted }),
            None => Ok(()),
        }
    }

    /// The first key used with a database stays its key: with another, used links and stored answers would not be
    /// recognised.
    async fn check_key(&self, key: &Key) -> Result<(), StoreError> {
        let fingerprint = hex(&key.hash("fingerprint", &[]));
        let mut db = self.write().await?;
        on!(&mut db, |c| sqlx::query(
            "INSERT INTO setting (name, value) VALUES ('key', $1) ON CONFLICT (name) DO NOTHING"
        )
        .bind(&fingerprint)
        .execute(c)
        .await
        .map(drop))?;
        let kept: String =
            on!(&mut db, |c| sqlx::query_scalar("SELECT value FROM setting WHERE name = 'key'")
                .fetch_one(c)
                .await)?;
        db.commit().await?;
        if kept == fingerprint { Ok(()) } else { Err(StoreError::WrongKey) }
    }
}

impl Writer {
    /// Makes everything done in this transaction durable.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was kept then.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.transaction {
            Either::Sqlite(transaction) => transaction.commit().await?,
            Either::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// A database address without its password, for messages.
pub fn without_password(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            let user = address[scheme + 3..at].split(':').next().unwrap_or_default();
            format!("{}://{user}:…{}", &address[..scheme], &address[at..])
        }
        _ => address.to_owned(),
    }
}
