//! Numbers and options: index settings, scales, and the settings of questions beside the index.

use std::collections::BTreeSet;

use super::{Checker, at, names::once};
use crate::definition::{
    faces,
    model::{Kind, Measure, OtherQuestion, Pictogram, ScaleOption},
    problem::{Limits, ProblemKind},
    source::{Path, Step, below},
};

/// Options that a packed answer can tell apart, with room for "not asked" and "left blank".
const MOST_OPTIONS: usize = 250;
/// Longest option code, in characters.
pub(in crate::definition) const LONGEST_CODE: usize = 24;
/// No published cell may stand for fewer answers.
const FEWEST_ANSWERS: u32 = 5;

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    limits(c, at!["index", "target"], d.index.target, Limits::InsideUnit);
    limits(c, at!["index", "level"], d.index.level, Limits::InsideUnit);
    limits(c, at!["index", "caution_n_eff"], d.index.caution_n_eff, Limits::Positive);
    limits(c, at!["index", "caution_width"], d.index.caution_width, Limits::PositiveUnit);
    for (code, weight) in &d.index.group_weights {
        limits(c, at!["index", "group_weights", code.as_str()], *weight, Limits::Positive);
    }
    if let Some(fewest) = d.index.minimum_answers.filter(|n| *n < FEWEST_ANSWERS) {
        c.error(&at!["index", "minimum_answers"], ProblemKind::MinimumTooSmall(fewest));
    }
    for (at, part) in d.parts.iter().enumerate() {
        limits(c, at!["part", at, "weight"], part.weight, Limits::Positive);
    }
    for (at, dimension) in d.dimensions.iter().enumerate() {
        limits(c, at!["dimension", at, "weight"], dimension.weight, Limits::Positive);
    }
    for (at, criterion) in d.criteria.iter().enumerate() {
        limits(c, at!["criterion", at, "weight"], criterion.weight, Limits::Positive);
    }
    for (at, form) in d.forms.iter().enumerate() {
        if let Some(target) = form.target {
            limits(c, at!["form", at, "target"], target, Limits::InsideUnit);
        }
    }
    let of_criteria: BTreeSet<&str> = d.criteria.iter().map(|criterion| criterion.scale.as_str()).collect();
    for (name, scale) in &d.scales {
        let path = at!["scale", name];
        options(c, &below(&path, at!["options"]), &scale.options);
        if scale.pictogram == Some(Pictogram::Faces) && faces::ranks(&scale.options).is_none() {
            c.error(&below(&path, at!["pictogram"]), ProblemKind::NoOrderForFaces);
        }
        if of_criteria.contains(name.as_str()) {
            counts(c, &path, &scale.options);
        }
    }
    for (at, question) in d.questions.iter().enumerate() {
        self::question(c, &at!["question", at], question);
    }
}

fn limits(c: &mut Checker<'_>, path: Path, number: f64, limits: Limits) {
    let inside = match limits {
        Limits::InsideUnit => number > 0.0 && number < 1.0,
        Limits::Unit => (0.0..=1.0).contains(&number),
        Limits::Positive => number > 0.0 && number.is_finite(),
        Limits::PositiveUnit => number > 0.0 && number <= 1.0,
    };
    if !inside {
        c.error(&path, ProblemKind::OutOfLimits(number, limits));
    }
}

fn options(c: &mut Checker<'_>, path: &[Step], options: &[ScaleOption]) {
    if options.len() < 2 {
        c.error(path, ProblemKind::TooFewOptions(options.len()));
    }
    if options.len() > MOST_OPTIONS {
        c.error(path, ProblemKind::TooManyOptions(options.len()));
    }
    for (at, option) in options.iter().enumerate() {
        let code = &option.code;
        if !(1..=LONGEST_CODE).contains(&code.len())
            || !code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
        {
            c.error(&below(path, at![at, "code"]), ProblemKind::BadCode(code.clone()));
        }
        if let Some(score) = option.score {
            limits(c, below(path, at![at, "score"]), score, Limits::Unit);
        }
        if option.missing && (option.satisfied || option.score.is_some()) {
            c.error(&below(path, at![at]), ProblemKind::MissingCounts(code.clone()));
        }
    }
    let codes: Vec<(String, Path)> = options
        .iter()
        .enumerate()
        .map(|(at, option)| (option.code.clone(), below(path, at![at, "code"])))
        .collect();
    once(c, &codes);
}

/// Whether a scale can tell satisfied from unsatisfied, and has the scores that the measure needs.
fn counts(c: &mut Checker<'_>, path: &[Step], options: &[ScaleOption]) {
    if !options.iter().any(|o| o.satisfied && !o.missing) {
        c.error(path, ProblemKind::NoSatisfiedOption);
    }
    if !options.iter().any(|o| !o.satisfied && !o.missing) {
        c.error(path, ProblemKind::NoUnsatisfiedOption);
    }
    if c.definition.index.measure == Measure::MeanScore {
        for (at, option) in options.iter().enumerate().filter(|(_, o)| !o.missing && o.score.is_none()) {
            c.error(&below(path, at!["options", at]), ProblemKind::MissingScore(option.code.clone()));
        }
    }
}

fn question(c: &mut Checker<'_>, path: &[Step], question: &OtherQuestion) {
    let choice = matches!(question.kind, Kind::Single | Kind::Multiple);
    let kind = match question.kind {
        Kind::Single => "single",
        Kind::Multiple => "multiple",
        Kind::Text => "text",
        Kind::Number => "number",
    };
    let given = [
        ("scale", question.scale.is_some(), choice),
        ("options", !question.options.is_empty(), choice),
        ("max_length", question.max_length.is_some(), question.kind == Kind::Text),
        ("min", question.min.is_some(), question.kind == Kind::Number),
        ("max", question.max.is_some(), question.kind == Kind::Number),
    ];
    for (key, _, _) in given.into_iter().filter(|(_, given, allowed)| *given && !allowed) {
        c.error_at_key(&below(path, at![key]), ProblemKind::KeyNotForKind { key, kind });
    }
    if choice {
        match (&question.scale, question.options.is_empty()) {
            (Some(_), false) => c.error_at_key(&below(path, at!["options"]), ProblemKind::ScaleAndOptions),
            (None, true) => c.error(path, ProblemKind::NoOptions),
            (None, false) => options(c, &below(path, at!["options"]), &question.options),
            (Some(_), true) => {}
        }
    }
    if let (Some(min), Some(max)) = (question.min, question.max)
        && min > max
    {
        c.error(&below(path, at!["min"]), ProblemKind::MinAboveMax(min, max));
    }
    if question.max_length == Some(0) {
        c.error(&below(path, at!["max_length"]), ProblemKind::NoLength);
    }
}
