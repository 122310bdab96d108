//! Units: a tree of those in the files and those in the database.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{change::Change, plan::UnitAsked, source::Findings},
    organisation::Unit,
};

/// The units to write, each after its parent.
pub fn decide(found: &mut Findings<'_>, grounds: &Grounds<'_>, asked: &[UnitAsked]) -> Vec<Change> {
    let mut parents: BTreeMap<&str, &str> = BTreeMap::new();
    for unit in grounds.known.units.values() {
        if let Some(parent) = &unit.parent {
            parents.insert(&unit.code, parent);
        }
    }
    for unit in asked {
        match &unit.parent {
            Some(parent) => parents.insert(&unit.code.value, &parent.value),
            None => parents.remove(unit.code.value.as_str()),
        };
    }
    let mut in_cycle: BTreeSet<&str> = BTreeSet::new();
    let mut changes: Vec<(usize, Change)> = Vec::new();
    for unit in asked {
        if let Some(parent) = &unit.parent {
            grounds.check_unit(found, parent);
        }
        let code = unit.code.value.as_str();
        let above = above(code, &parents);
        if above.contains(&code) {
            if !in_cycle.contains(code) {
                let round: Vec<&str> = [code].into_iter().chain(above.iter().copied()).collect();
                let words = fl!(found.lang.messages(), "apply-cycle", round = round.join(" → "));
                found.wrong(unit.parent.as_ref().map_or(unit.code.spot, |parent| parent.spot), words);
                in_cycle.extend(above);
            }
            continue;
        }
        let wanted = Unit {
            code: code.to_owned(),
            name: unit.name.value.clone(),
            kind: unit.kind.value.clone(),
            parent: unit.parent.as_ref().map(|parent| parent.value.clone()),
        };
        let before = grounds.known.units.get(code);
        if before != Some(&wanted) {
            changes.push((above.len(), Change::Unit { unit: wanted, before: before.cloned() }));
        }
    }
    changes.sort_by_key(|(depth, _)| *depth);
    changes.into_iter().map(|(_, change)| change).collect()
}

/// The units above one, the nearest first; ends where it comes round to one met before.
fn above<'a>(code: &str, parents: &BTreeMap<&'a str, &'a str>) -> Vec<&'a str> {
    let mut above: Vec<&str> = Vec::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    let mut at = parents.get(code).copied();
    while let Some(unit) = at
        && met.insert(unit)
    {
        above.push(unit);
        if unit == code {
            break;
        }
        at = parents.get(unit).copied();
    }
    above
}
