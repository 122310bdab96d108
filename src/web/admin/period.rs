//! The report over the campaigns of a period: a page, and files of it.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{
    report::{Export, address, busy, letter_asked, links_to_letters},
    series::Part,
};
use crate::{
    figures::period::Series,
    index::report::Report,
    language::Lang,
    organisation::Period,
    report::html::Ways,
    report_file::Format,
    store::{StoreError, campaigns},
    web::{
        app::App,
        auth::session::Staff,
        cut::period::{self as cut, NoCut},
        error::{self, NotFound},
        respond::answer::{Wanted, in_language, with_query, with_unit},
        strict::Strict,
        views::{
            admin::period::{self as view, Page},
            message::Kind,
        },
    },
};

/// The report as a page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/periods/{definition}/{form}/{period}", rejection(NotFound))]
pub struct PeriodPath {
    /// Id of the questionnaire.
    pub definition: String,
    /// The form.
    pub form: String,
    /// The period's code: `2026-6m`.
    pub period: String,
}

/// A file of it: `report.docx`, `cong-van.zip`, `cong-van-so-noi-vu.pdf`, …
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/periods/{definition}/{form}/{period}/{file}", rejection(NotFound))]
pub struct PeriodFilePath {
    /// Id of the questionnaire.
    pub definition: String,
    /// The form.
    pub form: String,
    /// The period's code.
    pub period: String,
    /// Name of the file.
    pub file: String,
}

/// The report as this account sees it: cut to its own units, and without comments for those who read none.
async fn compute(
    app: &App,
    staff: &Staff,
    (series, period): (&Series, Period),
    part: &Part,
    lang: Lang,
) -> Result<Report, Response> {
    match cut::report(app, staff, series, period, part.unit.as_deref()).await {
        Ok(report) => Ok(report),
        Err(NoCut::Unknown) => Err(error::page(lang, Kind::Unknown)),
        Err(NoCut::Busy) => Err(busy(lang)),
        Err(NoCut::Store(error)) => Err(error::of_store(&error, lang)),
        Err(NoCut::Period(no)) => Err(error::page(lang, Kind::Words { words: &no.words(lang, "") })),
    }
}

/// Shows the report.
pub async fn show(
    path: PeriodPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Strict(part): Strict<Part>,
) -> Response {
    let lang = wanted.language();
    let Ok(period) = path.period.parse::<Period>() else { return error::page(lang, Kind::Unknown) };
    let series = Series { definition: path.definition, form: path.form };
    let report = match compute(&app, &staff, (&series, period), &part, lang).await {
        Ok(report) => report,
        Err(response) => return response,
    };
    let below = format!("{}/", view::address(&series, period));
    let link = |name: &str| {
        // One segment each.
        let path = format!("{below}{}", name.replace('/', "-"));
        in_language(&with_unit(&path, part.unit.as_deref()), lang)
    };
    let downloads: Vec<(&str, String)> =
        Format::reports().map(|format| (format.name(), link(address(format)))).collect();
    let whole = in_language(&view::address(&series, period), lang);
    let ways = Ways {
        letters: links_to_letters(&report, link),
        unit: Some(with_query(&whole, "unit=")),
        whole: (part.unit.is_some() && staff.unit.is_none()).then(|| whole.clone()),
        category: None,
    };
    let page = Page {
        lang,
        staff: &staff,
        series: &series,
        period,
        unit: part.unit.as_deref(),
        report: &report,
        downloads: &downloads,
        ways: &ways,
    };
    error::html(StatusCode::OK, view::page(&page).into_string())
}

/// Downloads a file.
pub async fn file(
    path: PeriodFilePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Strict(part): Strict<Part>,
) -> Response {
    let lang = wanted.language();
    let unknown = || error::page(lang, Kind::Unknown);
    let Ok(period) = path.period.parse::<Period>() else { return unknown() };
    let Some((format, body)) = asked(&path.file) else { return unknown() };
    let series = Series { definition: path.definition, form: path.form };
    let report = match compute(&app, &staff, (&series, period), &part, lang).await {
        Ok(report) => report,
        Err(response) => return response,
    };
    let responsible = match responsible(&app, &report).await {
        Ok(responsible) => responsible,
        Err(error) => return error::of_store(&error, lang),
    };
    let object = format!("{}/{}/{period}", series.definition, series.form);
    let name = report.campaign.slug.clone();
    let unit = part.unit.as_deref();
    let export = Export { object: &object, name: &name, unit, category: None, format, body };
    export.send(&app, &staff, report, responsible, lang).await
}

/// Which file a name asks for.
fn asked(name: &str) -> Option<(Format, Option<&str>)> {
    if let Some(format) = Format::ALL.into_iter().find(|format| address(*format) == name) {
        return Some((format, None));
    }
    letter_asked(name.strip_prefix("cong-van-")?).map(|(format, body)| (format, Some(body)))
}

/// The body responsible for the survey of a period's last campaign, in Vietnamese.
async fn responsible(app: &App, report: &Report) -> Result<String, StoreError> {
    let last = report.period.as_ref().and_then(|period| period.campaigns.last());
    let Some(last) = last else { return Ok(String::new()) };
    let stored = campaigns::find(&mut app.store.read().await?, &last.campaign.slug).await?;
    let notice = stored.and_then(|stored| stored.campaign.notice).unwrap_or_default();
    Ok(Lang::VI.pick(&notice.responsible).to_owned())
}
