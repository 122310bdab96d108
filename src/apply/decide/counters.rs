//! Counters: a printed code stays good, and answers stay with the unit that they were given for.

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{
        change::{Change, CounterWanted},
        known::{Known, KnownCampaign},
        plan::{CampaignAsked, CounterAsked},
        source::Findings,
    },
    organisation::Phase,
    store::places::Place,
};

/// The counters to write and to retire.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) {
    let slug = &asked.slug.value;
    for counter in &asked.counters {
        grounds.check_unit(found, &counter.unit);
        let place = before.and_then(|before| before.counter(&counter.code.value));
        if let (Some(before), Some(place)) = (before, place) {
            check_unit_kept(found, counter, before, place);
        }
        if counter.public && grounds.known.replaced.contains(&counter.code.value) {
            let (m, code) = (found.lang.messages(), counter.code.value.as_str());
            let words = if found.desk {
                fl!(m, "setup-address-replaced", code = code)
            } else {
                fl!(m, "apply-address-replaced", code = code)
            };
            found.wrong(counter.code.spot, words);
        }
        if counter.renew {
            renew(grounds, slug, counter, changes);
            continue;
        }
        let wanted = CounterWanted {
            code: counter.code.value.clone(),
            unit: counter.unit.value.clone(),
            name: counter.name.value.clone(),
            address: address(grounds.known, before, counter),
            replaces: None,
        };
        let same = place.is_some_and(|place| {
            !place.retired
                && place.unit == wanted.unit
                && place.name.as_ref() == Some(&wanted.name)
                && place.address == wanted.address
        });
        if !same {
            changes.push(Change::Counter { slug: slug.clone(), counter: wanted, before: place.cloned() });
        }
    }
    for place in before.iter().flat_map(|before| &before.places) {
        let listed = |code: &String| asked.counters.iter().any(|counter| counter.code.value == *code);
        if place.counter.as_ref().is_some_and(|code| !listed(code)) && !place.retired {
            changes.push(Change::Retire { slug: slug.clone(), place: place.clone() });
        }
    }
}

/// Gives a counter a new address, in every campaign that would still take answers by the old one.
fn renew(grounds: &Grounds<'_>, slug: &str, counter: &CounterAsked, changes: &mut Vec<Change>) {
    let code = counter.code.value.as_str();
    let here = grounds.known.campaign(slug).and_then(|campaign| campaign.counter(code));
    let Some(old) = here.and_then(|place| place.address.clone()) else { return };
    let to_come = grounds.known.campaigns.iter().filter(|campaign| {
        campaign.stored.campaign.slug != slug && campaign.stored.campaign.phase(grounds.now) != Phase::Closed
    });
    for campaign in grounds.known.campaign(slug).into_iter().chain(to_come) {
        let place = campaign.counter(code).filter(|place| place.address.as_ref() == Some(&old));
        let Some(place) = place.filter(|place| !place.retired) else { continue };
        let is_here = campaign.stored.campaign.slug == slug;
        let counter = CounterWanted {
            code: code.to_owned(),
            unit: if is_here { counter.unit.value.clone() } else { place.unit.clone() },
            name: if is_here { counter.name.value.clone() } else { place.name.clone().unwrap_or_default() },
            address: None,
            replaces: Some(old.clone()),
        };
        let slug = campaign.stored.campaign.slug.clone();
        changes.push(Change::Counter { slug, counter, before: Some(place.clone()) });
    }
}

fn check_unit_kept(found: &mut Findings<'_>, counter: &CounterAsked, before: &KnownCampaign, place: &Place) {
    let answers = before.answers.get(&place.number).copied().unwrap_or(0);
    if answers > 0 && place.unit != counter.unit.value {
        let (code, unit) = (counter.code.value.as_str(), place.unit.as_str());
        let words = fl!(
            found.lang.messages(),
            "apply-counter-answered",
            code = code,
            unit = unit,
            answers = answers.to_string()
        );
        found.wrong(counter.unit.spot, words);
    }
}

/// The last part of a counter's address: its code if it is public, else what this campaign or else another one gave to
/// the code; `None` where it has to be drawn.
pub fn address(known: &Known, before: Option<&KnownCampaign>, counter: &CounterAsked) -> Option<String> {
    let code = &counter.code.value;
    if counter.public {
        return Some(code.clone());
    }
    let own = before.and_then(|before| before.counter(code)).and_then(|place| place.address.as_ref());
    own.filter(|address| *address != code && !known.replaced.contains(*address))
        .cloned()
        .or_else(|| known.address(code).map(str::to_owned))
}
