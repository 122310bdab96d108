//! Lists that give names instead of codes: units that are there are known by their names, new ones get codes made from
//! theirs, and what names no unit above lies below the province.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::{Asked, Fault, Key, List, doubts, kinds};
use crate::{
    language::{Lang, vietnamese},
    organisation::{History, Unit},
};

/// Longest code that is made from a name, but for a number behind it.
const CODE: usize = 24;
/// Words before names that say nothing about which unit it is, folded.
const OFFICE: [&str; 3] = ["uy ban nhan dan ", "ubnd ", "people's committee of "];
/// Kinds of a unit above all others, folded to letters.
pub(super) const PROVINCE: [&str; 4] = ["tinh", "province", "thanhpho", "thanhphotructhuoctrunguong"];
/// Words that join others, folded: a code that ends in one looks broken.
const JOINING: [&str; 13] =
    ["va", "cua", "ve", "cho", "voi", "tai", "o", "den", "tu", "thuoc", "and", "of", "for"];
/// What the rows of the file to begin with bear before their names, folded to letters.
const EXAMPLE: [&str; 2] = ["vidu", "example"];

/// The mark of a row that is an example: `(Ví dụ) UBND xã An Bình`.
pub fn is_example(name: &str) -> bool {
    let inside = name.trim().strip_prefix('(').and_then(|rest| rest.split_once(')'));
    inside.is_some_and(|(mark, _)| EXAMPLE.contains(&vietnamese::key(mark).as_str()))
}

/// A folded name without the words that say nothing about which unit it is.
pub(super) fn without_office(folded: &str) -> &str {
    OFFICE.iter().find_map(|office| folded.strip_prefix(office)).unwrap_or(folded)
}

/// A code of small letters, digits and hyphens made from a name; a word is never cut in two unless it is the first, and where
/// words are left out, neither a word that joins them nor half of what it joins stays at the end.
fn code_of(name: &str) -> String {
    let plain = vietnamese::fold(name.trim());
    let plain = without_office(&plain);
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut code = String::new();
    for word in words {
        if code.is_empty() {
            code.extend(word.chars().take(CODE));
        } else if code.len() + 1 + word.len() <= CODE {
            code.push('-');
            code.push_str(word);
        } else {
            while let Some(end) = dangling(&code) {
                code.truncate(end);
            }
            break;
        }
    }
    if code.is_empty() { "dv".to_owned() } else { code }
}

/// Where a code that was cut ends in a joining word, or in the first word after one: the length of what stands before.
fn dangling(code: &str) -> Option<usize> {
    let (rest, last) = code.rsplit_once('-')?;
    let before = rest.rsplit_once('-').map_or(rest, |(_, word)| word);
    (JOINING.contains(&last) || JOINING.contains(&before)).then_some(rest.len())
}

/// The code, or with the first number behind it that makes it one that nobody has.
fn free(code: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|n: u32| format!("{code}-{n}"));
    let all = std::iter::once(code.to_owned()).chain(numbered);
    all.into_iter().find(|code| !taken.contains(code)).unwrap_or_default()
}

/// The units that have not ended.
fn current(history: &History) -> Vec<&Unit> {
    history.iter().map(|dated| &dated.unit).filter(|unit| unit.valid_to.is_none()).collect()
}

/// The one that matches, if no other does.
fn only<'a>(mut found: impl Iterator<Item = &'a Unit>) -> Option<&'a Unit> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

