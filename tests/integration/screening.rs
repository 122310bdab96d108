//! Free text: kept apart, read by the Department, and in reports only after release.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use crate::support::{
    Client, Database, Form, Page, Server,
    stage::{When, applied, citizens, demonstration, filled, links, officials, open_counter, report},
};

const PASSWORD: &str = "bốn con voi qua sông";
const SCREEN: &str = "/admin/campaigns/dan/y-kien";

fn signed_in(database: &Database, server: &Server, name: &str, role: &str) -> Client {
    let unit: &[&str] = if role == "officer" { &["--unit", "qn"] } else { &[] };
    let args = [&["user", "add", name, "--role", role], unit].concat();
    database.run_with_input(&args, PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn write(client: &mut Client, path: &str, comment: &str) {
    let page = client.get(path).is(200);
    let mut form = filled(&page, "4");
    form.set("comment", comment);
    client.submit(path, &form).is(303);
}

/// A counter with these comments (and as many more sheets as make twelve), and somebody of the Department.
fn desk(comments: &[&str]) -> (Database, Server, Client) {
    // A demonstration's figures, and the comments under them, are shown at once.
    let database = applied(&demonstration(&citizens(When::Now)));
    let server = Server::start(&database);
    let mut phone = server.client();
    for at in 0..12 {
        write(&mut phone, "/k/qn-1", comments.get(at).unwrap_or(&""));
    }
    let staff = signed_in(&database, &server, "thulan", "manager");
    (database, server, staff)
}

/// The form with the decisions.
fn decisions(page: &Page) -> Form {
    Form::all(page.text()).into_iter().find(|form| form.action.contains("y-kien")).unwrap()
}

/// The ids of the comments on a page whose words contain this.
fn id_of(page: &Page, words: &str) -> String {
    let html = scraper::Html::parse_document(page.text());
    let select = |css: &str| scraper::Selector::parse(css).unwrap();
    html.select(&select("fieldset.comment"))
        .find(|set| set.text().collect::<String>().contains(words))
        .and_then(|set| set.select(&select("input[type=radio]")).next())
        .and_then(|radio| radio.attr("name"))
        .unwrap()
        .to_owned()
}

fn decide(staff: &mut Client, words: &str, status: &str) {
    let page = staff.get(SCREEN).is(200);
    let id = id_of(&page, words);
    keep(staff, &decisions(&page).action, &id, status);
}

/// Decides on a comment; whoever is asked once more about what may name somebody is sure.
fn keep(staff: &mut Client, action: &str, id: &str, status: &str) {
    let asked = staff.post(action, &[("shown", id), (id, status)]);
    if asked.status == 200 {
        let form = decisions(&asked);
        staff.post(&form.action, &form.pairs()).is(303);
    }
}

fn told(report: &Value) -> Vec<String> {
    let comments = report["comments"].as_array().unwrap();
    comments.iter().map(|comment| comment["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_that_people_wrote_is_in_a_report_before_somebody_released_it() {
    let (database, _server, mut staff) = desk(&["Nên thêm ghế", "Cán bộ nhiệt tình", "Chửi bậy"]);
    assert!(told(&report(&database, "dan")).is_empty());
    assert!(!staff.get("/admin/campaigns/dan/report").is(200).text().contains("Nên thêm ghế"));
    assert!(staff.get("/admin/campaigns/dan").is(200).text().contains("Duyệt ý kiến (3 chờ đọc)"));

    decide(&mut staff, "Nên thêm ghế", "released");
    decide(&mut staff, "Chửi bậy", "withheld");
    assert_eq!(told(&report(&database, "dan")), ["Nên thêm ghế"]);
    let page = staff.get("/admin/campaigns/dan/report").is(200);
    assert!(page.text().contains("Nên thêm ghế") && !page.text().contains("nhiệt tình"));
    assert!(!page.text().contains("Chửi bậy"));

    // Taken back: gone from the report at once.
    let released = staff.get(&format!("{SCREEN}?status=released")).is(200);
    let id = id_of(&released, "Nên thêm ghế");
    let action = decisions(&released).action;
    staff.post(&action, &[("shown", &id), (&id, "withheld")]).is(303);
    assert!(told(&report(&database, "dan")).is_empty());
}

#[test]
fn the_rest_of_a_page_is_released_at_once_but_not_what_may_name_somebody() {
    let (database, _server, mut staff) =
        desk(&["Nên thêm ghế", "Tốt", "Gọi tôi 0905 123 456", "Không duyệt cái này"]);
    let page = staff.get(SCREEN).is(200);
    assert!(page.text().contains("<mark>0905</mark>"), "pointed out");
    let mut form = decisions(&page);
    let (held, marked) = (id_of(&page, "Không duyệt"), id_of(&page, "0905"));
    form.fields.iter_mut().find(|field| field.name == held).unwrap().values = vec!["withheld".to_owned()];
    let mut fields: Vec<(String, String)> = Vec::new();
    for field in &form.fields {
        fields.extend(field.values.iter().map(|value| (field.name.clone(), value.clone())));
    }
    fields.push(("rest".to_owned(), "1".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    staff.post(&form.action, &fields).is(303);
    let mut shown = told(&report(&database, "dan"));
    shown.sort();
    assert_eq!(shown, ["Nên thêm ghế", "Tốt"]);
    let waiting = staff.get(SCREEN).is(200);
    assert_eq!(id_of(&waiting, "0905"), marked);
    assert!(!waiting.text().contains("Không duyệt cái này"));
}

#[test]
fn words_that_may_name_somebody_are_released_only_after_being_asked_once_more() {
    let (database, _server, mut staff) = desk(&["Nên thêm ghế", "Gọi anh Bình 0905 123 456"]);
    let page = staff.get(SCREEN).is(200);
    let (plain, marked) = (id_of(&page, "ghế"), id_of(&page, "0905"));
    let action = decisions(&page).action;
    let both = [("shown", plain.as_str()), (&plain, "released"), ("shown", &marked), (&marked, "released")];
    let asked = staff.post(&action, &both).is(200);
    assert!(asked.text().contains("Đã lưu quyết định về 1 ý kiến"), "{}", asked.text());
    assert!(asked.text().contains("<mark>0905</mark>") && !asked.text().contains("Nên thêm ghế"));
    assert_eq!(told(&report(&database, "dan")), ["Nên thêm ghế"]);
    let form = decisions(&asked);
    let done = staff.submit(&action, &form).is(303);
    assert!(staff.get(done.header("location")).is(200).text().contains("Đã lưu quyết định về 1 ý kiến"));
    assert_eq!(told(&report(&database, "dan")).len(), 2);
}

#[test]
fn covered_words_are_gone_for_good() {
    let words = "Chị Lan số 0905 123 456 phục vụ tốt";
    let (database, _server, mut staff) = desk(&[words]);
    let page = staff.get(SCREEN).is(200);
    let path = format!("{SCREEN}/{}", id_of(&page, "Lan"));
    let edit = staff.get(&path).is(200);
    let mut fields: Vec<(String, String)> = Vec::new();
    let form = Form::all(edit.text()).into_iter().find(|form| form.action.contains("y-kien")).unwrap();
    for field in &form.fields {
        fields.extend(field.values.iter().map(|value| (field.name.clone(), value.clone())));
    }
    assert_eq!(
        fields.iter().filter(|(name, _)| name == "cover").count(),
        4,
        "the guesses are ticked: {fields:?}"
    );
    fields.push(("release".to_owned(), "1".to_owned()));
    let send: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    staff.post(&path, &send).is(303);
    assert_eq!(told(&report(&database, "dan")), ["Chị […] số […] phục vụ tốt"]);
    assert_eq!(database.texts("SELECT text FROM comment"), ["Chị […] số […] phục vụ tốt"]);
    if !database.is_postgres() {
        for file in ["sipas.db", "sipas.db-wal"] {
            let bytes = std::fs::read(database.folder().join(file)).unwrap_or_default();
            assert!(!bytes.windows(7).any(|part| part == b"123 456"), "{file}");
        }
    }
    // A page that shows other words than are stored covers nothing.
    staff.post(&path, &send).is(404);
    assert_eq!(database.texts("SELECT text FROM comment"), ["Chị […] số […] phục vụ tốt"]);
}

#[test]
fn d_10_only_the_department_reads_what_nobody_has_read() {
    let (database, server, mut department) = desk(&["Ý kiến chưa đọc", "Ý kiến đã duyệt"]);
    decide(&mut department, "đã duyệt", "released");
    let id = id_of(&department.get(SCREEN).is(200), "chưa đọc");
    for (name, role) in [("an", "officer"), ("binh", "viewer"), ("cuc", "administrator"), ("dung", "auditor")]
    {
        let mut other = signed_in(&database, &server, name, role);
        for path in [SCREEN.to_owned(), format!("{SCREEN}/{id}")] {
            let page = other.get(&path).is(403);
            assert!(!page.text().contains("chưa đọc"));
            other.post(&path, &[("shown", &id), (&id, "released")]).is(403);
        }
        // Those who read the figures of a unit read what was released of it; who runs the system reads none (E-07).
        let page = other.get("/admin/campaigns/dan/report");
        assert_eq!(page.status == 200, ["officer", "administrator"].contains(&role), "{role}");
        assert_eq!(page.text().contains("đã duyệt"), role == "officer", "{role}");
        assert!(!page.text().contains("chưa đọc"), "{role}");
        let json = other.get("/admin/campaigns/dan/report.json");
        assert_eq!(json.text().contains("đã duyệt"), role == "officer", "{role}");
        assert!(!other.get("/admin/campaigns/dan").text().contains("y-kien"), "{role}");
    }
    server.client().get(SCREEN).is(303);
    server.client().post(SCREEN, &[("shown", &id), (&id, "released")]).is(401);
    // G-05: nor may another site's page decide in somebody's name.
    let body = format!("{id}=released");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    department.send("POST", SCREEN, &headers, body.as_bytes()).is(403);
    assert_eq!(told(&report(&database, "dan")), ["Ý kiến đã duyệt"]);
}

#[test]
fn d_02_a_unit_with_few_answers_is_not_named_with_its_comments() {
    let (database, _server, mut staff) = {
        let (database, server, mut phone) = open_counter();
        for _ in 0..30 {
            write(&mut phone, "/k/qn-1", "");
        }
        write(&mut phone, "/k/qn-1", "Ở Quy Nhơn tốt");
        for _ in 0..3 {
            write(&mut phone, "/k/an-1", "");
        }
        write(&mut phone, "/k/an-1", "Ở đây ít người");
        let staff = signed_in(&database, &server, "thulan", "manager");
        (database, server, staff)
    };
    decide(&mut staff, "Quy Nhơn", "released");
    decide(&mut staff, "ít người", "released");
    let all = report(&database, "dan");
    let an = all["units"].as_array().unwrap().iter().find(|unit| unit["code"] == "an").unwrap();
    assert_eq!(an["index"]["publish"], "suppress", "four answers are too few");
    for comment in all["comments"].as_array().unwrap() {
        assert_ne!(comment["unit"], "an", "{comment}");
    }
    assert_eq!(told(&all).len(), 2);
    let json = database.run(&["report", "dan", "--newest", "--format", "json", "--unit", "an"]).ok();
    assert!(!json.contains("ít người"), "nor does the unit's own report show it");
}

#[test]
fn without_enough_answers_there_are_no_comments_at_all() {
    let (database, server, mut phone) = open_counter();
    write(&mut phone, "/k/qn-1", "Một mình");
    let mut staff = signed_in(&database, &server, "thulan", "manager");
    decide(&mut staff, "Một mình", "released");
    assert!(told(&report(&database, "dan")).is_empty());
}

#[test]
fn the_same_comments_stand_in_the_same_order_whenever_they_came() {
    let told_in = |order: [&str; 4]| {
        let (database, _server, mut staff) = desk(&order);
        for words in order {
            decide(&mut staff, words, "released");
        }
        told(&report(&database, "dan"))
    };
    let one = told_in(["một một", "hai hai", "ba ba", "bốn bốn"]);
    assert_eq!(one, told_in(["bốn bốn", "ba ba", "một một", "hai hai"]));
    assert_eq!(one.len(), 4);
}

#[test]
fn b_10_comments_by_personal_link_are_read_by_nobody_before_the_end() {
    let database = applied(&officials(When::Now, 6));
    let links = links(&database);
    let server = Server::start(&database);
    let mut official = server.client();
    let mut form = filled(&official.get(&links[0]).is(200), "4");
    form.set("comment", "lời của cán bộ");
    official.submit(&links[0], &form).is(303);
    let mut staff = signed_in(&database, &server, "thulan", "manager");
    let page = staff.get("/admin/campaigns/can-bo/y-kien").is(200);
    assert!(page.text().contains("Không có ý kiến nào") && !page.text().contains("lời của cán bộ"));
    // No column of a comment leads to an answer or an invitation.
    let mut columns = database.columns("comment");
    columns.sort();
    assert_eq!(columns, ["campaign", "id", "question", "status", "text", "unit"]);
}

#[test]
fn odd_words_are_shown_as_words() {
    let odd = [
        "<script>alert(1)</script> & \"x\"",
        "=HYPERLINK(\"http://evil\")",
        "\u{202e}ngược\u{200b} dấu",
        "👨\u{200d}👩\u{200d}👧 rất tốt",
        "Ti\u{0301}n hie\u{0323}\u{0302}u",
    ];
    let long = "dàiquá".repeat(160);
    let (database, server, mut staff) = desk(&[&odd[..], &[long.as_str()]].concat());
    let page = staff.get(SCREEN).is(200);
    assert!(!page.text().contains("<script>alert") && page.text().contains("&lt;script&gt;"));
    assert!(!page.text().contains('\u{202e}') && page.text().contains("ngược dấu"));
    let ids = database.texts("SELECT id FROM comment");
    for id in &ids {
        keep(&mut staff, SCREEN, id, "released");
    }
    let shown = told(&report(&database, "dan"));
    assert_eq!(shown.len(), 6);
    assert!(shown.contains(&"Tín hiệu".to_owned()) && shown.iter().all(|text| !text.contains('\u{202e}')));
    let page = staff.get("/admin/campaigns/dan/report").is(200);
    assert!(!page.text().contains("<script>alert"));
    let book = staff.get("/admin/campaigns/dan/report.xlsx").is(200);
    assert!(book.bytes.starts_with(b"PK"));
    // Too long for the form: told, nothing lost, nothing stored.
    let mut phone = server.client();
    let mut form = filled(&phone.get("/k/qn-1").is(200), "4");
    form.set("comment", &"a".repeat(10_000));
    let again = phone.submit("/k/qn-1", &form).is(422);
    assert!(again.text().contains("Dài quá 1000 ký tự"));
    assert_eq!(database.number("SELECT COUNT(*) FROM comment"), 6);
}

#[test]
fn staff_filter_by_unit_question_and_status_and_turn_pages() {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    let mut phone = server.client();
    for n in 0..53 {
        write(&mut phone, "/k/qn-1", &format!("ý kiến số {n}"));
    }
    write(&mut phone, "/k/an-1", "ở thị xã");
    let mut staff = signed_in(&database, &server, "thulan", "manager");
    let first = staff.get(SCREEN).is(200);
    let count = |page: &Page| page.text().matches("<fieldset class=\"comment\"").count();
    assert_eq!(count(&first), 50);
    let next = first.text().split("href=\"").find(|part| part.contains("after=")).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(count(&staff.get(&next).is(200)), 4);
    let an = staff.get(&format!("{SCREEN}?unit=an")).is(200);
    assert!(count(&an) == 1 && an.text().contains("ở thị xã"));
    assert_eq!(count(&staff.get(&format!("{SCREEN}?question=other")).is(200)), 0);
    assert_eq!(count(&staff.get(&format!("{SCREEN}?status=released")).is(200)), 0);
    assert_eq!(count(&staff.get(&format!("{SCREEN}?status=x&after=zz&unit=%27")).is(200)), 0);
    staff.get("/admin/campaigns/none/y-kien").is(404);
    staff.get(&format!("{SCREEN}/{}", "0".repeat(32))).is(404);
    staff.get(&format!("{SCREEN}/x")).is(404);
}
