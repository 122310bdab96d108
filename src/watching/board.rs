//! The board: what every unit and counter has, up the tree, against plan and population.

use super::forecast::{self, Forecast, Shape};
use crate::{
    language::vietnamese,
    organisation::{Stratum, UnitTree},
};

/// A counter of the campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Number of its place.
    pub place: i64,
    /// Code of its unit.
    pub unit: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// No longer listed by the campaign.
    pub retired: bool,
}

/// What was counted of a counter on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day, since 1970.
    pub day: i32,
    /// Number of the place.
    pub place: i64,
    /// Answers by the QR code on people's own devices.
    pub own: u64,
    /// Answers in any other way.
    pub other: u64,
    /// Openings of the page.
    pub scans: u64,
    /// Forms begun, as far as devices tell.
    pub starts: u64,
}

/// The days of a campaign as the board sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The day it opens.
    pub opens: i32,
    /// The day after its last one.
    pub ends: i32,
    /// Today. Whatever is compared with the plan is taken up to the end of yesterday.
    pub today: i32,
    /// What came from this day on is not on the board: tomorrow, or today for those who see finished days only.
    pub until: i32,
}

/// The figures of a unit with all below it, or of a counter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Complete answers.
    pub done: u64,
    /// Of them, by QR code on people's own devices.
    pub own: u64,
    /// Of all, today's.
    pub today: u64,
    /// Openings of the page.
    pub scans: u64,
    /// Forms begun on people's own devices: those that tell, and at least those that were completed.
    pub starts: u64,
    /// Planned answers, of the units that have a plan.
    pub plan: Option<u64>,
    /// Transactions (or persons) behind the answers, of the units that have a number.
    pub population: Option<u64>,
    /// Units below that hold counters and have no plan.
    pub unplanned: usize,
    /// Answers that the plan wants by the end of yesterday.
    pub pace: Option<f64>,
    /// What is to be expected at closing.
    pub forecast: Option<Forecast>,
    /// The last day with an answer.
    pub last: Option<i32>,
    /// Answers a day, from the first day on.
    pub days: Vec<u64>,
}

impl Figures {
    /// Of those who opened the page on a device of their own, how many completed it (0..1). More answers than openings
    /// (a page kept open, a link passed on) count as all.
    pub fn completion(&self) -> Option<f64> {
        (self.scans > 0).then(|| (self.own as f64 / self.scans as f64).min(1.0))
    }

    /// Share of the plan (0.. and beyond).
    pub fn of_plan(&self) -> Option<f64> {
        self.plan.filter(|plan| *plan > 0).map(|plan| self.done as f64 / plan as f64)
    }

    /// Share of the transactions (0..).
    pub fn of_population(&self) -> Option<f64> {
        self.population.filter(|n| *n > 0).map(|n| self.done as f64 / n as f64)
    }

    /// Answers missing to the plan's pace, as a share of the plan; negative when ahead.
    pub fn behind(&self) -> Option<f64> {
        let plan = self.plan.filter(|plan| *plan > 0)?;
        Some((self.pace? - self.done as f64) / plan as f64)
    }

    fn add(&mut self, counted: &Counted, at: usize, today: i32) {
        let answers = counted.own + counted.other;
        self.done += answers;
        self.own += counted.own;
        self.scans += counted.scans;
        self.starts += counted.starts;
        if counted.day == today {
            self.today += answers;
        }
        if answers > 0 {
            self.last = self.last.max(Some(counted.day));
            if let Some(n) = self.days.get_mut(at) {
                *n += answers;
            }
        }
    }
}

/// The board of a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Days of the campaign.
    pub span: Span,
    /// The units, each after its parent.
    pub tree: UnitTree,
    /// By the unit's position in the tree; absent where nothing of the campaign is at or below it.
    pub units: Vec<Option<Figures>>,
    /// Everything together.
    pub total: Figures,
    /// Units with planned answers and nowhere to give them, which no figure counts: how many, and their plan together.
    pub idle: (usize, u64),
    /// The counters with their figures, by unit and name.
    pub counters: Vec<(Counter, Figures)>,
    /// What days of each kind bring.
    pub shape: Shape,
}

