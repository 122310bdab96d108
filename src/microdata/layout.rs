//! From answer sheets to rows: first all sheets are counted by their traits ([`Traits`]), then it is known what may be told
//! of whom ([`Layout`]), and the sheets are read once more, row by row. Nothing but the counts is held in memory: a few bytes for
//! each combination of traits that there is ([`Classes`]), nothing for a sheet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use i18n_embed_fl::fl;

use crate::{
    clock,
    definition::model::{Audience, Condition, Definition, Kind as Asked},
    index::{
        design::{Design, Item, Margin, Stratum},
        input::Counts,
    },
    language::Lang,
    organisation::{Campaign, Channel, Mode, UnitTree},
    questionnaire::{
        Answers, Question, Questionnaire,
        answers::{BLANK, NOT_ASKED},
    },
};

use super::{
    Cell, Sheet,
    anonymity::{self, Rules, Table, WITHHELD},
    classes::Classes,
    codebook::{Code, Codebook, ItemPlace, Kind, Missing, Role, StratumEntry, Variable},
};

/// Questions whose ids begin so are about the person or the case (docs/questionnaires.md).
const TRAITS: [&str; 2] = ["person.", "case."];

/// Names that SPSS keeps for itself.
const RESERVED: [&str; 13] =
    ["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

/// Where sheets come from.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its number.
    pub number: i64,
    /// Code of its unit.
    pub unit: String,
    /// Code of the group of raters.
    pub group: Option<String>,
    /// Code and name of the counter.
    pub counter: Option<(String, String)>,
}

/// What sheets are counted by, before anything is known of them.
#[derive(Debug)]
pub struct Counting<'a> {
    /// The definition of the campaign.
    pub definition: &'a Definition,
    /// The form asked, whole.
    pub questionnaire: &'a Questionnaire,
    /// What counts in the index.
    pub items: &'a [Item],
    /// Positions of the questions that a margin is declared of ([`crate::index::design::margin_questions`]).
    pub margins: &'a [usize],
    /// The places of the campaign.
    pub places: &'a [Place],
}

/// What a file is made from, besides the sheets.
#[derive(Debug)]
pub struct Source<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its definition.
    pub definition: &'a Definition,
    /// The form asked, whole.
    pub questionnaire: &'a Questionnaire,
    /// The design of the report.
    pub design: &'a Design,
    /// The units of the campaign's time.
    pub units: &'a UnitTree,
    /// Names of the groups of raters, by code.
    pub groups: &'a BTreeMap<String, String>,
    /// The places of the campaign.
    pub places: &'a [Place],
    /// Ids of questions that the report hides.
    pub hidden: &'a Hidden,
    /// The language of labels.
    pub lang: Lang,
}

/// Ids of questions that the report hides of officials' answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Of the whole.
    pub all: Vec<String>,
    /// By the unit's code.
    pub units: BTreeMap<String, Vec<String>>,
    /// By the code of the group of raters.
    pub groups: BTreeMap<String, Vec<String>>,
}

/// Why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Fewer answers than `k` in all.
    TooFew {
        /// The smallest number.
        k: u64,
    },
    /// A sheet that does not fit the questionnaire or its place.
    Corrupt,
    /// Answers came in meanwhile.
    Changed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TraitOf {
    Question(usize),
    Channel,
    Counter,
    Month,
    Mode,
    Language,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    stratum: usize,
    counter: i32,
}

/// What is kept of each sheet when it is counted: the number of its place, then these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The packed byte of a single choice; of a question in a module another one, which says whether it was asked.
    Choice(usize),
    /// A number, as it is coded.
    Number(usize),
    Channel,
    Month,
    Mode,
    Language,
}

/// What a sheet of a stratum weighs that has these levels.
#[derive(Debug, Clone, PartialEq)]
struct Weighing {
    levels: Vec<u8>,
    weight: f64,
}

/// Sheets by their traits, in the order of these.
struct Counted {
    keys: Table,
    /// By combination: its sheets.
    n: Vec<u64>,
    /// By combination: what they weigh, by position in `weighings`.
    weighing: Vec<u32>,
    weighings: Vec<Weighing>,
    /// By class of sheets: its combination.
    of: Vec<u32>,
}

/// Counts sheets by their traits.
#[derive(Debug)]
pub struct Traits {
    questionnaire: Questionnaire,
    codes: Codes,
    languages: Vec<String>,
    /// By number of the place: its position.
    places: HashMap<i64, usize>,
    kept: Vec<Kept>,
    /// By position of the question: where in the class it is.
    kept_at: Vec<Option<usize>>,
    /// Questions among those kept that a margin is declared of; of others "don't know" is a blank.
    declared: Vec<usize>,
    classes: Classes,
    /// By class: its sheets.
    n: Vec<u64>,
    rows: u64,
    /// Reused from sheet to sheet.
    class: Vec<u8>,
    // From here on: what is known once all are counted.
    strata: Vec<Stratum>,
    /// By position of the place.
    held: Vec<Option<Held>>,
    traits: Vec<TraitOf>,
    /// The first traits: the questions that weights were adjusted to.
    margins: usize,
    /// Those of them to which "don't know" is an answer with a total of its own.
    apart: Vec<usize>,
    k: u64,
}

/// How the answers to each question are coded.
#[derive(Debug, Clone)]
struct Codes {
    /// By question and packed byte of a single choice.
    single: Vec<Vec<i32>>,
    missing: Vec<Missing>,
    /// By question and packed byte of a single choice: whether it is an option that is no answer.
    unknown: Vec<Vec<bool>>,
    /// By module: its questions whose bytes tell whether they were asked.
    modules: Vec<Vec<usize>>,
    /// Whether some number is asked under a rule, so that only the rules say whether it was.
    rules: bool,
}

impl Codes {
    fn new(questionnaire: &Questionnaire) -> Self {
        let modules = questionnaire.rotation.as_ref().map_or(0, |rotation| rotation.modules.len());
        let telling = |module: usize| {
            let of = questionnaire.questions.iter().enumerate();
            of.filter(|(_, q)| q.module == Some(module) && matches!(q.kind, Asked::Single | Asked::Multiple))
                .map(|(at, _)| at)
                .collect()
        };
        let single: Vec<Vec<i32>> = questionnaire.questions.iter().map(single_codes).collect();
        let unknown = |table: &Vec<i32>| table.iter().map(|code| is_unknown(*code)).collect();
        Self {
            unknown: single.iter().map(unknown).collect(),
            single,
            missing: questionnaire.questions.iter().map(missing).collect(),
            modules: (0..modules).map(telling).collect(),
            rules: questionnaire.questions.iter().any(|q| q.kind == Asked::Number && q.asked_if.is_some()),
        }
    }
}

fn missing(question: &Question) -> Missing {
    if question.kind == Asked::Number && question.range.0 < 0 { Missing::FAR } else { Missing::PLAIN }
}

/// The codes of a question's options, in their order: the questionnaire's own where those of all answers are whole numbers
/// from 0 on, else positions from 1 on; what is no answer is -1, and where there are several such, further ones -11, -12.
fn option_codes(question: &Question) -> Vec<i32> {
    let own: Option<Vec<i32>> = question
        .options
        .iter()
        .filter(|option| !option.missing)
        .map(|option| option.code.parse().ok().filter(|code| (0..1_000_000).contains(code)))
        .collect();
    let distinct = |codes: &Vec<i32>| {
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair.first() != pair.last())
    };
    let own = own.filter(distinct);
    let mut unknown = 0;
    let options = (1..).zip(&question.options).map(|(position, option)| {
        if option.missing {
            unknown += 1;
            return if unknown == 1 { Missing::PLAIN.unknown() } else { -9 - unknown };
        }
        if own.is_some() { option.code.parse().unwrap_or(position) } else { position }
    });
    options.collect()
}

