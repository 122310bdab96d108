//! Units compared with each other: simultaneous intervals, all pairs, and the ranks that the data cannot rule out
//! (Holm 1979; Klein, Wright and Wieczorek 2020).

use serde::Serialize;

use super::{
    error::Error,
    estimate::{Figure, check_level, two_sided},
    interval,
    measure::measure,
    sample::{Linearised, Sample},
    spec::Ranking,
    variance::reported,
};

/// Two estimates further apart than this are different.
const TIE: f64 = 1e-12;

/// The result of a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankingResult {
    units: Vec<UnitResult>,
    pairs: Vec<PairResult>,
    ranks: Vec<RankResult>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct UnitResult {
    unit: String,
    n: u64,
    estimate: f64,
    se: f64,
    df: i64,
    lower: Option<f64>,
    upper: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PairResult {
    a: String,
    b: String,
    diff: f64,
    se: f64,
    df: i64,
    t: Option<f64>,
    p: Option<f64>,
    p_holm: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct RankResult {
    unit: String,
    /// `None` for a unit without a mean.
    rank: Option<usize>,
    rank_lo: Option<usize>,
    rank_hi: Option<usize>,
}

/// Whether each row is in each unit of a column; the units by code point of their names.
pub(super) fn units(sample: &Sample<'_>, by: &str, path: &str) -> Result<Vec<(String, Vec<bool>)>, Error> {
    let groups = sample.table.column(by, &format!("{path}.by"))?.groups();
    let mut units: Vec<(String, Vec<bool>)> = groups
        .names
        .iter()
        .zip(0..)
        .map(|(name, number)| (name.clone(), groups.of.iter().map(|of| *of == Some(number)).collect()))
        .collect();
    units.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(units)
}

/// Ranks the units of a column by their means.
///
/// # Errors
/// Unknown columns, cells that are no numbers, levels outside (0, 1), lonely PSUs.
pub fn ranking(spec: &Ranking, sample: &Sample<'_>, path: &str) -> Result<RankingResult, Error> {
    check_level(spec.level, &format!("{path}.level"))?;
    check_level(spec.alpha, &format!("{path}.alpha"))?;
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let units = units(sample, &spec.by, path)?;
    let means: Vec<Linearised> = units.iter().map(|(_, rows)| sample.mean(&y, rows)).collect();
    let compared = Compared::of(sample, &means, path)?;
    let level = 1.0 - (1.0 - spec.level) / units.len() as f64;
    let mut unit_results = Vec::with_capacity(units.len());
    for ((name, _), mean) in units.iter().zip(&means) {
        let figure = Figure::of(sample, mean, path)?;
        let found = interval::t(figure.estimate, figure.se(), figure.df, level);
        unit_results.push(UnitResult {
            unit: name.clone(),
            n: figure.n,
            estimate: figure.estimate,
            se: figure.se(),
            df: figure.df,
            lower: found.map(|interval| interval.lower),
            upper: found.map(|interval| interval.upper),
        });
    }
    let name = |at: usize| units[at].0.clone();
    let pairs = compared.pairs.iter().map(|pair| PairResult {
        a: name(pair.a),
        b: name(pair.b),
        diff: pair.diff,
        se: pair.se,
        df: pair.df,
        t: pair.t,
        p: pair.p,
        p_holm: pair.p_holm,
    });
    let ranks = unit_results
        .iter()
        .zip(compared.ranks(&means, spec.alpha))
        .map(|(unit, ranks)| RankResult {
            unit: unit.unit.clone(),
            rank: ranks.map(|ranks| ranks.rank),
            rank_lo: ranks.map(|ranks| ranks.best),
            rank_hi: ranks.map(|ranks| ranks.worst),
        })
        .collect();
    Ok(RankingResult { pairs: pairs.collect(), ranks, units: unit_results })
}

/// All pairs of some means.
#[derive(Debug)]
pub(super) struct Compared {
    /// The covariance of the means.
    pub(super) cov: Vec<Vec<f64>>,
    /// The pairs, `a` before `b`, in order.
    pub(super) pairs: Vec<Pair>,
}

/// A pair of means, by their positions. The error is NaN where there is no difference.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) diff: f64,
    pub(super) se: f64,
    pub(super) df: i64,
    pub(super) t: Option<f64>,
    pub(super) p: Option<f64>,
    pub(super) p_holm: Option<f64>,
}

impl Compared {
    /// Tests every pair, with the covariance of those who are in both.
    ///
    /// # Errors
    /// A variance that the design cannot give.
    pub(super) fn of(sample: &Sample<'_>, means: &[Linearised], path: &str) -> Result<Self, Error> {
        let variables: Vec<&[f64]> = means.iter().map(|mean| mean.z.as_slice()).collect();
        let cov = sample.covariance(&variables, path)?;
        let mut pairs = Vec::new();
        for (a, one) in means.iter().enumerate() {
            for (b, other) in means.iter().enumerate().skip(a + 1) {
                let rows: Vec<bool> = one.rows.iter().zip(&other.rows).map(|(a, b)| *a || *b).collect();
                let (diff, df) = (one.estimate - other.estimate, sample.df(&rows));
                let se = if diff.is_nan() {
                    f64::NAN
                } else {
                    reported(cov[a][a] + cov[b][b] - 2.0 * cov[a][b]).sqrt()
                };
                let (t, p) = tested(diff, se, df);
                pairs.push(Pair { a, b, diff, se, df, t, p, p_holm: None });
            }
        }
        let adjusted = holm(&pairs.iter().map(|pair| pair.p).collect::<Vec<_>>());
        pairs.iter_mut().zip(adjusted).for_each(|(pair, p)| pair.p_holm = p);
        Ok(Self { cov, pairs })
    }

    /// The ranks of the means that were compared, a difference being decided below `alpha`.
    pub(super) fn ranks(&self, means: &[Linearised], alpha: f64) -> Vec<Option<Ranks>> {
        let decided: Vec<Decided> = self
            .pairs
            .iter()
            .filter(|pair| pair.p_holm.is_some_and(|p| p < alpha))
            .map(|pair| if pair.diff > 0.0 { (pair.a, pair.b) } else { (pair.b, pair.a) })
            .map(|(better, worse)| Decided { better, worse })
            .collect();
        let estimates: Vec<f64> = means.iter().map(|mean| mean.estimate).collect();
        ranks(&estimates, &decided)
    }
}

/// A difference that is significant after all pairs were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// Position of the better unit.
    pub better: usize,
    /// Position of the worse one.
    pub worse: usize,
}

