//! A list that was pasted from a document or a spreadsheet: a unit on each line, “name, kind, unit above”, of which only the
//! name is needed; with or without headings, with or without numbers before the names. Numbers that count the lines say
//! nothing; those of the official list of administrative units are the units' codes ([`numbers`]).

use std::collections::BTreeSet;

use i18n_embed_fl::fl;

use super::{
    COLUMNS, History, Key, heading, kinds, names,
    numbers::{self, Column as Numbers},
    titles,
};
use crate::{
    language::{Lang, vietnamese},
    tabular::{
        self, Book, Cell, Encoding, Fault, Kind, Refusal, Row, Sheet, Was,
        header::{self, Column},
    },
};

/// The columns, in the order in which they stand where nothing names them.
const ORDER: [Key; 3] = [Key::Name, Key::Kind, Key::Parent];

/// The pasted text as a file with headings; its rows are numbered by its lines. `history` knows kinds that the program does not.
///
/// # Errors
/// [`Refusal`] where nothing was pasted, or too much.
pub fn book(text: &str, history: &History) -> Result<Book, Refusal> {
    let separator = separator(text);
    let mut rows = tabular::pasted(text, separator)?;
    // “Tên cơ quan, đơn vị” alone above names is no unit, and its comma parts nothing.
    let titled = rows.first().is_some_and(|row| is_heading(&joined(&row.cells)));
    let named = !titled && header::find(&sheet(rows.clone()), &COLUMNS).is_ok();
    if titled {
        rows.remove(0);
    }
    if !named {
        let numbers: Vec<Vec<String>> = rows.iter_mut().map(unnumbered).collect();
        let mut entries = sorted(&numbers, rows);
        if separator == ',' {
            let known: BTreeSet<String> =
                history.iter().map(|dated| vietnamese::key(&dated.unit.kind)).collect();
            for Entry { row, .. } in &mut entries {
                // “Các sở, ban, ngành” has commas, and no kind behind any of them.
                let line = joined(&row.cells);
                if titles::is_group(&line) { row.cells = vec![cell(line)] } else { by_kind(row, &known) }
            }
        }
        entries.retain(|entry| !entry.row.cells.is_empty());
        rows = with_headings(entries, history);
        if rows.len() < 2 {
            return Err(Refusal::Empty);
        }
    }
    Ok(Book { kind: Kind::Csv { encoding: Encoding::Utf8, separator }, sheets: vec![sheet(rows)] })
}

/// What parts the cells of the whole list: one guess, not one for each line.
fn separator(text: &str) -> char {
    ['\t', ';'].into_iter().find(|c| text.contains(*c)).unwrap_or(',')
}

/// Lines that are parted otherwise than the list, at the first of them: each is read as one name.
pub fn parted_otherwise(lang: Lang, text: &str) -> Option<Fault> {
    if separator(text) != '\t' {
        return None;
    }
    let otherwise = |(_, line): &(u32, &str)| !line.contains('\t') && line.contains(';');
    let mut lines = (1..).zip(text.lines()).filter(otherwise);
    let (row, _) = lines.next()?;
    let n = 1 + lines.count();
    let words = fl!(lang.messages(), "import-parted-otherwise", n = n, row = row.to_string());
    Some(Fault { row, column: None, words })
}

/// A row, and what the numbers before its name say.
struct Entry {
    row: Row,
    /// The unit's code; may be empty.
    code: String,
    /// Numbers that are neither a code nor a count, which are told as what is not read.
    unread: String,
}

