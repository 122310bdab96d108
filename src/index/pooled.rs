//! One report over several campaigns that asked the same: a quarter, half a year, nine months, a year.
//!
//! The campaigns are strata beside the units: each drew its own answers from its own population, so that a figure is the
//! stratified one over units × campaigns (Cochran 1977, ch. 5), as the engine computes it from their answers in one file. Units
//! are those of the period's end, with units that were merged by then below their successors.
//!
//! Nothing is shown that does not follow from what the reports of the single campaigns show ([`hiding`]).

mod hiding;

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use crate::{language::Lang, organisation::UnitTree};

use super::{
    Error,
    cells::{answers_behind, hidden_in, hide_cells, tell_unasked, told_unasked, unasked},
    change::same_criterion,
    compute::{
        Places, Strata, campaign, figures, forget_associations, held, known, method, on_all_cores, rules,
        say_coverage, say_not_computable, say_selection, say_unasked, say_unweighted, selection,
        smallest_cell, strata, unit_results,
    },
    domain::Domain,
    input::Input,
    joining,
    notes::{first_of, note},
    plan::Plan,
    ranking,
    report::{
        CampaignInfo, Modes, PeriodCampaign, PeriodInfo, Publish, Report, Responses, Result as Figures,
        SCHEMA, SetAside, Weighting,
    },
    roots,
};
use hiding::Table;

/// Code of the note that says which quarters of a period had no campaign.
pub const GAPS: &str = "period_gaps";

/// A campaign of a period.
#[derive(Debug, Clone, Copy)]
pub struct Wave<'a> {
    /// Its input; a closed campaign's.
    pub input: &'a Input<'a>,
    /// Its report, with everything hidden that may not be shown.
    pub report: &'a Report,
}

/// What a report over several campaigns is made of.
#[derive(Debug)]
pub struct Pool<'a> {
    /// The campaigns in order of time: at least one.
    pub waves: &'a [Wave<'a>],
    /// The units of the period's end.
    pub units: &'a UnitTree,
    /// What the period is called; its campaigns are filled in.
    pub period: PeriodInfo,
}

/// Why campaigns have no figures in common.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPool {
    /// No campaign.
    #[error("there is no campaign")]
    None,
    /// Two campaigns ask or count differently.
    #[error("campaign “{}” asks or counts differently", Lang::VI.pick(.0))]
    Different(BTreeMap<String, String>),
    /// People judged several units in it, so that its answers have no populations of their own.
    #[error("in campaign “{}” groups of people judged units", Lang::VI.pick(.0))]
    Judging(BTreeMap<String, String>),
    /// One has populations for all units, another one has not.
    #[error("campaign “{}” has no population for every unit, others have", Lang::VI.pick(.0))]
    Weighting(BTreeMap<String, String>),
    /// The figures of one campaign.
    #[error(transparent)]
    Index(#[from] Error),
}

impl NoPool {
    /// The words for the reader: what is wrong and how to mend it.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::None => fl!(m, "period-no-empty"),
            Self::Different(title) => fl!(m, "period-no-different", campaign = lang.pick(title)),
            Self::Judging(title) => fl!(m, "period-no-judging", campaign = lang.pick(title)),
            Self::Weighting(title) => fl!(m, "period-no-weighting", campaign = lang.pick(title)),
            Self::Index(error) => error.words(lang),
        }
    }
}

