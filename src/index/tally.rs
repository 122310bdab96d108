//! Counting one stratum: everything that any figure needs of its sheets, in whole numbers, so that no order of sheets
//! or threads shows.
//!
//! For a pair of items the counts of sheets that have this answer to one and that to the other give every sum of
//! products; they come from bit sets, 64 sheets an operation. Sums of centred products are formed as `m·Σxy − Σx·Σy`
//! in whole numbers before anything is divided: where all answers are equal the result is zero, not nearly zero.

use super::{
    input::UnitSheets,
    joint::{self, Joint},
    plan::{Item, Plan},
};

/// A square matrix.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    fn new(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * size] }
    }

    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }

    fn set(&mut self, row: usize, column: usize, value: f64) {
        self.cells[row * self.size + column] = value;
    }
}

/// The counts of a stratum. A variable is an item or, where respondents' own scores are averaged, also a dimension
/// (after the items).
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// Sheets.
    pub sheets: u64,
    /// By item: sheets by packed byte.
    pub bytes: Vec<[u64; 256]>,
    /// By variable: sheets with an answer.
    pub answered: Vec<u64>,
    /// By variable: Σ value.
    pub sums: Vec<f64>,
    /// Σ of centred products value × value.
    pub values: Matrix,
    /// Σ of centred products value × answered.
    pub mixed: Matrix,
    /// Σ of centred products answered × answered.
    pub presence: Matrix,
    /// Where modules rotate: the sums of products themselves, of variables in modules.
    pub raw: Option<Raw>,
    /// By group of items: sheets with an answer to any.
    pub groups: Vec<u64>,
    /// What reliability and drivers need.
    pub joint: Joint,
}

/// Sums of products over sheets.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    /// Σ value × value.
    pub values: Matrix,
    /// Σ value × answered.
    pub mixed: Matrix,
    /// Σ answered × answered.
    pub presence: Matrix,
}

/// Sheets as bits.
type Bits = Vec<u64>;

/// An item's sheets as bits: those with an answer, and those with each value other than zero.
struct Sets {
    answered: Bits,
    levels: Vec<(f64, Bits)>,
}

fn both(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(a, b)| u64::from((a & b).count_ones())).sum()
}

fn size(a: &[u64]) -> u64 {
    a.iter().map(|a| u64::from(a.count_ones())).sum()
}

/// `(m·Σxy − Σx·Σy)/m`: exact up to the division.
fn centred(m: u64, both: u64, a: u64, b: u64) -> f64 {
    let exact = i128::from(m) * i128::from(both) - i128::from(a) * i128::from(b);
    if exact == 0 { 0.0 } else { exact as f64 / m as f64 }
}

/// Counts the sheets of a unit.
pub(super) fn count(plan: &Plan<'_>, sheets: &UnitSheets) -> Tally {
    let tally = count_some(plan, sheets, sheets.count as u64);
    Tally { joint: joint::count(plan, sheets), ..tally }
}

/// Counts some of `of` sheets, as if the others had been asked nothing: what is centred is so over all of them, as the variance
/// of a domain within a stratum wants it. Without what reliability and drivers need.
pub(super) fn count_some(plan: &Plan<'_>, sheets: &UnitSheets, of: u64) -> Tally {
    let m = of;
    let items = plan.items.len();
    let variables = plan.variables();
    let empty = Vec::new();
    let columns: Vec<&Vec<u8>> =
        plan.items.iter().map(|item| sheets.columns.get(item.question).unwrap_or(&empty)).collect();
    let sets: Vec<Sets> = plan.items.iter().zip(&columns).map(|(item, column)| sort(item, column)).collect();
    let mut tally = Tally {
        sheets: m,
        bytes: columns.iter().map(|column| histogram(column)).collect(),
        answered: Vec::with_capacity(variables),
        sums: Vec::with_capacity(variables),
        values: Matrix::new(variables),
        mixed: Matrix::new(variables),
        presence: Matrix::new(variables),
        raw: plan.rotation.is_some().then(|| Raw {
            values: Matrix::new(variables),
            mixed: Matrix::new(variables),
            presence: Matrix::new(variables),
        }),
        groups: plan.groups().iter().map(|group| anyone(group, &sets)).collect(),
        joint: Joint::default(),
    };
    let answered: Vec<u64> = sets.iter().map(|set| size(&set.answered)).collect();
    let levels: Vec<Vec<u64>> =
        sets.iter().map(|set| set.levels.iter().map(|(_, bits)| size(bits)).collect()).collect();
    for (set, counts) in sets.iter().zip(&levels) {
        tally.sums.push(set.levels.iter().zip(counts).map(|((value, _), n)| value * *n as f64).sum());
    }
    if m > 0 {
        for j in 0..items {
            for k in 0..items {
                if k >= j {
                    let together = both(&sets[j].answered, &sets[k].answered);
                    let presence = centred(m, together, answered[j], answered[k]);
                    let (mut product, mut raw) = (0.0, 0.0);
                    for ((x, a), n) in sets[j].levels.iter().zip(&levels[j]) {
                        for ((y, b), o) in sets[k].levels.iter().zip(&levels[k]) {
                            let together = both(a, b);
                            product += x * y * centred(m, together, *n, *o);
                            raw += x * y * together as f64;
                        }
                    }
                    for (row, column) in [(j, k), (k, j)] {
                        tally.presence.set(row, column, presence);
                        tally.values.set(row, column, product);
                        if let Some(sums) = &mut tally.raw {
                            sums.presence.set(row, column, together as f64);
                            sums.values.set(row, column, raw);
                        }
                    }
                }
                let (mut mixed, mut raw) = (0.0, 0.0);
                for ((x, a), n) in sets[j].levels.iter().zip(&levels[j]) {
                    let together = both(a, &sets[k].answered);
                    mixed += x * centred(m, together, *n, answered[k]);
                    raw += x * together as f64;
                }
                tally.mixed.set(j, k, mixed);
                if let Some(sums) = &mut tally.raw {
                    sums.mixed.set(j, k, raw);
                }
            }
        }
    }
    tally.answered = answered;
    if plan.by_respondent() {
        respondents(plan, &columns, sheets.count, &mut tally);
    }
    tally
}

