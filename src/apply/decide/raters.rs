//! Who judges what: groups of raters, the units that each of them judges, and whether everybody has something to judge.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{
        change::Change,
        known::KnownCampaign,
        plan::{AssignmentAsked, CampaignAsked, InvitationAsked},
        source::{Findings, Said, Spot},
    },
    clock,
    definition::{Definition, message::with_hint},
    organisation::{Assignment, Rater, RaterGroup, Raters, UnitTree},
};

/// Fewest persons of a group whose figures a report can show by themselves, where nothing else is said.
const SMALLEST_GROUP: usize = 5;

/// Who judges what in a campaign that has groups of raters.
pub struct Judging {
    raters: Raters,
    tree: UnitTree,
    /// Codes of the groups, for hints.
    groups: Vec<String>,
}

/// What has to change; gives who judges what, where the campaign has groups of raters.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    definition: Option<&Definition>,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) -> Option<Judging> {
    let kept = before.map(|before| before.raters.clone()).unwrap_or_default();
    let slug = &asked.slug.value;
    if asked.groups.is_empty() && asked.assignments.is_empty() {
        if !kept.is_empty() {
            check_answered(found, asked, before, &kept, &Raters::default());
            let (raters, before) = (Raters::default(), kept);
            changes.push(Change::Raters { slug: slug.clone(), raters, before });
        }
        return None;
    }
    check_alone(found, asked);
    check_weights(found, asked);
    let tree = tree(grounds, asked).unwrap_or_default();
    let groups: Vec<String> = asked.groups.iter().map(|group| group.code.value.clone()).collect();
    let mut raters = Raters {
        groups: asked
            .groups
            .iter()
            .map(|group| RaterGroup {
                code: group.code.value.clone(),
                name: group.name.value.clone(),
                weight: group.weight.as_ref().map(|weight| weight.value),
            })
            .collect(),
        assignments: Vec::new(),
    };
    let mut by_pair: BTreeMap<(String, String), String> = BTreeMap::new();
    for assignment in &asked.assignments {
        check_names(found, grounds, asked, definition, &groups, assignment);
        let form = assignment.form.as_ref().unwrap_or(&asked.form).value.clone();
        for unit in expand(found, &tree, assignment) {
            let pair = (assignment.group.value.clone(), unit);
            if by_pair.get(&pair).is_some_and(|other| *other != form) {
                let (group, unit) = (pair.0.as_str(), pair.1.as_str());
                let words = fl!(found.lang.messages(), "apply-assignment-forms", group = group, unit = unit);
                found.wrong(assignment.spot, words);
            }
            by_pair.entry(pair).or_insert_with(|| form.clone());
        }
    }
    raters.assignments =
        by_pair.into_iter().map(|((group, unit), form)| Assignment { group, unit, form }).collect();
    raters.sort();
    check_groups(found, asked, &raters);
    check_answered(found, asked, before, &kept, &raters);
    if raters != kept {
        changes.push(Change::Raters { slug: slug.clone(), raters: raters.clone(), before: kept });
    }
    Some(Judging { raters, tree, groups })
}

/// The units as they are on the campaign's first day, those of the files among them; `None` where they are no tree, which
/// is complained of elsewhere.
fn tree(grounds: &Grounds<'_>, asked: &CampaignAsked) -> Option<UnitTree> {
    grounds.after.on(clock::date(clock::day(asked.opens.value))?).ok()
}

/// Persons who judge units, and nothing else: how many there are of each kind is counted, and nobody answers at a counter.
fn check_alone(found: &mut Findings<'_>, asked: &CampaignAsked) {
    let m = found.lang.messages();
    if let Some(counter) = asked.counters.first() {
        found.wrong(counter.code.spot, fl!(m, "apply-raters-counters"));
    }
    let declared = asked.strata.iter().map(|stratum| stratum.unit.spot);
    if let Some(spot) = declared.chain(asked.margins.iter().map(|margin| margin.unit.spot)).next() {
        let words = if found.desk { fl!(m, "setup-raters-strata") } else { fl!(m, "apply-raters-strata") };
        found.wrong(spot, words);
    }
}

/// All groups have a weight or none has.
fn check_weights(found: &mut Findings<'_>, asked: &CampaignAsked) {
    let with = asked.groups.iter().any(|group| group.weight.is_some());
    if let Some(without) = asked.groups.iter().find(|group| group.weight.is_none()).filter(|_| with) {
        let code = without.code.value.as_str();
        let m = found.lang.messages();
        let words = if found.desk {
            fl!(m, "setup-group-unweighted", code = code)
        } else {
            fl!(m, "apply-group-unweighted", code = code)
        };
        found.wrong(without.code.spot, words);
    }
}

/// Group, units and form of an assignment are there.
fn check_names(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    definition: Option<&Definition>,
    groups: &[String],
    assignment: &AssignmentAsked,
) {
    let m = found.lang.messages();
    let group = assignment.group.value.as_str();
    if !group.is_empty() && !groups.iter().any(|code| code == group) {
        let words = fl!(m, "apply-unknown-group", code = group);
        found.wrong(assignment.group.spot, with_hint(found.lang, words, group, groups));
    }
    for unit in assignment.units.iter().chain(&assignment.below) {
        grounds.check_unit(found, unit);
    }
    let said = assignment.form.as_ref().unwrap_or(&asked.form);
    let Some(definition) = definition else { return };
    match definition.forms.iter().find(|form| form.id == said.value) {
        None if assignment.form.is_some() => {
            let (id, form) = (asked.definition.value.as_str(), said.value.as_str());
            let known: Vec<String> = definition.forms.iter().map(|form| form.id.clone()).collect();
            let words = fl!(m, "apply-unknown-form", id = id, form = form);
            found.wrong(said.spot, with_hint(found.lang, words, form, &known));
        }
        Some(form) if form.rotation.is_some() => {
            found.wrong(said.spot, fl!(m, "apply-raters-rotation", form = form.id.as_str()));
        }
        _ => {}
    }
}

