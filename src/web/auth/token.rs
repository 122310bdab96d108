//! Access tokens as programs hold them: `sipas_`, 160 random bits, and a checksum, so that whoever searches files for secrets
//! finds them by their form and takes nothing else for one: `sipas_[0-9a-hjkmnp-tv-z]{39}`.

use crate::secret::{self, ALPHABET, Key};

/// What every token begins with.
pub const PREFIX: &str = "sipas_";
/// Random characters, of 5 bits each.
const RANDOM: usize = 32;
/// Characters of the checksum: the CRC-32 of everything before it.
const CHECK: usize = 7;

/// A new token.
pub fn make() -> String {
    let mut token = format!("{PREFIX}{}", secret::token::<RANDOM>());
    token += &check(&token);
    token
}

fn check(text: &str) -> String {
    let sum = crc32fast::hash(text.as_bytes());
    let letter = |at: usize| {
        let five = (u64::from(sum) >> (5 * (CHECK - 1 - at))) & 31;
        usize::try_from(five).ok().and_then(|five| ALPHABET.get(five)).map_or('0', |byte| char::from(*byte))
    };
    (0..CHECK).map(letter).collect()
}

/// Whether a text has the form of a token, its checksum too. What has not need not be looked for.
pub fn is_whole(text: &str) -> bool {
    text.is_ascii()
        && text.len() == PREFIX.len() + RANDOM + CHECK
        && text.starts_with(PREFIX)
        && text.split_at_checked(PREFIX.len() + RANDOM).is_some_and(|(rest, sum)| check(rest) == sum)
}

/// The hash of a token as it is kept. A token is looked for by it, so that comparing takes no longer the more of it is right.
pub fn hash(key: &Key, token: &str) -> [u8; 32] {
    key.hash("access token", &[token.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_form_and_a_slip_of_a_letter_is_noticed() {
        let token = make();
        assert!(is_whole(&token), "{token}");
        assert_ne!(make(), token);
        assert_eq!(check("sipas_00000000000000000000000000000000"), "0btf7s9", "the form never changes");
        for at in PREFIX.len()..token.len() {
            let mut other: Vec<u8> = token.bytes().collect();
            other[at] = if other[at] == b'7' { b'8' } else { b'7' };
            assert!(!is_whole(std::str::from_utf8(&other).unwrap()), "{at}");
        }
        for wrong in ["", "sipas_", &token[1..], &format!("{token}0"), &token.to_uppercase(), "sipas_ữ"] {
            assert!(!is_whole(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_02_what_is_kept_of_a_token_needs_the_key_and_is_no_other_secret_s_hash() {
        let key = Key::from_text("a key for this test").unwrap();
        let token = make();
        assert_ne!(hash(&key, &token), hash(&Key::from_text("another key for it").unwrap(), &token));
        assert_ne!(hash(&key, &token), key.hash("session", &[token.as_bytes()]));
    }
}
