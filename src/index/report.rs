//! The report as data, schema `sipas.report/1`. Shares are 0..1, numbers unrounded, `None` where not computable.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::organisation::Phase;

/// The name and version of the report's shape.
pub const SCHEMA: &str = "sipas.report/1";

/// An index report of one campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// The campaign.
    pub campaign: CampaignInfo,
    /// The period, where the report is over several campaigns; `campaign` then stands for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodInfo>,
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
    /// Groups of raters, each over all units that it judged; absent where the campaign has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupResult>,
    /// Codes of units that are weighted together, since some of them have fewer answers than the minimum; absent where there are none, and of
    /// a period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weighted_together: Vec<Vec<String>>,
    /// Figures by field of procedure, by how the case was filed, by channel, and of each unit's counters; absent while the campaign is
    /// open and where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breakdowns: Vec<Breakdown>,
    /// Units of the same kind compared by their index.
    pub rankings: Vec<Ranking>,
    /// The modules of which each respondent was asked some; absent where everybody is asked everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// Answers that two people have set aside, so that no figure counts them; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<SetAside>,
    /// Comments that staff have released, in no order of time.
    pub comments: Vec<Comment>,
    /// The campaign that changes are counted from, if this one names one.
    pub previous: Option<CampaignInfo>,
    /// What a reader must know, in every language.
    pub notes: Vec<Note>,
}

impl Report {
    /// Whether it has a note with this code.
    pub fn has_note(&self, code: &str) -> bool {
        self.notes.iter().any(|note| note.code == code)
    }
}

/// A period (kỳ báo cáo) over which several campaigns are counted together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeriodInfo {
    /// Code: `2026-q1`, `2026-6m`, `2026-9m`, `2026`.
    pub code: String,
    /// Title in Vietnamese.
    pub title: String,
    /// First day, ISO date.
    pub first: String,
    /// Last day.
    pub last: String,
    /// Its campaigns in order of time.
    pub campaigns: Vec<PeriodCampaign>,
}

/// A campaign of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeriodCampaign {
    /// The campaign.
    #[serde(flatten)]
    pub campaign: CampaignInfo,
    /// Answer sheets that count; null in the report of one unit.
    pub responses: Option<u64>,
    /// Population of all its units; null where one that answered has none, and in the report of one unit.
    pub population: Option<u64>,
}

/// Answers that no figure counts. What they are of the campaign's answers follows from the numbers: `sipas` keeps for
/// each which counter and days, who proposed and who confirmed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    /// How many in all.
    pub responses: u64,
    /// The groups.
    pub groups: Vec<SetAsideGroup>,
    /// The index of the whole campaign with them, for comparison; null while the campaign is open and in the report of
    /// one unit.
    pub index_with: Option<Estimate>,
}

/// A group of answers that no figure counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAsideGroup {
    /// Its number, as the page of the campaign and the audit log give it.
    pub number: i64,
    /// Code of the unit.
    pub unit: String,
    /// How many.
    pub responses: u64,
    /// Code of the reason: `burst`, `staff`, `trial`, `fault`, `other`.
    pub reason: String,
    /// The reason in words.
    pub words: String,
    /// The day on which it was confirmed, ISO date.
    pub since: String,
}

/// A released comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Id of the question.
    pub question: String,
    /// The smallest published unit that it belongs to; absent: the whole campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The words, with whatever was covered.
    pub text: String,
}

/// A note: a stable code for programs and a sentence for readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Stable code: `unweighted`, `not_computable`, `closed_until_end`, `suppressed`, …
    pub code: String,
    /// The unit it is about, if one.
    pub unit: Option<String>,
    /// The sentence, by language.
    pub text: BTreeMap<String, String>,
}

/// Weighted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// By the populations of the strata.
    Design,
    /// Not at all.
    None,
}

/// The campaign in a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignInfo {
    /// Slug.
    pub slug: String,
    /// Title in the definition's first language.
    pub title: String,
    /// The pinned definition.
    pub definition: DefinitionInfo,
    /// The form asked.
    pub form: String,
    /// What people call the form, by language: its title, else its questionnaire's; empty in reports that earlier versions kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub form_title: BTreeMap<String, String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionInfo {
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of its canonical JSON, hex.
    pub sha256: String,
    /// SHA-256 of its translations into further languages, hex, by language; absent where there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, String>,
}

