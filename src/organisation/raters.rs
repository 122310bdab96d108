//! Who judges what: groups of raters (nhóm người đánh giá) and the units that each group judges, with which form.
//!
//! One person judges all units assigned to the person's group, but never the own body ([`same_body`]). How many persons
//! were to judge a unit is therefore counted, not declared: [`Raters::assigned`].

use std::collections::{BTreeMap, BTreeSet};

use super::UnitTree;

/// A group of raters of a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct RaterGroup {
    /// Stable code: `hdnd`.
    pub code: String,
    /// Name as reports show it.
    pub name: String,
    /// Its share among the groups that judge a unit, in any measure; absent: the definition's, else by number invited.
    pub weight: Option<f64>,
}

/// A unit that a group judges.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// Code of the group.
    pub group: String,
    /// Code of the judged unit.
    pub unit: String,
    /// The form by which it is judged.
    pub form: String,
}

/// The groups and assignments of a campaign; none where every invited person answers once, about one thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Raters {
    /// Groups, by code.
    pub groups: Vec<RaterGroup>,
    /// Assignments, by group and unit; each pair once.
    pub assignments: Vec<Assignment>,
}

/// An invited person, as far as assignments go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rater {
    /// Code of the group.
    pub group: String,
    /// Code of the person's own unit.
    pub unit: String,
}

/// Whether a person of the unit `own` belongs to the body `judged`, and so must not judge it.
///
/// A unit is one body with the units below it: who works in a section answers for the agency, and who leads the agency
/// answers for its sections. The top of the tree is no body in this sense: it stands for the province as a whole, which
/// its departments and communes are asked to judge; only those whose own unit it is do not judge it. A unit that the tree
/// does not have is the same as itself alone.
pub fn same_body(tree: &UnitTree, own: &str, judged: &str) -> bool {
    if own == judged {
        return true;
    }
    let (Some(own), Some(judged)) = (tree.position(own), tree.position(judged)) else { return false };
    let below = tree.is_within(judged, own);
    let above = tree.is_within(own, judged) && tree.parent(judged).is_some();
    // Somebody of the province's own office is not the whole province.
    (below && tree.parent(own).is_some()) || above
}

