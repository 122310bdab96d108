//! Units from a file, or pasted: read, shown as what would change, and stored only once that was confirmed.
//!
//! The list is kept until its preview was looked at ([`mod@previewed`]), so that the preview is a page to which a browser can go
//! back. It carries the list itself, packed, and a fingerprint of what it showed. What is confirmed is decided anew and must
//! come to the same fingerprint (security test H-10).

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
};

use axum::{
    body::Bytes,
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use i18n_embed_fl::fl;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Units, UnitsPath, done, save};
use crate::{
    language::Lang,
    organisation::{
        History, Since, UnitChange,
        import::{Key, List, Unfit, pasted},
    },
    secret::hex,
    store::{StoreError, previewed, units::Use},
    tabular::{self, Encoding, Fault, Kind as Written},
    web::{
        app::App,
        auth::session::Staff,
        error,
        form::{BadForm, Fields},
        respond::answer::{Wanted, in_language, with_query},
        typed,
        upload::{self, Upload},
        views::{
            admin::{
                form::{Fault as FieldFault, Form},
                units::import::{self as view, Preview},
            },
            message::Kind,
        },
    },
};

/// Choosing a file.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/import")]
pub struct ImportPath;

/// What a file would change.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/import/preview")]
pub struct PreviewPath;

/// The part of an address after `?` that names the file.
#[derive(Debug, Default, Deserialize)]
pub struct Of {
    /// Its id.
    of: Option<String>,
}

/// What files are kept for.
const PURPOSE: &str = "units";

/// Confirming what a file would change.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/import/confirm")]
pub struct ConfirmPath;

/// Names of the fields.
pub mod field {
    /// The file.
    pub const FILE: &str = "file";
    /// The list as it was pasted; in what is kept, there if the list was.
    pub const LINES: &str = "lines";
    /// Whether what differs is a change (`day`) or a mistake mended (`always`).
    pub const SINCE: &str = "since";
    /// The day of the changes.
    pub const DAY: &str = "since_day";
    /// The list, packed.
    pub const LIST: &str = "list";
    /// Fingerprint of what the preview showed.
    pub const SEEN: &str = "seen";
    /// The file's name.
    pub const NAME: &str = "name";
    /// There if the list's encoding was a guess.
    pub const GUESSED: &str = "guessed";
}

/// The value of [`field::SINCE`] where there was no unit before.
pub const FIRST: &str = "first";

/// Asks for a file.
pub async fn ask(
    _: ImportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(of): Query<Of>,
) -> Response {
    let lang = wanted.language();
    let loaded = async { Ok::<_, StoreError>((Units::load(&app).await?, kept(&app, &staff, &of).await?)) };
    match loaded.await {
        Ok((units, sent)) => {
            // Where there is no unit yet, nothing can change from a day on.
            let since = if units.history.is_empty() { FIRST } else { "day" };
            let values = Fields::of([(field::SINCE, since), (field::DAY, &typed::day_text(units.today))]);
            // Whoever has looked at a pasted list and comes back to mend it finds it here.
            let values = match sent.filter(|(fields, _)| fields.has(field::LINES)) {
                Some((fields, bytes)) => {
                    let fields = fields.with(field::LINES, &String::from_utf8_lossy(&bytes));
                    let was_first = fields.one(field::SINCE) == Some(FIRST);
                    values
                        .iter()
                        .filter(|_| was_first)
                        .fold(fields, |sent, (name, value)| sent.with(name, value))
                }
                None => values,
            };
            asked(lang, &staff, &values, &[], &[], StatusCode::OK)
        }
        Err(error) => error::of_store(&error, lang),
    }
}

fn asked(
    lang: Lang,
    staff: &Staff,
    values: &Fields,
    faults: &[FieldFault],
    rows: &[Fault],
    status: StatusCode,
) -> Response {
    let form = Form { faults, ..Form::new(lang, values) };
    error::html(status, view::ask(lang, staff, &form, rows).into_string())
}