/// How the figures were formed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodWeights {
    /// Of parts in the index.
    pub parts: crate::definition::model::Weights,
    /// Of dimensions in their part.
    pub dimensions: crate::definition::model::Weights,
}

/// How many answers there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Responses {
    /// Answer sheets that the figures are formed from: all that are kept but those set aside and, while the campaign is
    /// open, the latest ones (note `in_steps`).
    pub stored: u64,
    /// Those that count.
    pub valid: u64,
    /// Always 0: no single answer is marked, and what a counter's paces tell is told of days ([`crate::watching`]). Kept for
    /// programs that read the schema.
    pub flagged: u64,
    /// Day of the first, ISO date; withheld while the campaign's figures are closed, and of fewer answers than the minimum, of
    /// a period's campaigns each; and of answers by personal link, of which the day is kept nowhere.
    pub from: Option<String>,
    /// Day of the last; withheld likewise.
    pub to: Option<String>,
    /// By channel.
    pub channels: BTreeMap<String, u64>,
    /// How those who answered came to answer, by their channels; null where there are no answers.
    pub selection: Option<Selection>,
    /// Who filled in the forms; absent where nobody said, and while the campaign's figures are closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modes: Option<Modes>,
}

/// How many answers were given in which mode; null where too few may be told. Outside the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Modes {
    /// By the respondent alone.
    #[serde(rename = "self")]
    pub own: Option<u64>,
    /// With help from staff.
    pub helped: Option<u64>,
    /// By somebody else in the respondent's place.
    pub proxy: Option<u64>,
    /// Not said.
    pub unknown: Option<u64>,
    /// The index over all answers but those with help and by somebody else, for comparison; null where either group
    /// would be too small to be shown.
    pub index_unassisted: Option<Estimate>,
}

/// How those who answered came to answer. Nothing in a campaign records a random draw, so no value claims one: margins
/// of error are those of a random sample, and every report says in a note how far that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// All chose to answer, by an open QR code or a tablet at a counter: no sample was drawn.
    SelfSelected,
    /// Some did.
    PartlySelfSelected,
    /// All were approached: by one-time code, personal link or paper form, or by another system. Whether they had been
    /// drawn at random is not recorded.
    Approached,
}

/// A unit's result; covers its whole subtree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitResult {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Code of the unit that it had become by the end of the time reported on: its answers are part of that one's, which stands
    /// for it wherever units are compared, counted or written to. Absent of a unit that was still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// Population of the subtree; null where a unit of it has answers and no population.
    pub population: Option<u64>,
    /// Planned answers of the subtree; null where a unit of it has answers and no population.
    pub planned: Option<u64>,
    /// The figures.
    #[serde(flatten)]
    pub result: Result,
}

/// What a group of raters answered about all units that it judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupResult {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its share among the groups, 0..1, where they have weights; null: they combine by number assigned.
    pub weight: Option<f64>,
    /// Persons invited.
    pub invited: u64,
    /// How many of them answered; null while the campaign's figures are closed, and where so few were invited that it would
    /// name them.
    pub answered: Option<u64>,
    /// Units that it was to judge.
    pub units: u64,
    /// Judgements asked of it: persons times the units that each was to judge.
    pub assigned: u64,
    /// The figures.
    #[serde(flatten)]
    pub result: Result,
}

/// The answers divided by something else than units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Breakdown {
    /// By what.
    pub by: By,
    /// Code of the unit whose answers they are; absent: those of the whole campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The categories, in the order asked, those without answers among them; channels and counters only with answers, counters by
    /// their codes.
    pub categories: Vec<Category>,
}

/// By what answers are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The field of procedure (lĩnh vực), as the respondent said: question `case.field`.
    Field,
    /// How the case was filed, as the respondent said: question `case.filed`.
    Filed,
    /// The channel by which the answer came in.
    Channel,
    /// The counter (quầy) of a unit.
    Counter,
}

/// The answers of one category. Its figures are multiples of 0.001; their `se`, `df`, `n_eff` and `deff` are null, and so are the mean
/// and the counts of a criterion. Decisions are from the intervals before they are rounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// Code of the option, the channel, or the counter.
    pub code: String,
    /// Name in the definition's first language, or the counter's; empty for a channel.
    pub name: String,
    /// The figures.
    #[serde(flatten)]
    pub result: Result,
}

