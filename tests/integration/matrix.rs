//! Groups of raters judge sets of units: one link, one sitting, a sheet for each judged unit, nothing that joins them.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

use crate::support::{
    Client, Database, Form, Page, Server,
    stage::{self, When, applied, filled, period, report},
};

/// A province with three agencies and two communes, one of them with a section of its own.
const UNITS: &str = r#"
[[unit]]
code = "bd"
name = "Tỉnh Bình Định"
kind = "province"
[[unit]]
code = "hdnd"
name = "Hội đồng nhân dân tỉnh"
kind = "council"
parent = "bd"
[[unit]]
code = "snv"
name = "Sở Nội vụ"
kind = "department"
parent = "bd"
[[unit]]
code = "stc"
name = "Sở Tài chính"
kind = "department"
parent = "bd"
[[unit]]
code = "syt"
name = "Sở Y tế"
kind = "department"
parent = "bd"
[[unit]]
code = "syt-1c"
name = "Bộ phận một cửa Sở Y tế"
kind = "one-stop"
parent = "syt"
[[unit]]
code = "nb"
name = "Xã Nhơn Bình"
kind = "commune"
parent = "bd"
[[unit]]
code = "qn"
name = "Phường Quy Nhơn"
kind = "commune"
parent = "bd"
"#;

/// The campaign `can-bo`; `more` are its groups, assignments and invitations.
fn campaign(when: When, more: &str) -> String {
    let (opens, closes) = period(when);
    format!(
        r#"{UNITS}
[[campaign]]
slug = "can-bo"
definition = "officials"
version = "2026.2"
form = "agency"
title = {{ vi = "Đánh giá các sở", en = "Assessment of agencies" }}
opens = {opens}
closes = {closes}
{more}"#
    )
}

/// Council members and leaders of agencies judge the agencies; the latter judge communes, too, by another form.
const GROUPS: &str = r#"
[[campaign.group]]
code = "dai-bieu"
name = "Đại biểu HĐND"
[[campaign.group]]
code = "lanh-dao"
name = "Lãnh đạo sở"
[[campaign.assignment]]
group = "dai-bieu"
kind = "department"
[[campaign.assignment]]
group = "lanh-dao"
kind = "department"
below = "bd"
[[campaign.assignment]]
group = "lanh-dao"
units = ["qn"]
form = "commune"
"#;

fn invitation(code: &str, group: &str, unit: &str) -> String {
    format!(
        "[[campaign.invitation]]\ncode = \"{code}\"\ngroup = \"{group}\"\nunit = \"{unit}\"\nname = \"Ông {code}\"\n"
    )
}

/// Invitations of so many council members, and of a leader of each of these units.
fn people(members: usize, leaders: &[&str]) -> String {
    let members = (0..members).map(|n| invitation(&format!("db-{n:02}"), "dai-bieu", "hdnd"));
    let leaders =
        leaders.iter().enumerate().map(|(n, unit)| invitation(&format!("ld-{n:02}"), "lanh-dao", unit));
    members.chain(leaders).collect()
}

/// The links of `can-bo`, by the code of the invitation.
fn links(database: &Database) -> BTreeMap<String, String> {
    let lines = database.run(&["links", "can-bo"]).ok();
    let code = |line: &str| line.split('\t').nth(1).unwrap().to_owned();
    lines.lines().map(|line| (code(line), stage::path(line.split('\t').next_back().unwrap()))).collect()
}

fn open(more: &str) -> (Database, Server, BTreeMap<String, String>) {
    let database = applied(&campaign(When::Now, &format!("{GROUPS}{more}")));
    let links = links(&database);
    let server = Server::start(&database);
    (database, server, links)
}

