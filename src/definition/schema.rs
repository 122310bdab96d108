//! The JSON Schema of the format: for editors, and for the structural check in [`mod@super::parse`].

use std::sync::LazyLock;

use serde_json::Value;

use super::model::Definition;

/// The schema of [`Definition`], JSON Schema 2020-12.
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Definition).to_value());
    &SCHEMA
}

/// The schema as it is kept in `survey-definitions/definition.schema.json`.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_schema_is_the_one_of_the_model() {
        let committed = include_str!("../../survey-definitions/definition.schema.json");
        assert_eq!(
            super::text(),
            committed,
            "run: cargo run -- definition schema > survey-definitions/definition.schema.json"
        );
    }
}
