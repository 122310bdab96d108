//! The report over the campaigns of a period: a page, and files of it.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::{
    periods,
    report::{address, links_to_letters, make, seat, to_keep},
    series::allowed,
};
use crate::{
    figures::{
        NoReport,
        period::{self, NoPeriodReport, Series},
    },
    index::report::Report,
    language::Lang,
    organisation::Period,
    report,
    report_file::Format,
    store::{StoreError, audit, campaigns},
    web::{
        app::App,
        auth::{access::Permission, session::Staff},
        error::{self, NotFound},
        respond::answer::{Wanted, in_language, with_query},
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

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// Code of the unit that the report is about; absent: all together.
    pub unit: Option<String>,
}

impl Part {
    /// An address with this part of it.
    fn address(&self, path: &str) -> String {
        match &self.unit {
            None => path.to_owned(),
            Some(unit) => {
                let query =
                    form_urlencoded::Serializer::new(String::new()).append_pair("unit", unit).finish();
                with_query(path, &query)
            }
        }
    }
}

/// The report as this account sees it: cut to its own units, and without comments for those who read none.
pub(super) async fn compute(
    app: &App,
    staff: &Staff,
    (series, period): (&Series, Period),
    part: &Part,
    lang: Lang,
) -> Result<Report, Response> {
    let unknown = || error::page(lang, Kind::Unknown);
    let campaigns = periods::of_series(app, staff, series).await;
    let campaigns = campaigns.map_err(|error| error::of_store(&error, lang))?;
    if campaigns.is_empty() {
        return Err(unknown());
    }
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    allowed(app, staff, unit, lang).await?;
    let _seat = seat(app, lang).await?;
    let computed = period::report(&app.store, &campaigns, period, app.clock.now()).await;
    let mut report = computed.map_err(|no| match no {
        NoPeriodReport::Report(NoReport::Store(error)) => error::of_store(&error, lang),
        no => error::page(lang, Kind::Words { words: &no.words(lang, "") }),
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
    path: PeriodPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
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
        in_language(&part.address(&path), lang)
    };
    let downloads: Vec<(&str, String)> =
        Format::reports().map(|format| (format.name(), link(address(format)))).collect();
    let letters = links_to_letters(&report, link);
    let page = Page {
        lang,
        staff: &staff,
        series: &series,
        period,
        unit: part.unit.as_deref(),
        report: &report,
        downloads: &downloads,
        letters: letters.as_ref(),
    };
    error::html(StatusCode::OK, view::page(&page).into_string())
}

/// Downloads a file.
pub async fn file(
    path: PeriodFilePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Response {
    let lang = wanted.language();
    let unknown = || error::page(lang, Kind::Unknown);
    let Ok(period) = path.period.parse::<Period>() else { return unknown() };
    let Some((format, body)) = asked(&path.file) else { return unknown() };
    let series = Series { definition: path.definition.clone(), form: path.form.clone() };
    let made = async {
        let report = compute(&app, &staff, (&series, period), &part, lang).await?;
        let name = report.campaign.slug.clone();
        let last = report.period.as_ref().and_then(|period| period.campaigns.last());
        let responsible = match last {
            Some(last) => responsible(&app, &last.campaign.slug).await,
            None => Ok(String::new()),
        };
        let responsible = responsible.map_err(|error| error::of_store(&error, lang))?;
        Ok((make(&app, report, responsible, (format, body), lang).await?, name))
    };
    let (made, mut name) = match made.await {
        Ok(made) => made,
        Err(response) => return response,
    };
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    let mut told = json!({ "format": format.code(), "unit": unit });
    if let Some(body) = body {
        told["body"] = json!(body);
    }
    let object = format!("{}/{}/{period}", series.definition, series.form);
    let entry = staff.did("report.export", object).with(told);
    if let Err(error) = audit::note(&app.store, app.clock.now(), &entry).await {
        return error::of_store(&error, lang);
    }
    let letters = format.letters().then_some("cong-van");
    for more in [part.unit.as_deref(), letters, body].into_iter().flatten() {
        name.push('-');
        name.push_str(more);
    }
    to_keep(made.bytes, made.media_type, &format!("{name}.{}", made.extension))
}

/// Which file a name asks for; the code of a body holds nothing but letters, digits and dashes.
fn asked(name: &str) -> Option<(Format, Option<&str>)> {
    if let Some(format) = Format::ALL.into_iter().find(|format| address(*format) == name) {
        return Some((format, None));
    }
    let (body, extension) = name.strip_prefix("cong-van-")?.rsplit_once('.')?;
    let is_code = body.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_code { Some((Format::of_letter(extension)?, Some(body))) } else { None }
}

/// The body responsible for a campaign's survey, in Vietnamese.
async fn responsible(app: &App, slug: &str) -> Result<String, StoreError> {
    let stored = campaigns::find(&mut app.store.read().await?, slug).await?;
    let notice = stored.and_then(|stored| stored.campaign.notice).unwrap_or_default();
    Ok(Lang::VI.pick(&notice.responsible).to_owned())
}
