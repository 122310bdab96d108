//! `/api/v1`: for programs. Published results are open to everybody; what staff read takes an access token
//! ([`crate::web::auth::bearer`]), and is what the same account reads on pages, decided in the same places. What it may answer
//! is in [`openapi`], which a test holds to the routes and to what they answer; errors are [`problem`]s.
//!
//! Lists come in pages: `limit` entries, and `next` to pass on as `cursor`. Parameters that there are not are refused, so that a
//! slip of the pen does not give another answer than was asked for. What is published was frozen, has a strong ETag and may
//! be read by pages of other sites; what staff read has a weak one, is kept by nobody on the way and by no other site's page.

pub mod answer;
pub mod asked;
pub mod campaigns;
pub mod counts;
pub mod directory;
pub mod exports;
pub mod openapi;
pub mod periods;
pub mod problem;
pub mod reports;

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    extract::{Request, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::csrf::ProtectionError;

use self::{asked::Asked, problem::Problem};
use super::{
    app::App,
    middleware::headers::Needs,
    published::{self, Held, shelf},
};
use crate::{
    language::Lang,
    publication::Format,
    store::publications::{self, Listed},
};

/// Entries of a page, unless the reader says otherwise.
const PAGE: usize = 50;
/// Most entries of a page.
pub const MOST: usize = 200;

const JSON: &str = "application/json; charset=utf-8";

/// The description of all this.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/openapi.json")]
pub struct OpenapiPath;

/// The types of problems.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/problems")]
pub struct ProblemsPath;

/// The published campaigns.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/publications")]
pub struct ListPath;

/// A published report.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/publications/{slug}", rejection(NoPath))]
pub struct ReportPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Its units.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/publications/{slug}/units", rejection(NoPath))]
pub struct UnitsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// An address that cannot be read is an unknown one, whoever asks.
#[derive(Debug, Default)]
pub struct NoPath;

impl From<PathRejection> for NoPath {
    fn from(_: PathRejection) -> Self {
        Self
    }
}

impl IntoResponse for NoPath {
    fn into_response(self) -> Response {
        Problem::Unknown.answer(Lang::VI)
    }
}

/// Describes the API.
pub async fn describe(_: OpenapiPath, parts: Parts) -> Response {
    /// Made once: it never changes while the program runs.
    static DOCUMENT: LazyLock<Held> =
        LazyLock::new(|| Held::new(openapi::document().to_string().into_bytes()));
    match Asked::of(&parts, &[]) {
        Ok(_) => shared(published::send(&DOCUMENT, JSON, &parts.headers)),
        Err(problem) => problem.answer(problem::language(&parts.headers)),
    }
}

/// Explains the types of problems.
pub async fn problems(_: ProblemsPath, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    match Asked::of(&parts, &[]) {
        Ok(_) => send(&json!({ "items": problem::kinds(lang) }), &parts.headers),
        Err(problem) => problem.answer(lang),
    }
}

/// Lists what is published, by slug.
pub async fn list(_: ListPath, State(app): State<App>, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    let asked = match Asked::of(&parts, &asked::PAGED) {
        Ok(asked) => asked,
        Err(problem) => return problem.answer(lang),
    };
    let listed = async { publications::list(&mut app.store.read().await?).await };
    match listed.await {
        Ok(listed) => {
            let by_slug: BTreeMap<String, Value> =
                listed.into_iter().map(|one| (one.slug.clone(), entry(&one))).collect();
            send(&asked.page(by_slug.into_iter()), &parts.headers)
        }
        Err(error) => Problem::of_store(&error).answer(lang),
    }
}

fn entry(listed: &Listed) -> Value {
    let title: BTreeMap<String, String> = serde_json::from_str(&listed.title).unwrap_or_default();
    json!({
        "slug": listed.slug,
        "title": title,
        "opens": moment(listed.opens),
        "closes": moment(listed.closes),
        "published": moment(listed.published),
        "demonstration": listed.demonstration,
        "page": format!("/ket-qua/{}", listed.slug),
        "report": format!("/api/v1/publications/{}", listed.slug),
        "units": format!("/api/v1/publications/{}/units", listed.slug),
    })
}

/// RFC 3339 in UTC.
fn moment(at: i64) -> String {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// A report as it was published: the same bytes as `/ket-qua/{campaign}/du-lieu.json`.
pub async fn report(path: ReportPath, State(app): State<App>, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    if let Err(problem) = Asked::of(&parts, &[]) {
        return problem.answer(lang);
    }
    let publication = match published::latest(&app, &path.slug).await {
        Ok(publication) => publication,
        Err(problem) => return problem.answer(lang),
    };
    let data = published::data(&app, &publication, &path.slug, Format::Json, Lang::VI, &parts.headers);
    match data.await {
        Ok(Some(response)) => shared(response),
        Ok(None) => Problem::Unknown.answer(lang),
        Err(error) => Problem::of_store(&error).answer(lang),
    }
}

/// The units of a published report with their indices, by code.
pub async fn units(path: UnitsPath, State(app): State<App>, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    let asked = match Asked::of(&parts, &asked::PAGED) {
        Ok(asked) => asked,
        Err(problem) => return problem.answer(lang),
    };
    let publication = match published::latest(&app, &path.slug).await {
        Ok(publication) => publication,
        Err(problem) => return problem.answer(lang),
    };
    match shelf::take(&app, &publication).await {
        Ok(shown) => send(&asked.page(shown.units()), &parts.headers),
        Err(error) => Problem::of_store(&error).answer(lang),
    }
}

fn send(value: &Value, headers: &HeaderMap) -> Response {
    shared(published::send(&Held::once(value.to_string().into_bytes(), headers), JSON, headers))
}

/// Pages of other sites may read it.
fn shared(mut response: Response) -> Response {
    response.extensions_mut().insert(Needs::Shared);
    response
}

/// Whether a path is one of the API's, where what goes wrong is told to programs.
pub fn is_of(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// What the framework or a layer refuses at an address of the API is told to programs, too.
pub async fn problems_for_refusals(request: Request, next: Next) -> Response {
    if !is_of(request.uri().path()) {
        return next.run(request).await;
    }
    let lang = problem::language(request.headers());
    refusal(next.run(request).await, lang)
}

/// What layers refuse they refuse at any address, open or not: no page of another site reads it.
fn refusal(response: Response, lang: Lang) -> Response {
    if response.extensions().get::<ProtectionError>().is_some() {
        // What could be forged in a browser's name would change something, and nothing here does.
        return Problem::Method.unshared(lang);
    }
    let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec()).unwrap_or_default();
    match response.status() {
        StatusCode::REQUEST_TIMEOUT => Problem::Slow.unshared(lang),
        StatusCode::BAD_REQUEST if kind.starts_with(b"text/plain") => Problem::Parameter.unshared(lang),
        StatusCode::MISDIRECTED_REQUEST => Problem::Misdirected.unshared(lang),
        StatusCode::INTERNAL_SERVER_ERROR => Problem::Failed.unshared(lang),
        _ => response,
    }
}
