//! A page rendered and compressed once, with one place that differs for each reader.
//!
//! Between the two compressed halves of a gzip stream stands a block that is stored as it is, so that the id of a form
//! is spliced in without compressing the page again; the checksum is combined from those of the parts.

use axum::body::Bytes;
use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress};

/// Length of what is spliced in, in bytes.
pub const HOLE: usize = 32;

/// Stands for the hole while the page is rendered.
pub const MARKER: &str = "00000000000000000000000000000000";

/// A page with a hole.
#[derive(Debug)]
pub struct Template {
    before: Bytes,
    after: Bytes,
    /// gzip header, the first half, and the head of the stored block.
    packed_before: Bytes,
    /// The second half as deflate, ended.
    packed_after: Bytes,
    checksum_before: Hasher,
    checksum_after: Hasher,
}

/// Why a page cannot be a template: the marker must stand in it exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the page has no single place for its id")]
pub struct NoSinglePlace;

const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];

impl Template {
    /// Splits a page at its marker and compresses both halves.
    ///
    /// # Errors
    /// [`NoSinglePlace`].
    pub fn new(page: &str) -> Result<Self, NoSinglePlace> {
        let (before, after) = page.split_once(MARKER).ok_or(NoSinglePlace)?;
        if after.contains(MARKER) {
            return Err(NoSinglePlace);
        }
        let mut packed_before = GZIP_HEADER.to_vec();
        // A sync flush ends at a byte boundary, where the stored block may begin.
        deflate(before.as_bytes(), FlushCompress::Sync, &mut packed_before).ok_or(NoSinglePlace)?;
        let length = u16::try_from(HOLE).map_err(|_| NoSinglePlace)?;
        packed_before.push(0);
        packed_before.extend(length.to_le_bytes());
        packed_before.extend((!length).to_le_bytes());
        let mut packed_after = Vec::new();
        deflate(after.as_bytes(), FlushCompress::Finish, &mut packed_after).ok_or(NoSinglePlace)?;
        let checksum = |bytes: &[u8]| {
            let mut hasher = Hasher::new();
            hasher.update(bytes);
            hasher
        };
        Ok(Self {
            checksum_before: checksum(before.as_bytes()),
            checksum_after: checksum(after.as_bytes()),
            before: Bytes::copy_from_slice(before.as_bytes()),
            after: Bytes::copy_from_slice(after.as_bytes()),
            packed_before: packed_before.into(),
            packed_after: packed_after.into(),
        })
    }

    /// The bytes that it takes.
    pub const fn size(&self) -> usize {
        self.before.len() + self.after.len() + self.packed_before.len() + self.packed_after.len()
    }

    /// The page with `id` in its place.
    pub fn plain(&self, id: &[u8; HOLE]) -> Vec<u8> {
        [&self.before, id.as_slice(), &self.after].concat()
    }

    /// The page with `id` in its place, as gzip.
    pub fn gzip(&self, id: &[u8; HOLE]) -> Vec<u8> {
        let mut checksum = self.checksum_before.clone();
        checksum.update(id);
        checksum.combine(&self.checksum_after);
        let length = self.before.len() + HOLE + self.after.len();
        let mut page = Vec::with_capacity(self.packed_before.len() + HOLE + self.packed_after.len() + 8);
        page.extend_from_slice(&self.packed_before);
        page.extend_from_slice(id);
        page.extend_from_slice(&self.packed_after);
        page.extend(checksum.finalize().to_le_bytes());
        // The length is kept modulo 2^32 (RFC 1952).
        #[expect(clippy::cast_possible_truncation, reason = "RFC 1952 keeps the length modulo 2^32")]
        page.extend((length as u32).to_le_bytes());
        page
    }
}

fn deflate(bytes: &[u8], flush: FlushCompress, out: &mut Vec<u8>) -> Option<()> {
    let mut deflate = Compress::new(Compression::best(), false);
    out.reserve(bytes.len() + 1_024);
    loop {
        let read = usize::try_from(deflate.total_in()).ok()?;
        let room = out.capacity() - out.len();
        let before = deflate.total_out();
        deflate.compress_vec(bytes.get(read..)?, out, flush).ok()?;
        let written = usize::try_from(deflate.total_out() - before).ok()?;
        let done = usize::try_from(deflate.total_in()).ok()? == bytes.len();
        if done && written < room {
            return Some(());
        }
        out.reserve(4_096);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_page_reads_the_same_plain_and_packed() {
        let page =
            format!("<p>{}</p><input value={MARKER}>{}", "Hài lòng ".repeat(500), "câu hỏi ".repeat(9_000));
        let template = Template::new(&page).unwrap();
        let id = b"0123456789abcdef0123456789abcdef";
        let wanted = page.replace(MARKER, "0123456789abcdef0123456789abcdef");
        assert_eq!(template.plain(id), wanted.as_bytes());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(template.gzip(id).as_slice()).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, wanted);
    }

    #[test]
    fn the_marker_must_stand_once() {
        assert!(Template::new("none").is_err());
        assert!(Template::new(&format!("{MARKER} {MARKER}")).is_err());
        assert!(Template::new(MARKER).is_ok());
    }
}
