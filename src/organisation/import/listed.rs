//! Pasted lists of what units have, such as their counters or how many dealings: on each line a unit and what it has, as a document
//! or a spreadsheet gives them, with or without headings, and with or without numbers that count the lines.

use std::collections::BTreeMap;

use super::numbers::{self, Column as Numbers};
use crate::{
    language::vietnamese,
    organisation::UnitTree,
    tabular::{
        self, Cell, Refusal, Row, Sheet, Was,
        header::{self, Column},
    },
};

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it may be a heading that is not known as one: the first line, where none is.
    pub may_be_heading: bool,
    /// Its cells, in the order of the columns; those at the end may be missing.
    pub cells: Vec<String>,
}

impl Line {
    /// A cell's text, empty where there is none.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }
}

/// Headings that mean the unit, by code or by name.
pub const UNIT: &[&str] = &[
    "Đơn vị",
    "unit",
    "Tên đơn vị",
    "Mã đơn vị",
    "Mã",
    "Tên cơ quan, đơn vị",
    "Cơ quan, đơn vị",
    "Tên cơ quan",
    "Cơ quan",
    "unit code",
    "unit name",
];

/// The lines of a list, without headings and numbers that count. `columns` are in the order in which they stand where nothing names
/// them; the first one is the unit, which `unit` knows by whatever is said.
///
/// # Errors
/// [`Refusal`] where too much was pasted.
pub fn lines<K: Copy + Ord, U: PartialEq>(
    text: &str,
    columns: &[Column<K>],
    unit: impl Fn(&str) -> Option<U>,
) -> Result<Vec<Line>, Refusal> {
    let separator = if text.contains('\t') { '\t' } else { ';' };
    let mut rows = tabular::pasted(text, separator)?;
    rows.iter_mut().for_each(part);
    let sheet = Sheet { name: String::new(), visible: true, rows };
    // What stands beyond the headings has none: then the cells mean what they mean by their order, and the first line is passed over.
    let within = |table: &header::Table<'_, K>| {
        let known = columns.iter().filter_map(|column| table.column(column.key));
        let widest = known.chain(table.unknown.iter().map(|(at, _)| *at)).max().unwrap_or_default();
        table.rows().iter().all(|row| row.cells.len() <= widest + 1)
    };
    if let Some(table) = header::find(&sheet, columns).ok().filter(within) {
        let headed = table.rows().iter().map(|row| {
            let cell = |column: &Column<K>| table.cell(row, column.key);
            let text = |column| cell(column).map_or_else(String::new, |cell| cell.text.clone());
            Line { number: row.number, may_be_heading: false, cells: columns.iter().map(text).collect() }
        });
        return Ok(headed.collect());
    }
    let mut lines: Vec<Line> = sheet.rows.iter().map(line).collect();
    let several = lines.len() > 1;
    if let Some(first) = lines.first_mut().filter(|_| several) {
        first.may_be_heading = true;
    }
    uncount(&mut lines, &unit);
    for line in &mut lines {
        // “21550, Phường Quy Nhơn” is one unit, said twice.
        let said = unit(line.cell(0));
        if line.cells.len() > 2 && said.is_some() && said == unit(line.cell(1)) {
            line.cells.remove(1);
        }
    }
    Ok(lines)
}

/// A line that was typed between pasted ones is parted at semicolons.
fn part(row: &mut Row) {
    if let [only] = row.cells.as_slice() {
        let parts = only.text.split(';').map(|text| Cell { text: text.trim().to_owned(), was: Was::Text });
        row.cells = parts.collect();
    }
}

fn line(row: &Row) -> Line {
    let cells = row.cells.iter().map(|cell| cell.text.clone()).collect();
    Line { number: row.number, may_be_heading: false, cells }
}

/// Takes away what stands before the units and counts lines: a column of its own, or “1.” in the cell of the unit. A number by which
/// a unit is known stays, unless the next cell says that it only counts.
fn uncount<U>(lines: &mut [Line], unit: &impl Fn(&str) -> Option<U>) {
    let is_unit = |text: &str| unit(text).is_some();
    let numbered = |line: &&Line| numbers::is_number(line.cell(0));
    let first: Vec<Option<&str>> =
        lines.iter().map(|line| Some(line.cell(0)).filter(|text| numbers::is_number(text))).collect();
    let names = lines.iter().filter(numbered).any(|line| is_unit(line.cell(1)));
    let is_no_code = lines.iter().filter(numbered).any(|line| !is_unit(line.cell(0)))
        && lines.iter().filter(numbered).all(|line| !numbers::is_number(line.cell(1)));
    let counts = lines.iter().any(|line| numbered(&line))
        && numbers::column(&first) == Numbers::Count
        && (names || is_no_code);
    for line in lines {
        let number = numbers::is_number(line.cell(0));
        let before_unit = number && !is_unit(line.cell(0)) && is_unit(line.cell(1));
        if before_unit || counts && (number || line.cell(0).is_empty()) {
            line.cells.remove(0);
        }
        let bare = line.cell(0).trim_start_matches(['-', '–', '+', '•', '*']).trim_start();
        let bare = match bare.split_once(' ') {
            Some((number, rest)) if numbers::is_number(number) && number.ends_with(['.', ')']) => rest,
            _ => bare,
        };
        if !is_unit(line.cell(0)) && is_unit(bare) {
            let bare = bare.to_owned();
            if let Some(first) = line.cells.first_mut() {
                *first = bare;
            }
        }
    }
}