impl Raters {
    /// Whether nobody is assigned anything.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.assignments.is_empty()
    }

    /// Groups by code, assignments by group and unit.
    pub fn sort(&mut self) {
        self.groups.sort_by(|a, b| a.code.cmp(&b.code));
        self.assignments.sort();
    }

    /// The group with this code.
    pub fn group(&self, code: &str) -> Option<&RaterGroup> {
        self.groups.iter().find(|group| group.code == code)
    }

    /// What a person judges, in the order of the tree.
    pub fn judged_by(&self, tree: &UnitTree, rater: &Rater) -> Vec<&Assignment> {
        let mut judged: Vec<&Assignment> = self
            .assignments
            .iter()
            .filter(|assigned| assigned.group == rater.group && !same_body(tree, &rater.unit, &assigned.unit))
            .collect();
        judged.sort_by_key(|assigned| (tree.position(&assigned.unit), &assigned.unit));
        judged
    }

    /// How many persons are to judge each unit, by group and unit; every assignment is named. `persons`: how many
    /// invited persons there are of each kind.
    pub fn assigned(&self, tree: &UnitTree, persons: &BTreeMap<Rater, u64>) -> Vec<(&Assignment, u64)> {
        self.assignments
            .iter()
            .map(|assigned| {
                let of = persons.iter().filter(|(rater, _)| {
                    rater.group == assigned.group && !same_body(tree, &rater.unit, &assigned.unit)
                });
                (assigned, of.map(|(_, n)| n).sum())
            })
            .collect()
    }

    /// The forms by which units are judged, each once, in the order of their ids.
    pub fn forms(&self) -> Vec<&str> {
        let forms: BTreeSet<&str> = self.assignments.iter().map(|assigned| assigned.form.as_str()).collect();
        forms.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::organisation::Unit;

    fn tree(units: &[(&str, Option<&str>)]) -> UnitTree {
        UnitTree::new(units.iter().map(|(code, parent)| Unit {
            code: (*code).to_owned(),
            name: (*code).to_owned(),
            kind: "unit".to_owned(),
            parent: parent.map(str::to_owned),
            ..Unit::default()
        }))
        .unwrap()
    }

    fn raters(pairs: &[(&str, &str)]) -> Raters {
        let assignment = |(group, unit): &(&str, &str)| Assignment {
            group: (*group).to_owned(),
            unit: (*unit).to_owned(),
            form: "f".to_owned(),
        };
        Raters { groups: Vec::new(), assignments: pairs.iter().map(assignment).collect() }
    }

    fn rater(group: &str, unit: &str) -> Rater {
        Rater { group: group.to_owned(), unit: unit.to_owned() }
    }

    #[test]
    fn a_body_is_a_unit_with_what_lies_below_it_but_the_province_is_everybody_s() {
        let tree = tree(&[
            ("bd", None),
            ("snv", Some("bd")),
            ("snv-1", Some("snv")),
            ("snv-2", Some("snv")),
            ("qn", Some("bd")),
        ]);
        let same = |own: &str, judged: &str| same_body(&tree, own, judged);
        assert!(same("snv", "snv") && same("snv-1", "snv") && same("snv", "snv-1") && same("bd", "bd"));
        assert!(!same("snv", "bd") && !same("snv-1", "bd"), "departments judge the province");
        assert!(!same("bd", "snv"), "the province's own office judges departments");
        assert!(!same("snv", "qn") && !same("qn", "snv-1") && !same("snv-1", "snv-2"));
        assert!(same("gone", "gone") && !same("gone", "snv"));
    }

    #[test]
    fn a_person_judges_what_the_group_is_assigned_less_the_own_body() {
        let tree = tree(&[("bd", None), ("an", Some("bd")), ("qn", Some("bd")), ("snv", Some("bd"))]);
        let raters = raters(&[("lanh-dao", "qn"), ("lanh-dao", "an"), ("lanh-dao", "snv"), ("hdnd", "qn")]);
        let of = |group: &str, unit: &str| -> Vec<String> {
            let judged = raters.judged_by(&tree, &rater(group, unit));
            judged.into_iter().map(|assigned| assigned.unit.clone()).collect()
        };
        assert_eq!(of("lanh-dao", "snv"), ["an", "qn"]);
        assert_eq!(of("lanh-dao", "bd"), ["an", "qn", "snv"]);
        assert_eq!(of("hdnd", "snv"), ["qn"]);
        let persons = BTreeMap::from([(rater("lanh-dao", "snv"), 3), (rater("lanh-dao", "qn"), 4)]);
        let numbers: Vec<(String, u64)> = raters
            .assigned(&tree, &persons)
            .into_iter()
            .map(|(assigned, n)| (format!("{}/{}", assigned.group, assigned.unit), n))
            .collect();
        let wanted = [("lanh-dao/qn", 3), ("lanh-dao/an", 7), ("lanh-dao/snv", 4), ("hdnd/qn", 0)];
        assert_eq!(numbers, wanted.map(|(pair, n)| (pair.to_owned(), n)));
    }

    proptest! {
        /// Whatever the tree and whatever is assigned: nobody judges the own unit, a part of it, or (below the province)
        /// what it is a part of; everything else that is assigned is judged, and the numbers say the same.
        #[test]
        fn nobody_ever_judges_the_own_unit(
            parents in proptest::collection::vec(0_usize..1_000, 1..12),
            pairs in proptest::collection::btree_set((0_usize..3, 0_usize..12), 0..30),
            people in proptest::collection::btree_map((0_usize..3, 0_usize..12), 1_u64..9, 0..12),
        ) {
            let size = parents.len();
            let code = |at: usize| format!("u{at}");
            let parent = |at: usize| (at > 0).then(|| parents[at] % at);
            let tree = UnitTree::new((0..size).map(|at| Unit {
                code: code(at),
                name: code(at),
                kind: "unit".to_owned(),
                parent: parent(at).map(code),
                ..Unit::default()
            })).unwrap();
            let chain = |at: usize| {
                std::iter::successors(Some(at), |at| parent(*at)).collect::<Vec<_>>()
            };
            let assignments = pairs.iter().map(|(group, unit)| Assignment {
                group: format!("g{group}"), unit: code(unit % size), form: "f".to_owned(),
            });
            let raters = Raters {
                groups: Vec::new(),
                assignments: assignments.collect::<BTreeSet<_>>().into_iter().collect(),
            };
            let mut persons = BTreeMap::new();
            for ((group, unit), n) in &people {
                let rater = Rater { group: format!("g{group}"), unit: code(unit % size) };
                *persons.entry(rater).or_insert(0) += n;
            }
            let mut counted: BTreeMap<(String, String), u64> = BTreeMap::new();
            for (rater, n) in &persons {
                let own: usize = rater.unit[1..].parse().unwrap();
                let judged = raters.judged_by(&tree, rater);
                for assigned in raters.assignments.iter().filter(|a| a.group == rater.group) {
                    let unit: usize = assigned.unit[1..].parse().unwrap();
                    let is_judged = judged.contains(&assigned);
                    let part_of_own = own != 0 && chain(unit).contains(&own);
                    let holds_own = unit != 0 && chain(own).contains(&unit);
                    prop_assert!(!is_judged || own != unit);
                    prop_assert_eq!(is_judged, !(own == unit || part_of_own || holds_own));
                    if is_judged {
                        *counted.entry((assigned.group.clone(), assigned.unit.clone())).or_default() += n;
                    }
                }
            }
            for (assigned, n) in raters.assigned(&tree, &persons) {
                let pair = (assigned.group.clone(), assigned.unit.clone());
                prop_assert_eq!(counted.get(&pair).copied().unwrap_or(0), n);
            }
        }
    }
}
