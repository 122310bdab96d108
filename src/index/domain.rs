//! Figures of a set of strata, with their uncertainty (`METHOD.md` sections 2 to 4). A domain is always a union of
//! whole strata (a unit's subtree), so that strata outside it add nothing to its variance.

use crate::statistics::{
    deff::{deff, kish_n_eff},
    interval::{self, Interval, KgWeights},
    target::{self, decide},
    variance::{LonelyPsu, reported, stratum},
};

use super::{
    report::{Decision, Estimate, Publish},
    tally::Tally,
};

/// A stratum: a unit that directly holds counters or invitations.
#[derive(Debug)]
pub(super) struct Stratum {
    /// Its counts.
    pub tally: Tally,
    /// What one answer stands for.
    pub weight: f64,
    /// 1 − answers/population; 1 without populations.
    pub correction: f64,
}

/// The rows behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those with an answer to a variable.
    Variable(usize),
    /// Those with an answer to any item of a group.
    Group(usize),
}

/// A part of a linearised variable: `factor · (value − centre) · answered`, of one variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub variable: usize,
    pub factor: f64,
    pub centre: f64,
}

/// An estimate with its linearised variable.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    /// NaN where it is not computable.
    pub estimate: f64,
    pub terms: Vec<Term>,
}

impl Linear {
    /// `Σ share · part`.
    pub fn combine<'a>(parts: impl IntoIterator<Item = (f64, &'a Self)>) -> Self {
        let mut whole = Self { estimate: 0.0, terms: Vec::new() };
        for (share, part) in parts {
            whole.estimate += share * part.estimate;
            let scaled = part.terms.iter().map(|term| Term { factor: share * term.factor, ..*term });
            whole.terms.extend(scaled);
        }
        whole
    }
}

/// A figure before its interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure {
    pub estimate: f64,
    pub n: u64,
    pub var: f64,
    pub df: i64,
    pub weights: KgWeights,
}

/// Which interval a figure gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A share: `kg`.
    Share,
    /// A composite or a mean score in 0..1: logit with t, `kg` where the variance is zero.
    Index,
    /// A mean of option codes: t.
    Mean,
}

/// What estimates are held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub level: f64,
    pub target: f64,
    pub caution_n_eff: f64,
    pub caution_width: f64,
}

/// A set of strata.
#[derive(Debug)]
pub(super) struct Domain<'a> {
    strata: Vec<&'a Stratum>,
    weighted: bool,
}

impl<'a> Domain<'a> {
    pub const fn new(strata: Vec<&'a Stratum>, weighted: bool) -> Self {
        Self { strata, weighted }
    }

    /// Sheets.
    pub fn sheets(&self) -> u64 {
        self.strata.iter().map(|s| s.tally.sheets).sum()
    }

    /// Sheets by packed byte of an item.
    pub fn bytes(&self, item: usize) -> [u64; 256] {
        std::array::from_fn(|byte| self.strata.iter().map(|s| s.tally.bytes[item][byte]).sum())
    }

    fn sum(&self, of: impl Fn(&Stratum) -> f64) -> f64 {
        // In the order of the units: always the same.
        self.strata.iter().map(|stratum| of(stratum)).sum()
    }

    /// The weighted mean of a variable over those who answered.
    pub fn mean(&self, variable: usize) -> Linear {
        self.ratio(&[(variable, 1.0)])
    }

    /// `Σ factor·value / Σ factor·answered` over all answers to some variables.
    pub fn ratio(&self, variables: &[(usize, f64)]) -> Linear {
        let whole = self
            .sum(|s| s.weight * variables.iter().map(|(v, f)| f * s.tally.answered[*v] as f64).sum::<f64>());
        let above = self.sum(|s| s.weight * variables.iter().map(|(v, f)| f * s.tally.sums[*v]).sum::<f64>());
        let estimate = above / whole;
        let term = |(variable, factor): &(usize, f64)| Term {
            variable: *variable,
            factor: factor / whole,
            centre: estimate,
        };
        Linear { estimate, terms: variables.iter().map(term).collect() }
    }