/// The place of a unit, and the places that the data cannot rule out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// 1 + the number of units with a larger estimate.
    pub rank: usize,
    /// 1 + the number of units significantly better.
    pub best: usize,
    /// The number of units less those significantly worse.
    pub worst: usize,
}

/// The ranks of units with these estimates, given the pairs whose difference is significant (Klein, Wright and
/// Wieczorek 2020). A unit without an estimate (NaN) has none; the worst place of the others still counts it.
#[must_use]
pub fn ranks(estimates: &[f64], decided: &[Decided]) -> Vec<Option<Ranks>> {
    let mut better = vec![0; estimates.len()];
    let mut worse = vec![0; estimates.len()];
    for pair in decided {
        worse[pair.better] += 1;
        better[pair.worse] += 1;
    }
    let rank = |estimate: f64| 1 + estimates.iter().filter(|other| **other > estimate + TIE).count();
    estimates
        .iter()
        .zip(better.into_iter().zip(worse))
        .map(|(estimate, (better, worse))| {
            let ranks = Ranks { rank: rank(*estimate), best: 1 + better, worst: estimates.len() - worse };
            estimate.is_finite().then_some(ranks)
        })
        .collect()
}

/// t and the two-sided p of a difference; `None` where its standard error is 0, it is not computable or there are no
/// degrees of freedom.
#[must_use]
pub fn tested(diff: f64, se: f64, df: i64) -> (Option<f64>, Option<f64>) {
    let t = (super::positive(se) && diff.is_finite() && df >= 1).then(|| diff / se);
    (t, t.and_then(|t| two_sided(t, df)))
}

/// p values adjusted for the whole family, those without one included (Holm 1979).
#[must_use]
pub fn holm(family: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut adjusted = vec![None; family.len()];
    let mut tested: Vec<(f64, &mut Option<f64>)> =
        family.iter().zip(&mut adjusted).filter_map(|(p, place)| p.map(|p| (p, place))).collect();
    tested.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut least: f64 = 0.0;
    for (position, (p, place)) in tested.into_iter().enumerate() {
        least = least.max((p * (family.len() - position) as f64).min(1.0));
        *place = Some(least);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_differ_by_rounding_share_a_rank() {
        let rank = |estimates: &[f64]| -> Vec<usize> {
            ranks(estimates, &[]).into_iter().map(|ranks| ranks.unwrap().rank).collect()
        };
        assert_eq!(rank(&[0.0, TIE, 2.0 * TIE]), [2, 1, 1]);
        assert_eq!(rank(&[1.0, 1.0, 0.5]), [1, 1, 3]);
    }

    #[test]
    fn holm_by_hand() {
        // 4 in the family: 0.01 · 4, 0.02 · 3, 0.9 · 2 cut to 1; the one without a p has none but counts.
        let found = holm(&[Some(0.02), None, Some(0.01), Some(0.9)]);
        assert_eq!(found, [Some(0.06), None, Some(0.04), Some(1.0)]);
        // Never less than one before it.
        assert_eq!(holm(&[Some(0.03), Some(0.029)]), [Some(0.058), Some(0.058)]);
    }

    #[test]
    fn ranks_count_who_is_better() {
        let decided = [Decided { better: 0, worse: 2 }, Decided { better: 1, worse: 2 }];
        let found = ranks(&[0.9, 0.9 + 1e-13, 0.5, 0.7], &decided);
        let of = |rank, best, worst| Some(Ranks { rank, best, worst });
        assert_eq!(found, [of(1, 1, 3), of(1, 1, 3), of(4, 3, 4), of(3, 1, 4)]);
        // Nobody's answers have no place, and take none.
        assert_eq!(ranks(&[0.5, f64::NAN, 0.7], &[]), [of(2, 1, 3), None, of(1, 1, 3)]);
    }

    #[test]
    fn nothing_is_tested_without_error_or_freedom() {
        assert_eq!(tested(0.5, 0.0, 9), (None, None));
        assert_eq!(tested(0.5, 0.1, 0), (None, None));
        assert_eq!(tested(f64::NAN, 0.1, 9), (None, None));
        let (t, p) = tested(-0.5, 0.1, 1);
        assert_eq!(t, Some(-5.0));
        // Cauchy: 1 − 2/π · atan 5.
        assert!((p.unwrap() - (1.0 - 2.0 / std::f64::consts::PI * 5f64.atan())).abs() < 1e-14);
    }
}
