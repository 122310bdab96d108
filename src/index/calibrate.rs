//! The weights of a stratum: population over answers, adjusted to the margins of the population that are known
//! (post-stratification with one, raking with several).
//!
//! Live answers must never make a report fail, so what cannot be met is not used, and the report says so:
//! - Sheets that do not say keep their weight: they stand for their own share of the population, and the known totals
//!   for the rest of it. More than a fifth of such sheets is too many.
//! - Every code with a total needs ten sheets (k where that is more); every code answered needs a total.
//! - If one margin of a unit cannot be met, none of it is used: half an adjustment would be neither.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use crate::{
    definition::model::Kind,
    language::Lang,
    organisation::Margin,
    questionnaire::{Question, Questionnaire},
    statistics::calibration::{GroupedMargin, grouped},
};

use super::{
    domain::{Cell, Stratum},
    input::{Counts, UnitCounts, UnitSheets},
    plan::Plan,
    report::{MarginFault, MarginUse, WeightingMethod},
    tally,
};

/// Fewest sheets of a code with a total.
const LEAST: u64 = 10;

/// Largest share of sheets that do not say.
const MOST_UNKNOWN: f64 = 0.2;

/// What the answers of a unit stand for, before margins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Base {
    /// The unit's population; absent where nothing is weighted.
    pub population: Option<u64>,
    /// What an answer stands for where the unit is weighted together with others ([`super::joining`]): then it has no margins.
    pub together: Option<f64>,
}

/// A margin over the sheets of a unit.
struct Levels {
    /// Position of its question.
    question: usize,
    /// By packed byte: the level.
    of: [u8; 256],
    /// By level; the last one may be that of the sheets that do not say.
    totals: Vec<f64>,
    /// Share of the sheets that do not say.
    unknown: f64,
}

/// What weights follow from, which takes no sheets but counts of them.
struct Adjusted {
    /// By combination of levels that there is, in their order; absent: nothing is adjusted.
    weights: Option<Vec<f64>>,
    /// What an answer stands for where nothing is adjusted.
    plain: f64,
    /// A stratum without its cells.
    frame: Stratum,
}

/// How the sheets of a unit are weighted.
pub(super) struct Weighed {
    /// Sheets of the same weight: which ones (absent: all of the unit's) and what each stands for.
    pub cells: Vec<(Option<Vec<usize>>, f64)>,
    /// A stratum without its cells.
    frame: Stratum,
}

/// Counts a unit's sheets and weights them.
pub(super) fn stratum(
    plan: &Plan<'_>,
    questionnaire: &Questionnaire,
    sheets: &UnitSheets,
    base: Base,
    margins: &[&Margin],
    k: u64,
) -> Stratum {
    let weighed = weigh(questionnaire, sheets, base, margins, k);
    let cells = weighed.cells.iter().map(|(rows, weight)| Cell {
        tally: match rows {
            None => tally::count(plan, sheets),
            Some(rows) => tally::count(plan, &some(sheets, rows)),
        },
        weight: *weight,
    });
    Stratum { cells: cells.collect(), ..weighed.frame }
}

impl Weighed {
    /// The stratum of which only some sheets are counted, with the weights that all have; `None` where none is.
    pub fn stratum_of(
        &self,
        plan: &Plan<'_>,
        sheets: &UnitSheets,
        counts: impl Fn(usize) -> bool,
    ) -> Option<Stratum> {
        let mut any = false;
        let cells = self.cells.iter().map(|(rows, weight)| {
            let (chosen, of): (Vec<usize>, usize) = match rows {
                None => ((0..sheets.count).filter(|row| counts(*row)).collect(), sheets.count),
                Some(rows) => (rows.iter().copied().filter(|row| counts(*row)).collect(), rows.len()),
            };
            any |= !chosen.is_empty();
            Cell { tally: tally::count_some(plan, &some(sheets, &chosen), of as u64), weight: *weight }
        });
        let cells = cells.collect();
        any.then(|| Stratum {
            cells,
            margins: self.frame.margins.clone(),
            declared: Vec::new(),
            ..self.frame
        })
    }
}

