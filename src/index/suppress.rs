//! What may be shown: no cell of fewer than k answers, and no cell from which such a one could be worked out
//! (security tests D-01 to D-04).
//!
//! A cell is one figure (an item, a dimension, a part, the index) of one place (a unit's subtree, or the whole
//! campaign). Two kinds of sums could give a hidden cell away: up the unit tree (a whole less its shown parts), and up
//! the index tree (a dimension is a mean of its items). Cells are hidden, the smallest first, until neither does; then
//! [`recovery`] looks whether both together do.

use std::collections::BTreeSet;

use super::{
    cells::{Formed, leaves},
    recovery,
};

/// The places and their cells.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Answers behind each cell, by place.
    pub n: Vec<Vec<u64>>,
    /// The places right below each place. The first place is the whole campaign.
    pub below: Vec<Vec<usize>>,
    /// The cells right below each cell in the index tree.
    pub parts: Vec<Vec<usize>>,
    /// Fewest answers of a shown cell.
    pub k: u64,
    /// Sheets of the same weight, where weights differ from unit to unit or within one.
    pub atoms: Vec<Atom>,
    /// The strata that lie in each place as a whole.
    pub strata: Vec<Vec<usize>>,
    /// By place: strata of several units that lie in it only in part, with that part's answers by item.
    pub in_part: Vec<Vec<(usize, Vec<u64>)>>,
    /// Strata of several units, each with a place that has a part of it.
    pub together: Vec<(usize, usize)>,
    /// How the mean of each cell is formed; beyond the end from the means of its parts.
    pub formed: Vec<Formed>,
    /// Where one person gives several sheets: which people those of each place are of.
    pub sittings: Option<Sittings>,
}

/// The sheets of people of whom each gives one about every unit that is judged. Nothing says which are of one person, so that
/// there is only a number of people that there are at least.
#[derive(Debug, Default)]
pub(super) struct Sittings {
    /// The sheets of each group about each unit.
    parts: Vec<Batch>,
    /// By group: how many people gave any, where that is known.
    people: Vec<Option<u64>>,
    /// By group: all its sheets.
    sheets: Vec<u64>,
    /// By place: the positions of its parts.
    places: Vec<Vec<usize>>,
}

/// The sheets of a group of people about one unit.
#[derive(Debug)]
pub(super) struct Batch {
    /// Position of the group.
    pub group: usize,
    /// Sheets, each of another person.
    pub sheets: u64,
    /// Answers by item.
    pub n: Vec<u64>,
}

impl Sittings {
    /// Of these sheets: of `people` by group, in `places` by the positions of the parts.
    pub fn new(parts: Vec<Batch>, people: Vec<Option<u64>>, places: Vec<Vec<usize>>) -> Self {
        let mut sheets = vec![0; people.len()];
        parts.iter().for_each(|part| sheets[part.group] += part.sheets);
        Self { parts, people, sheets, places }
    }

    /// How many people answered one of these items in these parts, at least: of a group no fewer than about one unit, and no fewer
    /// than all its people but one for each sheet that is none of these.
    fn people(&self, parts: &[usize], items: &[usize]) -> u64 {
        let of = |item: &usize| -> u64 {
            // By group: most answers about one unit, and all.
            let mut here = vec![(0_u64, 0_u64); self.people.len()];
            for part in parts.iter().map(|at| &self.parts[*at]) {
                let (most, all) = &mut here[part.group];
                *most = part.n[*item].max(*most);
                *all += part.n[*item];
            }
            let groups = here.into_iter().zip(&self.sheets).zip(&self.people);
            groups
                .map(|(((most, all), sheets), people)| {
                    let people = people.unwrap_or(0).min(*sheets);
                    people.saturating_sub(sheets - all).max(most)
                })
                .sum()
        };
        items.iter().map(of).max().unwrap_or(0)
    }
}

/// Sheets of one stratum that have the same weight.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// Position of the stratum.
    pub stratum: usize,
    /// What one of its answers stands for.
    pub weight: f64,
    /// Answers by item.
    pub n: Vec<u64>,
    /// Satisfied ones by item; empty where an answer is worth more than yes or no.
    pub satisfied: Vec<u64>,
}

