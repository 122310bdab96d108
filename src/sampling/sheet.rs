//! A CSV file in memory, as spreadsheets save it: with or without a byte order mark, columns apart by commas, semicolons
//! or tabs.

use std::io::Read as _;

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use unicode_normalization::UnicodeNormalization;

use super::{
    number::{self, NotNumber},
    problem::{Kind, Problem, Range},
};

/// Most problems that are told at once.
const MOST_PROBLEMS: usize = 20;

/// A file with a header.
#[derive(Debug, Clone)]
pub struct Sheet {
    columns: Vec<String>,
    rows: Vec<Row>,
    delimiter: char,
}

#[derive(Debug, Clone)]
struct Row {
    line: u64,
    cells: StringRecord,
}

/// Names that a column may have, the first one its proper name.
pub type Names = &'static [&'static str];

impl Sheet {
    /// Reads a file. The delimiter is the one of comma, semicolon and tab that the header has most of (outside quotes; the
    /// comma, if none). Rows without any content are passed over.
    ///
    /// # Errors
    /// What is no UTF-8, has rows of another length than the header, or no rows at all.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            vec![Problem { line: Some(line), column: None, kind: Kind::NotUtf8 }]
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.contains('\0') {
            return Err(vec![Problem::whole(Kind::NotUtf8)]);
        }
        let delimiter = delimiter(text);
        if let Some(line) = unclosed(text, delimiter) {
            return Err(vec![Problem { line: Some(line), column: None, kind: Kind::Unclosed }]);
        }
        let mut reader = ReaderBuilder::new().delimiter(delimiter as u8).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| vec![unreadable(&error, text)])?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().nfc().collect()).collect();
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        let (mut line, mut counted) = (1, 0);
        for record in reader.records() {
            match record {
                Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(cells) => {
                    let start = start(text, cells.position());
                    line += breaks(text, counted, start);
                    counted = start;
                    rows.push(Row { line, cells });
                }
                Err(error) if problems.len() < MOST_PROBLEMS => problems.push(unreadable(&error, text)),
                Err(_) => break,
            }
        }
        if rows.is_empty() && problems.is_empty() {
            problems.push(Problem::whole(Kind::NoRows));
        }
        if problems.is_empty() { Ok(Self { columns, rows, delimiter }) } else { Err(problems) }
    }

    /// The header.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The delimiter found.
    #[must_use]
    pub const fn delimiter(&self) -> char {
        self.delimiter
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows (there always are).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line in the file at which a row begins.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.rows.get(row).map_or(0, |row| row.line)
    }

    /// The cells of a row as they are.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = &str> {
        self.rows.get(row).into_iter().flat_map(|row| row.cells.iter())
    }

    /// A cell without the spaces around it.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|row| row.cells.get(column)).unwrap_or_default().trim()
    }

    /// The column with this very name (composed as NFC), for columns that a user names.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn named(&self, name: &str) -> Result<usize, Problem> {
        let wanted: String = name.trim().nfc().collect();
        let mut places = self.columns.iter().enumerate().filter(|(_, column)| **column == wanted);
        let Some((place, _)) = places.next() else {
            let (found, accepted) = (self.columns.join(", "), String::new());
            return Err(Problem::whole(Kind::NoColumn { wanted, accepted, found }));
        };
        if places.next().is_some() {
            let kind = Kind::TwoColumns { other: wanted.clone() };
            return Err(Problem { line: None, column: Some(wanted), kind });
        }
        Ok(place)
    }

    /// The column with one of these names, whatever its case; names of one letter must be in theirs.
    ///
    /// # Errors
    /// There is more than one.
    pub fn find(&self, names: Names) -> Result<Option<usize>, Problem> {
        let mut found = self.columns.iter().enumerate().filter(|(_, column)| is_named(column, names));
        let Some((first, name)) = found.next() else { return Ok(None) };
        match found.next() {
            None => Ok(Some(first)),
            Some((_, other)) => {
                let kind = Kind::TwoColumns { other: other.clone() };
                Err(Problem { line: None, column: Some(name.clone()), kind })
            }
        }
    }

    /// As [`Self::find`] for a column that must be there.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn required(&self, names: Names) -> Result<usize, Problem> {
        self.find(names)?.ok_or_else(|| {
            let wanted = names.first().copied().unwrap_or_default().to_owned();
            let found = self.columns.join(&format!("{} ", self.delimiter));
            Problem::whole(Kind::NoColumn { wanted, accepted: names.join(", "), found })
        })
    }

    /// The columns with none of these names.
    pub fn others(&self, known: &[Names]) -> Vec<&str> {
        let is_known = |column: &str| known.iter().any(|names| is_named(column, names));
        self.columns.iter().map(String::as_str).filter(|column| !is_known(column)).collect()
    }

    /// A text that must not be empty, composed as NFC.
    ///
    /// # Errors
    /// It is empty.
    pub fn text(&self, row: usize, column: usize) -> Result<String, Problem> {
        let text = self.cell(row, column);
        if text.is_empty() { Err(self.problem(row, column, Kind::Empty)) } else { Ok(text.nfc().collect()) }
    }

    /// A whole number of at least 1.
    ///
    /// # Errors
    /// The cell is empty, no such number, or one that can be read in two ways.
    pub fn whole(&self, row: usize, column: usize) -> Result<u64, Problem> {
        let text = self.cell(row, column).to_owned();
        let kind = match number::whole(&text) {
            Ok(0) => Kind::Range { text, range: Range::AtLeastOne },
            Ok(number) => return Ok(number),
            Err(_) if text.is_empty() => Kind::Empty,
            Err(NotNumber::Ambiguous) => Kind::Ambiguous { text },
            Err(NotNumber::Text) => Kind::NotWhole { text },
        };
        Err(self.problem(row, column, kind))
    }

    /// A number in a range; `None` for an empty cell.
    ///
    /// # Errors
    /// The cell is no such number, or one that can be read in two ways.
    pub fn real(&self, row: usize, column: usize, range: Range) -> Result<Option<f64>, Problem> {
        let text = self.cell(row, column).to_owned();
        if text.is_empty() {
            return Ok(None);
        }
        let share = matches!(range, Range::Share | Range::Rate);
        let kind = match if share { number::share(&text) } else { number::real(&text) } {
            Ok(number) if range.holds(number) => return Ok(Some(number)),
            Ok(_) => Kind::Range { text, range },
            Err(NotNumber::Ambiguous) => Kind::Ambiguous { text },
            Err(NotNumber::Text) => Kind::NotNumber { text },
        };
        Err(self.problem(row, column, kind))
    }

    /// A problem of a cell.
    #[must_use]
    pub fn problem(&self, row: usize, column: usize, kind: Kind) -> Problem {
        Problem::cell(self.line(row), self.columns.get(column).map_or("", String::as_str), kind)
    }
}

