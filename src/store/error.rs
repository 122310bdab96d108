//! What can go wrong in the store, told apart by what the caller can do about it.

use i18n_embed_fl::fl;

use crate::language::Lang;

use super::connection::without_password;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is no database address we know.
    #[error("{0:?} is no database address: it must start with sqlite: or postgres://")]
    Address(String),
    /// The database cannot be reached or opened.
    #[error("the database cannot be opened: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// The schema was made by a newer program.
    #[error("the database was made by a newer version of this program (migration {0}); install that version")]
    Newer(i64),
    /// The schema differs from the migrations of this program.
    #[error("the database's schema does not match this program: {0}")]
    Schema(#[source] sqlx::migrate::MigrateError),
    /// The database would acknowledge what it can still lose.
    #[error("the database may lose acknowledged answers: {setting} is {value:?}, but must be {wanted}")]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// The key is not the one that this database was made with.
    #[error("the key does not belong to this database; links and answers could not be told apart")]
    WrongKey,
    /// Locked for too long, full, or cut off: the same may work in a while.
    #[error("the database is busy or full: {0}")]
    Busy(#[source] sqlx::Error),
    /// A stored row cannot be read as what it should be.
    #[error("a stored {0} cannot be read")]
    Corrupt(&'static str),
    /// Anything else.
    #[error(transparent)]
    Database(sqlx::Error),
}

/// SQLite's primary result codes that pass by themselves: busy, locked, full, cannot open, read-only, I/O error.
const SQLITE_PASSING: [i64; 6] = [5, 6, 13, 14, 8, 10];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let passing = match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default();
                // SQLite: numbers, extended codes carry the primary one in the low byte. PostgreSQL: five characters.
                match code.parse::<i64>() {
                    Ok(number) if code.len() < 5 => SQLITE_PASSING.contains(&(number & 0xff)),
                    // 08 connection, 40 rollback (serialisation, deadlock), 53 resources, 55P03 lock, 57 operator.
                    _ => ["08", "40", "53", "55P03", "57P"].iter().any(|class| code.starts_with(class)),
                }
            }
            _ => false,
        };
        if passing { Self::Busy(error) } else { Self::Database(error) }
    }
}

impl StoreError {
    /// Whether it is what was asked for that cannot be used, not that something is out of reach.
    pub const fn is_input(&self) -> bool {
        matches!(self, Self::Address(_) | Self::WrongKey)
    }

    /// The words for the operator: what is wrong and how to mend it. `address` is the database's, and is shown
    /// without its password.
    pub fn words(&self, lang: Lang, address: &str) -> String {
        let m = lang.messages();
        match self {
            Self::Address(_) => fl!(m, "store-address", address = without_password(address)),
            Self::Unreachable(error) => {
                fl!(m, "store-unreachable", address = without_password(address), detail = error.to_string())
            }
            Self::Newer(version) => fl!(m, "store-newer", version = version.to_string()),
            Self::Schema(error) => fl!(m, "store-schema", detail = error.to_string()),
            Self::NotDurable { setting, value, wanted } => {
                fl!(
                    m,
                    "store-not-durable",
                    setting = (*setting).to_owned(),
                    value = value.as_str(),
                    wanted = (*wanted).to_owned()
                )
            }
            Self::WrongKey => fl!(m, "store-wrong-key"),
            Self::Busy(error) => fl!(m, "store-busy", detail = error.to_string()),
            Self::Corrupt(_) | Self::Database(_) => fl!(m, "store-other", detail = self.to_string()),
        }
    }
}
