//! A CSV table in columns of codes. Nothing here opens files: it reads whatever is [`Read`].
//!
//! A cell is missing, a code (text), and a number where the text is one. Two codes are the same when both are numbers
//! and equal (`4` = `4.0`), else when their texts are equal.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    io::Read,
};

use super::error::{Error, Problem};

/// A code: what a cell or a value of a specification says.
#[derive(Debug, Clone)]
pub enum Code {
    /// A finite number.
    Number(f64),
    /// Any other text.
    Text(String),
}

impl Code {
    /// The code of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Number(number + 0.0),
            _ => Self::Text(text.to_owned()),
        }
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
        }
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Code {}

/// One distinct text of a column.
#[derive(Debug, Clone)]
struct Level {
    text: String,
    code: Code,
    /// Line of its first cell.
    line: u64,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    /// A row's level + 1; 0 for a missing cell.
    cells: Vec<u32>,
    levels: Vec<Level>,
}

/// Rows of a column sorted into groups of equal codes.
#[derive(Debug, Clone)]
pub struct Groups {
    /// The row's group; `None` for a missing cell.
    pub of: Vec<Option<u32>>,
    /// The groups' names, in the order of their codes: numbers by value, then texts by code point.
    pub names: Vec<String>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    header: Vec<String>,
    columns: BTreeMap<String, Column>,
    lines: Vec<u64>,
}

impl Table {
    /// Reads a CSV file with a header, keeping the columns that are `wanted`. Cells equal to `missing` are missing. A
    /// byte order mark is skipped.
    ///
    /// # Errors
    /// Text that is no CSV, no UTF-8, or has rows of another length than the header, with its line.
    pub fn read(input: impl Read, missing: &str, wanted: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let broken = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            Error::at("data", Problem::Csv { line, detail: error.to_string() })
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(input);
        let mut record = csv::StringRecord::new();
        let mut header: Vec<String> = Vec::new();
        if reader.read_record(&mut record).map_err(broken)? {
            header = record.iter().map(str::to_owned).collect();
        }
        if let Some(first) = header.first_mut() {
            *first = first.trim_start_matches('\u{feff}').to_owned();
        }
        let mut kept: Vec<(usize, Column, HashMap<String, u32>)> = Vec::new();
        for (position, name) in header.iter().enumerate() {
            if header.iter().take(position).any(|earlier| earlier == name) {
                return Err(Error::at("data", Problem::Twice { name: name.clone() }));
            }
            if wanted(name) {
                let column = Column { name: name.clone(), cells: Vec::new(), levels: Vec::new() };
                kept.push((position, column, HashMap::new()));
            }
        }
        let mut lines = Vec::new();
        while reader.read_record(&mut record).map_err(broken)? {
            let line = record.position().map_or(0, csv::Position::line);
            lines.push(line);
            for (position, column, known) in &mut kept {
                let text = record.get(*position).unwrap_or_default();
                column.push(text, text == missing, line, known);
            }
        }
        let columns = kept.into_iter().map(|(_, column, _)| (column.name.clone(), column)).collect();
        Ok(Self { header, columns, lines })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The line of a row in the file.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or_default()
    }

    /// A column by its name; `path` is where the specification names it.
    ///
    /// # Errors
    /// [`Problem::NoColumn`].
    pub fn column(&self, name: &str, path: &str) -> Result<&Column, Error> {
        self.columns.get(name).ok_or_else(|| {
            let available = self.header.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
            Error::at(path, Problem::NoColumn { column: name.to_owned(), available })
        })
    }
}

impl Column {
    fn push(&mut self, text: &str, missing: bool, line: u64, known: &mut HashMap<String, u32>) {
        if missing {
            self.cells.push(0);
            return;
        }
        let cell = match known.get(text) {
            Some(cell) => *cell,
            None => {
                self.levels.push(Level { text: text.to_owned(), code: Code::of(text), line });
                let cell = u32::try_from(self.levels.len()).unwrap_or(u32::MAX);
                known.insert(text.to_owned(), cell);
                cell
            }
        };
        self.cells.push(cell);
    }

