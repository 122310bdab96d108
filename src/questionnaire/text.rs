//! What people typed, made fit to be kept and shown: nothing that can be seen is changed, nothing that cannot be seen
//! stays.
//!
//! Marks that turn the direction of writing could make a comment read differently from what it says, and marks without
//! width hide words from a search and from the eyes of whoever screens comments. Both come by pasting, never by typing
//! Vietnamese. The joiner stays where it holds an emoji together.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Most marks on one letter that are kept; no language of the country writes more than two.
const MARKS: usize = 3;
/// Holds the parts of an emoji together.
const JOINER: char = '\u{200D}';

/// The text in NFC, with line breaks as `\n`, without invisible characters and without blanks at its ends.
pub fn clean(typed: &str) -> String {
    // What is taken out may bring together what has to be composed, or lay bare what has to go, at the ends above all.
    // Every round but the last takes something out, so it ends.
    let mut text = clean_once(&typed.replace("\r\n", "\n"));
    loop {
        let again = clean_once(&text);
        if again == text {
            return text;
        }
        text = again;
    }
}

fn clean_once(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len());
    let mut marks = 0;
    let mut before = None;
    for c in typed.nfc() {
        let c = match c {
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            other => other,
        };
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        let joins = c == JOINER
            && before.is_some_and(|before: char| !before.is_alphanumeric() && !before.is_whitespace());
        if joins || (marks <= MARKS && !is_invisible(c)) {
            text.push(c);
            before = Some(c);
        }
    }
    text.trim_end_matches(JOINER).trim().nfc().collect()
}

/// Whether a character has no shape and no width, line breaks and tabs excepted.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(
            c,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vietnamese_of_either_form_is_the_same_text() {
        let composed = "Thủ tục ở Quy Nhơn rất nhanh, ẾỆỔỘỨỰ";
        let apart: String = composed.nfd().collect();
        assert_ne!(apart, composed);
        assert_eq!((clean(&apart).as_str(), clean(composed).as_str()), (composed, composed));
        // Windows keyboards of old type the letter composed and the tone after it.
        assert_eq!(clean("tiê\u{0301}ng Viê\u{0323}t"), "tiếng Việt");
    }

    #[test]
    fn letters_of_other_peoples_of_the_country_keep_their_marks() {
        for text in ["Bơngai kơ ƀôh", "ĕ̆ ĭ ŏ ŭ č ñ", "ꨌꩌ"] {
            let kept = clean(text);
            assert_eq!(kept, text.nfc().collect::<String>());
        }
    }

    #[test]
    fn marks_of_direction_and_without_width_are_taken_out() {
        assert_eq!(clean("tốt\u{202E}mék\u{202C} \u{2067}a\u{2069}\u{200F}\u{061C}"), "tốtmék a");
        assert_eq!(clean("h\u{200B}ài\u{FEFF} l\u{2060}ò\u{00AD}ng\u{E0041}"), "hài lòng");
        assert_eq!(clean("a\u{0}b\u{7}c\u{1B}[31m\u{85}"), "abc[31m");
        assert_eq!(clean("\u{200B}\u{202E} \u{FEFF}"), "");
        // A mark that was kept apart from its letter finds it.
        assert_eq!(clean("e\u{200B}\u{0301}"), "é");
    }

    #[test]
    fn emoji_stay_whole() {
        for emoji in [
            "👍",
            "👍🏽",
            "👩\u{200D}👩\u{200D}👧",
            "❤\u{FE0F}\u{200D}🔥",
            "🏳\u{FE0F}\u{200D}🌈",
            "1\u{FE0F}\u{20E3}",
            "🇻🇳",
        ] {
            assert_eq!(clean(&format!("Tốt {emoji}!")), format!("Tốt {emoji}!"));
        }
        assert_eq!(clean("a\u{200D}b👍\u{200D}"), "ab👍");
        assert_eq!(clean("👍\u{200D} \u{200D}\n"), "👍");
    }

    #[test]
    fn line_breaks_are_of_one_kind_and_a_heap_of_marks_is_no_word() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\n\ne\t"), "a\nb\nc\nd\n\ne");
        assert_eq!(clean(&format!("q{}", "\u{0336}".repeat(500))).chars().count(), 1 + MARKS);
    }

    proptest! {
        #[test]
        fn h_01_cleaning_twice_changes_nothing_more(text in "\\PC*|.*|[a-zê\u{0301}\u{0323}\u{200B}-\u{200F}\u{202A}-\u{202E}👍 \r\n]*") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert!(!once.chars().any(|c| is_invisible(c) && c != JOINER));
        }
    }
}
