//! Groups of raters: figures against `tests/judging`, which computes them by itself, and what is hidden of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::{Answers, campaign, definition, units};
use crate::{
    index::{
        compute,
        input::{Input, Judging, JudgingGroup, Links, Sheets, UnitSheets},
        report::{Estimate, Publish, Report, Result as Figures},
    },
    questionnaire::Questionnaire,
};

#[derive(Debug, Deserialize)]
pub(super) struct Case {
    groups: BTreeMap<String, Option<f64>>,
    /// By unit and group.
    pub assigned: BTreeMap<String, BTreeMap<String, u64>>,
    pub answers: BTreeMap<String, BTreeMap<String, Answers>>,
    /// By group: how many of it answered; of others fifteen.
    #[serde(default)]
    people: BTreeMap<String, u64>,
    expected: Expected,
}

impl Case {
    /// Groups that have judged nothing yet.
    pub fn empty(groups: &[&str]) -> Self {
        let nothing = Wanted { satisfied: 0.0, nodes: BTreeMap::new() };
        Self {
            groups: groups.iter().map(|group| ((*group).to_owned(), None)).collect(),
            assigned: BTreeMap::new(),
            answers: BTreeMap::new(),
            people: BTreeMap::new(),
            expected: Expected { total: nothing, units: BTreeMap::new(), groups: BTreeMap::new() },
        }
    }
}

#[derive(Debug, Deserialize)]
struct Expected {
    total: Wanted,
    units: BTreeMap<String, Wanted>,
    groups: BTreeMap<String, Wanted>,
}

/// Figures by node of the index, and the share satisfied.
#[derive(Debug, Deserialize)]
struct Wanted {
    satisfied: f64,
    #[serde(flatten)]
    nodes: BTreeMap<String, Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    n: u64,
    estimate: f64,
    se: f64,
    df: u64,
    lower: f64,
    upper: f64,
}

fn cases() -> BTreeMap<String, Case> {
    serde_json::from_str(include_str!("../../../tests/judging/cases.json")).unwrap()
}

fn judging(case: &Case) -> (Judging, Sheets) {
    let groups = case.groups.iter().map(|(code, weight)| JudgingGroup {
        code: code.clone(),
        name: code.to_uppercase(),
        weight: *weight,
        invited: 20,
        answered: Some(case.people.get(code).copied().unwrap_or(15)),
    });
    let pairs = |unit: &String, group: &String| (unit.clone(), group.clone());
    let assigned =
        case.assigned.iter().flat_map(|(unit, of)| of.iter().map(move |(group, n)| (pairs(unit, group), *n)));
    let sheets = |rows: &Answers| UnitSheets {
        count: rows.len(),
        columns: (0..6).map(|item| rows.iter().map(|row| row[item]).collect()).collect(),
        ..UnitSheets::default()
    };
    let judged = case
        .answers
        .iter()
        .flat_map(|(unit, of)| of.iter().map(move |(group, rows)| (pairs(unit, group), sheets(rows))));
    (
        Judging { groups: groups.collect(), assigned: assigned.collect() },
        Sheets { judged: judged.collect(), ..Sheets::default() },
    )
}

fn report(case: &Case, now: i64) -> Report {
    let definition = definition("mean_score", "pooled_answers", "officials");
    let questionnaire = Questionnaire::generate(&definition, "f").unwrap();
    let (campaign, units) = (campaign(), units());
    let (judging, sheets) = judging(case);
    let input = Input {
        campaign: &campaign,
        definition: &definition,
        questionnaire: &questionnaire,
        units: &units,
        strata: &[],
        margins: &[],
        previous: None,
        sheets: &sheets,
        judging: Some(&judging),
        links: Some(Links { invited: 40, answered: 30 }),
        published: None,
        breakdowns: Default::default(),
        now,
    };
    compute(&input).unwrap()
}

pub(super) fn closed(case: &Case) -> Report {
    report(case, 2_000_000)
}

