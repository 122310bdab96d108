//! Something that people hand on: a link, an address, codes. A button copies it; without scripts there is none, and one
//! click chooses all of it.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{language::Lang, web::assets};

/// A text in full, to be copied.
pub fn text(lang: Lang, text: &str) -> Markup {
    html! {
        p.once { code { (text) } }
        (button(lang, text))
        (script())
    }
}

/// The button alone, for what stands before it; on a page with [`script`] it copies `text`.
pub fn button(lang: Lang, text: &str) -> Markup {
    let m = lang.messages();
    html! {
        p.copy hidden data-copy=(text) data-done=(fl!(m, "desk-copied")) data-failed=(fl!(m, "desk-copy-by-hand")) {
            button.plain type="button" { (fl!(m, "desk-copy")) } " "
            span role="status" {}
        }
    }
}

/// What makes the buttons of a page work; once on each.
pub fn script() -> Markup {
    html! { script src=(assets::asset_url("copy.js")) defer {} }
}
