//! `sipas plan`: samples planned and drawn through the binary.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Output, run};

const UNITS: &str = "docs/examples/sampling-units.csv";

/// A folder with files.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            fs::write(folder.path(name), content).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `sipas plan …`; words that begin with `@` are files of the folder.
    fn plan(&self, words: &[&str]) -> Output {
        let words: Vec<String> = words
            .iter()
            .map(|word| word.strip_prefix('@').map_or_else(|| (*word).to_owned(), |name| self.path(name)))
            .collect();
        let words: Vec<&str> = std::iter::once("plan").chain(words.iter().map(String::as_str)).collect();
        run(&words, &[])
    }
}

fn sample(more: &[&str]) -> Output {
    run(&[&["plan", "sample", "--units", UNITS], more].concat(), &[])
}

fn json(more: &[&str]) -> Value {
    serde_json::from_str(&sample(&[&["--format", "json"], more].concat()).ok()).unwrap()
}

/// The rows of a CSV with a byte order mark, by column name.
fn table(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark, for Excel");
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn the_example_of_the_documentation_is_what_is_printed() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sampling.md")).unwrap();
    let blocks: Vec<&str> = text.split("```").collect();
    let printed = sample(&["--margin", "3%"]).ok();
    let printed = printed.split("\n\n").next().unwrap();
    assert!(
        blocks.iter().any(|block| block.trim_start_matches("text\n").trim() == printed.trim()),
        "{printed}"
    );
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for rule in ["equal", "proportional", "neyman", "power"] {
        let plan = json(&["--margin", "2%", "--allocation", rule, "--minimum", "60"]);
        let answers = plan["total"]["answers"].to_string();
        let answers = format!("{},{}", &answers[..1], &answers[1..]);
        assert!(told.contains(&format!("`{rule}` {answers}")), "{rule}: {answers}");
    }
}

#[test]
fn a_plan_says_how_many_to_ask_and_how_precise_it_gets() {
    let plan = json(&["--margin", "3%"]);
    assert_eq!(plan["schema"], "sipas.plan/1");
    // By Cochran's formula, worked out apart: 0.9 · 0.1 · 1.96²/0.03² = 384.1; /(1 + 383.1/420) = 200.9; /0.6 = 335.
    let first = &plan["units"][0];
    assert_eq!(
        (&first["needed"], &first["answers"], &first["invite"]),
        (&201.into(), &201.into(), &335.into())
    );
    assert_eq!(plan["units"][1]["name"], "Sở Tài chính, \"cơ sở 2\"");
    // Of 860, 35 % answer: 301, where 477 are needed.
    let small = &plan["units"][10];
    assert_eq!(
        (&small["needed"], &small["answers"], &small["invite"]),
        (&477.into(), &301.into(), &860.into())
    );
    assert_eq!((&small["state"], &small["reaches"]), (&"too_few".into(), &false.into()));
    let margin = plan["total"]["margin"].as_f64().unwrap();
    assert!((margin - 0.013_684_871_390_901_257).abs() < 1e-12, "{margin}");
    assert_eq!(plan["total"]["answers"], 4158);

    // The same in CSV, for spreadsheets.
    let rows = table(&sample(&["--margin", "0,03", "--format", "csv"]).ok());
    assert_eq!(rows.len(), 13);
    assert_eq!((rows[0]["unit"].as_str(), rows[0]["invite"].as_str()), ("snv", "335"));
    assert_eq!((rows[12]["level"].as_str(), rows[12]["answers"].as_str()), ("province", "4158"));
}

#[test]
fn a_total_is_shared_out_by_the_rule_that_was_asked_for() {
    let answers = |rule: &str| -> Vec<u64> {
        let folder = Folder::new(&[("u.csv", b"unit,N,sd,cost\na,100,3,1\nb,400,2,4\nc,900,1,1\n")]);
        let out = folder.plan(&[
            "sample",
            "--units",
            "@u.csv",
            "--allocation",
            rule,
            "--total",
            "160",
            "--margin",
            "0.1",
            "--format",
            "json",
        ]);
        let plan: Value = serde_json::from_str(&out.ok()).unwrap();
        assert_eq!(plan["scale"], "mean");
        plan["units"].as_array().unwrap().iter().map(|unit| unit["answers"].as_u64().unwrap()).collect()
    };
    // 160/3; 160 · (1, 4, 9)/14; 160 · (300, 400, 900)/1600; 160 · (10, 20, 30)/60.
    assert_eq!(answers("equal"), [54, 53, 53]);
    assert_eq!(answers("proportional"), [11, 46, 103]);
    assert_eq!(answers("neyman"), [30, 40, 90]);
    assert_eq!(answers("power"), [27, 53, 80]);
}

