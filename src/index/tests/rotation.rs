//! Rotated modules: every figure against the engine's two-stage designs on the same answers, a row for each respondent
//! and module asked; what the engine has no design for, against sums over respondents; and against the truth.

use super::{
    relations::{Answered, Sheet, calibrated_csv, felt, sex, text, with_margins},
    *,
};
use crate::{index::report::Missing, organisation::Margin};

/// Items by module; those in none are asked of everybody.
type Modules = [&'static [usize]];

const BY_DIMENSION: [&[usize]; 3] = [&[0, 1, 2], &[3, 4], &[5]];
const ACROSS: [&[usize]; 4] = [&[0, 3], &[1, 4], &[2], &[5]];

/// The questionnaire with its items in modules.
fn rotated(measure: &str, aggregation: &str, modules: &Modules, ask: usize) -> Definition {
    let text = text(measure, aggregation);
    let (head, form) = text.split_once("[[form.section]]").unwrap();
    let (section, tail) = form.split_once("]\n").unwrap();
    let everybody: Vec<&str> = section
        .split('"')
        .filter(|id| id.starts_with('q') || ["overall", "sex", "age"].contains(id))
        .filter(|id| !modules.iter().flat_map(|of| of.iter()).any(|item| format!("q{item}") == **id))
        .collect();
    let mut text = format!(
        "{head}rotation = {{ ask = {ask} }}\n[[form.section]]\ntitle = {{ vi = \"…\" }}\nask = {everybody:?}\n"
    );
    for (at, items) in modules.iter().enumerate() {
        let ids: Vec<String> = items.iter().map(|item| format!("q{item}")).collect();
        text.push_str(&format!(
            "[[form.section]]\ntitle = {{ vi = \"Mô-đun {at}\" }}\nmodule = \"m{at}\"\nask = {ids:?}\n"
        ));
    }
    text.push_str(tail);
    parsed(&text)
}

/// Which modules each respondent was asked: a simple random sample of them.
fn drawn(rng: &mut ChaCha8Rng, modules: usize, ask: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..modules).collect();
    for at in 0..ask {
        let other = rng.random_range(at..modules);
        all.swap(at, other);
    }
    all.truncate(ask);
    all.sort_unstable();
    all
}

/// The answers that are left when each respondent is asked some modules, and the modules of each.
fn ask_some(
    answers: &Answered,
    modules: &Modules,
    ask: usize,
    seed: u64,
) -> (Answered, BTreeMap<String, Vec<Vec<usize>>>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut left, mut asked) = (answers.clone(), BTreeMap::new());
    for (unit, rows) in &mut left {
        let chosen: Vec<Vec<usize>> = rows.iter().map(|_| drawn(&mut rng, modules.len(), ask)).collect();
        for (row, chosen) in rows.iter_mut().zip(&chosen) {
            for item in (0..modules.len()).filter(|m| !chosen.contains(m)).flat_map(|m| modules[m]) {
                row[*item] = 0;
            }
        }
        asked.insert(unit.clone(), chosen);
    }
    (left, asked)
}

/// The columns of the sheets in the order of the form: what everybody is asked comes first.
fn in_order(answers: &Answered, modules: &Modules) -> Answered {
    let rotated: Vec<usize> = modules.iter().flat_map(|of| of.iter().copied()).collect();
    let order: Vec<usize> =
        (0..9).filter(|at| !rotated.contains(at)).chain(rotated.iter().copied()).collect();
    answers
        .iter()
        .map(|(unit, rows)| {
            (unit.clone(), rows.iter().map(|row| std::array::from_fn(|at| row[order[at]])).collect())
        })
        .collect()
}

