//! A list from a file: read, shown as what would change, and stored only once that was confirmed, as lists of units are
//! (`web/admin/units/import`).

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Around, at_counters, list_of, only_by_link};
use crate::{
    apply::desk::{Fault as Refused, NotDone, Wanted},
    language::Lang,
    organisation::invited::{self, Ground, Key, List, Plan, Unfit},
    report::workbook,
    secret::hex,
    store::StoreError,
    tabular::{self, Encoding, Fault, Kind as Written},
    web::{
        admin::{
            setup::{self, Trouble},
            units::{
                export,
                import::{pack, unpack},
            },
        },
        app::App,
        auth::session::Staff,
        download::to_keep,
        error::{self, NotFound},
        form::{BadForm, Fields},
        respond::answer::Wanted as Language,
        upload::{self, Upload},
        views::{
            admin::{
                form::{Fault as FieldFault, Form},
                invited::import::{self as view, Ask, Preview},
            },
            message::Kind,
        },
    },
};

/// Choosing a file.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/nhap", rejection(NotFound))]
pub struct ImportPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Confirming what a file would change.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/nhap/xac-nhan", rejection(NotFound))]
pub struct ConfirmPath {
    /// The campaign's slug.
    pub slug: String,
}

/// A file to begin with.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/mau.xlsx", rejection(NotFound))]
pub struct TemplatePath {
    /// The campaign's slug.
    pub slug: String,
}

/// Names of the fields.
pub mod field {
    /// The file.
    pub const FILE: &str = "file";
    /// The list, packed.
    pub const LIST: &str = "list";
    /// Fingerprint of what the preview showed.
    pub const SEEN: &str = "seen";
    /// The file's name.
    pub const NAME: &str = "name";
}

/// Asks for a file.
pub async fn ask(
    path: ImportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    if let Some(list) = at_counters(&app, &path.slug, lang).await {
        return list;
    }
    asked(&app, &staff, lang, &path.slug, &[], &[], StatusCode::OK).await
}

