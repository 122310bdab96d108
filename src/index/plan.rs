//! What a form counts: its items, and the nodes of the index tree with the items below each.

use std::collections::BTreeSet;

use crate::{
    definition::{
        model::{Aggregation, Criterion, Definition, Kind, Measure, PlanRow},
        weights,
    },
    questionnaire::Questionnaire,
};

use super::{Error, report::Responsible, rotation::Rotation};

/// The byte of a packed single choice for an option, by its position.
fn byte(position: usize) -> usize {
    position + 1
}

/// By packed byte: what an answer is worth; `None` for what is no answer.
pub(super) type Points = Vec<Option<f64>>;

/// The question on satisfaction with the whole, by its id.
const OVERALL: &str = "overall";

/// What the drivers are held against.
#[derive(Debug)]
pub(super) struct Overall {
    /// Id of the question.
    pub id: String,
    /// Position of the question in the questionnaire.
    pub question: usize,
    /// What its answers are worth.
    pub points: Points,
}

/// Largest worth of an answer, so that sums of squares of a hundred million sheets stay whole numbers.
const MOST_POINTS: f64 = 20.0;

/// The numeric codes of a scale's answers if all have one, else their scores if all have one.
fn points(options: &[crate::questionnaire::Choice]) -> Points {
    let within = |value: &f64| value.is_finite() && value.abs() <= MOST_POINTS;
    let of = |worth: &dyn Fn(&crate::questionnaire::Choice) -> Option<f64>| -> Option<Points> {
        let mut points = vec![None; options.len() + 1];
        for (position, option) in options.iter().enumerate().filter(|(_, option)| !option.missing) {
            points[byte(position)] = Some(worth(option).filter(within)?);
        }
        Some(points)
    };
    of(&|option| option.code.parse().ok()).or_else(|| of(&|option| option.score)).unwrap_or_default()
}

/// An item of the index.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// The criterion.
    pub criterion: &'a Criterion,
    /// Position of its question in the questionnaire.
    pub question: usize,
    /// Weight in its dimension.
    pub weight: f64,
    /// By packed byte: whether it counts as an answer.
    pub answered: [bool; 256],
    /// The distinct values other than zero that an answer can have, each with the bytes that have it.
    pub levels: Vec<(f64, Vec<u8>)>,
    /// By packed byte: whether it counts as satisfied.
    pub satisfied: [bool; 256],
    /// By packed byte: the numeric code of the option (1 to 5), where it has one.
    pub code: [Option<f64>; 256],
    /// By packed byte: the numeric code of the option where all answers have one, else their score: what answers are
    /// worth where they are correlated. Empty where the scale has neither.
    pub points: Points,
    /// Whether no rule hangs over it: all are asked it, or all who are asked its module.
    pub no_rule: bool,
    /// The module it belongs to.
    pub module: Option<usize>,
    /// Option codes with their bytes, in the order shown.
    pub options: Vec<(String, u8)>,
    /// Who is responsible.
    pub responsible: Option<Responsible>,
}

/// A dimension with its items.
#[derive(Debug)]
pub(super) struct Dimension {
    /// Id.
    pub id: String,
    /// Its part.
    pub part: Option<String>,
    /// Share in the index.
    pub weight: f64,
    /// Share in its part.
    pub in_part: f64,
    /// Positions of its items in [`Plan::items`].
    pub items: Vec<usize>,
}

/// A part with its dimensions.
#[derive(Debug)]
pub(super) struct Part {
    /// Id; absent where the definition has no parts.
    pub id: Option<String>,
    /// Share in the index.
    pub weight: f64,
    /// Positions of its dimensions.
    pub dimensions: Vec<usize>,
}

/// What a form counts.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub definition: &'a Definition,
    pub items: Vec<Item<'a>>,
    pub dimensions: Vec<Dimension>,
    pub parts: Vec<Part>,
    /// The question on satisfaction with the whole, if the form asks it.
    pub overall: Option<Overall>,
    /// Dimensions of which everybody is asked an item: what may drive the whole. None where modules rotate so that no
    /// respondent is asked all of them.
    pub predictors: Vec<usize>,
    /// How modules are drawn, if they rotate.
    pub rotation: Option<Rotation>,
    /// Whether all levels of the tree go by items: then pooled answers are pooled over the whole node.
    pub by_items: bool,
}

