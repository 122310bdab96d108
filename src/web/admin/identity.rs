//! Who an account is at the single sign-on, set by an administrator.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use super::entry;
use crate::{
    config::Config,
    language::Lang,
    store::{
        StoreError, Writer, accounts, audit,
        identities::{self, Identity},
    },
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::Fields,
        respond::answer::Wanted,
        views::{
            admin::{form::Fault, identity as view},
            message::Kind,
        },
    },
};

/// Who an account is at the single sign-on.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/accounts/{name}/sso", rejection(NotFound))]
pub struct IdentityPath {
    /// The account's name.
    pub name: String,
}

/// Longest name of a person at the provider, in bytes (OpenID Connect Core, 2).
const LONGEST: usize = 255;

/// Why an account cannot be that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Too long, or with characters that no name has.
    Name,
    /// The settings do not take addresses of this domain.
    Domain,
    /// Another account is that already.
    Taken,
    /// Without a name nobody could enter the account.
    NobodyLeft,
    /// The provider does not see to a second factor itself.
    NotVouched,
}

impl Wrong {
    /// In words.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Name => fl!(m, "signin-sso-wrong-name"),
            Self::Domain => fl!(m, "signin-sso-wrong-domain"),
            Self::Taken => fl!(m, "signin-sso-taken"),
            Self::NobodyLeft => fl!(m, "signin-sso-nobody-left"),
            Self::NotVouched => fl!(m, "signin-sso-not-vouched"),
        }
    }
}

/// The identity that was typed.
///
/// # Errors
/// [`Wrong`].
pub fn checked(config: &Config, typed: &str, password_off: bool) -> Result<Identity, Wrong> {
    let name = typed.trim();
    if name.len() > LONGEST || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Wrong::Name);
    }
    let provider = config.oidc.as_ref();
    let name = match name.rsplit_once('@') {
        Some((_, domain)) => {
            let domain = domain.to_lowercase();
            if !provider.is_some_and(|provider| provider.email_domains.contains(&domain)) {
                return Err(Wrong::Domain);
            }
            name.to_lowercase()
        }
        None => name.to_owned(),
    };
    let name = (!name.is_empty()).then_some(name);
    if password_off && name.is_none() {
        return Err(Wrong::NobodyLeft);
    }
    if password_off && !provider.is_some_and(|provider| provider.second_factor) {
        return Err(Wrong::NotVouched);
    }
    Ok(Identity { name, password_off })
}

/// Sets it, ends the account's sessions, and records it; false where another account is that already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set(
    db: &mut Writer,
    now: i64,
    account: &str,
    identity: &Identity,
    by: audit::Entry,
) -> Result<bool, StoreError> {
    let told = |identity: &Identity| json!({ "sso": identity.name, "password_off": identity.password_off });
    let before = identities::of(db, account).await?.unwrap_or_default();
    if !identities::set(db, account, identity).await? {
        return Ok(false);
    }
    accounts::end_sessions(db, account).await?;
    audit::append(db, now, &by.changed(told(&before), told(identity))).await?;
    Ok(true)
}

/// Shows who an account is.
pub async fn show(
    path: IdentityPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match async { identities::of(&mut app.store.read().await?, &path.name).await }.await {
        Ok(Some(identity)) if app.sso.is_some() => {
            page(StatusCode::OK, &app, &path, &staff, lang, &view::fields(&identity), &[], false)
        }
        Ok(_) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Changes it.
pub async fn change(
    path: IdentityPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let fields = match entry::read(request, lang).await {
        Ok((_, fields)) => fields,
        Err(page) => return *page,
    };
    let known = async { identities::of(&mut app.store.read().await?, &path.name).await };
    match known.await {
        Ok(Some(_)) if app.sso.is_some() => {}
        Ok(_) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    }
    // Whoever sits at an unlocked desk must not make a way in of their own.
    if path.name == staff.account {
        return page(StatusCode::FORBIDDEN, &app, &path, &staff, lang, &fields, &[], false);
    }
    let typed = fields.one(view::NAME).unwrap_or_default();
    let wrong = match checked(&app.config, typed, fields.has(view::PASSWORD_OFF)) {
        Ok(identity) => {
            let done = async {
                let mut db = app.store.write().await?;
                let by = staff.did("account.sso", path.name.as_str());
                let set = set(&mut db, app.clock.now(), &path.name, &identity, by).await?;
                if set {
                    db.commit().await?;
                }
                Ok::<_, StoreError>(set)
            };
            match done.await {
                Ok(true) => {
                    let fields = view::fields(&identity);
                    return page(StatusCode::OK, &app, &path, &staff, lang, &fields, &[], true);
                }
                Ok(false) => Wrong::Taken,
                Err(error) => return error::of_store(&error, lang),
            }
        }
        Err(wrong) => wrong,
    };
    let field = if matches!(wrong, Wrong::NotVouched) { view::PASSWORD_OFF } else { view::NAME };
    let faults = [Fault::new(field, wrong.words(lang))];
    page(StatusCode::UNPROCESSABLE_ENTITY, &app, &path, &staff, lang, &fields, &faults, false)
}

#[expect(clippy::too_many_arguments, reason = "one call of the view")]
fn page(
    status: StatusCode,
    app: &App,
    path: &IdentityPath,
    staff: &Staff,
    lang: Lang,
    fields: &Fields,
    faults: &[Fault],
    done: bool,
) -> Response {
    let provider = app.sso.as_ref().map(|provider| provider.name()).unwrap_or_default();
    let page = view::page(&view::Page {
        lang,
        staff,
        account: &path.name,
        action: &path.to_string(),
        provider,
        fields,
        faults,
        done,
    });
    error::html(status, page.into_string())
}
