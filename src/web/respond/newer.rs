//! Answers sent to a link that a newer one has replaced: shown again whole, with a field for the newer link, and taken
//! under that. The server does not know the newer token, and keeps nothing.

use std::net::IpAddr;

use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::Response,
};
use i18n_embed_fl::fl;

use super::{
    answer,
    code::{self, No},
    link::{FormPath, normal},
};
use crate::{
    language::Lang,
    secret::LINK_TOKEN,
    web::{
        app::App,
        error,
        form::Fields,
        views::newer::{self, LINK, Page},
    },
};

/// Longest piece of an answer that is surely a code or number, in characters; what is longer was written in words.
const WORDS: usize = 20;

/// The page with everything that was sent.
pub fn held(lang: Lang, fields: &Fields) -> Response {
    draw(lang, fields, StatusCode::GONE, None)
}

fn draw(lang: Lang, fields: &Fields, status: StatusCode, fault: Option<&str>) -> Response {
    // The older token is of no use any more, and an address of ours should not hold more secrets than it needs.
    let sent: Vec<(&str, &str)> =
        fields.iter().filter(|(name, _)| ![answer::TOKEN, LINK].contains(name)).collect();
    let texts: Vec<&str> = sent
        .iter()
        .filter(|(name, value)| {
            !name.starts_with('_')
                && *name != answer::SUBMISSION
                && *name != answer::LANG
                && value.chars().count() > WORDS
        })
        .map(|(_, value)| *value)
        .collect();
    let page = Page {
        lang,
        action: &answer::in_language(&FormPath.to_string(), lang),
        fields: &sent,
        typed: fields.one(LINK).unwrap_or_default(),
        fault,
        texts: &texts,
    };
    error::html(status, newer::page(&page).into_string())
}

/// The token of the newer link that was put in: a whole link, what stands at its end, or a short code.
///
/// # Errors
/// The page again, with what is wrong with it; nothing of what was sent is lost.
pub async fn token(app: &App, lang: Lang, address: IpAddr, fields: &Fields) -> Result<String, Response> {
    let typed = fields.one(LINK).unwrap_or_default().trim();
    let end = typed.rsplit_once("/m/").map_or(typed, |(_, end)| end);
    let end = end.split(['?', '#']).next().unwrap_or_default();
    let token = normal(end);
    if token.len() == LINK_TOKEN || code::opened(&app.key, &token).is_some() {
        return Ok(token);
    }
    let m = lang.messages();
    let (status, words) = match code::resolve(app, address, typed).await {
        Ok(token) => return Ok(token),
        Err(No::Store(error)) => return Err(error::of_store(&error, lang)),
        Err(No::Missing) => (StatusCode::UNPROCESSABLE_ENTITY, fl!(m, "outbox-newer-missing")),
        Err(No::Mistyped | No::Unknown) => (StatusCode::UNPROCESSABLE_ENTITY, fl!(m, "outbox-newer-wrong")),
        Err(No::Slow) => (StatusCode::TOO_MANY_REQUESTS, fl!(m, "lists-code-slow")),
    };
    let mut page = draw(lang, fields, status, Some(&words));
    if status == StatusCode::TOO_MANY_REQUESTS {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    }
    Err(page)
}

/// The page again for a link that leads nowhere.
pub fn unknown(lang: Lang, fields: &Fields) -> Response {
    let words = fl!(lang.messages(), "outbox-newer-wrong");
    draw(lang, fields, StatusCode::NOT_FOUND, Some(&words))
}
