//! Changes from wave to wave, against the engine's difference of two domains that share nothing.

use super::{
    relations::{Answered, columns, felt, text, with_margins},
    *,
};
use crate::index::{
    input::Previous,
    report::{Change, Unchanged},
};

/// The report of a wave after another.
fn after(
    (definition, answers, strata): (&Definition, &Answered, &[Stratum]),
    (report, before): (&Report, &Definition),
) -> Report {
    let questionnaire = Questionnaire::generate(definition, "f").unwrap();
    let (campaign, units, sheets) = (campaign(), units(), columns(answers));
    compute(&Input {
        campaign: &campaign,
        definition,
        questionnaire: &questionnaire,
        units: &units,
        strata,
        margins: &[],
        previous: Some(Previous { report, definition: before }),
        sheets: &sheets,
        judging: None,
        links: None,
        published: None,
        breakdowns: Default::default(),
        now: 2_000_000,
    })
    .unwrap()
}

const SIZES: [(&str, usize, u64); 3] = [("d1x", 60, 700), ("d2", 90, 2_000), ("s1", 45, 300)];

#[test]
fn a_change_is_the_engine_s_difference_of_two_waves() {
    let definition = parsed(&text("share_satisfied", "item_shares"));
    for seed in [1, 2, 3] {
        let (first, strata) = felt(seed, &SIZES);
        let (second, _) = felt(seed + 100, &SIZES);
        let before = with_margins(&definition, &first, &strata, &[]);
        let report = after((&definition, &second, &strata), (&before, &definition));
        assert_eq!(report.previous.as_ref(), Some(&before.campaign));
        let mut text = String::from("wave,stratum,unit,N,w,q0,q1,q2,q3,q4,q5\n");
        for (wave, answers) in [("a", &second), ("b", &first)] {
            for stratum in &strata {
                let rows = &answers[&stratum.unit];
                let weight = stratum.population as f64 / rows.len() as f64;
                for row in rows {
                    let items: Vec<String> = row[..6]
                        .iter()
                        .map(|byte| if (1..=5).contains(byte) { byte.to_string() } else { String::new() })
                        .collect();
                    let (unit, population) = (&stratum.unit, stratum.population);
                    text.push_str(&format!(
                        "{wave},{wave}{unit},{unit},{population},{weight:?},{}\n",
                        items.join(",")
                    ));
                }
            }
        }
        let components: Vec<Value> = ITEMS
            .iter()
            .map(|(name, items)| {
                let items: Vec<Value> = items.iter().map(|item| measure("share_satisfied", *item)).collect();
                json!({ "name": name, "weight": items.len(), "items": items })
            })
            .collect();
        let side = |wave: &str, unit: &str, of: &Value| {
            let mut side = of.clone();
            side["domain"] = json!([{ "col": "wave", "in": [wave] }, { "col": "unit", "in": [unit] }]);
            side
        };
        let mut estimands = Vec::new();
        for unit in ["d2", "s1"] {
            for (key, of) in [
                ("index", json!({ "components": components })),
                ("q3", json!({ "y": measure("share_satisfied", 3) })),
            ] {
                estimands
                    .push(json!({ "key": format!("{unit}/{key}"), "kind": "diff", "a": side("a", unit, &of),
                    "b": side("b", unit, &of), "ci": [{ "method": "t", "level": 0.95 }] }));
            }
        }
        let spec = json!({
            "schema": "svy-ref/1", "id": "t", "title": "t", "description": "t", "covers": [],
            "data": { "file": "t.csv", "rows": null, "missing": "", "columns": {} },
            "analyses": [{ "id": "a", "description": "a", "calibration": null, "estimands": estimands,
                "design": { "weight": "w", "strata": "stratum", "stages": [{ "id": null, "fpc": "N" }], "lonely_psu": "adjust" } }],
        });
        let table = Table::read(text.as_bytes(), "", |_| true).unwrap();
        let results = run::run(&Spec::parse(&spec.to_string()).unwrap(), &table).unwrap();
        let results = serde_json::to_value(results).unwrap()["results"]["a"].clone();
        for code in ["d2", "s1"] {
            let figures = &report.units.iter().find(|unit| unit.code == code).unwrap().result;
            let item = &figures.dimensions[1].criteria[0];
            assert_eq!(item.id, "q3");
            for (key, estimate) in [("index", &figures.index), ("q3", &item.estimate)] {
                let (change, theirs) = (estimate.change.as_ref().unwrap(), &results[format!("{code}/{key}")]);
                let what = format!("{code} {key}");
                close(change.change, &theirs["estimate"], 1e-9, &what);
                close(change.previous, &theirs["b"], 1e-9, &what);
                close(change.se, &theirs["se"], 1e-9, &what);
                assert_eq!(change.df, theirs["df"].as_u64(), "{what}");
                close(change.p, &theirs["p_two_sided"], 1e-7, &what);
                close(change.lower, &theirs["ci"][0]["lower"], 1e-7, &what);
                close(change.upper, &theirs["ci"][0]["upper"], 1e-7, &what);
                assert_eq!(change.significant, theirs["p_two_sided"].as_f64().map(|p| p < 0.05));
            }
            assert_eq!(item.mean.change, None);
        }
    }
}