impl Cells {
    /// The strata of several units that lie in a place in part, and all of whose answers to an item it has.
    pub fn wholly(&self, place: usize, item: usize) -> impl Iterator<Item = usize> + '_ {
        let parts = self.in_part.get(place).into_iter().flatten();
        parts.filter(move |(of, n)| n[item] > 0 && n[item] == self.answers(*of, item)).map(|(of, _)| *of)
    }

    /// Whether some of a cell's answers in a place lie in a stratum that has answers to it elsewhere, too.
    pub fn is_parted(&self, place: usize, cell: usize) -> bool {
        if !self.parts[cell].is_empty() {
            return self.parts[cell].iter().any(|part| self.is_parted(place, *part));
        }
        let mut parts = self.in_part.get(place).into_iter().flatten();
        parts.any(|(of, n)| n[cell] > 0 && n[cell] < self.answers(*of, cell))
    }

    /// Answers to an item in a stratum.
    fn answers(&self, stratum: usize, item: usize) -> u64 {
        let own = self.atoms.iter().filter(|atom| atom.stratum == stratum);
        own.filter_map(|atom| atom.n.get(item)).sum()
    }

    /// The strata that hold an item's answers in a place, those in part only where all of their answers are there.
    fn inside(&self, place: usize, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.strata[place].iter().copied().chain(self.wholly(place, item))
    }

    /// Whether fewer than k people are behind a cell's answers in a place, or may be.
    pub fn is_of_few(&self, place: usize, cell: usize) -> bool {
        self.n[place][cell] < self.k
            || self.sittings.as_ref().is_some_and(|of| {
                let parts = of.places.get(place).map(Vec::as_slice).unwrap_or_default();
                of.people(parts, &leaves(&self.parts, cell)) < self.k
            })
    }

    /// Whether fewer than k people may be behind what is left of a place without some below it.
    fn leaves_few(&self, place: usize, cell: usize, without: &[usize]) -> bool {
        self.sittings.as_ref().is_some_and(|of| {
            let told: BTreeSet<usize> =
                without.iter().flat_map(|below| &of.places[*below]).copied().collect();
            let rest: Vec<usize> = of.places[place].iter().copied().filter(|at| !told.contains(at)).collect();
            of.people(&rest, &leaves(&self.parts, cell)) < self.k
        })
    }

    /// Which cells are hidden, by place; `also` names cells to hide whatever their size.
    pub fn hidden(&self, also: impl Fn(usize, usize) -> bool) -> Vec<Vec<bool>> {
        let mut hidden: Vec<Vec<bool>> = self
            .n
            .iter()
            .enumerate()
            .map(|(place, cells)| {
                let hides = |cell: usize| {
                    self.is_of_few(place, cell) || self.is_parted(place, cell) || also(place, cell)
                };
                (0..cells.len()).map(hides).collect()
            })
            .collect();
        // Each round hides at least one more cell, so that there is an end.
        loop {
            while self.up_the_units(&mut hidden) || self.up_the_index(&mut hidden) {}
            if !self.beyond_the_pairs(&mut hidden) {
                return hidden;
            }
        }
    }

    /// What follows from sums up the units and up the index taken together: then the means above a hidden item are
    /// hidden, too, where it is, then where its neighbours are, and everywhere if that does not help. With every mean hidden that
    /// has a hidden item below it, only the sums of one item are left, and those [`Self::up_the_units`] keeps apart.
    fn beyond_the_pairs(&self, hidden: &mut [Vec<bool>]) -> bool {
        if self.atoms.is_empty() {
            return false;
        }
        let found = recovery::given_away(self, hidden);
        if found.as_ref().is_some_and(Vec::is_empty) {
            return false;
        }
        let own: BTreeSet<usize> = found.into_iter().flatten().map(|(place, _)| place).collect();
        let above = |place: usize| self.below.iter().position(|below| below.contains(&place));
        let near: BTreeSet<Option<usize>> = own.iter().map(|place| above(*place)).collect();
        let all = 0..self.n.len();
        let beside = all.clone().filter(|place| near.contains(&above(*place))).collect();
        [own.into_iter().collect::<Vec<_>>(), beside, all.collect()].iter().any(|places| {
            let mut changed = false;
            for place in places {
                changed |= self.hide_above_hidden(*place, hidden);
            }
            changed
        })
    }

    /// Hides the means of a place that have a hidden part; those of the places below stay.
    fn hide_above_hidden(&self, place: usize, hidden: &mut [Vec<bool>]) -> bool {
        let mut changed = false;
        for cell in 0..self.parts.len() {
            let secret = |part: &usize| hidden[place][*part] && self.n[place][*part] > 0;
            if !hidden[place][cell] && self.parts[cell].iter().any(secret) {
                hidden[place][cell] = true;
                changed = true;
            }
        }
        changed
    }

    /// Hides a cell of a place and of all places below it.
    fn hide(&self, place: usize, cell: usize, hidden: &mut [Vec<bool>]) {
        hidden[place][cell] = true;
        for below in &self.below[place] {
            self.hide(*below, cell, hidden);
        }
    }

    /// A whole less its shown parts must leave k answers or none. What a unit holds itself beside its parts is never
    /// shown, and so is a hidden part, too.
    fn up_the_units(&self, hidden: &mut [Vec<bool>]) -> bool {
        let mut changed = false;
        for place in 0..self.n.len() {
            for cell in 0..self.n[place].len() {
                if hidden[place][cell] {
                    continue;
                }
                loop {
                    let shown: Vec<usize> =
                        self.below[place].iter().copied().filter(|below| !hidden[*below][cell]).collect();
                    let told: u64 = shown.iter().map(|below| self.n[*below][cell]).sum();
                    let rest = self.n[place][cell].saturating_sub(told);
                    // A rest that is one place hidden for another reason than its size is given away as well.
                    let alone = self.only_hidden(place, cell, hidden, rest);
                    let few = rest < self.k || self.leaves_few(place, cell, &shown);
                    let enough = !few && !alone && !self.rest_tells(place, cell, &shown);
                    if rest == 0 || enough {
                        break;
                    }
                    let smallest = shown.into_iter().min_by_key(|below| (self.n[*below][cell], *below));
                    match smallest {
                        Some(smallest) => self.hide(smallest, cell, hidden),
                        None => self.hide(place, cell, hidden),
                    }
                    changed = true;
                    if hidden[place][cell] {
                        break;
                    }
                }
            }
        }
        changed
    }

    /// Whether the rest gives a part of it away: an item shows counts without weights and a share with them, two sums over the
    /// rest.
    fn rest_tells(&self, place: usize, cell: usize, shown: &[usize]) -> bool {
        if self.atoms.is_empty() || !self.parts[cell].is_empty() {
            return false;
        }
        let told: BTreeSet<usize> = shown.iter().flat_map(|below| self.inside(*below, cell)).collect();
        let untold: BTreeSet<usize> =
            self.inside(place, cell).filter(|stratum| !told.contains(stratum)).collect();
        let rest: Vec<&Atom> = self
            .atoms
            .iter()
            .filter(|atom| atom.n.get(cell).is_some_and(|n| *n > 0) && untold.contains(&atom.stratum))
            .collect();
        self.weights_tell_apart(place, cell, &rest) || bounds_tell(&rest, cell, self.k)
    }

    /// Whether the rest falls apart by its weights: one sum less the other leaves out whatever has a chosen weight. What is left
    /// must be k answers or none, and not just one hidden place.
    fn weights_tell_apart(&self, place: usize, cell: usize, rest: &[&Atom]) -> bool {
        let same = |a: &Atom, b: &Atom| (a.weight - b.weight).abs() <= 1e-9 * a.weight;
        rest.iter().any(|chosen| {
            let left = || rest.iter().filter(|atom| !same(chosen, atom));
            let n: u64 = left().map(|atom| atom.n[cell]).sum();
            let one_hidden = || {
                self.below[place].iter().any(|below| {
                    self.n[*below][cell] == n
                        && left().all(|atom| self.inside(*below, cell).any(|own| own == atom.stratum))
                })
            };
            n > 0 && (n < self.k || one_hidden())
        })
    }

    /// Whether the rest is one single hidden place.
    fn only_hidden(&self, place: usize, cell: usize, hidden: &[Vec<bool>], rest: u64) -> bool {
        let mut with_answers =
            self.below[place].iter().filter(|below| hidden[**below][cell] && self.n[**below][cell] > 0);
        match (with_answers.next(), with_answers.next()) {
            (Some(one), None) => self.n[*one][cell] == rest,
            _ => false,
        }
    }

    /// A shown mean must not have one single hidden part, nor a hidden one only shown parts.
    fn up_the_index(&self, hidden: &mut [Vec<bool>]) -> bool {
        let mut changed = false;
        for place in 0..self.n.len() {
            for cell in 0..self.n[place].len() {
                let parts: Vec<usize> =
                    self.parts[cell].iter().copied().filter(|part| self.n[place][*part] > 0).collect();
                let secret = parts.iter().filter(|part| hidden[place][**part]).count();
                let gives_away = if hidden[place][cell] {
                    // A mean without answers has nothing to hide.
                    self.n[place][cell] > 0 && !parts.is_empty() && secret == 0
                } else {
                    secret == 1
                };
                if !gives_away {
                    continue;
                }
                let shown = parts.into_iter().filter(|part| !hidden[place][*part]);
                let smallest = shown.min_by_key(|part| (self.n[place][*part], *part)).unwrap_or(cell);
                self.hide(place, smallest, hidden);
                changed = true;
            }
        }
        changed
    }
}

