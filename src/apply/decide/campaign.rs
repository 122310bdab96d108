//! A campaign with all that belongs to it.

use i18n_embed_fl::fl;

use super::{Grounds, counters, definition, invitations, margins, raters, strata};
use crate::{
    apply::{
        change::{Change, when},
        known::KnownCampaign,
        notice,
        plan::CampaignAsked,
        source::Findings,
    },
    definition::{Definition, message::with_hint, model::Audience},
    organisation::{Campaign, State, kiosk_code},
    store::campaigns::PAPER,
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
    let mut definition = None;
    if let Some(definition::Resolved { version, sha256, definition: found_definition }) = resolved {
        definition = found_definition;
        let languages = languages(found, grounds, asked, (&version, definition.as_ref()));
        let wanted = Campaign {
            slug: asked.slug.value.clone(),
            definition: asked.definition.value.clone(),
            version,
            sha256,
            form: asked.form.value.clone(),
            by_link: definition.as_ref().map_or_else(
                || before.is_some_and(|before| before.stored.campaign.by_link),
                |definition| definition.audience == Audience::Officials,
            ),
            title: asked.title.clone(),
            opens: asked.opens.value,
            closes: asked.closes.value,
            target: asked.target,
            demonstration: asked.demonstration.value,
            minimum_answers: asked.minimum_answers,
            previous: asked.previous.as_ref().map(|previous| previous.value.clone()),
            notice: asked.notice.as_ref().map(|notice| notice.value.clone()),
            languages,
            state: asked.state.or(before.map(|before| before.stored.campaign.state)).unwrap_or_default(),
        };
        if let Some(before) = before {
            check_answered(found, asked, before, &wanted);
            check_promises(found, grounds.now, asked, before, &wanted);
            check_begun(found, grounds.now, asked, before);
            check_settled(found, grounds.now, asked, before);
        }
        let same = before.is_some_and(|before| {
            // A definition replaced before anybody answered is a change of its own.
            Campaign { sha256: wanted.sha256.clone(), ..before.stored.campaign.clone() } == wanted
        });
        if !same {
            let before = before.map(|before| Box::new(before.stored.clone()));
            changes.push(Change::Campaign { campaign: wanted, before });
        }
    }
    tablet_code(grounds, asked, before, changes);
    check_previous(found, grounds, asked);
    notice::check(found, asked);
    strata::decide(found, grounds, asked, before, changes);
    margins::decide(found, grounds, asked, definition.as_ref(), before, changes);
    counters::decide(found, grounds, asked, before, changes);
    let judging = raters::decide(found, grounds, asked, definition.as_ref(), before, changes);
    invitations::decide(found, grounds, asked, judging.as_ref(), before, changes);
}

/// The languages that the campaign offers, in the questionnaire's order; none where it offers all. The questionnaire's
/// first language is always among them, since that is what people get whose own is not there.
fn languages(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    (version, definition): (&str, Option<&Definition>),
) -> Vec<String> {
    let Some(definition) = definition.filter(|_| !asked.languages.is_empty()) else { return Vec::new() };
    let m = found.lang.messages();
    let id = definition.id.as_str();
    let pinned = grounds.known.definitions.iter().find(|known| known.id == id && known.version == version);
    let translated = grounds.known.translations.iter().map(|known| &known.pinned);
    let translated = translated.filter(|known| Some(known.definition) == pinned.map(|pinned| pinned.number));
    let translated = translated.map(|known| known.language.clone());
    let at_hand = grounds.library.translations(id, version).map(|entry| entry.translation.language.clone());
    let mut all = definition.languages.clone();
    for language in at_hand.chain(translated) {
        if !all.contains(&language) {
            all.push(language);
        }
    }
    for said in &asked.languages {
        if !all.contains(&said.value) && !found.is_wrong_at(said.spot) {
            let words = fl!(m, "apply-unknown-language", id = id, language = said.value.as_str());
            found.wrong(said.spot, with_hint(found.lang, words, &said.value, &all));
        }
    }
    let first = definition.languages.first().cloned().unwrap_or_default();
    let listed = |code: &String| asked.languages.iter().any(|said| said.value == *code);
    if let Some(said) = asked.languages.first().filter(|_| !listed(&first)) {
        found.wrong(said.spot, fl!(m, "apply-first-language", id = id, language = first.as_str()));
    }
    let mut chosen = all.clone();
    chosen.retain(listed);
    if chosen.len() == all.len() { Vec::new() } else { chosen }
}

/// The code of the tablets, compared by its hash; a file that does not list one removes it.
fn tablet_code(
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) {
    if asked.keeps_kiosk_code {
        return;
    }
    let slug = asked.slug.value.as_str();
    let hash = asked
        .kiosk_code
        .as_ref()
        .map(|code| grounds.key.map_or([0; 32], |key| kiosk_code::hash(key, slug, &code.value)));
    let known = before.and_then(|before| before.stored.kiosk_code.as_deref());
    if hash.as_ref().map(<[u8; 32]>::as_slice) != known {
        changes.push(Change::KioskCode { slug: slug.to_owned(), hash, before: known.is_some() });
    }
}

