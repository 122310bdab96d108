//! Weights adjusted to known totals: post-stratification and raking, and the residuals that their variance needs
//! (Deville and Särndal 1992).

use serde_json::Value;
use std::collections::BTreeMap;

use super::{
    error::{Allowed, Error, Problem},
    linear,
    spec::{Calibration, CodeValue, Margin},
    sum,
    table::{Code, Table},
};

/// Rounds of raking before it is given up.
const ROUNDS: u32 = 1000;

/// Agreement of every margin with its totals, relative.
const AGREEMENT: f64 = 1e-13;

/// A margin over the rows: the cell of each row and the total of each cell.
#[derive(Debug, Clone)]
struct Cells {
    of: Vec<usize>,
    totals: Vec<f64>,
    names: Vec<String>,
}

/// Weights that agree with known totals.
#[derive(Debug, Clone)]
pub struct Calibrated {
    /// The weights after calibration.
    pub weights: Vec<f64>,
    margins: Vec<Cells>,
    base: Vec<f64>,
}

impl Calibrated {
    /// Calibrates base weights.
    ///
    /// # Errors
    /// Rows without a total, totals without rows, contradicting margins.
    pub fn build(spec: &Calibration, base: &[f64], table: &Table, path: &str) -> Result<Self, Error> {
        let margins = match spec {
            Calibration::Poststratify { by, totals } => {
                vec![Cells::build(&Margin { by: by.clone(), totals: totals.clone() }, table, path)?]
            }
            Calibration::Rake { margins } => {
                if margins.is_empty() {
                    return Err(Error::at(format!("{path}.margins"), Problem::TooFew { least: 1 }));
                }
                let path = |position| format!("{path}.margins[{position}]");
                margins
                    .iter()
                    .enumerate()
                    .map(|(position, margin)| Cells::build(margin, table, &path(position)))
                    .collect::<Result<_, _>>()?
            }
        };
        let mut weights = base.to_vec();
        for round in 0..=ROUNDS {
            let mut agreed = true;
            for cells in &margins {
                agreed &= cells.adjust(&mut weights, path)?;
            }
            // One margin is met at once; several when a whole round had nothing to change.
            if agreed || margins.len() == 1 {
                break;
            }
            if round == ROUNDS {
                return Err(Error::at(path, Problem::NotConverged { rounds: ROUNDS }));
            }
        }
        Ok(Self { weights, margins, base: base.to_vec() })
    }

    /// The residuals of a linearised variable from its base-weighted least-squares regression on the cell indicators.
    #[must_use]
    pub fn residuals(&self, z: &[f64]) -> Vec<f64> {
        let mut residuals = z.to_vec();
        for (cells, slopes) in self.margins.iter().zip(self.slopes(z)) {
            for (residual, cell) in residuals.iter_mut().zip(&cells.of) {
                *residual -= slopes[*cell];
            }
        }
        residuals
    }

    /// The cells of each margin: name, sum of base weights, total, sum of final weights.
    #[must_use]
    pub fn cells(&self) -> Vec<Vec<(&str, f64, f64, f64)>> {
        let of = |cells: &Cells| -> Vec<(f64, f64)> {
            cells.sums(&self.base).into_iter().zip(cells.sums(&self.weights)).collect()
        };
        self.margins
            .iter()
            .map(|cells| {
                let named = cells.names.iter().zip(&cells.totals);
                named
                    .zip(of(cells))
                    .map(|((name, total), (base, fitted))| (name.as_str(), base, *total, fitted))
                    .collect()
            })
            .collect()
    }

    /// The coefficients of that regression, by cell of each margin. The indicators are collinear over several margins,
    /// so some coefficients are 0; the residuals do not depend on which.
    #[must_use]
    pub fn slopes(&self, z: &[f64]) -> Vec<Vec<f64>> {
        let weighted: Vec<f64> = z.iter().zip(&self.base).map(|(z, w)| z * w).collect();
        // Indicators of all cells of all margins: collinear, so the solution leaves some out.
        let starts: Vec<usize> = self
            .margins
            .iter()
            .scan(0, |next, cells| {
                let start = *next;
                *next += cells.totals.len();
                Some(start)
            })
            .collect();
        let size: usize = self.margins.iter().map(|cells| cells.totals.len()).sum();
        let mut matrix = vec![vec![0.0; size]; size];
        let mut right = vec![0.0; size];
        for (one, start) in self.margins.iter().zip(&starts) {
            right[*start..start + one.totals.len()].copy_from_slice(&one.sums(&weighted));
            for (two, other) in self.margins.iter().zip(&starts) {
                let width = two.totals.len();
                let crossed = Cells {
                    of: one.of.iter().zip(&two.of).map(|(a, b)| a * width + b).collect(),
                    totals: vec![0.0; one.totals.len() * width],
                    names: Vec::new(),
                };
                for (position, value) in crossed.sums(&self.base).into_iter().enumerate() {
                    matrix[start + position / width][other + position % width] = value;
                }
            }
        }
        let slopes = linear::solve_semidefinite(matrix, right);
        let of = |(cells, start): (&Cells, &usize)| slopes[*start..start + cells.totals.len()].to_vec();
        self.margins.iter().zip(&starts).map(of).collect()
    }
}

