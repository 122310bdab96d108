//! Security headers on every response (security test G-01).

use std::sync::LazyLock;

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

use crate::web::{app::App, assets};

/// The policy: nothing but our own files, the page's own styles by their hash, and forms to ourselves, which a script
/// may send (`connect-src`) and a worker may outlive a lost network for (`worker-src`).
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {}; img-src 'self' data:; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
        assets::style_hash()
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// The policy of a file that is no page: the same, without what only a page needs. It weighs on a first visit.
const POLICY_OF_FILES: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
);

/// Put into a response's extensions by a page that needs a little more than the policy allows. Respondents'
/// pages need nothing more, and what others need does not weigh on their first visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Shows another page of ours in a frame: the questionnaire in its phone.
    Frame,
    /// Is that page in the frame.
    Framing,
    /// Carries the styles of printed codes.
    PosterStyle,
    /// May be shown and read by pages of other sites: open data and badges.
    Shared,
}

/// The policy of such a page.
fn policy_for(needs: Needs) -> Option<HeaderValue> {
    let policy = POLICY.to_str().ok()?;
    let policy = match needs {
        Needs::Frame => format!("{policy}; frame-src 'self'"),
        Needs::Framing => policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
        Needs::PosterStyle => policy.replace(assets::style_hash(), assets::poster_style_hash()),
        Needs::Shared => return Some(POLICY_OF_FILES),
    };
    HeaderValue::try_from(policy).ok()
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const FIXED: [(HeaderName, HeaderValue); 6] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// Adds the headers; whatever a handler does not say about keeping is not kept (G-04).
pub async fn set(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_file = request.uri().path().starts_with("/static/");
    let mut response = next.run(request).await;
    let is_success = response.status().is_success();
    let needs = response.extensions().get::<Needs>().copied();
    let headers = response.headers_mut();
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
    // An error page at a file's address is still a page.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        if is_file && is_success { POLICY_OF_FILES } else { POLICY.clone() },
    );
    if let Some(policy) = needs.and_then(policy_for) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        if needs == Some(Needs::Framing) {
            headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
        }
        if needs == Some(Needs::Shared) {
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
    if app.config.is_https() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