/// The report over several campaigns.
///
/// # Errors
/// [`NoPool`] says why they cannot be counted together.
pub fn pooled(pool: &Pool<'_>) -> Result<Report, NoPool> {
    let last = pool.waves.last().ok_or(NoPool::None)?;
    let plan = Plan::new(last.input.definition, last.input.questionnaire)?;
    let k = pool.waves.iter().map(|wave| smallest_cell(wave.input.campaign, wave.input.definition)).max();
    let k = k.unwrap_or(u32::MAX);
    let mut notes = Vec::new();
    let (counted, tables) = count(pool, last, &plan)?;
    let weighted = counted.weighted;
    if !weighted {
        say_unweighted(&[], false, &mut notes);
    }
    let rules = rules(last.input);
    let listed = pool.waves.iter().flat_map(|wave| {
        wave.input.sheets.units.keys().chain(wave.input.strata.iter().map(|stratum| &stratum.unit))
    });
    let places = Places::new(pool.units, listed.map(String::as_str), &counted.codes);
    let mut results = figures_of(&counted, &plan, &rules, &places.strata);
    let hidden = hiding::hidden(&plan, &counted, &places.strata, &tables);
    let mut nobody = results.first().map(|total| unasked(&plan, total, u64::from(k))).unwrap_or_default();
    for wave in answered(pool) {
        let told = told_unasked(&plan, &wave.report.total);
        nobody.iter_mut().zip(told).for_each(|(nobody, told)| *nobody &= told);
    }
    let mut any = false;
    for (result, hidden) in results.iter_mut().zip(&hidden) {
        let n = answers_behind(&plan, result);
        any |= hide_cells(&plan, result, hidden, &n);
        tell_unasked(&plan, result, &nobody);
        // They rest on other sheets than the figures, so that those of the campaigns do not say what these would tell.
        forget_associations(result);
    }
    say_selection(joined_selection(pool), &mut notes);
    if let Some(total) = results.first() {
        say_not_computable(total, &mut notes);
        say_unasked(total, &mut notes);
    }
    joining::say(&counted.codes_together(), u64::from(k), &mut notes);
    say_coverage(pool.waves.iter().flat_map(|wave| held(wave.input)), &mut notes);
    if any {
        notes.push(note("suppressed", None, |lang| fl!(lang.messages(), "index-suppressed", k = k)));
    }
    if results.first().is_some_and(|total| total.index.publish == Publish::Suppress) {
        say_hidden_by(pool, &mut notes);
    }
    let mut results = results.into_iter();
    let total =
        results.next().unwrap_or_else(|| figures(&plan, &rules, &Domain::new(Vec::new(), weighted, &plan)));
    let known: Vec<_> = pool
        .waves
        .iter()
        .flat_map(|wave| {
            let held = wave.input.sheets.units.iter().filter(|(_, sheets)| sheets.count > 0);
            known(wave.input, held.map(|(unit, _)| unit.as_str()))
        })
        .collect();
    let units = unit_results(pool.units, &places, &known, None, results);
    for wave in pool.waves {
        let own = wave.report.notes.iter().filter(|note| {
            matches!(
                note.code.as_str(),
                "unit_without_population"
                    | "margin_not_used"
                    | "set_aside"
                    | "rotated"
                    | "rotation_bounded"
                    | "rotation_uneven"
            )
        });
        for note in own {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
    }
    say_period(pool, &mut notes);
    let rankings = ranking::rankings(&units);
    Ok(Report {
        schema: SCHEMA.into(),
        campaign: info(pool, last),
        period: Some(PeriodInfo {
            campaigns: pool.waves.iter().map(|wave| member(wave.report)).collect(),
            ..pool.period.clone()
        }),
        generated_at: last.report.generated_at.clone(),
        level: rules.level,
        target: rules.target,
        weighting: if weighted { Weighting::Design } else { Weighting::None },
        method: method(last.input, k),
        responses: joined_responses(pool),
        total,
        units,
        groups: Vec::new(),
        weighted_together: Vec::new(),
        breakdowns: Vec::new(),
        rankings,
        rotation: None,
        set_aside: joined_set_aside(pool),
        comments: pool.waves.iter().flat_map(|wave| wave.report.comments.clone()).collect(),
        previous: None,
        notes,
    })
}

/// The figures of places, by their strata.
fn figures_of(
    counted: &Strata,
    plan: &Plan<'_>,
    rules: &super::domain::Rules,
    places: &[Vec<usize>],
) -> Vec<Figures> {
    on_all_cores(places.len(), |place| {
        let domain = Domain::new(counted.some(&places[place]), counted.weighted, plan);
        Figures { weighting: domain.weighting(None), ..figures(plan, rules, &domain) }
    })
}

/// Counts every campaign, with what its report shows.
fn count(pool: &Pool<'_>, last: &Wave<'_>, plan: &Plan<'_>) -> Result<(Strata, Vec<Table>), NoPool> {
    let title = |wave: &Wave<'_>| wave.input.campaign.title.clone();
    let mut counted = Strata { weighted: true, ..Strata::default() };
    let mut tables = Vec::new();
    for wave in pool.waves {
        let input = wave.input;
        if input.judging.is_some() {
            return Err(NoPool::Judging(title(wave)));
        }
        let own = Plan::new(input.definition, input.questionnaire)?;
        if !same(&own, plan) || !asked_alike(input, last.input) {
            return Err(NoPool::Different(title(wave)));
        }
        let least = u64::from(smallest_cell(input.campaign, input.definition));
        let counts = strata(input, &own, least, false, &mut Vec::new())?;
        // A campaign without answers says nothing of how the others are weighted.
        if !counts.all.is_empty() {
            if counted.all.is_empty() {
                counted.weighted = counts.weighted;
            } else if counted.weighted != counts.weighted {
                let without = pool.waves.iter().find(|wave| wave.report.weighting == Weighting::None);
                return Err(NoPool::Weighting(without.map_or_else(|| title(wave), title)));
            }
        }
        let listed = input.sheets.units.keys().chain(input.strata.iter().map(|stratum| &stratum.unit));
        let mut own = Places::new(input.units, listed.map(String::as_str), &counts.codes);
        let from = counted.all.len();
        own.strata.iter_mut().flatten().for_each(|stratum| *stratum += from);
        counted.take(counts);
        let results = wave.report.units.iter().map(|unit| &unit.result);
        let shown = std::iter::once(&wave.report.total).chain(results);
        let hidden = shown.map(|figures| hidden_in(plan, figures)).collect();
        tables.push(Table { strata: own.strata, hidden });
    }
    Ok((counted, tables))
}

/// Whether two campaigns ask the items of the same people: the same rules hang over their questions.
fn asked_alike(one: &Input<'_>, other: &Input<'_>) -> bool {
    let rules = |input: &Input<'_>| -> Vec<(String, String)> {
        let counted = input.questionnaire.questions.iter().filter(|asked| asked.dimension.is_some());
        counted.map(|asked| (asked.id.clone(), format!("{:?}", asked.asked_if))).collect()
    };
    one.definition.audience == other.definition.audience && rules(one) == rules(other)
}

