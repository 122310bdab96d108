//! Bytes of a text file to text. A byte order mark decides; without one UTF-16 shows by its zero bytes, UTF-8 by being
//! valid, and what is left is taken for Windows-1258, the Vietnamese code page.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};

use super::{Encoding, Refusal};

/// The text with its encoding. Tones that Windows-1258 keeps apart from their letters are composed later, with every
/// cell's NFC.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Encoding), Refusal> {
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = match marked {
        Some(encoding) if encoding == UTF_16LE => Encoding::Utf16Le,
        Some(encoding) if encoding == UTF_16BE => Encoding::Utf16Be,
        Some(_) => Encoding::Utf8,
        None => unmarked(bytes),
    };
    let with = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Windows1258 => WINDOWS_1258,
    };
    let (text, broken) = with.decode_with_bom_removal(bytes);
    // What no spreadsheet program writes into a list: it would be a picture or a program.
    let is_binary = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    if broken || text.contains(is_binary) { Err(Refusal::NotText) } else { Ok((text.into_owned(), encoding)) }
}

fn unmarked(bytes: &[u8]) -> Encoding {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    // A list has separators and ends of lines, and they have a zero byte.
    let parts = |high: usize, low: usize| {
        head.chunks_exact(2).any(|pair| {
            pair.get(high) == Some(&0) && pair.get(low).is_some_and(|byte| b",;\t\r\n".contains(byte))
        })
    };
    let (even, odd) = (zeros(0), zeros(1));
    if bytes.len().is_multiple_of(2) && even == 0 && odd > 0 && parts(1, 0) {
        Encoding::Utf16Le
    } else if bytes.len().is_multiple_of(2) && odd == 0 && even > 0 && parts(0, 1) {
        Encoding::Utf16Be
    } else if std::str::from_utf8(bytes).is_ok() {
        Encoding::Utf8
    } else {
        Encoding::Windows1258
    }
}
