//! The index report: a page, files of it, and the letters to the bodies that lead or monitor something below the target.

use axum::{
    extract::{Path, Query, State, rejection::PathRejection},
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
    distribution::pdf::Templates,
    figures::{self, Under},
    index::report::Report,
    language::Lang,
    organisation::Campaign,
    report::{
        document::{Issuer, letter},
        html::Letters,
    },
    report_file::{File, Format, NoFile, With},
    store::{audit, units},
    web::{
        app::App,
        auth::{access::Permission, session::Staff},
        cut::{self, NoCut},
        error::{self, NotFound},
        registry::Registry,
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

/// A letter to one body: `van-phong-ubnd-tinh.docx`, or `.pdf`.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/cong-van/{file}", rejection(NotFound))]
pub struct LetterPath {
    /// The campaign's slug.
    pub slug: String,
    /// The body's code and the format.
    pub file: String,
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
    let below = format!("/admin/campaigns/{}/", path.slug);
    let base = format!("{below}report");
    let link = |address: &str, worded: bool| {
        let href = part.address(&format!("{below}{address}"), part.under());
        if worded { in_language(&href, lang) } else { href }
    };
    let downloads: Vec<(&str, String)> =
        Format::reports().map(|format| (format.name(), link(address(format), format.worded()))).collect();
    let letters = links_to_letters(&report, |address| link(address, true));
    let other = other_units(&app, &report, &part, &base, lang).await;
    let phase = campaign.phase(app.clock.now());
    let page = Page {
        head: Head { lang, staff: &staff, campaign: &campaign, phase, tab: Tab::Report },
        report: &report,
        other: other.as_ref().map(|(label, href)| (label.as_str(), href.as_str())),
        downloads: &downloads,
        letters: letters.as_ref(),
    };
    error::html(StatusCode::OK, view::page(&page).into_string())
}

/// The addresses of the letters, where the report gives some.
fn links_to_letters(report: &Report, link: impl Fn(&str) -> String) -> Option<Letters> {
    let all = letter::addressees(report).ok()?;
    let formats = || {
        let built_in = |format: &(Format, &str)| format.0.built_in();
        [(Format::LettersDocx, "docx"), (Format::LettersPdf, "pdf")].into_iter().filter(built_in)
    };
    let of = |code: &str| {
        formats()
            .map(|(format, extension)| (format.name(), link(&format!("cong-van/{code}.{extension}"))))
            .collect()
    };
    Some(Letters {
        all: formats().map(|(format, _)| (format.name(), link(address(format)))).collect(),
        to: all.iter().map(|one| (one.body.to_owned(), of(&one.code))).collect(),
    })
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

/// Adds the addresses of all files.
pub fn files(registry: Registry) -> Registry {
    Format::ALL.into_iter().fold(registry, |registry, format| {
        let download = move |slug: Result<Path<String>, PathRejection>,
                             staff: Staff,
                             State(app): State<App>,
                             Query(wanted): Query<Wanted>,
                             Query(part): Query<Part>| async move {
            match slug {
                Ok(Path(slug)) => file(&app, &staff, &slug, &part, format, None, wanted.language()).await,
                Err(_) => NotFound.into_response(),
            }
        };
        registry.plain(path(format), Permission::ReadReports, download)
    })
}

/// The address of a file; `docs/`, bookmarks and programs of others know them.
const fn path(format: Format) -> &'static str {
    match format {
        Format::Docx => "/admin/campaigns/{slug}/report.docx",
        Format::Pdf => "/admin/campaigns/{slug}/report.pdf",
        Format::Xlsx => "/admin/campaigns/{slug}/report.xlsx",
        Format::Html => "/admin/campaigns/{slug}/report.html",
        Format::Csv => "/admin/campaigns/{slug}/report.csv",
        Format::Json => "/admin/campaigns/{slug}/report.json",
        Format::LettersDocx => "/admin/campaigns/{slug}/cong-van.zip",
        Format::LettersPdf => "/admin/campaigns/{slug}/cong-van.pdf",
    }
}

/// The same below the campaign's address.
fn address(format: Format) -> &'static str {
    path(format).rsplit_once('/').map_or_else(Default::default, |(_, last)| last)
}

/// The letter to one body.
pub async fn letter(
    path: LetterPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    let lang = wanted.language();
    // A code and no name: it becomes part of the file's.
    let is_code =
        |body: &str| body.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let asked = path.file.rsplit_once('.').filter(|(body, _)| is_code(body));
    match asked.and_then(|(body, extension)| Some((body, Format::of_letter(extension)?))) {
        Some((body, format)) => file(&app, &staff, &path.slug, &part, format, Some(body), lang).await,
        None => error::page(lang, Kind::Unknown),
    }
}

/// A file to keep; its name is ours (security test H-06): the slug, the codes of unit and body hold nothing but letters, digits
/// and dashes. The audit log knows of it first.
async fn file(
    app: &App,
    staff: &Staff,
    slug: &str,
    part: &Part,
    format: Format,
    body: Option<&str>,
    lang: Lang,
) -> Response {
    let made = match make(app, staff, slug, part, format, body, lang).await {
        Ok(made) => made,
        Err(response) => return response,
    };
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    let mut told = json!({ "format": format.code(), "unit": unit });
    if let Some(body) = body {
        told["body"] = json!(body);
    }
    let entry = staff.did("report.export", slug).with(told);
    if let Err(error) = audit::note(&app.store, app.clock.now(), &entry).await {
        return error::of_store(&error, Lang::VI);
    }
    let mut name = slug.to_owned();
    let letters = format.letters().then_some("cong-van");
    for more in [part.unit.as_deref(), letters, body].into_iter().flatten() {
        name.push('-');
        name.push_str(more);
    }
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(made.media_type));
    let disposition = format!("attachment; filename=\"{name}.{}\"", made.extension);
    if let Ok(value) = HeaderValue::try_from(disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// Makes the file beside other requests.
async fn make(
    app: &App,
    staff: &Staff,
    slug: &str,
    part: &Part,
    format: Format,
    body: Option<&str>,
    lang: Lang,
) -> Result<File, Response> {
    let (campaign, report) = compute(app, staff, slug, part, lang).await?;
    let _seat = seat(app, lang).await?;
    let templates = Templates::new(app.config.templates.clone());
    let body = body.map(str::to_owned);
    let work = tokio::task::spawn_blocking(move || {
        let notice = campaign.notice.unwrap_or_default();
        let issuer = Issuer::of(&report, Lang::VI.pick(&notice.responsible));
        let with = With { issuer: &issuer, lang, templates: &templates, body: body.as_deref() };
        format.make(&report, &with)
    });
    match work.await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(NoFile::UnknownBody { .. })) => Err(error::page(lang, Kind::Unknown)),
        Ok(Err(error)) => {
            if !matches!(error, NoFile::NoLetters(_)) {
                tracing::error!(%error, format = format.code(), "the file of a report could not be made");
            }
            Err(match error.words(lang) {
                Some(words) => error::page(lang, Kind::Words { words: &words }),
                None => error::page(lang, Kind::Failed),
            })
        }
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
