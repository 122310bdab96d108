//! Skip rules: which questions are asked, given the answers so far.

use crate::definition::model::Condition;

use super::{answers::Answer, form::Questionnaire};

/// Whether a condition holds for these answers. A question that was ruled out or left blank answers no rule.
pub fn holds(condition: &Condition, questionnaire: &Questionnaire, answers: &[Option<Answer>]) -> bool {
    match condition {
        Condition::In(rule) => {
            let Some(at) = questionnaire.position(&rule.question) else { return false };
            let chosen = |option: usize| {
                questionnaire
                    .questions
                    .get(at)
                    .and_then(|q| q.options.get(option))
                    .is_some_and(|o| rule.codes.contains(&o.code))
            };
            match answers.get(at) {
                Some(Some(Answer::Single(option))) => chosen(*option),
                Some(Some(Answer::Multiple(options))) => options.iter().any(|o| chosen(*o)),
                _ => false,
            }
        }
        Condition::All(rule) => rule.all.iter().all(|c| holds(c, questionnaire, answers)),
        Condition::Any(rule) => rule.any.iter().any(|c| holds(c, questionnaire, answers)),
        Condition::Not(rule) => !holds(&rule.not, questionnaire, answers),
    }
}
