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
    distribution::pdf::Templates,
    figures::{self, NoReport},
    index::report::Report,
    language::Lang,
    report::{self, document::Issuer},
    report_file::{File, Format, NoFile, With},
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
    /// Of letters, the one to this body alone: its name, or its code as the ZIP's files are named.
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
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

/// Writes the report.
///
/// # Errors
/// [`Failure::Input`] for an unknown campaign or unit, or populations that cannot be; [`Failure::Unreachable`] for the
/// database or the file.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    if args.body.is_some() && !args.format.letters() {
        return Err(Failure::Usage(fl!(lang.messages(), "letter-body-without")));
    }
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
    let file = make(&here, &report, args, lang).await?;
    let mut told = json!({ "format": args.format.code(), "unit": args.unit, "newest": args.newest });
    if let Some(body) = &args.body {
        told["body"] = json!(body);
    }
    let entry = did("report.export", &args.campaign).with(told);
    if let Err(error) = audit::note(&here.store, here.clock.now(), &entry).await {
        // Whoever runs commands has the database anyway: a full disk must not keep them from the figures.
        say(error.words(lang, &here.config.database_url));
    }
    here.store.close().await;
    output::file(args.out.as_deref(), &file.bytes)
}

/// The file, headed by the body responsible for the campaign where it has a head.
async fn make(here: &Surroundings, report: &Report, args: &Args, lang: Lang) -> Result<File, Failure> {
    let mut db = here.store.read().await.map_err(|error| here.database(&error))?;
    let stored = campaigns::find(&mut db, &args.campaign).await.map_err(|error| here.database(&error))?;
    drop(db);
    let notice = stored.and_then(|stored| stored.campaign.notice).unwrap_or_default();
    let issuer = Issuer::of(report, Lang::VI.pick(&notice.responsible));
    let templates = Templates::new(here.config.templates.clone());
    let with = With { issuer: &issuer, lang, templates: &templates, body: args.body.as_deref() };
    args.format.make(report, &with).map_err(|error| match error.words(lang) {
        None => Failure::Unreachable(error.to_string()),
        Some(words) => Failure::Input(match &error {
            NoFile::UnknownBody { body, known } => with_hint(lang, words, body, known),
            _ => words,
        }),
    })
}
