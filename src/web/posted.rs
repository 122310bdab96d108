//! What somebody posted to a page of the desk, as the argument of a handler.

use axum::{
    extract::{FromRequest, Query, Request},
    response::Response,
};

use super::{
    error,
    form::{FIELDS, Fields},
    respond::answer::Wanted,
};
use crate::language::Lang;

/// The fields of a form of at most `LIMIT` bytes and `MOST` fields; else the refusal, in the language of the page.
#[derive(Debug)]
pub struct Posted<const LIMIT: usize, const MOST: usize = FIELDS>(pub Fields);

impl<const LIMIT: usize, const MOST: usize, S: Send + Sync> FromRequest<S> for Posted<LIMIT, MOST> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let wanted = Query::<Wanted>::try_from_uri(request.uri());
        let lang = wanted.map_or(Lang::VI, |Query(wanted)| wanted.language());
        let (parts, body) = request.into_parts();
        let fields = Fields::read_many(&parts.headers, body, LIMIT, MOST).await;
        fields.map(Self).map_err(|bad| error::of_form(bad, lang))
    }
}
