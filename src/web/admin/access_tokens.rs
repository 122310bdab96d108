//! One's own access tokens: what programs read the API with.
//!
//! Making one asks for the current password, and for a code where there is a second factor; who has no password, since the
//! single sign-on stands for it, must have come through it within [`FRESH`]. A token is shown once. It ends when its time is
//! over, when somebody revokes it, when an administrator ends all sessions of its account, and when the password, the second factor, the role or the unit
//! changes, or the account is switched off.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::second_factor::{Given, prove};
use crate::{
    language::Lang,
    secret,
    store::{
        StoreError, Writer,
        access_tokens::{self as store, NewToken},
        accounts, audit,
        audit::Entry,
        identities, second_factors,
    },
    web::{
        app::App,
        auth::{
            access::Scope,
            session::{Admission, Staff},
            token,
        },
        error,
        form::{self, Fields},
        middleware::peer::Peer,
        posted::Posted,
        respond::answer::{Wanted, in_language, with_query},
        views::{
            admin::{
                access_tokens::{self as view, Page, Wrong},
                form::{Fault, Form},
                second_factor::Problem,
            },
            message::Kind,
        },
    },
};

/// One's own access tokens.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/toi/ma-truy-cap")]
pub struct TokensPath;

/// Where one is revoked.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/toi/ma-truy-cap/thu-hoi")]
pub struct RevokePath;

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;
/// How long a token may last, in days: what is offered, and what a command may ask for at most.
pub const DAYS: [i64; 4] = [30, 90, 180, 365];
/// How long after an entry through the single sign-on its people without a password may make one, in milliseconds.
const FRESH: i64 = 10 * 60_000;
/// Most tokens of an account.
pub const MOST: usize = 20;
/// Longest name, in characters.
pub const LONGEST: usize = 80;
/// Length of the id by which a token is listed and revoked, in characters.
const ID: usize = 12;

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What has just been done.
    done: Option<String>,
}

/// How whoever asks shows that it is them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By the password, and a code where there is a second factor.
    Password {
        /// Whether there is one.
        code: bool,
    },
    /// By having come through the single sign-on just now.
    SingleSignOn {
        /// Whether they have.
        fresh: bool,
    },
}

/// How this person can show it, and whether the single sign-on answers for the session.
async fn proof(app: &App, staff: &Staff) -> Result<(Proof, bool), StoreError> {
    let mut db = app.store.read().await?;
    let account = accounts::find(&mut db, &staff.account).await?;
    let identity = identities::of(&mut db, &staff.account).await?.unwrap_or_default();
    let factor = second_factors::find(&mut db, &staff.account).await?;
    let session = store::session(&mut db, &staff.account, &staff.session).await?;
    let vouched = session.is_some_and(|(_, entry)| Admission::is_vouched(entry));
    if identity.password_off || account.is_none_or(|account| account.password_hash.is_empty()) {
        let young = session.is_some_and(|(created, _)| app.clock.now() - created < FRESH);
        return Ok((Proof::SingleSignOn { fresh: vouched && young }, vouched));
    }
    Ok((Proof::Password { code: factor.is_some() }, vouched))
}

/// Shows them, and the form for a new one.
pub async fn show(
    _: TokensPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let fields = Fields::of([("days", "90")]);
    page(&app, &staff, wanted.language(), &fields, &[], asked.done.as_deref()).await
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    fields: &Fields,
    faults: &[Fault],
    done: Option<&str>,
) -> Response {
    let found = async {
        let tokens = store::of(&mut app.store.read().await?, &staff.account).await?;
        Ok::<_, StoreError>((tokens, proof(app, staff).await?.0))
    };
    match found.await {
        Ok((tokens, proof)) => {
            let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let form = Form { faults, ..Form::new(lang, fields) };
            let page = Page { staff, tokens: &tokens, form: &form, proof, done, now: app.clock.now() };
            error::html(status, view::page(&page).into_string())
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// A token as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its name.
    pub name: String,
    /// Its scopes, in the order of [`Scope::ALL`].
    pub scopes: Vec<Scope>,
    /// How long it lasts, in days.
    pub days: i64,
}

impl Order {
    /// What is wrong with it for an account that `may` do something by a scope.
    pub fn check(&self, may: impl Fn(Scope) -> bool) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let plain = !self.name.chars().any(char::is_control);
        if self.name.is_empty() || self.name.chars().count() > LONGEST || !plain {
            wrong.push(Wrong::Name);
        }
        if self.scopes.is_empty() || !self.scopes.iter().all(|scope| may(*scope)) {
            wrong.push(Wrong::Scopes);
        }
        if !(1..=DAYS[DAYS.len() - 1]).contains(&self.days) {
            wrong.push(Wrong::Days);
        }
        wrong
    }

    /// Makes it for an account and gives the token itself, which nobody can be told again; `None` if the account has
    /// [`MOST`] already. `by` is the log's entry without what was made.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn make(
        &self,
        db: &mut Writer,
        key: &secret::Key,
        account: &str,
        vouched: bool,
        by: Entry,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        if store::of(db, account).await?.len() >= MOST {
            return Ok(None);
        }
        let (token, id) = (token::make(), secret::token::<ID>());
        let codes: Vec<&str> = self.scopes.iter().map(|scope| scope.code()).collect();
        let expires = now + self.days * DAY;
        let kept = NewToken {
            id: &id,
            hash: &token::hash(key, &token),
            name: &self.name,
            scopes: &codes.join(" "),
            vouched,
            expires,
        };
        store::add(db, account, &kept, now).await?;
        let told = json!({ "token": id, "name": self.name, "scopes": codes, "expires": expires });
        audit::append(db, now, &by.with(told)).await?;
        Ok(Some(token))
    }
}

