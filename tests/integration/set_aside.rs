//! Answers that do not count: those that two people have set aside, and the latest ones of a campaign that is open.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use sipas::{
    secret::Key,
    store::{Store, segments},
};

use crate::support::{
    Client, Database, Page, SECRET, Server,
    stage::{self, When, applied, citizens, demonstration},
};

const PASSWORD: &str = "bốn con voi qua sông";
const PAGE: &str = "/admin/campaigns/dan/theo-doi/de-rieng";
const WORDS: &str = "Đơn vị nói rằng cán bộ đã tự quét mã <b>hai buổi</b>";

fn staff(database: &Database, server: &Server, name: &str, role: &[&str]) -> Client {
    let args = [&["user", "add", name, "--role"], role].concat();
    database.run_with_input(&args, PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

/// The campaign `dan` began ten days ago; answers can be moved to its days.
fn long_campaign() -> (Database, Server) {
    let file = citizens(When::Now);
    let (before, rest) = file.split_once("opens = ").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    let opens = jiff::Timestamp::from_second(now() - 10 * 86_400).unwrap().strftime("%Y-%m-%dT%H:%M:%SZ");
    let database = applied(&format!("{before}opens = {opens}\n{after}"));
    let server = Server::start(&database);
    (database, server)
}

#[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A day ago in the province, as a field takes it.
fn day(ago: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
    let moment = jiff::Timestamp::from_second(now() - ago * 86_400).unwrap().to_zoned_datetime(zone);
    moment.strftime("%d/%m/%Y").to_string()
}

/// So many answers of a counter, some days ago: those given today are moved.
fn given(database: &Database, phone: &mut Client, counter: &str, code: &str, n: usize, ago: i64) {
    for _ in 0..n {
        let path = format!("/k/{counter}");
        let mut form = phone.get(&path).is(200).form();
        // Whoever was asked for a remark is asked what became of it, so that no dimension is without answers.
        form.answer(|field| {
            let offered = |value: &str| field.options.iter().any(|option| option.value == value);
            let chosen = [code, "yes"].into_iter().find(|value| offered(value)).map(str::to_owned);
            chosen.or_else(|| field.options.first().map(|option| option.value.clone()))
        });
        phone.submit(&path, &form).is(303);
    }
    let today = "(SELECT MAX(day) FROM answer_count)";
    if ago > 0 {
        database.execute(&format!("UPDATE response SET day = day - {ago} WHERE day = {today}"));
        database.execute(&format!("UPDATE answer_count SET day = day - {ago} WHERE day = {today}"));
    }
}

fn close(database: &Database) {
    database.execute(&format!("UPDATE campaign SET closes = {}", (now() - 60) * 1_000));
}

fn proposal<'a>(first: &'a str, last: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("do", "propose"),
        ("counter", "qn-1"),
        ("first", first),
        ("last", last),
        ("reason", "staff"),
        ("words", WORDS),
    ]
}

fn decide(client: &mut Client, number: &str, what: &str) -> Page {
    client.post(PAGE, &[("do", what), ("number", number), ("back", "Đơn vị đã giải trình đầy đủ")])
}

fn report(client: &mut Client) -> Value {
    serde_json::from_str(client.get("/admin/campaigns/dan/report.json").is(200).text()).unwrap()
}

fn responses(report: &Value, unit: &str) -> u64 {
    let units = report["units"].as_array().unwrap();
    units.iter().find(|one| one["code"] == unit).unwrap()["responses"].as_u64().unwrap_or(0)
}

fn note(report: &Value, code: &str) -> Option<String> {
    let note = report["notes"].as_array().unwrap().iter().find(|note| note["code"] == code)?;
    Some(note["text"]["vi"].as_str().unwrap().to_owned())
}

