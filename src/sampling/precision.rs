//! How precise a planned sample will be.

use super::units::{Unit, of_share};
use crate::statistics::quantile;

/// The variance of a unit's mean from a simple random sample of `n` of `population`, times its design effect:
/// `deff (1 − n/N) S²/n` (Cochran 1977, eq. 2.20). No answers: infinite.
#[must_use]
pub fn variance(s2: f64, deff: f64, population: u64, n: u64) -> f64 {
    if n >= population {
        return 0.0;
    }
    deff * (1.0 - n as f64 / population as f64) * s2 / n as f64
}

/// The half-width of the interval of a unit's mean: `z √variance`.
#[must_use]
pub fn margin(unit: &Unit, n: u64, z: f64) -> f64 {
    z * variance(unit.variance, unit.deff, unit.population, n).sqrt()
}

/// The standard error of the province's mean, `√Σ (N_h/N)² v_h` (Cochran 1977, eq. 5.7), where `s2` gives each unit's S².
#[must_use]
pub fn stratified_se(units: &[Unit], n: &[u64], s2: impl Fn(&Unit) -> f64) -> f64 {
    let whole: f64 = units.iter().map(|unit| unit.population as f64).sum();
    let sum: f64 = units
        .iter()
        .zip(n)
        .map(|(unit, &n)| {
            let part = unit.population as f64 / whole;
            part * part * variance(s2(unit), unit.deff, unit.population, n)
        })
        .sum();
    sum.sqrt()
}

/// Kish's design effect of unequal weights, `n Σ w²/(Σ w)²` (Kish 1965, §11.7), where the weights of a unit's answers are
/// `N_h/n_h`: what the allocation costs the province's figure if units do not differ.
#[must_use]
pub fn weighting_effect(units: &[Unit], n: &[u64]) -> f64 {
    let whole: f64 = units.iter().map(|unit| unit.population as f64).sum();
    let answers: f64 = n.iter().map(|&n| n as f64).sum();
    let squares: f64 =
        units.iter().zip(n).map(|(unit, &n)| (unit.population as f64).powi(2) / n as f64).sum();
    answers * squares / (whole * whole)
}

/// A test of a share against a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The target (0..1).
    pub target: f64,
    /// The true share (0..1) at which the test should succeed; more than the target.
    pub truth: f64,
    /// How often it should (0..1).
    pub power: f64,
}

impl Test {
    /// How often (0..1) the lower limit of the interval lies above the target if the share is the true one:
    /// `Φ((p₁ − p₀ − z se₀)/se₁)`, where `se` gives the standard error at a share.
    #[must_use]
    pub fn reached(&self, z: f64, se: impl Fn(f64) -> f64) -> f64 {
        let (at_target, at_truth) = (se(self.target), se(self.truth));
        if at_truth == 0.0 {
            return 1.0;
        }
        quantile::normal_upper_tail(-((self.truth - self.target - z * at_target) / at_truth))
    }

    /// [`Self::reached`] for a unit.
    #[must_use]
    pub fn of_unit(&self, unit: &Unit, n: u64, z: f64) -> f64 {
        self.reached(z, |share| {
            variance(of_share(share, unit.population), unit.deff, unit.population, n).sqrt()
        })
    }

    /// [`Self::reached`] for the province, with the same share in every unit.
    #[must_use]
    pub fn of_province(&self, units: &[Unit], n: &[u64], z: f64) -> f64 {
        self.reached(z, |share| stratified_se(units, n, |unit| of_share(share, unit.population)))
    }
}