/// Each row with what its numbers say.
fn sorted(numbers: &[Vec<String>], rows: Vec<Row>) -> Vec<Entry> {
    let entry = |row| Entry { row, code: String::new(), unread: String::new() };
    let mut entries: Vec<Entry> = rows.into_iter().map(entry).collect();
    let widest = numbers.iter().map(Vec::len).max().unwrap_or_default();
    let mut has_codes = false;
    for at in 0..widest {
        let column: Vec<Option<&str>> = numbers.iter().map(|row| row.get(at).map(String::as_str)).collect();
        let said = numbers::column(&column);
        if said == Numbers::Count {
            continue;
        }
        let are_codes = said == Numbers::Codes && !has_codes;
        has_codes |= are_codes;
        for (number, entry) in column.into_iter().zip(&mut entries) {
            let number = number.unwrap_or_default();
            let cell = if are_codes { &mut entry.code } else { &mut entry.unread };
            *cell = if cell.is_empty() { number.to_owned() } else { format!("{cell} {number}") };
        }
    }
    // The official list may have its codes behind the names as well, where the kind would stand.
    let behind: Vec<Option<&str>> = entries
        .iter()
        .map(|entry| entry.row.cells.get(1).map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()))
        .collect();
    if !has_codes && numbers::column(&behind) == Numbers::Codes {
        for entry in entries.iter_mut().filter(|entry| entry.row.cells.len() > 1) {
            entry.code = entry.row.cells.remove(1).text;
        }
    }
    for Entry { code, .. } in &mut entries {
        code.truncate(code.trim_end_matches(['.', ')']).len());
    }
    entries
}

/// The rows below headings: name, kind, unit above, what has no name, then code and numbers that are not read, where there are
/// any.
fn with_headings(mut entries: Vec<Entry>, history: &History) -> Vec<Row> {
    let coded = entries.iter().any(|entry| !entry.code.is_empty());
    if coded {
        say_above(&mut entries, history);
    }
    let widest = entries.iter().map(|entry| entry.row.cells.len()).max().unwrap_or_default().max(ORDER.len());
    // What stands beyond the third place has no name, and is told as what is not read.
    let beyond = (ORDER.len()..widest).map(|n| format!("({})", n + 1));
    let mut headings: Vec<String> =
        ORDER.map(|key| heading(Lang::VI, key)).into_iter().chain(beyond).collect();
    let unread: Vec<&str> =
        entries.iter().map(|entry| entry.unread.as_str()).filter(|unread| !unread.is_empty()).collect();
    let named = match unread.as_slice() {
        [] => None,
        // They have no heading; the first of them say which are meant.
        several if several.len() > UNREAD => {
            Some(format!("{}, …", several.get(..UNREAD).unwrap_or_default().join(", ")))
        }
        few => Some(few.join(", ")),
    };
    headings.extend(coded.then(|| heading(Lang::VI, Key::Code)));
    let is_told = named.is_some();
    headings.extend(named);
    let mut all = vec![Row { number: 0, cells: headings.into_iter().map(cell).collect() }];
    all.extend(entries.into_iter().map(|Entry { mut row, code, unread }| {
        row.cells.resize_with(widest, || cell(String::new()));
        row.cells.extend(coded.then(|| cell(code)));
        row.cells.extend(is_told.then(|| cell(unread)));
        row
    }));
    all
}

/// A row with a code and no unit above would stand at the top, as in a file; a pasted list says nothing by leaving out what lies
/// below the province.
fn say_above(entries: &mut [Entry], history: &History) {
    let is_province = |row: &Row| {
        let kind = row.cells.first().and_then(|cell| kinds::of_name(&cell.text));
        kind.is_some_and(|kind| names::PROVINCE.contains(&vietnamese::key(kind).as_str()))
    };
    let current = history.iter().map(|dated| &dated.unit).filter(|unit| unit.valid_to.is_none());
    let mut tops = current.filter(|unit| unit.parent.is_none());
    let known = tops.next().filter(|_| tops.next().is_none()).map(|unit| unit.code.clone());
    let province = entries.iter().find(|entry| is_province(&entry.row));
    let in_list = || province.and_then(|entry| entry.row.cells.first());
    let Some(above) = known.or_else(|| in_list().map(|cell| cell.text.clone())) else { return };
    for Entry { row, code, .. } in entries.iter_mut() {
        let name = row.cells.first().map_or("", |cell| cell.text.as_str());
        let is_known = history.get(code).is_some();
        if code.is_empty() || *code == above || is_known || is_province(row) || titles::is_group(name) {
            continue;
        }
        if row.cells.len() < ORDER.len() {
            row.cells.resize_with(ORDER.len(), || cell(String::new()));
        }
        if let Some(parent) = row.cells.get_mut(2).filter(|parent| parent.text.is_empty()) {
            parent.text.clone_from(&above);
        }
    }
}

