//! Figures by field of procedure, way of filing, channel and counter: against the statistics engine, and against somebody who
//! adds and subtracts all that a report shows.

use std::collections::BTreeSet;

use rand::RngExt as _;

use super::{
    super::{
        design::design,
        input::{Breakdowns, CounterName},
        recovery::{PRIME, generic, inverse, times},
        report::{By, Category},
        under_successors,
    },
    relations::{Answered, Sheet, calibrated_csv, columns, felt, report_on, sex, text, with_input},
    *,
};
use crate::organisation::Margin;

/// The questionnaire in which the field of procedure and the way of filing are asked in the place of sex and age.
fn asked(measure: &str, aggregation: &str) -> Definition {
    let mut text = text(measure, aggregation);
    for (trait_, question) in [("sex", "case.field"), ("age", "case.filed")] {
        text = text
            .replace(&format!("\"{trait_}\""), &format!("\"{question}\""))
            .replace(&format!("scale = \"{question}\""), &format!("scale = \"{trait_}\""));
    }
    parsed(&text)
}

/// Where a unit's sheet was given: two counters and, every fifth one, none.
fn counter(row: usize) -> i64 {
    [10, 10, 11, 11, 12][row % 5]
}

/// The channel of a sheet.
fn channel(row: usize) -> Channel {
    if row.is_multiple_of(3) { Channel::Paper } else { Channel::Open }
}

/// Answers with their counters and channels. Counters of all units have the same numbers, which no test minds.
fn sheets_of(answers: &Answered) -> Sheets {
    let mut sheets = columns(answers);
    for unit in sheets.units.values_mut() {
        unit.sources = (0..unit.count).map(|row| channel(row).byte()).collect();
        unit.counters = (0..unit.count).map(|row| (counter(row), 1)).collect();
    }
    let named = |number: i64| CounterName { code: format!("q{number}"), name: format!("Quầy {number}") };
    sheets.counters = [10, 11].map(|number| (number, named(number))).into();
    sheets
}

fn report_of(definition: &Definition, answers: &Answered, strata: &[Stratum], margins: &[Margin]) -> Report {
    report_on(definition, &sheets_of(answers), strata, margins, Breakdowns::Unrounded)
}

/// The code of a sheet's category, as in the CSV.
fn category(by: By, row: usize, sheet: &Sheet) -> String {
    let said = |byte: u8, codes: &[&str]| {
        usize::from(byte)
            .checked_sub(1)
            .and_then(|at| codes.get(at))
            .map_or_else(String::new, |code| (*code).to_owned())
    };
    match by {
        By::Field => said(sheet[7], &["f", "m"]),
        By::Filed => said(sheet[8], &["18", "35", "60"]),
        By::Channel if channel(row) == Channel::Paper => "paper".to_owned(),
        By::Channel => "open".to_owned(),
        By::Counter if counter(row) == 12 => String::new(),
        By::Counter => format!("q{}", counter(row)),
    }
}

const ALL: [By; 4] = [By::Field, By::Filed, By::Channel, By::Counter];

fn column(by: By) -> &'static str {
    match by {
        By::Field => "field",
        By::Filed => "filed",
        By::Channel => "channel",
        By::Counter => "counter",
    }
}

const SIZES: [(&str, usize, u64); 5] =
    [("d1", 120, 900), ("d1x", 160, 400), ("d1y", 70, 90), ("d2", 210, 5_000), ("s1", 90, 90)];

/// The same with a unit that is weighted together with another.
const FEW: [(&str, usize, u64); 5] =
    [("d1", 120, 900), ("d1x", 160, 400), ("d1y", 6, 90), ("d2", 210, 5_000), ("s1", 90, 90)];

fn equal(measure: &str, aggregation: &str, seed: u64, margins: &[Margin], weighted: bool) {
    equal_of(&SIZES, measure, aggregation, seed, margins, weighted);
}

