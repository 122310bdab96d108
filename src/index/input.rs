//! What the index is computed from: a campaign, its questionnaire, its units and populations, and the answer sheets
//! column by column.

use std::collections::BTreeMap;

use crate::{
    definition::model::Definition,
    organisation::{Campaign, Margin, Stratum, UnitTree},
    questionnaire::Questionnaire,
};

/// Everything a report is computed from. The same input gives the same report, bit for bit.
#[derive(Debug)]
pub struct Input<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// The pinned definition.
    pub definition: &'a Definition,
    /// The form asked.
    pub questionnaire: &'a Questionnaire,
    /// The units of the province.
    pub units: &'a UnitTree,
    /// Populations; empty: nothing is weighted, and the report says so.
    pub strata: &'a [Stratum],
    /// Known margins of the units' populations, to which weights are adjusted.
    pub margins: &'a [Margin],
    /// The campaign that changes are counted from.
    pub previous: Option<Previous<'a>>,
    /// The answers.
    pub sheets: &'a Sheets,
    /// Who judged what, where groups of raters judged units.
    pub judging: Option<&'a Judging>,
    /// The campaign's personal links, if it has any: then figures stay closed until it does.
    pub links: Option<Links>,
    /// A report of the campaign that is already public: what it hides stays hidden, or both together would tell it.
    pub published: Option<&'a super::report::Report>,
    /// Whether figures by field of procedure, channel and counter are given.
    pub breakdowns: Breakdowns,
    /// The moment of the report, UTC milliseconds.
    pub now: i64,
}

/// Whether figures by field of procedure, channel and counter are given (`index::breakdown`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Breakdowns {
    /// They are not.
    #[default]
    Without,
    /// They are, rounded: the answers will be the same in every later report, and stand for as much.
    Given,
    /// As they are before they are rounded, for tests of how they are formed.
    #[cfg(test)]
    Unrounded,
}

/// The campaign that changes are counted from.
#[derive(Debug, Clone, Copy)]
pub struct Previous<'a> {
    /// Its report, with everything hidden that may not be shown.
    pub report: &'a super::report::Report,
    /// Its pinned definition.
    pub definition: &'a Definition,
}

/// The answer sheets of a campaign, grouped by the unit that directly holds the counter or invitation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheets {
    /// By unit code.
    pub units: BTreeMap<String, UnitSheets>,
    /// By the code of the judged unit and of the group that judged it, where the campaign has groups of raters.
    pub judged: BTreeMap<(String, String), UnitSheets>,
    /// The counters, by number.
    pub counters: BTreeMap<i64, CounterName>,
}

impl Sheets {
    /// The sheets of all holders.
    pub fn all(&self) -> impl Iterator<Item = &UnitSheets> + Clone {
        self.units.values().chain(self.judged.values())
    }
}

/// How many answer sheets there are, by what they say of some questions: all that weights follow from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Positions of the questions.
    pub questions: Vec<usize>,
    /// By the code of the unit that directly holds the counter or invitation.
    pub units: BTreeMap<String, UnitCounts>,
}

/// The same of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitCounts {
    /// Number of sheets.
    pub count: u64,
    /// By the packed bytes of the questions.
    pub by: BTreeMap<Vec<u8>, u64>,
}

impl UnitCounts {
    /// Counts `n` sheets more.
    pub fn add(&mut self, bytes: &[u8], n: u64) {
        self.count += n;
        match self.by.get_mut(bytes) {
            Some(own) => *own += n,
            None => drop(self.by.insert(bytes.to_vec(), n)),
        }
    }
}

/// Who was to judge what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judging {
    /// The groups, by code.
    pub groups: Vec<JudgingGroup>,
    /// How many persons were to judge each unit, by the code of the unit and of the group.
    pub assigned: BTreeMap<(String, String), u64>,
}

/// A group of raters.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgingGroup {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its share among the groups, in any measure; absent for all: by number assigned.
    pub weight: Option<f64>,
    /// Persons invited.
    pub invited: u64,
    /// How many of them answered, as it may be told now.
    pub answered: Option<u64>,
}

/// The answer sheets of one unit, column by column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitSheets {
    /// Number of sheets.
    pub count: usize,
    /// One column for each question of kind `single`, in the order of the questionnaire (other kinds: empty). A byte
    /// a sheet: [`crate::questionnaire::answers::NOT_ASKED`], [`crate::questionnaire::answers::BLANK`], else the
    /// option's position + 1. Rows are in no meaningful order.
    pub columns: Vec<Vec<u8>>,
    /// Sheets by channel, by the channel's byte.
    pub channels: BTreeMap<u8, u64>,
    /// First and last day of an answer, in days since 1970 in the province's time zone.
    pub days: Option<(i32, i32)>,
    /// Sheets by language code.
    pub languages: BTreeMap<String, u64>,
    /// Who filled in each sheet ([`crate::organisation::Mode`]); a sheet beyond the end did not say.
    pub modes: Vec<u8>,
    /// The channel of each sheet, as its byte; of a sheet beyond the end it is not known.
    pub sources: Vec<u8>,
    /// Which counter the sheets were given at, in runs of sheets that follow each other: its number in [`Sheets::counters`] (one that
    /// is not there: at none) and how many.
    pub counters: Vec<(i64, usize)>,
}

/// A counter (quầy) of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterName {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// How many persons are invited by personal link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Links {
    /// Persons invited.
    pub invited: u64,
    /// How many of them have answered, as it may be told now.
    pub answered: u64,
}
