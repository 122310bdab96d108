//! Invitations: one whose link was used can neither be withdrawn nor move to another group.

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{
        change::{Change, InvitationWanted},
        known::KnownCampaign,
        plan::CampaignAsked,
        source::Findings,
    },
    store::invitations::Invitation,
};

/// The invitations to write and to withdraw.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) {
    let m = found.lang.messages();
    let slug = &asked.slug.value;
    let mut kept: std::collections::BTreeMap<&str, &Invitation> = before
        .iter()
        .flat_map(|before| &before.invitations)
        .map(|invitation| (invitation.code.as_str(), invitation))
        .collect();
    let is_used = |code: &str| before.is_some_and(|before| before.used.contains(code));
    for invitation in &asked.invitations {
        grounds.check_unit(found, &invitation.unit);
        let wanted = InvitationWanted {
            code: invitation.code.value.clone(),
            unit: invitation.unit.value.clone(),
            name: invitation.name.as_ref().map(|said| said.value.clone()),
            email: invitation.email.as_ref().map(|said| said.value.clone()),
        };
        let place = kept.remove(wanted.code.as_str());
        if let Some(place) = place {
            let unchanged =
                place.unit == wanted.unit && place.name == wanted.name && place.email == wanted.email;
            if unchanged {
                continue;
            }
            if place.unit != wanted.unit && is_used(&wanted.code) {
                let words =
                    fl!(m, "apply-invitation-moved", code = wanted.code.as_str(), unit = place.unit.as_str());
                found.wrong(invitation.unit.spot, words);
            }
        }
        changes.push(Change::Invitation { slug: slug.clone(), invitation: wanted, before: place.cloned() });
    }
    for code in kept.into_keys() {
        if is_used(code) {
            let words = fl!(m, "apply-invitation-used", code = code, slug = slug.as_str());
            found.wrong(asked.slug.spot, words);
        } else {
            changes.push(Change::Withdraw { slug: slug.clone(), code: code.to_owned() });
        }
    }
}
