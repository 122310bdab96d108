//! `sipas export`: every sheet, nothing that tells whose it is, and the published figures from the file.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{
    Database, Output, Server, run,
    stage::{self, UNITS, When, period},
};

const DEFINITIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/definitions");
const FORMULA: &str = "=cmd|' /C calc'!A0";

/// A demonstration campaign that has ended, with more of it.
fn campaign(slug: &str, definition: &str, form: &str, more: &str) -> String {
    let (opens, closes) = period(When::Before);
    let (id, version) = definition.split_once('@').unwrap();
    format!(
        "[[campaign]]\nslug = \"{slug}\"\ndefinition = \"{id}\"\nversion = \"{version}\"\nform = \"{form}\"\n\
         title = {{ vi = \"Đợt {slug}\", en = \"Campaign {slug}\" }}\nopens = {opens}\ncloses = {closes}\n\
         demonstration = true\n{more}\n"
    )
}

fn counters(slug: &str) -> String {
    let counter = |unit: &str, n: u8| {
        format!(
            "[[campaign.counter]]\ncode = \"{slug}-{unit}-{n}\"\nunit = \"{unit}\"\nname = \"Quầy {n}\"\npublic = true\n"
        )
    };
    ["qn", "an"].iter().flat_map(|unit| [counter(unit, 1), counter(unit, 2)]).collect()
}

fn populations() -> String {
    "[[campaign.stratum]]\nunit = \"qn\"\npopulation = 4100\n[[campaign.stratum]]\nunit = \"an\"\npopulation = 900\n"
        .to_owned()
}

fn margin(unit: &str, by: &str, totals: &str) -> String {
    format!("[[campaign.margin]]\nunit = \"{unit}\"\nby = \"{by}\"\ntotals = {{ {totals} }}\n")
}

/// Two groups of unequal weight judge both units, each person both but the own.
fn raters() -> String {
    let mut file = String::new();
    for (group, weight, persons) in [("dai-bieu", 0.6, 60), ("lanh-dao", 0.4, 40)] {
        file += &format!("[[campaign.group]]\ncode = \"{group}\"\nname = \"{group}\"\nweight = {weight}\n");
        file += &format!("[[campaign.assignment]]\ngroup = \"{group}\"\nunits = [\"qn\", \"an\"]\n");
        for n in 0..persons {
            let unit = if n % 3 == 0 { "qn" } else { "bd" };
            file += &format!("[[campaign.invitation]]\ncode = \"{group}-{n}\"\ngroup = \"{group}\"\n");
            file += &format!("unit = \"{unit}\"\nname = \"Ông {group} {n}\"\n");
        }
    }
    file
}

/// Both units' transactions by way of filing.
fn filed() -> String {
    margin("qn", "case.filed", "counter = 2100, online = 1500, post = 500")
        + &margin("an", "case.filed", "counter = 500, online = 200, post = 200")
}

fn command(database: &Database, arguments: &[&str]) -> Output {
    let variables = database.variables();
    let mut all: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend([("SIPAS_DEFINITIONS", DEFINITIONS), ("SIPAS_LANG", "en")]);
    run(arguments, &all)
}

/// A database with this campaign and so many invented answers.
fn answered(database: &Database, file: &str, slug: &str, responses: u64, seed: u64) {
    let file = database
        .file(&format!("{slug}.toml"), &format!("{}{file}", UNITS.replace("UBND thị xã An Nhơn", FORMULA)));
    command(database, &["apply", &file]).ok();
    let (responses, seed) = (responses.to_string(), seed.to_string());
    command(database, &["simulate", slug, "--responses", &responses, "--seed", &seed]).ok();
}

/// A table by its heading.
struct Table(Vec<BTreeMap<String, String>>);

impl Table {
    fn read(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut reader = csv::Reader::from_reader(bytes);
        Self(reader.deserialize().map(Result::unwrap).collect())
    }

    fn column(&self, name: &str) -> Vec<&str> {
        self.0.iter().map(|row| row[name].as_str()).collect()
    }
}

