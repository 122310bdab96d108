//! Simulated coverage of the confidence intervals, under designs like those of this project; writes `docs/coverage.md`.
//!
//! `just coverage-study`, or `cargo run --release --example coverage_study`. Samples are drawn again and again from
//! populations whose share is known, and the intervals of `sipas::statistics` are asked each time whether they hold it.
//! The figures come the general way of the engine: a sample under its design, a linearised variable, a variance.
//!
//! [`settings`] lists what is simulated, [`draw`] draws one sample, [`simulate`] counts over all of them (the same for
//! any number of threads), [`page`] writes it down. Another design: a variant of [`settings::Design`], its settings in
//! [`settings::scenarios`], how it is drawn in [`draw`]; then run the study again.

mod draw;
mod page;
mod settings;
mod simulate;
#[cfg(test)]
mod tests;

use std::{fs, io::Write as _, path::Path};

fn main() -> std::io::Result<()> {
    let study = settings::study();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let results = simulate::run(&study, threads);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    fs::write(&path, page::page(&study, &results))?;
    writeln!(std::io::stderr(), "{}: {}", path.display(), study.definition())
}
