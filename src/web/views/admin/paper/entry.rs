//! Keying in a sheet: one line a question, in the order of the paper.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::super::{
    form,
    setup::head::{self, Head, Tab},
};
use crate::{
    definition::model::Kind,
    language::Lang,
    organisation::{Campaign, Mode, Phase},
    questionnaire::{Fault, Invalid, Question, Questionnaire, keying},
    store::paper::Typed,
    web::{
        assets,
        auth::session::Staff,
        respond::answer::in_language,
        views::{components::Places, mode, questionnaire::fault_words, rule},
    },
};

/// Field with the sheet's number.
pub const NUMBER: &str = "_number";
/// Field with who filled it in.
pub const MODE: &str = "_mode";

/// What stands around the lines.
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
    /// What became of the sheet before.
    pub kept: Option<&'a str>,
    /// Why this one cannot be keyed, or what to know of it.
    pub problem: Option<&'a str>,
    /// The number that was asked for.
    pub wanted: &'a str,
    /// Whether the campaign takes no answers from paper now.
    pub closed: bool,
}

impl<'a> Page<'a> {
    /// A page that says nothing special.
    pub const fn new(lang: Lang, staff: &'a Staff, campaign: &'a Campaign, phase: Phase) -> Self {
        Self { lang, staff, campaign, phase, kept: None, problem: None, wanted: "", closed: false }
    }

    fn path(&self) -> String {
        format!("/admin/campaigns/{}/paper/entry", self.campaign.slug)
    }
}

/// The lines of a sheet.
#[derive(Debug)]
pub struct Lines<'a> {
    /// The sheet's number.
    pub number: i64,
    /// Its form.
    pub form: &'a Questionnaire,
    /// The language of the paper.
    pub words: Lang,
    /// What the placeholders of the wording stand for.
    pub places: Places<'a>,
    /// What was typed.
    pub typed: &'a Typed,
    /// What is wrong with it.
    pub invalid: Option<&'a Invalid>,
}

/// A number as it stands on paper.
pub fn printed(number: i64) -> String {
    format!("{number:04}")
}

/// Words without what two people may type differently and still mean the same: capitals, blanks, marks.
pub fn plain(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ").to_lowercase()
}

/// The page that asks for a number.
pub fn page(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let content = html! {
        @if page.closed { p.note { (fl!(m, "paper-closed")) } } @else {
            form.sheet.print method="get" action=(page.path()) {
                @if page.lang != Lang::VI { input type="hidden" name="lang" value=(page.lang.code()); }
                .field {
                    label for="number" { (fl!(m, "paper-number")) }
                    p.hint #number-hint { (fl!(m, "paper-number-hint")) }
                    input.tiny #number name="number" inputmode="numeric" autocomplete="off" autofocus
                        value=(page.wanted) aria-describedby="number-hint";
                }
                .buttons { button.main { (fl!(m, "paper-open")) } }
            }
        }
    };
    around(page, &content)
}

fn around(page: &Page<'_>, content: &Markup) -> Markup {
    let m = page.lang.messages();
    let above = in_language(&format!("/admin/campaigns/{}/paper", page.campaign.slug), page.lang);
    let content = html! {
        (form::back(&above, &fl!(m, "paper-title")))
        @if let Some(kept) = page.kept { (form::done(kept)) }
        @if let Some(problem) = page.problem { p.problem role="alert" { (problem) } }
        (content)
    };
    let Page { lang, staff, campaign, phase, .. } = *page;
    let head = Head { lang, staff, campaign, phase, tab: Tab::Paper };
    head::below(&head, "/entry", Some(&fl!(m, "paper-entry-title")), &content)
}