/// The same answers with a row for each respondent and module: CSV and calibration for the engine.
fn long(
    answers: &Answered,
    asked: &BTreeMap<String, Vec<Vec<usize>>>,
    modules: &Modules,
    strata: &[Stratum],
    margins: &[Margin],
) -> (String, Value) {
    let (mut expanded, mut names) = (Answered::new(), Vec::new());
    for (unit, rows) in answers {
        let population = strata.iter().find(|s| s.unit == *unit).map_or(0, |s| s.population);
        let mut long: Vec<Sheet> = Vec::new();
        for (at, (row, chosen)) in rows.iter().zip(&asked[unit]).enumerate() {
            for module in chosen {
                let mut part = *row;
                for item in (0..6).filter(|item| !modules[*module].contains(item)) {
                    part[item] = 0;
                }
                long.push(part);
                names.push(format!("{unit}-{at},{module},{population},{}", modules.len()));
            }
        }
        expanded.insert(unit.clone(), long);
    }
    // Rows stand for M modules of each of N people.
    let times = modules.len() as u64;
    let strata: Vec<Stratum> =
        strata.iter().map(|s| Stratum { population: s.population * times, ..s.clone() }).collect();
    let margins: Vec<Margin> = margins
        .iter()
        .map(|margin| Margin {
            totals: margin.totals.iter().map(|(code, n)| (code.clone(), n * times)).collect(),
            ..margin.clone()
        })
        .collect();
    let (csv, calibration) = calibrated_csv(&expanded, &strata, &margins);
    let mut lines = csv.lines();
    let mut text = format!("{},id,module,people,modules\n", lines.next().unwrap());
    for (line, name) in lines.zip(&names) {
        text.push_str(&format!("{line},{name}\n"));
    }
    (text, calibration)
}

/// As [`compare`], but for the number of answers of a mean over several items: here respondents, there rows.
fn compare_all(figures: &Figures, theirs: &BTreeMap<String, Value>, scale: f64, what: &str) -> usize {
    let mut theirs = theirs.clone();
    let mut compared = 0;
    let parts = figures.parts.iter().map(|part| (part.id.as_str(), &part.estimate));
    let dimensions = figures.dimensions.iter().map(|d| (d.id.as_str(), &d.estimate));
    for (id, estimate) in parts.chain(dimensions).chain([("index", &figures.index)]) {
        if let Some(found) = theirs.get_mut(id).and_then(Value::as_object_mut) {
            found.insert("n".to_owned(), json!(estimate.n));
            compared += usize::from(estimate.se.is_some_and(|se| se > 0.0));
        }
    }
    compare(figures, &theirs, scale, what);
    compared
}

const SIZES: [(&str, usize, u64); 5] =
    [("d1", 90, 400), ("d1x", 120, 130), ("d1y", 40, 40), ("d2", 160, 5_000), ("s1", 70, 71)];

