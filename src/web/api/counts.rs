//! How many have answered, as the pages that watch a campaign tell the same account: the Department up to now, an officer of a
//! unit that unit up to the end of yesterday (security test J-07), and of personal links one number a day in steps
//! (B-07), which is of everybody invited and so for those alone who see everything.

use axum::{extract::State, http::request::Parts, response::Response};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    NoPath, answer,
    asked::Asked,
    problem::{self, Problem},
};
use crate::{
    clock,
    store::turnout,
    watching::board::Figures,
    web::{
        app::App,
        auth::{scope, session::Staff},
    },
};

/// The counts of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/api/v1/campaigns/{slug}/counts", rejection(NoPath))]
pub struct CountsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Tells them.
pub async fn show(path: CountsPath, staff: Staff, State(app): State<App>, parts: Parts) -> Response {
    match counts(&app, &staff, &path.slug, &parts).await {
        Ok(told) => answer::json(&told, &parts.headers),
        Err(problem) => problem.unshared(problem::language(&parts.headers)),
    }
}

async fn counts(app: &App, staff: &Staff, slug: &str, parts: &Parts) -> Result<Value, Problem> {
    Asked::of(parts, &[])?;
    let (stored, _) = scope::campaign(app, staff, slug).await?.ok_or(Problem::Unknown)?;
    let snapshot = app.live.look(&app.store, &app.clock, stored.number).await?.ok_or(Problem::Unknown)?;
    let everything = staff.sees_all();
    let board = if everything { &snapshot.board } else { snapshot.finished() };
    let invited = if everything {
        let turnout = turnout::of(&app.store, &stored, app.clock.now()).await?;
        (turnout.invited > 0).then_some(turnout)
    } else {
        None
    };
    let seen = board.tree.units().iter().enumerate();
    let seen = seen.filter(|(_, unit)| staff.sees(&board.tree, &unit.code));
    let units = seen.filter_map(|(at, unit)| {
        let counters = board.counters_of(&unit.code).map(|(counter, figures)| {
            json!({ "code": counter.code, "name": counter.name, "retired": counter.retired, "answers": figures.done })
        });
        let mut told = figures(board.unit(at)?);
        told["code"] = json!(unit.code);
        told["counters"] = counters.collect();
        Some(told)
    });
    let units: Vec<Value> = units.collect();
    let own = staff.unit.as_deref().and_then(|unit| board.tree.position(unit)).and_then(|at| board.unit(at));
    let total = if everything { Some(&board.total) } else { own };
    // Nobody is told of a day that is not over but those who see everything.
    let last = board.span.until.min(board.span.ends) - 1;
    let counted = total.filter(|_| !board.counters.is_empty());
    Ok(json!({
        "campaign": stored.campaign.slug,
        "through": clock::date(last).map(|day| day.to_string()),
        "live": everything,
        "counters": counted.map(figures),
        "links": invited.map(|turnout| json!({ "invited": turnout.invited, "answered": turnout.answered })),
        "units": units,
    }))
}

fn figures(figures: &Figures) -> Value {
    json!({ "answers": figures.done, "planned": figures.plan, "population": figures.population })
}
