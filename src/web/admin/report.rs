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
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::SemaphorePermit;

use crate::{
    distribution::pdf::{self, Templates},
    figures::{self, Under},
    index::report::Report,
    language::Lang,
    organisation::Campaign,
    report::{
        self,
        document::{self, Document, Issuer},
    },
    store::{audit, units},
    web::{
        app::App,
        auth::session::Staff,
        cut::{self, NoCut},
        error::{self, NotFound},
        respond::answer::{Wanted, in_language},
        views::{
            admin::{
                report::{self as view, Page},
                setup::head::{Head, Tab},
            },
            message::Kind,
        },
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

/// The report as an official document to edit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report.docx", rejection(NotFound))]
pub struct DocxPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The report as an official document to print and send.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report.pdf", rejection(NotFound))]
pub struct PdfPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The report as a page that stands alone, to send by mail.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/report.html", rejection(NotFound))]
pub struct HtmlPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// Code of the unit that the report is about; absent: the whole campaign.
    pub unit: Option<String>,
    /// `now`: under the units that there are now.
    pub units: Option<String>,
}

impl Part {
    fn under(&self) -> Under {
        if self.units.as_deref() == Some("now") { Under::Successors } else { Under::Then }
    }

    /// The address of a report or file with this part of it.
    fn address(&self, base: &str, under: Under) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(unit) = &self.unit {
            query.append_pair("unit", unit);
        }
        if under == Under::Successors {
            query.append_pair("units", "now");
        }
        let query = query.finish();
        if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
    }
}

/// The report as this account sees it: cut to its own units, and without comments for those who read none.
async fn compute(
    app: &App,
    staff: &Staff,
    slug: &str,
    part: &Part,
    lang: Lang,
) -> Result<(Campaign, Report), Response> {
    cut::report(app, staff, slug, part.unit.as_deref(), part.under()).await.map_err(|no| match no {
        NoCut::Unknown => error::page(lang, Kind::Unknown),
        NoCut::Busy => busy(lang),
        NoCut::Store(error) => error::of_store(&error, lang),
        NoCut::Index(error) => error::page(lang, Kind::Words { words: &error.words(lang) }),
    })
}

/// Waits for one of the seats for work that keeps a core busy.
async fn seat(app: &App, lang: Lang) -> Result<SemaphorePermit<'_>, Response> {
    cut::seat(app).await.ok_or_else(|| busy(lang))
}

fn busy(lang: Lang) -> Response {
    let mut response = error::page(lang, Kind::Unavailable);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
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
    let (campaign, report) = match compute(&app, &staff, &path.slug, &part, lang).await {
        Ok(computed) => computed,
        Err(response) => return response,
    };
    let base = format!("/admin/campaigns/{}/report", path.slug);
    let file = |extension: &str| part.address(&format!("{base}.{extension}"), part.under());
    // The words of these are in the language of the page.
    let worded = |extension: &str| in_language(&file(extension), lang);
    let (docx, pdf, html) = (worded("docx"), worded("pdf"), worded("html"));
    let (json, csv, xlsx) = (file("json"), file("csv"), file("xlsx"));
    let mut downloads = vec![("DOCX", docx.as_str())];
    if pdf::BUILT_IN {
        downloads.push(("PDF", &pdf));
    }
    downloads.extend([("XLSX", xlsx.as_str()), ("HTML", &html), ("CSV", &csv), ("JSON", &json)]);
    let other = other_units(&app, &report, &part, &base, lang).await;
    let phase = campaign.phase(app.clock.now());
    let page = Page {
        head: Head { lang, staff: &staff, campaign: &campaign, phase, tab: Tab::Report },
        report: &report,
        other: other.as_ref().map(|(label, href)| (label.as_str(), href.as_str())),
        downloads: &downloads,
    };
    error::html(StatusCode::OK, view::page(&page).into_string())
}

/// The way to the same report under the units of its time or of today, where they differ.
async fn other_units(
    app: &App,
    report: &Report,
    part: &Part,
    base: &str,
    lang: Lang,
) -> Option<(String, String)> {
    let m = lang.messages();
    if report.notes.iter().any(|note| note.code == figures::ERASED) {
        // The last report is the only one there is.
        return None;
    }
    if part.under() == Under::Successors {
        return Some((fl!(m, "report-units-then"), in_language(&part.address(base, Under::Then), lang)));
    }
    let history = units::history(&mut app.store.read().await.ok()?).await.ok()?;
    let merged = history.iter().any(|dated| dated.unit.successor.is_some());
    merged.then(|| (fl!(m, "report-units-now"), in_language(&part.address(base, Under::Successors), lang)))
}

