//! A small province to ask: files for `sipas apply`, and the way of one answer.

use jiff::{SignedDuration, Timestamp};

use super::{Client, Database, Form, Page, Server};

/// When a campaign of the stage is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From yesterday to tomorrow.
    Now,
    /// From tomorrow on.
    Later,
    /// Until yesterday.
    Before,
}

/// Opening and closing in RFC 3339.
pub fn period(when: When) -> (String, String) {
    #[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
    let now = Timestamp::now();
    let at =
        |days: i64| (now + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    match when {
        When::Now => (at(-1), at(1)),
        When::Later => (at(1), at(2)),
        When::Before => (at(-2), at(-1)),
    }
}

/// Two districts under a province.
pub const UNITS: &str = r#"
[[unit]]
code = "bd"
name = "Tỉnh Bình Định"
kind = "province"
[[unit]]
code = "qn"
name = "UBND thành phố Quy Nhơn"
kind = "district"
parent = "bd"
[[unit]]
code = "an"
name = "UBND thị xã An Nhơn"
kind = "district"
parent = "bd"
"#;

/// A citizens' campaign `dan` at the counters `qn-1` and `an-1`.
pub fn citizens(when: When) -> String {
    let (opens, closes) = period(when);
    format!(
        r#"{UNITS}
[[campaign]]
slug = "dan"
definition = "sipas"
version = "2026.1"
form = "counter"
title = {{ vi = "Hài lòng tại quầy", en = "Satisfaction at the counter" }}
opens = {opens}
closes = {closes}
[[campaign.stratum]]
unit = "qn"
population = 4000
sample = 100
[[campaign.stratum]]
unit = "an"
population = 1000
[[campaign.counter]]
code = "qn-1"
unit = "qn"
name = "Quầy số 1 – Đất đai"
public = true
[[campaign.counter]]
code = "an-1"
unit = "an"
name = "Quầy số 1"
public = true
"#
    )
}

/// What people are told, as a file says it.
const NOTICE: &str = r#"
[campaign.notice]
responsible = { vi = "Sở Nội vụ tỉnh Bình Định", en = "The Department of Home Affairs" }
purpose = { vi = "về lần làm thủ tục tại {unit}, để phục vụ tốt hơn.", en = "on your visit to {unit}" }
legal_ground = { vi = "Quyết định số 12/QĐ-UBND", en = "Decision 12/QĐ-UBND" }
address = "01 Trần Phú, Quy Nhơn"
email = "khaosat@snv.example"
phone = "0256 123 456"
keep_answers_months = 24
keep_list_days = 30
"#;

/// A campaign that tells all that it owes.
pub fn with_notice(file: &str) -> String {
    file.replacen("[[campaign.", &format!("{NOTICE}[[campaign."), 1)
}

/// The same as a demonstration, whose figures are shown at once: those of a real campaign that is open lag behind.
pub fn demonstration(file: &str) -> String {
    file.replace("form = \"counter\"", "form = \"counter\"\ndemonstration = true")
}

/// An officials' campaign `can-bo` with this many invitations, half in each district.
pub fn officials(when: When, invited: usize) -> String {
    let (opens, closes) = period(when);
    let mut file = format!(
        r#"{UNITS}
[[campaign]]
slug = "can-bo"
definition = "officials"
version = "2026.1"
form = "local"
title = {{ vi = "Khảo sát lãnh đạo", en = "Leaders' survey" }}
opens = {opens}
closes = {closes}
"#
    );
    for n in 0..invited {
        let unit = if n % 2 == 0 { "qn" } else { "an" };
        file.push_str(&format!(
            "[[campaign.invitation]]\ncode = \"cb-{n:03}\"\nunit = \"{unit}\"\nname = \"Ông Nguyễn {n}\"\n"
        ));
    }
    file
}

/// The officials' campaign that is open, with an e-mail address for each: `cb1@…`, `cb2@…`.
pub fn officials_by_mail(invited: usize) -> String {
    let mut n = 0;
    officials(When::Now, invited)
        .lines()
        .map(|line| {
            if line.starts_with("name = \"Ông") {
                n += 1;
                format!("{line}\nemail = \"cb{n}@binhdinh.example\"\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect()
}

/// A database with these files applied.
pub fn applied(file: &str) -> Database {
    let database = Database::new();
    apply(&database, file);
    database
}

/// Applies a file to a database.
pub fn apply(database: &Database, file: &str) {
    let path = database.file("apply.toml", file);
    database.run(&["apply", &path]).ok();
}

/// Makes the links of `can-bo` and gives their paths, by the order of the invitations.
pub fn links(database: &Database) -> Vec<String> {
    let lines = database.run(&["links", "can-bo"]).ok();
    lines.lines().map(|line| path(line.split('\t').next_back().unwrap())).collect()
}

/// The path of an address.
pub fn path(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    rest.split_once('/').map_or_else(|| "/".to_owned(), |(_, path)| format!("/{path}"))
}

/// A citizens' campaign that is open, its server and a phone.
pub fn open_counter() -> (Database, Server, Client) {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    let client = server.client();
    (database, server, client)
}

/// The form of a page with every question answered, scales by `code`.
pub fn filled(page: &Page, code: &str) -> Form {
    let mut form = page.form();
    form.answer(|field| {
        let has = |value: &str| field.options.iter().any(|option| option.value == value);
        let chosen = if has(code) {
            code
        } else if has("no") {
            "no"
        } else {
            ""
        };
        if chosen.is_empty() {
            field.options.first().map(|option| option.value.clone())
        } else {
            Some(chosen.to_owned())
        }
    });
    form
}

/// One answer at a counter; asserts that it is acknowledged.
pub fn answer(client: &mut Client, path: &str, code: &str) {
    let page = client.get(path).is(200);
    let form = filled(&page, code);
    client.submit(path, &form).is(303);
}

/// How many answers the report of a campaign counts.
pub fn stored(database: &Database, campaign: &str) -> u64 {
    report(database, campaign)["responses"]["stored"].as_u64().unwrap()
}

/// The report of a campaign, of all answers of the moment.
pub fn report(database: &Database, campaign: &str) -> serde_json::Value {
    let json = database.run(&["report", campaign, "--newest", "--format", "json"]).ok();
    serde_json::from_str(&json).unwrap()
}

/// A moment so many days ago in RFC 3339.
#[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
pub fn ago(days: i64) -> String {
    let moment = Timestamp::now() - SignedDuration::from_hours(24 * days);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Waits for what a server does by itself.
pub fn wait_for(mut done: impl FnMut() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(done(), "it does not happen");
}