/// So many numbers have to be possible.
const ENOUGH: usize = 3;

/// Whether both sums leave few people fewer than three numbers of satisfied answers, where the count alone would leave more: since
/// each is whole, no less than none and no more than all, few may stand for so many that no other number fits the share.
/// Three, since the mean of the options is a third sum, which narrows it further. Where all of the rest agree, a count says so
/// without a share.
fn bounds_tell(rest: &[&Atom], cell: usize, k: u64) -> bool {
    let mut rest = rest.to_vec();
    rest.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    let Some(satisfied) =
        rest.iter().map(|atom| atom.satisfied.get(cell).copied()).collect::<Option<Vec<u64>>>()
    else {
        return false;
    };
    let total: u64 = satisfied.iter().sum();
    let sum: f64 = rest.iter().zip(&satisfied).map(|(atom, n)| atom.weight * *n as f64).sum();
    let line = Line::new(&rest, cell);
    if total == 0 || total == line.people[rest.len()] {
        return false;
    }
    let near = 1e-9 * line.weight[rest.len()];
    (0..rest.len()).filter(|at| rest[*at].n[cell] < k).any(|at| {
        // What the others may stand for, by each number that the count alone leaves open.
        let open = (0..=rest[at].n[cell]).filter_map(|own| {
            let (least, most) = line.span(at, total.checked_sub(own)?)?;
            let left = sum - rest[at].weight * own as f64;
            Some(least - near <= left && left <= most + near)
        });
        let open: Vec<bool> = open.collect();
        open.iter().filter(|fits| **fits).count() < open.len().min(ENOUGH)
    })
}

