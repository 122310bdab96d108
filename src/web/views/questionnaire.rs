//! The questionnaire: one page, one form, which works without JavaScript and cookies.
//!
//! Each question is a `div.q`; where options are chosen, with a `fieldset` and its `legend`. Rules stand in
//! `data-asked-if` for `respond.js` and, in words, in `.only` for everyone else. Nothing is chosen beforehand, and no
//! field is `required`: the server decides, because only it knows which questions are ruled out.

use std::collections::HashMap;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    definition::model::{Condition, Kind},
    language::Lang,
    organisation::Channel,
    questionnaire::{Choice, Fault, Invalid, Question, Questionnaire},
    web::respond::answer::{MODE, PICTURES},
};

use super::{
    components::{self, Places},
    layout::{self, Frame},
    mode,
    notice::{self, Facts},
    phone::{self, Keeps},
    pictograms, rule,
};

/// What [`Invalid::of_key`] names when the form came without its key.
const SUBMISSION: &str = "submission";

/// Longest label, in characters, that still fits a column when the options of a scale stand side by side.
const LONGEST_IN_COLUMN: usize = 36;

/// Most questions that are shown on one page; with more, a script shows a section at a time. The questionnaires of
/// counters stay below: every step costs a tap.
const LONGEST_PAGE: usize = 24;

/// Everything the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language of the interface.
    pub lang: Lang,
    /// The questionnaire.
    pub questionnaire: &'a Questionnaire,
    /// Whose survey this is: the campaign's title.
    pub heading: &'a str,
    /// Where and when: what the placeholders of the wording stand for.
    pub places: Places<'a>,
    /// Where the form is sent.
    pub action: &'a str,
    /// The campaign that the answers are for, so that a form kept open over a change of campaign is not miscounted.
    pub campaign: &'a str,
    /// The idempotency key of this form; stands in the page exactly once.
    pub submission: &'a str,
    /// The secret of a personal link.
    pub token: Option<&'a str>,
    /// What people are told before they answer.
    pub facts: Facts<'a>,
    /// The page with the details of it.
    pub details: &'a str,
    /// The same page in other languages.
    pub language_links: &'a [(Lang, &'a str)],
    /// Recordings of the questions by their ids: the address of each.
    pub audio: Option<&'a HashMap<String, String>>,
    /// The name under which a device may keep what is not sent yet by a personal link; it does not lead to the token.
    pub drafts: Option<&'a str>,
    /// What was sent and is wrong; absent when the page is opened.
    pub answers: Option<&'a Invalid>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, questionnaire, places, .. } = *page;
    let title = places.fill(lang.pick(&questionnaire.title));
    let frame = Frame {
        lang,
        title: &title,
        error: page.answers.is_some(),
        heading: page.heading,
        language_links: page.language_links,
        demonstration: page.facts.campaign.demonstration,
        script: true,
    };
    layout::page(&frame, &content(page))
}

