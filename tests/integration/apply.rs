//! `sipas apply` as the Department of Home Affairs meets it: what files change, and what is refused.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path, thread, time::Duration};

use crate::support::{
    Database, Output, Server, run,
    stage::{self, UNITS, When, answer, filled, open_counter, stored},
};

const SMALL: &str = include_str!("../definitions/small/1.2.toml");

/// The campaign `dan` at one counter, with a population, and one invitation.
const CAMPAIGN: &str = r#"
[[campaign]]
slug = "dan"
definition = "sipas"
version = "2026.1"
form = "counter"
title = { vi = "Hài lòng tại quầy" }
opens = 2030-01-01
closes = 2030-04-01
target = 0.85
[campaign.notice]
responsible = { vi = "Sở Nội vụ" }
purpose = { vi = "về lần làm thủ tục này" }
legal_ground = { vi = "Kế hoạch cải cách hành chính" }
address = "Quy Nhơn"
phone = "0256"
keep_answers_months = 24
keep_list_days = 30
[[campaign.stratum]]
unit = "qn"
population = 100
sample = 40
[[campaign.counter]]
code = "qn-1"
unit = "qn"
name = "Quầy số 1"
public = true
[[campaign.invitation]]
code = "m-01"
unit = "qn"
email = "a@binhdinh.example"
name = "Ông A"
"#;

fn base() -> String {
    format!("{UNITS}{CAMPAIGN}")
}

/// The base file with one edit.
fn edited(from: &str, to: &str) -> String {
    let base = base();
    assert_eq!(base.matches(from).count(), 1, "{from:?}");
    base.replace(from, to)
}

fn apply(database: &Database, text: &str) -> Output {
    apply_with(database, text, &[], &[])
}

fn apply_with(database: &Database, text: &str, flags: &[&str], variables: &[(&str, &str)]) -> Output {
    let file = database.file("tinh.toml", text);
    let own = database.variables();
    let all: Vec<(&str, &str)> =
        own.iter().map(|(n, v)| (*n, v.as_str())).chain(variables.iter().copied()).collect();
    run(&[&["apply", &file], flags].concat(), &all)
}

/// A database with the base file applied.
fn prepared() -> Database {
    let database = Database::new();
    apply(&database, &base()).ok();
    database
}

/// Every row of every table that `apply` writes.
fn dump(database: &Database) -> Vec<String> {
    let tables = ["unit", "definition", "campaign", "stratum", "margin", "place", "invitation", "revision"];
    let rows = tables.iter().flat_map(|table| {
        let cell = if database.is_postgres() { "CAST(? AS TEXT)" } else { "hex(?)" };
        let columns = database.columns(table).into_iter();
        let cells: Vec<String> =
            columns.map(|column| format!("COALESCE({}, '-')", cell.replace('?', &column))).collect();
        database.texts(&format!("SELECT {} FROM {table} ORDER BY 1", cells.join(" || '|' || ")))
    });
    rows.collect()
}

/// Asserts that a file is refused, that the message ends as expected after the file's place, and that nothing changed;
/// gives the whole message without the folder.
#[track_caller]
fn refused(database: &Database, text: &str, expected: &[&str]) -> String {
    let before = dump(database);
    let output = apply(database, text);
    assert_eq!(output.stdout, "", "nothing was done");
    let words = output.fails(1).replace(&format!("{}/", database.folder().display()), "");
    for part in expected {
        assert!(words.contains(part), "{part:?} is not in:\n{words}");
    }
    assert!(words.ends_with("Nothing was changed in the database.\n"), "{words}");
    assert_eq!(dump(database), before);
    words
}

/// The place of a text in a file, as messages name it.
fn place(text: &str, of: &str) -> String {
    let at = text.find(of).unwrap();
    let line = text[..at].rsplit('\n').next().unwrap().chars().count();
    format!("tinh.toml:{}:{}: ", text[..at].matches('\n').count() + 1, line + 1)
}

