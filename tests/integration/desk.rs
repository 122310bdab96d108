//! The desk: campaigns and counters set up at the pages, by a manager without a command line.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::support::{
    Client, Database, Form, Page, Server, error_links,
    stage::{UNITS, When, answer, applied, apply, citizens, filled, open_counter, period, report, stored},
};

const PASSWORD: &str = "bốn con voi qua sông";

/// A manager at the desk of this database.
fn manager(database: &Database, server: &Server) -> Client {
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    client
}

/// A province with units and nothing else, and a manager.
fn empty_desk() -> (Database, Server, Client) {
    let database = applied(UNITS);
    let server = Server::start(&database);
    let desk = manager(&database, &server);
    (database, server, desk)
}

/// A campaign that is open, and a manager.
fn open_desk() -> (Database, Server, Client, Client) {
    let (database, server, phone) = open_counter();
    let desk = manager(&database, &server);
    (database, server, phone, desk)
}

fn has(form: &Form, name: &str) -> bool {
    form.fields.iter().any(|field| field.name == name)
}

/// Today and so many days from it, as people write days.
fn day(days: i64) -> String {
    #[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days + 7);
    now.strftime("%d/%m/%Y").to_string()
}

const NEW: &str = "/admin/campaigns/new?form=sipas%2F2026.1%2Fcounter";

/// What people are told before a survey opens; purpose and time are there from the start.
const OWED: [(&str, &str); 3] = [
    ("notice.responsible.vi", "Sở Nội vụ tỉnh Bình Định"),
    ("notice.legal_ground.vi", "Quyết định số 12/QĐ-UBND"),
    ("notice.phone", "0256 123 456"),
];

fn tell(form: &mut Form) {
    for (name, value) in OWED {
        form.set(name, value);
    }
    form.set("notice.purpose.vi", "về lần làm thủ tục tại {unit}, để phục vụ tốt hơn");
    form.set("notice.keep_answers_months", "24");
}

/// Makes a draft `thu` that would be open now, by the pages.
fn draft(desk: &mut Client) {
    let page = desk.get(NEW).is(200);
    let mut form = page.form_to("/admin/campaigns/new");
    form.set("title.vi", "Đo lường thử");
    form.set("slug", "thu");
    form.set("opens.day", &day(-1));
    form.set("closes.day", &day(30));
    tell(&mut form);
    let made = desk.submit("/admin/campaigns/new", &form).is(303);
    let next = made.header("location").to_owned();
    assert!(next.starts_with("/admin/campaigns/thu/counters/add?"), "{next}");
    assert!(desk.get(&next).is(200).text().contains("Đã lưu bản nháp"));
}

/// Adds so many counters to a unit, or to each unit of a kind (`each:kind`), by the pages.
fn add_counters(desk: &mut Client, slug: &str, unit: &str, count: &str) {
    let path = format!("/admin/campaigns/{slug}/counters/add");
    let page = desk.get(&path).is(200);
    let mut form = Form::all(page.text()).into_iter().find(|form| has(form, "pattern")).unwrap();
    match unit.strip_prefix("each:") {
        Some(kind) => {
            let n = (0..).find(|n| form.value(&format!("kind.{n}")) == Some(kind)).unwrap();
            form.set(&format!("each.{n}"), count);
        }
        None => {
            form.set("unit", unit);
            form.set("count", count);
        }
    }
    let looked = desk.submit(&path, &form).is(303);
    confirmed(desk, &looked).is(303);
}

/// Looks at what would be added, and adds it.
fn confirmed(desk: &mut Client, looked: &Page) -> Page {
    let at = looked.header("location").to_owned();
    let page = desk.get(&at).is(200);
    let form = Form::all(page.text()).into_iter().find(|form| has(form, "seen")).unwrap();
    desk.submit(&form.action.clone(), &form)
}

/// What a step of a campaign's state gives.
fn step(desk: &mut Client, slug: &str, step: &str) -> Page {
    let path = format!("/admin/campaigns/{slug}/state/{step}");
    let page = desk.get(&path).is(200);
    let mut form = page.form_to(&path);
    if has(&form, "confirm") {
        form.set("confirm", if step == "close" { "đóng" } else { "xóa" });
    }
    desk.submit(&path, &form)
}

/// Codes and paths of a campaign's counters.
fn counters(database: &Database, slug: &str) -> Vec<(String, String)> {
    let lines = database.run(&["links", slug]).ok();
    lines
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells[1].to_owned(), crate::support::stage::path(cells[cells.len() - 1]))
        })
        .collect()
}

