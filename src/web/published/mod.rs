//! `/ket-qua`: published results, for anybody. Whatever is sent was frozen when it was published
//! ([`crate::publication`]); nothing here reads an answer.
//!
//! Pages and badges are rendered once for each publication and kept ([`shelf`]); each request asks the database only which
//! publication is the latest, so that what is withdrawn is gone at once from here, and within [`CACHE`] from caches.

pub(super) mod shelf;

pub use shelf::Published;

use axum::{
    body::Bytes,
    extract::{Query, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    language::Lang,
    publication::{self, Format},
    secret::hex,
    store::{
        StoreError,
        publications::{self, Publication},
    },
    web::{
        api::problem::Problem,
        app::App,
        coding::{self, Packed, Taken},
        error::{self, NotFound},
        middleware::headers::Needs,
        respond::answer::Wanted,
        views::{message::Kind, published as view},
    },
};

/// How long a cache may keep what was published, in its words.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The list of published campaigns.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/ket-qua")]
pub struct ListPath;

/// A campaign's page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/ket-qua/{slug}", rejection(NotFound))]
pub struct ResultPath {
    /// The campaign's slug.
    pub slug: String,
}

/// A file of it: `du-lieu.json`, `du-lieu.csv`, the badge of a unit, `UNIT.svg`, or of many units some, `don-vi-1.html`.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/ket-qua/{slug}/{file}", rejection(NotFound))]
pub struct FilePath {
    /// The campaign's slug.
    pub slug: String,
    /// Name of the file.
    pub file: String,
}

/// Name of the file of a format.
pub const fn name_of(format: Format) -> &'static str {
    match format {
        Format::Json => "du-lieu.json",
        Format::Csv => "du-lieu.csv",
    }
}

/// Name of a page of units, from 1 on.
fn name_of_units(number: usize) -> String {
    format!("don-vi-{number}.html")
}

/// The number of the page of units that a name asks for; one name each.
fn units_asked(name: &str) -> Option<usize> {
    let number = name.strip_prefix("don-vi-")?.strip_suffix(".html")?.parse().ok()?;
    (name_of_units(number) == name).then_some(number)
}

/// Shows the list.
pub async fn list(
    _: ListPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let lang = wanted.language();
    let listed = async { publications::list(&mut app.store.read().await?).await };
    match listed.await {
        Ok(listed) => send(&Held::once(view::list(&listed, lang).into_bytes(), &headers), HTML, &headers),
        Err(error) => error::of_store(&error, lang),
    }
}

/// The latest publication of a campaign, if the public may read it.
pub(super) async fn latest(app: &App, slug: &str) -> Result<Publication, Problem> {
    let found = async { publications::latest(&mut app.store.read().await?, slug).await };
    match found.await? {
        Some(publication) if publication.is_public() => Ok(publication),
        Some(_) => Err(Problem::Withdrawn),
        None => Err(Problem::Unknown),
    }
}

/// What went wrong, as a page.
fn page_of(problem: &Problem, lang: Lang) -> Response {
    match problem {
        Problem::Unknown => error::page(lang, Kind::NoResults),
        Problem::Withdrawn => {
            let words = fl!(lang.messages(), "publish-withdrawn");
            let mut response = error::page(lang, Kind::Words { words: &words });
            *response.status_mut() = StatusCode::GONE;
            response
        }
        _ => error::page(lang, Kind::Unavailable),
    }
}

/// The same at the address of a file: told to whom such files are for. A program that reads data cannot read a page, and a site
/// that shows a badge shows none of ours.
fn refused(problem: &Problem, file: &str, lang: Lang) -> Response {
    match file.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => problem.answer(lang),
        Some("csv" | "svg") => problem.in_words(lang),
        _ => page_of(problem, lang),
    }
}

/// Shows a campaign's results.
pub async fn page(
    path: ResultPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let lang = wanted.language();
    let shown = async {
        let publication = latest(&app, &path.slug).await?;
        Ok(shelf::take(&app, &publication).await?)
    };
    match shown.await {
        Ok(shown) => send(shown.page(lang), HTML, &headers),
        Err(problem) => page_of(&problem, lang),
    }
}

/// Sends a file.
pub async fn file(
    path: FilePath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let lang = wanted.language();
    match sent(&app, &path, lang, &headers).await {
        Ok(response) => response,
        Err(problem) => refused(&problem, &path.file, lang),
    }
}

