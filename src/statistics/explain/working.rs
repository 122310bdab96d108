//! The lines of a working.

use super::number;
use crate::statistics::{spec::Method, suppression::Status, target::Decision, variance::LonelyPsu};

/// A line of a working.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// What the next lines are about.
    Heading(Heading),
    /// A quantity.
    Step(Step),
    /// Many quantities of a kind.
    Table(Tabulated),
    /// Words.
    Remark(Remark),
}

/// What lines are about.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Heading {
    Variance,
    Interval { method: Method, level: f64 },
    Target { value: f64 },
    Component { name: String },
    Side { name: &'static str },
    Unit { name: String },
    Predictor { name: String },
    Pairs,
    Ranks,
    Pass { number: usize },
    Request { row: usize, kind: String },
}

/// What a quantity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum What {
    Answers,
    SumOfWeights,
    SumOfSquaredWeights,
    WeightedSum,
    WeightedSumOfDenominator,
    Mean,
    Total,
    Ratio,
    Component,
    Composite,
    Difference,
    Variance,
    VarianceFromComponents,
    Covariance,
    StandardError,
    DegreesOfFreedom,
    SampleVariance,
    DesignEffect,
    DesignEffectWithReplacement,
    KishDesignEffect,
    KishSize,
    LeastWeight,
    LargestWeight,
    TQuantile,
    NormalQuantile,
    PowerQuantile,
    Logit,
    EffectiveSize,
    Excess,
    Cap,
    LowerLimit,
    UpperLimit,
    LowerTail,
    LowerTailBelow,
    UpperTail,
    UpperTailAbove,
    Width,
    TStatistic,
    ProbabilityAbove,
    ProbabilityBelow,
    ProbabilityTwoSided,
    Decision,
    Items,
    ScoreVariance,
    Alpha,
    SimultaneousLevel,
    Outside,
    Cut,
    Share,
    Coefficient,
    StandardisedCoefficient,
    Intercept,
    RSquared,
    Lmg,
    Johnson,
    Status,
    InfiniteSize,
    Size,
    WholeSize,
    Invited,
}

/// Words between the quantities.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Remark {
    /// The rows of an estimate are those of its domain with an answer.
    Rows,
    /// u is the sum of w·z in each PSU; the formula of z.
    Influence { z: String },
    /// z is replaced by its residual from the regression on the calibration cells.
    Residuals,
    /// The columns of the table of strata.
    Strata { two_stages: bool },
    /// The rule for strata with one PSU was needed.
    Lonely { rule: LonelyPsu },
    /// A sum below 1e-20 is the rounding of zero.
    RoundedToZero,
    /// Complete enumeration: no sampling error.
    Complete,
    /// Everybody or nobody, or no variance: Kish's size stands in.
    Kish,
    /// No degrees of freedom, no interval.
    NoFreedom,
    /// The share is 0 or 1, or its variance is 0: this method has no interval.
    NoInside,
    /// The estimate is outside 0 to 1.
    NotShare,
    /// The regression has no solution.
    NotSolvable,
    /// The working of a stratum's squares is too long to be shown.
    TooLong { rows: usize, most: usize },
    /// The columns of the table of PSUs in a design of two stages.
    SecondStage,
    /// Not a share of one simple random sample with equal weights.
    NotSimple,
    /// Not computable: no answers.
    NotComputable,
    /// All weights are the same and the PSUs are rows: the squares from the counts below.
    Codes,
    /// The totals of the PSUs.
    Psus,
    /// The cells of a calibration.
    Calibration { raked: bool },
    /// The weights are the base weights.
    BaseWeights,
    /// The regression of drivers.
    Regression,
    /// R² of subsets.
    Subsets,
    /// The symmetric square root of the correlations.
    SquareRoot,
    /// Holm's family: p in ascending order.
    Holm,
    /// How ranks are counted.
    Ranks { alpha: f64 },
    /// The rules of suppression.
    Rules { min_n: u64, min_n_eff: f64, max_width: f64 },
    /// Nothing was outside the bounds.
    NothingOutside,
    /// Further passes are not shown.
    FurtherPasses { passes: usize },
    /// What Yamane's rule assumes.
    Yamane,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number; `None` where it is not computable.
    Number(Option<f64>),
    /// A decision.
    Decision(Decision),
    /// A status.
    Status(Status),
}

/// A quantity: symbol = formula = the formula with numbers = value.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is.
    pub what: What,
    /// Its symbol.
    pub symbol: String,
    /// Its formula; empty where it is counted or given.
    pub formula: String,
    /// The formula with its numbers; empty where they are in a table.
    pub filled: String,
    /// The value.
    pub value: Value,
    /// The field of the results that it is: `ci[0].lower`.
    pub result: Option<String>,
}

/// A table of quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabulated {
    /// Symbols of the columns.
    pub columns: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name.
    Text(String),
    /// A number (NaN: not computable), and the field of the results that it is.
    Number(f64, Option<String>),
}

impl Cell {
    /// How it looks.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number, _) => number::show(*number),
        }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number, None)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Lines as they are written.
#[derive(Debug, Default)]
pub(super) struct Working {
    pub(super) lines: Vec<Line>,
}

impl Working {
    pub(super) fn heading(&mut self, heading: Heading) {
        self.lines.push(Line::Heading(heading));
    }

    pub(super) fn remark(&mut self, remark: Remark) {
        self.lines.push(Line::Remark(remark));
    }

    pub(super) fn table(&mut self, columns: &[&str], rows: Vec<Vec<Cell>>) {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        self.lines.push(Line::Table(Tabulated { columns, rows }));
    }

    /// A number that is counted, given, or worked out in the lines before.
    pub(super) fn given(&mut self, what: What, symbol: &str, value: f64) -> &mut Self {
        self.step(what, symbol, "", String::new(), value)
    }

    /// A number with its formula; what is not finite is not computable.
    pub(super) fn step(
        &mut self,
        what: What,
        symbol: &str,
        formula: &str,
        filled: String,
        value: f64,
    ) -> &mut Self {
        self.push(what, symbol, formula, filled, Value::Number(value.is_finite().then_some(value)))
    }

    pub(super) fn push(
        &mut self,
        what: What,
        symbol: &str,
        formula: &str,
        filled: String,
        value: Value,
    ) -> &mut Self {
        let (symbol, formula) = (symbol.to_owned(), formula.to_owned());
        self.lines.push(Line::Step(Step { what, symbol, formula, filled, value, result: None }));
        self
    }

    /// Names the field of the results that the last step is.
    pub(super) fn result(&mut self, field: impl Into<String>) {
        if let Some(Line::Step(step)) = self.lines.last_mut() {
            step.result = Some(field.into());
        }
    }
}
