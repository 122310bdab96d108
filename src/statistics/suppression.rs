//! Which units have answers enough to be published, by explicit rules.

use serde::Serialize;

use super::{
    error::Error,
    estimate::{check_level, mean_figure},
    interval::Interval,
    measure::measure,
    ranking::units,
    sample::Sample,
    spec::{Method, Rules, Suppression},
};

/// Whether a figure may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Shown.
    Publish,
    /// Shown with a warning.
    Caution,
    /// Not shown.
    Suppress,
}

/// Suppress below `min_n` answers; caution below `min_n_eff` effective answers, where the interval is wider than
/// `max_width` or where there is none. A complete enumeration has no effective size and no width.
#[must_use]
pub fn status(n: u64, interval: Option<&Interval>, rules: &Rules) -> Status {
    if n < rules.min_n {
        return Status::Suppress;
    }
    match interval {
        Some(interval)
            if interval.n_eff.is_none_or(|size| size >= rules.min_n_eff)
                && interval.width() <= rules.max_width =>
        {
            Status::Publish
        }
        _ => Status::Caution,
    }
}

/// The result of a suppression.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuppressionResult {
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Cell {
    unit: String,
    n: u64,
    estimate: f64,
    n_eff: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    width: Option<f64>,
    status: Status,
}

/// Judges the share of every unit of a column.
///
/// # Errors
/// Unknown columns, cells that are no numbers, a level outside (0, 1), lonely PSUs.
pub fn suppression(spec: &Suppression, sample: &Sample<'_>, path: &str) -> Result<SuppressionResult, Error> {
    check_level(spec.rules.level, &format!("{path}.rules.level"))?;
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let mut cells = Vec::new();
    for (unit, rows) in units(sample, &spec.by, path)? {
        let (_, figure) = mean_figure(sample, &y, &rows, path)?;
        let found = figure.interval(Method::Kg, spec.rules.level);
        cells.push(Cell {
            unit,
            n: figure.n,
            estimate: figure.estimate,
            n_eff: found.and_then(|interval| interval.n_eff),
            lower: found.map(|interval| interval.lower),
            upper: found.map(|interval| interval.upper),
            width: found.map(|interval| interval.width()),
            status: status(figure.n, found.as_ref(), &spec.rules),
        });
    }
    Ok(SuppressionResult { cells })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_taken_in_turn() {
        let rules = Rules { min_n: 5, min_n_eff: 30.0, max_width: 0.2, level: 0.95 };
        let interval = |lower, n_eff| Interval { lower, upper: 0.95, n_eff };
        assert_eq!(status(4, Some(&interval(0.94, None)), &rules), Status::Suppress);
        assert_eq!(status(5, Some(&interval(0.94, None)), &rules), Status::Publish);
        assert_eq!(status(40, Some(&interval(0.9, Some(29.0))), &rules), Status::Caution);
        assert_eq!(status(40, Some(&interval(0.7, Some(40.0))), &rules), Status::Caution);
        assert_eq!(status(40, Some(&interval(0.9, Some(40.0))), &rules), Status::Publish);
        assert_eq!(status(40, None, &rules), Status::Caution);
    }
}
