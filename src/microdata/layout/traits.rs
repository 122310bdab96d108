//! The first reading: sheets counted by what is kept of them. What follows once all are counted: [`super::settled`].

use std::collections::HashMap;

use crate::{
    clock,
    definition::model::{Audience, Kind as Asked},
    index::{design::Stratum, input::Counts},
    organisation::Channel,
    questionnaire::{
        Questionnaire,
        answers::{BLANK, NOT_ASKED},
    },
};

use super::{
    super::{Sheet, classes::Classes, codebook::Missing},
    Counting, Place, Refused,
    chosen::chosen,
    coded::{Codes, Read},
    settled::{Held, TraitOf},
};

/// What is kept of each sheet when it is counted: the number of its place, then these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// The packed byte of a single choice; of a question in a module another one, which says whether it was asked.
    Choice(usize),
    /// A number, as it is coded.
    Number(usize),
    Channel,
    Month,
    Mode,
    Language,
}

/// Counts sheets by their traits.
#[derive(Debug)]
pub struct Traits {
    pub(super) questionnaire: Questionnaire,
    pub(super) codes: Codes,
    pub(super) languages: Vec<String>,
    /// By number of the place: its position.
    places: HashMap<i64, usize>,
    pub(super) kept: Vec<Kept>,
    /// By position of the question: where in the class it is.
    pub(super) kept_at: Vec<Option<usize>>,
    /// Questions among those kept that a margin is declared of; of others "don't know" is a blank.
    declared: Vec<usize>,
    pub(super) classes: Classes,
    /// By class: its sheets.
    pub(super) n: Vec<u64>,
    pub(super) rows: u64,
    /// Reused from sheet to sheet.
    pub(super) class: Vec<u8>,
    // From here on: what is known once all are counted.
    pub(super) strata: Vec<Stratum>,
    /// By position of the place.
    pub(super) held: Vec<Option<Held>>,
    /// The traits, in the order in which they are told.
    pub(super) order: Vec<TraitOf>,
    /// The first traits: the questions that weights were adjusted to.
    pub(super) margins: usize,
    /// Those of them to which "don't know" is an answer with a total of its own.
    pub(super) apart: Vec<usize>,
    pub(super) k: u64,
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
            order: Vec::new(),
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
    pub(super) fn class_of(&self, read: &Read<'_>, class: &mut Vec<u8>) -> Result<(), Refused> {
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
}

/// Whether a question is in a module that not everybody was asked.
fn rotates(questionnaire: &Questionnaire, at: usize) -> bool {
    questionnaire.questions.get(at).is_some_and(|question| question.module.is_some())
}

/// The position of the place that a class begins with.
pub(super) fn place_of(class: &[u8]) -> Option<usize> {
    class.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize)
}

/// The whole number that stands at a place in a class.
pub(super) fn whole(class: &[u8], at: usize) -> Option<i32> {
    class.get(at..)?.first_chunk::<4>().map(|bytes| i32::from_le_bytes(*bytes))
}

fn month(day: i64) -> Option<i32> {
    let date = clock::date(i32::try_from(day).ok()?)?;
    Some(i32::from(date.year()) * 100 + i32::from(date.month()))
}

#[cfg(test)]
mod tests {
    use crate::{definition::Library, index::design};

    use super::*;

    #[test]
    fn memory_goes_by_combinations_of_traits_and_not_by_sheets() {
        let text = include_str!("../../../tests/definitions/rotated/1.0.toml").to_owned();
        let library = Library::from_files([("rotated/1.0.toml", text)]).unwrap();
        let definition = &library.newest("rotated").unwrap().definition;
        let questionnaire = Questionnaire::generate(definition, "f").unwrap();
        let place = |number| Place { number, unit: format!("u{number}"), group: None, counter: None };
        let places = [7, 9].map(place);
        let items = design::items_of(definition, &questionnaire).unwrap();
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
}