/// A margin over groups of rows: the level of each group, and the total of each level.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedMargin {
    /// Level of each group.
    pub of: Vec<usize>,
    /// Total of each level.
    pub totals: Vec<f64>,
}

/// Calibrates the weights of groups of rows that share a weight; `rows` is their number in each group. One margin is
/// post-stratification, several are raked until all agree. As [`Calibrated::build`] on the rows one by one, which
/// sums whole rows where this sums groups.
///
/// `None` where a level with a total has no rows or the margins contradict each other.
#[must_use]
pub fn grouped(base: &[f64], rows: &[u64], margins: &[GroupedMargin]) -> Option<Vec<f64>> {
    let mut weights = base.to_vec();
    for _ in 0..=ROUNDS {
        let mut agreed = true;
        for margin in margins {
            let mut sums = vec![0.0; margin.totals.len()];
            for ((level, weight), rows) in margin.of.iter().zip(&weights).zip(rows) {
                *sums.get_mut(*level)? += weight * *rows as f64;
            }
            if sums.iter().any(|sum| !super::positive(*sum)) {
                return None;
            }
            agreed &= sums.iter().zip(&margin.totals).all(|(sum, n)| (sum - n).abs() <= AGREEMENT * n);
            for (level, weight) in margin.of.iter().zip(&mut weights) {
                *weight *= margin.totals.get(*level)? / sums.get(*level)?;
            }
        }
        if agreed || margins.len() == 1 {
            return Some(weights);
        }
    }
    None
}

impl Cells {
    fn build(margin: &Margin, table: &Table, path: &str) -> Result<Self, Error> {
        if margin.by.is_empty() {
            return Err(Error::at(format!("{path}.by"), Problem::TooFew { least: 1 }));
        }
        let mut numbers: BTreeMap<Vec<Code>, usize> = BTreeMap::new();
        let (mut totals, mut names) = (Vec::new(), Vec::new());
        for (position, entry) in margin.totals.iter().enumerate() {
            let path = format!("{path}.totals[{position}]");
            let (codes, total) = cell(&margin.by, entry, &path)?;
            names.push(label(&margin.by, &codes));
            totals.push(total);
            if numbers.insert(codes, position).is_some() {
                let name = names.last().cloned().unwrap_or_default();
                return Err(Error::at(path, Problem::Twice { name }));
            }
        }
        let mut columns = Vec::new();
        for (position, name) in margin.by.iter().enumerate() {
            let path = format!("{path}.by[{position}]");
            let groups = table.column(name, &path)?.groups();
            let codes: Vec<Code> = groups.names.iter().map(|name| Code::of(name)).collect();
            columns.push((name, path, groups, codes));
        }
        let mut of = Vec::with_capacity(table.rows());
        for row in 0..table.rows() {
            let mut codes = Vec::with_capacity(columns.len());
            for (name, path, groups, known) in &columns {
                let line = table.line(row);
                match groups.of[row] {
                    Some(group) => codes.push(known[group as usize].clone()),
                    None => {
                        return Err(Error::at(path, Problem::EmptyCell { column: (*name).clone(), line }));
                    }
                }
            }
            match numbers.get(&codes) {
                Some(number) => of.push(*number),
                None => {
                    let problem = Problem::NoTotal { line: table.line(row), cell: label(&margin.by, &codes) };
                    return Err(Error::at(format!("{path}.totals"), problem));
                }
            }
        }
        Ok(Self { of, totals, names })
    }

    fn sums(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![sum::FixedPoint::new(sum::bound(values.iter().copied())); self.totals.len()];
        for (cell, value) in self.of.iter().zip(values) {
            sums[*cell].add(*value);
        }
        sums.iter().map(sum::FixedPoint::value).collect()
    }

    /// Scales the weights of each cell to its total; true if there was nothing to change.
    fn adjust(&self, weights: &mut [f64], path: &str) -> Result<bool, Error> {
        let mut agreed = true;
        let mut factors = Vec::with_capacity(self.totals.len());
        for ((sum, total), name) in self.sums(weights).into_iter().zip(&self.totals).zip(&self.names) {
            if !super::positive(sum) {
                return Err(Error::at(path, Problem::NoRows { cell: name.clone() }));
            }
            agreed &= (sum - total).abs() <= AGREEMENT * total;
            factors.push(total / sum);
        }
        for (weight, cell) in weights.iter_mut().zip(&self.of) {
            *weight *= factors[*cell];
        }
        Ok(agreed)
    }
}

