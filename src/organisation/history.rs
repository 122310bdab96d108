//! Units through time: what each was called and belonged to until when, from when to when it existed, and into which one it
//! was merged.
//!
//! A unit keeps its code as long as it is the same body. What changes about it (name, kind, the unit above) does so from a
//! day on: reports of campaigns before that day keep the tree of their time (security test E-10). What was merely written
//! wrong is corrected instead, for all times. A unit that ends names its successor; its old answers stay where they were
//! given, and [`History::merged`] shows them below the successor.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Unit, UnitTree, unit::NotATree};

/// What a unit was called and belonged to before a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The first day on which it no longer was so.
    pub until: Date,
    /// Its name then.
    pub name: String,
    /// Its kind then.
    pub kind: String,
    /// The unit above then.
    pub parent: Option<String>,
}

/// A unit with its past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The unit as it was last written.
    #[serde(flatten)]
    pub unit: Unit,
    /// What it was before, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
}

/// From when a new name, kind or unit above holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It always was so and was written wrong.
    Always,
    /// From this day on; before it everything stays as it was.
    Day(Date),
    /// The same, and what holds already is said to have begun on this day.
    Exactly(Date),
}

impl From<Unit> for Dated {
    fn from(unit: Unit) -> Self {
        Self { unit, past: Vec::new() }
    }
}

impl Dated {
    /// The day from which the unit is as it was last written; `None`: as long as anybody knows.
    pub fn since(&self) -> Option<Date> {
        self.past.last().map(|past| past.until)
    }

    /// The unit as it was on a day.
    pub fn on(&self, day: Date) -> Unit {
        match self.past.iter().find(|past| day < past.until) {
            None => self.unit.clone(),
            Some(past) => Unit {
                name: past.name.clone(),
                kind: past.kind.clone(),
                parent: past.parent.clone(),
                ..self.unit.clone()
            },
        }
    }

    /// The unit as `wanted`, its name, kind and parent so from a day on or always.
    #[must_use]
    pub fn amended(&self, wanted: Unit, since: Since) -> Self {
        let same = |one: &Unit, other: &Unit| {
            (&one.name, &one.kind, &one.parent) == (&other.name, &other.kind, &other.parent)
        };
        let begins = |day: Date| wanted.valid_from.is_some_and(|first| day <= first);
        if let Since::Exactly(day) = since
            && same(&self.unit, &wanted)
            && let Some(last) = self.past.last().filter(|last| last.until != day)
        {
            // As if the last change had been made on that day.
            let Past { name, kind, parent, .. } = last.clone();
            let mut past = self.past.clone();
            past.pop();
            let unit = Unit { name, kind, parent, ..self.unit.clone() };
            return Self { unit, past }.amended(wanted, Since::Day(day));
        }
        let mut past = self.past.clone();
        if !same(&self.unit, &wanted)
            && let Since::Day(day) | Since::Exactly(day) = since
        {
            let before = day.yesterday().map(|eve| self.on(eve));
            past.retain(|past| past.until < day);
            if let Ok(before) = before.as_ref()
                && !same(before, &wanted)
                && !begins(day)
            {
                let Unit { name, kind, parent, .. } = before.clone();
                past.push(Past { until: day, name, kind, parent });
            }
        }
        past.retain(|past| !begins(past.until));
        Self { unit: wanted, past }
    }

    /// Whether the unit exists on a day.
    pub fn exists(&self, day: Date) -> bool {
        self.unit.valid_from.is_none_or(|first| first <= day)
            && self.unit.valid_to.is_none_or(|last| day <= last)
    }
}

/// All units with their past, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History(BTreeMap<String, Dated>);

impl FromIterator<Dated> for History {
    fn from_iter<T: IntoIterator<Item = Dated>>(units: T) -> Self {
        Self(units.into_iter().map(|dated| (dated.unit.code.clone(), dated)).collect())
    }
}

/// A unit that differs between two histories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitChange {
    /// Before; `None`: it was not there.
    pub before: Option<Dated>,
    /// After; `None`: it is no longer there.
    pub after: Option<Dated>,
}

