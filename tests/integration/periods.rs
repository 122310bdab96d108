//! Quarters, half-years and years: several campaigns as one report, the calendar that says which are due, the series that
//! compares them, and the mail that tells of them.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use crate::support::{
    Client, Database, Mail, MailServer, Server,
    stage::{self, UNITS, ago},
};

const PASSWORD: &str = "bốn con voi qua sông";
const SERIES: &str = "sipas/pulse";

/// A campaign of the series on these days.
fn campaign(slug: &str, opens: &str, closes: &str, counters: &[(&str, u32)]) -> String {
    let mut file = format!(
        "[[campaign]]\nslug = \"{slug}\"\ndefinition = \"sipas\"\nversion = \"2026.1\"\nform = \"pulse\"\n\
         title = {{ vi = \"Khảo sát {slug}\", en = \"Survey {slug}\" }}\nopens = {opens}\ncloses = {closes}\n\
         demonstration = true\n"
    );
    for (unit, n) in counters {
        file += &format!("[[campaign.stratum]]\nunit = \"{unit}\"\npopulation = {}\n", n * 500);
        for n in 1..=*n {
            let code = format!("{slug}-{unit}-{n}");
            file += &format!(
                "[[campaign.counter]]\ncode = \"{code}\"\nunit = \"{unit}\"\nname = \"Quầy {n}\"\npublic = true\n"
            );
        }
    }
    file
}

/// A province that asked in February, May and August of last year's 2025.
fn asked() -> Database {
    let day = |month: u8, day: u8| format!("2025-{month:02}-{day:02}T00:00:00+07:00");
    let both = [("qn", 6), ("an", 4)];
    let file = [
        UNITS.to_owned(),
        campaign("thang-2", &day(2, 3), &day(2, 15), &both),
        campaign("thang-5", &day(5, 5), &day(5, 17), &both),
        campaign("thang-8", &day(8, 4), &day(8, 16), &both),
    ];
    let database = Database::new();
    stage::apply(&database, &file.concat());
    for (seed, slug) in ["thang-2", "thang-5", "thang-8"].iter().enumerate() {
        let seed = (seed + 3).to_string();
        database.run(&["simulate", slug, "--responses", "120", "--seed", &seed]).ok();
    }
    database
}

