//! A CSV table in columns of codes. Nothing here opens files: it reads whatever is [`Read`].
//!
//! A cell is missing, a code (text), and a number where the text is one. Two codes are the same when both are numbers
//! and equal (`4` = `4.0`), else when their texts are equal.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    io::{Cursor, Read},
    sync::mpsc,
};

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
    /// The code of a text. A whole number with more digits than a double has is a name: as a number it would be the
    /// same as its neighbours.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && !is_long(text) => Self::Number(number + 0.0),
            _ => Self::Text(text.to_owned()),
        }
    }
}

/// Whether a text is nothing but digits, and so many that a double may not tell it from others.
pub(super) fn is_long(text: &str) -> bool {
    const SAFE: usize = 15;
    let digits = text.trim_start_matches(['-', '+']);
    digits.len() > SAFE && digits.bytes().all(|byte| byte.is_ascii_digit())
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
    /// The line of the next row if no jump comes.
    next: u64,
}

impl Lines {
    fn push(&mut self, line: u64) {
        // Lines begin at 1, so the first row jumps.
        if self.next != line {
            self.jumps.push((self.rows, line));
        }
        self.rows += 1;
        self.next = line + 1;
    }

    fn of(&self, row: usize) -> u64 {
        let after = self.jumps.partition_point(|(from, _)| *from <= row);
        let jump = after.checked_sub(1).and_then(|before| self.jumps.get(before));
        jump.map_or(0, |(from, line)| line + (row - from) as u64)
    }
}

/// What is read after the end of the file, as a record of its own. Where it is not, the file ended within quotes and the
/// rows after them would silently be one cell.
const END: &[u8] = b"\0end of the file\0";

/// Reads records with the lines that they start on.
struct Records<R> {
    reader: csv::Reader<R>,
    /// Lines end with CR LF. The csv crate counts line feeds, and leaves that of a CR LF to the next record.
    cr: bool,
    /// Line feeds counted with the record before.
    feeds: u64,
}

/// Records with their lines; the first `used` of them.
#[derive(Default)]
struct Batch {
    rows: Vec<(csv::ByteRecord, u64)>,
    used: usize,
}

/// Records of a batch: enough that handing them over costs nothing, few enough to stay in the cache.
const BATCH: usize = 256;
/// Batches that may wait.
const WAITING: usize = 8;

/// As much of a file as tells how its lines end.
const START: u64 = 1 << 16;

impl<'a> Records<Box<dyn Read + Send + 'a>> {
    fn new(mut input: impl Read + Send + 'a) -> std::io::Result<Self> {
        let mut start = Vec::new();
        input.by_ref().take(START).read_to_end(&mut start)?;
        let mut quoted = false;
        let first = start.iter().position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b'\n' && !quoted
        });
        let cr = first.and_then(|feed| start.get(feed.checked_sub(1)?)) == Some(&b'\r');
        // The last line may have no end; one too many is a blank line.
        let mut end = if cr { b"\r\n".to_vec() } else { b"\n".to_vec() };
        end.extend_from_slice(END);
        let input: Box<dyn Read + Send + 'a> =
            Box::new(Cursor::new(start).chain(input).chain(Cursor::new(end)));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(input);
        Ok(Self { reader, cr, feeds: 0 })
    }
}

impl<R: Read> Records<R> {
    /// Reads the next record: its line, or `None` at the end.
    fn next(&mut self, record: &mut csv::ByteRecord) -> Result<Option<u64>, Error> {
        let more = self.reader.read_byte_record(record);
        let feeds = self.reader.position().line() - 1;
        let more = more.map_err(|error| {
            Error::at("data", Problem::Csv { line: feeds + 1, detail: error.to_string() })
        })?;
        let bytes = record.as_slice();
        let at_end = bytes.last() == END.last() && bytes.ends_with(END);
        if more && at_end && bytes == END {
            return Ok(None);
        }
        let passed = feeds - std::mem::replace(&mut self.feeds, feeds);
        // One line feed since the record before is the end of a line and not within a cell.
        let inside = if passed == 1 && self.feeds > 1 && !at_end {
            0
        } else {
            bytes.iter().filter(|byte| **byte == b'\n').count() as u64
        };
        if !more || at_end {
            // The line feed before the end is inside the quotes, too.
            let line = (1 + feeds).saturating_sub(inside);
            return Err(Error::at("data", Problem::Unclosed { line }));
        }
        let own = u64::from(!self.cr);
        Ok(Some((1 + feeds).saturating_sub(inside + own).max(1)))
    }

