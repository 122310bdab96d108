//! The estimands that are one figure: means, totals, ratios, composites and differences, with variance, intervals and
//! the decision against a target.

use serde::Serialize;

use super::{
    deff::{deff, kish_deff, kish_n_eff},
    error::{Allowed, Error, Problem},
    interval::{self, Interval, KgWeights},
    measure::{domain, measure},
    quantile,
    sample::{Linearised, Sample, chosen},
    spec::{self, Ci, Component, Method, Target},
    sum,
    target::{Decision, decide, evidence},
    variance::reported,
};

/// A figure with what its intervals are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The estimate; NaN where it is not computable.
    pub estimate: f64,
    /// Its variance.
    pub var: f64,
    /// Degrees of freedom: PSUs minus strata.
    pub df: i64,
    /// Answers behind it.
    pub n: u64,
    /// Their weights.
    pub weights: KgWeights,
    /// Population, answers and successes where the figure is a share of a simple random sample.
    pub simple: Option<(u64, u64, u64)>,
}

impl Figure {
    /// The figure of an estimate.
    ///
    /// # Errors
    /// A variance that the design cannot give.
    pub fn of(sample: &Sample<'_>, linear: &Linearised, path: &str) -> Result<Self, Error> {
        let var = variance(sample, linear, path)?;
        Ok(Self {
            estimate: linear.estimate,
            var,
            df: sample.df(&linear.rows),
            n: linear.n(),
            weights: sample.kg_weights(&linear.rows),
            simple: None,
        })
    }

    /// Standard error.
    #[must_use]
    pub fn se(&self) -> f64 {
        self.var.sqrt()
    }

    /// An interval of the figure.
    #[must_use]
    pub fn interval(&self, method: Method, level: f64) -> Option<Interval> {
        let (p, var, df) = (self.estimate, self.var, self.df);
        match method {
            Method::T => interval::t(p, self.se(), df, level),
            Method::Logit => interval::logit(p, var, df, level),
            Method::Beta => interval::beta(p, var, self.n, df, level),
            Method::Wilson => interval::wilson(p, var, df, level),
            Method::Kg => interval::kg(p, var, self.n, df, self.weights, level),
            Method::Hypergeom => self
                .simple
                .and_then(|(population, n, yes)| interval::hypergeometric(population, n, yes, level)),
        }
    }

    fn intervals(&self, wanted: &[Ci], path: &str) -> Result<Vec<CiResult>, Error> {
        wanted
            .iter()
            .enumerate()
            .map(|(position, Ci { method, level })| {
                check_level(*level, &format!("{path}.ci[{position}].level"))?;
                let found = self.interval(*method, *level);
                let sized = matches!(method, Method::Beta | Method::Wilson | Method::Kg);
                Ok(CiResult {
                    method: *method,
                    level: *level,
                    lower: found.map(|interval| interval.lower),
                    upper: found.map(|interval| interval.upper),
                    n_eff: sized.then(|| found.and_then(|interval| interval.n_eff)),
                })
            })
            .collect()
    }

    fn against(&self, target: Option<Target>, path: &str) -> Result<Option<TargetResult>, Error> {
        let Some(Target { value, ci_method, level }) = target else { return Ok(None) };
        check_level(level, &format!("{path}.target.level"))?;
        let found = self.interval(ci_method, level);
        let evidence = evidence(self.estimate, self.se(), self.df, value);
        Ok(Some(TargetResult {
            value,
            t: evidence.map(|evidence| evidence.t),
            p_exceeds: evidence.map(|evidence| evidence.p_exceeds),
            p_below: evidence.map(|evidence| evidence.p_below),
            lower: found.map(|interval| interval.lower),
            upper: found.map(|interval| interval.upper),
            decision: decide(found.as_ref(), value),
        }))
    }
}

/// The variance of an estimate as reported; NaN where the estimate is not computable.
///
/// # Errors
/// What the design cannot give.
pub fn variance(sample: &Sample<'_>, linear: &Linearised, path: &str) -> Result<f64, Error> {
    if !linear.estimate.is_finite() {
        return Ok(f64::NAN);
    }
    Ok(reported(sample.covariance(&[&linear.z], path)?[0][0]))
}