/// What stands inside `main`: the title, what people are told before they answer, and the form.
pub fn content(page: &Page<'_>) -> Markup {
    let Page { lang, questionnaire, places, .. } = *page;
    let messages = lang.messages();
    let kiosk = page.facts.channel == Channel::Kiosk;
    let sent =
        |name: &str| page.answers.and_then(|invalid| invalid.sent.get(name)?.first()).map(String::as_str);
    html! {
        @if let Some(invalid) = page.answers { (summary(page, invalid)) }
        h1 { (components::wording(&questionnaire.title, lang, &places)) }
        p.where {
            @if let Some(counter) = places.counter { b { (counter) } " · " }
            (places.unit)
        }
        .note {
            (notice::start(&page.facts))
            p.count { (length(page)) }
            @if page.token.is_some() { p { (fl!(messages, "respond-once")) } }
            (components::never_asked(lang))
            (notice::more(&page.facts, page.details))
        }
        form method="post" action=(page.action) novalidate
            data-kiosk[kiosk] autocomplete=[kiosk.then_some("off")]
            data-words=(phone::words(lang, if page.token.is_some() { Keeps::Asked } else { Keeps::Hour }))
            data-keep[page.token.is_none() && !kiosk]
            data-draft=[page.drafts]
            data-paged[questionnaire.sections.len() > 1 && questionnaire.questions.len() > LONGEST_PAGE]
        {
            input type="hidden" name="_campaign" value=(page.campaign);
            @if let Some(token) = page.token { input type="hidden" name="token" value=(token); }
            .done {
                p { span #progress { (questions(page)) } " " b #net role="status" {} }
                .bar { div #bar {} }
            }
            (pictograms::switch(lang, questionnaire, sent(PICTURES).is_some()))
            @for (at, _) in questionnaire.sections.iter().enumerate() { (section(page, at)) }
            @if questionnaire.asks_mode && page.token.is_none() { (mode::ask(lang, sent(MODE))) }
            // Last, so that nearly all of the page is compressed as one piece (`web::template`).
            // Some browsers fill hidden fields in again after a reload; the key must be the page's own.
            input type="hidden" name="submission" value=(page.submission) autocomplete="off";
            .send {
                p #status role="status" {}
                button { (fl!(messages, "respond-send")) }
                p.hint { (fl!(messages, "respond-before-sending")) }
                @if page.drafts.is_some() {
                    // Without a script nothing is kept, and nothing is offered.
                    div.kept #keeping hidden {
                        fieldset {
                            legend { (fl!(messages, "respond-keep-title")) }
                            label {
                                input type="checkbox" aria-describedby="hk";
                                span { (fl!(messages, "respond-keep")) }
                            }
                        }
                        p.hint #hk { (fl!(messages, "respond-keep-hint")) }
                    }
                }
            }
        }
    }
}

/// How many questions there are; the script says here how many are answered.
fn questions(page: &Page<'_>) -> String {
    let questions = &page.questionnaire.questions;
    let closed = questions.iter().filter(|question| question.kind != Kind::Text).count();
    let (messages, count) = (page.lang.messages(), closed);
    if questions.iter().any(|question| question.asked_if.is_some()) {
        fl!(messages, "respond-questions-at-most", questions = count)
    } else {
        fl!(messages, "respond-questions", questions = count)
    }
}

/// How long it takes, and which answers may be left out.
fn length(page: &Page<'_>) -> Markup {
    let questions = &page.questionnaire.questions;
    let messages = page.lang.messages();
    // A place to write is no question to most people, nor in the titles of forms: “five questions” and one of those.
    let texts = questions.iter().filter(|question| question.kind == Kind::Text).count();
    let (count, minutes) = (questions.len() - texts, page.questionnaire.minutes);
    let at_most = questions.iter().any(|question| question.asked_if.is_some());
    let words = match (at_most, texts) {
        (true, 0) => fl!(messages, "respond-length-at-most", questions = count, minutes = minutes),
        (true, _) => {
            fl!(messages, "respond-length-at-most-texts", questions = count, texts = texts, minutes = minutes)
        }
        (false, 0) => fl!(messages, "respond-length", questions = count, minutes = minutes),
        (false, _) => {
            fl!(messages, "respond-length-texts", questions = count, texts = texts, minutes = minutes)
        }
    };
    html! {
        b { (words) }
        @if questions.iter().any(|question| !question.required) {
            " " (fl!(messages, "respond-optional-explained"))
        }
    }
}

/// What is wrong, with a link to each place; the first thing in the page.
pub(super) fn summary(page: &Page<'_>, invalid: &Invalid) -> Markup {
    let messages = page.lang.messages();
    html! {
        .sum #errors role="alert" tabindex="-1" aria-labelledby="errors-title" {
            h2 #errors-title { (fl!(messages, "respond-errors")) }
            p { (fl!(messages, "respond-errors-kept")) }
            (faulty(page, invalid))
        }
    }
}

/// The places of what is wrong, each a link.
pub(super) fn faulty(page: &Page<'_>, invalid: &Invalid) -> Markup {
    let messages = page.lang.messages();
    html! {
        ul {
            @for (at, fault) in &invalid.faults {
                @if let Some(question) = page.questionnaire.questions.get(*at) {
                    li {
                        a href={ "#q" (at + 1) } {
                            (at + 1) ". " (components::wording(&question.text, page.lang, &page.places))
                            " – " (fault_words(fault, question, page.lang))
                        }
                    }
                }
            }
            @if invalid.unknown == [SUBMISSION] {
                li { (fl!(messages, "respond-no-key")) }
            } @else if !invalid.unknown.is_empty() {
                li { (fl!(messages, "respond-unknown-field")) }
            }
        }
    }
}

