//! From answers to the index: weights, dimensions, targets, decisions, suppression, responsibility; the report as data.
//! Pure: the same [`input::Input`] gives the same [`report::Report`], bit for bit, whatever the order of the sheets and
//! however many threads count.
//!
//! [`plan`] reads from the definition what is counted and how it adds up; [`tally`] counts each stratum once, in whole
//! numbers ([`joint`]: those that reliability and drivers need), split by the margins that [`calibrate`] adjusts weights
//! to; [`domain`] turns the counts of some strata into a figure with its uncertainty ([`rotation`]: what a
//! respondent was not asked by chance adds to it); [`associations`] says how answers
//! hang together; [`suppress`] decides which [`cells`] may be shown; [`compute()`] puts the report together, [`design`] says
//! by which design and weights, for those who compute the figures themselves. [`mod@pooled`] counts several campaigns as one, [`mod@series`] puts them beside each other. [`ranking`] and
//! [`change`] are made of shown figures only.

mod associations;
mod breakdown;
mod calibrate;
mod cells;
mod change;
pub mod comments;
mod compute;
mod crossing;
pub mod design;
mod domain;
mod error;
pub mod input;
mod joining;
mod joint;
mod judging;
mod modes;
pub(crate) mod notes;
mod plan;
pub mod pooled;
mod ranking;
mod recovery;
pub mod report;
pub(crate) mod roots;
mod rotation;
pub mod series;
pub mod steps;
mod succession;
mod suppress;
mod tally;
#[cfg(test)]
mod tests;

pub use breakdown::CATEGORY_STEPS;
pub(crate) use change::{forget as forget_changes, set as set_changes};
pub use compute::{
    CLOSED_UNTIL_END, NOT_COVERED, UNASKED, UNWEIGHTED, compute, moment, smallest_cell, unanswered,
    whole_index,
};
pub use error::Error;
pub use joining::WEIGHTED_TOGETHER;
pub use notes::IN_STEPS;
pub use succession::{MERGED, mark_merged, under_successors};
