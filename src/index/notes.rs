//! What a reader must know, in words.

use std::collections::BTreeMap;

use crate::language::Lang;

use super::report::Note;

/// A note in all languages.
pub(crate) fn note(code: &str, unit: Option<&str>, words: impl Fn(Lang) -> String) -> Note {
    let text: BTreeMap<String, String> =
        Lang::ALL.into_iter().map(|lang| (lang.code().to_owned(), words(lang))).collect();
    Note { code: code.to_owned(), unit: unit.map(str::to_owned), text }
}