impl List {
    /// The list with a code and a unit above in each row: a row without a code is the unit of that name, if there is one
    /// below the same unit, and then asks for no change of it; else a new unit with a code made from its name. A unit
    /// above may be named instead of its code. Without a column (or, in a row without a code, without a cell) for the unit
    /// above, new units lie below the one unit that has none above itself.
    #[must_use]
    pub fn completed(mut self, lang: Lang, history: &History) -> Self {
        let m = lang.messages();
        let there = current(history);
        let has_parents = self.columns.contains_key(&Key::Parent);
        let (code_column, parent_column, name_column) =
            (self.column(Key::Code), self.column(Key::Parent), self.column(Key::Name));
        let mended = |faults: &mut Vec<Fault>, row: u32, column: Option<usize>| {
            faults.retain(|fault| fault.row != row || fault.column != column);
        };
        let kind_column = self.column(Key::Kind);
        for asked in &mut self.asked {
            if asked.kind.is_empty() {
                let known = history.get(&asked.code).map(|dated| dated.unit.kind.clone());
                let found = known.or_else(|| kinds::of_name(&asked.name).map(str::to_owned));
                // What is missing still is told below, with the unit's name.
                if !asked.name.is_empty() {
                    mended(&mut self.faults, asked.row, kind_column);
                }
                asked.kind = found.unwrap_or_default();
            }
        }
        let mut taken: BTreeSet<String> =
            history.iter().map(|dated| dated.unit.code.to_lowercase()).collect();
        taken.extend(self.asked.iter().map(|asked| asked.code.to_lowercase()));

        // Units above that are named instead of given by code: those that are there, or another row's.
        let mut by_name: BTreeMap<String, Option<String>> = BTreeMap::new();
        let named_rows: Vec<(String, String)> = self
            .asked
            .iter()
            .filter(|asked| !asked.code.is_empty())
            .map(|asked| (vietnamese::key(&asked.name), asked.code.clone()))
            .collect();
        let named_units = there.iter().map(|unit| (vietnamese::key(&unit.name), unit.code.clone()));
        for (name, code) in named_units.chain(named_rows) {
            let one = by_name.entry(name).or_insert_with(|| Some(code.clone()));
            if one.as_ref().is_some_and(|one| *one != code) {
                *one = None;
            }
        }

        // The unit that all others lie below.
        let top = |unit: &&&Unit| unit.parent.is_none();
        let mut default = only(there.iter().filter(top).copied()).map(|unit| unit.code.clone());
        let is_province = |asked: &Asked| PROVINCE.contains(&vietnamese::key(&asked.kind).as_str());
        let unsaid = |asked: &Asked| !has_parents || asked.parent.is_none() && asked.code.is_empty();
        let provinces: Vec<usize> = (0..self.asked.len())
            .filter(|at| self.asked.get(*at).is_some_and(|asked| unsaid(asked) && is_province(asked)))
            .collect();
        let new_top = match provinces.as_slice() {
            [one] if there.is_empty() => Some(*one),
            _ => None,
        };
        // Where the whole list says nothing of units above, its first unit of that kind is above all others.
        let mut order: Vec<usize> = new_top.into_iter().collect();
        order.extend((0..self.asked.len()).filter(|at| Some(*at) != new_top));

        let mut seen: BTreeMap<(String, Option<String>), u32> = BTreeMap::new();
        let mut faults = std::mem::take(&mut self.faults);
        let mut made = 0;
        let mut told_of_top = false;
        // Names first give codes, so that rows may name a unit above that comes later.
        for at in order.iter().copied() {
            let Some(asked) = self.asked.get_mut(at) else { continue };
            let is_top = new_top == Some(at);
            let name = vietnamese::key(&asked.name);
            let parent_known = asked
                .parent
                .clone()
                .filter(|parent| history.get(parent).is_some() || taken.contains(&parent.to_lowercase()));
            if let (Some(parent), None) = (&asked.parent, &parent_known)
                && let Some(Some(code)) = by_name.get(&vietnamese::key(parent))
            {
                mended(&mut faults, asked.row, parent_column);
                asked.parent = Some(code.clone());
            }
            let unsaid = !has_parents || asked.parent.is_none() && asked.code.is_empty();
            if !asked.code.is_empty() {
                if unsaid {
                    asked.parent = match history.get(&asked.code) {
                        Some(dated) => dated.unit.parent.clone(),
                        None if is_top => None,
                        None => default.clone().filter(|top| *top != asked.code),
                    };
                }
            } else if !asked.name.is_empty() {
                let same = || there.iter().copied().filter(|unit| vietnamese::key(&unit.name) == name);
                let known = if unsaid {
                    only(same())
                } else {
                    only(same().filter(|unit| unit.parent == asked.parent))
                };
                if let Some(unit) = known {
                    mended(&mut faults, asked.row, code_column);
                    (asked.code, asked.name, asked.kind, asked.parent) =
                        (unit.code.clone(), unit.name.clone(), unit.kind.clone(), unit.parent.clone());
                } else {
                    mended(&mut faults, asked.row, code_column);
                    if unsaid && !is_top {
                        asked.parent.clone_from(&default);
                    }
                    asked.code = free(&code_of(&asked.name), &taken);
                    taken.insert(asked.code.clone());
                    made += 1;
                }
                let place = (name.clone(), asked.parent.clone());
                if let Some(before) = seen.insert(place, asked.row) {
                    let (name, row) = (asked.name.as_str(), before.to_string());
                    let words = fl!(m, "import-name-twice", name = name, row = row);
                    faults.push(Fault { row: asked.row, column: name_column, words });
                }
                by_name.entry(name).or_insert_with(|| Some(asked.code.clone()));
            }
            if is_top {
                default = Some(asked.code.clone());
            }
            if unsaid && !is_top && asked.parent.is_none() && history.get(&asked.code).is_none() {
                // What is missing is one row for the province, however many lie below it.
                if !std::mem::replace(&mut told_of_top, true) {
                    faults.push(Fault {
                        row: asked.row,
                        column: parent_column,
                        words: fl!(m, "import-no-top"),
                    });
                }
            }
            if asked.kind.is_empty() && !asked.name.is_empty() {
                let words = fl!(m, "import-no-kind", name = asked.name.as_str());
                faults.push(Fault { row: asked.row, column: kind_column, words });
            }
        }
        // Units above that were named before their own row had a code.
        for asked in &mut self.asked {
            if let Some(parent) = &asked.parent
                && history.get(parent).is_none()
                && !taken.contains(&parent.to_lowercase())
                && let Some(Some(code)) = by_name.get(&vietnamese::key(parent))
            {
                mended(&mut faults, asked.row, parent_column);
                asked.parent = Some(code.clone());
            }
        }
        self.notes.extend(doubts::doubts(lang, &self.asked, history, name_column));
        self.faults = faults;
        self.made = made;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{organisation::Since, tabular};

    fn read(text: &str, history: &History) -> List {
        List::read(Lang::VI, &tabular::read(None, text.as_bytes()).unwrap())
            .unwrap()
            .completed(Lang::VI, history)
    }

    fn units(history: &History) -> Vec<(&str, &str, Option<&str>)> {
        history
            .iter()
            .map(|dated| &dated.unit)
            .map(|unit| (unit.code.as_str(), unit.kind.as_str(), unit.parent.as_deref()))
            .collect()
    }

    fn applied(text: &str, history: &History) -> Result<History, Vec<Fault>> {
        read(text, history).applied(Lang::VI, history, Since::Always)
    }

    const NAMES: &str = "Tên đơn vị;Loại đơn vị\nUBND xã An Bình;xã\nSở Nội vụ;sở\nTỉnh Bình Định;tỉnh\n\
        Ủy ban nhân dân phường Đống Đa;phường\nUBND xã An Bình Đông Thượng Hạ Lưu;xã\n";

    fn noted(text: &str, history: &History) -> Vec<String> {
        read(text, history).notes.iter().map(|note| note.words.clone()).collect()
    }

    #[test]
    fn a_unit_that_may_be_there_under_another_spelling_is_asked_about() {
        let there =
            applied("Tên đơn vị\nTỉnh Ninh Bình\nXã Gia Viễn\nXã Gia Hưng\n", &History::default()).unwrap();
        let asked = noted("Tên đơn vị\nUỶ BAN NHÂN DÂN XÃ GIA VIỄN\nXã Gia Trấn\n", &there);
        assert!(asked.len() == 1 && asked[0].contains("“Xã Gia Viễn” (mã xa-gia-vien)"), "{asked:?}");
        // The same within one list; the very same name is no new unit at all.
        let asked = noted("Tên đơn vị;Loại đơn vị\nUBND xã Gia Vân;xã\nGia Vân;xã\nXã Gia Viễn;xã\n", &there);
        assert!(asked.len() == 1 && asked[0].contains("“Gia Vân”"), "{asked:?}");
    }

    #[test]
    fn a_code_for_a_unit_that_is_there_by_its_very_name_is_asked_about() {
        let there = applied("Tên đơn vị\nTỉnh Ninh Bình\nXã Gia Viễn\n", &History::default()).unwrap();
        let asked = noted("Mã;Tên đơn vị\n14536;Xã Gia Viễn\n14539;Xã Gia Hưng\n", &there);
        assert!(asked.len() == 1 && asked[0].contains("(mã xa-gia-vien)"), "{asked:?}");
        // The list says itself what becomes of it.
        let asked = noted("Mã;Tên đơn vị\nxa-gia-vien;Xã Gia Viễn\n14536;Xã Gia Viễn\n", &there);
        assert!(asked.is_empty(), "{asked:?}");
    }

    #[test]
    fn however_many_share_a_name_one_that_is_spelled_otherwise_is_asked_about_once() {
        let many = (1..=50).map(|n| format!("m{n};Gia Vân;xã\n")).collect::<String>();
        let text = format!("Mã;Tên đơn vị;Loại đơn vị\nt;Tỉnh Ninh Bình;tỉnh\n{many}u;UBND xã Gia Vân;xã\n");
        let asked = noted(&text, &History::default());
        assert!(asked.len() == 1 && asked[0].contains("(mã m1)"), "{asked:?}");
    }

    #[test]
    fn a_name_that_says_another_unit_above_than_it_gets_is_asked_about() {
        let list = "Tên đơn vị;Đơn vị cấp trên\nTỉnh Ninh Bình;\nSở Y tế;\nChi cục Dân số - Sở Y tế;\n";
        let asked = noted(list, &History::default());
        assert!(asked.len() == 1 && asked[0].contains("“Sở Y tế”"), "{asked:?}");
        let list =
            "Tên đơn vị;Đơn vị cấp trên\nTỉnh Ninh Bình;\nSở Y tế;\nChi cục Dân số - Sở Y tế;Sở Y tế\n";
        assert!(noted(list, &History::default()).is_empty());
    }

    #[test]
    fn names_and_kinds_alone_make_a_province_with_short_codes() {
        let after = applied(NAMES, &History::default()).unwrap();
        let mut found = units(&after);
        found.sort_unstable();
        let above = Some("tinh-binh-dinh");
        assert_eq!(
            found,
            [
                ("phuong-dong-da", "phường", above),
                ("so-noi-vu", "sở", above),
                ("tinh-binh-dinh", "tỉnh", None),
                ("xa-an-binh", "xã", above),
                ("xa-an-binh-dong-thuong", "xã", above),
            ]
        );
    }

    #[test]
    fn a_code_ends_with_a_word_that_says_something() {
        for (name, code) in [
            ("Sở Văn hóa, Thể thao và Du lịch", "so-van-hoa-the-thao"),
            ("Sở Nông nghiệp và Môi trường", "so-nong-nghiep"),
            ("Sở Khoa học và Công nghệ", "so-khoa-hoc-va-cong-nghe"),
            ("Văn phòng Đăng ký của tỉnh Gia Lai", "van-phong-dang-ky"),
            ("UBND xã Ia O", "xa-ia-o"),
        ] {
            assert_eq!(code_of(name), code, "{name}");
        }
    }

    #[test]
    fn a_kind_that_is_not_given_is_the_word_that_the_name_begins_with() {
        let text = "Tên cơ quan, đơn vị\nUBND tỉnh Gia Lai\nSở Nội vụ\nUBND xã An Bình\n";
        let after = applied(text, &History::default()).unwrap();
        let above = Some("tinh-gia-lai");
        let mut found = units(&after);
        found.sort_unstable();
        assert_eq!(
            found,
            [("so-noi-vu", "sở", above), ("tinh-gia-lai", "tỉnh", None), ("xa-an-binh", "xã", above)]
        );
        let faults = applied("Tên đơn vị\nTỉnh X\nMột cửa số 5\n", &History::default()).unwrap_err();
        assert!(faults.len() == 1 && faults[0].words.contains("Một cửa số 5"), "{faults:?}");
        let faults = applied("Tên đơn vị;Loại\nTỉnh X;\nMột cửa số 5;\n", &History::default()).unwrap_err();
        assert!(faults.len() == 1 && faults[0].column == Some(1), "{faults:?}");
        // A unit that is known keeps its kind.
        let same = applied("Mã;Tên đơn vị\nso-noi-vu;Thanh tra tỉnh\n", &after).unwrap();
        assert_eq!(same.get("so-noi-vu").unwrap().unit.kind, "sở");
    }

    #[test]
    fn a_heading_of_names_and_kinds_is_preferred_to_one_of_names_alone() {
        let text = "Tên;Phòng Tổ chức lập\nTên đơn vị;Loại đơn vị\nTỉnh X;tỉnh\n";
        assert_eq!(units(&applied(text, &History::default()).unwrap()), [("tinh-x", "tỉnh", None)]);
    }

    #[test]
    fn a_unit_of_the_same_name_is_known_and_never_changed() {
        let before = applied(NAMES, &History::default()).unwrap();
        // Written in another way, of another kind; the new one gets a code that nobody has.
        let text = "Tên đơn vị;Loại đơn vị\nubnd xã an bình;Xã\nXã An Bình;phường\n";
        let after = applied(text, &before).unwrap();
        let new: Vec<_> = units(&after).into_iter().filter(|unit| !units(&before).contains(unit)).collect();
        assert_eq!(new, [("xa-an-binh-2", "phường", Some("tinh-binh-dinh"))]);
        assert_eq!(after.get("xa-an-binh"), before.get("xa-an-binh"));
        // Codes are made once: the list that goes on to the next step has them.
        let list = read(text, &before);
        let again = List::read(Lang::VI, &tabular::read(None, &list.written()).unwrap()).unwrap();
        assert_eq!(again.applied(Lang::VI, &before, Since::Always).unwrap(), after);
        assert_eq!(list.made, 1);
    }

    #[test]
    fn a_unit_above_may_be_named_wherever_its_row_stands() {
        let text = "Tên đơn vị;Loại đơn vị;Mã đơn vị cấp trên\nBộ phận một cửa;bộ phận;Sở Nội vụ\n\
            Sở Nội vụ;sở;\nTỉnh X;tỉnh;\nBộ phận một cửa;bộ phận;Tỉnh X\n";
        let after = applied(text, &History::default()).unwrap();
        assert_eq!(after.get("bo-phan-mot-cua").unwrap().unit.parent.as_deref(), Some("so-noi-vu"));
        assert_eq!(after.get("bo-phan-mot-cua-2").unwrap().unit.parent.as_deref(), Some("tinh-x"));
        assert_eq!(after.get("so-noi-vu").unwrap().unit.parent.as_deref(), Some("tinh-x"));
    }

    #[test]
    fn what_cannot_be_guessed_is_told_with_its_row() {
        let faults = applied("Tên đơn vị;Loại đơn vị\nA;xã\nB;xã\n", &History::default()).unwrap_err();
        assert!(faults[0].row == 2 && faults[0].words.contains("tỉnh"), "{faults:?}");
        let twice = "Tên đơn vị;Loại đơn vị\nTỉnh X;tỉnh\nXã A;xã\nxã A;xã\n";
        let faults = applied(twice, &History::default()).unwrap_err();
        assert!(faults.iter().any(|fault| fault.row == 4 && fault.words.contains('3')), "{faults:?}");
    }

    #[test]
    fn examples_are_no_units() {
        let text = "Tên đơn vị;Loại đơn vị\n(Ví dụ) UBND xã An Bình;xã\nTỉnh X;tỉnh\n";
        let list = read(text, &History::default());
        assert_eq!((list.len(), list.notes.len()), (1, 1));
        let only = "Tên đơn vị;Loại đơn vị\n(Ví dụ) UBND xã An Bình;xã\n(Example) B;xã\n";
        let words = List::read(Lang::VI, &tabular::read(None, only.as_bytes()).unwrap()).unwrap_err();
        assert!(words.0.contains("ví dụ"), "{words:?}");
    }
}
