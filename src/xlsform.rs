//! XLSForm files: spreadsheets to and from what [`crate::definition::xlsform`] works with.

use rust_xlsxwriter::{Color, Format, Workbook as File, XlsxError};

use crate::{
    definition::xlsform::{Line, Sheet, Workbook},
    report::guard,
    tabular::{self, Kind, Refusal, Was},
};

/// The media type of an XLSX file.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Reads an XLSX file within the limits of [`tabular`] (security tests H-07, H-08).
///
/// # Errors
/// [`Refusal`] for what is no XLSX file, or which limit it is over.
pub fn read(name: Option<&str>, bytes: &[u8]) -> Result<Workbook, Refusal> {
    let book = tabular::read(name, bytes)?;
    if book.kind != Kind::Xlsx {
        return Err(Refusal::NotWorkbook);
    }
    let line = |row: tabular::Row| Line {
        row: usize::try_from(row.number).unwrap_or(usize::MAX),
        formulas: row
            .cells
            .iter()
            .enumerate()
            .filter(|(_, c)| c.was == Was::Formula)
            .map(|(at, _)| at)
            .collect(),
        cells: row.cells.into_iter().map(|cell| cell.text).collect(),
    };
    let sheet =
        |sheet: tabular::Sheet| Sheet { name: sheet.name, rows: sheet.rows.into_iter().map(line).collect() };
    Ok(Workbook { sheets: book.sheets.into_iter().map(sheet).collect() })
}

/// The sheets as an XLSX file: every cell is text, so that nothing is computed; headings stay in sight.
///
/// # Errors
/// [`XlsxError`] when a sheet's name or size is beyond what such a file holds.
pub fn write(workbook: &Workbook) -> Result<Vec<u8>, XlsxError> {
    let mut file = File::new();
    let head =
        Format::new().set_bold().set_background_color(Color::RGB(0x0A_4A_57)).set_font_color(Color::White);
    let body = Format::new().set_text_wrap().set_align(rust_xlsxwriter::FormatAlign::Top);
    for sheet in &workbook.sheets {
        let to = file.add_worksheet();
        to.set_name(&sheet.name)?.set_freeze_panes(1, 2)?;
        for (row, line) in (0_u32..).zip(&sheet.rows) {
            for (column, cell) in (0_u16..).zip(&line.cells).filter(|(_, cell)| !cell.is_empty()) {
                let format = if row == 0 { &head } else { &body };
                to.write_string_with_format(row, column, guard::string(cell), format)?;
            }
        }
        let widths = sheet.rows.iter().map(|line| line.cells.len()).max().unwrap_or_default();
        for column in 0..widths {
            let longest =
                sheet.rows.iter().filter_map(|line| line.cells.get(column)).map(|cell| cell.chars().count());
            let width = u32::try_from(longest.max().unwrap_or_default().clamp(8, 48)).unwrap_or(48);
            to.set_column_width(u16::try_from(column).unwrap_or(u16::MAX), f64::from(width) + 2.0)?;
        }
    }
    file.save_to_buffer()
}
