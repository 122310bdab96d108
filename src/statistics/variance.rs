//! The variance between PSUs of one stratum, and what to do with a stratum that has only one.
//!
//! The variance of an estimate is the sum of [`stratum`] over the strata, for the totals u of its linearised variable
//! in the PSUs (z·w summed in each PSU), then [`reported`].

use serde::{Deserialize, Serialize};

/// What a stratum with a single sampled PSU contributes, unless it is the whole stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LonelyPsu {
    /// It is an error.
    Fail,
    /// `f·u²`: its distance from the grand mean, which is 0 for a linearised variable. Conservative; the default of
    /// the index.
    Adjust,
    /// The mean contribution of the other strata: it adds nothing itself, and the sum over the others is multiplied by
    /// [`average_factor`].
    Average,
    /// Nothing.
    Certainty,
}

/// A stratum has one sampled PSU and the design says that this is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stratum has a single sampled PSU, so its variance cannot be estimated")]
pub struct LonelyStratum;

/// Below this a sampling fraction is complete.
const CENSUS: f64 = 1e-7;

/// Whether a stratum with the correction factor `f = 1 − m/M` is a census.
#[must_use]
pub fn is_census(f: f64) -> bool {
    f < CENSUS
}

/// The contribution of a stratum: `f·m/(m−1)·Σ(u−ū)²`.
///
/// `f` = 1 − sampled/population PSUs (1 without a finite population correction), `m` the sampled PSUs of the stratum in
/// the whole sample, in or outside the domain; `sum` = Σu and `centred_squares` = Σ(u−ū)² over all `m`, those outside
/// the domain being zeros. A census contributes 0.
///
/// # Errors
/// [`LonelyStratum`] for `m` = 1 under [`LonelyPsu::Fail`].
#[inline]
pub fn stratum(
    f: f64,
    m: u64,
    sum: f64,
    centred_squares: f64,
    lonely: LonelyPsu,
) -> Result<f64, LonelyStratum> {
    stratum_covariance(f, m, (sum, sum), centred_squares, lonely)
}

/// The contribution of a stratum to the covariance of two estimates: as [`stratum`] with the products
/// `Σ(u−ū)(v−v̄)` in place of the squares.
///
/// # Errors
/// As [`stratum`].
#[inline]
pub fn stratum_covariance(
    f: f64,
    m: u64,
    sums: (f64, f64),
    centred_products: f64,
    lonely: LonelyPsu,
) -> Result<f64, LonelyStratum> {
    if is_census(f) || m == 0 {
        return Ok(0.0);
    }
    if m > 1 {
        let m = m as f64;
        return Ok(f * m / (m - 1.0) * centred_products);
    }
    match lonely {
        LonelyPsu::Fail => Err(LonelyStratum),
        LonelyPsu::Adjust => Ok(f * sums.0 * sums.1),
        LonelyPsu::Average | LonelyPsu::Certainty => Ok(0.0),
    }
}

/// What the sum over strata is multiplied by under [`LonelyPsu::Average`]: all strata / those that are not lonely.
/// 1 under the other rules, and where no stratum is lonely or all are.
#[must_use]
pub fn average_factor(strata: u64, lonely_strata: u64, lonely: LonelyPsu) -> f64 {
    if lonely != LonelyPsu::Average || lonely_strata == 0 || lonely_strata >= strata {
        return 1.0;
    }
    strata as f64 / (strata - lonely_strata) as f64
}

/// A variance as reported: what is below 1e-20 is the rounding of a variance that is zero.
#[must_use]
pub fn reported(variance: f64) -> f64 {
    if variance < 1e-20 { 0.0 } else { variance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variance_below_the_rounding_of_zero_is_zero() {
        assert_eq!([9.9e-21, 1e-20, 0.25].map(reported), [0.0, 1e-20, 0.25]);
    }

    #[test]
    fn a_simple_random_sample_has_the_variance_of_the_textbook() {
        // u = (y − ȳ)/n for y = 1, 2, 3 of 30: (1 − f) s²/n = 0.9 · 1/3.
        let squares = 2.0 / 9.0;
        let variance = stratum(0.9, 3, 0.0, squares, LonelyPsu::Fail).unwrap();
        assert!((variance - 0.9 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn one_psu_follows_the_rule_of_the_design() {
        let one = |rule| stratum(0.5, 1, 3.0, 0.0, rule);
        assert_eq!(one(LonelyPsu::Fail), Err(LonelyStratum));
        assert_eq!(one(LonelyPsu::Adjust), Ok(4.5));
        assert_eq!(one(LonelyPsu::Certainty), Ok(0.0));
        assert_eq!(one(LonelyPsu::Average), Ok(0.0));
        assert_eq!(average_factor(4, 1, LonelyPsu::Average), 4.0 / 3.0);
        assert_eq!(average_factor(4, 1, LonelyPsu::Adjust), 1.0);
        assert_eq!(average_factor(3, 3, LonelyPsu::Average), 1.0);
        assert_eq!(average_factor(3, 0, LonelyPsu::Average), 1.0);
    }

    #[test]
    fn a_census_has_no_sampling_error_even_with_one_psu() {
        assert_eq!(stratum(0.0, 1, 3.0, 0.0, LonelyPsu::Fail), Ok(0.0));
        assert_eq!(stratum(0.0, 5, 3.0, 7.0, LonelyPsu::Fail), Ok(0.0));
    }

    #[test]
    fn rounding_noise_is_reported_as_zero() {
        assert_eq!(reported(9e-21), 0.0);
        assert_eq!(reported(-1e-30), 0.0);
        assert_eq!(reported(2e-20), 2e-20);
    }
}
