//! The generated questionnaire: questions in the order asked, each with its place in a packed row.

use std::collections::BTreeMap;

use super::rotation::{Module, Rotation};
use crate::definition::{
    faces, length,
    model::{All, Audience, Condition, Definition, Kind, Text},
    rotation,
};

/// A questionnaire generated from one form of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Questionnaire {
    /// Id of the definition.
    pub id: String,
    /// Version of the definition.
    pub version: String,
    /// Id of the form.
    pub form: String,
    /// Language codes, the fallback first.
    pub languages: Vec<String>,
    /// Title.
    pub title: Text,
    /// The notice before the first question.
    pub introduction: Text,
    /// Minutes it takes.
    pub minutes: u32,
    /// The target, 0..1.
    pub target: f64,
    /// Sections in order; each question names its section by position.
    pub sections: Vec<Section>,
    /// Questions in the order asked.
    pub questions: Vec<Question>,
    /// Length of a packed row, in bytes.
    pub width: usize,
    /// The modules of which each respondent is asked some; absent where everybody is asked everything, and in a
    /// [variant](Self::variant).
    pub rotation: Option<Rotation>,
    /// Whether those who answer without a personal link may say who filled in the form.
    pub asks_mode: bool,
    /// In a variant: the questions of modules that it does not ask.
    pub(super) left_out: Vec<Question>,
    pub(super) by_id: BTreeMap<String, usize>,
}

/// A section of the questionnaire.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Heading.
    pub title: Text,
    /// Text below the heading.
    pub text: Option<Text>,
    /// When the whole section is asked; already part of its questions' own conditions.
    pub asked_if: Option<Condition>,
    /// The module it belongs to, by position in the rotation.
    pub module: Option<usize>,
}

/// A question as asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Id and form field name.
    pub id: String,
    /// The dimension it counts in; absent beside the index.
    pub dimension: Option<String>,
    /// Short name for reports (criteria), else the wording.
    pub name: Text,
    /// Wording.
    pub text: Text,
    /// Help below it.
    pub help: Option<Text>,
    /// Kind of answer.
    pub kind: Kind,
    /// Whether an answer must be given when it is asked.
    pub required: bool,
    /// Options of `single` and `multiple`.
    pub options: Vec<Choice>,
    /// When it is asked: its own condition and its section's together.
    pub asked_if: Option<Condition>,
    /// Position of its section.
    pub section: usize,
    /// The module it belongs to, by position in the rotation; absent: asked of everybody.
    pub module: Option<usize>,
    /// Longest text, in characters.
    pub max_length: usize,
    /// Smallest and largest number.
    pub range: (i32, i32),
    /// First byte of its answer in a packed row.
    pub offset: usize,
    /// Bytes of its answer in a packed row; 0 for text, which is kept apart.
    pub bytes: usize,
}

/// An option.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Code sent and exported.
    pub code: String,
    /// Words.
    pub label: Text,
    /// Counts as satisfied.
    pub satisfied: bool,
    /// Score 0..1.
    pub score: Option<f64>,
    /// Outside the index.
    pub missing: bool,
    /// The face beside the words, from 1 (worst) to 5 (best), for those who ask for pictures.
    pub face: Option<u8>,
}

/// Longest text where the definition gives no limit, in characters.
pub const DEFAULT_MAX_LENGTH: usize = 1_000;

impl Questionnaire {
    /// Generates the questionnaire of a form; `None` if the definition has no such form.
    ///
    /// The definition has passed `definition::check`: references that lead nowhere are left out.
    pub fn generate(definition: &Definition, form: &str) -> Option<Self> {
        let form = definition.forms.iter().find(|f| f.id == form)?;
        let mut questions = Vec::new();
        let mut offset = 0;
        let names = rotation::modules(form);
        let module = |section: &crate::definition::model::Section| {
            let name = section.module.as_deref().filter(|_| form.rotation.is_some())?;
            names.iter().position(|other| *other == name)
        };
        for (section, part) in form.sections.iter().enumerate() {
            for id in &part.ask {
                let Some(mut question) = lay_out(definition, id) else { continue };
                if let Some(wording) = form.wording.get(id) {
                    question.text = wording.clone();
                }
                question.section = section;
                question.module = module(part);
                question.asked_if = both(part.asked_if.clone(), question.asked_if.take());
                question.offset = offset;
                offset += question.bytes;
                questions.push(question);
            }
        }
        Some(Self {
            id: definition.id.clone(),
            version: definition.version.clone(),
            form: form.id.clone(),
            languages: definition.languages.clone(),
            title: form.title.clone().unwrap_or_else(|| definition.title.clone()),
            introduction: form.introduction.clone(),
            minutes: length::stated(definition, form),
            target: form.target.unwrap_or(definition.index.target),
            sections: form
                .sections
                .iter()
                .map(|s| Section {
                    title: s.title.clone(),
                    text: s.text.clone(),
                    asked_if: s.asked_if.clone(),
                    module: module(s),
                })
                .collect(),
            rotation: form.rotation.map(|rotation| Rotation {
                ask: rotation.ask as usize,
                modules: names.iter().map(|name| Module::new(name, form)).collect(),
            }),
            left_out: Vec::new(),
            asks_mode: definition.audience == Audience::Citizens && form.ask_mode.unwrap_or(true),
            by_id: by_id(&questions),
            questions,
            width: offset,
        })
    }

    /// Position of the question with this id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.position(id).and_then(|at| self.questions.get(at))
    }
}

impl Question {
    /// Position of the option with this code.
    pub fn choice(&self, code: &str) -> Option<usize> {
        self.options.iter().position(|o| o.code == code)
    }
}

