//! A list as a workbook that people fill in: every cell is text, so that `001` stays `001`.

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use super::guard;

/// A workbook of two sheets: rows with headings first, and what each heading means.
///
/// # Errors
/// [`XlsxError`] where it does not fit into a workbook.
pub fn list(
    name: &str,
    rows: &[Vec<String>],
    help_name: &str,
    help: &[[String; 2]],
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let text = Format::new().set_num_format("@");
    let heading = Format::new()
        .set_num_format("@")
        .set_bold()
        .set_text_wrap()
        .set_background_color(Color::RGB(0x0A_4A_57))
        .set_font_color(Color::White);
    let sheet = workbook.add_worksheet().set_name(name)?;
    let columns = rows.first().map_or(0, Vec::len);
    for column in 0..u16::try_from(columns).unwrap_or(u16::MAX) {
        // Cells that people fill in later are text as well.
        sheet
            .set_column_format(column, &text)?
            .set_column_width(column, if column == 1 { 44 } else { 20 })?;
    }
    for (number, row) in (0_u32..).zip(rows) {
        write(sheet, number, row, if number == 0 { &heading } else { &text })?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let sheet = workbook.add_worksheet().set_name(help_name)?;
    sheet.set_column_width(0, 24)?.set_column_width(1, 100)?;
    for (number, row) in (0_u32..).zip(help) {
        write(sheet, number, row, &Format::new().set_text_wrap())?;
    }
    workbook.save_to_buffer()
}

fn write(sheet: &mut Worksheet, number: u32, row: &[String], format: &Format) -> Result<(), XlsxError> {
    for (column, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
        sheet.write_string_with_format(number, column, guard::string(cell), format)?;
    }
    Ok(())
}
