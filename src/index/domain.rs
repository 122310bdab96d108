//! Figures of a set of strata, with their uncertainty (`docs/method.md` sections 2 to 4). A domain is always a union of
//! whole strata (a unit's subtree), so that strata outside it add nothing to its variance.

use std::collections::BTreeMap;

use crate::statistics::{
    deff::{deff, kish_deff, kish_n_eff},
    interval::{self, Interval, KgWeights},
    linear::solve_semidefinite,
    target::{self, decide},
    variance::{LonelyPsu, reported, stratum},
};

use super::{
    plan::Plan,
    report::{Decision, Estimate, MarginUse, Publish, UnitWeighting, WeightingMethod},
    rotation::{Cancelling, Rotation, Second, Term},
    tally::Tally,
};

/// A stratum: a unit that directly holds counters or invitations, or some that are weighted together.
#[derive(Debug, Clone)]
pub(super) struct Stratum {
    /// Its sheets by weight: one cell, or those that its margins cross; of a category in units weighted together, those of each unit that
    /// has it.
    pub cells: Vec<Cell>,
    /// Sheets.
    pub sheets: u64,
    /// 1 − answers/population; 1 without populations.
    pub correction: f64,
    /// By margin that the weights were adjusted to: the level of each cell.
    pub margins: Vec<Vec<usize>>,
    /// How the weights came about.
    pub method: WeightingMethod,
    /// The margins declared, used or not.
    pub declared: Vec<MarginUse>,
    /// Where people judged several units: who, and which unit.
    pub raters: Option<Raters>,
}

/// The people behind a stratum of judged units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raters {
    /// Strata with the same number have the same people behind them, and nothing tells whose sheets are whose.
    pub cluster: usize,
    /// The judged unit, or some that are weighted together. Strata of one unit come from different people.
    pub unit: usize,
    /// How many units they are.
    pub units: u32,
}

/// Sheets of a stratum with the same weight.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// Their counts.
    pub tally: Tally,
    /// What one answer stands for.
    pub weight: f64,
}

/// A linearised variable in a cell.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Σ z.
    sum: f64,
    /// Σ (z − z̄)².
    centred: f64,
}

/// The rows behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows<'i> {
    /// Those with an answer to a variable.
    Variable(usize),
    /// Those with an answer to any item of a group: its number and its items.
    Group(usize, &'i [usize]),
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
    rotation: Option<&'a Rotation>,
}

impl<'a> Domain<'a> {
    pub fn new(strata: Vec<&'a Stratum>, weighted: bool, plan: &'a Plan<'_>) -> Self {
        Self { strata, weighted, rotation: plan.rotation.as_ref() }
    }

    /// What an answer to a variable stands for, in answers of the respondent who gave it.
    fn inflation(&self, variable: usize) -> f64 {
        self.rotation.map_or(1.0, |rotation| rotation.inflation(variable))
    }

    /// Sheets.
    pub fn sheets(&self) -> u64 {
        self.strata.iter().map(|s| s.sheets).sum()
    }

    /// The cells of all strata, always in the same order.
    pub fn cells(&self) -> impl Iterator<Item = &'a Cell> + Clone + '_ {
        self.strata.iter().flat_map(|s| &s.cells)
    }

    /// How the sheets were weighted; `own`: the strata that the unit itself holds.
    pub fn weighting(&self, own: Option<&Stratum>) -> UnitWeighting {
        let mut methods = self.strata.iter().map(|s| s.method);
        let first = methods.next();
        let sum = |power: i32| self.sum(|c| c.weight.powi(power) * c.tally.sheets as f64);
        UnitWeighting {
            method: first
                .map(|first| if methods.all(|m| m == first) { first } else { WeightingMethod::Mixed }),
            margins: own.map(|own| own.declared.clone()).unwrap_or_default(),
            kish_deff: kish_deff(self.sheets(), sum(1), sum(2)),
        }
    }

    /// Sheets by packed byte of an item.
    pub fn bytes(&self, item: usize) -> [u64; 256] {
        std::array::from_fn(|byte| self.cells().map(|c| c.tally.bytes[item][byte]).sum())
    }

    fn sum(&self, of: impl Fn(&Cell) -> f64) -> f64 {
        // In the order of the units: always the same.
        self.cells().map(of).sum()
    }

