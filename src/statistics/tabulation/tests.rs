//! What is counted must be what the general way finds, and must be counted where it can be.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::batch::Batch;
use crate::statistics::{
    error::Error,
    estimate,
    sample::Sample,
    spec::{Kind, Spec},
    table::Table,
};

const ITEMS: usize = 4;

/// A respondent: stratum, weight, group, answers.
type Row = (usize, f64, usize, [Option<u8>; ITEMS]);

#[derive(Debug, Clone)]
struct Survey {
    rows: Vec<Row>,
    fpc: bool,
    lonely: &'static str,
}

fn rows(weights: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Vec<Row>> {
    let answer = prop::option::weighted(0.8, 1..=5u8);
    let answers = [answer.clone(), answer.clone(), answer.clone(), answer];
    prop::collection::vec((0..5usize, weights, 0..3usize, answers), 6..90)
}

fn surveys() -> impl Strategy<Value = Survey> {
    let of_stratum = rows(Just(1.0)).prop_map(|mut rows| {
        rows.iter_mut().for_each(|row| row.1 = 1.5 + row.0 as f64);
        rows
    });
    let drawn = prop_oneof![of_stratum, rows(0.2..30.0), rows(1.0..1.000_001), rows(0.001..900.0)];
    let lonely = prop::sample::select(vec!["adjust", "certainty", "average", "fail"]);
    (drawn, any::<bool>(), lonely).prop_map(|(rows, fpc, lonely)| Survey { rows, fpc, lonely })
}

impl Survey {
    fn csv(&self) -> String {
        let mut sizes = [0; 5];
        self.rows.iter().for_each(|row| sizes[row.0] += 1);
        let mut text = "stratum,N,w,group,q1,q2,q3,q4\n".to_owned();
        for (stratum, weight, group, answers) in &self.rows {
            write!(text, "h{stratum},{},{weight},g{group}", sizes[*stratum] * 3).unwrap();
            for answer in answers {
                text += &answer.map_or(",".to_owned(), |answer| format!(",{answer}"));
            }
            text.push('\n');
        }
        text
    }

    fn spec(&self, estimands: &Value) -> Spec {
        let stage = if self.fpc { json!({ "fpc": "N" }) } else { json!({}) };
        spec_of(
            &json!({ "weight": "w", "strata": "stratum", "stages": [stage], "lonely_psu": self.lonely }),
            estimands,
        )
    }

    fn ways(&self, estimands: &Value) -> Vec<(Option<Value>, Value)> {
        ways(&self.spec(estimands), &self.csv())
    }
}

fn spec_of(design: &Value, estimands: &Value) -> Spec {
    let analysis = json!({ "id": "a", "design": design, "estimands": estimands });
    let spec = json!({ "schema": "svy-ref/1", "data": { "file": "data.csv" }, "analyses": [analysis] });
    Spec::parse(&spec.to_string()).unwrap()
}

/// Each estimand as counted, if it is, and as the general way finds it.
fn ways(spec: &Spec, csv: &str) -> Vec<(Option<Value>, Value)> {
    let table = Table::read(csv.as_bytes(), "", |_| true).unwrap();
    let analysis = &spec.analyses[0];
    let sample = Sample::build(analysis, &table, "").unwrap();
    let batch = Batch::prepare(&analysis.estimands, &sample);
    let shown = |error: Error| json!(error.to_string());
    analysis
        .estimands
        .iter()
        .map(|estimand| match &estimand.kind {
            Kind::Mean(spec) => {
                let counted = batch.as_ref().and_then(|batch| batch.mean(spec, "").transpose());
                let general = estimate::mean(spec, &sample, "");
                (
                    counted.map(|found| found.map_or_else(shown, |found| json!(found))),
                    general.map_or_else(shown, |found| json!(found)),
                )
            }
            Kind::Composite(spec) => {
                let counted = batch.as_ref().and_then(|batch| batch.composite(spec, "").transpose());
                let general = estimate::composite(spec, &sample, "");
                (
                    counted.map(|found| found.map_or_else(shown, |found| json!(found))),
                    general.map_or_else(shown, |found| json!(found)),
                )
            }
            _ => unreachable!("means and composites only"),
        })
        .collect()
}

/// The first place where two results differ: numbers by more than `tolerance`, covariances as a share of the variances.
/// As in the reference cases, numbers below 1e-6 are compared as if they were that large; `t`, a difference of two numbers
/// that may be nearly the same in units of a small standard error, below 1e-3.
fn difference(a: &Value, b: &Value, tolerance: f64, path: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => a
            .iter()
            .find_map(|(key, value)| difference(value, b.get(key)?, tolerance, &format!("{path}.{key}"))),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let scale = if path.contains("cov") {
                a.iter().filter_map(Value::as_f64).fold(0.0, |most: f64, x| most.max(x.abs()))
            } else {
                0.0
            };
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| match (a.as_f64(), b.as_f64()) {
                (Some(x), Some(y)) if (x - y).abs() <= tolerance * scale => None,
                _ => difference(a, b, tolerance, &format!("{path}[{i}]")),
            })
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64()?, b.as_f64()?);
            let least = if path.ends_with(".t") { 1e-3 } else { 1e-6 };
            ((a - b).abs() > tolerance * a.abs().max(b.abs()).max(least))
                .then(|| format!("{path}: {a} and {b}"))
        }
        _ => (a != b).then(|| format!("{path}: {a} and {b}")),
    }
}

