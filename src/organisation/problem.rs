//! What cannot be of units: circles, parents that are not there, ends before beginnings, mergers into nothing.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;
use jiff::civil::Date;

use super::History;
use crate::language::Lang;

/// What is wrong with a unit among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitProblem {
    /// Code of the unit to mend.
    pub unit: String,
    /// What is wrong.
    pub what: Wrong,
}

/// See [`UnitProblem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The unit above does not exist.
    UnknownParent {
        /// Its code.
        parent: String,
    },
    /// Following the units above leads round.
    Round {
        /// The codes on the way, the first one again at the end.
        round: Vec<String>,
        /// The day before which it was so; absent: it is so now.
        until: Option<Date>,
    },
    /// The last day lies before the first.
    EndsFirst,
    /// The unit above ends, this one goes on.
    ParentEnds {
        /// Code of the unit above.
        parent: String,
        /// Its last day.
        last: Date,
    },
    /// The successor does not exist.
    UnknownSuccessor {
        /// Its code.
        successor: String,
    },
    /// A successor without a last day of the unit itself.
    SuccessorWithoutEnd,
    /// Following the successors, or then the units above them, leads back to the unit.
    SuccessorRound,
    /// The successor has ended by the time that it is needed.
    SuccessorEnded {
        /// Its code.
        successor: String,
    },
}

impl Wrong {
    /// The same with names in the place of codes, for whoever looks at names.
    #[must_use]
    pub fn named(&self, name: impl Fn(&str) -> String) -> Self {
        match self {
            Self::UnknownParent { parent } => Self::UnknownParent { parent: parent.clone() },
            Self::Round { round, until } => {
                Self::Round { round: round.iter().map(|code| name(code)).collect(), until: *until }
            }
            Self::EndsFirst => Self::EndsFirst,
            Self::ParentEnds { parent, last } => Self::ParentEnds { parent: name(parent), last: *last },
            Self::UnknownSuccessor { successor } => Self::UnknownSuccessor { successor: successor.clone() },
            Self::SuccessorWithoutEnd => Self::SuccessorWithoutEnd,
            Self::SuccessorRound => Self::SuccessorRound,
            Self::SuccessorEnded { successor } => Self::SuccessorEnded { successor: name(successor) },
        }
    }
}

/// Everything that is wrong, by unit.
pub fn problems(history: &History) -> Vec<UnitProblem> {
    let mut found = Vec::new();
    let mut say = |unit: &str, what| found.push(UnitProblem { unit: unit.to_owned(), what });
    for dated in history.iter() {
        let unit = &dated.unit;
        let code = unit.code.as_str();
        if let Some(parent) = &unit.parent {
            match history.get(parent) {
                None => say(code, Wrong::UnknownParent { parent: parent.clone() }),
                Some(above) => {
                    if let Some(last) = above.unit.valid_to
                        && unit.valid_to.is_none_or(|own| own > last)
                    {
                        say(code, Wrong::ParentEnds { parent: parent.clone(), last });
                    }
                }
            }
        }
        if let (Some(first), Some(last)) = (unit.valid_from, unit.valid_to)
            && last < first
        {
            say(code, Wrong::EndsFirst);
        }
        if let Some(successor) = &unit.successor {
            match (history.get(successor), unit.valid_to) {
                (None, _) => say(code, Wrong::UnknownSuccessor { successor: successor.clone() }),
                (Some(_), None) => say(code, Wrong::SuccessorWithoutEnd),
                (Some(heir), Some(last)) => {
                    if heir.unit.valid_to.is_some_and(|end| end <= last) && successor != code {
                        say(code, Wrong::SuccessorEnded { successor: successor.clone() });
                    }
                }
            }
        }
    }
    let latest: BTreeMap<&str, &str> =
        history.iter().filter_map(|d| Some((d.unit.code.as_str(), d.unit.parent.as_deref()?))).collect();
    let rounds_now = rounds(&latest);
    for round in &rounds_now {
        let unit = round.first().cloned().unwrap_or_default();
        found.push(UnitProblem { unit, what: Wrong::Round { round: round.clone(), until: None } });
    }
    if !rounds_now.is_empty() {
        return found;
    }
    for until in history.days() {
        let Ok(eve) = until.yesterday() else { continue };
        let then: Vec<_> = history.iter().map(|dated| dated.on(eve)).collect();
        let parents =
            then.iter().filter_map(|unit| Some((unit.code.as_str(), unit.parent.as_deref()?))).collect();
        for round in rounds(&parents) {
            let unit = round.first().cloned().unwrap_or_default();
            found.push(UnitProblem { unit, what: Wrong::Round { round, until: Some(until) } });
        }
    }
    let merged: BTreeMap<&str, &str> = history
        .iter()
        .filter_map(|d| {
            Some((d.unit.code.as_str(), d.unit.successor.as_deref().or(d.unit.parent.as_deref())?))
        })
        .collect();
    for round in rounds(&merged) {
        let at_fault =
            round.iter().find(|code| history.get(code).is_some_and(|d| d.unit.successor.is_some()));
        if let Some(unit) = at_fault {
            found.push(UnitProblem { unit: unit.clone(), what: Wrong::SuccessorRound });
        }
    }
    found
}

