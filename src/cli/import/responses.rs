//! `sipas import responses`: answers gathered on paper or by another system.
//!
//! A row is a sheet. `sheet` tells the rows apart, in this file and in every later one: a sheet that is there already is
//! left as it is. `docs/paper.md` describes the columns.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use i18n_embed_fl::fl;

use super::super::{Failure, Settings, Surroundings, language, links, say, surroundings::did};
use crate::{
    definition::{
        message::with_hint,
        model::{Audience, Kind},
    },
    language::Lang,
    organisation::{Channel, Mode},
    questionnaire::{Answers, Fault, Invalid, Questionnaire, keying},
    secret::Key,
    store::{
        StoreError, audit, campaigns,
        inbox::Refused,
        paper, places,
        places::Place,
        ready::{self, Ready},
        responses::{self, Sheet},
        segments,
    },
    web::{respond::answer, views::questionnaire::fault_words},
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
/// Columns that are no question.
const OWN: [&str; 5] = [SHEET, COUNTER, LANGUAGE, CHANNEL, MODE];
const SHEET: &str = "sheet";
const COUNTER: &str = "counter";
const LANGUAGE: &str = "language";
const CHANNEL: &str = "channel";
const MODE: &str = "mode";

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
    let sheets = campaign.sheets(&name, &bytes)?;
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
    sheets: &[(Option<i64>, Sheet)],
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

/// What rows are read against.
struct Campaign<'a> {
    ready: &'a Ready,
    places: &'a [Place],
    revision: i64,
    key: &'a Key,
}

