//! Whether a file has the shape of a definition: keys it must and may have, and the types of their values.
//!
//! The shape is the JSON Schema derived from [`super::model`], so that there is one source of truth, and all mistakes
//! are found at once, each with its place. The deserializer has the last word afterwards.

use serde_json::Value as Json;

use super::{
    problem::{Expected, Problem, ProblemKind, Severity},
    source::{Node, Source, Value},
};

/// Everything about the file's shape that is not a definition's.
pub(super) fn problems(source: &Source, schema: &Json) -> Vec<Problem> {
    let mut walk = Walk { source, root: schema, problems: Vec::new() };
    walk.value(&source.root, schema);
    walk.problems
}

struct Walk<'a> {
    source: &'a Source,
    root: &'a Json,
    problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    fn problem(&mut self, start: usize, kind: ProblemKind) {
        let at = self.source.position_of(start);
        self.problems.push(Problem { at, severity: Severity::Error, kind });
    }

    fn value(&mut self, node: &Node, schema: &'a Json) {
        let schema = self.resolve(schema);
        if let Some(variants) = schema.get("anyOf").and_then(Json::as_array) {
            return self.variants(node, variants);
        }
        if let Some(words) = words(schema) {
            let known = matches!(&node.value, Value::Text(text) if words.contains(text));
            if !known {
                self.problem(node.start, ProblemKind::WrongType(Expected::OneOf(words)));
            }
            return;
        }
        match (type_of(schema), &node.value) {
            ("object", Value::Table(_)) => self.table(node, schema),
            ("array", Value::List(nodes)) => {
                if let Some(items) = schema.get("items") {
                    nodes.iter().for_each(|node| self.value(node, items));
                }
            }
            ("string", Value::Text(_))
            | ("boolean", Value::Truth)
            | ("number", Value::Number(Some(_)) | Value::Whole(Some(_))) => {}
            ("integer", Value::Whole(Some(n))) if (limits(schema).0..=limits(schema).1).contains(n) => {}
            _ => self.problem(node.start, ProblemKind::WrongType(expected(schema))),
        }
    }

    fn table(&mut self, node: &Node, schema: &'a Json) {
        let Value::Table(entries) = &node.value else { return };
        let properties = schema.get("properties").and_then(Json::as_object);
        for entry in entries {
            match properties.and_then(|p| p.get(&entry.key)) {
                Some(property) => self.value(&entry.node, property),
                None => match schema.get("additionalProperties") {
                    Some(any @ Json::Object(_)) => self.value(&entry.node, any),
                    _ => {
                        let known = properties.into_iter().flat_map(|p| p.keys().cloned()).collect();
                        let kind = ProblemKind::UnknownKey { key: entry.key.clone(), known };
                        self.problem(entry.start, kind);
                    }
                },
            }
        }
        for key in required(schema) {
            if !entries.iter().any(|entry| entry.key == key) {
                self.problem(node.start, ProblemKind::MissingKey(key.to_owned()));
            }
        }
    }

    /// An optional value, or a skip rule: the variant that shares most keys with what is written is the one meant.
    fn variants(&mut self, node: &Node, variants: &'a [Json]) {
        let variants: Vec<&Json> =
            variants.iter().map(|v| self.resolve(v)).filter(|v| type_of(v) != "null").collect();
        if let [only] = variants[..] {
            return self.value(node, only);
        }
        let shared = |variant: &Json| match (&node.value, variant.get("properties")) {
            (Value::Table(entries), Some(p)) => entries.iter().filter(|e| p.get(&e.key).is_some()).count(),
            _ => 0,
        };
        match variants.iter().max_by_key(|variant| shared(variant)) {
            Some(variant) if shared(variant) > 0 => self.value(node, variant),
            _ => self.problem(node.start, ProblemKind::WrongType(Expected::Condition)),
        }
    }

    fn resolve(&self, schema: &'a Json) -> &'a Json {
        schema
            .get("$ref")
            .and_then(Json::as_str)
            .and_then(|reference| self.root.pointer(reference.trim_start_matches('#')))
            .unwrap_or(schema)
    }
}

fn required(schema: &Json) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

/// The words of an enumeration.
fn words(schema: &Json) -> Option<Vec<String>> {
    let variants = schema.get("oneOf")?.as_array()?;
    Some(variants.iter().filter_map(|v| Some(v.get("const")?.as_str()?.to_owned())).collect())
}

/// The type's name; of an optional value, the type it has when given.
fn type_of(schema: &Json) -> &str {
    match schema.get("type") {
        Some(Json::String(name)) => name,
        Some(Json::Array(names)) => {
            names.iter().filter_map(Json::as_str).find(|n| *n != "null").unwrap_or("")
        }
        _ if schema.get("anyOf").is_some() => "object",
        _ => "",
    }
}

fn limits(schema: &Json) -> (i64, i64) {
    match schema.get("format").and_then(Json::as_str) {
        Some("uint32") => (0, i64::from(u32::MAX)),
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

fn expected(schema: &Json) -> Expected {
    match type_of(schema) {
        "string" => Expected::Text,
        "number" => Expected::Number,
        "integer" => Expected::Whole(limits(schema).0, limits(schema).1),
        "boolean" => Expected::Truth,
        "array" => Expected::List,
        _ => match schema.pointer("/additionalProperties/type").and_then(Json::as_str) {
            Some("string") => Expected::Texts,
            _ => Expected::Table,
        },
    }
}
