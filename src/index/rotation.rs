//! Rotated modules: what a respondent was not asked by chance is a second stage of sampling.
//!
//! A respondent is asked a simple random sample of `ask` of M modules, so that an answer in a module stands for M/ask
//! answers of that respondent (weight w·M/ask). With u_im = w_i (M/ask) z_im, the weighted linearised variable of
//! respondent i in a module m, u_i0 in what everybody is asked, and u_i their sum, a figure's variance is
//!
//! Σ_h f_h n_h/(n_h − 1) Σ_i (u_i − ū_h)² + Σ_h (n_h/N_h) Σ_i (1 − ask/M) · ask/(ask − 1) · Σ_m (u_im − ū_i)²
//!
//! (two-stage sampling with simple random samples: Cochran 1977, ch. 10; Särndal, Swensson and Wretman 1992, ch. 4; of a
//! split questionnaire: Raghunathan and Grizzle 1995; Gonzalez and Eltinge 2007). ū_i is the mean over the modules
//! asked, in which u_im is 0 where the figure is not about m. Without populations the first term is all there is: n_h/N_h
//! is taken for zero. Taking a rotated item for a domain would leave the second term out and with it, in a unit of which
//! everybody answers, all of its error.
//!
//! With `ask` = 1 no two modules are answered by the same person. For a figure about one module the second term is still
//! known, since its deviations reduce to (1 − 1/M) Σ u_im². For one about several it is not; then f_h = 1 and the second
//! term is left out, which on average gives too much by the finite population correction of the respondents' own totals
//! and never too little (the estimator of sampling with replacement at the first stage; Särndal et al. 1992, ch. 4).

use super::tally::Tally;

/// A part of a linearised variable: `factor · (value − centre) · answered`, of one variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub variable: usize,
    pub factor: f64,
    pub centre: f64,
}

/// How the modules of a form are drawn, and where its variables are.
#[derive(Debug, Clone)]
pub(super) struct Rotation {
    /// How many modules each respondent is asked.
    pub ask: usize,
    /// How many there are.
    pub modules: usize,
    /// By variable: its module; absent: everybody is asked.
    pub module: Vec<Option<usize>>,
}

/// What the variance of a figure is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Second {
    /// Nothing of the figure rotates.
    None,
    /// Σ over respondents of the deviations between their modules is known; times this and n_h/N_h it is added.
    Known(f64),
    /// It is not: the first stage counts without its finite population correction.
    Bounded,
}

impl Rotation {
    /// The probability of a module, 0..1.
    pub fn probability(&self) -> f64 {
        self.ask as f64 / self.modules as f64
    }

    /// What an answer to a variable stands for, in answers of the respondent who gave it: M/ask, or 1.
    pub fn inflation(&self, variable: usize) -> f64 {
        match self.module.get(variable) {
            Some(Some(_)) => self.modules as f64 / self.ask as f64,
            _ => 1.0,
        }
    }

    /// What the second stage adds to the variance of a figure with these terms.
    pub fn second(&self, terms: &[Term]) -> Second {
        let mut modules = terms.iter().filter_map(|term| self.module.get(term.variable).copied().flatten());
        let Some(first) = modules.next() else { return Second::None };
        let ask = self.ask as f64;
        let left_out = 1.0 - self.probability();
        if modules.all(|module| module == first) {
            // ask/(ask − 1) · (u² − u²/ask) = u², whatever ask is.
            Second::Known(left_out)
        } else if self.ask > 1 {
            Second::Known(left_out * ask / (ask - 1.0))
        } else {
            Second::Bounded
        }
    }

    /// Σ over the sheets of a cell of Σ_m (u_im − ū_i)² over the modules asked, for w = 1; of one module Σ u_im².
    pub fn deviations(&self, tally: &Tally, terms: &[Term]) -> f64 {
        let Some(raw) = &tally.raw else { return 0.0 };
        let module = |term: &Term| self.module.get(term.variable).copied().flatten();
        let rotated: Vec<(usize, &Term)> =
            terms.iter().filter_map(|term| Some((module(term)?, term))).collect();
        let several = rotated.iter().any(|(module, _)| *module != rotated[0].0);
        let mean = if several { 1.0 / self.ask as f64 } else { 0.0 };
        let mut sum = Cancelling::default();
        for (m, a) in &rotated {
            for (l, b) in &rotated {
                let (j, k) = (a.variable, b.variable);
                let share = if m == l { 1.0 - mean } else { -mean };
                let factor = share * a.factor * b.factor;
                sum.add(factor * raw.values.get(j, k));
                sum.add(-factor * b.centre * raw.mixed.get(j, k));
                sum.add(-factor * a.centre * raw.mixed.get(k, j));
                sum.add(factor * a.centre * b.centre * raw.presence.get(j, k));
            }
        }
        sum.not_negative()
    }
}

