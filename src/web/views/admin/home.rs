//! The front page of those who have nothing to do yet.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::frame::{self, Frame};
use crate::{
    language::Lang,
    organisation::Role,
    web::{
        auth::{access::Permission, session::Staff},
        respond::answer::in_language,
    },
};

/// The page.
pub fn page(lang: Lang, staff: &Staff) -> Markup {
    let m = lang.messages();
    let content = html! {
        @if staff.may(Permission::ReadPublished) {
            p { (fl!(m, "publish-home")) }
            p { a.button href=(in_language("/ket-qua", lang)) { (fl!(m, "publish-list")) } }
        } @else if staff.role == Role::Officer {
            p { (fl!(m, "access-home-no-unit")) }
        } @else {
            p { (fl!(m, "access-home-nothing")) }
        }
    };
    let title = fl!(m, "access-home");
    frame::page(&Frame { lang, title: &title, path: "/admin", staff: Some(staff) }, &content)
}

/// The name of a role.
pub fn role(lang: Lang, role: Role) -> String {
    let m = lang.messages();
    match role {
        Role::Administrator => fl!(m, "access-role-administrator"),
        Role::Manager => fl!(m, "access-role-manager"),
        Role::Officer => fl!(m, "access-role-officer"),
        Role::Viewer => fl!(m, "access-role-viewer"),
        Role::Auditor => fl!(m, "access-role-auditor"),
    }
}
