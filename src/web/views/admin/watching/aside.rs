//! Setting answers aside: what is, what waits for a second person, and the form for a proposal.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    super::{
        form::{self, Fault, Field, Form, Line},
        setup::head::{self, Head, Tab},
    },
    day,
};
use crate::{
    index::steps::Objection,
    language::Lang,
    organisation::{Campaign, Phase, UnitTree},
    report::format,
    set_aside::{LONGEST, Reason, Refusal, SHORTEST, Shelf},
    store::set_aside::State,
    web::{auth::session::Staff, form::Fields, respond::answer::in_language, views::dates},
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
    /// The units, for their names.
    pub tree: &'a UnitTree,
    /// The groups, those that wait first.
    pub shelf: &'a [Shelf],
    /// The campaign's counters, their codes and names, to choose from.
    pub counters: &'a [(String, String)],
    /// Fewest answers of a group.
    pub k: u32,
    /// What the form holds.
    pub fields: &'a Fields,
    /// What is wrong with it.
    pub faults: &'a [Fault],
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let watching = format!("/admin/campaigns/{}/theo-doi", page.campaign.slug);
    let action = in_language(&format!("{watching}/de-rieng"), lang);
    let form = Form { lang, values: page.fields, faults: page.faults, changed: &[] };
    let content = html! {
        (form::back(&in_language(&watching, lang), &fl!(m, "desk-tab-watching")))
        (form::purpose(&fl!(m, "aside-purpose")))
        @if let Some(done) = page.done.and_then(|done| said(lang, done)) { (form::done(&done)) }
        (form.summary())
        @if page.shelf.is_empty() {
            (form::empty(&fl!(m, "aside-empty"), &fl!(m, "aside-empty-what"), None))
        } @else {
            section.set-aside-list aria-labelledby="aside-list" {
                h3 #aside-list { (fl!(m, "aside-list")) }
                @for one in page.shelf { (case(page, one, &action, form)) }
            }
        }
        h3 #aside-new { (fl!(m, "aside-new")) }
        p.note { (fl!(m, "aside-how", k = page.k)) }
        (proposal(lang, form, &action, page.counters))
    };
    let title = fl!(m, "aside-title");
    let head =
        Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Watching };
    head::below(&head, "/de-rieng", Some(&title), &content)
}

fn said(lang: Lang, done: &str) -> Option<String> {
    let m = lang.messages();
    Some(match done {
        "proposed" => fl!(m, "aside-done-proposed"),
        "out" => fl!(m, "aside-done-out"),
        "rejected" => fl!(m, "aside-done-rejected"),
        "withdrawn" => fl!(m, "aside-done-withdrawn"),
        "back-proposed" => fl!(m, "aside-done-back-proposed"),
        "back" => fl!(m, "aside-done-back"),
        "kept" => fl!(m, "aside-done-kept"),
        _ => return None,
    })
}

/// One group: what it is, who said what, and what can be done now.
fn case(page: &Page<'_>, one: &Shelf, action: &str, form: Form<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let row = &one.row;
    let (first, last) = (short(row.first_day), short(row.last_day));
    let days = if first == last {
        fl!(m, "aside-one-day", day = day(lang, first))
    } else {
        fl!(m, "aside-from-to", from = day(lang, first), to = day(lang, last))
    };
    let reason = Reason::from_code(&row.reason).unwrap_or(Reason::Other).words(lang);
    let fact = |label: String, value: Markup| html! { div { dt { (label) } dd { (value) } } };
    let by = |who: Option<&str>, when: Option<i64>| {
        who.zip(when).map(|(who, when)| fl!(m, "aside-by", who = who, when = dates::moment(lang, when)))
    };
    let title = format!("aside-{}", row.number);
    html! {
        article.card.set-aside aria-labelledby=(title) {
            h4 id=(title) { (fl!(m, "aside-number", n = row.number.to_string())) ": " (whose(page, one)) " " (tag(lang, row.state())) }
            dl.facts {
                (fact(fl!(m, "aside-days"), html! { (days) }))
                (fact(fl!(m, "aside-answers"), html! { (format::count(lang, one.answers)) }))
                (fact(fl!(m, "aside-why"), html! { (reason) br; (row.words) }))
                (fact(fl!(m, "aside-proposed"), html! { (by(Some(&row.proposed_by), Some(row.proposed)).unwrap_or_default()) }))
                @if let Some(by) = by(row.decided_by.as_deref(), row.decided) { (fact(fl!(m, "aside-decided"), html! { (by) })) }
                @if let Some(by) = by(row.back_proposed_by.as_deref(), row.back_proposed) {
                    (fact(fl!(m, "aside-back-proposed"), html! { (by) br; (row.back_words.as_deref().unwrap_or_default()) }))
                }
                @if let Some(by) = by(row.back_decided_by.as_deref(), row.back_decided) { (fact(fl!(m, "aside-back-decided"), html! { (by) })) }
            }
            (acts(page, one, action, form))
        }
    }
}

