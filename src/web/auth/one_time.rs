//! One-time links of staff: to set a first password, a new one, or to make the first account of all. Only the keyed hash
//! of a link's token is kept; opening one uses nothing up, setting a password does.

use crate::{
    secret::{self, Key},
    store::{StoreError, Writer, staff},
};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An invitation: the account has no password yet.
    Invitation,
    /// A forgotten password.
    Reset,
}

impl Purpose {
    /// As it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// How long a link works, in milliseconds: three days, or half an hour (security test F-12).
    pub const fn lasts(self) -> i64 {
        match self {
            Self::Invitation => 72 * 60 * 60_000,
            Self::Reset => 30 * 60_000,
        }
    }
}

/// How long the set-up link of a new database works, in milliseconds (security test F-10).
pub const SETUP_LASTS: i64 = 60 * 60_000;

/// Length of a token, in characters of 5 bits.
const TOKEN: usize = 26;

/// The hash of a token as it is kept.
pub fn hash(key: &Key, token: &str) -> [u8; 32] {
    key.hash("one-time link", &[token.as_bytes()])
}

/// The address of a link.
pub fn address(base_url: &str, token: &str) -> String {
    format!("{base_url}/admin/dat-mat-khau/{token}")
}

/// Makes a link for an account and ends the one it had; gives its address.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn make(
    db: &mut Writer,
    key: &Key,
    base_url: &str,
    account: &str,
    purpose: Purpose,
    now: i64,
) -> Result<String, StoreError> {
    let token = secret::token::<TOKEN>();
    staff::put_link(db, &hash(key, &token), account, purpose.code(), now + purpose.lasts()).await?;
    Ok(address(base_url, &token))
}

/// Makes the set-up link of a database that has no accounts; `None` where there are some.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn make_setup(
    db: &mut Writer,
    key: &Key,
    base_url: &str,
    now: i64,
) -> Result<Option<String>, StoreError> {
    let token = secret::token::<TOKEN>();
    let kept = staff::put_setup(db, &secret::hex(&hash(key, &token)), now + SETUP_LASTS).await?;
    Ok(kept.then(|| address(base_url, &token)))
}