fn node<'r>(figures: &'r Figures, id: &str) -> &'r Estimate {
    let dimension = figures.dimensions.iter().find(|dimension| dimension.id == id);
    let mut criteria = figures.dimensions.iter().flat_map(|dimension| &dimension.criteria);
    match dimension {
        _ if id == "index" => &figures.index,
        Some(dimension) => &dimension.estimate,
        None => &criteria.find(|criterion| criterion.id == id).unwrap().estimate,
    }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * other.abs().max(1.0)
}

/// Every figure that is shown is the one that was computed elsewhere; gives how many were shown.
fn holds(place: &str, figures: &Figures, wanted: &Wanted) -> usize {
    let mut shown = 0;
    for (id, wanted) in &wanted.nodes {
        let found = node(figures, id);
        if found.publish == Publish::Suppress {
            continue;
        }
        shown += 1;
        let one = |name: &str, found: Option<f64>, wanted: f64| {
            let found = found.unwrap_or_else(|| panic!("{place} {id}: no {name}"));
            assert!(near(found, wanted), "{place} {id} {name}: {found} instead of {wanted}");
        };
        one("estimate", found.estimate, wanted.estimate);
        one("se", found.se, wanted.se);
        one("lower", found.lower, wanted.lower);
        one("upper", found.upper, wanted.upper);
        assert_eq!((found.n, found.df), (Some(wanted.n), Some(wanted.df)), "{place} {id}");
    }
    if let Some(points) = figures.points {
        assert!(near(points.satisfied, wanted.satisfied), "{place}: {} satisfied", points.satisfied);
        assert!(near(points.possible, 6.0) && near(points.reached, 6.0 * figures.index.estimate.unwrap()));
    }
    shown
}

#[test]
fn index_and_interval_are_those_of_an_independent_computation() {
    for (name, case) in cases() {
        let report = closed(&case);
        // The index, three dimensions, six items.
        assert_eq!(holds(&name, &report.total, &case.expected.total), 10, "{name}");
        for (code, wanted) in &case.expected.units {
            let unit = report.units.iter().find(|unit| unit.code == *code).unwrap();
            assert_eq!(holds(&format!("{name} {code}"), &unit.result, wanted), 10, "{name} {code}");
            assert_eq!(unit.population, Some(case.assigned[code].values().sum()));
        }
        for unit in report.units.iter().filter(|unit| case.assigned.contains_key(&unit.code)) {
            let told = case.expected.units.contains_key(&unit.code);
            assert_eq!(unit.result.index.publish == Publish::Suppress, !told, "{name} {}", unit.code);
        }
        let mut shown = 0;
        for (code, wanted) in &case.expected.groups {
            let group = report.groups.iter().find(|group| group.code == *code).unwrap();
            shown += holds(&format!("{name} {code}"), &group.result, wanted);
            assert_eq!(group.assigned, case.assigned.values().filter_map(|of| of.get(code)).sum::<u64>());
        }
        let wanted = match name.as_str() {
            "small" => 10,
            // What they say of the units together would tell of the few.
            "little" => 0,
            _ => 20,
        };
        assert_eq!(shown, wanted, "{name}");
    }
}

#[test]
fn a_group_that_answered_in_full_has_no_width_and_the_report_says_what_that_means() {
    let case = &cases()["by_number"];
    let report = closed(case);
    let full = &report.groups.iter().find(|group| group.code == "full").unwrap().result.index;
    assert!(full.lower == full.estimate && full.upper == full.estimate && full.se == Some(0.0));
    let part = &report.groups.iter().find(|group| group.code == "part").unwrap().result.index;
    assert!(part.lower < part.estimate && part.estimate < part.upper);
    let notes: Vec<&str> = report.notes.iter().map(|note| note.code.as_str()).collect();
    for code in ["census_of_invited", "sittings_bounded", "groups_by_number"] {
        assert!(notes.contains(&code), "{code} in {notes:?}");
    }
    assert!(!notes.contains(&"draw_not_recorded"), "everybody was invited: {notes:?}");
}

