//! The index tree and the references in it: every criterion in a dimension, every dimension in a part, none empty.

use super::{Checker, at};
use crate::definition::{
    problem::{ProblemKind, Reference},
    source::Path,
};

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    let parts: Vec<String> = d.parts.iter().map(|part| part.id.clone()).collect();
    let dimensions: Vec<String> = d.dimensions.iter().map(|dimension| dimension.id.clone()).collect();
    let scales: Vec<String> = d.scales.keys().cloned().collect();
    for (at, criterion) in d.criteria.iter().enumerate() {
        refer(c, at!["criterion", at, "dimension"], Reference::Dimension, &criterion.dimension, &dimensions);
        refer(c, at!["criterion", at, "scale"], Reference::Scale, &criterion.scale, &scales);
        plan(c, at!["criterion", at, "plan"], criterion.plan.as_ref());
    }
    for (at, question) in d.questions.iter().enumerate() {
        if let Some(scale) = &question.scale {
            refer(c, at!["question", at, "scale"], Reference::Scale, scale, &scales);
        }
    }
    for (at, dimension) in d.dimensions.iter().enumerate() {
        match &dimension.part {
            Some(part) => refer(c, at!["dimension", at, "part"], Reference::Part, part, &parts),
            None if !parts.is_empty() => {
                c.error(&at!["dimension", at], ProblemKind::DimensionWithoutPart(dimension.id.clone()));
            }
            None => {}
        }
        if !d.criteria.iter().any(|criterion| criterion.dimension == dimension.id) {
            c.error(&at!["dimension", at], ProblemKind::DimensionWithoutCriterion(dimension.id.clone()));
        }
        plan(c, at!["dimension", at, "plan"], dimension.plan.as_ref());
    }
    for (at, part) in d.parts.iter().enumerate() {
        if !d.dimensions.iter().any(|dimension| dimension.part.as_ref() == Some(&part.id)) {
            c.error(&at!["part", at], ProblemKind::PartWithoutDimension(part.id.clone()));
        }
        plan(c, at!["part", at, "plan"], part.plan.as_ref());
    }
}

fn plan(c: &mut Checker<'_>, path: Path, row: Option<&String>) {
    let rows: Vec<String> = c.definition.plan.keys().cloned().collect();
    if let Some(row) = row {
        refer(c, path, Reference::Plan, row, &rows);
    }
}

/// The name at the end of the path is one of those known.
pub(super) fn refer(c: &mut Checker<'_>, path: Path, what: Reference, id: &str, known: &[String]) {
    if !known.iter().any(|name| name == id) {
        let kind = ProblemKind::UnknownReference { what, id: id.to_owned(), known: known.to_vec() };
        c.error(&path, kind);
    }
}
