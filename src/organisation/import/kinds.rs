//! The kind of a unit by the words that its name begins with.

use super::names;
use crate::language::vietnamese;

/// What names begin with, folded, and the kind that it says. A city may be the province itself or lie below it, so that its name
/// does not say which it is.
const KINDS: [(&str, &str); 22] = [
    ("tinh", "tỉnh"),
    ("xa", "xã"),
    ("phuong", "phường"),
    ("dac khu", "đặc khu"),
    ("huyen", "huyện"),
    ("thi xa", "thị xã"),
    ("thi tran", "thị trấn"),
    ("so", "sở"),
    ("ban", "ban"),
    ("van phong", "văn phòng"),
    ("thanh tra", "thanh tra"),
    ("chi cuc", "chi cục"),
    ("cuc", "cục"),
    ("chi nhanh", "chi nhánh"),
    ("trung tam", "trung tâm"),
    ("bo phan", "bộ phận"),
    ("phong", "phòng"),
    ("cong an", "công an"),
    ("benh vien", "bệnh viện"),
    ("truong", "trường"),
    ("bao hiem xa hoi", "bảo hiểm xã hội"),
    ("thue", "thuế"),
];

/// Words after a kind that make another body of it, folded.
const OTHER_BODIES: [&str; 4] = ["uy", "doan", "hoi", "doi"];

/// The kind, if the name says it.
pub fn of_name(name: &str) -> Option<&'static str> {
    let plain = vietnamese::fold(name.trim());
    let plain = names::without_office(&plain);
    if plain == "tinh" {
        // “UBND tỉnh”, of which there is one.
        return Some("tỉnh");
    }
    // “Tỉnh đoàn”, “Huyện ủy” are bodies of the party and its unions.
    let is_body = |rest: &str| {
        let word = rest.split_whitespace().next().unwrap_or_default();
        OTHER_BODIES.contains(&word)
    };
    let begins = |words: &str| {
        let other = |rest: &str| ["tinh", "huyen"].contains(&words) && is_body(rest);
        plain.strip_prefix(words).is_some_and(|rest| rest.starts_with(' ') && !other(rest))
    };
    KINDS.iter().find(|(words, _)| begins(words)).map(|(_, kind)| *kind)
}

/// Whether a text is a kind and not part of a name.
pub fn is_kind(text: &str) -> bool {
    let key = vietnamese::key(text);
    KINDS.iter().any(|(_, kind)| vietnamese::key(kind) == key) || names::PROVINCE.contains(&key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_kind_by_its_first_words() {
        for (name, kind) in [
            ("UBND xã An Bình", Some("xã")),
            ("Ủy ban nhân dân tỉnh Gia Lai", Some("tỉnh")),
            ("SỞ NỘI VỤ", Some("sở")),
            ("Bảo hiểm xã hội tỉnh", Some("bảo hiểm xã hội")),
            ("Thanh tra tỉnh", Some("thanh tra")),
            ("Thành phố Pleiku", None),
            ("Soạn thảo", None),
            ("UBND tỉnh", Some("tỉnh")),
            ("Tỉnh đoàn", None),
            ("Tỉnh ủy Gia Lai", None),
            ("Xã Đoàn Kết", Some("xã")),
            ("Sở", None),
        ] {
            assert_eq!(of_name(name), kind, "{name}");
        }
    }
}
