//! Units: a tree of those in the files and those in the database, on every day.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;
use jiff::civil::Date;

use super::Grounds;
use crate::{
    apply::{
        change::Change,
        plan::{Plan, UnitAsked},
        source::{Findings, Spot},
    },
    clock,
    organisation::{
        History, Phase, Since, Unit,
        problem::{self, Wrong},
    },
};

/// The units as they shall be, whether or not they are a tree.
pub fn after(known: &History, plan: &Plan, now: i64) -> History {
    let today = clock::date(clock::day(now)).unwrap_or(Date::ZERO);
    let asked = plan.units.iter().filter(|unit| !unit.code.value.is_empty());
    known.with(asked.map(|unit| {
        // What a file does not date holds from the day of its first run: older reports keep the tree of their time.
        let since = unit.since.as_ref().map_or(Since::Day(today), |since| Since::Exactly(since.value));
        (wanted(unit), since)
    }))
}

/// The units to write, each after its parent.
pub fn decide(found: &mut Findings<'_>, grounds: &Grounds<'_>, plan: &Plan) -> Vec<Change> {
    let asked = plan.units.as_slice();
    let after = &grounds.after;
    if check_tree(found, grounds, asked) {
        let spots: BTreeMap<&str, &UnitAsked> =
            asked.iter().map(|unit| (unit.code.value.as_str(), unit)).collect();
        check_dates(found, after, asked, &spots);
        check_uses(found, grounds, plan, after, &spots);
    }
    let mut changes = grounds.known.units.changes_to(after);
    // Units of one height in the order of the files.
    let places: BTreeMap<&str, usize> =
        asked.iter().enumerate().map(|(place, unit)| (unit.code.value.as_str(), place)).collect();
    changes.sort_by_cached_key(|change| (after.depth(change.code()), places.get(change.code()).copied()));
    changes.into_iter().map(Change::Unit).collect()
}

fn wanted(unit: &UnitAsked) -> Unit {
    Unit {
        code: unit.code.value.clone(),
        name: unit.name.value.clone(),
        kind: unit.kind.value.clone(),
        parent: unit.parent.as_ref().map(|parent| parent.value.clone()),
        valid_from: unit.valid_from.as_ref().map(|said| said.value),
        valid_to: unit.valid_to.as_ref().map(|said| said.value),
        successor: unit.successor.as_ref().map(|said| said.value.clone()),
    }
}

/// Parents and successors are there, and no parent leads round; whether so.
fn check_tree(found: &mut Findings<'_>, grounds: &Grounds<'_>, asked: &[UnitAsked]) -> bool {
    let mut parents: BTreeMap<&str, &str> = BTreeMap::new();
    for unit in grounds.known.units.iter().map(|dated| &dated.unit) {
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
    let mut sound = true;
    for unit in asked {
        for named in unit.parent.iter().chain(&unit.successor) {
            grounds.check_unit(found, named);
            sound &= grounds.units.binary_search(&named.value).is_ok();
        }
        let code = unit.code.value.as_str();
        let above = above(code, &parents);
        if above.contains(&code) {
            sound = false;
            if !in_cycle.contains(code) {
                let round: Vec<&str> = [code].into_iter().chain(above.iter().copied()).collect();
                let words = fl!(found.lang.messages(), "apply-cycle", round = round.join(" → "));
                found.wrong(unit.parent.as_ref().map_or(unit.code.spot, |parent| parent.spot), words);
                in_cycle.extend(above);
            }
        }
    }
    sound
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

/// Beginnings, ends and successors fit together.
fn check_dates(
    found: &mut Findings<'_>,
    after: &History,
    asked: &[UnitAsked],
    spots: &BTreeMap<&str, &UnitAsked>,
) {
    for problem in problem::problems(after) {
        let code = problem.unit.as_str();
        let spot = match (&problem.what, spots.get(code)) {
            (Wrong::EndsFirst, Some(unit)) => ending(unit),
            (
                Wrong::UnknownSuccessor { .. }
                | Wrong::SuccessorWithoutEnd
                | Wrong::SuccessorRound
                | Wrong::SuccessorEnded { .. },
                Some(unit),
            ) => unit.successor.as_ref().map(|said| said.spot),
            (_, Some(unit)) => Some(unit.code.spot),
            (Wrong::ParentEnds { parent, .. }, None) => {
                spots.get(parent.as_str()).and_then(|unit| ending(unit))
            }
            (_, None) => None,
        };
        let somewhere = spot.or_else(|| asked.first().map(|unit| unit.code.spot));
        found.wrong(somewhere.unwrap_or_default(), problem.what.words(found.lang, code));
    }
}

fn ending(unit: &UnitAsked) -> Option<Spot> {
    unit.valid_to.as_ref().map(|said| said.spot)
}

/// No campaign goes on taking answers for a unit that has ended.
fn check_uses(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    plan: &Plan,
    after: &History,
    spots: &BTreeMap<&str, &UnitAsked>,
) {
    let listed = |slug: &str| plan.campaigns.iter().any(|asked| asked.slug.value == slug);
    let mut said: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut check = |unit: &str, slug: &str, closes: i64, spot: Option<Spot>| {
        let last = clock::date(clock::day(closes.saturating_sub(1))).unwrap_or(Date::MAX);
        let end = after.get(unit).and_then(|dated| dated.unit.valid_to).filter(|end| *end < last);
        if let (Some(end), Some(spot)) = (end, spot) {
            found.wrong(spot, problem::in_use(found.lang, unit, end, slug, last));
        }
    };
    for campaign in &grounds.known.campaigns {
        let stored = &campaign.stored.campaign;
        if stored.phase(grounds.now) == Phase::Closed || listed(&stored.slug) {
            continue;
        }
        for place in campaign.places.iter().filter(|place| !place.retired) {
            if said.insert((&place.unit, &stored.slug)) {
                let spot = spots.get(place.unit.as_str()).and_then(|unit| ending(unit));
                check(&place.unit, &stored.slug, stored.closes, spot);
            }
        }
    }
    for campaign in plan.campaigns.iter().filter(|campaign| campaign.closes.value > grounds.now) {
        let counters = campaign.counters.iter().map(|counter| &counter.unit);
        for unit in counters.chain(campaign.invitations.iter().map(|invitation| &invitation.unit)) {
            if said.insert((&unit.value, &campaign.slug.value)) {
                check(&unit.value, &campaign.slug.value, campaign.closes.value, Some(unit.spot));
            }
        }
    }
}
