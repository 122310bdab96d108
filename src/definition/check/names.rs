//! Ids, versions and names: well formed, once each, and where they belong.

use std::collections::BTreeMap;

use super::{Checker, at};
use crate::definition::{
    problem::ProblemKind,
    source::{Path, below},
};

/// The one format that this program reads.
const FORMAT: u32 = 1;
/// Longest id, in characters; SPSS allows 64 with what an export adds.
pub(in crate::definition) const LONGEST: usize = 48;
/// Form fields that are no question, and words that SPSS keeps for itself.
pub(in crate::definition) const RESERVED: [&str; 16] = [
    "submission",
    "token",
    "lang",
    "all",
    "and",
    "by",
    "eq",
    "ge",
    "gt",
    "le",
    "lt",
    "ne",
    "not",
    "or",
    "to",
    "with",
];

/// Folder and file are named after id and version.
pub(super) fn place(c: &mut Checker<'_>) {
    let names: Vec<&str> = c.source.file().split(['/', '\\']).filter(|name| !name.is_empty()).collect();
    let file = names.last().map(|name| name.trim_end_matches(".toml"));
    if let Some(file) = file
        && file != c.definition.version
    {
        let kind =
            ProblemKind::VersionIsNotFile { version: c.definition.version.clone(), file: file.to_owned() };
        c.error(&at!["version"], kind);
    }
    if let Some(folder) = names.len().checked_sub(2).and_then(|at| names.get(at))
        && *folder != c.definition.id
    {
        let kind = ProblemKind::IdIsNotFolder { id: c.definition.id.clone(), folder: (*folder).to_owned() };
        c.error(&at!["id"], kind);
    }
}

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    if d.format != FORMAT {
        c.error(&at!["format"], ProblemKind::UnknownFormat(d.format));
    }
    if !d.version.split('.').all(|n| (1..=9).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit())) {
        c.error(&at!["version"], ProblemKind::BadVersion(d.version.clone()));
    }
    if !well_formed(&d.id) {
        c.error(&at!["id"], ProblemKind::BadId(d.id.clone()));
    }
    let ids = |key: &str, ids: Vec<&String>| -> Vec<(String, Path)> {
        ids.into_iter().enumerate().map(|(at, id)| (id.clone(), at![key, at, "id"])).collect()
    };
    let parts = ids("part", d.parts.iter().map(|p| &p.id).collect());
    let dimensions = ids("dimension", d.dimensions.iter().map(|p| &p.id).collect());
    let forms = ids("form", d.forms.iter().map(|p| &p.id).collect());
    let items: Vec<(String, Path)> =
        c.items().map(|item| (item.id.to_owned(), below(&item.path, at!["id"]))).collect();
    for group in [parts, dimensions, forms, items.clone()] {
        for (id, path) in &group {
            if !well_formed(id) {
                c.error(path, ProblemKind::BadId(id.clone()));
            }
        }
        once(c, &group);
    }
    variables(c, &items);
    map(c);
}

/// `[a-z][a-z0-9_.-]*`, ending in a letter or digit.
pub(in crate::definition) fn well_formed(id: &str) -> bool {
    id.len() <= LONGEST
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-'))
}

/// Each of these once.
pub(super) fn once(c: &mut Checker<'_>, names: &[(String, Path)]) {
    let mut seen: BTreeMap<&str, &Path> = BTreeMap::new();
    for (name, path) in names {
        if let Some(first) = seen.get(name.as_str()) {
            let first = c.source.position(first).line;
            c.error(path, ProblemKind::Duplicate { id: name.clone(), first });
        } else {
            seen.insert(name, path);
        }
    }
}

/// The SPSS variable of an item: `access.seats` becomes `access_seats`.
pub(in crate::definition) fn variable(id: &str) -> String {
    id.replace(['.', '-'], "_")
}

fn variables(c: &mut Checker<'_>, items: &[(String, Path)]) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (id, path) in items {
        if RESERVED.contains(&id.as_str()) {
            c.error(path, ProblemKind::ReservedId(id.clone()));
        }
        let name = variable(id);
        match seen.get(&name) {
            Some(other) if other != id => {
                let kind = ProblemKind::SameVariable { id: id.clone(), other: (*other).to_owned(), name };
                c.error(path, kind);
            }
            Some(_) => {}
            None => {
                seen.insert(name, id);
            }
        }
    }
}

/// `map` leads from items of this version to `id@version`.
fn map(c: &mut Checker<'_>) {
    let d = c.definition;
    for (id, earlier) in &d.map {
        if c.item(id).is_none() {
            let known = c.items().map(|item| item.id.to_owned()).collect();
            let what = crate::definition::problem::Reference::Item;
            c.error_at_key(&at!["map", id], ProblemKind::UnknownReference { what, id: id.clone(), known });
        }
        if !earlier.split_once('@').is_some_and(|(id, version)| well_formed(id) && !version.is_empty()) {
            c.error(&at!["map", id], ProblemKind::BadMap(earlier.clone()));
        }
    }
}
