//! Strata of few answers are weighted together with others.
//!
//! A report gives counts without weights and shares with them, to the last digit. Where hidden units weighed differently, whoever tries
//! whole numbers would find the only ones that fit, and with them what few people said. So a stratum of fewer than k answers has one
//! weight with others of the same parent, `ΣN/Σn`, and is one stratum with them in every variance: whole numbers give no more of it
//! than sums over k sheets or more. Where few of them answered an item, [`super::suppress`] hides as it does for a unit; an item of
//! one of the units is shown only where no other of them has answers to it. Small weighting classes are put together for their own
//! sake, too: a weight from few answers is hardly known (Kalton & Flores-Cervantes 2003).

use std::collections::BTreeSet;

use i18n_embed_fl::fl;

use super::{
    calibrate::Base,
    compute::{Places, Strata},
    domain::{Raters, Stratum},
    input::{Input, UnitSheets},
    notes::note,
    report::Note,
};

/// What is known of strata before any answer is read, by position.
pub(super) struct Sizes<'s> {
    /// Answers.
    pub n: &'s [u64],
    /// What an answer stands for by itself.
    pub weight: &'s [f64],
    /// Fewest answers of a weight.
    pub k: u64,
    /// Whether the first of two should rather not be put together with the second.
    pub apart: &'s dyn Fn(usize, usize) -> bool,
}

/// Strata that are weighted together, two or more each, by position.
///
/// Below each place those of fewer than k answers go together, in the order of what their answers stand for, each time until there are k; the
/// rest goes with the last of them. Where there are fewer than k in all, they go with the smallest stratum that the place holds
/// itself, which is never shown, else with the smallest one of the smallest place below it, unless they should rather be apart. Fewer
/// than k answers in the whole are one stratum.
pub(super) fn groups(places: &Places, sizes: &Sizes<'_>) -> Vec<Vec<usize>> {
    let blocks = blocks(places, sizes, 0);
    let mut groups: Vec<Vec<usize>> =
        blocks.into_iter().map(|block| block.of).filter(|of| of.len() > 1).collect();
    groups.iter_mut().for_each(|of| of.sort_unstable());
    groups.sort_unstable();
    groups
}

/// Strata that are weighted together, or a single one.
#[derive(Default)]
struct Block {
    of: Vec<usize>,
    n: u64,
    /// What all of them stand for.
    sum: f64,
}

impl Block {
    fn take(&mut self, other: Self) {
        self.of.extend(other.of);
        self.n += other.n;
        self.sum += other.sum;
    }

    fn weight(&self) -> f64 {
        self.sum / self.n as f64
    }
}

/// The blocks of a place: each has k answers or more, or there is one alone.
fn blocks(places: &Places, sizes: &Sizes<'_>, place: usize) -> Vec<Block> {
    let below = &places.below[place];
    let own = places.strata[place]
        .iter()
        .filter(|stratum| !below.iter().any(|below| places.strata[*below].contains(stratum)))
        .map(|at| Block { of: vec![*at], n: sizes.n[*at], sum: sizes.n[*at] as f64 * sizes.weight[*at] });
    let mut few: Vec<Block> = Vec::new();
    // With what they are taken by: whether the place holds them itself, else by the size of the place that does.
    let mut enough: Vec<(Option<u64>, usize, Block)> = Vec::new();
    for block in own {
        if block.n < sizes.k { few.push(block) } else { enough.push((None, place, block)) }
    }
    for below in below {
        let inside = blocks(places, sizes, *below);
        let size: u64 = inside.iter().map(|block| block.n).sum();
        for block in inside {
            if block.n < sizes.k { few.push(block) } else { enough.push((Some(size), *below, block)) }
        }
    }
    let first = |block: &Block| block.of.first().copied();
    few.sort_by(|a, b| a.weight().total_cmp(&b.weight()).then_with(|| (a.n, first(a)).cmp(&(b.n, first(b)))));
    let mut made: Vec<Block> = Vec::new();
    let mut open = Block::default();
    for block in few {
        open.take(block);
        if open.n >= sizes.k {
            made.push(std::mem::take(&mut open));
        }
    }
    if open.n > 0 {
        let apart = |block: &Block| {
            open.of.iter().any(|few| block.of.iter().any(|other| (sizes.apart)(*few, *other)))
        };
        let next = enough
            .iter()
            .enumerate()
            .min_by_key(|(_, (size, place, block))| (apart(block), *size, *place, block.n, first(block)))
            .map(|(at, _)| at);
        match (made.last_mut(), next) {
            (Some(last), _) => last.take(open),
            (None, Some(next)) => {
                open.take(enough.remove(next).2);
                made.push(open);
            }
            (None, None) => made.push(open),
        }
    }
    enough.into_iter().map(|(.., block)| block).chain(made).collect()
}

