//! What somebody can work out who adds and subtracts all that a report shows: linear algebra over what is unknown,
//! in a prime field, where nothing is rounded.
//!
//! Unknown is the sum of an item over the sheets of one stratum that weigh the same, where no place shows it by itself.
//! Every shown item gives two equations (counts without weights, a share with them), every shown mean above it one. A
//! small cell that is a combination of the equations is given away. Weights stand for themselves by a number drawn from
//! their bits, so that nothing cancels by chance.

use std::{borrow::Cow, collections::BTreeMap};

use super::suppress::Cells;

pub(super) const PRIME: u64 = (1 << 61) - 1;

/// Above this many operations the answer takes too long, and the careful rule is taken without it.
const MOST: usize = 4_000_000;

pub(super) fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are below 2^62")]
    let folded = (product & u128::from(PRIME)) as u64 + (product >> 61) as u64;
    folded % PRIME
}

pub(super) fn inverse(a: u64) -> u64 {
    let (mut power, mut base, mut result) = (PRIME - 2, a % PRIME, 1);
    while power > 0 {
        if power & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        power >>= 1;
    }
    result
}

/// A number that nothing else is likely to be a combination of (the finaliser of SplitMix64).
pub(super) fn generic(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) % (PRIME - 1)) + 1
}

/// A combination of unknowns.
pub(super) type Row = BTreeMap<usize, u64>;

/// Everything that follows from some equations, kept so that it is quick to see whether a combination does. Most equations
/// are about few unknowns, so that only those are written down.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By its first unknown, whose factor is 1.
    rows: BTreeMap<usize, Vec<(usize, u64)>>,
    steps: usize,
}

impl Known {
    /// Takes from a combination what is known of it; `None` where that is too much to find out.
    fn reduce(&mut self, row: &mut Row) -> Option<()> {
        let mut from = 0;
        while let Some((&unknown, &factor)) = row.range(from..).next() {
            from = unknown + 1;
            let Some(known) = self.rows.get(&unknown) else { continue };
            self.steps += known.len();
            for (unknown, value) in known {
                let left = row.entry(*unknown).or_default();
                *left = (*left + PRIME - times(factor, *value)) % PRIME;
                if *left == 0 {
                    row.remove(unknown);
                }
            }
            if self.steps > MOST {
                return None;
            }
        }
        Some(())
    }

    /// Adds an equation.
    pub fn learn(&mut self, mut row: Row) -> Option<()> {
        row.retain(|_, value| *value > 0);
        self.reduce(&mut row)?;
        let Some((&pivot, &first)) = row.iter().next() else { return Some(()) };
        let scale = inverse(first);
        self.rows.insert(pivot, row.into_iter().map(|(at, value)| (at, times(value, scale))).collect());
        Some(())
    }

    /// Whether a combination follows.
    pub fn gives(&mut self, mut row: Row) -> Option<bool> {
        row.retain(|_, value| *value > 0);
        self.reduce(&mut row)?;
        Some(row.is_empty())
    }
}

/// Places and cells of fewer than k answers that follow from what is shown; `None` where that is too much to find out.
pub(super) fn given_away(cells: &Cells, hidden: &[Vec<bool>]) -> Option<Vec<(usize, usize)>> {
    let system = System::new(cells, hidden);
    let mut rows: Vec<Row> = Vec::new();
    for (place, of) in hidden.iter().enumerate() {
        for (cell, hidden) in of.iter().enumerate() {
            if *hidden || !system.computable(place, cell) {
                continue;
            }
            rows.push(system.mean(place, cell));
            if cells.parts[cell].is_empty() {
                rows.push(system.count(place, cell));
            }
        }
    }
    rows.retain(|row| !row.is_empty());
    let few = |n: u64| n > 0 && n < cells.k;
    let of_places = (0..hidden.len())
        .flat_map(|place| (0..hidden[place].len()).map(move |cell| (place, cell)))
        .filter(|(place, cell)| {
            few(cells.n[*place][*cell]) && system.computable(*place, *cell) && !cells.is_parted(*place, *cell)
        })
        .map(|(place, cell)| (place, cell, system.mean(place, cell)));
    // Of units weighted together nothing is known but their sum, which may be of few answers to an item.
    let of_several = cells.together.iter().flat_map(|(stratum, place)| {
        let items = (0..cells.parts.len()).filter(|cell| cells.parts[*cell].is_empty());
        let own =
            items.filter(|item| few(system.within[stratum].iter().map(|atom| system.n(*atom, *item)).sum()));
        own.map(|item| (*place, item, system.mean_of(&system.within[stratum], item)))
    });
    let targets: Vec<(usize, usize, Row)> = of_places.chain(of_several).collect();
    // Short equations first, so that long ones find most of their unknowns known.
    rows.sort_by_key(Row::len);
    let mut known = Known::default();
    for row in rows {
        known.learn(row)?;
    }
    let mut found = Vec::new();
    for (place, cell, row) in targets {
        if known.gives(row)? {
            found.push((place, cell));
        }
    }
    Some(found)
}