/// The CSV of a campaign and its codebook; asserts that what is said of the files is so.
fn exported(database: &Database, slug: &str) -> (Vec<u8>, Table, Table) {
    let path = database.file(&format!("{slug}.csv"), "");
    let said = command(database, &["export", slug, "--format", "csv", "--out", &path]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let data = std::fs::read(&path).unwrap();
    let codebook = std::fs::read(path.replace(".csv", "-codebook.csv")).unwrap();
    let hash = Sha256::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let rows = database.number(&format!(
        "SELECT COUNT(*) FROM response WHERE campaign = (SELECT number FROM campaign WHERE slug = '{slug}')"
    ));
    let table = Table::read(&data);
    assert_eq!(i64::try_from(table.0.len()).unwrap(), rows);
    assert!(said.stderr.contains(&format!("{rows} sheets, SHA-256 {hash}")), "{}", said.stderr);
    (data, table, Table::read(&codebook))
}

/// The rows of the codebook that say so.
fn facts(codebook: &Table) -> BTreeMap<&str, &str> {
    let own = codebook.0.iter().filter(|row| row["variable"].is_empty());
    own.map(|row| (row["label"].as_str(), row["code_label"].as_str())).collect()
}

fn variables<'t>(codebook: &'t Table, role: &str) -> BTreeSet<&'t str> {
    codebook.0.iter().filter(|row| row["role"] == role).map(|row| row["variable"].as_str()).collect()
}

#[test]
fn d_09_the_file_has_every_sheet_and_nothing_that_tells_whose_it_is() {
    let database = Database::new();
    let file = campaign("dan", "sipas@2026.1", "counter", &(populations() + &filed() + &counters("dan")));
    answered(&database, &file, "dan", 420, 11);
    let (data, table, codebook) = exported(&database, "dan");
    let again = command(&database, &["export", "dan", "--format", "csv"]);
    assert_eq!(again.stdout.as_bytes(), data, "the same bytes every time, to a file or not");

    // Nothing of free text, moments, numbers of sheets; no cell begins like a formula.
    let words = String::from_utf8(data).unwrap();
    assert!(words.is_ascii(), "codes and numbers only");
    let columns: Vec<&str> = words.lines().next().unwrap().split(',').collect();
    let known = ["design", "trait", "item", "answer"].map(|role| variables(&codebook, role));
    assert_eq!(columns.iter().copied().collect::<BTreeSet<_>>(), known.iter().flatten().copied().collect());
    assert!(!columns.contains(&"comment") && !columns.contains(&"id") && !columns.contains(&"day"));
    assert!(table.column("month").iter().all(|month| *month == "-5" || month.len() == 6));
    let labels = codebook.column("code_label");
    assert!(labels.contains(&format!("'{FORMULA}").as_str()) && !labels.contains(&FORMULA));

    // Whoever knows all traits of a person finds at least k rows that could be theirs: the same, or not said, or withheld.
    let traits: Vec<&str> = ["stratum"].into_iter().chain(variables(&codebook, "trait")).collect();
    let keys: Vec<Vec<&str>> =
        table.0.iter().map(|row| traits.iter().map(|name| row[*name].as_str()).collect()).collect();
    let open = |value: &str| matches!(value, "-5" | "-2");
    for key in &keys {
        let alike =
            |other: &&Vec<&str>| key.iter().zip(other.iter()).all(|(a, b)| a == b || open(a) || open(b));
        assert!(keys.iter().filter(alike).count() >= 10, "{traits:?} {key:?}");
    }
    let counted = |name: &str| table.column(name).iter().filter(|value| **value == "-5").count().to_string();
    for row in codebook.0.iter().filter(|row| !row["variable"].is_empty()) {
        assert_eq!(row["withheld_rows"], counted(&row["variable"]), "{}", row["variable"]);
    }

    // The report's figures follow from the file.
    let facts = facts(&codebook);
    assert_eq!((facts["k"], facts["weighted"], facts["exact"], facts["rows"]), ("10", "1", "1", "420"));
    let report = stage::report(&database, "dan");
    let criteria = |dimension: &Value| dimension["criteria"].as_array().unwrap().clone();
    let dimensions = report["total"]["dimensions"].as_array().unwrap();
    for criterion in dimensions.iter().flat_map(criteria) {
        let name = criterion["id"].as_str().unwrap().replace('-', "_");
        let (mut sum, mut satisfied) = (0.0, 0.0);
        for row in &table.0 {
            let code: i32 = row[&name].parse().unwrap();
            let weight: f64 = row["weight"].parse().unwrap();
            sum += if code > 0 { weight } else { 0.0 };
            satisfied += if code > 3 { weight } else { 0.0 };
        }
        let published = criterion["estimate"]["estimate"].as_f64().unwrap();
        assert!((satisfied / sum - published).abs() < 1e-12, "{name}: {} and {published}", satisfied / sum);
    }
}

