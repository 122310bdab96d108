//! One questionnaire.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::list;
use crate::{
    definition::{
        Definition, Entry, length,
        model::{Form as DefinitionForm, Text},
    },
    language::Lang,
    web::{
        auth::session::Staff,
        respond::answer::in_language,
        shelf::Origin,
        views::admin::{
            form::{self, Form},
            frame::{self, Frame},
        },
    },
};

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The questionnaire.
    pub entry: &'a Entry,
    /// Where it comes from.
    pub origin: Origin,
    /// How many campaigns use it.
    pub campaigns: i64,
    /// Whether it can be removed.
    pub removable: bool,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// The form that asks for the name before it is removed.
    pub form: Form<'a>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, entry, .. } = *page;
    let m = lang.messages();
    let d = &entry.definition;
    let path = format!("/admin/definitions/{}/{}", d.id, d.version);
    let content = html! {
        (form::back(&in_language("/admin/definitions", lang), &fl!(m, "desk-definitions")))
        (form::purpose(&fl!(m, "desk-definition-purpose")))
        (page.form.summary())
        @match page.done {
            Some("kept") => { (form::done(&fl!(m, "desk-definition-kept"))) }
            Some("same") => { (form::done(&fl!(m, "desk-definition-same"))) }
            _ => {}
        }
        dl.facts {
            div { dt { (fl!(m, "desk-definitions-id")) } dd { (d.id) } }
            div { dt { (fl!(m, "desk-definitions-version")) } dd { (d.version) } }
            div { dt { (fl!(m, "desk-definitions-origin")) } dd { (list::origin(lang, page.origin)) } }
            div { dt { (fl!(m, "desk-definitions-languages")) } dd { (list::languages(&d.languages)) } }
            div { dt { (fl!(m, "desk-definitions-criteria")) } dd { (d.criteria.len()) } }
            div { dt { (fl!(m, "desk-definitions-campaigns")) } dd { (page.campaigns) } }
        }
        p.actions {
            a.button.plain href=(in_language(&format!("{path}/toml"), lang)) { (fl!(m, "desk-definition-toml")) }
        }
        @for form in &d.forms { (one(lang, d, form, &path)) }
        @if page.removable { (removal(page, &path)) }
    };
    let title = lang.pick(&d.title).to_owned();
    frame::page(&Frame { lang, title: &title, path: &path, staff: Some(page.staff) }, &content)
}

/// A form: how long it is, its preview, its file, and what it asks.
fn one(lang: Lang, d: &Definition, form: &DefinitionForm, path: &str) -> Markup {
    let m = lang.messages();
    let title = lang.pick(form.title.as_ref().unwrap_or(&d.title));
    let asked: Vec<&String> = form.sections.iter().flat_map(|section| &section.ask).collect();
    let criteria = asked.iter().filter(|id| d.criteria.iter().any(|c| c.id == ***id)).count();
    html! {
        section.card.form aria-label=(form.id) {
            h2 { (title) " " span.tag { (form.id) } }
            p {
                (fl!(m, "desk-definition-form-facts", questions = asked.len(), criteria = criteria,
                    minutes = length::stated(d, form)))
            }
            p.actions {
                a.button.plain href={ "/admin/preview/" (d.id) "/" (d.version) "/" (form.id) }
                    aria-label={ (fl!(m, "desk-definition-preview")) ": " (title) " (" (form.id) ")" } {
                    (fl!(m, "desk-definition-preview"))
                }
                a.button.plain href=(in_language(&format!("{path}/{}/xlsform", form.id), lang))
                    aria-label={ (fl!(m, "desk-definition-xlsform")) ": " (title) " (" (form.id) ")" } {
                    (fl!(m, "desk-definition-xlsform"))
                }
            }
            details {
                summary { (fl!(m, "desk-definition-asked")) }
                @for section in &form.sections {
                    h3 { (lang.pick(&section.title)) }
                    ol {
                        @for id in &section.ask { li { (item(lang, d, form, id)) } }
                    }
                }
            }
        }
    }
}

/// A question's words, and the dimension that it counts in.
fn item(lang: Lang, d: &Definition, form: &DefinitionForm, id: &str) -> Markup {
    let criterion = d.criteria.iter().find(|criterion| criterion.id == id);
    let question = d.questions.iter().find(|question| question.id == id);
    let own: Option<&Text> = criterion.map(|c| &c.text).or(question.map(|q| &q.text));
    let dimension = criterion.and_then(|c| d.dimensions.iter().find(|dimension| dimension.id == c.dimension));
    html! {
        @if let Some(text) = form.wording.get(id).or(own) { (lang.pick(text)) }
        " " span.soft { (id) }
        @if let Some(dimension) = dimension { " " span.tag.open { (lang.pick(&dimension.name)) } }
    }
}

fn removal(page: &Page<'_>, path: &str) -> Markup {
    let m = page.lang.messages();
    let id = &page.entry.definition.id;
    let what = html! {
        h2 { (fl!(m, "desk-definition-remove")) }
        p { (fl!(m, "desk-definition-remove-what")) }
    };
    let cancel = in_language("/admin/definitions", page.lang);
    let inside = page.form.confirm(&what, id, &fl!(m, "desk-definition-remove"), &cancel);
    page.form.post(&in_language(&format!("{path}/remove"), page.lang), None, &inside)
}

/// What is said where another name was typed.
pub fn retype(lang: Lang, id: &str) -> String {
    fl!(lang.messages(), "desk-definition-retype", id = id)
}

/// What is said where a campaign uses it meanwhile.
pub fn in_use(lang: Lang) -> String {
    fl!(lang.messages(), "desk-definition-in-use")
}
