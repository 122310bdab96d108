//! One's own second factor: setting it up, changing to another telephone, new recovery codes, removing it.
//!
//! Each change asks for the current password, and for a code where there is a second factor already, and ends every other
//! session (security test F-09). Reading a page changes nothing: a seed that is only proposed is in the page, as a ticket,
//! and in the database only once a code has shown that the telephone knows it.

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::{Deserialize, Serialize};

use super::entry::{self, Way};
use crate::{
    language::Lang,
    store::{
        StoreError,
        accounts::{self, Account},
        audit,
        second_factors::{self, SecondFactor},
    },
    web::{
        app::App,
        auth::{
            in_turn,
            kept::Kept,
            password,
            second_factor::{self, Seed, Shared},
            session::{self, Admission, Arrival, Staff},
            ticket,
        },
        error,
        middleware::peer::{self, Peer},
        respond::answer::{self, Wanted},
        views::admin::second_factor::{self as view, Problem},
    },
};

/// The second factor of the account signed in.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/second-factor")]
pub struct SecondFactorPath;

/// Setting one up in its place.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/second-factor/new")]
pub struct NewPath;

/// New recovery codes.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/second-factor/recovery-codes")]
pub struct RecoveryPath;

/// Removing it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/second-factor/remove")]
pub struct RemovePath;

/// Where one's own second factor is.
pub const PATH: &str = "/admin/second-factor";

