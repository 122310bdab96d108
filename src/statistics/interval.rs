//! Confidence intervals, each a pure function of its few numbers.
//!
//! Shares are 0..1, `level` is the confidence level 0..1 (0.95), `var` the variance of the estimate, `df` the design's
//! degrees of freedom. `None` means that the method has no interval for these numbers, which is an answer: a figure
//! without an interval is never decided. Recommended for shares: [`kg`].

use serde::Serialize;

use super::quantile::{self, binomial_density};

/// How near to 0 or 1 a share is 0 or 1.
const EDGE: f64 = 1e-12;

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Effective number of answers behind it; `None` where the method has none, and for a complete enumeration.
    pub n_eff: Option<f64>,
}

impl Interval {
    const fn new(lower: f64, upper: f64, n_eff: Option<f64>) -> Self {
        Self { lower, upper, n_eff }
    }

    /// Upper minus lower limit.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }
}

/// What [`kg`] needs to know of the weights of the answers behind a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KgWeights {
    /// Σw.
    pub sum_w: f64,
    /// Σw².
    pub sum_w2: f64,
    /// g = Σ w·max(w−1, 0): 0 where every answer stands for itself alone.
    pub sum_w_excess: f64,
    /// Whether the design has a finite population correction.
    pub fpc: bool,
}

impl KgWeights {
    /// Of `n` answers that all have weight `w`.
    #[must_use]
    pub fn equal(n: u64, w: f64, fpc: bool) -> Self {
        let n = n as f64;
        Self { sum_w: n * w, sum_w2: n * w * w, sum_w_excess: n * w * (w - 1.0).max(0.0), fpc }
    }

    /// Of weights in any order: the sums do not depend on it.
    pub fn of(weights: impl Iterator<Item = f64> + Clone, fpc: bool) -> Self {
        Self {
            sum_w: super::sum::sum(weights.clone()),
            sum_w2: super::sum::sum(weights.clone().map(|w| w * w)),
            sum_w_excess: super::sum::sum(weights.map(|w| w * (w - 1.0).max(0.0))),
            fpc,
        }
    }

    /// Whether the answers are the whole population, so that there is no sampling error.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.fpc && self.sum_w_excess <= 1e-9 * self.sum_w
    }
}

/// 1 − level, halved; `None` for a level outside (0, 1).
fn tail(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then(|| (1.0 - level) / 2.0)
}

/// Whether a share is neither 0 nor 1.
pub(super) fn inner_share(p: f64) -> bool {
    p > EDGE && p < 1.0 - EDGE
}

/// `estimate ± t·se`. A point where `se` is zero; `None` where `df < 1`.
#[must_use]
pub fn t(estimate: f64, se: f64, df: i64, level: f64) -> Option<Interval> {
    let reach = quantile::t(1.0 - tail(level)?, df)? * se;
    reach.is_finite().then(|| Interval::new(estimate - reach, estimate + reach, None))
}

/// A t interval on the logit scale, for shares and for indices of shares: `expit(logit p ± t·se/(p(1−p)))`.
/// `None` where `df < 1`, `var` is 0 or the share is 0 or 1.
#[must_use]
pub fn logit(p: f64, var: f64, df: i64, level: f64) -> Option<Interval> {
    if !inner_share(p) || !super::positive(var) {
        return None;
    }
    let centre = (p / (1.0 - p)).ln();
    let reach = quantile::t(1.0 - tail(level)?, df)? * var.sqrt() / (p * (1.0 - p));
    let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
    reach.is_finite().then(|| Interval::new(expit(centre - reach), expit(centre + reach), None))
}

/// Wilson's interval with the effective size `p(1−p)/var` and t in place of z.
/// `None` where `df < 1`, `var` is 0 or the share is 0 or 1.
#[must_use]
pub fn wilson(p: f64, var: f64, df: i64, level: f64) -> Option<Interval> {
    if !inner_share(p) || !super::positive(var) {
        return None;
    }
    let n = p * (1.0 - p) / var;
    let t = quantile::t(1.0 - tail(level)?, df)?;
    let square = t * t / n;
    let middle = p + square / 2.0;
    let reach = t * (p * (1.0 - p) / n + square / (4.0 * n)).sqrt();
    let interval =
        Interval::new((middle - reach) / (1.0 + square), (middle + reach) / (1.0 + square), Some(n));
    (interval.lower.is_finite() && interval.upper.is_finite()).then_some(interval)
}

