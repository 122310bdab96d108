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