fn short(day: i64) -> i32 {
    i32::try_from(day).unwrap_or_default()
}

fn whose(page: &Page<'_>, one: &Shelf) -> String {
    let m = page.lang.messages();
    let unit = page.tree.get(&one.row.unit).map_or(one.row.unit.as_str(), |unit| unit.name.as_str());
    match &one.counter {
        Some((_, name)) => fl!(m, "aside-counter-of", counter = name.as_str(), unit = unit),
        None => fl!(m, "aside-whole-unit", unit = unit),
    }
}

fn tag(lang: Lang, state: State) -> Markup {
    let m = lang.messages();
    match state {
        State::Proposed => html! { span.tag.behind { (fl!(m, "aside-state-proposed")) } },
        State::Withdrawn => html! { span.tag { (fl!(m, "aside-state-withdrawn")) } },
        State::Rejected => html! { span.tag { (fl!(m, "aside-state-rejected")) } },
        State::Out => html! { span.tag.ended { (fl!(m, "aside-state-out")) } },
        State::BackProposed => html! { span.tag.behind { (fl!(m, "aside-state-back-proposed")) } },
        State::Back => html! { span.tag.open { (fl!(m, "aside-state-back")) } },
    }
}

/// The buttons of a group, as it stands and for whoever looks.
fn acts(page: &Page<'_>, one: &Shelf, action: &str, form: Form<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let row = &one.row;
    let own = row.proposer() == page.staff.account;
    let n = format::count(lang, one.answers);
    let button = |class: Option<&str>, act: &str, words: String| {
        html! { button class=[class] name="do" value=(act) { (words) } }
    };
    let post = |content: Markup| {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="number" value=(row.number);
                (content)
            }
        }
    };
    match row.state() {
        State::Proposed if own => post(html! {
            p { (fl!(m, "aside-own")) }
            .buttons { (button(Some("plain"), "withdraw", fl!(m, "aside-withdraw"))) }
        }),
        State::Proposed => post(html! {
            p { (fl!(m, "aside-confirm-what", n = n)) }
            .buttons {
                (button(Some("main"), "confirm", fl!(m, "aside-confirm")))
                (button(Some("plain"), "reject", fl!(m, "aside-reject")))
            }
        }),
        State::BackProposed if own => post(html! {
            p { (fl!(m, "aside-own")) }
            .buttons { (button(Some("plain"), "withdraw-back", fl!(m, "aside-withdraw"))) }
        }),
        State::BackProposed => post(html! {
            p { (fl!(m, "aside-back-what", n = n)) }
            .buttons {
                (button(Some("main"), "confirm-back", fl!(m, "aside-confirm-back")))
                (button(Some("plain"), "reject-back", fl!(m, "aside-reject-back")))
            }
        }),
        State::Out => {
            let name = format!("back-{}", row.number);
            let wrong = form.faults.iter().any(|fault| fault.field == name);
            html! {
                details open[wrong] {
                    summary { (fl!(m, "aside-propose-back")) }
                    (post(html! {
                        .field.wrong[wrong] {
                            label for=(form::id(&name)) { (fl!(m, "aside-back-words")) }
                            @for fault in form.faults.iter().filter(|fault| fault.field == name) {
                                p.fault id={ (form::id(&name)) "-fault" } { (fault.words) }
                            }
                            textarea id=(form::id(&name)) name="back" rows="3" aria-invalid=[wrong.then_some("true")]
                                aria-describedby=[wrong.then(|| format!("{}-fault", form::id(&name)))]
                            {
                                "\n" @if wrong { (form.values.one("back").unwrap_or_default()) }
                            }
                        }
                        .buttons { (button(None, "propose-back", fl!(m, "aside-propose-back"))) }
                    }))
                }
            }
        }
        State::Withdrawn | State::Rejected | State::Back => html! {},
    }
}