/// Korn and Graubard's (1998) beta interval, uncapped. `n` is the number of answers behind the share.
/// `None` where `df < 1`, `var` is 0 or the share is 0 or 1.
#[must_use]
pub fn beta(p: f64, var: f64, n: u64, df: i64, level: f64) -> Option<Interval> {
    if !inner_share(p) || !super::positive(var) {
        return None;
    }
    beta_limits(p, korn_graubard_size(p, var, n, df, level)?, level)
}

/// Korn and Graubard's interval with the effective size capped so that the design effect is never below that of the
/// weights alone: a heavily weighted stratum that happens to be unanimous does not make the figure look certain.
///
/// 1. A complete enumeration is the point itself, with `n_eff` `None`.
/// 2. At `p` = 0 or 1, or where `var` is 0, the effective size is Kish's, and no degrees of freedom are needed.
/// 3. Otherwise `None` where `df < 1`; else the effective size is at most `(Σw)²/g` with a finite population
///    correction, `(Σw)²/Σw²` without.
#[must_use]
pub fn kg(p: f64, var: f64, n: u64, df: i64, weights: KgWeights, level: f64) -> Option<Interval> {
    if !p.is_finite() || var.is_nan() || n == 0 || !super::positive(weights.sum_w) {
        return None;
    }
    let alpha_half = tail(level)?;
    // Of a whole population any mean is known, not only a share.
    if weights.complete() {
        return Some(Interval::new(p, p, None));
    }
    if !(-EDGE..=1.0 + EDGE).contains(&p) {
        return None;
    }
    let kish = super::deff::kish_n_eff(weights.sum_w, weights.sum_w2)?;
    if p >= 1.0 - EDGE {
        return Some(Interval::new((alpha_half.ln() / kish).exp(), 1.0, Some(kish)));
    }
    if p <= EDGE {
        return Some(Interval::new(0.0, -(alpha_half.ln() / kish).exp_m1(), Some(kish)));
    }
    if var <= 0.0 {
        return beta_limits(p, kish, level);
    }
    let cap = if weights.fpc { weights.sum_w * weights.sum_w / weights.sum_w_excess } else { kish };
    beta_limits(p, korn_graubard_size(p, var, n, df, level)?.min(cap), level)
}

/// `p(1−p)/var · (t_{n−1}/t_df)²`.
fn korn_graubard_size(p: f64, var: f64, n: u64, df: i64, level: f64) -> Option<f64> {
    let upper = 1.0 - tail(level)?;
    let t_design = quantile::t(upper, df)?;
    let answers = i64::try_from(n).ok()?.checked_sub(1)?;
    // Without clusters the two are the same number: spare the second quantile.
    let t_answers = if answers == df { t_design } else { quantile::t(upper, answers)? };
    Some(p * (1.0 - p) / var * (t_answers / t_design).powi(2))
}

fn beta_limits(p: f64, n_eff: f64, level: f64) -> Option<Interval> {
    let alpha_half = tail(level)?;
    let (yes, no) = (n_eff * p, n_eff * (1.0 - p));
    let lower = quantile::beta(alpha_half, yes, no + 1.0)?;
    let upper = quantile::beta(1.0 - alpha_half, yes + 1.0, no)?;
    Some(Interval::new(lower, upper, Some(n_eff)))
}

/// Exact limits for a simple random sample of `n` without replacement from a population of `population` with `yes`
/// successes in the sample: the populations that the sample does not contradict.
///
/// Right only for one stratum without clusters and with equal weights; whoever calls it has to know that. `None` where
/// the numbers contradict each other.
#[must_use]
pub fn hypergeometric(population: u64, n: u64, yes: u64, level: f64) -> Option<Interval> {
    if n == 0 || n > population || yes > n {
        return None;
    }
    let enough = tail(level)? * (1.0 + 1e-9);
    // Among the populations with `yes` to `population − (n − yes)` successes, P(X ≥ yes) grows with their number.
    let (least, most) = (yes, population - (n - yes));
    let lower = first(least, most, |d| at_least(population, d, n, yes) > enough);
    // Seen from the failures, P(X ≤ yes) = P(failures ≥ n − yes).
    let no = n - yes;
    let failures = first(no, population - yes, |d| at_least(population, d, n, no) > enough);
    let whole = population as f64;
    Some(Interval::new(lower as f64 / whole, (population - failures) as f64 / whole, None))
}

