//! The report put together.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use i18n_embed_fl::fl;
use jiff::Timestamp;

use crate::{
    clock,
    definition::model::{Aggregation, Audience, Definition, Measure, Text},
    language::Lang,
    organisation::{Campaign, Channel, Margin, Phase, UnitTree},
    questionnaire::answers::NOT_ASKED,
};

use super::{
    Error, associations, breakdown,
    calibrate::{self, Base},
    cells::{
        answers_behind, cells_below, formed, hidden_in, hide_cells, is_told_alike, tell_unasked, unasked,
    },
    change,
    domain::{Cell, Domain, Linear, Rows, Rules, Shape, Stratum},
    input::{Input, Judging, UnitSheets},
    joining::{self, Together},
    judging, modes,
    notes::{first_of, note},
    plan::{Item, Plan},
    ranking,
    report::{
        CampaignInfo, CriterionResult, DefinitionInfo, DimensionResult, Drivers, Estimate, Evenness, Method,
        MethodWeights, Missing, Module, Note, PartResult, Points, Publish, Quadrant, Reliability, Report,
        Responses, Result as Figures, Rotation, SCHEMA, Selection, UnitResult, UnitWeighting, Weighting,
    },
    rotation,
    suppress::{Atom, Cells},
};

/// Fewest answers of a shown cell where nobody asks for more: citizens, officials, and never below.
const K_CITIZENS: u32 = 10;
const K_OFFICIALS: u32 = 5;
const K_LEAST: u32 = 5;

/// The smallest number of answers that a campaign publishes anything of.
pub fn smallest_cell(campaign: &Campaign, definition: &Definition) -> u32 {
    let k = campaign.minimum_answers.or(definition.index.minimum_answers);
    k.unwrap_or(match definition.audience {
        Audience::Citizens => K_CITIZENS,
        Audience::Officials => K_OFFICIALS,
    })
    .max(K_LEAST)
}

/// The report of a campaign.
///
/// # Errors
/// [`Error::PopulationTooSmall`] where a unit has more answers than people; [`Error::NoForm`].
pub fn compute(input: &Input<'_>) -> Result<Report, Error> {
    compute_under(input, input.units)
}

/// The same under other units than those of the campaign's time, by which answers are weighted all the same.
///
/// # Errors
/// As [`compute`].
pub(super) fn compute_under(input: &Input<'_>, units: &UnitTree) -> Result<Report, Error> {
    let plan = Plan::new(input.definition, input.questionnaire)?;
    let closed = is_closed_until_end(input);
    let rules = rules(input);
    let mut notes = Vec::new();
    let k = smallest_cell(input.campaign, input.definition);
    let (strata, judged) = counted(input, &plan, closed, &mut notes)?;
    let input = &Input { units, ..*input };
    let weighted = strata.weighted;
    let mut responses = responses(input, closed);
    let together = strata.codes_together();
    responses.modes = modes::of(input, u64::from(k), &together).filter(|_| !closed);
    if responses.stored < u64::from(k) {
        // The day of one answer is the day on which somebody answered.
        (responses.from, responses.to) = (None, None);
    }
    let assigned = input.judging.iter().flat_map(|judging| judging.assigned.keys().map(|(unit, _)| unit));
    let listed = input.sheets.units.keys().chain(assigned).chain(input.strata.iter().map(|s| &s.unit));
    let places = Places::new(input.units, listed.map(String::as_str), &strata.codes);
    let mut results: Vec<Figures> = on_all_cores(places.strata.len(), |place| {
        let domain = Domain::new(strata.some(&places.strata[place]), weighted, &plan);
        let own = place.checked_sub(1).map(|at| input.units.units()[places.units[at]].code.as_str());
        let own = own.and_then(|code| strata.codes.iter().position(|held| held == code));
        Figures {
            weighting: domain.weighting(own.map(|at| &strata.all[at])),
            ..figures(&plan, &rules, &domain)
        }
    });
    let mut shown = Vec::new();
    if closed {
        results.iter_mut().for_each(|result| {
            hide_all(result);
            result.responses = None;
        });
        // How many have answered in all is told anyway; by unit it would tell of few people.
        if let Some(total) = results.first_mut() {
            total.responses = Some(responses.stored);
        }
        notes.push(note(CLOSED_UNTIL_END, None, |lang| fl!(lang.messages(), "index-closed-until-end")));
    } else {
        // Of raters everybody is invited, and the notes on them say what follows.
        say_selection(responses.selection.filter(|_| input.judging.is_none()), &mut notes);
        say_not_computable(&results[0], &mut notes);
        if input.judging.is_none() {
            say_coverage(held(input), &mut notes);
        }
        let hidden = suppress(input, &plan, &places, &strata, judged.as_ref(), &mut results);
        say_unasked(&results[0], &mut notes);
        shown = hidden.cells.clone();
        let associations = suppress_associations(&plan, &places, u64::from(k), &hidden.cells, &mut results);
        if hidden.any || associations {
            notes.push(note("suppressed", None, |lang| fl!(lang.messages(), "index-suppressed", k = k)));
        }
    }
    let rotation = rotation(input, &plan, &strata, closed, &mut notes);
    let groups = judged.map(|judged| {
        let total = results.first();
        judged.groups(
            &plan,
            &rules,
            &judging::Shown { hidden: &shown, places: &places.strata, total, published: input.published },
            u64::from(k),
            closed,
        )
    });
    let whole = breakdown::Whole {
        plan: &plan,
        rules: &rules,
        k: u64::from(k),
        strata: &strata,
        places: &places,
        hidden: &shown,
    };
    let breakdowns = breakdown::breakdowns(input, &whole);
    let mut results = results.into_iter();
    let total =
        results.next().unwrap_or_else(|| figures(&plan, &rules, &Domain::new(Vec::new(), weighted, &plan)));
    let known = known(input, strata.codes.iter().map(String::as_str));
    let units = unit_results(input.units, &places, &known, input.judging, results);
    let rankings = ranking::rankings(&units);
    let mut report = Report {
        schema: SCHEMA.into(),
        campaign: campaign(input),
        period: None,
        generated_at: moment(input.now),
        level: rules.level,
        target: rules.target,
        weighting: if weighted { Weighting::Design } else { Weighting::None },
        method: method(input, k),
        responses,
        total,
        units,
        groups: groups.unwrap_or_default(),
        weighted_together: together,
        breakdowns,
        rankings,
        rotation,
        set_aside: None,
        comments: Vec::new(),
        previous: None,
        notes,
    };
    if let Some(previous) = &input.previous {
        change::set(&mut report, input.definition, previous);
    }
    Ok(report)
}

