//! Random ways through a questionnaire: what a respondent who answers anything would be asked.
//!
//! Shows questions that nobody reaches and how long the form really is; also the source of invented answers in tests.

use rand::{Rng, RngExt};

use crate::definition::model::Kind;

use super::{Answer, Answers, Question, Questionnaire};

/// Chance that a question that needs no answer is left blank.
const BLANK: f64 = 0.25;

/// What many random ways through a questionnaire met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// Number of ways walked.
    pub runs: u64,
    /// How often each question was asked, by position.
    pub asked: Vec<u64>,
    /// Fewest questions asked on one way.
    pub shortest: usize,
    /// Questions asked on the way in the middle.
    pub median: usize,
    /// Most questions asked on one way.
    pub longest: usize,
}

/// Walks `runs` random ways. The same generator in the same state gives the same ways.
pub fn walk(questionnaire: &Questionnaire, runs: u64, rng: &mut impl Rng) -> Ways {
    let mut asked = vec![0; questionnaire.questions.len()];
    // Ways by their length: a form has few lengths, however many runs.
    let mut lengths = vec![0_u64; questionnaire.questions.len() + 1];
    let variants: Vec<Questionnaire> =
        (0..questionnaire.variants()).map(|choice| questionnaire.variant(choice)).collect();
    // Where the questions of each variant stand in the whole questionnaire.
    let places: Vec<Vec<Option<usize>>> = variants
        .iter()
        .map(|variant| {
            variant.questions.iter().map(|question| questionnaire.position(&question.id)).collect()
        })
        .collect();
    for _ in 0..runs {
        // A questionnaire without rotation takes no random number for its only variant.
        let choice = if variants.len() > 1 { rng.random_range(0..variants.len()) } else { 0 };
        let (Some(variant), Some(places)) = (variants.get(choice), places.get(choice)) else { continue };
        let answers = random_answers(variant, rng);
        let mut length = 0;
        for place in places.iter().enumerate().filter(|(at, _)| answers.asked(*at)).map(|(_, place)| *place) {
            if let Some(count) = place.and_then(|place| asked.get_mut(place)) {
                *count += 1;
            }
            length += 1;
        }
        if let Some(count) = lengths.get_mut(length) {
            *count += 1;
        }
    }
    let mut walked = 0;
    let median = lengths.iter().position(|count| {
        walked += count;
        walked * 2 >= runs
    });
    Ways {
        runs,
        asked,
        shortest: lengths.iter().position(|count| *count > 0).unwrap_or(0),
        median: median.unwrap_or(0),
        longest: lengths.iter().rposition(|count| *count > 0).unwrap_or(0),
    }
}

/// Valid answers drawn at random: every option is as likely, what need not be answered is sometimes left blank.
pub fn random_answers(questionnaire: &Questionnaire, rng: &mut impl Rng) -> Answers {
    Answers::from_values(questionnaire, |_, question| random_answer(question, rng))
}

fn random_answer(question: &Question, rng: &mut impl Rng) -> Option<Answer> {
    if !question.required && rng.random_bool(BLANK) {
        return None;
    }
    let options = question.options.len();
    match question.kind {
        Kind::Single | Kind::Multiple if options == 0 => None,
        Kind::Single => Some(Answer::Single(rng.random_range(0..options))),
        Kind::Multiple => {
            let certain = rng.random_range(0..options);
            let chosen = (0..options).filter(|option| *option == certain || rng.random_bool(0.5)).collect();
            Some(Answer::Multiple(chosen))
        }
        Kind::Number => {
            let (min, max) = question.range;
            (min <= max).then(|| Answer::Number(rng.random_range(min..=max)))
        }
        Kind::Text => (question.max_length > 0).then(|| Answer::Text("x".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::testing::{questionnaire, rotated, small_form};
    use super::*;

    #[test]
    fn the_same_seed_walks_the_same_ways() {
        let form = small_form("full");
        let ways = |seed| walk(&form, 200, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(ways(1), ways(1));
        assert_ne!(ways(1), ways(2));
    }

    #[test]
    fn lengths_and_counts_follow_the_rules() {
        let form = small_form("full");
        let ways = walk(&form, 1_000, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!((ways.shortest, ways.median, ways.longest), (6, 8, 8));
        assert_eq!(ways.asked[0], 1_000);
        assert!((400..600).contains(&ways.asked[4]), "{}", ways.asked[4]);
    }

    #[test]
    fn a_rotated_question_is_asked_as_often_as_its_module_and_no_way_has_all() {
        let form = rotated();
        let ways = walk(&form, 3_000, &mut ChaCha8Rng::seed_from_u64(1));
        for (question, asked) in form.questions.iter().zip(&ways.asked) {
            let expected = if question.module.is_some() { 1_900..2_100 } else { 3_000..3_001 };
            assert!(expected.contains(asked), "{}: {asked}", question.id);
        }
        assert_eq!((ways.shortest, ways.longest), (6, 7));
    }

    #[test]
    fn a_question_behind_a_rule_that_never_holds_is_never_asked() {
        let form = questionnaire(
            r#"
            [[question]]
            id = "a"
            kind = "single"
            options = "xy"
            [[question]]
            id = "b"
            kind = "text"
            asked_if = { all = [{ question = "a", in = ["x"] }, { question = "a", in = ["y"] }] }
            "#,
        );
        let ways = walk(&form, 1_000, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(ways.asked, [1_000, 0]);
        assert_eq!((ways.shortest, ways.longest), (1, 1));
    }
}
