//! What a file is by its first bytes, and whether a ZIP container may be unpacked at all (security tests H-07, H-08).

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::Refusal;

/// Most files inside; a workbook has a dozen, and one for each sheet and picture.
const ENTRIES: usize = 500;
/// Most bytes that all files inside unfold to.
const UNFOLDED: u64 = 64 * 1024 * 1024;
/// Most bytes of a file inside that is held in memory as a whole: words that cells share, styles, the list of sheets.
const HELD: u64 = 16 * 1024 * 1024;

/// The mark of each file's entry in the list at the end of a ZIP.
const ENTRY: &[u8] = b"PK\x01\x02";

/// What is not read, by its first bytes.
pub(super) fn of_magic(bytes: &[u8]) -> Option<Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Some(Refusal::Empty);
    }
    // The container of Office before 2007, and of its encrypted files since.
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        return Some(if encrypted { Refusal::Encrypted } else { Refusal::OldExcel });
    }
    const OTHERS: [&[u8]; 9] = [
        b"%PDF",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"\x1f\x8b",
        b"Rar!",
        b"7z\xbc\xaf",
        b"{\\rtf",
        b"SQLite",
    ];
    OTHERS.iter().any(|magic| bytes.starts_with(magic)).then_some(Refusal::OtherKind)
}

/// Unfolds every file inside, piece by piece and keeping nothing, so that reading it afterwards is known to be cheap and
/// to meet no macro, no password and no document type: XML entities have nothing to stand on then.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    // Before the list is read: each of its entries costs more memory than its bytes.
    if bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).count() > ENTRIES {
        return Err(Refusal::Damaged);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    if archive.len() > ENTRIES {
        return Err(Refusal::Damaged);
    }
    let (mut left, mut is_workbook) = (UNFOLDED, false);
    for at in 0..archive.len() {
        let encrypted = archive.by_index_raw(at).map_err(|_| Refusal::Damaged)?.encrypted();
        if encrypted {
            return Err(Refusal::Encrypted);
        }
        let mut file = archive.by_index(at).map_err(|_| Refusal::Damaged)?;
        let name = file.name().map_err(|_| Refusal::Damaged)?.to_ascii_lowercase();
        if name.ends_with("vbaproject.bin") {
            return Err(Refusal::Macros);
        }
        if name == "mimetype" || name.ends_with("workbook.bin") {
            return Err(Refusal::OtherKind);
        }
        is_workbook |= name == "[content_types].xml";
        let is_xml = [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end));
        let most = if is_xml && !name.contains("worksheets/") { HELD.min(left) } else { left };
        let mut scan = Scan::default();
        let mut buffer = vec![0; 64 * 1024];
        let mut unfolded: u64 = 0;
        loop {
            let n = file.read(&mut buffer).map_err(|_| Refusal::Damaged)?;
            if n == 0 {
                break;
            }
            unfolded += n as u64;
            if unfolded > most {
                return Err(Refusal::TooMuchText);
            }
            if is_xml {
                scan.see(buffer.get(..n).unwrap_or_default())?;
            }
        }
        left -= unfolded;
    }
    if is_workbook { Ok(()) } else { Err(Refusal::NotWorkbook) }
}

/// Looks for what no workbook needs, across the borders of pieces and whatever the encoding: zero bytes are passed over.
#[derive(Debug, Default)]
struct Scan {
    window: Vec<u8>,
}

const FORBIDDEN: [(&[u8], Refusal); 3] =
    [(b"<!doctype", Refusal::Damaged), (b"<!entity", Refusal::Damaged), (b"macroenabled", Refusal::Macros)];

impl Scan {
    fn see(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.window.extend(piece.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase));
        for (word, refusal) in FORBIDDEN {
            let first = word.first().copied().unwrap_or_default();
            let mut rest = self.window.as_slice();
            while let Some(at) = rest.iter().position(|byte| *byte == first) {
                rest = rest.get(at..).unwrap_or_default();
                if rest.starts_with(word) {
                    return Err(refusal);
                }
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        let keep = self.window.len().saturating_sub(16);
        self.window.drain(..keep);
        Ok(())
    }
}
