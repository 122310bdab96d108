//! Whether a definition makes sense: every problem at once, each with its place.
//!
//! [`names`] looks at ids and versions, [`texts`] at languages, [`scales`] at options and settings, [`tree`] at the index
//! tree and references, [`forms`] at what is asked, [`rotation`] of whom, [`rules`] at when,
//! [`fairness`] at whether the satisfied and the dissatisfied are asked the same.

mod fairness;
mod forms;
mod names;
mod rotation;
mod rules;
mod scales;
mod texts;
mod tree;

pub(super) use names::{LONGEST as LONGEST_ID, RESERVED, variable, well_formed};
pub(super) use scales::LONGEST_CODE;

use super::{
    model::{Condition, Definition, Kind, ScaleOption},
    parse::{Parsed, parse},
    problem::{Problem, ProblemKind, Severity},
    source::{Path, Source, Step, at},
};

/// All problems of a file's text: of its shape or, if it has the right shape, of its meaning.
pub fn check_text(file: &str, text: &str) -> Vec<Problem> {
    match parse(file, text) {
        Ok(parsed) => check(&parsed),
        Err(problems) => problems,
    }
}

/// All problems of a definition in its place: also, whether folder and file are named after its id and version.
pub fn check(parsed: &Parsed) -> Vec<Problem> {
    run(parsed, true)
}

/// All problems of a definition wherever it lies.
pub fn check_content(parsed: &Parsed) -> Vec<Problem> {
    run(parsed, false)
}

fn run(parsed: &Parsed, in_place: bool) -> Vec<Problem> {
    let mut checker =
        Checker { definition: &parsed.definition, source: &parsed.source, problems: Vec::new() };
    if in_place {
        names::place(&mut checker);
    }
    names::check(&mut checker);
    texts::check(&mut checker);
    scales::check(&mut checker);
    tree::check(&mut checker);
    forms::check(&mut checker);
    rotation::check(&mut checker);
    rules::check(&mut checker);
    fairness::check(&mut checker);
    let mut problems = checker.problems;
    problems.sort_by(|a, b| a.at.cmp(&b.at));
    problems
}

struct Checker<'a> {
    definition: &'a Definition,
    source: &'a Source,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    /// An error at the value at the end of the path.
    fn error(&mut self, path: &[Step], kind: ProblemKind) {
        self.problems.push(Problem { at: self.source.position(path), severity: Severity::Error, kind });
    }

    /// An error at the key at the end of the path.
    fn error_at_key(&mut self, path: &[Step], kind: ProblemKind) {
        self.problems.push(Problem { at: self.source.key_position(path), severity: Severity::Error, kind });
    }

    fn warn(&mut self, path: &[Step], kind: ProblemKind) {
        self.problems.push(Problem { at: self.source.position(path), severity: Severity::Warning, kind });
    }

    fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        items(self.definition)
    }

    fn item(&self, id: &str) -> Option<Item<'a>> {
        self.items().find(|item| item.id == id)
    }
}

/// A criterion or question, as far as rules and forms are concerned.
#[derive(Debug, Clone)]
struct Item<'a> {
    id: &'a str,
    path: Path,
    kind: Kind,
    criterion: bool,
    required: bool,
    asked_if: Option<&'a Condition>,
    options: &'a [ScaleOption],
}

fn items(definition: &Definition) -> impl Iterator<Item = Item<'_>> {
    let scale = |name: &str| definition.scales.get(name).map(|s| s.options.as_slice()).unwrap_or_default();
    let criteria = definition.criteria.iter().enumerate().map(move |(at, c)| Item {
        id: &c.id,
        path: at!["criterion", at],
        kind: Kind::Single,
        criterion: true,
        required: c.required,
        asked_if: c.asked_if.as_ref(),
        options: scale(&c.scale),
    });
    let questions = definition.questions.iter().enumerate().map(move |(at, q)| Item {
        id: &q.id,
        path: at!["question", at],
        kind: q.kind,
        criterion: false,
        required: q.required,
        asked_if: q.asked_if.as_ref(),
        options: q.scale.as_deref().map_or(q.options.as_slice(), scale),
    });
    criteria.chain(questions)
}

#[cfg(test)]
mod tests;
