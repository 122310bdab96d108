//! Respondents who are helped, who do not read well, or who answer for somebody else: through the real server.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use crate::support::{
    Client, Database, Form, Server, run,
    stage::{When, applied, citizens, filled, links, officials, open_counter, report, stored},
};

/// A filled form that says who filled it in, or nothing of it.
fn by(page: &crate::support::Page, mode: Option<&str>, code: &str) -> Form {
    let mut form = filled(page, code);
    form.fields.retain(|field| field.name != "_mode" && field.name != "_pictures");
    if let Some(mode) = mode {
        let mut said = page.form().fields.into_iter().find(|field| field.name == "_mode").unwrap();
        said.values = vec![mode.to_owned()];
        form.fields.push(said);
    }
    form
}

fn answer(phone: &mut Client, mode: Option<&str>, code: &str) {
    let page = phone.get("/k/qn-1").is(200);
    phone.submit("/k/qn-1", &by(&page, mode, code)).is(303);
}

#[test]
fn who_filled_in_the_form_is_stored_beside_the_answers_and_may_be_left_out() {
    let (database, _server, mut phone) = open_counter();
    answer(&mut phone, None, "5");
    answer(&mut phone, Some("self"), "5");
    answer(&mut phone, Some("helped"), "5");
    answer(&mut phone, Some("proxy"), "5");
    let mut modes = database.texts("SELECT CAST(mode AS TEXT) FROM response");
    modes.sort();
    assert_eq!(modes, ["0", "1", "2", "3"]);
    assert_eq!(stored(&database, "dan"), 4);
}

#[test]
fn h_11_a_mode_that_the_form_does_not_offer_is_refused_and_nothing_is_lost() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    for bad in ["staff", "Unknown", "<script>"] {
        let again = phone.submit("/k/qn-1", &by(&page, Some(bad), "5")).is(422);
        assert!(again.form().value("access.seats").is_some() || again.text().contains("checked"));
    }
    // Something else is missing: what was said of the mode is kept.
    let mut form = by(&page, Some("helped"), "5");
    let question = form.fields.iter().position(|field| field.name.starts_with("access.")).unwrap();
    form.fields[question].values.clear();
    let again = phone.submit("/k/qn-1", &form).is(422);
    assert_eq!(again.form().value("_mode"), Some("helped"));
    assert_eq!(stored(&database, "dan"), 0);
}

#[test]
fn b_01_nobody_with_a_personal_link_is_asked_who_filled_in_the_form() {
    let database = applied(&officials(When::Now, 2));
    let paths = links(&database);
    let server = Server::start(&database);
    let page = server.client().get(&paths[0]).is(200);
    assert!(!page.text().contains("_mode"));
    assert!(!database.columns("urn").iter().any(|column| column == "mode"));
    let form = filled(&page, "4");
    let mut fields: Vec<(&str, &str)> = form.pairs();
    fields.push(("_mode", "helped"));
    server.client().post(&form.action, &fields).is(422);
}

#[test]
fn the_report_says_how_many_were_helped_and_what_the_index_is_without_them() {
    let (database, _server, mut phone) = open_counter();
    let answer = |phone: &mut Client, n: usize, mode: Option<&str>, code: &str| {
        for at in 0..n {
            let page = phone.get("/k/qn-1").is(200);
            let mut form = by(&page, mode, code);
            form.set("feedback.given", "yes");
            for field in form.fields.iter_mut().filter(|field| field.name.starts_with("feedback.")) {
                if field.options.iter().any(|option| option.value == code) {
                    field.values = vec![if at % 4 == 3 { "2" } else { code }.to_owned()];
                }
            }
            phone.submit("/k/qn-1", &form).is(303);
        }
    };
    answer(&mut phone, 14, None, "5");
    let before = report(&database, "dan");
    assert!(before["responses"].get("modes").is_none(), "nobody has said anything");
    answer(&mut phone, 12, Some("self"), "5");
    answer(&mut phone, 3, Some("helped"), "2");
    let few = report(&database, "dan");
    let modes = &few["responses"]["modes"];
    assert_eq!((modes["unknown"].as_u64(), modes["proxy"].as_u64()), (Some(14), Some(0)));
    assert!(
        modes["helped"].is_null() && modes["self"].is_null(),
        "3 are too few, and 12 would tell them: {modes}"
    );
    assert!(modes["index_unassisted"].is_null());
    answer(&mut phone, 12, Some("helped"), "2");
    let enough = report(&database, "dan");
    let modes = &enough["responses"]["modes"];
    let counts = ["self", "helped", "proxy", "unknown"].map(|mode| modes[mode].as_u64());
    assert_eq!(counts, [Some(12), Some(15), Some(0), Some(14)]);
    let (all, without) = (&enough["total"]["index"], &modes["index_unassisted"]);
    assert_eq!(without["n"], 26, "{modes}");
    assert!(without["estimate"].as_f64().unwrap() > all["estimate"].as_f64().unwrap());
    // The figures themselves do not change with the modes.
    database.execute("UPDATE response SET mode = 0");
    let plain = report(&database, "dan");
    assert_eq!(plain["total"], enough["total"]);
    assert!(plain["responses"].get("modes").is_none());
    let page = database.run(&["report", "dan", "--newest", "--format", "html"]).ok();
    assert!(!page.contains("Có cán bộ giúp"));
}

