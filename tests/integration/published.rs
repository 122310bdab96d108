//! Published results: what the public reads is the report for staff, frozen, and never more than that.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{
    Client, Database, Page, Server,
    stage::{self, UNITS, When, period},
};

const PASSWORD: &str = "bốn con voi qua sông";
const DESK: &str = "/admin/campaigns/dan/cong-bo";
const WORDS: &str = "Chị Nguyễn Thị Lan tự quét mã";

/// A campaign that has ended, of a district with many answers, one with some and one with few.
pub fn closed() -> Database {
    let (opens, closes) = period(When::Before);
    let more =
        "[[unit]]\ncode = \"vc\"\nname = \"UBND huyện Vân Canh\"\nkind = \"district\"\nparent = \"bd\"\n";
    let mut file = format!(
        "{UNITS}{more}[[campaign]]\nslug = \"dan\"\ndefinition = \"sipas\"\nversion = \"2026.1\"\nform = \"pulse\"\n\
         title = {{ vi = \"Hài lòng tại quầy\", en = \"Satisfaction at the counter\" }}\nopens = {opens}\n\
         closes = {closes}\ndemonstration = true\n"
    );
    for (unit, population, counters) in [("qn", 4000, 12), ("an", 900, 8), ("vc", 100, 1)] {
        file += &format!("[[campaign.stratum]]\nunit = \"{unit}\"\npopulation = {population}\n");
        for n in 1..=counters {
            file += &format!(
                "[[campaign.counter]]\ncode = \"{unit}-{n}\"\nunit = \"{unit}\"\nname = \"Quầy {n}\"\npublic = true\n"
            );
        }
    }
    let database = Database::new();
    stage::apply(&database, &file);
    database.run(&["simulate", "dan", "--responses", "160", "--seed", "5"]).ok();
    database
}

