//! What a campaign tells people before they answer: who is responsible, why, by which law, how long answers are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The settings behind the start of a questionnaire and the page of details. Whatever is absent is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notice {
    /// Name of the body that is responsible (the controller), by language.
    pub responsible: BTreeMap<String, String>,
    /// What the answers are wanted for, by language: the end of the sentence "… asks your opinion …".
    pub purpose: BTreeMap<String, String>,
    /// The law that the survey rests on, by language.
    pub legal_ground: BTreeMap<String, String>,
    /// Where the responsible body is.
    pub address: Option<String>,
    /// Where questions are answered.
    pub email: Option<String>,
    /// Where questions are answered.
    pub phone: Option<String>,
    /// Months after closing for which single answers are kept at most.
    pub keep_answers_months: Option<u32>,
    /// Days after closing for which the list of invited persons is kept at most.
    pub keep_list_days: Option<u32>,
}

impl Notice {
    /// The keys of an `apply` file that are still needed to tell everything; the list of invited persons matters only
    /// where some are `invited`.
    pub fn missing(&self, invited: bool) -> Vec<&'static str> {
        let reachable = self.email.is_some() || self.phone.is_some();
        [
            ("responsible", !self.responsible.is_empty()),
            ("purpose", !self.purpose.is_empty()),
            ("legal_ground", !self.legal_ground.is_empty()),
            ("address", self.address.is_some()),
            ("email", reachable),
            ("keep_answers_months", self.keep_answers_months.is_some()),
            ("keep_list_days", !invited || self.keep_list_days.is_some()),
        ]
        .into_iter()
        .filter(|(_, given)| !given)
        .map(|(key, _)| key)
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_by_its_key_and_one_way_to_ask_is_enough() {
        let mut notice = Notice { phone: Some("0256".to_owned()), ..Notice::default() };
        assert_eq!(
            notice.missing(false),
            ["responsible", "purpose", "legal_ground", "address", "keep_answers_months"]
        );
        assert!(notice.missing(true).contains(&"keep_list_days"));
        notice.phone = None;
        assert!(notice.missing(false).contains(&"email"));
    }
}
