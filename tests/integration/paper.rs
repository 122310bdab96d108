//! Paper: forms printed with numbers, keyed in once or twice, and answers from files.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::support::{
    Client, Database, Form, Kind, Page, Server,
    stage::{self, When, applied, citizens, officials},
};

const PASSWORD: &str = "bốn con voi qua sông";
const DESK: &str = "/admin/campaigns/dan/paper";
const ENTRY: &str = "/admin/campaigns/dan/paper/entry";

fn enter(database: &Database, server: &Server, name: &str) -> Client {
    database.run_with_input(&["user", "add", name, "--role", "manager"], PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

/// An open campaign with numbers 1 to 20 printed for Quy Nhơn and 21 to 30 for An Nhơn, and somebody of the Department.
fn department() -> (Database, Server, Client) {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    let mut staff = enter(&database, &server, "lan");
    for (counter, count) in [("qn-1", "20"), ("an-1", "10")] {
        let fields = [("do", "print"), ("counter", counter), ("count", count), ("words", "vi")];
        staff.post(DESK, &fields).is(303);
    }
    (database, server, staff)
}

/// The form of a page that is not the one to log out.
fn form_of(page: &Page) -> Form {
    Form::all(page.text()).into_iter().find(|form| form.action != "/admin/logout").unwrap()
}

/// The form of a sheet with this key at every question, and these words in every text.
fn keyed(page: &Page, key: &str, words: &str) -> Form {
    let mut form = form_of(page);
    let typed: Vec<String> =
        form.fields.iter().filter(|field| field.kind == Kind::Text).map(|field| field.name.clone()).collect();
    for name in typed {
        form.set(&name, if name == "comment" { words } else { key });
    }
    form
}

fn open(staff: &mut Client, number: u32) -> Page {
    staff.get(&format!("{ENTRY}?number={number:04}")).is(200)
}

/// Channels of the answers stored, by their byte, sorted.
fn channels(database: &Database) -> Vec<String> {
    database.texts("SELECT CAST(channel AS TEXT) FROM response ORDER BY channel")
}

#[test]
fn j_01_a_sheet_that_is_keyed_counts_once_and_its_channel_is_kept() {
    let (database, _server, mut staff) = department();
    let page = open(&mut staff, 1);
    assert!(page.text().contains("Quầy số 1 – Đất đai") && page.text().contains("0001"));
    let form = keyed(&page, "1", "Nhanh, gọn");
    let next = staff.submit(ENTRY, &form).is(303);
    assert_eq!(next.header("location"), format!("{ENTRY}?number=0002&after=0001&done=counted"));
    let page = staff.get(next.header("location")).is(200);
    assert!(page.text().contains("0001") && page.text().contains("0002"));
    // J-01: the way it came in.
    assert_eq!(channels(&database), ["4"]);
    // The same sheet again, from the page of before and from a new one.
    staff.submit(ENTRY, &form).is(409);
    assert!(staff.get(&format!("{ENTRY}?number=1")).is(409).text().contains("0001"));
    assert_eq!(stage::stored(&database, "dan"), 1);
    assert_eq!(database.number("SELECT COUNT(*) FROM comment"), 1);
    // Nothing of the answers stays beside the number, and the audit log has nothing of them either.
    assert_eq!(database.columns("paper_sheet"), ["campaign", "number", "place"]);
    assert_eq!(database.number("SELECT COUNT(*) FROM paper_entry"), 0);
    let told = database
        .texts("SELECT action || ' ' || object FROM audit WHERE action LIKE 'paper.%' ORDER BY number");
    assert_eq!(told, ["paper.print dan", "paper.print dan", "paper.count dan 0001"]);
    let after =
        database.texts("SELECT old_value || new_value FROM audit WHERE action = 'paper.count'").concat();
    assert!(!after.contains("Nhanh"), "{after}");
}

#[test]
fn e_02_an_officer_keys_the_sheets_printed_for_the_own_unit_and_no_others() {
    let (database, server, mut lan) = department();
    let add = ["user", "add", "quy", "--role", "officer", "--unit", "qn"];
    database.run_with_input(&add, PASSWORD).ok();
    let mut officer = server.client();
    officer.post("/admin/login", &[("name", "quy"), ("password", PASSWORD)]).is(303);
    let desk = officer.get(DESK).is(200);
    assert!(desk.text().contains("0001–0020") && !desk.text().contains("0021"), "{}", desk.text());
    assert!(!desk.text().contains("An Nhơn") && !desk.text().contains("value=\"print\""));
    let next = officer.submit(ENTRY, &keyed(&open(&mut officer.clone(), 20), "1", "")).is(303);
    assert_eq!(next.header("location"), format!("{ENTRY}?number=0021&after=0020&done=counted"));
    // What was printed for another unit is to the officer as if it had not been: to be read, keyed or fetched.
    officer.get(&format!("{ENTRY}?number=0021")).is(404);
    officer.submit(ENTRY, &keyed(&open(&mut lan, 21), "1", "")).is(404);
    officer.get(&format!("{DESK}/21/sheets.pdf")).is(404);
    // Nor does an officer print numbers, or decide on a difference.
    officer.post(DESK, &[("do", "print"), ("counter", "qn-1"), ("count", "5")]).is(403);
    officer.get(&format!("{DESK}/1/compare")).is(403);
    lan.post(DESK, &[("do", "twice")]).is(303);
    lan.submit(ENTRY, &keyed(&open(&mut lan.clone(), 1), "1", "")).is(303);
    let mut other = keyed(&open(&mut officer.clone(), 1), "1", "");
    let first = other.fields[1].name.clone();
    let differs = officer.submit(ENTRY, other.set(&first, "2")).is(303);
    assert_eq!(differs.header("location"), format!("{ENTRY}?number=0002&after=0001&done=differs"));
    assert!(officer.get(differs.header("location")).is(200).text().contains("đối chiếu"));
    assert_eq!(stage::stored(&database, "dan"), 1);
    let who = database.texts("SELECT actor FROM audit WHERE action = 'paper.count'");
    assert_eq!(who, ["quy"]);
}

#[test]
fn a_number_that_was_not_printed_is_refused_and_nobody_loses_what_was_typed() {
    let (database, _server, mut staff) = department();
    for number in ["31", "0", "-1", "abc", "999999999999999999999"] {
        staff.get(&format!("{ENTRY}?number={number}")).is(404);
    }
    let mut form = keyed(&open(&mut staff, 21), "1", "");
    form.set("_number", "31");
    staff.submit(ENTRY, &form).is(404);
    // A key that no option has, and a question overlooked: both named, everything else kept.
    let mut form = keyed(&open(&mut staff, 21), "1", "Chậm quá");
    let first = form.fields[1].name.clone();
    let second = form.fields[2].name.clone();
    form.set(&first, "7").set(&second, "");
    let back = staff.submit(ENTRY, &form).is(422);
    assert!(back.text().contains("#q1") && back.text().contains("#q2") && back.text().contains("Chậm quá"));
    assert_eq!(form_of(&back).value(&first), Some("7"));
    assert_eq!(stage::stored(&database, "dan"), 0);
    // What the sheet leaves blank is keyed as a minus sign, even where the screen asks for an answer.
    let mut form = form_of(&back);
    form.set(&first, "-").set(&second, "9");
    staff.submit(ENTRY, &form).is(303);
    assert_eq!(stage::stored(&database, "dan"), 1);
}

#[test]
fn keyed_twice_only_what_agrees_or_was_compared_counts() {
    let (database, server, mut lan) = department();
    let mut mai = enter(&database, &server, "mai");
    lan.post(DESK, &[("do", "twice")]).is(303);
    // The first time nothing counts yet; the same person is not a second one, but may mend.
    let form = keyed(&open(&mut lan, 1), "1", "Nhanh");
    assert!(lan.submit(ENTRY, &form).is(303).header("location").ends_with("done=first"));
    let again = open(&mut lan, 1);
    assert_eq!(
        form_of(&again).value(&form.fields[1].name),
        Some("1"),
        "what was keyed is shown to be mended"
    );
    lan.submit(ENTRY, &form).is(303);
    assert_eq!(stage::stored(&database, "dan"), 0);
    lan.post(DESK, &[("do", "once")]).is(409);
    // The second person does not see the first one's answers, and agrees but for capitals and blanks.
    let blank = open(&mut mai, 1);
    assert_ne!(form_of(&blank).value(&form.fields[1].name), Some("1"));
    mai.submit(ENTRY, &keyed(&blank, "1", "nhanh ")).is(303);
    assert_eq!(stage::stored(&database, "dan"), 1);
    // Another sheet, keyed differently.
    let form = keyed(&open(&mut lan, 2), "1", "");
    lan.submit(ENTRY, &form).is(303);
    let mut form = keyed(&open(&mut mai, 2), "1", "");
    let first = form.fields[1].name.clone();
    form.set(&first, "2");
    let compare = mai.submit(ENTRY, &form).is(303);
    let compare = compare.header("location").to_owned();
    assert_eq!(compare, format!("{DESK}/2/compare"));
    assert_eq!(stage::stored(&database, "dan"), 1);
    assert!(lan.get(DESK).is(200).text().contains("/2/compare"));
    lan.get(&format!("{ENTRY}?number=2")).is(409);
    let page = lan.get(&compare).is(200);
    assert!(page.text().contains("lan") && page.text().contains("mai"));
    let form = form_of(&page);
    let asked: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(asked, [first.as_str()], "only what differs is asked");
    lan.submit(&compare, &form).is(422);
    let mut form = form;
    form.set(&first, "2");
    lan.submit(&compare, &form).is(303);
    assert_eq!(stage::stored(&database, "dan"), 2);
    lan.get(&compare).is(404);
    assert_eq!(database.number("SELECT COUNT(*) FROM paper_entry"), 0);
    lan.post(DESK, &[("do", "once")]).is(303);
}

/// The classes of the line of a question.
fn line<'p>(page: &'p Page, id: &str) -> &'p str {
    let before = page.text().split_once(&format!("name=\"{id}\"")).unwrap().0;
    before.rsplit_once("<div class=\"line").unwrap().1.split_once('"').unwrap().0
}

