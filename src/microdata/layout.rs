//! From answer sheets to rows: first all sheets are counted by their traits ([`Traits`]), then it is known what may be told
//! of whom ([`Layout`]), and the sheets are read once more, row by row. Nothing but the counts is held in memory.

use std::collections::{BTreeMap, HashMap};

use i18n_embed_fl::fl;

use crate::{
    clock,
    definition::model::{Audience, Condition, Definition, Kind as Asked},
    index::design::{Design, Item, Margin, Stratum},
    language::Lang,
    organisation::{Campaign, Channel, Mode, UnitTree},
    questionnaire::{
        Answers, Question, Questionnaire,
        answers::{BLANK, NOT_ASKED},
    },
};

use super::{
    Cell, Sheet,
    anonymity::{self, Key, Rules, WITHHELD},
    codebook::{Code, Codebook, ItemPlace, Kind, Missing, Role, StratumEntry, Variable},
    joining::{Joined, join},
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
    joined: usize,
    original: usize,
    counter: i32,
}

/// How many sheets have a combination of traits, and what they weigh.
#[derive(Debug, Clone)]
struct Counted {
    n: u64,
    levels: Vec<u8>,
    weight: f64,
}

/// Counts sheets by their traits.
#[derive(Debug)]
pub struct Traits {
    questionnaire: Questionnaire,
    original: Vec<Stratum>,
    strata: Vec<Joined>,
    places: HashMap<i64, Held>,
    traits: Vec<TraitOf>,
    /// The first traits: the questions that weights were adjusted to.
    margins: usize,
    /// Those of them to which "don't know" is an answer with a total of its own.
    apart: Vec<usize>,
    languages: Vec<String>,
    codes: Codes,
    counted: HashMap<Key, Counted>,
    k: u64,
    rows: u64,
}

