//! What was changed lately, each with the way back.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{just_done, undo};
use crate::{
    language::Lang,
    store::units::{Brief, Made},
    web::{
        auth::session::Staff,
        respond::answer::in_language,
        views::{
            admin::{
                form,
                frame::{self, Frame},
            },
            dates,
        },
    },
};

/// Everything the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who looks at it.
    pub staff: &'a Staff,
    /// The changes, the last first.
    pub lately: &'a [Brief],
    /// What was just done.
    pub done: Option<Option<&'a Made>>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let content = html! {
        (form::back(&in_language("/admin/units", lang), &fl!(m, "desk-units")))
        (form::purpose(&fl!(m, "desk-units-changes-purpose")))
        (just_done(lang, page.done))
        @if page.lately.is_empty() {
            (form::empty(&fl!(m, "desk-units-changes-none"), &fl!(m, "desk-units-changes-none-what"), None))
        } @else {
            .scroll role="region" aria-labelledby="caption" tabindex="0" {
                table {
                    caption #caption { (fl!(m, "desk-units-changes-caption")) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "desk-units-when")) }
                            th scope="col" { (fl!(m, "desk-units-who")) }
                            th scope="col" { (fl!(m, "desk-units-what")) }
                            th scope="col" { (fl!(m, "desk-units-undo")) }
                        }
                    }
                    tbody {
                        @for brief in page.lately {
                            tr {
                                td { (dates::moment(lang, brief.made)) }
                                td { (brief.account) }
                                td {
                                    (brief.name)
                                    @let others: i64 = brief.units - 1;
                                    @if others > 0 { " " (fl!(m, "desk-units-and-others", n = others)) }
                                }
                                td {
                                    @if brief.undone { (fl!(m, "desk-units-undone")) }
                                    @else { (undo(lang, brief.number, &fl!(m, "desk-units-undo-number", n = brief.number.to_string()))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let title = fl!(m, "desk-units-changes");
    frame::page(
        &Frame { lang, title: &title, path: "/admin/units/changes", staff: Some(page.staff) },
        &content,
    )
}
