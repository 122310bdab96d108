//! The design behind a report's figures: its strata with their populations and weights, and what of which question is
//! counted. Whoever has the answers and this can compute the figures again (`docs/microdata.md`).

use crate::{
    definition::model::{Aggregation, Definition},
    organisation,
    questionnaire::Questionnaire,
};

use super::{
    Error,
    calibrate::{self, Base},
    compute::{Strata, counted, is_closed_until_end, smallest_cell, without_population},
    domain::Stratum as Counted,
    input::{Counts, Input},
    joining,
    plan::Plan,
    report::WeightingMethod,
};

/// The design of a campaign's sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Whether answers are weighted by populations.
    pub weighted: bool,
    /// The smallest number of answers that anything is published of.
    pub k: u64,
    /// The strata with answers, by unit and then by group.
    pub strata: Vec<Stratum>,
    /// What is counted, in the order asked.
    pub items: Vec<Item>,
    /// How items become a dimension.
    pub aggregation: Aggregation,
    /// Whether all levels of the index go by items, so that pooled answers are pooled over whole nodes.
    pub by_items: bool,
}

/// A stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct Stratum {
    /// Codes of the units that hold the counters or invitations, or were judged: several where they are weighted together.
    pub units: Vec<String>,
    /// Codes of the groups of raters whose answers are in it; none where there are no groups.
    pub groups: Vec<String>,
    /// Whose answers are in it: the unit, and the groups about it.
    pub held: Vec<(String, Vec<String>)>,
    /// Strata with the same number have the same people behind them, who judged several units.
    pub cluster: Option<usize>,
    /// Answer sheets.
    pub answers: u64,
    /// The population; absent where nothing is weighted.
    pub population: Option<u64>,
    /// What an answer stands for before margins.
    pub base_weight: f64,
    /// What the weights were adjusted to.
    pub margins: Vec<Margin>,
    /// Weights by the levels of the margins; one, without levels, where there are none.
    pub weights: Vec<(Vec<u8>, f64)>,
    /// How the weights came about.
    pub method: WeightingMethod,
}

/// A margin that weights were adjusted to.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// Position of its question in the questionnaire.
    pub question: usize,
    /// By packed byte: the level.
    pub level_of: Vec<u8>,
}

/// A question that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its position in the questionnaire.
    pub question: usize,
    /// Weight in its dimension.
    pub weight: f64,
    /// Id of its dimension.
    pub dimension: String,
    /// The dimension's share in its part, 0..1.
    pub dimension_in_part: f64,
    /// Id of its part; absent where the definition has none.
    pub part: Option<String>,
    /// The part's share in the index, 0..1.
    pub part_weight: f64,
    /// By packed byte: what an answer is worth, 0..1; `None` for what is no answer.
    pub values: Vec<Option<f64>>,
}

impl Stratum {
    /// What an answer with these levels stands for.
    pub fn weight(&self, levels: &[u8]) -> f64 {
        self.weights.iter().find(|(own, _)| own == levels).map_or(self.base_weight, |(_, weight)| *weight)
    }

    /// The levels of a sheet; `byte` gives the packed byte of the question at a position.
    pub fn levels(&self, byte: impl Fn(usize) -> u8) -> Vec<u8> {
        let level = |margin: &Margin| {
            margin.level_of.get(usize::from(byte(margin.question))).copied().unwrap_or_default()
        };
        self.margins.iter().map(level).collect()
    }
}

/// The design of a campaign; of one of personal links that is not closed, without strata.
///
/// # Errors
/// As [`super::compute()`].
pub fn design(input: &Input<'_>) -> Result<Design, Error> {
    let plan = Plan::new(input.definition, input.questionnaire)?;
    let k = u64::from(smallest_cell(input.campaign, input.definition));
    // The notes are for the report to give.
    let (held, judged) = counted(input, &plan, is_closed_until_end(input), &mut Vec::new())?;
    let Strata { codes, all, bases, together, weighted } = held;
    let strata = codes.into_iter().zip(&all).enumerate().map(|(at, (unit, counted))| {
        let (groups, assigned) = judged.as_ref().map(|judged| judged.behind(at, &unit)).unwrap_or_default();
        let base = bases.get(at).copied().unwrap_or(Base { population: Some(assigned), together: None });
        let weights = counted.cells.iter().map(|cell| cell.weight).collect::<Vec<_>>();
        stratum(input, unit, groups, base, counted, &weights)
    });
    let groups = together.into_iter().map(|own| own.of).collect();
    Ok(of_strata(&plan, weighted, k, join(strata.collect(), groups)))
}

/// The same without the sheets, from how many there are: the counts must be by [`margin_questions`]. Not of groups of raters.
///
/// # Errors
/// As [`super::compute()`].
pub fn design_of_counts(input: &Input<'_>, counts: &Counts) -> Result<Design, Error> {
    let plan = Plan::new(input.definition, input.questionnaire)?;
    let k = u64::from(smallest_cell(input.campaign, input.definition));
    let closed = is_closed_until_end(input);
    let held = || counts.units.iter().filter(|(_, unit)| unit.count > 0 && !closed);
    let without = without_population(input, held().map(|(unit, counts)| (unit, counts.count)))?;
    let weighted = !input.strata.is_empty() && without.is_empty();
    let answers: Vec<(&String, u64)> = held().map(|(unit, own)| (unit, own.count)).collect();
    let population = |unit: &str| input.strata.iter().find(|s| s.unit == unit).map(|s| s.population);
    let (groups, bases) = joining::bases(input, &answers, |unit| population(unit).filter(|_| weighted), k);
    let strata = held().zip(bases).map(|((unit, own), base)| {
        let margins: Vec<&organisation::Margin> = input.margins.iter().filter(|m| m.unit == *unit).collect();
        let (counted, weights) = calibrate::weigh_counts(input.questionnaire, counts, own, base, &margins, k);
        stratum(input, unit.clone(), Vec::new(), base, &counted, &weights)
    });
    Ok(of_strata(&plan, weighted, k, join(strata.collect(), groups)))
}