impl Campaign<'_> {
    /// The sheets of a file.
    fn sheets(&self, name: &str, bytes: &[u8]) -> Result<Vec<(Option<i64>, Sheet)>, Failure> {
        let lang = language();
        let m = lang.messages();
        let at = |line: u64, words: String| format!("{name}:{line}: {words}");
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line =
                bytes.get(..error.valid_up_to()).unwrap_or_default().split(|byte| *byte == b'\n').count();
            Failure::Input(at(line as u64, fl!(m, "import-not-utf8")))
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
            Failure::Input(at(line, fl!(m, "import-broken", detail = error.to_string())))
        };
        let headings = reader.headers().map_err(|error| unreadable(&error))?.clone();
        let mut faults = self.headings(&headings).into_iter().map(|words| at(1, words)).collect::<Vec<_>>();
        let mut sheets = Vec::new();
        let mut seen: HashMap<(Channel, String), u64> = HashMap::new();
        if faults.is_empty() {
            for record in reader.records() {
                let record = record.map_err(|error| unreadable(&error))?;
                let line = record.position().map_or(0, csv::Position::line);
                if record.iter().all(str::is_empty) {
                    continue;
                }
                if record.len() > headings.len() {
                    faults.push(at(line, fl!(m, "import-too-many-cells")));
                    continue;
                }
                let row: BTreeMap<&str, &str> = headings.iter().zip(record.iter()).collect();
                match self.sheet(lang, &row) {
                    Ok((number, id, sheet)) => {
                        if let Some(first) = seen.insert((sheet.channel, id.clone()), line) {
                            faults.push(at(line, fl!(m, "import-twice", sheet = id, line = first)));
                        }
                        sheets.push((number, sheet));
                    }
                    Err(all) => faults.extend(all.into_iter().map(|words| at(line, words))),
                }
            }
        }
        if faults.is_empty() {
            return Ok(sheets);
        }
        let more = faults.len().saturating_sub(TOLD);
        faults.truncate(TOLD);
        if more > 0 {
            faults.push(fl!(m, "import-more-faults", n = more));
        }
        faults.push(fl!(m, "import-nothing-done"));
        Err(Failure::Input(faults.join("\n")))
    }

    /// What is wrong with the heading line.
    fn headings(&self, headings: &csv::StringRecord) -> Vec<String> {
        let lang = language();
        let m = lang.messages();
        let form = &self.ready.questionnaire;
        let known: Vec<String> = OWN
            .iter()
            .map(|name| (*name).to_owned())
            .chain(form.questions.iter().map(|q| q.id.clone()))
            .collect();
        let mut faults = Vec::new();
        for (at, heading) in headings.iter().enumerate() {
            if !known.iter().any(|name| name == heading) {
                let words = fl!(m, "import-unknown-column", column = heading);
                faults.push(with_hint(lang, words, heading, &known));
            } else if headings.iter().take(at).any(|before| before == heading) {
                faults.push(fl!(m, "import-column-twice", column = heading));
            }
        }
        // A question that must be answered may stand in no module of anybody's; then no row can have it.
        let needed =
            form.questions.iter().filter(|q| q.required && q.asked_if.is_none() && q.module.is_none());
        for name in [SHEET, COUNTER].into_iter().chain(needed.map(|question| question.id.as_str())) {
            if !headings.iter().any(|heading| heading == name) {
                faults.push(fl!(m, "import-no-column", column = name));
            }
        }
        faults
    }

    /// The sheet of a row, with its number if it is of paper and what tells it apart.
    fn sheet(
        &self,
        lang: Lang,
        row: &BTreeMap<&str, &str>,
    ) -> Result<(Option<i64>, String, Sheet), Vec<String>> {
        let m = lang.messages();
        let of = |name: &str| row.get(name).copied().unwrap_or_default();
        let mut faults = Vec::new();
        let channel = match of(CHANNEL) {
            "" | "import" => Channel::Import,
            "paper" => Channel::Paper,
            other => {
                faults.push(fl!(m, "import-channel", value = other));
                Channel::Import
            }
        };
        let id = of(SHEET);
        let number = if channel == Channel::Paper { id.parse::<i64>().ok().filter(|n| *n > 0) } else { None };
        if id.is_empty() {
            faults.push(fl!(m, "import-no-sheet"));
        } else if channel == Channel::Paper && number.is_none() {
            faults.push(fl!(m, "import-paper-number", value = id));
        }
        let code = of(COUNTER);
        let place = self.places.iter().find(|place| place.counter.as_deref() == Some(code));
        if place.is_none() {
            let known: Vec<String> = self.places.iter().filter_map(|place| place.counter.clone()).collect();
            faults.push(with_hint(lang, fl!(m, "import-counter", value = code), code, &known));
        }
        let spoken = answer::languages(&self.ready.questionnaire);
        let words = match of(LANGUAGE) {
            "" => spoken.first().copied(),
            code => spoken.iter().copied().find(|lang| lang.code() == code),
        };
        if words.is_none() {
            faults.push(fl!(m, "import-language", value = of(LANGUAGE)));
        }
        let mode = Mode::from_code(of(MODE));
        if mode.is_none() {
            faults.push(fl!(m, "import-mode", value = of(MODE)));
        }
        // A paper sheet has the key of the page where it could be keyed in, so that it counts once, whichever way.
        let key = match number {
            Some(number) => format!("paper-{number}"),
            None => format!("import-{id}"),
        };
        let form = self.form(channel, &key, row);
        let answers = match form {
            Some(form) => {
                keying::read_coded(form, of).map(|answers| (answers, form)).map_err(|invalid| (invalid, form))
            }
            None => {
                faults.push(fl!(m, "import-modules"));
                return Err(faults);
            }
        };
        let answers = match answers {
            Ok(answers) => Some(answers),
            Err((invalid, form)) => {
                faults.extend(words_of(lang, form, &invalid));
                None
            }
        };
        match (answers, place, words, mode) {
            (Some((answers, form)), Some(place), Some(words), Some(mode)) if faults.is_empty() => {
                let sheet = self.row(channel, &key, place, words, mode, form, &answers);
                Ok((number, id.to_owned(), sheet))
            }
            _ => Err(faults),
        }
    }

    /// The form of a row. Where modules rotate, a paper sheet's is that of its number; which modules another system drew
    /// shows in what was answered.
    fn form(&self, channel: Channel, key: &str, row: &BTreeMap<&str, &str>) -> Option<&Questionnaire> {
        let campaign = self.ready.stored.number.to_be_bytes();
        if channel == Channel::Paper || self.ready.questionnaire.variants() == 1 {
            return Some(self.ready.form(self.key.id("modules", &[&campaign, key.as_bytes()])).1);
        }
        let given: Vec<&str> = row
            .iter()
            .filter(|(name, value)| !value.is_empty() && !OWN.contains(name))
            .map(|(name, _)| *name)
            .collect();
        let mut fitting = self.ready.variants().iter().filter(|form| {
            given.iter().all(|name| form.question(name).is_some())
                && keying::read_coded(form, |name| row.get(name).copied().unwrap_or_default()).is_ok()
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a row, each once")]
    fn row(
        &self,
        channel: Channel,
        key: &str,
        place: &Place,
        words: Lang,
        mode: Mode,
        form: &Questionnaire,
        answers: &Answers,
    ) -> Sheet {
        let stored = &self.ready.stored;
        Sheet {
            id: responses::sheet_id(self.key, stored.number, key),
            campaign: stored.number,
            revision: self.revision,
            place: place.number,
            definition: stored.definition,
            channel,
            mode: if form.asks_mode { mode } else { Mode::Unknown },
            language: words.code().to_owned(),
            answers: answers.pack(form),
            texts: answer::texts(form, answers),
            unit: place.unit.clone(),
        }
    }
}

/// The faults of a row, each with its column.
fn words_of(lang: Lang, form: &Questionnaire, invalid: &Invalid) -> Vec<String> {
    let m = lang.messages();
    let told = invalid.faults.iter().filter_map(|(at, fault)| {
        let question = form.questions.get(*at)?;
        let words = match fault {
            Fault::Missing => fl!(m, "import-missing"),
            Fault::UnknownOption => {
                let codes: Vec<&str> = question.options.iter().map(|option| option.code.as_str()).collect();
                let several = if question.kind == Kind::Multiple { "; " } else { ", " };
                fl!(m, "import-unknown-code", codes = codes.join(several))
            }
            _ => fault_words(fault, question, lang),
        };
        Some(fl!(m, "import-cell", column = question.id.as_str(), words = words))
    });
    told.collect()
}
