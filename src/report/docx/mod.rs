//! The report as DOCX (Office Open XML), laid out as Decree 30/2020/NĐ-CP wants official documents: A4, margins of 20, 20, 30
//! and 20 mm, Times New Roman 14 pt, national heading, numbers of pages at the top.
//!
//! Everything is real: headings, captions, notes and cells have styles, headings and points are numbered by the program that
//! opens the file, tables and charts by `SEQ` fields, rows of headings are repeated on every page, charts have their words for
//! those who do not see them. Written part by part ([`xml`]) and zipped; no crate at hand writes repeated rows of headings,
//! words of pictures and the language of the text. No field holds anything but our own words, so that no name can run.

mod flow;
mod head;
mod letter;
mod picture;
mod styles;
mod xml;

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

use self::{flow::Flow, picture::Pictures, xml::Xml};
use super::document::{Document, Letter};

/// Namespaces of the parts with text.
const NAMESPACES: [(&str, &str); 5] = [
    ("xmlns:w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ("xmlns:wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
    ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
    ("xmlns:pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
];
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const KINDS: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// The document as a file. The same document gives the same bytes.
///
/// # Errors
/// [`ZipError`] where it is too large for a file of this kind.
pub fn docx(document: &Document) -> Result<Vec<u8>, ZipError> {
    let mut pictures = Pictures::default();
    let text = Flow::new(document, &mut pictures).write();
    let about = About {
        lang: document.lang,
        title: &document.title,
        author: &document.head.issuer,
        generated_at: &document.generated_at,
    };
    package(&about, text, &pictures)
}

/// A letter as a file. The same letter gives the same bytes.
///
/// # Errors
/// [`ZipError`] where it is too large for a file of this kind.
pub fn docx_letter(letter: &Letter) -> Result<Vec<u8>, ZipError> {
    let about = About {
        lang: letter.lang,
        title: &letter.title,
        author: &letter.head.issuer,
        generated_at: &letter.generated_at,
    };
    package(&about, letter::text(letter), &Pictures::default())
}

/// Letters as files of their own, in a ZIP, named for their bodies.
///
/// # Errors
/// [`ZipError`] where they are too large.
pub fn docx_letters(letters: &[Letter]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for letter in letters {
        // Deflated already.
        zip.start_file(format!("{}.docx", letter.code), options(CompressionMethod::Stored))?;
        zip.write_all(&docx_letter(letter)?)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// What a file says of itself.
struct About<'a> {
    lang: &'a str,
    title: &'a str,
    author: &'a str,
    generated_at: &'a str,
}

/// No moment: the same parts give the same bytes.
fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default())
}

fn package(about: &About<'_>, text: Vec<u8>, pictures: &Pictures) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = options(CompressionMethod::Deflated);
    // A drawing is deflated already.
    let stored = options(CompressionMethod::Stored);
    let parts = [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", relations(&package_relations())),
        ("docProps/core.xml", properties(about)),
        ("docProps/app.xml", program()),
        ("word/document.xml", text),
        ("word/_rels/document.xml.rels", relations(&text_relations(pictures))),
        ("word/styles.xml", styles::styles(about.lang)),
        ("word/numbering.xml", styles::numbering()),
        ("word/settings.xml", styles::settings(about.lang)),
        ("word/header1.xml", head::page_number()),
        ("word/header2.xml", head::empty()),
    ];
    for (name, bytes) in parts {
        zip.start_file(name, deflated)?;
        zip.write_all(&bytes)?;
    }
    for (number, png) in pictures.all().iter().enumerate() {
        zip.start_file(format!("word/{}", picture_name(number)), stored)?;
        zip.write_all(png)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn picture_name(number: usize) -> String {
    format!("media/chart{}.png", number + 1)
}

fn content_types() -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("Types", &[("xmlns", &format!("{PACKAGE}/content-types"))]);
    for (extension, kind) in [
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
        ("png", "image/png"),
    ] {
        xml.empty("Default", &[("Extension", extension), ("ContentType", kind)]);
    }
    for (part, kind) in [
        ("/word/document.xml", format!("{KINDS}.document.main+xml")),
        ("/word/styles.xml", format!("{KINDS}.styles+xml")),
        ("/word/numbering.xml", format!("{KINDS}.numbering+xml")),
        ("/word/settings.xml", format!("{KINDS}.settings+xml")),
        ("/word/header1.xml", format!("{KINDS}.header+xml")),
        ("/word/header2.xml", format!("{KINDS}.header+xml")),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml".to_owned()),
        (
            "/docProps/app.xml",
            "application/vnd.openxmlformats-officedocument.extended-properties+xml".to_owned(),
        ),
    ] {
        xml.empty("Override", &[("PartName", part), ("ContentType", &kind)]);
    }
    xml.close("Types");
    xml.finish()
}

/// Id, kind and target of a relation.
type Relation = (String, String, String);

fn package_relations() -> Vec<Relation> {
    vec![
        ("rId1".into(), format!("{RELATIONS}/officeDocument"), "word/document.xml".into()),
        (
            "rId2".into(),
            format!("{PACKAGE}/relationships/metadata/core-properties"),
            "docProps/core.xml".into(),
        ),
        ("rId3".into(), format!("{RELATIONS}/extended-properties"), "docProps/app.xml".into()),
    ]
}

fn text_relations(pictures: &Pictures) -> Vec<Relation> {
    let fixed = [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdNumbering", "numbering", "numbering.xml"),
        ("rIdSettings", "settings", "settings.xml"),
        (head::PAGE_NUMBER, "header", "header1.xml"),
        (head::EMPTY, "header", "header2.xml"),
    ];
    let fixed =
        fixed.map(|(id, kind, target)| (id.to_owned(), format!("{RELATIONS}/{kind}"), target.to_owned()));
    let drawn = (0..pictures.all().len())
        .map(|number| (picture::relation(number), format!("{RELATIONS}/image"), picture_name(number)));
    fixed.into_iter().chain(drawn).collect()
}

fn relations(all: &[Relation]) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("Relationships", &[("xmlns", &format!("{PACKAGE}/relationships"))]);
    for (id, kind, target) in all {
        xml.empty("Relationship", &[("Id", id), ("Type", kind), ("Target", target)]);
    }
    xml.close("Relationships");
    xml.finish()
}

/// Title, author, language and the moment of the figures.
fn properties(about: &About<'_>) -> Vec<u8> {
    let mut xml = Xml::new();
    let namespaces = [
        ("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:dcterms", "http://purl.org/dc/terms/"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ];
    xml.open("cp:coreProperties", &namespaces);
    xml.leaf("dc:title", &[], about.title);
    xml.leaf("dc:creator", &[], about.author);
    xml.leaf("dc:language", &[], about.lang);
    for name in ["dcterms:created", "dcterms:modified"] {
        xml.leaf(name, &[("xsi:type", "dcterms:W3CDTF")], about.generated_at);
    }
    xml.close("cp:coreProperties");
    xml.finish()
}

fn program() -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open(
        "Properties",
        &[("xmlns", "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties")],
    );
    xml.leaf("Application", &[], "sipas");
    xml.close("Properties");
    xml.finish()
}
