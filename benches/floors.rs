//! What a benchmark promises: a measured figure against the one wanted.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

/// A promise.
pub struct Floor {
    /// What was measured.
    pub what: &'static str,
    /// The figure.
    pub value: f64,
    /// The figure wanted.
    pub wanted: f64,
    /// Whether it has to be at least that, or at most.
    pub at_least: bool,
}

impl Floor {
    fn holds(&self) -> bool {
        if self.at_least { self.value >= self.wanted } else { self.value <= self.wanted }
    }
}

/// Prints the promises and ends with exit code 1 if one is broken, unless `--no-fail` was given.
pub fn judge(floors: &[Floor]) {
    println!("\n{:<62} {:>10} {:>12}", "what", "measured", "wanted");
    for floor in floors {
        let sign = if floor.at_least { "≥" } else { "≤" };
        let verdict = if floor.holds() { "" } else { "   MISSED" };
        println!(
            "{:<62} {:>10.3} {:>12}{verdict}",
            floor.what,
            floor.value,
            format!("{sign} {}", floor.wanted)
        );
    }
    let only_told = std::env::args().any(|argument| argument == "--no-fail");
    if !only_told && !floors.iter().all(Floor::holds) {
        std::process::exit(1);
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