/// The units that a list asks about, by their codes.
fn units(page: &Page) -> Vec<String> {
    let buttons = page.text().split("data-unit=\"").skip(1);
    buttons.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Presses a button of a page's form.
fn press(client: &mut Client, mut form: Form, go: &str) -> Page {
    form.fields.retain(|field| field.name != "_go");
    let mut fields: Vec<(String, String)> =
        form.pairs().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    fields.push(("_go".to_owned(), go.to_owned()));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(&form.action, &fields)
}

/// Judges one unit by `code` in everything, from the list.
fn judge(client: &mut Client, list: &Page, unit: &str, code: &str) -> Page {
    let page = press(client, list.form(), &format!("unit:{unit}")).is(200);
    press(client, filled(&page, code), "list").is(200)
}

/// Judges these units and sends, with the others left out.
fn sit(client: &mut Client, link: &str, judged: &[(&str, &str)]) -> Page {
    let mut list = client.get(link).is(200);
    for (unit, code) in judged {
        list = judge(client, &list, unit, code);
    }
    press(client, list.form(), "send-some")
}

/// A survey manager at the desk.
fn manager(database: &Database, server: &Server) -> Client {
    let password = "bốn con voi qua sông";
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], password).ok();
    let mut desk = server.client();
    desk.post("/admin/login", &[("name", "thulan"), ("password", password)]).is(303);
    desk
}

/// Used invitations, sittings in the urn, sheets counted.
fn counts(database: &Database) -> [i64; 3] {
    [
        "SELECT COUNT(*) FROM invitation WHERE used",
        "SELECT COUNT(*) FROM urn",
        "SELECT COUNT(*) FROM response",
    ]
    .map(|sql| database.number(sql))
}

/// Which units were judged by which groups.
fn judged(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT p.unit || '/' || p.rater_group FROM response r JOIN place p ON p.number = r.place ORDER BY p.unit",
    )
}

