//! The mails that a demonstration caught.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::frame::{self, Frame};
use crate::{distribution::mail::Caught, language::Lang};

/// The page.
pub fn page(lang: Lang, mails: &[Caught]) -> Markup {
    let m = lang.messages();
    let content = html! {
        p.note { (fl!(m, "admin-mail-note")) }
        @if mails.is_empty() { p { (fl!(m, "admin-mail-none")) } }
        @for mail in mails {
            article.card {
                h2 { (mail.subject) }
                dl.facts {
                    div { dt { (fl!(m, "admin-mail-to")) } dd { (mail.to) } }
                    div { dt { (fl!(m, "admin-mail-from")) } dd { (mail.from) } }
                }
                pre { (text(&mail.text)) }
            }
        }
    };
    let title = fl!(m, "admin-mail");
    frame::page(&Frame { lang, title: &title, path: "", staff: None }, &content)
}

/// The text with its addresses as links.
fn text(text: &str) -> Markup {
    html! {
        @for piece in text.split_inclusive(char::is_whitespace) {
            @let word = piece.trim_end();
            @if word.starts_with("http://") || word.starts_with("https://") {
                a href=(word) { (word) }
                (piece.get(word.len()..).unwrap_or_default())
            } @else { (piece) }
        }
    }
}