/// The figures of the campaign or of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Result {
    /// Answer sheets; null where fewer than may be told.
    pub responses: Option<u64>,
    /// The index.
    pub index: Estimate,
    /// Parts of the index; one where the form has one.
    pub parts: Vec<PartResult>,
    /// Dimensions, in the order of the definition.
    pub dimensions: Vec<DimensionResult>,
    /// What goes with satisfaction with the whole.
    pub drivers: Drivers,
    /// How the answers were weighted.
    pub weighting: UnitWeighting,
    /// The index as points, where the method counts scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
}

impl Result {
    /// Every figure with what it is of: `index`, `part …`, `dimension …`, `criterion …`, each with its id.
    pub fn figures(&self) -> Vec<(String, &Estimate)> {
        let mut all = vec![("index".to_owned(), &self.index)];
        all.extend(self.parts.iter().map(|part| (format!("part {}", part.id), &part.estimate)));
        for dimension in &self.dimensions {
            all.push((format!("dimension {}", dimension.id), &dimension.estimate));
            let criteria = dimension.criteria.iter();
            all.extend(
                criteria.map(|criterion| (format!("criterion {}", criterion.id), &criterion.estimate)),
            );
        }
        all
    }

    /// The same to be changed.
    pub fn figures_mut(&mut self) -> Vec<(String, &mut Estimate)> {
        let mut all = vec![("index".to_owned(), &mut self.index)];
        all.extend(self.parts.iter_mut().map(|part| (format!("part {}", part.id), &mut part.estimate)));
        for dimension in &mut self.dimensions {
            all.push((format!("dimension {}", dimension.id), &mut dimension.estimate));
            let criteria = dimension.criteria.iter_mut();
            all.extend(
                criteria.map(|criterion| (format!("criterion {}", criterion.id), &mut criterion.estimate)),
            );
        }
        all
    }
}

/// How the answers of a unit's subtree were weighted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitWeighting {
    /// The method; null while the campaign's figures are closed and where there are no answers.
    pub method: Option<WeightingMethod>,
    /// Margins declared for the answers that the unit itself holds.
    pub margins: Vec<MarginUse>,
    /// Kish's design effect of the weights alone, n·Σw²/(Σw)²: 1 where all answers count the same.
    pub kish_deff: Option<f64>,
}

/// What the weights of answers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightingMethod {
    /// All 1.
    None,
    /// Population / answers of the unit that holds them.
    Population,
    /// That, then adjusted to one known margin.
    Poststratified,
    /// That, then adjusted to several known margins in turn until all agree.
    Raked,
    /// Not the same for all units of the subtree.
    Mixed,
}

/// A known margin, and whether the weights agree with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarginUse {
    /// The question.
    pub by: String,
    /// Whether the weights were adjusted. If one margin of a unit cannot be met, none is used.
    pub used: bool,
    /// Share of the answer sheets that do not say, 0..1. They keep their weight.
    pub unknown: Option<f64>,
    /// Why it could not be met.
    pub reason: Option<MarginFault>,
}

/// Why the weights could not be adjusted to a margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarginFault {
    /// The campaign is not weighted at all.
    Unweighted,
    /// The questionnaire does not ask the question, or not as a single choice.
    NotAsked,
    /// The totals do not sum to the unit's population.
    OtherPopulation,
    /// An answer was given that has no total.
    NoTotal,
    /// The unit is weighted together with others, as some of them have too few answers.
    Together,
    /// Too few answer sheets with a code that has a total.
    TooFew,
    /// Too many answer sheets do not say.
    TooManyUnknown,
    /// The margins contradict each other.
    NotConverged,
}

/// What goes with satisfaction with the whole: a weighted regression of the question `overall` on the respondents'
/// scores of the dimensions. Association, not cause.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Drivers {
    /// Why there are no figures, if there are none.
    pub reason: Option<Missing>,
    /// The question on the whole.
    pub outcome: Option<String>,
    /// Answer sheets with the outcome and all predictors.
    pub n: Option<u64>,
    /// Share of the outcome's variance that goes with the dimensions, 0..1.
    pub r2: Option<f64>,
    /// Importance above this is high: an equal share for every dimension.
    pub importance_cut: Option<f64>,
    /// Performance above this is high: the mean of the dimensions'.
    pub performance_cut: Option<f64>,
    /// The dimensions, in the order of the definition.
    pub dimensions: Vec<DimensionDriver>,
    /// Ids of dimensions that only some are asked, so that they are no predictors.
    pub left_out: Vec<String>,
    /// The criteria, in the order asked.
    pub criteria: Vec<CriterionDriver>,
}

