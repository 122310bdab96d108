//! Many counters at once: a number of them for a unit or for every unit of a kind, or lines from a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Trouble, changed, desk, refused, shown};
use crate::{
    apply::desk::{CounterWish, Fault, NotDone, Standing, Wanted},
    language::{Lang, vietnamese},
    organisation::UnitTree,
    store::{StoreError, campaigns, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::Fields,
        respond::answer::Wanted as Language,
        typed,
        views::{
            admin::{
                form::{Fault as Shown, Form},
                setup::add_counters::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// Most counters that one step adds.
const AT_ONCE: usize = 2_000;
/// Most counters of a campaign.
const MOST: usize = 10_000;
/// Most counters of a unit that one step adds.
const OF_A_UNIT: u64 = 200;
/// Longest part of a counter's code that is its unit's.
const CODE: usize = 56;
/// What stands for the number in a pattern.
const NUMBER: &str = "{n}";
/// All units without others below them, in the field `unit`: those that people come to.
pub const LOWEST: &str = "lowest:";
/// What marks a kind of units in the field `unit`.
pub const KIND: &str = "kind:";

/// Adding counters.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/add", rejection(NotFound))]
pub struct AddPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Asks which.
pub async fn show(
    path: AddPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    let pattern = fl!(lang.messages(), "desk-add-pattern-begin");
    let begun = Fields::of([("how", "number"), ("count", "5"), ("pattern", &pattern)]);
    super::page(page(&app, &staff, lang, &path.slug, &begun, &[]).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    values: &Fields,
    faults: &[Shown],
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let tree = units::tree(&mut db).await?;
    drop(db);
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        form: Form { faults, ..Form::new(lang, values) },
        tree: &tree,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Adds them, all or none.
pub async fn submit(
    path: AddPath,
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
    match add(&app, &staff, lang, &path.slug, &fields).await {
        Ok(n) => {
            changed(&app, &format!("/admin/campaigns/{}/counters", path.slug), lang, "added", Some(n)).await
        }
        Err(Trouble::NotDone(NotDone::Refused(faults))) => error::found(
            StatusCode::UNPROCESSABLE_ENTITY,
            page(&app, &staff, lang, &path.slug, &fields, &shown(faults)).await,
            lang,
        ),
        Err(Trouble::NotDone(NotDone::Store(error))) => error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown) | Trouble::Meanwhile(_)) => error::page(lang, Kind::Unknown),
    }
}

async fn add(app: &App, staff: &Staff, lang: Lang, slug: &str, fields: &Fields) -> Result<usize, Trouble> {
    let store = |error| Trouble::NotDone(NotDone::Store(error));
    let tree = async { units::tree(&mut app.store.read().await?).await }.await.map_err(store)?;
    let added = desk(app, staff, lang)
        .edit(slug, |campaign, standing| {
            let wishes = match fields.one("how") {
                Some("lines") => {
                    of_lines(lang, fields.one("lines").unwrap_or_default(), &tree, campaign, standing)
                }
                _ => of_number(lang, fields, &tree, campaign, standing),
            };
            let wishes = wishes.map_err(refused)?;
            if campaign.counters.len() + wishes.len() > MOST {
                let words = fl!(lang.messages(), "desk-add-most", most = MOST);
                return Err(refused(vec![Fault::new("count", words)]));
            }
            let n = wishes.len();
            campaign.counters.extend(wishes);
            Ok(n)
        })
        .await;
    added.map_err(|trouble| match trouble {
        // A fault of a counter that is being made is one of what it was made from.
        Trouble::NotDone(NotDone::Refused(faults)) => {
            let from = if fields.one("how") == Some("lines") { "lines" } else { "pattern" };
            refused(
                faults
                    .into_iter()
                    .map(|fault| {
                        if fault.field.starts_with("counter.") {
                            Fault::new(from, fault.words)
                        } else {
                            fault
                        }
                    })
                    .collect(),
            )
        }
        other => other,
    })
}

/// `count` counters for a unit, or for each unit of a kind.
fn of_number(
    lang: Lang,
    fields: &Fields,
    tree: &UnitTree,
    campaign: &Wanted,
    standing: &Standing,
) -> Result<Vec<CounterWish>, Vec<Fault>> {
    let m = lang.messages();
    let mut faults = Vec::new();
    let wanted = fields.one("unit").unwrap_or_default();
    let above: BTreeSet<&str> = tree.units().iter().filter_map(|unit| unit.parent.as_deref()).collect();
    let chosen: Vec<&str> = tree
        .units()
        .iter()
        .filter(|unit| match wanted.strip_prefix(KIND) {
            Some(kind) => unit.kind == kind,
            None if wanted == LOWEST => !above.contains(unit.code.as_str()),
            None => unit.code == wanted,
        })
        .map(|unit| unit.code.as_str())
        .collect();
    if chosen.is_empty() {
        faults.push(Fault::new("unit", fl!(m, "desk-add-unit")));
    }
    let count = fields.one("count").and_then(typed::whole).filter(|n| (1..=OF_A_UNIT).contains(n));
    if count.is_none() {
        faults.push(Fault::new("count", fl!(m, "desk-add-count", most = OF_A_UNIT)));
    }
    let pattern = fields.one("pattern").map(str::trim).filter(|pattern| !pattern.is_empty());
    if pattern.is_none() {
        faults.push(Fault::new("pattern", fl!(m, "desk-add-pattern")));
    }
    let (Some(count), Some(pattern), true) = (count, pattern, faults.is_empty()) else { return Err(faults) };
    if chosen.len().saturating_mul(usize::try_from(count).unwrap_or(usize::MAX)) > AT_ONCE {
        return Err(vec![Fault::new("count", fl!(m, "desk-add-at-once", most = AT_ONCE))]);
    }
    let mut taken = standing.codes.clone();
    let mut names = names(campaign);
    let mut wishes = Vec::new();
    for unit in chosen {
        let (mut made, mut n) = (0, 0_u64);
        while made < count {
            n += 1;
            let name = if pattern.contains(NUMBER) {
                pattern.replace(NUMBER, &n.to_string())
            } else {
                format!("{pattern} {n}")
            };
            // Counters that are there keep their numbers; new ones come after them.
            if names.get(unit).is_some_and(|names| names.contains(&vietnamese::fold(&name))) {
                continue;
            }
            names.entry(unit.to_owned()).or_default().insert(vietnamese::fold(&name));
            let code = free_code(unit, n, &mut taken);
            wishes.push(CounterWish { code, unit: unit.to_owned(), name, public: false, renew: false });
            made += 1;
        }
    }
    Ok(wishes)
}

/// The names that a unit's counters have.
fn names(campaign: &Wanted) -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for counter in &campaign.counters {
        names.entry(counter.unit.clone()).or_default().insert(vietnamese::fold(&counter.name));
    }
    names
}

/// A code that no counter has, with `n` if that is free.
fn free_code(unit: &str, n: u64, taken: &mut BTreeSet<String>) -> String {
    let unit: String = unit.chars().take(CODE).collect();
    let code = (n..).map(|n| format!("{unit}-{n}")).find(|code| !taken.contains(code)).unwrap_or_default();
    taken.insert(code.clone());
    code
}

/// The code of the unit that is meant: by its code, or by its name if no other has the same.
fn unit_of<'t>(tree: &'t UnitTree, said: &str) -> Option<&'t str> {
    if let Some(unit) = tree.get(said) {
        return Some(&unit.code);
    }
    let wanted = vietnamese::fold(said);
    let mut named = tree.units().iter().filter(|unit| vietnamese::fold(&unit.name) == wanted);
    let first = named.next()?;
    named.next().is_none().then_some(first.code.as_str())
}

/// Lines as they come from a spreadsheet: unit, name and perhaps a code, with tabs or semicolons between.
fn of_lines(
    lang: Lang,
    lines: &str,
    tree: &UnitTree,
    campaign: &Wanted,
    standing: &Standing,
) -> Result<Vec<CounterWish>, Vec<Fault>> {
    let m = lang.messages();
    let mut taken = standing.codes.clone();
    let mut names = names(campaign);
    let (mut wishes, mut faults): (Vec<CounterWish>, Vec<Fault>) = (Vec::new(), Vec::new());
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    for (n, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = super::cells(line);
        let (said, name) =
            (cells.first().copied().unwrap_or_default(), cells.get(1).copied().unwrap_or_default());
        let given = cells.get(2).copied().filter(|code| !code.is_empty());
        let line = n + 1;
        let mut wrong = |words: String| faults.push(Fault::new("lines", words));
        let Some(unit) = unit_of(tree, said) else {
            // The first line may be the heading of a table.
            if n > 0 || lines.lines().count() == 1 {
                wrong(fl!(m, "desk-lines-unit", line = line, code = said));
            }
            continue;
        };
        if name.is_empty() {
            wrong(fl!(m, "desk-lines-name", line = line));
            continue;
        }
        if !names.entry(unit.to_owned()).or_default().insert(vietnamese::fold(name)) {
            wrong(fl!(m, "desk-lines-name-twice", line = line, name = name));
            continue;
        }
        let code = match given {
            Some(code) if taken.contains(code) => {
                wrong(fl!(m, "desk-lines-twice", line = line, code = code));
                continue;
            }
            Some(code) => {
                taken.insert(code.to_owned());
                code.to_owned()
            }
            None => {
                let number = next.entry(unit.to_owned()).or_default();
                *number += 1;
                free_code(unit, *number, &mut taken)
            }
        };
        wishes.push(CounterWish {
            code,
            unit: unit.to_owned(),
            name: name.to_owned(),
            public: false,
            renew: false,
        });
    }
    if faults.is_empty() && wishes.is_empty() {
        faults.push(Fault::new("lines", fl!(m, "desk-lines-none")));
    }
    if wishes.len() > AT_ONCE {
        faults.push(Fault::new("lines", fl!(m, "desk-add-at-once", most = AT_ONCE)));
    }
    if faults.is_empty() { Ok(wishes) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::*;
    use crate::organisation::{Phase, Unit};

    fn tree() -> UnitTree {
        let unit = |code: &str, kind: &str| Unit {
            code: code.to_owned(),
            name: code.to_uppercase(),
            kind: kind.to_owned(),
            ..Unit::default()
        };
        UnitTree::new([unit("an", "commune"), unit("qn", "commune"), unit("snv", "department")]).unwrap()
    }

    fn campaign(counters: &[(&str, &str, &str)]) -> (Wanted, Standing) {
        let counters = counters.iter().map(|(code, unit, name)| CounterWish {
            code: (*code).to_owned(),
            unit: (*unit).to_owned(),
            name: (*name).to_owned(),
            public: false,
            renew: false,
        });
        let mut wanted = Wanted::new(sheet::blank());
        wanted.counters = counters.collect();
        let standing = Standing {
            answered: false,
            phase: Phase::Draft,
            codes: wanted
                .counters
                .iter()
                .map(|counter| counter.code.clone())
                .chain(["qn-3".to_owned()])
                .collect(),
            units: BTreeSet::new(),
        };
        (wanted, standing)
    }

    fn number(unit: &str, count: &str, pattern: &str) -> Fields {
        Fields::of([("how", "number"), ("unit", unit), ("count", count), ("pattern", pattern)])
    }

    #[test]
    fn numbers_go_on_where_the_counters_that_are_there_end_and_no_code_is_given_twice() {
        let (wanted, standing) = campaign(&[("qn-1", "qn", "Quầy số 1"), ("x", "qn", "quay so 2")]);
        let fields = number("qn", "2", "Quầy số {n}");
        let made = of_number(Lang::VI, &fields, &tree(), &wanted, &standing).unwrap();
        let made: Vec<_> = made.iter().map(|c| (c.code.as_str(), c.name.as_str())).collect();
        // The code qn-3 belongs to a counter that was retired.
        assert_eq!(made, [("qn-4", "Quầy số 3"), ("qn-5", "Quầy số 4")]);
    }

    #[test]
    fn every_unit_of_a_kind_gets_as_many() {
        let (wanted, standing) = campaign(&[]);
        let fields = number("kind:commune", "3", "Quầy {n}");
        let made = of_number(Lang::VI, &fields, &tree(), &wanted, &standing).unwrap();
        assert_eq!(made.len(), 6);
        assert_eq!(made.iter().filter(|counter| counter.unit == "an").count(), 3);
        let codes: BTreeSet<_> = made.iter().map(|counter| &counter.code).collect();
        assert_eq!(codes.len(), 6);
    }

    #[test]
    fn what_cannot_be_made_is_told_at_its_field() {
        let (wanted, standing) = campaign(&[]);
        let wrong = |fields: &Fields| {
            let faults = of_number(Lang::VI, fields, &tree(), &wanted, &standing).unwrap_err();
            faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&number("xx", "0", "")), ["unit", "count", "pattern"]);
        assert_eq!(wrong(&number("qn", "201", "Quầy {n}")), ["count"]);
    }

    #[test]
    fn lines_of_a_spreadsheet_become_counters_or_each_fault_is_told_with_its_line() {
        let (wanted, standing) = campaign(&[("qn-1", "qn", "Quầy số 1")]);
        let read = |lines: &str| of_lines(Lang::VI, lines, &tree(), &wanted, &standing);
        let made = read("Đơn vị\tTên\nqn\tĐất đai\nqn\tHộ tịch\tqn-ht\nan; Tiếp nhận").unwrap();
        let made: Vec<_> = made.iter().map(|c| (c.code.as_str(), c.unit.as_str(), c.name.as_str())).collect();
        assert_eq!(
            made,
            [("qn-2", "qn", "Đất đai"), ("qn-ht", "qn", "Hộ tịch"), ("an-1", "an", "Tiếp nhận")]
        );
        // The tree's names are the codes in capitals.
        assert_eq!(read("QN\tMột cửa").unwrap()[0].unit, "qn");
        let faults = read("qn\tA\nxx\tB\nqn\t\nqn\ta\nqn\tC\tqn-1").unwrap_err();
        let lines: Vec<bool> =
            faults.iter().zip(["2", "3", "4", "5"]).map(|(fault, line)| fault.words.contains(line)).collect();
        assert_eq!(lines, [true; 4]);
        assert!(read("").is_err() && read("xx\tA").is_err());
    }
}
