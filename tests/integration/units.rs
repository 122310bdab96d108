//! The tree of units at the Department's desk: lists in and out, changes on a day, mergers, and the way back.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};

use crate::support::{
    Client, Database, Form, Page, Server,
    stage::{UNITS, When, answer, applied, apply, citizens, demonstration, open_counter, report},
};

const PASSWORD: &str = "bốn con voi qua sông";

/// A server on a database, and a manager who is logged in.
fn desk(database: &Database) -> (Server, Client) {
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let server = Server::start(database);
    let mut staff = server.client();
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    (server, staff)
}

fn province() -> (Database, Server, Client) {
    let database = applied(UNITS);
    let (server, staff) = desk(&database);
    (database, server, staff)
}

/// Sends a file with the fields of the import's page.
fn upload(staff: &mut Client, name: &str, bytes: &[u8], since: (&str, &str)) -> Page {
    let mut body = Vec::new();
    for (field, value) in [("since", since.0), ("since_day", since.1)] {
        body.extend_from_slice(
            format!("--b0\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    let head = "Content-Type: application/octet-stream";
    body.extend_from_slice(
        format!(
            "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n{head}\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b0--\r\n");
    let kind = [("content-type", "multipart/form-data; boundary=b0")];
    let sent = staff.send("POST", "/admin/units/import", &kind, &body);
    // A file that can be taken leads to a page of its own.
    let at = sent.header("location").to_owned();
    if at.starts_with("/admin/units/import/preview?of=") { staff.get(&at) } else { sent }
}

/// The form of a preview that confirms.
fn confirmation(page: &Page) -> Form {
    let forms = Form::all(page.text());
    let confirm = |form: &Form| form.action.starts_with("/admin/units/import/confirm");
    forms.into_iter().find(confirm).expect("nothing to confirm")
}

/// Units as `code name parent`, from the database.
fn stored(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT code || ' ' || name || ' ' || COALESCE(parent, '-') || ' ' || COALESCE(successor, '-') FROM unit ORDER BY code",
    )
}

fn counts(database: &Database) -> (i64, i64) {
    (database.number("SELECT COUNT(*) FROM unit"), database.number("SELECT value FROM revision"))
}

const TODAY: (&str, &str) = ("day", "01/11/2026");
const HEAD: &str =
    "Mã đơn vị;Tên đơn vị;Loại đơn vị;Mã đơn vị cấp trên;Có từ ngày;Đến hết ngày;Mã đơn vị kế thừa\r\n";

// --- Import ----------------------------------------------------------------------------------------------------

#[test]
fn h_10_an_import_is_previewed_confirmed_and_the_same_file_twice_changes_nothing() {
    let (database, _server, mut staff) = province();
    let before = counts(&database);
    // A parent that comes later, a name with all that HTML minds.
    let file = format!(
        "{HEAD}x1;Xã <b>Một</b> & Hai;xã;p1;;;\r\np1;Phường Mới;phường;bd;01/07/2025;;\r\nqn;UBND phường Quy Nhơn;phường;bd;;;\r\n"
    );
    let page = upload(&mut staff, "tinh.csv", file.as_bytes(), TODAY).is(200);
    assert!(page.text().contains("Xã &lt;b&gt;Một&lt;/b&gt; &amp; Hai"), "H-09: escaped");
    assert!(page.text().contains("UBND phường Quy Nhơn") && page.text().contains("UBND thành phố Quy Nhơn"));
    assert_eq!(counts(&database), before, "nothing is stored before it is confirmed");
    let form = confirmation(&page);
    let confirmed = staff.submit("/admin/units/import", &form).is(303);
    assert_eq!(
        stored(&database),
        [
            "an UBND thị xã An Nhơn bd -",
            "bd Tỉnh Bình Định - -",
            "p1 Phường Mới bd -",
            "qn UBND phường Quy Nhơn bd -",
            "x1 Xã <b>Một</b> & Hai p1 -",
        ]
    );
    assert_eq!(database.number("SELECT valid_from FROM unit WHERE code = 'p1'"), 20_270);
    assert!(counts(&database).1 > before.1, "servers are told");
    let tree = staff.get(confirmed.header("location")).is(200);
    assert!(tree.text().contains("Đã lưu 3 thay đổi") && tree.text().contains("Phường Mới"));
    // The old name is kept for reports of before.
    assert_eq!(database.texts("SELECT name FROM unit_past"), ["UBND thành phố Quy Nhơn"]);
    let after = counts(&database);
    let again = upload(&mut staff, "tinh.csv", file.as_bytes(), TODAY).is(200);
    assert!(again.text().contains("không có gì thay đổi"));
    // A confirmation sent twice finds nothing to do any more, and says so.
    staff.submit("/admin/units/import", &form).is(409);
    assert_eq!(counts(&database), after);
}

#[test]
fn h_09_every_faulty_row_is_told_escaped_and_nothing_is_stored() {
    let (database, _server, mut staff) = province();
    let before = counts(&database);
    let file = format!(
        "{HEAD}a;A;xã;b;;;\r\nb;B;xã;a;;;\r\n<script>;C;xã;bd;;;\r\nqn;Q;xã;bd;;;\r\nqn;Q;xã;bd;;;\r\ne;E;xã;bd;30/2/2025;;\r\n"
    );
    let page = upload(&mut staff, "tinh.csv", file.as_bytes(), TODAY).is(422);
    for words in
        ["dòng 4, cột A", "dòng 6, cột A", "đã có ở dòng 5", "dòng 7, cột E", "30/2/2025", "&lt;script&gt;"]
    {
        assert!(page.text().contains(words), "{words}");
    }
    assert!(!page.text().contains("<script>"));
    let file = format!("{HEAD}a;A;xã;b;;;\r\nb;B;xã;a;;;\r\nc;C;xã;đâu;;;\r\n").replace("đâu", "dau");
    let page = upload(&mut staff, "tinh.csv", file.as_bytes(), TODAY).is(422);
    for words in ["dòng 2, cột D", "dòng 3, cột D", "a → b → a", "dòng 4, cột D", "“dau”"] {
        assert!(page.text().contains(words), "{words}");
    }
    assert_eq!(counts(&database), before);
}

#[test]
fn h_07_files_that_are_no_list_are_refused_in_words() {
    let (database, _server, mut staff) = province();
    let before = counts(&database);
    let many: String = (0..100_000).map(|n| format!("u{n};Đơn vị {n};xã;bd;;;\r\n")).collect();
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".repeat(100);
    for (name, bytes, words) in [
        ("tinh.csv", format!("{HEAD}{many}").into_bytes(), "20000 dòng"),
        ("tinh.xls", old, "Excel cũ"),
        ("tinh.xlsm", b"PK\x03\x04".to_vec(), "macro"),
        ("tinh.pdf", b"%PDF-1.7".to_vec(), "Chỉ nhận tệp"),
        ("tinh.xlsx", b"PK\x03\x04rubbish".to_vec(), "hỏng"),
        ("tinh.csv", b"a,b\n1,2\n".to_vec(), "Mã đơn vị"),
        ("tinh.csv", Vec::new(), "không có nội dung"),
    ] {
        let page = upload(&mut staff, name, &bytes, TODAY).is(422);
        assert!(page.text().contains(words), "{name}: {words}");
    }
    let large = vec![b'a'; 5 * 1024 * 1024 + 100_000];
    let page = upload(&mut staff, "tinh.csv", &large, TODAY).is(413);
    assert!(page.text().contains("5 MB"));
    let none = staff.send(
        "POST",
        "/admin/units/import",
        &[("content-type", "multipart/form-data; boundary=b0")],
        b"--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b0--\r\n",
    );
    assert!(none.is(422).text().contains("chọn một tệp"));
    staff.post("/admin/units/import", &[("file", "x")]).is(415);
    assert_eq!(counts(&database), before);
}

#[test]
fn what_somebody_else_changed_meanwhile_is_shown_again_before_anything_is_stored() {
    let (database, server, mut staff) = province();
    let file = format!("{HEAD}qn;Tên từ tệp;phường;bd;;;\r\n");
    let form = confirmation(&upload(&mut staff, "t.csv", file.as_bytes(), TODAY).is(200));
    let mut other = server.client();
    other.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    let edit = other.get("/admin/unit/qn/edit").is(200).form_to("/admin/unit/qn/edit");
    let mut edit = edit;
    edit.set("name", "Tên của người khác").set("since", "always");
    other.submit("/admin/unit/qn/edit", &edit).is(303);
    let page = staff.submit("/admin/units/import", &form).is(409);
    assert!(page.text().contains("Tên của người khác") && page.text().contains("Tên từ tệp"));
    assert!(stored(&database).contains(&"qn Tên của người khác bd -".to_owned()));
    staff.submit("/admin/units/import", &confirmation(&page)).is(303);
    assert!(stored(&database).contains(&"qn Tên từ tệp bd -".to_owned()));
    // What comes back altered is not what was shown.
    let file = format!("{HEAD}an;Tên thứ ba;phường;bd;;;\r\n");
    let mut form = confirmation(&upload(&mut staff, "t.csv", file.as_bytes(), TODAY).is(200));
    form.set("since", "always");
    staff.submit("/admin/units/import", &form).is(409);
}

#[test]
fn a_list_whose_day_was_wrong_need_not_be_chosen_again() {
    let (database, _server, mut staff) = province();
    let file = format!("{HEAD}m;Xã Mới;xã;bd;31/06/2025;;\r\n");
    let page = upload(&mut staff, "cu.csv", file.as_bytes(), TODAY).is(422);
    assert!(page.text().contains("Lịch không có ngày 31/06/2025"), "{}", page.text());
    let file = format!("{HEAD}m;Xã Mới;xã;bd;;;\r\n");
    let page = upload(&mut staff, "cu.csv", file.as_bytes(), ("day", "31/11/2026")).is(422);
    assert!(page.text().contains("Thay đổi từ ngày: lịch không có ngày 31/11/2026"), "{}", page.text());
    assert!(page.text().contains("Đã đọc tệp cu.csv"));
    let again = page.form_to("/admin/units/import");
    let mut body = String::new();
    for (name, value) in again.pairs().iter().filter(|(name, _)| *name != "since_day" && *name != "file") {
        body += &format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--b0\r\nContent-Disposition: form-data; name=\"since_day\"\r\n\r\n30/11/2026\r\n--b0--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b0")];
    let sent = staff.send("POST", "/admin/units/import", &kind, body.as_bytes()).is(303);
    let page = staff.get(sent.header("location")).is(200);
    assert!(page.text().contains("cu.csv"), "{}", page.text());
    staff.submit("/admin/units/import", &confirmation(&page)).is(303);
    assert!(stored(&database).contains(&"m Xã Mới bd -".to_owned()));
}

#[test]
fn h_10_what_is_downloaded_imports_back_without_a_change() {
    let (database, _server, mut staff) = province();
    let file = format!("{HEAD}=a;A;x;bd;;;\r\n").replace("=a;A", "a1;=1+1 (thử)");
    let form = confirmation(&upload(&mut staff, "t.csv", file.as_bytes(), TODAY).is(200));
    staff.submit("/admin/units/import", &form).is(303);
    let before = counts(&database);
    for (path, name) in [
        ("/admin/units/units.csv", "a.csv"),
        ("/admin/units/units.csv?lang=en", "a.csv"),
        ("/admin/units/units.xlsx", "a.xlsx"),
    ] {
        let file = staff.get(path).is(200);
        assert!(file.header("content-disposition").starts_with("attachment; filename=\"don-vi."));
        let page = upload(&mut staff, name, &file.bytes, TODAY).is(200);
        assert!(page.text().contains("không có gì thay đổi"), "{path}");
    }
    let csv = staff.get("/admin/units/units.csv").is(200);
    assert!(csv.text().starts_with('\u{feff}') && csv.text().contains(",'=1+1 (thử),"), "H-04");
    assert_eq!(counts(&database), before);
    let template = staff.get("/admin/units/template.xlsx").is(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(template.bytes.clone())).unwrap();
    assert_eq!(book.sheet_names(), ["Đơn vị", "Hướng dẫn"]);
    assert_eq!(book.worksheet_range("Đơn vị").unwrap().get_size(), (4, 7), "headings and examples");
    assert!(
        upload(&mut staff, "m.xlsx", &template.bytes, TODAY).is(422).text().contains("chỉ có các dòng ví dụ")
    );
    let csv = staff.get("/admin/units/template.csv").is(200);
    assert!(upload(&mut staff, "m.csv", &csv.bytes, TODAY).is(422).text().contains("chỉ có các dòng ví dụ"));
}

#[test]
fn names_and_kinds_are_enough_and_the_preview_is_a_page_to_go_back_to() {
    let (database, _server, mut staff) = province();
    let before = counts(&database);
    let file = "Tên đơn vị;Loại đơn vị\n(Ví dụ) UBND xã An Bình;xã\nUBND xã Hoài Ân;xã\nSở Tư pháp;sở\n";
    let kind = [("content-type", "multipart/form-data; boundary=b0")];
    let body = format!(
        "--b0\r\nContent-Disposition: form-data; name=\"since\"\r\n\r\nalways\r\n--b0\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"ten.csv\"\r\n\r\n{file}\r\n--b0--\r\n"
    );
    let at = staff.send("POST", "/admin/units/import", &kind, body.as_bytes()).is(303);
    let at = at.header("location").to_owned();
    let preview = staff.get(&at).is(200);
    for words in ["xa-hoai-an", "so-tu-phap", "mã đặt theo tên", "Bỏ qua 1 dòng ví dụ"] {
        assert!(preview.text().contains(words), "{words}: {}", preview.text());
    }
    assert_eq!(counts(&database), before, "looking changes nothing");
    let form = confirmation(&preview);
    let done = staff.submit(&form.action.clone(), &form).is(303);
    let units = staff.get(done.header("location")).is(200);
    assert!(units.text().contains("Đã thêm 2 đơn vị"));
    assert_eq!(
        database.texts("SELECT code FROM unit WHERE parent = 'bd' AND code LIKE '%-%' ORDER BY code"),
        ["so-tu-phap", "xa-hoai-an"]
    );
    // The way back leads to the same page, which now has nothing to change.
    assert!(staff.get(&at).is(200).text().contains("không có gì thay đổi"));
    staff.get("/admin/units/import/preview?of=khong-co").is(404);
}

/// Sends a pasted list with the fields of the import's page, as a browser does where no file was chosen.
fn paste(staff: &mut Client, lines: &str, since: (&str, &str)) -> Page {
    let field = |name: &str, value: &str| {
        format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let none = "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b0--\r\n";
    let body = [field("since", since.0), field("since_day", since.1), field("lines", lines), none.to_owned()];
    let kind = [("content-type", "multipart/form-data; boundary=b0")];
    let sent = staff.send("POST", "/admin/units/import", &kind, body.concat().as_bytes());
    let at = sent.header("location").to_owned();
    if at.starts_with("/admin/units/import/preview?of=") { staff.get(&at) } else { sent }
}

#[test]
fn fifty_units_are_pasted_from_a_document_and_the_preview_stays_short() {
    let database = Database::new();
    let (_server, mut staff) = desk(&database);
    let mut lines =
        "TT\tTên cơ quan, đơn vị\n1\tUBND tỉnh Gia Lai\n2\tSở Văn hóa, Thể thao và Du lịch\n".to_owned();
    for n in 3..=50 {
        lines.push_str(&format!("{n}\tUBND xã Số {n}\n"));
    }
    let preview = paste(&mut staff, &lines, ("first", "")).is(200);
    assert!(preview.text().contains("Danh sách gồm: 1 tỉnh, 1 sở, 48 xã."), "{}", preview.text());
    assert!(preview.text().contains("danh sách vừa dán"));
    assert!(!preview.text().contains("class=\"group\" open"), "fifty new units are folded away");
    assert!(!preview.text().contains("“TT”"), "a column of numbers is nothing to tell of");
    // The way back leads to what was pasted.
    let at = preview.text().find("/admin/units/import?of=").unwrap();
    let back = preview.text()[at..].split('"').next().unwrap().to_owned();
    let again = staff.get(&back).is(200).form_to("/admin/units/import");
    assert!(again.value("lines").is_some_and(|lines| lines.contains("UBND xã Số 50")));
    assert_eq!(again.value("since"), Some("first"));
    let done = staff.submit("/admin/units/import", &confirmation(&preview)).is(303);
    assert!(staff.get(done.header("location")).is(200).text().contains("Đã thêm 50 đơn vị"));
    let code = database.texts("SELECT code FROM unit WHERE name LIKE 'Sở Văn hóa%'");
    assert_eq!(code, ["so-van-hoa-the-thao"], "no code ends in half a phrase");
}

#[test]
fn titles_between_the_units_of_a_pasted_list_are_left_out_and_what_may_be_one_unit_is_asked_about() {
    let (database, _server, mut staff) = province();
    let before = stored(&database).len();
    let lines = "STT\tTên đơn vị\tGhi chú\nI\tCác sở, ban, ngành\t\n1\tSở Y tế\t\n2\tChi cục Dân số - Sở Y tế\t\n\
                 II\tCác xã, phường\t\n1\tXã Gia Viễn\t\n2\tUỶ BAN NHÂN DÂN XÃ GIA VIỄN\t\n";
    let preview = paste(&mut staff, lines, ("always", "")).is(200);
    for words in [
        "Đã bỏ qua 2 dòng tiêu đề: “Các sở, ban, ngành” (dòng 2), “Các xã, phường” (dòng 5).",
        "“UỶ BAN NHÂN DÂN XÃ GIA VIỄN” có thể là “Xã Gia Viễn” (mã xa-gia-vien)",
        "“Chi cục Dân số - Sở Y tế” có lẽ thuộc “Sở Y tế”",
    ] {
        assert!(preview.text().contains(words), "{words}: {}", preview.text());
    }
    staff.submit("/admin/units/import", &confirmation(&preview)).is(303);
    assert_eq!(stored(&database).len(), before + 4);
}

#[test]
fn official_codes_of_a_pasted_list_are_the_units_codes_and_other_numbers_are_told() {
    let (database, _server, mut staff) = province();
    let lines = "21550\tPhường Quy Nhơn\n21553\tPhường Quy Nhơn Đông\n";
    let preview = paste(&mut staff, lines, ("always", "")).is(200);
    assert!(preview.text().contains("21550"), "{}", preview.text());
    staff.submit("/admin/units/import", &confirmation(&preview)).is(303);
    let codes = database.texts("SELECT code FROM unit WHERE name LIKE 'Phường Quy Nhơn%' ORDER BY code");
    assert_eq!(codes, ["21550", "21553"]);
    let other = paste(&mut staff, "7\tXã Số A\n9\tXã Số B\nXã Số C;xã\n", ("always", ""));
    assert!(other.text().contains("“7, 9”") && other.text().contains("chỉ có dấu “;”"), "{}", other.text());
}

#[test]
fn what_is_wrong_with_a_pasted_list_is_told_by_its_lines_and_nothing_pasted_is_lost() {
    let (database, _server, mut staff) = province();
    let before = counts(&database);
    let wrong = paste(&mut staff, "UBND xã Hoài Ân\nHoài <b>Sơn</b>\n", ("always", "")).is(422);
    assert!(wrong.text().contains("f-lines-fault") && wrong.text().contains("dòng 2"), "{}", wrong.text());
    assert!(
        wrong.text().contains("UBND xã Hoài Ân\nHoài &lt;b&gt;Sơn&lt;/b&gt;"),
        "what was pasted is there still"
    );
    assert!(!wrong.text().contains("cột B"), "lines that were pasted have no lettered columns");
    // A wrong day loses nothing either; nothing at all, and both ways at once, are told.
    let day = paste(&mut staff, "UBND xã Hoài Ân\n", ("day", "31/02/2026")).is(422);
    assert!(day.text().contains("UBND xã Hoài Ân"));
    assert!(paste(&mut staff, " \n", TODAY).is(422).text().contains("dán danh sách, hoặc chọn một tệp"));
    let both = "--b0\r\nContent-Disposition: form-data; name=\"lines\"\r\n\r\nXã A, xã\r\n--b0\r\nContent-Disposition: \
        form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nTên;Loại\nXã B;xã\r\n--b0--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b0")];
    let both = staff.send("POST", "/admin/units/import", &kind, both.as_bytes()).is(422);
    assert!(both.text().contains("a.csv") && both.text().contains("Xã A, xã"));
    assert_eq!(counts(&database), before);
    let taken = paste(&mut staff, "UBND xã Hoài Ân, xã\n", TODAY).is(200);
    staff.submit("/admin/units/import", &confirmation(&taken)).is(303);
    assert_eq!(database.texts("SELECT parent FROM unit WHERE code = 'xa-hoai-an'"), ["bd"]);
}

// --- By hand ---------------------------------------------------------------------------------------------------

#[test]
fn a_unit_is_added_found_moved_and_the_change_taken_back() {
    let (database, _server, mut staff) = province();
    let mut form = staff.get("/admin/units/new?parent=qn").is(200).form_to("/admin/units/new");
    assert_eq!(form.value("parent"), Some("qn"));
    form.set("code", "qn").set("name", "").set("kind", "xã");
    let page = staff.submit("/admin/units/new", &form).is(422);
    assert!(page.text().contains("đã thuộc về một đơn vị khác"));
    form.set("code", "nb").set("name", "Xã Nhơn Bình");
    let added = staff.submit("/admin/units/new", &form).is(303);
    assert!(staff.get(added.header("location")).is(200).text().contains("Xã Nhơn Bình"));
    for query in ["nhon+binh", "NH%C6%A0N+B%C3%8CNH", "nb", "binh%20xa"] {
        let found = staff.get(&format!("/admin/units?q={query}")).is(200);
        assert!(found.text().contains("/admin/unit/nb"), "{query}");
    }
    assert!(!staff.get("/admin/units?q=nhon+binh").is(200).text().contains("/admin/unit/an\""));
    let page = staff.get("/admin/unit/nb/edit").is(200);
    let mut form = page.form_to("/admin/unit/nb/edit");
    form.set("parent", "an");
    let page = staff.submit("/admin/unit/nb/edit", &form).is(422);
    assert!(page.text().contains("thay đổi thật từ một ngày"), "a move says from when");
    form.set("since", "day").set("since_day", "01/07/2025");
    let moved = staff.submit("/admin/unit/nb/edit", &form).is(303);
    let page = staff.get(moved.header("location")).is(200);
    assert!(page.text().contains("30/06/2025") && page.text().contains("01/07/2025"), "both periods");
    assert_eq!(database.texts("SELECT parent FROM unit_past"), ["qn"]);
    let undo = page.form_to("/admin/units/changes/");
    staff.submit("/", &undo).is(303);
    assert!(stored(&database).contains(&"nb Xã Nhơn Bình qn -".to_owned()));
    assert_eq!(database.number("SELECT COUNT(*) FROM unit_past"), 0);
    // And the addition, too; afterwards there is nothing left to take back twice.
    let changes = staff.get("/admin/units/changes").is(200);
    assert!(changes.text().contains("Đã hoàn tác"));
    staff.post("/admin/units/changes/1/undo", &[]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM unit WHERE code = 'nb'"), 0);
    staff.post("/admin/units/changes/1/undo", &[]).is(409);
    staff.post("/admin/units/changes/99/undo", &[]).is(404);
}

#[test]
fn two_who_change_the_same_unit_lose_nothing() {
    let (_database, server, mut one) = province();
    let mut other = server.client();
    other.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    let mut first = one.get("/admin/unit/qn/edit").is(200).form_to("/admin/unit/qn/edit");
    let mut second = other.get("/admin/unit/qn/edit").is(200).form_to("/admin/unit/qn/edit");
    first.set("name", "Tên thứ nhất").set("since", "always");
    second.set("name", "Tên thứ hai").set("since", "always");
    one.submit("/admin/unit/qn/edit", &first).is(303);
    let page = other.submit("/admin/unit/qn/edit", &second).is(409);
    let again = page.form_to("/admin/unit/qn/edit");
    assert_eq!(again.value("name"), Some("Tên thứ hai"));
    assert!(page.text().contains("Tên thứ nhất"));
    other.submit("/admin/unit/qn/edit", &again).is(303);
}

#[test]
fn two_who_end_or_merge_the_same_units_are_told_and_lose_nothing() {
    let (database, server, mut staff) = province();
    let mut other = server.client();
    other.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    let (end, merge) = ("/admin/unit/qn/end", "/admin/unit/an/merge");
    let mut late = other.get(end).is(200).form_to(end);
    let mut merging = other.get(merge).is(200).form_to(merge);
    let mut form = staff.get(end).is(200).form_to(end);
    staff.submit(end, form.set("valid_to", "31/12/2998").set("confirm", "qn")).is(303);
    let told = other.submit(end, late.set("valid_to", "31/12/2999").set("confirm", "qn")).is(409);
    assert!(
        told.text().contains("31/12/2998") && told.text().contains("Nơi khác vừa đổi thành"),
        "{}",
        told.text()
    );
    let told = told.form_to(end);
    assert_eq!((told.value("valid_to"), told.value("confirm")), (Some("31/12/2999"), Some("qn")));
    merging.set_all("unit", &["qn"]).set("valid_to", "30/06/2999");
    let again = other.submit(merge, &merging).is(409);
    assert!(again.text().contains("người khác vừa ghi ngày cuối là 31/12/2998"), "{}", again.text());
    let again = again.form_to(merge);
    assert_eq!((again.value("valid_to"), again.value("unit")), (Some("30/06/2999"), Some("qn")));
    let ends = || database.number("SELECT valid_to FROM unit WHERE code = 'qn'");
    let first = ends();
    // Having seen it, either goes through.
    other.submit(end, &told).is(303);
    assert_eq!(ends(), first + 365);
}

#[test]
fn units_are_merged_and_what_lay_below_them_goes_along() {
    let (database, _server, mut staff) = province();
    let file =
        format!("{HEAD}x1;Xã Một;xã;qn;;;\r\nx2;Xã Hai;xã;an;;;\r\nm;Phường Mới;phường;bd;01/07/2025;;\r\n");
    let form = confirmation(&upload(&mut staff, "t.csv", file.as_bytes(), TODAY).is(200));
    staff.submit("/admin/units/import", &form).is(303);
    let mut form = staff.get("/admin/unit/m/merge").is(200).form_to("/admin/unit/m/merge");
    assert_eq!(form.value("valid_to"), Some("30/06/2025"));
    let page = staff.submit("/admin/unit/m/merge", &form).is(422);
    assert!(page.text().contains("ít nhất một đơn vị"));
    form.set_all("unit", &["qn", "an"]);
    form.set("valid_to", "31/06/2025");
    let page = staff.submit("/admin/unit/m/merge", &form).is(422);
    assert!(page.text().contains("lịch không có ngày 31/06/2025"), "{}", page.text());
    let kept = page.form_to("/admin/unit/m/merge");
    assert_eq!(
        (kept.value("valid_to"), kept.pairs().iter().filter(|(name, _)| *name == "unit").count()),
        (Some("31/06/2025"), 2)
    );
    form.set("valid_to", "30/06/2025");
    let merged = staff.submit("/admin/unit/m/merge", &form).is(303);
    assert_eq!(
        stored(&database),
        [
            "an UBND thị xã An Nhơn bd m",
            "bd Tỉnh Bình Định - -",
            "m Phường Mới bd -",
            "qn UBND thành phố Quy Nhơn bd m",
            "x1 Xã Một m -",
            "x2 Xã Hai m -",
        ]
    );
    let page = staff.get(merged.header("location")).is(200);
    assert!(page.text().contains("2 đơn vị đã nhập vào đơn vị này"));
    // Ended units are folded away, and can be had.
    assert!(!staff.get("/admin/units").is(200).text().contains("/admin/unit/an\""));
    assert!(staff.get("/admin/units?all=1").is(200).text().contains("/admin/unit/an\""));
    let undo = page.form_to("/admin/units/changes/");
    staff.submit("/", &undo).is(303);
    assert!(stored(&database).contains(&"x1 Xã Một qn -".to_owned()));
    // E-03: a list with one that is not there is refused whole.
    let fields = [("valid_to", "30/06/2025"), ("unit", "qn"), ("unit", "nobody")];
    staff.post("/admin/unit/m/merge", &fields).is(404);
    assert!(stored(&database).contains(&"qn UBND thành phố Quy Nhơn bd -".to_owned()));
}

#[test]
fn a_unit_ends_by_its_code_and_not_while_a_campaign_counts_on_it() {
    let (database, _server, mut phone) = open_counter();
    answer(&mut phone, "/k/qn-1", "5");
    let (_desk, mut staff) = desk(&database);
    let mut form = staff.get("/admin/unit/qn/end").is(200).form_to("/admin/unit/qn/end");
    form.set("valid_to", "30/06/2025");
    let page = staff.submit("/admin/unit/qn/end", &form).is(422);
    assert!(page.text().contains("gõ đúng mã qn"));
    form.set("confirm", "qn");
    for (typed, says) in [
        ("31/06/2025", "Ngày cuối: lịch không có ngày 31/06/2025"),
        ("hết quý", "Ngày cuối: “hết quý” không phải một ngày"),
        ("", "Ngày cuối: xin ghi ngày/tháng/năm"),
    ] {
        let page = staff.submit("/admin/unit/qn/end", form.set("valid_to", typed)).is(422);
        let kept = page.form_to("/admin/unit/qn/end");
        assert!(page.text().contains(says), "{}", page.text());
        assert_eq!((kept.value("valid_to"), kept.value("confirm")), (Some(typed), Some("qn")));
    }
    form.set("valid_to", "30/06/2025");
    let page = staff.submit("/admin/unit/qn/end", &form).is(422);
    assert!(
        page.text().contains("đợt khảo sát “Hài lòng tại quầy” còn nhận phiếu"),
        "which campaign, by its title"
    );
    assert_eq!(page.form_to("/admin/unit/qn/end").value("valid_to"), Some("30/06/2025"));
    form.set("valid_to", "31/12/2999");
    staff.submit("/admin/unit/qn/end", &form).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM unit WHERE valid_to IS NOT NULL"), 1);
    staff.post("/admin/unit/qn/resume", &[]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM unit WHERE valid_to IS NOT NULL"), 0);
    // The end was taken back already.
    staff.post("/admin/units/changes/1/undo", &[]).is(409);
}

#[test]
fn an_empty_tree_leads_to_the_import() {
    let database = Database::new();
    let (_server, mut staff) = desk(&database);
    let page = staff.get("/admin/units").is(200);
    assert!(page.text().contains("Chưa có đơn vị nào") && page.text().contains("/admin/units/import"));
    let page = staff.get("/admin/units/import").is(200);
    assert!(page.text().contains("name=\"since\" value=\"first\""), "no question that means nothing yet");
    let file = format!("{HEAD}bd;Tỉnh;tỉnh;;;;\r\n");
    let page = upload(&mut staff, "t.csv", file.as_bytes(), ("first", "")).is(200);
    staff.submit("/admin/units/import", &confirmation(&page)).is(303);
    assert_eq!(stored(&database), ["bd Tỉnh - -"]);
    staff.get("/admin/unit/none").is(404);
    staff.get("/admin/unit/none/edit").is(404);
    staff.get("/admin/unit/b%00d/end").is(404);
}

// --- Reports ---------------------------------------------------------------------------------------------------

#[test]
fn e_10_a_report_of_before_keeps_the_tree_of_its_time() {
    let (database, _server, mut phone) = open_counter();
    for n in 0..24 {
        answer(&mut phone, if n % 2 == 0 { "/k/qn-1" } else { "/k/an-1" }, "5");
    }
    let parent = |database: &Database, code: &str| {
        let report = report(database, "dan");
        let unit = report["units"].as_array().unwrap().iter().find(|unit| unit["code"] == code).cloned();
        unit.map(|unit| {
            (
                unit["parent"].as_str().unwrap_or_default().to_owned(),
                unit["name"].as_str().unwrap().to_owned(),
            )
        })
    };
    assert_eq!(parent(&database, "an").unwrap().0, "bd");
    // A new region above from the far future on: nothing in this report changes.
    let later = "[[unit]]\ncode = \"gl\"\nname = \"Tỉnh Gia Lai\"\nkind = \"province\"\n\
         [[unit]]\ncode = \"an\"\nname = \"Phường An Nhơn\"\nkind = \"ward\"\nparent = \"gl\"\nsince = 2999-01-01\n";
    apply(&database, later);
    assert_eq!(parent(&database, "an").unwrap(), ("bd".to_owned(), "UBND thị xã An Nhơn".to_owned()));
    // Said to have been so since before the campaign, it does.
    apply(&database, &later.replace("2999-01-01", "2020-01-01"));
    assert_eq!(parent(&database, "an").unwrap(), ("gl".to_owned(), "Phường An Nhơn".to_owned()));
    // The same file again changes nothing.
    let file = database.file("again.toml", &later.replace("2999-01-01", "2020-01-01"));
    assert_eq!(database.run(&["apply", &file]).ok(), "");
}

#[test]
fn apply_knows_days_and_successors_and_refuses_what_cannot_be() {
    let database = applied(&citizens(When::Later));
    let unit = |code: &str, more: &str| {
        format!("[[unit]]\ncode = \"{code}\"\nname = \"X\"\nkind = \"xã\"\nparent = \"bd\"\n{more}\n")
    };
    for (more, words) in [
        ("valid_from = 2025-07-01\nvalid_to = 2025-06-30", "Mend one of them"),
        ("valid_to = 2025-06-30\nsuccessor = \"nobody\"", "nobody"),
        ("successor = \"an\"", "no last day"),
        ("valid_to = 2025-06-30T00:00:00", "day without a time"),
        ("valid_to = 2025-06-30", "“dan”"),
    ] {
        let file = database.file("tinh.toml", &unit("qn", more));
        let told = database.run(&["apply", &file]).fails(1);
        assert!(told.contains(words), "{more}: {told}");
    }
    let file = database.file("tinh.toml", &unit("x", "valid_to = 2025-06-30\nsuccessor = \"an\""));
    assert_eq!(database.run(&["apply", &file]).ok(), "+ unit x: X\n");
    assert_eq!(database.run(&["apply", &file]).ok(), "");
    let file = database.file("tinh.toml", &unit("x", "valid_to = 2025-07-31"));
    let told = database.run(&["apply", &file]).ok();
    assert_eq!(told, "~ unit x: valid_to: 2025-06-30 → 2025-07-31; successor: an → –\n");
}

// --- Who ------------------------------------------------------------------------------------------------------

#[test]
fn e_02_an_officer_sees_the_own_subtree_and_changes_nothing() {
    let (database, server, _staff) = province();
    database.run_with_input(&["user", "add", "hoa", "--role", "officer", "--unit", "qn"], PASSWORD).ok();
    let mut officer = server.client();
    officer.post("/admin/login", &[("name", "hoa"), ("password", PASSWORD)]).is(303);
    let tree = officer.get("/admin/units").is(200);
    assert!(tree.text().contains("/admin/unit/qn") && !tree.text().contains("/admin/unit/an\""));
    assert!(!tree.text().contains("An Nhơn") && !tree.text().contains("/admin/units/import"));
    assert!(!officer.get("/admin/units?q=an+nhon").is(200).text().contains("/admin/unit/an\""));
    officer.get("/admin/unit/qn").is(200);
    officer.get("/admin/unit/an").is(404);
    for path in ["/admin/units/new", "/admin/units/import", "/admin/units/units.csv", "/admin/unit/qn/edit"] {
        officer.get(path).is(403);
    }
    officer.post("/admin/unit/qn/edit", &[("name", "X")]).is(403);
    officer.post("/admin/units/changes/1/undo", &[]).is(403);
}

/// A campaign at three units with so many answers each, two of which are merged afterwards; the report of the Department
/// under the units of today.
fn merged_report(answers: [usize; 3]) -> (serde_json::Value, serde_json::Value) {
    let third = "[[campaign.stratum]]\nunit = \"x\"\npopulation = 500\n\
         [[campaign.counter]]\ncode = \"x-1\"\nunit = \"x\"\nname = \"Quầy\"\npublic = true\n\
         [[unit]]\ncode = \"x\"\nname = \"Xã X\"\nkind = \"district\"\nparent = \"bd\"\n";
    let database = applied(&format!("{}{third}", demonstration(&citizens(When::Now))));
    let (server, mut staff) = desk(&database);
    let mut phone = server.client();
    for (counter, n) in ["/k/qn-1", "/k/an-1", "/k/x-1"].into_iter().zip(answers) {
        for k in 0..n {
            answer(&mut phone, counter, if k % 3 == 0 { "2" } else { "5" });
        }
    }
    let ended = |code: &str, name: &str| {
        format!(
            "[[unit]]\ncode = \"{code}\"\nname = \"{name}\"\nkind = \"district\"\nparent = \"bd\"\nvalid_to = 2999-12-31\nsuccessor = \"m\"\n"
        )
    };
    let merger = format!(
        "[[unit]]\ncode = \"m\"\nname = \"Phường Mới\"\nkind = \"ward\"\nparent = \"bd\"\n{}{}",
        ended("qn", "UBND thành phố Quy Nhơn"),
        ended("an", "UBND thị xã An Nhơn")
    );
    apply(&database, &merger);
    let mut json = |query: &str| {
        let file = staff.get(&format!("/admin/campaigns/dan/report.json{query}")).is(200);
        serde_json::from_slice::<serde_json::Value>(&file.bytes).unwrap()
    };
    let reports = (json(""), json("?units=now"));
    let page = staff.get("/admin/campaigns/dan/report").is(200);
    assert!(page.text().contains("report?units=now"), "the page leads there");
    assert!(staff.get("/admin/campaigns/dan/report?units=now").is(200).text().contains("Phường Mới"));
    reports
}

fn unit_of<'r>(report: &'r serde_json::Value, code: &str) -> Option<&'r serde_json::Value> {
    report["units"].as_array().unwrap().iter().find(|unit| unit["code"] == code)
}

#[test]
fn answers_of_merged_units_can_be_read_under_their_successor() {
    let (then, now) = merged_report([24, 24, 24]);
    assert!(unit_of(&then, "m").is_none());
    let merged = unit_of(&now, "m").unwrap();
    assert_eq!(merged["responses"], 48);
    assert_eq!(unit_of(&now, "qn").unwrap()["parent"], "m");
    // 16 of 24 in each: whatever the weights, two thirds.
    let share = merged["dimensions"][0]["criteria"][0]["estimate"]["estimate"].as_f64().unwrap();
    assert!((share - 2.0 / 3.0).abs() < 1e-12, "{share}");
    for code in ["qn", "an", "x"] {
        assert_eq!(unit_of(&then, code).unwrap()["index"], unit_of(&now, code).unwrap()["index"], "{code}");
    }
    assert_eq!(then["total"], now["total"]);
    assert!(now["notes"].as_array().unwrap().iter().any(|note| note["code"] == "successors"));
}

#[test]
fn d_a_successor_tells_nothing_that_the_report_of_its_units_hides() {
    // An Nhơn has too few; with it, something else is hidden.
    let (then, now) = merged_report([24, 4, 24]);
    let hidden = |unit: &serde_json::Value| unit["index"]["estimate"].is_null();
    assert!(hidden(unit_of(&then, "an").unwrap()));
    // Both together have 28 answers; less those of Quy Nhơn they would be An Nhơn's.
    let merged = unit_of(&now, "m").unwrap();
    assert!(hidden(merged), "{}", merged["index"]);
    assert_eq!(merged["weighting"]["method"], serde_json::Value::Null);
    let counted = |code: &str| unit_of(&then, code).unwrap()["responses"].as_u64();
    assert_eq!(
        merged["responses"].as_u64(),
        counted("qn").zip(counted("an")).map(|(one, other)| one + other)
    );
    for code in ["qn", "an", "x"] {
        assert_eq!(hidden(unit_of(&then, code).unwrap()), hidden(unit_of(&now, code).unwrap()), "{code}");
    }
}
