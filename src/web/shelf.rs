//! The questionnaires that campaigns can be made of: built in, those of the server's folder, and those kept in the
//! database, where pages put what they import. What a folder has goes before what the database keeps.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::{
    definition::{Definition, Entry, Library},
    store::{Store, StoreError, definitions},
};

/// What is built into the program.
static BUILT_IN: LazyLock<Library> = LazyLock::new(|| Library::built_in().unwrap_or_default());

/// The shelf; cheap to clone.
#[derive(Debug, Clone)]
pub struct Shelf {
    files: Arc<Library>,
    all: Arc<RwLock<Arc<Library>>>,
}

/// Where a questionnaire comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Built into the program.
    BuiltIn,
    /// A file in the server's folder.
    Folder,
    /// Kept in the database.
    Kept,
}

impl Shelf {
    /// A shelf with what files hold; [`Self::refresh`] adds what the database keeps.
    pub fn new(files: Arc<Library>) -> Self {
        Self { all: Arc::new(RwLock::new(Arc::clone(&files))), files }
    }

    /// Everything on it.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.all.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in what the database keeps now.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        let mut all = Library::clone(&self.files);
        for pinned in definitions::all(&mut store.read().await?).await? {
            if self.files.get(&pinned.id, &pinned.version).is_some() {
                continue;
            }
            // One that a later program wrote is still there for its campaign, and for no new one.
            if let Ok(definition) = Definition::from_canonical(&pinned.canonical) {
                all.add(Entry::new(&definition));
            }
        }
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// Where a questionnaire on the shelf comes from.
    pub fn origin(&self, entry: &Entry) -> Origin {
        let (id, version) = (&entry.definition.id, &entry.definition.version);
        let built_in = || BUILT_IN.get(id, version).is_some_and(|known| known.sha256 == entry.sha256);
        match self.files.get(id, version) {
            None => Origin::Kept,
            Some(_) if built_in() => Origin::BuiltIn,
            Some(_) => Origin::Folder,
        }
    }
}
