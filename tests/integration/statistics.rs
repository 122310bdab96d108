//! The reference cases of `tests/statistics-cases`, through the binary: every result of every case, field by field.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/statistics-cases")
}

fn estimate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sipas"))
        .arg("estimate")
        .args(arguments)
        .env("SIPAS_LANG", "en")
        .output()
        .unwrap()
}

/// The fields that are allowed 1e-7; everything else 1e-9.
const LOOSE: [&str; 10] =
    ["lower", "upper", "n_eff", "width", "t", "p", "p_holm", "p_exceeds", "p_below", "p_two_sided"];

/// The differences of a result from what is expected.
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

/// Runs a case and returns what is wrong with its results.
fn check(case: &Path) -> Vec<String> {
    let spec = case.join("spec.json");
    let output = estimate(&["--spec", spec.to_str().unwrap()]);
    if !output.status.success() {
        return vec![String::from_utf8_lossy(&output.stderr).into_owned()];
    }
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let read = |name: &str| -> Value { serde_json::from_slice(&fs::read(case.join(name)).unwrap()).unwrap() };
    let (spec, expected) = (read("spec.json"), read("expected.json"));
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

#[test]
fn every_reference_case_gives_the_expected_figures() {
    let mut folders: Vec<PathBuf> = fs::read_dir(cases())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert_eq!(folders.len(), 24, "cases in {}", cases().display());
    let mut report = String::new();
    for folder in folders {
        let wrong = check(&folder);
        if !wrong.is_empty() {
            let name = folder.file_name().unwrap().to_string_lossy();
            report +=
                &format!("{name}: {} wrong\n  {}\n", wrong.len(), wrong[..wrong.len().min(8)].join("\n  "));
        }
    }
    assert!(report.is_empty(), "{report}");
}
