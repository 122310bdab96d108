//! Populations: at least the answers that are there, and for every unit that answers come from or for none.

use std::collections::BTreeSet;

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{change::Change, known::KnownCampaign, plan::CampaignAsked, source::Findings},
    organisation::Stratum,
};

/// Most units named in one warning.
const MOST: usize = 12;

/// The populations to write.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) {
    let m = found.lang.messages();
    let answers = before.map(KnownCampaign::answers_by_unit).unwrap_or_default();
    for stratum in &asked.strata {
        grounds.check_unit(found, &stratum.unit);
        let (unit, population) = (stratum.unit.value.as_str(), stratum.population.value);
        if let Some(&answers) = answers.get(unit)
            && population > 0
            && population < answers
        {
            let (population, answers) = (population.to_string(), answers.to_string());
            let words = fl!(
                m,
                "apply-population-below-answers",
                unit = unit,
                population = population,
                answers = answers
            );
            found.wrong(stratum.population.spot, words);
        }
    }
    let with: BTreeSet<&str> = asked.strata.iter().map(|stratum| stratum.unit.value.as_str()).collect();
    let sources = asked.counters.iter().map(|counter| counter.unit.value.as_str());
    let sources = sources.chain(asked.invitations.iter().map(|invitation| invitation.unit.value.as_str()));
    let without: BTreeSet<&str> = sources
        .chain(answers.keys().copied())
        .filter(|unit| !unit.is_empty() && !with.contains(unit))
        .collect();
    if !with.is_empty() && !without.is_empty() {
        let mut units = without.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
        if without.len() > MOST {
            units.push_str(", …");
        }
        let slug = asked.slug.value.as_str();
        found.doubtful(asked.slug.spot, fl!(m, "apply-without-stratum", slug = slug, units = units));
    }
    let mut strata: Vec<Stratum> = asked
        .strata
        .iter()
        .map(|stratum| Stratum {
            unit: stratum.unit.value.clone(),
            population: stratum.population.value,
            sample: stratum.sample,
        })
        .collect();
    strata.sort_by(|one, other| one.unit.cmp(&other.unit));
    let mut kept: Vec<Stratum> = before.map(|before| before.strata.clone()).unwrap_or_default();
    // PostgreSQL may order by other rules.
    kept.sort_by(|one, other| one.unit.cmp(&other.unit));
    if strata != kept {
        changes.push(Change::Strata { slug: asked.slug.value.clone(), strata, before: kept });
    }
}
