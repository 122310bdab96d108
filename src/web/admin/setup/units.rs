//! Populations and planned answers of a campaign's units, with the planner of the statistics engine.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{CELLS, Done, Trouble, changed, desk, refused, shown};
use crate::{
    apply::desk::{Fault, NotDone},
    definition::message::with_hint,
    language::{Lang, vietnamese},
    organisation::{Stratum, UnitTree, import::listed, order::in_order},
    sampling::{
        plan::{self, Allocation, Method, Plan, Wishes},
        units::{Scale, Unit, Units},
    },
    store::{StoreError, campaigns, places, units},
    tabular::header::Column,
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{BASE, Changed, meanwhile},
        posted::Posted,
        respond::answer::Wanted as Language,
        typed,
        views::{
            admin::{
                form::{Fault as Shown, Form},
                pager::Paging,
                setup::units::{self as view, Page, Row},
            },
            message::Kind,
        },
    },
};

/// The level of the planner's margin.
const LEVEL: f64 = 0.95;

/// Populations and sample of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/units", rejection(NotFound))]
pub struct UnitsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Which units are shown.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Shows {
    /// Letters in their names or codes.
    pub find: Option<String>,
    /// Page, from 1.
    pub page: Option<usize>,
}

impl Shows {
    /// The address of the same units.
    fn address(&self, path: &UnitsPath) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(find) = self.find.as_deref().filter(|find| !find.is_empty()) {
            query.append_pair("find", find);
        }
        if let Some(page) = self.page.filter(|page| *page > 1) {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
    }
}

/// Shows the units.
pub async fn show(
    path: UnitsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(shows): Query<Shows>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let sent = Sent { done: done.words(lang), ..Sent::default() };
    super::page(page(&app, &staff, lang, &path.slug, &shows, &sent).await, lang)
}

/// What was sent and is shown again.
#[derive(Debug, Default)]
struct Sent {
    fields: Option<Fields>,
    faults: Vec<Shown>,
    changed: Vec<Changed>,
    /// What the planner worked out, not yet saved.
    plan: Option<Plan>,
    done: Option<String>,
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    shows: &Shows,
    sent: &Sent,
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let tree = units::tree(&mut db).await?;
    let strata = campaigns::strata(&mut db, stored.number).await?;
    let places = places::of_campaign(&mut db, stored.number).await?;
    drop(db);
    let mut counters: BTreeMap<&str, usize> = BTreeMap::new();
    for place in places.iter().filter(|place| !place.retired && place.counter.is_some()) {
        *counters.entry(&place.unit).or_default() += 1;
    }
    let by_unit: BTreeMap<&str, &Stratum> =
        strata.iter().map(|stratum| (stratum.unit.as_str(), stratum)).collect();
    let wanted = shows.find.as_deref().map(vietnamese::fold).unwrap_or_default();
    let found: Vec<usize> = in_order(&tree, None)
        .into_iter()
        .map(|(at, _)| at)
        .filter(|at| {
            tree.units().get(*at).is_some_and(|unit| {
                wanted.is_empty()
                    || vietnamese::fold(&unit.name).contains(&wanted)
                    || unit.code.to_lowercase().contains(&wanted)
            })
        })
        .collect();
    let paging = Paging::of(found.len(), shows.page);
    let rows: Vec<Row<'_>> = paging
        .rows(&found)
        .filter_map(|at| {
            let unit = tree.units().get(*at)?;
            Some(Row {
                unit,
                depth: depth(&tree, *at),
                counters: counters.get(unit.code.as_str()).copied().unwrap_or_default(),
            })
        })
        .collect();
    let base = fields(rows.iter().map(|row| row.unit.code.as_str()), &by_unit);
    let values = sent.fields.clone().unwrap_or_else(|| {
        let begun = base.iter().chain([("margin", "5"), ("share", "50")]);
        Fields::of(begun)
    });
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        form: Form { lang, values: &values, faults: &sent.faults, changed: &sent.changed },
        base: &base,
        rows: &rows,
        find: shows.find.as_deref().unwrap_or_default(),
        paging,
        units: tree.units().len(),
        found: found.len(),
        population: strata.iter().map(|stratum| stratum.population).sum(),
        sample: strata.iter().filter_map(|stratum| stratum.sample).sum(),
        with: strata.len(),
        plan: sent.plan.as_ref(),
        done: sent.done.as_deref(),
    };
    Ok(Some(view::page(&page).into_string()))
}

