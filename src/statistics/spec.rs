//! The specification of an estimation, schema `svy-ref/1`: designs, calibrations, estimands.
//!
//! Parsed once, refused with the JSON path where it has not the shape of the schema; fields that the schema does not
//! know are refused too, so that a misspelt option is not silently ignored.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    error::{Error, Problem},
    table::Code,
    variance::LonelyPsu,
};

/// The name and version of the schema.
pub const SCHEMA: &str = "svy-ref/1";

/// A specification.
#[derive(Debug)]
pub struct Spec {
    /// The data it is about.
    pub data: Data,
    /// What to compute.
    pub analyses: Vec<Analysis>,
    /// Every text of the analyses: a column not among them is not needed.
    pub words: BTreeSet<String>,
}

/// The data file of a specification.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// File name, beside the specification.
    pub file: String,
    /// Number of rows, if known.
    #[serde(default)]
    pub rows: Option<u64>,
    /// What a missing cell holds.
    #[serde(default)]
    pub missing: String,
    /// What the columns mean.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
}

/// Estimands under one design and calibration.
#[derive(Debug)]
pub struct Analysis {
    /// Its name in the results.
    pub id: String,
    /// How the rows were sampled; not needed for sample sizes.
    pub design: Option<DesignSpec>,
    /// What the weights are adjusted to.
    pub calibration: Option<Calibration>,
    /// What to compute.
    pub estimands: Vec<Estimand>,
}

/// How the rows were sampled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignSpec {
    /// Column of base weights; all 1 without.
    #[serde(default)]
    pub weight: Option<String>,
    /// Column of strata; one stratum without.
    #[serde(default)]
    pub strata: Option<String>,
    /// Stages: PSUs, then units inside them.
    pub stages: Vec<Stage>,
    /// What to do with a stratum that has one sampled PSU.
    pub lonely_psu: LonelyPsu,
}

/// A stage of sampling.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Column of its units, unique within the parent; without, every row is its own unit.
    #[serde(default)]
    pub id: Option<String>,
    /// Column with the number of units in the population of the parent; without, as if infinite.
    #[serde(default)]
    pub fpc: Option<String>,
}

/// What the weights are adjusted to.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Calibration {
    /// To the totals of the cells that columns form together.
    Poststratify {
        /// The columns.
        by: Vec<String>,
        /// A value of every column and the total `N`.
        totals: Vec<BTreeMap<String, Value>>,
    },
    /// To the totals of several margins in turn.
    Rake {
        /// The margins.
        margins: Vec<Margin>,
    },
}

/// Totals of the cells that columns form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margin {
    /// The columns.
    pub by: Vec<String>,
    /// A value of every column and the total `N`.
    pub totals: Vec<BTreeMap<String, Value>>,
}

/// A number per row, or missing.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// One column …
    #[serde(default)]
    pub col: Option<String>,
    /// … or several, with `agg`.
    #[serde(default)]
    pub cols: Option<Vec<String>>,
    /// How several columns become one number.
    #[serde(default)]
    pub agg: Option<Aggregate>,
    /// 1 for these codes, 0 for others; without, the number itself.
    #[serde(default, rename = "in")]
    pub codes: Option<Vec<CodeValue>>,
    /// Fewest answered columns of a mean; 1 without.
    #[serde(default)]
    pub min_answered: Option<u64>,
}

/// How several columns become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Mean of the answered ones.
    Mean,
    /// Sum of the answered ones, 0 if none.
    Sum,
    /// Their number; never missing.
    Count,
}

/// A code in JSON: a number or a text.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum CodeValue {
    /// A number.
    Number(f64),
    /// A text, which may be a number too.
    Text(String),
}

impl CodeValue {
    /// The code it means.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Number(number) => Code::Number(number + 0.0),
            Self::Text(text) => Code::of(text),
        }
    }
}

/// A condition of a domain.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column.
    pub col: String,
    /// Its codes.
    #[serde(rename = "in")]
    pub codes: Vec<CodeValue>,
}

/// All conditions must hold; without, all rows.
pub type Domain = Option<Vec<Condition>>;

/// A dimension of a composite.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its name in the results.
    pub name: String,
    /// Its weight, in any unit.
    pub weight: f64,
    /// Its items: their means are averaged plainly.
    pub items: Vec<Measure>,
}

/// A method of intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// [`super::interval::t`].
    T,
    /// [`super::interval::logit`].
    Logit,
    /// [`super::interval::beta`].
    Beta,
    /// [`super::interval::wilson`].
    Wilson,
    /// [`super::interval::kg`].
    Kg,
    /// [`super::interval::hypergeometric`].
    Hypergeom,
}

