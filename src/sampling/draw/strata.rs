//! Strata of a list, and how many rows are drawn from each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::sampling::{
    allocation::{Bounds, Rule, share_out},
    problem::{Kind, Problem},
    sheet::{Names, Problems, Sheet},
};

/// A stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// Its name in the list.
    pub stratum: String,
    /// Its rows in the list.
    pub rows: u64,
    /// How many are drawn.
    pub n: u64,
}

/// The rows of each stratum, by name.
pub type Found = BTreeMap<String, Vec<usize>>;

const UNIT: Names = &["unit", "code", "mã", "mã đơn vị", "đơn vị", "stratum", "tầng"];
const INVITE: Names = &["invite", "số mời", "n"];
const POPULATION: Names = &["population", "N", "tổng thể", "số hồ sơ", "số giao dịch", "số người"];

/// The strata of a list.
///
/// # Errors
/// The column is missing, or a cell of it empty.
pub fn find(sheet: &Sheet, by: &str) -> Result<Found, Vec<Problem>> {
    let column = sheet.named(by).map_err(|problem| vec![problem])?;
    let mut problems = Problems::default();
    let mut found = Found::new();
    for row in 0..sheet.len() {
        let name = problems.keep(sheet.text(row, column));
        found.entry(name).or_default().push(row);
    }
    problems.finish(found)
}

/// Shares `n` rows out among the strata of a list by a rule, with at least one row (or `minimum`) from each.
///
/// # Errors
/// As [`find`]; more rows than there are, or too few for the minimum.
pub fn by_rule(
    sheet: &Sheet,
    by: &str,
    n: u64,
    minimum: u64,
    weight: impl Fn(u64) -> f64,
) -> Result<Vec<Stratum>, Vec<Problem>> {
    let found = find(sheet, by)?;
    let bounds: Vec<Bounds> = found
        .values()
        .map(|rows| Bounds { least: minimum.clamp(1, rows.len() as u64), most: rows.len() as u64 })
        .collect();
    let least: u64 = bounds.iter().map(|bounds| bounds.least).sum();
    if n > sheet.len() as u64 {
        return Err(vec![Problem::whole(Kind::TooMany { n, rows: sheet.len() as u64 })]);
    }
    if n < found.len() as u64 {
        return Err(vec![Problem::whole(Kind::FewerThanStrata { n, strata: found.len() as u64 })]);
    }
    if n < least {
        return Err(vec![Problem::whole(Kind::TotalTooSmall { total: n, least })]);
    }
    let weights: Vec<f64> = bounds.iter().map(|bounds| weight(bounds.most)).collect();
    let parts = share_out(n, &weights, &bounds);
    Ok(found
        .into_iter()
        .zip(parts)
        .map(|((stratum, rows), n)| Stratum { stratum, rows: rows.len() as u64, n })
        .collect())
}

impl Rule {
    /// The weight of a stratum of which nothing but its size is known.
    #[must_use]
    pub fn weight_of_size(self, rows: u64) -> f64 {
        match self {
            Self::Equal => 1.0,
            Self::Proportional | Self::Neyman => rows as f64,
            Self::Power(exponent) => (rows as f64).powf(exponent),
        }
    }
}

/// A difference between the population of a plan and the rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The stratum.
    pub stratum: String,
    /// Its population in the plan.
    pub population: u64,
    /// Its rows in the list.
    pub rows: u64,
}

/// What a plan says is drawn from each unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas(BTreeMap<String, Quota>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quota {
    n: u64,
    population: Option<u64>,
}

