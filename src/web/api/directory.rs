//! The units that an account sees, as they are, were or will be.

use axum::{extract::State, http::request::Parts, response::Response};
use axum_extra::routing::TypedPath;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    NoPath, answer,
    asked::{self, Asked},
    problem::{self, Problem},
};
use crate::{
    organisation::{Dated, UnitTree},
    store::{StoreError, units},
    web::{
        app::App,
        auth::{scope, session::Staff},
    },
};

/// The units.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/units")]
pub struct ListPath;

/// A unit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/units/{code}", rejection(NoPath))]
pub struct OnePath {
    /// Its code.
    pub code: String,
}

/// Lists them, by code: as they were last written, or those of a day (`on`) as they were then.
pub async fn list(_: ListPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    match listed(&app, &staff, &parts).await {
        Ok(page) => answer::json(&page, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

async fn listed(app: &App, staff: &Staff, parts: &Parts) -> Result<Value, Problem> {
    let asked = Asked::of(parts, &[&asked::PAGED[..], &["on"]].concat())?;
    let day: Option<Date> = match asked.value("on") {
        None => None,
        Some(day) if day.len() == 10 => Some(day.parse().map_err(|_| Problem::Value)?),
        Some(_) => return Err(Problem::Value),
    };
    let history = units::history(&mut app.store.read().await?).await?;
    let tree = history.latest().map_err(|_| StoreError::Corrupt("tree of units"))?;
    let seen = history.iter().filter(|dated| staff.sees(&tree, &dated.unit.code));
    let seen = seen.filter(|dated| day.is_none_or(|day| dated.exists(day)));
    Ok(asked.page(seen.map(|dated| (dated.unit.code.clone(), told(staff, &tree, dated, day)))))
}

/// Tells of one, and what it was before.
pub async fn one(path: OnePath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    match found(&app, &staff, &path.code, &parts).await {
        Ok(told) => answer::json(&told, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

async fn found(app: &App, staff: &Staff, code: &str, parts: &Parts) -> Result<Value, Problem> {
    Asked::of(parts, &[])?;
    let history = units::history(&mut app.store.read().await?).await?;
    let tree = history.latest().map_err(|_| StoreError::Corrupt("tree of units"))?;
    let Some(dated) = history.get(code) else { return Err(Problem::Unknown) };
    if !staff.sees(&tree, code) {
        scope::outside(app, staff, code).await?;
        return Err(Problem::Unknown);
    }
    let mut unit = told(staff, &tree, dated, None);
    let past = dated.past.iter().map(|past| {
        json!({
            "until": past.until.to_string(),
            "name": past.name,
            "kind": past.kind,
            "parent": seen(staff, &tree, past.parent.as_deref()),
        })
    });
    unit["past"] = past.collect();
    Ok(unit)
}

/// The code of another unit, if the account sees that one.
fn seen<'a>(staff: &Staff, tree: &UnitTree, code: Option<&'a str>) -> Option<&'a str> {
    code.filter(|code| staff.sees(tree, code))
}

fn told(staff: &Staff, tree: &UnitTree, dated: &Dated, day: Option<Date>) -> Value {
    let unit = day.map_or_else(|| dated.unit.clone(), |day| dated.on(day));
    json!({
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "parent": seen(staff, tree, unit.parent.as_deref()),
        "valid_from": unit.valid_from.map(|day| day.to_string()),
        "valid_to": unit.valid_to.map(|day| day.to_string()),
        "successor": seen(staff, tree, unit.successor.as_deref()),
    })
}
