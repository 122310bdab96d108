//! Sessions, names of the host, and where and when administration can be reached: requests that a browser would not send.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::TcpListener;

use sipas::clock::{self, Clock};

use crate::support::{
    Client, Database, Page, Server,
    stage::{When, answer, applied, apply, citizens, filled, officials},
};

const PASSWORD: &str = "bốn con voi qua sông";

fn office(variables: &[(&str, &str)]) -> (Database, Server) {
    let database = applied(&citizens(When::Now));
    for (name, role, more) in [
        ("thulan", "manager", &[][..]),
        ("quang", "administrator", &[]),
        ("canbo", "officer", &["--unit", "an"]),
    ] {
        database.run_with_input(&[&["user", "add", name, "--role", role], more].concat(), PASSWORD).ok();
    }
    let server = Server::start_with(&database, variables);
    (database, server)
}

fn log_in(client: &mut Client, name: &str) -> Page {
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)])
}

#[test]
fn f_08_a_session_ends_after_a_quarter_of_an_hour_of_silence_and_after_eight_hours_in_any_case() {
    let (database, server) = office(&[]);
    for (column, milliseconds) in [("seen", 15 * 60_000), ("created", 8 * 3_600_000)] {
        let mut staff = server.client();
        log_in(&mut staff, "thulan").is(303);
        database.execute(&format!("UPDATE session SET {column} = {column} - {}", milliseconds - 60_000));
        staff.get("/admin/campaigns").is(200);
        database.execute(&format!("UPDATE session SET {column} = {column} - 60001"));
        // Looking has noted that it was used.
        if column == "seen" {
            database.execute(&format!("UPDATE session SET seen = seen - {milliseconds}"));
        }
        staff.get("/admin/campaigns").is(303);
        staff.post("/admin/toi/phien", &[]).is(401);
    }
}

#[test]
fn f_07_after_the_log_out_the_old_cookie_opens_nothing_and_the_browser_forgets() {
    let (_database, server) = office(&[]);
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let page = staff.get("/admin/campaigns").is(200);
    assert_eq!(page.header("cache-control"), "no-store");
    let cookie = format!("session={}", staff.cookies()["session"]);
    let out = staff.post("/admin/logout", &[]).is(303);
    assert!(out.header("clear-site-data").contains("\"storage\""));
    let mut thief = server.client();
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    thief.send("GET", "/admin/campaigns", &headers, b"").is(303);
    thief.send("POST", "/admin/toi/phien", &headers, b"session=x").is(401);
}

#[test]
fn e_03_a_list_of_comments_touches_nothing_of_another_campaign() {
    let (database, server) = office(&[]);
    let both = officials(When::Now, 2);
    let rest = both.split_once("[[campaign]]").map_or("", |(_, rest)| rest);
    apply(&database, &format!("{}[[campaign]]{rest}", citizens(When::Now)));
    let mut phone = server.client();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "4");
    form.set("comment", "Rất nhanh");
    phone.submit("/k/qn-1", &form).is(303);
    let id = database.texts("SELECT id FROM comment").remove(0);
    let mut manager = server.client();
    log_in(&mut manager, "thulan").is(303);
    manager.post("/admin/campaigns/can-bo/y-kien?status=waiting", &[("shown", &id), (&id, "released")]);
    assert_eq!(database.number("SELECT COUNT(*) FROM comment WHERE status = 1"), 0);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'comment.decide'"), 0);
    manager.post("/admin/campaigns/dan/y-kien?status=waiting", &[("shown", &id), (&id, "released")]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'comment.decide'"), 1);
}

#[test]
fn e_09_e_11_strangers_get_nothing_but_what_is_public_and_previews_need_the_rights_of_what_they_show() {
    let (_database, server) = office(&[]);
    let mut stranger = server.client();
    for hidden in [
        "/.git/config",
        "/Cargo.toml",
        "/sipas.db",
        "/static/",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
        "/audio/",
        "/audio/..%2fsipas.toml",
        "/mail/0",
        "/metrics",
        "/debug",
    ] {
        let page = stranger.get(hidden);
        assert!([400, 404].contains(&page.status), "{hidden}: {}", page.status);
    }
    // An officer of another unit finds no preview of a counter's prints either.
    let mut officer = server.client();
    log_in(&mut officer, "canbo").is(303);
    for preview in ["poster", "qr.svg", "qr.png", "print"] {
        let path = format!("/admin/campaigns/dan/counters/qn-1/{preview}");
        stranger.get(&path).is(303);
        officer.get(&path).is(404);
    }
    stranger.get("/admin/preview/sipas/2026.1/local").is(303);
    officer.get("/admin/preview/sipas/2026.1/local").is(403);
}

#[test]
fn g_03_hsts_is_for_https_alone() {
    let (database, server) = office(&[]);
    assert_eq!(server.client().get("/admin/login").is(200).header("strict-transport-security"), "");
    let secure = Server::start_with(&database, &[("SIPAS_BASE_URL", "https://khaosat.example")]);
    let page = secure.client().get("/k/qn-1").is(200);
    assert!(page.header("strict-transport-security").contains("max-age=31536000"));
}

