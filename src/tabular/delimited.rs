//! Text with separators (CSV, TSV): which separator, and which row is which.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::{Book, Budget, Cell, Kind, ROWS, Refusal, Row, Sheet, Was, clean, encoding};
use crate::report::guard;

/// Separators in the order in which they are preferred where nothing tells them apart.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// Records by which the separator is found.
const LOOKED_AT: usize = 50;

/// Reads the bytes of a text file.
pub(super) fn read(bytes: &[u8]) -> Result<Book, Refusal> {
    let (text, encoding) = encoding::decode(bytes)?;
    // Excel's own way to name the separator.
    let declared = text.get(..6).and_then(|line| line.strip_prefix("sep=")).and_then(|rest| {
        let mut rest = rest.chars();
        let separator = rest.next().filter(|c| SEPARATORS.iter().any(|s| char::from(*s) == *c))?;
        rest.next().is_some_and(|end| end == '\r' || end == '\n').then_some(separator)
    });
    let separator = declared.and_then(|c| u8::try_from(c).ok()).unwrap_or_else(|| detect(&text));
    let rows = rows(&text, separator, declared.is_some())?;
    let kind = Kind::Csv { encoding, separator: char::from(separator) };
    Ok(Book { kind, sheets: vec![Sheet { name: String::new(), visible: true, rows }] })
}

/// The rows of a text whose separator is known; `declared`: its first line names it.
pub(super) fn rows(text: &str, separator: u8, declared: bool) -> Result<Vec<Row>, Refusal> {
    let mut rows = Vec::new();
    let mut budget = Budget::default();
    // Where the last record began, how many lines lie before it, and how many of those lay within cells.
    let (mut seen, mut lines, mut within) = (0_usize, 0_usize, 0_usize);
    let mut record = StringRecord::new();
    let mut reader = reader(text, separator);
    loop {
        let read = reader.read_record(&mut record).map_err(|_| Refusal::NotText)?;
        if !read {
            break;
        }
        // A spreadsheet program counts records, blank ones too, which the reader passes over.
        let start = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default();
        let blank =
            text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        lines += breaks(text.get(seen..start + blank).unwrap_or_default());
        seen = start + blank;
        let number = u32::try_from(lines.saturating_sub(within) + 1).unwrap_or(u32::MAX);
        within += record.iter().map(breaks).sum::<usize>();
        if number == 1 && declared {
            continue;
        }
        let mut cells: Vec<Cell> = Vec::new();
        for (column, cell) in record.iter().enumerate() {
            let text = clean(guard::unguarded(cell));
            if !text.is_empty() {
                budget.take(number, column, &text)?;
                cells.resize(column, Cell::default());
                cells.push(Cell { text, was: Was::Text });
            }
        }
        if !cells.is_empty() {
            if rows.len() > ROWS {
                return Err(Refusal::TooManyRows);
            }
            rows.push(Row { number, cells });
        }
    }
    if rows.is_empty() { Err(Refusal::Empty) } else { Ok(rows) }
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// How often a text breaks its line, by LF, CR LF or CR.
fn breaks(text: &str) -> usize {
    text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count()
}

/// The separator by which the largest part of all rows has the same number of cells; among equal ones that with most such rows, then
/// most cells. A part, since a wrong separator may make many rows of a cell with line breaks.
fn detect(text: &str) -> u8 {
    let score = |separator: u8| {
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        let mut all = 0;
        for record in reader(text, separator).into_records().take(LOOKED_AT).flatten() {
            all += 1;
            if record.len() > 1 {
                *widths.entry(record.len()).or_default() += 1;
            }
        }
        let (rows, width) = widths.into_iter().map(|(width, rows)| (rows, width)).max().unwrap_or_default();
        (rows * 1_000 / all.max(1), rows, width)
    };
    // The last of equal ones is the greatest: the preferred one goes last.
    SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator)).unwrap_or(b',')
}

/// Rows as CSV that any spreadsheet program opens: UTF-8 with a byte order mark, commas, lines ended by CR LF, and no cell
/// that could be taken for a formula ([`guard::cell`]). [`super::read`] gives the same cells back.
#[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
pub fn write<'r>(rows: impl IntoIterator<Item = &'r [String]>) -> Vec<u8> {
    let out = "\u{feff}".as_bytes().to_vec();
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(out);
    for row in rows {
        writer.write_record(row.iter().map(|cell| guard::cell(cell).into_owned())).expect("a row");
    }
    writer.into_inner().expect("what was written")
}
