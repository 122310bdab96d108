//! From wave to wave: each figure shown against the same figure as shown in the report of the previous campaign.
//! Both samples are drawn anew, so that their errors are independent. Nothing enters but published figures.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    definition::model::{Definition, ScaleOption},
    statistics::{interval, ranking::tested, variance::reported},
};

use super::{
    input::Previous,
    report::{
        Change, CriterionResult, DimensionResult, Estimate, Publish, Report, Result as Figures, Unchanged,
    },
};

/// Sets the change of every figure of a report.
pub(crate) fn set(report: &mut Report, definition: &Definition, previous: &Previous<'_>) {
    let waves = Waves::new(report, definition, previous);
    let level = report.level;
    waves.place(&mut report.total, Some(&previous.report.total), level);
    let before: BTreeMap<&str, &Figures> =
        previous.report.units.iter().map(|unit| (unit.code.as_str(), &unit.result)).collect();
    for unit in &mut report.units {
        waves.place(&mut unit.result, before.get(unit.code.as_str()).copied(), level);
    }
    report.previous = Some(previous.report.campaign.clone());
}

/// Leaves out what was compared with a previous report.
pub(crate) fn forget(report: &mut Report) {
    let units = report.units.iter_mut().map(|unit| &mut unit.result);
    for figures in std::iter::once(&mut report.total).chain(units) {
        for (_, estimate) in figures.figures_mut() {
            estimate.change = None;
        }
    }
    report.previous = None;
}

/// What two questionnaires have in common.
struct Waves {
    /// Criteria, dimensions and parts that measure the same.
    criteria: BTreeSet<String>,
    dimensions: BTreeSet<String>,
    parts: BTreeSet<String>,
    index: bool,
}

impl Waves {
    fn new(report: &Report, definition: &Definition, previous: &Previous<'_>) -> Self {
        let (now, before) = (&report.total, &previous.report.total);
        let (one, other) = (&report.method, &previous.report.method);
        let same = definition.id == previous.definition.id
            && (one.measure, one.aggregation) == (other.measure, other.aggregation);
        let criteria: BTreeSet<String> = definition
            .criteria
            .iter()
            .filter(|criterion| same && same_criterion(definition, previous.definition, &criterion.id))
            .map(|criterion| criterion.id.clone())
            .collect();
        let ids = |dimension: &DimensionResult| -> Vec<String> {
            let mut ids: Vec<String> = dimension.criteria.iter().map(|c| c.id.clone()).collect();
            ids.sort();
            ids
        };
        let dimensions: BTreeSet<String> = now
            .dimensions
            .iter()
            .filter(|dimension| {
                before.dimensions.iter().any(|other| other.id == dimension.id && ids(other) == ids(dimension))
                    && dimension.criteria.iter().all(|criterion| criteria.contains(&criterion.id))
            })
            .map(|dimension| dimension.id.clone())
            .collect();
        let part_of = |figures: &Figures, part: &str| -> Vec<(String, u64)> {
            let whole: f64 = figures.parts.iter().filter(|p| p.id == part).map(|p| p.weight).sum();
            let within = |d: &&DimensionResult| d.part.as_deref().is_none_or(|of| of == part);
            // Shares to the ninth digit, so that another order of additions is not another weight.
            let share = |d: &DimensionResult| (d.weight / whole * 1e9).round() as u64;
            figures.dimensions.iter().filter(within).map(|d| (d.id.clone(), share(d))).collect()
        };
        let parts: BTreeSet<String> = now
            .parts
            .iter()
            .filter(|part| {
                let own = part_of(now, &part.id);
                own == part_of(before, &part.id) && own.iter().all(|(id, _)| dimensions.contains(id))
            })
            .map(|part| part.id.clone())
            .collect();
        let weights = |figures: &Figures| -> Vec<(String, u64)> {
            figures.parts.iter().map(|p| (p.id.clone(), (p.weight * 1e9).round() as u64)).collect()
        };
        let index = weights(now) == weights(before) && now.parts.iter().all(|part| parts.contains(&part.id));
        Self { criteria, dimensions, parts, index }
    }

