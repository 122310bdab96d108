//! Accounts of staff: list, invite, change, switch off, new link, sign out.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    language::Lang,
    organisation::{Role, UnitTree},
    store::{
        StoreError, Writer, access_tokens, accounts, audit, notices,
        staff::{self as store, Details, Listed},
        units,
    },
    web::{
        app::App,
        auth::{
            one_time::{self, Purpose},
            session::{self, Staff},
        },
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::meanwhile,
        posted::Posted,
        respond::answer::{Wanted, in_language, with_query},
        typed,
        views::{
            admin::{
                accounts::{self as view, Account, Edit},
                form::{Fault, Form, confirmed},
            },
            message::Kind,
        },
    },
};

/// The list.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan")]
pub struct AccountsPath;

/// Inviting somebody.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan-moi")]
pub struct InvitePath;

/// One account.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan/{name}", rejection(NotFound))]
pub struct AccountPath {
    /// Its name.
    pub name: String,
}

/// Switching an account off.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan/{name}/khoa", rejection(NotFound))]
pub struct DisablePath {
    /// Its name.
    pub name: String,
}

/// Switching an account on again.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan/{name}/mo-lai", rejection(NotFound))]
pub struct EnablePath {
    /// Its name.
    pub name: String,
}

/// A new one-time link for an account.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan/{name}/lien-ket", rejection(NotFound))]
pub struct NewLinkPath {
    /// Its name.
    pub name: String,
}

/// Ending sessions of an account.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan/{name}/phien", rejection(NotFound))]
pub struct EndSessionsPath {
    /// Its name.
    pub name: String,
}

/// Revoking an access token of an account.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/tai-khoan/{name}/ma-truy-cap", rejection(NotFound))]
pub struct RevokeTokenPath {
    /// Its name.
    pub name: String,
}

/// A day, in milliseconds. The province has no summer time.
const DAY: i64 = 86_400_000;
/// How long administrators are told of new rights, in milliseconds: a week.
pub const LATELY: i64 = 7 * DAY;
/// Most of them that are told; the log has all.
pub const MOST_GRANTS: i64 = 100;
/// Longest name of a person and longest e-mail address, in characters.
const LONGEST: usize = 200;