/// So many numbers that are not read are named.
const UNREAD: usize = 3;

const fn sheet(rows: Vec<Row>) -> Sheet {
    Sheet { name: String::new(), visible: true, rows }
}

const fn cell(text: String) -> Cell {
    Cell { text, was: Was::Text }
}

fn joined(cells: &[Cell]) -> String {
    cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether a line of one cell is the heading of names.
fn is_heading(line: &str) -> bool {
    let is_name = |column: &&Column<Key>| column.key == Key::Name;
    let names = COLUMNS.iter().find(is_name).map_or(&[][..], |column| column.names);
    names.iter().any(|name| vietnamese::key(name) == vietnamese::key(line))
}

/// Takes the numbers before a name away, in cells of their own or in that of the name, and dashes and dots of lists; gives the
/// numbers.
fn unnumbered(row: &mut Row) -> Vec<String> {
    let blank = |cell: &Cell| {
        cell.text.is_empty() || numbers::is_number(&cell.text) || titles::counts_groups(&cell.text)
    };
    let lead = row.cells.iter().take_while(|cell| blank(cell)).count();
    let mut numbers: Vec<String> = row.cells.drain(..lead).map(|cell| cell.text).collect();
    // What counts groups, and an empty cell, keep their place before the numbers beside them.
    for number in &mut numbers {
        if !numbers::is_number(number) {
            number.clear();
        }
    }
    if let Some(first) = row.cells.first_mut() {
        let text = first.text.trim_start_matches(['-', '–', '+', '•', '*', '·', '\u{f0b7}']).trim_start();
        let bare = match text.split_once(' ') {
            Some((number, rest)) if numbers::is_number(number) && number.ends_with(['.', ')']) => {
                numbers.push(number.to_owned());
                rest.trim_start()
            }
            Some((code, rest)) if numbers::is_code(code) => {
                numbers.push(code.to_owned());
                rest.trim_start()
            }
            // “X. An Bình” is a commune.
            Some((number, rest))
                if number.ends_with(['.', ')'])
                    && titles::counts_groups(number)
                    && titles::is_group(rest) =>
            {
                rest.trim_start()
            }
            _ => text,
        };
        first.text = bare.to_owned();
    }
    numbers
}

/// Parts a line at commas only beside its kind, since names have commas, too: “Sở Văn hóa, Thể thao và Du lịch, sở”.
fn by_kind(row: &mut Row, known: &BTreeSet<String>) {
    let is_kind = |cell: &Cell| kinds::is_kind(&cell.text) || known.contains(&vietnamese::key(&cell.text));
    let at = (1..row.cells.len()).find(|at| row.cells.get(*at).is_some_and(is_kind));
    let (name, rest) = row.cells.split_at(at.unwrap_or(row.cells.len()));
    let mut cells = vec![cell(joined(name))];
    if let Some((kind, above)) = rest.split_first() {
        cells.push(kind.clone());
        if !above.is_empty() {
            cells.push(cell(joined(above)));
        }
    }
    row.cells = cells;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::{Since, import::List};

    fn units(text: &str) -> Vec<(String, String, String, Option<String>)> {
        let none = History::default();
        let list = List::read(Lang::VI, &book(text, &none).unwrap()).unwrap().completed(Lang::VI, &none);
        let after = list.applied(Lang::VI, &none, Since::Always).unwrap();
        let units = after.iter().map(|dated| dated.unit.clone());
        let mut units: Vec<_> = units.map(|unit| (unit.code, unit.name, unit.kind, unit.parent)).collect();
        units.sort();
        units
    }

    fn unit(
        code: &str,
        name: &str,
        kind: &str,
        above: Option<&str>,
    ) -> (String, String, String, Option<String>) {
        (code.to_owned(), name.to_owned(), kind.to_owned(), above.map(str::to_owned))
    }

    #[test]
    fn lines_of_a_document_are_units_however_they_are_parted_and_numbered() {
        let top = Some("tinh-gia-lai");
        let wanted = [
            unit("so-noi-vu", "Sở Nội vụ", "sở", top),
            unit("tinh-gia-lai", "UBND tỉnh Gia Lai", "tỉnh", None),
            unit("xa-an-binh", "UBND xã An Bình", "xã", top),
        ];
        for text in [
            "UBND tỉnh Gia Lai\nSở Nội vụ\nUBND xã An Bình\n",
            "Tên cơ quan, đơn vị\nUBND tỉnh Gia Lai\nSở Nội vụ\nUBND xã An Bình",
            "UBND tỉnh Gia Lai, tỉnh\r\nSở Nội vụ, sở, UBND tỉnh Gia Lai\r\nUBND xã An Bình\r\n",
            "UBND tỉnh Gia Lai;tỉnh\nSở Nội vụ;sở;UBND tỉnh Gia Lai\n\nUBND xã An Bình;xã",
            "1\tUBND tỉnh Gia Lai\ttỉnh\n2\tSở Nội vụ\tsở\n3\tUBND xã An Bình\txã\n",
            "STT\tTên cơ quan, đơn vị\tLoại\n1\tUBND tỉnh Gia Lai\ttỉnh\n2\tSở Nội vụ\t\n3\tUBND xã An Bình\txã\n",
            "1. UBND tỉnh Gia Lai\n2. Sở Nội vụ\n- UBND xã An Bình\n",
        ] {
            assert_eq!(units(text), wanted, "{text}");
        }
    }

    #[test]
    fn titles_of_groups_are_left_out_and_named() {
        let none = History::default();
        for text in [
            "I\tTỉnh X\t\nII\tCác sở, ban, ngành\t\n1\tSở Nội vụ\t\nIII\tCác phường\t\n1\tPhường A\t\n",
            "STT\tTên đơn vị\tGhi chú\n1\tTỉnh X\t\nII\tCác sở, ban, ngành\t\n1\tSở Nội vụ\t\nIII. Các phường\n2\tPhường A\t\n",
            "Tỉnh X\nII. Các sở, ban, ngành\n1. Sở Nội vụ\nIII. Các phường:\n1. Phường A\n",
        ] {
            let list = List::read(Lang::VI, &book(text, &none).unwrap()).unwrap().completed(Lang::VI, &none);
            assert_eq!(list.len(), 3, "{text}");
            let note = &list.notes[0].words;
            assert!(note.starts_with("Đã bỏ qua 2 dòng tiêu đề: “") && note.contains("Các phường"), "{note}");
            assert!(list.applied(Lang::VI, &none, Since::Always).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_comma_within_a_name_parts_nothing() {
        let found = units("Tỉnh X\nSở Văn hóa, Thể thao và Du lịch\nBan Quản lý A, B, ban, Tỉnh X");
        let names: Vec<&str> = found.iter().map(|(_, name, ..)| name.as_str()).collect();
        assert_eq!(names, ["Ban Quản lý A, B", "Sở Văn hóa, Thể thao và Du lịch", "Tỉnh X"]);
        assert_eq!(found[0].2, "ban");
    }

    #[test]
    fn what_is_wrong_is_told_by_the_line_and_what_is_not_read_is_named() {
        let none = History::default();
        let of = |text: &str| {
            List::read(Lang::VI, &book(text, &none).unwrap()).unwrap().completed(Lang::VI, &none)
        };
        let faults = of("Tỉnh X\n\nĐơn vị lạ\n").applied(Lang::VI, &none, Since::Always).unwrap_err();
        assert!(faults.len() == 1 && faults[0].row == 3 && faults[0].words.contains("Loại"), "{faults:?}");
        assert_eq!(of("Tỉnh X;tỉnh;;0123\n").notes.len(), 1);
        assert_eq!(book(" \n", &none), Err(Refusal::Empty));
    }
    #[test]
    fn official_codes_before_or_behind_the_names_become_the_codes_of_the_units() {
        let top = Some("52");
        let wanted = [
            unit("21550", "Phường Quy Nhơn", "phường", top),
            unit("21553", "Phường Quy Nhơn Đông", "phường", top),
            unit("52", "Tỉnh Gia Lai", "tỉnh", None),
        ];
        for text in [
            "52\tTỉnh Gia Lai\n21550\tPhường Quy Nhơn\n21553\tPhường Quy Nhơn Đông\n",
            "1\t52\tTỉnh Gia Lai\n2\t21550\tPhường Quy Nhơn\n3\t21553\tPhường Quy Nhơn Đông\n",
            "Tỉnh Gia Lai\t52\nPhường Quy Nhơn\t21550\nPhường Quy Nhơn Đông\t21553\n",
            "52, Tỉnh Gia Lai\n21550, Phường Quy Nhơn, phường\n21553, Phường Quy Nhơn Đông\n",
        ] {
            assert_eq!(units(text), wanted, "{text}");
        }
        // In the cell of the name; who has no number gets a code of the name.
        let top = Some("tinh-gia-lai");
        let wanted = [
            unit("21550", "Phường Quy Nhơn", "phường", top),
            unit("21553", "Phường Quy Nhơn Đông", "phường", top),
            unit("tinh-gia-lai", "Tỉnh Gia Lai", "tỉnh", None),
        ];
        for text in [
            "Tỉnh Gia Lai\n21550  Phường Quy Nhơn\n21553  Phường Quy Nhơn Đông\n",
            "Tỉnh Gia Lai\n21550. Phường Quy Nhơn\n21553. Phường Quy Nhơn Đông\n",
            "I\tTỉnh Gia Lai\nII\tCác phường\n21550\tPhường Quy Nhơn\n21553\tPhường Quy Nhơn Đông\n",
        ] {
            assert_eq!(units(text), wanted, "{text}");
        }
    }

    #[test]
    fn numbers_that_are_no_code_and_no_count_are_told() {
        let none = History::default();
        let of = |text: &str| {
            List::read(Lang::VI, &book(text, &none).unwrap()).unwrap().completed(Lang::VI, &none)
        };
        let list = of("1\tTỉnh X\n7\tXã A\n12\tXã B\n31\tXã C\n");
        let words: Vec<&str> = list.notes.iter().map(|note| note.words.as_str()).collect();
        assert!(words.len() == 1 && words[0].contains("“1, 7, 12, …”"), "{words:?}");
        assert!(list.applied(Lang::VI, &none, Since::Always).is_ok());
        // What counts, in groups or not, is not worth a word.
        for text in [
            "1\tTỉnh X\n2\tXã A\n3\tXã B\n",
            "1\tTỉnh X\nII\tCác xã\n1\tXã A\n2\tXã B\n",
            "01. Tỉnh X\n02. Xã A\n03. Xã B\n",
        ] {
            assert!(of(text).notes.iter().all(|note| note.words.contains("tiêu đề")), "{text}");
        }
    }

    #[test]
    fn lines_that_are_parted_otherwise_than_the_list_are_told() {
        let told = parted_otherwise(Lang::VI, "Tỉnh X\ttỉnh\nSở Y tế;sở\nXã A;xã\n").unwrap();
        assert!(told.row == 2 && told.words.contains("2 dòng"), "{told:?}");
        assert_eq!(parted_otherwise(Lang::VI, "Tỉnh X;tỉnh\nXã A\n"), None);
        assert_eq!(parted_otherwise(Lang::VI, "Tỉnh X\ttỉnh\nXã A\n"), None);
    }
}
