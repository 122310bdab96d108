//! Rotation: enough modules, fewer asked than there are, and no item that could be left without answers or counted by
//! a weight that is not known.

use super::{Checker, at, names::well_formed};
use crate::definition::{
    model::{Aggregation, Form},
    problem::ProblemKind,
    rotation::{MOST_CHOICES, choices, modules},
};

pub(super) fn check(c: &mut Checker<'_>) {
    for (at, form) in c.definition.forms.iter().enumerate() {
        names(c, at, form);
        if form.rotation.is_some() {
            numbers(c, at, form);
            criteria(c, at, form);
            if c.definition.index.aggregation == Aggregation::RespondentScores {
                dimensions(c, at, form);
            }
        }
    }
}

/// Modules have an id that programs and reports can use, and are there only where something rotates.
fn names(c: &mut Checker<'_>, at: usize, form: &Form) {
    for (nth, section) in form.sections.iter().enumerate() {
        let Some(module) = &section.module else { continue };
        let path = at!["form", at, "section", nth, "module"];
        if !well_formed(module) {
            c.error(&path, ProblemKind::BadId(module.clone()));
        }
        if form.rotation.is_none() {
            let (module, form) = (module.clone(), form.id.clone());
            c.error(&path, ProblemKind::ModuleWithoutRotation { module, form });
        }
    }
}

fn numbers(c: &mut Checker<'_>, at: usize, form: &Form) {
    let Some(rotation) = form.rotation else { return };
    let modules = modules(form).len();
    let path = at!["form", at, "rotation", "ask"];
    if modules < 2 {
        let kind = ProblemKind::TooFewModules { form: form.id.clone(), modules };
        return c.error(&at!["form", at, "rotation"], kind);
    }
    let ask = rotation.ask as usize;
    if ask < 1 || ask >= modules {
        c.error(&path, ProblemKind::AskOutsideModules { ask: rotation.ask, modules });
    } else if choices(modules, ask).is_none_or(|ways| ways > MOST_CHOICES) {
        c.error(&path, ProblemKind::TooManyChoices { ask: rotation.ask, modules, most: MOST_CHOICES });
    } else if ask == 1 {
        c.warn(&path, ProblemKind::OneModuleAsked(form.id.clone()));
    }
}

/// Every module asks a criterion of all who are asked the module: its answer, or that it was left blank, tells who
/// they were.
fn criteria(c: &mut Checker<'_>, at: usize, form: &Form) {
    for module in modules(form) {
        let mut sections =
            form.sections.iter().enumerate().filter(|(_, section)| section.module.as_deref() == Some(module));
        let first = sections.clone().next().map_or(0, |(nth, _)| nth);
        let tells = sections.any(|(_, section)| {
            section.asked_if.is_none()
                && section
                    .ask
                    .iter()
                    .filter_map(|id| c.item(id))
                    .any(|item| item.criterion && item.asked_if.is_none())
        });
        if !tells {
            let kind =
                ProblemKind::ModuleWithoutCriterion { module: module.to_owned(), form: form.id.clone() };
            c.error(&at!["form", at, "section", first, "module"], kind);
        }
    }
}

/// A respondent's own mean of a dimension is over the same items for everybody who has one.
fn dimensions(c: &mut Checker<'_>, at: usize, form: &Form) {
    let mut homes: Vec<(&str, Option<&str>)> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for (nth, section) in form.sections.iter().enumerate() {
        for (position, id) in section.ask.iter().enumerate() {
            let Some(criterion) = c.definition.criteria.iter().find(|criterion| criterion.id == *id) else {
                continue;
            };
            let (dimension, module) = (criterion.dimension.as_str(), section.module.as_deref());
            match homes.iter().find(|(known, _)| *known == dimension) {
                Some((_, home)) if *home != module && !told.contains(&dimension) => {
                    told.push(dimension);
                    let kind = ProblemKind::DimensionAcrossModules {
                        dimension: dimension.to_owned(),
                        form: form.id.clone(),
                    };
                    c.error(&at!["form", at, "section", nth, "ask", position], kind);
                }
                Some(_) => {}
                None => homes.push((dimension, module)),
            }
        }
    }
}
