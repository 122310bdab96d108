//! Access tokens: a program never reads more than its owner could at that moment, and nothing once the owner has done
//! away with it.

#![expect(clippy::unwrap_used, reason = "tests")]

use scraper::{Html, Selector};
use serde_json::Value;
use sipas::web::{auth::access::Access, routes};

use super::published::{closed, publish, staff};
use crate::support::{
    Client, Database, Page, Server,
    stage::{When, answer, applied, citizens, filled, links, officials},
};

const PASSWORD: &str = "bốn con voi qua sông";
const OTHER: &str = "năm con trâu qua cầu";
pub const TOKENS: &str = "/admin/toi/ma-truy-cap";
pub const SCOPES: [&str; 5] = ["campaigns:read", "units:read", "counts:read", "reports:read", "exports:read"];

/// Sends the form for a new token.
fn ask(client: &mut Client, name: &str, scopes: &[&str], password: &str) -> Page {
    let mut fields = vec![("name", name), ("days", "30"), ("password", password)];
    fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
    client.post(TOKENS, &fields)
}

/// A new token of whoever is signed in.
pub fn make(client: &mut Client, scopes: &[&str]) -> String {
    let page = ask(client, "Bảng điều khiển", scopes, PASSWORD).is(200);
    let once = Selector::parse("p.once code").unwrap();
    let html = Html::parse_document(page.text());
    html.select(&once).next().unwrap().text().collect()
}

/// `GET` with a token.
pub fn with(client: &mut Client, token: &str, path: &str) -> Page {
    client.send("GET", path, &[("authorization", &format!("Bearer {token}"))], b"")
}

fn json(page: &Page) -> Value {
    serde_json::from_str(page.text()).unwrap()
}

fn code(page: &Page) -> String {
    assert_eq!(page.header("content-type"), "application/problem+json");
    json(page)["code"].as_str().unwrap().to_owned()
}

fn account(database: &Database, name: &str, role: &str) {
    database.run_with_input(&["user", "add", name, "--role", role], PASSWORD).ok();
}

fn log_in(server: &Server, name: &str, password: &str) -> Client {
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", password)]).is(303);
    client
}

fn office(variables: &[(&str, &str)]) -> (Database, Server) {
    let database = applied(&citizens(When::Now));
    for (name, role) in [("lan", "manager"), ("quang", "administrator"), ("vien", "viewer")] {
        account(&database, name, role);
    }
    let server = Server::start_with(&database, variables);
    (database, server)
}

/// The ids of an account's tokens, the newest first.
fn ids(database: &Database, account: &str) -> Vec<String> {
    database
        .texts(&format!("SELECT id FROM access_token WHERE account = '{account}' ORDER BY created DESC, id"))
}

