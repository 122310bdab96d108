//! Single sign-on by OpenID Connect: the province's own log-in says who somebody is.
//!
//! The code flow with PKCE, `state` and `nonce`. What has to be remembered between leaving for the provider and coming back
//! is in a cookie, as a sealed ticket ([`super::ticket`]), so that nobody can finish a log-in that another browser began. Of
//! the ID token, signature, issuer, audience, time and `nonce` are checked (`openidconnect`); no token is kept.
//!
//! Who somebody is never makes an account and never gives a right: an administrator has set which account an identity is.
//! The server speaks to the issuer's host alone (`http`), whatever its answers say (security test H-14).

use serde::Deserialize;

#[cfg(not(feature = "oidc"))]
mod absent;
#[cfg(feature = "oidc")]
mod client;
#[cfg(feature = "oidc")]
mod http;

#[cfg(not(feature = "oidc"))]
pub use absent::Provider;
#[cfg(feature = "oidc")]
pub use client::Provider;

/// Where the provider sends people back to.
pub const BACK: &str = "/admin/login/sso/back";
/// How long a log-in at the provider may take, in milliseconds.
pub const PATIENCE: i64 = 10 * 60_000;

/// Who somebody is at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own name for them, which never changes.
    pub subject: String,
    /// Their e-mail address in small letters, if the provider has verified it and its domain is one of those allowed.
    pub email: Option<String>,
}

/// A log-in that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What its cookie remembers.
    pub cookie: String,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The provider cannot be reached, or does not speak as it should.
    #[error("the single sign-on cannot be reached: {0}")]
    Unreachable(String),
    /// Another browser began it, or it took too long.
    #[error("this browser began no such log-in, or too long ago")]
    Strange,
    /// The provider let nobody in.
    #[error("the single sign-on refused: {0}")]
    Refused(String),
    /// The provider's answer does not hold.
    #[error("the single sign-on's answer does not hold: {0}")]
    False(String),
}

impl Failure {
    /// The word for it in the audit log; `None` where nobody was refused.
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable(_) => None,
            Self::Strange => Some("another browser, or late"),
            Self::Refused(_) => Some("refused by the provider"),
            Self::False(_) => Some("answer does not hold"),
        }
    }
}

/// What the provider's redirect brings.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Answer {
    /// The code that tokens are had for.
    pub code: Option<String>,
    /// What we gave it to bring back.
    pub state: Option<String>,
    error: Option<String>,
}
