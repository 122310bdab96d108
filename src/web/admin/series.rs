//! The campaigns of a series beside each other: a page, CSV and JSON.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::{periods, report::seat};
use crate::{
    figures::{self, NoReport, period::Series},
    index::series::Series as Compared,
    language::Lang,
    report::series::csv,
    store::{audit, units},
    web::{
        app::App,
        auth::{scope, session::Staff},
        download::to_keep,
        error::{self, NotFound},
        respond::answer::Wanted,
        strict::{Parameters, Strict},
        views::{
            admin::series::{self as view, Page},
            message::Kind,
        },
    },
};

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/series/{definition}/{form}", rejection(NotFound))]
pub struct SeriesPath {
    /// Id of the questionnaire.
    pub definition: String,
    /// The form.
    pub form: String,
}

/// A file of it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/series/{definition}/{form}/{file}", rejection(NotFound))]
pub struct SeriesFilePath {
    /// Id of the questionnaire.
    pub definition: String,
    /// The form.
    pub form: String,
    /// `series.csv` or `series.json`.
    pub file: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// Code of the unit that the series is about; absent: all together.
    pub unit: Option<String>,
}

impl Parameters for Part {
    const NAMES: &'static [&'static str] = &["unit"];
}

/// The series as this account sees it.
async fn compute(
    app: &App,
    staff: &Staff,
    series: &Series,
    part: &Part,
    lang: Lang,
) -> Result<Option<Compared>, Response> {
    let unknown = || error::page(lang, Kind::Unknown);
    let of_store = |error| error::of_store(&error, lang);
    let campaigns = periods::of_series(app, staff, series).await.map_err(of_store)?;
    if campaigns.is_empty() {
        return Err(unknown());
    }
    let unit = part.unit.as_ref().or(staff.unit.as_ref());
    allowed(app, staff, unit, lang).await?;
    let _seat = seat(app, lang).await?;
    let unit = unit.map(String::as_str);
    match figures::series::series(&app.store, &campaigns, unit, app.clock.now()).await {
        Ok(None) if part.unit.is_some() => Err(unknown()),
        Ok(computed) => Ok(computed),
        Err(NoReport::Store(error)) => Err(error::of_store(&error, lang)),
        Err(no) => Err(error::page(lang, Kind::Words { words: &no.words(lang, "") })),
    }
}

/// Whether the account sees a unit; what it does not see is not there.
async fn allowed(app: &App, staff: &Staff, unit: Option<&String>, lang: Lang) -> Result<(), Response> {
    let Some(unit) = unit else { return Ok(()) };
    let seen = async {
        let tree = units::tree(&mut app.store.read().await?).await?;
        scope::unit(app, staff, &tree, unit).await
    };
    match seen.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(error::page(lang, Kind::Unknown)),
        Err(error) => Err(error::of_store(&error, lang)),
    }
}

/// Shows the page.
pub async fn show(
    path: SeriesPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Strict(part): Strict<Part>,
) -> Response {
    let lang = wanted.language();
    let series = Series { definition: path.definition, form: path.form };
    let computed = match compute(&app, &staff, &series, &part, lang).await {
        Ok(computed) => computed,
        Err(response) => return response,
    };
    let unit = part.unit.as_deref();
    let page = Page { lang, staff: &staff, of: &series, unit, series: computed.as_ref() };
    error::html(StatusCode::OK, view::page(&page).into_string())
}

/// Downloads a file.
pub async fn file(
    path: SeriesFilePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Strict(part): Strict<Part>,
) -> Response {
    let lang = wanted.language();
    let (extension, kind) = match path.file.as_str() {
        "series.csv" => ("csv", "text/csv; charset=utf-8"),
        "series.json" => ("json", "application/json; charset=utf-8"),
        _ => return error::page(lang, Kind::Unknown),
    };
    let series = Series { definition: path.definition, form: path.form };
    let computed = match compute(&app, &staff, &series, &part, lang).await {
        Ok(Some(computed)) => computed,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(response) => return response,
    };
    let bytes = if extension == "csv" {
        csv(&computed)
    } else {
        match serde_json::to_vec(&computed) {
            Ok(mut json) => {
                json.push(b'\n');
                json
            }
            Err(error) => {
                tracing::error!(%error, "a series could not be written");
                return error::page(lang, Kind::Failed);
            }
        }
    };
    let (definition, form) = (&series.definition, &series.form);
    let entry = staff
        .did("report.export", format!("{definition}/{form}"))
        .with(json!({ "format": format!("series.{extension}"), "unit": computed.unit }));
    if let Err(error) = audit::note(&app.store, app.clock.now(), &entry).await {
        return error::of_store(&error, lang);
    }
    let unit = part.unit.as_ref().map_or_else(String::new, |unit| format!("-{unit}"));
    to_keep(bytes, kind, &format!("{definition}-{form}{unit}-series.{extension}"))
}