/// A wanted interval.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ci {
    /// Method.
    pub method: Method,
    /// Confidence level, 0..1.
    pub level: f64,
}

/// A target and the interval that decides.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The target, in the unit of the estimate.
    pub value: f64,
    /// The interval's method.
    pub ci_method: Method,
    /// Its confidence level.
    pub level: f64,
}

/// Something to compute.
#[derive(Debug)]
pub struct Estimand {
    /// Its name in the results.
    pub key: String,
    /// What.
    pub kind: Kind,
}

/// The kinds of estimands.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is documented on its type")]
pub enum Kind {
    Mean(Mean),
    Total(Total),
    Ratio(Ratio),
    Composite(Composite),
    Diff(Box<Diff>),
    Weights(Weights),
    Trim(Trim),
    Alpha(Alpha),
    Ranking(Ranking),
    Drivers(Drivers),
    Suppression(Suppression),
    SampleSize(SampleSize),
}

/// The kinds by name.
pub const KINDS: [&str; 12] = [
    "mean",
    "total",
    "ratio",
    "composite",
    "diff",
    "weights",
    "trim",
    "alpha",
    "ranking",
    "drivers",
    "suppression",
    "sample_size",
];

/// A weighted mean; a share where the measure is 0 or 1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Mean {
    pub y: Measure,
    #[serde(default)]
    pub domain: Domain,
    #[serde(default)]
    pub ci: Vec<Ci>,
    #[serde(default)]
    pub target: Option<Target>,
}

/// A weighted total.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Total {
    pub y: Measure,
    #[serde(default)]
    pub domain: Domain,
    #[serde(default)]
    pub ci: Vec<Ci>,
}

/// A ratio of two totals.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Ratio {
    pub num: Measure,
    pub den: Measure,
    #[serde(default)]
    pub domain: Domain,
    #[serde(default)]
    pub ci: Vec<Ci>,
}

/// A weighted mean of dimensions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Composite {
    pub components: Vec<Component>,
    #[serde(default)]
    pub domain: Domain,
    #[serde(default)]
    pub ci: Vec<Ci>,
    #[serde(default)]
    pub target: Option<Target>,
}

/// The difference of two means or composites.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Diff {
    pub a: Side,
    pub b: Side,
    #[serde(default)]
    pub ci: Vec<Ci>,
}

/// A side of a difference.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Side {
    #[serde(default)]
    pub y: Option<Measure>,
    #[serde(default)]
    pub components: Option<Vec<Component>>,
    #[serde(default)]
    pub domain: Domain,
}

/// The weights after calibration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {}

/// The weights with their extremes cut and the mass kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Trim {
    #[serde(default)]
    pub upper: Option<f64>,
    #[serde(default)]
    pub lower: Option<f64>,
    #[serde(default)]
    pub strict: bool,
}

/// Cronbach's alpha.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Alpha {
    pub items: Vec<String>,
    pub weighted: bool,
    #[serde(default)]
    pub domain: Domain,
}

/// Units compared with each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Ranking {
    pub y: Measure,
    pub by: String,
    pub level: f64,
    pub alpha: f64,
}

/// What goes with an overall score.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Drivers {
    pub y: Measure,
    pub x: Vec<Driver>,
    #[serde(default)]
    pub domain: Domain,
}

/// A predictor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Driver {
    pub name: String,
    pub m: Measure,
}

/// Which units may be published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Suppression {
    pub y: Measure,
    pub by: String,
    pub rules: Rules,
}

/// Rules of suppression.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the schema")]
pub struct Rules {
    pub min_n: u64,
    pub min_n_eff: f64,
    pub max_width: f64,
    pub level: f64,
}

/// Sample sizes; one request a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleSize {
    /// Power of the requests of type `power`, 0..1.
    pub power: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "words for readers, accepted and not used")]
struct RawSpec {
    schema: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    covers: Option<Vec<String>>,
    #[serde(default)]
    source: Option<Value>,
    data: Data,
    analyses: Vec<RawAnalysis>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "words for readers, accepted and not used")]
struct RawAnalysis {
    id: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    design: Option<DesignSpec>,
    #[serde(default)]
    calibration: Option<Value>,
    estimands: Vec<Value>,
}

