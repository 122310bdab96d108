//! Who may do what: every role at every address.
//!
//! The tables are written by hand and say what is wanted; the registry of routes says what there is. A route that is in
//! one and not in the other fails the tests, so that none is added without a decision (security tests E-01, E-12).

#![expect(clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use sipas::web::{auth::access::Access, routes};

use crate::support::{
    Client, Database, Page, Server,
    stage::{When, answer, applied, apply, citizens, period},
};

const PASSWORD: &str = "bốn con voi qua sông";

/// Addresses that anybody may use.
const PUBLIC: &str = "
    GET  /
    GET  /k/{address}
    POST /k/{address}
    GET  /k/{address}/cam-on
    GET  /k/{address}/thong-tin
    GET  /k/{address}/kiosk
    POST /k/{address}/kiosk
    GET  /k/{address}/kiosk/cam-on
    POST /k/{address}/kiosk/thoat
    GET  /k/{address}/kiosk/manifest.webmanifest
    POST /k/{address}/{told}/{reached}
    GET  /k/{address}/thu
    POST /k/{address}/thu
    GET  /api/v1/openapi.json
    GET  /api/v1/problems
    GET  /api/v1/publications
    GET  /api/v1/publications/{slug}
    GET  /api/v1/publications/{slug}/units
    GET  /ket-qua
    GET  /ket-qua/{slug}
    GET  /ket-qua/{slug}/{file}
    GET  /m/{token}
    POST /m/{token}
    GET  /m
    POST /m
    GET  /m/cam-on
    GET  /m/thong-tin/{slug}
    GET  /m/ngung-thu/{token}
    POST /m/ngung-thu/{token}
    GET  /mail/{key}
    GET  /admin/dat-mat-khau/{token}
    POST /admin/dat-mat-khau
    GET  /admin/login
    POST /admin/login
    POST /admin/login/code
    POST /admin/login/renew
    POST /admin/login/again
    GET  /admin/login/sso
    GET  /admin/login/sso/back
    POST /admin/logout
    GET  /healthz
    GET  /readyz
    GET  /static/{*path}
    GET  /audio/{name}
    GET  /kiosk-sw.js
    GET  /sw.js
    GET  /favicon.ico
";

