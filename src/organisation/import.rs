//! Lists of units as files: what their rows ask for, and the same list written again.
//!
//! Pure. A file names units by their codes or names, in any order ([`List::completed`] gives every row a code); units that it does not name stay as they are. A column that it does
//! not have says nothing; an empty cell of one that it has says that there is none. Only names are needed: a kind that is not
//! given is the word that its name begins with, where that says it. A list may be pasted, too ([`pasted`]), and so
//! may lists of what units have ([`listed`]).

mod doubts;
mod kinds;
pub mod listed;
mod names;
mod numbers;
pub mod pasted;
mod titles;

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::{
    History, Since, Unit,
    problem::{Wrong, problems},
    text,
};
use crate::{
    language::{Lang, vietnamese},
    tabular::{
        self, Book, Fault, Row, Sheet,
        header::{self, Column, Table},
        value,
    },
};

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Code.
    Code,
    /// Name.
    Name,
    /// Kind.
    Kind,
    /// Code of the unit above.
    Parent,
    /// First day.
    From,
    /// Last day.
    To,
    /// Code of the successor.
    Successor,
}

/// The columns in the order in which they are written: headings in Vietnamese, in English, and others that people use.
pub const COLUMNS: [Column<Key>; 7] = [
    Column {
        key: Key::Code,
        names: &[
            "Mã đơn vị",
            "code",
            "Mã",
            "unit code",
            "Mã cơ quan",
            "Mã cơ quan, đơn vị",
            "Mã đơn vị hành chính",
            "Mã ĐVHC",
        ],
        required: false,
    },
    Column {
        key: Key::Name,
        names: &[
            "Tên đơn vị",
            "name",
            "Tên",
            "unit name",
            "Tên cơ quan, đơn vị",
            "Tên cơ quan",
            "Tên đơn vị, cơ quan",
            "Cơ quan, đơn vị",
            "Tên đơn vị hành chính",
            "Tên xã, phường",
            "Tên xã, phường, đặc khu",
        ],
        required: true,
    },
    Column {
        key: Key::Kind,
        names: &[
            "Loại đơn vị",
            "kind",
            "Loại",
            "Cấp",
            "Loại cơ quan",
            "Loại cơ quan, đơn vị",
            "Loại hình",
            "Phân loại",
            "Cấp hành chính",
            "Cấp đơn vị",
        ],
        required: false,
    },
    Column {
        key: Key::Parent,
        names: &[
            "Mã đơn vị cấp trên",
            "parent",
            "Đơn vị cấp trên",
            "Mã cấp trên",
            "Cấp trên",
            "Trực thuộc",
            "Tên đơn vị cấp trên",
            "Cơ quan cấp trên",
            "Cơ quan, đơn vị cấp trên",
            "Cơ quan chủ quản",
            "Đơn vị chủ quản",
            "Thuộc",
        ],
        required: false,
    },
    Column {
        key: Key::From,
        names: &["Có từ ngày", "valid_from", "Từ ngày", "Hiệu lực từ ngày"],
        required: false,
    },
    Column {
        key: Key::To,
        names: &["Đến hết ngày", "valid_to", "Đến ngày", "Hiệu lực đến ngày"],
        required: false,
    },
    Column {
        key: Key::Successor,
        names: &["Mã đơn vị kế thừa", "successor", "Đơn vị kế thừa", "Nhập vào"],
        required: false,
    },
];

/// A unit as a row asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    row: u32,
    code: String,
    name: String,
    kind: String,
    parent: Option<String>,
    /// `None`: the file has no such column.
    valid_from: Option<Option<jiff::civil::Date>>,
    valid_to: Option<Option<jiff::civil::Date>>,
    successor: Option<Option<String>>,
}

/// A list read. Rows may be wrong in themselves; [`Self::applied`] tells of those beside what is wrong between rows, so
/// that a file is mended once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    asked: Vec<Asked>,
    columns: BTreeMap<Key, usize>,
    /// What is wrong with single rows.
    faults: Vec<Fault>,
    /// Codes that were made from names.
    pub made: usize,
    /// What somebody should look at, though it is no fault.
    pub notes: Vec<Fault>,
}

