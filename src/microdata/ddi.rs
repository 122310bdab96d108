//! The codebook as DDI-Codebook 2.5 (ddialliance.org), which data archives and catalogues read.

use std::fmt::Write as _;

use super::codebook::{Codebook, Kind, Role, Variable};

/// The document.
pub fn text(codebook: &Codebook) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (id, version, sha256) = &codebook.definition;
    let language = escaped(&codebook.language);
    let _ = writeln!(
        xml,
        "<codeBook xmlns=\"ddi:codebook:2_5\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"ddi:codebook:2_5 http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd\" \
         version=\"2.5\" xml:lang=\"{language}\">"
    );
    xml.push_str("<stdyDscr>\n<citation><titlStmt>");
    element(&mut xml, "titl", &codebook.title);
    element(&mut xml, "IDNo", &codebook.slug);
    let _ = write!(
        xml,
        "</titlStmt><prodStmt><software version=\"{}\">sipas</software></prodStmt></citation>\n<stdyInfo><sumDscr>",
        env!("CARGO_PKG_VERSION")
    );
    for (event, date) in [("start", &codebook.period.0), ("end", &codebook.period.1)] {
        let _ = write!(xml, "<collDate event=\"{event}\" date=\"{0}\">{0}</collDate>", escaped(date));
    }
    xml.push_str("<anlyUnit>answer sheet</anlyUnit></sumDscr></stdyInfo>\n<method><dataColl>");
    element(&mut xml, "resInstru", &format!("{id}@{version}, {} (SHA-256 {sha256})", codebook.form));
    let weighting =
        if codebook.weighted { "weight, weight_base; strata: stratum; fpc: population" } else { "none" };
    element(&mut xml, "weight", weighting);
    xml.push_str("</dataColl>");
    for note in &codebook.notes {
        element(&mut xml, "notes", note);
    }
    xml.push_str("</method>\n</stdyDscr>\n<fileDscr ID=\"F1\"><fileTxt>");
    element(&mut xml, "fileName", &format!("{}.csv", codebook.slug));
    let _ = write!(
        xml,
        "<dimensns><caseQnty>{}</caseQnty><varQnty>{}</varQnty></dimensns></fileTxt></fileDscr>\n<dataDscr>\n",
        codebook.rows,
        codebook.variables.len()
    );
    let weight = codebook.variables.iter().position(|variable| variable.name == "weight");
    for (number, variable) in codebook.variables.iter().enumerate() {
        self::variable(&mut xml, number, variable, weight.filter(|_| codebook.weighted));
    }
    xml.push_str("</dataDscr>\n</codeBook>\n");
    xml
}

fn variable(xml: &mut String, number: usize, variable: &Variable, weight: Option<usize>) {
    let interval = if variable.kind == Kind::Number { "contin" } else { "discrete" };
    let nature = match variable.kind {
        Kind::Nominal | Kind::Text(_) => "nominal",
        Kind::Ordinal => "ordinal",
        Kind::Count | Kind::Number => "ratio",
    };
    let _ = write!(
        xml,
        "<var ID=\"V{}\" name=\"{}\" files=\"F1\" intrvl=\"{interval}\" nature=\"{nature}\"",
        number + 1,
        escaped(&variable.name)
    );
    if weight == Some(number) {
        xml.push_str(" wgt=\"wgt\"");
    } else if let Some(weight) = weight.filter(|_| variable.role != Role::Design) {
        let _ = write!(xml, " wgt-var=\"V{}\"", weight + 1);
    }
    xml.push('>');
    element(xml, "labl", &variable.label);
    if let Some(question) = &variable.question {
        xml.push_str("<qstn>");
        element(xml, "qstnLit", question);
        xml.push_str("</qstn>");
    }
    if let Some(from) = variable.missing_from() {
        let _ = write!(xml, "<invalrng><range max=\"{from}\"/></invalrng>");
    }
    for code in &variable.codes {
        let _ = write!(xml, "<catgry missing=\"{}\">", if code.missing { "Y" } else { "N" });
        element(xml, "catValu", &code.value.to_string());
        element(xml, "labl", &code.label);
        xml.push_str("</catgry>");
    }
    if let Some(item) = &variable.item {
        element(xml, "concept", &item.dimension);
    }
    let kind = if matches!(variable.kind, Kind::Text(_)) { "character" } else { "numeric" };
    let _ = write!(xml, "<varFormat type=\"{kind}\"/>");
    if variable.withheld > 0 {
        element(xml, "notes", &format!("{}: withheld_rows={}", variable.role.word(), variable.withheld));
    }
    xml.push_str("</var>\n");
}

fn element(xml: &mut String, name: &str, text: &str) {
    let _ = write!(xml, "<{name}>{}</{name}>", escaped(text));
}

/// Text for XML: without characters that it forbids.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}