fn equal(
    (measure, aggregation): (&str, &str),
    modules: &Modules,
    ask: usize,
    seed: u64,
    margins: &[Margin],
    weighted: bool,
) {
    let (answers, strata) = felt(seed, &SIZES);
    let strata = if weighted { strata } else { Vec::new() };
    let (answers, asked) = ask_some(&answers, modules, ask, seed);
    let definition = rotated(measure, aggregation, modules, ask);
    let report = with_margins(&definition, &in_order(&answers, modules), &strata, margins);
    let (csv, calibration) = long(&answers, &asked, modules, &strata, margins);
    let scale = if measure == "mean_score" { 0.2 } else { 1.0 };
    let stages = if weighted {
        json!([{ "id": "id", "fpc": "people" }, { "id": "module", "fpc": "modules" }])
    } else {
        json!([{ "id": "id", "fpc": null }])
    };
    let all: Vec<&str> = answers.keys().map(String::as_str).collect();
    let below = |code: &str| match code {
        "root" | "total" => all.clone(),
        "d1" => vec!["d1", "d1x", "d1y"],
        other => all.iter().copied().filter(|unit| *unit == other).collect(),
    };
    let mut compared = 0;
    let places = report.units.iter().map(|unit| (unit.code.as_str(), &unit.result));
    for (code, figures) in std::iter::once(("total", &report.total)).chain(places) {
        let estimands = estimands(measure, aggregation, &below(code));
        let mut theirs = run_design(&csv, &stages, &calibration, &estimands);
        if ask == 1 && weighted {
            // What is about several modules has the variance of a first stage with replacement.
            let whole = json!([{ "id": "id", "fpc": null }]);
            let bounded = run_design(&csv, &whole, &calibration, &estimands);
            theirs.extend(bounded.into_iter().filter(|(key, _)| ["s", "index"].contains(&key.as_str())));
        }
        compared += compare_all(figures, &theirs, scale, code);
    }
    assert!(compared > 20, "{compared}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn rotated_item_shares_are_those_of_the_engine_s_two_stages(seed: u64, weighted: bool) {
        equal(("share_satisfied", "item_shares"), &BY_DIMENSION, 2, seed, &[], weighted);
        equal(("mean_score", "item_shares"), &ACROSS, 3, seed, &[], weighted);
    }
    #[test]
    fn rotated_pooled_answers_and_own_scores_are_too(seed: u64, weighted: bool) {
        equal(("share_satisfied", "pooled_answers"), &ACROSS, 2, seed, &[], weighted);
        equal(("mean_score", "respondent_scores"), &BY_DIMENSION, 2, seed, &[], weighted);
    }
    #[test]
    fn one_module_each_is_the_engine_s_where_it_is_known_and_bounded_where_not(seed: u64, weighted: bool) {
        equal(("share_satisfied", "item_shares"), &BY_DIMENSION, 1, seed, &[], weighted);
    }
    #[test]
    fn weights_that_meet_margins_leave_the_draw_of_modules_as_it_is(seed: u64) {
        equal(("share_satisfied", "item_shares"), &BY_DIMENSION, 2, seed, &margins(), true);
        equal(("mean_score", "pooled_answers"), &ACROSS, 2, seed, &margins(), true);
    }
    #[test]
    fn what_everybody_is_asked_counts_once_beside_the_modules(seed: u64, weighted: bool) {
        for aggregation in ["item_shares", "pooled_answers"] {
            mixed(aggregation, seed, weighted);
        }
    }
}

fn margins() -> Vec<Margin> {
    sex()
        .into_iter()
        .filter(|margin| margin.unit == "d2")
        .chain([Margin {
            unit: "d1".to_owned(),
            by: "sex".to_owned(),
            totals: [("f".to_owned(), 150), ("m".to_owned(), 250)].into(),
        }])
        .collect()
}

