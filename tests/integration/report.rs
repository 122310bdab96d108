//! `sipas report` and the commands around it: the same figures on both databases, and honest failures.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, net::TcpListener};

use crate::print::{have, tool};
use crate::support::{
    Database, Server, run,
    stage::{self, When, answer, applied, citizens, open_counter},
};

/// The same answers into a database; gives the JSON report without the moment it was made.
fn measured(database: &Database) -> String {
    stage::apply(database, &citizens(When::Now).replace("= 4000", "= 140").replace("= 1000", "= 60"));
    let server = Server::start(database);
    let mut phone = server.client();
    for n in 0..31 {
        let code = ["5", "4", "5", "3", "5", "4", "1", "na"][n % 8];
        answer(&mut phone, if n % 3 == 0 { "/k/an-1" } else { "/k/qn-1" }, code);
    }
    drop(server);
    let json = database.run(&["report", "dan", "--newest", "--format", "json"]).ok();
    let (before, rest) = json.split_once("\"generated_at\":\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    // Opening and closing differ with the moment the file was written.
    let json = format!("{before}{after}");
    let campaign = json.find("\"opens\"").unwrap();
    let status = json.find("\"status\"").unwrap();
    format!("{}{}", &json[..campaign], &json[status..])
}

#[test]
fn both_databases_give_the_same_report_to_the_byte() {
    let (one, other) = (measured(&Database::sqlite()), measured(&Database::new()));
    assert_eq!(one, other);
    assert!(one.starts_with("{\"schema\":\"sipas.report/1\""), "{one}");
}

#[test]
fn the_report_has_the_shape_of_its_schema() {
    let (database, _server, mut phone) = open_counter();
    for _ in 0..12 {
        answer(&mut phone, "/k/qn-1", "4");
    }
    let report = stage::report(&database, "dan");
    let keys =
        |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let wanted = |words: &str| words.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        keys(&report),
        wanted(
            "schema campaign generated_at level target weighting method responses total units rankings comments previous notes"
        )
    );
    assert!(
        keys(&report["campaign"])
            .is_superset(&wanted("slug title definition form opens closes status demonstration"))
    );
    assert_eq!(keys(&report["campaign"]["definition"]), wanted("id version sha256"));
    assert!(keys(&report["method"]).is_superset(&wanted("measure aggregation weights")));
    assert!(keys(&report["responses"]).is_superset(&wanted("stored valid flagged from to")));
    let estimate = wanted("n estimate se df lower upper method n_eff deff decision publish");
    assert_eq!(keys(&report["total"]["index"]), estimate);
    assert!(keys(&report["units"][0]).is_superset(&wanted(
        "code name kind parent population planned responses index parts dimensions drivers weighting"
    )));
    let dimension = &report["total"]["dimensions"][0];
    assert_eq!(keys(dimension), wanted("id name part weight estimate criteria reliability"));
    assert!(keys(&dimension["criteria"][0]).is_superset(&wanted("id name asked counts estimate mean")));
    assert_eq!(report["weighting"], "design");
    assert_eq!(report["target"], 0.9);
    let unit = |code: &str| {
        report["units"].as_array().unwrap().iter().find(|unit| unit["code"] == code).unwrap().clone()
    };
    assert_eq!((unit("qn")["responses"].as_u64(), unit("qn")["population"].as_u64()), (Some(12), Some(4000)));
    assert_eq!((unit("an")["responses"].as_u64(), unit("an")["planned"].as_u64()), (Some(0), None));
    assert_eq!((unit("bd")["population"].as_u64(), unit("bd")["parent"].as_str()), (Some(5000), None));
}

