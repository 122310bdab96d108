//! `sipas export`: the answers as de-identified microdata, with a codebook.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, Surroundings, language, say, surroundings::did};
use crate::{
    export::{self, NoExport, Prepared, When, Written},
    microdata::Format,
    store::audit,
};

/// Flags of `sipas export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    /// Kind of file.
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write; absent: standard output. Beside CSV the codebook is written too.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Writes the file, and says how many rows it has and its SHA-256.
///
/// # Errors
/// [`Failure::Input`] for an unknown campaign, one of personal links that is open, or too few answers;
/// [`Failure::Unreachable`] for the database or the file.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let here = args.settings.open().await?;
    let lang = language();
    let prepared = export::prepare(&here.store, &args.campaign, here.clock.now(), When::Interim, lang).await;
    let prepared = Arc::new(prepared.map_err(|no| failure(&here, &no))?);
    if prepared.interim {
        say(fl!(lang.messages(), "microdata-interim"));
    }
    let told = json!({ "format": args.format.name(), "rows": prepared.layout.codebook.rows });
    let entry = did("microdata.export", &args.campaign).with(told);
    if let Err(error) = audit::note(&here.store, here.clock.now(), &entry).await {
        // As for reports: whoever runs commands has the database anyway.
        say(error.words(lang, &here.config.database_url));
    }
    one(&here, &prepared, args.format, args.out.as_deref()).await?;
    if let (Format::Csv, Some(path)) = (args.format, &args.out) {
        one(&here, &prepared, Format::Codebook, Some(&beside(path))).await?;
    }
    here.store.close().await;
    Ok(())
}

/// `answers.csv` gives `answers-codebook.csv`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(Format::Codebook.ending());
    path.with_file_name(name)
}

async fn one(
    here: &Surroundings,
    prepared: &Arc<Prepared>,
    format: Format,
    path: Option<&Path>,
) -> Result<(), Failure> {
    let written = match path {
        Some(path) => {
            let file = File::create(path).map_err(NoExport::from);
            let file = file.map_err(|no| failure(here, &no))?;
            export::write(&here.store, prepared, format, file).await
        }
        None => export::write(&here.store, prepared, format, io::stdout()).await,
    };
    let written = match written {
        Ok(written) => written,
        // Whoever reads only the beginning has what they wanted.
        Err(NoExport::Written(error)) if path.is_none() && error.kind() == io::ErrorKind::BrokenPipe => {
            return Ok(());
        }
        Err(no) => {
            if let Some(path) = path {
                // Half a file is none.
                let _ = std::fs::remove_file(path);
            }
            return Err(failure(here, &no));
        }
    };
    let Written { rows, sha256, .. } = written;
    let name = path.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
    let rows = rows.to_string();
    say(fl!(language().messages(), "microdata-written", path = name, rows = rows, sha256 = sha256));
    Ok(())
}

fn failure(here: &Surroundings, no: &NoExport) -> Failure {
    let words = no.words(language(), &here.config.database_url);
    if no.is_input() { Failure::Input(words) } else { Failure::Unreachable(words) }
}
