//! How the rows were sampled: strata, PSUs, units inside them, populations. And from that the covariance of estimates.

use std::{collections::HashMap, ops::Range};

use super::{
    column::{Column, Groups},
    error::{Allowed, Error, Problem, Unit},
    spec::DesignSpec,
    sum::{self, FixedPoint},
    table::Table,
    variance::{self, LonelyPsu},
};

/// A design over the rows of a table.
#[derive(Debug, Clone)]
pub struct Design {
    first: Level,
    second: Option<Second>,
    clustered: bool,
    psu_column: Option<String>,
    fpc: bool,
    lonely: LonelyPsu,
}

/// Units of a stage, numbered so that those of a parent are neighbours, and the parents with their correction.
#[derive(Debug, Clone)]
struct Level {
    /// The unit of each row.
    unit: Vec<u32>,
    units: usize,
    parents: Vec<Parent>,
    /// The parent of each row.
    parent: Vec<u32>,
}

/// The second stage, and the share of PSUs sampled in the stratum of each PSU.
#[derive(Debug, Clone)]
struct Second {
    level: Level,
    share: Vec<f64>,
}

/// What the totals of estimates in the units of a parent add up to, the units outside a domain being zeros.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    /// Σu of each estimate.
    pub sums: Vec<f64>,
    /// Σ(u−ū)(v−v̄) of each pair: row `i` holds those of estimate `i` with estimates `0..=i`.
    pub products: Vec<Vec<f64>>,
}

/// A stratum, or a PSU with its own sample.
#[derive(Debug, Clone)]
struct Parent {
    name: Unit,
    units: Range<usize>,
    /// Units in the population; as if infinite where it is not known.
    population: Option<f64>,
    /// 1 − sampled/population.
    f: f64,
}

/// What the strata add to the variance of one estimate, for those who want to follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// Each stratum, in order.
    pub strata: Vec<Part>,
    /// What the sum of [`Part::between`] is multiplied by ([`variance::average_factor`]).
    pub factor: f64,
    /// Each PSU of a design of two stages: what it adds is [`Part::within`].
    pub inner: Vec<Part>,
}

/// What one stratum adds to a variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The stratum.
    pub stratum: Unit,
    /// Sampled PSUs.
    pub sampled: u64,
    /// PSUs in the population, where known.
    pub population: Option<f64>,
    /// 1 − sampled/population.
    pub f: f64,
    /// Σu over its PSUs.
    pub sum: f64,
    /// Σ(u−ū)².
    pub squares: f64,
    /// What it adds between PSUs ([`variance::stratum`]).
    pub between: f64,
    /// What its PSUs add within, where both stages have a population.
    pub within: f64,
}

impl Design {
    /// Builds the design of a specification.
    ///
    /// # Errors
    /// Missing columns, cells that are empty or no numbers, populations that vary or are smaller than their sample, with
    /// path and line.
    pub fn build(spec: &DesignSpec, table: &Table, path: &str) -> Result<Self, Error> {
        let stages = format!("{path}.stages");
        if spec.stages.is_empty() {
            return Err(Error::at(stages, Problem::TooFew { least: 1 }));
        }
        if spec.stages.len() > 2 {
            return Err(Error::at(stages, Problem::TooMany { found: spec.stages.len(), most: 2 }));
        }
        let with_fpc = spec.stages.iter().filter(|stage| stage.fpc.is_some()).count();
        if with_fpc != 0 && with_fpc != spec.stages.len() {
            return Err(Error::at(stages, Problem::MixedFpc));
        }
        let (strata, names) = match &spec.strata {
            None => (vec![0; table.rows()], vec![Unit::Sample]),
            Some(name) => {
                let path = format!("{path}.strata");
                let groups = table.column(name, &path)?.groups();
                let of = filled(&groups, name, table, &path)?;
                (of, groups.names.into_iter().map(Unit::Stratum).collect())
            }
        };
        let first = Level::build(&strata, &names, spec, 0, table, path)?;
        let mut second = None;
        if spec.stages.len() == 2 && with_fpc == 2 {
            let names = psu_names(&first, spec, table, path)?;
            let level = Level::build(&first.unit, &names, spec, 1, table, path)?;
            let mut share = vec![0.0; first.units];
            for stratum in &first.parents {
                share[stratum.units.clone()].fill(1.0 - stratum.f);
            }
            second = Some(Second { level, share });
        }
        Ok(Self {
            first,
            second,
            clustered: spec.stages.first().is_some_and(|stage| stage.id.is_some()),
            psu_column: spec.stages.first().and_then(|stage| stage.id.clone()),
            fpc: with_fpc != 0,
            lonely: spec.lonely_psu,
        })
    }

