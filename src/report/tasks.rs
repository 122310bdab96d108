//! What the province's plan asks for, by its row and by dimension: data in `plans/`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{
    index::report::{CriterionResult, DimensionResult, Report},
    report::duties,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    /// Name of the plan, by language.
    name: BTreeMap<String, String>,
    /// The same where there is little room.
    short_name: BTreeMap<String, String>,
    /// Ids of the definitions whose `plan` rows are this plan's.
    definitions: Vec<String>,
    /// How bodies report what they have done, by language: the middle of a sentence.
    reports: BTreeMap<String, String>,
    #[serde(rename = "task")]
    tasks: Vec<Task>,
}

/// A task of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The plan's row.
    pub row: String,
    /// The dimension that it is about; absent: all of the row.
    #[serde(default)]
    pub dimension: Option<String>,
    /// What is to be done, by language.
    pub text: BTreeMap<String, String>,
}

#[expect(clippy::expect_used, reason = "the plan is compiled in; a test reads it")]
static PLAN: LazyLock<Plan> =
    LazyLock::new(|| toml::from_str(include_str!("../../plans/2023-2025.toml")).expect("the plan"));

/// The plan's name, if the report's questionnaire follows it.
pub fn plan(report: &Report) -> Option<&'static BTreeMap<String, String>> {
    PLAN.definitions.contains(&report.campaign.definition.id).then_some(&PLAN.name)
}

/// The same where there is little room.
pub fn short_name(report: &Report) -> Option<&'static BTreeMap<String, String>> {
    plan(report).map(|_| &PLAN.short_name)
}

/// How bodies report what they have done by the plan, if the report's questionnaire follows it: the middle of a sentence.
pub fn reports(report: &Report) -> Option<&'static BTreeMap<String, String>> {
    plan(report).map(|_| &PLAN.reports)
}

/// What the plan asks for where this criterion is below the target.
pub fn of<'a>(
    report: &'a Report,
    dimension: &'a DimensionResult,
    criterion: &'a CriterionResult,
) -> impl Iterator<Item = &'static Task> + 'a {
    let has = |criterion: &CriterionResult, row: &str| {
        criterion.responsible.as_ref().is_some_and(|responsible| responsible.plan == row)
    };
    let tasks = if plan(report).is_some() { PLAN.tasks.as_slice() } else { &[] };
    tasks.iter().filter(move |task| match &task.dimension {
        None => has(criterion, &task.row),
        // Of all its criteria, also of those with a row of their own.
        Some(about) => *about == dimension.id && dimension.criteria.iter().any(|other| has(other, &task.row)),
    })
}

/// What the plan asks for where something is below the target, by dimension, each task once: in the whole, and of units that were judged.
pub fn by_dimension(report: &Report) -> Vec<(&DimensionResult, Vec<&'static Task>)> {
    let mut found: Vec<(&DimensionResult, Vec<&'static Task>)> = Vec::new();
    let judged = duties::by_body(report).into_iter().filter(|duties| duties.unit.is_some());
    let judged = judged.flat_map(|duties| duties.items.into_iter().map(|(item, _)| item));
    for (dimension, criterion) in duties::below_target(report).into_iter().chain(judged) {
        for task in of(report, dimension, criterion) {
            let place = found.iter().position(|(known, _)| known.id == dimension.id).unwrap_or_else(|| {
                found.push((dimension, Vec::new()));
                found.len() - 1
            });
            if !found[place].1.contains(&task) {
                found[place].1.push(task);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Library;

    #[test]
    fn every_task_belongs_to_a_row_and_a_dimension_of_a_questionnaire() {
        let library = Library::built_in().unwrap();
        let mut rows = std::collections::BTreeSet::new();
        let mut dimensions = std::collections::BTreeSet::new();
        for id in &PLAN.definitions {
            let entry = library.newest(id).unwrap();
            rows.extend(entry.definition.plan.keys().cloned());
            dimensions.extend(entry.definition.dimensions.iter().map(|dimension| dimension.id.clone()));
        }
        for task in &PLAN.tasks {
            assert!(rows.contains(&task.row), "{task:?}");
            assert!(task.dimension.as_ref().is_none_or(|id| dimensions.contains(id)), "{task:?}");
            assert!(task.text.contains_key("vi") && task.text.contains_key("en"), "{task:?}");
        }
        // Nothing that may fall short is without a task.
        for row in &rows {
            assert!(PLAN.tasks.iter().any(|task| task.row == *row), "row {row} has no task");
        }
    }
}
