//! A report cut down to one unit and what lies below it.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::{
    index::{
        MERGED, NOT_COVERED, UNWEIGHTED, WEIGHTED_TOGETHER,
        report::{
            Breakdown, Comment, Note, PeriodCampaign, PeriodInfo, Ranking, Report, Result, SetAside,
            SetAsideGroup, UnitResult,
        },
    },
    language::Lang,
    report::{
        duties::{self, EVERYBODY},
        shown,
    },
};

/// Code of the note that says that a report covers one unit only; its `unit` says which.
pub const ONE_UNIT: &str = "one_unit";

/// Code of the notes about answers that were set aside.
pub const SET_ASIDE: &str = "set_aside";

/// Code of the note that tells the index of the whole campaign with the answers that were set aside.
pub const SET_ASIDE_WITH: &str = "set_aside_with";

/// The report of one unit: its figures as the total, and the units of its subtree, the unit itself first and without a
/// parent. A note with the code [`ONE_UNIT`] says so. `responses` still counts the whole campaign; `total.responses`
/// is the unit's. `None`: no unit of the report has this code.
pub fn of_unit(report: &Report, code: &str) -> Option<Report> {
    let unit = report.units.iter().find(|unit| unit.code == code)?;
    let mut within = BTreeSet::from([code]);
    let mut total = unit.result.clone();
    answer_for(&mut total, &unit.name);
    if duties::are_judged(report) {
        lead(&mut total, &unit.name);
    }
    let mut units = vec![UnitResult { parent: None, result: total.clone(), ..unit.clone() }];
    for below in &report.units {
        if below.code != code && below.parent.as_deref().is_some_and(|parent| within.contains(parent)) {
            within.insert(&below.code);
            units.push(below.clone());
        }
    }
    let own = Note { code: ONE_UNIT.to_owned(), unit: Some(code.to_owned()), text: sentence(&unit.name) };
    let joined = report.weighted_together.iter().flatten().any(|unit| within.contains(unit.as_str()));
    let others = report.notes.iter().filter(|note| {
        !matches!(note.code.as_str(), ONE_UNIT | SET_ASIDE_WITH | NOT_COVERED)
            && (note.code != WEIGHTED_TOGETHER || joined)
            && (note.code != MERGED || units.iter().any(|unit| unit.merged_into.is_some()))
            && note.unit.as_deref().is_none_or(|about| within.contains(about))
    });
    let others = others.cloned().map(|note| match note.code.as_str() {
        // Which others have no population is not this unit's.
        UNWEIGHTED => Note { text: unweighted(), ..note },
        _ => note,
    });
    let notes = std::iter::once(own).chain(others).collect();
    // Ranks stay those among all units compared.
    let rankings = report
        .rankings
        .iter()
        .map(|ranking| Ranking {
            units: ranking.units.iter().filter(|unit| within.contains(unit.code.as_str())).cloned().collect(),
            not_ranked: ranking
                .not_ranked
                .iter()
                .filter(|u| within.contains(u.code.as_str()))
                .cloned()
                .collect(),
            ..ranking.clone()
        })
        .filter(|ranking| !ranking.units.is_empty() || !ranking.not_ranked.is_empty())
        .collect();
    let set_aside = report.set_aside.as_ref().and_then(|all| {
        let inside = |group: &&SetAsideGroup| within.contains(group.unit.as_str());
        let groups: Vec<SetAsideGroup> = all.groups.iter().filter(inside).cloned().collect();
        let responses = groups.iter().map(|group| group.responses).sum();
        (!groups.is_empty()).then_some(SetAside { responses, groups, index_with: None })
    });
    let of = |comment: &&Comment| comment.unit.as_deref().is_some_and(|unit| within.contains(unit));
    let comments = report.comments.iter().filter(of).cloned().collect();
    // Groups of raters judged others, too.
    let groups = Vec::new();
    // How many answered elsewhere is not this unit's.
    let period = report.period.clone().map(|period| PeriodInfo {
        campaigns: period
            .campaigns
            .into_iter()
            .map(|own| PeriodCampaign { responses: None, population: None, ..own })
            .collect(),
        ..period
    });
    let breakdowns = report.breakdowns.iter();
    let own = |of: &&Breakdown| of.unit.as_deref().is_some_and(|unit| within.contains(unit));
    let breakdowns = breakdowns.filter(own).cloned().collect();
    let here = |units: &&Vec<String>| units.iter().all(|unit| within.contains(unit.as_str()));
    let weighted_together = report.weighted_together.iter().filter(here).cloned().collect();
    Some(Report {
        period,
        total,
        units,
        groups,
        weighted_together,
        breakdowns,
        rankings,
        set_aside,
        comments,
        notes,
        ..report.clone()
    })
}