/// Refuses a level outside (0, 1).
///
/// # Errors
/// [`Problem::Range`].
pub fn check_level(level: f64, path: &str) -> Result<(), Error> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::at(path, Problem::Range { value: level, range: Allowed::Share }))
}

/// An interval in the results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CiResult {
    method: Method,
    level: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n_eff: Option<Option<f64>>,
}

/// A target in the results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetResult {
    value: f64,
    t: Option<f64>,
    p_exceeds: Option<f64>,
    p_below: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    decision: Decision,
}

/// The result of a mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanResult {
    n: u64,
    sum_w: f64,
    estimate: f64,
    var: f64,
    se: f64,
    df: i64,
    deff: Option<f64>,
    deff_wr: Option<f64>,
    kish_deff: Option<f64>,
    n_eff_kish: Option<f64>,
    ci: Vec<CiResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<TargetResult>,
}

/// The result of a total or a ratio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureResult {
    n: u64,
    estimate: f64,
    var: f64,
    se: f64,
    df: i64,
    ci: Vec<CiResult>,
}

/// The result of a composite.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompositeResult {
    n: u64,
    estimate: f64,
    var: f64,
    se: f64,
    df: i64,
    components: Vec<ComponentResult>,
    cov: Vec<Vec<f64>>,
    ci: Vec<CiResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<TargetResult>,
}

/// A dimension of a composite.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentResult {
    name: String,
    estimate: f64,
    se: f64,
}

/// The result of a difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiffResult {
    estimate: f64,
    a: f64,
    b: f64,
    var: f64,
    se: f64,
    se_a: f64,
    se_b: f64,
    cov_ab: f64,
    df: i64,
    t: Option<f64>,
    p_two_sided: Option<f64>,
    ci: Vec<CiResult>,
}

/// A weighted mean or share.
///
/// # Errors
/// Unknown columns, cells that are no numbers, levels outside (0, 1), lonely PSUs.
pub fn mean(spec: &spec::Mean, sample: &Sample<'_>, path: &str) -> Result<MeanResult, Error> {
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let (linear, figure) = mean_figure(sample, &y, &inside, path)?;
    let terms = || chosen(&y, &linear.rows).zip(chosen(&sample.weights, &linear.rows));
    let squares = sum::sum(terms().map(|(y, w)| w * (y - linear.estimate).powi(2)));
    mean_result(spec, &figure, squares, path)
}

/// The result of a mean whose figure is known; `squares` is Σw(y−ȳ)².
///
/// # Errors
/// Levels outside (0, 1).
pub fn mean_result(
    spec: &spec::Mean,
    figure: &Figure,
    squares: f64,
    path: &str,
) -> Result<MeanResult, Error> {
    let weights = figure.weights;
    let effect = deff(figure.var, figure.n, weights.sum_w, squares);
    Ok(MeanResult {
        n: figure.n,
        sum_w: weights.sum_w,
        estimate: figure.estimate,
        var: figure.var,
        se: figure.se(),
        df: figure.df,
        deff: effect.without_replacement,
        deff_wr: effect.with_replacement,
        kish_deff: kish_deff(figure.n, weights.sum_w, weights.sum_w2),
        n_eff_kish: kish_n_eff(weights.sum_w, weights.sum_w2),
        ci: figure.intervals(&spec.ci, path)?,
        target: figure.against(spec.target, path)?,
    })
}

/// A mean as a figure, which knows whether it is the share of a simple random sample.
///
/// # Errors
/// A variance that the design cannot give.
pub fn mean_figure(
    sample: &Sample<'_>,
    y: &[f64],
    inside: &[bool],
    path: &str,
) -> Result<(Linearised, Figure), Error> {
    let linear = sample.mean(y, inside);
    let mut figure = Figure::of(sample, &linear, path)?;
    let (least, most) = chosen(&sample.weights, &linear.rows)
        .fold((f64::INFINITY, 0.0f64), |(least, most), w| (least.min(w), most.max(w)));
    let equal = super::positive(least) && most - least <= 1e-9 * most;
    let share = chosen(y, &linear.rows).all(|y| y == 0.0 || y == 1.0);
    let one = sample.design.only_stratum(&linear.rows).is_some();
    if equal && share && one && sample.design.fpc() && sample.design.elements() && !sample.is_calibrated() {
        let population = figure.weights.sum_w.round() as u64;
        figure.simple = Some((population, figure.n, (figure.estimate * figure.n as f64).round() as u64));
    }
    Ok((linear, figure))
}

