//! An XLSForm as rows of text: what the reading of a spreadsheet gives and its writing takes.

use serde::{Deserialize, Serialize};

/// The sheets of a spreadsheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workbook {
    /// In the order of the file.
    pub sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows that hold anything, in order; the first holds the headings.
    pub rows: Vec<Line>,
}

/// A row of cells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As a spreadsheet program counts it.
    pub row: usize,
    /// Its cells from the first column on.
    pub cells: Vec<String>,
    /// Columns, from 0, whose text is what a formula amounted to when the file was last saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<usize>,
}

impl Sheet {
    /// A sheet of these rows, without gaps.
    pub fn new(name: &str, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let line = |(row, cells): (usize, Vec<String>)| Line { row, cells, formulas: Vec::new() };
        Self { name: name.to_owned(), rows: (1..).zip(rows).map(line).collect() }
    }
}

/// A cell: sheet, row and column as a spreadsheet program counts them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The sheet.
    pub sheet: String,
    /// Row, from 1.
    pub row: usize,
    /// Column, from 0; absent for a whole row.
    pub column: Option<usize>,
    /// The column's heading, empty for a whole row.
    pub heading: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            Some(column) => write!(f, "{}!{}{}", self.sheet, letters(column), self.row)?,
            None => write!(f, "{}!{}", self.sheet, self.row)?,
        }
        if self.heading.is_empty() { Ok(()) } else { write!(f, " ({})", self.heading) }
    }
}

/// The letters of a column: 0 is A, 26 is AA.
fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A column's heading taken apart: `label::Tiếng Việt (vi)` is the key `label` in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// As written.
    pub raw: String,
    /// In lower case, spaces as underscores, without the language: `label`, `media::image`, `sipas::name`.
    pub key: String,
    /// What names the language, as written.
    pub language: Option<String>,
}

/// Keys with two parts before the language.
const SPACES: [&str; 5] = ["media", "bind", "body", "instance", "sipas"];

impl Heading {
    fn read(raw: &str) -> Self {
        let raw = raw.trim();
        // Older files separate with a single colon.
        let parts: Vec<&str> = if raw.contains("::") { raw.split("::") } else { raw.split("\u{0}") }
            .flat_map(|part| if raw.contains("::") { vec![part] } else { part.split(':').collect() })
            .map(str::trim)
            .collect();
        let word = |part: &str| part.to_lowercase().split_whitespace().collect::<Vec<_>>().join("_");
        let first = word(parts.first().copied().unwrap_or_default());
        let own = usize::from(SPACES.contains(&first.as_str()) && parts.len() > 1);
        let key = parts.iter().take(1 + own).map(|part| word(part)).collect::<Vec<_>>().join("::");
        let key = match key.as_str() {
            "list_name" | "list" => "list_name",
            "caption" => "label",
            "relevance" => "relevant",
            "read_only" => "readonly",
            "media" => "media::image",
            "image" | "audio" | "video" => {
                return Self { raw: raw.to_owned(), key: format!("media::{key}"), language: None };
            }
            other => other,
        };
        let language = parts.get(1 + own).filter(|part| !part.is_empty()).map(|part| (*part).to_owned());
        Self { raw: raw.to_owned(), key: key.to_owned(), language }
    }
}

/// A sheet with its headings read.
pub(super) struct Table<'a> {
    pub name: &'a str,
    pub headings: Vec<Heading>,
    rows: &'a [Line],
}

impl<'a> Table<'a> {
    /// The sheet of this name, in whatever case.
    pub fn find(workbook: &'a Workbook, name: &str) -> Option<Self> {
        let sheet = workbook.sheets.iter().find(|sheet| sheet.name.trim().eq_ignore_ascii_case(name))?;
        let headings =
            sheet.rows.first().map(|line| line.cells.iter().map(|cell| Heading::read(cell)).collect());
        Some(Self { name: &sheet.name, headings: headings.unwrap_or_default(), rows: &sheet.rows })
    }

    /// The rows below the headings that hold anything.
    pub fn rows(&'a self) -> impl Iterator<Item = Row<'a>> {
        let filled = |line: &&'a Line| line.cells.iter().any(|cell| !cell.trim().is_empty());
        let row = move |line: &'a Line| Row { table: self, number: line.row, cells: &line.cells };
        self.rows.iter().skip(1).filter(filled).map(row)
    }

    /// Columns of this key with their languages.
    pub fn columns(&'a self, key: &str) -> impl Iterator<Item = (usize, &'a Heading)> {
        self.headings.iter().enumerate().filter(move |(_, heading)| heading.key == key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.headings.iter().any(|heading| heading.key == key)
    }

    /// Columns without a heading, and of headings that `known` does not know, with how many cells they fill.
    pub fn others(&self, known: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
        let width = self.rows.iter().map(|line| line.cells.len()).max().unwrap_or_default();
        (0..width)
            .filter(|column| self.headings.get(*column).is_none_or(|heading| !known(&heading.key)))
            .filter_map(|column| {
                let filled =
                    |line: &&Line| line.cells.get(column).is_some_and(|cell| !cell.trim().is_empty());
                let count = self.rows.iter().skip(1).filter(filled).count();
                (count > 0).then_some((column, count))
            })
            .collect()
    }

    /// The row of the headings.
    pub fn head(&self) -> usize {
        self.rows.first().map_or(1, |line| line.row)
    }

    /// Cells that are what a formula amounted to, with their text.
    pub fn formulas(&self) -> impl Iterator<Item = (Place, &str)> {
        let of = |line: &'a Line| line.formulas.iter().map(move |column| (line, *column));
        let cell = |(line, column): (&'a Line, usize)| {
            (self.place(line.row, column), line.cells.get(column).map_or("", String::as_str))
        };
        self.rows.iter().flat_map(of).map(cell)
    }

    /// A cell's place.
    pub fn place(&self, row: usize, column: usize) -> Place {
        let heading = self.headings.get(column).map(|heading| heading.raw.clone()).unwrap_or_default();
        Place { sheet: self.name.to_owned(), row, column: Some(column), heading }
    }
}

/// A row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table<'a>,
    /// As a spreadsheet program counts it.
    pub number: usize,
    cells: &'a [String],
}

impl<'a> Row<'a> {
    /// The trimmed cell of the first column with this key that is not empty here, with its column.
    pub fn find(&self, key: &str) -> Option<(usize, &'a str)> {
        self.cells_of(key).map(|(column, _, cell)| (column, cell)).next()
    }

