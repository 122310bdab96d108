//! Watching a campaign fill: what is counted, who sees what, and the page that keeps itself up to date.

use std::io::{BufRead as _, BufReader};

use sipas::{
    clock::Clock,
    secret::Key,
    store::{Store, tally::Tally},
    watching::classes::Device,
    worker::remind,
};

use crate::support::{
    Client, Database, SECRET, Server,
    stage::{self, When, answer, applied, citizens, filled, links, officials, open_counter},
};

const PASSWORD: &str = "bốn con voi qua sông";
const PAGE: &str = "/admin/campaigns/dan/theo-doi";
const STREAM: (&str, &str) = ("accept", "text/event-stream");
const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36";

fn staff(database: &Database, server: &Server, name: &str, role: &[&str]) -> Client {
    let args = [&["user", "add", name, "--role"], role].concat();
    database.run_with_input(&args, PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn manager(database: &Database, server: &Server) -> Client {
    staff(database, server, "thulan", &["manager"])
}

/// What is written when the server stops.
fn stopped(server: Server) {
    assert!(server.sigterm().success());
}

/// Moves the answers of a campaign to an earlier day, in all counts.
fn days_ago(database: &Database, days: i64) {
    database.execute(&format!("UPDATE response SET day = day - {days}"));
    database.execute(&format!("UPDATE answer_count SET day = day - {days}"));
}

#[test]
fn every_answer_is_counted_once_with_the_answer_itself() {
    let (database, server, mut phone) = open_counter();
    for _ in 0..3 {
        answer(&mut phone, "/k/qn-1", "5");
    }
    let form = filled(&phone.get("/k/an-1").is(200), "4");
    phone.submit("/k/an-1", &form).is(303);
    phone.submit("/k/an-1", &form).is(303);
    let counted = || database.number("SELECT CAST(SUM(answers) AS BIGINT) FROM answer_count");
    assert_eq!(counted(), 4);
    let page = manager(&database, &server).get(PAGE).is(200);
    assert!(page.text().contains("UBND thành phố Quy Nhơn"), "{}", page.text());
    let miscounted = "SELECT COUNT(*) FROM (SELECT day, place, channel, COUNT(*) AS n FROM response
        GROUP BY day, place, channel) r JOIN answer_count a ON a.day = r.day AND a.place = r.place
        AND a.channel = r.channel AND a.answers = r.n";
    assert_eq!(database.number(miscounted), 2, "as many as the rows say, for both counters");
}

#[test]
fn answers_from_before_counting_began_are_counted_by_the_migration() {
    let (database, server, mut phone) = open_counter();
    for _ in 0..3 {
        answer(&mut phone, "/k/qn-1", "5");
    }
    stopped(server);
    let tables = [
        "answer_count",
        "visit_count",
        "hour_count",
        "feature_count",
        "watch_flag",
        "watch_day",
        "reminder",
        "reminder_schedule",
    ];
    for table in tables {
        database.execute(&format!("DROP TABLE {table}"));
    }
    database.execute("DELETE FROM _sqlx_migrations WHERE version = 12");
    let server = Server::start(&database);
    assert_eq!(database.number("SELECT CAST(SUM(answers) AS BIGINT) FROM answer_count"), 3);
    answer(&mut server.client(), "/k/qn-1", "5");
    assert_eq!(database.number("SELECT answers FROM answer_count"), 4);
}

#[test]
fn g_06_openings_are_counted_in_memory_and_written_later() {
    let (database, server, mut phone) = open_counter();
    let headers = [("user-agent", PHONE)];
    // A GET writes nothing: it answers while nothing can be written, and is counted later.
    database.without("visit_count", || {
        for _ in 0..3 {
            phone.send("GET", "/k/qn-1", &headers, b"").is(200);
        }
    });
    for (method, path, extra) in [
        ("HEAD", "/k/qn-1", ("user-agent", PHONE)),
        ("GET", "/k/qn-1?lang=en", ("user-agent", PHONE)),
        ("GET", "/k/qn-1", ("sec-purpose", "prefetch")),
        ("GET", "/k/qn-1/thong-tin", ("user-agent", PHONE)),
    ] {
        phone.send(method, path, &[extra], b"").is(200);
    }
    stopped(server);
    assert_eq!(database.number("SELECT scans FROM visit_count"), 3);
    assert_eq!(database.number("SELECT n FROM feature_count WHERE kind = 'device' AND class = 'phone'"), 3);
    assert_eq!(database.number("SELECT COUNT(*) FROM feature_count WHERE class <> 'phone'"), 0);
}

#[test]
fn how_far_people_get_is_counted_without_saying_who() {
    let (database, server, mut phone) = open_counter();
    for (told, reached) in [(0, 2), (2, 4), (0, 1)] {
        phone.send("POST", &format!("/k/qn-1/{told}/{reached}"), &[], b"").is(204);
    }
    for wrong in ["/k/qn-1/3/3", "/k/qn-1/4/2", "/k/qn-1/0/9999"] {
        phone.send("POST", wrong, &[], b"").is(422);
    }
    for unknown in ["/k/qn-1/0/-1", "/k/qn-1/a/b", "/k/none/0/1"] {
        phone.send("POST", unknown, &[], b"").is(404);
    }
    let elsewhere = [("sec-fetch-site", "cross-site")];
    phone.send("POST", "/k/qn-1/0/1", &elsewhere, b"").is(403);
    stopped(server);
    assert_eq!(database.number("SELECT starts FROM visit_count"), 2, "two forms were begun");
    let reached = database.texts(
        "SELECT class || ':' || CAST(n AS TEXT) FROM feature_count WHERE kind = 'reached' ORDER BY class",
    );
    assert_eq!(reached, ["1:2", "2:1", "3:1", "4:1"]);
}

#[test]
fn what_is_counted_is_kept_when_the_worker_is_stopped_while_it_writes() {
    let database = applied(&citizens(When::Now));
    let (campaign, place) = (
        database.number("SELECT MIN(number) FROM campaign"),
        database.number("SELECT MIN(number) FROM place"),
    );
    let key = Key::from_text(SECRET).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(database.url(), &key).await.unwrap();
        let tally = Tally::default();
        tally.opened(campaign, place, Device::Phone, 0);
        // Begun and given up at once.
        tokio::select! {
            biased;
            written = tally.write(&store) => written.unwrap(),
            () = std::future::ready(()) => {}
        }
        tally.write(&store).await.unwrap();
        store.close().await;
    });
    assert_eq!(database.number("SELECT scans FROM visit_count"), 1);
}