/// The index of the whole campaign alone, hidden if it may not be shown: of what is compared with a report, nothing else is told.
/// `together` are the units that the report weights together; where others would be, both could be solved for what single ones hide.
///
/// # Errors
/// As [`compute`].
pub fn whole_index(input: &Input<'_>, together: &[Vec<String>]) -> Result<Estimate, Error> {
    let plan = Plan::new(input.definition, input.questionnaire)?;
    if is_closed_until_end(input) {
        return Ok(Estimate::default());
    }
    let (strata, judged) = counted(input, &plan, false, &mut Vec::new())?;
    if strata.codes_together() != together {
        return Ok(Estimate::default());
    }
    let all: Vec<usize> = (0..strata.all.len()).collect();
    let domain = Domain::new(strata.some(&all), strata.weighted, &plan);
    let mut results = [figures(&plan, &rules(input), &domain)];
    let places = Places { units: Vec::new(), strata: vec![all], below: vec![Vec::new()] };
    suppress(input, &plan, &places, &strata, judged.as_ref(), &mut results);
    let [whole] = results;
    Ok(whole.index)
}

/// Whether people were invited by personal link and it is not over: then no figure is told.
pub(super) fn is_closed_until_end(input: &Input<'_>) -> bool {
    input.links.is_some() && input.campaign.phase(input.now) != Phase::Closed
}

/// The answers counted by stratum, and who judged what.
pub(super) fn counted<'a>(
    input: &Input<'a>,
    plan: &Plan<'_>,
    closed: bool,
    notes: &mut Vec<Note>,
) -> Result<(Strata, Option<judging::Judged<'a>>), Error> {
    let k = u64::from(smallest_cell(input.campaign, input.definition));
    match input.judging {
        Some(judging) => {
            let (strata, judged) = judging::Judged::new(input, judging, plan, k, closed, notes)?;
            Ok((strata, Some(judged)))
        }
        None => Ok((strata(input, plan, k, closed, notes)?, None)),
    }
}

/// What figures are held against.
pub(super) fn rules(input: &Input<'_>) -> Rules {
    let settings = &input.definition.index;
    Rules {
        level: settings.level,
        target: input.campaign.target.unwrap_or(input.questionnaire.target),
        caution_n_eff: settings.caution_n_eff,
        caution_width: settings.caution_width,
    }
}

/// How the figures are formed.
pub(super) fn method(input: &Input<'_>, k: u32) -> Method {
    let settings = &input.definition.index;
    Method {
        name: first(&settings.method, input).to_owned(),
        measure: settings.measure,
        aggregation: settings.aggregation,
        weights: MethodWeights { parts: settings.part_weights, dimensions: settings.dimension_weights },
        minimum_answers: k,
    }
}

/// What is known of a campaign's units; of those among `held`, with answers, that it has no population of: nothing.
pub(super) fn known<'i>(
    input: &'i Input<'_>,
    held: impl Iterator<Item = &'i str>,
) -> Vec<(&'i str, Option<&'i crate::organisation::Stratum>)> {
    let known = input.strata.iter().map(|stratum| (stratum.unit.as_str(), Some(stratum)));
    let missing = held.filter(|unit| input.strata.iter().all(|stratum| stratum.unit != *unit));
    known.chain(missing.map(|unit| (unit, None))).collect()
}

/// The units of a report with their figures, given in the order of the places after the first. A sum that lacks one of its parts would
/// pass for the whole, so that there is none.
pub(super) fn unit_results(
    tree: &UnitTree,
    places: &Places,
    known: &[(&str, Option<&crate::organisation::Stratum>)],
    judging: Option<&Judging>,
    results: impl Iterator<Item = Figures>,
) -> Vec<UnitResult> {
    let held: Vec<Option<usize>> = known.iter().map(|(unit, _)| tree.position(unit)).collect();
    places
        .units
        .iter()
        .zip(results)
        .map(|(at, result)| {
            let unit = &tree.units()[*at];
            let of = |amount: fn(&crate::organisation::Stratum) -> Option<u64>| {
                let mut inside = known
                    .iter()
                    .zip(&held)
                    .filter(|(_, held)| held.is_some_and(|below| tree.is_within(below, *at)));
                let sum = inside.try_fold(None, |sum: Option<u64>, ((_, stratum), _)| {
                    let more = amount((*stratum)?);
                    Some(more.map_or(sum, |more| Some(sum.unwrap_or(0) + more)))
                });
                sum.flatten()
            };
            UnitResult {
                code: unit.code.clone(),
                name: unit.name.clone(),
                kind: unit.kind.clone(),
                parent: unit.parent.clone(),
                merged_into: None,
                population: judging.map_or_else(
                    || of(|s| Some(s.population)),
                    |judging| judging::assigned_within(judging, tree, *at),
                ),
                planned: of(|s| s.sample),
                result,
            }
        })
        .collect()
}

