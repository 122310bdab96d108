//! What follows a password that fits: the code of the second factor where there is one, the session, and the way on.
//!
//! In this order. The password alone opens nothing where there is a second factor, not even the page that says so to
//! strangers: whoever does not know the password never learns whether there is one. Whoever has none though it is
//! compulsory, or whose password may not stand alone (F-13), gets a session that sets one up and does nothing else.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, SET_COOKIE},
    },
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::{Deserialize, Serialize};

use super::{login, second_factor::SecondFactorPath};
use crate::{
    language::Lang,
    secret::hex,
    store::{
        StoreError,
        accounts::{self, Account},
        audit, levels as noted,
        second_factors::{self, SecondFactor},
        units,
    },
    web::{
        app::App,
        auth::{
            in_turn,
            kept::{self, Kept},
            levels, password,
            second_factor::{self, Shared},
            session::{self, Admission, Arrival, Staff},
            ticket,
        },
        error,
        form::{self, Fields},
        middleware::peer::{self, Peer},
        respond::answer::{self, Wanted},
        views::{
            admin::{
                again,
                form::Fault,
                login::{self as view, Problem},
                password as password_view,
            },
            message::Kind,
        },
    },
};

/// The second step of the log-in.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/login/code")]
pub struct CodePath;

/// Where a password that has held too long is changed.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/login/renew")]
pub struct RenewPath;

/// How long a password counts while the code is looked up, in milliseconds.
const PATIENCE: i64 = 10 * 60_000;
/// What tickets of the second step are for.
const PURPOSE: &str = "second step";

/// Where a log-in leads, carried through its steps.
#[derive(Debug, Clone)]
pub struct Way {
    /// Language.
    pub lang: Lang,
    /// The page that was asked for.
    pub next: Option<String>,
    /// The ticket of a form that is to be sent again.
    pub kept: Option<String>,
}

impl Way {
    /// The way that a form of the log-in carries.
    pub fn of(fields: &Fields, lang: Lang) -> Self {
        let carried = |name: &str| fields.one(name).filter(|value| !value.is_empty()).map(str::to_owned);
        Self { lang, next: carried("next"), kept: carried(kept::FIELD) }
    }

    /// The form that is to be sent again.
    pub fn form(&self, app: &App) -> Option<Kept> {
        Kept::open(&app.key, self.kept.as_deref()?)
    }
}

/// Reads a form of the log-in: small, but for the form that it carries.
///
/// # Errors
/// The page that says what is wrong.
pub async fn read(
    request: Request,
    lang: Lang,
) -> Result<(axum::http::request::Parts, Fields), Box<Response>> {
    let (parts, body) = request.into_parts();
    let fields = Fields::read(&parts.headers, body, form::LOGIN + kept::LARGEST_TICKET).await;
    let typed = |fields: &Fields| -> usize {
        fields
            .iter()
            .filter(|(name, _)| *name != kept::FIELD)
            .map(|(name, value)| name.len() + value.len())
            .sum()
    };
    match fields {
        Ok(fields) if typed(&fields) > form::LOGIN => {
            Err(Box::new(error::of_form(form::BadForm::TooLarge, lang)))
        }
        Ok(fields) => Ok((parts, fields)),
        Err(bad) => Err(Box::new(error::of_form(bad, lang))),
    }
}

/// A log-in whose password was right, on its way through the browser.
#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    account: String,
    /// Changes with the password and the second factor, so that an old ticket is worthless after either did.
    bound: String,
    /// Until when it counts, UTC milliseconds.
    until: i64,
    /// Whether the first step was a password.
    by_password: bool,
}

fn bound(app: &App, account: &Account, factor: &SecondFactor) -> String {
    let hash = app.key.hash(PURPOSE, &[account.password_hash.as_bytes(), &factor.seed]);
    hex(&hash[..16])
}

/// Goes on after the right password. One that is too short to stand alone makes way for a second factor first (F-13).
pub async fn after_password(
    app: &App,
    account: &Account,
    given: &str,
    from: &Arrival,
    way: &Way,
) -> Response {
    let too_short = !password::may_stand_alone(given);
    let first = First::Password { too_short };
    after_first_step(app, account, first, from, way).await
}

/// The first step of a log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// A password.
    Password {
        /// It may not stand alone.
        too_short: bool,
    },
    /// The single sign-on: a password of ours was not needed, and need not be renewed.
    SingleSignOn,
}

/// Goes on once it is known who it is.
pub async fn after_first_step(
    app: &App,
    account: &Account,
    first: First,
    from: &Arrival,
    way: &Way,
) -> Response {
    let factor = async { second_factors::find(&mut app.store.read().await?, &account.name).await };
    match factor.await {
        Ok(Some(factor)) => {
            let until = app.clock.now() + PATIENCE;
            let pending = Pending {
                account: account.name.clone(),
                bound: bound(app, account, &factor),
                until,
                by_password: first != First::SingleSignOn,
            };
            code_page(app, StatusCode::OK, &ticket::seal(&app.key, PURPOSE, &pending), way, None)
        }
        Ok(None) => match renew_first(app, account, first != First::SingleSignOn, way).await {
            Some(page) => page,
            None => {
                let must_set_up = first == (First::Password { too_short: true })
                    || session::needs_second_factor(app, account.role);
                app.throttle.succeeded(&account.name, from.address);
                let admission = if must_set_up { Admission::MustSetUp } else { Admission::Whole };
                begin(app, account, from, admission, None, way).await
            }
        },
        Err(error) => error::of_store(&error, way.lang),
    }
}

