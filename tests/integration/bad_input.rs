//! What arrives broken, cut off, old or strange ends in a page that a citizen understands, and in nothing half stored.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::support::{
    Form, Kind,
    stage::{filled, open_counter, stored},
};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn comment_of(form: &Form) -> String {
    form.fields.iter().find(|field| field.kind == Kind::Text).unwrap().name.clone()
}

#[test]
fn strange_letters_in_a_comment_are_kept_as_they_can_be_read() {
    let (database, _server, mut phone) = open_counter();
    let typed = [
        ("Tho\u{0302}\u{0309} cu\u{031B}\u{0309}a nhanh", "Thổ cửa nhanh"),
        ("khen \u{202E}êhc\u{202C} v\u{200B}ui\u{FEFF}", "khen êhc vui"),
        ("Tốt 👩\u{200D}👧 👍🏽", "Tốt 👩\u{200D}👧 👍🏽"),
        ("một\r\nhai", "một\nhai"),
        ("\u{200B}\u{2067} \u{FEFF}", ""),
    ];
    for (text, _) in typed {
        let page = phone.get("/k/qn-1").is(200);
        let mut form = filled(&page, "4");
        let name = comment_of(&form);
        form.set(&name, text);
        phone.submit("/k/qn-1", &form).is(303);
    }
    assert_eq!(stored(&database, "dan"), typed.len() as u64);
    let mut kept = database.texts("SELECT text FROM comment");
    let mut wanted: Vec<_> = typed.iter().map(|(_, kept)| *kept).filter(|kept| !kept.is_empty()).collect();
    kept.sort();
    wanted.sort_unstable();
    assert_eq!(kept, wanted);
}

#[test]
fn a_comment_that_is_too_long_is_shown_again_whole() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "4");
    let (name, long) = (comment_of(&form), "ý kiến ".repeat(3_000));
    form.set(&name, &long);
    let again = phone.submit("/k/qn-1", &form).is(422);
    assert!(again.text().contains("Dài quá 1000 ký tự"), "{}", again.text());
    assert_eq!(again.form().value(&name).unwrap().trim(), long.trim());
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn a_megabyte_is_refused_with_the_way_back() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "4");
    let name = comment_of(&form);
    form.set(&name, &"a".repeat(1 << 20));
    let refused = phone.submit("/k/qn-1", &form).is(413);
    assert!(refused.text().contains("Xin quay lại trang trước, viết phần góp ý ngắn hơn"));
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn a_form_without_its_key_is_shown_again_with_a_new_one_and_then_taken() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "4");
    form.fields.retain(|field| field.name != "submission");
    let again = phone.submit("/k/qn-1", &form).is(422);
    assert!(again.text().contains("Phiếu bị thiếu một phần trên đường gửi"), "{}", again.text());
    phone.submit("/k/qn-1", &again.form()).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn a_body_that_ends_early_stores_nothing() {
    let (database, server, mut phone) = open_counter();
    let body = filled(&phone.get("/k/qn-1").is(200), "4").body();
    let address = server.url().trim_start_matches("http://");
    for part in 0..12 {
        let mut line = TcpStream::connect(address).unwrap();
        let sent = &body[..body.len() * part / 12];
        write!(
            line,
            "POST /k/qn-1 HTTP/1.1\r\nHost: {address}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{sent}",
            FORM.1,
            body.len()
        )
        .unwrap();
        line.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        // Nobody may be left to answer to.
        let _ = line.read_to_string(&mut answer);
        assert!(!answer.starts_with("HTTP/1.1 3"), "{answer}");
    }
    assert_eq!(stored(&database, "dan"), 0);
    // Cut by something on the way that then says it is whole: what is left is no full form, or no form.
    let last = body.find("feedback.given").unwrap();
    for part in 0..40 {
        let cut = body.as_bytes().get(..last * part / 40).unwrap();
        let page = phone.send("POST", "/k/qn-1", &[FORM], cut);
        assert!([400, 422].contains(&page.status), "{}: {}", page.status, String::from_utf8_lossy(cut));
        assert!(page.text().contains("<html lang=\"vi\""));
    }
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn what_the_browser_says_of_languages_changes_nothing() {
    let (_database, _server, mut phone) = open_counter();
    let long = "xx-YY;q=0.1,".repeat(500);
    for languages in ["*", "", ";;;q=,", "en-US,en;q=9999", "../../etc/passwd", &long] {
        let page = phone.send("GET", "/k/qn-1", &[("accept-language", languages)], b"").is(200);
        assert!(page.text().contains("<html lang=\"vi\""), "{languages}");
    }
    for wanted in ["xx", "EN", "../en", "%00", "vi&lang=en", "%F0%9F%98%80", "en%0d%0aset-cookie:a"] {
        let page = phone.get(&format!("/k/qn-1?lang={wanted}"));
        assert!([200, 400].contains(&page.status), "{wanted}: {}", page.status);
        assert!(
            page.text().contains("<html lang=\"vi\"") || page.text().contains("<html lang=\"en\""),
            "{wanted}"
        );
        assert!(page.header("set-cookie").is_empty());
    }
}

#[test]
fn m_13_a_browser_of_long_ago_is_served() {
    let (database, _server, mut phone) = open_counter();
    // No compression, no Origin, no Sec-Fetch; the charset named, as old ones did.
    let old = [
        ("user-agent", "Mozilla/5.0 (Linux; U; Android 4.4.2; vi-vn) UCBrowser/10.0"),
        ("content-type", "application/x-www-form-urlencoded; charset=UTF-8"),
    ];
    let page = phone.send("GET", "/k/qn-1", &old[..1], b"").is(200);
    let body = filled(&page, "3").body();
    phone.send("POST", "/k/qn-1", &old, body.as_bytes()).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}
