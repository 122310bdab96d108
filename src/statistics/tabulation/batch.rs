//! Which estimands of an analysis are answered from counts, and the answers. All columns of a domain are counted
//! together, and composites of the same dimensions share a pass.

use super::{
    cells::{self, Counts},
    joint::{self, Joint, Part},
    strata::{Answered, Cell, Strata, Stratum},
};
use crate::statistics::{
    column::Coded,
    design::Moments,
    error::Error,
    estimate::{self, CompositeResult, Figure, MeanResult},
    measure,
    sample::Sample,
    spec::{Ci, Component, Composite, Domain, Estimand, Kind, Mean, Measure, Method, Target},
    variance::reported,
};

/// Counting is given up where its rounding may have changed a variance by more than this share of it.
const MOST_ROUNDING: f64 = 1e-11;
/// Strata × codes of a column above which counting would need more memory than the rows do.
const LEAST_SLOTS: usize = 1 << 16;

/// The counts behind the means and composites of an analysis.
#[derive(Debug)]
pub struct Batch<'a> {
    sample: &'a Sample<'a>,
    strata: Strata<'a>,
    groups: Vec<Group<'a>>,
}

/// The counts of one domain.
#[derive(Debug)]
struct Group<'a> {
    domain: &'a Domain,
    inside: Option<Vec<bool>>,
    columns: Vec<(&'a str, &'a [u8], usize)>,
    counts: Vec<Counts>,
    joints: Vec<(Vec<&'a [Measure]>, Joint)>,
}

/// A measure from the counts of its column.
struct Item<'b> {
    counts: &'b Counts,
    codes: &'b [u8],
    estimate: f64,
    answered: Answered,
    /// Σ w(y − ȳ)².
    squares: f64,
    /// The linearised variable by code; 0 for a missing cell.
    z: Vec<f64>,
    /// Σ of the influences by stratum.
    sums: Vec<f64>,
}

impl<'a> Batch<'a> {
    /// Counts what the estimands need; `None` where the sample cannot be counted or nothing is to be. What cannot be
    /// counted, or is wrong, is left to the general way, which has the messages.
    #[must_use]
    pub fn prepare(estimands: &'a [Estimand], sample: &'a Sample<'a>) -> Option<Self> {
        if !estimands.iter().any(|estimand| wanted(&estimand.kind).is_some()) {
            return None;
        }
        let strata = Strata::of(sample)?;
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (domain, measures) in estimands.iter().filter_map(|estimand| wanted(&estimand.kind)) {
            let group = match groups.iter_mut().position(|group| group.domain == domain) {
                Some(position) => groups.get_mut(position)?,
                None => {
                    let Some(group) = Group::of(domain, sample) else { continue };
                    groups.push(group);
                    groups.last_mut()?
                }
            };
            let most = sample.weights.len().max(LEAST_SLOTS) / (strata.each.len() + 1);
            for measure in measures {
                if let Some((name, coded)) = coded(measure, sample)
                    && coded.values.len() <= most
                    && !group.columns.iter().any(|(known, ..)| *known == name)
                {
                    group.columns.push((name, coded.cells, coded.values.len()));
                }
            }
        }
        for group in &mut groups {
            let columns: Vec<cells::Codes<'_>> =
                group.columns.iter().map(|(_, codes, count)| (*codes, *count)).collect();
            group.counts = cells::count(&strata, &columns, group.inside.as_deref());
        }
        let mut batch = Self { sample, strata, groups };
        batch.join(estimands);
        Some(batch)
    }

    /// Adds up the products of the composites' dimensions, largest first: others may be part of them.
    fn join(&mut self, estimands: &'a [Estimand]) {
        let mut composites: Vec<&Composite> = estimands
            .iter()
            .filter_map(|estimand| match &estimand.kind {
                Kind::Composite(spec) => Some(spec),
                _ => None,
            })
            .collect();
        composites.sort_by_key(|spec| std::cmp::Reverse(spec.components.len()));
        for spec in composites {
            let Some(position) = self.groups.iter().position(|group| *group.domain == spec.domain) else {
                continue;
            };
            let Some(group) = self.groups.get(position) else { continue };
            if group.joint(&spec.components).is_some() {
                continue;
            }
            let parts: Option<Vec<Part<'_>>> =
                spec.components.iter().map(|component| self.part(group, component)).collect();
            let Some((parts, first)) = parts.zip(group.counts.first()) else { continue };
            let found = joint::join(&self.strata, &parts, &first.all(), group.inside.as_deref());
            let keys = spec.components.iter().map(|component| component.items.as_slice()).collect();
            if let (Some(found), Some(group)) = (found, self.groups.get_mut(position)) {
                group.joints.push((keys, found));
            }
        }
    }

    /// A dimension for a pass over the rows.
    fn part<'b>(&self, group: &'b Group<'a>, component: &Component) -> Option<Part<'b>> {
        let share = 1.0 / component.items.len() as f64;
        let mut part = Part { items: Vec::new(), sums: vec![0.0; self.strata.each.len()] };
        for measure in &component.items {
            let item = self.item(group, measure)?;
            part.sums.iter_mut().zip(&item.sums).for_each(|(sum, of_item)| *sum += share * of_item);
            part.items.push((item.codes, item.z.iter().map(|z| share * z).collect()));
        }
        Some(part)
    }