#[test]
fn a_target_needs_more_answers_than_a_margin() {
    let plan = json(&["--power-against", "90%", "--true", "0.92"]);
    let needed = plan["units"][4]["needed"].as_u64().unwrap();
    // 1666 of an infinite population (METHOD 6), of 52,300: 1666/(1 + 1665/52300) = 1614.6.
    assert!((1614..=1616).contains(&needed), "{needed}");
    assert!(plan["units"][4]["power"].as_f64().unwrap() >= 0.8);
    let words = sample(&["--power-against", "0.9", "--true", "0.92"]).ok();
    assert!(words.contains("the target of 90% is exceeded, with 80% probability"), "{words}");
}

#[test]
fn yamane_is_offered_by_name_and_says_what_it_assumes() {
    let words = sample(&["--method", "yamane", "--margin", "5%"]).ok();
    // 1850/(1 + 1850 · 0.0025) = 328.9.
    assert!(words.lines().any(|line| line.starts_with("stc") && line.contains("329")), "{words}");
    for assumption in [
        "one half",
        "95.4 %",
        "simple random sample",
        "no design effect",
        "everybody answers",
        "single units",
    ] {
        assert!(words.contains(assumption), "{assumption}: {words}");
    }
    let vietnamese = run(
        &["plan", "sample", "--units", UNITS, "--method", "yamane", "--allocation", "proportional"],
        &[("SIPAS_LANG", "vi")],
    );
    let words = vietnamese.ok();
    assert!(words.contains("không nói lên điều gì về từng đơn vị"), "{words}");
    assert!(!words.contains("plan-"), "{words}");
}

#[test]
fn a_table_fits_a_screen_and_its_columns_line_up() {
    for more in [&["--power-against", "0.9", "--true", "0.95"][..], &[]] {
        let words = sample(more).ok();
        let lines: Vec<&str> = words.split("\n\n").next().unwrap().lines().collect();
        assert_eq!(lines.len(), 16);
        let end = |line: &str, word: &str| line.find(word).map(|at| line[..at + word.len()].chars().count());
        let column = end(lines[0], "Margin").unwrap();
        for line in [&lines[2..14], &lines[15..]].concat() {
            assert!(line.chars().count() <= 100, "{line}");
            assert_eq!(line.chars().nth(column - 1), Some('%'), "{line}");
        }
    }
}

