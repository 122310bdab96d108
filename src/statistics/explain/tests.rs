//! The working of every reference case: each figure of the results is there with the same value, and each formula with its
//! numbers filled in gives the value beside it.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value as Json;

use super::{
    Cell, Line, Remark, Step, Value, What,
    What::{LowerTail, LowerTailBelow, UpperTail, UpperTailAbove},
    explain,
};
use crate::statistics::{
    quantile,
    run::{needs, run},
    spec::Spec,
    table::Table,
    variance::LonelyPsu,
};

/// A filled-in formula as a calculator reads it.
struct Calculator<'a> {
    rest: &'a str,
}

impl Calculator<'_> {
    fn value(text: &str) -> f64 {
        let mut calculator = Calculator { rest: text };
        let value = calculator.sum();
        assert_eq!(calculator.rest.trim(), "", "in {text}");
        value
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> f64 {
        let mut value = self.product();
        loop {
            if self.take("+") {
                value += self.product();
            } else if self.take("−") {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> f64 {
        let mut value = self.power();
        loop {
            if self.take("·") {
                value *= self.power();
            } else if self.take("/") {
                value /= self.power();
            } else {
                return value;
            }
        }
    }

    fn power(&mut self) -> f64 {
        let base = self.atom();
        if self.take("^") { base.powf(self.power()) } else { base }
    }

    fn arguments(&mut self) -> Vec<f64> {
        let mut values = vec![self.sum()];
        while self.take(";") {
            values.push(self.sum());
        }
        assert!(self.take(")"), "a bracket before {:?}", self.rest);
        values
    }

    fn atom(&mut self) -> f64 {
        if self.take("P(T ≥") {
            let [t, df] = self.arguments()[..] else { panic!("t and df") };
            return quantile::t_upper_tail(t, df as i64).unwrap();
        }
        if self.take("P(T ≤") {
            let [t, df] = self.arguments()[..] else { panic!("t and df") };
            return quantile::t_upper_tail(-t, df as i64).unwrap();
        }
        for (name, function) in [
            ("√(", (|a: &[f64]| a[0].sqrt()) as fn(&[f64]) -> f64),
            ("ln(", |a| a[0].ln()),
            ("exp(", |a| a[0].exp()),
            ("min(", |a| a[0].min(a[1])),
            ("ceil(", |a| (a[0] - 1e-9).ceil()),
            ("t⁻¹(", |a| quantile::t(a[0], a[1] as i64).unwrap()),
            ("Beta⁻¹(", |a| quantile::beta(a[0], a[1], a[2]).unwrap()),
            ("Φ⁻¹(", |a| quantile::normal(a[0]).unwrap()),
            ("(", |a| a[0]),
        ] {
            if self.take(name) {
                return function(&self.arguments());
            }
        }
        let rest = self.rest.trim_start();
        let mut end = 0;
        let bytes = rest.as_bytes();
        while end < bytes.len()
            && (bytes[end].is_ascii_digit()
                || matches!(bytes[end], b'.' | b'e')
                || (bytes[end] == b'-' && (end == 0 || bytes[end - 1] == b'e')))
        {
            end += 1;
        }
        let value = rest[..end].parse().unwrap_or_else(|_| panic!("a number before {rest:?}"));
        self.rest = &rest[end..];
        value
    }
}

#[test]
fn the_calculator_of_these_tests_calculates() {
    for (text, value) in [
        ("2 + 3 · 4", 14.0),
        ("(2 + 3) · 4 − (-1)", 21.0),
        ("2 · 3^2 / 4", 4.5),
        ("√(9) − 1e-1", 2.9),
        ("min(3; 2 · 2)", 3.0),
        ("2 · P(T ≥ 0; 5)", 1.0),
        ("0.5^(1 / 1)", 0.5),
    ] {
        assert!((Calculator::value(text) - value).abs() < 1e-12, "{text}");
    }
}

/// The numbers and words of a result by their field: `ci[0].lower`.
fn fields(json: &Json, path: &str, found: &mut BTreeMap<String, Json>) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                fields(value, &path, found);
            }
        }
        Json::Array(values) => {
            for (position, value) in values.iter().enumerate() {
                fields(value, &format!("{path}[{position}]"), found);
            }
        }
        Json::Null => {}
        _ => {
            found.insert(path.to_owned(), json.clone());
        }
    }
}

