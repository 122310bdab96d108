//! Questionnaires: the list, each one with its forms and files, and the import of XLSForm.

pub mod import;
pub mod list;
pub mod show;

use axum::{
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

/// A file to keep under this name, which holds nothing but letters, digits, dots and dashes (security test H-06).
fn file(bytes: Vec<u8>, name: &str, kind: &'static str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
