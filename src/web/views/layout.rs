//! The skeleton of a respondent's page: one request for words and styles together, nothing from elsewhere.
//!
//! The styles stand in the page itself; the content security policy lets them pass by their hash
//! ([`assets::style_hash`]). It must also allow `data:` images for the icon, which so costs no request.

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{language::Lang, web::assets};

use super::components;

/// A tick on the header's colour.
pub const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230a4a57'/%3E%3Cpath d='M4 8.5l3 3 5-6' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E";

/// What a page says about itself.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Language of the interface.
    pub lang: Lang,
    /// Title of the document.
    pub title: &'a str,
    /// Whether the page reports an error; its title then starts with that word.
    pub error: bool,
    /// The line in the header: whose survey this is.
    pub heading: &'a str,
    /// The same page in other languages.
    pub language_links: &'a [(Lang, &'a str)],
    /// Whether answers given here are a demonstration.
    pub demonstration: bool,
    /// Whether the page loads `respond.js`.
    pub script: bool,
}

/// The page around its content.
pub fn page(frame: &Frame<'_>, content: &Markup) -> Markup {
    let messages = frame.lang.messages();
    html! {
        (DOCTYPE)
        html lang=(frame.lang.code()) dir=[frame.lang.direction()] {
            head {
                meta charset="utf-8";
                title {
                    @if frame.error { (fl!(messages, "respond-error-title")) " " }
                    (frame.title)
                }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#0a4a57";
                meta name="format-detection" content="telephone=no";
                meta name="robots" content="noindex";
                // Old browsers would else send the form without its origin, and be refused as another site's.
                meta name="referrer" content="same-origin";
                link rel="icon" href=(ICON);
                style { (PreEscaped(assets::style())) }
                @if frame.script { script defer src=(assets::asset_url("respond.js")) {} }
            }
            body {
                header {
                    .top {
                        .in {
                            p { (frame.heading) }
                            (components::language_links(frame.lang, frame.language_links))
                        }
                    }
                    @if frame.demonstration {
                        .demo { p.in { (fl!(messages, "respond-demonstration")) } }
                    }
                }
                main.in { (content) }
            }
        }
    }
}
