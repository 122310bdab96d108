//! The paper form of a questionnaire: the same questions, numbers, rules and codes as on the screen, made to be filled in
//! with a pen and keyed in afterwards.

use serde::Serialize;
use serde_json::json;

use super::{PdfError, Templates, language_code, render};
use crate::language::Lang;

/// What is printed. All words are in the reader's language, placeholders filled in.
#[derive(Debug, Clone)]
pub struct Paper<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is responsible, for the file's properties; may be empty.
    pub author: &'a str,
    /// The province's logo, PNG.
    pub logo: Option<&'a [u8]>,
    /// The words around the questions.
    pub words: Words,
    /// The questionnaire; several where modules rotate.
    pub forms: &'a [Form],
    /// The sheets, each a copy of one of the forms.
    pub sheets: &'a [Sheet],
    /// Whether both sides of the paper are printed, so that each sheet begins on a leaf of its own.
    pub both_sides: bool,
}

/// The words around the questions.
#[derive(Debug, Clone, Serialize)]
pub struct Words {
    /// The campaign's title.
    pub campaign: String,
    /// The questionnaire's title.
    pub title: String,
    /// The unit's name; may be empty.
    pub unit: String,
    /// The counter's name; may be empty.
    pub counter: String,
    /// Campaign, unit and counter as codes, at the foot of each page.
    pub codes: String,
    /// What people are told before they answer, a paragraph each.
    pub introduction: Vec<String>,
    /// How to fill it in.
    pub how: String,
    /// "Sheet number".
    pub sheet: String,
    /// "Page".
    pub page: String,
    /// Beside a number to be written: "whole number".
    pub number: String,
    /// Beside a question of which several options may be chosen.
    pub several: String,
    /// Beside a question that need not be answered.
    pub optional: String,
    /// The last line.
    pub thanks: String,
    /// For people who cannot see the logo.
    pub logo: String,
    /// That answers given are invented ones; absent where they are not.
    pub demonstration: Option<String>,
}

/// A questionnaire.
#[derive(Debug, Clone, Serialize)]
pub struct Form {
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Heading; may be empty.
    pub title: String,
    /// Text below it.
    pub text: Option<String>,
    /// When it is answered, in words.
    pub rule: Option<String>,
    /// Its questions, those that share their options and follow each other in one block.
    pub blocks: Vec<Block>,
}

/// Questions with the same options, or one question.
#[derive(Debug, Clone, Serialize)]
pub struct Block {
    /// Whether its questions stand in a table with a column for each option.
    pub table: bool,
    /// The options.
    pub options: Vec<Choice>,
    /// The questions.
    pub questions: Vec<Question>,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The number beside its box, which is keyed in.
    pub key: String,
    /// Words.
    pub label: String,
}

/// A question.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// Its number, as on the screen; absent for what is asked beside the questions.
    pub number: Option<usize>,
    /// Wording.
    pub text: String,
    /// Help below it.
    pub help: Option<String>,
    /// When it is answered, in words.
    pub rule: Option<String>,
    /// `single`, `multiple`, `number` or `text`.
    pub kind: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// Lines to write on.
    pub lines: usize,
}

/// A sheet of paper to be filled in by one person.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Sheet {
    /// Its number; absent: to be written by hand.
    pub number: Option<i64>,
    /// Position of its form.
    pub form: usize,
}

impl Paper<'_> {
    /// The PDF.
    ///
    /// # Errors
    /// [`PdfError`].
    pub fn pdf(&self, templates: &Templates) -> Result<Vec<u8>, PdfError> {
        let data = json!({
            "lang": language_code(self.lang),
            "author": self.author,
            "logo": self.logo.map(|_| "logo.png"),
            "words": self.words,
            "forms": self.forms,
            "sheets": self.sheets,
            "both-sides": self.both_sides,
        });
        render(templates, "paper.typ", &data, self.logo)
    }
}