#[test]
fn a_report_tells_changes_weights_and_ranks() {
    let database = Database::new();
    let now = citizens(When::Now)
        .replace("slug = \"dan\"", "slug = \"dan\"\ndemonstration = true\nprevious = \"truoc\"");
    let margin = "[[campaign.margin]]\nunit = \"qn\"\nby = \"case.filed\"\ntotals = { counter = 3000, online = 1000 }\n";
    let (opens, closes) = stage::period(When::Now);
    let (earlier, ended) = stage::period(When::Before);
    let campaign = now.split_once("[[campaign]]").unwrap().1;
    let before = campaign
        .replace("slug = \"dan\"", "slug = \"truoc\"")
        .replace("previous = \"truoc\"\n", "")
        .replace(&opens, &earlier)
        .replace(&closes, &ended);
    stage::apply(&database, &format!("{now}{margin}[[campaign]]{before}"));
    for (slug, seed) in [("truoc", "1"), ("dan", "2")] {
        database.run(&["simulate", slug, "--responses", "400", "--seed", seed]).ok();
    }
    let report = stage::report(&database, "dan");
    assert_eq!(report["previous"]["slug"], "truoc");
    let change = &report["total"]["index"]["change"];
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let index = &report["total"]["index"];
    assert!(
        (number(&index["estimate"]) - number(&change["previous"]) - number(&change["change"])).abs() < 1e-12
    );
    assert!(number(&change["lower"]) < number(&change["change"]) && number(&change["p"]) <= 1.0);
    let before = stage::report(&database, "truoc");
    assert_eq!(before["total"]["index"]["estimate"], change["previous"]);
    assert!(before["previous"].is_null() && before["total"]["index"].get("change").is_none());
    let ranking = &report["rankings"][0];
    assert_eq!((ranking["kind"].as_str(), ranking["compared"].as_u64()), (Some("district"), Some(2)));
    assert_eq!(ranking["units"][0]["rank"], 1);
    let qn = report["units"].as_array().unwrap().iter().find(|unit| unit["code"] == "qn").unwrap();
    assert_eq!(qn["weighting"]["margins"][0]["by"], "case.filed");
    assert!(report["total"]["drivers"]["r2"].as_f64().is_some(), "{}", report["total"]["drivers"]);
    assert!(report["total"]["dimensions"][0]["reliability"]["alpha"].as_f64().is_some());
    an_official_pdf(&database, &report);
}

/// The same figures as a PDF that can be archived and read aloud.
fn an_official_pdf(database: &Database, report: &serde_json::Value) {
    if !have(&["pdffonts", "pdfinfo", "pdftotext", "pdftohtml"]) {
        return;
    }
    let file = database.folder().join("report.pdf");
    let path = file.to_str().unwrap();
    database.run(&["report", "dan", "--format", "pdf", "--out", path]).ok();
    let text = tool("pdftotext", &["-layout", path, "-"]).replace('\u{a0}', " ");
    // Commands speak English here.
    let percent = |share: &serde_json::Value| format!("{:.2}%", share.as_f64().unwrap() * 100.0);
    for unit in report["units"].as_array().unwrap() {
        assert!(text.contains(&percent(&unit["index"]["estimate"])), "{} in\n{text}", unit["code"]);
    }
    assert!(text.contains(&percent(&report["total"]["index"]["estimate"])));
    for words in ["SOCIALIST REPUBLIC OF VIET NAM", "REPORT", "II. RESULTS", "ANNEX I", "DEMONSTRATION"] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    let info = tool("pdfinfo", &[path]);
    assert!(info.contains("Tagged:          yes") && info.contains("(A4)"), "{info}");
    let fonts = tool("pdffonts", &[path]);
    for font in fonts.lines().skip(2) {
        assert!(font.contains(" yes yes yes "), "embedded and cut down: {font}");
    }
    let marks = tool("pdftohtml", &["-xml", "-i", "-stdout", path]);
    let (_, marks) = marks.split_once("<outline>").unwrap();
    assert!(marks.contains("II. Results") && marks.contains("Annex I."), "{marks}");
}

#[test]
fn every_format_is_written_and_a_unit_can_be_chosen() {
    let (database, _server, mut phone) = open_counter();
    for _ in 0..12 {
        answer(&mut phone, "/k/qn-1", "4");
    }
    for (format, start) in [("json", "{"), ("csv", "\u{feff}"), ("html", "<!DOCTYPE html>")] {
        let text = database.run(&["report", "dan", "--newest", "--format", format, "--unit", "qn"]).ok();
        assert!(text.starts_with(start), "{format}: {}", &text[..40.min(text.len())]);
        assert!(text.contains("Quy Nhơn") && !text.contains("An Nhơn"), "{format}");
    }
    let file = database.folder().join("report.xlsx");
    database.run(&["report", "dan", "--format", "xlsx", "--out", file.to_str().unwrap()]).ok();
    assert!(std::fs::read(&file).unwrap().starts_with(b"PK"));
    let file = database.folder().join("report.docx");
    database
        .run(&["report", "dan", "--format", "docx", "--unit", "qn", "--out", file.to_str().unwrap()])
        .ok();
    assert!(std::fs::read(&file).unwrap().starts_with(b"PK"));
    let nowhere = database.folder().join("none").join("report.json");
    database.run(&["report", "dan", "--format", "json", "--out", nowhere.to_str().unwrap()]).fails(3);
}

