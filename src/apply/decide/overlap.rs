//! At any time an address leads to at most one campaign.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::counters::address;
use crate::{
    apply::{
        change::when,
        known::Known,
        plan::Plan,
        source::{Findings, Spot},
    },
    organisation::State,
};

/// A counter's time in a campaign.
struct Stay<'a> {
    slug: &'a str,
    code: &'a str,
    opens: i64,
    closes: i64,
    /// Where the files list it; absent for what only the database has.
    spot: Option<Spot>,
}

/// Complains of every counter that two campaigns ask at at the same time.
pub fn check(found: &mut Findings<'_>, plan: &Plan, known: &Known) {
    let mut stays: BTreeMap<String, Vec<Stay<'_>>> = BTreeMap::new();
    let unlisted = known.campaigns.iter().filter(|campaign| {
        campaign.stored.campaign.state != State::Draft
            && plan.campaigns.iter().all(|asked| asked.slug.value != campaign.stored.campaign.slug)
    });
    for campaign in unlisted {
        let stored = &campaign.stored.campaign;
        for place in campaign.places.iter().filter(|place| !place.retired) {
            if let (Some(code), Some(address)) = (&place.counter, &place.address) {
                let (slug, opens, closes) = (&stored.slug, stored.opens, stored.closes);
                stays.entry(address.clone()).or_default().push(Stay {
                    slug,
                    code,
                    opens,
                    closes,
                    spot: None,
                });
            }
        }
    }
    for asked in &plan.campaigns {
        let (opens, closes) = (&asked.opens, &asked.closes);
        if found.is_wrong_at(opens.spot) || found.is_wrong_at(closes.spot) {
            continue;
        }
        let before = known.campaign(&asked.slug.value);
        // One that is being prepared takes no answers; it is looked at when it is released.
        if asked.state.or(before.map(|before| before.stored.campaign.state)) == Some(State::Draft) {
            continue;
        }
        for counter in asked.counters.iter().filter(|counter| !counter.code.value.is_empty()) {
            let code = &counter.code.value;
            // One that is to be drawn is the same for all campaigns in the files; no address holds a space.
            let address = address(known, before, counter).unwrap_or_else(|| format!("{code} "));
            stays.entry(address).or_default().push(Stay {
                slug: &asked.slug.value,
                code,
                opens: opens.value,
                closes: closes.value,
                spot: Some(counter.code.spot),
            });
        }
    }
    for stays in stays.values() {
        for (n, one) in stays.iter().enumerate() {
            for other in stays.iter().skip(n + 1) {
                let at_once = one.opens < other.closes && other.opens < one.closes;
                if let Some(spot) = other.spot
                    && at_once
                    && one.slug != other.slug
                {
                    let words = fl!(
                        found.lang.messages(),
                        "apply-overlap",
                        code = other.code,
                        one = one.slug,
                        one_opens = when(one.opens),
                        one_closes = when(one.closes),
                        other = other.slug,
                        other_opens = when(other.opens),
                        other_closes = when(other.closes)
                    );
                    found.wrong(spot, words);
                }
            }
        }
    }
}