fn depth(tree: &UnitTree, at: usize) -> usize {
    std::iter::successors(tree.parent(at), |above| tree.parent(*above)).take(8).count()
}

/// What the fields of these units hold.
fn fields<'a>(codes: impl Iterator<Item = &'a str>, strata: &BTreeMap<&str, &Stratum>) -> Fields {
    Fields::of(codes.flat_map(|code| {
        let stratum = strata.get(code);
        let population = stratum.map(|stratum| stratum.population.to_string()).unwrap_or_default();
        let sample = stratum.and_then(|stratum| stratum.sample).map(|n| n.to_string()).unwrap_or_default();
        [(format!("population.{code}"), population), (format!("sample.{code}"), sample)]
    }))
}

/// Saves, plans, or takes over pasted lines.
pub async fn submit(
    path: UnitsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(shows): Query<Shows>,
    Posted(sent): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    let (status, sent) = if sent.one("do") == Some("plan") {
        match planned(lang, &sent) {
            Ok((fields, plan)) => {
                (StatusCode::OK, Sent { fields: Some(fields), plan: Some(plan), ..Sent::default() })
            }
            Err(faults) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Sent { fields: Some(sent), faults: shown(faults), ..Sent::default() },
            ),
        }
    } else {
        match save(&app, &staff, lang, &path.slug, &sent).await {
            Ok(()) => return changed(&app, &shows.address(&path), lang, "saved", None).await,
            Err(Trouble::NotDone(NotDone::Refused(faults))) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Sent { fields: Some(sent), faults: shown(faults), ..Sent::default() },
            ),
            Err(Trouble::Meanwhile(meanwhile)) => (
                StatusCode::CONFLICT,
                Sent { fields: Some(meanwhile.fields), changed: meanwhile.changed, ..Sent::default() },
            ),
            Err(Trouble::NotDone(NotDone::Store(error))) => return error::of_store(&error, lang),
            Err(Trouble::NotDone(NotDone::Unknown)) => return error::page(lang, Kind::Unknown),
        }
    };
    error::found(status, page(&app, &staff, lang, &path.slug, &shows, &sent).await, lang)
}

async fn save(app: &App, staff: &Staff, lang: Lang, slug: &str, sent: &Fields) -> Result<(), Trouble> {
    let tree = async { units::tree(&mut app.store.read().await?).await }.await;
    let names = Names::of(&tree.map_err(NotDone::Store)?);
    desk(app, staff, lang)
        .edit(slug, |campaign, standing| {
            if let Some(lines) = sent.one("lines").filter(|lines| !lines.trim().is_empty()) {
                let pasted = pasted(lang, lines, &standing.units, &names).map_err(refused)?;
                let of = |unit: &String| pasted.iter().any(|stratum| stratum.unit == *unit);
                campaign.strata.retain(|stratum| !of(&stratum.unit));
                campaign.strata.extend(pasted);
                return Ok(());
            }
            let codes: BTreeSet<&str> =
                sent.iter().filter_map(|(name, _)| name.strip_prefix("population.")).collect();
            let by_unit: BTreeMap<&str, &Stratum> =
                campaign.strata.iter().map(|stratum| (stratum.unit.as_str(), stratum)).collect();
            let stored = fields(codes.iter().copied(), &by_unit);
            if let Some(meanwhile) = meanwhile(sent, &stored) {
                return Err(Trouble::Meanwhile(meanwhile));
            }
            let typed = typed_strata(lang, sent).map_err(refused)?;
            campaign.strata.retain(|stratum| !codes.contains(stratum.unit.as_str()));
            campaign.strata.extend(typed);
            Ok(())
        })
        .await
}

