//! A plan: how many answers each unit needs and gets, how many to invite, and how precise the result will be.

use serde::Serialize;

use super::{
    allocation::{Bounds, Rule, share_out},
    precision::{self, Test},
    problem::{Kind, Problem},
    units::{Scale, Unit, Units},
};
use crate::statistics::{quantile, sample_size};

/// How the answers needed are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Cochran (1977), ch. 4: for a margin at a level, with finite population and design effect.
    Cochran,
    /// Yamane (1967): `N/(1 + N e²)`.
    Yamane,
}

/// How answers are shared out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allocation {
    /// Every unit gets what it needs itself.
    Each,
    /// A total, given or worked out for the province, by a rule.
    Total {
        /// The rule.
        rule: Rule,
        /// The total; absent: the smallest with which the province reaches its goal.
        total: Option<u64>,
    },
}

/// What a plan is to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wishes {
    /// The method.
    pub method: Method,
    /// The margin: half the width of the interval; of a share 0..1.
    pub margin: Option<f64>,
    /// The level (0..1) of the interval, two-sided.
    pub level: f64,
    /// A target to be shown to be exceeded.
    pub test: Option<Test>,
    /// How answers are shared out.
    pub allocation: Allocation,
    /// The least number of answers of a unit (of a smaller one: all it can give).
    pub minimum: u64,
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The units, in their order.
    pub units: Vec<Planned>,
    /// The province.
    pub total: Total,
}

/// A unit's part of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// Its code.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Its population.
    pub population: u64,
    /// Answers it needs to reach the goal by itself.
    pub needed: u64,
    /// Answers it should have at least: what it needs itself, where each unit gets that, and the minimum.
    #[serde(skip)]
    pub asked: u64,
    /// Answers planned; never more than can be expected if everybody is invited.
    pub answers: u64,
    /// How many to invite so that as many answer; at most the population.
    pub invite: u64,
    /// Its margin with the answers planned.
    pub margin: f64,
    /// Whether it reaches the goal by itself (the margin with its own share and design effect, whatever the method).
    pub reaches: bool,
    /// What an answer stands for: population / answers.
    pub weight: f64,
    /// How often (0..1) its target is shown to be exceeded; null without a target.
    pub power: Option<f64>,
    /// What is special about it.
    pub state: State,
}

/// What is special about a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing.
    Sample,
    /// Everybody answers: a census, without sampling error.
    Census,
    /// Everybody is invited.
    InviteAll,
    /// Everybody is invited and still fewer answer than were needed or asked for.
    TooFew,
}

/// The province's part of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    /// Its population.
    pub population: u64,
    /// The sum of what units need for themselves.
    pub needed: u64,
    /// Answers planned.
    pub answers: u64,
    /// Invitations planned.
    pub invite: u64,
    /// The margin of the province's mean, from the stratified variance.
    pub margin: f64,
    /// Whether it reaches the goal.
    pub reaches: bool,
    /// Kish's design effect of unequal weights.
    pub weighting_effect: f64,
    /// How often (0..1) its target is shown to be exceeded; null without a target.
    pub power: Option<f64>,
    /// Units that reach the goal by themselves.
    pub units_reaching: usize,
}

/// Works out a plan.
///
/// # Errors
/// A total that cannot be shared out, or a goal about shares where means are measured.
pub fn plan(units: &Units, wishes: &Wishes) -> Result<Plan, Problem> {
    if units.scale == Scale::Mean {
        if wishes.test.is_some() {
            return Err(Problem::whole(Kind::PowerNeedsShares));
        }
        if wishes.method == Method::Yamane {
            return Err(Problem::whole(Kind::YamaneNeedsShares));
        }
    }
    let (scale, units) = (units.scale, units.units.as_slice());
    let z = quantile::normal(1.0 - (1.0 - wishes.level) / 2.0).unwrap_or(f64::NAN);
    let goal = Goal { wishes, scale, z };
    let needed: Vec<u64> = units.iter().map(|unit| goal.needed(unit)).collect();
    let bounds: Vec<Bounds> = units
        .iter()
        .map(|unit| {
            let most = attainable(unit);
            Bounds { least: wishes.minimum.clamp(1, most), most }
        })
        .collect();
    let answers: Vec<u64> = match wishes.allocation {
        Allocation::Each => needed
            .iter()
            .zip(&bounds)
            .map(|(&needed, bounds)| needed.clamp(bounds.least, bounds.most))
            .collect(),
        Allocation::Total { rule, total } => {
            let weights: Vec<f64> = units.iter().map(|unit| rule.weight(unit)).collect();
            let least: u64 = bounds.iter().map(|bounds| bounds.least).sum();
            let most: u64 = bounds.iter().map(|bounds| bounds.most).sum();
            match total {
                Some(total) if total < least => {
                    return Err(Problem::whole(Kind::TotalTooSmall { total, least }));
                }
                Some(total) if total > most => {
                    return Err(Problem::whole(Kind::TotalTooLarge { total, most }));
                }
                Some(total) => share_out(total, &weights, &bounds),
                None if wishes.method == Method::Yamane => {
                    let population = units.iter().map(|unit| unit.population as f64).sum();
                    share_out(goal.yamane(population), &weights, &bounds)
                }
                None => smallest(least, most, |total| {
                    let answers = share_out(total, &weights, &bounds);
                    goal.province_reaches(units, &answers).then_some(answers)
                })
                .unwrap_or_else(|| share_out(most, &weights, &bounds)),
            }
        }
    };
    let planned: Vec<Planned> = units
        .iter()
        .zip(needed.iter().zip(&answers))
        .map(|(unit, (&needed, &answers))| goal.planned(unit, needed, answers))
        .collect();
    let total = Total {
        population: units.iter().map(|unit| unit.population).sum(),
        needed: needed.iter().sum(),
        answers: answers.iter().sum(),
        invite: planned.iter().map(|unit| unit.invite).sum(),
        margin: z * precision::stratified_se(units, &answers, |unit| unit.variance),
        reaches: goal.province_reaches(units, &answers),
        weighting_effect: precision::weighting_effect(units, &answers),
        power: wishes.test.map(|test| test.of_province(units, &answers, z)),
        units_reaching: planned.iter().filter(|unit| unit.reaches).count(),
    };
    Ok(Plan { units: planned, total })
}

