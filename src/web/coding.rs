//! What a browser takes compressed, and what may be sent so.
//!
//! Brotli saves a seventh of a page and of the script against gzip; browsers take it over HTTPS alone. A page of a
//! counter is spliced for each visit ([`super::template`]) and goes as gzip.

use std::io::Write as _;

use axum::http::{HeaderMap, header::ACCEPT_ENCODING};
use brotli::enc::{BrotliEncoderParams, backward_references::BrotliEncoderMode};
use flate2::{Compression, write::GzEncoder};
use zopfli::{BlockType, GzipEncoder, Options};

/// What a browser takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// `br`.
    pub brotli: bool,
    /// `gzip`.
    pub gzip: bool,
}

impl Taken {
    /// As a request's `Accept-Encoding` says (RFC 9110, section 12.5.3).
    pub fn by(headers: &HeaderMap) -> Self {
        let takes = |coding: &str| {
            headers
                .get_all(ACCEPT_ENCODING)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|value| value.split(','))
                .any(|offered| {
                    let mut parts = offered.split(';').map(str::trim);
                    let name = parts.next().unwrap_or_default();
                    let refused =
                        parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
                    (name.eq_ignore_ascii_case(coding) || name == "*") && !refused
                })
        };
        Self { brotli: takes("br"), gzip: takes("gzip") }
    }
}

/// Bytes in a coding, with its name for `Content-Encoding`.
#[derive(Debug)]
pub struct Packed {
    /// `br` or `gzip`.
    pub coding: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A page that is made for one reader; `None` if nothing is taken. Two or three milliseconds' work.
pub fn at_once(page: &[u8], taken: Taken) -> Option<Packed> {
    if taken.brotli {
        brotli(page, 8).map(|bytes| Packed { coding: "br", bytes })
    } else if taken.gzip {
        let mut encoder = GzEncoder::new(Vec::with_capacity(page.len() / 3), Compression::best());
        encoder
            .write_all(page)
            .and_then(|()| encoder.finish())
            .ok()
            .map(|bytes| Packed { coding: "gzip", bytes })
    } else {
        None
    }
}

/// A file that is packed once and sent to every phone, in each coding where that makes it smaller, the best first.
pub fn once(file: &[u8]) -> Vec<Packed> {
    let gzip = || {
        let mut encoder = GzipEncoder::new(Options::default(), BlockType::Dynamic, Vec::new()).ok()?;
        encoder.write_all(file).ok()?;
        encoder.finish().ok()
    };
    [("br", brotli(file, 11)), ("gzip", gzip())]
        .into_iter()
        .filter_map(|(coding, bytes)| bytes.map(|bytes| Packed { coding, bytes }))
        .filter(|packed| packed.bytes.len() < file.len())
        .collect()
}

fn brotli(bytes: &[u8], quality: i32) -> Option<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality,
        mode: BrotliEncoderMode::BROTLI_MODE_TEXT,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &params).ok()?;
    Some(packed)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::http::HeaderValue;

    use super::*;

    fn taken(value: &'static str) -> Taken {
        Taken::by(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
    }

    #[test]
    fn what_is_refused_or_not_named_is_not_taken() {
        let (both, gzip, none) = (
            Taken { brotli: true, gzip: true },
            Taken { brotli: false, gzip: true },
            Taken { brotli: false, gzip: false },
        );
        for (value, expected) in [
            ("gzip, deflate, br", both),
            ("*", both),
            ("BR;q=1.0, GZIP;q=0.8", both),
            ("gzip, deflate", gzip),
            ("gzip, br;q=0", gzip),
            ("identity", none),
            ("gzip;q=0", none),
            ("", none),
        ] {
            assert_eq!(taken(value), expected, "{value}");
        }
        assert_eq!(Taken::by(&HeaderMap::new()), none);
    }

    #[test]
    fn what_is_packed_is_what_was_given() {
        let page = "<p>Ông/Bà có hài lòng không?</p>".repeat(400).into_bytes();
        let unpacked = |packed: &Packed| {
            let mut page = Vec::new();
            if packed.coding == "br" {
                brotli::Decompressor::new(packed.bytes.as_slice(), 4_096).read_to_end(&mut page).unwrap();
            } else {
                flate2::read::GzDecoder::new(packed.bytes.as_slice()).read_to_end(&mut page).unwrap();
            }
            page
        };
        for value in ["gzip, br", "gzip"] {
            let packed = at_once(&page, taken(value)).unwrap();
            assert!(packed.bytes.len() < page.len() / 10 && unpacked(&packed) == page, "{}", packed.coding);
        }
        assert!(at_once(&page, taken("identity")).is_none());
        let codings: Vec<_> =
            once(&page).iter().map(|packed| (packed.coding, unpacked(packed) == page)).collect();
        assert_eq!(codings, [("br", true), ("gzip", true)]);
        assert!(once(b"{}").is_empty(), "nothing is gained");
    }
}