/// The populations and samples typed; a unit without a population has none.
fn typed_strata(lang: Lang, sent: &Fields) -> Result<Vec<Stratum>, Vec<Fault>> {
    let m = lang.messages();
    let (mut strata, mut faults) = (Vec::new(), Vec::new());
    let samples: BTreeMap<&str, &str> =
        sent.iter().filter_map(|(name, value)| Some((name.strip_prefix("sample.")?, value.trim()))).collect();
    for (name, value) in sent.iter() {
        let Some(unit) = name.strip_prefix("population.") else { continue };
        let sample = samples.get(unit).copied().unwrap_or_default();
        if value.trim().is_empty() {
            if !sample.is_empty() {
                faults.push(Fault::new(name, fl!(m, "desk-units-sample-alone", unit = unit)));
            }
            continue;
        }
        let Some(population) = typed::whole(value).filter(|n| *n > 0) else {
            faults.push(Fault::new(name, fl!(m, "desk-units-number", unit = unit)));
            continue;
        };
        let planned = typed::whole(sample);
        if planned.is_none() && !sample.is_empty() {
            faults.push(Fault::new(format!("sample.{unit}"), fl!(m, "desk-units-number", unit = unit)));
        }
        strata.push(Stratum { unit: unit.to_owned(), population, sample: planned });
    }
    if faults.is_empty() { Ok(strata) } else { Err(faults) }
}

/// Units by their names, as people write them: without a difference of capitals, accents and spaces.
struct Names(BTreeMap<String, Vec<String>>);

impl Names {
    fn of(tree: &UnitTree) -> Self {
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for unit in tree.units() {
            names.entry(plain(&unit.name)).or_default().push(unit.code.clone());
        }
        Self(names)
    }

    /// The codes of the units with this name.
    fn codes(&self, name: &str) -> &[String] {
        self.0.get(&plain(name)).map_or(&[], Vec::as_slice)
    }
}

