//! Weights that meet known margins, reliability, drivers and ranks, each against the statistics engine on the same
//! answers row by row.

use super::*;
use crate::{
    index::input::Breakdowns,
    index::report::{MarginFault, Missing, Unranked, WeightingMethod},
    organisation::Margin,
};

/// A sheet: the items, then the question on the whole, sex and age as bytes.
pub(super) type Sheet = [u8; 9];

/// Answers by unit.
pub(super) type Answered = BTreeMap<String, Vec<Sheet>>;

/// The questionnaire with a question on the whole and two traits that may be left blank.
pub(super) fn text(measure: &str, aggregation: &str) -> String {
    let codes = |codes: &[&str]| {
        let option = |code: &&str| format!("{{ code = \"{code}\", label = {{ vi = \"{code}\" }} }}");
        codes.iter().map(option).collect::<Vec<_>>().join(", ")
    };
    let mut text = definition_text(measure, aggregation, "citizens")
        .replace("\"q5\"]\n", "\"q5\", \"overall\", \"sex\", \"age\"]\n");
    text.push_str(&format!(
        "[scale.sex]\noptions = [{}]\n[scale.age]\noptions = [{}]\n",
        codes(&["f", "m"]),
        codes(&["18", "35", "60"])
    ));
    for (id, scale) in [("overall", "five"), ("sex", "sex"), ("age", "age")] {
        text.push_str(&format!(
            "[[question]]\nid = \"{id}\"\nkind = \"single\"\ntext = {{ vi = \"{id}?\" }}\nscale = \"{scale}\"\nrequired = false\n"
        ));
    }
    text
}

pub(super) fn columns(answers: &Answered) -> Sheets {
    let unit = |rows: &Vec<Sheet>| UnitSheets {
        count: rows.len(),
        columns: (0..9).map(|at| rows.iter().map(|row| row[at]).collect()).collect(),
        ..UnitSheets::default()
    };
    let units = answers.iter().map(|(code, rows)| (code.clone(), unit(rows))).collect();
    Sheets { units, ..Sheets::default() }
}

pub(super) fn with_margins(
    definition: &Definition,
    answers: &Answered,
    strata: &[Stratum],
    margins: &[Margin],
) -> Report {
    report_on(definition, &columns(answers), strata, margins, Breakdowns::Without)
}

/// The report of a campaign that is over on these sheets.
pub(super) fn report_on(
    definition: &Definition,
    sheets: &Sheets,
    strata: &[Stratum],
    margins: &[Margin],
    breakdowns: Breakdowns,
) -> Report {
    with_input(definition, sheets, strata, margins, breakdowns, |input| compute(input).unwrap())
}

pub(super) fn with_input<T>(
    definition: &Definition,
    sheets: &Sheets,
    strata: &[Stratum],
    margins: &[Margin],
    breakdowns: Breakdowns,
    of: impl FnOnce(&Input<'_>) -> T,
) -> T {
    let questionnaire = Questionnaire::generate(definition, "f").unwrap();
    let (campaign, units) = (campaign(), units());
    of(&Input {
        campaign: &campaign,
        definition,
        questionnaire: &questionnaire,
        units: &units,
        strata,
        margins,
        previous: None,
        sheets,
        judging: None,
        links: None,
        published: None,
        breakdowns,
        now: 2_000_000,
    })
}

/// Random answers whose traits go with what is felt; every fifteenth does not say.
pub(super) fn felt(seed: u64, sizes: &[(&str, usize, u64)]) -> (Answered, Vec<Stratum>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut answers, mut strata) = (Answered::new(), Vec::new());
    for (code, n, population) in sizes {
        let quality = rng.random_range(0.5..0.9);
        let sheet = |rng: &mut ChaCha8Rng| {
            let mood: f64 = rng.random_range(-0.3..0.3);
            let mut byte = |spread: f64| {
                let felt = (quality + mood + rng.random_range(-spread..spread)) * 5.0;
                felt.clamp(1.0, 5.0).round() as u8
            };
            let mut sheet: Sheet = std::array::from_fn(|_| byte(0.25));
            sheet[7] = if mood + rng.random_range(-0.3..0.3) > 0.0 { 1 } else { 2 };
            sheet[8] = rng.random_range(1..=3);
            for byte in &mut sheet {
                if rng.random_range(0..15) == 0 {
                    *byte = 255;
                }
            }
            sheet
        };
        answers.insert((*code).to_owned(), (0..*n).map(|_| sheet(&mut rng)).collect());
        strata.push(Stratum { unit: (*code).to_owned(), population: *population, sample: None });
    }
    (answers, strata)
}