/// A sum of terms that may cancel each other: what is left of them is zero where it is no more than their rounding.
///
/// Where all sheets have the same mean though their items differ, the sum is zero and its terms are not. Taken for a
/// variance, the rounding would give an interval of no width and a false certainty.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cancelling {
    sum: f64,
    size: f64,
}

impl Cancelling {
    /// Far above what a thousand roundings add up to, far below what one differing sheet among ten million leaves.
    const ROUNDING: f64 = 1e-12;

    pub fn add(&mut self, term: f64) {
        self.sum += term;
        self.size += term.abs();
    }

    /// The sum, which cannot be negative.
    pub fn not_negative(self) -> f64 {
        if self.sum > Self::ROUNDING * self.size { self.sum } else { 0.0 }
    }
}

/// Whether modules were asked as often as they should be: with a_m sheets asked module m of n, and p = ask/M,
/// Σ (a_m − np)² / (n p (1 − p) M/(M − 1)), which has about a chi-square distribution with M − 1 degrees of freedom: the
/// covariance matrix of the counts is n p (1 − p) M/(M − 1) times the projection that takes the mean away. `None` where
/// that would be no near thing: fewer than five expected to be asked, or not to be.
pub(super) fn evenness(asked: &[u64], sheets: u64, ask: usize) -> Option<(f64, u64, f64)> {
    let (n, modules) = (sheets as f64, asked.len() as f64);
    let p = ask as f64 / modules;
    let scale = n * p * (1.0 - p) * modules / (modules - 1.0);
    let df = asked.len().checked_sub(1)?;
    let expected = n * p.min(1.0 - p);
    if expected.is_nan() || expected < 5.0 {
        return None;
    }
    let statistic = asked.iter().map(|a| (*a as f64 - n * p).powi(2)).sum::<f64>() / scale;
    Some((statistic, df as u64, crate::statistics::quantile::chi_square_upper_tail(statistic, df as u64)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation(ask: usize) -> Rotation {
        Rotation { ask, modules: 4, module: vec![Some(0), Some(0), Some(1), None] }
    }

    fn term(variable: usize) -> Term {
        Term { variable, factor: 1.0, centre: 0.5 }
    }

    #[test]
    fn what_everybody_is_asked_has_no_second_stage() {
        assert_eq!(rotation(2).second(&[term(3)]), Second::None);
        assert_eq!((rotation(2).inflation(3), rotation(2).inflation(0)), (1.0, 2.0));
    }

    #[test]
    fn several_modules_need_two_of_a_respondent() {
        assert_eq!(rotation(2).second(&[term(0), term(1)]), Second::Known(0.5));
        assert_eq!(rotation(2).second(&[term(0), term(2), term(3)]), Second::Known(1.0));
        assert_eq!(rotation(1).second(&[term(0), term(3)]), Second::Known(0.75));
        assert_eq!(rotation(1).second(&[term(0), term(2)]), Second::Bounded);
    }

    #[test]
    fn modules_asked_alike_are_no_surprise_and_a_favoured_one_is() {
        // Two modules, one asked: a fair coin. 60 of 100: z = 2, p = 0.0455.
        let (statistic, df, p) = evenness(&[60, 40], 100, 1).unwrap();
        assert!((statistic - 4.0).abs() < 1e-12 && df == 1 && (p - 0.045_500_263_896).abs() < 1e-9, "{p}");
        let (statistic, df, p) = evenness(&[40, 40, 40, 40, 40], 100, 2).unwrap();
        assert_eq!((statistic, df, p), (0.0, 4, 1.0));
        assert!(evenness(&[0, 0], 0, 1).is_none() && evenness(&[6, 3], 9, 1).is_none());
    }

    #[test]
    fn the_covariance_of_the_counts_is_the_one_claimed() {
        // All ten choices of two of five modules once: the statistic's mean over single draws is its degrees of freedom.
        let mut sum = 0.0;
        for first in 0..5 {
            for second in first + 1..5 {
                let asked: Vec<u64> = (0..5).map(|m| 40 + u64::from(m == first || m == second)).collect();
                // The sheet drawn, after a hundred that were asked all alike.
                sum += evenness(&asked, 101, 2).unwrap().0 * 101.0;
            }
        }
        assert!((sum / 10.0 - 4.0).abs() < 1e-9, "{sum}");
    }
}
