//! How answers are coded, and what a sheet says in these codes.

use crate::{
    definition::model::Kind as Asked,
    questionnaire::{
        Answers, Question, Questionnaire,
        answers::{BLANK, NOT_ASKED},
    },
};

use super::{
    super::{Sheet, codebook::Missing},
    Refused,
};

/// How the answers to each question are coded.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    /// By question and packed byte of a single choice.
    pub single: Vec<Vec<i32>>,
    /// By question: its codes for no answer.
    pub missing: Vec<Missing>,
    /// By question and packed byte of a single choice: whether it is an option that is no answer.
    pub unknown: Vec<Vec<bool>>,
    /// By module: its questions whose bytes tell whether they were asked.
    modules: Vec<Vec<usize>>,
    /// Whether some number is asked under a rule, so that only the rules say whether it was.
    rules: bool,
}

impl Codes {
    pub fn new(questionnaire: &Questionnaire) -> Self {
        let modules = questionnaire.rotation.as_ref().map_or(0, |rotation| rotation.modules.len());
        let telling = |module: usize| {
            let of = questionnaire.questions.iter().enumerate();
            of.filter(|(_, q)| q.module == Some(module) && matches!(q.kind, Asked::Single | Asked::Multiple))
                .map(|(at, _)| at)
                .collect()
        };
        let single: Vec<Vec<i32>> = questionnaire.questions.iter().map(single_codes).collect();
        let unknown = |table: &Vec<i32>| table.iter().map(|code| is_unknown(*code)).collect();
        Self {
            unknown: single.iter().map(unknown).collect(),
            single,
            missing: questionnaire.questions.iter().map(missing).collect(),
            modules: (0..modules).map(telling).collect(),
            rules: questionnaire.questions.iter().any(|q| q.kind == Asked::Number && q.asked_if.is_some()),
        }
    }
}

/// The codes for no answer to a question.
pub(super) fn missing(question: &Question) -> Missing {
    if question.kind == Asked::Number && question.range.0 < 0 { Missing::FAR } else { Missing::PLAIN }
}

/// The codes of a question's options, in their order: the questionnaire's own where those of all answers are whole numbers
/// from 0 on, else positions from 1 on; what is no answer is -1, and where there are several such, further ones -11, -12.
pub(super) fn option_codes(question: &Question) -> Vec<i32> {
    let own: Option<Vec<i32>> = question
        .options
        .iter()
        .filter(|option| !option.missing)
        .map(|option| option.code.parse().ok().filter(|code| (0..1_000_000).contains(code)))
        .collect();
    let distinct = |codes: &Vec<i32>| {
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair.first() != pair.last())
    };
    let own = own.filter(distinct);
    let mut unknown = 0;
    let options = (1..).zip(&question.options).map(|(position, option)| {
        if option.missing {
            unknown += 1;
            return if unknown == 1 { Missing::PLAIN.unknown() } else { -9 - unknown };
        }
        if own.is_some() { option.code.parse().unwrap_or(position) } else { position }
    });
    options.collect()
}

fn single_codes(question: &Question) -> Vec<i32> {
    let mut table = vec![Missing::PLAIN.blank(); 256];
    if let Some(place) = table.get_mut(usize::from(NOT_ASKED)) {
        *place = Missing::PLAIN.not_asked();
    }
    for (position, code) in option_codes(question).into_iter().enumerate() {
        if let Some(place) = table.get_mut(position + 1).filter(|_| position + 1 != usize::from(BLANK)) {
            *place = code;
        }
    }
    table
}

/// Which modules a sheet was asked, and what else its bytes alone do not say.
pub(super) struct Read<'s> {
    pub sheet: &'s Sheet,
    /// By module: whether it was asked.
    pub asked: Vec<bool>,
    rules: Option<Answers>,
}

impl<'s> Read<'s> {
    pub fn new(questionnaire: &Questionnaire, codes: &Codes, sheet: &'s Sheet) -> Result<Self, Refused> {
        if sheet.answers.len() != questionnaire.width {
            return Err(Refused::Corrupt);
        }
        let asked = |questions: &Vec<usize>| {
            questions.iter().filter_map(|at| questionnaire.questions.get(*at)).any(|question| {
                let byte = sheet.answers.get(question.offset).copied().unwrap_or_default();
                if question.kind == Asked::Single { byte != NOT_ASKED } else { byte & 1 != 0 }
            })
        };
        let asked = codes.modules.iter().map(asked).collect();
        let rules = if codes.rules {
            Some(Answers::unpack(questionnaire, &sheet.answers).ok_or(Refused::Corrupt)?)
        } else {
            None
        };
        Ok(Self { sheet, asked, rules })
    }

    pub fn drawn(&self, question: &Question) -> bool {
        question.module.is_none_or(|module| self.asked.get(module).copied().unwrap_or(false))
    }

    pub fn byte(&self, question: &Question) -> u8 {
        self.sheet.answers.get(question.offset).copied().unwrap_or_default()
    }

    pub fn single(&self, codes: &Codes, at: usize, question: &Question) -> i32 {
        let byte = self.byte(question);
        if byte == NOT_ASKED && !self.drawn(question) {
            return Missing::PLAIN.not_drawn();
        }
        let code = codes.single.get(at).and_then(|table| table.get(usize::from(byte))).copied();
        code.unwrap_or_else(|| Missing::PLAIN.blank())
    }

    /// A chosen option of several is 1, another 0.
    pub fn option(&self, question: &Question, option: usize) -> i32 {
        let bit = |bit: usize| {
            let byte = self.sheet.answers.get(question.offset + bit / 8).copied().unwrap_or_default();
            byte & (1 << (bit % 8)) != 0
        };
        match (self.drawn(question), bit(0)) {
            (false, _) => Missing::PLAIN.not_drawn(),
            (true, false) => Missing::PLAIN.not_asked(),
            (true, true) => i32::from(bit(option + 1)),
        }
    }

    pub fn number(&self, codes: &Codes, at: usize, question: &Question) -> i32 {
        let missing = codes.missing.get(at).copied().unwrap_or(Missing::PLAIN);
        let bytes = self.sheet.answers.get(question.offset..question.offset + 4);
        let number = bytes.and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
        match number.filter(|number| *number != i32::MIN) {
            Some(number) => number,
            None if !self.drawn(question) => missing.not_drawn(),
            None if self.rules.as_ref().is_some_and(|answers| !answers.asked(at)) => missing.not_asked(),
            None => missing.blank(),
        }
    }
}

/// Whether a code is that of an option which is no answer.
pub(super) const fn is_unknown(code: i32) -> bool {
    code == Missing::PLAIN.unknown() || code <= -11
}
