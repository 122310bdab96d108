//! A figure against its target, decided by the interval and never by the point alone.

use serde::Serialize;

use super::{interval::Interval, quantile};

/// What an interval says about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The whole interval is at or above the target.
    Met,
    /// The whole interval is below the target.
    NotMet,
    /// The interval holds the target, or there is none.
    Undecided,
}

/// Decides with unrounded numbers: met if `lower ≥ target`, not met if `upper < target`, else undecided.
#[must_use]
pub fn decide(interval: Option<&Interval>, target: f64) -> Decision {
    match interval {
        Some(interval) if interval.lower >= target => Decision::Met,
        Some(interval) if interval.upper < target => Decision::NotMet,
        _ => Decision::Undecided,
    }
}

/// The t statistic of an estimate against a target with its one-sided probabilities; information, not a decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// `(estimate − target)/se`.
    pub t: f64,
    /// P(T ≥ t): small where the estimate is clearly above the target.
    pub p_exceeds: f64,
    /// P(T ≤ t): small where it is clearly below.
    pub p_below: f64,
}

/// The evidence; `None` where the standard error is 0 or there are no degrees of freedom.
#[must_use]
pub fn evidence(estimate: f64, se: f64, df: i64, target: f64) -> Option<Evidence> {
    if !super::positive(se) {
        return None;
    }
    let t = (estimate - target) / se;
    Some(Evidence { t, p_exceeds: quantile::t_upper_tail(t, df)?, p_below: quantile::t_upper_tail(-t, df)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_an_interval_nothing_is_decided() {
        assert_eq!(decide(None, 0.9), Decision::Undecided);
    }

    #[test]
    fn a_limit_on_the_target_is_met_from_above_and_undecided_from_below() {
        let interval = |lower, upper| Interval { lower, upper, n_eff: None };
        assert_eq!(decide(Some(&interval(0.9, 0.95)), 0.9), Decision::Met);
        assert_eq!(decide(Some(&interval(0.8, 0.9)), 0.9), Decision::Undecided);
        assert_eq!(decide(Some(&interval(0.8, 0.89)), 0.9), Decision::NotMet);
        assert_eq!(decide(Some(&interval(f64::NAN, f64::NAN)), 0.9), Decision::Undecided);
    }

    #[test]
    fn evidence_by_hand() {
        // t = 2 with 2 degrees of freedom: P(T ≥ 2) = ½ (1 − 2/√6).
        let found = evidence(0.9, 0.05, 2, 0.8).unwrap();
        let above = 0.5 * (1.0 - 2.0 / 6f64.sqrt());
        assert!((found.t - 2.0).abs() < 1e-12);
        assert!((found.p_exceeds - above).abs() < 1e-12 && (found.p_below - (1.0 - above)).abs() < 1e-12);
        assert_eq!(evidence(0.9, 0.0, 2, 0.8), None);
        assert_eq!(evidence(0.9, 0.05, 0, 0.8), None);
    }

    proptest! {
        #[test]
        fn a_decision_is_what_every_value_of_the_interval_says(a in 0.0..1.0f64, b in 0.0..1.0f64, target in 0.0..1.0f64) {
            let interval = Interval { lower: a.min(b), upper: a.max(b), n_eff: None };
            match decide(Some(&interval), target) {
                Decision::Met => prop_assert!(a >= target && b >= target),
                Decision::NotMet => prop_assert!(a < target && b < target),
                Decision::Undecided => prop_assert!(a.min(b) < target && a.max(b) >= target),
            }
        }
    }
}