const SIZES: [(&str, usize, u64); 5] =
    [("d1", 120, 900), ("d1x", 160, 400), ("d1y", 12, 90), ("d2", 210, 5_000), ("s1", 90, 90)];

fn margin(unit: &str, by: &str, totals: &[(&str, u64)]) -> Margin {
    let totals = totals.iter().map(|(code, n)| ((*code).to_owned(), *n)).collect();
    Margin { unit: unit.to_owned(), by: by.to_owned(), totals }
}

pub(super) fn sex() -> Vec<Margin> {
    vec![margin("d1", "sex", &[("f", 300), ("m", 600)]), margin("d2", "sex", &[("f", 2_900), ("m", 2_100)])]
}

fn age() -> Vec<Margin> {
    vec![margin("d2", "age", &[("18", 1_500), ("35", 2_500), ("60", 1_000)])]
}

/// The answers as CSV with the cell of each margin, and the calibration that meets the margins.
pub(super) fn calibrated_csv(answers: &Answered, strata: &[Stratum], margins: &[Margin]) -> (String, Value) {
    let items: BTreeMap<String, Answers> = answers
        .iter()
        .map(|(unit, rows)| (unit.clone(), rows.iter().map(|row| row[..6].try_into().unwrap()).collect()))
        .collect();
    let plain = csv(&items, strata);
    let rows = || answers.iter().flat_map(|(unit, rows)| rows.iter().map(move |row| (unit, row)));
    let by: std::collections::BTreeSet<&str> = margins.iter().map(|margin| margin.by.as_str()).collect();
    let code = |row: &Sheet, by: &str| match (by, row[if by == "sex" { 7 } else { 8 }]) {
        (_, 255) => "unknown",
        ("sex", byte) => ["f", "m"][usize::from(byte) - 1],
        (_, byte) => ["18", "35", "60"][usize::from(byte) - 1],
    };
    let mut text = String::new();
    let mut lines = plain.lines();
    let names: String = by.iter().map(|by| format!(",cell_{by}")).collect();
    text.push_str(&format!("{},overall{names}\n", lines.next().unwrap()));
    let cell = |unit: &str, row: &Sheet, by: &str| {
        let known = margins.iter().any(|margin| margin.unit == *unit && margin.by == by);
        format!("{unit}/{}", if known { code(row, by) } else { "all" })
    };
    for (line, (unit, row)) in lines.zip(rows()) {
        let overall = if (1..=5).contains(&row[6]) { row[6].to_string() } else { String::new() };
        let cells: String = by.iter().map(|by| format!(",{}", cell(unit, row, by))).collect();
        text.push_str(&format!("{line},{overall}{cells}\n"));
    }
    let totals = |by: &str| -> Vec<Value> {
        let mut totals = Vec::new();
        for stratum in strata.iter().filter(|stratum| !answers[&stratum.unit].is_empty()) {
            let (unit, column) = (&stratum.unit, format!("cell_{by}"));
            let Some(margin) = margins.iter().find(|margin| margin.unit == *unit && margin.by == by) else {
                totals.push(json!({ column: format!("{unit}/all"), "N": stratum.population }));
                continue;
            };
            let rows = &answers[unit];
            let silent = rows.iter().filter(|row| code(row, by) == "unknown").count() as f64;
            let share = silent / rows.len() as f64;
            for (code, n) in &margin.totals {
                totals.push(
                    json!({ column.clone(): format!("{unit}/{code}"), "N": *n as f64 * (1.0 - share) }),
                );
            }
            if silent > 0.0 {
                let n = stratum.population as f64 * share;
                totals.push(json!({ column: format!("{unit}/unknown"), "N": n }));
            }
        }
        totals
    };
    let margin = |by: &&str| json!({ "by": [format!("cell_{by}")], "totals": totals(by) });
    let calibration = match by.len() {
        0 => Value::Null,
        1 => json!({ "method": "poststratify", "by": [format!("cell_{}", by.first().unwrap())],
            "totals": totals(by.first().unwrap()) }),
        _ => json!({ "method": "rake", "margins": by.iter().map(margin).collect::<Vec<_>>() }),
    };
    (text, calibration)
}