fn single_codes(question: &Question) -> Vec<i32> {
    let mut table = vec![Missing::PLAIN.blank(); 256];
    if let Some(place) = table.get_mut(usize::from(NOT_ASKED)) {
        *place = Missing::PLAIN.not_asked();
    }
    for (position, code) in option_codes(question).into_iter().enumerate() {
        if let Some(place) = table.get_mut(position + 1).filter(|_| position + 1 != usize::from(BLANK)) {
            *place = code;
        }
    }
    table
}

/// Which modules a sheet was asked, and what else its bytes alone do not say.
struct Read<'s> {
    sheet: &'s Sheet,
    asked: Vec<bool>,
    rules: Option<Answers>,
}

impl<'s> Read<'s> {
    fn new(questionnaire: &Questionnaire, codes: &Codes, sheet: &'s Sheet) -> Result<Self, Refused> {
        if sheet.answers.len() != questionnaire.width {
            return Err(Refused::Corrupt);
        }
        let asked = |questions: &Vec<usize>| {
            questions.iter().filter_map(|at| questionnaire.questions.get(*at)).any(|question| {
                let byte = sheet.answers.get(question.offset).copied().unwrap_or_default();
                if question.kind == Asked::Single { byte != NOT_ASKED } else { byte & 1 != 0 }
            })
        };
        let asked = codes.modules.iter().map(asked).collect();
        let rules = if codes.rules {
            Some(Answers::unpack(questionnaire, &sheet.answers).ok_or(Refused::Corrupt)?)
        } else {
            None
        };
        Ok(Self { sheet, asked, rules })
    }

    fn drawn(&self, question: &Question) -> bool {
        question.module.is_none_or(|module| self.asked.get(module).copied().unwrap_or(false))
    }

    fn byte(&self, question: &Question) -> u8 {
        self.sheet.answers.get(question.offset).copied().unwrap_or_default()
    }

    fn single(&self, codes: &Codes, at: usize, question: &Question) -> i32 {
        let byte = self.byte(question);
        if byte == NOT_ASKED && !self.drawn(question) {
            return Missing::PLAIN.not_drawn();
        }
        let code = codes.single.get(at).and_then(|table| table.get(usize::from(byte))).copied();
        code.unwrap_or_else(|| Missing::PLAIN.blank())
    }

    /// A chosen option of several is 1, another 0.
    fn option(&self, question: &Question, option: usize) -> i32 {
        let bit = |bit: usize| {
            let byte = self.sheet.answers.get(question.offset + bit / 8).copied().unwrap_or_default();
            byte & (1 << (bit % 8)) != 0
        };
        match (self.drawn(question), bit(0)) {
            (false, _) => Missing::PLAIN.not_drawn(),
            (true, false) => Missing::PLAIN.not_asked(),
            (true, true) => i32::from(bit(option + 1)),
        }
    }

    fn number(&self, codes: &Codes, at: usize, question: &Question) -> i32 {
        let missing = codes.missing.get(at).copied().unwrap_or(Missing::PLAIN);
        let bytes = self.sheet.answers.get(question.offset..question.offset + 4);
        let number = bytes.and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
        match number.filter(|number| *number != i32::MIN) {
            Some(number) => number,
            None if !self.drawn(question) => missing.not_drawn(),
            None if self.rules.as_ref().is_some_and(|answers| !answers.asked(at)) => missing.not_asked(),
            None => missing.blank(),
        }
    }
}

/// Ids of the questions that a rule is about.
fn mentioned<'c>(condition: &'c Condition, ids: &mut Vec<&'c str>) {
    match condition {
        Condition::In(rule) => ids.push(&rule.question),
        Condition::All(all) => all.all.iter().for_each(|one| mentioned(one, ids)),
        Condition::Any(any) => any.any.iter().for_each(|one| mentioned(one, ids)),
        Condition::Not(not) => mentioned(&not.not, ids),
    }
}

/// Positions of all questions that decide, directly or not, whether the one at a position is asked.
fn decided_by(questionnaire: &Questionnaire, at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = vec![at];
    while let Some(next) = open.pop() {
        let mut ids = Vec::new();
        if let Some(rule) = questionnaire.questions.get(next).and_then(|question| question.asked_if.as_ref())
        {
            mentioned(rule, &mut ids);
        }
        for parent in ids.into_iter().filter_map(|id| questionnaire.position(id)) {
            if !found.contains(&parent) {
                found.push(parent);
                open.push(parent);
            }
        }
    }
    found
}

/// The questions that are traits whatever weights are adjusted to: those that say by their ids that they are about the person
/// or the case, then numbers. Where no question says so, every single choice beside the index whose options have names and
/// no rank is taken for one, unless figures hang on it.
fn chosen(questionnaire: &Questionnaire, items: &[Item]) -> Vec<usize> {
    let beside = || questionnaire.questions.iter().enumerate().filter(|(_, q)| q.dimension.is_none());
    let named = |q: &Question| TRAITS.iter().any(|prefix| q.id.starts_with(prefix));
    let single = |q: &Question| q.kind == Asked::Single;
    let mut chosen: Vec<usize> = beside().filter(|(_, q)| single(q) && named(q)).map(|(at, _)| at).collect();
    if !beside().any(|(_, q)| named(q)) {
        let ranked = |q: &Question| {
            q.options.iter().any(|option| option.score.is_some() || option.satisfied)
                || q.options.iter().filter(|option| !option.missing).all(|o| o.code.parse::<i32>().is_ok())
        };
        let items: Vec<usize> = items.iter().map(|item| item.question).collect();
        let decides = |at: usize| items.iter().any(|item| decided_by(questionnaire, *item).contains(&at));
        chosen.extend(beside().filter(|(at, q)| single(q) && !ranked(q) && !decides(*at)).map(|(at, _)| at));
    }
    chosen.extend(beside().filter(|(_, q)| q.kind == Asked::Number).map(|(at, _)| at));
    chosen
}

/// The questions that are traits, in the order in which they are told: those that weights were adjusted to, then those chosen.
fn traits(source: &Source<'_>) -> (Vec<usize>, usize) {
    let questionnaire = source.questionnaire;
    let mut order: Vec<usize> = Vec::new();
    let margins = source.design.strata.iter().flat_map(|stratum| &stratum.margins);
    for margin in margins {
        if !order.contains(&margin.question) {
            order.push(margin.question);
        }
    }
    let first = order.len();
    let chosen = chosen(questionnaire, &source.design.items);
    let mut taken = chosen.clone();
    taken.extend(&order);
    for at in chosen {
        // Whatever decides whether it is asked comes first.
        let mut before = decided_by(questionnaire, at);
        before.sort_unstable();
        for at in before.into_iter().filter(|at| taken.contains(at)).chain([at]) {
            if !order.contains(&at) {
                order.push(at);
            }
        }
    }
    (order, first)
}