/// A weighted total.
///
/// # Errors
/// As [`mean`].
pub fn total(spec: &spec::Total, sample: &Sample<'_>, path: &str) -> Result<FigureResult, Error> {
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    figure_result(&sample.sum(&y, &inside), &spec.ci, sample, path)
}

/// A ratio of two totals.
///
/// # Errors
/// As [`mean`].
pub fn ratio(spec: &spec::Ratio, sample: &Sample<'_>, path: &str) -> Result<FigureResult, Error> {
    let num = measure(&spec.num, sample.table, &format!("{path}.num"))?;
    let den = measure(&spec.den, sample.table, &format!("{path}.den"))?;
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    figure_result(&sample.ratio(&num, &den, &inside), &spec.ci, sample, path)
}

fn figure_result(
    linear: &Linearised,
    ci: &[Ci],
    sample: &Sample<'_>,
    path: &str,
) -> Result<FigureResult, Error> {
    let figure = Figure::of(sample, linear, path)?;
    Ok(FigureResult {
        n: figure.n,
        estimate: figure.estimate,
        var: figure.var,
        se: figure.se(),
        df: figure.df,
        ci: figure.intervals(ci, path)?,
    })
}

/// A weighted mean of dimensions, each a plain mean of its item means.
///
/// # Errors
/// As [`mean`]; weights of dimensions that are negative or sum to zero.
pub fn composite(spec: &spec::Composite, sample: &Sample<'_>, path: &str) -> Result<CompositeResult, Error> {
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let (parts, whole) = dimensions(&spec.components, sample, &inside, path)?;
    let figure = Figure::of(sample, &whole, path)?;
    let variables: Vec<&[f64]> = parts.iter().map(|part| part.z.as_slice()).collect();
    let cov = sample.covariance(&variables, path)?;
    let estimates: Vec<f64> = parts.iter().map(|part| part.estimate).collect();
    composite_result(spec, &figure, &estimates, cov, path)
}

/// The result of a composite whose figure is known, with its dimensions and their covariance.
///
/// # Errors
/// Levels outside (0, 1).
pub fn composite_result(
    spec: &spec::Composite,
    figure: &Figure,
    estimates: &[f64],
    mut cov: Vec<Vec<f64>>,
    path: &str,
) -> Result<CompositeResult, Error> {
    let missing: Vec<bool> = estimates.iter().map(|estimate| !estimate.is_finite()).collect();
    for (i, row) in cov.iter_mut().enumerate() {
        for (j, value) in row.iter_mut().enumerate() {
            if missing[i] || missing[j] {
                *value = f64::NAN;
            }
        }
    }
    let components = spec
        .components
        .iter()
        .zip(estimates)
        .enumerate()
        .map(|(i, (component, estimate))| ComponentResult {
            name: component.name.clone(),
            estimate: *estimate,
            se: if missing[i] { f64::NAN } else { reported(cov[i][i]).sqrt() },
        })
        .collect();
    for (i, row) in cov.iter_mut().enumerate() {
        row[i] = if missing[i] { f64::NAN } else { reported(row[i]) };
    }
    Ok(CompositeResult {
        n: figure.n,
        estimate: figure.estimate,
        var: figure.var,
        se: figure.se(),
        df: figure.df,
        components,
        cov,
        ci: figure.intervals(&spec.ci, path)?,
        target: figure.against(spec.target, path)?,
    })
}

/// The dimensions of a composite and the composite.
fn dimensions(
    components: &[Component],
    sample: &Sample<'_>,
    inside: &[bool],
    path: &str,
) -> Result<(Vec<Linearised>, Linearised), Error> {
    let weights = shares(components, path)?;
    let path = format!("{path}.components");
    let mut parts = Vec::with_capacity(components.len());
    for (position, component) in components.iter().enumerate() {
        let path = format!("{path}[{position}]");
        let mut items = Vec::with_capacity(component.items.len());
        for (position, item) in component.items.iter().enumerate() {
            let y = measure(item, sample.table, &format!("{path}.items[{position}]"))?;
            items.push(sample.mean(&y, inside));
        }
        let share = 1.0 / items.len() as f64;
        parts.push(Linearised::combine(&items.iter().map(|item| (share, item)).collect::<Vec<_>>()));
    }
    let whole = Linearised::combine(&weights.into_iter().zip(&parts).collect::<Vec<_>>());
    Ok((parts, whole))
}

