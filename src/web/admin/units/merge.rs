//! Merging several units into one: each ends on a day with the same successor, and what lies below them goes there.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{UnitPath, Units, done, end, save};
use crate::{
    language::Lang,
    organisation::{Dated, History, Since, Unit},
    tabular::value,
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        respond::answer::Wanted,
        typed,
        views::{
            admin::{
                form::{Fault, Form},
                units::merge::{self as view, Page},
            },
            message::Kind,
        },
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

/// Asks which and when.
pub async fn ask(
    path: MergePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match Units::load(&app).await {
        Err(error) => error::of_store(&error, lang),
        Ok(units) => {
            let Some(dated) = units.history.get(&path.code) else { return error::page(lang, Kind::Unknown) };
            let last = dated.unit.valid_from.or(Some(units.today)).and_then(|day| day.yesterday().ok());
            let values = Fields::of([(field::LAST, last.map(typed::day_text).unwrap_or_default())]);
            shown(lang, &staff, &units, dated, &Form::new(lang, &values), StatusCode::OK)
        }
    }
}

fn shown(
    lang: Lang,
    staff: &Staff,
    units: &Units,
    dated: &Dated,
    form: &Form<'_>,
    status: StatusCode,
) -> Response {
    let page = Page { lang, staff, tree: &units.tree, today: units.today, unit: &dated.unit, form };
    error::html(status, view::page(&page).into_string())
}

/// Why the fields were not taken.
enum No {
    Unknown,
    Faults(Vec<Fault>),
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
    let refused = match saved.await {
        Err(error) => return error::of_store(&error, lang),
        Ok(Ok(number)) => return done(&UnitPath { code: path.code }.to_string(), lang, number),
        Ok(Err(refused)) => refused,
    };
    let units = match Units::load(&app).await {
        Ok(units) => units,
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(dated) = units.history.get(&path.code) else { return error::page(lang, Kind::Unknown) };
    let words = refused.words(lang);
    let faults = match refused {
        save::Refused::By(No::Unknown) => return error::page(lang, Kind::Unknown),
        save::Refused::By(No::Faults(faults)) => faults,
        _ => words.into_iter().map(|words| Fault::new("", words)).collect(),
    };
    let form = Form { faults: &faults, ..Form::new(lang, &fields) };
    shown(lang, &staff, &units, dated, &form, StatusCode::UNPROCESSABLE_ENTITY)
}

fn merged(lang: Lang, history: &History, into: &str, fields: &Fields) -> Result<History, No> {
    let m = lang.messages();
    let chosen: BTreeSet<&str> = fields.all(field::UNIT).filter(|code| *code != into).collect();
    // A list with one that is not there is refused whole (security test E-03).
    let units: Vec<&Dated> =
        chosen.iter().map(|code| history.get(code).ok_or(No::Unknown)).collect::<Result<_, _>>()?;
    let mut faults = Vec::new();
    if units.is_empty() {
        faults.push(Fault::new(field::UNIT, fl!(m, "desk-units-merge-none")));
    }
    let text = fields.one(field::LAST).unwrap_or_default().trim();
    let last = value::day(text);
    let Some(last) = last.filter(|_| faults.is_empty()) else {
        if last.is_none() {
            faults.push(Fault::new(field::LAST, fl!(m, "desk-units-not-a-day", text = text)));
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
