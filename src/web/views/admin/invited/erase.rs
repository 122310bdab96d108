//! Deleting a list: what will happen, before it does.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Fault, Form},
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
    /// Whether its answers have been counted.
    pub settled: bool,
    /// How many persons are on the list.
    pub persons: usize,
    /// Why it was not deleted.
    pub faults: &'a [Fault],
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let back = in_language(&base, lang);
    let none = Fields::default();
    let form = Form { faults: page.faults, ..Form::new(lang, &none) };
    let what = html! {
        h2 { (fl!(m, "lists-erase")) }
        p { (fl!(m, "lists-erase-what", n = page.persons)) }
        p { (fl!(m, "lists-erase-stays")) }
        p { (fl!(m, "lists-erase-undo")) }
    };
    let content = html! {
        (form::back(&back, &fl!(m, "lists-tab")))
        (form.summary())
        @if page.persons == 0 {
            p.note { (fl!(m, "lists-erase-nothing")) }
        } @else if !page.settled {
            p.note { (fl!(m, "lists-erase-not-yet")) }
        } @else {
            (form.post(
                &in_language(&format!("{base}/xoa"), lang),
                None,
                &form.confirm(&what, &page.campaign.slug, &fl!(m, "lists-erase"), &back),
            ))
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}
