//! Questions read aloud: files beside the definitions, `ID/VERSION/audio/LANGUAGE/QUESTION.mp3` (or `.ogg`, `.m4a`), held
//! in memory and served under an address made of the hash of their content. No name from an address ever reaches the
//! disk. A part of a file can be asked for, as Safari and old phones do (RFC 9110, section 14).

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE},
    },
    response::Response,
};
use sha2::{Digest, Sha256};

use super::assets;
use crate::recordings::{self, Recording};

/// Bytes of the content hash shown in an address.
const HASH_BYTES: usize = 16;

/// Recordings by question: the address of each.
pub type OfForm = HashMap<String, String>;

/// All recordings at hand.
#[derive(Debug, Default)]
pub struct Sounds {
    /// By definition, version and language.
    forms: BTreeMap<(String, String, String), OfForm>,
    /// By the last part of the address.
    files: HashMap<String, Sound>,
}

#[derive(Debug)]
struct Sound {
    content_type: &'static str,
    bytes: Bytes,
}

impl Sounds {
    /// Reads the recordings of a folder of definitions. What cannot be used is left out with a line in the log: a page is
    /// complete without.
    pub fn read(folder: Option<&Path>) -> Self {
        let mut sounds = Self::default();
        for recording in folder.into_iter().flat_map(recordings::all) {
            match recordings::read(&recording) {
                Ok((bytes, content_type)) => sounds.add(recording, bytes, content_type),
                Err(fault) => {
                    tracing::warn!(file = %recording.path.display(), ?fault, "a recording is left out");
                }
            }
        }
        sounds
    }

    fn add(&mut self, recording: Recording, bytes: Vec<u8>, content_type: &'static str) {
        let hash: String =
            Sha256::digest(&bytes).iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{hash}.{}", recording.extension);
        let Recording { id, version, language, question, .. } = recording;
        let form = self.forms.entry((id, version, language)).or_default();
        form.insert(question, format!("/audio/{name}"));
        self.files.insert(name, Sound { content_type, bytes: bytes.into() });
    }

    /// The recordings of a definition in a language.
    pub fn of(&self, id: &str, version: &str, language: &str) -> Option<&OfForm> {
        self.forms.get(&(id.to_owned(), version.to_owned(), language.to_owned()))
    }

    /// The answer to a request for a recording by the last part of its address; `None` if there is none.
    pub fn send(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        let sound = self.files.get(name)?;
        let length = sound.bytes.len();
        let part =
            headers.get(RANGE).and_then(|range| range.to_str().ok()).and_then(|range| part(range, length));
        let (status, body, range) = match part {
            None => (StatusCode::OK, sound.bytes.clone(), None),
            Some(Some((first, last))) => {
                let range = format!("bytes {first}-{last}/{length}");
                (StatusCode::PARTIAL_CONTENT, sound.bytes.slice(first..=last), Some(range))
            }
            Some(None) => {
                (StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new(), Some(format!("bytes */{length}")))
            }
        };
        let size = body.len();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(sound.content_type));
        headers.insert(CONTENT_LENGTH, size.into());
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_CONTROL));
        if let Some(range) = range.and_then(|range| HeaderValue::from_str(&range).ok()) {
            headers.insert(CONTENT_RANGE, range);
        }
        Some(response)
    }
}

/// The part asked for: first and last byte; `Some(None)` if there is no such part, `None` for a header that may be
/// ignored: another unit, several parts, nonsense.
fn part(range: &str, length: usize) -> Option<Option<(usize, usize)>> {
    let ranges = http_range_header::parse_range_header(range).ok()?;
    if ranges.ranges.len() != 1 {
        return None;
    }
    let valid = ranges.validate(length as u64).ok().and_then(|ranges| ranges.into_iter().next());
    let place = |at: u64| usize::try_from(at).ok();
    Some(valid.and_then(|range| Some((place(*range.start())?, place(*range.end())?))))
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_is_cut_as_asked_for() {
        assert_eq!(part("bytes=0-1", 10), Some(Some((0, 1))));
        assert_eq!(part("bytes=0-", 10), Some(Some((0, 9))));
        assert_eq!(part("bytes=4-", 10), Some(Some((4, 9))));
        assert_eq!(part("bytes=-3", 10), Some(Some((7, 9))));
        assert_eq!(part("bytes=10-", 10), Some(None));
        assert_eq!(part("bytes=0-1,3-4", 10), None);
        assert_eq!(part("lines=0-1", 10), None);
        assert_eq!(part("bytes=x", 10), None);
    }

    proptest::proptest! {
        #[test]
        fn any_header_gives_a_part_inside_or_none(range in "(bytes=)?[-0-9, ]{0,12}", length in 1_usize..50) {
            if let Some(Some((first, last))) = part(&range, length) {
                proptest::prop_assert!(first <= last && last < length);
            }
        }
    }
}