/// Units by what people call them.
#[derive(Debug)]
pub struct Called<'t> {
    tree: &'t UnitTree,
    /// `None`: several have this name.
    by_name: BTreeMap<String, Option<&'t str>>,
}

impl<'t> Called<'t> {
    /// The units of a tree.
    pub fn of(tree: &'t UnitTree) -> Self {
        let mut by_name = BTreeMap::new();
        for unit in tree.units() {
            by_name
                .entry(vietnamese::fold(&unit.name))
                .and_modify(|one| *one = None)
                .or_insert(Some(unit.code.as_str()));
        }
        Self { tree, by_name }
    }

    /// The code of the unit that is meant: by its code, or by its name if no other has the same.
    pub fn code(&self, said: &str) -> Option<&'t str> {
        let by_code = self.tree.get(said).map(|unit| unit.code.as_str());
        by_code.or_else(|| self.by_name.get(&vietnamese::fold(said)).copied().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    const COLUMNS: [Column<u8>; 3] = [
        Column { key: 0, names: UNIT, required: true },
        Column { key: 1, names: &["Tên quầy"], required: true },
        Column { key: 2, names: &["Mã quầy"], required: false },
    ];

    fn read(codes: [&str; 2], text: &str) -> Vec<(u32, String)> {
        let unit = |code: &str, name: &str| Unit {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: "phường".to_owned(),
            ..Unit::default()
        };
        let tree = UnitTree::new([unit(codes[0], "Phường A"), unit(codes[1], "Phường B")]).unwrap();
        let called = Called::of(&tree);
        let lines = lines(text, &COLUMNS, |said| called.code(said)).unwrap();
        lines.into_iter().map(|line| (line.number, line.cells.join("|"))).collect()
    }

    #[test]
    fn numbers_that_count_lines_are_no_codes_of_units() {
        for (text, wanted) in [
            ("1\tPhường A\tQuầy 1\n2\tPhường A\tQuầy 2\n3\tPhường B\tQuầy 1", [1, 2, 3]),
            ("1. Phường A\tQuầy 1\n2. Phường A\tQuầy 2\n3) Phường B\tQuầy 1", [1, 2, 3]),
            ("1;Phường A;Quầy 1\n2;Phường A;Quầy 2\n1;Phường B;Quầy 1", [1, 2, 3]),
            ("1\tPhường A\tQuầy 1\n1\tPhường A\tQuầy 2\n2\tPhường B\tQuầy 1", [1, 2, 3]),
            ("Phường A\tQuầy 1\nphuong a\tQuầy 2\n- Phường B\tQuầy 1", [1, 2, 3]),
            (
                "STT\tĐơn vị\tTên quầy\n1\tPhường A\tQuầy 1\n2\tPhường A\tQuầy 2\n3\tPhường B\tQuầy 1",
                [2, 3, 4],
            ),
            (
                "DANH SÁCH QUẦY\n\nMã quầy\tTên quầy\tĐơn vị\n\tQuầy 1\tPhường A\n\tQuầy 2\tPhường A\n\tQuầy 1\tPhường B",
                [4, 5, 6],
            ),
        ] {
            let read: Vec<(u32, String)> = read(["a", "b"], text)
                .into_iter()
                .map(|(number, line)| {
                    (number, line.trim_end_matches('|').to_lowercase().replace("phuong a", "phường a"))
                })
                .collect();
            let lines = ["phường a|quầy 1", "phường a|quầy 2", "phường b|quầy 1"].map(str::to_owned);
            assert_eq!(read, wanted.into_iter().zip(lines).collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn a_number_that_is_a_unit_s_code_stays_one() {
        // Official codes, with the unit's name behind them or not.
        for text in ["21550\tQuầy 1\n21553\tQuầy 1", "21550\tPhường A\tQuầy 1\n21553\tPhường B\tQuầy 1"]
        {
            let read = read(["21550", "21553"], text);
            assert_eq!(read, [(1, "21550|Quầy 1".to_owned()), (2, "21553|Quầy 1".to_owned())], "{text}");
        }
        // Where units are known by small numbers, only names behind them say that the numbers count.
        assert_eq!(read(["1", "2"], "1\tQuầy 1\n2\tQuầy 1")[1].1, "2|Quầy 1");
        assert_eq!(read(["1", "2"], "1\tPhường B\tQuầy 1\n2\tPhường A\tQuầy 1")[1].1, "Phường A|Quầy 1");
        // A unit that there is not is told by its name.
        assert_eq!(read(["a", "b"], "1\tPhường C\tQuầy 1\n2\tPhường D\tQuầy 1")[0].1, "Phường C|Quầy 1");
        // Numbers behind the unit are what the list is about.
        assert_eq!(read(["a", "b"], "a\t5\t2\nb\t7\t3")[0].1, "a|5|2");
    }
}
