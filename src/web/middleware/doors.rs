//! Through which door a request may come: by a name that is ours (security test G-08), and to administration only where and
//! when the settings let it (F-17).

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{Extensions, HeaderMap, StatusCode, header::HOST},
    middleware::Next,
    response::Response,
};

use super::peer::{self, Peer};
use crate::{
    clock,
    web::{app::App, error, routes, views::message::Kind},
};

/// The address that a connection came in by, put into its requests by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The only one, for everything.
    Only,
    /// The public's, where administration has one of its own.
    Public,
    /// Administration's.
    Staff,
}

/// Lets a request through, or answers it.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let lang = routes::language(&request);
    if !is_our_name(&app, &request) {
        tracing::warn!(
            "a request for another host was refused; is base_url what people see, and does the proxy pass it on?"
        );
        let mut page = error::page(lang, Kind::Unknown);
        *page.status_mut() = StatusCode::MISDIRECTED_REQUEST;
        return page;
    }
    let path = request.uri().path();
    let is_administration = path == "/admin" || path.starts_with("/admin/");
    if is_administration && let Some(shut) = shut(&app, request.extensions(), request.headers()) {
        return error::page(
            lang,
            match shut {
                Shut::Elsewhere => Kind::Unknown,
                Shut::AfterHours => Kind::AfterHours,
            },
        );
    }
    next.run(request).await
}

/// Why nobody may administer from there or now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Not from there: as if there were nothing.
    Elsewhere,
    /// Not at this time.
    AfterHours,
}

/// Whether administration, and whatever else is for staff alone, is shut for a request.
pub fn shut(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Option<Shut> {
    let config = &app.config;
    let by_public = extensions.get::<Door>() == Some(&Door::Public);
    let client =
        extensions.get::<Peer>().map(|Peer(peer)| peer::client(*peer, headers, &config.trusted_proxies));
    let elsewhere = config
        .admin_networks
        .as_ref()
        .is_some_and(|networks| !client.is_some_and(|client| networks.contain(client)));
    if by_public || elsewhere {
        tracing::warn!("administration was asked for from elsewhere");
        return Some(Shut::Elsewhere);
    }
    let now = app.clock.now();
    let weekday = usize::try_from((clock::day(now) + 3).rem_euclid(7)).unwrap_or(0);
    let closed = config.admin_hours.as_ref().is_some_and(|hours| !hours.contain(weekday, clock::minute(now)));
    closed.then_some(Shut::AfterHours)
}

/// Whether the request's `Host` is a name that the settings give, or no name: nothing is made of it, but who relies on names
/// being ours, such as a browser's cache or another site's rebound name, must not be served.
fn is_our_name(app: &App, request: &Request) -> bool {
    let Some(names) = app.config.host_names() else { return true };
    let Some(host) = request.headers().get(HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let host = name_of(host);
    let plain = host.trim_matches(['[', ']']);
    plain.parse::<IpAddr>().is_ok() || host == "localhost" || names.contains(&host)
}

/// A host without its port, in small letters.
fn name_of(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}
