//! The shape of a questionnaire definition, as its TOML file holds it.
//!
//! Everything that a province may want to change lives here as data: wording, scales, weights, targets, who is
//! responsible. The types accept what TOML can express; [`super::check`] says whether it makes sense.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in the definition's languages: language code (`vi`, `en`) to wording.
pub type Text = BTreeMap<String, String>;

/// A questionnaire as data: one file, one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Version of the file format; this program reads format 1.
    pub format: u32,
    /// Stable id of the instrument, the name of its folder: `sipas`.
    pub id: String,
    /// Version of the instrument, the name of its file: `2026.1`.
    pub version: String,
    /// Language codes; the first is the fallback and every text must be given in all.
    pub languages: Vec<String>,
    /// Title shown above the questionnaire.
    pub title: Text,
    /// Whom the instrument asks.
    pub audience: Audience,
    /// How answers become an index.
    pub index: IndexSettings,
    /// Answer scales by name.
    #[serde(default, rename = "scale")]
    pub scales: BTreeMap<String, Scale>,
    /// The parts of the index tree (policy, service). A definition without parts has one unnamed part.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
    /// The dimensions (yếu tố) of the index.
    #[serde(default, rename = "dimension")]
    pub dimensions: Vec<Dimension>,
    /// The criteria (tiêu chí): items that count in the index.
    #[serde(default, rename = "criterion")]
    pub criteria: Vec<Criterion>,
    /// Questions beside the index.
    #[serde(default, rename = "question")]
    pub questions: Vec<OtherQuestion>,
    /// The forms: which of the above is asked, of whom, in which order.
    #[serde(default, rename = "form")]
    pub forms: Vec<Form>,
    /// Rows of the province's plan by their number (`8.1.2`), for the report's list of who is responsible.
    #[serde(default)]
    pub plan: BTreeMap<String, PlanRow>,
    /// What became of an earlier version's items when a breaking change was made: `"id" = "id@version"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
}

/// Whom an instrument asks; decides the default target and the smallest cell shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// People served at a counter, or residents.
    Citizens,
    /// Council members and leaders, by personal link.
    Officials,
}

/// How an item's answers become a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share of answers that count as satisfied, 0..1.
    ShareSatisfied,
    /// Mean of the options' scores, 0..1.
    MeanScore,
}

/// How items become a dimension and dimensions an index (`docs/method.md` section 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Weighted mean of item estimates, each over its own respondents.
    ItemShares,
    /// Mean over respondents of their own mean.
    RespondentScores,
    /// Ratio of sums over all answers: satisfied answers / answers, or points reached / points possible.
    PooledAnswers,
}

/// Where the weights at one level of the index tree come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Proportional to the sum of the weights of the items below, as asked in the form.
    ByItems,
    /// All the same.
    Equal,
    /// The numbers given with the parts or dimensions.
    Given,
}

/// How answers become an index. Shares are 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// The method's published name, printed in every report.
    pub method: Text,
    /// Item measure.
    #[serde(default = "defaults::measure")]
    pub measure: Measure,
    /// Aggregation of items.
    #[serde(default = "defaults::aggregation")]
    pub aggregation: Aggregation,
    /// Weights of parts in the index.
    #[serde(default = "defaults::weights")]
    pub part_weights: Weights,
    /// Weights of dimensions in their part.
    #[serde(default = "defaults::weights")]
    pub dimension_weights: Weights,
    /// The target the index is held against, 0..1; a campaign may set its own.
    pub target: f64,
    /// Confidence level, 0..1.
    #[serde(default = "defaults::level")]
    pub level: f64,
    /// Fewest answers a published cell may have (k): 10 for citizens, 5 for officials, never below 5.
    #[serde(default)]
    pub minimum_answers: Option<u32>,
    /// Figures with fewer effective answers than this are marked with caution.
    #[serde(default = "defaults::caution_n_eff")]
    pub caution_n_eff: f64,
    /// Figures whose interval is wider than this (0..1) are marked with caution.
    #[serde(default = "defaults::caution_width")]
    pub caution_width: f64,
    /// Weights of groups of raters by the group's code, in any measure, where a campaign gives its groups none. They hold
    /// if every group of the campaign has one; else groups combine by how many persons were to judge each unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub group_weights: BTreeMap<String, f64>,
}

mod defaults {
    use super::{Aggregation, Measure, Weights};
    pub const fn measure() -> Measure {
        Measure::ShareSatisfied
    }
    pub const fn aggregation() -> Aggregation {
        Aggregation::ItemShares
    }
    pub const fn weights() -> Weights {
        Weights::ByItems
    }
    pub const fn level() -> f64 {
        0.95
    }
    pub const fn caution_n_eff() -> f64 {
        30.0
    }
    pub const fn caution_width() -> f64 {
        0.20
    }
    pub const fn one() -> f64 {
        1.0
    }
    pub const fn yes() -> bool {
        true
    }
}

/// An ordered list of options shared by many items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The options, in the order shown.
    pub options: Vec<ScaleOption>,
    /// Pictures beside the words for respondents who ask for them; absent: faces for citizens where scores order three
    /// to five steps and some count as satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictogram: Option<Pictogram>,
}

