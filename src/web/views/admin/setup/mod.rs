//! The pages that set up campaigns.

pub mod add_counters;
pub mod checks;
pub mod counter;
pub mod counters;
pub mod head;
pub mod raters;
pub mod settings;
pub mod state;
pub mod undo_counters;
pub mod units;
