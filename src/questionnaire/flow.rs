//! Skip rules: which questions are asked, given the answers so far.

use crate::definition::model::Condition;

use super::{
    answers::Answer,
    form::{Question, Questionnaire},
};

/// Whether a question is asked, given the answers to those before it.
pub fn is_asked(question: &Question, questionnaire: &Questionnaire, answers: &[Option<Answer>]) -> bool {
    question.asked_if.as_ref().is_none_or(|rule| holds(rule, questionnaire, answers))
}

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

#[cfg(test)]
mod tests {
    use super::super::testing::{condition, questionnaire};
    use super::*;

    /// Whether the rule holds when q1 (single a, b, c) and q2 (multiple a, b, c) are answered so.
    fn holds_with(rule: &str, q1: Option<usize>, q2: &[usize]) -> bool {
        let questionnaire = questionnaire(
            r#"
            [[question]]
            id = "q1"
            kind = "single"
            options = "abc"
            [[question]]
            id = "q2"
            kind = "multiple"
            options = "abc"
            "#,
        );
        let answers = [q1.map(Answer::Single), (!q2.is_empty()).then(|| Answer::Multiple(q2.to_vec()))];
        holds(&condition(rule), &questionnaire, &answers)
    }

    #[test]
    fn a_rule_holds_for_any_of_its_codes() {
        let rule = r#"{ question = "q1", in = ["a", "c"] }"#;
        assert!(holds_with(rule, Some(0), &[]) && holds_with(rule, Some(2), &[]));
        assert!(!holds_with(rule, Some(1), &[]));
        let rule = r#"{ question = "q2", in = ["a", "c"] }"#;
        assert!(holds_with(rule, None, &[1, 2]) && !holds_with(rule, None, &[1]));
    }

    #[test]
    fn a_blank_or_unknown_question_answers_no_rule() {
        assert!(!holds_with(r#"{ question = "q1", in = ["a"] }"#, None, &[]));
        assert!(!holds_with(r#"{ question = "gone", in = ["a"] }"#, Some(0), &[0]));
        assert!(holds_with(r#"{ not = { question = "q1", in = ["a"] } }"#, None, &[]));
    }

    #[test]
    fn all_any_and_not_nest() {
        let rule = r#"{ all = [
            { any = [{ question = "q1", in = ["a"] }, { question = "q2", in = ["b"] }] },
            { not = { all = [{ question = "q1", in = ["a"] }, { question = "q2", in = ["c"] }] } },
        ] }"#;
        assert!(holds_with(rule, Some(0), &[]));
        assert!(holds_with(rule, Some(1), &[1]));
        assert!(holds_with(rule, Some(1), &[1, 2]));
        assert!(!holds_with(rule, Some(0), &[2]));
        assert!(!holds_with(rule, Some(2), &[0]));
    }

    #[test]
    fn a_position_beyond_the_options_or_the_answers_holds_nothing() {
        assert!(!holds_with(r#"{ question = "q1", in = ["a", "b", "c"] }"#, Some(9), &[]));
        let questionnaire = questionnaire("[[question]]\nid = \"q1\"\nkind = \"single\"\noptions = \"ab\"");
        assert!(!holds(&condition(r#"{ question = "q1", in = ["a"] }"#), &questionnaire, &[]));
    }
}
