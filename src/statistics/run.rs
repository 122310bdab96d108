//! A specification and its table to results, in the shape of `svy-ref/1`: `results[analysis.id][estimand.key]`.

use serde::{Serialize, Serializer};

use super::{
    alpha::{self, AlphaResult},
    drivers::{self, DriversResult},
    error::{Error, Problem},
    estimate::{self, CompositeResult, DiffResult, FigureResult, MeanResult},
    ranking::{self, RankingResult},
    sample::Sample,
    sample_size::{self, SampleSizeResult},
    spec::{Analysis, Kind, Spec},
    suppression::{self, SuppressionResult},
    table::Table,
    tabulation::batch::Batch,
    weights::{self, TrimResult, WeightsResult},
};

/// The results of a specification, in its order. A figure that is not computable is null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Results {
    results: Entries<Entries<Outcome>>,
}

/// A JSON object that keeps its order.
#[derive(Debug, Clone, PartialEq)]
struct Entries<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Outcome {
    Mean(MeanResult),
    Figure(FigureResult),
    Composite(CompositeResult),
    Diff(DiffResult),
    Weights(WeightsResult),
    Trim(TrimResult),
    Alpha(AlphaResult),
    Ranking(RankingResult),
    Drivers(DriversResult),
    Suppression(SuppressionResult),
    SampleSize(SampleSizeResult),
}

/// Whether a specification may need a column.
#[must_use]
pub fn needs(spec: &Spec, column: &str) -> bool {
    spec.words.contains(column) || sample_size::COLUMNS.contains(&column)
}

/// Computes everything a specification asks for.
///
/// # Errors
/// The path in the specification, or the line and column of the data, and what is wrong there.
pub fn run(spec: &Spec, table: &Table) -> Result<Results, Error> {
    let found = table.rows() as u64;
    if let Some(said) = spec.data.rows
        && said != found
    {
        return Err(Error::at("data.rows", Problem::Rows { said, found }));
    }
    let mut results = Vec::with_capacity(spec.analyses.len());
    for (position, analysis) in spec.analyses.iter().enumerate() {
        results.push((analysis.id.clone(), analyse(analysis, table, &format!("analyses[{position}]"))?));
    }
    Ok(Results { results: Entries(results) })
}

fn analyse(analysis: &Analysis, table: &Table, path: &str) -> Result<Entries<Outcome>, Error> {
    let sample = match analysis.design {
        Some(_) => Some(Sample::build(analysis, table, path)?),
        None => None,
    };
    let counted = sample.as_ref().and_then(|sample| Batch::prepare(&analysis.estimands, sample));
    let mut outcomes = Vec::with_capacity(analysis.estimands.len());
    for (position, estimand) in analysis.estimands.iter().enumerate() {
        let path = format!("{path}.estimands[{position}]");
        let outcome = match from_counts(&estimand.kind, counted.as_ref(), &path)? {
            Some(outcome) => outcome,
            None => outcome(&estimand.kind, sample.as_ref(), table, &path)?,
        };
        outcomes.push((estimand.key.clone(), outcome));
    }
    Ok(Entries(outcomes))
}

/// An estimand that needs no value for each row.
fn from_counts(kind: &Kind, counted: Option<&Batch<'_>>, path: &str) -> Result<Option<Outcome>, Error> {
    let Some(counted) = counted else { return Ok(None) };
    Ok(match kind {
        Kind::Mean(spec) => counted.mean(spec, path)?.map(Outcome::Mean),
        Kind::Composite(spec) => counted.composite(spec, path)?.map(Outcome::Composite),
        _ => None,
    })
}

fn outcome(kind: &Kind, sample: Option<&Sample<'_>>, table: &Table, path: &str) -> Result<Outcome, Error> {
    if let Kind::SampleSize(spec) = kind {
        return sample_size::sample_size(spec, table, path).map(Outcome::SampleSize);
    }
    let Some(sample) = sample else { return Err(Error::at(path, Problem::NoDesign)) };
    Ok(match kind {
        Kind::Mean(spec) => Outcome::Mean(estimate::mean(spec, sample, path)?),
        Kind::Total(spec) => Outcome::Figure(estimate::total(spec, sample, path)?),
        Kind::Ratio(spec) => Outcome::Figure(estimate::ratio(spec, sample, path)?),
        Kind::Composite(spec) => Outcome::Composite(estimate::composite(spec, sample, path)?),
        Kind::Diff(spec) => Outcome::Diff(estimate::diff(spec, sample, path)?),
        Kind::Weights(_) => Outcome::Weights(weights::weights(&sample.weights)),
        Kind::Trim(spec) => Outcome::Trim(weights::trim(spec, &sample.weights, path)?),
        Kind::Alpha(spec) => Outcome::Alpha(alpha::alpha(spec, sample, path)?),
        Kind::Ranking(spec) => Outcome::Ranking(ranking::ranking(spec, sample, path)?),
        Kind::Drivers(spec) => Outcome::Drivers(drivers::drivers(spec, sample, path)?),
        Kind::Suppression(spec) => Outcome::Suppression(suppression::suppression(spec, sample, path)?),
        Kind::SampleSize(spec) => Outcome::SampleSize(sample_size::sample_size(spec, table, path)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_columns_that_a_specification_names_are_kept() {
        let spec = r#"{"schema": "svy-ref/1", "data": {"file": "d"}, "analyses": [
            {"id": "a", "design": {"weight": "w", "stages": [{"id": "c"}], "lonely_psu": "fail"},
             "estimands": [{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": []}]}]}"#;
        let spec = Spec::parse(spec).unwrap();
        for (column, needed) in [("w", true), ("c", true), ("y", true), ("comment", false)] {
            assert_eq!(needs(&spec, column), needed, "{column}");
        }
    }
}