#[test]
fn a_unit_with_counters_and_nothing_else_stands_among_those_without_answers() {
    let unit =
        "[[unit]]\ncode = \"hn\"\nname = \"UBND thị xã Hoài Nhơn\"\nkind = \"district\"\nparent = \"bd\"\n";
    let counter =
        "[[campaign.counter]]\ncode = \"hn-1\"\nunit = \"hn\"\nname = \"Quầy số 1\"\npublic = true\n";
    let file = citizens(When::Now).replacen("[[campaign]]", &format!("{unit}[[campaign]]"), 1);
    let database = applied(&format!("{file}{counter}"));
    let server = Server::start(&database);
    let mut phone = server.client();
    for _ in 0..12 {
        answer(&mut phone, "/k/qn-1", "4");
    }
    let report = stage::report(&database, "dan");
    let unit = |code: &str| {
        report["units"].as_array().unwrap().iter().find(|unit| unit["code"] == code).unwrap().clone()
    };
    let hn = unit("hn");
    assert_eq!((hn["responses"].as_u64(), hn["population"].as_u64()), (Some(0), None));
    assert!(hn["index"]["estimate"].is_null() && hn["parent"] == "bd");
    let page = database.run(&["report", "dan", "--newest", "--format", "html"]).ok();
    // As a unit with a population and no answers.
    for name in ["UBND thị xã Hoài Nhơn", "UBND thị xã An Nhơn"] {
        let row = page.split("<tr").find(|row| row.contains(name)).unwrap();
        assert!(row.contains("Chưa có phiếu") || row.contains("No answers yet"), "{row}");
    }
}

#[test]
fn an_unknown_campaign_or_unit_is_said_with_what_there_is() {
    let database = applied(&citizens(When::Now));
    let words = database.run(&["report", "dam", "--format", "json"]).fails(1);
    assert!(words.contains("“dam”") && words.contains("dan"), "{words}");
    let words = database.run(&["report", "dan", "--format", "json", "--unit", "qm"]).fails(1);
    assert!(words.contains("qm") && words.contains("qn"), "{words}");
    database.run(&["report", "dan", "--format", "odt"]).fails(2);
    for command in ["links", "invite"] {
        assert!(database.run(&[command, "dam"]).fails(1).contains("dan"));
    }
}

#[test]
fn a_population_smaller_than_its_answers_gives_no_report() {
    let database = applied(&citizens(When::Now).replace("population = 4000\nsample = 100", "population = 2"));
    let server = Server::start(&database);
    for _ in 0..3 {
        answer(&mut server.client(), "/k/qn-1", "5");
    }
    let words = database.run(&["report", "dan", "--newest", "--format", "json"]).fails(1);
    assert!(words.contains("qn") && words.contains('3') && words.contains('2'), "{words}");
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://sipas:swordfish@{nobody}/sipas");
    for command in [&["report", "dan", "--format", "json"][..], &["serve"], &["links", "dan"]] {
        let output = run(
            command,
            &[
                ("SIPAS_DATABASE_URL", &url),
                ("SIPAS_LISTEN", "127.0.0.1:0"),
                ("SIPAS_SECRET", crate::support::SECRET),
            ],
        );
        let words = output.fails(3);
        assert!(words.contains(&nobody.to_string()) && !words.contains("swordfish"), "{words}");
    }
    let words = run(
        &["report", "dan", "--format", "json"],
        &[("SIPAS_DATABASE_URL", "mysql://x"), ("SIPAS_SECRET", crate::support::SECRET)],
    )
    .fails(1);
    assert!(words.contains("sqlite:") && words.contains("postgres://"), "{words}");
}

