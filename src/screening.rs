//! Free text before anybody else reads it: what could name a person, and covering it.
//!
//! Pure. The hints ([`parts`]) only point; people decide. What is covered ([`mask`]) is replaced by [`COVER`], and the
//! words below it are gone.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

/// What stands in place of covered words.
pub const COVER: &str = "[…]";

/// Longest run of letters shown in one piece, in characters; a longer one can be covered piece by piece.
const PIECE: usize = 40;

/// A piece of a text: what stands before it, and a word or part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'t> {
    /// Spaces and line breaks before it.
    pub gap: &'t str,
    /// The word with its punctuation.
    pub word: &'t str,
    /// Whether it may be (part of) a number, address or name of a person.
    pub suspect: bool,
}

/// The text as it can be shown anywhere: composed, without marks that turn the direction of writing or cannot be seen.
/// Joiners stay, which emoji and some scripts need.
pub fn plain(text: &str) -> String {
    let seen = |c: &char| {
        !matches!(*c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}')
            && !matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let spaced =
        |c: char| if c != '\n' && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) { ' ' } else { c };
    text.replace("\r\n", "\n").chars().filter(seen).map(spaced).nfc().collect()
}

/// Whether anything in the text may name a person.
pub fn is_suspect(text: &str) -> bool {
    parts(text).iter().any(|part| part.suspect)
}

/// The text in pieces, with those marked that may name a person: e-mail and web addresses, telephone, identity and case
/// numbers, names.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let words = words(text);
    let mut suspect: Vec<bool> = words.iter().map(|(_, word)| is_address(word) || is_number(word)).collect();
    mark_number_runs(&words, &mut suspect);
    mark_names(&words, &mut suspect);
    words
        .iter()
        .zip(suspect)
        .flat_map(|((gap, word), suspect)| {
            pieces(word).into_iter().enumerate().map(move |(at, word)| Part {
                gap: if at == 0 { gap } else { "" },
                word,
                suspect,
            })
        })
        .collect()
}

/// The text with these parts (by their place in [`parts`]) covered; neighbours under one cover.
pub fn mask(text: &str, covered: &BTreeSet<usize>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut before = false;
    for (at, part) in parts(text).iter().enumerate() {
        let cover = covered.contains(&at);
        if !(cover && before) {
            masked.push_str(part.gap);
            masked.push_str(if cover { COVER } else { part.word });
        }
        before = cover;
    }
    masked
}

/// Words with what stands before each. Space at the end of the text is dropped.
fn words(text: &str) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word_at = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let (gap, from) = rest.split_at(word_at);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        if !word.is_empty() {
            words.push((gap, word));
        }
        rest = after;
    }
    words
}

