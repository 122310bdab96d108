//! Probabilities and quantiles of the normal, Student's t and beta distributions, to 1e-12 for the shapes that
//! surveys meet (beta shapes up to 10⁸, any degrees of freedom).
//!
//! The incomplete beta function is a continued fraction times Loader's saddle-point form of the leading factor, which
//! keeps its digits for large shapes where ratios of `Γ` lose them. The quantiles of beta and t are Newton's method for
//! its logarithm in the log-odds, where it cannot miss.
//!
//! Both quantiles are held to 4e-12 of references computed with 32 digits (`tests/statistics-references`) over what
//! samples of up to 10⁷ answers bring: t with 1 to 10⁷ degrees of freedom, beta with effective sizes from 2 to 10⁷, and
//! beta with shapes up to 10¹⁵ beside. On the same references the quantiles of `statrs` 0.19 alone are off by up to 16 %
//! for t (p = 0.95 with 10⁷ degrees of freedom) and by up to 4·10⁻⁷ of the value for beta (p = 0.025 with shapes 1000
//! and 9 999 001; more for quantiles below 10⁻⁶), so of that library only the incomplete gamma function and the inverse
//! error function are used here, which are right to 1e-14.

use std::{
    cmp::Ordering,
    f64::consts::{PI, SQRT_2},
};

use statrs::function::{erf::erfc_inv, gamma::checked_gamma_ur};

/// `P(Z ≥ z)` of the standard normal distribution: half of `P(Z² ≥ z²)`.
#[must_use]
pub fn normal_upper_tail(z: f64) -> f64 {
    let half = 0.5 * chi_square_upper_tail(z * z, 1).unwrap_or(f64::NAN);
    if z.is_sign_negative() { 1.0 - half } else { half }
}

/// The standard normal quantile of `p`; `None` outside (0, 1).
#[must_use]
pub fn normal(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| -SQRT_2 * erfc_inv(2.0 * p))
}

/// P(X > x) of the chi-square distribution; `None` for x < 0 or without degrees of freedom.
#[must_use]
pub fn chi_square_upper_tail(x: f64, df: u64) -> Option<f64> {
    if df == 0 || x.is_nan() || x < 0.0 {
        return None;
    }
    // The library's function is for positive, finite x.
    if x == 0.0 { Some(1.0) } else { checked_gamma_ur(df as f64 / 2.0, x.min(f64::MAX) / 2.0).ok() }
}

/// `P(T ≥ t)` of Student's t with `df` degrees of freedom; `None` for `df < 1` or a `t` that is no number.
#[must_use]
pub fn t_upper_tail(t: f64, df: i64) -> Option<f64> {
    if df < 1 || t.is_nan() {
        return None;
    }
    if t < 0.0 {
        return t_upper_tail(-t, df).map(|p| 1.0 - p);
    }
    let (nu, square) = (df as f64, t * t);
    if square.is_infinite() {
        return Some(0.0);
    }
    Some(0.5 * ln_incomplete_beta(nu / 2.0, 0.5, nu / (nu + square), square / (nu + square)).0.exp())
}

/// The quantile of Student's t with `df` degrees of freedom; `None` outside 0 < `p` < 1 or for `df < 1`.
///
/// `df` is the number of PSUs minus the number of strata, so it is a whole number that may be zero or negative.
#[must_use]
pub fn t(p: f64, df: i64) -> Option<f64> {
    if df < 1 {
        return None;
    }
    if p == 0.5 {
        return Some(0.0);
    }
    // ν/T² is the odds of a beta variable.
    let (nu, outside) = (df as f64, 2.0 * p.min(1.0 - p));
    let (log_odds, _) = log_odds(outside, nu / 2.0, 0.5)?;
    Some((nu / log_odds.exp()).sqrt().copysign(p - 0.5))
}