/// Answers from a place or, by a personal link, from a unit; written past the product.
fn answers(database: &Database, campaign: &str, place: &str, n: usize) {
    for k in 0..n {
        let id = format!("{:032x}", 1_000 + k);
        let blob = |hex: &str| {
            if database.is_postgres() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") }
        };
        database.execute(&format!(
            "INSERT INTO response (id, campaign, generation, place, definition, channel, language, day, answers)
             SELECT {}, k.number, 1, p.number, k.definition, 0, 'vi', 20000, {}
             FROM campaign k JOIN place p ON p.campaign = k.number
             WHERE k.slug = '{campaign}' AND p.counter = '{place}'",
            blob(&id),
            blob("00")
        ));
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM response"), n as i64);
}

fn address(database: &Database, campaign: &str, counter: &str) -> String {
    let sql = format!(
        "SELECT p.address FROM place p JOIN campaign k ON k.number = p.campaign
         WHERE k.slug = '{campaign}' AND p.counter = '{counter}'"
    );
    database.texts(&sql).remove(0)
}

/// A counter without `public`.
const PRIVATE: &str = "[[campaign.counter]]\ncode = \"qn-2\"\nunit = \"qn\"\nname = \"Quầy số 2\"\n";

/// A folder of definitions with `small` in these versions, each edited.
fn definitions(folder: &Path, versions: &[(&str, &str, &str)]) {
    fs::create_dir_all(folder.join("small")).unwrap();
    for (version, from, to) in versions {
        let text = SMALL.replace("version = \"1.2\"", &format!("version = \"{version}\""));
        assert!(text.contains(from));
        fs::write(folder.join(format!("small/{version}.toml")), text.replace(from, to)).unwrap();
    }
}

/// The base file with the definition `small`, without a version.
fn small() -> String {
    let base = base().replace("version = \"2026.1\"\n", "");
    base.replace("definition = \"sipas\"", "definition = \"small\"")
}

// --- What is done --------------------------------------------------------------------------------------------

#[test]
fn every_change_is_printed_and_a_second_run_changes_nothing() {
    let database = Database::new();
    let output = apply(&database, &base());
    assert_eq!(output.stderr, "");
    let lines = output.ok();
    let sha256 = database.texts("SELECT sha256 FROM definition").remove(0);
    assert_eq!(
        lines.lines().collect::<Vec<_>>(),
        [
            "+ unit bd: Tỉnh Bình Định",
            "+ unit qn: UBND thành phố Quy Nhơn",
            "+ unit an: UBND thị xã An Nhơn",
            &format!("+ definition sipas 2026.1: sha256 {sha256}"),
            "+ campaign dan: sipas 2026.1, counter, 2030-01-01T00:00:00+07:00 – 2030-04-01T00:00:00+07:00",
            "+ population qn (dan): 100 (40)",
            "+ counter qn-1 (dan): Quầy số 1",
            "+ invitation m-01 (dan): qn",
        ]
    );
    let before = dump(&database);
    let again = apply(&database, &base());
    assert_eq!(again.stderr, "The database already says what the files say; nothing was changed.\n");
    assert_eq!(again.ok(), "");
    assert_eq!(dump(&database), before);
}

#[test]
fn what_is_listed_is_changed_and_what_is_absent_stays_or_goes() {
    let database = prepared();
    let revision = database.number("SELECT value FROM revision");
    let other = base()
        .replace("UBND thành phố Quy Nhơn", "UBND phường Quy Nhơn")
        .replace("closes = 2030-04-01", "closes = 2030-05-01T00:00:00Z")
        .replace("target = 0.85", "minimum_answers = 20")
        .replace("population = 100", "population = 150")
        .replace("\"qn-1\"", "\"qn-3\"")
        .replace("\"m-01\"", "\"m-02\"");
    let lines = apply(&database, &other).ok();
    assert_eq!(
        lines.lines().collect::<Vec<_>>(),
        [
            "~ unit qn: name: UBND thành phố Quy Nhơn → UBND phường Quy Nhơn",
            "~ campaign dan: closes: 2030-04-01T00:00:00+07:00 → 2030-05-01T07:00:00+07:00; target: 0.85 → –; \
             minimum_answers: – → 20",
            "~ population qn (dan): 100 (40) → 150 (40)",
            "+ counter qn-3 (dan): Quầy số 1",
            "- counter qn-1 (dan)",
            "+ invitation m-02 (dan): qn",
            "- invitation m-01 (dan)",
        ]
    );
    assert_eq!(database.number("SELECT value FROM revision"), revision + 1, "servers are told");
    assert_eq!(database.number("SELECT COUNT(*) FROM place WHERE retired AND counter = 'qn-1'"), 1);
    assert_eq!(database.texts("SELECT code FROM invitation"), ["m-02"]);
    // A file with one unit alone touches nothing else, and its parent may be in the database alone.
    let unit =
        "[[unit]]\ncode = \"tp\"\nname = \"UBND huyện Tuy Phước\"\nkind = \"district\"\nparent = \"bd\"\n";
    assert_eq!(apply(&database, unit).ok(), "+ unit tp: UBND huyện Tuy Phước\n");
    // A counter that comes back is taken up again where it was.
    assert!(apply(&database, &base()).ok().contains("+ counter qn-1 (dan): Quầy số 1\n"));
    assert_eq!(database.number("SELECT COUNT(*) FROM place WHERE NOT retired"), 1);
}

#[test]
fn several_files_are_read_together() {
    let database = Database::new();
    let (units, campaign) = (database.file("units.toml", UNITS), database.file("campaign.toml", CAMPAIGN));
    let lines = database.run(&["apply", &campaign, &units]).ok();
    assert!(lines.starts_with("+ unit bd") && lines.contains("+ counter qn-1"), "{lines}");
    let output = database.run(&["apply", &units, &units]);
    assert!(output.fails(1).contains(&format!("{units}:3:8: “bd” was given already at {units}:3:8")));
}

#[test]
fn a_dry_run_prints_the_same_and_changes_nothing() {
    let database = Database::new();
    let dry = apply_with(&database, &base(), &["--dry-run"], &[]);
    assert_eq!(dry.stderr, "This was a dry run; nothing was changed in the database.\n");
    if !database.is_postgres() {
        assert!(!database.folder().join("sipas.db").exists(), "not even the file is made");
    }
    let dry = dry.ok();
    assert_eq!(apply(&database, &base()).ok(), dry);
    let other = format!("{}{PRIVATE}", edited("population = 100", "population = 120"));
    let before = dump(&database);
    let dry = apply_with(&database, &other, &["--dry-run"], &[]).ok();
    assert_eq!(dump(&database), before);
    assert_eq!(apply(&database, &other).ok(), dry);
    assert_ne!(dump(&database), before);
    let wrong = apply_with(&database, &edited("kind = \"province\"", "kind = 1"), &["--dry-run"], &[]);
    assert!(wrong.fails(1).contains("text in quotes"));
}

#[test]
fn the_example_in_the_documentation_can_be_applied() {
    let database = Database::new();
    let file = "docs/examples/sipas-2026-q4.toml";
    let first = database.run(&["apply", file]);
    assert_eq!(first.stderr, "", "no warning either");
    assert!(first.ok().contains("+ campaign sipas-2026-q4"));
    assert_eq!(database.run(&["apply", file]).ok(), "");
}

#[test]
fn words_are_vietnamese_unless_asked_otherwise() {
    let database = prepared();
    let output = apply_with(
        &database,
        &edited("parent = \"bd\"\n[[unit]]", "parent = \"be\"\n[[unit]]"),
        &[],
        &[("SIPAS_LANG", "vi")],
    );
    let words = output.fails(1);
    assert!(words.contains("Không có đơn vị “be”") && words.contains("Có phải ý là “bd”?"), "{words}");
    assert!(words.ends_with("Chưa có gì thay đổi trong cơ sở dữ liệu.\n"), "{words}");
    let broken = apply_with(&database, "a = \n", &[], &[("SIPAS_LANG", "vi")]).fails(1);
    assert!(broken.contains("tinh.toml:1:5: Tệp không đúng cú pháp TOML."), "{broken}");
}

// --- Counters and their addresses ----------------------------------------------------------------------------

#[test]
fn a_counter_keeps_its_unguessable_address_in_every_campaign() {
    let database = prepared();
    let text = format!("{}{PRIVATE}", base());
    apply(&database, &text).ok();
    let given = address(&database, "dan", "qn-2");
    let suffix = given.strip_prefix("qn-2-").unwrap();
    assert_eq!(suffix.len(), 10, "50 bits: {given}");
    assert_eq!(address(&database, "dan", "qn-1"), "qn-1");
    // The next campaign, in a file of its own, and two new ones at once.
    let next = |slug: &str, year: u32| {
        CAMPAIGN
            .replace("\"dan\"", &format!("\"{slug}\""))
            .replace("2030-", &format!("{year}-"))
            .replace("\"m-01\"", "\"m-09\"")
            + PRIVATE
            + &PRIVATE.replace("qn-2", "qn-4")
    };
    apply(&database, &(next("dan-2", 2031) + &next("dan-3", 2032))).ok();
    assert_eq!(address(&database, "dan-2", "qn-2"), given);
    assert_eq!(address(&database, "dan-3", "qn-2"), given);
    assert_eq!(address(&database, "dan-2", "qn-4"), address(&database, "dan-3", "qn-4"));
    // Taken out and back in.
    apply(&database, &base()).ok();
    apply(&database, &text).ok();
    assert_eq!(address(&database, "dan", "qn-2"), given);
}

#[test]
fn making_a_counter_public_or_not_changes_its_address_and_says_so() {
    let database = prepared();
    let hidden = edited("public = true\n", "");
    let lines = apply(&database, &hidden).ok();
    assert_eq!(lines, "~ counter qn-1 (dan): the address changes, codes printed before no longer work\n");
    assert!(address(&database, "dan", "qn-1").starts_with("qn-1-"));
    assert_eq!(apply(&database, &hidden).ok(), "");
    assert!(apply(&database, &base()).ok().contains("address changes"));
    assert_eq!(address(&database, "dan", "qn-1"), "qn-1");
}

#[test]
fn two_campaigns_at_one_counter_at_once_are_refused() {
    let database = prepared();
    let other = |opens: &str, closes: &str| {
        CAMPAIGN
            .replace("slug = \"dan\"", "slug = \"dan-2\"")
            .replace("opens = 2030-01-01", &format!("opens = {opens}"))
            .replace("closes = 2030-04-01", &format!("closes = {closes}"))
    };
    let expected = [
        "At the counter qn-1 two campaigns are open at the same time: “dan” (1 January 2030 – 31 March 2030) and \
         “dan-2” (31 March 2030 – 31 May 2030).",
    ];
    // Against the database, and among the files.
    let late = other("2030-03-31", "2030-06-01");
    let words = refused(&database, &late, &expected);
    assert!(words.starts_with(&place(&late, "\"qn-1\"")), "{words}");
    refused(&database, &format!("{}{late}", base()), &expected);
    // Unguessable addresses that are not drawn yet are the same counter too.
    let hidden = |text: &str| text.replace("public = true\n", "").replace("\"qn-1\"", "\"new-1\"");
    let both = format!("{UNITS}{}{}", hidden(CAMPAIGN), hidden(&late));
    refused(&database, &both, &["At the counter new-1"]);
    // One after the other is fine, whatever the order in the files.
    let after = other("2030-04-01", "2030-06-01");
    let before = other("2029-10-01", "2030-01-01").replace("\"dan-2\"", "\"dan-0\"");
    apply(&database, &format!("{after}{before}{CAMPAIGN}")).ok();
    // Moving one into the other's time is refused as well.
    refused(&database, &edited("closes = 2030-04-01", "closes = 2030-04-02"), &["“dan-2”"]);
}

#[test]
fn a_counter_with_answers_keeps_its_unit() {
    let database = prepared();
    let moved = base().replace("code = \"qn-1\"\nunit = \"qn\"", "code = \"qn-1\"\nunit = \"an\"");
    assert!(apply(&database, &moved).ok().contains("~ counter qn-1 (dan): unit: qn → an"));
    apply(&database, &base()).ok();
    answers(&database, "dan", "qn-1", 3);
    refused(&database, &moved, &["The counter “qn-1” has 3 answers for the unit “qn”"]);
}

// --- Definitions ---------------------------------------------------------------------------------------------

#[test]
fn without_a_version_the_newest_is_taken_and_then_kept() {
    let database = Database::new();
    let folder = database.folder().join("definitions");
    let variables = [("SIPAS_DEFINITIONS", folder.to_str().unwrap())];
    let version =
        || database.texts("SELECT d.version FROM campaign k JOIN definition d ON d.number = k.definition");
    definitions(&folder, &[("1.2", "", ""), ("1.10", "", "")]);
    apply_with(&database, &small(), &[], &variables).ok();
    assert_eq!(version(), ["1.10"]);
    // A newer version, or the old file gone: the campaign stays with what it pinned.
    definitions(&folder, &[("1.11", "", "")]);
    fs::remove_file(folder.join("small/1.10.toml")).unwrap();
    assert_eq!(apply_with(&database, &small(), &[], &variables).ok(), "");
    assert_eq!(version(), ["1.10"]);
    let pinned: String = database.texts("SELECT canonical FROM definition").remove(0);
    assert!(pinned.contains("\"version\":\"1.10\""), "{pinned}");
    // Asked for, it moves, as long as nobody has answered.
    let asked = small().replace("form = \"counter\"", "version = \"1.11\"\nform = \"counter\"");
    let lines = apply_with(&database, &asked, &[], &variables).ok();
    assert!(lines.contains("~ campaign dan: version: 1.10 → 1.11"), "{lines}");
    answers(&database, "dan", "qn-1", 1);
    let back = asked.replace("\"1.11\"", "\"1.2\"");
    let words = apply_with(&database, &back, &[], &variables).fails(1);
    assert!(
        words.contains("The campaign “dan” has answers, so its version cannot change (1.11 → 1.2)"),
        "{words}"
    );
    assert_eq!(version(), ["1.11"]);
}

#[test]
fn a_definition_changed_after_use_is_refused_and_before_use_replaced() {
    let database = Database::new();
    let folder = database.folder().join("definitions");
    let variables = [("SIPAS_DEFINITIONS", folder.to_str().unwrap())];
    definitions(&folder, &[("1.2", "", "")]);
    apply_with(&database, &small(), &[], &variables).ok();
    let sha256 = || database.texts("SELECT sha256 FROM definition").remove(0);
    let first = sha256();
    definitions(&folder, &[("1.2", "Enough seats?", "Seats enough?")]);
    let lines = apply_with(&database, &small(), &[], &variables).ok();
    assert_eq!(lines, format!("~ definition small 1.2: sha256 {}\n", sha256()));
    assert_ne!(sha256(), first);
    answers(&database, "dan", "qn-1", 1);
    definitions(&folder, &[("1.2", "Enough seats?", "Any seats?")]);
    let before = dump(&database);
    let words = apply_with(&database, &small(), &[], &variables).fails(1);
    assert!(words.contains("definition changed after use") && words.contains("“dan”"), "{words}");
    assert!(words.contains(place(&small(), "\"small\"").trim_end()), "{words}");
    // Another campaign cannot take the changed file either.
    let other = small().replace("\"dan\"", "\"khac\"").replace("\"qn-1\"", "\"qn-7\"");
    let words = apply_with(&database, &other, &[], &variables).fails(1);
    assert!(words.contains("definition changed after use"), "{words}");
    assert_eq!(dump(&database), before);
}

#[test]
fn unknown_definitions_versions_and_forms_are_named_with_what_there_is() {
    let database = prepared();
    let text = edited("\"sipas\"", "\"sipa\"");
    let words = refused(&database, &text, &["There is no definition “sipa”. Did you mean “sipas”?"]);
    assert!(words.starts_with(&place(&text, "\"sipa\"")), "{words}");
    refused(
        &database,
        &edited("\"2026.1\"", "\"1\""),
        &["The definition “sipas” has no version “1”. Possible: 2026.1."],
    );
    refused(
        &database,
        &edited("form = \"counter\"", "form = \"conter\""),
        &["The definition “sipas” has no form “conter”. Did you mean “counter”?"],
    );
}

// --- Campaigns with answers ----------------------------------------------------------------------------------

#[test]
fn what_was_answered_cannot_become_something_else() {
    let database = prepared();
    answers(&database, "dan", "qn-1", 2);
    for (from, to, expected) in [
        ("form = \"counter\"", "form = \"pulse\"", "its form cannot change (counter → pulse)"),
        ("target = 0.85", "demonstration = true", "its demonstration cannot change (false → true)"),
        (
            "definition = \"sipas\"\nversion = \"2026.1\"\nform = \"counter\"",
            "definition = \"officials\"\nform = \"local\"",
            "its definition cannot change (sipas 2026.1 → officials 2026.2)",
        ),
    ] {
        refused(&database, &edited(from, to), &["The campaign “dan” has answers", expected]);
    }
    // Its target, times and title may.
    apply(&database, &edited("target = 0.85", "target = 0.9")).ok();
}

#[test]
fn a_population_is_at_least_the_answers_received() {
    let database = prepared();
    answers(&database, "dan", "qn-1", 4);
    let text = edited("population = 100\nsample = 40", "population = 3");
    let words = refused(&database, &text, &["The population of “qn” is 3, less than the 4 answers received"]);
    assert!(words.starts_with(&place(&text, "3\n[[campaign.counter]]")), "{words}");
    apply(&database, &edited("population = 100\nsample = 40", "population = 4")).ok();
}

/// A margin of the base file's unit.
fn with_margin(margin: &str) -> String {
    base().replace("[[campaign.counter]]", &format!("[[campaign.margin]]\n{margin}\n[[campaign.counter]]"))
}

const FIELD: &str = "unit = \"qn\"\nby = \"case.field\"\ntotals = { land = 60, civil = 40 }";

#[test]
fn margins_are_written_changed_and_removed() {
    let database = prepared();
    let lines = apply(&database, &with_margin(FIELD)).ok();
    assert_eq!(lines, "+ margin qn by case.field (dan): civil = 40, land = 60\n");
    let before = dump(&database);
    assert_eq!(apply(&database, &with_margin(FIELD)).ok(), "");
    assert_eq!(dump(&database), before);
    let lines =
        apply(&database, &with_margin(&FIELD.replace("land = 60, civil = 40", "land = 55, civil = 45"))).ok();
    assert_eq!(lines, "~ margin qn by case.field (dan): civil = 40, land = 60 → civil = 45, land = 55\n");
    assert_eq!(apply(&database, &base()).ok(), "- margin qn by case.field (dan)\n");
}

#[test]
fn a_margin_is_the_population_split_by_a_question_of_the_form() {
    let database = prepared();
    let wrong = |from: &str, to: &str, expected: &[&str]| {
        let text = with_margin(&FIELD.replace(from, to));
        let at = place(&text, if to.contains("an\"") { "\"an\"\nby" } else { to });
        refused(&database, &text, &[&[at.as_str()], expected].concat());
    };
    wrong("{ land = 60, civil = 40 }", "{ land = 60, civil = 41 }", &["sum to 101", "population = 100"]);
    wrong("\"case.field\"", "\"case.feld\"", &["no single-choice question “case.feld”", "case.field"]);
    wrong("\"case.field\"", "\"access.seats\"", &["no single-choice question “access.seats”"]);
    wrong("unit = \"qn\"", "unit = \"an\"", &["“an” has a margin but no population"]);
    let text = with_margin(&FIELD.replace("land", "lnd"));
    refused(&database, &text, &["no option “lnd”", "land"]);
    let text = with_margin(&FIELD.replace("60", "\"60\""));
    refused(&database, &text, &["totals", "whole numbers by code"]);
    let text = with_margin(&format!("{FIELD}\n[[campaign.margin]]\n{FIELD}"));
    refused(&database, &text, &["Unit “qn” has a margin by “case.field” already, in tinh.toml:"]);
}

#[test]
fn a_previous_campaign_is_there_and_opened_before() {
    let database = prepared();
    let earlier = CAMPAIGN
        .replace("slug = \"dan\"", "slug = \"truoc\"")
        .replace("2030-", "2029-")
        .replace("m-01", "m-00");
    let named = |slug: &str| edited("target = 0.85", &format!("target = 0.85\nprevious = \"{slug}\""));
    refused(&database, &named("truoc"), &["There is no campaign “truoc”"]);
    refused(&database, &named("dan"), &["“dan” does not open before this one"]);
    let both = format!("{}{earlier}", named("truoc"));
    let lines = apply(&database, &both).ok();
    assert!(lines.contains("~ campaign dan: previous: – → truoc\n"), "{lines}");
    let before = dump(&database);
    assert_eq!(apply(&database, &both).ok(), "");
    assert_eq!(dump(&database), before);
}

#[test]
fn a_settled_campaign_cannot_open_again() {
    let database = Database::new();
    let past = |closes: &str| base().replace("2030-01-01", "2020-01-01").replace("2030-04-01", closes);
    apply(&database, &past("2020-04-01")).ok();
    // Closed, but not settled: may go on.
    apply(&database, &past("2030-04-01")).ok();
    apply(&database, &past("2020-04-01")).ok();
    database.execute("UPDATE campaign SET settled = TRUE");
    let words = "The campaign “dan” closed at 2020-04-01T00:00:00+07:00";
    refused(&database, &past("2030-04-01"), &[words, "cannot be opened again"]);
    refused(&database, &base(), &[words]);
    apply(&database, &past("2020-03-01")).ok();
}

// --- Invitations ---------------------------------------------------------------------------------------------

#[test]
fn what_becomes_of_an_invitation_is_the_same_whether_it_was_used_or_not() {
    for used in ["FALSE", "TRUE"] {
        let database = prepared();
        let invitation = &CAMPAIGN[CAMPAIGN.find("[[campaign.invitation]]").unwrap()..];
        let without = base().replace(invitation, "");
        let moved = base().replace("code = \"m-01\"\nunit = \"qn\"", "code = \"m-01\"\nunit = \"an\"");
        // Before the campaign begins nobody can have answered.
        assert_eq!(apply(&database, &without).ok(), "- invitation m-01 (dan)\n");
        assert_eq!(database.number("SELECT COUNT(*) FROM invitation"), 0);
        apply(&database, &base()).ok();
        assert!(apply(&database, &moved).ok().contains("~ invitation m-01 (dan): unit: qn → an"));
        apply(&database, &base()).ok();
        let begun = |file: &str| file.replace("2030-01-01", "2020-01-01");
        apply(&database, &begun(&base())).ok();
        database.execute(&format!("UPDATE invitation SET used = {used}, had_link = TRUE"));
        refused(&database, &begun(&moved), &["The campaign has begun and the invitation “m-01” has a link"]);
        // Its name may still be corrected; names and addresses of persons are not printed.
        let renamed = begun(&edited("Ông A", "Bà A"));
        assert_eq!(apply(&database, &renamed).ok(), "~ invitation m-01 (dan): name\n");
        assert_eq!(apply(&database, &begun(&without)).ok(), "- invitation m-01 (dan)\n");
        // Nameless, and still counted as what it was.
        let left =
            "SELECT COUNT(*) FROM invitation WHERE nameless AND name IS NULL AND code <> 'm-01' AND used = ";
        assert_eq!(database.number(&format!("{left}{used}")), 1);
        assert_eq!(apply(&database, &begun(&without)).ok(), "");
    }
}

#[test]
fn a_link_mailed_to_a_wrong_address_ends_with_the_correction() {
    let database = prepared();
    let hash = if database.is_postgres() { "'\\x0102'::bytea" } else { "x'0102'" };
    database.execute(&format!("UPDATE invitation SET token_hash = {hash}, mailed = TRUE, sent = TRUE"));
    let lines = apply(&database, &edited("a@binhdinh.example", "b@binhdinh.example")).ok();
    assert_eq!(
        lines,
        "~ invitation m-01 (dan): email; the link sent to the earlier address no longer works\n"
    );
    let open = "SELECT COUNT(*) FROM invitation WHERE token_hash IS NULL AND NOT mailed AND NOT sent";
    assert_eq!(database.number(open), 1, "it will be sent again");
}

#[test]
fn l_line_breaks_in_names_and_addresses_reach_no_mail() {
    let database = prepared();
    refused(&database, &edited("Ông A", "Ông A\\r\\nBcc: x@y.vn"), &["control character U+000D"]);
    refused(
        &database,
        &edited("a@binhdinh.example", "a@binhdinh.example\\r\\nBcc: x@y.vn"),
        &["is no e-mail address of one person"],
    );
    refused(&database, &edited("Hài lòng tại quầy", "a\\u0000b"), &["control character U+0000"]);
    refused(&database, &edited("Quầy số 1", "Qu\\u202Eầy"), &["control character U+202E"]);
}

// --- Values and references -----------------------------------------------------------------------------------

#[test]
fn an_unknown_unit_is_named_with_the_one_that_was_meant() {
    let database = prepared();
    for key in ["[[campaign.stratum]]\nunit", "code = \"qn-1\"\nunit", "code = \"m-01\"\nunit"] {
        let text = edited(&format!("{key} = \"qn\""), &format!("{key} = \"qnn\""));
        let words = refused(
            &database,
            &text,
            &["There is no unit “qnn” in the files or in the database. Did you mean “qn”?"],
        );
        assert!(words.starts_with(&place(&text, "\"qnn\"")), "{words}");
    }
}

#[test]
fn units_in_a_circle_are_refused_also_through_the_database() {
    let database = prepared();
    let unit = "[[unit]]\ncode = \"bd\"\nname = \"Tỉnh\"\nkind = \"province\"\nparent = \"qn\"\n";
    refused(&database, unit, &["The units are below each other in a circle: bd → qn → bd"]);
    refused(&database, &unit.replace("\"qn\"", "\"bd\""), &["circle: bd → bd"]);
}

#[test]
fn codes_and_slugs_are_safe_in_addresses() {
    let database = prepared();
    refused(&database, &edited("\"qn-1\"", "\"quầy 1\""), &["The code “quầy 1” is not valid"]);
    refused(&database, &edited("\"qn-1\"", "\"../admin\""), &["The code “../admin” is not valid"]);
    refused(&database, &edited("\"m-01\"", "\"a\\tb\""), &["is not valid"]);
    refused(&database, &edited("code = \"an\"", "code = \"\""), &["The code “” is not valid"]);
    refused(&database, &edited("\"dan\"", "\"Dan\""), &["The slug “Dan” is not valid"]);
    refused(&database, &edited("\"qn-1\"", &format!("\"{}\"", "x".repeat(65))), &["at most 64 characters"]);
}

#[test]
fn numbers_times_and_titles_keep_their_limits() {
    let database = prepared();
    for (from, to, expected) in [
        ("target = 0.85", "target = 85", "The target 85 is out of limits"),
        ("target = 0.85", "target = \"0.85\"", "The value of “target” is wrong; expected a number"),
        ("target = 0.85", "minimum_answers = 4", "it must be 5 or more"),
        ("population = 100\nsample = 40", "population = 0", "The number 0 is not valid"),
        ("population = 100", "population = 39", "The sample 40 is larger than the population 39"),
        ("population = 100", "population = 4.5", "expected a whole number"),
        ("closes = 2030-04-01", "closes = 2030-01-01", "must close after it opens"),
        ("closes = 2030-04-01", "closes = 10:00:00", "“10:00:00” is no moment"),
        ("closes = 2030-04-01", "closes = \"2030-04-01\"", "expected a moment without quotes"),
        ("closes = 2030-04-01", "closes = 2030-02-30", "not valid TOML"),
        (
            "{ vi = \"Hài lòng tại quầy\" }",
            "{ en = \"At the counter\" }",
            "The text in Vietnamese is missing",
        ),
        ("{ vi = \"Hài lòng tại quầy\" }", "\"Hài lòng\"", "expected a text for each language"),
        ("\"Hài lòng tại quầy\"", "\" \"", "The text is empty"),
        ("Quầy số 1", &"á".repeat(301), "The text is 301 characters long"),
        ("public = true", "public = \"yes\"", "expected true or false"),
    ] {
        refused(&database, &edited(from, to), &[expected]);
    }
}

#[test]
fn a_name_given_twice_is_refused_with_both_places() {
    let database = prepared();
    let unit = "[[unit]]\ncode = \"bd\"\nname = \"Tỉnh\"\nkind = \"province\"\n";
    let text = format!("{UNITS}{unit}");
    let words = refused(&database, &text, &["“bd” was given already at", "tinh.toml:3:8; give each once."]);
    assert!(words.starts_with(&format!("tinh.toml:{}:8: ", UNITS.lines().count() + 2)), "{words}");
    let twice = |table: &str| {
        let start = CAMPAIGN.find(table).unwrap();
        let end = CAMPAIGN[start + 2..].find("[[").map_or(CAMPAIGN.len(), |end| start + 2 + end);
        format!("{}{}", base(), &CAMPAIGN[start..end])
    };
    for (table, code) in [
        ("[[campaign.stratum]]", "“qn” was"),
        ("[[campaign.counter]]", "“qn-1” was"),
        ("[[campaign.invitation]]", "“m-01” was"),
    ] {
        refused(&database, &twice(table), &[code, "given already at"]);
    }
    refused(&database, &format!("{}{CAMPAIGN}", base()), &["“dan” was given already at"]);
}

#[test]
fn unknown_and_missing_keys_are_named() {
    let database = prepared();
    let text = edited("population = 100", "populaton = 100");
    let words = refused(
        &database,
        &text,
        &["There is no key “populaton” here. Did you mean “population”?", "The key “population” is missing"],
    );
    assert!(words.contains(&place(&text, "populaton")), "{words}");
    assert!(words.starts_with(&place(&text, "[[campaign.stratum]]")), "{words}");
    refused(
        &database,
        &edited("[[campaign.counter]]", "[[campaign.counters]]"),
        &["Did you mean “counter”?"],
    );
    refused(&database, "[[units]]\ncode = \"a\"\n", &["Did you mean “unit”?"]);
}

#[test]
fn a_unit_with_counters_but_no_population_is_warned_of() {
    let database = prepared();
    let text = format!("{}{}", base(), PRIVATE.replace("\"qn\"", "\"an\""));
    let output = apply(&database, &text);
    assert!(output.stderr.contains("in the campaign “dan” these units have counters"), "{}", output.stderr);
    assert!(output.stderr.contains("[[campaign.stratum]]: an."), "{}", output.stderr);
    assert_eq!(output.ok(), "+ counter qn-2 (dan): Quầy số 2\n");
    // Without any population the report is unweighted by choice.
    let none = base().replace("[[campaign.stratum]]\nunit = \"qn\"\npopulation = 100\nsample = 40\n", "");
    let output = apply(&database, &none);
    assert!(!output.stderr.contains("[[campaign.stratum]]"), "{}", output.stderr);
    assert!(output.ok().contains("- population qn (dan)"));
}

// --- Files, usage, reach -------------------------------------------------------------------------------------

#[test]
fn all_or_nothing_and_all_problems_at_once() {
    let database = prepared();
    let unit = "[[unit]]\ncode = \"new\"\nname = \"Mới\"\nkind = \"district\"\nparent = \"bd\"\n";
    let text = format!("{unit}{CAMPAIGN}").replace("unit = \"qn\"", "unit = \"xx\"").replace("0.85", "85");
    let words = refused(&database, &text, &["The target 85", "There is no unit “xx”"]);
    assert_eq!(words.lines().count(), 5, "target, three units, and that nothing was changed:\n{words}");
    // A new database is not even made for a file with a mistake.
    let fresh = Database::sqlite();
    assert!(apply(&fresh, &text).fails(1).contains("There is no unit “xx”"));
    assert!(!fresh.folder().join("sipas.db").exists());
}

#[test]
fn broken_toml_and_invalid_utf_8_are_placed() {
    let database = prepared();
    let before = dump(&database);
    refused(&database, "[[unit]\ncode = \"a\"\n", &["tinh.toml:1:", "The file is not valid TOML."]);
    refused(&database, "unit = 3\n", &["tinh.toml:1:8: ", "tables, each beginning with [[unit]]"]);
    let file = database.folder().join("latin.toml");
    fs::write(&file, b"[[unit]]\ncode = \"a\"\nname = \"B\xecnh\"\n").unwrap();
    let words = database.run(&["apply", file.to_str().unwrap()]).fails(1);
    assert!(words.contains("latin.toml:3:10: The file is not UTF-8 text (byte 30)"), "{words}");
    assert_eq!(dump(&database), before);
}

#[test]
fn what_cannot_be_reached_is_exit_3_and_wrong_usage_exit_2() {
    let database = prepared();
    let before = dump(&database);
    let words = database.run(&["apply", "/no/such/file.toml"]).fails(3);
    assert!(words.contains("Cannot read the file /no/such/file.toml"), "{words}");
    database.run(&["apply"]).fails(2);
    database.run(&["apply", "--no-such-flag", "x"]).fails(2);
    let file = database.file("tinh.toml", &base());
    for url in ["postgres://nobody@127.0.0.1:1/none", "sqlite:/no/such/folder/sipas.db"] {
        let variables = [("SIPAS_DATABASE_URL", url), ("SIPAS_SECRET", "a key that is long enough")];
        let words = run(&["apply", &file], &variables).fails(3);
        assert!(words.contains("Cannot open the database"), "{words}");
    }
    assert_eq!(dump(&database), before);
}

#[test]
fn while_another_process_holds_the_database_nothing_is_half_done() {
    let database = prepared();
    let before = dump(&database);
    let lock = database.lock();
    let words = apply(&database, &edited("population = 100", "population = 101")).fails(3);
    assert!(words.contains("busy"), "{words}");
    drop(lock);
    assert_eq!(dump(&database), before);
}

// --- Beside a running server ---------------------------------------------------------------------------------

#[test]
fn a_running_server_notices_and_keeps_answers_of_forms_opened_before() {
    let (database, _server, mut phone) = open_counter();
    let opened = filled(&phone.get("/k/qn-1").is(200), "5");
    phone.get("/k/qn-9").is(404);
    let new = "[[campaign.counter]]\ncode = \"qn-9\"\nunit = \"qn\"\nname = \"Quầy mới\"\npublic = true\n";
    let file = stage::citizens(When::Now).replace("Quầy số 1 – Đất đai", "Quầy số 1 – Địa chính") + new;
    apply(&database, &file).ok();
    phone.submit("/k/qn-1", &opened).is(303);
    let name = "Quầy số 1 – Địa chính";
    let noticed = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        phone.get("/k/qn-1").text().contains(name)
    });
    assert!(noticed, "the counter's new name is shown");
    answer(&mut phone, "/k/qn-9", "4");
    assert_eq!(stored(&database, "dan"), 2);
}

#[test]
fn a_campaign_closed_by_a_file_takes_no_answer_from_then_on() {
    let (database, _server, mut phone) = open_counter();
    let opened = filled(&phone.get("/k/qn-1").is(200), "5");
    apply(&database, &stage::citizens(When::Before)).ok();
    let page = phone.submit("/k/qn-1", &opened).is(410);
    assert!(!page.text().is_empty());
    assert_eq!(database.number("SELECT COUNT(*) FROM response"), 0);
}

#[test]
fn answers_that_come_in_while_files_are_applied_are_all_kept() {
    let database = Database::new();
    let file = stage::citizens(When::Now);
    apply(&database, &file).ok();
    let server = Server::start(&database);
    thread::scope(|scope| {
        scope.spawn(|| {
            for population in 4_001..4_009 {
                let text = file.replace("population = 4000", &format!("population = {population}"));
                apply(&database, &text).ok();
            }
        });
        for _ in 0..3 {
            let mut phone = server.client();
            scope.spawn(move || (0..10).for_each(|_| answer(&mut phone, "/k/qn-1", "4")));
        }
    });
    assert_eq!(stored(&database, "dan"), 30);
}