fn staff(database: &Database, server: &Server, name: &str, role: &[&str]) -> Client {
    let args = [&["user", "add", name, "--role"], role].concat();
    database.run_with_input(&args, PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn json(client: &mut Client, path: &str) -> Value {
    serde_json::from_str(client.get(path).is(200).text()).unwrap()
}

#[test]
fn campaigns_of_a_period_are_one_report_and_every_series_has_its_calendar() {
    let database = asked();
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let calendar = lan.get("/admin/periods?year=2025").is(200);
    for part in ["Quý I năm 2025", "6 tháng đầu năm 2025", "Khảo sát thang-5", "25/06/2025"] {
        assert!(calendar.text().contains(part), "{part}: {}", calendar.text());
    }
    let period = |code: &str| format!("/admin/periods/{SERIES}/{code}");
    assert!(calendar.text().contains(&period("2025-6m")));
    assert!(!calendar.text().contains(&period("2025-q4")), "nobody was asked");

    // Both campaigns of the half-year, and the strata's populations together.
    let page = lan.get(&period("2025-6m")).is(200);
    for part in ["6 tháng đầu năm 2025", "Khảo sát thang-2", "Khảo sát thang-5", "Gộp 2 đợt khảo sát"]
    {
        assert!(page.text().contains(part), "{part}");
    }
    assert!(!page.text().contains("Khảo sát thang-8"));
    let half = json(&mut lan, &format!("{}/report.json", period("2025-6m")));
    let parts: Vec<Value> = ["thang-2", "thang-5"]
        .map(|slug| json(&mut lan, &format!("/admin/campaigns/{slug}/report.json")))
        .into();
    let sum = |of: &dyn Fn(&Value) -> u64| parts.iter().map(of).sum::<u64>();
    assert_eq!(half["total"]["responses"], sum(&|report| report["total"]["responses"].as_u64().unwrap()));
    assert_eq!(half["units"][0]["population"], 10_000);
    // Campaigns of equal populations weigh the same: an item's share lies at the mean of the two, save for who left it out.
    let index = |report: &Value| report["total"]["index"]["estimate"].as_f64().unwrap();
    let mean = parts.iter().map(index).sum::<f64>() / 2.0;
    assert!((index(&half) - mean).abs() < 0.01, "{} {mean}", index(&half));
    assert_eq!(half["period"]["code"], "2025-6m");
    assert_eq!(half["period"]["campaigns"].as_array().unwrap().len(), 2);
    // The only campaign of a quarter is the quarter; it is compared with the quarter before.
    let third = json(&mut lan, &format!("{}/report.json", period("2025-q3")));
    let alone = json(&mut lan, "/admin/campaigns/thang-8/report.json");
    assert_eq!(index(&third), index(&alone));
    assert!(
        third["previous"]["title"].as_str().unwrap().contains("quý II năm 2025"),
        "{}",
        third["previous"]
    );
    assert!(third["total"]["index"]["change"]["p"].is_number());
    // A year in whose last quarter nobody was asked is told when it is over.
    let year = json(&mut lan, &format!("{}/report.json", period("2025")));
    assert_eq!(year["period"]["campaigns"].as_array().unwrap().len(), 3);
    let xlsx = lan.get(&format!("{}/report.xlsx", period("2025"))).is(200);
    assert!(xlsx.header("content-disposition").contains("2025"));
    for (code, status) in [("2025-q4", 409), ("2024", 409), ("2025-Q1", 404), ("2025-13", 404)] {
        assert_eq!(lan.get(&period(code)).status, status, "{code}");
    }
    lan.get("/admin/periods/sipas/none/2025").is(404);

    // The day due.
    assert!(lan.post("/admin/periods", &[("due", "40")]).is(422).text().contains("từ 1 đến 31"));
    lan.post("/admin/periods", &[("due", "31")]).is(303);
    assert!(lan.get("/admin/periods?year=2025").is(200).text().contains("30/06/2025"));
}

#[test]
fn units_merged_within_a_period_are_their_successor_s_to_answer_for() {
    let unit = |code: &str, more: &str| {
        format!(
            "[[unit]]\ncode = \"{code}\"\nname = \"UBND {code}\"\nkind = \"commune\"\nparent = \"bd\"\n{more}"
        )
    };
    let province = "[[unit]]\ncode = \"bd\"\nname = \"Tỉnh Bình Định\"\nkind = \"province\"\n".to_owned();
    let ended = "valid_to = 2025-06-30\nsuccessor = \"ba\"\n";
    let spring = [("mot", 4), ("hai", 4), ("tu", 4)];
    let first = [
        province.clone(),
        unit("mot", ""),
        unit("hai", ""),
        unit("tu", ""),
        campaign("thang-5", "2025-05-05T00:00:00+07:00", "2025-05-17T00:00:00+07:00", &spring),
    ];
    let second = [
        province,
        unit("mot", ended),
        unit("hai", ended),
        unit("ba", "valid_from = 2025-07-01\n"),
        unit("tu", ""),
        campaign(
            "thang-8",
            "2025-08-04T00:00:00+07:00",
            "2025-08-16T00:00:00+07:00",
            &[("ba", 8), ("tu", 4)],
        ),
    ];
    let database = Database::new();
    for (file, slug) in [(first.concat(), "thang-5"), (second.concat(), "thang-8")] {
        stage::apply(&database, &file);
        database.run(&["simulate", slug, "--responses", "200", "--seed", "3"]).ok();
    }
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let report = json(&mut lan, &format!("/admin/periods/{SERIES}/2025-9m/report.json"));
    let units = report["units"].as_array().unwrap();
    let heir =
        |code: &str| units.iter().find(|unit| unit["code"] == code).unwrap().get("merged_into").cloned();
    assert_eq!((heir("mot"), heir("hai")), (Some("ba".into()), Some("ba".into())));
    assert_eq!((heir("ba"), heir("tu"), heir("bd")), (None, None, None));
    assert!(report["notes"].as_array().unwrap().iter().any(|note| note["code"] == "merged"));
    let ranked: Vec<&Value> = report["rankings"].as_array().unwrap().iter().collect();
    let codes: Vec<&Value> =
        ranked.iter().flat_map(|list| list["units"].as_array().unwrap()).map(|unit| &unit["code"]).collect();
    assert!(codes.len() == 2 && codes.iter().all(|code| *code == "ba" || *code == "tu"), "{codes:?}");
    let page = lan.get(&format!("/admin/periods/{SERIES}/2025-9m")).is(200);
    assert!(page.text().contains("UBND mot (đã sáp nhập)") && !page.text().contains("UBND ba (đã sáp nhập)"));
    // The quarter before the merger speaks of the units that were there.
    let before = json(&mut lan, &format!("/admin/periods/{SERIES}/2025-q2/report.json"));
    assert!(before["units"].as_array().unwrap().iter().all(|unit| unit.get("merged_into").is_none()));
}

#[test]
fn e_02_an_officer_sees_the_own_unit_over_time_and_no_other() {
    let database = asked();
    let server = Server::start(&database);
    let (mut lan, mut quang) = (
        staff(&database, &server, "lan", &["manager"]),
        staff(&database, &server, "quang", &["officer", "--unit", "qn"]),
    );
    let series = format!("/admin/series/{SERIES}");
    let page = lan.get(&series).is(200);
    for part in ["Khảo sát thang-2", "Khảo sát thang-8", "UBND thị xã An Nhơn", "<svg", "đợt trước"]
    {
        assert!(page.text().contains(part), "{part}");
    }
    let whole = json(&mut lan, &format!("{series}/series.json"));
    assert_eq!(whole["campaigns"].as_array().unwrap().len(), 3);
    let own = json(&mut lan, &format!("{series}/series.json?unit=qn"));
    let seen = json(&mut quang, &format!("{series}/series.json"));
    assert_eq!(seen, own, "an officer's series is that of the own unit");
    assert!(own["lines"][0]["points"][1]["figure"]["change"]["change"].is_number());
    assert!(!quang.get(&series).is(200).text().contains("An Nhơn"));
    quang.get(&format!("{series}?unit=an")).is(404);
    quang.get(&format!("/admin/periods/{SERIES}/2025?unit=an")).is(404);
    let year = quang.get(&format!("/admin/periods/{SERIES}/2025")).is(200);
    assert!(year.text().contains("Quy Nhơn") && !year.text().contains("An Nhơn"));
    // Two campaigns beside each other hide what each of them hides: the file has as many rows as figures and campaigns.
    let csv = lan.get(&format!("{series}/series.csv")).is(200);
    let lines = whole["lines"].as_array().unwrap().len() + whole["units"].as_array().unwrap().len();
    assert_eq!(csv.text().lines().count(), 1 + lines * 3);
}

#[test]
fn a_report_that_is_ready_is_told_to_those_who_manage_campaigns_once() {
    let mails = MailServer::start();
    let url = mails.url();
    let settings = [("SIPAS_SMTP_URL", url.as_str()), ("SIPAS_BASE_URL", "https://k.example")];
    let database = Database::new();
    stage::apply(&database, UNITS);
    for (name, role) in [("lan", "manager"), ("quang", "administrator"), ("mai", "manager")] {
        database.run_with_input(&["user", "add", name, "--role", role], PASSWORD).ok();
    }
    let server = Server::start_with(&database, &settings);
    // What was before the first look is not told.
    stage::wait_for(|| database.number("SELECT COUNT(*) FROM setting WHERE name = 'notices'") == 1);
    let mut quang = server.client();
    quang.post("/admin/login", &[("name", "quang"), ("password", PASSWORD)]).is(303);
    for (name, role) in [("lan", "manager"), ("mai", "manager"), ("quang", "administrator")] {
        let email = format!("{name}@snv.example");
        let details = [("full_name", name), ("email", &email), ("role", role), ("unit", ""), ("expires", "")];
        quang.post(&format!("/admin/tai-khoan/{name}"), &details).is(303);
    }
    mails.wait_for(3);
    // A server that is stopped in the middle of telling keeps the work to itself for a while.
    stage::wait_for(|| {
        database.number("SELECT COUNT(*) FROM setting WHERE name = 'notices' AND value LIKE '%:0'") == 1
    });
    drop(server);
    // The last day of the quarter before, whenever this runs.
    let today = ago(0);
    let (year, month) = (today[..4].parse::<i32>().unwrap(), today[5..7].parse::<u8>().unwrap());
    let day = match (month - 1) / 3 {
        0 => format!("{}-12-31", year - 1),
        1 => format!("{year}-03-31"),
        2 => format!("{year}-06-30"),
        _ => format!("{year}-09-30"),
    };
    let file = campaign(
        "quy-truoc",
        &format!("{day}T08:00:00+07:00"),
        &format!("{day}T09:00:00+07:00"),
        &[("qn", 2)],
    );
    stage::apply(&database, &format!("{UNITS}{file}"));
    let server = Server::start_with(&database, &settings);
    let about = |mail: &Mail| mail.subject().contains("Báo cáo");
    stage::wait_for(|| mails.mails().iter().filter(|mail| about(mail)).count() >= 2);
    let told: Vec<Mail> = mails.mails().into_iter().filter(about).collect();
    let mut to: Vec<String> = told.iter().flat_map(|mail| mail.to.clone()).collect();
    to.sort();
    to.dedup();
    assert_eq!(to, ["lan@snv.example", "mai@snv.example"]);
    let text = told[0].text();
    assert!(text.contains("quy-truoc") && text.contains(&format!("/admin/periods/{SERIES}/")), "{text}");
    let rows = "SELECT COUNT(*) FROM audit WHERE action = 'period.ready'";
    let before = database.number(rows);
    drop(server);
    let _again = Server::start_with(&database, &settings);
    stage::wait_for(|| database.number("SELECT COUNT(*) FROM setting WHERE name = 'notices'") == 1);
    assert_eq!(database.number(rows), before, "each is told once");
}

#[test]
fn the_command_line_gives_the_report_of_a_period() {
    let database = asked();
    let of = |args: &[&str]| {
        let all =
            [&["report", "--format", "json", "--definition", "sipas", "--form", "pulse"], args].concat();
        database.run(&all)
    };
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let page = json(&mut lan, &format!("/admin/periods/{SERIES}/2025-6m/report.json"));
    let half: Value = serde_json::from_str(&of(&["--period", "2025-6m"]).ok()).unwrap();
    assert_eq!(half["total"], page["total"]);
    assert_eq!(half["period"]["campaigns"].as_array().unwrap().len(), 2);
    let unit: Value = serde_json::from_str(&of(&["--period", "2025", "--unit", "qn"]).ok()).unwrap();
    assert_eq!(unit["units"][0]["code"], "qn");
    let row = "SELECT COUNT(*) FROM audit WHERE action = 'report.export' AND object = 'sipas/pulse/2025-6m'";
    assert!(database.number(row) > 0);
    // What has no report says why, and what is wrong is said before anything is computed.
    let none = of(&["--period", "2024-q1"]);
    assert_eq!(
        (none.code, none.stderr.contains("No campaign lies wholly within")),
        (1, true),
        "{}",
        none.stderr
    );
    let series =
        ["report", "--format", "json", "--period", "2025", "--definition", "sipas", "--form", "pulze"];
    let unknown = database.run(&series);
    assert_eq!((unknown.code, unknown.stderr.contains("sipas/pulse")), (1, true), "{}", unknown.stderr);
    for wrong in [
        &["report", "--format", "json"][..],
        &["report", "--format", "json", "--period", "2025"],
        &["report", "--format", "json", "--period", "2025-Q1", "--definition", "sipas", "--form", "pulse"],
        &[
            "report",
            "thang-2",
            "--format",
            "json",
            "--period",
            "2025",
            "--definition",
            "sipas",
            "--form",
            "pulse",
        ],
        &["report", "thang-2", "--format", "json", "--form", "pulse"],
    ] {
        assert_eq!(database.run(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_period_that_waits_names_its_campaigns_as_people_call_them() {
    let database = asked();
    // Closing in the future, in a year of its own.
    database
        .execute("UPDATE campaign SET opens = 4102444800000, closes = 4102531200000 WHERE slug = 'thang-8'");
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let page = lan.get(&format!("/admin/periods/{SERIES}/2100-q1")).is(409);
    assert!(page.text().contains("“Khảo sát thang-8”"), "{}", page.text());
    let page = lan.get(&format!("/admin/periods/{SERIES}/2100-q1?lang=en")).is(409);
    assert!(page.text().contains("“Survey thang-8”"), "{}", page.text());
}

#[test]
fn a_quarter_that_nobody_asks_in_is_told_to_those_who_can_mend_it() {
    let database = asked();
    let server = Server::start(&database);
    let (mut lan, mut quang, mut binh) = (
        staff(&database, &server, "lan", &["manager"]),
        staff(&database, &server, "quang", &["officer", "--unit", "qn"]),
        staff(&database, &server, "binh", &["administrator"]),
    );
    let told = "Quý IV năm 2025 không có đợt khảo sát nào";
    assert!(lan.get("/admin/periods?year=2025").is(200).text().contains(told));
    for other in [&mut quang, &mut binh] {
        assert!(!other.get("/admin/periods?year=2025").is(200).text().contains(told));
    }
    // Whenever this runs nobody is asked in this quarter.
    let page = lan.get("/admin/periods").is(200);
    assert!(page.text().contains("chưa có đợt khảo sát nào được mở hoặc lên lịch"), "{}", page.text());
}
