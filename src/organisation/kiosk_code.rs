//! The code by which staff leave a tablet at a counter. It keeps passers-by on the page, no more: it opens nothing.

use crate::secret::Key;

/// Fewest characters of a code.
pub const SHORTEST: usize = 4;
/// Most characters of a code.
pub const LONGEST: usize = 32;

/// What is stored of a code: a keyed hash, bound to its campaign.
pub fn hash(key: &Key, campaign: &str, code: &str) -> [u8; 32] {
    key.hash("kiosk code", &[campaign.as_bytes(), code.trim().as_bytes()])
}