    /// Fills a batch with records of `fields` fields; false at the end.
    fn fill(&mut self, batch: &mut Batch, fields: usize) -> Result<bool, Error> {
        let broken = |line, detail| Error::at("data", Problem::Csv { line, detail });
        batch.used = 0;
        batch.rows.resize_with(BATCH, Default::default);
        for (record, place) in &mut batch.rows {
            let Some(line) = self.next(record)? else { return Ok(false) };
            if record.len() != fields {
                let detail = format!("{} fields where the header has {fields}", record.len());
                return Err(broken(line, detail));
            }
            *place = line;
            batch.used += 1;
        }
        Ok(true)
    }
}

impl Table {
    /// Reads a CSV file with a header, keeping the columns that are `wanted`. Cells equal to `missing` are missing. A
    /// byte order mark is skipped. The file is read as a stream: memory grows with rows × wanted columns.
    ///
    /// # Errors
    /// Text that is no CSV, no UTF-8, or has rows of another length than the header, with its line.
    pub fn read(
        input: impl Read + Send,
        missing: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        let broken = |line, detail| Error::at("data", Problem::Csv { line, detail });
        let mut records = Records::new(input).map_err(|error| broken(1, error.to_string()))?;
        let mut record = csv::ByteRecord::new();
        let Some(line) = records.next(&mut record)? else {
            return Err(Error::at("data", Problem::EmptyFile));
        };
        let names =
            csv::StringRecord::from_byte_record(record).map_err(|error| broken(line, error.to_string()))?;
        let mut header: Vec<String> = names.iter().map(str::to_owned).collect();
        if let Some(first) = header.first_mut() {
            *first = first.trim_start_matches('\u{feff}').to_owned();
        }
        if let [only] = header.as_slice()
            && let Some(found) = [';', '\t'].into_iter().find(|separator| only.contains(*separator))
            && !wanted(only)
        {
            return Err(Error::at("data", Problem::Separator { line, found }));
        }
        let mut kept: Vec<(usize, Dictionary)> = Vec::new();
        for (position, name) in header.iter().enumerate() {
            if !wanted(name) {
                continue;
            }
            if header.iter().take(position).any(|earlier| earlier == name) {
                return Err(Error::at("data", Problem::Twice { name: name.clone() }));
            }
            kept.push((position, Dictionary::new(name, missing)));
        }
        let lines = keep(records, header.len(), &mut kept)?;
        let cut = kept.iter().filter_map(|(position, column)| Some((column.broken()?, position + 1)));
        if let Some((line, field)) = cut.min() {
            return Err(broken(line, format!("field {field}: its end cuts a letter of UTF-8 in two")));
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

/// Reads all records into their columns. A second thread takes the text apart while this one keeps what it finds, in the
/// same order.
fn keep<R: Read + Send>(
    mut records: Records<R>,
    fields: usize,
    kept: &mut [(usize, Dictionary)],
) -> Result<Lines, Error> {
    let (send, receive) = mpsc::sync_channel::<Result<Batch, Error>>(WAITING);
    let (give_back, spare) = mpsc::channel::<Batch>();
    let mut lines = Lines::default();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            loop {
                let mut batch = spare.try_recv().unwrap_or_default();
                let more = records.fill(&mut batch, fields);
                // Nobody takes what comes after an error.
                let gone = send.send(Ok(batch)).is_err();
                match more {
                    Ok(true) if !gone => {}
                    Ok(_) => return,
                    Err(error) => {
                        let _ = send.send(Err(error));
                        return;
                    }
                }
            }
        });
        for batch in receive {
            let batch = batch?;
            for (record, line) in batch.rows.iter().take(batch.used) {
                check_utf8(record)
                    .map_err(|detail| Error::at("data", Problem::Csv { line: *line, detail }))?;
                lines.push(*line);
                for (position, column) in kept.iter_mut() {
                    column.push(record.get(*position).unwrap_or_default(), *line);
                }
            }
            let _ = give_back.send(batch);
        }
        Ok(lines)
    })
}

