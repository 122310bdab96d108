//! Printing: posters, table stands and labels as PDF, read back by programs that know nothing of ours (poppler, zbar).

#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    Client, Database, Server, error_links,
    stage::{self, When, applied, citizens},
};

const PASSWORD: &str = "bốn con voi qua sông";
/// As long as a province's address is.
const BASE: &str = "https://khaosat.binhdinh.gov.vn";
/// Dots an inch at which prints are looked at.
const DPI: usize = 150;

/// Whether these programs are there. Where they are not, the test is left out with a word, but never in CI.
pub fn have(programs: &[&str]) -> bool {
    for program in programs {
        if Command::new(program).arg("--version").output().is_err() {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "{program} is missing (./test.sh installs it)"
            );
            eprintln!("left out: {program} is missing (Debian: poppler-utils, zbar-tools)");
            return false;
        }
    }
    true
}

pub fn tool(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A campaign with three counters, two of them with an unguessable address.
fn province() -> Database {
    let file = citizens(When::Now)
        + r#"
[[campaign.counter]]
code = "qn-2"
unit = "qn"
name = "Quầy số 2 – Tài nguyên và Môi trường, Nông nghiệp, Xây dựng và Giao thông vận tải"
[[campaign.counter]]
code = "mot-cua-hoai-nhon-dong-12"
unit = "an"
name = "Quầy 3"
"#;
    applied(&file)
}

/// Prints with the command and gives the file.
fn print(database: &Database, args: &[&str]) -> PathBuf {
    let out = database.folder().join(format!("{}.pdf", args.join("_").replace(['/', '-'], "")));
    let mut all = vec!["posters", "dan", "--out", out.to_str().unwrap()];
    all.extend(args);
    let variables = database.variables();
    let mut given: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    given.push(("SIPAS_BASE_URL", BASE));
    crate::support::run(&all, &given).ok();
    out
}

/// The addresses of all counters, sorted.
fn addresses(database: &Database) -> Vec<String> {
    let lines = database.run(&["links", "dan"]).ok();
    let mut addresses: Vec<String> = lines
        .lines()
        .map(|line| format!("{BASE}{}", stage::path(line.split('\t').next_back().unwrap())))
        .collect();
    addresses.sort();
    addresses
}

/// A picture in shades of grey.
struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// Reads a PGM as `pdftoppm -gray` writes it.
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let mut at = 0;
        let mut word = || {
            while bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let start = at;
            while !bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            std::str::from_utf8(&bytes[start..at]).unwrap().to_owned()
        };
        assert_eq!(word(), "P5");
        let (width, height): (usize, usize) = (word().parse().unwrap(), word().parse().unwrap());
        assert_eq!(word(), "255");
        Self { width, height, pixels: bytes[at + 1..][..width * height].to_vec() }
    }

    /// Each pixel the mean of itself and its neighbours: a camera slightly out of focus.
    fn blurred(&self) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            for x in 0..self.width {
                let (mut sum, mut n) = (0_u32, 0_u32);
                for row in y.saturating_sub(1)..(y + 2).min(self.height) {
                    for column in x.saturating_sub(1)..(x + 2).min(self.width) {
                        sum += u32::from(self.pixels[row * self.width + column]);
                        n += 1;
                    }
                }
                pixels.push((sum / n) as u8);
            }
        }
        Self { pixels, ..*self }
    }

    fn write(&self, path: &Path) {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend_from_slice(&self.pixels);
        std::fs::write(path, bytes).unwrap();
    }
}

/// The pages of a PDF as pictures in a folder.
fn pictures(pdf: &Path) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let stem = folder.path().join("page");
    tool("pdftoppm", &["-r", &DPI.to_string(), "-gray", pdf.to_str().unwrap(), stem.to_str().unwrap()]);
    let pages = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    (folder, pages)
}

/// What an independent decoder reads on all pages of a PDF, blurred a little; sorted.
fn decoded(pdf: &Path) -> Vec<String> {
    let (_folder, pages) = pictures(pdf);
    let mut found = Vec::new();
    for page in pages {
        Grey::read(&page).blurred().write(&page);
        let told =
            tool("zbarimg", &["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", page.to_str().unwrap()]);
        found.extend(told.lines().map(str::to_owned));
    }
    found.sort();
    found
}

