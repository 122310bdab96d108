//! Reporting periods: which reports are due and how each stands, as the calendar page tells the same account, and the report over a
//! period's campaigns.

use std::collections::BTreeMap;

use axum::{extract::State, http::request::Parts, response::Response};
use axum_extra::routing::TypedPath;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    NoPath, answer,
    asked::{self, Asked},
    problem::{self, Problem},
    reports::{LANGUAGES, Wanted, wants_csv},
};
use crate::{
    clock,
    figures::{
        calendar::{self, Entry},
        period::{Series, Standing, gaps},
    },
    language::Lang,
    organisation::{Period, Span},
    store::periods,
    web::{
        app::App,
        auth::{scope, session::Staff},
        cut::period::{self as cut, NoCut},
    },
};

/// The periods.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/periods")]
pub struct ListPath;

/// The report of one.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/periods/{definition}/{form}/{period}/report", rejection(NoPath))]
pub struct ReportPath {
    /// Id of the questionnaire.
    pub definition: String,
    /// The form.
    pub form: String,
    /// The period's code.
    pub period: String,
}

/// How a period can stand.
pub const STATES: [&str; 4] = ["empty", "running", "waiting", "ready"];

/// How one stands, and from which day on there is a report.
fn state(standing: &Standing) -> (&'static str, Option<Date>) {
    match standing {
        Standing::Empty => ("empty", None),
        Standing::GoesOn(from) => ("running", Some(*from)),
        Standing::Waits(_) => ("waiting", None),
        Standing::Ready => ("ready", None),
    }
}

/// Lists them, by questionnaire, form and code.
pub async fn list(_: ListPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    match listed(&app, &staff, &parts).await {
        Ok(page) => answer::json(&page, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

async fn listed(app: &App, staff: &Staff, parts: &Parts) -> Result<Value, Problem> {
    let asked = Asked::of(parts, &[&asked::PAGED[..], &["year", "standing"]].concat())?;
    let only = match asked.value("year") {
        None => None,
        // A year's code is its number; no other way of writing it.
        Some(year) => match year.parse() {
            Ok(Period { year, span: Span::Year }) => Some(year),
            _ => return Err(Problem::Value),
        },
    };
    let wanted = asked.value("standing");
    if wanted.is_some_and(|wanted| !STATES.contains(&wanted)) {
        return Err(Problem::Value);
    }
    let now = app.clock.now();
    let all = calendar::all(&scope::campaigns(app, staff).await?);
    let due_day = periods::due_day(&mut app.store.read().await?).await?;
    let this = clock::date(clock::day(now)).map_or(2000, Date::year);
    let years = calendar::years(all.iter().flat_map(|(_, campaigns)| campaigns), this);
    let mut found = BTreeMap::new();
    for (series, campaigns) in &all {
        for year in years.iter().filter(|year| only.is_none_or(|only| only == **year)) {
            for entry in calendar::year(*year, campaigns, due_day, now) {
                if wanted.is_none_or(|wanted| wanted == state(&entry.standing).0) {
                    found.insert(address(series, entry.period), told(series, &entry));
                }
            }
        }
    }
    Ok(asked.page(found.into_iter()))
}

/// What stands between the addresses of the API and that of its report; unique.
fn address(series: &Series, period: Period) -> String {
    format!("{}/{}/{period}", series.definition, series.form)
}

fn told(series: &Series, entry: &Entry<'_>) -> Value {
    let (state, from) = state(&entry.standing);
    let period = entry.period;
    let campaigns = entry.campaigns.iter().map(|campaign| {
        json!({
            "slug": campaign.slug,
            "title": campaign.title,
            "campaign": format!("/api/v1/campaigns/{}", campaign.slug),
        })
    });
    let report = || format!("/api/v1/periods/{}/report", address(series, period));
    json!({
        "definition": series.definition,
        "form": series.form,
        "period": period.to_string(),
        "first": period.first().to_string(),
        "last": period.last().to_string(),
        "due": entry.due.to_string(),
        "standing": state,
        "from": from.map(|day| day.to_string()),
        "quarters_without": gaps(period, &entry.campaigns),
        "campaigns": campaigns.collect::<Value>(),
        "report": (entry.standing == Standing::Ready).then(report),
    })
}

/// Sends the report of a period.
pub async fn report(path: ReportPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    let lang = problem::language(&parts.headers);
    match sent(&app, &staff, path, &parts, lang).await {
        Ok(response) => response,
        Err(problem) => problem.unshared(lang),
    }
}

async fn sent(
    app: &App,
    staff: &Staff,
    path: ReportPath,
    parts: &Parts,
    lang: Lang,
) -> Result<Response, Problem> {
    let csv = wants_csv(parts)?;
    let asked = Asked::parameters(parts, &["unit", "lang"])?;
    let own = asked.one_of("lang", &LANGUAGES)?;
    let period: Period = path.period.parse().map_err(|_| Problem::Unknown)?;
    let series = Series { definition: path.definition, form: path.form };
    let unit = asked.value("unit");
    let report = cut::report(app, staff, &series, period, unit).await.map_err(|no| match no {
        NoCut::Unknown => Problem::Unknown,
        NoCut::Busy => Problem::Unavailable,
        NoCut::Store(error) => Problem::of_store(&error),
        NoCut::Period(no) => Problem::Conflict(no.words(lang, "")),
    })?;
    let object = address(&series, period);
    Wanted { csv, lang: own, object: &object, unit }.send(app, staff, report, parts).await
}