#[test]
fn files_of_excel_are_read_and_what_can_be_misread_is_refused() {
    let good = "\u{feff}Mã;Tên;Tổng thể;Tỷ lệ\r\nqn;\"Phường Quy Nhơn; cũ\";1200;0,9\r\n;;;\r\n";
    let utf16: Vec<u8> = "unit,N\na,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&[0xff, 0xfe][..], &utf16].concat();
    let folder = Folder::new(&[
        ("good.csv", good.as_bytes()),
        ("bad.csv", good.replace("1200", "1.200").replace("0,9", "90").as_bytes()),
        ("utf16.csv", &utf16),
        ("twice.csv", b"unit,N\na,10\nb,x\na,\n"),
        ("other.csv", b"unit,size\na,10\n"),
        ("short.csv", b"unit,N,p\na,10\n"),
    ]);
    let of = |name: &str| folder.plan(&["sample", "--units", name]);
    assert!(of("@good.csv").ok().contains("Phường Quy Nhơn; cũ"));
    let words = of("@bad.csv").fails(1);
    assert!(words.contains("line 2, column “Tổng thể”: “1.200” can be read in two ways"), "{words}");
    assert!(words.contains("line 2, column “Tỷ lệ”: 90 is out of range"), "{words}");
    assert!(of("@utf16.csv").fails(1).contains("CSV UTF-8"));
    let words = of("@twice.csv").fails(1);
    for part in
        ["line 3, column “N”: “x”", "line 4, column “unit”: “a” is already in line 2", "line 4, column “N”"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let words = of("@other.csv").fails(1);
    assert!(
        words.contains("“population”") && words.contains("tổng thể") && words.contains("size"),
        "{words}"
    );
    assert!(of("@short.csv").fails(1).contains("line 2: The row has 2 cells"));
    assert!(of("@missing.csv").fails(3).contains("missing.csv"));
}

#[test]
fn wrong_usage_is_told() {
    for (arguments, code, part) in [
        (&["--total", "100"][..], 2, "--allocation each"),
        (&["--exponent", "0.5"], 2, "--allocation power"),
        (&["--allocation", "power", "--exponent", "2"], 2, "--exponent"),
        (&["--margin", "3"], 2, "3%"),
        (&["--margin", "1.234"], 2, "two ways"),
        (&["--level", "95"], 2, "95"),
        (&["--power-against", "0.9"], 2, "--true"),
        (&["--power-against", "0.9", "--true", "0.9"], 2, "--true"),
        (&["--power-against", "0.9", "--true", "0.95", "--method", "yamane"], 2, "yamane"),
        (&["--allocation", "equal", "--total", "10"], 1, "24"),
        (&["--allocation", "equal", "--total", "999999"], 1, "cannot be reached"),
    ] {
        let words = sample(arguments).fails(code);
        assert!(words.contains(part), "{arguments:?}: {words}");
    }
}

fn villages() -> String {
    let mut text = "thôn,xã,số hộ\r\n".to_owned();
    for village in 0..60 {
        let size = if village == 7 { 4000 } else { 40 + village * 3 };
        text += &format!("\"Thôn {village}, \"\"cũ\"\"\",Xã {},{size}\r\n", village % 4);
    }
    text
}

#[test]
fn a_draw_can_be_done_again_and_its_record_shows_every_change() {
    let list = villages();
    let folder = Folder::new(&[
        ("thon.csv", list.as_bytes()),
        ("changed.csv", list.replace("Thôn 3,", "Thôn 300,").as_bytes()),
    ]);
    let drawing =
        ["draw", "--frame", "@thon.csv", "--method", "pps", "--size", "số hộ", "--n", "8", "--sort", "xã"];
    fn with<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
        [words, more].concat()
    }
    let seeded = |out: &'static str| with(&drawing, &["--seed", "Xổ số 24/11/2026", "--out", out]);
    let words = folder.plan(&seeded("@a.csv"));
    assert!(words.stderr.contains("1 of them"), "{}", words.stderr);
    words.ok();
    let rows = table(&folder.read("a.csv"));
    assert_eq!(rows.len(), 8);
    // The village of 4000 households is larger than the interval.
    let large = rows.iter().find(|row| row["số hộ"] == "4000").unwrap();
    assert_eq!((large["thôn"].as_str(), large["draw_probability"].as_str()), ("Thôn 7, \"cũ\"", "1"));
    for row in &rows {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        assert!((number("draw_probability") * number("draw_weight") - 1.0).abs() < 1e-12);
        if row["số hộ"] != "4000" {
            // 7 more, in proportion to the households of the others.
            let rest: f64 =
                (0..60).filter(|village| *village != 7).map(|village| f64::from(40 + village * 3)).sum();
            assert!((number("draw_probability") - 7.0 * number("số hộ") / rest).abs() < 1e-12);
        }
    }

    // The same seed, the same draw; and no draw replaces another one.
    folder.plan(&seeded("@b.csv")).ok();
    assert_eq!(folder.read("a.csv"), folder.read("b.csv"));
    assert_eq!(folder.read("a.record.json"), folder.read("b.record.json"));
    assert!(folder.plan(&seeded("@a.csv")).fails(1).contains("exists already"));

    // Without a seed each draw has its own, and its record has it.
    for name in ["@c.csv", "@d.csv"] {
        folder.plan(&[&drawing[..], &["--out", name]].concat()).ok();
    }
    let seed = |name: &str| -> String {
        let record: Value = serde_json::from_str(&folder.read(name)).unwrap();
        record["request"]["seed"].as_str().unwrap().to_owned()
    };
    assert_ne!(seed("c.record.json"), seed("d.record.json"));

    let verify = |frame: &str, record: &str, drawn: &str| {
        folder.plan(&["draw", "--frame", frame, "--verify", record, "--drawn", drawn])
    };
    assert!(verify("@thon.csv", "@a.record.json", "@a.csv").ok().contains("Agrees"));
    verify("@thon.csv", "@c.record.json", "@c.csv").ok();
    assert!(verify("@changed.csv", "@a.record.json", "@a.csv").fails(1).contains("the list is another file"));
    let words = verify("@thon.csv", "@c.record.json", "@a.csv").fails(1);
    assert!(words.contains("has been changed") && !words.contains("other rows"), "{words}");
    // Somebody writes another row into the record.
    let record: Value = serde_json::from_str(&folder.read("a.record.json")).unwrap();
    let rows = record["drawn"]["rows"].as_array().unwrap();
    let stranger = (1..60).find(|row| !rows.contains(&(*row).into())).unwrap();
    let mut forged = record.clone();
    forged["drawn"]["rows"][0] = stranger.into();
    fs::write(folder.path("forged.json"), forged.to_string()).unwrap();
    let words = verify("@thon.csv", "@forged.json", "@a.csv").fails(1);
    assert!(
        words.contains(&format!("Only in the record: {stranger}. Only drawn now: {}", rows[0])),
        "{words}"
    );
    assert!(verify("@thon.csv", "@a.csv", "@a.csv").fails(1).contains("no record of a draw"));
}

