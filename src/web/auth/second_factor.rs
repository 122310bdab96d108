//! The second factor: time-based one-time codes (TOTP, RFC 6238) from an app on a telephone, and recovery codes on paper
//! for the day when it is lost.
//!
//! *Where the secret is.* Nowhere. It follows from a random seed in the database and the server's key outside it: a copy of
//! the database alone holds nothing that makes a code (security test L-11), there is no ciphertext to keep, and no second
//! key to lose. Recovery codes are there as keyed hashes. The price: with another server key every telephone has to be set
//! up anew; but a server refuses a database that was made with another key anyway.
//!
//! SHA-1, six digits, thirty seconds: what every authenticator app knows. Some of them silently take these for anything
//! else, too.

use totp_rs::{Builder, Totp};
use unicode_normalization::UnicodeNormalization as _;

use crate::secret::{self, Key};

/// Length of a seed, in bytes.
pub const SEED: usize = 16;
/// A seed.
pub type Seed = [u8; SEED];
/// Length of a secret, in bytes: what RFC 4226 recommends.
const SECRET: usize = 20;
/// How long a code is shown, in seconds.
const STEP: u64 = 30;
/// Steps before and after the present one whose codes count, too: for clocks that differ and fingers that are slow
/// (security test F-11).
const SKEW: u16 = 1;
/// Digits of a code.
const DIGITS: u8 = 6;
/// How far a telephone's clock may be off for the set-up page to say so, in steps: a day either way.
const DRIFT: i64 = 2_880;

/// Recovery codes of an account.
pub const RECOVERY_CODES: usize = 10;
/// Length of a recovery code, in characters of 5 bits.
const RECOVERY: usize = 10;
/// The keyed hash of a recovery code.
pub type RecoveryHash = [u8; 32];

/// A new seed.
pub fn seed() -> Seed {
    secret::random::<SEED>()
}

/// What an account and its telephone share.
#[derive(Debug)]
pub struct Shared(Totp);

impl Shared {
    /// The secret of an account with this seed.
    pub fn new(key: &Key, account: &str, seed: &[u8]) -> Self {
        let hash = key.hash("second factor", &[account.as_bytes(), seed]);
        let mut secret = [0; SECRET];
        secret.copy_from_slice(&hash[..SECRET]);
        let builder = Builder::new().with_secret(secret).with_digits(DIGITS).with_step_duration(STEP);
        // Nothing is left to refuse: the secret has 160 bits.
        Self(builder.with_skew(SKEW).build_noncompliant())
    }

    /// The secret as an app takes it when it cannot read the QR code.
    pub fn text(&self) -> String {
        self.0.secret().to_base32()
    }

    /// What the QR code says: `issuer` and `account` are the names under which the app lists it.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let (issuer, account) = (encoded(issuer), encoded(account));
        let secret = self.text();
        // Algorithm, digits and period are what apps take when nothing is said: the less the code says, the better it scans.
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
    }

    /// The step whose code this is, at a moment in UTC milliseconds. Whoever asks sees to it that none counts twice.
    pub fn step_of(&self, code: &str, now: i64) -> Option<i64> {
        let step = self.0.check(&digits(code), u64::try_from(now / 1_000).ok()?)?;
        i64::try_from(step).ok()
    }

    /// By how many seconds the clock of the telephone that shows this code is ahead of ours, where that is why the code
    /// does not count. Only for whoever is being shown the secret: to others it would say which codes come later.
    pub fn drift(&self, code: &str, now: i64) -> Option<i64> {
        let code = digits(code);
        let step = i64::try_from(STEP).ok()?;
        let present = now / 1_000;
        // The nearest one: of codes of six digits some agree by chance.
        (1..=DRIFT).flat_map(|n| [n, -n]).map(|n| n * step).find(|away| {
            u64::try_from(present + away).is_ok_and(|time| self.0.generate(time).to_string() == code)
        })
    }

    /// The code of a moment.
    #[cfg(test)]
    fn code(&self, now: i64) -> String {
        self.0.generate(u64::try_from(now / 1_000).unwrap()).to_string()
    }
}

