//! What codes and names may be, wherever they come from: files, lists, forms.

use i18n_embed_fl::fl;
use unicode_normalization::UnicodeNormalization as _;

use crate::language::Lang;

/// Longest code, in characters.
pub const CODE: usize = 64;
/// Longest name of a unit, counter or person.
pub const NAME: usize = 300;
/// Longest kind of unit.
pub const KIND: usize = 64;

/// A text on one line as it is kept: in NFC and without spaces around it.
pub fn line(text: &str) -> String {
    text.trim().nfc().collect()
}

/// Whether a text can be a code: ASCII letters, digits, `-`, `_`, `.`, the first one a letter or digit. Codes stand in
/// addresses, in file names and in tables that people read out to each other.
pub fn is_code(text: &str) -> bool {
    text.len() <= CODE
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Line breaks and other control characters, and those that turn the direction of writing: they forge what is shown
/// or sent.
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value as it can be shown: no control characters, not too long.
pub fn shown(value: &str) -> String {
    let shown: String =
        value.chars().take(CODE + 1).map(|c| if is_control(c) { '\u{fffd}' } else { c }).collect();
    if value.chars().count() > CODE + 1 { shown + "…" } else { shown }
}

/// What is wrong with a code, if anything is.
pub fn code_problem(lang: Lang, code: &str) -> Option<String> {
    let m = lang.messages();
    if code.is_empty() {
        return Some(fl!(m, "apply-empty"));
    }
    (!is_code(code)).then(|| fl!(m, "apply-bad-code", code = shown(code), most = CODE))
}

/// What is wrong with a text on one line of at most so many characters, if anything is.
pub fn line_problem(lang: Lang, text: &str, most: usize) -> Option<String> {
    let m = lang.messages();
    let length = text.chars().count();
    if let Some(c) = text.chars().find(|&c| is_control(c)) {
        let character = format!("U+{:04X}", u32::from(c));
        return Some(fl!(m, "apply-control", character = character));
    }
    if text.trim().is_empty() {
        return Some(fl!(m, "apply-empty"));
    }
    (length > most).then(|| fl!(m, "apply-too-long", length = length, most = most))
}