/// Alpha and drivers of a subtree, as the engine is asked.
fn related(inside: &[&str]) -> Vec<Value> {
    let domain = json!([{ "col": "unit", "in": inside }]);
    let names = |items: &[usize]| items.iter().map(|item| format!("q{item}")).collect::<Vec<_>>();
    let mut estimands: Vec<Value> = ITEMS
        .iter()
        .filter(|(_, items)| items.len() > 1)
        .map(|(id, items)| json!({ "key": format!("alpha_{id}"), "kind": "alpha", "items": names(items), "weighted": true, "domain": domain }))
        .collect();
    let x: Vec<Value> = ITEMS
        .iter()
        .map(|(id, items)| json!({ "name": id, "m": { "cols": names(items), "agg": "mean" } }))
        .collect();
    estimands.push(
        json!({ "key": "drivers", "kind": "drivers", "y": { "col": "overall" }, "x": x, "domain": domain }),
    );
    for item in 0..6 {
        let x = json!([{ "name": "x", "m": { "col": format!("q{item}") } }]);
        estimands.push(json!({ "key": format!("driver{item}"), "kind": "drivers", "y": { "col": "overall" }, "x": x, "domain": domain }));
    }
    estimands
}

fn compare_relations(figures: &Figures, theirs: &BTreeMap<String, Value>, what: &str) -> usize {
    let mut compared = 0;
    for dimension in &figures.dimensions {
        let reliability = &dimension.reliability;
        if reliability.items < 2 {
            assert_eq!(reliability.reason, Some(Missing::NotAsked));
        }
        if reliability.reason.is_none() {
            let theirs = &theirs[&format!("alpha_{}", dimension.id)];
            assert_eq!(reliability.n, theirs["n"].as_u64());
            close(reliability.alpha, &theirs["estimate"], 1e-8, &format!("{what} alpha {}", dimension.id));
            compared += 1;
        }
    }
    if figures.drivers.reason.is_none() {
        let theirs_drivers = &theirs["drivers"];
        let drivers = &figures.drivers;
        assert_eq!(drivers.n, theirs_drivers["n"].as_u64());
        close(drivers.r2, &theirs_drivers["r2"], 1e-7, &format!("{what} r2"));
        for driver in &drivers.dimensions {
            for (name, value) in [("lmg", driver.lmg), ("johnson", Some(driver.johnson))] {
                close(
                    value,
                    &theirs_drivers[name][&driver.id],
                    1e-7,
                    &format!("{what} {name} {}", driver.id),
                );
            }
            let shown = figures.dimensions.iter().find(|d| d.id == driver.id).unwrap();
            assert_eq!(driver.performance, shown.estimate.estimate, "the figure shown, no other");
        }
        let whole: f64 = drivers.dimensions.iter().map(|driver| driver.importance).sum();
        assert!((whole - 1.0).abs() < 1e-9, "{what}: {whole}");
        for (item, driver) in drivers.criteria.iter().enumerate() {
            let beta = &theirs[&format!("driver{item}")]["beta_std"]["x"];
            if driver.correlation.is_some() {
                close(driver.correlation, beta, 1e-8, &format!("{what} correlation {item}"));
                compared += 1;
            }
        }
    }
    compared
}

