//! Skip rules in words, for readers whose browser cannot hide what is not asked.

use i18n_embed_fl::fl;

use crate::{
    definition::model::{Condition, In},
    language::Lang,
    questionnaire::{Question, Questionnaire},
};

use super::components::Places;

/// A question's own rule: without the part that its section already says.
pub fn own<'q>(questionnaire: &'q Questionnaire, question: &'q Question) -> Option<&'q Condition> {
    let rule = question.asked_if.as_ref()?;
    let Some(section) = questionnaire.sections.get(question.section).and_then(|s| s.asked_if.as_ref()) else {
        return Some(rule);
    };
    match rule {
        rule if rule == section => None,
        Condition::All(both) => match both.all.as_slice() {
            [first, second] if first == section => Some(second),
            _ => Some(rule),
        },
        _ => Some(rule),
    }
}

/// The rule as the rest of a sentence that begins with "if": "in question 14 you chose “Yes”".
pub fn words(rule: &Condition, questionnaire: &Questionnaire, lang: Lang, places: &Places<'_>) -> String {
    let messages = lang.messages();
    let list = |rules: &[Condition], joint: String| {
        let parts: Vec<String> = rules
            .iter()
            .map(|rule| match (rule, words(rule, questionnaire, lang, places)) {
                (Condition::All(_) | Condition::Any(_), inner) if rules.len() > 1 => format!("({inner})"),
                (_, inner) => inner,
            })
            .collect();
        parts.join(&format!(" {joint} "))
    };
    match rule {
        Condition::In(rule) => {
            let (number, options) = named(rule, questionnaire, lang, places);
            fl!(messages, "respond-rule-in", number = number, options = options)
        }
        Condition::All(rule) => list(&rule.all, fl!(messages, "respond-and")),
        Condition::Any(rule) => list(&rule.any, fl!(messages, "respond-or")),
        Condition::Not(rule) => match rule.not.as_ref() {
            Condition::In(rule) => {
                let (number, options) = named(rule, questionnaire, lang, places);
                fl!(messages, "respond-rule-not-in", number = number, options = options)
            }
            rule => {
                let inner = words(rule, questionnaire, lang, places);
                fl!(messages, "respond-rule-not", rule = inner)
            }
        },
    }
}

/// The number of a rule's question, counted from 1, and its options as the reader sees them.
fn named(rule: &In, questionnaire: &Questionnaire, lang: Lang, places: &Places<'_>) -> (usize, String) {
    let question = questionnaire.question(&rule.question);
    let options: Vec<String> = rule
        .codes
        .iter()
        .map(|code| {
            let option = question.and_then(|q| q.choice(code).and_then(|at| q.options.get(at)));
            let label = option.map_or_else(|| code.clone(), |option| places.fill(lang.pick(&option.label)));
            format!("“{label}”")
        })
        .collect();
    let or = format!(" {} ", fl!(lang.messages(), "respond-or"));
    (questionnaire.position(&rule.question).map_or(0, |at| at + 1), options.join(&or))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{PLACES, small, visit};
    use super::*;

    fn rule(toml: &str) -> Condition {
        #[derive(serde::Deserialize)]
        struct Rule {
            rule: Condition,
        }
        toml::from_str::<Rule>(&format!("rule = {toml}")).unwrap().rule
    }

    #[test]
    fn a_rule_names_the_question_by_number_and_the_options_by_their_words() {
        let form = small("counter");
        let says = |toml: &str, lang| words(&rule(toml), &form, lang, &PLACES);
        let seats = r#"{ question = "access.seats", in = ["1", "na"] }"#;
        assert_eq!(says(seats, Lang::VI), "ở câu 1 Ông/Bà chọn “Không hài lòng” hoặc “Không biết”");
        assert_eq!(says(seats, Lang::EN), "in question 1 you chose “Dissatisfied” or “Don't know”");
        assert_eq!(
            says(&format!("{{ not = {seats} }}"), Lang::VI),
            "ở câu 1 Ông/Bà không chọn “Không hài lòng” hoặc “Không biết”"
        );
    }

    #[test]
    fn combined_rules_keep_their_brackets() {
        let a = r#"{ question = "access.seats", in = ["1"] }"#;
        let b = r#"{ question = "feedback.given", in = ["yes"] }"#;
        let both = rule(&format!("{{ any = [{a}, {{ all = [{b}, {{ not = {{ any = [{a}] }} }}] }}] }}"));
        assert_eq!(
            words(&both, &small("counter"), Lang::EN, &PLACES),
            "in question 1 you chose “Dissatisfied” or (in question 2 you chose “Yes” and not \
             (in question 1 you chose “Dissatisfied”))"
        );
    }

    #[test]
    fn a_question_does_not_repeat_its_section_s_rule() {
        let form = visit();
        assert_eq!(own(&form, form.question("feedback.told").unwrap()), None);
        assert_eq!(own(&form, form.question("overall").unwrap()), None);
        let form = small("counter");
        let given = rule(r#"{ question = "feedback.given", in = ["yes"] }"#);
        assert_eq!(own(&form, form.question("feedback.handled").unwrap()), Some(&given));
    }
}
