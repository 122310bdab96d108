//! The traits of the sheets counted, once the design is known.

use std::collections::HashMap;

use crate::{definition::model::Kind as Asked, index::design::Margin, questionnaire::answers::BLANK};

use super::{
    super::{
        anonymity::{Rules, Table},
        codebook::Missing,
    },
    Place, Refused, Source,
    chosen::{decided_by, in_order},
    coded::is_unknown,
    traits::{Kept, Traits, place_of, whole},
};

/// What is a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TraitOf {
    Question(usize),
    Channel,
    Counter,
    Month,
    Mode,
    Language,
}

/// What a place is part of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub stratum: usize,
    /// The code of its counter.
    pub counter: i32,
}

/// What a sheet of a stratum weighs that has these levels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weighing {
    pub levels: Vec<u8>,
    pub weight: f64,
}

/// Sheets by their traits, in the order of these.
pub(super) struct Counted {
    pub keys: Table,
    /// By combination: its sheets.
    pub n: Vec<u64>,
    /// By combination: what they weigh, by position in `weighings`.
    pub weighing: Vec<u32>,
    pub weighings: Vec<Weighing>,
    /// By class of sheets: its combination.
    pub of: Vec<u32>,
}

impl Traits {
    /// What follows from the design, which is known when all are counted.
    pub(super) fn settle(&mut self, source: &Source<'_>) {
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
        let (questions, margins) = in_order(source);
        let own_total = |margin: &Margin| {
            let options = questionnaire.questions.get(margin.question).map(|q| q.options.as_slice());
            let level = |byte: usize| margin.level_of.get(byte);
            let mut missing = (1..).zip(options.unwrap_or_default()).filter(|(_, option)| option.missing);
            missing.any(|(byte, _)| level(byte) != level(usize::from(BLANK)))
        };
        let all_margins = design.strata.iter().flat_map(|stratum| &stratum.margins);
        self.apart = all_margins.filter(|margin| own_total(margin)).map(|margin| margin.question).collect();
        self.order = questions.into_iter().map(TraitOf::Question).collect();
        // Between those of people and those of circumstances.
        self.order.extend([TraitOf::Channel, TraitOf::Month]);
        if !counters.is_empty() {
            self.order.push(TraitOf::Counter);
        }
        for (kept, own) in [(Kept::Mode, TraitOf::Mode), (Kept::Language, TraitOf::Language)] {
            if self.kept.contains(&kept) {
                self.order.push(own);
            }
        }
        self.margins = margins;
        self.strata.clone_from(&design.strata);
        self.k = design.k;
    }

    /// The stratum and counter of a class.
    pub(super) fn held(&self, class: &[u8]) -> Result<Held, Refused> {
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
        for of in &self.order {
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
    pub(super) fn counted(&mut self) -> Result<Counted, Refused> {
        let mut all = Table::with_capacity(self.order.len() + 1, self.classes());
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
            keys: Table::new(self.order.len() + 1),
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

    /// Where in the key a question is that is a trait.
    pub(super) fn position(&self, question: usize) -> Option<usize> {
        let at = self.order.iter().position(|of| *of == TraitOf::Question(question))?;
        Some(at + 1)
    }

    /// Where in the key the traits are that decide whether a question is asked.
    pub(super) fn deciding(&self, question: usize) -> Vec<usize> {
        decided_by(&self.questionnaire, question)
            .into_iter()
            .filter_map(|other| self.position(other))
            .collect()
    }

    /// How the traits go together.
    pub(super) fn rules(&self) -> Rules {
        let mut rules = Rules { parents: vec![Vec::new()], silent: vec![Vec::new()] };
        for of in &self.order {
            rules.parents.push(match of {
                TraitOf::Question(at) => self.deciding(*at),
                _ => Vec::new(),
            });
            rules.silent.push(self.silent(*of));
        }
        rules
    }

    /// The codes for no answer of the trait at a position in the key.
    pub(super) fn missing_of(&self, position: usize) -> Missing {
        match position.checked_sub(1).and_then(|at| self.order.get(at)) {
            Some(TraitOf::Question(at)) => self.codes.missing.get(*at).copied().unwrap_or(Missing::PLAIN),
            _ => Missing::PLAIN,
        }
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
