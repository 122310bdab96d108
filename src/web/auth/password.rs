//! Passwords: what is accepted, and their Argon2id hashes.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{
        Error,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use unicode_normalization::UnicodeNormalization as _;

use super::{blocks, common};

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
    /// One that many people use, or little more than a common word or the name of a unit.
    #[error("used by many")]
    Common,
    /// Without one of the four kinds of characters, where the settings ask for all of them.
    #[error("not of all kinds of characters")]
    Kinds,
}

/// Whose password it is to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// The account's name.
    pub name: &'a str,
    /// Whether the account has a second factor. Should it lose that one, the log-in sees to it that another one is set up before
    /// anything else (`web::admin::entry`).
    pub second_factor: bool,
    /// Names of units, which everybody here can guess.
    pub units: &'a [String],
    /// Whether capital and small letters, digits and other signs must all be in it (`web::auth::levels`).
    pub kinds: bool,
}

impl Whose<'_> {
    /// Fewest characters.
    pub const fn shortest(&self) -> usize {
        if self.second_factor { SHORTEST_WITH_SECOND_FACTOR } else { SHORTEST }
    }
}

/// Whether a password is long enough to stand without a second factor.
pub fn may_stand_alone(password: &str) -> bool {
    characters(password).count() >= SHORTEST
}

fn characters(password: &str) -> impl Iterator<Item = char> {
    password.nfc().flat_map(char::to_lowercase)
}

/// Whether a password may be used by an account.
///
/// # Errors
/// [`Weak`].
pub fn check(password: &str, whose: &Whose<'_>) -> Result<(), Weak> {
    let (name, shortest) = (whose.name, whose.shortest());
    let characters: Vec<char> = characters(password).collect();
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
    if different.len() < 5 || sequence || named {
        return Err(Weak::Guessable);
    }
    if common::is_common(password, whose.units.iter().map(String::as_str)) {
        return Err(Weak::Common);
    }
    let kinds: [fn(char) -> bool; 4] =
        [char::is_uppercase, char::is_lowercase, |c| c.is_numeric(), |c| !c.is_alphanumeric()];
    if whose.kinds && !kinds.iter().all(|kind| password.nfc().any(kind)) {
        return Err(Weak::Kinds);
    }
    Ok(())
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default()
}

/// What Argon2 makes of a password and a salt, `length` bytes.
fn derive(argon2: &Argon2<'_>, password: &str, salt: &[u8], length: usize) -> Result<Output, Error> {
    let mut buffer = [0_u8; Output::MAX_LENGTH];
    let out = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
    let password: String = password.nfc().collect();
    blocks::derive(argon2, params().block_count(), password.as_bytes(), salt, out)?;
    Ok(Output::new(out)?)
}

/// The hash of a password in PHC form, with its own salt.
///
/// # Errors
/// When the system cannot give the memory.
pub fn hash(password: &str) -> Result<String, Error> {
    let salt = Salt::new(&crate::secret::random::<16>())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params());
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params())?,
        salt: Some(salt),
        hash: Some(derive(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
    };
    Ok(hash.to_string())
}

/// Whether a password gives this hash; all that Argon2 can make, so that older ones fit, too.
fn gives(password: &str, hash: &str) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let argon2 = Argon2::new(algorithm, version, Params::try_from(&hash).ok()?);
    let expected = hash.hash?;
    // Outputs compare in constant time.
    Some(derive(&argon2, password, &hash.salt?, expected.len()).ok()? == expected)
}

/// Whether a hash was made as hashes are made today.
pub fn is_current(hash: &str) -> bool {
    hash.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$"))
}

/// A hash that no password fits, so that an unknown name takes as long as a wrong password (security test F-05).
static NOBODY: LazyLock<Option<String>> =
    LazyLock::new(|| hash(&crate::secret::hex(&crate::secret::random::<32>())).ok());

/// Whether the password fits the hash; `None`: there is no such account, which takes as long.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let fits = |hash: &str| gives(password, hash).unwrap_or(false);
    // An invited account that has no password yet takes as long, too.
    match (hash.filter(|hash| !hash.is_empty()), NOBODY.as_deref()) {
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
    fn f_01_hashes_that_others_made_with_less_or_more_fit() {
        // Test vectors of the reference implementation (phc-winner-argon2, src/test.c).
        for hash in [
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ] {
            assert!(verify("password", Some(hash)), "{hash}");
            assert!(!verify("passwort", Some(hash)), "{hash}");
            assert!(!is_current(hash));
        }
        assert!(!verify(
            "password",
            Some(
                "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
            )
        ));
        assert!(!verify("password", Some("none")));
    }

    #[test]
    fn f_13_the_same_letters_in_another_unicode_form_fit() {
        let hash = hash("mật khẩu có dấu đầy đủ").unwrap();
        let decomposed: String = "mật khẩu có dấu đầy đủ".nfd().collect();
        assert!(verify(&decomposed, Some(&hash)));
    }

    fn of(name: &str) -> Whose<'_> {
        Whose { name, ..Whose::default() }
    }

    #[test]
    fn f_13_short_and_guessable_passwords_are_refused() {
        assert_eq!(check("mười ba chữ.", &of("an")), Err(Weak::Short));
        assert_eq!(check(&"a1".repeat(65), &of("an")), Err(Weak::Long));
        assert_eq!(check("aaaaaaaaaaaaaaaaaaa", &of("an")), Err(Weak::Guessable));
        assert_eq!(check("abcdefghijklmnopqrs", &of("an")), Err(Weak::Guessable));
        assert_eq!(check("nguyenvanan2026nguyenvanan", &of("nguyenvanan")), Err(Weak::Guessable));
        assert_eq!(check("bốn con voi qua sông", &of("an")), Ok(()));
        // As long as one may be, with blanks and letters of any kind.
        assert_eq!(check(&"bốn con voi. ".repeat(9), &of("an")), Ok(()));
        assert_eq!(check("Matkhau@01012026", &of("an")), Err(Weak::Common));
        let units = ["Sở Nội vụ".to_owned()];
        assert_eq!(check("Sở Nội vụ 2026", &Whose { units: &units, ..of("an") }), Err(Weak::Common));
    }

    #[test]
    fn f_13_with_a_second_factor_eight_characters_are_enough() {
        let beside = |name| Whose { second_factor: true, ..of(name) };
        assert_eq!(check("voi qua", &beside("an")), Err(Weak::Short));
        assert_eq!(check("voi quá!", &beside("an")), Ok(()));
        assert_eq!(check("voi quá!", &of("an")), Err(Weak::Short));
        assert!(may_stand_alone("bốn con voi qua sông") && !may_stand_alone("voi quá!"));
        assert_eq!(check("12345678", &beside("an")), Err(Weak::Guessable));
        assert_eq!(check("trustno1", &beside("an")), Err(Weak::Common));
        assert_eq!(check("thulan26", &beside("thulan")), Err(Weak::Guessable));
    }

    #[test]
    fn f_14_all_four_kinds_of_characters_where_the_settings_ask_for_them() {
        let kinds = Whose { kinds: true, ..of("an") };
        for weak in ["bốn con voi qua sông", "Bốn con voi qua sông", "Bốnconvoi4quasông", "bốn con voi 4 qua"]
        {
            assert_eq!(check(weak, &kinds), Err(Weak::Kinds), "{weak}");
        }
        assert_eq!(check("Bốn con voi qua 4 sông", &kinds), Ok(()));
    }
}
