//! The strata of a sample, and the moments of weights that are added up in them.

use std::ops::{Add, Sub};

use crate::statistics::{interval::KgWeights, sample::Sample};

/// Rows that are worked on together, so that what is known of them stays in the fastest memory.
pub const BLOCK: usize = 1024;
/// A term keeps this many bits of its bound.
const BITS: i32 = 50;
/// Rows of a stratum after which sums of such terms must be emptied: 2¹² · 2⁵⁰ < 2⁶³.
const MOST_ROWS: u32 = 1 << 12;
/// The most that a weight may differ from the mean of its stratum, as a multiple of that mean. Beyond, 50 bits of the
/// largest weight would be too few of a common one.
const MOST_UNEQUAL: f64 = 1000.0;

/// Terms that are added up, rounded to integers: 1, d, d², w·max(w − 1, 0).
pub type Lanes = [i64; 4];

/// The strata of a sample of elements with positive weights.
#[derive(Debug)]
pub struct Strata<'a> {
    /// The stratum of each row.
    pub of: &'a [u32],
    /// The weight of each row.
    pub weights: &'a [f64],
    /// The strata.
    pub each: Vec<Stratum>,
    /// Whether all rows of a stratum have the same weight, so that counts tell everything.
    pub constant: bool,
    /// Whether the design knows its populations.
    pub fpc: bool,
}

/// A stratum.
#[derive(Debug, Clone, Copy)]
pub struct Stratum {
    /// Sampled rows, in or outside any domain.
    pub rows: u64,
    /// A number near the mean weight; the weight where all are equal.
    pub centre: f64,
    /// The largest weight.
    pub most: f64,
    /// The largest distance of a weight from the centre.
    pub spread: f64,
    scales: [f64; 3],
}

/// Moments of the weights of some rows of one stratum.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cell {
    /// Rows.
    pub n: u64,
    /// Σd, d the weight's distance from the stratum's centre.
    pub d: f64,
    /// Σd².
    pub d2: f64,
    /// Σ w·max(w − 1, 0).
    pub excess: f64,
}

impl Add for Cell {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            d: self.d + other.d,
            d2: self.d2 + other.d2,
            excess: self.excess + other.excess,
        }
    }
}

impl Sub for Cell {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        if self.n <= other.n {
            return Self::default();
        }
        Self {
            n: self.n - other.n,
            d: self.d - other.d,
            d2: self.d2 - other.d2,
            excess: self.excess - other.excess,
        }
    }
}

impl Cell {
    /// Σw, where the stratum's centre is `centre`.
    pub fn weight(&self, centre: f64) -> f64 {
        self.n as f64 * centre + self.d
    }
}

impl<'a> Strata<'a> {
    /// The strata of a sample, if it is one that can be counted.
    pub fn of(sample: &'a Sample<'_>) -> Option<Self> {
        let (design, weights) = (&sample.design, sample.weights.as_slice());
        if !design.one_stage_of_elements() || sample.is_calibrated() || weights.is_empty() {
            return None;
        }
        let of = design.stratum_of_rows();
        let bound = weights.iter().fold(0.0f64, |most, w| most.max(*w));
        if !(1e-100..1e100).contains(&bound) {
            return None;
        }
        // Near enough to a sum for a centre, and the same for any order of rows.
        let scale = 2f64.powi(62 - (weights.len() as f64).log2().ceil() as i32 - exponent(bound));
        let mut found = vec![(0i64, f64::INFINITY, 0.0f64); design.strata_sizes().len()];
        for (stratum, weight) in of.iter().zip(weights) {
            let (sum, least, most) = &mut found[*stratum as usize];
            *sum += (weight * scale) as i64;
            *least = least.min(*weight);
            *most = most.max(*weight);
        }
        let mut each = Vec::with_capacity(found.len());
        for ((sum, least, most), rows) in found.into_iter().zip(design.strata_sizes()) {
            let centre = if least == most { least } else { sum as f64 / scale / rows as f64 };
            let spread = (most - centre).max(centre - least);
            if least <= 0.0 || spread > MOST_UNEQUAL * centre {
                return None;
            }
            let scales = [scale_for(spread), scale_for(spread * spread), scale_for(most * most)];
            each.push(Stratum { rows, centre, most, spread, scales });
        }
        let constant = each.iter().all(|stratum| stratum.spread == 0.0);
        Some(Self { of, weights, each, constant, fpc: design.fpc() })
    }

    /// What a row of a stratum adds.
    #[inline]
    pub fn lanes(&self, stratum: usize, weight: f64) -> Lanes {
        let Stratum { centre, scales, .. } = self.each[stratum];
        let d = weight - centre;
        [
            1,
            round(d * scales[0]),
            round(d * d * scales[1]),
            round(weight * (weight - 1.0).max(0.0) * scales[2]),
        ]
    }

