//! Asking whether no more mail is wanted.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::layout::{self, Frame};
use crate::{
    language::Lang,
    web::respond::{
        answer::{in_language, language_links},
        stop::FIELD,
    },
};

/// The page; `path` is its own address, to which the form goes.
pub fn page(lang: Lang, path: &str) -> Markup {
    let m = lang.messages();
    let title = fl!(m, "outbox-stop-title");
    let links = language_links(path);
    let links: Vec<(Lang, &str)> = links.iter().map(|(other, href)| (*other, href.as_str())).collect();
    let heading = fl!(m, "respond-heading");
    let content = html! {
        .say {
            h1 { (title) }
            p { (fl!(m, "outbox-stop-what")) }
            p { (fl!(m, "outbox-stop-link")) }
            form method="post" action=(in_language(path, lang)) {
                input type="hidden" name=(FIELD.0) value=(FIELD.1);
                .send { button { (fl!(m, "outbox-stop-button")) } }
            }
        }
    };
    let frame = Frame {
        lang,
        title: &title,
        error: false,
        heading: &heading,
        language_links: &links,
        demonstration: false,
        script: false,
    };
    layout::page(&frame, &content)
}
