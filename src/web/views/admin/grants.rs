//! What gave somebody rights or a way in lately. All administrators are told, so that none of them makes accounts for
//! themselves unseen.

use i18n_embed_fl::fl;
use maud::{Markup, html};
use serde_json::Value;

use super::{accounts, audit, home};
use crate::{
    language::Lang,
    organisation::Role,
    store::audit::Row,
    web::{respond::answer::in_language, views::dates},
};

/// How many there were, with the way to them; nothing where there were none.
pub fn note(lang: Lang, n: usize) -> Markup {
    let m = lang.messages();
    html! {
        @if n > 0 {
            p.note {
                (fl!(m, "signin-grants-some", n = n)) " "
                a href={ (in_language("/admin/tai-khoan", lang)) "#grants" } { (fl!(m, "signin-grants-look")) }
            }
        }
    }
}

/// Each of them, the newest first; nothing where there were none.
pub fn list(lang: Lang, rows: &[Row]) -> Markup {
    let m = lang.messages();
    html! {
        @if !rows.is_empty() {
            section.card aria-labelledby="grants" {
                h2 #grants { (fl!(m, "signin-grants")) }
                p { (fl!(m, "signin-grants-what")) }
                ul {
                    @for row in rows {
                        li {
                            (dates::moment(lang, row.at)) ": "
                            a href=(in_language(&accounts::address(&row.object), lang)) { (row.object) } " – "
                            (audit::words(lang, &row.action))
                            @if let Some(role) = role(row) { " (" (home::role(lang, role)) ")" }
                            ", " (fl!(m, "signin-grants-by", actor = audit::actor(lang, &row.actor)))
                        }
                    }
                }
            }
        }
    }
}

/// The role that somebody has since then.
fn role(row: &Row) -> Option<Role> {
    let value: Value = serde_json::from_str(&row.new_value).ok()?;
    Role::from_code(value.get("role")?.as_str()?)
}
