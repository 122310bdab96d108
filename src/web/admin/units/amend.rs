//! Adding a unit and changing one: its name, kind, place and first day.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use jiff::civil::Date;
use serde::Deserialize;

use super::{UnitPath, Units, done, save};
use crate::{
    language::Lang,
    organisation::{Dated, Since, Unit, problem::Wrong, text},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{Meanwhile, meanwhile},
        posted::Posted,
        respond::answer::Wanted,
        typed,
        views::{
            admin::{
                form::{Fault, Form},
                units::amend::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// A new unit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/new")]
pub struct NewPath;

/// Changing a unit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/unit/{code}/edit", rejection(NotFound))]
pub struct EditPath {
    /// Its code.
    pub code: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Below {
    /// Code of the unit above the new one.
    pub parent: Option<String>,
}

/// Names of the fields.
pub mod field {
    /// Code.
    pub const CODE: &str = "code";
    /// Name.
    pub const NAME: &str = "name";
    /// Kind.
    pub const KIND: &str = "kind";
    /// Code of the unit above.
    pub const PARENT: &str = "parent";
    /// First day.
    pub const FROM: &str = "valid_from";
    /// Whether it is a change (`day`) or a mistake mended (`always`).
    pub const SINCE: &str = "since";
    /// The day of a change.
    pub const DAY: &str = "since_day";
}

/// What the form of a unit shows.
fn stored(unit: &Unit) -> Fields {
    let from = unit.valid_from.map(typed::day_text).unwrap_or_default();
    Fields::of([
        (field::CODE, unit.code.as_str()),
        (field::NAME, &unit.name),
        (field::KIND, &unit.kind),
        (field::PARENT, unit.parent.as_deref().unwrap_or_default()),
        (field::FROM, &from),
    ])
}

/// The form for a new unit.
pub async fn new(
    _: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(below): Query<Below>,
) -> Response {
    let lang = wanted.language();
    match Units::load(&app).await {
        Ok(units) => {
            let values = Fields::of([(field::PARENT, below.parent.unwrap_or_default())]);
            shown(lang, &staff, &units, None, &Form::new(lang, &values), StatusCode::OK)
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// The form for a unit that there is.
pub async fn edit(
    path: EditPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let units = match Units::load(&app).await {
        Ok(units) => units,
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(dated) = units.history.get(&path.code) else { return error::page(lang, Kind::Unknown) };
    let values = stored(&dated.unit).with(field::DAY, &typed::day_text(units.today));
    shown(lang, &staff, &units, Some(dated), &Form::new(lang, &values), StatusCode::OK)
}

fn shown(
    lang: Lang,
    staff: &Staff,
    units: &Units,
    unit: Option<&Dated>,
    form: &Form<'_>,
    status: StatusCode,
) -> Response {
    let base = unit.map(|dated| stored(&dated.unit));
    let page = Page {
        lang,
        staff,
        tree: &units.tree,
        today: units.today,
        unit: unit.map(|dated| &dated.unit),
        form,
        base: base.as_ref(),
    };
    error::html(status, view::page(&page).into_string())
}

/// Adds a unit.
pub async fn add(
    _: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }>,
) -> Response {
    let lang = wanted.language();
    write(&app, &staff, lang, None, fields).await
}

/// Changes a unit.
pub async fn change(
    path: EditPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }>,
) -> Response {
    let lang = wanted.language();
    write(&app, &staff, lang, Some(path.code), fields).await
}

/// Why the fields were not taken.
enum No {
    Unknown,
    Faults(Vec<Fault>),
    Meanwhile(Meanwhile),
}

async fn write(app: &App, staff: &Staff, lang: Lang, code: Option<String>, fields: Fields) -> Response {
    let (fields, code) = match code {
        Some(code) => (fields.with(field::CODE, &code), Some(code)),
        None => (fields, None),
    };
    let saved = save::save(app, staff, |history| {
        let before = match &code {
            None => None,
            Some(code) => Some(history.get(code).ok_or(No::Unknown)?),
        };
        if let Some(found) = before.and_then(|before| meanwhile(&fields, &stored(&before.unit))) {
            return Err(No::Meanwhile(found));
        }
        let taken = |code: &str| before.is_none() && history.get(code).is_some();
        let (unit, since) = read(lang, &fields, before, taken).map_err(No::Faults)?;
        Ok(history.with([(unit, since)]))
    });
    let saved = match saved.await {
        Ok(saved) => saved,
        Err(error) => return error::of_store(&error, lang),
    };
    let refused = match saved {
        Ok(number) => {
            let code = fields.one(field::CODE).unwrap_or_default().trim().to_owned();
            return done(&UnitPath { code }.to_string(), lang, number);
        }
        Err(refused) => refused,
    };
    let units = match Units::load(app).await {
        Ok(units) => units,
        Err(error) => return error::of_store(&error, lang),
    };
    let unit = code.as_ref().and_then(|code| units.history.get(code));
    let words = refused.words(lang, &units.history);
    match refused {
        save::Refused::By(No::Unknown) => error::page(lang, Kind::Unknown),
        save::Refused::By(No::Faults(faults)) => {
            let form = Form { faults: &faults, ..Form::new(lang, &fields) };
            shown(lang, staff, &units, unit, &form, StatusCode::UNPROCESSABLE_ENTITY)
        }
        save::Refused::By(No::Meanwhile(found)) => {
            let form = Form { changed: &found.changed, ..Form::new(lang, &found.fields) };
            shown(lang, staff, &units, unit, &form, StatusCode::CONFLICT)
        }
        save::Refused::Problems(problems) => {
            let own = fields.one(field::CODE).unwrap_or_default();
            let faults: Vec<Fault> = problems
                .iter()
                .map(|problem| {
                    let field = match &problem.what {
                        Wrong::EndsFirst if problem.unit == own => field::FROM,
                        Wrong::UnknownParent { .. } | Wrong::Round { .. } | Wrong::ParentEnds { .. } => {
                            field::PARENT
                        }
                        _ => "",
                    };
                    Fault::new(field, problem.what.words(lang, &problem.unit))
                })
                .collect();
            let form = Form { faults: &faults, ..Form::new(lang, &fields) };
            shown(lang, staff, &units, unit, &form, StatusCode::UNPROCESSABLE_ENTITY)
        }
        save::Refused::InUse(_) | save::Refused::Belongs(_) => {
            let faults: Vec<Fault> = words.into_iter().map(|words| Fault::new("", words)).collect();
            let form = Form { faults: &faults, ..Form::new(lang, &fields) };
            shown(lang, staff, &units, unit, &form, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// The unit as the fields say, and from when that holds.
fn read(
    lang: Lang,
    fields: &Fields,
    before: Option<&Dated>,
    taken: impl Fn(&str) -> bool,
) -> Result<(Unit, Since), Vec<Fault>> {
    let m = lang.messages();
    let mut faults = Vec::new();
    let mut say =
        |field: &str, words: Option<String>| faults.extend(words.map(|words| Fault::new(field, words)));
    let of = |name: &str| text::line(fields.one(name).unwrap_or_default());
    let (code, name, kind, parent) = (of(field::CODE), of(field::NAME), of(field::KIND), of(field::PARENT));
    // Of several empty fields each says which one it is.
    let named = |label: String, words: Option<String>| words.map(|words| format!("{label}: {words}"));
    say(field::CODE, named(fl!(m, "desk-units-code"), text::code_problem(lang, &code)));
    if taken(&code) {
        say(field::CODE, Some(fl!(m, "desk-units-code-taken", code = code.as_str())));
    }
    say(field::NAME, named(fl!(m, "desk-units-name"), text::line_problem(lang, &name, text::NAME)));
    say(field::KIND, named(fl!(m, "desk-units-kind"), text::line_problem(lang, &kind, text::KIND)));
    let mut day = |name: &str, label: String| -> Option<Date> {
        let text = of(name);
        let day = typed::day(&text);
        let wrong = day.is_none() && !text.is_empty();
        say(name, wrong.then(|| typed::no_day(lang, &label, &text)));
        day
    };
    let valid_from = day(field::FROM, fl!(m, "desk-units-valid-from"));
    let changes_place = before.is_some_and(|before| {
        let unit = &before.unit;
        (&unit.name, &unit.kind, unit.parent.as_deref().unwrap_or_default())
            != (&name, &kind, parent.as_str())
    });
    let since = match fields.one(field::SINCE) {
        _ if !changes_place => Since::Always,
        Some("always") => Since::Always,
        Some("day") => match day(field::DAY, fl!(m, "desk-units-since-day")) {
            Some(day) => Since::Day(day),
            None => {
                if of(field::DAY).is_empty() {
                    say(field::DAY, Some(fl!(m, "desk-units-since-day-missing")));
                }
                Since::Always
            }
        },
        _ => {
            say(field::SINCE, Some(fl!(m, "desk-units-since-missing")));
            Since::Always
        }
    };
    let (valid_to, successor) =
        before.map(|b| (b.unit.valid_to, b.unit.successor.clone())).unwrap_or_default();
    let parent = (!parent.is_empty()).then_some(parent);
    let unit = Unit { code, name, kind, parent, valid_from, valid_to, successor };
    if faults.is_empty() { Ok((unit, since)) } else { Err(faults) }
}
