//! The index report: a page, and files of it.

use axum::{
    extract::{Query, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::login::LogoutPath;
use crate::{
    figures::{self, NoReport},
    index::report::Report,
    language::Lang,
    report::{self, html},
    web::{
        app::App,
        assets,
        auth::{access::Permission, scope, session::Staff},
        error::{self, NotFound},
        respond::answer::{Wanted, in_language, language_links},
        views::message::Kind,
    },
};

/// The report as a page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report", rejection(NotFound))]
pub struct ReportPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The report as JSON.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report.json", rejection(NotFound))]
pub struct JsonPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The report as CSV.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report.csv", rejection(NotFound))]
pub struct CsvPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The report as a workbook.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report.xlsx", rejection(NotFound))]
pub struct XlsxPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Longest wait for a seat when other reports are being computed.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// Code of the unit that the report is about; absent: the whole campaign.
    pub unit: Option<String>,
}

/// The report as this account sees it: cut to its own units, and without comments for those who read none.
async fn compute(app: &App, staff: &Staff, slug: &str, part: &Part, lang: Lang) -> Result<Report, Response> {
    let unknown = || error::page(lang, Kind::Unknown);
    let seen = scope::campaign(app, staff, slug).await.map_err(|error| error::of_store(&error, lang))?;
    let Some((_, tree)) = seen else { return Err(unknown()) };
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    if let Some(unit) = unit.filter(|unit| tree.get(unit).is_some() && !staff.sees(&tree, unit)) {
        scope::outside(app, staff, unit).await;
        return Err(unknown());
    }
    let seat = tokio::time::timeout(PATIENCE, app.reports.acquire()).await;
    let Ok(Ok(_seat)) = seat else {
        let mut response = error::page(lang, Kind::Unavailable);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
        return Err(response);
    };
    let mut report = figures::report(&app.store, slug, app.clock.now()).await.map_err(|no| match no {
        NoReport::UnknownCampaign { .. } => unknown(),
        NoReport::Store(error) => error::of_store(&error, lang),
        NoReport::Index(error) => error::page(lang, Kind::Words { words: &error.words(lang) }),
    })?;
    if !staff.may(Permission::ReadComments) {
        report.comments.clear();
    }
    match unit {
        None => Ok(report),
        Some(code) => report::of_unit(&report, code).ok_or_else(unknown),
    }
}

/// Shows the report.
pub async fn show(
    path: ReportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    let lang = wanted.language();
    let report = match compute(&app, &staff, &path.slug, &part, lang).await {
        Ok(report) => report,
        Err(response) => return response,
    };
    let base = format!("/admin/campaigns/{}/report", path.slug);
    let file = |extension: &str| match &part.unit {
        None => format!("{base}.{extension}"),
        Some(unit) => {
            let unit: String = form_urlencoded::byte_serialize(unit.as_bytes()).collect();
            format!("{base}.{extension}?unit={unit}")
        }
    };
    let (json, csv, xlsx) = (file("json"), file("csv"), file("xlsx"));
    let back = in_language(&format!("/admin/campaigns/{}", path.slug), lang);
    let languages = language_links(&base);
    let languages: Vec<(Lang, &str)> = languages.iter().map(|(lang, href)| (*lang, href.as_str())).collect();
    let css = assets::asset_url("report.css");
    let log_out = LogoutPath.to_string();
    let frame = html::Frame {
        lang,
        styles: html::Styles::Link(&css),
        navigation: Some(html::Navigation {
            back: &back,
            account: &staff.account,
            log_out: &log_out,
            languages: &languages,
            downloads: &[("XLSX", &xlsx), ("CSV", &csv), ("JSON", &json)],
        }),
    };
    error::html(StatusCode::OK, html::page(&report, &frame).into_string())
}

/// The report as JSON, `sipas.report/1`.
pub async fn json(
    path: JsonPath,
    staff: Staff,
    State(app): State<App>,
    Query(part): Query<Part>,
) -> Response {
    match compute(&app, &staff, &path.slug, &part, Lang::VI).await {
        Ok(report) => {
            let json = report::json(&report).into_bytes();
            file(json, &path.slug, &part, "json", "application/json; charset=utf-8")
        }
        Err(response) => response,
    }
}

/// The report as CSV.
pub async fn csv(
    path: CsvPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    let lang = wanted.language();
    match compute(&app, &staff, &path.slug, &part, lang).await {
        Ok(report) => file(report::csv(&report, lang), &path.slug, &part, "csv", "text/csv; charset=utf-8"),
        Err(response) => response,
    }
}

/// The report as a workbook.
pub async fn xlsx(
    path: XlsxPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let lang = wanted.language();
    match compute(&app, &staff, &path.slug, &part, lang).await.map(|report| report::xlsx(&report, lang)) {
        Ok(Ok(workbook)) => file(workbook, &path.slug, &part, "xlsx", KIND),
        Ok(Err(error)) => {
            tracing::error!(%error, "the workbook could not be written");
            error::page(lang, Kind::Failed)
        }
        Err(response) => response,
    }
}

/// A file to keep; its name is ours (security test H-06): the slug and the unit's code hold nothing but letters, digits
/// and dashes.
fn file(bytes: Vec<u8>, slug: &str, part: &Part, extension: &str, kind: &'static str) -> Response {
    let unit = part.unit.as_ref().map_or_else(String::new, |unit| format!("-{unit}"));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{slug}{unit}.{extension}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
