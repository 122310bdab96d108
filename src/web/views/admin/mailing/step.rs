//! What will happen with a campaign's mails, before it does.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    report::format,
    web::{
        admin::mailing::step::{Extent, Hindrance, Step},
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::Form,
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
    /// What is to be done.
    pub step: Step,
    /// With how many.
    pub extent: Extent,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, campaign, step, extent, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/thu-moi", campaign.slug);
    let (back, action) =
        (in_language(&base, lang), in_language(&format!("{base}/gui/{}", step.word()), lang));
    let none = Fields::default();
    let form = Form::new(lang, &none);
    let content = html! {
        @if let Some(hindrance) = extent.hindrance {
            p.note { (why_not(lang, hindrance)) }
            p { a.button href=(back) { (fl!(m, "outbox-back")) } }
        } @else {
            .block.sheet {
                h2 { (name(lang, step)) }
                @for words in consequences(lang, step, extent) { p { (words) } }
                (form.post(&action, None, &form.buttons(&button(lang, step, extent), Some(&back))))
            }
        }
    };
    head::page(&Head { lang, staff: page.staff, campaign, phase: page.phase, tab: Tab::Overview }, &content)
}

fn name(lang: Lang, step: Step) -> String {
    let m = lang.messages();
    match step {
        Step::Invite => fl!(m, "outbox-invite"),
        Step::Remind => fl!(m, "outbox-remind"),
        Step::Stop => fl!(m, "outbox-stop-all"),
        Step::Retry => fl!(m, "outbox-retry"),
    }
}

fn button(lang: Lang, step: Step, extent: Extent) -> String {
    let m = lang.messages();
    match step {
        Step::Invite => fl!(m, "outbox-invite-button", n = format::count(lang, extent.mails)),
        Step::Remind => fl!(m, "outbox-remind-button"),
        Step::Stop => fl!(m, "outbox-stop-all"),
        Step::Retry => fl!(m, "outbox-retry"),
    }
}

fn consequences(lang: Lang, step: Step, extent: Extent) -> Vec<String> {
    let m = lang.messages();
    let n = format::count(lang, extent.mails);
    match step {
        Step::Invite => vec![fl!(m, "outbox-invite-what", n = n), fl!(m, "outbox-invite-undo")],
        Step::Remind => vec![
            fl!(m, "outbox-remind-what", n = n, sent = format::count(lang, extent.sent)),
            fl!(m, "outbox-remind-link"),
            fl!(m, "outbox-remind-count"),
        ],
        Step::Stop => vec![fl!(m, "outbox-stop-all-what"), fl!(m, "outbox-stop-all-undo")],
        Step::Retry => vec![fl!(m, "outbox-retry-what")],
    }
}

fn why_not(lang: Lang, hindrance: Hindrance) -> String {
    let m = lang.messages();
    match hindrance {
        Hindrance::NoServer => fl!(m, "desk-remind-no-server"),
        Hindrance::Draft => fl!(m, "outbox-hindrance-draft"),
        Hindrance::Closed => fl!(m, "outbox-hindrance-closed"),
        Hindrance::NotOpen => fl!(m, "outbox-hindrance-not-open"),
        Hindrance::Today => fl!(m, "outbox-hindrance-today"),
        Hindrance::Nobody => fl!(m, "outbox-hindrance-nobody"),
    }
}
