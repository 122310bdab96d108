//! Answers from a file: read by the rules of [`crate::gathered`], shown with every faulty row, and stored only once that was
//! confirmed. Nothing of the file is kept on the server in between: the preview carries the rows, packed.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Bytes,
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use super::{Desk, desk::DeskPath, open};
use crate::{
    gathered::{Campaign, Fault, Numbered},
    language::Lang,
    organisation::Channel,
    secret::Id,
    store::{
        StoreError, audit,
        inbox::Refused,
        paper,
        places::{self, Place},
        responses, segments,
    },
    tabular,
    web::{
        admin::units::import::{pack, unpack},
        app::App,
        auth::session::Staff,
        download::to_keep,
        error::{self, NotFound},
        form::{BadForm, Fields},
        respond::answer::{self, Wanted, in_language, with_query},
        upload::{self, Upload},
        views::{
            admin::{
                form::{Fault as FieldFault, Form},
                paper::import::{self as view, Ask, Column, Preview, Spot, field},
                setup::head::{Head, Tab},
            },
            message::Kind,
        },
    },
};

/// Choosing a file.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/import", rejection(NotFound))]
pub struct ImportPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Storing what was shown.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/import/confirm", rejection(NotFound))]
pub struct ConfirmPath {
    /// The campaign's slug.
    pub slug: String,
}

/// A file to begin with: its headings.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/paper/import/template.csv", rejection(NotFound))]
pub struct TemplatePath {
    /// The campaign's slug.
    pub slug: String,
}

/// The campaign with its places.
struct Held {
    desk: Desk,
    places: Vec<Place>,
}

impl Held {
    async fn load(app: &App, staff: &Staff, slug: &str) -> Result<Option<Self>, StoreError> {
        let Some(desk) = open(app, staff, slug).await? else { return Ok(None) };
        let places = places::of_campaign(&mut app.store.read().await?, desk.ready.stored.number).await?;
        Ok(Some(Self { desk, places }))
    }

    fn campaign<'a>(&'a self, app: &'a App) -> Campaign<'a> {
        let Desk { ready, revision, .. } = &self.desk;
        Campaign { ready, places: &self.places, revision: *revision, key: &app.key }
    }

    fn head<'a>(&'a self, app: &App, staff: &'a Staff, lang: Lang) -> Head<'a> {
        let campaign = &self.desk.ready.stored.campaign;
        Head { lang, staff, campaign, phase: campaign.phase(app.clock.now()), tab: Tab::Paper }
    }
}

/// The rows of a file, cells in plain text.
#[derive(Debug, PartialEq, Eq)]
struct Rows {
    heading: (u64, Vec<String>),
    rows: Vec<(u64, Vec<String>)>,
    /// Cells that are no text, such as formulas.
    faults: Vec<Fault>,
    /// Whether the encoding was a guess that somebody should look at.
    guessed: bool,
}

impl Rows {
    /// Reads the first visible sheet that has any rows.
    fn read(lang: Lang, name: Option<&str>, bytes: &[u8]) -> Result<Self, String> {
        let book = tabular::read(name, bytes).map_err(|no| no.words(lang))?;
        let guess = tabular::Encoding::Windows1258;
        let guessed = matches!(book.kind, tabular::Kind::Csv { encoding, .. } if encoding == guess);
        let sheet = book.sheets.into_iter().find(|sheet| sheet.visible && !sheet.rows.is_empty());
        let mut faults = Vec::new();
        let mut rows = sheet.map(|sheet| sheet.rows).unwrap_or_default().into_iter().map(|row| {
            let line = u64::from(row.number);
            let cells = row.cells.into_iter().enumerate().map(|(column, cell)| match cell.plain() {
                Ok(_) => cell.text,
                Err(unusable) => {
                    let place = tabular::letters(column);
                    faults.push(Fault { line, words: format!("{place}: {}", unusable.words(lang)) });
                    String::new()
                }
            });
            (line, cells.collect::<Vec<String>>())
        });
        let heading = rows.next().ok_or_else(|| fl!(lang.messages(), "desk-answers-no-rows"))?;
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Err(fl!(lang.messages(), "desk-answers-no-rows"));
        }
        Ok(Self { heading, rows, faults, guessed })
    }

    /// The sheets, or everything that is wrong.
    fn sheets(&self, lang: Lang, campaign: &Campaign<'_>) -> Result<Vec<Numbered>, Vec<Fault>> {
        let heading = (self.heading.0, self.heading.1.as_slice());
        let read = campaign.sheets(lang, heading, self.rows.iter().cloned());
        if self.faults.is_empty() {
            return read;
        }
        // A cell that is no text is told as that, not as an empty one.
        let told: BTreeSet<u64> = self.faults.iter().map(|fault| fault.line).collect();
        let mut faults = self.faults.clone();
        faults.extend(read.err().unwrap_or_default().into_iter().filter(|fault| !told.contains(&fault.line)));
        faults.sort_by_key(|fault| fault.line);
        Err(faults)
    }

    /// The rows as a form carries them along.
    fn packed(&self) -> Option<String> {
        let all: Vec<&[String]> = std::iter::once(self.heading.1.as_slice())
            .chain(self.rows.iter().map(|(_, cells)| cells.as_slice()))
            .collect();
        pack(&tabular::write(all)).ok()
    }
}

