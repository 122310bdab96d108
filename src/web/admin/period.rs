//! The report over the campaigns of a period: a page, and files of it.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{periods, report::seat, series::allowed};
use crate::{
    figures::{
        NoReport,
        period::{self, NoPeriodReport, Series},
    },
    index::report::Report,
    language::Lang,
    organisation::Period,
    report,
    web::{
        app::App,
        auth::{access::Permission, session::Staff},
        error::{self, NotFound},
        respond::answer::Wanted,
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

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// Code of the unit that the report is about; absent: all together.
    pub unit: Option<String>,
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
    let seen = periods::of_series(app, staff, series).await;
    if seen.map_err(|error| error::of_store(&error, lang))?.is_empty() {
        return Err(unknown());
    }
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    allowed(app, staff, unit, lang).await?;
    let _seat = seat(app, lang).await?;
    let computed = period::report(&app.store, series, period, app.clock.now()).await;
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
    let page =
        Page { lang, staff: &staff, series: &series, period, unit: part.unit.as_deref(), report: &report };
    error::html(StatusCode::OK, view::page(&page).into_string())
}