#[test]
fn a_group_without_answers_leaves_its_weight_to_the_others_and_the_report_says_so() {
    let report = closed(&cases()["weights"]);
    let weights: Vec<Option<f64>> = report.groups.iter().map(|group| group.weight).collect();
    assert_eq!(weights, [Some(0.3), Some(0.7)]);
    let note = |code: &str| report.notes.iter().find(|note| note.code == code).unwrap().text["en"].clone();
    assert!(note("group_weights").contains("FULL 30.00 %"));
    assert!(note("group_without_answers").contains("PART"));
}

#[test]
fn a_small_group_counts_in_the_whole_and_takes_a_second_one_with_it() {
    let case = &cases()["small"];
    let report = closed(case);
    let hidden: Vec<&str> = report
        .groups
        .iter()
        .filter(|group| group.result.index.publish == Publish::Suppress)
        .map(|group| group.code.as_str())
        .collect();
    assert!(hidden.contains(&"few") && hidden.len() == 2, "{hidden:?}");
    assert!(
        report
            .groups
            .iter()
            .all(|group| group.result.responses.is_some_and(|n| n >= 5)
                || hidden.contains(&group.code.as_str()))
    );
    assert_eq!(report.total.index.n, Some(81));
    assert!(report.notes.iter().any(|note| note.code == "groups_merged"));
}

#[test]
fn d_01_two_people_who_judged_many_units_are_two() {
    let row = |at: usize| [1, 2, 3, 4, 5, 1].map(|code: usize| u8::try_from((code + at) % 5 + 1).unwrap());
    let mut case = Case::empty(&["few", "many", "more"]);
    for unit in ["d1", "d2", "s1"] {
        for (group, people) in [("few", 2), ("many", 9), ("more", 8)] {
            let sheets = (0..people).map(row).collect();
            case.people.insert(group.into(), people as u64);
            case.assigned.entry(unit.into()).or_default().insert(group.into(), 20);
            case.answers.entry(unit.into()).or_default().insert(group.into(), sheets);
        }
    }
    let is_hidden = |report: &Report| -> Vec<bool> {
        report.groups.iter().map(|group| group.result.index.publish == Publish::Suppress).collect()
    };
    // Six sheets of two people; a second group goes with them, or the whole less the others would tell.
    assert_eq!(is_hidden(&closed(&case)), [true, false, true]);
    // Where they are six people, two about each unit, they are told.
    case.people.insert("few".into(), 6);
    assert_eq!(is_hidden(&closed(&case)), [false, false, false]);

    // Two people about three units are a whole of six sheets.
    let mut case = Case::empty(&["few"]);
    case.people.insert("few".into(), 2);
    for unit in ["d1", "d2", "s1"] {
        case.assigned.entry(unit.into()).or_default().insert("few".into(), 20);
        case.answers.entry(unit.into()).or_default().insert("few".into(), (0..2).map(row).collect());
    }
    let report = closed(&case);
    assert_eq!(report.total.index.publish, Publish::Suppress);
    assert!(report.units.iter().all(|unit| unit.result.index.publish == Publish::Suppress));
}