    /// The figure of an estimate.
    pub fn figure(&self, linear: &Linear, rows: Rows) -> Figure {
        let (n, df, weights) = self.behind(rows);
        let var = if linear.estimate.is_finite() {
            reported(self.sum(|s| contribution(s, &linear.terms)))
        } else {
            f64::NAN
        };
        Figure { estimate: linear.estimate, n, var, df, weights }
    }

    /// Rows, degrees of freedom and weights behind a figure.
    fn behind(&self, rows: Rows) -> (u64, i64, KgWeights) {
        let count = |s: &Stratum| match rows {
            Rows::Variable(variable) => s.tally.answered[variable],
            Rows::Group(group) => s.tally.groups[group],
        };
        let n: u64 = self.strata.iter().map(|s| count(s)).sum();
        let strata = self.strata.iter().filter(|s| count(s) > 0).count();
        let df = i64::try_from(n).unwrap_or(i64::MAX) - i64::try_from(strata).unwrap_or(0);
        let weights = KgWeights {
            sum_w: self.sum(|s| s.weight * count(s) as f64),
            sum_w2: self.sum(|s| s.weight * s.weight * count(s) as f64),
            sum_w_excess: self.sum(|s| s.weight * (s.weight - 1.0).max(0.0) * count(s) as f64),
            fpc: self.weighted,
        };
        (n, df, weights)
    }

    /// Whether all answers to an item are the same.
    pub fn all_equal(&self, item: &super::plan::Item<'_>, at: usize) -> bool {
        let bytes = self.bytes(at);
        bytes.iter().zip(item.answered).filter(|(n, answered)| *answered && **n > 0).count() == 1
    }

    /// The mean of an item's numeric option codes over those who gave one.
    pub fn mean_code(&self, item: &super::plan::Item<'_>, at: usize) -> Option<Figure> {
        let moments: Vec<(&Stratum, f64, f64, f64)> = self
            .strata
            .iter()
            .map(|s| {
                let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
                for (count, code) in s.tally.bytes[at].iter().zip(item.code) {
                    if let Some(code) = code {
                        n += *count as f64;
                        sum += code * *count as f64;
                        squares += code * code * *count as f64;
                    }
                }
                (*s, n, sum, squares)
            })
            .collect();
        let whole: f64 = moments.iter().map(|(s, n, ..)| s.weight * n).sum();
        if whole <= 0.0 {
            return None;
        }
        let mean = moments.iter().map(|(s, _, sum, _)| s.weight * sum).sum::<f64>() / whole;
        let var: f64 = moments
            .iter()
            .map(|(s, n, sum, squares)| {
                let m = s.tally.sheets as f64;
                // Centred products of code·answered, mixed, and answered: whole numbers up to the division by m.
                let values = (m * squares - sum * sum) / m;
                let mixed = (m * sum - sum * n) / m;
                let presence = (m * n - n * n) / m;
                let mut centred = Cancelling::default();
                [values, -2.0 * mean * mixed, mean * mean * presence]
                    .into_iter()
                    .for_each(|term| centred.add(term));
                let scale = s.weight / whole;
                add(s, scale * (sum - mean * n), scale * scale * centred.not_negative())
            })
            .sum();
        let n: u64 = moments.iter().map(|(_, n, ..)| *n as u64).sum();
        let strata = moments.iter().filter(|(_, n, ..)| *n > 0.0).count();
        let df = i64::try_from(n).unwrap_or(i64::MAX) - i64::try_from(strata).unwrap_or(0);
        let weights = KgWeights { sum_w: whole, sum_w2: 0.0, sum_w_excess: 0.0, fpc: self.weighted };
        Some(Figure { estimate: mean, n, var: reported(var), df, weights })
    }

    /// `Σ w (y − ȳ)²` of a variable whose squares are its values (a share), for the design effect.
    pub fn weighted_squares(&self, variable: usize, mean: f64) -> f64 {
        self.sum(|s| {
            let (n, sum) = (s.tally.answered[variable] as f64, s.tally.sums[variable]);
            s.weight * (sum * (1.0 - 2.0 * mean) + mean * mean * n)
        })
    }
}

