//! Lists of invited persons at the Department's desk: imported, corrected, shortened, without a word on who has answered.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    print::{have, tool},
    support::{
        Client, Database, Page, Server,
        stage::{
            When, ago, applied, apply, citizens, filled, links, officials, path, report, wait_for,
            with_notice,
        },
    },
};

const PASSWORD: &str = "bốn con voi qua sông";
const LIST: &str = "/admin/campaigns/can-bo/nguoi-duoc-moi";

/// A server on a database, and a manager who is logged in.
fn desk(database: &Database) -> (Server, Client) {
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let server = Server::start(database);
    let mut staff = server.client();
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    (server, staff)
}

fn upload(staff: &mut Client, text: &str) -> Page {
    let body = format!(
        "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ds.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{text}\r\n--b0--\r\n"
    );
    let kind = [("content-type", "multipart/form-data; boundary=b0")];
    staff.send("POST", &format!("{LIST}/nhap"), &kind, body.as_bytes())
}

fn confirm(staff: &mut Client, preview: &Page) -> Page {
    let form = preview.form_to(&format!("{LIST}/nhap/xac-nhan"));
    staff.submit(&form.action.clone(), &form)
}

fn people(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT code || '|' || unit || '|' || COALESCE(name, '-') || '|' || COALESCE(title, '-') || '|' ||
                COALESCE(email, '-') || '|' || COALESCE(address, '-')
         FROM invitation WHERE NOT nameless ORDER BY code",
    )
}

const HEAD: &str = "STT;Họ và tên;Chức vụ;Đơn vị;Thư điện tử;Địa chỉ nhận thư\r\n";

#[test]
fn what_is_asked_at_counters_invites_nobody_at_the_desk() {
    let database = applied(&citizens(When::Now));
    let (_server, mut desk) = desk(&database);
    let list = "/admin/campaigns/dan/nguoi-duoc-moi";
    assert!(desk.get(list).is(200).text().contains("Đợt này không mời từng người"));
    for page in ["/them", "/nhap"] {
        assert_eq!(desk.get(&format!("{list}{page}")).is(303).header("location"), list);
    }
    let person = [("name", "Lê Văn A"), ("unit", "qn")];
    let refused = desk.post(&format!("{list}/them"), &person).is(422);
    assert!(refused.text().contains("có thể trả lời hai lần"), "{}", refused.text());
    assert_eq!(database.number("SELECT COUNT(*) FROM invitation"), 0);
}

#[test]
fn a_14_h_10_a_list_is_shown_before_it_is_stored_and_changes_nothing_the_second_time() {
    let database = applied(&officials(When::Later, 0));
    let (_server, mut staff) = desk(&database);
    assert!(staff.get(LIST).is(200).text().contains("Chưa có người được mời"));
    // Every faulty row is told with its place, its words escaped (H-09), and nothing is stored.
    let wrong = format!("{HEAD}1;Trần <b>Văn</b> An;;sở lạ;;\r\n2;Lê Thị Bình;;qn;binh;\r\n3;;;qn;;\r\n");
    let page = upload(&mut staff, &wrong).is(422);
    // Of every kind in one go: a unit that there is not, an address that is none, a name that is missing.
    for words in ["dòng 2, cột D", "dòng 3, cột E", "dòng 4, cột B"] {
        assert!(page.text().contains(words), "{words}");
    }
    let page = upload(&mut staff, &format!("{HEAD}1;Trần <b>Văn</b> An;;<i>lạ</i>;;\r\n")).is(422);
    assert!(page.text().contains("dòng 2, cột D") && !page.text().contains("<i>lạ"));
    let text = format!(
        "{HEAD}1;Nguyễn Thị Hòa;Phó Chủ tịch;UBND thành phố Quy Nhơn;hoa@quynhon.example;\r\n\
         2;Trần Văn Lý;Trưởng phòng;an;;12 Lê Lợi, An Nhơn\r\n"
    );
    let preview = upload(&mut staff, &text).is(200);
    assert!(preview.text().contains("Nguyễn Thị Hòa") && preview.text().contains("12 Lê Lợi, An Nhơn"));
    assert_eq!(people(&database).len(), 0, "a preview stores nothing");
    confirm(&mut staff, &preview).is(303);
    let stored = [
        "an-001|an|Trần Văn Lý|Trưởng phòng|-|12 Lê Lợi, An Nhơn",
        "qn-001|qn|Nguyễn Thị Hòa|Phó Chủ tịch|hoa@quynhon.example|-",
    ];
    assert_eq!(people(&database), stored);
    // Written differently it is the same list.
    let made = links(&database);
    let again = text.replace("Nguyễn Thị Hòa", "BÀ NGUYỄN THỊ HOÀ").replace("Trần Văn Lý", "Trần  Văn Lí");
    let page = upload(&mut staff, &again).is(200);
    assert!(page.text().contains("không có gì thay đổi"), "{}", page.text());
    assert_eq!(people(&database), stored);
    let lines = database.run(&["links", "can-bo"]).ok();
    assert!(lines.lines().all(|line| line.ends_with("\t-")), "no second link is made");
    assert_eq!(made.len(), 2);
    // What was confirmed is what was shown, or it is shown again.
    let preview = upload(&mut staff, &text.replace("12 Lê Lợi", "14 Lê Lợi")).is(200);
    database.execute("UPDATE invitation SET address = '13 Lê Lợi' WHERE code = 'an-001'");
    let page = confirm(&mut staff, &preview).is(409);
    assert!(page.text().contains("13 Lê Lợi") && page.text().contains("14 Lê Lợi"));
    confirm(&mut staff, &page).is(303);
    assert!(people(&database)[0].ends_with("14 Lê Lợi, An Nhơn"));
}

