//! The products of a composite's dimensions, row by row: what their covariance needs beyond the counts of each column.

use super::{
    cells::strata_of_block,
    strata::{BLOCK, Cell, Fill, Strata, round, scale_for},
};
use crate::statistics::design::Moments;

/// A dimension: the items' codes by row, and what each code is worth: the linearised variable, 0 for a missing cell.
#[derive(Debug)]
pub struct Part<'a> {
    /// The items.
    pub items: Vec<(&'a [u8], Vec<f64>)>,
    /// Σ of the influences by stratum.
    pub sums: Vec<f64>,
}

/// What a pass over the rows finds.
#[derive(Debug)]
pub struct Joint {
    /// Sums and centred products of the dimensions by stratum.
    pub moments: Vec<Moments>,
    /// The most by which rounding can have moved the centred squares of a dimension in a stratum, by stratum.
    pub errors: Vec<Vec<f64>>,
    /// The rows of each stratum that answered no item of a dimension, by dimension.
    pub none: Vec<Vec<Cell>>,
    /// The rows of each stratum that answered no item of any dimension.
    pub none_at_all: Vec<Cell>,
}

/// Adds up the products of dimensions over the rows `inside`, which are as many as `counts` says by stratum. `None` for
/// too many dimensions.
pub fn join(
    strata: &Strata<'_>,
    parts: &[Part<'_>],
    counts: &[Cell],
    inside: Option<&[bool]>,
) -> Option<Joint> {
    Some(match parts.len() {
        1 => join_exactly::<1>(strata, parts, counts, inside),
        2 => join_exactly::<2>(strata, parts, counts, inside),
        3 => join_exactly::<3>(strata, parts, counts, inside),
        4 => join_exactly::<4>(strata, parts, counts, inside),
        5 => join_exactly::<5>(strata, parts, counts, inside),
        6 => join_exactly::<6>(strata, parts, counts, inside),
        7 => join_exactly::<7>(strata, parts, counts, inside),
        8 => join_exactly::<8>(strata, parts, counts, inside),
        // More go the general way.
        _ => return None,
    })
}

/// A stratum's means of the influences, and what brings a distance from them below 1.
#[derive(Debug, Clone, Copy)]
struct Centred<const P: usize> {
    means: [f64; P],
    scales: [f64; P],
    /// The most that an influence can be away from its mean.
    bounds: [f64; P],
}

fn join_exactly<const P: usize>(
    strata: &Strata<'_>,
    parts: &[Part<'_>],
    counts: &[Cell],
    inside: Option<&[bool]>,
) -> Joint {
    let outside = strata.each.len();
    let worth: Vec<Vec<(&[u8], [f64; 256])>> = parts.iter().map(worth).collect();
    let mut centred: Vec<Centred<P>> = centres(strata, parts);
    // Rows outside add nothing.
    centred.push(Centred { means: [0.0; P], scales: [0.0; P], bounds: [0.0; P] });
    let mut sums = vec![[[0i64; P]; P]; outside + 1];
    let mut totals = vec![[[0i128; P]; P]; outside];
    let mut empty = |sums: &mut [[[i64; P]; P]], stratum: usize| {
        for (sums, totals) in sums[stratum].iter_mut().zip(&mut totals[stratum]) {
            sums.iter().zip(totals).for_each(|(sum, total)| *total += i128::from(*sum));
            *sums = [0; P];
        }
    };
    let mut unanswered = Unanswered::new(outside, P);
    let mut fill = Fill::new(outside + 1);
    let mut of = [0u32; BLOCK];
    let mut values = [[0f64; BLOCK]; P];
    let mut answered = [[0u8; BLOCK]; P];
    for (block, weights) in strata.weights.chunks(BLOCK).enumerate() {
        let start = block * BLOCK;
        let of = &mut of[..weights.len()];
        strata_of_block(strata, inside, start, of);
        for ((worth, values), answered) in worth.iter().zip(&mut values).zip(&mut answered) {
            add_up(worth, start, &mut values[..weights.len()], &mut answered[..weights.len()]);
        }
        unanswered.note(strata, of, weights, &answered);
        for (row, (stratum, weight)) in of.iter().zip(weights).enumerate() {
            let stratum = *stratum as usize;
            let Centred { means, scales, .. } = &centred[stratum];
            let mut x = [0.0; P];
            for part in 0..P {
                x[part] = (values[part][row] * weight - means[part]) * scales[part];
            }
            let sums = &mut sums[stratum];
            for i in 0..P {
                for j in 0..=i {
                    sums[i][j] += round(x[i] * x[j]);
                }
            }
            fill.count(stratum);
        }
        for stratum in fill.take_full() {
            if stratum < outside {
                empty(&mut sums, stratum);
            }
        }
    }
    (0..outside).for_each(|stratum| empty(&mut sums, stratum));
    let mut joint = Joint {
        moments: Vec::with_capacity(outside),
        errors: Vec::with_capacity(outside),
        none: unanswered.by_part(strata),
        none_at_all: unanswered.at_all(strata),
    };
    for (stratum, (centred, totals)) in centred.iter().zip(&totals).enumerate() {
        let Centred { means, scales, bounds } = centred;
        // Rows outside are zeros, each as far from the mean as the mean is from zero.
        let zeros = strata.each[stratum].rows.saturating_sub(counts[stratum].n) as f64;
        let product =
            |i: usize, j: usize| totals[i][j] as f64 / scales[i] / scales[j] + zeros * means[i] * means[j];
        joint.moments.push(Moments {
            sums: parts.iter().map(|part| part.sums[stratum]).collect(),
            products: (0..P).map(|i| (0..=i).map(|j| product(i, j)).collect()).collect(),
        });
        let rows = counts[stratum].n as f64;
        joint.errors.push(bounds.iter().map(|bound| rows * bound * bound * 2f64.powi(-48)).collect());
    }
    joint
}

/// The worth of every possible code, so that looking one up needs no check.
fn worth<'a>(part: &Part<'a>) -> Vec<(&'a [u8], [f64; 256])> {
    let table = |values: &[f64]| {
        let mut table = [0.0; 256];
        table.iter_mut().zip(values).for_each(|(slot, value)| *slot = *value);
        table
    };
    part.items.iter().map(|(codes, values)| (*codes, table(values))).collect()
}

fn centres<const P: usize>(strata: &Strata<'_>, parts: &[Part<'_>]) -> Vec<Centred<P>> {
    let largest: Vec<f64> = parts
        .iter()
        .map(|part| {
            part.items.iter().map(|(_, values)| values.iter().fold(0.0f64, |most, z| most.max(z.abs()))).sum()
        })
        .collect();
    let mut centred = Vec::with_capacity(strata.each.len() + 1);
    for (number, stratum) in strata.each.iter().enumerate() {
        let mut found = Centred { means: [0.0; P], scales: [0.0; P], bounds: [0.0; P] };
        for (part, (Part { sums, .. }, largest)) in parts.iter().zip(&largest).enumerate() {
            found.means[part] = sums[number] / stratum.rows.max(1) as f64;
            found.bounds[part] = stratum.most * largest + found.means[part].abs();
            // Half of the bits: two of them are multiplied.
            found.scales[part] = scale_for(found.bounds[part]) / HALF;
        }
        centred.push(found);
    }
    centred
}