/// A dimension as a driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionDriver {
    /// Id.
    pub id: String,
    /// Its share in R² over all orders of the predictors (Lindeman, Merenda and Gold); they sum to R². Null with more
    /// than twelve predictors.
    pub lmg: Option<f64>,
    /// Johnson's relative weight; they sum to R².
    pub johnson: f64,
    /// Its part of R², 0..1, by `lmg`, else by `johnson`; they sum to 1.
    pub importance: f64,
    /// The dimension's own figure, 0..1.
    pub performance: Option<f64>,
    /// What importance and performance suggest.
    pub quadrant: Option<Quadrant>,
}

/// A criterion as a driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionDriver {
    /// Id.
    pub id: String,
    /// Weighted correlation of its answers with those on the whole, −1..1, over the sheets with both; null where there
    /// are too few, the criterion is suppressed, or nothing varies.
    pub correlation: Option<f64>,
    /// Its own figure, 0..1.
    pub performance: Option<f64>,
    /// What its correlation and performance suggest, each against the mean of the criteria.
    pub quadrant: Option<Quadrant>,
}

/// Importance and performance (Martilla and James 1977).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Important and behind.
    ImproveFirst,
    /// Important and ahead.
    KeepUp,
    /// Less important and behind.
    ImproveLater,
    /// Less important and ahead.
    Maintain,
}

/// Why a figure is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The form does not ask for it: no question on the whole, a single item, a scale without numbers.
    NotAsked,
    /// Too few complete answer sheets.
    TooFew,
    /// It may not be shown.
    Suppressed,
    /// Answers that do not vary, or predictors that determine each other.
    NotComputable,
}

/// How well the items of a dimension hang together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Cronbach's alpha, weighted as the answers are; at most 1, may be negative.
    pub alpha: Option<f64>,
    /// Answer sheets that answered all items.
    pub n: Option<u64>,
    /// Items.
    pub items: usize,
    /// Why there is no alpha, if there is none.
    pub reason: Option<Missing>,
}

/// Rotated modules: who was asked what was decided by lot, module by module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rotation {
    /// How many modules each respondent was asked.
    pub ask: usize,
    /// The modules, in the order of the form.
    pub modules: Vec<Module>,
    /// Whether they were asked as often as they should be; null where there are too few answer sheets to tell.
    pub evenness: Option<Evenness>,
}

/// A rotated module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Id.
    pub id: String,
    /// Heading in the definition's first language.
    pub name: String,
    /// The probability that a respondent is asked it, 0..1; the same for all modules.
    pub probability: f64,
    /// Answer sheets on which it was asked; null while the campaign's figures are closed.
    pub asked: Option<u64>,
    /// Their share in all answer sheets, 0..1.
    pub share: Option<f64>,
}

/// A test of the lot: Σ (asked − expected)² over the variance of a module's count, against a chi-square distribution.
/// Information, not a correction: a small p says that people did not finish some choices of modules as often as others,
/// or that somebody chose among them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evenness {
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom: modules less one.
    pub df: u64,
    /// The probability of so large a statistic by chance alone, 0..1.
    pub p: f64,
}

/// Units of the same kind, compared pair by pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// The kind of the units.
    pub kind: String,
    /// The unit right above all of them; absent where units of this kind are ranked over the whole campaign.
    pub parent: Option<String>,
    /// Chance that any of the differences found is none, 0..1 (Holm's step-down over all pairs).
    pub alpha: f64,
    /// How many units were compared.
    pub compared: usize,
    /// The units, the best first; units of the same rank by code.
    pub units: Vec<RankedUnit>,
    /// Units without a rank.
    pub not_ranked: Vec<UnrankedUnit>,
}

/// A unit with its rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankedUnit {
    /// Code.
    pub code: String,
    /// The index, as in the unit's own figures.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// 1 + the number of units with a larger index.
    pub rank: usize,
    /// The best rank that the data cannot rule out: 1 + the number of units significantly better.
    pub rank_lo: usize,
    /// The worst rank that the data cannot rule out: the number of units less those significantly worse.
    pub rank_hi: usize,
}

