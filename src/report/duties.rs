//! Who must act: what is below the target, by responsible body.

use std::cmp::Ordering;

use crate::{
    index::report::{CriterionResult, Decision, DimensionResult, Estimate, Report, Result, UnitResult},
    report::{drag, scope, shown},
};

/// The plan's name for all bodies that are surveyed, each for its own part.
pub const EVERYBODY: &str = "Các cơ quan, đơn vị, địa phương";

/// A criterion with its dimension.
pub type Item<'a> = (&'a DimensionResult, &'a CriterionResult);

/// What a body has to do with a criterion, by the province's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Leads (chủ trì).
    Lead,
    /// Monitors (theo dõi).
    Monitor,
    /// Supports (phối hợp).
    Support,
}

impl Role {
    /// All roles, the first to act first.
    pub const ALL: [Self; 3] = [Self::Lead, Self::Monitor, Self::Support];
}

/// What is below the target where a body has a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Duties<'a> {
    /// The body; `None`: no body is named for these.
    pub body: Option<&'a str>,
    /// The unit whose own figures they are, where units were judged; absent: they are those of the whole.
    pub unit: Option<&'a UnitResult>,
    /// The criteria with the body's roles, the lowest figure first.
    pub items: Vec<(Item<'a>, Vec<Role>)>,
}

/// All criteria of the total, the lowest figure first, those without a figure last.
pub fn worst_first(report: &Report) -> Vec<Item<'_>> {
    worst_first_of(&report.total)
}

fn worst_first_of(result: &Result) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> =
        result.dimensions.iter().flat_map(|d| d.criteria.iter().map(move |c| (d, c))).collect();
    let figure = |item: &Item<'_>| shown::figure(&item.1.estimate);
    items.sort_by(|a, b| match (figure(a), figure(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    items
}

/// The criteria whose figure is below the target, the lowest first. Those whose interval holds the target are among them:
/// their decision says that it is not certain.
pub fn below_target(report: &Report) -> Vec<Item<'_>> {
    below(&report.total, report.target)
}

/// The same of one result, such as a unit's.
pub fn below(result: &Result, target: f64) -> Vec<Item<'_>> {
    let mut items = worst_first_of(result);
    items.retain(|(_, criterion)| {
        certainly(&criterion.estimate)
            || shown::figure(&criterion.estimate).is_some_and(|figure| figure < target)
    });
    items
}

fn certainly(estimate: &Estimate) -> bool {
    shown::decision(estimate) == Some(Decision::NotMet)
}

/// Whether units were judged by groups of people, so that what is below the target is theirs to mend. Not so in the report of one
/// unit, where every criterion names it ([`scope::of_unit`]).
pub fn are_judged(report: &Report) -> bool {
    !report.groups.is_empty()
}

/// The units, among those side by side, whose index certainly does not reach the target, the lowest first.
pub fn failing(report: &Report) -> Vec<&UnitResult> {
    let mut failing = scope::side_by_side(report);
    failing.retain(|unit| certainly(&unit.result.index));
    lowest_first(&mut failing);
    failing
}

fn lowest_first(units: &mut [&UnitResult]) {
    let figure = |unit: &UnitResult| shown::figure(&unit.result.index).unwrap_or(f64::INFINITY);
    units.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
}

/// Of units that were judged, what is below the target there, which each of them leads on: all of it where the index falls short,
/// else what certainly does.
fn of_judged(report: &Report) -> Vec<Duties<'_>> {
    if !are_judged(report) {
        return Vec::new();
    }
    let mut units = scope::side_by_side(report);
    lowest_first(&mut units);
    let own = |unit: &'_ UnitResult| certainly(&unit.result.index);
    let duties = units.into_iter().map(|unit| {
        let below = below(&unit.result, report.target).into_iter();
        let items = below.filter(|(_, criterion)| own(unit) || certainly(&criterion.estimate));
        let items = items.map(|item| (item, vec![Role::Lead])).collect();
        Duties { body: Some(&unit.name), unit: Some(unit), items }
    });
    duties.filter(|duties| !duties.items.is_empty()).collect()
}

/// What is below the target, by body: first the units that were judged, then those that lead, those that monitor, those that support.
pub fn by_body(report: &Report) -> Vec<Duties<'_>> {
    let mut found: Vec<Duties<'_>> = Vec::new();
    let below = below_target(report);
    for role in Role::ALL {
        for item in &below {
            for body in bodies(item.1, role) {
                put(&mut found, Some(body), *item, Some(role));
            }
        }
    }
    for item in below.iter().filter(|(_, criterion)| nobody(criterion)) {
        put(&mut found, None, *item, None);
    }
    // Of the same order whichever role brought them.
    for duties in &mut found {
        let at = |item: &Item<'_>| below.iter().position(|(_, other)| other.id == item.1.id);
        duties.items.sort_by_key(|(item, _)| at(item));
    }
    let mut all = of_judged(report);
    all.extend(found);
    all
}

/// The bodies with this role.
pub fn bodies(criterion: &CriterionResult, role: Role) -> &[String] {
    let Some(responsible) = &criterion.responsible else { return &[] };
    match role {
        Role::Lead => &responsible.lead,
        Role::Monitor => &responsible.monitor,
        Role::Support => &responsible.support,
    }
}