    /// Whether the design knows its populations.
    #[must_use]
    pub fn fpc(&self) -> bool {
        self.fpc
    }

    /// Whether rows were drawn one by one, not in clusters.
    #[must_use]
    pub fn elements(&self) -> bool {
        !self.clustered
    }

    /// Whether the design is strata of rows drawn one by one and nothing else.
    #[must_use]
    pub fn one_stage_of_elements(&self) -> bool {
        self.elements() && self.second.is_none()
    }

    /// The stratum of each row, as its place in [`Self::strata_sizes`].
    #[must_use]
    pub fn stratum_of_rows(&self) -> &[u32] {
        &self.first.parent
    }

    /// The strata, in the order of [`Self::strata_sizes`].
    #[must_use]
    pub fn strata_names(&self) -> Vec<Unit> {
        self.first.parents.iter().map(|stratum| stratum.name.clone()).collect()
    }

    /// Sampled PSUs of each stratum.
    #[must_use]
    pub fn strata_sizes(&self) -> Vec<u64> {
        self.first.parents.iter().map(|stratum| stratum.units.len() as u64).collect()
    }

    /// The one stratum in which the chosen rows are, if they are in one.
    #[must_use]
    pub fn only_stratum(&self, chosen: &[bool]) -> Option<u32> {
        let mut found = None;
        for (stratum, _) in self.first.parent.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
            if *found.get_or_insert(*stratum) != *stratum {
                return None;
            }
        }
        found
    }

    /// PSUs minus strata among the chosen rows.
    #[must_use]
    pub fn df(&self, chosen: impl Iterator<Item = bool>) -> i64 {
        let (psus, strata) = self.psus_and_strata(chosen);
        psus - strata
    }

    /// How many PSUs and how many strata the chosen rows are in.
    #[must_use]
    pub fn psus_and_strata(&self, chosen: impl Iterator<Item = bool>) -> (i64, i64) {
        let mut psus = vec![false; self.first.units];
        let mut strata = vec![false; self.first.parents.len()];
        for ((psu, stratum), chosen) in self.first.unit.iter().zip(&self.first.parent).zip(chosen) {
            if chosen {
                psus[*psu as usize] = true;
                strata[*stratum as usize] = true;
            }
        }
        let count = |seen: &[bool]| seen.iter().filter(|seen| **seen).count() as i64;
        (count(&psus), count(&strata))
    }

    /// The PSU of each row, numbered through all strata.
    #[must_use]
    pub fn psu_of_rows(&self) -> &[u32] {
        &self.first.unit
    }

    /// The covariance matrix of estimates, each given as weight × linearised variable by row.
    ///
    /// # Errors
    /// [`Problem::Lonely`] at `path`, as the design wants.
    pub fn covariance(&self, influences: &[Vec<f64>], path: &str) -> Result<Vec<Vec<f64>>, Error> {
        let size = influences.len();
        let mut result = vec![vec![0.0; size]; size];
        let totals = self.first.all_totals(influences);
        let strata = 0..self.first.parents.len();
        let moments = |stratum: &Parent, _| Moments::of(&totals, stratum.units.clone());
        self.first.add_covariance(moments, strata, self.lonely, &|_| 1.0, &mut result, path)?;
        if let Some(Second { level, share }) = &self.second {
            let totals = level.all_totals(influences);
            let moments = |psu: &Parent, _| Moments::of(&totals, psu.units.clone());
            for stratum in &self.first.parents {
                let psus = stratum.units.clone();
                level.add_covariance(moments, psus, self.lonely, &|psu| share[psu], &mut result, path)?;
            }
        }
        Ok(result)
    }

    /// What each stratum adds to the variance of an estimate, given as weight × linearised variable by row:
    /// [`Self::covariance`] with its terms laid open.
    ///
    /// # Errors
    /// As [`Self::covariance`].
    pub fn parts(&self, influence: &[f64], path: &str) -> Result<Parts, Error> {
        let totals = [self.first.totals(influence)];
        let inner = self.second.as_ref().map(|Second { level, share }| {
            let totals = [level.totals(influence)];
            (level, share, totals)
        });
        let alone = |parent: &&Parent| parent.units.len() == 1 && !variance::is_census(parent.f);
        let lonely = self.first.parents.iter().filter(alone).count() as u64;
        let mut strata = Vec::with_capacity(self.first.parents.len());
        let mut inner_parts = Vec::new();
        for stratum in &self.first.parents {
            let moments = Moments::of(&totals, stratum.units.clone());
            let (sum, squares) = (moments.sums[0], moments.products[0][0]);
            let sampled = stratum.units.len() as u64;
            let between = variance::stratum(stratum.f, sampled, sum, squares, self.lonely)
                .map_err(|_| Error::at(path, Problem::Lonely { unit: stratum.name.clone() }))?;
            let mut within = [vec![0.0]];
            if let Some((level, share, totals)) = &inner {
                let moments = |psu: &Parent, _| Moments::of(totals, psu.units.clone());
                let psus = stratum.units.clone();
                level.add_covariance(moments, psus, self.lonely, &|psu| share[psu], &mut within, path)?;
                inner_parts.extend(self.within(level, share, totals, stratum, path)?);
            }
            strata.push(Part {
                stratum: stratum.name.clone(),
                sampled,
                population: stratum.population,
                f: stratum.f,
                sum,
                squares,
                between,
                within: within[0][0],
            });
        }
        let factor = variance::average_factor(strata.len() as u64, lonely, self.lonely);
        Ok(Parts { strata, factor, inner: inner_parts })
    }

    /// What each PSU of a stratum adds within it.
    fn within(
        &self,
        level: &Level,
        share: &[f64],
        totals: &[Vec<f64>],
        stratum: &Parent,
        path: &str,
    ) -> Result<Vec<Part>, Error> {
        let psus = level.parents.get(stratum.units.clone()).unwrap_or_default();
        let one = |(number, psu): (usize, &Parent)| {
            let moments = Moments::of(totals, psu.units.clone());
            let (sum, squares) = (moments.sums[0], moments.products[0][0]);
            let sampled = psu.units.len() as u64;
            let within = variance::stratum(psu.f, sampled, sum, squares, self.lonely)
                .map_err(|_| Error::at(path, Problem::Lonely { unit: psu.name.clone() }))?;
            Ok(Part {
                stratum: psu.name.clone(),
                sampled,
                population: psu.population,
                f: psu.f,
                sum,
                squares,
                between: 0.0,
                within: share.get(number).copied().unwrap_or(1.0) * within,
            })
        };
        stratum.units.clone().zip(psus).map(one).collect()
    }

    /// The PSUs by what their column says, in the order of their numbers; rows that are their own by their line.
    #[must_use]
    pub fn psu_ids(&self, table: &Table) -> Vec<String> {
        let groups =
            self.psu_column.as_deref().and_then(|name| table.column(name, "").ok()).map(Column::groups);
        let mut ids = vec![String::new(); self.first.units];
        for (row, unit) in self.first.unit.iter().enumerate().rev() {
            let named = groups.as_ref().and_then(|groups| groups.names.get(groups.of[row]? as usize));
            ids[*unit as usize] = named.cloned().unwrap_or_else(|| table.line(row).to_string());
        }
        ids
    }

    /// The rule for strata with one sampled PSU.
    #[must_use]
    pub fn lonely(&self) -> LonelyPsu {
        self.lonely
    }

    /// Whether the second stage adds to variances.
    #[must_use]
    pub fn two_stages(&self) -> bool {
        self.second.is_some()
    }

    /// The covariance matrix of `size` estimates under a design of one stage, from what each stratum adds up to.
    ///
    /// # Errors
    /// As [`Self::covariance`].
    pub fn covariance_of_strata(
        &self,
        size: usize,
        moments: impl Fn(usize) -> Moments,
        path: &str,
    ) -> Result<Vec<Vec<f64>>, Error> {
        let mut result = vec![vec![0.0; size]; size];
        let strata = 0..self.first.parents.len();
        let moments = |_: &Parent, stratum| moments(stratum);
        self.first.add_covariance(moments, strata, self.lonely, &|_| 1.0, &mut result, path)?;
        Ok(result)
    }
}

