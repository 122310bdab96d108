//! The cells of a place's figures, in one order: items, dimensions, parts, the index.

use crate::definition::model::{Aggregation, Audience};

use super::{
    compute::hide_criterion,
    domain::Domain,
    plan::Plan,
    report::{Estimate, Publish, Result as Figures},
};

/// The cells of the index tree: items, dimensions, parts, the index; for each, those right below it.
pub(super) fn cells_below(plan: &Plan<'_>) -> Vec<Vec<usize>> {
    let (items, dimensions) = (plan.items.len(), plan.dimensions.len());
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); items];
    below.extend(plan.dimensions.iter().map(|dimension| dimension.items.clone()));
    below.extend(plan.parts.iter().map(|part| part.dimensions.iter().map(|at| items + at).collect()));
    below.push((items + dimensions..items + dimensions + plan.parts.len()).collect());
    below
}

/// The items below a cell; of an item: itself.
pub(super) fn leaves(below: &[Vec<usize>], cell: usize) -> Vec<usize> {
    if below[cell].is_empty() {
        return vec![cell];
    }
    below[cell].iter().flat_map(|part| leaves(below, *part)).collect()
}

/// How the mean of a cell is formed.
#[derive(Debug, Clone, Default)]
pub(super) enum Formed {
    /// From the means of its parts; that of an item from its answers.
    #[default]
    Means,
    /// From all answers to these items at once, which count by these weights.
    Answers(Vec<(usize, f64)>),
    /// From one score for each who answered, which the answers to these items make up by these weights.
    Scores(Vec<(usize, f64)>),
}

/// The same of each cell.
pub(super) fn formed(plan: &Plan<'_>) -> Vec<Formed> {
    let weighted = |items: &[usize]| items.iter().map(|item| (*item, plan.items[*item].weight)).collect();
    let aggregation = plan.definition.index.aggregation;
    let dimensions = plan.dimensions.iter().map(|dimension| match aggregation {
        Aggregation::ItemShares => Formed::Means,
        Aggregation::PooledAnswers => Formed::Answers(weighted(&dimension.items)),
        Aggregation::RespondentScores => Formed::Scores(weighted(&dimension.items)),
    });
    let pool = aggregation == Aggregation::PooledAnswers && plan.by_items;
    let above = |items: &[usize]| if pool { Formed::Answers(weighted(items)) } else { Formed::Means };
    let all: Vec<usize> = (0..plan.items.len()).collect();
    let items = all.iter().map(|_| Formed::Means);
    let parts = plan.parts.iter().map(|part| above(&plan.items_of(part)));
    items.chain(dimensions).chain(parts).chain([above(&all)]).collect()
}

/// Whether all who answered an item, or each of the items below a cell, gave it the same answer: then the figure names everybody's
/// (security test D-04).
pub(super) fn is_told_alike(plan: &Plan<'_>, domain: &Domain<'_>, below: &[Vec<usize>], cell: usize) -> bool {
    let different = leaves(below, cell).into_iter().map(|item| domain.different(&plan.items[item], item));
    different.max() == Some(1)
}

/// Answers behind each cell.
pub(super) fn answers_behind(plan: &Plan<'_>, result: &Figures) -> Vec<u64> {
    let (items, dimensions) = (plan.items.len(), plan.dimensions.len());
    let index = items + dimensions + plan.parts.len();
    let mut n = vec![0; index + 1];
    for (dimension, planned) in result.dimensions.iter().zip(&plan.dimensions) {
        for (criterion, item) in dimension.criteria.iter().zip(&planned.items) {
            n[*item] = criterion.estimate.n.unwrap_or(0);
        }
    }
    for (at, dimension) in result.dimensions.iter().enumerate() {
        n[items + at] = dimension.estimate.n.unwrap_or(0);
    }
    for (at, part) in result.parts.iter().enumerate() {
        n[items + dimensions + at] = part.estimate.n.unwrap_or(0);
    }
    n[index] = result.index.n.unwrap_or(0);
    n
}