impl Spec {
    /// Parses a specification.
    ///
    /// # Errors
    /// The JSON path and what is wrong there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Error::at("$", Problem::Shape { detail: error.to_string() }))?;
        if let Some(found) = value.get("schema").and_then(Value::as_str)
            && found != SCHEMA
        {
            return Err(Error::at("schema", Problem::Schema { found: found.to_owned() }));
        }
        let mut words = BTreeSet::new();
        if let Some(analyses) = value.get("analyses") {
            collect_words(analyses, &mut words);
        }
        let raw: RawSpec = shaped(value, "")?;
        if raw.schema != SCHEMA {
            return Err(Error::at("schema", Problem::Schema { found: raw.schema }));
        }
        let mut analyses = Vec::new();
        let mut ids = BTreeSet::new();
        for (position, analysis) in raw.analyses.into_iter().enumerate() {
            let path = format!("analyses[{position}]");
            if !ids.insert(analysis.id.clone()) {
                return Err(Error::at(format!("{path}.id"), Problem::Twice { name: analysis.id }));
            }
            analyses.push(parse_analysis(analysis, &path)?);
        }
        Ok(Self { data: raw.data, analyses, words })
    }
}

fn parse_analysis(raw: RawAnalysis, path: &str) -> Result<Analysis, Error> {
    let calibration = match raw.calibration {
        None | Some(Value::Null) => None,
        Some(value) => Some(shaped(value, &format!("{path}.calibration"))?),
    };
    let mut keys = BTreeSet::new();
    let mut estimands = Vec::new();
    for (position, value) in raw.estimands.into_iter().enumerate() {
        let path = format!("{path}.estimands[{position}]");
        let estimand = parse_estimand(value, &path)?;
        if !keys.insert(estimand.key.clone()) {
            return Err(Error::at(format!("{path}.key"), Problem::Twice { name: estimand.key }));
        }
        estimands.push(estimand);
    }
    Ok(Analysis { id: raw.id, design: raw.design, calibration, estimands })
}

fn parse_estimand(mut value: Value, path: &str) -> Result<Estimand, Error> {
    let mut take = |name: &str| -> Result<String, Error> {
        let found = value.as_object_mut().and_then(|object| object.remove(name));
        shaped(found.unwrap_or(Value::Null), &format!("{path}.{name}"))
    };
    let (key, kind) = (take("key")?, take("kind")?);
    let kind = match kind.as_str() {
        "mean" => Kind::Mean(shaped(value, path)?),
        "total" => Kind::Total(shaped(value, path)?),
        "ratio" => Kind::Ratio(shaped(value, path)?),
        "composite" => Kind::Composite(shaped(value, path)?),
        "diff" => Kind::Diff(shaped(value, path)?),
        "weights" => Kind::Weights(shaped(value, path)?),
        "trim" => Kind::Trim(shaped(value, path)?),
        "alpha" => Kind::Alpha(shaped(value, path)?),
        "ranking" => Kind::Ranking(shaped(value, path)?),
        "drivers" => Kind::Drivers(shaped(value, path)?),
        "suppression" => Kind::Suppression(shaped(value, path)?),
        "sample_size" => Kind::SampleSize(shaped(value, path)?),
        _ => {
            let supported = KINDS.join(", ");
            return Err(Error::at(format!("{path}.kind"), Problem::Kind { found: kind, supported }));
        }
    };
    Ok(Estimand { key, kind })
}

/// Deserialises a value that stands at `path` of the specification.
fn shaped<T: DeserializeOwned>(value: Value, path: &str) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let path = match (path, inner.as_str()) {
            ("", ".") => "$".to_owned(),
            ("", inner) => inner.to_owned(),
            (path, ".") => path.to_owned(),
            (path, inner) if inner.starts_with('[') => format!("{path}{inner}"),
            (path, inner) => format!("{path}.{inner}"),
        };
        Error::at(path, Problem::Shape { detail: error.into_inner().to_string() })
    })
}

fn collect_words(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            words.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect_words(value, words)),
        Value::Object(fields) => fields.values().for_each(|value| collect_words(value, words)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_wrong_shape_is_named_by_its_path() {
        let of = |calibration: &str, key: &str| {
            let text = format!(
                r#"{{"schema": "svy-ref/1", "data": {{"file": "d"}}, "analyses": [
                {{"id": "a", "design": {{"stages": [{{}}], "lonely_psu": "fail"}}, "calibration": {calibration},
                 "estimands": [{{"key": {key}, "kind": "mean", "y": {{"col": 1}}, "ci": []}}]}}]}}"#
            );
            Spec::parse(&text).unwrap_err().path
        };
        assert_eq!(of("null", r#""m""#), "analyses[0].estimands[0].y.col");
        assert_eq!(of("null", "[]"), "analyses[0].estimands[0].key");
        assert_eq!(of("[[1]]", r#""m""#), "analyses[0].calibration[0]");
    }
}
