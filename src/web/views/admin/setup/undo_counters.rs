//! Taking back counters that were added in one step.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    add_counters::{by_unit, table},
    head::{self, Head, Tab},
};
use crate::{
    apply::desk::{CounterWish, Fault},
    language::Lang,
    organisation::{Campaign, Phase, UnitTree},
    web::{
        admin::setup::undo_counters::NOT_PRINTED,
        auth::session::Staff,
        respond::answer::in_language,
        views::admin::form::{self, Field, Form},
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
    /// The field.
    pub form: Form<'a>,
    /// Number of the addition.
    pub addition: i64,
    /// The units.
    pub tree: &'a UnitTree,
    /// The counters that were added.
    pub counters: &'a [CounterWish],
    /// Why they cannot be taken back; empty: they can.
    pub in_the_way: &'a [Fault],
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", page.campaign.slug);
    let back = in_language(&format!("{base}/counters"), lang);
    let tail = format!("/additions/{}/undo", page.addition);
    let n = page.counters.len();
    let (label, hint) = (fl!(m, "counters-undo-not-printed"), fl!(m, "counters-undo-not-printed-hint"));
    let box_ = Field { name: NOT_PRINTED, label: &label, hint: Some(&hint), ..Field::default() };
    let content = html! {
        (form::back(&back, &fl!(m, "desk-tab-counters")))
        @if page.in_the_way.is_empty() {
            (form.summary())
            (form::purpose(&fl!(m, "counters-undo-what", n = n)))
            (form.post(&in_language(&format!("{base}/counters{tail}"), lang), None, &html! {
                (form.check(&box_))
                .buttons {
                    button.main { (fl!(m, "counters-undo-button", n = n)) }
                    a.button.plain href=(back) { (fl!(m, "desk-form-cancel")) }
                }
            }))
        } @else {
            div.note role="alert" {
                p { strong { (fl!(m, "counters-undo-cannot")) } }
                @for fault in page.in_the_way { p { (fault.words) } }
                p { (fl!(m, "counters-undo-instead")) }
            }
        }
        (table(lang, &by_unit(page.tree, page.counters)))
    };
    let head =
        Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Counters };
    head::below(&head, &tail, Some(&fl!(m, "counters-undo-title")), &content)
}