/// The units of an assignment: those listed, and those of the kind and below the unit that it names.
fn expand(found: &mut Findings<'_>, tree: &UnitTree, assignment: &AssignmentAsked) -> BTreeSet<String> {
    let m = found.lang.messages();
    let mut units: BTreeSet<String> = assignment.units.iter().map(|unit| unit.value.clone()).collect();
    if assignment.kind.is_some() || assignment.below.is_some() {
        let above = assignment.below.as_ref().map(|below| tree.position(&below.value));
        let inside = |at: usize| match above {
            None => true,
            Some(Some(above)) => at != above && tree.is_within(at, above),
            Some(None) => false,
        };
        let kind = assignment.kind.as_ref().map(|kind| kind.value.as_str());
        let chosen: Vec<String> = tree
            .units()
            .iter()
            .enumerate()
            .filter(|(at, unit)| inside(*at) && kind.is_none_or(|kind| unit.kind == kind))
            .map(|(_, unit)| unit.code.clone())
            .collect();
        let said: Option<&Said<String>> = assignment.kind.as_ref().or(assignment.below.as_ref());
        if chosen.is_empty() && !matches!(above, Some(None)) {
            let spot = said.map_or(assignment.spot, |said| said.spot);
            let kind = kind.unwrap_or("–");
            let below = assignment.below.as_ref().map_or("–", |below| below.value.as_str());
            found.wrong(spot, fl!(m, "apply-assignment-nothing", kind = kind, below = below));
        }
        units.extend(chosen);
    }
    units.retain(|unit| !unit.is_empty());
    units
}

/// Every group judges something, and is large enough to be shown.
fn check_groups(found: &mut Findings<'_>, asked: &CampaignAsked, raters: &Raters) {
    let m = found.lang.messages();
    for group in asked.groups.iter().filter(|group| !group.code.value.is_empty()) {
        let code = group.code.value.as_str();
        if raters.assignments.iter().all(|assigned| assigned.group != code) {
            let words = if found.desk {
                fl!(m, "setup-group-idle", code = code)
            } else {
                fl!(m, "apply-group-idle", code = code)
            };
            found.wrong(group.code.spot, words);
        }
        let of = |invitation: &&InvitationAsked| {
            invitation.group.as_ref().is_some_and(|group| group.value == code)
        };
        let persons = asked.invitations.iter().filter(of).count();
        let least = asked.minimum_answers.map_or(SMALLEST_GROUP, |least| least as usize);
        if persons > 0 && persons < least {
            let words = fl!(m, "apply-group-small", code = code, persons = persons, least = least);
            found.doubtful(group.code.spot, words);
        }
    }
}

/// What somebody has answered was asked by these forms, and would have counted with these weights.
fn check_answered(
    found: &mut Findings<'_>,
    asked: &CampaignAsked,
    before: Option<&KnownCampaign>,
    kept: &Raters,
    wanted: &Raters,
) {
    let Some(before) = before.filter(|before| before.answered || before.stored.settled) else { return };
    let gone = kept.assignments.iter().any(|assigned| !wanted.assignments.contains(assigned));
    let weighed = kept
        .groups
        .iter()
        .any(|group| wanted.group(&group.code).is_none_or(|other| other.weight != group.weight));
    let forms = kept.forms();
    let reshaped =
        kept.is_empty() != wanted.is_empty() || wanted.forms().iter().any(|form| !forms.contains(form));
    let settled = before.stored.settled && kept != wanted;
    if gone || weighed || reshaped || settled {
        let spot: Spot = asked
            .assignments
            .first()
            .map(|assignment| assignment.spot)
            .or(asked.groups.first().map(|group| group.code.spot))
            .unwrap_or(asked.slug.spot);
        let words = fl!(found.lang.messages(), "apply-raters-answered", slug = asked.slug.value.as_str());
        found.wrong(spot, words);
    }
}

impl Judging {
    /// Complains of an invited person who is in no group, or who has nothing to judge.
    pub fn check(&self, found: &mut Findings<'_>, asked: &CampaignAsked, invitation: &InvitationAsked) {
        let m = found.lang.messages();
        let code = invitation.code.value.as_str();
        let Some(group) = &invitation.group else {
            let slug = asked.slug.value.as_str();
            let words = if found.desk {
                fl!(m, "setup-no-group", code = code)
            } else {
                fl!(m, "apply-invitation-no-group", code = code, slug = slug)
            };
            found.wrong(invitation.code.spot, words);
            return;
        };
        let name = group.value.as_str();
        if !self.groups.iter().any(|known| known == name) {
            let words = fl!(m, "apply-unknown-group", code = name);
            found.wrong(group.spot, with_hint(found.lang, words, name, &self.groups));
            return;
        }
        let rater = Rater { group: name.to_owned(), unit: invitation.unit.value.clone() };
        let idle = self.raters.assignments.iter().any(|assigned| assigned.group == name)
            && self.raters.judged_by(&self.tree, &rater).is_empty();
        if idle && !self.tree.units().is_empty() {
            let words = fl!(
                m,
                "apply-invitation-idle",
                code = code,
                group = name,
                unit = invitation.unit.value.as_str()
            );
            found.wrong(invitation.unit.spot, words);
        }
    }
}
