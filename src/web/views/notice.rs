//! What people are told before they answer, made from the campaign's settings and from how its channel works, so that it
//! cannot say what is not so: two sentences before the first question ([`start`]), and a page of details ([`page`]).
//! What no setting gives is left out.
//!
//! Every sentence here is a promise; whoever changes what is stored or shown must change it (`docs/security.md`).

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    definition::model::Kind,
    language::Lang,
    organisation::{Campaign, Channel, Notice},
    questionnaire::Questionnaire,
};

use super::{
    components::{self, Places},
    dates,
    layout::{self, Frame},
};

/// What the start and the details are made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Language of the interface.
    pub lang: Lang,
    /// The campaign, with its [`Notice`].
    pub campaign: &'a Campaign,
    /// The form asked.
    pub questionnaire: &'a Questionnaire,
    /// What the placeholders of the wording stand for.
    pub places: Places<'a>,
    /// How answers come in here.
    pub channel: Channel,
    /// Smallest number of answers that anything is published of.
    pub smallest_cell: u32,
    /// Whether staff are told who has not answered by personal link.
    pub followed: bool,
}

impl Facts<'_> {
    fn notice(&self) -> Option<&Notice> {
        self.campaign.notice.as_ref()
    }

    /// "… asks your opinion …", if it is known who and what for.
    fn who_and_why(&self) -> Option<Markup> {
        self.who_and_why_words().map(|(who, why)| html! { b { (who) } " " (why) })
    }

    /// Who asks, and the rest of the sentence.
    fn who_and_why_words(&self) -> Option<(String, String)> {
        let notice = self.notice()?;
        if notice.responsible.is_empty() || notice.purpose.is_empty() {
            return None;
        }
        let purpose = self.lang.pick(&notice.purpose);
        // Where nobody's unit is known, a sentence about it would have a hole.
        if self.places.unit.is_empty() && (purpose.contains("{unit}") || purpose.contains("{counter}")) {
            return None;
        }
        let purpose = self.places.fill(purpose);
        let purpose = purpose.trim_end_matches('.');
        let who = self.lang.pick(&notice.responsible).to_owned();
        Some((who, fl!(self.lang.messages(), "notice-asks", purpose = purpose)))
    }
}

/// The first lines of a questionnaire: who asks and why, how anonymous it is, who may answer. Where the settings do not
/// say who asks, the definition's own introduction does.
pub fn start(facts: &Facts<'_>) -> Markup {
    let m = facts.lang.messages();
    let adults = fl!(m, "notice-adults");
    let followed = facts.followed && facts.channel == Channel::Link;
    let Some(first) = facts.who_and_why() else {
        return html! {
            (components::paragraphs(&facts.questionnaire.introduction, facts.lang, &facts.places))
            p { (adults) }
            @if followed { p { (fl!(m, "lists-notice-followed")) } }
        };
    };
    let anonymous = match facts.channel {
        Channel::Link => fl!(m, "notice-start-link"),
        _ => fl!(m, "notice-start-open"),
    };
    html! {
        p { (first) }
        p { (anonymous) " " (adults) }
        @if followed { p { (fl!(m, "lists-notice-followed")) } }
    }
}

/// The first lines of a paper form, a paragraph each. The definition's own introduction is written for screens and could
/// promise what paper does not keep.
pub fn on_paper(facts: &Facts<'_>) -> Vec<String> {
    let m = facts.lang.messages();
    let first = facts.who_and_why_words().map(|(who, why)| format!("{who} {why}"));
    let second = format!("{} {}", fl!(m, "notice-start-paper"), fl!(m, "notice-adults"));
    first.into_iter().chain([second]).collect()
}

/// The way to the details: a link to their page; on a tablet, which nobody must leave, they stand here.
pub fn more(facts: &Facts<'_>, href: &str) -> Markup {
    let words = fl!(facts.lang.messages(), "notice-more");
    html! {
        @if facts.channel == Channel::Kiosk {
            details { summary { (words) } (details(facts)) }
        } @else {
            p { a.more href=(href) { (words) } }
        }
    }
}

/// The page of details. `back` leads to the questionnaire; a personal link has none, because no address may hold it.
pub fn page(facts: &Facts<'_>, language_links: &[(Lang, &str)], back: Option<&str>) -> Markup {
    let m = facts.lang.messages();
    let title = fl!(m, "notice-title");
    let content = html! {
        h1 { (title) }
        (details(facts))
        p.back {
            @if let Some(href) = back {
                a href=(href) { (fl!(m, "notice-back")) }
            } @else {
                (fl!(m, "notice-back-link"))
            }
        }
    };
    let frame = Frame {
        lang: facts.lang,
        title: &title,
        error: false,
        heading: facts.lang.pick(&facts.campaign.title),
        language_links,
        demonstration: facts.campaign.demonstration,
        script: false,
    };
    layout::page(&frame, &content)
}

/// Everything that the law on personal data wants people to be told, in sections under headings of the second level.
pub fn details(facts: &Facts<'_>) -> Markup {
    html! {
        (responsible(facts))
        (stored(facts))
        (kept(facts))
        (seen(facts))
        (rights(facts))
    }
}

