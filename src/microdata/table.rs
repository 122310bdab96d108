//! The codebook as a table (CSV): a row for each code of each variable, one with empty codes for a variable without any; first
//! those of the file itself, whose variable is empty.

use super::{codebook::Codebook, csv::text};

/// The columns.
const COLUMNS: [&str; 20] = [
    "variable",
    "label",
    "question",
    "role",
    "type",
    "module",
    "id",
    "part",
    "part_weight",
    "dimension",
    "dimension_in_part",
    "item_weight",
    "withheld_rows",
    "code",
    "code_label",
    "source_code",
    "missing",
    "worth",
    "rows",
    "population",
];

/// The table, with a byte order mark, since spreadsheets take it for another encoding without.
pub fn bytes(codebook: &Codebook) -> Vec<u8> {
    let mut out = b"\xEF\xBB\xBF".to_vec();
    let mut row = |cells: &[(&str, String)]| {
        for (at, column) in COLUMNS.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            if let Some((_, cell)) = cells.iter().find(|(name, _)| name == column) {
                // Codes and numbers begin with a minus sign and are no formulas.
                if cell.parse::<f64>().is_ok() {
                    out.extend(cell.bytes());
                } else {
                    text(&mut out, cell);
                }
            }
        }
        out.push(b'\n');
    };
    row(&COLUMNS.map(|column| (column, column.to_owned())));
    for (name, value) in facts(codebook) {
        row(&[("label", name.to_owned()), ("code_label", value)]);
    }
    for note in &codebook.notes {
        row(&[("label", "note".to_owned()), ("code_label", note.clone())]);
    }
    for variable in &codebook.variables {
        let mut own = vec![
            ("variable", variable.name.clone()),
            ("label", variable.label.clone()),
            ("question", variable.question.clone().unwrap_or_default()),
            ("role", variable.role.word().to_owned()),
            ("type", kind(variable.kind).to_owned()),
            ("module", variable.module.clone().unwrap_or_default()),
            ("withheld_rows", variable.withheld.to_string()),
        ];
        if let Some(item) = &variable.item {
            own.extend([
                ("id", item.id.clone()),
                ("part", item.part.clone()),
                ("part_weight", item.part_weight.to_string()),
                ("dimension", item.dimension.clone()),
                ("dimension_in_part", item.dimension_in_part.to_string()),
                ("item_weight", item.weight.to_string()),
            ]);
        }
        if variable.codes.is_empty() {
            row(&own);
        }
        for code in &variable.codes {
            let mut cells = own.clone();
            cells.extend([
                ("code", code.value.to_string()),
                ("code_label", code.label.clone()),
                ("source_code", code.source.clone().unwrap_or_default()),
                ("missing", u8::from(code.missing).to_string()),
                ("worth", code.worth.map_or_else(String::new, |worth| worth.to_string())),
            ]);
            let stratum =
                codebook.strata.iter().find(|of| variable.name == "stratum" && of.number == code.value);
            if let Some(stratum) = stratum {
                cells.push(("source_code", String::new()));
                cells.push(("rows", stratum.rows.to_string()));
                cells.push(("population", stratum.population.map_or_else(String::new, |n| n.to_string())));
            }
            row(&cells);
        }
    }
    out
}

/// What there is to know of the file itself, for programs.
pub(super) fn facts(codebook: &Codebook) -> Vec<(&'static str, String)> {
    let (id, version, sha256) = &codebook.definition;
    let flag = |flag: bool| u8::from(flag).to_string();
    let (ask, modules) = codebook.rotation.unwrap_or_default();
    vec![
        ("campaign", codebook.slug.clone()),
        ("title", codebook.title.clone()),
        ("definition", format!("{id}@{version}")),
        ("definition_sha256", sha256.clone()),
        ("form", codebook.form.clone()),
        ("from", codebook.period.0.clone()),
        ("to", codebook.period.1.clone()),
        ("rows", codebook.rows.to_string()),
        ("k", codebook.k.to_string()),
        ("weighted", flag(codebook.weighted)),
        ("measure", codebook.measure.clone()),
        ("aggregation", codebook.aggregation.clone()),
        ("pooled_nodes", flag(codebook.pooled_nodes)),
        ("modules_asked", ask.to_string()),
        ("modules", modules.to_string()),
        ("exact", flag(codebook.exact)),
        ("demonstration", flag(codebook.demonstration)),
    ]
}

/// The word for what cells hold.
pub(super) const fn kind(kind: super::codebook::Kind) -> &'static str {
    use super::codebook::Kind;
    match kind {
        Kind::Nominal => "nominal",
        Kind::Ordinal => "ordinal",
        Kind::Count => "count",
        Kind::Number => "number",
        Kind::Text(_) => "text",
    }
}
