//! One form of a definition as a definition of its own.

use std::collections::BTreeSet;

use crate::definition::Definition;

/// The definition with this form alone and nothing that it does not ask or refer to; `None` if there is no such form.
/// Of a definition with one form that asks everything it is the definition itself.
pub fn only(definition: &Definition, form: &str) -> Option<Definition> {
    let mut d = definition.clone();
    d.forms.retain(|other| other.id == form);
    let asked: BTreeSet<String> =
        d.forms.first()?.sections.iter().flat_map(|section| section.ask.iter().cloned()).collect();
    d.criteria.retain(|criterion| asked.contains(&criterion.id));
    d.questions.retain(|question| asked.contains(&question.id));
    let dimensions: BTreeSet<&str> =
        d.criteria.iter().map(|criterion| criterion.dimension.as_str()).collect();
    d.dimensions.retain(|dimension| dimensions.contains(dimension.id.as_str()));
    let parts: BTreeSet<&str> =
        d.dimensions.iter().filter_map(|dimension| dimension.part.as_deref()).collect();
    d.parts.retain(|part| parts.contains(part.id.as_str()));
    let scales: BTreeSet<&str> = d
        .criteria
        .iter()
        .map(|criterion| criterion.scale.as_str())
        .chain(d.questions.iter().filter_map(|question| question.scale.as_deref()))
        .collect();
    d.scales.retain(|name, _| scales.contains(name.as_str()));
    let rows: BTreeSet<&str> = (d.parts.iter().map(|part| part.plan.as_deref()))
        .chain(d.dimensions.iter().map(|dimension| dimension.plan.as_deref()))
        .chain(d.criteria.iter().map(|criterion| criterion.plan.as_deref()))
        .flatten()
        .collect();
    d.plan.retain(|row, _| rows.contains(row.as_str()));
    d.map.retain(|id, _| asked.contains(id));
    Some(d)
}
