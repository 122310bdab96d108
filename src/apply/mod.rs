//! Making the database match declarative files: units, campaigns, counters, populations, invitations.
//!
//! [`source`] ties values to file and line, [`table`] and [`value`] read them, [`plan`] is what the files ask for.
//! [`known`] reads what the database holds, [`decide`] compares the two (pure), [`change`] tells what changes and
//! [`reconcile`] makes it so in one transaction. Any problem: nothing is changed, and all problems are told at once.
//! The format is in `docs/apply.md`. The staff's pages take the same way from [`desk`] on.

mod addition;
mod change;
mod decide;
pub mod desk;
mod known;
pub mod notice;
mod plan;
mod reconcile;
mod source;
mod table;
mod value;

use serde_json::json;

use crate::{
    clock::{self, Clock},
    definition::Library,
    language::Lang,
    secret::Key,
    store::{
        Store, StoreError,
        audit::{self, Entry},
        campaigns,
    },
};

use change::Change;
use known::Known;
use plan::Plan;
use source::Findings;
pub use source::{Problem, Source};

/// What was done, or would be.
#[derive(Debug, Default)]
pub struct Outcome {
    /// A line for each change; none if the database said so already.
    pub changes: Vec<String>,
    /// What somebody should look at.
    pub warnings: Vec<Problem>,
}

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

/// Most lines of changes in an entry of the audit log.
const TOLD: usize = 500;

/// Makes the database match the sources, and tells the audit log who (`by`) did it. With `by` absent it only says what it
/// would do.
///
/// # Errors
/// [`Failed`]; nothing has changed then.
pub async fn apply(
    store: &Store,
    key: &Key,
    library: &Library,
    clock: &Clock,
    lang: Lang,
    sources: &[Source],
    by: Option<&Entry>,
) -> Result<Outcome, Failed> {
    let mut found = Findings::new(lang, sources);
    let plan = plan::read(&mut found, sources, &clock::province());
    let now = clock.now();
    let Some(by) = by else {
        let mut db = store.read().await?;
        let mut known = Known::load(&mut db, &plan.slugs(), library).await?;
        known.count(&mut db, &plan.slugs()).await?;
        return compare(found, &plan, &known, library, Some(key), now).map(|(_, outcome)| outcome);
    };
    let mut db = store.write().await?;
    campaigns::hold_all(&mut db).await?;
    let mut known = Known::load(&mut db, &plan.slugs(), library).await?;
    known.count(&mut db, &plan.slugs()).await?;
    let (changes, outcome) = compare(found, &plan, &known, library, Some(key), now)?;
    if !changes.is_empty() {
        reconcile::run(&mut db, &changes, now).await?;
        let told: Vec<&String> = outcome.changes.iter().take(TOLD).collect();
        let entry = by.clone().with(json!({ "changes": outcome.changes.len(), "lines": told }));
        audit::append(&mut db, now, &entry).await?;
        db.commit().await?;
    }
    Ok(outcome)
}

/// What applying the sources to an empty database would do.
///
/// # Errors
/// [`Failed::Problems`].
pub fn rehearse(library: &Library, clock: &Clock, lang: Lang, sources: &[Source]) -> Result<Outcome, Failed> {
    let mut found = Findings::new(lang, sources);
    let plan = plan::read(&mut found, sources, &clock::province());
    compare(found, &plan, &Known::default(), library, None, clock.now()).map(|(_, outcome)| outcome)
}

/// What is wrong with the sources whatever the database holds.
pub fn problems(lang: Lang, sources: &[Source]) -> Vec<Problem> {
    let mut found = Findings::new(lang, sources);
    plan::read(&mut found, sources, &clock::province());
    found.finish().err().unwrap_or_default()
}

fn compare(
    mut found: Findings<'_>,
    plan: &Plan,
    known: &Known,
    library: &Library,
    key: Option<&Key>,
    now: i64,
) -> Result<(Vec<Change>, Outcome), Failed> {
    let lang = found.lang;
    let changes = decide::decide(&mut found, plan, known, library, key, now);
    let warnings = found.finish().map_err(Failed::Problems)?;
    let lines = changes.iter().flat_map(|change| change.words(lang)).collect();
    Ok((changes, Outcome { changes: lines, warnings }))
}