/// People in a line, those who stand for least first: how many there are before each atom of them, and what they stand for; the last
/// entry is all.
struct Line {
    people: Vec<u64>,
    weight: Vec<f64>,
}

impl Line {
    /// Of atoms in that order.
    fn new(order: &[&Atom], cell: usize) -> Self {
        let mut line = Self { people: vec![0], weight: vec![0.0] };
        let (mut people, mut weight) = (0, 0.0);
        for atom in order {
            people += atom.n[cell];
            weight += atom.n[cell] as f64 * atom.weight;
            line.people.push(people);
            line.weight.push(weight);
        }
        line
    }

    /// What the first ones stand for.
    fn first(&self, people: u64) -> f64 {
        let at = self.people.partition_point(|before| *before < people);
        let (Some(below), true) = (at.checked_sub(1), at < self.people.len()) else { return 0.0 };
        let share = (people - self.people[below]) as f64 / (self.people[at] - self.people[below]) as f64;
        self.weight[below] + share * (self.weight[at] - self.weight[below])
    }

    /// The least and the most that so many may stand for without the atom at a position; nothing where they are not so many.
    fn span(&self, at: usize, people: u64) -> Option<(f64, f64)> {
        let own = self.people[at + 1] - self.people[at];
        let weight = self.weight[at + 1] - self.weight[at];
        let least = |people: u64| {
            if people <= self.people[at] { self.first(people) } else { self.first(people + own) - weight }
        };
        let last = self.people.len() - 1;
        let left = (self.people[last] - own).checked_sub(people)?;
        Some((least(people), self.weight[last] - weight - least(left)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::definition::model::Aggregation;

    /// Places in a tree (parents by position) with one cell each.
    fn one_cell(parents: &[Option<usize>], n: &[u64], k: u64) -> Cells {
        let below = (0..n.len())
            .map(|place| (0..n.len()).filter(|other| parents[*other] == Some(place)).collect())
            .collect();
        Cells { n: n.iter().map(|n| vec![*n]).collect(), below, parts: vec![vec![]], k, ..Cells::default() }
    }

    fn shown(cells: &Cells) -> Vec<bool> {
        cells.hidden(|_, _| false).iter().map(|place| !place[0]).collect()
    }

    #[test]
    fn d_03_a_whole_never_gives_its_one_small_part_away() {
        let parents = [None, Some(0), Some(0), Some(0)];
        assert_eq!(shown(&one_cell(&parents, &[60, 30, 25, 5], 10)), [true, true, false, false]);
        assert_eq!(shown(&one_cell(&parents, &[60, 30, 20, 10], 10)), [true, true, true, true]);
        assert_eq!(shown(&one_cell(&parents, &[15, 12, 2, 1], 10)), [true, false, false, false]);
        assert_eq!(shown(&one_cell(&parents, &[60, 50, 6, 4], 10)), [true, true, false, false]);
    }

    #[test]
    fn what_a_unit_holds_itself_is_a_part_too() {
        // 40 in all, 33 below: 7 at the unit itself.
        assert_eq!(shown(&one_cell(&[None, Some(0), Some(0)], &[40, 20, 13], 10)), [true, true, false]);
    }

    /// Children of one whole with their weights.
    fn weighted(n: &[u64], weights: &[f64], k: u64) -> Vec<bool> {
        let parents: Vec<Option<usize>> = std::iter::once(None).chain(n.iter().map(|_| Some(0))).collect();
        let all: Vec<u64> = std::iter::once(n.iter().sum()).chain(n.iter().copied()).collect();
        let mut cells = one_cell(&parents, &all, k);
        cells.strata =
            std::iter::once((0..n.len()).collect()).chain((0..n.len()).map(|at| vec![at])).collect();
        let atom = |stratum: usize| Atom {
            stratum,
            weight: weights[stratum],
            n: vec![n[stratum]],
            satisfied: vec![],
        };
        cells.atoms = (0..n.len()).map(atom).collect();
        shown(&cells)
    }

    #[test]
    fn d_02_counts_and_weighted_shares_together_do_not_tell_two_hidden_units_apart() {
        // 6 and 7 hidden among 90: two sums, two unknowns, unless both weigh the same.
        assert_eq!(weighted(&[50, 27, 6, 7], &[2.0, 2.0, 3.0, 3.0], 10), [true, true, true, false, false]);
        assert_eq!(weighted(&[50, 27, 6, 7], &[2.0, 2.0, 3.0, 5.0], 10), [true, true, false, false, false]);
        // The third one has the weight of one of them, so that the other would still be told apart: 7 alone.
        assert_eq!(weighted(&[50, 27, 6, 7], &[2.0, 3.0, 3.0, 5.0], 10), [true, false, false, false, false]);
        // A unit whose margins split it into 30 and 4 answers.
        let mut cells = one_cell(&[None], &[34], 10);
        cells.strata = vec![vec![0]];
        let atom = |weight: f64, n: u64| Atom { stratum: 0, weight, n: vec![n], satisfied: vec![] };
        cells.atoms = vec![atom(1.5, 30), atom(2.5, 4)];
        assert_eq!(shown(&cells), [false]);
        cells.atoms = vec![atom(1.5, 20), atom(2.5, 14)];
        assert_eq!(shown(&cells), [true]);
    }

    #[test]
    fn d_02_few_people_who_stand_for_many_are_not_given_away_by_the_share() {
        // 2 of 1,928, 33 of 2,945, 25 of 500 people, all hidden: of 5 dissatisfied ones who weigh 1,182, one is of the two.
        let hidden = |n: &[u64], satisfied: &[u64], weights: &[f64]| {
            let parents: Vec<Option<usize>> =
                std::iter::once(None).chain(n.iter().map(|_| Some(0))).collect();
            let all: Vec<u64> = std::iter::once(n.iter().sum()).chain(n.iter().copied()).collect();
            let mut cells = one_cell(&parents, &all, 10);
            cells.strata =
                std::iter::once((0..n.len()).collect()).chain((0..n.len()).map(|at| vec![at])).collect();
            let atom = |stratum: usize| Atom {
                stratum,
                weight: weights[stratum],
                n: vec![n[stratum]],
                satisfied: vec![satisfied[stratum]],
            };
            cells.atoms = (0..n.len()).map(atom).collect();
            let also = |place: usize, _: usize| (2..=3).contains(&place);
            cells.hidden(also).iter().map(|place| place[0]).collect::<Vec<_>>()
        };
        let weights = [964.0, 2_945.0 / 33.0, 20.0];
        assert_eq!(hidden(&[2, 33, 25], &[1, 31, 23], &weights), [true; 4]);
        // Beside others who stand for as many, none or two would fit as well.
        let (n, satisfied) = ([2, 33, 25, 40], [1, 31, 23, 30]);
        assert_eq!(hidden(&n, &satisfied, &[964.0, 89.0, 20.0, 800.0]), [false, true, true, true, true]);
        // Weights of one size tell nothing by themselves.
        assert_eq!(hidden(&[2, 33, 25], &[1, 31, 23], &[22.0, 20.0, 24.0]), [false, true, true, true]);
    }

    #[test]
    fn d_01_sheets_of_few_people_are_few_however_many_units_they_judged() {
        // Two groups about three units: of the first, two people about each; of the second, six about the first alone.
        let batch = |group: usize, n: u64| Batch { group, sheets: n, n: vec![n] };
        let sittings = |first: Option<u64>| {
            let parts = vec![batch(0, 2), batch(0, 2), batch(0, 2), batch(1, 6)];
            Sittings::new(parts, vec![first, None], Vec::new())
        };
        let unknown = sittings(None);
        assert_eq!(unknown.people(&[0, 1, 2], &[0]), 2, "six sheets may be of two people");
        assert_eq!(unknown.people(&[0, 1, 2, 3], &[0]), 8, "nobody is of two groups");
        // Five gave these six sheets: all of them about some unit, three about two units at least.
        assert_eq!(sittings(Some(5)).people(&[0, 1, 2], &[0]), 5);
        assert_eq!(sittings(Some(5)).people(&[0, 1], &[0]), 3);
        assert_eq!(sittings(Some(5)).people(&[0], &[0]), 2);
    }

    #[test]
    fn d_01_what_is_left_of_a_whole_is_of_as_many_people_as_a_cell() {
        // Units of 20, 12, 3 and 3 sheets: the small ones together are six sheets, and may be of the same three people.
        let parents = [None, Some(0), Some(0), Some(0), Some(0)];
        let mut cells = one_cell(&parents, &[38, 20, 12, 3, 3], 5);
        assert_eq!(shown(&cells), [true, true, true, false, false]);
        let parts = [20, 12, 3, 3].map(|n| Batch { group: 0, sheets: n, n: vec![n] });
        let places = vec![vec![0, 1, 2, 3], vec![0], vec![1], vec![2], vec![3]];
        cells.sittings = Some(Sittings::new(parts.into(), vec![None], places));
        assert_eq!(shown(&cells), [true, true, false, false, false]);
    }

    #[test]
    fn a_dimension_with_one_hidden_item_hides_a_second() {
        let cells = Cells {
            n: vec![vec![30, 25, 4, 30]],
            below: vec![vec![]],
            parts: vec![vec![], vec![], vec![], vec![0, 1, 2]],
            k: 10,
            ..Cells::default()
        };
        assert_eq!(cells.hidden(|_, _| false), [[false, true, true, false]]);
    }

    #[test]
    fn a_dimension_of_one_hidden_item_is_hidden() {
        let cells = Cells {
            n: vec![vec![4, 12]],
            below: vec![vec![]],
            parts: vec![vec![], vec![0]],
            k: 10,
            ..Cells::default()
        };
        assert_eq!(cells.hidden(|_, _| false), [[true, true]]);
    }

    const PRIME: u64 = (1 << 61) - 1;

    fn times(a: u64, b: u64) -> u64 {
        u64::try_from(u128::from(a) * u128::from(b) % u128::from(PRIME)).unwrap()
    }

    fn inverse(a: u64) -> u64 {
        let (mut power, mut base, mut result) = (PRIME - 2, a, 1);
        while power > 0 {
            if power & 1 == 1 {
                result = times(result, base);
            }
            base = times(base, base);
            power >>= 1;
        }
        result
    }

    /// Equations over a prime field, where nothing is rounded, kept in echelon form.
    #[derive(Default)]
    struct Equations(Vec<(usize, Vec<u64>)>);

    impl Equations {
        /// What is left of a combination of unknowns after everything known is taken from it.
        fn reduce(&self, mut row: Vec<u64>) -> Vec<u64> {
            for (pivot, known) in &self.0 {
                let factor = row[*pivot];
                if factor > 0 {
                    for (value, known) in row.iter_mut().zip(known) {
                        *value = (*value + PRIME - times(factor, *known)) % PRIME;
                    }
                }
            }
            row
        }

        fn learn(&mut self, row: Vec<u64>) {
            let row = self.reduce(row);
            if let Some(pivot) = row.iter().position(|value| *value > 0) {
                let scale = inverse(row[pivot]);
                self.0.push((pivot, row.into_iter().map(|value| times(value, scale)).collect()));
            }
        }

        fn gives(&self, row: Vec<u64>) -> bool {
            self.reduce(row).iter().all(|value| *value == 0)
        }
    }

    /// What an attacker knows who subtracts and combines all shown figures, and even knows how many answers stand
    /// behind the hidden ones: the mean of a cell is a combination of the sums of its items where sheets were held, and
    /// an item is shown twice, in counts without weights and as a share with them.
    struct Attack<'a> {
        cells: &'a Cells,
        items: usize,
        /// What an answer held at each place stands for.
        weights: Vec<u64>,
        aggregation: Aggregation,
    }

    impl Attack<'_> {
        fn inside(&self, place: usize) -> Vec<usize> {
            let below = self.cells.below[place].iter().flat_map(|below| self.inside(*below));
            std::iter::once(place).chain(below).collect()
        }

        /// Answers held at a place itself.
        fn own(&self, place: usize, cell: usize) -> u64 {
            self.cells.n[place][cell]
                - self.cells.below[place].iter().map(|at| self.cells.n[*at][cell]).sum::<u64>()
        }

        /// Nothing known of the sums of any item at a place, or of the scores that people have in a dimension.
        fn nothing(&self) -> Vec<u64> {
            vec![0; self.cells.parts.len() * self.cells.n.len()]
        }

        fn count(&self, place: usize, item: usize) -> Vec<u64> {
            let mut row = self.nothing();
            for at in self.inside(place) {
                row[at * self.cells.parts.len() + item] = 1;
            }
            row
        }

        /// The weighted sum of what stands in some columns by all who could be in it.
        fn ratio(&self, place: usize, columns: &[usize]) -> Vec<u64> {
            let mut row = self.nothing();
            let inside = self.inside(place);
            let whole = inside
                .iter()
                .flat_map(|at| columns.iter().map(|column| self.weights[*at] * self.own(*at, *column)))
                .sum::<u64>();
            for at in inside {
                for column in columns {
                    row[at * self.cells.parts.len() + column] =
                        times(self.weights[at], inverse(whole % PRIME));
                }
            }
            row
        }

        fn mean(&self, place: usize, cell: usize) -> Vec<u64> {
            let is_dimension = self.cells.parts[cell].first().is_some_and(|part| *part < self.items);
            if cell < self.items || is_dimension && self.aggregation == Aggregation::RespondentScores {
                return self.ratio(place, &[cell]);
            }
            if self.aggregation == Aggregation::PooledAnswers {
                return self.ratio(place, &leaves(&self.cells.parts, cell));
            }
            let mut row = self.nothing();
            // Weights that are no round numbers, so that nothing cancels by chance.
            for (at, part) in self.cells.parts[cell].iter().enumerate() {
                let weight = 1_000_003 + 97 * (cell as u64) + 13 * (at as u64);
                for (value, part) in row.iter_mut().zip(self.mean(place, *part)) {
                    *value = (*value + times(weight, part)) % PRIME;
                }
            }
            row
        }

        fn known(&self, hidden: &[Vec<bool>]) -> Equations {
            let mut known = Equations::default();
            for (place, n) in self.cells.n.iter().enumerate() {
                // What nobody answered adds nothing, and everybody may know it.
                for item in (0..self.items).filter(|item| n[*item] == 0) {
                    for inside in self.inside(place) {
                        let mut row = self.nothing();
                        row[inside * self.cells.parts.len() + item] = 1;
                        known.learn(row);
                    }
                }
                if self.aggregation == Aggregation::RespondentScores {
                    self.score(place, &mut known);
                }
            }
            for (place, cells) in hidden.iter().enumerate() {
                for cell in (0..cells.len()).filter(|cell| !cells[*cell] && self.computable(place, *cell)) {
                    known.learn(self.mean(place, cell));
                    if cell < self.items {
                        known.learn(self.count(place, cell));
                    }
                }
            }
            known
        }

        /// Of whom it is known that they answered all of a dimension have as scores what they answered.
        fn score(&self, place: usize, known: &mut Equations) {
            let width = self.cells.parts.len();
            for cell in (self.items..width)
                .filter(|cell| self.cells.parts[*cell].iter().all(|part| *part < self.items))
            {
                let items = &self.cells.parts[cell];
                if self.own(place, cell) == 0 {
                    let mut row = self.nothing();
                    row[place * width + cell] = 1;
                    known.learn(row);
                } else if items.iter().all(|item| self.own(place, *item) == self.own(place, cell)) {
                    let mut row = self.nothing();
                    row[place * width + cell] = items.len() as u64;
                    items.iter().for_each(|item| row[place * width + item] = PRIME - 1);
                    known.learn(row);
                }
            }
        }

        fn computable(&self, place: usize, cell: usize) -> bool {
            let all = || self.cells.parts[cell].iter().all(|part| self.computable(place, *part));
            let is_dimension = self.cells.parts[cell].first().is_some_and(|part| *part < self.items);
            self.cells.n[place][cell] > 0
                && match self.aggregation {
                    Aggregation::PooledAnswers => true,
                    Aggregation::RespondentScores if is_dimension => true,
                    _ => all(),
                }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_200))]
        /// Units and index trees at once: no mean of fewer than k answers follows from what is shown.
        #[test]
        fn d_02_no_small_cell_follows_from_all_that_is_shown(
            shape in proptest::collection::vec((0_usize..1_000, 0_u64..60, proptest::collection::vec(0_u64..20, 6)), 1..9),
            k in 5_u64..15,
            few in 0_usize..6,
            weights in proptest::collection::vec(1_u64..5, 9),
            // Provinces hold no sheets themselves.
            only_leaves: bool,
            aggregation in proptest::sample::select(vec![
                Aggregation::ItemShares, Aggregation::PooledAnswers, Aggregation::RespondentScores,
            ]),
        ) {
            let items = 6;
            let parents: Vec<Option<usize>> =
                shape.iter().enumerate().map(|(at, (up, ..))| (at > 0).then(|| up % at)).collect();
            let mut n: Vec<Vec<u64>> = shape
                .iter()
                .map(|(_, own, less)| {
                    let item = |(at, less): (usize, &u64)| {
                        // One dimension is asked of few.
                        if at / 2 == few { less / 3 } else { own.saturating_sub(*less / 8) }
                    };
                    less.iter().enumerate().map(item).collect()
                })
                .collect();
            let parts: Vec<Vec<usize>> = std::iter::repeat_n(vec![], items)
                .chain([vec![0, 1], vec![2, 3], vec![4, 5], vec![6], vec![7, 8], vec![9, 10]])
                .collect();
            for cells in &mut n {
                for below in &parts[items..] {
                    let most = below.iter().map(|part| cells[*part]).max().unwrap();
                    cells.push(most);
                }
            }
            for at in (0..n.len()).filter(|at| only_leaves && parents.contains(&Some(*at))) {
                n[at].fill(0);
            }
            for at in (1..n.len()).rev() {
                let (up, here) = (parents[at].unwrap(), n[at].clone());
                n[up].iter_mut().zip(here).for_each(|(up, here)| *up += here);
            }
            let below = (0..n.len())
                .map(|place| (0..n.len()).filter(|other| parents[*other] == Some(place)).collect())
                .collect();
            let formed = (0..parts.len()).map(|cell| {
                let weighted = leaves(&parts, cell).into_iter().map(|item| (item, 1.0)).collect();
                match aggregation {
                    Aggregation::PooledAnswers if cell >= items => Formed::Answers(weighted),
                    Aggregation::RespondentScores if (items..items + 3).contains(&cell) => Formed::Scores(weighted),
                    _ => Formed::Means,
                }
            });
            let formed = formed.collect();
            let mut cells = Cells { n, below, parts, k, formed, ..Cells::default() };
            let places = cells.n.len();
            let variables = if aggregation == Aggregation::RespondentScores { items + 3 } else { items };
            let attack = Attack { cells: &cells, items, weights: weights.clone(), aggregation };
            let atoms: Vec<Atom> = (0..places)
                .map(|place| Atom {
                    stratum: place,
                    weight: weights[place] as f64,
                    n: (0..variables).map(|item| attack.own(place, item)).collect(),
                    satisfied: vec![],
                })
                .collect();
            let strata = (0..places).map(|place| attack.inside(place)).collect();
            (cells.atoms, cells.strata) = (atoms, strata);
            let hidden = cells.hidden(|_, _| false);
            let attack = Attack { cells: &cells, items, weights, aggregation };
            let known = attack.known(&hidden);
            for place in 0..cells.n.len() {
                for cell in 0..cells.parts.len() {
                    let n = cells.n[place][cell];
                    if n > 0 && n < k && attack.computable(place, cell) {
                        prop_assert!(hidden[place][cell]);
                        prop_assert!(
                            !known.gives(attack.mean(place, cell)),
                            "cell {cell} of place {place}, n = {n}: {:?} {:?}", cells, hidden
                        );
                    }
                }
            }
        }

        /// An attacker who subtracts all shown parts from every shown whole learns no count below k.
        #[test]
        fn d_02_subtracting_shown_cells_gives_no_small_cell(
            shape in proptest::collection::vec((0_usize..1_000, 0_u64..40), 1..30),
            k in 5_u64..15,
        ) {
            let parents: Vec<Option<usize>> =
                shape.iter().enumerate().map(|(at, (up, _))| (at > 0).then(|| up % at)).collect();
            // Leaves and inner units hold answers themselves; wholes are sums.
            let mut n: Vec<u64> = shape.iter().map(|(_, own)| *own).collect();
            for at in (1..n.len()).rev() {
                if let Some(up) = parents[at] {
                    n[up] += n[at];
                }
            }
            let cells = one_cell(&parents, &n, k);
            let shown = shown(&cells);
            for place in 0..n.len() {
                prop_assert!(!shown[place] || n[place] >= k);
                if !shown[place] {
                    continue;
                }
                let told: u64 = cells.below[place].iter().filter(|below| shown[**below]).map(|below| n[*below]).sum();
                let rest = n[place] - told;
                prop_assert!(cells.below[place].is_empty() || rest == 0 || rest >= k, "{rest} left of {}", n[place]);
            }
        }
    }
}
