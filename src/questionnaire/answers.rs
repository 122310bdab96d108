//! Answers: from form fields to checked values, and to the packed row that is stored.
//!
//! Parse, don't validate: an [`Answers`] exists only if every rule of its questionnaire holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::definition::model::Kind;

use super::{
    flow,
    form::{Question, Questionnaire},
    text,
};

/// The byte of a single choice that was never asked.
pub const NOT_ASKED: u8 = 0;
/// The byte of a single choice that was asked and left blank.
pub const BLANK: u8 = 255;
/// The packed number that was not given.
const NO_NUMBER: i32 = i32::MIN;

/// One checked answer; options by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Single choice.
    Single(usize),
    /// Multiple choice; sorted, without repeats, not empty.
    Multiple(Vec<usize>),
    /// Free text, NFC, not empty.
    Text(String),
    /// A whole number.
    Number(i32),
}

/// The checked answers of one questionnaire, by position of the question; `None`: ruled out or left blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    values: Vec<Option<Answer>>,
    asked: Vec<bool>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A required answer is missing.
    Missing,
    /// The value is none of the options.
    UnknownOption,
    /// Two values where one is allowed.
    Repeated,
    /// The text is longer than this many characters.
    TooLong(usize),
    /// Not a whole number.
    NotANumber,
    /// The number is outside these limits.
    OutOfRange(i32, i32),
    /// An answer to a question that is not asked after the answers before it.
    NotAsked,
}

/// Answers that break rules: what was sent, so that nothing is lost, and what is wrong, by question in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid {
    /// The values sent for each question id.
    pub sent: BTreeMap<String, Vec<String>>,
    /// The faults, in the order of the questions.
    pub faults: Vec<(usize, Fault)>,
    /// Fields that are no question of this form.
    pub unknown: Vec<String>,
}

impl Invalid {
    /// What was sent with a form whose own fields (its idempotency key) are missing or broken.
    pub fn of_key<N: AsRef<str>, V: AsRef<str>>(
        questionnaire: &Questionnaire,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in fields {
            if questionnaire.position(name.as_ref()).is_some() {
                sent.entry(name.as_ref().to_owned()).or_default().push(value.as_ref().to_owned());
            }
        }
        Self { sent, faults: Vec::new(), unknown: vec!["submission".to_owned()] }
    }
}

impl Answers {
    /// Checks form fields (name and value, in any order) against the questionnaire.
    ///
    /// Empty values count as not given. Answers to questions that the skip rules rule out, or that belong to modules
    /// that this variant does not ask, are dropped.
    ///
    /// # Errors
    /// [`Invalid`] with every fault, and what was sent.
    pub fn parse<N, V>(
        questionnaire: &Questionnaire,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Invalid>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut sent: Vec<Vec<String>> = vec![Vec::new(); questionnaire.questions.len()];
        let mut unknown = Vec::new();
        for (name, value) in fields {
            match questionnaire.position(name.as_ref()).and_then(|at| sent.get_mut(at)) {
                Some(values) if !value.as_ref().trim().is_empty() => values.push(value.as_ref().to_owned()),
                Some(_) => {}
                None if questionnaire.leaves_out(name.as_ref()) => {}
                None => unknown.push(name.as_ref().to_owned()),
            }
        }
        let mut answers = Self {
            values: vec![None; questionnaire.questions.len()],
            asked: vec![false; questionnaire.questions.len()],
        };
        let mut faults = Vec::new();
        for (at, question) in questionnaire.questions.iter().enumerate() {
            let asked = flow::is_asked(question, questionnaire, &answers.values);
            if !asked {
                continue;
            }
            if let Some(flag) = answers.asked.get_mut(at) {
                *flag = true;
            }
            let given = sent.get(at).map(Vec::as_slice).unwrap_or_default();
            match check(question, given) {
                Ok(None) if question.required => faults.push((at, Fault::Missing)),
                Ok(answer) => {
                    if let Some(value) = answers.values.get_mut(at) {
                        *value = answer;
                    }
                }
                Err(fault) => faults.push((at, fault)),
            }
        }
        if faults.is_empty() && unknown.is_empty() {
            return Ok(answers);
        }
        let sent = questionnaire
            .questions
            .iter()
            .zip(sent)
            .filter(|(_, values)| !values.is_empty())
            .map(|(question, values)| (question.id.clone(), values))
            .collect();
        Err(Invalid { sent, faults, unknown })
    }