#[test]
fn d_12_sheets_set_aside_are_in_no_file_as_they_are_in_no_figure() {
    let database = Database::new();
    let file = campaign("dan", "sipas@2026.1", "pulse", &(populations() + &counters("dan")));
    answered(&database, &file, "dan", 200, 13);
    database.execute(
        "INSERT INTO set_aside (number, campaign, unit, place, first_day, last_day, reason, words, answers, state,
           proposed, proposed_by, decided, decided_by)
         SELECT 1, campaign, unit, number, 0, 99999, 'trial', 'Tập huấn tại quầy', 1, 'out', 1, 'a', 2, 'b'
         FROM place WHERE counter = 'dan-qn-1'",
    );
    let path = database.file("dan.csv", "");
    let said = command(&database, &["export", "dan", "--format", "csv", "--out", &path]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let rows = Table::read(&std::fs::read(&path).unwrap()).0.len();
    let counted =
        usize::try_from(stage::report(&database, "dan")["responses"]["valid"].as_u64().unwrap()).unwrap();
    assert!(rows < 200 && rows == counted, "{rows} and {counted}");
    let codebook = Table::read(&std::fs::read(path.replace(".csv", "-codebook.csv")).unwrap());
    let note = format!("{} sheets are not part of the figures", 200 - rows);
    assert!(codebook.column("code_label").iter().any(|label| label.starts_with(&note)), "{note}");
}

#[test]
fn a_unit_of_few_is_put_together_with_another_and_the_file_says_so() {
    let database = Database::new();
    let file = campaign("dan", "sipas@2026.1", "counter", &(populations() + &counters("dan")));
    answered(&database, &file.replace("population = 900", "population = 110"), "dan", 260, 3);
    let (_, table, codebook) = exported(&database, "dan");
    let units: BTreeSet<&str> = table.column("unit").into_iter().collect();
    assert_eq!(units, BTreeSet::from(["an+qn"]));
    assert_eq!(facts(&codebook)["exact"], "1", "the report weights them together, too");
    let weights: f64 = table.column("weight").iter().map(|weight| weight.parse::<f64>().unwrap()).sum();
    assert!((weights - 4210.0).abs() < 1e-6, "the population stays what it was: {weights}");
}

#[test]
fn d_04_of_officials_the_file_tells_nothing_that_the_report_hides_and_nobody_s_name() {
    let database = Database::new();
    let invited: String = (0..40)
        .map(|n| {
            let unit = if n % 4 == 0 { "an" } else { "qn" };
            format!("[[campaign.invitation]]\ncode = \"cb-{n:03}\"\nunit = \"{unit}\"\nname = \"Ông Nguyễn {n}\"\n")
        })
        .collect();
    answered(&database, &campaign("can-bo", "officials@2026.1", "local", &invited), "can-bo", 24, 5);
    let (data, table, codebook) = exported(&database, "can-bo");
    let words = String::from_utf8(data).unwrap();
    assert!(!words.contains("cb-0") && !words.contains("Ông"));
    assert!(
        table.column("month").iter().all(|month| *month == "-3"),
        "no time of an answer by personal link"
    );
    let report = stage::report(&database, "can-bo");
    let mut hidden = 0;
    let units = report["units"].as_array().unwrap().iter();
    for place in units.chain([&report["total"]]) {
        for dimension in place["dimensions"].as_array().unwrap() {
            for criterion in dimension["criteria"].as_array().unwrap() {
                if criterion["estimate"]["publish"] != "suppress" {
                    continue;
                }
                let name = criterion["id"].as_str().unwrap().replace('-', "_");
                let of = place["code"].as_str();
                let rows = table
                    .0
                    .iter()
                    .filter(|row| of.is_none_or(|unit| row["unit"].split('+').any(|own| own == unit)));
                for row in rows {
                    hidden += 1;
                    assert_eq!(row[&name], "-5", "{name} of {of:?}");
                }
            }
        }
    }
    assert_eq!(facts(&codebook)["exact"], if hidden > 0 { "0" } else { "1" });
}

