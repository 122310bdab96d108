//! A CSV table in columns of codes. Nothing here opens files: it reads whatever is [`Read`].
//!
//! A cell is missing, a code (text), and a number where the text is one. Two codes are the same when both are numbers
//! and equal (`4` = `4.0`), else when their texts are equal.

use std::{cmp::Ordering, collections::BTreeMap, io::Read};

use super::{
    column::{Column, Dictionary},
    error::{Error, Problem},
};

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

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    header: Vec<String>,
    columns: BTreeMap<String, Column>,
    lines: Lines,
}

/// The line of each row, kept only where it is not the line after the row before.
#[derive(Debug, Clone, Default)]
struct Lines {
    rows: usize,
    /// Rows and their lines; between two of them the lines go on one by one.
    jumps: Vec<(usize, u64)>,
}

impl Lines {
    fn push(&mut self, line: u64) {
        if self.rows == 0 || self.of(self.rows) != line {
            self.jumps.push((self.rows, line));
        }
        self.rows += 1;
    }

    fn of(&self, row: usize) -> u64 {
        let after = self.jumps.partition_point(|(from, _)| *from <= row);
        let jump = after.checked_sub(1).and_then(|before| self.jumps.get(before));
        jump.map_or(0, |(from, line)| line + (row - from) as u64)
    }
}

/// Counts the lines that records start on. The csv crate tells how many line feeds it has consumed; of a CR LF it
/// leaves the line feed to the next record, and blank lines it skips count with the record after them.
#[derive(Debug, Default)]
struct LineCounter {
    consumed: u64,
    cr: bool,
}

impl LineCounter {
    /// The line of a record that was just read; `feeds` is what the reader says of its lines by now.
    fn line(&mut self, record: &csv::ByteRecord, feeds: u64, header: bool) -> u64 {
        let passed = feeds - self.consumed;
        self.consumed = feeds;
        let inside = if passed == 1 && !header {
            0
        } else {
            record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64
        };
        if header {
            self.cr = passed == inside;
        }
        // The last record may end without a line feed.
        let ended = !self.cr && passed > inside;
        1 + feeds - inside - u64::from(ended)
    }
}

impl Table {
    /// Reads a CSV file with a header, keeping the columns that are `wanted`. Cells equal to `missing` are missing. A
    /// byte order mark is skipped. The file is read as a stream: memory grows with rows × wanted columns.
    ///
    /// # Errors
    /// Text that is no CSV, no UTF-8, or has rows of another length than the header, with its line.
    pub fn read(input: impl Read, missing: &str, wanted: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let broken = |line, detail| Error::at("data", Problem::Csv { line, detail });
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(input);
        let mut record = csv::ByteRecord::new();
        let mut counter = LineCounter::default();
        let mut header: Vec<String> = Vec::new();
        if reader.read_byte_record(&mut record).map_err(|error| broken(1, error.to_string()))? {
            let line = counter.line(&record, reader.position().line() - 1, true);
            let names = csv::StringRecord::from_byte_record(record.clone())
                .map_err(|error| broken(line, error.to_string()))?;
            header = names.iter().map(str::to_owned).collect();
        }
        if let Some(first) = header.first_mut() {
            *first = first.trim_start_matches('\u{feff}').to_owned();
        }
        let mut kept: Vec<(usize, Dictionary)> = Vec::new();
        for (position, name) in header.iter().enumerate() {
            if header.iter().take(position).any(|earlier| earlier == name) {
                return Err(Error::at("data", Problem::Twice { name: name.clone() }));
            }
            if wanted(name) {
                kept.push((position, Dictionary::new(name, missing)));
            }
        }
        let mut lines = Lines::default();
        loop {
            let more = reader.read_byte_record(&mut record);
            let feeds = reader.position().line() - 1;
            if !more.map_err(|error| broken(feeds + 1, error.to_string()))? {
                break;
            }
            let line = counter.line(&record, feeds, false);
            if record.len() != header.len() {
                let detail = format!("{} fields where the header has {}", record.len(), header.len());
                return Err(broken(line, detail));
            }
            check_utf8(&record).map_err(|detail| broken(line, detail))?;
            lines.push(line);
            for (position, column) in &mut kept {
                column.push(record.get(*position).unwrap_or_default(), line);
            }
        }
        let columns = kept.into_iter().map(|(_, column)| column.finish());
        Ok(Self {
            header,
            columns: columns.map(|column| (column.name().to_owned(), column)).collect(),
            lines,
        })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.rows
    }

    /// The line of a row in the file.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines.of(row)
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

/// Says which field of a record is no UTF-8.
fn check_utf8(record: &csv::ByteRecord) -> Result<(), String> {
    if record.as_slice().is_ascii() {
        return Ok(());
    }
    for (position, field) in record.iter().enumerate() {
        std::str::from_utf8(field).map_err(|error| format!("field {}: {error}", position + 1))?;
    }
    Ok(())
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
    fn lines_are_those_an_editor_shows() {
        let lines = |text: &str| -> Vec<u64> {
            let table = table(text).unwrap();
            (0..table.rows()).map(|row| table.line(row)).collect()
        };
        for end in ["\n", "\r\n"] {
            let of = |text: &str| lines(&text.replace('\n', end));
            assert_eq!(of("a,b\n1,2\n3,4\n"), [2, 3]);
            assert_eq!(of("a,b\n1,2\n3,4"), [2, 3], "no line feed at the end");
            assert_eq!(of("a,b\n\n\n1,2\n\n3,4\n"), [4, 6], "blank lines");
            assert_eq!(of("a,\"b\nc\"\n1,\"2\n\n\"\n3,4\n\"\n5\",6"), [3, 6, 7], "line feeds in cells");
        }
        let error = table("a,b\r\n1,2\r\n3\r\n").unwrap_err();
        assert_eq!(error.to_string(), "data: line 3: 1 fields where the header has 2");
    }

    #[test]
    fn text_that_is_no_utf_8_is_refused_by_field() {
        let read = |bytes: &[u8]| Table::read(bytes, "", |_| true).map(|table| table.rows());
        assert_eq!(read("a,b\nHồ,Chí\n".as_bytes()).unwrap(), 1);
        // The two halves of a character in neighbouring fields.
        let error = read(b"a,b\n1,2\n\xe1\xbb,\x93\n").unwrap_err();
        assert!(
            matches!(&error.problem, Problem::Csv { line: 3, detail } if detail.starts_with("field 1:")),
            "{error}"
        );
        assert!(read(b"a,\xff\n").is_err());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_name() {
        assert!(table("\u{feff}a\n1\n").unwrap().column("a", "").is_ok());
    }
}
