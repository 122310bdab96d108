//! `sipas language …`, and the languages that a server adds at start. A file for each: `CODE/sipas.ftl` in the folder
//! of the setting `languages`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use i18n_embed_fl::fl;

use super::{Failure, language, print, say};
use crate::{
    config::Config,
    language::{
        Lang,
        catalogue::{self, Catalogue, Flaw},
    },
};

/// The folder looked into where none is named.
const FOLDER: &str = "languages";

/// A catalogue, if it can be used, and what is wrong in it.
type Read = (Option<Catalogue>, Vec<Flaw>);

/// Flags of `sipas language`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks the languages of a folder and says everything that is wrong or missing, as file:line.
    Check {
        /// The folder; absent: `languages/`.
        #[arg(env = "SIPAS_LANGUAGES", default_value = FOLDER)]
        folder: PathBuf,
    },
    /// Prints a catalogue to translate, to be saved as languages/CODE/sipas.ftl.
    Template,
}

/// Runs `sipas language`.
///
/// # Errors
/// A [`Failure`]: 1 for a catalogue with errors, 3 for files that cannot be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Check { folder } => check(folder),
        Command::Template => {
            let how = fl!(language().messages(), "language-template");
            print(format_args!("# {how}\n\n{}", catalogue::template()));
            Ok(())
        }
    }
}

fn check(folder: &Path) -> Result<(), Failure> {
    let lang = language();
    let read = read(folder)?;
    let flaws: Vec<&Flaw> = read.iter().flat_map(|(_, flaws)| flaws).collect();
    flaws.iter().for_each(|flaw| say(flaw.line(lang)));
    let errors = flaws.iter().filter(|flaw| flaw.is_error()).count();
    let (files, warnings) = (read.len().to_string(), (flaws.len() - errors).to_string());
    let m = lang.messages();
    if errors == 0 {
        say(fl!(m, "language-checked-well", files = files, warnings = warnings));
        return Ok(());
    }
    let words =
        fl!(m, "language-checked-badly", files = files, errors = errors.to_string(), warnings = warnings);
    Err(Failure::Input(words))
}

/// Adds the languages of the settings' folder to respondents' pages.
///
/// # Errors
/// [`Failure::Input`] with every error in them, [`Failure::Unreachable`] for what cannot be read.
pub fn load(config: &Config) -> Result<(), Failure> {
    let Some(folder) = &config.languages else { return Ok(()) };
    let (mut catalogues, mut errors) = (Vec::new(), Vec::new());
    for (catalogue, flaws) in read(folder)? {
        let (wrong, notes): (Vec<Flaw>, Vec<Flaw>) = flaws.into_iter().partition(Flaw::is_error);
        if let (Some(catalogue), false) = (&catalogue, notes.is_empty()) {
            let language = catalogue.code.as_str();
            tracing::warn!(language, notes = notes.len(), "see: sipas language check");
        }
        catalogues.extend(catalogue);
        errors.extend(wrong.iter().map(|flaw| flaw.line(language())));
    }
    if !errors.is_empty() {
        return Err(Failure::Input(errors.join("\n")));
    }
    Lang::add(catalogues);
    Ok(())
}

/// The languages of a folder, by code, each with what is wrong in it.
fn read(folder: &Path) -> Result<Vec<Read>, Failure> {
    let m = language().messages();
    let unreachable = |path: &Path, error: &std::io::Error| {
        let (path, detail) = (path.display().to_string(), error.to_string());
        Failure::Unreachable(fl!(m, "language-cannot-read", path = path, detail = detail))
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreachable(folder, &error))? {
        let path = entry.map_err(|error| unreachable(folder, &error))?.path();
        if path.join(catalogue::FILE).is_file() {
            folders.push(path);
        }
    }
    if folders.is_empty() {
        let path = folder.display().to_string();
        return Err(Failure::Input(fl!(m, "language-none", path = path)));
    }
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let path = folder.join(catalogue::FILE);
        let bytes = std::fs::read(&path).map_err(|error| unreachable(&path, &error))?;
        let code = folder.file_name().unwrap_or_default().to_string_lossy();
        found.push(catalogue::read(&code, &path.display().to_string(), &bytes));
    }
    Ok(found)
}
