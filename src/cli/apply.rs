//! `sipas apply`: makes the database match declarative files.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use i18n_embed_fl::fl;

use super::{
    Failure, Settings,
    definition::files,
    language, print, say,
    surroundings::{did, open},
};
use crate::{
    apply::{self, Failed, Outcome, Source},
    clock::Clock,
    store::Store,
    web::shelf::Shelf,
};

/// Flags of `sipas apply`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The files (TOML); read together, so that one may name what another lists.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Says what would change and changes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Prints a line for each change.
///
/// # Errors
/// [`Failure::Input`] with every problem in the files, [`Failure::Unreachable`] for a file or a database.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let sources = args.files.iter().map(|path| source(path)).collect::<Result<Vec<_>, _>>()?;
    let config = args.settings.load()?;
    let library = files::library(config.definitions.as_deref())?;
    let lang = language();
    if !Store::is_made(&config.database_url) {
        // A database that is not there yet is made only for files that can be applied.
        let outcome = apply::rehearse(&library, &Clock::system(), lang, &sources).map_err(refused)?;
        if args.dry_run {
            tell(&outcome, true);
            return Ok(());
        }
    }
    let here = open(config).await.map_err(|failure| {
        let problems = apply::problems(lang, &sources);
        if problems.is_empty() { failure } else { refused(Failed::Problems(problems)) }
    })?;
    if !args.dry_run {
        here.check_room()?;
    }
    let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let by = (!args.dry_run).then(|| did("apply.change", names.join(" ")));
    // What pages have imported is on the shelf, too, beside the files.
    let shelf = Shelf::new(Arc::new(library));
    shelf.refresh(&here.store).await.map_err(|error| here.database(&error))?;
    let library = shelf.library();
    let done = apply::apply(&here.store, &here.key, &library, &here.clock, lang, &sources, by.as_ref()).await;
    here.store.close().await;
    let outcome = done.map_err(|failed| match failed {
        Failed::Store(error) => here.database(&error),
        problems @ Failed::Problems(_) => refused(problems),
    })?;
    tell(&outcome, args.dry_run);
    Ok(())
}

fn source(path: &Path) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let detail = error.to_string();
        Failure::Unreachable(fl!(
            language().messages(),
            "apply-cannot-read",
            path = name.as_str(),
            detail = detail
        ))
    })?;
    Source::from_bytes(language(), &name, &bytes).map_err(|problem| refused(Failed::Problems(vec![problem])))
}

fn refused(failed: Failed) -> Failure {
    Failure::Input(format!("{failed}\n{}", fl!(language().messages(), "apply-nothing-changed")))
}

fn tell(outcome: &Outcome, dry_run: bool) {
    let m = language().messages();
    for warning in &outcome.warnings {
        say(warning);
    }
    for line in &outcome.changes {
        print(format_args!("{line}\n"));
    }
    if outcome.changes.is_empty() {
        say(fl!(m, "apply-up-to-date"));
    } else if dry_run {
        say(fl!(m, "apply-dry-run"));
    }
}