    /// Answers from values already checked (simulation); a value at a question that is ruled out is dropped.
    pub fn from_values(
        questionnaire: &Questionnaire,
        mut given: impl FnMut(usize, &Question) -> Option<Answer>,
    ) -> Self {
        let mut answers = Self {
            values: Vec::with_capacity(questionnaire.questions.len()),
            asked: Vec::with_capacity(questionnaire.questions.len()),
        };
        for (at, question) in questionnaire.questions.iter().enumerate() {
            let asked = flow::is_asked(question, questionnaire, &answers.values);
            answers.asked.push(asked);
            answers.values.push(if asked { given(at, question) } else { None });
        }
        answers
    }

    /// The answer to the question at this position.
    pub fn get(&self, at: usize) -> Option<&Answer> {
        self.values.get(at).and_then(Option::as_ref)
    }

    /// Whether the question at this position was asked.
    pub fn asked(&self, at: usize) -> bool {
        self.asked.get(at).copied().unwrap_or(false)
    }

    /// Whether both chose the same everywhere; free text is not looked at.
    pub fn same_choices(&self, other: &Self) -> bool {
        let choice = |answer: &Option<Answer>| match answer {
            Some(Answer::Text(_)) => None,
            other => other.clone(),
        };
        self.asked == other.asked && self.values.iter().map(choice).eq(other.values.iter().map(choice))
    }

    /// The row that is stored: every answer but free text, at its question's place.
    pub fn pack(&self, questionnaire: &Questionnaire) -> Vec<u8> {
        let mut row = vec![0; questionnaire.width];
        for question in &questionnaire.left_out {
            if let Some(bytes) = row.get_mut(question.offset..question.offset + question.bytes) {
                pack_one(question, false, None, bytes);
            }
        }
        for (at, question) in questionnaire.questions.iter().enumerate() {
            if let Some(bytes) = row.get_mut(question.offset..question.offset + question.bytes) {
                pack_one(question, self.asked(at), self.get(at), bytes);
            }
        }
        row
    }

    /// Free texts given, with the position of their question; kept apart from the row.
    pub fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.values.iter().enumerate().filter_map(|(at, value)| match value {
            Some(Answer::Text(text)) => Some((at, text.as_str())),
            _ => None,
        })
    }

    /// Reads a packed row back; `None` if the row does not belong to this questionnaire. With rotation the questionnaire
    /// is the whole one: the row itself tells which modules were asked.
    pub fn unpack(questionnaire: &Questionnaire, row: &[u8]) -> Option<Self> {
        if row.len() != questionnaire.width {
            return None;
        }
        let mut answers = Self { values: Vec::new(), asked: Vec::new() };
        let modules = modules_asked(questionnaire, row)?;
        for question in &questionnaire.questions {
            let bytes = row.get(question.offset..question.offset + question.bytes)?;
            let module_asked = question.module.is_none_or(|module| modules.contains(&module));
            let (asked, value) = match unpack_one(question, bytes)? {
                (Some(asked), value) => (asked, value),
                // The row does not say; the rules and the modules do.
                (None, value) => {
                    (module_asked && flow::is_asked(question, questionnaire, &answers.values), value)
                }
            };
            if value.is_some() && !asked {
                return None;
            }
            answers.asked.push(asked);
            answers.values.push(value);
        }
        Some(answers)
    }
}

fn check(question: &Question, given: &[String]) -> Result<Option<Answer>, Fault> {
    let Some(first) = given.first() else { return Ok(None) };
    match question.kind {
        Kind::Single => {
            if given.iter().any(|v| v != first) {
                return Err(Fault::Repeated);
            }
            question.choice(first).map(|o| Some(Answer::Single(o))).ok_or(Fault::UnknownOption)
        }
        Kind::Multiple => {
            let mut options = given
                .iter()
                .map(|v| question.choice(v).ok_or(Fault::UnknownOption))
                .collect::<Result<Vec<_>, _>>()?;
            options.sort_unstable();
            options.dedup();
            Ok(Some(Answer::Multiple(options)))
        }
        Kind::Text => {
            if given.len() > 1 {
                return Err(Fault::Repeated);
            }
            let text = text::clean(first);
            if text.chars().count() > question.max_length {
                return Err(Fault::TooLong(question.max_length));
            }
            Ok((!text.is_empty()).then_some(Answer::Text(text)))
        }
        Kind::Number => {
            if given.len() > 1 {
                return Err(Fault::Repeated);
            }
            let number: i32 = first.trim().parse().map_err(|_| Fault::NotANumber)?;
            let (min, max) = question.range;
            if (min..=max).contains(&number) {
                Ok(Some(Answer::Number(number)))
            } else {
                Err(Fault::OutOfRange(min, max))
            }
        }
    }
}

