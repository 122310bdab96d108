//! A page of the desk that says no: what it is, why that may be, and the way on.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::frame::{self, FIXED, Frame};
use crate::{
    language::Lang,
    web::{auth::session::Staff, respond::answer::in_language},
};

/// What is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Nothing has this address, or nothing that this account sees: the page is the same for both (security test E-02).
    Unknown,
    /// The account may not do this.
    NotYours,
    /// Anything else: heading, what happened, what to do next.
    Words([String; 3]),
}

/// The page. Without `staff` nobody is signed in, or it is not known who.
pub fn page(lang: Lang, staff: Option<&Staff>, subject: &Subject) -> Markup {
    let m = lang.messages();
    let [title, what, next] = match subject {
        Subject::Unknown => {
            [fl!(m, "desk-unknown"), fl!(m, "desk-unknown-what"), fl!(m, "desk-unknown-next")]
        }
        Subject::NotYours => {
            let role = staff.map_or_else(String::new, |staff| super::home::role(lang, staff.role));
            let account = staff.map_or("", |staff| staff.account.as_str());
            [
                fl!(m, "desk-denied"),
                fl!(m, "desk-denied-what", account = account, role = role),
                fl!(m, "desk-denied-next"),
            ]
        }
        Subject::Words(words) => words.clone(),
    };
    let content = html! {
        .empty {
            p { (what) }
            p { (next) }
            p { a.button href=(in_language("/admin", lang)) { (fl!(m, "desk-refusal-home")) } }
        }
    };
    // No address: a page that there is not has no other language.
    frame::page(&Frame { lang, title: &title, path: FIXED, staff }, &content)
}
