//! Styles, numbering of headings, settings.

use super::{NAMESPACES, xml::Xml};

/// Id of the numbering of headings.
const HEADINGS: &str = "1";
/// Id of the dashes before points.
pub const POINTS: &str = "2";

/// A paragraph style.
struct Style {
    id: &'static str,
    name: &'static str,
    based_on: Option<&'static str>,
    next: Option<&'static str>,
    /// Properties of the paragraph in the order of the schema: name and attributes.
    paragraph: &'static [(&'static str, &'static [(&'static str, &'static str)])],
    /// Half points; 0: as that below.
    size: u32,
    bold: bool,
    italic: bool,
    caps: bool,
}

const PLAIN: Style = Style {
    id: "",
    name: "",
    based_on: Some("Normal"),
    next: None,
    paragraph: &[],
    size: 0,
    bold: false,
    italic: false,
    caps: false,
};

const CENTRED: (&str, &[(&str, &str)]) = ("w:jc", &[("w:val", "center")]);
const LEFT: (&str, &[(&str, &str)]) = ("w:jc", &[("w:val", "left")]);
const NO_INDENT: (&str, &[(&str, &str)]) = ("w:ind", &[("w:firstLine", "0")]);
const TIGHT: (&str, &[(&str, &str)]) = ("w:spacing", &[("w:before", "0"), ("w:after", "0")]);
const KEEP: (&str, &[(&str, &str)]) = ("w:keepNext", &[]);

