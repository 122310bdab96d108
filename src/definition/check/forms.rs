//! Forms: what each asks, once, with something for the index and something that must be answered.

use std::collections::BTreeSet;

use super::{Checker, at, tree::refer};
use crate::definition::{
    model::{Condition, Form, Section},
    problem::{ProblemKind, Reference},
    rotation,
};

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    let known: Vec<String> = c.items().map(|item| item.id.to_owned()).collect();
    if d.forms.is_empty() {
        c.error(&[], ProblemKind::NoForm);
    }
    for (at, form) in d.forms.iter().enumerate() {
        if form.minutes == 0 {
            c.error(&at!["form", at, "minutes"], ProblemKind::NoMinutes);
        }
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        for (nth, section) in form.sections.iter().enumerate() {
            let path = at!["form", at, "section", nth, "ask"];
            if section.ask.is_empty() {
                c.error(&path, ProblemKind::EmptySection);
            }
            for (position, id) in section.ask.iter().enumerate() {
                let path = at!["form", at, "section", nth, "ask", position];
                if !asked.insert(id) {
                    c.error(&path, ProblemKind::AskedTwice { id: id.clone(), form: form.id.clone() });
                }
                refer(c, path, Reference::Item, id, &known);
            }
        }
        for id in form.wording.keys().filter(|id| !asked.contains(id.as_str())) {
            let kind = ProblemKind::WordingNotAsked { id: id.clone(), form: form.id.clone() };
            c.error_at_key(&at!["form", at, "wording", id], kind);
        }
        if !asked.iter().any(|id| c.item(id).is_some_and(|item| item.criterion)) {
            c.error(&at!["form", at], ProblemKind::FormWithoutCriterion(form.id.clone()));
        }
        if !refuses_untouched(c, form) {
            c.error(&at!["form", at], ProblemKind::FormAcceptsNothing(form.id.clone()));
        }
    }
    let asked: BTreeSet<&str> =
        d.forms.iter().flat_map(|f| &f.sections).flat_map(|s| &s.ask).map(String::as_str).collect();
    for item in c.items().filter(|item| !asked.contains(item.id)) {
        c.warn(&item.path, ProblemKind::NeverAsked(item.id.to_owned()));
    }
}

/// Whether something required is asked even when nothing has been answered, so that a form posted untouched, as mail
/// scanners do, is refused. Where modules rotate: whichever of them are asked.
fn refuses_untouched(c: &Checker<'_>, form: &Form) -> bool {
    let required = |section: &Section| {
        holds_blank(section.asked_if.as_ref())
            && section
                .ask
                .iter()
                .filter_map(|id| c.item(id))
                .any(|item| item.required && holds_blank(item.asked_if))
    };
    let in_module =
        |module: Option<&str>| form.sections.iter().any(|s| s.module.as_deref() == module && required(s));
    if in_module(None) {
        return true;
    }
    let modules = rotation::modules(form);
    let without = modules.iter().filter(|module| !in_module(Some(module))).count();
    let asked = form.rotation.map_or(modules.len(), |rotation| rotation.ask as usize);
    !modules.is_empty() && without < asked.max(1)
}

fn holds_blank(condition: Option<&Condition>) -> bool {
    fn holds(condition: &Condition) -> bool {
        match condition {
            Condition::In(_) => false,
            Condition::All(rule) => rule.all.iter().all(holds),
            Condition::Any(rule) => rule.any.iter().any(holds),
            Condition::Not(rule) => !holds(&rule.not),
        }
    }
    condition.is_none_or(holds)
}
