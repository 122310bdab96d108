//! Invitations. Nothing here asks whether a link was used: what is refused and what becomes of a person who is taken off the
//! list is the same for those who have answered and for those who have not, or it would tell who did.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::{Grounds, raters::Judging};
use crate::{
    apply::{
        change::Change,
        known::KnownCampaign,
        plan::{CampaignAsked, InvitationAsked},
        source::Findings,
    },
    organisation::{Person, Phase, person::name_key},
    store::invitations::Invitation,
};

/// The invitations to write and to withdraw.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    judging: Option<&Judging>,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) {
    let m = found.lang.messages();
    let slug = &asked.slug.value;
    let mut kept: BTreeMap<&str, &Invitation> = before
        .iter()
        .flat_map(|before| &before.invitations)
        .map(|invitation| (invitation.code.as_str(), invitation))
        .collect();
    // From here on whoever had a link may have answered.
    let begun = before.is_some_and(|before| {
        before.answered || !matches!(before.stored.campaign.phase(grounds.now), Phase::Draft | Phase::Planned)
    });
    if let Some(first) = asked.invitations.first().filter(|_| before.is_some_and(|before| before.erased)) {
        found.wrong(first.code.spot, fl!(m, "lists-erased", slug = slug.as_str()));
        return;
    }
    for invitation in &asked.invitations {
        grounds.check_unit(found, &invitation.unit);
        match judging {
            Some(judging) => judging.check(found, asked, invitation),
            None => {
                if let Some(group) = &invitation.group {
                    let name = group.value.as_str();
                    let words = if found.desk {
                        fl!(m, "setup-no-groups", group = name)
                    } else {
                        fl!(m, "apply-invitation-no-groups", group = name)
                    };
                    found.wrong(group.spot, words);
                }
            }
        }
        let wanted = invitation.person();
        let place = kept.remove(wanted.code.as_str());
        if let Some(place) = place {
            if place.person() == wanted {
                continue;
            }
            if begun && place.bound && place.unit != wanted.unit {
                let words =
                    fl!(m, "apply-invitation-moved", code = wanted.code.as_str(), unit = place.unit.as_str());
                found.wrong(invitation.unit.spot, words);
            }
            if begun && place.bound && place.rater_group != wanted.group {
                let spot = invitation.group.as_ref().map_or(invitation.code.spot, |group| group.spot);
                let group = place.rater_group.as_deref().unwrap_or("–");
                let words = fl!(m, "apply-invitation-regrouped", code = wanted.code.as_str(), group = group);
                found.wrong(spot, words);
            }
        }
        changes.push(Change::Invitation { slug: slug.clone(), invitation: wanted, before: place.cloned() });
    }
    if judging.is_some() {
        once_a_person(found, &asked.invitations);
    }
    for (code, place) in kept {
        let keep = begun && place.bound;
        changes.push(Change::Withdraw { slug: slug.clone(), code: code.to_owned(), keep });
    }
}

impl InvitationAsked {
    /// The person as it shall be.
    pub fn person(&self) -> Person {
        let value =
            |said: &Option<crate::apply::source::Said<String>>| said.as_ref().map(|said| said.value.clone());
        Person {
            code: self.code.value.clone(),
            unit: self.unit.value.clone(),
            group: value(&self.group),
            name: value(&self.name),
            title: value(&self.title),
            email: value(&self.email),
            address: value(&self.address),
        }
    }
}

/// Complains of a person who is invited twice: the same e-mail address, or the same name at the same unit. Who is in two
/// groups would answer twice, and twice about the same units.
fn once_a_person(found: &mut Findings<'_>, invitations: &[InvitationAsked]) {
    let mut met: BTreeMap<(Option<&str>, String), &InvitationAsked> = BTreeMap::new();
    for invitation in invitations {
        let email = invitation.email.as_ref().map(|email| (None, email.value.to_lowercase()));
        let unit = Some(invitation.unit.value.as_str());
        let name = invitation.name.as_ref().map(|name| (unit, name_key(&name.value)));
        let before = email.iter().chain(&name).find_map(|key| met.get(key).copied());
        if let Some(first) = before {
            let group = |invitation: &InvitationAsked| {
                invitation.group.as_ref().map_or_else(|| "–".to_owned(), |group| group.value.clone())
            };
            let place = found.place(first.code.spot);
            let words = fl!(
                found.lang.messages(),
                "apply-person-twice",
                code = invitation.code.value.as_str(),
                group = group(invitation),
                other = first.code.value.as_str(),
                other_group = group(first),
                place = place
            );
            found.wrong(invitation.code.spot, words);
        }
        for key in email.into_iter().chain(name) {
            met.entry(key).or_insert(invitation);
        }
    }
}