impl Traits {
    /// Nothing counted yet.
    pub fn new(counting: &Counting<'_>) -> Self {
        let questionnaire = counting.questionnaire.clone();
        let mut kept: Vec<Kept> = counting.margins.iter().copied().map(Kept::Choice).collect();
        for at in chosen(&questionnaire, counting.items) {
            let number = questionnaire.questions.get(at).is_some_and(|q| q.kind == Asked::Number);
            let of = if number { Kept::Number(at) } else { Kept::Choice(at) };
            if !kept.contains(&of) {
                kept.push(of);
            }
        }
        kept.extend([Kept::Channel, Kept::Month]);
        if questionnaire.asks_mode {
            kept.push(Kept::Mode);
        }
        let languages = questionnaire.languages.clone();
        // The language of one person who judged several units would go through all of those sheets.
        if languages.len() > 1 && counting.definition.audience == Audience::Citizens {
            kept.push(Kept::Language);
        }
        let mut kept_at = vec![None; questionnaire.questions.len()];
        let mut width = size_of::<u32>();
        for of in &kept {
            if let Kept::Choice(at) | Kept::Number(at) = of
                && let Some(place) = kept_at.get_mut(*at)
            {
                *place = Some(width);
            }
            width += match of {
                Kept::Choice(at) => 1 + usize::from(rotates(&questionnaire, *at)),
                _ => size_of::<i32>(),
            };
        }
        Self {
            codes: Codes::new(&questionnaire),
            questionnaire,
            languages,
            places: counting.places.iter().enumerate().map(|(at, place)| (place.number, at)).collect(),
            kept,
            kept_at,
            declared: counting.margins.to_vec(),
            classes: Classes::new(width),
            n: Vec::new(),
            rows: 0,
            class: Vec::with_capacity(width),
            strata: Vec::new(),
            held: Vec::new(),
            traits: Vec::new(),
            margins: 0,
            apart: Vec::new(),
            k: 0,
        }
    }

    /// Counts a sheet.
    ///
    /// # Errors
    /// [`Refused::Corrupt`].
    pub fn count(&mut self, sheet: &Sheet) -> Result<(), Refused> {
        let mut class = std::mem::take(&mut self.class);
        let read = Read::new(&self.questionnaire, &self.codes, sheet)?;
        self.class_of(&read, &mut class)?;
        let number = self.classes.number(&class).ok_or(Refused::Corrupt)?;
        match self.n.get_mut(number) {
            Some(n) => *n += 1,
            None => self.n.push(1),
        }
        self.rows += 1;
        self.class = class;
        Ok(())
    }

    /// How many combinations of what is kept there are: what memory goes by.
    pub const fn classes(&self) -> usize {
        self.classes.len()
    }

    /// The sheets counted by unit and by what they say of the questions with margins.
    pub fn counts(&self, places: &[Place]) -> Counts {
        let mut counts = Counts { questions: self.declared.clone(), ..Counts::default() };
        let places_of: Vec<Option<usize>> =
            self.declared.iter().map(|at| self.kept_at.get(*at).copied().flatten()).collect();
        let mut bytes = Vec::new();
        for (number, n) in self.n.iter().enumerate() {
            let class = self.classes.key(number);
            let Some(place) = place_of(class).and_then(|at| places.get(at)) else { continue };
            bytes.clear();
            bytes
                .extend(places_of.iter().map(|at| at.and_then(|at| class.get(at)).copied().unwrap_or(BLANK)));
            match counts.units.get_mut(&place.unit) {
                Some(unit) => unit.add(&bytes, *n),
                None => counts.units.entry(place.unit.clone()).or_default().add(&bytes, *n),
            }
        }
        counts
    }

    /// The class of a sheet; `class` is cleared first.
    fn class_of(&self, read: &Read<'_>, class: &mut Vec<u8>) -> Result<(), Refused> {
        let sheet = read.sheet;
        let none = Missing::PLAIN.not_asked();
        let place = self.places.get(&sheet.place).ok_or(Refused::Corrupt)?;
        class.clear();
        class.extend(u32::try_from(*place).map_err(|_| Refused::Corrupt)?.to_le_bytes());
        for of in &self.kept {
            let value = match of {
                Kept::Choice(at) => {
                    let question = self.questionnaire.questions.get(*at).ok_or(Refused::Corrupt)?;
                    let byte = read.byte(question);
                    let unknown = self.codes.unknown.get(*at).and_then(|of| of.get(usize::from(byte)));
                    // Of a trait, not to say and to say "don't know" is the same, unless they weigh differently.
                    let blank = unknown.copied().unwrap_or(false) && !self.declared.contains(at);
                    class.push(if blank { BLANK } else { byte });
                    if question.module.is_some() {
                        class.push(u8::from(byte != NOT_ASKED || read.drawn(question)));
                    }
                    continue;
                }
                Kept::Number(at) => {
                    let question = self.questionnaire.questions.get(*at).ok_or(Refused::Corrupt)?;
                    read.number(&self.codes, *at, question)
                }
                Kept::Channel => i32::try_from(sheet.channel).map_or(none, |channel| channel + 1),
                // Of those with a personal link no day is kept.
                Kept::Month if sheet.channel == i64::from(Channel::Link.byte()) => none,
                Kept::Month => month(sheet.day).unwrap_or(none),
                Kept::Mode if sheet.mode == 0 => Missing::PLAIN.blank(),
                Kept::Mode => i32::try_from(sheet.mode).unwrap_or(none),
                Kept::Language => {
                    let at = self.languages.iter().position(|code| *code == sheet.language);
                    at.and_then(|at| i32::try_from(at + 1).ok()).unwrap_or(none)
                }
            };
            class.extend(value.to_le_bytes());
        }
        Ok(())
    }

    /// What follows from the design, which is known when all are counted.
    fn settle(&mut self, source: &Source<'_>) {
        let design = source.design;
        let counters: HashMap<i64, usize> = (1..)
            .zip(source.places.iter().filter(|place| place.counter.is_some()))
            .map(|(number, place)| (place.number, number))
            .collect();
        let counter = |place: &Place| {
            let number = counters.get(&place.number).and_then(|number| i32::try_from(*number).ok());
            number.unwrap_or(Missing::PLAIN.not_asked())
        };
        let held = source.places.iter().map(|place| {
            let own = |(unit, groups): &(String, Vec<String>)| {
                *unit == place.unit
                    && place.group.as_ref().map_or(groups.is_empty(), |group| groups.contains(group))
            };
            let stratum = design.strata.iter().position(|stratum| stratum.held.iter().any(own))?;
            Some(Held { stratum, counter: counter(place) })
        });
        self.held = held.collect();
        let questionnaire = &self.questionnaire;
        let (questions, margins) = traits(source);
        let own_total = |margin: &Margin| {
            let options = questionnaire.questions.get(margin.question).map(|q| q.options.as_slice());
            let level = |byte: usize| margin.level_of.get(byte);
            let mut missing = (1..).zip(options.unwrap_or_default()).filter(|(_, option)| option.missing);
            missing.any(|(byte, _)| level(byte) != level(usize::from(BLANK)))
        };
        let all_margins = design.strata.iter().flat_map(|stratum| &stratum.margins);
        self.apart = all_margins.filter(|margin| own_total(margin)).map(|margin| margin.question).collect();
        self.traits = questions.into_iter().map(TraitOf::Question).collect();
        // Between those of people and those of circumstances.
        self.traits.extend([TraitOf::Channel, TraitOf::Month]);
        if !counters.is_empty() {
            self.traits.push(TraitOf::Counter);
        }
        for (kept, own) in [(Kept::Mode, TraitOf::Mode), (Kept::Language, TraitOf::Language)] {
            if self.kept.contains(&kept) {
                self.traits.push(own);
            }
        }
        self.margins = margins;
        self.strata.clone_from(&design.strata);
        self.k = design.k;
    }

    fn held(&self, class: &[u8]) -> Result<Held, Refused> {
        let held = place_of(class).and_then(|at| self.held.get(at)).copied().flatten();
        held.ok_or(Refused::Corrupt)
    }

