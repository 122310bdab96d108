//! The handbook, as help within the program.

use axum::{
    extract::Query,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::web::{
    auth::session::Staff,
    error::{self, NotFound},
    handbook,
    respond::answer::Wanted,
    views::{admin::help as view, message::Kind},
};

/// The contents.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/help")]
pub struct HelpPath;

/// A chapter.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/help/{chapter}", rejection(NotFound))]
pub struct ChapterPath {
    /// Name of its file.
    pub chapter: String,
}

/// A picture.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/help/images/{picture}", rejection(NotFound))]
pub struct PicturePath {
    /// Name of its file.
    pub picture: String,
}

/// Shows the contents.
pub async fn index(_: HelpPath, staff: Staff, Query(wanted): Query<Wanted>) -> Response {
    shown("", &staff, &wanted)
}

/// Shows a chapter.
pub async fn chapter(path: ChapterPath, staff: Staff, Query(wanted): Query<Wanted>) -> Response {
    shown(&path.chapter, &staff, &wanted)
}

fn shown(name: &str, staff: &Staff, wanted: &Wanted) -> Response {
    let lang = wanted.language();
    match handbook::chapter(name) {
        Some(chapter) => error::html(StatusCode::OK, view::page(lang, staff, chapter).into_string()),
        None => error::page(lang, Kind::Unknown),
    }
}

/// Gives a picture.
pub async fn picture(path: PicturePath, _: Staff, Query(wanted): Query<Wanted>) -> Response {
    let Some(bytes) = handbook::picture(&path.picture) else {
        return error::page(wanted.language(), Kind::Unknown);
    };
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
    response
}
