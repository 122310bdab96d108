//! A citizen at a counter, with a phone that runs no script: through the real server.

use crate::support::{
    Server, error_links,
    stage::{self, When, answer, applied, citizens, filled, open_counter, report, stored},
};

type Change<'a> = dyn Fn(&mut Vec<(String, String)>) + 'a;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn a_citizen_answers_and_is_thanked() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    assert!(page.text().contains("Quầy số 1 – Đất đai") || page.text().contains("UBND thành phố Quy Nhơn"));
    let form = filled(&page, "5");
    let sent = phone.submit("/k/qn-1", &form).is(303);
    assert_eq!(sent.header("location"), "/k/qn-1/cam-on");
    assert!(phone.get("/k/qn-1/cam-on").is(200).text().contains("Cảm ơn"));
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn an_english_reader_stays_in_english() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1?lang=en").is(200);
    assert!(page.text().contains("<html lang=\"en\"") && page.text().contains("Satisfaction at the counter"));
    let form = filled(&page, "4");
    let sent = phone.submit("/k/qn-1?lang=en", &form).is(303);
    assert_eq!(sent.header("location"), "/k/qn-1/cam-on?lang=en");
    assert!(phone.get("/k/qn-1/cam-on?lang=en").is(200).text().contains("Thank"));
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn missing_answers_are_named_and_everything_given_is_kept() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "5");
    let comment = "Cán bộ <b>nhiệt tình</b> & chu đáo";
    let text = form.fields.iter().find(|f| f.kind == crate::support::Kind::Text).unwrap().name.clone();
    form.set(&text, comment);
    let scale = form.fields.iter().find(|f| f.name.starts_with("access.")).unwrap().name.clone();
    form.fields.iter_mut().find(|f| f.name == scale).unwrap().values.clear();
    let again = phone.submit("/k/qn-1", &form).is(422);
    assert!(again.text().contains("<title>Lỗi"), "the title begins with the word");
    assert_eq!(error_links(again.text()).len(), 1, "one link to the one question");
    let mut kept = again.form();
    assert_eq!(kept.value("submission"), form.value("submission"));
    assert_eq!(kept.value(&text), Some(comment));
    assert_eq!(kept.field(&scale).values, Vec::<String>::new());
    assert_eq!(stored(&database, "dan"), 0);
    kept.set(&scale, "4");
    phone.submit("/k/qn-1", &kept).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn h_11_what_no_option_has_is_refused_and_nothing_is_stored() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let form = filled(&page, "5");
    let pairs: Vec<(String, String)> =
        form.pairs().into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let scale = pairs.iter().position(|(name, _)| name.starts_with("access.")).unwrap();
    let mut send = |change: &Change<'_>| {
        let mut changed = pairs.clone();
        change(&mut changed);
        let fields: Vec<(&str, &str)> = changed.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        phone.post("/k/qn-1", &fields).is(422);
    };
    send(&|fields| fields[scale].1 = "6".to_owned());
    send(&|fields| fields[scale].1 = "<script>".to_owned());
    send(&|fields| fields.push((fields[scale].0.clone(), "1".to_owned())));
    send(&|fields| fields.push(("no.such.question".to_owned(), "1".to_owned())));
    send(&|fields| fields.retain(|(name, _)| name != "submission"));
    send(&|fields| fields.iter_mut().filter(|(n, _)| n == "submission").for_each(|(_, v)| v.truncate(31)));
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn answers_that_the_skip_rules_rule_out_are_dropped() {
    let (database, _server, mut phone) = open_counter();
    for _ in 0..12 {
        let page = phone.get("/k/qn-1").is(200);
        let mut form = filled(&page, "5");
        form.set("feedback.given", "no");
        // A client that fills in everything, asked or not.
        form.set("feedback.channels", "1");
        phone.submit("/k/qn-1", &form).is(303);
    }
    let report = report(&database, "dan");
    let feedback =
        report["total"]["dimensions"].as_array().unwrap().iter().find(|d| d["id"] == "feedback").unwrap();
    for criterion in feedback["criteria"].as_array().unwrap() {
        let n = criterion["counts"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
        assert_eq!(n, 0, "{criterion}");
    }
}

#[test]
fn c_05_the_same_form_twice_is_kept_once() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let form = filled(&page, "5");
    let first = phone.submit("/k/qn-1", &form).is(303);
    let second = phone.submit("/k/qn-1", &form).is(303);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn c_06_the_same_key_with_other_answers_changes_nothing() {
    let (database, _server, mut phone) = open_counter();
    for _ in 0..12 {
        let page = phone.get("/k/qn-1").is(200);
        phone.submit("/k/qn-1", &filled(&page, "5")).is(303);
        phone.submit("/k/qn-1", &filled(&page, "1")).is(303);
    }
    let report = report(&database, "dan");
    assert_eq!(report["responses"]["stored"], 12);
    let access = &report["total"]["dimensions"][0]["criteria"][0]["counts"];
    assert_eq!((access["5"].as_u64(), access["1"].as_u64().unwrap_or(0)), (Some(12), 0), "{access}");
}

#[test]
fn a_form_sent_again_after_the_campaign_closed_is_still_acknowledged() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let form = filled(&page, "5");
    phone.submit("/k/qn-1", &form).is(303);
    stage::apply(&database, &citizens(When::Before));
    phone.submit("/k/qn-1", &form).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn a_09_closing_between_opening_and_sending_stores_nothing() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    stage::apply(&database, &citizens(When::Before));
    let late = phone.submit("/k/qn-1", &filled(&page, "5")).is(410);
    assert!(late.text().contains("kết thúc"), "{}", late.text());
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn closed_not_yet_open_and_unknown_counters_say_so() {
    for (when, status) in [(When::Before, 410), (When::Later, 404)] {
        let database = applied(&citizens(when));
        let server = Server::start(&database);
        let mut phone = server.client();
        let page = phone.get("/k/qn-1").is(status);
        assert!(
            page.text().contains("<html lang=\"vi\"") && page.header("content-type").starts_with("text/html")
        );
        phone.post("/k/qn-1", &[("submission", "0123456789abcdef0123456789abcdef")]).is(status);
        assert_eq!(stored(&database, "dan"), 0);
    }
    let (_database, _server, mut phone) = open_counter();
    for path in ["/k/none", "/k/", "/k/%ff", "/k/qn-1%00", "/nowhere"] {
        let page = phone.get(path).is(404);
        assert!(page.text().contains("<html lang=\"vi\""), "{path}");
    }
    phone.post("/k/none", &[]).is(404);
}

#[test]
fn an_address_typed_from_a_poster_is_found_in_other_letters_and_with_marks_behind_it() {
    let database = applied(&citizens(When::Now).replace("code = \"qn-1\"", "code = \"QN-1\""));
    let server = Server::start(&database);
    let mut phone = server.client();
    for (typed, meant) in [
        ("/k/qn-1", "/k/QN-1"),
        ("/k/Qn-1.", "/k/QN-1"),
        ("/k/QN-1/", "/k/QN-1"),
        ("/k/AN-1", "/k/an-1"),
        ("/k/AN-1?lang=en", "/k/an-1?lang=en"),
        ("/k/qn-1/?lang=en", "/k/qn-1?lang=en"),
    ] {
        assert_eq!(phone.get(typed).is(303).header("location"), meant, "{typed}");
    }
    phone.get("/k/QN-1").is(200);
    for nothing in ["/k/qn-2", "/k/", "/k//", "/k/.", "/k/qn-1/x/"] {
        phone.get(nothing).is(404);
    }
    // Two counters that differ by their letters alone: nobody can tell which one was meant.
    database.execute("UPDATE place SET address = 'qn-1' WHERE address = 'an-1'");
    database.execute("UPDATE revision SET value = value + 1");
    phone.get("/k/Qn-1").is(404);
}

#[test]
fn i_01_a_body_over_the_limit_is_refused() {
    let (database, _server, mut phone) = open_counter();
    let large = format!("comment={}", "a".repeat(256 * 1024));
    let refused = phone.send("POST", "/k/qn-1", &[FORM], large.as_bytes()).is(413);
    assert!(refused.text().contains("<html lang=\"vi\""));
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn another_content_type_and_broken_text_are_refused() {
    let (database, _server, mut phone) = open_counter();
    for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
        phone.send("POST", "/k/qn-1", &[("content-type", kind)], b"a=1").is(415);
    }
    phone.send("POST", "/k/qn-1", &[], b"a=1").is(415);
    for body in [b"comment=%ff".as_slice(), b"comment=\xc3\x28", b"comment=%00"] {
        phone.send("POST", "/k/qn-1", &[FORM], body).is(400);
    }
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn a_tampered_campaign_is_refused() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = filled(&page, "5");
    assert_eq!(form.value("_campaign"), Some("dan"));
    for other in ["can-bo", "", "dan' OR 1=1 --"] {
        form.fields.iter_mut().find(|f| f.name == "_campaign").unwrap().values = vec![other.to_owned()];
        phone.submit("/k/qn-1", &form).is(422);
    }
    assert_eq!(stored(&database, "dan"), 0);
    // A client of its own need not know of it.
    form.fields.retain(|f| f.name != "_campaign");
    phone.submit("/k/qn-1", &form).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn g_01_every_response_carries_the_security_headers() {
    let (_database, _server, mut phone) = open_counter();
    for (method, path) in [
        ("GET", "/k/qn-1"),
        ("GET", "/k/none"),
        ("GET", "/m/none"),
        ("POST", "/k/qn-1"),
        ("DELETE", "/k/qn-1"),
        ("GET", "/admin/login"),
        ("GET", "/admin/campaigns"),
        ("GET", "/healthz"),
        ("GET", "/static/none.css"),
        ("GET", "/none"),
    ] {
        let page = phone.send(method, path, &[], b"");
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(policy.contains("base-uri 'none'") && policy.contains("form-action 'self'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(!page.header("permissions-policy").is_empty(), "{path}");
        assert!(page.header("server").is_empty() && page.header("x-powered-by").is_empty(), "{path}");
    }
}

#[test]
fn g_05_a_form_of_another_site_is_refused() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let body = filled(&page, "5").body();
    for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")] {
        for path in ["/k/qn-1", "/m", "/admin/login", "/admin/logout"] {
            let refused = phone.send("POST", path, &[FORM, header], body.as_bytes()).is(403);
            assert!(refused.text().contains("<html lang=\"vi\""), "{path} {header:?}");
            assert_eq!(refused.header("connection"), "close", "what was not read is left on it");
        }
    }
    assert_eq!(stored(&database, "dan"), 0);
    let own = phone.send("POST", "/k/qn-1", &[FORM, ("sec-fetch-site", "same-origin")], body.as_bytes());
    own.is(303);
}

#[test]
fn g_06_reading_changes_nothing() {
    let (database, _server, mut phone) = open_counter();
    for method in ["GET", "HEAD", "OPTIONS"] {
        for _ in 0..5 {
            phone.send(method, "/k/qn-1", &[], b"");
        }
    }
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn b_13_no_cookie_is_set_on_the_way_of_a_citizen() {
    let (_database, _server, mut phone) = open_counter();
    answer(&mut phone, "/k/qn-1", "5");
    phone.get("/k/qn-1/cam-on").is(200);
    assert!(phone.cookies().is_empty());
}

#[test]
fn each_page_has_its_own_key_plain_or_packed() {
    use std::io::Read as _;
    let (database, _server, mut phone) = open_counter();
    let mut keys = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let packed = phone.send("GET", "/k/qn-1", &[("accept-encoding", "gzip")], b"");
        let text = if packed.header("content-encoding") == "gzip" {
            let mut text = String::new();
            flate2::read::GzDecoder::new(packed.bytes.as_slice()).read_to_string(&mut text).unwrap();
            text
        } else {
            packed.text().to_owned()
        };
        keys.insert(crate::support::Form::read(&text).value("submission").unwrap().to_owned());
        keys.insert(phone.get("/k/qn-1").form().value("submission").unwrap().to_owned());
    }
    assert_eq!(keys.len(), 20);
    assert!(keys.iter().all(|key| key.len() == 32));
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn a_change_by_apply_is_seen_by_the_running_server() {
    let (database, _server, mut phone) = open_counter();
    answer(&mut phone, "/k/qn-1", "5");
    let moved = citizens(When::Now).replace("Quầy số 1 – Đất đai", "Quầy số 7 – Hộ tịch");
    stage::apply(&database, &moved);
    // An answer from a page of before the change is read again and kept.
    answer(&mut phone, "/k/qn-1", "5");
    assert_eq!(stored(&database, "dan"), 2);
}