#[test]
fn b_07_until_the_campaign_closes_nothing_of_the_groups_is_told() {
    let report = report(&cases()["by_number"], 500_000);
    assert_eq!(report.groups.len(), 2);
    for group in &report.groups {
        assert_eq!((group.answered, group.result.responses, group.invited), (None, None, 20));
        assert!(group.result.points.is_none());
        for id in ["index", "a", "q0"] {
            assert_eq!(node(&group.result, id), &Estimate::default());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// D-02: groups and units divide the same answers in two ways. Whoever adds and subtracts item by item what is shown of
    /// both learns no sum of fewer than k answers of one group about one unit, nor of all that fewer than k people of a group
    /// judged: here by plain elimination with fractions.
    #[test]
    fn d_02_groups_and_units_together_tell_of_no_few_answers(
        sizes in proptest::collection::vec(0_usize..14, 9),
        seed in any::<u64>(),
    ) {
        let groups = ["g0", "g1", "g2"];
        let judged = ["d1", "d2", "s1"];
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            1 + u8::try_from((state >> 33) % 6).unwrap()
        };
        let mut case = Case::empty(&groups);
        for (u, unit) in judged.iter().enumerate() {
            for (g, group) in groups.iter().enumerate() {
                let n = sizes[3 * u + g];
                let rows: Answers = (0..n).map(|_| std::array::from_fn(|_| byte())).collect();
                case.assigned.entry((*unit).to_owned()).or_default().insert((*group).to_owned(), n as u64 + 1 + g as u64);
                // As few as there may be: the same ones about every unit.
                let people = case.people.entry((*group).to_owned()).or_default();
                *people = n.max(usize::try_from(*people).unwrap()) as u64;
                if n > 0 {
                    case.answers.entry((*unit).to_owned()).or_default().insert((*group).to_owned(), rows);
                }
            }
        }
        let report = closed(&case);
        for item in 0..6 {
            let id = format!("q{item}");
            let n = |unit: &str, group: &str| {
                let rows = case.answers.get(unit).and_then(|of| of.get(group));
                rows.map_or(0, |rows| rows.iter().filter(|row| (1..=5).contains(&row[item])).count())
            };
            let is_shown = |figures: &Figures| node(figures, &id).publish != Publish::Suppress;
            // Sums without weights over the pairs with answers: those of the shown units, groups, and the whole.
            let pairs: Vec<(usize, usize)> =
                (0..3).flat_map(|u| (0..3).map(move |g| (u, g))).filter(|(u, g)| n(judged[*u], groups[*g]) > 0).collect();
            let mut known: Vec<Vec<i128>> = Vec::new();
            let mut add = |of: &dyn Fn(usize, usize) -> bool| {
                known.push(pairs.iter().map(|(u, g)| i128::from(of(*u, *g))).collect());
            };
            if is_shown(&report.total) { add(&|_, _| true); }
            for (at, unit) in judged.iter().enumerate() {
                let unit = report.units.iter().find(|other| other.code == *unit);
                if unit.is_some_and(|unit| is_shown(&unit.result)) { add(&|u, _| u == at); }
            }
            for (at, group) in report.groups.iter().enumerate() {
                if is_shown(&group.result) { add(&|_, g| g == at); }
            }
            for (g, group) in groups.iter().enumerate() {
                let most = judged.iter().map(|unit| n(unit, group)).max().unwrap();
                if most > 0 && most < 5 {
                    let target: Vec<i128> = pairs.iter().map(|(_, of)| i128::from(*of == g)).collect();
                    prop_assert!(!follows(&known, &target), "{id} of all that {group} judged: {most} people");
                }
            }
            for (at, (u, g)) in pairs.iter().enumerate() {
                let few = n(judged[*u], groups[*g]);
                if few < 5 {
                    let target: Vec<i128> = (0..pairs.len()).map(|other| i128::from(other == at)).collect();
                    prop_assert!(!follows(&known, &target), "{} of {} about {}: {few}", id, groups[*g], judged[*u]);
                }
            }
        }
    }
}

/// Whether a combination follows from others: the rank stays the same.
fn follows(known: &[Vec<i128>], target: &[i128]) -> bool {
    let rank = |rows: Vec<Vec<i128>>| {
        let (mut rows, mut rank) = (rows, 0);
        for column in 0..target.len() {
            let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
            rows.swap(rank, pivot);
            for row in rank + 1..rows.len() {
                let (above, below) = (rows[rank][column], rows[row][column]);
                let pivot = rows[rank].clone();
                rows[row].iter_mut().zip(pivot).for_each(|(at, pivot)| *at = *at * above - pivot * below);
            }
            rank += 1;
        }
        rank
    };
    let with: Vec<Vec<i128>> = known.iter().cloned().chain([target.to_vec()]).collect();
    rank(known.to_vec()) == rank(with)
}
