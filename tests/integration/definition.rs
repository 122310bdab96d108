//! `sipas definition …` as a person at a terminal meets it: exit codes, and what is wrong as file:line:column.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const SMALL: &str = include_str!("../definitions/small/1.2.toml");
const SMALL_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/definitions/small/1.2.toml");

fn sipas(args: &[&str]) -> Output {
    sipas_in(Path::new(env!("CARGO_MANIFEST_DIR")), "en", args)
}

fn sipas_in(folder: &Path, lang: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sipas"))
        .arg("definition")
        .args(args)
        .current_dir(folder)
        .env("SIPAS_LANG", lang)
        .env_remove("SIPAS_DEFINITIONS")
        .output()
        .unwrap()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with `small/<version>.toml`, the small definition after these replacements.
fn folder(version: &str, replacements: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let mut text = SMALL.replace("version = \"1.2\"", &format!("version = \"{version}\""));
    for (from, to) in replacements {
        assert!(text.contains(from), "{from:?}");
        text = text.replace(from, to);
    }
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("small").join(format!("{version}.toml"));
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    (root, file)
}

#[test]
fn a_sound_definition_passes() {
    let output = sipas(&["check", "tests/definitions"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(0), ""));
    // The small one, made for tests, asks some by what they think; real ones should not.
    let words = err(&output);
    assert!(words.ends_with("Files checked: 3; no error; notes: 1.\n"), "{words}");
    assert_eq!(words.matches("do not answer the same number of questions").count(), 1, "{words}");
    let released = sipas(&["check", "survey-definitions"]);
    assert!(err(&released).ends_with("no error; notes: 0.\n"), "{}", err(&released));
}

#[test]
fn every_mistake_is_shown_with_file_line_and_column_in_both_languages() {
    let (root, file) =
        folder("1.2", &[("part = \"policy\"", "part = \"polcy\""), ("target = 0.9", "target = 90")]);
    let file = file.to_str().unwrap();
    let output = sipas(&["check", root.path().to_str().unwrap()]);
    assert_eq!(code(&output), Some(1));
    let words = err(&output);
    let lines: Vec<&str> = words.lines().collect();
    assert!(lines[0].starts_with(&format!("{file}:12:10: The number 90 is out of limits")), "{words}");
    assert!(lines[1].starts_with(&format!("{file}:21:1: The part “policy” has no dimension.")), "{words}");
    assert_eq!(lines[2], format!("{file}:32:8: There is no part “polcy”. Did you mean “policy”?"));
    assert_eq!(lines.last().copied(), Some("Files checked: 1; errors: 3; notes: 1."));
    let output = sipas_in(root.path(), "vi", &["check", "."]);
    assert!(
        err(&output).contains(":32:8: Không có phần “polcy”. Có phải ý là “policy”?"),
        "{}",
        err(&output)
    );
}

#[test]
fn broken_toml_and_bytes_that_are_no_text_are_placed() {
    let (_root, file) = folder("1.2", &[("minutes = 3", "minutes = ")]);
    let output = sipas(&["check", file.to_str().unwrap()]);
    assert_eq!(code(&output), Some(1));
    assert!(err(&output).contains("1.2.toml:114:11: The file is not valid TOML"), "{}", err(&output));
    fs::write(&file, b"format = 1\nid = \"\xff\"").unwrap();
    let output = sipas(&["check", file.to_str().unwrap()]);
    assert_eq!(code(&output), Some(1));
    assert!(err(&output).contains("1.2.toml:2:7: The file is not UTF-8"), "{}", err(&output));
}

#[test]
fn a_warning_does_not_fail() {
    let (_root, file) = folder("1.2", &[("\"visits\", \"comment\"]", "\"comment\"]")]);
    let output = sipas(&["check", file.to_str().unwrap()]);
    assert_eq!(code(&output), Some(0));
    assert!(err(&output).contains("Note: No form asks “visits”."), "{}", err(&output));
}

#[test]
fn what_cannot_be_read_and_wrong_usage_have_their_own_exit_codes() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(code(&sipas(&["check", "/nowhere/at/all"])), Some(3));
    assert_eq!(code(&sipas(&["show", "/nowhere/x.toml", "--form", "full"])), Some(3));
    assert_eq!(code(&sipas(&["--definitions", "/nowhere", "show", "small", "--form", "full"])), Some(3));
    assert_eq!(code(&sipas(&["check", empty.path().to_str().unwrap()])), Some(1));
    assert_eq!(code(&sipas(&["show", "small"])), Some(2));
    assert_eq!(code(&sipas(&["simulate", SMALL_PATH, "--form", "full", "--runs", "0"])), Some(2));
}