/// So many of them are named.
const NAMED: usize = 3;

/// Where every body leads on a criterion: the units that certainly do not reach the target there, the lowest first, at most three.
pub fn lowest<'r>(
    report: &'r Report,
    criterion: &CriterionResult,
) -> Vec<(&'r UnitResult, &'r CriterionResult)> {
    if !bodies(criterion, Role::Lead).iter().any(|body| body == EVERYBODY) {
        return Vec::new();
    }
    let own = |unit: &'r UnitResult| {
        let all = unit.result.dimensions.iter().flat_map(|dimension| &dimension.criteria);
        let own = all.filter(|own| own.id == criterion.id).find(|own| certainly(&own.estimate));
        own.map(|own| (unit, own))
    };
    let mut found: Vec<_> = scope::side_by_side(report).into_iter().filter_map(own).collect();
    let figure = |of: &CriterionResult| shown::figure(&of.estimate).unwrap_or(f64::INFINITY);
    found.sort_by(|(_, a), (_, b)| figure(a).total_cmp(&figure(b)));
    // Of a unit and its parts only the lowest: they are the same shortfall.
    let mut named: Vec<(&UnitResult, &CriterionResult)> = Vec::new();
    for (unit, own) in found {
        let related =
            |other: &UnitResult| scope::lies_in(report, unit, other) || scope::lies_in(report, other, unit);
        if named.len() < NAMED && !named.iter().any(|(other, _)| related(other)) {
            named.push((unit, own));
        }
    }
    named
}

/// The criteria that are lowest, so many as are named beside the index, where none lies below the target; none where one does.
pub fn lowest_criteria(report: &Report) -> Vec<Item<'_>> {
    if !below_target(report).is_empty() {
        return Vec::new();
    }
    let mut lowest = worst_first(report);
    lowest.retain(|(_, criterion)| shown::figure(&criterion.estimate).is_some());
    lowest.truncate(drag::NAMED);
    lowest
}

fn nobody(criterion: &CriterionResult) -> bool {
    Role::ALL.into_iter().all(|role| bodies(criterion, role).is_empty())
}

fn put<'a>(found: &mut Vec<Duties<'a>>, body: Option<&'a str>, item: Item<'a>, role: Option<Role>) {
    let place = found.iter().position(|duties| duties.body == body).unwrap_or_else(|| {
        found.push(Duties { body, unit: None, items: Vec::new() });
        found.len() - 1
    });
    let items = &mut found[place].items;
    match items.iter_mut().find(|(known, _)| known.1.id == item.1.id) {
        Some((_, roles)) => roles.extend(role),
        None => items.push((item, role.into_iter().collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn each_body_sees_what_is_below_the_target_with_its_roles() {
        let report = fixture::report();
        let duties = by_body(&report);
        let names: Vec<&str> = duties.iter().filter_map(|duties| duties.body).collect();
        assert_eq!(names, ["Các cơ quan, đơn vị, địa phương", "Văn phòng UBND tỉnh", "Sở Nội vụ"]);
        assert_eq!(duties[0].items.len(), below_target(&report).len());
        let office = &duties[1].items[0];
        assert_eq!(
            (office.0.1.id.as_str(), office.1.as_slice()),
            ("feedback.told", &[Role::Monitor, Role::Support][..])
        );
        for duties in &duties {
            let figures: Vec<f64> =
                duties.items.iter().filter_map(|(item, _)| shown::figure(&item.1.estimate)).collect();
            assert!(
                figures.is_sorted() && figures.iter().all(|figure| *figure < report.target),
                "{figures:?}"
            );
        }
    }

    #[test]
    fn where_every_body_leads_those_that_are_lowest_are_named() {
        let report = fixture::report();
        let told = &report.total.dimensions[4].criteria[2];
        let found = lowest(&report, told);
        let figures: Vec<f64> = found.iter().filter_map(|(_, own)| shown::figure(&own.estimate)).collect();
        assert!(figures.len() > 1 && figures.is_sorted(), "{figures:?}");
        let codes: Vec<&str> = found.iter().map(|(unit, _)| unit.code.as_str()).collect();
        assert!(!codes.contains(&report.units[0].code.as_str()), "the whole is none of its parts: {codes:?}");
        for (at, (unit, _)) in found.iter().enumerate() {
            let below = |(other, _): &(&UnitResult, _)| scope::lies_in(&report, unit, other);
            assert!(!found.iter().enumerate().any(|(other, own)| other != at && below(own)), "{codes:?}");
        }
        let mut led = told.clone();
        led.responsible.as_mut().unwrap().lead = vec!["Sở Y tế".to_owned()];
        assert!(lowest(&report, &led).is_empty());
    }

    #[test]
    fn what_nobody_answers_for_is_not_lost() {
        let mut report = fixture::report();
        report.total.dimensions[4].criteria[2].responsible = None;
        let last = by_body(&report).pop().unwrap();
        assert_eq!((last.body, last.items.len()), (None, 1));
        assert_eq!(last.items[0].0.1.id, "feedback.told");
    }

    #[test]
    fn d_01_a_hidden_figure_is_on_no_list() {
        assert!(by_body(&fixture::closed_until_end()).is_empty());
    }
}
