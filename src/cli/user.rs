//! `sipas user add`: accounts of staff.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Subcommand;
use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, language, print, say, surroundings::did, user_token};
use crate::{
    organisation::Role,
    secret,
    store::{
        accounts::{self, Account},
        audit, second_factors, units,
    },
    web::{
        admin::identity,
        auth::password::{self, Whose},
        views::admin::password as password_words,
    },
};

/// Flags of `sipas user`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Adds an account. The password is read from standard input if something is piped in, else one is made and
    /// printed once.
    Add {
        /// Name used to log in.
        name: String,
        /// What the account may do.
        #[arg(long, value_enum)]
        role: Word,
        /// The unit that the account is bound to.
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
    },
    /// Who an account is at the single sign-on; ends its sessions.
    Sso {
        /// Name of the account.
        name: String,
        /// The single sign-on's name for the person (`sub`), or an e-mail address that it has verified; absent: nobody.
        identity: Option<String>,
        /// The account is entered through the single sign-on alone; its password counts for nothing.
        #[arg(long)]
        password_off: bool,
    },
    /// Access tokens of an account, by which programs read the API.
    Token {
        #[command(subcommand)]
        command: user_token::Command,
    },
    /// The second factor of an account.
    SecondFactor {
        #[command(subcommand)]
        command: SecondFactor,
    },
}

#[derive(Debug, Subcommand)]
enum SecondFactor {
    /// Removes it and ends the account's sessions: for somebody who has lost telephone and recovery codes.
    Remove {
        /// Name of the account.
        name: String,
    },
}

/// The roles on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Word {
    /// Runs the system: accounts and settings, no single answers.
    Administrator,
    /// The Department of Home Affairs: units, campaigns, counters, lists of people, comments.
    #[value(alias = "department")]
    Manager,
    /// Reads what belongs to a unit and those below it.
    #[value(alias = "unit")]
    Officer,
    /// Reads published results.
    Viewer,
    /// Reads the audit log.
    Auditor,
}

impl From<Word> for Role {
    fn from(word: Word) -> Self {
        match word {
            Word::Administrator => Self::Administrator,
            Word::Manager => Self::Manager,
            Word::Officer => Self::Officer,
            Word::Viewer => Self::Viewer,
            Word::Auditor => Self::Auditor,
        }
    }
}

/// Characters of a password that is made: 100 bits.
const MADE: usize = 20;

/// Runs `sipas user`.
///
/// # Errors
/// [`Failure::Input`] for a name in use, an unknown unit or a weak password; [`Failure::Unreachable`] for the database.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let (name, role, unit) = match &args.command {
        Command::Add { name, role, unit } => (name, role, unit),
        Command::Sso { name, identity, password_off } => {
            return set_identity(args, name, identity.as_deref().unwrap_or_default(), *password_off).await;
        }
        Command::Token { command } => return user_token::run(&args.settings, command).await,
        Command::SecondFactor { command: SecondFactor::Remove { name } } => {
            return remove_second_factor(args, name).await;
        }
    };
    let name = name.trim();
    if !accounts::is_name(name) {
        return Err(Failure::Input(fl!(m, "signin-name-wrong")));
    }
    let role = Role::from(*role);
    match role.needs_unit() {
        Some(true) if unit.is_none() => return Err(Failure::Input(fl!(m, "user-needs-unit"))),
        Some(false) if unit.is_some() => return Err(Failure::Input(fl!(m, "user-no-unit"))),
        _ => {}
    }
    let (given, made) = match piped()? {
        Some(password) => (password, false),
        None => (make(), true),
    };
    let here = args.settings.open().await?;
    let failed = |error: crate::store::StoreError| here.database(&error);
    let mut db = here.store.write().await.map_err(failed)?;
    if let Some(unit) = unit
        && units::name(&mut db, unit).await.map_err(failed)?.is_none()
    {
        return Err(Failure::Input(fl!(m, "user-unknown-unit", unit = unit.as_str())));
    }
    let units = units::names(&mut db).await.map_err(failed)?;
    let whose = Whose { name, units: &units, kinds: here.config.level_rules, second_factor: false };
    password::check(&given, &whose)
        .map_err(|weak| Failure::Input(password_words::weak_words(language(), weak, &whose)))?;
    let account = Account {
        name: name.to_owned(),
        password_hash: password::hash(&given).map_err(|error| Failure::Unreachable(error.to_string()))?,
        role,
        unit: unit.clone(),
        disabled: false,
        expires: None,
    };
    if !accounts::add(&mut db, &account, here.clock.now()).await.map_err(failed)? {
        return Err(Failure::Input(fl!(m, "user-exists", name = name)));
    }
    let entry = did("account.add", name).with(json!({ "role": role, "unit": unit }));
    audit::append(&mut db, here.clock.now(), &entry).await.map_err(failed)?;
    db.commit().await.map_err(failed)?;
    say(fl!(m, "user-added", name = name));
    if made {
        print(format_args!("{name}\t{given}\n"));
    }
    Ok(())
}

/// Sets who an account is at the single sign-on.
async fn set_identity(args: &Args, name: &str, identity: &str, password_off: bool) -> Result<(), Failure> {
    let m = language().messages();
    let here = args.settings.open().await?;
    let failed = |error: crate::store::StoreError| here.database(&error);
    let wrong = |wrong: identity::Wrong| Failure::Input(wrong.words(language()));
    let checked = identity::checked(&here.config, identity, password_off).map_err(wrong)?;
    let mut db = here.store.write().await.map_err(failed)?;
    if accounts::find(&mut db, name).await.map_err(failed)?.is_none() {
        return Err(Failure::Input(fl!(m, "signin-user-unknown", name = name)));
    }
    let by = did("account.sso", name);
    if !identity::set(&mut db, here.clock.now(), name, &checked, by).await.map_err(failed)? {
        return Err(wrong(identity::Wrong::Taken));
    }
    db.commit().await.map_err(failed)?;
    say(fl!(m, "signin-sso-done"));
    Ok(())
}

/// Takes the second factor of an account away and ends its sessions.
async fn remove_second_factor(args: &Args, name: &str) -> Result<(), Failure> {
    let m = language().messages();
    let here = args.settings.open().await?;
    let failed = |error: crate::store::StoreError| here.database(&error);
    let mut db = here.store.write().await.map_err(failed)?;
    if accounts::find(&mut db, name).await.map_err(failed)?.is_none() {
        return Err(Failure::Input(fl!(m, "signin-user-unknown", name = name)));
    }
    if !second_factors::remove(&mut db, name).await.map_err(failed)? {
        return Err(Failure::Input(fl!(m, "signin-user-none", name = name)));
    }
    accounts::end_sessions(&mut db, name).await.map_err(failed)?;
    let entry = did("account.second-factor-remove", name);
    audit::append(&mut db, here.clock.now(), &entry).await.map_err(failed)?;
    db.commit().await.map_err(failed)?;
    say(fl!(m, "signin-user-removed", name = name));
    Ok(())
}

/// A password of random letters and digits in groups, easy to copy from paper.
pub fn make() -> String {
    let token = secret::token::<MADE>();
    let groups: Vec<&str> = (0..MADE / 5).filter_map(|group| token.get(group * 5..group * 5 + 5)).collect();
    groups.join("-")
}

/// The first line of standard input, if something is piped in.
fn piped() -> Result<Option<String>, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(|error| Failure::Input(error.to_string()))?;
    let line = line.trim_end_matches(['\n', '\r']);
    Ok((!line.is_empty()).then(|| line.to_owned()))
}