/// A unit without a rank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnrankedUnit {
    /// Code.
    pub code: String,
    /// Why.
    pub reason: Unranked,
}

/// Why a unit has no rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unranked {
    /// Its index may not be shown.
    Suppressed,
    /// Its index cannot be computed: an item of it has no answer.
    NotComputable,
}

/// A part of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartResult {
    /// Id.
    pub id: String,
    /// Name in the definition's first language.
    pub name: String,
    /// Its share in the index, 0..1.
    pub weight: f64,
    /// The figure.
    pub estimate: Estimate,
}

/// A dimension of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionResult {
    /// Id.
    pub id: String,
    /// Name in the definition's first language.
    pub name: String,
    /// Id of its part.
    pub part: Option<String>,
    /// Its share in the index, 0..1 (parts and dimensions multiplied out; they sum to 1).
    pub weight: f64,
    /// The figure.
    pub estimate: Estimate,
    /// Its criteria, in the order asked.
    pub criteria: Vec<CriterionResult>,
    /// How well its criteria hang together.
    pub reliability: Reliability,
    /// The same as points, where the method counts scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
}

/// A figure of scores as points: what is reached of the most that could be, and the share satisfied beside it. Absent where
/// the figure is, and where the method counts the share satisfied itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// Points reached: the figure times the points possible.
    pub reached: f64,
    /// Points possible: the maximum of every item, added up.
    pub possible: f64,
    /// Share of the answers that are satisfied, 0..1, weighted as the figure is.
    pub satisfied: f64,
}

/// A criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// Id.
    pub id: String,
    /// Name in the definition's first language.
    pub name: String,
    /// Its share in its dimension, 0..1; they sum to 1. Absent in reports that earlier versions kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_dimension: Option<f64>,
    /// Sheets on which it was asked; null where suppressed and in every category.
    pub asked: Option<u64>,
    /// Answers by option code, unweighted; empty where suppressed and in every category.
    pub counts: BTreeMap<String, u64>,
    /// Share satisfied, or the mean score where the method counts scores ([`Method::measure`]).
    pub estimate: Estimate,
    /// Mean of the numeric option codes (1..5); null figures where the scale has none.
    pub mean: Estimate,
    /// Who is responsible, where the definition says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Responsible>,
    /// The same as points, where the method counts scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
}

/// Who is responsible for a criterion by the province's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Answers behind it.
    pub n: Option<u64>,
    /// The figure, 0..1; of a criterion's `mean` on the scale of the option codes.
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
    pub method: Option<Cow<'static, str>>,
    /// Effective number of answers.
    pub n_eff: Option<f64>,
    /// Design effect.
    pub deff: Option<f64>,
    /// Against the target, from the interval.
    pub decision: Option<Decision>,
    /// Whether it may be shown.
    pub publish: Publish,
    /// Since the previous campaign; absent where the campaign names none, of means of option codes, and where this
    /// figure is suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// How a figure moved since the previous campaign, whose answers are a sample of their own. Made of the two figures
/// shown, so that it tells nothing that they do not; every number is null where one of them is not there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The previous figure.
    pub previous: Option<f64>,
    /// This figure less the previous one; 0.01 is one percentage point.
    pub change: Option<f64>,
    /// Its standard error, √(se² + se²).
    pub se: Option<f64>,
    /// Its degrees of freedom: those of both figures together.
    pub df: Option<u64>,
    /// Lower limit of its t interval.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
    /// Two-sided p of no change.
    pub p: Option<f64>,
    /// Whether p is below 1 − level.
    pub significant: Option<bool>,
    /// Why there is no change or no test, if there is none.
    pub reason: Option<Unchanged>,
}

/// Why a change, or its test, is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unchanged {
    /// This figure cannot be computed.
    NotComputable,
    /// The previous figure may not be shown or cannot be computed.
    PreviousHidden,
    /// The previous campaign has no such unit.
    NoUnit,
    /// The previous questionnaire has no such criterion, dimension or part.
    NotAsked,
    /// Another definition, method, scale, set of criteria or weight: the figures measure different things.
    NotComparable,
    /// A sample in which all agree has no standard error, so that there is no test.
    NoVariance,
}

/// The figure against the target, decided by the interval and never by the point alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
