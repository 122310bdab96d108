//! k-anonymity: no combination of traits in the file is that of fewer than k people.
//!
//! Traits come in a fixed order. The answers of a stratum are divided by the first one; what fewer than k people share is
//! withheld for them, together with the next larger value where those from whom it is withheld would themselves be
//! fewer than k. Each class so made is divided by the next trait, and so on. In the end every class, "withheld" being a
//! value like any other, has at least k rows: whoever knows all traits of a person finds at least k rows that could be
//! theirs. (Local suppression, top down: LeFevre, DeWitt & Ramakrishnan 2006, Mondrian; Hundepool et al. 2012,
//! Statistical Disclosure Control, ch. 3.)
//!
//! Who did not say could be anybody. So a blank is told however few left one, and what else is told of them is only what
//! at least k people of the class have in common, those who did say among them.
//!
//! The order is fixed and there is one file, since two with different traits could be put together by the answers.

/// The value of a trait that is withheld.
pub const WITHHELD: i32 = i32::MIN;

/// Combinations of values: of the stratum first, then of the traits. One after the other, since there may be many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    width: usize,
    values: Vec<i32>,
}

impl Table {
    /// None yet; each has so many values.
    pub const fn new(width: usize) -> Self {
        Self { width, values: Vec::new() }
    }

    /// None yet, with room for so many.
    pub fn with_capacity(width: usize, rows: usize) -> Self {
        Self { width, values: Vec::with_capacity(width * rows) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Adds one.
    pub fn push(&mut self, row: &[i32]) {
        let row = row.iter().copied().chain(std::iter::repeat(WITHHELD));
        self.values.extend(row.take(self.width));
    }

    /// One of them.
    pub fn row(&self, at: usize) -> &[i32] {
        self.values.get(at * self.width..(at + 1) * self.width).unwrap_or_default()
    }

    /// One of them.
    pub fn row_mut(&mut self, at: usize) -> &mut [i32] {
        self.values.get_mut(at * self.width..(at + 1) * self.width).unwrap_or_default()
    }

    /// All of them.
    pub fn rows(&self) -> impl Iterator<Item = &[i32]> {
        self.values.chunks_exact(self.width.max(1))
    }
}

/// How traits go together, by position in the key (the stratum's is 0).
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Traits before it whose withholding takes it along, as it tells of them: it is asked by a rule about them.
    pub parents: Vec<Vec<usize>>,
    /// Values of those who did not say.
    pub silent: Vec<Vec<i32>>,
}

/// What is told of each combination, in the order given, with how many rows have it (`n`): of each stratum at least `k`.
pub fn release(combinations: &Table, n: &[u64], rules: &Rules, k: u64) -> Table {
    let all = (0..u32::try_from(combinations.count()).unwrap_or(u32::MAX)).collect();
    let mut work = Work { combinations, n, rules, k, told: combinations.clone() };
    for (_, members) in work.by_value(all, 0) {
        work.divide(members, None, 1);
    }
    work.told
}

struct Work<'a> {
    combinations: &'a Table,
    n: &'a [u64],
    rules: &'a Rules,
    k: u64,
    told: Table,
}

/// Positions of combinations.
type Members = Vec<u32>;