/// The shares of a composite's dimensions, which sum to 1.
///
/// # Errors
/// No dimension, one without items, weights that are negative or sum to zero.
pub fn shares(components: &[Component], path: &str) -> Result<Vec<f64>, Error> {
    let path = format!("{path}.components");
    if components.is_empty() {
        return Err(Error::at(path, Problem::TooFew { least: 1 }));
    }
    for (position, component) in components.iter().enumerate() {
        let path = format!("{path}[{position}]");
        if !component.weight.is_finite() || component.weight < 0.0 {
            let problem = Problem::Range { value: component.weight, range: Allowed::NotNegative };
            return Err(Error::at(format!("{path}.weight"), problem));
        }
        if component.items.is_empty() {
            return Err(Error::at(format!("{path}.items"), Problem::TooFew { least: 1 }));
        }
    }
    let whole: f64 = components.iter().map(|component| component.weight).sum();
    if !super::positive(whole) {
        return Err(Error::at(path, Problem::NoWeight));
    }
    Ok(components.iter().map(|component| component.weight / whole).collect())
}

/// The difference of two means or composites, which may share rows or PSUs.
///
/// # Errors
/// As [`mean`] and [`composite`].
pub fn diff(spec: &spec::Diff, sample: &Sample<'_>, path: &str) -> Result<DiffResult, Error> {
    let a = side(&spec.a, sample, &format!("{path}.a"))?;
    let b = side(&spec.b, sample, &format!("{path}.b"))?;
    let difference = Linearised::combine(&[(1.0, &a), (-1.0, &b)]);
    let figure = Figure::of(sample, &difference, path)?;
    let computable = figure.estimate.is_finite();
    let cov = sample.covariance(&[&a.z, &b.z], path)?;
    let t = (super::positive(figure.se()) && figure.df >= 1).then(|| figure.estimate / figure.se());
    Ok(DiffResult {
        estimate: figure.estimate,
        a: a.estimate,
        b: b.estimate,
        var: figure.var,
        se: figure.se(),
        se_a: variance(sample, &a, path)?.sqrt(),
        se_b: variance(sample, &b, path)?.sqrt(),
        cov_ab: if computable { cov[0][1] } else { f64::NAN },
        df: figure.df,
        t,
        p_two_sided: t.and_then(|t| two_sided(t, figure.df)),
        ci: figure.intervals(&spec.ci, path)?,
    })
}

/// P(|T| ≥ |t|).
#[must_use]
pub fn two_sided(t: f64, df: i64) -> Option<f64> {
    quantile::t_upper_tail(t.abs(), df).map(|p| 2.0 * p)
}

fn side(spec: &spec::Side, sample: &Sample<'_>, path: &str) -> Result<Linearised, Error> {
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    match (&spec.y, &spec.components) {
        (Some(y), None) => Ok(sample.mean(&measure(y, sample.table, &format!("{path}.y"))?, &inside)),
        (None, Some(components)) => Ok(dimensions(components, sample, &inside, path)?.1),
        _ => Err(Error::at(path, Problem::Side)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_may_weigh_nothing_and_not_less() {
        let of = |weights: [f64; 2]| {
            let one = |weight| Component {
                name: String::new(),
                weight,
                items: vec![serde_json::from_str(r#"{"col":"a"}"#).unwrap()],
            };
            shares(&weights.map(one), "p").map_err(|error| error.to_string())
        };
        assert_eq!(of([0.0, 5.0]), Ok(vec![0.0, 1.0]));
        assert_eq!(of([1.0, 3.0]), Ok(vec![0.25, 0.75]));
        assert_eq!(of([2.0, -1.0]), Err("p.components[1].weight: -1 must be 0 or more".to_owned()));
        assert_eq!(of([0.0, 0.0]), Err("p.components: the weights sum to zero".to_owned()));
    }

    #[test]
    fn levels_are_between_nought_and_one() {
        assert!(check_level(0.95, "p").is_ok());
        for level in [0.0, 1.0, -0.1, f64::NAN] {
            assert!(check_level(level, "p").is_err(), "{level}");
        }
    }
}
