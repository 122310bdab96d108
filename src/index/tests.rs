//! The index against the statistics engine on the same answers as CSV: every figure of every unit, under every
//! aggregation and measure (design, section 3: the two must be equal).

use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{
    definition::{Library, model::Definition},
    organisation::{Campaign, Channel, Margin, Stratum, Unit, UnitTree},
    questionnaire::Questionnaire,
    statistics::{run, spec::Spec, table::Table},
};

use super::{
    UNASKED, UNWEIGHTED, compute,
    design::{design, design_of_counts, margin_questions},
    input::{Counts, Input, Links, Sheets, UnitSheets},
    report::{Decision, Estimate, Note, Publish, Report, Result as Figures, Selection},
};

mod breakdown;
mod judging;
mod pooled;
mod relations;
mod rotation;
mod series;
mod together;
mod waves;

/// Items of the questionnaire below, by dimension.
const ITEMS: [(&str, &[usize]); 3] = [("a", &[0, 1, 2]), ("b", &[3, 4]), ("c", &[5])];

fn definition(measure: &str, aggregation: &str, audience: &str) -> Definition {
    parsed(&definition_text(measure, aggregation, audience))
}

fn parsed(text: &str) -> Definition {
    Library::from_files([("test/1.toml", text.to_owned())])
        .unwrap()
        .newest("test")
        .unwrap()
        .definition
        .clone()
}

fn definition_text(measure: &str, aggregation: &str, audience: &str) -> String {
    let mut text = format!(
        r#"format = 1
id = "test"
version = "1"
languages = ["vi"]
title = {{ vi = "Thử" }}
audience = "{audience}"
[index]
method = {{ vi = "Phương pháp thử" }}
measure = "{measure}"
aggregation = "{aggregation}"
target = 0.8
[[part]]
id = "p"
name = {{ vi = "Phần một" }}
plan = "8.1"
[[part]]
id = "s"
name = {{ vi = "Phần hai" }}
[[dimension]]
id = "a"
part = "p"
name = {{ vi = "A" }}
[[dimension]]
id = "b"
part = "s"
name = {{ vi = "B" }}
[[dimension]]
id = "c"
part = "s"
name = {{ vi = "C" }}
[plan."8.1"]
name = {{ vi = "Dòng 8.1" }}
lead = ["Sở Nội vụ"]
[scale.five]
"#
    );
    text.push_str("options = [\n");
    for (code, score) in [(1, 0.2), (2, 0.4), (3, 0.6), (4, 0.8), (5, 1.0)] {
        text.push_str(&format!(
            "{{ code = \"{code}\", label = {{ vi = \"{code}\" }}, satisfied = {}, score = {score} }},\n",
            code >= 4
        ));
    }
    text.push_str("{ code = \"na\", label = { vi = \"?\" }, missing = true },\n]\n");
    for (dimension, items) in ITEMS {
        for item in items {
            text.push_str(&format!(
                "[[criterion]]\nid = \"q{item}\"\ndimension = \"{dimension}\"\nname = {{ vi = \"q{item}\" }}\n\
                 text = {{ vi = \"q{item}?\" }}\nscale = \"five\"\n"
            ));
        }
    }
    text.push_str(
        "[[form]]\nid = \"f\"\nintroduction = { vi = \"…\" }\nminutes = 1\n[[form.section]]\ntitle = { vi = \"…\" }\n\
         ask = [\"q0\", \"q1\", \"q2\", \"q3\", \"q4\", \"q5\"]\n",
    );
    text
}

/// A unit of the only kind.
fn unit(code: &str, parent: Option<&str>) -> Unit {
    Unit {
        code: code.to_owned(),
        name: code.to_uppercase(),
        kind: "unit".to_owned(),
        parent: parent.map(str::to_owned),
        ..Unit::default()
    }
}

/// A province with two districts, a commune below the first, and a department.
fn units() -> UnitTree {
    UnitTree::new([
        unit("root", None),
        unit("d1", Some("root")),
        unit("d1x", Some("d1")),
        unit("d1y", Some("d1")),
        unit("d2", Some("root")),
        unit("s1", Some("root")),
    ])
    .unwrap()
}

fn campaign() -> Campaign {
    Campaign {
        slug: "t".to_owned(),
        definition: "test".to_owned(),
        version: "1".to_owned(),
        sha256: "0".repeat(64),
        form: "f".to_owned(),
        by_link: false,
        title: BTreeMap::from([("vi".to_owned(), "Thử".to_owned())]),
        opens: 0,
        closes: 1_000_000,
        target: None,
        demonstration: false,
        minimum_answers: None,
        previous: None,
        languages: Vec::new(),
        state: crate::organisation::State::Active,
        notice: None,
    }
}

/// Answers of a unit as bytes: 0 not asked, 255 blank, 1 to 5 the codes, 6 "don't know".
type Answers = Vec<[u8; 6]>;

fn sheets(answers: &BTreeMap<String, Answers>) -> Sheets {
    let unit = |rows: &Answers| UnitSheets {
        count: rows.len(),
        columns: (0..6).map(|item| rows.iter().map(|row| row[item]).collect()).collect(),
        ..UnitSheets::default()
    };
    let units = answers.iter().map(|(code, rows)| (code.clone(), unit(rows))).collect();
    Sheets { units, ..Sheets::default() }
}