fn equal(measure: &str, aggregation: &str, seed: u64, margins: &[Margin], weighted: bool) {
    let (answers, strata) = felt(seed, &SIZES);
    let strata = if weighted { strata } else { Vec::new() };
    let definition = parsed(&text(measure, aggregation));
    let report = with_margins(&definition, &answers, &strata, margins);
    let (csv, calibration) = calibrated_csv(&answers, &strata, margins);
    let scale = if measure == "mean_score" { 0.2 } else { 1.0 };
    let all: Vec<&str> = answers.keys().map(String::as_str).collect();
    let below = |code: &str| match code {
        "root" | "total" => all.clone(),
        "d1" => vec!["d1", "d1x", "d1y"],
        other => all.iter().copied().filter(|unit| *unit == other).collect(),
    };
    let places = report.units.iter().map(|unit| (unit.code.as_str(), &unit.result));
    let mut compared = 0;
    for (code, figures) in std::iter::once(("total", &report.total)).chain(places) {
        let inside = below(code);
        let mut asked = estimands(measure, aggregation, &inside);
        if inside.len() > 1 || answers[inside[0]].len() > 1 {
            asked.extend(related(&inside));
        }
        let theirs = run_engine(&csv, weighted, &calibration, &asked);
        compare(figures, &theirs, scale, code);
        compared += compare_relations(figures, &theirs, code);
    }
    assert!(compared > 10, "{compared}");
    assert!(report.notes.iter().all(|note| note.code != "margin_not_used"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5))]
    #[test]
    fn reliability_and_drivers_are_those_of_the_engine(seed: u64, weighted: bool) {
        equal("share_satisfied", "item_shares", seed, &[], weighted);
    }
    #[test]
    fn one_margin_gives_the_post_stratified_figures_of_the_engine(seed: u64) {
        equal("share_satisfied", "item_shares", seed, &sex(), true);
        equal("mean_score", "respondent_scores", seed, &sex(), true);
    }
    #[test]
    fn two_margins_give_the_raked_figures_of_the_engine(seed: u64) {
        let margins = [sex(), age()].concat();
        equal("share_satisfied", "item_shares", seed, &margins, true);
        equal("share_satisfied", "pooled_answers", seed, &margins, true);
    }
    #[test]
    fn the_order_of_the_sheets_shows_in_nothing_new(seed: u64) {
        let (answers, strata) = felt(seed, &SIZES);
        let turned: Answered =
            answers.iter().map(|(unit, rows)| (unit.clone(), rows.iter().rev().copied().collect())).collect();
        let definition = parsed(&text("share_satisfied", "item_shares"));
        let margins = [sex(), age()].concat();
        let of = |answers| crate::report::json(&with_margins(&definition, answers, &strata, &margins));
        prop_assert_eq!(of(&answers), of(&turned));
    }
}

/// The report on fixed answers with these margins: the unit's method, and why the first margin was not used.
fn used(margins: &[Margin]) -> (Option<WeightingMethod>, Option<MarginFault>) {
    let (answers, strata) = felt(7, &SIZES);
    let report = with_margins(&parsed(&text("share_satisfied", "item_shares")), &answers, &strata, margins);
    let unit = report.units.iter().find(|unit| unit.code == "d2").unwrap();
    let fault = unit.result.weighting.margins.first().and_then(|margin| margin.reason);
    let note = report.notes.iter().find(|note| note.code == "margin_not_used");
    assert_eq!(note.is_some(), fault.is_some(), "what is not used is said");
    assert!(note.is_none_or(|note| note.unit.as_deref() == Some("d2") && note.text["vi"].contains("D2")));
    (unit.result.weighting.method, fault)
}

#[test]
fn the_report_says_how_each_unit_was_weighted() {
    assert_eq!(used(&[]), (Some(WeightingMethod::Population), None));
    assert_eq!(used(&sex()), (Some(WeightingMethod::Poststratified), None));
    assert_eq!(used(&[sex(), age()].concat()), (Some(WeightingMethod::Raked), None));
    let (answers, strata) = felt(7, &SIZES);
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let report = with_margins(&definition, &answers, &strata, &sex());
    assert_eq!(report.total.weighting.method, Some(WeightingMethod::Mixed));
    assert!(report.total.weighting.kish_deff.unwrap() > 1.0);
    let silent =
        report.units.iter().find(|unit| unit.code == "d2").unwrap().result.weighting.margins[0].unknown;
    assert!(silent.unwrap() > 0.0 && silent.unwrap() < 0.2);
    let report = with_margins(&definition, &answers, &[], &[]);
    assert_eq!(report.total.weighting.method, Some(WeightingMethod::None));
    assert_eq!(report.total.weighting.kish_deff, Some(1.0));
}

#[test]
fn a_margin_that_cannot_be_met_is_not_used_and_the_report_says_why() {
    let why = |fault| (Some(WeightingMethod::Population), Some(fault));
    assert_eq!(
        used(&[margin("d2", "sex", &[("f", 2_900), ("m", 2_000)])]),
        why(MarginFault::OtherPopulation)
    );
    assert_eq!(used(&[margin("d2", "sex", &[("f", 5_000)])]), why(MarginFault::NoTotal));
    assert_eq!(used(&[margin("d2", "income", &[("f", 5_000)])]), why(MarginFault::NotAsked));
    // A second margin that cannot be met takes the first one with it.
    let both = [margin("d2", "age", &[("18", 5_000)]), margin("d2", "sex", &[("f", 2_900), ("m", 2_100)])];
    assert_eq!(used(&both), why(MarginFault::NoTotal));
}