/// What the answers of units with so many of them stand for, and which are weighted together; `population` is absent where nothing is
/// weighted.
pub(super) fn bases(
    input: &Input<'_>,
    held: &[(&String, u64)],
    population: impl Fn(&str) -> Option<u64>,
    k: u64,
) -> (Vec<Vec<usize>>, Vec<Base>) {
    let codes: Vec<String> = held.iter().map(|(unit, _)| (*unit).clone()).collect();
    let n: Vec<u64> = held.iter().map(|(_, n)| *n).collect();
    let mut bases: Vec<Base> =
        codes.iter().map(|unit| Base { population: population(unit), together: None }).collect();
    let weight = |base: &Base, n: &u64| base.population.map_or(1.0, |size| size as f64 / *n as f64);
    let weights: Vec<f64> = bases.iter().zip(&n).map(|(base, n)| weight(base, n)).collect();
    // What is weighted together has no margins.
    let margins = |at: usize| input.margins.iter().any(|margin| margin.unit == codes[at]);
    let sizes = Sizes { n: &n, weight: &weights, k, apart: &|_, other| margins(other) };
    let groups = groups(&Places::new(input.units, [], &codes), &sizes);
    for of in &groups {
        let answers: u64 = of.iter().map(|at| n[*at]).sum();
        let population = sum(of.iter().map(|at| bases[*at].population));
        let weight = population.map_or(1.0, |population| population as f64 / answers as f64);
        of.iter().for_each(|at| bases[*at].together = Some(weight));
    }
    (groups, bases)
}

/// The sum of numbers that are known.
pub(super) fn sum(mut numbers: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    numbers.try_fold(0_u64, |sum, n| Some(sum + n?))
}

/// Strata that are weighted together, as the one stratum that they are.
#[derive(Debug)]
pub(super) struct Together {
    /// Positions.
    pub of: Vec<usize>,
    pub stratum: Stratum,
}

impl Together {
    /// The position by which it is known.
    pub fn first(&self) -> usize {
        self.of[0]
    }

    /// Whether all of them are among these.
    fn is_within(&self, which: &[usize]) -> bool {
        self.of.iter().all(|at| which.contains(at))
    }

    /// Strata of raters, counted as one: what they stand for is shared among all of their answers. `unit` is their number beside those
    /// of the units.
    pub fn of_raters(all: &mut [Stratum], of: Vec<usize>, mut stratum: Stratum, unit: usize) -> Self {
        let stands_for = |at: &usize| {
            all[*at].cells.iter().map(|cell| cell.weight * cell.tally.sheets as f64).sum::<f64>()
        };
        let weight = of.iter().map(stands_for).sum::<f64>() / stratum.sheets as f64;
        let own = |at: &usize| all[*at].raters;
        let units: BTreeSet<usize> = of.iter().filter_map(own).map(|raters| raters.unit).collect();
        let units = u32::try_from(units.len()).unwrap_or(u32::MAX);
        stratum.raters = of.first().and_then(own).map(|raters| Raters { unit, units, ..raters });
        stratum.cells.iter_mut().for_each(|cell| cell.weight = weight);
        for at in &of {
            all[*at].cells.iter_mut().for_each(|cell| cell.weight = weight);
        }
        Self { of, stratum }
    }
}

/// The sheets of several, as one column each: nothing that is counted of them tells whose they were.
pub(super) fn sheets_of(several: &[&UnitSheets]) -> UnitSheets {
    let mut all = UnitSheets::default();
    for one in several {
        all.count += one.count;
        all.columns.resize_with(all.columns.len().max(one.columns.len()), Vec::new);
        for (column, more) in all.columns.iter_mut().zip(&one.columns) {
            column.extend_from_slice(more);
        }
    }
    all
}

/// Says so of the units with these codes.
pub(super) fn say(together: &[Vec<String>], k: u64, notes: &mut Vec<Note>) {
    let units: BTreeSet<&String> = together.iter().flatten().collect();
    if !units.is_empty() {
        notes.push(note(WEIGHTED_TOGETHER, None, |lang| {
            fl!(lang.messages(), "index-weighted-together", units = units.len(), k = k)
        }));
    }
}

