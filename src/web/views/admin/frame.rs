//! The skeleton of a staff page.

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, html};

use crate::{
    language::Lang,
    web::{assets, respond::answer::in_language},
};

/// What a staff page says about itself.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Language.
    pub lang: Lang,
    /// Title of the document and the page.
    pub title: &'a str,
    /// The page's own address, for the other languages.
    pub path: &'a str,
    /// The account signed in; absent before the log-in.
    pub account: Option<&'a str>,
}

/// The page around its content.
pub fn page(frame: &Frame<'_>, content: &Markup) -> Markup {
    let m = frame.lang.messages();
    html! {
        (DOCTYPE)
        html lang=(frame.lang.code()) {
            head {
                meta charset="utf-8";
                title { (frame.title) " – sipas" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                // Old browsers would else send a form without its origin, and be refused as strangers.
                meta name="referrer" content="same-origin";
                link rel="icon" href=(super::super::layout::ICON);
                link rel="stylesheet" href=(assets::asset_url("admin.css"));
            }
            body {
                a.skip href="#main" { (fl!(m, "admin-skip")) }
                header.bar {
                    .in {
                        p.brand {
                            @if frame.account.is_some() {
                                a href=(in_language("/admin/campaigns", frame.lang)) { (fl!(m, "admin-brand")) }
                            } @else { (fl!(m, "admin-brand")) }
                        }
                        nav aria-label=(fl!(m, "admin-menu")) {
                            @for other in Lang::ALL.into_iter().filter(|other| *other != frame.lang) {
                                a href=(in_language(frame.path, other)) lang=(other.code()) hreflang=(other.code()) {
                                    (fl!(other.messages(), "respond-language-name"))
                                }
                            }
                            @if let Some(account) = frame.account {
                                form method="post" action="/admin/logout" {
                                    span.who { (account) }
                                    button.quiet { (fl!(m, "admin-log-out")) }
                                }
                            }
                        }
                    }
                }
                main #main.in { h1 { (frame.title) } (content) }
            }
        }
    }
}