#[test]
fn there_is_no_file_of_an_open_officials_campaign_of_few_answers_or_of_none() {
    let database = Database::new();
    stage::apply(&database, &stage::officials(When::Now, 20));
    let open = command(&database, &["export", "can-bo", "--format", "sav"]);
    assert_eq!((open.code, open.stdout.as_str()), (1, ""));
    assert!(open.stderr.contains("open until"), "{}", open.stderr);

    answered(&database, &campaign("dan", "sipas@2026.1", "pulse", &counters("dan")), "dan", 9, 1);
    let path = database.file("few.xlsx", "");
    let few = command(&database, &["export", "dan", "--format", "xlsx", "--out", &path]);
    assert_eq!(few.code, 1);
    assert!(few.stderr.contains("fewer than 10"), "{}", few.stderr);

    let unknown = command(&database, &["export", "dam", "--format", "csv"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("dan"), "{}", unknown.stderr);
    assert_eq!(command(&database, &["export", "dan", "--format", "spss"]).code, 2);
}

#[test]
fn the_desk_gives_the_files_of_a_closed_campaign_with_their_count_and_hash() {
    const PASSWORD: &str = "bốn con voi qua sông";
    let database = Database::new();
    answered(
        &database,
        &campaign("dan", "sipas@2026.1", "pulse", &(populations() + &counters("dan"))),
        "dan",
        60,
        2,
    );
    stage::apply(&database, &stage::citizens(When::Now).replace("slug = \"dan\"", "slug = \"nay\""));
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let server = Server::start(&database);
    let mut manager = server.client();
    manager.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);

    // Of a campaign that is open there is nothing to make, whatever is sent.
    let open = manager.get("/admin/campaigns/nay/du-lieu").is(200);
    assert!(!open.text().contains("<form class=\"microdata-make\""));
    manager.post("/admin/campaigns/nay/du-lieu", &[]).is(409);
    manager.get("/admin/campaigns/nay/du-lieu/csv").is(404);

    let page = manager.get("/admin/campaigns/dan/du-lieu").is(200);
    assert!(page.text().contains("60 phiếu") && !page.text().contains("SHA-256</th>"));
    manager.get("/admin/campaigns/dan/du-lieu/csv").is(404);
    manager.post("/admin/campaigns/dan/du-lieu", &[]).is(303);
    let page = manager.get("/admin/campaigns/dan/du-lieu").is(200);
    for format in ["csv", "codebook", "sav", "xlsx", "ddi"] {
        assert!(page.text().contains(&format!("/admin/campaigns/dan/du-lieu/{format}\"")), "{format}");
    }
    let file = manager.get("/admin/campaigns/dan/du-lieu/csv").is(200);
    let (data, table, _) = exported(&database, "dan");
    assert_eq!(file.text().as_bytes(), data, "the same as the command's");
    assert_eq!(file.header("content-length"), data.len().to_string());
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"dan.csv\"");
    let hash = Sha256::digest(&data);
    assert!(page.text().contains(&hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
    assert!(file.header("content-digest").starts_with("sha-256=:"));
    assert_eq!(table.0.len(), 60);
    let codebook = manager.get("/admin/campaigns/dan/du-lieu/codebook").is(200);
    assert!(codebook.text().contains("Rất hài lòng"));
    manager.get("/admin/campaigns/dan/du-lieu/spss").is(404);
    let told = database.texts("SELECT action FROM audit WHERE action LIKE 'microdata%' ORDER BY number");
    assert_eq!(told, ["microdata.make", "microdata.export", "microdata.export", "microdata.export"]);

    // A sheet that came late: what was noted is not given as if it were the whole.
    database.execute("DELETE FROM response WHERE id = (SELECT id FROM response ORDER BY id LIMIT 1)");
    let page = manager.get("/admin/campaigns/dan/du-lieu").is(200);
    assert!(page.text().contains("59 phiếu") && !page.text().contains("/du-lieu/csv\""));
    manager.get("/admin/campaigns/dan/du-lieu/csv").is(409);
    manager.post("/admin/campaigns/dan/du-lieu", &[]).is(303);
    manager.get("/admin/campaigns/dan/du-lieu/csv").is(200);
}

/// Runs another program and gives what it printed; fails with what it complained of.
fn other(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}\n{out}\n{err}");
    out.into_owned()
}

