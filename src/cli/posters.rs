//! `sipas posters`: the QR codes of a campaign's counters as a PDF for the printer.

use std::path::PathBuf;

use i18n_embed_fl::fl;

use super::{Failure, Settings, language, links, output, say};
use crate::{
    definition::message::with_hint,
    distribution::{
        pdf::{PdfError, Templates, poster},
        print::{self, Choice},
    },
    language::Lang,
    store::places,
};

/// Flags of `sipas posters`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    /// What to print: posters, a table stand, or sheets of A4 with labels.
    #[arg(long, value_enum, default_value = "a4")]
    size: Size,
    /// Only this unit and those below it.
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Only this counter.
    #[arg(long, value_name = "CODE")]
    counter: Option<String>,
    /// Code of the language of the words; absent: Vietnamese.
    #[arg(long, value_name = "CODE", default_value = "vi")]
    lang: String,
    /// Labels of the first sheet that are used up already.
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// Where to write; absent: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// What can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Size {
    /// A poster of A3.
    A3,
    /// A poster of A4.
    A4,
    /// A poster of A5.
    A5,
    /// A table stand: A4, to be folded.
    Stand,
    /// 21 labels of 63.5 × 38.1 mm.
    #[value(name = "labels-21")]
    Labels21,
    /// 8 labels of 99.1 × 67.7 mm.
    #[value(name = "labels-8")]
    Labels8,
}

impl Size {
    const fn of(self) -> poster::Size {
        match self {
            Self::A3 => poster::Size::A3,
            Self::A4 => poster::Size::A4,
            Self::A5 => poster::Size::A5,
            Self::Stand => poster::Size::Stand,
            Self::Labels21 => poster::Size::Labels21,
            Self::Labels8 => poster::Size::Labels8,
        }
    }
}

/// Writes the PDF.
///
/// # Errors
/// [`Failure::Input`] for an unknown campaign, unit, counter or language, one without counters, and a broken template;
/// [`Failure::Unreachable`] for the database, the file, or a program built without PDFs.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let here = args.settings.open().await?;
    let stored = links::campaign(&here, &args.campaign).await?;
    let lang = Lang::find_for_respondents(&args.lang).ok_or_else(|| {
        let known: Vec<String> = Lang::for_respondents().map(|lang| lang.code().to_owned()).collect();
        let code = args.lang.as_str();
        let words = fl!(m, "print-unknown-language", lang = code);
        Failure::Input(with_hint(language(), words, &args.lang, &known))
    })?;
    let choice = Choice { counter: args.counter.as_deref(), unit: args.unit.as_deref(), within: None };
    let gathered = print::gather(&here.store, &here.config.base_url, &args.campaign, choice).await;
    let sheets = gathered.map_err(|error| here.database(&error))?.filter(|sheets| !sheets.desks.is_empty());
    let Some(sheets) = sheets else {
        let places = async { places::of_campaign(&mut here.store.read().await?, stored.number).await };
        let places = places.await.map_err(|error| here.database(&error))?;
        let (unknown, known): (_, Vec<String>) = match (&args.counter, &args.unit) {
            (Some(counter), _) => (counter, places.into_iter().filter_map(|place| place.counter).collect()),
            (None, Some(unit)) => (unit, places.into_iter().map(|place| place.unit).collect()),
            (None, None) => {
                let slug = args.campaign.as_str();
                return Err(Failure::Input(fl!(m, "print-no-counters", slug = slug)));
            }
        };
        let words = fl!(m, "print-nothing-at", code = unknown.as_str());
        return Err(Failure::Input(with_hint(language(), words, unknown, &known)));
    };
    here.store.close().await;
    let templates = Templates::new(here.config.templates.clone());
    let bytes = sheets.pdf(&templates, lang, args.size.of(), args.skip).map_err(|error| {
        let words = error.words(language());
        if matches!(error, PdfError::NotBuiltIn) {
            Failure::Unreachable(words)
        } else {
            Failure::Input(words)
        }
    })?;
    output::file(args.out.as_deref(), &bytes)?;
    if args.out.is_some() {
        say(fl!(m, "print-written", n = sheets.desks.len()));
    }
    Ok(())
}