/// A sum of terms that may cancel each other: what is left of them is zero where it is no more than their rounding.
///
/// Where all sheets have the same mean though their items differ, the sum is zero and its terms are not. Taken for a
/// variance, the rounding would give an interval of no width and a false certainty.
#[derive(Debug, Clone, Copy, Default)]
struct Cancelling {
    sum: f64,
    size: f64,
}

impl Cancelling {
    /// Far above what a thousand roundings add up to, far below what one differing sheet among ten million leaves.
    const ROUNDING: f64 = 1e-12;

    fn add(&mut self, term: f64) {
        self.sum += term;
        self.size += term.abs();
    }

    /// The sum, which cannot be negative.
    fn not_negative(self) -> f64 {
        if self.sum > Self::ROUNDING * self.size { self.sum } else { 0.0 }
    }
}

/// What a stratum adds to the variance of an estimate.
fn contribution(s: &Stratum, terms: &[Term]) -> f64 {
    let t = &s.tally;
    let mut centred = Cancelling::default();
    let mut sum = 0.0;
    for a in terms {
        sum += a.factor * (t.sums[a.variable] - a.centre * t.answered[a.variable] as f64);
        for b in terms {
            let (j, k) = (a.variable, b.variable);
            let factor = a.factor * b.factor;
            centred.add(factor * t.values.get(j, k));
            centred.add(-factor * b.centre * t.mixed.get(j, k));
            centred.add(-factor * a.centre * t.mixed.get(k, j));
            centred.add(factor * a.centre * b.centre * t.presence.get(j, k));
        }
    }
    add(s, s.weight * sum, s.weight * s.weight * centred.not_negative())
}

fn add(s: &Stratum, sum: f64, centred: f64) -> f64 {
    // A stratum with one answer counts by its distance from the whole: never an error under this rule.
    stratum(s.correction, s.tally.sheets, sum, centred, LonelyPsu::Adjust).unwrap_or(0.0)
}

impl Figure {
    /// The figure as published, before suppression.
    pub fn estimate(&self, shape: Shape, rules: &Rules, squares: Option<f64>) -> Estimate {
        if self.n == 0 || !self.estimate.is_finite() {
            // Nobody answered, or a part of it has no answer: there is nothing to show and nothing to hide.
            return Estimate { n: Some(self.n), publish: Publish::Publish, ..Estimate::default() };
        }
        let (interval, method) = self.interval(shape, rules.level);
        let kish = kish_n_eff(self.weights.sum_w, self.weights.sum_w2);
        let n_eff = match shape {
            Shape::Share => interval.and_then(|i| i.n_eff),
            Shape::Index => kish,
            Shape::Mean => None,
        };
        let complete = self.weights.complete();
        let caution = !complete
            && (n_eff.is_some_and(|n| n < rules.caution_n_eff)
                || interval.is_none_or(|i| i.width() > rules.caution_width));
        let decision = match decide(interval.as_ref(), rules.target) {
            target::Decision::Met => Decision::Met,
            target::Decision::NotMet => Decision::NotMet,
            target::Decision::Undecided => Decision::Undecided,
        };
        let effect = squares
            .and_then(|squares| deff(self.var, self.n, self.weights.sum_w, squares).without_replacement);
        Estimate {
            n: Some(self.n),
            estimate: Some(self.estimate),
            se: Some(self.var.sqrt()),
            df: u64::try_from(self.df).ok(),
            lower: interval.map(|i| i.lower),
            upper: interval.map(|i| i.upper),
            method: interval.map(|_| method),
            n_eff,
            deff: effect,
            decision: (shape != Shape::Mean).then_some(decision),
            publish: if caution && shape != Shape::Mean { Publish::Caution } else { Publish::Publish },
        }
    }

    fn interval(&self, shape: Shape, level: f64) -> (Option<Interval>, &'static str) {
        let kg = || interval::kg(self.estimate, self.var, self.n, self.df, self.weights, level);
        match shape {
            Shape::Share => (kg(), "kg"),
            Shape::Mean => (interval::t(self.estimate, self.var.sqrt(), self.df, level), "t"),
            Shape::Index => match interval::logit(self.estimate, self.var, self.df, level) {
                Some(interval) => (Some(interval), "logit"),
                None if self.var > 0.0 => (None, "logit"),
                None => (kg(), "kg"),
            },
        }
    }
}
