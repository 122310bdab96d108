//! `sipas apply`: the database as files say.

use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;

use super::{Failure, Settings, language, print, say};
use crate::apply::{self, Failed, Source};

/// Flags of `sipas apply`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// TOML files with units and campaigns.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Says what would change and changes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Applies the files and prints a line for each change.
///
/// # Errors
/// [`Failure::Input`] with every problem as file:line:column; nothing has changed then.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    let m = lang.messages();
    let sources = args.files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let here = args.settings.open().await?;
    let library = here.library()?;
    let done = apply::apply(&here.store, &library, &here.clock, lang, &sources, args.dry_run).await;
    here.store.close().await;
    let changes = done.map_err(|failed| match &failed {
        Failed::Problems(_) => Failure::Input(format!("{failed}\n{}", fl!(m, "apply-nothing-done"))),
        Failed::Store(error) => here.database(error),
    })?;
    for warning in &changes.warnings {
        say(warning);
    }
    for line in &changes.lines {
        print(format_args!("{line}\n"));
    }
    match (changes.lines.is_empty(), args.dry_run) {
        (true, _) => say(fl!(m, "apply-no-change")),
        (false, true) => say(fl!(m, "apply-dry-run")),
        (false, false) => {}
    }
    Ok(())
}

fn read(file: &Path) -> Result<Source, Failure> {
    let m = language().messages();
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::Unreachable(fl!(m, "apply-unreadable", file = name.as_str(), detail = error.to_string()))
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { name, text: text.trim_start_matches('\u{feff}').to_owned() }),
        Err(error) => {
            let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column =
                String::from_utf8_lossy(good).rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let words = fl!(m, "apply-utf8");
            Err(Failure::Input(format!("{name}:{line}:{column}: {words}")))
        }
    }
}