impl Work<'_> {
    fn size(&self, members: &[u32]) -> u64 {
        members.iter().filter_map(|at| self.n.get(*at as usize)).sum()
    }

    /// The members by their value at a position, the smallest value first.
    fn by_value(&self, mut members: Members, position: usize) -> Vec<(i32, Members)> {
        let value = |at: &u32| self.combinations.row(*at as usize).get(position).copied().unwrap_or(WITHHELD);
        members.sort_unstable_by_key(|at| (value(at), *at));
        let mut groups: Vec<(i32, Members)> = Vec::new();
        for at in members {
            match groups.last_mut() {
                Some((of, group)) if *of == value(&at) => group.push(at),
                _ => groups.push((value(&at), vec![at])),
            }
        }
        groups
    }

    /// Divides a class by the trait at a position and those after it. `among`: those that its members could be, where they
    /// did not say to which of them they belong; else the class itself.
    fn divide(&mut self, members: Members, among: Option<Members>, position: usize) {
        let Some(first) = members.first().map(|at| self.told.row(*at as usize)) else { return };
        if position >= first.len() {
            return;
        }
        // What is told so far is the same for all of a class.
        let taken_along = self.rules.parents.get(position).is_some_and(|parents| {
            parents.iter().any(|parent| first.get(*parent).is_some_and(|value| *value == WITHHELD))
        });
        let silent =
            |value: i32| self.rules.silent.get(position).is_some_and(|silent| silent.contains(&value));
        let others = among.as_ref().map(|among| self.by_value(among.clone(), position));
        let all = among.clone().unwrap_or_else(|| members.clone());
        let mut told = Vec::new();
        let mut quiet = Vec::new();
        let mut pool = Vec::new();
        for (value, group) in self.by_value(members, position) {
            let alike = match &others {
                Some(others) => {
                    others.iter().find(|(other, _)| *other == value).map(|(_, alike)| alike.clone())
                }
                None => None,
            };
            let size = self.size(alike.as_ref().unwrap_or(&group));
            if taken_along || value == WITHHELD {
                pool.extend(group);
            } else if silent(value) {
                quiet.push(group);
            } else if size < self.k {
                pool.extend(group);
            } else {
                told.push((value, group, alike));
            }
        }
        // Those among whom others hide must themselves be enough. Who did not say hides among all anyway.
        while among.is_none() && !pool.is_empty() && self.size(&pool) < self.k && !told.is_empty() {
            let sizes = told.iter().map(|(value, group, _)| (self.size(group), *value)).enumerate();
            let smallest = sizes.min_by_key(|(_, size)| *size).map_or(0, |(at, _)| at);
            pool.extend(told.remove(smallest).1);
        }
        let alone = among.is_none() && !pool.is_empty() && self.size(&pool) < self.k;
        for at in &pool {
            if let Some(value) = self.told.row_mut(*at as usize).get_mut(position) {
                *value = WITHHELD;
            }
        }
        for (_, group, alike) in told {
            self.divide(group, alike, position + 1);
        }
        for group in quiet {
            self.divide(group, Some(all.clone()), position + 1);
        }
        if !pool.is_empty() {
            // Few from whom it is withheld, and beside them only such as did not say: all could be any of them.
            let hidden_among = if alone { Some(all) } else { among };
            self.divide(pool, hidden_among, position + 1);
        }
    }
}