/// The index where only some items rotate, straight from its formulas: by respondent and module.
fn mixed(aggregation: &str, seed: u64, weighted: bool) {
    const MODULES: [&[usize]; 3] = [&[2, 3], &[4], &[5]];
    const ASK: usize = 2;
    let (answers, strata) = felt(seed, &SIZES);
    let strata = if weighted { strata } else { Vec::new() };
    let (answers, _) = ask_some(&answers, &MODULES, ASK, seed);
    let definition = rotated("share_satisfied", aggregation, &MODULES, ASK);
    let report = with_margins(&definition, &in_order(&answers, &MODULES), &strata, &[]);

    let times = MODULES.len() as f64 / ASK as f64;
    let module = |item: usize| MODULES.iter().position(|items| items.contains(&item));
    let stands_for = |item: usize| if module(item).is_some() { times } else { 1.0 };
    let population = |unit: &str| strata.iter().find(|s| s.unit == unit).map(|s| s.population as f64);
    let weight = |unit: &str| population(unit).map_or(1.0, |n| n / answers[unit].len() as f64);
    let answer =
        |row: &Sheet, item: usize| (1..=5).contains(&row[item]).then(|| f64::from(u8::from(row[item] >= 4)));
    let rows = || answers.iter().flat_map(|(unit, rows)| rows.iter().map(move |row| (unit.as_str(), row)));
    let sums = |item: usize| {
        rows()
            .filter_map(|(unit, row)| Some((weight(unit) * stands_for(item), answer(row, item)?)))
            .fold((0.0, 0.0), |(whole, above), (w, y)| (whole + w, above + w * y))
    };
    let all: Vec<(f64, f64)> = (0..6).map(sums).collect();
    let pooled_whole: f64 = all.iter().map(|(whole, _)| whole).sum();
    let pooled = all.iter().map(|(_, above)| above).sum::<f64>() / pooled_whole;
    // A sixth for each item: weights by items.
    let shares = all.iter().map(|(whole, above)| above / whole).sum::<f64>() / 6.0;
    let z = |row: &Sheet, item: usize| {
        answer(row, item).map_or(0.0, |y| match aggregation {
            "pooled_answers" => (y - pooled) / pooled_whole,
            _ => (y - all[item].1 / all[item].0) / all[item].0 / 6.0,
        })
    };
    let estimate = if aggregation == "pooled_answers" { pooled } else { shares };
    let mut variance = 0.0;
    for (unit, rows) in &answers {
        let w = weight(unit);
        // By respondent: what everybody is asked, then each module.
        let u: Vec<[f64; 4]> = rows
            .iter()
            .map(|row| {
                let mut u = [0.0; 4];
                for item in 0..6 {
                    u[module(item).map_or(0, |m| m + 1)] += w * stands_for(item) * z(row, item);
                }
                u
            })
            .collect();
        let n = rows.len() as f64;
        let sampled = population(unit).map_or(0.0, |population| n / population);
        let totals: Vec<f64> = u.iter().map(|u| u.iter().sum()).collect();
        let mean = totals.iter().sum::<f64>() / n;
        if sampled < 1.0 {
            let squares: f64 = totals.iter().map(|total| (total - mean).powi(2)).sum();
            variance += (1.0 - sampled) * n / (n - 1.0) * squares;
        }
        let ask = ASK as f64;
        for u in &u {
            let own = u[1..].iter().sum::<f64>() / ask;
            // Modules not asked are zeros that are not in the sample: the deviations of those asked.
            let deviations = u[1..].iter().map(|u| u * u).sum::<f64>() - ask * own * own;
            variance += sampled * (1.0 - ask / MODULES.len() as f64) * ask / (ask - 1.0) * deviations;
        }
    }
    let index = &report.total.index;
    let near = |ours: Option<f64>, theirs: f64| {
        assert!((ours.unwrap() - theirs).abs() <= 1e-9 * theirs.abs().max(1e-6), "{ours:?} is not {theirs}");
    };
    near(index.estimate, estimate);
    near(index.se, variance.sqrt());
}

#[test]
fn in_a_census_a_rotated_item_has_the_error_of_the_respondents_not_asked() {
    // 60 of 60 people answer, half are asked each module of two: 30 of 60, sampled without replacement.
    const MODULES: [&[usize]; 2] = [&[0, 1, 2], &[3, 4, 5]];
    let row = |at: usize| -> Sheet {
        let value = if at.is_multiple_of(3) { 2 } else { 5 };
        let mut row: Sheet = [value, 5, 4, value, 5, 3, 4, 1, 1];
        let left = if at.is_multiple_of(2) { 0 } else { 3 };
        row[left..left + 3].fill(0);
        row
    };
    let answers = Answered::from([("d2".to_owned(), (0..60).map(row).collect())]);
    let strata = [Stratum { unit: "d2".to_owned(), population: 60, sample: None }];
    let definition = rotated("share_satisfied", "item_shares", &MODULES, 1);
    let report = with_margins(&definition, &in_order(&answers, &MODULES), &strata, &[]);
    let item = &report.total.dimensions[0].criteria[0].estimate;
    let p = item.estimate.unwrap();
    // The textbook's (1 − 30/60) s²/n but for n/(n − 1), which belongs to respondents here and is 1 in their census.
    let expected = (0.5 * p * (1.0 - p) / 30.0).sqrt();
    assert!(p > 0.5 && p < 1.0 && (item.se.unwrap() - expected).abs() < 1e-12, "{item:?}");
    assert!(item.lower.unwrap() < p && item.upper.unwrap() > p, "no census of the item: {item:?}");
    assert!(report.notes.iter().any(|note| note.code == "rotation_bounded"));
}

