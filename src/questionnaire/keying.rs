//! Answers as they are marked on paper and keyed in: each option has a number of one or two digits, printed beside its
//! box. The paper form and the page where it is keyed in take the numbers from here, so that they cannot differ.

use std::collections::BTreeSet;

use super::{Answer, Answers, Invalid, Question, Questionnaire};
use crate::definition::model::{All, Any, Condition, In, Kind, Not};

/// What is keyed for a question that the sheet leaves blank or answers in a way that cannot be read. Nothing keyed at
/// all is a question overlooked by whoever keys.
pub const BLANK: &str = "-";

/// The number of "don't know", where it is free: nobody takes it for the next step of a scale.
const MISSING: usize = 9;

/// The numbers of a question's options, in their order. Codes that are numbers stay; others get the first free one, but
/// "don't know" nine.
pub fn keys(question: &Question) -> Vec<String> {
    let is_number =
        |code: &str| matches!(code.len(), 1 | 2) && code.bytes().all(|byte| byte.is_ascii_digit());
    let mut keys: Vec<Option<String>> =
        question.options.iter().map(|option| is_number(&option.code).then(|| option.code.clone())).collect();
    let mut taken: BTreeSet<String> = keys.iter().flatten().cloned().collect();
    if question.options.len() < MISSING
        && let Some(at) =
            question.options.iter().rposition(|option| option.missing && !is_number(&option.code))
        && taken.insert(MISSING.to_string())
        && let Some(key) = keys.get_mut(at)
    {
        *key = Some(MISSING.to_string());
    }
    let mut numbers = 1..;
    for key in keys.iter_mut().filter(|key| key.is_none()) {
        *key =
            numbers.by_ref().map(|number: usize| number.to_string()).find(|number| !taken.contains(number));
    }
    keys.into_iter().flatten().collect()
}

/// The codes of the options that were keyed; what is no number of an option stays as it is, to be found fault with.
fn codes(question: &Question, typed: &str) -> Vec<String> {
    let keys = keys(question);
    let code = |key: &str| {
        let at = keys.iter().position(|other| other == key);
        at.and_then(|at| question.options.get(at)).map(|option| option.code.clone())
    };
    if question.kind == Kind::Single {
        return vec![code(typed).unwrap_or_else(|| typed.to_owned())];
    }
    let one_digit = several(question) == Some(true);
    typed
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | '+' | '/'))
        .filter(|part| !part.is_empty())
        .flat_map(|part| {
            // "135" is 1, 3 and 5 where no option has two digits.
            if one_digit && code(part).is_none() && part.bytes().all(|byte| byte.is_ascii_digit()) {
                part.chars().map(String::from).collect()
            } else {
                vec![part.to_owned()]
            }
        })
        .map(|part| code(&part).unwrap_or(part))
        .collect()
}

/// What stands between the codes of several options in a file.
const BETWEEN: [char; 3] = [';', '|', ' '];

/// The answers of a row of a file, where options stand by their codes, several of them with blanks or semicolons between
/// them; `given` gives what stands there for a question by its id. [`BLANK`] is a question that was asked and left blank.
///
/// # Errors
/// [`Invalid`] with every fault.
pub fn read_coded<'t>(form: &Questionnaire, given: impl Fn(&str) -> &'t str) -> Result<Answers, Invalid> {
    lenient(form, given, |question, text| match question.kind {
        Kind::Multiple => text.split(BETWEEN).filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        _ => vec![text.to_owned()],
    })
}

/// The answers of a sheet; `typed` gives what was keyed for a question by its id. A question that must be answered may
/// be keyed as [`BLANK`]: a sheet cannot be asked again.
///
/// # Errors
/// [`Invalid`] with every fault.
pub fn read<'t>(form: &Questionnaire, typed: impl Fn(&str) -> &'t str) -> Result<Answers, Invalid> {
    lenient(form, typed, codes)
}