fn equal_of(
    sizes: &[(&str, usize, u64)],
    measure: &str,
    aggregation: &str,
    seed: u64,
    margins: &[Margin],
    weighted: bool,
) {
    let (answers, strata) = felt(seed, sizes);
    let strata = if weighted { strata } else { Vec::new() };
    let (csv, calibration) = calibrated_csv(&answers, &strata, margins);
    let own: Vec<Margin> =
        margins.iter().map(|margin| Margin { by: "case.field".to_owned(), ..margin.clone() }).collect();
    let report = report_of(&asked(measure, aggregation), &answers, &strata, &own);
    let mut lines = csv.lines();
    let mut table = format!("{},field,filed,channel,counter\n", lines.next().unwrap());
    let rows = answers.values().flat_map(|rows| rows.iter().enumerate());
    for (line, (row, sheet)) in lines.zip(rows) {
        let cells = ALL.map(|by| category(by, row, sheet)).join(",");
        table.push_str(&format!("{line},{cells}\n"));
    }
    let scale = if measure == "mean_score" { 0.2 } else { 1.0 };
    let all: Vec<&str> = answers.keys().map(String::as_str).collect();
    let mut compared = BTreeSet::new();
    for breakdown in &report.breakdowns {
        let inside = breakdown.unit.as_deref().map_or(all.clone(), |unit| vec![unit]);
        for category in &breakdown.categories {
            let mut asked = estimands(measure, aggregation, &inside);
            for estimand in &mut asked {
                let own = json!({ "col": column(breakdown.by), "in": [category.code] });
                estimand["domain"].as_array_mut().unwrap().push(own);
            }
            let mut theirs = run_engine(&table, weighted, &calibration, &asked);
            // Not given of a category.
            theirs.values_mut().for_each(|result| drop(result.as_object_mut().unwrap().remove("deff")));
            compare(&category.result, &theirs, scale, &format!("{:?} {}", breakdown.by, category.code));
            // Means of respondents hide where some left a part out.
            if category.result.figures().iter().any(|(_, figure)| figure.estimate.is_some()) {
                compared.insert(breakdown.by);
            }
        }
    }
    // Where a margin is of the field, each field has weights of its own, so that none can be shown.
    assert!(compared.len() >= 2, "{compared:?} are shown");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn figures_of_a_category_are_those_of_the_engines_domain(seed: u64, weighted: bool) {
        equal("share_satisfied", "item_shares", seed, &[], weighted);
        equal("mean_score", "respondent_scores", seed, &[], weighted);
        equal_of(&FEW, "share_satisfied", "item_shares", seed, &[], weighted);
    }
    #[test]
    fn they_are_with_margins_too(seed: u64) {
        equal("share_satisfied", "item_shares", seed, &sex(), true);
        equal("share_satisfied", "pooled_answers", seed, &sex(), true);
    }
    #[test]
    fn the_order_of_the_sheets_shows_in_none_of_them(seed: u64) {
        let (mut answers, strata) = felt(seed, &SIZES);
        let definition = asked("share_satisfied", "item_shares");
        let before = report_of(&definition, &answers, &strata, &[]);
        // Within what a sheet's place says of its counter and channel.
        answers.values_mut().for_each(|rows| {
            let whole = rows.len() / 15 * 15;
            rows[..whole].rotate_left(15);
        });
        let after = report_of(&definition, &answers, &strata, &[]);
        prop_assert_eq!(crate::report::json(&before), crate::report::json(&after));
    }
}

/// Small units that have not all fields, of few different weights or many.
fn small(seed: u64) -> (Answered, Vec<Stratum>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let same = rng.random_bool(0.3);
    let (mut answers, mut strata) = (Answered::new(), Vec::new());
    for code in ["d1x", "d1y", "d2", "s1"] {
        let n = rng.random_range(8..90_usize);
        let (fields, most) = (rng.random_range(1..=3_u8), rng.random_range(1..=3_u8));
        let sheet = |rng: &mut ChaCha8Rng| {
            let mut sheet: Sheet = std::array::from_fn(|_| rng.random_range(1..=5));
            sheet[7] = if fields == 3 { rng.random_range(1..=2) } else { fields };
            if rng.random_bool(0.2) {
                sheet[7] = [1, 2, 255][rng.random_range(0..3)];
            }
            sheet[8] = rng.random_range(1..=most);
            if rng.random_bool(0.3) {
                sheet[0] = 255;
            }
            sheet
        };
        answers.insert(code.to_owned(), (0..n).map(|_| sheet(&mut rng)).collect());
        let population = if same { n * 4 } else { n * rng.random_range(2..40) };
        strata.push(Stratum { unit: code.to_owned(), population: population as u64, sample: None });
    }
    (answers, strata)
}

/// Rank of equations modulo a prime.
fn rank(mut rows: Vec<Vec<u64>>) -> usize {
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let scale = inverse(rows[rank][column]);
        let pivot: Vec<u64> = rows[rank].iter().map(|value| times(*value, scale)).collect();
        for row in rows.iter_mut().skip(rank + 1).filter(|row| row[column] != 0) {
            let factor = row[column];
            for (value, of) in row.iter_mut().zip(&pivot).skip(column) {
                *value = (*value + PRIME - times(factor, *of)) % PRIME;
            }
        }
        rank += 1;
    }
    rank
}

/// Whether a sum over some unknowns alone follows.
fn gives(rows: &[Vec<u64>], some: &[usize]) -> bool {
    let without = |row: &Vec<u64>| {
        row.iter().enumerate().filter(|(at, _)| !some.contains(at)).map(|(_, value)| *value).collect()
    };
    rank(rows.to_vec()) > rank(rows.iter().map(without).collect())
}

