//! Sessions: a random token in a cookie, its keyed hash and two time limits on the server.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{
        StatusCode,
        header::{COOKIE, USER_AGENT},
        request::Parts,
    },
    response::{IntoResponse, Response},
};

use serde_json::{Value, json};

use super::{
    access::{self, Permission},
    device, levels,
};
use crate::{
    organisation::{Role, UnitTree},
    secret,
    store::{
        StoreError,
        accounts::{self, NewSession},
        audit::{self, Entry},
        levels as levels_store,
    },
    web::{
        app::App,
        middleware::peer::{self, Peer},
    },
};

/// A session ends after this long without a request, in milliseconds (security test F-08).
pub const IDLE: i64 = 15 * 60_000;
/// A session ends after this long in any case.
pub const ABSOLUTE: i64 = 8 * 60 * 60_000;
/// `seen` is written at most this often, so that reading pages costs no write.
const TOUCH: i64 = 60_000;
/// Length of a token, in characters of 5 bits.
const TOKEN: usize = 32;
/// Length of the id by which a session is listed and ended; it opens nothing.
const ID: usize = 20;

/// How a session came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// With all that was asked for.
    Whole,
    /// With a password that may not stand alone: until there is a second factor it opens nothing but the page that sets
    /// one up.
    MustSetUp,
    /// Through the single sign-on, which answers for the second factor.
    Vouched,
}

impl Admission {
    /// Whether this is how a session came in that the single sign-on answers for, as it is stored.
    pub const fn is_vouched(code: i64) -> bool {
        code == Self::Vouched.code()
    }

    /// As it is stored.
    const fn code(self) -> i64 {
        match self {
            Self::Whole => 0,
            Self::MustSetUp => 1,
            Self::Vouched => 2,
        }
    }
}

/// Whether accounts of this role must have a second factor.
pub fn needs_second_factor(app: &App, role: Role) -> bool {
    app.config.require_second_factor && matches!(role, Role::Administrator | Role::Manager)
}

/// After how long without a request a session of this role ends.
fn idle(app: &App, role: Role) -> i64 {
    match role {
        Role::Administrator if app.config.level_rules => levels::ADMINISTRATOR_IDLE,
        _ => IDLE,
    }
}

/// Where the log-in is.
pub const LOGIN: &str = "/admin/login";

/// The person signed in. A handler of a route that needs a permission takes it as an argument; the guard before the
/// handler has found out who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Name of the account.
    pub account: String,
    /// Its role.
    pub role: Role,
    /// Code of the unit that it is bound to.
    pub unit: Option<String>,
    /// The public id of the session; empty where a program comes with a token.
    pub session: String,
    /// The public id of the access token that a program came with.
    pub token: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

impl Staff {
    /// Whether the account has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        access::allows(self.role, self.unit.is_some(), permission)
    }

    /// Whether the account sees what belongs to a unit: to its own one or one below it, to every one if it is bound to
    /// none. What it does not see does not exist for it: 404 (security test E-02).
    pub fn sees(&self, tree: &UnitTree, unit: &str) -> bool {
        match (&self.unit, self.role) {
            (None, Role::Officer) => false,
            (None, _) => true,
            (Some(own), _) => match (tree.position(unit), tree.position(own)) {
                (Some(unit), Some(own)) => tree.is_within(unit, own),
                _ => false,
            },
        }
    }

    /// What the audit log tells of something that this person does, or a program of theirs: `action` is `KIND.VERB`.
    pub fn did(&self, action: &'static str, object: impl Into<String>) -> Entry {
        let address = self.address.map(|address| address.to_string());
        let token = self.token.as_ref().map(|id| format!("token {id}"));
        Entry {
            actor: self.account.clone(),
            origin: address.into_iter().chain(token).collect::<Vec<_>>().join(", "),
            action,
            object: object.into(),
            before: Value::Null,
            after: Value::Null,
        }
    }

    /// Whether the account sees every unit.
    pub fn sees_all(&self) -> bool {
        self.unit.is_none() && self.role != Role::Officer
    }
}

/// The cookie's name: with HTTPS browsers hold it to this host (F-15); on a bare machine plain HTTP must do.
const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// The token in the request's cookie.
fn token(parts: &Parts, https: bool) -> Option<&str> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == cookie_name(https))
        .map(|(_, value)| value)
}

/// Whether the request brings a session, be it one that has ended.
pub fn is_brought(app: &App, parts: &Parts) -> bool {
    token(parts, app.config.is_https()).is_some_and(|token| !token.is_empty())
}

fn hash(app: &App, token: &str) -> [u8; 32] {
    app.key.hash("session", &[token.as_bytes()])
}

/// Begins a session for an account and gives the cookie. Whatever session the browser had stays worthless
/// for this one: the token is always new (F-06).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn begin(
    app: &App,
    account: &str,
    admission: Admission,
    from: &Arrival,
) -> Result<String, StoreError> {
    let token = secret::token::<TOKEN>();
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let (id, address, entry) = (secret::token::<ID>(), from.address.to_string(), admission.code());
    let session = NewSession { id: &id, device: &from.device, address: &address, entry };
    accounts::begin_session(&mut db, &hash(app, &token), account, now, &session).await?;
    levels_store::note_entry(&mut db, account, now).await?;
    let told = json!({ "device": from.device });
    let entry = about(account, address.clone(), "session.begin", account).with(told);
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(cookie(app.config.is_https(), &token, ABSOLUTE / 1_000))
}