#[test]
fn a_campaign_comes_to_life_by_the_pages_alone() {
    let (database, server, mut desk) = empty_desk();
    let empty = desk.get("/admin/campaigns").is(200);
    assert!(empty.text().contains("/admin/campaigns/new"), "an empty list leads to the next step");
    let choice = desk.get("/admin/campaigns/new").is(200);
    assert!(choice.text().contains("form=sipas%2F2026.1%2Fcounter"));
    draft(&mut desk);
    // A draft shows the public nothing, whatever its period says.
    let check = desk.get("/admin/campaigns/thu").is(200);
    assert!(check.text().contains("class=\"stop\""), "without counters it cannot be opened");
    assert!(!check.text().contains("/state/open"));
    add_counters(&mut desk, "thu", "each:district", "3");
    let there = counters(&database, "thu");
    assert_eq!(there.len(), 6);
    let (_, path) = &there[0];
    let mut phone = server.client();
    phone.get(path).is(404);
    let page = desk.get("/admin/campaigns/thu/units").is(200);
    let mut form = Form::all(page.text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    form.set("population.qn", "41.250");
    form.set("sample.qn", "381");
    form.set("population.an", "9000");
    form.set("sample.an", "100");
    desk.submit(&form.action.clone(), &form).is(303);
    let check = desk.get("/admin/campaigns/thu").is(200);
    assert!(!check.text().contains("class=\"stop\""));
    step(&mut desk, "thu", "open").is(303);
    answer(&mut phone, path, "5");
    let said = report(&database, "thu");
    assert_eq!(said["responses"]["stored"], 1);
    assert_eq!(said["weighting"], "design");
    assert_eq!(said["campaign"]["status"], "open");
}

#[test]
fn only_the_languages_chosen_for_a_campaign_are_offered_whoever_chooses_them() {
    let (database, server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "1");
    let path = counters(&database, "thu").remove(0).1;
    let settings = "/admin/campaigns/thu/settings";
    // Vietnamese alone until somebody decides otherwise.
    let mut form = desk.get(settings).is(200).form_to(settings);
    assert_eq!(form.value("speaks"), Some("vi en"));
    assert!(form.field("languages").values.is_empty());
    assert_eq!(database.texts("SELECT languages FROM campaign"), ["vi"]);
    form.set("languages", "en");
    desk.submit(settings, &form).is(303);
    assert_eq!(database.texts("SELECT COALESCE(languages, 'all') FROM campaign"), ["all"]);
    form.set_all("languages", &[]);
    let saved = desk.submit(settings, &form).is(303);
    let next = desk.get(saved.header("location")).is(200);
    assert!(next.text().contains("Bước tiếp: Đơn vị và cỡ mẫu"), "saving leads on");
    assert!(next.form_to(settings).field("languages").values.is_empty(), "what was decided is shown");
    step(&mut desk, "thu", "open").is(303);
    let mut phone = server.client();
    for asked in [path.clone(), format!("{path}?lang=en")] {
        let page = phone.get(&asked).is(200);
        assert!(
            page.text().contains("<html lang=\"vi\"") && !page.text().contains("hreflang=\"en\""),
            "{asked}"
        );
    }
    let words = desk.get("/admin/campaigns/thu/paper").is(200);
    assert!(!words.text().contains("<option value=\"en\""), "nor is paper printed in another one");
    answer(&mut phone, &path, "5");
    // By file: the same rules, and a list of everything is no list.
    let (opens, closes) = period(When::Now);
    let file = |languages: &str| {
        let campaign = format!(
            "{}[[campaign]]\nslug = \"tep\"\ndefinition = \"sipas\"\nform = \"counter\"\n\
             title = {{ vi = \"Tệp\" }}\nopens = {opens}\ncloses = {closes}\nlanguages = {languages}\n",
            UNITS
        );
        database.file("tep.toml", &campaign)
    };
    let languages = || database.texts("SELECT COALESCE(languages, 'all') FROM campaign WHERE slug = 'tep'");
    let refused = database.run(&["apply", &file("[\"vi\", \"fr\"]")]).fails(1);
    assert!(refused.contains("fr"), "{refused}");
    let refused = database.run(&["apply", &file("[\"en\"]")]).fails(1);
    assert!(refused.contains("“vi”"), "{refused}");
    database.run(&["apply", &file("\"vi\"")]).fails(1);
    assert!(languages().is_empty());
    database.run(&["apply", &file("[\"vi\"]")]).ok();
    assert_eq!(languages(), ["vi"]);
    database.run(&["apply", &file("[\"en\", \"vi\"]")]).ok();
    assert_eq!(languages(), ["all"]);
}

#[test]
fn many_counters_are_added_in_one_step_and_numbers_go_on() {
    let (database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "120");
    add_counters(&mut desk, "thu", "qn", "2");
    let there = counters(&database, "thu");
    assert_eq!(there.len(), 122);
    let mut paths: Vec<&String> = there.iter().map(|(_, path)| path).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 122, "each has an address of its own");
    let found = desk.get("/admin/campaigns/thu/counters?find=QUAY+SO+122").is(200);
    assert!(found.text().contains("Quầy số 122") && !found.text().contains("Quầy số 7<"));
    // A list with one wrong line adds nothing.
    let fields = [("how", "lines"), ("lines", "qn\tĐất đai\nkhông-có\tHộ tịch")];
    let refused = desk.post("/admin/campaigns/thu/counters/add", &fields).is(422);
    assert!(refused.text().contains("Dòng 2") && refused.text().contains("Đất đai"), "what was pasted stays");
    assert_eq!(counters(&database, "thu").len(), 122);
    let fields = [("how", "lines"), ("lines", "qn\tĐất đai\nan\tHộ tịch\tan-ht")];
    let looked = desk.post("/admin/campaigns/thu/counters/add", &fields).is(303);
    assert_eq!(counters(&database, "thu").len(), 122, "looking adds nothing");
    confirmed(&mut desk, &looked).is(303);
    assert!(counters(&database, "thu").iter().any(|(code, _)| code == "an-ht"));
    // As it stands in a document, with headings and numbers that count the lines.
    let table = "STT\tĐơn vị\tTên quầy\n1\tan\tChứng thực\n2\tan\tĐất đai\n3\tqn\tHộ tịch";
    for (n, lines) in [table, "1\tan\tThuế\n2\tan\tXây dựng\n3\tqn\tThuế"].into_iter().enumerate() {
        let looked =
            desk.post("/admin/campaigns/thu/counters/add", &[("how", "lines"), ("lines", lines)]).is(303);
        confirmed(&mut desk, &looked).is(303);
        assert_eq!(counters(&database, "thu").len(), 124 + 3 * (n + 1), "{lines}");
    }
}

#[test]
fn a_draft_for_counters_without_any_says_nothing_of_who_judges_whom() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    let page = desk.get("/admin/campaigns/thu").is(200);
    assert!(!page.text().contains("/raters"), "{}", page.text());
}

#[test]
fn the_summary_of_what_is_wrong_names_its_fields() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    let fields = [("kind.0", "x"), ("each.0", "hai"), ("unit", "qn"), ("count", "-1"), ("pattern", "Q")];
    let refused = desk.post("/admin/campaigns/thu/counters/add", &fields).is(422);
    let links = error_links(refused.text());
    assert_eq!(links.len(), 2, "{links:?}");
    let named = |(_, words): &(String, String)| words.contains(": Xin ghi số nguyên");
    assert!(links.iter().all(named) && links[0].1 != links[1].1, "{links:?}");
}

