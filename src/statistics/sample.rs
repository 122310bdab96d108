//! A table under a design, with its final weights: what estimates are made of.

use super::{
    calibration::Calibrated,
    design::{self, Design},
    error::{Error, Problem},
    interval::KgWeights,
    spec::Analysis,
    sum,
    table::Table,
};

/// A table under a design and calibration.
#[derive(Debug)]
pub struct Sample<'a> {
    /// The data.
    pub table: &'a Table,
    /// How they were sampled.
    pub design: Design,
    /// The weights after calibration.
    pub weights: Vec<f64>,
    calibrated: Option<Calibrated>,
}

/// An estimate with its linearised variable, so that estimates can be combined and compared.
#[derive(Debug, Clone)]
pub struct Linearised {
    /// The estimate; NaN where it is not computable.
    pub estimate: f64,
    /// The linearised variable of each row, without the weight: 0 outside the estimate's rows.
    pub z: Vec<f64>,
    /// The rows behind the estimate (the domain with an answer).
    pub rows: Vec<bool>,
}

impl<'a> Sample<'a> {
    /// Builds the design and calibrates the weights of an analysis.
    ///
    /// # Errors
    /// What [`Design::build`] and [`Calibrated::build`] refuse, and an analysis without a design.
    pub fn build(analysis: &Analysis, table: &'a Table, path: &str) -> Result<Self, Error> {
        let Some(spec) = &analysis.design else {
            return Err(Error::at(format!("{path}.design"), Problem::NoDesign));
        };
        let mut weights = design::weights(spec, table, &format!("{path}.design"))?;
        let design = Design::build(spec, table, &format!("{path}.design"))?;
        let mut calibrated = None;
        if let Some(spec) = &analysis.calibration {
            let found = Calibrated::build(spec, &weights, table, &format!("{path}.calibration"))?;
            weights.clone_from(&found.weights);
            calibrated = Some(found);
        }
        Ok(Self { table, design, weights, calibrated })
    }

    /// How the weights were adjusted to totals, if they were.
    #[must_use]
    pub fn calibrated(&self) -> Option<&Calibrated> {
        self.calibrated.as_ref()
    }

    /// Whether the weights were adjusted to totals.
    #[must_use]
    pub fn is_calibrated(&self) -> bool {
        self.calibrated.is_some()
    }

    /// Σ weight·value over the rows that have a value and are chosen.
    #[must_use]
    pub fn total(&self, values: &[f64], rows: &[bool]) -> f64 {
        let terms = || chosen(&self.weights, rows).zip(chosen(values, rows));
        sum::sum(terms().map(|(w, y)| w * y))
    }

    /// Σ weight over the chosen rows.
    #[must_use]
    pub fn total_weight(&self, rows: &[bool]) -> f64 {
        sum::sum(chosen(&self.weights, rows))
    }

    /// The weights behind chosen rows, as the `kg` interval wants them.
    #[must_use]
    pub fn kg_weights(&self, rows: &[bool]) -> KgWeights {
        KgWeights::of(chosen(&self.weights, rows), self.design.fpc())
    }

    /// PSUs minus strata over the chosen rows with weight.
    #[must_use]
    pub fn df(&self, rows: &[bool]) -> i64 {
        let (psus, strata) = self.psus_and_strata(rows);
        psus - strata
    }

    /// How many PSUs and how many strata the chosen rows with weight are in.
    #[must_use]
    pub fn psus_and_strata(&self, rows: &[bool]) -> (i64, i64) {
        self.design.psus_and_strata(rows.iter().zip(&self.weights).map(|(row, w)| *row && *w != 0.0))
    }

    /// The covariance matrix of estimates, from their linearised variables.
    ///
    /// # Errors
    /// As [`Design::covariance`].
    pub fn covariance(&self, variables: &[&[f64]], path: &str) -> Result<Vec<Vec<f64>>, Error> {
        let influences: Vec<Vec<f64>> = variables.iter().map(|z| self.influence(z)).collect();
        self.design.covariance(&influences, path)
    }

    /// Weight × linearised variable by row; after calibration its residual stands for the variable.
    #[must_use]
    pub fn influence(&self, z: &[f64]) -> Vec<f64> {
        let residuals = self.calibrated.as_ref().map(|calibrated| calibrated.residuals(z));
        let z = residuals.as_deref().unwrap_or(z);
        z.iter().zip(&self.weights).map(|(z, w)| z * w).collect()
    }

    /// The weighted mean of a measure (NaN = missing) over a domain.
    #[must_use]
    pub fn mean(&self, y: &[f64], domain: &[bool]) -> Linearised {
        let rows = answered(y, domain);
        let weight = self.total_weight(&rows);
        let estimate = self.total(y, &rows) / weight;
        let z = spread(y, &rows, |y| (y - estimate) / weight);
        Linearised { estimate, z, rows }
    }

    /// The weighted total; missing counts as 0.
    #[must_use]
    pub fn sum(&self, y: &[f64], domain: &[bool]) -> Linearised {
        let rows = answered(y, domain);
        Linearised { estimate: self.total(y, &rows), z: spread(y, &rows, |y| y), rows }
    }

    /// The ratio of two weighted totals, over the rows that have both.
    #[must_use]
    pub fn ratio(&self, num: &[f64], den: &[f64], domain: &[bool]) -> Linearised {
        let rows = answered(den, &answered(num, domain));
        let whole = self.total(den, &rows);
        let estimate = self.total(num, &rows) / whole;
        let z = num
            .iter()
            .zip(den)
            .zip(&rows)
            .map(|((num, den), row)| if *row { (num - estimate * den) / whole } else { 0.0 })
            .collect();
        Linearised { estimate, z, rows }
    }
}

impl Linearised {
    /// `Σ factor·part` over parts; its rows are those of any part.
    #[must_use]
    pub fn combine(parts: &[(f64, &Self)]) -> Self {
        let size = parts.first().map_or(0, |(_, part)| part.z.len());
        let mut whole = Self { estimate: 0.0, z: vec![0.0; size], rows: vec![false; size] };
        for (factor, part) in parts {
            whole.estimate += factor * part.estimate;
            whole.z.iter_mut().zip(&part.z).for_each(|(whole, z)| *whole += factor * z);
            whole.rows.iter_mut().zip(&part.rows).for_each(|(whole, row)| *whole |= row);
        }
        whole
    }

    /// Number of rows behind the estimate.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.rows.iter().filter(|row| **row).count() as u64
    }
}

/// The values of chosen rows.
pub fn chosen<'a>(values: &'a [f64], rows: &'a [bool]) -> impl Iterator<Item = f64> + Clone + 'a {
    values.iter().zip(rows).filter(|(_, row)| **row).map(|(value, _)| *value)
}

/// The rows of a domain that have a value.
#[must_use]
pub fn answered(values: &[f64], domain: &[bool]) -> Vec<bool> {
    values.iter().zip(domain).map(|(value, inside)| *inside && !value.is_nan()).collect()
}

fn spread(y: &[f64], rows: &[bool], value: impl Fn(f64) -> f64) -> Vec<f64> {
    y.iter().zip(rows).map(|(y, row)| if *row { value(*y) } else { 0.0 }).collect()
}