fn pieces(word: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while let Some((end, _)) = rest.char_indices().nth(PIECE) {
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

fn is_address(word: &str) -> bool {
    let lower = word.to_lowercase();
    let mail = lower.split_once('@').is_some_and(|(name, host)| {
        name.ends_with(char::is_alphanumeric) && host.starts_with(char::is_alphanumeric)
    });
    mail || lower.contains("://")
        || lower.contains("www.")
        || lower.contains(".com/")
        || lower.contains(".vn/")
}

fn digits(word: &str) -> usize {
    word.chars().filter(char::is_ascii_digit).count()
}

/// Six digits or more, or four beside letters and signs as in the number of a case.
fn is_number(word: &str) -> bool {
    let digits = digits(word);
    digits >= 6 || digits >= 4 && word.chars().any(char::is_alphabetic)
}

/// Numbers written in groups: `0905 123 456`.
fn mark_number_runs(words: &[(&str, &str)], suspect: &mut [bool]) {
    let is_group =
        |word: &str| digits(word) > 0 && word.chars().all(|c| c.is_ascii_digit() || ".,-–/()+:;".contains(c));
    let mut start = 0;
    for at in 0..=words.len() {
        if words.get(at).is_some_and(|(_, word)| is_group(word)) {
            continue;
        }
        let run = words.get(start..at).unwrap_or_default();
        if run.iter().map(|(_, word)| digits(word)).sum::<usize>() >= 8 {
            suspect.iter_mut().take(at).skip(start).for_each(|mark| *mark = true);
        }
        start = at + 1;
    }
}

/// How people are addressed before their name.
const TITLES: [&str; 17] = [
    "anh", "bà", "bác", "bs", "chị", "chú", "cô", "cậu", "dì", "em", "mr", "mrs", "ms", "ông", "ts", "ths",
    "thầy",
];
/// Family names of nearly everybody in the country.
const FAMILIES: [&str; 30] = [
    "bùi", "cao", "châu", "đặng", "đào", "đinh", "đỗ", "đoàn", "dương", "hà", "hồ", "hoàng", "huỳnh", "lâm",
    "lê", "lương", "lý", "mai", "ngô", "nguyễn", "phạm", "phan", "phùng", "tạ", "trần", "trịnh", "trương",
    "võ", "vũ", "vương",
];
/// Names in the middle that mark a personal name also where it is written small.
const MIDDLES: [&str; 8] = ["đình", "đức", "hữu", "ngọc", "quốc", "thanh", "thị", "văn"];

fn mark_names(words: &[(&str, &str)], suspect: &mut [bool]) {
    let shouting = {
        let letters = || words.iter().flat_map(|(_, word)| word.chars()).filter(|c| c.is_alphabetic());
        let capitals = letters().filter(|c| c.is_uppercase()).count();
        capitals * 2 > letters().count()
    };
    let bare: Vec<String> = words
        .iter()
        .map(|(_, word)| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .collect();
    let capital = |at: usize| {
        words
            .get(at)
            .and_then(|(_, word)| word.chars().find(|c| c.is_alphabetic()))
            .is_some_and(char::is_uppercase)
    };
    let ends =
        |at: usize| words.get(at).is_none_or(|(_, word)| word.ends_with(['.', '!', '?', ':', ';', ',']));
    let is = |list: &[&str], at: usize| bare.get(at).is_some_and(|word| list.contains(&word.as_str()));
    for at in 0..words.len() {
        // "nguyễn văn a", "NGUYỄN VĂN A", "Lê Lợi"
        if is(&FAMILIES, at) && !ends(at) && (is(&MIDDLES, at + 1) || capital(at) && capital(at + 1)) {
            let last = if ends(at + 1) { at + 1 } else { at + 2 };
            suspect.iter_mut().take(last + 1).skip(at).for_each(|mark| *mark = true);
        }
        if shouting || !capital(at) {
            continue;
        }
        // "Quang Trung", "chị Lan"
        let titled = at > 0 && is(&TITLES, at - 1) && !ends(at - 1);
        let paired = at > 0 && capital(at - 1) && !ends(at - 1) && !is(&TITLES, at - 1);
        if (titled || paired) && !bare.get(at).is_some_and(String::is_empty) {
            let from = if paired { at - 1 } else { at };
            suspect.iter_mut().take(at + 1).skip(from).for_each(|mark| *mark = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> String {
        parts(text).iter().filter(|part| part.suspect).map(|part| part.word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn numbers_addresses_and_names_are_pointed_out() {
        for (text, expected) in [
            ("gọi 0905123456 nhé", "0905123456"),
            ("gọi 0905 123 456 nhé", "0905 123 456"),
            ("số +84-905-123-456.", "+84-905-123-456."),
            ("CCCD 052088001234", "052088001234"),
            ("hồ sơ H08.21-230501-0012 trễ", "H08.21-230501-0012"),
            ("thư lan.nguyen@gmail.com", "lan.nguyen@gmail.com"),
            ("xem facebook.com/abc", "facebook.com/abc"),
            ("Tôi gặp Nguyễn Văn An ở quầy", "Nguyễn Văn An"),
            ("cán bộ nguyễn thị lan rất tốt", "nguyễn thị lan"),
            ("cảm ơn chị Lan nhiều", "Lan"),
            ("CẢM ƠN TRẦN THỊ HOA RẤT NHIỀU", "TRẦN THỊ HOA"),
            ("nhà ở Quang Trung", "Quang Trung"),
        ] {
            assert_eq!(marked(text), expected, "{text}");
        }
    }

    #[test]
    fn plain_opinions_are_not_pointed_out() {
        for text in [
            "Cán bộ nhiệt tình. Cảm ơn Ông/Bà.",
            "Chờ 45 phút, quá lâu! Nên thêm 2 quầy.",
            "Thủ tục năm 2026 nhanh hơn",
            "PHỤC VỤ QUÁ CHẬM, CẦN SỬA",
            "phí 50.000 đồng",
            "",
            "👍👍",
        ] {
            assert_eq!(marked(text), "", "{text}");
            assert!(!is_suspect(text));
        }
    }

    #[test]
    fn what_is_covered_is_gone_and_the_rest_stays_as_it_was() {
        let text = "Chị Lan,\nsố 0905 123 456, rất tốt";
        let chosen: BTreeSet<usize> =
            parts(text).iter().enumerate().filter(|(_, part)| part.suspect).map(|(at, _)| at).collect();
        assert_eq!(mask(text, &chosen), "Chị […]\nsố […] rất tốt");
        assert_eq!(mask(text, &BTreeSet::new()), text);
        assert_eq!(mask(text, &(0..99).collect()), COVER);
        let long = "a".repeat(10_000);
        assert_eq!(parts(&long).len(), 250, "a word without end can be covered in pieces");
        assert_eq!(mask(&long, &(0..249).collect()), format!("{COVER}{}", "a".repeat(40)));
    }

    #[test]
    fn marks_that_hide_or_turn_are_taken_out_and_letters_composed() {
        assert_eq!(plain("09\u{200b}05\u{202e}1\u{feff}"), "09051");
        assert_eq!(plain("Ti\u{0301}n\r\nhai\tba\u{7}"), "Tín\nhai ba ");
        assert_eq!(plain("👨\u{200d}👩\u{200d}👧"), "👨\u{200d}👩\u{200d}👧");
        assert_eq!(marked(&plain("gọi 0905\u{200b}123456")), "0905123456");
    }

    proptest::proptest! {
        #[test]
        fn any_text_stays_whole_when_nothing_is_covered(text in "\\PC{0,200}") {
            let text = plain(&text);
            proptest::prop_assert_eq!(mask(&text, &BTreeSet::new()), text.trim_end());
        }
    }
}
