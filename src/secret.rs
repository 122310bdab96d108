//! Secrets: random tokens from the operating system, and the key under which tokens and answer ids are hashed and answers
//! sealed.
//!
//! The key lies outside the database: a copy of the database alone opens no link and tells no token
//! (security test A-02).

mod seal;

use std::{fmt, io, path::Path};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

/// A 128-bit value in the database: a keyed hash, or a random id.
pub type Id = [u8; 16];

/// The server's key. Redacted in debug output.
pub struct Key(SecretBox<Vec<u8>>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Shortest key accepted, in bytes.
pub const MINIMUM_KEY: usize = 16;

impl Key {
    /// A key from its text; `None` if it is shorter than [`MINIMUM_KEY`] bytes.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() >= MINIMUM_KEY).then(|| Self(SecretBox::new(Box::new(text.as_bytes().to_vec()))))
    }

    /// The key in this file; makes the file with a new key, readable by its owner alone, where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds no usable key.
    pub fn from_file(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("{}\n", hex(&random::<32>()));
                if write_new(path, &text)? { text } else { std::fs::read_to_string(path)? }
            }
            Err(error) => return Err(error),
        };
        Self::from_text(&text)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the key is too short"))
    }

    /// Keyed hash of some parts, for one purpose; parts are length-prefixed, so that none can run into the next.
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("a key of any length");
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Another key that follows from this one, for one purpose.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> Self {
        Self(SecretBox::new(Box::new(self.hash(purpose, &[]).to_vec())))
    }

    /// The first 128 bits of [`Self::hash`].
    pub fn id(&self, purpose: &str, parts: &[&[u8]]) -> Id {
        let mut id = [0; 16];
        id.copy_from_slice(&self.hash(purpose, parts)[..16]);
        id
    }
}

/// Writes a new file that only its owner may read; false if it exists already.
fn write_new(path: &Path, text: &str) -> io::Result<bool> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Random bytes from the operating system.
#[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system for randomness")]
#[expect(
    clippy::expect_used,
    reason = "without randomness nothing may go on: no link, id or session would be safe"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system's random source");
    bytes
}

/// Crockford's base 32: no I, L, O, U to be mistaken or to spell words.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A random token of `length` characters, 5 bits each: 26 characters hold 130 bits.
pub fn token<const N: usize>() -> String {
    random::<N>().iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

/// The token that these bytes are, as long as that of a personal link.
pub fn token_of(bytes: &[u8; 32]) -> String {
    bytes.iter().take(LINK_TOKEN).map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

/// Length of a personal link's token, in characters (130 bits).
pub const LINK_TOKEN: usize = 26;
/// Length of the unguessable suffix of a counter's address, in characters (50 bits).
pub const COUNTER_SUFFIX: usize = 10;

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a text is an idempotency key: 32 hex digits.
pub fn is_submission(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_01_a_million_link_tokens_are_all_different_and_use_their_letters_alike() {
        const TOKENS: usize = 1_000_000;
        let mut letters = [0_usize; 256];
        let mut seen = HashSet::with_capacity(TOKENS);
        for _ in 0..TOKENS {
            let token = token::<LINK_TOKEN>();
            token.bytes().for_each(|letter| letters[usize::from(letter)] += 1);
            assert!(seen.insert(token));
        }
        // 5 bits a letter: 130 bits. Each of the 32 letters is expected 812,500 times, with a deviation of about 900.
        assert_eq!(letters.iter().filter(|n| **n > 0).count(), ALPHABET.len());
        let expected = TOKENS * LINK_TOKEN / ALPHABET.len();
        assert!(ALPHABET.iter().all(|letter| letters[usize::from(*letter)].abs_diff(expected) < 6_000));
    }

    #[test]
    fn a_02_a_hash_needs_the_key_and_parts_do_not_run_together() {
        let (one, two) =
            (Key::from_text("a key for this test").unwrap(), Key::from_text("another key for it").unwrap());
        assert_ne!(one.hash("link", &[b"token"]), two.hash("link", &[b"token"]));
        assert_ne!(one.hash("link", &[b"token"]), one.hash("session", &[b"token"]));
        assert_ne!(one.hash("link", &[b"ab", b"c"]), one.hash("link", &[b"a", b"bc"]));
        assert!(Key::from_text("short").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_key_file_is_its_owner_s_alone_and_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sipas.key");
        let one = Key::from_file(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let two = Key::from_file(&path).unwrap();
        assert_eq!(one.hash("x", &[]), two.hash("x", &[]));
    }
}
