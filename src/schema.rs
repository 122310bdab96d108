//! The words that stand for values in files, addresses and `sipas.report/1`.

use serde::Serialize;

/// The word that an enum's value is written as; empty for a value that is written otherwise.
pub(crate) fn code_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}
