//! The report of a campaign under the units that there are now: what was answered at a unit that has been merged since
//! counts for its successor.
//!
//! Two groupings of the same answers must not together tell what each of them hides. So this report shows nothing that the
//! ordinary one does not: a unit whose answers are those of one unit there has that one's figures; one that brings several
//! together has figures of its own only where they follow from figures of those that are published already; anything else is
//! hidden. What does not follow from it, how answers go together, is left out.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::organisation::UnitTree;

use super::{
    Error,
    compute::{compute, compute_under, forget_associations, hide_all, hide_criterion},
    input::{Breakdowns, Input},
    notes::note,
    ranking,
    report::{Estimate, Publish, Report, Result as Figures, UnitWeighting},
};

/// Code of the note that units had been merged by the end of the time reported on.
pub const MERGED: &str = "merged";

/// The report of `input`, whose units are those of the campaign's time, under the units of `now`.
///
/// # Errors
/// As [`compute`].
pub fn under_successors(input: &Input<'_>, now: &UnitTree) -> Result<Report, Error> {
    let then = compute(&Input { previous: None, ..*input })?;
    let mut report =
        compute_under(&Input { previous: None, breakdowns: Breakdowns::Without, ..*input }, now)?;
    let held: BTreeSet<&str> = input
        .strata
        .iter()
        .map(|stratum| stratum.unit.as_str())
        .chain(input.sheets.units.keys().map(String::as_str))
        .chain(input.sheets.judged.keys().map(|(unit, _)| unit.as_str()))
        .collect();
    let known: BTreeMap<BTreeSet<&str>, &Figures> = then
        .units
        .iter()
        .map(|unit| (within(input.units, &held, &unit.code), &unit.result))
        .chain([(held.clone(), &then.total)])
        .collect();
    for unit in &mut report.units {
        let own = within(now, &held, &unit.code);
        if let Some(same) = known.get(&own) {
            unit.result = (*same).clone();
        } else {
            let parts: Option<Vec<&Figures>> =
                own.iter().map(|code| known.get(&BTreeSet::from([*code])).copied()).collect();
            match parts {
                Some(parts) if !own.is_empty() => keep_what_follows(&mut unit.result, &parts),
                _ => {
                    hide_all(&mut unit.result);
                    unit.result.responses = None;
                }
            }
        }
    }
    report.total = then.total.clone();
    report.groups = then.groups.clone();
    // What crosses the units is the same under all of them; counters are those of units that are still there.
    let there = |code: &String| report.units.iter().any(|unit| unit.code == *code);
    let breakdowns = then.breakdowns.iter().filter(|of| of.unit.as_ref().is_none_or(there));
    report.breakdowns = breakdowns.cloned().collect();
    report.notes = then.notes.clone();
    report.notes.push(note("successors", None, |lang| fl!(lang.messages(), "index-successors")));
    mark_merged(&mut report, |code| now.get(code).and_then(|unit| unit.successor.clone()));
    Ok(report)
}

/// Marks the units that had become others by the end of what is reported on, as `heir` tells by their codes, and ranks the others
/// alone: what a unit that is no more was short of is its successor's to mend, and not twice.
pub fn mark_merged(report: &mut Report, heir: impl Fn(&str) -> Option<String>) {
    for unit in &mut report.units {
        unit.merged_into = heir(&unit.code);
    }
    report.rankings = ranking::rankings(&report.units);
}

/// The units that hold answers at this one or below it.
fn within<'h>(tree: &UnitTree, held: &BTreeSet<&'h str>, code: &str) -> BTreeSet<&'h str> {
    let Some(at) = tree.position(code) else { return BTreeSet::new() };
    held.iter()
        .copied()
        .filter(|held| tree.position(held).is_some_and(|below| tree.is_within(below, at)))
        .collect()
}

/// Hides what does not follow from the published figures of the parts: an item that one of them hides, and whatever is
/// formed of it.
fn keep_what_follows(result: &mut Figures, parts: &[&Figures]) {
    forget_associations(result);
    if parts.iter().any(|part| part.responses.is_none()) {
        result.responses = None;
    }
    let mut whole: BTreeMap<&str, bool> = BTreeMap::new();
    let mut all = true;
    for (d, dimension) in result.dimensions.iter_mut().enumerate() {
        let mut every = true;
        for (c, criterion) in dimension.criteria.iter_mut().enumerate() {
            let published = parts.iter().all(|part| {
                let same = part.dimensions.get(d).and_then(|dimension| dimension.criteria.get(c));
                same.is_some_and(|same| same.estimate.publish != Publish::Suppress)
            });
            if !published {
                hide_criterion(criterion);
                every = false;
            }
        }
        if !every {
            dimension.estimate = Estimate::default();
            dimension.points = None;
        }
        *whole.entry(dimension.part.as_deref().unwrap_or_default()).or_insert(true) &= every;
        all &= every;
    }
    for part in &mut result.parts {
        // Without parts in the definition there is one that holds everything.
        if !whole.get(part.id.as_str()).copied().unwrap_or(all) {
            part.estimate = Estimate::default();
        }
    }
    if !all {
        result.index = Estimate::default();
        result.points = None;
        result.weighting = UnitWeighting::default();
    }
}
