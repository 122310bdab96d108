//! The index report, as the same account gets it on its page: `sipas.report/1`, or as CSV.

use axum::{
    extract::State,
    http::{Method, request::Parts},
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::{
    JSON, NoPath, answer,
    asked::{self, Asked},
    problem::{self, Problem},
};
use crate::{
    figures::Under,
    index::report::Report,
    language::Lang,
    report,
    store::audit,
    task,
    web::{
        app::App,
        auth::session::Staff,
        cut::{self, NoCut},
    },
};

/// The report of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/campaigns/{slug}/report", rejection(NoPath))]
pub struct ReportPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The kinds of content that there are.
const KINDS: [&str; 2] = ["application/json", "text/csv"];
const CSV: &str = "text/csv; charset=utf-8";

/// The languages of a file's headings, by their parameter.
pub(super) const LANGUAGES: [(&str, Lang); 2] = [("vi", Lang::VI), ("en", Lang::EN)];

/// Sends it.
pub async fn show(path: ReportPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    match sent(&app, &staff, &path.slug, &parts, lang).await {
        Ok(response) => response,
        Err(problem) => problem.unshared(lang),
    }
}

async fn sent(app: &App, staff: &Staff, slug: &str, parts: &Parts, lang: Lang) -> Result<Response, Problem> {
    let csv = wants_csv(parts)?;
    let asked = Asked::parameters(parts, &["unit", "units", "lang"])?;
    let under = asked.one_of("units", &[("then", Under::Then), ("now", Under::Successors)])?;
    let own = asked.one_of("lang", &LANGUAGES)?;
    let unit = asked.value("unit");
    let (_, report) = cut::report(app, staff, slug, unit, under).await.map_err(|no| match no {
        NoCut::Unknown => Problem::Unknown,
        NoCut::Busy => Problem::Unavailable,
        NoCut::Store(error) => Problem::of_store(&error),
        NoCut::Index(error) => Problem::Conflict(error.words(lang)),
    })?;
    Wanted { csv, lang: own, object: slug, unit }.send(app, staff, report, parts).await
}

/// Which of the two kinds of content the reader takes.
pub(super) fn wants_csv(parts: &Parts) -> Result<bool, Problem> {
    Ok(asked::content(&parts.headers, &KINDS)? == 1)
}

/// A report as a program wants it.
pub(super) struct Wanted<'a> {
    /// As CSV.
    pub csv: bool,
    /// The language of its words.
    pub lang: Lang,
    /// What the audit log calls it.
    pub object: &'a str,
    /// The unit that was asked for.
    pub unit: Option<&'a str>,
}

impl Wanted<'_> {
    /// Sends it, or says that the reader has it; the audit log knows what was taken away.
    pub async fn send(
        self,
        app: &App,
        staff: &Staff,
        mut report: Report,
        parts: &Parts,
    ) -> Result<Response, Problem> {
        let Self { csv, lang, object, unit } = self;
        let _seat = cut::seat(app).await.ok_or(Problem::Unavailable)?;
        let (kind, format) = if csv { (CSV, "csv") } else { (JSON, "json") };
        let asked_with = parts.headers.clone();
        // Writing and packing some megabytes keeps a core busy; requests go on meanwhile.
        let work = tokio::task::spawn_blocking(move || {
            let generated = std::mem::take(&mut report.generated_at);
            let of: &[u8] = if csv { lang.code().as_bytes() } else { b"json" };
            let tag = answer::tag(&[of, report::json(&report).as_bytes()]);
            if answer::is_known(&asked_with, &tag) {
                return Err(tag);
            }
            let report = Report { generated_at: generated, ..report };
            let bytes = if csv { report::csv(&report, lang) } else { report::json(&report).into_bytes() };
            Ok(answer::content(bytes, kind, &tag, &asked_with))
        });
        let response = match task::ended(work.await) {
            Ok(response) => response,
            Err(tag) => return Ok(answer::unchanged(&tag)),
        };
        // Whoever asks for the head alone takes nothing away.
        if parts.method != Method::HEAD {
            let unit = unit.or(staff.unit.as_deref());
            let entry = staff.did("report.export", object).with(json!({ "format": format, "unit": unit }));
            audit::note(&app.store, app.clock.now(), &entry).await?;
        }
        Ok(response)
    }
}