/// The widths of the codes on all pages of a PDF, without their quiet zones, in millimetres.
fn widths(pdf: &Path) -> Vec<f64> {
    let (_folder, pages) = pictures(pdf);
    let mut widths = Vec::new();
    for page in pages {
        let grey = Grey::read(&page);
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(grey.width, grey.height, |x, y| {
            grey.pixels[y * grey.width + x]
        });
        // Within a code there may be what looks like another one; what cannot be read is none.
        for code in picture.detect_grids().into_iter().filter(|code| code.decode().is_ok()) {
            let x = |n: usize| f64::from(code.bounds[n].x);
            widths.push((x(1) - x(0)).abs().max((x(2) - x(3)).abs()) / DPI as f64 * 25.4);
        }
    }
    widths
}

#[test]
fn m_19_an_independent_decoder_reads_every_code_of_every_size() {
    if !have(&["pdftoppm", "zbarimg"]) {
        return;
    }
    let database = province();
    let wanted = addresses(&database);
    assert_eq!(wanted.len(), 4);
    for size in ["a3", "a4", "a5", "stand", "labels-21", "labels-8"] {
        let pdf = print(&database, &["--size", size]);
        let mut read = decoded(&pdf);
        // A table stand has the code on both sides.
        assert_eq!(read.len(), if size == "stand" { 8 } else { 4 }, "{size}");
        read.dedup();
        assert_eq!(read, wanted, "{size}");
        let widths = widths(&pdf);
        assert!(!widths.is_empty(), "{size}");
        for width in widths {
            // Half a millimetre for corners that fall between two dots.
            assert!(width >= 29.5, "{size}: a code of {width} mm");
        }
    }
}

#[test]
fn a_print_has_its_fonts_its_title_its_language_and_its_structure() {
    if !have(&["pdffonts", "pdfinfo", "pdftotext"]) {
        return;
    }
    let database = province();
    for (language, tag) in [("vi", "(vi)"), ("en", "(en)")] {
        let pdf = print(&database, &["--size", "a5", "--lang", language]);
        let path = pdf.to_str().unwrap();
        let fonts = tool("pdffonts", &[path]);
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!fonts.is_empty());
        for font in fonts {
            assert!(
                font.contains("NotoSans") && font.contains(" yes yes yes "),
                "embedded and cut down: {font}"
            );
        }
        let info = tool("pdfinfo", &[path]);
        assert!(info.contains("Tagged:          yes"), "{info}");
        let title = if language == "vi" { "Hài lòng tại quầy" } else { "Satisfaction at the counter" };
        assert!(info.lines().any(|line| line.starts_with("Title:") && line.contains(title)), "{info}");
        let bytes = std::fs::read(&pdf).unwrap();
        let lang = format!("/Lang{tag}");
        assert!(bytes.windows(lang.len()).any(|part| part == lang.as_bytes()), "{lang}");
        let text = tool("pdftotext", &[path, "-"]);
        assert_eq!(text.matches("UBND thành phố Quy Nhơn").count(), 2);
        for words in ["Quầy số 1 – Đất đai", "khaosat.binhdinh.gov.vn/k/qn-1", "mật khẩu", "password"]
        {
            assert!(text.contains(words), "{words} is missing in\n{text}");
        }
    }
}

#[test]
fn m_15_letters_of_all_peoples_of_the_province_are_printed() {
    if !have(&["pdftotext"]) {
        return;
    }
    let name = "Bơngai ƀ ĕ ĭ ŏ ŭ č ñ ơ̆ ư̆ ẾỆỔỘỨỰ Ạ";
    let database = applied(&citizens(When::Now).replace("Quầy số 1 – Đất đai", name));
    let pdf = print(&database, &["--counter", "qn-1"]);
    let text = tool("pdftotext", &[pdf.to_str().unwrap(), "-"]);
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(name), "{flat}");
}

#[test]
fn h_16_what_people_typed_is_shown_and_never_run() {
    if !have(&["pdftotext"]) {
        return;
    }
    let database = province();
    let evil = r##"#read("/etc/passwd") $x^2$ \ "quoted" *bold* [#panic("no")] `raw` <label> @ref // /*"##;
    let sql = format!("UPDATE place SET name = '{evil}' || x WHERE counter = 'qn-1'").replace(
        "x WHERE",
        // A mark that turns the direction of writing, in the word of whichever database it is.
        if database.is_postgres() { "chr(8238) || 'abc' WHERE" } else { "char(8238) || 'abc' WHERE" },
    );
    database.execute(&sql);
    for size in ["a4", "labels-8"] {
        let pdf = print(&database, &["--size", size, "--counter", "qn-1"]);
        let text = tool("pdftotext", &[pdf.to_str().unwrap(), "-"]);
        let flat: String = text.split_whitespace().collect();
        let wanted: String = evil.split_whitespace().collect();
        assert!(flat.contains(&format!("{wanted}abc")), "{size}: {flat}");
        assert!(!flat.contains('\u{202E}') && !flat.contains("root:"), "{size}");
    }
}