/// Whether a field repeats what was asked, or is one weight of thousands.
fn is_given(field: &str) -> bool {
    let last = field.rsplit('.').next().unwrap_or_default();
    matches!(last, "method" | "level" | "value" | "unit" | "row" | "a" | "b" | "name")
        && !matches!(field, "a" | "b")
        || field.starts_with("weights[")
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-12)
}

fn check(case: &Path) -> Vec<String> {
    let spec = Spec::parse(&fs::read_to_string(case.join("spec.json")).unwrap()).unwrap();
    let data = fs::File::open(case.join(&spec.data.file)).unwrap();
    let table = Table::read(data, &spec.data.missing, |column| needs(&spec, column)).unwrap();
    let results = serde_json::to_value(run(&spec, &table).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for analysis in explain(&spec, &table).unwrap().analyses {
        for estimand in analysis.estimands {
            let place = format!("{}.{}", analysis.id, estimand.key);
            let mut expected = BTreeMap::new();
            fields(&results["results"][&analysis.id][&estimand.key], "", &mut expected);
            expected.retain(|field, _| !is_given(field));
            let mut told = |field: &str, value: Json| match (expected.remove(field), value) {
                (Some(Json::Number(wanted)), Json::Number(found))
                    if near(wanted.as_f64().unwrap(), found.as_f64().unwrap(), 1e-9) => {}
                (Some(wanted), found) if wanted == found => {}
                (wanted, found) => wrong.push(format!("{place}: {field} is {found}, expected {wanted:?}")),
            };
            for line in &estimand.lines {
                match line {
                    Line::Step(step) => {
                        let value = match &step.value {
                            Value::Number(value) => serde_json::json!(value),
                            Value::Decision(decision) => serde_json::json!(decision),
                            Value::Status(status) => serde_json::json!(status),
                        };
                        if let Some(field) = &step.result
                            && !value.is_null()
                        {
                            told(field, value);
                        }
                    }
                    Line::Table(table) => {
                        for cell in table.rows.iter().flatten() {
                            if let Cell::Number(value, Some(field)) = cell
                                && !value.is_nan()
                            {
                                told(field, serde_json::json!(value));
                            }
                        }
                    }
                    Line::Heading(_) | Line::Remark(_) => {}
                }
            }
            wrong.extend(expected.keys().map(|field| format!("{place}: {field} is not explained")));
            for line in &estimand.lines {
                if let Line::Step(step) = line
                    && let Value::Number(Some(value)) = step.value
                    && !step.filled.is_empty()
                {
                    let again = Calculator::value(&step.filled);
                    // Ten digits are shown; what nearly cancels loses some of them.
                    if !near(again, value, 1e-6) && (again - value).abs() > 1e-9 {
                        wrong.push(format!("{place}: {} = {} is {value}", step.symbol, step.filled));
                    }
                }
            }
        }
    }
    wrong
}

#[test]
fn every_figure_of_every_reference_case_can_be_followed() {
    for (cases, expected) in [("statistics-cases", 24), ("statistics-structures", 11)] {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(cases);
        let mut count = 0;
        for entry in fs::read_dir(&cases).unwrap() {
            let folder = entry.unwrap().path();
            if folder.join("spec.json").is_file() {
                count += 1;
                let wrong = check(&folder);
                let shown = wrong[..wrong.len().min(12)].join("\n  ");
                assert!(wrong.is_empty(), "{}: {} wrong\n  {shown}", folder.display(), wrong.len());
            }
        }
        assert_eq!(count, expected, "cases in {}", cases.display());
    }
}

fn lines(csv: &str, design: &str, estimand: &str) -> Vec<Line> {
    let spec = format!(
        r#"{{"schema": "svy-ref/1", "data": {{"file": "d"}}, "analyses": [
            {{"id": "a", "design": {design}, "estimands": [{estimand}]}}]}}"#
    );
    let table = Table::read(csv.as_bytes(), "", |_| true).unwrap();
    explain(&Spec::parse(&spec).unwrap(), &table).unwrap().analyses.remove(0).estimands.remove(0).lines
}

/// The cells of the table that comes after a remark, as they are shown.
fn table_after(lines: &[Line], remark: &Remark) -> Vec<Vec<String>> {
    let at = lines.iter().position(|line| matches!(line, Line::Remark(found) if found == remark)).unwrap();
    let Line::Table(table) = &lines[at + 1] else { panic!("a table") };
    table.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect()
}