/// The first of `low..=high` for which a condition holds that holds from there on (`high` if for none).
fn first(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// P(X ≥ x) for X successes among `n` drawn from `population` with `marked` successes.
pub(super) fn at_least(population: u64, marked: u64, n: u64, x: u64) -> f64 {
    let unmarked = population - marked;
    let least = n.saturating_sub(unmarked);
    let most = n.min(marked);
    if x <= least {
        return 1.0;
    }
    if x > most {
        return 0.0;
    }
    // Sum the shorter side of the mode, by the ratio of neighbours, starting at the largest term.
    let [big_n, big_d, size, unm] = [population, marked, n, unmarked].map(|v| v as f64);
    let density = |k: f64| {
        let p = size / big_n;
        binomial_density(k, big_d - k, p, 1.0 - p) * binomial_density(size - k, unm - (size - k), p, 1.0 - p)
            / binomial_density(size, big_n - size, p, 1.0 - p)
    };
    let mode = (size + 1.0) * (big_d + 1.0) / (big_n + 2.0);
    let start = x as f64;
    if start > mode {
        // The term after the last possible value is 0.
        let (mut term, mut total, mut k) = (density(start), 0.0, start);
        while term > total * 1e-18 {
            total += term;
            term *= (big_d - k) * (size - k) / ((k + 1.0) * (unm - size + k + 1.0));
            k += 1.0;
        }
        total.min(1.0)
    } else {
        let mut k = start - 1.0;
        let (mut term, mut total) = (density(k), 0.0);
        while term > total * 1e-18 {
            total += term;
            term *= k * (unm - size + k) / ((big_d - k + 1.0) * (size - k + 1.0));
            k -= 1.0;
        }
        (1.0 - total).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-12, "{value} is not {expected}");
    }

    #[test]
    fn everybody_satisfied_needs_36_answers_for_a_target_of_90_per_cent() {
        let lower = |n| kg(1.0, 0.0, n, 0, KgWeights::equal(n, 1.0, false), 0.95).unwrap().lower;
        assert!(lower(35) < 0.90 && lower(36) >= 0.90);
    }

    #[test]
    fn a_mean_of_a_whole_population_is_known_even_outside_nought_to_one() {
        let found = kg(4.5, 0.0, 2, 1, KgWeights::equal(2, 1.0, true), 0.95).unwrap();
        assert_eq!((found.lower, found.upper, found.n_eff), (4.5, 4.5, None));
        assert_eq!(kg(4.5, 0.0, 2, 1, KgWeights::equal(2, 1.5, true), 0.95), None);
    }

    #[test]
    fn nobody_satisfied_mirrors_everybody() {
        let weights = KgWeights::equal(20, 3.0, true);
        let (all, none) =
            (kg(1.0, 0.0, 20, 19, weights, 0.95).unwrap(), kg(0.0, 0.0, 20, 19, weights, 0.95).unwrap());
        assert_eq!((all.upper, none.lower), (1.0, 0.0));
        near(all.lower, 1.0 - none.upper);
        assert_eq!(all.n_eff, Some(20.0));
    }

    #[test]
    fn a_complete_enumeration_is_a_point() {
        let interval = kg(0.95, 0.0, 20, 19, KgWeights::equal(20, 1.0, true), 0.95).unwrap();
        assert_eq!(interval, Interval { lower: 0.95, upper: 0.95, n_eff: None });
        // Without a known population the same answers are a sample.
        assert!(kg(0.95, 0.0024, 20, 19, KgWeights::equal(20, 1.0, false), 0.95).unwrap().width() > 0.1);
    }

    #[test]
    fn one_answer_says_almost_nothing() {
        let weights = KgWeights::equal(1, 5.0, true);
        let one = kg(1.0, 0.0, 1, 0, weights, 0.95).unwrap();
        near(one.lower, 0.025);
        assert_eq!(one.upper, 1.0);
        assert_eq!(t(1.0, 0.0, 0, 0.95), None);
        assert_eq!(logit(1.0, 0.0, 0, 0.95), None);
        assert_eq!(beta(1.0, 0.0, 1, 0, 0.95), None);
        assert_eq!(wilson(1.0, 0.0, 0, 0.95), None);
    }

    #[test]
    fn no_degrees_of_freedom_no_interval() {
        assert_eq!(kg(0.5, 0.01, 4, 0, KgWeights::equal(4, 2.0, true), 0.95), None);
        assert_eq!(t(3.0, 0.2, 0, 0.95), None);
    }

    #[test]
    fn numbers_that_are_no_share_have_no_interval_of_a_share() {
        assert_eq!(kg(4.2, 0.01, 40, 39, KgWeights::equal(40, 2.0, true), 0.95), None);
        assert_eq!(logit(4.2, 0.01, 39, 0.95), None);
        assert_eq!(kg(f64::NAN, 0.01, 40, 39, KgWeights::equal(40, 2.0, true), 0.95), None);
        assert_eq!(kg(0.5, 0.01, 40, 39, KgWeights::equal(40, 2.0, true), 1.0), None);
    }

    #[test]
    fn hypergeometric_limits_by_enumeration() {
        // All populations of 30 with a sample of 12, 10 of them satisfied, by counting combinations.
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
        let tail = |d: u64, from: u64, to: u64| {
            (from..=to)
                .filter(|k| *k <= d && 12 - k <= 30 - d)
                .map(|k| choose(d, k) * choose(30 - d, 12 - k) / choose(30, 12))
                .sum::<f64>()
        };
        let lower = (10..=28).find(|d| tail(*d, 10, 12) > 0.025).unwrap();
        let upper = (10..=28).rev().find(|d| tail(*d, 0, 10) > 0.025).unwrap();
        let interval = hypergeometric(30, 12, 10, 0.95).unwrap();
        assert_eq!((interval.lower, interval.upper), (lower as f64 / 30.0, upper as f64 / 30.0));
        assert_eq!(hypergeometric(10, 12, 3, 0.95), None);
    }

    #[test]
    fn equal_weights_add_up_like_any() {
        for w in [0.5, 1.0, 2.5] {
            let (equal, any) = (KgWeights::equal(4, w, true), KgWeights::of([w; 4].into_iter(), true));
            assert_eq!(equal, any);
        }
        let two = KgWeights::equal(4, 3.0, false);
        assert_eq!((two.sum_w, two.sum_w2, two.sum_w_excess), (12.0, 36.0, 24.0));
    }

    #[test]
    fn a_population_that_is_as_unlikely_as_the_level_allows_is_contradicted() {
        // One answer, and it is yes: of 4, P = 1/4 if one is satisfied, which is α/2 for a level of one half.
        assert_eq!(hypergeometric(4, 1, 1, 0.5), Some(Interval::new(0.5, 1.0, None)));
        assert_eq!(hypergeometric(4, 1, 0, 0.5), Some(Interval::new(0.0, 0.5, None)));
    }

    /// Combinations, as a plain product.
    fn choose(n: u64, k: u64) -> f64 {
        (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
    }

    #[test]
    fn tails_of_small_populations_by_counting() {
        for population in 1..=9u64 {
            for (marked, n) in (0..=population).flat_map(|marked| (1..=population).map(move |n| (marked, n)))
            {
                for x in 0..=n + 1 {
                    let expected: f64 = (x..=n)
                        .filter(|k| *k <= marked && n - k <= population - marked)
                        .map(|k| {
                            choose(marked, k) * choose(population - marked, n - k) / choose(population, n)
                        })
                        .sum();
                    let found = at_least(population, marked, n, x);
                    assert!(
                        (found - expected).abs() < 1e-12,
                        "{population} {marked} {n} {x}: {found} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_tail_far_out_keeps_its_digits() {
        let expected: f64 =
            (38..=40u64).map(|k| choose(100, k) * choose(100, 40 - k) / choose(200, 40)).sum();
        let found = at_least(200, 100, 40, 38);
        assert!((found / expected - 1.0).abs() < 1e-10, "{found:e} is not {expected:e}");
    }

    #[test]
    fn a_sample_of_the_whole_population_leaves_no_doubt() {
        assert_eq!(hypergeometric(10, 10, 7, 0.95), Some(Interval::new(0.7, 0.7, None)));
        assert_eq!(hypergeometric(10, 0, 0, 0.95), None);
        assert_eq!(hypergeometric(10, 5, 6, 0.95), None);
    }

    #[test]
    fn intervals_by_hand() {
        // t with 2 degrees of freedom is 4.302652729749464; p = 0.8, var = 0.01.
        let t2 = 4.302_652_729_749_464;
        let found = t(0.8, 0.1, 2, 0.95).unwrap();
        near(found.lower, 0.8 - 0.1 * t2);
        near(found.width(), 0.2 * t2);
        let found = logit(0.8, 0.01, 2, 0.95).unwrap();
        let odds = |reach: f64| 4.0 * (reach * 0.1 / 0.16).exp();
        near(found.lower, odds(-t2) / (1.0 + odds(-t2)));
        near(found.upper, odds(t2) / (1.0 + odds(t2)));
        // n = 0.16/0.01 = 16: the roots of (p − x)² = t² x (1 − x) / 16.
        let found = wilson(0.8, 0.01, 2, 0.95).unwrap();
        for x in [found.lower, found.upper] {
            near((0.8 - x) * (0.8 - x), t2 * t2 * x * (1.0 - x) / 16.0);
        }
        assert_eq!(found.n_eff.map(f64::round), Some(16.0));
        // 9 answers: 16 · (t₈/t₂)², t₈ = 2.306004135204166.
        let found = beta(0.8, 0.01, 9, 2, 0.95).unwrap();
        near(found.n_eff.unwrap(), 16.0 * (2.306_004_135_204_166f64 / t2).powi(2));
    }

    #[test]
    fn levels_of_nought_and_one_have_no_interval() {
        for level in [0.0, 1.0] {
            assert_eq!(kg(1.0, 0.0, 9, 8, KgWeights::equal(9, 2.0, false), level), None);
            assert_eq!(hypergeometric(30, 12, 10, level), None);
        }
    }

    #[test]
    fn a_share_of_one_but_for_rounding_is_one() {
        for p in [EDGE / 2.0, 1.0 - EDGE / 2.0] {
            assert_eq!((logit(p, 1e-4, 5, 0.95), wilson(p, 1e-4, 5, 0.95)), (None, None));
            assert_eq!(beta(p, 1e-4, 10, 5, 0.95), None);
        }
        assert_eq!(beta(0.5, 0.0, 10, 5, 0.95), None);
        // The variance is rounding too, and there are no degrees of freedom to judge it by.
        let found = kg(1.0 - 1e-13, 1e-27, 20, 0, KgWeights::equal(20, 3.0, false), 0.95).unwrap();
        assert_eq!(found.upper, 1.0);
        near(found.lower, 0.025f64.powf(0.05));
        let found = kg(1e-13, 1e-27, 20, 0, KgWeights::equal(20, 3.0, false), 0.95).unwrap();
        assert_eq!(found.lower, 0.0);
        near(found.upper, 1.0 - 0.025f64.powf(0.05));
    }

    proptest! {
        #[test]
        fn kg_holds_the_share_and_grows_with_the_level(
            yes in 0..200u64, no in 0..200u64, deff in 0.3..4.0f64, w in 1.0..50.0f64, fpc: bool, level in 0.5..0.99f64,
        ) {
            let n = yes + no;
            prop_assume!(n >= 2);
            let p = yes as f64 / n as f64;
            let var = deff * p * (1.0 - p) / (n - 1) as f64;
            let weights = KgWeights::equal(n, w, fpc);
            let narrow = kg(p, var, n, n as i64 - 1, weights, level).unwrap();
            let wide = kg(p, var, n, n as i64 - 1, weights, level + 0.005).unwrap();
            prop_assert!(0.0 <= narrow.lower && narrow.lower <= p && p <= narrow.upper && narrow.upper <= 1.0);
            prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
        }

        #[test]
        fn kg_never_knows_more_than_its_weights_allow(
            p in 0.01..0.99f64, var in 1e-12..0.1f64, w in 1.01..50.0f64, n in 2..5000u64,
        ) {
            let weights = KgWeights::equal(n, w, true);
            let size = kg(p, var, n, n as i64 - 1, weights, 0.95).unwrap().n_eff.unwrap();
            prop_assert!(size <= weights.sum_w.powi(2) / weights.sum_w_excess * (1.0 + 1e-12));
        }

        #[test]
        fn exact_limits_hold_the_share((population, n, yes) in (2..400u64).prop_flat_map(|most| (Just(most), 1..=most)).prop_flat_map(|(most, n)| (Just(most), Just(n), 0..=n))) {
            let interval = hypergeometric(population, n, yes, 0.95).unwrap();
            let p = yes as f64 / n as f64;
            // A count of the population nearest to the share is never contradicted.
            let step = 1.0 / population as f64;
            prop_assert!(interval.lower <= p + step && p - step <= interval.upper);
            prop_assert!(n < population || interval.width() == 0.0);
        }
    }
}
