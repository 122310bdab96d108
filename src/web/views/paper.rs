//! A questionnaire as its paper form: the same questions, numbers, rules and wording, for [`crate::distribution::pdf`].

use i18n_embed_fl::fl;

use crate::{
    definition::model::{Kind, Text},
    distribution::pdf::paper::{Block, Choice, Form, Question, Section, Words},
    language::Lang,
    organisation::Mode,
    questionnaire::{self, Questionnaire, keying},
};

use super::{
    components::Places,
    mode,
    notice::{self, Facts},
    rule,
};

/// Most and fewest options of a scale whose questions stand in a table.
const TABLE: std::ops::RangeInclusive<usize> = 3..=7;
/// Characters that a line on paper has room for.
const LINE: usize = 90;
/// Most lines to write on.
const LINES: usize = 4;

/// What stands around the questions. `codes` is what tells the sheet from those of other places.
pub fn words(facts: &Facts<'_>, codes: String, demonstration: bool) -> Words {
    let (lang, places) = (facts.lang, &facts.places);
    let m = lang.messages();
    Words {
        campaign: lang.pick(&facts.campaign.title).to_owned(),
        title: places.fill(lang.pick(&facts.questionnaire.title)),
        unit: places.unit.to_owned(),
        counter: places.counter.unwrap_or_default().to_owned(),
        codes,
        introduction: notice::on_paper(facts),
        how: fl!(m, "respond-paper-how"),
        sheet: fl!(m, "respond-paper-sheet"),
        page: fl!(m, "respond-paper-page"),
        number: fl!(m, "respond-paper-number"),
        several: fl!(m, "respond-paper-several"),
        optional: fl!(m, "respond-paper-optional"),
        thanks: fl!(m, "respond-paper-thanks"),
        logo: fl!(m, "respond-poster-logo"),
        demonstration: demonstration.then(|| fl!(m, "respond-demonstration")),
    }
}

/// The questions.
pub fn form(form: &Questionnaire, lang: Lang, places: &Places<'_>) -> Form {
    let m = lang.messages();
    let words = |text: &Text| places.fill(lang.pick(text));
    let mut sections: Vec<Section> = form
        .sections
        .iter()
        .enumerate()
        .map(|(at, section)| Section {
            title: words(&section.title),
            text: section.text.as_ref().map(words),
            rule: section
                .asked_if
                .as_ref()
                .map(|rule| fl!(m, "respond-only-section", rule = rule::words(rule, form, lang, places))),
            blocks: blocks(form, at, lang, places),
        })
        .collect();
    if form.asks_mode {
        sections.push(Section { title: String::new(), text: None, rule: None, blocks: vec![who(lang)] });
    }
    Form { sections }
}

fn blocks(form: &Questionnaire, section: usize, lang: Lang, places: &Places<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (at, asked) in form.questions.iter().enumerate().filter(|(_, question)| question.section == section) {
        let options = choices(asked, lang, places);
        let question = question(form, at, asked, lang, places);
        let scale = asked.kind == Kind::Single && TABLE.contains(&options.len());
        match blocks.last_mut() {
            Some(block) if scale && block.table && block.options == options => block.questions.push(question),
            _ => blocks.push(Block { table: scale, options, questions: vec![question] }),
        }
    }
    // A table of one row says less than its options one below the other.
    for block in &mut blocks {
        block.table &= block.questions.len() > 1;
    }
    blocks
}

fn choices(question: &questionnaire::Question, lang: Lang, places: &Places<'_>) -> Vec<Choice> {
    keying::keys(question)
        .into_iter()
        .zip(&question.options)
        .map(|(key, option)| Choice { key, label: places.fill(lang.pick(&option.label)) })
        .collect()
}

fn question(
    form: &Questionnaire,
    at: usize,
    question: &questionnaire::Question,
    lang: Lang,
    places: &Places<'_>,
) -> Question {
    let m = lang.messages();
    Question {
        number: Some(at + 1),
        text: places.fill(lang.pick(&question.text)),
        help: question.help.as_ref().map(|help| places.fill(lang.pick(help))),
        rule: rule::own(form, question)
            .map(|rule| fl!(m, "respond-only-question", rule = rule::words(rule, form, lang, places))),
        kind: match question.kind {
            Kind::Single => "single",
            Kind::Multiple => "multiple",
            Kind::Number => "number",
            Kind::Text => "text",
        },
        optional: !question.required,
        lines: if question.kind == Kind::Text {
            question.max_length.div_ceil(LINE).clamp(1, LINES)
        } else {
            0
        },
    }
}

/// Who filled in the form.
fn who(lang: Lang) -> Block {
    let options = Mode::ASKED
        .into_iter()
        .map(|mode| Choice { key: mode.byte().to_string(), label: mode::words(lang, mode) })
        .collect();
    let question = Question {
        number: None,
        text: fl!(lang.messages(), "respond-mode"),
        help: None,
        rule: None,
        kind: "single",
        optional: true,
        lines: 0,
    };
    Block { table: false, options, questions: vec![question] }
}
