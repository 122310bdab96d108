//! The Department at its pages: logging in, reading and downloading a report, logging out.

use crate::support::{
    Client, Database, Server,
    stage::{When, answer, applied, citizens, demonstration},
};

const PASSWORD: &str = "bốn con voi qua sông";

/// An open counter with some answers, and an account.
fn department() -> (Database, Server, Client) {
    let database = applied(&demonstration(&citizens(When::Now)));
    let server = Server::start(&database);
    let mut phone = server.client();
    for n in 0..12 {
        answer(&mut phone, "/k/qn-1", if n < 10 { "5" } else { "2" });
    }
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let client = server.client();
    (database, server, client)
}

fn log_in(client: &mut Client, name: &str, password: &str) -> crate::support::Page {
    client.post("/admin/login", &[("name", name), ("password", password)])
}

#[test]
fn staff_log_in_read_the_report_and_log_out() {
    let (_database, _server, mut staff) = department();
    let asked = staff.get("/admin/campaigns/dan/report").is(303);
    assert_eq!(asked.header("location"), "/admin/login?next=%2Fadmin%2Fcampaigns%2Fdan%2Freport");
    let form = staff.get(asked.header("location")).is(200).form();
    let next = form.value("next").unwrap().to_owned();
    let fields = [("name", "thulan"), ("password", PASSWORD), ("next", next.as_str())];
    let entered = staff.post("/admin/login", &fields).is(303);
    assert_eq!(entered.header("location"), "/admin/campaigns/dan/report");
    assert!(staff.get("/admin/campaigns").is(200).text().contains("Hài lòng tại quầy"));
    assert!(staff.get("/admin/campaigns/dan").is(200).text().contains("/k/qn-1"));
    let page = staff.get("/admin/campaigns/dan/report").is(200);
    assert!(page.text().contains("83,33") && page.text().contains("90"), "the index and its target");
    for (file, kind, start) in [
        ("report.json", "application/json; charset=utf-8", b"{".as_slice()),
        ("report.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
        ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("report.pdf", "application/pdf", b"%PDF-"),
        ("report.html", "text/html; charset=utf-8", b"<!DOCTYPE html>"),
    ] {
        let file = staff.get(&format!("/admin/campaigns/dan/{file}")).is(200);
        assert_eq!(file.header("content-type"), kind);
        assert!(file.header("content-disposition").starts_with("attachment; filename=\"dan."), "{kind}");
        assert!(file.bytes.starts_with(start), "{kind}");
    }
    let drawing = staff.get("/admin/campaigns/dan/counters/qn-1/qr.svg").is(200);
    assert!(drawing.text().starts_with("<svg"));
    assert!(staff.get("/admin/campaigns/dan/counters/qn-1/qr.png").is(200).bytes.starts_with(b"\x89PNG"));
    assert!(staff.get("/admin/campaigns/dan/counters/qn-1/poster").is(200).text().contains("Quầy số 1"));
    let mut thief = staff.clone();
    let out = staff.post("/admin/logout", &[]).is(303);
    assert_eq!((out.header("location"), out.header("clear-site-data").is_empty()), ("/admin/login", false));
    staff.get("/admin/campaigns").is(303);
    // The cookie of before is worthless (F-07).
    thief.get("/admin/campaigns").is(303);
}

#[test]
fn e_01_nobody_sees_a_staff_page_without_a_session() {
    let (_database, _server, mut stranger) = department();
    for path in [
        "/admin",
        "/admin/campaigns",
        "/admin/campaigns/dan",
        "/admin/campaigns/none",
        "/admin/campaigns/dan/report",
        "/admin/campaigns/dan/report.json",
        "/admin/campaigns/dan/report.csv",
        "/admin/campaigns/dan/report.xlsx",
        "/admin/campaigns/dan/report.docx",
        "/admin/campaigns/dan/report.pdf",
        "/admin/campaigns/dan/report.html",
        "/admin/campaigns/dan/cong-van.zip",
        "/admin/campaigns/dan/cong-van.pdf",
        "/admin/campaigns/dan/cong-van/van-phong-ubnd-tinh.pdf",
        "/admin/campaigns/dan/y-kien",
        "/admin/campaigns/dan/y-kien/00000000000000000000000000000000",
        "/admin/campaigns/dan/posters",
        "/admin/campaigns/dan/print",
        "/admin/campaigns/dan/counters/qn-1/print",
        "/admin/campaigns/dan/posters.pdf",
        "/admin/logo",
        "/admin/logo.png",
        "/admin/campaigns/dan/counters/qn-1/poster",
        "/admin/campaigns/dan/counters/qn-1/qr.svg",
        "/admin/campaigns/dan/counters/qn-1/qr.png",
    ] {
        let page = stranger.get(path).is(303);
        assert!(page.header("location").starts_with("/admin/login"), "{path}");
        assert!(!page.text().contains("Quy Nhơn"), "{path}");
    }
    stranger.get("/mail/0123456789abcdef0123456789abcdef").is(404);
}

#[test]
fn f_05_an_unknown_name_and_a_wrong_password_look_the_same() {
    let (_database, _server, mut stranger) = department();
    let wrong = log_in(&mut stranger, "thulan", "một mật khẩu nào đó").is(401);
    let unknown = log_in(&mut stranger, "hoa", "một mật khẩu nào đó").is(401);
    assert_eq!(wrong.text().replace("thulan", "hoa"), unknown.text());
    assert_eq!(wrong.form().value("name"), Some("thulan"));
    assert!(stranger.cookies().is_empty());
}

#[test]
fn f_06_f_15_every_log_in_gets_a_new_cookie_that_scripts_cannot_read() {
    let (_database, _server, mut staff) = department();
    let one = log_in(&mut staff, "thulan", PASSWORD).is(303);
    let two = log_in(&mut staff, "thulan", PASSWORD).is(303);
    let (one, two) = (one.header("set-cookie").to_owned(), two.header("set-cookie").to_owned());
    assert_ne!(one, two);
    assert!(
        one.contains("; HttpOnly") && one.contains("; SameSite=Lax") && one.contains("; Path=/"),
        "{one}"
    );
    assert!(!one.contains("Domain"), "{one}");
}

#[test]
fn f_15_behind_https_the_cookie_is_bound_to_the_host() {
    let (database, _, _) = department();
    let server = Server::start_with(&database, &[("SIPAS_BASE_URL", "https://khaosat.binhdinh.example")]);
    let page = log_in(&mut server.client(), "thulan", PASSWORD).is(303);
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-session=") && cookie.contains("; Secure"), "{cookie}");
    assert!(page.header("strict-transport-security").contains("max-age=31536000"));
}

#[test]
fn f_03_failures_slow_the_next_ones_down() {
    let (_database, _server, mut stranger) = department();
    for _ in 0..5 {
        log_in(&mut stranger, "thulan", "một mật khẩu nào đó").is(401);
    }
    let slowed = log_in(&mut stranger, "thulan", PASSWORD).is(429);
    assert!(slowed.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[test]
fn a_password_is_made_and_shown_once_or_must_be_good() {
    let (database, server, _) = department();
    let shown = database.run(&["user", "add", "hoa", "--role", "viewer"]).ok();
    let (name, password) = shown.trim_end().split_once('\t').unwrap();
    assert_eq!(name, "hoa");
    log_in(&mut server.client(), "hoa", password).is(303);
    let weak = database.run_with_input(&["user", "add", "mai", "--role", "viewer"], "12345").fails(1);
    assert!(weak.contains("14"), "{weak}");
    let twice = database.run(&["user", "add", "hoa", "--role", "viewer"]).fails(1);
    assert!(twice.contains("hoa"), "{twice}");
    database.run(&["user", "add", "mai", "--role", "viewer", "--unit", "none"]).fails(1);
    database.run(&["user", "add", "mai", "--role", "king"]).fails(2);
}

#[test]
fn i_01_a_log_in_form_over_the_limit_is_refused() {
    let (_database, _server, mut stranger) = department();
    log_in(&mut stranger, "thulan", &"a".repeat(9_000)).is(413);
}