impl Moments {
    /// Of the totals of estimates in a range of units.
    fn of(totals: &[Vec<f64>], range: Range<usize>) -> Self {
        let units: Vec<&[f64]> =
            totals.iter().map(|totals| totals.get(range.clone()).unwrap_or_default()).collect();
        let sums: Vec<f64> = units.iter().map(|units| sum::sum(units.iter().copied())).collect();
        let count = range.len() as f64;
        let centred: Vec<Vec<f64>> = units
            .iter()
            .zip(&sums)
            .map(|(units, sum)| units.iter().map(|u| u - sum / count).collect())
            .collect();
        let product = |u: &[f64], v: &[f64]| sum::sum(u.iter().zip(v).map(|(u, v)| u * v));
        let products =
            centred.iter().enumerate().map(|(i, u)| centred[..=i].iter().map(|v| product(u, v)).collect());
        Self { products: products.collect(), sums }
    }
}

impl Level {
    /// The units of a stage inside the parents that rows are in, numbered in the order of the codes of parent and unit.
    fn build(
        parent: &[u32],
        names: &[Unit],
        spec: &DesignSpec,
        stage: usize,
        table: &Table,
        path: &str,
    ) -> Result<Self, Error> {
        let path = format!("{path}.stages[{stage}]");
        let columns = &spec.stages[stage];
        let (unit, counts) = match &columns.id {
            None => rows_as_units(parent, names.len()),
            Some(name) => {
                let path = format!("{path}.id");
                let ids = filled(&table.column(name, &path)?.groups(), name, table, &path)?;
                units_of_pairs(parent, &ids, names.len())
            }
        };
        let ends = counts.iter().scan(0, |end, count| {
            *end += count;
            Some(*end)
        });
        let mut parents: Vec<Parent> = ends
            .zip(&counts)
            .zip(names)
            .map(|((end, count), name)| Parent {
                name: name.clone(),
                units: end - count..end,
                population: None,
                f: 1.0,
            })
            .collect();
        if let Some(name) = &columns.fpc {
            let path = format!("{path}.fpc");
            populations(name, parent, &mut parents, table, &path)?;
        }
        Ok(Self { unit, units: counts.iter().sum(), parents, parent: parent.to_vec() })
    }