/// What the log calls the making of a token.
pub const MADE: &str = "account.token-make";
/// What the log calls its end by somebody's hand.
pub const REVOKED: &str = "account.token-revoke";

/// Makes one and shows it, once.
pub async fn make(
    _: TokensPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::LOGIN).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let order = Order {
        name: fields.one("name").unwrap_or_default().trim().to_owned(),
        scopes: Scope::ALL
            .into_iter()
            .filter(|scope| fields.all("scope").any(|code| code == scope.code()))
            .collect(),
        days: fields.one("days").and_then(|days| days.parse().ok()).unwrap_or_default(),
    };
    let mut faults: Vec<Fault> = order
        .check(|scope| staff.may(scope.permission()))
        .into_iter()
        .map(|wrong| wrong.fault(lang))
        .collect();
    let now = app.clock.now();
    let (proof, vouched) = match proof(&app, &staff).await {
        Ok(found) => found,
        Err(error) => return error::of_store(&error, lang),
    };
    let mut wait = None;
    // A code is spent only once everything else is right.
    if faults.is_empty() {
        match proof {
            Proof::SingleSignOn { fresh: true } => {}
            Proof::SingleSignOn { fresh: false } => faults.push(Wrong::NotFresh.fault(lang)),
            Proof::Password { .. } => {
                let given = Given {
                    password: fields.one("password").unwrap_or_default(),
                    code: fields.one("code").unwrap_or_default(),
                };
                match prove(&app, &staff, peer, &parts, &given, now).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(Problem::Wait { seconds })) => {
                        wait = Some(seconds);
                        faults.push(Wrong::Wait { seconds }.fault(lang));
                    }
                    Ok(Err(Problem::Code { .. })) => faults.push(Wrong::Code.fault(lang)),
                    Ok(Err(_)) => faults.push(Wrong::Password.fault(lang)),
                    Err(error) => return error::of_store(&error, lang),
                }
            }
        }
    }
    if faults.is_empty() {
        let made = async {
            let mut db = app.store.write().await?;
            // The session may have been ended since it was looked at, and with it all tokens.
            if store::session(&mut db, &staff.account, &staff.session).await?.is_none() {
                return Ok(Err(()));
            }
            let by = staff.did(MADE, staff.account.as_str());
            let made = order.make(&mut db, &app.key, &staff.account, vouched, by, now).await?;
            db.commit().await?;
            Ok::<_, StoreError>(Ok(made))
        };
        match made.await {
            Ok(Err(())) => return Redirect::to(&in_language("/admin/login", lang)).into_response(),
            Ok(Ok(Some(token))) => {
                let page = view::made(lang, &staff, &order, &token, app.config.staff_url());
                return error::html(StatusCode::OK, page.into_string());
            }
            Ok(Ok(None)) => faults.push(Wrong::TooMany.fault(lang)),
            Err(error) => return error::of_store(&error, lang),
        }
    }
    let mut response = page(&app, &staff, lang, &fields, &faults, None).await;
    if let Some(seconds) = wait {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Revokes a token of an account, told to the log as done by this person; false if there is none with this id.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn take_back(app: &App, staff: &Staff, account: &str, id: &str) -> Result<bool, StoreError> {
    let mut db = app.store.write().await?;
    let revoked = revoke(&mut db, account, id, staff.did(REVOKED, account), app.clock.now()).await?;
    db.commit().await?;
    Ok(revoked)
}

/// The same in a transaction, whoever does it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn revoke(
    db: &mut Writer,
    account: &str,
    id: &str,
    by: Entry,
    now: i64,
) -> Result<bool, StoreError> {
    let Some(name) = store::revoke(db, account, id).await? else { return Ok(false) };
    audit::append(db, now, &by.with(json!({ "token": id, "name": name }))).await?;
    Ok(true)
}

/// Revokes one of one's own.
pub async fn take_back_own(
    _: RevokePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    match take_back(&app, &staff, &staff.account, fields.one("token").unwrap_or_default()).await {
        Ok(true) => {
            let path = in_language(&TokensPath.to_string(), lang);
            Redirect::to(&with_query(&path, "done=revoked")).into_response()
        }
        Ok(false) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}