#[test]
fn a_plan_says_how_many_are_drawn_from_each_stratum() {
    let mut list = "mã hồ sơ,đơn vị\n".to_owned();
    for (unit, rows) in [("b", 300), ("a", 100), ("c", 12)] {
        for row in 0..rows {
            list += &format!("{unit}-{row},{unit}\n");
        }
    }
    let folder = Folder::new(&[
        ("list.csv", list.as_bytes()),
        ("units.csv", b"unit,N,response_rate\na,100,0.5\nb,301,0.5\nc,12,1\n"),
    ]);
    for format in ["csv", "json"] {
        let plan =
            folder.plan(&["sample", "--units", "@units.csv", "--margin", "0.1", "--format", format]).ok();
        fs::write(folder.path("plan"), plan).unwrap();
        let out = folder.plan(&[
            "draw",
            "--frame",
            "@list.csv",
            "--method",
            "stratified",
            "--by",
            "đơn vị",
            "--plan",
            "@plan",
            "--seed",
            "s",
            "--id",
            "mã hồ sơ",
        ]);
        assert!(out.stderr.contains("301") && out.stderr.contains("No record"), "{}", out.stderr);
        let rows = table(&out.ok());
        let drawn = |unit: &str| rows.iter().filter(|row| row["draw_stratum"] == unit).count();
        // n for ±10 %: 49.5 of 100 and 73 of 301, half of whom answer; 10.8 of 12.
        assert_eq!((drawn("a"), drawn("b"), drawn("c")), (100, 146, 11), "{format}");
    }
    let drawn = |more: &[&str]| {
        let words =
            ["draw", "--frame", "@list.csv", "--method", "stratified", "--by", "đơn vị", "--seed", "s"];
        folder.plan(&[&words[..], more].concat())
    };
    let rows = table(&drawn(&["--n", "30", "--allocation", "equal"]).ok());
    let count = |unit: &str| rows.iter().filter(|row| row["đơn vị"] == unit).count();
    assert_eq!((count("a"), count("b"), count("c")), (10, 10, 10));
    let one = rows.iter().find(|row| row["đơn vị"] == "b").unwrap();
    assert_eq!(one["draw_weight"], "30");

    assert!(drawn(&["--n", "2"]).fails(1).contains("3 strata"));
    assert!(drawn(&["--n", "413"]).fails(1).contains("412"));
    assert!(drawn(&[]).fails(2).contains("--n, --plan"));
    assert!(drawn(&["--n", "5", "--plan", "@plan"]).fails(2).contains("--plan"));
    assert!(drawn(&["--n", "5", "--size", "x"]).fails(2).contains("--method pps"));
    let simple =
        folder.plan(&["draw", "--frame", "@list.csv", "--method", "simple", "--n", "5", "--id", "đơn vị"]);
    assert!(simple.fails(1).contains("line 3, column “đơn vị”: “b” is already in line 2"));
}