/// Sizes and places as the decree's annex I wants them.
const STYLES: &[Style] = &[
    Style {
        id: "Heading1",
        name: "heading 1",
        next: Some("Normal"),
        paragraph: &[
            KEEP,
            ("w:keepLines", &[]),
            ("w:numPr", &[("ilvl", "0")]),
            ("w:spacing", &[("w:before", "240"), ("w:after", "120")]),
            NO_INDENT,
            LEFT,
            ("w:outlineLvl", &[("w:val", "0")]),
        ],
        bold: true,
        caps: true,
        ..PLAIN
    },
    Style {
        id: "Heading2",
        name: "heading 2",
        next: Some("Normal"),
        paragraph: &[
            KEEP,
            ("w:keepLines", &[]),
            ("w:numPr", &[("ilvl", "1")]),
            ("w:spacing", &[("w:before", "180"), ("w:after", "120")]),
            NO_INDENT,
            LEFT,
            ("w:outlineLvl", &[("w:val", "1")]),
        ],
        bold: true,
        ..PLAIN
    },
    Style {
        id: "Heading3",
        name: "heading 3",
        next: Some("Normal"),
        paragraph: &[
            KEEP,
            ("w:keepLines", &[]),
            ("w:numPr", &[("ilvl", "2")]),
            ("w:spacing", &[("w:before", "180"), ("w:after", "60")]),
            NO_INDENT,
            LEFT,
            ("w:outlineLvl", &[("w:val", "2")]),
        ],
        bold: true,
        italic: true,
        ..PLAIN
    },
    Style {
        id: "AnnexTitle",
        name: "Annex Title",
        based_on: Some("Heading1"),
        next: Some("Normal"),
        paragraph: &[
            ("w:pageBreakBefore", &[]),
            ("w:numPr", &[("none", "")]),
            ("w:spacing", &[("w:before", "0"), ("w:after", "240")]),
            CENTRED,
        ],
        ..PLAIN
    },
    Style {
        id: "Title",
        name: "Title",
        next: Some("Subtitle"),
        paragraph: &[("w:spacing", &[("w:before", "360"), ("w:after", "0")]), NO_INDENT, CENTRED],
        size: 32,
        bold: true,
        caps: true,
        ..PLAIN
    },
    Style {
        id: "Subtitle",
        name: "Subtitle",
        next: Some("Normal"),
        paragraph: &[TIGHT, NO_INDENT, CENTRED],
        bold: true,
        ..PLAIN
    },
    Style {
        id: "HeadAbove",
        name: "Head Above",
        paragraph: &[TIGHT, NO_INDENT, CENTRED],
        size: 26,
        caps: true,
        ..PLAIN
    },
    Style {
        id: "HeadIssuer",
        name: "Head Issuer",
        paragraph: &[TIGHT, NO_INDENT, CENTRED],
        size: 26,
        bold: true,
        caps: true,
        ..PLAIN
    },
    Style {
        id: "HeadMotto",
        name: "Head Motto",
        paragraph: &[TIGHT, NO_INDENT, CENTRED],
        size: 28,
        bold: true,
        ..PLAIN
    },
    Style {
        id: "HeadNumber",
        name: "Head Number",
        paragraph: &[TIGHT, NO_INDENT, CENTRED],
        size: 26,
        ..PLAIN
    },
    Style {
        id: "HeadDate",
        name: "Head Date",
        paragraph: &[TIGHT, NO_INDENT, CENTRED],
        size: 28,
        italic: true,
        ..PLAIN
    },
    Style {
        id: "HeadRule",
        name: "Head Rule",
        paragraph: &[
            ("w:pBdr", &[("w:top", "4")]),
            (
                "w:spacing",
                &[("w:before", "40"), ("w:after", "60"), ("w:line", "120"), ("w:lineRule", "exact")],
            ),
            CENTRED,
        ],
        size: 8,
        ..PLAIN
    },
    Style {
        id: "Warning",
        name: "Warning",
        paragraph: &[("w:spacing", &[("w:before", "200"), ("w:after", "200")]), NO_INDENT, CENTRED],
        bold: true,
        ..PLAIN
    },
    Style {
        id: "Summary",
        name: "Summary",
        paragraph: &[
            ("w:keepLines", &[]),
            ("w:pBdr", &[("all", "6")]),
            ("w:spacing", &[("w:before", "0"), ("w:after", "0"), ("w:line", "264"), ("w:lineRule", "auto")]),
            ("w:ind", &[("w:left", "113"), ("w:right", "113"), ("w:firstLine", "0")]),
        ],
        size: 26,
        ..PLAIN
    },
    Style { id: "Lead", name: "Lead", next: Some("Normal"), paragraph: &[KEEP], ..PLAIN },
    Style {
        id: "ListBullet",
        name: "List Bullet",
        paragraph: &[("w:numPr", &[("points", "")]), ("w:spacing", &[("w:before", "0"), ("w:after", "60")])],
        ..PLAIN
    },
    Style {
        id: "Caption",
        name: "caption",
        next: Some("Normal"),
        paragraph: &[
            KEEP,
            ("w:keepLines", &[]),
            ("w:spacing", &[("w:before", "180"), ("w:after", "80")]),
            NO_INDENT,
            CENTRED,
        ],
        size: 26,
        bold: true,
        ..PLAIN
    },
    Style {
        id: "ChartCaption",
        name: "Chart Caption",
        based_on: Some("Caption"),
        next: Some("Normal"),
        paragraph: &[
            ("w:keepNext", &[("w:val", "0")]),
            ("w:spacing", &[("w:before", "60"), ("w:after", "180")]),
        ],
        ..PLAIN
    },
    Style {
        id: "Chart",
        name: "Chart",
        paragraph: &[KEEP, ("w:spacing", &[("w:before", "120"), ("w:after", "0")]), NO_INDENT, CENTRED],
        ..PLAIN
    },
    Style {
        id: "TableText",
        name: "Table Text",
        paragraph: &[("w:spacing", &[("w:before", "20"), ("w:after", "20")]), NO_INDENT, LEFT],
        size: 22,
        ..PLAIN
    },
    Style {
        id: "TableNumber",
        name: "Table Number",
        based_on: Some("TableText"),
        paragraph: &[("w:jc", &[("w:val", "right")])],
        ..PLAIN
    },
    Style {
        id: "TableHeading",
        name: "Table Heading",
        based_on: Some("TableText"),
        paragraph: &[KEEP, CENTRED],
        bold: true,
        ..PLAIN
    },
    Style {
        id: "TableNote",
        name: "Table Note",
        paragraph: &[("w:spacing", &[("w:before", "60"), ("w:after", "60")]), NO_INDENT],
        size: 22,
        italic: true,
        ..PLAIN
    },
    Style {
        id: "Recipients",
        name: "Recipients",
        paragraph: &[TIGHT, NO_INDENT, LEFT],
        size: 24,
        bold: true,
        italic: true,
        ..PLAIN
    },
    Style { id: "Recipient", name: "Recipient", paragraph: &[TIGHT, NO_INDENT, LEFT], size: 22, ..PLAIN },
    // A letter: lines of 16 points, so that whoever opens it has as many of them on a page as were measured
    // (`document::letter::page`).
    Style {
        id: "LetterAbout",
        name: "Letter About",
        paragraph: &[("w:spacing", &[("w:before", "120"), ("w:after", "0")]), NO_INDENT, CENTRED],
        size: 24,
        ..PLAIN
    },
    Style {
        id: "LetterTo",
        name: "Letter To",
        next: Some("LetterText"),
        paragraph: &[
            (
                "w:spacing",
                &[("w:before", "240"), ("w:after", "160"), ("w:line", "320"), ("w:lineRule", "exact")],
            ),
            NO_INDENT,
            CENTRED,
        ],
        size: 26,
        ..PLAIN
    },
    Style {
        id: "LetterText",
        name: "Letter Text",
        paragraph: &[(
            "w:spacing",
            &[("w:before", "0"), ("w:after", "120"), ("w:line", "320"), ("w:lineRule", "exact")],
        )],
        size: 26,
        ..PLAIN
    },
    Style {
        id: "LetterLead",
        name: "Letter Lead",
        based_on: Some("LetterText"),
        next: Some("LetterPoint"),
        paragraph: &[KEEP],
        bold: true,
        ..PLAIN
    },
    Style {
        id: "LetterPoint",
        name: "Letter Point",
        based_on: Some("LetterText"),
        paragraph: &[(
            "w:spacing",
            &[("w:before", "0"), ("w:after", "40"), ("w:line", "320"), ("w:lineRule", "exact")],
        )],
        ..PLAIN
    },
    Style { id: "Header", name: "header", paragraph: &[TIGHT, NO_INDENT, CENTRED], ..PLAIN },
];

