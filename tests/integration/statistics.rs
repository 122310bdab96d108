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

/// Runs `sipas estimate` on a specification and a file made for the purpose.
fn with(spec: &str, csv: &str, language: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("spec.json"), spec).unwrap();
    fs::write(folder.path().join("data.csv"), csv).unwrap();
    Command::new(env!("CARGO_BIN_EXE_sipas"))
        .args(["estimate", "--spec", folder.path().join("spec.json").to_str().unwrap()])
        .args(arguments)
        .env("SIPAS_LANG", language)
        .output()
        .unwrap()
}

const SHARE: &str = r#"{"schema": "svy-ref/1", "data": {"file": "data.csv"}, "analyses": [{"id": "a",
    "design": {"strata": "Đơn vị, khối", "weight": "w", "stages": [{"fpc": "N"}], "lonely_psu": "adjust"},
    "estimands": [{"key": "q1", "kind": "mean", "y": {"col": "q1", "in": [4, 5]},
        "ci": [{"method": "t", "level": 0.9}], "target": {"value": 0.5, "ci_method": "t", "level": 0.9}}]}]}"#;

#[test]
fn the_working_of_a_figure_can_be_followed_in_vietnamese_and_english() {
    let csv = "\"Đơn vị, khối\",w,N,q1\nA,2,6,5\nA,2,6,4\nA,2,6,1\nB,5,10,4\nB,5,10,2\n";
    let told = |language| {
        let output = with(SHARE, csv, language, &["--explain"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // Σwy = 2 + 2 + 5, W = 6 + 10; t of 5 − 2 degrees of freedom.
    let vietnamese = told("vi");
    assert!(vietnamese.contains("ȳ = Σwy / W = 9 / 16 = 0.5625\n"), "{vietnamese}");
    assert!(
        vietnamese.contains("Bậc tự do: số PSU trừ số tầng: df = m_K − H_K = 5 − 2 = 3\n"),
        "{vietnamese}"
    );
    let english = told("en");
    assert!(english.contains("Standard error: se = √v = √("), "{english}");
    assert!(english.contains("t = t⁻¹(1 − α/2; df) = t⁻¹(0.95; 3) = 2.353363435\n"), "{english}");
    assert!(english.contains("Decision: L ≥ τ: +; U < τ: − → L = "), "{english}");
    assert!(english.contains(" → undecided\n"), "{english}");
    assert_eq!(vietnamese.lines().count(), english.lines().count());
}

#[test]
fn what_is_wrong_is_said_in_the_user_s_language_with_its_place() {
    let csv = "\"Đơn vị, khối\",w,N,q1\nA,hai,6,5\n";
    for (language, words) in [
        ("vi", "data.csv: dòng 2, cột “w”: “hai” không phải là số ("),
        ("en", "data.csv: line 2, column “w”: “hai” is not a number ("),
    ] {
        for arguments in [&[][..], &["--explain"]] {
            let output = with(SHARE, csv, language, arguments);
            assert_eq!(output.status.code(), Some(1));
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(told.contains(words) && told.contains("spec.json: analyses[0].design.weight)"), "{told}");
            assert!(output.stdout.is_empty());
        }
    }
}
