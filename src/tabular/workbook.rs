//! XLSX: the cells of every sheet, as they would be typed. The container was checked before ([`super::container`]).

use std::{
    collections::BTreeMap,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Book, Budget, COLUMNS, Cell, Kind, ROWS, Refusal, Row, Sheet, Was, clean};

/// Most sheets.
const SHEETS: usize = 64;
/// Most merged areas of a sheet.
const MERGED: usize = ROWS;

/// Reads a checked container.
pub(super) fn read(bytes: &[u8]) -> Result<Book, Refusal> {
    // The file is a stranger's. Should the library meet something it did not think of, the file is refused like any other
    // damaged one; nothing is shared with what it worked on.
    catch_unwind(AssertUnwindSafe(|| sheets(bytes))).unwrap_or(Err(Refusal::Damaged))
}

fn damaged(_: XlsxError) -> Refusal {
    Refusal::Damaged
}

fn sheets(bytes: &[u8]) -> Result<Book, Refusal> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut budget = Budget::default();
    let mut sheets = Vec::new();
    let listed: Vec<calamine::Sheet> = book.sheets_metadata().to_vec();
    if listed.len() > SHEETS {
        return Err(Refusal::Damaged);
    }
    for sheet in listed.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let mut rows = cells(&mut book, &sheet.name, &mut budget)?;
        pad(&mut book, &sheet.name, &mut rows)?;
        merge(&mut book, &sheet.name, &mut rows, &mut budget)?;
        let rows = rows.into_iter().filter_map(|(row, cells)| line(row, cells)).collect();
        sheets.push(Sheet { name: sheet.name, visible: sheet.visible == SheetVisible::Visible, rows });
    }
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(Refusal::Empty);
    }
    Ok(Book { kind: Kind::Xlsx, sheets })
}

/// Cells by row and column, both from 0; a row that is in it has text or a formula.
type Cells = BTreeMap<u32, BTreeMap<usize, Cell>>;

fn cells(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str, budget: &mut Budget) -> Result<Cells, Refusal> {
    let mut rows = Cells::new();
    // This way of reading neither lays the sheet out as a rectangle nor repeats shared formulas: both could be made huge.
    let mut reader = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let cell = of(&record.value, record.formula.is_some());
        if cell.text.is_empty() && cell.was != Was::Formula {
            continue;
        }
        let (row, column) = record.pos;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        budget.take(row.saturating_add(1), column, &cell.text)?;
        rows.entry(row).or_default().insert(column, cell);
        // One more than the limit: the heading is a row as well.
        if rows.len() > ROWS + 1 {
            return Err(Refusal::TooManyRows);
        }
    }
    Ok(rows)
}

fn of(value: &DataRef<'_>, formula: bool) -> Cell {
    let (text, was) = match value {
        DataRef::Empty => (String::new(), Was::Text),
        DataRef::String(text) => (clean(text), Was::Text),
        DataRef::SharedString(text) => (clean(text), Was::Text),
        DataRef::Int(number) => (number.to_string(), Was::Number),
        DataRef::Float(number) => (typed(*number), Was::Number),
        DataRef::Bool(truth) => (if *truth { "TRUE" } else { "FALSE" }.to_owned(), Was::Truth),
        DataRef::DateTime(moment) if moment.is_datetime() => (day(moment), Was::Day),
        DataRef::DateTime(duration) => (typed(duration.as_f64()), Was::Number),
        DataRef::DateTimeIso(text) => (clean(text.strip_suffix("T00:00:00").unwrap_or(text)), Was::Day),
        DataRef::DurationIso(text) => (clean(text), Was::Text),
        DataRef::Error(error) => (error.to_string(), Was::Error),
    };
    Cell { text, was: if formula { Was::Formula } else { was } }
}

/// A number as one would type it: 12, not 12.0.
fn typed(number: f64) -> String {
    // Whole numbers up to 2^53 are exact; Rust writes them, and the shortest digits of others.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

fn day(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date}T{hour:02}:{minute:02}:{second:02}")
    }
}

/// Numbers whose format is nothing but zeros (`000`) are codes: 7 is shown as 007, and that is what people wrote.
fn pad(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str, rows: &mut Cells) -> Result<(), Refusal> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let widths: BTreeMap<usize, usize> = reader
        .styles()
        .iter()
        .enumerate()
        .filter_map(|(id, style)| {
            let format = style.number_format.as_ref()?.format_code.as_str();
            let zeros = format.len() > 1 && format.len() <= 32 && format.bytes().all(|byte| byte == b'0');
            zeros.then_some((id, format.len()))
        })
        .collect();
    if widths.is_empty() {
        return Ok(());
    }
    while let Some((row, column, style)) = reader.next_style_id().map_err(damaged)? {
        let Some(width) = widths.get(&style) else { continue };
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if let Some(cell) = rows.get_mut(&row).and_then(|cells| cells.get_mut(&column))
            && cell.was == Was::Number
            && cell.text.bytes().all(|byte| byte.is_ascii_digit())
        {
            cell.text = format!("{:0>width$}", cell.text);
        }
    }
    Ok(())
}

/// Merged cells: the value of the first one holds for every row that they span, in its column. Across, they are one wide
/// cell, such as a title.
fn merge(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    rows: &mut Cells,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    let areas = book.merge_cells_by_sheet_name(sheet).map_err(damaged)?;
    if areas.len() > MERGED {
        return Err(Refusal::Damaged);
    }
    let mut filled = 0_usize;
    for Dimensions { start, end } in areas {
        let column = usize::try_from(start.1).unwrap_or(usize::MAX);
        let first = rows.get(&start.0).and_then(|cells| cells.get(&column)).cloned();
        let Some(first) = first.filter(|_| start.0 < end.0 && column < COLUMNS) else { continue };
        for (row, cells) in rows.range_mut(start.0.saturating_add(1)..=end.0) {
            filled += 1;
            if filled > ROWS * COLUMNS {
                return Err(Refusal::Damaged);
            }
            budget.take(row.saturating_add(1), column, &first.text)?;
            let was = if first.was == Was::Formula { Was::Formula } else { Was::Merged };
            cells.insert(column, Cell { text: first.text.clone(), was });
        }
    }
    Ok(())
}

fn line(row: u32, cells: BTreeMap<usize, Cell>) -> Option<Row> {
    let last = *cells.keys().next_back()?;
    let mut line = vec![Cell::default(); last + 1];
    for (column, cell) in cells {
        if let Some(place) = line.get_mut(column) {
            *place = cell;
        }
    }
    Some(Row { number: row.saturating_add(1), cells: line })
}