/// A unit of which a report holds nothing, as one that nobody has answered for: it has every figure, and none is there. While figures are
/// closed until the end, answers may wait for it, so that it is not said that there are none.
pub fn unanswered(report: &Report, unit: &crate::organisation::Unit) -> UnitResult {
    let responses = (!report.has_note(CLOSED_UNTIL_END)).then_some(0);
    let mut result = Figures { responses, ..report.total.clone() };
    hide_all(&mut result);
    UnitResult {
        code: unit.code.clone(),
        name: unit.name.clone(),
        kind: unit.kind.clone(),
        parent: unit.parent.clone(),
        merged_into: None,
        population: None,
        planned: None,
        result,
    }
}

/// A text in the definition's first language.
pub(super) fn first<'t>(text: &'t Text, input: &Input<'_>) -> &'t str {
    input
        .definition
        .languages
        .first()
        .and_then(|code| text.get(code))
        .map_or_else(|| Lang::VI.pick(text), String::as_str)
}

pub(super) fn campaign(input: &Input<'_>) -> CampaignInfo {
    let campaign = input.campaign;
    let form = input.definition.forms.iter().find(|form| form.id == campaign.form);
    let form_title = form.and_then(|form| form.title.as_ref()).unwrap_or(&input.definition.title);
    CampaignInfo {
        form_title: form_title.clone(),
        slug: campaign.slug.clone(),
        title: first(&campaign.title, input).to_owned(),
        definition: DefinitionInfo {
            id: campaign.definition.clone(),
            version: campaign.version.clone(),
            sha256: campaign.sha256.clone(),
            translations: BTreeMap::new(),
        },
        form: campaign.form.clone(),
        opens: local(campaign.opens),
        closes: local(campaign.closes),
        status: campaign.phase(input.now),
        demonstration: campaign.demonstration,
    }
}

/// When a report was made, RFC 3339 in UTC, from milliseconds since 1970.
pub fn moment(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn local(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |t| t.to_zoned_datetime(clock::province()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    )
}

pub(super) fn responses(input: &Input<'_>, closed: bool) -> Responses {
    let units = || input.sheets.all();
    let mut channels: BTreeMap<String, u64> = BTreeMap::new();
    for (byte, n) in units().flat_map(|unit| &unit.channels) {
        if let Some(channel) = Channel::from_byte(*byte) {
            *channels.entry(channel.code().to_owned()).or_default() += n;
        }
    }
    let mut stored: u64 = units().map(|unit| unit.count as u64).sum();
    if let Some(links) = input.links.filter(|_| closed) {
        // They wait in the urn; how many is told once a day and in steps.
        stored += links.answered;
        channels.insert(Channel::Link.code().to_owned(), links.answered);
    }
    let day =
        |day: i32| jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day)).to_string();
    // Answers by personal link leave the urn together: their day is that of the closing, and not of the answer.
    let dated = !closed && input.links.is_none() && !input.campaign.by_link;
    let days = units().filter(|_| dated).filter_map(|unit| unit.days);
    let selection = selection(channels.iter().filter(|(_, n)| **n > 0).map(|(name, _)| name.as_str()));
    Responses {
        stored,
        valid: stored,
        flagged: 0,
        from: days.clone().map(|(first, _)| first).min().map(day),
        to: days.map(|(_, last)| last).max().map(day),
        channels,
        selection,
        modes: None,
    }
}

/// How those who answered by some channels came to answer.
pub(super) fn selection<'a>(channels: impl Iterator<Item = &'a str>) -> Option<Selection> {
    let chosen = |channel: &str| matches!(channel, "open" | "kiosk");
    let (own, others): (Vec<&str>, Vec<&str>) = channels.partition(|channel| chosen(channel));
    match (own.is_empty(), others.is_empty()) {
        (true, true) => None,
        (false, true) => Some(Selection::SelfSelected),
        (false, false) => Some(Selection::PartlySelfSelected),
        (true, false) => Some(Selection::Approached),
    }
}

/// Says what the margins of error rest on: no report passes its answers off as a random sample.
pub(super) fn say_selection(selection: Option<Selection>, notes: &mut Vec<Note>) {
    let Some(selection) = selection else { return };
    notes.push(match selection {
        Selection::SelfSelected => {
            note("self_selected", None, |lang| fl!(lang.messages(), "index-self-selected"))
        }
        Selection::PartlySelfSelected => {
            note("partly_self_selected", None, |lang| fl!(lang.messages(), "index-partly-self-selected"))
        }
        Selection::Approached => {
            note("draw_not_recorded", None, |lang| fl!(lang.messages(), "index-draw-not-recorded"))
        }
    });
}

/// Says which part of the population nobody has answered for, by unit and campaign: figures tell nothing of it, and a decision against the target
/// is one on the others.
pub(super) fn say_coverage<'u>(held: impl Iterator<Item = (&'u str, u64, bool)>, notes: &mut Vec<Note>) {
    let (mut units, mut empty, mut heard) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut all, mut without) = (0_u64, 0_u64);
    for (unit, population, answered) in held.filter(|(_, population, _)| *population > 0) {
        units.insert(unit);
        all += population;
        if answered {
            heard.insert(unit);
        } else {
            empty.insert(unit);
            without += population;
        }
    }
    if empty.is_empty() {
        return;
    }
    let share = without as f64 / all as f64;
    notes.push(note(NOT_COVERED, None, |lang| {
        let share = format!("{:.1}", share * 100.0);
        let share = if lang == Lang::VI { share.replace('.', ",") } else { share };
        let (m, n, of) = (lang.messages(), empty.len(), units.len());
        // Of several campaigns a unit may be heard in one and not in another.
        if empty.is_disjoint(&heard) {
            fl!(m, "index-not-covered", n = n, of = of, share = share)
        } else {
            fl!(m, "index-not-covered-at-times", n = n, of = of, share = share)
        }
    }));
}