#[test]
fn f_09_a_token_takes_the_password_is_shown_once_and_ends_by_the_hand_of_its_owner_or_an_administrator() {
    let (database, server) = office(&[]);
    let (mut lan, mut quang) = (log_in(&server, "lan", PASSWORD), log_in(&server, "quang", PASSWORD));
    let mut program = server.client();
    assert!(lan.get("/admin/toi").is(200).text().contains(TOKENS));
    for (name, scopes, password) in [
        ("", &SCOPES[..1], PASSWORD),
        ("R", &[], PASSWORD),
        ("R", &["everything"], PASSWORD),
        ("R", &SCOPES[..1], "không phải mật khẩu"),
        ("R", &SCOPES[..1], ""),
    ] {
        let page = ask(&mut lan, name, scopes, password).is(422);
        assert!(page.text().contains("role=\"alert\""), "{name} {scopes:?}");
    }
    // Nobody asks for more than a year, nor for what the own role may not do (E-05): who runs the system reads no answers.
    let years = [("name", "R"), ("days", "3650"), ("password", PASSWORD), ("scope", "units:read")];
    lan.post(TOKENS, &years).is(422);
    ask(&mut quang, "R", &["exports:read"], PASSWORD).is(422);
    assert!(!quang.get(TOKENS).is(200).text().contains("exports:read"));
    let mut vien = log_in(&server, "vien", PASSWORD);
    assert!(!vien.get("/admin/toi").is(200).text().contains(TOKENS));
    ask(&mut vien, "R", &SCOPES[..1], PASSWORD).is(422);
    assert_eq!(database.number("SELECT COUNT(*) FROM access_token"), 0);

    let token = make(&mut lan, &["campaigns:read", "units:read"]);
    let (prefix, rest) = token.split_at(6);
    assert!(prefix == "sipas_" && rest.len() == 39, "{token}");
    let listed = with(&mut program, &token, "/api/v1/campaigns").is(200);
    assert_eq!(json(&listed)["items"][0]["slug"], "dan");
    // Nothing keeps it, and nothing shows it again (A-02).
    for table in database.tables() {
        let dump = database.dump(&table).join("\n");
        assert!(!dump.contains(rest) && !dump.contains(&hex(&token)), "{table}");
    }
    let page = lan.get(TOKENS).is(200);
    assert!(page.text().contains("Bảng điều khiển") && !page.text().contains(rest));
    assert_eq!(database.number("SELECT COUNT(*) FROM access_token WHERE used > 20000"), 1, "the day alone");

    // Others find nothing of it; an administrator sees and revokes it.
    let id = ids(&database, "lan").remove(0);
    quang.post("/admin/toi/ma-truy-cap/thu-hoi", &[("token", &id)]).is(404);
    quang.post("/admin/tai-khoan/quang/ma-truy-cap", &[("token", &id)]).is(404);
    vien.post("/admin/tai-khoan/lan/ma-truy-cap", &[("token", &id)]).is(403);
    with(&mut program, &token, "/api/v1/campaigns").is(200);
    let page = quang.get("/admin/tai-khoan/lan").is(200);
    assert!(page.text().contains("Bảng điều khiển") && !page.text().contains(rest));
    quang.post("/admin/tai-khoan/lan/ma-truy-cap", &[("token", &id)]).is(303);
    assert_eq!(code(&with(&mut program, &token, "/api/v1/campaigns").is(401)), "wrong-token");
    let own = make(&mut lan, &["units:read"]);
    with(&mut program, &own, "/api/v1/units").is(200);
    let id = ids(&database, "lan").remove(0);
    lan.post("/admin/toi/ma-truy-cap/thu-hoi", &[("token", &id)]).is(303);
    with(&mut program, &own, "/api/v1/units").is(401);

    let told = database.texts(
        "SELECT actor || ' ' || action || ' ' || object FROM audit WHERE action LIKE '%token%' ORDER BY number",
    );
    let (made, gone) = ("account.token-make lan", "account.token-revoke lan");
    let wanted = [
        format!("lan {made}"),
        format!("quang {gone}"),
        " access.token ".to_owned(),
        format!("lan {made}"),
        format!("lan {gone}"),
        " access.token ".to_owned(),
    ];
    assert_eq!(told, wanted);
    let log = database.dump("audit").join("\n");
    assert!(!log.contains(rest) && !log.contains(&hex(rest)));
}

