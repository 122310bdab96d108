//! The campaigns that an account sees.

use axum::{extract::State, http::request::Parts, response::Response};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    NoPath, answer,
    asked::{self, Asked},
    moment,
    problem::{self, Problem},
};
use crate::{
    organisation::{Phase, State as Stand},
    store::campaigns::Stored,
    web::{
        app::App,
        auth::{scope, session::Staff},
    },
};

/// The campaigns.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/campaigns")]
pub struct ListPath;

/// A campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/campaigns/{slug}", rejection(NoPath))]
pub struct OnePath {
    /// The campaign's slug.
    pub slug: String,
}

/// Where a campaign can be.
pub const STATES: [&str; 6] = ["draft", "planned", "open", "paused", "closed", "archived"];

/// Where a campaign is.
fn state(stored: &Stored, now: i64) -> &'static str {
    match (stored.campaign.state, stored.campaign.phase(now)) {
        (Stand::Archived, _) => "archived",
        (_, Phase::Draft) => "draft",
        (_, Phase::Planned) => "planned",
        (_, Phase::Open) => "open",
        (_, Phase::Paused) => "paused",
        (_, Phase::Closed) => "closed",
    }
}

/// Lists them, by slug.
pub async fn list(_: ListPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    match listed(&app, &staff, &parts).await {
        Ok(page) => answer::json(&page, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

async fn listed(app: &App, staff: &Staff, parts: &Parts) -> Result<Value, Problem> {
    let asked = Asked::of(parts, &[&asked::PAGED[..], &["state"]].concat())?;
    let wanted = asked.value("state");
    if wanted.is_some_and(|wanted| !STATES.contains(&wanted)) {
        return Err(Problem::Value);
    }
    let now = app.clock.now();
    let mut all = scope::campaigns(app, staff).await?;
    all.retain(|stored| wanted.is_none_or(|wanted| wanted == state(stored, now)));
    all.sort_by(|one, other| one.campaign.slug.cmp(&other.campaign.slug));
    Ok(asked.page(all.iter().map(|stored| (stored.campaign.slug.clone(), told(stored, now)))))
}

/// Tells of one.
pub async fn one(path: OnePath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    let found = async {
        Asked::of(&parts, &[])?;
        let found = scope::campaign(&app, &staff, &path.slug).await?;
        found.map(|(stored, _)| told(&stored, app.clock.now())).ok_or(Problem::Unknown)
    };
    match found.await {
        Ok(told) => answer::json(&told, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

fn told(stored: &Stored, now: i64) -> Value {
    let campaign = &stored.campaign;
    let path = format!("/api/v1/campaigns/{}", campaign.slug);
    json!({
        "slug": campaign.slug,
        "title": campaign.title,
        "state": state(stored, now),
        "opens": moment(campaign.opens),
        "closes": moment(campaign.closes),
        "audience": if campaign.by_link { "officials" } else { "citizens" },
        "definition": { "id": campaign.definition, "version": campaign.version, "sha256": campaign.sha256 },
        "form": campaign.form,
        "target": campaign.target,
        "demonstration": campaign.demonstration,
        "counts": format!("{path}/counts"),
        "report": format!("{path}/report"),
        "exports": format!("{path}/exports"),
    })
}