fn report(
    definition: &Definition,
    answers: &BTreeMap<String, Answers>,
    strata: &[Stratum],
    links: Option<Links>,
    now: i64,
) -> Report {
    report_beside(definition, answers, strata, links, now, None)
}

/// The same beside a report that is public already.
fn report_beside(
    definition: &Definition,
    answers: &BTreeMap<String, Answers>,
    strata: &[Stratum],
    links: Option<Links>,
    now: i64,
    published: Option<&Report>,
) -> Report {
    let questionnaire = Questionnaire::generate(definition, "f").unwrap();
    let (campaign, units, sheets) = (campaign(), units(), sheets(answers));
    let input = Input {
        campaign: &campaign,
        definition,
        questionnaire: &questionnaire,
        units: &units,
        strata,
        margins: &[],
        previous: None,
        sheets: &sheets,
        judging: None,
        links,
        published,
        breakdowns: Default::default(),
        now,
    };
    compute(&input).unwrap()
}

/// Random answers: units of different size and quality, some items left out, one unit with a single answer.
fn random(seed: u64, census: bool) -> (BTreeMap<String, Answers>, Vec<Stratum>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut answers, mut strata) = (BTreeMap::new(), Vec::new());
    for (code, n, population) in
        [("d1", 25, 400), ("d1x", 60, 150), ("d1y", 1, 9), ("d2", 40, 2_000), ("s1", 17, 17)]
    {
        let quality = rng.random_range(0.4..1.2);
        let row = |rng: &mut ChaCha8Rng| {
            let mood: f64 = rng.random_range(-0.3..0.3);
            std::array::from_fn(|item| match rng.random_range(0..20) {
                0 => 0,
                1 => 255,
                2 => 6,
                _ if item == 5 && rng.random_bool(0.5) => 0,
                _ => {
                    let felt = (quality + mood + rng.random_range(-0.2..0.2)) * 5.0;
                    felt.clamp(1.0, 5.0).round() as u8
                }
            })
        };
        answers.insert(code.to_owned(), (0..n).map(|_| row(&mut rng)).collect());
        let population = if census || population > n { population.max(n) } else { n + 1 };
        strata.push(Stratum { unit: code.to_owned(), population, sample: None });
    }
    (answers, strata)
}

/// The units that are weighted together with one: what is below d1 and has fewer than ten answers goes with what d1 holds itself.
fn weighted_with<'a>(answers: &'a BTreeMap<String, Answers>, unit: &'a String) -> Vec<&'a String> {
    let few: Vec<&String> =
        answers.iter().filter(|(_, rows)| (1..10).contains(&rows.len())).map(|of| of.0).collect();
    assert!(few.iter().all(|unit| unit.starts_with("d1") && answers.contains_key("d1")), "{few:?}");
    let all: Vec<&String> =
        answers.keys().filter(|unit| *unit == "d1" && !few.is_empty() || few.contains(unit)).collect();
    if all.contains(&unit) { all } else { vec![unit] }
}

/// The answers as CSV with their design: a row a sheet, missing cells empty.
fn csv(answers: &BTreeMap<String, Answers>, strata: &[Stratum]) -> String {
    // any_…: who answered anything of a node. A pooled ratio is over them, as items asked only of some are a domain.
    let nodes = nodes();
    let any: Vec<String> = nodes.iter().map(|(key, _)| format!("any_{key}")).collect();
    let mut text = format!("unit,h,N,w,q0,q1,q2,q3,q4,q5,{}\n", any.join(","));
    for (unit, rows) in answers {
        let together = weighted_with(answers, unit);
        let population: u64 =
            strata.iter().filter(|s| together.contains(&&s.unit)).map(|s| s.population).sum();
        let sheets: usize = together.iter().map(|unit| answers[*unit].len()).sum();
        for row in rows {
            let weight = if strata.is_empty() { 1.0 } else { population as f64 / sheets as f64 };
            let answered = |byte: &u8| (1..=5).contains(byte);
            let mut cells: Vec<String> = row
                .iter()
                .map(|byte| if answered(byte) { byte.to_string() } else { String::new() })
                .collect();
            cells.extend(nodes.iter().map(|(_, dimensions)| {
                let items = dimensions.iter().flat_map(|(_, items)| items.iter());
                u8::from(items.into_iter().any(|item| answered(&row[*item]))).to_string()
            }));
            text.push_str(&format!("{unit},{},{population},{weight:?},{}\n", together[0], cells.join(",")));
        }
    }
    text
}

/// A dimension with its items.
type Dimension = (&'static str, &'static [usize]);

/// The nodes of the index tree with their dimensions.
fn nodes() -> Vec<(String, Vec<Dimension>)> {
    let mut nodes: Vec<_> =
        ITEMS.iter().map(|dimension| (dimension.0.to_owned(), vec![*dimension])).collect();
    nodes.push(("p".to_owned(), vec![ITEMS[0]]));
    nodes.push(("s".to_owned(), vec![ITEMS[1], ITEMS[2]]));
    nodes.push(("index".to_owned(), ITEMS.to_vec()));
    nodes
}