/// A scale of 50 bits divided by this is one of 25.
const HALF: f64 = 33_554_432.0;

/// What the items of a part are worth together in the rows of a block, and whether any is answered (not 0).
#[inline]
fn add_up(worth: &[(&[u8], [f64; 256])], start: usize, values: &mut [f64], answered: &mut [u8]) {
    values.fill(0.0);
    answered.fill(0);
    for (codes, worth) in worth {
        let codes = &codes[start..start + values.len()];
        values.iter_mut().zip(codes).for_each(|(value, code)| *value += worth[usize::from(*code)]);
        answered.iter_mut().zip(codes).for_each(|(answered, code)| *answered |= code);
    }
}

/// The rows that left a whole dimension out. There are few.
struct Unanswered {
    /// By dimension, then by stratum.
    by_part: Vec<Vec<[i128; 4]>>,
    at_all: Vec<[i128; 4]>,
}

impl Unanswered {
    fn new(strata: usize, parts: usize) -> Self {
        Self { by_part: vec![vec![[0; 4]; strata]; parts], at_all: vec![[0; 4]; strata] }
    }

    /// Notes the rows of a block.
    fn note(&mut self, strata: &Strata<'_>, of: &[u32], weights: &[f64], answered: &[[u8; BLOCK]]) {
        let add = |total: &mut [[i128; 4]], row: usize| {
            let stratum = of[row] as usize;
            if let Some(total) = total.get_mut(stratum) {
                let lanes = strata.lanes(stratum, weights[row]);
                total.iter_mut().zip(lanes).for_each(|(total, lane)| *total += i128::from(lane));
            }
        };
        let mut any = [0u8; BLOCK];
        for (total, answered) in self.by_part.iter_mut().zip(answered) {
            any.iter_mut().zip(answered).for_each(|(any, answered)| *any |= answered);
            let blank = answered[..of.len()].iter().enumerate().filter(|(_, answered)| **answered == 0);
            blank.for_each(|(row, _)| add(total, row));
        }
        let blank = any[..of.len()].iter().enumerate().filter(|(_, answered)| **answered == 0);
        blank.for_each(|(row, _)| add(&mut self.at_all, row));
    }

    fn by_part(&self, strata: &Strata<'_>) -> Vec<Vec<Cell>> {
        self.by_part.iter().map(|totals| cells(strata, totals)).collect()
    }

    fn at_all(&self, strata: &Strata<'_>) -> Vec<Cell> {
        cells(strata, &self.at_all)
    }
}

fn cells(strata: &Strata<'_>, totals: &[[i128; 4]]) -> Vec<Cell> {
    totals.iter().enumerate().map(|(stratum, sums)| strata.cell(stratum, *sums)).collect()
}