impl<'a> Plan<'a> {
    pub fn new(definition: &'a Definition, questionnaire: &Questionnaire) -> Result<Self, Error> {
        let form = weights::form(definition, &questionnaire.form)
            .ok_or_else(|| Error::NoForm(questionnaire.form.clone()))?;
        let items: Vec<Item<'a>> = questionnaire
            .questions
            .iter()
            .enumerate()
            .filter_map(|(question, asked)| {
                let criterion = definition.criteria.iter().find(|c| c.id == asked.id)?;
                Some(Item::new(definition, criterion, question, asked))
            })
            .collect();
        let dimensions: Vec<Dimension> = weights::dimension_weights(definition, form)
            .into_iter()
            .map(|d| Dimension {
                items: (0..items.len()).filter(|at| items[*at].criterion.dimension == d.id).collect(),
                id: d.id,
                part: d.part,
                weight: d.weight,
                in_part: d.in_part,
            })
            .collect();
        let parts = weights::part_weights(definition, form)
            .into_iter()
            .map(|part| Part {
                dimensions: (0..dimensions.len()).filter(|at| dimensions[*at].part == part.id).collect(),
                id: part.id,
                weight: part.weight,
            })
            .collect();
        let by_items = [definition.index.part_weights, definition.index.dimension_weights]
            .iter()
            .all(|w| *w == crate::definition::model::Weights::ByItems);
        let overall = questionnaire.questions.iter().enumerate().find_map(|(question, asked)| {
            let beside = asked.id == OVERALL && asked.dimension.is_none() && asked.kind == Kind::Single;
            let points = Some(points(&asked.options)).filter(|points| beside && !points.is_empty())?;
            Some(Overall { id: asked.id.clone(), question, points })
        });
        let everybody = |d: &Dimension| {
            d.items.iter().any(|item| items[*item].no_rule && !items[*item].points.is_empty())
        };
        let mut predictors: Vec<usize> =
            (0..dimensions.len()).filter(|at| everybody(&dimensions[*at])).collect();
        let rotation = questionnaire.rotation.as_ref().map(|rotation| {
            let by_respondent = definition.index.aggregation == Aggregation::RespondentScores;
            let of_items = items.iter().map(|item| item.module);
            // A respondent's own mean is in the module of its items: all are in one, or none is.
            let of_dimensions =
                dimensions.iter().map(|d| d.items.first().and_then(|item| items[*item].module));
            Rotation {
                ask: rotation.ask,
                modules: rotation.modules.len(),
                module: of_items.chain(of_dimensions.filter(|_| by_respondent)).collect(),
            }
        });
        if let Some(rotation) = &rotation {
            let on_the_whole = overall.as_ref().and_then(|o| questionnaire.questions.get(o.question)?.module);
            let needed: BTreeSet<usize> = predictors
                .iter()
                .flat_map(|at| &dimensions[*at].items)
                .filter_map(|item| items[*item].module)
                .chain(on_the_whole)
                .collect();
            if needed.len() > rotation.ask {
                predictors.clear();
            }
        }
        Ok(Self { definition, items, dimensions, parts, overall, predictors, rotation, by_items })
    }

    /// Whether some respondents are asked all items of a dimension.
    pub fn asked_together(&self, dimension: &Dimension) -> bool {
        let modules: BTreeSet<usize> =
            dimension.items.iter().filter_map(|item| self.items[*item].module).collect();
        self.rotation.as_ref().is_none_or(|rotation| modules.len() <= rotation.ask)
    }

    /// By module: an item that all are asked who are asked the module, so that it tells who they were.
    pub fn telling(&self) -> Vec<Option<usize>> {
        let modules = self.rotation.as_ref().map_or(0, |rotation| rotation.modules);
        let tells =
            |module: usize| self.items.iter().position(|item| item.module == Some(module) && item.no_rule);
        (0..modules).map(tells).collect()
    }