/// The largest value that is told of a number: from it on, at least `k` people have one as large. `None` where too few
/// have any.
pub fn top(values: &[(i32, u64)], k: u64) -> Option<i32> {
    let mut values = values.to_vec();
    values.sort_unstable_by_key(|(value, _)| std::cmp::Reverse(*value));
    let mut above = 0;
    for (value, n) in values {
        above += n;
        if above >= k {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Key = Box<[i32]>;

    /// What is told of each of these.
    fn release(people: &[(Key, u64)], rules: &Rules, k: u64) -> Vec<Key> {
        let mut table = Table::new(people.first().map_or(1, |(key, _)| key.len()));
        people.iter().for_each(|(key, _)| table.push(key));
        let n: Vec<u64> = people.iter().map(|(_, n)| *n).collect();
        super::release(&table, &n, rules, k).rows().map(Into::into).collect()
    }

    fn key(values: &[i32]) -> Key {
        values.into()
    }

    fn rules(parents: Vec<Vec<usize>>) -> Rules {
        Rules { parents, silent: vec![vec![-2]; 5] }
    }

    #[test]
    fn a_trait_of_few_is_withheld_with_the_next_larger_one() {
        // 20 men, 12 women, 3 of another sex, 2 who did not say, in one stratum.
        let people = [(key(&[1, 1]), 20), (key(&[1, 2]), 12), (key(&[1, 3]), 3), (key(&[1, -2]), 2)];
        let told = release(&people, &rules(vec![]), 10);
        assert_eq!(told, [key(&[1, 1]), key(&[1, WITHHELD]), key(&[1, WITHHELD]), key(&[1, -2])]);
        assert_eq!(
            release(&people, &rules(vec![]), 3),
            people.clone().map(|(key, _)| key),
            "nothing in vain"
        );
    }

    #[test]
    fn where_nothing_is_left_to_hide_among_all_is_withheld() {
        let people = [(key(&[1, 1]), 11), (key(&[1, 2]), 2), (key(&[2, 1]), 30)];
        let told = release(&people, &rules(vec![]), 10);
        assert_eq!(told, [key(&[1, WITHHELD]), key(&[1, WITHHELD]), key(&[2, 1])]);
    }

    #[test]
    fn of_those_who_did_not_say_only_what_enough_others_share_is_told() {
        // Sex, then field: of the two who did not say their sex one has a common field, one a rare one.
        let people =
            [(key(&[1, 1, 7]), 20), (key(&[1, 2, 7]), 15), (key(&[1, -2, 7]), 1), (key(&[1, -2, 8]), 1)];
        let told = release(&people, &rules(vec![]), 10);
        assert_eq!(told[2..], [key(&[1, -2, 7]), key(&[1, -2, WITHHELD])]);
        assert_eq!(told[..2], [key(&[1, 1, 7]), key(&[1, 2, 7])]);
    }

    #[test]
    fn what_tells_of_something_withheld_is_withheld_too() {
        // The second is only asked of those who answered 1 to the first.
        let people = [(key(&[1, 1, 1]), 4), (key(&[1, 2, -3]), 30), (key(&[1, 3, -3]), 8)];
        let told = release(&people, &rules(vec![vec![], vec![], vec![1]]), 10);
        assert_eq!(told[0], key(&[1, WITHHELD, WITHHELD]));
        assert_eq!(told[2], key(&[1, WITHHELD, WITHHELD]));
        assert_eq!(told[1], key(&[1, 2, -3]));
    }

    #[test]
    fn numbers_are_told_up_to_one_that_enough_people_reach() {
        assert_eq!(top(&[(1, 50), (2, 20), (3, 6), (9, 5), (40, 1)], 10), Some(3));
        assert_eq!(top(&[(1, 50), (7, 10)], 10), Some(7));
        assert_eq!(top(&[(1, 4)], 10), None);
    }

    proptest! {
        #[test]
        fn d_09_whoever_knows_all_traits_of_a_person_finds_at_least_k_rows_that_could_be_theirs(
            people in prop::collection::vec((prop::collection::vec(0..4_i32, 4), 1..9_u64), 1..60),
            parent in prop::option::of(1..3_usize),
            k in 2..12_u64,
        ) {
            let mut by_key: BTreeMap<Vec<i32>, u64> = BTreeMap::new();
            for (mut key, n) in people {
                // 0 is "did not say", but for the stratum.
                key.iter_mut().skip(1).filter(|value| **value == 0).for_each(|value| *value = -2);
                *by_key.entry(key).or_default() += n;
            }
            // Of each stratum at least k.
            let mut strata: BTreeMap<i32, u64> = BTreeMap::new();
            for (key, n) in &by_key {
                *strata.entry(key[0]).or_default() += n;
            }
            let combinations: Vec<(Key, u64)> = by_key
                .into_iter()
                .filter(|(key, _)| strata[&key[0]] >= k)
                .map(|(key, n)| (key.into(), n))
                .collect();
            let rules = rules(vec![vec![], vec![], vec![], parent.into_iter().collect::<Vec<_>>()]);
            let told = release(&combinations, &rules, k);
            let mut classes: BTreeMap<&Key, u64> = BTreeMap::new();
            for ((own, n), told) in combinations.iter().zip(&told) {
                *classes.entry(told).or_default() += n;
                // The truth or nothing, and always the stratum.
                prop_assert_eq!(own[0], told[0]);
                prop_assert!(own.iter().zip(told.iter()).all(|(own, told)| own == told || *told == WITHHELD));
                for parent in &rules.parents[3] {
                    prop_assert!(told[*parent] != WITHHELD || told[3] == WITHHELD);
                }
            }
            let open = |value: i32| value == WITHHELD || value == -2;
            for (class, n) in &classes {
                // Where everything was said, the class alone is enough.
                let alike = |other: &Key| {
                    class.iter().zip(other.iter()).all(|(a, b)| a == b || open(*a) || open(*b))
                };
                let could_be: u64 = classes.iter().filter(|(other, _)| alike(other)).map(|(_, n)| n).sum();
                prop_assert!(could_be >= k, "{:?} of {:?}", class, classes);
                if class.iter().all(|value| !open(*value)) {
                    prop_assert!(*n >= k, "{:?} of {:?}", class, classes);
                }
            }
            // The order in which they are counted changes nothing.
            let reversed: Vec<(Key, u64)> = combinations.iter().rev().cloned().collect();
            let mut again = release(&reversed, &rules, k);
            again.reverse();
            prop_assert_eq!(again, told);
        }
    }
}
