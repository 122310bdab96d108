//! Answers divided by something else than units: what of it stands in a report, how it is named and addressed, and the report
//! on one category.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::{scope, shown, words};
use crate::{
    index::report::{Breakdown, By, Category, CriterionResult, Note, Report, UnitResult},
    language::Lang,
};

/// So many counters are shown in a report; of more, each unit's own report has its own.
const COUNTERS: usize = 60;

/// Code of the note that says from when on there are figures.
pub const LATER: &str = "breakdowns_later";

/// Code of the note that says that there are none any more.
pub const WITHHELD: &str = "breakdowns_withheld";

/// Kind of the unit that stands for a category in the report on it.
pub const KIND: &str = "category";

/// What stands in a report for readers, and whether counters are left to the reports of the units.
pub fn beside(report: &Report) -> (Vec<&Breakdown>, bool) {
    let counters = report.breakdowns.iter().filter(|breakdown| breakdown.by == By::Counter);
    let many = counters.clone().map(|breakdown| breakdown.categories.len()).sum::<usize>() > COUNTERS;
    let told = report.breakdowns.iter().filter(|breakdown| !many || breakdown.by != By::Counter);
    (told.collect(), many)
}

/// What a table of them is called.
pub fn caption(lang: Lang, report: &Report, breakdown: &Breakdown) -> String {
    let by = words::by(lang, breakdown.by).to_lowercase();
    let unit = breakdown.unit.as_ref().filter(|_| scope::only(report).is_none());
    match unit.and_then(|code| report.units.iter().find(|unit| unit.code == *code)) {
        Some(unit) => {
            fl!(lang.messages(), "report-divided-caption-unit", by = by, unit = unit.name.as_str())
        }
        None => fl!(lang.messages(), "report-divided-caption", by = by),
    }
}

/// The criterion with the lowest figure shown, of several.
pub fn weakest(category: &Category) -> Option<&CriterionResult> {
    let criteria = || category.result.dimensions.iter().flat_map(|dimension| &dimension.criteria);
    let figure = |criterion: &&CriterionResult| shown::figure(&criterion.estimate);
    criteria().filter_map(figure_of).nth(1)?;
    criteria()
        .filter(|criterion| figure(criterion).is_some())
        .min_by(|a, b| figure(a).unwrap_or(1.0).total_cmp(&figure(b).unwrap_or(1.0)))
}

fn figure_of(criterion: &CriterionResult) -> Option<f64> {
    shown::figure(&criterion.estimate)
}

/// The code of what answers are divided by, as in addresses and files.
pub const fn code(by: By) -> &'static str {
    match by {
        By::Field => "field",
        By::Filed => "filed",
        By::Channel => "channel",
        By::Counter => "counter",
    }
}

/// The address of the report on a category: `way` is that of the report it is in, to which a query is added.
pub fn address(way: &str, breakdown: &Breakdown, category: &Category) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(unit) = &breakdown.unit {
        query.append_pair("unit", unit);
    }
    query.append_pair("by", code(breakdown.by)).append_pair("category", &category.code);
    let mark = if way.contains('?') { '&' } else { '?' };
    format!("{way}{mark}{}", query.finish())
}

/// The report on one category, which stands in it as a unit; `None`: there is none with this code, or several units have one.
pub fn of_category(report: &Report, by: &str, category: &str) -> Option<Report> {
    let mut found =
        report.breakdowns.iter().filter(|breakdown| code(breakdown.by) == by).flat_map(|breakdown| {
            let own = breakdown.categories.iter().filter(|own| own.code == category);
            own.map(move |own| (breakdown, own))
        });
    let (Some((breakdown, own)), None) = (found.next(), found.next()) else { return None };
    let whose = breakdown.unit.as_ref().and_then(|code| report.units.iter().find(|unit| unit.code == *code));
    let named = |lang: Lang| {
        let name = words::category(lang, breakdown.by, own);
        match whose {
            Some(unit) => format!("{name}, {}", unit.name),
            None => format!("{}: {name}", words::by(lang, breakdown.by)),
        }
    };
    let sentence = |lang: Lang| {
        let (name, whole) = (named(lang), scope::only(report).or(whose));
        match whole {
            Some(unit) => {
                fl!(lang.messages(), "report-one-category-unit", name = name, unit = unit.name.as_str())
            }
            None => fl!(lang.messages(), "report-one-category", name = name),
        }
    };
    let text: BTreeMap<String, String> =
        Lang::ALL.into_iter().map(|lang| (lang.code().to_owned(), sentence(lang))).collect();
    let note = Note { code: scope::ONE_UNIT.to_owned(), unit: Some(own.code.clone()), text };
    let about_all = report.notes.iter().filter(|note| {
        (note.unit.is_none() || note.code == scope::SET_ASIDE) && note.code != scope::SET_ASIDE_WITH
    });
    let mut result = own.result.clone();
    // Who is responsible for a criterion is so for all fields.
    for (dimension, whole) in result.dimensions.iter_mut().zip(&report.total.dimensions) {
        for (criterion, whole) in dimension.criteria.iter_mut().zip(&whole.criteria) {
            criterion.responsible.clone_from(&whole.responsible);
        }
    }
    Some(Report {
        total: result.clone(),
        units: vec![UnitResult {
            code: own.code.clone(),
            name: named(Lang::VI),
            kind: KIND.to_owned(),
            parent: None,
            merged_into: None,
            population: None,
            planned: None,
            result,
        }],
        groups: Vec::new(),
        weighted_together: Vec::new(),
        breakdowns: Vec::new(),
        rankings: Vec::new(),
        rotation: None,
        set_aside: None,
        comments: Vec::new(),
        notes: std::iter::once(note).chain(about_all.cloned()).collect(),
        ..report.clone()
    })
}