/// A code as it is compared: apps show it in groups, and keyboards for Vietnamese may write full-width digits.
fn digits(code: &str) -> String {
    code.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// Whether something typed can only be a recovery code: longer than any code of an app.
pub fn is_recovery(code: &str) -> bool {
    readable(code).len() > usize::from(DIGITS) + 2
}

/// New recovery codes, in two groups each, to be shown once.
pub fn recovery_codes() -> Vec<String> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let code = secret::token::<RECOVERY>();
            let (one, two) = code.split_at(RECOVERY / 2);
            format!("{one}-{two}")
        })
        .collect()
}

/// The keyed hash of a recovery code, however it was typed.
pub fn recovery_hash(key: &Key, account: &str, code: &str) -> RecoveryHash {
    key.hash("recovery code", &[account.as_bytes(), readable(code).as_bytes()])
}

/// A recovery code as it was made: without groups and capitals, and with the letters that Crockford's alphabet has for
/// those that look like them.
fn readable(code: &str) -> String {
    code.nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_010_000;
    const STEP_MS: i64 = 30_000;

    fn key() -> Key {
        Key::from_text("a key for this test").unwrap()
    }

    fn shared() -> Shared {
        Shared::new(&key(), "thulan", &[7; SEED])
    }

    /// RFC 6238, appendix B, cut to six digits as apps do.
    #[test]
    fn f_11_codes_are_those_of_the_standard() {
        let totp = Builder::new().with_secret(*b"12345678901234567890").build_noncompliant();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp.generate(seconds).to_string(), code);
        }
    }

    #[test]
    fn f_11_a_code_counts_one_step_early_or_late_and_no_more() {
        let shared = shared();
        for away in -3..=3 {
            let code = shared.code(NOW + away * STEP_MS);
            let found = shared.step_of(&code, NOW);
            let expected = (-1..=1).contains(&away).then_some(NOW / STEP_MS + away);
            assert_eq!(found, expected, "{away}");
        }
        for none in ["", "12345", "1234567", "abcdef", "+12345", "१२३४५६"] {
            assert_eq!(shared.step_of(none, NOW), None, "{none}");
        }
    }

    #[test]
    fn a_code_may_be_typed_in_groups_and_in_wide_digits() {
        let shared = shared();
        let code = shared.code(NOW);
        let wide: String =
            code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap()).collect();
        for typed in [format!(" {} {} ", &code[..3], &code[3..]), wide] {
            assert!(shared.step_of(&typed, NOW).is_some(), "{typed}");
        }
    }

    #[test]
    fn a_telephone_whose_clock_is_wrong_is_told_by_how_much() {
        let shared = shared();
        for away in [-40 * STEP_MS, 5 * STEP_MS, 120 * STEP_MS] {
            assert_eq!(shared.drift(&shared.code(NOW + away), NOW), Some(away / 1_000));
        }
        assert_eq!(shared.drift("no code", NOW), None);
    }

    #[test]
    fn l_11_the_secret_follows_from_key_account_and_seed_alone() {
        let text = shared().text();
        assert_eq!(text.len(), 32, "160 bits: {text}");
        assert_eq!(text, shared().text());
        let other = Key::from_text("another key for it").unwrap();
        for different in [
            Shared::new(&other, "thulan", &[7; SEED]),
            Shared::new(&key(), "hoa", &[7; SEED]),
            Shared::new(&key(), "thulan", &[8; SEED]),
        ] {
            assert_ne!(text, different.text());
        }
    }

    #[test]
    fn the_address_names_who_and_where_and_nothing_can_break_out_of_it() {
        let address = shared().address("khaosat.example.vn", "thu lan&secret=x");
        assert!(address.starts_with("otpauth://totp/khaosat%2Eexample%2Evn:thu%20lan%26secret%3Dx?secret="));
        assert_eq!(address.matches("secret=").count(), 1);
    }

    #[test]
    fn f_11_ten_recovery_codes_are_random_and_read_however_they_are_typed() {
        let codes = recovery_codes();
        assert_eq!(codes.len(), 10);
        let hashes: std::collections::BTreeSet<_> =
            codes.iter().map(|code| recovery_hash(&key(), "thulan", code)).collect();
        assert_eq!(hashes.len(), 10);
        let typed = codes[0].to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l");
        assert!(hashes.contains(&recovery_hash(&key(), "thulan", &typed)), "{typed}");
        assert!(!hashes.contains(&recovery_hash(&key(), "hoa", &codes[0])));
        assert!(is_recovery(&codes[0]) && !is_recovery("123 456") && !is_recovery("12345678"));
    }
}