#[test]
fn a_person_is_added_corrected_found_and_withdrawn_without_a_word_on_who_answered() {
    let database = applied(&officials(When::Now, 14));
    let paths = links(&database);
    let (server, mut staff) = desk(&database);
    // Two persons: one has answered, one has not.
    let mut phone = server.client();
    let form = filled(&phone.get(&paths[0]).is(200), "4");
    phone.submit("/m", &form).is(303);
    let shown = |staff: &mut Client, code: &str| {
        let page = staff.get(&format!("{LIST}/nguoi/{code}")).is(200);
        page.text().replace(code, "").replace("n 0", "n 2").replace("n+0", "n+2")
    };
    assert_eq!(shown(&mut staff, "cb-000"), shown(&mut staff, "cb-002"), "the same page for both");
    // Found without diacritics.
    let page = staff.get(&format!("{LIST}?find=nguyen%2013")).is(200);
    assert!(page.text().contains("cb-013") && !page.text().contains("cb-012"));
    // Added once.
    let add = |staff: &mut Client, name: &str, email: &str| {
        let fields = [("name", name), ("unit", "qn"), ("email", email), ("title", ""), ("address", "")];
        staff.post(&format!("{LIST}/them"), &fields)
    };
    add(&mut staff, "Lê Thị Bình", "binh@x.example").is(303);
    assert!(add(&mut staff, "lê thị  bình", "").is(422).text().contains("qn-001"));
    assert!(add(&mut staff, "Võ Tám", "BINH@x.example").is(422).text().contains("qn-001"));
    assert!(add(&mut staff, "", "x").is(422).text().contains("Hãy ghi họ và tên"));
    // Two people at one form.
    let path = format!("{LIST}/nguoi/qn-001");
    let form = staff.get(&path).is(200).form_to(&path);
    database.execute("UPDATE invitation SET email = 'moi@x.example' WHERE code = 'qn-001'");
    let mut mine = form.clone();
    mine.set("address", "1 Lê Lợi");
    let page = staff.submit(&path, &mine).is(409);
    assert!(page.text().contains("moi@x.example") && page.text().contains("1 Lê Lợi"));
    staff.submit(&path, &page.form_to(&path)).is(303);
    assert!(people(&database).contains(&"qn-001|qn|Lê Thị Bình|-|moi@x.example|1 Lê Lợi".to_owned()));
    // Withdrawing looks and counts the same for both, and ends both links.
    for code in ["cb-000", "cb-002"] {
        let page = staff.get(&format!("{LIST}/nguoi/{code}/rut")).is(200);
        assert!(page.text().contains("không ai biết người này đã trả lời hay chưa"));
        staff.post(&format!("{LIST}/nguoi/{code}/rut"), &[]).is(303);
        staff.get(&format!("{LIST}/nguoi/{code}")).is(404);
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM invitation"), 15, "both are still counted");
    assert_eq!(database.number("SELECT COUNT(*) FROM invitation WHERE used"), 1);
    let ends: Vec<u16> = [&paths[0], &paths[2]].iter().map(|path| phone.get(path).status).collect();
    assert_eq!(ends[0], ends[1], "both links end alike");
    // Who never had a link is gone for good.
    staff.post(&format!("{LIST}/nguoi/qn-001/rut"), &[]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM invitation"), 14);
    // The audit log has codes and neither names nor addresses.
    let log = database.texts("SELECT COALESCE(new_value, '') FROM audit").join("\n");
    assert!(log.contains("qn-001") && !log.contains("Lê Thị") && !log.contains("x.example"), "{log}");
}

// --- Letters, other channels, short codes ------------------------------------------------------------------

/// The file of links for everybody.
fn make(staff: &mut Client, what: &str, sure: &str) -> Page {
    staff.post(&format!("{LIST}/lien-ket"), &[("who", "all"), ("what", what), ("sure", sure)])
}

/// Code, path of the link, and short code of each person of a file of links.
fn made(file: &Page) -> Vec<(String, String, String)> {
    let book = sipas::tabular::read(None, &file.bytes).unwrap();
    let cell = |row: &sipas::tabular::Row, n: usize| row.cell(n).text.clone();
    book.sheets[0].rows[1..].iter().map(|row| (cell(row, 0), path(&cell(row, 6)), cell(row, 7))).collect()
}

#[test]
fn links_for_other_channels_are_shown_once_and_short_codes_lead_to_the_form() {
    let database = applied(&officials(When::Now, 4));
    let old = links(&database);
    let (server, mut staff) = desk(&database);
    let mut phone = server.client();
    let form = filled(&phone.get(&old[0]).is(200), "4");
    phone.submit("/m", &form).is(303);
    assert!(make(&mut staff, "csv", "").is(422).text().contains("liên kết cũ sẽ hết hiệu lực"));
    phone.get(&old[1]).is(200);
    let file = make(&mut staff, "csv", "yes").is(200);
    assert!(file.header("cache-control").contains("no-store"));
    let mut links = made(&file);
    links.sort_unstable();
    assert_eq!(links.len(), 4, "those who have answered are among them");
    // Older links ended, new ones work; who has answered sees that it was used.
    assert_ne!(phone.get(&old[1]).status, 200);
    phone.get(&links[1].1).is(200);
    phone.get(&links[0].1).is(410);
    // The secrets are nowhere but in that answer.
    let token = links[1].1.rsplit('/').next().unwrap().to_owned();
    let told = database.texts("SELECT COALESCE(new_value, '') FROM audit").join("\n");
    assert!(told.contains("\"links\":4") && !told.contains(&token) && !told.contains(&links[1].2), "{told}");
    if !database.is_postgres() {
        for name in ["sipas.db", "sipas.db-wal"] {
            let bytes = std::fs::read(database.folder().join(name)).unwrap_or_default();
            for secret in [&token, &links[1].2, &links[1].2.replace('-', "")] {
                assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{name}");
            }
        }
    }
    // The short code, as people type it.
    let enter = |phone: &mut Client, code: &str| phone.post("/m", &[("ma", code)]);
    let page = phone.get("/m").is(200);
    assert!(page.form().action.starts_with("/m"));
    let typed = links[2].2.to_lowercase().replace('-', " – ");
    let to = enter(&mut phone, &typed).is(303).header("location").to_owned();
    let form = filled(&phone.get(&to).is(200), "5");
    let thanks = phone.submit("/m", &form).is(303).header("location").to_owned();
    assert!(thanks.starts_with("/m/cam-on"), "{thanks}");
    let again = enter(&mut phone, &links[2].2).is(303).header("location").to_owned();
    phone.get(&again).is(410);
    assert_eq!(database.number("SELECT COUNT(*) FROM urn"), 2);
    assert_eq!(database.number("SELECT COUNT(*) FROM invitation WHERE used"), 2);
    // A ticket that we did not make leads nowhere.
    phone.get(&format!("/m/{}", "a1".repeat(48))).is(404);
    // The whole link's token typed into the field.
    assert_eq!(enter(&mut phone, &token.to_uppercase()).is(303).header("location"), format!("/m/{token}"));
    // What was mistyped is told, and kept in the field; a right code that leads nowhere is another matter.
    let wrong = format!("0{}", &links[3].2[1..]);
    let page = enter(&mut phone, &wrong).is(422);
    assert!(page.text().contains("Sai mã") && page.text().contains(&wrong));
    enter(&mut phone, &sipas::short_code::random()).is(404);
    // A-11: guessing is noticed and slowed, and a right code from the same address still leads to its form.
    assert!(!staff.get(LIST).is(200).text().contains("nhập sai mã"));
    for _ in 0..30 {
        enter(&mut phone, "ABCDE-FGHJK").is(422);
    }
    assert!(staff.get(LIST).is(200).text().contains("1 mạng nhập sai mã trên 30 lần"));
    let to = enter(&mut phone, &links[3].2).is(303).header("location").to_owned();
    phone.get(&to).is(200);
}

#[test]
fn a_letter_has_the_person_s_name_code_and_link() {
    if !have(&["pdftotext", "pdfinfo", "pdftoppm", "zbarimg"]) {
        return;
    }
    let database = applied(&officials(When::Now, 3));
    let (server, mut staff) = desk(&database);
    let pdf = make(&mut staff, "letters", "yes").is(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    let file = database.folder().join("thu.pdf");
    std::fs::write(&file, &pdf.bytes).unwrap();
    let file = file.to_str().unwrap();
    assert!(tool("pdfinfo", &[file]).contains("Pages:           3"));
    let codes: Vec<String> = (1..=3)
        .map(|page| {
            let page = page.to_string();
            let text = tool("pdftotext", &["-layout", "-f", &page, "-l", &page, file, "-"]);
            assert!(text.contains("Kính gửi: Ông Nguyễn") && text.contains("UBND"), "{text}");
            assert!(text.contains("chỉ biết số người đã trả lời, không biết là những ai"), "{text}");
            // Around a J, which stands far to the left, pdftotext reads a blank; whoever copies the code may, too.
            let code = text.lines().find_map(sipas::short_code::read);
            code.unwrap_or_else(|| panic!("no code in {text}"))
        })
        .collect();
    let image = database.folder().join("trang");
    tool("pdftoppm", &["-r", "110", "-f", "2", "-l", "2", "-png", file, image.to_str().unwrap()]);
    let image = database.folder().join("trang-2.png");
    let url = tool("zbarimg", &["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", image.to_str().unwrap()]);
    let mut phone = server.client();
    let by_link = phone.get(&path(url.trim())).is(200);
    let to = phone.post("/m", &[("ma", &codes[1])]).is(303).header("location").to_owned();
    let by_code = phone.get(&to).is(200);
    let heading =
        |page: &Page| page.text().split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
    assert_eq!(heading(&by_link), heading(&by_code));
    // Labels have no links and end none.
    let labels = staff.get(&format!("{LIST}/nhan.pdf?who=all")).is(200);
    assert_eq!(labels.header("content-type"), "application/pdf");
    phone.get(&path(url.trim())).is(200);
}

// --- Follow-up ---------------------------------------------------------------------------------------------

#[test]
fn b_07_who_has_not_answered_is_named_only_where_everybody_was_told_so_beforehand() {
    let progress = format!("{LIST}/tien-do");
    for follows in ["no", "yes"] {
        let database = applied(&officials(When::Later, 12));
        let (server, mut staff) = desk(&database);
        staff.post(&progress, &[("follow", follows)]).is(303);
        apply(&database, &officials(When::Now, 12));
        let paths = links(&database);
        let mut phone = server.client();
        let told = "được biết ai chưa trả lời";
        let form = filled(&phone.get(&paths[0]).is(200), "4");
        assert_eq!(phone.get("/m/thong-tin/can-bo").is(200).text().contains(told), follows == "yes");
        assert_eq!(phone.get(&paths[0]).is(200).text().contains(told), follows == "yes");
        phone.submit("/m", &form).is(303);
        let page = staff.get(&progress).is(200);
        assert!(page.text().contains("dưới 5"), "one answer is not shown: {}", page.text());
        let named = |n: u32| page.text().contains(&format!("Ông Nguyễn {n}<"));
        assert_eq!((named(0), named(1)), (false, follows == "yes"));
        // What everybody was told holds from the opening on.
        staff.post(&progress, &[("follow", "yes")]).is(409);
    }
}

#[test]
fn b_07_what_those_invited_were_told_of_how_they_are_followed_holds_from_the_first_link_on() {
    let database = applied(&officials(When::Later, 6));
    let (_server, mut staff) = desk(&database);
    let progress = format!("{LIST}/tien-do");
    let choose = |staff: &mut Client, follow: &str| staff.post(&progress, &[("follow", follow)]).status;
    assert_eq!(choose(&mut staff, "yes"), 303);
    assert_eq!(choose(&mut staff, "no"), 303);
    // Letters say that staff know counts alone; after that nobody decides otherwise.
    database.run(&["links", "can-bo"]).ok();
    assert!(!staff.get(&progress).is(200).text().contains("name=\"follow\""));
    assert_ne!(choose(&mut staff, "yes"), 303);
    assert_eq!(database.number("SELECT COUNT(*) FROM followed_campaign"), 0);
    // Nor by way of another beginning.
    apply(&database, &officials(When::Now, 6));
    let later = database.file("later.toml", &officials(When::Later, 6));
    assert!(database.run(&["apply", &later]).fails(1).contains("can-bo"));
}

#[test]
fn b_07_the_list_of_those_who_have_not_answered_is_of_the_day_and_does_not_tell_when_somebody_does() {
    let database = applied(&officials(When::Later, 6));
    let (server, mut staff) = desk(&database);
    let progress = format!("{LIST}/tien-do");
    staff.post(&progress, &[("follow", "yes")]).is(303);
    apply(&database, &officials(When::Now, 6));
    let links = links(&database);
    let named = |staff: &mut Client| staff.get(&progress).is(200).text().matches("Ông Nguyễn").count();
    assert_eq!(named(&mut staff), 6);
    let mut official = server.client();
    let form = filled(&official.get(&links[0]).is(200), "4");
    official.submit(&links[0], &form).is(303);
    assert_eq!(named(&mut staff), 6, "the list is that of this morning");
    database.execute("UPDATE followed_campaign SET day = day - 1");
    assert_eq!(named(&mut staff), 5);
}

#[test]
fn b_16_a_campaign_of_too_few_to_be_anonymous_is_not_opened() {
    let database = applied(&with_notice(&officials(When::Later, 4)));
    database.execute("UPDATE campaign SET state = 'draft'");
    let (_server, mut staff) = desk(&database);
    let words = "cần ít nhất 5 người";
    assert!(staff.get("/admin/campaigns/can-bo").is(200).text().contains(words));
    assert!(staff.post("/admin/campaigns/can-bo/state/open", &[]).is(422).text().contains(words));
    let fields = [("name", "Lê Thị Bình"), ("unit", "qn"), ("email", ""), ("title", ""), ("address", "")];
    staff.post(&format!("{LIST}/them"), &fields).is(303);
    staff.post("/admin/campaigns/can-bo/state/open", &[]).is(303);
}

// --- Deletion ----------------------------------------------------------------------------------------------

/// The officials' campaign with names and addresses that stand nowhere else, closed so many days ago.
fn closed(days: i64) -> String {
    let file = named();
    let (opens, closes) = (ago(days + 10), ago(days));
    let from = |key: &str| {
        let at = file.rfind(&format!("\n{key} = ")).unwrap() + 1;
        file[at..].lines().next().unwrap().to_owned()
    };
    file.replace(&from("opens"), &format!("opens = {opens}"))
        .replace(&from("closes"), &format!("closes = {closes}"))
}

const SECRETS: [&str; 3] = ["Tiêu Biểu", "tieubieu", "Ngõ Tìm Được"];

fn named() -> String {
    officials(When::Now, 6)
        .replace(
            "name = \"Ông Nguyễn ",
            "title = \"Trưởng ban\"\naddress = \"Ngõ Tìm Được 5\"\nname = \"Tiêu Biểu ",
        )
        .replace("unit = \"qn\"\ntitle", "unit = \"qn\"\nemail = \"X@tieubieu.example\"\ntitle")
        .split("X@")
        .enumerate()
        .map(|(n, part)| if n == 0 { part.to_owned() } else { format!("x{n}@{part}") })
        .collect()
}

/// Where a text is still found in the database: files, or rows of PostgreSQL.
fn found(database: &Database, secret: &str) -> Vec<String> {
    if database.is_postgres() {
        let columns = database.texts(
            "SELECT table_name || '.' || column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type = 'text' AND table_name <> 'audit'",
        );
        let holds = |name: &String| {
            let (table, column) = name.split_once('.').unwrap();
            let sql = format!("SELECT COUNT(*) FROM \"{table}\" WHERE \"{column}\" LIKE '%{secret}%'");
            database.number(&sql) > 0
        };
        return columns.into_iter().filter(holds).collect();
    }
    let files = std::fs::read_dir(database.folder()).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("sipas.db"))
        .filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
        })
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn b_09_l_08_after_deletion_nothing_of_the_list_is_found_and_the_counts_stay() {
    let database = applied(&named());
    let paths = links(&database);
    let (server, mut staff) = desk(&database);
    let mut phone = server.client();
    for path in &paths[..3] {
        let form = filled(&phone.get(path).is(200), "4");
        phone.submit("/m", &form).is(303);
    }
    let erase = |staff: &mut Client, name: &str| staff.post(&format!("{LIST}/xoa"), &[("confirm", name)]);
    assert!(
        erase(&mut staff, "can-bo").is(422).text().contains("sau khi đợt kết thúc"),
        "not before closing"
    );
    database.run(&["erase-list", "can-bo"]).fails(1);
    drop(server);
    assert!(!found(&database, SECRETS[0]).is_empty(), "the search finds what is there");
    apply(&database, &closed(2));
    let server = Server::start(&database);
    staff = server.client();
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    wait_for(|| database.number("SELECT COUNT(*) FROM campaign WHERE settled") == 1);
    let before = report_of(&database);
    assert_eq!(
        database.number("SELECT COUNT(*) FROM invitation WHERE name IS NOT NULL"),
        6,
        "kept for 30 days"
    );
    assert!(erase(&mut staff, "dan").is(422).text().contains("can-bo"), "it asks for the name");
    erase(&mut staff, "can-bo").is(303);
    for secret in SECRETS {
        assert_eq!(found(&database, secret), [""; 0], "{secret}");
    }
    assert_eq!(report_of(&database), before);
    let counts = (
        database.number("SELECT COUNT(*) FROM invitation"),
        database.number("SELECT COUNT(*) FROM invitation WHERE used"),
    );
    assert_eq!(counts, (6, 3));
    assert!(staff.get(LIST).is(200).text().contains("đã xóa ngày"));
    assert!(staff.get("/admin/campaigns/can-bo").is(200).text().contains('6'));
    let entries = database.texts("SELECT new_value FROM audit WHERE action = 'invited.erase'");
    assert_eq!(entries, ["{\"persons\":6}"]);
    // Twice is no fault; the same file again would bring the list back and is refused.
    database.run(&["erase-list", "can-bo"]).ok();
    let path = database.file("again.toml", &closed(2));
    database.run(&["apply", &path]).fails(1);
    drop(server);
}

#[test]
fn l_08_a_list_goes_by_itself_when_its_time_has_come() {
    let database = applied(&named());
    apply(&database, &closed(31));
    let server = Server::start(&database);
    wait_for(|| database.number("SELECT COUNT(*) FROM erased_list") == 1);
    // Seen as deleted a moment before the files are written anew.
    wait_for(|| database.number("SELECT COUNT(*) FROM rewrite_due") == 0);
    for secret in SECRETS {
        assert_eq!(found(&database, secret), [""; 0], "{secret}");
    }
    assert_eq!(database.texts("SELECT actor FROM audit WHERE action = 'invited.erase'"), ["system"]);
    drop(server);
}

/// The report without the moment it was made at.
fn report_of(database: &Database) -> serde_json::Value {
    let mut report = report(database, "can-bo");
    report.as_object_mut().unwrap().remove("generated_at");
    report
}