    /// A measure from its counts; `None` without them, or without an answer.
    fn item<'b>(&self, group: &'b Group<'a>, measure: &Measure) -> Option<Item<'b>> {
        let (name, coded) = coded(measure, self.sample)?;
        let position = group.columns.iter().position(|(known, ..)| *known == name)?;
        let (_, codes, _) = group.columns.get(position)?;
        let counts = group.counts.get(position)?;
        let values = &coded.values;
        let strata = || self.strata.each.iter().enumerate();
        let cells = || {
            strata().flat_map(|(number, stratum)| {
                let weight = |cell: &Cell| cell.weight(stratum.centre);
                counts.stratum(number).iter().map(weight).zip(values).skip(1)
            })
        };
        let (total, weight) = cells().fold((0.0, 0.0), |(total, sum), (w, y)| (total + w * y, sum + w));
        let estimate = total / weight;
        if !estimate.is_finite() {
            return None;
        }
        let z: Vec<f64> =
            values.iter().map(|y| if y.is_nan() { 0.0 } else { (y - estimate) / weight }).collect();
        let sum = |(number, stratum): (usize, &Stratum)| -> f64 {
            counts.stratum(number).iter().zip(&z).map(|(cell, z)| z * cell.weight(stratum.centre)).sum()
        };
        let mut answered = self.strata.answered(&counts.answered());
        answered.weights.sum_w = weight;
        let squares = cells().map(|(w, y)| w * (y - estimate).powi(2)).sum();
        let sums = strata().map(sum).collect();
        Some(Item { counts, codes, estimate, answered, squares, z, sums })
    }

    /// The result of a mean, if it is counted.
    ///
    /// # Errors
    /// As [`estimate::mean`].
    pub fn mean(&self, spec: &Mean, path: &str) -> Result<Option<MeanResult>, Error> {
        let found = self.groups.iter().find(|group| *group.domain == spec.domain);
        let Some(item) = found.and_then(|group| self.item(group, &spec.y)) else { return Ok(None) };
        if exact_tails(&spec.ci, spec.target) {
            return Ok(None);
        }
        let (moments, errors): (Vec<Moments>, Vec<Moments>) = self
            .strata
            .each
            .iter()
            .enumerate()
            .map(|(number, stratum)| item.moments(number, stratum))
            .unzip();
        let of = |moments: &[Moments]| {
            let moments = |stratum: usize| moments.get(stratum).cloned().unwrap_or_default();
            self.sample.design.covariance_of_strata(1, moments, path).map(|found| found[0][0])
        };
        let (var, error) = (of(&moments)?, of(&errors)?);
        if error > MOST_ROUNDING * var {
            return Ok(None);
        }
        let figure = figure(item.estimate, reported(var), item.answered);
        estimate::mean_result(spec, &figure, item.squares, path).map(Some)
    }

    /// The result of a composite, if it is counted.
    ///
    /// # Errors
    /// As [`estimate::composite`].
    pub fn composite(&self, spec: &Composite, path: &str) -> Result<Option<CompositeResult>, Error> {
        let Some(group) = self.groups.iter().find(|group| *group.domain == spec.domain) else {
            return Ok(None);
        };
        let Some((joint, places, none)) = group.joint(&spec.components) else { return Ok(None) };
        if exact_tails(&spec.ci, spec.target) {
            return Ok(None);
        }
        let shares = estimate::shares(&spec.components, path)?;
        let mut estimates = Vec::with_capacity(places.len());
        for component in &spec.components {
            let mut sum = 0.0;
            for measure in &component.items {
                let Some(item) = self.item(group, measure) else { return Ok(None) };
                sum += item.estimate / component.items.len() as f64;
            }
            estimates.push(sum);
        }
        let moments = |stratum: usize| select(&joint.moments, &places, stratum);
        let cov = self.sample.design.covariance_of_strata(places.len(), moments, path)?;
        let pairs =
            cov.iter().zip(&shares).flat_map(|(row, a)| row.iter().zip(&shares).map(move |(c, b)| a * b * c));
        let var: f64 = pairs.sum();
        // A dimension may vary so little that its own digits are lost where those of the composite are not.
        let mut figures: Vec<(f64, Vec<(usize, f64)>)> =
            places.iter().enumerate().map(|(i, place)| (cov[i][i], vec![(*place, 1.0)])).collect();
        figures.push((var, places.iter().copied().zip(shares.iter().copied()).collect()));
        for (var, terms) in figures {
            if self.rounding(joint, &terms, path)? > MOST_ROUNDING * var {
                return Ok(None);
            }
        }
        let Some(all) = group.counts.first().map(Counts::all) else { return Ok(None) };
        let rows: Vec<Cell> = all.iter().zip(none).map(|(all, none)| *all - *none).collect();
        let whole = estimates.iter().zip(&shares).map(|(estimate, share)| share * estimate).sum();
        let figure = figure(whole, reported(var), self.strata.answered(&rows));
        estimate::composite_result(spec, &figure, &estimates, cov, path).map(Some)
    }
}