/// What one answer counts, as the engine's measure of a column.
fn measure(measure: &str, item: usize) -> Value {
    match measure {
        "share_satisfied" => json!({ "col": format!("q{item}"), "in": [4, 5] }),
        _ => json!({ "col": format!("q{item}") }),
    }
}

/// The engine's results for the units of a subtree.
fn engine(
    kind: &str,
    aggregation: &str,
    csv: &str,
    weighted: bool,
    inside: &[&str],
) -> BTreeMap<String, Value> {
    run_engine(csv, weighted, &Value::Null, &estimands(kind, aggregation, inside))
}

/// What the engine is asked for a unit's subtree.
fn estimands(kind: &str, aggregation: &str, inside: &[&str]) -> Vec<Value> {
    let domain = json!([{ "col": "unit", "in": inside }]);
    let (share, index) = (
        json!([{ "method": "kg", "level": 0.95 }]),
        json!([
            { "method": "logit", "level": 0.95 }, { "method": "kg", "level": 0.95 }
        ]),
    );
    let several = |items: &[usize], agg: &str| {
        let cols: Vec<String> = items.iter().map(|item| format!("q{item}")).collect();
        if kind == "share_satisfied" {
            json!({ "cols": cols, "agg": agg, "in": [4, 5] })
        } else {
            json!({ "cols": cols, "agg": agg })
        }
    };
    let with_any =
        |key: &str| json!([{ "col": "unit", "in": inside }, { "col": format!("any_{key}"), "in": [1] }]);
    let mut estimands = Vec::new();
    for item in 0..6 {
        let ci = if kind == "share_satisfied" { &share } else { &index };
        estimands.push(json!({ "key": format!("q{item}"), "kind": "mean", "y": measure(kind, item), "domain": domain, "ci": ci }));
        estimands
            .push(json!({ "key": format!("mean{item}"), "kind": "mean", "y": { "col": format!("q{item}") },
            "domain": domain, "ci": [{ "method": "t", "level": 0.95 }] }));
    }
    for (key, dimensions) in nodes() {
        if aggregation == "pooled_answers" {
            let items: Vec<usize> = dimensions.iter().flat_map(|(_, items)| items.iter().copied()).collect();
            estimands.push(json!({ "key": key, "kind": "ratio", "num": several(&items, "sum"), "den": several(&items, "count"),
                "domain": with_any(&key), "ci": index }));
            continue;
        }
        let components: Vec<Value> = dimensions
            .iter()
            .map(|(name, items)| {
                let measures: Vec<Value> = if aggregation == "item_shares" {
                    items.iter().map(|item| measure(kind, *item)).collect()
                } else {
                    vec![several(items, "mean")]
                };
                json!({ "name": name, "weight": items.len(), "items": measures })
            })
            .collect();
        estimands.push(json!({ "key": key, "kind": "composite", "components": components, "domain": domain, "ci": index }));
    }
    estimands
}

fn run_engine(
    csv: &str,
    weighted: bool,
    calibration: &Value,
    estimands: &[Value],
) -> BTreeMap<String, Value> {
    let stage = if weighted { json!({ "id": null, "fpc": "N" }) } else { json!({ "id": null, "fpc": null }) };
    run_design(csv, &json!([stage]), calibration, estimands)
}

fn run_design(
    csv: &str,
    stages: &Value,
    calibration: &Value,
    estimands: &[Value],
) -> BTreeMap<String, Value> {
    let spec = json!({
        "schema": "svy-ref/1", "id": "t", "title": "t", "description": "t", "covers": [],
        "data": { "file": "t.csv", "rows": null, "missing": "", "columns": {} },
        "analyses": [{ "id": "a", "description": "a", "calibration": calibration, "estimands": estimands,
            "design": { "weight": "w", "strata": "h", "stages": stages, "lonely_psu": "adjust" } }],
    });
    let spec = Spec::parse(&spec.to_string()).unwrap();
    let table = Table::read(csv.as_bytes(), "", |_| true).unwrap();
    let results = serde_json::to_value(run::run(&spec, &table).unwrap()).unwrap();
    let found =
        results["results"]["a"].as_object().or_else(|| results["results"].as_object()).unwrap().clone();
    found.into_iter().collect()
}

fn close(ours: Option<f64>, theirs: &Value, relative: f64, what: &str) {
    match (ours, theirs.as_f64()) {
        (None, None) => {}
        (Some(a), Some(b)) => {
            assert!((a - b).abs() <= relative * b.abs().max(1e-6), "{what}: {a} is not {b}");
        }
        other => panic!("{what}: {other:?}"),
    }
}

