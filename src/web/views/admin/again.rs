//! A form that came without a session, after the log-in: sent again with one press, by itself where it can only be meant.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    frame::{self, Frame},
    login,
};
use crate::{
    language::Lang,
    web::{
        assets,
        auth::{kept::Kept, session::Staff},
        respond::answer::in_language,
    },
};

/// The page. A form of another account, or of one that is not known, waits for somebody to press the button; so does one
/// whose files have to be chosen once more.
pub fn page(lang: Lang, staff: &Staff, form: &Kept) -> Markup {
    let m = lang.messages();
    let account = staff.account.as_str();
    let is_own = form.by.as_deref() == Some(account);
    let content = html! {
        @match &form.fields {
            Some(fields) => {
                @match &form.by {
                    Some(by) if is_own => p { (fl!(m, "signin-again-own", account = by.as_str())) },
                    Some(by) => p.problem role="alert" {
                        (fl!(m, "signin-again-other", by = by.as_str(), account = account))
                    },
                    None => p.note { (fl!(m, "signin-again-unknown", account = account)) },
                }
                (send(lang, form, fields, is_own && form.files.is_empty()))
                details.more {
                    summary { (fl!(m, "signin-again-what", n = typed(fields).count())) }
                    ul.typed { @for value in typed(fields) { li { (value) } } }
                }
            },
            None => {
                @if let Some(lost) = form.lost { p.note { (login::why_lost(lang, lost)) } }
                p { a.button href=(form.page) { (fl!(m, "signin-again-page")) } }
            },
        }
    };
    let title = fl!(m, "signin-again-title");
    frame::page(&Frame { lang, title: &title, path: frame::FIXED, staff: Some(staff) }, &content)
}

/// The form with its button. `by_itself`: a script presses it.
pub fn send(lang: Lang, form: &Kept, fields: &[(String, String)], by_itself: bool) -> Markup {
    let m = lang.messages();
    let kind = (!form.files.is_empty()).then_some("multipart/form-data");
    html! {
        form.sheet method="post" action=(form.address) enctype=[kind] data-again[by_itself] {
            @for (name, value) in fields {
                @if value.contains(['\n', '\r']) {
                    // A hidden input would keep no line breaks in some browsers; one right after the tag is dropped.
                    textarea hidden name=(name) aria-label=(name) { "\n" (value) }
                } @else {
                    input type="hidden" name=(name) value=(value);
                }
            }
            @for (n, name) in form.files.iter().enumerate() {
                .field {
                    label for={ "file-" (n) } { (fl!(m, "signin-again-file")) }
                    input id={ "file-" (n) } type="file" name=(name);
                }
            }
            .buttons {
                button.main { (fl!(m, "signin-again-button")) }
                a.button.plain href=(in_language("/admin", lang)) { (fl!(m, "signin-again-drop")) }
            }
        }
        @if by_itself { script src=(assets::asset_url("again.js")) defer {} }
    }
}

/// What people typed, as far as it can be told: texts, not the numbers and marks of the form itself.
fn typed(fields: &[(String, String)]) -> impl Iterator<Item = &str> {
    fields
        .iter()
        .filter(|(name, value)| !name.starts_with('_') && !value.trim().is_empty())
        .map(|(_, value)| value.as_str())
}
