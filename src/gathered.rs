//! Answers gathered on paper or by another system, read from the rows of a file: the same rules for the command
//! (`sipas import responses`) and the page (`web/admin/paper/import`).
//!
//! A row is a sheet. `sheet` tells the rows apart, in this file and in every later one: a sheet that is there already is
//! left as it is. `docs/paper.md` describes the columns.

use std::collections::{BTreeMap, HashMap};

use i18n_embed_fl::fl;

use crate::{
    definition::{message::with_hint, model::Kind},
    language::Lang,
    organisation::{Channel, Mode},
    questionnaire::{Answers, Fault as Wrong, Invalid, Question, Questionnaire, keying},
    secret::Key,
    store::{
        places::Place,
        ready::Ready,
        responses::{self, Sheet},
    },
    web::{respond::answer, views::questionnaire::fault_words},
};

/// Columns that are no question.
pub const OWN: [&str; 5] = [SHEET, COUNTER, LANGUAGE, CHANNEL, MODE];
/// What tells the rows apart.
pub const SHEET: &str = "sheet";
const COUNTER: &str = "counter";
const LANGUAGE: &str = "language";
const CHANNEL: &str = "channel";
const MODE: &str = "mode";

/// A sheet of a row, with its number if it is of paper.
pub type Numbered = (Option<i64>, Sheet);

/// Something wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong and how to mend it.
    pub words: String,
}

/// What rows are read against.
#[derive(Debug)]
pub struct Campaign<'a> {
    /// The campaign with its form.
    pub ready: &'a Ready,
    /// Its places.
    pub places: &'a [Place],
    /// The revision that both were read at.
    pub revision: i64,
    /// Makes the sheets' ids.
    pub key: &'a Key,
}

impl Campaign<'_> {
    /// The columns that a file may have: those of ours, then the questions.
    pub fn columns(&self) -> impl Iterator<Item = (&str, Option<&Question>)> {
        let own = OWN.into_iter().map(|name| (name, None));
        own.chain(self.ready.questionnaire.questions.iter().map(|q| (q.id.as_str(), Some(q))))
    }

    /// The sheets of a file: its headings with their line, then its rows with theirs. Rows without any text are passed over.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the lines.
    pub fn sheets(
        &self,
        lang: Lang,
        heading: (u64, &[String]),
        rows: impl Iterator<Item = (u64, Vec<String>)>,
    ) -> Result<Vec<Numbered>, Vec<Fault>> {
        let m = lang.messages();
        let (line, headings) = heading;
        let mut faults: Vec<Fault> =
            self.headings(lang, headings).into_iter().map(|words| Fault { line, words }).collect();
        if !faults.is_empty() {
            // Without its columns no row makes sense.
            return Err(faults);
        }
        let mut sheets = Vec::new();
        let mut seen: HashMap<(bool, String), u64> = HashMap::new();
        for (line, cells) in rows {
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if cells.len() > headings.len() {
                faults.push(Fault { line, words: fl!(m, "import-too-many-cells") });
                continue;
            }
            let row: BTreeMap<&str, &str> =
                headings.iter().map(String::as_str).zip(cells.iter().map(String::as_str)).collect();
            if let Some(key) = told_apart(&row)
                && let Some(first) = seen.insert(key.clone(), line)
            {
                faults.push(Fault { line, words: fl!(m, "import-twice", sheet = key.1, line = first) });
            }
            match self.sheet(lang, &row) {
                Ok(sheet) => sheets.push(sheet),
                Err(all) => faults.extend(all.into_iter().map(|words| Fault { line, words })),
            }
        }
        if faults.is_empty() { Ok(sheets) } else { Err(faults) }
    }

    /// What is wrong with the heading line.
    fn headings(&self, lang: Lang, headings: &[String]) -> Vec<String> {
        let m = lang.messages();
        let form = &self.ready.questionnaire;
        let known: Vec<String> = OWN
            .iter()
            .map(|name| (*name).to_owned())
            .chain(form.questions.iter().map(|q| q.id.clone()))
            .collect();
        let mut faults = Vec::new();
        for (at, heading) in headings.iter().enumerate() {
            let column = heading.as_str();
            if !known.contains(heading) {
                let words = fl!(m, "import-unknown-column", column = column);
                faults.push(with_hint(lang, words, column, &known));
            } else if headings.iter().take(at).any(|before| before == heading) {
                faults.push(fl!(m, "import-column-twice", column = column));
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

    /// The sheet of a row, with its number if it is of paper.
    fn sheet(&self, lang: Lang, row: &BTreeMap<&str, &str>) -> Result<Numbered, Vec<String>> {
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
                Ok((number, sheet))
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

/// What tells a row from others, whatever else is wrong with it: whether it is of paper, and its number or name. `0025` is
/// the paper sheet 25.
fn told_apart(row: &BTreeMap<&str, &str>) -> Option<(bool, String)> {
    let of = |name: &str| row.get(name).copied().unwrap_or_default();
    let (paper, id) = (of(CHANNEL) == "paper", of(SHEET));
    let number = if paper { id.parse::<i64>().ok() } else { None };
    (!id.is_empty()).then(|| (paper, number.map_or_else(|| id.to_owned(), |number| number.to_string())))
}

/// The faults of a row, each with its column.
fn words_of(lang: Lang, form: &Questionnaire, invalid: &Invalid) -> Vec<String> {
    let m = lang.messages();
    let told = invalid.faults.iter().filter_map(|(at, fault)| {
        let question = form.questions.get(*at)?;
        let words = match fault {
            Wrong::Missing => fl!(m, "import-missing"),
            Wrong::UnknownOption => {
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