fn ci() -> Value {
    json!(["t", "logit", "beta", "wilson", "kg"].map(|method| json!({ "method": method, "level": 0.95 })))
}

fn satisfied(item: usize) -> Value {
    json!({ "col": format!("q{item}"), "in": [4, 5] })
}

fn mean(y: &Value) -> Value {
    json!({ "key": "m", "kind": "mean", "y": y, "ci": ci(),
            "target": { "value": 0.6, "ci_method": "kg", "level": 0.95 } })
}

fn composite(components: &[(&[usize], f64)]) -> Value {
    let components: Vec<Value> = components
        .iter()
        .enumerate()
        .map(|(number, (items, weight))| {
            let items: Vec<Value> = items.iter().map(|item| satisfied(*item)).collect();
            json!({ "name": format!("c{number}"), "weight": weight, "items": items })
        })
        .collect();
    json!({ "key": "c", "kind": "composite", "components": components, "ci": ci() })
}

/// Means of shares and of scores, composites of all dimensions and of one, which share a pass.
fn estimands(domain: &Value) -> Value {
    let mut all = vec![
        mean(&satisfied(1)),
        mean(&satisfied(3)),
        mean(&json!({ "col": "q2" })),
        composite(&[(&[1, 2], 1.0), (&[3], 2.0), (&[4], 0.5)]),
        composite(&[(&[4], 2.0), (&[1, 2], 1.0), (&[3], 1.0)]),
        composite(&[(&[1, 2], 1.0)]),
        composite(&[(&[3], 1.0)]),
        composite(&[(&[1, 2], 1.0), (&[3], 1.0)]),
    ];
    for (number, estimand) in all.iter_mut().enumerate() {
        estimand["key"] = json!(format!("k{number}"));
        if !domain.is_null() {
            estimand["domain"] = domain.clone();
        }
    }
    json!(all)
}

