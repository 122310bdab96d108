//! From answers to the index: weights, dimensions, targets, decisions, suppression, responsibility; the report as data. Pure.
pub mod input;
pub mod report;