/// Makes one stratum of those that are weighted together, in the place of the first.
fn join(strata: Vec<Stratum>, groups: Vec<Vec<usize>>) -> Vec<Stratum> {
    let mut strata: Vec<Option<Stratum>> = strata.into_iter().map(Some).collect();
    for of in groups {
        let mut whole: Option<Stratum> = None;
        for at in &of {
            let Some(next) = strata.get_mut(*at).and_then(Option::take) else { continue };
            let Some(whole) = &mut whole else {
                whole = Some(next);
                continue;
            };
            whole.units.extend(next.units);
            whole.groups.extend(next.groups);
            whole.held.extend(next.held);
            whole.answers += next.answers;
            whole.population = whole.population.zip(next.population).map(|(a, b)| a + b);
        }
        for codes in whole.iter_mut().flat_map(|whole| [&mut whole.units, &mut whole.groups]) {
            codes.sort();
            codes.dedup();
        }
        if let Some(place) = of.first().and_then(|at| strata.get_mut(*at)) {
            *place = whole;
        }
    }
    strata.into_iter().flatten().collect()
}

/// Positions of the questions that a margin is declared of and can be met, each once.
pub fn margin_questions(margins: &[organisation::Margin], questionnaire: &Questionnaire) -> Vec<usize> {
    let known = |by: &str| margins.iter().any(|margin| margin.by == *by);
    let questions = questionnaire.questions.iter().enumerate();
    questions.filter(|(_, q)| calibrate::can_be_margin(q) && known(&q.id)).map(|(at, _)| at).collect()
}

/// What counts in an index, in the order asked.
///
/// # Errors
/// [`Error::NoForm`].
pub fn items_of(definition: &Definition, questionnaire: &Questionnaire) -> Result<Vec<Item>, Error> {
    Ok(items(&Plan::new(definition, questionnaire)?))
}

fn of_strata(plan: &Plan<'_>, weighted: bool, k: u64, strata: Vec<Stratum>) -> Design {
    Design {
        weighted,
        k,
        strata,
        items: items(plan),
        aggregation: plan.definition.index.aggregation,
        by_items: plan.by_items,
    }
}

fn stratum(
    input: &Input<'_>,
    unit: String,
    groups: Vec<String>,
    base: Base,
    counted: &Counted,
    cells: &[f64],
) -> Stratum {
    let used = counted.declared.iter().filter(|margin| margin.used);
    let margins: Vec<Margin> = used
        .filter_map(|used| {
            let margin = input.margins.iter().find(|m| m.unit == unit && m.by == used.by)?;
            let question = input.questionnaire.position(&used.by)?;
            let level_of = calibrate::level_of(input.questionnaire.questions.get(question)?, margin)?;
            // An answer without a total is none that a used margin has.
            Some(Margin { question, level_of: level_of.map(|level| level.unwrap_or(u8::MAX)).to_vec() })
        })
        .collect();
    let level = |of: &Vec<usize>, cell: usize| {
        of.get(cell).and_then(|level| u8::try_from(*level).ok()).unwrap_or(u8::MAX)
    };
    let weights = cells.iter().enumerate().map(|(at, weight)| {
        let levels = counted.margins.iter().map(|of| level(of, at)).collect();
        (levels, *weight)
    });
    let weights: Vec<(Vec<u8>, f64)> = weights.collect();
    let judged = counted.raters.is_some();
    let base_weight = match base.population.filter(|_| !judged && base.together.is_none()) {
        Some(population) => population as f64 / counted.sheets as f64,
        None => weights.first().map_or(1.0, |(_, weight)| *weight),
    };
    Stratum {
        held: vec![(unit.clone(), groups.clone())],
        units: vec![unit],
        groups,
        cluster: counted.raters.map(|raters| raters.cluster),
        answers: counted.sheets,
        population: base.population,
        base_weight,
        margins,
        weights,
        method: counted.method,
    }
}

fn items(plan: &Plan<'_>) -> Vec<Item> {
    let of = |at: usize| {
        let item = &plan.items[at];
        let dimension = plan.dimensions.iter().find(|dimension| dimension.items.contains(&at));
        let part = dimension.and_then(|dimension| plan.parts.iter().find(|p| p.id == dimension.part));
        let values = item.values();
        Item {
            question: item.question,
            weight: item.weight,
            dimension: item.criterion.dimension.clone(),
            dimension_in_part: dimension.map_or(0.0, |dimension| dimension.in_part),
            part: dimension.and_then(|dimension| dimension.part.clone()),
            part_weight: part.map_or(0.0, |part| part.weight),
            values: (0..256).map(|byte| item.answered[byte].then(|| values[byte])).collect(),
        }
    };
    (0..plan.items.len()).map(of).collect()
}