    /// The traits of a class; `key` is cleared first.
    fn key(&self, class: &[u8], key: &mut Vec<i32>) -> Result<Held, Refused> {
        let held = self.held(class)?;
        let none = Missing::PLAIN.not_asked();
        // Those that are no question stand at the end, in the order in which they are kept.
        let mut rest = self.kept.iter().filter(|of| !matches!(of, Kept::Choice(_) | Kept::Number(_))).count();
        let mut next = || {
            let at = class.len().checked_sub(rest * size_of::<i32>());
            rest = rest.saturating_sub(1);
            at.and_then(|at| whole(class, at)).unwrap_or(none)
        };
        key.clear();
        key.push(i32::try_from(held.stratum).map_err(|_| Refused::Corrupt)?);
        for of in &self.traits {
            key.push(match of {
                TraitOf::Question(at) => self.code(class, *at).unwrap_or(none),
                TraitOf::Counter => held.counter,
                TraitOf::Channel | TraitOf::Month | TraitOf::Mode | TraitOf::Language => next(),
            });
        }
        Ok(held)
    }

    /// The code of a question in a class.
    fn code(&self, class: &[u8], at: usize) -> Option<i32> {
        let place = self.kept_at.get(at).copied().flatten()?;
        let question = self.questionnaire.questions.get(at)?;
        if question.kind == Asked::Number {
            return whole(class, place);
        }
        let byte = *class.get(place)?;
        if question.module.is_some() && class.get(place + 1) == Some(&0) {
            return Some(Missing::PLAIN.not_drawn());
        }
        let code = self.codes.single.get(at).and_then(|table| table.get(usize::from(byte))).copied();
        Some(match code {
            Some(code) if !is_unknown(code) || self.apart.contains(&at) => code,
            _ => Missing::PLAIN.blank(),
        })
    }

    /// The sheets counted by their traits, once these are settled.
    fn counted(&mut self) -> Result<Counted, Refused> {
        let mut all = Table::with_capacity(self.traits.len() + 1, self.classes());
        let mut weighing = Vec::with_capacity(self.classes());
        let mut weighings: Vec<Weighing> = Vec::new();
        let mut known: HashMap<(usize, Vec<u8>), u32> = HashMap::new();
        let mut key = Vec::new();
        for number in 0..self.classes() {
            let class = self.classes.key(number);
            let held = self.key(class, &mut key)?;
            all.push(&key);
            let stratum = self.strata.get(held.stratum).ok_or(Refused::Corrupt)?;
            let byte = |at: usize| {
                let place = self.kept_at.get(at).copied().flatten();
                place.and_then(|place| class.get(place)).copied().unwrap_or_default()
            };
            let levels = stratum.levels(byte);
            let next = u32::try_from(weighings.len()).map_err(|_| Refused::Corrupt)?;
            weighing.push(*known.entry((held.stratum, levels)).or_insert_with_key(|(_, levels)| {
                weighings.push(Weighing { levels: levels.clone(), weight: stratum.weight(levels) });
                next
            }));
        }
        let mut order: Vec<u32> = (0..u32::try_from(self.classes()).map_err(|_| Refused::Corrupt)?).collect();
        order.sort_unstable_by(|a, b| all.row(*a as usize).cmp(all.row(*b as usize)));
        let mut counted = Counted {
            keys: Table::new(self.traits.len() + 1),
            n: Vec::new(),
            weighing: Vec::new(),
            weighings,
            of: vec![0; self.classes()],
        };
        let counts = std::mem::take(&mut self.n);
        for number in order {
            let number = number as usize;
            let last = counted.keys.count().checked_sub(1);
            let same = last.filter(|last| counted.keys.row(*last) == all.row(number));
            let at = same.unwrap_or_else(|| {
                counted.keys.push(all.row(number));
                counted.n.push(0);
                counted.weighing.push(weighing.get(number).copied().unwrap_or_default());
                counted.keys.count() - 1
            });
            if let (Some(n), Some(of)) = (counted.n.get_mut(at), counted.of.get_mut(number)) {
                *n += counts.get(number).copied().unwrap_or_default();
                *of = u32::try_from(at).map_err(|_| Refused::Corrupt)?;
            }
        }
        Ok(counted)
    }

    /// The values of those who did not say, or of whom it is not kept.
    fn silent(&self, of: TraitOf) -> Vec<i32> {
        match of {
            TraitOf::Question(at) => {
                let missing = self.codes.missing.get(at).copied().unwrap_or(Missing::PLAIN);
                vec![missing.blank(), missing.not_drawn()]
            }
            TraitOf::Mode => vec![Missing::PLAIN.blank()],
            TraitOf::Month => vec![Missing::PLAIN.not_asked()],
            TraitOf::Channel | TraitOf::Counter | TraitOf::Language => Vec::new(),
        }
    }
}

/// Whether a code is that of an option which is no answer.
const fn is_unknown(code: i32) -> bool {
    code == Missing::PLAIN.unknown() || code <= -11
}

/// Whether a question is in a module that not everybody was asked.
fn rotates(questionnaire: &Questionnaire, at: usize) -> bool {
    questionnaire.questions.get(at).is_some_and(|question| question.module.is_some())
}

/// The position of the place that a class begins with.
fn place_of(class: &[u8]) -> Option<usize> {
    class.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize)
}

fn whole(class: &[u8], at: usize) -> Option<i32> {
    class.get(at..)?.first_chunk::<4>().map(|bytes| i32::from_le_bytes(*bytes))
}

fn month(day: i64) -> Option<i32> {
    let date = clock::date(i32::try_from(day).ok()?)?;
    Some(i32::from(date.year()) * 100 + i32::from(date.month()))
}

/// What is told of each class of sheets.
#[derive(Debug)]
struct Told {
    /// By class: the position of what is told.
    of: Vec<u32>,
    /// The traits, then the levels.
    values: Table,
    /// What a sheet stands for.
    weights: Vec<f64>,
    /// How many of the values are traits.
    traits: usize,
}

/// What is told of a sheet.
struct ToldOf<'t> {
    traits: &'t [i32],
    levels: &'t [i32],
    weight: f64,
}

impl Told {
    /// Nothing told yet, of classes that have these combinations.
    fn new(of: Vec<u32>, traits: usize, levels: usize) -> Self {
        Self { of, values: Table::new(traits + levels), weights: Vec::new(), traits }
    }

    /// Tells the same of all classes that have the combination at a position, where `told` says what was told of which.
    fn settle(&mut self, told: &[u32]) {
        for of in &mut self.of {
            *of = told.get(*of as usize).copied().unwrap_or(u32::MAX);
        }
    }

    fn get(&self, class: usize) -> Option<ToldOf<'_>> {
        let at = *self.of.get(class)? as usize;
        let (traits, levels) = self.values.row(at).split_at_checked(self.traits)?;
        Some(ToldOf { traits, levels, weight: *self.weights.get(at)? })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Stratum,
    Unit,
    Group,
    Cluster,
    Weight,
    BaseWeight,
    Population,
    Level(usize),
    Module(usize),
    /// Position in the key.
    Trait(usize),
    Single(usize),
    Option(usize, usize),
}

/// The variables of a file, and how each sheet becomes a row.
#[derive(Debug)]
pub struct Layout {
    /// The codebook.
    pub codebook: Codebook,
    traits: Traits,
    told: Told,
    columns: Vec<Column>,
    /// By column: positions in the key whose withholding takes it along.
    with: Vec<Vec<usize>>,
    /// By stratum and column: what the report hides.
    hidden: Vec<Vec<bool>>,
    units: Vec<String>,
    groups: Vec<String>,
    /// By position in the key: numbers are told up to this one.
    tops: Vec<Option<i32>>,
}