fn plain(name: &str) -> String {
    vietnamese::fold(&name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The code of a unit as it is known, where it was written in other letters, small or large, and only one unit can be meant.
fn known<'a>(typed: &'a str, units: &'a BTreeSet<String>) -> &'a str {
    if units.contains(typed) {
        return typed;
    }
    let lower = typed.to_lowercase();
    let mut alike = units.iter().filter(|unit| unit.to_lowercase() == lower);
    match (alike.next(), alike.next()) {
        (Some(one), None) => one,
        _ => typed,
    }
}

/// What a line says of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unit,
    Population,
    Sample,
}

/// The same in the order in which it stands where nothing names it.
const COLUMNS: [Column<Key>; 3] = [
    Column { key: Key::Unit, names: listed::UNIT, required: true },
    Column {
        key: Key::Population,
        names: &[
            "Số hồ sơ",
            "transactions",
            "Số lượt giao dịch",
            "Số giao dịch",
            "Tổng số hồ sơ",
            "population",
        ],
        required: true,
    },
    Column {
        key: Key::Sample,
        names: &["Số phiếu cần thu", "planned", "Phiếu cần thu", "Số phiếu", "Mẫu", "sample"],
        required: false,
    },
];

/// Lines as they come from a spreadsheet: code or name, population, planned answers, with tabs, semicolons or spaces between.
fn pasted(
    lang: Lang,
    lines: &str,
    units: &BTreeSet<String>,
    names: &Names,
) -> Result<Vec<Stratum>, Vec<Fault>> {
    let m = lang.messages();
    let (mut strata, mut faults): (Vec<Stratum>, Vec<Fault>) = (Vec::new(), Vec::new());
    let codes: Vec<String> = units.iter().cloned().collect();
    let one = |typed: &str| match known(typed, units) {
        code if units.contains(code) => Some(code.to_owned()),
        _ => match names.codes(typed) {
            [only] => Some(only.clone()),
            _ => None,
        },
    };
    let listed =
        listed::lines(lines, &COLUMNS, one).map_err(|no| vec![Fault::new("lines", no.words(lang))])?;
    for listed in &listed {
        let cells: Vec<&str> = match listed.cells.as_slice() {
            [only] => only.split_whitespace().collect(),
            several => several.iter().map(String::as_str).collect(),
        };
        let typed = cells.first().copied().unwrap_or_default();
        let by_name = names.codes(typed);
        let code = one(typed).unwrap_or_else(|| typed.to_owned());
        let code = code.as_str();
        let population = cells.get(1).and_then(|cell| typed::whole(cell)).filter(|n| *n > 0);
        let sample = cells.get(2).filter(|cell| !cell.is_empty()).map(|cell| typed::whole(cell));
        let line = listed.number;
        let mut wrong = |words: String| faults.push(Fault::new("lines", words));
        match (population, sample) {
            (None, _) if listed.may_be_heading && !units.contains(code) => {}
            _ if by_name.len() > 1 && !units.contains(code) => {
                wrong(fl!(m, "setup-lines-several", line = line, code = code));
            }
            _ if !units.contains(code) => {
                let words = fl!(m, "setup-lines-unit", line = line, code = code);
                wrong(with_hint(lang, words, code, &codes));
            }
            _ if strata.iter().any(|stratum| stratum.unit == code) => {
                wrong(fl!(m, "desk-lines-twice", line = line, code = code));
            }
            (None, _) | (_, Some(None)) => wrong(fl!(m, "desk-lines-number", line = line)),
            (Some(population), sample) => {
                strata.push(Stratum { unit: code.to_owned(), population, sample: sample.flatten() });
            }
        }
    }
    if faults.is_empty() && strata.is_empty() {
        faults.push(Fault::new("lines", fl!(m, "desk-lines-none")));
    }
    if faults.is_empty() { Ok(strata) } else { Err(faults) }
}

/// The fields with the answers that each unit needs for the margin wished for, and the plan behind them.
fn planned(lang: Lang, sent: &Fields) -> Result<(Fields, Plan), Vec<Fault>> {
    let m = lang.messages();
    let margin = sent.one("margin").and_then(typed::percent).filter(|e| (0.005..=0.25).contains(e));
    let share = sent.one("share").and_then(typed::percent).filter(|p| (0.01..=0.99).contains(p));
    let mut faults = Vec::new();
    if margin.is_none() {
        faults.push(Fault::new("margin", fl!(m, "desk-plan-margin")));
    }
    if share.is_none() {
        faults.push(Fault::new("share", fl!(m, "desk-plan-share")));
    }
    // Samples that stand there are what the plan is to replace.
    let populations = Fields::of(sent.iter().filter(|(name, _)| name.starts_with("population.")));
    let strata = match typed_strata(lang, &populations) {
        Ok(strata) => strata,
        Err(found) => {
            faults.extend(found);
            Vec::new()
        }
    };
    if faults.is_empty() && strata.is_empty() {
        faults.push(Fault::new("margin", fl!(m, "desk-plan-no-population")));
    }
    let (Some(margin), Some(share), true) = (margin, share, faults.is_empty()) else { return Err(faults) };
    let units = strata.iter().map(|stratum| {
        let population = stratum.population as f64;
        Unit {
            code: stratum.unit.clone(),
            name: String::new(),
            population: stratum.population,
            // S² of a share, with the divisor N − 1.
            variance: share
                * (1.0 - share)
                * if population > 1.0 { population / (population - 1.0) } else { 1.0 },
            share,
            deff: 1.0,
            response_rate: 1.0,
            cost: 1.0,
        }
    });
    let units = Units { units: units.collect(), scale: Scale::Share, unused: Vec::new() };
    let wishes = Wishes {
        method: Method::Cochran,
        margin: Some(margin),
        level: LEVEL,
        test: None,
        allocation: Allocation::Each,
        minimum: 1,
    };
    let plan =
        plan::plan(&units, &wishes).map_err(|problem| vec![Fault::new("margin", problem.words(lang))])?;
    let answers: BTreeMap<&str, u64> =
        plan.units.iter().map(|unit| (unit.unit.as_str(), unit.answers)).collect();
    let filled = sent.iter().map(|(name, value)| {
        let planned = name.strip_prefix("sample.").and_then(|unit| answers.get(unit));
        (name.to_owned(), planned.map_or_else(|| value.to_owned(), ToString::to_string))
    });
    // The page makes its own.
    let filled = Fields::of(filled.filter(|(name, _)| name != BASE && name != "do"));
    Ok((filled, plan))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> BTreeSet<String> {
        ["qn", "an"].map(str::to_owned).into()
    }

    fn names() -> Names {
        let unit = |code: &str, name: &str| (name.to_owned(), code.to_owned());
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, code) in
            [unit("qn", "UBND xã Quy Nhơn"), unit("an", "UBND xã An Bình"), unit("ab", "UBND xã An Bình")]
        {
            names.entry(plain(&name)).or_default().push(code);
        }
        Names(names)
    }

    #[test]
    fn a_unit_is_known_by_its_name_where_only_one_is_called_so() {
        let strata = pasted(Lang::VI, "ubnd  xã quy nhơn\t41.250\t400", &units(), &names()).unwrap();
        assert_eq!(strata, [Stratum { unit: "qn".to_owned(), population: 41_250, sample: Some(400) }]);
        let faults =
            pasted(Lang::VI, "UBND xã An Bình; 5\nUBND xã Tây Sơn; 7", &units(), &names()).unwrap_err();
        let said: Vec<&str> = faults.iter().map(|fault| fault.words.as_str()).collect();
        assert!(said[0].contains("nhiều đơn vị") && said[1].contains("Tây Sơn"), "{said:?}");
    }

    #[test]
    fn the_planner_fills_in_what_each_unit_needs_for_the_margin_wished_for() {
        let sent = Fields::of([
            ("population.qn", "41.250"),
            ("sample.qn", ""),
            ("population.an", "200"),
            ("sample.an", "7"),
            ("population.tp", ""),
            ("sample.tp", ""),
            ("margin", "5"),
            ("share", "50"),
        ]);
        let (fields, plan) = planned(Lang::VI, &sent).unwrap();
        // Cochran: 384,15 / (1 + 383,15/N) (N = 41.250: 380,6; N = 200: 131,9).
        assert_eq!((fields.one("sample.qn"), fields.one("sample.an")), (Some("381"), Some("132")));
        assert_eq!(fields.one("sample.tp"), Some(""));
        assert_eq!(plan.total.answers, 513);
        let wrong = planned(Lang::VI, &Fields::of([("margin", "0"), ("share", "x")])).unwrap_err();
        assert_eq!(wrong.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["margin", "share"]);
        let nothing = planned(Lang::VI, &Fields::of([("margin", "5"), ("share", "50")])).unwrap_err();
        assert_eq!(nothing[0].field, "margin");
    }

    #[test]
    fn lines_of_a_spreadsheet_are_taken_whole_or_each_fault_is_told_with_its_line() {
        let strata =
            pasted(Lang::VI, "Mã\tSố hồ sơ\tMẫu\nqn\t41.250\t400\n\nan; 1000\n", &units(), &names()).unwrap();
        assert_eq!(strata[0], Stratum { unit: "qn".to_owned(), population: 41_250, sample: Some(400) });
        assert_eq!(strata[1], Stratum { unit: "an".to_owned(), population: 1_000, sample: None });
        // As people type them: with spaces between, and codes in large letters.
        assert_eq!(pasted(Lang::VI, "QN 41.250 400\nan  1000", &units(), &names()).unwrap(), strata);
        // Numbers that count the lines are nobody's code.
        let counted = "STT\tĐơn vị\tSố hồ sơ năm 2025\n1\tqn\t41.250\t400\n2\tan\t1.000";
        assert_eq!(pasted(Lang::VI, counted, &units(), &names()).unwrap(), strata);
        let near = pasted(Lang::VI, "qnn 5", &units(), &names()).unwrap_err();
        assert!(near[0].words.contains("“qn”"), "{}", near[0].words);
        let faults = pasted(Lang::VI, "qn\t10\nxx\t5\nan\tmười\nqn\t7", &units(), &names()).unwrap_err();
        assert_eq!(faults.len(), 3);
        assert!(faults.iter().all(|fault| fault.field == "lines"));
        assert!(
            faults[0].words.contains('2') && faults[1].words.contains('3') && faults[2].words.contains('4')
        );
        assert!(pasted(Lang::VI, "Mã\tSố hồ sơ", &units(), &names()).is_err());
    }

    #[test]
    fn a_sample_without_a_population_is_told_where_it_stands() {
        let sent = Fields::of([("population.qn", ""), ("sample.qn", "400")]);
        assert_eq!(typed_strata(Lang::VI, &sent).unwrap_err()[0].field, "population.qn");
        let sent = Fields::of([("population.qn", "12,5"), ("sample.qn", "")]);
        assert!(typed_strata(Lang::VI, &sent).is_err());
    }
}
