//! `sipas report`: the index report as a file.

use std::path::PathBuf;

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, language, output, say, surroundings::did};
use crate::{
    definition::message::with_hint,
    figures::{self, NoReport},
    report::{self, html},
    set_aside::View,
    store::audit,
};

/// Flags of `sipas report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    /// Shape of the report.
    #[arg(long, value_enum)]
    format: Format,
    /// Only this unit and those below it.
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// While the campaign is open: with the newest answers, too. For checks alone: such figures must not be shown, since
    /// the difference of two of them may be a few people's answers.
    #[arg(long)]
    newest: bool,
    /// Where to write; absent: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Shapes of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// `sipas.report/1`.
    Json,
    /// A flat table.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page that stands alone.
    Html,
}

impl Format {
    const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }
}

/// Writes the report.
///
/// # Errors
/// [`Failure::Input`] for an unknown campaign or unit, or populations that cannot be; [`Failure::Unreachable`] for the
/// database or the file.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    let here = args.settings.open().await?;
    let view = if args.newest { View::Newest } else { View::Shown };
    let mut report = figures::report(&here.store, &args.campaign, here.clock.now(), view).await.map_err(
        |no| match &no {
            NoReport::Store(error) => here.database(error),
            NoReport::UnknownCampaign { .. } | NoReport::Index(_) => {
                Failure::Input(no.words(lang, &here.config.database_url))
            }
        },
    )?;
    if let Some(code) = &args.unit {
        report = report::of_unit(&report, code).ok_or_else(|| {
            let known: Vec<String> = report.units.iter().map(|unit| unit.code.clone()).collect();
            let words = fl!(lang.messages(), "figures-unknown-unit", unit = code.as_str());
            Failure::Input(with_hint(lang, words, code, &known))
        })?;
    }
    let bytes = match args.format {
        Format::Json => report::json(&report).into_bytes(),
        Format::Csv => report::csv(&report, lang),
        Format::Xlsx => {
            report::xlsx(&report, lang).map_err(|error| Failure::Unreachable(error.to_string()))?
        }
        Format::Html => html::page(&report, lang).into_string().into_bytes(),
    };
    let told = json!({ "format": args.format.extension(), "unit": args.unit, "newest": args.newest });
    let entry = did("report.export", &args.campaign).with(told);
    if let Err(error) = audit::note(&here.store, here.clock.now(), &entry).await {
        // Whoever runs commands has the database anyway: a full disk must not keep them from the figures.
        say(error.words(lang, &here.config.database_url));
    }
    here.store.close().await;
    output::file(args.out.as_deref(), &bytes)
}
