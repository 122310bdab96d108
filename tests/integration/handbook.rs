//! The handbook for officers: nothing that it names is missing, and staff pages show it as help.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sipas::web::routes;

use crate::support::stage::open_counter;

const PASSWORD: &str = "bốn con voi qua sông";
/// Most bytes that all pictures may have together.
const PICTURES: u64 = 1_500_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/so-tay")
}

/// The chapters: names and texts.
fn chapters() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut chapters: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    chapters.sort();
    chapters
}

/// What stands between `](` and `)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
}

#[test]
fn every_chapter_and_picture_that_is_named_is_there_and_none_is_left_over() {
    let chapters = chapters();
    let mut pictures: BTreeSet<String> = BTreeSet::new();
    let mut linked: BTreeSet<String> = BTreeSet::from(["README.md".to_owned()]);
    for (name, text) in &chapters {
        assert!(text.starts_with("# "), "{name} has a title");
        for link in links(text) {
            let file = folder().join(link.split('#').next().unwrap());
            assert!(file.is_file(), "{name}: {link}");
            if let Some(picture) = link.strip_prefix("images/") {
                pictures.insert(picture.to_owned());
            } else if name == "README.md" {
                linked.insert(link.to_owned());
            }
        }
    }
    let named: BTreeSet<String> = chapters.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(linked, named, "the contents lead to every chapter");
    let mut sum = 0;
    let mut there: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(folder().join("images")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"), "{}", path.display());
        sum += bytes.len() as u64;
        there.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    assert_eq!(there, pictures, "tests/browser/handbook.mjs takes them");
    assert!(sum < PICTURES, "{sum} bytes");
}

#[test]
fn every_address_that_is_named_is_one_of_ours() {
    let map = routes::map();
    let known: BTreeSet<&str> = map.routes().iter().map(|route| route.path).collect();
    let mut seen = 0;
    for (name, text) in chapters() {
        for code in text.split('`').skip(1).step_by(2).filter(|code| code.starts_with('/')) {
            assert!(known.contains(code), "{name}: {code}");
            seen += 1;
        }
    }
    assert!(seen > 4, "{seen}");
}

#[test]
fn staff_pages_lead_to_the_chapter_that_explains_them_and_it_has_its_pictures() {
    let (database, server, _) = open_counter();
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let mut staff = server.client();
    staff.get("/admin/help").is(303);
    staff.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    for (page, chapter) in [
        ("/admin/campaigns", "/admin/help/dot-khao-sat"),
        ("/admin/campaigns/dan/y-kien", "/admin/help/y-kien"),
        ("/admin/definitions/import", "/admin/help/phieu-khao-sat"),
    ] {
        let text = staff.get(page).is(200).text().to_owned();
        assert!(text.contains(&format!("<a href=\"{chapter}\">Trợ giúp</a>")), "{page}: {text}");
    }
    let contents = staff.get("/admin/help").is(200).text().to_owned();
    assert!(
        contents.contains("Sổ tay cho cán bộ") && contents.contains("href=\"/admin/help/don-vi\""),
        "{contents}"
    );
    for (name, _) in chapters().into_iter().filter(|(name, _)| name != "README.md") {
        let chapter = name.trim_end_matches(".md");
        let page = staff.get(&format!("/admin/help/{chapter}")).is(200).text().to_owned();
        for picture in page.split("<img src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let picture = staff.get(picture).is(200);
            assert_eq!(picture.header("content-type"), "image/png", "{chapter}");
        }
    }
    for path in ["none", "README", "images/none.png", "..%2FREADME", "images/..%2FREADME.md"] {
        staff.get(&format!("/admin/help/{path}")).is(404);
    }
}