/// Keeps what is right and collects what is wrong, up to a limit.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The value, or its default with the problem noted.
    pub fn keep<T: Default>(&mut self, result: Result<T, Problem>) -> T {
        result.unwrap_or_else(|problem| {
            if self.0.len() < MOST_PROBLEMS {
                self.0.push(problem);
            }
            T::default()
        })
    }

    /// The value, if nothing was wrong.
    ///
    /// # Errors
    /// All that was noted.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Problem>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

fn is_named(column: &str, names: Names) -> bool {
    let plain = |name: &str| name.to_lowercase().replace(['_', '-'], " ");
    let plain_column = plain(column);
    names.iter().any(|name| if name.len() == 1 { column == *name } else { plain_column == plain(name) })
}

fn delimiter(text: &str) -> char {
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(mark, _)| *mark == letter).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of the largest: max_by_key would give the last.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(mark, _)| mark)
}

/// Where a record begins. The reader's position is before what is left of the line break that ended the last record and
/// before empty lines; its line number is therefore too small in files with CR LF.
fn start(text: &str, position: Option<&csv::Position>) -> usize {
    let byte = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
    let rest = text.get(byte..).unwrap_or_default();
    byte + rest.len() - rest.trim_start_matches(['\r', '\n']).len()
}

/// Line breaks between two places: LF, CR LF or CR.
fn breaks(text: &str, from: usize, to: usize) -> u64 {
    let part = text.as_bytes().get(from..to).unwrap_or_default();
    let next = |place: usize| text.as_bytes().get(from + place + 1);
    let ends =
        |(place, byte): (usize, &u8)| *byte == b'\n' || (*byte == b'\r' && next(place) != Some(&b'\n'));
    part.iter().enumerate().filter(|&one| ends(one)).count() as u64
}

