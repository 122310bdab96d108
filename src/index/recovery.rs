//! What somebody can work out who adds and subtracts all that a report shows: linear algebra over what is unknown,
//! in a prime field, where nothing is rounded.
//!
//! Unknown is the sum of an item over the sheets of one stratum that weigh the same, where no place shows it by itself.
//! Every shown item gives two equations (counts without weights, a share with them), every shown mean above it one. A
//! small cell that is a combination of the equations is given away. Weights of answers and items are themselves, so that what cancels of
//! them does here; those of means in means, the same in every place, stand for themselves by a number of their own.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    cells::{Formed, leaves},
    suppress::Cells,
};

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

/// A weight as it is, which is a whole number times a power of two: what cancels of real weights (one that is twice another)
/// cancels here. 2^61 is 1.
pub(super) fn exact(weight: f64) -> u64 {
    let bits = weight.to_bits();
    let (exponent, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    // Its value is that times 2^(exponent − 1075), and 1075 + 23 is 18 times 61.
    let whole = if exponent == 0 { 2 * fraction } else { fraction | 1 << 52 };
    times(whole, 1 << ((exponent + 23) % 61))
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

/// Some of the answers that a mean is formed from.
pub(super) struct Share {
    /// Their sum, where it is not known.
    pub unknown: Option<usize>,
    /// What one of them stands for.
    pub weight: u64,
    /// How many there are.
    pub n: u64,
}

/// The mean of a cell, of which `held` gives the answers to an item, or the scores of a dimension that people are scored by.
pub(super) fn mean(
    below: &[Vec<usize>],
    formed: &[Formed],
    cell: usize,
    held: &dyn Fn(usize) -> Vec<Share>,
) -> Row {
    match formed.get(cell) {
        Some(Formed::Answers(items)) => {
            ratio(items.iter().map(|(item, weight)| (exact(*weight), held(*item))).collect())
        }
        Some(Formed::Scores(_)) => ratio(vec![(1, held(cell))]),
        _ if below[cell].is_empty() => ratio(vec![(1, held(cell))]),
        _ => {
            let mut row = Row::new();
            for part in &below[cell] {
                let weight = generic((cell as u64) << 32 | *part as u64);
                for (unknown, value) in mean(below, formed, *part, held) {
                    let sum = row.entry(unknown).or_default();
                    *sum = (*sum + times(weight, value)) % PRIME;
                }
            }
            row
        }
    }
}

/// All of some answers by all that there could be, each kind with what it counts.
fn ratio(kinds: Vec<(u64, Vec<Share>)>) -> Row {
    let shares =
        || kinds.iter().flat_map(|(weight, of)| of.iter().map(|share| (times(*weight, share.weight), share)));
    let whole =
        inverse(shares().fold(0, |sum, (weight, share)| (sum + times(weight, share.n % PRIME)) % PRIME));
    let mut row = Row::new();
    for (weight, share) in shares() {
        if let Some(unknown) = share.unknown {
            let sum = row.entry(unknown).or_default();
            *sum = (*sum + times(weight, whole)) % PRIME;
        }
    }
    row
}

/// Whether there is such a mean, by how many answers each cell has.
pub(super) fn is_formed(
    below: &[Vec<usize>],
    formed: &[Formed],
    cell: usize,
    n: &dyn Fn(usize) -> u64,
) -> bool {
    match formed.get(cell) {
        Some(Formed::Answers(items)) => items.iter().any(|(item, _)| n(*item) > 0),
        Some(Formed::Scores(_)) => n(cell) > 0,
        _ if below[cell].is_empty() => n(cell) > 0,
        _ => below[cell].iter().all(|part| is_formed(below, formed, *part, n)),
    }
}

/// Where all who are scored by a dimension answered all its items, the sum of the scores is one of theirs: of each such dimension
/// that equation, by how many answers cells have, and the unknowns of their sums.
pub(super) fn scores(
    formed: &[Formed],
    n: &dyn Fn(usize) -> u64,
    unknown: &dyn Fn(usize) -> Option<usize>,
) -> Vec<Row> {
    let of = |(cell, formed): (usize, &Formed)| {
        let Formed::Scores(items) = formed else { return None };
        let complete = n(cell) > 0 && items.iter().all(|(item, _)| n(*item) == n(cell));
        let sums = items.iter().map(|(item, weight)| (unknown(*item), PRIME - exact(*weight)));
        let all = std::iter::once((unknown(cell), 1)).chain(sums);
        complete.then(|| all.filter_map(|(unknown, value)| Some((unknown?, value))).collect())
    };
    formed.iter().enumerate().filter_map(of).collect()
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
    rows.extend((0..cells.atoms.len()).flat_map(|atom| {
        scores(&cells.formed, &|cell| system.n(atom, cell), &|cell| system.unknown(atom, cell))
    }));
    rows.retain(|row| !row.is_empty());
    let few = |n: u64| n > 0 && n < cells.k;
    let of_places = (0..hidden.len())
        .flat_map(|place| (0..hidden[place].len()).map(move |cell| (place, cell)))
        .filter(|(place, cell)| {
            cells.is_of_few(*place, *cell)
                && system.computable(*place, *cell)
                && !cells.is_parted(*place, *cell)
        })
        .map(|(place, cell)| (place, cell, system.mean(place, cell)));
    // Of units weighted together nothing is known but their sum, which may be of few answers to an item.
    let of_several = cells.together.iter().flat_map(|(stratum, place)| {
        let atoms = &system.within[stratum];
        let n = |item: usize| -> u64 { atoms.iter().map(|atom| system.n(*atom, item)).sum() };
        let means = |cell: &usize| {
            cells.parts[*cell].is_empty()
                || cells.formed.get(*cell).is_some_and(|formed| !matches!(formed, Formed::Means))
        };
        let most = move |cell: usize| leaves(&cells.parts, cell).into_iter().map(n).max().unwrap_or(0);
        let own = (0..cells.parts.len()).filter(means).filter(move |cell| few(most(*cell)));
        own.map(|cell| (*place, cell, system.mean_of(atoms, cell)))
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
        let weights = cells.atoms.iter().map(|atom| exact(atom.weight)).collect();
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
        is_formed(&self.cells.parts, &self.cells.formed, cell, &|cell| self.cells.n[place][cell])
    }

    /// The sum of an item's answers, or of a dimension's scores, where it is not known.
    fn unknown(&self, atom: usize, cell: usize) -> Option<usize> {
        let known = self.known[atom].get(cell).is_some_and(|known| *known);
        (!known).then(|| atom * self.cells.parts.len() + cell)
    }

    /// The sum of an item over a place, without weights.
    fn count(&self, place: usize, item: usize) -> Row {
        self.inside(place, item).iter().filter_map(|atom| Some((self.unknown(*atom, item)?, 1))).collect()
    }

    /// The mean of a cell in a place.
    fn mean(&self, place: usize, cell: usize) -> Row {
        self.mean_over(cell, &|cell| self.inside(place, cell))
    }

    /// The mean of a cell over some atoms.
    fn mean_of(&self, atoms: &[usize], cell: usize) -> Row {
        self.mean_over(cell, &|_| Cow::Borrowed(atoms))
    }

    fn mean_over<'c>(&self, cell: usize, atoms: &dyn Fn(usize) -> Cow<'c, [usize]>) -> Row {
        let share = |atom: &usize, cell: usize| Share {
            unknown: self.unknown(*atom, cell),
            weight: self.weights[*atom],
            n: self.n(*atom, cell),
        };
        let held = |cell: usize| atoms(cell).iter().map(|atom| share(atom, cell)).collect();
        mean(&self.cells.parts, &self.cells.formed, cell, &held)
    }
}