    /// The values a function gives the levels, by row; NaN where the cell is missing.
    fn map(&self, value: impl Fn(&Level) -> f64) -> Vec<f64> {
        let values: Vec<f64> = std::iter::once(f64::NAN).chain(self.levels.iter().map(value)).collect();
        self.cells.iter().map(|cell| values[*cell as usize]).collect()
    }

    /// The numbers by row; NaN where the cell is missing.
    ///
    /// # Errors
    /// [`Problem::NotNumber`] for the first cell that is none.
    pub fn numbers(&self, path: &str) -> Result<Vec<f64>, Error> {
        let wrong = self
            .levels
            .iter()
            .filter(|level| matches!(level.code, Code::Text(_)))
            .min_by_key(|level| level.line);
        if let Some(Level { text, line, .. }) = wrong {
            let (column, text) = (self.name.clone(), text.clone());
            return Err(Error::at(path, Problem::NotNumber { column, line: *line, text }));
        }
        Ok(self.map(|level| match level.code {
            Code::Number(number) => number,
            Code::Text(_) => f64::NAN,
        }))
    }

    /// 1 where the code is in the list, 0 where not, NaN where the cell is missing.
    #[must_use]
    pub fn indicator(&self, list: &[Code]) -> Vec<f64> {
        self.map(|level| if list.contains(&level.code) { 1.0 } else { 0.0 })
    }

    /// The rows by group of equal codes.
    #[must_use]
    pub fn groups(&self) -> Groups {
        let mut names: BTreeMap<&Code, &str> = BTreeMap::new();
        for level in &self.levels {
            // Of several spellings of a number, the name is the least, whatever the order of rows.
            let name = names.entry(&level.code).or_insert(&level.text);
            *name = level.text.as_str().min(*name);
        }
        let ranks: BTreeMap<&Code, u32> = names.keys().copied().zip(0..).collect();
        let by_cell: Vec<Option<u32>> = std::iter::once(None)
            .chain(self.levels.iter().map(|level| ranks.get(&level.code).copied()))
            .collect();
        Groups {
            of: self.cells.iter().map(|cell| by_cell[*cell as usize]).collect(),
            names: names.into_values().map(str::to_owned).collect(),
        }
    }

    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table, Error> {
        Table::read(text.as_bytes(), "", |_| true)
    }

    #[test]
    fn codes_are_equal_as_numbers_or_as_texts() {
        assert_eq!(Code::of("4"), Code::of("4.0"));
        assert_eq!(Code::of("-0"), Code::of("0"));
        assert_ne!(Code::of("4"), Code::of(" 4"));
        assert_ne!(Code::of("nan"), Code::of("NaN"));
    }

    #[test]
    fn an_empty_cell_is_missing_and_not_a_code() {
        let table = table("a,b\n4,x\n,x\n4.0,y\n").unwrap();
        let column = table.column("a", "").unwrap();
        let yes = column.indicator(&[Code::of("4")]);
        assert_eq!((yes[0], yes[2]), (1.0, 1.0));
        assert!(yes[1].is_nan());
        assert_eq!(column.groups().names, ["4"]);
        assert_eq!(column.groups().of, [Some(0), None, Some(0)]);
    }

    #[test]
    fn errors_name_line_and_column() {
        let text = "a,b\n1,2\n\"x\ny\",3\n7,nan\n";
        let error = table(text).unwrap().column("b", "p").unwrap().numbers("p").unwrap_err();
        assert_eq!(error.to_string(), "p: line 5, column \"b\": \"nan\" is not a number");
        let error = table("a,b\n1,2\n1\n").unwrap_err();
        assert!(matches!(error.problem, Problem::Csv { line: 3, .. }), "{error}");
        let error = table("a,a\n").unwrap_err();
        assert_eq!(error.problem, Problem::Twice { name: "a".to_owned() });
        assert_eq!(
            table("a,b\n").unwrap().column("c", "p").unwrap_err().to_string(),
            "p: there is no column \"c\"; the file has \"a\", \"b\""
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_name() {
        assert!(table("\u{feff}a\n1\n").unwrap().column("a", "").is_ok());
    }
}
