//! Invited persons, and when two lines of a list mean the same one although they are written differently.

use i18n_embed_fl::fl;
use lettre::Address;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::text;
use crate::language::{Lang, vietnamese};

/// Longest postal address, in characters.
pub const ADDRESS: usize = 300;

/// An invited person as a list has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Person {
    /// The list's own code.
    pub code: String,
    /// Code of the person's unit.
    pub unit: String,
    /// Code of the group of raters, where the campaign has groups.
    pub group: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Office.
    pub title: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Postal address.
    pub address: Option<String>,
}

/// What stands before names and is no part of them, without diacritics.
const HONORIFICS: [&str; 15] =
    ["ong", "ba", "anh", "chi", "dong", "dc", "ths", "ts", "pgs", "gs", "bs", "ks", "cn", "ls", "tien"];

/// What two spellings of one name share: case, spaces, punctuation, composed or decomposed letters, the place of a tone
/// (`hoà`, `hòa`), `y` for `i` (`Lý`, `Lí`), and words of address before or in brackets behind do not matter; tones and
/// letters do, since `Hòa` and `Hoa` are two persons.
pub fn name_key(name: &str) -> String {
    let composed: String = name.nfc().collect();
    let plain = composed.to_lowercase().replace("đ/c", " ").replace("đồng chí", " ");
    let outside = match (plain.find('('), plain.rfind(')')) {
        (Some(open), Some(close)) if open < close => {
            format!(
                "{} {}",
                plain.get(..open).unwrap_or_default(),
                plain.get(close + 1..).unwrap_or_default()
            )
        }
        _ => plain,
    };
    let words: Vec<&str> = outside
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|w| !w.is_empty())
        .collect();
    let honours =
        words.iter().take_while(|word| HONORIFICS.contains(&vietnamese::fold(word).as_str())).count();
    // A name of one word may be one of them.
    let honours = if words.len() - honours < 2 { 0 } else { honours };
    let syllables: Vec<String> = words.into_iter().skip(honours).map(syllable).collect();
    syllables.join(" ")
}

/// A syllable as its letters and, behind them, its tone, wherever that was written.
fn syllable(word: &str) -> String {
    let mut tone = None;
    let letters: String = word
        .nfd()
        .filter(|c| {
            let found = "\u{300}\u{301}\u{309}\u{303}\u{323}".chars().position(|mark| mark == *c);
            tone = tone.or(found);
            found.is_none()
        })
        .nfc()
        .collect();
    let mut letters = letters.to_lowercase();
    if let Some(before) = letters.strip_suffix('y') {
        let vowel = |c: char| "aăâeêioôơuưy".contains(c);
        let silent = before.strip_suffix('u').filter(|q| *q == "q").unwrap_or(before);
        if !silent.contains(vowel) {
            letters = format!("{before}i");
        }
    }
    tone.map_or_else(|| letters.clone(), |tone| format!("{letters}{tone}"))
}

/// What two wordings of one office share: the same words in any order, with or without diacritics.
pub fn title_key(title: &str) -> String {
    let folded = vietnamese::fold(title);
    let mut words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

/// What two spellings of one e-mail address share.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// What is wrong with an e-mail address, if anything is.
pub fn email_problem(lang: Lang, email: &str) -> Option<String> {
    let fits = email.len() <= 254 && !email.chars().any(text::is_control) && email.parse::<Address>().is_ok();
    (!fits).then(|| fl!(lang.messages(), "apply-bad-email", email = text::shown(email)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_name_written_differently_is_one_name() {
        let decomposed: String = "Nguyễn Thị Hòa".nfd().collect();
        for other in [
            "Nguyễn  Thị Hoà",
            "NGUYỄN THỊ HÒA",
            "Bà Nguyễn Thị Hòa",
            "ThS. Nguyễn Thị Hoà",
            "Nguyễn Thị Hòa (Bà)",
            "Đ/c Nguyễn Thị Hòa",
            decomposed.as_str(),
        ] {
            assert_eq!(name_key(other), name_key("Nguyễn Thị Hòa"), "{other}");
        }
        for (one, other) in [("Lý Quý Mỹ", "Lí Quí Mĩ"), ("Thuỳ Huy", "Thùy Huy"), ("Nguyễn Vỹ", "Nguyễn Vĩ")]
        {
            assert_eq!(name_key(one), name_key(other));
        }
    }

    #[test]
    fn two_names_stay_two() {
        for (one, other) in [
            ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa"),
            ("Trần Huy", "Trần Hui"),
            ("Lê Thúy", "Lê Thúi"),
            ("Trần Văn An", "Trần Văn Ân"),
            ("Đỗ Dung", "Đỗ Đung"),
            ("Trần Anh", "Trần Chi"),
        ] {
            assert_ne!(name_key(one), name_key(other), "{one} {other}");
        }
        assert_eq!(name_key("Chi"), "chi");
    }

    #[test]
    fn an_office_is_the_same_in_any_order_of_its_words() {
        assert_eq!(title_key("Phó Giám đốc Sở Nội vụ"), title_key("Sở Nội vụ – Phó giám đốc"));
        assert_ne!(title_key("Phó Giám đốc"), title_key("Giám đốc"));
    }

    proptest! {
        #[test]
        fn a_key_never_depends_on_case_composition_or_blanks(name in "[A-Za-zÀ-ỹĐđ ]{1,30}") {
            let other: String = name.nfd().collect::<String>().replace(' ', "  ");
            prop_assert_eq!(name_key(&name), name_key(&other));
            prop_assert_eq!(name_key(&name.to_lowercase()), name_key(&name));
        }
    }
}