fn only(reason: Unchanged) -> Option<Change> {
    Some(Change { reason: Some(reason), ..Change::default() })
}

#[test]
fn d_02_nothing_of_a_suppressed_figure_of_either_wave_is_in_the_change() {
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let (first, strata) = felt(1, &[("d1x", 8, 700), ("d2", 90, 2_000), ("s1", 7, 300)]);
    let (second, _) = felt(2, &SIZES);
    let before = with_margins(&definition, &first, &strata, &[]);
    let report = after((&definition, &second, &strata), (&before, &definition));
    let unit =
        |report: &Report, code: &str| report.units.iter().find(|u| u.code == code).unwrap().result.clone();
    assert_eq!(unit(&report, "s1").index.change, only(Unchanged::PreviousHidden));
    assert!(unit(&report, "s1").index.estimate.is_some());
    // The other way round the figure of today is hidden, and with it all that is said of it.
    let now = with_margins(&definition, &second, &strata, &[]);
    let turned = after((&definition, &first, &strata), (&now, &definition));
    assert_eq!(unit(&turned, "s1").index, Estimate::default());
}

#[test]
fn what_measures_something_else_has_no_change() {
    let old = text("share_satisfied", "item_shares");
    let definition = parsed(&old);
    let (answers, strata) = felt(4, &SIZES);
    let report = with_margins(&definition, &answers, &strata, &[]);
    let of = |text: &str, sizes: &[(&str, usize, u64)]| {
        let other = parsed(text);
        let (answers, strata) = felt(9, sizes);
        let before = with_margins(&other, &answers, &strata, &[]);
        after((&definition, &felt(4, &SIZES).0, &strata_of()), (&before, &other))
    };
    // A criterion fewer: its dimension, part and the index are made of other things; the others go on.
    let fewer = of(&old.replace("\"q4\", ", ""), &SIZES);
    let total = &fewer.total;
    assert_eq!(total.dimensions[1].criteria[1].estimate.change, only(Unchanged::NotAsked));
    assert_eq!(total.dimensions[1].estimate.change, only(Unchanged::NotComparable));
    assert_eq!(total.index.change, only(Unchanged::NotComparable));
    assert!(total.dimensions[1].criteria[0].estimate.change.as_ref().unwrap().change.is_some());
    assert!(total.dimensions[0].estimate.change.as_ref().unwrap().change.is_some());
    // Another definition or measure: nothing goes on.
    for text in [old.replace("id = \"test\"", "id = \"other\""), text("mean_score", "item_shares")] {
        let other = Library::from_files([(
            if text.contains("id = \"other\"") { "other/1.toml" } else { "test/1.toml" },
            text.clone(),
        )])
        .unwrap();
        let other = other.iter().next().unwrap().definition.clone();
        let before = with_margins(&other, &answers, &strata, &[]);
        let report = after((&definition, &answers, &strata), (&before, &other));
        assert_eq!(report.total.index.change, only(Unchanged::NotComparable));
        assert_eq!(report.total.dimensions[0].criteria[0].estimate.change, only(Unchanged::NotComparable));
    }
    // A unit that was not asked then.
    let without = of(&old, &SIZES[..2]);
    let unit = without.units.iter().find(|unit| unit.code == "s1").unwrap();
    assert_eq!(unit.result.index.change, only(Unchanged::NoUnit));
    assert!(report.previous.is_none() && report.total.index.change.is_none());
}

fn strata_of() -> Vec<Stratum> {
    felt(4, &SIZES).1
}

#[test]
fn a_sample_in_which_all_agree_has_a_change_but_no_test() {
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let (first, strata) = felt(1, &[("d2", 90, 2_000)]);
    let second = Answered::from([("d2".to_owned(), vec![[5; 9]; 40])]);
    let before = with_margins(&definition, &first, &strata, &[]);
    let report = after((&definition, &second, &strata), (&before, &definition));
    let change = report.total.index.change.clone().unwrap();
    assert!(change.change.unwrap() > 0.0);
    assert_eq!((change.reason, change.p, change.lower), (Some(Unchanged::NoVariance), None, None));
}
