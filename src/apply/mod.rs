//! Making the database match declarative files: units, campaigns, counters, populations, invitations.
//!
//! [`file`] is the shape of a file, [`source`] ties values to file and line, [`plan`] checks what can be checked
//! without the database and [`reconcile`] changes the database in one transaction. Any problem: nothing is changed.

pub mod file;
mod plan;
mod reconcile;
pub mod source;

use crate::{
    clock::Clock,
    definition::Library,
    language::Lang,
    store::{Store, StoreError},
};

pub use reconcile::Changes;
pub use source::{Problem, Source};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The files say something that cannot be.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the database match the sources; gives a line for each change and what to think of. With `dry_run` nothing is kept.
///
/// # Errors
/// [`Failed`]; nothing has changed then.
pub async fn apply(
    store: &Store,
    library: &Library,
    clock: &Clock,
    lang: Lang,
    sources: &[Source],
    dry_run: bool,
) -> Result<Changes, Failed> {
    let plan = plan::read(lang, library, sources).map_err(Failed::Problems)?;
    let mut db = store.write().await?;
    let changes = reconcile::run(&mut db, lang, library, clock.now(), &plan).await?;
    if !dry_run && !changes.lines.is_empty() {
        db.commit().await?;
    }
    Ok(changes)
}
