//! What will happen to a campaign, before it does.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    checks,
    head::{self, Head, Tab},
};
use crate::{
    distribution::courtesy,
    language::Lang,
    organisation::{Campaign, Phase, UnitTree, readiness::Finding},
    web::{
        admin::{
            checked::Checked,
            setup::state::{SEEN, Step},
        },
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::{
            admin::form::{Fault, Form},
            dates,
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
    /// What is to be done.
    pub step: Step,
    /// Whether people answer by personal links.
    pub by_link: bool,
    /// The units, for their names.
    pub tree: &'a UnitTree,
    /// Before it is opened: what the check found.
    pub checked: &'a Checked,
    /// Why it was not.
    pub faults: &'a [Fault],
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, campaign, step, .. } = *page;
    let m = lang.messages();
    let back = in_language(&format!("/admin/campaigns/{}", campaign.slug), lang);
    let action = in_language(&format!("/admin/campaigns/{}/state/{}", campaign.slug, step.word()), lang);
    let none = Fields::default();
    let form = Form { faults: page.faults, ..Form::new(lang, &none) };
    let what = html! { h2 { (name(lang, step)) } @for words in consequences(page) { p { (words) } } };
    let content = html! {
        (form.summary())
        @if !step.fits(campaign, page.phase) {
            p.note { (fl!(m, "desk-state-impossible")) }
            p { a.button href=(back) { (fl!(m, "desk-state-back")) } }
        } @else if let Some(word) = step.word_to_confirm(lang) {
            (form.post(&action, None, &form.confirm(&what, &word, &name(lang, step), &back)))
        } @else {
            .block.sheet {
                (what)
                (checks::before_opening(lang, campaign, page.tree, &page.checked.findings))
                @if page.checked.findings.iter().any(Finding::stops) {
                    p { a.button href=(back) { (fl!(m, "setup-back-to-check")) } }
                } @else {
                    @let fields = html! {
                        @if step == Step::Open { (seen(&page.checked.mark)) }
                        (form.buttons(&name(lang, step), Some(&back)))
                    };
                    (form.post(&action, None, &fields))
                }
            }
        }
    };
    head::page(&Head { lang, staff: page.staff, campaign, phase: page.phase, tab: Tab::Overview }, &content)
}

/// What opening does, in sentences.
fn opening(lang: Lang, campaign: &Campaign) -> Vec<String> {
    let m = lang.messages();
    let opens = dates::moment(lang, campaign.opens);
    if campaign.by_link {
        return vec![
            fl!(m, "desk-link-open-what", opens = opens, until = courtesy::until(lang, campaign.closes)),
            fl!(m, "desk-link-open-mail"),
            fl!(m, "desk-link-open-fixed"),
        ];
    }
    let closes = dates::day(lang, campaign.closes - 1);
    vec![fl!(m, "desk-step-open-what", opens = opens, closes = closes), fl!(m, "desk-step-open-fixed")]
}

fn seen(mark: &str) -> Markup {
    html! { input type="hidden" name=(SEEN) value=(mark); }
}

/// The end of the page of the check, where nothing stands against opening: what opening does, and the button that does it for
/// whoever has read this list.
pub fn open_here(lang: Lang, campaign: &Campaign, mark: &str) -> Markup {
    let action =
        in_language(&format!("/admin/campaigns/{}/state/{}", campaign.slug, Step::Open.word()), lang);
    let none = Fields::default();
    let form = Form::new(lang, &none);
    let fields = html! {
        (seen(mark))
        (form.buttons(&name(lang, Step::Open), None))
    };
    html! {
        .block.sheet {
            @for words in opening(lang, campaign) { p { (words) } }
            (form.post(&action, None, &fields))
        }
    }
}

/// What is done, as the button says it.
pub fn name(lang: Lang, step: Step) -> String {
    let m = lang.messages();
    match step {
        Step::Open => fl!(m, "desk-step-open"),
        Step::Pause => fl!(m, "desk-step-pause"),
        Step::Resume => fl!(m, "desk-step-resume"),
        Step::Close => fl!(m, "desk-step-close"),
        Step::Archive => fl!(m, "desk-step-archive"),
        Step::Unarchive => fl!(m, "desk-step-unarchive"),
        Step::Delete => fl!(m, "desk-step-delete"),
    }
}

/// What will happen, and how to undo it.
fn consequences(page: &Page<'_>) -> Vec<String> {
    let lang = page.lang;
    let m = lang.messages();
    let closes = dates::day(lang, page.campaign.closes - 1);
    match page.step {
        Step::Open => opening(lang, page.campaign),
        Step::Pause if page.campaign.by_link => {
            vec![fl!(m, "desk-link-pause-what"), fl!(m, "desk-step-pause-undo")]
        }
        Step::Pause => vec![fl!(m, "desk-step-pause-what"), fl!(m, "desk-step-pause-undo")],
        Step::Resume if page.campaign.by_link => vec![fl!(m, "desk-link-resume-what", closes = closes)],
        Step::Resume => vec![fl!(m, "desk-step-resume-what", closes = closes)],
        Step::Close => {
            let undo =
                if page.by_link { fl!(m, "desk-step-close-undo") } else { fl!(m, "desk-step-close-again") };
            vec![fl!(m, "desk-step-close-what", closes = closes), undo]
        }
        Step::Archive => vec![fl!(m, "desk-step-archive-what")],
        Step::Unarchive => vec![fl!(m, "desk-step-unarchive-what")],
        Step::Delete if page.campaign.by_link => {
            vec![fl!(m, "desk-link-delete-what"), fl!(m, "desk-link-delete-undo")]
        }
        Step::Delete => vec![fl!(m, "desk-step-delete-what"), fl!(m, "desk-step-delete-undo")],
    }
}
