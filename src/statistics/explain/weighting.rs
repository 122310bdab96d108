//! Weights: what the design gives, what calibration and trimming make of them.

use super::{
    number::{fill, show},
    working::{Cell, Heading, Line, Remark, What, Working},
};
use crate::statistics::{
    deff::{kish_deff, kish_n_eff},
    error::Error,
    sample::Sample,
    spec::Trim,
    sum, weights,
};

/// Passes of trimming that are shown.
const PASSES: usize = 20;

/// How the weights of a sample come about.
pub(super) fn design(sample: &Sample<'_>) -> Vec<Line> {
    let mut w = Working::default();
    match sample.calibrated() {
        None => w.remark(Remark::BaseWeights),
        Some(calibrated) => {
            let margins = calibrated.cells();
            let raked = margins.len() > 1;
            w.remark(Remark::Calibration { raked });
            let mut rows = Vec::new();
            for (name, base, total, fitted) in margins.into_iter().flatten() {
                let mut row = vec![Cell::from(name), base.into(), total.into()];
                if !raked {
                    row.push((total / base).into());
                }
                row.push(fitted.into());
                rows.push(row);
            }
            let columns: &[&str] =
                if raked { &["g", "Σd", "N_g", "Σw"] } else { &["g", "Σd", "N_g", "N_g / Σd", "Σw"] };
            w.table(columns, rows);
        }
    }
    w.lines
}

/// What weights add up to.
pub(super) fn weights(w: &mut Working, values: &[f64]) {
    let n = values.len();
    let total = sum::sum(values.iter().copied());
    let squares = sum::sum(values.iter().map(|w| w * w));
    w.given(What::Answers, "n", n as f64).result("n");
    w.given(What::SumOfWeights, "W = Σw", total).result("sum");
    w.given(What::SumOfSquaredWeights, "Σw²", squares);
    if let Some(least) = values.iter().copied().reduce(f64::min) {
        w.given(What::LeastWeight, "min w", least).result("min");
    }
    if let Some(most) = values.iter().copied().reduce(f64::max) {
        w.given(What::LargestWeight, "max w", most).result("max");
    }
    if let Some(effect) = kish_deff(n as u64, total, squares) {
        let filled = format!("{n} · {} / {}^2", fill(squares), fill(total));
        w.step(What::KishDesignEffect, "deff_K", "n·Σw² / W²", filled, effect).result("kish_deff");
    }
    if let Some(size) = kish_n_eff(total, squares) {
        let filled = format!("{}^2 / {}", fill(total), fill(squares));
        w.step(What::KishSize, "n_K", "W² / Σw²", filled, size).result("n_eff_kish");
    }
}

/// Trimming, pass by pass.
pub(super) fn trim(w: &mut Working, spec: &Trim, before: &[f64], path: &str) -> Result<(), Error> {
    let (trimmed, passes) = weights::trimmed(spec, before, path)?;
    if passes.is_empty() {
        w.remark(Remark::NothingOutside);
        w.given(What::Outside, "n_out", 0.0).result("n_outside");
    }
    let bounds = [spec.lower.map(show), spec.upper.map(show)];
    let [lower, upper] = bounds.map(|bound| bound.unwrap_or_else(|| "∞".to_owned()));
    for (number, pass) in passes.iter().enumerate().take(PASSES) {
        w.heading(Heading::Pass { number: number + 1 });
        w.given(What::Outside, &format!("n_out (w < {lower} ∨ w > {upper})"), pass.outside as f64);
        if number == 0 {
            w.result("n_outside");
        }
        w.given(What::Cut, "D = Σ (w − w')", pass.cut);
        let filled = format!("{} / {}", fill(pass.cut), pass.inside);
        w.step(What::Share, "δ", "D / (n − n_out)", filled, pass.each());
    }
    if passes.len() > PASSES {
        w.remark(Remark::FurtherPasses { passes: passes.len() - PASSES });
    }
    weights(w, &trimmed);
    Ok(())
}
