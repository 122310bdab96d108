//! The text from its head to the last annex.

use super::{
    NAMESPACES, head,
    picture::{self, Pictures},
    xml::Xml,
};
use crate::report::document::{Block, Chart, Document, Run, Table, chart};

/// Width of the text in twentieths of a point: 160 mm upright, 247 mm on its side.
const WIDTH: u32 = 9071;
const LANDSCAPE_WIDTH: u32 = 14003;
/// Rows of a table that is not broken over pages; longer ones would leave half a page empty before them.
const SHORT: usize = 6;
/// English metric units in a millimetre.
const EMU: u64 = 36_000;
/// Of charts: width and greatest height, in millimetres.
const CHART_WIDTH: u64 = 160;
const CHART_HEIGHT: u64 = 215;

/// Writes `document.xml`.
pub struct Flow<'a> {
    document: &'a Document,
    pictures: &'a mut Pictures,
    xml: Xml,
    /// Of the text where it is being written.
    width: u32,
    /// Whether the signature follows, which is not to stand on a page alone.
    signed: bool,
}

impl<'a> Flow<'a> {
    pub fn new(document: &'a Document, pictures: &'a mut Pictures) -> Self {
        Self { document, pictures, xml: Xml::new(), width: WIDTH, signed: false }
    }

    pub fn write(mut self) -> Vec<u8> {
        let document = self.document;
        self.xml.open("w:document", &NAMESPACES).open("w:body", &[]);
        head::head(&mut self.xml, &document.head, None);
        head::title(&mut self.xml, &document.kind, &document.subject);
        if let Some(warning) = &document.demonstration {
            self.paragraph("Warning", |flow| flow.run(warning, false));
        }
        for sentence in &document.summary {
            self.paragraph("Summary", |flow| flow.runs(sentence));
        }
        if let Some((last, others)) = document.body.split_last() {
            self.blocks(others);
            self.signed = true;
            self.blocks(std::slice::from_ref(last));
            self.signed = false;
        }
        head::signature(&mut self.xml, &document.signature);
        let mut landscape = false;
        let mut first = true;
        for annex in &document.annexes {
            if annex.landscape != landscape {
                self.section(landscape, first, true);
                (landscape, first) = (annex.landscape, false);
            }
            self.width = if landscape { LANDSCAPE_WIDTH } else { WIDTH };
            let number = format!("{} {}", document.words.annex, annex.number);
            self.paragraph("AnnexTitle", |flow| {
                flow.run(&number, false);
                flow.xml.open("w:r", &[]).empty("w:br", &[]).close("w:r");
                flow.run(&annex.title, false);
            });
            self.blocks(&annex.blocks);
        }
        self.section(landscape, first, false);
        self.xml.close("w:body").close("w:document");
        self.xml.finish()
    }