#[test]
fn a_token_is_made_listed_and_revoked_by_command_within_the_rights_of_its_account() {
    let (database, server) = office(&[]);
    let base = ["user", "token", "make", "lan", "--name", "R", "--scope", "units:read"];
    let token = database.run(&base).ok();
    let mut program = server.client();
    with(&mut program, token.trim(), "/api/v1/units").is(200);
    let listed = database.run(&["user", "token", "list", "lan"]).ok();
    let cells: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!((cells.len(), cells[1], cells[2]), (5, "R", "units:read"));
    database.run(&["user", "token", "revoke", "lan", cells[0]]).ok();
    with(&mut program, token.trim(), "/api/v1/units").is(401);
    database.run(&["user", "token", "revoke", "lan", cells[0]]).fails(1);
    database.run(&["user", "token", "list", "none"]).fails(1);
    let [vien, exports] = [("vien", "units:read"), ("quang", "exports:read")].map(|(account, scope)| {
        database.run(&["user", "token", "make", account, "--name", "R", "--scope", scope]).fails(1)
    });
    assert!(vien.contains("role") && exports.contains("role"), "{vien}{exports}");
    database.run(&[&base[..], &["--days", "366"]].concat()).fails(1);
    database.run(&[&base[..6], &["--scope", "everything"]].concat()).fails(2);
    // Every administrator sees that somebody opened a way in past the pages.
    let page = log_in(&server, "quang", PASSWORD).get("/admin/tai-khoan").is(200);
    assert!(page.text().contains("Tạo mã truy cập cho chương trình"));
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

/// The token opens nothing; after some such tries they are slowed down as well.
#[track_caller]
fn ended(page: &Page) {
    assert!(matches!(page.status, 401 | 429), "{}: {}", page.status, page.text());
}

#[test]
fn e_06_tokens_end_with_whatever_ends_the_sessions_and_another_role_counts_at_once() {
    let (database, server) = office(&[]);
    let mut program = server.client();
    let mut quang = log_in(&server, "quang", PASSWORD);
    let path = "/api/v1/campaigns/dan/report";
    let details =
        |role, unit| [("full_name", "Lan"), ("email", ""), ("role", role), ("unit", unit), ("expires", "")];
    // Another role and another unit; the token stays worthless when both are as before.
    let mut lan = log_in(&server, "lan", PASSWORD);
    let token = make(&mut lan, &SCOPES);
    with(&mut program, &token, path).is(200);
    quang.post("/admin/tai-khoan/lan", &details("officer", "qn")).is(303);
    ended(&with(&mut program, &token, path));
    quang.post("/admin/tai-khoan/lan", &details("manager", "")).is(303);
    ended(&with(&mut program, &token, path));
    // Switched off.
    let token = make(&mut log_in(&server, "lan", PASSWORD), &SCOPES);
    quang.post("/admin/tai-khoan/lan/khoa", &[("confirm", "lan")]).is(303);
    ended(&with(&mut program, &token, path));
    quang.post("/admin/tai-khoan/lan/mo-lai", &[]).is(303);
    ended(&with(&mut program, &token, path));
    // By command: who it is at the single sign-on.
    let token = make(&mut log_in(&server, "lan", PASSWORD), &SCOPES);
    database.run(&["user", "sso", "lan"]).ok();
    ended(&with(&mut program, &token, path));
    // The own password.
    let mut lan = log_in(&server, "lan", PASSWORD);
    let token = make(&mut lan, &SCOPES);
    lan.post("/admin/toi/mat-khau", &[("present", PASSWORD), ("password", OTHER), ("again", OTHER)]).is(303);
    ended(&with(&mut program, &token, path));
    lan.post("/admin/toi/mat-khau", &[("present", OTHER), ("password", PASSWORD), ("again", PASSWORD)])
        .is(303);
    // Ending other sessions is no end of tokens: they are listed by themselves.
    let token = make(&mut lan, &SCOPES);
    lan.post("/admin/toi/phien", &[]).is(303);
    with(&mut program, &token, path).is(200);
    // What changes past the pages counts at the next request, too.
    for (role, unit, paths) in [
        ("administrator", "NULL", [200, 403]),
        ("officer", "'qn'", [200, 403]),
        ("viewer", "NULL", [403, 403]),
        ("manager", "NULL", [200, 200]),
    ] {
        database.execute(&format!("UPDATE account SET role = '{role}', unit = {unit} WHERE name = 'lan'"));
        for (path, status) in [path, "/api/v1/campaigns/dan/exports"].into_iter().zip(paths) {
            let page = with(&mut program, &token, path).is(status);
            assert!(status == 200 || code(&page) == "role");
        }
    }
    for (change, back) in [
        ("UPDATE account SET disabled = TRUE WHERE name = 'lan'", "UPDATE account SET disabled = FALSE"),
        ("UPDATE account SET expires = 1 WHERE name = 'lan'", "UPDATE account SET expires = NULL"),
        ("UPDATE access_token SET expires = 1", "UPDATE access_token SET expires = 9999999999999"),
    ] {
        database.execute(change);
        ended(&with(&mut program, &token, path));
        database.execute(back);
        with(&mut program, &token, path).is(200);
    }
    let why = database.texts("SELECT new_value FROM audit WHERE action = 'access.deny' ORDER BY number");
    assert_eq!(why.len(), 4, "{why:?}");
}

#[test]
fn g_05_only_the_header_counts_and_a_token_opens_no_page() {
    let (database, server) = office(&[]);
    let mut lan = log_in(&server, "lan", PASSWORD);
    let token = make(&mut lan, &["campaigns:read"]);
    let mut program = server.client();
    let path = "/api/v1/campaigns";
    // Neither a cookie nor an address.
    let page = lan.get(path).is(401);
    assert_eq!(
        (code(&page).as_str(), page.header("www-authenticate")),
        ("no-token", "Bearer realm=\"sipas\"")
    );
    assert_eq!(page.header("access-control-allow-origin"), "");
    program.get(&format!("{path}?access_token={token}")).is(401);
    with(&mut program, &token, &format!("{path}?access_token={token}")).is(400);
    let twice = format!("Bearer {token}");
    program.send("GET", path, &[("authorization", &twice), ("authorization", &twice)], b"").is(400);
    // Pages of other sites read nothing, caches keep nothing (G-04), and the type is said (G-13).
    let page =
        program.send("GET", path, &[("authorization", &twice), ("origin", "https://evil.example")], b"");
    let page = page.is(200);
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(page.header("content-type"), "application/json; charset=utf-8");
    assert!(page.header("vary").contains("authorization"));
    // No page of the desk.
    for path in ["/admin", "/admin/campaigns/dan/report.json", TOKENS] {
        with(&mut program, &token, path).is(303);
    }
    program.send("POST", TOKENS, &[("authorization", &twice)], b"").is(401);
    // No scope, no answer, and the log knows.
    let page = with(&mut program, &token, "/api/v1/campaigns/dan/report").is(403);
    assert!(code(&page) == "scope" && page.header("www-authenticate").contains("scope=\"reports:read\""));
    let id = ids(&database, "lan").remove(0);
    let denied = database.texts("SELECT origin FROM audit WHERE action = 'access.deny'");
    assert_eq!(denied, [format!("127.0.0.1, token {id}")]);
    // Reading changes nothing but the day of the last use (G-06).
    let dump = |database: &Database| {
        let tables = ["account", "session", "access_token", "campaign", "unit", "response", "setting"];
        tables.map(|table| database.dump(table))
    };
    let before = dump(&database);
    for _ in 0..2 {
        with(&mut program, &token, path).is(200);
        program.send("HEAD", path, &[("authorization", &twice)], b"").is(200);
    }
    assert_eq!(dump(&database), before);
}

#[test]
fn f_03_wrong_tokens_are_slowed_down_and_never_the_right_one() {
    let (database, server) = office(&[]);
    let token = make(&mut log_in(&server, "lan", PASSWORD), &["units:read"]);
    let mut program = server.client();
    let mut wrong = token.clone();
    wrong.replace_range(10..11, if wrong.as_bytes()[10] == b'7' { "8" } else { "7" });
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let page = with(&mut program, &wrong, "/api/v1/units");
        if page.status == 429 {
            assert!(page.header("retry-after").parse::<u32>().unwrap() >= 1);
        } else {
            assert!(page.is(401).header("www-authenticate").contains("invalid_token"));
        }
        statuses.push(with(&mut program, &wrong, "/api/v1/units").status);
    }
    assert_eq!(statuses[7], 429, "{statuses:?}");
    with(&mut program, &token, "/api/v1/units").is(200);
    let refused = database.number("SELECT COUNT(*) FROM audit WHERE action = 'access.token'");
    assert!(refused < 10, "{refused}");
    // The log-in is another matter.
    log_in(&server, "lan", PASSWORD);
}

