//! Who judges what: the groups as they stand, and the two lists that say so.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    report,
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::form::{self, Field, Form},
    },
};

/// A group as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// Name.
    pub name: &'a str,
    /// Persons invited.
    pub persons: u64,
    /// Units that it judges.
    pub units: usize,
    /// By which forms.
    pub forms: Vec<&'a str>,
}

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
    /// The fields.
    pub form: Form<'a>,
    /// What they hold if the page is opened now.
    pub base: &'a Fields,
    /// The groups.
    pub groups: &'a [Group<'a>],
    /// Kinds of units.
    pub kinds: &'a [&'a str],
    /// Forms of the questionnaire.
    pub forms: &'a [&'a str],
    /// Where the form is sent.
    pub action: &'a str,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let back = in_language(&format!("/admin/campaigns/{}", page.campaign.slug), lang);
    let (groups, groups_hint) = (fl!(m, "raters-groups"), fl!(m, "raters-groups-hint"));
    let assignments = fl!(m, "raters-assignments");
    let kinds = page.kinds.iter().map(|kind| format!("*{kind}")).collect::<Vec<_>>().join(", ");
    let hint = fl!(m, "raters-assignments-hint", kinds = kinds, forms = page.forms.join(", "));
    let content = html! {
        @if let Some(done) = page.done { (form::done(done)) }
        h2.page { (fl!(m, "raters-title")) }
        (form::purpose(&fl!(m, "raters-purpose")))
        (form.summary())
        @if page.groups.is_empty() { p.note { (fl!(m, "raters-none")) } } @else { (table(page)) }
        (form.post(&in_language(page.action, lang), Some(page.base), &html! {
            .block {
                (form.area(&Field { name: "groups", label: &groups, hint: Some(&groups_hint), ..Field::default() }, 5))
                (form.area(&Field { name: "assignments", label: &assignments, hint: Some(&hint), ..Field::default() }, 8))
                (form.buttons(&fl!(m, "desk-save"), Some(&back)))
            }
        }))
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Raters },
        &content,
    )
}

fn table(page: &Page<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    html! {
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table {
                caption #caption { (fl!(m, "raters-now")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "report-column-group")) }
                        th scope="col" { (fl!(m, "report-column-invited")) }
                        th scope="col" { (fl!(m, "raters-units")) }
                        th scope="col" { (fl!(m, "raters-forms")) }
                    }
                }
                tbody {
                    @for group in page.groups {
                        tr {
                            th scope="row" { (group.name) }
                            td { (report::format::count(lang, group.persons)) }
                            td { (report::format::count(lang, group.units as u64)) }
                            td { (group.forms.join(", ")) }
                        }
                    }
                }
            }
        }
    }
}