/// Codes that differ by small and large letters alone: two units to the program, hardly to whoever types them.
fn alike(lang: Lang, asked: &[Asked], column: Option<usize>) -> Vec<Fault> {
    let mut first: BTreeMap<String, &Asked> = BTreeMap::new();
    let mut found = Vec::new();
    for unit in asked.iter().filter(|unit| !unit.code.is_empty()) {
        let before = *first.entry(unit.code.to_lowercase()).or_insert(unit);
        if before.code != unit.code {
            let (one, other, row) = (before.code.as_str(), unit.code.as_str(), before.row.to_string());
            let words = fl!(lang.messages(), "desk-units-alike", one = one, other = other, row = row);
            found.push(Fault { row: unit.row, column, words });
        }
    }
    found
}

/// Kinds that differ by marks, spaces and large letters alone, once for each way of writing: counters and groups are made by
/// kind, and would miss some units.
fn kinds_alike(lang: Lang, asked: &[Asked], column: Option<usize>) -> Vec<Fault> {
    let mut first: BTreeMap<String, &Asked> = BTreeMap::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for unit in asked.iter().filter(|unit| !unit.kind.is_empty()) {
        let before = *first.entry(vietnamese::key(&unit.kind)).or_insert(unit);
        if before.kind != unit.kind && told.insert(&unit.kind) {
            let (one, other, row) = (before.kind.as_str(), unit.kind.as_str(), before.row.to_string());
            let words = fl!(lang.messages(), "desk-units-kinds-alike", one = one, other = other, row = row);
            found.push(Fault { row: unit.row, column, words });
        }
    }
    found
}

/// So many titles are named.
const NAMED: usize = 12;

/// Titles of groups that are left out, in one sentence at the first of them.
fn left_out(lang: Lang, titled: &[(u32, &str)]) -> Option<Fault> {
    let m = lang.messages();
    let (row, _) = titled.first()?;
    let named = titled.iter().map(|(row, name)| {
        let (name, row) = (String::from(*name), row.to_string());
        fl!(m, "import-title", name = name, row = row)
    });
    let mut names = named.take(NAMED).collect::<Vec<_>>().join(", ");
    if titled.len() > NAMED {
        names.push_str(", …");
    }
    let words = fl!(m, "import-titles-left-out", n = titled.len(), names = names);
    Some(Fault { row: *row, column: None, words })
}

/// Why a file is not a list of units, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(pub String);