    /// The trimmed cell of a key; empty where there is none.
    pub fn get(&self, key: &str) -> &'a str {
        self.find(key).map_or("", |(_, cell)| cell)
    }

    /// All cells of a key that are not empty, with column and language.
    pub fn cells_of(&self, key: &str) -> impl Iterator<Item = (usize, Option<&'a str>, &'a str)> {
        let (table, cells) = (self.table, self.cells);
        table.columns(key).filter_map(move |(column, heading)| {
            let cell = cells.get(column)?.trim();
            (!cell.is_empty()).then_some((column, heading.language.as_deref(), cell))
        })
    }

    /// The cells that are not empty, with column and heading.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &'a Heading, &'a str)> {
        let cells = self.cells;
        self.table.headings.iter().enumerate().filter_map(move |(column, heading)| {
            let cell = cells.get(column)?.trim();
            (!cell.is_empty()).then_some((column, heading, cell))
        })
    }

    /// The place of a cell in this row.
    pub fn at(&self, column: usize) -> Place {
        self.table.place(self.number, column)
    }

    /// The place of the first cell of a key, else of the row.
    pub fn of(&self, key: &str) -> Place {
        match self
            .find(key)
            .map(|(column, _)| column)
            .or_else(|| self.table.columns(key).map(|(c, _)| c).next())
        {
            Some(column) => self.at(column),
            None => Place {
                sheet: self.table.name.to_owned(),
                row: self.number,
                column: None,
                heading: String::new(),
            },
        }
    }
}

/// The code of the language that a heading names: `Tiếng Việt (vi)`, `vi-VN`, `English`.
pub(super) fn language_code(name: &str) -> Option<String> {
    let name = name.trim();
    let within =
        name.rsplit_once('(').and_then(|(_, rest)| rest.trim_end().strip_suffix(')')).unwrap_or(name);
    let code = within.trim().split(['-', '_']).next().unwrap_or_default().to_lowercase();
    if (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()) {
        return Some(code);
    }
    let known = [
        ("vi", ["tiếng việt", "vietnamese", "tieng viet", "việt"]),
        ("en", ["english", "tiếng anh", "anh", "inglés"]),
        ("fr", ["french", "français", "francais", "tiếng pháp"]),
        ("km", ["khmer", "tiếng khmer", "khơ me", "ខ្មែរ"]),
        ("bdq", ["bahnar", "ba na", "tiếng ba na", "bana"]),
        ("jra", ["jarai", "gia rai", "tiếng gia rai", "jrai"]),
    ];
    let name = name.to_lowercase();
    known.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(code, _)| (*code).to_owned())
}

/// The heading's words for a language: its name with its code, which ODK shows in its menu.
pub(super) fn language_name(code: &str) -> String {
    match code {
        "vi" => "Tiếng Việt (vi)".to_owned(),
        "en" => "English (en)".to_owned(),
        other => format!("{other} ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_read_as_people_write_them() {
        let read = |raw: &str| {
            let heading = Heading::read(raw);
            (heading.key, heading.language)
        };
        let vi = Some("Tiếng Việt (vi)".to_owned());
        assert_eq!(read("Label::Tiếng Việt (vi)"), ("label".into(), vi.clone()));
        assert_eq!(read("label :: Tiếng Việt (vi)"), ("label".into(), vi.clone()));
        assert_eq!(read("label:English"), ("label".into(), Some("English".into())));
        assert_eq!(read("List Name"), ("list_name".into(), None));
        assert_eq!(read("media::image::Tiếng Việt (vi)"), ("media::image".into(), vi));
        assert_eq!(read("sipas::dimension"), ("sipas::dimension".into(), None));
        assert_eq!(read("bind::jr:constraintMsg"), ("bind::jr:constraintmsg".into(), None));
    }

    #[test]
    fn languages_are_known_by_code_or_name() {
        for (name, code) in [
            ("Tiếng Việt (vi)", Some("vi")),
            ("vi-VN", Some("vi")),
            ("en_US", Some("en")),
            ("English", Some("en")),
            ("Ba Na (bdq)", Some("bdq")),
            ("Klingonisch", None),
        ] {
            assert_eq!(language_code(name).as_deref(), code, "{name}");
        }
    }

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let columns = [0, 25, 26, 51, 52, 701, 702].map(letters);
        assert_eq!(columns, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
