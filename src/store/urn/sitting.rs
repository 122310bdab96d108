//! What one person gave in one sitting, as it waits in the urn: sealed, and as long as anybody else's.
//!
//! Whoever compares two copies of the database taken around one answer learns which link was used and which row of the
//! urn is new; so a row must tell nothing: not the answers, not whether something was written, not how many units were
//! judged, not even by its length (security tests B-02, B-08). Rows are opened when the campaign has closed, all at once
//! and shuffled.

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize};

use crate::secret::{Id, Key};

/// A sealed sitting is a multiple of this many bytes long, and hardly ever more than one of them: answers about a hundred
/// units and eight long texts compress to less.
const BLOCK: usize = 32 * 1024;
/// Bytes of the length in front of what is compressed.
const LENGTH: usize = 4;
/// The longest that a sitting may be when it is opened, in bytes: many times what a form may hold.
const MOST: u64 = 64 * 1024 * 1024;
const PURPOSE: &str = "urn";

/// The answers of one sitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// Answer sheets: one, or one for each unit that was judged.
    pub sheets: Vec<Sheet>,
    /// What was written.
    pub texts: Vec<Text>,
}

/// A free text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Code of the unit that it is about.
    pub unit: String,
    /// Id of the question.
    pub question: String,
    /// The words.
    pub text: String,
}

/// An answer sheet in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Code of the unit that it is about.
    pub unit: String,
    /// Code of the group of those who judge, where the campaign has groups.
    pub group: Option<String>,
    /// Number of the pinned definition.
    pub definition: i64,
    /// Language code of the questionnaire.
    pub language: String,
    /// Packed answers.
    pub answers: Vec<u8>,
}

impl Sitting {
    /// Sealed for a campaign and the id of its row.
    pub fn seal(&self, key: &Key, campaign: i64, id: &Id) -> Vec<u8> {
        key.seal(PURPOSE, &[&campaign.to_be_bytes(), id], &padded(&self.compressed()))
    }

    /// The sitting of a row; `None` if the row was not sealed by us for this campaign and id.
    pub fn open(key: &Key, campaign: i64, id: &Id, sealed: &[u8]) -> Option<Self> {
        let padded = key.unseal(PURPOSE, &[&campaign.to_be_bytes(), id], sealed)?;
        let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
        let compressed = rest.get(..u32::from_be_bytes(*length) as usize)?;
        let mut json = Vec::new();
        DeflateDecoder::new(compressed).take(MOST).read_to_end(&mut json).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn compressed(&self) -> Vec<u8> {
        // Texts, numbers and lists of them always have a JSON, and memory takes what is written to it.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&json).and_then(|()| encoder.finish()).unwrap_or_default()
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut all = (bytes.len() as u32).to_be_bytes().to_vec();
    all.extend_from_slice(bytes);
    all.resize(all.len().next_multiple_of(BLOCK), 0);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(unit: &str) -> Sheet {
        Sheet {
            unit: unit.to_owned(),
            group: Some("hdnd".to_owned()),
            definition: 3,
            language: "vi".to_owned(),
            answers: (0..80).map(|at| (at * 37 % 6) as u8).collect(),
        }
    }

    /// Words that compress badly, as written texts do compared with blanks.
    fn wordy(n: u32) -> Sitting {
        let text = (0..n).map(|n| format!("{:x} ", n.wrapping_mul(2_654_435_761))).collect();
        let text = Text { unit: "tinh".to_owned(), question: "steering.open".to_owned(), text };
        Sitting { sheets: vec![sheet("tinh")], texts: vec![text] }
    }

    fn sealed(sitting: &Sitting) -> Vec<u8> {
        let key = Key::from_text("a key for this test").unwrap();
        let sealed = sitting.seal(&key, 7, &[9; 16]);
        assert_eq!(Sitting::open(&key, 7, &[9; 16], &sealed).as_ref(), Some(sitting));
        assert_eq!(Sitting::open(&key, 8, &[9; 16], &sealed), None, "another campaign");
        assert_eq!(Sitting::open(&key, 7, &[8; 16], &sealed), None, "another row");
        sealed
    }

    #[test]
    fn b_08_a_row_tells_nothing_by_its_length() {
        let of = |sheets: Vec<Sheet>| sealed(&Sitting { sheets, texts: Vec::new() }).len();
        let silent = of(vec![sheet("tinh")]);
        assert_eq!(of(Vec::new()), silent);
        assert_eq!(of((0..135).map(|n| sheet(&format!("xa-{n}"))).collect()), silent);
        assert_eq!(sealed(&wordy(1500)).len(), silent);
    }

    #[test]
    fn more_than_a_block_is_kept_whole() {
        assert!(sealed(&wordy(30_000)).len() > 2 * BLOCK);
    }
}