/// Answers that only what they say tells apart: their unit, and their category of each kind.
type Known = (String, Vec<String>);

/// Looks for sums over fewer than k answers to an item in all that a report shows; gives how many categories it showed.
fn attack(seed: u64, item: usize) -> usize {
    let (answers, strata) = small(seed);
    let report = report_of(&asked("share_satisfied", "item_shares"), &answers, &strata, &[]);
    let k = u64::from(report.method.minimum_answers);
    // Unknown: how many are satisfied among answers that only what they say tells apart.
    let mut unknown: BTreeMap<Known, u64> = BTreeMap::new();
    for (unit, rows) in &answers {
        for (row, sheet) in rows.iter().enumerate().filter(|(_, sheet)| (1..=5).contains(&sheet[item])) {
            let traits = ALL.map(|by| category(by, row, sheet)).to_vec();
            *unknown.entry((unit.clone(), traits)).or_default() += 1;
        }
    }
    let keys: Vec<(&Known, u64)> = unknown.iter().map(|(key, n)| (key, *n)).collect();
    let (definition, sheets) = (asked("share_satisfied", "item_shares"), sheets_of(&answers));
    let design =
        with_input(&definition, &sheets, &strata, &[], Breakdowns::Without, |input| design(input).unwrap());
    let weight = |unit: &String| {
        generic(design.strata.iter().find(|own| own.units.contains(unit)).unwrap().base_weight.to_bits())
    };
    let mut rows: Vec<Vec<u64>> = Vec::new();
    let mut told = |inside: &dyn Fn(&Known) -> bool, result: &Figures| {
        let criterion =
            result.dimensions.iter().flat_map(|d| &d.criteria).find(|c| c.id == format!("q{item}"));
        if criterion.unwrap().estimate.publish == Publish::Suppress {
            return false;
        }
        // A count, and a figure with weights: no more than both could be worked out of what is shown.
        rows.push(keys.iter().map(|(key, _)| u64::from(inside(key))).collect());
        rows.push(keys.iter().map(|(key, _)| if inside(key) { weight(&key.0) } else { 0 }).collect());
        true
    };
    let below = |code: &str, unit: &str| match code {
        "root" => true,
        "d1" => unit.starts_with("d1"),
        other => other == unit,
    };
    told(&|_| true, &report.total);
    for unit in &report.units {
        told(&|key| below(&unit.code, &key.0), &unit.result);
    }
    let mut shown = 0;
    for breakdown in &report.breakdowns {
        let at = ALL.iter().position(|by| *by == breakdown.by).unwrap();
        for category in &breakdown.categories {
            means_are_shown_with_all_that_they_are_of(category);
            let own = |unit: &str| breakdown.unit.as_ref().is_none_or(|own| own == unit);
            shown += usize::from(told(&|key| own(&key.0) && key.1[at] == category.code, &category.result));
        }
    }
    // Every category of every unit, several of them together, and any few.
    let mut few: BTreeSet<Vec<usize>> = BTreeSet::new();
    let mut add = |some: Vec<usize>| {
        let n: u64 = some.iter().map(|at| keys[*at].1).sum();
        if n > 0 && n < k {
            few.insert(some);
        }
    };
    for unit in answers.keys() {
        for at in 0..ALL.len() {
            let codes: Vec<String> =
                keys.iter().map(|(key, _)| key.1[at].clone()).collect::<BTreeSet<_>>().into_iter().collect();
            for which in 1..1_usize << codes.len() {
                let chosen = |code: &String| which >> codes.iter().position(|c| c == code).unwrap() & 1 == 1;
                let inside = |key: &Known| key.0 == *unit && chosen(&key.1[at]);
                add((0..keys.len()).filter(|position| inside(keys[*position].0)).collect());
            }
        }
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..20 {
        let (mut some, mut n) = (Vec::new(), 0);
        while let Some(at) = (n < k).then(|| rng.random_range(0..keys.len())) {
            n += keys[at].1;
            if n < k {
                some.push(at);
            }
        }
        some.sort_unstable();
        some.dedup();
        add(some);
    }
    for some in few {
        let words: Vec<_> = some.iter().map(|at| &keys[*at]).collect();
        assert!(!gives(&rows, &some), "seed {seed}, item {item}: {words:?} follows");
    }
    shown
}

fn means_are_shown_with_all_that_they_are_of(category: &Category) {
    let secret = |estimate: &Estimate| estimate.publish == Publish::Suppress;
    let result = &category.result;
    for dimension in result.dimensions.iter().filter(|dimension| !secret(&dimension.estimate)) {
        assert!(dimension.criteria.iter().all(|criterion| !secret(&criterion.estimate)));
    }
    assert!(secret(&result.index) || result.dimensions.iter().all(|dimension| !secret(&dimension.estimate)));
}

#[test]
fn d_02_no_few_answers_follow_from_fields_channels_counters_and_units_together() {
    let mut shown = 0;
    for seed in 0..40 {
        shown += attack(seed, usize::try_from(seed % 2).unwrap());
    }
    assert!(shown > 60, "{shown}: where nothing is shown nothing can follow");
}

#[test]
fn citizens_are_read_by_all_four_and_officials_by_none() {
    let (answers, strata) = felt(1, &SIZES);
    let definition = asked("share_satisfied", "item_shares");
    let report = report_of(&definition, &answers, &strata, &[]);
    let shown = |own: &Category| own.result.index.estimate.is_some();
    let all = report.breakdowns.iter().filter(|of| of.categories.iter().any(shown)).map(|of| of.by);
    assert_eq!(all.collect::<BTreeSet<_>>(), BTreeSet::from(ALL));
    let officials = Definition { audience: crate::definition::model::Audience::Officials, ..definition };
    assert_eq!(report_of(&officials, &answers, &strata, &[]).breakdowns, []);
}

#[test]
fn what_a_category_has_is_no_sum_besides_its_figures_and_those_are_rounded() {
    let (answers, strata) = felt(5, &SIZES);
    let definition = asked("share_satisfied", "item_shares");
    let report = report_on(&definition, &sheets_of(&answers), &strata, &[], Breakdowns::Given);
    let exact = report_of(&definition, &answers, &strata, &[]);
    let all = |report: &Report| -> Vec<Category> {
        report.breakdowns.iter().flat_map(|breakdown| breakdown.categories.clone()).collect()
    };
    let mut seen = 0;
    for (category, exact) in all(&report).iter().zip(&all(&exact)) {
        for ((what, figure), (_, exact)) in category.result.figures().into_iter().zip(exact.result.figures())
        {
            assert_eq!((figure.n_eff, figure.deff, figure.se, figure.df), (None, None, None, None), "{what}");
            assert_eq!((figure.n, figure.decision, figure.publish), (exact.n, exact.decision, exact.publish));
            let shares =
                [(figure.estimate, exact.estimate), (figure.lower, exact.lower), (figure.upper, exact.upper)];
            for (share, exact) in shares {
                assert_eq!(share.is_some(), exact.is_some());
                let Some((share, exact)) = share.zip(exact) else { continue };
                assert!((share - exact).abs() <= 0.0005 + 1e-12, "{what}: {share} of {exact}");
                assert!((share * 1000.0 - (share * 1000.0).round()).abs() < 1e-9, "{what}: {share}");
                seen += 1;
            }
        }
        for criterion in category.result.dimensions.iter().flat_map(|dimension| &dimension.criteria) {
            assert!(criterion.counts.is_empty() && criterion.asked.is_none());
            assert_eq!(criterion.mean, Estimate::default());
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn d_02_under_todays_units_no_other_category_is_shown() {
    // One unit is hidden in the tree of the time, and another one beside it so that it is not told.
    let rows = |n: usize| -> Vec<Sheet> {
        (0..n).map(|at| [4, 5, 4, 3, 4, 5, 4, if at % 2 == 0 { 1 } else { 2 }, 1]).collect()
    };
    let answers = Answered::from([
        ("d1x".to_owned(), rows(40)),
        ("d1y".to_owned(), rows(3)),
        ("d2".to_owned(), rows(30)),
    ]);
    let definition = asked("share_satisfied", "item_shares");
    let questionnaire = Questionnaire::generate(&definition, "f").unwrap();
    let then = UnitTree::new([
        unit("root", None),
        unit("d1x", Some("root")),
        unit("d1y", Some("root")),
        unit("d2", Some("root")),
    ])
    .unwrap();
    let (campaign, now, sheets) = (campaign(), units(), sheets_of(&answers));
    let input = Input {
        campaign: &campaign,
        definition: &definition,
        questionnaire: &questionnaire,
        units: &then,
        strata: &[],
        margins: &[],
        previous: None,
        sheets: &sheets,
        judging: None,
        links: None,
        published: None,
        breakdowns: Breakdowns::Given,
        now: 2_000_000,
    };
    let before = compute(&input).unwrap();
    let after = under_successors(&input, &now).unwrap();
    let hidden = before.units.iter().find(|unit| unit.code == "d2").unwrap();
    assert_eq!(hidden.result.index.publish, Publish::Suppress);
    assert!(after.breakdowns.iter().all(|own| before.breakdowns.contains(own)));
    assert!(after.breakdowns.iter().all(|own| own.unit.as_deref() != Some("d2")));
}