/// Positions of the questions of which something was keyed though they are not asked after the answers before them: a slip
/// of whoever keys, or of whoever filled in the sheet, which nothing else would show.
pub fn superfluous<'t>(
    form: &Questionnaire,
    answers: &Answers,
    typed: impl Fn(&str) -> &'t str,
) -> Vec<usize> {
    let keyed = |question: &Question| !matches!(typed(&question.id).trim(), "" | BLANK);
    let asked = form.questions.iter().enumerate();
    asked.filter(|(at, question)| !answers.asked(*at) && keyed(question)).map(|(at, _)| at).collect()
}

/// For each question whether it is asked after what was keyed of those before it, however much is still missing or wrong:
/// what is no option answers no rule.
pub fn asked<'t>(form: &Questionnaire, typed: impl Fn(&str) -> &'t str) -> Vec<bool> {
    let answers = Answers::from_values(form, |_, question| {
        let codes = codes(question, typed(&question.id).trim());
        let mut options = codes.iter().filter_map(|code| question.choice(code));
        match question.kind {
            Kind::Single => options.next().map(Answer::Single),
            Kind::Multiple => Some(Answer::Multiple(options.collect())),
            Kind::Text | Kind::Number => None,
        }
    });
    (0..form.questions.len()).map(|at| answers.asked(at)).collect()
}

/// Positions of the questions of which something was keyed though what was keyed before them rules them out, where other lines
/// are `faulty` (by position): a rule that looks at one of those says nothing yet.
pub fn superfluous_anyway<'t>(
    form: &Questionnaire,
    faulty: &BTreeSet<usize>,
    typed: impl Fn(&str) -> &'t str + Copy,
) -> Vec<usize> {
    let undecided = |question: &Question| {
        let mut named = Vec::new();
        question.asked_if.iter().for_each(|rule| names(rule, &mut named));
        named.into_iter().filter_map(|id| form.position(id)).any(|at| faulty.contains(&at))
    };
    let keyed = |question: &Question| !matches!(typed(&question.id).trim(), "" | BLANK);
    let asked = asked(form, typed);
    form.questions
        .iter()
        .zip(asked)
        .enumerate()
        .filter(|(_, (question, asked))| !asked && keyed(question) && !undecided(question))
        .map(|(at, _)| at)
        .collect()
}

/// The questions that a rule looks at.
fn names<'c>(rule: &'c Condition, found: &mut Vec<&'c str>) {
    match rule {
        Condition::In(rule) => found.push(&rule.question),
        Condition::All(rules) => rules.all.iter().for_each(|rule| names(rule, found)),
        Condition::Any(rules) => rules.any.iter().for_each(|rule| names(rule, found)),
        Condition::Not(rule) => names(&rule.not, found),
    }
}

/// A rule with the numbers that are keyed in place of the options' codes, for a browser that sees nothing else.
pub fn rule(form: &Questionnaire, condition: &Condition) -> Condition {
    let each = |rules: &[Condition]| rules.iter().map(|inner| rule(form, inner)).collect();
    match condition {
        Condition::In(In { question, codes }) => {
            let asked = form.question(question);
            let numbers = asked.map(keys).unwrap_or_default();
            let number = |code: &String| numbers.get(asked?.choice(code)?).cloned();
            let codes = codes.iter().filter_map(number).collect();
            Condition::In(In { question: question.clone(), codes })
        }
        Condition::All(rules) => Condition::All(All { all: each(&rules.all) }),
        Condition::Any(rules) => Condition::Any(Any { any: each(&rules.any) }),
        Condition::Not(inner) => Condition::Not(Not { not: Box::new(rule(form, &inner.not)) }),
    }
}

/// The numbers of the options that were keyed for a question, without what is no option's.
pub fn chosen(question: &Question, typed: &str) -> Vec<String> {
    let keys = keys(question);
    let key = |code: &String| keys.get(question.choice(code)?).cloned();
    codes(question, typed.trim()).iter().filter_map(key).collect()
}

/// How several options of a question are typed: `Some(true)` in one go (`135`), `Some(false)` with something between them;
/// `None` where one is chosen.
pub fn several(question: &Question) -> Option<bool> {
    (question.kind == Kind::Multiple).then(|| keys(question).iter().all(|key| key.len() == 1))
}

