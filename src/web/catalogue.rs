//! Campaigns and counters as the server holds them in memory, so that a page costs no query.
//!
//! What is held belongs to one revision of the database; when that moves on, all of it is dropped. An answer carries
//! the revision it was read at, and the store sends it back if that is no longer the one (see
//! [`crate::store::inbox::Refused::Stale`]); so a server that has not noticed yet keeps nothing wrong.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    language::Lang,
    organisation::Phase,
    store::{
        Store, StoreError, campaigns,
        places::{self, Place},
        ready::{self, Ready},
        units,
    },
};

use super::template::Template;

/// Most addresses held; strangers' guesses are never held, so that this is reached by real counters only.
const ADDRESSES: usize = 20_000;

/// Most bytes of pages held of forms that rotate modules, which have up to 64 pages for each counter and language:
/// those of about forty counters. Beyond that they are rendered anew for each reader.
const ROTATED_PAGES: usize = 128 << 20;

/// A campaign at a counter.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The campaign.
    pub ready: Arc<Ready>,
    /// The counter.
    pub place: Arc<Place>,
    /// Name of the counter's unit.
    pub unit_name: Arc<str>,
    /// The revision that all of it was read at.
    pub revision: i64,
}

/// What is held.
#[derive(Debug, Default)]
struct Held {
    revision: i64,
    campaigns: HashMap<i64, Arc<Ready>>,
    addresses: HashMap<String, Arc<Vec<Spot>>>,
    pages: HashMap<(i64, Lang, usize), Arc<Template>>,
    /// Bytes of the pages of forms that rotate modules.
    rotated: usize,
}

/// The catalogue; cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalogue {
    store: Store,
    held: Arc<RwLock<Held>>,
}

impl Catalogue {
    /// An empty catalogue of this database.
    pub fn new(store: Store) -> Self {
        Self { store, held: Arc::default() }
    }

    /// Drops what is held if the database has moved on; gives the revision.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn refresh(&self) -> Result<i64, StoreError> {
        let revision = campaigns::revision(&mut self.store.read().await?).await?;
        self.move_to(revision);
        Ok(revision)
    }

    fn move_to(&self, revision: i64) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.revision != revision {
            *held = Held { revision, ..Held::default() };
        }
    }

    /// The campaigns at a counter's address, in no particular order; empty for an unknown address.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn counter(&self, address: &str) -> Result<Arc<Vec<Spot>>, StoreError> {
        if let Some(spots) = self.look(|held| held.addresses.get(address).cloned()) {
            return Ok(spots);
        }
        let mut db = self.store.read().await?;
        // Read first: what follows is at least this new, and if it is newer the store says so.
        let revision = campaigns::revision(&mut db).await?;
        self.move_to(revision);
        let mut spots = Vec::new();
        for place in places::at_address(&mut db, address).await? {
            let Some(stored) = campaigns::get(&mut db, place.campaign).await? else { continue };
            let ready = match self.look(|held| held.campaigns.get(&stored.number).cloned()) {
                Some(ready) if ready.stored == stored => ready,
                _ => Arc::new(ready::load(&mut db, stored).await?),
            };
            let unit_name = units::name(&mut db, &place.unit).await?.unwrap_or_default().into();
            spots.push(Spot { ready, place: Arc::new(place), unit_name, revision });
        }
        let spots = Arc::new(spots);
        if !spots.is_empty() {
            self.keep(revision, |held| {
                for spot in spots.iter() {
                    held.campaigns.insert(spot.ready.stored.number, Arc::clone(&spot.ready));
                }
                if held.addresses.len() < ADDRESSES {
                    held.addresses.insert(address.to_owned(), Arc::clone(&spots));
                }
            });
        }
        Ok(spots)
    }

    /// A campaign by its number, with the revision it was read at.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn campaign(&self, number: i64) -> Result<Option<(Arc<Ready>, i64)>, StoreError> {
        let held = self.look(|held| Some((held.campaigns.get(&number).cloned()?, held.revision)));
        if held.is_some() {
            return Ok(held);
        }
        let mut db = self.store.read().await?;
        let revision = campaigns::revision(&mut db).await?;
        self.move_to(revision);
        let Some(stored) = campaigns::get(&mut db, number).await? else { return Ok(None) };
        let ready = Arc::new(ready::load(&mut db, stored).await?);
        self.keep(revision, |held| {
            held.campaigns.insert(number, Arc::clone(&ready));
        });
        Ok(Some((ready, revision)))
    }

    /// The rendered page of a counter (by the number of its place) in this variant of its form, rendered by `render`
    /// where it is not held.
    pub fn page(
        &self,
        spot: &Spot,
        lang: Lang,
        variant: usize,
        render: impl FnOnce() -> Option<Template>,
    ) -> Option<Arc<Template>> {
        let key = (spot.place.number, lang, variant);
        if let Some(page) =
            self.look(|held| held.pages.get(&key).filter(|_| held.revision == spot.revision).cloned())
        {
            return Some(page);
        }
        let page = Arc::new(render()?);
        let rotated = spot.ready.questionnaire.variants() > 1;
        self.keep(spot.revision, |held| {
            if rotated {
                if held.rotated + page.size() > ROTATED_PAGES {
                    return;
                }
                held.rotated += page.size();
            }
            held.pages.insert(key, Arc::clone(&page));
        });
        Some(page)
    }

    fn look<T>(&self, find: impl FnOnce(&Held) -> Option<T>) -> Option<T> {
        find(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps something read at `revision`, unless what is held has moved on meanwhile.
    fn keep(&self, revision: i64, add: impl FnOnce(&mut Held)) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.revision == revision {
            add(&mut held);
        }
    }
}

/// The campaign that a counter asks at `now`: the open one, else the one that pauses, else the next to open, else the
/// last that closed, else one that is being prepared.
pub fn at(spots: &[Spot], now: i64) -> Option<&Spot> {
    let phase =
        |wanted: Phase| spots.iter().filter(move |spot| spot.ready.stored.campaign.phase(now) == wanted);
    phase(Phase::Open)
        .next()
        .or_else(|| phase(Phase::Paused).next())
        .or_else(|| phase(Phase::Planned).min_by_key(|spot| spot.ready.stored.campaign.opens))
        .or_else(|| phase(Phase::Closed).max_by_key(|spot| spot.ready.stored.campaign.closes))
        .or_else(|| phase(Phase::Draft).next())
}
