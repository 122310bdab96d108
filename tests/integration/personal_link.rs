//! An official with a personal link: used once, and nothing joins it to the answers.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, thread};

use crate::support::{
    Client, Database, Server,
    stage::{self, When, applied, filled, links, officials, report},
};

fn open(invited: usize) -> (Database, Server, Vec<String>) {
    let database = applied(&officials(When::Now, invited));
    let links = links(&database);
    assert_eq!(links.len(), invited);
    let server = Server::start(&database);
    (database, server, links)
}

fn answer(client: &mut Client, link: &str, code: &str) {
    let page = client.get(link).is(200);
    let form = filled(&page, code);
    client.submit(link, &form).is(303);
}

/// Numbers of used invitations and of sheets in the urn and the responses.
fn counts(database: &Database) -> (i64, i64, i64) {
    let count = |sql: &'static str| database.number(sql);
    (
        count("SELECT COUNT(*) FROM invitation WHERE used"),
        count("SELECT COUNT(*) FROM urn"),
        count("SELECT COUNT(*) FROM response"),
    )
}

#[test]
fn a_03_looking_at_a_link_leaves_it_unused() {
    let (database, server, links) = open(2);
    let agents = ["WhatsApp/2.24", "facebookexternalhit/1.1", "Zalo", "Mozilla/5.0 (SafeLinks)"];
    for n in 0..100 {
        let mut scanner = server.client();
        let address = format!("203.0.113.{n}");
        let headers = [("x-forwarded-for", address.as_str()), ("user-agent", agents[n % agents.len()])];
        for method in ["GET", "HEAD", "OPTIONS"] {
            scanner.send(method, &links[0], &headers, b"");
        }
    }
    assert_eq!(counts(&database), (0, 0, 0));
    answer(&mut server.client(), &links[0], "5");
    assert_eq!(counts(&database), (1, 1, 0));
}

#[test]
fn m_09_the_longest_form_of_a_personal_link_weighs_at_most_14_kib_with_its_script() {
    /// Of both answers; a little more than they have behind HTTPS.
    const HEADS: usize = 1_600;
    let database = applied(&officials(When::Now, 1).replace("version = \"2026.1\"", "version = \"2026.2\""));
    let server = Server::start(&database);
    let [link] = links(&database).try_into().unwrap();
    let mut phone = server.client();
    let page = phone.get(&link).is(200);
    let (_, rest) = page.text().split_once("<script defer src=\"").unwrap();
    let script = rest.split('"').next().unwrap().to_owned();
    let mut weight = |path: &str| {
        let packed = phone.send("GET", path, &[("accept-encoding", "gzip, deflate, br")], b"");
        assert_eq!(packed.header("content-encoding"), "br");
        packed.bytes.len()
    };
    let weight = weight(&link) + weight(&script) + HEADS;
    assert!(weight <= 14 * 1024, "{weight} bytes");
}

#[test]
fn a_04_the_untouched_form_of_a_scanner_uses_nothing_up() {
    let (database, server, links) = open(2);
    let mut scanner = server.client();
    let untouched = scanner.get(&links[0]).is(200).form();
    scanner.submit(&links[0], &untouched).is(422);
    assert_eq!(counts(&database), (0, 0, 0));
    answer(&mut scanner, &links[0], "5");
}

#[test]
fn a_05_a_used_link_says_so_and_shows_no_answer() {
    let (database, server, links) = open(2);
    let mut official = server.client();
    let page = official.get(&links[0]).is(200);
    let mut form = filled(&page, "2");
    let text = form.fields.iter().find(|f| f.kind == crate::support::Kind::Text).unwrap().name.clone();
    form.set(&text, "một nhận xét riêng");
    official.submit(&links[0], &form).is(303);
    let used = official.get(&links[0]).is(410);
    assert!(used.text().contains("<html lang=\"vi\"") && !used.text().contains("nhận xét riêng"));
    let other = filled(&page, "5");
    let mut other = other;
    other.fields.iter_mut().find(|f| f.name == "submission").unwrap().values = vec!["f".repeat(32)];
    official.submit(&links[0], &other).is(410);
    assert_eq!(counts(&database), (1, 1, 0));
}

