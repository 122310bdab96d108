//! Passwords checked and hashed on threads of their own, few at a time: each takes memory and a core (security test
//! F-02).

use super::password;
use crate::{
    store::{StoreError, accounts},
    web::app::App,
};

/// Whether a password fits a hash; `None`: there is no such account, which takes as long.
pub async fn fits(app: &App, given: String, hash: Option<String>) -> bool {
    let Ok(_seat) = app.passwords.acquire().await else { return false };
    tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref())).await.unwrap_or(false)
}

/// The hash of a password; `None` if the system cannot give the memory.
pub async fn hash(app: &App, given: String) -> Option<String> {
    let _seat = app.passwords.acquire().await.ok()?;
    tokio::task::spawn_blocking(move || password::hash(&given)).await.ok()?.ok()
}

/// Hashes a password that fits anew where its hash was made with less than is asked for today, and gives the hash that
/// the account has then (security test F-01).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn renew(app: &App, account: &str, given: &str, old: String) -> Result<String, StoreError> {
    if password::is_current(&old) {
        return Ok(old);
    }
    let Some(new) = hash(app, given.to_owned()).await else { return Ok(old) };
    let mut db = app.store.write().await?;
    accounts::set_password(&mut db, account, &new, false).await?;
    db.commit().await?;
    tracing::info!(account, "a password's hash was renewed");
    Ok(new)
}
