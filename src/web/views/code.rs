//! The page where a short code from a letter is typed: one field, one button.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    components,
    layout::{self, Frame},
};
use crate::{
    language::Lang,
    web::respond::{answer, code::CODE},
};

/// The page. `typed` stays in the field; `fault` says what was wrong with it.
pub fn page(lang: Lang, action: &str, typed: &str, fault: Option<&str>) -> Markup {
    let m = lang.messages();
    let title = fl!(m, "lists-code-title");
    let content = html! {
        .say {
            h1 { (title) }
            p #hint { (fl!(m, "lists-code-what")) }
            form method="post" action=(action) autocomplete="off" novalidate {
                p {
                    label for="ma" { strong { (fl!(m, "lists-code-label")) } }
                }
                @if let Some(fault) = fault { p.err #fault role="alert" { (fault) } }
                input.num.code #ma name=(CODE) type="text" value=(typed) maxlength="60" autocomplete="off"
                    autocapitalize="characters" spellcheck="false" autofocus
                    aria-invalid=[fault.map(|_| "true")]
                    aria-describedby=(if fault.is_some() { "fault hint" } else { "hint" });
                .send { button { (fl!(m, "lists-code-go")) } }
            }
            (components::never_asked(lang))
        }
    };
    let other = [Lang::VI, Lang::EN].into_iter().find(|other| *other != lang).unwrap_or(Lang::VI);
    let href = answer::in_language("/m", other);
    layout::page(
        &Frame {
            lang,
            title: &title,
            error: fault.is_some(),
            heading: &fl!(m, "respond-heading"),
            language_links: &[(lang, ""), (other, href.as_str())],
            demonstration: false,
            script: false,
        },
        &content,
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Checked, XSS};
    use super::*;

    #[test]
    fn the_page_is_sound_and_keeps_what_was_typed() {
        for lang in Lang::ALL {
            let page = Checked::new(&page(lang, "/m", XSS, Some("Sai mã")));
            assert_eq!(page.attribute("html", "lang"), lang.code());
            assert_eq!(page.attribute("#ma", "value"), XSS);
            assert_eq!(page.attribute("#ma", "aria-describedby"), "fault hint");
        }
    }
}
