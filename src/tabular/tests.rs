//! What people's files are read as, and what is refused, in the words of security tests H-07, H-08 and H-12.

use std::io::{Cursor, Write as _};

use encoding_rs::WINDOWS_1258;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use unicode_normalization::UnicodeNormalization as _;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::report::guard;

use super::{
    header::{Column, NoTable, find},
    *,
};

fn texts(book: &Book) -> Vec<Vec<String>> {
    let rows = &book.sheets[0].rows;
    rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect()).collect()
}

fn csv(bytes: &[u8]) -> Vec<Vec<String>> {
    texts(&read(Some("a.csv"), bytes).unwrap())
}

/// A workbook of one sheet.
fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

/// A workbook with one word.
fn small() -> Vec<u8> {
    workbook(|sheet| {
        sheet.write(0, 0, "a").unwrap();
    })
}

fn refused(name: &str, bytes: &[u8]) -> Refusal {
    read(Some(name), bytes).unwrap_err()
}

/// A workbook with files changed or added: name and content.
fn with(bytes: &[u8], changed: &[(&str, &[u8])]) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut file = old.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        if changed.iter().all(|(other, _)| *other != name) {
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut content).unwrap();
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(&content).unwrap();
        }
    }
    for (name, content) in changed {
        new.start_file(*name, SimpleFileOptions::default()).unwrap();
        new.write_all(content).unwrap();
    }
    new.finish().unwrap().into_inner()
}

const LIST: &str = "Mã,Tên đơn vị\nqn,UBND thành phố Quy Nhơn\nan,Thị xã An Nhơn\n";

fn list() -> Vec<Vec<String>> {
    LIST.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

// --- Text ------------------------------------------------------------------------------------------------------

#[test]
fn a_list_is_the_same_in_every_encoding() {
    let utf16 = |big: bool, mark: bool| {
        let text = if mark { format!("\u{feff}{LIST}") } else { LIST.to_owned() };
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    let with_mark = format!("\u{feff}{LIST}");
    for (bytes, expected) in [
        (LIST.as_bytes().to_vec(), Encoding::Utf8),
        (with_mark.into_bytes(), Encoding::Utf8),
        (utf16(false, true), Encoding::Utf16Le),
        (utf16(true, true), Encoding::Utf16Be),
        (utf16(false, false), Encoding::Utf16Le),
        (utf16(true, false), Encoding::Utf16Be),
        (windows_1258(LIST), Encoding::Windows1258),
        (LIST.nfd().collect::<String>().into_bytes(), Encoding::Utf8),
    ] {
        let book = read(None, &bytes).unwrap();
        assert_eq!(book.kind, Kind::Csv { encoding: expected, separator: ',' });
        assert_eq!(texts(&book), list(), "{expected:?}");
    }
}

/// Text as Windows-1258 has it: circumflex, breve and horn with the letter, tones behind it.
fn windows_1258(text: &str) -> Vec<u8> {
    let tone = |c: char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let mut split = String::new();
    for c in text.nfc() {
        let parts: Vec<char> = c.to_string().nfd().collect();
        let letter: String = parts.iter().filter(|part| !tone(**part)).collect();
        split.extend(letter.nfc());
        split.extend(parts.into_iter().filter(|part| tone(*part)));
    }
    let (bytes, _, unmappable) = WINDOWS_1258.encode(&split);
    assert!(!unmappable, "{split}");
    bytes.into_owned()
}

#[test]
fn separators_are_found_and_commas_in_names_do_not_mislead() {
    for separator in [",", ";", "\t"] {
        let quoted = if separator == "," {
            "\"Sở Tài chính, Kế hoạch\""
        } else {
            "Sở Tài chính, Kế hoạch"
        };
        let text = [["ma", "ten", "cap"], ["stc", quoted, "so"], ["snv", "Sở Nội vụ", "so"]]
            .map(|row| row.join(separator))
            .join("\r\n");
        let rows = csv(text.as_bytes());
        assert_eq!(rows[1], ["stc", "Sở Tài chính, Kế hoạch", "so"], "{separator:?}");
    }
    assert_eq!(csv(b"sep=;\r\na,b;c\r\n"), [["a,b", "c"]]);
    // Cells with line breaks, of which a wrong separator makes more rows than there are.
    assert_eq!(csv("a,b,c\r\n',\";\nx\",\";\n;\"\r\n".as_bytes())[1], ["'", ";\nx", ";\n;"]);
    assert_eq!(csv(b"ma\nqn\nan\n"), [["ma"], ["qn"], ["an"]]);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_program_counts_them() {
    for end in ["\n", "\r\n"] {
        let text = ["a,b", "", "\"x\ny\",1", "", "", " , ", "z,2"].join(end);
        let book = read(None, text.as_bytes()).unwrap();
        let numbers: Vec<u32> = book.sheets[0].rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 7], "{end:?}");
    }
    assert_eq!(letters(0) + &letters(25) + &letters(26) + &letters(701), "AZAAZZ");
    assert_eq!(place(Lang::VI, 12, Some(2)), "dòng 12, cột C");
}

#[test]
fn what_is_written_is_read_back_even_what_looks_like_a_formula() {
    let rows: Vec<Vec<String>> = vec![
        vec!["Mã".to_owned(), "=1+1".to_owned(), "-".to_owned()],
        vec!["+84".to_owned(), "Sở \"Nội vụ\", tỉnh".to_owned(), "@x".to_owned()],
    ];
    let bytes = write(rows.iter().map(Vec::as_slice));
    assert!(bytes.starts_with("\u{feff}Mã,'=1+1,'-\r\n".as_bytes()));
    assert_eq!(csv(&bytes), rows);
}

// --- Workbooks -------------------------------------------------------------------------------------------------

#[test]
fn cells_of_a_workbook_are_read_as_they_would_be_typed() {
    let bytes = workbook(|sheet| {
        sheet.write(0, 0, "001").unwrap();
        sheet.write(0, 1, 12.0).unwrap();
        sheet.write(0, 2, 1.5).unwrap();
        sheet.write(0, 3, true).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 7, 1).unwrap();
        sheet.write_with_format(0, 4, &day, &Format::new().set_num_format("dd/mm/yyyy")).unwrap();
        sheet.write_with_format(0, 5, 7, &Format::new().set_num_format("000")).unwrap();
        sheet.write(0, 6, "  Sở Nội vụ\u{a0}").unwrap();
        sheet.write(2, 0, "dưới").unwrap();
    });
    let book = read(Some("a.xlsx"), &bytes).unwrap();
    assert_eq!(book.kind, Kind::Xlsx);
    assert_eq!(
        texts(&book),
        [vec!["001", "12", "1.5", "TRUE", "2026-07-01", "007", "Sở Nội vụ"], vec!["dưới"]]
    );
    let rows = &book.sheets[0].rows;
    assert_eq!((rows[1].number, rows[0].cells[4].was, rows[0].cells[5].was), (3, Was::Day, Was::Number));
}

