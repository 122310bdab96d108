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
        let wanted = CounterWanted {
            code: counter.code.value.clone(),
            unit: counter.unit.value.clone(),
            name: counter.name.value.clone(),
            address: address(grounds.known, before, counter),
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
    own.filter(|address| *address != code).cloned().or_else(|| known.address(code).map(str::to_owned))
}
