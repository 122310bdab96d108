//! `sipas user token`: access tokens of programs.

use clap::Subcommand;
use i18n_embed_fl::fl;
use jiff::Timestamp;

use super::{Failure, Settings, Surroundings, language, print, say, surroundings::did};
use crate::{
    clock,
    store::{StoreError, access_tokens, accounts, accounts::Account},
    web::{
        admin::access_tokens::{DAYS, MADE, Order, REVOKED, revoke},
        auth::access::{self, Scope},
        views::admin::access_tokens::Wrong,
    },
};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a token and prints it, once. It reads what the account may read, within its scopes.
    Make {
        /// Name of the account.
        account: String,
        /// What the token is called: which program uses it.
        #[arg(long)]
        name: String,
        /// What it may be used for; may be given several times: campaigns:read, units:read, counts:read, reports:read,
        /// exports:read.
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope)]
        scopes: Vec<Scope>,
        /// For how many days.
        #[arg(long, default_value_t = DAYS[1])]
        days: i64,
    },
    /// Prints the tokens of an account: id, name, scopes, last day, day of the last use (tab separated).
    List {
        /// Name of the account.
        account: String,
    },
    /// Revokes a token.
    Revoke {
        /// Name of the account.
        account: String,
        /// Id of the token.
        id: String,
    },
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_code(text).ok_or_else(|| Scope::ALL.map(Scope::code).join(", "))
}

/// Runs it.
///
/// # Errors
/// [`Failure::Input`] for an account or token that there is not, or a scope that the account has no right to;
/// [`Failure::Unreachable`] for the database.
pub async fn run(settings: &Settings, command: &Command) -> Result<(), Failure> {
    let here = settings.open().await?;
    match command {
        Command::Make { account, name, scopes, days } => {
            let mut scopes = scopes.clone();
            scopes.sort_unstable();
            scopes.dedup();
            let order = Order { name: name.trim().to_owned(), scopes, days: *days };
            make(&here, account, &order).await
        }
        Command::List { account } => list(&here, account).await,
        Command::Revoke { account, id } => take_back(&here, account, id).await,
    }
}

async fn known(here: &Surroundings, name: &str) -> Result<Account, Failure> {
    let found = async { accounts::find(&mut here.store.read().await?, name).await };
    found
        .await
        .map_err(|error: StoreError| here.database(&error))?
        .ok_or_else(|| Failure::Input(fl!(language().messages(), "signin-user-unknown", name = name)))
}

async fn make(here: &Surroundings, name: &str, order: &Order) -> Result<(), Failure> {
    let lang = language();
    let account = known(here, name).await?;
    let may = |scope: Scope| access::allows(account.role, account.unit.is_some(), scope.permission());
    if let Some(wrong) = order.check(may).first() {
        let words = match wrong {
            Wrong::Scopes => fl!(lang.messages(), "token-role-lacks"),
            other => other.words(lang),
        };
        return Err(Failure::Input(words));
    }
    let failed = |error: StoreError| here.database(&error);
    let mut db = here.store.write().await.map_err(failed)?;
    let by = did(MADE, name);
    let made = order.make(&mut db, &here.key, name, false, by, here.clock.now()).await.map_err(failed)?;
    let Some(token) = made else { return Err(Failure::Input(Wrong::TooMany.words(lang))) };
    db.commit().await.map_err(failed)?;
    say(fl!(lang.messages(), "token-made", name = order.name.as_str()));
    print(format_args!("{token}\n"));
    Ok(())
}

async fn list(here: &Surroundings, name: &str) -> Result<(), Failure> {
    known(here, name).await?;
    let found = async { access_tokens::of(&mut here.store.read().await?, name).await };
    for token in found.await.map_err(|error: StoreError| here.database(&error))? {
        let last =
            Timestamp::from_millisecond(token.expires.saturating_sub(1)).unwrap_or(Timestamp::UNIX_EPOCH);
        let last = last.to_zoned_datetime(clock::province()).date();
        let used = token.used.and_then(|day| clock::date(i32::try_from(day).ok()?));
        let used = used.map_or_else(|| "-".to_owned(), |day| day.to_string());
        print(format_args!("{}\t{}\t{}\t{last}\t{used}\n", token.id, token.name, token.scopes));
    }
    Ok(())
}

async fn take_back(here: &Surroundings, name: &str, id: &str) -> Result<(), Failure> {
    let m = language().messages();
    known(here, name).await?;
    let failed = |error: StoreError| here.database(&error);
    let mut db = here.store.write().await.map_err(failed)?;
    if !revoke(&mut db, name, id, did(REVOKED, name), here.clock.now()).await.map_err(failed)? {
        return Err(Failure::Input(fl!(m, "token-unknown", id = id)));
    }
    db.commit().await.map_err(failed)?;
    say(fl!(m, "token-revoked"));
    Ok(())
}
