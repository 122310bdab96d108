//! Design effects: how much the design and the weights cost against a simple random sample.

/// Kish's effective number of answers, `(Σw)²/Σw²`; `None` without weight.
#[must_use]
pub fn kish_n_eff(sum_w: f64, sum_w2: f64) -> Option<f64> {
    let size = sum_w * sum_w / sum_w2;
    (sum_w2 > 0.0 && size.is_finite()).then_some(size)
}

/// Kish's design effect of the weights alone, `n·Σw²/(Σw)²` (1 for equal weights).
#[must_use]
pub fn kish_deff(n: u64, sum_w: f64, sum_w2: f64) -> Option<f64> {
    kish_n_eff(sum_w, sum_w2).map(|size| n as f64 / size)
}

/// The design effects of a mean with variance `var` of `n` answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deff {
    /// Against a simple random sample without replacement from a population of Σw; `None` where Σw = n.
    pub without_replacement: Option<f64>,
    /// Against one with replacement.
    pub with_replacement: Option<f64>,
}

/// `var / (s²(1/n − 1/Σw))` and `var / (s²/n)` with `s² = n/(n−1)·Σw(y−ȳ)²/Σw`; both `None` where `var` is 0 or
/// n is 1. `weighted_squares` is `Σw(y−ȳ)²`.
#[must_use]
pub fn deff(var: f64, n: u64, sum_w: f64, weighted_squares: f64) -> Deff {
    let size = n as f64;
    let s2 = size / (size - 1.0) * weighted_squares / sum_w;
    if !super::positive(var) || n < 2 || !super::positive(s2) {
        return Deff { without_replacement: None, with_replacement: None };
    }
    let whole = (sum_w - size).abs() <= 1e-12 * sum_w;
    Deff {
        without_replacement: (!whole).then(|| var / (s2 * (1.0 / size - 1.0 / sum_w))),
        with_replacement: Some(var / (s2 / size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simple_random_sample_has_no_design_effect() {
        // 3 of 4 satisfied among 40: var = (1 − f) s²/n with s² = n/(n−1) p(1−p).
        let s2 = 4.0 / 3.0 * 0.75 * 0.25;
        let effect = deff((1.0 - 0.1) * s2 / 4.0, 4, 40.0, 40.0 * 0.75 * 0.25);
        assert!((effect.without_replacement.unwrap() - 1.0).abs() < 1e-12);
        assert!((effect.with_replacement.unwrap() - 0.9).abs() < 1e-12);
    }

    #[test]
    fn no_variance_no_design_effect() {
        assert_eq!(deff(0.0, 10, 20.0, 0.0), Deff { without_replacement: None, with_replacement: None });
        assert_eq!(deff(0.1, 1, 20.0, 1.0).with_replacement, None);
        assert_eq!(deff(0.1, 10, 10.0, 1.0).without_replacement, None);
        // Weights of 1 but for rounding are those of a complete enumeration.
        assert_eq!(deff(0.1, 40, 40.0 + 2e-11, 1.0).without_replacement, None);
        assert!(deff(0.1, 40, 40.0 + 8e-11, 1.0).without_replacement.is_some());
    }

    #[test]
    fn kish_counts_equal_weights_fully() {
        assert_eq!(kish_n_eff(20.0, 40.0), Some(10.0));
        assert_eq!(kish_deff(10, 20.0, 40.0), Some(1.0));
        assert_eq!(kish_n_eff(0.0, 0.0), None);
        assert_eq!(kish_n_eff(1e200, 1.0), None);
    }
}