    /// Sums of lanes as moments.
    pub fn cell(&self, stratum: usize, sums: [i128; 4]) -> Cell {
        let scales = self.each[stratum].scales;
        Cell {
            n: sums[0] as u64,
            d: sums[1] as f64 / scales[0],
            d2: sums[2] as f64 / scales[1],
            excess: sums[3] as f64 / scales[2],
        }
    }

    /// The moments of rows whose weight is that of their stratum.
    pub fn cell_of_equal(&self, stratum: usize, n: u64) -> Cell {
        let w = self.each[stratum].centre;
        Cell { n, excess: n as f64 * (w * (w - 1.0).max(0.0)), ..Cell::default() }
    }

    /// What the rows behind an estimate are, from their moments by stratum.
    pub fn answered(&self, cells: &[Cell]) -> Answered {
        let mut answered = Answered {
            n: 0,
            df: 0,
            weights: KgWeights { sum_w: 0.0, sum_w2: 0.0, sum_w_excess: 0.0, fpc: self.fpc },
        };
        for (Stratum { centre: w, .. }, cell) in self.each.iter().zip(cells) {
            let n = cell.n as f64;
            answered.n += cell.n;
            answered.df += i64::try_from(cell.n).unwrap_or(i64::MAX) - i64::from(cell.n > 0);
            answered.weights.sum_w += cell.weight(*w);
            answered.weights.sum_w2 += n * w * w + 2.0 * w * cell.d + cell.d2;
            answered.weights.sum_w_excess += cell.excess;
        }
        answered
    }
}

/// The rows behind an estimate.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    /// Rows.
    pub n: u64,
    /// Rows minus strata.
    pub df: i64,
    /// Their weights.
    pub weights: KgWeights,
}

/// Counts the rows of each stratum since its sums were last emptied.
#[derive(Debug)]
pub struct Fill {
    since: Vec<u32>,
    full: Vec<usize>,
}

impl Fill {
    /// Nothing counted yet.
    pub fn new(strata: usize) -> Self {
        Self { since: vec![0; strata], full: Vec::new() }
    }

    /// Counts a row.
    #[inline]
    pub fn count(&mut self, stratum: usize) {
        self.since[stratum] += 1;
        // The block that reaches this can still be finished.
        if self.since[stratum] == MOST_ROWS - BLOCK as u32 {
            self.full.push(stratum);
        }
    }

    /// The strata to empty after a block, forgotten hereby.
    pub fn take_full(&mut self) -> Vec<usize> {
        self.full.iter().for_each(|stratum| self.since[*stratum] = 0);
        std::mem::take(&mut self.full)
    }
}

/// The least exponent of a power of two that is at least a positive number.
fn exponent(bound: f64) -> i32 {
    bound.log2().ceil() as i32
}

/// What terms of a bound are multiplied by before they are [`round`]ed; 1 for a bound of zero.
pub fn scale_for(bound: f64) -> f64 {
    if bound > 0.0 { 2f64.powi((BITS - exponent(bound)).clamp(-1000, 1000)) } else { 1.0 }
}

/// The nearest integer of a number of at most 2⁵¹. Adding 1.5·2⁵² leaves the integer in the lowest bits; unlike a
/// conversion, that is done for several numbers at once.
#[inline]
pub fn round(x: f64) -> i64 {
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    (x + MAGIC).to_bits() as i64 - MAGIC.to_bits() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{spec::Spec, table::Table};

    #[test]
    fn a_stratum_is_full_again_after_as_many_rows() {
        let mut fill = Fill::new(3);
        for _ in 0..2 {
            (1..MOST_ROWS - BLOCK as u32).for_each(|_| fill.count(1));
            fill.count(2);
            assert!(fill.take_full().is_empty());
            fill.count(1);
            assert_eq!(fill.take_full(), [1]);
            assert!(fill.take_full().is_empty());
        }
    }

    #[test]
    fn weights_spread_around_the_mean_of_their_stratum() {
        let spread = |csv: &str| {
            let spec = r#"{"schema": "svy-ref/1", "data": {"file": "d"}, "analyses": [{"id": "a",
                "design": {"weight": "w", "strata": "h", "stages": [{}], "lonely_psu": "fail"}, "estimands": []}]}"#;
            let (spec, table) =
                (Spec::parse(spec).unwrap(), Table::read(csv.as_bytes(), "", |_| true).unwrap());
            let sample = Sample::build(&spec.analyses[0], &table, "").unwrap();
            let strata = Strata::of(&sample).unwrap();
            (strata.constant, strata.each.iter().map(|one| one.spread).collect::<Vec<_>>())
        };
        assert_eq!(spread("h,w\na,3\na,3\nb,7\nb,7\n"), (true, vec![0.0, 0.0]));
        assert_eq!(spread("h,w\na,3\na,5\nb,1\nb,1\nb,7\n"), (false, vec![1.0, 4.0]));
        assert_eq!(spread("h,w\na,1\na,7\na,7\n"), (false, vec![4.0]));
    }
}