impl Board {
    /// Lines everything up.
    pub fn new(
        tree: UnitTree,
        mut counters: Vec<Counter>,
        strata: &[Stratum],
        counted: &[Counted],
        span: Span,
    ) -> Self {
        counters.sort_by_cached_key(|counter| {
            (counter.unit.clone(), vietnamese::natural(&counter.name), counter.code.clone())
        });
        let length = usize::try_from(span.until.min(span.ends) - span.opens).unwrap_or(0);
        let empty = Figures { days: vec![0; length], ..Figures::default() };
        let mut units: Vec<Option<Figures>> = vec![None; tree.units().len()];
        let mut lines: Vec<(Counter, Figures)> =
            counters.into_iter().map(|counter| (counter, empty.clone())).collect();
        let places: std::collections::HashMap<i64, usize> =
            lines.iter().enumerate().map(|(at, (counter, _))| (counter.place, at)).collect();
        for one in counted.iter().filter(|one| one.day < span.until) {
            let Some((_, figures)) = places.get(&one.place).and_then(|at| lines.get_mut(*at)) else {
                continue;
            };
            // Answers that came outside the period (a clock set wrong) count, on no day of the chart.
            let at = usize::try_from(one.day - span.opens).unwrap_or(usize::MAX);
            figures.add(one, at, span.today);
        }
        // Own figures of units first, then up the tree: children stand after their parents.
        for (counter, figures) in &lines {
            if let Some(unit) = tree.position(&counter.unit).and_then(|at| units.get_mut(at)) {
                merge(unit.get_or_insert_with(|| empty.clone()), figures);
            }
        }
        let mut idle = (0, 0);
        for stratum in strata {
            let Some(unit) = tree.position(&stratum.unit).and_then(|at| units.get_mut(at)) else { continue };
            let Some(figures) = unit else {
                if let Some(plan) = stratum.sample {
                    idle = (idle.0 + 1, idle.1 + plan);
                }
                continue;
            };
            figures.population = Some(stratum.population);
            figures.plan = stratum.sample;
        }
        for figures in units.iter_mut().flatten() {
            figures.unplanned = usize::from(figures.plan.is_none());
        }
        for at in (0..units.len()).rev() {
            let (before, rest) = units.split_at_mut(at);
            let (Some(Some(figures)), Some(parent)) = (rest.first(), tree.parent(at)) else { continue };
            if let Some(above) = before.get_mut(parent) {
                merge(above.get_or_insert_with(|| empty.clone()), figures);
            }
        }
        let mut total = empty;
        for at in (0..units.len()).filter(|at| tree.parent(*at).is_none()) {
            if let Some(figures) = units.get(at).and_then(Option::as_ref) {
                merge(&mut total, figures);
            }
        }
        let complete = (span.opens..span.today.min(span.ends)).zip(total.days.iter().copied());
        let window = usize::try_from(span.today - span.opens).unwrap_or(0).saturating_sub(forecast::WINDOW);
        let shape = Shape::of(complete.skip(window));
        let counters = lines.iter_mut().map(|(_, figures)| figures);
        for figures in units.iter_mut().flatten().chain(counters).chain([&mut total]) {
            figures.starts = figures.starts.max(figures.own);
            look_ahead(figures, span, &shape);
        }
        Self { span, tree, units, total, idle, counters: lines, shape }
    }

    /// The figures of the unit at this position.
    pub fn unit(&self, at: usize) -> Option<&Figures> {
        self.units.get(at)?.as_ref()
    }

    /// Positions of the units right below one (or of the topmost ones) that have something of the campaign.
    pub fn below(&self, parent: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        (0..self.units.len()).filter(move |at| self.tree.parent(*at) == parent && self.unit(*at).is_some())
    }

    /// The counters that a unit holds itself.
    pub fn counters_of<'a>(&'a self, unit: &'a str) -> impl Iterator<Item = &'a (Counter, Figures)> + 'a {
        let from = self.counters.partition_point(|(counter, _)| counter.unit.as_str() < unit);
        self.counters.iter().skip(from).take_while(move |(counter, _)| counter.unit == unit)
    }
}