impl UnitChange {
    /// The unit's code.
    pub fn code(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |dated| dated.unit.code.as_str())
    }

    /// What takes it back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone() }
    }
}

impl History {
    /// The unit with this code.
    pub fn get(&self, code: &str) -> Option<&Dated> {
        self.0.get(code)
    }

    /// Whether units were merged into others.
    pub fn has_mergers(&self) -> bool {
        self.iter().any(|dated| dated.unit.successor.is_some())
    }

    /// All units, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Dated> {
        self.0.values()
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tree as it was last written, with units that have ended.
    ///
    /// # Errors
    /// [`NotATree`].
    pub fn latest(&self) -> Result<UnitTree, NotATree> {
        UnitTree::new(self.iter().map(|dated| dated.unit.clone()))
    }

    /// The tree as it was on a day. Units that did not exist then are in it, too: answers may be counted under them all the
    /// same, and nothing in a report is without a name.
    ///
    /// # Errors
    /// [`NotATree`].
    pub fn on(&self, day: Date) -> Result<UnitTree, NotATree> {
        UnitTree::new(self.iter().map(|dated| dated.on(day)))
    }

    /// The tree as it was last written, with every unit that has a successor below it: old answers as those of the units
    /// that there are now.
    ///
    /// # Errors
    /// [`NotATree`].
    pub fn merged(&self) -> Result<UnitTree, NotATree> {
        UnitTree::new(self.iter().map(|dated| {
            let unit = dated.unit.clone();
            let parent = unit.successor.clone().or_else(|| unit.parent.clone());
            Unit { parent, ..unit }
        }))
    }

    /// The tree as it was on a day, with every unit that had a successor by then below it: what several campaigns up to that day
    /// counted, by the units of the day.
    ///
    /// # Errors
    /// [`NotATree`].
    pub fn merged_by(&self, day: Date) -> Result<UnitTree, NotATree> {
        UnitTree::new(self.iter().map(|dated| {
            let unit = dated.on(day);
            let ended = unit.valid_to.is_some_and(|last| last < day);
            let heir = unit.successor.clone().filter(|_| ended);
            Unit { parent: heir.or_else(|| unit.parent.clone()), ..unit }
        }))
    }

    /// The unit that this one has become in the end: the last of its successors, or itself.
    pub fn heir<'a>(&'a self, code: &'a str) -> &'a str {
        let (mut at, mut met) = (code, BTreeSet::new());
        while let Some(next) = self.get(at).and_then(|dated| dated.unit.successor.as_deref())
            && met.insert(next)
        {
            at = next;
        }
        at
    }

    /// The units that have this one as their successor.
    pub fn merged_into<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Dated> {
        self.iter().filter(move |dated| dated.unit.successor.as_deref() == Some(code))
    }

    /// The same with units added or amended.
    #[must_use]
    pub fn with(&self, wanted: impl IntoIterator<Item = (Unit, Since)>) -> Self {
        let mut after = self.clone();
        for (unit, since) in wanted {
            let amended = match after.get(&unit.code) {
                Some(dated) => dated.amended(unit, since),
                None => Dated::from(unit),
            };
            after.0.insert(amended.unit.code.clone(), amended);
        }
        after
    }

    /// The same with changes made; those that no longer fit what is there are left out and counted.
    pub fn changed(&self, changes: &[UnitChange]) -> (Self, usize) {
        let (mut after, mut unfit) = (self.clone(), 0);
        for change in changes {
            if self.get(change.code()) != change.before.as_ref() {
                unfit += 1;
            } else if let Some(dated) = &change.after {
                after.0.insert(dated.unit.code.clone(), dated.clone());
            } else {
                after.0.remove(change.code());
            }
        }
        (after, unfit)
    }

    /// How many units lie above this one as it was last written.
    pub fn depth(&self, code: &str) -> usize {
        let (mut steps, mut at) = (0_usize, self.get(code));
        while let Some(parent) = at.and_then(|dated| dated.unit.parent.as_deref())
            && steps <= self.len()
        {
            steps += 1;
            at = self.get(parent);
        }
        steps
    }

