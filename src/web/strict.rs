//! The part of an address after `?` where a slip of the pen must not give another answer than was asked for: a report of the whole
//! province saved as that of `?unt=xa-an-binh`. Parameters that there are not, the same one twice and values that are none are
//! refused by name, as the API does ([`super::api`]). Pages that show where they are need none of this.

use axum::{
    extract::{FromRequestParts, Query},
    http::{StatusCode, request::Parts},
    response::Response,
};
use i18n_embed_fl::fl;
use serde::de::DeserializeOwned;

use super::{error, respond::answer::LANG, views::message::Kind};
use crate::language::Lang;

/// What stands after `?`.
pub trait Parameters: DeserializeOwned {
    /// The parameters that there are, beside that of the language.
    const NAMES: &'static [&'static str];

    /// The first parameter whose value is none, or that needs another one beside it.
    fn wrong(&self) -> Option<&'static str> {
        None
    }
}

/// The same, read strictly.
#[derive(Debug)]
pub struct Strict<T>(pub T);

impl<S: Send + Sync, T: Parameters> FromRequestParts<S> for Strict<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let given: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let asked = given.iter().find(|(name, _)| name == LANG).map(|(_, code)| Lang::find(code));
        let lang = asked.flatten().unwrap_or(Lang::VI);
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in &given {
            let name = name.as_ref();
            if seen.contains(&name) || name != LANG && !T::NAMES.contains(&name) {
                return Err(refused(lang, &fl!(lang.messages(), "desk-address-parameter", name = name)));
            }
            seen.push(name);
        }
        let value = |name: &str| refused(lang, &fl!(lang.messages(), "desk-address-value", name = name));
        if asked == Some(None) {
            return Err(value(LANG));
        }
        let Ok(Query(read)) = Query::<T>::try_from_uri(&parts.uri) else {
            return Err(error::page(lang, Kind::Malformed));
        };
        match read.wrong() {
            None => Ok(Self(read)),
            Some(name) => Err(value(name)),
        }
    }
}

fn refused(lang: Lang, words: &str) -> Response {
    let mut response = error::page(lang, Kind::Words { words });
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}