    /// Totals of a variable in the units.
    fn totals(&self, influence: &[f64]) -> Vec<f64> {
        if self.units == influence.len() {
            let mut totals = vec![0.0; self.units];
            self.unit.iter().zip(influence).for_each(|(unit, value)| totals[*unit as usize] = *value);
            return totals;
        }
        let largest = sum::bound(influence.iter().copied());
        let mut totals = vec![FixedPoint::new(largest); self.units];
        for (unit, value) in self.unit.iter().zip(influence) {
            if *value != 0.0 {
                totals[*unit as usize].add(*value);
            }
        }
        totals.iter().map(FixedPoint::value).collect()
    }

    fn all_totals(&self, influences: &[Vec<f64>]) -> Vec<Vec<f64>> {
        influences.iter().map(|influence| self.totals(influence)).collect()
    }

    /// Adds what the parents in a range contribute, each times its `scale`.
    fn add_covariance(
        &self,
        moments: impl Fn(&Parent, usize) -> Moments,
        range: Range<usize>,
        lonely: LonelyPsu,
        scale: &dyn Fn(usize) -> f64,
        result: &mut [Vec<f64>],
        path: &str,
    ) -> Result<(), Error> {
        let parents = self.parents.get(range.clone()).unwrap_or_default();
        let alone = |parent: &Parent| parent.units.len() == 1 && !variance::is_census(parent.f);
        let lonely_count = parents.iter().filter(|parent| alone(parent)).count();
        if lonely == LonelyPsu::Average
            && lonely_count == parents.len()
            && let Some(parent) = parents.first()
        {
            return Err(Error::at(path, Problem::Lonely { unit: parent.name.clone() }));
        }
        let factor = variance::average_factor(parents.len() as u64, lonely_count as u64, lonely);
        for (number, parent) in range.zip(parents) {
            let Moments { sums, products } = moments(parent, number);
            let count = parent.units.len() as u64;
            let scale = scale(number) * factor;
            for (i, row) in products.iter().enumerate() {
                for (j, products) in row.iter().enumerate() {
                    let part =
                        variance::stratum_covariance(parent.f, count, (sums[i], sums[j]), *products, lonely)
                            .map_err(|_| Error::at(path, Problem::Lonely { unit: parent.name.clone() }))?;
                    result[i][j] += scale * part;
                    if i != j {
                        result[j][i] = result[i][j];
                    }
                }
            }
        }
        Ok(())
    }
}

