//! What goes with an overall score: weighted regression and the share of each predictor in its R². Association, not
//! cause.

use serde::Serialize;

use super::{
    error::{Error, Problem},
    estimate::variance,
    linear,
    measure::{domain, measure},
    sample::{Linearised, Sample, answered, chosen},
    spec::Drivers,
    sum,
};

/// Most predictors: the shares look at every subset of them.
pub const MOST: usize = 12;

/// The result of a regression; the vectors are in the order of the predictors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriversResult {
    n: u64,
    r2: f64,
    intercept: f64,
    se_intercept: f64,
    coef: Named,
    se: Named,
    beta_std: Named,
    lmg: Named,
    johnson: Named,
    performance: Named,
}

/// Values by the name of their predictor, in the order given.
#[derive(Debug, Clone, PartialEq)]
struct Named(Vec<(String, f64)>);

impl Serialize for Named {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Regresses y on the predictors over the complete rows. Where predictors determine each other, something does not vary
/// or there are too few rows, the coefficients and shares are NaN.
///
/// # Errors
/// No or too many predictors, unknown columns, lonely PSUs.
pub fn drivers(spec: &Drivers, sample: &Sample<'_>, path: &str) -> Result<DriversResult, Error> {
    let fit = Fit::of(spec, sample, path)?;
    let se: Vec<f64> = fit
        .coefficients
        .iter()
        .map(|linear| variance(sample, linear, path).map(f64::sqrt))
        .collect::<Result<_, _>>()?;
    let named = |values: &[f64]| {
        Named(spec.x.iter().map(|driver| driver.name.clone()).zip(values.iter().copied()).collect())
    };
    Ok(DriversResult {
        n: fit.n,
        r2: r2(&fit.beta_std, &fit.with_y),
        intercept: fit.coefficients[0].estimate,
        se_intercept: se[0],
        coef: named(&fit.slopes()),
        se: named(&se[1..]),
        beta_std: named(&fit.beta_std),
        lmg: named(&fit.lmg()),
        johnson: named(&fit.johnson()),
        performance: named(&fit.performance),
    })
}

/// A weighted regression, before its R² is shared out. What is not computable is NaN.
#[derive(Debug)]
pub struct Fit {
    /// Complete rows.
    pub n: u64,
    /// Correlations of the predictors.
    pub correlations: Vec<Vec<f64>>,
    /// Their correlations with y.
    pub with_y: Vec<f64>,
    /// `Σw(x − x̄)²` of each predictor.
    pub squares: Vec<f64>,
    /// `Σw(y − ȳ)²`.
    pub whole: f64,
    /// Standardised coefficients.
    pub beta_std: Vec<f64>,
    /// Weighted mean of y.
    pub mean: f64,
    /// Weighted means of the predictors.
    pub performance: Vec<f64>,
    /// The intercept, then the coefficients; the linearised variable is `(A'WA)⁻¹ a e`.
    pub coefficients: Vec<Linearised>,
}

impl Fit {
    /// Fits y to the predictors over the complete rows.
    ///
    /// # Errors
    /// As [`drivers`].
    pub fn of(spec: &Drivers, sample: &Sample<'_>, path: &str) -> Result<Self, Error> {
        let x_path = format!("{path}.x");
        let count = spec.x.len();
        if count == 0 {
            return Err(Error::at(x_path, Problem::TooFew { least: 1 }));
        }
        if count > MOST {
            return Err(Error::at(x_path, Problem::TooMany { found: count, most: MOST }));
        }
        let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
        let mut rows = answered(&y, &domain(&spec.domain, sample.table, &format!("{path}.domain"))?);
        // The columns of the regression: 1, then the predictors.
        let mut columns = vec![vec![1.0; rows.len()]];
        for (position, driver) in spec.x.iter().enumerate() {
            if spec.x.iter().take(position).any(|other| other.name == driver.name) {
                let problem = Problem::Twice { name: driver.name.clone() };
                return Err(Error::at(format!("{x_path}[{position}].name"), problem));
            }
            let values = measure(&driver.m, sample.table, &format!("{x_path}[{position}].m"))?;
            rows = answered(&values, &rows);
            columns.push(values);
        }
        let product = |a: &[f64], b: &[f64]| {
            let terms = || chosen(&sample.weights, &rows).zip(chosen(a, &rows).zip(chosen(b, &rows)));
            sum::sum(terms().map(|(w, (a, b))| w * a * b))
        };
        let normal: Vec<Vec<f64>> =
            columns.iter().map(|a| columns.iter().map(|b| product(a, b)).collect()).collect();

        // Centre before inverting: the numbers stay small and collinear predictors show.
        let weight = normal[0][0];
        let mean = |values: &[f64]| product(&columns[0], values) / weight;
        let centred = |values: &[f64]| {
            let mean = mean(values);
            values.iter().map(|v| v - mean).collect::<Vec<f64>>()
        };
        let predictors: Vec<Vec<f64>> = columns[1..].iter().map(|values| centred(values)).collect();
        let outcome = centred(&y);
        let squares: Vec<f64> = predictors.iter().map(|x| product(x, x)).collect();
        let whole = product(&outcome, &outcome);
        let scatter: Vec<Vec<f64>> =
            predictors.iter().map(|a| predictors.iter().map(|b| product(a, b)).collect()).collect();
        let varies = squares.iter().chain([&whole]).all(|value| super::positive(*value));
        let correlations = correlations(&scatter, &squares);
        let with_y: Vec<f64> =
            predictors.iter().zip(&squares).map(|(x, s)| product(x, &outcome) / (s * whole).sqrt()).collect();
        let unknown = || vec![f64::NAN; count];
        let solved = if varies { slopes(&correlations, &with_y).zip(linear::inverse(&normal)) } else { None };
        let (beta_std, inverse) =
            solved.unwrap_or_else(|| (unknown(), vec![vec![0.0; count + 1]; count + 1]));
        let coef: Vec<f64> = beta_std.iter().zip(&squares).map(|(b, s)| b * (whole / s).sqrt()).collect();
        let performance: Vec<f64> = columns[1..].iter().map(|values| mean(values)).collect();
        let intercept = mean(&y) - coef.iter().zip(&performance).map(|(b, m)| b * m).sum::<f64>();
        let coefficients = linearised(&columns, &y, &rows, &inverse, &[vec![intercept], coef].concat());
        let n = rows.iter().filter(|row| **row).count() as u64;
        let mean = mean(&y);
        Ok(Self { n, correlations, with_y, squares, whole, beta_std, mean, performance, coefficients })
    }