/// `styles.xml`.
pub fn styles(lang: &str) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("w:styles", &NAMESPACES);
    xml.open("w:docDefaults", &[]).open("w:rPrDefault", &[]).open("w:rPr", &[]);
    let font = "Times New Roman";
    xml.empty("w:rFonts", &[("w:ascii", font), ("w:hAnsi", font), ("w:eastAsia", font), ("w:cs", font)]);
    xml.value("w:sz", "28").value("w:szCs", "28");
    xml.empty("w:lang", &[("w:val", language(lang)), ("w:eastAsia", "vi-VN"), ("w:bidi", "ar-SA")]);
    xml.close("w:rPr")
        .close("w:rPrDefault")
        .open("w:pPrDefault", &[])
        .close("w:pPrDefault")
        .close("w:docDefaults");
    xml.open("w:style", &[("w:type", "paragraph"), ("w:default", "1"), ("w:styleId", "Normal")]);
    xml.value("w:name", "Normal").empty("w:qFormat", &[]).open("w:pPr", &[]);
    xml.empty(
        "w:spacing",
        &[("w:before", "0"), ("w:after", "120"), ("w:line", "276"), ("w:lineRule", "auto")],
    );
    xml.empty("w:ind", &[("w:firstLine", "720")]).value("w:jc", "both");
    xml.close("w:pPr").close("w:style");
    for style in STYLES {
        paragraph(&mut xml, style);
    }
    table(&mut xml);
    xml.close("w:styles");
    xml.finish()
}

fn paragraph(xml: &mut Xml, style: &Style) {
    xml.open("w:style", &[("w:type", "paragraph"), ("w:styleId", style.id)]).value("w:name", style.name);
    if let Some(id) = style.based_on {
        xml.value("w:basedOn", id);
    }
    if let Some(id) = style.next {
        xml.value("w:next", id);
    }
    xml.empty("w:qFormat", &[]).open("w:pPr", &[]);
    for (name, attributes) in style.paragraph {
        match (*name, *attributes) {
            ("w:numPr", [("ilvl", level)]) => {
                xml.open(name, &[]).value("w:ilvl", level).value("w:numId", HEADINGS).close(name);
            }
            ("w:numPr", [("points", _)]) => {
                xml.open(name, &[]).value("w:ilvl", "0").value("w:numId", POINTS).close(name);
            }
            ("w:numPr", _) => {
                xml.open(name, &[]).value("w:numId", "0").close(name);
            }
            ("w:pBdr", [("all", size)]) => {
                xml.open(name, &[]);
                for side in ["w:top", "w:left", "w:bottom", "w:right"] {
                    xml.empty(
                        side,
                        &[("w:val", "single"), ("w:sz", size), ("w:space", "4"), ("w:color", "000000")],
                    );
                }
                xml.close(name);
            }
            ("w:pBdr", [(side, size)]) => {
                xml.open(name, &[]);
                xml.empty(
                    side,
                    &[("w:val", "single"), ("w:sz", size), ("w:space", "1"), ("w:color", "000000")],
                );
                xml.close(name);
            }
            (name, attributes) => {
                xml.empty(name, attributes);
            }
        }
    }
    xml.close("w:pPr").open("w:rPr", &[]);
    for (on, name) in [(style.bold, "w:b"), (style.italic, "w:i"), (style.caps, "w:caps")] {
        if on {
            xml.empty(name, &[]);
        }
    }
    if style.size > 0 {
        let size = style.size.to_string();
        xml.value("w:sz", &size).value("w:szCs", &size);
    }
    xml.close("w:rPr").close("w:style");
}

