//! Strata of fewer than k answers are joined with others: their weight and population would tell them apart.

use crate::index::design::{Margin, Stratum};

/// A stratum of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Codes of its units.
    pub units: Vec<String>,
    /// Codes of the groups of raters in it.
    pub groups: Vec<String>,
    /// People who judged several units, by number.
    pub cluster: Option<usize>,
    /// Answer sheets.
    pub answers: u64,
    /// The population; absent where nothing is weighted.
    pub population: Option<u64>,
    /// What an answer stands for before margins.
    pub base_weight: f64,
    /// What the weights were adjusted to; nothing where strata were joined.
    pub margins: Vec<Margin>,
    /// Positions of the strata of the report.
    pub of: Vec<usize>,
}

/// Joins the strata of fewer than `k` answers: always the smallest with the next larger one of the same parent, where none is
/// left with the next larger of all. `parent` is the unit above the unit with a code. Fewer than `k` answers in all stay
/// one stratum.
pub fn join(strata: &[Stratum], parent: impl Fn(&str) -> Option<String>, k: u64) -> Vec<Joined> {
    let mut joined: Vec<Joined> = strata
        .iter()
        .enumerate()
        .map(|(at, stratum)| Joined {
            units: vec![stratum.unit.clone()],
            groups: stratum.groups.clone(),
            cluster: stratum.cluster,
            answers: stratum.answers,
            population: stratum.population,
            base_weight: stratum.base_weight,
            margins: stratum.margins.clone(),
            of: vec![at],
        })
        .collect();
    let above = |joined: &Joined| joined.units.first().and_then(|unit| parent(unit));
    while joined.len() > 1 {
        let smallest = joined.iter().enumerate().min_by_key(|(_, s)| (s.answers, s.of.first().copied()));
        let Some((at, _)) = smallest.filter(|(_, smallest)| smallest.answers < k) else { break };
        let small = joined.remove(at);
        let place = above(&small);
        let next = joined
            .iter()
            .enumerate()
            .min_by_key(|(_, s)| {
                (s.units.first() != small.units.first(), above(s) != place, s.answers, s.of.first().copied())
            })
            .map(|(at, _)| at);
        let Some(next) = next.and_then(|at| joined.get_mut(at)) else { break };
        let answers = next.answers + small.answers;
        next.base_weight = (next.base_weight * next.answers as f64
            + small.base_weight * small.answers as f64)
            / answers as f64;
        next.answers = answers;
        next.population = next.population.zip(small.population).map(|(a, b)| a + b);
        next.cluster = next.cluster.min(small.cluster);
        next.margins.clear();
        next.units.extend(small.units);
        next.groups.extend(small.groups);
        next.of.extend(small.of);
        for codes in [&mut next.units, &mut next.groups] {
            codes.sort();
            codes.dedup();
        }
        next.of.sort_unstable();
    }
    joined.sort_by_key(|joined| joined.of.first().copied());
    joined
}

#[cfg(test)]
mod tests {
    use crate::index::report::WeightingMethod;

    use super::*;

    fn stratum(unit: &str, answers: u64, population: u64) -> Stratum {
        Stratum {
            unit: unit.to_owned(),
            groups: Vec::new(),
            cluster: None,
            answers,
            population: Some(population),
            base_weight: population as f64 / answers as f64,
            margins: Vec::new(),
            weights: Vec::new(),
            method: WeightingMethod::Population,
        }
    }

    #[test]
    fn d_09_few_answers_are_joined_with_the_next_of_the_same_parent() {
        let strata =
            [stratum("a1", 40, 400), stratum("a2", 4, 100), stratum("a3", 15, 60), stratum("b1", 11, 50)];
        let joined = join(&strata, |unit| unit.get(..1).map(str::to_owned), 10);
        let told: Vec<(String, u64, Option<u64>)> =
            joined.iter().map(|s| (s.units.join("+"), s.answers, s.population)).collect();
        assert_eq!(
            told,
            [("a1".into(), 40, Some(400)), ("a2+a3".into(), 19, Some(160)), ("b1".into(), 11, Some(50))]
        );
        assert!((joined[1].base_weight * 19.0 - 160.0).abs() < 1e-12, "the population stays what it was");
        let few = join(&strata[1..2], |_| None, 10);
        assert_eq!((few.len(), few[0].answers), (1, 4));
    }
}
