//! How answers hang together: reliability of each dimension, and what goes with satisfaction with the whole.
//! The same functions as `sipas estimate` uses, on joint counts instead of rows.

use crate::statistics::{alpha, drivers};

use super::{
    domain::{Cell, Domain},
    joint::STEPS,
    plan::Plan,
    report::{CriterionDriver, DimensionDriver, Drivers, Missing, Reliability},
};

/// Fewest complete sheets of an alpha: below, its own error is too large to judge a questionnaire by.
pub(super) const LEAST_FOR_ALPHA: u64 = 30;

/// Fewest complete sheets of drivers, and of a correlation.
pub(super) const LEAST_FOR_DRIVERS: u64 = 100;

/// Weighted means and centred products of variables, from their sums in each cell.
struct Weighted {
    /// Sheets.
    n: u64,
    /// Σw(x − x̄)(y − ȳ).
    products: Vec<Vec<f64>>,
}

/// Sheets, sums and sums of products of a cell, all of the same sheets.
struct Raw {
    weight: f64,
    n: u64,
    sums: Vec<f64>,
    /// Centred within the cell.
    products: Vec<Vec<f64>>,
}

impl Weighted {
    fn of(cells: &[Raw], size: usize) -> Self {
        let whole: f64 = cells.iter().map(|c| c.weight * c.n as f64).sum();
        let means: Vec<f64> =
            (0..size).map(|j| cells.iter().map(|c| c.weight * c.sums[j]).sum::<f64>() / whole).collect();
        let product = |j: usize, k: usize| -> f64 {
            let between = |c: &Raw| {
                let n = c.n as f64;
                n * (c.sums[j] / n - means[j]) * (c.sums[k] / n - means[k])
            };
            cells.iter().filter(|c| c.n > 0).map(|c| c.weight * (c.products[j][k] + between(c))).sum()
        };
        Self {
            n: cells.iter().map(|c| c.n).sum(),
            products: (0..size).map(|j| (0..size).map(|k| product(j, k)).collect()).collect(),
        }
    }

    fn squares(&self) -> Vec<f64> {
        self.products.iter().enumerate().map(|(at, row)| row[at]).collect()
    }
}

/// `(n·Σxy − Σx·Σy)/n` in steps: exact up to the division.
fn centred(n: u64, both: i128, a: i128, b: i128) -> f64 {
    let exact = i128::from(n) * both - a * b;
    if exact == 0 { 0.0 } else { exact as f64 / n as f64 / (STEPS * STEPS) }
}

/// Cronbach's alpha of each dimension, over the sheets that answered all of its items.
pub(super) fn reliability(plan: &Plan<'_>, domain: &Domain<'_>) -> Vec<Reliability> {
    let one = |at: usize| {
        let items = &plan.dimensions[at].items;
        if items.len() < 2
            || !plan.asked_together(&plan.dimensions[at])
            || items.iter().any(|item| plan.items[*item].points.is_empty())
        {
            return Reliability {
                items: items.len(),
                reason: Some(Missing::NotAsked),
                ..Reliability::default()
            };
        }
        // Each item, then their total.
        let raw = |cell: &Cell| {
            let complete = &cell.tally.joint.complete[at];
            let n = complete.n as f64;
            let (mut sums, mut squares) = (Vec::new(), Vec::new());
            for (item, bytes) in items.iter().zip(&complete.bytes) {
                let (mut sum, mut square) = (0.0, 0.0);
                for (points, count) in plan.items[*item].points.iter().zip(bytes) {
                    let points = points.unwrap_or_default();
                    sum += points * *count as f64;
                    square += points * points * *count as f64;
                }
                sums.push(sum);
                squares.push(if complete.n > 0 { (n * square - sum * sum).max(0.0) / n } else { 0.0 });
            }
            sums.push(complete.sum as f64 / STEPS);
            squares.push(if complete.n > 0 {
                centred(complete.n, complete.squares, complete.sum, complete.sum)
            } else {
                0.0
            });
            (cell.weight, complete.n, sums, squares)
        };
        let cells: Vec<_> = domain.cells().map(raw).collect();
        let whole: f64 = cells.iter().map(|(w, n, ..)| w * *n as f64).sum();
        let variance = |j: usize| -> f64 {
            let mean = cells.iter().map(|(w, _, sums, _)| w * sums[j]).sum::<f64>() / whole;
            cells
                .iter()
                .filter(|(_, n, ..)| *n > 0)
                .map(|(w, n, sums, squares)| {
                    let n = *n as f64;
                    w * (squares[j] + n * (sums[j] / n - mean).powi(2))
                })
                .sum()
        };
        let n = cells.iter().map(|(_, n, ..)| n).sum();
        let parts: Vec<f64> = (0..items.len()).map(variance).collect();
        let total = variance(items.len());
        let alpha = if total > 1e-12 * whole { alpha::of_variances(&parts, total) } else { None };
        let reason = match alpha {
            _ if n < LEAST_FOR_ALPHA => Some(Missing::TooFew),
            None => Some(Missing::NotComputable),
            Some(_) => None,
        };
        Reliability { alpha: alpha.filter(|_| reason.is_none()), n: Some(n), items: items.len(), reason }
    };
    (0..plan.dimensions.len()).map(one).collect()
}

