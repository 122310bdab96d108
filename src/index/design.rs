//! The design behind a report's figures: its strata with their populations and weights, and what of which question is
//! counted. Whoever has the answers and this can compute the figures again (`docs/microdata.md`).

use crate::{definition::model::Aggregation, organisation::Phase};

use super::{
    Error, calibrate,
    compute::{Strata, smallest_cell, strata},
    domain::Stratum as Counted,
    input::Input,
    judging::Judged,
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
    /// Code of the unit that holds the counters or invitations, or was judged.
    pub unit: String,
    /// Codes of the groups of raters whose answers are in it; none where there are no groups.
    pub groups: Vec<String>,
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
    let closed = input.links.is_some() && input.campaign.phase(input.now) != Phase::Closed;
    let k = u64::from(smallest_cell(input.campaign, input.definition));
    let mut notes = Vec::new();
    let (held, judged) = match input.judging {
        Some(judging) => {
            let (held, judged) = Judged::new(input, judging, &plan, k, closed, &mut notes)?;
            (held, Some(judged))
        }
        None => (strata(input, &plan, k, closed, &mut notes)?, None),
    };
    let Strata { codes, all, weighted } = held;
    let strata = codes.into_iter().zip(&all).enumerate().map(|(at, (unit, counted))| {
        let (groups, assigned) = judged.as_ref().map(|judged| judged.behind(at, &unit)).unwrap_or_default();
        let population = match &judged {
            Some(_) => Some(assigned),
            None => input.strata.iter().find(|s| s.unit == unit).map(|s| s.population),
        };
        let population = population.filter(|_| weighted);
        stratum(input, unit, groups, population, counted)
    });
    Ok(Design {
        weighted,
        k,
        strata: strata.collect(),
        items: items(&plan),
        aggregation: plan.definition.index.aggregation,
        by_items: plan.by_items,
    })
}

fn stratum(
    input: &Input<'_>,
    unit: String,
    groups: Vec<String>,
    population: Option<u64>,
    counted: &Counted,
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
    let weights = counted.cells.iter().enumerate().map(|(at, cell)| {
        let levels = counted.margins.iter().map(|of| level(of, at)).collect();
        (levels, cell.weight)
    });
    let weights: Vec<(Vec<u8>, f64)> = weights.collect();
    let judged = counted.raters.is_some();
    let base_weight = match population.filter(|_| !judged) {
        Some(population) => population as f64 / counted.sheets as f64,
        None => weights.first().map_or(1.0, |(_, weight)| *weight),
    };
    Stratum {
        unit,
        groups,
        cluster: counted.raters.map(|raters| raters.cluster),
        answers: counted.sheets,
        population,
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
