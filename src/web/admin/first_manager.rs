//! The account for making surveys, where whoever sets the system up makes surveys, too.
//!
//! Who gives rights away reads no answers (security test E-07), so that one person who does both has two accounts. The
//! set-up link can make both at once: whoever holds it could as well invite the second account and open its link. Each has
//! a password of its own, or the second would be no second door.

use i18n_embed_fl::fl;
use serde_json::json;

use crate::{
    language::Lang,
    organisation::Role,
    store::{StoreError, Writer, accounts, audit},
    web::{
        auth::{password::Whose, session},
        form::Fields,
        views::admin::{form::Fault, password as view},
    },
};

/// Names of the fields.
pub mod field {
    /// The account's name.
    pub const NAME: &str = "manager";
    /// Its password.
    pub const PASSWORD: &str = "manager_password";
    /// The password once more.
    pub const AGAIN: &str = "manager_again";
}

/// The account, with its password hashed.
#[derive(Debug)]
pub struct Manager {
    /// Its name.
    pub name: String,
    /// Hash of its password.
    pub hash: String,
}

/// Name and password of the account, if one is asked for; what is wrong goes to `faults`. `administrator` is whose the
/// other account is, `taken` its password.
pub fn asked(
    lang: Lang,
    fields: &Fields,
    administrator: &Whose<'_>,
    taken: &str,
    faults: &mut Vec<Fault>,
) -> Option<(String, String)> {
    let m = lang.messages();
    let of = |name: &str| fields.one(name).unwrap_or_default();
    let (name, given, again) = (of(field::NAME).trim(), of(field::PASSWORD), of(field::AGAIN));
    if name.is_empty() && given.is_empty() && again.is_empty() {
        return None;
    }
    if !accounts::is_name(name) {
        faults.push(Fault::new(field::NAME, view::name_words(lang)));
    } else if name == administrator.name {
        faults.push(Fault::new(field::NAME, fl!(m, "setup-manager-same-name")));
    }
    let whose = Whose { name, ..*administrator };
    let of_manager = |fault: Fault| {
        let at = if fault.field == "again" { field::AGAIN } else { field::PASSWORD };
        Fault::new(at, fault.words)
    };
    let before = faults.len();
    faults.extend(view::check(lang, given, again, &whose).into_iter().map(of_manager));
    if faults.len() == before && given == taken {
        faults.push(Fault::new(field::PASSWORD, fl!(m, "setup-manager-same-password")));
    }
    Some((name.to_owned(), given.to_owned()))
}

/// Adds the account in the transaction that adds `administrator`; false if there is one of its name.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn add(
    db: &mut Writer,
    manager: &Manager,
    administrator: &str,
    origin: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let account = accounts::Account {
        name: manager.name.clone(),
        password_hash: manager.hash.clone(),
        role: Role::Manager,
        unit: None,
        disabled: false,
        expires: None,
    };
    if !accounts::add(db, &account, now).await? {
        return Ok(false);
    }
    let role = json!({ "role": Role::Manager, "by": "set-up link" });
    let entry = session::about(administrator, origin.to_owned(), "account.add", &manager.name).with(role);
    audit::append(db, now, &entry).await?;
    Ok(true)
}
