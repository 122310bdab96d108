//! How many answers are needed: for a margin of error, for a test against a target, or by Yamane's rule.

use serde::Serialize;

use super::{
    error::{Allowed, Error, Problem},
    estimate::check_level,
    quantile,
    spec::SampleSize,
    table::Table,
};

/// The columns of a request.
pub const COLUMNS: [&str; 9] = ["type", "N", "p", "e", "level", "deff", "response_rate", "s2", "p1"];

/// The result: one entry a request, in the order of the rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleSizeResult {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    row: usize,
    n_raw: f64,
    n: f64,
    n_invite: f64,
}

/// What is asked for: the half-width `e` of an interval, or the power to show a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns of a request")]
pub enum Asked {
    /// A share `p` to `± e`.
    Share { p: f64, e: f64, level: f64 },
    /// A mean of a score with variance `s2` to `± e`.
    Mean { s2: f64, e: f64, level: f64 },
    /// To show that a true share `p1` exceeds `p`.
    Power { p: f64, p1: f64, level: f64, power: f64 },
    /// Yamane's rule.
    Yamane { e: f64 },
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// What is asked for.
    pub asked: Asked,
    /// Design effect.
    pub deff: f64,
    /// Share of those invited who answer, 0..1.
    pub response_rate: f64,
    /// Size of the population; infinite where it is not given.
    pub population: Option<f64>,
}

impl Asked {
    /// Its `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Share { .. } => "prop",
            Self::Mean { .. } => "mean",
            Self::Power { .. } => "power",
            Self::Yamane { .. } => "yamane",
        }
    }
}

impl Request {
    /// Answers needed, unrounded.
    #[must_use]
    pub fn raw(&self) -> f64 {
        let (deff, population) = (self.deff, self.population);
        let two_sided = |level: f64| z(1.0 - (1.0 - level) / 2.0);
        match self.asked {
            Asked::Share { p, e, level } => for_share(p, e, two_sided(level), deff, population),
            Asked::Mean { s2, e, level } => for_mean(s2, e, two_sided(level), deff, population),
            Asked::Power { p, p1, level, power } => for_power(p, p1, z(level), z(power), deff, population),
            Asked::Yamane { e } => yamane(population.unwrap_or(f64::NAN), e),
        }
    }

    /// Answers needed.
    #[must_use]
    pub fn n(&self) -> f64 {
        whole(self.raw())
    }

    /// Persons to invite, at most the population.
    #[must_use]
    pub fn n_invite(&self) -> f64 {
        self.population.unwrap_or(f64::INFINITY).min(whole(self.n() / self.response_rate))
    }
}

/// The standard normal quantile of `p`; NaN outside (0, 1).
#[must_use]
pub fn z(p: f64) -> f64 {
    quantile::normal(p).unwrap_or(f64::NAN)
}

/// Answers needed to estimate a share `p` to `± e` (Cochran 1977, ch. 4), from a population (infinite: `None`).
#[must_use]
pub fn for_share(p: f64, e: f64, z: f64, deff: f64, population: Option<f64>) -> f64 {
    finite(deff * z * z * p * (1.0 - p) / (e * e), population)
}

/// Answers needed to estimate a mean of a score with variance `s2` to `± e`.
#[must_use]
pub fn for_mean(s2: f64, e: f64, z: f64, deff: f64, population: Option<f64>) -> f64 {
    let n0 = deff * z * z * s2 / (e * e);
    population.map_or(n0, |population| n0 / (1.0 + n0 / population))
}

/// Answers needed to show with power (its normal quantile `z_power`) that a true share `p1` exceeds the target `p`.
#[must_use]
pub fn for_power(p: f64, p1: f64, z: f64, z_power: f64, deff: f64, population: Option<f64>) -> f64 {
    let distance = (z * (p * (1.0 - p)).sqrt() + z_power * (p1 * (1.0 - p1)).sqrt()) / (p1 - p);
    finite(deff * distance * distance, population)
}

/// Yamane's `N/(1 + N e²)`: a share of one half to `± e` with z = 2.
#[must_use]
pub fn yamane(population: f64, e: f64) -> f64 {
    population / (1.0 + population * e * e)
}