#[test]
fn the_report_says_how_many_were_asked_what() {
    let (answers, strata) = felt(3, &SIZES);
    let mut answers = answers;
    // Whoever is asked an item says something or leaves it blank.
    let (left, asked) = ask_some(&answers, &BY_DIMENSION, 2, 3);
    answers = left;
    let definition = rotated("share_satisfied", "item_shares", &BY_DIMENSION, 2);
    let report = with_margins(&definition, &in_order(&answers, &BY_DIMENSION), &strata, &[]);
    let rotation = report.rotation.as_ref().unwrap();
    let expected: Vec<Option<u64>> = (0..3)
        .map(|m| Some(asked.values().flatten().filter(|chosen| chosen.contains(&m)).count() as u64))
        .collect();
    assert_eq!(rotation.modules.iter().map(|module| module.asked).collect::<Vec<_>>(), expected);
    assert_eq!(
        rotation.modules.iter().map(|module| module.id.as_str()).collect::<Vec<_>>(),
        ["m0", "m1", "m2"]
    );
    assert!(
        (rotation.modules[0].probability - 2.0 / 3.0).abs() < 1e-15 && rotation.modules[1].name == "Mô-đun 1"
    );
    assert!(rotation.evenness.unwrap().p > 0.001);
    let codes: Vec<&str> = report.notes.iter().map(|note| note.code.as_str()).collect();
    assert!(codes.contains(&"rotated") && codes.contains(&"drivers_rotated"), "{codes:?}");
    assert!(!codes.contains(&"rotation_bounded") && !codes.contains(&"rotation_uneven"), "{codes:?}");
    assert_eq!(report.total.drivers.reason, Some(Missing::NotAsked));
    // Within a module alpha is as ever; each criterion's n is that of its module.
    assert!(report.total.dimensions[0].reliability.alpha.is_some());
    let criterion = &report.total.dimensions[0].criteria[0];
    assert_eq!(criterion.asked, expected[0]);
    // Without rotation there is nothing of it.
    let plain = with_margins(&parsed(&text("share_satisfied", "item_shares")), &answers, &strata, &[]);
    assert!(plain.rotation.is_none() && !crate::report::json(&plain).contains("rotation"));
}

#[test]
fn modules_asked_unevenly_are_told() {
    let (answers, strata) = felt(3, &SIZES);
    let (mut answers, _) = ask_some(&answers, &BY_DIMENSION, 2, 3);
    // Somebody sees to it that the last module is hardly ever answered.
    for row in answers.values_mut().flatten().filter(|row| row[5] != 0) {
        let other = if row[0] == 0 { 0..3 } else { 3..5 };
        row[other].fill(4);
        row[5] = 0;
    }
    let definition = rotated("share_satisfied", "item_shares", &BY_DIMENSION, 2);
    let report = with_margins(&definition, &in_order(&answers, &BY_DIMENSION), &strata, &[]);
    assert!(report.rotation.unwrap().evenness.unwrap().p < 1e-9);
    assert!(report.notes.iter().any(|note| note.code == "rotation_uneven"));
}