/// The populations of a campaign's units, and whether anybody has answered for each.
pub(super) fn held<'i>(input: &'i Input<'_>) -> impl Iterator<Item = (&'i str, u64, bool)> {
    input.strata.iter().map(|stratum| {
        let answered = input.sheets.units.get(&stratum.unit).is_some_and(|sheets| sheets.count > 0);
        (stratum.unit.as_str(), stratum.population, answered)
    })
}

/// Code of the note that says that no figure is formed before the campaign's end.
pub const CLOSED_UNTIL_END: &str = "closed_until_end";

/// Code of the note that says that nobody has answered for a part of the population.
pub const NOT_COVERED: &str = "not_covered";

/// Below this chance the report says that modules were not asked as often as they should be.
const UNEVEN: f64 = 0.001;

/// How many were asked what, and what a reader must know of it.
fn rotation(
    input: &Input<'_>,
    plan: &Plan<'_>,
    strata: &Strata,
    closed: bool,
    notes: &mut Vec<Note>,
) -> Option<Rotation> {
    let (asked, drawn) = (input.questionnaire.rotation.as_ref()?, plan.rotation.as_ref()?);
    let all = Domain::new(strata.all.iter().collect(), strata.weighted, plan);
    let sheets = all.sheets();
    let counts: Vec<Option<u64>> = plan
        .telling()
        .into_iter()
        .map(|item| {
            let not_asked = all.bytes(item?)[usize::from(NOT_ASKED)];
            (!closed).then(|| sheets.saturating_sub(not_asked))
        })
        .collect();
    let share = |n: u64| (sheets > 0).then(|| n as f64 / sheets as f64);
    let known: Option<Vec<u64>> = counts.iter().copied().collect();
    let evenness = known.as_ref().and_then(|known| rotation::evenness(known, sheets, asked.ask));
    let (ask, modules) = (asked.ask, asked.modules.len());
    notes.push(note("rotated", None, |lang| {
        fl!(lang.messages(), "index-rotated", ask = ask, modules = modules)
    }));
    if ask == 1 && strata.weighted {
        notes.push(note("rotation_bounded", None, |lang| fl!(lang.messages(), "index-rotation-bounded")));
    }
    if plan.overall.is_some() && plan.predictors.is_empty() {
        notes.push(note("drivers_rotated", None, |lang| fl!(lang.messages(), "index-drivers-rotated")));
    }
    let others = known.is_some_and(|known| known.iter().sum::<u64>() != sheets * ask as u64);
    if others || evenness.is_some_and(|(.., p)| p < UNEVEN) {
        notes.push(note("rotation_uneven", None, |lang| fl!(lang.messages(), "index-rotation-uneven")));
    }
    Some(Rotation {
        ask,
        modules: asked
            .modules
            .iter()
            .zip(counts)
            .map(|(module, asked)| Module {
                id: module.id.clone(),
                name: first(&module.title, input).to_owned(),
                probability: drawn.probability(),
                asked,
                share: asked.and_then(share),
            })
            .collect(),
        evenness: evenness.map(|(chi_square, df, p)| Evenness { chi_square, df, p }),
    })
}

/// The strata of a campaign with their codes.
#[derive(Debug, Default)]
pub(super) struct Strata {
    /// The units that hold them.
    pub codes: Vec<String>,
    /// By unit, and by group of raters where there are such.
    pub all: Vec<Stratum>,
    /// By unit: what its answers stand for; nothing where there are groups of raters.
    pub bases: Vec<Base>,
    /// Those weighted together, which count as one.
    pub together: Vec<Together>,
    pub weighted: bool,
}

