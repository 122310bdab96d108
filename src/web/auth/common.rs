//! Passwords that many people use: those of a list, and those made of a word or two with some figures (security test F-13).
//!
//! `common-passwords.txt` is Django's list (`django/contrib/auth/common-passwords.txt.gz` of 5.2, BSD licence, in
//! `common-passwords.LICENSE`), which Royce Williams made of passwords that Have I Been Pwned counts most; without those of
//! fewer than five characters. Words of ours are below, Vietnamese ones without accents, as people type them.

use std::{collections::HashSet, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Words that Vietnamese people put into passwords, and those of this work.
const WORDS: &str = "\
    anhyeuem emyeuanh yeuem yeuanh toiyeuem yeumaimai maiyeuem tinhyeu yeuthuong nhoem nguoiyeu vochong giadinh \
    hanhphuc maimai matkhau matkhaumoi khongbiet khongco khongcho khongnho dangnhap taikhoan quantri quantrivien \
    nguoidung canbo congchuc vienchuc chuyenvien truongphong giamdoc phogiamdoc chutich bimat baomat xinchao chaoban \
    camon vietnam vietnamvodich hanoi saigon hochiminh danang haiphong cantho hue quynhon binhdinh gialai pleiku phucat \
    tuyphuoc hoainhon annhon taynguyen thanhpho thixa tinh huyen phuong quan uyban ubnd uybannhandan sonoivu noivu \
    motcua trungtam hanhchinh hanhchinhcong thutuc khaosat hailong suhailong chisohailong sipas phieu nguyen nguyenvan \
    tran pham hoang huynh phan truong admin administrator password passwd qwerty asdfgh zxcvbn welcome abcdef iloveyou";

/// How many characters around a word do not make it a good password: a date with some signs.
const AROUND: usize = 10;

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common-passwords.txt").lines().chain(WORDS.split(' ')).collect());

/// Small letters without accents.
fn plain(text: &str) -> String {
    let letter = |c: char| if c == 'đ' { 'd' } else { c };
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(letter).collect()
}

/// What people write for a letter.
const fn letter_meant(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Names as words: each name from its first, second … word on, so that a unit's counts without `ubnd` or `phường`.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let mut found = HashSet::new();
    for name in names {
        let name = plain(name);
        let words: Vec<String> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        found.extend((0..words.len()).map(|n| words[n..].concat()).filter(|word| word.chars().count() >= 4));
    }
    found
}

/// Whether a password is one that many people use, or one or two such words, or the names given, with few figures and signs
/// around them.
pub fn is_common<'a>(password: &str, own_names: impl Iterator<Item = &'a str>) -> bool {
    let whole = plain(password);
    if COMMON.contains(whole.as_str()) {
        return true;
    }
    let own_names = names(own_names);
    let is_word = |word: &str| COMMON.contains(word) || own_names.contains(word);
    let outside = |c: char| !c.is_alphabetic();
    let core = whole.trim_matches(outside);
    let meant: String = core.chars().map(letter_meant).collect();
    [core, &meant].into_iter().any(|core| {
        let letters: String = core.chars().filter(|c| c.is_alphabetic()).collect();
        let signs = whole.chars().filter(|c| !c.is_whitespace()).count();
        let around = signs.saturating_sub(letters.chars().count());
        around <= AROUND && is_one_or_two(&letters, is_word)
    })
}

/// Whether a text is a word, two words, or one word over and over.
fn is_one_or_two(text: &str, is_word: impl Fn(&str) -> bool) -> bool {
    if text.is_empty() {
        return false;
    }
    if is_word(text) {
        return true;
    }
    text.char_indices().skip(1).any(|(at, _)| {
        let (first, rest) = text.split_at(at);
        is_word(first)
            && (is_word(rest)
                || rest.len() % first.len() == 0 && first.repeat(rest.len() / first.len()) == rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(password: &str) -> bool {
        is_common(password, ["Sở Nội vụ", "UBND phường Nhơn Lý"].into_iter())
    }

    #[test]
    fn f_13_passwords_of_the_list_and_words_with_figures_are_common() {
        for password in [
            "1q2w3e4r5t",
            "qwertyuiop",
            "Password123456!",
            "P@ssw0rd2026!!",
            "matkhau@01012026",
            "Mật khẩu 2026!!!",
            "anhyeuem19951995",
            "anh yêu em 1995.",
            "matkhaumatkhaumatkhau",
            "binhdinh-gialai-2026",
            "monkeydragon2026",
        ] {
            assert!(common(password), "{password}");
        }
    }

    #[test]
    fn f_13_names_of_units_are_common_with_and_without_their_kind() {
        for password in [
            "Sở Nội vụ 2026",
            "sonoivu@12345678",
            "Nhơn Lý 2026 2026",
            "phuongnhonly2026!",
            "ubndphuongnhonly",
        ] {
            assert!(common(password), "{password}");
        }
        assert!(!is_common("Nhơn Lý 2026 2026", std::iter::empty()));
    }

    #[test]
    fn f_13_sentences_and_random_ones_are_not() {
        for password in [
            "bốn con voi qua sông",
            "xanh lá cây mùa hạ",
            "một mật khẩu đủ dài",
            "tám cái bánh ít lá gai",
            "correct horse battery staple",
            "v7Kq-p2Xw-93nd-Lm4z",
            "voi quá!",
            "hanoi 93827461 5028",
        ] {
            assert!(!common(password), "{password}");
        }
    }

    #[test]
    fn f_13_the_list_is_whole() {
        assert!(COMMON.len() > 18_000, "{}", COMMON.len());
        assert!(WORDS.split(' ').all(|word| !word.is_empty() && word == plain(word)));
    }
}
