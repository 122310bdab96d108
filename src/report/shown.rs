//! The gate before every rendering: which figures of a report a reader may see.

use std::collections::BTreeMap;

pub use crate::index::roots::{depths, population, roots, sum};
use crate::index::{
    CATEGORY_STEPS,
    report::{CriterionResult, Decision, Estimate, Publish, RankedUnit, Report},
};

/// The estimate, unless it is suppressed. Renderings read figures only through this.
pub fn shown(estimate: &Estimate) -> Option<&Estimate> {
    (estimate.publish != Publish::Suppress).then_some(estimate)
}

/// The figure, 0..1 (a mean of option codes: on their scale), if it may be seen and could be computed.
pub fn figure(estimate: &Estimate) -> Option<f64> {
    shown(estimate)?.estimate.filter(|figure| figure.is_finite())
}

/// The limits of the interval, if they may be seen.
pub fn limits(estimate: &Estimate) -> Option<(f64, f64)> {
    let estimate = shown(estimate)?;
    estimate.lower.zip(estimate.upper).filter(|(lower, upper)| lower.is_finite() && upper.is_finite())
}

/// With how many decimals a figure is printed in per cent: with as many as it was given. One of a category is rounded to a tenth of
/// a percentage point and comes without a standard error (`docs/method.md`); a second decimal would be none of its own.
pub fn decimals(estimate: &Estimate) -> usize {
    let round = |share: Option<f64>| {
        share.is_none_or(|share| (share * CATEGORY_STEPS - (share * CATEGORY_STEPS).round()).abs() < 1e-6)
    };
    let coarse =
        estimate.se.is_none() && [estimate.estimate, estimate.lower, estimate.upper].into_iter().all(round);
    if coarse { 1 } else { 2 }
}

/// The decision, if it may be seen.
pub fn decision(estimate: &Estimate) -> Option<Decision> {
    shown(estimate)?.decision
}

/// The number of answers, if it may be seen.
pub fn answers(estimate: &Estimate) -> Option<u64> {
    shown(estimate)?.n
}

/// Answers of a criterion by option code; empty where the criterion is suppressed.
pub fn counts(criterion: &CriterionResult) -> &BTreeMap<String, u64> {
    static NONE: BTreeMap<String, u64> = BTreeMap::new();
    if shown(&criterion.estimate).is_some() { &criterion.counts } else { &NONE }
}

/// On how many sheets a criterion was asked, if that may be seen.
pub fn asked(criterion: &CriterionResult) -> Option<u64> {
    shown(&criterion.estimate).and(criterion.asked)
}

/// A unit's rank among those of its kind, and how many of them are compared.
pub fn rank<'r>(report: &'r Report, code: &str) -> Option<(&'r RankedUnit, usize)> {
    let own = |unit: &&RankedUnit| unit.code == code;
    report.rankings.iter().find_map(|list| Some((list.units.iter().find(own)?, list.compared)))
}

/// Whether any figure of the report may be seen.
pub fn any(report: &Report) -> bool {
    let results = std::iter::once(&report.total).chain(report.units.iter().map(|unit| &unit.result));
    results
        .flat_map(|result| {
            std::iter::once(&result.index).chain(result.dimensions.iter().map(|d| &d.estimate))
        })
        .any(|estimate| figure(estimate).is_some())
}

/// How many reach the target, do not, cannot be decided, have no decision.
pub fn tally<'a>(estimates: impl Iterator<Item = &'a Estimate>) -> [usize; 4] {
    let mut counts = [0; 4];
    for estimate in estimates {
        counts[match decision(estimate) {
            Some(Decision::Met) => 0,
            Some(Decision::NotMet) => 1,
            Some(Decision::Undecided) => 2,
            None => 3,
        }] += 1;
    }
    counts
}