/// The previous campaign is there, another one, and opened before.
fn check_previous(found: &mut Findings<'_>, grounds: &Grounds<'_>, asked: &CampaignAsked) {
    let Some(previous) = &asked.previous else { return };
    let m = found.lang.messages();
    let slug = previous.value.as_str();
    match grounds.campaigns.get(slug) {
        None => {
            let known: Vec<String> = grounds.campaigns.keys().cloned().collect();
            let words = fl!(m, "apply-unknown-previous", slug = slug);
            found.wrong(previous.spot, with_hint(found.lang, words, slug, &known));
        }
        Some(opens) if *opens >= asked.opens.value => {
            let words = if found.desk {
                fl!(m, "setup-previous-later")
            } else {
                fl!(m, "apply-previous-later", slug = slug)
            };
            found.wrong(previous.spot, words);
        }
        Some(_) => {}
    }
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
            let m = found.lang.messages();
            let words = match key {
                "demonstration" if found.desk => fl!(m, "setup-answered-demonstration"),
                _ if found.desk => fl!(m, "setup-answered-form"),
                _ => fl!(m, "apply-answered", slug = slug, key = key, before = before, after = after),
            };
            found.wrong(spot, words);
        }
    }
}

/// The least time between a change of settings and the deletion of answers that follows from it, in milliseconds: a week.
const BEFORE_DELETION: i64 = 7 * 24 * 60 * 60 * 1_000;

/// People answered because they were told how long their answers are kept; it may become less, never more. A list of invited
/// persons is deleted after a number of days whether or not one was named.
fn check_promises(
    found: &mut Findings<'_>,
    now: i64,
    asked: &CampaignAsked,
    before: &KnownCampaign,
    wanted: &Campaign,
) {
    if !before.answered {
        return;
    }
    let was = &before.stored.campaign;
    let spot = asked.notice.as_ref().map_or(asked.slug.spot, |said| said.spot);
    let answers = |campaign: &Campaign| campaign.notice.as_ref().and_then(|it| it.keep_answers_months);
    let list = |campaign: &Campaign| (!before.invitations.is_empty()).then(|| campaign.list_days());
    for (key, was, wanted) in
        [("keep_answers_months", answers(was), answers(wanted)), ("keep_list_days", list(was), list(wanted))]
    {
        let Some(was) = was else { continue };
        if wanted.is_none_or(|wanted| wanted > was) {
            let (slug, was) = (asked.slug.value.as_str(), was.to_string());
            let m = found.lang.messages();
            let words = match key {
                "keep_answers_months" if found.desk => fl!(m, "setup-promise-answers", before = was),
                _ if found.desk => fl!(m, "setup-promise-list", before = was),
                _ => fl!(m, "apply-promise", slug = slug, key = key, before = was),
            };
            found.wrong(spot, words);
        }
    }
    // What is promised is kept by itself: nobody loses answers by a number that was typed.
    let (was, end) = (was.answers_end(), wanted.answers_end());
    if was != end && end.is_some_and(|end| end < now.saturating_add(BEFORE_DELETION)) {
        let slug = asked.slug.value.as_str();
        found.wrong(spot, fl!(found.lang.messages(), "apply-promise-past", slug = slug));
    }
}

/// What has begun cannot begin anew: whoever was told something before the opening would be told something else.
fn check_begun(found: &mut Findings<'_>, now: i64, asked: &CampaignAsked, before: &KnownCampaign) {
    let was = &before.stored.campaign;
    let begun = before.answered && was.state != State::Draft && was.opens <= now;
    if begun && asked.opens.value > now {
        let (slug, opened) = (was.slug.as_str(), when(was.opens));
        let words = fl!(found.lang.messages(), "apply-begun", slug = slug, opened = opened);
        found.wrong(asked.opens.spot, words);
    }
}

/// Answers by personal links were shuffled in at closing; opening again would let late ones stand out.
fn check_settled(found: &mut Findings<'_>, now: i64, asked: &CampaignAsked, before: &KnownCampaign) {
    let was = &before.stored.campaign;
    let (slug, closed) = (asked.slug.value.as_str(), when(was.closes));
    let (m, opens_again) = (found.lang.messages(), asked.closes.value > now);
    if before.stored.settled && opens_again {
        let desk = fl!(m, "setup-settled", closed = closed.as_str());
        let file = fl!(m, "apply-settled", slug = slug, closed = closed.as_str());
        refuse_end(found, asked, desk, file);
    }
    // Who has seen figures by field and counter would see in later ones what came in since; they are seen when the time for paper
    // is over, which is counted from the end.
    let over = before.answered && !was.demonstration && was.closes <= now;
    let seen = was.closes.saturating_add(PAPER) <= now;
    let moved = asked.closes.value < was.closes || seen && asked.closes.value > was.closes;
    let said = opens_again && (before.stored.settled || before.published);
    if over && moved && !said {
        let desk = fl!(m, "setup-closed-long", closed = closed.as_str());
        let file = fl!(m, "apply-closed-long", slug = slug, closed = closed.as_str());
        refuse_end(found, asked, desk, file);
    }
    // What comes in after results were published could be told from a second publication.
    if before.published && opens_again {
        found.wrong(asked.closes.spot, fl!(m, "publish-closed", slug = slug));
    }
}

/// Refuses an end, in the words of the desk or of a file.
fn refuse_end(found: &mut Findings<'_>, asked: &CampaignAsked, desk: String, file: String) {
    let words = if found.desk { desk } else { file };
    found.wrong(asked.closes.spot, words);
}