    fn place(&self, now: &mut Figures, before: Option<&Figures>, level: f64) {
        let set = |estimate: &mut Estimate, before: Option<Option<&Estimate>>, comparable: bool| {
            // A suppressed figure says nothing but that it is.
            if estimate.publish == Publish::Suppress {
                return;
            }
            let change = match before {
                None => Err(Unchanged::NoUnit),
                Some(None) => Err(Unchanged::NotAsked),
                Some(Some(_)) if !comparable => Err(Unchanged::NotComparable),
                Some(Some(before)) => Ok(between(estimate, before, level)),
            };
            let missing = |reason| Change { reason: Some(reason), ..Change::default() };
            estimate.change = Some(change.unwrap_or_else(missing));
        };
        set(&mut now.index, before.map(|before| Some(&before.index)), self.index);
        for part in &mut now.parts {
            let other = before.map(|b| b.parts.iter().find(|p| p.id == part.id).map(|p| &p.estimate));
            set(&mut part.estimate, other, self.parts.contains(&part.id));
        }
        for dimension in &mut now.dimensions {
            let other =
                before.map(|b| b.dimensions.iter().find(|d| d.id == dimension.id).map(|d| &d.estimate));
            set(&mut dimension.estimate, other, self.dimensions.contains(&dimension.id));
            for criterion in &mut dimension.criteria {
                let other = before.map(|b| criterion_of(b, &criterion.id).map(|c| &c.estimate));
                set(&mut criterion.estimate, other, self.criteria.contains(&criterion.id));
            }
        }
    }
}

fn criterion_of<'a>(figures: &'a Figures, id: &str) -> Option<&'a CriterionResult> {
    figures.dimensions.iter().flat_map(|dimension| &dimension.criteria).find(|criterion| criterion.id == id)
}

/// Whether a criterion means the same in both definitions: the same scale and weight.
pub(super) fn same_criterion(one: &Definition, other: &Definition, id: &str) -> bool {
    let scale = |definition: &Definition| {
        let criterion = definition.criteria.iter().find(|criterion| criterion.id == id)?;
        let worth = |option: &ScaleOption| {
            (option.code.clone(), option.satisfied, option.score.map(f64::to_bits), option.missing)
        };
        let options = definition.scales.get(&criterion.scale)?.options.iter().map(worth).collect::<Vec<_>>();
        Some((options, criterion.weight.to_bits()))
    };
    scale(one).is_some_and(|found| scale(other) == Some(found))
}

/// The change between two figures as shown.
fn between(now: &Estimate, before: &Estimate, level: f64) -> Change {
    let reason = |reason| Change { reason: Some(reason), ..Change::default() };
    let (Some(estimate), Some(se)) = (now.estimate, now.se) else { return reason(Unchanged::NotComputable) };
    let (Some(previous), Some(previous_se)) = (before.estimate, before.se) else {
        return reason(Unchanged::PreviousHidden);
    };
    let change = estimate - previous;
    let shown = Change { previous: Some(previous), change: Some(change), ..Change::default() };
    // Where all agree and not everybody was asked, the standard error of zero is no certainty.
    let certain = |e: &Estimate, se: f64| se > 0.0 || (e.lower == e.estimate && e.upper == e.estimate);
    if !certain(now, se) || !certain(before, previous_se) {
        return Change { reason: Some(Unchanged::NoVariance), ..shown };
    }
    let se = reported(se * se + previous_se * previous_se).sqrt();
    let df = now.df.unwrap_or(0) + before.df.unwrap_or(0);
    let degrees = i64::try_from(df).unwrap_or(i64::MAX);
    let limits = interval::t(change, se, degrees, level);
    let p = tested(change, se, degrees).1;
    Change {
        se: Some(se),
        df: Some(df),
        lower: limits.map(|limits| limits.lower),
        upper: limits.map(|limits| limits.upper),
        p,
        significant: p.map(|p| p < 1.0 - level),
        ..shown
    }
}
