//! The letters to the bodies that have a part in something below the target: from the report's page and from the command.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Read as _};

use crate::{
    print::{have, tool},
    support::{
        Client, Database, Server,
        stage::{self, When, applied, citizens, demonstration},
    },
};

const PASSWORD: &str = "bốn con voi qua sông";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A closed campaign far below its target, issued by a department.
fn closed() -> Database {
    let notice = "target = 0.99\n[campaign.notice]\nresponsible = { vi = \"Sở Nội vụ tỉnh Bình Định\" }\n";
    let file = demonstration(&citizens(When::Before)).replacen(
        "[[campaign.stratum]]",
        &format!("{notice}[[campaign.stratum]]"),
        1,
    );
    let database = applied(&file);
    database.run(&["simulate", "dan", "--responses", "400", "--seed", "1"]).ok();
    for (name, more) in
        [("thulan", &["--role", "manager"][..]), ("hoa", &["--role", "officer", "--unit", "qn"])]
    {
        database.run_with_input(&[&["user", "add", name], more].concat(), PASSWORD).ok();
    }
    database
}

fn enter(server: &Server, name: &str) -> Client {
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

/// The files of a ZIP and the text of each letter in it.
fn unzipped(bytes: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|number| {
            let mut file = zip.by_index(number).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), text(&bytes))
        })
        .collect()
}

fn text(docx: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut text = String::new();
    zip.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn staff_take_a_letter_to_each_body_from_the_report_and_the_log_knows() {
    let database = closed();
    let server = Server::start(&database);
    let mut staff = enter(&server, "thulan");
    let page = staff.get("/admin/campaigns/dan/report").is(200);
    let (_, duties) = page.text().split_once("id=\"duties\"").unwrap();
    let links: Vec<&str> = duties
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.contains("/cong-van"))
        .collect();
    // Two of all, and two to each body.
    assert_eq!(&links[..2], ["/admin/campaigns/dan/cong-van.zip", "/admin/campaigns/dan/cong-van.pdf"]);
    let office = "/admin/campaigns/dan/cong-van/van-phong-ubnd-tinh";
    assert!(links.contains(&format!("{office}.docx").as_str()), "{links:?}");
    assert!(links.contains(&format!("{office}.pdf").as_str()), "{links:?}");
    for href in &links {
        let file = staff.get(href).is(200);
        let (kind, start) = match href.rsplit('.').next().unwrap() {
            "zip" => ("application/zip", b"PK".as_slice()),
            "docx" => (DOCX, b"PK".as_slice()),
            _ => ("application/pdf", b"%PDF-".as_slice()),
        };
        assert_eq!(file.header("content-type"), kind, "{href}");
        assert!(
            file.header("content-disposition").starts_with("attachment; filename=\"dan-cong-van"),
            "{href}"
        );
        assert!(file.bytes.starts_with(start), "{href}");
    }
    // What is sent by mail leads nowhere.
    assert!(!staff.get("/admin/campaigns/dan/report.html").is(200).text().contains("/cong-van"));
    let one = staff.get(&format!("{office}.docx")).is(200);
    assert_eq!(
        one.header("content-disposition"),
        "attachment; filename=\"dan-cong-van-van-phong-ubnd-tinh.docx\""
    );
    // The figures are those of the report, to the last digit shown.
    let json: serde_json::Value =
        serde_json::from_slice(&staff.get("/admin/campaigns/dan/report.json").is(200).bytes).unwrap();
    let share = json["total"]["index"]["estimate"].as_f64().unwrap();
    let index = format!("{:.2}", share * 100.0).replace('.', ",");
    let letter = text(&one.bytes);
    for words in
        [index.as_str(), "Văn phòng UBND tỉnh", "Số: ……/SNV-……", "Hài lòng tại quầy", "mục\u{a0}8.1.2"]
    {
        assert!(letter.contains(words), "{words}");
    }
    let zip = unzipped(&staff.get(links[0]).is(200).bytes);
    assert_eq!(zip.len() * 2 + 2, links.len());
    assert!(zip.contains(&("van-phong-ubnd-tinh.docx".to_owned(), letter)));
    for gone in [
        "so-tu-phap.docx",
        "van-phong-ubnd-tinh.odt",
        "van-phong-ubnd-tinh",
        "V%C4%83n%20%22.docx",
        "..%2Fx.pdf",
    ] {
        staff.get(&format!("/admin/campaigns/dan/cong-van/{gone}")).is(404);
    }
    let told = database.texts(
        "SELECT object || ' ' || new_value FROM audit WHERE action = 'report.export' AND new_value LIKE '%letters-docx%' ORDER BY number",
    );
    assert!(
        told.iter().any(|row| row.starts_with("dan ") && row.contains("\"body\":\"van-phong-ubnd-tinh\"")),
        "{told:?}"
    );
    // Whoever belongs to a unit has the letters with that unit's figures, as the report has.
    let mut officer = enter(&server, "hoa");
    let own = text(&officer.get(&format!("{office}.docx")).is(200).bytes);
    assert!(own.contains("chỉ số hài lòng của UBND thành phố Quy Nhơn"));
    assert!(!own.contains(&index));
}

