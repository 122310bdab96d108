//! The head of an official document, its end, and what stands at the top of its pages.

use super::{NAMESPACES, xml::Xml};
use crate::report::document::{Head, Signature};

/// Id of the relation to the top of pages with a number.
pub const PAGE_NUMBER: &str = "rIdPageNumber";
/// Id of the relation to the top of the first page.
pub const EMPTY: &str = "rIdEmpty";

/// The number of the page, in the middle of the top margin.
pub fn page_number() -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("w:hdr", &NAMESPACES);
    xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", "Header").close("w:pPr");
    field(&mut xml, " PAGE ", "2");
    xml.close("w:p").close("w:hdr");
    xml.finish()
}

/// Nothing: the first page has no number.
pub fn empty() -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("w:hdr", &NAMESPACES);
    xml.open("w:p", &[])
        .open("w:pPr", &[])
        .value("w:pStyle", "Header")
        .close("w:pPr")
        .close("w:p")
        .close("w:hdr");
    xml.finish()
}

/// A field with the value it has now.
pub fn field(xml: &mut Xml, instruction: &str, value: &str) {
    xml.open("w:fldSimple", &[("w:instr", instruction)]);
    xml.open("w:r", &[]).leaf("w:t", &[], value).close("w:r").close("w:fldSimple");
}

/// A paragraph of one run.
fn line(xml: &mut Xml, style: &str, text: &str) {
    xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", style).close("w:pPr");
    if !text.is_empty() {
        xml.open("w:r", &[]).leaf("w:t", &[("xml:space", "preserve")], text).close("w:r");
    }
    xml.close("w:p");
}

/// A short line below a name: a border between wide indents.
fn rule(xml: &mut Xml, indent: u32) {
    let indent = indent.to_string();
    xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", "HeadRule");
    xml.empty("w:ind", &[("w:left", &indent), ("w:right", &indent), ("w:firstLine", "0")]);
    xml.close("w:pPr").close("w:p");
}

/// A table without lines of two cells, which are filled by `left` and `right`.
fn side_by_side(xml: &mut Xml, widths: [u32; 2], cells: [&dyn Fn(&mut Xml); 2]) {
    let total = (widths[0] + widths[1]).to_string();
    xml.open("w:tbl", &[]).open("w:tblPr", &[]);
    xml.empty("w:tblW", &[("w:w", &total), ("w:type", "dxa")]).value("w:jc", "center");
    xml.empty("w:tblLayout", &[("w:type", "fixed")]);
    xml.open("w:tblCellMar", &[]);
    for side in ["w:left", "w:right"] {
        xml.empty(side, &[("w:w", "40"), ("w:type", "dxa")]);
    }
    xml.close("w:tblCellMar").close("w:tblPr").open("w:tblGrid", &[]);
    for width in widths {
        xml.empty("w:gridCol", &[("w:w", &width.to_string())]);
    }
    xml.close("w:tblGrid").open("w:tr", &[]).open("w:trPr", &[]).empty("w:cantSplit", &[]).close("w:trPr");
    for (width, fill) in widths.into_iter().zip(cells) {
        xml.open("w:tc", &[]).open("w:tcPr", &[]);
        xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]).close("w:tcPr");
        fill(xml);
        xml.close("w:tc");
    }
    xml.close("w:tr").close("w:tbl");
}

/// The issuing body to the left, the state to the right; of a letter, below its number, what it is `about`.
pub fn head(xml: &mut Xml, head: &Head, about: Option<&str>) {
    side_by_side(
        xml,
        [3350, 5721],
        [
            &|xml| {
                if !head.above.is_empty() {
                    line(xml, "HeadAbove", &head.above);
                }
                line(xml, "HeadIssuer", &head.issuer);
                rule(xml, 1150);
                line(xml, "HeadNumber", &head.number);
                if let Some(about) = about {
                    line(xml, "LetterAbout", about);
                }
            },
            &|xml| {
                line(xml, "HeadIssuer", &head.republic);
                line(xml, "HeadMotto", &head.motto);
                rule(xml, 1500);
                line(xml, "HeadDate", &head.date);
            },
        ],
    );
}

/// Kind and subject of the document.
pub fn title(xml: &mut Xml, kind: &str, subject: &[String]) {
    line(xml, "Title", kind);
    for words in subject {
        line(xml, "Subtitle", words);
    }
    rule(xml, 3400);
}

/// Who gets it, and room for who signs it.
pub fn signature(xml: &mut Xml, signature: &Signature) {
    // Between the text and the table of the signature, and on one page with both.
    xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", "HeadAbove").empty("w:keepNext", &[]);
    xml.close("w:pPr").close("w:p");
    side_by_side(
        xml,
        [4535, 4536],
        [
            &|xml| {
                line(xml, "Recipients", &format!("{}:", signature.recipients));
                for to in &signature.to {
                    line(xml, "Recipient", &format!("- {to}"));
                }
            },
            &|xml| {
                line(xml, "HeadIssuer", &signature.office);
                for _ in 0..4 {
                    line(xml, "HeadAbove", "");
                }
            },
        ],
    );
}