#[test]
fn a_group_of_too_few_sheets_or_too_many_silent_ones_leave_the_weights_alone() {
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let fault = |women: usize, silent: usize| {
        let mut rows: Vec<Sheet> = vec![[4, 5, 4, 3, 4, 5, 4, 2, 1]; 60];
        rows.iter_mut().take(women).for_each(|row| row[7] = 1);
        rows.iter_mut().rev().take(silent).for_each(|row| row[7] = 255);
        let strata = [Stratum { unit: "d2".to_owned(), population: 5_000, sample: None }];
        let answers = Answered::from([("d2".to_owned(), rows)]);
        let report = with_margins(&definition, &answers, &strata, &sex());
        report.units.iter().find(|unit| unit.code == "d2").unwrap().result.weighting.margins[0].reason
    };
    assert_eq!(fault(10, 12), None);
    assert_eq!(fault(9, 0), Some(MarginFault::TooFew));
    assert_eq!(fault(10, 13), Some(MarginFault::TooManyUnknown));
}

#[test]
fn weights_meet_the_margin() {
    // 30 women all satisfied, 10 men all dissatisfied; half of the population are men.
    let mut rows: Vec<Sheet> = vec![[5, 5, 5, 5, 5, 5, 5, 1, 1]; 30];
    rows.extend(vec![[1, 1, 1, 1, 1, 1, 1, 2, 1]; 10]);
    let strata = [Stratum { unit: "d2".to_owned(), population: 4_000, sample: None }];
    let margins = [margin("d2", "sex", &[("f", 2_000), ("m", 2_000)])];
    let answers = Answered::from([("d2".to_owned(), rows)]);
    let report = with_margins(&parsed(&text("share_satisfied", "item_shares")), &answers, &strata, &margins);
    assert!((report.total.index.estimate.unwrap() - 0.5).abs() < 1e-12);
    // Within the groups all agree, so that nothing is left to vary.
    assert_eq!(report.total.index.se, Some(0.0));
    assert_eq!(report.total.index.method.as_deref(), Some("kg"), "and yet it is no certainty");
    assert!(
        (report.total.weighting.kish_deff.unwrap() - 40.0 * (30.0 / 900.0 + 10.0 / 100.0) / 4.0).abs()
            < 1e-12
    );
}

#[test]
fn units_of_a_kind_are_ranked_with_the_ranks_that_the_engine_finds() {
    // All units of the tree have one kind and lie below each other, so that siblings are ranked.
    let (answers, strata) =
        felt(3, &[("d1x", 200, 9_000), ("d1y", 150, 9_000), ("d2", 140, 3_000), ("s1", 30, 200)]);
    let definition = parsed(&text("share_satisfied", "respondent_scores"));
    let report = with_margins(&definition, &answers, &strata, &[]);
    let parents: Vec<Option<&str>> =
        report.rankings.iter().map(|ranking| ranking.parent.as_deref()).collect();
    assert_eq!(parents, [Some("d1"), Some("root")]);
    for ranking in &report.rankings {
        for unit in &ranking.units {
            let shown = &report.units.iter().find(|other| other.code == unit.code).unwrap().result.index;
            assert_eq!((Some(unit.estimate), Some(unit.se)), (shown.estimate, shown.se));
            assert!(unit.rank_lo <= unit.rank && unit.rank <= unit.rank_hi);
        }
        assert_eq!(ranking.compared, ranking.units.len());
    }
}

