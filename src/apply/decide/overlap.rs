//! At any time an address leads to at most one campaign.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use jiff::Timestamp;

use super::counters::address;
use crate::{
    apply::{
        known::Known,
        plan::Plan,
        source::{Findings, Spot},
    },
    clock,
    language::{Lang, vietnamese},
    organisation::{State, problem::written},
};

/// Most counters named in one sentence.
const NAMED: usize = 5;

/// A counter's time in a campaign.
struct Stay<'a> {
    slug: &'a str,
    title: &'a str,
    code: &'a str,
    opens: i64,
    closes: i64,
    /// Where the files list it; absent for what only the database has.
    spot: Option<Spot>,
}

/// The counters that two campaigns ask at at the same time.
struct Clash<'a> {
    one: &'a Stay<'a>,
    other: &'a Stay<'a>,
    spot: Spot,
    codes: Vec<&'a str>,
}

impl Clash<'_> {
    /// What is wrong and how to mend it. Files know campaigns by slug, people by title.
    fn words(&self, lang: Lang, in_files: bool) -> String {
        let name = |stay: &Stay<'_>| if in_files { stay.slug.to_owned() } else { stay.title.to_owned() };
        let mut codes = self.codes.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        if self.codes.len() > NAMED {
            codes.push_str(", …");
        }
        fl!(
            lang.messages(),
            "apply-overlap",
            n = self.codes.len(),
            codes = codes,
            one = name(self.one),
            one_opens = day(lang, self.one.opens),
            one_closes = day(lang, self.one.closes - 1),
            other = name(self.other),
            other_opens = day(lang, self.other.opens),
            other_closes = day(lang, self.other.closes - 1)
        )
    }
}

/// The day of a moment as people write it.
fn day(lang: Lang, milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |moment| written(lang, moment.to_zoned_datetime(clock::province()).date()),
    )
}

/// Complains of every two campaigns that ask at the same counters at the same time, once for all their counters.
pub fn check(found: &mut Findings<'_>, plan: &Plan, known: &Known) {
    let lang = found.lang;
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
                    title: lang.pick(&stored.title),
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
                title: lang.pick(&asked.title),
                code,
                opens: opens.value,
                closes: closes.value,
                spot: Some(counter.code.spot),
            });
        }
    }
    let mut clashes: BTreeMap<(&str, &str), Clash<'_>> = BTreeMap::new();
    for stays in stays.values() {
        for (n, one) in stays.iter().enumerate() {
            for other in stays.iter().skip(n + 1) {
                let at_once = one.opens < other.closes && other.opens < one.closes;
                if let Some(spot) = other.spot
                    && at_once
                    && one.slug != other.slug
                {
                    let clash = clashes.entry((one.slug, other.slug)).or_insert(Clash {
                        one,
                        other,
                        spot,
                        codes: Vec::new(),
                    });
                    clash.spot = clash.spot.min(spot);
                    clash.codes.push(other.code);
                }
            }
        }
    }
    for clash in clashes.values_mut() {
        clash.codes.sort_by_cached_key(|code| vietnamese::natural(code));
        let in_files = !found.place(clash.spot).is_empty();
        found.wrong(clash.spot, clash.words(lang, in_files));
    }
}
