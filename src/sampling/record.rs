//! What is kept of a draw, so that it can be done again and checked (schema `sipas.draw/1`).
//!
//! There is no time in it: the same draw gives the same record, byte for byte.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    draw::{self, Drawn, Request},
    problem::{Kind, Problem},
    random::ALGORITHM,
    sheet::Sheet,
};
use crate::secret::hex;

/// The schema.
pub const SCHEMA: &str = "sipas.draw/1";

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program and its version.
    pub program: String,
    /// [`ALGORITHM`].
    pub algorithm: String,
    /// The list.
    pub frame: Frame,
    /// The plan, where one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<File>,
    /// The rule by which strata got their part, where one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation: Option<String>,
    /// Seed, method and options.
    pub request: Request,
    /// What was drawn.
    pub drawn: DrawnFile,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The file.
    #[serde(flatten)]
    pub file: File,
    /// Its rows, without the header and rows without content.
    pub rows: u64,
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnFile {
    /// SHA-256 of the drawn file's bytes.
    pub sha256: String,
    /// The rows in the order drawn, by their number in the list from 1.
    pub rows: Vec<u64>,
    /// Their ids, where an id column was named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A draw with its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The rows.
    pub drawn: Vec<Drawn>,
    /// The drawn file.
    pub csv: Vec<u8>,
    /// What the record says of it.
    pub file: DrawnFile,
}

/// Draws and makes the file.
///
/// # Errors
/// As [`draw::draw`].
pub fn perform(sheet: &Sheet, request: &Request) -> Result<Done, Vec<Problem>> {
    let drawn = draw::draw(sheet, request)?;
    let csv = draw::csv(sheet, &drawn);
    let ids = match &request.id {
        None => Vec::new(),
        Some(id) => {
            let keys = draw::keys(sheet, Some(id))?;
            drawn.iter().map(|drawn| keys[drawn.row].clone()).collect()
        }
    };
    let rows = drawn.iter().map(|drawn| drawn.row as u64 + 1).collect();
    let file = DrawnFile { sha256: sha256(&csv), rows, ids };
    Ok(Done { drawn, csv, file })
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// It is none, or one of another algorithm.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let no_record = |detail: String| Problem::whole(Kind::NotARecord { detail });
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let record: Self = serde_json::from_slice(bytes).map_err(|error| no_record(error.to_string()))?;
        if record.schema != SCHEMA {
            return Err(no_record(format!("schema: {}", record.schema)));
        }
        if record.algorithm != ALGORITHM {
            return Err(Problem::whole(Kind::OtherAlgorithm { found: record.algorithm }));
        }
        Ok(record)
    }

    /// The record as JSON.
    #[must_use]
    #[expect(clippy::expect_used, reason = "text, numbers and lists have a form in JSON")]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("JSON") + "\n"
    }
}

/// What does not agree with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The list is another file.
    Frame {
        /// What the record says.
        recorded: Frame,
        /// What was found; no rows, if it cannot be read.
        found: Frame,
    },
    /// Drawing again is not possible.
    Impossible(Vec<Problem>),
    /// Other rows are drawn.
    Rows {
        /// Rows of the record that are not drawn.
        only_recorded: Vec<u64>,
        /// Rows that are drawn and not in the record.
        only_drawn: Vec<u64>,
    },
    /// The same rows in another order.
    Order,
    /// Other ids.
    Ids,
    /// The drawn file is not the one of the record, by its SHA-256.
    File {
        /// What the record says.
        recorded: String,
        /// What drawing again gives.
        found: String,
    },
    /// The drawn file at hand has been changed.
    Given {
        /// What the record says.
        recorded: String,
        /// What was found.
        found: String,
    },
}

/// Does a draw again and compares: the list, the rows, the file, and the drawn file at hand where there is one. Empty if all
/// agrees.
#[must_use]
pub fn verify(record: &Record, frame: &File, bytes: &[u8], given: Option<&[u8]>) -> Vec<Difference> {
    let mut found = Vec::new();
    let sheet = Sheet::read(bytes);
    let rows = sheet.as_ref().map_or(0, |sheet| sheet.len() as u64);
    if frame.sha256 != record.frame.file.sha256 || rows != record.frame.rows {
        found.push(Difference::Frame {
            recorded: record.frame.clone(),
            found: Frame { file: frame.clone(), rows },
        });
    }
    match sheet.and_then(|sheet| perform(&sheet, &record.request)) {
        Err(problems) => found.push(Difference::Impossible(problems)),
        Ok(done) => {
            let set = |rows: &[u64]| rows.iter().copied().collect::<BTreeSet<u64>>();
            let (recorded, drawn) = (set(&record.drawn.rows), set(&done.file.rows));
            if recorded != drawn || record.drawn.rows.len() != done.file.rows.len() {
                found.push(Difference::Rows {
                    only_recorded: recorded.difference(&drawn).copied().collect(),
                    only_drawn: drawn.difference(&recorded).copied().collect(),
                });
            } else if record.drawn.rows != done.file.rows {
                found.push(Difference::Order);
            }
            if record.drawn.ids != done.file.ids {
                found.push(Difference::Ids);
            }
            if record.drawn.sha256 != done.file.sha256 {
                let recorded = record.drawn.sha256.clone();
                found.push(Difference::File { recorded, found: done.file.sha256 });
            }
        }
    }
    if let Some(given) = given.map(sha256).filter(|given| *given != record.drawn.sha256) {
        found.push(Difference::Given { recorded: record.drawn.sha256.clone(), found: given });
    }
    found
}