#[test]
fn f_17_where_administration_is_shut_programs_of_staff_find_nothing_and_the_published_is_open() {
    let database = closed();
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    publish(&mut lan).is(303);
    let token = make(&mut lan, &SCOPES);
    let old = make(&mut staff(&database, &server, "quang", &["administrator"]), &SCOPES[..4]);
    database.execute("UPDATE account SET password_set = 1700000000000 WHERE name = 'quang'");
    server.sigterm();
    for (variables, token, status, problem) in [
        ([("SIPAS_ADMIN_NETWORKS", "10.0.0.0/8")], &token, 404, "unknown"),
        ([("SIPAS_REQUIRE_SECOND_FACTOR", "true")], &token, 403, "second-factor"),
        ([("SIPAS_LEVEL_RULES", "true")], &old, 403, "old-password"),
    ] {
        let server = Server::start_with(&database, &variables);
        let mut program = server.client();
        program.get("/api/v1/publications/dan").is(200);
        let page = with(&mut program, token, "/api/v1/campaigns").is(status);
        assert_eq!(code(&page), problem);
        server.sigterm();
    }
}

/// Which addresses take which scope, and for whom: administrator, manager, officer of a unit, viewer, auditor.
const TABLE: &str = "
                                                            adm man off vie aud
    campaigns:read  /api/v1/campaigns                        +   +   +   -   -
    campaigns:read  /api/v1/campaigns/{slug}                 +   +   +   -   -
    units:read      /api/v1/units                            +   +   +   -   -
    units:read      /api/v1/units/{code}                     +   +   +   -   -
    counts:read     /api/v1/campaigns/{slug}/counts          +   +   +   -   -
    reports:read    /api/v1/campaigns/{slug}/report          +   +   +   -   -
    reports:read    /api/v1/periods                          +   +   +   -   -
    reports:read    /api/v1/periods/{definition}/{form}/{period}/report  +   +   +   -   -
    exports:read    /api/v1/campaigns/{slug}/exports         -   +   -   -   -
    exports:read    /api/v1/campaigns/{slug}/exports/{format}  -   +   -   -   -