    /// Whether there is a solution.
    #[must_use]
    pub fn is_solved(&self) -> bool {
        self.beta_std.iter().all(|beta| beta.is_finite())
    }

    /// Shapley shares of R².
    #[must_use]
    pub fn lmg(&self) -> Vec<f64> {
        let found = if self.is_solved() { lmg(&self.correlations, &self.with_y) } else { None };
        found.unwrap_or_else(|| vec![f64::NAN; self.with_y.len()])
    }

    /// Johnson's relative weights.
    #[must_use]
    pub fn johnson(&self) -> Vec<f64> {
        if self.is_solved() {
            johnson(&self.correlations, &self.with_y)
        } else {
            vec![f64::NAN; self.with_y.len()]
        }
    }

    /// The coefficients of the predictors.
    #[must_use]
    pub fn slopes(&self) -> Vec<f64> {
        self.coefficients[1..].iter().map(|linear| linear.estimate).collect()
    }
}

/// The coefficients with their linearised variables `(A'WA)⁻¹ a e`.
fn linearised(
    columns: &[Vec<f64>],
    y: &[f64],
    rows: &[bool],
    inverse: &[Vec<f64>],
    estimates: &[f64],
) -> Vec<Linearised> {
    let mut found: Vec<Linearised> = estimates
        .iter()
        .map(|estimate| Linearised { estimate: *estimate, z: vec![0.0; y.len()], rows: rows.to_vec() })
        .collect();
    for row in (0..y.len()).filter(|row| rows[*row]) {
        let values: Vec<f64> = columns.iter().map(|column| column[row]).collect();
        let fitted: f64 = estimates[1..].iter().zip(&values[1..]).map(|(b, x)| b * x).sum();
        let residual = y[row] - estimates[0] - fitted;
        for (linear, value) in found.iter_mut().zip(times(inverse, &values)) {
            linear.z[row] = value * residual;
        }
    }
    found
}

fn times(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

/// Correlations from centred products and squares.
#[must_use]
pub fn correlations(products: &[Vec<f64>], squares: &[f64]) -> Vec<Vec<f64>> {
    products
        .iter()
        .zip(squares)
        .map(|(row, a)| row.iter().zip(squares).map(|(value, b)| value / (a * b).sqrt()).collect())
        .collect()
}

/// Standardised regression coefficients; `None` where predictors determine each other.
#[must_use]
pub fn slopes(correlations: &[Vec<f64>], with_y: &[f64]) -> Option<Vec<f64>> {
    Some(times(&linear::inverse(correlations)?, with_y))
}

/// R² from standardised coefficients and the correlations with the outcome.
#[must_use]
pub fn r2(slopes: &[f64], with_y: &[f64]) -> f64 {
    slopes.iter().zip(with_y).map(|(b, r)| b * r).sum()
}

/// Shapley shares of R² (Lindeman, Merenda and Gold 1980): the mean gain of a predictor over all orders.
/// Their sum is R². Looks at every subset: not for more than [`MOST`] predictors. `None` where predictors determine
/// each other.
#[must_use]
pub fn lmg(correlations: &[Vec<f64>], with_y: &[f64]) -> Option<Vec<f64>> {
    let count = with_y.len();
    let r2 = subsets_r2(correlations, with_y)?;
    let mut factorials = vec![1.0];
    for k in 1..=count {
        factorials.push(factorials[k - 1] * k as f64);
    }
    let share = |i: usize| {
        (0..1usize << count)
            .filter(|set| set & (1 << i) == 0)
            .map(|set| {
                let size = set.count_ones() as usize;
                let orders = factorials[size] * factorials[count - size - 1] / factorials[count];
                orders * (r2[set + (1 << i)] - r2[set])
            })
            .sum()
    };
    Some((0..count).map(share).collect())
}

/// R² of every subset of predictors: that of the subset whose members are the bits of its position.
/// `None` where predictors determine each other.
#[must_use]
pub fn subsets_r2(correlations: &[Vec<f64>], with_y: &[f64]) -> Option<Vec<f64>> {
    let mut found = vec![0.0; 1 << with_y.len()];
    let whole: Vec<Vec<f64>> =
        correlations.iter().zip(with_y).map(|(row, r)| row.iter().chain([r]).copied().collect()).collect();
    add_predictors(&whole, (0, 0), &mut found)?;
    Some(found)
}

/// Fills in R² of all subsets that add to a set (its bits, and how many predictors are before those in `left`) some of the
/// predictors left; `left`: their products with each other and then with y, without what the set explains of them.
fn add_predictors(left: &[Vec<f64>], (set, before): (usize, usize), found: &mut [f64]) -> Option<()> {
    for (at, row) in left.iter().enumerate() {
        let (pivot, with_y) = (row[at], *row.last()?);
        // A predictor has the square 1 to begin with; of one that the set determines nothing is left.
        if !super::positive(pivot) || pivot <= 1e-11 {
            return None;
        }
        let larger = set | 1 << (before + at);
        found[larger] = found[set] + with_y * with_y / pivot;
        let rest: Vec<Vec<f64>> = left[at + 1..]
            .iter()
            .enumerate()
            .map(|(next, other)| {
                let factor = row[at + 1 + next] / pivot;
                other[at + 1..].iter().zip(&row[at + 1..]).map(|(value, own)| value - factor * own).collect()
            })
            .collect();
        add_predictors(&rest, (larger, before + at + 1), found)?;
    }
    Some(())
}

/// Johnson's relative weights (2000): shares through the nearest orthogonal predictors.
/// Their sum is R².
#[must_use]
pub fn johnson(correlations: &[Vec<f64>], with_y: &[f64]) -> Vec<f64> {
    let (root, orthogonal) = orthogonal(correlations, with_y);
    root.iter().map(|row| row.iter().zip(&orthogonal).map(|(a, b)| a * a * b * b).sum()).collect()
}

/// The loadings of the predictors on the nearest orthogonal ones, Λ = R^½, and the coefficients of those, Λ⁻¹ r.
#[must_use]
pub fn orthogonal(correlations: &[Vec<f64>], with_y: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (values, vectors) = linear::eigen(correlations);
    let count = with_y.len();
    let power = |exponent: f64| -> Vec<Vec<f64>> {
        let powers: Vec<f64> = values.iter().map(|value| value.max(0.0).powf(exponent)).collect();
        let entry = |i: usize, j: usize| -> f64 {
            (0..count).map(|k| powers[k] * vectors[k][i] * vectors[k][j]).sum()
        };
        (0..count).map(|i| (0..count).map(|j| entry(i, j)).collect()).collect()
    };
    (power(0.5), times(&power(-0.5), with_y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_predictors_are_looked_at_and_no_more() {
        use crate::statistics::{run::run, spec::Spec, table::Table};
        let found = |count: usize| {
            let x: Vec<_> = (0..count)
                .map(|i| serde_json::json!({ "name": format!("x{i}"), "m": { "col": format!("x{i}") } }))
                .collect();
            let spec = serde_json::json!({
                "schema": "svy-ref/1", "data": { "file": "d" }, "analyses": [{
                    "id": "a", "design": { "stages": [{}], "lonely_psu": "fail" },
                    "estimands": [{ "key": "d", "kind": "drivers", "y": { "col": "y" }, "x": x }],
                }],
            });
            // Row i says 1 to predictor i and 0 to the others; y is 2 plus i times that.
            let mut text = (0..13).map(|i| format!("x{i},")).collect::<String>() + "y\n";
            for row in 0..30 {
                let cell = |i: usize| if row % 15 == i { "1," } else { "0," };
                let y = 2 + if row % 15 < 12 { row % 15 } else { 0 };
                text += &((0..13).map(cell).collect::<String>() + &format!("{y}\n"));
            }
            let table = Table::read(text.as_bytes(), "", |_| true).unwrap();
            run(&Spec::parse(&spec.to_string()).unwrap(), &table)
                .map(|results| serde_json::to_value(results).unwrap()["results"]["a"]["d"].take())
        };
        let near = |value: &serde_json::Value, expected: f64| {
            assert!((value.as_f64().unwrap() - expected).abs() < 1e-9, "{value} is not {expected}");
        };
        let twelve = found(12).unwrap();
        near(&twelve["intercept"], 2.0);
        near(&twelve["coef"]["x7"], 7.0);
        near(&twelve["performance"]["x7"], 1.0 / 15.0);
        near(&twelve["r2"], 1.0);
        assert_eq!(found(13).unwrap_err().problem, Problem::TooMany { found: 13, most: 12 });
        assert_eq!(found(0).unwrap_err().problem, Problem::TooFew { least: 1 });
    }

    #[test]
    fn a_regression_without_a_solution_has_no_coefficients_and_spoils_nothing() {
        use crate::statistics::{run::run, spec::Spec, table::Table};
        let spec = r#"{"schema": "svy-ref/1", "data": {"file": "d"}, "analyses": [{"id": "a",
            "design": {"stages": [{}], "lonely_psu": "adjust"}, "estimands": [
                {"key": "d", "kind": "drivers", "y": {"col": "y"},
                 "x": [{"name": "a", "m": {"col": "a"}}, {"name": "b", "m": {"col": "b"}}]},
                {"key": "m", "kind": "mean", "y": {"col": "y"}, "ci": []}]}]}"#;
        let constant_y = "y,a,b\n3,1,2\n3,2,1\n3,4,5\n3,1,1\n";
        let collinear = "y,a,b\n1,1,2\n2,2,4\n4,3,6\n3,4,8\n";
        let constant_x = "y,a,b\n1,1,2\n2,2,2\n4,3,2\n3,4,2\n";
        let too_few = "y,a,b\n1,1,2\n2,2,5\n";
        for csv in [constant_y, collinear, constant_x, too_few, "y,a,b\n1,,2\n"] {
            let table = Table::read(csv.as_bytes(), "", |_| true).unwrap();
            let found = run(&Spec::parse(spec).unwrap(), &table).unwrap();
            let found = serde_json::to_value(found).unwrap();
            let found = &found["results"]["a"];
            assert!(found["m"]["estimate"].is_number());
            for field in ["r2", "intercept", "se_intercept"] {
                assert!(found["d"][field].is_null(), "{field} of {csv:?}");
            }
            for field in ["coef", "se", "beta_std", "lmg", "johnson"] {
                assert!(found["d"][field]["a"].is_null(), "{field} of {csv:?}");
            }
        }
    }
}
