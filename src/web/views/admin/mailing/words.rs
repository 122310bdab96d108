//! What invitations and reminders say.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::show::kind_name;
use crate::{
    distribution::letter::{self, Letter},
    language::Lang,
    organisation::{Campaign, Phase},
    store::outbox::{Kind, Undelivered},
    web::{
        auth::session::Staff,
        form::Fields,
        meanwhile::Changed,
        respond::answer::in_language,
        views::admin::{
            form::{self, Fault, Field, Form, Line},
            setup::head::{self, Head, Tab},
        },
    },
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// Which mails.
    pub kind: Kind,
    /// Whether the campaign has words of its own.
    pub own: bool,
    /// What the fields hold.
    pub values: &'a Fields,
    /// What they would hold if nothing had been typed.
    pub base: &'a Fields,
    /// What is wrong with them.
    pub faults: &'a [Fault],
    /// What somebody else has changed.
    pub changed: &'a [Changed],
    /// The mail as an example gets it.
    pub preview: Option<&'a Letter>,
    /// The blanks and what they become for the example.
    pub examples: &'a [([&'static str; 2], String)],
    /// The link in the example.
    pub link: &'a str,
    /// The address of the person signed in.
    pub email: Option<&'a str>,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let mailing = format!("/admin/campaigns/{}/thu-moi", page.campaign.slug);
    let action = in_language(&format!("{mailing}/mau/{}", page.kind.word()), lang);
    let form = Form { lang, values: page.values, faults: page.faults, changed: page.changed };
    let (subject, text) = (fl!(m, "desk-remind-subject"), fl!(m, "desk-remind-text"));
    let hint = fl!(m, "outbox-words-hint");
    let done = match page.done {
        Some("luu") => Some(fl!(m, "outbox-words-saved")),
        Some("mau") => Some(fl!(m, "outbox-words-reset")),
        _ => None,
    };
    let tested = page.values.one("tested") == Some("yes");
    let content = html! {
        (form::back(&in_language(&mailing, lang), &fl!(m, "outbox-title")))
        h2 { (kind_name(lang, page.kind)) }
        (form::purpose(&fl!(m, "outbox-words-purpose")))
        @if let Some(done) = done { (form::done(&done)) }
        @if let Some(email) = page.email.filter(|_| tested) { (form::done(&fl!(m, "outbox-tested", email = email))) }
        @if !page.own { p.note { (fl!(m, "outbox-words-usual")) } }
        (unsigned(page))
        (form.summary())
        (form.post(&action, Some(page.base), &html! {
            (form.line(&Field { name: "subject", label: &subject, ..Field::default() }, Line::Text))
            (form.area(&Field { name: "text", label: &text, hint: Some(&hint), ..Field::default() }, 18))
            (examples(page))
            @if let Some(letter) = page.preview { (preview(page, letter)) }
            .buttons {
                button.main name="do" value="preview" { (fl!(m, "outbox-words-preview")) }
                button.button.plain name="do" value="test" { (fl!(m, "outbox-words-test")) }
                button.button.plain name="do" value="save" { (fl!(m, "outbox-words-save")) }
                @if page.own {
                    button.button.plain name="do" value="usual" { (fl!(m, "outbox-words-reset-button")) }
                }
            }
        }))
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Overview },
        &content,
    )
}

/// What the settings lack for a mail that says who sends it and where to ask, with the way there.
fn unsigned(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let notice = page.campaign.notice.as_ref();
    let sender = notice.is_some_and(|notice| !notice.responsible.is_empty());
    let contact = notice.is_some_and(|notice| notice.email.is_some() || notice.phone.is_some());
    let missing = match (sender, contact) {
        (true, true) => return html! {},
        (false, true) => fl!(m, "outbox-words-no-sender"),
        (true, false) => fl!(m, "outbox-words-no-contact"),
        (false, false) => fl!(m, "outbox-words-no-both"),
    };
    let settings = in_language(&format!("/admin/campaigns/{}/settings", page.campaign.slug), page.lang);
    html! {
        p.note {
            (fl!(m, "outbox-words-unsigned", missing = missing)) " "
            a href=(settings) { (fl!(m, "outbox-words-to-settings")) }
        }
    }
}

/// What the blanks become.
fn examples(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        details {
            summary { (fl!(m, "outbox-words-blanks")) }
            dl.facts.blanks {
                @for ([vietnamese, english], example) in page.examples {
                    div {
                        dt { code { (vietnamese) } " " code { (english) } }
                        dd { @if example.is_empty() { (fl!(m, "outbox-words-blank-empty")) } @else { (example) } }
                    }
                }
            }
        }
    }
}

/// The mail as an example gets it: as mail programs show it, and its plain text.
fn preview(page: &Page<'_>, letter: &Letter) -> Markup {
    let m = page.lang.messages();
    html! {
        section.card.mail-preview tabindex="-1" autofocus aria-labelledby="preview" {
            h2 #preview { (fl!(m, "outbox-previewed")) }
            p { strong { (letter.subject) } }
            .letter { (letter::body(&letter.text, page.link)) }
            details {
                summary { (fl!(m, "outbox-plain")) }
                pre { (letter.text) }
            }
        }
    }
}

/// What is wrong with the words.
pub fn say(lang: Lang, fault: &letter::Fault) -> String {
    let m = lang.messages();
    match fault {
        letter::Fault::NoSubject => fl!(m, "desk-remind-no-subject"),
        letter::Fault::Long { subject: true } => fl!(m, "desk-remind-long", n = letter::SUBJECT),
        letter::Fault::Long { subject: false } => fl!(m, "desk-remind-long", n = letter::TEXT),
        letter::Fault::NoLink => fl!(m, "outbox-fault-no-link"),
        letter::Fault::LinkInSubject => fl!(m, "outbox-fault-link-in-subject"),
        letter::Fault::Unknown { blank, .. } => fl!(m, "desk-remind-place", place = blank.as_str()),
        letter::Fault::OtherLink { address } => {
            fl!(m, "outbox-fault-other-link", address = address.as_str())
        }
    }
}

/// Why the mail to oneself did not go out.
pub fn say_undelivered(lang: Lang, why: &Undelivered) -> String {
    let m = lang.messages();
    match why {
        Undelivered::Refused(why) if why == "address" => fl!(m, "outbox-test-address"),
        Undelivered::Away(why) => fl!(m, "outbox-away", reason = why.as_str()),
        Undelivered::Refused(why) | Undelivered::Later { why, .. } => {
            fl!(m, "outbox-test-refused", reply = why.as_str())
        }
    }
}
