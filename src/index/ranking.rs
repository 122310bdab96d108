//! Units of the same kind compared by the index as shown: nothing enters but published figures, so nothing leaves that
//! they do not tell already.

use std::collections::BTreeMap;

use crate::statistics::{
    ranking::{Decided, holm, ranks, tested},
    variance::reported,
};

use super::report::{Publish, RankedUnit, Ranking, UnitResult, Unranked, UnrankedUnit};

/// Chance that any difference found among the units of a ranking is none.
const ALPHA: f64 = 0.05;

/// The rankings of a report's units, by kind and unit above.
///
/// The units of one kind are ranked over the whole campaign, unless one of them lies below another: then those right
/// below the same unit are. So no unit is compared with a part of itself, and all answers of a pair are apart. Units that have
/// been merged into others by then are compared as those.
pub(super) fn rankings(units: &[UnitResult]) -> Vec<Ranking> {
    let parents: BTreeMap<&str, &str> =
        units.iter().filter_map(|unit| Some((unit.code.as_str(), unit.parent.as_deref()?))).collect();
    let mut kinds: BTreeMap<&str, Vec<&UnitResult>> = BTreeMap::new();
    for unit in units.iter().filter(|unit| unit.merged_into.is_none()) {
        kinds.entry(&unit.kind).or_default().push(unit);
    }
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<&UnitResult>> = BTreeMap::new();
    for (kind, members) in kinds {
        let above = |unit: &UnitResult| {
            let up = |code: &&str| parents.get(code).copied();
            std::iter::successors(up(&unit.code.as_str()), up)
                .any(|code| members.iter().any(|m| m.code == code))
        };
        let nested = members.iter().any(|unit| above(unit));
        for unit in &members {
            let parent = if nested { Some(unit.parent.as_deref().unwrap_or_default()) } else { None };
            groups.entry((kind, parent)).or_default().push(unit);
        }
    }
    groups
        .into_iter()
        .map(|((kind, parent), members)| ranking(kind, parent.filter(|code| !code.is_empty()), &members))
        .filter(|ranking| ranking.units.len() > 1)
        .collect()
}

/// A unit's index as shown.
struct Shown<'a> {
    code: &'a str,
    estimate: f64,
    se: f64,
    df: u64,
    /// Nobody but those who answered is meant, so that no standard error is certainty.
    certain: bool,
}

fn ranking(kind: &str, parent: Option<&str>, members: &[&UnitResult]) -> Ranking {
    let mut shown = Vec::new();
    let mut not_ranked = Vec::new();
    for unit in members {
        let index = &unit.result.index;
        match (index.estimate, index.se) {
            (Some(estimate), Some(se)) => shown.push(Shown {
                code: &unit.code,
                estimate,
                se,
                df: index.df.unwrap_or(0),
                certain: se > 0.0 || (index.lower == Some(estimate) && index.upper == Some(estimate)),
            }),
            _ => {
                let hidden = index.publish == Publish::Suppress;
                let reason = if hidden { Unranked::Suppressed } else { Unranked::NotComputable };
                not_ranked.push(UnrankedUnit { code: unit.code.clone(), reason });
            }
        }
    }
    let mut pairs = Vec::new();
    let mut p_values = Vec::new();
    for (i, a) in shown.iter().enumerate() {
        for (j, b) in shown.iter().enumerate().skip(i + 1) {
            let diff = a.estimate - b.estimate;
            let se = reported(a.se * a.se + b.se * b.se).sqrt();
            let df = i64::try_from(a.df + b.df).unwrap_or(i64::MAX);
            // A small sample in which all agree has no standard error, but is no certainty either.
            let p = if a.certain && b.certain { tested(diff, se, df).1 } else { None };
            pairs.push(if diff > 0.0 { (i, j) } else { (j, i) });
            p_values.push(p);
        }
    }
    let decided: Vec<Decided> = pairs
        .into_iter()
        .zip(holm(&p_values))
        .filter(|(_, p)| p.is_some_and(|p| p < ALPHA))
        .map(|((better, worse), _)| Decided { better, worse })
        .collect();
    let estimates: Vec<f64> = shown.iter().map(|unit| unit.estimate).collect();
    let mut units: Vec<RankedUnit> = shown
        .iter()
        .zip(ranks(&estimates, &decided))
        .filter_map(|(unit, ranks)| {
            let ranks = ranks?;
            Some(RankedUnit {
                code: unit.code.to_owned(),
                estimate: unit.estimate,
                se: unit.se,
                rank: ranks.rank,
                rank_lo: ranks.best,
                rank_hi: ranks.worst,
            })
        })
        .collect();
    units.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.code.cmp(&b.code)));
    Ranking {
        kind: kind.to_owned(),
        parent: parent.map(str::to_owned),
        alpha: ALPHA,
        compared: shown.len(),
        units,
        not_ranked,
    }
}