impl List {
    /// Reads the first visible sheet that has the headings.
    ///
    /// # Errors
    /// [`Unfit`] for a file without the headings, or without a row below them.
    pub fn read(lang: Lang, book: &Book) -> Result<Self, Unfit> {
        let visible = || book.sheets.iter().filter(|sheet| sheet.visible);
        // A list that has kinds goes before whatever else has a column of names.
        let with_kinds =
            COLUMNS.map(|column| Column { required: column.required || column.key == Key::Kind, ..column });
        let found = [&with_kinds, &COLUMNS]
            .into_iter()
            .find_map(|columns| visible().find_map(|sheet| header::find(sheet, columns).ok()));
        let Some(table) = found else {
            let first: Option<&Sheet> = visible().next().or_else(|| book.sheets.first());
            let words = first.and_then(|sheet| header::find(sheet, &COLUMNS).err());
            return Err(Unfit(words.map_or_else(String::new, |no| no.words(lang))));
        };
        let mut faults = Vec::new();
        // Rows that the file to begin with has as examples are no units, whatever else they say.
        let is_example =
            |row: &&Row| names::is_example(table.cell(row, Key::Name).map_or("", |cell| cell.text.as_str()));
        let examples: Vec<&Row> = table.rows().iter().filter(is_example).collect();
        let titled: Vec<(u32, &str)> =
            table.rows().iter().filter_map(|row| Some((row.number, titles::title(&table, row)?))).collect();
        let titles: BTreeSet<u32> = titled.iter().map(|(number, _)| *number).collect();
        let is_title = |row: &Row| titles.contains(&row.number);
        let asked: Vec<Asked> = table
            .rows()
            .iter()
            .filter(|row| !is_example(row) && !is_title(row))
            .map(|row| Asked::read(lang, &table, row, &mut faults))
            .collect();
        if asked.is_empty() && !examples.is_empty() {
            return Err(Unfit(fl!(lang.messages(), "import-examples-only")));
        }
        let mut first: BTreeMap<&str, u32> = BTreeMap::new();
        for unit in asked.iter().filter(|unit| !unit.code.is_empty()) {
            if let Some(row) = first.insert(&unit.code, unit.row) {
                first.insert(&unit.code, row);
                let (code, row) = (unit.code.as_str(), row.to_string());
                let words = fl!(lang.messages(), "desk-units-twice", code = code, row = row);
                faults.push(Fault { row: unit.row, column: table.column(Key::Code), words });
            }
        }
        if asked.is_empty() {
            return Err(Unfit(fl!(lang.messages(), "desk-units-no-rows")));
        }
        let unknown = table.unknown.iter().map(|(column, heading)| {
            let words = fl!(lang.messages(), "desk-units-unknown-column", heading = String::from(*heading));
            Fault { row: table.heading, column: Some(*column), words }
        });
        let merged = table.rows().iter().flat_map(|row| {
            let of = |column: usize| row.cell(column).was == tabular::Was::Merged;
            table
                .keys()
                .into_iter()
                .filter_map(|key| table.column(key))
                .filter(move |column| of(*column))
                .map(|column| Fault {
                    row: row.number,
                    column: Some(column),
                    words: fl!(lang.messages(), "desk-units-merged-cell"),
                })
        });
        let alike = alike(lang, &asked, table.column(Key::Code));
        let kinds = kinds_alike(lang, &asked, table.column(Key::Kind));
        let examples = examples.first().map(|first| Fault {
            row: first.number,
            column: table.column(Key::Name),
            words: fl!(lang.messages(), "import-examples-left-out", n = examples.len()),
        });
        let notes = left_out(lang, &titled)
            .into_iter()
            .chain(examples)
            .chain(unknown)
            .chain(merged)
            .chain(alike)
            .chain(kinds)
            .collect();
        let columns = table.keys().into_iter().filter_map(|key| Some((key, table.column(key)?))).collect();
        Ok(Self { asked, columns, faults, made: 0, notes })
    }

    /// How many units it names.
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Whether it names this unit.
    pub fn names(&self, code: &str) -> bool {
        self.asked.iter().any(|asked| asked.code == code)
    }

    /// The units as they would be afterwards; what changes about a known unit's name, kind or place does so `since`.
    ///
    /// # Errors
    /// Every row that is wrong in itself or would break the tree.
    pub fn applied(&self, lang: Lang, history: &History, since: Since) -> Result<History, Vec<Fault>> {
        let (after, faults) = self.applied_anyway(lang, history, since);
        if faults.is_empty() { Ok(after) } else { Err(faults) }
    }