/// A section with its questions.
pub(super) fn section(page: &Page<'_>, at: usize) -> Markup {
    let Page { lang, questionnaire, places, .. } = *page;
    let Some(section) = questionnaire.sections.get(at) else { return html! {} };
    let asked_if = section.asked_if.as_ref();
    html! {
        section data-asked-if=[asked_if.and_then(as_json)] {
            h2 { (components::wording(&section.title, lang, &places)) }
            @if let Some(rule) = asked_if {
                p.only { (only(page, rule, true)) }
            }
            @if let Some(text) = &section.text { p.hint { (components::wording(text, lang, &places)) } }
            @for (number, asked) in questionnaire.questions.iter().enumerate() {
                @if asked.section == at { (question(page, number, asked)) }
            }
        }
    }
}

fn question(page: &Page<'_>, at: usize, question: &Question) -> Markup {
    let own = rule::own(page.questionnaire, question);
    let asked = Asked {
        page,
        question,
        number: at + 1,
        own,
        fault: page
            .answers
            .and_then(|invalid| invalid.faults.iter().find(|(other, _)| *other == at))
            .map(|(_, fault)| fault),
        sent: page
            .answers
            .and_then(|invalid| invalid.sent.get(&question.id))
            .map(Vec::as_slice)
            .unwrap_or_default(),
    };
    html! {
        .q.bad[asked.fault.is_some()] data-asked-if=[own.and_then(as_json)] {
            @match question.kind {
                Kind::Single | Kind::Multiple => (asked.choices()),
                Kind::Text => (asked.text()),
                Kind::Number => (asked.number()),
            }
        }
    }
}

/// A question with what its drawing needs.
struct Asked<'a> {
    page: &'a Page<'a>,
    question: &'a Question,
    /// Counted from 1 through the whole form.
    number: usize,
    own: Option<&'a Condition>,
    fault: Option<&'a Fault>,
    sent: &'a [String],
}

