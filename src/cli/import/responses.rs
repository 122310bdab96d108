//! `sipas import responses`: answers gathered on paper or by another system.
//!
//! What rows mean is in [`crate::gathered`].

use std::path::PathBuf;

use i18n_embed_fl::fl;

use super::super::{Failure, Settings, Surroundings, language, links, say, surroundings::did};
use crate::{
    definition::model::Audience,
    gathered::{Campaign, Numbered},
    store::{
        StoreError, audit, campaigns,
        inbox::Refused,
        paper, places,
        ready::{self, Ready},
        segments,
    },
};

/// Flags of `sipas import responses`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    /// The file, CSV in UTF-8 with a heading line.
    file: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

/// Most faults told at once.
const TOLD: usize = 20;

/// Imports the answers of a file.
///
/// # Errors
/// [`Failure::Input`] with every row that is wrong, for an unknown campaign, and for one that takes no answers from
/// files; [`Failure::Unreachable`] for the file or the database.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let here = args.settings.open().await?;
    let name = args.file.display().to_string();
    let bytes = std::fs::read(&args.file).map_err(|error| {
        Failure::Unreachable(fl!(m, "import-unreadable", path = name.as_str(), detail = error.to_string()))
    })?;
    let stored = links::campaign(&here, &args.campaign).await?;
    here.check_room()?;
    let slug = stored.campaign.slug.clone();
    let read = async {
        let mut db = here.store.read().await?;
        let revision = campaigns::revision(&mut db).await?;
        let ready = ready::load(&mut db, stored).await?;
        let places = places::of_campaign(&mut db, ready.stored.number).await?;
        Ok::<_, StoreError>((revision, ready, places))
    };
    let (revision, ready, places) = read.await.map_err(|error| here.database(&error))?;
    if ready.definition.audience != Audience::Citizens {
        return Err(Failure::Input(fl!(m, "import-links", slug = slug.as_str())));
    }
    let campaign = Campaign { ready: &ready, places: &places, revision, key: &here.key };
    let sheets = sheets(&campaign, &name, &bytes)?;
    let stored =
        store(&here, &slug, &ready, revision, &sheets).await.map_err(|error| here.database(&error))?;
    let new = stored.map_err(|refused| {
        Failure::Input(match refused {
            Refused::NotOpen => fl!(m, "import-not-open", slug = slug.as_str()),
            Refused::Stale | Refused::Unavailable => fl!(m, "import-stale"),
        })
    })?;
    segments::tidy(here.store.clone(), ready.stored.number).await;
    here.store.close().await;
    let again = sheets.len() as u64 - new;
    say(fl!(m, "import-done", new = new, again = again, slug = slug.as_str()));
    Ok(())
}

async fn store(
    here: &Surroundings,
    slug: &str,
    ready: &Ready,
    revision: i64,
    sheets: &[Numbered],
) -> Result<Result<u64, Refused>, StoreError> {
    let now = here.clock.now();
    let mut db = here.store.write().await?;
    let gate = match paper::open(&mut db, now, ready.stored.number, revision).await? {
        Ok(gate) => gate,
        Err(refused) => return Ok(Err(refused)),
    };
    let new = paper::import(&mut db, now, &gate, sheets).await?;
    if new > 0 {
        let told =
            did("responses.import", slug).with(serde_json::json!({ "rows": sheets.len(), "new": new }));
        audit::append(&mut db, now, &told).await?;
    }
    db.commit().await?;
    Ok(Ok(new))
}

/// The sheets of a file of CSV.
fn sheets(campaign: &Campaign<'_>, name: &str, bytes: &[u8]) -> Result<Vec<Numbered>, Failure> {
    let lang = language();
    let m = lang.messages();
    let at = |line: u64, words: &str| format!("{name}:{line}: {words}");
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.get(..error.valid_up_to()).unwrap_or_default().split(|byte| *byte == b'\n').count();
        Failure::Input(at(line as u64, &fl!(m, "import-not-utf8")))
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|byte| heading.bytes().filter(|other| other == byte).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let unreadable = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        Failure::Input(at(line, &fl!(m, "import-broken", detail = error.to_string())))
    };
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let headings = cells(reader.headers().map_err(|error| unreadable(&error))?);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        rows.push((record.position().map_or(0, csv::Position::line), cells(&record)));
    }
    campaign.sheets(lang, (1, &headings), rows.into_iter()).map_err(|faults| {
        let mut told: Vec<String> =
            faults.iter().take(TOLD).map(|fault| at(fault.line, &fault.words)).collect();
        let more = faults.len().saturating_sub(TOLD);
        if more > 0 {
            told.push(fl!(m, "import-more-faults", n = more));
        }
        told.push(fl!(m, "import-nothing-done"));
        Failure::Input(told.join("\n"))
    })
}
