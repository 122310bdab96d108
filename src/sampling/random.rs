//! Random numbers that anybody can recompute: SHA-256 of the seed and the thing they belong to.
//!
//! The number of a row is SHA-256 of `SEED:row:KEY`, a text in UTF-8, read as a whole number of 256 bits, most
//! significant byte first; `printf '%s' 'SEED:row:17' | sha256sum` prints it. The start of a systematic sample is the
//! first 64 bits of `SEED:start`. A generator's stream would hang on the version of a library and on how often it was
//! asked before; these numbers hang on nothing else, and a row keeps its number when others come or go (a permanent
//! random number, Ohlsson 1995).

use sha2::{Digest, Sha256};

/// The name of the way in which seeds and rows become draws. Another way must get another name.
pub const ALGORITHM: &str = "sipas-draw-sha256-1";

/// A row's random number; compared byte by byte it is compared as a number.
pub type Rank = [u8; 32];

/// The random number of the row with this key.
#[must_use]
pub fn rank(seed: &str, key: &str) -> Rank {
    Sha256::digest(format!("{seed}:row:{key}")).into()
}

/// The start of a systematic sample, a whole number of 64 bits: the part of an interval times 2⁶⁴.
#[must_use]
pub fn start(seed: &str) -> u64 {
    let digest: Rank = Sha256::digest(format!("{seed}:start")).into();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::hex;

    #[test]
    fn numbers_are_those_of_sha256sum() {
        // printf '%s' 'Xổ số 24/11/2026:row:17' | sha256sum
        assert_eq!(
            hex(&rank("Xổ số 24/11/2026", "17")),
            "1f303f531d58bf91405831426813d2da801096fc976148eab1f56d4eaec4d2c0"
        );
        // printf '%s' 'Xổ số 24/11/2026:start' | sha256sum | cut -c1-16
        assert_eq!(format!("{:016x}", start("Xổ số 24/11/2026")), "1dd7e2efe055ac0c");
    }
}