impl Layout {
    /// What may be told of the sheets counted; so many others of the campaign are no part of its figures.
    ///
    /// # Errors
    /// [`Refused::TooFew`].
    pub fn new(source: &Source<'_>, mut traits: Traits, left_out: u64) -> Result<Self, Refused> {
        let k = source.design.k;
        if traits.rows < k {
            return Err(Refused::TooFew { k });
        }
        let questionnaire = traits.questionnaire.clone();
        traits.settle(source);
        let Counted { mut keys, n, weighing, weighings, of } = traits.counted()?;
        let tops = tops(&traits, &keys, &n);
        for at in 0..keys.count() {
            cap(keys.row_mut(at), &tops);
        }
        let order = traits.traits.clone();
        let position = |question: usize| {
            let at = order.iter().position(|of| *of == TraitOf::Question(question));
            at.map(|at| at + 1)
        };
        let with = |question: usize| -> Vec<usize> {
            decided_by(&questionnaire, question).into_iter().filter_map(position).collect()
        };
        let mut rules = Rules { parents: vec![Vec::new()], silent: vec![Vec::new()] };
        for of in &order {
            rules.parents.push(match of {
                TraitOf::Question(at) => with(*at),
                _ => Vec::new(),
            });
            rules.silent.push(traits.silent(*of));
        }
        let released = anonymity::release(&keys, &n, &rules, k);
        drop(keys);

        let weighed = |at: usize| weighing.get(at).and_then(|at| weighings.get(*at as usize));
        let weights = weights(&n, |at| weighed(at).map_or(1.0, |of| of.weight), &released, traits.margins);
        let levels = traits.strata.iter().map(|stratum| stratum.margins.len()).max().unwrap_or(0);
        let mut told = Told::new(of, order.len() + 1, levels);
        let mut exact = true;
        // Of most combinations the same is told as of others.
        let mut same = Classes::new((order.len() + 1 + levels) * size_of::<i32>());
        let mut told_of = Vec::with_capacity(released.count());
        let (mut row, mut bytes) = (Vec::new(), Vec::new());
        for (at, own) in released.rows().enumerate() {
            let stratum = own.first().and_then(|at| traits.strata.get(usize::try_from(*at).ok()?));
            let margins = stratum.map(|stratum| stratum.margins.as_slice()).unwrap_or_default();
            let own_levels = weighed(at).map(|of| of.levels.as_slice()).unwrap_or_default();
            let level = |at: usize| match (margins.get(at), own_levels.get(at)) {
                (Some(margin), Some(level)) => {
                    let told = position(margin.question).and_then(|at| own.get(at)).copied();
                    if told == Some(WITHHELD) { Missing::PLAIN.withheld() } else { i32::from(*level) + 1 }
                }
                // In a stratum without margins all rows are of one level.
                _ => 0,
            };
            row.clear();
            row.extend_from_slice(own);
            row.extend((0..levels).map(level));
            exact &= !row.iter().skip(own.len()).any(|level| *level == Missing::PLAIN.withheld());
            bytes.clear();
            bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
            let number = same.number(&bytes).ok_or(Refused::Corrupt)?;
            if number == told.weights.len() {
                told.values.push(&row);
                told.weights.push(weights.of(own));
            }
            told_of.push(u32::try_from(number).map_err(|_| Refused::Corrupt)?);
        }
        drop(same);
        told.settle(&told_of);
        drop(told_of);

        let mut layout = Self {
            codebook: Codebook {
                language: source.lang.code().to_owned(),
                title: source.lang.pick(&source.campaign.title).to_owned(),
                slug: source.campaign.slug.clone(),
                definition: (
                    source.campaign.definition.clone(),
                    source.campaign.version.clone(),
                    source.campaign.sha256.clone(),
                ),
                form: source.campaign.form.clone(),
                period: (
                    date(clock::day(source.campaign.opens)),
                    date(clock::day(source.campaign.closes.saturating_sub(1))),
                ),
                demonstration: source.campaign.demonstration,
                rows: traits.rows,
                k,
                weighted: source.design.weighted,
                aggregation: word(&source.design.aggregation),
                measure: word(&source.definition.index.measure),
                pooled_nodes: source.design.by_items,
                rotation: questionnaire.rotation.as_ref().map(|of| (of.ask, of.modules.len())),
                variables: Vec::new(),
                strata: Vec::new(),
                exact,
                notes: Vec::new(),
            },
            units: traits.strata.iter().map(|stratum| stratum.units.join("+")).collect(),
            groups: traits.strata.iter().map(|stratum| stratum.groups.join("+")).collect(),
            traits,
            told,
            columns: Vec::new(),
            with: Vec::new(),
            hidden: Vec::new(),
            tops,
        };
        layout.name_strata(source);
        layout.design_variables(source, levels);
        layout.trait_variables(source, &n, &released);
        layout.answer_variables(source, &n, &released, with);
        layout.hide(source);
        layout.say(source.lang, left_out);
        Ok(layout)
    }

    fn add(&mut self, mut variable: Variable, column: Column, with: Vec<usize>) {
        let taken = |name: &str| self.codebook.variables.iter().any(|v| v.name.eq_ignore_ascii_case(name));
        variable.name = variable_name(&variable.name, taken);
        self.codebook.variables.push(variable);
        self.columns.push(column);
        self.with.push(with);
    }

    fn name_strata(&mut self, source: &Source<'_>) {
        let name =
            |code: &String| source.units.get(code).map_or_else(|| code.clone(), |unit| unit.name.clone());
        let group = |code: &String| source.groups.get(code).unwrap_or(code).clone();
        let entries = (1..).zip(&self.traits.strata).map(|(number, stratum)| {
            let names: Vec<String> = stratum.units.iter().map(name).collect();
            let groups: Vec<String> = stratum.groups.iter().map(group).collect();
            let mut told = names.join("; ");
            if !groups.is_empty() {
                told = format!("{told} – {}", groups.join("; "));
            }
            StratumEntry {
                number,
                units: stratum.units.join("+"),
                groups: stratum.groups.join("+"),
                name: told,
                rows: stratum.answers,
                population: stratum.population,
                joined: stratum.units.len() > 1,
            }
        });
        self.codebook.strata = entries.collect();
    }

    fn design_variables(&mut self, source: &Source<'_>, levels: usize) {
        let m = source.lang.messages();
        let plain = |name: &str, label: String, kind: Kind| Variable {
            name: name.to_owned(),
            label,
            question: None,
            kind,
            role: Role::Design,
            codes: Vec::new(),
            withheld: 0,
            module: None,
            item: None,
        };
        let longest = |texts: &[String]| texts.iter().map(String::len).max().unwrap_or(1).clamp(1, 255);
        let strata = self.codebook.strata.iter();
        let codes = strata.map(|stratum| code(stratum.number, stratum.name.clone())).collect();
        let stratum = Variable { codes, ..plain("stratum", fl!(m, "microdata-stratum"), Kind::Nominal) };
        self.add(stratum, Column::Stratum, Vec::new());
        let unit = plain("unit", fl!(m, "microdata-unit"), Kind::Text(longest(&self.units)));
        self.add(unit, Column::Unit, Vec::new());
        if self.groups.iter().any(|group| !group.is_empty()) {
            let group = plain("rater_group", fl!(m, "microdata-group"), Kind::Text(longest(&self.groups)));
            self.add(group, Column::Group, Vec::new());
            self.add(
                plain("cluster", fl!(m, "microdata-cluster"), Kind::Nominal),
                Column::Cluster,
                Vec::new(),
            );
        }
        self.add(plain("weight", fl!(m, "microdata-weight"), Kind::Number), Column::Weight, Vec::new());
        let base = plain("weight_base", fl!(m, "microdata-weight-base"), Kind::Number);
        self.add(base, Column::BaseWeight, Vec::new());
        let population = plain("population", fl!(m, "microdata-population"), Kind::Number);
        self.add(population, Column::Population, Vec::new());
        for at in 0..levels {
            let number: usize = at + 1;
            let label = fl!(m, "microdata-level", number = number);
            let mut variable = plain(&format!("margin_{number}"), label, Kind::Nominal);
            variable.codes.push(code(0, fl!(m, "microdata-level-none")));
            variable.codes.push(withheld(source.lang, Missing::PLAIN));
            self.add(variable, Column::Level(at), Vec::new());
        }
        let modules = self.traits.questionnaire.rotation.clone().map(|of| of.modules).unwrap_or_default();
        for (at, module) in modules.iter().enumerate() {
            let title = source.lang.pick(&module.title).to_owned();
            let label = fl!(m, "microdata-module", module = title);
            let mut variable = plain(&format!("module_{}", module.id), label, Kind::Nominal);
            variable.codes = vec![code(0, fl!(m, "microdata-no")), code(1, fl!(m, "microdata-yes"))];
            variable.module = Some(module.id.clone());
            self.add(variable, Column::Module(at), Vec::new());
        }
    }

