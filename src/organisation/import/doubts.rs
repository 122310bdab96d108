//! What may be meant otherwise in a list that can be taken as it stands: a unit that may be there already under another
//! spelling, and one whose name says another unit above than it gets.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::{Asked, Fault, names};
use crate::{
    language::{Lang, vietnamese},
    organisation::History,
};

/// What parts a unit's name from that of the unit above, as letterheads have it.
const PARTS: [&str; 4] = [" - ", " – ", " — ", " thuộc "];

/// A name as far as it tells one unit from another: without the words for its office, in letters alone, and with its kind.
fn bare(name: &str, kind: &str) -> String {
    let folded = vietnamese::fold(name.trim());
    let (name, kind) = (vietnamese::key(names::without_office(&folded)), vietnamese::key(kind));
    if name.starts_with(&kind) { name } else { format!("{kind}{name}") }
}

/// A unit that a new one may be.
struct There<'a> {
    code: &'a str,
    name: &'a str,
    parent: Option<&'a str>,
}

/// The doubts about new units, told at `column`.
pub(super) fn doubts(lang: Lang, asked: &[Asked], history: &History, column: Option<usize>) -> Vec<Fault> {
    let m = lang.messages();
    let mut by_bare: BTreeMap<String, Vec<There<'_>>> = BTreeMap::new();
    let mut by_name: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for unit in history.iter().map(|dated| &dated.unit).filter(|unit| unit.valid_to.is_none()) {
        let there = There { code: &unit.code, name: &unit.name, parent: unit.parent.as_deref() };
        by_bare.entry(bare(&unit.name, &unit.kind)).or_default().push(there);
        by_name.insert(vietnamese::key(&unit.name), (&unit.code, &unit.name));
    }
    for unit in asked {
        by_name.entry(vietnamese::key(&unit.name)).or_insert((&unit.code, &unit.name));
    }
    let mut found = Vec::new();
    for unit in asked {
        if history.get(&unit.code).is_none() && !unit.code.is_empty() && !unit.name.is_empty() {
            let parent = unit.parent.as_deref();
            let alike = by_bare.entry(bare(&unit.name, &unit.kind)).or_default();
            // The very same name again is a fault of its own, or another unit's below another one.
            let other = alike.iter().find(|other| {
                other.parent == parent && vietnamese::key(other.name) != vietnamese::key(&unit.name)
            });
            if let Some(other) = other {
                let (name, there, code) = (unit.name.as_str(), other.name, other.code);
                let words = fl!(m, "import-maybe-there", name = name, there = there, code = code);
                found.push(Fault { row: unit.row, column, words });
            }
            alike.push(There { code: &unit.code, name: &unit.name, parent });
            let said = PARTS.iter().find_map(|part| unit.name.rsplit_once(part)).map(|(_, above)| above);
            let above = said.and_then(|above| by_name.get(&vietnamese::key(above)));
            if let Some((_, above)) = above.filter(|(code, _)| *code != unit.code && Some(*code) != parent) {
                let (name, above) = (unit.name.as_str(), *above);
                let words = fl!(m, "import-maybe-below", name = name, above = above);
                found.push(Fault { row: unit.row, column, words });
            }
        }
    }
    found
}
