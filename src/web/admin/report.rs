//! The index report: a page, files of it, and the letters to the bodies that have a part in something below the target.

use axum::{
    extract::{Path, Query, State, rejection::PathRejection},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
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
        divided,
        document::{Issuer, letter},
        html::{Letters, Ways},
    },
    report_file::{File, Format, NoFile, With},
    store::{audit, units},
    task,
    web::{
        app::App,
        auth::{access::Permission, session::Staff},
        cut::{self, NoCut},
        download::to_keep,
        error::{self, NotFound},
        registry::Registry,
        respond::answer::{Wanted, in_language, with_query},
        strict::{Parameters, Strict},
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
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Part {
    /// Code of the unit that the report is about; absent: the whole campaign.
    pub unit: Option<String>,
    /// `now`: under the units that there are now; `then` or absent: under those of its time.
    pub units: Option<String>,
    /// What the category is of that the report is about: `field`, `filed`, `channel`, `counter`; absent: all answers.
    pub by: Option<String>,
    /// Code of that category.
    pub category: Option<String>,
}

impl Parameters for Part {
    const NAMES: &'static [&'static str] = &["unit", "units", "by", "category"];

    fn wrong(&self) -> Option<&'static str> {
        if !matches!(self.units.as_deref(), None | Some("then" | "now")) {
            return Some("units");
        }
        match (&self.by, &self.category) {
            (Some(_), None) => Some("by"),
            (None, Some(_)) => Some("category"),
            _ => None,
        }
    }
}

impl Part {
    fn under(&self) -> Under {
        if self.units.as_deref() == Some("now") { Under::Successors } else { Under::Then }
    }