#[test]
fn whoever_saves_second_is_told_what_the_first_one_changed_and_loses_nothing() {
    let (database, server, mut one) = empty_desk();
    draft(&mut one);
    let mut other = one.clone();
    let path = "/admin/campaigns/thu/settings";
    let mut first = one.get(path).is(200).form_to(path);
    let mut second = other.get(path).is(200).form_to(path);
    first.set("title.vi", "Tên của người thứ nhất");
    first.set("target", "85");
    one.submit(path, &first).is(303);
    second.set("title.vi", "Tên của người thứ hai");
    second.set("notice.address", "01 Trần Phú");
    let told = other.submit(path, &second).is(409);
    let again = told.form_to(path);
    assert_eq!(again.value("title.vi"), Some("Tên của người thứ hai"), "what was typed stays");
    assert_eq!(again.value("notice.address"), Some("01 Trần Phú"));
    assert_eq!(again.value("target"), Some("85"), "what was not touched is the other's");
    assert!(told.text().contains("Tên của người thứ nhất"), "the other's stands beside it");
    other.submit(path, &again).is(303);
    let now = one.get(path).is(200).form_to(path);
    assert_eq!((now.value("title.vi"), now.value("target")), (Some("Tên của người thứ hai"), Some("85")));
    drop((database, server));
}

