//! The list of questionnaires.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    definition::model::Text,
    language::Lang,
    web::{
        auth::session::Staff,
        respond::answer::in_language,
        shelf::Origin,
        views::admin::{
            form,
            frame::{self, Frame},
        },
    },
};

/// A version of a questionnaire.
#[derive(Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: Text,
    /// Where it comes from.
    pub origin: Origin,
    /// How many forms it has.
    pub forms: usize,
    /// The languages it can be answered in.
    pub languages: Vec<String>,
    /// How many campaigns use it.
    pub campaigns: i64,
}

/// The page.
pub fn page(lang: Lang, staff: &Staff, rows: &[Row], removed: bool) -> Markup {
    let m = lang.messages();
    let content = html! {
        (form::purpose(&fl!(m, "desk-definitions-purpose")))
        @if removed { (form::done(&fl!(m, "desk-definitions-removed"))) }
        p { a.button href=(in_language("/admin/definitions/import", lang)) { (fl!(m, "desk-definitions-import")) } }
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table {
                caption #caption { (fl!(m, "desk-definitions-caption", n = rows.len())) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "desk-definitions-title-column")) }
                        th scope="col" { (fl!(m, "desk-definitions-version")) }
                        th scope="col" { (fl!(m, "desk-definitions-origin")) }
                        th.number scope="col" { (fl!(m, "desk-definitions-forms")) }
                        th scope="col" { (fl!(m, "desk-definitions-languages")) }
                        th.number scope="col" { (fl!(m, "desk-definitions-campaigns")) }
                    }
                }
                tbody {
                    @for row in rows {
                        @let path = format!("/admin/definitions/{}/{}", row.id, row.version);
                        tr {
                            th scope="row" {
                                a href=(in_language(&path, lang)) { (lang.pick(&row.title)) }
                                br; span.soft { (row.id) }
                            }
                            td { (row.version) }
                            td { (origin(lang, row.origin)) }
                            td.number { (row.forms) }
                            td { (languages(&row.languages)) }
                            td.number { (row.campaigns) }
                        }
                    }
                }
            }
        }
    };
    let title = fl!(m, "desk-definitions");
    frame::page(&Frame { lang, title: &title, path: "/admin/definitions", staff: Some(staff) }, &content)
}

/// Where a questionnaire comes from, in words.
pub fn origin(lang: Lang, origin: Origin) -> String {
    let m = lang.messages();
    match origin {
        Origin::BuiltIn => fl!(m, "desk-definitions-built-in"),
        Origin::Folder => fl!(m, "desk-definitions-folder"),
        Origin::Kept => fl!(m, "desk-definitions-kept-here"),
    }
}

/// Languages by their own names where they are known.
pub fn languages(codes: &[String]) -> String {
    let name = |code: &String| match Lang::find_for_respondents(code) {
        Some(lang) => fl!(lang.messages(), "respond-language-name"),
        None => code.clone(),
    };
    codes.iter().map(name).collect::<Vec<_>>().join(", ")
}
