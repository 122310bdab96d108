//! Survey statistics: sampling designs, estimators with their uncertainty, decisions against a target. Pure: no files, no
//! clock, no randomness.
//!
//! Two ways lead in. The index (`crate::index`) counts answers itself and calls the small functions: [`sum`] (sums that
//! do not depend on the order of rows), [`variance`] (a stratum's contribution), [`interval`] (one function a method),
//! [`deff`], [`target`]. The command `sipas estimate` hands a specification ([`spec`], schema `svy-ref/1`) and a
//! [`table`] to [`run`], which goes through [`design`] → [`calibration`] → [`sample`] → [`estimate`] and the further
//! kinds ([`weights`], [`alpha`], [`ranking`], [`drivers`], [`suppression`], [`sample_size`]) and calls the same
//! functions, so both give the same figures. [`explain`] lays the same open for an auditor, formula by formula.
//!
//! What it promises:
//! - Every estimate is a linearised variable ([`sample::Linearised`]), so estimates can be combined, and the variance
//!   of any combination has the covariance of answers given by the same people in it. Rows outside a domain stay in the
//!   design as zeros.
//! - Shuffled rows give the same bits.
//! - What is not computable is `None` or NaN (null in JSON), never a false zero or a panic.
//! - The results equal the reference cases in `tests/statistics-cases` (R, package survey) to 1e-9, intervals to 1e-7.

pub mod alpha;
pub mod calibration;
pub mod column;
pub mod deff;
pub mod design;
pub mod drivers;
pub mod error;
pub mod estimate;
pub mod explain;
pub mod interval;
pub mod linear;
pub mod measure;
pub mod quantile;
pub mod ranking;
pub mod run;
pub mod sample;
pub mod sample_size;
pub mod spec;
pub mod sum;
pub mod suppression;
pub mod table;
pub mod tabulation;
pub mod target;
pub mod variance;
pub mod weights;

#[cfg(test)]
mod tests;

/// Whether a number is positive; what is no number is not.
fn positive(x: f64) -> bool {
    x > 0.0
}
