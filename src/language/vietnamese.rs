//! Vietnamese text as people look for it and as they list it: search that ignores diacritics, and the order of the
//! Vietnamese alphabet.

use std::{cmp::Ordering, sync::LazyLock};

use icu_collator::{Collator, CollatorBorrowed, options::CollatorOptions};
use icu_locale_core::locale;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text without diacritics and in lower case, so that “quy nhon” finds “Quy Nhơn”: marks that Unicode composes are
/// taken off, đ becomes d.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        // İ and its like decompose only once they are small.
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// The text folded, and with nothing but letters and digits: what two headings or names share however they are spaced
/// and punctuated.
pub fn key(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A name by which numbers sort as numbers.
pub fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = Vec::new();
    let (mut word, mut digits) = (String::new(), String::new());
    for c in fold(name).chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            if !digits.is_empty() {
                parts.push((std::mem::take(&mut word), digits.parse().unwrap_or(u64::MAX)));
                digits.clear();
            }
            word.push(c);
        }
    }
    parts.push((word, digits.parse().unwrap_or(0)));
    parts
}

static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| Collator::try_new(locale!("vi-u-kn").into(), CollatorOptions::default()).ok());

/// The order of the Vietnamese alphabet (a ă â b c d đ e ê …), tones after letters, numbers as numbers: Unicode's collation as
/// CLDR tailors it.
pub fn compare(one: &str, other: &str) -> Ordering {
    let ordering = COLLATOR.as_ref().map_or(Ordering::Equal, |collator| collator.compare(one, other));
    ordering.then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_counted_as_people_count() {
        let mut names = ["Quầy số 10", "Quầy số 2", "Quầy số 1 – Đất đai", "Bàn 3"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["Bàn 3", "Quầy số 1 – Đất đai", "Quầy số 2", "Quầy số 10"]);
    }

    #[test]
    fn search_ignores_diacritics_and_case() {
        assert_eq!(fold("UBND Thành phố QUY NHƠN – Đất đai"), "ubnd thanh pho quy nhon – dat dai");
        let decomposed: String = "Thị xã Hoài Nhơn".nfd().collect();
        assert_eq!(fold(&decomposed), fold("THỊ XÃ HOÀI NHƠN"));
        assert_eq!(key("Mã đơn-vị (*)"), "madonvi");
        assert_eq!(fold("İ"), "i");
    }

    #[test]
    fn names_stand_in_the_order_of_the_vietnamese_alphabet() {
        let mut names = vec![
            "Đập Đá",
            "Duy Xuyên",
            "Ẩn",
            "Ăn",
            "An Lão",
            "Âu Cơ",
            "An Nhơn",
            "Eo",
            "Êm",
            "Ơn",
            "Ôn",
            "On",
            "Ưng",
            "Ung",
        ];
        names.sort_by(|one, other| compare(one, other));
        assert_eq!(
            names,
            [
                "An Lão",
                "An Nhơn",
                "Ăn",
                "Ẩn",
                "Âu Cơ",
                "Duy Xuyên",
                "Đập Đá",
                "Eo",
                "Êm",
                "On",
                "Ôn",
                "Ơn",
                "Ung",
                "Ưng"
            ]
        );
        let mut tones = vec!["mạ", "mã", "má", "mà", "mả", "ma"];
        tones.sort_by(|one, other| compare(one, other));
        assert_eq!(tones, ["ma", "mà", "mả", "mã", "má", "mạ"]);
        let mut wards = vec!["Phường 10", "Phường 2", "Phường Đống Đa", "Phường 1"];
        wards.sort_by(|one, other| compare(one, other));
        assert_eq!(wards, ["Phường 1", "Phường 2", "Phường 10", "Phường Đống Đa"]);
    }
}