pub fn staff(database: &Database, server: &Server, name: &str, role: &[&str]) -> Client {
    let args = [&["user", "add", name, "--role"], role].concat();
    database.run_with_input(&args, PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn fingerprint(page: &Page) -> String {
    let rest = page.text().split_once("name=\"fingerprint\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

pub fn publish(client: &mut Client) -> Page {
    let fingerprint = fingerprint(&client.get(DESK).is(200));
    client.post(DESK, &[("do", "publish"), ("fingerprint", &fingerprint), ("confirm", "công bố")])
}

fn json(page: &Page) -> Value {
    serde_json::from_str(page.text()).unwrap()
}

/// What two reports have in common by the rules: all but the moment, comments and reasons.
fn figures(report: &Value) -> Value {
    let mut report = report.clone();
    let fields = report.as_object_mut().unwrap();
    for name in ["generated_at", "comments", "notes", "set_aside", "responses", "breakdowns"] {
        fields.remove(name);
    }
    report
}

/// Every share and limit in a report, in per cent with two decimals, as a reader sees it.
fn shown(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Number(number) => {
            let share = number.as_f64().unwrap();
            // A share, or a mean of the answers' codes.
            found.extend([share * 100.0, share].map(|seen| format!("{seen:.2}").replace('.', ",")));
        }
        Value::Array(all) => all.iter().for_each(|value| shown(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| shown(value, found)),
        _ => {}
    }
}

/// Numbers with two decimals in a page.
fn decimals(text: &str) -> BTreeSet<String> {
    let plain: String = text.chars().map(|c| if c.is_ascii_digit() || c == ',' { c } else { ' ' }).collect();
    let with_two =
        |word: &&str| word.split_once(',').is_some_and(|(whole, rest)| !whole.is_empty() && rest.len() == 2);
    plain.split_whitespace().filter(with_two).map(str::to_owned).collect()
}

fn is_hidden(unit: &Value) -> bool {
    unit["index"]["publish"] == "suppress"
}

#[test]
fn d_01_d_02_page_files_and_badges_tell_what_the_report_for_staff_tells_and_no_more() {
    let database = closed();
    let server = Server::start(&database);
    let (mut public, mut lan) = (server.client(), staff(&database, &server, "lan", &["manager"]));
    for path in
        ["/ket-qua/dan", "/ket-qua/dan/du-lieu.json", "/ket-qua/dan/du-lieu.csv", "/ket-qua/dan/qn.svg"]
    {
        public.get(path).is(404);
    }
    assert!(public.get("/ket-qua").is(200).text().contains("Chưa có kết quả"));
    publish(&mut lan).is(303);

    let staffs = json(&lan.get("/admin/campaigns/dan/report.json").is(200));
    let file = public.get("/ket-qua/dan/du-lieu.json").is(200);
    let open = json(&file);
    // How many answered in a unit whose figures are hidden is staff's alone.
    let told = |report: &Value| {
        let mut report = figures(report);
        for unit in report["units"].as_array_mut().unwrap().iter_mut().filter(|unit| is_hidden(unit)) {
            unit["responses"] = Value::Null;
            unit["weighting"] = Value::Null;
        }
        report
    };
    assert_eq!(told(&open), told(&staffs), "one value");
    for unit in open["units"].as_array().unwrap().iter().filter(|unit| is_hidden(unit)) {
        assert!(unit["responses"].is_null() || unit["responses"] == 0, "{unit}");
    }
    assert_eq!(open["comments"].as_array().unwrap().len(), 0);
    let units = open["units"].as_array().unwrap();
    assert!(units.iter().any(is_hidden) && units.iter().any(|unit| !is_hidden(unit)), "{open}");

    let page = public.get("/ket-qua/dan").is(200);
    let mut known = BTreeSet::new();
    shown(&open, &mut known);
    // How much a criterion holds the index back follows from its figure, its weight and the target.
    let number = |value: &Value| value.as_f64().unwrap();
    for dimension in open["total"]["dimensions"].as_array().unwrap() {
        let criteria = dimension["criteria"].as_array().unwrap();
        for criterion in criteria.iter().filter(|own| own["estimate"]["estimate"].is_number()) {
            let short = number(&open["target"]) - number(&criterion["estimate"]["estimate"]);
            let points = number(&dimension["weight"]) * number(&criterion["in_dimension"]) * short;
            known.insert(format!("{:.2}", points * 100.0).replace('.', ","));
        }
    }
    let unknown: Vec<_> = decimals(page.text()).difference(&known).cloned().collect();
    assert!(unknown.is_empty(), "in the page and not in the data: {unknown:?}");
    // No script, nothing from elsewhere, nothing of staff's.
    for banned in ["<script", "src=\"http", "href=\"http", "style=", "/admin"] {
        assert!(!page.text().contains(banned), "{banned}");
    }
    let digest = Sha256::digest(&file.bytes);
    assert!(page.text().contains(&digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));

    // CSV: what is hidden has a code and no figure.
    let csv = public.get("/ket-qua/dan/du-lieu.csv?lang=en").is(200);
    let mut rows = csv::Reader::from_reader(csv.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap());
    let headings = rows.headers().unwrap().clone();
    let at = |name: &str| headings.iter().position(|heading| heading == name).unwrap();
    let (unit, publish, n, mean) = (at("unit"), at("publish"), at("n"), at("mean"));
    let mut hidden = 0;
    for row in rows.records().map(Result::unwrap).filter(|row| &row[publish] == "suppress") {
        hidden += 1;
        assert!(
            row.iter().take(mean + 1).skip(n).all(|cell| cell.is_empty() || cell == "suppress"),
            "{row:?}"
        );
        assert!(row.iter().skip(mean + 1).all(str::is_empty), "{row:?}");
        assert!(units.iter().any(|own| own["code"] == row[unit]) || row[unit].is_empty());
    }
    assert!(hidden > 0);

    for own in units {
        let badge = public.get(&format!("/ket-qua/dan/{}.svg", own["code"].as_str().unwrap())).is(200);
        assert_eq!(badge.header("content-type"), "image/svg+xml; charset=utf-8");
        assert_eq!(badge.text().contains("Chưa đủ số liệu"), is_hidden(own), "{}", badge.text());
        let told = decimals(badge.text());
        assert_eq!(told.is_empty(), is_hidden(own));
        assert!(told.is_subset(&known), "{told:?}");
        assert!(!is_hidden(own) || !badge.text().contains("phiếu"), "{}", badge.text());
    }
    for none in ["none.svg", "qn.png", "du-lieu.xlsx", "..%2Fqn.svg"] {
        public.get(&format!("/ket-qua/dan/{none}")).is(404);
    }
    assert!(public.get("/ket-qua").is(200).text().contains("href=\"/ket-qua/dan\""));
    assert!(public.get("/ket-qua/dan?lang=en").is(200).text().contains("Survey results"));
    assert!(public.cookies().is_empty());

    // Who may see no unit but the own one reads here what everybody reads.
    let mut viewer = staff(&database, &server, "xem", &["viewer"]);
    assert!(viewer.get("/admin").is(200).text().contains("href=\"/ket-qua\""));
}

#[test]
fn what_is_published_is_kept_by_caches_and_shown_by_other_sites_and_says_when_it_is_the_same() {
    let database = closed();
    let server = Server::start(&database);
    let mut public = server.client();
    publish(&mut staff(&database, &server, "lan", &["administrator"])).is(303);
    for path in
        ["/ket-qua/dan", "/ket-qua/dan/du-lieu.json", "/ket-qua/dan/du-lieu.csv", "/ket-qua/dan/qn.svg"]
    {
        let mut tags = BTreeSet::new();
        for coding in ["identity", "gzip", "br"] {
            let page = public.send("GET", path, &[("accept-encoding", coding)], b"").is(200);
            let tag = page.header("etag").to_owned();
            assert!(tag.starts_with('"') && !page.bytes.is_empty(), "{path}: strong, {tag}");
            assert_eq!(
                (page.header("cache-control"), page.header("vary")),
                ("public, max-age=300", "accept-encoding")
            );
            let again = public
                .send("GET", path, &[("accept-encoding", coding), ("if-none-match", &tag)], b"")
                .is(304);
            assert!(again.bytes.is_empty() && again.header("etag") == tag, "{path}");
            public.send("GET", path, &[("accept-encoding", coding), ("if-none-match", "\"x\"")], b"").is(200);
            tags.insert((page.header("content-encoding").to_owned(), tag));
        }
        let codings: BTreeSet<_> = tags.iter().map(|(coding, _)| coding).collect();
        assert_eq!(codings.len(), tags.len(), "{path}: one tag for each coding: {tags:?}");
        let shared = path != "/ket-qua/dan";
        let page = public.get(path).is(200);
        let policy = page.header("cross-origin-resource-policy");
        assert_eq!(policy, if shared { "cross-origin" } else { "same-origin" }, "{path}");
        assert_eq!(page.header("access-control-allow-origin"), if shared { "*" } else { "" }, "{path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
    }
}

#[test]
fn what_is_not_published_is_told_to_programs_as_programs_read_it() {
    let database = closed();
    let server = Server::start(&database);
    let mut public = server.client();
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    publish(&mut lan).is(303);
    let told = |public: &mut Client, path: &str, status: u16| {
        let json = public.get(&format!("{path}/du-lieu.json?lang=en")).is(status);
        assert_eq!(json.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(self::json(&json)["status"], status);
        assert_eq!(json.header("access-control-allow-origin"), "*");
        for file in ["du-lieu.csv", "qn.svg"] {
            let page = public.get(&format!("{path}/{file}?lang=en")).is(status);
            assert_eq!(page.header("content-type"), "text/plain; charset=utf-8", "{path}/{file}");
            assert_eq!(page.text().trim(), self::json(&json)["detail"], "{path}/{file}");
        }
        // A person gets a page that is about results, not about a form to fill in.
        for path in [path.to_owned(), format!("{path}/don-vi-1.html")] {
            let page = public.get(&path).is(status);
            assert!(page.header("content-type").starts_with("text/html"), "{path}");
            assert!(page.text().contains("Kết quả") || page.text().contains("kết quả"), "{path}");
            assert!(!page.text().contains("Không tìm thấy phiếu"), "{path}");
        }
    };
    told(&mut public, "/ket-qua/zzz", 404);
    let unknown = public.get("/ket-qua/dan/zzz.svg").is(404);
    assert_eq!(unknown.header("content-type"), "text/plain; charset=utf-8");
    lan.post(DESK, &[("do", "withdraw"), ("confirm", "thu hồi")]).is(303);
    told(&mut public, "/ket-qua/dan", 410);
}

#[test]
fn what_was_published_stays_until_it_is_published_anew_or_withdrawn() {
    let database = closed();
    let server = Server::start(&database);
    let mut public = server.client();
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    staff(&database, &server, "hoa", &["officer", "--unit", "qn"]).get(DESK).is(403);

    // What was looked at, and the word typed, or nothing.
    let looked_at = fingerprint(&lan.get(DESK).is(200));
    lan.post(DESK, &[("do", "publish"), ("fingerprint", &looked_at), ("confirm", "")]).is(422);
    lan.post(DESK, &[("do", "publish"), ("fingerprint", "0"), ("confirm", "công bố")]).is(409);
    public.get("/ket-qua/dan").is(404);
    publish(&mut lan).is(303);
    let first = public.get("/ket-qua/dan/du-lieu.json").is(200);

    // Answers are set aside: the report for staff changes, what is public does not; nor does it tell a manager's words.
    database.execute(&format!(
        "INSERT INTO set_aside (number, campaign, unit, place, first_day, last_day, reason, words, answers, state,
           proposed, proposed_by, decided, decided_by)
         SELECT ROW_NUMBER() OVER (ORDER BY number), campaign, unit, number, 0, 99999, 'staff', '{WORDS}', 10, 'out',
           1, 'a', 2, 'b'
         FROM place WHERE counter IN ('qn-1', 'qn-2', 'qn-3', 'qn-4', 'qn-5')"
    ));
    let staffs = lan.get("/admin/campaigns/dan/report.json").is(200);
    assert!(staffs.text().contains(WORDS) && staffs.text() != first.text());
    assert_eq!(public.get("/ket-qua/dan/du-lieu.json").is(200).bytes, first.bytes);
    publish(&mut lan).is(303);
    let second = public.get("/ket-qua/dan/du-lieu.json").is(200);
    assert_ne!(second.bytes, first.bytes);
    assert!(!second.text().contains("Nguyễn Thị Lan"), "{}", second.text());
    let page = public.get("/ket-qua/dan").is(200);
    assert!(page.text().contains("được để riêng") && !page.text().contains("Nguyễn Thị Lan"));

    // D-06: what was hidden once stays hidden, whatever is changed.
    database.execute("UPDATE stratum SET population = 5000 WHERE unit = 'qn'");
    let page = lan.get(DESK).is(200);
    assert!(
        page.text().contains("đã đổi từ lần công bố trước") && !page.text().contains("name=\"fingerprint\"")
    );
    lan.post(DESK, &[("do", "publish"), ("fingerprint", "0"), ("confirm", "cong bo")]).is(409);
    assert_eq!(public.get("/ket-qua/dan/du-lieu.json").is(200).bytes, second.bytes);
    database.execute("UPDATE stratum SET population = 4000 WHERE unit = 'qn'");

    lan.post(DESK, &[("do", "withdraw"), ("confirm", "")]).is(422);
    lan.post(DESK, &[("do", "withdraw"), ("confirm", "thu hồi")]).is(303);
    for path in ["/ket-qua/dan", "/ket-qua/dan/du-lieu.json", "/ket-qua/dan/qn.svg"] {
        let gone = public.get(path).is(410);
        assert!(gone.text().contains("thu hồi") && gone.header("cache-control") == "no-store", "{path}");
    }
    assert!(!public.get("/ket-qua").is(200).text().contains("/ket-qua/dan"));
    publish(&mut lan).is(303);
    public.get("/ket-qua/dan").is(200);
    let told = database.texts(
        "SELECT actor || ' ' || action || ' ' || object FROM audit WHERE action LIKE 'publication.%' ORDER BY number",
    );
    let did = ["publish", "publish", "withdraw", "publish"].map(|verb| format!("lan publication.{verb} dan"));
    assert_eq!(told, did);
    assert_eq!(database.number("SELECT COUNT(*) FROM publication"), 3, "none is deleted");
}

#[test]
fn d_06_a_published_campaign_takes_no_further_answers_and_is_not_opened_again() {
    let database = closed();
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let row = |n: u32| {
        let questions = columns(&database);
        let answers = questions.iter().map(|_| "5").collect::<Vec<_>>().join(",");
        let path = database
            .file("rows.csv", &format!("sheet,counter,{}\nr{n},qn-1,{answers}\n", questions.join(",")));
        database.run(&["import", "responses", "dan", &path])
    };
    let before = row(1);
    assert_eq!(before.code, 0, "{}", before.stderr);
    publish(&mut lan).is(303);
    let sheets = database.number("SELECT COUNT(*) FROM response");
    let after = row(2);
    assert_eq!(
        (after.code, database.number("SELECT COUNT(*) FROM response")),
        (1, sheets),
        "{}",
        after.stderr
    );

    let tomorrow = period(When::Now).1;
    let path = database.folder().join("apply.toml");
    let file = std::fs::read_to_string(&path).unwrap();
    let closes = file.lines().find(|line| line.starts_with("closes = ")).unwrap().to_owned();
    std::fs::write(&path, file.replace(&closes, &format!("closes = {tomorrow}"))).unwrap();
    let refused = database.run(&["apply", path.to_str().unwrap()]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("have been published"), "{}", refused.stderr);
}

/// The questions of the form that have to be answered.
fn columns(database: &Database) -> Vec<String> {
    let json = database
        .run(&["definition", "show", "sipas", "--version", "2026.1", "--form", "pulse", "--format", "json"])
        .ok();
    let form: Value = serde_json::from_str(&json).unwrap();
    let questions = form["questions"].as_array().unwrap();
    questions
        .iter()
        .filter(|question| question["required"] == true && question["asked_if"].is_null())
        .map(|question| question["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_report_that_was_formed_once_is_formed_anew_when_anything_behind_it_has_changed() {
    let database = closed();
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let mut read = || -> Value {
        let mut report: Value =
            serde_json::from_str(lan.get("/admin/campaigns/dan/report.json").is(200).text()).unwrap();
        report["generated_at"] = Value::Null;
        report
    };
    let first = read();
    assert_eq!(read(), first);
    // Neither changes any answer: a population moves the index, a name its unit.
    database.execute("UPDATE stratum SET population = 2000 WHERE unit = 'qn'");
    let weighed = read();
    assert_ne!(weighed["total"]["index"], first["total"]["index"]);
    database.execute("UPDATE stratum SET population = 4000 WHERE unit = 'qn'");
    assert_eq!(read(), first);
    database.execute("UPDATE unit SET name = 'Thành phố Quy Nhơn' WHERE code = 'qn'");
    let named = read();
    assert_ne!(named["units"], first["units"]);
    assert_eq!(named["total"], first["total"]);
    // An answer is added behind the server's back.
    database.run(&["simulate", "dan", "--responses", "12", "--seed", "6"]).ok();
    assert_eq!(read()["responses"]["stored"], 172);
}

#[test]
fn many_units_stand_on_pages_of_their_own_and_the_open_data_have_all() {
    let (opens, closes) = period(When::Before);
    let mut file = format!(
        "{UNITS}[[campaign]]\nslug = \"dan\"\ndefinition = \"sipas\"\nversion = \"2026.1\"\nform = \"pulse\"\n\
         title = {{ vi = \"Hài lòng tại quầy\" }}\nopens = {opens}\ncloses = {closes}\ndemonstration = true\n"
    );
    let codes: Vec<String> = (0..110).map(|n| format!("xa-{n}")).collect();
    for (n, code) in codes.iter().enumerate() {
        file += &format!(
            "[[campaign.stratum]]\nunit = \"{code}\"\npopulation = 500\n\
             [[campaign.counter]]\ncode = \"{code}\"\nunit = \"{code}\"\nname = \"Quầy\"\npublic = true\n\
             [[unit]]\ncode = \"{code}\"\nname = \"UBND xã số {n}.\"\nkind = \"commune\"\nparent = \"{}\"\n",
            if n < 70 { "qn" } else { "an" }
        );
    }
    let database = Database::new();
    stage::apply(&database, &file);
    database.run(&["simulate", "dan", "--responses", "1500", "--seed", "5"]).ok();
    let server = Server::start(&database);
    let (mut public, mut lan) = (server.client(), staff(&database, &server, "lan", &["manager"]));
    publish(&mut lan).is(303);
    let page = public.get("/ket-qua/dan").is(200);
    let named = |text: &str| -> Vec<usize> {
        let told = |n: &usize| text.contains(&format!("UBND xã số {n}.<"));
        (0..110).filter(told).collect()
    };
    assert!(named(page.text()).is_empty(), "no commune in the page that everybody opens");
    let ways: Vec<&str> = page
        .text()
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.contains("/don-vi-"))
        .collect();
    assert_eq!(ways, ["/ket-qua/dan/don-vi-1.html", "/ket-qua/dan/don-vi-2.html"]);
    let mut found = Vec::new();
    for way in &ways {
        let page = public.get(way).is(200);
        assert!(page.text().contains("href=\"/ket-qua/dan\""), "leads back");
        found.extend(named(page.text()));
        let tag = page.header("etag").to_owned();
        assert!(public.send("GET", way, &[("if-none-match", &tag)], b"").is(304).bytes.is_empty());
    }
    found.sort_unstable();
    assert_eq!(found, (0..110).collect::<Vec<_>>(), "each once");
    for none in ["don-vi-0.html", "don-vi-3.html", "don-vi-01.html", "don-vi-.html", "don-vi-1"] {
        public.get(&format!("/ket-qua/dan/{none}")).is(404);
    }
    assert!(public.get("/ket-qua/dan/don-vi-2.html?lang=en").is(200).text().contains("lang=\"en\""));
    let data = json(&public.get("/ket-qua/dan/du-lieu.json").is(200));
    assert_eq!(data["units"].as_array().unwrap().len(), 113);
}