#[test]
fn a_follow_up_that_does_not_apply_is_passed_over_and_one_that_was_typed_is_pointed_at() {
    const GIVEN: &str = "feedback.given";
    const HANDLED: &str = "feedback.handled";
    /// The form of somebody who has given no feedback, and so is not asked how it was handled.
    fn without(form: &mut Form) -> &mut Form {
        form.set(GIVEN, "2").set("feedback.channels", "").set(HANDLED, "").set("feedback.told", "")
    }
    let (database, server, mut lan) = department();
    let mut mai = enter(&database, &server, "mai");
    // The page tells a script which number asks the question, and a reader in words.
    let page = open(&mut lan, 1);
    let rule =
        "data-asked-if=\"{&quot;question&quot;:&quot;feedback.given&quot;,&quot;in&quot;:[&quot;1&quot;]}\"";
    assert!(page.text().contains(rule) && page.text().contains("ở câu 14 Ông/Bà chọn “Có”"));
    assert_eq!(line(&page, HANDLED), "", "nothing is ruled out before anything is typed");
    let mut form = keyed(&page, "1", "");
    let first = form.fields[1].name.clone();
    // Without scripts the page comes back for what is missing, and says what is not asked.
    without(form.set(&first, ""));
    let back = lan.submit(ENTRY, &form).is(422);
    assert_eq!((line(&back, HANDLED), line(&back, &first)), (" passed", " wrong"));
    // Something typed there is no answer that is silently left out.
    form.set(&first, "1").set(HANDLED, "1");
    let back = lan.submit(ENTRY, &form).is(422);
    assert_eq!((line(&back, HANDLED), form_of(&back).value(HANDLED)), (" wrong extra", Some("1")));
    assert!(back.text().contains("Theo câu trả lời trước đó, câu này không hỏi"));
    assert_eq!(stage::stored(&database, "dan"), 0);
    form.set(HANDLED, "");
    lan.submit(ENTRY, &form).is(303);
    assert_eq!(stage::stored(&database, "dan"), 1);

    // Two who differ on whether it is asked: whoever decides need not answer what the decision rules out.
    lan.post(DESK, &[("do", "twice")]).is(303);
    lan.submit(ENTRY, &keyed(&open(&mut lan.clone(), 2), "1", "")).is(303);
    let mut form = keyed(&open(&mut mai, 2), "1", "");
    without(&mut form);
    let compare = mai.submit(ENTRY, &form).is(303).header("location").to_owned();
    let page = mai.get(&compare).is(200);
    assert!(page.text().contains(rule), "{}", page.text());
    let mut form = form_of(&page);
    let asked: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(asked, [GIVEN, "feedback.channels", HANDLED, "feedback.told"]);
    let back = mai.submit(&compare, form.set(GIVEN, "2").set(HANDLED, "1")).is(422);
    assert!(back.text().contains("href=\"#q16\"") && line(&back, HANDLED) == " wrong extra");
    mai.submit(&compare, form.set(HANDLED, "")).is(303);
    assert_eq!(stage::stored(&database, "dan"), 2);
}