/// The page with the lines of a sheet.
pub fn form(page: &Page<'_>, lines: &Lines<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let mode_wrong = lines.invalid.is_some_and(|invalid| invalid.unknown.iter().any(|name| name == MODE));
    // The cursor stands at the first fault, else at the first line.
    let first = lines.invalid.and_then(|invalid| invalid.faults.first()).map_or(0, |(at, _)| *at);
    let asked = asked(lines.form, (!lines.typed.is_empty()).then_some(lines.typed));
    let content = html! {
        @if let Some(invalid) = lines.invalid { (summary(lang, lines.form, invalid)) }
        form.keying method="post" action=(in_language(&page.path(), lang)) autocomplete="off" novalidate data-keying
            data-wrong=(fl!(m, "paper-wrong-key"))
        {
            p.sheet-number { (fl!(m, "paper-sheet", number = printed(lines.number))) }
            p { b { (lines.places.counter.unwrap_or_default()) } " · " (lines.places.unit) }
            p.hint { (fl!(m, "paper-how")) }
            input type="hidden" name=(NUMBER) value=(lines.number);
            @for (at, question) in lines.form.questions.iter().enumerate() {
                @let before = at.checked_sub(1).and_then(|before| lines.form.questions.get(before));
                @if before.is_none_or(|before| before.section != question.section) {
                    @if let Some(section) = lines.form.sections.get(question.section) {
                        h2 lang=(lines.words.code()) { (lines.places.fill(lines.words.pick(&section.title))) }
                        @if let Some(rule) = &section.asked_if {
                            p.only lang=(lines.words.code()) {
                                @let rule = rule::words(rule, lines.form, lines.words, &lines.places);
                                (fl!(lines.words.messages(), "respond-only-section", rule = rule))
                            }
                        }
                    }
                }
                (line(lang, lines, at, question, asked.get(at) == Some(&false), first == at))
            }
            @if lines.form.asks_mode {
                (who(lines.words, typed(lines, MODE), mode_wrong, &html! {}))
            }
            .buttons {
                button.main { (fl!(m, "paper-save")) }
                a.button.plain href=(in_language(&page.path(), lang)) { (fl!(m, "paper-other")) }
            }
        }
        script src=(assets::asset_url("keying.js")) defer {}
    };
    around(page, &content)
}

/// The line for who filled in the form; `between` stands between its name and its field.
pub fn who(words: Lang, value: &str, wrong: bool, between: &Markup) -> Markup {
    html! {
        .line.wrong[wrong] {
            label for="mode" { span.name lang=(words.code()) { (fl!(words.messages(), "respond-mode")) } }
            (between)
            input #mode name=(MODE) inputmode="numeric" value=(value) aria-describedby="mode-keys"
                aria-invalid=[wrong.then_some("true")];
            p.keys #mode-keys lang=(words.code()) {
                @for mode in Mode::ASKED { span { b { (mode.byte()) } " " (mode::words(words, mode)) } " " }
            }
        }
    }
}

fn typed<'a>(lines: &Lines<'a>, id: &str) -> &'a str {
    lines.typed.get(id).map_or("", String::as_str)
}

/// What is wrong with what was keyed, each with a link to its line.
pub fn summary(lang: Lang, form: &Questionnaire, invalid: &Invalid) -> Markup {
    let m = lang.messages();
    let mode_wrong = invalid.unknown.iter().any(|name| name == MODE);
    let count = invalid.faults.len() + usize::from(mode_wrong);
    html! {
        .summary role="alert" aria-labelledby="summary-title" {
            h2 #summary-title { (fl!(m, "desk-form-faults", n = count)) }
            ul {
                @for (at, fault) in &invalid.faults {
                    @if let Some(question) = form.questions.get(*at) {
                        li {
                            a href={ "#q" (at + 1) } {
                                (at + 1) ". " (words_of(fault, question, lang))
                            }
                        }
                    }
                }
                @if mode_wrong { li { a href="#mode" { (fl!(m, "paper-wrong-key")) } } }
            }
        }
    }
}

/// What is wrong with a line, in the words of whoever keys.
fn words_of(fault: &Fault, question: &Question, lang: Lang) -> String {
    let m = lang.messages();
    match fault {
        Fault::Missing => fl!(m, "paper-missing"),
        Fault::UnknownOption => fl!(m, "paper-wrong-key"),
        _ => fault_words(fault, question, lang),
    }
}

/// The fault of the question at this position.
pub fn fault_at(invalid: Option<&Invalid>, at: usize) -> Option<&Fault> {
    invalid?.faults.iter().find(|(other, _)| *other == at).map(|(_, fault)| fault)
}

/// For each question whether it is asked after what was typed; before anything is, nobody can say.
pub fn asked(form: &Questionnaire, typed: Option<&Typed>) -> Vec<bool> {
    let Some(typed) = typed else { return vec![true; form.questions.len()] };
    keying::asked(form, |id| typed.get(id).map_or("", String::as_str))
}

fn line(
    lang: Lang,
    lines: &Lines<'_>,
    at: usize,
    question: &Question,
    ruled_out: bool,
    focus: bool,
) -> Markup {
    let fault = fault_at(lines.invalid, at);
    let value = typed(lines, &question.id);
    let line = Line { lang, words: lines.words, places: lines.places, form: lines.form, at, question };
    line.draw(&Keyed { value, ruled_out, fault, focus }, &html! {})
}