/// What goes with satisfaction with the whole, without performance: [`super::compute()`] adds what is shown.
pub(super) fn drivers(plan: &Plan<'_>, domain: &Domain<'_>) -> Drivers {
    let Some(overall) = plan.overall.as_ref().filter(|_| !plan.predictors.is_empty()) else {
        return Drivers { reason: Some(Missing::NotAsked), ..Drivers::default() };
    };
    let size = plan.predictors.len() + 1;
    let raw = |cell: &Cell| {
        let moments = &cell.tally.joint.drivers;
        let product = |j: usize, k: usize| {
            let (low, high) = (j.min(k), j.max(k));
            if moments.n == 0 {
                return 0.0;
            }
            centred(moments.n, moments.products[low * size + high], moments.sums[j], moments.sums[k])
        };
        Raw {
            weight: cell.weight,
            n: moments.n,
            sums: moments.sums.iter().map(|sum| *sum as f64 / STEPS).collect(),
            products: (0..size).map(|j| (0..size).map(|k| product(j, k)).collect()).collect(),
        }
    };
    let weighted = Weighted::of(&domain.cells().map(raw).collect::<Vec<_>>(), size);
    let left_out = (0..plan.dimensions.len())
        .filter(|at| !plan.predictors.contains(at))
        .map(|at| plan.dimensions[at].id.clone())
        .collect();
    let mut result =
        Drivers { outcome: Some(overall.id.clone()), n: Some(weighted.n), left_out, ..Drivers::default() };
    if weighted.n < LEAST_FOR_DRIVERS {
        result.reason = Some(Missing::TooFew);
        return result;
    }
    let Some(fit) = fit(plan, &weighted) else {
        result.reason = Some(Missing::NotComputable);
        return result;
    };
    result.r2 = Some(fit.r2);
    result.importance_cut = Some(1.0 / plan.predictors.len() as f64);
    result.dimensions = fit.dimensions;
    result.criteria = (0..plan.items.len()).map(|item| criterion(plan, domain, item)).collect();
    result
}

struct Fit {
    r2: f64,
    dimensions: Vec<DimensionDriver>,
}

fn fit(plan: &Plan<'_>, weighted: &Weighted) -> Option<Fit> {
    let squares = weighted.squares();
    let scale: f64 = squares.iter().copied().fold(0.0, f64::max);
    if squares.iter().any(|square| *square <= 1e-12 * scale) {
        return None;
    }
    let correlations = drivers::correlations(&weighted.products, &squares);
    let with_y: Vec<f64> = correlations.first()?.get(1..)?.to_vec();
    let among: Vec<Vec<f64>> =
        correlations.iter().skip(1).map(|row| row.iter().skip(1).copied().collect()).collect();
    let r2 = drivers::r2(&drivers::slopes(&among, &with_y)?, &with_y);
    let johnson = drivers::johnson(&among, &with_y);
    let lmg = if with_y.len() <= drivers::MOST { Some(drivers::lmg(&among, &with_y)?) } else { None };
    if r2.is_nan() || r2 <= 1e-12 {
        return None;
    }
    let dimensions = plan
        .predictors
        .iter()
        .zip(johnson)
        .enumerate()
        .map(|(at, (dimension, johnson))| {
            let lmg = lmg.as_ref().and_then(|lmg| lmg.get(at).copied());
            DimensionDriver {
                id: plan.dimensions[*dimension].id.clone(),
                lmg,
                johnson,
                importance: lmg.unwrap_or(johnson) / r2,
                performance: None,
                quadrant: None,
            }
        })
        .collect();
    Some(Fit { r2, dimensions })
}

/// The correlation of a criterion with satisfaction with the whole.
fn criterion(plan: &Plan<'_>, domain: &Domain<'_>, at: usize) -> CriterionDriver {
    let item = &plan.items[at];
    let none = CriterionDriver {
        id: item.criterion.id.clone(),
        correlation: None,
        performance: None,
        quadrant: None,
    };
    let Some(overall) = plan.overall.as_ref().filter(|_| !item.points.is_empty()) else { return none };
    let width = overall.points.len();
    let raw = |cell: &Cell| {
        let counts = &cell.tally.joint.with_overall[at];
        let (mut n, mut sums, mut squares) = (0, [0.0; 2], [0.0; 3]);
        for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (Some(Some(x)), Some(Some(y))) =
                (item.points.get(place / width), overall.points.get(place % width))
            else {
                continue;
            };
            let times = *count as f64;
            n += count;
            sums[0] += times * x;
            sums[1] += times * y;
            squares[0] += times * x * x;
            squares[1] += times * x * y;
            squares[2] += times * y * y;
        }
        let centred = |both: f64, a: f64, b: f64| if n == 0 { 0.0 } else { both - a * b / n as f64 };
        let mixed = centred(squares[1], sums[0], sums[1]);
        Raw {
            weight: cell.weight,
            n,
            sums: sums.to_vec(),
            products: vec![
                vec![centred(squares[0], sums[0], sums[0]), mixed],
                vec![mixed, centred(squares[2], sums[1], sums[1])],
            ],
        }
    };
    let weighted = Weighted::of(&domain.cells().map(raw).collect::<Vec<_>>(), 2);
    let [x, y] = [weighted.products[0][0], weighted.products[1][1]];
    let correlation = weighted.products[0][1] / (x * y).sqrt();
    let enough = weighted.n >= LEAST_FOR_DRIVERS && x > 1e-9 && y > 1e-9;
    CriterionDriver { correlation: Some(correlation).filter(|r| enough && r.is_finite()), ..none }
}
