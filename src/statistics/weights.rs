//! The weights themselves, and what trimming their extremes would do.

use serde::Serialize;

use super::{
    deff::{kish_deff, kish_n_eff},
    error::{Error, Problem},
    spec::Trim,
    sum,
};

/// The passes after which strict trimming is given up.
const PASSES: usize = 10_000;
/// By how much of its bound a weight may miss it through rounding.
const ROUNDING: f64 = 1e-15;

/// Weights in the order of the rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeightsResult {
    n: u64,
    sum: f64,
    min: Option<f64>,
    max: Option<f64>,
    kish_deff: Option<f64>,
    n_eff_kish: Option<f64>,
    weights: Vec<f64>,
}

/// Trimmed weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrimResult {
    n_outside: u64,
    #[serde(flatten)]
    weights: WeightsResult,
}

/// Describes weights.
#[must_use]
pub fn weights(weights: &[f64]) -> WeightsResult {
    let n = weights.len() as u64;
    let total = sum::sum(weights.iter().copied());
    let squares = sum::sum(weights.iter().map(|w| w * w));
    WeightsResult {
        n,
        sum: total,
        min: weights.iter().copied().reduce(f64::min),
        max: weights.iter().copied().reduce(f64::max),
        kish_deff: kish_deff(n, total, squares),
        n_eff_kish: kish_n_eff(total, squares),
        weights: weights.to_vec(),
    }
}

/// Sets weights outside the bounds to the bound and adds what was cut to the others in equal parts; strictly: until
/// none is outside.
///
/// # Errors
/// Bounds that cannot hold the sum of the weights.
pub fn trim(spec: &Trim, weights_before: &[f64], path: &str) -> Result<TrimResult, Error> {
    let (trimmed, passes) = trimmed(spec, weights_before, path)?;
    let n_outside = passes.first().map_or(0, |pass| pass.outside);
    Ok(TrimResult { n_outside, weights: weights(&trimmed) })
}

/// One round of trimming.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// Weights outside the bounds before it.
    pub outside: u64,
    /// Weights within the bounds before it.
    pub inside: u64,
    /// What setting those outside to their bound took away in all.
    pub cut: f64,
}

impl Pass {
    /// What each weight within the bounds gets.
    #[must_use]
    pub fn each(&self) -> f64 {
        self.cut / self.inside as f64
    }
}

/// Trimmed weights, and the rounds it took.
///
/// # Errors
/// As [`trim`].
pub fn trimmed(spec: &Trim, weights: &[f64], path: &str) -> Result<(Vec<f64>, Vec<Pass>), Error> {
    let (lower, upper) = (spec.lower.unwrap_or(f64::NEG_INFINITY), spec.upper.unwrap_or(f64::INFINITY));
    let mut weights = weights.to_vec();
    let mut passes: Vec<Pass> = Vec::new();
    loop {
        // After the first pass a weight may miss its bound by the rounding of what was added to it.
        let slack = if passes.is_empty() { 0.0 } else { ROUNDING };
        let outside =
            |w: f64| w < lower && lower - w > slack * lower.abs() || w > upper && w - upper > slack * upper;
        if !weights.iter().any(|w| outside(*w)) {
            if spec.strict && !passes.is_empty() {
                weights.iter_mut().for_each(|w| *w = w.clamp(lower, upper));
            }
            break;
        }
        let within = weights.iter().filter(|w| !outside(**w)).count();
        if lower > upper || within == 0 || passes.len() == PASSES {
            return Err(Error::at(path, Problem::Bounds));
        }
        let pass = Pass {
            outside: (weights.len() - within) as u64,
            inside: within as u64,
            cut: sum::sum(weights.iter().map(|w| w - w.clamp(lower, upper))),
        };
        let each = pass.each();
        weights.iter_mut().for_each(|w| *w = if outside(*w) { w.clamp(lower, upper) } else { *w + each });
        passes.push(pass);
        if !spec.strict {
            break;
        }
    }
    Ok((weights, passes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(before: &[f64], upper: f64, strict: bool) -> Result<TrimResult, Error> {
        trim(&Trim { upper: Some(upper), lower: None, strict }, before, "p")
    }

    #[test]
    fn trimming_keeps_the_sum() {
        let result = trimmed(&[1.0, 2.0, 9.0], 5.0, false).unwrap();
        assert_eq!(result.weights.weights, [3.0, 4.0, 5.0]);
        assert_eq!((result.n_outside, result.weights.sum), (1, 12.0));
    }

    #[test]
    fn bounds_below_the_mean_are_refused() {
        assert_eq!(trimmed(&[1.0, 2.0, 9.0], 3.0, true).unwrap_err().problem, Problem::Bounds);
        assert_eq!(trimmed(&[9.0], 3.0, false).unwrap_err().problem, Problem::Bounds);
    }

    #[test]
    fn what_is_cut_goes_to_the_others_again_and_again() {
        // 9 → 5 gives 2 to each of the others: 6.5 → 5 gives 1.5 to the third.
        let strict = trimmed(&[4.5, 9.0, 1.0], 5.0, true).unwrap();
        let near = |(a, b): (&f64, f64)| (a - b).abs() < 1e-12;
        assert!(strict.weights.weights.iter().zip([5.0, 5.0, 4.5]).all(near), "{strict:?}");
        assert_eq!(strict.weights.max, Some(5.0));
        let once = trimmed(&[4.5, 9.0, 1.0], 5.0, false).unwrap();
        assert_eq!(once.weights.weights, [6.5, 5.0, 3.0]);
        assert_eq!((once.n_outside, once.weights.min, once.weights.max), (1, Some(3.0), Some(6.5)));
        let low =
            trim(&Trim { upper: None, lower: Some(2.0), strict: false }, &[1.0, 2.0, 6.0], "p").unwrap();
        assert_eq!(low.weights.weights, [2.0, 1.5, 5.5]);
        let empty = Trim { upper: Some(1.0), lower: Some(2.0), strict: false };
        assert_eq!(trim(&empty, &[1.5, 3.0], "p").unwrap_err().problem, Problem::Bounds);
        // Nothing to cut, whatever the bounds touch.
        assert_eq!(trimmed(&[1.0, 5.0], 5.0, true).unwrap().n_outside, 0);
    }

    #[test]
    fn strict_trimming_ends_where_only_rounding_is_outside() {
        // The mean is next to the bound: what is cut goes round in ever smaller amounts.
        for seed in 1..200u64 {
            let mut state = seed;
            let mut before: Vec<f64> = (0..56)
                .map(|_| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    0.5 + (state >> 40) as f64 / f64::from(1 << 24) * 6.5
                })
                .collect();
            let mean = before.iter().sum::<f64>() / 56.0;
            before.iter_mut().for_each(|w| *w *= 3.726 / mean);
            let result =
                trim(&Trim { upper: Some(4.0), lower: Some(1.0), strict: true }, &before, "p").unwrap();
            let total: f64 = before.iter().sum();
            assert!((result.weights.sum / total - 1.0).abs() < 1e-9, "{seed}");
            assert!(result.weights.max.unwrap() <= 4.0 + 1e-9 && result.weights.min.unwrap() >= 1.0 - 1e-9);
        }
    }
}