/// Whether two campaigns count the same in the same way.
fn same(one: &Plan<'_>, other: &Plan<'_>) -> bool {
    let weight = |value: f64| (value * 1e9).round();
    let (a, b) = (&one.definition.index, &other.definition.index);
    one.definition.id == other.definition.id
        && (a.measure, a.aggregation) == (b.measure, b.aggregation)
        && one.items.len() == other.items.len()
        && one.items.iter().zip(&other.items).all(|(x, y)| {
            x.criterion.id == y.criterion.id
                && x.module == y.module
                && same_criterion(one.definition, other.definition, &x.criterion.id)
        })
        && one.dimensions.len() == other.dimensions.len()
        && one.dimensions.iter().zip(&other.dimensions).all(|(x, y)| {
            (&x.id, &x.part, &x.items) == (&y.id, &y.part, &y.items) && weight(x.weight) == weight(y.weight)
        })
        && one.parts.len() == other.parts.len()
        && one.parts.iter().zip(&other.parts).all(|(x, y)| {
            (&x.id, &x.dimensions) == (&y.id, &y.dimensions) && weight(x.weight) == weight(y.weight)
        })
        && one.predictors == other.predictors
        && one.overall.as_ref().map(|overall| &overall.points) == other.overall.as_ref().map(|o| &o.points)
        && one.rotation.as_ref().map(|rotation| (rotation.ask, rotation.modules))
            == other.rotation.as_ref().map(|rotation| (rotation.ask, rotation.modules))
}

fn info(pool: &Pool<'_>, last: &Wave<'_>) -> CampaignInfo {
    let own = campaign(last.input);
    let infos = || pool.waves.iter().map(|wave| &wave.report.campaign);
    // All times have the province's offset, so that their order is that of their letters.
    CampaignInfo {
        slug: format!("{}-{}-{}", own.definition.id, own.form, pool.period.code),
        title: pool.period.title.clone(),
        opens: infos().map(|info| info.opens.clone()).min().unwrap_or_default(),
        closes: infos().map(|info| info.closes.clone()).max().unwrap_or_default(),
        demonstration: infos().any(|info| info.demonstration),
        definition: last.report.campaign.definition.clone(),
        ..own
    }
}

/// A campaign of a period, by its own report.
pub fn member(report: &Report) -> PeriodCampaign {
    PeriodCampaign {
        campaign: report.campaign.clone(),
        responses: Some(report.responses.valid),
        population: roots::population(report),
    }
}

