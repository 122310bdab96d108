//! The canonical form of a definition: JSON with sorted keys, NFC texts and no insignificant whitespace.
//!
//! Comments, the order of keys and whether a default is written out do not change it; a changed letter does. Its
//! SHA-256 is pinned by a campaign and stored with every answer, so a changed default in a later program shows too.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::model::Definition;

impl Definition {
    /// The canonical JSON.
    pub fn canonical(&self) -> String {
        of(self)
    }

    /// A definition from its canonical JSON, as a campaign has pinned it.
    ///
    /// # Errors
    /// When the text is not the JSON of a definition.
    pub fn from_canonical(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

/// The canonical JSON of anything.
pub(super) fn of(value: &impl Serialize) -> String {
    let mut json = String::new();
    write(&serde_json::to_value(value).unwrap_or(Value::Null), &mut json);
    json
}

/// SHA-256 of a canonical JSON, as 64 lower-case hex digits.
pub fn sha256(canonical: &str) -> String {
    Sha256::digest(canonical.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, &Value)> =
                members.iter().map(|(key, value)| (key.nfc().collect(), value)).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            out.push('{');
            for (at, (key, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::String(text) => out.push_str(&Value::String(text.nfc().collect()).to_string()),
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::definition::{library::Entry, parse::parse};

    const SMALL: &str = include_str!("../../tests/definitions/small/1.2.toml");

    fn hash(text: &str) -> String {
        sha256(&parse("small/1.2.toml", text).unwrap().definition.canonical())
    }

    #[test]
    fn comments_spaces_and_the_order_of_keys_do_not_change_the_hash_and_a_letter_does() {
        let same = SMALL
            .replace("# A small questionnaire", "# Another comment")
            .replace("weight = 2", "weight    = 2.0")
            .replace("format = 1\nid = \"small\"", "id = \"small\"\nformat = 1")
            .replace("{ vi = \"Dịch vụ\", en = \"Service\" }", "{ en = \"Service\", vi = \"Dịch vụ\" }");
        assert_eq!(hash(SMALL), hash(&same));
        assert_ne!(hash(SMALL), hash(&SMALL.replace("Enough seats?", "Enough seats.")));
    }

    #[test]
    fn decomposed_letters_are_the_same_letters() {
        let decomposed: String = SMALL.nfd().collect();
        assert_ne!(decomposed, SMALL);
        assert_eq!(hash(&decomposed), hash(SMALL));
        let entry = Entry::new(&parse("small/1.2.toml", &decomposed).unwrap().definition);
        assert_eq!(entry.definition.title["vi"], "Phiếu thử");
    }

    #[test]
    fn the_hash_of_a_definition_in_use_never_changes_with_the_program() {
        // If this fails, campaigns that pinned a definition would be told that it was changed: new fields of the model
        // must be left out of the JSON where they are not given.
        assert_eq!(hash(SMALL), "b5d188296aafe6fc776d209fb7412164132d1ee1d6d48eed81500fd0f0b5ab7f");
    }

    #[test]
    fn a_definition_comes_back_from_its_canonical_json() {
        let definition = parse("small/1.2.toml", SMALL).unwrap().definition;
        let canonical = definition.canonical();
        assert!(!canonical.contains('\n') && canonical.starts_with("{\"audience\":\"citizens\","));
        let back = Definition::from_canonical(&canonical).unwrap();
        assert_eq!(back, definition);
        assert_eq!(back.canonical(), canonical);
        assert!(Definition::from_canonical("{}").is_err());
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-zếÀ\u{301}\\\\\" ]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map("[a-d]{1,3}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members.iter().rev().map(|(k, v)| (k.clone(), reversed(v))).collect::<Map<_, _>>(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn any_json_is_written_the_same_whatever_the_order_of_its_keys(value in json()) {
            let (mut a, mut b) = (String::new(), String::new());
            write(&value, &mut a);
            write(&reversed(&value), &mut b);
            prop_assert_eq!(&a, &b);
            prop_assert!(serde_json::from_str::<Value>(&a).is_ok());
        }
    }
}
