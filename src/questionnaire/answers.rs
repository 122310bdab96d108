//! Answers: from form fields to checked values, and to the packed row that is stored.
//!
//! Parse, don't validate: an [`Answers`] exists only if every rule of its questionnaire holds.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::definition::model::Kind;

use super::{
    flow,
    form::{Question, Questionnaire},
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

impl Answers {
    /// Checks form fields (name and value, in any order) against the questionnaire.
    ///
    /// Empty values count as not given. Answers to questions that the skip rules rule out are dropped.
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
                None => unknown.push(name.as_ref().to_owned()),
            }
        }
        let mut answers = Self {
            values: vec![None; questionnaire.questions.len()],
            asked: vec![false; questionnaire.questions.len()],
        };
        let mut faults = Vec::new();
        for (at, question) in questionnaire.questions.iter().enumerate() {
            let asked = question
                .asked_if
                .as_ref()
                .is_none_or(|rule| flow::holds(rule, questionnaire, &answers.values));
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
            let asked = question
                .asked_if
                .as_ref()
                .is_none_or(|rule| flow::holds(rule, questionnaire, &answers.values));
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

    /// The row that is stored: every answer but free text, at its question's place.
    pub fn pack(&self, questionnaire: &Questionnaire) -> Vec<u8> {
        let mut row = vec![0; questionnaire.width];
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

    /// Reads a packed row back; `None` if the row does not belong to this questionnaire.
    pub fn unpack(questionnaire: &Questionnaire, row: &[u8]) -> Option<Self> {
        if row.len() != questionnaire.width {
            return None;
        }
        let mut answers = Self { values: Vec::new(), asked: Vec::new() };
        for question in &questionnaire.questions {
            let (asked, value) =
                unpack_one(question, row.get(question.offset..question.offset + question.bytes)?)?;
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
            // Browsers send line ends as CRLF; a NUL is no text to any database.
            let text: String = first.replace("\r\n", "\n").replace('\0', "").trim().nfc().collect();
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

fn unpack_one(question: &Question, bytes: &[u8]) -> Option<(bool, Option<Answer>)> {
    match question.kind {
        Kind::Single => match *bytes.first()? {
            NOT_ASKED => Some((false, None)),
            BLANK => Some((true, None)),
            byte => {
                let option = usize::from(byte) - 1;
                (option < question.options.len()).then_some((true, Some(Answer::Single(option))))
            }
        },
        Kind::Multiple => {
            let is_set = |bit: usize| bytes.get(bit / 8).is_some_and(|byte| byte & (1 << (bit % 8)) != 0);
            let options: Vec<usize> = (0..question.options.len()).filter(|o| is_set(o + 1)).collect();
            Some((is_set(0), (!options.is_empty()).then_some(Answer::Multiple(options))))
        }
        Kind::Number => {
            let number = i32::from_be_bytes(bytes.try_into().ok()?);
            Some((true, (number != NO_NUMBER).then_some(Answer::Number(number))))
        }
        Kind::Text => Some((true, None)),
    }
}
