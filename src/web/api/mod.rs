//! `/api/v1`: published results for programs, open to everybody. What it may answer is in [`openapi`], which a test holds to
//! the routes and to what they answer; errors are [`problem`]s.
//!
//! Lists come in pages: `limit` entries, and `next` to pass on as `cursor`. Everything was frozen when it was published, has a
//! strong ETag and may be read by pages of other sites.

pub mod openapi;
pub mod problem;

use std::collections::BTreeMap;

use axum::{
    extract::{Request, State, rejection::PathRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use self::problem::Problem;
use super::{
    app::App,
    middleware::headers::Needs,
    published::{self, Held, shelf},
};
use crate::{
    language::Lang,
    publication::Format,
    store::publications::{self, Listed, Publication},
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

/// An address that cannot be read is an unknown one.
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
pub async fn describe(_: OpenapiPath, headers: HeaderMap) -> Response {
    send(&openapi::document(), &headers)
}

/// Which page of a list is wanted.
#[derive(Debug)]
struct Wanted {
    limit: usize,
    /// The key of the last entry of the page before.
    after: Option<String>,
}

impl Wanted {
    /// As the address says; each parameter once, and no other.
    fn of(request: &Request) -> Result<Self, Problem> {
        let mut wanted = Self { limit: PAGE, after: None };
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()) {
            let key =
                || URL_SAFE_NO_PAD.decode(value.as_bytes()).ok().and_then(|key| String::from_utf8(key).ok());
            match name.as_ref() {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    wanted.limit = limit.ok_or(Problem::Limit)?;
                }
                "cursor" => wanted.after = Some(key().ok_or(Problem::Cursor)?),
                _ => return Err(Problem::Parameter),
            }
            if seen.contains(&name) {
                return Err(Problem::Parameter);
            }
            seen.push(name);
        }
        Ok(wanted)
    }

    /// The page of entries with their keys, which ascend.
    fn page(&self, entries: impl Iterator<Item = (String, Value)>) -> Value {
        let mut rest = entries.skip_while(|(key, _)| self.after.as_ref().is_some_and(|after| key <= after));
        let page: Vec<(String, Value)> = rest.by_ref().take(self.limit).collect();
        let more = rest.next().is_some();
        let next = page.last().filter(|_| more).map(|(key, _)| URL_SAFE_NO_PAD.encode(key));
        let items: Vec<Value> = page.into_iter().map(|(_, item)| item).collect();
        json!({ "items": items, "next": next })
    }
}

/// Lists what is published, by slug.
pub async fn list(_: ListPath, State(app): State<App>, request: Request) -> Response {
    let lang = problem::language(request.headers());
    let wanted = match Wanted::of(&request) {
        Ok(wanted) => wanted,
        Err(problem) => return problem.answer(lang),
    };
    let listed = async { publications::list(&mut app.store.read().await?).await };
    match listed.await {
        Ok(listed) => {
            let by_slug: BTreeMap<String, Value> =
                listed.into_iter().map(|one| (one.slug.clone(), entry(&one))).collect();
            send(&wanted.page(by_slug.into_iter()), request.headers())
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

/// The latest publication of a campaign, if the public may read it.
async fn latest(app: &App, slug: &str) -> Result<Publication, Problem> {
    let found = async { publications::latest(&mut app.store.read().await?, slug).await };
    match found.await {
        Ok(Some(publication)) if publication.is_public() => Ok(publication),
        Ok(Some(_)) => Err(Problem::Withdrawn),
        Ok(None) => Err(Problem::Unknown),
        Err(error) => Err(Problem::of_store(&error)),
    }
}

/// A report as it was published: the same bytes as `/ket-qua/{campaign}/du-lieu.json`.
pub async fn report(path: ReportPath, State(app): State<App>, request: Request) -> Response {
    let lang = problem::language(request.headers());
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Problem::Parameter.answer(lang);
    }
    let publication = match latest(&app, &path.slug).await {
        Ok(publication) => publication,
        Err(problem) => return problem.answer(lang),
    };
    let data = published::data(&app, &publication, &path.slug, Format::Json, Lang::VI, request.headers());
    match data.await {
        Ok(Some(response)) => shared(response),
        Ok(None) => Problem::Unknown.answer(lang),
        Err(error) => Problem::of_store(&error).answer(lang),
    }
}

/// The units of a published report with their indices, by code.
pub async fn units(path: UnitsPath, State(app): State<App>, request: Request) -> Response {
    let lang = problem::language(request.headers());
    let wanted = match Wanted::of(&request) {
        Ok(wanted) => wanted,
        Err(problem) => return problem.answer(lang),
    };
    let publication = match latest(&app, &path.slug).await {
        Ok(publication) => publication,
        Err(problem) => return problem.answer(lang),
    };
    match shelf::take(&app, &publication).await {
        Ok(shown) => send(&wanted.page(shown.units()), request.headers()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(query: &str) -> Result<Wanted, Problem> {
        Wanted::of(
            &Request::builder()
                .uri(format!("/api/v1/publications?{query}"))
                .body(axum::body::Body::empty())
                .unwrap(),
        )
    }

    #[test]
    fn every_entry_comes_once_whatever_the_pages_and_one_that_is_gone_stops_nobody() {
        let all: Vec<String> = (0..7).map(|n| format!("unit-{n}")).collect();
        for limit in 1..=8 {
            let (mut found, mut query) = (Vec::new(), format!("limit={limit}"));
            loop {
                let entries = all.iter().map(|code| (code.clone(), json!(code)));
                let page = wanted(&query).unwrap().page(entries);
                found.extend(page["items"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                query = format!("limit={limit}&cursor={next}");
            }
            assert_eq!(found, all, "{limit}");
        }
        let gone = URL_SAFE_NO_PAD.encode("unit-25");
        let page = wanted(&format!("cursor={gone}"))
            .unwrap()
            .page(all.iter().map(|code| (code.clone(), json!(code))));
        assert_eq!(page["items"][0], "unit-3");
    }

    #[test]
    fn g_10_what_is_asked_for_twice_or_makes_no_sense_is_refused() {
        for query in ["limit=0", "limit=201", "limit=x", "limit=1&limit=1", "cursor=%2B", "page=2", "limit="]
        {
            assert!(wanted(query).is_err(), "{query}");
        }
        assert!(wanted("").is_ok() && wanted("limit=200").is_ok());
    }
}