impl Quotas {
    /// Reads a plan as `sipas plan sample` writes it: JSON, or CSV with the columns `unit` and `invite`; or a file of
    /// one's own with such columns (also `n`, `số mời`).
    ///
    /// # Errors
    /// Columns that are missing, cells that cannot be used, units that occur twice.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        if bytes.trim_ascii_start().starts_with(b"{") {
            return Self::from_json(bytes).map_err(|problem| vec![problem]);
        }
        let plan = Sheet::read(bytes)?;
        let one = |problem| vec![problem];
        let (unit, invite) = (plan.required(UNIT).map_err(one)?, plan.required(INVITE).map_err(one)?);
        let (level, population) = (plan.find(&["level"]).map_err(one)?, plan.find(POPULATION).map_err(one)?);
        let mut problems = Problems::default();
        let (mut quotas, mut lines) = (BTreeMap::new(), BTreeMap::new());
        for row in 0..plan.len() {
            if level.is_some_and(|level| plan.cell(row, level) == "province") {
                continue;
            }
            let name = problems.keep(plan.text(row, unit));
            let n = problems.keep(plan.whole(row, invite));
            let population = population.map(|column| problems.keep(plan.whole(row, column)));
            if let Some(first) = lines.insert(name.clone(), plan.line(row))
                && !name.is_empty()
            {
                let kind = Kind::Twice { text: name.clone(), first };
                problems.keep::<()>(Err(plan.problem(row, unit, kind)));
            }
            quotas.insert(name, Quota { n, population });
        }
        problems.finish(Self(quotas))
    }

    fn from_json(bytes: &[u8]) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Plan {
            units: Vec<Unit>,
        }
        #[derive(Deserialize)]
        struct Unit {
            unit: String,
            population: Option<u64>,
            invite: u64,
        }
        let no_plan = |detail: String| Problem::whole(Kind::NotAPlan { detail });
        let plan: Plan = serde_json::from_slice(bytes).map_err(|error| no_plan(error.to_string()))?;
        let quotas = plan
            .units
            .into_iter()
            .map(|unit| (unit.unit.nfc().collect(), Quota { n: unit.invite, population: unit.population }));
        Ok(Self(quotas.collect()))
    }

    /// Where the populations are not those of the list.
    #[must_use]
    pub fn gaps(&self, strata: &[Stratum]) -> Vec<Gap> {
        let gap = |stratum: &Stratum| {
            let population = self.0.get(&stratum.stratum)?.population?;
            let (name, rows) = (stratum.stratum.clone(), stratum.rows);
            (population != rows).then_some(Gap { stratum: name, population, rows })
        };
        strata.iter().filter_map(gap).collect()
    }
}

/// What a plan says is drawn from each stratum of a list.
///
/// # Errors
/// As [`find`]; strata that only one of the two has, or with fewer rows than are to be drawn.
pub fn by_plan(sheet: &Sheet, by: &str, plan: &Quotas) -> Result<Vec<Stratum>, Vec<Problem>> {
    let found = find(sheet, by)?;
    let mut problems = Problems::default();
    let mut strata = Vec::new();
    for (stratum, rows) in &found {
        let (stratum, rows) = (stratum.clone(), rows.len() as u64);
        match plan.0.get(&stratum) {
            None => problems.keep::<()>(Err(Problem::whole(Kind::NotInPlan { stratum }))),
            Some(&Quota { n, .. }) if n > rows => {
                problems.keep::<()>(Err(Problem::whole(Kind::TooManyInStratum { stratum, n, rows })));
            }
            Some(&Quota { n, .. }) => strata.push(Stratum { stratum, rows, n }),
        }
    }
    for stratum in plan.0.keys().filter(|stratum| !found.contains_key(*stratum)) {
        problems.keep::<()>(Err(Problem::whole(Kind::NotInFrame { stratum: stratum.clone() })));
    }
    problems.finish(strata)
}

/// Whether what is to be drawn fits what was found: the same strata, in the same order, with enough rows.
///
/// # Errors
/// It does not.
pub fn check(found: &Found, strata: &[Stratum]) -> Result<(), Problem> {
    let names: Vec<&String> = strata.iter().map(|stratum| &stratum.stratum).collect();
    if let Some(stratum) = found.keys().find(|name| !names.contains(name)) {
        return Err(Problem::whole(Kind::NotInPlan { stratum: stratum.clone() }));
    }
    for Stratum { stratum, n, .. } in strata {
        let Some(rows) = found.get(stratum).map(|rows| rows.len() as u64) else {
            return Err(Problem::whole(Kind::NotInFrame { stratum: stratum.clone() }));
        };
        if *n > rows {
            return Err(Problem::whole(Kind::TooManyInStratum { stratum: stratum.clone(), n: *n, rows }));
        }
    }
    if found.keys().ne(names) {
        let detail = "strata".to_owned();
        return Err(Problem::whole(Kind::NotARecord { detail }));
    }
    Ok(())
}