/// Code of the note that says that units are weighted together.
pub const WEIGHTED_TOGETHER: &str = "weighted_together";

impl Strata {
    /// Strata by position, those weighted together as one where all of them are among these.
    pub fn some(&self, which: &[usize]) -> Vec<&Stratum> {
        let of = |at: &usize| match self.of(*at).filter(|together| together.is_within(which)) {
            Some(together) => (together.first() == *at).then_some(&together.stratum),
            None => Some(&self.all[*at]),
        };
        which.iter().filter_map(of).collect()
    }

    /// Codes of the units that are weighted together.
    pub fn codes_together(&self) -> Vec<Vec<String>> {
        let codes = |together: &Together| {
            let codes: BTreeSet<&String> = together.of.iter().map(|at| &self.codes[*at]).collect();
            codes.into_iter().cloned().collect()
        };
        self.together.iter().map(codes).collect()
    }

    /// Adds the strata of another campaign.
    pub fn take(&mut self, other: Self) {
        let from = self.all.len();
        self.codes.extend(other.codes);
        self.all.extend(other.all);
        self.bases.extend(other.bases);
        self.together.extend(other.together.into_iter().map(|mut together| {
            together.of.iter_mut().for_each(|at| *at += from);
            together
        }));
    }

    /// The parts of strata that have some, those weighted together as one: what one of them has no part of counts as zeros.
    pub fn joined(&self, parts: Vec<Option<Stratum>>) -> Vec<Stratum> {
        let mut joined = Vec::new();
        for (at, part) in parts.into_iter().enumerate() {
            let Some(part) = part else { continue };
            let Some(together) = self.of(at) else {
                joined.push((at, part));
                continue;
            };
            let first = together.first();
            match joined.iter_mut().find(|(own, _)| *own == first) {
                Some((_, whole)) => whole.cells.extend(part.cells),
                None => joined.push((first, Stratum { cells: part.cells, ..together.stratum.clone() })),
            }
        }
        joined.into_iter().map(|(_, stratum)| stratum).collect()
    }

    /// What a stratum is weighted together with.
    pub fn of(&self, stratum: usize) -> Option<&Together> {
        self.together.iter().find(|together| together.of.contains(&stratum))
    }

    /// The first of the strata that one is weighted together with.
    pub fn block(&self, stratum: usize) -> usize {
        self.of(stratum).map_or(stratum, Together::first)
    }

    /// Of those weighted together of which only some are among these: the first of them, and the answers of these by variable.
    pub fn in_part(&self, which: &[usize], variables: usize) -> Vec<(usize, Vec<u64>)> {
        let answers = |inside: &[usize], variable: usize| {
            let cells = inside.iter().flat_map(|at| &self.all[*at].cells);
            cells.map(|cell| cell.tally.answered[variable]).sum()
        };
        let part = |own: &Together| {
            let inside: Vec<usize> = own.of.iter().copied().filter(|at| which.contains(at)).collect();
            let some = (1..own.of.len()).contains(&inside.len());
            some.then(|| (own.first(), (0..variables).map(|at| answers(&inside, at)).collect()))
        };
        self.together.iter().filter_map(part).collect()
    }