fn same(ours: &Estimate, theirs: &Value, scale: f64, what: &str) {
    if ours.publish == Publish::Suppress {
        return;
    }
    assert_eq!(ours.n, theirs["n"].as_u64(), "{what} n");
    if ours.estimate.is_none() {
        assert!(theirs["estimate"].is_null(), "{what}: {theirs}");
        return;
    }
    let of = |value: &Value| value.as_f64().map_or(Value::Null, |v| json!(v * scale));
    close(ours.estimate, &of(&theirs["estimate"]), 1e-9, &format!("{what} estimate"));
    close(ours.se, &of(&theirs["se"]), 1e-9, &format!("{what} se"));
    assert_eq!(ours.df, theirs["df"].as_u64(), "{what} df");
    // On a scale of 0.2 to 1 the engine's limits are not on the index's scale; shares and means are.
    if let Some(method) = ours.method.as_deref().filter(|_| scale == 1.0) {
        let ci = theirs["ci"].as_array().unwrap().iter().find(|ci| ci["method"] == method).unwrap();
        close(ours.lower, &ci["lower"], 1e-7, &format!("{what} lower"));
        close(ours.upper, &ci["upper"], 1e-7, &format!("{what} upper"));
    }
    if theirs.get("deff").is_some() && ours.method.as_deref() == Some("kg") {
        close(ours.deff, &theirs["deff"], 1e-7, &format!("{what} deff"));
    }
}

fn compare(figures: &Figures, theirs: &BTreeMap<String, Value>, scale: f64, what: &str) {
    for dimension in &figures.dimensions {
        for criterion in &dimension.criteria {
            let number = criterion.id.trim_start_matches('q');
            same(&criterion.estimate, &theirs[&criterion.id], scale, &format!("{what} {}", criterion.id));
            same(
                &criterion.mean,
                &theirs[&format!("mean{number}")],
                1.0,
                &format!("{what} mean {}", criterion.id),
            );
        }
        same(&dimension.estimate, &theirs[&dimension.id], scale, &format!("{what} {}", dimension.id));
    }
    for part in &figures.parts {
        same(&part.estimate, &theirs[&part.id], scale, &format!("{what} {}", part.id));
    }
    same(&figures.index, &theirs["index"], scale, &format!("{what} index"));
}

