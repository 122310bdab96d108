//! The pages on which one person judges several units: the list of them, and each unit's own questions. Every button is one
//! of the same form, which carries what was answered so far, so that all of it works without scripts; `sitting.js` spares
//! the loading of pages and keeps unsent answers on the device.

use i18n_embed_fl::fl;
use maud::{Markup, html};
use serde_json::json;

use super::{
    layout::{self, Frame},
    notice,
    questionnaire::{self, Page},
};
use crate::{
    definition::model::Kind,
    language::Lang,
    questionnaire::{Invalid, Questionnaire, sitting::Kept},
    web::assets,
};

/// A unit that the person judges.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Code.
    pub unit: &'a str,
    /// Name.
    pub name: &'a str,
    /// The form by which it is judged.
    pub form: &'a Questionnaire,
}

/// Where the person is.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// At the list of units.
    List {
        /// Whether it was sent with nothing answered.
        empty: bool,
    },
    /// About to send, with units left out: asked once whether that is meant.
    Sure,
    /// At the unit with this position.
    Unit {
        /// Its position.
        at: usize,
        /// What was answered about it, and what is wrong with that.
        answers: &'a Invalid,
    },
}

/// The page. `base` has everything that it shares with a questionnaire about one thing, with the form of the unit.
pub fn page(base: &Page<'_>, judged: &[Judged<'_>], kept: &Kept, step: &Step<'_>) -> Markup {
    let Page { lang, .. } = *base;
    let title = match step {
        Step::List { .. } => whole(base, judged),
        Step::Sure => {
            let left = judged.iter().filter(|judged| !kept.has(judged.unit)).count();
            fl!(lang.messages(), "sitting-sure", n = left)
        }
        Step::Unit { at, .. } => judged[*at].name.to_owned(),
    };
    let faults =
        base.answers.is_some_and(|answers| !answers.faults.is_empty() || !answers.unknown.is_empty());
    let frame = Frame {
        lang,
        title: &title,
        error: faults || matches!(step, Step::List { empty: true }),
        heading: base.heading,
        language_links: base.language_links,
        demonstration: base.facts.campaign.demonstration,
        script: false,
    };
    let content = html! {
        link rel="stylesheet" href=(assets::asset_url("sitting.css"));
        script defer src=(assets::asset_url("sitting.js")) {}
        @match step {
            Step::List { empty } => (list(base, judged, kept, *empty, &title)),
            Step::Sure => (sure(base, judged, kept, &title)),
            Step::Unit { at, .. } => (unit(base, judged, kept, *at, faults)),
        }
    };
    layout::page(&frame, &content)
}

/// What the whole sitting is called: as its form is, or, where units are judged by several forms, what they have in common.
fn whole(base: &Page<'_>, judged: &[Judged<'_>]) -> String {
    let one =
        judged.iter().all(|other| judged.first().is_none_or(|first| first.form.form == other.form.form));
    if one {
        base.places.fill(base.lang.pick(&base.questionnaire.title))
    } else {
        fl!(base.lang.messages(), "sitting-title", n = judged.len())
    }
}

/// Asks once before units are left out, and names them.
fn sure(base: &Page<'_>, judged: &[Judged<'_>], kept: &Kept, title: &str) -> Markup {
    let m = base.lang.messages();
    let done = judged.iter().filter(|judged| kept.has(judged.unit)).count();
    html! {
        h1 { (title) }
        (form(base, kept, &html! {
            .note {
                p { (fl!(m, "sitting-sure-what")) }
                ul.missed {
                    @for judged in judged.iter().filter(|judged| !kept.has(judged.unit)) { li { (judged.name) } }
                }
            }
            .send {
                p #status role="status" {}
                // First, so that Enter in an old browser leads back and sends nothing.
                button name="_go" value="next" { (fl!(m, "sitting-sure-on")) }
                button.plain name="_go" value="send-some" { (fl!(m, "sitting-sure-send", n = done)) }
                button.plain name="_go" value="list" { (fl!(m, "sitting-sure-back")) }
                p.hint { (fl!(m, "sitting-sure-final")) }
            }
        }))
    }
}

/// What is wrong with the answers about a unit: which unit it is and what to do, and a way to each question.
fn unfinished(base: &Page<'_>, here: &Judged<'_>, invalid: &Invalid) -> Markup {
    let m = base.lang.messages();
    let open = invalid.faults.len();
    html! {
        .sum #errors role="alert" tabindex="-1" aria-labelledby="errors-title" {
            h2 #errors-title { (fl!(m, "sitting-unfinished", unit = here.name)) }
            p { (fl!(m, "sitting-unfinished-next", n = open, skip = fl!(m, "sitting-skip"))) }
            (questionnaire::faulty(base, invalid))
        }
    }
}