fn merge(above: &mut Figures, below: &Figures) {
    above.done += below.done;
    above.own += below.own;
    above.today += below.today;
    above.scans += below.scans;
    above.starts += below.starts;
    above.unplanned += below.unplanned;
    above.last = above.last.max(below.last);
    above.days.iter_mut().zip(&below.days).for_each(|(sum, n)| *sum += n);
    for (sum, n) in [(&mut above.plan, below.plan), (&mut above.population, below.population)] {
        if let Some(n) = n {
            *sum = Some(sum.unwrap_or(0) + n);
        }
    }
}

/// Pace and forecast.
fn look_ahead(figures: &mut Figures, span: Span, shape: &Shape) {
    let whole = shape.weights(span.opens, span.ends);
    if let Some(plan) = figures.plan
        && whole > 0.0
    {
        let elapsed = shape.weights(span.opens, span.today.clamp(span.opens, span.ends));
        figures.pace = Some(plan as f64 * elapsed / whole);
    }
    if span.today < span.ends {
        let complete = usize::try_from(span.today - span.opens).unwrap_or(0);
        let days = figures.days.get(..complete).unwrap_or(&figures.days);
        let before = figures.done - figures.today;
        figures.forecast = forecast::forecast(before, figures.done, days, span.today, span.ends, shape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    fn tree() -> UnitTree {
        let unit = |code: &str, parent: Option<&str>| Unit {
            code: code.to_owned(),
            name: code.to_uppercase(),
            parent: parent.map(str::to_owned),
            ..Unit::default()
        };
        UnitTree::new([unit("p", None), unit("a", Some("p")), unit("b", Some("p")), unit("c", Some("b"))])
            .unwrap()
    }

    fn counter(place: i64, unit: &str) -> Counter {
        Counter {
            place,
            unit: unit.to_owned(),
            code: format!("k{place}"),
            name: String::new(),
            retired: false,
        }
    }

    fn counted(day: i32, place: i64, own: u64, scans: u64) -> Counted {
        Counted { day, place, own, other: 0, scans, starts: 0 }
    }

    fn board(until: i32) -> Board {
        let strata = [
            Stratum { unit: "a".to_owned(), population: 1_000, sample: Some(100) },
            Stratum { unit: "c".to_owned(), population: 3_000, sample: None },
        ];
        let counted = [
            counted(20_416, 1, 10, 20),
            counted(20_417, 1, 5, 5),
            counted(20_416, 2, 7, 0),
            counted(20_425, 2, 1, 9),
        ];
        // Ten working days and the weekend between them; today is the second Wednesday.
        let span = Span { opens: 20_416, ends: 20_430, today: 20_425, until };
        Board::new(tree(), vec![counter(2, "c"), counter(1, "a")], &strata, &counted, span)
    }

    #[test]
    fn counts_add_up_the_tree_and_say_whose_plan_is_missing() {
        let board = board(20_426);
        let of = |code: &str| board.unit(board.tree.position(code).unwrap()).unwrap();
        assert_eq!((of("p").done, of("a").done, of("b").done, of("c").done), (23, 15, 8, 8));
        assert_eq!((of("p").plan, of("p").population, of("p").unplanned), (Some(100), Some(4_000), 1));
        assert_eq!((of("b").plan, of("b").pace), (None, None));
        assert_eq!(of("a").pace.map(f64::round), Some(70.0), "weekdays as seen: nothing came at the weekend");
        assert!(of("a").behind().unwrap() > 0.5);
        assert_eq!((of("p").today, of("p").last), (1, Some(20_425)));
        assert_eq!(of("p").days.iter().sum::<u64>(), 23);
        assert_eq!(of("a").completion(), Some(0.6));
        assert_eq!(of("c").starts, 8, "whoever completed a form began it");
        assert!(of("p").forecast.is_some_and(|forecast| forecast.lower >= 23));
        assert_eq!(
            board.below(Some(0)).map(|at| board.tree.units()[at].code.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!(board.counters_of("c").count(), 1);
    }

    #[test]
    fn j_07_a_board_of_finished_days_has_nothing_of_today() {
        let board = board(20_425);
        let top = board.unit(0).unwrap();
        assert_eq!((top.done, top.today, top.last, top.days.len()), (22, 0, Some(20_417), 9));
    }
}
