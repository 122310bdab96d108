//! Who filled in the form: one tap at the end for those who were helped, none for everybody else.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{language::Lang, organisation::Mode, web::respond::answer::MODE};

/// The question, with the answer sent before.
pub fn ask(lang: Lang, sent: Option<&str>) -> Markup {
    let m = lang.messages();
    html! {
        .mode {
            fieldset {
                legend { (fl!(m, "respond-mode")) " " span.opt { (fl!(m, "respond-optional")) } }
                .c3 {
                    @for mode in Mode::ASKED {
                        label {
                            input type="radio" name=(MODE) value=(mode.code()) checked[sent == Some(mode.code())];
                            span { (words(lang, mode)) }
                        }
                    }
                }
            }
        }
    }
}

/// What a person would say of it.
pub fn words(lang: Lang, mode: Mode) -> String {
    let m = lang.messages();
    match mode {
        Mode::Unknown => String::new(),
        Mode::Own => fl!(m, "respond-mode-self"),
        Mode::Helped => fl!(m, "respond-mode-helped"),
        Mode::Proxy => fl!(m, "respond-mode-proxy"),
    }
}
