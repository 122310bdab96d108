//! Survey statistics: designs, estimators, intervals. Pure.

pub mod deff;
pub mod interval;
pub mod quantile;
pub mod sum;
pub mod target;
pub mod variance;

/// Whether a number is positive; what is no number is not.
fn positive(x: f64) -> bool {
    x > 0.0
}
