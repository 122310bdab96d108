//! `sipas report`: the index report as a file.

use std::path::PathBuf;

use i18n_embed_fl::fl;
use serde_json::json;

use super::{
    Failure, Settings, language, output, say,
    surroundings::{Surroundings, did},
};
use crate::{
    definition::message::with_hint,
    distribution::pdf::{self, Templates},
    figures::{self, NoReport},
    index::report::Report,
    language::Lang,
    report::{
        self,
        document::{self, Issuer},
        html,
    },
    set_aside::View,
    store::{audit, campaigns},
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
    /// An official document to edit.
    Docx,
    /// The same to print and send.
    Pdf,
}

impl Format {
    const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
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
        Format::Docx | Format::Pdf => official(&here, &report, args, lang).await?,
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

/// The report as an official document, headed by the body responsible for the campaign.
async fn official(here: &Surroundings, report: &Report, args: &Args, lang: Lang) -> Result<Vec<u8>, Failure> {
    let mut db = here.store.read().await.map_err(|error| here.database(&error))?;
    let stored = campaigns::find(&mut db, &args.campaign).await.map_err(|error| here.database(&error))?;
    let notice = stored.and_then(|stored| stored.campaign.notice).unwrap_or_default();
    let issuer = Issuer::of(report, Lang::VI.pick(&notice.responsible));
    let document = document::compose(report, &issuer, lang);
    if args.format == Format::Docx {
        return report::docx(&document).map_err(|error| Failure::Unreachable(error.to_string()));
    }
    let templates = Templates::new(here.config.templates.clone());
    pdf::report::report(&templates, &document).map_err(|error| Failure::Input(error.words(lang)))
}