/// The style of tables: thin black lines.
fn table(xml: &mut Xml) {
    xml.open("w:style", &[("w:type", "table"), ("w:styleId", "TableGrid")]).value("w:name", "Table Grid");
    xml.open("w:tblPr", &[]).open("w:tblBorders", &[]);
    for side in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
        xml.empty(side, &[("w:val", "single"), ("w:sz", "4"), ("w:space", "0"), ("w:color", "000000")]);
    }
    xml.close("w:tblBorders").open("w:tblCellMar", &[]);
    for side in ["w:left", "w:right"] {
        xml.empty(side, &[("w:w", "70"), ("w:type", "dxa")]);
    }
    xml.close("w:tblCellMar").close("w:tblPr").close("w:style");
}

/// `numbering.xml`: headings as I, 1, a; points with a dash.
pub fn numbering() -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("w:numbering", &NAMESPACES);
    xml.open("w:abstractNum", &[("w:abstractNumId", "1")]).value("w:multiLevelType", "multilevel");
    for (level, kind, text, style) in [
        ("0", "upperRoman", "%1.", "Heading1"),
        ("1", "decimal", "%2.", "Heading2"),
        ("2", "lowerLetter", "%3)", "Heading3"),
    ] {
        xml.open("w:lvl", &[("w:ilvl", level)]).value("w:start", "1").value("w:numFmt", kind);
        xml.value("w:pStyle", style)
            .value("w:suff", "space")
            .value("w:lvlText", text)
            .value("w:lvlJc", "left");
        xml.open("w:pPr", &[])
            .empty("w:ind", &[("w:left", "0"), ("w:firstLine", "0")])
            .close("w:pPr")
            .close("w:lvl");
    }
    xml.close("w:abstractNum");
    xml.open("w:abstractNum", &[("w:abstractNumId", "2")]).value("w:multiLevelType", "hybridMultilevel");
    xml.open("w:lvl", &[("w:ilvl", "0")]).value("w:start", "1").value("w:numFmt", "bullet");
    xml.value("w:pStyle", "ListBullet")
        .value("w:suff", "space")
        .value("w:lvlText", "-")
        .value("w:lvlJc", "left");
    xml.open("w:pPr", &[])
        .empty("w:ind", &[("w:left", "0"), ("w:firstLine", "720")])
        .close("w:pPr")
        .close("w:lvl");
    xml.close("w:abstractNum");
    for id in [HEADINGS, POINTS] {
        xml.open("w:num", &[("w:numId", id)]).value("w:abstractNumId", id).close("w:num");
    }
    xml.close("w:numbering");
    xml.finish()
}

/// `settings.xml`.
pub fn settings(lang: &str) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("w:settings", &NAMESPACES).value("w:defaultTabStop", "720");
    let decimal = if lang == "en" { "." } else { "," };
    let list = if lang == "en" { "," } else { ";" };
    xml.open("w:compat", &[]);
    xml.empty(
        "w:compatSetting",
        &[
            ("w:name", "compatibilityMode"),
            ("w:uri", "http://schemas.microsoft.com/office/word"),
            ("w:val", "15"),
        ],
    );
    xml.close("w:compat").empty("w:themeFontLang", &[("w:val", language(lang))]);
    xml.value("w:decimalSymbol", decimal).value("w:listSeparator", list).close("w:settings");
    xml.finish()
}

/// The language of the text, as office programs name it.
fn language(lang: &str) -> &'static str {
    if lang == "en" { "en-GB" } else { "vi-VN" }
}