    /// What differs, in an order in which it can be written: units that stay each after the one above, then those that go,
    /// each before the one above.
    pub fn changes_to(&self, after: &Self) -> Vec<UnitChange> {
        let changed = after.iter().filter(|dated| self.get(&dated.unit.code) != Some(dated));
        let mut changes: Vec<(usize, UnitChange)> = changed
            .map(|dated| {
                let before = self.get(&dated.unit.code).cloned();
                (after.depth(&dated.unit.code), UnitChange { before, after: Some(dated.clone()) })
            })
            .collect();
        changes.sort_by_key(|(depth, _)| *depth);
        let gone = self.iter().filter(|dated| after.get(&dated.unit.code).is_none());
        let mut gone: Vec<(usize, UnitChange)> = gone
            .map(|dated| {
                (self.depth(&dated.unit.code), UnitChange { before: Some(dated.clone()), after: None })
            })
            .collect();
        gone.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
        changes.into_iter().chain(gone).map(|(_, change)| change).collect()
    }

    /// The days on which anything changed its name, kind or place.
    pub(super) fn days(&self) -> BTreeSet<Date> {
        self.iter().flat_map(|dated| dated.past.iter().map(|past| past.until)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::organisation::problem::problems;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn unit(code: &str, parent: Option<&str>) -> Unit {
        Unit {
            code: code.to_owned(),
            name: code.to_uppercase(),
            kind: "xã".to_owned(),
            parent: parent.map(str::to_owned),
            ..Unit::default()
        }
    }

    /// The province, two districts, two communes of the first.
    fn province() -> History {
        [
            unit("bd", None),
            unit("qn", Some("bd")),
            unit("an", Some("bd")),
            unit("x1", Some("qn")),
            unit("x2", Some("qn")),
        ]
        .into_iter()
        .map(Dated::from)
        .collect()
    }

    fn parent(tree: &UnitTree, code: &str) -> Option<String> {
        tree.get(code).and_then(|unit| unit.parent.clone())
    }

    #[test]
    fn e_10_a_unit_that_moves_on_a_day_stays_under_the_old_parent_before_it() {
        let moved = province().with([(unit("x1", Some("an")), Since::Day(day("2025-07-01")))]);
        assert_eq!(parent(&moved.on(day("2025-06-30")).unwrap(), "x1").as_deref(), Some("qn"));
        assert_eq!(parent(&moved.on(day("2025-07-01")).unwrap(), "x1").as_deref(), Some("an"));
        assert_eq!(moved.get("x1").unwrap().since(), Some(day("2025-07-01")));
        let corrected = province().with([(unit("x1", Some("an")), Since::Always)]);
        assert_eq!(parent(&corrected.on(day("2020-01-01")).unwrap(), "x1").as_deref(), Some("an"));
    }

    #[test]
    fn a_later_word_on_an_earlier_day_takes_the_place_of_what_was_said_from_then_on() {
        let at =
            |history: &History, on: &str| parent(&history.on(day(on)).unwrap(), "x1").unwrap_or_default();
        let once = province().with([(unit("x1", Some("an")), Since::Day(day("2025-07-01")))]);
        let twice = once.with([(unit("x1", Some("bd")), Since::Day(day("2026-01-01")))]);
        assert_eq!(
            [at(&twice, "2025-06-30"), at(&twice, "2025-12-31"), at(&twice, "2026-01-01")],
            ["qn", "an", "bd"]
        );
        let earlier = twice.with([(unit("x1", Some("x2")), Since::Day(day("2025-03-01")))]);
        assert_eq!(
            [at(&earlier, "2025-02-28"), at(&earlier, "2025-03-01"), at(&earlier, "2026-06-01")],
            ["qn", "x2", "x2"]
        );
        let dated = once.with([(unit("x1", Some("an")), Since::Exactly(day("2025-09-01")))]);
        assert_eq!([at(&dated, "2025-08-31"), at(&dated, "2025-09-01")], ["qn", "an"]);
        // Back on the same day: as if nothing had been.
        let back = once.with([(unit("x1", Some("qn")), Since::Day(day("2025-07-01")))]);
        assert_eq!(back, province());
    }

    #[test]
    fn a_merged_unit_keeps_its_place_and_is_shown_under_its_successor() {
        let mut old = unit("x1", Some("qn"));
        old.valid_to = Some(day("2025-06-30"));
        old.successor = Some("p1".to_owned());
        let mut new = unit("p1", Some("bd"));
        new.valid_from = Some(day("2025-07-01"));
        let merged = province().with([(old, Since::Always), (new, Since::Always)]);
        assert_eq!(problems(&merged), []);
        assert_eq!(parent(&merged.on(day("2025-06-30")).unwrap(), "x1").as_deref(), Some("qn"));
        let tree = merged.merged().unwrap();
        assert_eq!(parent(&tree, "x1").as_deref(), Some("p1"));
        assert_eq!(merged.heir("x1"), "p1");
        assert_eq!(merged.merged_into("p1").count(), 1);
        let old = merged.get("x1").unwrap();
        assert!(old.exists(day("2025-06-30")) && !old.exists(day("2025-07-01")));
    }

    /// A change of a unit: which, the unit above, from which day on.
    fn steps() -> impl Strategy<Value = Vec<(usize, Option<usize>, Option<i32>)>> {
        prop::collection::vec((0_usize..6, prop::option::of(0_usize..6), prop::option::of(0_i32..40)), 0..12)
    }

    fn apply(steps: &[(usize, Option<usize>, Option<i32>)]) -> History {
        let start: History = (0..6).map(|n| Dated::from(unit(&n.to_string(), None))).collect();
        let first = day("2025-01-01");
        steps.iter().fold(start, |history, (which, above, on)| {
            let since = on.map_or(Since::Always, |on| {
                Since::Day(first.checked_add(jiff::Span::new().days(on)).unwrap())
            });
            let above = above.map(|above| above.to_string());
            let next = history.with([(unit(&which.to_string(), above.as_deref()), since)]);
            if problems(&next).is_empty() { next } else { history }
        })
    }

    proptest! {
        #[test]
        fn what_has_no_problem_is_a_tree_on_every_day(steps in steps()) {
            let history = apply(&steps);
            for on in -1..45 {
                let on = day("2025-01-01").checked_add(jiff::Span::new().days(on)).unwrap();
                prop_assert_eq!(history.on(on).unwrap().units().len(), 6);
            }
            prop_assert!(history.latest().is_ok() && history.merged().is_ok());
        }

        #[test]
        fn days_before_a_change_never_change(steps in steps(), which in 0_usize..6, above in 0_usize..6, on in 0_i32..40) {
            let history = apply(&steps);
            let at = |on: i32| day("2025-01-01").checked_add(jiff::Span::new().days(on)).unwrap();
            let wanted = unit(&which.to_string(), Some(&above.to_string()));
            let after = history.with([(wanted.clone(), Since::Day(at(on)))]);
            let code = which.to_string();
            let (before, amended) = (history.get(&code).unwrap(), after.get(&code).unwrap());
            if before.unit != wanted {
                for earlier in -2..on {
                    prop_assert_eq!(amended.on(at(earlier)), before.on(at(earlier)));
                }
                for later in on..45 {
                    prop_assert_eq!(&amended.on(at(later)), &wanted);
                }
            }
            let untils: Vec<Date> = amended.past.iter().map(|past| past.until).collect();
            prop_assert!(untils.is_sorted());
        }

        #[test]
        fn changes_lead_from_one_history_to_the_other_and_back(one in steps(), other in steps()) {
            let (before, after) = (apply(&one), apply(&other));
            let changes = before.changes_to(&after);
            prop_assert_eq!(before.changed(&changes), (after.clone(), 0));
            let back: Vec<UnitChange> = changes.iter().rev().map(UnitChange::inverse).collect();
            prop_assert_eq!(after.changed(&back), (before.clone(), 0));
            prop_assert_eq!(after.changes_to(&after), vec![]);
            // Each after the one above it, if that one changes as well.
            for (at, change) in changes.iter().enumerate() {
                let above = change.after.as_ref().and_then(|dated| dated.unit.parent.as_deref());
                if let Some(place) = above.and_then(|above| changes.iter().position(|c| c.code() == above)) {
                    prop_assert!(place < at);
                }
            }
        }
    }
}