/// Counts every unit's sheets, and weights them by the populations where all units have one.
pub(super) fn strata(
    input: &Input<'_>,
    plan: &Plan<'_>,
    k: u64,
    closed: bool,
    notes: &mut Vec<Note>,
) -> Result<Strata, Error> {
    let sheets: Vec<(&String, &UnitSheets)> =
        input.sheets.units.iter().filter(|(_, sheets)| sheets.count > 0 && !closed).collect();
    let population = |unit: &str| input.strata.iter().find(|s| s.unit == unit).map(|s| s.population);
    let without =
        without_population(input, sheets.iter().map(|(unit, sheets)| (*unit, sheets.count as u64)))?;
    let weighted = !input.strata.is_empty() && without.is_empty();
    if !weighted {
        let names: Vec<&str> = without
            .iter()
            .map(|unit| input.units.get(unit).map_or(unit.as_str(), |unit| unit.name.as_str()))
            .collect();
        say_unweighted(&names, !input.strata.is_empty(), notes);
        for unit in without.iter().filter(|_| !input.strata.is_empty()) {
            let name = input.units.get(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
            notes.push(note("unit_without_population", Some(unit), |lang| {
                fl!(lang.messages(), "index-unit-without-population", unit = name)
            }));
        }
    }
    let counts: Vec<(&String, u64)> = sheets.iter().map(|(unit, own)| (*unit, own.count as u64)).collect();
    let (groups, bases) = joining::bases(input, &counts, |unit| population(unit).filter(|_| weighted), k);
    let all: Vec<Stratum> = on_all_cores(sheets.len(), |at| {
        let (unit, sheets) = sheets[at];
        let margins: Vec<&Margin> = input.margins.iter().filter(|margin| margin.unit == *unit).collect();
        calibrate::stratum(plan, input.questionnaire, sheets, bases[at], &margins, k)
    });
    let together = |of: Vec<usize>| {
        let own: Vec<&UnitSheets> = of.iter().map(|at| sheets[*at].1).collect();
        let population = joining::sum(of.iter().map(|at| bases[*at].population));
        let base = Base { population, together: None };
        let all = joining::sheets_of(&own);
        Together { stratum: calibrate::stratum(plan, input.questionnaire, &all, base, &[], k), of }
    };
    let together: Vec<Together> = groups.into_iter().map(together).collect();
    for ((unit, _), stratum) in sheets.iter().zip(&all) {
        let Some(margin) = stratum.declared.iter().find(|margin| margin.reason.is_some()) else { continue };
        let name = input.units.get(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
        let why = margin.reason;
        notes.push(note("margin_not_used", Some(unit), |lang| calibrate::words(lang, name, &margin.by, why)));
    }
    let codes = sheets.into_iter().map(|(unit, _)| unit.clone()).collect();
    let strata = Strata { codes, all, bases, together, weighted };
    joining::say(&strata.codes_together(), k, notes);
    Ok(strata)
}

/// Of units with so many answers, those that nothing is known of how many people they stand for. Where there is one, nothing
/// is weighted.
///
/// # Errors
/// [`Error::PopulationTooSmall`].
pub(super) fn without_population<'u>(
    input: &Input<'_>,
    held: impl Iterator<Item = (&'u String, u64)>,
) -> Result<Vec<&'u String>, Error> {
    let mut without = Vec::new();
    for (unit, answers) in held {
        match input.strata.iter().find(|stratum| stratum.unit == *unit).map(|stratum| stratum.population) {
            None => without.push(unit),
            Some(population) if population < answers => {
                return Err(Error::PopulationTooSmall { unit: unit.clone(), population, answers });
            }
            Some(_) => {}
        }
    }
    Ok(without)
}

/// Does something for each of `0..count` on all cores, in the order of the numbers: it does not matter which core did it.
pub(super) fn on_all_cores<T: Send>(count: usize, one: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8).min(count);
    let next = AtomicUsize::new(0);
    let work = || {
        let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        numbers.take_while(|at| *at < count).map(|at| (at, one(at))).collect::<Vec<_>>()
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            match other.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The whole campaign and the units of the report, each with its strata.
pub(super) struct Places {
    /// Positions in the unit tree; place `n + 1` is `units[n]`.
    pub units: Vec<usize>,
    /// By place: positions of its strata.
    pub strata: Vec<Vec<usize>>,
    /// By place: the places right below.
    pub below: Vec<Vec<usize>>,
}

impl Places {
    /// The units with these codes or with strata, and all above them; `held` are the codes of the units that hold the
    /// strata.
    pub fn new<'c>(tree: &UnitTree, codes: impl IntoIterator<Item = &'c str>, held: &'c [String]) -> Self {
        let mut listed = BTreeSet::new();
        for code in codes.into_iter().chain(held.iter().map(String::as_str)) {
            let mut at = tree.position(code);
            while let Some(here) = at {
                listed.insert(here);
                at = tree.parent(here);
            }
        }
        let units: Vec<usize> = listed.into_iter().collect();
        let positions: Vec<Option<usize>> = held.iter().map(|code| tree.position(code)).collect();
        let mut by_place = vec![(0..held.len()).collect::<Vec<_>>()];
        by_place.extend(units.iter().map(|unit| {
            (0..positions.len())
                .filter(|s| positions[*s].is_some_and(|at| tree.is_within(at, *unit)))
                .collect()
        }));
        let mut below = vec![Vec::new(); units.len() + 1];
        for (place, unit) in units.iter().enumerate() {
            let up = tree.parent(*unit).and_then(|parent| units.binary_search(&parent).ok());
            below[up.map_or(0, |up| up + 1)].push(place + 1);
        }
        Self { units, strata: by_place, below }
    }
}

/// All figures of some strata, before anything is hidden.
pub(super) fn figures(plan: &Plan<'_>, rules: &Rules, domain: &Domain<'_>) -> Figures {
    let mut figures = figures_alone(plan, rules, domain);
    for (dimension, reliability) in figures.dimensions.iter_mut().zip(associations::reliability(plan, domain))
    {
        dimension.reliability = reliability;
    }
    Figures { drivers: associations::drivers(plan, domain), ..figures }
}

/// The same without reliability and drivers.
pub(super) fn figures_alone(plan: &Plan<'_>, rules: &Rules, domain: &Domain<'_>) -> Figures {
    let settings = &plan.definition.index;
    let item_shape = match settings.measure {
        Measure::ShareSatisfied => Shape::Share,
        Measure::MeanScore => Shape::Index,
    };
    let items: Vec<Linear> = (0..plan.items.len()).map(|item| domain.mean(item)).collect();
    let pooled = |of: &[usize]| {
        let variables: Vec<(usize, f64)> = of.iter().map(|item| (*item, plan.items[*item].weight)).collect();
        domain.ratio(&variables)
    };
    let dimensions: Vec<Linear> = plan
        .dimensions
        .iter()
        .enumerate()
        .map(|(at, dimension)| match settings.aggregation {
            Aggregation::ItemShares => {
                let weight: f64 = dimension.items.iter().map(|item| plan.items[*item].weight).sum();
                let share = |item: &usize| (plan.items[*item].weight / weight, &items[*item]);
                Linear::combine(dimension.items.iter().map(share))
            }
            Aggregation::RespondentScores => domain.mean(plan.items.len() + at),
            Aggregation::PooledAnswers => pooled(&dimension.items),
        })
        .collect();
    let pool = settings.aggregation == Aggregation::PooledAnswers && plan.by_items;
    let parts: Vec<Linear> = plan
        .parts
        .iter()
        .map(|part| {
            if pool {
                return pooled(&plan.items_of(part));
            }
            Linear::combine(part.dimensions.iter().map(|at| (plan.dimensions[*at].in_part, &dimensions[*at])))
        })
        .collect();
    let index = if pool {
        pooled(&(0..plan.items.len()).collect::<Vec<_>>())
    } else {
        Linear::combine(plan.parts.iter().zip(&parts).map(|(part, linear)| (part.weight, linear)))
    };
    let groups = plan.groups();
    let composite = |linear: &Linear, group: usize| {
        let items = groups.get(group).map(Vec::as_slice).unwrap_or_default();
        domain.figure(linear, Rows::Group(group, items)).estimate(Shape::Index, rules, None)
    };
    let named = |id: &str, names: Option<&Text>| {
        let language = plan.definition.languages.first();
        names
            .and_then(|names| language.and_then(|code| names.get(code)).cloned())
            .unwrap_or_else(|| id.to_owned())
    };
    let criterion = |at: usize| {
        let item = &plan.items[at];
        let bytes = domain.bytes(at);
        let figure = domain.figure(&items[at], Rows::Variable(at));
        let squares = (item_shape == Shape::Share).then(|| domain.weighted_squares(at, figure.estimate));
        CriterionResult {
            id: item.criterion.id.clone(),
            name: named(&item.criterion.id, Some(&item.criterion.name)),
            in_dimension: None,
            asked: Some(bytes.iter().skip(1).sum()),
            counts: item
                .options
                .iter()
                .map(|(code, byte)| (code.clone(), bytes[usize::from(*byte)]))
                .collect(),
            estimate: figure.estimate(item_shape, rules, squares),
            mean: domain.mean_code(item, at).map_or_else(
                || Estimate { n: Some(0), publish: Publish::Publish, ..Estimate::default() },
                |figure| figure.estimate(Shape::Mean, rules, None),
            ),
            responsible: item.responsible.clone(),
            points: None,
        }
    };
    let satisfied: Vec<(f64, f64)> =
        plan.items.iter().enumerate().map(|(at, item)| domain.satisfied(item, at)).collect();
    let points = |estimate: &Estimate, of: &[usize]| {
        let sum = |value: &dyn Fn(usize) -> f64| {
            of.iter().map(|at| plan.items[*at].weight * value(*at)).sum::<f64>()
        };
        let possible = sum(&|_| 1.0);
        let reached = estimate.estimate.filter(|_| settings.measure == Measure::MeanScore)? * possible;
        Some(Points { reached, possible, satisfied: sum(&|at| satisfied[at].1) / sum(&|at| satisfied[at].0) })
    };
    let criterion = |at: usize, of: &[usize]| {
        let made = criterion(at);
        let all: f64 = of.iter().map(|item| plan.items[*item].weight).sum();
        let in_dimension = Some(plan.items[at].weight / all);
        CriterionResult { in_dimension, points: points(&made.estimate, &[at]), ..made }
    };
    let index = composite(&index, plan.group_of_all());
    Figures {
        drivers: Drivers::default(),
        weighting: UnitWeighting::default(),
        responses: Some(domain.sheets()),
        points: points(&index, &(0..plan.items.len()).collect::<Vec<_>>()),
        index,
        parts: plan
            .parts
            .iter()
            .zip(&parts)
            .enumerate()
            .map(|(at, (part, linear))| {
                let id = part.id.clone().unwrap_or_else(|| plan.definition.id.clone());
                let known = plan.definition.parts.iter().find(|p| Some(&p.id) == part.id.as_ref());
                PartResult {
                    name: named(&id, known.map(|part| &part.name).or(Some(&plan.definition.title))),
                    id,
                    weight: part.weight,
                    estimate: composite(linear, plan.group_of_part(at)),
                }
            })
            .collect(),
        dimensions: plan
            .dimensions
            .iter()
            .zip(&dimensions)
            .enumerate()
            .map(|(at, (dimension, linear))| {
                let known = plan.definition.dimensions.iter().find(|d| d.id == dimension.id);
                let estimate = composite(linear, Plan::group_of_dimension(at));
                DimensionResult {
                    points: points(&estimate, &dimension.items),
                    id: dimension.id.clone(),
                    name: named(&dimension.id, known.map(|d| &d.name)),
                    part: dimension.part.clone(),
                    weight: dimension.weight,
                    estimate,
                    criteria: dimension.items.iter().map(|item| criterion(*item, &dimension.items)).collect(),
                    reliability: Reliability::default(),
                }
            })
            .collect(),
    }
}

/// Says which dimensions of the whole campaign cannot be computed since an item has no answer.
pub(super) fn say_not_computable(total: &Figures, notes: &mut Vec<Note>) {
    let missing = |estimate: &Estimate| estimate.n.is_some_and(|n| n > 0) && estimate.estimate.is_none();
    for dimension in total.dimensions.iter().filter(|dimension| missing(&dimension.estimate)) {
        notes.push(note("not_computable", None, |lang| {
            fl!(lang.messages(), "index-not-computable", dimension = dimension.name.as_str())
        }));
    }
}

/// Code of the note that says that the answers carry no weights, and why.
pub const UNWEIGHTED: &str = "unweighted";

/// Says so; `without` are the units with answers and no population, where `others` have one.
pub(super) fn say_unweighted(without: &[&str], others: bool, notes: &mut Vec<Note>) {
    let n = without.len();
    let (named, more) = first_of(without);
    notes.push(note(UNWEIGHTED, None, |lang| {
        let m = lang.messages();
        match (others && n > 0, more) {
            (false, _) => fl!(m, "index-unweighted"),
            (true, 0) => fl!(m, "index-unweighted-some", n = n, units = named.as_str()),
            (true, more) => fl!(m, "index-unweighted-many", n = n, units = named.as_str(), more = more),
        }
    }));
}

/// Code of the note that says of which dimension nobody was asked.
pub const UNASKED: &str = "not_asked";

/// Says which dimensions nobody was asked about; `total` is the whole with what is hidden hidden.
pub(super) fn say_unasked(total: &Figures, notes: &mut Vec<Note>) {
    let nobody = total.dimensions.iter().filter(|dimension| {
        let criteria = &dimension.criteria;
        !criteria.is_empty() && criteria.iter().all(|criterion| criterion.asked == Some(0))
    });
    let names: Vec<String> = nobody.map(|dimension| format!("“{}”", dimension.name)).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        notes.push(note(UNASKED, None, |lang| {
            fl!(lang.messages(), "index-not-asked", dimensions = names.as_str())
        }));
    }
}