/// The line of a question, on this page and on the one that compares.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Language.
    pub lang: Lang,
    /// The language of the paper.
    pub words: Lang,
    /// What the placeholders of the wording stand for.
    pub places: Places<'a>,
    /// The form.
    pub form: &'a Questionnaire,
    /// Where the question stands in it, counted from 0.
    pub at: usize,
    /// The question.
    pub question: &'a Question,
}

/// What is in a line.
#[derive(Debug, Clone, Copy)]
pub struct Keyed<'a> {
    /// What was typed.
    pub value: &'a str,
    /// Whether the answers before it rule the question out.
    pub ruled_out: bool,
    /// What is wrong with it.
    pub fault: Option<&'a Fault>,
    /// Whether the cursor starts here.
    pub focus: bool,
}

impl Line<'_> {
    /// The line; `between` stands between the question and its field.
    pub fn draw(&self, keyed: &Keyed<'_>, between: &Markup) -> Markup {
        let Line { lang, words, places, form, at, question } = *self;
        let n = at + 1;
        // Something typed where nothing is asked is a slip that must not go unseen.
        let ruled_out = keyed.ruled_out || keyed.fault == Some(&Fault::NotAsked);
        let extra = ruled_out && !matches!(keyed.value.trim(), "" | keying::BLANK);
        let rule = question.asked_if.as_ref();
        let other = keyed.fault.filter(|fault| **fault != Fault::NotAsked);
        let in_keys = rule.and_then(|rule| serde_json::to_string(&keying::rule(form, rule)).ok());
        let only = rule::own(form, question).map(|rule| rule::words(rule, form, words, &places));
        let by = [
            (question.kind != Kind::Text).then(|| format!("k{n}")),
            only.as_ref().map(|_| format!("o{n}")),
            rule.map(|_| format!("e{n}")),
            other.map(|_| format!("f{n}")),
        ];
        let by = by.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let by = (!by.is_empty()).then_some(by);
        let invalid = (keyed.fault.is_some() || extra).then_some("true");
        html! {
            .line.wrong[keyed.fault.is_some()].extra[extra].passed[ruled_out && !extra] data-asked-if=[in_keys] {
                .ask {
                    label for={ "q" (n) } {
                        span.n { (n) "." }
                        span.name lang=(words.code()) { (places.fill(words.pick(&question.text))) }
                    }
                    @if let Some(rule) = only {
                        p.only #{ "o" (n) } lang=(words.code()) {
                            (fl!(words.messages(), "respond-only-question", rule = rule))
                        }
                    }
                    @if rule.is_some() {
                        p.fault.away #{ "e" (n) } hidden[!extra] { (fl!(lang.messages(), "paper-not-asked")) }
                    }
                    @if let Some(fault) = other { p.fault #{ "f" (n) } { (words_of(fault, question, lang)) } }
                }
                (between)
                @if question.kind == Kind::Text {
                    textarea #{ "q" (n) } name=(question.id) rows="2" maxlength=(question.max_length)
                        autofocus[keyed.focus] aria-describedby=[by] aria-invalid=[invalid] { "\n" (keyed.value) }
                } @else {
                    input #{ "q" (n) } name=(question.id) inputmode="numeric" value=(keyed.value)
                        autofocus[keyed.focus] pattern=[keying::pattern(question)]
                        data-several=[keying::several(question).map(|joined| if joined { "joined" } else { "apart" })]
                        aria-describedby=[by] aria-invalid=[invalid];
                    (self.keys())
                }
                @if rule.is_some() { p.skipped { (fl!(lang.messages(), "desk-paper-skipped")) } }
            }
        }
    }

    /// The numbers of the question's options.
    fn keys(&self) -> Markup {
        let Line { lang, words, places, question, .. } = *self;
        let (from, to) = question.range;
        html! {
            p.keys #{ "k" (self.at + 1) } lang=(words.code()) {
                @if question.kind == Kind::Number {
                    @if from > i32::MIN + 1 && to < i32::MAX { (from) "–" (to) }
                }
                @for (key, option) in keying::keys(question).iter().zip(&question.options) {
                    span { b { (key) } " " (places.fill(words.pick(&option.label))) } " "
                }
                @if question.kind == Kind::Multiple {
                    span lang=(lang.code()) { (fl!(lang.messages(), "paper-several")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_type_the_same_words_differently() {
        assert_eq!(plain("Nhanh,  gọn.\n"), plain("nhanh gọn"));
        assert_ne!(plain("Nhanh"), plain("Chậm"));
        assert_eq!(printed(7), "0007");
        assert_eq!(printed(12_345), "12345");
    }
}
