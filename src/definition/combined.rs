//! Several forms of a definition as one: what a campaign asks in which groups of raters are asked by different forms. Nobody
//! is shown it; answers are kept and counted by it.

use std::collections::BTreeSet;

use super::model::{Definition, Form, Section};

/// One form that asks what these forms ask together, each question once: sections with the same heading are one, in the
/// order of the definition's forms. A single form is itself; `None` where the definition lacks one of them.
pub fn form(definition: &Definition, ids: &[&str]) -> Option<Form> {
    if ids.iter().any(|id| definition.forms.iter().all(|form| form.id != *id)) {
        return None;
    }
    let mut forms = definition.forms.iter().filter(|form| ids.contains(&form.id.as_str()));
    let first = forms.next()?;
    let rest: Vec<&Form> = forms.collect();
    if rest.is_empty() {
        return Some(first.clone());
    }
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    let mut sections: Vec<Section> = Vec::new();
    for section in std::iter::once(&first).chain(&rest).flat_map(|form| &form.sections) {
        let new: Vec<String> = section.ask.iter().filter(|id| asked.insert(id)).cloned().collect();
        if new.is_empty() {
            continue;
        }
        let same = |other: &&mut Section| other.title == section.title && other.asked_if == section.asked_if;
        match sections.iter_mut().find(same) {
            Some(known) => known.ask.extend(new),
            None => sections.push(Section { ask: new, module: None, ..section.clone() }),
        }
    }
    let ids: Vec<&str> = std::iter::once(&first).chain(&rest).map(|form| form.id.as_str()).collect();
    Some(Form {
        id: ids.join("+"),
        title: None,
        minutes: rest.iter().map(|form| form.minutes).fold(first.minutes, u32::max),
        // Words that introduce one form may be wrong for the others.
        introduction: if rest.iter().all(|form| form.introduction == first.introduction) {
            first.introduction.clone()
        } else {
            crate::definition::model::Text::default()
        },
        rotation: None,
        ask_mode: Some(false),
        sections,
        wording: std::collections::BTreeMap::new(),
        ..first.clone()
    })
}