/// What was hidden.
struct Hidden {
    /// By place and cell: items, dimensions, parts, the index.
    cells: Vec<Vec<bool>>,
    /// Whether anything with answers was.
    any: bool,
}

/// Hides what may not be shown.
fn suppress(
    input: &Input<'_>,
    plan: &Plan<'_>,
    places: &Places,
    strata: &Strata,
    judged: Option<&judging::Judged<'_>>,
    results: &mut [Figures],
) -> Hidden {
    let parts = cells_below(plan);
    let officials = plan.definition.audience == Audience::Officials;
    let domains: Vec<Domain<'_>> =
        places.strata.iter().map(|of| Domain::new(strata.some(of), strata.weighted, plan)).collect();
    let n = results.iter().map(|result| answers_behind(plan, result)).collect();
    let yes_or_no = plan.definition.index.measure == Measure::ShareSatisfied;
    let satisfied = |cell: &Cell| {
        let of = |(item, bytes): (&Item<'_>, &[u64; 256])| {
            bytes.iter().zip(item.satisfied).filter(|(_, counts)| *counts).map(|(n, _)| *n).sum()
        };
        plan.items.iter().zip(&cell.tally.bytes).map(of).collect()
    };
    let satisfied = &satisfied;
    let alone = (0..strata.all.len()).filter(|at| strata.of(*at).is_none());
    let together = strata.together.iter().map(|own| (own.first(), &own.stratum));
    let atoms = alone.map(|at| (at, &strata.all[at])).chain(together).flat_map(|(stratum, of)| {
        of.cells.iter().map(move |cell| Atom {
            stratum,
            weight: cell.weight,
            n: cell.tally.answered.clone(),
            satisfied: if yes_or_no { satisfied(cell) } else { Vec::new() },
        })
    });
    let in_part: Vec<Vec<(usize, Vec<u64>)>> =
        places.strata.iter().map(|of| strata.in_part(of, plan.variables())).collect();
    let somewhere = |own: &Together| {
        let here = in_part.iter().rposition(|parts| parts.iter().any(|(of, _)| *of == own.first()));
        (own.first(), here.unwrap_or(0))
    };
    let cells = Cells {
        n,
        below: places.below.clone(),
        parts,
        k: u64::from(smallest_cell(input.campaign, input.definition)),
        atoms: atoms.collect(),
        strata: places.strata.iter().map(|of| strata.blocks_in(of)).collect(),
        together: strata.together.iter().map(somewhere).collect(),
        in_part,
        formed: formed(plan),
        sittings: judged.map(|judged| judged.sittings(&places.strata, plan.items.len())),
    };
    let alike =
        |place: usize, cell: usize| officials && is_told_alike(plan, &domains[place], &cells.parts, cell);
    let published = published(input, plan, places);
    let hidden = cells.hidden(|place, cell| alike(place, cell) || published(place, cell));
    // What the public report hides stays hidden, whatever the reason.
    let mut nobody = results.first().map(|total| unasked(plan, total, cells.k)).unwrap_or_default();
    for (item, nobody) in nobody.iter_mut().enumerate() {
        *nobody &= !published(0, item);
    }
    let mut any = false;
    for (place, result) in results.iter_mut().enumerate() {
        any |= hide_cells(plan, result, &hidden[place], &cells.n[place]);
        tell_unasked(plan, result, &nobody);
    }
    Hidden { cells: hidden, any }
}

