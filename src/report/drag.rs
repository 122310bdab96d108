//! What holds the index back: the criteria below the target by how much of the shortfall each of them makes.

use crate::{
    index::report::Report,
    report::{
        duties::{self, Item},
        shown,
    },
};

/// A criterion below the target, and how much higher the index would be if it reached it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drag<'a> {
    /// The criterion with its dimension.
    pub item: Item<'a>,
    /// Its share in the index times (target − figure); 0.01 is one percentage point.
    pub points: f64,
}

/// So many criteria are named beside the index.
pub const NAMED: usize = 2;

/// The criteria below the target, the one that holds the index back most first.
///
/// A criterion's share in the index is that of its dimension over the number of its criteria with a figure, which is exact
/// where a dimension is the mean of its criteria (`item_shares`) and close to it for the other ways to aggregate.
pub fn heaviest(report: &Report) -> Vec<Drag<'_>> {
    let mut found = Vec::new();
    for dimension in &report.total.dimensions {
        let with_figure = dimension.criteria.iter().filter(|c| shown::figure(&c.estimate).is_some()).count();
        for criterion in &dimension.criteria {
            let short = shown::figure(&criterion.estimate).map_or(0.0, |figure| report.target - figure);
            if short > 0.0 {
                let points = dimension.weight / with_figure as f64 * short;
                found.push(Drag { item: (dimension, criterion), points });
            }
        }
    }
    found.sort_by(|a, b| b.points.total_cmp(&a.points));
    found
}

/// All criteria: those below the target, the one that holds the index back most first, with what it does; then the others, the
/// lowest first, and those without a figure.
pub fn by_weight(report: &Report) -> Vec<(Item<'_>, Option<Drag<'_>>)> {
    let mut all: Vec<(Item<'_>, Option<Drag<'_>>)> =
        heaviest(report).into_iter().map(|drag| (drag.item, Some(drag))).collect();
    let others = duties::worst_first(report).into_iter();
    let others = others.filter(|(_, own)| all.iter().all(|((_, known), _)| !std::ptr::eq(*known, *own)));
    let others: Vec<_> = others.map(|item| (item, None)).collect();
    all.extend(others);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{index::report::Publish, report::tests::fixture};

    #[test]
    fn what_every_criterion_holds_back_adds_up_to_what_the_index_lacks() {
        let mut report = fixture::report();
        // Above every criterion, so that none makes up for another; the index as the definition says it is formed.
        report.target = 1.0;
        let figure = |estimate| shown::figure(estimate).unwrap();
        let index: f64 = report
            .total
            .dimensions
            .iter()
            .map(|d| {
                let sum: f64 = d.criteria.iter().map(|c| figure(&c.estimate)).sum();
                d.weight * sum / d.criteria.len() as f64
            })
            .sum();
        let drags = heaviest(&report);
        let all: f64 = drags.iter().map(|drag| drag.points).sum();
        assert!((all - (1.0 - index)).abs() < 1e-12, "{all} {index}");
        assert!(drags.is_sorted_by(|a, b| a.points >= b.points));
    }

    #[test]
    fn importance_counts_and_not_the_shortfall_alone() {
        let mut report = fixture::report();
        let [first, second, ..] = report.total.dimensions.as_mut_slice() else { panic!() };
        (first.weight, second.weight) = (0.9, 0.1);
        first.criteria[0].estimate.estimate = Some(0.80);
        second.criteria[0].estimate.estimate = Some(0.40);
        let id = first.criteria[0].id.clone();
        assert_eq!(heaviest(&report)[0].item.1.id, id);
    }

    #[test]
    fn all_criteria_stand_in_the_order_of_what_they_hold_back_then_of_their_figures() {
        let report = fixture::report();
        let all = by_weight(&report);
        let criteria: usize = report.total.dimensions.iter().map(|d| d.criteria.len()).sum();
        assert_eq!(all.len(), criteria);
        let points: Vec<f64> = all.iter().filter_map(|(_, drag)| Some(drag.as_ref()?.points)).collect();
        assert!(!points.is_empty() && points.is_sorted_by(|a, b| a >= b));
        let (below, others) = all.split_at(points.len());
        assert!(
            below.iter().all(|(_, drag)| drag.is_some()) && others.iter().all(|(_, drag)| drag.is_none())
        );
        let figures: Vec<f64> =
            others.iter().filter_map(|((_, own), _)| shown::figure(&own.estimate)).collect();
        assert!(figures.is_sorted() && figures.iter().all(|figure| *figure >= report.target));
    }

    #[test]
    fn d_01_a_hidden_figure_holds_nothing_back() {
        let mut report = fixture::report();
        report.total.dimensions[0].criteria[0].estimate.estimate = Some(0.1);
        report.total.dimensions[0].criteria[0].estimate.publish = Publish::Suppress;
        let id = &report.total.dimensions[0].criteria[0].id;
        assert!(heaviest(&report).iter().all(|drag| drag.item.1.id != *id));
        assert!(heaviest(&fixture::closed_until_end()).is_empty());
    }
}
