//! Who accounts are at the single sign-on: set by an administrator, never by whoever signs in.

use super::{AsConn, StoreError, Writer, on};

/// Who an account is at the single sign-on.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Identity {
    /// The provider's name for them, or an e-mail address that it has verified; absent: nobody.
    pub name: Option<String>,
    /// Whether the account's password counts for nothing.
    pub password_off: bool,
}

/// Who an account is; `None` where there is no such account.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of(db: &mut impl AsConn, account: &str) -> Result<Option<Identity>, StoreError> {
    if !super::storable(account) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_as("SELECT oidc_subject AS name, password_off FROM account WHERE name = $1")
        .bind(account)
        .fetch_optional(c)
        .await)?)
}

/// The account that this is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn account(db: &mut impl AsConn, name: &str) -> Result<Option<String>, StoreError> {
    if !super::storable(name) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_scalar("SELECT name FROM account WHERE oidc_subject = $1")
        .bind(name)
        .fetch_optional(c)
        .await)?)
}

/// Sets who an account is; false, and nothing changed, where another account is that already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set(db: &mut Writer, account: &str, identity: &Identity) -> Result<bool, StoreError> {
    let changed: Option<String> = on!(db, |c| sqlx::query_scalar(
        "UPDATE account SET oidc_subject = $2, password_off = $3
         WHERE name = $1 AND NOT EXISTS
             (SELECT 1 FROM account other WHERE other.oidc_subject = $2 AND other.name <> $1)
         RETURNING name"
    )
    .bind(account)
    .bind(&identity.name)
    .bind(identity.password_off)
    .fetch_optional(c)
    .await)?;
    Ok(changed.is_some())
}
