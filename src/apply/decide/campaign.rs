//! A campaign with all that belongs to it.

use i18n_embed_fl::fl;

use super::{Grounds, counters, definition, invitations, strata};
use crate::{
    apply::{
        change::{Change, when},
        known::KnownCampaign,
        plan::CampaignAsked,
        source::Findings,
    },
    organisation::Campaign,
};

/// What has to change in a campaign.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    changes: &mut Vec<Change>,
) {
    let before = grounds.known.campaign(&asked.slug.value);
    let resolved = definition::resolve(found, grounds, asked, before, changes);
    if let Some((version, sha256)) = resolved {
        let wanted = Campaign {
            slug: asked.slug.value.clone(),
            definition: asked.definition.value.clone(),
            version,
            sha256,
            form: asked.form.value.clone(),
            title: asked.title.clone(),
            opens: asked.opens.value,
            closes: asked.closes.value,
            target: asked.target,
            demonstration: asked.demonstration.value,
            minimum_answers: asked.minimum_answers,
        };
        if let Some(before) = before {
            check_answered(found, asked, before, &wanted);
            check_settled(found, grounds.now, asked, before);
        }
        let same = before.is_some_and(|before| {
            // A definition replaced before anybody answered is a change of its own.
            Campaign { sha256: wanted.sha256.clone(), ..before.stored.campaign.clone() } == wanted
        });
        if !same {
            let before = before.map(|before| before.stored.clone());
            changes.push(Change::Campaign { campaign: wanted, before });
        }
    }
    strata::decide(found, grounds, asked, before, changes);
    counters::decide(found, grounds, asked, before, changes);
    invitations::decide(found, grounds, asked, before, changes);
}

/// What people have answered cannot become something else afterwards.
fn check_answered(
    found: &mut Findings<'_>,
    asked: &CampaignAsked,
    before: &KnownCampaign,
    wanted: &Campaign,
) {
    if !before.answered {
        return;
    }
    let was = &before.stored.campaign;
    let version = asked.version.as_ref().map_or(asked.definition.spot, |version| version.spot);
    let definition = |campaign: &Campaign| format!("{} {}", campaign.definition, campaign.version);
    let fixed = if was.definition == wanted.definition {
        ("version", version, was.version.clone(), wanted.version.clone())
    } else {
        ("definition", asked.definition.spot, definition(was), definition(wanted))
    };
    for (key, spot, before, after) in [
        fixed,
        ("form", asked.form.spot, was.form.clone(), wanted.form.clone()),
        (
            "demonstration",
            asked.demonstration.spot,
            was.demonstration.to_string(),
            wanted.demonstration.to_string(),
        ),
    ] {
        if before != after {
            let slug = was.slug.as_str();
            let words = fl!(
                found.lang.messages(),
                "apply-answered",
                slug = slug,
                key = key,
                before = before,
                after = after
            );
            found.wrong(spot, words);
        }
    }
}

/// Answers by personal links were shuffled in at closing; opening again would let late ones stand out.
fn check_settled(found: &mut Findings<'_>, now: i64, asked: &CampaignAsked, before: &KnownCampaign) {
    if before.stored.settled && asked.closes.value > now {
        let (slug, closed) = (asked.slug.value.as_str(), when(before.stored.campaign.closes));
        let words = fl!(found.lang.messages(), "apply-settled", slug = slug, closed = closed);
        found.wrong(asked.closes.spot, words);
    }
}