fn equal_to_the_engine(measure: &str, aggregation: &str, seed: u64, weighted: bool) {
    let (answers, strata) = random(seed, seed.is_multiple_of(2));
    let strata = if weighted { strata } else { Vec::new() };
    let definition = definition(measure, aggregation, "citizens");
    let report = report(&definition, &answers, &strata, None, 2_000_000);
    let csv = csv(&answers, &strata);
    // A score is a fifth of its code.
    let scale = if measure == "mean_score" { 0.2 } else { 1.0 };
    let all: Vec<&str> = answers.keys().map(String::as_str).collect();
    compare(&report.total, &engine(measure, aggregation, &csv, weighted, &all), scale, "total");
    let below = |code: &str| match code {
        "root" => all.clone(),
        "d1" => vec!["d1", "d1x", "d1y"],
        other => all.iter().copied().filter(|unit| *unit == other).collect(),
    };
    for unit in &report.units {
        let theirs = engine(measure, aggregation, &csv, weighted, &below(&unit.code));
        compare(&unit.result, &theirs, scale, &unit.code);
    }
    assert!(report.total.index.estimate.is_some() && report.units.len() == 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn item_shares_are_those_of_the_engine(seed: u64, weighted: bool) {
        equal_to_the_engine("share_satisfied", "item_shares", seed, weighted);
    }
    #[test]
    fn respondents_scores_are_those_of_the_engine(seed: u64, weighted: bool) {
        equal_to_the_engine("share_satisfied", "respondent_scores", seed, weighted);
    }
    #[test]
    fn pooled_answers_are_those_of_the_engine(seed: u64, weighted: bool) {
        equal_to_the_engine("share_satisfied", "pooled_answers", seed, weighted);
    }
    #[test]
    fn mean_scores_are_those_of_the_engine(seed: u64, weighted: bool) {
        equal_to_the_engine("mean_score", "item_shares", seed, weighted);
        equal_to_the_engine("mean_score", "pooled_answers", seed, weighted);
        equal_to_the_engine("mean_score", "respondent_scores", seed, weighted);
    }
    #[test]
    fn the_order_of_the_sheets_does_not_show(seed: u64) {
        let (answers, strata) = random(seed, false);
        for aggregation in ["item_shares", "respondent_scores", "pooled_answers"] {
            let definition = definition("mean_score", aggregation, "citizens");
            let one = report(&definition, &answers, &strata, None, 2_000_000);
            let turned: BTreeMap<String, Answers> = answers
                .iter()
                .map(|(unit, rows)| (unit.clone(), rows.iter().rev().copied().collect()))
                .collect();
            let two = report(&definition, &turned, &strata, None, 2_000_000);
            prop_assert_eq!(crate::report::json(&one), crate::report::json(&two));
        }
    }
}

/// Answers given, the report's figures are those of the engine.
fn compared(answers: &BTreeMap<String, Answers>, strata: &[Stratum]) {
    let all: Vec<&str> = answers.keys().map(String::as_str).collect();
    let csv = csv(answers, strata);
    for measure in ["share_satisfied", "mean_score"] {
        let scale = if measure == "mean_score" { 0.2 } else { 1.0 };
        for aggregation in ["item_shares", "respondent_scores", "pooled_answers"] {
            let report = report(&definition(measure, aggregation, "citizens"), answers, strata, None, 0);
            let theirs = engine(measure, aggregation, &csv, !strata.is_empty(), &all);
            compare(&report.total, &theirs, scale, &format!("{measure} {aggregation}"));
            let index = &report.total.index;
            if index.se == Some(0.0) {
                assert_eq!(
                    index.method.as_deref(),
                    Some("kg"),
                    "no certainty from answers that happen to agree"
                );
            }
        }
    }
}

#[test]
fn answers_that_make_up_for_each_other_have_no_variance_and_no_rounding_of_one() {
    // Each sheet is dissatisfied with one item of every dimension in turn, so that all have the same mean.
    let row = |at: usize| -> [u8; 6] {
        std::array::from_fn(|item| match item {
            0..=2 if item == at % 3 => 2,
            3..=4 if item - 3 == at % 2 => 3,
            5 => 4,
            _ => 5,
        })
    };
    for n in [11, 30, 97, 400] {
        let answers = BTreeMap::from([
            ("d2".to_owned(), (0..n).map(row).collect::<Answers>()),
            ("s1".to_owned(), (0..n / 2 + 10).map(row).collect()),
        ]);
        let of = |unit: &str, population| Stratum { unit: unit.to_owned(), population, sample: None };
        compared(&answers, &[of("d2", 3_001), of("s1", 777)]);
        compared(&answers, &[]);
    }
}

#[test]
fn equal_answers_with_some_left_out_have_no_variance() {
    for code in 1..=5 {
        let mut rows: Answers = vec![[code; 6]; 37];
        rows.extend(
            (0..19).map(|at| std::array::from_fn(|item| if (at + item) % 3 == 0 { 6 } else { code })),
        );
        let other: Answers = rows.iter().rev().take(23).copied().collect();
        let answers = BTreeMap::from([("d2".to_owned(), rows), ("s1".to_owned(), other)]);
        let of = |unit: &str, population| Stratum { unit: unit.to_owned(), population, sample: None };
        compared(&answers, &[of("d2", 3_001), of("s1", 777)]);
        compared(&answers, &[]);
    }
}

/// Answers of one unit, all sheets alike.
fn alike(code: &str, n: usize, row: [u8; 6]) -> BTreeMap<String, Answers> {
    BTreeMap::from([(code.to_owned(), vec![row; n])])
}

#[test]
fn the_share_and_the_mean_of_the_domain_s_example() {
    // Counts (2, 5, 13, 55, 25) with 4 missing: share 80 %, mean 3.96.
    let mut rows: Answers = Vec::new();
    for (byte, n) in [(1, 2), (2, 5), (3, 13), (4, 55), (5, 25), (6, 4)] {
        rows.extend(vec![[byte; 6]; n]);
    }
    let answers = BTreeMap::from([("d2".to_owned(), rows)]);
    let report = report(&definition("share_satisfied", "item_shares", "citizens"), &answers, &[], None, 0);
    let item = &report.total.dimensions[0].criteria[0];
    assert_eq!((item.estimate.n, item.estimate.estimate, item.asked), (Some(100), Some(0.8), Some(104)));
    assert_eq!((item.counts["4"], item.counts["na"]), (55, 4));
    assert!((item.mean.estimate.unwrap() - 3.96).abs() < 1e-12);
    assert_eq!(item.responsible.as_ref().unwrap().lead, ["Sở Nội vụ"]);
    let weights: f64 = report.total.dimensions.iter().map(|d| d.weight).sum();
    assert!((weights - 1.0).abs() < 1e-15);
    assert!(report.notes.iter().any(|note| note.code == "unweighted"));
}

#[test]
fn a_dimension_that_nobody_was_asked_says_so_and_hides_nothing() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let mut answers = alike("d2", 40, [5, 4, 2, 0, 0, 4]);
    answers.insert("d1x".to_owned(), vec![[5, 4, 2, 0, 0, 4]; 3]);
    let told = report(&definition, &answers, &[], None, 0);
    for result in std::iter::once(&told.total).chain(told.units.iter().map(|unit| &unit.result)) {
        let (asked, nobody) = (&result.dimensions[0], &result.dimensions[1]);
        assert_ne!(asked.estimate.n, Some(0));
        for estimate in std::iter::once(&nobody.estimate)
            .chain(nobody.criteria.iter().map(|criterion| &criterion.estimate))
        {
            assert_eq!((estimate.n, estimate.estimate, estimate.publish), (Some(0), None, Publish::Publish));
        }
        assert!(nobody.criteria.iter().all(|criterion| criterion.asked == Some(0)));
    }
    let note = told.notes.iter().find(|note| note.code == UNASKED).unwrap();
    assert!(note.text["vi"].contains("“B”"), "{note:?}");
    // The index is not there since a part of it is not, and nothing of it is hidden.
    assert_eq!((told.total.index.estimate, told.total.index.publish), (None, Publish::Publish));
    // What a public report hid, as earlier versions did, stays hidden.
    let mut public = told.clone();
    let results =
        std::iter::once(&mut public.total).chain(public.units.iter_mut().map(|unit| &mut unit.result));
    for dimension in results.filter_map(|result| result.dimensions.get_mut(1)) {
        dimension.estimate = Estimate::default();
        for criterion in &mut dimension.criteria {
            (criterion.asked, criterion.estimate) = (None, Estimate::default());
        }
    }
    let beside = report_beside(&definition, &answers, &[], None, 0, Some(&public));
    let own = &beside.total.dimensions[1];
    assert!(own.criteria.iter().all(|criterion| criterion.estimate.publish == Publish::Suppress));
    assert!(beside.notes.iter().all(|note| note.code != UNASKED));
    // Who was asked and said nothing is somebody, and of few people nobody tells what they were not asked.
    for (n, row) in [(40, [5, 4, 2, 0, 255, 4]), (3, [5, 4, 2, 0, 0, 4])] {
        let told = report(&definition, &alike("d2", n, row), &[], None, 0);
        let last = &told.total.dimensions[1].criteria[1].estimate;
        assert_eq!((last.n, last.publish), (None, Publish::Suppress), "{n} {row:?}");
        assert!(told.notes.iter().all(|note| note.code != UNASKED));
    }
}

