//! A language added by files alone: an invented one, in which every letter has an accent and every text brackets, from
//! the templates that the program prints, through the real server.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use crate::support::{
    Client, Database, Output, Server, binary, error_links, run,
    stage::{self, When, citizens, filled, report},
};

/// A province's folders with the language `qps`.
struct Folders {
    folder: tempfile::TempDir,
    definitions: String,
    languages: String,
}

/// The words in the invented language; what stands in braces is kept.
fn pseudo(words: &str) -> String {
    let mut inside = 0;
    let accented = words.chars().map(|c| {
        match c {
            '{' => inside += 1,
            '}' => inside -= 1,
            _ => {}
        }
        match c {
            _ if inside > 0 => c,
            'a' => 'å',
            'i' => 'î',
            'n' => 'ñ',
            'o' => 'ø',
            _ => c,
        }
    });
    format!("⟦{}⟧", accented.collect::<String>())
}

impl Folders {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
        let made = Self { definitions: path("definitions"), languages: path("languages"), folder };
        let messages: String = run(&["language", "template"], &[])
            .ok()
            .lines()
            .skip(1)
            .map(|line| match line.strip_prefix("# ").and_then(|line| line.split_once(" = ")) {
                Some(("respond-direction", _)) | None => "\n".to_owned(),
                Some((id, words)) => format!("{id} = {}\n", pseudo(words)),
            })
            .collect();
        made.write("languages/qps/sipas.ftl", &messages);
        let mut last = String::new();
        let texts: String = run(&["definition", "translate", "sipas@2026.1", "qps"], &[])
            .ok()
            .lines()
            .map(|line| {
                if let Some(words) = line.strip_prefix('#') {
                    last.push_str(words.trim_start());
                    last.push(' ');
                    return format!("{line}\n");
                }
                let words = pseudo(std::mem::take(&mut last).trim());
                format!("{}\n", line.replace("= \"\"", &format!("= '''{words}'''")))
            })
            .collect();
        made.write("definitions/sipas/2026.1.qps.toml", &texts);
        made
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes a file.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.path().join(name)).unwrap();
        assert!(text.contains(from), "{from}");
        self.write(name, &text.replace(from, to));
    }

    fn variables(&self) -> [(&str, &str); 2] {
        [("SIPAS_DEFINITIONS", &self.definitions), ("SIPAS_LANGUAGES", &self.languages)]
    }

    fn apply(&self, database: &Database, file: &str) -> Output {
        let path = database.file("apply.toml", file);
        {
            let own = database.variables();
            let own = own.iter().map(|(name, value)| (*name, value.as_str()));
            run(&["apply", &path], &own.chain(self.variables()).collect::<Vec<_>>())
        }
    }

    fn serve(&self, database: &Database) -> Server {
        Server::start_with(database, &self.variables())
    }
}

/// A citizens' campaign in the invented language, its server and a phone.
fn open(folders: &Folders) -> (Database, Server, Client) {
    open_with(folders, &citizens(When::Now))
}

fn open_with(folders: &Folders, file: &str) -> (Database, Server, Client) {
    let database = Database::new();
    let said = folders.apply(&database, file).ok();
    assert!(said.contains("+ translation “qps” of the definition sipas 2026.1: sha256 "), "{said}");
    let server = folders.serve(&database);
    let client = server.client();
    (database, server, client)
}

