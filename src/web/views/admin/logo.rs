//! The province's logo.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form,
    frame::{self, Frame},
};
use crate::{
    distribution::logo::LogoError,
    language::Lang,
    web::{auth::session::Staff, respond::answer::in_language},
};

/// Field with the picture.
pub const FILE: &str = "picture";
/// Button that removes it.
pub const REMOVE: &str = "remove";

/// The page.
pub fn page(lang: Lang, staff: &Staff, present: bool, refused: Option<LogoError>) -> Markup {
    let m = lang.messages();
    let content = html! {
        (form::purpose(&fl!(m, "print-logo-purpose")))
        @if present {
            figure.card {
                img.logo src="/admin/logo.png" alt=(fl!(m, "print-logo-now"));
                figcaption { (fl!(m, "print-logo-now")) }
            }
        } @else { p.note { (fl!(m, "print-logo-none")) } }
        form.sheet method="post" action=(in_language("/admin/logo", lang)) enctype="multipart/form-data" {
            .field.wrong[refused.is_some()] {
                label for="picture" { (fl!(m, "print-logo-file")) }
                p.hint #picture-hint { (fl!(m, "print-logo-hint")) }
                @if let Some(refused) = refused {
                    p.fault #picture-fault role="alert" { (refused.words(lang)) }
                }
                input #picture type="file" name=(FILE) accept="image/png,image/jpeg"
                    aria-invalid=[refused.is_some().then_some("true")]
                    aria-describedby={ "picture-hint" @if refused.is_some() { " picture-fault" } };
            }
            .buttons { button.main { (fl!(m, "print-logo-save")) } }
        }
        @if present {
            form.sheet method="post" action=(in_language("/admin/logo", lang)) enctype="multipart/form-data" {
                p { (fl!(m, "print-logo-remove-what")) }
                .buttons { button.plain name=(REMOVE) value="1" { (fl!(m, "print-logo-remove")) } }
            }
        }
    };
    let title = fl!(m, "print-logo-title");
    frame::page(&Frame { lang, title: &title, path: "/admin/logo", staff: Some(staff) }, &content)
}
