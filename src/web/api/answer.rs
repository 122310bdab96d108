//! Answers to programs of staff: nobody keeps them on the way, and no page of another site may read them.
//!
//! Their ETags are weak: they say that nothing else is told, not that every byte is the same, since a report holds the moment at which it
//! was computed.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::JSON;
use crate::{
    secret::hex,
    web::coding::{self, Taken},
};

/// What is packed for one reader, in bytes at most: more takes a core for longer than sending it plain takes the line.
const PACKED: usize = 1024 * 1024;

/// The ETag of what these parts say.
pub fn tag(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    format!("W/\"{}\"", hex(&hash.finalize()))
}

/// Whether the reader has it already (RFC 9110, section 13.1.2).
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let own = tag.trim_start_matches("W/");
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one == own)
}

/// That the reader has it already.
pub fn unchanged(tag: &str) -> Response {
    tagged(StatusCode::NOT_MODIFIED.into_response(), tag)
}

/// An answer with its ETag.
pub fn tagged(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("authorization, accept, accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// Sends a value as JSON, or says that the reader has it already.
pub fn json(value: &Value, headers: &HeaderMap) -> Response {
    let bytes = value.to_string().into_bytes();
    let tag = tag(&[&bytes]);
    if is_known(headers, &tag) { unchanged(&tag) } else { content(bytes, JSON, &tag, headers) }
}

/// Sends bytes.
pub fn content(bytes: Vec<u8>, kind: &'static str, tag: &str, headers: &HeaderMap) -> Response {
    let packed = if bytes.len() <= PACKED { coding::at_once(&bytes, Taken::by(headers)) } else { None };
    let (bytes, coding) = packed.map_or((bytes, None), |packed| (packed.bytes, Some(packed.coding)));
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(coding) = coding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    tagged(response, tag)
}