/// Every row is a unit of its own: the unit of each row, and how many each parent has.
fn rows_as_units(parent: &[u32], parents: usize) -> (Vec<u32>, Vec<usize>) {
    let mut counts = vec![0; parents];
    parent.iter().for_each(|parent| counts[*parent as usize] += 1);
    let mut next: Vec<u32> = counts
        .iter()
        .scan(0, |start, count| Some(std::mem::replace(start, *start + *count as u32)))
        .collect();
    let unit = parent.iter().map(|parent| {
        let next = &mut next[*parent as usize];
        std::mem::replace(next, *next + 1)
    });
    (unit.collect(), counts)
}

/// The distinct pairs of parent and id in their order: the number of each row's pair, and how many each parent has.
fn units_of_pairs(parent: &[u32], ids: &[u32], parents: usize) -> (Vec<u32>, Vec<usize>) {
    let mut found: HashMap<(u32, u32), u32> = HashMap::new();
    let met: Vec<u32> = parent
        .iter()
        .zip(ids)
        .map(|(parent, id)| {
            let next = found.len() as u32;
            *found.entry((*parent, *id)).or_insert(next)
        })
        .collect();
    let mut pairs: Vec<((u32, u32), u32)> = found.into_iter().collect();
    pairs.sort_unstable();
    let mut counts = vec![0; parents];
    let mut numbers = vec![0; pairs.len()];
    for (number, ((parent, _), met)) in (0..).zip(pairs) {
        counts[parent as usize] += 1;
        numbers[met as usize] = number;
    }
    (met.into_iter().map(|met| numbers[met as usize]).collect(), counts)
}

/// The base weight of each row.
///
/// # Errors
/// Cells that are empty or no numbers, negative weights, with path and line.
pub fn weights(spec: &DesignSpec, table: &Table, path: &str) -> Result<Vec<f64>, Error> {
    let Some(name) = &spec.weight else { return Ok(vec![1.0; table.rows()]) };
    let path = format!("{path}.weight");
    let weights = table.column(name, &path)?.numbers(&path)?;
    for (row, weight) in weights.iter().enumerate() {
        let (column, line) = (name.clone(), table.line(row));
        if weight.is_nan() {
            return Err(Error::at(path, Problem::EmptyCell { column, line }));
        }
        if *weight < 0.0 {
            let problem = Problem::CellRange { column, line, value: *weight, range: Allowed::NotNegative };
            return Err(Error::at(path, problem));
        }
    }
    Ok(weights)
}

/// The group of each row, none missing.
fn filled(groups: &Groups, name: &str, table: &Table, path: &str) -> Result<Vec<u32>, Error> {
    let empty = |row| Problem::EmptyCell { column: name.to_owned(), line: table.line(row) };
    groups
        .of
        .iter()
        .enumerate()
        .map(|(row, group)| group.ok_or_else(|| Error::at(path, empty(row))))
        .collect()
}

/// The PSUs by their names, for messages.
fn psu_names(first: &Level, spec: &DesignSpec, table: &Table, path: &str) -> Result<Vec<Unit>, Error> {
    let mut names: Vec<Option<Unit>> = vec![None; first.units];
    let groups = match spec.stages.first().and_then(|stage| stage.id.as_deref()) {
        Some(name) => Some(table.column(name, &format!("{path}.stages[0].id"))?.groups()),
        None => None,
    };
    for (row, unit) in first.unit.iter().enumerate().rev() {
        let code = groups.as_ref().and_then(|groups| groups.names.get(groups.of[row]? as usize)).cloned();
        let stratum =
            first.parents.get(first.parent[row] as usize).map_or(Unit::Sample, |parent| parent.name.clone());
        names[*unit as usize] = Some(Unit::Psu {
            psu: code.unwrap_or_else(|| table.line(row).to_string()),
            stratum: Box::new(stratum),
        });
    }
    Ok(names.into_iter().map(|name| name.unwrap_or(Unit::Sample)).collect())
}