    /// The units as they would be, faulty rows and all, and every fault: so that what else stands against the list can be
    /// told with them.
    pub fn applied_anyway(&self, lang: Lang, history: &History, since: Since) -> (History, Vec<Fault>) {
        let named = self.asked.iter().filter(|asked| !asked.code.is_empty());
        let after = history.with(named.map(|asked| (asked.wanted(history), since)));
        let rows: BTreeMap<&str, u32> =
            self.asked.iter().map(|asked| (asked.code.as_str(), asked.row)).collect();
        let mut faults: Vec<Fault> = self.faults.clone();
        // A cell that cannot be read is told once, not again for what follows from it.
        let told = |row: u32, column: Option<usize>| {
            self.faults.iter().any(|fault| fault.row == row && fault.column == column)
        };
        for problem in problems(&after) {
            let words = problem.what.words(lang, &problem.unit);
            let (key, to_blame): (Key, Vec<&str>) = match &problem.what {
                Wrong::Round { round, .. } => {
                    (Key::Parent, round.iter().skip(1).map(String::as_str).collect())
                }
                Wrong::UnknownParent { .. } => (Key::Parent, vec![&problem.unit]),
                // Whichever of the two the file names.
                Wrong::ParentEnds { parent, .. } if !rows.contains_key(problem.unit.as_str()) => {
                    (Key::To, vec![parent])
                }
                Wrong::ParentEnds { .. } => (Key::Parent, vec![&problem.unit]),
                Wrong::EndsFirst => (Key::To, vec![&problem.unit]),
                Wrong::UnknownSuccessor { .. }
                | Wrong::SuccessorWithoutEnd
                | Wrong::SuccessorRound
                | Wrong::SuccessorEnded { .. } => (Key::Successor, vec![&problem.unit]),
            };
            let named: Vec<u32> = to_blame.iter().filter_map(|code| rows.get(code).copied()).collect();
            // A list that names none of them is told at its first row: something else stands against it there.
            let first = self.asked.first().map(|asked| asked.row).filter(|_| named.is_empty());
            let column = self.columns.get(&key).copied();
            for row in named.into_iter().chain(first).filter(|row| !told(*row, column)) {
                faults.push(Fault { row, column, words: words.clone() });
            }
        }
        // Of a code that stands in several rows only the last one is among the units.
        for asked in &self.asked {
            let column = self.columns.get(&Key::Parent).copied();
            if let Some(parent) = asked.parent.as_ref().filter(|parent| after.get(parent).is_none())
                && !told(asked.row, column)
            {
                let words = Wrong::UnknownParent { parent: parent.clone() }.words(lang, &asked.code);
                faults.push(Fault { row: asked.row, column, words });
            }
        }
        faults.sort();
        faults.dedup();
        (after, faults)
    }

    /// The row that names a unit.
    pub fn row(&self, code: &str) -> Option<u32> {
        self.asked.iter().find(|asked| asked.code == code).map(|asked| asked.row)
    }

    /// The column of a heading.
    pub fn column(&self, key: Key) -> Option<usize> {
        self.columns.get(&key).copied()
    }

    /// How many units there are of each kind, the kinds in the order in which they first stand.
    pub fn kinds(&self) -> Vec<(&str, usize)> {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for asked in &self.asked {
            match kinds.iter_mut().find(|(kind, _)| *kind == asked.kind) {
                Some((_, n)) => *n += 1,
                None => kinds.push((&asked.kind, 1)),
            }
        }
        kinds
    }

    /// The list again, as CSV with the columns that it had, and those for codes, kinds and units above: reading it gives the
    /// same list.
    pub fn written(&self) -> Vec<u8> {
        let always = [Key::Code, Key::Kind, Key::Parent];
        let keys: BTreeSet<Key> = self.columns.keys().copied().chain(always).collect();
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
        let cell = |asked: &Asked, key: Key| match key {
            Key::Code => asked.code.clone(),
            Key::Name => asked.name.clone(),
            Key::Kind => asked.kind.clone(),
            Key::Parent => asked.parent.clone().unwrap_or_default(),
            Key::From => day(asked.valid_from.flatten()),
            Key::To => day(asked.valid_to.flatten()),
            Key::Successor => asked.successor.clone().flatten().unwrap_or_default(),
        };
        let heading: Vec<String> = keys.iter().map(|key| heading(Lang::EN, *key)).collect();
        let rows: Vec<Vec<String>> = std::iter::once(heading)
            .chain(self.asked.iter().map(|asked| keys.iter().map(|key| cell(asked, *key)).collect()))
            .collect();
        tabular::write(rows.iter().map(Vec::as_slice))
    }
}

