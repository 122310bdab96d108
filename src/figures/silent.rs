//! Units that a campaign asks at counters and that no answer, population or other unit of a report brings into it.

use std::collections::BTreeMap;

use crate::{
    index::{self, report::Report},
    organisation::UnitTree,
    store::{AsConn, StoreError, places},
};

/// Codes of the units that a campaign's counters, as far as they are in use, belong to.
pub(super) async fn asked(db: &mut impl AsConn, campaign: i64) -> Result<Vec<String>, StoreError> {
    let places = places::of_campaign(db, campaign).await?;
    let used = places.into_iter().filter(|place| place.counter.is_some() && !place.retired);
    let mut units: Vec<String> = used.map(|place| place.unit).collect();
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// Sets these units, and those above them, among the others of a report, in the order of the tree, as units that nobody has
/// answered for: whoever reads it sees where nothing is known. While nothing at all is told, that is not told either.
pub(super) fn list<'c>(report: &mut Report, tree: &UnitTree, asked: impl IntoIterator<Item = &'c str>) {
    if report.has_note(index::CLOSED_UNTIL_END) {
        return;
    }
    let known = report.units.iter().filter_map(|unit| Some((tree.position(&unit.code)?, unit.clone())));
    let mut found: BTreeMap<usize, _> = known.collect();
    if found.len() != report.units.len() {
        // Under another tree they have no order.
        return;
    }
    for code in asked {
        let mut at = tree.position(code);
        while let Some(here) = at {
            found.entry(here).or_insert_with(|| index::unanswered(report, &tree.units()[here]));
            at = tree.parent(here);
        }
    }
    if found.len() > report.units.len() {
        report.units = found.into_values().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        organisation::Unit,
        report::{shown, tests::fixture, words},
    };

    #[test]
    fn a_unit_with_counters_alone_stands_among_the_others_without_answers() {
        let report = fixture::report();
        let mut units: Vec<Unit> = report
            .units
            .iter()
            .map(|unit| Unit {
                code: unit.code.clone(),
                name: unit.name.clone(),
                kind: unit.kind.clone(),
                parent: unit.parent.clone(),
                ..Unit::default()
            })
            .collect();
        let root = units[0].code.clone();
        let new = |code: &str, parent: &str| Unit {
            code: code.to_owned(),
            name: format!("UBND xã {code}"),
            kind: "commune".to_owned(),
            parent: Some(parent.to_owned()),
            ..Unit::default()
        };
        units.insert(1, new("moi", &root));
        units.push(new("moi-quay", "moi"));
        let tree = UnitTree::new(units).unwrap();
        let mut told = report.clone();
        list(&mut told, &tree, ["moi-quay", &root]);
        assert_eq!(told.units.len(), report.units.len() + 2, "it and the one above");
        for code in ["moi", "moi-quay"] {
            let unit = told.units.iter().find(|unit| unit.code == code).unwrap();
            assert!(words::is_unanswered(unit) && shown::figure(&unit.result.index).is_none());
        }
        let positions: Vec<_> = told.units.iter().map(|unit| tree.position(&unit.code)).collect();
        assert!(positions.is_sorted(), "{positions:?}");
        assert!(report.units.iter().all(|unit| told.units.contains(unit)), "the others are as they were");
        // Before the end nothing is told of anybody.
        let closed = fixture::closed_until_end();
        let mut told = closed.clone();
        list(&mut told, &tree, ["moi-quay"]);
        assert_eq!(told, closed);
        let unit = index::unanswered(&closed, tree.get("moi").unwrap());
        assert!(unit.result.responses.is_none() && !words::is_unanswered(&unit), "answers may wait");
    }
}