fn proposal(lang: Lang, form: Form<'_>, action: &str, counters: &[(String, String)]) -> Markup {
    let m = lang.messages();
    let (counter, counter_hint) = (fl!(m, "aside-counter"), fl!(m, "aside-counter-hint"));
    let none = fl!(m, "aside-choose");
    let counters = counters.iter().map(|(code, label)| (code.as_str(), label.as_str()));
    let counters: Vec<(&str, &str)> = std::iter::once(("", none.as_str())).chain(counters).collect();
    let (whole, [first, last]) = (fl!(m, "aside-unit-box"), days(lang));
    let (days_hint, reason, words) =
        (fl!(m, "aside-days-hint"), fl!(m, "aside-reason"), fl!(m, "aside-words"));
    let words_hint = fl!(m, "aside-words-hint", shortest = SHORTEST, longest = LONGEST);
    let choose = fl!(m, "aside-choose");
    let reasons: Vec<(&str, String)> =
        Reason::ALL.into_iter().map(|reason| (reason.code(), reason.words(lang))).collect();
    let options: Vec<(&str, &str)> = std::iter::once(("", choose.as_str()))
        .chain(reasons.iter().map(|(code, words)| (*code, words.as_str())))
        .collect();
    let field = |name, label, hint| Field { name, label, hint, ..Field::default() };
    form.post(
        action,
        None,
        &html! {
            (form.select(&field("counter", &counter, Some(&counter_hint)), &counters))
            (form.check(&field("whole", &whole, None)))
            (form.line(&field("first", &first, Some(&days_hint)), Line::Code))
            (form.line(&field("last", &last, None), Line::Code))
            (form.select(&field("reason", &reason, None), &options))
            (form.area(&field("words", &words, Some(&words_hint)), 4))
            .buttons { button.main name="do" value="propose" { (fl!(m, "aside-propose")) } }
        },
    )
}

/// What the fields for the first and the last day are called.
pub fn days(lang: Lang) -> [String; 2] {
    let m = lang.messages();
    [fl!(m, "aside-first"), fl!(m, "aside-last")]
}

/// A refusal in words, at its field.
pub fn fault(lang: Lang, why: &Refusal, k: u32, proposes: bool, number: i64) -> Fault {
    let m = lang.messages();
    let days = if proposes { "first" } else { "" };
    let words = if proposes { "words".to_owned() } else { format!("back-{number}") };
    match why {
        Refusal::Counter => Fault::new("counter", fl!(m, "aside-no-counter")),
        Refusal::Days => Fault::new(days, fl!(m, "aside-no-days")),
        Refusal::NotOver => Fault::new(if proposes { "last" } else { "" }, fl!(m, "aside-not-over")),
        Refusal::Overlap(n) => Fault::new(days, fl!(m, "aside-overlap", n = n.to_string())),
        Refusal::Objection(Objection::Few { answers }) => {
            Fault::new(days, fl!(m, "aside-few", n = format::count(lang, *answers), k = k))
        }
        Refusal::Objection(Objection::Left { answers }) => {
            Fault::new(days, fl!(m, "aside-left", n = format::count(lang, *answers), k = k))
        }
        Refusal::Objection(Objection::Difference) => Fault::new(days, fl!(m, "aside-difference", k = k)),
        Refusal::Objection(Objection::Windows) => Fault::new("", fl!(m, "aside-windows")),
        Refusal::Reason => Fault::new("reason", fl!(m, "aside-no-reason")),
        Refusal::Words => Fault::new(words, fl!(m, "aside-no-words", shortest = SHORTEST, longest = LONGEST)),
        Refusal::SamePerson => Fault::new("", fl!(m, "aside-same-person")),
        Refusal::Erased => Fault::new("", fl!(m, "aside-erased")),
        Refusal::Meanwhile | Refusal::Unknown => Fault::new("", fl!(m, "aside-meanwhile")),
    }
}
