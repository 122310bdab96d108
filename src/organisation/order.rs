//! The order in which pages and prints show units: each under the one above, siblings by their names as the Vietnamese alphabet
//! has them. One for all, so that somebody finds a unit, or a poster, at the same place everywhere.

use std::collections::BTreeMap;

use super::UnitTree;
use crate::language::vietnamese;

/// Brings positions of units into the order of their names.
pub fn sort(tree: &UnitTree, positions: &mut [usize]) {
    let name = |at: usize| tree.units().get(at).map_or("", |unit| unit.name.as_str());
    positions.sort_by(|one, other| vietnamese::compare(name(*one), name(*other)));
}

/// Positions of all units with their depths, each under the one above, siblings by name; `without` and what is below it are
/// left out.
pub fn in_order(tree: &UnitTree, without: Option<&str>) -> Vec<(usize, usize)> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); tree.units().len()];
    let mut top = Vec::new();
    for at in 0..tree.units().len() {
        match tree.parent(at).and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(at),
            None => top.push(at),
        }
    }
    let mut ordered = Vec::new();
    sort(tree, &mut top);
    let mut waiting: Vec<(usize, usize)> = top.into_iter().rev().map(|at| (at, 0)).collect();
    while let Some((at, depth)) = waiting.pop() {
        if without.is_some_and(|code| tree.units().get(at).is_some_and(|unit| unit.code == code)) {
            continue;
        }
        ordered.push((at, depth));
        if let Some(below) = children.get_mut(at) {
            sort(tree, below);
            waiting.extend(below.iter().rev().map(|at| (*at, depth + 1)));
        }
    }
    ordered
}

/// Where each unit stands in that order, by code.
pub fn ranks(tree: &UnitTree) -> BTreeMap<&str, usize> {
    let units = in_order(tree, None).into_iter().filter_map(|(at, _)| tree.units().get(at));
    units.enumerate().map(|(rank, unit)| (unit.code.as_str(), rank)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    #[test]
    fn units_stand_under_the_one_above_by_their_names_and_not_by_their_codes() {
        let unit = |code: &str, name: &str, parent: Option<&str>| Unit {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: "xã".to_owned(),
            parent: parent.map(str::to_owned),
            ..Unit::default()
        };
        let tree = UnitTree::new(vec![
            unit("t", "Tỉnh", None),
            unit("a", "Xã Đông", Some("t")),
            unit("b", "Xã An", Some("t")),
            unit("c", "Một cửa", Some("a")),
        ])
        .unwrap();
        let ranks = ranks(&tree);
        assert_eq!(["t", "b", "a", "c"].map(|code| ranks[code]), [0, 1, 2, 3]);
    }
}
