//! What holds the index back: the criteria below the target by how much of the shortfall each of them makes.

use crate::{
    index::report::{CriterionResult, Report},
    report::{
        duties::{self, Item},
        shown, words,
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
/// A criterion's share in the index is that of its dimension times its own in it, which is exact where a dimension is the weighted mean of
/// its criteria (`item_shares`) and close to it for the other ways to aggregate. What a hidden criterion holds back is nobody else's;
/// one that nobody was asked leaves its share to the others. Where it may not be told that nobody was asked, it counts as a hidden one,
/// and the others seem to hold back less than they do.
pub fn heaviest(report: &Report) -> Vec<Drag<'_>> {
    let mut found = Vec::new();
    for dimension in &report.total.dimensions {
        let asked = dimension.criteria.iter().filter(|criterion| !words::is_unasked(&criterion.estimate));
        let all: f64 = asked.map(weight).sum();
        for criterion in &dimension.criteria {
            let short = shown::figure(&criterion.estimate).map_or(0.0, |figure| report.target - figure);
            if short > 0.0 {
                let points = dimension.weight * weight(criterion) / all * short;
                found.push(Drag { item: (dimension, criterion), points });
            }
        }
    }
    found.sort_by(|a, b| b.points.total_cmp(&a.points));
    found
}

/// What a criterion weighs in its dimension; the same for all where an earlier version kept the report.
fn weight(criterion: &CriterionResult) -> f64 {
    criterion.in_dimension.unwrap_or(1.0)
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
    use crate::{
        index::report::{Estimate, Publish},
        report::tests::fixture,
    };

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
    fn a_criterion_counts_as_much_as_it_weighs_in_its_dimension() {
        let mut report = fixture::report();
        let before: Vec<f64> = heaviest(&report).iter().map(|drag| drag.points).collect();
        // Reports that earlier versions kept do not say it; there all weigh the same.
        let criteria = report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria);
        criteria.for_each(|criterion| criterion.in_dimension = None);
        let kept: Vec<f64> = heaviest(&report).iter().map(|drag| drag.points).collect();
        assert!(before.iter().zip(&kept).all(|(a, b)| (a - b).abs() < 1e-12) && before.len() == kept.len());
        let dimension = &mut report.total.dimensions[0];
        for (criterion, weight) in dimension.criteria.iter_mut().zip([0.5, 0.3, 0.2]) {
            criterion.in_dimension = Some(weight);
            criterion.estimate.estimate = Some(0.8);
        }
        let (weight, target) = (dimension.weight, report.target);
        for (at, share) in [0.5, 0.3, 0.2].into_iter().enumerate() {
            let id = &report.total.dimensions[0].criteria[at].id;
            let found = heaviest(&report).into_iter().find(|drag| drag.item.1.id == *id).unwrap();
            assert!((found.points - weight * share * (target - 0.8)).abs() < 1e-12);
        }
    }

    #[test]
    fn what_others_hold_back_does_not_grow_where_a_figure_is_hidden() {
        let report = fixture::report();
        let of = |report: &Report, id: &str| {
            let found = heaviest(report).into_iter().find(|drag| drag.item.1.id == id);
            found.map(|drag| drag.points)
        };
        let mut hidden = report.clone();
        for criterion in hidden.total.dimensions[1].criteria.iter_mut().take(2) {
            criterion.estimate = Estimate::default();
        }
        let id = &report.total.dimensions[1].criteria[3].id;
        assert!(of(&report, id).is_some_and(|points| points > 0.0));
        assert_eq!(of(&hidden, id), of(&report, id));
        // What nobody was asked is no part of the index; the others make it up.
        let nobody = Estimate { n: Some(0), publish: Publish::Publish, ..Estimate::default() };
        for criterion in hidden.total.dimensions[1].criteria.iter_mut().take(2) {
            criterion.estimate = nobody.clone();
        }
        let doubled = of(&report, id).map(|points| points * 2.0);
        assert!(of(&hidden, id).zip(doubled).is_some_and(|(a, b)| (a - b).abs() < 1e-12));
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
