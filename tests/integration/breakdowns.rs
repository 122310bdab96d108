//! Figures by field of procedure, way of filing, channel and counter: who sees them, where, and when not.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use crate::{
    published::{publish, staff},
    support::{
        Client, Database, Server,
        stage::{self, When, applied, citizens, demonstration},
    },
};

const REPORT: &str = "/admin/campaigns/dan/report";

/// A campaign with two counters at each unit that has so many invented answers.
fn measured(when: When) -> (Database, Server) {
    let counter = |unit: &str| {
        format!(
            "[[campaign.counter]]\ncode = \"{unit}-2\"\nunit = \"{unit}\"\nname = \"Quầy số 2 <{unit}>\"\npublic = true\n"
        )
    };
    let database = applied(&format!("{}{}{}", demonstration(&citizens(when)), counter("qn"), counter("an")));
    database.run(&["simulate", "dan", "--responses", "700", "--seed", "5"]).ok();
    let server = Server::start(&database);
    (database, server)
}

fn json(client: &mut Client, address: &str) -> Value {
    serde_json::from_slice(&client.get(address).is(200).bytes).unwrap()
}

/// What the answers are divided by, with the unit: `field`, `counter qn`.
fn divided(report: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().map(|word| format!(" {word}")).unwrap_or_default();
    let all = report["breakdowns"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|own| format!("{}{}", own["by"].as_str().unwrap(), word(&own["unit"]))).collect()
}

#[test]
fn a_closed_campaign_is_read_by_field_channel_and_counter_each_with_a_page_and_files_of_its_own() {
    let (database, server) = measured(When::Before);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let report = json(&mut lan, &format!("{REPORT}.json"));
    let by = divided(&report);
    assert!(by.starts_with(&["field".to_owned(), "filed".to_owned()]), "{by:?}");
    assert!(by.ends_with(&["counter an".to_owned(), "counter qn".to_owned()]), "{by:?}");
    let field = &report["breakdowns"][0]["categories"];
    let shown = field.as_array().unwrap().iter().find(|own| own["index"]["estimate"].is_f64()).unwrap();
    let (code, name) = (shown["code"].as_str().unwrap(), shown["name"].as_str().unwrap());
    let page = lan.get(REPORT).is(200);
    let address = format!("?by=field&amp;category={code}");
    assert!(page.text().contains(&format!("{REPORT}{address}")), "no link to {address}");
    assert!(
        page.text().contains("Kết quả theo lĩnh vực thủ tục") && page.text().contains("Quầy số 2 &lt;qn&gt;")
    );
    let own = format!("by=field&category={code}");
    let page = lan.get(&format!("{REPORT}?{own}")).is(200);
    assert!(page.text().contains(&format!("Lĩnh vực thủ tục: {name}")), "{}", page.text());
    assert!(page.text().contains(&format!("report.docx?{}", own.replace('&', "&amp;"))));
    let alone = json(&mut lan, &format!("{REPORT}.json?{own}"));
    assert_eq!(alone["total"]["index"], shown["index"]);
    assert_eq!(alone["breakdowns"], Value::Null);
    for file in ["docx", "xlsx", "csv", "html"] {
        lan.get(&format!("{REPORT}.{file}?{own}")).is(200);
    }
    let counter = json(&mut lan, &format!("{REPORT}.json?unit=qn&by=counter&category=qn-2"));
    let in_whole = report["breakdowns"].as_array().unwrap().last().unwrap();
    assert_eq!(counter["total"]["index"], in_whole["categories"][1]["index"]);
    lan.get(&format!("/admin/campaigns/dan/cong-van.zip?{own}")).is(404);
    for unknown in ["by=field&category=none", "by=none&category=land", "by=counter&category=qn-2&unit=an"] {
        lan.get(&format!("{REPORT}?{unknown}")).is(404);
    }
}

#[test]
fn an_officer_of_a_unit_sees_its_counters_and_nothing_else_divided() {
    let (database, server) = measured(When::Before);
    let mut officer = staff(&database, &server, "nga", &["unit", "--unit", "an"]);
    let report = json(&mut officer, &format!("{REPORT}.json"));
    assert_eq!(divided(&report), ["counter an"]);
    officer.get(&format!("{REPORT}?by=counter&category=an-2")).is(200);
    for outside in ["by=field&category=land", "by=counter&category=qn-2", "unit=qn&by=counter&category=qn-2"]
    {
        officer.get(&format!("{REPORT}?{outside}")).is(404);
        officer.get(&format!("{REPORT}.json?{outside}")).is(404);
    }
}

#[test]
fn an_open_campaign_has_none_whose_next_answers_would_show() {
    let (database, server) = measured(When::Now);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    assert!(divided(&json(&mut lan, &format!("{REPORT}.json"))).is_empty());
    assert!(!lan.get(REPORT).is(200).text().contains("Kết quả theo lĩnh vực"));
}

