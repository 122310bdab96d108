//! Cronbach's alpha: how well items hang together.

use serde::Serialize;

use super::{
    error::{Error, Problem},
    measure::domain,
    sample::{Sample, answered, chosen},
    spec::Alpha,
    sum,
};

/// The result of an alpha.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlphaResult {
    n: u64,
    items: usize,
    /// `None` where the total score does not vary.
    estimate: Option<f64>,
}

/// `K/(K−1)·(1 − Σ var_j / var_total)` over the rows that answered all items.
///
/// # Errors
/// Fewer than two items, unknown columns, cells that are no numbers.
pub fn alpha(spec: &Alpha, sample: &Sample<'_>, path: &str) -> Result<AlphaResult, Error> {
    let Squares { n, items, total, .. } = squares(spec, sample, path)?;
    Ok(AlphaResult { n, items: items.len(), estimate: of_variances(&items, total) })
}

/// What an alpha is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Squares {
    /// Rows that answered all items.
    pub n: u64,
    /// Their weight.
    pub weight: f64,
    /// `Σw(x − x̄)²` of each item.
    pub items: Vec<f64>,
    /// The same of the sum of the items.
    pub total: f64,
}

/// The sums of squares of an alpha.
///
/// # Errors
/// As [`alpha`].
pub fn squares(spec: &Alpha, sample: &Sample<'_>, path: &str) -> Result<Squares, Error> {
    if spec.items.len() < 2 {
        return Err(Error::at(format!("{path}.items"), Problem::TooFew { least: 2 }));
    }
    let mut rows = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let mut items = Vec::with_capacity(spec.items.len());
    for (position, name) in spec.items.iter().enumerate() {
        let path = format!("{path}.items[{position}]");
        let values = sample.table.column(name, &path)?.numbers(&path)?;
        rows = answered(&values, &rows);
        items.push(values);
    }
    let ones = vec![1.0; rows.len()];
    let weights = if spec.weighted { &sample.weights } else { &ones };
    let weight = sum::sum(chosen(weights, &rows));
    let about_mean = |values: &[f64]| {
        let terms = || chosen(values, &rows).zip(chosen(weights, &rows));
        let mean = sum::sum(terms().map(|(x, w)| w * x)) / weight;
        sum::sum(terms().map(|(x, w)| {
            let away = x - mean;
            w * away * away
        }))
    };
    let totals: Vec<f64> = (0..rows.len()).map(|row| items.iter().map(|item| item[row]).sum()).collect();
    Ok(Squares {
        n: rows.iter().filter(|row| **row).count() as u64,
        weight,
        items: items.iter().map(|item| about_mean(item)).collect(),
        total: about_mean(&totals),
    })
}

/// `K/(K−1)·(1 − Σ var_j / var_total)`, from the variances (or sums of squares about the mean) of the K items and of
/// their total; `None` where it is not computable.
#[must_use]
pub fn of_variances(items: &[f64], total: f64) -> Option<f64> {
    let k = items.len() as f64;
    let estimate = k / (k - 1.0) * (1.0 - items.iter().sum::<f64>() / total);
    estimate.is_finite().then_some(estimate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_by_hand() {
        // Three items of variance 1 whose total has 6: 3/2 · (1 − 3/6).
        assert_eq!(of_variances(&[1.0, 1.0, 1.0], 6.0), Some(0.75));
        assert_eq!(of_variances(&[1.0, 1.0], 0.0), None);
        assert_eq!(of_variances(&[1.0], 1.0), None);
    }
}
