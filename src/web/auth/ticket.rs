//! Tickets: what a page hands to the browser and takes back unchanged, so that the server need not keep it. Anybody who
//! holds one can read it; nobody without the key can make or change one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;

use crate::secret::Key;

/// Bytes of the keyed hash in front.
const SEAL: usize = 32;

/// The ticket for something, good for one purpose.
pub fn seal(key: &Key, purpose: &str, what: &impl Serialize) -> String {
    // Plain structs of texts and numbers always have a JSON.
    let json = serde_json::to_vec(what).unwrap_or_default();
    let mut bytes = key.hash(purpose, &[b"ticket", &json]).to_vec();
    bytes.extend_from_slice(&json);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the ticket is for; `None` if it was not made by us for this purpose.
pub fn open<T: DeserializeOwned>(key: &Key, purpose: &str, ticket: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(ticket).ok()?;
    let (seal, json) = bytes.split_at_checked(SEAL)?;
    let right: bool = key.hash(purpose, &[b"ticket", json]).as_slice().ct_eq(seal).into();
    if right { serde_json::from_slice(json).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_for_its_purpose_unchanged_and_with_its_key() {
        let key = Key::from_text("a key for this test").unwrap();
        let ticket = seal(&key, "one", &("ngữ", 5));
        assert_eq!(open(&key, "one", &ticket), Some(("ngữ".to_owned(), 5)));
        assert_eq!(open::<(String, i64)>(&key, "two", &ticket), None);
        let other = Key::from_text("another key for it").unwrap();
        assert_eq!(open::<(String, i64)>(&other, "one", &ticket), None);
        for at in 0..ticket.len() {
            let mut changed = ticket.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character may hold bits that no byte has.
            assert!(open::<(String, i64)>(&key, "one", &changed).is_none() || at + 1 == ticket.len(), "{at}");
        }
        for none in ["", "AAAA", "not base64!"] {
            assert_eq!(open::<(String, i64)>(&key, "one", none), None);
        }
    }
}
