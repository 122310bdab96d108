//! A database of a test's own.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sipas::{secret::Key, store::Store};
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection, postgres::PgRow, sqlite::SqliteRow};
use tempfile::TempDir;

use super::command::{self, Output, SECRET};

/// An empty database, gone at the end of the test, with a folder for the test's files.
#[derive(Debug)]
pub struct Database {
    url: String,
    folder: TempDir,
    /// The server's address and the database's name, where it is PostgreSQL.
    on_postgres: Option<(String, String)>,
}

impl Database {
    /// Makes a database with nothing in it: on the server of `TEST_DATABASE_URL`, else a SQLite file that does not exist yet.
    pub fn new() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) if !server.is_empty() => Self::postgres(server),
            _ => Self::sqlite(),
        }
    }

    /// A SQLite file, whatever `TEST_DATABASE_URL` says: for tests of what only a file has.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("sipas.db").display());
        Self { url, folder, on_postgres: None }
    }

    /// A SQLite file in this folder.
    pub fn sqlite_at(folder: &Path) -> Self {
        let url = format!("sqlite:{}", folder.join("sipas.db").display());
        Self { url, folder: tempfile::tempdir().unwrap(), on_postgres: None }
    }

    /// Holds what every writer needs until the lock is dropped.
    pub fn lock(&self) -> Lock {
        let (url, is_postgres) = (self.url.clone(), self.is_postgres());
        let (held, wait_held) = std::sync::mpsc::channel::<()>();
        let (release, wait_release) = std::sync::mpsc::channel::<()>();
        let holder = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                if is_postgres {
                    let mut connection = PgConnection::connect(&url).await.unwrap();
                    let hold = "BEGIN; LOCK TABLE campaign, response IN ACCESS EXCLUSIVE MODE";
                    sqlx::raw_sql(hold).execute(&mut connection).await.unwrap();
                    held.send(()).unwrap();
                    let _ = wait_release.recv();
                } else {
                    let mut connection = SqliteConnection::connect(&url).await.unwrap();
                    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
                    held.send(()).unwrap();
                    let _ = wait_release.recv();
                }
            });
        });
        wait_held.recv().unwrap();
        Lock { release: Some(release), holder: Some(holder) }
    }

    fn postgres(server: String) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("sipas_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let template = template(&server);
        // What an earlier process with our number left.
        execute(&server, &[drop_statement(&name), format!("CREATE DATABASE {name} TEMPLATE {template}")]);
        Self {
            url: address(&server, &name),
            folder: tempfile::tempdir().unwrap(),
            on_postgres: Some((server, name)),
        }
    }

    /// The address, as in `SIPAS_DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.on_postgres.is_some()
    }

    /// A folder for the test's files; the SQLite file is in it too.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the folder and gives its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder().join(name);
        std::fs::write(&path, content).unwrap();
        path.into_os_string().into_string().unwrap()
    }

    /// The variables that make a command or server work on this database.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [("SIPAS_DATABASE_URL", self.url.clone()), ("SIPAS_SECRET", SECRET.to_owned())]
    }

    /// A number that a query gives, past the product.
    pub fn number(&self, sql: &str) -> i64 {
        self.rows(sql, |row| row.number()).into_iter().next().unwrap()
    }

    /// The first column of a query, past the product; bytes as hex digits.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql, |row| row.text())
    }

    /// The columns of a table.
    pub fn columns(&self, table: &str) -> Vec<String> {
        let sql = if self.is_postgres() {
            format!("SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}'")
        } else {
            format!("SELECT name FROM pragma_table_info('{table}')")
        };
        self.texts(&sql)
    }

    /// Runs a statement past the product.
    pub fn execute(&self, sql: &str) {
        self.rows(sql, |_| ());
    }

    /// The names of all tables.
    pub fn tables(&self) -> Vec<String> {
        self.texts(if self.is_postgres() {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        })
    }

    /// All rows of a table, each as one text.
    pub fn dump(&self, table: &str) -> Vec<String> {
        if self.is_postgres() {
            return self.texts(&format!("SELECT t::text FROM {table} t"));
        }
        let columns: Vec<String> =
            self.columns(table).iter().map(|column| format!("quote({column})")).collect();
        self.texts(&format!("SELECT {} FROM {table}", columns.join(" || ',' || ")))
    }

    /// What happens while a table can neither be written nor read: whatever needs it at once fails.
    pub fn without<T>(&self, table: &str, act: impl FnOnce() -> T) -> T {
        self.execute(&format!("ALTER TABLE {table} RENAME TO taken_away"));
        let made = act();
        self.execute(&format!("ALTER TABLE taken_away RENAME TO {table}"));
        made
    }

    fn rows<T: Send>(&self, sql: &str, read: impl Fn(Cells<'_>) -> T + Send + Sync) -> Vec<T> {
        let sql = sqlx::AssertSqlSafe(sql);
        wait(async {
            if self.is_postgres() {
                let mut connection = PgConnection::connect(self.url()).await?;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
                Ok(rows.iter().map(|row| read(Cells::Postgres(row))).collect())
            } else {
                let mut connection = SqliteConnection::connect(self.url()).await?;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
                Ok(rows.iter().map(|row| read(Cells::Sqlite(row))).collect())
            }
        })
    }

    /// Runs a command on this database with a text on its standard input.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Output {
        command::finish_with(command::binary().args(args).envs(self.variables()), input)
    }

    /// Runs a command on this database.
    pub fn run(&self, args: &[&str]) -> Output {
        command::finish(command::binary().args(args).envs(self.variables()))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.on_postgres {
            execute(server, &[drop_statement(name)]);
        }
    }
}

