//! Figures by field of procedure (lĩnh vực), by how the case was filed, by channel, and by counter (quầy).
//!
//! Each is a domain of the campaign: within a stratum its answers are a random number of all, so that the variance counts the
//! others as zeros (Särndal, Swensson and Wretman 1992, section 10.3); `sipas estimate` gives the same of a domain.
//!
//! They divide the answers otherwise than the units do, so all of them together must not tell of few. Categories that cross the
//! units are kept from it by [`super::crossing`], counters by the rule for parts of a unit. Beyond that:
//! - They are given only of answers that stay as they are, with weights that do ([`Input::breakdowns`]): in a later report a few more or
//!   fewer answers of a category would show.
//! - Of each figure its answers, interval and decision are given, no counts of options, means of codes, standard errors or effective
//!   numbers, which would be further sums; and rounded to a tenth of a percentage point ([`CATEGORY_STEPS`]): few whole numbers of people fit an
//!   exact share.
//! - A mean is shown only where everything that it is made of is; of respondents' own means, where those who left something out are none
//!   or may be told of, since what they said follows from the items.
//! - Categories of a question are listed whether or not somebody chose them, or the number of hidden ones would bound each.
//! - Counters are shown of units without others below: what a unit holds itself beside its parts never is.

use std::collections::BTreeMap;

use crate::{
    definition::model::{Audience, Kind},
    organisation::{Channel, Margin, Mode},
    questionnaire::Question,
};

use super::{
    calibrate::{self, Weighed},
    cells::{cells_below, hide_cells},
    compute::{Places, Strata, figures_alone, first, forget_associations, on_all_cores},
    crossing::{self, Atom},
    domain::{Domain, Rules, Stratum},
    input::{Breakdowns, Input, UnitSheets},
    plan::{Dimension, Plan},
    report::{Breakdown, By, Category, Estimate, Result as Figures},
};

/// So many partitions cross the units: one for each of the questions, and the channels.
const CROSSING: usize = QUESTIONS.len() + 1;

/// Figures are whole numbers of so many parts of one.
pub const CATEGORY_STEPS: f64 = 1_000.0;

/// The questions by which figures are given, by their ids: the field of procedure, and how the case was filed.
const QUESTIONS: [(&str, By); 2] = [("case.field", By::Field), ("case.filed", By::Filed)];

/// What the figures of the units are.
pub(super) struct Whole<'a> {
    pub plan: &'a Plan<'a>,
    pub rules: &'a Rules,
    pub k: u64,
    pub strata: &'a Strata,
    pub places: &'a Places,
    /// By place and cell: whether it is hidden.
    pub hidden: &'a [Vec<bool>],
}

/// A partition of the answers that crosses the units.
struct Partition<'a> {
    by: By,
    /// The question; absent: the channel.
    question: Option<(usize, &'a Question)>,
    /// Codes and names, as asked.
    categories: Vec<(String, String)>,
    /// By packed byte: the category, else their number.
    of: [u8; 256],
}

impl<'a> Partition<'a> {
    fn all(input: &'a Input<'_>) -> Vec<Self> {
        let asked = QUESTIONS.iter().filter_map(|(id, by)| {
            let questions = &input.questionnaire.questions;
            let at = questions.iter().position(|question| question.id == *id)?;
            let question = questions.get(at).filter(|q| q.kind == Kind::Single && q.module.is_none())?;
            Some(Self::of_question(input, *by, at, question))
        });
        asked.chain([Self::of_channels()]).collect()
    }

    fn of_question(input: &Input<'_>, by: By, at: usize, question: &'a Question) -> Self {
        let said: Vec<usize> =
            (0..question.options.len()).filter(|option| !question.options[*option].missing).collect();
        let unsaid = u8::try_from(said.len()).unwrap_or(u8::MAX);
        let mut of = [unsaid; 256];
        for (category, option) in (0_u8..).zip(&said) {
            if let Some(place) = of.get_mut(option + 1) {
                *place = category;
            }
        }
        let named = said.iter().map(|option| {
            let option = &question.options[*option];
            (option.code.clone(), first(&option.label, input).to_owned())
        });
        Self { by, question: Some((at, question)), categories: named.collect(), of }
    }

    fn of_channels() -> Self {
        let unsaid = u8::try_from(Channel::ALL.len()).unwrap_or(u8::MAX);
        let mut of = [unsaid; 256];
        for channel in Channel::ALL {
            of[usize::from(channel.byte())] = channel.byte();
        }
        let categories =
            Channel::ALL.iter().map(|channel| (channel.code().to_owned(), String::new())).collect();
        Self { by: By::Channel, question: None, categories, of }
    }

