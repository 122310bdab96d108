//! The Department's pages of questionnaires: the list, what each asks, XLSForm in and out.

#![expect(clippy::unwrap_used, reason = "tests")]

use sipas::{
    definition::xlsform::{Sheet, Workbook},
    xlsform,
};

use crate::support::{
    Client, Database, Page, Server,
    stage::{When, citizens, open_counter},
};

const PASSWORD: &str = "bốn con voi qua sông";

/// A server with an open counter, and its manager.
fn manager() -> (Database, Server, Client) {
    let (database, server, _) = open_counter();
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    (database, server, client)
}

/// One of the forms in `tests/xlsform/` as a spreadsheet.
fn form(name: &str) -> Vec<u8> {
    let sheet = |sheet: &str| {
        let path = format!("{}/tests/xlsform/{name}/{sheet}.csv", env!("CARGO_MANIFEST_DIR"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Sheet::new(sheet, rows)
    };
    xlsform::write(&Workbook { sheets: ["survey", "choices", "settings"].map(sheet).to_vec() }).unwrap()
}

fn upload(client: &mut Client, name: &str, bytes: &[u8]) -> Page {
    let mut body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let kind = [("content-type", "multipart/form-data; boundary=edge")];
    client.send("POST", "/admin/definitions/import", &kind, &body)
}

/// The form that decides, with these fields changed; `wish` is the button pressed.
fn decide(client: &mut Client, page: &Page, wish: &str, changes: &[(&str, &[&str])]) -> Page {
    let forms = crate::support::Form::all(page.text());
    let form = forms.into_iter().find(|form| form.action.ends_with("/check")).unwrap();
    let mut fields: Vec<(String, String)> = form
        .pairs()
        .into_iter()
        .filter(|(name, _)| *name != "do" && !changes.iter().any(|(changed, _)| changed == name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for (name, values) in changes {
        fields.extend(values.iter().map(|value| ((*name).to_owned(), (*value).to_owned())));
    }
    fields.push(("do".to_owned(), wish.to_owned()));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post("/admin/definitions/import/check", &fields)
}

#[test]
fn the_list_leads_to_each_questionnaire_and_its_files() {
    let (_database, _server, mut staff) = manager();
    let list = staff.get("/admin/definitions").is(200);
    for words in [
        "/admin/definitions/sipas/2026.1",
        "/admin/definitions/officials/2026.1",
        "Có sẵn trong chương trình",
    ] {
        assert!(list.text().contains(words), "{words}");
    }
    let page = staff.get("/admin/definitions/sipas/2026.1").is(200);
    assert!(
        page.text().contains("Biển hiệu, bảng chỉ dẫn") || page.text().contains("biển hiệu, bảng chỉ dẫn")
    );
    let toml = staff.get("/admin/definitions/sipas/2026.1/toml").is(200);
    assert_eq!(toml.header("content-disposition"), "attachment; filename=\"sipas-2026.1.toml\"");
    let parsed = sipas::definition::parse("sipas/2026.1.toml", toml.text()).unwrap();
    let built_in = sipas::definition::Library::built_in().unwrap();
    assert_eq!(parsed.definition, built_in.get("sipas", "2026.1").unwrap().definition);
    let file = staff.get("/admin/definitions/sipas/2026.1/counter/xlsform").is(200);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"sipas-2026.1-counter.xlsx\"");
    let workbook = xlsform::read(None, &file.bytes).unwrap();
    let back = sipas::definition::xlsform::import(&workbook, &Default::default(), "f").unwrap();
    assert_eq!(back.definition.forms[0].id, "counter");
    for path in ["sipas/2026.9", "none/1", "sipas/2026.1/none/xlsform", "none/1/toml"] {
        staff.get(&format!("/admin/definitions/{path}")).is(404);
    }
}

#[test]
fn h_10_an_xlsform_is_looked_at_decided_on_and_kept_and_then_a_campaign_asks_it() {
    let (database, server, mut staff) = manager();
    let before = database.number("SELECT COUNT(*) FROM definition");
    let page = upload(&mut staff, "household.xlsx", &form("household")).is(200);
    for words in ["survey!A20 (type)", "survey!I7 (appearance)", "household_visits", "How polite they were"] {
        assert!(page.text().contains(words), "{words}\n{}", page.text());
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM definition"), before, "looking stores nothing");
    let again = decide(
        &mut staff,
        &page,
        "look",
        &[("dimension", &["staff"]), ("id", &["tham"]), ("version", &["2026.1"])],
    );
    let again = again.is(200);
    let taken = decide(&mut staff, &again, "file", &[]).is(200);
    assert_eq!(taken.header("content-disposition"), "attachment; filename=\"tham-2026.1.toml\"");
    assert_eq!(taken.text().matches("[[criterion]]").count(), 2, "{}", taken.text());
    let kept = decide(&mut staff, &again, "keep", &[]).is(303);
    assert_eq!(kept.header("location"), "/admin/definitions/tham/2026.1?done=kept");
    assert!(staff.get(kept.header("location")).is(200).text().contains("Đã lưu phiếu"));
    assert!(staff.get("/admin/definitions").is(200).text().contains("Nhập vào hệ thống"));
    // The same file twice changes nothing; other words under the same name need another version.
    let same = decide(&mut staff, &again, "keep", &[]).is(303);
    assert!(same.header("location").ends_with("?done=same"), "{}", same.header("location"));
    let logged = database.texts("SELECT object FROM audit WHERE action = 'definition.keep'");
    assert_eq!(logged, ["tham@2026.1"]);
    // A campaign of it, by its name and version.
    let campaign = citizens(When::Now)
        .replace("definition = \"sipas\"", "definition = \"tham\"")
        .replace("form = \"counter\"", "form = \"full\"")
        .replace("slug = \"dan\"", "slug = \"tham\"")
        .replace("code = \"qn-1\"", "code = \"tham-1\"")
        .replace("code = \"an-1\"", "code = \"tham-2\"");
    let file = database.file("tham.toml", &campaign);
    database.run(&["apply", &file]).ok();
    let asked = server.client().get("/k/tham-1").is(200);
    assert!(asked.text().contains("How polite they were"), "{}", asked.text());
    // What pages keep is found without naming its version, too, as what files hold is.
    let newest = campaign.replace("version = \"2026.1\"\n", "").replace("\"tham", "\"moi");
    let newest = newest.replace("definition = \"moi\"", "definition = \"tham\"");
    database.run(&["apply", &database.file("moi.toml", &newest)]).ok();
    let now_taken = decide(&mut staff, &again, "keep", &[("beside", &["helpful"])]).is(422);
    assert!(now_taken.text().contains("hãy đặt số phiên bản khác"), "{}", now_taken.text());
}

#[test]
fn what_is_kept_can_be_removed_while_no_campaign_uses_it_and_not_by_a_slip() {
    let (database, _server, mut staff) = manager();
    let page = upload(&mut staff, "bilingual.xlsx", &form("bilingual")).is(200);
    decide(&mut staff, &page, "keep", &[]).is(303);
    let path = "/admin/definitions/counter/2026.2";
    let remove = format!("{path}/remove");
    let slip = staff.post(&remove, &[("confirm", "countre")]).is(422);
    assert!(slip.text().contains("hãy gõ “counter” để xóa"), "{}", slip.text());
    let gone = staff.post(&remove, &[("confirm", "counter")]).is(303);
    assert_eq!(gone.header("location"), "/admin/definitions?done=removed");
    staff.get(path).is(404);
    let logged = database.texts("SELECT action FROM audit WHERE object = 'counter@2026.2' ORDER BY number");
    assert_eq!(logged, ["definition.keep", "definition.remove"]);
    // What is built in, and what a campaign uses, stays.
    staff.post("/admin/definitions/sipas/2026.1/remove", &[("confirm", "sipas")]).is(409);
    staff.get("/admin/definitions/sipas/2026.1").is(200);
}

#[test]
fn a_file_without_a_scale_asks_which_list_is_one() {
    let (_database, _server, mut staff) = manager();
    let mut workbook = xlsform::read(None, &form("bilingual")).unwrap();
    for cell in workbook.sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|line| &mut line.cells)
    {
        *cell = cell
            .replace("hài lòng", "đồng ý")
            .replace("satisfied", "agree")
            .replace("Dissatisfied", "Disagree");
    }
    let page = upload(&mut staff, "b.xlsx", &xlsform::write(&workbook).unwrap()).is(422);
    assert!(page.text().contains("không nhận ra thang mức độ hài lòng"), "{}", page.text());
    let chosen: &[(&str, &[&str])] = &[("scale", &["rating"]), ("satisfied.rating", &["very_good, good"])];
    let page = decide(&mut staff, &page, "look", chosen).is(200);
    let file = decide(&mut staff, &page, "file", &[]).is(200);
    assert_eq!(file.text().matches("satisfied = true").count(), 2, "{}", file.text());
}

#[test]
fn h_07_h_09_bad_files_are_refused_with_words_and_nothing_of_them_runs_in_the_page() {
    let (database, _server, mut staff) = manager();
    let before = database.number("SELECT COUNT(*) FROM definition");
    for (name, bytes) in [
        ("a.xlsx", b"no workbook".as_slice()),
        ("b.xlsx", b"PK\x03\x04\x00\x00"),
        ("c.csv", b"type,name\ntext,q\n"),
        ("d.xlsm", b"PK\x03\x04"),
        ("e.xlsx", b""),
    ] {
        let page = upload(&mut staff, name, bytes).is(422);
        assert!(page.text().contains("id=\"f-file\""), "{name}: {}", page.text());
    }
    upload(&mut staff, "large.xlsx", &vec![b'x'; 6 << 20]).is(413);
    staff.post("/admin/definitions/import/check", &[("sheets", "AAAA"), ("do", "keep")]).is(422);
    let nasty = "<script>alert(1)</script>\"'&";
    let survey = Sheet::new(
        "survey",
        [["type", "name", "label"], ["select_one x", nasty, nasty], ["geopoint", "g", nasty]]
            .map(|row| row.map(str::to_owned).to_vec()),
    );
    let choices = Sheet::new(
        "choices",
        [
            ["list_name", "name", "label"],
            ["x", "1", "Hài lòng <b>"],
            ["x", "2", "Không hài lòng"],
            ["x", nasty, "Bình thường"],
        ]
        .map(|row| row.map(str::to_owned).to_vec()),
    );
    let page =
        upload(&mut staff, "n.xlsx", &xlsform::write(&Workbook { sheets: vec![survey, choices] }).unwrap());
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("<script>") && page.text().contains("&lt;script&gt;"), "{}", page.text());
    assert_eq!(database.number("SELECT COUNT(*) FROM definition"), before);
}
