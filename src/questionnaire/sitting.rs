//! Answers about several units on their way from step to step of one sitting: the page carries them, the server keeps
//! nothing until all are sent together (security test B-11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Questionnaire;

/// The values given to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

/// What was answered about each unit so far: values as a form sends them, by the number of their question (from 1). What
/// is in here was typed by people, however it looks: it is checked like a form when it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    units: BTreeMap<String, BTreeMap<usize, Values>>,
}

impl Kept {
    /// Reads what [`Self::text`] wrote; `None` if it is something else. Nothing kept is nothing written.
    pub fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(Self::default()) } else { serde_json::from_str(text).ok() }
    }

    /// As a field of the page carries it.
    pub fn text(&self) -> String {
        if self.units.is_empty() { String::new() } else { serde_json::to_string(self).unwrap_or_default() }
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Whether something is kept about a unit.
    pub fn has(&self, unit: &str) -> bool {
        self.units.contains_key(unit)
    }

    /// Forgets what is kept about a unit.
    pub fn forget(&mut self, unit: &str) {
        self.units.remove(unit);
    }

    /// Keeps the fields sent about a unit instead of what was kept; empty ones and those that are no question are left out.
    /// Without any the unit is left out.
    pub fn put<'f>(
        &mut self,
        unit: &str,
        form: &Questionnaire,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) {
        let mut answers: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (name, value) in fields {
            if let Some(at) = form.position(name).filter(|_| !value.trim().is_empty()) {
                answers.entry(at + 1).or_default().push(value.to_owned());
            }
        }
        if answers.is_empty() {
            self.forget(unit);
            return;
        }
        let values = |mut values: Vec<String>| match (values.pop(), values.is_empty()) {
            (Some(one), true) => Values::One(one),
            (last, _) => Values::Several(values.into_iter().chain(last).collect()),
        };
        let answers = answers.into_iter().map(|(number, given)| (number, values(given))).collect();
        self.units.insert(unit.to_owned(), answers);
    }

    /// What is kept about a unit, as its form would send it.
    pub fn fields<'f>(&'f self, unit: &str, form: &'f Questionnaire) -> Vec<(&'f str, &'f str)> {
        let mut fields = Vec::new();
        for (number, values) in self.units.get(unit).into_iter().flatten() {
            let Some(question) = number.checked_sub(1).and_then(|at| form.questions.get(at)) else {
                continue;
            };
            match values {
                Values::One(one) => fields.push((question.id.as_str(), one.as_str())),
                Values::Several(several) => {
                    fields.extend(several.iter().map(|value| (question.id.as_str(), value.as_str())));
                }
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::questionnaire::testing::small_form;

    #[test]
    fn what_is_kept_comes_back_as_it_was_sent() {
        let form = small_form("full");
        let fields = [
            ("access.seats", "2"),
            ("channels", "post"),
            ("channels", "web"),
            ("comment", "Được \"5\"\n& hơn"),
        ];
        let mut kept = Kept::default();
        kept.put("qn", &form, fields);
        kept.put("an", &form, [("access.seats", ""), ("no.such", "1")]);
        assert!(kept.has("qn") && !kept.has("an"));
        let again = Kept::read(&kept.text()).unwrap();
        assert_eq!(again, kept);
        let mut back = again.fields("qn", &form);
        back.sort_unstable();
        let mut sent = fields.to_vec();
        sent.sort_unstable();
        assert_eq!(back, sent);
        kept.put("qn", &form, [("access.seats", " ")]);
        assert_eq!((kept.text(), Kept::read("")), (String::new(), Some(Kept::default())));
    }

    proptest! {
        #[test]
        fn h_12_any_text_is_kept_answers_or_refused(text in ".*") {
            if let Some(kept) = Kept::read(&text) {
                let _ = kept.fields("qn", &small_form("full"));
            }
        }
    }
}