#[test]
fn what_would_spoil_answers_cannot_be_changed_and_the_page_says_why() {
    let (database, _server, mut phone, mut desk) = open_desk();
    answer(&mut phone, "/k/qn-1", "5");
    let path = "/admin/campaigns/dan/settings";
    let page = desk.get(path).is(200);
    let form = page.form_to(path);
    assert!(!has(&form, "form") && !has(&form, "demonstration"), "nothing to change");
    assert!(page.text().contains("đã có phiếu trả lời"), "and why");
    // Whoever sends it all the same is refused, with everything else kept.
    let mut fields: Vec<(&str, &str)> =
        form.fields.iter().filter_map(|f| Some((f.name.as_str(), f.values.first()?.as_str()))).collect();
    fields.push(("form", "officials/2026.1/local"));
    desk.post(path, &fields).is(422);
    // A counter with answers stays with its unit, another one may move.
    let path = "/admin/campaigns/dan/counters/qn-1";
    let mut form =
        Form::all(desk.get(path).is(200).text()).into_iter().find(|form| has(form, "unit")).unwrap();
    form.set("unit", "an");
    let refused = desk.submit(path, &form).is(422);
    assert!(refused.text().contains("f-unit"), "told at its field");
    let path = "/admin/campaigns/dan/counters/an-1";
    let mut form =
        Form::all(desk.get(path).is(200).text()).into_iter().find(|form| has(form, "unit")).unwrap();
    form.set("unit", "qn");
    form.set("name", "Quầy số 1 (chuyển từ An Nhơn)");
    desk.submit(path, &form).is(303);
    assert_eq!(report(&database, "dan")["campaign"]["form"], "counter");
    // Fewer cases than answers cannot be.
    let page = desk.get("/admin/campaigns/dan/units").is(200);
    let mut form = Form::all(page.text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    form.set("population.qn", "0");
    desk.submit(&form.action.clone(), &form).is(422);
}

#[test]
fn while_a_campaign_pauses_nothing_is_stored_and_nobody_loses_a_form() {
    let (database, server, mut phone, mut desk) = open_desk();
    let sent = filled(&phone.get("/k/qn-1").is(200), "5");
    answer(&mut phone, "/k/qn-1", "4");
    let late = filled(&phone.get("/k/qn-1").is(200), "3");
    step(&mut desk, "dan", "pause").is(303);
    let paused = phone.get("/k/qn-1").is(503);
    assert!(paused.text().contains("data-say=\"paused\"") && !paused.header("retry-after").is_empty());
    let held = phone.submit("/k/qn-1", &late).is(503);
    let kept = held.form();
    for field in late.fields.iter().filter(|field| !field.values.is_empty()) {
        assert_eq!(kept.value(&field.name), field.values.first().map(String::as_str), "{}", field.name);
    }
    assert_eq!(stored(&database, "dan"), 1);
    step(&mut desk, "dan", "resume").is(303);
    // The very page that said so sends it.
    phone.submit("/k/qn-1", &kept).is(303);
    phone.submit("/k/qn-1", &kept).is(303);
    phone.submit("/k/qn-1", &sent).is(303);
    assert_eq!(stored(&database, "dan"), 3);
    drop(server);
}

#[test]
fn a_form_that_was_stored_gets_its_thanks_again_while_the_campaign_pauses() {
    let (database, _server, mut phone, mut desk) = open_desk();
    let sent = filled(&phone.get("/k/qn-1").is(200), "5");
    phone.submit("/k/qn-1", &sent).is(303);
    step(&mut desk, "dan", "pause").is(303);
    phone.submit("/k/qn-1", &sent).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn a_replaced_code_stops_counting_at_once_and_for_good() {
    let (database, server, mut phone, mut desk) = open_desk();
    let sent = filled(&phone.get("/k/qn-1").is(200), "5");
    phone.submit("/k/qn-1", &sent).is(303);
    let open = filled(&phone.get("/k/qn-1").is(200), "5");
    let path = "/admin/campaigns/dan/counters/qn-1";
    let page = desk.get(path).is(200);
    let mut form = Form::all(page.text()).into_iter().find(|form| has(form, "confirm")).unwrap();
    form.set("confirm", "qn");
    desk.submit(path, &form).is(422);
    assert_eq!(counters(&database, "dan")[0].1, "/k/qn-1", "without the right name nothing happens");
    form.set("confirm", "qn-1");
    desk.submit(path, &form).is(303);
    let there = counters(&database, "dan");
    let (_, new) = there.iter().find(|(code, _)| code == "qn-1").unwrap();
    assert!(new.starts_with("/k/qn-1-") && new.len() > "/k/qn-1-".len() + 5, "{new}");
    assert!(phone.get("/k/qn-1").is(410).text().contains("Mã này đã được thay"));
    phone.submit("/k/qn-1", &open).is(410);
    // What was stored before stays, and a repeat of it gets its thanks.
    phone.submit("/k/qn-1", &sent).is(303);
    assert_eq!(stored(&database, "dan"), 1);
    answer(&mut phone, new, "4");
    assert_eq!(stored(&database, "dan"), 2);
    // Not even a file brings the old address back.
    let file = database.file("again.toml", &citizens(When::Now));
    let words = database.run(&["apply", &file]).fails(1);
    assert!(words.contains("qn-1"), "{words}");
    drop(server);
}

#[test]
fn a_copy_keeps_the_printed_codes_and_moves_the_period_on() {
    let (database, server, mut phone, mut desk) = open_desk();
    add_counters(&mut desk, "dan", "qn", "2");
    let printed = counters(&database, "dan");
    let path = "/admin/campaigns/dan/copy";
    let mut form = desk.get(path).is(200).form_to(path);
    tell(&mut form);
    let made = desk.submit(path, &form).is(303);
    let slug = made.header("location").split(['/', '?']).nth(3).unwrap().to_owned();
    assert_ne!(slug, "dan");
    let copied = counters(&database, &slug);
    assert_eq!(copied, printed, "the same codes lead to the same addresses");
    let check = desk.get(&format!("/admin/campaigns/{slug}")).is(200);
    assert!(!check.text().contains("class=\"stop\""));
    step(&mut desk, &slug, "open").is(303);
    let said = report(&database, &slug);
    assert_eq!(said["campaign"]["status"], "planned");
    assert_eq!(said["campaign"]["opens"], report(&database, "dan")["campaign"]["closes"]);
    // The one that is open now still takes answers at the shared code.
    answer(&mut phone, "/k/qn-1", "5");
    assert_eq!((stored(&database, "dan"), stored(&database, &slug)), (1, 0));
    drop(server);
}

#[test]
fn a_code_that_is_replaced_is_replaced_in_the_campaign_to_come_too() {
    let (database, server, mut phone, mut desk) = open_desk();
    add_counters(&mut desk, "dan", "qn", "1");
    let path = "/admin/campaigns/dan/copy";
    let form = desk.get(path).is(200).form_to(path);
    desk.submit(path, &form).is(303);
    let all = counters(&database, "dan");
    let (code, old) = all.iter().find(|(code, _)| code != "qn-1" && code != "an-1").unwrap();
    let page = format!("/admin/campaigns/dan/counters/{code}");
    desk.post(&page, &[("do", "replace"), ("confirm", code)]).is(303);
    let now = counters(&database, "dan");
    assert!(now.iter().all(|(_, path)| path != old));
    let slugs = desk.get("/admin/campaigns").is(200);
    let slug = slugs
        .text()
        .split("/admin/campaigns/")
        .filter_map(|rest| rest.split(['"', '/', '?']).next())
        .find(|slug| slug.starts_with("dan-"))
        .unwrap()
        .to_owned();
    assert_eq!(counters(&database, &slug), now);
    phone.get(old).is(410);
    drop(server);
}

#[test]
fn a_retired_counter_takes_nothing_and_can_be_taken_up_again() {
    let (_database, _server, mut phone, mut desk) = open_desk();
    let path = "/admin/campaigns/dan/counters/qn-1";
    desk.post(path, &[("do", "retire")]).is(303);
    phone.get("/k/qn-1").is(404);
    assert!(desk.get("/admin/campaigns/dan/counters?which=retired").is(200).text().contains("Quầy số 1"));
    desk.post(path, &[("do", "restore")]).is(303);
    answer(&mut phone, "/k/qn-1", "5");
}

#[test]
fn trying_a_code_stores_nothing_and_says_so() {
    let (database, _server, mut phone, _desk) = open_desk();
    let page = phone.get("/k/qn-1/thu").is(200);
    assert!(page.text().contains("KHÔNG LƯU GÌ") && page.text().contains("Quầy số 1 – Đất đai"));
    let form = filled(&page, "5");
    assert_eq!(form.action, "/k/qn-1/thu?campaign=dan");
    let tried = phone.submit(&form.action.clone(), &form).is(200);
    assert!(tried.text().contains("không lưu gì"));
    let mut empty = form;
    for field in &mut empty.fields {
        if field.name != "submission" {
            field.values.clear();
        }
    }
    phone.submit("/k/qn-1/thu", &empty).is(422);
    assert_eq!(stored(&database, "dan"), 0);
    phone.get("/k/khong-co/thu").is(404);
}

#[test]
fn only_an_unused_draft_is_deleted_and_only_on_purpose() {
    let (database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "2");
    let path = "/admin/campaigns/thu/state/delete";
    desk.post(path, &[("confirm", "khác")]).is(422);
    desk.get("/admin/campaigns/thu").is(200);
    // What was printed for it goes along; else the database would refuse.
    let (code, _) = counters(&database, "thu").remove(0);
    let print = [("do", "print"), ("counter", code.as_str()), ("count", "5"), ("words", "vi")];
    desk.post("/admin/campaigns/thu/paper", &print).is(303);
    desk.post(path, &[("confirm", "XOA")]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM paper_batch"), 0);
    desk.get("/admin/campaigns/thu").is(404);
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "1");
    step(&mut desk, "thu", "open").is(303);
    desk.post(path, &[("confirm", "xóa")]).is(422);
    assert_eq!(counters(&database, "thu").len(), 1);
}

#[test]
fn a_campaign_is_closed_early_archived_and_taken_back() {
    let (database, _server, mut phone, mut desk) = open_desk();
    answer(&mut phone, "/k/qn-1", "5");
    desk.post("/admin/campaigns/dan/state/archive", &[]).is(422);
    desk.post("/admin/campaigns/dan/state/close", &[("confirm", "")]).is(422);
    step(&mut desk, "dan", "close").is(303);
    phone.get("/k/qn-1").is(410);
    step(&mut desk, "dan", "archive").is(303);
    assert!(!desk.get("/admin/campaigns").is(200).text().contains("/admin/campaigns/dan\""));
    assert!(desk.get("/admin/campaigns?which=archived").is(200).text().contains("/admin/campaigns/dan\""));
    assert_eq!(stored(&database, "dan"), 1, "archived, everything can be read");
    step(&mut desk, "dan", "unarchive").is(303);
    assert!(desk.get("/admin/campaigns").is(200).text().contains("/admin/campaigns/dan\""));
}

#[test]
fn two_campaigns_cannot_be_open_at_a_counter_at_once() {
    let (database, _server, _phone, mut desk) = open_desk();
    let path = "/admin/campaigns/dan/copy";
    let mut form = desk.get(path).is(200).form_to(path);
    form.set("slug", "chen");
    form.set("opens.day", &day(-1));
    form.set("previous", "");
    tell(&mut form);
    desk.submit(path, &form).is(303);
    // The check says so before anybody tries, in the same words, by title and day.
    let check = desk.get("/admin/campaigns/chen").is(200);
    assert!(
        check.text().contains("trùng thời gian") && !check.text().contains("state/open"),
        "{}",
        check.text()
    );
    let open = "/admin/campaigns/chen/state/open";
    assert!(!desk.get(open).is(200).text().contains(&format!("action=\"{open}\"")), "nor is it offered");
    let refused = desk.post(open, &[]).is(422);
    assert!(refused.text().contains("hai đợt khảo sát cùng lúc"), "{}", refused.text());
    assert!(!refused.text().contains("+07:00"), "{}", refused.text());
    assert_eq!(report(&database, "chen")["campaign"]["status"], "draft");
}

#[test]
fn the_planner_fills_in_what_is_needed_and_saves_nothing_unasked() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    let path = "/admin/campaigns/thu/units";
    let page = desk.get(path).is(200);
    let mut form = Form::all(page.text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    form.set("population.qn", "41250");
    let mut fields: Vec<(String, String)> = form
        .fields
        .iter()
        .filter_map(|field| Some((field.name.clone(), field.values.first()?.clone())))
        .collect();
    fields.push(("do".to_owned(), "plan".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let planned = desk.post(path, &fields).is(200);
    let filled = Form::all(planned.text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    assert_eq!(filled.value("sample.qn"), Some("381"));
    let unsaved = desk.get(path).is(200);
    let unsaved = Form::all(unsaved.text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    assert_eq!(unsaved.value("population.qn").unwrap_or_default(), "");
    desk.submit(&filled.action.clone(), &filled).is(303);
    // Lines of a spreadsheet change what they name and nothing else.
    desk.post(path, &[("lines", "an\t9.000\t100")]).is(303);
    let saved = desk.get(path).is(200);
    let saved = Form::all(saved.text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    assert_eq!((saved.value("sample.qn"), saved.value("population.an")), (Some("381"), Some("9000")));
}

#[test]
fn a_file_applied_over_the_desk_leaves_its_decisions_alone() {
    let (database, _server, mut phone, mut desk) = open_desk();
    step(&mut desk, "dan", "pause").is(303);
    apply(&database, &citizens(When::Now));
    phone.get("/k/qn-1").is(503);
}

#[test]
fn what_a_newcomer_gets_wrong_is_told_where_it_stands() {
    let (_database, _server, mut desk) = empty_desk();
    // The other language keeps what was chosen.
    assert!(desk.get(NEW).is(200).text().contains("new?form=sipas%2F2026.1%2Fcounter&amp;lang=en"));
    draft(&mut desk);
    let path = "/admin/campaigns/thu/settings";
    let mut form = desk.get(path).is(200).form_to(path);
    form.set("notice.purpose.vi", "về lần làm thủ tục tại {đơn vị}");
    form.set("notice.email", "sonoivu@binhdinh");
    form.set("closes.day", "31/11/2030");
    let refused = desk.submit(path, &form).is(422);
    for says in ["{đơn vị}", "{counter}", "sonoivu@binhdinh.gov.vn", "lịch không có ngày 31/11/2030"]
    {
        assert!(refused.text().contains(says), "{says}: {}", refused.text());
    }
    // Lines with spaces between and codes in large letters are taken.
    let path = "/admin/campaigns/thu/units";
    let mut form = Form::all(desk.get(path).is(200).text())
        .into_iter()
        .find(|form| has(form, "lines") && !has(form, "population.qn"))
        .unwrap();
    form.set("lines", "QN 41.250 400");
    desk.submit(path, &form).is(303);
    assert!(desk.get(path).is(200).text().contains("41.250"));
    // Printing says that no phone reaches this server, and how many labels a sheet has.
    add_counters(&mut desk, "thu", "qn", "1");
    assert!(desk.get("/admin/campaigns/thu/print").is(200).text().contains("127.0.0.1"));
    assert!(desk.get("/admin/campaigns/thu").is(200).text().contains("127.0.0.1"));
    let over = desk.get("/admin/campaigns/thu/posters.pdf?size=labels-21&words=vi&skip=21");
    assert!(over.text().contains("có 21 nhãn"), "{}", over.text());
    let empty = desk.post("/admin/units/new", &[]).is(422);
    for label in ["Mã đơn vị: ", "Tên đơn vị: ", "Loại đơn vị: "] {
        assert!(empty.text().contains(label), "{label}: {}", empty.text());
    }
}

/// A draft `thu` with a counter, of which people are told nothing but what is there from the start.
fn untold(desk: &mut Client, demonstration: bool) {
    let mut form = desk.get(NEW).is(200).form_to("/admin/campaigns/new");
    assert!(!form.value("opens.day").unwrap().is_empty() && !form.value("closes.day").unwrap().is_empty());
    form.set("title.vi", "Đo lường thử");
    form.set("slug", "thu");
    form.set("opens.day", &day(-1));
    form.set("closes.day", &day(30));
    if demonstration {
        form.set("demonstration", "yes");
    }
    desk.submit("/admin/campaigns/new", &form).is(303);
    add_counters(desk, "thu", "qn", "1");
}

#[test]
fn nobody_is_asked_by_a_real_survey_without_being_told_who_asks_why_and_for_how_long() {
    let (database, server, mut desk) = empty_desk();
    untold(&mut desk, false);
    // The check stops it, and leads to the very field.
    let check = desk.get("/admin/campaigns/thu").is(200);
    assert!(check.text().contains("class=\"stop\"") && !check.text().contains("/state/open"));
    let field = "/settings?mend=notice.responsible.vi#f-notice.responsible.vi";
    assert!(check.text().contains(field), "{}", check.text());
    let open = "/admin/campaigns/thu/state/open";
    assert!(!desk.get(open).is(200).text().contains(&format!("action=\"{open}\"")));
    let refused = desk.post(open, &[]).is(422);
    for part in ["Cơ quan chịu trách nhiệm", "Căn cứ", "Nơi liên hệ"] {
        assert!(refused.text().contains(part), "{part}");
    }
    let path = "/admin/campaigns/thu/settings";
    let mut form = desk.get(path).is(200).form_to(path);
    tell(&mut form);
    let saved = desk.submit(path, &form).is(303);
    // From there the way back to the check; what it still advises stands again where it is opened.
    let saved = desk.get(saved.header("location")).is(200);
    assert!(
        saved.text().contains("Bước tiếp") && saved.text().contains("href=\"/admin/campaigns/thu\">Kiểm tra")
    );
    assert!(desk.get(open).is(200).text().contains("Chưa ghi số hồ sơ"));
    step(&mut desk, "thu", "open").is(303);
    let mut form = desk.get(path).is(200).form_to(path);
    // Once it is open nothing of that can be taken away, whatever else is typed stays, and nobody sees the words of a file.
    let kept = database.texts("SELECT notice FROM campaign");
    let mut emptied = form.clone();
    emptied.set("title.vi", "Tên mới");
    for name in ["notice.responsible.vi", "notice.legal_ground.vi", "notice.phone", "notice.purpose.vi"] {
        emptied.set(name, "");
    }
    emptied.set("notice.keep_answers_months", "");
    emptied.set("languages", "en");
    let refused = desk.submit(path, &emptied).is(422);
    for field in ["responsible.vi", "legal_ground.vi", "phone", "purpose.vi", "keep_answers_months"] {
        assert!(refused.text().contains(&format!("href=\"#f-notice.{field}\"")), "{field}");
    }
    assert!(refused.text().contains("Tên mới") && !refused.text().contains("= \""), "{}", refused.text());
    assert_eq!(database.texts("SELECT notice FROM campaign"), kept);
    form.set("notice.phone", "");
    form.set("notice.email", "khaosat@snv.example");
    desk.submit(path, &form).is(303);
    let path = counters(&database, "thu").remove(0).1;
    let told = server.client().get(&format!("{path}/thong-tin")).is(200);
    assert!(told.text().contains("khaosat@snv.example") && told.text().contains("Sở Nội vụ tỉnh Bình Định"));
}

#[test]
fn a_second_campaign_begins_with_what_earlier_ones_of_its_kind_told_people() {
    let (_database, _server, mut desk) = empty_desk();
    let first = desk.get(NEW).is(200);
    assert_eq!(
        first.form_to("/admin/campaigns/new").value("notice.responsible.vi"),
        Some(""),
        "nothing is made up"
    );
    draft(&mut desk);
    // A later one that says nothing yet hides nothing of what is known.
    let mut form = desk.get(NEW).is(200).form_to("/admin/campaigns/new");
    form.set("title.vi", "Để sau");
    form.set("notice.responsible.vi", "");
    form.set("notice.legal_ground.vi", "");
    form.set("notice.phone", "");
    desk.submit("/admin/campaigns/new", &form).is(303);
    let page = desk.get(NEW).is(200);
    assert!(page.text().contains("Đã điền theo đợt trước"));
    let form = page.form_to("/admin/campaigns/new");
    assert_eq!(form.value("notice.responsible.vi"), Some("Sở Nội vụ tỉnh Bình Định"));
    assert!(form.value("notice.legal_ground.vi").is_some_and(|law| !law.is_empty()));
    assert_eq!(form.value("notice.phone"), Some("0256 123 456"));
    // Officials are asked by another law and for another purpose; who asks is the same.
    let officials = "/admin/campaigns/new?form=officials%2F2026.2%2Fagency";
    let form = desk.get(officials).is(200).form_to("/admin/campaigns/new");
    assert_eq!(form.value("notice.responsible.vi"), Some("Sở Nội vụ tỉnh Bình Định"));
    assert_eq!(form.value("notice.legal_ground.vi"), Some(""));
    assert_eq!(form.value("notice.purpose.vi"), Some(""));
}

#[test]
fn a_draft_says_on_every_page_and_in_its_preview_what_its_notice_still_lacks() {
    let (_database, _server, mut desk) = empty_desk();
    untold(&mut desk, false);
    for page in ["settings", "units", "counters", "counters/add"] {
        let shown = desk.get(&format!("/admin/campaigns/thu/{page}")).is(200);
        assert!(
            shown.text().contains("Lời giới thiệu còn thiếu: Cơ quan chịu trách nhiệm, Căn cứ"),
            "{page}"
        );
        assert!(
            shown.text().contains("settings?mend=notice.responsible.vi#f-notice.responsible.vi"),
            "{page}"
        );
    }
    // What the questionnaire says of itself is not what this campaign says.
    let preview = desk.get("/admin/campaigns/thu/preview").is(200);
    assert!(preview.text().contains("[Chưa ghi: Cơ quan chịu trách nhiệm]"), "{}", preview.text());
    assert!(!preview.text().contains("Sở Nội vụ xin ý kiến"));
    let details = desk.get("/admin/campaigns/thu/preview?details=1").is(200);
    assert!(
        details.text().contains("[Chưa ghi: Căn cứ]") && details.text().contains("[Chưa ghi: Nơi liên hệ")
    );
    let path = "/admin/campaigns/thu/settings";
    let mut form = desk.get(path).is(200).form_to(path);
    tell(&mut form);
    desk.submit(path, &form).is(303);
    assert!(!desk.get(path).is(200).text().contains("Lời giới thiệu còn thiếu"));
    assert!(!desk.get("/admin/campaigns/thu/preview").is(200).text().contains("Chưa ghi"));
}

#[test]
fn a_trial_run_is_previewed_as_it_may_open_and_misses_nothing() {
    let (_database, _server, mut desk) = empty_desk();
    untold(&mut desk, true);
    assert!(!desk.get("/admin/campaigns/thu/counters").is(200).text().contains("Lời giới thiệu còn thiếu"));
    assert!(!desk.get("/admin/campaigns/thu/preview").is(200).text().contains("Chưa ghi"));
}

#[test]
fn a_campaign_is_opened_from_the_check_with_one_press_unless_the_check_says_something_else_by_then() {
    let (database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "1");
    let open = "/admin/campaigns/thu/state/open";
    let check = desk.get("/admin/campaigns/thu").is(200);
    // What opening does stands above its button; a telephone is all that was asked for.
    assert!(check.text().contains("phiếu được hỏi thì không đổi nữa"));
    assert!(!check.text().contains("Địa chỉ cơ quan"), "{}", check.text());
    let read = check.form_to(open);
    // Whoever did not come from there reads the list first.
    assert!(desk.get(open).is(200).text().contains("<section class=\"checks\""));
    let path = "/admin/campaigns/thu/units";
    let mut form =
        Form::all(desk.get(path).is(200).text()).into_iter().find(|form| has(form, "population.qn")).unwrap();
    form.set("population.qn", "41250");
    desk.submit(path, &form).is(303);
    let told = desk.submit(open, &read).is(409);
    assert!(told.text().contains("<section class=\"checks\"") && told.text().contains("Xin xem lại"));
    assert_eq!(report(&database, "thu")["campaign"]["status"], "draft");
    let read = desk.get("/admin/campaigns/thu").is(200).form_to(open);
    desk.submit(open, &read).is(303);
    assert_eq!(report(&database, "thu")["campaign"]["status"], "open");
}

#[test]
fn what_was_checked_is_what_is_opened_whatever_another_officer_changed_in_between() {
    let (database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "1");
    let open = "/admin/campaigns/thu/state/open";
    let settings = "/admin/campaigns/thu/settings";
    // Each of these leaves every sentence of the check as it was.
    let (last, phone) = (day(29), "0256 999 999".to_owned());
    let changes = [("title.vi", "Tên khác".to_owned()), ("closes.day", last), ("target", "91".to_owned())];
    for (field, value) in changes.into_iter().chain([("notice.phone", phone)]) {
        let read = desk.get("/admin/campaigns/thu").is(200).form_to(open);
        let read_before = desk.get(open).is(200).form_to(open);
        let mut form = desk.get(settings).is(200).form_to(settings);
        assert!(has(&form, field), "{field}");
        form.set(field, &value);
        desk.submit(settings, &form).is(303);
        for read in [read, read_before] {
            let told = desk.submit(open, &read).is(409);
            assert!(told.text().contains("Chưa mở: từ lúc trang này được xem"), "{field}");
            assert!(told.text().contains("<section class=\"checks\""), "{field}: the check as it is now");
        }
        let mut older = desk.get("/admin/campaigns/thu").is(200).form_to(open);
        older.set("seen", "older");
        older.action = format!("{open}?lang=en");
        let english = desk.submit(open, &older).is(409);
        assert!(english.text().contains("Not opened: the campaign has changed"), "{field}");
        assert_eq!(report(&database, "thu")["campaign"]["status"], "draft", "{field}");
    }
    let read = desk.get("/admin/campaigns/thu").is(200).form_to(open);
    add_counters(&mut desk, "thu", "qn", "2");
    let told = desk.submit(open, &read).is(409);
    // The page that said so has the button for what it shows.
    let again = told.form_to(open);
    desk.submit(open, &again).is(303);
    assert_eq!(report(&database, "thu")["campaign"]["status"], "open");
}

#[test]
fn counters_are_a_short_page_and_found_without_marks() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "120");
    let rows = |page: &Page| page.text().matches("<th scope=\"row\">").count();
    let first = desk.get("/admin/campaigns/thu/counters").is(200);
    assert_eq!(rows(&first), 40);
    let last = desk.get("/admin/campaigns/thu/counters?page=3").is(200);
    assert_eq!(rows(&last), 40);
    let found = desk.get("/admin/campaigns/thu/counters?find=so+120").is(200);
    assert_eq!(rows(&found), 1, "{}", found.text());
}

#[test]
fn a_newcomer_chooses_by_one_line_and_finds_name_and_days_of_the_quarter_filled_in() {
    let (_database, _server, mut desk) = empty_desk();
    let choice = desk.get("/admin/campaigns/new").is(200);
    let at = |words: &str| choice.text().find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(at("Nên dùng cho quầy") < at("Người vừa làm thủ tục: "), "the usual form comes first");
    assert!(at("form=sipas%2F2026.1%2Fcounter") < at("form=sipas%2F2026.1%2Fpulse"));
    let page = desk.get(NEW).is(200);
    let form = page.form_to("/admin/campaigns/new");
    let title = form.value("title.vi").unwrap().to_owned();
    assert!(
        title.starts_with("Đo lường sự hài lòng quý ") && page.text().contains(&format!("Ví dụ: {title}."))
    );
    let why = format!("Điền sẵn {} là ngày trước hạn nộp báo cáo quý ", form.value("closes.day").unwrap());
    assert!(page.text().contains(&why), "{}", page.text());
    let made = desk.submit("/admin/campaigns/new", &form).is(303);
    let next = desk.get(made.header("location")).is(200);
    assert!(next.text().contains("Ghi số hồ sơ trước"), "the other way leads on from there");
    // A second one of the same quarter is given a name of its own.
    assert_eq!(desk.get(NEW).is(200).form_to("/admin/campaigns/new").value("title.vi"), Some(""));
}

#[test]
fn counters_are_confirmed_by_their_sums_and_the_next_step_is_the_button() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    let path = "/admin/campaigns/thu/counters/add";
    let page = desk.get(path).is(200);
    let mut form = Form::all(page.text()).into_iter().find(|form| has(form, "pattern")).unwrap();
    form.set("each.0", "2");
    form.set("unit", "qn");
    form.set("count", "1");
    let looked = desk.submit(path, &form).is(303);
    let preview = desk.get(looked.header("location")).is(200);
    let at = |words: &str| preview.text().find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(at(" cho ") < at("name=\"seen\"") && at("name=\"seen\"") < at("<table"));
    let added = confirmed(&mut desk, &looked).is(303);
    let done = desk.get(added.header("location")).is(200);
    let next = "<a class=\"button\" href=\"/admin/campaigns/thu\">";
    assert!(
        done.text().contains(next)
            && !done.text().contains("class=\"button\" href=\"/admin/campaigns/thu/counters/add")
    );
}

#[test]
fn units_stand_in_the_order_of_the_tree_wherever_counters_are_listed_or_printed() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "each:district", "1");
    // “thành phố” before “thị xã”, though the code of the latter comes first.
    for path in ["counters", "posters", "print", "paper", "units"] {
        let page = desk.get(&format!("/admin/campaigns/thu/{path}")).is(200);
        let at = |name: &str| page.text().find(name).unwrap_or_else(|| panic!("{path}: {name}"));
        assert!(at("UBND thành phố Quy Nhơn") < at("UBND thị xã An Nhơn"), "{path}");
    }
}

#[test]
fn a_refused_form_knows_where_its_page_can_be_opened_so_that_going_back_leads_there() {
    let (_database, _server, mut desk) = empty_desk();
    assert!(!desk.get("/admin/units/new").is(200).text().contains("address."), "nothing to do yet");
    let refused = desk.post("/admin/units/new", &[]).is(422);
    assert!(refused.text().contains("data-address=\"/admin/units/new\""), "{}", refused.text());
    assert!(refused.text().contains("/static/address."));
}

#[test]
fn a_trial_run_owes_nobody_a_notice_and_a_file_may_open_what_the_desk_then_completes() {
    let (database, _server, mut desk) = empty_desk();
    untold(&mut desk, true);
    step(&mut desk, "thu", "open").is(303);
    // A campaign that a file opened without: settings that do not touch its notice are saved, half a notice is not.
    apply(&database, &citizens(When::Now));
    let path = "/admin/campaigns/dan/settings";
    let mut form = desk.get(path).is(200).form_to(path);
    form.set("title.vi", "Tên khác");
    desk.submit(path, &form).is(303);
    let mut form = desk.get(path).is(200).form_to(path);
    form.set("notice.responsible.vi", "Sở Nội vụ");
    let refused = desk.submit(path, &form).is(422);
    assert!(refused.text().contains("Sở Nội vụ") && refused.text().contains("#f-notice.purpose.vi"));
}

#[test]
fn the_preview_is_the_campaigns_own_page_and_what_is_made_twice_is_told() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    let preview = "/admin/campaigns/thu/preview";
    assert!(desk.get("/admin/campaigns/thu/settings").is(200).text().contains(&format!("src=\"{preview}\"")));
    let shown = desk.get(preview).is(200);
    for part in ["Đo lường thử", "Sở Nội vụ tỉnh Bình Định", "UBND thị xã An Nhơn"] {
        assert!(shown.text().contains(part), "{part}: {}", shown.text());
    }
    assert!(!shown.text().contains("hreflang=\"en\"") && !shown.text().contains("<script"));
    assert!(shown.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert!(desk.get(&format!("{preview}?details=1")).is(200).text().contains("0256 123 456"));
    // Who goes back finds the draft, and a second one of the same name is told of.
    assert!(desk.get(NEW).is(200).text().contains("/admin/campaigns/thu/settings"));
    let mut form = desk.get(NEW).is(200).form_to("/admin/campaigns/new");
    form.set("title.vi", "đo lường thử");
    form.set("opens.day", &day(3));
    form.set("closes.day", &day(20));
    let made = desk.submit("/admin/campaigns/new", &form).is(303).header("location").to_owned();
    let check = made.split("/counters/add?").next().unwrap();
    assert!(desk.get(check).is(200).text().contains("trùng tên và trùng thời gian"));
    // The step that may be left out says so; names of units do as well as codes.
    let units = "/admin/campaigns/thu/units";
    let page = desk.get(units).is(200);
    assert!(page.text().contains("không bắt buộc") && page.text().contains("Bỏ qua bước này"));
    desk.post(units, &[("lines", "ubnd thị xã an nhơn\t1.000")]).is(303);
    let page = desk.get(units).is(200);
    let form = Form::all(page.text()).into_iter().find(|form| has(form, "population.an")).unwrap();
    assert_eq!(form.value("population.an"), Some("1000"));
}

#[test]
fn k_01_every_change_at_the_desk_is_in_the_audit_log() {
    let (database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    add_counters(&mut desk, "thu", "qn", "1");
    step(&mut desk, "thu", "open").is(303);
    let ours =
        database.texts("SELECT action FROM audit WHERE actor = 'thulan' AND object = 'thu' ORDER BY number");
    assert_eq!(ours, ["campaign.create", "counter.add", "campaign.open"]);
}

#[test]
fn h_01_names_of_campaigns_and_counters_are_text_whatever_they_hold() {
    let (_database, _server, mut desk) = empty_desk();
    draft(&mut desk);
    let evil = "<script>alert(1)</script>\"'&lt;";
    let fields = [("how", "lines"), ("lines", &format!("qn\t{evil}\tx-1"))];
    let looked = desk.post("/admin/campaigns/thu/counters/add", &fields).is(303);
    let at = looked.header("location").to_owned();
    assert!(!desk.get(&at).is(200).text().contains("<script>alert"));
    confirmed(&mut desk, &looked).is(303);
    for path in ["/admin/campaigns/thu/counters", "/admin/campaigns/thu/counters/x-1", "/admin/campaigns/thu"]
    {
        let page = desk.get(path).is(200);
        assert!(!page.text().contains("<script>alert"), "{path}");
    }
    let found = desk.get("/admin/campaigns/thu/counters?find=%22%3E%3Cscript%3E").is(200);
    assert!(!found.text().contains("<script>"));
}

#[test]
fn g_14_only_the_preview_of_a_questionnaire_is_framed_and_only_by_us() {
    let (_database, _server, mut desk) = empty_desk();
    let policy = |page: &Page| page.header("content-security-policy").to_owned();
    let preview = desk.get("/admin/preview/sipas/2026.1/counter").is(200);
    assert!(policy(&preview).contains("frame-ancestors 'self'"), "{}", policy(&preview));
    assert_eq!(preview.header("x-frame-options"), "SAMEORIGIN");
    assert!(!preview.text().contains("<script"), "nothing runs in it");
    let around = desk.get(NEW).is(200);
    assert!(
        policy(&around).contains("frame-src 'self'") && policy(&around).contains("frame-ancestors 'none'")
    );
    let other = desk.get("/admin/campaigns").is(200);
    assert!(policy(&other).contains("frame-ancestors 'none'") && !policy(&other).contains("frame-src"));
    desk.get("/admin/preview/sipas/9999.9/counter").is(404);
}