/// Reads the correction of each parent from its population.
fn populations(
    name: &str,
    parent: &[u32],
    parents: &mut [Parent],
    table: &Table,
    path: &str,
) -> Result<(), Error> {
    let values = table.column(name, path)?.numbers(path)?;
    let column = name.to_owned();
    let mut found: Vec<Option<f64>> = vec![None; parents.len()];
    for (row, (parent, value)) in parent.iter().zip(values).enumerate() {
        if value.is_nan() {
            return Err(Error::at(path, Problem::EmptyCell { column, line: table.line(row) }));
        }
        let parent = *parent as usize;
        if *found[parent].get_or_insert(value) != value {
            let unit = parents[parent].name.clone();
            return Err(Error::at(path, Problem::FpcVaries { column, unit }));
        }
    }
    for (parent, population) in parents.iter_mut().zip(found) {
        let Some(population) = population else { continue };
        let sampled = parent.units.len() as u64;
        if population < sampled as f64 * (1.0 - 1e-9) {
            let unit = parent.name.clone();
            return Err(Error::at(path, Problem::FpcTooSmall { column, unit, population, sampled }));
        }
        parent.population = Some(population);
        parent.f = (1.0 - sampled as f64 / population).max(0.0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> DesignSpec {
        serde_json::from_str(text).unwrap()
    }

    fn problem(design: &str, data: &str) -> Problem {
        let table = Table::read(data.as_bytes(), "", |_| true).unwrap();
        let spec = spec(design);
        weights(&spec, &table, "d").and_then(|_| Design::build(&spec, &table, "d")).unwrap_err().problem
    }

    #[test]
    fn weights_may_be_zero_and_not_less() {
        let table = |w: &str| Table::read(format!("w\n1\n{w}\n").as_bytes(), "", |_| true).unwrap();
        let weighted = spec(r#"{"weight":"w","stages":[{}],"lonely_psu":"fail"}"#);
        assert_eq!(weights(&weighted, &table("0"), "d").unwrap(), [1.0, 0.0]);
        let error = weights(&weighted, &table("-0.5"), "d").unwrap_err();
        assert_eq!(error.to_string(), "d.weight: line 3, column \"w\": -0.5 must be 0 or more");
        let plain = spec(r#"{"stages":[{}],"lonely_psu":"fail"}"#);
        assert_eq!(weights(&plain, &table("7"), "d").unwrap(), [1.0, 1.0]);
    }

    #[test]
    fn designs_that_cannot_be_are_refused() {
        let design = |stages: &str| format!(r#"{{"strata":"h","stages":{stages},"lonely_psu":"fail"}}"#);
        let data = "h,i,M,N\na,1,2,5\na,2,2,5\nb,1,3,1\n";
        assert_eq!(problem(&design("[]"), data), Problem::TooFew { least: 1 });
        assert_eq!(problem(&design("[{},{},{}]"), data), Problem::TooMany { found: 3, most: 2 });
        assert_eq!(problem(&design(r#"[{"id":"i","fpc":"M"},{}]"#), data), Problem::MixedFpc);
        let varies = Problem::FpcVaries { column: "i".to_owned(), unit: Unit::Stratum("a".to_owned()) };
        assert_eq!(problem(&design(r#"[{"fpc":"i"}]"#), data), varies);
        let small = "h,i,M,N\na,1,1,5\na,2,1,5\n";
        assert!(matches!(
            problem(&design(r#"[{"fpc":"M"}]"#), small),
            Problem::FpcTooSmall { sampled: 2, .. }
        ));
    }

    #[test]
    fn rows_are_in_one_stratum_or_in_several() {
        let table = Table::read("h\nb\na\nb\nb\n".as_bytes(), "", |_| true).unwrap();
        let design =
            Design::build(&spec(r#"{"strata":"h","stages":[{}],"lonely_psu":"fail"}"#), &table, "d").unwrap();
        assert_eq!(design.only_stratum(&[true, false, true, true]), Some(1));
        assert_eq!(design.only_stratum(&[false, true, false, false]), Some(0));
        assert_eq!(design.only_stratum(&[true, true, false, false]), None);
        assert_eq!(design.only_stratum(&[false; 4]), None);
        assert_eq!(design.strata_sizes(), [1, 3]);
        assert_eq!(
            [[true, false, true, true], [true, true, true, false]].map(|rows| design.df(rows.into_iter())),
            [2, 1]
        );
    }
}