/// The weights of a unit's sheets.
pub(super) fn weigh(
    questionnaire: &Questionnaire,
    sheets: &UnitSheets,
    base: Base,
    margins: &[&Margin],
    k: u64,
) -> Weighed {
    let column = |at: usize| sheets.columns.get(at).filter(|column| column.len() == sheets.count);
    let bytes = |at: usize| {
        let mut counts = [0_u64; 256];
        column(at)?.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        Some(counts)
    };
    let mut rows: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    let Adjusted { weights, plain, frame } =
        adjusted(questionnaire, sheets.count as u64, base, margins, k, bytes, |all| {
            for sheet in 0..sheets.count {
                let byte = |levels: &Levels| column(levels.question).map_or(0, |column| column[sheet]);
                let key = all.iter().map(|levels| levels.of[usize::from(byte(levels))]).collect();
                rows.entry(key).or_default().push(sheet);
            }
            rows.iter().map(|(key, sheets)| (key.clone(), sheets.len() as u64)).collect()
        });
    let cells = match weights {
        Some(weights) => rows.into_values().map(Some).zip(weights).collect(),
        None => vec![(None, plain)],
    };
    Weighed { cells, frame }
}

/// The same weights from counts of a unit's sheets: a stratum without its cells, and what a sheet of each cell stands for.
pub(super) fn weigh_counts(
    questionnaire: &Questionnaire,
    counts: &Counts,
    unit: &UnitCounts,
    base: Base,
    margins: &[&Margin],
    k: u64,
) -> (Stratum, Vec<f64>) {
    let place = |question: usize| counts.questions.iter().position(|own| *own == question);
    let byte = |of: &[u8], place: usize| of.get(place).copied().map_or(0, usize::from);
    let bytes = |question: usize| {
        let place = place(question)?;
        let mut counts = [0_u64; 256];
        unit.by.iter().for_each(|(of, n)| counts[byte(of, place)] += n);
        Some(counts)
    };
    let Adjusted { weights, plain, frame } =
        adjusted(questionnaire, unit.count, base, margins, k, bytes, |all| {
            let mut groups: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
            for (of, n) in &unit.by {
                let level = |levels: &Levels| levels.of[place(levels.question).map_or(0, |at| byte(of, at))];
                *groups.entry(all.iter().map(level).collect()).or_default() += n;
            }
            groups
        });
    (frame, weights.unwrap_or_else(|| vec![plain]))
}

/// The weights of so many answers. `bytes` says of the question at a position how often each packed byte occurs; `groups`
/// how many sheets have each combination of levels.
fn adjusted(
    questionnaire: &Questionnaire,
    count: u64,
    base: Base,
    margins: &[&Margin],
    k: u64,
    bytes: impl Fn(usize) -> Option<[u64; 256]>,
    groups: impl FnOnce(&[Levels]) -> BTreeMap<Vec<u8>, u64>,
) -> Adjusted {
    let answers = count as f64;
    let size = base.population.map(|population| population as f64);
    let weight = base.together.unwrap_or_else(|| size.map_or(1.0, |size| size / answers));
    let found: Vec<Result<Levels, MarginFault>> = margins
        .iter()
        .map(|margin| {
            let population = base.population.ok_or(MarginFault::Unweighted)?;
            if base.together.is_some() {
                return Err(MarginFault::Together);
            }
            levels(questionnaire, count, &bytes, population, margin, k)
        })
        .collect();
    let mut declared: Vec<MarginUse> = margins
        .iter()
        .zip(&found)
        .map(|(margin, found)| MarginUse {
            by: margin.by.clone(),
            used: false,
            unknown: found.as_ref().ok().map(|levels| levels.unknown),
            reason: found.as_ref().err().copied(),
        })
        .collect();
    let frame = |declared| Stratum {
        cells: Vec::new(),
        sheets: count,
        correction: correction(count, base.population),
        margins: Vec::new(),
        method: if size.is_some() { WeightingMethod::Population } else { WeightingMethod::None },
        declared,
        raters: None,
    };
    let plain = |declared| Adjusted { weights: None, plain: weight, frame: frame(declared) };
    let Ok(found) = found.into_iter().collect::<Result<Vec<Levels>, _>>() else { return plain(declared) };
    if found.is_empty() {
        return plain(declared);
    }
    let groups = groups(&found);
    let rows: Vec<u64> = groups.values().copied().collect();
    let known: Vec<GroupedMargin> = found
        .iter()
        .enumerate()
        .map(|(at, levels)| GroupedMargin {
            of: groups.keys().map(|key| usize::from(key[at])).collect(),
            totals: levels.totals.clone(),
        })
        .collect();
    let Some(weights) = grouped(&vec![weight; rows.len()], &rows, &known) else {
        declared.iter_mut().for_each(|margin| margin.reason = Some(MarginFault::NotConverged));
        return plain(declared);
    };
    declared.iter_mut().for_each(|margin| margin.used = true);
    let method = if found.len() == 1 { WeightingMethod::Poststratified } else { WeightingMethod::Raked };
    Adjusted {
        weights: Some(weights),
        plain: weight,
        frame: Stratum {
            margins: known.into_iter().map(|margin| margin.of).collect(),
            method,
            ..frame(declared)
        },
    }
}

