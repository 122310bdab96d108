//! A sheet that two people keyed differently.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    super::{
        form,
        setup::head::{self, Head, Tab},
    },
    entry::{self, MODE, plain, printed},
};
use crate::{
    definition::model::Kind,
    language::Lang,
    organisation::{Campaign, Phase},
    questionnaire::{Invalid, Question, Questionnaire, keying},
    store::paper::{Entry, Typed},
    web::{assets, auth::session::Staff, respond::answer::in_language, views::components::Places},
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
    /// The sheet's number.
    pub number: i64,
    /// Its form.
    pub form: &'a Questionnaire,
    /// The language of the paper.
    pub words: Lang,
    /// What the placeholders of the wording stand for.
    pub places: Places<'a>,
    /// What one person keyed.
    pub first: &'a Entry,
    /// What the other one did.
    pub second: &'a Entry,
    /// What was decided, where it makes no sense.
    pub decided: Option<&'a Typed>,
    /// Why.
    pub invalid: Option<&'a Invalid>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let above = format!("/admin/campaigns/{}/paper", page.campaign.slug);
    let path = format!("{above}/{}/compare", page.number);
    let mode_differs = typed(page.first, MODE) != typed(page.second, MODE);
    let mode_wrong = page.invalid.is_some_and(|invalid| invalid.unknown.iter().any(|name| name == MODE));
    let asked = entry::asked(page.form, page.decided);
    // The cursor stands at the first fault, else at the first line.
    let first = page.invalid.and_then(|invalid| invalid.faults.first()).map(|(at, _)| *at).or_else(|| {
        page.form.questions.iter().enumerate().position(|(at, question)| differs(page, at, question))
    });
    let content = html! {
        (form::back(&in_language(&above, lang), &fl!(m, "paper-title")))
        (form::purpose(&fl!(m, "paper-compare-purpose")))
        @if let Some(invalid) = page.invalid { (entry::summary(lang, page.form, invalid)) }
        form.keying method="post" action=(in_language(&path, lang)) autocomplete="off" novalidate
            data-keying=(agreed(page)) data-wrong=(fl!(m, "paper-wrong-key"))
        {
            p { b { (page.places.counter.unwrap_or_default()) } " · " (page.places.unit) }
            @for (at, question) in page.form.questions.iter().enumerate() {
                @if differs(page, at, question) {
                    (line(page, at, question, asked.get(at) == Some(&false), Some(at) == first))
                }
            }
            @if mode_differs || mode_wrong {
                (entry::who(page.words, decided(page, MODE), mode_wrong, &both(page, MODE)))
            }
            .buttons { button.main { (fl!(m, "paper-decide")) } }
        }
        script src=(assets::asset_url("keying.js")) defer {}
    };
    let title = fl!(m, "paper-compare-title", number = printed(page.number));
    let head = Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Paper };
    head::below(&head, &format!("/{}/compare", page.number), Some(&title), &content)
}

fn typed<'a>(entry: &'a Entry, id: &str) -> &'a str {
    entry.typed.get(id).map_or("", String::as_str)
}

fn is_wrong(page: &Page<'_>, at: usize) -> bool {
    page.invalid.is_some_and(|invalid| invalid.faults.iter().any(|(other, _)| *other == at))
}

/// Whether something else was typed; in words, blanks and capitals do not count.
fn differs(page: &Page<'_>, at: usize, question: &Question) -> bool {
    let of = |entry: &Entry| match question.kind {
        Kind::Text => plain(typed(entry, &question.id)),
        _ => typed(entry, &question.id).to_owned(),
    };
    of(page.first) != of(page.second) || is_wrong(page, at)
}

fn decided<'a>(page: &Page<'a>, id: &str) -> &'a str {
    page.decided.and_then(|typed| typed.get(id)).map_or("", String::as_str)
}

/// What both keyed, beside each other.
fn both(page: &Page<'_>, id: &str) -> Markup {
    html! {
        dl.both {
            @for entry in [page.first, page.second] {
                div {
                    dt { (entry.account) }
                    dd {
                        @match typed(entry, id) {
                            "" => (fl!(page.lang.messages(), "desk-paper-nothing")),
                            typed => (typed),
                        }
                    }
                }
            }
        }
    }
}

/// The numbers that both keyed of the questions that are not shown, for the rules of those that are.
fn agreed(page: &Page<'_>) -> String {
    let questions = page.form.questions.iter().enumerate();
    let agreed: BTreeMap<&str, Vec<String>> = questions
        .filter(|(at, question)| !question.options.is_empty() && !differs(page, *at, question))
        .map(|(_, question)| {
            (question.id.as_str(), keying::chosen(question, typed(page.first, &question.id)))
        })
        .collect();
    serde_json::to_string(&agreed).unwrap_or_default()
}

fn line(page: &Page<'_>, at: usize, question: &Question, ruled_out: bool, focus: bool) -> Markup {
    let value = match page.decided {
        None if question.kind == Kind::Text => typed(page.first, &question.id),
        _ => decided(page, &question.id),
    };
    let Page { lang, words, places, form, .. } = *page;
    let line = entry::Line { lang, words, places, form, at, question };
    let keyed = entry::Keyed { value, ruled_out, fault: entry::fault_at(page.invalid, at), focus };
    line.draw(&keyed, &both(page, &question.id))
}
