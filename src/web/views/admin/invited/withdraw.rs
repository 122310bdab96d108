//! Taking a person off the list: what will happen, before it does.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::person::begun;
use crate::{
    language::Lang,
    organisation::{Campaign, Person, Phase},
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Form},
            setup::head::{self, Head, Tab},
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
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The person.
    pub person: &'a Person,
    /// Name of the unit.
    pub unit: &'a str,
    /// Whether a link was made.
    pub bound: bool,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let back = in_language(&base, lang);
    let action = in_language(&format!("{base}/nguoi/{}/rut", page.person.code), lang);
    let none = Fields::default();
    let form = Form::new(lang, &none);
    let name = page.person.name.as_deref().unwrap_or(&page.person.code);
    let content = html! {
        (form::back(&back, &fl!(m, "lists-tab")))
        .block.sheet {
            h2 { (fl!(m, "lists-withdraw-title", name = name)) }
            p { (page.unit) @if let Some(title) = &page.person.title { " · " (title) } }
            @if page.bound { p { (fl!(m, "lists-withdraw-link")) } }
            @if page.bound && begun(page.phase) { p { (fl!(m, "lists-withdraw-counted")) } }
            @else { p { (fl!(m, "lists-withdraw-gone")) } }
            (form.post(&action, None, &form.buttons(&fl!(m, "lists-withdraw"), Some(&back))))
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}