/// Whether the public report hides a cell of a place.
fn published(input: &Input<'_>, plan: &Plan<'_>, places: &Places) -> impl Fn(usize, usize) -> bool {
    let hidden: Vec<Vec<bool>> = match input.published {
        None => Vec::new(),
        Some(report) => {
            let units: BTreeMap<&str, &Figures> =
                report.units.iter().map(|unit| (unit.code.as_str(), &unit.result)).collect();
            let of = |at: &usize| units.get(input.units.units()[*at].code.as_str()).copied();
            let all = std::iter::once(Some(&report.total)).chain(places.units.iter().map(of));
            all.map(|figures| figures.map(|figures| hidden_in(plan, figures)).unwrap_or_default()).collect()
        }
    };
    move |place, cell| hidden.get(place).and_then(|cells| cells.get(cell)).is_some_and(|hidden| *hidden)
}

/// Hides reliability and drivers that may not be shown, and puts the shown figures beside the drivers; true if
/// anything with answers was hidden.
///
/// They are hidden where a figure that they are about is, where they stand on fewer than k sheets, and where a whole
/// less its shown parts would. The performance of a driver is the dimension's own figure: the mean over the complete
/// sheets, taken from the mean over all, would tell of the few that are not complete.
fn suppress_associations(
    plan: &Plan<'_>,
    places: &Places,
    k: u64,
    figures: &[Vec<bool>],
    results: &mut [Figures],
) -> bool {
    let (items, dimensions) = (plan.items.len(), plan.dimensions.len());
    let n: Vec<Vec<u64>> = results
        .iter()
        .map(|result| {
            let alphas = result.dimensions.iter().map(|d| d.reliability.n.unwrap_or(0));
            alphas.chain([result.drivers.n.unwrap_or(0)]).collect()
        })
        .collect();
    let hides = |place: usize, dimension: usize| {
        figures[place][items + dimension]
            || plan.dimensions[dimension].items.iter().any(|item| figures[place][*item])
    };
    let cells = Cells {
        n,
        below: places.below.clone(),
        parts: vec![Vec::new(); dimensions + 1],
        k,
        ..Cells::default()
    };
    let hidden = cells.hidden(|place, cell| {
        if cell < dimensions {
            hides(place, cell)
        } else {
            plan.predictors.iter().any(|dimension| hides(place, *dimension))
        }
    });
    let mut any = false;
    for (place, result) in results.iter_mut().enumerate() {
        for (at, dimension) in result.dimensions.iter_mut().enumerate() {
            let asked = dimension.reliability.reason != Some(Missing::NotAsked);
            if asked && hidden[place][at] {
                any |= cells.n[place][at] > 0;
                dimension.reliability = hidden_reliability(dimension.reliability.items);
            }
        }
        if result.drivers.reason == Some(Missing::NotAsked) {
            continue;
        }
        if hidden[place][dimensions] {
            any |= cells.n[place][dimensions] > 0;
            result.drivers = hidden_drivers(&result.drivers);
        } else {
            judge_drivers(result);
        }
    }
    any
}

