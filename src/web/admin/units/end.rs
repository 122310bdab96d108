//! Ending a unit: its last day, its successor, and where the units below it go; and taking the end back.

use axum::{
    extract::{Query, Request, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{
    UnitPath, Units, done,
    one::{No, One},
    save,
};
use crate::{
    language::Lang,
    organisation::{Dated, History, Since, Unit},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::meanwhile,
        posted::Posted,
        respond::answer::Wanted,
        typed,
        views::{
            admin::{
                form::{CONFIRM, Fault, confirmed},
                units::end as view,
            },
            message::Kind,
        },
    },
};

/// Ending a unit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/unit/{code}/end", rejection(NotFound))]
pub struct EndPath {
    /// Its code.
    pub code: String,
}

/// Names of the fields.
pub mod field {
    /// Last day.
    pub const LAST: &str = "valid_to";
    /// Code of the successor.
    pub const SUCCESSOR: &str = "successor";
    /// Code of the unit that takes those below.
    pub const BELOW: &str = "below";
}

/// What the form is made from: an end that somebody has written already.
fn base(_: &History, dated: &Dated) -> Fields {
    Fields::of([
        (field::LAST, dated.unit.valid_to.map(typed::day_text).unwrap_or_default()),
        (field::SUCCESSOR, dated.unit.successor.clone().unwrap_or_default()),
    ])
}

/// Asks for the last day and what comes after.
pub async fn ask(
    path: EndPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let one = One { app: &app, staff: &staff, lang, code: &path.code, draw: view::page, base };
    one.ask(|units, dated| {
        let last = dated.unit.valid_to.or_else(|| units.today.yesterday().ok());
        Fields::of([
            (field::LAST, last.map(typed::day_text).unwrap_or_default()),
            (field::SUCCESSOR, dated.unit.successor.clone().unwrap_or_default()),
            (field::BELOW, dated.unit.parent.clone().unwrap_or_default()),
        ])
    })
    .await
}

/// Ends the unit, or with an empty day lets it go on.
pub async fn end(
    path: EndPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }>,
) -> Response {
    let lang = wanted.language();
    let saved = save::save(&app, &staff, |history| {
        let dated = history.get(&path.code).ok_or(No::Unknown)?;
        if let Some(found) = meanwhile(&fields, &base(history, dated)) {
            return Err(No::Meanwhile(found));
        }
        ended(lang, history, dated, &fields).map_err(No::Faults)
    });
    let one = One { app: &app, staff: &staff, lang, code: &path.code, draw: view::page, base };
    one.answer(&fields, saved.await).await
}

fn ended(lang: Lang, history: &History, dated: &Dated, fields: &Fields) -> Result<History, Vec<Fault>> {
    let m = lang.messages();
    let mut faults = Vec::new();
    let of = |name: &str| fields.one(name).unwrap_or_default().trim();
    let (text, successor, below) = (of(field::LAST), of(field::SUCCESSOR), of(field::BELOW));
    if !confirmed(fields, &dated.unit.code) {
        faults.push(Fault::new(CONFIRM, fl!(m, "desk-units-confirm-code", code = dated.unit.code.as_str())));
    }
    let Some(last) = typed::day(text) else {
        faults.push(Fault::new(field::LAST, typed::no_day(lang, &fl!(m, "desk-units-last"), text)));
        return Err(faults);
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let successor = (!successor.is_empty()).then(|| successor.to_owned());
    let unit = Unit { valid_to: Some(last), successor, ..dated.unit.clone() };
    let parent = (!below.is_empty()).then(|| below.to_owned());
    let after_it = last.tomorrow().map_or(Since::Always, Since::Day);
    let moved = going_on(history, &dated.unit.code, last)
        .map(|unit| (Unit { parent: parent.clone(), ..unit }, after_it));
    Ok(history.with(moved.chain([(unit, Since::Always)])))
}

/// The units right below one that go on after its last day.
pub(super) fn going_on<'a>(
    history: &'a History,
    code: &'a str,
    last: jiff::civil::Date,
) -> impl Iterator<Item = Unit> + 'a {
    history
        .iter()
        .map(|dated| &dated.unit)
        .filter(move |unit| {
            unit.parent.as_deref() == Some(code) && unit.valid_to.is_none_or(|end| end > last)
        })
        .cloned()
}

/// Going on.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/unit/{code}/resume", rejection(NotFound))]
pub struct ResumePath {
    /// Code of the unit.
    pub code: String,
}

/// Lets a unit that was ended go on.
pub async fn resume(
    path: ResumePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    if let Err(bad) = Fields::read(&parts.headers, body, form::LOGIN).await {
        return error::of_form(bad, lang);
    }
    let saved = save::save(&app, &staff, |history| {
        let unit = history.get(&path.code).ok_or(())?.unit.clone();
        Ok(history.with([(Unit { valid_to: None, successor: None, ..unit }, Since::Always)]))
    });
    match saved.await {
        Err(error) => error::of_store(&error, lang),
        Ok(Ok(number)) => done(&UnitPath { code: path.code }.to_string(), lang, number),
        Ok(Err(save::Refused::By(()))) => error::page(lang, Kind::Unknown),
        Ok(Err(refused)) => {
            let history = Units::load(&app).await.map(|units| units.history).unwrap_or_default();
            let words = refused.words(lang, &history).join(" ");
            error::page(lang, Kind::Words { words: &words })
        }
    }
}
