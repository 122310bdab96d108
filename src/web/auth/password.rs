//! Passwords: what is accepted, and their Argon2id hashes.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use unicode_normalization::UnicodeNormalization as _;

/// Shortest password, in characters (security test F-13: without a second factor).
pub const SHORTEST: usize = 14;
/// Shortest password of an account that has a second factor, in characters.
pub const SHORTEST_WITH_SECOND_FACTOR: usize = 8;
/// Longest password, in characters.
pub const LONGEST: usize = 128;

/// OWASP's least: 19 MiB, two passes, one lane (security test F-01).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Shorter than [`SHORTEST`], or than [`SHORTEST_WITH_SECOND_FACTOR`].
    #[error("too short")]
    Short,
    /// Longer than [`LONGEST`].
    #[error("too long")]
    Long,
    /// One character over and over, a plain sequence, or the account's name.
    #[error("too easy to guess")]
    Guessable,
}

/// Whether a password may be used by the account `name`, which has no second factor.
///
/// # Errors
/// [`Weak`].
pub fn check(password: &str, name: &str) -> Result<(), Weak> {
    check_least(password, name, SHORTEST)
}

/// Whether a password may be used by the account `name`, which has a second factor. Should it lose that one, the log-in
/// sees to it that another one is set up before anything else (`web::admin::entry`).
///
/// # Errors
/// [`Weak`].
pub fn check_beside_second_factor(password: &str, name: &str) -> Result<(), Weak> {
    check_least(password, name, SHORTEST_WITH_SECOND_FACTOR)
}

fn check_least(password: &str, name: &str, shortest: usize) -> Result<(), Weak> {
    let characters: Vec<char> = password.nfc().flat_map(char::to_lowercase).collect();
    if characters.len() < shortest {
        return Err(Weak::Short);
    }
    if characters.len() > LONGEST {
        return Err(Weak::Long);
    }
    let mut different = characters.clone();
    different.sort_unstable();
    different.dedup();
    let steps: Vec<i64> =
        characters.windows(2).map(|pair| i64::from(pair[1] as u32) - i64::from(pair[0] as u32)).collect();
    let sequence = steps.windows(2).all(|pair| pair[0] == pair[1]);
    let text: String = characters.iter().collect();
    let named =
        name.chars().count() >= 4 && text.replace(&name.to_lowercase(), "").chars().count() < shortest / 2;
    if different.len() < 5 || sequence || named { Err(Weak::Guessable) } else { Ok(()) }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password in PHC form, with its own salt.
///
/// # Errors
/// When the system cannot give the memory.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = crate::secret::random::<16>();
    let password: String = password.nfc().collect();
    Ok(argon2().hash_password_with_salt(password.as_bytes(), &salt)?.to_string())
}

/// A hash that no password fits, so that an unknown name takes as long as a wrong password (security test F-05).
static NOBODY: LazyLock<Option<String>> =
    LazyLock::new(|| hash(&crate::secret::hex(&crate::secret::random::<32>())).ok());

/// Whether the password fits the hash; `None`: there is no such account, which takes as long.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let password: String = password.nfc().collect();
    let fits = |hash: &str| {
        PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
    };
    match (hash, NOBODY.as_deref()) {
        (Some(hash), _) => fits(hash),
        (None, Some(nobody)) => {
            fits(nobody);
            false
        }
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_01_a_hash_is_argon2id_with_the_least_that_owasp_asks() {
        let hash = hash("một mật khẩu đủ dài").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("một mật khẩu đủ dài", Some(&hash)));
        assert!(!verify("một mật khẩu khác hẳn", Some(&hash)));
        assert!(!verify("một mật khẩu đủ dài", None));
    }

    #[test]
    fn f_13_the_same_letters_in_another_unicode_form_fit() {
        let hash = hash("mật khẩu có dấu đầy đủ").unwrap();
        let decomposed: String = "mật khẩu có dấu đầy đủ".nfd().collect();
        assert!(verify(&decomposed, Some(&hash)));
    }

    #[test]
    fn f_13_short_and_guessable_passwords_are_refused() {
        assert_eq!(check("mười ba chữ.", "an"), Err(Weak::Short));
        assert_eq!(check(&"a1".repeat(65), "an"), Err(Weak::Long));
        assert_eq!(check("aaaaaaaaaaaaaaaaaaa", "an"), Err(Weak::Guessable));
        assert_eq!(check("abcdefghijklmnopqrs", "an"), Err(Weak::Guessable));
        assert_eq!(check("nguyenvanan2026nguyenvanan", "nguyenvanan"), Err(Weak::Guessable));
        assert_eq!(check("bốn con voi qua sông", "an"), Ok(()));
    }

    #[test]
    fn f_13_with_a_second_factor_eight_characters_are_enough() {
        assert_eq!(check_beside_second_factor("voi qua", "an"), Err(Weak::Short));
        assert_eq!(check_beside_second_factor("voi quá!", "an"), Ok(()));
        assert_eq!(check("voi quá!", "an"), Err(Weak::Short));
        assert_eq!(check_beside_second_factor("12345678", "an"), Err(Weak::Guessable));
        assert_eq!(check_beside_second_factor("thulan26", "thulan"), Err(Weak::Guessable));
    }
}