#[test]
fn g_08_a_request_for_another_host_is_refused_and_links_come_from_the_settings() {
    let (_database, server) = office(&[("SIPAS_BASE_URL", "https://khaosat.example")]);
    let mut client = server.client();
    let mut ask = |host: &str| client.send("GET", "/k/qn-1", &[("host", host)], b"").status;
    for own in ["khaosat.example", "KHAOSAT.example:443", "127.0.0.1:8080", "localhost"] {
        assert_eq!(ask(own), 200, "{own}");
    }
    for other in [
        "evil.example",
        "khaosat.example.evil.example",
        "khaosat.example:80@evil.example",
        "sub.khaosat.example",
    ] {
        assert_eq!(ask(other), 421, "{other}");
    }
    // Programs are told in their way.
    let refused = client.send("GET", "/api/v1/publications", &[("host", "evil.example")], b"").is(421);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let mut administrator = server.client();
    log_in(&mut administrator, "quang").is(303);
    let headers =
        [("host", "localhost"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    let link = administrator.send("POST", "/admin/tai-khoan/thulan/lien-ket", &headers, b"").is(200);
    assert!(
        link.text().contains("https://khaosat.example/admin/dat-mat-khau/") && !link.text().contains("evil")
    );
}

#[test]
fn g_12_a_page_about_a_failure_names_nothing_from_inside() {
    let (database, server) = office(&[]);
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let mut pages = vec![
        staff.get("/nowhere").is(404),
        staff.send("DELETE", "/admin/campaigns", &[], b"").is(405),
        staff.get("/admin/nhat-ky").is(403),
        staff.post("/admin/campaigns/dan/y-kien", &[("a", &"b".repeat(3_000_000))]),
        staff.send("POST", "/k/qn-1", &[("sec-fetch-site", "cross-site")], b"a=b").is(403),
    ];
    database.execute("ALTER TABLE account_link RENAME TO elsewhere");
    let mut administrator = server.client();
    log_in(&mut administrator, "quang").is(303);
    pages.push(administrator.post("/admin/tai-khoan/thulan/lien-ket", &[]));
    assert!(pages.iter().any(|page| page.status >= 500));
    for page in pages {
        assert!(page.text().contains("lang=\"vi\""), "{}", page.status);
        let text = page.text().to_lowercase();
        for inside in [
            "account_link",
            "select ",
            "insert ",
            "sqlx",
            "sqlite",
            "postgres",
            ".rs",
            "panicked",
            env!("CARGO_PKG_VERSION"),
        ] {
            assert!(!text.contains(inside), "{}: {inside}", page.status);
        }
    }
}

/// An address that nobody listens at.
fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn f_17_administration_has_an_address_of_its_own_and_the_public_one_knows_nothing_of_it() {
    let staff_address = free();
    let url = format!("http://{staff_address}");
    let (_database, server) = office(&[("SIPAS_ADMIN_LISTEN", &staff_address), ("SIPAS_ADMIN_URL", &url)]);
    let mut citizen = server.client();
    citizen.get("/k/qn-1").is(200);
    for path in ["/admin", "/admin/login", "/admin/campaigns", "/admin/help"] {
        citizen.get(path).is(404);
    }
    log_in(&mut citizen, "quang").is(404);
    let mut administrator = Client::new(&url);
    log_in(&mut administrator, "quang").is(303);
    administrator.get("/admin/campaigns").is(200);
    let link = administrator.post("/admin/tai-khoan/thulan/lien-ket", &[]).is(200);
    assert!(link.text().contains(&format!("{url}/admin/dat-mat-khau/")));
    answer(&mut server.client(), "/k/qn-1", "4");
    assert!(server.sigterm().success(), "both are left in order");
}

#[test]
fn f_17_administration_is_for_some_networks_and_hours_alone() {
    let (database, server) =
        office(&[("SIPAS_ADMIN_NETWORKS", "10.0.0.0/8"), ("SIPAS_TRUSTED_PROXIES", "127.0.0.1")]);
    let mut client = server.client();
    let mut from =
        |address: &str| client.send("GET", "/admin/login", &[("x-forwarded-for", address)], b"").status;
    assert_eq!([from("10.1.2.3"), from("203.0.113.9"), from("10.1.2.3, 203.0.113.9")], [200, 404, 404]);
    server.client().get("/k/qn-1").is(200);
    // Hours by the province's clock: a span of one day of the week, two days from now.
    let now = jiff::Timestamp::from_millisecond(Clock::system().now()).unwrap();
    let now = now.to_zoned_datetime(clock::province());
    let day = now.checked_add(jiff::Span::new().days(2)).unwrap().strftime("%a 00:00-24:00").to_string();
    let closed = Server::start_with(&database, &[("SIPAS_ADMIN_HOURS", &day)]);
    let mut late = closed.client();
    assert!(late.get("/admin/login").is(403).text().contains("Ngoài giờ quản trị"));
    log_in(&mut late, "quang").is(403);
    late.get("/k/qn-1").is(200);
    let always = Server::start_with(&database, &[("SIPAS_ADMIN_HOURS", "mon-sun 00:00-24:00")]);
    log_in(&mut always.client(), "quang").is(303);
}
