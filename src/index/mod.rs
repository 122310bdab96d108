//! From answers to the index: weights, dimensions, targets, decisions, suppression, responsibility; the report as data.
//! Pure: the same [`input::Input`] gives the same [`report::Report`], bit for bit, whatever the order of the sheets and
//! however many threads count.
//!
//! [`plan`] reads from the definition what is counted and how it adds up; [`tally`] counts each stratum once, in whole
//! numbers; [`domain`] turns the counts of some strata into a figure with its uncertainty; [`suppress`] decides what may
//! be shown; [`compute()`] puts the report together.

mod compute;
mod domain;
mod error;
pub mod input;
mod notes;
mod plan;
pub mod report;
mod suppress;
mod tally;
#[cfg(test)]
mod tests;

pub use compute::compute;
pub use error::Error;