#[test]
fn a_province_s_template_takes_the_place_of_ours_and_its_faults_are_named() {
    if !have(&["pdftotext"]) {
        return;
    }
    let database = province();
    let folder = database.folder().join("templates");
    std::fs::create_dir(&folder).unwrap();
    let run = |template: &str| {
        std::fs::write(folder.join("poster.typ"), template).unwrap();
        let variables = database.variables();
        let mut given: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        given.push(("SIPAS_TEMPLATES", folder.to_str().unwrap()));
        let out = folder.join("own.pdf");
        (crate::support::run(&["posters", "dan", "--out", out.to_str().unwrap()], &given), out)
    };
    let (done, pdf) = run("#let data = json(\"data.json\")\nOurs: #data.posters.first().counter");
    done.ok();
    assert!(
        tool("pdftotext", &[pdf.to_str().unwrap(), "-"]).contains("Ours: Quầy số 1 – Đất đai"),
        "units in the order of their page"
    );
    let faults = [
        ("Fine.\n#let x = \n", "poster.typ:2:"),
        ("#let data = json(\"data.json\")\n\n#data.nothing\n", "poster.typ:3:7"),
        ("#import \"@preview/cetz:0.3.0\": *\n", "packages are not loaded"),
        ("#read(\"../../../etc/passwd\")\n", "poster.typ:1:"),
        ("#image(\"none.png\")\n", "none.png"),
    ];
    for (template, words) in faults {
        let told = run(template).0.fails(1);
        assert!(told.contains(words), "{template}: {told}");
    }
}

#[test]
fn the_command_prints_what_is_chosen_and_says_what_it_cannot_find() {
    if !have(&["pdfinfo"]) {
        return;
    }
    let database = province();
    let pages = |args: &[&str]| {
        let info = tool("pdfinfo", &[print(&database, args).to_str().unwrap()]);
        let line = info.lines().find(|line| line.starts_with("Pages:")).unwrap().to_owned();
        line.split_whitespace().next_back().unwrap().parse::<usize>().unwrap()
    };
    assert_eq!(pages(&["--unit", "qn"]), 2);
    assert_eq!(pages(&["--unit", "bd"]), 4);
    assert_eq!(pages(&["--counter", "an-1", "--size", "a3"]), 1);
    assert_eq!(pages(&["--size", "labels-8"]), 1);
    assert_eq!(pages(&["--size", "labels-8", "--skip", "5"]), 2);
    let told = |args: &[&str]| database.run(args).fails(1);
    assert!(told(&["posters", "dam"]).contains("dan"), "the nearest campaign is named");
    assert!(told(&["posters", "dan", "--counter", "qn-3"]).contains("qn-"));
    assert!(told(&["posters", "dan", "--unit", "xx"]).contains("xx"));
    assert!(told(&["posters", "dan", "--lang", "xx"]).contains("xx"));
    database.run(&["posters", "dan", "--size", "a6"]).fails(2);
}

/// The server of that province and somebody of the Department.
fn department() -> (Database, Server, Client) {
    let database = province();
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let server = Server::start(&database);
    let mut staff = server.client();
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    (database, server, staff)
}