#[test]
fn a_formula_is_never_taken_at_its_word() {
    let bytes = workbook(|sheet| {
        sheet.write(0, 0, Formula::new("=\"q\"&\"n\"").set_result("qn")).unwrap();
        sheet.write(0, 1, Formula::new("=NA()").set_result("#N/A")).unwrap();
        sheet.write(0, 2, "qn").unwrap();
    });
    let book = read(None, &bytes).unwrap();
    let cells = &book.sheets[0].rows[0].cells;
    assert_eq!(cells[0].plain(), Err(Unusable::Formula));
    assert_eq!(cells[1].plain(), Err(Unusable::Formula));
    assert_eq!(cells[2].plain(), Ok("qn"));
    assert!(Unusable::Formula.words(Lang::VI).contains("công thức"));
}

#[test]
fn merged_cells_hold_for_the_rows_that_they_span() {
    let plain = Format::new();
    let bytes = workbook(|sheet| {
        sheet.merge_range(0, 0, 0, 2, "DANH SÁCH ĐƠN VỊ", &plain).unwrap();
        sheet.merge_range(1, 0, 3, 0, "bd", &plain).unwrap();
        for row in 1..5 {
            sheet.write(row, 1, format!("dv{row}")).unwrap();
        }
    });
    let book = read(None, &bytes).unwrap();
    assert_eq!(
        texts(&book),
        [vec!["DANH SÁCH ĐƠN VỊ"], vec!["bd", "dv1"], vec!["bd", "dv2"], vec!["bd", "dv3"], vec!["", "dv4"]]
    );
    let was: Vec<Was> = book.sheets[0].rows.iter().map(|row| row.cells[0].was).collect();
    assert_eq!(was, [Was::Text, Was::Text, Was::Merged, Was::Merged, Was::Text]);
}