/// The quantile of the beta distribution with shapes `a` and `b`; `None` outside 0 < `p` < 1.
///
/// A shape of zero is the limit: all mass at 0 for `a = 0`, at 1 for `b = 0`.
#[must_use]
pub fn beta(p: f64, a: f64, b: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && a >= 0.0 && b >= 0.0 && a.is_finite() && b.is_finite()) || a + b == 0.0 {
        return None;
    }
    if a == 0.0 {
        return Some(0.0);
    }
    if b == 0.0 {
        return Some(1.0);
    }
    log_odds(p, a, b).map(|(log_odds, _)| expit(log_odds))
}

/// The share with these log-odds.
fn expit(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The log-odds `ln(x / (1 − x))` of the `x` with `I_x(a, b) = p`, and how many values of the distribution function it
/// took; `None` outside 0 < `p` < 1. Odds beyond e^±700 are taken for these.
///
/// The log-odds of a beta variable have a log-concave density, so that the logarithm of their distribution function is
/// concave: from wherever it starts, Newton's method is below the root after one step, and from there it climbs and never
/// passes the root. It has arrived where rounding stops the climb.
fn log_odds(p: f64, a: f64, b: f64) -> Option<(f64, u32)> {
    // The smaller tail takes fewer steps.
    if p > 0.5 {
        return log_odds(1.0 - p, b, a).map(|(u, steps)| (-u, steps));
    }
    let within = |u: f64| u.clamp(-700.0, 700.0);
    let mut u = within(cornish_fisher(normal(p)?, a, b));
    let mut steps = 0;
    if a.min(b) > 1e8 {
        return Some((u, steps));
    }
    loop {
        let (ln_tail, slope) = ln_incomplete_beta(a, b, expit(u), expit(-u));
        let next = within(u - (ln_tail - p.ln()) / slope);
        steps += 1;
        if steps > 1 && next.partial_cmp(&u) != Some(Ordering::Greater) {
            return Some((u, steps));
        }
        u = next;
    }
}

/// The quantile of the log-odds of a beta variable from the normal quantile `z`, by the leading terms of their mean,
/// variance and skewness (Cornish and Fisher 1938): right to the order of `min(a, b)^(-3/2)`.
fn cornish_fisher(z: f64, a: f64, b: f64) -> f64 {
    (a / b).ln() + z * (1.0 / a + 1.0 / b).sqrt() + (1.0 / b - 1.0 / a) * (z * z + 2.0) / 6.0
}

/// The logarithm of the regularised incomplete beta function `I_x(a, b)` for positive shapes, with `y = 1 − x` given as
/// exactly as the caller knows it, and its derivative by the log-odds `ln(x / y)`.
fn ln_incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    // The density of the log-odds, x^a y^b / B(a, b), is e^exponent times this.
    let factor = (a / (a + b) * b / (2.0 * PI)).sqrt();
    let exponent = saddle_point(a, b, x, y);
    if b * x < a * y {
        let fraction = continued_fraction(a, b, x, y);
        (exponent + (factor / fraction).ln(), fraction)
    } else {
        let density = factor * exponent.exp();
        let upper = (density / continued_fraction(b, a, y, x)).min(1.0);
        ((-upper).ln_1p(), density / (1.0 - upper))
    }
}

/// `x^a y^b / B(a, b) / I_x(a, b)` for `x` below the mean, where its terms are positive and nothing cancels
/// (Didonato and Morris 1992, the fraction of their BFRAC).
fn continued_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let slack = a * y - b * x + 1.0;
    let mut total = a * slack / (a + 1.0);
    let (mut c, mut d) = (total, 0.0);
    for m in 1..200_000 {
        let m = f64::from(m);
        let odd = a + 2.0 * m - 1.0;
        let crossed = m * (b - m) * x / odd;
        let above = (a + m - 1.0) / odd * (a + b + m - 1.0) * crossed * x;
        let below = m + crossed + (a + m) * (slack + m * (1.0 + y)) / (a + 2.0 * m + 1.0);
        d = 1.0 / (below + above * d);
        c = below + above / c;
        let step = c * d;
        total *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    total
}