/// Addresses for staff, and who may use them: administrator, manager, officer of a unit, viewer, auditor. Strangers are
/// sent to the log-in everywhere.
const STAFF: &str = "
                                                                 adm man off vie aud
    GET  /admin                                                   +   +   +   +   +
    GET  /admin/toi/ma-truy-cap                                   +   +   +   +   +
    POST /admin/toi/ma-truy-cap                                   +   +   +   +   +
    POST /admin/toi/ma-truy-cap/thu-hoi                           +   +   +   +   +
    POST /admin/tai-khoan/{name}/ma-truy-cap                      +   -   -   -   -
    GET  /admin/second-factor                                     +   +   +   +   +
    GET  /admin/second-factor/new                                 +   +   +   +   +
    POST /admin/second-factor/new                                 +   +   +   +   +
    POST /admin/second-factor/recovery-codes                      +   +   +   +   +
    POST /admin/second-factor/remove                              +   +   +   +   +
    GET  /admin/accounts/{name}/sso                               +   -   -   -   -
    POST /admin/accounts/{name}/sso                               +   -   -   -   -
    GET  /admin/accounts/{name}/second-factor                     +   -   -   -   -
    POST /admin/accounts/{name}/second-factor                     +   -   -   -   -
    GET  /admin/campaigns                                         +   +   +   -   -
    GET  /admin/campaigns/{slug}                                  +   +   +   -   -
    GET  /admin/campaigns/{slug}/posters                          +   +   +   -   -
    GET  /admin/campaigns/{slug}/counters/{counter}/poster        +   +   +   -   -
    GET  /admin/campaigns/{slug}/counters/{counter}/qr.svg        +   +   +   -   -
    GET  /admin/campaigns/{slug}/counters/{counter}/qr.png        +   +   +   -   -
    GET  /admin/campaigns/{slug}/print                            +   +   +   -   -
    GET  /admin/campaigns/{slug}/counters/{counter}/print         +   +   +   -   -
    GET  /admin/campaigns/{slug}/posters.pdf                      +   +   +   -   -
    GET  /admin/campaigns/{slug}/paper                            -   +   +   -   -
    POST /admin/campaigns/{slug}/paper                            -   +   -   -   -
    GET  /admin/campaigns/{slug}/paper/form.pdf                   -   +   +   -   -
    GET  /admin/campaigns/{slug}/paper/{first}/sheets.pdf         -   +   +   -   -
    GET  /admin/campaigns/{slug}/paper/entry                      -   +   +   -   -
    POST /admin/campaigns/{slug}/paper/entry                      -   +   +   -   -
    GET  /admin/campaigns/{slug}/paper/{number}/compare           -   +   -   -   -
    POST /admin/campaigns/{slug}/paper/{number}/compare           -   +   -   -   -
    GET  /admin/campaigns/{slug}/paper/import                     -   +   -   -   -
    POST /admin/campaigns/{slug}/paper/import                     -   +   -   -   -
    GET  /admin/campaigns/{slug}/paper/import/template.csv        -   +   -   -   -
    POST /admin/campaigns/{slug}/paper/import/confirm             -   +   -   -   -
    GET  /admin/logo                                              -   +   -   -   -
    GET  /admin/logo.png                                          -   +   -   -   -
    POST /admin/logo                                              -   +   -   -   -
    GET  /admin/campaigns/{slug}/report                           +   +   +   -   -
    GET  /admin/campaigns/{slug}/report.json                      +   +   +   -   -
    GET  /admin/campaigns/{slug}/report.csv                       +   +   +   -   -
    GET  /admin/campaigns/{slug}/report.xlsx                      +   +   +   -   -
    GET  /admin/campaigns/{slug}/report.docx                      +   +   +   -   -
    GET  /admin/campaigns/{slug}/report.pdf                       +   +   +   -   -
    GET  /admin/campaigns/{slug}/report.html                      +   +   +   -   -
    GET  /admin/campaigns/{slug}/cong-van.zip                     +   +   +   -   -
    GET  /admin/campaigns/{slug}/cong-van.pdf                     +   +   +   -   -
    GET  /admin/campaigns/{slug}/cong-van/{file}                  +   +   +   -   -
    GET  /admin/periods                                           +   +   +   -   -
    POST /admin/periods                                           -   +   -   -   -
    GET  /admin/periods/{definition}/{form}/{period}              +   +   +   -   -
    GET  /admin/periods/{definition}/{form}/{period}/{file}       +   +   +   -   -
    GET  /admin/series/{definition}/{form}                        +   +   +   -   -
    GET  /admin/series/{definition}/{form}/{file}                 +   +   +   -   -
    GET  /admin/campaigns/{slug}/cong-bo                          +   +   -   -   -
    POST /admin/campaigns/{slug}/cong-bo                          +   +   -   -   -
    GET  /admin/campaigns/{slug}/du-lieu                          -   +   -   -   -
    POST /admin/campaigns/{slug}/du-lieu                          -   +   -   -   -
    GET  /admin/campaigns/{slug}/du-lieu/{format}                 -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi                   -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/nhap              -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/nhap              -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/nhap/xac-nhan     -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/mau.xlsx          -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/them              -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/them              -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/lien-ket          -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/lien-ket          -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/nhan.pdf          -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/tien-do           -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/tien-do           -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/xoa               -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/xoa               -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/nguoi/{code}      -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/nguoi/{code}      -   +   -   -   -
    GET  /admin/campaigns/{slug}/nguoi-duoc-moi/nguoi/{code}/rut  -   +   -   -   -
    POST /admin/campaigns/{slug}/nguoi-duoc-moi/nguoi/{code}/rut  -   +   -   -   -
    GET  /admin/campaigns/{slug}/theo-doi                         +   +   +   -   -
    GET  /admin/campaigns/{slug}/theo-doi/su-kien                 +   +   +   -   -
    GET  /admin/campaigns/{slug}/theo-doi/nhac                    -   +   -   -   -
    POST /admin/campaigns/{slug}/theo-doi/nhac                    -   +   -   -   -
    GET  /admin/campaigns/{slug}/theo-doi/de-rieng                -   +   -   -   -
    POST /admin/campaigns/{slug}/theo-doi/de-rieng                -   +   -   -   -
    GET  /admin/campaigns/{slug}/thu-moi                          -   +   -   -   -
    POST /admin/campaigns/{slug}/thu-moi/lich                     -   +   -   -   -
    GET  /admin/campaigns/{slug}/thu-moi/gui/{what}               -   +   -   -   -
    POST /admin/campaigns/{slug}/thu-moi/gui/{what}               -   +   -   -   -
    GET  /admin/campaigns/{slug}/thu-moi/mau/{kind}               -   +   -   -   -
    POST /admin/campaigns/{slug}/thu-moi/mau/{kind}               -   +   -   -   -
    GET  /admin/campaigns/new                                     -   +   -   -   -
    POST /admin/campaigns/new                                     -   +   -   -   -
    GET  /admin/preview/{definition}/{version}/{form}             -   +   -   -   -
    GET  /admin/campaigns/{slug}/preview                          -   +   -   -   -
    GET  /admin/campaigns/{slug}/copy                             -   +   -   -   -
    POST /admin/campaigns/{slug}/copy                             -   +   -   -   -
    GET  /admin/campaigns/{slug}/settings                         -   +   -   -   -
    POST /admin/campaigns/{slug}/settings                         -   +   -   -   -
    GET  /admin/campaigns/{slug}/units                            -   +   -   -   -
    POST /admin/campaigns/{slug}/units                            -   +   -   -   -
    GET  /admin/campaigns/{slug}/raters                           -   +   -   -   -
    POST /admin/campaigns/{slug}/raters                           -   +   -   -   -
    GET  /admin/campaigns/{slug}/counters                         +   +   +   -   -
    GET  /admin/campaigns/{slug}/counters/add                     -   +   -   -   -
    POST /admin/campaigns/{slug}/counters/add                     -   +   -   -   -
    GET  /admin/campaigns/{slug}/counters/add/preview             -   +   -   -   -
    POST /admin/campaigns/{slug}/counters/add/preview             -   +   -   -   -
    GET  /admin/campaigns/{slug}/counters/additions/{addition}/undo -   +   -   -   -
    POST /admin/campaigns/{slug}/counters/additions/{addition}/undo -   +   -   -   -
    GET  /admin/campaigns/{slug}/counters/{counter}               -   +   -   -   -
    POST /admin/campaigns/{slug}/counters/{counter}               -   +   -   -   -
    GET  /admin/campaigns/{slug}/state/{step}                     -   +   -   -   -
    POST /admin/campaigns/{slug}/state/{step}                     -   +   -   -   -
    GET  /admin/campaigns/{slug}/y-kien                           -   +   -   -   -
    POST /admin/campaigns/{slug}/y-kien                           -   +   -   -   -
    GET  /admin/campaigns/{slug}/y-kien/{id}                      -   +   -   -   -
    POST /admin/campaigns/{slug}/y-kien/{id}                      -   +   -   -   -
    GET  /admin/toi                                               +   +   +   +   +
    POST /admin/toi/mat-khau                                      +   +   +   +   +
    POST /admin/toi/phien                                         +   +   +   +   +
    GET  /admin/tai-khoan                                         +   -   -   -   -
    GET  /admin/tai-khoan-moi                                     +   -   -   -   -
    POST /admin/tai-khoan-moi                                     +   -   -   -   -
    GET  /admin/tai-khoan/{name}                                  +   -   -   -   -
    POST /admin/tai-khoan/{name}                                  +   -   -   -   -
    POST /admin/tai-khoan/{name}/khoa                             +   -   -   -   -
    POST /admin/tai-khoan/{name}/mo-lai                           +   -   -   -   -
    POST /admin/tai-khoan/{name}/lien-ket                         +   -   -   -   -
    POST /admin/tai-khoan/{name}/phien                            +   -   -   -   -
    GET  /admin/nhat-ky                                           +   -   -   -   +
    GET  /admin/nhat-ky.csv                                       +   -   -   -   +
    GET  /admin/units                                             +   +   +   -   -
    GET  /admin/unit/{code}                                       +   +   +   -   -
    GET  /admin/units/new                                         -   +   -   -   -
    POST /admin/units/new                                         -   +   -   -   -
    GET  /admin/unit/{code}/edit                                  -   +   -   -   -
    POST /admin/unit/{code}/edit                                  -   +   -   -   -
    GET  /admin/unit/{code}/end                                   -   +   -   -   -
    POST /admin/unit/{code}/end                                   -   +   -   -   -
    POST /admin/unit/{code}/resume                                -   +   -   -   -
    GET  /admin/unit/{code}/merge                                 -   +   -   -   -
    POST /admin/unit/{code}/merge                                 -   +   -   -   -
    GET  /admin/units/import                                      -   +   -   -   -
    POST /admin/units/import                                      -   +   -   -   -
    GET  /admin/units/import/preview                              -   +   -   -   -
    POST /admin/units/import/confirm                              -   +   -   -   -
    GET  /admin/units/units.csv                                   -   +   -   -   -
    GET  /admin/units/units.xlsx                                  -   +   -   -   -
    GET  /admin/units/template.xlsx                               -   +   -   -   -
    GET  /admin/units/template.csv                                -   +   -   -   -
    GET  /admin/units/changes                                     -   +   -   -   -
    POST /admin/units/changes/{number}/undo                       -   +   -   -   -
    GET  /admin/help                                              +   +   +   +   +
    GET  /admin/help/{chapter}                                    +   +   +   +   +
    GET  /admin/help/images/{picture}                             +   +   +   +   +
    GET  /admin/definitions                                       -   +   -   -   -
    GET  /admin/definitions/import                                -   +   -   -   -
    POST /admin/definitions/import                                -   +   -   -   -
    POST /admin/definitions/import/check                          -   +   -   -   -
    GET  /admin/definitions/{id}/{version}                        -   +   -   -   -
    GET  /admin/definitions/{id}/{version}/toml                   -   +   -   -   -
    GET  /admin/definitions/{id}/{version}/{form}/xlsform         -   +   -   -   -
    POST /admin/definitions/{id}/{version}/remove                 -   +   -   -   -