/// What is left of the variance where so many of a population answered: 1 without one.
pub(super) fn correction(answers: u64, population: Option<u64>) -> f64 {
    population.map_or(1.0, |population| 1.0 - answers as f64 / population as f64)
}

/// Whether something is known of everybody by the answers to a question: a choice that all were asked, or could be.
pub(super) fn can_be_margin(question: &Question) -> bool {
    // Of those who were not asked it nothing is known.
    question.kind == Kind::Single && question.module.is_none()
}

/// The level of each answer, and what each level stands for.
fn levels(
    questionnaire: &Questionnaire,
    count: u64,
    bytes: impl Fn(usize) -> Option<[u64; 256]>,
    population: u64,
    margin: &Margin,
    k: u64,
) -> Result<Levels, MarginFault> {
    let (at, question) = questionnaire
        .questions
        .iter()
        .enumerate()
        .find(|(_, question)| question.id == margin.by && can_be_margin(question))
        .ok_or(MarginFault::NotAsked)?;
    let bytes = bytes(at).ok_or(MarginFault::NotAsked)?;
    if margin.totals.values().sum::<u64>() != population {
        return Err(MarginFault::OtherPopulation);
    }
    let level_of = level_of(question, margin).ok_or(MarginFault::NotAsked)?;
    let mut of = [u8::MAX; 256];
    let mut counts = vec![0_u64; margin.totals.len() + 1];
    for ((level, own), n) in level_of.iter().zip(&mut of).zip(bytes).filter(|(_, n)| *n > 0) {
        *own = level.ok_or(MarginFault::NoTotal)?;
        counts[usize::from(*own)] += n;
    }
    let silent = counts.pop().unwrap_or(0);
    let share = silent as f64 / count as f64;
    if share > MOST_UNKNOWN {
        return Err(MarginFault::TooManyUnknown);
    }
    if counts.iter().any(|n| *n < LEAST.max(k)) {
        return Err(MarginFault::TooFew);
    }
    let mut totals: Vec<f64> = margin.totals.values().map(|n| *n as f64 * (1.0 - share)).collect();
    if silent > 0 {
        totals.push(population as f64 * share);
    }
    Ok(Levels { question: at, of, totals, unknown: share })
}

/// By packed byte of a margin's question: the level that the sheet belongs to, that of the sheets that do not say coming
/// last; `None` for an answer without a total.
pub(super) fn level_of(question: &Question, margin: &Margin) -> Option<[Option<u8>; 256]> {
    let unknown = u8::try_from(margin.totals.len()).ok()?;
    let mut level_of = [Some(unknown); 256];
    for (position, option) in question.options.iter().enumerate() {
        let level = margin.totals.keys().position(|code| *code == option.code);
        let level = level.and_then(|level| u8::try_from(level).ok());
        if let Some(place) = level_of.get_mut(position + 1) {
            *place = if option.missing { Some(level.unwrap_or(unknown)) } else { level };
        }
    }
    Some(level_of)
}

/// Some of a unit's sheets: their answers alone.
pub(super) fn some(sheets: &UnitSheets, rows: &[usize]) -> UnitSheets {
    let chosen = |column: &Vec<u8>| rows.iter().filter_map(|row| column.get(*row).copied()).collect();
    UnitSheets {
        count: rows.len(),
        columns: sheets.columns.iter().map(chosen).collect(),
        ..UnitSheets::default()
    }
}

/// The words for a margin that is not used.
pub(super) fn words(lang: Lang, unit: &str, by: &str, fault: Option<MarginFault>) -> String {
    let m = lang.messages();
    let why = match fault {
        None => String::new(),
        Some(MarginFault::Unweighted) => fl!(m, "index-margin-unweighted"),
        Some(MarginFault::NotAsked) => fl!(m, "index-margin-not-asked"),
        Some(MarginFault::OtherPopulation) => fl!(m, "index-margin-other-population"),
        Some(MarginFault::NoTotal) => fl!(m, "index-margin-no-total"),
        Some(MarginFault::Together) => fl!(m, "index-margin-together"),
        Some(MarginFault::TooFew) => fl!(m, "index-margin-too-few"),
        Some(MarginFault::TooManyUnknown) => fl!(m, "index-margin-too-many-unknown"),
        Some(MarginFault::NotConverged) => fl!(m, "index-margin-not-converged"),
    };
    fl!(m, "index-margin-not-used", unit = unit, by = by, why = why)
}
