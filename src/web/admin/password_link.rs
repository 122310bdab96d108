//! A one-time link: setting a password with it, or making the first account ([`first_manager`]: and the second one).

use axum::{
    extract::{Query, Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::{
    accounts::InvitePath,
    entry::{self, Way},
    first_manager::{self, Manager},
    units::import::ImportPath,
};
use crate::{
    language::Lang,
    organisation::Role,
    secret::hex,
    store::{StoreError, accounts, audit, identities, levels as noted, staff, units},
    web::{
        app::App,
        auth::{
            in_turn, levels, one_time,
            password::Whose,
            session::{self, Arrival},
        },
        error::{self, NotFound},
        form::{self, Fields},
        respond::answer::Wanted,
        views::{
            admin::{form::Fault, password as view},
            message::Kind,
        },
    },
};

/// A link as it is given.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/dat-mat-khau/{token}", rejection(NotFound))]
pub struct LinkPath {
    /// Its token.
    pub token: String,
}

/// Where the form goes: the token is in the body from now on.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/dat-mat-khau")]
pub struct SetPath;

/// Whom a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whom {
    /// This account.
    Account(String),
    /// Whoever sets the system up.
    First,
}

async fn whom(app: &App, token: &str) -> Result<Option<Whom>, StoreError> {
    let (hash, now) = (one_time::hash(&app.key, token), app.clock.now());
    let mut db = app.store.read().await?;
    if let Some(account) = staff::link(&mut db, &hash, now).await? {
        return Ok(Some(Whom::Account(account)));
    }
    Ok(staff::is_setup(&mut db, &hex(&hash), now).await?.then_some(Whom::First))
}

/// Shows the form; uses nothing up, since mail scanners open links, too.
pub async fn show(path: LinkPath, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    match whom(&app, &path.token).await {
        Ok(Some(whom)) => {
            error::html(StatusCode::OK, form(lang, &path.token, &whom, &Fields::default(), &[]))
        }
        Ok(None) => gone(lang),
        Err(error) => error::of_store(&error, lang),
    }
}

fn form(lang: Lang, token: &str, whom: &Whom, fields: &Fields, faults: &[Fault]) -> String {
    let account = match whom {
        Whom::Account(account) => Some(account.as_str()),
        Whom::First => None,
    };
    view::by_link(lang, token, account, fields, faults).into_string()
}

fn gone(lang: Lang) -> Response {
    error::html(StatusCode::GONE, view::gone(lang).into_string())
}

/// Sets the password. It ends the account's sessions and leaves its second factor as it is (security test F-12).
pub async fn set(
    _: SetPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::LOGIN).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let token = fields.one("token").unwrap_or_default().to_owned();
    let whom = match whom(&app, &token).await {
        Ok(Some(whom)) => whom,
        Ok(None) => return gone(lang),
        Err(error) => return error::of_store(&error, lang),
    };
    let (second_factor, units) = match surroundings(&app, &whom).await {
        Ok(found) => found,
        Err(error) => return error::of_store(&error, lang),
    };
    let name = match &whom {
        Whom::Account(account) => account.clone(),
        Whom::First => fields.one("name").unwrap_or_default().trim().to_owned(),
    };
    let given = fields.one("password").unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    if whom == Whom::First && !accounts::is_name(&name) {
        faults.push(Fault::new("name", view::name_words(lang)));
    }
    let whose = Whose { name: &name, second_factor, units: &units, kinds: app.config.level_rules };
    faults.extend(view::check(lang, &given, fields.one("again").unwrap_or_default(), &whose));
    let manager = match &whom {
        Whom::Account(_) => None,
        Whom::First => first_manager::asked(lang, &fields, &whose, &given, &mut faults),
    };
    if faults.is_empty() {
        match levels::was_used(&app, &name, &given).await {
            Ok(true) => faults.push(view::used_before(lang)),
            Ok(false) => {}
            Err(error) => return error::of_store(&error, lang),
        }
    }
    if !faults.is_empty() {
        let page = form(lang, &token, &whom, &fields, &faults);
        return error::html(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    let Some(hash) = in_turn::hash(&app, given.clone()).await else {
        return error::page(lang, Kind::Unavailable);
    };
    let manager = match manager {
        None => None,
        Some((name, given)) => match in_turn::hash(&app, given.clone()).await {
            Some(hash) => Some((Manager { name, hash }, given)),
            None => return error::page(lang, Kind::Unavailable),
        },
    };
    match keep(&app, &token, &whom, &name, &hash, manager.as_ref().map(|(manager, _)| manager), &parts).await
    {
        Ok(true) => {
            // What comes next is making surveys, and the account for that has just got its password.
            let (name, given, next) = match &manager {
                Some((manager, given)) => {
                    (&manager.name, given, units.is_empty().then(|| ImportPath.to_string()))
                }
                // Who sets the system up makes no surveys: the next step is to invite somebody who does.
                None => (&name, &given, (whom == Whom::First).then(|| InvitePath.to_string())),
            };
            enter(&app, name, given, next, &parts, lang).await
        }
        Ok(false) => gone(lang),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Goes on as after a log-in: whoever has just set the password need not type it once more. A second factor is asked for as
/// ever, one that is compulsory is set up first, and the session is a new one (security test F-06): what this browser was
/// logged in as before ends here.
async fn enter(
    app: &App,
    name: &str,
    given: &str,
    next: Option<String>,
    parts: &Parts,
    lang: Lang,
) -> Response {
    let found = async {
        let mut db = app.store.read().await?;
        let off = identities::of(&mut db, name).await?.is_some_and(|identity| identity.password_off);
        Ok::<_, StoreError>(accounts::find(&mut db, name).await?.filter(|_| !off))
    };
    let account = match found.await {
        Ok(account) => account.filter(|account| account.is_usable(app.clock.now())),
        Err(error) => return error::of_store(&error, lang),
    };
    let (Some(account), Some(client)) = (account, session::client(app, parts)) else {
        return error::html(StatusCode::OK, view::done(lang).into_string());
    };
    if let Err(error) = session::end(app, parts).await {
        return error::of_store(&error, lang);
    }
    let way = Way { lang, next, kept: None };
    entry::after_password(app, &account, given, &Arrival::of(parts, client), &way).await
}

/// Whether there is a second factor, and the names of units, which no password may be.
async fn surroundings(app: &App, whom: &Whom) -> Result<(bool, Vec<String>), StoreError> {
    let mut db = app.store.read().await?;
    let names = units::names(&mut db).await?;
    let Whom::Account(account) = whom else { return Ok((false, names)) };
    let listed = staff::get(&mut db, account).await?;
    Ok((listed.is_some_and(|listed| listed.has_second_factor), names))
}

/// False if somebody else was faster.
async fn keep(
    app: &App,
    token: &str,
    whom: &Whom,
    name: &str,
    hash: &str,
    manager: Option<&Manager>,
    parts: &Parts,
) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let origin = session::origin(app, parts);
    let mut db = app.store.write().await?;
    let entry = match whom {
        Whom::Account(account) => {
            if !staff::use_link(&mut db, &one_time::hash(&app.key, token), now).await? {
                return Ok(false);
            }
            let old = accounts::find(&mut db, account).await?.map(|account| account.password_hash);
            accounts::set_password(&mut db, account, hash, true).await?;
            let old = old.as_deref().filter(|_| app.config.level_rules);
            noted::note_password(&mut db, account, now, old).await?;
            session::about(account, origin.clone(), "account.password", account.as_str())
                .with(json!("by link"))
        }
        Whom::First => {
            if !staff::use_setup(&mut db).await? {
                return Ok(false);
            }
            let account = accounts::Account {
                name: name.to_owned(),
                password_hash: hash.to_owned(),
                role: Role::Administrator,
                unit: None,
                disabled: false,
                expires: None,
            };
            if !accounts::add(&mut db, &account, now).await? {
                return Ok(false);
            }
            let role = json!({ "role": Role::Administrator, "by": "set-up link" });
            session::about(name, origin.clone(), "account.add", name).with(role)
        }
    };
    audit::append(&mut db, now, &entry).await?;
    if let Some(manager) = manager
        && !first_manager::add(&mut db, manager, name, &origin, now).await?
    {
        return Ok(false);
    }
    db.commit().await?;
    Ok(true)
}
