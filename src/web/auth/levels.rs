//! The rules for accounts that are asked for of a graded information system (“chế độ cấp độ”, TCVN 14423:2026), where the setting
//! `level_rules` is on (security test F-14). Off by default: passwords that must be changed and mixed become worse ones.
//!
//! Passwords of all four kinds of characters, none of the last five again, those of administrators for sixty days; after five
//! failures an account waits a quarter of an hour from wherever; administrators are signed out after five minutes; who has not
//! entered for 45 days is switched off.

use serde_json::{Value, json};

use super::in_turn;
use crate::{
    organisation::Role,
    store::{
        Store, StoreError,
        accounts::{self, Account},
        audit, levels, staff,
    },
    web::app::App,
};

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;
/// How long an administrator's password holds.
const PASSWORD: i64 = 60 * DAY;
/// How many passwords before the present one are none any more.
const BEFORE: i64 = 5;
/// After so long without an entry an account is switched off.
const UNUSED: i64 = 45 * DAY;
/// After so long without a request an administrator is signed out.
pub const ADMINISTRATOR_IDLE: i64 = 5 * 60_000;

/// Whether an account's password must be changed before anything else.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn must_renew(app: &App, account: &Account) -> Result<bool, StoreError> {
    if !app.config.level_rules || account.role != Role::Administrator {
        return Ok(false);
    }
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let since = levels::since(&mut db, now).await?;
    let set = levels::password_since(&mut db, &account.name, since).await?;
    db.commit().await?;
    Ok(now - set >= PASSWORD)
}

/// Whether an account has had this password lately.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn was_used(app: &App, account: &str, given: &str) -> Result<bool, StoreError> {
    if !app.config.level_rules {
        return Ok(false);
    }
    let mut db = app.store.read().await?;
    let present = accounts::find(&mut db, account).await?.map(|account| account.password_hash);
    let before = levels::passwords_before(&mut db, account, BEFORE - 1).await?;
    drop(db);
    for hash in present.into_iter().filter(|hash| !hash.is_empty()).chain(before) {
        if in_turn::fits(app, given.to_owned(), Some(hash)).await {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Switches off who has not entered for long, and ends their sessions; never the last administrator.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn switch_off_unused(store: &Store, now: i64) -> Result<(), StoreError> {
    let mut db = store.write().await?;
    let since = levels::since(&mut db, now).await?;
    for name in levels::idle(&mut db, now - UNUSED, since).await? {
        staff::set_disabled(&mut db, &name, true).await?;
        accounts::end_sessions(&mut db, &name).await?;
        staff::sweep_links(&mut db, &name, now).await?;
        tracing::info!(account = name, "not used for long: switched off");
        let entry = audit::Entry {
            actor: String::new(),
            origin: String::new(),
            action: "account.idle",
            object: name,
            before: Value::Null,
            after: json!({ "disabled": true, "days": UNUSED / DAY }),
        };
        audit::append(&mut db, now, &entry).await?;
    }
    db.commit().await
}
