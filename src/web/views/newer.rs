//! The page for answers that were sent to a link which a newer one has replaced. It holds all of them, as the page of a busy
//! server does, and asks for the newer link, under which they go out again. The server keeps nothing of it (security test
//! B-11).

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    components,
    layout::{self, Frame},
};
use crate::language::Lang;

/// The field in which the newer link, or the short code of a newer letter, is put.
pub const LINK: &str = "_newer";

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language of the interface.
    pub lang: Lang,
    /// Where the answers go.
    pub action: &'a str,
    /// Every field that was sent, but the older link's token.
    pub fields: &'a [(&'a str, &'a str)],
    /// What was typed as the newer link.
    pub typed: &'a str,
    /// What is wrong with it.
    pub fault: Option<&'a str>,
    /// What somebody wrote in words, to be read and copied: the most work to do again.
    pub texts: &'a [&'a str],
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let title = fl!(m, "outbox-newer");
    let described = if page.fault.is_some() { "newer-fault newer-hint" } else { "newer-hint" };
    let content = html! {
        .say data-say="newer" {
            h1 { (title) }
            p { (fl!(m, "outbox-newer-what")) }
            p { strong { (fl!(m, "outbox-newer-kept")) } }
            form method="post" action=(page.action) autocomplete="off" novalidate {
                @for (name, value) in page.fields { input type="hidden" name=(name) value=(value); }
                p { label for="newer" { strong { (fl!(m, "outbox-newer-label")) } } }
                p.hint #newer-hint { (fl!(m, "outbox-newer-hint")) }
                @if let Some(fault) = page.fault { p.err #newer-fault role="alert" { (fault) } }
                input.num.code #newer name=(LINK) type="text" value=(page.typed) maxlength="400" autocomplete="off"
                    autocapitalize="none" spellcheck="false"
                    aria-invalid=[page.fault.map(|_| "true")] aria-describedby=(described);
                @if !page.texts.is_empty() {
                    details {
                        summary { (fl!(m, "outbox-newer-texts")) }
                        @for text in page.texts { p dir="auto" { (text) } }
                    }
                }
                .send { button { (fl!(m, "outbox-newer-send")) } }
            }
            (components::never_asked(page.lang))
        }
    };
    layout::page(
        &Frame {
            lang: page.lang,
            title: &title,
            error: true,
            heading: &fl!(m, "respond-heading"),
            language_links: &[],
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
    fn b_11_everything_typed_is_in_the_page_and_asks_for_the_newer_link() {
        let fields = [("submission", "0123456789abcdef0123456789abcdef"), ("comment", XSS)];
        for lang in Lang::ALL {
            let page = Checked::new(&page(&Page {
                lang,
                action: "/m",
                fields: &fields,
                typed: XSS,
                fault: Some("Sai"),
                texts: &[XSS],
            }));
            assert_eq!(page.attribute("html", "lang"), lang.code());
            assert_eq!(page.fields()[..2], fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
            assert_eq!(page.attribute("#newer", "value"), XSS);
            assert_eq!(page.attribute("#newer", "aria-describedby"), "newer-fault newer-hint");
            assert_eq!(page.text("details p"), XSS);
        }
    }
}
