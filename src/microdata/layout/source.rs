//! What is counted and what a file is made from, as whoever asks for a file gives it.

use std::collections::BTreeMap;

use crate::{
    definition::model::Definition,
    index::design::{Design, Item},
    language::Lang,
    organisation::{Campaign, UnitTree},
    questionnaire::Questionnaire,
};

/// Where sheets come from.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its number.
    pub number: i64,
    /// Code of its unit.
    pub unit: String,
    /// Code of the group of raters.
    pub group: Option<String>,
    /// Code and name of the counter.
    pub counter: Option<(String, String)>,
}

/// What sheets are counted by, before anything is known of them.
#[derive(Debug)]
pub struct Counting<'a> {
    /// The definition of the campaign.
    pub definition: &'a Definition,
    /// The form asked, whole.
    pub questionnaire: &'a Questionnaire,
    /// What counts in the index.
    pub items: &'a [Item],
    /// Positions of the questions that a margin is declared of ([`crate::index::design::margin_questions`]).
    pub margins: &'a [usize],
    /// The places of the campaign.
    pub places: &'a [Place],
}

/// What a file is made from, besides the sheets.
#[derive(Debug)]
pub struct Source<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its definition.
    pub definition: &'a Definition,
    /// The form asked, whole.
    pub questionnaire: &'a Questionnaire,
    /// The design of the report.
    pub design: &'a Design,
    /// The units of the campaign's time.
    pub units: &'a UnitTree,
    /// Names of the groups of raters, by code.
    pub groups: &'a BTreeMap<String, String>,
    /// The places of the campaign.
    pub places: &'a [Place],
    /// Ids of questions that the report hides.
    pub hidden: &'a Hidden,
    /// The language of labels.
    pub lang: Lang,
}

/// Ids of questions that the report hides of officials' answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Of the whole.
    pub all: Vec<String>,
    /// By the unit's code.
    pub units: BTreeMap<String, Vec<String>>,
    /// By the code of the group of raters.
    pub groups: BTreeMap<String, Vec<String>>,
}

/// Why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Fewer answers than `k` in all.
    TooFew {
        /// The smallest number.
        k: u64,
    },
    /// A sheet that does not fit the questionnaire or its place.
    Corrupt,
    /// Answers came in meanwhile.
    Changed,
}