#[test]
fn numbers_are_given_once_and_forms_are_printed_with_them() {
    let (database, _server, mut staff) = department();
    let numbers = "SELECT CAST(first AS TEXT) || '-' || CAST(last AS TEXT) FROM paper_batch ORDER BY first";
    assert_eq!(database.texts(numbers), ["1-20", "21-30"]);
    for (counter, count) in [("qn-9", "5"), ("qn-1", "0"), ("qn-1", "301"), ("qn-1", "x")] {
        let fields = [("do", "print"), ("counter", counter), ("count", count), ("words", "vi")];
        staff.post(DESK, &fields).is(422);
    }
    staff.post(DESK, &[("do", "other")]).is(400);
    let page = staff.get(DESK).is(200);
    assert!(page.text().contains("0021–0030"));
    let pdf = staff.get(&format!("{DESK}/21/sheets.pdf")).is(200);
    assert_eq!(pdf.header("content-disposition"), "attachment; filename=\"dan-21-30.pdf\"");
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    staff.get(&format!("{DESK}/22/sheets.pdf")).is(404);
    staff.get(&format!("{DESK}/form.pdf")).is(200);
    if !crate::print::have(&["pdftotext", "pdfinfo"]) {
        return;
    }
    let path = database.folder().join("sheets.pdf");
    std::fs::write(&path, &pdf.bytes).unwrap();
    let path = path.to_str().unwrap();
    let text = crate::print::tool("pdftotext", &["-layout", path, "-"]);
    for words in
        ["0021", "0030", "UBND thị xã An Nhơn", "dan · an · an-1", "Trang 1/2", "Trang 2/2", "không bắt buộc"]
    {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    assert!(!text.contains("Trang 3/"), "each sheet counts its own pages");
    assert!(text.contains("ở câu 14 Ông/Bà chọn “Có”"), "skips in words");
    assert!(crate::print::tool("pdfinfo", &[path]).contains("Tagged:          yes"));
}

#[test]
fn answers_on_paper_are_taken_after_closing_and_never_where_links_are_used() {
    let database = applied(&citizens(When::Before));
    let server = Server::start(&database);
    let mut staff = enter(&database, &server, "lan");
    staff.post(DESK, &[("do", "print"), ("counter", "qn-1"), ("count", "2"), ("words", "vi")]).is(303);
    staff.submit(ENTRY, &keyed(&open(&mut staff.clone(), 1), "1", "")).is(303);
    assert_eq!(stage::stored(&database, "dan"), 1);
    // Its day is one on which the campaign was open.
    let late = "SELECT COUNT(*) FROM response r JOIN campaign k ON k.number = r.campaign
                WHERE (r.day - 1) * 86400000 > k.closes";
    assert_eq!(database.number(late), 0);
    database.execute("UPDATE campaign SET closes = closes - 3000000000, opens = opens - 3000000000");
    database.execute("UPDATE revision SET value = value + 1");
    staff.submit(ENTRY, &keyed(&open(&mut staff.clone(), 2), "1", "")).is(410);
    stage::apply(&database, &officials(When::Now, 4));
    let by_link = staff.get("/admin/campaigns/can-bo/paper").is(200);
    assert!(by_link.text().contains("không nhận phiếu giấy") && !by_link.text().contains("name=\"count\""));
    staff.get("/admin/campaigns/can-bo/paper/form.pdf").is(404);
    staff.post("/admin/campaigns/can-bo/paper", &[("do", "twice")]).is(404);
    let file = database.file("a.csv", "sheet,counter\n1,qn-1\n");
    assert!(database.run(&["import", "responses", "can-bo", &file]).fails(1).contains("links"));
}

/// A file with all questions of the form.
fn csv(rows: &[(&str, &str, &str)]) -> String {
    let shown = crate::support::run(
        &["definition", "show", "sipas", "--version", "2026.1", "--form", "counter", "--format", "json"],
        &[],
    )
    .ok();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let questions = shown["questions"].as_array().unwrap();
    let mut file = "\u{feff}sheet,counter,channel".to_owned();
    for question in questions {
        file.push(',');
        file.push_str(question["id"].as_str().unwrap());
    }
    for (sheet, counter, channel) in rows {
        file.push_str(&format!("\n{sheet},{counter},{channel}"));
        for question in questions {
            file.push(',');
            if question["kind"] == "single" {
                file.push_str(question["options"][0]["code"].as_str().unwrap());
            }
        }
    }
    file + "\n"
}

#[test]
fn h_10_a_file_is_imported_whole_or_not_at_all_and_once() {
    let (database, _server, mut staff) = department();
    let good = csv(&[("a", "qn-1", ""), ("b", "an-1", "import"), ("25", "an-1", "paper")]);
    let path = database.file("good.csv", &good);
    let told = database.run(&["import", "responses", "dan", &path]);
    assert!(told.stderr.contains("Imported 3"), "{}", told.stderr);
    told.ok();
    assert_eq!(channels(&database), ["4", "5", "5"]);
    // The same file again stores nothing more; a file with semicolons is the same file.
    let path = database.file("again.csv", &good.replace(',', ";"));
    let told = database.run(&["import", "responses", "dan", &path]);
    assert!(told.stderr.contains("Imported 0") && told.stderr.contains('3'), "{}", told.stderr);
    assert_eq!(stage::stored(&database, "dan"), 3);
    // A paper sheet that came by file is not keyed again.
    staff.get(&format!("{ENTRY}?number=25")).is(409);
    // One row that is wrong, and none is stored.
    let broken = csv(&[
        ("c", "qn-1", ""),
        ("d", "qn-8", ""),
        ("c", "qn-1", ""),
        ("x", "qn-1", "paper"),
        ("", "qn-1", "mail"),
    ]);
    let path = database.file("broken.csv", &broken.replacen(",1,", ",8,", 1));
    let told = database.run(&["import", "responses", "dan", &path]).fails(1);
    for words in [
        "broken.csv:2: ",
        "broken.csv:3: ",
        "qn-8",
        "broken.csv:5: ",
        "broken.csv:6: ",
        "Nothing was imported",
    ] {
        assert!(told.contains(words), "{words} is missing in\n{told}");
    }
    let path = database.file("twice.csv", &csv(&[("c", "qn-1", ""), ("c", "qn-1", "")]));
    assert!(database.run(&["import", "responses", "dan", &path]).fails(1).contains("twice.csv:3: "));
    let path = database.file("columns.csv", "sheet,counter,access.seat\n1,qn-1,5\n");
    let told = database.run(&["import", "responses", "dan", &path]).fails(1);
    assert!(told.contains("columns.csv:1: ") && told.contains("access.seats"), "{told}");
    assert_eq!(stage::stored(&database, "dan"), 3);
    let report = stage::report(&database, "dan");
    assert!(report["responses"].to_string().contains("paper"), "reported apart: {}", report["responses"]);
    let told = database.texts("SELECT new_value FROM audit WHERE action = 'responses.import'");
    assert_eq!(told.len(), 1);
    database.run(&["import", "responses", "dan", "no-such-file.csv"]).fails(3);
}

fn upload(client: &mut Client, path: &str, name: &str, text: &str) -> Page {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let kind = [("content-type", "multipart/form-data; boundary=edge")];
    client.send("POST", path, &kind, body.as_bytes())
}

#[test]
fn h_10_by_the_page_a_file_is_looked_at_with_every_faulty_row_and_stored_once_it_is_confirmed() {
    let (database, _server, mut staff) = department();
    let import = format!("{DESK}/import");
    let confirm = format!("{import}/confirm");
    let template = staff.get(&format!("{import}/template.csv")).is(200);
    assert!(
        template.text().starts_with("\u{feff}sheet,counter,language,channel,mode,"),
        "{}",
        template.text()
    );
    assert!(staff.get(DESK).is(200).text().contains(&format!("href=\"{import}\"")));
    let broken = csv(&[
        ("c", "qn-1", ""),
        ("d", "qn-8", ""),
        ("e", "qn-1", ""),
        ("c", "qn-1", ""),
        ("x", "qn-1", "paper"),
        ("", "qn-1", "mail"),
    ]);
    let page = upload(&mut staff, &import, "broken.csv", &broken.replacen(",1,", ",8,", 1)).is(422);
    let rows = |page: &Page| -> Vec<String> {
        let cells = page.text().split("<th class=\"place\" scope=\"row\">").skip(1);
        cells.map(|cell| cell.split_once('<').unwrap().0.to_owned()).filter(|row| !row.is_empty()).collect()
    };
    // Each row at once, the last one with both of its faults, and the heading counts what follows it.
    assert_eq!(rows(&page), ["2", "3", "5", "6", "7", "7"]);
    assert!(page.text().contains("Có 6 chỗ cần sửa, chưa lưu gì"), "{}", page.text());
    assert!(page.text().contains("6 chỗ cần sửa ở 5 dòng"), "{}", page.text());
    let none = upload(&mut staff, &import, "none.csv", "sheet,counter\n").is(422);
    assert!(none.text().contains("không có dòng nào"));
    upload(&mut staff, &import, "x.xlsx", "sheet,counter\n").is(422);
    assert_eq!(stage::stored(&database, "dan"), 0);
    let good = csv(&[("a", "qn-1", ""), ("25", "an-1", "paper")]);
    let page = upload(&mut staff, &import, "good.csv", &good).is(200);
    assert!(page.text().contains("Nhập 2 phiếu") && page.text().contains("An Nhơn"), "{}", page.text());
    assert_eq!(stage::stored(&database, "dan"), 0, "looking stores nothing");
    let form = Form::all(page.text()).into_iter().find(|form| form.action == confirm).unwrap();
    let done = staff.submit(&confirm, &form).is(303);
    assert_eq!(done.header("location"), format!("{DESK}?done=imported&n=2&again=0"));
    assert!(staff.get(done.header("location")).is(200).text().contains("Đã nhập 2 phiếu"));
    assert_eq!(channels(&database), ["4", "5"]);
    // Confirmed twice, or brought again: nothing more.
    let again = staff.submit(&confirm, &form).is(303);
    assert!(again.header("location").ends_with("n=0&again=2"), "{}", again.header("location"));
    let page = upload(&mut staff, &import, "good.csv", &good.replace(',', ";")).is(200);
    assert!(page.text().contains("đã có từ trước") && !page.text().contains(&confirm), "{}", page.text());
    staff.get(&format!("{ENTRY}?number=25")).is(409);
    staff.post(&confirm, &[("list", "không phải danh sách")]).is(400);
    assert_eq!(stage::stored(&database, "dan"), 2);
    let told = database.texts("SELECT actor FROM audit WHERE action = 'responses.import'");
    assert_eq!(told, ["lan"]);
    // What changed between looking and confirming is told then, and nothing is stored.
    let page = upload(&mut staff, &import, "more.csv", &csv(&[("b", "qn-1", "")])).is(200);
    let form = Form::all(page.text()).into_iter().find(|form| form.action == confirm).unwrap();
    database.execute("UPDATE place SET counter = 'qn-7' WHERE counter = 'qn-1'");
    database.execute("UPDATE revision SET value = value + 1");
    let refused = staff.submit(&confirm, &form).is(409);
    assert!(refused.text().contains("qn-1"), "{}", refused.text());
    assert_eq!(stage::stored(&database, "dan"), 2);
}

#[test]
fn h_12_bytes_that_are_no_table_are_refused() {
    let (database, _server, _staff) = department();
    let path = database.folder().join("x.csv");
    for bytes in [b"\xff\xfe\x00".as_slice(), b"", b"\n\n", b"\"", b"sheet,counter\n\xff,x"] {
        std::fs::write(&path, bytes).unwrap();
        database.run(&["import", "responses", "dan", path.to_str().unwrap()]).fails(1);
    }
}