/// Why a change was not made.
enum Refused {
    Store(StoreError),
    /// Something is wrong with what was asked for; 422.
    Faults(Vec<Fault>),
    /// There is no such account.
    Unknown,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Shows the list.
pub async fn list(
    _: AccountsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let mut db = app.store.read().await?;
        let grants = notices::grants(&mut db, app.clock.now() - LATELY, MOST_GRANTS).await?;
        Ok::<_, StoreError>((store::all(&mut db).await?, grants, units::tree(&mut db).await?))
    };
    match found.await {
        Ok((all, grants, tree)) => {
            let now = app.clock.now();
            error::html(StatusCode::OK, view::list(lang, &staff, &all, &grants, &tree, now).into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// The units, and whether there is a manager, invited ones among them.
async fn surroundings(app: &App) -> Result<(UnitTree, bool), StoreError> {
    let mut db = app.store.read().await?;
    let all = store::all(&mut db).await?;
    let managed = all.iter().any(|account| account.role == Role::Manager && !account.disabled);
    Ok((units::tree(&mut db).await?, managed))
}

/// Shows the form for an invitation.
pub async fn invite(
    _: InvitePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match surroundings(&app).await {
        Ok((tree, managed)) => {
            // Nobody can be of a unit before there are any, and nobody answers before somebody makes surveys.
            let role = if tree.units().is_empty() || !managed { Role::Manager } else { Role::Officer };
            let fields = Fields::of([("role", role.code())]);
            let form = Form::new(lang, &fields);
            error::html(StatusCode::OK, view::invite(&staff, &form, &tree, managed).into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Makes the account and shows its one-time link, once.
pub async fn send_invitation(
    _: InvitePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let name = fields.one("name").unwrap_or_default().trim().to_owned();
    match add(&app, &staff, lang, &name, &fields).await {
        Ok(link) => {
            let page = view::link(lang, &staff, &name, &link, Purpose::Invitation);
            error::html(StatusCode::OK, page.into_string())
        }
        Err(Refused::Faults(faults)) => match surroundings(&app).await {
            Ok((tree, managed)) => {
                let form = Form { faults: &faults, ..Form::new(lang, &fields) };
                let page = view::invite(&staff, &form, &tree, managed);
                error::html(StatusCode::UNPROCESSABLE_ENTITY, page.into_string())
            }
            Err(error) => error::of_store(&error, lang),
        },
        Err(Refused::Unknown) => error::page(lang, Kind::Unknown),
        Err(Refused::Store(error)) => error::of_store(&error, lang),
    }
}

async fn add(app: &App, staff: &Staff, lang: Lang, name: &str, fields: &Fields) -> Result<String, Refused> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let tree = units::tree(&mut db).await?;
    let mut faults = Vec::new();
    if !accounts::is_name(name) {
        faults.push(Fault::new("name", view::words(lang, view::Wrong::Name)));
    }
    let details = details(lang, &tree, fields, now, &mut faults);
    let Some(details) = details.filter(|_| faults.is_empty()) else { return Err(Refused::Faults(faults)) };
    if !store::add(&mut db, name, &details, now).await? {
        return Err(Refused::Faults(vec![Fault::new("name", view::words(lang, view::Wrong::Taken))]));
    }
    let link =
        one_time::make(&mut db, &app.key, app.config.staff_url(), name, Purpose::Invitation, now).await?;
    audit::append(&mut db, now, &staff.did("account.invite", name).with(told(&details, false))).await?;
    db.commit().await?;
    Ok(link)
}

/// What the audit log keeps of an account.
fn told(details: &Details, disabled: bool) -> Value {
    json!({
        "role": details.role, "unit": details.unit, "full_name": details.full_name, "email": details.email,
        "expires": details.expires, "disabled": disabled,
    })
}

fn of(listed: &Listed) -> Details {
    Details {
        full_name: listed.full_name.clone(),
        email: listed.email.clone(),
        role: listed.role,
        unit: listed.unit.clone(),
        expires: listed.expires,
    }
}

/// The details that a form asks for; fields that are not of this form are not looked at (security test E-04).
fn details(
    lang: Lang,
    tree: &UnitTree,
    fields: &Fields,
    now: i64,
    faults: &mut Vec<Fault>,
) -> Option<Details> {
    let before = faults.len();
    let text = |name: &str| fields.one(name).unwrap_or_default().trim().to_owned();
    let mut wrong = |field: &str, wrong| faults.push(Fault::new(field, view::words(lang, wrong)));
    let plain = |text: &str| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    let (full_name, email) = (text("full_name"), text("email"));
    if !plain(&full_name) {
        wrong("full_name", view::Wrong::Text);
    }
    let is_address = |email: &str| {
        let halves = email.split_once('@');
        halves.is_some_and(|(who, at)| !who.is_empty() && at.contains('.') && !email.contains(' '))
    };
    if !(email.is_empty() || plain(&email) && is_address(&email)) {
        wrong("email", view::Wrong::Email);
    }
    let role = Role::from_code(&text("role"));
    if role.is_none() {
        wrong("role", view::Wrong::Role);
    }
    let unit = Some(text("unit")).filter(|unit| !unit.is_empty());
    match (&unit, role.and_then(Role::needs_unit)) {
        (None, Some(true)) => wrong("unit", view::Wrong::NeedsUnit),
        (Some(_), Some(false)) => wrong("unit", view::Wrong::NoUnit),
        (Some(unit), _) if tree.get(unit).is_none() => wrong("unit", view::Wrong::UnknownUnit),
        _ => {}
    }
    let last = text("expires");
    // The last day is a whole one.
    let expires = if last.is_empty() { None } else { typed::moment(&last, "00:00").map(|day| day + DAY) };
    if expires.is_some_and(|expires| expires <= now) {
        wrong("expires", view::Wrong::Expires);
    } else if !last.is_empty() && expires.is_none() {
        faults.push(Fault::new("expires", typed::no_day(lang, &view::expires(lang), &last)));
    }
    if faults.len() > before {
        return None;
    }
    let email = Some(email).filter(|email| !email.is_empty());
    Some(Details { full_name, email, role: role?, unit, expires })
}

/// What the form of an account shows.
fn shown(details: &Details) -> Fields {
    let expires = details.expires.map_or_else(String::new, |expires| typed::ending(expires).0);
    Fields::of([
        ("full_name", details.full_name.clone()),
        ("email", details.email.clone().unwrap_or_default()),
        ("role", details.role.code().to_owned()),
        ("unit", details.unit.clone().unwrap_or_default()),
        ("expires", expires),
    ])
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What has just been done.
    done: Option<String>,
}

/// Shows an account.
pub async fn show(
    path: AccountPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = wanted.language();
    page(&app, &staff, lang, &path.name, None, asked.done.as_deref()).await
}

/// What was sent and could not be kept, to show it again.
struct Again {
    status: StatusCode,
    fields: Fields,
    edit: Edit,
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    name: &str,
    again: Option<Again>,
    done: Option<&str>,
) -> Response {
    let now = app.clock.now();
    let found = async {
        let mut db = app.store.read().await?;
        let Some(listed) = store::get(&mut db, name).await? else { return Ok(None) };
        let tree = units::tree(&mut db).await?;
        let sessions = store::sessions(&mut db, name, now - session::ABSOLUTE, now - session::IDLE).await?;
        let tokens = access_tokens::of(&mut db, name).await?;
        Ok::<_, StoreError>(Some((listed, tree, sessions, tokens)))
    };
    let (listed, tree, sessions, tokens) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let base = shown(&of(&listed));
    let again = again.unwrap_or_else(|| Again {
        status: StatusCode::OK,
        fields: base.clone(),
        edit: Edit::default(),
    });
    let account = Account {
        lang,
        staff,
        listed: &listed,
        tree: &tree,
        sessions: &sessions,
        tokens: &tokens,
        values: &again.fields,
        base: &base,
        edit: &again.edit,
        sso: app.sso.as_ref().map(|provider| provider.name()),
        done,
        now,
    };
    error::html(again.status, view::account(&account).into_string())
}

/// Changes an account. Another role, unit or end signs it out everywhere and ends its access tokens (security test E-06).
pub async fn change(
    path: AccountPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let again = match save(&app, &staff, lang, &path.name, &fields).await {
        Ok(None) => return done(lang, &path.name, "saved"),
        Ok(Some(meanwhile)) => Again {
            status: StatusCode::CONFLICT,
            fields: meanwhile.fields,
            edit: Edit { changed: meanwhile.changed, ..Edit::default() },
        },
        Err(Refused::Faults(faults)) => Again {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            fields,
            edit: Edit { faults, ..Edit::default() },
        },
        Err(Refused::Unknown) => return error::page(lang, Kind::Unknown),
        Err(Refused::Store(error)) => return error::of_store(&error, lang),
    };
    page(&app, &staff, lang, &path.name, Some(again), None).await
}

fn done(lang: Lang, name: &str, what: &str) -> Response {
    let path = in_language(&AccountPath { name: name.to_owned() }.to_string(), lang);
    Redirect::to(&with_query(&path, &format!("done={what}"))).into_response()
}

async fn save(
    app: &App,
    staff: &Staff,
    lang: Lang,
    name: &str,
    fields: &Fields,
) -> Result<Option<crate::web::meanwhile::Meanwhile>, Refused> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let Some(listed) = store::get(&mut db, name).await? else { return Err(Refused::Unknown) };
    let before = of(&listed);
    if let Some(meanwhile) = meanwhile(fields, &shown(&before)) {
        return Ok(Some(meanwhile));
    }
    let tree = units::tree(&mut db).await?;
    let mut faults = Vec::new();
    let Some(after) = details(lang, &tree, fields, now, &mut faults) else {
        return Err(Refused::Faults(faults));
    };
    // The end is a day in the form and a moment in the database.
    let same_end = shown(&before).one("expires") == shown(&after).one("expires");
    let after = Details { expires: if same_end { before.expires } else { after.expires }, ..after };
    let rights = |details: &Details| (details.role, details.unit.clone(), details.expires);
    let other_rights = rights(&before) != rights(&after);
    if other_rights && name == staff.account {
        // Nobody changes what they may do themselves (E-05).
        return Err(Refused::Faults(vec![Fault::new("role", view::words(lang, view::Wrong::Own))]));
    }
    store::change(&mut db, name, &after).await?;
    if other_rights {
        keep_an_administrator(&mut db, lang, "role", now).await?;
        accounts::end_sessions(&mut db, name).await?;
    }
    let entry = staff
        .did("account.change", name)
        .changed(told(&before, listed.disabled), told(&after, listed.disabled));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(None)
}

/// Refuses what would leave the system without an administrator (security test E-05).
async fn keep_an_administrator(db: &mut Writer, lang: Lang, field: &str, now: i64) -> Result<(), Refused> {
    if store::administrators(db, now).await? > 0 {
        return Ok(());
    }
    Err(Refused::Faults(vec![Fault::new(field, view::words(lang, view::Wrong::Last))]))
}

/// Switches an account off, after its name was typed.
pub async fn disable(
    path: DisablePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let switched = if confirmed(&fields, &path.name) {
        switch(&app, &staff, lang, &path.name, true).await
    } else {
        Err(Refused::Faults(vec![Fault::new("confirm", view::words(lang, view::Wrong::Confirm))]))
    };
    answer(&app, &staff, lang, &path.name, switched, "disabled").await
}

/// Switches an account on again.
pub async fn enable(
    path: EnablePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let switched = switch(&app, &staff, lang, &path.name, false).await;
    answer(&app, &staff, lang, &path.name, switched, "enabled").await
}

async fn answer(
    app: &App,
    staff: &Staff,
    lang: Lang,
    name: &str,
    result: Result<(), Refused>,
    what: &str,
) -> Response {
    match result {
        Ok(()) => done(lang, name, what),
        Err(Refused::Unknown) => error::page(lang, Kind::Unknown),
        Err(Refused::Store(error)) => error::of_store(&error, lang),
        Err(Refused::Faults(faults)) => {
            let listed = async { store::get(&mut app.store.read().await?, name).await };
            let fields = match listed.await {
                Ok(Some(listed)) => shown(&of(&listed)),
                Ok(None) => return error::page(lang, Kind::Unknown),
                Err(error) => return error::of_store(&error, lang),
            };
            let edit = Edit { faults, ..Edit::default() };
            let again = Again { status: StatusCode::UNPROCESSABLE_ENTITY, fields, edit };
            page(app, staff, lang, name, Some(again), None).await
        }
    }
}

async fn switch(app: &App, staff: &Staff, lang: Lang, name: &str, disabled: bool) -> Result<(), Refused> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let Some(listed) = store::get(&mut db, name).await? else { return Err(Refused::Unknown) };
    if name == staff.account {
        return Err(Refused::Faults(vec![Fault::new("confirm", view::words(lang, view::Wrong::Own))]));
    }
    if listed.disabled == disabled {
        return Ok(());
    }
    store::set_disabled(&mut db, name, disabled).await?;
    if disabled {
        keep_an_administrator(&mut db, lang, "confirm", now).await?;
        accounts::end_sessions(&mut db, name).await?;
        store::sweep_links(&mut db, name, now).await?;
    }
    let action = if disabled { "account.disable" } else { "account.enable" };
    let entry =
        staff.did(action, name).changed(told(&of(&listed), listed.disabled), told(&of(&listed), disabled));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(())
}

/// Makes a new one-time link and shows it, once: an invitation where there is no password yet, else a reset.
pub async fn new_link(
    path: NewLinkPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let made = async {
        let now = app.clock.now();
        let mut db = app.store.write().await?;
        let Some(listed) = store::get(&mut db, &path.name).await? else { return Ok(None) };
        if listed.disabled || listed.expires.is_some_and(|expires| expires <= now) {
            return Ok(None);
        }
        let purpose = if listed.has_password { Purpose::Reset } else { Purpose::Invitation };
        let link =
            one_time::make(&mut db, &app.key, app.config.staff_url(), &path.name, purpose, now).await?;
        let entry = staff.did("account.link", &path.name).with(json!(purpose.code()));
        audit::append(&mut db, now, &entry).await?;
        db.commit().await?;
        Ok::<_, StoreError>(Some((link, purpose)))
    };
    match made.await {
        Ok(Some((link, purpose))) => {
            let page = view::link(lang, &staff, &path.name, &link, purpose);
            error::html(StatusCode::OK, page.into_string())
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Ends one session of an account, or all of them.
pub async fn end_sessions(
    path: EndSessionsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let ended = async {
        let mut db = app.store.write().await?;
        if store::get(&mut db, &path.name).await?.is_none() {
            return Err(Refused::Unknown);
        }
        let (ended, tokens) = match fields.one("session") {
            Some(id) => (usize::from(store::end_session(&mut db, &path.name, id).await?), 0),
            // Whoever had the account may have made a token of it.
            None => (
                store::end_sessions(&mut db, &path.name, "").await?,
                access_tokens::end_all(&mut db, &path.name).await?,
            ),
        };
        if ended + tokens > 0 {
            let told = json!({ "sessions": ended, "tokens_ended": tokens });
            let entry = staff.did("session.revoke", &path.name).with(told);
            audit::append(&mut db, app.clock.now(), &entry).await?;
        }
        db.commit().await?;
        Ok(())
    };
    let ended = ended.await;
    answer(&app, &staff, lang, &path.name, ended, "sessions").await
}

/// Revokes an access token of an account.
pub async fn revoke_token(
    path: RevokeTokenPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let id = fields.one("token").unwrap_or_default();
    match super::access_tokens::take_back(&app, &staff, &path.name, id).await {
        Ok(true) => done(lang, &path.name, "token"),
        Ok(false) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}