    /// The category of each sheet.
    fn column(&self, sheets: &UnitSheets) -> Vec<u8> {
        let unsaid = u8::try_from(self.categories.len()).unwrap_or(u8::MAX);
        let source = match self.question {
            Some((at, _)) => sheets.columns.get(at),
            None => Some(&sheets.sources),
        };
        let byte = |row: usize| source.and_then(|bytes| bytes.get(row));
        (0..sheets.count).map(|row| byte(row).map_or(unsaid, |byte| self.of[usize::from(*byte)])).collect()
    }
}

/// Which answers of a unit nothing tells apart but what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kin {
    /// Position of the weight.
    cell: usize,
    /// Position of the counter; 0: none.
    counter: usize,
    /// Whether somebody helped, as the index without such answers is told.
    assisted: bool,
    /// By partition: the category; 0 beyond the partitions that there are.
    categories: [u8; CROSSING],
}

/// A unit's answers by all that figures are given by.
struct View<'a> {
    sheets: &'a UnitSheets,
    weighed: Weighed,
    /// By partition and sheet.
    columns: Vec<Vec<u8>>,
    /// Numbers of the counters; position 0 stands for no counter.
    counters: Vec<Option<i64>>,
    /// By sheet: position of the counter.
    counter: Vec<usize>,
    /// Answers by variable.
    counts: BTreeMap<Kin, Vec<u64>>,
}

/// How many sheets have an answer to an item, and to anything of a mean, in the order of the cells; then, where respondents' own means
/// are averaged, by dimension how many left a part of it out; at last, how many there are.
fn variables(plan: &Plan<'_>) -> usize {
    plan.items.len() + plan.groups().len() + dimensions_in_part(plan).len() + 1
}

/// The dimensions that may be answered in part, where that tells of anything.
fn dimensions_in_part<'p>(plan: &'p Plan<'_>) -> &'p [Dimension] {
    if plan.by_respondent() { &plan.dimensions } else { &[] }
}

impl<'a> View<'a> {
    fn new(
        input: &Input<'_>,
        plan: &Plan<'_>,
        partitions: &[Partition<'_>],
        sheets: &'a UnitSheets,
        weighed: Weighed,
    ) -> Self {
        let columns: Vec<Vec<u8>> = partitions.iter().map(|of| of.column(sheets)).collect();
        let mut counters = vec![None];
        let mut counter = Vec::with_capacity(sheets.count);
        for (number, n) in &sheets.counters {
            let known = input.sheets.counters.contains_key(number).then_some(*number);
            let at = counters.iter().position(|other| *other == known).unwrap_or_else(|| {
                counters.push(known);
                counters.len() - 1
            });
            counter.extend(std::iter::repeat_n(at, *n));
        }
        counter.resize(sheets.count, 0);
        let mut cell = vec![0; sheets.count];
        for (at, (rows, _)) in weighed.cells.iter().enumerate() {
            rows.iter().flatten().for_each(|row| cell[*row] = at);
        }
        let (groups, variables) = (plan.groups(), variables(plan));
        let items: Vec<Option<&Vec<u8>>> =
            plan.items.iter().map(|item| sheets.columns.get(item.question)).collect();
        let mut counts: BTreeMap<Kin, Vec<u64>> = BTreeMap::new();
        let mut answered = vec![false; items.len()];
        for row in 0..sheets.count {
            for ((answered, item), column) in answered.iter_mut().zip(&plan.items).zip(&items) {
                let byte = column.and_then(|column| column.get(row)).copied().unwrap_or(0);
                *answered = item.answered[usize::from(byte)];
            }
            let mode = sheets.modes.get(row).copied().unwrap_or(0);
            let kin = Kin {
                cell: cell[row],
                counter: counter[row],
                assisted: Mode::from_byte(mode).is_some_and(Mode::is_assisted),
                categories: std::array::from_fn(|at| columns.get(at).map_or(0, |column| column[row])),
            };
            let n = counts.entry(kin).or_insert_with(|| vec![0; variables]);
            let anything = |group: &Vec<usize>| group.iter().any(|item| answered[*item]);
            let in_part = |dimension: &Dimension| {
                anything(&dimension.items) && !dimension.items.iter().all(|item| answered[*item])
            };
            let means = groups.iter().map(anything).chain(dimensions_in_part(plan).iter().map(in_part));
            let here = answered.iter().copied().chain(means).chain([true]);
            n.iter_mut().zip(here).for_each(|(n, here)| *n += u64::from(here));
        }
        Self { sheets, weighed, columns, counters, counter, counts }
    }
}

/// What is given beside the units' figures.
pub(super) fn breakdowns(input: &Input<'_>, whole: &Whole<'_>) -> Vec<Breakdown> {
    let citizens = input.definition.audience == Audience::Citizens && input.judging.is_none();
    if input.breakdowns == Breakdowns::Without || !citizens {
        return Vec::new();
    }
    let (plan, strata) = (whole.plan, whole.strata);
    let partitions = Partition::all(input);
    let views: Vec<View<'_>> = on_all_cores(strata.codes.len(), |at| {
        let code = strata.codes[at].as_str();
        let sheets = &input.sheets.units[code];
        let margins: Vec<&Margin> = input.margins.iter().filter(|margin| margin.unit == code).collect();
        let weighed = calibrate::weigh(input.questionnaire, sheets, strata.bases[at], &margins, whole.k);
        View::new(input, plan, &partitions, sheets, weighed)
    });
    let crossing =
        partitions.iter().enumerate().filter_map(|(at, _)| crossing(whole, &partitions, at, &views));
    let units = on_all_cores(views.len(), |at| counters(input, whole, at, &views[at]));
    let mut breakdowns: Vec<Breakdown> = crossing.chain(units.into_iter().flatten()).collect();
    if input.breakdowns == Breakdowns::Given {
        let categories = breakdowns.iter_mut().flat_map(|breakdown| &mut breakdown.categories);
        categories.for_each(|category| round(&mut category.result));
    }
    breakdowns
}