#[test]
fn every_sheet_is_read_and_hidden_ones_are_marked() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("survey").unwrap().write(0, 0, "type").unwrap();
    book.add_worksheet().set_name("ẩn").unwrap().set_hidden(true).write(0, 0, "x").unwrap();
    let book = read(None, &book.save_to_buffer().unwrap()).unwrap();
    let sheets: Vec<(&str, bool)> = book.sheets.iter().map(|s| (s.name.as_str(), s.visible)).collect();
    assert_eq!(sheets, [("survey", true), ("ẩn", false)]);
}

// --- Refusals --------------------------------------------------------------------------------------------------

#[test]
fn h_07_what_is_over_the_limits_is_refused_in_words() {
    let large = vec![b'a'; BYTES + 1];
    assert_eq!(refused("a.csv", &large), Refusal::TooLarge);
    let rows = |n: usize| (0..n).map(|row| format!("{row},b\n")).collect::<String>();
    assert_eq!(refused("a.csv", rows(100_000).as_bytes()), Refusal::TooManyRows);
    assert_eq!(csv(rows(ROWS).as_bytes()).len(), ROWS);
    let wide = format!("{}x\n", ",".repeat(COLUMNS));
    assert_eq!(refused("a.csv", wide.as_bytes()), Refusal::TooManyColumns { row: 1 });
    let long = format!("a,b\nc,{}\n", "ă".repeat(CELL));
    assert_eq!(refused("a.csv", long.as_bytes()), Refusal::LongCell { row: 2, column: 1 });
    assert!(Refusal::LongCell { row: 2, column: 1 }.words(Lang::VI).contains("dòng 2, cột B"));
    assert!(Refusal::TooManyRows.words(Lang::EN).contains("20000"));
    for empty in ["", " \r\n", "\u{feff}", ",,\n,,\n"] {
        assert_eq!(refused("a.csv", empty.as_bytes()), Refusal::Empty, "{empty:?}");
    }
}

#[test]
fn h_07_a_workbook_of_100_000_rows_is_refused() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..100_000 {
        sheet.write(row, 0, row).unwrap();
        sheet.write(row, 1, "x").unwrap();
    }
    assert_eq!(refused("a.xlsx", &book.save_to_buffer().unwrap()), Refusal::TooManyRows);
}

#[test]
fn h_07_a_cell_far_away_costs_nothing() {
    let bytes = workbook(|sheet| {
        sheet.write(0, 0, "a").unwrap();
        sheet.write(1_048_575, 0, "b").unwrap();
    });
    assert_eq!(read(None, &bytes).unwrap().sheets[0].rows[1].number, 1_048_576);
    let bytes = workbook(|sheet| {
        sheet.write(3, 16_383, "b").unwrap();
    });
    assert_eq!(refused("a.xlsx", &bytes), Refusal::TooManyColumns { row: 4 });
}

#[test]
fn h_07_other_kinds_of_files_are_told_apart() {
    let book = small();
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".repeat(64);
    let encrypted: Vec<u8> =
        old.iter().copied().chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(refused("a.xls", &old), Refusal::OldExcel);
    assert_eq!(refused("a.xlsx", &encrypted), Refusal::Encrypted);
    assert_eq!(refused("a.xlsx", b"ma,ten\n"), Refusal::NotWorkbook);
    assert_eq!(refused("a.csv", &book), Refusal::NotText);
    assert_eq!(refused("a.pdf", b"%PDF-1.7"), Refusal::OtherKind);
    assert_eq!(refused("a.csv", b"%PDF-1.7"), Refusal::OtherKind);
    assert_eq!(refused("a.csv", b"a,b\0c\n"), Refusal::NotText);
    assert_eq!(refused("a.xlsm", &book), Refusal::Macros);
    assert_eq!(refused("a.xlsx", &with(&book, &[("xl/vbaProject.bin", b"x")])), Refusal::Macros);
    let types =
        br#"<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>"#;
    assert_eq!(refused("a.xlsx", &with(&book, &[("[Content_Types].xml", types)])), Refusal::Macros);
    assert_eq!(
        refused("a.xlsx", &with(&book, &[("mimetype", b"application/vnd.oasis")])),
        Refusal::OtherKind
    );
    assert_eq!(refused("a.xlsx", &book[..book.len() / 2]), Refusal::Damaged);
}