/// `Γ(a+b+1) / (Γ(a+1) Γ(b+1)) · x^a y^b` with `y = 1 − x`: the binomial density of `a` successes and `b` failures, for
/// real `a, b ≥ 0`.
pub(super) fn binomial_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if a <= 0.0 {
        return (b * ln_share(y, x)).exp();
    }
    if b <= 0.0 {
        return (a * ln_share(x, y)).exp();
    }
    saddle_point(a, b, x, y).exp() * ((a + b) / (2.0 * PI * a * b)).sqrt()
}

/// ln x where y = 1 − x.
fn ln_share(x: f64, y: f64) -> f64 {
    if y < 0.5 { (-y).ln_1p() } else { x.ln() }
}

/// The logarithm of the binomial density over `√((a+b) / (2π a b))` (Loader 2000, "Fast and accurate computation of
/// binomial probabilities").
fn saddle_point(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
}

/// `ln Γ(n+1) − ((n+½) ln n − n + ½ ln 2π)` by Stirling's series, after stepping up to where it is exact.
fn stirling_error(n: f64) -> f64 {
    let (mut n, mut error) = (n, 0.0);
    while n < 16.0 {
        error += (n + 0.5) * (1.0 / n).ln_1p() - 1.0;
        n += 1.0;
    }
    let s = 1.0 / (n * n);
    error + (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - s / 1188.0) * s) * s) * s) / n
}

