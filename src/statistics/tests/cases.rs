//! The reference cases of `tests/statistics-cases` and `tests/statistics-structures`: every result of every case, field by field.

use std::{fs, path::Path};

use serde_json::Value;

use super::comparison::differences;
use crate::statistics::{
    run::{needs, run},
    spec::Spec,
    table::Table,
};

/// Computes a case and returns what is wrong with its results.
fn check(case: &Path) -> Vec<String> {
    let read = |name: &str| fs::read_to_string(case.join(name)).unwrap();
    let text = read("spec.json");
    let spec = Spec::parse(&text).unwrap();
    let data = fs::File::open(case.join(&spec.data.file)).unwrap();
    let table = Table::read(data, &spec.data.missing, |column| needs(&spec, column)).unwrap();
    let found = serde_json::to_value(run(&spec, &table).unwrap()).unwrap();
    let json = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    differences(&json(&text), &found, &json(&read("expected.json")))
}

#[track_caller]
fn check_all(folder: &str, expected: usize) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut count = 0;
    for entry in fs::read_dir(&cases).unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            count += 1;
            let wrong = check(&folder);
            let shown = wrong[..wrong.len().min(8)].join("\n  ");
            assert!(wrong.is_empty(), "{}: {} wrong\n  {shown}", folder.display(), wrong.len());
        }
    }
    assert_eq!(count, expected, "cases in {}", cases.display());
}

#[test]
fn every_reference_case_gives_the_expected_figures() {
    check_all("statistics-cases", 24);
}

#[test]
fn every_case_of_another_structure_gives_the_expected_figures() {
    check_all("statistics-structures", 11);
}