#[test]
fn a_port_in_use_is_said_and_a_wrong_setting_is_named() {
    let database = Database::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = |listen: &str| {
        let variables = database.variables();
        let mut all: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (*n, v.as_str())).collect();
        all.push(("SIPAS_LISTEN", listen));
        run(&["serve"], &all)
    };
    assert!(run(&address).fails(3).contains(&address));
    assert!(run("8080").fails(1).contains("SIPAS_LISTEN"));
}

#[test]
fn c_03_a_wrong_key_is_refused() {
    let database = applied(&citizens(When::Now));
    let words = run(
        &["report", "dan", "--format", "json"],
        &[("SIPAS_DATABASE_URL", database.url()), ("SIPAS_SECRET", "another key, long enough as well")],
    )
    .fails(1);
    assert!(words.contains("SIPAS_SECRET"), "{words}");
}

#[test]
fn simulated_answers_go_into_demonstrations_alone() {
    let database = applied(&citizens(When::Now));
    database.run(&["simulate", "dan", "--responses", "10", "--seed", "1"]).fails(1);
    let other = applied(
        &citizens(When::Now).replace("form = \"counter\"", "form = \"counter\"\ndemonstration = true"),
    );
    other.run(&["simulate", "dan", "--responses", "500", "--seed", "1"]).ok();
    let first = stage::report(&other, "dan");
    assert_eq!(first["responses"]["stored"], 500);
    assert_eq!(first["campaign"]["demonstration"], true);
    other.run(&["simulate", "dan", "--responses", "5000", "--seed", "2"]).fails(1);
    // The same seed in another campaign: sheets of its own.
    stage::apply(
        &other,
        &citizens(When::Now)
            .replace("form = \"counter\"", "form = \"counter\"\ndemonstration = true")
            .replace("\"dan\"", "\"hai\"")
            .replace("qn-1", "qn-9")
            .replace("an-1", "an-9"),
    );
    other.run(&["simulate", "hai", "--responses", "500", "--seed", "1"]).ok();
    assert_eq!(stage::stored(&other, "hai"), 500);
    assert_eq!(stage::stored(&other, "dan"), 500);
}

#[test]
fn a_slip_in_the_address_of_a_report_is_named_and_gives_no_other_report() {
    let database = super::published::closed();
    // 5 and 17 May 2025.
    database.execute("UPDATE campaign SET opens = 1746378000000, closes = 1747414800000");
    let server = Server::start(&database);
    let mut lan = super::published::staff(&database, &server, "lan", &["manager"]);
    let (campaign, period) = ("/admin/campaigns/dan", "/admin/periods/sipas/pulse/2025-q2");
    let series = "/admin/series/sipas/pulse";
    for (path, wrong) in [
        (format!("{campaign}/report.csv?unt=qn"), "unt"),
        (format!("{campaign}/report.docx?unit=qn&unit=an"), "unit"),
        (format!("{campaign}/report.json?units=later"), "units"),
        (format!("{campaign}/report.csv?lang=fr"), "lang"),
        (format!("{campaign}/report.csv?by=field"), "by"),
        (format!("{campaign}/report?unt=qn"), "unt"),
        (format!("{campaign}/cong-van.zip?unt=qn"), "unt"),
        (format!("{period}/report.csv?units=now"), "units"),
        (format!("{period}?unt=qn"), "unt"),
        (format!("{series}/series.csv?unt=qn"), "unt"),
    ] {
        let page = lan.get(&path).is(400);
        assert!(page.text().contains(&format!("“{wrong}”")), "{path}: {}", page.text());
        assert!(page.header("content-disposition").is_empty(), "{path}");
    }
    assert!(
        lan.get(&format!("{campaign}/report.csv?lang=en&unt=qn"))
            .is(400)
            .text()
            .contains("nothing was opened")
    );
    let none = database.number("SELECT COUNT(*) FROM audit WHERE action = 'report.export'");
    assert_eq!(none, 0, "nothing was taken");
    for path in [
        format!("{campaign}/report.csv?unit=qn&units=then&lang=en"),
        format!("{period}/report.csv?unit=qn&lang=vi"),
        format!("{series}/series.csv?unit=qn"),
    ] {
        lan.get(&path).is(200);
    }
}
