//! Sharing a whole number of answers out among units.

use super::units::Unit;

/// By what units get their part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// The same for all.
    Equal,
    /// By population.
    Proportional,
    /// By `N S √deff / √cost`: the smallest variance of the province for the cost (Neyman 1934; Cochran 1977, §5.5).
    Neyman,
    /// By a power (0..1) of the population: between equal (0) and proportional (1) (Bankier 1988, for units with the
    /// same coefficient of variation; ½ is the square-root allocation).
    Power(f64),
}

impl Rule {
    /// The weight of a unit.
    #[must_use]
    pub fn weight(self, unit: &Unit) -> f64 {
        let population = unit.population as f64;
        match self {
            Self::Equal => 1.0,
            Self::Proportional => population,
            Self::Neyman => population * (unit.variance * unit.deff / unit.cost).sqrt(),
            Self::Power(exponent) => population.powf(exponent),
        }
    }
}

/// What a unit gets at least and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
}

/// Shares `total` out by weights (0 or more) within bounds (`least ≤ most`), so that the parts add up to it exactly;
/// a total outside the sums of the bounds is moved to the nearer one.
///
/// What a unit may not take goes to the others by their weights, until all are within; fractions are settled by
/// largest remainder, the earlier unit first. Units without weight share equally what no other may take.
#[must_use]
pub fn share_out(total: u64, weights: &[f64], bounds: &[Bounds]) -> Vec<u64> {
    let least: u64 = bounds.iter().map(|bounds| bounds.least).sum();
    let most: u64 = bounds.iter().map(|bounds| bounds.most).sum();
    let total = total.clamp(least, most);
    let mut fixed: Vec<Option<u64>> = vec![None; bounds.len()];
    let parts = loop {
        let open: Vec<usize> = (0..bounds.len()).filter(|&unit| fixed[unit].is_none()).collect();
        let left = total - fixed.iter().flatten().sum::<u64>();
        let whole: f64 = open.iter().map(|&unit| weights[unit]).sum();
        let part = |unit: usize| {
            let share = if whole > 0.0 { weights[unit] / whole } else { 1.0 / open.len() as f64 };
            left as f64 * share
        };
        let (mut above, mut below) = (0.0, 0.0);
        for &unit in &open {
            above += (part(unit) - bounds[unit].most as f64).max(0.0);
            below += (bounds[unit].least as f64 - part(unit)).max(0.0);
        }
        // The side that is further out is the one whose bounds hold for certain: once its units are fixed, what the
        // others get moves towards it.
        let mut changed = false;
        for &unit in &open {
            if above >= below && part(unit) > bounds[unit].most as f64 {
                fixed[unit] = Some(bounds[unit].most);
                changed = true;
            } else if above <= below && part(unit) < bounds[unit].least as f64 {
                fixed[unit] = Some(bounds[unit].least);
                changed = true;
            }
        }
        if !changed {
            break (0..bounds.len()).map(|unit| (fixed[unit], part(unit))).collect::<Vec<_>>();
        }
    };
    let mut result: Vec<u64> = parts
        .iter()
        .zip(bounds)
        .map(|(&(fixed, part), bounds)| {
            fixed.unwrap_or_else(|| ((part + 1e-9).floor() as u64).clamp(bounds.least, bounds.most))
        })
        .collect();
    let mut order: Vec<usize> = (0..bounds.len()).filter(|&unit| parts[unit].0.is_none()).collect();
    let remainder = |unit: usize| parts[unit].1 - parts[unit].1.floor();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    // One round settles fractions; further ones only what rounding in floating point may leave.
    let mut missing = total.saturating_sub(result.iter().sum());
    while missing > 0 {
        let before = missing;
        for &unit in order.iter().chain(&(0..bounds.len()).collect::<Vec<_>>()) {
            if missing > 0 && result[unit] < bounds[unit].most {
                result[unit] += 1;
                missing -= 1;
            }
        }
        if missing == before {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(population: u64, variance: f64, cost: f64) -> Unit {
        Unit {
            code: String::new(),
            name: String::new(),
            population,
            variance,
            share: 0.5,
            deff: 1.0,
            response_rate: 1.0,
            cost,
        }
    }

    fn free(n: usize) -> Vec<Bounds> {
        vec![Bounds { least: 0, most: 1_000_000 }; n]
    }

    fn by(rule: Rule, total: u64, units: &[Unit]) -> Vec<u64> {
        let weights: Vec<f64> = units.iter().map(|unit| rule.weight(unit)).collect();
        share_out(total, &weights, &free(units.len()))
    }

    #[test]
    fn by_hand() {
        // N = 100, 400, 900; S = 3, 2, 1; cost = 1, 4, 1.
        let units = [unit(100, 9.0, 1.0), unit(400, 4.0, 4.0), unit(900, 1.0, 1.0)];
        assert_eq!(by(Rule::Equal, 120, &units), [40, 40, 40]);
        // 140 · (100, 400, 900)/1400
        assert_eq!(by(Rule::Proportional, 140, &units), [10, 40, 90]);
        // N S/√c = 300, 400, 900: 160 · (300, 400, 900)/1600
        assert_eq!(by(Rule::Neyman, 160, &units), [30, 40, 90]);
        // √N = 10, 20, 30: 120 · (10, 20, 30)/60
        assert_eq!(by(Rule::Power(0.5), 120, &units), [20, 40, 60]);
        assert_eq!(by(Rule::Power(0.0), 120, &units), by(Rule::Equal, 120, &units));
        assert_eq!(by(Rule::Power(1.0), 140, &units), by(Rule::Proportional, 140, &units));
    }

    #[test]
    fn fractions_go_to_the_largest_remainders() {
        // 10 · (1, 2, 4)/7 = 1.43, 2.86, 5.71: two left, to the second and the third.
        assert_eq!(share_out(10, &[1.0, 2.0, 4.0], &free(3)), [1, 3, 6]);
        // 10 · 1/4 = 2.5 each: the earlier ones.
        assert_eq!(share_out(10, &[1.0; 4], &free(4)), [3, 3, 2, 2]);
    }

    #[test]
    fn what_one_may_not_take_goes_to_the_others() {
        let bounds = [
            Bounds { least: 30, most: 1000 },
            Bounds { least: 30, most: 1000 },
            Bounds { least: 30, most: 50 },
        ];
        // By weight 1, 2, 7 of 200: 20, 40, 140. The third is capped at 50, leaving 150 in 1 : 2 = 50, 100.
        assert_eq!(share_out(200, &[1.0, 2.0, 7.0], &bounds), [50, 100, 50]);
        // Of 120: 70 are left in 1 : 2 = 23.3, 46.7; the first is raised to 30.
        assert_eq!(share_out(120, &[1.0, 2.0, 7.0], &bounds), [30, 40, 50]);
        // All three at their least; below and above what is possible.
        assert_eq!(share_out(0, &[1.0, 2.0, 7.0], &bounds), [30, 30, 30]);
        assert_eq!(share_out(u64::MAX, &[1.0, 2.0, 7.0], &bounds), [1000, 1000, 50]);
        assert_eq!(
            share_out(9, &[0.0, 1.0], &[Bounds { least: 0, most: 9 }, Bounds { least: 0, most: 4 }]),
            [5, 4]
        );
    }

    proptest! {
        #[test]
        fn parts_are_within_bounds_add_up_and_follow_weights(
            units in prop::collection::vec((0.01f64..1e6, 0u64..50, 0u64..5000), 1..40),
            portion in 0.0f64..=1.0,
        ) {
            let weights: Vec<f64> = units.iter().map(|unit| unit.0).collect();
            let bounds: Vec<Bounds> =
                units.iter().map(|unit| Bounds { least: unit.1, most: unit.1 + unit.2 }).collect();
            let least: u64 = bounds.iter().map(|bounds| bounds.least).sum();
            let most: u64 = bounds.iter().map(|bounds| bounds.most).sum();
            let total = least + (portion * (most - least) as f64) as u64;
            let parts = share_out(total, &weights, &bounds);
            prop_assert_eq!(parts.iter().sum::<u64>(), total);
            let mut rates: Vec<(f64, f64)> = Vec::new();
            for ((part, bounds), weight) in parts.iter().zip(&bounds).zip(&weights) {
                prop_assert!(bounds.least <= *part && *part <= bounds.most);
                // Within bounds the part is the rate times the weight, to one answer.
                let low = if *part < bounds.most { (*part as f64 + 1.0 + 1e-6) / weight } else { f64::INFINITY };
                let high = if *part > bounds.least { (*part as f64 - 1.0 - 1e-6) / weight } else { 0.0 };
                rates.push((high, low));
            }
            let (at_least, at_most) =
                rates.iter().fold((0.0f64, f64::INFINITY), |(a, b), (high, low)| (a.max(*high), b.min(*low)));
            prop_assert!(at_least <= at_most, "no common rate: {} > {}", at_least, at_most);
        }
    }
}
