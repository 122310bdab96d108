//! Cells of spreadsheets: text that can never be taken for a formula.

use std::borrow::Cow;

/// Characters with which a spreadsheet may begin to compute, plain and full-width, or lose its row.
const STARTS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// The text as a cell of CSV: where it begins with a character that a spreadsheet could take for a formula, an
/// apostrophe goes before it (OWASP, "CSV injection"; ASVS 5.0 1.2.10). Numbers are not text and do not pass here.
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(STARTS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`cell`] may have written: the apostrophe before what could be a formula is ours, not the text's.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if text.starts_with(STARTS) => text,
        _ => cell,
    }
}

/// The text as a string cell of XLSX, cut to what such a cell holds (32,767 UTF-16 units).
pub fn string(text: &str) -> Cow<'_, str> {
    const MOST: usize = 32_767;
    let mut units = 0;
    for (at, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > MOST {
            return Cow::Borrowed(text.get(..at).unwrap_or_default());
        }
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_04_a_cell_that_could_be_a_formula_gets_an_apostrophe() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"] {
            let text = format!("{start}HYPERLINK(\"http://x\")");
            assert_eq!(cell(&text), format!("'{text}"));
            assert_eq!(unguarded(&cell(&text)), text);
        }
        for harmless in ["", "Sở Nội vụ", "'=1", " =1", "1-2", "a@b.vn"] {
            assert_eq!(cell(harmless), harmless);
            assert!(harmless.starts_with('\'') || unguarded(harmless) == harmless);
        }
    }

    #[test]
    fn a_string_is_cut_between_letters() {
        assert_eq!(string("Sở Y tế"), "Sở Y tế");
        let long = "😀".repeat(20_000);
        assert_eq!(string(&long).encode_utf16().count(), 32_766);
    }
}