/// A log-in that is right, whose password has to be changed first (F-14).
#[derive(Debug, Serialize, Deserialize)]
struct Renewal {
    account: String,
    bound: String,
    until: i64,
}

/// What tickets of a password that has to be changed are for.
const RENEWAL: &str = "new password";

fn bound_to_password(app: &App, account: &Account) -> String {
    hex(&app.key.hash(RENEWAL, &[account.password_hash.as_bytes()])[..16])
}

/// The page that asks for a new password, where the present one has held too long.
async fn renew_first(app: &App, account: &Account, by_password: bool, way: &Way) -> Option<Response> {
    if !by_password {
        return None;
    }
    match levels::must_renew(app, account).await {
        Ok(false) => None,
        Ok(true) => {
            let renewal = Renewal {
                account: account.name.clone(),
                bound: bound_to_password(app, account),
                until: app.clock.now() + PATIENCE,
            };
            let sealed = ticket::seal(&app.key, RENEWAL, &renewal);
            Some(renewal_page(StatusCode::OK, &sealed, way, &[]))
        }
        Err(error) => Some(error::of_store(&error, way.lang)),
    }
}

fn renewal_page(status: StatusCode, sealed: &str, way: &Way, faults: &[Fault]) -> Response {
    let page = view::renewal(way.lang, sealed, way.next.as_deref(), way.kept.as_deref(), faults);
    error::html(status, page.into_string())
}

/// Sets the new password and begins the session.
pub async fn renew(
    _: RenewPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, fields) = match read(request, lang).await {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let way = Way::of(&fields, lang);
    let now = app.clock.now();
    let sealed = fields.one("ticket").unwrap_or_default();
    let found = async {
        let Some(renewal) = ticket::open::<Renewal>(&app.key, RENEWAL, sealed) else { return Ok(None) };
        let mut db = app.store.read().await?;
        let Some(account) = accounts::find(&mut db, &renewal.account).await? else { return Ok(None) };
        if now >= renewal.until
            || bound_to_password(&app, &account) != renewal.bound
            || !account.is_usable(now)
        {
            return Ok(None);
        }
        let second_factor = second_factors::find(&mut db, &account.name).await?.is_some();
        let names = units::names(&mut db).await?;
        Ok::<_, StoreError>(Some((account, second_factor, names)))
    };
    let (account, second_factor, names) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return login::again(&app, "", &way, Problem::Late),
        Err(error) => return error::of_store(&error, lang),
    };
    let given = fields.one("password").unwrap_or_default();
    let kinds = app.config.level_rules;
    let whose = password::Whose { name: &account.name, second_factor, units: &names, kinds };
    let mut faults = password_view::check(lang, given, fields.one("again").unwrap_or_default(), &whose);
    if faults.is_empty() {
        match levels::was_used(&app, &account.name, given).await {
            Ok(true) => faults.push(password_view::used_before(lang)),
            Ok(false) => {}
            Err(error) => return error::of_store(&error, lang),
        }
    }
    if !faults.is_empty() {
        return renewal_page(StatusCode::UNPROCESSABLE_ENTITY, sealed, &way, &faults);
    }
    let Some(hash) = in_turn::hash(&app, given.to_owned()).await else {
        return error::page(lang, Kind::Unavailable);
    };
    let from = Arrival::of(&parts, peer::client(peer, &parts.headers, &app.config.trusted_proxies));
    let kept = async {
        let mut db = app.store.write().await?;
        accounts::set_password(&mut db, &account.name, &hash, true).await?;
        noted::note_password(&mut db, &account.name, now, Some(&account.password_hash)).await?;
        let origin = from.address.to_string();
        let entry = session::about(&account.name, origin, "account.password", account.name.as_str());
        audit::append(&mut db, now, &entry.with(serde_json::json!("had held too long"))).await?;
        db.commit().await
    };
    if let Err(error) = kept.await {
        return error::of_store(&error, lang);
    }
    app.throttle.succeeded(&account.name, from.address);
    let admission = if !second_factor && session::needs_second_factor(&app, account.role) {
        Admission::MustSetUp
    } else {
        Admission::Whole
    };
    begin(&app, &account, &from, admission, None, &way).await
}