#[test]
fn the_squares_of_a_stratum_can_be_made_from_the_counts_of_its_values() {
    let csv = "h,y,w,N\na,1,2,6\na,1,2,6\na,0,2,6\nb,1,5,10\nb,0,5,10\n";
    let design = r#"{"weight": "w", "strata": "h", "stages": [{"fpc": "N"}], "lonely_psu": "fail"}"#;
    let lines = lines(csv, design, r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": []}"#);
    // W = 16, ȳ = 9/16, z = (1 − 9/16)/16 and (0 − 9/16)/16.
    let counts = table_after(&lines, &Remark::Codes);
    assert_eq!(
        counts,
        [
            ["a", "0.02734375", "2", "4", "8"],
            ["a", "-0.03515625", "1", "2", "4"],
            ["b", "0.02734375", "1", "5", "25"],
            ["b", "-0.03515625", "1", "5", "25"],
        ]
    );
    let strata = table_after(&lines, &Remark::Strata { two_stages: false });
    for (name, row) in ["a", "b"].iter().zip(&strata) {
        let number = |text: &String| -> f64 { text.parse().unwrap() };
        let of = |power: i32, column: usize| -> f64 {
            counts
                .iter()
                .filter(|count| count[0] == *name)
                .map(|count| number(&count[1]).powi(power) * number(&count[column]))
                .sum()
        };
        let (sum, m) = (of(1, 3), number(&row[2]));
        assert!(near(number(&row[5]), sum, 1e-8));
        let squares = of(2, 4) - sum * sum / m;
        assert!(near(number(&row[6]), squares, 1e-8));
        assert!(near(number(&row[7]), number(&row[4]) * m / (m - 1.0) * squares, 1e-8));
    }
}

#[test]
fn the_totals_of_clusters_are_shown() {
    let csv = "c,y\n1,1\n1,1\n2,0\n3,1\n3,0\n";
    let design = r#"{"stages": [{"id": "c"}], "lonely_psu": "fail"}"#;
    let lines = lines(csv, design, r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": []}"#);
    // ȳ = 3/5: u = 2 · 0.4/5, −0.6/5, (0.4 − 0.6)/5.
    assert_eq!(
        table_after(&lines, &Remark::Psus),
        [["–", "1", "2", "0.16"], ["–", "2", "1", "-0.12"], ["–", "3", "2", "-0.04"]]
    );
}

#[test]
fn a_stratum_with_one_answer_is_named_unless_it_is_asked_whole() {
    let rule = Remark::Lonely { rule: LonelyPsu::Adjust };
    let of = |alone: u32| {
        lines(
            &format!("h,N,y\na,9,1\na,9,0\nb,{alone},1\n"),
            r#"{"strata": "h", "stages": [{"fpc": "N"}], "lonely_psu": "adjust"}"#,
            r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": []}"#,
        )
        .contains(&Line::Remark(rule.clone()))
    };
    assert!(of(5));
    assert!(!of(1));
}

#[test]
fn what_the_second_stage_adds_is_shown_for_each_cluster() {
    let lines = lines(
        "c,C,M,w,y\n1,4,4,4,1\n1,4,4,4,0\n2,4,2,2,1\n2,4,2,2,1\n",
        r#"{"weight": "w", "stages": [{"id": "c", "fpc": "C"}, {"fpc": "M"}], "lonely_psu": "fail"}"#,
        r#"{"key": "m", "kind": "total", "y": {"col": "y"}, "ci": []}"#,
    );
    // u = w·y: 4 and 0 in the first cluster, Σ(u − ū)² = 8; half of each is not seen, half of the clusters was drawn:
    // 1/2 · (1 − 2/4) · 2/(2 − 1) · 8 = 4. The second is asked whole.
    let rows = table_after(&lines, &Remark::SecondStage);
    let of = |row: &[String]| row[1..].to_vec();
    assert_eq!(of(&rows[0]), ["1", "2", "4", "0.5", "4", "8", "4"]);
    assert_eq!(of(&rows[1])[6], "0");
}

#[test]
fn what_has_no_figure_says_why() {
    let design = r#"{"stages": [{}], "lonely_psu": "fail"}"#;
    let of = |csv: &str, method: &str| {
        let ci = format!(r#"[{{"method": "{method}", "level": 0.95}}]"#);
        let estimand = format!(r#"{{"key": "m", "kind": "mean", "y": {{"col": "y"}}, "ci": {ci}}}"#);
        lines(csv, design, &estimand)
            .into_iter()
            .filter_map(|line| if let Line::Remark(remark) = line { Some(remark) } else { None })
            .collect::<Vec<_>>()
    };
    let all = "x,y\n1,1\n2,1\n3,1\n";
    assert!(of(all, "logit").contains(&Remark::NoInside));
    assert!(of(all, "kg").contains(&Remark::Kish));
    assert!(of(all, "hypergeom").contains(&Remark::NotSimple));
    assert!(of("x,y\n1,\n2,\n", "kg").contains(&Remark::NotComputable));
    // Two strata that agree within themselves and not with each other have no variance either.
    let agreed = lines(
        "h,y\na,1\na,1\nb,0\nb,0\n",
        r#"{"strata": "h", "stages": [{}], "lonely_psu": "fail"}"#,
        r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": [{"method": "kg", "level": 0.9}]}"#,
    );
    assert!(agreed.contains(&Line::Remark(Remark::Kish)));
    let alone = r#"{"strata": "x", "stages": [{}], "lonely_psu": "adjust"}"#;
    for method in ["t", "logit", "wilson"] {
        let estimand =
            r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": [{"method": "M", "level": 0.9}]}"#;
        let lines = lines("x,y\n1,1\n2,0\n", alone, &estimand.replace("\"M\"", &format!("\"{method}\"")));
        assert!(lines.contains(&Line::Remark(Remark::NoFreedom)), "{method}");
    }
}

#[test]
fn the_tails_of_a_hypergeometric_interval_are_those_of_the_limits_and_of_one_beyond() {
    let tails = |yes: usize, population: u32| {
        let rows: String =
            (0..5).map(|row| format!("{},{population},{}\n", u32::from(row < yes), population / 5)).collect();
        let lines = lines(
            &format!("y,N,w\n{rows}"),
            r#"{"weight": "w", "stages": [{"fpc": "N"}], "lonely_psu": "fail"}"#,
            r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": [{"method": "hypergeom", "level": 0.8}]}"#,
        );
        [LowerTail, LowerTailBelow, UpperTail, UpperTailAbove].map(|what| {
            lines.iter().find_map(|line| match line {
                Line::Step(Step { what: found, symbol, value: Value::Number(Some(value)), .. })
                    if *found == what =>
                {
                    Some((symbol.clone(), (value * 1e9).round() / 1e9))
                }
                _ => None,
            })
        })
    };
    let of = |call: &str, ways: f64, all: f64| Some((call.to_owned(), (ways / all * 1e9).round() / 1e9));
    // 2 of 5 of 10, α/2 = 0.1: D from 2, which everybody marked would need at least, to 6.
    assert_eq!(
        tails(2, 10),
        [
            of("P(X ≥ 2 | N = 10, D = 2, n = 5)", 56.0, 252.0),
            None,
            of("P(X ≤ 2 | N = 10, D = 6, n = 5)", 66.0, 252.0),
            of("P(X ≤ 2 | N = 10, D = 7, n = 5)", 21.0, 252.0),
        ]
    );
    // 4 of 5 of 20: D from 10 to 19, which the unmarked one leaves at most.
    assert_eq!(
        tails(4, 20),
        [
            of("P(X ≥ 4 | N = 20, D = 10, n = 5)", 2352.0, 15504.0),
            of("P(X ≥ 4 | N = 20, D = 9, n = 5)", 1512.0, 15504.0),
            of("P(X ≤ 4 | N = 20, D = 19, n = 5)", 3876.0, 15504.0),
            None,
        ]
    );
}

#[test]
fn a_composite_is_shown_with_the_numbers_of_its_components() {
    let lines = lines(
        "a,b\n1,0\n1,1\n0,1\n1,1\n",
        r#"{"stages": [{}], "lonely_psu": "fail"}"#,
        r#"{"key": "c", "kind": "composite", "ci": [], "components": [
            {"name": "x", "weight": 3, "items": [{"col": "a"}]}, {"name": "y", "weight": 1, "items": [{"col": "b"}]}]}"#,
    );
    let filled = lines.iter().find_map(|line| match line {
        Line::Step(Step { what: What::Composite, filled, .. }) => Some(filled.as_str()),
        _ => None,
    });
    assert_eq!(filled, Some("(3 · 0.75 + 1 · 0.75) / (3 + 1)"));
}

#[test]
fn the_shares_of_drivers_are_shown_from_every_set_of_them() {
    // Two predictors that have nothing in common: y = 2a + b, so R² is 4/5 and 1/5.
    let lines = lines(
        "y,a,b\n0,0,0\n2,1,0\n1,0,1\n3,1,1\n",
        r#"{"stages": [{}], "lonely_psu": "fail"}"#,
        r#"{"key": "d", "kind": "drivers", "y": {"col": "y"},
            "x": [{"name": "a", "m": {"col": "a"}}, {"name": "b", "m": {"col": "b"}}]}"#,
    );
    let rows = table_after(&lines, &Remark::Subsets);
    assert_eq!(rows, [["∅", "0"], ["{1}", "0.8"], ["{2}", "0.2"], ["{1, 2}", "1"]]);
    let filled: Vec<&str> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Step(Step { what: What::Lmg, filled, .. }) => Some(filled.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(filled, ["1 / 2 · (0.8 − 0) + 1 / 2 · (1 − 0.2)", "1 / 2 · (0.2 − 0) + 1 / 2 · (1 − 0.8)"]);
}

#[test]
fn the_factors_of_a_calibration_are_shown() {
    let spec = r#"{"schema": "svy-ref/1", "data": {"file": "d"}, "analyses": [{"id": "a",
        "design": {"weight": "w", "stages": [{}], "lonely_psu": "fail"},
        "calibration": {"method": "poststratify", "by": ["h"], "totals": [{"h": "a", "N": 12}, {"h": "b", "N": 5}]},
        "estimands": [{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": []}]}]}"#;
    let table = Table::read("h,y,w\na,1,3\na,0,1\nb,1,2\n".as_bytes(), "", |_| true).unwrap();
    let analysis = explain(&Spec::parse(spec).unwrap(), &table).unwrap().analyses.remove(0);
    let rows = table_after(&analysis.design, &Remark::Calibration { raked: false });
    let numbers: Vec<&[String]> = rows.iter().map(|row| &row[1..]).collect();
    assert_eq!(numbers, [["4", "12", "3", "12"], ["2", "5", "2.5", "5"]]);
}

#[test]
fn the_limit_where_all_agree_is_a_power_of_the_tail() {
    for (answer, formula) in [(1, "(α/2)^(1/n_e)"), (0, "1 − (α/2)^(1/n_e)")] {
        let lines = lines(
            &format!("y\n{answer}\n{answer}\n{answer}\n"),
            r#"{"stages": [{}], "lonely_psu": "fail"}"#,
            r#"{"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": [{"method": "kg", "level": 0.95}]}"#,
        );
        assert!(
            lines.iter().any(|line| matches!(line, Line::Step(step) if step.formula == formula)),
            "{formula}"
        );
    }
}

#[test]
fn one_degree_of_freedom_is_enough_for_a_test() {
    // df = 3 rows − 2 strata.
    let lines = lines(
        "h,wave,y\na,1,1\na,2,0\nb,2,1\n",
        r#"{"strata": "h", "stages": [{}], "lonely_psu": "adjust"}"#,
        r#"{"key": "d", "kind": "diff", "ci": [],
            "a": {"y": {"col": "y"}, "domain": [{"col": "wave", "in": [1]}]},
            "b": {"y": {"col": "y"}, "domain": [{"col": "wave", "in": [2]}]}}"#,
    );
    assert!(lines.iter().any(|line| matches!(line, Line::Step(Step { what: What::TStatistic, .. }))));
    assert!(!lines.contains(&Line::Remark(Remark::NoFreedom)));
}

#[test]
fn a_measure_is_named_by_its_columns_and_codes() {
    let of = |measure: &str| super::mean::label(&serde_json::from_str(measure).unwrap());
    assert_eq!(of(r#"{"cols":["a","b"],"agg":"sum"}"#), "a + b");
    assert_eq!(of(r#"{"col":"a"}"#), "a");
    assert!(
        of(r#"{"col":"a","in":[4,5]}"#).starts_with('a') && of(r#"{"col":"a","in":[4,5]}"#).contains('4')
    );
}