/// The report as JSON, `sipas.report/1`.
pub async fn json(
    path: JsonPath,
    staff: Staff,
    State(app): State<App>,
    Query(part): Query<Part>,
) -> Response {
    match compute(&app, &staff, &path.slug, &part, Lang::VI).await {
        Ok((_, report)) => {
            let json = report::json(&report).into_bytes();
            let kind = "application/json; charset=utf-8";
            file(&app, &staff, json, &path.slug, &part, "json", kind).await
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
        Ok((_, report)) => {
            let (csv, kind) = (report::csv(&report, lang), "text/csv; charset=utf-8");
            file(&app, &staff, csv, &path.slug, &part, "csv", kind).await
        }
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
    match compute(&app, &staff, &path.slug, &part, lang).await.map(|(_, report)| report::xlsx(&report, lang))
    {
        Ok(Ok(workbook)) => file(&app, &staff, workbook, &path.slug, &part, "xlsx", KIND).await,
        Ok(Err(error)) => {
            tracing::error!(%error, "the workbook could not be written");
            error::page(lang, Kind::Failed)
        }
        Err(response) => response,
    }
}

/// The report as a page that stands alone.
pub async fn html(
    path: HtmlPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    let lang = wanted.language();
    match compute(&app, &staff, &path.slug, &part, lang).await {
        Ok((_, report)) => {
            let page = report::html::page(&report, lang).into_string().into_bytes();
            file(&app, &staff, page, &path.slug, &part, "html", "text/html; charset=utf-8").await
        }
        Err(response) => response,
    }
}

/// The report as an official document to edit.
pub async fn docx(
    path: DocxPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let lang = wanted.language();
    let set = |document: &Document, _: &Templates| report::docx(document).map_err(|error| error.to_string());
    match official(&app, &staff, &path.slug, &part, lang, set).await {
        Ok(bytes) => file(&app, &staff, bytes, &path.slug, &part, "docx", KIND).await,
        Err(response) => response,
    }
}

/// The report as an official document to print and send.
pub async fn pdf(
    path: PdfPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    let lang = wanted.language();
    let set = move |document: &Document, templates: &Templates| {
        pdf::report::report(templates, document).map_err(|error| error.words(lang))
    };
    match official(&app, &staff, &path.slug, &part, lang, set).await {
        Ok(bytes) => file(&app, &staff, bytes, &path.slug, &part, "pdf", "application/pdf").await,
        Err(response) => response,
    }
}

/// The report as a document that `set` makes a file of, beside other requests.
async fn official(
    app: &App,
    staff: &Staff,
    slug: &str,
    part: &Part,
    lang: Lang,
    set: impl FnOnce(&Document, &Templates) -> Result<Vec<u8>, String> + Send + 'static,
) -> Result<Vec<u8>, Response> {
    let (campaign, report) = compute(app, staff, slug, part, lang).await?;
    let _seat = seat(app, lang).await?;
    let templates = Templates::new(app.config.templates.clone());
    let work = tokio::task::spawn_blocking(move || {
        let notice = campaign.notice.unwrap_or_default();
        let issuer = Issuer::of(&report, Lang::VI.pick(&notice.responsible));
        set(&document::compose(&report, &issuer, lang), &templates)
    });
    match work.await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(words)) => {
            tracing::error!(words, "the report could not be set");
            Err(error::page(lang, Kind::Words { words: &words }))
        }
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// A file to keep; its name is ours (security test H-06): the slug and the unit's code hold nothing but letters, digits
/// and dashes. The audit log knows of it first.
async fn file(
    app: &App,
    staff: &Staff,
    bytes: Vec<u8>,
    slug: &str,
    part: &Part,
    extension: &str,
    kind: &'static str,
) -> Response {
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    let entry = staff.did("report.export", slug).with(json!({ "format": extension, "unit": unit }));
    if let Err(error) = audit::note(&app.store, app.clock.now(), &entry).await {
        return error::of_store(&error, Lang::VI);
    }
    let unit = part.unit.as_ref().map_or_else(String::new, |unit| format!("-{unit}"));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{slug}{unit}.{extension}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