#[test]
fn show_prints_the_generated_questionnaire_as_json() {
    let output = sipas(&["show", SMALL_PATH, "--form", "counter", "--format", "json"]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
    let shown: Value = serde_json::from_str(&out(&output)).unwrap();
    let agree = json!([
        { "code": "1", "label": "Không hài lòng" },
        { "code": "2", "label": "Hài lòng" },
        { "code": "na", "label": "Không biết" },
    ]);
    let section = json!({ "question": "access.seats", "in": ["1", "2"] });
    let given = json!({ "question": "feedback.given", "in": ["yes"] });
    assert_eq!(
        shown,
        json!({
            "id": "small", "version": "1.2", "form": "counter", "target": 0.8,
            "dimensions": [
                { "id": "access", "name": "Tiếp cận", "weight": 0.5 },
                { "id": "feedback", "name": "Phản ánh", "weight": 0.5 },
            ],
            "questions": [
                { "id": "access.seats", "dimension": "access", "kind": "single", "required": true,
                  "options": agree, "asked_if": null },
                { "id": "feedback.given", "dimension": null, "kind": "single", "required": true,
                  "options": [{ "code": "yes", "label": "Có" }, { "code": "no", "label": "Không" }],
                  "asked_if": null },
                { "id": "feedback.handled", "dimension": "feedback", "kind": "single", "required": true,
                  "options": agree, "asked_if": { "all": [section, given] } },
                { "id": "comment", "dimension": null, "kind": "text", "required": false, "options": [],
                  "asked_if": section },
            ],
        })
    );
    let output = sipas(&["show", SMALL_PATH, "--form", "counter", "--format", "json", "--lang", "en"]);
    let shown: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(shown["dimensions"][0]["name"], "Access");
    assert_eq!(shown["questions"][0]["options"][1]["label"], "Satisfied");
}

#[test]
fn show_for_people_lists_questions_options_and_rules() {
    let words = out(&sipas_in(Path::new("."), "vi", &["show", SMALL_PATH, "--form", "full"]));
    for part in [
        "Phiếu thử (small 1.2)",
        "mục tiêu 90 %",
        "40 %  Tiếp cận",
        "6. Qua kênh nào? [channels] – chọn nhiều; chỉ hỏi nếu feedback.given là yes hoặc không phải (access.seats là 2)",
    ] {
        assert!(words.contains(part), "{part}\n{words}");
    }
}

#[test]
fn a_folder_of_definitions_is_found_by_id_and_its_newest_version_is_the_default() {
    let (root, _) = folder("1.10", &[]);
    fs::write(root.path().join("small/1.2.toml"), SMALL).unwrap();
    let dir = root.path().to_str().unwrap();
    let version = |args: &[&str]| {
        let output =
            sipas(&[&["--definitions", dir, "show"], args, &["--form", "full", "--format", "json"]].concat());
        assert_eq!(code(&output), Some(0), "{}", err(&output));
        serde_json::from_str::<Value>(&out(&output)).unwrap()["version"].clone()
    };
    assert_eq!(version(&["small"]), "1.10");
    assert_eq!(version(&["small", "--version", "1.2"]), "1.2");
    assert_eq!(version(&["small@1.2"]), "1.2");
    let failed = |args: &[&str], words: &str| {
        let output = sipas(&[&["--definitions", dir, "show"], args].concat());
        assert_eq!(code(&output), Some(1));
        assert!(err(&output).contains(words), "{}", err(&output));
    };
    failed(&["smal", "--form", "full"], "There is no definition “smal”. Did you mean “small”?");
    failed(&["small@1.3", "--form", "full"], "no version “1.3”");
    failed(&["small", "--form", "ful"], "no form “ful”. Did you mean “full”?");
    failed(&["small", "--form", "full", "--lang", "fr"], "no language “fr”");
}

#[test]
fn diff_lists_breaking_changes_first_and_succeeds() {
    let (_root, later) =
        folder("1.3", &[("Enough seats?", "Were there seats?"), ("weight = 2", "weight = 4")]);
    let output = sipas(&["diff", SMALL_PATH, later.to_str().unwrap()]);
    assert_eq!(code(&output), Some(0));
    let words = out(&output);
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(lines[0], "[breaking] criterion “schools.quality”: weight: 2.0 → 4.0", "{words}");
    assert!(
        lines.contains(&"[breaking] form “full”: share of dimension “schools” in the index: 40 % → 57.1 %"),
        "{words}"
    );
    assert_eq!(lines.last(), Some(&"[compatible] criterion “access.seats”: wording changed"));
    assert_eq!(err(&output), "Breaking changes: 4; compatible changes: 1.\n");
}

#[test]
fn simulate_counts_every_question_and_fails_on_one_that_is_never_asked() {
    let output = sipas(&["simulate", SMALL_PATH, "--form", "full", "--runs", "2000", "--seed", "7"]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
    assert!(out(&output).contains("     2000    100 %  access.seats\n"), "{}", out(&output));
    assert!(out(&output).ends_with("Questions asked: fewest 6, median 8, most 8\n"), "{}", out(&output));
    let again = sipas(&["simulate", SMALL_PATH, "--form", "full", "--runs", "2000", "--seed", "7"]);
    assert_eq!(out(&output), out(&again));

    // One option among 250, twice in a row: possible, but no thousand ways meet it.
    let many: String = (0..249)
        .map(|n| format!("  {{ code = \"c{n}\", label = {{ vi = \"{n}\", en = \"{n}\" }} }},\n"))
        .collect();
    let rare = "asked_if = { all = [{ question = \"many\", in = [\"c7\"] }, { question = \"more\", in = [\"c7\"] }] }";
    let question = |id: &str| {
        format!(
            "[[question]]\nid = \"{id}\"\nkind = \"single\"\ntext = {{ vi = \"a\", en = \"b\" }}\noptions = [\n{many}]\n\n"
        )
    };
    let questions =
        format!("{}{}[[question]]\nid = \"visits\"\n{rare}\n", question("many"), question("more"));
    let (_root, file) = folder(
        "1.2",
        &[
            ("[[question]]\nid = \"visits\"\n", &questions),
            ("[\"visits\", \"comment\"]", "[\"many\", \"more\", \"visits\", \"comment\"]"),
        ],
    );
    let args = ["simulate", file.to_str().unwrap(), "--form", "full", "--runs"];
    let output = sipas(&[&args[..], &["1000"]].concat());
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    assert!(err(&output).contains("Never asked: visits."), "{}", err(&output));
    assert_eq!(code(&sipas(&[&args[..], &["999"]].concat())), Some(0), "too few ways to say");
}

#[test]
fn the_schema_printed_is_the_one_beside_the_definitions() {
    let output = sipas(&["schema"]);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("survey-definitions/definition.schema.json");
    assert_eq!(out(&output), fs::read_to_string(committed).unwrap());
}

#[test]
fn without_a_path_the_folder_here_is_checked_or_else_what_is_built_in() {
    let (root, _) = folder("1.2", &[("weight = 2", "weight = 0")]);
    let here = tempfile::tempdir().unwrap();
    assert_eq!(code(&sipas_in(here.path(), "en", &["check"])), Some(0), "built in");
    fs::rename(root.path(), here.path().join("survey-definitions")).unwrap();
    let output = sipas_in(here.path(), "en", &["check"]);
    assert_eq!(code(&output), Some(1));
    assert!(err(&output).starts_with("survey-definitions/small/1.2.toml:51:10: "), "{}", err(&output));
}
