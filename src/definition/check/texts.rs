//! Languages: every text in every language, none empty, none in a language that is not declared.

use super::{Checker, at, names::once};
use crate::definition::{
    model::{ScaleOption, Text},
    problem::ProblemKind,
    source::{Path, Step, below},
};

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    if d.languages.is_empty() {
        c.error(&at!["languages"], ProblemKind::NoLanguage);
    }
    for (at, language) in d.languages.iter().enumerate() {
        if !((2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase())) {
            c.error(&at!["languages", at], ProblemKind::BadLanguage(language.clone()));
        }
    }
    let languages: Vec<(String, Path)> =
        d.languages.iter().enumerate().map(|(at, l)| (l.clone(), at!["languages", at])).collect();
    once(c, &languages);
    for (path, text) in texts(c) {
        one(c, &path, text);
    }
}

fn one(c: &mut Checker<'_>, path: &[Step], text: &Text) {
    let d = c.definition;
    for language in &d.languages {
        match text.get(language) {
            None => c.error_at_key(path, ProblemKind::MissingTranslation(language.clone())),
            Some(words) if words.trim().is_empty() => {
                c.error(&below(path, at![language]), ProblemKind::EmptyText(language.clone()));
            }
            Some(_) => {}
        }
    }
    for language in text.keys().filter(|l| !d.languages.contains(l)) {
        c.error_at_key(&below(path, at![language]), ProblemKind::UndeclaredLanguage(language.clone()));
    }
}

/// Every text with its place.
fn texts<'a>(c: &Checker<'a>) -> Vec<(Path, &'a Text)> {
    let d = c.definition;
    let mut found = vec![(at!["title"], &d.title), (at!["index", "method"], &d.index.method)];
    let mut add = |path: Path, text: &'a Text| found.push((path, text));
    let options = |add: &mut dyn FnMut(Path, &'a Text), above: Path, options: &'a [ScaleOption]| {
        for (at, option) in options.iter().enumerate() {
            add(below(&above, at![at, "label"]), &option.label);
        }
    };
    for (name, scale) in &d.scales {
        options(&mut add, at!["scale", name, "options"], &scale.options);
    }
    for (at, part) in d.parts.iter().enumerate() {
        add(at!["part", at, "name"], &part.name);
    }
    for (at, dimension) in d.dimensions.iter().enumerate() {
        add(at!["dimension", at, "name"], &dimension.name);
    }
    for (at, criterion) in d.criteria.iter().enumerate() {
        add(at!["criterion", at, "name"], &criterion.name);
        add(at!["criterion", at, "text"], &criterion.text);
        if let Some(help) = &criterion.help {
            add(at!["criterion", at, "help"], help);
        }
    }
    for (at, question) in d.questions.iter().enumerate() {
        add(at!["question", at, "text"], &question.text);
        if let Some(help) = &question.help {
            add(at!["question", at, "help"], help);
        }
        options(&mut add, at!["question", at, "options"], &question.options);
    }
    for (at, form) in d.forms.iter().enumerate() {
        if let Some(title) = &form.title {
            add(at!["form", at, "title"], title);
        }
        add(at!["form", at, "introduction"], &form.introduction);
        for (nth, section) in form.sections.iter().enumerate() {
            add(at!["form", at, "section", nth, "title"], &section.title);
            if let Some(text) = &section.text {
                add(at!["form", at, "section", nth, "text"], text);
            }
        }
        for (id, wording) in &form.wording {
            add(at!["form", at, "wording", id], wording);
        }
    }
    for (row, plan) in &d.plan {
        add(at!["plan", row, "name"], &plan.name);
    }
    found
}