#[test]
fn the_same_form_sent_again_is_thanked_again() {
    let (database, server, links) = open(2);
    let mut official = server.client();
    let form = filled(&official.get(&links[0]).is(200), "4");
    official.submit(&links[0], &form).is(303);
    official.submit(&links[0], &form).is(303);
    assert_eq!(counts(&database), (1, 1, 0));
}

#[test]
fn a_06_unknown_and_malformed_links_cannot_be_told_apart() {
    let (_database, server, links) = open(2);
    let mut stranger = server.client();
    let unknown = stranger.get(&format!("/m/{}", "0".repeat(26))).is(404);
    for path in ["/m/x", "/m/%27", "/m/cam-ong", "/m/00000000-0000-0000-0000-000000000000"] {
        let malformed = stranger.get(path).is(404);
        assert_eq!(malformed.bytes, unknown.bytes, "{path}");
        let names = |page: &crate::support::Page| {
            page.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>()
        };
        assert_eq!(names(&malformed), names(&unknown), "{path}");
    }
    stranger.post("/m", &[("token", "x")]).is(404);
    stranger.post("/m", &[]).is(404);
    stranger.get(&links[0]).is(200);
}

#[test]
fn a_06_links_of_campaigns_that_are_not_open_say_so() {
    for (when, status) in [(When::Later, 404), (When::Before, 410)] {
        let database = applied(&officials(when, 2));
        let links = links(&database);
        let server = Server::start(&database);
        server.client().get(&links[0]).is(status);
        server.client().post(&links[0], &[]).is(status);
        assert_eq!(counts(&database), (0, 0, 0));
    }
}

