//! Refusals at the desk: what every page of ours says when it says no, within the frame of the desk and with a way on.
//!
//! Handlers answer with [`super::error::page`] wherever they are; the layer around all of them knows the address, and
//! [`framed`] draws the page anew for those below `/admin`.

use axum::{
    http::header::{CONNECTION, RETRY_AFTER},
    response::{IntoResponse as _, Response},
};

use super::{
    auth::session::Staff,
    error,
    views::{admin::refusal, message::Kind},
};
use crate::language::Lang;

/// What a page says, kept beside it in the response.
#[derive(Debug, Clone)]
pub struct Said {
    lang: Lang,
    subject: refusal::Subject,
}

impl Said {
    /// What a page of this kind says; nothing for one that holds a form to be sent again.
    pub fn of(lang: Lang, kind: &Kind<'_>) -> Option<Self> {
        let subject = match kind {
            Kind::Busy { .. } | Kind::Paused { .. } => return None,
            Kind::Unknown => refusal::Subject::Unknown,
            Kind::NotYours => refusal::Subject::NotYours,
            other => refusal::Subject::Words(other.words(lang)),
        };
        Some(Self { lang, subject })
    }
}

/// The response as the desk shows it, if it says no.
pub fn framed(mut response: Response) -> Response {
    let Some(said) = response.extensions_mut().remove::<Said>() else { return response };
    let staff = response.extensions_mut().remove::<Staff>();
    let page = refusal::page(said.lang, staff.as_ref(), &said.subject);
    let mut framed = error::html(response.status(), page.into_string()).into_response();
    for name in [RETRY_AFTER, CONNECTION] {
        if let Some(value) = response.headers_mut().remove(&name) {
            framed.headers_mut().insert(name, value);
        }
    }
    framed
}