/// Reads the file, keeps it and leads to what it would change; or says what is wrong with it.
pub async fn submit(
    _: ImportPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let m = lang.messages();
    let (parts, body) = request.into_parts();
    let upload = match Upload::read(&parts.headers, body, upload::LIST).await {
        Ok(upload) => upload,
        Err(BadForm::TooLarge) => {
            let words = tabular::Refusal::TooLarge.words(lang);
            let faults = [FieldFault::new(field::FILE, words)];
            return asked(lang, &staff, &Fields::default(), &faults, &[], StatusCode::PAYLOAD_TOO_LARGE);
        }
        Err(bad) => return error::of_form(bad, lang),
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let refuse =
        |faults: &[FieldFault], rows: &[Fault]| asked(lang, &staff, &upload.fields, faults, rows, wrong);
    // Whatever is wrong is told at once: the file as a whole, its rows, the day.
    let since = since(lang, &upload.fields);
    let mut faults: Vec<FieldFault> = Vec::new();
    let of = |name: &str| upload.fields.one(name);
    let pasted = of(field::LINES).filter(|lines| !lines.trim().is_empty());
    if let (Some(_), Some(file)) = (pasted, &upload.file) {
        let words = fl!(m, "import-both", file = file.name.as_str());
        faults.push(FieldFault::new(field::FILE, words));
        faults.extend(since.err());
        return refuse(&faults, &[]);
    }
    // A list that was read before, when only the day was wrong, need not be chosen again.
    let (name, kind, bytes): (String, Option<String>, Bytes) =
        match (upload.file.clone(), pasted, of(field::LIST).and_then(unpack)) {
            (Some(file), ..) => (file.name.clone(), Some(file.name), file.bytes),
            (None, Some(lines), _) => (String::new(), None, Bytes::from(lines.to_owned())),
            (None, None, Some(list)) => {
                (of(field::NAME).unwrap_or_default().to_owned(), None, Bytes::from(list))
            }
            (None, None, None) => {
                faults.push(FieldFault::new(field::LINES, fl!(m, "import-nothing")));
                faults.extend(since.err());
                return refuse(&faults, &[]);
            }
        };
    let (is_pasted, at) = (pasted.is_some(), if pasted.is_some() { field::LINES } else { field::FILE });
    let read_before = kind.is_none() && !is_pasted;
    let known = match Known::load(&app).await {
        Ok(known) => known,
        Err(error) => return error::of_store(&error, lang),
    };
    let read = match read(lang, kind.clone(), is_pasted, bytes.clone(), &known).await {
        Ok(read) => {
            let guessed = read.guessed || read_before && of(field::GUESSED).is_some();
            Read { guessed, ..read }
        }
        Err(Unfit(words)) => {
            faults.push(FieldFault::new(at, words));
            faults.extend(since.err());
            return refuse(&faults, &[]);
        }
    };
    let changes = known.changes(lang, &read.list, since.clone().unwrap_or(Since::Always));
    match (changes, since) {
        (Err(rows), since) => {
            faults.push(FieldFault::new(at, wrong_rows(lang, &rows, is_pasted)));
            faults.extend(since.err());
            refuse(&faults, &by_line(rows, is_pasted))
        }
        // What was pasted stands in its field still.
        (Ok(_), Err(fault)) if is_pasted => asked(lang, &staff, &upload.fields, &[fault], &[], wrong),
        (Ok(_), Err(fault)) => {
            let Ok(list) = pack(&read.list.written()) else { return error::page(lang, Kind::Failed) };
            let mut fields = upload.fields.with(field::NAME, &name).with(field::LIST, &list);
            if read.guessed {
                fields = fields.with(field::GUESSED, "yes");
            }
            asked(lang, &staff, &fields, &[fault], &[], wrong)
        }
        (Ok(_), Ok(_)) => {
            let of = |name: &str| upload.fields.one(name).unwrap_or_default();
            let mut fields = Fields::of([
                (field::NAME, name.as_str()),
                (field::SINCE, of(field::SINCE)),
                (field::DAY, of(field::DAY)),
            ]);
            if let Some(kind) = &kind {
                fields = fields.with(field::FILE, kind);
            }
            if read.guessed {
                fields = fields.with(field::GUESSED, "yes");
            }
            if is_pasted {
                fields = fields.with(field::LINES, "yes");
            }
            let kept = keep(&app, &staff, &fields, &bytes).await;
            match kept {
                Ok(id) => {
                    let to = with_query(&PreviewPath.to_string(), &format!("of={id}"));
                    Redirect::to(&in_language(&to, lang)).into_response()
                }
                Err(error) => error::of_store(&error, lang),
            }
        }
    }
}

/// Keeps a file with the fields that were sent with it, on one line before it; gives its id.
async fn keep(app: &App, staff: &Staff, fields: &Fields, bytes: &[u8]) -> Result<String, StoreError> {
    let mut content = fields.encode().into_bytes();
    content.push(b'\n');
    content.extend_from_slice(bytes);
    let mut db = app.store.write().await?;
    let id = previewed::keep(&mut db, &staff.account, PURPOSE, &content, app.clock.now()).await?;
    db.commit().await?;
    Ok(id)
}

/// A file that is kept, with its fields.
async fn kept(app: &App, staff: &Staff, of: &Of) -> Result<Option<(Fields, Bytes)>, StoreError> {
    let mut db = app.store.read().await?;
    let id = of.of.as_deref().unwrap_or_default();
    let found = previewed::find(&mut db, id, &staff.account, PURPOSE, app.clock.now()).await?;
    Ok(found.and_then(|content| {
        let end = content.iter().position(|byte| *byte == b'\n')?;
        let fields = Fields::parse(content.get(..end)?).ok()?;
        Some((fields, Bytes::from(content).slice(end + 1..)))
    }))
}

/// Shows what a file that was read would change now.
pub async fn preview(
    _: PreviewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(of): Query<Of>,
) -> Response {
    let lang = wanted.language();
    let loaded = async { Ok::<_, StoreError>((kept(&app, &staff, &of).await?, Known::load(&app).await?)) };
    let (file, known) = match loaded.await {
        Ok(loaded) => loaded,
        Err(error) => return error::of_store(&error, lang),
    };
    let words = |words: String, status: StatusCode| {
        let values = Fields::of([(field::SINCE, "day"), (field::DAY, &typed::day_text(known.units.today))]);
        asked(lang, &staff, &values, &[FieldFault::new(field::FILE, words)], &[], status)
    };
    let Some((fields, bytes)) = file else {
        return words(fl!(lang.messages(), "import-preview-gone"), StatusCode::NOT_FOUND);
    };
    let Ok(since) = since(lang, &fields) else { return error::page(lang, Kind::Malformed) };
    let is_pasted = fields.has(field::LINES);
    let kind = fields.one(field::FILE).map(str::to_owned);
    let read = match read(lang, kind, is_pasted, bytes.clone(), &known).await {
        Ok(read) => Read { guessed: fields.has(field::GUESSED), ..read },
        Err(Unfit(no)) => return words(no, StatusCode::UNPROCESSABLE_ENTITY),
    };
    match known.changes(lang, &read.list, since) {
        Ok(changes) => {
            // The way back to mend it.
            let fields = if is_pasted {
                fields.with(field::LINES, of.of.as_deref().unwrap_or_default())
            } else {
                fields
            };
            previewed(lang, &staff, &known, &read, &changes, &fields, StatusCode::OK)
        }
        Err(rows) => {
            let at = if is_pasted { field::LINES } else { field::FILE };
            let faults = [FieldFault::new(at, wrong_rows(lang, &rows, is_pasted))];
            let lines = String::from_utf8_lossy(&bytes);
            let fields = if is_pasted { fields.with(field::LINES, &lines) } else { fields };
            let rows = by_line(rows, is_pasted);
            asked(lang, &staff, &fields, &faults, &rows, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Where rows that are wrong stand: what was pasted has lines and no columns with letters.
fn by_line(rows: Vec<Fault>, is_pasted: bool) -> Vec<Fault> {
    let bare = |fault: Fault| if is_pasted { Fault { column: None, ..fault } } else { fault };
    rows.into_iter().map(bare).collect()
}

/// How many places in how many rows.
fn wrong_rows(lang: Lang, faults: &[Fault], is_pasted: bool) -> String {
    let rows: BTreeSet<u32> = faults.iter().map(|fault| fault.row).collect();
    let (m, n, rows) = (lang.messages(), faults.len(), rows.len());
    if is_pasted {
        fl!(m, "import-lines-wrong", n = n, rows = rows)
    } else {
        fl!(m, "desk-units-rows-wrong", n = n, rows = rows)
    }
}

fn previewed(
    lang: Lang,
    staff: &Staff,
    known: &Known,
    read: &Read,
    changes: &[UnitChange],
    fields: &Fields,
    status: StatusCode,
) -> Response {
    let Ok(list) = pack(&read.list.written()) else { return error::page(lang, Kind::Failed) };
    let preview = Preview {
        lang,
        staff,
        file: fields.one(field::NAME).unwrap_or_default(),
        history: &known.units.history,
        list: &read.list,
        changes,
        guessed: read.guessed,
        again: status == StatusCode::CONFLICT,
        since: fields,
        packed: &list,
        seen: &fingerprint(changes),
    };
    error::html(status, view::preview(&preview).into_string())
}

/// From when what differs holds.
fn since(lang: Lang, fields: &Fields) -> Result<Since, FieldFault> {
    let m = lang.messages();
    match fields.one(field::SINCE) {
        Some("always" | FIRST) => Ok(Since::Always),
        Some("day") => {
            let text = fields.one(field::DAY).unwrap_or_default().trim();
            let words = || typed::no_day(lang, &fl!(m, "desk-units-since-day"), text);
            typed::day(text).map(Since::Day).ok_or_else(|| FieldFault::new(field::DAY, words()))
        }
        _ => Err(FieldFault::new(field::SINCE, fl!(m, "desk-units-since-missing"))),
    }
}

/// A list read.
struct Read {
    list: List,
    /// Whether its encoding was a guess that somebody should look at.
    guessed: bool,
}

/// Reads a file on a thread of its own: a large workbook keeps a core busy for a moment.
async fn read(
    lang: Lang,
    name: Option<String>,
    is_pasted: bool,
    bytes: Bytes,
    known: &Known,
) -> Result<Read, Unfit> {
    let history = known.units.history.clone();
    let work = tokio::task::spawn_blocking(move || {
        let (book, otherwise) = if is_pasted {
            let text = String::from_utf8_lossy(&bytes);
            (pasted::book(&text, &history), pasted::parted_otherwise(lang, &text))
        } else {
            (tabular::read(name.as_deref(), &bytes), None)
        };
        let book = book.map_err(|no| Unfit(no.words(lang)))?;
        let guessed = matches!(book.kind, Written::Csv { encoding: Encoding::Windows1258, .. });
        let mut list = List::read(lang, &book)?.completed(lang, &history);
        list.notes.extend(otherwise);
        Ok(Read { list, guessed })
    });
    work.await.unwrap_or_else(|_| Err(Unfit(tabular::Refusal::Damaged.words(lang))))
}

/// What a list is held against.
struct Known {
    units: Units,
    uses: Vec<Use>,
}

impl Known {
    async fn load(app: &App) -> Result<Self, StoreError> {
        let units = Units::load(app).await?;
        let uses = crate::store::units::uses(&mut app.store.read().await?, app.clock.now()).await?;
        Ok(Self { units, uses })
    }

    fn changes(&self, lang: Lang, list: &List, since: Since) -> Result<Vec<UnitChange>, Vec<Fault>> {
        let (after, mut faults) = list.applied_anyway(lang, &self.units.history, since);
        let changes = self.units.history.changes_to(&after);
        faults.extend(save::in_use(&changes, &self.uses).iter().map(|used| Fault {
            row: list.row(&used.by.unit).unwrap_or(1),
            column: list.column(Key::To),
            words: used.words(lang),
        }));
        faults.sort();
        if faults.is_empty() { Ok(changes) } else { Err(faults) }
    }
}

/// What the preview showed, in 64 hex digits.
fn fingerprint(changes: &[UnitChange]) -> String {
    hex(&Sha256::digest(serde_json::to_vec(changes).unwrap_or_default()))
}

/// A list as a form carries it along.
pub(in crate::web::admin) fn pack(list: &[u8]) -> std::io::Result<String> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(list)?;
    Ok(STANDARD.encode(packed.finish()?))
}

/// A list that was packed; nothing larger than a file may be comes out of it.
pub(in crate::web::admin) fn unpack(packed: &str) -> Option<Vec<u8>> {
    let packed = STANDARD.decode(packed).ok()?;
    let mut list = Vec::new();
    DeflateDecoder::new(packed.as_slice()).take(tabular::BYTES as u64 + 1).read_to_end(&mut list).ok()?;
    (list.len() <= tabular::BYTES).then_some(list)
}

/// Why what was confirmed is not stored.
enum No {
    Changed,
}

/// Stores what was previewed.
pub async fn confirm(
    _: ConfirmPath,
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
    let (Some(list), Ok(since)) = (fields.one(field::LIST).and_then(unpack), since(lang, &fields)) else {
        return error::page(lang, Kind::Malformed);
    };
    let known = match Known::load(&app).await {
        Ok(known) => known,
        Err(error) => return error::of_store(&error, lang),
    };
    let Ok(read) = read(lang, None, false, list.into(), &known).await else {
        return error::page(lang, Kind::Malformed);
    };
    let seen = fields.one(field::SEEN).unwrap_or_default();
    let saved = save::save(&app, &staff, |history: &History| {
        let after = read.list.applied(lang, history, since).map_err(|_| No::Changed)?;
        if fingerprint(&history.changes_to(&after)) == seen { Ok(after) } else { Err(No::Changed) }
    });
    match saved.await {
        Err(error) => error::of_store(&error, lang),
        Ok(Ok(number)) => done(&UnitsPath.to_string(), lang, number),
        // Something else than what was shown: shown again as it would be now, and nothing of the list is lost.
        Ok(Err(_)) => {
            let known = match Known::load(&app).await {
                Ok(known) => known,
                Err(error) => return error::of_store(&error, lang),
            };
            match known.changes(lang, &read.list, since) {
                Ok(changes) => {
                    previewed(lang, &staff, &known, &read, &changes, &fields, StatusCode::CONFLICT)
                }
                Err(rows) => {
                    let faults = [FieldFault::new(field::FILE, wrong_rows(lang, &rows, false))];
                    asked(lang, &staff, &fields, &faults, &rows, StatusCode::CONFLICT)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_08_a_packed_list_that_unfolds_to_more_than_a_file_may_be_is_refused() {
        let list = "Mã,Tên\n".repeat(1_000).into_bytes();
        assert_eq!(unpack(&pack(&list).unwrap()), Some(list));
        assert_eq!(unpack(&pack(&vec![b'a'; tabular::BYTES + 1]).unwrap()), None);
        assert_eq!(unpack("không phải"), None);
        assert_eq!(unpack("////"), None);
    }
}
