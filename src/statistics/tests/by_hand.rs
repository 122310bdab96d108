//! Small samples whose figures can be worked out on paper.

use serde_json::{Value, json};

use crate::statistics::{run::run, spec::Spec, table::Table};

/// The result of an estimand in a sample with strata `h`, from `stages`, under the rule `adjust`.
fn one(csv: &str, stages: &Value, estimand: Value) -> Value {
    let mut estimand = estimand;
    estimand["key"] = json!("it");
    let design = json!({ "weight": "w", "strata": "h", "stages": stages, "lonely_psu": "adjust" });
    let spec = json!({
        "schema": "svy-ref/1",
        "data": { "file": "data.csv" },
        "analyses": [{ "id": "a", "design": design, "estimands": [estimand] }],
    });
    let table = Table::read(csv.as_bytes(), "", |_| true).unwrap();
    let found = run(&Spec::parse(&spec.to_string()).unwrap(), &table).unwrap();
    serde_json::to_value(found).unwrap()["results"]["a"]["it"].take()
}

fn exact_share(csv: &str, stages: &Value) -> Value {
    let ci = json!([{ "method": "hypergeom", "level": 0.5 }]);
    let share = one(csv, stages, json!({ "kind": "mean", "y": { "col": "y" }, "ci": ci }));
    json!([share["ci"][0]["lower"], share["ci"][0]["upper"]])
}

#[test]
fn exact_limits_are_for_one_simple_random_sample_of_a_known_population() {
    let elements = json!([{ "fpc": "N" }]);
    // Two of four drawn, one of them satisfied: populations of 1, 2 or 3 satisfied give that with P ≥ 1/4.
    assert_eq!(exact_share("h,c,N,w,y\na,1,4,2,1\na,2,4,2,0\n", &elements), json!([0.25, 0.75]));
    // Weights that differ by the rounding of their last digits are equal.
    let rounded = "h,c,N,w,y\na,1,4000,2000,1\na,2,4000,2000.000001,0\n";
    assert_ne!(exact_share(rounded, &elements), json!([null, null]));
    let no_limits = json!([null, null]);
    for (why, csv) in [
        ("unequal weights", "h,c,N,w,y\na,1,4,3,1\na,2,4,1,0\n"),
        ("two strata", "h,c,N,w,y\na,1,2,2,1\nb,2,2,2,0\n"),
        ("no share", "h,c,N,w,y\na,1,4,2,1\na,2,4,2,0.5\n"),
    ] {
        assert_eq!(exact_share(csv, &elements), no_limits, "{why}");
    }
    let csv = "h,c,N,w,y\na,1,4,2,1\na,2,4,2,0\n";
    assert_eq!(exact_share(csv, &json!([{}])), no_limits, "unknown population");
    assert_eq!(exact_share(csv, &json!([{ "id": "c", "fpc": "N" }])), no_limits, "clusters");
}

fn difference(csv: &str) -> Value {
    let side = |group: &str| json!({ "y": { "col": "y" }, "domain": [{ "col": "g", "in": [group] }] });
    one(csv, &json!([{}]), json!({ "kind": "diff", "a": side("a"), "b": side("b") }))
}

#[test]
fn a_difference_is_tested_where_it_has_an_error_and_degrees_of_freedom() {
    // Means 3 and 1, each of two answers one apart from it: s² = 2, so u = ±1/2 four times, var = 4/3.
    let found = difference("h,g,w,y\nx,a,1,4\nx,a,1,2\nx,b,1,2\nx,b,1,0\n");
    assert_eq!((&found["estimate"], &found["df"]), (&json!(2.0), &json!(3)));
    assert!((found["var"].as_f64().unwrap() - 4.0 / 3.0).abs() < 1e-15);
    assert!((found["t"].as_f64().unwrap() - 3f64.sqrt()).abs() < 1e-15);
    // t with 3 degrees of freedom: P(|T| > √3) = 1 − 2/π · (π/4 + 1/2) = 1/2 − 1/π.
    let p = 0.5 - 1.0 / std::f64::consts::PI;
    assert!((found["p_two_sided"].as_f64().unwrap() - p).abs() < 1e-12);

    let unanimous = difference("h,g,w,y\nx,a,1,4\nx,a,1,4\nx,b,1,2\nx,b,1,2\n");
    assert_eq!((&unanimous["se"], &unanimous["t"]), (&json!(0.0), &Value::Null));
    assert_eq!(unanimous["p_two_sided"], Value::Null);
    // A stratum each: no degrees of freedom, but an error by the rule for lonely PSUs.
    let lonely = difference("h,g,w,y\nx,a,1,4\ny,a,1,2\nv,b,1,2\nz,b,1,0\n");
    assert_eq!(lonely["df"], 0);
    assert!(lonely["se"].as_f64().unwrap() > 0.0);
    assert_eq!((&lonely["t"], &lonely["p_two_sided"]), (&Value::Null, &Value::Null));
}