/// Hides these cells; true if any of them had answers.
pub(super) fn hide_cells(plan: &Plan<'_>, result: &mut Figures, hidden: &[bool], n: &[u64]) -> bool {
    let (items, dimensions) = (plan.items.len(), plan.dimensions.len());
    let index = items + dimensions + plan.parts.len();
    let mut any = false;
    let mut check = |cell: usize, estimate: &mut Estimate| {
        if hidden[cell] {
            any |= n[cell] > 0;
            *estimate = Estimate::default();
        }
    };
    check(index, &mut result.index);
    result.points = result.points.filter(|_| !hidden[index]);
    for (at, part) in result.parts.iter_mut().enumerate() {
        check(items + dimensions + at, &mut part.estimate);
    }
    for (at, dimension) in result.dimensions.iter_mut().enumerate() {
        check(items + at, &mut dimension.estimate);
        dimension.points = dimension.points.filter(|_| !hidden[items + at]);
        for (criterion, item) in dimension.criteria.iter_mut().zip(&plan.dimensions[at].items) {
            check(*item, &mut criterion.estimate);
            if hidden[*item] {
                hide_criterion(criterion);
            }
        }
    }
    any
}

/// The items that nobody at all was asked, of at least `k` people who answered: that is the questionnaire's rules at work, and there is
/// nobody whose answers could be hidden. Of officials none: it would say what all of them answered to the question before (D-04).
/// `total` is the whole, with nothing hidden yet.
pub(super) fn unasked(plan: &Plan<'_>, total: &Figures, k: u64) -> Vec<bool> {
    let citizens = plan.definition.audience == Audience::Citizens;
    if citizens && total.responses.is_some_and(|n| n >= k) {
        told_unasked(plan, total)
    } else {
        vec![false; plan.items.len()]
    }
}

/// The items that nobody was asked, as figures say it.
pub(super) fn told_unasked(plan: &Plan<'_>, figures: &Figures) -> Vec<bool> {
    let mut items = vec![false; plan.items.len()];
    for (dimension, planned) in figures.dimensions.iter().zip(&plan.dimensions) {
        for (criterion, item) in dimension.criteria.iter().zip(&planned.items) {
            items[*item] = criterion.asked == Some(0);
        }
    }
    items
}

/// Says of these items that they have no answers, instead of hiding that, and of what consists of nothing else.
pub(super) fn tell_unasked(plan: &Plan<'_>, result: &mut Figures, unasked: &[bool]) {
    let nobody = || Estimate { n: Some(0), publish: Publish::Publish, ..Estimate::default() };
    let all = |items: &[usize]| !items.is_empty() && items.iter().all(|item| unasked[*item]);
    for (dimension, planned) in result.dimensions.iter_mut().zip(&plan.dimensions) {
        for (criterion, item) in dimension.criteria.iter_mut().zip(&planned.items) {
            if unasked[*item] {
                criterion.asked = Some(0);
                (criterion.estimate, criterion.mean) = (nobody(), nobody());
            }
        }
        if all(&planned.items) {
            dimension.estimate = nobody();
        }
    }
    for (part, planned) in result.parts.iter_mut().zip(&plan.parts) {
        if all(&plan.items_of(planned)) {
            part.estimate = nobody();
        }
    }
}

/// Which cells a report hides, by cell: items, dimensions, parts, the index.
pub(super) fn hidden_in(plan: &Plan<'_>, figures: &Figures) -> Vec<bool> {
    let secret = |publish: Publish| publish == Publish::Suppress;
    let mut items = vec![true; plan.items.len()];
    for (dimension, planned) in figures.dimensions.iter().zip(&plan.dimensions) {
        for (criterion, item) in dimension.criteria.iter().zip(&planned.items) {
            items[*item] = secret(criterion.estimate.publish);
        }
    }
    items.extend(figures.dimensions.iter().map(|dimension| secret(dimension.estimate.publish)));
    items.extend(figures.parts.iter().map(|part| secret(part.estimate.publish)));
    items.push(secret(figures.index.publish));
    items
}