async fn sent(app: &App, path: &FilePath, lang: Lang, headers: &HeaderMap) -> Result<Response, Problem> {
    let publication = latest(app, &path.slug).await?;
    if let Some(number) = units_asked(&path.file) {
        let shown = shelf::take(app, &publication).await?;
        let held = shown.of_units(number, lang).ok_or(Problem::Unknown)?;
        return Ok(send(held, HTML, headers));
    }
    let sent = if path.file == name_of(Format::Json) {
        data(app, &publication, &path.slug, Format::Json, lang, headers).await?
    } else if path.file == name_of(Format::Csv) {
        data(app, &publication, &path.slug, Format::Csv, lang, headers).await?
    } else if let Some(unit) = path.file.strip_suffix(".svg") {
        badge(app, &publication, unit, lang, headers).await?
    } else {
        None
    };
    let mut response = sent.ok_or(Problem::Unknown)?;
    response.extensions_mut().insert(Needs::Shared);
    Ok(response)
}

async fn badge(
    app: &App,
    publication: &Publication,
    unit: &str,
    lang: Lang,
    headers: &HeaderMap,
) -> Result<Option<Response>, StoreError> {
    let shown = shelf::take(app, publication).await?;
    Ok(shown
        .badge(unit, lang)
        .map(|svg| send(&Held::plain(svg.into_bytes()), "image/svg+xml; charset=utf-8", headers)))
}

pub(super) async fn data(
    app: &App,
    publication: &Publication,
    slug: &str,
    format: Format,
    lang: Lang,
    headers: &HeaderMap,
) -> Result<Option<Response>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(file) = publication::file(&mut db, publication, format, lang).await? else { return Ok(None) };
    drop(db);
    let (kind, extension) = match format {
        Format::Json => ("application/json; charset=utf-8", "json"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let held = if Taken::by(headers).gzip {
        let packed = vec![Packed { coding: "gzip", bytes: file.packed }];
        Held { hash: file.sha256, bytes: Bytes::new(), packed }
    } else {
        Held { bytes: publication::unpacked(&file)?.into(), hash: file.sha256, packed: Vec::new() }
    };
    let mut response = send(&held, kind, headers);
    // Our own name (security test H-06): a slug holds nothing but letters, digits and dashes.
    let name = format!("inline; filename=\"{slug}.{extension}\"");
    if let Ok(value) = HeaderValue::try_from(name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(Some(response))
}

const HTML: &str = "text/html; charset=utf-8";

/// Something to send, plain and packed.
#[derive(Debug)]
pub struct Held {
    /// SHA-256 of the plain bytes, hex.
    hash: String,
    bytes: Bytes,
    packed: Vec<Packed>,
}

impl Held {
    /// To be kept: with all codings in which it is smaller.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let taken = [Taken { brotli: true, gzip: false }, Taken { brotli: false, gzip: true }];
        let packed = taken.into_iter().filter_map(|taken| coding::at_once(&bytes, taken)).collect();
        Self { packed, ..Self::plain(bytes) }
    }

    /// For one reader: packed as that one takes it.
    pub(super) fn once(bytes: Vec<u8>, headers: &HeaderMap) -> Self {
        let packed = coding::at_once(&bytes, Taken::by(headers)).into_iter().collect();
        Self { packed, ..Self::plain(bytes) }
    }

    /// As it is.
    fn plain(bytes: Vec<u8>) -> Self {
        Self { hash: hex(&Sha256::digest(&bytes)), bytes: bytes.into(), packed: Vec::new() }
    }
}

/// Sends it, or says that the reader has it already. Each coding has an ETag of its own, since its bytes differ (RFC 9110,
/// section 8.8.3).
pub(super) fn send(held: &Held, kind: &'static str, headers: &HeaderMap) -> Response {
    let taken = Taken::by(headers);
    let packed =
        held.packed.iter().find(|packed| if packed.coding == "br" { taken.brotli } else { taken.gzip });
    let tag = packed.map_or_else(
        || format!("\"{}\"", held.hash),
        |packed| format!("\"{}-{}\"", held.hash, packed.coding),
    );
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = packed.map_or_else(|| held.bytes.clone(), |packed| Bytes::copy_from_slice(&packed.bytes));
        let mut response = bytes.into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(packed) = packed {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(packed.coding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, CACHE);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    response
}