";

/// What stands in the place of a template's parts.
const EXAMPLES: [(&str, &str); 19] = [
    ("{what}", "moi"),
    ("{addition}", "1"),
    ("{kind}", "invitation"),
    ("{slug}", "dan"),
    ("{name}", "manager"),
    ("{counter}", "qn-1"),
    ("{id}", "00000000000000000000000000000000"),
    ("{definition}", "sipas"),
    ("{version}", "2026.1"),
    ("{chapter}", "dot-khao-sat"),
    ("{picture}", "none.png"),
    ("{form}", "counter"),
    ("{code}", "qn"),
    ("{first}", "1"),
    ("{number}", "1"),
    ("{step}", "close"),
    ("{format}", "csv"),
    ("{file}", "van-phong-ubnd-tinh.pdf"),
    ("{period}", "2026-q1"),
];

const ROLES: [&str; 5] = ["administrator", "manager", "officer", "viewer", "auditor"];

/// A row of [`STAFF`].
struct Row {
    method: &'static str,
    path: &'static str,
    allowed: Vec<bool>,
}

fn staff_table() -> Vec<Row> {
    let rows = STAFF.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|words| words.len() == 2 + ROLES.len())
        .map(|words| Row {
            method: words[0],
            path: words[1],
            allowed: words[2..].iter().map(|word| *word == "+").collect(),
        })
        .collect()
}