/// Says which field of a record is no UTF-8.
fn check_utf8(record: &csv::ByteRecord) -> Result<(), String> {
    let bytes = record.as_slice();
    if bytes.is_ascii() {
        return Ok(());
    }
    // All fields at once; a letter that the end of a field cuts in two is found where the field is kept.
    if std::str::from_utf8(bytes).is_ok() {
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

    /// A disk that cannot be read.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("broken"))
        }
    }

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
    fn long_whole_numbers_are_names() {
        assert_ne!(Code::of("12345678901234561"), Code::of("12345678901234562"));
        assert_eq!(Code::of("123456789012345"), Code::of("123456789012345.0"));
        let ids = (0..5000).map(|i| format!("{}\n", 90_000_000_000_000_000u64 + i)).collect::<String>();
        let table = table(&format!("a\n{ids}")).unwrap();
        assert_eq!(table.column("a", "").unwrap().groups().names.len(), 5000);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_loses_no_rows_silently() {
        for (text, line) in [
            ("a,b\n1,2\n3,\"x\n5,6\n7,8\n", 3),
            ("a,b\n1,2\n\"3,4\n5,6\n", 3),
            ("a,b\r\n1,2\r\n3,\"x\r\n5,6\r\n", 3),
            ("a,\"b\n1,2\n", 1),
            ("a,b\n1,\"", 2),
        ] {
            assert_eq!(table(text).unwrap_err().problem, Problem::Unclosed { line }, "{text:?}");
        }
        for text in ["a,b\n1,\"x\"", "a,b\n1,\"x\"\n", "a,b\n1,5\" pipe\n2,\"say \"\"hi\"\"\"\n"] {
            assert!(table(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn files_that_are_no_table_of_commas_say_so() {
        assert_eq!(table("").unwrap_err().problem, Problem::EmptyFile);
        assert_eq!(table("\n\n").unwrap_err().problem, Problem::EmptyFile);
        let read = |text: &str| Table::read(text.as_bytes(), "", |name| name == "q");
        assert_eq!(read("q;c\n1;2\n").unwrap_err().problem, Problem::Separator { line: 1, found: ';' });
        assert_eq!(read("q\tc\n1\t2\n").unwrap_err().problem, Problem::Separator { line: 1, found: '\t' });
        // Columns of the same name harm nobody who does not ask for them: spreadsheets leave empty ones.
        assert_eq!(read("q,c,,\n1,2,,\n").unwrap().rows(), 1);
        assert_eq!(read("q,q\n1,2\n").unwrap_err().problem, Problem::Twice { name: "q".to_owned() });
    }

    #[test]
    fn blank_lines_and_missing_ends_shift_no_line() {
        let last = |text: &str| {
            let table = table(text).unwrap();
            table.line(table.rows() - 1)
        };
        for (text, line) in [
            ("a,b\n1,2\n3,4", 3),
            ("\n\na,b\n1,2\n\n\n3,4\n", 7),
            ("\r\na,b\r\n1,2\r\n\r\n3,4", 5),
            ("\r\na,b\r\n1,\"x\ny\"\r\n3,4\r\n", 5),
            ("a,b\n\n\nbad,\"\n\nx\"", 4),
            ("a,b\n\"x\r\ny\",1\n3,4\n", 4),
        ] {
            assert_eq!(last(text), line, "{text:?}");
        }
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
        // More than a reader takes in at once, so that it breaks in the middle.
        let long = format!("a,b\n{}", "1,2\n".repeat(1 << 16));
        let error = Table::read(long.as_bytes().chain(Broken), "", |_| true).unwrap_err();
        assert!(matches!(error.problem, Problem::Csv { line, .. } if line == (1 << 16) + 2), "{error}");
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
        // Also in a column that nobody asked for: the whole file is in doubt.
        let error = Table::read(b"a,b\n1,\xff\n".as_slice(), "", |column| column == "a").unwrap_err();
        assert!(
            matches!(&error.problem, Problem::Csv { line: 2, detail } if detail.starts_with("field 2:")),
            "{error}"
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_name() {
        assert!(table("\u{feff}a\n1\n").unwrap().column("a", "").is_ok());
    }
}