pub(super) fn hidden_reliability(items: usize) -> Reliability {
    Reliability { items, reason: Some(Missing::Suppressed), ..Reliability::default() }
}

pub(super) fn hidden_drivers(drivers: &Drivers) -> Drivers {
    Drivers { reason: Some(Missing::Suppressed), outcome: drivers.outcome.clone(), ..Drivers::default() }
}

/// Puts the shown figures beside the drivers and says what both suggest.
pub(super) fn judge_drivers(result: &mut Figures) {
    let drivers = &mut result.drivers;
    let quadrant = |important: bool, ahead: bool| match (important, ahead) {
        (true, false) => Quadrant::ImproveFirst,
        (true, true) => Quadrant::KeepUp,
        (false, false) => Quadrant::ImproveLater,
        (false, true) => Quadrant::Maintain,
    };
    let mean =
        |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    for driver in &mut drivers.dimensions {
        let dimension = result.dimensions.iter().find(|dimension| dimension.id == driver.id);
        driver.performance = dimension.and_then(|dimension| dimension.estimate.estimate);
    }
    drivers.performance_cut = mean(drivers.dimensions.iter().filter_map(|d| d.performance).collect());
    for driver in &mut drivers.dimensions {
        if let (Some(performance), Some(cut), Some(importance)) =
            (driver.performance, drivers.performance_cut, drivers.importance_cut)
        {
            driver.quadrant = Some(quadrant(driver.importance >= importance, performance >= cut));
        }
    }
    for driver in &mut drivers.criteria {
        let mut criteria = result.dimensions.iter().flat_map(|dimension| &dimension.criteria);
        let shown = criteria.find(|criterion| criterion.id == driver.id);
        driver.performance = shown.and_then(|criterion| criterion.estimate.estimate);
        driver.correlation = driver.correlation.filter(|_| driver.performance.is_some());
    }
    let judged = || drivers.criteria.iter().filter_map(|c| Some((c.correlation?, c.performance?)));
    let cuts = mean(judged().map(|c| c.0).collect()).zip(mean(judged().map(|c| c.1).collect()));
    for driver in &mut drivers.criteria {
        if let (Some(correlation), Some(performance), Some(cuts)) =
            (driver.correlation, driver.performance, cuts)
        {
            driver.quadrant = Some(quadrant(correlation >= cuts.0, performance >= cuts.1));
        }
    }
}

pub(super) fn hide_criterion(criterion: &mut CriterionResult) {
    criterion.asked = None;
    criterion.counts.clear();
    criterion.estimate = Estimate::default();
    criterion.mean = Estimate::default();
    criterion.points = None;
}

/// Leaves out how answers go together.
pub(super) fn forget_associations(result: &mut Figures) {
    for dimension in &mut result.dimensions {
        dimension.reliability = hidden_reliability(dimension.reliability.items);
    }
    result.drivers = hidden_drivers(&result.drivers);
}

pub(super) fn hide_all(result: &mut Figures) {
    result.index = Estimate::default();
    result.points = None;
    result.parts.iter_mut().for_each(|part| part.estimate = Estimate::default());
    for dimension in &mut result.dimensions {
        dimension.estimate = Estimate::default();
        dimension.points = None;
        dimension.criteria.iter_mut().for_each(hide_criterion);
        dimension.reliability = hidden_reliability(dimension.reliability.items);
    }
    result.drivers = hidden_drivers(&result.drivers);
    result.weighting = UnitWeighting::default();
}