fn domains() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        Value::Null,
        json!([{ "col": "group", "in": ["g0"] }]),
        json!([{ "col": "group", "in": ["g1", "g2"] }]),
        json!([{ "col": "group", "in": ["g0", "g1"] }, { "col": "q4", "in": [1, 2, 3] }]),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_counted_is_what_the_general_way_finds(survey in surveys(), domain in domains()) {
        for (position, (counted, general)) in survey.ways(&estimands(&domain)).into_iter().enumerate() {
            let Some(counted) = counted else { continue };
            let found = difference(&counted, &general, 2e-9, "");
            prop_assert!(found.is_none(), "estimand {position}: {}", found.unwrap());
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_digit_of_what_is_counted(
        (survey, shuffled) in surveys().prop_flat_map(|survey| {
            let rows = Just(survey.rows.clone()).prop_shuffle();
            (Just(survey), rows)
        }),
    ) {
        let other = Survey { rows: shuffled, ..survey.clone() };
        let counted = |survey: &Survey| -> Vec<Option<Value>> {
            survey.ways(&estimands(&Value::Null)).into_iter().map(|(counted, _)| counted).collect()
        };
        prop_assert_eq!(counted(&survey), counted(&other));
    }
}

/// A survey of as many rows as wanted; `weight` gives a row's.
fn regular(rows: usize, weight: impl Fn(usize) -> f64) -> Survey {
    let mut state = 7u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let mut row = |number: usize| {
        let answers = [(); ITEMS].map(|()| {
            let code = next(12);
            (code > 0).then(|| [1, 2, 3, 4, 4, 4, 4, 5, 5, 5, 5][code as usize - 1])
        });
        (number % 3, weight(number), number % 2, answers)
    };
    Survey { rows: (0..rows).map(&mut row).collect(), fpc: true, lonely: "certainty" }
}

#[track_caller]
fn assert_all_counted(survey: &Survey, estimands: &Value, tolerance: f64) {
    for (position, (counted, general)) in survey.ways(estimands).into_iter().enumerate() {
        let Some(counted) = counted else { panic!("estimand {position} is not counted") };
        if let Some(found) = difference(&counted, &general, tolerance, "") {
            panic!("estimand {position}: {found}");
        }
    }
}

/// The estimands of [`estimands`] that every sample of elements gets counted: without the composite of two dimensions
/// out of a pass of three, whose rows without any answer are known to that pass only.
fn counted_ones(domain: &Value) -> Value {
    let mut all = estimands(domain);
    all.as_array_mut().unwrap().truncate(7);
    all
}

#[test]
fn strata_of_equal_weights_are_counted() {
    assert_all_counted(&regular(500, |number| 2.0 + (number % 3) as f64), &counted_ones(&Value::Null), 1e-12);
}

#[test]
fn unequal_weights_are_counted_in_any_domain() {
    let survey = regular(800, |number| 1.0 + (number * 37 % 101) as f64 / 7.0);
    for domain in [Value::Null, json!([{ "col": "group", "in": ["g1"] }])] {
        assert_all_counted(&survey, &counted_ones(&domain), 1e-12);
    }
}

#[test]
fn a_composite_of_some_dimensions_of_another_gets_its_own_pass() {
    let survey = regular(300, |number| 1.0 + (number % 11) as f64);
    let all = estimands(&Value::Null);
    assert_all_counted(&survey, &all, 1e-12);
}

#[test]
fn strata_of_many_rows_do_not_overflow() {
    let survey = regular(40_000, |number| 0.5 + (number * 7919 % 1009) as f64 / 100.0);
    // Rows outside a domain fill up as those of a stratum do.
    for domain in [Value::Null, json!([{ "col": "group", "in": ["g1"] }])] {
        assert_all_counted(&survey, &counted_ones(&domain), 1e-11);
    }
}

#[test]
fn strata_of_many_equal_rows_do_not_overflow() {
    assert_all_counted(&regular(40_000, |_| 3.0), &counted_ones(&Value::Null), 1e-11);
}

/// Whether estimands are counted in a survey that differs in one thing from one where they are.
fn counted(survey: &Survey, estimand: &Value) -> Vec<bool> {
    survey.ways(&json!([estimand])).into_iter().map(|(counted, _)| counted.is_some()).collect()
}

#[test]
fn weights_of_zero_or_very_unequal_ones_go_the_general_way() {
    let share = mean(&satisfied(1));
    assert_eq!(counted(&regular(60, |_| 1.0), &share), [true]);
    assert_eq!(counted(&regular(60, |number| if number == 5 { 0.0 } else { 1.0 }), &share), [false]);
    assert_eq!(counted(&regular(6000, |number| if number == 5 { 1e7 } else { 1.0 }), &share), [false]);
}

#[test]
fn exact_tails_and_aggregates_go_the_general_way() {
    let survey = regular(60, |_| 3.0);
    let mut exact = mean(&satisfied(1));
    exact["ci"] = json!([{ "method": "hypergeom", "level": 0.95 }]);
    assert_eq!(counted(&survey, &exact), [false]);
    assert_eq!(counted(&survey, &mean(&json!({ "cols": ["q1", "q2"], "agg": "mean" }))), [false]);
}

#[test]
fn clusters_and_calibrated_weights_go_the_general_way() {
    let survey = regular(60, |_| 3.0);
    let estimands = json!([mean(&satisfied(1))]);
    let clusters = json!({ "weight": "w", "stages": [{ "id": "group" }], "lonely_psu": "certainty" });
    assert!(ways(&spec_of(&clusters, &estimands), &survey.csv())[0].0.is_none());
    let design = json!({ "weight": "w", "stages": [{}], "lonely_psu": "certainty" });
    let analysis = json!({
        "id": "a", "design": design, "estimands": estimands,
        "calibration": { "method": "poststratify", "by": ["group"],
                         "totals": [{ "group": "g0", "N": 90 }, { "group": "g1", "N": 95 }] },
    });
    let spec = json!({ "schema": "svy-ref/1", "data": { "file": "data.csv" }, "analyses": [analysis] });
    assert!(ways(&Spec::parse(&spec.to_string()).unwrap(), &survey.csv())[0].0.is_none());
    assert!(ways(&spec_of(&design, &estimands), &survey.csv())[0].0.is_some());
}

#[test]
fn nobody_s_answer_is_left_to_the_general_way_which_says_that_it_is_not_computable() {
    let mut survey = regular(60, |_| 3.0);
    survey.rows.iter_mut().for_each(|row| row.3[0] = None);
    let found = survey.ways(&json!([mean(&satisfied(1))]));
    assert!(found[0].0.is_none());
    assert_eq!(found[0].1["estimate"], Value::Null);
}

#[test]
fn everybody_satisfied_has_no_variance_either_way() {
    let mut survey = regular(60, |number| 1.0 + (number % 7) as f64);
    survey.rows.iter_mut().for_each(|row| row.3[0] = Some(5));
    let found = survey.ways(&json!([mean(&satisfied(1))]));
    let counted = found[0].0.as_ref().unwrap_or(&found[0].1);
    assert_eq!((&counted["estimate"], &counted["var"]), (&json!(1.0), &json!(0.0)));
    assert_eq!(found[0].1["var"], 0.0);
}

#[test]
fn a_dimension_with_hardly_any_variance_keeps_its_digits() {
    // In the first stratum everybody is satisfied with q3, by weights that are nearly the same: the standard error of
    // that dimension is some 1e-8 beside one of 0.3 for the other. The second stratum adds nothing to the variance.
    let row = |stratum, weight, q1, q3| (stratum, weight, 0, [q1, None, Some(q3), None]);
    let survey = Survey {
        rows: vec![
            row(0, 1.0, Some(5), 4),
            row(0, 1.0, Some(2), 4),
            row(0, 1.000_000_569_318_855_2, Some(1), 4),
            row(0, 1.0, Some(4), 4),
            row(1, 1.0, Some(1), 1),
        ],
        fpc: false,
        lonely: "certainty",
    };
    let found = survey.ways(&json!([composite(&[(&[1], 1.0), (&[3], 1.0)])]));
    let (counted, general) = &found[0];
    let figures = counted.as_ref().unwrap_or(general);
    // u = w·z, z = (1 − 4/5)/5: the four u differ by z·d in one of them, so Σ(u − ū)² = ¾(z·d)², times 4/3.
    let expected = 0.2 / 5.0 * 5.693_188_552e-7;
    let se = figures["components"][1]["se"].as_f64().unwrap();
    assert!((se / expected - 1.0).abs() < 1e-6, "{se:e} is not {expected:e}");
}

#[test]
fn more_dimensions_than_a_pass_holds_go_the_general_way() {
    let survey = regular(60, |_| 3.0);
    let nine: [(&[usize], f64); 9] =
        [&[1][..], &[2], &[3], &[4], &[1, 2], &[1, 3], &[1, 4], &[2, 3], &[2, 4]].map(|items| (items, 1.0));
    assert_eq!(counted(&survey, &composite(&nine)), [false]);
    assert_eq!(counted(&survey, &composite(&nine[..8])), [true]);
}
