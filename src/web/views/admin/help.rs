//! A chapter of the handbook.

use i18n_embed_fl::fl;
use maud::{Markup, PreEscaped, html};

use super::{
    form,
    frame::{self, Frame},
};
use crate::{
    language::Lang,
    web::{
        auth::session::Staff,
        handbook::{Chapter, HELP},
        respond::answer::in_language,
    },
};

/// The page.
pub fn page(lang: Lang, staff: &Staff, chapter: &Chapter) -> Markup {
    let m = lang.messages();
    let path = if chapter.name.is_empty() { HELP.to_owned() } else { format!("{HELP}/{}", chapter.name) };
    let content = html! {
        @if !chapter.name.is_empty() { (form::back(&in_language(HELP, lang), &fl!(m, "desk-help-back"))) }
        @if lang != Lang::VI { p.note { (fl!(m, "desk-help-in-vietnamese")) } }
        // Made of our own files at start; HTML in them has become text.
        article.help lang="vi" { (PreEscaped(&chapter.body)) }
    };
    frame::page(&Frame { lang, title: &chapter.title, path: &path, staff: Some(staff) }, &content)
}