/// A sheet that fills `bytes` of memory once unfolded.
fn bomb(bytes: usize) -> Vec<u8> {
    let book = small();
    let mut old = zip::ZipArchive::new(Cursor::new(book.as_slice())).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let file = old.by_index_raw(at).unwrap();
        if file.name().unwrap() != "xl/worksheets/sheet1.xml" {
            new.raw_copy_file(file).unwrap();
        }
    }
    new.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    let piece = vec![b' '; 1024 * 1024];
    for _ in 0..bytes / piece.len() {
        new.write_all(&piece).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn h_08_a_zip_bomb_is_not_unfolded() {
    let bytes = bomb(256 * 1024 * 1024);
    assert!(bytes.len() < BYTES);
    assert_eq!(refused("a.xlsx", &bytes), Refusal::TooMuchText);
    let words = vec![b' '; 20 * 1024 * 1024];
    let book = small();
    assert_eq!(refused("a.xlsx", &with(&book, &[("xl/sharedStrings.xml", &words)])), Refusal::TooMuchText);
}

#[test]
fn h_08_many_files_or_files_over_each_other_are_refused() {
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..5_000 {
        many.start_file(n.to_string(), SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(refused("a.xlsx", &many.finish().unwrap().into_inner()), Refusal::Damaged);
    // One file that the list at the end names often: what counts is what it unfolds to each time.
    let bytes = bomb(40 * 1024 * 1024);
    let at = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let mut entry_at = at;
    let mut last = at;
    while let Some(next) = bytes[entry_at + 4..end].windows(4).position(|window| window == b"PK\x01\x02") {
        entry_at += 4 + next;
        last = entry_at;
    }
    let entry = bytes[last..end].to_vec();
    let mut over = bytes[..end].to_vec();
    over.extend_from_slice(&entry);
    let mut tail = bytes[end..].to_vec();
    let n = u16::from_le_bytes([tail[10], tail[11]]) + 1;
    tail[8..10].copy_from_slice(&n.to_le_bytes());
    tail[10..12].copy_from_slice(&n.to_le_bytes());
    let size = u32::try_from(end - at + entry.len()).unwrap();
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    over.extend_from_slice(&tail);
    assert!(read(None, &over).is_err());
}

#[test]
fn h_08_document_types_and_entities_are_refused_in_any_encoding() {
    let book = small();
    let words = r#"<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>"#;
    assert_eq!(
        refused("a.xlsx", &with(&book, &[("xl/sharedStrings.xml", words.as_bytes())])),
        Refusal::Damaged
    );
    let utf16: Vec<u8> = format!("\u{feff}{words}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused("a.xlsx", &with(&book, &[("xl/sharedStrings.xml", &utf16)])), Refusal::Damaged);
    // Across the border of two pieces.
    let far = format!("{}{words}", " ".repeat(64 * 1024 - 30));
    assert_eq!(
        refused("a.xlsx", &with(&book, &[("xl/sharedStrings.xml", far.as_bytes())])),
        Refusal::Damaged
    );
}

#[test]
fn h_08_words_shared_by_many_cells_are_counted_each_time() {
    let bytes = workbook(|sheet| {
        let word = "ă".repeat(1_500);
        for row in 0..5_000 {
            for column in 0..4 {
                sheet.write(row, column, &word).unwrap();
            }
        }
    });
    assert_eq!(refused("a.xlsx", &bytes), Refusal::TooMuchText);
}

// --- Headings --------------------------------------------------------------------------------------------------

const COLUMNS_WANTED: [Column<u8>; 3] = [
    Column { key: 0, names: &["Mã đơn vị", "code"], required: true },
    Column { key: 1, names: &["Tên đơn vị", "name"], required: true },
    Column { key: 2, names: &["Cấp trên", "parent"], required: false },
];

fn sheet(text: &str) -> Sheet {
    read(None, text.as_bytes()).unwrap().sheets.remove(0)
}

#[test]
fn columns_are_found_below_a_title_by_either_language_and_without_diacritics() {
    let sheet = sheet("DANH SÁCH ĐƠN VỊ,,,\n\nghi chu,TEN DON VI,code *,\nx,Quy Nhơn,qn,\n");
    let table = find(&sheet, &COLUMNS_WANTED).unwrap();
    assert_eq!((table.heading, table.rows().len()), (3, 1));
    assert_eq!(table.unknown, [(0, "ghi chu")]);
    let row = &table.rows()[0];
    assert_eq!(table.cell(row, 0).unwrap().text, "qn");
    assert_eq!((table.column(1), table.cell(row, 2)), (Some(1), None));
}

#[test]
fn a_heading_that_is_missing_or_twice_is_named() {
    let lacking = sheet("Mã đơn vị,Cấp trên\nqn,bd\n");
    let problem = find(&lacking, &COLUMNS_WANTED).unwrap_err();
    assert_eq!(problem, NoTable::Missing { missing: vec!["Tên đơn vị"] });
    assert!(problem.words(Lang::VI).contains("“Tên đơn vị”"));
    let twice = sheet("code,name,Mã đơn vị\nqn,Quy Nhơn,x\n");
    let problem = find(&twice, &COLUMNS_WANTED).unwrap_err();
    assert_eq!(problem, NoTable::Twice { row: 1, columns: [0, 2] });
}

#[test]
fn a_formula_below_a_heading_is_told_with_its_place() {
    let bytes = workbook(|sheet| {
        sheet.write(0, 0, "Mã đơn vị").unwrap();
        sheet.write(0, 1, "Tên đơn vị").unwrap();
        sheet.write(1, 0, Formula::new("=A1").set_result("qn")).unwrap();
        sheet.write(1, 1, "Quy Nhơn").unwrap();
    });
    let book = read(None, &bytes).unwrap();
    let table = find(&book.sheets[0], &COLUMNS_WANTED).unwrap();
    let mut faults = Vec::new();
    assert_eq!(table.text(Lang::VI, &table.rows()[0], 0, &mut faults), "");
    assert_eq!(table.text(Lang::VI, &table.rows()[0], 1, &mut faults), "Quy Nhơn");
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].place(Lang::VI), "dòng 2, cột A");
}

// --- Anything --------------------------------------------------------------------------------------------------

/// Text as it is kept, of a cell that is not empty; no apostrophe of its own that would be taken for one of ours.
fn cell() -> impl Strategy<Value = String> {
    let text = "[a-zA-Z0-9àằẳửđĐơƠ=+@'\" ,;\n-]{1,12}".prop_map(|text| clean(&text));
    text.prop_filter("empty", |text| !text.is_empty() && guard::unguarded(text) == text)
}

proptest! {
    // Making a workbook takes a while.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn h_12_any_bytes_are_a_list_or_refused(bytes: Vec<u8>) {
        for name in [None, Some("a.csv"), Some("a.xlsx")] {
            let _ = read(name, &bytes);
        }
    }

    #[test]
    fn h_12_a_workbook_with_bytes_changed_is_a_list_or_refused(
        changes in prop::collection::vec((0_usize..10_000, any::<u8>()), 1..20)
    ) {
        let mut bytes = workbook(|sheet| {
            for row in 0..5 {
                sheet.write(row, 0, row).unwrap();
                sheet.write(row, 1, "Quy Nhơn").unwrap();
            }
        });
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[at % length] = byte;
        }
        let _ = read(None, &bytes);
    }

    #[test]
    fn h_12_a_sheet_of_any_xml_is_a_list_or_refused(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<c r=\"A1\">", "<c r=\"XFD9\" t=\"s\">", "<c r=\"\" s=\"99999999999\">", "</c>", "<v>", "</v>", "9", "-1",
            "1e999", "<row r=\"1048577\">", "<row>", "</row>", "<f t=\"shared\" si=\"18446744073709551615\" ref=\"A1:B2\">",
            "</f>", "<is><t>x</t></is>", "&#0;", "&x;", "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>",
            "<mergeCell ref=\"B1:A1\"/>", "</sheetData>", "<!-- -->", "<![CDATA[x]]>",
        ]), 0..30)
    ) {
        let book = small();
        let xml = format!("<worksheet><sheetData>{}</sheetData></worksheet>", parts.concat());
        let _ = read(None, &with(&book, &[("xl/worksheets/sheet1.xml", xml.as_bytes())]));
    }

    #[test]
    fn what_is_written_is_read_back(rows in prop::collection::vec(prop::collection::vec(cell(), 3), 1..8)) {
        let heading = ["Mã", "Tên", "Cấp"].map(str::to_owned).to_vec();
        let rows: Vec<Vec<String>> = std::iter::once(heading).chain(rows).collect();
        let bytes = write(rows.iter().map(Vec::as_slice));
        prop_assert_eq!(csv(&bytes), rows.clone());
        let book = workbook(|sheet| {
            for (row, cells) in rows.iter().enumerate() {
                for (column, text) in cells.iter().enumerate() {
                    sheet.write(row as u32, column as u16, text).unwrap();
                }
            }
        });
        prop_assert_eq!(texts(&read(None, &book).unwrap()), rows);
    }
}
