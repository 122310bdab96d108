//! The reference cases of `tests/statistics-cases`, through the binary: every result of every case, field by field.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

#[path = "../../src/statistics/tests/comparison.rs"]
mod comparison;

use comparison::differences;

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
    differences(&spec, &found, &expected)
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
