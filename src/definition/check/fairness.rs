//! The same questions for all: whoever is dissatisfied answers neither more nor fewer than whoever is satisfied.
//!
//! A rule may look at facts (was feedback given? was the case late?) and at whether somebody has an opinion at all; a
//! rule that tells satisfied answers to a criterion apart is told. Another criterion behind it is an error: its figure
//! would be that of one camp. Any other question behind it is a warning: it makes work for one camp, and people learn
//! to avoid it.

use std::collections::BTreeSet;

use super::{Checker, Item, at, rules::leaves};
use crate::definition::{
    model::{Condition, In},
    problem::ProblemKind,
    source::{Path, below},
};

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (at, form) in d.forms.iter().enumerate() {
        for (nth, section) in form.sections.iter().enumerate() {
            let items: Vec<Item<'_>> = section.ask.iter().filter_map(|id| c.item(id)).collect();
            for item in items {
                let of_section = at!["form", at, "section", nth, "asked_if"];
                let own = below(&item.path, at!["asked_if"]);
                for (path, rule) in [(of_section, section.asked_if.as_ref()), (own, item.asked_if)] {
                    look(c, &mut told, &item, &path, rule);
                }
            }
        }
    }
}

/// Tells, once for each place and question, of a rule that parts people by what they think.
fn look(
    c: &mut Checker<'_>,
    told: &mut BTreeSet<String>,
    asked: &Item<'_>,
    path: &Path,
    rule: Option<&Condition>,
) {
    for (path, part) in rule.into_iter().flat_map(|rule| leaves(path, rule)) {
        let Some(part) = part else { continue };
        let on = c.item(&part.question).filter(|on| on.criterion && parts_opinions(on, part));
        if on.is_none() || !told.insert(format!("{path:?} {}", asked.id)) {
            continue;
        }
        let (id, question) = (asked.id.to_owned(), part.question.clone());
        if asked.criterion {
            c.error(&below(&path, at!["question"]), ProblemKind::RuleOnOpinion { id, question });
        } else {
            c.warn(&below(&path, at!["question"]), ProblemKind::ExtraForSome { id, question });
        }
    }
}

/// Whether some opinions are among these codes and others are not; "don't know" is none.
fn parts_opinions(on: &Item<'_>, part: &In) -> bool {
    let opinions = || on.options.iter().filter(|option| !option.missing);
    let among = opinions().filter(|option| part.codes.contains(&option.code)).count();
    among > 0 && among < opinions().count()
}