#[test]
fn pictures_asked_for_by_a_tap_are_there_again_when_the_form_is_and_never_stored() {
    let (database, _server, mut phone) = open_counter();
    let page = phone.get("/k/qn-1").is(200);
    let mut form = by(&page, None, "5");
    let mut switch = page.form().fields.into_iter().find(|field| field.name == "_pictures").unwrap();
    switch.values = vec!["1".to_owned()];
    form.fields.push(switch);
    let mut lacking = form.clone();
    lacking.fields.iter_mut().find(|field| field.name.starts_with("access.")).unwrap().values.clear();
    let again = phone.submit("/k/qn-1", &lacking).is(422);
    assert_eq!(again.form().value("_pictures"), Some("1"));
    phone.submit("/k/qn-1", &form).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

/// Speech of a quarter of a second: a head as RFC 3533 and Vorbis have it does not matter to a server.
fn recording() -> Vec<u8> {
    let mut bytes = b"OggS\0\x02".to_vec();
    bytes.extend((0..4_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    bytes
}

/// A server whose folder of definitions has these recordings.
fn with_recordings(files: &[(&str, &[u8])]) -> (Database, Server, String) {
    let database = applied(&citizens(When::Now));
    let folder = database.folder().join("definitions");
    fs::create_dir_all(folder.join("sipas")).unwrap();
    fs::copy("survey-definitions/sipas/2026.1.toml", folder.join("sipas/2026.1.toml")).unwrap();
    for (name, bytes) in files {
        let path = folder.join("sipas/2026.1/audio").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let folder = folder.into_os_string().into_string().unwrap();
    let server = Server::start_with(&database, &[("SIPAS_DEFINITIONS", &folder)]);
    (database, server, folder)
}

/// The address of the first player of a page.
fn player(html: &str) -> String {
    let (_, rest) = html.split_once("<audio ").unwrap();
    let (_, rest) = rest.split_once("src=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[test]
fn a_recorded_question_is_heard_in_its_language_whole_and_in_parts() {
    let sound = recording();
    let (_database, server, _) =
        with_recordings(&[("vi/access.seats.ogg", &sound), ("vi/overall.mp3", b"no sound")]);
    let mut phone = server.client();
    let page = phone.get("/k/qn-1").is(200);
    let players = page.text().matches("<audio ").count();
    assert_eq!(players, 1, "what is no recording is left out");
    assert!(page.header("content-security-policy").contains("media-src 'self'"));
    assert!(!phone.get("/k/qn-1?lang=en").is(200).text().contains("<audio "), "no other language is heard");
    let address = player(page.text());
    let whole = phone.get(&address).is(200);
    assert_eq!((whole.bytes.as_slice(), whole.header("content-type")), (sound.as_slice(), "audio/ogg"));
    assert_eq!(whole.header("content-length"), sound.len().to_string());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert!(whole.header("cache-control").contains("immutable"));
    let mut part = |range: &str| phone.send("GET", &address, &[("range", range)], b"");
    // What Safari asks for first.
    let first = part("bytes=0-1").is(206);
    assert_eq!((first.bytes.as_slice(), first.header("content-length")), (&sound[..2], "2"));
    assert_eq!(first.header("content-range"), format!("bytes 0-1/{}", sound.len()));
    let rest = part("bytes=100-").is(206);
    assert_eq!(rest.bytes, sound[100..]);
    assert_eq!(part("bytes=-6").is(206).bytes, sound[sound.len() - 6..]);
    let beyond = part("bytes=99999-").is(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", sound.len()));
    assert_eq!(part("bytes=0-1,5-6").is(200).bytes.len(), sound.len());
}

#[test]
fn no_name_in_an_address_reaches_the_disk() {
    let (_database, server, _) = with_recordings(&[("vi/access.seats.ogg", &recording())]);
    let mut phone = server.client();
    for path in [
        "/audio/access.seats.ogg",
        "/audio/..%2f2026.1.toml",
        "/audio/%2e%2e/%2e%2e/sipas.db",
        "/audio/../../../etc/passwd",
        "/audio/%00",
        "/audio/",
    ] {
        let answer = phone.get(path);
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn the_check_warns_of_large_recordings_and_names_those_that_nobody_would_hear() {
    let mut large = recording();
    large.resize(90_000, 1);
    let (_database, _server, folder) = with_recordings(&[
        ("vi/access.seats.ogg", &recording()),
        ("vi/access.signs.ogg", &large),
        ("vi/access.seat.ogg", &recording()),
        ("bdq/access.seats.ogg", &recording()),
        ("en/access.seats.mp3", b"<html>"),
    ]);
    let said = run(&["definition", "check", &folder], &[]).fails(1);
    let line = |file: &str| said.lines().find(|line| line.contains(file)).unwrap_or_default().to_owned();
    assert!(
        line("vi/access.signs.ogg").contains("Note: The recording has 90 kB; keep it below 80 kB"),
        "{said}"
    );
    assert!(line("vi/access.seat.ogg").contains("Did you mean “access.seats”?"), "{said}");
    assert!(line("bdq/access.seats.ogg").contains("no language “bdq”"), "{said}");
    assert!(line("en/access.seats.mp3").contains("Not the MP3"), "{said}");
    assert!(line("vi/access.seats.ogg").is_empty(), "{said}");
}