/// `x ln(x/m) + m − x`, without cancellation for `x` near `m`.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() < 0.1 * (x + m) {
        let v = difference / (x + m);
        let mut total = difference * v;
        let mut term = 2.0 * x * v;
        for j in 1..1000 {
            term *= v * v;
            let next = total + term / f64::from(2 * j + 1);
            if next == total {
                break;
            }
            total = next;
        }
        return total;
    }
    x * (x / m).ln() + m - x
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance * expected.abs(), "{value} is not {expected}");
    }

    // Values computed with 40 digits (mpmath).
    #[test]
    fn t_quantiles_are_those_of_the_tables() {
        near(t(0.975, 1).unwrap(), 12.706_204_736_174_705, 1e-12);
        near(t(0.975, 2).unwrap(), 4.302_652_729_749_464, 1e-12);
        near(t(0.975, 10).unwrap(), 2.228_138_851_986_275, 1e-12);
        near(t(0.975, 179).unwrap(), 1.973_305_433_841_474, 1e-13);
        near(t(0.025, 10).unwrap(), -2.228_138_851_986_275, 1e-12);
        near(t(0.975, i64::MAX).unwrap(), 1.959_963_984_540_054, 1e-14);
        for (df, expected) in
            [(1, 3.141_592_653_690_467e-6), (5, 2.634_305_524_219_68e-6), (1000, 2.507_255_010_008_578e-6)]
        {
            near(t(0.500_001, df).unwrap(), expected, 1e-12);
        }
        assert_eq!(t(0.975, 0), None);
        assert_eq!(t(0.5, 7), Some(0.0));
    }

    #[test]
    fn beta_quantiles_are_those_of_the_tables() {
        // The largest of 20 and the smallest of 20 numbers.
        near(beta(0.025, 20.0, 1.0).unwrap(), 0.025f64.powf(0.05), 1e-14);
        near(beta(0.975, 1.0, 20.0).unwrap(), 1.0 - 0.025f64.powf(0.05), 1e-13);
        assert_eq!(beta(0.3, 0.0, 4.0), Some(0.0));
        assert_eq!(beta(0.3, 4.0, 0.0), Some(1.0));
        assert_eq!(beta(0.0, 4.0, 2.0), None);
        near(beta(0.025, 166.07, 13.93).unwrap(), 0.879_484_780_381_259_2, 1e-12);
        near(beta(0.975, 22.5, 3.25).unwrap(), 0.969_579_865_127_694_6, 1e-12);
        near(beta(0.025, 0.75, 30.0).unwrap(), 0.00021943621115873657, 1e-12);
        near(beta(0.005, 1160.5, 64.5).unwrap(), 0.929_562_164_503_667_5, 1e-12);
        near(beta(0.975, 45000.5, 5000.25).unwrap(), 0.902_610_864_739_035_6, 1e-12);
        near(beta(0.5, 7.5, 7.5).unwrap(), 0.5, 1e-13);
        // Shapes as of a share of next to none.
        near(beta(0.3, 0.01, 5.0).unwrap(), 6.462_784_897_212_945e-54, 1e-12);
        near(beta(0.99, 0.01, 5.0).unwrap(), 0.056_995_536_296_980_87, 1e-12);
        near(beta(0.005, 5.0, 0.01).unwrap(), 0.884_223_936_132_213, 1e-12);
        // 0.3^1000 and its distance from 1, which no double tells from 0 and 1.
        assert!((0.0..1e-300).contains(&beta(0.3, 0.001, 1.0).unwrap()));
        assert_eq!(beta(0.7, 1.0, 0.001), Some(1.0));
        assert_eq!(beta(0.3, 1e6, 1e-6), Some(1.0));
    }

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        near(normal(0.975).unwrap(), 1.959_963_984_540_054, 1e-14);
        near(normal(0.8).unwrap(), 0.841_621_233_572_914_2, 1e-14);
        near(normal(0.3).unwrap(), -0.524_400_512_708_040_8, 1e-14);
        near(normal(0.001).unwrap(), -3.090_232_306_167_813_5, 1e-14);
        near(normal(1e-10).unwrap(), -6.361_340_902_404_056, 1e-14);
        assert_eq!(normal(0.5), Some(0.0));
    }

    #[test]
    fn tails_of_t_and_chi_square_are_those_of_the_tables() {
        for (x, df, expected) in [
            (0.3, 4, 0.389_560_714_138_729_86),
            (2.0, 4, 0.058_058_261_758_407_8),
            (25.0, 4, 7.598_762_881_657_869e-6),
            (1.5, 30, 0.072_032_964_564_323),
        ] {
            near(t_upper_tail(x, df).unwrap(), expected, 1e-13);
            near(t_upper_tail(-x, df).unwrap(), 1.0 - expected, 1e-14);
        }
        assert_eq!((t_upper_tail(0.0, 3), t_upper_tail(-0.0, 3)), (Some(0.5), Some(0.5)));
        assert_eq!((t_upper_tail(1e300, 3), t_upper_tail(f64::INFINITY, 3)), (Some(0.0), Some(0.0)));
        near(t_upper_tail(1.0, 1).unwrap(), 0.25, 1e-14);
        assert_eq!((t_upper_tail(1.0, 0), t_upper_tail(f64::NAN, 3)), (None, None));
        for (x, df, expected) in [
            (0.2, 1, 0.654_720_846_018_577),
            (3.5, 3, 0.320_762_120_805_639),
            (20.0, 10, 0.029_252_688_076_961_07),
        ] {
            near(chi_square_upper_tail(x, df).unwrap(), expected, 1e-13);
        }
        assert_eq!(
            (chi_square_upper_tail(0.0, 2), chi_square_upper_tail(f64::INFINITY, 2)),
            (Some(1.0), Some(0.0))
        );
        assert_eq!((chi_square_upper_tail(0.0, 0), chi_square_upper_tail(-1.0, 2)), (None, None));
        assert_eq!(chi_square_upper_tail(f64::NAN, 2), None);
    }

    /// The parts of the leading factor, each to the last digits that a double has room for.
    #[test]
    fn the_saddle_point_keeps_its_digits() {
        for (n, expected, tolerance) in [
            (0.5, 0.153_426_409_720_027_35, 1e-14),
            (2.25, 0.036_805_303_309_148_52, 1e-14),
            (15.5, 0.005_375_599_032_926_834, 1e-13),
            (16.0, 0.005_207_655_919_609_64, 1e-13),
            (20.0, 0.004_166_319_691_996_922, 4e-15),
            (1000.0, 8.333_333_055_555_635e-5, 1e-15),
        ] {
            near(stirling_error(n), expected, tolerance);
        }
        for (x, m, expected) in [
            (1.0, 1.01, 4.966_914_683_191_724e-5),
            (1.0, 1.21, 0.019_379_640_391_350_27),
            (1.21, 1.0, 0.020_650_635_126_466_15),
            (1.0, 1.25, 0.026_856_448_685_790_24),
            (0.25, 0.2, 0.005_785_887_828_552_436),
            (3.0, 10.0, 3.388_081_587_022_192),
            (10.0, 3.0, 5.039_728_043_259_36),
            (1e6, 1_000_001.0, 4.999_996_666_669_167e-7),
            (7e11, 7.000_001e11, 0.007_142_856_462_585_107),
            (5.0, 5.0, 0.0),
        ] {
            near(deviance(x, m), expected, 2e-15);
        }
        near(binomial_density(2.5, 7.25, 0.2, 0.8), 0.257_670_452_863_396_2, 1e-14);
        // Two of three with a chance of 1/4; all of three; none of three.
        near(binomial_density(2.0, 1.0, 0.25, 0.75), 9.0 / 64.0, 1e-14);
        near(binomial_density(3.0, 0.0, 0.25, 0.75), 1.0 / 64.0, 1e-14);
        near(binomial_density(0.0, 3.0, 0.25, 0.75), 27.0 / 64.0, 1e-14);
        near(binomial_density(0.0, 3.0, 1e-20, 1.0), 1.0, 1e-14);
        near(1.0 - binomial_density(0.0, 3e8, 1e-20, 1.0), 3e-12, 1e-4);
    }

    /// Reports take some thousand quantiles, so none may take long; a start that is off would.
    #[test]
    fn quantiles_take_few_steps() {
        for [p, a, b, ..] in references("beta") {
            let taken = log_odds(p, a, b).unwrap().1;
            // The expansion is exact enough for the largest.
            assert!(taken <= if a.min(b) > 1e8 { 0 } else { 10 }, "{p} {a} {b}: {taken}");
        }
        for [p, df, ..] in references("t") {
            let taken = log_odds(2.0 - 2.0 * p, df / 2.0, 0.5).unwrap().1;
            assert!(taken <= 16, "{p} {df}: {taken}");
        }
    }

    /// The references of `tests/statistics-references/quantiles.py`: kind, p, shapes, quantile, its distance from 1.
    fn references(wanted: &str) -> Vec<[f64; 5]> {
        let number = |text: &str| text.parse().unwrap_or(f64::NAN);
        include_str!("../../tests/statistics-references/quantiles.csv")
            .lines()
            .filter_map(|line| line.split_once(',').filter(|(kind, _)| *kind == wanted))
            .map(|(_, rest)| {
                let mut fields = rest.split(',').map(number);
                std::array::from_fn(|_| fields.next().unwrap())
            })
            .collect()
    }

    #[test]
    fn t_quantiles_are_right_up_to_ten_million_degrees_of_freedom() {
        let references = references("t");
        assert!(references.len() > 100);
        for [p, df, _, expected, _] in references {
            near(t(p, df as i64).unwrap(), expected, 1e-12);
            near(t(1.0 - p, df as i64).unwrap(), -expected, 1e-12);
        }
    }

    #[test]
    fn beta_quantiles_are_right_for_samples_up_to_ten_million() {
        let references = references("beta");
        assert!(references.len() > 300);
        for [p, a, b, expected, from_one] in references {
            let found = beta(p, a, b).unwrap();
            near(found, expected, 4e-12);
            let away = (1.0 - found - from_one).abs();
            assert!(away <= 4e-12 * from_one + 2e-16, "{p} {a} {b}: {found} is {away} away");
        }
    }

    /// What the documentation of this module says of the library: where it is improved upon, its quantiles are not used.
    #[test]
    fn the_library_alone_is_not_enough() {
        use statrs::distribution::{Beta, ContinuousCDF, StudentsT};
        let mut worst = [(0.0, [0.0; 3]); 2];
        let mut note = |kind: usize, found: f64, expected: f64, of: [f64; 3]| {
            let error = (found / expected - 1.0).abs();
            if error.is_nan() || error > worst[kind].0 {
                worst[kind] = (error, of);
            }
        };
        for [p, df, _, expected, _] in references("t") {
            note(0, StudentsT::new(0.0, 1.0, df).unwrap().inverse_cdf(p), expected, [p, df, 0.0]);
        }
        // Quantiles near 0 would make it look worse than it is.
        for [p, a, b, expected, _] in
            references("beta").into_iter().filter(|of| of[3] > 1e-6 && of[1] + of[2] < 2e7)
        {
            note(1, Beta::new(a, b).unwrap().inverse_cdf(p), expected, [p, a, b]);
        }
        assert!(worst.iter().all(|(error, _)| *error > 1e-9), "{worst:?}");
    }

    #[test]
    fn tails_of_the_normal_distribution_are_those_of_the_tables() {
        for (z, expected) in [
            (0.5, 3.085375387259869e-1),
            (2.4, 8.197_535_924_596_131e-3),
            (2.6, 4.661188023718749e-3),
            (3.0, 1.3498980316300945e-3),
            (6.0, 9.865_876_450_376_98e-10),
        ] {
            near(normal_upper_tail(z), expected, 1e-13);
            near(normal_upper_tail(-z), 1.0 - expected, 1e-14);
            near(normal(1.0 - expected).unwrap(), z, 1e-6);
            near(normal(expected).unwrap(), -z, 1e-13);
        }
        assert_eq!((normal_upper_tail(0.0), normal_upper_tail(f64::INFINITY)), (0.5, 0.0));
        assert!(normal_upper_tail(f64::NAN).is_nan());
    }

    #[test]
    fn what_is_no_probability_has_no_quantile() {
        for p in [-0.5, 0.0, 1.0, 1.5, f64::NAN] {
            assert_eq!(normal(p), None);
            assert_eq!((t(p, 1), t(p, 2), t(p, 9)), (None, None, None));
            assert_eq!((beta(p, 1.0, 1.0), beta(p, 3.0, 2.0)), (None, None));
        }
        assert_eq!((beta(0.5, -1.0, 1.0), beta(0.5, 1.0, -1.0), beta(0.5, 0.0, 0.0)), (None, None, None));
        assert_eq!((beta(0.0, 0.0, 1.0), beta(1.0, 0.0, 1.0)), (None, None));
        assert_eq!((beta(0.5, f64::INFINITY, 1.0), beta(0.5, 1.0, f64::INFINITY)), (None, None));
        assert_eq!((beta(0.5, -1.0, 0.0), beta(0.5, 0.0, -1.0)), (None, None));
    }

    proptest! {
        #[test]
        fn beta_quantile_inverts_the_distribution(
            p in 0.0005..0.9995f64, a in -1.0..6.5f64, b in -1.0..6.5f64,
        ) {
            let (a, b) = (10f64.powf(a), 10f64.powf(b));
            let x = beta(p, a, b).unwrap();
            prop_assert!((0.0..=1.0).contains(&x));
            // Where 1 − x loses digits the distribution function cannot tell more.
            if x > 1e-290 && x < 1.0 - 1e-9 {
                let (ln_tail, slope) = ln_incomplete_beta(a, b, x, 1.0 - x);
                let back = ln_tail.exp();
                // What the last digit of x makes.
                let digit = 2.0 * f64::EPSILON * back * slope / (1.0 - x);
                prop_assert!((back - p).abs() <= 1e-12 + digit, "{a} {b} {p} {x} {back}");
            }
        }

        #[test]
        fn t_quantile_inverts_the_distribution(p in 0.0005..0.9995f64, df in 1..2_000_000i64) {
            let x = t(p, df).unwrap();
            prop_assert!((t_upper_tail(x, df).unwrap() - (1.0 - p)).abs() < 1e-12);
        }
    }
}
