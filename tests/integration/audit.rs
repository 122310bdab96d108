//! The audit log and `sipas doctor`: what is told, that nothing secret is, and that a change shows.

use sipas::{
    secret::Key,
    store::{
        Store,
        audit::{self, Entry},
    },
};

use crate::support::{
    Client, Database, SECRET, Server,
    stage::{When, answer, applied, apply, citizens, filled, links, officials},
};

const PASSWORD: &str = "bốn con voi qua sông";
const WRONG: &str = "một mật khẩu nào đó";

fn account(database: &Database, name: &str, role: &str, more: &[&str]) {
    let args = [&["user", "add", name, "--role", role], more].concat();
    database.run_with_input(&args, PASSWORD).ok();
}

fn enter(server: &Server, name: &str) -> Client {
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn open() -> (Database, Server) {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    account(&database, "quantri", "administrator", &[]);
    account(&database, "thulan", "manager", &[]);
    account(&database, "canbo", "officer", &["--unit", "an"]);
    (database, server)
}

/// `actor action object` of every entry, the oldest first.
fn told(database: &Database) -> Vec<String> {
    database.texts("SELECT actor || ' ' || action || ' ' || object FROM audit ORDER BY number")
}

fn has(database: &Database, entry: &str) -> bool {
    told(database).iter().any(|told| told == entry)
}

#[test]
fn k_01_log_ins_denials_exports_and_changes_are_told_with_time_actor_and_address() {
    let (database, server) = open();
    server.client().post("/admin/login", &[("name", "thulan"), ("password", WRONG)]).is(401);
    server.client().post("/admin/login", &[("name", "nobody"), ("password", WRONG)]).is(401);
    let mut manager = enter(&server, "thulan");
    manager.get("/admin/nhat-ky").is(403);
    manager.get("/admin/campaigns/dan/report.csv?unit=qn").is(200);
    let mut officer = enter(&server, "canbo");
    officer.get("/admin/campaigns/dan/counters/qn-1/poster").is(404);
    officer.get("/admin/campaigns/dan/report?unit=qn").is(404);
    manager.post("/admin/logout", &[]).is(303);
    for entry in [
        " session.refuse thulan",
        " session.refuse ",
        "thulan session.begin thulan",
        "thulan access.deny GET /admin/nhat-ky",
        "thulan report.export dan",
        "canbo access.outside qn-1",
        "canbo access.outside qn",
        "thulan session.end thulan",
    ] {
        assert!(has(&database, entry), "{entry}: {:#?}", told(&database));
    }
    let by_command: Vec<String> =
        told(&database).into_iter().filter(|entry| entry.starts_with("command:")).collect();
    assert!(
        by_command[0].contains(" apply.change ") && by_command[0].ends_with("apply.toml"),
        "{by_command:?}"
    );
    assert!(by_command[1].ends_with(" account.add quantri"), "{by_command:?}");
    let from = database.texts("SELECT origin FROM audit WHERE action = 'session.begin'");
    assert!(from.iter().all(|origin| origin == "127.0.0.1"), "{from:?}");
    let role = database.texts("SELECT new_value FROM audit WHERE action = 'account.add' ORDER BY number");
    assert_eq!(role[1], r#"{"role":"manager","unit":null}"#);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE at < 1600000000000"), 0);
}

#[test]
fn k_04_no_password_token_answer_comment_or_address_of_a_person_is_told() {
    let (database, server) = open();
    let officials = officials(When::Now, 4).replace("name = \"Ông Nguyễn 0\"", "name = \"Ông Canary\"");
    apply(
        &database,
        &format!(
            "{}{}",
            citizens(When::Now),
            officials
                .split_once("[[campaign]]")
                .map_or(String::new(), |(_, rest)| format!("[[campaign]]{rest}"))
        ),
    );
    let personal = links(&database);
    let again = database.run(&["links", "can-bo", "--reissue", "cb-001"]).ok();
    let mut phone = server.client();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "4");
    form.set("comment", "Canary viết ở đây");
    phone.submit("/k/qn-1", &form).is(303);
    answer(&mut server.client(), &personal[0], "4");
    let mut manager = enter(&server, "thulan");
    // A password typed in the place of the name.
    server.client().post("/admin/login", &[("name", PASSWORD), ("password", "x")]).is(401);
    let id = database.texts("SELECT id FROM comment")[0].clone();
    manager.post("/admin/campaigns/dan/y-kien?status=waiting", &[("shown", &id), (&id, "released")]).is(303);
    let session = manager.cookies()["session"].clone();
    let all = database
        .texts("SELECT actor || ' ' || origin || ' ' || action || ' ' || object || old_value || new_value FROM audit")
        .join("\n");
    assert!(all.contains("comment.decide") && all.contains("link.reissue") && all.contains("cb-001"));
    let token = |link: &str| link.trim_end().rsplit('/').next().unwrap_or_default().to_owned();
    for secret in [PASSWORD, "Canary", &session, &token(&personal[0]), &token(&again), &id] {
        assert!(!secret.is_empty() && !all.contains(secret), "{secret}:\n{all}");
    }
    // B: nothing tells that or when an official answered.
    let since = all.split("link.reissue").nth(1).unwrap_or_default();
    assert!(!since.contains("cb-000"), "{since}");
    let log = server.stderr();
    for secret in [PASSWORD, "Canary", &session, &token(&personal[0]), &id] {
        assert!(!log.contains(secret), "{secret}:\n{log}");
    }
}

#[test]
fn k_02_doctor_finds_what_somebody_with_the_database_changed() {
    let (database, _server) = open();
    let well = database.run(&["doctor"]).ok();
    let line = well.lines().find(|line| line.starts_with("ok\taudit\t")).unwrap_or_default().to_owned();
    let head = line.rsplit(' ').next().unwrap_or_default().to_owned();
    assert!(database.run(&["doctor", "--audit-head", &head]).ok().contains("ok\taudit-head"));
    let refused = if database.is_postgres() {
        "ALTER TABLE audit DISABLE TRIGGER audit_no_change"
    } else {
        "DROP TRIGGER audit_no_update"
    };
    database.execute(refused);
    database.execute("UPDATE audit SET actor = 'somebody' WHERE number = 2");
    let ill = database.run(&["doctor"]);
    assert!(ill.stdout.contains("fault\taudit\tentry 2 "), "{}", ill.stdout);
    ill.fails(1);
    database.run(&["doctor", "--audit-head", "nonsense"]).fails(2);
    let other = format!("2:{}", "0".repeat(64));
    assert!(database.run(&["doctor", "--audit-head", &other]).stdout.contains("fault\taudit-head"));
}

#[test]
fn doctor_tells_a_database_that_is_not_there_and_sheets_that_do_not_agree() {
    let database = Database::new();
    if !database.is_postgres() {
        database.run(&["doctor"]).fails(3);
        assert!(!database.folder().join("sipas.db").exists(), "looking makes nothing");
    }
    apply(&database, &officials(When::Now, 4));
    let server = Server::start(&database);
    let personal = links(&database);
    answer(&mut server.client(), &personal[0], "4");
    let found = database.run(&["doctor"]);
    assert!(found.stdout.contains("ok\tintegrity\t"), "{}", found.stdout);
    assert!(found.stdout.contains("warning\taccounts\t"), "{}", found.stdout);
    found.ok();
    database.execute("UPDATE invitation SET used = TRUE WHERE code = 'cb-003'");
    let found = database.run(&["doctor"]);
    assert!(found.stdout.contains("fault\tintegrity\tcampaign can-bo"), "{}", found.stdout);
    found.fails(1);
}

#[test]
fn k_09_auditors_look_through_the_log_and_taking_a_file_of_it_is_told() {
    let (database, server) = open();
    account(&database, "kiemsoat", "auditor", &[]);
    for _ in 0..30 {
        let mut officer = enter(&server, "canbo");
        officer.get("/admin/nhat-ky").is(403);
    }
    let mut auditor = enter(&server, "kiemsoat");
    assert_eq!(auditor.get("/admin").is(303).header("location"), "/admin/nhat-ky");
    let page = auditor.get("/admin/nhat-ky").is(200);
    assert!(page.text().contains("Đăng nhập") && page.text().contains("127.0.0.1"));
    let older = page.text().split("before=").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("none");
    let second = auditor.get(&format!("/admin/nhat-ky?before={older}")).is(200);
    assert!(second.text().contains("apply.toml"), "the first entry of all");
    let denied = auditor.get("/admin/nhat-ky?actor=canbo&action=access").is(200);
    assert!(denied.text().contains("Bị từ chối: không có quyền") && !denied.text().contains("apply.toml"));
    assert!(
        auditor
            .get("/admin/nhat-ky?from=1/1/2020&until=2/1/2020")
            .is(200)
            .text()
            .contains("Không có dòng nào")
    );
    assert!(auditor.get("/admin/nhat-ky?from=hôm+qua").is(422).text().contains("01/10/2026"));
    let file = auditor.get("/admin/nhat-ky.csv?actor=canbo").is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.text().lines().count() > 60 && !file.text().contains("quantri"));
    assert!(has(&database, "kiemsoat audit.export audit"));
    for path in ["/admin/campaigns", "/admin/campaigns/dan", "/admin/campaigns/dan/report.json"] {
        auditor.get(path).is(403);
    }
}

