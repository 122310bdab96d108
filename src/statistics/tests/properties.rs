//! What must hold for any sample. That suppressed cells cannot be worked out from a report is a promise of the index
//! and tested there (`crate::index`, tests named `d_02`).

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{Row, STRATA, Stages, Survey, intervals, satisfied, surveys};

/// Every kind of estimand that needs a sample and gives no value by row.
fn everything() -> Value {
    let components = json!([
        { "name": "access", "weight": 2, "items": [{ "col": "q1" }, satisfied("q2")] },
        { "name": "staff", "weight": 1, "items": [{ "col": "q3" }] },
    ]);
    let group = |name: &str| json!([{ "col": "group", "in": [name] }]);
    let rules = json!({ "min_n": 5, "min_n_eff": 10, "max_width": 0.5, "level": 0.9 });
    json!([
        { "key": "share", "kind": "mean", "y": satisfied("q1"), "ci": intervals(),
          "target": { "value": 0.4, "ci_method": "kg", "level": 0.95 } },
        { "key": "score", "kind": "mean", "y": { "col": "q2" }, "domain": group("g1"),
          "ci": [{ "method": "t", "level": 0.9 }] },
        { "key": "several", "kind": "mean", "y": { "cols": ["q1", "q2", "q3"], "agg": "mean", "min_answered": 2 } },
        { "key": "total", "kind": "total", "y": { "col": "q1" }, "domain": group("g0") },
        { "key": "ratio", "kind": "ratio", "num": { "col": "q1" }, "den": { "col": "q2" } },
        { "key": "index", "kind": "composite", "components": components, "ci": [{ "method": "t", "level": 0.95 }] },
        { "key": "diff", "kind": "diff", "a": { "y": { "col": "q1" }, "domain": group("g0") },
          "b": { "y": { "col": "q1" }, "domain": group("g1") } },
        { "key": "diff_of_indices", "kind": "diff", "a": { "components": components },
          "b": { "components": components, "domain": group("g2") } },
        { "key": "alpha", "kind": "alpha", "items": ["q1", "q2", "q3"], "weighted": true },
        { "key": "ranking", "kind": "ranking", "y": { "col": "q1" }, "by": "group", "level": 0.95, "alpha": 0.05 },
        { "key": "cells", "kind": "suppression", "y": satisfied("q3"), "by": "group", "rules": rules },
    ])
}

fn close(found: &Value, expected: f64, tolerance: f64) -> bool {
    match found.as_f64() {
        Some(found) => (found - expected).abs() <= tolerance * expected.abs().max(1e-9),
        None => !expected.is_finite(),
    }
}

/// Whether named fields are the same but for rounding.
fn same(one: &Value, two: &Value, fields: &[&str]) -> Result<(), TestCaseError> {
    for field in fields {
        let expected = two[*field].as_f64().unwrap_or(f64::NAN);
        prop_assert!(close(&one[*field], expected, 1e-9), "{field}: {} is not {}", one[*field], two[*field]);
    }
    Ok(())
}

/// The mean of a question among those in a group, and its variance, as a textbook writes them.
fn by_hand(survey: &Survey, value: impl Fn(&Row) -> Option<f64>) -> (f64, f64) {
    let answers: Vec<Option<f64>> = survey.rows.iter().map(value).collect();
    let weighted = || survey.rows.iter().zip(&answers).filter_map(|(row, y)| y.map(|y| (row.weight, y)));
    let weight: f64 = weighted().map(|(w, _)| w).sum();
    let mean = weighted().map(|(w, y)| w * y).sum::<f64>() / weight;
    let mut psus: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
    for (number, (row, y)) in survey.rows.iter().zip(&answers).enumerate() {
        let psu = if survey.stages == Stages::Elements { number } else { row.psu };
        let u = y.map_or(0.0, |y| row.weight * (y - mean) / weight);
        psus.entry((row.stratum, psu)).or_default().push(u);
    }
    // n s² of what the units of a sample add up to, times the share not sampled.
    let spread = |units: &[f64], beyond: u64| {
        let (n, beyond) = (units.len() as f64, beyond as f64);
        let left = if survey.fpc { beyond / (n + beyond) } else { 1.0 };
        let mean = units.iter().sum::<f64>() / n;
        let squares: f64 = units.iter().map(|u| (u - mean).powi(2)).sum();
        match units {
            [only] if survey.lonely == "adjust" => left * only * only,
            [_] => 0.0,
            _ => left * n / (n - 1.0) * squares,
        }
    };
    let mut variance = 0.0;
    for stratum in 0..STRATA {
        let own = || psus.iter().filter(|((of, _), _)| *of == stratum).map(|(_, units)| units);
        let totals: Vec<f64> = own().map(|units| units.iter().sum()).collect();
        if totals.is_empty() {
            continue;
        }
        let beyond = survey.beyond[stratum];
        variance += spread(&totals, beyond);
        if survey.stages == Stages::Two {
            let share = totals.len() as f64 / (totals.len() as u64 + beyond) as f64;
            variance += share * own().map(|units| spread(units, beyond)).sum::<f64>();
        }
    }
    (mean, variance)
}

