//! Answers out: a page on which the Department makes files of a closed campaign's microdata and downloads them.
//!
//! A file is written anew for each download, straight into the answer, and held to the row count and SHA-256 that were noted
//! when it was made: of one that came out otherwise the last bytes are not sent, so that no browser takes it for whole.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, RETRY_AFTER},
    },
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Map, json};
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    export::{self, NoExport, Prepared, When, Written},
    figures::NoReport,
    language::Lang,
    microdata::Format,
    organisation::Phase,
    set_aside,
    store::{StoreError, audit, campaigns::Stored, erasure::answers, microdata as store, responses},
    web::{
        admin::campaign,
        app::App,
        auth::session::Staff,
        download::to_keep,
        error::{self, NotFound},
        respond::answer::{Wanted, in_language},
        views::{
            admin::{
                microdata::{self as view, Page, State as Shown},
                setup::head::{Head, Tab},
            },
            message::Kind,
        },
    },
};

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/du-lieu", rejection(NotFound))]
pub struct MicrodataPath {
    /// The campaign's slug.
    pub slug: String,
}

/// A file.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/du-lieu/{format}", rejection(NotFound))]
pub struct FilePath {
    /// The campaign's slug.
    pub slug: String,
    /// Name of the format.
    pub format: String,
}

/// The program that makes them: another version may write other bytes.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");
/// How long the page waits for files before it is shown without them.
const WAIT: Duration = Duration::from_secs(10);
/// Longest wait for a seat when others compute.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait for a reader of a download to take the next piece.
const STALLED: Duration = Duration::from_secs(60);
/// Pieces of a download that may wait.
const PIECES: usize = 4;
/// Bytes of a piece.
const PIECE: usize = 64 * 1024;

