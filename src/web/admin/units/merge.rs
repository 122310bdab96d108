//! Merging several units into one: each ends on a day with the same successor, and what lies below them goes there.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, Request, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{
    end,
    one::{No, One},
    save,
};
use crate::{
    language::Lang,
    organisation::{Dated, History, Since, Unit, problem::written},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::BASE,
        respond::answer::Wanted,
        typed,
        views::admin::{form::Fault, units::merge as view},
    },
};

/// Merging into a unit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/unit/{code}/merge", rejection(NotFound))]
pub struct MergePath {
    /// Code of the one that stays.
    pub code: String,
}

/// Names of the fields.
pub mod field {
    /// Last day of those that are merged.
    pub const LAST: &str = "valid_to";
    /// Code of one that is merged; several.
    pub const UNIT: &str = "unit";
}

/// Fields of the largest form: one for each unit of a province with some to spare.
const FIELDS: usize = 5_000;

/// Name of a unit in [`base`] that has a last day.
const ENDED: &str = "ended";

/// What the form is made from: the units that have a last day.
fn base(history: &History, _: &Dated) -> Fields {
    let ended = history.iter().filter(|dated| dated.unit.valid_to.is_some());
    Fields::of(ended.map(|dated| (ENDED, dated.unit.code.clone())))
}

/// Says of each unit that somebody else has given a last day since the form was shown, in the language of the reader.
fn meanwhile(lang: Lang, units: &[&Dated], fields: &Fields) -> Vec<Fault> {
    let base = fields.one(BASE).and_then(|base| Fields::parse_any(base.as_bytes()).ok());
    let Some(base) = base else { return Vec::new() };
    let known = |code: &str| base.all(ENDED).any(|ended| ended == code);
    units
        .iter()
        .filter(|dated| !known(&dated.unit.code))
        .filter_map(|dated| {
            let (name, day) = (dated.unit.name.as_str(), written(lang, dated.unit.valid_to?));
            Some(Fault::new(
                field::UNIT,
                fl!(lang.messages(), "desk-units-ended-meanwhile", name = name, day = day),
            ))
        })
        .collect()
}

/// Asks which and when.
pub async fn ask(
    path: MergePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let one = One { app: &app, staff: &staff, lang, code: &path.code, draw: view::page, base };
    one.ask(|_, dated| {
        // A unit takes over on the day on which it begins; of one that was always there nobody can guess the day.
        let last = dated.unit.valid_from.and_then(|day| day.yesterday().ok());
        Fields::of([(field::LAST, last.map(typed::day_text).unwrap_or_default())])
    })
    .await
}

/// Merges.
pub async fn merge(
    path: MergePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read_many(&parts.headers, body, form::DESK, FIELDS).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let saved = save::save(&app, &staff, |history| {
        history.get(&path.code).ok_or(No::Unknown)?;
        merged(lang, history, &path.code, &fields)
    });
    let one = One { app: &app, staff: &staff, lang, code: &path.code, draw: view::page, base };
    one.answer(&fields, saved.await).await
}

fn merged(lang: Lang, history: &History, into: &str, fields: &Fields) -> Result<History, No> {
    let m = lang.messages();
    let chosen: BTreeSet<&str> = fields.all(field::UNIT).filter(|code| *code != into).collect();
    // A list with one that is not there is refused whole (security test E-03).
    let units: Vec<&Dated> =
        chosen.iter().map(|code| history.get(code).ok_or(No::Unknown)).collect::<Result<_, _>>()?;
    let changed = meanwhile(lang, &units, fields);
    if !changed.is_empty() {
        return Err(No::Changed(changed));
    }
    let mut faults = Vec::new();
    if units.is_empty() {
        faults.push(Fault::new(field::UNIT, fl!(m, "desk-units-merge-none")));
    }
    let text = fields.one(field::LAST).unwrap_or_default().trim();
    let last = typed::day(text);
    let Some(last) = last.filter(|_| faults.is_empty()) else {
        if last.is_none() {
            faults.push(Fault::new(field::LAST, typed::no_day(lang, &fl!(m, "desk-units-merge-last"), text)));
        }
        return Err(No::Faults(faults));
    };
    let after_it = last.tomorrow().map_or(Since::Always, Since::Day);
    let mut wanted: Vec<(Unit, Since)> = Vec::new();
    for dated in units {
        let below = end::going_on(history, &dated.unit.code, last)
            .filter(|unit| !chosen.contains(unit.code.as_str()))
            .map(|unit| {
                // What stays cannot go below itself: it takes the place of the one above it.
                let parent =
                    if unit.code == into { dated.unit.parent.clone() } else { Some(into.to_owned()) };
                (Unit { parent, ..unit }, after_it)
            });
        wanted.extend(below);
        let unit = Unit { valid_to: Some(last), successor: Some(into.to_owned()), ..dated.unit.clone() };
        wanted.push((unit, Since::Always));
    }
    Ok(history.with(wanted))
}