#[test]
fn k_03_nothing_typed_can_forge_an_entry_or_a_line_of_the_log() {
    let (database, server) = open();
    let mut officer = enter(&server, "canbo");
    officer.get("/admin/campaigns/dan/report?unit=x%0a%7b%22level%22%3a%22ERROR%22%7d").is(404);
    let forged = "an\n{\"level\":\"ERROR\"}\u{1b}[31m";
    server.client().post("/admin/login", &[("name", forged), ("password", WRONG)]).is(401);
    for line in server.stderr().lines().filter(|line| line.contains("timestamp")) {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
    assert!(database.run(&["doctor"]).ok().contains("ok\taudit"));
}

#[test]
fn f_04_many_failed_log_ins_raise_an_alarm_once() {
    let (database, server) = open();
    let mut stranger = server.client();
    for n in 0..31 {
        stranger.post("/admin/login", &[("name", &format!("account-{n}")), ("password", WRONG)]);
    }
    assert!(server.stderr().contains("many-accounts"));
    let alarms = database.texts("SELECT new_value FROM audit WHERE action = 'session.alarm'");
    assert_eq!(alarms, ["\"many-accounts\""]);
}

#[tokio::test]
async fn k_05_old_entries_are_gone_and_doctor_finds_one_chain_in_the_rest() {
    const DAY: i64 = 86_400_000;
    let database = Database::new();
    let store = Store::open(database.url(), &Key::from_text(SECRET).unwrap()).await.unwrap();
    for day in [1, 2, 100, 400] {
        let entry = Entry {
            actor: "thulan".to_owned(),
            origin: String::new(),
            action: "account.change",
            object: "hoa".to_owned(),
            before: serde_json::Value::Null,
            after: serde_json::Value::Null,
        };
        audit::note(&store, day * DAY, &entry).await.unwrap();
    }
    assert_eq!(audit::sweep(&store, 472 * DAY, 100 * DAY).await.unwrap(), 2);
    store.close().await;
    let left = database.texts("SELECT action FROM audit ORDER BY number");
    assert_eq!(left, ["account.change", "account.change", "audit.sweep"]);
    let found = database.run(&["doctor"]).stdout;
    assert!(found.contains("ok\taudit\t3 "), "{found}");
    let noted = format!("1:{}", "0".repeat(64));
    let found = database.run(&["doctor", "--audit-head", &noted]).stdout;
    assert!(found.contains("warning\taudit-head"), "{found}");
}