fn histogram(column: &[u8]) -> [u64; 256] {
    // Four counters, so that equal neighbours do not wait for each other.
    let mut parts = [[0_u64; 256]; 4];
    for chunk in column.chunks(4) {
        for (part, byte) in parts.iter_mut().zip(chunk) {
            part[usize::from(*byte)] += 1;
        }
    }
    std::array::from_fn(|byte| parts.iter().map(|part| part[byte]).sum())
}

fn sort(item: &Item<'_>, column: &[u8]) -> Sets {
    let set = |table: &[bool; 256]| -> Bits {
        column
            .chunks(64)
            .map(|chunk| {
                chunk
                    .iter()
                    .enumerate()
                    .fold(0_u64, |word, (at, byte)| word | u64::from(table[usize::from(*byte)]) << at)
            })
            .collect()
    };
    let levels = item
        .levels
        .iter()
        .map(|(value, bytes)| {
            let mut table = [false; 256];
            bytes.iter().for_each(|byte| table[usize::from(*byte)] = true);
            (*value, set(&table))
        })
        .collect();
    Sets { answered: set(&item.answered), levels }
}

fn anyone(group: &[usize], sets: &[Sets]) -> u64 {
    let words = group.iter().map(|item| sets[*item].answered.len()).max().unwrap_or(0);
    (0..words)
        .map(|word| {
            let any =
                group.iter().fold(0, |any, item| any | sets[*item].answered.get(word).copied().unwrap_or(0));
            u64::from(any.count_ones())
        })
        .sum()
}

/// A respondent's score in steps of 2⁻⁴⁰: a whole number, so that sums do not depend on their order.
const STEPS: f64 = (1_u64 << 40) as f64;

/// Adds the dimensions as variables: each respondent's own mean over the items answered, weighted as the items are.
fn respondents(plan: &Plan<'_>, columns: &[&Vec<u8>], sheets: usize, tally: &mut Tally) {
    let items = plan.items.len();
    let values: Vec<[f64; 256]> = plan.items.iter().map(Item::values).collect();
    let dimensions = plan.dimensions.len();
    let mut totals = vec![0_i128; dimensions];
    let mut present = vec![0_u64; dimensions];
    let mut products = vec![0_i128; dimensions * dimensions];
    let mut mixed = vec![0_i128; dimensions * dimensions];
    let mut together = vec![0_u64; dimensions * dimensions];
    let mut row: Vec<Option<i64>> = vec![None; dimensions];
    for sheet in 0..sheets {
        for (score, dimension) in row.iter_mut().zip(&plan.dimensions) {
            let (mut sum, mut weight) = (0.0, 0.0);
            for item in &dimension.items {
                let byte = columns[*item].get(sheet).copied().map_or(0, usize::from);
                if plan.items[*item].answered[byte] {
                    sum += plan.items[*item].weight * values[*item][byte];
                    weight += plan.items[*item].weight;
                }
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a score is at most 1, so at most 2^40 steps"
            )]
            let steps = || (sum / weight * STEPS).round() as i64;
            *score = (weight > 0.0).then(steps);
        }
        for (k, a) in row.iter().enumerate() {
            let Some(a) = a else { continue };
            totals[k] += i128::from(*a);
            present[k] += 1;
            for (l, b) in row.iter().enumerate() {
                let Some(b) = b else { continue };
                products[k * dimensions + l] += i128::from(*a) * i128::from(*b);
                mixed[k * dimensions + l] += i128::from(*a);
                together[k * dimensions + l] += 1;
            }
        }
    }
    let m = i128::from(tally.sheets);
    for k in 0..dimensions {
        tally.sums.push(totals[k] as f64 / STEPS);
        tally.answered.push(present[k]);
        for l in 0..dimensions {
            let at = k * dimensions + l;
            let (row, column) = (items + k, items + l);
            if m == 0 {
                continue;
            }
            let share =
                |exact: i128, steps: f64| if exact == 0 { 0.0 } else { exact as f64 / m as f64 / steps };
            let product = share(m * products[at] - totals[k] * totals[l], STEPS * STEPS);
            let cross = share(m * mixed[at] - totals[k] * i128::from(present[l]), STEPS);
            let presence = centred(tally.sheets, together[at], present[k], present[l]);
            tally.values.set(row, column, product);
            tally.mixed.set(row, column, cross);
            tally.presence.set(row, column, presence);
            if let Some(sums) = &mut tally.raw {
                sums.values.set(row, column, products[at] as f64 / (STEPS * STEPS));
                sums.mixed.set(row, column, mixed[at] as f64 / STEPS);
                sums.presence.set(row, column, together[at] as f64);
            }
        }
    }
}
