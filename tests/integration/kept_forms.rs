//! A session that ends while somebody fills in a form: nothing that was typed is lost.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use scraper::{Html, Selector};

use crate::support::{
    Client, Database, Form, Page, Server,
    stage::{answer, open_counter},
};

const PASSWORD: &str = "bốn con voi qua sông";
const SCREEN: &str = "/admin/campaigns/dan/y-kien";
const TYPED: [(&str, &str); 5] = [
    ("shown", "00000000000000000000000000000000"),
    ("shown", "11111111111111111111111111111111"),
    ("_ghi-chú", "Xã Nhơn Lý\r\n\r\n“Một cửa” & <b>\"'</b>"),
    ("empty", ""),
    ("tên", "  khoảng trắng  "),
];

/// An open campaign and two accounts of managers, one of them signed in.
fn desk() -> (Database, Server, Client) {
    let (database, server, mut phone) = open_counter();
    answer(&mut phone, "/k/qn-1", "5");
    for name in ["thulan", "hoa"] {
        database.run_with_input(&["user", "add", name, "--role", "manager"], PASSWORD).ok();
    }
    let mut staff = server.client();
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    (database, server, staff)
}

/// Twenty minutes pass without a request.
fn idle(database: &Database) {
    database.execute("UPDATE session SET seen = seen - 1200000");
}

fn form(page: &Page, action: &str) -> Form {
    let found = Form::all(page.text()).into_iter().find(|form| form.action == action);
    found.unwrap_or_else(|| panic!("no form for {action} in:\n{}", page.text()))
}

fn count(page: &Page, css: &str) -> usize {
    Html::parse_document(page.text()).select(&Selector::parse(css).unwrap()).count()
}

fn log_in(client: &mut Client, asked: &Page, name: &str, password: &str) -> Page {
    let mut form = form(asked, "/admin/login");
    form.set("name", name).set("password", password);
    client.submit("/admin/login", &form)
}

/// A browser sends line breaks as CR LF, whatever the page has.
fn pairs(form: &Form) -> Vec<(String, String)> {
    let sent = |value: &str| value.replace("\r\n", "\n").replace('\n', "\r\n");
    let mut pairs: Vec<_> =
        form.pairs().iter().map(|(name, value)| ((*name).to_owned(), sent(value))).collect();
    pairs.sort();
    pairs
}

fn typed() -> Vec<(String, String)> {
    let mut pairs: Vec<_> = TYPED.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    pairs.sort();
    pairs
}

#[test]
fn what_was_typed_when_the_session_ended_is_sent_again_after_the_log_in() {
    let (database, _server, mut staff) = desk();
    let address = format!("{SCREEN}?status=waiting&lang=vi");
    staff.post(&address, &TYPED).is(303);
    idle(&database);
    let asked = staff.post(&address, &TYPED).is(401);
    assert!(!asked.text().contains("<b>"), "nothing comes back unescaped");
    assert_eq!(form(&asked, "/admin/login").value("name"), Some("thulan"));
    // A mistake on the way costs nothing either.
    let asked = log_in(&mut staff, &asked, "thulan", "một mật khẩu nào đó").is(401);
    let again = log_in(&mut staff, &asked, "thulan", PASSWORD).is(200);
    assert!(!again.text().contains("<b>"));
    let kept = form(&again, &address);
    assert_eq!(pairs(&kept), typed());
    assert_eq!(count(&again, "form[data-again]"), 1, "by itself: it is the same account's");
    let sent = staff.submit(&address, &kept).is(303);
    assert!(sent.header("location").starts_with(SCREEN));
}

#[test]
fn a_form_of_another_account_or_of_nobody_known_waits_for_a_press_and_says_whose_it_is() {
    let (database, server, mut staff) = desk();
    idle(&database);
    let asked = staff.post(SCREEN, &TYPED).is(401);
    assert!(asked.text().contains("thulan"));
    let again = log_in(&mut staff, &asked, "hoa", PASSWORD).is(200);
    assert_eq!((count(&again, "form[data-again]"), count(&again, "script[src*=again]")), (0, 0));
    let told = again.text();
    assert!(told.contains("“thulan”") && told.contains("“hoa”"), "{told}");
    assert_eq!(pairs(&form(&again, SCREEN)), typed());

    let mut stranger = server.client();
    let asked = stranger.post(SCREEN, &TYPED).is(401);
    assert!(!asked.text().contains("thulan"));
    let again = log_in(&mut stranger, &asked, "hoa", PASSWORD).is(200);
    assert_eq!(count(&again, "form[data-again]"), 0);
    assert_eq!(pairs(&form(&again, SCREEN)), typed());
}

