//! What a reader must know, in words.

use std::collections::BTreeMap;

use crate::language::Lang;

use super::report::Note;

/// Code of the note that says that an open campaign's answers are counted in steps, and not each as it comes.
pub const IN_STEPS: &str = "in_steps";

/// A note in all languages.
pub(crate) fn note(code: &str, unit: Option<&str>, words: impl Fn(Lang) -> String) -> Note {
    let text: BTreeMap<String, String> =
        Lang::ALL.into_iter().map(|lang| (lang.code().to_owned(), words(lang))).collect();
    Note { code: code.to_owned(), unit: unit.map(str::to_owned), text }
}

/// So many of several things are named.
const NAMED: usize = 3;

/// The first of several names in quotes, and how many more there are.
pub(crate) fn first_of(names: &[&str]) -> (String, usize) {
    let named: Vec<String> = names.iter().take(NAMED).map(|name| format!("“{name}”")).collect();
    (named.join(", "), names.len().saturating_sub(NAMED))
}