#[test]
fn a_person_judges_the_group_s_units_but_never_the_own_body() {
    let (database, server, links) = open(&people(1, &["snv", "syt-1c", "qn"]));
    let mut client = server.client();
    let mut of = |code: &str| units(&client.get(&links[code]).is(200));
    assert_eq!(of("db-00"), ["snv", "stc", "syt"]);
    assert_eq!(of("ld-00"), ["qn", "stc", "syt"], "who leads Sở Nội vụ does not judge it");
    assert_eq!(of("ld-01"), ["qn", "snv", "stc"], "who works in a section of Sở Y tế does not judge Sở Y tế");
    assert_eq!(of("ld-02"), ["snv", "stc", "syt"], "who leads a commune does not judge it");
    // Asking for the own unit all the same leads back to the list, and nothing about it is kept.
    let list = client.get(&links["ld-00"]).is(200);
    assert_eq!(units(&press(&mut client, list.form(), "unit:snv").is(200)).len(), 3);
    let mut forged = list.form();
    forged.set("_kept", r#"{"units":{"snv":{"1":"5"}}}"#);
    press(&mut client, forged, "send").is(422);
    assert_eq!(counts(&database), [0, 0, 0]);
}

#[test]
fn what_was_left_out_is_not_stored_and_all_is_sent_once() {
    let (database, server, links) = open(&people(2, &["snv"]));
    let mut client = server.client();
    let link = &links["ld-00"];
    // B-11: however far somebody gets, the server keeps nothing.
    let list = client.get(link).is(200);
    let page = press(&mut client, list.form(), "unit:stc").is(200);
    assert!(page.text().contains("Sở Tài chính"));
    let incomplete = press(&mut client, page.form(), "next").is(200);
    assert!(incomplete.text().contains("Sở Y tế"), "a unit without answers is left out");
    let mut half = page.form();
    half.set("steering.drive", "4");
    let half = press(&mut client, half, "next").is(422);
    assert!(half.text().contains("id=\"errors\"") && half.form().value("steering.drive") == Some("4"));
    // It says which unit and what to do.
    assert!(half.text().contains("Chưa xong phần đánh giá “Sở Tài chính”"), "{}", half.text());
    assert!(half.text().contains("Nếu không muốn đánh giá đơn vị này"), "{}", half.text());
    let mut text = filled(&page, "4");
    text.set("comment", "Cần \"nhanh\" hơn\nnữa & rõ hơn");
    let next = press(&mut client, text, "next").is(200);
    assert!(next.text().contains("Sở Y tế"), "the next one that is not judged yet");
    let list = press(&mut client, next.form(), "skip").is(200);
    let list = judge(&mut client, &list, "qn", "2");
    assert_eq!(list.text().matches("unit judged").count(), 2);
    // What was answered about a unit is shown when it is opened again.
    let again = press(&mut client, list.form(), "unit:stc").is(200).form();
    assert_eq!(again.value("service.attitude"), Some("4"));
    assert_eq!(again.value("comment").map(str::trim_start), Some("Cần \"nhanh\" hơn\nnữa & rõ hơn"));
    assert_eq!(counts(&database), [0, 0, 0]);
    // Once it is asked whether the unit without answers is meant to be left out; nothing is sent by asking.
    let sure = press(&mut client, list.form(), "send").is(200);
    assert!(
        sure.text().contains("Còn 1 đơn vị chưa đánh giá") && sure.text().contains("<li>Sở Y tế</li>"),
        "{}",
        sure.text()
    );
    assert!(!sure.text().contains("<li>Sở Tài chính</li>"));
    assert!(press(&mut client, sure.form(), "next").is(200).text().contains("Sở Y tế"), "the way on");
    assert_eq!(counts(&database), [0, 0, 0]);
    let sent = press(&mut client, sure.form(), "send-some").is(303);
    assert!(!sent.header("location").contains(link.trim_start_matches("/m/")));
    assert_eq!(counts(&database), [1, 1, 0]);
    // The same form again is thanked again, every step after it says that the link was used (A-05).
    press(&mut client, sure.form(), "send-some").is(303);
    press(&mut client, list.form(), "unit:stc").is(410);
    let used = client.get(link).is(410);
    assert!(!used.text().contains("nhanh"));
    assert_eq!(counts(&database), [1, 1, 0]);
    // A sitting with nothing judged, and that of a scanner which sends what it finds (A-04), use nothing up.
    let untouched = client.get(&links["db-00"]).is(200);
    client.submit(&links["db-00"], &untouched.form()).is(422);
    assert_eq!(counts(&database), [1, 1, 0]);
    // When the urn is opened, a sheet for each unit that was judged and none for the one left out.
    drop(server);
    stage::apply(&database, &campaign(When::Before, &format!("{GROUPS}{}", people(2, &["snv"]))));
    report(&database, "can-bo");
    assert_eq!(judged(&database), ["qn/lanh-dao", "stc/lanh-dao"]);
    assert_eq!(database.texts("SELECT unit FROM comment"), ["stc"]);
}

#[test]
fn a_07_of_many_sittings_at_once_exactly_one_is_kept_whole() {
    let (database, server, links) = open(&people(2, &[]));
    let link = &links["db-00"];
    let mut client = server.client();
    let list = client.get(link).is(200);
    let list = judge(&mut client, &list, "snv", "5");
    let list = judge(&mut client, &list, "syt", "1");
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let (server, list) = (&server, &list);
        let senders: Vec<_> = (0..24)
            .map(|n| {
                scope.spawn(move || {
                    let mut form = list.form();
                    form.fields.iter_mut().find(|f| f.name == "submission").unwrap().values =
                        vec![format!("{n:032x}")];
                    press(&mut server.client(), form, "send-some").status
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303);
    assert!(statuses[1..].iter().all(|status| *status == 410), "{statuses:?}");
    assert_eq!(counts(&database), [1, 1, 0]);
    assert_eq!(database.run(&["doctor"]).ok().matches("fault").count(), 0);
}

/// B-01 to B-06 where a person leaves several sheets: nothing groups those of one sitting, since whoever judged all units
/// but one would be known by it.
#[test]
fn b_02_b_03_nothing_groups_the_sheets_of_one_sitting() {
    let members = 12;
    let (database, server, links) = open(&people(members, &["snv", "stc", "syt"]));
    let mut client = server.client();
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let mut sheets = 0;
    for (n, link) in links.values().enumerate() {
        let list = client.get(link).is(200);
        let asked = units(&list);
        let code = ["1", "5"][n % 2];
        let mut page = press(&mut client, list.form(), &format!("unit:{}", asked[0])).is(200);
        for _ in &asked {
            let mut form = filled(&page, code);
            form.set("comment", &format!("ý kiến {n}"));
            page = press(&mut client, form, "next").is(200);
        }
        press(&mut client, page.form(), "send-some").is(303);
        // One row more, as long as any other, whatever was judged.
        let now: BTreeSet<String> = database.texts("SELECT id FROM urn").into_iter().collect();
        assert_eq!(now.difference(&ids).count(), 1);
        ids = now;
        sheets += asked.len();
    }
    assert_eq!(database.number("SELECT COUNT(DISTINCT LENGTH(sealed)) FROM urn"), 1);
    drop(server);
    stage::apply(
        &database,
        &campaign(When::Before, &format!("{GROUPS}{}", people(members, &["snv", "stc", "syt"]))),
    );
    report(&database, "can-bo");
    let total = i64::try_from(sheets).unwrap();
    assert_eq!(counts(&database), [15, 0, total]);
    // Where a row lies tells no sitting: every second one said 1 everywhere, the others 5. Sheets that lie side by side
    // are of the same kind about as often as by chance, not always as they were put in.
    let order = if database.is_postgres() { "ctid" } else { "id" };
    let rows = database.texts(&format!("SELECT answers FROM response ORDER BY {order}"));
    let alike = rows.windows(2).filter(|pair| pair[0].chars().take(8).eq(pair[1].chars().take(8))).count();
    assert!(alike < rows.len() * 4 / 5, "{alike} of {} neighbours are of one kind", rows.len());
    let after: BTreeSet<String> = database.texts("SELECT id FROM response").into_iter().collect();
    assert!(ids.is_disjoint(&after) && after.len() == sheets);
    assert_eq!(database.number("SELECT COUNT(*) FROM comment"), total);
    // Who screens comments is told which unit each is about, no more finely than the report says it: three persons judged the
    // commune.
    let server = Server::start(&database);
    let mut desk = manager(&database, &server);
    let screen = "/admin/campaigns/can-bo/y-kien";
    let page = desk.get(screen).is(200);
    assert!(
        page.text().contains("Về Sở Tài chính") && page.text().contains("value=\"stc\""),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("value=\"qn\"") && !page.text().contains("Quy Nhơn"), "{}", page.text());
    assert!(page.text().contains("<option value=\"stc\""));
    let forged = desk.get(&format!("{screen}?unit=qn")).is(200);
    assert_eq!(forged.text().matches("<fieldset").count(), page.text().matches("<fieldset").count());
    let one = desk.get(&format!("{screen}?unit=stc")).is(200);
    assert!(one.text().contains("Về Sở Tài chính") && !one.text().contains("Về Sở Y tế"));
    assert!(!one.text().contains("{unit}"));
    for table in ["urn", "response", "comment"] {
        for column in ["rater_group", "invitation", "token_hash", "sitting", "submission"] {
            assert!(!database.columns(table).iter().any(|c| c == column), "{table}.{column}");
        }
    }
}

#[test]
fn who_judges_one_unit_gets_its_questionnaire_at_once() {
    let one = r#"
[[campaign.group]]
code = "dai-bieu"
name = "Đại biểu HĐND"
[[campaign.assignment]]
group = "dai-bieu"
units = ["bd"]
form = "council"
"#;
    let database = applied(&campaign(When::Now, &format!("{one}{}", people(2, &[]))));
    let links = links(&database);
    let server = Server::start(&database);
    let mut client = server.client();
    let page = client.get(&links["db-00"]).is(200);
    assert!(
        page.text().contains("Tỉnh Bình Định") && page.form().field("steering.attention").name.contains('.')
    );
    client.submit(&links["db-00"], &filled(&page, "5")).is(303);
    assert_eq!(counts(&database), [1, 1, 0]);
    drop(server);
    stage::apply(&database, &campaign(When::Before, &format!("{one}{}", people(2, &[]))));
    report(&database, "can-bo");
    assert_eq!(judged(&database), ["bd/dai-bieu"]);
}

#[test]
fn files_that_say_twice_is_once_and_mistakes_are_named() {
    let database = applied(&campaign(When::Now, &format!("{GROUPS}{}", people(6, &["snv"]))));
    let apply = |more: &str| {
        let path = database.file("again.toml", &campaign(When::Now, more));
        database.run(&["apply", &path, "--dry-run"])
    };
    // The period is of this moment, so that it alone has changed.
    let lines = apply(&format!("{GROUPS}{}", people(6, &["snv"]))).ok();
    assert!(lines.lines().all(|line| line.contains("opens:")), "{lines}");
    let refused = |more: &str, words: &[&str]| {
        let output = apply(more).fails(1);
        for word in words {
            assert!(output.contains(word), "{word:?} in {output}");
        }
    };
    let with = |more: &str| format!("{GROUPS}{}{more}", people(6, &["snv"]));
    refused(
        &with(&invitation("ld-09", "lanh-dao", "snv").replace("Ông ld-09", "ông  LD-00")),
        &["ld-09", "ld-00", "the same person"],
    );
    refused(
        &with(&invitation("db-00-2", "lanh-dao", "hdnd").replace("Ông db-00-2", "Ong DB-00")),
        &["dai-bieu", "lanh-dao"],
    );
    refused(&with(&invitation("x", "lanh-da", "snv")), &["lanh-da", "lanh-dao"]);
    refused(&with("[[campaign.invitation]]\ncode = \"x\"\nunit = \"snv\"\n"), &["names no group"]);
    refused(&with("[[campaign.counter]]\ncode = \"q\"\nunit = \"qn\"\nname = \"Quầy\"\n"), &["no counters"]);
    refused(&with("[[campaign.stratum]]\nunit = \"qn\"\npopulation = 4\n"), &["strata"]);
    refused(
        &with("[[campaign.assignment]]\ngroup = \"dai-bieu\"\nunits = [\"snv\"]\nform = \"commune\"\n"),
        &["two different forms"],
    );
    refused(&with("[[campaign.assignment]]\ngroup = \"dai-bieu\"\nkind = \"ward\"\n"), &["ward"]);
    refused(&with("[[campaign.assignment]]\ngroup = \"dai-bieu\"\n"), &["units"]);
    refused(&with("[[campaign.group]]\ncode = \"x\"\nname = \"X\"\nweight = 0.5\n"), &["weight"]);
    let own = "[[campaign.group]]\ncode = \"g\"\nname = \"G\"\n[[campaign.assignment]]\ngroup = \"g\"\nunits = [\"snv\"]\n";
    refused(&format!("{own}{}", invitation("x", "g", "snv")), &["nothing to judge"]);
    refused(&people(1, &[]), &["dai-bieu"]);
    // Once somebody has answered, nothing that was judged can be taken out, and nobody changes the group.
    let server = Server::start(&database);
    sit(&mut server.client(), &links(&database)["db-00"], &[("snv", "5")]).is(303);
    let less = GROUPS.replace("units = [\"qn\"]", "units = [\"nb\"]");
    refused(&format!("{less}{}", people(6, &["snv"])), &["has answers"]);
    let more = format!(
        "{GROUPS}[[campaign.assignment]]\ngroup = \"lanh-dao\"\nunits = [\"nb\"]\nform = \"commune\"\n{}",
        people(6, &["snv"])
    );
    apply(&more).ok();
    let moved = people(6, &["snv"]).replacen("dai-bieu", "lanh-dao", 1);
    refused(&format!("{GROUPS}{moved}"), &["db-00", "dai-bieu"]);
}

#[test]
fn managers_say_on_a_page_who_judges_what_by_the_rules_of_files() {
    let database = applied(&campaign(When::Later, ""));
    let server = Server::start(&database);
    let mut desk = manager(&database, &server);
    let path = "/admin/campaigns/can-bo/raters";
    let overview = desk.get("/admin/campaigns/can-bo").is(200);
    assert!(overview.text().contains(path));
    // Who is asked by personal links has no counter to be led to.
    for at_counters in ["can-bo/counters", "can-bo/print", "can-bo/theo-doi"] {
        assert!(!overview.text().contains(at_counters), "{at_counters}: {}", overview.text());
    }
    let new = "/admin/campaigns/new?form=officials%2F2026.2%2Fagency";
    let mut sheet = desk.get(new).is(200).form_to("/admin/campaigns/new");
    for (field, value) in [
        ("title.vi", "Đánh giá thử"),
        ("slug", "thu"),
        ("opens.day", "01/01/2040"),
        ("closes.day", "31/01/2040"),
    ] {
        sheet.set(field, value);
    }
    let made = desk.submit("/admin/campaigns/new", &sheet).is(303);
    assert!(made.header("location").starts_with("/admin/campaigns/thu/raters?"));
    assert!(desk.get(made.header("location")).is(200).text().contains("/admin/campaigns/thu/nguoi-duoc-moi"));
    let check = desk.get("/admin/campaigns/thu").is(200);
    assert!(check.text().contains("Danh sách mời còn trống") && !check.text().contains("thu/counters"));
    let form = |page: &Page| {
        let all = Form::all(page.text());
        all.into_iter().find(|form| form.fields.iter().any(|field| field.name == "assignments")).unwrap()
    };
    let value = |form: &Form, name: &str| form.value(name).map(str::trim).unwrap_or_default().to_owned();
    let empty = form(&desk.get(path).is(200));
    let mut first = empty.clone();
    first.set("groups", "dai-bieu; Đại biểu HĐND\nlanh-dao; Lãnh đạo sở");
    first.set("assignments", "dai-bieu; *department\nlanh-dao; qn, nb; commune");
    desk.submit(path, &first).is(303);
    let saved = form(&desk.get(path).is(200));
    assert_eq!(value(&saved, "assignments"), "dai-bieu; *department; agency\nlanh-dao; *commune; commune");
    assert_eq!(database.number("SELECT COUNT(*) FROM assignment"), 5);
    // What cannot be is said at its field, with everything typed kept.
    let typed = "dai-bieu; Đại biểu HĐND; 0,4\nlanh-dao; Lãnh đạo sở";
    let mut wrong = saved;
    wrong.set("groups", typed);
    wrong.set("assignments", "dai-bieu; *departments\nlanh-dao; qn; commune");
    let kept = desk.submit(path, &wrong).is(422);
    assert!(kept.text().contains("*departments"));
    assert_eq!(value(&form(&kept), "groups"), typed);
    wrong.set("assignments", "dai-bieu; *department\nlanh-dao; qn; commune");
    assert!(desk.submit(path, &wrong).is(422).text().contains("chưa có trọng số"), "all weights or none");
    // The same by choices: a card for each group and an empty one; what is wrong stands once, at its field.
    let cards = |page: &Page| {
        let all = Form::all(page.text());
        all.into_iter().find(|form| form.fields.iter().any(|field| field.name == "g0.name")).unwrap()
    };
    let chosen = cards(&desk.get(path).is(200));
    assert_eq!(chosen.value("g0.name"), Some("Đại biểu HĐND"));
    assert_eq!(chosen.value("g2.name").unwrap_or_default(), "");
    let mut idle = chosen.clone();
    idle.set("g2.name", "Công chức");
    let page = desk.submit(path, &idle).is(422);
    assert_eq!(page.text().matches("Nhóm “Công chức” chưa được giao").count(), 2, "above, and at the field");
    assert_eq!(cards(&page).value("g2.name"), Some("Công chức"));
    let mut more = idle;
    more.set("g2.more.agency", "Sở nội vụ");
    desk.submit(path, &more).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM assignment"), 6);
    let mut gone = cards(&desk.get(path).is(200));
    let last = (0..3).find(|n| gone.value(&format!("g{n}.name")) == Some("Công chức")).unwrap();
    gone.set(&format!("g{last}.name"), "");
    desk.submit(path, &gone).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM assignment"), 5);
    // Who began before somebody else saved is told so.
    let mut late = empty;
    late.set("groups", "khac; Nhóm khác");
    desk.submit(path, &late).is(409);
    assert_eq!(database.number("SELECT COUNT(*) FROM assignment"), 5);
}