/// Pictures beside the words of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pictogram {
    /// Faces by the options' scores, two to five of them.
    Faces,
    /// None.
    None,
}

/// One answer option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleOption {
    /// The code that is sent, stored and exported: `1` to `5`, `na`, `yes`.
    pub code: String,
    /// The words beside it.
    pub label: Text,
    /// Whether the answer counts as satisfied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub satisfied: bool,
    /// The option's score, 0..1, for `mean_score`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Whether the answer is outside the index ("don't know").
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
}

/// A part of the index tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Stable id.
    pub id: String,
    /// Name shown.
    pub name: Text,
    /// Weight, used with `part_weights = "given"`.
    #[serde(default = "defaults::one")]
    pub weight: f64,
    /// Row of the plan that this part follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// A dimension (yếu tố).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Stable id.
    pub id: String,
    /// The part it belongs to; absent where the definition has no parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Name shown.
    pub name: Text,
    /// Weight, used with `dimension_weights = "given"`.
    #[serde(default = "defaults::one")]
    pub weight: f64,
    /// Row of the plan that this dimension follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// A criterion (tiêu chí): an item of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable id, also the form field's name: `access.seats`.
    pub id: String,
    /// The dimension it counts in.
    pub dimension: String,
    /// Short name for reports.
    pub name: Text,
    /// The question as asked.
    pub text: Text,
    /// Help below the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// The scale's name.
    pub scale: String,
    /// Weight in its dimension; for points: the maximum of points.
    #[serde(default = "defaults::one")]
    pub weight: f64,
    /// Whether an answer must be given (the scale's "don't know" is an answer).
    #[serde(default = "defaults::yes")]
    pub required: bool,
    /// When it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_if: Option<Condition>,
    /// Row of the plan that this criterion follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One option.
    Single,
    /// Any number of options.
    Multiple,
    /// Free text.
    Text,
    /// A whole number.
    Number,
}

/// A question beside the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherQuestion {
    /// Stable id, also the form field's name.
    pub id: String,
    /// Kind of answer.
    pub kind: Kind,
    /// The question as asked.
    pub text: Text,
    /// Help below the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// The scale's name (`single`, `multiple`), or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    /// the options themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ScaleOption>,
    /// Whether an answer must be given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// When it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_if: Option<Condition>,
    /// Longest text, in characters (`text`; default 1,000).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Smallest number (`number`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i32>,
    /// Largest number (`number`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i32>,
}

/// A skip rule. Refers only to questions asked earlier; a question that was itself ruled out answers no rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// The question was answered with one of these codes.
    In(In),
    /// All of these hold.
    All(All),
    /// At least one of these holds.
    Any(Any),
    /// This does not hold.
    Not(Not),
}

/// `{ question = "feedback.given", in = ["yes"] }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct In {
    /// Id of an earlier single or multiple question.
    pub question: String,
    /// Option codes, one of which must have been chosen.
    #[serde(rename = "in")]
    pub codes: Vec<String>,
}

/// `{ all = [ … ] }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct All {
    /// The conditions.
    pub all: Vec<Condition>,
}

/// `{ any = [ … ] }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Any {
    /// The conditions.
    pub any: Vec<Condition>,
}

/// `{ not = { … } }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Not {
    /// The condition.
    pub not: Box<Condition>,
}

/// A form: what is asked, in which order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable id: `counter`.
    pub id: String,
    /// Title shown above the questionnaire; absent: the definition's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The notice before the first question (who asks, why, what is kept).
    pub introduction: Text,
    /// Minutes it takes, told to the respondent; where its questions take longer, that is told.
    pub minutes: u32,
    /// The target for this form, 0..1; absent: the definition's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// How many of the form's modules each respondent is asked; absent: everybody is asked everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// Whether citizens may say at the end who filled in the form: they themselves, with help from staff, somebody else.
    /// Absent: yes. Never asked of those with a personal link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_mode: Option<bool>,
    /// The sections, in order.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
    /// Wording of a criterion or question for this form's respondents.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wording: BTreeMap<String, Text>,
}

/// Rotation of modules (a split questionnaire): each respondent is asked `ask` of the form's modules, every choice of
/// them being as likely, and all sections outside the modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// How many modules each respondent is asked: at least 1, fewer than there are. From 2 on, the sampling error of a
    /// mean over several modules can be estimated; with 1 it can only be bounded.
    pub ask: u32,
}

/// A section of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Heading.
    pub title: Text,
    /// Text below the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// The module it belongs to, where the form has a `rotation`; several sections may share one. Absent: asked of
    /// everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Ids of criteria and questions, in the order asked.
    pub ask: Vec<String>,
    /// When the whole section is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_if: Option<Condition>,
}

/// A row of the province's plan: who watches, leads and supports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRow {
    /// The row's subject, in our words.
    pub name: Text,
    /// Monitoring bodies (cơ quan theo dõi).
    #[serde(default)]
    pub monitor: Vec<String>,
    /// Leading bodies (cơ quan chủ trì).
    #[serde(default)]
    pub lead: Vec<String>,
    /// Supporting bodies (cơ quan phối hợp).
    #[serde(default)]
    pub support: Vec<String>,
}