/// The campaigns that somebody answered in.
fn answered<'p>(pool: &'p Pool<'_>) -> impl Iterator<Item = &'p Wave<'p>> {
    pool.waves.iter().filter(|wave| wave.report.responses.stored > 0)
}

/// As the campaigns' own reports tell it. Where one withholds its days, those of the others are not those of all.
fn joined_responses(pool: &Pool<'_>) -> Responses {
    let own: Vec<&Responses> = pool.waves.iter().map(|wave| &wave.report.responses).collect();
    let days = |of: fn(&Responses) -> Option<&String>| -> Option<Vec<&String>> {
        answered(pool).map(|wave| of(&wave.report.responses)).collect()
    };
    let mut channels: BTreeMap<String, u64> = BTreeMap::new();
    for (name, n) in own.iter().flat_map(|responses| &responses.channels) {
        *channels.entry(name.clone()).or_default() += n;
    }
    let sum = |of: fn(&Responses) -> u64| own.iter().map(|own| of(own)).sum();
    Responses {
        stored: sum(|own| own.stored),
        valid: sum(|own| own.valid),
        flagged: sum(|own| own.flagged),
        from: days(|own| own.from.as_ref()).and_then(|days| days.into_iter().min().cloned()),
        to: days(|own| own.to.as_ref()).and_then(|days| days.into_iter().max().cloned()),
        channels,
        selection: joined_selection(pool),
        modes: joined_modes(pool),
    }
}

fn joined_selection(pool: &Pool<'_>) -> Option<super::report::Selection> {
    let waves = pool.waves.iter().flat_map(|wave| &wave.report.responses.channels);
    selection(waves.filter(|(_, n)| **n > 0).map(|(name, _)| name.as_str()))
}

/// The modes that every campaign's report shows.
fn joined_modes(pool: &Pool<'_>) -> Option<Modes> {
    let all: Option<Vec<&Modes>> =
        pool.waves.iter().map(|wave| wave.report.responses.modes.as_ref()).collect();
    let all = all?;
    let sum = |of: fn(&Modes) -> Option<u64>| all.iter().map(|modes| of(modes)).sum::<Option<u64>>();
    Some(Modes {
        own: sum(|modes| modes.own),
        helped: sum(|modes| modes.helped),
        proxy: sum(|modes| modes.proxy),
        unknown: sum(|modes| modes.unknown),
        index_unassisted: None,
    })
}

fn joined_set_aside(pool: &Pool<'_>) -> Option<SetAside> {
    let all: Vec<&SetAside> = pool.waves.iter().filter_map(|wave| wave.report.set_aside.as_ref()).collect();
    (!all.is_empty()).then(|| SetAside {
        responses: all.iter().map(|own| own.responses).sum(),
        groups: all.iter().flat_map(|own| own.groups.clone()).collect(),
        index_with: None,
    })
}

fn say_period(pool: &Pool<'_>, notes: &mut Vec<super::report::Note>) {
    let titles: Vec<&str> = pool.waves.iter().map(|wave| wave.report.campaign.title.as_str()).collect();
    let titles = titles.join("; ");
    notes.push(note("pooled", None, |lang| {
        fl!(lang.messages(), "period-note-pooled", n = pool.waves.len(), campaigns = titles.as_str())
    }));
    notes.push(note("pooled_associations", None, |lang| fl!(lang.messages(), "period-note-associations")));
}

/// Says which campaigns have too few answers for an index of their own, so that the period has none either.
fn say_hidden_by(pool: &Pool<'_>, notes: &mut Vec<super::report::Note>) {
    let hidden = |wave: &&Wave<'_>| {
        wave.report.total.index.publish == Publish::Suppress && wave.report.responses.stored > 0
    };
    let titles: Vec<&str> =
        pool.waves.iter().filter(hidden).map(|wave| wave.report.campaign.title.as_str()).collect();
    if titles.is_empty() {
        return;
    }
    let (named, more) = first_of(&titles);
    notes.push(note("hidden_by", None, |lang| match more {
        0 => fl!(lang.messages(), "index-hidden-by", campaigns = named.as_str()),
        more => fl!(lang.messages(), "index-hidden-by-many", campaigns = named.as_str(), more = more),
    }));
}
