//! What the variables and codes of a file mean, and what was done so that nobody is told apart.

/// The codebook of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Codebook {
    /// Language code of its words.
    pub language: String,
    /// Title of the campaign.
    pub title: String,
    /// Its slug, which names the files.
    pub slug: String,
    /// Id, version and SHA-256 of the definition.
    pub definition: (String, String, String),
    /// Id of the form.
    pub form: String,
    /// First and last day, `2026-10-01`.
    pub period: (String, String),
    /// Whether the answers are invented.
    pub demonstration: bool,
    /// Rows.
    pub rows: u64,
    /// No combination of traits is that of fewer people.
    pub k: u64,
    /// Whether rows are weighted.
    pub weighted: bool,
    /// `item_shares`, `respondent_scores` or `pooled_answers`.
    pub aggregation: String,
    /// `share_satisfied` or `mean_score`.
    pub measure: String,
    /// Whether pooled answers are pooled over whole nodes.
    pub pooled_nodes: bool,
    /// Of how many modules how many were asked of each respondent.
    pub rotation: Option<(usize, usize)>,
    /// The variables, in the order of the columns.
    pub variables: Vec<Variable>,
    /// The strata.
    pub strata: Vec<StratumEntry>,
    /// Whether the published figures follow from the file exactly.
    pub exact: bool,
    /// What a reader must know, in words.
    pub notes: Vec<String>,
}

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name in every file: letters, digits, dots and underscores.
    pub name: String,
    /// What it is, short.
    pub label: String,
    /// The question as asked.
    pub question: Option<String>,
    /// What its cells hold.
    pub kind: Kind,
    /// What it is for.
    pub role: Role,
    /// Codes with a meaning, missing ones among them.
    pub codes: Vec<Code>,
    /// Rows from which it is withheld.
    pub withheld: u64,
    /// Id of the module it belongs to, where modules rotate.
    pub module: Option<String>,
    /// Where it counts in the index.
    pub item: Option<ItemPlace>,
}

/// What cells hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Codes that name something.
    Nominal,
    /// Codes in an order.
    Ordinal,
    /// Whole numbers that count something.
    Count,
    /// Numbers.
    Number,
    /// Text of at most so many bytes.
    Text(usize),
}

/// What a variable is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// How the row was sampled and what it stands for.
    Design,
    /// A trait by which somebody could be recognised: coarsened or withheld where few share it.
    Trait,
    /// An answer that counts in the index.
    Item,
    /// Another answer.
    Answer,
}

impl Role {
    /// The word in codebooks.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Design => "design",
            Self::Trait => "trait",
            Self::Item => "item",
            Self::Answer => "answer",
        }
    }
}

/// A code.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// As it stands in the files.
    pub value: i32,
    /// What it means.
    pub label: String,
    /// The option's code in the questionnaire.
    pub source: Option<String>,
    /// Whether it is no answer.
    pub missing: bool,
    /// What it is worth in the index, 0..1.
    pub worth: Option<f64>,
}

/// Where an item counts.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemPlace {
    /// Id in the questionnaire.
    pub id: String,
    /// Weight in its dimension.
    pub weight: f64,
    /// Id of its dimension.
    pub dimension: String,
    /// Share of the dimension in its part, 0..1.
    pub dimension_in_part: f64,
    /// Id of its part; empty where there are none.
    pub part: String,
    /// Share of the part in the index, 0..1.
    pub part_weight: f64,
}

/// A stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumEntry {
    /// Its number in the files, from 1.
    pub number: i32,
    /// Codes of its units, joined by `+`.
    pub units: String,
    /// Codes of its groups of raters.
    pub groups: String,
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// The population.
    pub population: Option<u64>,
    /// Whether it was put together of several of the report.
    pub joined: bool,
}

/// Codes for what is no answer; of numbers that may be below zero, far below all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    base: i32,
}

impl Missing {
    /// Of codes, and of numbers from zero on.
    pub const PLAIN: Self = Self { base: 0 };
    /// Of numbers that may be below zero.
    pub const FAR: Self = Self { base: -2_000_000_000 };

    /// Answers outside the index: "don't know".
    pub const fn unknown(self) -> i32 {
        self.base - 1
    }

    /// Asked and left blank.
    pub const fn blank(self) -> i32 {
        self.base - 2
    }

    /// Not asked: ruled out by an earlier answer.
    pub const fn not_asked(self) -> i32 {
        self.base - 3
    }

    /// Not asked: in a module that another respondent was asked.
    pub const fn not_drawn(self) -> i32 {
        self.base - 4
    }

    /// Withheld, so that nobody is told apart.
    pub const fn withheld(self) -> i32 {
        self.base - 5
    }

    /// The largest of these codes; all below are missing.
    pub const fn highest(self) -> i32 {
        self.base - 1
    }
}

impl Variable {
    /// A variable of the design, of no question, with nothing withheld: to begin others with.
    pub fn plain(name: impl Into<String>, label: String, kind: Kind, codes: Vec<Code>) -> Self {
        Self {
            name: name.into(),
            label,
            question: None,
            kind,
            role: Role::Design,
            codes,
            withheld: 0,
            module: None,
            item: None,
        }
    }

    /// All codes from here down are missing; absent where none is.
    pub fn missing_from(&self) -> Option<i32> {
        let missing = self.codes.iter().filter(|code| code.missing).map(|code| code.value).max()?;
        Some(if missing < Missing::FAR.base { Missing::FAR.highest() } else { Missing::PLAIN.highest() })
    }
}
