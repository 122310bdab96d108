//! Means and composites of codes from weighted counts by stratum and code, in place of a linearised variable by row.
//!
//! Most surveys are strata of persons, each with a weight, who chose one of a few codes. Then everything that a mean
//! and its variance need is, for each stratum and code, how many chose it and the first two moments of their weights:
//! with influences u = z(code)·w (z the linearised variable, the same for all who chose a code) and w = w̄ + d,
//!
//! `Σ (u − ū)² = Σ_codes n·(z·w̄ − ū)² + 2·z·(z·w̄ − ū)·Σd + z²·Σd²`.
//!
//! One pass over the rows counts all columns ([`cells`]); a second one adds up the products that the covariance of a
//! composite's dimensions needs ([`joint`]); [`batch`] decides which estimands of an analysis go this way. The figures
//! are those of the general way ([`super::estimate`]), which stays the reference and takes whatever does not fit:
//! clusters, stages, calibrated weights, aggregated or continuous measures, weights of zero, and strata whose weights
//! are so unequal that the sums here would lose digits.
//!
//! Like everywhere in the engine, sums are made of integers, so the order of rows does not matter: terms are rounded
//! once to 50 bits of a bound of their stratum ([`strata`]).

pub mod batch;
mod cells;
mod joint;
mod strata;

#[cfg(test)]
mod tests;
