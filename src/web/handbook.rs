//! The handbook for officers, `docs/so-tay`, as the program carries it: chapters in Markdown, which staff pages show as
//! help, and their pictures.

use std::{borrow::Cow, sync::LazyLock};

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "docs/so-tay"]
struct Files;

/// Where the handbook is.
pub const HELP: &str = "/admin/help";

/// The file of the contents.
const CONTENTS: &str = "README.md";

/// A chapter, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Name of its file without `.md`; empty for the contents.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The rest, as HTML that holds nothing but what Markdown makes.
    pub body: String,
}

static CHAPTERS: LazyLock<Vec<Chapter>> = LazyLock::new(|| {
    let chapter = |file: Cow<'static, str>| {
        let text = Files::get(&file)?;
        let text = std::str::from_utf8(&text.data).ok()?.to_owned();
        let name = if file == CONTENTS { "" } else { file.strip_suffix(".md")? };
        Some(read(name, &text))
    };
    Files::iter().filter_map(chapter).collect()
});

/// The chapter of this name; the contents for an empty one.
pub fn chapter(name: &str) -> Option<&'static Chapter> {
    CHAPTERS.iter().find(|chapter| chapter.name == name)
}

/// A picture by the name of its file.
pub fn picture(name: &str) -> Option<Vec<u8>> {
    // Where files are read from the folder, no name leads to another one.
    let plain =
        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let is_picture = plain && name.ends_with(".png") && !name.contains("..");
    Some(Files::get(&format!("images/{name}")).filter(|_| is_picture)?.data.into_owned())
}

/// The address of the chapter that explains a staff page: by a word in its address, the more particular one first.
pub fn help_for(path: &str) -> String {
    const WORDS: [(&str, &str); 23] = [
        ("nguoi-duoc-moi", "nguoi-duoc-moi"),
        ("paper", "phieu-giay"),
        ("thu-moi", "thu-moi"),
        ("y-kien", "y-kien"),
        ("report", "bao-cao"),
        ("du-lieu", "bao-cao"),
        ("cong-bo", "cong-bo"),
        ("theo-doi", "theo-doi"),
        ("counters", "quay-ma-qr"),
        ("posters", "quay-ma-qr"),
        ("print", "quay-ma-qr"),
        ("logo", "quay-ma-qr"),
        ("campaigns", "dot-khao-sat"),
        ("definitions", "phieu-khao-sat"),
        ("ma-truy-cap", "ma-truy-cap"),
        ("units", "don-vi"),
        ("unit", "don-vi"),
        ("tai-khoan", "tai-khoan"),
        ("tai-khoan-moi", "tai-khoan"),
        ("accounts", "tai-khoan"),
        ("toi", "dang-nhap"),
        ("second-factor", "dang-nhap"),
        ("nhat-ky", "nhat-ky"),
    ];
    let found = WORDS.iter().find(|(word, _)| path.split('/').any(|part| part == *word));
    found.map_or_else(|| HELP.to_owned(), |(_, chapter)| format!("{HELP}/{chapter}"))
}

/// Markdown as HTML: HTML in it is shown as text, links lead to chapters or pages of ours or to the web, and pictures
/// are the handbook's own (security test H-15).
fn read(name: &str, text: &str) -> Chapter {
    let mut title = String::new();
    let mut in_title = false;
    let mut dropped = Vec::new();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
            in_title = true;
            None
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            in_title = false;
            None
        }
        Event::Text(words) if in_title => {
            title.push_str(&words);
            None
        }
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let to = target(&dest_url);
            dropped.push(to.is_none());
            to.map(|to| Event::Start(Tag::Link { link_type, dest_url: to.into(), title, id }))
        }
        Event::End(TagEnd::Link) if dropped.pop() == Some(true) => None,
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let file = dest_url.strip_prefix("images/").unwrap_or_default();
            let to = format!("{HELP}/images/{file}");
            Some(Event::Start(Tag::Image { link_type, dest_url: to.into(), title, id }))
        }
        event => Some(event),
    });
    let events: Vec<Event<'_>> = events.collect();
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    Chapter { name: name.to_owned(), title, body }
}

/// Where a link leads; `None` for what is no place for an officer to go.
fn target(written: &str) -> Option<String> {
    let (path, anchor) =
        written.split_once('#').map_or((written, None), |(path, anchor)| (path, Some(anchor)));
    if let Some(chapter) = path.strip_suffix(".md").filter(|chapter| !chapter.contains('/')) {
        let to = if chapter == "README" { HELP.to_owned() } else { format!("{HELP}/{chapter}") };
        return Some(anchor.map_or(to.clone(), |anchor| format!("{to}#{anchor}")));
    }
    let fine = written.starts_with("https://") || (written.starts_with('/') && !written.starts_with("//"));
    (fine || path.is_empty()).then(|| written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_15_markdown_becomes_html_and_html_becomes_text() {
        let text = "# Tên **chương**\n\nMở [đơn vị](don-vi.md#nhap), [mục lục](README.md), <script>alert(1)</script> \
                    [xấu](javascript:alert(1)) [ngoài](//x.example) ![hình](images/a.png)\n\n<img src=x onerror=y>\n";
        let chapter = read("a", text);
        assert_eq!(chapter.title, "Tên chương");
        assert!(chapter.body.contains("<a href=\"/admin/help/don-vi#nhap\">đơn vị</a>"), "{}", chapter.body);
        assert!(chapter.body.contains("<a href=\"/admin/help\">mục lục</a>"), "{}", chapter.body);
        assert!(
            chapter.body.contains("<img src=\"/admin/help/images/a.png\" alt=\"hình\" />"),
            "{}",
            chapter.body
        );
        for gone in ["<script", "javascript:", "onerror=y>\n<", "href=\"//", "<img src=x"] {
            assert!(!chapter.body.contains(gone), "{gone}: {}", chapter.body);
        }
        assert!(chapter.body.contains("xấu") && chapter.body.contains("&lt;script&gt;"), "{}", chapter.body);
    }

    #[test]
    fn every_page_has_the_chapter_that_explains_it() {
        for (path, wanted) in [
            ("/admin/campaigns", "dot-khao-sat"),
            ("/admin/campaigns/dan", "dot-khao-sat"),
            ("/admin/campaigns/dan/report", "bao-cao"),
            ("/admin/campaigns/dan/y-kien", "y-kien"),
            ("/admin/campaigns/dan/counters", "quay-ma-qr"),
            ("/admin/definitions/sipas/2026.1", "phieu-khao-sat"),
            ("/admin/units/import", "don-vi"),
            ("/admin/nhat-ky", "nhat-ky"),
            ("/admin/campaigns/dan/units", "dot-khao-sat"),
            ("/admin/campaigns/dan/theo-doi", "theo-doi"),
            ("/admin/campaigns/can-bo/nguoi-duoc-moi/nguoi/cb-001", "nguoi-duoc-moi"),
            ("/admin/tai-khoan/thulan", "tai-khoan"),
            ("/admin/unit/qn/edit", "don-vi"),
        ] {
            let help = help_for(path);
            assert_eq!(help, format!("{HELP}/{wanted}"), "{path}");
            assert!(chapter(wanted).is_some(), "{wanted}");
        }
        assert_eq!(help_for("/admin"), HELP);
        assert!(chapter("").is_some_and(|contents| contents.title.contains("Sổ tay")));
    }
}
