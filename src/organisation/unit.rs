//! Units (đơn vị): a tree of any depth; kinds are free labels.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A unit of the administration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Stable unique code: `qn`.
    pub code: String,
    /// Official name.
    pub name: String,
    /// Free label: province, department, district, commune, one-stop, …
    pub kind: String,
    /// Code of the unit above; absent at a root.
    pub parent: Option<String>,
    /// The first day on which it exists; absent: as long as anybody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day on which it exists; absent: it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Code of the unit that it was merged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}

/// The units of a province in the order of the tree: every unit after its parent, siblings by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitTree {
    units: Vec<Unit>,
    parents: Vec<Option<usize>>,
    by_code: BTreeMap<String, usize>,
}

/// Why a set of units is not a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATree {
    /// The parent is not among the units.
    #[error("unit {unit:?} names the parent {parent:?}, which does not exist")]
    UnknownParent {
        /// The unit.
        unit: String,
        /// The parent it names.
        parent: String,
    },
    /// Following the parents leads back to the unit.
    #[error("unit {unit:?} is below itself")]
    Cycle {
        /// A unit on the cycle.
        unit: String,
    },
}

impl UnitTree {
    /// Orders units into a tree (a forest is allowed).
    ///
    /// # Errors
    /// [`NotATree`] where a parent is unknown or a unit is its own ancestor.
    pub fn new(units: impl IntoIterator<Item = Unit>) -> Result<Self, NotATree> {
        let given: BTreeMap<String, Unit> = units.into_iter().map(|u| (u.code.clone(), u)).collect();
        let mut children: BTreeMap<Option<&str>, Vec<&Unit>> = BTreeMap::new();
        for unit in given.values() {
            if let Some(parent) = &unit.parent
                && !given.contains_key(parent)
            {
                return Err(NotATree::UnknownParent { unit: unit.code.clone(), parent: parent.clone() });
            }
            children.entry(unit.parent.as_deref()).or_default().push(unit);
        }
        let mut tree = Self::default();
        let mut waiting: Vec<&Unit> = children.get(&None).into_iter().flatten().rev().copied().collect();
        while let Some(unit) = waiting.pop() {
            let parent = unit.parent.as_ref().and_then(|p| tree.by_code.get(p)).copied();
            tree.by_code.insert(unit.code.clone(), tree.units.len());
            tree.units.push(unit.clone());
            tree.parents.push(parent);
            waiting.extend(children.get(&Some(unit.code.as_str())).into_iter().flatten().rev());
        }
        match given.keys().find(|code| !tree.by_code.contains_key(*code)) {
            Some(unit) => Err(NotATree::Cycle { unit: unit.clone() }),
            None => Ok(tree),
        }
    }

    /// All units, each after its parent.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The unit with this code.
    pub fn get(&self, code: &str) -> Option<&Unit> {
        self.position(code).and_then(|at| self.units.get(at))
    }

    /// Where the unit stands in [`Self::units`].
    pub fn position(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// Position of the parent of the unit at `position`.
    pub fn parent(&self, position: usize) -> Option<usize> {
        self.parents.get(position).copied().flatten()
    }

    /// Whether the unit at `position` is `ancestor` or below it.
    pub fn is_within(&self, position: usize, ancestor: usize) -> bool {
        let mut at = Some(position);
        while let Some(here) = at {
            if here == ancestor {
                return true;
            }
            at = self.parent(here);
        }
        false
    }
}
