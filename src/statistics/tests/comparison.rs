//! Results against what a reference case expects, field by field. Knows nothing of any case.
//!
//! Used by the tests of the engine and, through its path, by those of the command `sipas estimate`.

use serde_json::Value;

/// The fields that are allowed 1e-7; everything else 1e-9.
const LOOSE: [&str; 10] =
    ["lower", "upper", "n_eff", "width", "t", "p", "p_holm", "p_exceeds", "p_below", "p_two_sided"];

/// What is wrong with the results of a specification: nothing where they are those expected.
pub fn differences(spec: &Value, found: &Value, expected: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for analysis in spec["analyses"].as_array().unwrap() {
        let id = analysis["id"].as_str().unwrap();
        let raked = analysis["calibration"]["method"] == "rake";
        for estimand in analysis["estimands"].as_array().unwrap() {
            let key = estimand["key"].as_str().unwrap();
            let (found, expected) = (&found["results"][id][key], &expected["results"][id][key]);
            assert!(expected.is_object(), "{id}.{key} has no expected result");
            compare(found, expected, &format!("{id}.{key}"), "", raked, &mut wrong);
        }
    }
    wrong
}

fn compare(found: &Value, expected: &Value, place: &str, field: &str, raked: bool, wrong: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, expected) in expected {
                // For information only: another variance.
                if name == "se_r_rake" {
                    continue;
                }
                let place = format!("{place}.{name}");
                // Within lmg and johnson the fields are names of predictors.
                let field = if matches!(field, "lmg" | "johnson") { field } else { name };
                match found.get(name) {
                    Some(found) => compare(found, expected, &place, field, raked, wrong),
                    None => wrong.push(format!("{place} is missing")),
                }
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            if found.len() != expected.len() {
                wrong.push(format!("{place} has {} entries, expected {}", found.len(), expected.len()));
            }
            for (position, (found, expected)) in found.iter().zip(expected).enumerate() {
                compare(found, expected, &format!("{place}[{position}]"), field, raked, wrong);
            }
        }
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            let exact = matches!(field, "n" | "df" | "items" | "n_invite" | "row" | "n_outside")
                || field.starts_with("rank");
            let tolerance = match field {
                _ if exact => 0.0,
                _ if LOOSE.contains(&field) => 1e-7,
                "lmg" | "johnson" => 1e-8,
                _ if raked => 1e-8,
                _ => 1e-9,
            };
            if (found - expected).abs() > tolerance * expected.abs().max(1e-6) {
                wrong.push(format!("{place} is {found:e}, expected {expected:e}"));
            }
        }
        _ if found == expected => {}
        _ => wrong.push(format!("{place} is {found}, expected {expected}")),
    }
}