    /// The weighted mean of a variable over those who answered.
    pub fn mean(&self, variable: usize) -> Linear {
        self.ratio(&[(variable, 1.0)])
    }

    /// `Σ factor·value / Σ factor·answered` over all answers to some variables.
    pub fn ratio(&self, variables: &[(usize, f64)]) -> Linear {
        let variables: Vec<(usize, f64)> = variables
            .iter()
            .map(|(variable, factor)| (*variable, factor * self.inflation(*variable)))
            .collect();
        let whole = self
            .sum(|c| c.weight * variables.iter().map(|(v, f)| f * c.tally.answered[*v] as f64).sum::<f64>());
        let above = self.sum(|c| c.weight * variables.iter().map(|(v, f)| f * c.tally.sums[*v]).sum::<f64>());
        let estimate = above / whole;
        let term = |(variable, factor): &(usize, f64)| Term {
            variable: *variable,
            factor: factor / whole,
            centre: estimate,
        };
        Linear { estimate, terms: variables.iter().map(term).collect() }
    }

    /// The figure of an estimate.
    pub fn figure(&self, linear: &Linear, rows: Rows<'_>) -> Figure {
        let (n, df, weights) = self.behind(rows);
        let var = if linear.estimate.is_finite() {
            reported(self.over_strata(|s| self.contribution(s, &linear.terms)))
        } else {
            f64::NAN
        };
        Figure { estimate: linear.estimate, n, var, df, weights }
    }

    /// Rows, degrees of freedom and weights behind a figure.
    fn behind(&self, rows: Rows<'_>) -> (u64, i64, KgWeights) {
        let count = |c: &Cell| match rows {
            Rows::Variable(variable) => c.tally.answered[variable],
            Rows::Group(group, _) => c.tally.groups[group],
        };
        // Of a group, the weight of the answers that stand for most: where something of it rotates, even the sheets of
        // all people do not have all of their answers. Without populations weights have no size, only ratios.
        let inflation = match rows {
            _ if !self.weighted => 1.0,
            Rows::Variable(variable) => self.inflation(variable),
            Rows::Group(_, items) => items.iter().map(|item| self.inflation(*item)).fold(1.0, f64::max),
        };
        let weight = |c: &Cell| c.weight * inflation;
        let n: u64 = self.cells().map(count).sum();
        let df = self.freedom(count);
        let squares =
            |s: &Stratum| -> f64 { s.cells.iter().map(|c| weight(c) * weight(c) * count(c) as f64).sum() };
        // Where answers weigh population/answers, w² (1 − answers/population) is w (w − 1).
        let excess = |s: &Stratum| -> f64 {
            if s.raters.is_some() {
                return s.correction * squares(s);
            }
            s.cells.iter().map(|c| weight(c) * (weight(c) - 1.0).max(0.0) * count(c) as f64).sum()
        };
        let weights = KgWeights {
            sum_w: self.sum(|c| weight(c) * count(c) as f64),
            sum_w2: self.over_strata(squares),
            sum_w_excess: self.over_strata(excess),
            fpc: self.weighted,
        };
        (n, df, weights)
    }

    /// A sum of variances over the strata. Where the same people judged several units, their answers about them go
    /// together to an unknown degree, as nothing joins their sheets: the largest variance that such a sum can have,
    /// `(Σ √v)²` over the units. Of one unit it is the plain sum, since its strata are different people. Of u units that are
    /// one stratum it is at most u times theirs.
    fn over_strata(&self, of: impl Fn(&Stratum) -> f64) -> f64 {
        let mut sum = 0.0;
        let mut clusters: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
        for s in &self.strata {
            match s.raters {
                None => sum += of(s),
                Some(Raters { cluster, unit, units }) => {
                    *clusters.entry(cluster).or_default().entry(unit).or_default() +=
                        of(s).max(0.0) * f64::from(units);
                }
            }
        }
        let bound = |units: &BTreeMap<usize, f64>| match units.len() {
            1 => units.values().sum(),
            _ => units.values().map(|v| v.sqrt()).sum::<f64>().powi(2),
        };
        sum + clusters.values().map(bound).sum::<f64>()
    }