impl Batch<'_> {
    /// The most by which rounding can have moved the variance of a sum of dimensions: their places in a pass, and the
    /// share of each.
    fn rounding(&self, joint: &Joint, terms: &[(usize, f64)], path: &str) -> Result<f64, Error> {
        let of_stratum = |errors: &Vec<f64>| -> f64 {
            let of =
                |(place, share): &(usize, f64)| share * errors.get(*place).copied().unwrap_or(0.0).sqrt();
            terms.iter().map(of).sum::<f64>().powi(2)
        };
        let errors = |stratum: usize| Moments {
            sums: vec![0.0],
            products: vec![vec![joint.errors.get(stratum).map_or(0.0, of_stratum)]],
        };
        Ok(self.sample.design.covariance_of_strata(1, errors, path)?[0][0])
    }
}

impl<'a> Group<'a> {
    /// A domain without counts yet; `None` where the general way will have something to say.
    fn of(domain: &'a Domain, sample: &Sample<'_>) -> Option<Self> {
        let inside = match domain {
            None => None,
            Some(_) => Some(measure::domain(domain, sample.table, "").ok()?),
        };
        Some(Self { domain, inside, columns: Vec::new(), counts: Vec::new(), joints: Vec::new() })
    }

    /// A pass that has all dimensions, their places in it, and the rows of each stratum that answered none of them.
    fn joint(&self, components: &[Component]) -> Option<(&Joint, Vec<usize>, &[Cell])> {
        self.joints.iter().find_map(|(keys, joint)| {
            let place =
                |component: &Component| keys.iter().position(|key| *key == component.items.as_slice());
            let places: Vec<usize> = components.iter().map(place).collect::<Option<_>>()?;
            let none = match places.as_slice() {
                [one] => joint.none.get(*one)?,
                _ if (0..keys.len()).all(|key| places.contains(&key)) => &joint.none_at_all,
                _ => return None,
            };
            Some((joint, places, none.as_slice()))
        })
    }
}

impl Item<'_> {
    /// What a stratum adds up to, and by how much rounding can have moved the squares.
    fn moments(&self, number: usize, stratum: &Stratum) -> (Moments, Moments) {
        let sum = self.sums.get(number).copied().unwrap_or(0.0);
        let mean = sum / stratum.rows.max(1) as f64;
        let (mut squares, mut error, mut answered) = (0.0, 0.0, 0);
        for (cell, z) in self.counts.stratum(number).iter().zip(&self.z).skip(1) {
            let (n, away) = (cell.n as f64, z * stratum.centre - mean);
            squares += n * away * away + 2.0 * z * away * cell.d + z * z * cell.d2;
            let spread = z.abs() * stratum.spread;
            error += n * spread * (2.0 * away.abs() + spread) * 2f64.powi(-50);
            answered += cell.n;
        }
        squares += stratum.rows.saturating_sub(answered) as f64 * mean * mean;
        (
            Moments { sums: vec![sum], products: vec![vec![squares.max(0.0)]] },
            Moments { sums: vec![0.0], products: vec![vec![error]] },
        )
    }
}

/// The domain and the measures of an estimand that may be counted.
fn wanted(kind: &Kind) -> Option<(&Domain, Vec<&Measure>)> {
    match kind {
        Kind::Mean(spec) => Some((&spec.domain, vec![&spec.y])),
        Kind::Composite(spec) => {
            Some((&spec.domain, spec.components.iter().flat_map(|component| &component.items).collect()))
        }
        _ => None,
    }
}

/// A measure of one column with few codes, and the column's name.
fn coded<'a>(measure: &Measure, sample: &'a Sample<'_>) -> Option<(&'a str, Coded<'a>)> {
    let (Some(name), None, None, None) = (&measure.col, &measure.cols, measure.agg, measure.min_answered)
    else {
        return None;
    };
    let column = sample.table.column(name, "").ok()?;
    let codes = measure.codes.as_deref().map(measure::to_codes);
    Some((column.name(), column.coded(codes.as_deref())?))
}

/// Whether an interval is asked for that needs to know more of the sample than counts tell.
fn exact_tails(ci: &[Ci], target: Option<Target>) -> bool {
    let mut methods = ci.iter().map(|ci| ci.method).chain(target.map(|target| target.ci_method));
    methods.any(|method| method == Method::Hypergeom)
}

fn figure(estimate: f64, var: f64, answered: Answered) -> Figure {
    let Answered { n, df, weights } = answered;
    Figure { estimate, var, df, n, weights, simple: None }
}

/// The moments of some dimensions, in another order.
fn select(moments: &[Moments], places: &[usize], stratum: usize) -> Moments {
    let Some(all) = moments.get(stratum) else { return Moments::default() };
    let product = |i: usize, j: usize| all.products[i.max(j)][i.min(j)];
    Moments {
        sums: places.iter().map(|place| all.sums[*place]).collect(),
        products: places
            .iter()
            .enumerate()
            .map(|(i, a)| places[..=i].iter().map(|b| product(*a, *b)).collect())
            .collect(),
    }
}