#[test]
fn j_06_answers_leave_the_figures_by_two_people_with_a_reason_and_come_back_by_two() {
    let (database, server) = long_campaign();
    let mut phone = server.client();
    // Worst answers on two days of which the unit says that its staff gave them.
    given(&database, &mut phone, "qn-1", "2", 13, 5);
    given(&database, &mut phone, "qn-1", "5", 21, 3);
    given(&database, &mut phone, "an-1", "5", 14, 3);
    close(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let mut minh = staff(&database, &server, "minh", &["manager"]);
    let before = report(&mut lan);
    assert_eq!((responses(&before, "qn"), before.get("set_aside")), (34, None));

    let (first, last) = (day(5), day(4));
    for (wrong, says) in [
        (proposal(&day(3), &day(4)), "ngày đầu không sau ngày cuối"),
        (proposal(&day(40), &day(30)), "trong thời gian của đợt"),
        (proposal(&day(8), &day(7)), "Chỉ có 0 phiếu"),
    ] {
        assert!(lan.post(PAGE, &wrong).is(422).text().contains(says), "{says}");
    }
    // Each day that cannot be read is named; what was typed stays.
    let page = lan.post(PAGE, &proposal("31/11/2026", "mai")).is(422);
    for says in ["Từ ngày: lịch không có ngày 31/11/2026", "Đến hết ngày: “mai” không phải", "value=\"mai\""]
    {
        assert!(page.text().contains(says), "{says}: {}", page.text());
    }
    let mut short = proposal(&first, &last);
    short[5].1 = "gian lận";
    assert!(lan.post(PAGE, &short).is(422).text().contains("10 đến 500 ký tự"));

    lan.post(PAGE, &proposal(&first, &last)).is(303);
    assert_eq!(report(&mut lan)["total"], before["total"], "a proposal removes nothing");
    // Not by the same person, whatever is sent, and the page offers it to the other one alone.
    decide(&mut lan, "1", "confirm").is(403);
    let (own, other) = (lan.get(PAGE).is(200), minh.get(PAGE).is(200));
    assert!(!own.text().contains("value=\"confirm\"") && other.text().contains("value=\"confirm\""));
    assert!(other.text().contains("&lt;b&gt;hai buổi") && other.text().contains("lan, "), "{}", other.text());
    for page in ["/admin/campaigns/dan/theo-doi", "/admin/campaigns/dan"] {
        let page = minh.get(page).is(200);
        assert!(page.text().contains("Có 1 đề nghị") && page.text().contains(PAGE), "{}", page.text());
    }
    assert_eq!(report(&mut lan)["total"], before["total"]);

    let done = decide(&mut minh, "1", "confirm").is(303);
    assert!(done.header("location").ends_with("xong=out"));
    decide(&mut minh, "1", "confirm").is(409);
    // Wherever all that came is counted, it is said how many of it were set aside.
    for page in ["/admin/campaigns/dan/theo-doi", "/admin/campaigns/dan", "/admin/campaigns/dan/du-lieu"] {
        let page = minh.get(page).is(200);
        assert!(
            page.text().contains("13 phiếu để riêng") || page.text().contains("13 phiếu đã được để riêng")
        );
    }
    let after = report(&mut lan);
    // D-12: out of all figures at once, and said.
    assert_eq!(
        (responses(&after, "qn"), responses(&after, "an"), &after["responses"]["stored"]),
        (21, 14, &35.into())
    );
    let set_aside = &after["set_aside"];
    assert_eq!((&set_aside["responses"], &set_aside["groups"][0]["unit"]), (&13.into(), &"qn".into()));
    assert_eq!(set_aside["groups"][0]["words"], WORDS);
    assert_eq!(set_aside["index_with"]["estimate"], before["total"]["index"]["estimate"]);
    let index = |report: &Value| report["total"]["index"]["estimate"].as_f64();
    assert!(
        index(&before) < index(&after) && index(&before).is_some(),
        "{} {}",
        before["total"]["index"],
        after["notes"]
    );
    let said = note(&after, "set_aside").unwrap();
    assert!(said.contains("13 phiếu của UBND thành phố Quy Nhơn") && said.contains("hai buổi"), "{said}");
    assert!(note(&after, "set_aside_with").unwrap().contains("13 phiếu"));
    let printed = lan.get("/admin/campaigns/dan/report").is(200);
    assert!(printed.text().contains("13 phiếu của UBND thành phố Quy Nhơn"));
    // Nothing was deleted.
    assert_eq!(database.number("SELECT COUNT(*) FROM response"), 48);
    let again = database.run(&["report", "dan", "--format", "json"]).ok();
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!((&again["units"], &again["set_aside"]), (&after["units"], &after["set_aside"]));

    // J-07: the unit is told how many and why, not which.
    let mut officer = staff(&database, &server, "hoa", &["officer", "--unit", "qn"]);
    officer.get(PAGE).is(403);
    let seen = officer.get("/admin/campaigns/dan/report.json").is(200);
    assert!(seen.text().contains("hai buổi") && !seen.text().contains("qn-1"), "{}", seen.text());
    let mut other = staff(&database, &server, "binh", &["officer", "--unit", "an"]);
    assert!(!other.get("/admin/campaigns/dan/report.json").is(200).text().contains("hai buổi"));

    // What overlaps is refused; so is what would leave too few.
    assert!(minh.post(PAGE, &proposal(&last, &day(3))).is(422).text().contains("Nhóm số 1"));

    // Back again, by two.
    lan.post(PAGE, &[("do", "propose-back"), ("number", "1"), ("back", "  ")]).is(422);
    decide(&mut minh, "1", "propose-back").is(303);
    decide(&mut minh, "1", "confirm-back").is(403);
    assert_eq!(responses(&report(&mut lan), "qn"), 21);
    decide(&mut lan, "1", "reject-back").is(303);
    assert_eq!(responses(&report(&mut lan), "qn"), 21);
    decide(&mut lan, "1", "propose-back").is(303);
    decide(&mut minh, "1", "confirm-back").is(303);
    let back = report(&mut lan);
    assert_eq!((&back["total"], back.get("set_aside")), (&before["total"], None));

    // Who, why, when: in the log, and on the page.
    let log = database
        .texts("SELECT actor || ' ' || action FROM audit WHERE action LIKE 'set-aside.%' ORDER BY number");
    let wanted = [
        "lan propose",
        "minh confirm",
        "minh propose-back",
        "lan reject-back",
        "lan propose-back",
        "minh confirm-back",
    ];
    assert_eq!(log, wanted.map(|one| one.replacen(' ', " set-aside.", 1)));
    let told = database.texts("SELECT new_value FROM audit WHERE action = 'set-aside.confirm'");
    let told: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(
        (&told["counter"], &told["answers"], &told["proposed_by"]),
        (&"qn-1".into(), &13.into(), &"lan".into())
    );
    assert_eq!(told["words"], WORDS);
    assert!(minh.get(PAGE).is(200).text().contains("Đơn vị đã giải trình đầy đủ"));
    minh.post("/admin/campaigns/none/theo-doi/de-rieng", &proposal(&first, &last)).is(404);
    decide(&mut minh, "7", "confirm").is(404);
}

#[test]
fn d_05_the_report_of_an_open_campaign_moves_by_at_least_k_answers_of_a_unit() {
    let (database, server) = long_campaign();
    let mut phone = server.client();
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let mut minh = staff(&database, &server, "minh", &["manager"]);
    // 12 answers that may be shown, since 11 more lie behind them; at the other counter nothing may.
    given(&database, &mut phone, "qn-1", "5", 12, 5);
    given(&database, &mut phone, "qn-1", "1", 11, 2);
    given(&database, &mut phone, "an-1", "5", 12, 2);
    let first = report(&mut lan);
    assert_eq!(
        (responses(&first, "qn"), responses(&first, "an"), &first["responses"]["stored"]),
        (12, 0, &12.into())
    );
    assert!(note(&first, "in_steps").unwrap().contains("10 phiếu"), "{}", first["notes"]);
    // The page says first how they are counted, and calls nothing received that merely counts so far.
    let page = lan.get("/admin/campaigns/dan/report").is(200);
    let (head, _) = page.text().split_once("id=\"units\"").unwrap();
    assert!(head.contains("phiếu của hôm nay"), "{head}");
    assert!(!page.text().contains("Đã nhận") && !page.text().contains("Số phiếu hợp lệ"), "{}", page.text());
    // Today's answers change nothing, one by one or many at once.
    given(&database, &mut phone, "qn-1", "1", 1, 0);
    assert_eq!(report(&mut lan)["units"], first["units"]);
    given(&database, &mut phone, "qn-1", "1", 14, 0);
    assert_eq!(report(&mut lan)["units"], first["units"]);
    // As if they had been yesterday's: 11 more are shown, the newest 15 are held back.
    given(&database, &mut phone, "an-1", "1", 1, 1);
    assert_eq!(responses(&report(&mut lan), "qn"), 23);
    // The command says the same, and more only if it is asked.
    let command = |more: &[&str]| -> Value {
        let args = [&["report", "dan", "--format", "json"], more].concat();
        serde_json::from_str(&database.run(&args).ok()).unwrap()
    };
    assert_eq!(command(&[])["responses"]["stored"], 23);
    let newest = command(&["--newest"]);
    assert_eq!(newest["responses"]["stored"], 51);
    assert!(note(&newest, "newest").is_some());

    // Setting aside what was shown in part, or what would leave the last part small, is refused; a whole part is not.
    let mut propose = |first: i64, last: i64| lan.post(PAGE, &proposal(&day(first), &day(last)));
    assert!(propose(1, 1).is(422).text().contains("ít hơn 10 phiếu"));
    propose(0, 0).is(422);
    propose(2, 2).is(303);
    decide(&mut minh, "1", "confirm").is(303);
    let without = report(&mut minh);
    assert_eq!(responses(&without, "qn"), 12);
    assert_eq!(without["set_aside"]["responses"], 11);
    assert!(without["set_aside"]["index_with"].is_null(), "not before the campaign closes");
    close(&database);
    let last = report(&mut minh);
    assert_eq!((responses(&last, "qn"), responses(&last, "an")), (27, 13));
}

#[test]
fn what_is_set_aside_is_left_out_of_segments_as_of_rows_and_missing_segments_are_built() {
    let database = applied(&demonstration(&citizens(When::Before)));
    database.run(&["simulate", "dan", "--responses", "2100", "--seed", "3"]).ok();
    let segments = || database.number("SELECT COUNT(*) FROM segment");
    assert_eq!(segments(), 1);
    let day = "(SELECT MIN(day) FROM answer_count)";
    let held = database.number(&format!(
        "SELECT CAST(SUM(answers) AS BIGINT) FROM answer_count a JOIN place p ON p.number = a.place
         WHERE p.counter = 'qn-1' AND a.day = {day}"
    ));
    database.execute(&format!(
        "INSERT INTO set_aside (number, campaign, unit, place, first_day, last_day, reason, words, answers, state,
                                proposed, proposed_by, decided, decided_by)
         SELECT 1, campaign, unit, number, {day}, {day}, 'trial', 'Phiếu thử', 0, 'out', 0, 'lan', 0, 'minh'
         FROM place WHERE counter = 'qn-1'"
    ));
    let figures = || {
        let report = stage::report(&database, "dan");
        ["total", "units", "responses", "set_aside"].map(|part| report[part].clone())
    };
    let of_segments = figures();
    assert!(held > 0 && of_segments[2]["stored"] == 2_100 - held, "{}", of_segments[2]);
    assert_eq!(of_segments[3]["responses"], held);
    database.execute("DELETE FROM segment");
    assert_eq!(figures(), of_segments);
    let build = async {
        let key = Key::from_text(SECRET).unwrap();
        let store = Store::open(database.url(), &key).await.unwrap();
        segments::build_missing(&store).await.unwrap();
        store.close().await;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(build);
    assert_eq!((segments(), figures()), (1, of_segments));
}