#[test]
fn ranks_of_one_item_are_those_of_the_engine() {
    // With one item in all, the index is its share, which the engine ranks.
    let alone = |text: String| {
        let ask = text.find("ask = [").unwrap();
        let end = ask + text[ask..].find('\n').unwrap();
        format!("{}ask = [\"q0\"]{}", &text[..ask], &text[end..])
    };
    let definition = parsed(&alone(text("share_satisfied", "item_shares")));
    let mut found = 0;
    for seed in 0..6 {
        let (mut answers, strata) = felt(seed, &[("d1x", 200, 9_000), ("d1y", 150, 9_000)]);
        answers.values_mut().flatten().for_each(|sheet| {
            if sheet[0] == 255 {
                sheet[0] = 3;
            }
        });
        let report = with_margins(&definition, &answers, &strata, &[]);
        let (csv, _) = calibrated_csv(&answers, &strata, &[]);
        let asked = json!({ "key": "r", "kind": "ranking", "y": { "col": "q0", "in": [4, 5] }, "by": "unit",
            "level": 0.95, "alpha": 0.05 });
        let theirs = &run_engine(&csv, true, &Value::Null, &[asked])["r"];
        let ours = report.rankings.iter().find(|ranking| ranking.parent.as_deref() == Some("d1")).unwrap();
        for unit in &ours.units {
            let theirs =
                theirs["ranks"].as_array().unwrap().iter().find(|rank| rank["unit"] == unit.code).unwrap();
            let ranks = [("rank", unit.rank), ("rank_lo", unit.rank_lo), ("rank_hi", unit.rank_hi)];
            for (name, rank) in ranks {
                assert_eq!(theirs[name].as_u64(), Some(rank as u64), "{name} of {}", unit.code);
            }
            found += usize::from(unit.rank_lo == unit.rank_hi);
        }
    }
    assert!(found > 0, "some differences are significant");
}

#[test]
fn d_02_a_suppressed_unit_has_no_rank_and_leaves_no_trace_in_those_of_others() {
    let sizes = [("d1x", 60, 900), ("d1y", 60, 900), ("d2", 5, 50), ("s1", 6, 70)];
    let (answers, strata) = felt(5, &sizes);
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let report = with_margins(&definition, &answers, &strata, &[]);
    let hidden: Vec<&str> = report
        .units
        .iter()
        .filter(|unit| unit.result.index.publish == Publish::Suppress)
        .map(|unit| unit.code.as_str())
        .collect();
    assert!(hidden.contains(&"d2") && hidden.contains(&"s1"));
    for ranking in &report.rankings {
        assert!(ranking.units.iter().all(|unit| !hidden.contains(&unit.code.as_str())));
        assert!(ranking.not_ranked.iter().all(|unit| unit.reason == Unranked::Suppressed));
    }
    for unit in report.units.iter().filter(|unit| hidden.contains(&unit.code.as_str())) {
        assert_eq!(unit.result.drivers.reason, Some(Missing::Suppressed));
        assert_eq!((unit.result.drivers.n, unit.result.drivers.r2), (None, None));
        assert!(unit.result.drivers.dimensions.is_empty() && unit.result.drivers.criteria.is_empty());
        for dimension in unit.result.dimensions.iter().filter(|d| d.reliability.items > 1) {
            assert_eq!(dimension.reliability.reason, Some(Missing::Suppressed));
            assert_eq!((dimension.reliability.alpha, dimension.reliability.n), (None, None));
        }
    }
}

#[test]
fn a_small_sample_in_which_all_agree_is_not_ranked_as_a_certainty() {
    let (mut answers, strata) = felt(5, &[("d1x", 160, 9_000), ("d1y", 12, 9_000)]);
    answers.insert("d1y".to_owned(), vec![[5; 9]; 12]);
    let report = with_margins(&parsed(&text("share_satisfied", "item_shares")), &answers, &strata, &[]);
    let ranking = report.rankings.iter().find(|ranking| ranking.parent.as_deref() == Some("d1")).unwrap();
    let lucky = ranking.units.iter().find(|unit| unit.code == "d1y").unwrap();
    assert_eq!((lucky.se, lucky.rank), (0.0, 1));
    assert_eq!((lucky.rank_lo, lucky.rank_hi), (1, 2));
}

#[test]
fn few_answers_have_neither_alpha_nor_drivers() {
    let (answers, strata) = felt(5, &[("d2", 25, 500)]);
    let report = with_margins(&parsed(&text("share_satisfied", "item_shares")), &answers, &strata, &[]);
    assert_eq!(report.total.drivers.reason, Some(Missing::TooFew));
    assert!(report.total.drivers.n.is_some() && report.total.drivers.r2.is_none());
    assert_eq!(report.total.dimensions[0].reliability.reason, Some(Missing::TooFew));
    assert_eq!(report.total.dimensions[0].reliability.alpha, None);
    // Without the question there is nothing to be driven.
    let plain = super::report(
        &definition("share_satisfied", "item_shares", "citizens"),
        &alike("d2", 200, [4; 6]),
        &[],
        None,
        0,
    );
    assert_eq!(plain.total.drivers.reason, Some(Missing::NotAsked));
    assert_eq!(plain.total.dimensions[0].reliability.reason, Some(Missing::NotComputable), "all alike");
}