/// Leaves of figures what tells nothing of single answers.
fn round(result: &mut Figures) {
    let rounded = |share: f64| (share * CATEGORY_STEPS).round() / CATEGORY_STEPS;
    for (_, estimate) in result.figures_mut() {
        (estimate.se, estimate.df) = (None, None);
        for share in [&mut estimate.estimate, &mut estimate.lower, &mut estimate.upper] {
            *share = share.map(rounded);
        }
    }
}

/// The figures of a partition that crosses the units; nothing where all answers are of one category.
fn crossing(
    whole: &Whole<'_>,
    partitions: &[Partition<'_>],
    at: usize,
    views: &[View<'_>],
) -> Option<Breakdown> {
    let partition = &partitions[at];
    let said = partition.categories.len();
    let variables = variables(whole.plan);
    let mut totals = vec![vec![0_u64; said + 1]; variables];
    let mut atoms = Vec::new();
    for view in views {
        let mut kin: BTreeMap<Kin, Vec<(usize, &[u64])>> = BTreeMap::new();
        for (key, n) in &view.counts {
            let category = usize::from(key.categories[at]);
            n.iter().zip(&mut totals).for_each(|(n, totals)| totals[category] += n);
            let mut others = *key;
            others.categories[at] = 0;
            kin.entry(others).or_default().push((category, n));
        }
        atoms.extend(kin.into_iter().map(|(key, n)| Atom { weight: view.weighed.cells[key.cell].1, n }));
    }
    atoms.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    let sheets = &totals[variables - 1];
    if sheets[..said].iter().filter(|n| **n > 0).count() < 2 {
        return None;
    }
    let hidden = whole.hidden.first()?;
    let shown: Vec<Vec<bool>> = on_all_cores(variables, |variable| {
        if hidden.get(variable).is_some_and(|hidden| *hidden) {
            return vec![false; said + 1];
        }
        crossing::shown(&atoms, &totals[variable], variable, whole.k)
    });
    let of = |category: usize| {
        let n: Vec<u64> = totals.iter().map(|totals| totals[category]).collect();
        let shown: Vec<bool> = shown.iter().map(|shown| shown[category]).collect();
        let byte = u8::try_from(category).unwrap_or(u8::MAX);
        let strata = || {
            let own = on_all_cores(views.len(), |at_unit| {
                let view = &views[at_unit];
                let counts = |row: usize| view.columns[at][row] == byte;
                view.weighed.stratum_of(whole.plan, view.sheets, counts)
            });
            whole.strata.joined(own)
        };
        let (code, name) = partition.categories[category].clone();
        Category { code, name, result: figures(whole, &n, &shown, strata) }
    };
    Some(Breakdown {
        by: partition.by,
        unit: None,
        // How many came by each channel is told anyway.
        categories: (0..said).filter(|at| partition.question.is_some() || sheets[*at] > 0).map(of).collect(),
    })
}

/// The figures of a unit's counters; nothing of a unit with others below it, or whose answers are all of one counter.
fn counters(input: &Input<'_>, whole: &Whole<'_>, at: usize, view: &View<'_>) -> Option<Breakdown> {
    let code = whole.strata.codes[at].as_str();
    let place = whole.places.units.iter().position(|unit| input.units.units()[*unit].code == code)? + 1;
    if !whole.places.below[place].is_empty() || view.counters.len() < 2 {
        return None;
    }
    let variables = variables(whole.plan);
    // By variable, counter and weight.
    let mut n = vec![vec![vec![0_u64; view.weighed.cells.len()]; view.counters.len()]; variables];
    for (kin, counts) in &view.counts {
        counts.iter().zip(&mut n).for_each(|(counts, n)| n[kin.counter][kin.cell] += counts);
    }
    let sheets = |counter: usize| n[variables - 1][counter].iter().sum::<u64>();
    if (0..view.counters.len()).filter(|counter| sheets(*counter) > 0).count() < 2 {
        return None;
    }
    // What is known of the counters of a unit that is hidden is known of the unit.
    let hidden = whole.hidden.get(place).filter(|hidden| !hidden.iter().all(|hidden| *hidden))?;
    let shown: Vec<Vec<bool>> = (0..variables)
        .map(|variable| match hidden.get(variable) {
            Some(true) => vec![false; view.counters.len()],
            _ => parts_shown(&n[variable], whole.k),
        })
        .collect();
    let of = |(counter, number): (usize, &Option<i64>)| {
        let named = input.sheets.counters.get(number.as_ref()?).filter(|_| sheets(counter) > 0)?;
        let own: Vec<u64> = n.iter().map(|n| n[counter].iter().sum()).collect();
        let shown: Vec<bool> = shown.iter().map(|shown| shown[counter]).collect();
        let strata = || {
            let counts = |row: usize| view.counter[row] == counter;
            view.weighed.stratum_of(whole.plan, view.sheets, counts).into_iter().collect()
        };
        let (code, name) = (named.code.clone(), named.name.clone());
        Some(Category { code, name, result: figures(whole, &own, &shown, strata) })
    };
    let mut categories: Vec<Category> = view.counters.iter().enumerate().filter_map(of).collect();
    categories.sort_by(|a, b| a.code.cmp(&b.code));
    Some(Breakdown { by: By::Counter, unit: Some(code.to_owned()), categories })
}

/// Which parts of a unit are shown, by their answers of each weight; the first part never is. Of each weight a part, and what is
/// hidden together, has k answers or none: a count and a weighted share are two sums, one of which leaves out a weight.
fn parts_shown(n: &[Vec<u64>], k: u64) -> Vec<bool> {
    let enough = |of: &[u64]| of.iter().all(|n| *n == 0 || *n >= k);
    let size = |part: &usize| (n[*part].iter().sum::<u64>(), *part);
    let mut shown: Vec<bool> =
        (0..n.len()).map(|part| part > 0 && size(&part).0 > 0 && enough(&n[part])).collect();
    loop {
        let hidden = || (0..n.len()).filter(|part| !shown[*part]);
        let weights = n.first().map_or(0, Vec::len);
        let rest: Vec<u64> = (0..weights).map(|at| hidden().map(|part| n[part][at]).sum()).collect();
        let smallest = (0..n.len()).filter(|part| shown[*part]).min_by_key(size);
        match smallest.filter(|_| !enough(&rest)) {
            Some(part) => shown[part] = false,
            None => return shown,
        }
    }
}

/// The figures of a category with `n` answers by variable, those shown that may be.
fn figures(whole: &Whole<'_>, n: &[u64], shown: &[bool], strata: impl FnOnce() -> Vec<Stratum>) -> Figures {
    let plan = whole.plan;
    let below = cells_below(plan);
    let mut hidden: Vec<bool> = (0..below.len()).map(|cell| !shown[cell]).collect();
    for (at, cell) in (0..dimensions_in_part(plan).len()).map(|at| (below.len() + at, plan.items.len() + at))
    {
        hidden[cell] = hidden[cell] || n[at] > 0 && !shown[at];
    }
    // Dimensions come before parts, parts before the index.
    for cell in plan.items.len()..below.len() {
        let secret = |part: &usize| hidden[*part] && n[*part] > 0;
        hidden[cell] = hidden[cell] || below[cell].iter().any(secret);
    }
    let told = shown.last().is_some_and(|told| *told);
    if !told {
        hidden.fill(true);
    }
    let counted = if told { strata() } else { Vec::new() };
    let domain = Domain::new(counted.iter().collect(), whole.strata.weighted, plan);
    let mut result = figures_alone(plan, whole.rules, &domain);
    hide_cells(plan, &mut result, &hidden, n);
    forget_associations(&mut result);
    result.points = None;
    for dimension in &mut result.dimensions {
        dimension.points = None;
        for criterion in &mut dimension.criteria {
            criterion.asked = None;
            criterion.counts.clear();
            criterion.mean = Estimate::default();
            criterion.points = None;
        }
    }
    for (_, estimate) in result.figures_mut() {
        (estimate.n_eff, estimate.deff) = (None, None);
    }
    Figures { responses: n.last().copied().filter(|_| told), ..result }
}
