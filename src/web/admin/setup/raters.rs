//! Who judges what in a campaign: chosen on a card for each group ([`super::raters_choices`]), or written, groups and assignments
//! a line each, as they can be pasted from a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{CELLS, Done, Trouble, cells, changed, desk, raters_choices as choices, refused, shown};
use crate::{
    apply::desk::{Fault, NotDone},
    definition::{Definition, message::with_hint, model::Text},
    language::{Lang, vietnamese},
    organisation::{Assignment, RaterGroup, Raters, UnitTree},
    store::{StoreError, campaigns, raters as store, ready},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{Changed, meanwhile},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault as Shown, Form},
                setup::raters::{self as view, Group, Kinds, Page},
            },
            message::Kind,
        },
    },
};

/// Before a kind of units, of which all are meant.
const KIND: &str = "*";

/// Who judges what in a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/raters", rejection(NotFound))]
pub struct RatersPath {
    /// The campaign's slug.
    pub slug: String,
}

/// What was sent and is shown again.
#[derive(Debug, Default)]
struct Sent {
    fields: Option<Fields>,
    faults: Vec<Shown>,
    changed: Vec<Changed>,
    done: Option<String>,
}

/// Shows the groups and what they judge.
pub async fn show(
    path: RatersPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let sent = Sent { done: done.words(lang), ..Sent::default() };
    super::page(page(&app, &staff, lang, &path, &sent).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    path: &RatersPath,
    sent: &Sent,
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
    let tree = store::tree(&mut db, &stored.campaign).await?;
    let raters = store::of_campaign(&mut db, stored.number).await?;
    let counted = store::counted(&mut db, stored.number, &raters, &tree).await?;
    let definition = ready::load(&mut db, stored.clone()).await?.definition;
    drop(db);
    let forms = forms(&definition);
    let base = fields(&raters, &tree);
    let chosen = choices::fields(&raters, &tree, &forms.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    let by_choices = sent.fields.as_ref().is_none_or(|fields| fields.has(choices::BY));
    let kinds = choices::kinds(&tree);
    let kinds: Vec<Kinds<'_>> = kinds
        .iter()
        .map(|kind| Kinds {
            kind,
            units: choices::of_kind(&tree, kind)
                .into_iter()
                .filter_map(|code| Some(tree.get(code)?.name.as_str()))
                .collect(),
        })
        .collect();
    let groups: Vec<Group<'_>> = raters
        .groups
        .iter()
        .map(|group| {
            let own = || raters.assignments.iter().filter(|assigned| assigned.group == group.code);
            Group {
                name: &group.name,
                persons: counted.groups.get(&group.code).map_or(0, |(invited, _)| *invited),
                units: own().count(),
                forms: own()
                    .map(|assigned| assigned.form.as_str())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            }
        })
        .collect();
    let none: &[Shown] = &[];
    let form = |mine: bool, base| Form {
        lang,
        values: sent.fields.as_ref().filter(|_| mine).unwrap_or(base),
        faults: if mine { &sent.faults } else { none },
        changed: if mine { &sent.changed } else { &[] },
    };
    let names: Vec<(&str, String)> =
        forms.iter().map(|(id, title)| (*id, format!("{} ({id})", lang.pick(title)))).collect();
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        by_choices,
        choices: form(by_choices, &chosen),
        choices_base: &chosen,
        form: form(!by_choices, &base),
        base: &base,
        groups: &groups,
        kinds: &kinds,
        forms: &names,
        action: &path.to_string(),
        done: sent.done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}

/// The forms by which a group can judge: what several forms ask together is none, nor is one that asks everybody something
/// else.
fn forms(definition: &Definition) -> Vec<(&str, &Text)> {
    let forms = definition.forms.iter().filter(|form| !form.id.contains('+') && form.rotation.is_none());
    forms.map(|form| (form.id.as_str(), form.title.as_ref().unwrap_or(&definition.title))).collect()
}

/// What is wrong with the groups as wholes, in words that say what to do; at the field that `at` gives for a group's code.
fn whole(lang: Lang, raters: &Raters, at: impl Fn(&str) -> String) -> Vec<Fault> {
    let m = lang.messages();
    let mut faults = Vec::new();
    let weighted = raters.groups.iter().any(|group| group.weight.is_some());
    for group in &raters.groups {
        if weighted && group.weight.is_none() {
            faults
                .push(Fault::new(at(&group.code), fl!(m, "raters-unweighted", group = group.name.as_str())));
        }
        if raters.assignments.iter().all(|assigned| assigned.group != group.code) {
            faults.push(Fault::new(at(&group.code), fl!(m, "raters-idle", group = group.name.as_str())));
        }
    }
    faults
}

/// The lines as they are written: a kind of which every unit is judged stands for them.
fn fields(raters: &Raters, tree: &UnitTree) -> Fields {
    let groups = raters.groups.iter().map(|group| {
        let weight = group.weight.map(|weight| format!("; {}", weight.to_string().replace('.', ",")));
        format!("{}; {}{}", group.code, group.name, weight.unwrap_or_default())
    });
    let mut by_form: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for assigned in &raters.assignments {
        by_form.entry((&assigned.group, &assigned.form)).or_default().insert(&assigned.unit);
    }
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for unit in tree.units() {
        kinds.entry(&unit.kind).or_default().insert(&unit.code);
    }
    let assignments = by_form.into_iter().map(|((group, form), mut units)| {
        let mut parts: Vec<String> = Vec::new();
        for (kind, all) in &kinds {
            if all.is_subset(&units) {
                parts.push(format!("{KIND}{kind}"));
                units.retain(|unit| !all.contains(unit));
            }
        }
        parts.extend(units.into_iter().map(str::to_owned));
        format!("{group}; {}; {form}", parts.join(", "))
    });
    let lines = |lines: Vec<String>| lines.join("\n");
    Fields::of([("groups", lines(groups.collect())), ("assignments", lines(assignments.collect()))])
}

/// Reads the lines; what is wrong with them stands at their field, with the number of the line.
fn read(
    lang: Lang,
    fields: &Fields,
    tree: &UnitTree,
    form: &str,
    forms: &[&str],
) -> Result<Raters, Vec<Fault>> {
    let m = lang.messages();
    let (mut raters, mut faults) = (Raters::default(), Vec::new());
    let lines = |name: &str| {
        let text = fields.one(name).unwrap_or_default().to_owned();
        let lines: Vec<(usize, String)> = (1..).zip(text.lines().map(str::to_owned)).collect();
        lines.into_iter().filter(|(_, line)| !line.trim().is_empty())
    };
    for (number, line) in lines("groups") {
        match cells(&line).as_slice() {
            [code, name] if !code.is_empty() => {
                raters.groups.push(RaterGroup {
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                    weight: None,
                });
            }
            [code, name, weight] if !code.is_empty() => {
                let parsed: Option<f64> = weight.replace(',', ".").parse().ok();
                if parsed.is_none() && !weight.is_empty() {
                    faults.push(Fault::new("groups", fl!(m, "raters-bad-weight", line = number)));
                }
                raters.groups.push(RaterGroup {
                    code: (*code).to_owned(),
                    name: (*name).to_owned(),
                    weight: parsed,
                });
            }
            _ => faults.push(Fault::new("groups", fl!(m, "raters-bad-group", line = number))),
        }
    }
    let mut pairs: BTreeMap<(String, String), String> = BTreeMap::new();
    for (number, line) in lines("assignments") {
        let cells = cells(&line);
        let (said, wanted, own) = match cells.as_slice() {
            [group, wanted] => (*group, *wanted, form),
            [group, wanted, ""] => (*group, *wanted, form),
            [group, wanted, own] => (*group, *wanted, *own),
            _ => {
                faults.push(Fault::new("assignments", fl!(m, "raters-bad-assignment", line = number)));
                continue;
            }
        };
        // By its code or its name, in whatever case.
        let key = vietnamese::key(said);
        let meant =
            |group: &&RaterGroup| vietnamese::key(&group.code) == key || vietnamese::key(&group.name) == key;
        let Some(group) = raters.groups.iter().find(meant).map(|group| group.code.as_str()) else {
            let known: Vec<&str> = raters.groups.iter().map(|group| group.code.as_str()).collect();
            let words = fl!(m, "raters-no-group", line = number, group = said, all = known.join(", "));
            faults.push(Fault::new("assignments", words));
            continue;
        };
        let own = forms.iter().find(|form| form.eq_ignore_ascii_case(own)).copied().unwrap_or(own);
        if !forms.contains(&own) {
            let words = fl!(m, "raters-no-form", line = number, form = own, all = forms.join(", "));
            faults.push(Fault::new("assignments", words));
            continue;
        }
        for part in wanted.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let units: Vec<&str> = match part.strip_prefix(KIND) {
                Some(kind) => choices::of_kind(tree, kind),
                None => choices::unit(tree, part).into_iter().collect(),
            };
            if units.is_empty() {
                let known: Vec<String> = tree
                    .units()
                    .iter()
                    .flat_map(|unit| [unit.code.clone(), format!("{KIND}{}", unit.kind)])
                    .collect();
                let words = fl!(m, "raters-unknown-unit", line = number, unit = part);
                faults.push(Fault::new("assignments", with_hint(lang, words, part, &known)));
            }
            for unit in units {
                let pair = (group.to_owned(), unit.to_owned());
                if pairs.insert(pair, own.to_owned()).is_some_and(|other| other != own) {
                    let name = tree.get(unit).map_or(unit, |unit| unit.name.as_str());
                    let words = fl!(m, "raters-two-forms", group = group, unit = name);
                    faults.push(Fault::new("assignments", words));
                }
            }
        }
    }
    raters.assignments =
        pairs.into_iter().map(|((group, unit), form)| Assignment { group, unit, form }).collect();
    raters.sort();
    if faults.is_empty() {
        faults = whole(lang, &raters, |_| "groups".to_owned());
    }
    if faults.is_empty() { Ok(raters) } else { Err(faults) }
}

/// Saves the groups and what they judge.
pub async fn submit(
    path: RatersPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    let (status, sent) = match save(&app, &staff, lang, &path, &fields).await {
        Ok(()) => return changed(&app, &path.to_string(), lang, "saved", None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            let faults = at_fields(lang, &fields, faults);
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                Sent { faults: shown(faults), fields: Some(fields), ..Sent::default() },
            )
        }
        Err(Trouble::Meanwhile(meanwhile)) => (
            StatusCode::CONFLICT,
            Sent { fields: Some(meanwhile.fields), changed: meanwhile.changed, ..Sent::default() },
        ),
        Err(Trouble::NotDone(NotDone::Store(error))) => return error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown)) => return error::page(lang, Kind::Unknown),
    };
    error::found(status, page(&app, &staff, lang, &path, &sent).await, lang)
}

