//! Below the figures: who answers for what is below the target, and what a reader must know.

use super::{COLUMNS, Row, text};
use crate::{
    index::report::Report,
    language::Lang,
    report::{
        duties::{self, Role},
        guard, words,
    },
};

/// The rows; so many columns stand between the named ones and those of the body.
pub(super) fn rows(report: &Report, between: usize, lang: Lang) -> Vec<Vec<String>> {
    let mut rows = responsibilities(report, between, lang);
    rows.extend(notes(report, between, lang));
    rows
}

/// One for each criterion below the target, body and role, with the unit where the figures are its own; of a criterion that nobody
/// answers for one without a body.
fn responsibilities(report: &Report, between: usize, lang: Lang) -> Vec<Vec<String>> {
    let guarded = |text: &str| guard::cell(text).into_owned();
    let mut rows = Vec::new();
    for duties in duties::by_body(report) {
        for ((_, criterion), roles) in &duties.items {
            let row = Row {
                level: "responsibility",
                id: &criterion.id,
                name: &criterion.name,
                weight: None,
                estimate: &criterion.estimate,
                criterion: None,
                points: None,
            };
            let plan = criterion.responsible.as_ref().map_or("", |responsible| &responsible.plan);
            let roles: Vec<Option<Role>> =
                if roles.is_empty() { vec![None] } else { roles.iter().copied().map(Some).collect() };
            for role in roles {
                let mut cells = row.cells(duties.unit, false, &[], lang);
                cells.truncate(COLUMNS.len());
                cells.extend(std::iter::repeat_n(String::new(), between));
                cells.extend([
                    guarded(duties.body.unwrap_or_default()),
                    role.map(|role| named(role, lang)).unwrap_or_default(),
                    guarded(plan),
                ]);
                rows.push(cells);
            }
        }
    }
    rows
}

/// A role, in English by its code.
fn named(role: Role, lang: Lang) -> String {
    if lang != Lang::EN {
        return words::role(lang, role);
    }
    match role {
        Role::Lead => "lead",
        Role::Monitor => "monitor",
        Role::Support => "support",
    }
    .to_owned()
}

/// One for each note, by its code; of one on a unit with the unit.
fn notes(report: &Report, between: usize, lang: Lang) -> Vec<Vec<String>> {
    let row = |note: &crate::index::report::Note| {
        let code = note.unit.as_deref().unwrap_or_default();
        let unit = report.units.iter().find(|unit| unit.code == code);
        // The report on one category keeps notes on units that are not in it.
        let unit_name = match (&note.unit, unit) {
            (None, _) => text(lang, "whole"),
            (Some(_), Some(unit)) => guard::cell(&unit.name).into_owned(),
            (Some(code), None) => guard::cell(code).into_owned(),
        };
        let cells = COLUMNS.iter().map(|name| match *name {
            "unit" => guard::cell(code).into_owned(),
            "unit_name" => unit_name.clone(),
            "level" => text(lang, "note"),
            "id" => note.code.clone(),
            "name" => guard::cell(lang.pick(&note.text)).into_owned(),
            _ => String::new(),
        });
        cells.chain(std::iter::repeat_n(String::new(), between + super::RESPONSIBLE.len())).collect()
    };
    report.notes.iter().map(row).collect()
}
