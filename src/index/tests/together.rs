//! Units of few answers that are weighted together: nothing that is shown says whose of them an answer was.

use proptest::prelude::*;
use rand::seq::SliceRandom as _;

use super::{
    super::{design::design, report::Report},
    judging::{Case, closed},
    relations::with_input,
    *,
};

const UNITS: [&str; 4] = ["d1x", "d1y", "d2", "s1"];

fn json_of(report: &Report) -> String {
    crate::report::json(report)
}

/// Full sheets of each unit.
fn full(rng: &mut ChaCha8Rng, sizes: &[usize]) -> BTreeMap<String, Answers> {
    let sheet = |rng: &mut ChaCha8Rng| std::array::from_fn(|_| rng.random_range(1..=5));
    let rows = |rng: &mut ChaCha8Rng, n: usize| (0..n).map(|_| sheet(rng)).collect();
    UNITS.iter().zip(sizes).map(|(unit, n)| ((*unit).to_owned(), rows(rng, *n))).collect()
}

/// Deals the rows of some out among them anew, as many to each as it had.
fn deal(rng: &mut ChaCha8Rng, mut some: Vec<&mut Answers>) {
    let mut all: Answers = some.iter().flat_map(|rows| rows.iter().copied()).collect();
    all.shuffle(rng);
    for rows in &mut some {
        let left = all.split_off(rows.len());
        **rows = std::mem::replace(&mut all, left);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whoever has everything that is shown, to the last digit, cannot tell which of the units had which answers: no search through
    /// whole numbers finds it either.
    #[test]
    fn d_02_answers_of_units_weighted_together_can_change_places_unseen(
        sizes in proptest::collection::vec(1_usize..30, 4),
        weighted: bool,
        aggregation in 0_usize..3,
        seed: u64,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut answers = full(&mut rng, &sizes);
        let strata: Vec<Stratum> = UNITS
            .iter()
            .zip(&sizes)
            .filter(|_| weighted)
            .map(|(unit, n)| {
                let population = (*n + rng.random_range(0..900)) as u64;
                Stratum { unit: (*unit).to_owned(), population, sample: None }
            })
            .collect();
        let aggregation = ["item_shares", "respondent_scores", "pooled_answers"][aggregation];
        let definition = definition("share_satisfied", aggregation, "citizens");
        let before = report(&definition, &answers, &strata, None, 2_000_000);
        let found = with_input(&definition, &sheets(&answers), &strata, &[], Default::default(), |input| design(input).unwrap());
        for stratum in found.strata.iter().filter(|stratum| stratum.units.len() > 1) {
            let some = answers.iter_mut().filter(|(unit, _)| stratum.units.contains(unit)).map(|of| of.1);
            deal(&mut rng, some.collect());
        }
        let few = sizes.iter().any(|n| *n < 10);
        prop_assert_eq!(found.strata.len() < 4, few);
        let after = report(&definition, &answers, &strata, None, 2_000_000);
        prop_assert_eq!(json_of(&before), json_of(&after));
    }

    /// The same of what groups of raters say of units: within a group, among units weighted together.
    #[test]
    fn d_02_judgements_of_units_weighted_together_can_change_places_unseen(
        sizes in proptest::collection::vec((0_usize..4, 0_usize..12), 4),
        seed: u64,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut case = Case::empty(&["a", "b"]);
        let own = |size: &(usize, usize)| [size.0, size.1];
        for (unit, size) in UNITS.iter().zip(&sizes) {
            for (group, n) in ["a", "b"].into_iter().zip(own(size)) {
                let rows: Answers = full(&mut rng, &[n]).into_values().flatten().collect();
                case.assigned.entry((*unit).to_owned()).or_default().insert(group.to_owned(), (n + rng.random_range(1..6)) as u64);
                if n > 0 {
                    case.answers.entry((*unit).to_owned()).or_default().insert(group.to_owned(), rows);
                }
            }
        }
        let before = closed(&case);
        // Units with fewer than five answers are weighted with others of the same parent.
        let few: Vec<String> = UNITS
            .iter()
            .zip(&sizes)
            .filter(|(unit, size)| unit.starts_with("d1") && (1..5).contains(&own(size).iter().sum::<usize>()))
            .map(|(unit, _)| (*unit).to_owned())
            .collect();
        for group in ["a", "b"] {
            let some = case.answers.iter_mut().filter(|(unit, _)| few.contains(unit));
            deal(&mut rng, some.filter_map(|(_, of)| of.get_mut(group)).collect());
        }
        prop_assert_eq!(json_of(&before), json_of(&closed(&case)));
    }
}

/// A report on units below the root with these rows each.
fn of_rows(rows: &[(&str, Answers, u64)]) -> Report {
    let answers = rows.iter().map(|(unit, rows, _)| ((*unit).to_owned(), rows.clone())).collect();
    let stratum = |(unit, _, population): &(&str, Answers, u64)| Stratum {
        unit: (*unit).to_owned(),
        population: *population,
        sample: None,
    };
    let strata: Vec<Stratum> = rows.iter().map(stratum).collect();
    report(&definition("share_satisfied", "item_shares", "citizens"), &answers, &strata, None, 2_000_000)
}

fn shown(report: &Report, unit: &str, item: &str) -> bool {
    let figures = match report.units.iter().find(|own| own.code == unit) {
        Some(own) => &own.result,
        None => &report.total,
    };
    let mut criteria = figures.dimensions.iter().flat_map(|dimension| &dimension.criteria);
    criteria.find(|own| own.id == item).unwrap().estimate.estimate.is_some()
}

#[test]
fn what_two_people_leave_blank_hides_nothing_of_the_whole() {
    let rows = |n: usize, first: u8| -> Answers {
        (0..n)
            .map(|at| {
                std::array::from_fn(
                    |item| if item == 0 && first > 5 { first } else { [5, 4, 2][(at + item) % 3] },
                )
            })
            .collect()
    };
    let report = of_rows(&[("d2", rows(2, 255), 100), ("s1", rows(25, 0), 900), ("d1", rows(60, 0), 2_000)]);
    assert_eq!(report.weighted_together, [["d2", "s1"]]);
    assert!(shown(&report, "", "q0"), "all of the answers are of units that show theirs");
    assert!(shown(&report, "s1", "q0") && shown(&report, "d1", "q0"));
    assert!(shown(&report, "", "q1") && !shown(&report, "s1", "q1") && !shown(&report, "d2", "q1"));
}

#[test]
fn d_02_a_stratum_of_several_units_is_kept_from_bounds_like_one() {
    // d1x and d1y stand for a hundred times as much as the others, and one of d1x leaves an item blank: nine answers to it.
    let rows = |n: usize, not: usize, blank: bool| -> Answers {
        (0..n)
            .map(|at| {
                std::array::from_fn(|item| match (item, at) {
                    (0, 0) if blank => 255,
                    _ if at < not => 2,
                    _ => 5,
                })
            })
            .collect()
    };
    let report = of_rows(&[
        ("d1x", rows(6, 2, true), 6_006),
        ("d1y", rows(4, 2, false), 4_004),
        ("d2", rows(30, 9, false), 300),
        ("s1", rows(40, 11, false), 440),
        ("d1", rows(60, 20, false), 720),
    ]);
    let hidden: Vec<&str> =
        ["d1x", "d1y", "d2", "s1"].into_iter().filter(|unit| !shown(&report, unit, "q0")).collect();
    assert!(!shown(&report, "", "q0") || hidden.len() == 4, "{hidden:?}");
}