fn named(path: &str) -> String {
    let path = EXAMPLES.iter().fold(path.to_owned(), |path, (part, value)| path.replace(part, value));
    assert!(!path.contains('{'), "no example for a part of {path}");
    path
}

/// An open campaign at two units, some answers, and an account of each role; the officer's unit is Quy Nhơn.
fn province() -> (Database, Server) {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    let mut phone = server.client();
    for n in 0..12 {
        answer(&mut phone, "/k/qn-1", if n < 10 { "5" } else { "2" });
        answer(&mut phone, "/k/an-1", "4");
    }
    for role in ROLES {
        account(&database, role, role, if role == "officer" { &["--unit", "qn"] } else { &[] });
    }
    (database, server)
}

fn account(database: &Database, name: &str, role: &str, more: &[&str]) {
    let args = [&["user", "add", name, "--role", role], more].concat();
    database.run_with_input(&args, PASSWORD).ok();
}

fn enter(server: &Server, name: &str) -> Client {
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn is_log_in(page: &Page) -> bool {
    page.status == 401 || page.status == 303 && page.header("location").starts_with("/admin/login")
}

fn ask(client: &mut Client, row: &Row) -> Page {
    match row.method {
        "GET" => client.get(&named(row.path)),
        "POST" => client.post(&named(row.path), &[]),
        other => panic!("{other}"),
    }
}

#[test]
fn e_01_e_12_every_route_is_in_a_table_and_every_row_is_a_route() {
    let public = PUBLIC.lines().map(str::split_whitespace).filter_map(|mut words| {
        words.next().zip(words.next()).map(|(method, path)| format!("{method} {path} public"))
    });
    let staff = staff_table().into_iter().map(|row| format!("{} {} staff", row.method, row.path));
    // What programs may read by token has a table of its own (`access_tokens.rs`).
    let wanted: BTreeSet<String> = public.chain(staff).collect();
    let map = routes::map();
    let there: BTreeSet<String> = map
        .routes()
        .iter()
        .filter(|route| !matches!(route.access, Access::Token(_)))
        .map(|route| {
            let who = if route.access == Access::Public { "public" } else { "staff" };
            format!("{} {} {who}", route.method, route.path)
        })
        .collect();
    let missing: Vec<_> = there.difference(&wanted).collect();
    let gone: Vec<_> = wanted.difference(&there).collect();
    assert!(missing.is_empty(), "decide who may use these, and add them to a table: {missing:#?}");
    assert!(gone.is_empty(), "no such routes: {gone:#?}");
    let all: BTreeSet<String> =
        map.routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(map.routes().len(), all.len(), "registered twice");
}

#[test]
fn e_01_every_role_gets_at_every_address_what_the_table_says() {
    let (_database, server) = province();
    let table = staff_table();
    let mut stranger = server.client();
    for row in &table {
        let page = ask(&mut stranger, row);
        assert!(is_log_in(&page), "a stranger at {} {}: {}", row.method, row.path, page.status);
        assert!(!page.text().contains("Quy Nhơn"), "{}", row.path);
    }
    for (at, role) in ROLES.into_iter().enumerate() {
        let mut client = enter(&server, role);
        for row in &table {
            let page = ask(&mut client, row);
            let said = format!("{role} at {} {}: {}", row.method, row.path, page.status);
            if is_log_in(&page) {
                panic!("{said}: signed out");
            }
            assert_eq!(page.status != 403, row.allowed[at], "{said}");
            assert!(page.status < 500, "{said}");
        }
    }
}

#[test]
fn e_12_what_is_denied_is_said_in_words_and_not_shown() {
    let (_database, server) = province();
    for role in ["viewer", "auditor"] {
        let page = enter(&server, role).get("/admin/campaigns/dan/report").is(403);
        assert!(
            page.text().contains("<h1") && page.text().contains("href=\"/admin\""),
            "a page with a way on"
        );
        assert!(!page.text().contains("Hài lòng tại quầy") && !page.text().contains("Quy Nhơn"));
    }
}

#[test]
fn whoever_finds_nothing_at_an_address_of_the_desk_is_led_on_and_not_to_a_questionnaire() {
    let (_database, server) = province();
    let mut manager = enter(&server, "manager");
    for path in
        ["/admin/none", "/admin/campaigns/none", "/admin/unit/none", "/admin/campaigns/dan/report?unit=none"]
    {
        let page = manager.get(path).is(404);
        assert!(page.text().contains("Không tìm thấy trang này"), "{path}: {}", page.text());
        assert!(page.text().contains("<a class=\"button\" href=\"/admin\">"), "{path}");
        // Where it is known who asks, the menu is there.
        assert_eq!(page.text().contains("href=\"/admin/units\""), path != "/admin/none", "{path}");
    }
    assert!(server.client().get("/admin/none").is(404).text().contains("href=\"/admin\""));
    assert!(
        server.client().get("/k/none").is(404).text().contains("quét lại mã"),
        "citizens have their own page"
    );
    assert!(manager.post("/admin/none", &[]).is(404).text().contains("href=\"/admin\""));
}

#[test]
fn every_page_of_a_campaign_leads_to_all_others_that_the_account_may_open() {
    let (_database, server) = province();
    let all = [
        "",
        "/settings",
        "/units",
        "/counters",
        "/print",
        "/paper",
        "/theo-doi",
        "/y-kien",
        "/report",
        "/cong-bo",
        "/du-lieu",
    ];
    let cases: [(&str, &[&str]); 3] = [
        ("manager", &all),
        ("officer", &["", "/counters", "/print", "/paper", "/theo-doi", "/report"]),
        ("administrator", &["", "/counters", "/print", "/theo-doi", "/report", "/cong-bo"]),
    ];
    for (role, tabs) in cases {
        let mut client = enter(&server, role);
        for here in tabs {
            let page = client.get(&format!("/admin/campaigns/dan{here}")).is(200);
            let nav =
                page.text().split_once("<nav class=\"tabs\"").unwrap().1.split_once("</nav>").unwrap().0;
            let links: Vec<&str> = nav
                .split("href=\"/admin/campaigns/dan")
                .skip(1)
                .map(|rest| rest.split_once('"').unwrap().0)
                .collect();
            assert_eq!(links, *tabs, "{role} at {here}");
            let current = format!("href=\"/admin/campaigns/dan{here}\" aria-current=\"page\"");
            assert!(nav.contains(&current), "{role} at {here}: {nav}");
            assert!(page.text().contains("/admin/help/") && page.text().contains("/admin/logout"), "{here}");
        }
    }
}

/// A second campaign that asks Quy Nhơn alone.
fn apart() -> String {
    let (opens, closes) = period(When::Now);
    format!(
        r#"
[[campaign]]
slug = "rieng"
definition = "sipas"
version = "2026.1"
form = "counter"
title = {{ vi = "Riêng Quy Nhơn", en = "Quy Nhơn alone" }}
opens = {opens}
closes = {closes}
[[campaign.counter]]
code = "qn-9"
unit = "qn"
name = "Quầy số 9"
public = true
"#
    )
}

#[test]
fn e_02_an_officer_finds_nothing_of_another_unit_whatever_is_asked() {
    let (database, server) = province();
    apply(&database, &format!("{}{}", citizens(When::Now), apart()));
    account(&database, "an-nhon", "officer", &["--unit", "an"]);
    let mut officer = enter(&server, "an-nhon");
    let list = officer.get("/admin/campaigns").is(200);
    assert!(list.text().contains("Hài lòng tại quầy") && !list.text().contains("Riêng Quy Nhơn"));
    for path in [
        "/admin/campaigns/rieng",
        "/admin/campaigns/rieng/posters",
        "/admin/campaigns/rieng/theo-doi",
        "/admin/campaigns/dan/theo-doi?unit=qn",
        "/admin/campaigns/rieng/report",
        "/admin/campaigns/rieng/report.json",
        "/admin/campaigns/rieng/report.csv?unit=an",
        "/admin/campaigns/rieng/report.xlsx?unit=qn",
        "/admin/campaigns/rieng/cong-van.zip",
        "/admin/campaigns/dan/cong-van.pdf?unit=qn",
        "/admin/campaigns/dan/cong-van/van-phong-ubnd-tinh.docx?unit=qn",
        "/admin/campaigns/rieng/counters/qn-9/poster",
        "/admin/campaigns/dan/counters/qn-1/poster",
        "/admin/campaigns/dan/counters/qn-1/qr.svg",
        "/admin/campaigns/dan/counters/qn-1/qr.png",
        "/admin/campaigns/rieng/print",
        "/admin/campaigns/rieng/posters.pdf",
        "/admin/campaigns/dan/counters/qn-1/print",
        "/admin/campaigns/dan/posters.pdf?counter=qn-1",
        "/admin/campaigns/dan/posters.pdf?unit=qn",
        "/admin/campaigns/dan/report?unit=qn",
        "/admin/campaigns/dan/report.json?unit=qn",
        "/admin/campaigns/dan/report.csv?unit=bd",
        "/admin/campaigns/dan/report.xlsx?unit=qn",
        "/admin/campaigns/dan/report?unit=none",
    ] {
        let page = officer.get(path).is(404);
        assert!(!page.text().contains("Quy Nhơn"), "{path}");
    }
    // What is told of what lies outside is what is told of what there is not.
    let outside = officer.get("/admin/campaigns/rieng").is(404);
    let nothing = officer.get("/admin/campaigns/none").is(404);
    assert_eq!(outside.text(), nothing.text());
    for path in [
        "/admin/campaigns/dan",
        "/admin/campaigns/dan/posters",
        "/admin/campaigns/dan/print",
        "/admin/campaigns/dan/report",
    ] {
        let page = officer.get(path).is(200);
        assert!(page.text().contains("An Nhơn") && !page.text().contains("Quy Nhơn"), "{path}");
    }
    let json = officer.get("/admin/campaigns/dan/report.json").is(200);
    let report: serde_json::Value = serde_json::from_slice(&json.bytes).unwrap();
    let units: Vec<&str> =
        report["units"].as_array().unwrap().iter().map(|unit| unit["code"].as_str().unwrap()).collect();
    assert_eq!(units, ["an"]);
    assert!(!json.text().contains("Quy Nhơn") && !json.text().contains("\"qn\""));
}

#[test]
fn e_06_another_role_counts_from_the_next_request_on() {
    let (database, server) = province();
    let mut manager = enter(&server, "manager");
    manager.get("/admin/campaigns/dan/y-kien").is(200);
    database.execute("UPDATE account SET role = 'viewer' WHERE name = 'manager'");
    manager.get("/admin/campaigns/dan/y-kien").is(403);
    database.execute("UPDATE account SET disabled = TRUE WHERE name = 'manager'");
    assert!(is_log_in(&manager.get("/admin")));
    let mut again = server.client();
    again.post("/admin/login", &[("name", "manager"), ("password", PASSWORD)]).is(401);
}

/// Every row of every table as text; but for what is derived, and the moment at which a session was last used.
fn dump(database: &Database) -> Vec<String> {
    let tables = if database.is_postgres() {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    };
    // Counts of visits and of what was answered before reach the disk some time after, whoever looks at what.
    let derived = ["segment", "turnout", "audit", "audit_head", "visit_count", "hour_count", "feature_count"];
    let mut rows = Vec::new();
    for table in database.texts(tables).into_iter().filter(|table| !derived.contains(&table.as_str())) {
        let columns: Vec<String> = database
            .columns(&table)
            .into_iter()
            .filter(|column| !(table == "session" && column == "seen"))
            .map(|column| {
                if database.is_postgres() {
                    format!("COALESCE(\"{column}\"::text, '-')")
                } else {
                    format!("COALESCE(hex(\"{column}\"), '-')")
                }
            })
            .collect();
        let sql = format!("SELECT {} FROM \"{table}\" ORDER BY 1", columns.join(" || '|' || "));
        rows.extend(database.texts(&sql).into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}

#[test]
fn g_06_no_address_changes_anything_by_being_looked_at() {
    let (database, server) = province();
    let clients = ["administrator", "manager", "officer", "auditor"].map(|name| enter(&server, name));
    let before = dump(&database);
    assert!(before.iter().any(|row| row.starts_with("response: ")));
    for mut client in clients {
        for row in staff_table().iter().filter(|row| row.method == "GET") {
            let path = named(row.path);
            client.get(&path);
            client.send("HEAD", &path, &[], b"");
        }
        for path in
            ["/", "/k/qn-1", "/k/qn-1/thong-tin", "/k/qn-1/kiosk", "/m/none", "/admin/login", "/readyz"]
        {
            client.get(path);
        }
    }
    assert_eq!(dump(&database), before);
}