    /// Degrees of freedom: answers less strata; of people who judged several units, those of the unit that most of them
    /// judged, and in a stratum of several units as many as if all had judged all of them.
    fn freedom(&self, count: impl Fn(&Cell) -> u64) -> i64 {
        let mut own: i64 = 0;
        let mut clusters: BTreeMap<usize, BTreeMap<usize, i64>> = BTreeMap::new();
        for s in &self.strata {
            let units = s.raters.map_or(1, |raters| u64::from(raters.units.max(1)));
            let answers = s.cells.iter().map(&count).sum::<u64>() / units;
            let Some(free) = answers.checked_sub(1).map(|free| i64::try_from(free).unwrap_or(i64::MAX))
            else {
                continue;
            };
            match s.raters {
                None => own = own.saturating_add(free),
                Some(Raters { cluster, unit, .. }) => {
                    *clusters.entry(cluster).or_default().entry(unit).or_default() += free;
                }
            }
        }
        let most = clusters.values().filter_map(|units| units.values().max());
        own.saturating_add(most.sum::<i64>())
    }

    /// Weighted answers to an item, and how much of it is satisfied.
    pub fn satisfied(&self, item: &super::plan::Item<'_>, at: usize) -> (f64, f64) {
        let of = |which: &[bool; 256]| {
            self.sum(|c| {
                let bytes = c.tally.bytes[at].iter().zip(which);
                c.weight * bytes.filter(|(_, counts)| **counts).map(|(n, _)| *n as f64).sum::<f64>()
            })
        };
        (of(&item.answered), of(&item.satisfied))
    }

    /// How many different answers to an item there are.
    pub fn different(&self, item: &super::plan::Item<'_>, at: usize) -> usize {
        let bytes = self.bytes(at);
        bytes.iter().zip(item.answered).filter(|(n, answered)| *answered && **n > 0).count()
    }

    /// The mean of an item's numeric option codes over those who gave one.
    pub fn mean_code(&self, item: &super::plan::Item<'_>, at: usize) -> Option<Figure> {
        let moments = |c: &Cell| {
            let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
            for (count, code) in c.tally.bytes[at].iter().zip(item.code) {
                if let Some(code) = code {
                    n += *count as f64;
                    sum += code * *count as f64;
                    squares += code * code * *count as f64;
                }
            }
            (n, sum, squares)
        };
        let whole = self.sum(|c| c.weight * moments(c).0);
        if whole <= 0.0 {
            return None;
        }
        let mean = self.sum(|c| c.weight * moments(c).1) / whole;
        let part = |c: &Cell| {
            let (n, sum, squares) = moments(c);
            let m = c.tally.sheets as f64;
            // Centred products of code·answered, mixed, and answered: whole numbers up to the division by m.
            let values = (m * squares - sum * sum) / m;
            let mixed = (m * sum - sum * n) / m;
            let presence = (m * n - n * n) / m;
            let mut centred = Cancelling::default();
            [values, -2.0 * mean * mixed, mean * mean * presence]
                .into_iter()
                .for_each(|term| centred.add(term));
            Part { sum: (sum - mean * n) / whole, centred: centred.not_negative() / (whole * whole) }
        };
        // Σ (code − mean)² itself, for a respondent's own sampling of modules.
        let squares = |c: &Cell| {
            let (n, sum, squares) = moments(c);
            let mut whole_square = Cancelling::default();
            [squares, -2.0 * mean * sum, mean * mean * n].into_iter().for_each(|term| whole_square.add(term));
            whole_square.not_negative() / (whole * whole)
        };
        let term = Term { variable: at, factor: 1.0, centre: mean };
        let second = self.rotation.map_or(Second::None, |rotation| rotation.second(&[term]));
        let var = self.over_strata(|s| between(s, s.correction, part) + added(s, second, squares));
        let n: u64 = self.cells().map(|c| moments(c).0 as u64).sum();
        let df = self.freedom(|c| moments(c).0 as u64);
        let weights = KgWeights { sum_w: whole, sum_w2: 0.0, sum_w_excess: 0.0, fpc: self.weighted };
        Some(Figure { estimate: mean, n, var: reported(var), df, weights })
    }

    /// `Σ w (y − ȳ)²` of a variable whose squares are its values (a share), for the design effect.
    pub fn weighted_squares(&self, variable: usize, mean: f64) -> f64 {
        let inflation = if self.weighted { self.inflation(variable) } else { 1.0 };
        self.sum(|c| {
            let (n, sum) = (c.tally.answered[variable] as f64, c.tally.sums[variable]);
            c.weight * inflation * (sum * (1.0 - 2.0 * mean) + mean * mean * n)
        })
    }