/// How the answers to each question are coded.
#[derive(Debug, Clone)]
struct Codes {
    /// By question and packed byte of a single choice.
    single: Vec<Vec<i32>>,
    missing: Vec<Missing>,
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
        Self {
            single: questionnaire.questions.iter().map(single_codes).collect(),
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

/// The questions that are traits, in the order in which they are told: those that weights were adjusted to, those that
/// say by their ids that they are about the person or the case, then numbers. Where no question says so, every single
/// choice beside the index whose options have names and no rank is taken for one, unless figures hang on it.
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
    let beside = || questionnaire.questions.iter().enumerate().filter(|(_, q)| q.dimension.is_none());
    let named = |q: &Question| TRAITS.iter().any(|prefix| q.id.starts_with(prefix));
    let single = |q: &Question| q.kind == Asked::Single;
    let mut chosen: Vec<usize> = beside().filter(|(_, q)| single(q) && named(q)).map(|(at, _)| at).collect();
    if !beside().any(|(_, q)| named(q)) {
        let ranked = |q: &Question| {
            q.options.iter().any(|option| option.score.is_some() || option.satisfied)
                || q.options.iter().filter(|option| !option.missing).all(|o| o.code.parse::<i32>().is_ok())
        };
        let items: Vec<usize> = source.design.items.iter().map(|item| item.question).collect();
        let decides = |at: usize| items.iter().any(|item| decided_by(questionnaire, *item).contains(&at));
        chosen.extend(beside().filter(|(at, q)| single(q) && !ranked(q) && !decides(*at)).map(|(at, _)| at));
    }
    chosen.extend(beside().filter(|(_, q)| q.kind == Asked::Number).map(|(at, _)| at));
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
    pub fn new(source: &Source<'_>) -> Self {
        let questionnaire = source.questionnaire.clone();
        let design = source.design;
        let parent = |unit: &str| source.units.get(unit).and_then(|unit| unit.parent.clone());
        let strata = join(&design.strata, parent, design.k);
        let counters: Vec<i64> =
            source.places.iter().filter(|place| place.counter.is_some()).map(|place| place.number).collect();
        let counter = |place: &Place| {
            let at = counters.iter().position(|number| *number == place.number);
            at.and_then(|at| i32::try_from(at + 1).ok()).unwrap_or(Missing::PLAIN.not_asked())
        };
        let held = source.places.iter().filter_map(|place| {
            let original = design.strata.iter().position(|stratum| {
                stratum.unit == place.unit
                    && place
                        .group
                        .as_ref()
                        .map_or(stratum.groups.is_empty(), |group| stratum.groups.contains(group))
            })?;
            let joined = strata.iter().position(|joined| joined.of.contains(&original))?;
            Some((place.number, Held { joined, original, counter: counter(place) }))
        });
        let places = held.collect();
        let (questions, margins) = traits(source);
        let own_total = |margin: &Margin| {
            let options = questionnaire.questions.get(margin.question).map(|q| q.options.as_slice());
            let level = |byte: usize| margin.level_of.get(byte);
            let mut missing = (1..).zip(options.unwrap_or_default()).filter(|(_, option)| option.missing);
            missing.any(|(byte, _)| level(byte) != level(usize::from(BLANK)))
        };
        let all_margins = design.strata.iter().flat_map(|stratum| &stratum.margins);
        let apart = all_margins.filter(|margin| own_total(margin)).map(|margin| margin.question).collect();
        let mut traits: Vec<TraitOf> = questions.into_iter().map(TraitOf::Question).collect();
        // Between those of people and those of circumstances.
        traits.push(TraitOf::Channel);
        traits.push(TraitOf::Month);
        if !counters.is_empty() {
            traits.push(TraitOf::Counter);
        }
        if questionnaire.asks_mode {
            traits.push(TraitOf::Mode);
        }
        let languages = questionnaire.languages.clone();
        // The language of one person who judged several units would go through all of those sheets.
        if languages.len() > 1 && source.definition.audience == Audience::Citizens {
            traits.push(TraitOf::Language);
        }
        Self {
            codes: Codes::new(&questionnaire),
            questionnaire,
            original: design.strata.clone(),
            strata,
            places,
            traits,
            margins,
            apart,
            languages,
            counted: HashMap::new(),
            k: design.k,
            rows: 0,
        }
    }

    fn key(&self, read: &Read<'_>) -> Result<(Held, Key), Refused> {
        let sheet = read.sheet;
        let held = *self.places.get(&sheet.place).ok_or(Refused::Corrupt)?;
        let none = Missing::PLAIN.not_asked();
        let mut key = Vec::with_capacity(self.traits.len() + 1);
        key.push(i32::try_from(held.joined).map_err(|_| Refused::Corrupt)?);
        for of in &self.traits {
            key.push(match of {
                TraitOf::Question(at) => match self.questionnaire.questions.get(*at) {
                    Some(question) if question.kind == Asked::Number => {
                        read.number(&self.codes, *at, question)
                    }
                    // Of a trait, not to say and to say "don't know" is the same, unless they weigh differently.
                    Some(question) => match read.single(&self.codes, *at, question) {
                        code if is_unknown(code) && !self.apart.contains(at) => Missing::PLAIN.blank(),
                        code => code,
                    },
                    None => none,
                },
                TraitOf::Channel => i32::try_from(sheet.channel).map_or(none, |channel| channel + 1),
                TraitOf::Counter => held.counter,
                // Of those with a personal link no day is kept.
                TraitOf::Month if sheet.channel == i64::from(Channel::Link.byte()) => none,
                TraitOf::Month => month(sheet.day).unwrap_or(none),
                TraitOf::Mode if sheet.mode == 0 => Missing::PLAIN.blank(),
                TraitOf::Mode => i32::try_from(sheet.mode).unwrap_or(none),
                TraitOf::Language => {
                    let at = self.languages.iter().position(|code| *code == sheet.language);
                    at.and_then(|at| i32::try_from(at + 1).ok()).unwrap_or(none)
                }
            });
        }
        Ok((held, key.into()))
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

    /// Counts a sheet.
    ///
    /// # Errors
    /// [`Refused::Corrupt`].
    pub fn count(&mut self, sheet: &Sheet) -> Result<(), Refused> {
        let read = Read::new(&self.questionnaire, &self.codes, sheet)?;
        let (held, key) = self.key(&read)?;
        self.rows += 1;
        if let Some(counted) = self.counted.get_mut(&key) {
            counted.n += 1;
            return Ok(());
        }
        let stratum = self.original.get(held.original).ok_or(Refused::Corrupt)?;
        let joined = self.strata.get(held.joined).ok_or(Refused::Corrupt)?;
        let (levels, weight) = if joined.of.len() > 1 {
            (Vec::new(), joined.base_weight)
        } else {
            let byte = |at: usize| self.questionnaire.questions.get(at).map_or(0, |q| read.byte(q));
            let levels = stratum.levels(byte);
            let weight = stratum.weight(&levels);
            (levels, weight)
        };
        self.counted.insert(key, Counted { n: 1, levels, weight });
        Ok(())
    }
}

/// Whether a code is that of an option which is no answer.
const fn is_unknown(code: i32) -> bool {
    code == Missing::PLAIN.unknown() || code <= -11
}

fn month(day: i64) -> Option<i32> {
    let date = clock::date(i32::try_from(day).ok()?)?;
    Some(i32::from(date.year()) * 100 + i32::from(date.month()))
}

/// What is told of those with a combination of traits.
#[derive(Debug)]
struct Told {
    traits: Key,
    weight: f64,
    levels: Vec<i32>,
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
    told: HashMap<Key, Told>,
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
        let k = traits.k;
        if traits.rows < k {
            return Err(Refused::TooFew { k });
        }
        let questionnaire = traits.questionnaire.clone();
        let mut counted: Vec<(Key, Counted)> = std::mem::take(&mut traits.counted).into_iter().collect();
        counted.sort_by(|(a, _), (b, _)| a.cmp(b));

        let tops = tops(&traits, &counted);
        let capped: Vec<(Key, u64)> = counted.iter().map(|(key, of)| (cap(key, &tops), of.n)).collect();
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
        let released = anonymity::release(&capped, &rules, k);

        let weights = weights(&counted, &released, traits.margins);
        let levels = traits.strata.iter().map(|stratum| stratum.margins.len()).max().unwrap_or(0);
        let mut told = HashMap::with_capacity(counted.len());
        let mut exact = traits.strata.iter().all(|stratum| stratum.of.len() == 1);
        for (((key, of), told_of), weight) in counted.iter().zip(&released).zip(weights) {
            let stratum = key.first().and_then(|at| traits.strata.get(usize::try_from(*at).ok()?));
            let margins = stratum.map(|stratum| stratum.margins.as_slice()).unwrap_or_default();
            let level = |at: usize| match (margins.get(at), of.levels.get(at)) {
                (Some(margin), Some(level)) => {
                    let told = position(margin.question).and_then(|at| told_of.get(at)).copied();
                    if told == Some(WITHHELD) { Missing::PLAIN.withheld() } else { i32::from(*level) + 1 }
                }
                // In a stratum without margins all rows are of one level.
                _ => 0,
            };
            let levels: Vec<i32> = (0..levels).map(level).collect();
            exact &= !levels.contains(&Missing::PLAIN.withheld());
            told.insert(key.clone(), Told { traits: told_of.clone(), weight, levels });
        }

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
        layout.trait_variables(source, &counted, &released);
        layout.answer_variables(source, &counted, &released, with);
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
                joined: stratum.of.len() > 1,
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

    fn trait_variables(&mut self, source: &Source<'_>, counted: &[(Key, Counted)], released: &[Key]) {
        let (m, lang) = (source.lang.messages(), source.lang);
        for (at, of) in self.traits.traits.clone().into_iter().enumerate() {
            let position = at + 1;
            let mut used: Vec<i32> = released
                .iter()
                .filter_map(|key| key.get(position))
                .copied()
                .filter(|v| *v != WITHHELD)
                .collect();
            used.sort_unstable();
            used.dedup();
            let withheld_rows = rows(counted, released, |key| key.get(position) == Some(&WITHHELD));
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
        counted: &[(Key, Counted)],
        released: &[Key],
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
            let withheld_rows = rows(counted, released, |key| {
                with.iter().any(|position| key.get(*position) == Some(&WITHHELD))
            });
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
        let (held, key) = self.traits.key(&read)?;
        let told = self.told.get(&key).ok_or(Refused::Changed)?;
        let stratum = self.traits.strata.get(held.joined).ok_or(Refused::Corrupt)?;
        let hidden = self.hidden.get(held.joined).map(Vec::as_slice).unwrap_or_default();
        let text = |texts: &'l [String]| texts.get(held.joined).map_or(Cell::Empty, |text| Cell::Text(text));
        for ((at, column), with) in self.columns.iter().enumerate().zip(&self.with) {
            let taken_along = with.iter().any(|position| told.traits.get(*position) == Some(&WITHHELD));
            if taken_along || hidden.get(at).copied().unwrap_or(false) {
                cells.push(Cell::Code(Missing::PLAIN.withheld()));
                continue;
            }
            let question = |at: usize| self.traits.questionnaire.questions.get(at).ok_or(Refused::Corrupt);
            cells.push(match column {
                Column::Stratum => Cell::Code(i32::try_from(held.joined + 1).unwrap_or(i32::MAX)),
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
fn tops(traits: &Traits, counted: &[(Key, Counted)]) -> Vec<Option<i32>> {
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
        let values: Vec<(i32, u64)> = counted
            .iter()
            .filter_map(|(key, of)| Some((*key.get(at + 1)?, of.n)))
            .filter(|(value, _)| *value > lowest)
            .collect();
        tops.push(anonymity::top(&summed(values), traits.k));
    }
    tops
}

fn summed(values: Vec<(i32, u64)>) -> Vec<(i32, u64)> {
    let mut sums: BTreeMap<i32, u64> = BTreeMap::new();
    for (value, n) in values {
        *sums.entry(value).or_default() += n;
    }
    sums.into_iter().collect()
}

fn cap(key: &Key, tops: &[Option<i32>]) -> Key {
    key.iter().zip(tops).map(|(value, top)| top.map_or(*value, |top| (*value).min(top))).collect()
}

/// The weight told of each combination: its own, or the mean over those from whom what it depends on is withheld.
fn weights(counted: &[(Key, Counted)], released: &[Key], margins: usize) -> Vec<f64> {
    let class = |key: &Key| -> Key { key.iter().take(margins + 1).copied().collect() };
    let mut classes: BTreeMap<Key, (u64, f64, bool)> = BTreeMap::new();
    for ((_, of), told) in counted.iter().zip(released) {
        let entry = classes.entry(class(told)).or_insert((0, of.weight, true));
        entry.2 &= entry.1.to_bits() == of.weight.to_bits();
        entry.0 += of.n;
    }
    let mut sums: BTreeMap<Key, f64> = BTreeMap::new();
    for ((_, of), told) in counted.iter().zip(released) {
        *sums.entry(class(told)).or_default() += of.weight * of.n as f64;
    }
    let weight = |told: &Key| {
        let class = class(told);
        match (classes.get(&class), sums.get(&class)) {
            (Some((_, weight, true)), _) => *weight,
            (Some((n, ..)), Some(sum)) => sum / *n as f64,
            _ => 1.0,
        }
    };
    released.iter().map(weight).collect()
}

fn rows(counted: &[(Key, Counted)], released: &[Key], which: impl Fn(&Key) -> bool) -> u64 {
    counted.iter().zip(released).filter(|(_, told)| which(told)).map(|((_, of), _)| of.n).sum()
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
    use super::*;

    #[test]
    fn a_variable_has_a_name_that_every_program_takes() {
        assert_eq!(variable_name("results.on-time", |_| false), "results.on_time");
        assert_eq!(variable_name("8.1.2", |_| false), "v8.1.2");
        assert_eq!(variable_name("BY", |_| false), "BY_");
        assert_eq!(variable_name("unit", |name| name == "unit"), "unit_2");
        assert!(variable_name(&"đ".repeat(200), |_| false).len() <= 64);
    }
}