fn pack_one(question: &Question, asked: bool, answer: Option<&Answer>, bytes: &mut [u8]) {
    match (question.kind, answer) {
        (Kind::Single, Some(Answer::Single(option))) => {
            bytes.fill(u8::try_from(option + 1).unwrap_or(BLANK));
        }
        (Kind::Single, _) => bytes.fill(if asked { BLANK } else { NOT_ASKED }),
        (Kind::Multiple, answer) => {
            let mut set = |bit: usize| {
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte |= 1 << (bit % 8);
                }
            };
            if asked {
                set(0);
            }
            if let Some(Answer::Multiple(options)) = answer {
                options.iter().for_each(|option| set(option + 1));
            }
        }
        (Kind::Number, answer) => {
            let number = if let Some(Answer::Number(n)) = answer { *n } else { NO_NUMBER };
            bytes.copy_from_slice(&number.to_be_bytes());
        }
        (Kind::Text, _) => {}
    }
}

/// The modules that a row has something of: every module has a question that all are asked who get it.
fn modules_asked(questionnaire: &Questionnaire, row: &[u8]) -> Option<BTreeSet<usize>> {
    let mut asked = BTreeSet::new();
    for question in &questionnaire.questions {
        let Some(module) = question.module else { continue };
        let bytes = row.get(question.offset..question.offset + question.bytes)?;
        if let (Some(true), _) = unpack_one(question, bytes)? {
            asked.insert(module);
        }
    }
    Some(asked)
}