    /// What a stratum adds to the variance of an estimate.
    fn contribution(&self, s: &Stratum, terms: &[Term]) -> f64 {
        let second = self.rotation.map_or(Second::None, |rotation| rotation.second(terms));
        let correction = if second == Second::Bounded { 1.0 } else { s.correction };
        let deviations =
            |c: &Cell| self.rotation.map_or(0.0, |rotation| rotation.deviations(&c.tally, terms));
        between(s, correction, |cell| part(cell, terms)) + added(s, second, deviations)
    }
}

/// What the draw of modules adds to the variance within a stratum: the calibration of weights changes nothing here, since
/// it is about respondents and not about their modules.
fn added(s: &Stratum, second: Second, deviations: impl Fn(&Cell) -> f64) -> f64 {
    match second {
        Second::Known(factor) => {
            let sampled = 1.0 - s.correction;
            let of = |cell: &Cell| cell.weight * cell.weight * deviations(cell);
            // Without populations nothing is known to be sampled: the first stage has it all.
            if sampled > 0.0 { sampled * factor * s.cells.iter().map(of).sum::<f64>() } else { 0.0 }
        }
        Second::None | Second::Bounded => 0.0,
    }
}

/// The linearised variable of an estimate in a cell.
fn part(cell: &Cell, terms: &[Term]) -> Part {
    let t = &cell.tally;
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
    Part { sum, centred: centred.not_negative() }
}

/// The variance of a linearised variable between the sheets of a stratum. With margins: of its residuals from the
/// regression on the margins' levels, in which all sheets count the same since they have the same base weight. Units
/// weighted together have no margins, and nothing is taken off.
fn between(s: &Stratum, correction: f64, part: impl Fn(&Cell) -> Part) -> f64 {
    let (sum, squares) = match s.cells.as_slice() {
        [] => return 0.0,
        // Where sheets of the stratum are in no cell, they count as zeros.
        [cell] if cell.tally.sheets == s.sheets => {
            let part = part(cell);
            (cell.weight * part.sum, cell.weight * cell.weight * part.centred)
        }
        cells => {
            let parts: Vec<Part> = cells.iter().map(part).collect();
            let fitted = fitted(s, &parts);
            let (mut sum, mut squares) = (0.0, 0.0);
            for ((cell, part), fitted) in cells.iter().zip(&parts).zip(fitted) {
                let m = cell.tally.sheets as f64;
                let residual = part.sum - m * fitted;
                sum += cell.weight * residual;
                squares += cell.weight * cell.weight * (part.centred + residual * residual / m);
            }
            (sum, (squares - sum * sum / s.sheets as f64).max(0.0))
        }
    };
    // A stratum with one answer counts by its distance from the whole: never an error under this rule.
    stratum(correction, s.sheets, sum, squares, LonelyPsu::Adjust).unwrap_or(0.0)
}

/// What the regression on the margins' levels expects of a sheet in each cell.
fn fitted(s: &Stratum, parts: &[Part]) -> Vec<f64> {
    // The levels of all margins one after the other; they determine each other, so the solution leaves some out.
    let mut size = 0;
    let columns: Vec<Vec<usize>> = s
        .margins
        .iter()
        .map(|levels| {
            let start = size;
            size += levels.iter().max().map_or(0, |last| last + 1);
            levels.iter().map(|level| start + level).collect()
        })
        .collect();
    let mut matrix = vec![vec![0.0; size]; size];
    let mut right = vec![0.0; size];
    for (at, (cell, part)) in s.cells.iter().zip(parts).enumerate() {
        for one in &columns {
            right[one[at]] += part.sum;
            for two in &columns {
                matrix[one[at]][two[at]] += cell.tally.sheets as f64;
            }
        }
    }
    let slopes = solve_semidefinite(matrix, right);
    (0..s.cells.len()).map(|at| columns.iter().map(|column| slopes[column[at]]).sum()).collect()
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
            method: interval.map(|_| method.into()),
            n_eff,
            deff: effect,
            decision: (shape != Shape::Mean).then_some(decision),
            publish: if caution && shape != Shape::Mean { Publish::Caution } else { Publish::Publish },
            change: None,
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
