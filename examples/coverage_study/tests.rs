//! The study is right where the truth can be computed, and its page is that of this study.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use sipas::statistics::{estimate::Figure, interval::KgWeights};

use super::{
    draw::urn,
    page::{page, row},
    settings::{Design, Group, Scenario, Study, study},
    simulate::{Kept, Method, run},
};

/// One small setting of every heading.
fn tiny(replicates: u64) -> Study {
    let all = study();
    let first =
        |group| all.scenarios.iter().find(|scenario| scenario.group == group && scenario.share == 0.9);
    let scenarios = Group::ALL.into_iter().filter_map(first).cloned().collect();
    Study { replicates, scenarios, ..all }
}

#[test]
fn every_design_gives_intervals_and_the_same_for_any_number_of_threads() {
    let study = tiny(300);
    assert_eq!(study.scenarios.len(), Group::ALL.len());
    let outcomes = run(&study, 1);
    assert_eq!(run(&study, 3), outcomes);
    for (scenario, outcome) in study.scenarios.iter().zip(&outcomes) {
        assert_eq!(outcome.samples, 300);
        for method in Method::ALL {
            let kept = outcome.of(method);
            assert_eq!(
                kept.intervals > 0,
                method.is_for(&scenario.design),
                "{method:?}: {}",
                scenario.name()
            );
            assert!(kept.intervals <= 300 && kept.above + kept.below <= kept.intervals);
            assert!(kept.intervals == 0 || (0.0..=1.0).contains(&kept.mean_width()) || method == Method::T);
        }
        assert!(outcome.of(Method::Kg).coverage() > 0.88, "{}: {outcome:?}", scenario.name());
    }
    let page = page(&study, &outcomes);
    assert!(page.contains(&study.definition()));
    for (scenario, outcome) in study.scenarios.iter().zip(&outcomes) {
        assert!(page.contains(&row(scenario, outcome)), "{}", scenario.name());
    }
}

/// Probability of `yes` in a sample of `n`; of all so many that it does not matter, or of a population.
fn probability(design: &Design, share: f64, yes: u64) -> f64 {
    let choose = |n: u64, k: u64| {
        if k > n { 0.0 } else { (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64) }
    };
    match design {
        Design::Simple { n } => {
            choose(*n, yes) * share.powi(yes as i32) * (1.0 - share).powi((n - yes) as i32)
        }
        Design::Finite { population, n } => {
            let marked = (share * *population as f64).round() as u64;
            choose(marked, yes) * choose(population - marked, n - yes) / choose(*population, *n)
        }
        _ => f64::NAN,
    }
}

#[test]
fn simulated_coverage_is_the_exact_one_where_that_can_be_added_up() {
    let designs = [Design::Simple { n: 30 }, Design::Finite { population: 60, n: 30 }];
    let scenarios: Vec<Scenario> =
        designs.into_iter().map(|design| Scenario { group: Group::Simple, design, share: 0.9 }).collect();
    let study = Study { replicates: 3_000, scenarios, ..study() };
    let outcomes = run(&study, 2);
    for (Scenario { design, share, .. }, outcome) in study.scenarios.iter().zip(&outcomes) {
        for method in Method::ALL.into_iter().filter(|method| method.is_for(design)) {
            let (mut intervals, mut covered, mut width) = (0.0, 0.0, 0.0);
            for yes in 0..=30_u64 {
                let p = yes as f64 / 30.0;
                let (correction, weight, simple) = match design {
                    Design::Finite { population, .. } => (0.5, 2.0, Some((*population, 30, yes))),
                    _ => (1.0, 1.0, None),
                };
                let figure = Figure {
                    estimate: p,
                    var: correction * p * (1.0 - p) / 29.0,
                    df: 29,
                    n: 30,
                    weights: KgWeights::equal(30, weight, simple.is_some()),
                    simple,
                };
                let Some(interval) = method.interval(&figure) else { continue };
                let chance = probability(design, *share, yes);
                intervals += chance;
                width += chance * interval.width();
                if interval.lower <= share + 1e-12 && share - 1e-12 <= interval.upper {
                    covered += chance;
                }
            }
            let Kept { intervals: found, .. } = outcome.of(method);
            let near = |found: f64, exact: f64, n: f64| {
                let error = (exact * (1.0 - exact) / n).sqrt().max(1e-4);
                assert!(
                    (found - exact).abs() < 4.5 * error,
                    "{method:?} {design:?}: {found}, exactly {exact}"
                );
            };
            near(*found as f64 / 3_000.0, intervals, 3_000.0);
            near(outcome.of(method).coverage(), covered / intervals, *found as f64);
            assert!((outcome.of(method).mean_width() / (width / intervals) - 1.0).abs() < 0.03, "{method:?}");
        }
    }
}

#[test]
fn an_urn_has_the_share_and_the_correlation_asked_for() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (share, icc, count) = (0.8, 0.1, 40_000);
    let (mut one, mut both) = (0.0, 0.0);
    for _ in 0..count {
        let answers = urn(4, share, icc, &mut rng);
        one += answers.iter().sum::<f64>() / 4.0;
        both += answers[0] * answers[3];
    }
    assert!((one / f64::from(count) - share).abs() < 0.01);
    let expected = share * share + icc * share * (1.0 - share);
    assert!((both / f64::from(count) - expected).abs() < 0.01);
}

/// The page that is published.
fn published() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/coverage.md")).unwrap()
}

#[test]
fn the_published_page_is_that_of_this_study() {
    let definition = study().definition();
    assert!(
        published().contains(&definition),
        "docs/coverage.md is of another study: run `just coverage-study`"
    );
}

#[test]
fn a_setting_of_the_published_page_comes_out_the_same_again() {
    // Another result without another setting means that the engine's intervals or the way of drawing have changed.
    let all = study();
    let scenarios: Vec<Scenario> = all.scenarios.iter().take(3).cloned().collect();
    let study = Study { scenarios, ..all };
    let outcomes = run(&study, 2);
    let published = published();
    for (scenario, outcome) in study.scenarios.iter().zip(&outcomes) {
        let row = row(scenario, outcome);
        assert!(published.contains(&row), "docs/coverage.md does not have {row}: run `just coverage-study`");
    }
}