#[test]
fn what_the_account_may_not_do_it_may_not_do_by_sending_again_either() {
    let (database, server, _) = desk();
    database.run_with_input(&["user", "add", "mai", "--role", "viewer"], PASSWORD).ok();
    let mut viewer = server.client();
    let asked = viewer.post(SCREEN, &TYPED).is(401);
    let again = log_in(&mut viewer, &asked, "mai", PASSWORD).is(200);
    viewer.submit(SCREEN, &form(&again, SCREEN)).is(403);
}

#[test]
fn a_form_with_a_file_keeps_its_texts_and_asks_for_the_file_again() {
    let (_database, _server, mut staff) = desk();
    staff.post("/admin/logout", &[]).is(303);
    let body = "--b\r\nContent-Disposition: form-data; name=\"day\"\r\n\r\n1/7/2026\r\n--b\r\n\
        Content-Disposition: form-data; name=\"list\"; filename=\"xa.csv\"\r\n\
        Content-Type: text/csv\r\n\r\nma,ten\r\n1,Nhơn Lý\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let asked = staff.send("POST", SCREEN, &kind, body.as_bytes()).is(401);
    let again = log_in(&mut staff, &asked, "thulan", PASSWORD).is(200);
    let kept = form(&again, SCREEN);
    assert_eq!(pairs(&kept), [("day".to_owned(), "1/7/2026".to_owned())]);
    assert_eq!(count(&again, "form[enctype='multipart/form-data'] input[type=file][name=list]"), 1);
    assert_eq!(count(&again, "form[data-again]"), 0);
    assert!(!again.text().contains("Nhơn Lý"), "the file itself is dropped");
}

#[test]
fn what_cannot_be_kept_is_said_and_passwords_are_never_carried() {
    let (_database, server, _) = desk();
    let mut stranger = server.client();
    let large = "ă".repeat(100_000);
    let asked = stranger.post(SCREEN, &[("text", large.as_str())]).is(401);
    assert!(!asked.text().contains("ăăă"));
    let after = log_in(&mut stranger, &asked, "thulan", PASSWORD).is(200);
    assert!(Form::all(after.text()).iter().all(|form| form.action != SCREEN));
    // Nearly as large is kept whole.
    let mut stranger = server.client();
    let large = "ă".repeat(42_000);
    let asked = stranger.post(SCREEN, &[("text", large.as_str())]).is(401);
    let after = log_in(&mut stranger, &asked, "thulan", PASSWORD).is(200);
    assert_eq!(form(&after, SCREEN).value("text"), Some(large.as_str()));

    let mut stranger = server.client();
    // By whatever name our forms have for one.
    let fields = [
        ("password", "mật khẩu đang dùng"),
        ("new-password", "một mật khẩu mới"),
        ("present", "mật khẩu đang dùng"),
        ("again", "một mật khẩu mới"),
        ("name", "a"),
    ];
    let asked = stranger.post(SCREEN, &fields).is(401);
    let after = log_in(&mut stranger, &asked, "thulan", PASSWORD).is(200);
    assert_eq!(pairs(&form(&after, SCREEN)), [("name".to_owned(), "a".to_owned())]);
}

#[test]
fn g_07_a_log_in_leads_on_to_no_form_that_was_not_sent_to_us() {
    let (_database, server, _) = desk();
    for forged in ["", "AAAA", "eyJhZGRyZXNzIjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvIn0"] {
        let mut client = server.client();
        let fields = [("name", "thulan"), ("password", PASSWORD), ("kept", forged)];
        assert_eq!(client.post("/admin/login", &fields).is(303).header("location"), "/admin", "{forged}");
    }
    // Nor does another site make us keep one (G-05).
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    server.client().send("POST", SCREEN, &headers, b"shown=1").is(403);
}

#[test]
fn a_form_waits_until_a_compulsory_second_factor_is_set_up() {
    let (database, server, mut staff) = desk();
    drop(server);
    let server = Server::start_with(&database, &[("SIPAS_REQUIRE_SECOND_FACTOR", "true")]);
    let cookies: Vec<String> = staff.cookies().iter().map(|(n, v)| format!("{n}={v}")).collect();
    staff = server.client();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookies[0].as_str())];
    let page = staff.send("POST", SCREEN, &headers, b"shown=1&status=a+b").is(403);
    let set_up = form(&page, "/admin/second-factor/new");
    assert!(set_up.value("kept").is_some_and(|kept| !kept.is_empty()));
}