/// A held lock.
#[derive(Debug)]
pub struct Lock {
    release: Option<std::sync::mpsc::Sender<()>>,
    holder: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.release.take());
        if let Some(holder) = self.holder.take() {
            holder.join().unwrap();
        }
    }
}

/// The first cell of a row of either database.
enum Cells<'r> {
    Sqlite(&'r SqliteRow),
    Postgres(&'r PgRow),
}

impl Cells<'_> {
    fn number(&self) -> i64 {
        match self {
            Self::Sqlite(row) => row.get(0),
            Self::Postgres(row) => row.get(0),
        }
    }

    fn text(&self) -> String {
        let (text, bytes): (Result<String, _>, Result<Vec<u8>, _>) = match self {
            Self::Sqlite(row) => (row.try_get(0), row.try_get(0)),
            Self::Postgres(row) => (row.try_get(0), row.try_get(0)),
        };
        match (text, bytes) {
            (Ok(text), _) => text,
            (_, Ok(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            (Err(error), _) => panic!("{error}"),
        }
    }
}

/// What new databases are copied from: with our tables and nothing in them, where `TEST_DATABASE_IS_OURS` says that the
/// server goes away with all that is left on it, so that the tables are made once; else PostgreSQL's own empty one.
fn template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        if std::env::var_os("TEST_DATABASE_IS_OURS").is_none() {
            return "template1".to_owned();
        }
        let name = format!("sipas_test_{}_template", std::process::id());
        execute(server, &[drop_statement(&name), format!("CREATE DATABASE {name}")]);
        let url = address(server, &name);
        wait(async {
            let key = Key::from_text(SECRET).unwrap();
            Store::open(&url, &key).await.expect("the tables").close().await;
            // The first who opens a copy gives it its key.
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::query("DELETE FROM setting WHERE name = 'key'").execute(&mut connection).await?;
            connection.close().await
        });
        name
    })
}

/// The address of a database of the same server.
fn address(server: &str, name: &str) -> String {
    let (server, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL ends in /DATABASE");
    format!("{server}/{name}")
}

fn drop_statement(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
}

/// Runs statements on the server.
fn execute(server: &str, statements: &[String]) {
    wait(async {
        let mut connection = PgConnection::connect(server).await?;
        for statement in statements {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement.as_str())).execute(&mut connection).await?;
        }
        connection.close().await
    });
}

/// Waits for some work, on a thread of its own: the caller may or may not be inside a runtime.
fn wait<T: Send>(work: impl Future<Output = Result<T, sqlx::Error>> + Send) -> T {
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(work)
            })
            .join()
            .unwrap()
            .expect("the test's database")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_product_opens_every_new_database_and_finds_it_empty() {
        let key = Key::from_text(SECRET).unwrap();
        let (one, other) = (Database::new(), Database::new());
        assert_ne!(one.url(), other.url());
        for database in [&one, &other] {
            let store = Store::open(database.url(), &key).await.unwrap();
            assert_eq!(matches!(store, Store::Postgres { .. }), database.is_postgres());
        }
    }
}