impl Asked {
    fn read(lang: Lang, table: &Table<'_, Key>, row: &Row, faults: &mut Vec<Fault>) -> Self {
        let before = faults.len();
        let mut text = |key: Key| table.text(lang, row, key, faults).to_owned();
        let (code, name, kind, parent) =
            (text(Key::Code), text(Key::Name), text(Key::Kind), text(Key::Parent));
        let (from, to, successor) = (text(Key::From), text(Key::To), text(Key::Successor));
        let unusable: Vec<Option<usize>> =
            faults.get(before..).unwrap_or_default().iter().map(|fault| fault.column).collect();
        let mut say = |key: Key, words: Option<String>| {
            let column = table.column(key);
            if let Some(words) = words.filter(|_| !unusable.contains(&column)) {
                faults.push(Fault { row: row.number, column, words });
            }
        };
        // An empty cell is named by its heading: it is what people look for.
        let missing = |key: Key, text: &str| {
            let column = heading(lang, key);
            text.is_empty().then(|| fl!(lang.messages(), "desk-units-cell-empty", column = column))
        };
        say(Key::Code, missing(Key::Code, &code).or_else(|| text::code_problem(lang, &code)));
        say(Key::Name, missing(Key::Name, &name).or_else(|| text::line_problem(lang, &name, text::NAME)));
        say(Key::Kind, missing(Key::Kind, &kind).or_else(|| text::line_problem(lang, &kind, text::KIND)));
        for (key, code) in [(Key::Parent, &parent), (Key::Successor, &successor)] {
            say(key, (!code.is_empty()).then(|| text::code_problem(lang, code)).flatten());
        }
        let mut day = |key: Key, text: &str| {
            let day = value::day(text);
            if !text.is_empty() && day.is_none() {
                let m = lang.messages();
                say(
                    key,
                    Some(if value::is_no_day(text) {
                        fl!(m, "desk-units-no-day", day = text)
                    } else {
                        fl!(m, "desk-units-not-a-day", text = text)
                    }),
                );
            }
            table.column(key).map(|_| day)
        };
        let (valid_from, valid_to) = (day(Key::From, &from), day(Key::To, &to));
        let or_none = |text: String| (!text.is_empty()).then_some(text);
        Self {
            row: row.number,
            code,
            name,
            kind,
            parent: or_none(parent),
            valid_from,
            valid_to,
            successor: table.column(Key::Successor).map(|_| or_none(successor)),
        }
    }

    fn wanted(&self, history: &History) -> Unit {
        let known = history.get(&self.code).map(|dated| &dated.unit);
        Unit {
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind.clone(),
            parent: self.parent.clone(),
            valid_from: self.valid_from.unwrap_or_else(|| known.and_then(|unit| unit.valid_from)),
            valid_to: self.valid_to.unwrap_or_else(|| known.and_then(|unit| unit.valid_to)),
            successor: self
                .successor
                .clone()
                .unwrap_or_else(|| known.and_then(|unit| unit.successor.clone())),
        }
    }
}

/// The heading of a column in a language.
pub fn heading(lang: Lang, key: Key) -> String {
    let names = COLUMNS.iter().find(|column| column.key == key).map_or(&[][..], |column| column.names);
    names.get(usize::from(lang == Lang::EN)).copied().unwrap_or_default().to_owned()
}