/// The unknowns and what the shown figures say of them.
struct System<'a> {
    cells: &'a Cells,
    /// By stratum: its atoms.
    within: BTreeMap<usize, Vec<usize>>,
    /// By place: the atoms of its strata.
    inside: Vec<Vec<usize>>,
    /// By atom: what an answer stands for.
    weights: Vec<u64>,
    /// By atom and item: whether a place shows this atom by itself.
    known: Vec<Vec<bool>>,
}

impl<'a> System<'a> {
    fn new(cells: &'a Cells, hidden: &[Vec<bool>]) -> Self {
        let mut within: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, atom) in cells.atoms.iter().enumerate() {
            within.entry(atom.stratum).or_default().push(at);
        }
        let inside: Vec<Vec<usize>> = cells
            .strata
            .iter()
            .map(|own| own.iter().filter_map(|stratum| within.get(stratum)).flatten().copied().collect())
            .collect();
        let mut known: Vec<Vec<bool>> =
            cells.atoms.iter().map(|atom| atom.n.iter().map(|n| *n == 0).collect()).collect();
        let weights = cells.atoms.iter().map(|atom| generic(atom.weight.to_bits())).collect();
        let mut system = Self { cells, within, inside, weights, known: Vec::new() };
        for (place, hidden) in hidden.iter().enumerate().filter(|(place, _)| system.inside[*place].len() < 2)
        {
            for item in (0..hidden.len()).filter(|cell| cells.parts[*cell].is_empty() && !hidden[*cell]) {
                if let [atom] = system.inside(place, item).as_ref() {
                    known[*atom][item] = true;
                }
            }
        }
        system.known = known;
        system
    }

    /// The atoms that hold an item's answers in a place.
    fn inside(&self, place: usize, item: usize) -> Cow<'_, [usize]> {
        let own = self.inside[place].as_slice();
        let mut more = self.cells.wholly(place, item).peekable();
        if more.peek().is_none() {
            return Cow::Borrowed(own);
        }
        let more = more.filter_map(|stratum| self.within.get(&stratum)).flatten();
        Cow::Owned(own.iter().chain(more).copied().collect())
    }

    fn n(&self, atom: usize, item: usize) -> u64 {
        self.cells.atoms[atom].n.get(item).copied().unwrap_or(0)
    }

    fn computable(&self, place: usize, cell: usize) -> bool {
        self.cells.n[place][cell] > 0
            && self.cells.parts[cell].iter().all(|part| self.computable(place, *part))
    }

    fn unknown(&self, atom: usize, item: usize) -> Option<usize> {
        (!self.known[atom][item]).then(|| atom * self.cells.parts.len() + item)
    }

    /// The sum of an item over a place, without weights.
    fn count(&self, place: usize, item: usize) -> Row {
        self.inside(place, item).iter().filter_map(|atom| Some((self.unknown(*atom, item)?, 1))).collect()
    }

    /// The mean of a cell.
    fn mean(&self, place: usize, cell: usize) -> Row {
        let parts = &self.cells.parts[cell];
        if parts.is_empty() {
            return self.mean_of(&self.inside(place, cell), cell);
        }
        let mut row = Row::new();
        for part in parts {
            let weight = generic((cell as u64) << 32 | *part as u64);
            for (unknown, value) in self.mean(place, *part) {
                let sum = row.entry(unknown).or_default();
                *sum = (*sum + times(weight, value)) % PRIME;
            }
        }
        row.retain(|_, value| *value > 0);
        row
    }

    /// The mean of an item over some atoms.
    fn mean_of(&self, atoms: &[usize], item: usize) -> Row {
        let weighted =
            |sum, atom: &usize| (sum + times(self.weights[*atom], self.n(*atom, item) % PRIME)) % PRIME;
        let share = inverse(atoms.iter().fold(0, weighted));
        let of = |atom: &usize| Some((self.unknown(*atom, item)?, times(self.weights[*atom], share)));
        atoms.iter().filter_map(of).collect()
    }
}
