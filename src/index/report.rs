//! The report as data, schema `sipas.report/1`. Shares are 0..1, numbers unrounded, `None` where not computable.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::organisation::Phase;

/// The name and version of the report's shape.
pub const SCHEMA: &str = "sipas.report/1";

/// An index report of one campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The campaign.
    pub campaign: CampaignInfo,
    /// When the report was computed, RFC 3339 in UTC.
    pub generated_at: String,
    /// Confidence level of all intervals, 0..1.
    pub level: f64,
    /// The target, 0..1.
    pub target: f64,
    /// `design`: answers carry the weights of their populations; `none`: every answer counts the same.
    pub weighting: Weighting,
    /// How the figures were formed.
    pub method: Method,
    /// How many answers there are.
    pub responses: Responses,
    /// The whole campaign.
    pub total: Result,
    /// Every unit that has answers or a population in its subtree, in the order of the tree.
    pub units: Vec<UnitResult>,
    /// What a reader must know, in Vietnamese.
    pub notes: Vec<Note>,
}

/// A note: a stable code for programs and a sentence for readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Stable code: `unweighted`, `not_computable`, `closed_until_end`, `suppressed`, …
    pub code: String,
    /// The unit it is about, if one.
    pub unit: Option<String>,
    /// The sentence, by language.
    pub text: BTreeMap<String, String>,
}

/// Weighted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// By the populations of the strata.
    Design,
    /// Not at all.
    None,
}

/// The campaign in a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CampaignInfo {
    /// Slug.
    pub slug: String,
    /// Title in the definition's first language.
    pub title: String,
    /// The pinned definition.
    pub definition: DefinitionInfo,
    /// The form asked.
    pub form: String,
    /// Opening, RFC 3339 with the province's offset.
    pub opens: String,
    /// Closing, the same.
    pub closes: String,
    /// Where the campaign is.
    pub status: Phase,
    /// Whether its answers are invented.
    pub demonstration: bool,
}

/// The pinned definition in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefinitionInfo {
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of its canonical JSON, hex.
    pub sha256: String,
}

/// How the figures were formed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    /// The method's name.
    pub name: String,
    /// `share_satisfied` or `mean_score`.
    pub measure: crate::definition::model::Measure,
    /// `item_shares`, `respondent_scores` or `pooled_answers`.
    pub aggregation: crate::definition::model::Aggregation,
    /// Weights at each level.
    pub weights: MethodWeights,
    /// Fewest answers of a published cell (k).
    pub minimum_answers: u32,
}

/// Weights at each level of the index tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodWeights {
    /// Of parts in the index.
    pub parts: crate::definition::model::Weights,
    /// Of dimensions in their part.
    pub dimensions: crate::definition::model::Weights,
}

/// How many answers there are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Responses {
    /// Answer sheets kept.
    pub stored: u64,
    /// Those that count.
    pub valid: u64,
    /// Those marked for review (they still count).
    pub flagged: u64,
    /// Day of the first, ISO date; withheld while the campaign's figures are closed.
    pub from: Option<String>,
    /// Day of the last.
    pub to: Option<String>,
    /// By channel.
    pub channels: BTreeMap<String, u64>,
}

/// A unit's result; covers its whole subtree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitResult {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Population of the subtree.
    pub population: Option<u64>,
    /// Planned answers of the subtree.
    pub planned: Option<u64>,
    /// The figures.
    #[serde(flatten)]
    pub result: Result,
}

/// The figures of the campaign or of a unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Result {
    /// Answer sheets; null where fewer than may be told.
    pub responses: Option<u64>,
    /// The index.
    pub index: Estimate,
    /// Parts of the index; one where the form has one.
    pub parts: Vec<PartResult>,
    /// Dimensions, in the order of the definition.
    pub dimensions: Vec<DimensionResult>,
}

/// A part of the index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartResult {
    /// Id.
    pub id: String,
    /// Name in the definition's first language.
    pub name: String,
    /// Its share in the index.
    pub weight: f64,
    /// The figure.
    pub estimate: Estimate,
}

/// A dimension of the index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DimensionResult {
    /// Id.
    pub id: String,
    /// Name in the definition's first language.
    pub name: String,
    /// Id of its part.
    pub part: Option<String>,
    /// Its share in the index (parts and dimensions multiplied out; they sum to 1).
    pub weight: f64,
    /// The figure.
    pub estimate: Estimate,
    /// Its criteria, in the order asked.
    pub criteria: Vec<CriterionResult>,
}

/// A criterion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CriterionResult {
    /// Id.
    pub id: String,
    /// Name in the definition's first language.
    pub name: String,
    /// Sheets on which it was asked; null where suppressed.
    pub asked: Option<u64>,
    /// Answers by option code, unweighted; empty where suppressed.
    pub counts: BTreeMap<String, u64>,
    /// Share satisfied.
    pub estimate: Estimate,
    /// Mean of the numeric option codes (1..5); null figures where the scale has none.
    pub mean: Estimate,
    /// Who is responsible, where the definition says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Responsible>,
}

/// Who is responsible for a criterion by the province's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Responsible {
    /// The plan's row.
    pub plan: String,
    /// Monitoring bodies.
    pub monitor: Vec<String>,
    /// Leading bodies.
    pub lead: Vec<String>,
    /// Supporting bodies.
    pub support: Vec<String>,
}

/// One published figure with its uncertainty. Suppressed: every figure but `publish` is null.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Answers behind it.
    pub n: Option<u64>,
    /// The figure.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<u64>,
    /// Lower limit of the interval.
    pub lower: Option<f64>,
    /// Upper limit of the interval.
    pub upper: Option<f64>,
    /// Method of the interval: `kg`, `logit`, `t`.
    pub method: Option<&'static str>,
    /// Effective number of answers.
    pub n_eff: Option<f64>,
    /// Design effect.
    pub deff: Option<f64>,
    /// Against the target, from the interval.
    pub decision: Option<Decision>,
    /// Whether it may be shown.
    pub publish: Publish,
}

/// The figure against the target, decided by the interval and never by the point alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The whole interval is at or above the target (đạt).
    Met,
    /// The whole interval is below the target (chưa đạt).
    NotMet,
    /// The interval holds the target (chưa đủ căn cứ kết luận).
    Undecided,
}

/// Whether a figure may be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Publish {
    /// Shown.
    Publish,
    /// Shown with a warning: few effective answers or a wide interval.
    Caution,
    /// Not shown: too few answers, or it would reveal a cell that has too few.
    #[default]
    Suppress,
}