#[test]
fn the_department_chooses_what_to_print_and_gets_a_pdf() {
    let (_database, _server, mut staff) = department();
    let campaign = staff.get("/admin/campaigns/dan").is(200);
    assert!(campaign.text().contains("/admin/campaigns/dan/print"));
    let page = staff.get("/admin/campaigns/dan/print").is(200);
    for wanted in [
        "action=\"/admin/campaigns/dan/posters.pdf\"",
        "value=\"labels-21\"",
        "UBND thành phố Quy Nhơn (2)",
        "<option value=\"\" selected>Mọi quầy của Tỉnh Bình Định (4)",
    ] {
        assert!(page.text().contains(wanted), "{wanted}");
    }
    let pdf = staff.get("/admin/campaigns/dan/posters.pdf?unit=qn&size=labels-21&words=vi&skip=3").is(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert_eq!(pdf.header("content-disposition"), "attachment; filename=\"dan-labels-21.pdf\"");
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    // A number of labels that is none, or more than a sheet has, is told at its field, with what was chosen kept.
    for (size, skip, most) in [("labels-21", "abc", "20"), ("labels-8", "50", "7"), ("labels-8", "-1", "7")] {
        let path = format!("/admin/campaigns/dan/posters.pdf?unit=qn&size={size}&words=vi&skip={skip}");
        let refused = staff.get(&path).is(422);
        let links = error_links(refused.text());
        assert!(links.len() == 1 && links[0].0 == "f-skip" && links[0].1.contains(most), "{path}: {links:?}");
        // Nothing could have been saved, so nothing is said of saving.
        assert!(refused.text().contains("Có một chỗ cần sửa<"), "{path}");
        let field = refused.text().split("<input").find(|field| field.contains("name=\"skip\"")).unwrap();
        assert!(field.contains(&format!("value=\"{skip}\"")), "{path}: {field}");
        for chosen in [format!("value=\"{size}\" checked"), "value=\"qn\" selected".to_owned()] {
            assert!(refused.text().contains(&chosen), "{path}: {chosen}");
        }
    }
    let one = "/admin/campaigns/dan/posters.pdf?counter=qn-2&size=labels-8&skip=8";
    assert!(staff.get(one).is(422).text().contains("name=\"counter\" value=\"qn-2\""));
    // Other sizes show no such field.
    staff.get("/admin/campaigns/dan/posters.pdf?unit=qn&size=a5&skip=abc").is(200);
    let one = staff.get("/admin/campaigns/dan/counters/qn-2/print").is(200);
    assert!(one.text().contains("Quầy số 2"));
    assert!(one.text().contains("name=\"counter\" value=\"qn-2\""));
    for path in [
        "/admin/campaigns/none/print",
        "/admin/campaigns/dan/counters/none/print",
        "/admin/campaigns/none/posters.pdf",
        "/admin/campaigns/dan/posters.pdf?size=a6",
        "/admin/campaigns/dan/posters.pdf?words=xx",
        "/admin/campaigns/dan/posters.pdf?unit=none",
        "/admin/campaigns/dan/posters.pdf?counter=none",
    ] {
        staff.get(path).is(404);
    }
}

/// A form with one file as a browser sends it.
fn upload(staff: &mut Client, name: &str, content: &[u8]) -> crate::support::Page {
    let mut body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"../x.png\"\r\ncontent-type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--b--\r\n");
    staff.send("POST", "/admin/logo", &[("content-type", "multipart/form-data; boundary=b")], &body)
}

fn png(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> = (0..side * side * 3).map(|n| (n % 251) as u8).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

#[test]
fn h_13_the_logo_is_a_picture_written_anew_and_nothing_else() {
    let (database, _server, mut staff) = department();
    staff.get("/admin/logo.png").is(404);
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>"#;
    assert!(upload(&mut staff, "picture", svg).is(422).text().contains("SVG"));
    assert!(upload(&mut staff, "picture", &vec![0; 300 * 1024]).is(422).text().contains("200 kB"));
    upload(&mut staff, "picture", b"").is(422);
    assert_eq!(database.number("SELECT COUNT(*) FROM picture"), 0);
    let mut sent = png(40);
    sent.extend_from_slice(b"<script>alert(1)</script>");
    assert_eq!(upload(&mut staff, "picture", &sent).is(303).header("location"), "/admin/logo");
    let kept = staff.get("/admin/logo.png").is(200);
    assert_eq!(
        (kept.header("content-type"), kept.header("x-content-type-options")),
        ("image/png", "nosniff")
    );
    assert!(kept.bytes.starts_with(b"\x89PNG") && !kept.bytes.ends_with(b"</script>"));
    if have(&["pdfimages"]) {
        let listed =
            tool("pdfimages", &["-list", print(&database, &["--counter", "qn-1"]).to_str().unwrap()]);
        assert!(listed.lines().count() > 2, "the logo is printed: {listed}");
    }
    assert!(staff.get("/admin/logo").is(200).text().contains("/admin/logo.png"));
    let body = b"--b\r\ncontent-disposition: form-data; name=\"remove\"\r\n\r\n1\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    staff.send("POST", "/admin/logo", &kind, body).is(303);
    staff.get("/admin/logo.png").is(404);
}
