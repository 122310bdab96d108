//! The audit log: a page to look through it, and a file of it.

use axum::{
    extract::{Query, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use crate::{
    language::Lang,
    store::{
        StoreError,
        audit::{self, Filter, Row},
    },
    web::{
        app::App,
        auth::session::Staff,
        error,
        respond::answer::Wanted,
        typed,
        views::admin::audit::{self as view, Page},
    },
};

/// The log as a page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/nhat-ky")]
pub struct AuditPath;

/// The log as CSV.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/nhat-ky.csv")]
pub struct AuditCsvPath;

/// Entries on a page.
const PAGE: i64 = 50;
/// Most entries in a file; more are had by narrowing the days.
const FILE: i64 = 100_000;
/// A day, in milliseconds. The province has no summer time.
const DAY: i64 = 86_400_000;

/// The part of the address after `?`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// Account.
    #[serde(default)]
    pub actor: String,
    /// Kind of object, or action.
    #[serde(default)]
    pub action: String,
    /// Object.
    #[serde(default)]
    pub object: String,
    /// First day, as typed.
    #[serde(default)]
    pub from: String,
    /// Last day, as typed.
    #[serde(default)]
    pub until: String,
    /// Entries with smaller numbers.
    pub before: Option<String>,
}

impl Asked {
    /// What is wanted; `Err` with the names of the fields that are no days.
    fn filter(&self) -> Result<Filter, Vec<&'static str>> {
        let day = |typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => typed::moment(typed, "00:00").map(Some).ok_or(()),
        };
        let (from, until) = (day(&self.from), day(&self.until));
        match (from, until) {
            (Ok(from), Ok(until)) => Ok(Filter {
                actor: self.actor.trim().to_owned(),
                action: self.action.trim().to_owned(),
                object: self.object.trim().to_owned(),
                from,
                until: until.map(|last| last + DAY),
                before: self.before.as_deref().and_then(|number| number.parse().ok()),
            }),
            (from, until) => {
                let wrong = [from.err().map(|()| "from"), until.err().map(|()| "until")];
                Err(wrong.into_iter().flatten().collect())
            }
        }
    }
}

/// Shows entries, the newest first.
pub async fn show(
    _: AuditPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = wanted.language();
    let (filter, wrong) = match asked.filter() {
        Ok(filter) => (Some(filter), Vec::new()),
        Err(wrong) => (None, wrong),
    };
    let rows = match &filter {
        Some(filter) => match rows(&app, filter, PAGE + 1).await {
            Ok(rows) => rows,
            Err(error) => return error::of_store(&error, lang),
        },
        None => Vec::new(),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page { lang, staff: &staff, asked: &asked, wrong: &wrong, rows: &rows, most: PAGE };
    error::html(status, view::page(&page).into_string())
}

async fn rows(app: &App, filter: &Filter, most: i64) -> Result<Vec<Row>, StoreError> {
    audit::list(&mut app.store.read().await?, filter, most).await
}

/// The entries that are looked at as CSV. That they were taken is an entry itself (security test K-09).
pub async fn csv(
    _: AuditCsvPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = wanted.language();
    let Ok(filter) = asked.filter().map(|filter| Filter { before: None, ..filter }) else {
        return show(AuditPath, staff, State(app), Query(wanted), Query(asked)).await;
    };
    match file(&app, &staff, &filter, lang).await {
        Ok(bytes) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
            let name = HeaderValue::from_static("attachment; filename=\"nhat-ky.csv\"");
            headers.insert(CONTENT_DISPOSITION, name);
            response
        }
        Err(error) => error::of_store(&error, lang),
    }
}

async fn file(app: &App, staff: &Staff, filter: &Filter, lang: Lang) -> Result<Vec<u8>, StoreError> {
    let rows = rows(app, filter, FILE).await?;
    let told = json!({
        "entries": rows.len(), "actor": filter.actor, "action": filter.action, "object": filter.object,
        "from": filter.from, "until": filter.until,
    });
    audit::note(&app.store, app.clock.now(), &staff.did("audit.export", "audit").with(told)).await?;
    Ok(view::csv(&rows, lang))
}