    /// Of these strata, those alone, and the first of those that are weighted together and all there.
    pub fn blocks_in(&self, which: &[usize]) -> Vec<usize> {
        let whole = |own: &Together, at: usize| own.first() == at && own.is_within(which);
        which.iter().copied().filter(|at| self.of(*at).is_none_or(|own| whole(own, *at))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Places in a tree (parents by position, the whole first), each with so many answers of its own.
    fn tree(parents: &[Option<usize>], own: &[u64]) -> (Places, Vec<u64>) {
        let held: Vec<usize> = (0..own.len()).filter(|at| own[*at] > 0).collect();
        let inside = |place: usize, mut at: usize| loop {
            if at == place {
                return true;
            }
            match parents[at] {
                Some(up) => at = up,
                None => return false,
            }
        };
        let strata = (0..own.len())
            .map(|place| (0..held.len()).filter(|stratum| inside(place, held[*stratum])).collect());
        let below = (0..own.len())
            .map(|place| (0..own.len()).filter(|other| parents[*other] == Some(place)).collect());
        let places = Places { units: Vec::new(), strata: strata.collect(), below: below.collect() };
        (places, held.iter().map(|at| own[*at]).collect())
    }

    fn joined(parents: &[Option<usize>], own: &[u64]) -> Vec<Vec<usize>> {
        let (places, n) = tree(parents, own);
        let weight = vec![1.0; n.len()];
        groups(&places, &Sizes { n: &n, weight: &weight, k: 10, apart: &|_, _| false })
    }

    #[test]
    fn few_go_together_and_else_with_the_smallest_beside_them() {
        let flat = [None, Some(0), Some(0), Some(0), Some(0)];
        assert_eq!(joined(&flat, &[0, 40, 12, 10, 11]), Vec::<Vec<usize>>::new());
        assert_eq!(joined(&flat, &[0, 40, 4, 30, 6]), [vec![1, 3]], "ten answers");
        assert_eq!(joined(&flat, &[0, 40, 4, 30, 20]), [vec![1, 3]], "the smallest one");
        assert_eq!(joined(&flat, &[0, 6, 4, 5, 8]), [vec![0, 1, 2, 3]], "the rest with the last");
        assert_eq!(joined(&flat, &[0, 40, 4, 30, 3]), [vec![1, 2, 3]]);
        assert_eq!(joined(&flat, &[0, 2, 0, 0, 3]), [vec![0, 1]], "fewer than ten in all");
        assert_eq!(joined(&flat, &[50, 4, 12, 30, 20]), [vec![0, 1]], "what is never shown by itself");
    }

    #[test]
    fn no_more_go_together_than_must_and_those_that_stand_for_alike() {
        let parents: Vec<Option<usize>> = (0..8).map(|at| (at > 0).then_some(0)).collect();
        let (places, n) = tree(&parents, &[0, 6, 6, 6, 6, 6, 6, 6]);
        let weight = [100.0, 1.0, 100.0, 1.0, 2.0, 90.0, 1.0];
        let sizes = Sizes { n: &n, weight: &weight, k: 10, apart: &|_, _| false };
        assert_eq!(groups(&places, &sizes), [vec![0, 2, 5], vec![1, 3], vec![4, 6]]);
    }

    #[test]
    fn what_should_rather_be_apart_is_taken_last() {
        let (places, n) = tree(&[None, Some(0), Some(0), Some(0)], &[0, 4, 12, 30]);
        let sizes = Sizes { n: &n, weight: &[1.0; 3], k: 10, apart: &|_, other| other == 1 };
        assert_eq!(groups(&places, &sizes), [vec![0, 2]]);
    }

    #[test]
    fn few_go_with_answers_of_the_same_parent_first() {
        // Two districts with two communes each.
        let deep = [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)];
        assert_eq!(joined(&deep, &[0, 0, 0, 4, 90, 12, 30]), [vec![0, 1]]);
        // A district of fewer than ten: with the smallest commune of the other.
        assert_eq!(joined(&deep, &[0, 0, 0, 2, 3, 12, 30]), [vec![0, 1, 2]]);
    }

    proptest! {
        /// No weight is that of fewer than k answers, and whoever is weighted with others lies beside them.
        #[test]
        fn d_02_no_weight_is_that_of_few(
            shape in proptest::collection::vec((0_usize..1_000, 0_u64..30), 1..40),
            k in 5_u64..15,
        ) {
            let parents: Vec<Option<usize>> =
                shape.iter().enumerate().map(|(at, (up, _))| (at > 0).then(|| up % at)).collect();
            let own: Vec<u64> = shape.iter().map(|(_, own)| *own).collect();
            let (places, n) = tree(&parents, &own);
            let weight: Vec<f64> = n.iter().map(|n| 1.0 + (n * 7 % 5) as f64).collect();
            let groups = groups(&places, &Sizes { n: &n, weight: &weight, k, apart: &|_, _| false });
            let alone = (0..n.len()).filter(|at| !groups.iter().any(|of| of.contains(at))).map(|at| vec![at]);
            let blocks: Vec<Vec<usize>> = groups.iter().cloned().chain(alone).collect();
            let mut all: Vec<usize> = blocks.iter().flatten().copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..n.len()).collect::<Vec<_>>());
            let size = |of: &[usize]| of.iter().map(|at| n[*at]).sum::<u64>();
            let whole = size(&places.strata[0]);
            prop_assert!(blocks.iter().all(|of| size(of) >= k.min(whole)));
            prop_assert!(groups.iter().all(|of| of.iter().any(|at| n[*at] < k)));
        }
    }
}