impl Asked<'_> {
    fn choices(&self) -> Markup {
        let multiple = self.question.kind == Kind::Multiple;
        html! {
            fieldset aria-describedby=[self.described_by()] {
                legend { (self.wording()) }
                (self.notes())
                div class=[columns(&self.question.options)] {
                    @for (at, option) in self.question.options.iter().enumerate() {
                        (self.option(at, option, multiple))
                    }
                }
            }
        }
    }

    fn option(&self, at: usize, option: &Choice, multiple: bool) -> Markup {
        // Only one of several answers sent to a single choice can be shown; the fault says so.
        let shown = if multiple { self.sent } else { self.sent.get(..1).unwrap_or_default() };
        html! {
            label.na[option.missing] {
                input type=(if multiple { "checkbox" } else { "radio" }) name=(self.question.id)
                    value=(option.code) id=[(at == 0).then(|| format!("q{}", self.number))]
                    checked[shown.contains(&option.code)];
                span {
                    @if let Some(face) = option.face { (pictograms::face(face)) }
                    (components::wording(&option.label, self.page.lang, &self.page.places))
                }
            }
        }
    }

    fn text(&self) -> Markup {
        html! {
            label.ask for={ "q" (self.number) } { (self.wording()) }
            (self.notes())
            textarea #{ "q" (self.number) } name=(self.question.id) rows="4" maxlength=(self.question.max_length)
                aria-describedby=[self.described_by()] aria-invalid=[self.fault.map(|_| "true")]
            {
                // The parser drops one line break here; without it the reader's own would be lost.
                "\n" (self.sent.join("\n"))
            }
        }
    }

    fn number(&self) -> Markup {
        html! {
            label.ask for={ "q" (self.number) } { (self.wording()) }
            (self.notes())
            input.num #{ "q" (self.number) } name=(self.question.id) type="text" inputmode="numeric"
                autocomplete="off" value=(self.sent.join(" "))
                aria-describedby=[self.described_by()] aria-invalid=[self.fault.map(|_| "true")];
        }
    }

    fn wording(&self) -> Markup {
        let Page { lang, places, .. } = self.page;
        html! {
            b.no { (self.number) "." } " "
            (components::wording(&self.question.text, *lang, places))
            @if !self.question.required {
                " " span.opt { (fl!(lang.messages(), "respond-optional")) }
            }
        }
    }

    /// When it is asked, help, and what is wrong, between the question and its answers.
    fn notes(&self) -> Markup {
        let recording = self.page.audio.and_then(|audio| audio.get(&self.question.id));
        html! {
            @if let Some(address) = recording {
                audio controls preload="none" src=(address)
                    aria-label=(fl!(self.page.lang.messages(), "respond-listen", number = self.number)) {}
            }
            @if let Some(rule) = self.own { p.only { (only(self.page, rule, false)) } }
            @if self.has_hint() {
                p.hint #{ "h" (self.number) } {
                    @if let Some(help) = &self.question.help {
                        (components::wording(help, self.page.lang, &self.page.places)) " "
                    }
                    (self.limits())
                }
            }
            @if let Some(fault) = self.fault {
                p.err #{ "e" (self.number) } { (fault_words(fault, self.question, self.page.lang)) }
            }
        }
    }

    const fn has_hint(&self) -> bool {
        self.question.help.is_some() || !matches!(self.question.kind, Kind::Single)
    }

    /// What may be answered, where the options do not say it.
    fn limits(&self) -> String {
        let messages = self.page.lang.messages();
        match self.question.kind {
            Kind::Single => String::new(),
            Kind::Multiple => fl!(messages, "respond-choose-several"),
            Kind::Text => format!(
                "{} {}",
                // Who has a personal link had no case at a counter.
                if self.page.token.is_some() {
                    fl!(messages, "desk-link-apart")
                } else if self.question.help.is_some() {
                    // The question itself asks to leave names and numbers out.
                    fl!(messages, "respond-apart-kept")
                } else {
                    fl!(messages, "respond-apart")
                },
                fl!(messages, "respond-longest", length = self.question.max_length)
            ),
            Kind::Number => match self.question.range {
                (low, high) if low > i32::MIN + 1 && high < i32::MAX => {
                    fl!(messages, "respond-number-between", low = low, high = high)
                }
                _ => fl!(messages, "respond-number"),
            },
        }
    }

    fn described_by(&self) -> Option<String> {
        let ids: Vec<String> = [(self.has_hint(), 'h'), (self.fault.is_some(), 'e')]
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, letter)| format!("{letter}{}", self.number))
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// The words for a fault; the same in the summary and beside the question.
pub fn fault_words(fault: &Fault, question: &Question, lang: Lang) -> String {
    let messages = lang.messages();
    match *fault {
        Fault::Missing => match question.kind {
            Kind::Single | Kind::Multiple => fl!(messages, "respond-fault-missing"),
            Kind::Text | Kind::Number => fl!(messages, "respond-fault-empty"),
        },
        Fault::UnknownOption => fl!(messages, "respond-fault-option"),
        Fault::Repeated => fl!(messages, "respond-fault-repeated"),
        Fault::TooLong(length) => fl!(messages, "respond-fault-long", length = length),
        Fault::NotANumber => fl!(messages, "respond-fault-number"),
        Fault::OutOfRange(low, high) => {
            fl!(messages, "respond-fault-range", low = low, high = high)
        }
        Fault::NotAsked => fl!(messages, "paper-not-asked"),
    }
}

/// "Only answer if …", for a question or a whole section.
fn only(page: &Page<'_>, condition: &Condition, section: bool) -> String {
    let messages = page.lang.messages();
    let words = rule::words(condition, page.questionnaire, page.lang, &page.places);
    if section {
        fl!(messages, "respond-only-section", rule = words)
    } else {
        fl!(messages, "respond-only-question", rule = words)
    }
}

fn as_json(condition: &Condition) -> Option<String> {
    serde_json::to_string(condition).ok()
}

/// How options stand on a wide screen: the steps of a scale side by side, anything else below each other.
fn columns(options: &[Choice]) -> Option<&'static str> {
    let longest = options.iter().flat_map(|o| o.label.values()).map(|label| label.chars().count()).max()?;
    match options.iter().filter(|option| !option.missing).count() {
        _ if longest > LONGEST_IN_COLUMN => None,
        2 => Some("c2"),
        3 => Some("c3"),
        4 => Some("c4"),
        5 => Some("c5"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