/// Takes the code.
pub async fn code(
    _: CodePath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, fields) = match read(request, lang).await {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let way = Way::of(&fields, lang);
    let sealed = fields.one("ticket").unwrap_or_default();
    let now = app.clock.now();
    let (account, factor, by_password) = match pending(&app, sealed, now).await {
        Ok(Some(pending)) => pending,
        Ok(None) => return login::again(&app, "", &way, Problem::Late),
        Err(error) => return error::of_store(&error, lang),
    };
    let client = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
    let from = Arrival::of(&parts, client);
    let refuse = |status, problem| code_page(&app, status, sealed, &way, Some(problem));
    let from_here = app.throttle.wait(&account.name, client, now);
    let turn = if from_here > 0 { Err(from_here) } else { app.throttle.attempt(&account.name, now) };
    if let Err(wait) = turn {
        let seconds = (wait + 999) / 1_000;
        let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, Problem::Wait { seconds });
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    // Either field: whoever types a recovery code where the app's belongs means the same.
    let typed = ["code", "recovery"].into_iter().filter_map(|name| fields.one(name));
    let typed = typed.map(str::trim).find(|typed| !typed.is_empty()).unwrap_or_default();
    match spend(&app, &account.name, &factor, typed, now).await {
        Ok(Some(spent)) => {
            app.throttle.passed(&account.name);
            app.throttle.succeeded(&account.name, client);
            match renew_first(&app, &account, by_password, &way).await {
                Some(page) => page,
                None => begin(&app, &account, &from, Admission::Whole, Some(spent), &way).await,
            }
        }
        Ok(None) => {
            let alarm = app.throttle.failed(&account.name, client, now);
            tracing::warn!(account = account.name, "second factor failed");
            if let Err(error) = login::refused(&app, Some(&account), &from, alarm).await {
                return error::of_store(&error, lang);
            }
            refuse(StatusCode::UNAUTHORIZED, Problem::Code { now })
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Whose log-in it is; `None` if it took too long or something has changed meanwhile.
async fn pending(
    app: &App,
    sealed: &str,
    now: i64,
) -> Result<Option<(Account, SecondFactor, bool)>, StoreError> {
    let Some(pending) = ticket::open::<Pending>(&app.key, PURPOSE, sealed) else { return Ok(None) };
    let mut db = app.store.read().await?;
    let account = accounts::find(&mut db, &pending.account).await?;
    let factor = second_factors::find(&mut db, &pending.account).await?;
    Ok(account
        .zip(factor)
        .filter(|(account, factor)| now < pending.until && bound(app, account, factor) == pending.bound)
        .map(|(account, factor)| (account, factor, pending.by_password)))
}

/// What a code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// One of the app's.
    App {
        /// Its step.
        step: i64,
    },
    /// A recovery code.
    Recovery,
}

/// Uses up a code; `None` if it is none of the account's, or was used before (security test F-11).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn spend(
    app: &App,
    account: &str,
    factor: &SecondFactor,
    code: &str,
    now: i64,
) -> Result<Option<Spent>, StoreError> {
    if second_factor::is_recovery(code) {
        let hash = second_factor::recovery_hash(&app.key, account, code);
        let mut db = app.store.write().await?;
        let used = second_factors::use_recovery(&mut db, account, &hash).await?;
        db.commit().await?;
        if used {
            tracing::warn!(account, "a recovery code was used");
        }
        return Ok(used.then_some(Spent::Recovery));
    }
    let Some(step) = Shared::new(&app.key, account, &factor.seed).step_of(code, now) else { return Ok(None) };
    let mut db = app.store.write().await?;
    let used = second_factors::use_step(&mut db, account, step).await?;
    db.commit().await?;
    Ok(used.then_some(Spent::App { step }))
}

/// Begins the session and leads on.
pub async fn begin(
    app: &App,
    account: &Account,
    from: &Arrival,
    admission: Admission,
    spent: Option<Spent>,
    way: &Way,
) -> Response {
    tracing::info!(account = account.name, "log-in");
    let staff = Staff {
        account: account.name.clone(),
        role: account.role,
        unit: account.unit.clone(),
        session: String::new(),
        token: None,
        address: Some(from.address),
    };
    let cookie = match session::begin(app, &account.name, admission, from).await {
        Ok(cookie) => cookie,
        Err(error) => return error::of_store(&error, way.lang),
    };
    let lead = |path: &str| Redirect::to(&answer::in_language(path, way.lang)).into_response();
    let response = match way.form(app) {
        _ if admission == Admission::MustSetUp => super::second_factor::first(app, &staff, way),
        Some(form) => error::html(StatusCode::OK, again::page(way.lang, &staff, &form).into_string()),
        // Who has lost the telephone wants to set up another one.
        None if spent == Some(Spent::Recovery) => lead(&SecondFactorPath.to_string()),
        None => lead(&login::own(way.next.as_deref())),
    };
    with(response, &cookie)
}

fn code_page(app: &App, status: StatusCode, sealed: &str, way: &Way, problem: Option<Problem>) -> Response {
    let page = view::code(&view::Code {
        lang: way.lang,
        ticket: sealed,
        next: way.next.as_deref(),
        kept: way.kept.as_deref().filter(|kept| Kept::open(&app.key, kept).is_some()),
        problem,
    });
    error::html(status, page.into_string())
}

/// The response with one more cookie.
pub fn with(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
