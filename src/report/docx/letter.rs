//! The text of a letter.

use super::{NAMESPACES, flow, head, styles, xml::Xml};
use crate::report::document::{Block, Letter, Run};

/// Writes `document.xml`. Where somebody adds to the letter, its second page has a number.
pub fn text(letter: &Letter) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("w:document", &NAMESPACES).open("w:body", &[]);
    head::head(&mut xml, &letter.head, Some(&letter.about));
    let run = |text: &str, strong: bool| Run { text: text.to_owned(), strong };
    flow::paragraph(
        &mut xml,
        "LetterTo",
        &[run(&format!("{}: ", letter.dear), false), run(&letter.to, true)],
    );
    if let Some(warning) = &letter.demonstration {
        flow::paragraph(&mut xml, "Warning", &[run(warning, true)]);
    }
    for block in &letter.blocks {
        match block {
            Block::Paragraph { runs, leads } => {
                flow::paragraph(&mut xml, if *leads { "LetterLead" } else { "LetterText" }, runs);
            }
            Block::Points { points } => {
                for point in points {
                    self::point(&mut xml, point);
                }
            }
            // A letter has none of these.
            Block::Heading { .. } | Block::Table(_) | Block::Chart(_) => {}
        }
    }
    head::signature(&mut xml, &letter.signature);
    // A table at the end of a text is followed by a paragraph, as small as can be.
    xml.open("w:p", &[]).open("w:pPr", &[]);
    xml.empty("w:spacing", &[("w:before", "0"), ("w:after", "0"), ("w:line", "20"), ("w:lineRule", "exact")]);
    xml.close("w:pPr").close("w:p");
    flow::section(&mut xml, false, true, false);
    xml.close("w:body").close("w:document");
    xml.finish()
}

/// A point with its dash, which programs take from a style only where that is the one that the list names.
fn point(xml: &mut Xml, runs: &[Run]) {
    xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", "LetterPoint");
    xml.open("w:numPr", &[]).value("w:ilvl", "0").value("w:numId", styles::POINTS).close("w:numPr");
    xml.close("w:pPr");
    flow::runs(xml, runs);
    xml.close("w:p");
}