fn finite(n0: f64, population: Option<f64>) -> f64 {
    population.map_or(n0, |population| n0 / (1.0 + (n0 - 1.0) / population))
}

fn whole(n: f64) -> f64 {
    (n - 1e-9).ceil()
}

/// Answers every request of the table.
///
/// # Errors
/// A request of an unknown type, or with a number that is missing or out of range.
pub fn sample_size(spec: &SampleSize, table: &Table, path: &str) -> Result<SampleSizeResult, Error> {
    let row = |(position, request): (usize, Request)| Row {
        row: position + 1,
        n_raw: request.raw(),
        n: request.n(),
        n_invite: request.n_invite(),
    };
    Ok(SampleSizeResult { rows: requests(spec, table, path)?.into_iter().enumerate().map(row).collect() })
}

/// The requests of a table, a row each.
///
/// # Errors
/// As [`sample_size`].
pub fn requests(spec: &SampleSize, table: &Table, path: &str) -> Result<Vec<Request>, Error> {
    check_level(spec.power, &format!("{path}.power"))?;
    let types = table.column("type", path)?;
    let groups = types.groups();
    let numbers: Vec<Option<Vec<f64>>> = COLUMNS
        .iter()
        .map(|name| match (*name, table.column(name, path)) {
            ("type", _) | (_, Err(_)) => Ok(None),
            (_, Ok(column)) => column.numbers(path).map(Some),
        })
        .collect::<Result<_, _>>()?;
    (0..table.rows())
        .map(|row| {
            let line = table.line(row);
            let cell = |name: &str| {
                let position = COLUMNS.iter().position(|column| *column == name)?;
                numbers[position].as_ref().map(|values| values[row]).filter(|value| !value.is_nan())
            };
            let out_of = |name: &str, value: f64, range: Allowed| {
                Error::at(path, Problem::CellRange { column: name.to_owned(), line, value, range })
            };
            let empty = |name: &str| Error::at(path, Problem::EmptyCell { column: name.to_owned(), line });
            let checked = |name: &str, range: Allowed, fits: fn(f64) -> bool| match cell(name) {
                Some(value) if fits(value) => Ok(value),
                Some(value) => Err(out_of(name, value, range)),
                None => Err(empty(name)),
            };
            let share = |name: &str| checked(name, Allowed::Share, |v| v > 0.0 && v < 1.0);
            let positive = |name: &str| checked(name, Allowed::Positive, super::positive);
            let or_one = |name: &str| if cell(name).is_none() { Ok(1.0) } else { positive(name) };
            let population = if cell("N").is_none() { None } else { Some(positive("N")?) };
            let deff = or_one("deff")?;
            let kind = groups.of[row].and_then(|group| groups.names.get(group as usize)).map(String::as_str);
            let asked = match kind {
                Some("prop") => Asked::Share { p: share("p")?, e: positive("e")?, level: share("level")? },
                Some("mean") => {
                    Asked::Mean { s2: positive("s2")?, e: positive("e")?, level: share("level")? }
                }
                Some("power") => {
                    let (p, p1) = (share("p")?, share("p1")?);
                    if p1 <= p {
                        return Err(out_of("p1", p1, Allowed::MoreThanTarget));
                    }
                    Asked::Power { p, p1, level: share("level")?, power: spec.power }
                }
                Some("yamane") => {
                    positive("N")?;
                    Asked::Yamane { e: positive("e")? }
                }
                None => return Err(empty("type")),
                Some(other) => {
                    let supported = "prop, mean, power, yamane".to_owned();
                    return Err(Error::at(path, Problem::Kind { found: other.to_owned(), supported }));
                }
            };
            let response_rate = or_one("response_rate")?;
            if response_rate > 1.0 {
                return Err(out_of("response_rate", response_rate, Allowed::AtMostOne));
            }
            Ok(Request { asked, deff, response_rate, population })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9 * expected, "{value} is not {expected}");
    }

    #[test]
    fn answers_by_hand() {
        // 2² · 0.1 · 0.9 / 0.03² = 400; of 800 persons 400 / (1 + 399/800).
        near(for_share(0.1, 0.03, 2.0, 1.0, None), 400.0);
        near(for_share(0.1, 0.03, 2.0, 1.5, None), 600.0);
        near(for_share(0.1, 0.03, 2.0, 1.0, Some(800.0)), 400.0 / (1.0 + 399.0 / 800.0));
        // 2² · 4 / 0.2² = 400.
        near(for_mean(4.0, 0.2, 2.0, 1.0, None), 400.0);
        near(for_mean(4.0, 0.2, 2.0, 2.0, Some(1600.0)), 800.0 / 1.5);
        // ((2 · 0.4 + 1 · 0.3) / 0.1)² = 121.
        near(for_power(0.8, 0.9, 2.0, 1.0, 1.0, None), 121.0);
        near(for_power(0.8, 0.9, 2.0, 1.0, 2.0, Some(241.0)), 242.0 / 2.0);
        near(yamane(1000.0, 0.05), 1000.0 / 3.5);
    }

    fn asked(row: &str) -> Result<(f64, f64), String> {
        let text = format!("type,N,p,e,level,deff,response_rate,s2,p1\n{row}\n");
        let table = Table::read(text.as_bytes(), "", |_| true).unwrap();
        let found =
            sample_size(&SampleSize { power: 0.8 }, &table, "k").map_err(|error| error.to_string())?;
        Ok((found.rows[0].n, found.rows[0].n_invite))
    }

    #[test]
    fn requests_are_rounded_up_and_never_invite_more_than_there_are() {
        // 1.959964² · 0.25 / 0.05² = 384.146.
        assert_eq!(asked("prop,,0.5,0.05,0.95,,,,"), Ok((385.0, 385.0)));
        assert_eq!(asked("prop,,0.5,0.05,0.95,,0.5,,"), Ok((385.0, 770.0)));
        assert_eq!(asked("prop,400,0.5,0.05,0.95,,0.25,,"), Ok((197.0, 400.0)));
        assert_eq!(asked("prop,,0.5,0.05,0.95,2,1,,"), Ok((769.0, 769.0)));
        assert_eq!(asked("yamane,1000,,0.05,,,,,"), Ok((286.0, 286.0)));
        // Exactly 200: 600 / (1 + 600 · 1/300) with e = √(1/300), where rounding must not add one.
        assert_eq!(asked("yamane,600,,0.05773502691896258,,,,,"), Ok((200.0, 200.0)));
    }

    #[test]
    fn requests_are_called_what_the_file_calls_them() {
        let kinds = ["prop", "mean", "power", "yamane"];
        let rows =
            "prop,,0.5,0.05,0.95,,\nmean,,,0.05,0.95,4,\npower,,0.5,,0.95,,0.6\nyamane,1000,,0.05,,,\n";
        let text = format!("type,N,p,e,level,s2,p1\n{rows}");
        let table = Table::read(text.as_bytes(), "", |_| true).unwrap();
        let found = requests(&SampleSize { power: 0.8 }, &table, "k").unwrap();
        assert_eq!(found.iter().map(|request| request.asked.kind()).collect::<Vec<_>>(), kinds);
    }

    #[test]
    fn requests_out_of_range_are_refused() {
        for (row, problem) in [
            ("prop,,1,0.05,0.95,,,,", "column \"p\": 1 must be between 0 and 1"),
            ("prop,,0,0.05,0.95,,,,", "column \"p\": 0 must be between 0 and 1"),
            ("prop,,0.5,0,0.95,,,,", "column \"e\": 0 must be more than 0"),
            ("prop,,0.5,,0.95,,,,", "column \"e\": the cell is empty"),
            ("prop,,0.5,0.05,0.95,0,,,", "column \"deff\": 0 must be more than 0"),
            ("prop,0,0.5,0.05,0.95,,,,", "column \"N\": 0 must be more than 0"),
            ("prop,,0.5,0.05,0.95,,1.1,,", "column \"response_rate\": 1.1 must be at most 1"),
            ("power,,0.9,,0.95,,,,0.9", "column \"p1\": 0.9 must be more than p"),
            (",,0.9,,0.95,,,,0.9", "column \"type\": the cell is empty"),
        ] {
            assert_eq!(asked(row), Err(format!("k: line 2, {problem}")), "{row}");
        }
        assert!(asked("other,,,,,,,,").unwrap_err().contains("prop, mean, power, yamane"));
    }
}