    fn trait_variables(&mut self, source: &Source<'_>, n: &[u64], released: &Table) {
        let (m, lang) = (source.lang.messages(), source.lang);
        for (at, of) in self.traits.traits.clone().into_iter().enumerate() {
            let position = at + 1;
            let told = released.rows().filter_map(|key| key.get(position)).copied();
            let used: BTreeSet<i32> = told.filter(|value| *value != WITHHELD).collect();
            let withheld_rows = rows(n, released, |key| key.get(position) == Some(&WITHHELD));
            let (name, label, question, kind, mut codes, missing) = match of {
                TraitOf::Question(at) => {
                    let Some(asked) = self.traits.questionnaire.questions.get(at) else { continue };
                    let label = lang.pick(&asked.name).to_owned();
                    let text = Some(lang.pick(&asked.text).to_owned());
                    let missing = missing(asked);
                    if asked.kind == Asked::Number {
                        let top = self.tops.get(position).copied().flatten();
                        let codes = top.map(|top| code(top, fl!(m, "microdata-top", number = top)));
                        (asked.id.clone(), label, text, Kind::Count, codes.into_iter().collect(), missing)
                    } else {
                        let codes = options(asked, None, lang);
                        let codes =
                            codes.into_iter().filter(|code| !code.missing || used.contains(&code.value));
                        let codes = codes.collect();
                        (asked.id.clone(), label, text, Kind::Nominal, codes, missing)
                    }
                }
                TraitOf::Channel => {
                    let codes = Channel::ALL.iter().map(|channel| Code {
                        source: Some(word(channel)),
                        ..code(i32::from(channel.byte()) + 1, channel_name(lang, *channel))
                    });
                    let codes = codes.filter(|code| used.contains(&code.value)).collect();
                    (
                        "channel".to_owned(),
                        fl!(m, "microdata-channel"),
                        None,
                        Kind::Nominal,
                        codes,
                        Missing::PLAIN,
                    )
                }
                TraitOf::Counter => {
                    let counters = source.places.iter().filter_map(|place| place.counter.as_ref());
                    let codes = (1..).zip(counters).filter(|(number, _)| used.contains(number));
                    let codes = codes.map(|(number, (own, name))| Code {
                        source: Some(own.clone()),
                        ..code(number, name.clone())
                    });
                    (
                        "counter".to_owned(),
                        fl!(m, "microdata-counter"),
                        None,
                        Kind::Nominal,
                        codes.collect(),
                        Missing::PLAIN,
                    )
                }
                TraitOf::Month => (
                    "month".to_owned(),
                    fl!(m, "microdata-month"),
                    None,
                    Kind::Ordinal,
                    Vec::new(),
                    Missing::PLAIN,
                ),
                TraitOf::Mode => {
                    let codes = Mode::ASKED.iter().map(|mode| Code {
                        source: Some(mode.code().to_owned()),
                        ..code(i32::from(mode.byte()), mode_name(lang, *mode))
                    });
                    (
                        "mode".to_owned(),
                        fl!(m, "microdata-mode"),
                        None,
                        Kind::Nominal,
                        codes.collect(),
                        Missing::PLAIN,
                    )
                }
                TraitOf::Language => {
                    let codes = (1..).zip(&self.traits.languages);
                    let codes = codes
                        .map(|(number, own)| Code { source: Some(own.clone()), ..code(number, own.clone()) });
                    (
                        "language".to_owned(),
                        fl!(m, "microdata-language"),
                        None,
                        Kind::Nominal,
                        codes.collect(),
                        Missing::PLAIN,
                    )
                }
            };
            let usual = [missing.blank(), missing.not_asked(), missing.not_drawn()];
            codes.extend(
                missing_codes(lang, missing)
                    .into_iter()
                    .filter(|c| usual.contains(&c.value) && used.contains(&c.value)),
            );
            if withheld_rows > 0 {
                codes.push(withheld(lang, missing));
            }
            let module = self.module(of);
            let role = Role::Trait;
            let variable = Variable {
                name,
                label,
                question,
                kind,
                role,
                codes,
                withheld: withheld_rows,
                module,
                item: None,
            };
            self.add(variable, Column::Trait(position), Vec::new());
        }
    }

    fn module(&self, of: TraitOf) -> Option<String> {
        let TraitOf::Question(at) = of else { return None };
        module_of(&self.traits.questionnaire, self.traits.questionnaire.questions.get(at)?)
    }

    fn answer_variables(
        &mut self,
        source: &Source<'_>,
        n: &[u64],
        released: &Table,
        with: impl Fn(usize) -> Vec<usize>,
    ) {
        let lang = source.lang;
        let m = lang.messages();
        let questionnaire = self.traits.questionnaire.clone();
        let officials = source.definition.audience == Audience::Officials;
        for (at, question) in questionnaire.questions.iter().enumerate() {
            if self.traits.traits.contains(&TraitOf::Question(at)) {
                continue;
            }
            let item = source.design.items.iter().find(|item| item.question == at);
            // Of few officials who know each other, what the report does not show is not told.
            if item.is_none() && officials {
                continue;
            }
            let with = with(at);
            let withheld_rows =
                rows(n, released, |key| with.iter().any(|position| key.get(*position) == Some(&WITHHELD)));
            let variable = |name: String, label: String, kind: Kind, mut codes: Vec<Code>| {
                if withheld_rows > 0 {
                    codes.push(withheld(lang, Missing::PLAIN));
                }
                Variable {
                    name,
                    label,
                    question: Some(lang.pick(&question.text).to_owned()),
                    kind,
                    role: if item.is_some() { Role::Item } else { Role::Answer },
                    codes,
                    withheld: withheld_rows,
                    module: module_of(&questionnaire, question),
                    item: item.map(|item| place(question, item)),
                }
            };
            let name = || lang.pick(&question.name).to_owned();
            match question.kind {
                Asked::Single => {
                    let mut codes = options(question, item, lang);
                    codes.extend(possible(&questionnaire, question, lang));
                    let ranked =
                        question.options.iter().any(|option| option.score.is_some() || option.satisfied)
                            || question
                                .options
                                .iter()
                                .filter(|o| !o.missing)
                                .all(|o| o.code.parse::<i32>().is_ok());
                    let kind = if ranked { Kind::Ordinal } else { Kind::Nominal };
                    let variable = variable(question.id.clone(), name(), kind, codes);
                    self.add(variable, Column::Single(at), with);
                }
                Asked::Multiple => {
                    for (position, option) in question.options.iter().enumerate() {
                        let label = format!("{}: {}", name(), lang.pick(&option.label));
                        let mut codes = vec![
                            code(0, fl!(m, "microdata-no")),
                            Code { source: Some(option.code.clone()), ..code(1, fl!(m, "microdata-yes")) },
                        ];
                        let asked = Missing::PLAIN.blank();
                        codes.extend(
                            possible(&questionnaire, question, lang).into_iter().filter(|c| c.value != asked),
                        );
                        let id = format!("{}.{}", question.id, option.code);
                        self.add(
                            variable(id, label, Kind::Nominal, codes),
                            Column::Option(at, position),
                            with.clone(),
                        );
                    }
                }
                // Numbers are traits, and texts are in no row.
                Asked::Number | Asked::Text => {}
            }
        }
    }

