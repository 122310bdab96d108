//! Questionnaires as XLSForm: in and out at the command line, and what pyxform says of them.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use sipas::{
    definition::xlsform::{Sheet, Workbook},
    xlsform,
};
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const FORMS: [&str; 3] = ["household", "office", "bilingual"];

fn sipas(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sipas"))
        .arg("definition")
        .args(args)
        .current_dir(ROOT)
        .env("SIPAS_LANG", "en")
        .env_remove("SIPAS_DEFINITIONS")
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// One of the forms in `tests/xlsform/` as a spreadsheet in the folder.
fn form(folder: &TempDir, name: &str) -> PathBuf {
    let sheet = |sheet: &str| {
        let path = Path::new(ROOT).join("tests/xlsform").join(name).join(format!("{sheet}.csv"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
        Sheet::new(sheet, rows.collect::<Vec<_>>())
    };
    let workbook = Workbook { sheets: ["survey", "choices", "settings"].map(sheet).to_vec() };
    let path = folder.path().join(format!("{name}.xlsx"));
    fs::write(&path, xlsform::write(&workbook).unwrap()).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn forms_of_other_programs_are_imported_and_pass_the_check() {
    let folder = tempfile::tempdir().unwrap();
    for (name, id, version, said) in [
        (
            "household",
            "household_visits",
            "7",
            "criteria: 4, other questions: 7. Not carried over: 13, changed: 1, decided for you: 5.",
        ),
        ("office", "phieu_xa_2026", "1", "criteria: 3, other questions: 4. Not carried over: 4, changed: 7,"),
        (
            "bilingual",
            "counter",
            "2026.2",
            "criteria: 2, other questions: 2. Not carried over: 1, changed: 5,",
        ),
    ] {
        let file = form(&folder, name);
        let to = folder.path().join(id).join(format!("{version}.toml"));
        fs::create_dir(to.parent().unwrap()).unwrap();
        let output = sipas(&["import", text(&file), "--out", text(&to)]);
        let words = err(&output);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{words}");
        assert!(words.contains(&format!("Made {id} {version}: ")) && words.contains(said), "{words}");
        let checked = sipas(&["check", text(&to)]);
        assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
        let again = sipas(&["import", text(&file), "--out", text(&to)]);
        assert_eq!(again.status.code(), Some(1), "a definition that may be in use is not written over");
        assert!(err(&again).contains("already"), "{}", err(&again));
    }
}

#[test]
fn every_cell_that_is_lost_is_named_with_its_place_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let words = err(&sipas(&["import", text(&form(&folder, "household"))]));
    for line in [
        "survey!A2 (type): Not carried over: “start start” – devices, places and times of respondents are not recorded",
        "survey!C6 (label::English (en)): ",
        "survey!I7 (appearance): Not carried over: “minimal” – our pages decide how questions look.",
        "survey!H17 (constraint_message): Not carried over: “Too long” – our pages have messages of their own.",
        "survey!A20 (type): Not carried over: “begin_repeat member” – there are no groups that repeat",
        "survey!A21 (type): Not carried over: “integer member_age” – inside of a group that repeats",
        "survey!A23 (type): Not carried over: “calculate score” – questionnaires compute nothing.",
        "survey!B16 (name): Changed: “or_other” – “other” became an option and the question “trouble_other”.",
        "choices!A7 (list_name): Decided for you: “satisfaction” – is a scale of satisfaction; counted as satisfied: 4, 5.",
    ] {
        // A group that asks something itself shows its heading.
        let there = words.lines().any(|found| found.starts_with(line));
        assert_eq!(there, !line.starts_with("survey!C6"), "{line}\n---\n{words}");
    }
}

#[test]
fn the_scale_the_dimensions_and_what_stands_beside_are_said_by_flags() {
    let folder = tempfile::tempdir().unwrap();
    let file = form(&folder, "office");
    let output = sipas(&[
        "import",
        text(&file),
        "--id",
        "xa",
        "--version",
        "2026.1",
        "--dimension",
        "Nhom_1",
        "--beside",
        "Cau_2",
        "--scale",
        "MucDo=hai_long,rat_hai_long",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let definition = out(&output);
    assert!(definition.contains("id = \"xa\"\nversion = \"2026.1\""), "{definition}");
    assert_eq!(definition.matches("[[criterion]]").count(), 1, "{definition}");
    assert_eq!(definition.matches("satisfied = true").count(), 2, "{definition}");
    let output = sipas(&["import", text(&file), "--dimension", "Nhom_9"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("“Nhom_9” – not in the file; there are: Nhom_1, Nhom_2"),
        "{}",
        err(&output)
    );
}

#[test]
fn h_07_what_is_no_xlsform_is_refused_with_words_and_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("out.toml");
    for (name, bytes) in [
        ("a.xlsx", b"not a workbook".as_slice()),
        ("b.xlsx", b"PK\x03\x04broken"),
        ("c.csv", b"type,name\ntext,q\n"),
        ("d.xlsm", b"PK\x03\x04"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let output = sipas(&["import", text(&file), "--out", text(&to)]);
        assert_eq!(output.status.code(), Some(1), "{name}: {}", err(&output));
        assert!(err(&output).contains(name) && !to.exists(), "{name}: {}", err(&output));
    }
    let gone = sipas(&["import", "nowhere.xlsx"]);
    assert_eq!(gone.status.code(), Some(3), "{}", err(&gone));
}

#[test]
fn a_form_goes_out_and_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("visit.xlsx");
    let original = "tests/definitions/visit/1.0.toml";
    let output = sipas(&["export", original, "--format", "xlsform", "--out", text(&file)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        err(&output).ends_with("Exported the form “counter” of visit 1.0; questions: 21.\n"),
        "{}",
        err(&output)
    );
    let back = folder.path().join("visit").join("1.0.toml");
    fs::create_dir(back.parent().unwrap()).unwrap();
    let output = sipas(&["import", text(&file), "--out", text(&back)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        err(&output).contains("Not carried over: 0, changed: 0, decided for you: 0."),
        "{}",
        err(&output)
    );
    let same = sipas(&["diff", original, text(&back)]);
    assert_eq!(out(&same), "", "{}", err(&same));
}

#[test]
fn one_of_several_forms_has_to_be_named() {
    let output = sipas(&["export", "sipas"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--form") && err(&output).contains("counter"), "{}", err(&output));
    let output = sipas(&["export", "sipas", "--form", "counte"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("Did you mean “counter”?"), "{}", err(&output));
}

/// pyxform in `target/pyxform`, where `./test.sh xlsform` installs it.
fn pyxform(file: &Path) -> String {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| format!("{ROOT}/target"));
    let python = Path::new(&target).join("pyxform/bin/python");
    let xml = file.with_extension("xml");
    let mut command = Command::new(&python);
    command.args(["-m", "pyxform.xls2xform"]);
    // ODK's own check of the result needs Java.
    if Command::new("java").arg("-version").output().is_err() {
        command.arg("--skip_validate");
    }
    assert!(python.exists(), "{} is not there; ./test.sh xlsform installs it", python.display());
    let output = command.arg(file).arg(&xml).output().unwrap();
    let words = format!("{}{}", out(&output), err(&output));
    assert!(output.status.success() && xml.exists(), "{}: {words}", file.display());
    fs::read_to_string(&xml).unwrap()
}

/// The questions that an XForm has fields for, in order.
fn fields(xform: &str) -> Vec<String> {
    let binds = xform.split("<bind nodeset=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    binds.filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect()
}

#[test]
#[ignore = "needs pyxform: ./test.sh xlsform"]
fn pyxform_takes_every_form_that_goes_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut forms: Vec<(&str, &str)> = vec![
        ("sipas", "full"),
        ("sipas", "plan-2022"),
        ("sipas", "counter"),
        ("sipas", "pulse"),
        ("officials", "council"),
        ("officials", "departments"),
        ("officials", "local"),
    ];
    forms.extend([
        ("tests/definitions/small/1.2.toml", "full"),
        ("tests/definitions/small/1.2.toml", "counter"),
    ]);
    forms.extend([
        ("tests/definitions/rotated/1.0.toml", "f"),
        ("tests/definitions/visit/1.0.toml", "counter"),
    ]);
    for (at, (id, form)) in forms.into_iter().enumerate() {
        let file = folder.path().join(format!("{at}.xlsx"));
        let output = sipas(&["export", id, "--form", form, "--out", text(&file)]);
        assert_eq!(output.status.code(), Some(0), "{id} {form}: {}", err(&output));
        let xform = pyxform(&file);
        let shown = sipas(&["show", id, "--form", form, "--format", "json"]);
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        let asked: Vec<String> = shown["questions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|q| q["id"].as_str().unwrap().to_owned())
            .collect();
        let mut found = fields(&xform);
        found.retain(|name| !name.starts_with('_') && name != "instanceID");
        assert_eq!(found, asked, "{id} {form}");
        for language in ["Tiếng Việt (vi)", "English (en)"] {
            assert!(xform.contains(&format!("<translation lang=\"{language}\"")), "{id} {form}: {language}");
        }
        let rules =
            shown["questions"].as_array().unwrap().iter().filter(|q| !q["asked_if"].is_null()).count();
        assert_eq!(rules > 0, xform.contains(" relevant=\""), "{id} {form}");
    }
}

#[test]
#[ignore = "needs pyxform: ./test.sh xlsform"]
fn forms_of_other_programs_are_xlsforms_for_pyxform_before_and_after() {
    let folder = tempfile::tempdir().unwrap();
    for name in FORMS {
        let file = form(&folder, name);
        let before = fields(&pyxform(&file));
        let definition = folder.path().join(format!("{name}.toml"));
        let output = sipas(&["import", text(&file), "--out", text(&definition)]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let again = folder.path().join(format!("{name}-again.xlsx"));
        let output = sipas(&["export", text(&definition), "--out", text(&again)]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let after = fields(&pyxform(&again));
        // What is asked afterwards was asked before; nothing was made up.
        let lower: Vec<String> = before.iter().map(|field| field.to_lowercase()).collect();
        for field in after.iter().filter(|field| !field.starts_with('_') && *field != "instanceID") {
            assert!(lower.contains(field), "{name}: {field} is not among {before:?}");
        }
        assert!(after.len() > 4, "{name}: {after:?}");
    }
}