/// Ends the session of this request, if there is one, and gives the cookie that removes it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end(app: &App, parts: &Parts) -> Result<String, StoreError> {
    let https = app.config.is_https();
    if let Some(token) = token(parts, https) {
        let mut db = app.store.write().await?;
        if let Some(account) = accounts::end_session(&mut db, &hash(app, token)).await? {
            let entry = about(&account, origin(app, parts), "session.end", account.as_str());
            audit::append(&mut db, app.clock.now(), &entry).await?;
        }
        db.commit().await?;
    }
    Ok(cookie(https, "", 0))
}

fn cookie(https: bool, token: &str, seconds: i64) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(https))
}

/// Where a session begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The network address.
    pub address: IpAddr,
    /// Browser and system, coarsely.
    pub device: String,
}

impl Arrival {
    /// That of a request.
    pub fn of(parts: &Parts, address: IpAddr) -> Self {
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Self { address, device: device::of(agent.unwrap_or_default()) }
    }
}

/// Where a request came from.
pub fn client(app: &App, parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<Peer>();
    peer.map(|Peer(peer)| peer::client(*peer, &parts.headers, &app.config.trusted_proxies))
}

/// The same as the audit log keeps it.
pub fn origin(app: &App, parts: &Parts) -> String {
    client(app, parts).map_or_else(String::new, |address| address.to_string())
}

/// What the audit log tells of somebody who is not (yet) signed in.
pub fn about(actor: &str, origin: String, action: &'static str, object: impl Into<String>) -> Entry {
    let (actor, object) = (actor.to_owned(), object.into());
    Entry { actor, origin, action, object, before: Value::Null, after: Value::Null }
}

/// Whether the session of this request still holds, without using it: what goes on by itself must not keep it alive.
pub async fn holds(app: &App, parts: &Parts) -> bool {
    let Some(token) = token(parts, app.config.is_https()) else { return false };
    let (hash, now) = (hash(app, token), app.clock.now());
    let session = async { accounts::session(&mut app.store.read().await?, &hash, now).await };
    // While the database does not answer nobody can tell, and nothing is shown either.
    session.await.unwrap_or(None).is_some_and(|session| {
        now - session.created < ABSOLUTE && now - session.seen < idle(app, session.role)
    })
}

/// Whose session the request's cookie is or was, over or not; `None` once nothing is left of it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn whose(app: &App, parts: &Parts) -> Result<Option<String>, StoreError> {
    let Some(token) = token(parts, app.config.is_https()) else { return Ok(None) };
    accounts::owner_of_session(&mut app.store.read().await?, &hash(app, token)).await
}

/// A session that is in use.
#[derive(Debug)]
pub struct Found {
    /// Who is signed in.
    pub staff: Staff,
    /// Whether nothing is open to them before a second factor has been set up.
    pub must_set_up: bool,
}

/// Whose session the request's cookie is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(app: &App, parts: &Parts) -> Result<Option<Found>, StoreError> {
    let Some(token) = token(parts, app.config.is_https()) else { return Ok(None) };
    let (hash, now) = (hash(app, token), app.clock.now());
    let Some(session) = accounts::session(&mut app.store.read().await?, &hash, now).await? else {
        return Ok(None);
    };
    if now - session.created >= ABSOLUTE || now - session.seen >= idle(app, session.role) {
        return Ok(None);
    }
    if now - session.seen >= TOUCH {
        let mut db = app.store.write().await?;
        accounts::touch_session(&mut db, &hash, now).await?;
        db.commit().await?;
    }
    // Asked at each request: the setting may have been switched on since the log-in.
    let must_set_up = !session.has_second_factor
        && (session.entry == Admission::MustSetUp.code()
            || session.entry != Admission::Vouched.code() && needs_second_factor(app, session.role));
    let staff = Staff {
        account: session.account,
        role: session.role,
        unit: session.unit,
        session: session.id,
        token: None,
        address: client(app, parts),
    };
    Ok(Some(Found { staff, must_set_up }))
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    /// Whom the guard let pass. There is nobody on a route that is open to all: such a handler fails closed.
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("a handler asks who is signed in on a route that does not ask for it");
            StatusCode::UNAUTHORIZED.into_response()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    fn tree() -> UnitTree {
        let unit = |code: &str, parent: Option<&str>| Unit {
            code: code.to_owned(),
            name: code.to_uppercase(),
            kind: "unit".to_owned(),
            parent: parent.map(str::to_owned),
            ..Unit::default()
        };
        UnitTree::new([
            unit("bd", None),
            unit("qn", Some("bd")),
            unit("tx", Some("qn")),
            unit("an", Some("bd")),
        ])
        .unwrap()
    }

    fn staff(role: Role, unit: Option<&str>) -> Staff {
        Staff {
            account: "an".to_owned(),
            role,
            unit: unit.map(str::to_owned),
            session: String::new(),
            token: None,
            address: None,
        }
    }

    #[test]
    fn e_02_an_officer_sees_the_own_unit_and_those_below_alone() {
        let officer = staff(Role::Officer, Some("qn"));
        let seen = ["bd", "qn", "tx", "an", "none"].map(|unit| officer.sees(&tree(), unit));
        assert_eq!(seen, [false, true, true, false, false]);
        assert!(!officer.sees_all());
    }

    #[test]
    fn e_02_an_officer_whose_unit_is_missing_sees_nothing() {
        for unit in [None, Some("gone")] {
            assert!(!staff(Role::Officer, unit).sees(&tree(), "qn"), "{unit:?}");
        }
        assert!(staff(Role::Manager, None).sees(&tree(), "qn") && staff(Role::Manager, None).sees_all());
    }
}
