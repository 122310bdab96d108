//! What has to change so that the database says what the files say, and what stands against it.
//!
//! Pure: [`super::known`] was read before, [`super::reconcile`] writes afterwards.

mod campaign;
mod counters;
mod definition;
mod invitations;
mod margins;
mod overlap;
mod raters;
mod strata;
mod units;

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::{
    change::Change,
    known::Known,
    plan::Plan,
    source::{Findings, Said},
};
use crate::{
    definition::{Library, message::with_hint},
    organisation::History,
    secret::Key,
};

/// What decisions are made on.
struct Grounds<'a> {
    known: &'a Known,
    library: &'a Library,
    /// Hashes the codes of tablets; absent in a rehearsal, which stores nothing.
    key: Option<&'a Key>,
    /// Codes of all units, of the database and of the files, in order.
    units: Vec<String>,
    /// All campaigns, of the database and of the files, by slug: when they open.
    campaigns: BTreeMap<String, i64>,
    /// The units as they shall be.
    after: History,
    /// UTC milliseconds.
    now: i64,
}

/// The changes, in the order in which they must be made; what is wrong goes to `found`.
pub fn decide(
    found: &mut Findings<'_>,
    plan: &Plan,
    known: &Known,
    library: &Library,
    key: Option<&Key>,
    now: i64,
) -> Vec<Change> {
    let listed = plan.units.iter().map(|unit| unit.code.value.clone()).filter(|code| !code.is_empty());
    let mut units: Vec<String> =
        known.units.iter().map(|dated| dated.unit.code.clone()).chain(listed).collect();
    units.sort();
    units.dedup();
    // What the files say of a campaign holds.
    let campaigns = known.campaigns.iter().map(|c| (c.stored.campaign.slug.clone(), c.stored.campaign.opens));
    let asked = plan.campaigns.iter().map(|c| (c.slug.value.clone(), c.opens.value));
    let campaigns = campaigns.chain(asked).filter(|(slug, _)| !slug.is_empty()).collect();
    let after = units::after(&known.units, plan, now);
    let grounds = Grounds { known, library, key, units, campaigns, after, now };
    let mut changes = units::decide(found, &grounds, plan);
    for asked in &plan.campaigns {
        campaign::decide(found, &grounds, asked, &mut changes);
    }
    overlap::check(found, plan, known);
    changes
}

impl Grounds<'_> {
    /// Complains of a unit that is neither in the files nor in the database.
    fn check_unit(&self, found: &mut Findings<'_>, unit: &Said<String>) {
        let code = unit.value.as_str();
        if !code.is_empty() && self.units.binary_search_by(|known| known.as_str().cmp(code)).is_err() {
            let words = fl!(found.lang.messages(), "apply-unknown-unit", code = code);
            found.wrong(unit.spot, with_hint(found.lang, words, code, &self.units));
        }
    }
}