/// Positions of questions by their ids.
pub(super) fn by_id(questions: &[Question]) -> BTreeMap<String, usize> {
    questions.iter().enumerate().map(|(at, q)| (q.id.clone(), at)).collect()
}

fn both(a: Option<Condition>, b: Option<Condition>) -> Option<Condition> {
    match (a, b) {
        (Some(a), Some(b)) => Some(Condition::All(All { all: vec![a, b] })),
        (a, b) => a.or(b),
    }
}

/// Bytes of a packed answer: one for a single choice, a bit per option (and one for "was asked") for a multiple
/// choice, four for a number.
const fn width(kind: Kind, options: usize) -> usize {
    match kind {
        Kind::Single => 1,
        Kind::Multiple => (options + 8) / 8,
        Kind::Number => 4,
        Kind::Text => 0,
    }
}

fn lay_out(definition: &Definition, id: &str) -> Option<Question> {
    let options = |scale: &str| -> Vec<Choice> {
        let Some(scale) = definition.scales.get(scale) else { return Vec::new() };
        let faces = faces::of(scale, definition.audience);
        scale.options.iter().zip(faces).map(|(option, face)| Choice { face, ..option.into() }).collect()
    };
    if let Some(c) = definition.criteria.iter().find(|c| c.id == id) {
        return Some(Question {
            id: c.id.clone(),
            dimension: Some(c.dimension.clone()),
            name: c.name.clone(),
            text: c.text.clone(),
            help: c.help.clone(),
            kind: Kind::Single,
            required: c.required,
            options: options(&c.scale),
            asked_if: c.asked_if.clone(),
            section: 0,
            module: None,
            max_length: 0,
            range: (0, 0),
            offset: 0,
            bytes: width(Kind::Single, 0),
        });
    }
    let q = definition.questions.iter().find(|q| q.id == id)?;
    let options: Vec<Choice> =
        q.scale.as_deref().map_or_else(|| q.options.iter().map(Choice::from).collect(), options);
    Some(Question {
        id: q.id.clone(),
        dimension: None,
        name: q.text.clone(),
        text: q.text.clone(),
        help: q.help.clone(),
        kind: q.kind,
        required: q.required,
        asked_if: q.asked_if.clone(),
        section: 0,
        module: None,
        max_length: q.max_length.map_or(DEFAULT_MAX_LENGTH, |n| n as usize),
        // The smallest i32 stands for "no number" in a packed row.
        range: (q.min.unwrap_or(i32::MIN).max(i32::MIN + 1), q.max.unwrap_or(i32::MAX)),
        offset: 0,
        bytes: width(q.kind, options.len()),
        options,
    })
}

impl From<&crate::definition::model::ScaleOption> for Choice {
    fn from(option: &crate::definition::model::ScaleOption) -> Self {
        Self {
            code: option.code.clone(),
            label: option.label.clone(),
            satisfied: option.satisfied,
            score: option.score,
            missing: option.missing,
            face: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{condition, small, small_form};
    use super::*;

    #[test]
    fn a_form_asks_its_questions_in_its_order_and_no_others() {
        let ids =
            |form: &str| -> Vec<String> { small_form(form).questions.into_iter().map(|q| q.id).collect() };
        assert_eq!(ids("counter"), ["access.seats", "feedback.given", "feedback.handled", "comment"]);
        assert_eq!(ids("full").len(), 8);
        assert!(Questionnaire::generate(&small(), "none").is_none());
    }

    #[test]
    fn a_form_may_have_its_own_title_target_and_wording() {
        let (full, counter) = (small_form("full"), small_form("counter"));
        assert_eq!((full.target, counter.target), (0.9, 0.8));
        assert_eq!(
            (full.title["en"].as_str(), counter.title["en"].as_str()),
            ("Test form", "At the counter")
        );
        let seats = |form: &Questionnaire| form.question("access.seats").unwrap().text["en"].clone();
        assert_eq!(seats(&full), "Enough seats?");
        assert_eq!(seats(&counter), "Enough seats at the counter?");
    }

    #[test]
    fn a_question_is_asked_under_its_section_s_rule_and_its_own() {
        let form = small_form("counter");
        let section = r#"{ question = "access.seats", in = ["1", "2"] }"#;
        let own = r#"{ question = "feedback.given", in = ["yes"] }"#;
        let rule = |id: &str| form.question(id).unwrap().asked_if.clone();
        assert_eq!(rule("comment"), Some(condition(section)));
        assert_eq!(rule("feedback.handled"), Some(condition(&format!("{{ all = [{section}, {own}] }}"))));
        assert_eq!(rule("access.seats"), None);
    }

    #[test]
    fn each_answer_has_its_own_bytes_in_a_row() {
        let form = small_form("full");
        let mut free = 0;
        for question in &form.questions {
            assert_eq!(question.offset, free, "{}", question.id);
            free += question.bytes;
        }
        assert_eq!(free, form.width);
        // Five choices, one byte for three options and "was asked", four for a number, none for text.
        assert_eq!(form.width, 5 + 1 + 4);
        assert_eq!(width(Kind::Multiple, 7), 1);
        assert_eq!(width(Kind::Multiple, 8), 2);
    }

    #[test]
    fn options_come_from_the_scale_or_the_question() {
        let form = small_form("full");
        let seats = form.question("access.seats").unwrap();
        assert_eq!((seats.choice("na"), seats.choice("3")), (Some(2), None));
        assert!(
            seats.options[1].satisfied && seats.options[2].missing && seats.options[0].score == Some(0.2)
        );
        assert_eq!(form.question("channels").unwrap().choice("post"), Some(2));
        assert_eq!(form.question("visits").unwrap().range, (1, 20));
        assert_eq!(form.question("comment").unwrap().max_length, 40);
    }
}
