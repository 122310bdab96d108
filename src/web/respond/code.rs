//! `/m`: a short code typed from a letter. The right one leads to the personal link's page; wrong ones are counted by
//! network, so that guessing is slow and noticed ([`super::guesses`], security test A-11).
//!
//! A code stands for a link, whose token nobody has any more. The page that it leads to has a ticket instead: the hash of
//! the link under our seal, good wherever a token is. So a code is looked up here alone, where guesses are counted.

use std::{net::IpAddr, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Redirect, Response},
};
use i18n_embed_fl::fl;

use super::{
    answer,
    guesses::Turn,
    link::{FormPath, LinkPath},
};
use crate::{
    language::Lang,
    secret::{self, Key, LINK_TOKEN},
    short_code,
    store::{StoreError, personal_links},
    web::{app::App, error, form::Fields, views::code as view},
};

/// The field with the code.
pub const CODE: &str = "ma";
/// Hexadecimal digits of a hash of a link.
const HASH: usize = 64;
/// Hexadecimal digits of a seal.
const SEAL: usize = 32;

/// The ticket for a link: its hash and our seal, in digits that no way of reading tokens changes.
fn ticket(key: &Key, hash: &[u8; 32]) -> String {
    format!("{}{}", secret::hex(hash), secret::hex(&key.id("code ticket", &[hash])))
}

/// The hash of the link that a ticket stands for; `None` for everything that is not one of ours.
pub fn opened(key: &Key, token: &str) -> Option<[u8; 32]> {
    let (hash, seal) = token.split_at_checked(HASH)?;
    if seal.len() != SEAL {
        return None;
    }
    let mut bytes = [0_u8; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hash.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    // Whoever could make a seal byte by byte would need the database's hashes besides.
    (ticket(key, &bytes) == token).then_some(bytes)
}

/// The page that asks for the code.
pub fn ask(lang: Lang) -> Response {
    error::html(StatusCode::OK, view::page(lang, &action(lang), "", None).into_string())
}

fn action(lang: Lang) -> String {
    answer::in_language(&FormPath.to_string(), lang)
}

fn wrong(lang: Lang, status: StatusCode, typed: &str, words: &str) -> Response {
    error::html(status, view::page(lang, &action(lang), typed, Some(words)).into_string())
}

/// Why a code leads nowhere.
#[derive(Debug)]
pub enum No {
    /// Nothing was typed.
    Missing,
    /// It cannot be one.
    Mistyped,
    /// There is no such one.
    Unknown,
    /// Too many wrong ones from this network wait already.
    Slow,
    /// The database.
    Store(StoreError),
}

/// Leads from a code to its page.
pub async fn enter(app: &App, lang: Lang, address: IpAddr, fields: &Fields) -> Response {
    let m = lang.messages();
    let typed = fields.one(CODE).unwrap_or_default();
    let (status, words) = match resolve(app, address, typed).await {
        Ok(token) => return to_page(lang, token),
        Err(No::Store(error)) => return error::of_store(&error, lang),
        Err(No::Missing) => (StatusCode::UNPROCESSABLE_ENTITY, fl!(m, "lists-code-missing")),
        Err(No::Mistyped) => (StatusCode::UNPROCESSABLE_ENTITY, fl!(m, "lists-code-mistyped")),
        Err(No::Unknown) => (StatusCode::NOT_FOUND, fl!(m, "lists-code-unknown")),
        Err(No::Slow) => (StatusCode::TOO_MANY_REQUESTS, fl!(m, "lists-code-slow")),
    };
    let mut page = wrong(lang, status, typed, &words);
    if status == StatusCode::TOO_MANY_REQUESTS {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    }
    page
}

/// What a code stands for wherever a token is: a ticket, or the token itself if somebody typed that. Wrong codes are
/// counted by network.
///
/// # Errors
/// [`No`].
pub async fn resolve(app: &App, address: IpAddr, typed: &str) -> Result<String, No> {
    let plain = short_code::plain(typed);
    // Somebody typed the whole link from below its code.
    if plain.len() == LINK_TOKEN && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(plain.to_lowercase());
    }
    if plain.is_empty() {
        return Err(No::Missing);
    }
    match app.guesses.turn(address, app.clock.now()) {
        Turn::Now => {}
        Turn::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        Turn::Full => return Err(No::Slow),
    }
    let Some(code) = short_code::read(typed) else {
        note(app, address);
        return Err(No::Mistyped);
    };
    let found = async { personal_links::find(&mut app.store.read().await?, &app.key, &code).await };
    match found.await {
        Ok(Some(hash)) => Ok(ticket(&app.key, &hash)),
        Ok(None) => {
            note(app, address);
            Err(No::Unknown)
        }
        Err(error) => Err(No::Store(error)),
    }
}

fn note(app: &App, address: IpAddr) {
    if app.guesses.wrong(address, app.clock.now()) {
        tracing::warn!("many wrong codes were typed at /m from one network; it is slowed down");
    }
}

fn to_page(lang: Lang, token: String) -> Response {
    Redirect::to(&answer::in_language(&LinkPath { token }.to_string(), lang)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_unchanged_and_with_its_key_alone() {
        let key = Key::from_text("a key for this test").unwrap();
        let hash = key.hash("link", &[b"token"]);
        let made = ticket(&key, &hash);
        assert_eq!(opened(&key, &made), Some(hash));
        assert_eq!(opened(&Key::from_text("another key for it").unwrap(), &made), None);
        for at in 0..made.len() {
            let mut changed = made.clone().into_bytes();
            changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(opened(&key, std::str::from_utf8(&changed).unwrap()), None, "{at}");
        }
        for none in ["", "abcd0111xyz", &made.to_uppercase(), &"é".repeat(48)] {
            assert_eq!(opened(&key, none), None);
        }
    }
}