#[test]
fn a_report_without_weights_says_for_which_units_they_are_missing() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let answers: BTreeMap<String, Answers> =
        ["d1x", "d1y", "d2", "s1"].map(|code| (code.to_owned(), vec![[5; 6]; 12])).into();
    let stratum = |unit: &str| Stratum { unit: unit.to_owned(), population: 100, sample: None };
    let why = |strata: &[Stratum]| {
        let told = report(&definition, &answers, strata, None, 0);
        told.notes.iter().find(|note| note.code == UNWEIGHTED).map(|note| note.text["vi"].clone())
    };
    assert!(why(&["d1x", "d1y", "d2", "s1"].map(stratum)).is_none());
    let one = why(&["d1x", "d1y", "d2"].map(stratum)).unwrap();
    assert!(one.contains("không gia quyền: 1 đơn vị") && one.contains("(“S1”)"), "{one}");
    let three = why(&[stratum("root")]).unwrap();
    assert!(three.contains("4 đơn vị") && three.contains("và 1 đơn vị khác"), "{three}");
    assert!(why(&[]).unwrap().contains("không gia quyền"));
}

#[test]
fn where_everybody_is_satisfied_the_target_takes_enough_answers() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let decision = |n: usize| {
        let answers = alike("d2", n, [5; 6]);
        report(&definition, &answers, &[], None, 0).total.index.decision
    };
    // Target 0.8: (0.025)^(1/n) reaches it at n = 17.
    assert_eq!((decision(16), decision(17)), (Some(Decision::Undecided), Some(Decision::Met)));
}

#[test]
fn a_population_smaller_than_its_answers_is_refused() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let questionnaire = Questionnaire::generate(&definition, "f").unwrap();
    let (campaign, units, sheets) = (campaign(), units(), sheets(&alike("d2", 12, [5; 6])));
    let strata = [Stratum { unit: "d2".to_owned(), population: 11, sample: None }];
    let input = Input {
        campaign: &campaign,
        definition: &definition,
        questionnaire: &questionnaire,
        units: &units,
        strata: &strata,
        margins: &[],
        previous: None,
        sheets: &sheets,
        judging: None,
        links: None,
        published: None,
        breakdowns: Default::default(),
        now: 0,
    };
    let error = compute(&input).unwrap_err();
    assert!(error.words(crate::language::Lang::EN).contains("d2"), "{error}");
}

#[test]
fn b_07_an_open_link_campaign_shows_the_turnout_and_nothing_else() {
    let definition = definition("mean_score", "pooled_answers", "officials");
    let links = Some(Links { invited: 40, answered: 25 });
    let open = report(&definition, &alike("d2", 25, [4, 5, 4, 3, 5, 4]), &[], links, 500_000);
    assert_eq!(
        (open.responses.stored, open.total.responses, open.responses.from.clone()),
        (50, Some(50), None)
    );
    assert!(open.units.iter().all(|unit| unit.result.responses.is_none()));
    for unit in std::iter::once(&open.total).chain(open.units.iter().map(|unit| &unit.result)) {
        assert_eq!(unit.index, Estimate::default());
        assert!(
            unit.dimensions
                .iter()
                .flat_map(|d| &d.criteria)
                .all(|c| c.counts.is_empty() && c.asked.is_none())
        );
    }
    assert!(open.notes.iter().any(|note| note.code == "closed_until_end"));
    let closed = report(&definition, &alike("d2", 25, [4, 5, 4, 3, 5, 4]), &[], links, 2_000_000);
    assert_eq!(closed.total.responses, Some(25));
    // Of which days they are was kept nowhere: that of the urn's opening is not it.
    assert_eq!((closed.responses.from, closed.responses.to), (None, None));
}