fn unreadable(error: &csv::Error, text: &str) -> Problem {
    let line = error.position().map(|position| 1 + breaks(text, 0, start(text, Some(position))));
    let kind = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Kind::Cells { found: *len, expected: *expected_len }
        }
        _ => Kind::Csv { detail: error.to_string() },
    };
    Problem { line, column: None, kind }
}

/// The line on which a quotation mark is opened that is never closed: all rows after it would be one cell.
fn unclosed(text: &str, delimiter: char) -> Option<u64> {
    const END: &[u8] = b"\0";
    let input = text.as_bytes().chain(&b"\n"[..]).chain(END);
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter as u8).has_headers(false).flexible(true).from_reader(input);
    let mut record = csv::ByteRecord::new();
    let mut last = 0;
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        if record.as_slice() == END {
            return None;
        }
        last = start(text, record.position());
    }
    Some(1 + breaks(text, 0, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_spreadsheets_are_read_as_they_are_saved() {
        for text in [
            "đơn vị,tên,tổng thể\nqn,\"Phường Quy Nhơn, \"\"cũ\"\"\",1200\n",
            "\u{feff}đơn vị;tên;tổng thể\r\nqn;\"Phường Quy Nhơn, \"\"cũ\"\"\";1200\r\n;;\r\n",
            "đơn vị\ttên\ttổng thể\nqn\tPhường Quy Nhơn, \"cũ\"\t1200\n",
        ] {
            let sheet = Sheet::read(text.as_bytes()).unwrap();
            assert_eq!(sheet.columns(), ["đơn vị", "tên", "tổng thể"], "{text}");
            assert_eq!(sheet.len(), 1);
            assert_eq!(sheet.cell(0, 1), "Phường Quy Nhơn, \"cũ\"");
            assert_eq!(sheet.whole(0, 2), Ok(1200));
        }
    }

    #[test]
    fn problems_name_line_and_column() {
        let decomposed: String = "đơn vị".nfd().collect();
        let text = format!("{decomposed},N\n\"Xã\nmột\",\"4.200\"\nhai,0\nba,\nbốn,x\n");
        let sheet = Sheet::read(text.as_bytes()).unwrap();
        assert_eq!(sheet.find(&["unit", "đơn vị"]), Ok(Some(0)));
        let kinds: Vec<_> = (0..4).map(|row| sheet.whole(row, 1).unwrap_err()).collect();
        assert_eq!(kinds[0], Problem::cell(2, "N", Kind::Ambiguous { text: "4.200".to_owned() }));
        assert_eq!(
            kinds[1],
            Problem::cell(4, "N", Kind::Range { text: "0".to_owned(), range: Range::AtLeastOne })
        );
        assert_eq!(kinds[2], Problem::cell(5, "N", Kind::Empty));
        assert_eq!(kinds[3], Problem::cell(6, "N", Kind::NotWhole { text: "x".to_owned() }));
    }

    #[test]
    fn lines_are_those_of_an_editor_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,2", "", "\"x", "y\",3", "4,5", ";", "6,7"].join(end).replace(';', ",");
            let sheet = Sheet::read(text.as_bytes()).unwrap();
            let lines: Vec<u64> = (0..sheet.len()).map(|row| sheet.line(row)).collect();
            assert_eq!(lines, [2, 4, 6, 8], "{end:?}");
            let short = ["a,b", "1,2", "3"].join(end);
            assert_eq!(Sheet::read(short.as_bytes()).unwrap_err()[0].line, Some(3), "{end:?}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert_eq!(Sheet::read(b"a,b\n").unwrap_err(), [Problem::whole(Kind::NoRows)]);
        assert_eq!(
            Sheet::read(b"a,b\n1,2\n1,\xff\n").unwrap_err()[0],
            Problem { line: Some(3), column: None, kind: Kind::NotUtf8 }
        );
        assert_eq!(
            Sheet::read(b"a,b\n1,2,3\n").unwrap_err()[0],
            Problem { line: Some(2), column: None, kind: Kind::Cells { found: 3, expected: 2 } }
        );
        let sheet = Sheet::read("tổng thể,population\n1,2\n".as_bytes()).unwrap();
        assert!(matches!(
            sheet.find(&["population", "tổng thể"]),
            Err(Problem { kind: Kind::TwoColumns { .. }, .. })
        ));
        assert_eq!(sheet.others(&[&["population"]]), ["tổng thể"]);
    }
}