fn responsible(facts: &Facts<'_>) -> Markup {
    let (lang, m) = (facts.lang, facts.lang.messages());
    let Some(notice) = facts.notice() else { return html! {} };
    let known = !notice.responsible.is_empty()
        || notice.address.is_some()
        || notice.email.is_some()
        || notice.phone.is_some();
    html! {
        @if known {
            section.told {
                h2 { (fl!(m, "notice-responsible")) }
                @if let Some(sentence) = facts.who_and_why() {
                    p { (sentence) }
                } @else if !notice.responsible.is_empty() {
                    p { b { (lang.pick(&notice.responsible)) } }
                }
                @if let Some(address) = &notice.address {
                    p { (fl!(m, "notice-address", address = address.as_str())) }
                }
                @if let Some(phone) = &notice.phone {
                    p { (fl!(m, "notice-phone")) " " (contact(facts, "tel:", phone)) }
                }
                @if let Some(email) = &notice.email {
                    p { (fl!(m, "notice-email")) " " (contact(facts, "mailto:", email)) }
                }
            }
        }
        @if !notice.legal_ground.is_empty() {
            section.told {
                h2 { (fl!(m, "notice-ground")) }
                p { (lang.pick(&notice.legal_ground)) }
            }
        }
    }
}

/// A telephone number or e-mail address; a link, but not on a tablet that everybody uses.
fn contact(facts: &Facts<'_>, scheme: &str, shown: &str) -> Markup {
    let address: String = match scheme {
        "tel:" => shown.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        _ => shown.to_owned(),
    };
    html! {
        @if facts.channel == Channel::Kiosk {
            (shown)
        } @else {
            a href={ (scheme) (address) } { (shown) }
        }
    }
}

fn stored(facts: &Facts<'_>) -> Markup {
    let m = facts.lang.messages();
    let link = facts.channel == Channel::Link;
    let kept = match facts.channel {
        Channel::Link => fl!(m, "notice-stored-link"),
        _ => fl!(m, "notice-stored-open"),
    };
    html! {
        section.told {
            h2 { (fl!(m, "notice-stored")) }
            p { (kept) }
            @if facts.questionnaire.questions.iter().any(|question| question.kind == Kind::Text) {
                p { (fl!(m, "notice-stored-comments")) }
            }
            @if link { p { (fl!(m, "notice-stored-list")) } }
            @if !link { p { (fl!(m, "notice-stored-counted")) } }
            @if link { p { (fl!(m, "notice-stored-asked")) } }
            @if facts.channel == Channel::Open { p { (fl!(m, "notice-stored-draft")) } }
            @if facts.channel == Channel::Kiosk { p { (fl!(m, "notice-stored-kiosk")) } }
            h2 { (fl!(m, "notice-not-stored")) }
            p { (fl!(m, "notice-not-stored-what")) }
        }
    }
}

fn kept(facts: &Facts<'_>) -> Markup {
    let (lang, m) = (facts.lang, facts.lang.messages());
    let campaign = facts.campaign;
    let notice = facts.notice();
    let answers = notice.and_then(|notice| notice.keep_answers_months);
    let list = (facts.channel == Channel::Link).then(|| facts.campaign.list_days());
    html! {
        @if answers.is_some() || list.is_some() {
            section.told {
                h2 { (fl!(m, "notice-kept")) }
                @if let Some(months) = answers {
                    @let day = dates::last_day(lang, campaign.answers_end());
                    p { (fl!(m, "notice-kept-answers", months = months, day = day)) }
                }
                @if let Some(days) = list {
                    @let day = dates::last_day(lang, Some(campaign.list_ends()));
                    p { (fl!(m, "notice-kept-list", days = days, day = day)) }
                }
            }
        }
    }
}

fn seen(facts: &Facts<'_>) -> Markup {
    let m = facts.lang.messages();
    html! {
        section.told {
            h2 { (fl!(m, "notice-seen")) }
            p { (fl!(m, "notice-seen-what", k = facts.smallest_cell)) }
            @if facts.channel == Channel::Link {
                p { (fl!(m, "notice-seen-link")) }
                @if facts.followed { p { (fl!(m, "lists-notice-followed")) } }
                @else { p { (fl!(m, "lists-notice-counts")) } }
            } @else {
                p { (fl!(m, "notice-seen-open")) }
            }
        }
    }
}

fn rights(facts: &Facts<'_>) -> Markup {
    let m = facts.lang.messages();
    let reachable = facts.notice().is_some_and(|notice| notice.email.is_some() || notice.phone.is_some());
    html! {
        section.told {
            h2 { (fl!(m, "notice-rights")) }
            p { (fl!(m, "notice-voluntary")) " " (fl!(m, "notice-adults")) }
            p { (fl!(m, "notice-not-found-again")) }
            @if facts.channel == Channel::Link { p { (fl!(m, "notice-rights-list")) } }
            @if reachable { p { (fl!(m, "notice-complain")) } }
            (components::never_asked(facts.lang))
        }
    }
}

#[cfg(test)]
mod tests;
