//! The weights of parts and dimensions in the index of one form (`docs/method.md` section 11).
//!
//! Weights are data of the definition; what a form does not ask has no weight in its index, and the rest is shared out
//! anew so that the weights of the parts, and those of the dimensions multiplied out, sum to 1.

use std::collections::BTreeSet;

use super::model::{Criterion, Definition, Dimension, Form, Weights};

/// A part's share in the index of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct PartWeight {
    /// The part; `None` where the definition has no parts.
    pub id: Option<String>,
    /// Share in the index, 0..1.
    pub weight: f64,
}

/// A dimension's share in the index of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct DimensionWeight {
    /// The dimension.
    pub id: String,
    /// Its part; `None` where the definition has no parts.
    pub part: Option<String>,
    /// Share in its part, 0..1.
    pub in_part: f64,
    /// Share in the index, 0..1: its share in the part times the part's share.
    pub weight: f64,
}

/// The form with this id.
pub fn form<'a>(definition: &'a Definition, form: &str) -> Option<&'a Form> {
    definition.forms.iter().find(|f| f.id == form)
}

/// The shares of the parts that the form asks about, in the order of the definition; they sum to 1.
pub fn part_weights(definition: &Definition, form: &Form) -> Vec<PartWeight> {
    let asked = Asked::of(definition, form);
    let given = |id: &Option<String>| {
        let part = definition.parts.iter().find(|part| Some(&part.id) == id.as_ref());
        part.map_or(1.0, |part| part.weight)
    };
    let parts = asked.parts();
    let raw: Vec<f64> = parts
        .iter()
        .map(|part| match definition.index.part_weights {
            Weights::ByItems => asked.items_of_part(part),
            Weights::Equal => 1.0,
            Weights::Given => given(part),
        })
        .collect();
    parts.into_iter().zip(shares(&raw)).map(|(id, weight)| PartWeight { id, weight }).collect()
}

/// The shares of the dimensions that the form asks about, in the order of the definition; they sum to 1.
pub fn dimension_weights(definition: &Definition, form: &Form) -> Vec<DimensionWeight> {
    let asked = Asked::of(definition, form);
    let mut weights: Vec<(usize, DimensionWeight)> = Vec::new();
    for part in part_weights(definition, form) {
        let inside: Vec<(usize, &Dimension)> = asked
            .dimensions
            .iter()
            .enumerate()
            .filter(|(_, dimension)| dimension.part == part.id)
            .map(|(at, dimension)| (at, *dimension))
            .collect();
        let raw: Vec<f64> = inside
            .iter()
            .map(|(_, dimension)| match definition.index.dimension_weights {
                Weights::ByItems => asked.items_of(dimension),
                Weights::Equal => 1.0,
                Weights::Given => dimension.weight,
            })
            .collect();
        for ((at, dimension), in_part) in inside.into_iter().zip(shares(&raw)) {
            let weight = DimensionWeight {
                id: dimension.id.clone(),
                part: part.id.clone(),
                in_part,
                weight: in_part * part.weight,
            };
            weights.push((at, weight));
        }
    }
    weights.sort_by_key(|(at, _)| *at);
    weights.into_iter().map(|(_, weight)| weight).collect()
}

/// What a form asks for the index.
struct Asked<'a> {
    criteria: Vec<&'a Criterion>,
    /// Dimensions with at least one criterion asked, in the order of the definition.
    dimensions: Vec<&'a Dimension>,
}

impl<'a> Asked<'a> {
    fn of(definition: &'a Definition, form: &Form) -> Self {
        let ids: BTreeSet<&str> = form.sections.iter().flat_map(|s| &s.ask).map(String::as_str).collect();
        let criteria: Vec<&Criterion> =
            definition.criteria.iter().filter(|c| ids.contains(c.id.as_str())).collect();
        let dimensions =
            definition.dimensions.iter().filter(|d| criteria.iter().any(|c| c.dimension == d.id)).collect();
        Self { criteria, dimensions }
    }

    fn parts(&self) -> Vec<Option<String>> {
        let mut parts: Vec<Option<String>> = Vec::new();
        for dimension in &self.dimensions {
            if !parts.contains(&dimension.part) {
                parts.push(dimension.part.clone());
            }
        }
        parts
    }

    fn items_of(&self, dimension: &Dimension) -> f64 {
        self.criteria.iter().filter(|c| c.dimension == dimension.id).map(|c| c.weight).sum()
    }

    fn items_of_part(&self, part: &Option<String>) -> f64 {
        self.dimensions.iter().filter(|d| d.part == *part).map(|d| self.items_of(d)).sum()
    }
}

fn shares(raw: &[f64]) -> Vec<f64> {
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse::parse;

    const SMALL: &str = include_str!("../../tests/definitions/small/1.2.toml");

    fn weights(settings: &str, form_id: &str) -> Vec<(String, f64)> {
        let text = SMALL
            .replace("target = 0.9", &format!("target = 0.9\n{settings}"))
            .replace("id = \"policy\"", "id = \"policy\"\nweight = 1")
            .replace("id = \"service\"", "id = \"service\"\nweight = 3")
            .replace("id = \"feedback\"\n", "id = \"feedback\"\nweight = 4\n");
        let definition = parse("small/1.2.toml", &text).unwrap().definition;
        let form = form(&definition, form_id).unwrap();
        let weights = dimension_weights(&definition, form);
        let parts = part_weights(&definition, form);
        let sum: f64 = weights.iter().map(|w| w.weight).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        for part in &parts {
            let inside: f64 = weights.iter().filter(|w| w.part == part.id).map(|w| w.in_part).sum();
            assert!((inside - 1.0).abs() < 1e-12);
        }
        assert!((parts.iter().map(|p| p.weight).sum::<f64>() - 1.0).abs() < 1e-12);
        weights.into_iter().map(|w| (w.id, w.weight)).collect()
    }

    fn assert_near(found: Vec<(String, f64)>, expected: &[(&str, f64)]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((id, weight), (expected_id, expected)) in found.iter().zip(expected) {
            assert!(id == expected_id && (weight - expected).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn by_items_every_item_counts_its_weight() {
        // Item weights 2 in schools, 1 + 1 in access, 1 in feedback.
        assert_near(weights("", "full"), &[("schools", 0.4), ("access", 0.4), ("feedback", 0.2)]);
        assert_near(weights("", "counter"), &[("access", 0.5), ("feedback", 0.5)]);
    }

    #[test]
    fn equal_and_given_weights_multiply_out_over_parts() {
        let equal = "part_weights = \"equal\"\ndimension_weights = \"equal\"";
        assert_near(weights(equal, "full"), &[("schools", 0.5), ("access", 0.25), ("feedback", 0.25)]);
        let given = "part_weights = \"given\"\ndimension_weights = \"given\"";
        assert_near(weights(given, "full"), &[("schools", 0.25), ("access", 0.15), ("feedback", 0.6)]);
        let mixed = "part_weights = \"by_items\"\ndimension_weights = \"given\"";
        assert_near(weights(mixed, "full"), &[("schools", 0.4), ("access", 0.12), ("feedback", 0.48)]);
    }
}