/// What may be keyed for a question, as an expression that a browser checks while it is typed; `None` for words.
pub fn pattern(question: &Question) -> Option<String> {
    let keys = keys(question).join("|");
    match question.kind {
        Kind::Single => Some(format!(r"\s*({keys}|-)?\s*")),
        Kind::Multiple => Some(format!(r"[\s,;.+\/]*(({keys})[\s,;.+\/]*)*|\s*-\s*")),
        Kind::Number => Some(r"\s*(-|-?[0-9]+)?\s*".to_owned()),
        Kind::Text => None,
    }
}

fn lenient<'t>(
    form: &Questionnaire,
    typed: impl Fn(&str) -> &'t str,
    codes: impl Fn(&Question, &str) -> Vec<String>,
) -> Result<Answers, Invalid> {
    let mut lenient = form.clone();
    let mut fields: Vec<(String, String)> = Vec::new();
    for question in &mut lenient.questions {
        let keyed = typed(&question.id).trim();
        if keyed == BLANK {
            question.required = false;
            continue;
        }
        match question.kind {
            Kind::Single | Kind::Multiple if !keyed.is_empty() => {
                fields.extend(codes(question, keyed).into_iter().map(|code| (question.id.clone(), code)));
            }
            _ => fields.push((question.id.clone(), keyed.to_owned())),
        }
    }
    Answers::parse(&lenient, fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{
        Answer, Fault,
        testing::{any_questionnaire, questionnaire, small_form},
    };
    use super::*;

    fn choice(kind: &str, options: &str) -> Questionnaire {
        questionnaire(&format!(
            "[[question]]\nid = \"q\"\nkind = \"{kind}\"\noptions = \"{options}\"\nrequired = true"
        ))
    }

    #[test]
    fn codes_that_are_numbers_stay_and_do_not_know_is_nine() {
        let form = small_form("full");
        let seats = form.question("access.seats").unwrap();
        assert!(seats.options[2].missing);
        assert_eq!(keys(seats), ["1", "2", "9"]);
        assert_eq!(keys(form.question("channels").unwrap()), ["1", "2", "3"]);
        assert_eq!(keys(&choice("single", "b2a").questions[0]), ["1", "2", "3"]);
        assert_eq!(keys(&choice("single", "0a1b").questions[0]), ["0", "2", "1", "3"]);
    }

    #[test]
    fn several_options_are_keyed_together_or_apart() {
        let form = choice("multiple", "abcde");
        let chosen = |keyed: &'static str| read(&form, |_| keyed).unwrap().get(0).cloned();
        for keyed in ["135", "1 3 5", "5,1;3", "1, 3, 5 "] {
            assert_eq!(chosen(keyed), Some(Answer::Multiple(vec![0, 2, 4])), "{keyed}");
        }
        let many = choice("multiple", "abcdefghijkl");
        assert_eq!(read(&many, |_| "12").unwrap().get(0), Some(&Answer::Multiple(vec![11])));
        assert_eq!(read(&many, |_| "1 2").unwrap().get(0), Some(&Answer::Multiple(vec![0, 1])));
    }

    #[test]
    fn a_question_overlooked_is_a_fault_and_one_left_blank_is_none() {
        let form = choice("single", "ab");
        assert_eq!(read(&form, |_| "").unwrap_err().faults, [(0, Fault::Missing)]);
        let blank = read(&form, |_| BLANK).unwrap();
        assert!(blank.get(0).is_none() && blank.asked(0));
        assert_eq!(blank.pack(&form), [super::super::answers::BLANK]);
    }

    #[test]
    fn what_is_keyed_after_an_answer_that_rules_it_out_is_found() {
        let form = questionnaire(
            r#"
            [[question]]
            id = "q1"
            kind = "single"
            options = "ab"
            [[question]]
            id = "q2"
            kind = "single"
            options = "ab"
            asked_if = { question = "q1", in = ["a"] }
            "#,
        );
        let found = |q1: &'static str, q2: &'static str| {
            let typed = move |id: &str| if id == "q1" { q1 } else { q2 };
            superfluous(&form, &read(&form, typed).unwrap(), typed)
        };
        assert_eq!(found("2", "1"), [1]);
        assert_eq!((found("1", "1"), found("2", ""), found("2", "-")), (vec![], vec![], vec![]));
    }

    #[test]
    fn what_is_asked_next_is_known_while_other_lines_are_empty_or_wrong() {
        let form = questionnaire(
            r#"
            [[question]]
            id = "q1"
            kind = "multiple"
            options = "abc"
            required = true
            [[question]]
            id = "q2"
            kind = "single"
            options = "ab"
            required = true
            asked_if = { question = "q1", in = ["b", "c"] }
            [[question]]
            id = "q3"
            kind = "text"
            asked_if = { not = { question = "q2", in = ["a"] } }
            "#,
        );
        let asked = |q1: &'static str, q2: &'static str| {
            asked(&form, move |id| match id {
                "q1" => q1,
                "q2" => q2,
                _ => "",
            })
        };
        assert_eq!(asked("", ""), [true, false, true]);
        assert_eq!(asked("17", "1"), [true, false, true], "a question that is ruled out answers no rule");
        assert_eq!(asked(" 13", "8"), [true, true, true]);
        assert_eq!(asked("3", "1"), [true, true, false]);
    }

    #[test]
    fn a_rule_for_the_browser_has_the_numbers_that_are_keyed() {
        let form = questionnaire(
            r#"
            [[question]]
            id = "q1"
            kind = "single"
            options = "xyz"
            [[question]]
            id = "q2"
            kind = "text"
            asked_if = { any = [{ not = { question = "q1", in = ["z", "gone"] } }, { question = "gone", in = ["x"] }] }
            "#,
        );
        let rule = rule(&form, form.questions[1].asked_if.as_ref().unwrap());
        let json = serde_json::to_value(&rule).unwrap();
        let wanted = serde_json::json!({ "any": [
            { "not": { "question": "q1", "in": ["3"] } }, { "question": "gone", "in": [] },
        ] });
        assert_eq!(json, wanted);
    }

    #[test]
    fn a_number_that_no_option_has_is_a_fault() {
        let fault =
            |kind: &str, keyed: &'static str| read(&choice(kind, "abc"), |_| keyed).unwrap_err().faults;
        assert_eq!(fault("single", "4"), [(0, Fault::UnknownOption)]);
        assert_eq!(fault("single", "12"), [(0, Fault::UnknownOption)]);
        assert_eq!(fault("multiple", "14"), [(0, Fault::UnknownOption)]);
        assert_eq!(fault("multiple", ","), [(0, Fault::Missing)]);
    }

    proptest! {
        #[test]
        fn every_option_has_a_number_of_its_own_that_reads_back(form in any_questionnaire()) {
            for question in form.questions.iter().filter(|question| !question.options.is_empty()) {
                let keys = keys(question);
                let mut different = keys.clone();
                different.sort();
                different.dedup();
                prop_assert_eq!(different.len(), question.options.len());
                for (key, option) in keys.iter().zip(&question.options) {
                    prop_assert_eq!(codes(question, key), vec![option.code.clone()]);
                }
            }
        }

        #[test]
        fn what_is_said_to_be_asked_is_asked(form in any_questionnaire(), keyed in "[0-9]{1,2}|-") {
            if let Ok(answers) = read(&form, |_| &keyed) {
                let asked = asked(&form, |_| &keyed);
                prop_assert_eq!(asked, (0..form.questions.len()).map(|at| answers.asked(at)).collect::<Vec<_>>());
            }
        }

        #[test]
        fn h_12_whatever_is_keyed_is_read_or_refused(form in any_questionnaire(), keyed in "\\PC{0,12}|[0-9 ,-]{0,6}") {
            if let Ok(answers) = read(&form, |_| &keyed) {
                prop_assert_eq!(answers.pack(&form).len(), form.width);
            }
        }
    }
}
