//! How each figure of a specification comes about: its formula, the same with its numbers filled in, and the value, so
//! that an auditor can follow it with a calculator.
//!
//! The working is computed by the functions that the results come from ([`super::estimate`] and its neighbours), with
//! their terms laid open; a test holds every value to the results of [`super::run`] and recomputes every filled-in
//! formula. What is here knows no language: [`What`], [`Heading`] and [`Remark`] are worded by whoever prints them.
//! Formulas with their sources: `docs/method.md`.
//!
//! One file for each family of estimands: [`mean`] (means, totals, ratios, composites, differences), [`weighting`],
//! [`comparison`] (ranking, suppression), [`association`] (alpha, drivers), [`planning`]; [`figure`] has what all
//! estimates share: variance, intervals, target. [`working`] has the lines themselves, [`number`] how numbers look.

mod association;
mod comparison;
mod figure;
mod mean;
pub mod number;
mod planning;
mod weighting;
pub mod working;

#[cfg(test)]
mod tests;

use super::{
    error::{Error, Problem},
    sample::Sample,
    spec::{Analysis, Kind, Spec},
    table::Table,
};
use working::Working;
pub use working::{Cell, Heading, Line, Remark, Step, Tabulated, Value, What};

/// The working of a specification.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The analyses in order.
    pub analyses: Vec<ExplainedAnalysis>,
}

/// The working of an analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedAnalysis {
    /// Its id.
    pub id: String,
    /// Design and calibration.
    pub design: Vec<Line>,
    /// Its estimands in order.
    pub estimands: Vec<ExplainedEstimand>,
}

/// The working of an estimand.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedEstimand {
    /// Its key.
    pub key: String,
    /// Its kind as in the specification.
    pub kind: &'static str,
    /// The working.
    pub lines: Vec<Line>,
}

/// Explains everything a specification asks for.
///
/// # Errors
/// As [`super::run::run`].
pub fn explain(spec: &Spec, table: &Table) -> Result<Explanation, Error> {
    let analyses = spec.analyses.iter().enumerate();
    Ok(Explanation {
        analyses: analyses
            .map(|(position, analysis)| explain_analysis(analysis, table, &format!("analyses[{position}]")))
            .collect::<Result<_, _>>()?,
    })
}

fn explain_analysis(analysis: &Analysis, table: &Table, path: &str) -> Result<ExplainedAnalysis, Error> {
    let sample = match analysis.design {
        Some(_) => Some(Sample::build(analysis, table, path)?),
        None => None,
    };
    let mut estimands = Vec::with_capacity(analysis.estimands.len());
    for (position, estimand) in analysis.estimands.iter().enumerate() {
        let path = format!("{path}.estimands[{position}]");
        let mut working = Working::default();
        let kind = explain_kind(&mut working, &estimand.kind, sample.as_ref(), table, &path)?;
        estimands.push(ExplainedEstimand { key: estimand.key.clone(), kind, lines: working.lines });
    }
    let design = sample.as_ref().map(weighting::design).unwrap_or_default();
    Ok(ExplainedAnalysis { id: analysis.id.clone(), design, estimands })
}

fn explain_kind(
    working: &mut Working,
    kind: &Kind,
    sample: Option<&Sample<'_>>,
    table: &Table,
    path: &str,
) -> Result<&'static str, Error> {
    if let Kind::SampleSize(spec) = kind {
        planning::sample_size(working, spec, table, path)?;
        return Ok("sample_size");
    }
    let Some(sample) = sample else { return Err(Error::at(path, Problem::NoDesign)) };
    Ok(match kind {
        Kind::Mean(spec) => mean::mean(working, spec, sample, path).map(|()| "mean")?,
        Kind::Total(spec) => mean::total(working, spec, sample, path).map(|()| "total")?,
        Kind::Ratio(spec) => mean::ratio(working, spec, sample, path).map(|()| "ratio")?,
        Kind::Composite(spec) => mean::composite(working, spec, sample, path).map(|()| "composite")?,
        Kind::Diff(spec) => mean::diff(working, spec, sample, path).map(|()| "diff")?,
        Kind::Weights(_) => {
            weighting::weights(working, &sample.weights);
            "weights"
        }
        Kind::Trim(spec) => weighting::trim(working, spec, &sample.weights, path).map(|()| "trim")?,
        Kind::Alpha(spec) => association::alpha(working, spec, sample, path).map(|()| "alpha")?,
        Kind::Drivers(spec) => association::drivers(working, spec, sample, path).map(|()| "drivers")?,
        Kind::Ranking(spec) => comparison::ranking(working, spec, sample, path).map(|()| "ranking")?,
        Kind::Suppression(spec) => {
            comparison::suppression(working, spec, sample, path).map(|()| "suppression")?
        }
        Kind::SampleSize(_) => "sample_size",
    })
}