#[test]
fn an_open_campaign_has_no_letters_and_says_why() {
    let (database, server, _) = stage::open_counter();
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let mut staff = enter(&server, "thulan");
    let page = staff.get("/admin/campaigns/dan/cong-van.zip").is(409);
    assert!(page.text().contains("sau khi đợt khảo sát kết thúc"), "{}", page.text());
    assert!(!staff.get("/admin/campaigns/dan/report").is(200).text().contains("/cong-van"));
    let words = database.run(&["report", "dan", "--format", "letters-pdf"]).fails(1);
    assert!(words.contains("only when the campaign has closed"), "{words}");
}

#[test]
fn letters_are_written_by_the_command_and_each_is_one_page() {
    let database = closed();
    let file = |name: &str| database.folder().join(name);
    let (zip, pdf, one) = (file("letters.zip"), file("letters.pdf"), file("one.docx"));
    database.run(&["report", "dan", "--format", "letters-docx", "--out", zip.to_str().unwrap()]).ok();
    let letters = unzipped(&std::fs::read(&zip).unwrap());
    let office = ["report", "dan", "--format", "letters-docx", "--body", "Văn phòng UBND tỉnh", "--out"];
    database.run(&[&office[..], &[one.to_str().unwrap()]].concat()).ok();
    let alone = text(&std::fs::read(&one).unwrap());
    // But for the moment at which each was made.
    assert!(letters.iter().any(|(name, text)| name == "van-phong-ubnd-tinh.docx" && *text == alone));
    let words =
        database.run(&["report", "dan", "--format", "letters-docx", "--body", "van-phong-ubnd-tin"]).fails(1);
    assert!(words.contains("van-phong-ubnd-tinh"), "{words}");
    database.run(&["report", "dan", "--format", "json", "--body", "x"]).fails(2);
    database.run(&["report", "dan", "--format", "letters-pdf", "--out", pdf.to_str().unwrap()]).ok();
    if !have(&["pdfinfo", "pdftotext", "pdftohtml", "pdffonts"]) {
        return;
    }
    let path = pdf.to_str().unwrap();
    let info = tool("pdfinfo", &[path]);
    let pages = info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim();
    assert_eq!(pages, letters.len().to_string(), "{info}");
    assert!(info.contains("Tagged:          yes") && info.contains("(A4)"), "{info}");
    let marks = tool("pdftohtml", &["-xml", "-i", "-stdout", path]);
    let (_, marks) = marks.split_once("<outline>").unwrap();
    assert!(marks.contains(">Văn phòng UBND tỉnh</item>"), "a bookmark for each: {marks}");
    for (page, (name, _)) in letters.iter().enumerate() {
        let number = (page + 1).to_string();
        let text = tool("pdftotext", &["-f", &number, "-l", &number, "-layout", path, "-"]);
        for words in ["SOCIALIST REPUBLIC OF VIET NAM", "Not met", "DIRECTOR", "./."] {
            assert!(text.contains(words), "{words} is missing on the page of {name}:\n{text}");
        }
    }
    for font in tool("pdffonts", &[path]).lines().skip(2) {
        assert!(font.contains("Tinos") && font.contains(" yes yes yes "), "{font}");
    }
}