/// What is to be reached.
struct Goal<'a> {
    wishes: &'a Wishes,
    scale: Scale,
    z: f64,
}

impl Goal<'_> {
    fn yamane(&self, population: f64) -> u64 {
        whole(sample_size::yamane(population, self.wishes.margin.unwrap_or(f64::NAN)))
    }

    fn needed(&self, unit: &Unit) -> u64 {
        let population = unit.population as f64;
        if self.wishes.method == Method::Yamane {
            return self.yamane(population);
        }
        let for_margin = self.wishes.margin.map_or(0.0, |e| match self.scale {
            Scale::Share => sample_size::for_share(unit.share, e, self.z, unit.deff, Some(population)),
            Scale::Mean => sample_size::for_mean(unit.variance, e, self.z, unit.deff, Some(population)),
        });
        let for_test = self.wishes.test.map_or(0.0, |test| {
            let z_power = quantile::normal(test.power).unwrap_or(f64::NAN);
            sample_size::for_power(test.target, test.truth, self.z, z_power, unit.deff, Some(population))
        });
        whole(for_margin.max(for_test)).clamp(1, unit.population)
    }

    fn planned(&self, unit: &Unit, needed: u64, answers: u64) -> Planned {
        let enough = whole(answers as f64 / unit.response_rate).min(unit.population);
        let asked = match self.wishes.allocation {
            Allocation::Each => needed.max(self.wishes.minimum),
            Allocation::Total { .. } => self.wishes.minimum,
        };
        let asked = asked.min(unit.population);
        // Where not enough can be had, nobody is left out.
        let invite = if answers < asked { unit.population } else { enough };
        let state = if answers == unit.population {
            State::Census
        } else if answers < asked {
            State::TooFew
        } else if invite == unit.population {
            State::InviteAll
        } else {
            State::Sample
        };
        let margin = precision::margin(unit, answers, self.z);
        Planned {
            unit: unit.code.clone(),
            name: unit.name.clone(),
            population: unit.population,
            needed,
            asked,
            answers,
            invite,
            margin,
            reaches: match self.wishes.method {
                Method::Cochran => answers >= needed,
                Method::Yamane => self.is_within(margin),
            },
            weight: unit.population as f64 / answers as f64,
            power: self.wishes.test.map(|test| test.of_unit(unit, answers, self.z)),
            state,
        }
    }

    /// By the variance of the design, whatever the method: a share's margin and the test's power.
    fn province_reaches(&self, units: &[Unit], answers: &[u64]) -> bool {
        let margin = self.is_within(self.z * precision::stratified_se(units, answers, |unit| unit.variance));
        let test = self
            .wishes
            .test
            .is_none_or(|test| test.of_province(units, answers, self.z) >= test.power - 1e-12);
        margin && test
    }

    /// Whether a margin is the one wished for or smaller; a little is allowed for rounding in floating point.
    fn is_within(&self, margin: f64) -> bool {
        self.wishes.margin.is_none_or(|wished| margin <= wished * (1.0 + 1e-12))
    }
}

/// The most answers that can be expected of a unit: those of all its people who answer; at least one.
fn attainable(unit: &Unit) -> u64 {
    ((unit.population as f64 * unit.response_rate + 1e-9).floor() as u64).clamp(1, unit.population)
}

fn whole(n: f64) -> u64 {
    (n - 1e-9).ceil() as u64
}

/// What `reaches` gives for the smallest total of those that reach; rounding to whole answers may let single smaller
/// totals reach that are passed over.
fn smallest<T>(mut least: u64, mut most: u64, reaches: impl Fn(u64) -> Option<T>) -> Option<T> {
    let mut found = Some(reaches(most)?);
    while least < most {
        let middle = least + (most - least) / 2;
        match reaches(middle) {
            Some(value) => (found, most) = (Some(value), middle),
            None => least = middle + 1,
        }
    }
    found
}

#[cfg(test)]
mod tests;