#[test]
fn a_dimension_over_more_modules_than_anybody_is_asked_has_no_alpha() {
    let (answers, strata) = felt(5, &SIZES);
    let (answers, _) = ask_some(&answers, &ACROSS, 2, 5);
    let definition = rotated("share_satisfied", "item_shares", &ACROSS, 2);
    let report = with_margins(&definition, &in_order(&answers, &ACROSS), &strata, &[]);
    // Dimension a is in three modules, b in two.
    assert_eq!(report.total.dimensions[0].reliability.reason, Some(Missing::NotAsked));
    assert!(report.total.dimensions[1].reliability.alpha.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn the_order_of_rotated_sheets_does_not_show(seed: u64) {
        let (answers, strata) = felt(seed, &SIZES);
        for (aggregation, modules) in
            [("item_shares", &ACROSS[..]), ("pooled_answers", &ACROSS), ("respondent_scores", &BY_DIMENSION)]
        {
            let (answers, _) = ask_some(&answers, modules, 2, seed);
            let turned: Answered =
                answers.iter().map(|(unit, rows)| (unit.clone(), rows.iter().rev().copied().collect())).collect();
            let definition = rotated("mean_score", aggregation, modules, 2);
            let of = |answers: &Answered| {
                crate::report::json(&with_margins(&definition, &in_order(answers, modules), &strata, &margins()))
            };
            prop_assert_eq!(of(&answers), of(&turned));
        }
    }
}

/// How often the intervals of the index and of the items hold the truth, 0..1, when `draw` gives the respondents.
fn coverage(
    modules: &Modules,
    ask: usize,
    seed: u64,
    people: &[Sheet],
    population: Option<u64>,
    draw: impl Fn(&mut ChaCha8Rng) -> Vec<Sheet>,
) -> (f64, f64) {
    const RUNS: u64 = 700;
    let definition = rotated("share_satisfied", "item_shares", modules, ask);
    let truth: Vec<f64> = (0..6)
        .map(|item| people.iter().filter(|row| row[item] >= 4).count() as f64 / people.len() as f64)
        .collect();
    let index = truth.iter().sum::<f64>() / 6.0;
    let strata: Vec<Stratum> = population
        .map(|population| Stratum { unit: "d2".to_owned(), population, sample: None })
        .into_iter()
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut of_index, mut of_items) = (0, 0);
    for run in 0..RUNS {
        let answers = Answered::from([("d2".to_owned(), draw(&mut rng))]);
        let (answers, _) = ask_some(&answers, modules, ask, seed ^ run);
        let report = with_margins(&definition, &in_order(&answers, modules), &strata, &[]);
        let holds = |estimate: &Estimate, truth: f64| {
            u64::from(estimate.lower.unwrap() <= truth && truth <= estimate.upper.unwrap())
        };
        of_index += holds(&report.total.index, index);
        let criteria = report.total.dimensions.iter().flat_map(|dimension| &dimension.criteria);
        of_items += criteria.zip(&truth).map(|(item, truth)| holds(&item.estimate, *truth)).sum::<u64>();
    }
    (of_index as f64 / RUNS as f64, of_items as f64 / RUNS as f64 / 6.0)
}

/// People whose answers to all items go together, none left blank.
fn people(n: usize, seed: u64) -> Vec<Sheet> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n)
        .map(|_| {
            let mood: f64 = rng.random_range(-0.3..0.3);
            std::array::from_fn(|item| {
                let felt = (0.72 + mood + 0.03 * item as f64 + rng.random_range(-0.25..0.25)) * 5.0;
                if item < 7 { felt.clamp(1.0, 5.0).round() as u8 } else { 1 }
            })
        })
        .collect()
}

#[test]
fn intervals_hold_the_truth_when_most_of_a_small_population_answers() {
    let people = people(320, 11);
    let draw = |rng: &mut ChaCha8Rng| {
        let mut left = people.clone();
        for at in 0..256 {
            let other = rng.random_range(at..left.len());
            left.swap(at, other);
        }
        left.truncate(256);
        left
    };
    // Counted as a domain, the items' intervals would hold the truth in three of four samples.
    let (index, items) = coverage(&ACROSS, 2, 1, &people, Some(320), draw);
    assert!((0.93..=0.98).contains(&index) && (0.93..=0.98).contains(&items), "{index} {items}");
}

#[test]
fn intervals_hold_the_truth_when_the_population_is_not_known() {
    let people = people(20_000, 12);
    let draw = |rng: &mut ChaCha8Rng| -> Vec<Sheet> {
        (0..200).map(|_| people[rng.random_range(0..people.len())]).collect()
    };
    let (index, items) = coverage(&BY_DIMENSION, 2, 2, &people, None, draw);
    assert!((0.93..=0.98).contains(&index) && (0.93..=0.98).contains(&items), "{index} {items}");
}
