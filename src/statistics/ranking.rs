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
    rank: usize,
    rank_lo: usize,
    rank_hi: usize,
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
    let variables: Vec<&[f64]> = means.iter().map(|mean| mean.z.as_slice()).collect();
    let cov = sample.covariance(&variables, path)?;
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
    let mut pairs = Vec::new();
    let mut places = Vec::new();
    for i in 0..units.len() {
        for j in i + 1..units.len() {
            let rows: Vec<bool> = means[i].rows.iter().zip(&means[j].rows).map(|(a, b)| *a || *b).collect();
            let (diff, df) = (means[i].estimate - means[j].estimate, sample.df(&rows));
            let se = reported(cov[i][i] + cov[j][j] - 2.0 * cov[i][j]).sqrt();
            let t = (super::positive(se) && diff.is_finite() && df >= 1).then(|| diff / se);
            let p = t.and_then(|t| two_sided(t, df));
            let (a, b) = (units[i].0.clone(), units[j].0.clone());
            pairs.push(PairResult { a, b, diff, se, df, t, p, p_holm: None });
            places.push((i, j));
        }
    }
    holm(&mut pairs);
    let mut better = vec![0; units.len()];
    let mut worse = vec![0; units.len()];
    for (pair, (i, j)) in pairs.iter().zip(places) {
        if pair.p_holm.is_some_and(|p| p < spec.alpha) {
            let (high, low) = if pair.diff > 0.0 { (i, j) } else { (j, i) };
            worse[high] += 1;
            better[low] += 1;
        }
    }
    let ranks = unit_results
        .iter()
        .enumerate()
        .map(|(i, unit)| RankResult {
            unit: unit.unit.clone(),
            rank: 1 + unit_results.iter().filter(|other| other.estimate > unit.estimate + TIE).count(),
            rank_lo: 1 + better[i],
            rank_hi: units.len() - worse[i],
        })
        .collect();
    Ok(RankingResult { units: unit_results, pairs, ranks })
}

/// Adjusts the p values for the whole family of pairs, those without one included.
fn holm(pairs: &mut [PairResult]) {
    let family = pairs.len();
    let mut tested: Vec<(f64, &mut PairResult)> =
        pairs.iter_mut().filter_map(|pair| pair.p.map(|p| (p, pair))).collect();
    tested.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut least: f64 = 0.0;
    for (position, (p, pair)) in tested.into_iter().enumerate() {
        least = least.max((p * (family - position) as f64).min(1.0));
        pair.p_holm = Some(least);
    }
}