#[test]
fn d_01_d_07_few_answers_show_no_figure_at_all() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let mut answers = alike("d2", 9, [5, 4, 3, 5, 4, 3]);
    answers.extend(alike("s1", 30, [5, 4, 3, 5, 4, 3]));
    let report = report(&definition, &answers, &[], None, 0);
    let unit = |code: &str| &report.units.iter().find(|unit| unit.code == code).unwrap().result;
    let hidden = unit("d2");
    assert_eq!(hidden.index, Estimate::default());
    let criterion = &hidden.dimensions[0].criteria[0];
    assert_eq!((&criterion.estimate, &criterion.mean), (&Estimate::default(), &Estimate::default()));
    assert!(criterion.counts.is_empty() && criterion.asked.is_none());
    // The whole less the shown unit would give the hidden one away.
    assert_eq!(unit("s1").index, Estimate::default());
    assert!(report.total.index.estimate.is_some());
    assert!(report.notes.iter().any(|note| note.code == "suppressed"));
}

#[test]
fn d_06_what_a_published_report_hides_stays_hidden_and_is_not_left_alone() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let row = [5, 4, 3, 5, 4, 3];
    let answers = |of: &[(&str, usize)]| -> BTreeMap<String, Answers> {
        of.iter().flat_map(|(code, n)| alike(code, *n, row)).collect()
    };
    let hidden = |report: &Report| -> Vec<String> {
        let hides = |figures: &Figures| {
            figures.figures().into_iter().all(|(_, estimate)| estimate.publish == Publish::Suppress)
        };
        report.units.iter().filter(|unit| hides(&unit.result)).map(|unit| unit.code.clone()).collect()
    };
    // Few answers at d2 hide the smallest unit beside it, too.
    let first = report(&definition, &answers(&[("d1x", 40), ("d2", 9), ("s1", 30)]), &[], None, 0);
    assert_eq!(hidden(&first), ["d2", "s1"]);
    // Answers that had been set aside count again.
    let more = answers(&[("d1x", 40), ("d2", 29), ("s1", 30)]);
    assert!(hidden(&report(&definition, &more, &[], None, 0)).is_empty());
    let next = report_beside(&definition, &more, &[], None, 0, Some(&first));
    assert_eq!(hidden(&next), ["d2", "s1"]);
    assert!(next.total.index.estimate.is_some());
    // Where the second one has gone, what is left would be the hidden one alone.
    let one = answers(&[("d1x", 40), ("d2", 29)]);
    let next = report_beside(&definition, &one, &[], None, 0, Some(&first));
    assert_eq!(hidden(&next), ["d1", "d1x", "d2"]);
}

#[test]
fn d_04_where_all_officials_agree_the_item_is_not_shown() {
    let officials = definition("mean_score", "pooled_answers", "officials");
    let mut answers = alike("d2", 10, [5, 4, 3, 5, 4, 3]);
    answers.get_mut("d2").unwrap().extend(vec![[5, 2, 2, 2, 2, 2]; 10]);
    let report = report(&officials, &answers, &[], None, 0);
    let criteria: Vec<bool> = report
        .total
        .dimensions
        .iter()
        .flat_map(|d| &d.criteria)
        .map(|c| c.estimate.publish == Publish::Suppress)
        .collect();
    assert!(criteria[0], "all gave the same answer to the first");
    assert!(!criteria[3] && !criteria[4]);
}

#[test]
fn d_04_where_all_officials_agree_on_all_of_a_dimension_its_figure_is_not_shown_either() {
    let officials = definition("mean_score", "pooled_answers", "officials");
    let mut answers = alike("d2", 10, [5, 4, 3, 5, 5, 4]);
    answers.get_mut("d2").unwrap().extend(vec![[4, 2, 2, 5, 5, 2]; 10]);
    let told = report(&officials, &answers, &[], None, 0).total;
    // The second dimension: all gave five to both, which its figure of 1 would say as well.
    assert!(told.dimensions[1].criteria.iter().all(|c| c.estimate.publish == Publish::Suppress));
    assert_eq!(told.dimensions[1].estimate.publish, Publish::Suppress);
    let index = report(&officials, &alike("d2", 20, [5; 6]), &[], None, 0).total.index;
    assert_eq!(index.publish, Publish::Suppress, "all gave five to everything");
}

