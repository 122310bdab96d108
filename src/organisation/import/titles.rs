//! Lines that name a group of units and no unit: “Các sở, ban, ngành”, “II. Các phường”, “Tổng cộng: 51”. Lists in Word have
//! them between the units, and whoever pastes one should not have to take them out.

use super::{Key, kinds, names};
use crate::{
    language::vietnamese,
    tabular::{Cell, Row, header::Table},
};

/// What the name of a group begins with, folded. A name that says a kind of unit (“Ban Quản lý các khu …”) is none.
const BEGINS: [&str; 7] = ["cac", "khoi", "nhom", "danh sach", "cap tinh", "cap xa", "cap huyen"];
/// What a line of sums begins with; a number may follow, and nothing else: “Tổng công ty …” is a unit.
const SUMS: [&str; 3] = ["tong cong", "tong so", "cong"];
/// Kinds of which one alone is the title of a group: no unit is called so. “Công an”, “Thanh tra” may be one.
const GROUPED: [&str; 8] = ["so", "ban", "xa", "phuong", "dac khu", "huyen", "thi xa", "thi tran"];
/// Words of groups that are no kinds of units, folded to letters.
const COLLECTIVE: [&str; 5] = ["nganh", "doanthe", "donvi", "coquan", "huyen"];

/// Whether a name is that of a group.
pub fn is_group(name: &str) -> bool {
    let folded = vietnamese::fold(unnumbered(name).trim_end_matches([':', ' ', '.']));
    let plain = names::without_office(&folded);
    if kinds::of_name(plain).is_some() {
        return false;
    }
    let begins = |words: &&str| {
        plain.strip_prefix(*words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let sums = |words: &&str| {
        let rest = plain.strip_prefix(*words).map(|rest| rest.trim_start_matches([':', ' ']));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    // “UBND tỉnh” is the province itself.
    let of_an_office = plain.len() < folded.len();
    BEGINS.iter().any(begins) || SUMS.iter().any(sums) || !of_an_office && only_kinds(plain)
}

/// “Sở, ban, ngành”, “Xã, phường và đặc khu”, “Phường”: kinds and nothing that would tell one unit from another.
fn only_kinds(plain: &str) -> bool {
    let parts: Vec<&str> =
        plain.split([',', ';', '/']).flat_map(|part| part.split(" va ")).map(str::trim).collect();
    let known = |part: &str| kinds::is_kind(part) || COLLECTIVE.contains(&vietnamese::key(part).as_str());
    match parts.as_slice() {
        [one] => GROUPED.contains(one),
        several => several.iter().all(|part| known(part)),
    }
}

/// Whether a text counts groups: `I`, `II.`, `A)`.
pub fn counts_groups(text: &str) -> bool {
    let bare = text.trim_end_matches(['.', ')', '/']);
    let roman = !bare.is_empty() && bare.len() <= 5 && bare.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'));
    roman || matches!(bare.as_bytes(), [b'A'..=b'H'])
}

/// A name without the number of its group before it.
fn unnumbered(name: &str) -> &str {
    match name.trim().split_once(' ') {
        Some((number, rest)) if counts_groups(number) => rest.trim_start(),
        _ => name.trim(),
    }
}

/// The title that a row is, if it is one: a group's name, and of a unit's other columns nothing.
pub(super) fn title<'s>(table: &Table<'s, Key>, row: &'s Row) -> Option<&'s str> {
    let text = |key: Key| table.cell(row, key).map_or("", |cell| cell.text.as_str());
    let name = text(Key::Name);
    let named = if name.is_empty() {
        // Where Word merged the cells of a title, it stands in the first one, whatever that column is.
        let mut said = row.cells.iter().filter(|cell| !cell.text.is_empty() && !is_count(cell));
        said.next().filter(|_| said.next().is_none())?.text.as_str()
    } else {
        let others = [Key::Code, Key::Kind, Key::Parent, Key::From, Key::To, Key::Successor];
        others.into_iter().all(|key| text(key).is_empty()).then_some(name)?
    };
    is_group(named).then_some(named)
}

fn is_count(cell: &Cell) -> bool {
    counts_groups(&cell.text) || cell.text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_told_from_a_unit_by_its_name() {
        for name in [
            "Các sở, ban, ngành",
            "II. Các xã, phường",
            "A. Khối sở",
            "UBND các phường",
            "Sở, ban, ngành:",
            "Xã, phường và đặc khu",
            "PHƯỜNG",
            "Tổng cộng: 51",
            "Tổng cộng",
            "Cộng",
            "Tổng số 51 đơn vị",
            "Xã",
        ] {
            assert!(is_group(name), "{name}");
        }
        for name in [
            "Sở Nội vụ",
            "UBND xã An Bình",
            "Ban Quản lý các Khu công nghiệp",
            "Văn phòng UBND tỉnh",
            "Thành phố Pleiku",
            "Đơn vị lạ",
            "Công ty Điện lực",
            "Tổng công ty Điện lực Miền Trung",
            "UBND tỉnh",
            "Ủy ban nhân dân tỉnh",
            "UBND thành phố",
            "Tỉnh",
            "Công an",
            "Thanh tra",
            "Văn phòng",
            "Cacao Đắk Lắk",
            "Cục Thuế",
            "",
        ] {
            assert!(!is_group(name), "{name}");
        }
    }
}