/// The form around a step, with all that it carries.
fn form(base: &Page<'_>, kept: &Kept, inside: &Markup) -> Markup {
    html! {
        form.sitting method="post" action=(base.action) novalidate
            data-draft=[base.drafts] data-words=(words(base.lang))
        {
            input type="hidden" name="_campaign" value=(base.campaign);
            @if let Some(token) = base.token { input type="hidden" name="token" value=(token); }
            input type="hidden" name="_kept" value=(kept.text()) autocomplete="off";
            input type="hidden" name="submission" value=(base.submission) autocomplete="off";
            (inside)
        }
    }
}

fn list(base: &Page<'_>, judged: &[Judged<'_>], kept: &Kept, empty: bool, title: &str) -> Markup {
    let m = base.lang.messages();
    let most = judged.iter().map(|judged| judged.form.questions.len()).max().unwrap_or(0);
    let done = judged.iter().filter(|judged| kept.has(judged.unit)).count();
    html! {
        @if empty {
            .sum #errors role="alert" tabindex="-1" aria-labelledby="errors-title" {
                h2 #errors-title { (fl!(m, "sitting-empty")) }
                p { (fl!(m, "sitting-empty-next")) }
            }
        }
        h1 { (title) }
        .note {
            @if kept.is_empty() { (notice::start(&base.facts)) }
            p.count {
                b { (fl!(m, "sitting-units", units = judged.len(), questions = most)) } " "
                (fl!(m, "sitting-leave-out"))
            }
            @if kept.is_empty() {
                p { (fl!(m, "sitting-once")) }
                (notice::more(&base.facts, base.details))
            }
        }
        (form(base, kept, &html! {
            section.units {
                h2 #units { (fl!(m, "sitting-list")) }
                p.tally #tally role="status" { (fl!(m, "sitting-done", done = done, all = judged.len())) }
                ul aria-labelledby="units" {
                    @for judged in judged {
                        @let judged_already = kept.has(judged.unit);
                        li {
                            button.unit.judged[judged_already] name="_go" value={ "unit:" (judged.unit) }
                                data-unit=(judged.unit)
                            {
                                span { (judged.name) }
                                em {
                                    @if judged_already { (fl!(m, "sitting-judged")) }
                                    @else { (fl!(m, "sitting-open")) }
                                }
                            }
                        }
                    }
                }
            }
            div #keeping hidden {}
            .send {
                p #status role="status" {}
                button.plain[done == 0] name="_go" value="send" { (fl!(m, "sitting-send")) }
                p.hint { (fl!(m, "sitting-before-sending")) }
            }
        }))
    }
}

fn unit(base: &Page<'_>, judged: &[Judged<'_>], kept: &Kept, at: usize, faults: bool) -> Markup {
    let m = base.lang.messages();
    let here = judged[at];
    let number = at + 1;
    let closed = here.form.questions.iter().filter(|question| question.kind != Kind::Text).count();
    let others = judged.iter().enumerate().any(|(other, judged)| other != at && !kept.has(judged.unit));
    let next = if others { fl!(m, "sitting-next") } else { fl!(m, "sitting-last") };
    html! {
        @if faults && let Some(invalid) = base.answers { (unfinished(base, &here, invalid)) }
        p.where { (fl!(m, "sitting-number", number = number, all = judged.len())) }
        h1 { (here.name) }
        (form(base, kept, &html! {
            input type="hidden" name="_unit" value=(here.unit);
            .done {
                p { span #progress { (fl!(m, "respond-questions", questions = closed)) } }
                .bar { div #bar {} }
            }
            @for (section, _) in here.form.sections.iter().enumerate() {
                (questionnaire::section(base, section))
            }
            .send {
                p #status role="status" {}
                button name="_go" value=(if others { "next" } else { "list" }) { (next) }
                @if others {
                    button.plain name="_go" value="list" { (fl!(m, "sitting-to-list")) }
                }
                button.plain name="_go" value="skip" { (fl!(m, "sitting-skip")) }
                p.hint { (fl!(m, "sitting-kept-until")) }
            }
        }))
    }
}

/// The words that the script says; `#` stands for a number.
fn words(lang: Lang) -> String {
    let m = lang.messages();
    json!({
        "done": fl!(m, "sitting-done", done = "#", all = "#"),
        "fresh": fl!(m, "sitting-fresh"),
        "judged": fl!(m, "sitting-judged"),
        "keep": fl!(m, "respond-keep"),
        "keepHint": fl!(m, "respond-keep-hint"),
        "lost": fl!(m, "sitting-lost"),
        "open": fl!(m, "sitting-open"),
        "progress": fl!(m, "respond-progress", done = "#", all = "#"),
        "restored": fl!(m, "sitting-restored"),
        "sending": fl!(m, "respond-sending"),
    })
    .to_string()
}
