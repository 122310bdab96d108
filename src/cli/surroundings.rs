//! What most commands work with: settings, the key, the database, the definitions.

use std::{future::Future, path::PathBuf, sync::Arc};

use i18n_embed_fl::fl;
use serde_json::Value;

use super::{Failure, definition::files, language};
use crate::{
    clock::Clock,
    config::{Config, ConfigError},
    definition::Library,
    disk,
    secret::Key,
    store::{Store, StoreError, audit::Entry},
};

/// Where the settings come from.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// The settings file (TOML); `SIPAS_*` variables win over it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// A command's surroundings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The settings.
    pub config: Config,
    /// The key for tokens and answer ids.
    pub key: Arc<Key>,
    /// The database, migrated.
    pub store: Store,
    /// The time.
    pub clock: Clock,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`Failure::Input`] for a wrong setting, [`Failure::Unreachable`] for a file that cannot be read.
    pub fn load(&self) -> Result<Config, Failure> {
        Config::load(self.config.as_deref(), |name| std::env::var(name).ok())
            .map_err(|error| settings(&error))
    }

    /// Reads the settings and opens the database.
    ///
    /// # Errors
    /// As [`Self::load`] and [`open`].
    pub async fn open(&self) -> Result<Surroundings, Failure> {
        open(self.load()?).await
    }
}

/// Opens the database of these settings.
///
/// # Errors
/// [`Failure::Input`] for a wrong key or address, [`Failure::Unreachable`] for what cannot be opened.
pub async fn open(config: Config) -> Result<Surroundings, Failure> {
    let key = Arc::new(config.key().map_err(|error| settings(&error))?);
    let store = Store::open(&config.database_url, &key).await.map_err(|error| database(&config, &error))?;
    Ok(Surroundings { config, key, store, clock: Clock::system() })
}

/// What the audit log tells of something that a command does: `action` is `KIND.VERB`. The actor is who runs it, as the
/// system names them.
pub fn did(action: &'static str, object: impl Into<String>) -> Entry {
    let user = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let user = user.map(|name| name.trim().to_owned()).find(|name| !name.is_empty()).unwrap_or_default();
    Entry {
        actor: format!("command:{user}"),
        origin: "command".to_owned(),
        action,
        object: object.into(),
        before: Value::Null,
        after: Value::Null,
    }
}

impl Surroundings {
    /// A failure of the database as a failure of the command.
    pub fn database(&self, error: &StoreError) -> Failure {
        database(&self.config, error)
    }

    /// Refuses to begin what only takes more room where the disk is nearly full: answers come first.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] with the share that is left.
    pub fn check_room(&self) -> Result<(), Failure> {
        match disk::free_for(&self.config.database_url) {
            Some(room) if room.is_nearly_gone() => {
                Err(Failure::Unreachable(fl!(language().messages(), "disk-full", percent = room.percent())))
            }
            _ => Ok(()),
        }
    }

    /// The definitions built in and those of the settings' folder.
    ///
    /// # Errors
    /// [`Failure`] from [`files::library`].
    pub fn library(&self) -> Result<Library, Failure> {
        files::library(self.config.definitions.as_deref())
    }
}

impl Surroundings {
    /// The same for a server, which takes answers whatever its folder holds: without those of a folder that cannot be
    /// read, with a line in the log.
    pub fn library_for_pages(&self) -> Arc<Library> {
        let library = self.library().unwrap_or_else(|failure| {
            tracing::error!(
                ?failure,
                "the folder of definitions cannot be used; campaigns are made of those built in"
            );
            Library::built_in().unwrap_or_default()
        });
        Arc::new(library)
    }
}

fn settings(error: &ConfigError) -> Failure {
    let words = error.words(language());
    match error {
        ConfigError::Unreadable { .. } => Failure::Unreachable(words),
        ConfigError::Broken { .. } | ConfigError::Value { .. } => Failure::Input(words),
    }
}

fn database(config: &Config, error: &StoreError) -> Failure {
    let words = error.words(language(), &config.database_url);
    if error.is_input() { Failure::Input(words) } else { Failure::Unreachable(words) }
}

/// Runs a command's asynchronous work to its end.
///
/// # Errors
/// The command's own; [`Failure::Unreachable`] if the system gives no threads.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(error.to_string()))?;
    runtime.block_on(work)
}
