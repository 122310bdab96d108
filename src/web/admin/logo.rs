//! The province's logo for print: shown, taken, removed.

use axum::{
    extract::{Query, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    distribution::logo::{self, LogoError},
    language::Lang,
    store::{StoreError, audit, pictures},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::BadForm,
        respond::answer::{Wanted, in_language},
        upload::Upload,
        views::{admin::logo as view, message::Kind},
    },
};

/// What the form may weigh beside its picture, in bytes.
const BESIDE: usize = 16 * 1024;

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/logo", rejection(NotFound))]
pub struct LogoPath;

/// The picture itself.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/logo.png", rejection(NotFound))]
pub struct PicturePath;

/// Shows the logo and how to change it.
pub async fn show(
    _: LogoPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match present(&app).await {
        Ok(present) => page(&staff, lang, present, None),
        Err(error) => error::of_store(&error, lang),
    }
}

fn page(staff: &Staff, lang: Lang, present: bool, refused: Option<LogoError>) -> Response {
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    error::html(status, view::page(lang, staff, present, refused).into_string())
}

async fn present(app: &App) -> Result<bool, StoreError> {
    Ok(pictures::get(&mut app.store.read().await?, pictures::LOGO).await?.is_some())
}

/// The picture as it will be printed.
pub async fn picture(_: PicturePath, _: Staff, State(app): State<App>) -> Response {
    let found = async { pictures::get(&mut app.store.read().await?, pictures::LOGO).await };
    match found.await {
        Ok(Some(bytes)) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response
        }
        Ok(None) => error::page(Lang::VI, Kind::Unknown),
        Err(error) => error::of_store(&error, Lang::VI),
    }
}

/// Takes a new logo, or removes the one there is.
pub async fn submit(
    _: LogoPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let upload = match Upload::read(&parts.headers, body, logo::LARGEST + BESIDE).await {
        Ok(upload) => upload,
        Err(BadForm::TooLarge) => return refuse(&app, &staff, lang, LogoError::TooLarge).await,
        Err(bad) => return error::of_form(bad, lang),
    };
    let read = if upload.fields.has(view::REMOVE) {
        Ok(None)
    } else {
        let bytes = upload.file.map(|file| file.bytes).unwrap_or_default();
        tokio::task::spawn_blocking(move || logo::read(&bytes).map(Some))
            .await
            .unwrap_or(Err(LogoError::Broken))
    };
    let kept = match read {
        Ok(kept) => kept,
        Err(refused) => return refuse(&app, &staff, lang, refused).await,
    };
    let stored = async {
        let mut db = app.store.write().await?;
        let before = pictures::get(&mut db, pictures::LOGO).await?;
        match &kept {
            Some(bytes) => pictures::put(&mut db, pictures::LOGO, bytes).await?,
            None => pictures::remove(&mut db, pictures::LOGO).await?,
        }
        let size = |bytes: &Option<Vec<u8>>| {
            bytes.as_ref().map_or(Value::Null, |bytes| json!({ "bytes": bytes.len() }))
        };
        let told = staff.did("logo.change", "logo").changed(size(&before), size(&kept));
        audit::append(&mut db, app.clock.now(), &told).await?;
        db.commit().await
    };
    match stored.await {
        Ok(()) => Redirect::to(&in_language("/admin/logo", lang)).into_response(),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn refuse(app: &App, staff: &Staff, lang: Lang, refused: LogoError) -> Response {
    match present(app).await {
        Ok(present) => page(staff, lang, present, Some(refused)),
        Err(error) => error::of_store(&error, lang),
    }
}