    /// Ends a section.
    fn section(&mut self, landscape: bool, first: bool, within: bool) {
        section(&mut self.xml, landscape, first, within);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading { level, text } => {
                    self.paragraph(&format!("Heading{level}"), |flow| flow.run(text, false));
                }
                Block::Paragraph { runs, leads } => {
                    let leads = *leads || self.signed;
                    self.paragraph(if leads { "Lead" } else { "Normal" }, |flow| flow.runs(runs));
                }
                Block::Points { points } => {
                    for (number, point) in points.iter().enumerate() {
                        let last = number + 1 == points.len();
                        self.xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", "ListBullet");
                        if self.signed && last {
                            self.xml.empty("w:keepNext", &[]);
                        }
                        self.xml.close("w:pPr");
                        self.runs(point);
                        self.xml.close("w:p");
                    }
                }
                Block::Table(table) => self.table(table),
                Block::Chart(chart) => self.chart(chart),
            }
        }
    }

    fn paragraph(&mut self, style: &str, fill: impl FnOnce(&mut Self)) {
        self.xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", style).close("w:pPr");
        fill(self);
        self.xml.close("w:p");
    }

    fn runs(&mut self, all: &[Run]) {
        runs(&mut self.xml, all);
    }

    fn run(&mut self, text: &str, strong: bool) {
        run(&mut self.xml, text, strong);
    }

    /// “Bảng 3. …”: the number is a field, so that it follows when tables come and go.
    fn caption(&mut self, style: &str, word: &str, number: usize, words: &str) {
        self.paragraph(style, |flow| {
            flow.run(&format!("{word} "), false);
            head::field(&mut flow.xml, &format!(" SEQ {word} \\* ARABIC "), &number.to_string());
            flow.run(&format!(". {words}"), false);
        });
    }

    fn table(&mut self, table: &Table) {
        let document = self.document;
        self.caption("Caption", &document.words.table, table.number, &table.caption);
        let parts: u32 = table.columns.iter().map(|column| column.width).sum::<u32>().max(1);
        let widths: Vec<u32> = table.columns.iter().map(|column| self.width * column.width / parts).collect();
        let total = widths.iter().sum::<u32>().to_string();
        let xml = &mut self.xml;
        xml.open("w:tbl", &[]).open("w:tblPr", &[]).value("w:tblStyle", "TableGrid");
        xml.empty("w:tblW", &[("w:w", &total), ("w:type", "dxa")]).value("w:jc", "center");
        xml.empty("w:tblLayout", &[("w:type", "fixed")]);
        xml.empty("w:tblLook", &[("w:val", "0020"), ("w:firstRow", "1")]);
        xml.value("w:tblCaption", &table.caption).close("w:tblPr").open("w:tblGrid", &[]);
        for width in &widths {
            xml.empty("w:gridCol", &[("w:w", &width.to_string())]);
        }
        xml.close("w:tblGrid");
        xml.open("w:tr", &[])
            .open("w:trPr", &[])
            .empty("w:cantSplit", &[])
            .empty("w:tblHeader", &[])
            .close("w:trPr");
        for (column, width) in table.columns.iter().zip(&widths) {
            self.cell(*width, true, |flow| {
                flow.paragraph("TableHeading", |flow| flow.run(&column.heading, false));
            });
        }
        self.xml.close("w:tr");
        // A short table stays on one page, a long one begins with some rows.
        let together = if table.rows.len() <= SHORT { table.rows.len().saturating_sub(1) } else { 3 };
        // What its signs mean stands below its last row, and not alone on the next page.
        let follows = self.signed || !table.notes.is_empty();
        let noted = table.rows.len().saturating_sub(usize::from(follows));
        for (number, row) in table.rows.iter().enumerate() {
            self.xml.open("w:tr", &[]).open("w:trPr", &[]).empty("w:cantSplit", &[]).close("w:trPr");
            for (position, ((text, column), width)) in
                row.cells.iter().zip(&table.columns).zip(&widths).enumerate()
            {
                self.cell(*width, false, |flow| {
                    let style = if column.number { "TableNumber" } else { "TableText" };
                    flow.xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", style);
                    if number < together || number >= noted {
                        flow.xml.empty("w:keepNext", &[]);
                    }
                    if position == 0 && row.depth > 0 {
                        let indent = (row.depth * 170).to_string();
                        flow.xml.empty("w:ind", &[("w:left", &indent), ("w:firstLine", "0")]);
                    }
                    flow.xml.close("w:pPr");
                    flow.run(text, row.strong);
                    flow.xml.close("w:p");
                });
            }
            self.xml.close("w:tr");
        }
        self.xml.close("w:tbl");
        // Two tables in a row would become one.
        let nothing = [String::new()];
        for note in if table.notes.is_empty() { &nothing } else { table.notes.as_slice() } {
            self.xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", "TableNote");
            if self.signed {
                self.xml.empty("w:keepNext", &[]);
            }
            self.xml.close("w:pPr");
            if !note.is_empty() {
                self.run(note, false);
            }
            self.xml.close("w:p");
        }
    }

    fn cell(&mut self, width: u32, heading: bool, fill: impl FnOnce(&mut Self)) {
        self.xml.open("w:tc", &[]).open("w:tcPr", &[]);
        self.xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        if heading {
            self.xml.empty("w:shd", &[("w:val", "clear"), ("w:color", "auto"), ("w:fill", "EDEDED")]);
        }
        self.xml.value("w:vAlign", "center").close("w:tcPr");
        fill(self);
        self.xml.close("w:tc");
    }

    fn chart(&mut self, chart: &Chart) {
        let document = self.document;
        let Some(number) = self.pictures.draw(chart) else { return };
        let (mut width, mut height) =
            (CHART_WIDTH * EMU, CHART_WIDTH * EMU * u64::from(chart.height) / u64::from(chart::WIDTH));
        if height > CHART_HEIGHT * EMU {
            (width, height) = (width * CHART_HEIGHT * EMU / height, CHART_HEIGHT * EMU);
        }
        let (width, height) = (width.to_string(), height.to_string());
        let id = (number + 1).to_string();
        let name = format!("{} {}", document.words.chart, chart.number);
        self.paragraph("Chart", |flow| {
            let xml = &mut flow.xml;
            xml.open("w:r", &[]).open("w:drawing", &[]);
            xml.open("wp:inline", &[("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0")]);
            xml.empty("wp:extent", &[("cx", &width), ("cy", &height)]);
            xml.empty("wp:docPr", &[("id", &id), ("name", &name), ("descr", &chart.alt)]);
            xml.open("a:graphic", &[]);
            let picture = "http://schemas.openxmlformats.org/drawingml/2006/picture";
            xml.open("a:graphicData", &[("uri", picture)]).open("pic:pic", &[]).open("pic:nvPicPr", &[]);
            xml.empty("pic:cNvPr", &[("id", &id), ("name", &name)])
                .empty("pic:cNvPicPr", &[])
                .close("pic:nvPicPr");
            xml.open("pic:blipFill", &[]).empty("a:blip", &[("r:embed", &picture::relation(number))]);
            xml.open("a:stretch", &[]).empty("a:fillRect", &[]).close("a:stretch").close("pic:blipFill");
            xml.open("pic:spPr", &[]).open("a:xfrm", &[]).empty("a:off", &[("x", "0"), ("y", "0")]);
            xml.empty("a:ext", &[("cx", &width), ("cy", &height)]).close("a:xfrm");
            xml.open("a:prstGeom", &[("prst", "rect")])
                .empty("a:avLst", &[])
                .close("a:prstGeom")
                .close("pic:spPr");
            xml.close("pic:pic").close("a:graphicData").close("a:graphic").close("wp:inline");
            xml.close("w:drawing").close("w:r");
        });
        self.caption("ChartCaption", &document.words.chart, chart.number, &chart.caption);
    }
}