/// What the comparison refuses, at the fields of the page, each thing once. Persons who are invited already are counted
/// instead of being listed: what to do is the same for all of them.
fn at_fields(lang: Lang, sent: &Fields, faults: Vec<Fault>) -> Vec<Fault> {
    let by_choices = sent.has(choices::BY);
    let (mut told, mut people): (Vec<Fault>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
    for fault in faults {
        let field = match fault.field.as_str() {
            field if field.starts_with("invited.") => {
                people.insert(field.rsplit_once('.').map_or(field, |(person, _)| person).to_owned());
                continue;
            }
            field if field.starts_with('g') && sent.has(field) => field,
            _ if by_choices => "",
            field if field.ends_with(".units") => "assignments",
            field if field.starts_with("group.") => "groups",
            field => field,
        };
        if told.iter().all(|other| other.words != fault.words) {
            told.push(Fault::new(field, fault.words));
        }
    }
    if !people.is_empty() {
        told.push(Fault::new("", fl!(lang.messages(), "raters-people", n = people.len())));
    }
    told
}

async fn save(app: &App, staff: &Staff, lang: Lang, path: &RatersPath, sent: &Fields) -> Result<(), Trouble> {
    let tree = async {
        let mut db = app.store.read().await?;
        let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
        let tree = store::tree(&mut db, &stored.campaign).await?;
        Ok(Some((tree, ready::load(&mut db, stored).await?.definition)))
    };
    let tree = tree.await.map_err(|error: StoreError| Trouble::NotDone(NotDone::Store(error)))?;
    let (tree, definition) = tree.ok_or(Trouble::NotDone(NotDone::Unknown))?;
    let forms: Vec<&str> = forms(&definition).into_iter().map(|(id, _)| id).collect();
    let by_choices = sent.has(choices::BY);
    desk(app, staff, lang)
        .edit(&path.slug, |campaign, _| {
            let stored = if by_choices {
                choices::fields(&campaign.raters, &tree, &forms)
            } else {
                fields(&campaign.raters, &tree)
            };
            if let Some(meanwhile) = meanwhile(sent, &stored) {
                return Err(Trouble::Meanwhile(meanwhile));
            }
            campaign.raters = if by_choices {
                let (raters, mut faults) = choices::read(lang, sent, &tree, &forms);
                if faults.is_empty() {
                    let at = |code: &str| choices::field_of(sent, &raters, code).unwrap_or_default();
                    faults = whole(lang, &raters, at);
                }
                if !faults.is_empty() {
                    return Err(refused(faults));
                }
                raters
            } else {
                read(lang, sent, &tree, &campaign.campaign.form, &forms).map_err(refused)?
            };
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    const FORMS: [&str; 2] = ["agency", "commune"];

    fn tree() -> UnitTree {
        let unit = |code: &str, kind: &str| Unit {
            code: code.to_owned(),
            name: code.to_owned(),
            kind: kind.to_owned(),
            ..Unit::default()
        };
        UnitTree::new([unit("an", "commune"), unit("qn", "commune"), unit("snv", "department")]).unwrap()
    }

    #[test]
    fn the_lines_say_again_what_was_read_from_them() {
        let typed = Fields::of([
            ("groups", "db; Đại biểu; 0,4\n\nld\tLãnh đạo\t0.6"),
            ("assignments", "LD; *Commune\nđại biểu; snv, AN; Agency"),
        ]);
        let raters = read(Lang::EN, &typed, &tree(), "commune", &FORMS).unwrap();
        assert_eq!(raters.assignments.len(), 4);
        let lines = fields(&raters, &tree());
        assert_eq!(lines.one("groups"), Some("db; Đại biểu; 0,4\nld; Lãnh đạo; 0,6"));
        assert_eq!(lines.one("assignments"), Some("db; *department, an; agency\nld; *commune; commune"));
        assert_eq!(read(Lang::EN, &lines, &tree(), "commune", &FORMS).unwrap(), raters);
    }

    #[test]
    fn what_is_wrong_is_said_with_the_number_of_the_line() {
        let typed = Fields::of([("groups", "db; Đại biểu; viel\nx"), ("assignments", "db; qm\ndb")]);
        let faults = read(Lang::EN, &typed, &tree(), "commune", &FORMS).unwrap_err();
        let all: Vec<String> =
            faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.words)).collect();
        assert_eq!(all.len(), 4, "{all:?}");
        assert!(all[2].starts_with("assignments") && all[2].contains("qn"), "{all:?}");
    }
}
