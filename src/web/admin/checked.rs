//! What a draft's check shows, and the same in a few digits: what was read is what is opened, or it is shown anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{
    organisation::{Campaign, Stratum, UnitTree, readiness::Finding},
    secret::hex,
    store::{places::Place, ready::Ready},
};

/// What was found, and the mark of everything that it was found of.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What stands against opening, or should be known before.
    pub findings: Vec<Finding>,
    /// Goes with the button that opens: another mark means that the campaign is another one by then.
    pub mark: String,
}

/// What a campaign is, as far as the check and the pages beside it show it.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// Title, days, form, target, notice, languages.
    pub campaign: &'a Campaign,
    /// Populations and planned answers.
    pub strata: &'a [Stratum],
    /// Counters that are listed.
    pub places: &'a [Place],
    /// Persons invited.
    pub invited: u64,
    /// Who judges what, and the words of the questionnaire's translations.
    pub ready: &'a Ready,
    /// The units, for the names of those that take part.
    pub tree: &'a UnitTree,
}

impl Facts<'_> {
    /// Made of whole values as the program writes them for itself, so that a field that is added later counts without a word
    /// here. No other version of the program has to read it: a form of an older one is merely shown anew.
    pub(super) fn mark(&self, findings: &[Finding]) -> String {
        let mut text = String::new();
        let raters = self.ready.judging.as_ref().map(|judging| &judging.raters);
        let facts = (self.campaign, self.strata, self.invited, raters, &self.ready.translations, findings);
        // Writing to a text never fails.
        let _ = write!(text, "{facts:?}");
        for place in self.places {
            let counter = (&place.unit, &place.counter, &place.name, &place.address);
            let _ = write!(text, "{counter:?}");
        }
        let strata = self.strata.iter().map(|stratum| stratum.unit.as_str());
        let units: BTreeSet<&str> =
            strata.chain(self.places.iter().map(|place| place.unit.as_str())).collect();
        for unit in units.into_iter().filter_map(|code| self.tree.get(code)) {
            let _ = write!(text, "{unit:?}");
        }
        hex(Sha256::digest(text).get(..12).unwrap_or_default())
    }
}