/// Ends a section; within the text its properties are those of an empty paragraph.
pub fn section(xml: &mut Xml, landscape: bool, first: bool, within: bool) {
    if within {
        // As small as can be: it stands at the foot of the last page.
        xml.open("w:p", &[]).open("w:pPr", &[]);
        let tight = [("w:before", "0"), ("w:after", "0"), ("w:line", "20"), ("w:lineRule", "exact")];
        xml.empty("w:spacing", &tight);
    }
    xml.open("w:sectPr", &[]);
    if first {
        xml.empty("w:headerReference", &[("w:type", "default"), ("r:id", head::PAGE_NUMBER)]);
        xml.empty("w:headerReference", &[("w:type", "first"), ("r:id", head::EMPTY)]);
    }
    xml.value("w:type", "nextPage");
    if landscape {
        xml.empty("w:pgSz", &[("w:w", "16838"), ("w:h", "11906"), ("w:orient", "landscape")]);
    } else {
        xml.empty("w:pgSz", &[("w:w", "11906"), ("w:h", "16838")]);
    }
    xml.empty(
        "w:pgMar",
        &[
            ("w:top", "1134"),
            ("w:right", "1134"),
            ("w:bottom", "1134"),
            ("w:left", "1701"),
            ("w:header", "510"),
            ("w:footer", "510"),
            ("w:gutter", "0"),
        ],
    );
    if first {
        xml.empty("w:titlePg", &[]);
    }
    xml.close("w:sectPr");
    if within {
        xml.close("w:pPr").close("w:p");
    }
}

/// A paragraph of this style.
pub fn paragraph(xml: &mut Xml, style: &str, runs: &[Run]) {
    xml.open("w:p", &[]).open("w:pPr", &[]).value("w:pStyle", style).close("w:pPr");
    self::runs(xml, runs);
    xml.close("w:p");
}

/// Text within a paragraph.
pub fn runs(xml: &mut Xml, runs: &[Run]) {
    for piece in runs {
        run(xml, &piece.text, piece.strong);
    }
}

fn run(xml: &mut Xml, text: &str, strong: bool) {
    xml.open("w:r", &[]);
    if strong {
        xml.open("w:rPr", &[]).empty("w:b", &[]).close("w:rPr");
    }
    xml.leaf("w:t", &[("xml:space", "preserve")], text).close("w:r");
}
