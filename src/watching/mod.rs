//! Watching a campaign fill: counts against the plan, a forecast, coarse classes, and what stands out.
//!
//! Pure. What is counted comes from [`crate::store::watching`]; nothing here knows an answer. [`board`] lines up units
//! and counters, [`forecast`] says how many answers there will be at closing, [`flags`] finds hours that stand out,
//! [`classes`] are the coarse classes that are all that is kept of devices and durations, [`reminder`]
//! fills in letters.

pub mod board;
pub mod classes;
pub mod flags;
pub mod forecast;
pub mod reminder;