/// The codes of a cell in the order of the columns, and its total.
fn cell(by: &[String], entry: &BTreeMap<String, Value>, path: &str) -> Result<(Vec<Code>, f64), Error> {
    let shape = |detail: String| Error::at(path, Problem::Shape { detail });
    if let Some(name) = entry.keys().find(|name| *name != "N" && !by.contains(name)) {
        return Err(shape(format!("unknown field `{name}`")));
    }
    let total =
        entry.get("N").and_then(Value::as_f64).ok_or_else(|| shape("`N` must be a number".to_owned()))?;
    if !super::positive(total) {
        return Err(Error::at(
            format!("{path}.N"),
            Problem::Range { value: total, range: Allowed::Positive },
        ));
    }
    let codes = by
        .iter()
        .map(|name| {
            let value = entry.get(name).cloned().ok_or_else(|| shape(format!("missing field `{name}`")))?;
            let value: CodeValue = serde_json::from_value(value)
                .map_err(|_| shape(format!("`{name}` must be a number or a text")))?;
            Ok(value.code())
        })
        .collect::<Result<_, Error>>()?;
    Ok((codes, total))
}

fn label(by: &[String], codes: &[Code]) -> String {
    let one = |(name, code): (&String, &Code)| match code {
        Code::Number(number) => format!("{name} = {number}"),
        Code::Text(text) => format!("{name} = {text:?}"),
    };
    by.iter().zip(codes).map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_raked_until_all_margins_agree() {
        // Far from proportional, so that it takes many rounds; small totals and large ones.
        for unit in [1e-9, 1.0, 1e9] {
            let margins = [
                GroupedMargin { of: vec![0, 0, 1, 1], totals: vec![0.9 * unit, 0.1 * unit] },
                GroupedMargin { of: vec![0, 1, 0, 1], totals: vec![0.2 * unit, 0.8 * unit] },
            ];
            let (base, rows) = ([1.0, 1.0, 1.0, 30.0], [50, 10, 20, 3]);
            let weights = grouped(&base, &rows, &margins).unwrap();
            let of_group = |group: usize| weights[group] * rows[group] as f64;
            for (groups, share) in [([0, 1], 0.9), ([2, 3], 0.1), ([0, 2], 0.2), ([1, 3], 0.8)] {
                let sum = of_group(groups[0]) + of_group(groups[1]);
                assert!((sum / unit / share - 1.0).abs() < 1e-12, "{unit} {groups:?} {sum}");
            }
            // Raking keeps the odds ratio of the weights.
            let odds = weights[0] * weights[3] / weights[1] / weights[2];
            assert!((odds / 30.0 - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn one_margin_is_met_at_once_and_contradicting_ones_never() {
        let margin = |a, b| GroupedMargin { of: vec![0, 1], totals: vec![a, b] };
        assert_eq!(grouped(&[1.0, 2.0], &[10, 10], &[margin(30.0, 5.0)]), Some(vec![3.0, 0.5]));
        assert_eq!(grouped(&[1.0, 2.0], &[10, 10], &[margin(30.0, 5.0), margin(20.0, 15.0)]), None);
        assert_eq!(grouped(&[1.0, 2.0], &[10, 0], &[margin(30.0, 5.0)]), None);
    }

    fn raked(unit: f64) -> Result<Calibrated, Error> {
        let table = Table::read("a,b\nx,1\nx,1\nx,2\ny,1\ny,2\n".as_bytes(), "", |_| true).unwrap();
        let spec = serde_json::json!({ "method": "rake", "margins": [
            { "by": ["a"], "totals": [{ "a": "x", "N": 0.9 * unit }, { "a": "y", "N": 0.1 * unit }] },
            { "by": ["b"], "totals": [{ "b": 1, "N": 0.2 * unit }, { "b": 2, "N": 0.8 * unit }] },
        ] });
        Calibrated::build(&serde_json::from_value(spec).unwrap(), &[1.0, 2.0, 3.0, 9.0, 1.0], &table, "p")
    }

    #[test]
    fn rows_are_raked_until_all_margins_agree_in_any_unit() {
        for unit in [1e-9, 1.0, 1e9] {
            let w = raked(unit).unwrap().weights;
            for (sum, share) in [(w[0] + w[1] + w[2], 0.9), (w[3] + w[4], 0.1), (w[2] + w[4], 0.8)] {
                assert!((sum / unit / share - 1.0).abs() < 1e-12, "{unit} {sum}");
            }
        }
    }

    #[test]
    fn the_cells_of_a_margin_are_told_with_their_sums() {
        let table = Table::read("a\nx\ny\nx\n".as_bytes(), "", |_| true).unwrap();
        let totals = serde_json::json!([{ "a": "x", "N": 12 }, { "a": "y", "N": 5 }]);
        let spec = serde_json::json!({ "method": "poststratify", "by": ["a"], "totals": totals });
        let calibrated =
            Calibrated::build(&serde_json::from_value(spec).unwrap(), &[1.0, 2.0, 3.0], &table, "p").unwrap();
        assert_eq!(calibrated.weights, [3.0, 5.0, 9.0]);
        assert_eq!(calibrated.cells(), [[("a = \"x\"", 4.0, 12.0, 12.0), ("a = \"y\"", 2.0, 5.0, 5.0)]]);
    }
}
