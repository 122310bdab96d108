//! The units at the top of a report, and what is known of the whole by them.

use std::collections::BTreeMap;

use super::{
    UNWEIGHTED,
    report::{Report, UnitResult},
};

/// The population of the whole; `None` where not every unit that answered has one, whose sum would pass for the whole.
pub fn population(report: &Report) -> Option<u64> {
    let known = !report.has_note(UNWEIGHTED);
    sum(&report.units, |unit| unit.population).filter(|_| known)
}

/// How deep each unit lies below the units at the top of the report, which lie at 0.
pub fn depths(units: &[UnitResult]) -> Vec<usize> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    units
        .iter()
        .map(|unit| {
            let depth = unit.parent.as_deref().and_then(|code| known.get(code)).map_or(0, |depth| depth + 1);
            known.insert(&unit.code, depth);
            depth
        })
        .collect()
}

/// The units at the top of the report: those whose parent is not in it.
pub fn roots(units: &[UnitResult]) -> impl Iterator<Item = &UnitResult> {
    units.iter().zip(depths(units)).filter(|(_, depth)| *depth == 0).map(|(unit, _)| unit)
}

/// A number of the whole report: the sum over its top units, where each of them has one.
pub fn sum(units: &[UnitResult], of: impl Fn(&UnitResult) -> Option<u64>) -> Option<u64> {
    let mut roots = roots(units).peekable();
    roots.peek()?;
    roots.map(of).sum()
}