    /// The groups of items whose respondents are counted: each dimension, each part, all.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let dimensions = self.dimensions.iter().map(|d| d.items.clone());
        let parts = self.parts.iter().map(|part| self.items_of(part));
        dimensions.chain(parts).chain([(0..self.items.len()).collect()]).collect()
    }

    /// Position of the group of a dimension, a part, and all.
    pub const fn group_of_dimension(at: usize) -> usize {
        at
    }

    pub fn group_of_part(&self, at: usize) -> usize {
        self.dimensions.len() + at
    }

    pub fn group_of_all(&self) -> usize {
        self.dimensions.len() + self.parts.len()
    }

    /// The items of a part.
    pub fn items_of(&self, part: &Part) -> Vec<usize> {
        part.dimensions.iter().flat_map(|at| self.dimensions[*at].items.iter().copied()).collect()
    }

    /// Whether respondents' own scores are averaged, so that a dimension is a variable of its own.
    pub fn by_respondent(&self) -> bool {
        self.definition.index.aggregation == Aggregation::RespondentScores
    }

    /// How many variables there are: the items, then the dimensions that are some of their own.
    pub fn variables(&self) -> usize {
        self.items.len() + if self.by_respondent() { self.dimensions.len() } else { 0 }
    }
}

impl<'a> Item<'a> {
    fn new(
        definition: &'a Definition,
        criterion: &'a Criterion,
        question: usize,
        asked: &crate::questionnaire::Question,
    ) -> Self {
        let mut item = Self {
            criterion,
            question,
            weight: criterion.weight,
            answered: [false; 256],
            levels: Vec::new(),
            satisfied: [false; 256],
            code: [None; 256],
            points: points(&asked.options),
            no_rule: asked.asked_if.is_none(),
            module: asked.module,
            options: Vec::new(),
            responsible: responsible(definition, criterion),
        };
        for (position, option) in asked.options.iter().enumerate() {
            let at = byte(position);
            let Ok(packed) = u8::try_from(at) else { continue };
            item.options.push((option.code.clone(), packed));
            let value = match definition.index.measure {
                Measure::ShareSatisfied => Some(f64::from(u8::from(option.satisfied))),
                Measure::MeanScore => option.score,
            };
            let Some(value) = value.filter(|_| !option.missing) else { continue };
            item.answered[at] = true;
            item.satisfied[at] = option.satisfied;
            item.code[at] = option.code.parse().ok().filter(|code: &f64| code.is_finite());
            if value != 0.0 {
                match item.levels.iter_mut().find(|(known, _)| known.to_bits() == value.to_bits()) {
                    Some((_, bytes)) => bytes.push(packed),
                    None => item.levels.push((value, vec![packed])),
                }
            }
        }
        item
    }

    /// By packed byte: the value of the answer.
    pub fn values(&self) -> [f64; 256] {
        let mut values = [0.0; 256];
        for (value, bytes) in &self.levels {
            for byte in bytes {
                values[usize::from(*byte)] = *value;
            }
        }
        values
    }
}

/// The plan's row of a criterion, else of its dimension, else of its part.
fn responsible(definition: &Definition, criterion: &Criterion) -> Option<Responsible> {
    let dimension = definition.dimensions.iter().find(|d| d.id == criterion.dimension);
    let part = dimension
        .and_then(|d| d.part.as_ref())
        .and_then(|part| definition.parts.iter().find(|p| p.id == *part));
    let row = criterion
        .plan
        .as_ref()
        .or_else(|| dimension.and_then(|d| d.plan.as_ref()))
        .or_else(|| part.and_then(|p| p.plan.as_ref()))?;
    let PlanRow { monitor, lead, support, .. } = definition.plan.get(row)?;
    Some(Responsible {
        plan: row.clone(),
        monitor: monitor.clone(),
        lead: lead.clone(),
        support: support.clone(),
    })
}
