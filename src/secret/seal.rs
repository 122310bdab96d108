//! Sealing: what lies in the database for a while and must not be read from a copy of it.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

use super::{Key, random};

/// Bytes of the random nonce in front: long enough that random ones never meet.
const NONCE: usize = 24;

impl Key {
    /// Encrypts and authenticates (XChaCha20-Poly1305), for one purpose and bound to some parts: opened with other parts, or
    /// for another purpose, it is as good as damaged.
    #[expect(
        clippy::expect_used,
        reason = "the cipher takes texts of up to 256 GiB, and memory ends before that"
    )]
    pub fn seal(&self, purpose: &str, bound: &[&[u8]], plain: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE>();
        let payload = Payload { msg: plain, aad: &self.hash("bound", bound) };
        let sealed =
            self.cipher(purpose).encrypt(&XNonce::from(nonce), payload).expect("a text of this length");
        [nonce.as_slice(), &sealed].concat()
    }

    /// What was sealed for this purpose and these parts; `None` for anything else.
    pub fn unseal(&self, purpose: &str, bound: &[&[u8]], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &self.hash("bound", bound) };
        self.cipher(purpose).decrypt(&XNonce::from(*nonce), payload).ok()
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.hash(purpose, &[b"seal"]).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_purpose_and_parts_alone() {
        let key = Key::from_text("a key for this test").unwrap();
        let sealed = key.seal("urn", &[b"1", b"2"], "ngữ".as_bytes());
        assert_eq!(key.unseal("urn", &[b"1", b"2"], &sealed).as_deref(), Some("ngữ".as_bytes()));
        assert_eq!(key.unseal("other", &[b"1", b"2"], &sealed), None);
        assert_eq!(key.unseal("urn", &[b"12"], &sealed), None);
        assert_eq!(Key::from_text("another key for it").unwrap().unseal("urn", &[b"1", b"2"], &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.unseal("urn", &[b"1", b"2"], &changed), None, "{at}");
        }
        for short in 0..sealed.len() {
            assert_eq!(key.unseal("urn", &[b"1", b"2"], &sealed[..short]), None, "{short}");
        }
        assert_ne!(key.seal("urn", &[], b"same"), key.seal("urn", &[], b"same"));
    }
}
