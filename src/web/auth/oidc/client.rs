//! The log-in at the provider, step by step.

use std::sync::Arc;

use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreUserInfoClaims},
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{Answer, BACK, Begun, Failure, Identity, PATIENCE, http};
use crate::{
    config::Oidc,
    secret::{self, Key},
    web::auth::ticket,
};

/// How long what the provider says of itself is taken as it is, in milliseconds.
const FRESH: i64 = 10 * 60_000;
/// What the cookie's tickets are for.
const PURPOSE: &str = "single sign-on";
/// Length of the random texts, in characters of 5 bits; PKCE wants 43 or more.
const RANDOM: usize = 52;

/// The provider.
#[derive(Debug)]
pub struct Provider {
    settings: Oidc,
    http: http::Client,
    /// What the provider says of itself, and when it said so.
    metadata: Mutex<Option<(i64, Arc<ProviderMetadataWithLogout>)>>,
}

/// What is remembered while somebody is at the provider.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    state: String,
    nonce: String,
    verifier: String,
    next: Option<String>,
    until: i64,
}

impl Provider {
    /// The provider of these settings, where they name one.
    pub fn of(settings: Option<Oidc>) -> Option<Self> {
        let settings = settings?;
        let http = http::Client::new(&settings.issuer);
        Some(Self { settings, http, metadata: Mutex::new(None) })
    }

    /// What the button calls it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Whether it sees to a second factor itself.
    pub const fn vouches(&self) -> bool {
        self.settings.second_factor
    }

    async fn metadata(&self, now: i64) -> Result<Arc<ProviderMetadataWithLogout>, Failure> {
        let mut held = self.metadata.lock().await;
        if let Some((at, metadata)) = &*held
            && now - at < FRESH
        {
            return Ok(Arc::clone(metadata));
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(unreachable)?;
        let ask = self.http.asking();
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &ask).await.map_err(unreachable)?;
        let metadata = Arc::new(metadata);
        *held = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn redirect(base_url: &str) -> Result<RedirectUrl, Failure> {
        RedirectUrl::new(format!("{base_url}{BACK}")).map_err(unreachable)
    }

    fn secret(&self) -> Option<ClientSecret> {
        self.settings
            .client_secret
            .as_ref()
            .map(|secret| ClientSecret::new(secret.expose_secret().to_owned()))
    }

    /// Begins a log-in that leads to `next` in the end.
    ///
    /// # Errors
    /// [`Failure::Unreachable`].
    pub async fn begin(
        &self,
        key: &Key,
        base_url: &str,
        next: Option<String>,
        now: i64,
    ) -> Result<Begun, Failure> {
        let metadata = self.metadata(now).await?;
        let id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata((*metadata).clone(), id, self.secret())
            .set_redirect_uri(Self::redirect(base_url)?);
        let verifier = PkceCodeVerifier::new(secret::token::<RANDOM>());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(secret::token::<RANDOM>()),
                || Nonce::new(secret::token::<RANDOM>()),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let remembered = Remembered {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            next,
            until: now + PATIENCE,
        };
        Ok(Begun { url: url.into(), cookie: ticket::seal(key, PURPOSE, &remembered) })
    }

    /// Who came back from the provider, and where they wanted to go.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn finish(
        &self,
        key: &Key,
        base_url: &str,
        cookie: &str,
        answer: Answer,
        now: i64,
    ) -> Result<(Identity, Option<String>), Failure> {
        use subtle::ConstantTimeEq as _;
        let remembered: Remembered = ticket::open(key, PURPOSE, cookie).ok_or(Failure::Strange)?;
        let state = answer.state.unwrap_or_default();
        let same: bool = state.as_bytes().ct_eq(remembered.state.as_bytes()).into();
        if !same || now >= remembered.until {
            return Err(Failure::Strange);
        }
        if let Some(error) = answer.error {
            // Of a stranger's text no more than what such codes look like.
            let plain = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            return Err(Failure::Refused(plain));
        }
        let code = AuthorizationCode::new(answer.code.ok_or(Failure::Strange)?);
        let metadata = self.metadata(now).await?;
        let id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata((*metadata).clone(), id, self.secret())
            .set_redirect_uri(Self::redirect(base_url)?);
        let ask = self.http.asking();
        let tokens = client
            .exchange_code(code)
            .map_err(unreachable)?
            .set_pkce_verifier(PkceCodeVerifier::new(remembered.verifier))
            .request_async(&ask)
            .await
            .map_err(broken)?;
        let token = tokens.id_token().ok_or_else(|| Failure::False("no ID token".to_owned()))?;
        let verifier = client.id_token_verifier();
        let claims = match token.claims(&verifier, &Nonce::new(remembered.nonce)) {
            Ok(claims) => claims,
            Err(error) => {
                // Perhaps the provider has new keys: the next attempt asks for them.
                *self.metadata.lock().await = None;
                return Err(broken(error));
            }
        };
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(broken)?;
            let key = token.signing_key(&verifier).map_err(broken)?;
            let actual =
                AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(broken)?;
            if actual != *expected {
                return Err(Failure::False("the access token is not the ID token's".to_owned()));
            }
        }
        let subject = claims.subject().clone();
        let mut email = claims.email().map(|email| email.as_str().to_owned());
        let mut verified = claims.email_verified();
        // Only where an address could count. Some providers tell it elsewhere than on the issuer's host; then there is none.
        if email.is_none()
            && !self.settings.email_domains.is_empty()
            && let Ok(request) = client.user_info(tokens.access_token().clone(), Some(subject.clone()))
        {
            match request.request_async(&ask).await {
                Ok(more) => {
                    let more: CoreUserInfoClaims = more;
                    email = more.email().map(|email| email.as_str().to_owned());
                    verified = more.email_verified();
                }
                Err(error) => tracing::warn!(error = chain(&error), "single sign-on: no e-mail address"),
            }
        }
        let email = email.filter(|_| verified == Some(true)).and_then(|email| self.allowed(&email));
        Ok((Identity { subject: subject.as_str().to_owned(), email }, remembered.next))
    }

    /// The address in small letters, if its domain is one of those that count.
    fn allowed(&self, email: &str) -> Option<String> {
        let email = email.trim().to_lowercase();
        let (_, domain) = email.rsplit_once('@')?;
        self.settings.email_domains.iter().any(|allowed| allowed == domain).then_some(email)
    }

    /// Where one also logs out at the provider, if it says.
    pub async fn log_out(&self, base_url: &str, now: i64) -> Option<String> {
        let metadata = self.metadata(now).await.ok()?;
        let end = metadata.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::new(format!("{base_url}/admin/login")).ok()?;
        let request = LogoutRequest::from(end)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        Some(request.http_get_url().into())
    }
}

fn unreachable(error: impl std::error::Error) -> Failure {
    Failure::Unreachable(chain(&error))
}

fn broken(error: impl std::error::Error) -> Failure {
    Failure::False(chain(&error))
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
