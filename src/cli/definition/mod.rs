//! `sipas definition …`: check, show, compare, try out and exchange questionnaire definitions.

mod audio;
mod check;
mod diff;
mod export;
pub mod files;
mod import;
mod show;
mod simulate;

use std::path::PathBuf;

use clap::Subcommand;

use super::{Failure, print};
use crate::definition::{schema, translation};

/// Flags of `sipas definition`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of definitions beside those built in; where both have a version, the folder's counts.
    #[arg(long, env = "SIPAS_DEFINITIONS", global = true, value_name = "DIR")]
    definitions: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks definitions and says everything that is wrong, as file:line:column.
    Check {
        /// Files or folders; absent: `survey-definitions/` if it is there, else the definitions built in.
        paths: Vec<PathBuf>,
    },
    /// Prints the questionnaire that a form gives.
    Show(show::Args),
    /// Lists what changed between two versions, breaking changes first.
    Diff {
        /// The earlier one: `id@version` or a file.
        before: String,
        /// The later one.
        after: String,
    },
    /// Walks random ways through a form: what is asked how often, and how long it is.
    Simulate(simulate::Args),
    /// Makes a definition of an XLSForm (ODK, Kobo), and lists what could not be carried over.
    Import(import::Args),
    /// Writes a form as XLSForm, for field teams with ODK Collect or Kobo.
    Export(export::Args),
    /// Prints a translation to fill in, to be saved as survey-definitions/ID/VERSION.LANGUAGE.toml.
    Translate {
        /// The definition: its id, `id@version` or a file.
        id: String,
        /// Code of the language: two or three lower-case letters.
        language: String,
    },
    /// Prints the JSON Schema of the format, for editors.
    Schema,
}

/// Runs `sipas definition`.
///
/// # Errors
/// A [`Failure`]: 1 for a definition with errors, 2 for wrong usage, 3 for files that cannot be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    let folder = args.definitions.as_deref();
    match &args.command {
        Command::Check { paths } => check::run(paths, folder),
        Command::Show(args) => show::run(args, folder),
        Command::Diff { before, after } => diff::run(before, after, folder),
        Command::Simulate(args) => simulate::run(args, folder),
        Command::Import(args) => import::run(args),
        Command::Export(args) => export::run(args, folder),
        Command::Translate { id, language } => {
            let entry = files::find(id, None, folder)?;
            print(translation::template(&entry.definition, language));
            Ok(())
        }
        Command::Schema => {
            print(schema::text());
            Ok(())
        }
    }
}
