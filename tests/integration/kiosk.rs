//! The tablet at a counter: its own channel, one sheet a key, and a code to leave.

use crate::support::{
    Database, Server,
    stage::{When, answer, applied, apply, citizens, filled, report},
};

const KIOSK: &str = "/k/qn-1/kiosk";

fn with_code(code: &str) -> String {
    citizens(When::Now).replacen(
        "form = \"counter\"",
        &format!("form = \"counter\"\nkiosk_code = \"{code}\""),
        1,
    )
}

fn tablet() -> (Database, Server) {
    let database = applied(&with_code("2468"));
    let server = Server::start(&database);
    (database, server)
}

#[test]
fn j_01_answers_of_a_tablet_are_kept_apart_by_the_address_they_are_sent_to() {
    let (database, server) = tablet();
    let mut client = server.client();
    for _ in 0..3 {
        let page = client.get(KIOSK).is(200);
        assert_eq!(page.header("cache-control"), "no-store");
        let form = filled(&page, "4");
        assert_eq!(form.action, KIOSK);
        let sent = client.submit(KIOSK, &form).is(303);
        assert_eq!(sent.header("location"), "/k/qn-1/kiosk/cam-on");
        // Sent again by a queue that did not hear of it: the same page, and still one sheet.
        client.submit(KIOSK, &form).is(303);
        let thanks = client.get(sent.header("location")).is(200);
        assert!(
            thanks.text().contains("data-say=\"thanks\"") && thanks.text().contains("href=\"/k/qn-1/kiosk\"")
        );
    }
    answer(&mut client, "/k/qn-1", "4");
    let channels = &report(&database, "dan")["responses"]["channels"];
    assert_eq!((&channels["kiosk"], &channels["open"]), (&3.into(), &1.into()));
    assert!(client.cookies().is_empty());
}

#[test]
fn what_is_missing_is_told_on_the_tablets_own_page_and_languages_stay() {
    let (_database, server) = tablet();
    let mut client = server.client();
    let path = format!("{KIOSK}?lang=en");
    let page = client.get(&path).is(200);
    assert!(page.text().contains("Touch to start") && page.text().contains("Chạm để bắt đầu"));
    let untouched = page.form();
    let again = client.submit(&path, &untouched).is(422);
    assert!(again.text().contains("data-kiosk") && again.text().contains("id=\"errors\""));
    assert!(again.text().contains("<html class=\"kiosk\" lang=\"en\""));
    let form = filled(&again, "5");
    let sent = client.submit(&path, &form).is(303);
    assert_eq!(sent.header("location"), "/k/qn-1/kiosk/cam-on?lang=en");
}

#[test]
fn staff_leave_by_their_code_which_nobody_can_read_or_guess_quickly() {
    let (database, server) = tablet();
    let mut client = server.client();
    let leave = format!("{KIOSK}/thoat");
    client.post(&leave, &[("code", "0000")]).is(403);
    client.post(&leave, &[]).is(403);
    let left = client.post(&leave, &[("code", " 2468 ")]).is(303);
    assert_eq!(left.header("location"), "/k/qn-1");
    for _ in 0..5 {
        client.post(&leave, &[("code", "1111")]).is(403);
    }
    let slow = client.post(&leave, &[("code", "2468")]).is(429);
    assert!(!slow.header("retry-after").is_empty());
    assert_eq!(database.texts("SELECT kiosk_code FROM campaign").concat().len(), 64, "a hash");
    assert!(!client.get(KIOSK).is(200).text().contains("2468"));
    // G-05: not from another site's page either.
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    client.send("POST", &leave, &headers, b"code=2468").is(403);
}

#[test]
fn a_code_is_applied_once_and_never_printed() {
    // One text throughout: its times are those of the moment it was made.
    let file = with_code("2468");
    let coded = |code: &str| file.replace("\"2468\"", &format!("\"{code}\""));
    let plain = file.replace("kiosk_code = \"2468\"\n", "");
    let database = applied(&file);
    let run = |text: &str| {
        let path = database.file("apply.toml", text);
        database.run(&["apply", &path])
    };
    assert_eq!(run(&file).ok(), "");
    assert_eq!(run(&coded("135790")).ok(), "~ code to leave tablets (dan)\n");
    assert_eq!(run(&plain).ok(), "- code to leave tablets (dan)\n");
    assert_eq!(run(&coded("Mã số")).ok(), "+ code to leave tablets (dan)\n");
    assert!(run(&coded("123")).fails(1).contains("at least 4"));
    apply(&database, &plain);
    let server = Server::start(&database);
    let mut client = server.client();
    client.post(&format!("{KIOSK}/thoat"), &[("code", "")]).is(404);
    assert!(!client.get(KIOSK).is(200).text().contains("staff-open"), "no code, no button");
}

#[test]
fn a_tablet_can_be_installed_and_started_without_a_network_and_comes_back_when_a_campaign_opens() {
    let (_database, server) = tablet();
    let mut client = server.client();
    let manifest = client.get(&format!("{KIOSK}/manifest.webmanifest")).is(200);
    assert!(manifest.header("content-type").starts_with("application/manifest+json"));
    let manifest: serde_json::Value = serde_json::from_str(manifest.text()).unwrap_or_default();
    assert_eq!((&manifest["display"], &manifest["start_url"]), (&"fullscreen".into(), &KIOSK.into()));
    let icon = manifest["icons"][0]["src"].as_str().unwrap_or_default();
    assert_eq!(client.get(icon).is(200).header("content-type"), "image/svg+xml; charset=utf-8");
    let worker = client.get("/kiosk-sw.js").is(200);
    assert!(worker.header("content-type").starts_with("text/javascript") && !worker.text().is_empty());
    assert_eq!(worker.header("cache-control"), "no-store", "the next version is found");
    client.get("/k/nowhere/kiosk").is(404);
    client.get("/k/nowhere/kiosk/manifest.webmanifest").is(404);
    for (when, status) in [(When::Later, 404), (When::Before, 410)] {
        let database = applied(&citizens(when));
        let server = Server::start(&database);
        let page = server.client().get(KIOSK).is(status);
        assert_eq!(page.header("refresh"), "300");
    }
}