/// Whether a path is one of those that are open before a second factor is set up.
pub fn is_of(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// How long a proposed secret may be confirmed, in milliseconds.
const PATIENCE: i64 = 60 * 60_000;
/// What tickets of proposed secrets are for.
const PURPOSE: &str = "proposed second factor";

/// A seed that a page proposes.
#[derive(Debug, Serialize, Deserialize)]
struct Proposed {
    account: String,
    seed: Seed,
    until: i64,
}

/// Shows what there is; where there is none, how to set one up.
pub async fn show(
    _: SecondFactorPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let found = async {
        let mut db = app.store.read().await?;
        let factor = second_factors::find(&mut db, &staff.account).await?;
        let left = second_factors::recovery_left(&mut db, &staff.account).await?;
        Ok::<_, StoreError>(factor.map(|_| left))
    };
    match found.await {
        Ok(Some(left)) => overview(&app, StatusCode::OK, &staff, lang, left, None),
        Ok(None) => {
            let way = Way { lang, next: None, kept: None };
            set_up(&app, StatusCode::OK, &staff, &Proposal::new(&app, &staff.account), &way, false, None)
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Shows how to set up another telephone.
pub async fn show_new(
    _: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let way = Way { lang: wanted.language(), next: None, kept: None };
    let has = async { second_factors::find(&mut app.store.read().await?, &staff.account).await };
    match has.await {
        Ok(factor) => {
            let proposal = Proposal::new(&app, &staff.account);
            set_up(&app, StatusCode::OK, &staff, &proposal, &way, factor.is_some(), None)
        }
        Err(error) => error::of_store(&error, way.lang),
    }
}

/// The page that sets one up, for somebody who is let in for nothing else yet.
pub fn first(app: &App, staff: &Staff, way: &Way) -> Response {
    let proposal = Proposal::new(app, &staff.account);
    set_up(app, StatusCode::OK, staff, &proposal, way, false, Some(Problem::First))
}

/// The same in answer to a form that somebody sent who is let in for nothing else yet: it waits until that is done.
pub fn before(app: &App, staff: &Staff, lang: Lang, form: &Kept) -> Response {
    let way = Way { lang, next: None, kept: Some(form.seal(&app.key)) };
    let mut page = first(app, staff, &way);
    *page.status_mut() = Problem::First.status();
    page
}

/// Takes a proposed secret over once a code has shown that the telephone knows it.
pub async fn set(
    _: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, fields) = match entry::read(request, lang).await {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let way = Way::of(&fields, lang);
    let now = app.clock.now();
    let sealed = fields.one("ticket").unwrap_or_default();
    let Some(proposal) = Proposal::open(&app, &staff.account, sealed, now) else {
        let proposal = Proposal::new(&app, &staff.account);
        let has = fields.has("code");
        return set_up(&app, StatusCode::CONFLICT, &staff, &proposal, &way, has, Some(Problem::Late));
    };
    let given = Given {
        password: fields.one("password").unwrap_or_default(),
        code: fields.one("code").unwrap_or_default(),
    };
    // The new telephone's code first: it costs nobody a code of the old one when it is wrong.
    let typed = fields.one("new").unwrap_or_default();
    let Some(step) = proposal.shared.step_of(typed, now) else {
        let problem = match proposal.shared.drift(typed, now) {
            Some(seconds) => Problem::Clock { seconds, now },
            None => Problem::New,
        };
        let has = fields.has("code");
        return set_up(&app, StatusCode::UNPROCESSABLE_ENTITY, &staff, &proposal, &way, has, Some(problem));
    };
    let proof = match prove(&app, &staff, peer, &parts, &given, now).await {
        Ok(Ok(proof)) => proof,
        Ok(Err(problem)) => {
            let has = fields.has("code");
            let page = set_up(&app, problem.status(), &staff, &proposal, &way, has, Some(problem));
            return retry_after(page, problem);
        }
        Err(error) => return error::of_store(&error, lang),
    };
    let factor = SecondFactor { seed: proposal.seed.to_vec(), step };
    let codes = second_factor::recovery_codes();
    let stored = async {
        let mut db = app.store.write().await?;
        second_factors::set(&mut db, &staff.account, &factor, &hashes(&app, &staff.account, &codes)).await?;
        accounts::end_sessions(&mut db, &staff.account).await?;
        let action =
            if proof.factor.is_some() { "account.second-factor-change" } else { "account.second-factor-set" };
        audit::append(&mut db, now, &staff.did(action, staff.account.as_str())).await?;
        db.commit().await?;
        let from = Arrival::of(&parts, staff.address.unwrap_or(peer));
        session::begin(&app, &staff.account, Admission::Whole, &from).await
    };
    match stored.await {
        Ok(cookie) => {
            let page = view::codes(lang, &staff, &codes, way.form(&app).as_ref());
            entry::with(error::html(StatusCode::OK, page.into_string()), &cookie)
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// Makes new recovery codes in the place of all that were left.
pub async fn renew(
    _: RecoveryPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let codes = second_factor::recovery_codes();
    let hashes = hashes(&app, &staff.account, &codes);
    let lang = wanted.language();
    change(&app, &staff, peer, request, &wanted, "account.recovery-codes", async |db, _| {
        second_factors::replace_recovery(db, &staff.account, &hashes).await?;
        Ok(Ok(view::codes(lang, &staff, &codes, None)))
    })
    .await
}

/// Removes it.
pub async fn remove(
    _: RemovePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    change(&app, &staff, peer, request, &wanted, "account.second-factor-remove", async |db, given| {
        if session::needs_second_factor(&app, staff.role) {
            return Ok(Err(Problem::Compulsory));
        }
        // Alone it would be too short (F-13).
        if !password::may_stand_alone(given.password) {
            return Ok(Err(Problem::ShortPassword));
        }
        second_factors::remove(db, &staff.account).await?;
        Ok(Ok(view::removed(lang, &staff)))
    })
    .await
}

/// A change of an account that has a second factor: proven first, other sessions ended with it.
async fn change(
    app: &App,
    staff: &Staff,
    peer: std::net::IpAddr,
    request: Request,
    wanted: &Wanted,
    action: &'static str,
    act: impl AsyncFnOnce(
        &mut crate::store::Writer,
        &Given<'_>,
    ) -> Result<Result<maud::Markup, Problem>, StoreError>,
) -> Response {
    let lang = wanted.language();
    let (parts, fields) = match entry::read(request, lang).await {
        Ok(read) => read,
        Err(page) => return *page,
    };
    let given = Given {
        password: fields.one("password").unwrap_or_default(),
        code: fields.one("code").unwrap_or_default(),
    };
    let done = async {
        let proof = match prove(app, staff, peer, &parts, &given, app.clock.now()).await? {
            Ok(proof) => proof,
            Err(problem) => return Ok(Err(problem)),
        };
        if proof.factor.is_none() {
            return Ok(Err(Problem::None));
        }
        let mut db = app.store.write().await?;
        let page = match act(&mut db, &given).await? {
            Ok(page) => page,
            Err(problem) => return Ok(Err(problem)),
        };
        accounts::end_sessions(&mut db, &staff.account).await?;
        audit::append(&mut db, app.clock.now(), &staff.did(action, staff.account.as_str())).await?;
        db.commit().await?;
        let from = Arrival::of(&parts, staff.address.unwrap_or(peer));
        let cookie = session::begin(app, &staff.account, Admission::Whole, &from).await?;
        Ok::<_, StoreError>(Ok((page, cookie)))
    };
    match done.await {
        Ok(Ok((page, cookie))) => entry::with(error::html(StatusCode::OK, page.into_string()), &cookie),
        Ok(Err(Problem::None)) => {
            Redirect::to(&answer::in_language(&SecondFactorPath.to_string(), lang)).into_response()
        }
        Ok(Err(problem)) => {
            let left =
                async { second_factors::recovery_left(&mut app.store.read().await?, &staff.account).await };
            match left.await {
                Ok(left) => {
                    let page = overview(app, problem.status(), staff, lang, left, Some(problem));
                    retry_after(page, problem)
                }
                Err(error) => error::of_store(&error, lang),
            }
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// What proves that it is the account's owner who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) password: &'a str,
    pub(super) code: &'a str,
}

/// What was proven.
#[derive(Debug)]
pub(super) struct Proof {
    factor: Option<SecondFactor>,
}

/// Checks the current password and, where there is a second factor, a code (security test F-09).
pub(super) async fn prove(
    app: &App,
    staff: &Staff,
    peer: std::net::IpAddr,
    parts: &Parts,
    given: &Given<'_>,
    now: i64,
) -> Result<Result<Proof, Problem>, StoreError> {
    let client = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
    let wait = app.throttle.wait(&staff.account, client, now);
    if wait > 0 {
        return Ok(Err(Problem::Wait { seconds: (wait + 999) / 1_000 }));
    }
    let (account, factor): (Option<Account>, _) = {
        let mut db = app.store.read().await?;
        let account = accounts::find(&mut db, &staff.account).await?;
        (account, second_factors::find(&mut db, &staff.account).await?)
    };
    let hash = account.map(|account| account.password_hash);
    if !in_turn::fits(app, given.password.to_owned(), hash).await {
        app.throttle.failed(&staff.account, client, now);
        return Ok(Err(Problem::Password));
    }
    if let Some(factor) = &factor {
        if let Err(wait) = app.throttle.attempt(&staff.account, now) {
            return Ok(Err(Problem::Wait { seconds: (wait + 999) / 1_000 }));
        }
        if entry::spend(app, &staff.account, factor, given.code, now).await?.is_none() {
            app.throttle.failed(&staff.account, client, now);
            return Ok(Err(Problem::Code { now }));
        }
        app.throttle.passed(&staff.account);
    }
    app.throttle.succeeded(&staff.account, client);
    Ok(Ok(Proof { factor }))
}

fn hashes(app: &App, account: &str, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| second_factor::recovery_hash(&app.key, account, code)).collect()
}

/// A secret that a page proposes.
struct Proposal {
    seed: Seed,
    shared: Shared,
    sealed: String,
}

impl Proposal {
    fn new(app: &App, account: &str) -> Self {
        let seed = second_factor::seed();
        let until = app.clock.now() + PATIENCE;
        let proposed = Proposed { account: account.to_owned(), seed, until };
        let sealed = ticket::seal(&app.key, PURPOSE, &proposed);
        Self { seed, shared: Shared::new(&app.key, account, &seed), sealed }
    }

    /// The one of this ticket, if it is this account's and not too old.
    fn open(app: &App, account: &str, sealed: &str, now: i64) -> Option<Self> {
        let proposed: Proposed = ticket::open(&app.key, PURPOSE, sealed)?;
        let seed = proposed.seed;
        (proposed.account == account && now < proposed.until).then(|| Self {
            seed,
            shared: Shared::new(&app.key, account, &seed),
            sealed: sealed.to_owned(),
        })
    }
}

fn set_up(
    app: &App,
    status: StatusCode,
    staff: &Staff,
    proposal: &Proposal,
    way: &Way,
    has_factor: bool,
    problem: Option<Problem>,
) -> Response {
    let host = app.config.base_url.split_once("://").map_or("sipas", |(_, host)| host);
    let kept = way.kept.as_deref().filter(|kept| Kept::open(&app.key, kept).is_some());
    let page = view::set_up(&view::SetUp {
        lang: way.lang,
        staff,
        secret: &proposal.shared.text(),
        address: &proposal.shared.address(host, &staff.account),
        ticket: &proposal.sealed,
        kept,
        has_factor,
        problem,
    });
    error::html(status, page.into_string())
}

fn overview(
    app: &App,
    status: StatusCode,
    staff: &Staff,
    lang: Lang,
    left: i64,
    problem: Option<Problem>,
) -> Response {
    let page = view::overview(&view::Overview {
        lang,
        staff,
        left,
        compulsory: session::needs_second_factor(app, staff.role),
        problem,
    });
    error::html(status, page.into_string())
}

fn retry_after(mut page: Response, problem: Problem) -> Response {
    if let Problem::Wait { seconds } = problem {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}
