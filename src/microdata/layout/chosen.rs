//! Which questions are traits: what somebody could be recognised by.

use crate::{
    definition::model::{Condition, Kind as Asked},
    index::design::Item,
    questionnaire::{Question, Questionnaire},
};

use super::Source;

/// Questions whose ids begin so are about the person or the case (docs/questionnaires.md).
const TRAITS: [&str; 2] = ["person.", "case."];

/// Ids of the questions that a rule is about.
fn mentioned<'c>(condition: &'c Condition, ids: &mut Vec<&'c str>) {
    match condition {
        Condition::In(rule) => ids.push(&rule.question),
        Condition::All(all) => all.all.iter().for_each(|one| mentioned(one, ids)),
        Condition::Any(any) => any.any.iter().for_each(|one| mentioned(one, ids)),
        Condition::Not(not) => mentioned(&not.not, ids),
    }
}

/// Positions of all questions that decide, directly or not, whether the one at a position is asked.
pub(super) fn decided_by(questionnaire: &Questionnaire, at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = vec![at];
    while let Some(next) = open.pop() {
        let mut ids = Vec::new();
        if let Some(rule) = questionnaire.questions.get(next).and_then(|question| question.asked_if.as_ref())
        {
            mentioned(rule, &mut ids);
        }
        for parent in ids.into_iter().filter_map(|id| questionnaire.position(id)) {
            if !found.contains(&parent) {
                found.push(parent);
                open.push(parent);
            }
        }
    }
    found
}

/// Whether the options of a choice have a rank: by scores, by being satisfied, or by codes that are numbers.
pub(super) fn ranked(question: &Question) -> bool {
    let options = || question.options.iter();
    options().any(|option| option.score.is_some() || option.satisfied)
        || options().filter(|option| !option.missing).all(|option| option.code.parse::<i32>().is_ok())
}

/// The questions that are traits whatever weights are adjusted to: those that say by their ids that they are about the person
/// or the case, then numbers. Where no question says so, every single choice beside the index whose options have names and
/// no rank is taken for one, unless figures hang on it.
pub(super) fn chosen(questionnaire: &Questionnaire, items: &[Item]) -> Vec<usize> {
    let beside = || questionnaire.questions.iter().enumerate().filter(|(_, q)| q.dimension.is_none());
    let named = |q: &Question| TRAITS.iter().any(|prefix| q.id.starts_with(prefix));
    let single = |q: &Question| q.kind == Asked::Single;
    let mut chosen: Vec<usize> = beside().filter(|(_, q)| single(q) && named(q)).map(|(at, _)| at).collect();
    if !beside().any(|(_, q)| named(q)) {
        let items: Vec<usize> = items.iter().map(|item| item.question).collect();
        let decides = |at: usize| items.iter().any(|item| decided_by(questionnaire, *item).contains(&at));
        chosen.extend(beside().filter(|(at, q)| single(q) && !ranked(q) && !decides(*at)).map(|(at, _)| at));
    }
    chosen.extend(beside().filter(|(_, q)| q.kind == Asked::Number).map(|(at, _)| at));
    chosen
}

/// The questions that are traits, in the order in which they are told: those that weights were adjusted to, so many, then
/// those chosen.
pub(super) fn in_order(source: &Source<'_>) -> (Vec<usize>, usize) {
    let questionnaire = source.questionnaire;
    let mut order: Vec<usize> = Vec::new();
    let margins = source.design.strata.iter().flat_map(|stratum| &stratum.margins);
    for margin in margins {
        if !order.contains(&margin.question) {
            order.push(margin.question);
        }
    }
    let first = order.len();
    let chosen = chosen(questionnaire, &source.design.items);
    let mut taken = chosen.clone();
    taken.extend(&order);
    for at in chosen {
        // Whatever decides whether it is asked comes first.
        let mut before = decided_by(questionnaire, at);
        before.sort_unstable();
        for at in before.into_iter().filter(|at| taken.contains(at)).chain([at]) {
            if !order.contains(&at) {
                order.push(at);
            }
        }
    }
    (order, first)
}
