//! What may be meant otherwise in a list that can be taken as it stands: a unit that may be there already under another
//! spelling, and one whose name says another unit above than it gets.

use std::collections::{BTreeMap, BTreeSet};

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
#[derive(Clone, Copy)]
struct There<'a> {
    code: &'a str,
    name: &'a str,
}

/// Units that are called alike and lie below the same one: the first, and the first of another spelling. More are not needed
/// to name one that is spelled otherwise than a third, however many share a name.
#[derive(Default)]
struct Alike<'a> {
    first: Option<(String, There<'a>)>,
    other: Option<There<'a>>,
}

impl<'a> Alike<'a> {
    fn add(&mut self, key: String, there: There<'a>) {
        match &self.first {
            None => self.first = Some((key, there)),
            Some((first, _)) if *first != key && self.other.is_none() => self.other = Some(there),
            Some(_) => {}
        }
    }

    fn spelled_otherwise(&self, key: &str) -> Option<There<'a>> {
        let (first, there) = self.first.as_ref()?;
        if first == key { self.other } else { Some(*there) }
    }
}

/// The doubts about new units, told at `column`.
pub(super) fn doubts(lang: Lang, asked: &[Asked], history: &History, column: Option<usize>) -> Vec<Fault> {
    let m = lang.messages();
    let mut by_bare: BTreeMap<(String, Option<&str>), Alike<'_>> = BTreeMap::new();
    let mut by_name: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    // A list that gives codes may give a new one to a unit that is there by the very same name; not where it says itself what
    // becomes of that unit.
    let mut by_place: BTreeMap<(String, Option<&str>), There<'_>> = BTreeMap::new();
    let said: BTreeSet<&str> = asked.iter().map(|unit| unit.code.as_str()).collect();
    for unit in history.iter().map(|dated| &dated.unit).filter(|unit| unit.valid_to.is_none()) {
        let there = There { code: &unit.code, name: &unit.name };
        let (key, parent) = (vietnamese::key(&unit.name), unit.parent.as_deref());
        by_bare.entry((bare(&unit.name, &unit.kind), parent)).or_default().add(key.clone(), there);
        if !said.contains(unit.code.as_str()) {
            by_place.entry((key.clone(), parent)).or_insert(there);
        }
        by_name.insert(key, (&unit.code, &unit.name));
    }
    for unit in asked {
        by_name.entry(vietnamese::key(&unit.name)).or_insert((&unit.code, &unit.name));
    }
    let mut found = Vec::new();
    for unit in asked {
        if history.get(&unit.code).is_none() && !unit.code.is_empty() && !unit.name.is_empty() {
            let parent = unit.parent.as_deref();
            let place = (vietnamese::key(&unit.name), parent);
            let alike = by_bare.entry((bare(&unit.name, &unit.kind), parent)).or_default();
            // The very same name twice in the list is a fault of its own.
            if let Some(other) = by_place.get(&place).copied().or_else(|| alike.spelled_otherwise(&place.0)) {
                let (name, there, code) = (unit.name.as_str(), other.name, other.code);
                let words = fl!(m, "import-maybe-there", name = name, there = there, code = code);
                found.push(Fault { row: unit.row, column, words });
            }
            alike.add(place.0, There { code: &unit.code, name: &unit.name });
            let above = PARTS.iter().find_map(|part| unit.name.rsplit_once(part)).map(|(_, above)| above);
            let above = above.and_then(|above| by_name.get(&vietnamese::key(above)));
            if let Some((_, above)) = above.filter(|(code, _)| *code != unit.code && Some(*code) != parent) {
                let (name, above) = (unit.name.as_str(), *above);
                let words = fl!(m, "import-maybe-below", name = name, above = above);
                found.push(Fault { row: unit.row, column, words });
            }
        }
    }
    found
}