    /// Hides of officials' answers what the report hides: of a unit, of a group, of all.
    fn hide(&mut self, source: &Source<'_>) {
        let hidden: Vec<Vec<bool>> = self
            .traits
            .strata
            .iter()
            .map(|stratum| {
                let units = stratum.units.iter().filter_map(|code| source.hidden.units.get(code));
                let groups = stratum.groups.iter().filter_map(|code| source.hidden.groups.get(code));
                let own: Vec<&String> = units.chain(groups).flatten().chain(&source.hidden.all).collect();
                let hides =
                    |variable: &Variable| variable.item.as_ref().is_some_and(|item| own.contains(&&item.id));
                self.codebook.variables.iter().map(hides).collect()
            })
            .collect();
        for (at, variable) in self.codebook.variables.iter_mut().enumerate() {
            let rows: u64 = hidden
                .iter()
                .zip(&self.traits.strata)
                .filter(|(of, _)| of.get(at).copied().unwrap_or(false))
                .map(|(_, stratum)| stratum.answers)
                .sum();
            if rows > 0 {
                if variable.withheld == 0 {
                    variable.codes.push(withheld(source.lang, Missing::PLAIN));
                }
                // At most all rows: those that both rules withhold count once.
                variable.withheld = (variable.withheld + rows).min(self.codebook.rows);
            }
        }
        self.hidden = hidden;
        let items = self.codebook.variables.iter().filter(|variable| variable.role == Role::Item);
        self.codebook.exact &= items.map(|variable| variable.withheld).sum::<u64>() == 0;
    }

    fn say(&mut self, lang: Lang, left_out: u64) {
        let m = lang.messages();
        let book = &mut self.codebook;
        let mut notes = vec![fl!(m, "microdata-note-k", k = book.k)];
        let joined = book.strata.iter().filter(|stratum| stratum.joined).count();
        if joined > 0 {
            notes.push(fl!(m, "microdata-note-joined", strata = joined, k = book.k));
        }
        for variable in book.variables.iter().filter(|variable| variable.withheld > 0) {
            let (name, rows) = (variable.name.as_str(), variable.withheld.to_string());
            notes.push(fl!(m, "microdata-note-withheld", variable = name, rows = rows));
        }
        notes.push(if book.exact {
            fl!(m, "microdata-note-exact")
        } else {
            fl!(m, "microdata-note-not-exact")
        });
        if left_out > 0 {
            notes.push(fl!(m, "microdata-note-set-aside", rows = left_out.to_string()));
        }
        if !book.weighted {
            notes.push(fl!(m, "microdata-note-unweighted"));
        }
        notes.push(fl!(m, "microdata-note-left-out"));
        if book.demonstration {
            notes.push(fl!(m, "microdata-note-demonstration"));
        }
        book.notes = notes;
    }

    /// The row of a sheet; `cells` is cleared first.
    ///
    /// # Errors
    /// [`Refused::Changed`] for a sheet that was not counted, [`Refused::Corrupt`].
    pub fn row<'l>(&'l self, sheet: &Sheet, cells: &mut Vec<Cell<'l>>) -> Result<(), Refused> {
        cells.clear();
        let read = Read::new(&self.traits.questionnaire, &self.traits.codes, sheet)?;
        let mut class = Vec::with_capacity(self.traits.class.capacity());
        self.traits.class_of(&read, &mut class)?;
        let held = self.traits.held(&class)?;
        let told = self.traits.classes.get(&class).and_then(|class| self.told.get(class));
        let told = told.ok_or(Refused::Changed)?;
        let stratum = self.traits.strata.get(held.stratum).ok_or(Refused::Corrupt)?;
        let hidden = self.hidden.get(held.stratum).map(Vec::as_slice).unwrap_or_default();
        let text = |texts: &'l [String]| texts.get(held.stratum).map_or(Cell::Empty, |text| Cell::Text(text));
        for ((at, column), with) in self.columns.iter().enumerate().zip(&self.with) {
            let taken_along = with.iter().any(|position| told.traits.get(*position) == Some(&WITHHELD));
            if taken_along || hidden.get(at).copied().unwrap_or(false) {
                cells.push(Cell::Code(Missing::PLAIN.withheld()));
                continue;
            }
            let question = |at: usize| self.traits.questionnaire.questions.get(at).ok_or(Refused::Corrupt);
            cells.push(match column {
                Column::Stratum => Cell::Code(i32::try_from(held.stratum + 1).unwrap_or(i32::MAX)),
                Column::Unit => text(&self.units),
                Column::Group => text(&self.groups),
                Column::Cluster => {
                    let cluster = stratum.cluster.and_then(|cluster| i32::try_from(cluster + 1).ok());
                    cluster.map_or(Cell::Empty, Cell::Code)
                }
                Column::Weight => Cell::Number(told.weight),
                Column::BaseWeight => Cell::Number(stratum.base_weight),
                Column::Population => stratum.population.map_or(Cell::Empty, |n| Cell::Number(n as f64)),
                Column::Level(at) => told.levels.get(*at).map_or(Cell::Empty, |level| Cell::Code(*level)),
                Column::Module(at) => Cell::Code(i32::from(read.asked.get(*at).copied().unwrap_or(false))),
                Column::Trait(position) => match told.traits.get(*position).copied() {
                    Some(WITHHELD) | None => Cell::Code(self.missing_of(*position).withheld()),
                    Some(value) => Cell::Code(value),
                },
                Column::Single(at) => Cell::Code(read.single(&self.traits.codes, *at, question(*at)?)),
                Column::Option(at, option) => Cell::Code(read.option(question(*at)?, *option)),
            });
        }
        Ok(())
    }

    fn missing_of(&self, position: usize) -> Missing {
        match position.checked_sub(1).and_then(|at| self.traits.traits.get(at)) {
            Some(TraitOf::Question(at)) => {
                self.traits.codes.missing.get(*at).copied().unwrap_or(Missing::PLAIN)
            }
            _ => Missing::PLAIN,
        }
    }
}

/// By position in the key: the largest number that is told.
fn tops(traits: &Traits, keys: &Table, n: &[u64]) -> Vec<Option<i32>> {
    let mut tops = vec![None];
    for (at, of) in traits.traits.iter().enumerate() {
        let number = match of {
            TraitOf::Question(at) => {
                traits.questionnaire.questions.get(*at).filter(|q| q.kind == Asked::Number)
            }
            _ => None,
        };
        let Some(question) = number else {
            tops.push(None);
            continue;
        };
        let lowest = missing(question).highest();
        let mut values: BTreeMap<i32, u64> = BTreeMap::new();
        for (key, n) in keys.rows().zip(n) {
            if let Some(value) = key.get(at + 1).filter(|value| **value > lowest) {
                *values.entry(*value).or_default() += n;
            }
        }
        let values: Vec<(i32, u64)> = values.into_iter().collect();
        tops.push(anonymity::top(&values, traits.k));
    }
    tops
}

fn cap(key: &mut [i32], tops: &[Option<i32>]) {
    for (value, top) in key.iter_mut().zip(tops) {
        *value = top.map_or(*value, |top| (*value).min(top));
    }
}

/// The weights told, by stratum and the traits that weights depend on.
struct Weights<'r> {
    /// Sheets, their weight, whether all have that one, and its sum.
    classes: BTreeMap<&'r [i32], (u64, f64, bool, f64)>,
    margins: usize,
}

