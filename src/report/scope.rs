//! A report cut down to one unit and what lies below it.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::{
    index::{
        NOT_COVERED,
        report::{
            Comment, Note, PeriodCampaign, PeriodInfo, Ranking, Report, SetAside, SetAsideGroup, UnitResult,
        },
    },
    language::Lang,
};

/// Code of the note that says that a report covers one unit only; its `unit` says which.
pub const ONE_UNIT: &str = "one_unit";

/// Code of the note that tells the index of the whole campaign with the answers that were set aside.
pub const SET_ASIDE_WITH: &str = "set_aside_with";

/// The report of one unit: its figures as the total, and the units of its subtree, the unit itself first and without a
/// parent. A note with the code [`ONE_UNIT`] says so. `responses` still counts the whole campaign; `total.responses`
/// is the unit's. `None`: no unit of the report has this code.
pub fn of_unit(report: &Report, code: &str) -> Option<Report> {
    let unit = report.units.iter().find(|unit| unit.code == code)?;
    let mut within = BTreeSet::from([code]);
    let mut units = vec![UnitResult { parent: None, ..unit.clone() }];
    for below in &report.units {
        if below.code != code && below.parent.as_deref().is_some_and(|parent| within.contains(parent)) {
            within.insert(&below.code);
            units.push(below.clone());
        }
    }
    let own = Note { code: ONE_UNIT.to_owned(), unit: Some(code.to_owned()), text: sentence(&unit.name) };
    let others = report.notes.iter().filter(|note| {
        !matches!(note.code.as_str(), ONE_UNIT | SET_ASIDE_WITH | NOT_COVERED)
            && note.unit.as_deref().is_none_or(|about| within.contains(about))
    });
    let notes = std::iter::once(own).chain(others.cloned()).collect();
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
    Some(Report {
        period,
        total: unit.result.clone(),
        units,
        groups,
        rankings,
        set_aside,
        comments,
        notes,
        ..report.clone()
    })
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