#[test]
fn a_07_of_many_forms_at_once_exactly_one_is_kept() {
    let (database, server, links) = open(2);
    let page = server.client().get(&links[0]).is(200);
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let (server, page, link) = (&server, &page, &links[0]);
        let senders: Vec<_> = (0..200)
            .map(|n| {
                scope.spawn(move || {
                    let mut form = filled(page, if n % 2 == 0 { "5" } else { "1" });
                    let key = format!("{n:032x}");
                    form.fields.iter_mut().find(|f| f.name == "submission").unwrap().values = vec![key];
                    server.client().submit(link, &form).status
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303);
    assert!(statuses[1..].iter().all(|status| *status == 410), "{statuses:?}");
    assert_eq!(counts(&database), (1, 1, 0));
}

#[test]
fn a_08_a_form_of_another_link_or_campaign_is_refused() {
    let (database, server, links) = open(2);
    stage::apply(&database, &stage::citizens(When::Now));
    let mut official = server.client();
    let form = filled(&official.get(&links[0]).is(200), "5");
    // The token in the body is one link's, the address another's.
    let fields: Vec<(&str, &str)> = form.pairs();
    official.post(&links[1], &fields).is(404);
    // An official's form at a citizen's counter.
    official.post("/k/qn-1", &fields).is(422);
    // Another campaign's name in the form.
    let mut other = form.clone();
    other.fields.iter_mut().find(|f| f.name == "_campaign").unwrap().values = vec!["dan".to_owned()];
    official.submit(&links[0], &other).is(422);
    assert_eq!(counts(&database), (0, 0, 0));
}

#[test]
fn a_15_no_address_after_the_first_holds_the_token() {
    let (_database, server, links) = open(2);
    let token = links[0].strip_prefix("/m/").unwrap().to_owned();
    let mut official = server.client();
    let form = filled(&official.get(&links[0]).is(200), "5");
    assert!(!form.action.contains(&token), "{}", form.action);
    let sent = official.submit(&links[0], &form).is(303);
    assert!(!sent.header("location").contains(&token));
    assert!(!official.get(sent.header("location")).is(200).text().contains(&token));
    official.get(&links[0]).is(410);
}

#[test]
fn b_07_until_it_closes_a_link_campaign_shows_no_result() {
    let (database, server, links) = open(20);
    let before = report(&database, "can-bo");
    // Not all alike: that would be hidden after the end, too (D-04).
    for (n, link) in links[..12].iter().enumerate() {
        answer(&mut server.client(), link, if n < 6 { "5" } else { "1" });
    }
    let during = report(&database, "can-bo");
    let still = |report: &serde_json::Value| {
        let mut report = report.clone();
        report["generated_at"] = serde_json::Value::Null;
        report
    };
    assert_eq!(still(&before), still(&during), "twelve answers on one day show nowhere");
    assert_eq!(during["total"]["index"]["publish"], "suppress");
    assert_eq!(during["total"]["index"]["estimate"], serde_json::Value::Null);
    assert!(during["notes"].as_array().unwrap().iter().any(|note| note["code"] == "closed_until_end"));
    stage::apply(&database, &officials(When::Before, 20));
    let after = report(&database, "can-bo");
    assert_eq!(after["responses"]["stored"], 12);
    assert_eq!(after["total"]["index"]["n"], 12);
    assert_eq!(counts(&database), (12, 0, 12));
}

#[test]
fn b_07_an_officer_is_not_told_that_nobody_answered_while_answers_wait() {
    let (database, server, links) = open(20);
    for link in &links[..12] {
        answer(&mut server.client(), link, "5");
    }
    let password = "bốn con voi qua sông";
    database.run_with_input(&["user", "add", "hoa", "--role", "officer", "--unit", "qn"], password).ok();
    let mut officer = server.client();
    officer.post("/admin/login", &[("name", "hoa"), ("password", password)]).is(303);
    let page = officer.get("/admin/campaigns/can-bo/report").is(200);
    assert!(page.text().contains("Quy Nhơn") && !page.text().contains("Chưa có phiếu"), "{}", page.text());
    let json = officer.get("/admin/campaigns/can-bo/report.json").is(200);
    let json: serde_json::Value = serde_json::from_str(json.text()).unwrap();
    assert_eq!(json["total"]["responses"], serde_json::Value::Null);
    assert_eq!(json["units"][0]["responses"], serde_json::Value::Null);
}

#[test]
fn b_06_the_urn_is_shuffled_out_once() {
    let (database, server, links) = open(12);
    for (n, link) in links.iter().enumerate() {
        answer(&mut server.client(), link, if n < 6 { "5" } else { "1" });
    }
    drop(server);
    stage::apply(&database, &officials(When::Before, 12));
    let first = report(&database, "can-bo");
    let second = report(&database, "can-bo");
    assert_eq!(first["total"], second["total"]);
    assert_eq!(counts(&database), (12, 0, 12));
    assert_eq!(database.number("SELECT COUNT(DISTINCT day) FROM response"), 1);
}

#[test]
fn a_09_b_13_a_campaign_that_closes_while_an_official_writes_keeps_nothing_and_no_cookie_is_set() {
    let (database, server, links) = open(2);
    let mut official = server.client();
    let form = filled(&official.get(&links[0]).is(200), "5");
    stage::apply(&database, &officials(When::Before, 2));
    let late = official.submit(&links[0], &form).is(410);
    assert!(late.text().contains("kết thúc"), "{}", late.text());
    assert_eq!(counts(&database), (0, 0, 0));
    assert!(official.cookies().is_empty());
}

/// Spearman's rank correlation of two orders of the same things, times √(n − 1): by chance about normal.
fn rank_correlation(one: &[usize], other: &[usize]) -> f64 {
    let n = f64::from(u32::try_from(one.len()).unwrap());
    let distance: f64 = one
        .iter()
        .enumerate()
        .map(|(at, thing)| at.abs_diff(other.iter().position(|it| it == thing).unwrap()))
        .map(|far| f64::from(u32::try_from(far).unwrap()).powi(2))
        .sum();
    (1.0 - 6.0 * distance / (n * (n * n - 1.0))) * (n - 1.0).sqrt()
}

#[test]
fn b_02_the_order_of_the_answers_tells_nothing_of_the_order_of_the_links() {
    /// Less than one in a million by chance, in either direction.
    const CHANCE: f64 = 5.0;
    const BITS: usize = 6;
    let (database, server, links) = open(50);
    // Every sheet says who it is of: in its first six answers, 5 for one and 1 for nought. Nobody has such an attacker's luck.
    let sent: Vec<usize> = (0..50).map(|n| n * 17 % 50).collect();
    for n in &sent {
        let mut client = server.client();
        let page = client.get(&links[*n]).is(200);
        let mut form = filled(&page, "1");
        let scales = form.fields.iter_mut().filter(|field| field.options.iter().any(|it| it.value == "5"));
        for (bit, field) in scales.take(BITS).enumerate() {
            field.values = vec![if n >> bit & 1 == 1 { "5" } else { "1" }.to_owned()];
        }
        client.submit(&links[*n], &form).is(303);
    }
    drop(server);
    stage::apply(&database, &officials(When::Before, 50));
    report(&database, "can-bo");
    // As they lie (PostgreSQL's ctid), by number, and by what was answered.
    for order in ["", " ORDER BY id", " ORDER BY answers"] {
        let rows = database.texts(&format!("SELECT answers FROM response{order}"));
        let rows: Vec<usize> = rows.iter().map(|row| who(row, &rows, BITS)).collect();
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 50, "every sheet is known again");
        if order == " ORDER BY answers" {
            // What the attacker looks for is found where it is.
            assert!(rank_correlation(&rows, &reversed_bits(BITS)).abs() > CHANCE);
            continue;
        }
        let listed: Vec<usize> = (0..50).collect();
        for (guess, by) in [(&listed, "the list"), (&sent, "when they came")] {
            let z = rank_correlation(&rows, guess);
            assert!(z.abs() < CHANCE, "{order}: z = {z} against {by}");
        }
    }
}

/// Whose sheet a row is: its answers differ from others' in as many places as there are bits.
fn who(row: &str, all: &[String], bits: usize) -> usize {
    let bytes = |row: &str| row.as_bytes().chunks(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (row, all): (_, Vec<_>) = (bytes(row), all.iter().map(|row| bytes(row)).collect());
    let differs = |at: &usize| all.iter().any(|other| other[*at] != all[0][*at]);
    let places: Vec<usize> = (0..row.len()).filter(differs).collect();
    assert_eq!(places.len(), bits, "nothing else differs");
    // Of 0 to 49 the highest bit is rarely set, which tells what 5 is stored as.
    let last = places[bits - 1];
    let is_five = |value: &Vec<u8>| all.iter().filter(|other| other[last] == *value).count() < 25;
    let five = all.iter().map(|other| &other[last]).find(|value| is_five(value)).unwrap();
    places.iter().enumerate().map(|(bit, at)| usize::from(row[*at] == *five) << bit).sum()
}

/// The numbers 0 to 49 in the order of their first bits.
fn reversed_bits(bits: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..50).collect();
    all.sort_by_key(|n| (0..bits).map(|bit| (n >> bit & 1) << (bits - 1 - bit)).sum::<usize>());
    all
}

#[test]
fn b_01_b_05_nothing_in_the_answers_refers_to_the_invitations_or_to_a_time() {
    let (database, server, links) = open(4);
    for link in &links {
        answer(&mut server.client(), link, "5");
    }
    drop(server);
    for table in ["urn", "response", "comment"] {
        let columns = database.columns(table);
        for column in ["token", "token_hash", "invitation", "code", "email", "name", "created", "time", "at"]
        {
            assert!(!columns.iter().any(|c| c == column), "{table}.{column}");
        }
    }
    let hashes: BTreeSet<String> = database.texts("SELECT token_hash FROM invitation").into_iter().collect();
    let ids: BTreeSet<String> = database.texts("SELECT id FROM urn").into_iter().collect();
    assert_eq!((hashes.len(), ids.len()), (4, 4));
    for id in &ids {
        assert!(!hashes.iter().any(|hash| hash.contains(id.as_str())), "an id is part of a token's hash");
    }
}

#[test]
fn b_04_answers_lie_in_the_order_of_random_ids() {
    let (database, server, links) = open(4);
    for link in &links {
        answer(&mut server.client(), link, "5");
    }
    drop(server);
    if !database.is_postgres() {
        for table in ["urn", "response", "comment"] {
            let sql = format!("SELECT sql FROM sqlite_master WHERE name = '{table}'");
            assert!(database.texts(&sql)[0].contains("WITHOUT ROWID"), "{table}");
        }
    }
    let before: BTreeSet<String> = database.texts("SELECT id FROM urn").into_iter().collect();
    stage::apply(&database, &officials(When::Before, 4));
    report(&database, "can-bo");
    let after: BTreeSet<String> = database.texts("SELECT id FROM response").into_iter().collect();
    assert_eq!((before.len(), after.len()), (4, 4));
    assert!(before.is_disjoint(&after), "every answer gets a new random id when the urn is opened");
}

#[test]
fn b_03_no_transaction_number_joins_a_link_to_its_answers() {
    let (database, server, links) = open(10);
    if !database.is_postgres() {
        return;
    }
    for (n, link) in links.iter().take(5).enumerate() {
        answer(&mut server.client(), link, "5");
        let joined = database.number(
            "SELECT COUNT(DISTINCT i.code) FROM invitation i JOIN urn u ON i.xmin = u.xmin WHERE i.campaign = u.campaign",
        );
        assert!(
            joined == 0 || joined == 10,
            "after {n} answers a transaction number names {joined} invitations"
        );
    }
}

#[test]
fn b_12_tokens_and_answers_stand_in_no_log() {
    let database = applied(&officials(When::Now, 2));
    let links = links(&database);
    let server = Server::start_with(&database, &[("SIPAS_LOG", "debug")]);
    let mut official = server.client();
    let token = links[0].strip_prefix("/m/").unwrap();
    let form = filled(&official.get(&links[0]).is(200), "5");
    let key = form.value("submission").unwrap().to_owned();
    official.submit(&links[0], &form).is(303);
    official.get(&links[0]).is(410);
    let log = server.stderr();
    assert!(!log.contains(token) && !log.contains(&key), "{log}");
    assert!(!server.stdout().contains(token));
}

#[test]
fn c_04_link_answers_are_as_many_as_used_links() {
    let (database, server, links) = open(16);
    thread::scope(|scope| {
        for link in &links {
            let server = &server;
            scope.spawn(move || answer(&mut server.client(), link, "4"));
        }
    });
    assert_eq!(counts(&database), (16, 16, 0));
}

#[test]
fn b_11_answers_sent_to_a_replaced_link_stay_in_the_page_and_go_out_by_the_newer_one() {
    let (database, server, links) = open(2);
    let mut client = server.client();
    let older = &links[0];
    let mut form = filled(&client.get(older).is(200), "4");
    let text = form.fields.iter().find(|f| f.kind == crate::support::Kind::Text).unwrap().name.clone();
    let words = "Cần \"nhanh\" hơn nữa & rõ hơn <b>\nở mọi nơi";
    form.set(&text, words);
    let code = database.texts("SELECT code FROM invitation ORDER BY code").remove(0);
    let made = database.run(&["links", "can-bo", "--reissue", &code]).ok();
    let newer =
        made.lines().find(|line| line.contains(&code)).unwrap().rsplit('\t').next().unwrap().to_owned();
    let held = client.submit(older, &form).is(410);
    assert!(held.text().contains("data-say=\"newer\""), "{}", held.text());
    let again = held.form();
    assert_eq!(again.value(&text).map(|text| text.replace("\r\n", "\n")).as_deref(), Some(words));
    assert!(!held.text().contains(older.trim_start_matches("/m/")), "the older token is not passed on");
    assert_eq!(again.action, "/m");
    // Whatever is put in that is none: everything stays.
    let some = "a".repeat(26);
    let path = newer.rsplit_once("/m/").unwrap().1;
    for (typed, status) in [("", 422), ("khong-co", 422), (some.as_str(), 404), (older.as_str(), 410)] {
        let mut wrong = again.clone();
        wrong.set("_newer", typed);
        let page = client.submit("/m", &wrong).is(status);
        assert_eq!(page.form().value(&text), again.value(&text), "{typed}");
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM urn"), 0, "nothing of it is on the server");
    // Something is missing: the questionnaire under the newer link, with all that was answered.
    let mut half = again.clone();
    let first = half.fields.iter().position(|field| field.name.contains('.')).unwrap();
    half.fields.remove(first);
    half.set("_newer", &newer);
    let page = client.submit("/m", &half).is(422);
    assert_eq!(page.form().value("token"), Some(path));
    let mut whole = again;
    whole.set("_newer", &format!("  {newer}?utm=1 "));
    client.submit("/m", &whole).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM urn"), 1);
    client.get(older).is(410);
}