    /// The category that the report is about.
    fn category(&self) -> Option<(&str, &str)> {
        self.by.as_deref().zip(self.category.as_deref())
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
        if let Some((by, category)) = self.category() {
            query.append_pair("by", by).append_pair("category", category);
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
    let (campaign, report) = computed(app, staff, slug, part, lang).await?;
    let report = match part.category() {
        None => report,
        Some((by, category)) => {
            divided::of_category(&report, by, category).ok_or_else(|| error::page(lang, Kind::Unknown))?
        }
    };
    Ok((campaign, report))
}

async fn computed(
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
pub(super) async fn seat(app: &App, lang: Lang) -> Result<SemaphorePermit<'_>, Response> {
    cut::seat(app).await.ok_or_else(|| busy(lang))
}

pub(super) fn busy(lang: Lang) -> Response {
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
    Strict(part): Strict<Part>,
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
    let whole = Part { units: part.units.clone(), ..Part::default() };
    let whole = in_language(&whole.address(&base, part.under()), lang);
    let (in_category, elsewhere) = (part.category().is_some(), part.unit.is_some() && staff.unit.is_none());
    let ways = Ways {
        letters: links_to_letters(&report, |address| link(address, true)).filter(|_| !in_category),
        unit: (!in_category).then(|| with_query(&whole, "unit=")),
        whole: (in_category || elsewhere).then(|| whole.clone()),
        category: (!in_category).then(|| whole.clone()),
    };
    let other = other_units(&app, &report, &part, &base, lang).await;
    let phase = campaign.phase(app.clock.now());
    let page = Page {
        head: Head { lang, staff: &staff, campaign: &campaign, phase, tab: Tab::Report },
        report: &report,
        other: other.as_ref().map(|(label, href)| (label.as_str(), href.as_str())),
        downloads: &downloads,
        ways: &ways,
    };
    error::html(StatusCode::OK, view::page(&page).into_string())
}

/// The addresses of the letters, where the report gives some.
pub(super) fn links_to_letters(report: &Report, link: impl Fn(&str) -> String) -> Option<Letters> {
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
        to: all
            .iter()
            .filter(|one| one.unit.is_none())
            .map(|one| (one.body.to_owned(), of(&one.code)))
            .collect(),
        units: all
            .iter()
            .filter(|one| one.unit.is_some())
            .map(|one| (one.body.to_owned(), of(&one.code)))
            .collect(),
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
    history
        .has_mergers()
        .then(|| (fl!(m, "report-units-now"), in_language(&part.address(base, Under::Successors), lang)))
}

/// Adds the addresses of all files.
pub fn files(registry: Registry) -> Registry {
    Format::ALL.into_iter().fold(registry, |registry, format| {
        let download = move |slug: Result<Path<String>, PathRejection>,
                             staff: Staff,
                             State(app): State<App>,
                             Query(wanted): Query<Wanted>,
                             Strict(part): Strict<Part>| async move {
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
pub(super) fn address(format: Format) -> &'static str {
    path(format).rsplit_once('/').map_or_else(Default::default, |(_, last)| last)
}

/// The letter to one body.
pub async fn letter(
    path: LetterPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Strict(part): Strict<Part>,
) -> Response {
    let lang = wanted.language();
    match letter_asked(&path.file) {
        Some((format, body)) => file(&app, &staff, &path.slug, &part, format, Some(body), lang).await,
        None => error::page(lang, Kind::Unknown),
    }
}

/// A file of a campaign's report.
async fn file(
    app: &App,
    staff: &Staff,
    slug: &str,
    part: &Part,
    format: Format,
    body: Option<&str>,
    lang: Lang,
) -> Response {
    if format.letters() && part.category().is_some() {
        // Bodies are asked to act on units, not on who happened to answer about what.
        return error::page(lang, Kind::Unknown);
    }
    let (campaign, report) = match compute(app, staff, slug, part, lang).await {
        Ok(computed) => computed,
        Err(response) => return response,
    };
    let notice = campaign.notice.unwrap_or_default();
    let responsible = Lang::VI.pick(&notice.responsible).to_owned();
    let export = Export {
        object: slug,
        name: slug,
        unit: part.unit.as_deref(),
        category: part.category(),
        format,
        body,
    };
    export.send(app, staff, report, responsible, lang).await
}

/// A file of a report that somebody asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Export<'a> {
    /// What the audit log calls the report.
    pub object: &'a str,
    /// How the file's name begins.
    pub name: &'a str,
    /// The unit that was asked for.
    pub unit: Option<&'a str>,
    /// The category that was asked for, and what it is of.
    pub category: Option<(&'a str, &'a str)>,
    /// Its format.
    pub format: Format,
    /// Of letters, the code of the body.
    pub body: Option<&'a str>,
}

impl Export<'_> {
    /// Makes the file of a report and sends it; the audit log knows of it first. Its name is ours (security test H-06): the
    /// codes of unit and body hold nothing but letters, digits and dashes. `responsible` is the body responsible for the
    /// survey, in Vietnamese.
    pub async fn send(
        &self,
        app: &App,
        staff: &Staff,
        report: Report,
        responsible: String,
        lang: Lang,
    ) -> Response {
        let Self { object, name, unit, category, format, body } = *self;
        let made = match make(app, report, responsible, (format, body), lang).await {
            Ok(made) => made,
            Err(response) => return response,
        };
        let mut told = json!({ "format": format.code(), "unit": unit.or(staff.unit.as_deref()) });
        if let Some(body) = body {
            told["body"] = json!(body);
        }
        if let Some((by, category)) = category {
            (told["by"], told["category"]) = (json!(by), json!(category));
        }
        let entry = staff.did("report.export", object).with(told);
        if let Err(error) = audit::note(&app.store, app.clock.now(), &entry).await {
            return error::of_store(&error, lang);
        }
        let letters = format.letters().then_some("cong-van");
        // A code of a questionnaire may hold other signs.
        let plain =
            |code: &str| code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
        let category = category.map(|(by, code)| format!("{}-{}", plain(by), plain(code)));
        let parts = [Some(name), unit, category.as_deref(), letters, body];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        to_keep(made.bytes, made.media_type, &format!("{}.{}", parts.join("-"), made.extension))
    }
}

/// The body and format of a letter's file, `van-phong-ubnd-tinh.docx`: a code and no name, since it becomes part of the file's.
pub(super) fn letter_asked(file: &str) -> Option<(Format, &str)> {
    let (body, extension) = file.rsplit_once('.')?;
    let is_code = body.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    Some((Format::of_letter(extension)?, body)).filter(|_| is_code)
}

/// Makes the file beside other requests.
async fn make(
    app: &App,
    report: Report,
    responsible: String,
    (format, body): (Format, Option<&str>),
    lang: Lang,
) -> Result<File, Response> {
    let _seat = seat(app, lang).await?;
    let templates = Templates::new(app.config.templates.clone());
    let body = body.map(str::to_owned);
    let work = tokio::task::spawn_blocking(move || {
        let issuer = Issuer::of(&report, &responsible);
        let with = With { issuer: &issuer, lang, templates: &templates, body: body.as_deref() };
        format.make(&report, &with)
    });
    match task::ended(work.await) {
        Ok(file) => Ok(file),
        Err(NoFile::UnknownBody { .. }) => Err(error::page(lang, Kind::Unknown)),
        Err(error) => {
            if !matches!(error, NoFile::NoLetters(_)) {
                tracing::error!(%error, format = format.code(), "the file of a report could not be made");
            }
            Err(match error.words(lang) {
                Some(words) => error::page(lang, Kind::Words { words: &words }),
                None => error::page(lang, Kind::Failed),
            })
        }
    }
}