/// All units as rows, headings first, each unit after the one above: the file that [`List::read`] reads without a change.
pub fn rows(lang: Lang, history: &History) -> Vec<Vec<String>> {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
    let headings = COLUMNS.iter().map(|column| heading(lang, column.key)).collect();
    let tree = history.latest().unwrap_or_default();
    let units = tree.units().iter().map(|unit| {
        vec![
            unit.code.clone(),
            unit.name.clone(),
            unit.kind.clone(),
            unit.parent.clone().unwrap_or_default(),
            day(unit.valid_from),
            day(unit.valid_to),
            unit.successor.clone().unwrap_or_default(),
        ]
    });
    std::iter::once(headings).chain(units).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::organisation::Dated;

    fn list(text: &str) -> Result<List, Unfit> {
        List::read(Lang::VI, &tabular::read(None, text.as_bytes()).unwrap())
    }

    fn faults(text: &str) -> Vec<String> {
        match list(text) {
            Err(Unfit(words)) => vec![words],
            Ok(list) => list
                .applied(Lang::VI, &History::default(), Since::Always)
                .map_or_else(|f| told(&f), |_| vec![]),
        }
    }

    fn told(faults: &[Fault]) -> Vec<String> {
        faults.iter().map(|fault| format!("{}: {}", fault.place(Lang::VI), fault.words)).collect()
    }

    const HEAD: &str = "Mã đơn vị;Tên đơn vị;Loại đơn vị;Mã đơn vị cấp trên;Đến hết ngày;Mã đơn vị kế thừa\n";

    #[test]
    fn parents_may_come_later_and_columns_that_are_missing_say_nothing() {
        let list = list("Ma,Ten,Loai,Cap tren\nx,Xã X,xã,bd\nbd,Tỉnh Bình Định,tỉnh,\n").unwrap();
        let after = list.applied(Lang::VI, &History::default(), Since::Always).unwrap();
        assert_eq!(after.get("x").unwrap().unit.parent.as_deref(), Some("bd"));
        let ended = after.with([(
            Unit { valid_to: "2025-06-30".parse().ok(), ..after.get("x").unwrap().unit.clone() },
            Since::Always,
        )]);
        assert_eq!(list.applied(Lang::VI, &ended, Since::Always).unwrap(), ended);
    }

    #[test]
    fn kinds_that_are_written_in_two_ways_are_pointed_at_once() {
        let text = format!("{HEAD}bd;Tỉnh;tỉnh;;;\na;A;xã;bd;;\nb;B;xa;bd;;\nc;C;XÃ;bd;;\nd;D;xa;bd;;\n");
        let notes = told(&list(&text).unwrap().notes);
        assert_eq!(notes.len(), 2, "{notes:#?}");
        assert!(notes[0].starts_with("dòng 4, cột C: ") && notes[0].contains("“xa”"), "{notes:#?}");
        assert!(notes[1].starts_with("dòng 5, cột C: ") && notes[1].contains("“XÃ”"), "{notes:#?}");
        let told = faults(&format!("{HEAD}bd;;tỉnh;;;\n"));
        assert_eq!(told, ["dòng 2, cột B: Thiếu “Tên đơn vị”."]);
    }

    #[test]
    fn every_faulty_row_is_told_with_its_place_and_what_to_mend() {
        let text = format!("{HEAD}bd;Tỉnh;tỉnh;;;\nqn;;xã;bd;30/6/25;\nmã lạ;X;xã;bd;;\nbd;Tỉnh;tỉnh;;;\n");
        let told = faults(&text);
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told[0].starts_with("dòng 3, cột B: "), "{told:#?}");
        assert!(told[1].starts_with("dòng 3, cột E: ") && told[1].contains("30/6/25"), "{told:#?}");
        assert!(told[2].starts_with("dòng 4, cột A: "), "{told:#?}");
        assert!(told[3].starts_with("dòng 5, cột A: ") && told[3].contains("dòng 2"), "{told:#?}");
    }

    #[test]
    fn what_is_wrong_with_rows_and_between_them_is_told_at_once() {
        let text = format!("{HEAD}bd;;tỉnh;;;\na;A;xã;b;;\nb;B;xã;a;;\nc;C;xã;z;30/6/25;\nd;D;xã;mã lạ;;\n");
        let told = faults(&text);
        let places: Vec<&str> = told.iter().map(|told| told.split_once(": ").unwrap().0).collect();
        assert_eq!(
            places,
            [
                "dòng 2, cột B",
                "dòng 3, cột D",
                "dòng 4, cột D",
                "dòng 5, cột D",
                "dòng 5, cột E",
                "dòng 6, cột D"
            ],
            "{told:#?}"
        );
    }

    #[test]
    fn circles_and_parents_that_are_nowhere_are_told_with_their_rows() {
        let told = faults(&format!("{HEAD}a;A;xã;b;;\nb;B;xã;a;;\nc;C;xã;z;;\n"));
        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(told[0].starts_with("dòng 2, cột D: ") && told[0].contains("a → b → a"), "{told:#?}");
        assert!(
            told[1].starts_with("dòng 3, cột D: ") && told[2].starts_with("dòng 4, cột D: "),
            "{told:#?}"
        );
        let told = faults(&format!("{HEAD}a;A;xã;;;b\nb;B;xã;;;\n"));
        assert!(told[0].starts_with("dòng 2, cột F: ") && told[0].contains("ngày cuối"), "{told:#?}");
    }

    #[test]
    fn a_parent_that_is_nowhere_is_told_of_a_row_whose_code_comes_again_and_alike_codes_are_noted() {
        let text = format!("{HEAD}a;A;xã;b;;\nb;B;xã;a;;\nc;C;xã;z;;\nc;C;xã;;;\n");
        let told = faults(&text);
        assert!(told.iter().any(|told| told.starts_with("dòng 4, cột D: ")), "{told:#?}");
        let list = list(&format!("{HEAD}a1;A;xã;;;\nA1;B;xã;;;\n")).unwrap();
        assert_eq!(list.notes.len(), 1);
        assert!(list.notes[0].words.contains("“a1”") && list.notes[0].row == 3, "{:?}", list.notes);
    }

    #[test]
    fn a_file_without_the_headings_names_them() {
        let told = faults("Mã,Tên\nqn,Quy Nhơn\n");
        assert!(told[0].contains("“Loại đơn vị”") && !told[0].contains("“Mã đơn vị cấp trên”"), "{told:#?}");
    }

    /// Any tree: each unit below one before it, some merged into another.
    fn history() -> impl Strategy<Value = History> {
        let name = "[=+@A-ZĐƯa-zàằểơ][A-Za-zàảăằểĐđơƯỹ ,;\"'–-]{0,20}[a-zđơưỹ]";
        prop::collection::vec((name, 0_usize..20, any::<bool>()), 1..12).prop_map(|units| {
            use unicode_normalization::UnicodeNormalization as _;
            let end = "2025-06-30".parse().ok();
            let all: Vec<Unit> = units
                .iter()
                .enumerate()
                .map(|(n, (name, above, merged))| Unit {
                    code: format!("0{n}"),
                    name: name.nfc().collect(),
                    kind: "xã".to_owned(),
                    parent: (n > 0 && *above < n && !units[*above].2).then(|| format!("0{above}")),
                    valid_from: (n % 3 == 0).then(|| "2020-01-01".parse().unwrap()),
                    valid_to: merged.then_some(end).flatten(),
                    successor: (*merged && !units[0].2).then(|| "00".to_owned()),
                })
                .collect();
            all.into_iter().map(Dated::from).collect()
        })
    }

    proptest! {
        #[test]
        fn h_10_what_is_written_reads_back_without_a_change(history in history(), english: bool) {
            prop_assume!(problems(&history).is_empty());
            let lang = if english { Lang::EN } else { Lang::VI };
            let rows = rows(lang, &history);
            let bytes = tabular::write(rows.iter().map(Vec::as_slice));
            let list = List::read(lang, &tabular::read(None, &bytes).unwrap()).unwrap();
            let day = Since::Day("2026-01-01".parse().unwrap());
            let after = list.applied(lang, &history, day).unwrap();
            prop_assert_eq!(after.iter().collect::<Vec<_>>(), history.iter().collect::<Vec<_>>());
            // And from nothing it gives the same units.
            prop_assert_eq!(&list.applied(lang, &History::default(), day).unwrap(), &history);
            // Carried through the preview, too.
            let again = List::read(lang, &tabular::read(None, &list.written()).unwrap()).unwrap();
            prop_assert_eq!(again.applied(lang, &History::default(), day).unwrap(), history);
        }
    }
}