/// Asks for a file.
pub async fn ask(
    path: ImportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match Held::load(&app, &staff, &path.slug).await {
        Ok(Some(held)) => asked(&app, &held, &staff, lang, &[], &[], StatusCode::OK),
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

fn asked(
    app: &App,
    held: &Held,
    staff: &Staff,
    lang: Lang,
    faults: &[FieldFault],
    rows: &[Fault],
    status: StatusCode,
) -> Response {
    let values = Fields::default();
    let campaign = held.campaign(app);
    let columns: Vec<Column<'_>> = campaign
        .columns()
        .map(|(name, question)| Column {
            name,
            question: question.map(|question| lang.pick(&question.name)),
            codes: question.map_or_else(Vec::new, |question| {
                question.options.iter().map(|option| option.code.as_str()).collect()
            }),
        })
        .collect();
    let ask = Ask {
        head: held.head(app, staff, lang),
        form: Form { faults, ..Form::new(lang, &values) },
        rows,
        columns: &columns,
        takes: super::entry::takes(&held.desk, app.clock.now()),
    };
    error::html(status, view::ask(&ask).into_string())
}

/// Reads the file and shows what it would store.
pub async fn preview(
    path: ImportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let m = lang.messages();
    let (parts, body) = request.into_parts();
    let upload = Upload::read(&parts.headers, body, upload::LIST).await;
    let held = match Held::load(&app, &staff, &path.slug).await {
        Ok(Some(held)) => held,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let refuse = |words: String, rows: &[Fault], status: StatusCode| {
        asked(&app, &held, &staff, lang, &[FieldFault::new(field::FILE, words)], rows, status)
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let file = match upload {
        Ok(Upload { file: Some(file), .. }) => file,
        Ok(_) => return refuse(fl!(m, "desk-units-file-missing"), &[], wrong),
        Err(BadForm::TooLarge) => {
            return refuse(tabular::Refusal::TooLarge.words(lang), &[], StatusCode::PAYLOAD_TOO_LARGE);
        }
        Err(bad) => return error::of_form(bad, lang),
    };
    let rows = match read(lang, Some(file.name.clone()), file.bytes).await {
        Ok(rows) => rows,
        Err(words) => return refuse(words, &[], wrong),
    };
    match rows.sheets(lang, &held.campaign(&app)) {
        Err(faults) => refuse(wrong_rows(lang, &faults), &faults, wrong),
        Ok(sheets) => match previewed(&app, &held, &staff, lang, &rows, &sheets, &file.name).await {
            Ok(response) => response,
            Err(error) => error::of_store(&error, lang),
        },
    }
}

fn wrong_rows(lang: Lang, faults: &[Fault]) -> String {
    let rows: BTreeSet<u64> = faults.iter().map(|fault| fault.line).collect();
    fl!(lang.messages(), "desk-units-rows-wrong", n = faults.len(), rows = rows.len())
}

/// Reads a file on a thread of its own: a large workbook keeps a core busy for a moment.
async fn read(lang: Lang, name: Option<String>, bytes: Bytes) -> Result<Rows, String> {
    let work = tokio::task::spawn_blocking(move || Rows::read(lang, name.as_deref(), &bytes));
    work.await.unwrap_or_else(|_| Err(tabular::Refusal::Damaged.words(lang)))
}

async fn previewed(
    app: &App,
    held: &Held,
    staff: &Staff,
    lang: Lang,
    rows: &Rows,
    sheets: &[Numbered],
    name: &str,
) -> Result<Response, StoreError> {
    let ids: Vec<Id> = sheets.iter().map(|(_, sheet)| sheet.id).collect();
    let known = responses::known(&mut app.store.read().await?, &ids).await?;
    let Some(packed) = rows.packed() else { return Ok(error::page(lang, Kind::Failed)) };
    let mut by_place: BTreeMap<i64, u64> = BTreeMap::new();
    let new = || sheets.iter().filter(|(_, sheet)| !known.contains(&sheet.id));
    for (_, sheet) in new() {
        *by_place.entry(sheet.place).or_default() += 1;
    }
    let spots: Vec<Spot<'_>> = by_place
        .iter()
        .filter_map(|(number, new)| {
            let place = held.places.iter().find(|place| place.number == *number)?;
            let code = place.counter.as_deref().unwrap_or_default();
            let unit = held.desk.tree.get(&place.unit).map_or(place.unit.as_str(), |unit| &unit.name);
            Some(Spot { code, name: place.name.as_deref().unwrap_or(code), unit, new: *new })
        })
        .collect();
    let preview = Preview {
        head: held.head(app, staff, lang),
        file: name,
        rows: sheets.len() as u64,
        new: new().count() as u64,
        paper: new().filter(|(_, sheet)| sheet.channel == Channel::Paper).count() as u64,
        texts: new().map(|(_, sheet)| sheet.texts.len() as u64).sum(),
        spots: &spots,
        guessed: rows.guessed,
        packed: &packed,
        takes: super::entry::takes(&held.desk, app.clock.now()),
    };
    Ok(error::html(StatusCode::OK, view::preview(&preview).into_string()))
}

/// What became of a list.
enum Done {
    /// So many were new.
    Stored(u64),
    /// Something stands against it now.
    Faults(Vec<Fault>),
    /// The campaign takes no answers from files now.
    Closed,
    /// There is no such campaign any more.
    Unknown,
    /// The campaign changed again and again meanwhile; the same may be sent once more.
    Busy,
}

/// Stores what was shown: read anew, so that nothing is kept under a form that has changed since.
pub async fn confirm(
    path: ConfirmPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, upload::LIST).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let Some(list) = fields.one(field::LIST).and_then(unpack) else {
        return error::page(lang, Kind::Malformed);
    };
    let Ok(rows) = read(lang, None, list.into()).await else { return error::page(lang, Kind::Malformed) };
    match store(&app, &staff, &path.slug, lang, &rows).await {
        Ok(Done::Stored(new)) => {
            let again = rows.rows.len() as u64 - new;
            let desk = in_language(&DeskPath { slug: path.slug }.to_string(), lang);
            Redirect::to(&with_query(&desk, &format!("done=imported&n={new}&again={again}"))).into_response()
        }
        Ok(Done::Faults(faults)) => match Held::load(&app, &staff, &path.slug).await {
            Ok(Some(held)) => {
                let told = [FieldFault::new(field::FILE, wrong_rows(lang, &faults))];
                asked(&app, &held, &staff, lang, &told, &faults, StatusCode::CONFLICT)
            }
            Ok(None) => error::page(lang, Kind::Unknown),
            Err(error) => error::of_store(&error, lang),
        },
        Ok(Done::Closed) => {
            let words = fl!(lang.messages(), "import-not-open", slug = path.slug.as_str());
            error::page(lang, Kind::Words { words: &words })
        }
        Ok(Done::Unknown) => error::page(lang, Kind::Unknown),
        Ok(Done::Busy) => error::busy(lang, &in_language(&path.to_string(), lang), &fields),
        Err(error) => {
            tracing::error!(%error, "a file of answers could not be stored");
            error::busy(lang, &in_language(&path.to_string(), lang), &fields)
        }
    }
}

async fn store(app: &App, staff: &Staff, slug: &str, lang: Lang, rows: &Rows) -> Result<Done, StoreError> {
    for _ in 0..answer::TRIES {
        let Some(held) = Held::load(app, staff, slug).await? else { return Ok(Done::Unknown) };
        let sheets = match rows.sheets(lang, &held.campaign(app)) {
            Ok(sheets) => sheets,
            Err(faults) => return Ok(Done::Faults(faults)),
        };
        let campaign = held.desk.ready.stored.number;
        let now = app.clock.now();
        let mut db = app.store.write().await?;
        let gate = match paper::open(&mut db, now, campaign, held.desk.revision).await? {
            Ok(gate) => gate,
            Err(Refused::Stale) => continue,
            Err(_) => return Ok(Done::Closed),
        };
        let new = paper::import(&mut db, now, &gate, &sheets).await?;
        if new > 0 {
            let told = staff.did("responses.import", slug).with(json!({ "rows": sheets.len(), "new": new }));
            audit::append(&mut db, now, &told).await?;
        }
        db.commit().await?;
        segments::tidy(app.store.clone(), campaign).await;
        return Ok(Done::Stored(new));
    }
    Ok(Done::Busy)
}

/// The headings of a file, to begin with.
pub async fn template(
    path: TemplatePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let held = match Held::load(&app, &staff, &path.slug).await {
        Ok(Some(held)) => held,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let campaign = held.campaign(&app);
    let headings: Vec<String> = campaign.columns().map(|(name, _)| name.to_owned()).collect();
    let file = tabular::write([headings.as_slice()]);
    to_keep(file, "text/csv; charset=utf-8", &format!("{}-answers.csv", path.slug))
}
