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
    figures::{
        self, NoReport, calendar,
        period::{self, NoPeriodReport, Series},
    },
    index::report::Report,
    language::Lang,
    organisation::Period,
    report::{self, document::Issuer},
    report_file::{File, Format, NoFile, With},
    set_aside::View,
    store::{audit, campaigns},
};

/// The period that a report is over, and of which campaigns.
#[derive(Debug, clap::Args)]
struct Over {
    /// Over the campaigns of this period instead of one campaign: 2026-q1, 2026-6m, 2026-9m or 2026.
    #[arg(long, value_name = "PERIOD", requires_all = ["definition", "form"])]
    period: Option<Period>,
    /// Id of the questionnaire that the period's campaigns use.
    #[arg(long, value_name = "ID", requires = "period")]
    definition: Option<String>,
    /// The form that they use.
    #[arg(long, value_name = "FORM", requires = "period")]
    form: Option<String>,
}

/// Flags of `sipas report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug; instead of it a period.
    #[arg(required_unless_present = "period", conflicts_with = "period")]
    campaign: Option<String>,
    #[command(flatten)]
    over: Over,
    /// Shape of the report.
    #[arg(long, value_enum)]
    format: Format,
    /// Only this unit and those below it.
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Of letters, the one to this body or unit alone: its name, or its code as the ZIP's files are named (`don-vi-…`: units).
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
    /// While the campaign is open: with the newest answers, too. For checks alone: such figures must not be shown, since
    /// the difference of two of them may be a few people's answers.
    #[arg(long, conflicts_with = "period")]
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
/// [`Failure::Input`] for an unknown campaign or unit, a period that has no report, or populations that cannot be; [`Failure::Unreachable`] for the
/// database or the file.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    if args.body.is_some() && !args.format.letters() {
        return Err(Failure::Usage(fl!(lang.messages(), "letter-body-without")));
    }
    let here = args.settings.open().await?;
    // What it is of, as the audit log names it, and the campaign whose head it has.
    let (mut report, object, headed) = match (&args.over, &args.campaign) {
        (Over { period: Some(period), definition: Some(definition), form: Some(form) }, _) => {
            let series = Series { definition: definition.clone(), form: form.clone() };
            let report = of_period(&here, &series, *period, lang).await?;
            let last = report.period.as_ref().and_then(|period| period.campaigns.last());
            let headed = last.map(|last| last.campaign.slug.clone()).unwrap_or_default();
            (report, format!("{definition}/{form}/{period}"), headed)
        }
        (_, Some(slug)) => (of_campaign(&here, slug, args.newest, lang).await?, slug.clone(), slug.clone()),
        // Refused by the flags already.
        _ => return Err(Failure::Usage(fl!(lang.messages(), "period-without-series"))),
    };
    if let Some(code) = &args.unit {
        report = report::of_unit(&report, code).ok_or_else(|| {
            let known: Vec<String> = report.units.iter().map(|unit| unit.code.clone()).collect();
            let words = fl!(lang.messages(), "figures-unknown-unit", unit = code.as_str());
            Failure::Input(with_hint(lang, words, code, &known))
        })?;
    }
    let file = make(&here, &report, &headed, args, lang).await?;
    let mut told = json!({ "format": args.format.code(), "unit": args.unit, "newest": args.newest });
    if let Some(body) = &args.body {
        told["body"] = json!(body);
    }
    let entry = did("report.export", object).with(told);
    if let Err(error) = audit::note(&here.store, here.clock.now(), &entry).await {
        // Whoever runs commands has the database anyway: a full disk must not keep them from the figures.
        say(error.words(lang, &here.config.database_url));
    }
    here.store.close().await;
    output::file(args.out.as_deref(), &file.bytes)
}

/// The report of a campaign.
async fn of_campaign(here: &Surroundings, slug: &str, newest: bool, lang: Lang) -> Result<Report, Failure> {
    let view = if newest { View::Newest } else { View::Shown };
    let computed = figures::report(&here.store, slug, here.clock.now(), view).await;
    computed.map_err(|no| match &no {
        NoReport::Store(error) => here.database(error),
        NoReport::UnknownCampaign { .. } | NoReport::Index(_) => {
            Failure::Input(no.words(lang, &here.config.database_url))
        }
    })
}

/// The report over a period's campaigns.
async fn of_period(
    here: &Surroundings,
    series: &Series,
    period: Period,
    lang: Lang,
) -> Result<Report, Failure> {
    let all = async { campaigns::all(&mut here.store.read().await?).await };
    let all = all.await.map_err(|error| here.database(&error))?;
    let name = |series: &Series| format!("{}/{}", series.definition, series.form);
    let known: Vec<String> = calendar::all(&all).iter().map(|(series, _)| name(series)).collect();
    let own = series.campaigns(all);
    if own.is_empty() {
        let words = fl!(
            lang.messages(),
            "period-unknown-series",
            definition = series.definition.as_str(),
            form = series.form.as_str()
        );
        return Err(Failure::Input(with_hint(lang, words, &name(series), &known)));
    }
    let computed = period::report(&here.store, &own, period, here.clock.now()).await;
    computed.map_err(|no| match &no {
        NoPeriodReport::Report(NoReport::Store(error)) => here.database(error),
        no => Failure::Input(no.words(lang, &here.config.database_url)),
    })
}

/// The file, headed by the body responsible for the campaign where it has a head.
async fn make(
    here: &Surroundings,
    report: &Report,
    headed: &str,
    args: &Args,
    lang: Lang,
) -> Result<File, Failure> {
    let mut db = here.store.read().await.map_err(|error| here.database(&error))?;
    let stored = campaigns::find(&mut db, headed).await.map_err(|error| here.database(&error))?;
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
