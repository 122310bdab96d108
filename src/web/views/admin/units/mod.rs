//! The pages of units.

pub mod amend;
pub mod changes;
pub mod end;
pub mod import;
pub mod merge;
pub mod tree;
pub mod unit;

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{
        Unit, UnitTree,
        order::{in_order, sort},
        problem::written,
    },
    store::units::Made,
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::form::{self, Form},
    },
};

/// A form on one unit, with what its page shows.
#[derive(Debug, Clone, Copy)]
pub struct UnitForm<'a> {
    /// Language.
    pub lang: Lang,
    /// Who looks at it.
    pub staff: &'a Staff,
    /// All units.
    pub tree: &'a UnitTree,
    /// Today.
    pub today: Date,
    /// The unit.
    pub unit: &'a Unit,
    /// What was typed, and what is wrong with it.
    pub form: &'a Form<'a>,
    /// What the form is made from now.
    pub base: &'a Fields,
}

/// The address of a unit.
fn address(lang: Lang, code: &str) -> String {
    in_language(&format!("/admin/unit/{code}"), lang)
}

/// What was just done, with the way back; `None`: nothing was.
fn just_done(lang: Lang, done: Option<Option<&Made>>) -> Markup {
    let m = lang.messages();
    html! {
        @match done {
            None => {}
            Some(None) => (form::done(&fl!(m, "desk-units-same")))
            Some(Some(made)) => {
                .done role="status" {
                    p {
                        @if made.changes.iter().all(|change| change.before.is_none()) {
                            (fl!(m, "import-added", n = made.changes.len()))
                        } @else { (fl!(m, "desk-units-done", n = made.changes.len())) }
                    }
                    @if !made.undone { (undo(lang, made.number, &fl!(m, "desk-units-undo"))) }
                }
            }
        }
    }
}

fn undo(lang: Lang, number: i64, label: &str) -> Markup {
    html! {
        form method="post" action=(in_language(&format!("/admin/units/changes/{number}/undo"), lang)) {
            button.plain { (label) }
        }
    }
}

/// Positions of the units right below one (or of those at the top), by name.
fn below(tree: &UnitTree, parent: Option<usize>) -> Vec<usize> {
    let mut below: Vec<usize> = (0..tree.units().len()).filter(|at| tree.parent(*at) == parent).collect();
    sort(tree, &mut below);
    below
}

/// The names of the units above one, the topmost first.
fn above(tree: &UnitTree, position: usize) -> Vec<&Unit> {
    let (mut above, mut at) = (Vec::new(), tree.parent(position));
    while let Some(here) = at {
        above.extend(tree.units().get(here));
        at = tree.parent(here);
    }
    above.reverse();
    above
}

/// Whether a unit exists on a day.
fn has_ended(unit: &Unit, today: Date) -> bool {
    unit.valid_to.is_some_and(|last| last < today)
}

/// When a unit exists, where that is not always.
fn validity(lang: Lang, unit: &Unit) -> Option<String> {
    let m = lang.messages();
    match (unit.valid_from, unit.valid_to) {
        (None, None) => None,
        (Some(first), None) => Some(fl!(m, "desk-units-from", day = written(lang, first))),
        (None, Some(last)) => Some(fl!(m, "desk-units-until", day = written(lang, last))),
        (Some(first), Some(last)) => {
            Some(fl!(m, "desk-units-from-until", first = written(lang, first), last = written(lang, last)))
        }
    }
}

/// Units to choose from, as value and label, each set in by its depth; ended ones and `without` with all that is below it are
/// left out.
fn choices(tree: &UnitTree, today: Date, without: Option<&str>) -> Vec<(String, String)> {
    in_order(tree, without)
        .into_iter()
        .filter_map(|(at, depth)| Some((tree.units().get(at)?, depth)))
        .filter(|(unit, _)| !has_ended(unit, today))
        .map(|(unit, depth)| {
            (unit.code.clone(), format!("{}{} ({})", "– ".repeat(depth), unit.name, unit.code))
        })
        .collect()
}

/// Choices with one for none at the top, as [`form::Form::select`] takes them.
fn options<'a>(none: &'a str, choices: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    let choices = choices.iter().map(|(value, label)| (value.as_str(), label.as_str()));
    std::iter::once(("", none)).chain(choices).collect()
}
