//! Files of de-identified answer sheets that somebody has made on the campaign's page; programs take them and make none.

use axum::{
    body::Body,
    extract::State,
    http::{Method, request::Parts},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    NoPath, answer,
    asked::{self, Asked},
    problem::{self, Problem},
    reports::LANGUAGES,
};
use crate::{
    export::NoExport,
    figures::NoReport,
    language::Lang,
    microdata::Format,
    web::{
        admin::microdata::{self, NoFile},
        app::App,
        auth::{scope, session::Staff},
    },
};

/// The files of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/campaigns/{slug}/exports", rejection(NoPath))]
pub struct ListPath {
    /// The campaign's slug.
    pub slug: String,
}

/// A file.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/campaigns/{slug}/exports/{format}", rejection(NoPath))]
pub struct FilePath {
    /// The campaign's slug.
    pub slug: String,
    /// Name of the format.
    pub format: String,
}

/// Lists what there is.
pub async fn list(path: ListPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    match listed(&app, &staff, &path.slug, &parts).await {
        Ok(told) => answer::json(&told, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

async fn listed(app: &App, staff: &Staff, slug: &str, parts: &Parts) -> Result<Value, Problem> {
    let asked = Asked::of(parts, &["lang"])?;
    let lang = asked.one_of("lang", &LANGUAGES)?;
    let (stored, _) = scope::campaign(app, staff, slug).await?.ok_or(Problem::Unknown)?;
    let made = microdata::made(app, stored.number, lang).await?;
    let items = made.iter().map(|made| {
        json!({
            "format": made.format,
            "rows": made.sheets,
            "left_out": made.left_out,
            "bytes": made.bytes,
            "sha256": made.sha256,
            "file": format!("/api/v1/campaigns/{slug}/exports/{}?lang={}", made.format, lang.code()),
        })
    });
    Ok(json!({ "items": items.collect::<Vec<_>>() }))
}

/// Sends a file as it is written.
pub async fn file(path: FilePath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    match sent(&app, &staff, &path, &parts, lang).await {
        Ok(response) => response,
        Err(problem) => problem.unshared(lang),
    }
}

async fn sent(
    app: &App,
    staff: &Staff,
    path: &FilePath,
    parts: &Parts,
    lang: Lang,
) -> Result<Response, Problem> {
    let slug = path.slug.as_str();
    let asked = Asked::parameters(parts, &["lang"])?;
    let own = asked.one_of("lang", &LANGUAGES)?;
    let (stored, _) = scope::campaign(app, staff, slug).await?.ok_or(Problem::Unknown)?;
    let format = Format::named(&path.format).ok_or(Problem::Unknown)?;
    let kind = format.media_type().split(';').next().unwrap_or_default();
    asked::content(&parts.headers, &[kind])?;
    let made = microdata::made(app, stored.number, own).await?;
    let made = made.into_iter().find(|made| made.format == format.name()).ok_or(Problem::Unknown)?;
    let tag = format!("\"{}\"", made.sha256);
    let refused = |no| match no {
        NoFile::Busy => Problem::Unavailable,
        NoFile::Refused(NoExport::Report(NoReport::Store(error))) => Problem::of_store(&error),
        NoFile::Refused(no) => Problem::Conflict(no.words(lang, "")),
    };
    let known = answer::is_known(&parts.headers, &tag);
    if known || parts.method == Method::HEAD {
        // Nothing has changed only where the file would still be given.
        drop(microdata::fresh(app, slug, &made, own).await.map_err(refused)?);
        return Ok(if known {
            answer::unchanged(&tag)
        } else {
            answer::tagged(microdata::answer(slug, format, &made, Body::empty()), &tag)
        });
    }
    let sent = microdata::send(app, staff, slug, format, &made, own).await.map_err(refused)?;
    Ok(answer::tagged(sent, &tag))
}