/// The weight told of each combination: its own, or the mean over those from whom what it depends on is withheld.
fn weights<'r>(n: &[u64], weight: impl Fn(usize) -> f64, released: &'r Table, margins: usize) -> Weights<'r> {
    let mut weights = Weights { classes: BTreeMap::new(), margins };
    for (at, (told, n)) in released.rows().zip(n).enumerate() {
        let own = weight(at);
        let Some(class) = told.get(..=margins) else { continue };
        let entry = weights.classes.entry(class).or_insert((0, own, true, 0.0));
        entry.2 &= entry.1.to_bits() == own.to_bits();
        entry.0 += n;
        entry.3 += own * *n as f64;
    }
    weights
}

impl Weights<'_> {
    fn of(&self, told: &[i32]) -> f64 {
        match told.get(..=self.margins).and_then(|class| self.classes.get(class)) {
            Some((_, weight, true, _)) => *weight,
            Some((n, .., sum)) => sum / *n as f64,
            None => 1.0,
        }
    }
}

/// The sheets of the combinations of which such a thing is told.
fn rows(n: &[u64], released: &Table, which: impl Fn(&[i32]) -> bool) -> u64 {
    n.iter().zip(released.rows()).filter(|(_, told)| which(told)).map(|(n, _)| n).sum()
}

fn module_of(questionnaire: &Questionnaire, question: &Question) -> Option<String> {
    let module = questionnaire.rotation.as_ref()?.modules.get(question.module?)?;
    Some(module.id.clone())
}

fn place(question: &Question, item: &Item) -> ItemPlace {
    ItemPlace {
        id: question.id.clone(),
        weight: item.weight,
        dimension: item.dimension.clone(),
        dimension_in_part: item.dimension_in_part,
        part: item.part.clone().unwrap_or_default(),
        part_weight: item.part_weight,
    }
}

const fn code(value: i32, label: String) -> Code {
    Code { value, label, source: None, missing: false, worth: None }
}

/// The options of a single choice.
fn options(question: &Question, item: Option<&Item>, lang: Lang) -> Vec<Code> {
    let codes = option_codes(question).into_iter().zip(&question.options).enumerate();
    let option = codes.map(|(position, (value, option))| Code {
        value,
        label: lang.pick(&option.label).to_owned(),
        source: Some(option.code.clone()),
        missing: option.missing,
        worth: item.and_then(|item| item.values.get(position + 1).copied().flatten()),
    });
    option.collect()
}

fn missing_codes(lang: Lang, missing: Missing) -> [Code; 3] {
    let m = lang.messages();
    let none = |value, label| Code { missing: true, ..code(value, label) };
    [
        none(missing.blank(), fl!(m, "microdata-blank")),
        none(missing.not_asked(), fl!(m, "microdata-not-asked")),
        none(missing.not_drawn(), fl!(m, "microdata-not-drawn")),
    ]
}

fn withheld(lang: Lang, missing: Missing) -> Code {
    Code { missing: true, ..code(missing.withheld(), fl!(lang.messages(), "microdata-withheld")) }
}

/// Codes for no answer that a question can have.
fn possible(questionnaire: &Questionnaire, question: &Question, lang: Lang) -> Vec<Code> {
    let [blank, not_asked, not_drawn] = missing_codes(lang, Missing::PLAIN);
    // Of forms that are asked side by side, each leaves out what is the others'.
    let ruled = question.asked_if.is_some() || questionnaire.rotation.is_none();
    let rotates = question.module.is_some() && questionnaire.rotation.is_some();
    [(blank, true), (not_asked, ruled), (not_drawn, rotates)]
        .into_iter()
        .filter_map(|(code, possible)| possible.then_some(code))
        .collect()
}

fn channel_name(lang: Lang, channel: Channel) -> String {
    let m = lang.messages();
    match channel {
        Channel::Open => fl!(m, "microdata-channel-open"),
        Channel::Code => fl!(m, "microdata-channel-code"),
        Channel::Link => fl!(m, "microdata-channel-link"),
        Channel::Kiosk => fl!(m, "microdata-channel-kiosk"),
        Channel::Paper => fl!(m, "microdata-channel-paper"),
        Channel::Import => fl!(m, "microdata-channel-import"),
    }
}

fn mode_name(lang: Lang, mode: Mode) -> String {
    let m = lang.messages();
    match mode {
        Mode::Unknown => fl!(m, "microdata-blank"),
        Mode::Own => fl!(m, "microdata-mode-own"),
        Mode::Helped => fl!(m, "microdata-mode-helped"),
        Mode::Proxy => fl!(m, "microdata-mode-proxy"),
    }
}

fn date(day: i32) -> String {
    clock::date(day).map_or_else(String::new, |date| date.to_string())
}

/// The word of a value in schemas.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A name that SPSS, Stata and R take: letters, digits, dots and underscores, a letter first, at most 64 bytes.
fn variable_name(id: &str, taken: impl Fn(&str) -> bool) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '_' };
    let mut name: String = id.chars().map(fit).take(60).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, 'v');
    }
    if name.ends_with('.') || RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        name.push('_');
    }
    if !taken(&name) {
        return name;
    }
    let mut number = 2_u32;
    loop {
        let next = format!("{name}_{number}");
        if !taken(&next) {
            return next;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::Library;

    use super::*;

    #[test]
    fn memory_goes_by_combinations_of_traits_and_not_by_sheets() {
        let text = include_str!("../../tests/definitions/rotated/1.0.toml").to_owned();
        let library = Library::from_files([("rotated/1.0.toml", text)]).unwrap();
        let definition = &library.newest("rotated").unwrap().definition;
        let questionnaire = Questionnaire::generate(definition, "f").unwrap();
        let place = |number| Place { number, unit: format!("u{number}"), group: None, counter: None };
        let places = [7, 9].map(place);
        let items = crate::index::design::items_of(definition, &questionnaire).unwrap();
        let margins = [0];
        let mut traits = Traits::new(&Counting {
            definition,
            questionnaire: &questionnaire,
            items: &items,
            margins: &margins,
            places: &places,
        });
        let mut count = |sheets: u64| {
            for n in 0..sheets {
                let mut answers = vec![1; questionnaire.width];
                // Answers to the item that a margin is of, and to one that is no trait.
                answers[questionnaire.questions[0].offset] = u8::try_from(n % 3).unwrap() + 1;
                answers[questionnaire.questions[1].offset] = u8::try_from(n / 3 % 5).unwrap() + 1;
                let place = if n.is_multiple_of(2) { 7 } else { 9 };
                let (channel, day, mode) = (0, 20_000, 0);
                let sheet = Sheet { place, channel, language: "vi".to_owned(), day, answers, mode };
                traits.count(&sheet).unwrap();
            }
            let counts = traits.counts(&places);
            (
                traits.classes(),
                counts.units.values().map(|unit| (unit.count, unit.by.len())).collect::<Vec<_>>(),
            )
        };
        assert_eq!(count(600), (6, vec![(300, 3), (300, 3)]));
        assert_eq!(
            count(6_000),
            (6, vec![(3_300, 3), (3_300, 3)]),
            "eleven times the sheets, the same combinations"
        );
    }

    #[test]
    fn a_variable_has_a_name_that_every_program_takes() {
        assert_eq!(variable_name("results.on-time", |_| false), "results.on_time");
        assert_eq!(variable_name("8.1.2", |_| false), "v8.1.2");
        assert_eq!(variable_name("BY", |_| false), "BY_");
        assert_eq!(variable_name("unit", |name| name == "unit"), "unit_2");
        assert!(variable_name(&"đ".repeat(200), |_| false).len() <= 64);
    }
}
