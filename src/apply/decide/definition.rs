//! Which definition a campaign asks, and whether it is still the one that was pinned.

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{change::Change, known::KnownCampaign, plan::CampaignAsked, source::Findings},
    definition::{Definition, Entry, message::with_hint},
};

/// The definition that a campaign asks.
pub struct Resolved {
    pub version: String,
    pub sha256: String,
    /// Absent where the pinned one cannot be read.
    pub definition: Option<Definition>,
}

/// The definition with its version and hash, with the form found in it; pins or replaces it where needed.
pub fn resolve(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) -> Option<Resolved> {
    let id = asked.definition.value.as_str();
    if id.is_empty() {
        return None;
    }
    let version = match (&asked.version, before) {
        (Some(version), _) => Some(version.value.clone()),
        (None, Some(before)) if before.stored.campaign.definition == id => {
            Some(before.stored.campaign.version.clone())
        }
        _ => grounds.library.newest(id).map(|entry| entry.definition.version.clone()),
    };
    let Some(version) = version else {
        unknown(found, grounds, asked);
        return None;
    };
    let at_hand = grounds.library.get(id, &version);
    let pinned = grounds.known.definitions.iter().find(|pinned| pinned.id == id && pinned.version == version);
    let (definition, sha256) = match (at_hand, pinned) {
        (None, None) => {
            unknown(found, grounds, asked);
            return None;
        }
        (Some(entry), None) => {
            note(changes, entry, None);
            (Some(entry.definition.clone()), entry.sha256.clone())
        }
        (Some(entry), Some(pinned)) if pinned.sha256 != entry.sha256 => {
            replace(found, grounds, asked, entry, pinned.number, changes);
            (Some(entry.definition.clone()), entry.sha256.clone())
        }
        (_, Some(pinned)) => (Definition::from_canonical(&pinned.canonical).ok(), pinned.sha256.clone()),
    };
    if let Some(definition) = &definition
        && !has_form(definition, &asked.form.value)
        && !asked.form.value.is_empty()
    {
        let (form, forms) = (asked.form.value.as_str(), definition.forms.iter());
        let known: Vec<String> = forms.map(|form| form.id.clone()).collect();
        let words = fl!(found.lang.messages(), "apply-unknown-form", id = id, form = form);
        found.wrong(asked.form.spot, with_hint(found.lang, words, form, &known));
    }
    translations(found, grounds, asked, (id, &version), changes);
    Some(Resolved { version, sha256, definition })
}

/// The translations at hand: those not pinned yet, or changed since. One that is pinned and no longer at hand stays.
fn translations(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    (id, version): (&str, &str),
    changes: &mut Vec<Change>,
) {
    let definition =
        grounds.known.definitions.iter().find(|known| known.id == id && known.version == version);
    for entry in grounds.library.translations(id, version) {
        let language = entry.translation.language.as_str();
        let before = definition.and_then(|definition| {
            let mut known = grounds.known.translations.iter();
            known.find(|k| k.pinned.definition == definition.number && k.pinned.language == language)
        });
        let noted =
            |change: &Change| matches!(change, Change::Translation { entry: other, .. } if other == entry);
        if before.is_some_and(|before| before.pinned.sha256 == entry.sha256) || changes.iter().any(noted) {
            continue;
        }
        if before.is_some_and(|before| before.answered) {
            let spot = asked.version.as_ref().map_or(asked.definition.spot, |version| version.spot);
            let m = found.lang.messages();
            let words = fl!(m, "apply-translation-changed", id = id, version = version, language = language);
            found.wrong(spot, words);
        } else {
            changes.push(Change::Translation { entry: entry.clone(), before: before.is_some() });
        }
    }
}

fn has_form(definition: &Definition, form: &str) -> bool {
    definition.forms.iter().any(|known| known.id == form)
}

/// A version that changed after it was pinned: refused once anybody answered it.
fn replace(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    entry: &Entry,
    number: i64,
    changes: &mut Vec<Change>,
) {
    let m = found.lang.messages();
    let (id, version) = (entry.definition.id.as_str(), entry.definition.version.as_str());
    let spot = asked.version.as_ref().map_or(asked.definition.spot, |version| version.spot);
    let mut users = grounds.known.campaigns.iter().filter(|campaign| campaign.stored.definition == number);
    if let Some(user) = users.clone().find(|campaign| campaign.answered) {
        let campaign = user.stored.campaign.slug.as_str();
        let words = fl!(m, "apply-definition-changed", id = id, version = version, campaign = campaign);
        found.wrong(spot, words);
    } else if let Some(user) = users.find(|campaign| {
        campaign.stored.campaign.slug != asked.slug.value
            && !has_form(&entry.definition, &campaign.stored.campaign.form)
    }) {
        let (campaign, form) = (user.stored.campaign.slug.as_str(), user.stored.campaign.form.as_str());
        let words = fl!(
            m,
            "apply-definition-lost-form",
            id = id,
            version = version,
            campaign = campaign,
            form = form
        );
        found.wrong(spot, words);
    } else {
        note(changes, entry, Some(number));
    }
}

/// Notes a definition to write, once for all campaigns that ask it.
fn note(changes: &mut Vec<Change>, entry: &Entry, replaces: Option<i64>) {
    let same = |change: &Change| matches!(change, Change::Definition { entry: other, .. } if other == entry);
    if !changes.iter().any(same) {
        changes.push(Change::Definition { entry: entry.clone(), replaces });
    }
}

fn unknown(found: &mut Findings<'_>, grounds: &Grounds<'_>, asked: &CampaignAsked) {
    let m = found.lang.messages();
    let id = asked.definition.value.as_str();
    let at_hand = grounds.library.iter().map(|entry| (&entry.definition.id, &entry.definition.version));
    let pinned = grounds.known.definitions.iter().map(|pinned| (&pinned.id, &pinned.version));
    let all: Vec<(&String, &String)> = at_hand.chain(pinned).collect();
    let names = |mut names: Vec<String>| {
        names.sort();
        names.dedup();
        names
    };
    let versions =
        names(all.iter().filter(|(of, _)| *of == id).map(|(_, version)| (*version).clone()).collect());
    match &asked.version {
        Some(version) if !versions.is_empty() => {
            let words = fl!(m, "apply-unknown-version", id = id, version = version.value.as_str());
            found.wrong(version.spot, with_hint(found.lang, words, &version.value, &versions));
        }
        _ => {
            let ids = names(all.iter().map(|(id, _)| (*id).clone()).collect());
            let words = fl!(m, "apply-unknown-definition", id = id);
            found.wrong(asked.definition.spot, with_hint(found.lang, words, id, &ids));
        }
    }
}