#[test]
#[ignore = "needs R and pyreadstat: ./test.sh microdata"]
fn r_gives_the_published_figures_and_other_programs_read_the_same_values() {
    let database = Database::sqlite();
    let everything = [
        ("plain", campaign("plain", "sipas@2026.1", "counter", &counters("plain"))),
        ("strata", campaign("strata", "sipas@2026.1", "counter", &(populations() + &counters("strata")))),
        (
            "post",
            campaign("post", "sipas@2026.1", "counter", &(populations() + &filed() + &counters("post"))),
        ),
        ("rake", {
            let sexes = margin("qn", "person.sex", "male = 1900, female = 2200")
                + &margin("qn", "person.ethnicity", "kinh = 3700, other = 400")
                + &margin("an", "person.sex", "male = 500, female = 400");
            campaign("rake", "sipas@2026.1", "full", &(populations() + &sexes + &counters("rake")))
        }),
        ("rotated", campaign("rotated", "rotated@1.0", "f", &(populations() + &counters("rotated")))),
        ("turned", campaign("turned", "rotated@1.0", "f", &counters("turned"))),
        ("judged", campaign("judged", "officials@2026.2", "agency", &raters())),
        ("few", {
            let few = populations().replace("population = 900", "population = 110");
            campaign("few", "sipas@2026.1", "counter", &(few + &counters("few")))
        }),
    ];
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/microdata.R");
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/microdata/read.py");
    let python = std::env::var("MICRODATA_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    for (seed, (slug, file)) in (50..).zip(&everything) {
        let responses = match *slug {
            "judged" => 70,
            "few" => 260,
            _ => 900,
        };
        answered(&database, file, slug, responses, seed);
        let (_, table, codebook) = exported(&database, slug);
        assert_eq!(table.column("unit").contains(&"an+qn"), *slug == "few", "{slug}");
        assert_eq!(facts(&codebook)["exact"], "1", "{slug}");
        let folder = Path::new(&database.file("report.json", "")).parent().unwrap().to_owned();
        let path = |ending: &str| folder.join(format!("{slug}{ending}")).to_str().unwrap().to_owned();
        let report = command(&database, &["report", slug, "--format", "json"]);
        std::fs::write(path(".json"), &report.stdout).unwrap();
        let told = other("Rscript", &[script, &path(".csv"), &path("-codebook.csv"), &path(".json")]);
        assert!(told.contains("figures compared"), "{slug}: {told}");
        for (format, ending) in [("sav", ".sav"), ("xlsx", ".xlsx"), ("ddi", "-ddi.xml")] {
            command(&database, &["export", slug, "--format", format, "--out", &path(ending)]).ok();
        }
        let files = [path(".csv"), path("-codebook.csv"), path(".sav"), path(".xlsx"), path("-ddi.xml")];
        let mut arguments = vec![reader];
        arguments.extend(files.iter().map(String::as_str));
        assert_eq!(other(&python, &arguments).trim(), format!("{} rows alike", table.0.len()), "{slug}");
    }
}
