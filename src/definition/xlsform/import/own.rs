//! The sheet `sipas`: what XLSForm has no place for, as [`super::super::export`](mod@super::super::export) wrote it.

use super::super::{
    OWN_SHEET, Workbook,
    workbook::{Table, language_code},
};
use std::collections::BTreeMap;

use crate::definition::model::Text;

/// Its rows; empty for a form of another origin.
#[derive(Debug, Clone, Default)]
pub struct Own {
    rows: Vec<OwnRow>,
}

#[derive(Debug, Clone)]
struct OwnRow {
    what: String,
    id: String,
    field: String,
    value: String,
    text: Text,
}

impl Own {
    pub fn read(workbook: &Workbook) -> Self {
        let Some(table) = Table::find(workbook, OWN_SHEET) else { return Self::default() };
        let row = |row: super::super::workbook::Row<'_>| OwnRow {
            what: row.get("what").to_owned(),
            id: row.get("id").to_owned(),
            field: row.get("field").to_owned(),
            value: row.get("value").to_owned(),
            text: row
                .cells_of("text")
                .filter_map(|(_, language, words)| Some((language_code(language?)?, words.to_owned())))
                .collect(),
        };
        Self { rows: table.rows().map(row).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The ids of what there is of a kind, in order.
    pub fn ids(&self, what: &str) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for row in self.rows.iter().filter(|row| row.what == what) {
            if !ids.contains(&row.id) {
                ids.push(row.id.clone());
            }
        }
        ids
    }

    pub fn values(&self, what: &str, id: &str, field: &str) -> Vec<String> {
        let wanted = |row: &&OwnRow| row.what == what && row.id == id && row.field == field;
        self.rows
            .iter()
            .filter(wanted)
            .map(|row| row.value.clone())
            .filter(|value| !value.is_empty())
            .collect()
    }

    pub fn value(&self, what: &str, id: &str, field: &str) -> Option<String> {
        self.values(what, id, field).into_iter().next()
    }

    /// A value that is a number or so.
    pub fn parsed<T: std::str::FromStr>(&self, what: &str, id: &str, field: &str) -> Option<T> {
        self.value(what, id, field)?.parse().ok()
    }

    /// A number for each id of a kind.
    pub fn numbers(&self, what: &str, field: &str) -> BTreeMap<String, f64> {
        let ids =
            self.rows.iter().filter(|row| row.what == what && row.field == field).map(|row| row.id.clone());
        ids.filter_map(|id| Some((id.clone(), self.parsed(what, &id, field)?))).collect()
    }

    /// A value that is a word of the format.
    pub fn word<T: serde::de::DeserializeOwned>(&self, what: &str, id: &str, field: &str) -> Option<T> {
        serde_json::from_value(serde_json::Value::String(self.value(what, id, field)?)).ok()
    }

    pub fn text(&self, what: &str, id: &str, field: &str) -> Option<Text> {
        let wanted =
            |row: &&OwnRow| row.what == what && row.id == id && row.field == field && !row.text.is_empty();
        self.rows.iter().find(wanted).map(|row| row.text.clone())
    }
}