async fn asked(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    faults: &[FieldFault],
    rows: &[Fault],
    status: StatusCode,
) -> Response {
    let values = Fields::default();
    let form = Form { faults, ..Form::new(lang, &values) };
    match Around::load(app, slug).await {
        Ok(Some(around)) => {
            let campaign = &around.stored.campaign;
            let groups = !around.raters.is_empty();
            let phase = campaign.phase(app.clock.now());
            let page = Ask { lang, staff, campaign, phase, form, rows, groups };
            error::html(status, view::ask(&page).into_string())
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// A list read.
struct Read {
    list: List,
    /// Whether its encoding was a guess that somebody should look at.
    guessed: bool,
}

/// Reads a file on a thread of its own: a large workbook keeps a core busy for a moment.
async fn read(lang: Lang, name: Option<String>, bytes: Bytes) -> Result<Read, Unfit> {
    let work = tokio::task::spawn_blocking(move || {
        let book = tabular::read(name.as_deref(), &bytes).map_err(|no| Unfit(no.words(lang)))?;
        let guessed = matches!(book.kind, Written::Csv { encoding: Encoding::Windows1258, .. });
        Ok(Read { list: List::read(lang, &book)?, guessed })
    });
    work.await.unwrap_or_else(|_| Err(Unfit(tabular::Refusal::Damaged.words(lang))))
}

/// Why a list is not taken.
enum No {
    /// It would change something else than what was shown.
    Other,
    /// Something else.
    Trouble(Trouble),
}

impl From<NotDone> for No {
    fn from(no: NotDone) -> Self {
        Self::Trouble(Trouble::NotDone(no))
    }
}

/// Plans a list on the campaign as it is, and writes its sound rows into what is wanted.
fn planned(lang: Lang, around: &Around, list: &List, wanted: &mut Wanted) -> Plan {
    let groups = around.groups();
    let ground = Ground { people: &wanted.people, tree: &around.tree, groups: &groups };
    let plan = list.plan(lang, &ground);
    let mut at: BTreeMap<String, usize> =
        wanted.people.iter().enumerate().map(|(n, person)| (person.code.clone(), n)).collect();
    for changed in &plan.changes {
        let after = changed.after.clone();
        match at.get(&after.code).and_then(|n| wanted.people.get_mut(*n)) {
            Some(person) => *person = after,
            None => {
                at.insert(after.code.clone(), wanted.people.len());
                wanted.people.push(after);
            }
        }
    }
    plan
}

/// What the comparison refuses, at the rows of the file; what no row is to blame for stands beside them.
fn at_rows(list: &List, plan: &Plan, faults: Vec<Refused>) -> (Vec<Fault>, Vec<FieldFault>) {
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for fault in faults {
        let place = fault.field.strip_prefix("invited.").and_then(|rest| rest.rsplit_once('.'));
        let row = place.and_then(|(code, part)| Some((List::row_of(plan, code)?, part)));
        match row {
            Some((row, part)) => {
                let key = match part {
                    "name" => Key::Name,
                    "title" => Key::Title,
                    "unit" => Key::Unit,
                    "group" => Key::Group,
                    "email" => Key::Email,
                    "address" => Key::Address,
                    _ => Key::Code,
                };
                rows.push(Fault { row, column: list.column(key), words: fault.words });
            }
            None => others.push(FieldFault::new(field::FILE, fault.words)),
        }
    }
    rows.sort();
    (rows, others)
}

/// What a list would change, with everything that stands against it.
async fn rehearse(
    app: &App,
    staff: &Staff,
    lang: Lang,
    around: &Around,
    list: &List,
) -> Result<Result<Plan, (Vec<Fault>, Vec<FieldFault>)>, NotDone> {
    let desk = setup::desk(app, staff, lang);
    let mut plan = Plan::default();
    let outcome = desk
        .rehearse(&around.stored.campaign.slug, |wanted, _| {
            plan = planned(lang, around, list, wanted);
            Ok::<(), No>(())
        })
        .await;
    let (mut rows, others) = match outcome {
        Ok(()) => (Vec::new(), Vec::new()),
        Err(No::Trouble(Trouble::NotDone(NotDone::Refused(faults)))) => at_rows(list, &plan, faults),
        Err(No::Trouble(Trouble::NotDone(no))) => return Err(no),
        Err(No::Other | No::Trouble(Trouble::Meanwhile(_))) => return Err(NotDone::Unknown),
    };
    // What is wrong with the rows themselves, and what the campaign says against the sound ones: all of it in one go.
    rows.extend(plan.faults.iter().cloned());
    rows.sort();
    Ok(if rows.is_empty() && others.is_empty() { Ok(plan) } else { Err((rows, others)) })
}

/// Reads the file and shows what it would change.
pub async fn preview(
    path: ImportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let m = lang.messages();
    let (parts, body) = request.into_parts();
    let slug = path.slug.as_str();
    let upload = match Upload::read(&parts.headers, body, upload::LIST).await {
        Ok(upload) => upload,
        Err(BadForm::TooLarge) => {
            let faults = [FieldFault::new(field::FILE, tabular::Refusal::TooLarge.words(lang))];
            return asked(&app, &staff, lang, slug, &faults, &[], StatusCode::PAYLOAD_TOO_LARGE).await;
        }
        Err(bad) => return error::of_form(bad, lang),
    };
    let Some(file) = upload.file else {
        let faults = [FieldFault::new(field::FILE, fl!(m, "desk-units-file-missing"))];
        return asked(&app, &staff, lang, slug, &faults, &[], StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let read = match read(lang, Some(file.name.clone()), file.bytes).await {
        Ok(read) => read,
        Err(unfit) => return unfit_file(&app, &staff, lang, slug, unfit).await,
    };
    shown(&app, &staff, lang, slug, &read, &file.name, StatusCode::OK).await
}

async fn unfit_file(app: &App, staff: &Staff, lang: Lang, slug: &str, unfit: Unfit) -> Response {
    let faults = [FieldFault::new(field::FILE, unfit.0)];
    asked(app, staff, lang, slug, &faults, &[], StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The preview of a list as it would be now, or what is wrong with it.
async fn shown(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    read: &Read,
    name: &str,
    status: StatusCode,
) -> Response {
    let around = match Around::load(app, slug).await {
        Ok(Some(around)) => around,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    match rehearse(app, staff, lang, &around, &read.list).await {
        Err(NotDone::Store(error)) => error::of_store(&error, lang),
        Err(_) => error::page(lang, Kind::Unknown),
        Ok(Err((rows, mut faults))) => {
            if !rows.is_empty() {
                let words = fl!(lang.messages(), "lists-rows-wrong", n = rows.len());
                faults.insert(0, FieldFault::new(field::FILE, words));
            }
            let status = if status == StatusCode::OK { StatusCode::UNPROCESSABLE_ENTITY } else { status };
            asked(app, staff, lang, slug, &faults, &rows, status).await
        }
        Ok(Ok(plan)) => {
            let Ok(packed) = pack(&read.list.written()) else { return error::page(lang, Kind::Failed) };
            let page = Preview {
                lang,
                staff,
                campaign: &around.stored.campaign,
                phase: around.stored.campaign.phase(app.clock.now()),
                tree: &around.tree,
                raters: &around.raters,
                file: name,
                plan: &plan,
                guessed: read.guessed,
                again: status == StatusCode::CONFLICT,
                packed: &packed,
                seen: &fingerprint(&plan),
            };
            error::html(status, view::preview(&page).into_string())
        }
    }
}

/// What the preview showed, in 64 hex digits.
fn fingerprint(plan: &Plan) -> String {
    hex(&Sha256::digest(serde_json::to_vec(&plan.changes).unwrap_or_default()))
}

/// Stores what was previewed.
pub async fn confirm(
    path: ConfirmPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let slug = path.slug.as_str();
    let fields = match Fields::read(&parts.headers, body, upload::LIST).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let Some(list) = fields.one(field::LIST).and_then(unpack) else {
        return error::page(lang, Kind::Malformed);
    };
    let Ok(read) = read(lang, None, list.into()).await else { return error::page(lang, Kind::Malformed) };
    let around = match Around::load(&app, slug).await {
        Ok(Some(around)) => around,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let seen = fields.one(field::SEEN).unwrap_or_default();
    let outcome = setup::desk(&app, &staff, lang)
        .edit(slug, |wanted, _| {
            only_by_link(lang, &wanted.campaign).map_err(No::Trouble)?;
            let plan = planned(lang, &around, &read.list, wanted);
            let as_shown = plan.faults.is_empty() && fingerprint(&plan) == seen;
            if as_shown { Ok(plan.changes.len()) } else { Err(No::Other) }
        })
        .await;
    match outcome {
        Ok(n) => setup::changed(&app, &list_of(slug), lang, "listed", Some(n)).await,
        Err(No::Trouble(Trouble::NotDone(NotDone::Store(error)))) => error::of_store(&error, lang),
        Err(No::Trouble(Trouble::NotDone(NotDone::Refused(_)))) if !around.stored.campaign.by_link => {
            let words = fl!(lang.messages(), "lists-at-counters-what");
            let faults = [FieldFault::new("", words)];
            asked(&app, &staff, lang, slug, &faults, &[], StatusCode::UNPROCESSABLE_ENTITY).await
        }
        // Something else than what was shown: shown again as it would be now, and nothing of the list is lost.
        Err(_) => {
            let name = fields.one(field::NAME).unwrap_or_default();
            shown(&app, &staff, lang, slug, &read, name, StatusCode::CONFLICT).await
        }
    }
}

/// A workbook with nothing but headings, and a sheet that explains them.
pub async fn template(
    path: TemplatePath,
    _: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    let m = lang.messages();
    let groups = async { Ok::<_, StoreError>(Around::load(&app, &path.slug).await?.map(|it| it.groups())) };
    let groups = match groups.await {
        Ok(Some(groups)) => groups,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let listed = || invited::COLUMNS.iter().filter(|column| column.key != Key::Group || !groups.is_empty());
    let headings = listed().map(|column| invited::heading(lang, column.key)).collect();
    let names: Vec<String> = groups.iter().map(|(code, name)| format!("{code} ({name})")).collect();
    let help: Vec<[String; 2]> = listed()
        .map(|column| {
            let words = match column.key {
                Key::Code => fl!(m, "lists-help-code"),
                Key::Name => fl!(m, "lists-help-name"),
                Key::Title => fl!(m, "lists-help-title"),
                Key::Unit => fl!(m, "lists-help-unit"),
                Key::Group => fl!(m, "lists-help-group", all = names.join(", ")),
                Key::Email => fl!(m, "lists-help-email"),
                Key::Address => fl!(m, "lists-help-address"),
            };
            [invited::heading(lang, column.key), words]
        })
        .collect();
    match workbook::list(&fl!(m, "lists-sheet"), &[headings], &fl!(m, "desk-units-sheet-help"), &help) {
        Ok(bytes) => to_keep(bytes, export::XLSX, "nguoi-duoc-moi-mau.xlsx"),
        Err(error) => {
            tracing::error!(%error, "the workbook could not be written");
            error::page(lang, Kind::Failed)
        }
    }
}