/// Whether the question was asked, where its bytes say so, and its answer.
fn unpack_one(question: &Question, bytes: &[u8]) -> Option<(Option<bool>, Option<Answer>)> {
    match question.kind {
        Kind::Single => match *bytes.first()? {
            NOT_ASKED => Some((Some(false), None)),
            BLANK => Some((Some(true), None)),
            byte => {
                let option = usize::from(byte) - 1;
                (option < question.options.len()).then_some((Some(true), Some(Answer::Single(option))))
            }
        },
        Kind::Multiple => {
            let is_set = |bit: usize| bytes.get(bit / 8).is_some_and(|byte| byte & (1 << (bit % 8)) != 0);
            let options: Vec<usize> = (0..question.options.len()).filter(|o| is_set(o + 1)).collect();
            Some((Some(is_set(0)), (!options.is_empty()).then_some(Answer::Multiple(options))))
        }
        Kind::Number => {
            let number = i32::from_be_bytes(bytes.try_into().ok()?);
            Some((None, (number != NO_NUMBER).then_some(Answer::Number(number))))
        }
        Kind::Text => Some((None, None)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::{
        testing::{any_questionnaire, questionnaire, rotated, small_form},
        walk::random_answers,
    };
    use super::*;
    use unicode_normalization::UnicodeNormalization as _;

    /// A counter form in which everything required is answered, with some fields changed, added or (empty) taken out.
    fn counter(changes: &[(&str, &str)]) -> Result<Answers, Invalid> {
        let mut fields = vec![("access.seats", "2"), ("feedback.given", "yes"), ("feedback.handled", "1")];
        for (name, value) in changes {
            fields.retain(|(other, _)| other != name);
            fields.push((name, value));
        }
        Answers::parse(&small_form("counter"), fields)
    }

    fn faults(result: Result<Answers, Invalid>) -> Vec<(usize, Fault)> {
        result.unwrap_err().faults
    }

    /// The form fields that a browser would send for these answers.
    fn fields(questionnaire: &Questionnaire, answers: &Answers) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for (at, question) in questionnaire.questions.iter().enumerate() {
            let code = |option: &usize| question.options[*option].code.clone();
            let values = match answers.get(at) {
                Some(Answer::Single(option)) => vec![code(option)],
                Some(Answer::Multiple(options)) => options.iter().map(code).collect(),
                Some(Answer::Text(text)) => vec![text.clone()],
                Some(Answer::Number(number)) => vec![number.to_string()],
                None => vec![String::new()],
            };
            fields.extend(values.into_iter().map(|value| (question.id.clone(), value)));
        }
        fields
    }

    #[test]
    fn a_complete_form_becomes_answers_by_position() {
        let answers = counter(&[("comment", "  Tốt\r\nlắm ")]).unwrap();
        assert_eq!(answers.get(0), Some(&Answer::Single(1)));
        assert_eq!(answers.get(1), Some(&Answer::Single(0)));
        assert_eq!(answers.texts().collect::<Vec<_>>(), [(3, "Tốt\nlắm")]);
        assert_eq!(answers.pack(&small_form("counter")), [2, 1, 1]);
    }

    #[test]
    fn h_11_a_missing_required_answer_is_named_and_everything_sent_is_kept() {
        let invalid = counter(&[("feedback.given", " "), ("comment", "Giữ lại")]).unwrap_err();
        assert_eq!(invalid.faults, [(1, Fault::Missing)]);
        assert_eq!(invalid.sent["comment"], ["Giữ lại"]);
        assert_eq!(invalid.sent["access.seats"], ["2"]);
        assert!(!invalid.sent.contains_key("feedback.given"));
    }

    #[test]
    fn h_11_a_foreign_option_is_refused() {
        assert_eq!(faults(counter(&[("access.seats", "5")])), [(0, Fault::UnknownOption)]);
        assert_eq!(faults(counter(&[("access.seats", "NA")])), [(0, Fault::UnknownOption)]);
    }

    #[test]
    fn h_11_a_field_that_is_no_question_is_refused() {
        let invalid = counter(&[("visits", "3")]).unwrap_err();
        assert_eq!((invalid.faults, invalid.unknown), (vec![], vec!["visits".to_owned()]));
    }

    #[test]
    fn h_11_two_answers_where_one_is_allowed_are_refused_and_the_same_twice_is_one() {
        let send = |second: &str| {
            let fields = [("access.seats", "2"), ("access.seats", second), ("feedback.given", "no")];
            Answers::parse(&small_form("counter"), fields)
        };
        assert_eq!(faults(send("1")), [(0, Fault::Repeated), (2, Fault::Missing)].split_at(1).0);
        assert_eq!(send("2").unwrap().get(0), Some(&Answer::Single(1)));
        let text = questionnaire("[[question]]\nid = \"a\"\nkind = \"text\"");
        assert_eq!(faults(Answers::parse(&text, [("a", "x"), ("a", "x")])), [(0, Fault::Repeated)]);
    }

    #[test]
    fn h_11_text_is_measured_in_characters_after_composing_them() {
        let long = "ế".repeat(40);
        assert_eq!(counter(&[("comment", &long)]).unwrap().texts().next(), Some((3, long.as_str())));
        assert_eq!(faults(counter(&[("comment", &"ế".repeat(41))])), [(3, Fault::TooLong(40))]);
        // The same letters decomposed are 120 characters on the way in and 40 as kept.
        let decomposed: String = long.nfd().collect();
        assert_eq!(decomposed.chars().count(), 120);
        assert_eq!(counter(&[("comment", &decomposed)]).unwrap().texts().next(), Some((3, long.as_str())));
    }

    #[test]
    fn a_text_of_spaces_or_nul_bytes_is_blank() {
        let required = questionnaire("[[question]]\nid = \"a\"\nkind = \"text\"\nrequired = true");
        for blank in ["", " \n\t", "\0\0", " \0 "] {
            assert_eq!(faults(Answers::parse(&required, [("a", blank)])), [(0, Fault::Missing)], "{blank:?}");
        }
        let kept = Answers::parse(&required, [("a", "a\0b")]).unwrap();
        assert_eq!(kept.texts().next(), Some((0, "ab")));
    }

    #[test]
    fn h_11_a_number_is_whole_and_in_its_limits() {
        let number = questionnaire("[[question]]\nid = \"n\"\nkind = \"number\"\nmin = 1\nmax = 20");
        let send = |value: &str| Answers::parse(&number, [("n", value)]);
        assert_eq!(send(" 20 ").unwrap().get(0), Some(&Answer::Number(20)));
        assert_eq!(send("").unwrap().get(0), None);
        for value in ["0", "21", "-2147483648"] {
            assert_eq!(faults(send(value)), [(0, Fault::OutOfRange(1, 20))], "{value}");
        }
        for value in ["1.5", "hai", "99999999999", "１"] {
            assert_eq!(faults(send(value)), [(0, Fault::NotANumber)], "{value}");
        }
        // The number that stands for "none" in a packed row is no answer, whatever the limits.
        let open = questionnaire("[[question]]\nid = \"n\"\nkind = \"number\"");
        assert!(Answers::parse(&open, [("n", "-2147483648")]).is_err());
        assert!(Answers::parse(&open, [("n", "-2147483647")]).is_ok());
    }

    #[test]
    fn an_answer_that_the_rules_rule_out_is_dropped_even_a_wrong_one() {
        for stale in ["1", "2", "nonsense"] {
            let answers = counter(&[("feedback.given", "no"), ("feedback.handled", stale)]).unwrap();
            assert!(!answers.asked(2));
            assert_eq!(answers.get(2), None);
            assert_eq!(answers.pack(&small_form("counter"))[2], NOT_ASKED);
        }
    }

    #[test]
    fn what_a_whole_section_skips_is_neither_required_nor_kept() {
        let answers = counter(&[("access.seats", "na"), ("comment", "x")]).unwrap();
        assert!(!answers.asked(2) && !answers.asked(3));
        assert_eq!(answers.texts().count(), 0);
    }

    #[test]
    fn a_form_posted_untouched_is_refused() {
        for form in ["full", "counter"] {
            assert!(Answers::parse(&small_form(form), Vec::<(&str, &str)>::new()).is_err());
        }
    }

    #[test]
    fn a_multiple_choice_keeps_each_option_once_in_order() {
        let several =
            questionnaire("[[question]]\nid = \"m\"\nkind = \"multiple\"\noptions = \"abcdefghij\"");
        let answers = Answers::parse(&several, [("m", "j"), ("m", "a"), ("m", "j")]).unwrap();
        assert_eq!(answers.get(0), Some(&Answer::Multiple(vec![0, 9])));
        assert_eq!(answers.pack(&several), [0b11, 0b100]);
        assert_eq!(faults(Answers::parse(&several, [("m", "a"), ("m", "z")])), [(0, Fault::UnknownOption)]);
    }

    #[test]
    fn a_row_of_another_questionnaire_is_not_read() {
        let form = small_form("counter");
        assert!(Answers::unpack(&form, &[2, 1]).is_none(), "too short");
        assert!(Answers::unpack(&form, &[2, 1, 1, 0]).is_none(), "too long");
        assert!(Answers::unpack(&form, &[9, 1, 1]).is_none(), "no such option");
        let several = questionnaire("[[question]]\nid = \"m\"\nkind = \"multiple\"\noptions = \"ab\"");
        assert!(Answers::unpack(&several, &[0b10]).is_none(), "an answer to a question that was not asked");
    }

    #[test]
    fn answers_to_modules_that_are_not_asked_are_dropped() {
        let form = rotated();
        let mut sent = vec![("sex", "x"), ("visits", "3"), ("last", "y")];
        sent.extend([
            ("a1", "5"),
            ("a2", "4"),
            ("b1", "1"),
            ("why", "Vì sao"),
            ("c1", "nonsense"),
            ("ways", "p"),
        ]);
        // Modules a and b, a and c, b and c.
        let row = |variant: usize, sent: &[(&str, &str)]| {
            let variant = form.variant(variant);
            Answers::parse(&variant, sent.iter().copied()).map(|answers| answers.pack(&variant))
        };
        let asked = row(0, &sent).unwrap();
        assert_eq!(asked, [1, 5, 4, 0, 0, 0, 3, 1, 0, 0, 2]);
        let invalid = row(1, &sent).unwrap_err();
        assert_eq!((invalid.faults, invalid.unknown), (vec![(4, Fault::UnknownOption)], vec![]));
        assert!(!invalid.sent.contains_key("b1"), "what is not asked is not shown again");
        sent.retain(|(name, _)| *name != "c1");
        sent.push(("c1", "2"));
        let number = i32::MIN.to_be_bytes();
        let expected = [&[1, 0, 0][..], &number, &[1, 2, 0b11, 2]].concat();
        assert_eq!(row(2, &sent).unwrap(), expected);
        // A question of no module at all is as wrong as ever.
        sent.push(("zzz", "1"));
        assert_eq!(row(2, &sent).unwrap_err().unknown, ["zzz"]);
    }

    #[test]
    fn a_module_left_blank_was_asked_and_one_not_asked_was_not() {
        let form = rotated();
        let variant = form.variant(0);
        let answers = Answers::parse(&variant, [("sex", "x"), ("last", "x"), ("b1", "2")]).unwrap();
        let back = Answers::unpack(&form, &answers.pack(&variant)).unwrap();
        let asked = |id: &str| back.asked(form.position(id).unwrap());
        assert!(["sex", "a1", "a2", "visits", "b1", "why", "last"].into_iter().all(asked));
        assert!(!asked("c1") && !asked("ways"));
    }

    fn without_texts(mut answers: Answers) -> Answers {
        for value in &mut answers.values {
            if matches!(value, Some(Answer::Text(_))) {
                *value = None;
            }
        }
        answers
    }

    proptest! {
        #[test]
        fn packed_answers_come_back_as_they_were(questionnaire in any_questionnaire(), seed: u64) {
            let answers = random_answers(&questionnaire, &mut ChaCha8Rng::seed_from_u64(seed));
            let row = answers.pack(&questionnaire);
            prop_assert_eq!(row.len(), questionnaire.width);
            prop_assert_eq!(Answers::unpack(&questionnaire, &row), Some(without_texts(answers)));
        }

        #[test]
        fn packed_answers_of_a_variant_come_back_as_they_were(seed: u64, choice in 0..3_usize) {
            let form = rotated();
            let variant = form.variant(choice);
            let answers = random_answers(&variant, &mut ChaCha8Rng::seed_from_u64(seed));
            let row = answers.pack(&variant);
            let back = Answers::unpack(&form, &row).unwrap();
            for (at, question) in form.questions.iter().enumerate() {
                let own = variant.position(&question.id);
                prop_assert_eq!(back.asked(at), own.is_some_and(|own| answers.asked(own)), "{}", &question.id);
                if question.kind != Kind::Text {
                    prop_assert_eq!(back.get(at), own.and_then(|own| answers.get(own)), "{}", &question.id);
                }
            }
        }

        #[test]
        fn what_a_browser_sends_for_answers_is_read_as_these_answers(questionnaire in any_questionnaire(), seed: u64) {
            let answers = random_answers(&questionnaire, &mut ChaCha8Rng::seed_from_u64(seed));
            let read = Answers::parse(&questionnaire, fields(&questionnaire, &answers));
            prop_assert_eq!(read, Ok(answers));
        }

        #[test]
        fn answers_to_ruled_out_questions_never_survive(questionnaire in any_questionnaire(), seed: u64, stale in "[a-z0-9]{1,4}") {
            let answers = random_answers(&questionnaire, &mut ChaCha8Rng::seed_from_u64(seed));
            let mut sent = fields(&questionnaire, &answers);
            for (at, question) in questionnaire.questions.iter().enumerate() {
                if !answers.asked(at) {
                    sent.push((question.id.clone(), stale.clone()));
                }
            }
            prop_assert_eq!(Answers::parse(&questionnaire, sent), Ok(answers));
        }

        #[test]
        fn h_12_no_fields_make_it_panic(
            questionnaire in any_questionnaire(),
            sent in prop::collection::vec(("q[0-9]{1,2}|\\PC{0,4}", prop_oneof!["o[0-9]{1,3}", "-?[0-9]{1,12}", "\\PC{0,30}", any::<String>()]), 0..30),
        ) {
            if let Ok(answers) = Answers::parse(&questionnaire, sent) {
                prop_assert!(Answers::unpack(&questionnaire, &answers.pack(&questionnaire)).is_some());
            }
        }

        #[test]
        fn h_12_no_row_makes_it_panic(questionnaire in any_questionnaire(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut row = bytes;
            let _ = Answers::unpack(&questionnaire, &row);
            row.resize(questionnaire.width, 0);
            let _ = Answers::unpack(&questionnaire, &row);
        }
    }
}
