//! Planning a sample and drawing it. Pure: no files, no clock, no randomness of its own.
//!
//! - A plan: [`units`] reads the units and what is known of them from a [`sheet`] (a CSV file in memory); [`plan`] works
//!   out how many answers are needed, shares them out ([`allocation`]) and says how precise the result will be
//!   ([`precision`]).
//! - A draw: [`draw`] chooses rows of a list by a seed alone ([`random`]: SHA-256, so that an auditor can do it again
//!   with other tools) and [`record`] keeps what is needed to do so.
//!
//! What it promises:
//! - The same input gives the same plan and the same draw, on every machine and in every later version; what is changed
//!   gets another algorithm name.
//! - Allocations add up to the total exactly, and never ask more of a unit than it can give.
//! - Inclusion probabilities are those with which rows are really drawn; they add up to the size of the sample.
//! - A number that can be read in two ways (`1.234`) is refused, never guessed.
//!
//! `docs/sampling.md` has the formulas with their sources and an example.

pub mod allocation;
pub mod draw;
pub mod number;
pub mod plan;
pub mod precision;
pub mod problem;
pub mod random;
pub mod record;
pub mod sheet;
pub mod units;
