//! Who judges what in a campaign: groups and assignments, a line each, as they can be pasted from a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Done, Trouble, cells, changed, desk, refused, shown};
use crate::{
    apply::desk::{Fault, NotDone},
    definition::message::with_hint,
    language::Lang,
    organisation::{Assignment, RaterGroup, Raters, UnitTree},
    store::{StoreError, campaigns, raters as store, ready},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::Fields,
        meanwhile::{Changed, meanwhile},
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault as Shown, Form},
                setup::raters::{self as view, Group, Page},
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
    let base = fields(&raters, &tree);
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
    let kinds: BTreeSet<&str> = tree.units().iter().map(|unit| unit.kind.as_str()).collect();
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        form: Form {
            lang,
            values: sent.fields.as_ref().unwrap_or(&base),
            faults: &sent.faults,
            changed: &sent.changed,
        },
        base: &base,
        groups: &groups,
        kinds: &kinds.into_iter().collect::<Vec<_>>(),
        // What several forms ask together is none that could be chosen.
        forms: &definition
            .forms
            .iter()
            .map(|form| form.id.as_str())
            .filter(|id| !id.contains('+'))
            .collect::<Vec<_>>(),
        action: &path.to_string(),
        done: sent.done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
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
fn read(lang: Lang, fields: &Fields, tree: &UnitTree, form: &str) -> Result<Raters, Vec<Fault>> {
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
        let (group, wanted, own) = match cells.as_slice() {
            [group, wanted] => (*group, *wanted, form),
            [group, wanted, ""] => (*group, *wanted, form),
            [group, wanted, own] => (*group, *wanted, *own),
            _ => {
                faults.push(Fault::new("assignments", fl!(m, "raters-bad-assignment", line = number)));
                continue;
            }
        };
        for part in wanted.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let units: Vec<&str> = match part.strip_prefix(KIND) {
                Some(kind) => {
                    let of = tree.units().iter().filter(|unit| unit.kind == kind.trim());
                    of.map(|unit| unit.code.as_str()).collect()
                }
                None => tree.get(part).map(|unit| unit.code.as_str()).into_iter().collect(),
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
                    let words = fl!(m, "apply-assignment-forms", group = group, unit = unit);
                    faults.push(Fault::new("assignments", words));
                }
            }
        }
    }
    raters.assignments =
        pairs.into_iter().map(|((group, unit), form)| Assignment { group, unit, form }).collect();
    raters.sort();
    if faults.is_empty() { Ok(raters) } else { Err(faults) }
}

/// Saves the groups and what they judge.
pub async fn submit(
    path: RatersPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match super::read(&parts.headers, body, lang).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    let (status, sent) = match save(&app, &staff, lang, &path, &fields).await {
        Ok(()) => return changed(&app, &path.to_string(), lang, "saved", None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            let faults = faults.into_iter().map(|fault| {
                let field = match fault.field.as_str() {
                    field if field.ends_with(".units") => "assignments",
                    field if field.starts_with("group.") => "groups",
                    field => field,
                };
                Fault::new(field, fault.words)
            });
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                Sent { faults: shown(faults.collect()), fields: Some(fields), ..Sent::default() },
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

async fn save(app: &App, staff: &Staff, lang: Lang, path: &RatersPath, sent: &Fields) -> Result<(), Trouble> {
    let tree = async {
        let mut db = app.store.read().await?;
        let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
        store::tree(&mut db, &stored.campaign).await.map(Some)
    };
    let tree = tree.await.map_err(|error: StoreError| Trouble::NotDone(NotDone::Store(error)))?;
    let tree = tree.ok_or(Trouble::NotDone(NotDone::Unknown))?;
    desk(app, staff, lang)
        .edit(&path.slug, |campaign, _| {
            if let Some(meanwhile) = meanwhile(sent, &fields(&campaign.raters, &tree)) {
                return Err(Trouble::Meanwhile(meanwhile));
            }
            campaign.raters = read(lang, sent, &tree, &campaign.campaign.form).map_err(refused)?;
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

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
            ("assignments", "ld; *commune\ndb; snv, an; agency"),
        ]);
        let raters = read(Lang::EN, &typed, &tree(), "commune").unwrap();
        assert_eq!(raters.assignments.len(), 4);
        let lines = fields(&raters, &tree());
        assert_eq!(lines.one("groups"), Some("db; Đại biểu; 0,4\nld; Lãnh đạo; 0,6"));
        assert_eq!(lines.one("assignments"), Some("db; *department, an; agency\nld; *commune; commune"));
        assert_eq!(read(Lang::EN, &lines, &tree(), "commune").unwrap(), raters);
    }

    #[test]
    fn what_is_wrong_is_said_with_the_number_of_the_line() {
        let typed = Fields::of([("groups", "db; Đại biểu; viel\nx"), ("assignments", "db; qm\ndb")]);
        let faults = read(Lang::EN, &typed, &tree(), "commune").unwrap_err();
        let all: Vec<String> =
            faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.words)).collect();
        assert_eq!(all.len(), 4, "{all:?}");
        assert!(all[2].starts_with("assignments") && all[2].contains("qn"), "{all:?}");
    }
}