/// How far the making of files is, by campaign and language: under way, or why there are none.
type Making = BTreeMap<(i64, &'static str), Option<String>>;

/// What this server makes, or could not make.
static MAKING: LazyLock<Mutex<Making>> = LazyLock::new(|| Mutex::new(Making::new()));

fn making() -> MutexGuard<'static, Making> {
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows what files there are.
pub async fn show(
    path: MicrodataPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let stored = match campaign::found(&app, &staff, &path.slug, lang).await {
        Ok(stored) => stored,
        Err(response) => return response,
    };
    page(&app, &staff, &stored, lang, StatusCode::OK, None).await
}

async fn page(
    app: &App,
    staff: &Staff,
    stored: &Stored,
    lang: Lang,
    status: StatusCode,
    refused: Option<String>,
) -> Response {
    let phase = stored.campaign.phase(app.clock.now());
    let told = making().get(&(stored.number, lang.code())).cloned();
    let state = match (phase, told) {
        (Phase::Closed, Some(None)) => Shown::Making,
        (Phase::Closed, failed) => {
            let files = async {
                let mut db = app.store.read().await?;
                if let Some(erased) = answers::of(&mut db, stored.number).await? {
                    return Ok(Shown::Erased { day: erased.day });
                }
                let sheets = responses::stored(&mut db, stored.number).await?;
                let files = store::made(&mut db, stored.number, lang.code(), PROGRAM).await?;
                let out = set_aside::out(&mut db, stored.number).await?;
                let aside = out.into_iter().map(|(_, answers)| answers).sum();
                Ok(Shown::Closed { sheets, aside, files, failed: refused.or(failed.flatten()) })
            };
            match files.await {
                Ok(shown) => shown,
                Err(error) => return error::of_store(&error, lang),
            }
        }
        _ => Shown::Open,
    };
    let head = Head { lang, staff, campaign: &stored.campaign, phase, tab: Tab::Microdata };
    error::html(status, view::page(&Page { head, state: &state }).into_string())
}

/// Makes the files.
pub async fn make(
    path: MicrodataPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let stored = match campaign::found(&app, &staff, &path.slug, lang).await {
        Ok(stored) => stored,
        Err(response) => return response,
    };
    let back = in_language(&path.to_string(), lang);
    if stored.campaign.phase(app.clock.now()) != Phase::Closed {
        return page(&app, &staff, &stored, lang, StatusCode::CONFLICT, None).await;
    }
    let own = (stored.number, lang.code());
    {
        let mut making = making();
        if making.get(&own) == Some(&None) {
            return Redirect::to(&back).into_response();
        }
        making.insert(own, None);
    }
    let work = tokio::spawn({
        let (app, slug) = (app.clone(), path.slug.clone());
        async move {
            let made = make_all(&app, &staff, &slug, lang).await;
            let mut making = making();
            match &made {
                Ok(()) => making.remove(&own),
                Err(no) => making.insert(own, Some(no.words(lang, ""))),
            };
            drop(making);
            (made, staff)
        }
    });
    match tokio::time::timeout(WAIT, work).await {
        Ok(Ok((Err(no), staff))) => {
            making().remove(&own);
            tracing::warn!(%no, campaign = path.slug, "no files of microdata");
            let status = if no.is_input() { StatusCode::CONFLICT } else { StatusCode::SERVICE_UNAVAILABLE };
            page(&app, &staff, &stored, lang, status, Some(no.words(lang, ""))).await
        }
        Ok(Err(_)) => {
            making().remove(&own);
            error::page(lang, Kind::Failed)
        }
        // Made, or still being made: the page says which.
        Ok(Ok((Ok(()), _))) | Err(_) => Redirect::to(&back).into_response(),
    }
}

async fn make_all(app: &App, staff: &Staff, slug: &str, lang: Lang) -> Result<(), NoExport> {
    let _seat = app.reports.acquire().await;
    let now = app.clock.now();
    let prepared = Arc::new(export::prepare(&app.store, slug, now, When::Closed, lang).await?);
    let mut files = Vec::new();
    let mut told = Map::new();
    for format in Format::ALL {
        let Written { rows, bytes, sha256 } =
            match export::write(&app.store, &prepared, format, io::sink()).await {
                // The others are still of use.
                Err(NoExport::TooManyRows { .. }) => continue,
                written => written?,
            };
        told.insert(format.name().to_owned(), json!(sha256));
        files.push(store::Made {
            format: format.name().to_owned(),
            sheets: i64::try_from(rows).unwrap_or(i64::MAX),
            left_out: i64::try_from(prepared.left_out).unwrap_or(i64::MAX),
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            sha256,
        });
    }
    let mut db = app.store.write().await?;
    store::note(&mut db, prepared.campaign, lang.code(), PROGRAM, &files).await?;
    let entry = staff.did("microdata.make", slug);
    let entry = entry.with(json!({ "rows": prepared.layout.codebook.rows, "sha256": told }));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(())
}

/// Sends a file.
pub async fn download(
    path: FilePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let stored = match campaign::found(&app, &staff, &path.slug, lang).await {
        Ok(stored) => stored,
        Err(response) => return response,
    };
    let unknown = || error::page(lang, Kind::Unknown);
    let Some(format) = Format::named(&path.format) else { return unknown() };
    let found = match made(&app, stored.number, lang).await {
        Ok(all) => all.into_iter().find(|made| made.format == format.name()),
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(found) = found else { return unknown() };
    match send(&app, &staff, &path.slug, format, &found, lang).await {
        Ok(response) => response,
        Err(NoFile::Busy) => {
            let mut response = error::page(lang, Kind::Unavailable);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
            response
        }
        Err(NoFile::Refused(NoExport::Report(NoReport::Store(error)))) => error::of_store(&error, lang),
        Err(NoFile::Refused(no)) => {
            page(&app, &staff, &stored, lang, StatusCode::CONFLICT, Some(no.words(lang, ""))).await
        }
    }
}

/// What files of a campaign there are in a language.
///
/// # Errors
/// [`StoreError`] from the database.
pub(in crate::web) async fn made(
    app: &App,
    campaign: i64,
    lang: Lang,
) -> Result<Vec<store::Made>, StoreError> {
    store::made(&mut app.store.read().await?, campaign, lang.code(), PROGRAM).await
}

/// Why a file is not sent.
pub(in crate::web) enum NoFile {
    /// Others download.
    Busy,
    /// It is no longer what was made, or the database does not answer.
    Refused(NoExport),
}

impl From<StoreError> for NoFile {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// Sends a file that was made, and tells the audit log.
///
/// # Errors
/// [`NoFile`].
pub(in crate::web) async fn send(
    app: &App,
    staff: &Staff,
    slug: &str,
    format: Format,
    made: &store::Made,
    lang: Lang,
) -> Result<Response, NoFile> {
    let (prepared, seat) = fresh(app, slug, made, lang).await?;
    let told = json!({ "format": format.name(), "rows": made.sheets, "sha256": made.sha256 });
    let entry = staff.did("microdata.export", slug).with(told);
    audit::note(&app.store, app.clock.now(), &entry).await?;
    Ok(answer(slug, format, made, body(app, &prepared, format, made, seat)))
}

/// What a file is written from, with a seat for it; refused where answers have come or gone since it was made.
///
/// # Errors
/// [`NoFile`].
pub(in crate::web) async fn fresh(
    app: &App,
    slug: &str,
    made: &store::Made,
    lang: Lang,
) -> Result<(Arc<Prepared>, tokio::sync::OwnedSemaphorePermit), NoFile> {
    let seat = tokio::time::timeout(PATIENCE, Arc::clone(&app.downloads).acquire_owned()).await;
    let Ok(Ok(seat)) = seat else { return Err(NoFile::Busy) };
    let prepared = export::prepare(&app.store, slug, app.clock.now(), When::Closed, lang).await;
    let prepared = Arc::new(prepared.map_err(NoFile::Refused)?);
    if i64::try_from(prepared.layout.codebook.rows).ok() != Some(made.sheets) {
        // A paper form that was keyed late, for one: the files are made anew.
        return Err(NoFile::Refused(NoExport::Changed));
    }
    Ok((prepared, seat))
}

/// The file as it is written.
fn body(
    app: &App,
    prepared: &Arc<Prepared>,
    format: Format,
    made: &store::Made,
    seat: tokio::sync::OwnedSemaphorePermit,
) -> Body {
    let (to, mut from) = mpsc::channel::<Result<Bytes, io::Error>>(PIECES);
    let pieces = Pieces { to: to.clone(), handle: Handle::current(), waiting: Vec::with_capacity(PIECE) };
    let (own, prepared, expected) = (app.clone(), Arc::clone(prepared), made.sha256.clone());
    tokio::spawn(async move {
        let _seat = seat;
        let held = Arc::new(Mutex::new(pieces));
        let written = export::write(&own.store, &prepared, format, Held(Arc::clone(&held))).await;
        let last = std::mem::take(&mut held.lock().unwrap_or_else(PoisonError::into_inner).waiting);
        let end = match written {
            Ok(written) if written.sha256 == expected => Ok(Bytes::from(last)),
            Ok(_) => {
                tracing::error!(format = format.name(), "a file of microdata came out unlike the one noted");
                Err(io::Error::other("not the file that was noted"))
            }
            Err(no) => {
                tracing::warn!(%no, format = format.name(), "a file of microdata was not sent whole");
                Err(io::Error::other("not whole"))
            }
        };
        // Nobody may be there any more.
        let _ = tokio::time::timeout(STALLED, to.send(end)).await;
    });
    Body::from_stream(stream::poll_fn(move |context| from.poll_recv(context)))
}

/// The answer that carries a file.
pub(in crate::web) fn answer(slug: &str, format: Format, made: &store::Made, body: Body) -> Response {
    let mut response = to_keep(body, format.media_type(), &format!("{slug}{}", format.ending()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(made.bytes));
    // RFC 9530.
    if let Ok(value) = HeaderValue::try_from(format!("sha-256=:{}:", STANDARD.encode(bytes_of(&made.sha256))))
    {
        headers.insert(HeaderName::from_static("content-digest"), value);
    }
    response
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

/// Bytes on their way to whoever downloads. The last piece waits until the whole is known to be right.
struct Pieces {
    to: mpsc::Sender<Result<Bytes, io::Error>>,
    handle: Handle,
    waiting: Vec<u8>,
}

/// Pieces that are looked at again when all is written.
struct Held(Arc<Mutex<Pieces>>);

impl io::Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !pieces.waiting.is_empty() && pieces.waiting.len() + bytes.len() > PIECE {
            let full = Bytes::from(std::mem::take(&mut pieces.waiting));
            let sending = tokio::time::timeout(STALLED, pieces.to.send(Ok(full)));
            match pieces.handle.block_on(sending) {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
        pieces.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
