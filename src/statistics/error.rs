//! What can be wrong with a specification or its data, and where.

use std::fmt;

/// A problem and the JSON path in the specification (or the data file) where it is.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct Error {
    /// Where: `analyses[0].estimands[2].y.col`, or `data`.
    pub path: String,
    /// What.
    pub problem: Problem,
}

impl Problem {
    /// Whether it is in the data, where it names the place, and not in the specification.
    #[must_use]
    pub fn in_data(&self) -> bool {
        matches!(
            self,
            Self::NotNumber { .. }
                | Self::EmptyCell { .. }
                | Self::CellRange { .. }
                | Self::Csv { .. }
                | Self::Unclosed { .. }
                | Self::EmptyFile
                | Self::Separator { .. }
                | Self::NoTotal { .. }
                | Self::FpcVaries { .. }
                | Self::FpcTooSmall { .. }
        )
    }
}

impl Error {
    /// A problem at a path.
    pub fn at(path: impl Into<String>, problem: Problem) -> Self {
        Self { path: path.into(), problem }
    }
}

/// A sample or a part of it that has its own variance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// The whole sample, in a design without strata.
    Sample,
    /// A stratum.
    Stratum(String),
    /// A PSU of a stratum.
    Psu {
        /// Its code, or the line of its row.
        psu: String,
        /// Where it is.
        stratum: Box<Self>,
    },
}

impl fmt::Display for Unit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sample => write!(out, "the sample"),
            Self::Stratum(name) => write!(out, "stratum {name:?}"),
            Self::Psu { psu, stratum } => write!(out, "PSU {psu:?} of {stratum}"),
        }
    }
}

/// The numbers that are allowed somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Zero or more.
    NotNegative,
    /// More than zero.
    Positive,
    /// More than 0 and less than 1.
    Share,
    /// At most 1.
    AtMostOne,
    /// More than the target `p`.
    MoreThanTarget,
}

impl fmt::Display for Allowed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotNegative => "0 or more",
            Self::Positive => "more than 0",
            Self::Share => "between 0 and 1",
            Self::AtMostOne => "at most 1",
            Self::MoreThanTarget => "more than p",
        })
    }
}

/// What is wrong. The `Display` is for logs and tests; the command line words it in the user's language.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are named in the messages")]
pub enum Problem {
    /// The JSON has not the shape of the schema.
    #[error("{detail}")]
    Shape { detail: String },
    /// Another schema.
    #[error("the schema is {found:?}; supported is \"svy-ref/1\"")]
    Schema { found: String },
    /// An estimand of a kind that is not built.
    #[error("there is no estimand of kind {found:?}; supported are {supported}")]
    Kind { found: String, supported: String },
    /// Two things with one name.
    #[error("{name:?} occurs twice")]
    Twice { name: String },
    /// A column that is not there.
    #[error("there is no column {column:?}; the file has {available}")]
    NoColumn { column: String, available: String },
    /// A cell that must be a number.
    #[error("line {line}, column {column:?}: {text:?} is not a number")]
    NotNumber { column: String, line: u64, text: String },
    /// A cell that must not be empty.
    #[error("line {line}, column {column:?}: the cell is empty")]
    EmptyCell { column: String, line: u64 },
    /// A number out of its range.
    #[error("line {line}, column {column:?}: {value} must be {range}")]
    CellRange { column: String, line: u64, value: f64, range: Allowed },
    /// The file cannot be read as CSV.
    #[error("line {line}: {detail}")]
    Csv { line: u64, detail: String },
    /// A quotation mark is never closed, so that all rows after it would be one cell.
    #[error("line {line}: a quotation mark is opened and never closed")]
    Unclosed { line: u64 },
    /// The file holds nothing.
    #[error("the file is empty; its first line must name the columns")]
    EmptyFile,
    /// The file is not separated by commas.
    #[error("line {line}: the columns are separated by {found:?}; save the file with commas")]
    Separator { line: u64, found: char },
    /// Not as many rows as announced.
    #[error("the specification says {said} rows, the file has {found}")]
    Rows { said: u64, found: u64 },
    /// A number of the specification out of its range.
    #[error("{value} must be {range}")]
    Range { value: f64, range: Allowed },
    /// Too few entries.
    #[error("needs at least {least}")]
    TooFew { least: usize },
    /// Too many entries.
    #[error("has {found}; at most {most} are supported")]
    TooMany { found: usize, most: usize },
    /// A measure is one column or several with `agg`.
    #[error("give either \"col\" (and \"in\") or \"cols\" with \"agg\"")]
    Measure,
    /// A side of a difference is a measure or a composite.
    #[error("give either \"y\" or \"components\"")]
    Side,
    /// The estimand needs a design.
    #[error("this kind of estimand needs a design")]
    NoDesign,
    /// Some stages have a population, others not.
    #[error("either no stage or every stage has an \"fpc\"")]
    MixedFpc,
    /// A population that changes within its stratum or PSU.
    #[error("column {column:?} has different values in {unit}; a population is one number")]
    FpcVaries { column: String, unit: Unit },
    /// A population smaller than its sample.
    #[error(
        "column {column:?}: the population {population} of {unit} is smaller than its sample of {sampled}"
    )]
    FpcTooSmall { column: String, unit: Unit, population: f64, sampled: u64 },
    /// A lonely unit under `fail`, or nothing but lonely ones under `average`.
    #[error("{unit} has a single sampled unit; merge strata or choose another \"lonely_psu\"")]
    Lonely { unit: Unit },
    /// All weights are zero.
    #[error("the weights sum to zero")]
    NoWeight,
    /// A row in no cell of a calibration.
    #[error("line {line}: no total is given for {cell}")]
    NoTotal { line: u64, cell: String },
    /// A cell of a calibration without rows.
    #[error("no row with weight is in the cell {cell}; merge it with another")]
    NoRows { cell: String },
    /// Margins that contradict each other.
    #[error("the margins did not agree after {rounds} rounds; do their totals have the same sum?")]
    NotConverged { rounds: u32 },
    /// Bounds that cannot hold the mass.
    #[error("the bounds cannot hold the sum of the weights")]
    Bounds,
}
