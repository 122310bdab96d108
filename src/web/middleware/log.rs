//! The request log: method, route and status. Never an address of a page, since those of personal links are secrets,
//! and never who asked (security tests B-12, K-04).

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};

/// Logs a request after it is answered: failures of ours as errors, the rest for those who ask for it.
pub async fn requests(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    if status.is_server_error() {
        tracing::error!(%method, route, status = status.as_u16(), "request failed");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), "request");
    }
    response
}
