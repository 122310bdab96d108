//! A list that was pasted from a document or a spreadsheet: a unit on each line, “name, kind, unit above”, of which only the
//! name is needed; with or without headings, with or without numbers before the names.

use std::collections::BTreeSet;

use super::{COLUMNS, History, Key, heading, kinds, titles};
use crate::{
    language::{Lang, vietnamese},
    tabular::{
        self, Book, Cell, Encoding, Kind, Refusal, Row, Sheet, Was,
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
    let separator = ['\t', ';'].into_iter().find(|c| text.contains(*c)).unwrap_or(',');
    let mut rows = tabular::pasted(text, separator)?;
    // “Tên cơ quan, đơn vị” alone above names is no unit, and its comma parts nothing.
    let titled = rows.first().is_some_and(|row| is_heading(&joined(&row.cells)));
    let named = !titled && header::find(&sheet(rows.clone()), &COLUMNS).is_ok();
    if titled {
        rows.remove(0);
    }
    if !named {
        for row in &mut rows {
            unnumbered(row);
        }
        if separator == ',' {
            let known: BTreeSet<String> =
                history.iter().map(|dated| vietnamese::key(&dated.unit.kind)).collect();
            for row in &mut rows {
                // “Các sở, ban, ngành” has commas, and no kind behind any of them.
                let line = joined(&row.cells);
                if titles::is_group(&line) { row.cells = vec![cell(line)] } else { by_kind(row, &known) }
            }
        }
        rows.retain(|row| !row.cells.is_empty());
        if rows.is_empty() {
            return Err(Refusal::Empty);
        }
        let widest = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let headings = ORDER.map(|key| heading(Lang::VI, key)).into_iter();
        // What stands beyond the third place has no name, and is told as what is not read.
        let beyond = (ORDER.len()..widest).map(|n| format!("({})", n + 1));
        rows.insert(0, Row { number: 0, cells: headings.chain(beyond).map(cell).collect() });
    }
    Ok(Book { kind: Kind::Csv { encoding: Encoding::Utf8, separator }, sheets: vec![sheet(rows)] })
}

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

/// Takes the number before a name away, in a cell of its own or in that of the name, and dashes and dots of lists.
fn unnumbered(row: &mut Row) {
    let is_number = |text: &str| {
        let digits = text.trim_end_matches(['.', ')']);
        !digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let blank =
        |cell: &Cell| cell.text.is_empty() || is_number(&cell.text) || titles::counts_groups(&cell.text);
    let lead = row.cells.iter().take_while(|cell| blank(cell)).count();
    row.cells.drain(..lead);
    if let Some(first) = row.cells.first_mut() {
        let text = first.text.trim_start_matches(['-', '–', '+', '•', '*', '·', '\u{f0b7}']).trim_start();
        let bare = match text.split_once(' ') {
            Some((number, rest))
                if number.ends_with(['.', ')'])
                    // “X. An Bình” is a commune.
                    && (is_number(number) || titles::counts_groups(number) && titles::is_group(rest)) =>
            {
                rest.trim_start()
            }
            _ => text,
        };
        first.text = bare.to_owned();
    }
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
}