#[test]
fn d_06_what_is_set_aside_after_closing_takes_them_away_and_the_report_says_why() {
    let (database, server) = measured(When::Before);
    real(&database, 40);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    assert!(!divided(&json(&mut lan, &format!("{REPORT}.json"))).is_empty());
    // Two people set aside what a counter gave on a day.
    let moment = "(SELECT closes + 2678400000 FROM campaign WHERE slug = 'dan')";
    let day = "(SELECT MIN(day) FROM response)";
    database.execute(&format!(
        "INSERT INTO set_aside (number, campaign, unit, place, first_day, last_day, reason, words, answers, state, proposed,
             proposed_by, decided, decided_by)
         SELECT 1, campaign, unit, number, {day}, {day} + 10, 'trial', 'thử máy trước khi khảo sát', 20, 'out', {moment},
             'lan', {moment}, 'nga' FROM place WHERE counter = 'qn-2'"
    ));
    let report = json(&mut lan, &format!("{REPORT}.json"));
    assert!(report["set_aside"]["responses"].as_u64() > Some(0), "{}", report["set_aside"]);
    assert!(divided(&report).is_empty());
    let page = lan.get(REPORT).is(200);
    assert!(page.text().contains("Không có số liệu theo lĩnh vực"), "{}", page.text());
}

/// Makes a real campaign of the demonstration, which ended so many days ago.
fn real(database: &Database, ended: i64) {
    database.execute("UPDATE campaign SET demonstration = FALSE, weighed = 1");
    let days = (ended - 1) * 86_400_000;
    database.execute(&format!("UPDATE campaign SET opens = opens - {days}, closes = closes - {days}"));
}

#[test]
fn d_05_a_real_campaign_has_none_while_paper_comes_in_and_those_that_were_seen_stay_or_go() {
    let (database, server) = measured(When::Before);
    real(&database, 20);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let of = |client: &mut Client| {
        let report = json(client, &format!("{REPORT}.json"));
        let notes = report["notes"].as_array().unwrap().iter();
        let said = notes.filter_map(|note| note["code"].as_str()).find(|code| code.starts_with("breakdowns"));
        (divided(&report).len(), said.unwrap_or_default().to_owned())
    };
    assert_eq!(of(&mut lan), (0, "breakdowns_later".to_owned()));
    assert!(lan.get(REPORT).is(200).text().contains("khi hết hạn nhập phiếu giấy"));
    // The time for paper is over: from now on no answer comes in.
    real(&database, 16);
    let (some, said) = of(&mut lan);
    assert!(some > 2 && said.is_empty(), "{some} {said}");
    // Other weights are further sums of the same answers.
    let moment = "(SELECT closes FROM campaign WHERE slug = 'dan') + 2678400000";
    database.execute(&format!("UPDATE campaign SET weighed = {moment}"));
    assert_eq!(of(&mut lan), (0, "breakdowns_withheld".to_owned()));
    // Nor is it opened again for a few more.
    let file = citizens(When::Now);
    let refused = database.run(&["apply", &database.file("again.toml", &file)]).fails(1);
    assert!(refused.contains("its end cannot be moved"), "{refused}");
    // Not even to another day that is over, from which paper would be taken once more.
    let (opens, closes) = stage::period(When::Now);
    let (began, ended) = stage::period(When::Before);
    let past = file.replace(&opens, &began).replace(&closes, &ended);
    let refused = database.run(&["apply", &database.file("past.toml", &past)]).fails(1);
    assert!(refused.contains("its end cannot be moved"), "{refused}");
}

#[test]
fn what_changes_populations_is_written_down_and_publishing_ends_the_time_for_paper() {
    let (database, server) = measured(When::Before);
    let weighed = database.number("SELECT weighed FROM campaign WHERE slug = 'dan'");
    assert!(weighed > database.number("SELECT closes FROM campaign"), "the file that gave them came later");
    real(&database, 2);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    assert!(divided(&json(&mut lan, &format!("{REPORT}.json"))).is_empty());
    publish(&mut lan).is(303);
    assert!(divided(&json(&mut lan, &format!("{REPORT}.json"))).len() > 2);
    // What staff are told of when they come is no news for the public.
    let mut reader = server.client();
    assert!(!reader.get("/ket-qua/dan/du-lieu.json").is(200).text().contains("breakdowns"));
}

#[test]
fn what_is_published_has_none_of_them() {
    let (database, server) = measured(When::Before);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    assert!(!divided(&json(&mut lan, &format!("{REPORT}.json"))).is_empty());
    publish(&mut lan).is(303);
    let mut reader = server.client();
    assert!(!reader.get("/ket-qua/dan/du-lieu.json").is(200).text().contains("breakdowns"));
    assert!(!reader.get("/ket-qua/dan").is(200).text().contains("lĩnh vực thủ tục"));
}