";

#[test]
fn e_01_every_role_with_every_scope_gets_at_each_address_what_the_table_says_and_no_more() {
    let database = closed();
    let server = Server::start(&database);
    staff(&database, &server, "lan", &["manager"]).post("/admin/campaigns/dan/du-lieu", &[]).is(303);
    let rows: Vec<Vec<&str>> =
        TABLE.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    let rows: Vec<Vec<&str>> = rows.into_iter().filter(|words| words.len() == 7).collect();
    let map = routes::map();
    let there: Vec<String> = map
        .routes()
        .iter()
        .filter_map(|route| match route.access {
            Access::Token(scope) => Some(format!("{} {}", scope.code(), route.path)),
            _ => None,
        })
        .collect();
    let wanted: Vec<String> = rows.iter().map(|row| format!("{} {}", row[0], row[1])).collect();
    assert_eq!(there, wanted, "decide who may use these");

    let roles = ["administrator", "manager", "officer", "viewer", "auditor"];
    let mut program = server.client();
    let named = |path: &str| {
        let path = path.replace("{slug}", "dan").replace("{code}", "qn").replace("{format}", "csv");
        path.replace("{definition}", "sipas").replace("{form}", "pulse").replace("{period}", "2026-q1")
    };
    // Nobody asked anything in that quarter: there is no report, for those who may have one.
    let found = |path: &str| -> &[u16] { if path.contains("/periods/") { &[404, 409] } else { &[200] } };
    for (at, role) in roles.into_iter().enumerate() {
        // A token with every scope, made when the account could still do everything.
        let token = make(&mut staff(&database, &server, role, &["manager"]), &SCOPES);
        let unit = if role == "officer" { "'qn'" } else { "NULL" };
        database.execute(&format!("UPDATE account SET role = '{role}', unit = {unit} WHERE name = '{role}'"));
        for row in &rows {
            let path = named(row[1]);
            let status = if row[2 + at] == "+" { found(row[1]) } else { &[403] };
            let page = with(&mut program, &token, &path);
            assert!(status.contains(&page.status), "{role} at {path}: {} {}", page.status, page.text());
            program.get(&path).is(401);
        }
        // A token with one scope opens what that scope opens.
        if role == "manager" {
            let mut lan = log_in(&server, "lan", PASSWORD);
            for scope in SCOPES {
                let token = make(&mut lan, &[scope]);
                for row in &rows {
                    let page = with(&mut program, &token, &named(row[1]));
                    assert_eq!(
                        found(row[1]).contains(&page.status),
                        row[0] == scope,
                        "{scope} at {}",
                        row[1]
                    );
                    assert!(page.status != 403 || code(&page) == "scope");
                }
            }
        }
    }
}

/// A report but for the moment at which it was computed.
fn timeless(mut report: Value) -> Value {
    report["generated_at"] = Value::Null;
    report
}

