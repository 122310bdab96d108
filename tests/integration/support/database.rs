//! A database of a test's own.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection as _, PgConnection};
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
    /// Makes an empty database: on the server of `TEST_DATABASE_URL`, else a SQLite file that does not exist yet.
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

    fn postgres(server: String) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("sipas_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        // What an earlier process with our number left.
        execute(&server, &[drop_statement(&name), format!("CREATE DATABASE {name}")]);
        let (address, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL ends in /DATABASE");
        Self {
            url: format!("{address}/{name}"),
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

fn drop_statement(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
}

/// Runs statements on the server, on a thread of its own: the caller may or may not be inside a runtime.
fn execute(server: &str, statements: &[String]) {
    let work = async {
        let mut connection = PgConnection::connect(server).await?;
        for statement in statements {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement.as_str())).execute(&mut connection).await?;
        }
        connection.close().await
    };
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(work)
            })
            .join()
            .unwrap()
            .expect("the server of TEST_DATABASE_URL")
    });
}

#[cfg(test)]
mod tests {
    use sipas::{secret::Key, store::Store};

    use super::*;

    #[tokio::test]
    async fn the_product_opens_every_new_database_and_finds_it_empty() {
        let key = Key::from_text(SECRET).unwrap();
        let (one, other) = (Database::new(), Database::new());
        assert_ne!(one.url(), other.url());
        for database in [&one, &other] {
            let store = Store::open(database.url(), &key).await.unwrap();
            assert_eq!(matches!(store, Store::Postgres(_)), database.is_postgres());
        }
    }
}