#[test]
fn b_05_hours_and_durations_are_classes_apart_from_the_answers() {
    let (database, server, mut phone) = open_counter();
    // Not in the transaction of the answer, which is stored while these classes cannot be.
    database.without("hour_count", || {
        answer(&mut phone, "/k/qn-1", "5");
        // A client with a key of its own says nothing of how long it took.
        let mut form = filled(&phone.get("/k/qn-1").is(200), "5");
        form.set("submission", "0123456789abcdef0123456789abcdef");
        phone.submit("/k/qn-1", &form).is(303);
    });
    stopped(server);
    assert_eq!(database.number("SELECT CAST(SUM(answers) AS BIGINT) FROM hour_count"), 2);
    let of = |kind: &str| {
        database.texts(&format!(
            "SELECT unit || ' ' || class || ' ' || CAST(n AS TEXT) FROM feature_count WHERE kind = '{kind}'"
        ))
    };
    assert_eq!(of("duration"), ["qn 0 1"], "under half a minute, by unit, once");
    assert_eq!(of("language"), ["qn vi 2"]);
}

#[test]
fn b_07_of_personal_links_nothing_is_counted_but_the_turnout() {
    let database = applied(&officials(When::Now, 12));
    let links = links(&database);
    let server = Server::start(&database);
    let mut official = server.client();
    for link in &links[..7] {
        let form = filled(&official.get(link).is(200), "5");
        official.submit(link, &form).is(303);
    }
    let page = manager(&database, &server).get("/admin/campaigns/can-bo/theo-doi").is(200);
    assert!(page.text().contains("5 / 12"), "in steps of five: {}", page.text());
    assert!(!page.text().contains("Quy Nhơn"), "not by unit");
    let events = "/admin/campaigns/can-bo/theo-doi/su-kien";
    manager_of(&server).send("GET", events, &[STREAM], b"").is(404);
    stopped(server);
    for table in ["answer_count", "visit_count", "hour_count", "feature_count"] {
        assert_eq!(database.number(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
    }
}

/// The account of [`manager`] again.
fn manager_of(server: &Server) -> Client {
    let mut client = server.client();
    client.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    client
}

#[test]
fn opened_urns_are_counted_with_their_answers() {
    let database = applied(&officials(When::Now, 6));
    let links = links(&database);
    let server = Server::start(&database);
    let mut official = server.client();
    for link in &links[..4] {
        let form = filled(&official.get(link).is(200), "5");
        official.submit(link, &form).is(303);
    }
    stopped(server);
    database.execute("UPDATE campaign SET closes = opens + 1");
    let server = Server::start(&database);
    while database.number("SELECT COUNT(*) FROM response") == 0 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(database.number("SELECT CAST(SUM(answers) AS BIGINT) FROM answer_count"), 4);
    stopped(server);
}

#[test]
fn on_the_first_day_an_officer_is_told_of_yesterday_and_finds_an_empty_report() {
    let (database, server, mut phone) = open_counter();
    for _ in 0..4 {
        answer(&mut phone, "/k/qn-1", "5");
    }
    let mut officer = staff(&database, &server, "hoa", &["officer", "--unit", "qn"]);
    let page = officer.get(PAGE).is(200);
    assert!(page.text().contains("Đến hết hôm qua chưa có phiếu nào"), "{}", page.text());
    assert!(!page.text().contains("Chưa có phiếu nào."), "that would not be true");
    // Its report, too, is there before there is anything in it; another unit's is not.
    let report = officer.get("/admin/campaigns/dan/report").is(200);
    assert!(report.text().contains("Quy Nhơn") && !report.text().contains("An Nhơn"), "{}", report.text());
    officer.get("/admin/campaigns/dan/report.docx").is(200);
    officer.get("/admin/campaigns/dan/report?unit=an").is(404);
}

#[test]
fn e_02_j_07_an_officer_sees_the_own_unit_as_it_was_yesterday() {
    let (database, server, mut phone) = open_counter();
    for _ in 0..4 {
        answer(&mut phone, "/k/qn-1", "5");
        answer(&mut phone, "/k/an-1", "5");
    }
    days_ago(&database, 1);
    answer(&mut phone, "/k/qn-1", "5");
    let mut officer = staff(&database, &server, "hoa", &["officer", "--unit", "qn"]);
    let page = officer.get(PAGE).is(200);
    assert!(
        page.text().contains("Quầy số 1 – Đất đai") && !page.text().contains("An Nhơn"),
        "{}",
        page.text()
    );
    let done = |page: &str| {
        let html = scraper::Html::parse_document(page);
        let cell = scraper::Selector::parse("#facts dd").unwrap();
        html.select(&cell).next().unwrap().text().collect::<String>().trim().to_owned()
    };
    assert_eq!(done(page.text()), "4", "today's answer is not there");
    for hidden in ["id=\"flags\"", "id=\"classes\"", "id=\"live\"", "hôm nay 1"] {
        assert!(!page.text().contains(hidden), "{hidden}");
    }
    officer.get(&format!("{PAGE}?unit=an")).is(404);
    officer.get(&format!("{PAGE}?unit=bd")).is(404);
    officer.get(&format!("{PAGE}?unit=none")).is(404);
    officer.send("GET", &format!("{PAGE}/su-kien"), &[STREAM], b"").is(404);
    officer.get("/admin/campaigns/none/theo-doi").is(404);
    let page = manager(&database, &server).get(&format!("{PAGE}?mo=*&xep=cham")).is(200);
    assert!(done(page.text()).starts_with('9'), "{}", done(page.text()));
    assert!(page.text().contains("An Nhơn") && page.text().contains("id=\"flags\""));
}

#[test]
fn units_unfold_by_links_and_the_slowest_come_first() {
    let file = citizens(When::Now).replace("population = 1000", "population = 1000\nsample = 10");
    let database = applied(&file);
    let server = Server::start(&database);
    for _ in 0..3 {
        answer(&mut server.client(), "/k/an-1", "5");
    }
    let mut staff = manager(&database, &server);
    let names = |page: &str| {
        let html = scraper::Html::parse_document(page);
        let name = scraper::Selector::parse("#rows th").unwrap();
        html.select(&name).map(|th| th.text().collect::<String>().trim().to_owned()).collect::<Vec<_>>()
    };
    let page = staff.get(PAGE).is(200);
    assert_eq!(names(page.text()).len(), 3, "the province and its districts: {:?}", names(page.text()));
    let html = scraper::Html::parse_document(page.text());
    let unfold = scraper::Selector::parse("#rows a.fold[aria-expanded=false]").unwrap();
    let link = html.select(&unfold).next_back().unwrap().attr("href").unwrap().to_owned();
    assert_eq!(names(staff.get(&link).is(200).text()).len(), 4, "and the counter of one");
    let behind = names(staff.get(&format!("{PAGE}?xep=cham")).is(200).text());
    assert!(behind[1].contains("Quy Nhơn") && behind[2].contains("An Nhơn"), "{behind:?}");
}

#[test]
fn a_page_that_is_open_is_told_of_an_answer_and_of_nothing_else() {
    let (database, server, mut phone) = open_counter();
    answer(&mut phone, "/k/qn-1", "5");
    let mut staff = manager(&database, &server);
    let page = staff.get(&format!("{PAGE}?mo=qn")).is(200);
    let html = scraper::Html::parse_document(page.text());
    let live = scraper::Selector::parse("#live").unwrap();
    let events = html.select(&live).next().unwrap().attr("data-events").unwrap();
    let cookie = staff.cookies().iter().map(|(name, value)| format!("{name}={value}")).next().unwrap();
    let stream = ureq::get(format!("{}{events}", server.url()))
        .header("cookie", cookie)
        .header(STREAM.0, STREAM.1)
        .call()
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.headers()["cache-control"], "no-store");
    answer(&mut phone, "/k/qn-1", "5");
    let lines = BufReader::new(stream.into_body().into_reader()).lines().map_while(Result::ok);
    let mut data = lines.filter_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    let parts: Vec<(String, String)> = serde_json::from_str(&data.next().unwrap()).unwrap();
    let ids: Vec<&str> = parts.iter().map(|(id, _)| id.as_str()).collect();
    let place = database.number("SELECT number FROM place WHERE counter = 'qn-1'");
    assert!(ids.contains(&"facts") && ids.contains(&format!("k{place}").as_str()), "{ids:?}");
    assert!(!ids.contains(&"flags") && !ids.contains(&"rows"), "{ids:?}");
    let (_, facts) = parts.iter().find(|(id, _)| id == "facts").unwrap();
    assert!(facts.contains("hôm nay 2"), "{facts}");
    // A server that stops does not wait for those who watch.
    stopped(server);
    assert_eq!(data.next(), None);
}

#[test]
fn the_stream_of_events_ends_with_the_session() {
    let (database, server, _) = open_counter();
    let mut staff = manager(&database, &server);
    staff.get(PAGE).is(200);
    let cookie = staff.cookies().iter().map(|(name, value)| format!("{name}={value}")).next().unwrap();
    let address = format!("{}{PAGE}/su-kien", server.url());
    let stream = ureq::get(address).header("cookie", cookie).header(STREAM.0, STREAM.1).call().unwrap();
    staff.post("/admin/logout", &[]).is(303);
    let lines = BufReader::new(stream.into_body().into_reader()).lines().map_while(Result::ok);
    let events: Vec<String> = lines.filter(|line| line.starts_with("event:")).collect();
    assert_eq!(events, ["event: end"]);
}

#[test]
fn a_campaign_without_counters_says_what_to_do_next() {
    let database = applied(&citizens(When::Later));
    database.execute("DELETE FROM place");
    let server = Server::start(&database);
    let page = manager(&database, &server).get(PAGE).is(200);
    assert!(page.text().contains("chưa có quầy") && page.text().contains("/admin/campaigns/dan\""));
    assert_eq!(stage::stored(&database, "dan"), 0);
}

/// A province with a plan, an officer with an address, and a mail server.
fn lagging() -> (Database, Server, crate::support::MailServer, Client) {
    let file = citizens(When::Now);
    let database = applied(&file);
    // Open for ten days already, so that the plan wants something.
    database.execute("UPDATE campaign SET opens = opens - 864000000, closes = closes + 864000000");
    let mails = crate::support::MailServer::start();
    let server = Server::start_with(&database, &[("SIPAS_SMTP_URL", &mails.url())]);
    let _ = staff(&database, &server, "hoa", &["officer", "--unit", "qn"]);
    database.execute(
        "UPDATE account SET email = 'hoa@qn.example', full_name = 'Trần Thị Hoa' WHERE name = 'hoa'",
    );
    let client = manager(&database, &server);
    (database, server, mails, client)
}

const REMIND: &str = "/admin/campaigns/dan/theo-doi/nhac";

#[test]
fn a_reminder_is_shown_changed_sent_and_logged() {
    let (database, _server, mails, mut staff) = lagging();
    let page = staff.get(REMIND).is(200);
    assert!(page.text().contains("Trần Thị Hoa") && page.text().contains("0 / 100"), "{}", page.text());
    assert!(page.text().contains("value=\"qn\" checked"), "whoever is behind is chosen");
    let text = "Kính gửi [đơn vị]: mới có [số phiếu]/[kế hoạch] phiếu.";
    let mut fields = vec![("unit", "qn"), ("subject", "Nhắc [đợt]"), ("text", text), ("weekday", "")];
    fields.push(("do", "preview"));
    let shown = staff.post(REMIND, &fields).is(200);
    assert!(shown.text().contains("Kính gửi UBND thành phố Quy Nhơn: mới có 0/100 phiếu."));
    assert_eq!(database.number("SELECT COUNT(*) FROM reminder"), 0, "nothing is sent by looking");
    fields.pop();
    fields.push(("do", "send"));
    let done = staff.post(REMIND, &fields).is(303);
    assert!(staff.get(done.header("location")).is(200).text().contains("Đã ghi 1 thư"));
    let mail = mails.wait_for(1).remove(0);
    assert!(mail.to.iter().any(|to| to.contains("hoa@qn.example")), "{mail:?}");
    let (action, told) = (
        "SELECT action FROM audit WHERE action LIKE 'reminder%'",
        "SELECT new_value FROM audit WHERE action LIKE 'reminder%'",
    );
    assert_eq!(database.texts(action), ["reminder.send"]);
    assert_eq!(database.texts(told), [r#"[["qn","hoa"]]"#]);
}

#[test]
fn a_reminder_that_could_not_be_right_is_kept_and_explained() {
    let (database, _server, _mails, mut staff) = lagging();
    for (fields, words) in [
        ([("unit", "an"), ("subject", "x"), ("text", "y"), ("do", "send")], "ít nhất một đơn vị"),
        ([("unit", "qn"), ("subject", ""), ("text", "y"), ("do", "send")], "tiêu đề"),
        ([("unit", "qn"), ("subject", "x"), ("text", "Còn [bao nhiêu]?"), ("do", "send")], "[bao nhiêu]"),
        ([("weekday", "9"), ("subject", "x"), ("text", "y"), ("do", "weekly")], "ngày trong tuần"),
    ] {
        let page = staff.post(REMIND, &fields).is(422);
        assert!(page.text().contains(words), "{words}: {}", page.text());
        let text = fields.iter().find(|(name, _)| *name == "text").unwrap().1;
        assert!(page.text().contains(&format!("{text}</textarea>")), "what was typed is there");
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM reminder"), 0);
}

#[test]
fn weekly_reminders_go_to_whoever_is_behind_on_their_day_after_eight_and_once() {
    let (database, _server, _mails, mut staff) = lagging();
    let fields =
        [("weekday", "0"), ("subject", "Nhắc [đơn vị]"), ("text", "Thiếu [còn thiếu]"), ("do", "weekly")];
    staff.post(REMIND, &fields).is(303);
    let set_up = database.number("SELECT day FROM reminder_schedule");
    // Tomorrow is the day.
    let day = i32::try_from(set_up).unwrap() + 1;
    database.execute(&format!("UPDATE reminder_schedule SET weekday = {}", remind::weekday(day)));
    let at = |hour: i64| {
        let time = i64::from(day) * 86_400_000 + (hour - 7) * 3_600_000;
        let key = Key::from_text(SECRET).unwrap();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = Store::open(database.url(), &key).await.unwrap();
            remind::weekly(&store, &Clock::from_fn(move || time)).await.unwrap();
            store.close().await;
        });
        database.number("SELECT COUNT(*) FROM reminder")
    };
    assert_eq!([at(-15), at(7), at(8), at(9)], [0, 0, 1, 1]);
    assert_eq!(database.texts("SELECT subject FROM reminder"), ["Nhắc UBND thành phố Quy Nhơn"]);
    assert_eq!(database.texts("SELECT made_by FROM reminder"), ["thulan"]);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'reminder.weekly'"), 1);
    staff.post(REMIND, &[("weekday", ""), ("subject", "x"), ("text", "y"), ("do", "weekly")]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM reminder_schedule"), 0, "and can be ended");
}