/// The circles in which following `above` goes round, each once, beginning with its first code.
fn rounds(above: &BTreeMap<&str, &str>) -> Vec<Vec<String>> {
    let (mut done, mut rounds): (BTreeSet<&str>, _) = (BTreeSet::new(), Vec::new());
    for start in above.keys() {
        let mut way: Vec<&str> = Vec::new();
        let mut on_way: BTreeSet<&str> = BTreeSet::new();
        let mut at = Some(*start);
        while let Some(unit) = at
            && !done.contains(unit)
        {
            if !on_way.insert(unit) {
                let from = way.iter().position(|met| *met == unit).unwrap_or_default();
                let mut round: Vec<&str> = way.split_off(from);
                done.extend(&round);
                let first = round.iter().enumerate().min_by_key(|(_, code)| **code).map_or(0, |(at, _)| at);
                round.rotate_left(first);
                let again = round.first().copied();
                rounds.push(round.into_iter().chain(again).map(str::to_owned).collect());
                break;
            }
            way.push(unit);
            at = above.get(unit).copied();
        }
        done.extend(way);
    }
    rounds
}

impl Wrong {
    /// What is wrong and how to mend it.
    pub fn words(&self, lang: Lang, unit: &str) -> String {
        let m = lang.messages();
        match self {
            Self::UnknownParent { parent } => {
                fl!(m, "desk-units-unknown-parent", unit = unit, parent = parent.as_str())
            }
            Self::Round { round, until: None } => fl!(m, "desk-units-round", round = round.join(" → ")),
            Self::Round { round, until: Some(until) } => {
                fl!(m, "desk-units-round-before", round = round.join(" → "), day = written(lang, *until))
            }
            Self::EndsFirst => fl!(m, "desk-units-ends-first", unit = unit),
            Self::ParentEnds { parent, last } => fl!(
                m,
                "desk-units-parent-ends",
                unit = unit,
                parent = parent.as_str(),
                day = written(lang, *last)
            ),
            Self::UnknownSuccessor { successor } => {
                fl!(m, "desk-units-unknown-successor", unit = unit, successor = successor.as_str())
            }
            Self::SuccessorWithoutEnd => fl!(m, "desk-units-successor-without-end", unit = unit),
            Self::SuccessorRound => fl!(m, "desk-units-successor-round", unit = unit),
            Self::SuccessorEnded { successor } => {
                fl!(m, "desk-units-successor-ended", unit = unit, successor = successor.as_str())
            }
        }
    }
}

/// Why a unit cannot end while a campaign counts on it.
pub fn in_use(lang: Lang, unit: &str, end: Date, campaign: &str, last: Date) -> String {
    let (day, last) = (written(lang, end), written(lang, last));
    fl!(lang.messages(), "desk-units-in-use", unit = unit, day = day, campaign = campaign, last = last)
}

/// A day as people write it: `01/07/2025`, `1 July 2025`.
pub fn written(lang: Lang, day: Date) -> String {
    day.strftime(if lang == Lang::EN { "%-d %B %Y" } else { "%d/%m/%Y" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::{Dated, Unit};

    /// Units as `code parent valid_from valid_to successor`, `-` for none.
    fn found(units: &[&str]) -> Vec<(String, Wrong)> {
        let history: History = units
            .iter()
            .map(|line| {
                let mut words =
                    line.split(' ').chain(std::iter::repeat("-")).map(|w| (w != "-").then(|| w.to_owned()));
                let mut next = || words.next().flatten();
                Dated::from(Unit {
                    code: next().unwrap(),
                    parent: next(),
                    valid_from: next().map(|day| day.parse().unwrap()),
                    valid_to: next().map(|day| day.parse().unwrap()),
                    successor: next(),
                    ..Unit::default()
                })
            })
            .collect();
        problems(&history).into_iter().map(|problem| (problem.unit, problem.what)).collect()
    }

    fn one(units: &[&str]) -> (String, Wrong) {
        let mut found = found(units);
        assert_eq!(found.len(), 1, "{found:#?}");
        found.remove(0)
    }

    #[test]
    fn sound_units_have_no_problem() {
        assert_eq!(found(&["bd", "qn bd", "x qn - 2025-06-30 p", "p bd 2025-07-01"]), []);
    }

    #[test]
    fn circles_are_told_once_with_all_who_are_in_them() {
        let round = |codes: &str| codes.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (unit, what) = one(&["c b", "b a", "a c", "d c", "e"]);
        assert_eq!((unit.as_str(), what), ("a", Wrong::Round { round: round("a c b a"), until: None }));
        let (unit, what) = one(&["a a"]);
        assert_eq!((unit.as_str(), what), ("a", Wrong::Round { round: round("a a"), until: None }));
        assert_eq!(found(&["a b", "b a", "c d", "d c"]).len(), 2);
    }

    #[test]
    fn parents_and_successors_must_be_there_and_last() {
        let day: Date = "2025-06-30".parse().unwrap();
        assert_eq!(one(&["a x"]).1, Wrong::UnknownParent { parent: "x".to_owned() });
        assert_eq!(
            one(&["a - - 2025-06-30", "b a"]).1,
            Wrong::ParentEnds { parent: "a".to_owned(), last: day }
        );
        assert_eq!(found(&["a - - 2025-06-30", "b a - 2025-06-30"]), []);
        assert_eq!(one(&["a - 2025-07-01 2025-06-30"]).1, Wrong::EndsFirst);
        assert_eq!(one(&["a - - 2025-06-30 x"]).1, Wrong::UnknownSuccessor { successor: "x".to_owned() });
        assert_eq!(one(&["a - - - b", "b"]).1, Wrong::SuccessorWithoutEnd);
        assert_eq!(
            one(&["a - - 2025-06-30 b", "b - - 2025-06-30"]).1,
            Wrong::SuccessorEnded { successor: "b".to_owned() }
        );
        assert_eq!(one(&["a - - 2025-06-30 a"]).1, Wrong::SuccessorRound);
    }
}
