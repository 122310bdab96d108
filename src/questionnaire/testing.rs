//! Questionnaires for the tests of this folder, written short.

use proptest::prelude::*;

use super::Questionnaire;
use crate::definition::{
    model::{Condition, Definition, In, Kind, Not, OtherQuestion, ScaleOption, Section},
    parse,
};

const SMALL: &str = include_str!("../../tests/definitions/small/1.2.toml");

/// The small definition.
pub(super) fn small() -> Definition {
    parse("small/1.2.toml", SMALL).unwrap().definition
}

/// A form of the small definition.
pub(super) fn small_form(form: &str) -> Questionnaire {
    Questionnaire::generate(&small(), form).unwrap()
}

const ROTATED: &str = include_str!("../../tests/definitions/rotated/1.0.toml");

/// A questionnaire that asks two of its modules a, b and c.
pub(super) fn rotated() -> Questionnaire {
    Questionnaire::generate(&parse("rotated/1.0.toml", ROTATED).unwrap().definition, "f").unwrap()
}

/// A questionnaire that asks these questions in order. `options = "abc"` is three options by one-letter code; texts are
/// added.
pub(super) fn questionnaire(questions: &str) -> Questionnaire {
    let mut table: toml::Table = questions.parse().unwrap();
    let text = || toml::Value::Table(toml::Table::from_iter([("vi".to_owned(), toml::Value::from("x"))]));
    let list = table.remove("question").unwrap();
    let questions: Vec<OtherQuestion> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|question| {
            let mut question = question.as_table().unwrap().clone();
            question.insert("text".to_owned(), text());
            let codes = question.remove("options").map(|codes| codes.as_str().unwrap().to_owned());
            let mut question: OtherQuestion = question.try_into().unwrap();
            question.options =
                codes.unwrap_or_default().chars().map(|code| option(&code.to_string())).collect();
            question
        })
        .collect();
    of(questions)
}

/// A skip rule as a definition writes it.
pub(super) fn condition(rule: &str) -> Condition {
    #[derive(serde::Deserialize)]
    struct Rule {
        rule: Condition,
    }
    toml::from_str::<Rule>(&format!("rule = {rule}")).unwrap().rule
}

fn option(code: &str) -> ScaleOption {
    let label = [("vi".to_owned(), code.to_owned())].into();
    ScaleOption { code: code.to_owned(), label, satisfied: false, score: None, missing: false }
}

fn of(questions: Vec<OtherQuestion>) -> Questionnaire {
    let mut definition = small();
    let form = &mut definition.forms[0];
    form.sections = vec![Section {
        title: [("vi".to_owned(), "x".to_owned())].into(),
        text: None,
        module: None,
        ask: questions.iter().map(|question| question.id.clone()).collect(),
        asked_if: None,
    }];
    definition.questions = questions;
    Questionnaire::generate(&definition, "full").unwrap()
}

/// Any questionnaire: all kinds, 2 to 250 options, rules on earlier questions.
pub(super) fn any_questionnaire() -> impl Strategy<Value = Questionnaire> {
    let options = prop_oneof![4 => 2..12_usize, 1 => 240..=250_usize];
    let rule = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>());
    let question = (0..4_usize, options, any::<bool>(), prop::option::of(rule), any::<(i32, i32)>());
    prop::collection::vec(question, 1..12).prop_map(|drawn| {
        let mut questions: Vec<OtherQuestion> = Vec::new();
        for (at, (kind, options, required, rule, (a, b))) in drawn.into_iter().enumerate() {
            let kind = [Kind::Single, Kind::Multiple, Kind::Text, Kind::Number][kind];
            let earlier: Vec<&OtherQuestion> = questions.iter().filter(|q| !q.options.is_empty()).collect();
            let asked_if = rule.filter(|_| !earlier.is_empty()).map(|(question, code, not)| {
                let question = question.get(&earlier);
                let codes = vec![code.get(&question.options).code.clone()];
                let rule = Condition::In(In { question: question.id.clone(), codes });
                if not { Condition::Not(Not { not: Box::new(rule) }) } else { rule }
            });
            let choice = matches!(kind, Kind::Single | Kind::Multiple);
            questions.push(OtherQuestion {
                id: format!("q{at}"),
                kind,
                text: [("vi".to_owned(), "x".to_owned())].into(),
                help: None,
                scale: None,
                options: (0..if choice { options } else { 0 }).map(|n| option(&format!("o{n}"))).collect(),
                required,
                asked_if,
                max_length: None,
                min: (kind == Kind::Number).then_some(a.min(b).max(i32::MIN + 1)),
                max: (kind == Kind::Number).then_some(a.max(b).max(i32::MIN + 1)),
            });
        }
        of(questions)
    })
}