/// Rows without strata, of whom so many of `n` are satisfied, all with one weight.
fn simple(n: usize, yes: usize, weight: f64) -> Survey {
    let row = |number| Row {
        stratum: 0,
        psu: number,
        weight,
        group: 0,
        answers: [Some(if number < yes { 5 } else { 1 }), None, None],
    };
    let rows = (0..n).map(row).collect();
    Survey { rows, stages: Stages::Elements, fpc: false, beyond: vec![0; STRATA], lonely: "fail" }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn shuffled_rows_give_the_same_bits(survey in surveys(), order in any::<prop::sample::Index>(), flip: bool) {
        let mut shuffled = survey.clone();
        let middle = order.index(survey.rows.len());
        shuffled.rows.rotate_left(middle);
        if flip {
            shuffled.rows.reverse();
            shuffled.rows.sort_by_key(|row| row.answers[1]);
        }
        let (one, two) = (survey.estimate(&Value::Null, &everything()), shuffled.estimate(&Value::Null, &everything()));
        for key in one.as_object().unwrap().keys() {
            prop_assert_eq!(&one[key], &two[key], "{}", key);
        }
    }

    #[test]
    fn mean_and_variance_are_those_of_the_textbook(survey in surveys(), group in 0..3usize) {
        let inside = json!([{ "col": "group", "in": [format!("g{group}")] }]);
        let share = survey.one(json!({ "kind": "mean", "y": satisfied("q1"), "domain": inside }));
        let (mean, variance) = by_hand(&survey, |row| {
            (row.group == group).then_some(row.answers[0])?.map(|answer| f64::from(u8::from(answer >= 4)))
        });
        prop_assert!(close(&share["estimate"], mean, 1e-10), "{} is not {mean}", share["estimate"]);
        if mean.is_finite() {
            prop_assert!(close(&share["var"], variance, 1e-9), "{} is not {variance}", share["var"]);
        }
        let score = survey.one(json!({ "kind": "mean", "y": { "cols": ["q3"], "agg": "mean" } }));
        let (mean, variance) = by_hand(&survey, |row| row.answers[2].map(f64::from));
        prop_assert!(close(&score["estimate"], mean, 1e-10) && close(&score["var"], variance, 1e-9));
    }

    /// Two halves of an answer in the place of one: the PSU has the same total.
    #[test]
    fn a_row_split_with_its_weight_changes_nothing(mut survey in surveys(), place in any::<prop::sample::Index>()) {
        survey.stages = Stages::Clusters;
        let mut split = survey.clone();
        let place = place.index(split.rows.len());
        split.rows[place].weight /= 2.0;
        split.rows.push(split.rows[place].clone());
        let (one, two) = (survey.estimate(&Value::Null, &everything()), split.estimate(&Value::Null, &everything()));
        for key in ["share", "score", "several", "total", "ratio", "index", "diff", "diff_of_indices"] {
            same(&two[key], &one[key], &["estimate", "var", "se", "df"])?;
        }
        prop_assert!(close(&two["alpha"]["estimate"], one["alpha"]["estimate"].as_f64().unwrap_or(f64::NAN), 1e-8));
    }

    #[test]
    fn weights_in_another_unit_change_no_mean(survey in surveys(), factor in 0.01..100.0f64) {
        let mut scaled = survey.clone();
        scaled.rows.iter_mut().for_each(|row| row.weight *= factor);
        let (one, two) = (survey.estimate(&Value::Null, &everything()), scaled.estimate(&Value::Null, &everything()));
        for key in ["share", "score", "several", "ratio", "index", "diff", "diff_of_indices"] {
            same(&two[key], &one[key], &["estimate", "var", "se", "df"])?;
        }
        same(&two["share"], &one["share"], &["n", "kish_deff", "n_eff_kish", "deff_wr"])?;
        prop_assert!(close(&two["total"]["estimate"], one["total"]["estimate"].as_f64().unwrap() * factor, 1e-9));
        prop_assert!(close(&two["total"]["se"], one["total"]["se"].as_f64().unwrap() * factor, 1e-9));
    }

    #[test]
    fn a_domain_of_everybody_is_the_whole(survey in surveys()) {
        let everybody = json!([{ "col": "group", "in": ["g0", "g1", "g2"] }]);
        let mut inside = everything();
        for estimand in inside.as_array_mut().unwrap() {
            if ["share", "several", "ratio", "index", "alpha"].contains(&estimand["key"].as_str().unwrap()) {
                estimand["domain"] = everybody.clone();
            }
        }
        let (whole, inside) = (survey.estimate(&Value::Null, &everything()), survey.estimate(&Value::Null, &inside));
        for key in ["share", "several", "ratio", "index", "alpha"] {
            prop_assert_eq!(&whole[key], &inside[key], "{}", key);
        }
    }

    #[test]
    fn a_composite_of_one_item_is_its_mean(survey in surveys(), weight in 0.1..10.0f64) {
        let mean = survey.one(json!({ "kind": "mean", "y": satisfied("q1"), "ci": intervals() }));
        let components = json!([{ "name": "only", "weight": weight, "items": [satisfied("q1")] }]);
        let index = survey.one(json!({ "kind": "composite", "components": components, "ci": intervals() }));
        same(&index, &mean, &["n", "estimate", "var", "se", "df"])?;
        same(&index["components"][0], &mean, &["estimate", "se"])?;
        prop_assert!(close(&index["cov"][0][0], mean["var"].as_f64().unwrap_or(f64::NAN), 1e-9));
        for (one, two) in index["ci"].as_array().unwrap().iter().zip(mean["ci"].as_array().unwrap()) {
            same(one, two, &["lower", "upper"])?;
        }
    }

    #[test]
    fn intervals_hold_the_share_and_stay_in_its_range(survey in surveys()) {
        let share = survey.one(json!({ "kind": "mean", "y": satisfied("q1"), "ci": intervals() }));
        let Some(estimate) = share["estimate"].as_f64() else { return Ok(()) };
        for interval in share["ci"].as_array().unwrap() {
            if let (Some(lower), Some(upper)) = (interval["lower"].as_f64(), interval["upper"].as_f64()) {
                prop_assert!(lower <= estimate + 1e-12 && estimate <= upper + 1e-12, "{interval} {estimate}");
                prop_assert!(interval["method"] == "t" || 0.0 <= lower && upper <= 1.0, "{interval}");
            }
        }
    }

    #[test]
    fn more_answers_narrow_every_interval(n in 5..60usize, yes in 1..60usize, times in 2..5usize) {
        prop_assume!(yes < n);
        let share = json!({ "kind": "mean", "y": satisfied("q1"), "ci": intervals() });
        let (few, many) = (simple(n, yes, 3.0).one(share.clone()), simple(n * times, yes * times, 3.0).one(share));
        for (few, many) in few["ci"].as_array().unwrap().iter().zip(many["ci"].as_array().unwrap()) {
            let width = |ci: &Value| ci["upper"].as_f64().unwrap() - ci["lower"].as_f64().unwrap();
            prop_assert!(width(many) < width(few), "{few} {many}");
        }
    }

    #[test]
    fn everybody_satisfied_has_the_limit_of_the_closed_form(weights in prop::collection::vec(0.5..40.0f64, 1..60)) {
        let mut survey = simple(weights.len(), weights.len(), 1.0);
        survey.lonely = "certainty";
        survey.rows.iter_mut().zip(&weights).for_each(|(row, w)| row.weight = *w);
        let share = survey.one(json!({
            "kind": "mean", "y": satisfied("q1"), "ci": [{ "method": "kg", "level": 0.95 }],
        }));
        let n_eff = weights.iter().sum::<f64>().powi(2) / weights.iter().map(|w| w * w).sum::<f64>();
        let kg = &share["ci"][0];
        prop_assert!(close(&kg["lower"], 0.025f64.powf(1.0 / n_eff), 1e-12) && kg["upper"] == 1.0, "{kg}");
    }

    #[test]
    fn raked_weights_add_up_to_every_margin(survey in surveys(), shares in prop::collection::vec(0.2..1.0f64, STRATA + 3)) {
        // Every stratum meets every group, so that the margins can be met.
        let mut survey = survey;
        for (stratum, group) in (0..STRATA).flat_map(|stratum| (0..3).map(move |group| (stratum, group))) {
            survey.rows.push(Row { stratum, psu: 9, weight: 2.5, group, answers: [Some(4), None, Some(2)] });
        }
        let (strata, groups) = shares.split_at(STRATA);
        let totals = |shares: &[f64]| -> Vec<f64> {
            shares.iter().map(|share| 1000.0 * share / shares.iter().sum::<f64>()).collect()
        };
        let (strata, groups) = (totals(strata), totals(groups));
        let margin = |column: &str, letter: char, totals: &[f64]| {
            let entry = |(number, total): (usize, &f64)| json!({ column: format!("{letter}{number}"), "N": total });
            json!({ "by": [column], "totals": totals.iter().enumerate().map(entry).collect::<Vec<_>>() })
        };
        let rake = json!({
            "method": "rake", "margins": [margin("stratum", 'h', &strata), margin("group", 'g', &groups)],
        });
        let found = survey.estimate(&rake, &json!([{ "key": "weights", "kind": "weights" }]));
        let weights: Vec<f64> =
            found["weights"]["weights"].as_array().unwrap().iter().map(|w| w.as_f64().unwrap()).collect();
        let sum = |inside: &dyn Fn(&Row) -> bool| -> f64 {
            survey.rows.iter().zip(&weights).filter(|(row, _)| inside(row)).map(|(_, w)| w).sum()
        };
        for (number, total) in strata.iter().enumerate() {
            prop_assert!((sum(&|row| row.stratum == number) - total).abs() < 1e-9 * total);
        }
        for (number, total) in groups.iter().enumerate() {
            prop_assert!((sum(&|row| row.group == number) - total).abs() < 1e-9 * total);
        }
        // Raking moves weights by factors of stratum and group: ratios of ratios stay.
        let weight = |stratum: usize, group: usize| {
            let place = survey.rows.iter().rposition(|row| row.stratum == stratum && row.group == group).unwrap();
            weights[place] / survey.rows[place].weight
        };
        let cross = weight(0, 0) * weight(1, 1) / weight(0, 1) / weight(1, 0);
        prop_assert!((cross - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_census_has_no_interval(survey in surveys()) {
        let mut census = survey;
        (census.fpc, census.beyond) = (true, vec![0; STRATA]);
        census.rows.iter_mut().for_each(|row| row.weight = 1.0);
        let share = census.one(json!({ "kind": "mean", "y": satisfied("q1"), "ci": intervals() }));
        if share["estimate"].is_null() {
            return Ok(());
        }
        prop_assert_eq!(&share["se"], 0.0);
        prop_assert_eq!(&share["deff"], &Value::Null);
        for interval in share["ci"].as_array().unwrap() {
            if ["logit", "beta", "wilson"].contains(&interval["method"].as_str().unwrap()) {
                prop_assert!(interval["lower"].is_null() && interval["upper"].is_null(), "{interval}");
            } else if !interval["lower"].is_null() {
                prop_assert!(interval["lower"] == share["estimate"] && interval["upper"] == share["estimate"]);
            }
        }
        let kg = &share["ci"][4];
        prop_assert!(kg["method"] == "kg" && kg["lower"] == share["estimate"] && kg["n_eff"].is_null());
    }
}