#[test]
fn a_respondent_reads_and_answers_in_an_added_language_from_the_first_page_to_the_last() {
    let folders = Folders::new();
    let (database, server, mut phone) = open(&folders);

    let vietnamese = phone.get("/k/qn-1").is(200);
    assert!(vietnamese.text().contains(r#"<a href="/k/qn-1?lang=qps" lang="qps" hreflang="qps">⟦"#));
    let page = phone.get("/k/qn-1?lang=qps").is(200);
    assert!(page.text().contains(r#"<html lang="qps">"#), "{}", page.text());
    assert!(page.text().contains(r#"<a href="/k/qn-1" lang="vi""#));
    let words = body(page.text());
    assert!(words.contains("⟦Rất håî løñg⟧") || words.contains(&pseudo("Rất hài lòng")), "{words}");
    assert!(words.contains(&pseudo("Gửi phiếu")));
    // Nothing but names of the campaign, the unit, the counter and other languages is Vietnamese.
    for text in texts(page.text()) {
        let allowed = ["Hài lòng tại quầy", "Tiếng Việt", "English", "UBND", "Quầy số 1", "·"];
        let number = text.trim_end_matches('.').chars().all(|c| c.is_ascii_digit());
        assert!(
            text.contains('⟦')
                || text.contains('⟧')
                || number
                || allowed.iter().any(|name| text.contains(name)),
            "{text:?}"
        );
    }

    let mut form = filled(&page, "5");
    let scale = form.fields.iter().find(|field| field.name.starts_with("access.")).unwrap().name.clone();
    form.fields.iter_mut().find(|field| field.name == scale).unwrap().values.clear();
    let again = phone.submit("/k/qn-1?lang=qps", &form).is(422);
    assert!(again.text().contains(r#"<html lang="qps">"#) && again.text().contains("<title>⟦"));
    assert_eq!(error_links(again.text()).len(), 1);
    assert!(again.text().contains(&pseudo("Xin chọn một câu trả lời")));
    let mut form = again.form();
    form.set(&scale, "4");
    let sent = phone.submit("/k/qn-1?lang=qps", &form).is(303);
    assert_eq!(sent.header("location"), "/k/qn-1/cam-on?lang=qps");
    let thanks = phone.get("/k/qn-1/cam-on?lang=qps").is(200);
    assert!(
        thanks.text().contains(r#"<html lang="qps">"#) && thanks.text().contains(&pseudo("Cảm ơn Ông/Bà"))
    );

    assert_eq!(database.texts("SELECT language FROM response"), ["qps"]);
    drop(server);

    folders.apply(&database, &citizens(When::Before)).ok();
    let server = folders.serve(&database);
    let closed = server.client().get("/k/qn-1?lang=qps").is(410);
    assert!(closed.text().contains(r#"<html lang="qps">"#));
    assert!(closed.text().contains(&pseudo("Khảo sát đã kết thúc")), "{}", closed.text());
}

#[test]
fn the_report_counts_answers_in_an_added_language_as_any_other_and_names_the_translation() {
    let folders = Folders::new();
    let (database, _server, mut phone) = open(&folders);
    for n in 0..12 {
        let path = if n % 2 == 0 { "/k/qn-1?lang=qps" } else { "/k/qn-1" };
        let page = phone.get(path).is(200);
        phone.submit(path, &filled(&page, if n < 6 { "5" } else { "2" })).is(303);
    }
    let with = report(&database, "dan");
    // The same answers in Vietnamese alone, without any translation.
    let plain = stage::applied(&citizens(When::Now));
    let server = Server::start(&plain);
    let mut phone = server.client();
    for n in 0..12 {
        stage::answer(&mut phone, "/k/qn-1", if n < 6 { "5" } else { "2" });
    }
    let without = report(&plain, "dan");
    assert_eq!(with["responses"]["stored"], 12);
    assert!(with["total"]["dimensions"][0]["estimate"]["estimate"].is_number());
    for part in ["total", "units", "responses", "notes"] {
        assert_eq!(with[part], without[part], "{part}");
    }
    let (with, without) = (&with["campaign"]["definition"], &without["campaign"]["definition"]);
    assert_eq!(with["sha256"], without["sha256"], "the definition's hash stays");
    assert_eq!(with["translations"]["qps"].as_str().unwrap().len(), 64);
    assert!(without.get("translations").is_none());
}

#[test]
fn a_translation_may_be_mended_until_somebody_answers_in_it() {
    let folders = Folders::new();
    let file = citizens(When::Now);
    let (database, _server, mut phone) = open_with(&folders, &file);
    assert!(folders.apply(&database, &file).ok().is_empty(), "nothing has changed");
    let hash = || database.texts("SELECT sha256 FROM translation");
    let first = hash();
    folders.edit("definitions/sipas/2026.1.qps.toml", "⟦Rất", "⟦⟦Rất");
    // Whoever answers in Vietnamese reads nothing of it.
    stage::answer(&mut phone, "/k/qn-1", "5");
    assert!(folders.apply(&database, &file).ok().contains("~ translation"));
    let second = hash();
    assert_ne!(first, second);
    stage::answer(&mut phone, "/k/qn-1?lang=qps", "5");
    folders.edit("definitions/sipas/2026.1.qps.toml", "⟦⟦Rất", "⟦Không rất");
    let refused = folders.apply(&database, &file).fails(1);
    assert!(refused.contains("People have answered in the translation “qps”"), "{refused}");
    assert_eq!(hash(), second);
    let page = phone.get("/k/qn-1?lang=qps").is(200);
    assert!(page.text().contains("⟦⟦Rất") && !page.text().contains("⟦Không rất"));
}

#[test]
fn what_is_not_translated_is_vietnamese_and_marked_as_such() {
    let folders = Folders::new();
    let text = "format = 1\nid = \"sipas\"\nversion = \"2026.1\"\nlanguage = \"qps\"\n[form.counter]\ntitle = \"⟦Þ⟧\"\n";
    folders.write("definitions/sipas/2026.1.qps.toml", text);
    folders.write("languages/qps/sipas.ftl", "respond-language-name = ⟦Q⟧\nrespond-direction = rtl\n");
    let (_database, _server, mut phone) = open(&folders);
    let page = phone.get("/k/qn-1?lang=qps").is(200);
    assert!(page.text().contains(r#"<html lang="qps" dir="rtl">"#));
    assert!(page.text().contains("<h1>⟦Þ⟧</h1>"));
    assert!(page.text().contains(r#"<span lang="vi">Rất hài lòng</span>"#), "{}", page.text());
    assert!(page.text().contains("Gửi phiếu"));
}

#[test]
fn a_language_without_a_translation_is_not_offered_and_nobody_answers_in_it() {
    let folders = Folders::new();
    let (database, _server, mut phone) = {
        let database = stage::applied(&citizens(When::Now));
        let server = folders.serve(&database);
        let client = server.client();
        (database, server, client)
    };
    let page = phone.get("/k/qn-1?lang=qps").is(200);
    assert!(page.text().contains(r#"<html lang="vi">"#) && !page.text().contains("qps"));
    let sent = phone.submit("/k/qn-1?lang=qps", &filled(&page, "5")).is(303);
    assert_eq!(sent.header("location"), "/k/qn-1/cam-on");
    assert_eq!(database.texts("SELECT language FROM response"), ["vi"]);
    // Staff pages stay Vietnamese and English.
    let login = phone.get("/admin/login?lang=qps").is(200);
    assert!(login.text().contains(r#"<html lang="vi">"#) && !login.text().contains("qps"));
}

#[test]
fn a_server_refuses_a_broken_catalogue_and_says_where() {
    let folders = Folders::new();
    folders.write("languages/qps/sipas.ftl", "respond-language-name = ⟦Q⟧\nrespond-progress = { $don\n");
    let database = stage::applied(&citizens(When::Now));
    let command = &mut binary();
    let (status, words) = Server::spawn(
        command
            .arg("serve")
            .env("SIPAS_LISTEN", "127.0.0.1:0")
            .envs(database.variables())
            .envs(folders.variables()),
    )
    .unwrap_err();
    assert_eq!(status.code(), Some(1));
    assert!(words.contains("qps/sipas.ftl:2: Not valid Fluent"), "{words}");
}

#[test]
fn the_checks_list_what_is_missing_and_what_is_wrong() {
    let folders = Folders::new();
    let check = |folders: &Folders| run(&["language", "check", &folders.languages], &[]);
    let definitions = |folders: &Folders| run(&["definition", "check", &folders.definitions], &[]);
    let whole = check(&folders);
    assert_eq!((whole.code, whole.stderr.lines().count()), (0, 1), "{}", whole.stderr);
    let whole = definitions(&folders);
    assert_eq!((whole.code, whole.stderr.lines().count()), (0, 1), "{}", whole.stderr);

    folders.edit("languages/qps/sipas.ftl", "respond-send = ", "respond-sent = ");
    let notes = check(&folders);
    assert_eq!(notes.code, 0);
    assert!(notes.stderr.contains("qps/sipas.ftl:1: Note: respond-send has no words"), "{}", notes.stderr);
    assert!(notes.stderr.contains("Note: respond-sent is on no page"), "{}", notes.stderr);
    folders.edit("languages/qps/sipas.ftl", "$number", "$nummer");
    assert!(check(&folders).fails(1).contains("$nummer"));

    folders.edit("definitions/sipas/2026.1.qps.toml", "[criterion.\"", "[criterion.\"x");
    let wrong = definitions(&folders).fails(1);
    let file = Path::new(&folders.definitions).join("sipas/2026.1.qps.toml").display().to_string();
    assert!(wrong.contains(&file) && wrong.contains("There is no key “x"), "{wrong}");
    assert_eq!(run(&["language", "check", "/no/such/folder"], &[]).code, 3);
}

/// What stands between the tags of the body.
fn body(html: &str) -> String {
    texts(html).join("\n")
}

fn texts(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let body = page.select(&scraper::Selector::parse("body").unwrap()).next().unwrap();
    body.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// The text of every file below a folder that has one of these endings.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "js") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_message_is_used_so_that_nobody_translates_what_is_never_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    sources(&root.join("src"), &mut text);
    sources(&root.join("static"), &mut text);
    let catalogue = fs::read_to_string(root.join("i18n/vi/sipas.ftl")).unwrap();
    let begins = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
    let ids = catalogue.lines().filter(begins).filter_map(|line| line.split_once(" = ")).map(|(id, _)| id);
    // No id is put together from parts: `fl!` takes whole ones only.
    let unused: Vec<&str> = ids.filter(|id| !text.contains(&format!("\"{id}\""))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
