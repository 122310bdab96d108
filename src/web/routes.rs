//! The whole site map, and the layers that every request passes through.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use axum_extra::routing::RouterExt as _;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    csrf::{CsrfLayer, ProtectionError},
    timeout::TimeoutLayer,
};

use super::{
    admin,
    app::App,
    assets, error,
    middleware::{headers, log},
    respond::{about, answer, counter, kiosk, link, visit},
    views::message::{self, Kind},
};
use crate::{language::Lang, store::campaigns};

/// Longest time for a whole request, its body included.
const REQUEST: Duration = Duration::from_secs(30);

/// The site map.
pub fn router(app: App) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), headers::set))
        .layer(CatchPanicLayer::custom(|_| failed()))
        .layer(from_fn(pages_for_refusals))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST))
        .layer(csrf(&app));
    Router::new()
        // Citizens
        .typed_get(counter::show)
        .typed_post(counter::submit)
        .typed_get(counter::thank)
        .typed_get(about::counter)
        .typed_get(kiosk::show)
        .typed_post(kiosk::submit)
        .typed_get(kiosk::thank)
        .typed_post(kiosk::leave)
        .typed_get(kiosk::manifest)
        .typed_post(visit::progress)
        // Officials
        .typed_get(link::show)
        .typed_post(link::submit)
        .typed_post(link::submit_form)
        .typed_get(link::thank)
        .typed_get(about::link)
        // Staff
        .typed_get(admin::home::show)
        .typed_get(admin::login::show)
        .typed_post(admin::login::submit)
        .typed_post(admin::login::log_out)
        .typed_get(admin::campaigns::show)
        .typed_get(admin::campaign::show)
        .typed_get(admin::report::show)
        .typed_get(admin::report::json)
        .typed_get(admin::report::csv)
        .typed_get(admin::report::xlsx)
        .typed_get(admin::comments::show)
        .typed_post(admin::comments::decide)
        .typed_get(admin::comments::edit)
        .typed_post(admin::comments::cover)
        .typed_get(admin::counters::posters)
        .typed_get(admin::counters::poster)
        .typed_get(admin::counters::svg)
        .typed_get(admin::counters::png)
        .typed_get(admin::mail::show)
        .typed_get(admin::watching::show)
        .typed_get(admin::watching::events)
        // Operators
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/static/{*path}", get(asset))
        .route("/audio/{name}", get(sound))
        .route("/kiosk-sw.js", get(service_worker))
        .route("/sw.js", get(service_worker))
        .route("/", get(admin::home::front))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn(log::requests))
        .layer(layers)
        .with_state(app)
}

/// Requests that change something must come from our own pages, or from no page at all (security test G-05).
fn csrf(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    // Behind a proxy the Host that we see may not be the one that people see.
    layer.add_trusted_origin(&app.config.base_url).unwrap_or_default()
}

/// What layers refuse gets a page of ours, too.
async fn pages_for_refusals(request: Request, next: axum::middleware::Next) -> Response {
    let lang = language(&request);
    let response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        return error::page(lang, Kind::OtherSite);
    }
    let plain =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::REQUEST_TIMEOUT => error::page(lang, Kind::Slow),
        // What the framework cannot read, such as a parameter twice, it tells in English and to programmers.
        StatusCode::BAD_REQUEST if plain => error::page(lang, Kind::Malformed),
        _ => response,
    }
}

fn language(request: &Request) -> Lang {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == answer::LANG)
        .and_then(|(_, code)| Lang::find_for_respondents(&code))
        .unwrap_or(Lang::VI)
}

fn failed() -> Response {
    error::page(Lang::VI, Kind::Failed)
}

async fn unknown(request: Request) -> Response {
    error::page(language(&request), Kind::Unknown)
}

async fn not_allowed(request: Request) -> Response {
    error::html(
        StatusCode::METHOD_NOT_ALLOWED,
        message::page(language(&request), &Kind::Malformed).into_string(),
    )
}

async fn ready(State(app): State<App>) -> Response {
    let answers = async { campaigns::revision(&mut app.store.read().await?).await };
    match answers.await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
        }
    }
}

async fn sound(State(app): State<App>, request: Request) -> Response {
    let name = request.uri().path().strip_prefix("/audio/").unwrap_or_default();
    match app.sounds.send(name, request.headers()) {
        Some(response) => response,
        None => unknown(request).await,
    }
}

async fn asset(request: Request) -> Response {
    let Some(asset) = assets::find(request.uri().path()) else { return unknown(request).await };
    let mut response = file(asset, &request);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_CONTROL));
    response
}

/// The workers' addresses stay the same, so that phones and tablets find their next versions; no copy is kept on the way.
async fn service_worker(request: Request) -> Response {
    match assets::named(request.uri().path().trim_start_matches('/')) {
        Some(asset) => file(asset, &request),
        None => unknown(request).await,
    }
}

fn file(asset: &'static assets::Asset, request: &Request) -> Response {
    let packed = asset.gzip.as_deref().filter(|_| answer::takes_gzip(request.headers()));
    let mut response = axum::body::Bytes::from_static(packed.unwrap_or(&asset.bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if packed.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
