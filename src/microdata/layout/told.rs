//! What may be told of whom: traits that are withheld or capped, levels, and weights.

use std::collections::BTreeMap;

use crate::definition::model::Kind as Asked;

use super::{
    super::{
        anonymity::{self, Table, WITHHELD},
        classes::Classes,
        codebook::Missing,
    },
    Refused,
    coded::missing,
    settled::{Counted, TraitOf},
    traits::Traits,
};

/// What may be told of the sheets counted.
#[derive(Debug)]
pub(super) struct Release {
    pub told: Told,
    pub combinations: Combinations,
    /// The most margins that a stratum has.
    pub levels: usize,
    /// Whether no level is withheld.
    pub exact: bool,
}

/// The combinations of traits counted, with what is told of each.
#[derive(Debug)]
pub(super) struct Combinations {
    told: Table,
    /// Sheets of each.
    n: Vec<u64>,
    /// By position in the key: numbers are told up to this one.
    pub tops: Vec<Option<i32>>,
}

impl Combinations {
    /// The sheets of the combinations of which such a thing is told.
    pub fn rows(&self, which: impl Fn(&[i32]) -> bool) -> u64 {
        self.n.iter().zip(self.told.rows()).filter(|(_, told)| which(told)).map(|(n, _)| n).sum()
    }

    /// The values told of a trait, by its position in the key, withheld ones among them.
    pub fn values(&self, position: usize) -> impl Iterator<Item = i32> {
        self.told.rows().filter_map(move |key| key.get(position)).copied()
    }
}

impl Release {
    /// Decides it for traits that are settled.
    pub fn of(traits: &mut Traits) -> Result<Self, Refused> {
        let Counted { mut keys, n, weighing, weighings, of } = traits.counted()?;
        let tops = tops(traits, &keys, &n);
        for at in 0..keys.count() {
            cap(keys.row_mut(at), &tops);
        }
        let released = anonymity::release(&keys, &n, &traits.rules(), traits.k);
        drop(keys);
        let weighed = |at: usize| weighing.get(at).and_then(|at| weighings.get(*at as usize));
        let weights = weights(&n, |at| weighed(at).map_or(1.0, |of| of.weight), &released, traits.margins);
        let levels = traits.strata.iter().map(|stratum| stratum.margins.len()).max().unwrap_or(0);
        let width = traits.order.len() + 1;
        let mut told = Told::new(of, width, levels);
        let mut exact = true;
        // Of most combinations the same is told as of others.
        let mut same = Classes::new((width + levels) * size_of::<i32>());
        let mut told_of = Vec::with_capacity(released.count());
        let (mut row, mut bytes) = (Vec::new(), Vec::new());
        for (at, own) in released.rows().enumerate() {
            let own_levels = weighed(at).map(|of| of.levels.as_slice()).unwrap_or_default();
            row.clear();
            row.extend_from_slice(own);
            row.extend((0..levels).map(level_of(traits, own, own_levels)));
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
        told.settle(&told_of);
        Ok(Self { told, combinations: Combinations { told: released, n, tops }, levels, exact })
    }
}

/// The code of each level of sheets that have these, of which `own` is told: withheld with the trait that it is of.
fn level_of(traits: &Traits, own: &[i32], levels: &[u8]) -> impl Fn(usize) -> i32 {
    let stratum = own.first().and_then(|at| traits.strata.get(usize::try_from(*at).ok()?));
    let margins = stratum.map(|stratum| stratum.margins.as_slice()).unwrap_or_default();
    move |at| match (margins.get(at), levels.get(at)) {
        (Some(margin), Some(level)) => {
            let told = traits.position(margin.question).and_then(|at| own.get(at));
            if told == Some(&WITHHELD) { Missing::PLAIN.withheld() } else { i32::from(*level) + 1 }
        }
        // In a stratum without margins all rows are of one level.
        _ => 0,
    }
}

/// What is told of each class of sheets.
#[derive(Debug)]
pub(super) struct Told {
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
pub(super) struct ToldOf<'t> {
    pub traits: &'t [i32],
    pub levels: &'t [i32],
    pub weight: f64,
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

    /// What is told of a class.
    pub fn get(&self, class: usize) -> Option<ToldOf<'_>> {
        let at = *self.of.get(class)? as usize;
        let (traits, levels) = self.values.row(at).split_at_checked(self.traits)?;
        Some(ToldOf { traits, levels, weight: *self.weights.get(at)? })
    }
}

/// By position in the key: the largest number that is told.
fn tops(traits: &Traits, keys: &Table, n: &[u64]) -> Vec<Option<i32>> {
    let mut tops = vec![None];
    for (at, of) in traits.order.iter().enumerate() {
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