fn unweighted() -> BTreeMap<String, String> {
    let said = |lang: Lang| (lang.code().to_owned(), fl!(lang.messages(), "index-unweighted"));
    Lang::ALL.into_iter().map(said).collect()
}

/// In a report on one unit, what every body is to do is that unit's to do.
fn answer_for(total: &mut Result, unit: &str) {
    let criteria = total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria);
    for responsible in criteria.filter_map(|criterion| criterion.responsible.as_mut()) {
        for bodies in [&mut responsible.monitor, &mut responsible.lead, &mut responsible.support] {
            let named = bodies.iter().any(|body| body == unit);
            bodies.retain(|body| !(named && body == EVERYBODY));
            bodies.iter_mut().filter(|body| *body == EVERYBODY).for_each(|body| unit.clone_into(body));
        }
    }
}

/// In a report on a unit that was judged, whoever leads on a criterion for all: what people said is of the unit, which is to mend it.
fn lead(total: &mut Result, unit: &str) {
    let criteria = total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria);
    for responsible in criteria.filter_map(|criterion| criterion.responsible.as_mut()) {
        responsible.lead = vec![unit.to_owned()];
        for bodies in [&mut responsible.monitor, &mut responsible.support] {
            bodies.retain(|body| body != unit);
        }
    }
}

/// The units side by side in a report: not the one that it is of, or that is above all others, nor one whose answers all lie in one
/// part of it, which stands for both, nor one that has been merged into another, which stands for it.
pub fn side_by_side(report: &Report) -> Vec<&UnitResult> {
    let mut roots = shown::roots(&report.units);
    let top = only(report).or_else(|| roots.next().filter(|_| roots.next().is_none()));
    let below: BTreeSet<(&str, u64)> = report
        .units
        .iter()
        .filter(|unit| unit.merged_into.is_none())
        .filter_map(|unit| Some((unit.parent.as_deref()?, unit.result.responses?)))
        .collect();
    let is_its_part = |unit: &UnitResult| {
        unit.result.responses.is_some_and(|n| n > 0 && below.contains(&(unit.code.as_str(), n)))
    };
    let own = |unit: &&UnitResult| {
        top.is_none_or(|top| top.code != unit.code) && !is_its_part(unit) && unit.merged_into.is_none()
    };
    report.units.iter().filter(own).collect()
}

/// How many dimensions, criteria and units side by side reach the target, do not, are undecided and have no figure.
pub fn tallies(report: &Report) -> [[usize; 4]; 3] {
    let dimensions = &report.total.dimensions;
    let criteria = dimensions.iter().flat_map(|dimension| &dimension.criteria);
    [
        shown::tally(dimensions.iter().map(|dimension| &dimension.estimate)),
        shown::tally(criteria.map(|criterion| &criterion.estimate)),
        shown::tally(side_by_side(report).into_iter().map(|unit| &unit.result.index)),
    ]
}

/// Whether a unit lies somewhere below another one.
pub fn lies_in(report: &Report, unit: &UnitResult, above: &UnitResult) -> bool {
    let mut parent = unit.parent.as_deref();
    // No tree is deeper than it has units.
    for _ in &report.units {
        match parent {
            None => return false,
            Some(code) if code == above.code => return true,
            Some(code) => {
                let next = report.units.iter().find(|other| other.code == code);
                parent = next.and_then(|next| next.parent.as_deref());
            }
        }
    }
    false
}

/// The unit that the report is cut down to, if it is.
pub fn only(report: &Report) -> Option<&UnitResult> {
    let code = report.notes.iter().find(|note| note.code == ONE_UNIT)?.unit.as_deref()?;
    report.units.iter().find(|unit| unit.code == code)
}

fn sentence(name: &str) -> BTreeMap<String, String> {
    Lang::ALL
        .into_iter()
        .map(|lang| (lang.code().to_owned(), fl!(lang.messages(), "report-one-unit", name = name)))
        .collect()
}