#[test]
fn a_report_says_by_itself_that_no_sample_was_drawn() {
    use Channel::{Code, Import, Kiosk, Link, Open, Paper};
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let questionnaire = Questionnaire::generate(&definition, "f").unwrap();
    let (campaign, units) = (campaign(), units());
    let with = |channels: &[(Channel, u64)], links: Option<Links>| {
        let mut sheets = sheets(&alike("d2", 30, [4, 5, 4, 3, 5, 4]));
        let own = sheets.units.get_mut("d2").unwrap();
        own.channels = channels.iter().map(|(channel, n)| (channel.byte(), *n)).collect();
        let input = Input {
            campaign: &campaign,
            definition: &definition,
            questionnaire: &questionnaire,
            units: &units,
            strata: &[],
            margins: &[],
            previous: None,
            sheets: &sheets,
            judging: None,
            links,
            published: None,
            breakdowns: Default::default(),
            now: 500_000,
        };
        compute(&input).unwrap()
    };
    let said = |channels: &[(Channel, u64)]| {
        let report = with(channels, None);
        let json = serde_json::to_value(&report).unwrap();
        let selection = json["responses"]["selection"].as_str().map(str::to_owned);
        let codes = ["self_selected", "partly_self_selected", "draw_not_recorded"];
        let notes: Vec<Note> =
            report.notes.into_iter().filter(|note| codes.contains(&note.code.as_str())).collect();
        (selection, notes)
    };
    for (channels, selection, code, vietnamese, english) in [
        (
            vec![(Open, 30)],
            "self_selected",
            "self_selected",
            "không có mẫu ngẫu nhiên",
            "no random sample was",
        ),
        (
            vec![(Open, 20), (Kiosk, 10)],
            "self_selected",
            "self_selected",
            "tự chọn trả lời",
            "chose to answer",
        ),
        (vec![(Kiosk, 1), (Paper, 29)], "partly_self_selected", "partly_self_selected", "Một phần", "Some"),
        (
            vec![(Code, 10), (Paper, 10), (Import, 10)],
            "approached",
            "draw_not_recorded",
            "không ghi nhận",
            "not recorded",
        ),
        (vec![(Open, 0), (Link, 30)], "approached", "draw_not_recorded", "không ghi nhận", "not recorded"),
    ] {
        let (found, notes) = said(&channels);
        assert_eq!(found.as_deref(), Some(selection), "{channels:?}");
        assert_eq!(notes.len(), 1, "{channels:?}: {notes:?}");
        assert_eq!(notes[0].code, code);
        assert!(
            notes[0].text["vi"].contains(vietnamese) && notes[0].text["en"].contains(english),
            "{notes:?}"
        );
    }
    assert_eq!(said(&[]), (None, Vec::new()));
    // While figures are closed there are no margins of error to speak of.
    let closed = with(&[], Some(Links { invited: 60, answered: 25 }));
    assert_eq!(closed.responses.selection, Some(Selection::Approached));
    assert!(closed.notes.iter().all(|note| note.code != "draw_not_recorded"));
}

/// Files of single answers are weighted from counts, so that memory need not hold the answers (`export`): bit for bit as the
/// report is, whatever has become of the margins.
#[test]
fn the_design_from_counts_is_the_one_from_the_answers() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let questionnaire = Questionnaire::generate(&definition, "f").unwrap();
    let (campaign, units) = (campaign(), units());
    let row = |n: usize, code: u8| {
        let silent = [255, 0, 6][n / 5 % 3];
        [if n % 40 == 7 { silent } else { code }, if n.is_multiple_of(3) { 4 } else { 5 }, 3, 3, 3, 3]
    };
    let rows = |n: usize| -> Answers { (0..n).map(|n| row(n, if n % 5 < 2 { 1 } else { 2 })).collect() };
    let answers: BTreeMap<String, Answers> = [("d1", 200), ("d1x", 120), ("d1y", 60), ("d2", 30), ("s1", 80)]
        .map(|(unit, n)| (unit.to_owned(), rows(n)))
        .into();
    let margin = |unit: &str, by: &str, totals: &[(&str, u64)]| Margin {
        unit: unit.to_owned(),
        by: by.to_owned(),
        totals: totals.iter().map(|(code, n)| ((*code).to_owned(), *n)).collect(),
    };
    let margins = [
        margin("d1", "q0", &[("1", 300), ("2", 700)]),
        margin("d1x", "q0", &[("1", 500), ("2", 500)]),
        margin("d1x", "q1", &[("4", 400), ("5", 600)]),
        margin("d1y", "q0", &[("1", 1_000)]),
        margin("d2", "q1", &[("4", 400), ("5", 601)]),
        margin("s1", "q9", &[("1", 1_000)]),
    ];
    let asked = margin_questions(&margins, &questionnaire);
    assert_eq!(asked, [0, 1], "of q9 nothing is known");
    let mut counts = Counts { questions: asked.clone(), ..Counts::default() };
    for (unit, row) in answers.iter().flat_map(|(unit, rows)| rows.iter().map(move |row| (unit, row))) {
        let bytes: Vec<u8> = asked.iter().map(|at| row[*at]).collect();
        counts.units.entry(unit.clone()).or_default().add(&bytes, 1);
    }
    let population = |unit: &String| Stratum { unit: unit.clone(), population: 1_000, sample: None };
    let strata: Vec<Stratum> = answers.keys().map(population).collect();
    let input = |strata, sheets| Input {
        campaign: &campaign,
        definition: &definition,
        questionnaire: &questionnaire,
        units: &units,
        strata,
        margins: &margins,
        previous: None,
        sheets,
        judging: None,
        links: None,
        published: None,
        breakdowns: Default::default(),
        now: 2_000_000,
    };
    let (all, none) = (sheets(&answers), Sheets::default());
    for strata in [&strata[..], &strata[..3], &[]] {
        let from_answers = design(&input(strata, &all)).unwrap();
        assert_eq!(design_of_counts(&input(strata, &none), &counts).unwrap(), from_answers);
        let adjusted = from_answers.strata.iter().filter(|stratum| !stratum.margins.is_empty()).count();
        assert_eq!(adjusted, if strata.len() == 5 { 2 } else { 0 });
    }
    let few = [Stratum { unit: "d1".to_owned(), population: 199, sample: None }];
    let refused = design(&input(&few, &all)).unwrap_err();
    assert_eq!(design_of_counts(&input(&few, &none), &counts).unwrap_err(), refused);
}
