//! What handlers work with.

use std::{ops::Deref, sync::Arc};

use tokio::sync::Semaphore;

use crate::{
    clock::Clock,
    config::Config,
    definition::Library,
    distribution::mail::Mailer,
    figures,
    secret::Key,
    store::{Store, inbox::Inbox, tally::Tally},
};

use super::{
    admin::watching::live::Live,
    audio::Sounds,
    auth::{oidc, throttle::Throttle},
    catalogue::Catalogue,
    published::Published,
    respond::guesses::Guesses,
    shelf::Shelf,
};

/// Reports computed at a time; more would only slow each other and the citizens (security test I-05).
const REPORTS: usize = 2;
/// Downloads at a time: each holds one of the few connections for reading.
const DOWNLOADS: usize = 2;
/// Passwords checked at a time: each takes 19 MiB and a core (F-02).
const PASSWORDS: usize = 2;

/// The server's state; cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<State>);

/// See [`App`].
#[derive(Debug)]
pub struct State {
    /// The settings.
    pub config: Config,
    /// The key for tokens and answer ids.
    pub key: Arc<Key>,
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Campaigns and counters in memory.
    pub catalogue: Catalogue,
    /// The definitions that campaigns can be made of, as files hold them.
    pub library: Arc<Library>,
    /// All of them: also those kept in the database.
    pub shelf: Shelf,
    /// Questions read aloud.
    pub sounds: Sounds,
    /// The way in for answer sheets.
    pub inbox: Inbox,
    /// What is counted in memory.
    pub tally: Tally,
    /// What watching pages show.
    pub live: Live,
    /// Failed log-ins.
    pub throttle: Throttle,
    /// Wrong codes on tablets: apart from log-ins, so that passers-by cannot slow those down.
    pub tablets: Throttle,
    /// Wrong access tokens: apart from log-ins, so that a forgotten program slows nobody down.
    pub wrong_tokens: Throttle,
    /// Refusals of the single sign-on: apart from log-ins, which they must not slow down.
    pub sso_refusals: Throttle,
    /// The single sign-on, where there is one.
    pub sso: Option<oidc::Provider>,
    /// Published results, ready to be sent.
    pub published: Published,
    /// Wrong short codes of letters.
    pub guesses: Guesses,
    /// Seats for checking passwords.
    pub passwords: Semaphore,
    /// The reports that were asked for last.
    pub formed: figures::Shelf,
    /// Seats for computing reports.
    pub reports: Semaphore,
    /// Seats for downloads that are written as they are sent.
    pub downloads: Arc<Semaphore>,
    /// The way out for mails that somebody sends while they look on; the worker has one of its own.
    pub mailer: Option<Arc<Mailer>>,
    /// The folder with caught mails, in a demonstration.
    pub caught_mails: Option<std::path::PathBuf>,
}

impl App {
    /// The state of a server on this database.
    pub fn new(
        config: Config,
        key: Arc<Key>,
        store: Store,
        clock: Clock,
        inbox: Inbox,
        library: Arc<Library>,
    ) -> Self {
        Self(Arc::new(State {
            shelf: Shelf::new(Arc::clone(&library)),
            library,
            catalogue: Catalogue::new(store.clone()),
            sounds: Sounds::read(config.definitions.as_deref()),
            caught_mails: config.caught_mails(),
            mailer: Mailer::of(&config).ok().flatten(),
            sso: oidc::Provider::of(config.oidc.clone()),
            config,
            key,
            store,
            clock,
            inbox,
            tally: Tally::default(),
            live: Live::default(),
            throttle: Throttle::default(),
            tablets: Throttle::default(),
            wrong_tokens: Throttle::default(),
            sso_refusals: Throttle::default(),
            published: Published::default(),
            guesses: Guesses::default(),
            passwords: Semaphore::new(PASSWORDS),
            formed: figures::Shelf::default(),
            reports: Semaphore::new(REPORTS),
            downloads: Arc::new(Semaphore::new(DOWNLOADS)),
        }))
    }
}

impl Deref for App {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}