#[test]
fn e_02_a_program_of_a_unit_s_officer_finds_nothing_of_another_unit_and_what_the_pages_show() {
    let database = closed();
    let server = Server::start(&database);
    let mut officer = staff(&database, &server, "an-nhon", &["officer", "--unit", "an"]);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let (own, all) = (make(&mut officer, &SCOPES[..4]), make(&mut lan, &SCOPES));
    let mut program = server.client();
    for path in [
        "/api/v1/units/qn",
        "/api/v1/units/none",
        "/api/v1/campaigns/none",
        "/api/v1/campaigns/none/counts",
        "/api/v1/campaigns/dan/report?unit=qn",
        "/api/v1/campaigns/dan/report?unit=bd",
        "/api/v1/campaigns/dan/report?unit=none",
    ] {
        let page = with(&mut program, &own, path).is(404);
        assert!(code(&page) == "unknown" && !page.text().contains("Quy Nhơn"), "{path}");
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'access.outside'"), 3);
    let units = json(&with(&mut program, &own, "/api/v1/units").is(200));
    let codes: Vec<&str> =
        units["items"].as_array().unwrap().iter().map(|unit| unit["code"].as_str().unwrap()).collect();
    assert_eq!((codes, &units["items"][0]["parent"]), (vec!["an"], &Value::Null));
    for (client, token) in [(&mut officer, &own), (&mut lan, &all)] {
        let page = json(&client.get("/admin/campaigns/dan/report.json").is(200));
        let told = with(&mut program, token, "/api/v1/campaigns/dan/report").is(200);
        assert_eq!(timeless(json(&told)), timeless(page), "one value");
        let csv = client.get("/admin/campaigns/dan/report.csv?lang=en").is(200);
        let headers = [("authorization", format!("Bearer {token}")), ("accept", "text/csv".to_owned())];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let told = program.send("GET", "/api/v1/campaigns/dan/report?lang=en", &headers, b"").is(200);
        assert_eq!(told.bytes, csv.bytes);
    }
    // The log knows of each, as of the files of pages, and by which token.
    let id = ids(&database, "an-nhon").remove(0);
    let exports = database.texts(&format!(
        "SELECT new_value FROM audit WHERE action = 'report.export' AND origin LIKE '%token {id}' ORDER BY number"
    ));
    assert_eq!(exports, [r#"{"format":"json","unit":"an"}"#, r#"{"format":"csv","unit":"an"}"#]);

    // Of who has answered an officer is told nothing of others.
    let counts = with(&mut program, &own, "/api/v1/campaigns/dan/counts").is(200);
    assert!(!counts.text().contains("\"qn") && json(&counts)["links"].is_null());
    let (own, all) = (json(&counts), json(&with(&mut program, &all, "/api/v1/campaigns/dan/counts").is(200)));
    assert_eq!(own["live"], false);
    assert_eq!(own["units"].as_array().unwrap().len(), 1);
    let of = |counts: &Value, code: &str| {
        let units = counts["units"].as_array().unwrap().clone();
        units.into_iter().find(|unit| unit["code"] == code).unwrap()["answers"].as_u64().unwrap()
    };
    assert_eq!(of(&all, "bd"), of(&all, "an") + of(&all, "qn") + of(&all, "vc"));
    assert_eq!(all["counters"]["answers"].as_u64(), Some(of(&all, "bd")));
}

#[test]
fn j_07_b_07_counts_are_live_for_the_department_finished_days_for_units_and_steps_for_links() {
    let database = applied(&format!(
        "{}{}",
        citizens(When::Now),
        officials(When::Now, 12).split_once("[[campaign]]").map_or("", |(_, rest)| rest).replacen(
            "\nslug",
            "[[campaign]]\nslug",
            1
        )
    ));
    let paths = links(&database);
    let server = Server::start(&database);
    let mut phone = server.client();
    for _ in 0..3 {
        answer(&mut phone, "/k/qn-1", "5");
        answer(&mut phone, "/k/an-1", "2");
    }
    for path in paths.iter().take(4) {
        let form = filled(&phone.get(path).is(200), "4");
        phone.submit(path, &form).is(303);
    }
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let mut officer = staff(&database, &server, "quy-nhon", &["officer", "--unit", "qn"]);
    let (all, own) = (make(&mut lan, &["counts:read"]), make(&mut officer, &["counts:read"]));
    let mut program = server.client();
    let mut counts = |token: &str, slug: &str| {
        json(&with(&mut program, token, &format!("/api/v1/campaigns/{slug}/counts")).is(200))
    };
    let (seen, part) = (counts(&all, "dan"), counts(&own, "dan"));
    assert_eq!((&seen["counters"]["answers"], &seen["live"]), (&Value::from(6), &Value::Bool(true)));
    assert_eq!(seen["counters"]["planned"], 100);
    assert_eq!(
        (&part["counters"]["answers"], &part["units"][0]["code"]),
        (&Value::from(0), &Value::from("qn"))
    );
    // Four of twelve have answered by link: nobody is told before it are five, and nothing by unit.
    let (seen, part) = (counts(&all, "can-bo"), counts(&own, "can-bo"));
    assert_eq!(seen["links"], serde_json::json!({ "invited": 12, "answered": 0 }));
    assert!(seen["counters"].is_null() && seen["units"].as_array().unwrap().is_empty());
    assert!(part["links"].is_null() && part["units"].as_array().unwrap().is_empty());
    // And no figure before they close (B-07).
    let token = make(&mut lan, &["reports:read"]);
    let report = json(&with(&mut program, &token, "/api/v1/campaigns/can-bo/report").is(200));
    assert_eq!(
        (&report["total"]["index"]["publish"], &report["total"]["index"]["n"]),
        (&Value::from("suppress"), &Value::Null)
    );
}
